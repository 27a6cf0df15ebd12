"""A person at Label Studio's own editor: a real browser, moved by mouse and keyboard.

Runs in the judge's Python (playwright is there); tests reach it as `server.person` (labelstudio_server.py) and
call the same methods. Positions are percent of the picture, as in results. Regions are named by their result id.
Wherever a person would use the hand, the hand is used: what is read from the page is only where things are and
whether they are ready.
"""
import time

from playwright.sync_api import sync_playwright

READY = """(expected) => {
    const store = window.Htx && Htx.annotationStore;
    const a = store && store.selected;
    if (!a) return null;
    const objects = Array.from(a.names.values()).filter(o => o.type === 'image');
    const shown = objects.every(o => o.imageIsLoaded || o.error || (o.currentImageEntity || {}).error);
    const failed = objects.some(o => o.error || (o.currentImageEntity || {}).error);
    const ids = new Set(a.results ? a.results.map(r => r.area && r.area.cleanId) : a.regions.map(r => r.cleanId));
    const painted = failed || a.regions.every(r => r.type !== 'brushregion' || !r.rle || !!r.imageData);
    if (!shown || !painted || ids.size < expected) return null;
    return a.id + ' ' + ids.size;
}"""


class Person:
    def __init__(self, base, user, password, chromium):
        self.base = base
        self.play = sync_playwright().start()
        self.browser = self.play.chromium.launch(executable_path=chromium, args=[
            "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        self.context = self.browser.new_context(viewport={"width": 1600, "height": 1200})
        self.page = self.context.new_page()
        self.page.goto(base + "/user/login")
        self.page.fill("input[name=email]", user)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit], .login-button")
        self.page.wait_for_load_state("load", timeout=120000)

    def close(self):
        self.browser.close()
        self.play.stop()

    # ------------------------------------------------------------- tasks

    def open(self, project, task, expected=0):
        """Opens a task in the editor and waits until picture and regions (at least `expected`) are there."""
        self.go(self.page, project, task)
        self.settle(self.page, expected)

    def go(self, page, project, task):
        page.goto("%s/projects/%d/data?task=%d" % (self.base, project, task), wait_until="commit", timeout=120000)

    def settle(self, page, expected=0, seconds=20.0, calm=0.7):
        """Waits until the editor shows the same annotation, whole, for `calm` seconds: while a page loads the editor
        makes it twice. After `seconds` what is there is taken (a result the editor cannot read hides the others)."""
        page.wait_for_function("() => window.Htx && Htx.annotationStore && Htx.annotationStore.selected", timeout=120000)
        end = time.monotonic() + seconds
        last, since = None, time.monotonic()
        while time.monotonic() < end:
            now = page.evaluate(READY, expected)
            if now is None or now != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since > calm:
                return
            page.wait_for_timeout(100)

    def results(self):
        """What the editor would save of the annotation that is open."""
        return self.serialised(self.page)

    def serialised(self, page):
        return page.evaluate("() => Htx.annotationStore.selected.serializeAnnotation()")

    def pass_tasks(self, project, jobs):
        """jobs: [task, submit, regions]. Opens each; with submit the button is pressed (-> None), without it
        what the editor would save is returned. Two pages take turns: one loads while the other works."""
        pages = [self.page, self.context.new_page()]
        out = []
        try:
            if jobs:
                self.go(pages[0], project, jobs[0][0])
            for i, (task, submit, regions) in enumerate(jobs):
                page = pages[i % 2]
                if i + 1 < len(jobs):
                    self.go(pages[(i + 1) % 2], project, jobs[i + 1][0])
                self.settle(page, regions)
                if submit:
                    self.press(page, "Submit", task)
                    out.append(None)
                else:
                    out.append(self.serialised(page))
        finally:
            pages[1].close()
        return out

    def press(self, page, name, task=None):
        button = page.locator("button[name=submit]").get_by_text(name, exact=True)
        button.wait_for(timeout=20000)
        if not button.is_enabled():
            raise AssertionError("task %s: the editor keeps %s off (an open polygon does that)" % (task, name))
        with page.expect_response(
                lambda r: "/annotations" in r.url and r.request.method in ("POST", "PATCH"), timeout=20000) as got:
            button.click()
        if got.value.status >= 400:
            raise AssertionError("task %s: %s: HTTP %d" % (task, name, got.value.status))

    # ------------------------------------------------------------- places

    def spot(self, x, y):
        """Where a point of the picture, in percent, is on the page now."""
        return self.page.evaluate("""([x, y]) => {
            const images = Array.from(Htx.annotationStore.selected.names.values()).filter(o => o.type === 'image');
            const i = images[0], s = i.stageRef, b = s.container().getBoundingClientRect();
            const p = s.getAbsoluteTransform().point({x: x / 100 * i.stageWidth, y: y / 100 * i.stageHeight});
            return [b.x + p.x, b.y + p.y];
        }""", [x, y])

    def drag(self, points):
        """The mouse goes down at the first point (percent), along the others, and up at the last."""
        spots = [self.spot(*p) for p in points]
        mouse = self.page.mouse
        mouse.move(*spots[0])
        mouse.down()
        for a, b in zip(spots, spots[1:]):
            mouse.move((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
            mouse.move(*b)
        self.page.wait_for_timeout(60)
        mouse.up()
        self.rest()

    def rest(self, ms=250):
        self.page.wait_for_timeout(ms)

    def key(self, key):
        """A key for the editor, not for the field the cursor may be in."""
        self.page.evaluate("() => document.activeElement && document.activeElement.blur()")
        self.page.keyboard.press(key)
        self.rest()

    def hotkey(self, control, value):
        """The key the editor shows beside a label or a choice of a control."""
        key = self.page.evaluate("""([control, value]) => {
            const walk = n => (n.children || []).flatMap(c => [c, ...walk(c)]);
            const c = Htx.annotationStore.selected.names.get(control);
            const found = c && walk(c).find(n => (n._value || n.value) === value);
            return found ? found.hotkey || '' : null;
        }""", [control, value])
        if not key:
            raise AssertionError("%r of %r has no key in the editor" % (value, control))
        return key

    def tool(self, name, which=0):
        """Takes a tool of the bar: "move-tool", "brush-tool", "bitmask-tool", "eraser". Keys of tools may be those of labels."""
        found = self.page.locator('.lsf-toolbar button[aria-label="%s"]' % name)
        found.nth(min(which, found.count() - 1)).click()
        self.rest()

    # ------------------------------------------------------------- regions

    def region_ids(self):
        """The ids of the regions."""
        return self.page.evaluate("() => Htx.annotationStore.selected.regionStore.regions.map(r => r.cleanId)")

    def selected(self):
        return self.page.evaluate("() => Htx.annotationStore.selected.selectedRegions.map(r => r.cleanId)")

    def unselect(self):
        if self.selected():
            self.key("Escape")
        if self.selected():
            raise AssertionError("Escape left %r selected" % self.selected())

    def select(self, region):
        """Selects one region, by its row in the list at the side."""
        self.unselect()
        number = self.page.evaluate("""id => {
            const r = Htx.annotationStore.selected.regions.find(r => r.cleanId === id);
            return r ? r.region_index : null;
        }""", region)
        if number is None:
            raise AssertionError("no region %r, but %r" % (region, self.region_ids()))
        self.page.locator(".lsf-outliner-item__index").get_by_text(str(number), exact=True).click()
        self.rest()
        if self.selected() != [region]:
            raise AssertionError("selected is %r, not %r" % (self.selected(), region))

    def middle(self, region):
        """The middle of a region's bounding box, in percent of the picture."""
        return self.page.evaluate("""id => {
            const r = Htx.annotationStore.selected.regions.find(r => r.cleanId === id), i = r.parent, b = r.bboxCoordsCanvas
                || r.bboxCoords;
            return [(b.left + b.right) / 2 / i.stageWidth * 100, (b.top + b.bottom) / 2 / i.stageHeight * 100];
        }""", region)

    def move(self, region, dx, dy):
        """Drags a region by its middle, dx and dy in percent of the picture. For boxes and what is filled."""
        self.select(region)
        self.tool("move-tool")
        x, y = self.middle(region)
        self.drag([(x, y), (x + dx, y + dy)])

    def relabel(self, region, control, label):
        """Gives a region another class, by the label's key."""
        self.select(region)
        self.key(self.hotkey(control, label))
        self.unselect()

    def delete(self, region):
        self.select(region)
        self.key("Backspace")

    def undo(self):
        self.key("Control+z")

    def duplicate(self, region, by="Control+d"):
        """Copies a region with Ctrl+D, or with by="Control+c" by Ctrl+C and Ctrl+V. -> id of the copy"""
        self.select(region)
        before = self.region_ids()
        self.key(by)
        if by == "Control+c":
            self.key("Control+v")
        return self.new_since(before)

    def new_since(self, before):
        new = [r for r in self.region_ids() if r not in before]
        if len(new) != 1:
            raise AssertionError("%d new regions" % len(new))
        self.unselect()
        return new[0]

    def draw(self, control, label, points):
        """A new region by one pull of the mouse: a box from corner to corner, a stroke of the brush along points.
        -> its id"""
        self.unselect()
        before = self.region_ids()
        self.key(self.hotkey(control, label))
        self.drag(points)
        return self.new_since(before)

    def click(self, control, label, points):
        """A new region by clicks: one for a key point; for a polygon the corners, and the first one again. -> its id"""
        self.unselect()
        before = self.region_ids()
        self.key(self.hotkey(control, label))
        for p in points:
            self.page.mouse.click(*self.spot(*p))
            self.rest(400)  # two clicks must not be a double click
        return self.new_since(before)

    def paint(self, region, points):
        """A stroke of the brush that adds to a mask."""
        self.stroke("brush-tool", region, points)

    def erase(self, region, points):
        """A stroke of the eraser over a mask."""
        self.stroke("eraser", region, points)

    def stroke(self, tool, region, points):
        self.select(region)
        kind, which = self.page.evaluate("""([id, tool]) => {
            const a = Htx.annotationStore.selected, r = a.regions.find(r => r.cleanId === id);
            const kind = r.type === 'bitmaskregion' ? 'bitmask' : 'brush';
            const controls = Array.from(a.names.values()).filter(c =>
                (tool === 'eraser' ? /^(brush|bitmask)/ : new RegExp('^' + kind)).test(c.type));
            return [kind, controls.findIndex(c => r.results.some(x => x.from_name === c))];
        }""", [region, tool])
        if tool == "brush-tool":
            tool = kind + "-tool"
        self.tool(tool, which)
        self.drag(points)
        self.unselect()

    # ---------------------------------------------- choices, texts, numbers

    def choose(self, control, value, region=None):
        """Presses a choice's key: chooses it, or with choice="multiple" or a second time toggles it. Of a region, or of
        the task."""
        self.focus_on(region)
        self.key(self.hotkey(control, value))
        self.leave(region)

    def write_number(self, control, value, region=None):
        """Types a number into a Number; None empties it, which the editor takes for 0."""
        self.focus_on(region)
        field = self.page.locator('.lsf-number input[name="%s"]' % control)
        field.click()
        self.page.keyboard.press("Control+a")
        if value is None:
            self.page.keyboard.press("Delete")
        else:
            self.page.keyboard.type(repr(value))
        self.rest()
        self.leave(region)

    def write_text(self, control, texts, region=None):
        """Removes what a TextArea holds and enters these texts, each with the Enter key. Where it is the task's, the
        result that was emptied is gone and the next text makes one with a new id."""
        self.focus_on(region)
        field = self.page.locator('[data-testid=textarea-control]').filter(
            has=self.page.locator('[name="%s"], [name^="%s:"]' % (control, control)))
        bins = field.locator("[data-testid=htx-textbox-delete-button]")
        while bins.count():
            bins.first.click()
            self.rest()
        for text in texts:
            entry = field.locator('[name="%s"]' % control)
            entry.click()
            self.page.keyboard.type(text)
            self.page.keyboard.press("Enter")
            self.rest()
        self.leave(region)

    def focus_on(self, region):
        if region is None:
            self.unselect()
        else:
            self.select(region)

    def leave(self, region):
        self.page.evaluate("() => document.activeElement && document.activeElement.blur()")
        if region is not None:
            self.unselect()

    def submit(self):
        """Presses Submit: what is open becomes an annotation on the server."""
        self.press(self.page, "Submit")

    def update(self):
        """Presses Update: the changed annotation is saved."""
        self.press(self.page, "Update")

    def shot(self, path):
        """What the person sees, as a PNG: for whoever writes a test."""
        self.page.screenshot(path=path)
