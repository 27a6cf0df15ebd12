"""Runs that FiftyOne recorded itself, merged, and opened by the real FiftyOne again; and ours after FiftyOne exported them."""

import json
import os
import shutil

import crossing
import fiftyone_upload
import judges
import testenv

KEY = "anno_run"
TREE = "60000007000000000000008c"
BIRD = "60000007000000000000008d"
CAT = "60000007000000000000008f"


def ids_of(dataset, field):
    return sorted(l["_id"]["$oid"] for s in crossing.samples_of(dataset) for l in crossing.labels_of(s, field))


class RecordedLoads(crossing.CrossingCase):
    def seen(self, dataset, key, again):
        done = judges.fiftyone(os.path.join(testenv.SUPPORT, "registered_runs.py"), dataset, key, self.path(again))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout.splitlines()[-1])

    def recorded(self, *edits):
        """The dataset whose run FiftyOne recorded, and what comes back of it."""
        ds = self.copy(testenv.shared("fixtures", "fiftyone", "images_cvat_run"), "ds")
        return ds, fiftyone_upload.dump(fiftyone_upload.tasks(ds, KEY), self.path("back"), edits)

    def test_a_merged_run_is_still_fiftyones_own(self):
        ds, back = self.recorded({"op": "resize", "id": TREE, "dw": 2.5}, {"op": "relabel", "id": BIRD, "label": "dog"},
                                 {"op": "attribute", "id": CAT, "name": "color", "value": "blue"},
                                 {"op": "add", "image": 1, "type": "rectangle", "label": "cat", "points": [1, 2, 9, 12]})
        results = crossing.read_json(os.path.join(ds, "annotations", KEY + ".json"))
        before = ids_of(ds, "ground_truth")
        report = self.merge(ds, back, run=KEY, status=1)
        self.assert_counts(report, kept=1, edited=3, added=1)
        loaded, = judges.load([ds])
        self.assertNotIn("error", loaded)
        self.assertEqual(loaded["fields"]["ground_truth"]["labels"], len(before) + 1)
        seen = self.seen(ds, KEY, "again")
        self.assertEqual((seen["runs"], seen["method"], seen["uid"]), ([KEY], "cvat", None))
        self.assertEqual((seen["config"], seen["results"]), ("CVATBackendConfig", "CVATAnnotationResults"))
        self.assertEqual(seen["id_map"], results["id_map"])
        self.assertEqual(seen["view"], sorted(s["_id"]["$oid"] for s in crossing.samples_of(ds)))
        self.assertEqual((seen["renamed"], seen["again"], seen["deleted"]), (["renamed_" + KEY], True, []))
        self.assertEqual(seen["labels"], len(before) + 1)
        # FiftyOne's own copy holds what was merged, and the same labels.
        self.assertEqual(ids_of(self.path("again"), "ground_truth"), ids_of(ds, "ground_truth"))
        self.assertEqual(set(before) - set(ids_of(ds, "ground_truth")), set())

    def test_a_copy_that_fiftyone_exported_merges_by_its_entry(self):
        ds, back = self.recorded({"op": "relabel", "id": BIRD, "label": "dog"})
        self.merge(ds, back, run=KEY, status=1)
        self.seen(ds, KEY, "again")
        again = self.path("again")
        self.assertFalse(os.path.exists(os.path.join(again, "annotations", KEY)), "the record travels now")
        report = self.merge(again, back, run=KEY, status=1)
        self.assert_counts(report, kept=4)
        self.assertEqual(report["findings"], {"LF2116": 1})
        loaded, = judges.load([again])
        self.assertEqual(loaded["fields"]["ground_truth"]["by_class"].get("dog"), 1)

    def test_a_registered_run_whose_record_fiftyone_left_behind(self):
        ds = self.copy(testenv.sample("harbor"))
        self.export(ds, fields=["ground_truth"], run="night_07")
        back = self.far_side(edits=[{"op": "delete", "image": 0, "shape": 0}])
        self.labelferry("runs", "register", "night_07", "--dataset", ds)
        self.seen(ds, "night_07", "again")
        again = self.path("again")
        self.assertFalse(os.path.exists(os.path.join(again, "annotations", "night_07")))
        moved = self.path("elsewhere")
        os.mkdir(moved)
        back = [shutil.copy(b, moved) for b in back]
        before = testenv.snapshot(again)
        done = self.labelferry("merge", "night_07", *back, "--dataset", again, "--in-place", status=2)
        self.assertIn("LF1006", done.stderr)
        self.assertIn("annotations/night_07", done.stderr)
        self.assertEqual(testenv.snapshot(again), before)
        # With the record that stayed in the first dataset it merges.
        report = self.merge(again, back, "--runs-dir", os.path.join(ds, "annotations"), run="night_07", status=None)
        self.assert_counts(report, kept=14, deleted=1)
        loaded, = judges.load([again])
        self.assertEqual(loaded["fields"]["ground_truth"]["labels"], 14)
