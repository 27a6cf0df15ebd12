"""Runs that FiftyOne sent to CVAT itself and recorded: merged as if they were ours."""

import json
import os
import shutil

import crossing
import fiftyone_upload
import testenv

BASE = {"LF2116": 1}  # the first merge: the record has no base
KEY = "anno_run"
TREE = "60000007000000000000008c"
BIRD = "60000007000000000000008d"
CAT = "60000007000000000000008f"


class RecordedCase(crossing.CrossingCase):
    def dataset(self, name="images_cvat_run"):
        return self.copy(testenv.shared("fixtures", "fiftyone", name), "ds")

    def sent(self, ds, *edits, key=KEY, back="back", **how):
        """The archives of the run, as CVAT gives them after the edits."""
        return fiftyone_upload.dump(fiftyone_upload.tasks(ds, key), self.path(back), edits, **how)

    def merged(self, ds, archives, *options, key=KEY, status=1, **how):
        return self.merge(ds, archives, *options, run=key, status=status, **how)

    def label(self, ds, label_id):
        for s in crossing.samples_of(ds):
            for value in s.values():
                for lot in value.values() if isinstance(value, dict) else ():
                    for one in lot if isinstance(lot, list) else ():
                        if isinstance(one, dict) and one.get("_id") == {"$oid": label_id}:
                            return one
        return None


class OneFieldOneTask(RecordedCase):
    """The fixture: deletions are forbidden, everything else is allowed."""

    def test_an_unedited_task_changes_no_byte(self):
        for jobs in (False, True):
            ds = self.dataset()
            before = self.data_of(ds)
            report = self.merged(ds, self.sent(ds, jobs=jobs))
            self.assertEqual((report["counts"], report["findings"]), (crossing.counts(kept=4), BASE))
            self.assertEqual(report["items"]["came"], 2)
            self.assert_unchanged(ds, before)
            self.clear()

    def test_the_record_keeps_whose_media_were_sent(self):
        for field in ("filepath", "blurred"):
            ds = self.dataset()
            for name in ("metadata.json", "samples.json"):
                whole = crossing.read_json(os.path.join(ds, name))
                for doc in whole.get("samples", ()):
                    doc["blurred"] = doc["filepath"].replace("data/", "blurred/")
                for run in whole.get("annotation_runs", {}).values():
                    run["config"]["media_field"] = field
                with open(os.path.join(ds, name), "w", encoding="utf-8") as f:
                    json.dump(whole, f)
            before = self.data_of(ds)
            self.assert_counts(self.merged(ds, self.sent(ds)), kept=4)
            self.assert_unchanged(ds, before)
            record = crossing.read_json(os.path.join(ds, "annotations", KEY, "run.json"))
            self.assertEqual(record.get("media_field", "filepath"), field)
            self.clear()

    def test_a_dry_run_writes_nothing(self):
        ds = self.dataset()
        before = testenv.snapshot(ds)
        report = self.merged(ds, self.sent(ds, {"op": "move", "id": TREE, "dx": 3}), where=("-n",))
        self.assert_counts(report, kept=3, edited=1)
        self.assertEqual(testenv.snapshot(ds), before)

    def test_edits_write_what_was_edited_and_no_other_number(self):
        ds = self.dataset()
        before = {i: self.label(ds, i) for i in (TREE, BIRD, CAT)}
        archives = self.sent(ds, {"op": "resize", "id": TREE, "dw": 2.5}, {"op": "relabel", "id": BIRD, "label": "dog"},
                             {"op": "attribute", "id": CAT, "name": "color", "value": "blue"},
                             {"op": "add", "image": 1, "type": "rectangle", "label": "cat", "points": [1, 2, 9, 12]})
        report = self.merged(ds, archives)
        self.assert_counts(report, kept=1, edited=3, added=1)
        tree, bird, cat = (self.label(ds, i) for i in (TREE, BIRD, CAT))
        x, y, w, h = before[TREE]["bounding_box"]
        self.assertEqual(tree["bounding_box"][:2] + tree["bounding_box"][3:], [x, y, h])
        size = self.sizes(ds)
        self.assertAlmostEqual((tree["bounding_box"][0] + tree["bounding_box"][2]) * size[0],
                               round((x + w) * size[0]) + 2.5, places=2)
        self.assertEqual(bird, {**before[BIRD], "label": "dog"})
        self.assertEqual(cat, {**before[CAT], "color": "blue"})
        self.assertEqual(len(crossing.labels_of(crossing.samples_of(ds)[1], "ground_truth")), 3)

    def sizes(self, ds):
        return fiftyone_upload.size_of(ds, crossing.samples_of(ds)[0])

    def test_deletions_are_refused_as_the_run_says(self):
        ds = self.dataset()
        before = self.data_of(ds)
        report = self.merged(ds, self.sent(ds, {"op": "delete", "id": TREE}))
        self.assert_counts(report, kept=3, refused=1)
        self.assert_unchanged(ds, before)

    def test_a_value_that_was_not_sent_stays_absent(self):
        ds = self.dataset()
        archives = self.sent(ds, {"op": "move", "id": BIRD, "dx": 1, "dy": 1})
        self.merged(ds, archives)
        self.assertNotIn("color", self.label(ds, BIRD))

    def test_the_second_merge_is_exact(self):
        ds = self.dataset()
        first = self.sent(ds, {"op": "resize", "id": TREE, "dw": 2.37},
                          {"op": "add", "image": 0, "type": "rectangle", "label": "cat", "points": [1, 2, 9, 12]},
                          back="one")
        self.assert_counts(self.merged(ds, first), kept=3, edited=1, added=1)
        after = self.data_of(ds)
        again = self.merged(ds, first, status=0)
        self.assert_counts(again, kept=5)
        self.assertIn("merged before", again["stderr"])
        self.assert_unchanged(ds, after)
        # the same state dumped anew
        later = self.path("later.xml")
        with open(first[0], encoding="utf-8") as f:
            text = f.read().replace(":06.678901", ":09.678901")
        with open(later, "w", encoding="utf-8") as f:
            f.write(text)
        self.assert_counts(self.merged(ds, [later], status=0), kept=5)
        self.assert_unchanged(ds, after)
        # edited here since, and there too: base knows what each side did
        path = os.path.join(ds, "samples.json")
        with open(path, encoding="utf-8") as f:
            docs = f.read()
        with open(path, "w", encoding="utf-8") as f:
            f.write(docs.replace('"label":"tree"', '"label":"bird"').replace('"label": "tree"', '"label": "bird"'))
        self.assertEqual(self.label(ds, TREE)["label"], "bird")
        with open(later, "w", encoding="utf-8") as f:
            f.write(text.replace(":09.678901", ":10.678901").replace('label="cat"', 'label="dog"'))
        report = self.merged(ds, [later], status=0)
        self.assert_counts(report, kept=3, edited=2)
        self.assertEqual(self.label(ds, TREE)["label"], "bird")

    def test_into_a_new_dataset_with_its_record(self):
        ds = self.dataset()
        before = testenv.snapshot(ds)
        archives = self.sent(ds, {"op": "move", "id": TREE, "dx": 3})
        self.merged(ds, archives, where=("-o", self.path("new")))
        self.assertEqual(testenv.snapshot(ds), before)
        self.assertTrue(os.path.exists(self.path("new", "annotations", KEY, "run.json")))
        after = self.data_of(self.path("new"))
        self.assert_counts(self.merged(self.path("new"), archives, status=0), kept=4)
        self.assert_unchanged(self.path("new"), after)

    def test_the_record_may_lie_elsewhere(self):
        ds = self.dataset()
        archives = self.sent(ds, {"op": "move", "id": TREE, "dx": 3})
        self.merged(ds, archives, "--runs-dir", self.path("runs"))
        self.assertEqual(sorted(os.listdir(os.path.join(ds, "annotations"))), ["anno_run", "anno_run.json"])
        self.assertTrue(os.path.exists(self.path("runs", KEY, "base.jsonl")))
        self.assert_counts(self.merged(ds, archives, "--runs-dir", self.path("runs"), status=0), kept=4)


class WhatTheRecordLacks(RecordedCase):
    def refused(self, ds, archives, text, code="LF3065"):
        before = testenv.snapshot(ds)
        done = self.labelferry("merge", KEY, *archives, "--dataset", ds, "--in-place", status=None)
        self.assertNotIn(done.returncode, (0, 1))
        self.assertIn(code, done.stderr)
        self.assertIn(text, done.stderr)
        self.assertEqual(testenv.snapshot(ds), before)

    def test_each_missing_thing_is_said(self):
        ds = self.dataset()
        archives = self.sent(ds)
        meta, results = os.path.join(ds, "metadata.json"), os.path.join(ds, "annotations", KEY + ".json")

        def config(**values):
            return lambda d: d["annotation_runs"][KEY]["config"].update(values)

        def schema(change):
            return lambda d: change(d["annotation_runs"][KEY]["config"]["label_schema"])

        for path, change, text, code in (
                (results, None, "without the run's results", "LF3065"),
                (results, lambda d: d.pop("id_map"), "which labels were sent", "LF3065"),
                (results, lambda d: d.pop("frame_id_map"), "which frame is which sample", "LF3065"),
                (results, lambda d: d.pop("labels_task_map"), "which task has which field", "LF3065"),
                (results, lambda d: d.update(frame_id_map={}), "no frame that was sent", "LF3065"),
                (results, lambda d: d["id_map"].update(_clips={}), "videos or clips", "LF3065"),
                (results, lambda d: d["id_map"].update({"frames.a": {}}), "videos or clips", "LF3065"),
                (results, lambda d: d["id_map"]["ground_truth"].update({"6" * 24: {"7" * 24: []}}), "videos", "LF3065"),
                (results, lambda d: d["id_map"]["ground_truth"].update({"6" * 24: ["7"]}), "no id", "LF3061"),
                (results, lambda d: d["id_map"].update(other={}), "other", "LF3061"),
                (results, lambda d: d.update(frame_id_map={"x": {}}), "no task", "LF3061"),
                (results, lambda d: d.update(labels_task_map={"ground_truth": [1.5]}), "no task", "LF3061"),
                (meta, config(name="labelstudio"), "labelstudio", "LF3065"),
                (meta, config(label_schema=None), "no label schema", "LF3065"),
                (meta, lambda d: d["annotation_runs"][KEY].pop("config"), "no configuration", "LF3065"),
                (meta, lambda d: d["annotation_runs"].update({KEY: 5}), "not an object", "LF3061"),
                (meta, schema(lambda s: s["ground_truth"].update(type=None)), "its type", "LF3065"),
                (meta, schema(lambda s: s["ground_truth"].update(type="boxes")), "type", "LF3065"),
        ):
            with self.subTest(text=text, code=code):
                with open(path, encoding="utf-8") as f:
                    old = f.read()
                if change:
                    doc = json.loads(old)
                    change(doc)
                    with open(path, "w", encoding="utf-8") as f:
                        json.dump(doc, f)
                else:
                    os.remove(path)
                self.refused(ds, archives, text, code)
                with open(path, "w", encoding="utf-8") as f:
                    f.write(old)

    def test_damaged_results(self):
        ds = self.dataset()
        archives = self.sent(ds)
        path = os.path.join(ds, "annotations", KEY + ".json")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        with open(path, "w", encoding="utf-8") as f:
            f.write(text[:len(text) // 2])
        self.refused(ds, archives, KEY + ".json", "LF3001")

    def test_another_name_is_no_run(self):
        ds = self.dataset()
        done = self.labelferry("merge", "other", *self.sent(ds), "--dataset", ds, "--in-place", status=2)
        self.assertIn("LF1006", done.stderr)

    def test_our_record_without_fiftyones(self):
        ds = self.dataset()
        archives = self.sent(ds)
        self.merged(ds, archives)
        path = os.path.join(ds, "metadata.json")
        with open(path, encoding="utf-8") as f:
            doc = json.load(f)
        doc["annotation_runs"] = {}
        with open(path, "w", encoding="utf-8") as f:
            json.dump(doc, f)
        self.refused(ds, archives, "no longer has the run")


class SeveralFieldsAndTasks(RecordedCase):
    """images_full: classes that fields share, scalars, rings, masks among boxes; tasks of two images."""

    def send(self, types, **how):
        ds = self.dataset("images_full")
        schema = {}
        for field, kind in types.items():
            classes = {l["label"] for s in crossing.samples_of(ds) for l in self.labels(s.get(field)) if l.get("label")}
            schema[field] = {"type": kind, "classes": sorted(classes), "attributes": {}, "existing_field": True}
        fiftyone_upload.record(ds, KEY, schema, **how)
        return ds

    def labels(self, value):
        if not isinstance(value, dict):
            return []
        return value.get(fiftyone_upload.LISTS.get(value["_cls"]), [value])

    def test_an_unedited_upload_changes_no_byte(self):
        for types, how in (
                ({"detections": "detections", "classification": "classification", "an_int": "scalar"}, {"task_size": 2}),
                ({"detections": "detections", "classification": "classification"}, {"alone": True}),
                ({"polylines": "polygons", "detection": "detection"}, {"task_size": 1})):
            with self.subTest(types=types, **how):
                ds = self.send(types, **how)
                before = self.data_of(ds)
                report = self.merged(ds, self.sent(ds))
                counts = report["counts"]
                self.assertGreater(counts["kept"], 0)
                self.assertEqual(counts["kept"] + counts["ignored"], counts["labels"])
                self.assertLessEqual(set(report["findings"]), {"LF2116", "LF2129"})
                self.assertEqual(report["items"]["came"], 3)
                self.assert_unchanged(ds, before)
            self.clear()

    def test_labels_and_samples_that_were_not_sent_stay(self):
        ds = self.send({"detections": "detections"})
        out = crossing.samples_of(ds)[1]["_id"]["$oid"]
        shutil.rmtree(ds)
        ds = self.dataset("images_full")
        schema = {"detections": {"type": "detections", "classes": ["cat"], "attributes": {}, "existing_field": True}}
        fiftyone_upload.record(ds, KEY, schema, leave=[out])
        sent = crossing.read_json(os.path.join(ds, "annotations", KEY + ".json"))["id_map"]["detections"]
        ids = [i for lot in sent.values() for i in lot]
        self.assertTrue(ids)
        before = crossing.samples_of(ds)
        archives = self.sent(ds, *({"op": "delete", "id": i} for i in ids))
        report = self.merged(ds, archives)
        self.assertEqual(report["counts"]["deleted"], len(ids))
        for was, now in zip(before, crossing.samples_of(ds)):
            self.assertEqual(now["detections"]["detections"],
                             [l for l in was["detections"]["detections"] if l["_id"]["$oid"] not in ids])
