"""The judge itself: the real Label Studio, its editor, and a person's hand in it do what is known of them."""

import base64
import json
import struct
import zlib

import labelstudio_server
import testenv


def results(tasks):
    return [[a["result"] for a in t["annotations"]] for t in tasks]


class Known(testenv.Case):
    """What the fixtures say the editor and scripted edits make of tasks, this server makes again."""

    def assert_known(self, name):
        def read(file):
            with open(testenv.shared("fixtures", "labelstudio", name, file), encoding="utf-8") as f:
                return f.read() if file.endswith(".xml") else json.load(f)

        project = labelstudio_server.shared().project(read("config.xml"))
        project.load(read("tasks.json"))
        project.through_editor()
        self.assertEqual(labelstudio_server.differences(results(read("export_untouched.json")),
                                                        results(project.export())), [])
        project.edit(read("edits.json"))
        # Regions that were added got random ids.
        known = {r["id"] for t in read("tasks.json") for key in ("annotations", "predictions")
                 for a in t.get(key, []) for r in a["result"]}

        def blank(tasks):
            return [[[{**r, "id": r["id"] if r["id"] in known else "new"} for r in a] for a in t] for t in results(tasks)]

        self.assertEqual(labelstudio_server.differences(blank(read("export_edited.json")), blank(project.export())), [])

    def test_detections(self):
        self.assert_known("detections")

    def test_classification(self):
        self.assert_known("classification")

    def test_masks(self):
        self.assert_known("instances_brush")

    def test_bitmasks(self):
        self.assert_known("bitmask")

    def test_polylines(self):
        self.assert_known("polylines")

    def test_keypoints(self):
        self.assert_known("keypoints")

    def test_annotations(self):
        self.assert_known("as_annotations")


CONFIG = """<View><Image name="image" value="$image"/>
<RectangleLabels name="truth" toName="image"><Label value="boat"/><Label value="pier"/></RectangleLabels>
<BrushLabels name="mask" toName="image"><Label value="sea"/><Label value="land"/></BrushLabels>
<BitmaskLabels name="bits" toName="image"><Label value="sky"/></BitmaskLabels>
<KeyPointLabels name="points" toName="image"><Label value="bow"/></KeyPointLabels>
<PolygonLabels name="lines" toName="image"><Label value="hull"/></PolygonLabels>
<Choices name="truth.moored" toName="image" perRegion="true"><Choice value="true"/><Choice value="false"/></Choices>
<TextArea name="truth.note" toName="image" perRegion="true"/>
<Number name="truth.crew" toName="image" perRegion="true"/>
<Choices name="weather" toName="image"><Choice value="sunny"/><Choice value="rain"/></Choices>
<Choices name="tags" toName="image" choice="multiple"><Choice value="t1"/><Choice value="t2"/></Choices>
<Number name="count" toName="image"/><TextArea name="caption" toName="image"/></View>"""
BOAT, PIER, WEATHER, TAGS, COUNT, CAPTION = ("65a0000000000000000000%02d" % i for i in range(6))


def picture(width, height):
    """A PNG, as a task may carry it whole."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = (b"\0" + bytes(c % 256 for x in range(width) for c in (x * 3, y * 3, 128)) for y in range(height))
    png = (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
           + chunk(b"IDAT", zlib.compress(b"".join(rows))) + chunk(b"IEND", b""))
    return "data:image/png;base64," + base64.b64encode(png).decode()


def result(rid, control, kind, value):
    return {"id": rid, "from_name": control, "to_name": "image", "type": kind, "meta": {"fo_id": rid}, "value": value}


def box(rid, x, y, label):
    return result(rid, "truth", "rectanglelabels",
                  {"x": x, "y": y, "width": 20, "height": 20, "rotation": 0, "rectanglelabels": [label]})


RESULTS = [
    box(BOAT, 10, 10, "boat"),
    result(BOAT, "truth.moored", "choices", {"choices": ["true"]}),
    result(BOAT, "truth.note", "textarea", {"text": ["red sail"]}),
    result(BOAT, "truth.crew", "number", {"number": 3}),
    box(PIER, 50, 50, "pier"),
    result(WEATHER, "weather", "choices", {"choices": ["sunny"]}),
    result(TAGS, "tags", "choices", {"choices": ["t1"]}),
    result(COUNT, "count", "number", {"number": 4}),
    result(CAPTION, "caption", "textarea", {"text": ["a harbor"]}),
]


class Person(testenv.Case):
    """Each act of the person changes what it says and nothing else."""

    def setUp(self):
        super().setUp()
        server = labelstudio_server.shared()
        self.person = server.person
        self.project = server.project(CONFIG)
        self.task, = self.project.load([{"data": {"image": picture(64, 48)}, "predictions": [{"result": RESULTS}]}])
        self.person.open(self.project.id, self.task, expected=6)
        self.last = self.seen()
        self.assertEqual(len(self.last), len(RESULTS))

    def seen(self):
        return {(r["id"], r["from_name"]): {**r["value"], "meta": r.get("meta")} for r in self.person.results()}

    def assert_act(self, gone=(), new=None, changed=None):
        """Since the last look these results are gone, these are new, and of these the keys named differ so."""
        before, self.last = self.last, self.seen()
        changed = changed or {}
        self.assertEqual(set(before) - set(self.last), set(gone))
        self.assertEqual(set(self.last) - set(before), set(new or {}))
        for key, value in (new or {}).items():
            self.assert_close({k: self.last[key].get(k) for k in value}, value)
        for key in set(before) & set(self.last):
            self.assert_close(self.last[key], {**before[key], **changed.get(key, {})})

    def assert_close(self, got, want):
        """A mouse stands on whole pixels of the screen, so a place is good to a fifth of a percent."""
        self.assertEqual(labelstudio_server.differences(want, got, slack=0.2), [])

    def boat(self, **changed):
        return {(BOAT, name): changed for name in ("truth", "truth.moored", "truth.note", "truth.crew")}

    def assert_saved(self):
        """The server's export holds what the editor showed."""
        self.assertEqual(labelstudio_server.differences(
            [[self.person.results()]], results([t for t in self.project.export() if t["id"] == self.task])), [])

    def test_boxes(self):
        hand = self.person
        hand.move(BOAT, 10, 5)
        self.assert_act(changed=self.boat(x=20, y=15))
        hand.undo()
        self.assert_act(changed=self.boat(x=10, y=10))
        hand.relabel(PIER, "truth", "boat")
        self.assert_act(changed={(PIER, "truth"): {"rectanglelabels": ["boat"]}})
        hand.delete(PIER)
        self.assert_act(gone=[(PIER, "truth")])
        hand.undo()
        self.assert_act(new={(PIER, "truth"): {"rectanglelabels": ["boat"], "x": 50, "meta": {"fo_id": PIER}}})
        new = hand.draw("truth", "pier", [(70, 10), (90, 40)])
        self.assert_act(new={(new, "truth"): {"x": 70, "y": 10, "width": 20, "height": 30, "rectanglelabels": ["pier"],
                                              "meta": None}})
        for by in ("Control+d", "Control+c"):
            copy = hand.duplicate(BOAT, by)
            self.assertNotEqual(copy, BOAT)
            self.assert_act(new={(copy, name): {"meta": {"fo_id": BOAT}, "x": 10} for _, name in self.boat()})
        hand.submit()
        self.assert_saved()
        hand.open(self.project.id, self.task, expected=9)
        hand.move(BOAT, 5, 5)
        self.assert_act(changed=self.boat(x=15, y=15))
        hand.update()
        self.assert_saved()

    def test_other_shapes(self):
        point = self.person.click("points", "bow", [(30, 80)])
        self.assert_act(new={(point, "points"): {"x": 30, "y": 80, "keypointlabels": ["bow"]}})
        hull = self.person.click("lines", "hull", [(60, 85), (70, 95), (80, 85), (60, 85)])
        self.assert_act(new={(hull, "lines"): {"points": [[60, 85], [70, 95], [80, 85]], "closed": True,
                                               "polygonlabels": ["hull"]}})
        self.person.submit()
        self.assert_saved()

    def test_masks(self):
        hand = self.person
        for control, label, key, y in (("mask", "sea", "rle", 80), ("bits", "sky", "imageDataURL", 60)):
            with self.subTest(control):
                mask = hand.draw(control, label, [(10, y), (40, y)])
                masks = [self.seen()[mask, control][key]]
                self.assert_act(new={(mask, control): {key: masks[0]}})
                for stroke in (hand.paint, hand.erase):
                    stroke(mask, [(20, y - 10), (20, y + 10)])
                    masks.append(self.seen()[mask, control][key])
                    self.assert_act(changed={(mask, control): {key: masks[-1]}})
                self.assertEqual(len(set(map(str, masks))), 3, "a stroke changed nothing")
                if key == "rle":
                    inside = [sum(a > 127 for a in alphas(m)) for m in masks]
                    self.assertLess(inside[0], inside[1])
                    self.assertLess(inside[2], inside[1])
        hand.submit()
        self.assert_saved()

    def test_attributes(self):
        hand = self.person
        hand.choose("truth.moored", "false", BOAT)
        self.assert_act(changed={(BOAT, "truth.moored"): {"choices": ["false"]}})
        hand.choose("truth.moored", "true", PIER)
        self.assert_act(new={(PIER, "truth.moored"): {"choices": ["true"], "x": 50, "meta": {"fo_id": PIER}}})
        hand.choose("truth.moored", "true", PIER)
        self.assert_act(gone=[(PIER, "truth.moored")])
        hand.write_number("truth.crew", 7.5, BOAT)
        self.assert_act(changed={(BOAT, "truth.crew"): {"number": 7.5}})
        hand.write_text("truth.note", ["blue", "two words"], BOAT)
        self.assert_act(changed={(BOAT, "truth.note"): {"text": ["blue", "two words"]}})
        hand.submit()
        self.assert_saved()

    def test_of_the_task(self):
        hand = self.person
        hand.choose("weather", "rain")
        self.assert_act(changed={(WEATHER, "weather"): {"choices": ["rain"]}})
        hand.choose("tags", "t2")
        self.assert_act(changed={(TAGS, "tags"): {"choices": ["t1", "t2"]}})
        hand.write_number("count", 5)
        self.assert_act(changed={(COUNT, "count"): {"number": 5}})
        hand.write_text("caption", ["a quay"])
        new, = (key for key in self.seen() if key[1] == "caption")
        self.assertNotEqual(new[0], CAPTION)
        self.assert_act(gone=[(CAPTION, "caption")], new={new: {"text": ["a quay"], "meta": None}})
        hand.choose("weather", "rain")
        self.assert_act(gone=[(WEATHER, "weather")])
        hand.submit()
        self.assert_saved()


def alphas(rle):
    """The alpha values of a brush's byte list."""
    bits = "".join(format(b, "08b") for b in rle)
    at = 0

    def take(n):
        nonlocal at
        at += n
        return int(bits[at - n:at], 2)

    count, word = take(32), take(5) + 1
    sizes = [take(4) + 1 for _ in range(4)]
    out = []
    while len(out) < count:
        run, size = take(1), sizes[take(2)]
        length = take(size) + 1
        out += [take(word)] * length if run else [take(word) for _ in range(length)]
    return out[3::4]
