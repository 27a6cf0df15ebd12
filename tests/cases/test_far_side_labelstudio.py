"""The stand-in for Label Studio does what the real server and editor were recorded to do, and refuses what they refuse."""

import json
import os
import re
import shutil

import far_side_labelstudio as far
import labelstudio_brush as brush
import labelstudio_edits as edits
import testenv

FOLDERS = ("as_annotations", "bitmask", "classification", "detections", "ellipses", "flows", "instances_brush",
           "keypoints", "media_local", "media_upload", "polylines", "scalars", "segmentation_brush")
TIMES = ("created_at", "updated_at", "draft_created_at")


def normal(x, key=None):
    """What differs from run to run is blanked; numbers of vertices, which the editor moves by 1e-14, are rounded."""
    if isinstance(x, dict):
        return {k: normal(v, k) for k, v in x.items()}
    if isinstance(x, list):
        return [normal(v) for v in x]
    if key in TIMES and x:
        return "time"
    if key == "lead_time" and x is not None:
        return 1.0
    if key == "file_upload":
        return re.sub("^[0-9a-f]{8}", "8hex", x)
    if key == "image":  # of a picture uploaded first, which got a prefix there and lost its blank
        return re.sub("^@upload:|^/data/upload/1/[0-9a-f]{8}-", "upload:", x).replace("_", " ")
    return round(x, 9) if isinstance(x, float) else x


def read(*parts):
    with open(os.path.join(*parts), encoding="utf-8") as f:
        return json.load(f)


class Recorded(testenv.Case):
    maxDiff = 3000

    def project(self, name):
        return far.Project(testenv.shared("fixtures", "labelstudio", name))

    def assert_recorded(self, name, what, project, form="json"):
        got = normal(json.loads(far.export(project, form)))
        want = normal(read(testenv.shared("fixtures", "labelstudio", name), what))
        self.assertEqual(len(got), len(want))
        for a, b in zip(got, want):
            for key in sorted(set(a) | set(b)):
                if key != "file_upload" or key in b:
                    self.assertEqual(a.get(key, "absent"), b.get(key, "absent"), key)

    def test_every_folder_of_images_is_here(self):
        there = {n for n in os.listdir(testenv.shared("fixtures", "labelstudio"))
                 if os.path.exists(testenv.shared("fixtures", "labelstudio") + "/" + n + "/edits.json")}
        self.assertEqual(set(FOLDERS), there - {"video"})

    def test_submitted_untouched(self):
        for name in FOLDERS:
            if name == "flows":  # recorded without the editor
                continue
            with self.subTest(folder=name):
                p = self.project(name)
                for t in p.tasks:
                    if t.predictions or t.annotations:
                        t.submit()
                self.assert_recorded(name, "export_untouched.json", p)

    def test_edited(self):
        for name in FOLDERS:
            with self.subTest(folder=name):
                p = self.project(name)
                for t in p.tasks:
                    if name != "flows" and (t.predictions or t.annotations):
                        t.submit()
                edits.replay(p, read(testenv.shared("fixtures", "labelstudio", name), "edits.json"))
                self.assert_recorded(name, "export_edited.json", p)
                self.assert_recorded(name, "snapshot_edited.json", p, "snapshot")
                self.assert_recorded(name, "export_edited_min.json", p, "min")

    def test_the_editor_changes_nothing_more_the_second_time(self):
        for name in FOLDERS:
            with self.subTest(folder=name):
                p = self.project(name)
                for t in p.tasks:
                    a = t.submit()
                    again = p.through_editor(a["result"])
                    self.assertEqual(json.dumps(again), json.dumps(a["result"]))

    def test_brush_vectors(self):
        """The editor's stream is the encoder's without the surplus byte; literal blocks are read too."""
        said = read(testenv.shared("oracles", "brush_vectors.json"))
        for v in said["vectors"]:
            values = brush.decode(v["rle"])
            self.assertEqual(len(values), 4 * v["width"] * v["height"], v["name"])
            self.assertIn(v["rle"], (brush.encode(values), brush.encode(values) + [0]), v["name"])
        for v in said["streams"]:
            self.assertEqual(brush.decode(v["rle"]), v["values"], v["name"])


class Small(testenv.Case):
    """One project of boxes with a number."""

    CONFIG = ('<View><Image name="image" value="$image"/><RectangleLabels name="f" toName="image"><Label value="cat"/>'
              '</RectangleLabels><Number name="f.n" toName="image" perRegion="true"/></View>')
    SIZE = {"original_width": 64, "original_height": 48, "image_rotation": 0}

    def box(self, **more):
        return {"id": "a", "from_name": "f", "to_name": "image", "type": "rectanglelabels", **self.SIZE, "value": {
            "x": 1, "y": 2, "width": 3, "height": 4, "rotation": 0, "rectanglelabels": ["cat"]}, **more}

    def task(self, *results, **more):
        return {"data": {"image": "x"}, "predictions": [{"result": list(results)}], **more}

    def refused(self, why, tasks=None, config=None):
        shutil.rmtree(self.path("p"), ignore_errors=True)
        os.mkdir(self.path("p"))
        with open(self.path("p", "config.xml"), "w", encoding="utf-8") as f:
            f.write(config or self.CONFIG)
        with open(self.path("p", "tasks.json"), "w", encoding="utf-8") as f:
            json.dump([self.task()] if tasks is None else tasks, f)
        if why is None:
            return far.Project(self.path("p"))
        with self.assertRaisesRegex(far.Refused, why):
            far.Project(self.path("p"))


class Refusals(Small):
    """What the server says of bad input, and what its SDK does."""

    def test_configs(self):
        self.refused(None)
        self.refused("unclosed|no element", config="<View")
        self.refused("not found in names", config=self.CONFIG.replace('toName="image"><L', 'toName="img"><L'))
        self.refused("non-unique", config=self.CONFIG.replace('"f.n"', '"f"'))
        self.refused("DTD", config='<!DOCTYPE View [<!ENTITY a "b">]>' + self.CONFIG)
        self.refused("comma", config=self.CONFIG.replace('"f.n"', '"f,n"'))
        self.refused("label twice", config=self.CONFIG.replace('<Label value="cat"/>', '<Label value="cat"/>' * 2))
        self.refused("whenTagName", config=self.CONFIG.replace("perRegion", 'whenTagName="g" perRegion'))

    def test_tasks(self):
        self.refused("No tasks", [])
        self.refused("key is expected", [{"data": {"x": 1}}])
        self.refused("is of type", [{"data": {"image": 5}}])
        self.refused("must be dict", [5])
        self.refused("meta", [self.task(meta="x")])
        self.refused("must be list", [{"data": {"image": "x"}, "annotations": {}}])
        self.refused("must have", [{"data": {"image": "x"}, "annotations": [{}]}])
        self.refused("HTTP 500", [{"data": {"image": "x"}, "annotations": [{"result": [], "id": "a"}]}])
        self.refused("NaN", [self.task(self.box(score=float("nan")))])

    def test_results(self):
        self.refused(None, [self.task(self.box())])
        self.refused("HTTP 500", [self.task(5)])
        self.refused("names no control", [self.task(self.box(from_name="g"))])
        self.refused("to_name", [self.task(self.box(to_name="img"))])
        self.refused("type", [self.task(self.box(type="choices"))])
        self.refused("no label", [self.task(self.box(value=dict(self.box()["value"], rectanglelabels=["dog"])))])
        self.refused("in the value", [self.task(self.box(value={"x": 1}))])
        self.refused("no number", [self.task(self.box(value=dict(self.box()["value"], x="1")))])
        self.refused("original_width", [self.task(self.box(original_width=None))])
        self.refused("score", [self.task(self.box(score=2))])
        self.refused("id 'a'", [self.task(self.box(), self.box())])
        number = {"id": "b", "from_name": "f.n", "to_name": "image", "type": "number", "value": {"number": 1}}
        self.refused("no region", [self.task(self.box(), number)])
        self.refused(None, [self.task(self.box(), dict(number, id="a"))])


class Editor(Small):
    """Rules of the editor that no recorded folder shows."""

    def edit(self, config, results, *script):
        p = self.refused(None, [self.task(*results)], config)
        far.submit_all([p])
        edits.apply_edits([p], list(script))
        return p.tasks[0].annotations[0]["result"]

    def test_an_attribute_of_another_class_is_dropped_on_a_relabel(self):
        config = self.CONFIG.replace('<Label value="cat"/>', '<Label value="cat"/><Label value="dog"/>').replace(
            "perRegion", 'whenTagName="f" whenLabelValue="cat" perRegion')
        number = {"id": "a", "from_name": "f.n", "to_name": "image", "type": "number", "value": {"number": 1.0}}
        out = self.edit(config, [self.box(), number])
        self.assertEqual([r["from_name"] for r in out], ["f", "f.n"])
        self.assertEqual(out[1]["value"], {"x": 1, "y": 2, "width": 3, "height": 4, "rotation": 0, "number": 1})
        out = self.edit(config, [self.box(), number], {"op": "relabel", "id": "a", "label": "dog"})
        self.assertEqual([r["from_name"] for r in out], ["f"])

    def test_a_copy_has_a_fresh_id_and_all_else(self):
        number = {"id": "a", "from_name": "f.n", "to_name": "image", "type": "number", "value": {"number": 1}}
        out = self.edit(self.CONFIG, [self.box(meta={"fo_id": "a", "x": {"y": 1}}), number],
                        {"op": "copy", "id": "a", "dx": 6.4})
        self.assertEqual([r["from_name"] for r in out], ["f", "f.n"] * 2)
        self.assertEqual(len({r["id"] for r in out}), 2)
        self.assertEqual(len(out[2]["id"]), 10)
        self.assertEqual([r["meta"] for r in out], [{"fo_id": "a", "x": {"y": 1}}] * 4)
        self.assertEqual([r["value"]["x"] for r in out], [1, 1, 11, 11])

    def test_keys_that_nobody_knows_are_gone(self):
        out = self.edit(self.CONFIG, [self.box(odd=1, hidden=True, value=dict(self.box()["value"], odd=2), meta={"odd": 3})])
        self.assertEqual((out[0]["meta"], "odd" in out[0], "hidden" in out[0], "odd" in out[0]["value"]),
                         ({"odd": 3}, False, False, False))

    def test_a_box_turns_about_its_centre(self):
        out = self.edit(self.CONFIG, [self.box(value=dict(self.box()["value"], width=32, height=32))],
                        {"op": "rotate", "id": "a", "angle": 180})
        v = out[0]["value"]
        self.assertEqual([round(v[k], 9) for k in ("x", "y", "width", "height", "rotation")], [33, 34, 32, 32, 180])

    def test_an_open_polygon_cannot_be_submitted(self):
        config = self.CONFIG.replace("Rectangle", "Polygon")
        value = {"points": [[1, 1], [2, 1], [2, 2]], "polygonlabels": ["cat"]}
        out = self.edit(config, [self.box(type="polygonlabels", value=value)])
        self.assertIs(out[0]["value"]["closed"], True)
        with self.assertRaisesRegex(far.Refused, "Submit"):
            self.edit(config, [self.box(type="polygonlabels", value=dict(value, closed=False))])


if __name__ == "__main__":
    testenv.unittest.main()
