"""A view is exported, the dataset is merged: samples are known by _id, and what the view left out stays."""

import json
import os
import shutil

import crossing
import testenv

FULL, VIEW = "images_full", "images_view"
FIELDS = ["detections", "classification"]


def folder(name):
    return testenv.shared("fixtures", "fiftyone", name)


class W01(crossing.CrossingCase):
    """images_view is a view of images_full that lacks most fields; here it loses labels and a sample as well."""

    def setUp(self):
        super().setUp()
        self.full, self.view = self.copy(folder(FULL), "full"), self.copy(folder(VIEW), "view")
        docs = crossing.samples_of(self.view)
        self.left = docs.pop()  # a sample outside the view
        self.hidden = [docs[0]["detections"]["detections"].pop(1), docs[1]["detections"]["detections"].pop(0)]
        self.shown = [l for s in docs for l in s["detections"]["detections"] if l.get("label")]
        self.write(self.view, docs)

    def write(self, ds, docs):
        with open(os.path.join(ds, "samples.json"), "w", encoding="utf-8") as f:
            json.dump({"samples": docs}, f)

    def edits(self):
        moved, gone = self.shown[0]["_id"]["$oid"], self.shown[-1]["_id"]["$oid"]
        return [{"op": "move", "id": moved, "dx": 3}, {"op": "delete", "id": gone},
                {"op": "add", "of": moved, "type": "rectangle", "label": self.shown[0]["label"], "points": [1, 2, 9, 12]}]

    def cross(self, *options, edits=None):
        self.export(self.view, *options, fields=FIELDS)
        return self.far_side(edits=edits)

    def use(self, how, ds):
        """The record where `how` says it is; gives the options of the merge."""
        record = os.path.join(self.view, "annotations", "r")
        if how == "dataset":
            os.makedirs(os.path.join(ds, "annotations"), exist_ok=True)
            shutil.copytree(record, os.path.join(ds, "annotations", "r"))
        elif how == "runs":
            os.makedirs(self.path("runs"), exist_ok=True)
            shutil.copytree(record, self.path("runs", "r"))
            return ["--runs-dir", self.path("runs")]
        return []

    def archives(self, how, back):
        """Beside the archives lies the copy of the record only where it is meant to be found."""
        if how != "beside":
            return back
        lot = [os.path.join(self.path("out"), os.path.basename(b)) for b in back]
        for b, to in zip(back, lot):
            shutil.copy(b, to)
        return lot

    def assert_only(self, after, docs, changed):
        """No document but those changed, and of them no field but detections and no label but the shown ones."""
        kept = {"classification"} | {k for s in docs for k in s}
        shown = {l["_id"]["$oid"] for l in self.shown}
        for was, now in zip(docs, after):
            self.assertEqual(list(was), list(now))
            for k in kept - {"detections"}:
                self.assertEqual(json.dumps(was.get(k)), json.dumps(now.get(k)))
            new = {l["_id"]["$oid"]: l for l in now["detections"]["detections"]}
            for l in was["detections"]["detections"]:
                if l["_id"]["$oid"] not in shown:
                    self.assertEqual(new.get(l["_id"]["$oid"]), l)
        self.assertEqual([json.dumps(a) != json.dumps(b) for a, b in zip(docs, after)], changed)

    def test_edits_of_the_view_reach_the_full_dataset_and_nothing_else_does(self):
        back = self.cross(edits=self.edits())
        docs = crossing.samples_of(self.full)
        ids = [s["_id"]["$oid"] for s in docs]
        changed = [any(l in self.shown for l in s["detections"]["detections"] if l.get("label"))
                   and s["_id"] != self.left["_id"] for s in docs]
        results = {}
        for how in ("dataset", "runs", "beside"):
            for where in ("place", "new"):
                with self.subTest(record=how, where=where):
                    ds = self.copy(folder(FULL), "ds_%s_%s" % (how, where))
                    options = self.use(how, ds)
                    new = self.path("new_%s" % how)
                    report = self.merge(ds, self.archives(how, back), *options,
                                        where=("--in-place",) if where == "place" else ("-o", new),
                                        status=1 if how == "beside" else 0)
                    counts = report["counts"]
                    gone = 0 if how == "beside" else 1  # the copy does not say which labels were shown
                    self.assertEqual((counts["edited"], counts["deleted"], counts["added"]), (1, gone, 1))
                    self.assertEqual(report["findings"], {} if gone else {"LF2109": 1, "LF2116": 1, "LF2127": 2})
                    result = ds if where == "place" else new
                    after = crossing.samples_of(result)
                    self.assertEqual([s["_id"]["$oid"] for s in after], ids)
                    self.assert_only(after, docs, changed if gone else [True, False, False])
                    data = self.data_of(result)
                    results[how, where] = {k: v for k, v in data.items() if not k.startswith("annotations")}
                    shutil.rmtree(self.path("runs"), ignore_errors=True)
        for a, b in ((("dataset", "place"), ("dataset", "new")), (("dataset", "place"), ("runs", "place")),
                     (("runs", "place"), ("runs", "new")), (("beside", "place"), ("beside", "new"))):
            self.assert_same(results[a], results[b])

    def assert_same(self, first, other):
        self.assertEqual(sorted(other), sorted(first))
        self.assertEqual([n for n in first if first[n] != other[n]], [])

    def test_the_exported_dataset_gets_the_same_bytes_from_a_record_anywhere(self):
        back = self.cross(edits=self.edits())
        plain = self.path("plain")
        shutil.copytree(self.view, plain, ignore=shutil.ignore_patterns("annotations"))
        results = []
        for how in ("dataset", "runs", "beside"):
            ds = self.copy(plain, "ds_" + how)
            report = self.merge(ds, self.archives(how, back), *self.use(how, ds), status=1 if how == "beside" else 0)
            counts = report["counts"]
            self.assertEqual((counts["edited"], counts["deleted"], counts["added"]), (1, 1, 1))
            results.append({k: v for k, v in self.data_of(ds).items() if not k.startswith("annotations")})
        for other in results[1:]:
            self.assert_same(results[0], other)

    def test_an_unedited_view_changes_no_byte_of_the_full_dataset(self):
        back = self.cross()
        before = self.data_of(self.full)
        self.use("dataset", self.full)
        report = self.merge(self.full, back)
        self.assertEqual(report["counts"]["kept"], report["counts"]["labels"])
        self.assert_unchanged(self.full, before)

    def test_all_shown_labels_deleted_leaves_the_hidden_ones(self):
        back = self.cross(edits=[{"op": "delete", "id": l["_id"]["$oid"]} for l in self.shown])
        self.use("dataset", self.full)
        before = crossing.samples_of(self.full)
        report = self.merge(self.full, back)
        self.assertEqual(report["counts"]["deleted"], len(self.shown))
        shown = {l["_id"]["$oid"] for l in self.shown}
        for was, now in zip(before, crossing.samples_of(self.full)):
            self.assertEqual(now["detections"]["detections"],
                             [l for l in was["detections"]["detections"] if l["_id"]["$oid"] not in shown])

    def test_a_later_export_with_another_order_other_paths_and_no_media(self):
        back = self.cross(edits=self.edits())
        docs = crossing.samples_of(self.full)
        for s in docs:
            s["filepath"] = "/elsewhere/%s/%s" % (s["_id"]["$oid"], "z02.png")
        docs.reverse()
        self.write(self.full, docs)
        shutil.rmtree(os.path.join(self.full, "data"))
        self.use("dataset", self.full)
        report = self.merge(self.full, back)
        counts = report["counts"]
        self.assertEqual((counts["edited"], counts["deleted"], counts["added"]), (1, 1, 1))
        self.assertEqual(report["findings"], {})
        after = crossing.samples_of(self.full)
        self.assertEqual([s["filepath"] for s in after], [s["filepath"] for s in docs])
        moved = self.shown[0]
        found = [l for s in after for l in s["detections"]["detections"] if l["_id"] == moved["_id"]][0]
        self.assertEqual(found["bounding_box"][1:], moved["bounding_box"][1:])
        self.assertNotEqual(found["bounding_box"][0], moved["bounding_box"][0])

    def test_a_path_of_another_sample_misleads_nobody(self):
        """The paths of two samples are swapped in the full dataset: the labels follow the ids."""
        back = self.cross(edits=self.edits())
        docs = crossing.samples_of(self.full)
        docs[0]["filepath"], docs[1]["filepath"] = docs[1]["filepath"], docs[0]["filepath"]
        self.write(self.full, docs)
        self.use("dataset", self.full)
        self.merge(self.full, back)
        gone = self.shown[-1]["_id"]
        labels = [l["_id"] for s in crossing.samples_of(self.full) for l in s["detections"]["detections"]]
        self.assertNotIn(gone, labels)

    def test_labels_edited_since_in_the_full_dataset_keep_their_edits(self):
        back = self.cross(edits=self.edits())
        docs = crossing.samples_of(self.full)
        kept = self.shown[1]["_id"]
        for s in docs:
            for l in s["detections"]["detections"]:
                if l["_id"] == kept:
                    l["bounding_box"] = [0.1, 0.2, 0.3, 0.4]
        self.write(self.full, docs)
        self.use("dataset", self.full)
        self.merge(self.full, back)
        found = [l for s in crossing.samples_of(self.full) for l in s["detections"]["detections"] if l["_id"] == kept]
        self.assertEqual(found[0]["bounding_box"], [0.1, 0.2, 0.3, 0.4])

    def test_a_dataset_that_lacks_a_sample_of_the_view(self):
        back = self.cross()
        docs = crossing.samples_of(self.full)
        self.write(self.full, docs[1:])
        self.use("dataset", self.full)
        before = self.data_of(self.full)
        report = self.merge(self.full, back, status=1)
        self.assertEqual(report["findings"].get("LF2004"), len(FIELDS))
        self.assert_unchanged(self.full, before)
