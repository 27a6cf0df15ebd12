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
                    self.press(page, "submit", task)
                    out.append(None)
                else:
                    out.append(self.serialised(page))
        finally:
            pages[1].close()
        return out

    def press(self, page, name, task=None):
        button = page.locator("button[name=%s]" % name)
        button.wait_for(timeout=20000)
        if button.is_disabled():
            raise AssertionError("task %s: the editor keeps %s off (an open polygon does that)" % (task, name))
        with page.expect_response(
                lambda r: "/annotations" in r.url and r.request.method in ("POST", "PATCH"), timeout=20000) as got:
            button.click()
        if got.value.status >= 400:
            raise AssertionError("task %s: %s: HTTP %d" % (task, name, got.value.status))

    def submit(self):
        """Presses Submit: what is open becomes an annotation on the server."""
        self.press(self.page, "submit")

    def update(self):
        """Presses Update: the changed annotation is saved."""
        self.press(self.page, "update")
