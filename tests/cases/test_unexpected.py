"""Shapes that a field does not hold, and attributes and classes the run does not know: each of their fates (W05, R01, R47)."""

import json
import os
import re
import shutil

import crossing
import shapes
import testenv
from every_kind import KINDS, LISTS, SHIPPED, TYPES, make_dataset
import test_requirements
from test_requirements import ELEMENTS, Required

# What FiftyOne calls each element; the others it has no place for.
TYPE_OF = {"box": "detections", "mask": "detections", "polygon": "polylines", "polyline": "polylines",
           "points": "keypoints", "skeleton": "keypoints", "tag": "classifications"}
LIST_OF = {"detections": "Detections", "polylines": "Polylines", "keypoints": "Keypoints",
           "classifications": "Classifications"}
KEPT, RETURNED, ATTR, CLASS = "LF2131", "LF2132", "LF2133", "LF2134"


def kept_in(dataset, name):
    """The labels of a learned field, sample by sample."""
    return [d[name][{v: k for k, v in LIST_OF.items()}[d[name]["_cls"]]] if d.get(name) else []
            for d in crossing.samples_of(dataset)]


class EveryKind(Required):
    """Every element of CVAT in a field of every type, with each answer to "what about those it does not hold?"."""

    TAKEN, JOINED, CLASS, returned = (getattr(test_requirements.Accounting, n) for n in ("TAKEN", "JOINED", "CLASS", "returned"))

    def strays(self, field):
        """The elements that the field does not hold, and those of them that FiftyOne has a place for."""
        out = [k for k in ELEMENTS if k not in self.TAKEN[field]]
        return out, [k for k in out if k in TYPE_OF]

    def bring(self, field, *options, **more):
        return self.merge(self.ds, [self.archive], *options, run="r_" + field, **more)

    def start_with(self, field):
        self.clear()
        self.archive = self.returned(field)
        self.before = self.data_of(self.ds)
        return self.strays(field)

    def each(self, test):
        for field in KINDS:
            with self.subTest(field):
                test(field, *self.start_with(field))

    def balance(self, field, report, strays, kept):
        """Each label that came back is in one bucket."""
        taken = self.TAKEN[field]
        added = (1 if field in self.JOINED else len(taken)) + kept
        refused = 1 if field == "weather" else 0  # every image has one already
        self.assert_counts(report, kept=SHIPPED[field], added=added - refused, refused=refused, ignored=len(strays) - kept)

    def without(self, dataset, *names):
        return [{k: v for k, v in d.items() if k not in names} for d in crossing.samples_of(dataset)]

    def test_kept_in_fields_named_after_their_types(self):
        def check(field, strays, kept):
            report = self.bring(field, "--unexpected", "keep", status=1)
            self.balance(field, report, strays, len(kept))
            self.assertEqual(report["findings"].get(KEPT, 0), len(kept))
            self.assertEqual(sorted(e["came"] for e in report["events"] if e["code"] == KEPT),
                             sorted("points" if k == "skeleton" else k for k in kept))
            meta = {f["name"]: f for f in crossing.read_json(os.path.join(self.ds, "metadata.json"))["sample_fields"]}
            for kind in LIST_OF:
                here = [k for k in kept if TYPE_OF[k] == kind]
                labels = [x for lot in kept_in(self.ds, kind) for x in lot]
                self.assertEqual(len(labels), len(here), (kind, here))
                self.assertEqual(kind in meta, bool(here))
                if here:
                    self.assertEqual(meta[kind]["embedded_doc_type"], "fiftyone.core.labels." + LIST_OF[kind])
            self.assertEqual(len({x["_id"]["$oid"] for kind in LIST_OF for lot in kept_in(self.ds, kind) for x in lot}), len(kept))
            # again: nothing changes, whatever the record says
            after = self.data_of(self.ds)
            report = self.bring(field, "--unexpected", "keep", status=1)
            self.assertEqual((report["counts"]["added"], report["counts"]["deleted"], report["counts"]["edited"]), (0, 0, 0))
            self.assert_unchanged(self.ds, after)
            # the run knows them, but nobody asked for it this time: they stay
            report = self.bring(field, "--unexpected", "ignore", status=1)
            self.assertEqual((report["counts"]["deleted"], report["counts"]["edited"]), (0, 0))
            self.assert_unchanged(self.ds, after)
            self.bring(field, status=5)
            self.assert_unchanged(self.ds, after)
        self.each(check)

    def test_each_type_in_the_field_that_was_named(self):
        def check(field, strays, kept):
            report = self.bring(field, "--unexpected-field", "polylines=drawn,keypoints=dots", status=1)
            named = [k for k in kept if TYPE_OF[k] in ("polylines", "keypoints")]
            self.balance(field, report, strays, len(named))
            self.assertEqual(report["findings"].get("LF2013", 0), len(strays) - len(named))
            for kind, name in (("polylines", "drawn"), ("keypoints", "dots")):
                self.assertEqual(sum(map(len, kept_in(self.ds, name))), sum(TYPE_OF[k] == kind for k in named))
            self.assertFalse({k for d in crossing.samples_of(self.ds) for k in d} & set(LIST_OF))
            after = self.data_of(self.ds)
            report = self.bring(field, "--unexpected-field", "polylines=drawn,keypoints=dots", status=1)
            self.assert_unchanged(self.ds, after)
            # the run remembers where they are
            report = self.bring(field, "--unexpected", "keep", status=1)
            self.assertEqual(report["counts"]["added"], len(kept) - len(named))
        self.each(check)

    def test_returned_as_a_list(self):
        def check(field, strays, kept):
            path = self.path("returned.json")
            report = self.bring(field, "--unexpected", "return=" + path, status=1)
            self.balance(field, report, strays, 0)
            rows = crossing.read_json(path)
            self.assertEqual(len(rows), len(kept))
            self.assertEqual(report["findings"].get(RETURNED, 0), len(kept))
            self.assertEqual(sorted(r["type"] for r in rows), sorted(TYPE_OF[k] for k in kept))
            ids = {d["_id"]["$oid"] for d in crossing.samples_of(self.ds)}
            for r in rows:
                self.assertEqual((r["field"], r["frame"], r["sample"] in ids), (field, None, True))
                self.assertEqual(r["label"]["_cls"] + "s", LIST_OF[r["type"]])
            self.assertFalse({k for d in crossing.samples_of(self.ds) for k in d} & set(LIST_OF))
        self.each(check)

    def test_fail_lists_them_and_says_how_to_keep_them(self):
        def check(field, strays, kept):
            report = self.bring(field, where=("-n",), status=5)
            events = [e for e in report["events"] if e["code"] == "LF2007"]
            self.assertEqual(sorted(e["came"] for e in events), sorted("shape" if k == "blob" else k for k in strays))
            self.assertTrue(all(len(e["sample"]) == 24 and e["field"] == field for e in events))
            count = {t: sum(TYPE_OF.get(k, "others") == t for k in strays) for t in [*LIST_OF, "others"]}
            self.assertEqual(report["unexpected"], {t: n for t, n in count.items() if n})
            line = re.search(r"^to keep them: (--unexpected-field) (\S+)$", report["stderr"], re.M)
            self.assertEqual(line.group(2), report["unexpected_field"])
            for t, n in report["unexpected"].items():
                self.assertIn("%d %s" % (n, t), report["error"]["text"])
            self.assert_unchanged(self.ds, self.before)
            report = self.bring(field, *line.groups(), status=1)
            self.balance(field, report, strays, len(kept))
        self.each(check)
