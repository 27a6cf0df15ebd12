"""Our merge does what FiftyOne's load_annotations was recorded to do, but for what FORMATS.md explains.

The cases come back as edited copies of the dataset; shapes of other types, which a copy's field
cannot hold, are left out of those that ignore them, and come in a dump of CVAT where they are kept
or returned.
"""

import json
import os
import re
import shutil

import merge_cases as mc
import testenv

# Where a case ends otherwise, and why: rows of "Where a merge differs from FiftyOne's" in FORMATS.md.
REASONS = {
    "classification_edits": ["class-unknown"],
    "classifications_edits_no_deletions": ["class-unknown"],
    "detections_attribute_dropped": ["empty-result"],
    "detections_copied_same_sample_order": ["empty-result"],
    "detections_dest_field": ["dest-whole"],
    "detections_lost_id": ["empty-result"],
    "detections_moved_between_samples": ["empty-result", "moved-label"],
    "detections_per_class_attributes": ["empty-result"],
    "detections_sample_missing": ["empty-result"],
    "detections_unchanged": ["empty-result"],
    "two_passes": ["empty-result"],
    "unexpected_ignore": ["empty-result"],
    "unexpected_keep": ["empty-result"],
    "unexpected_return": ["empty-result"],
    "fuzz_1001": ["moved-label"],
    "fuzz_1052": ["dest-whole"],
    "fuzz_1082": ["dest-whole"],
    "instances_mask_edit": ["mask-kept"],
    "keypoints_edits": ["points-count"],
    "polylines_edits": ["class-unknown", "kind-kept"],
    "polylines_no_spatial_edits": ["class-unknown", "kind-kept"],
}
# What is refused as a whole without them: shapes of another kind stop a merge.
OPTIONS = {"mask-kept": ["--unexpected", "ignore"], "kind-kept": ["--unexpected", "ignore"]}
NOT_HERE = ["fuzz_1016"]


def empty_result(want, one):
    """A field that was null or absent and got nothing stays so; FiftyOne makes an empty list."""
    for w, was in zip(want, one.was):
        for field, value in mc.values(w):
            if field not in was and not mc.labels_of(value):
                del w[field]


def class_unknown(want, one):
    """A label keeps the class it had."""
    for w, was in zip(want, one.was):
        for field, value in mc.values(w):
            old = {mc.id_of(label): label["label"] for label in mc.labels_of(was.get(field))}
            for label in mc.labels_of(value):
                if label["label"] not in one.classes[field]:
                    label["label"] = old[mc.id_of(label)]


def moved_label(want, one):
    """An id shipped for another sample is not kept: the label there is new."""
    for w, was, got in zip(want, one.was, one.got):
        for field, value in mc.values(w):
            here = {mc.id_of(label) for label in mc.labels_of(was.get(field))}
            for label, ours in zip(mc.labels_of(value), mc.labels_of(got.get(field))):
                if mc.id_of(label) in one.known - here and mc.id_of(ours) not in one.known:
                    label["_id"]["$oid"] = mc.id_of(ours)


def pairs(want, one):
    """(field, wanted label, the label that was there before) of labels that were there."""
    for w, was in zip(want, one.was):
        for field, value in mc.values(w):
            old = {mc.id_of(label): label for label in mc.labels_of(was.get(field))}
            for label in mc.labels_of(value):
                if mc.id_of(label) in old:
                    yield field, label, old[mc.id_of(label)]


def mask_kept(want, one):
    """An instance that came back as a bare box keeps its mask and its box."""
    for _, label, old in pairs(want, one):
        if "mask" in old and "mask" not in label:
            label.clear()
            label.update(old)


def points_count(want, one):
    """Where points are missing or have lists beside them, their number cannot change: the points stay."""
    for _, label, old in pairs(want, one):
        listed = isinstance(old.get("confidence"), list) or "NaN" in json.dumps(old["points"])
        if listed and len(label["points"]) != len(old["points"]):
            label["points"] = old["points"]


def kind_kept(want, one):
    """A polyline that came back as a polygon, or the other way, is another kind: it stays as it was."""
    for _, label, old in pairs(want, one):
        if label["filled"] != old["filled"]:
            label.clear()
            label.update(old)


def dest_whole(want, one):
    """What no tool carries (tags, confidence) goes to the destination with the dataset's label."""
    for w, was in zip(want, one.was):
        old = {mc.id_of(label): label for field, value in mc.values(was) if field in one.classes
               for label in mc.labels_of(value)}
        for label in mc.labels_of(w.get(one.dest)):
            more = old.get(mc.id_of(label), {})
            label.update({k: more[k] for k in ("tags", "confidence") if k in more})


def archive_foreign(want, one):
    """Nothing changes."""
    want[:] = one.was


EXPLAIN = {"empty-result": empty_result, "class-unknown": class_unknown, "moved-label": moved_label,
           "dest-whole": dest_whole, "mask-kept": mask_kept, "points-count": points_count, "kind-kept": kind_kept}


def differences(one, reasons):
    """What is left unexplained of a pass."""
    want = json.loads(json.dumps(one.want))
    for reason in reasons:
        EXPLAIN[reason](want, one)
    return one.differences(want) + ([("", "refused", None, one.refused)] if one.refused else [])


class MergeCases(testenv.Case):
    def passes(self, name, case, **how):
        folder = self.path(name)
        os.mkdir(folder)
        out = []
        options = [o for reason in REASONS.get(name, []) for o in OPTIONS.get(reason, [])]
        for one in mc.replay(self, case, folder, options, **how):
            one.classes = {f: [c for e in s["classes"] for c in (e["classes"] if isinstance(e, dict) else [e])]
                           for f, s in case["label_schema"].items()}
            out.append(one)
        return out

    def test_recorded_cases(self):
        cases = mc.load_all()
        other = {name: mc.not_here(case) for name, case in cases.items() if mc.not_here(case)}
        self.assertEqual(sorted(other), sorted(NOT_HERE), other)
        self.assertFalse(set(REASONS) - set(cases), "no such case")
        count = {"agree": 0, "explained": 0}
        for name in sorted(set(cases) - set(other)):
            with self.subTest(case=name):
                reasons = REASONS.get(name, [])
                passes = self.passes(name, cases[name])
                self.assertEqual([differences(one, reasons) for one in passes], [[] for _ in passes])
                for one in passes:
                    self.assertEqual(*getattr(one, "returned", ({}, {})))
                for reason in set(reasons) - set(OPTIONS):
                    less = [r for r in reasons if r != reason]
                    self.assertTrue(any(differences(one, less) for one in passes), reason + " explains nothing here")
                count["explained" if reasons else "agree"] += 1
        print("merge cases: %d agree, %d explained, %d not in this version" % (
            count["agree"], count["explained"], len(other)))

    def test_what_an_option_lets_through_is_refused_without_it(self):
        for name in sorted(n for n, reasons in REASONS.items() if set(reasons) & set(OPTIONS)):
            with self.subTest(case=name):
                os.mkdir(self.path(name))
                passes = list(mc.replay(self, mc.load_all()[name], self.path(name)))
                self.assertEqual([one.refused for one in passes], ["LF2007"])
                self.assertEqual(passes[0].got, passes[0].was)

    def test_reasons_stand_in_the_documentation(self):
        with open(os.path.join(testenv.SOURCE, "FORMATS.md"), encoding="utf-8") as f:
            section = re.search(r"^## Where a merge differs from FiftyOne's\n(.*?)(?=^## |\Z)", f.read(), re.M | re.S)
        self.assertTrue(section, "FORMATS.md has no such section")
        rows = re.findall(r"^\| `([a-z-]+)` \|", section.group(1), re.M)
        self.assertEqual(len(rows), len(set(rows)))
        self.assertFalse({r for rs in REASONS.values() for r in rs} - set(rows))


def box(number, label="boat", at=(0.1, 0.2, 0.3, 0.4), **more):
    return {"_id": {"$oid": "66%022x" % number}, "_cls": "Detection", "attributes": {}, "tags": [], "label": label,
            "bounding_box": list(at), **more}


def document(number, *labels):
    return {"_id": {"$oid": "55%022x" % number}, "filepath": "data/%d.png" % number, "tags": [],
            "gt": {"_cls": "Detections", "detections": list(labels)}}


class Rows(testenv.Case):
    """The rows of that section which no recorded case shows."""

    SCHEMA = {"gt": {"type": "detections", "classes": ["boat", "buoy"], "attributes": {}, "existing_field": True}}

    def start(self, *docs, schema=None):
        case = {"label_schema": schema or self.SCHEMA}
        mc.write_dataset(self.path("dataset"), case, list(docs))
        with open(self.path("schema.json"), "w", encoding="utf-8") as f:
            json.dump(case["label_schema"], f)
        self.labelferry("export", "dataset", "--schema", "schema.json", "--run", "r", "--media", "none", "-o", "out")

    def merge(self, *docs, options=(), status=(0, 1)):
        """Merges a copy that holds these documents; what the dataset then says, and the report."""
        shutil.rmtree(self.path("back"), ignore_errors=True)
        mc.write_dataset(self.path("back"), {"label_schema": self.SCHEMA}, list(docs))
        done = self.labelferry("merge", "r", "back", "--dataset", "dataset", "--in-place", "--json", *options, status=None)
        self.assertIn(done.returncode, status, done.stderr)
        return [d["gt"] and d["gt"]["detections"] for d in mc.read_documents(self.path("dataset"))], json.loads(done.stdout)

    def test_item_absent(self):
        self.start(document(1, box(1)), document(2, box(2)))
        after, report = self.merge(document(2))
        self.assertEqual(after, [[box(1)], []])
        self.assertEqual((report["counts"]["absent"], report["counts"]["deleted"]), (1, 1))

    def test_delete_in_place(self):
        self.start(document(1, box(1)), document(2, box(1)))
        after, _ = self.merge(document(1), document(2, box(1)))
        self.assertEqual(after, [[], [box(1)]])

    def test_copied_label(self):
        self.start(document(1, box(1, confidence=0.5)))
        far = box(1, at=(0.5, 0.5, 0.25, 0.25))
        for order in ([far, box(1)], [box(1), far]):
            with self.subTest(first=order[0]["bounding_box"]):
                after, _ = self.merge(document(1, *order))
                self.assertEqual(after[0][0], box(1, confidence=0.5))
                self.assertEqual([after[0][1]["bounding_box"], len(after[0])], [far["bounding_box"], 2])
                self.assertNotEqual(after[0][1]["_id"], far["_id"])

    def test_new_ids(self):
        self.start(document(1))
        first, _ = self.merge(document(1, box(7, confidence=0.25, colour="red")))
        self.assertNotEqual(first[0][0]["_id"], box(7)["_id"])
        self.assertEqual({**first[0][0], "_id": 0}, {**box(7, confidence=0.25, colour="red"), "_id": 0})
        with open(self.path("dataset", "samples.json"), "rb") as f:
            bytes_then = f.read()
        self.merge(document(1, box(7, confidence=0.25, colour="red")))
        with open(self.path("dataset", "samples.json"), "rb") as f:
            self.assertEqual(f.read(), bytes_then)

    def test_new_label_edited_in_a_later_copy(self):
        self.start(document(1))
        first, _ = self.merge(document(1, box(7, tags=["t"]), box(8)))
        after, report = self.merge(document(1, box(7, "buoy")))
        self.assertEqual(after, [[{**first[0][0], "label": "buoy"}]])
        self.assertEqual((report["counts"]["edited"], report["counts"]["deleted"]), (1, 1))

    def test_index_and_instance_kept(self):
        more = {"index": 3, "instance": {"_id": {"$oid": "77" * 12}, "_cls": "Instance"}, "keyframe": True}
        self.start(document(1, box(1, **more)))
        after, _ = self.merge(document(1, box(1, "buoy")))
        self.assertEqual(after, [[box(1, "buoy", **more)]])

    def test_three_way(self):
        self.start(document(1, box(1), box(2)))
        path = self.path("dataset", "samples.json")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace('"boat"', '"buoy"', 1))
        moved = box(2, at=(0.1, 0.2, 0.3, 0.5))
        after, _ = self.merge(document(1, box(1), moved))
        self.assertEqual(after, [[box(1, "buoy"), moved]])

    def test_three_way_conflict(self):
        self.start(document(1, box(1)))
        path = self.path("dataset", "samples.json")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace("0.4]", "0.45]"))
        theirs = box(1, at=(0.1, 0.2, 0.3, 0.5))
        after, _ = self.merge(document(1, theirs), status=(6,))
        self.assertEqual(after, [[box(1, at=(0.1, 0.2, 0.3, 0.45))]])
        after, _ = self.merge(document(1, theirs), options=["--conflict", "ours"])
        self.assertEqual(after, [[box(1, at=(0.1, 0.2, 0.3, 0.45))]])

    def test_three_way_conflict_theirs(self):
        self.start(document(1, box(1)))
        path = self.path("dataset", "samples.json")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace("0.4]", "0.45]"))
        theirs = box(1, at=(0.1, 0.2, 0.3, 0.5))
        after, _ = self.merge(document(1, theirs), options=["--conflict", "theirs"])
        self.assertEqual(after, [[theirs]])
