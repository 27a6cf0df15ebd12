"""What goes out to Label Studio: config.xml, tasks.json, the sheet. What it makes of them is test_far_side_labelstudio's
stand-in, which refuses what the real server, its editor or its SDK would not take. LF_WRITE_EXPECTED=1 writes the goldens
in data/labelstudio anew; read what changed.
"""

import glob
import json
import os
import re
import shutil
import xml.etree.ElementTree as xml

import crossing
import every_kind
import labelstudio_brush
import shapes
import testenv

GOLDEN = os.path.join(testenv.SOURCE, "tests", "cases", "data", "labelstudio")
KINDS = ["boxes", "seen", "areas", "lines:polylines", "pose", "loose", "things:instances", "ground", "count", "weather"]
HARBOR = ["ground_truth", "weather", "ships_seen", "notes"]
ODD_NAMES = ["a,b", "$price", " lead", "tab\there", "<lt> & \"q\" 'z'", "größe", "a"]


def odd_dataset(folder):
    """Names that XML, the editor or JSON_MIN would not keep apart; one id twice; labels without an id."""
    docs = [shapes.document(1, image={"_cls": "Detections", "detections": [
        shapes.box(n, name, (0.125 * n, 0.25, 0.125, 0.5), size="%d" % n, lock=bool(n % 2), state="new" if n % 2 else "",
                   length=n / 2, crew=2 ** 53 + n, label_id="mine") for n, name in enumerate(ODD_NAMES)]},
        kind=shapes.tag(3, "cat", mood="calm", legs=4), again={"_cls": "Detections", "detections": [
            shapes.box(3, "cat"), shapes.box(3, "cat", (0, 0, 0.25, 0.25), rotation=30)]},
        marks={"_cls": "Classifications", "classifications": [
            shapes.tag(20, "sun", sure=True), shapes.tag(21, "rain"), shapes.tag(22, "sun")]}, note="", ready=True)]
    for path in (("image", "detections", 1), ("marks", "classifications", 1)):
        del docs[0][path[0]][path[1]][path[2]]["_id"]
    shapes.write_dataset(folder, {"image": "Detections", "kind": "Classification", "again": "Detections",
                                  "marks": "Classifications", "note": "StringField", "ready": "BooleanField"}, docs)
    attributes = {"size": {"type": "text", "read_only": True}, "lock": {"type": "checkbox", "default": True},
                  "state": {"type": "select", "values": ["", "new", "old & <worn>"]},
                  "length": {"type": "number", "values": [0, 9, 0.5]}, "crew": {"type": "number"},
                  "label_id": {"type": "text"}}
    return {"image": {"classes": ODD_NAMES + [{"classes": ["own"], "attributes": {
                "size": {"type": "text"}, "fit": {"type": "radio", "values": ["s", "m"]}}}],
                      "attributes": attributes},
            "kind": {"classes": ["dog", {"classes": ["cat"], "attributes": {"legs": {"type": "number"}}}],
                     "attributes": {"mood": {"type": "radio", "values": ["calm", "wild"]}}},
            "again": {"classes": ["cat"], "attributes": {}}, "marks": {"classes": ["sun", "rain"]}, "note": {}, "ready": {}}


class Out(crossing.CrossingCase):
    TOOL = "labelstudio"

    def read(self, *parts):
        with open(self.path(*parts), encoding="utf-8") as f:
            return f.read()

    def folder(self, out="out"):
        name, = (n for n in os.listdir(self.path(out)) if n.startswith("FiftyOne_"))
        return os.path.join(out, name)

    def files(self, out="out"):
        return sorted(glob.glob(self.path(out, "FiftyOne_*", "tasks*.json")))

    def tasks(self, out="out"):
        return [t for path in self.files(out) for t in crossing.read_json(path)]

    def results(self, task):
        return [r for a in task.get("predictions", []) + task.get("annotations", []) for r in a["result"]]

    def controls(self, out="out"):
        return {e.get("name"): e for e in xml.fromstring(self.read(self.folder(out), "config.xml")).iter() if e.get("toName")}

    def kinds(self, *options, samples=2, **more):
        if not os.path.exists(self.path("kinds")):
            every_kind.make_dataset(self.path("kinds"), samples)
        return self.export(self.path("kinds"), "--media", "none", *options, fields=KINDS, **more)

    def odd(self, *options):
        schema = odd_dataset(self.path("odd"))
        with open(self.path("schema.json"), "w", encoding="utf-8") as f:
            json.dump(schema, f)
        return self.told(self.path("odd"), "--schema", self.path("schema.json"), *options)

    def told(self, dataset, *options, status=1):
        """Exports, and gives what was said of labels and names: (code, line)."""
        done = self.labelferry("export", dataset, "--to", "labelstudio", "--run", "r", "-o", self.path("out"), "--media", "none",
                               "--verbose", *options, status=status)
        return re.findall(r"\b(LF\d{4}) (.*)", done.stderr)


class Goldens(Out):
    """R50: the same bytes everywhere."""

    def assert_golden(self, name):
        for said, golden in ((self.read(self.folder(), "config.xml"), name + ".config.xml"),
                             (self.read(self.folder(), "tasks.json"), name + ".tasks.json"),
                             (self.read("out", "SHEET.txt"), name + ".SHEET.txt")):
            path = os.path.join(GOLDEN, golden)
            if os.environ.get("LF_WRITE_EXPECTED") == "1":
                with open(path, "w", encoding="utf-8") as f:
                    f.write(said)
            with open(path, encoding="utf-8") as f:
                self.assertEqual(said, f.read(), golden)
        self.far_side()  # and it is taken there

    def test_W21_every_kind(self):
        self.kinds("--no-allow-deletions")
        self.assert_golden("kinds")

    def test_W21_odd_names_and_attributes(self):
        self.odd("--read-only", "mood", "--task-assignee", "ann1", "--job-reviewers", "ann2")
        self.assert_golden("odd")

    def test_W21_harbor(self):
        self.export(testenv.sample("harbor"), "--runs-dir", self.path("runs"), fields=HARBOR)
        self.assert_golden("harbor")
        media = sorted(os.listdir(self.path("out", "media", "r")))
        self.assertEqual(media, sorted(t["data"]["fo_name"] for t in self.tasks()))


class Tasks(Out):
    def test_what_a_task_is(self):
        self.export(testenv.sample("harbor"), "--runs-dir", self.path("runs"), fields=HARBOR)
        uid = crossing.read_json(self.path("out", "run", "run.json"))["uid"]
        tasks = self.tasks()
        self.assertEqual([t["data"]["fo_name"] for t in tasks], sorted((t["data"]["fo_name"] for t in tasks), key=str.encode))
        for t in tasks:
            data, sample = t["data"], t["data"]["fo_sample_id"]
            self.assertEqual(t["meta"], {"fiftyone": {"sample_id": sample, "name": data["fo_name"], "run": uid, "key": "r"}})
            self.assertEqual((data["fo_run"], sorted(data)), (uid, ["fo_name", "fo_run", "fo_sample_id", "image"]))
            self.assertTrue(data["image"].startswith("/data/local-files/?d=r/"))
        # A task a line, and nothing shipped is no prediction at all.
        lines = self.read(self.folder(), "tasks.json").split("\n")
        self.assertEqual((lines[0], lines[-2:], len(lines)), ("[", ["]", ""], len(tasks) + 3))
        self.assertEqual([t["predictions"] for t in tasks if "empty" in t["data"]["fo_name"]], [[]])
        self.assertEqual({p["model_version"] for t in tasks for p in t["predictions"]}, {"r"})

    def test_as_annotations(self):
        self.kinds("--as", "annotations")
        for t in self.tasks():
            self.assertNotIn("predictions", t)
            (a,) = t["annotations"]
            self.assertEqual((sorted(a), a["ground_truth"]), (["ground_truth", "result"], False))
            self.assertEqual({r["origin"] for r in a["result"]}, {"manual"})
        self.far_side()

    def test_bitmask(self):
        self.kinds()
        self.kinds("--mask-codec", "bitmask", run="b", out="bit")
        pairs = list(zip(*([r for t in self.tasks(o) for r in self.results(t) if r["type"] in ("brushlabels", "bitmasklabels")]
                           for o in ("out", "bit"))))
        self.assertEqual(len(pairs), 6)
        for brush, bitmask in pairs:
            self.assertEqual((brush["type"], bitmask["type"], brush["id"]), ("brushlabels", "bitmasklabels", bitmask["id"]))
            alphas = [labelstudio_brush.alpha_of(r["value"], every_kind.WIDTH, every_kind.HEIGHT) for r in (brush, bitmask)]
            self.assertEqual(*alphas)
            self.assertTrue(bitmask["value"]["imageDataURL"].startswith("data:image/png;base64,"))
        self.assertEqual({self.controls("bit")[n].tag for n in ("things", "ground")}, {"BitmaskLabels"})
        self.far_side(out="bit")

    def test_places_are_the_datasets(self):
        """Percent of the picture; a turned box lies where it lay, told by the corner that it turns about."""
        self.odd()
        by = {r["id"]: r["value"] for t in self.tasks() for r in self.results(t) if r["type"] == "rectanglelabels"}
        twice = [v for i, v in by.items() if i.startswith(shapes.id_of(3)) and v["rectanglelabels"] == ["cat"]]
        self.assertEqual([twice[0][k] for k in ("x", "y", "width", "height", "rotation")], [25, 25, 50, 50, 0])
        v = twice[1]  # 16 x 8 pixels about 8, 4, by 30 degrees
        w, h = v["width"] / 100 * shapes.WIDTH, v["height"] / 100 * shapes.HEIGHT
        x, y = v["x"] / 100 * shapes.WIDTH, v["y"] / 100 * shapes.HEIGHT
        cos, sin = 3 ** .5 / 2, .5
        self.assertAlmostEqual(x + w / 2 * cos - h / 2 * sin, 8)
        self.assertAlmostEqual(y + w / 2 * sin + h / 2 * cos, 4)
        self.assertAlmostEqual((w, h, v["rotation"])[0], 16)

    def test_ids_are_one_each(self):
        self.odd()
        task, = self.tasks()
        region = {"rectanglelabels"}
        ids = [r["id"] for r in self.results(task) if r["type"] in region]
        self.assertEqual(len(ids), len(set(ids)))
        three = shapes.id_of(3)
        self.assertEqual([i for i in ids if i.startswith(three)], [three, three + "~3", three + "~4"])
        self.assertEqual([r["id"] for r in self.results(task) if r["from_name"] in ("kind", "kind.mood", "kind.legs")],
                         [three + "~2", three + "~2.0", three + "~2.1"])
        nameless = [r for r in self.results(task) if r["id"] == "n1"]
        self.assertTrue(nameless)
        self.assertFalse([r for r in nameless if "fo_id" in r.get("meta", {})])
        marks, = [r for r in self.results(task) if r["from_name"] == "marks"]
        self.assertEqual(marks["value"], {"choices": ["sun", "rain"]})
        self.assertEqual(marks["meta"], {"fo_ids": {"sun": [shapes.id_of(20), shapes.id_of(22)], "rain": [None]}})

    def test_values_that_break_the_editor_stay_at_home(self):
        """A number beyond 2^53 - 1 ends the editor's reading of a task in silence. What is empty is absent."""
        home = [re.search(r": (\d+) \(", line).group(1) for code, line in self.odd() if code == "LF4003"]
        self.assertEqual(home, [str(2 ** 53 + n) for n in range(len(ODD_NAMES))])
        task, = self.tasks()
        said = [r for r in self.results(task) if r["from_name"].endswith((".crew", ".state"))]
        self.assertEqual({r["value"]["choices"][0] for r in said}, {"new"})
        self.assertFalse([r for r in self.results(task) if r["from_name"] == "note"])  # "" is no value
        self.assertEqual([r["value"] for r in self.results(task) if r["from_name"] == "ready"], [{"choices": ["true"]}])
        lengths = [r["value"]["number"] for r in self.results(task) if r["from_name"].endswith(".length")]
        self.assertEqual(lengths, [n / 2 for n in range(len(ODD_NAMES))])

    def test_far_coordinates_stay_at_home(self):
        docs = [shapes.document(1, boxes={"_cls": "Detections", "detections": [
            shapes.box(1), shapes.box(2, at=(0, 0, 1e300, 1)), shapes.box(3, at=(-1e9, 0, 1, 1))]})]
        shapes.write_dataset(self.path("far"), {"boxes": "Detections"}, docs)
        said = self.told(self.path("far"), "--field", "boxes", status=0)
        self.assertEqual([re.search("label ([0-9a-f]+)", line).group(1) for code, line in said if code == "LF4020"],
                         [shapes.id_of(2), shapes.id_of(3)])
        self.assertEqual({r["id"] for t in self.tasks() for r in self.results(t)}, {shapes.id_of(1)})

    def test_R51_four_fields_in_one_task(self):
        """R51: boxes, polygons, masks and a classification, each under its own control, and each comes back as its own."""
        self.kinds()
        fields = {"boxes": "rectanglelabels", "areas": "polygonlabels", "things": "brushlabels", "weather": "textarea",
                  "lines": "vectorlabels", "pose": "keypointlabels", "seen": "choices"}
        for f, kind in fields.items():
            self.assertEqual({r["type"] for t in self.tasks() for r in self.results(t) if r["from_name"] == f}, {kind})
        back, = self.far_side()
        sent = [sorted((r["from_name"], r["id"]) for r in self.results(t)) for t in self.tasks()]
        came = [sorted((r["from_name"], r["id"]) for r in t["annotations"][0]["result"]) for t in crossing.read_json(back)]
        self.assertEqual(sent, came)


class Parts(Out):
    """R42: no part over the limit, and the sum of the parts is the whole."""

    def test_R42_by_bytes(self):
        self.kinds(samples=9)
        whole = self.tasks()
        size = os.path.getsize(self.files()[0])
        for run, most in zip("abcd", (size, size - 1, size // 2, max(len(json.dumps(t, ensure_ascii=False)) for t in whole) + 10)):
            out = "part_" + run
            self.kinds("--max-archive-bytes", str(most), run=run, out=out)
            names = [os.path.basename(p) for p in self.files(out)]
            self.assertEqual(names, (["tasks.json"] + ["tasks_%03d.json" % k for k in range(2, 99)])[:len(names)])
            self.assertTrue(all(os.path.getsize(p) <= most for p in self.files(out)), most)
            self.assertEqual(len(names) > 1, most < size)
            self.assertEqual([self.labels(t) for t in self.tasks(out)], [self.labels(t) for t in whole])
            # Each is a file that the server takes; together they are the project.
            self.assertEqual(sum(len(crossing.read_json(b)) for b in self.far_side(out=out, back=out + ".back")), len(whole))

    def labels(self, task):
        """A task but for the run's name."""
        return task["data"]["fo_sample_id"], self.results(task)

    def test_R42_by_items(self):
        self.kinds(samples=9)
        whole = self.tasks()
        self.kinds("--max-archive-files", "4", run="four", out="four")
        self.assertEqual([len(crossing.read_json(p)) for p in self.files("four")], [4, 4, 1])
        self.assertEqual([self.labels(t) for t in self.tasks("four")], [self.labels(t) for t in whole])

    def test_a_task_that_fits_no_file_is_refused(self):
        every_kind.make_dataset(self.path("kinds"))
        done = self.labelferry("export", self.path("kinds"), "--to", "labelstudio", "--media", "none", "-o", self.path("out"),
                               "--field", "boxes", "--max-archive-bytes", "1000", status=8)
        self.assertRegex(done.stderr, r"LF4011 limit: its task takes \d+ bytes, and a task file may have 1000; .*\(sample ")
        self.assertFalse(os.path.exists(self.path("out")))


class Schema(Out):
    """What a config cannot hold is refused, or has another name."""

    def refused(self, schema, says):
        shapes.write_dataset(self.path("ds"), {"boxes": "Detections"}, [shapes.document(1, boxes={
            "_cls": "Detections", "detections": [shapes.box(1)]})])
        with open(self.path("schema.json"), "w", encoding="utf-8") as f:
            json.dump(schema, f)
        done = self.labelferry("export", self.path("ds"), "--to", "labelstudio", "--media", "none", "-o", self.path("out"),
                               "--schema", self.path("schema.json"), status=2)
        self.assertIn(says, done.stderr)
        self.assertFalse(os.path.exists(self.path("out")))
        shutil.rmtree(self.path("ds"))

    def test_refused(self):
        rows = [({"classes": ["cat", "cat"]}, "twice"),
                ({"classes": ["cat"], "attributes": {"n": {"type": "select", "values": ["a", "$b"]}}}, "'$'"),
                ({"classes": ["cat"], "attributes": {"n": {"type": "radio", "values": ["a", " b"]}}}, "blanks"),
                ({"classes": ["cat"], "attributes": {"n": {"type": "number", "values": [1, 0, 1]}}}, "[min, max, step]")]
        for entry, says in rows:
            with self.subTest(says):
                self.refused({"boxes": entry}, says)

    def test_names(self):
        renamed = [re.search(r"its own: (.*) -> (\w+)~[0-9a-f]{6} \(", line).groups() for code, line in self.odd() if code == "LF4006"]
        self.assertEqual(renamed, [("$price", "_price"), (" lead", "_lead"), (r"tab\x09here", "tab_here")])
        controls = self.controls()
        self.assertFalse({"image", "image.size"} & set(controls))  # the picture's own name
        field, = (n for n, e in controls.items() if n.startswith("image~") and e.tag == "RectangleLabels")
        labels = [e.get("value") for e in controls[field]]
        self.assertEqual(len(set(labels)), len(labels))
        self.assertEqual([e.get("value") for e in controls[field] if "q" in e.get("value")], ["<lt> & \"q\" 'z'"])
        # One name for an attribute of all classes and one of a class, and the id's own.
        self.assertEqual(sorted(n[len(field):] for n in controls if n.startswith(field + ".size")), [".size", ".size~2"])
        self.assertEqual(sorted(n[len(field):] for n in controls if n.startswith(field + ".label_id")),
                         [".label_id", ".label_id~2"])

    def test_conditions_and_rights(self):
        self.odd()
        controls = self.controls()
        for name in (".size~2", ".fit"):
            own, = (e for n, e in controls.items() if n.endswith(name))
            self.assertEqual((own.get("whenTagName"), own.get("whenLabelValue")), (own.get("name")[:-len(name)], "own"))
        self.assertEqual((own.tag, own.get("choice"), own.get("perRegion")), ("Choices", "single-radio", "true"))
        legs = controls["kind.legs"]
        self.assertEqual((legs.tag, legs.get("perRegion"), legs.get("whenTagName"), legs.get("whenChoiceValue")),
                         ("Number", None, "kind", "cat"))
        size, = (e for n, e in controls.items() if n.endswith(".size"))
        self.assertEqual((size.get("editable"), size.get("maxSubmissions"), size.get("whenTagName")), ("false", "1", None))
        # No default and no bounds: the editor would add results, or hold back a task that has others.
        for e in controls.values():
            for key in ("value", "defaultValue", "selected", "min", "max", "step", "required"):
                self.assertIsNone(e.get(key), e.get("name"))

    def test_notes(self):
        said = dict(self.odd())
        self.assertIn(": lock (field image)", said["LF4018"])
        self.assertIn("(field marks)", said["LF4019"])


class Sheet(Out):
    def test_W21_what_must_not_be_done(self):
        self.kinds("--no-allow-deletions", "--no-allow-label-edits", "--read-only", "note")
        sheet = self.read("out", "SHEET.txt")
        self.assertIn("  Do not: delete labels, change classes, change the attribute boxes.note.\n", sheet)
        self.assertIn("boxes.note, in the dataset note: text (read only)\n", sheet)
        self.assertIn("Export, JSON (the plain one, not JSON-MIN), all tasks.", sheet)
        self.assertIn("LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED", self.sheet_of_harbor())

    def sheet_of_harbor(self, *options):
        self.export(testenv.sample("harbor"), "--runs-dir", self.path("runs"), *options, fields=["ground_truth"], out="h")
        return self.read("h", "SHEET.txt")

    def test_W28_people(self):
        """W28: who is asked stands in the sheet; the names take turns over the tasks."""
        sheet = self.sheet_of_harbor("--task-size", "2", "--task-assignee", "ann1,ann2", "--job-reviewers", "ann3")
        self.assertEqual(re.findall(r"FiftyOne_harbor_(\d+)/: 2 images\n    Assignee: (\S+)\n    Reviewer: (\S+)\n", sheet),
                         [("001", "ann1", "ann3"), ("002", "ann2", "ann3"), ("003", "ann1", "ann3")])


if __name__ == "__main__":
    testenv.unittest.main()
