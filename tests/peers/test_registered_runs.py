"""A run that `runs register` wrote is one of FiftyOne's own to the real FiftyOne."""

import json
import os

import crossing
import judges
import testenv


class Registered(crossing.CrossingCase):
    def setUp(self):
        super().setUp()
        self.ds = self.copy(testenv.sample("harbor"))

    def seen(self, key="night_07", status=0, method="cvat"):
        done = judges.fiftyone(os.path.join(testenv.SUPPORT, "registered_runs.py"), self.ds, key, self.path("again"), method)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return json.loads(done.stdout.splitlines()[-1])

    def shipped(self, *fields):
        """{field: {sample: ids}} of the documents themselves."""
        out = {f: {} for f in fields}
        for s in crossing.samples_of(self.ds):
            for f in fields:
                ids = [label["_id"]["$oid"] for label in crossing.labels_of(s, f)]
                if ids:
                    out[f][s["_id"]["$oid"]] = ids if f == "ground_truth" else ids[0]
        return out

    def register(self, *options, key="night_07"):
        self.labelferry("runs", "register", key, "--dataset", self.ds, *options)

    def test_all_that_users_do(self):
        self.export(self.ds, "--segment-size", "4", "--task-assignee", "ann1", "--job-assignees", "ann2,ann3",
                    "--job-reviewers", "ann4", fields=["ground_truth", "weather"], run="night_07")
        self.register("--time", "2024-02-29T10:20:30.123Z")
        seen = self.seen()
        self.assertEqual(seen["runs"], ["night_07"])
        self.assertEqual(seen["of_method"], ["night_07"])
        self.assertEqual((seen["config"], seen["method"], seen["results"]),
                         ("CVATBackendConfig", "cvat", "CVATAnnotationResults"))
        self.assertEqual(seen["time"], "2024-02-29T10:20:30.123000")
        self.assertEqual(seen["schema"]["ground_truth"]["type"], "detections")
        self.assertEqual(seen["schema"]["ground_truth"]["classes"], ["boat", "buoy", "pier"])
        self.assertEqual(seen["view"], sorted(s["_id"]["$oid"] for s in crossing.samples_of(self.ds)))
        self.assertEqual(seen["id_map"], self.shipped("ground_truth", "weather"))
        self.assertEqual(seen["tasks"], [[], {}, {}, {}])
        self.assertEqual((seen["renamed"], seen["again"], seen["deleted"]), (["renamed_night_07"], True, []))
        self.assertEqual(seen["labels"], 15)
        # What FiftyOne writes of it again still says whose record it is.
        with open(self.path("again", "metadata.json"), encoding="utf-8") as f:
            entry = json.load(f)["annotation_runs"]["night_07"]
        record = crossing.read_json(os.path.join(self.ds, "annotations", "night_07", "run.json"))
        self.assertEqual(entry["config"]["labelferry_uid"], record["uid"])
        self.assertEqual([entry["config"][k] for k in ("segment_size", "task_assignee", "job_assignees", "job_reviewers")],
                         [4, "ann1", ["ann2", "ann3"], ["ann4"]])
        said = self.labelferry("runs", "list", "--dataset", self.path("again"), "--json").stdout
        self.assertEqual(json.loads(said)["runs"][0]["uid"], record["uid"])

    def test_of_label_studio(self):
        self.export(self.ds, "--to", "labelstudio", fields=["ground_truth", "weather"], run="night_07")
        self.register()
        seen = self.seen(method="labelstudio")
        self.assertEqual((seen["runs"], seen["of_method"]), (["night_07"], ["night_07"]))
        self.assertEqual((seen["config"], seen["method"], seen["results"]),
                         ("LabelStudioBackendConfig", "labelstudio", "LabelStudioAnnotationResults"))
        self.assertEqual(seen["id_map"], self.shipped("ground_truth", "weather"))
        self.assertEqual(seen["tasks"], [None, {}])
        self.assertEqual((seen["renamed"], seen["again"], seen["deleted"]), (["renamed_night_07"], True, []))

    def test_renamed_here_and_after_a_merge(self):
        self.export(self.ds, fields=["ground_truth"], run="night_07")
        self.register()
        back = self.far_side(edits=[
            {"op": "add", "image": "empty-04", "type": "rectangle", "label": "boat", "points": [1, 2, 30, 40]},
            {"op": "delete", "image": 0, "shape": 0}])
        self.merge(self.ds, back, run="night_07")
        self.register()
        self.labelferry("runs", "rename", "night_07", "day_1", "--dataset", self.ds)
        seen = self.seen("day_1")
        self.assertEqual(seen["runs"], ["day_1"])
        self.assertEqual(seen["id_map"], self.shipped("ground_truth"))

    def test_only_what_was_sent_is_in_the_map(self):
        self.export(self.ds, "--classes", "boat", fields=["ground_truth"], run="night_07")
        self.register()
        ids = sum(self.seen()["id_map"]["ground_truth"].values(), [])
        boats = [label["_id"]["$oid"] for s in crossing.samples_of(self.ds)
                 for label in crossing.labels_of(s, "ground_truth") if label["label"] == "boat"]
        self.assertEqual(sorted(ids), sorted(boats))
