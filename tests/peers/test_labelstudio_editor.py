"""The judge itself: the real Label Studio, its editor, and a person's hand in it do what is known of them."""

import json

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
