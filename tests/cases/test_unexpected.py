"""Shapes that a field does not hold, and attributes and classes the run does not know: each of their fates (W05, R01, R47)."""

import json
import os
import re
import shutil

import crossing
import shapes
from shapes import box, id_of, tag
import testenv
from every_kind import KINDS, LISTS, SHIPPED, TYPES, make_dataset
import test_requirements
from test_requirements import ELEMENTS, Required, put_in

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


def drawn(kind, label, *attributes, at=0, **says):
    """An element as CVAT dumps it; `attributes`: (name, text)."""
    places = {"polygon": {"points": "%d,4;%d,4;%d,12" % (4 + at, 12 + at, 12 + at)}, "polyline": {"points": "1,1;%d,9" % (9 + at)},
              "points": {"points": "%d,5" % (5 + at)}, "tag": {},
              "box": {"xtl": 2 + at, "ytl": 2, "xbr": 10 + at, "ybr": 10}}
    inside = "".join('<attribute name="%s">%s</attribute>' % a for a in attributes)
    text = "".join(' %s="%s"' % x for x in {**places[kind], **says}.items())
    return '<%s label="%s" source="manual"%s>%s</%s>' % (kind, label, text, inside, kind)


def id_attr(number):
    return "label_id", id_of(number)


def without(xml, number):
    """The XML without the element that has the label's id."""
    out, n = re.subn(r"\s*<(box|tag) [^>]*>(?:(?!</\1>).)*%s(?:(?!</\1>).)*</\1>" % id_of(number), "", xml, flags=re.S)
    assert n == 1, n
    return out


KEEP = ("--unexpected", "keep")


class NextDay(Required):
    """What was kept is compared with the next archive like any other label."""

    def setUp(self):
        super().setUp()
        self.start({"gt": "Detections"},
                   {"gt": {"_cls": "Detections", "detections": [box(1, colour="red"), box(2, at=(0.125, 0.125, 0.25, 0.5))]}},
                   {"gt": {"_cls": "Detections", "detections": [box(3)]}})
        self.ship("gt")

    def day(self, *texts, options=KEEP, status=None, change=lambda xml: xml, image=0, where=("--in-place",)):
        """Merges a dump with these elements more; the report."""
        shutil.rmtree(self.path("back"), ignore_errors=True)
        archive, = self.far_side()
        self.rewrite(archive, lambda xml: put_in(change(xml), "".join(texts), image))
        report = self.merge(self.ds, [archive], *options, status=status, where=where)
        self.assertIn(report["exit"], (0, 1) if status is None else (status,), report["events"])
        return report

    def lines(self, n=0):
        return kept_in(self.ds, "polylines")[n]

    def test_moved_relabelled_edited_deleted(self):
        first = self.day(drawn("polygon", "cat", ("colour", "red")), drawn("polyline", "cat"))
        self.assert_counts(first, kept=3, added=2)
        area, line = self.lines()
        self.assertEqual({k: v for k, v in area.items() if k != "_id"}, {
            "_cls": "Polyline", "attributes": {}, "tags": [], "label": "cat", "colour": "red", "closed": True, "filled": True,
            "points": [[[4 / 64, 4 / 32], [12 / 64, 4 / 32], [12 / 64, 12 / 32]]]})
        self.assertEqual((line["closed"], line["filled"], "colour" in line), (False, False, False))
        report = self.day(drawn("polygon", "cat", ("colour", "blue"), at=1))
        self.assert_counts(report, kept=3, edited=1, deleted=1)
        self.assertEqual(self.lines(), [{**area, "colour": "blue", "points": [[[5 / 64, 4 / 32], [13 / 64, 4 / 32], [13 / 64, 12 / 32]]]}])
        self.assert_counts(self.day(), kept=3, deleted=1)
        self.assertEqual(self.lines(), [])
        self.assertEqual(self.now("gt"), self.docs[0]["gt"]["detections"])

    def test_without_the_option_nothing_becomes_of_them(self):
        self.day(drawn("polygon", "cat"))
        after = self.data_of(self.ds)
        for options in ((), ("--unexpected", "ignore"), ("--unexpected", "return=back.json"), ("--unexpected-field", "keypoints=dots")):
            self.assert_counts(self.day(options=options), kept=3, absent=1)
            self.assert_unchanged(self.ds, after)
        self.assertEqual(crossing.read_json(self.path("back.json")), [])

    def test_edited_at_home_meanwhile(self):
        self.day(drawn("polygon", "cat", at=0))
        path = os.path.join(self.ds, "samples.json")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace('"closed": true', '"closed": true, "confidence": 0.5').replace("[0.0625, 0.125]", "[0.125, 0.125]"))
        mine = self.lines()
        self.assertEqual((mine[0]["confidence"], mine[0]["points"][0][0]), (0.5, [0.125, 0.125]))
        report = self.day(drawn("polygon", "cat", at=1), status=6)
        self.assertEqual((report["counts"]["conflict"], self.lines()), (1, mine))
        self.day(drawn("polygon", "cat", at=1), options=(*KEEP, "--conflict", "ours"))
        self.assertEqual(self.lines(), mine)
        self.day(options=KEEP, status=6)
        self.day(drawn("polygon", "cat", at=1), options=(*KEEP, "--conflict", "theirs"))
        self.assertEqual((self.lines()[0]["points"][0][0], self.lines()[0]["confidence"]), ([5 / 64, 4 / 32], 0.5))

    def test_a_label_that_became_another_kind_moves(self):
        swap = lambda xml: without(xml, 1)
        shape = drawn("polygon", "cat", id_attr(1), ("colour", "red"))
        report = self.day(shape, change=swap)
        self.assert_counts(report, kept=2, deleted=1, added=1)
        self.assertEqual([x["_id"] for x in self.now("gt")], [shapes.oid(2)])
        moved = self.lines()
        self.assertEqual((len(moved), moved[0]["colour"]), (1, "red"))
        after = self.data_of(self.ds)
        self.assert_counts(self.day(shape, change=swap), kept=3)
        self.assert_unchanged(self.ds, after)
        report = self.day(drawn("polygon", "cat", id_attr(1), ("colour", "red"), at=20), change=swap)
        self.assert_counts(report, kept=2, edited=1)
        self.assertEqual(self.lines()[0]["_id"], moved[0]["_id"])
        self.assert_counts(self.day(change=swap), kept=2, deleted=1)

    def test_it_stays_and_is_reported_where_it_is_left_out(self):
        for options in (("--unexpected", "ignore"), ("--unexpected", "return=" + self.path("x.json"))):
            self.day(drawn("polygon", "cat", id_attr(1)), change=lambda xml: without(xml, 1), options=options)
            self.assertEqual(self.now("gt"), self.docs[0]["gt"]["detections"])
        row, = crossing.read_json(self.path("x.json"))
        self.assertEqual((row["sample"], row["label"]["_id"]), (self.docs[0]["_id"]["$oid"], shapes.oid(1)))

    def test_somebody_elses_labels_in_a_field_of_that_name_stay(self):
        mine = [shapes.line(50, [(0.5, 0.5), (0.75, 0.75), (0.5, 0.75)], name="cat", filled=True)]
        self.start({"gt": "Detections", "polylines": "Polylines"},
                   {"gt": {"_cls": "Detections", "detections": [box(1)]}, "polylines": {"_cls": "Polylines", "polylines": mine}},
                   {"gt": {"_cls": "Detections", "detections": [box(3)]}, "polylines": {"_cls": "Polylines", "polylines": []}})
        self.ship("gt")
        self.assert_counts(self.day(drawn("polygon", "cat")), kept=2, added=1)
        self.assertEqual((self.lines()[:1], len(self.lines())), (mine, 2))
        self.assert_counts(self.day(drawn("polygon", "cat", at=1)), kept=2, edited=1)
        self.assertEqual((self.lines()[:1], len(self.lines())), (mine, 2))
        self.assert_counts(self.day(), kept=2, deleted=1)
        self.assertEqual(crossing.samples_of(self.ds), self.docs)

    def test_the_travelling_copy_of_the_record_knows_them_by_its_mark(self):
        shutil.rmtree(os.path.join(self.ds, "annotations"))
        run = self.path("out", "run")

        def day(*texts):
            shutil.rmtree(self.path("back"), ignore_errors=True)
            archive, = self.far_side()
            self.rewrite(archive, lambda xml: put_in(xml, "".join(texts)))
            return self.merge(self.ds, [archive], *KEEP, run=run, status=None)
        self.assert_counts(day(drawn("polygon", "cat")), kept=3, added=1)
        self.assert_counts(day(drawn("polygon", "cat")), kept=4)
        self.assert_counts(day(drawn("polygon", "cat", at=1)), kept=3, edited=1)
        self.assert_counts(day(), kept=3, deleted=1)

    def test_rights(self):
        for option, want in (("--no-allow-additions", {"refused": 1, "kept": 3}), ("--no-allow-deletions", {"refused": 1, "kept": 2, "added": 1})):
            for how in ("keep", "return=" + self.path("no.json")):
                with self.subTest(option, how=how[:6]):
                    self.setUp()
                    self.ship("gt", options=(option, "--force"))
                    deleted = option == "--no-allow-deletions"
                    if deleted and how != "keep":
                        continue
                    report = self.day(*([drawn("polygon", "cat", id_attr(1))] if deleted else [drawn("polygon", "cat")]),
                                      change=(lambda xml: without(xml, 1)) if deleted else (lambda xml: xml),
                                      options=("--unexpected", how))
                    self.assert_counts(report, **want)
                    self.assertEqual(self.now("gt"), self.docs[0]["gt"]["detections"])
                    self.assertEqual("polylines" in crossing.samples_of(self.ds)[0], deleted)

    def test_two_archives_in_either_order(self):
        archive, = self.far_side()
        one = self.rewrite(archive, lambda xml: put_in(xml, drawn("polygon", "cat")), name="one.zip")
        two = self.rewrite(archive, lambda xml: put_in(xml, drawn("polyline", "cat"), 1), name="two.zip")
        self.copy(self.ds, "other")
        self.merge(self.ds, [one, two], *KEEP, status=None)
        self.assertEqual([len(x) for x in kept_in(self.ds, "polylines")], [1, 1])
        self.merge(self.path("other"), [two, one], *KEEP, status=None)
        self.assertEqual(self.data_of(self.path("other")), self.data_of(self.ds))

    def test_names_that_cannot_be(self):
        before = testenv.snapshot(self.ds)
        for name, why in (("gt", "one of the run's"), ("filepath", "something else"), ("_x", "cannot be"), ("a.b", "cannot be"),
                          ("$a", "cannot be"), ("tags", "cannot be")):
            report = self.day(drawn("polygon", "cat"), options=("--unexpected-field", "polylines=" + name), status=2)
            self.assertIn(why, report["error"]["text"])
            self.assertIn("--unexpected-field polylines=", report["error"]["text"])
        for text in ("polylines", "lines=x", "polylines=", "polylines=a,polylines=b", "polylines=a,keypoints=a", "", "="):
            done = self.labelferry("merge", "r", "x", "-n", "--dataset", self.ds, "--unexpected-field", text, status=2)
            self.assertIn("LF1003", done.stderr)
        self.assertIn("LF1003", self.labelferry("merge", "r", "x", "-n", "--dataset", self.ds, "--unexpected", "return=", status=2).stderr)
        self.assertEqual(testenv.snapshot(self.ds), before)

    def test_a_field_of_the_types_name_that_holds_something_else(self):
        self.start({"gt": "Detections", "polylines": "Classification"}, {"gt": {"_cls": "Detections", "detections": [box(1)]}})
        self.ship("gt")
        report = self.day(drawn("polygon", "cat"), status=2)
        self.assertIn("--unexpected-field polylines=FIELD", report["error"]["text"])
        report = self.day(drawn("polygon", "cat"), options=(), where=("-n",), status=5)
        self.assertEqual(report["unexpected_field"], "polylines=polylines_r")
        self.day(drawn("polygon", "cat"), options=("--unexpected-field", report["unexpected_field"]))
        self.assertEqual(len(kept_in(self.ds, "polylines_r")[0]), 1)
        report = self.day(drawn("polygon", "cat"), options=("--unexpected-field", "polylines=other"), status=2)
        self.assertIn("polylines_r", report["error"]["text"])

    def test_a_dry_run_and_a_new_dataset(self):
        before = testenv.snapshot(self.dir)
        archive, = self.far_side()
        self.rewrite(archive, lambda xml: put_in(xml, drawn("polygon", "cat")))
        dry = self.merge(self.ds, [archive], *KEEP, where=("-n",), status=None)
        self.merge(self.ds, [archive], "--unexpected", "return=" + self.path("no.json"), where=("-n",), status=None)
        self.assertEqual({k: v for k, v in testenv.snapshot(self.dir).items() if not k.startswith("back")}, before)
        report = self.merge(self.ds, [archive], *KEEP, where=("-o", self.path("new")), status=None)
        self.assertEqual(report["counts"], dry["counts"])
        self.assertEqual(len(kept_in(self.path("new"), "polylines")[0]), 1)
        again = self.merge(self.path("new"), [archive], *KEEP, status=None)
        self.assert_counts(again, kept=4)

    def test_a_file_a_sample(self):
        testenv.into_files(self.ds, self.docs)
        self.day(drawn("polygon", "cat"))
        self.assertEqual([len(x) for x in kept_in(self.ds, "polylines")], [1, 0])
        after = self.data_of(self.ds)
        self.day(drawn("polygon", "cat"))
        self.assert_unchanged(self.ds, after)

    def test_the_list_is_whole_or_absent(self):
        path = self.path("list.json")
        moved = {"op": "move", "id": id_of(2), "dx": 3}
        with open(os.path.join(self.ds, "samples.json"), encoding="utf-8") as f:
            text = f.read()
        with open(os.path.join(self.ds, "samples.json"), "w", encoding="utf-8") as f:
            f.write(text.replace("[0.125, 0.125", "[0.1875, 0.125"))
        archive, = self.far_side(edits=[moved])
        self.rewrite(archive, lambda xml: put_in(xml, drawn("polygon", "cat")))
        self.merge(self.ds, [archive], "--unexpected", "return=" + path, status=6)
        self.assertFalse([n for n in os.listdir(self.dir) if n.startswith("list")])
        self.merge(self.ds, [archive], "--unexpected", "return=" + path, "--conflict", "ours", status=None)
        self.assertEqual(len(crossing.read_json(path)), 1)
        before = testenv.snapshot(self.ds)
        self.labelferry("merge", "r", archive, "--dataset", self.ds, "--in-place", "--unexpected",
                        "return=" + self.path("nowhere", "x.json"), status=7)
        self.assertEqual(testenv.snapshot(self.ds), before)

    def test_an_absent_field_changes_no_digest(self):
        """Where the learned field is absent base is known by the digest it had."""
        items = os.path.join(self.ds, "annotations", "r", "items.tsv")
        with open(items, encoding="utf-8") as f:
            before = f.read().splitlines()
        self.day(drawn("polygon", "cat"))
        with open(items, encoding="utf-8") as f:
            after = f.read().splitlines()
        self.assertNotEqual(after[0], before[0])
        self.assertEqual(after[1:], before[1:])
        schema = crossing.read_json(os.path.join(self.ds, "annotations", "r", "run.json"))["schema"]
        self.assertEqual((list(schema), schema["polylines"]["learned"]), (["gt", "polylines"], True))


def kinds_of_input(level):
    """The five inputs of attributes, on tags or on boxes, with what an annotator sets them to."""
    attrs = {"note": {"type": "text"}, "count": {"type": "number", "values": [0, 100, 1]},
             "seen": {"type": "checkbox", "default": "false"}, "side": {"type": "select", "values": ["left", "right"], "default": "left"},
             "crew": {"type": "radio", "values": ["two", "three"], "default": "two"}}
    types = {"image": ("Classifications", "classifications"), "object": ("Detections", "detections")}
    cls, key = types[level]
    schema = {"gt": {"type": key, "existing_field": True, "classes": ["cat", {"classes": ["dog"], "attributes": {
        "own_" + k: v for k, v in attrs.items()}}], "attributes": attrs}}
    return cls, key, schema


SET = {"note": ("0012", "0012"), "count": ("7", 7), "seen": ("true", True), "side": ("right", "right"), "crew": ("three", "three")}


class Learning(Required):
    def labels(self):
        return self.now("gt")

    def with_more(self, *attributes, number=1, label=None, options=(), status=None):
        """Brings the label of that number back with attributes more, or with another class."""
        shutil.rmtree(self.path("back"), ignore_errors=True)
        archive, = self.far_side()

        def change(xml):
            found = re.search(r"<(box|tag) label=\"[^\"]*\"((?:(?!</\1>).)*%s)" % id_of(number), xml, re.S)
            more = "".join('<attribute name="%s">%s</attribute>' % a for a in attributes)
            text = found.group(0)
            if label:
                text = re.sub(r' label="[^"]*"', ' label="%s"' % label, text, 1)
            return xml.replace(found.group(0), text.replace('<attribute name="label_id">', more + '<attribute name="label_id">', 1))
        self.rewrite(archive, change)
        report = self.merge(self.ds, [archive], *options, status=None)
        self.assertIn(report["exit"], (0, 1) if status is None else (status,), report["events"])
        return report


class Attributes(Learning):
    """R01: each input goes out and comes back, of all classes and of one; what was not declared is reported, and kept if asked."""

    def begin(self, level):
        cls, key, schema = kinds_of_input(level)
        make = tag if level == "image" else box
        self.start({"gt": cls}, {"gt": {"_cls": cls, key: [make(1), make(2, "dog")]}})
        with open(self.path("schema.json"), "w", encoding="utf-8") as f:
            json.dump(schema, f)
        self.before = self.data_of(self.ds)
        self.labelferry("export", self.ds, "--run", "r", "--media", "none", "--schema", "schema.json", "-o", self.path("out"))

    def test_each_input_goes_out_and_comes_back(self):
        for level in ("image", "object"):
            with self.subTest(level):
                self.begin(level)
                self.assert_counts(self.bring(), kept=2)
                self.assert_unchanged(self.ds, self.before)
                edits = [{"op": "attribute", "id": id_of(n), "name": p + k, "value": text}
                         for k, (text, _) in SET.items() for n, p in ((1, ""), (2, ""), (2, "own_"))]
                self.assert_counts(self.bring(*edits), edited=2)
                want = {k: v for k, (_, v) in SET.items()}
                own = {"own_" + k: v for k, v in want.items()}
                for label, values in zip(self.labels(), (want, {**want, **own})):
                    self.assertEqual({k: v for k, v in label.items() if k in {**want, **own}}, values)
                self.assert_counts(self.bring(*edits), kept=2)

    def test_undeclared_ones_are_reported_and_kept_only_if_asked(self):
        for level in ("image", "object"):
            with self.subTest(level):
                self.begin(level)
                report = self.with_more(("mood", "7"), ("gate", "north"), status=1)
                self.assertEqual((report["findings"]["LF2003"], report["counts"]["kept"]), (2, 2))
                self.assert_unchanged(self.ds, self.before)
                self.with_more(("mood", "7"), options=("--unknown-attrs", "fail"), status=5)
                report = self.with_more(("mood", "7"), ("gate", "north"), options=("--unknown-attrs", "keep"), status=0)
                self.assertEqual((report["findings"][ATTR], report["counts"]["edited"]), (2, 1))
                self.assertEqual((self.labels()[0]["mood"], self.labels()[0]["gate"]), ("7", "north"))
                self.assertNotIn("mood", self.labels()[1])
                # known from now on, whatever the option says
                self.assert_counts(self.with_more(("mood", "7"), ("gate", "north"), status=0), kept=2)
                self.assert_counts(self.with_more(("mood", "8"), status=0), kept=1, edited=1)
                self.assertEqual((self.labels()[0]["mood"], self.labels()[0]["gate"]), ("8", "north"))
                self.assert_counts(self.bring(), kept=2)  # one that does not come back is unchanged

    def test_they_get_the_type_they_look_like(self):
        self.begin("object")
        self.with_more(("a", "7"), ("b", "7.5"), ("c", "true"), ("d", "x"), options=("--unknown-attrs", "keep", "--coerce-text"))
        label = self.labels()[0]
        self.assertEqual([label[k] for k in "abcd"], [7, 7.5, True, "x"])
        self.assert_counts(self.with_more(("a", "7"), ("b", "7.5"), ("c", "true"), ("d", "x")), kept=2)

    def test_what_fiftyone_declares_is_no_attribute(self):
        self.begin("object")
        names = ["label", "confidence", "tags", "bounding_box", "mask", "index", "_id", "_cls", "attributes", "id", "rotation",
                 "a.b", "$a", "instance"]
        report = self.with_more(*((n, "7") for n in names), options=("--unknown-attrs", "keep"))
        self.assertEqual(report["findings"]["LF2003"], len(names))
        self.assert_unchanged(self.ds, self.before)

    def test_on_new_labels_and_unexpected_ones(self):
        self.begin("object")
        archive, = self.far_side()
        self.rewrite(archive, lambda xml: put_in(xml, drawn("box", "cat", ("mood", "good"), at=20) + drawn("polygon", "dog", ("mood", "bad"), ("own_note", "x"))))
        self.merge(self.ds, [archive], "--unknown-attrs", "keep", *KEEP, status=None)
        self.assertEqual(self.labels()[-1]["mood"], "good")
        area, = kept_in(self.ds, "polylines")[0]
        self.assertEqual((area["mood"], area["own_note"], area["label"]), ("bad", "x", "dog"))
        self.assert_counts(self.merge(self.ds, [archive], *KEEP, status=None), kept=4)

    def test_more_than_a_field_can_have(self):
        self.begin("object")
        report = self.with_more(*(("x%d" % i, "1") for i in range(300)), options=("--unknown-attrs", "keep"), status=8)
        self.assertIn("limit attributes", report["error"]["text"])
        self.assert_unchanged(self.ds, self.before)


class Classes(Learning):
    """Unknown classes, reported and kept only if asked."""

    def begin(self):
        """A run of cats and dogs; a cow stays at home."""
        self.start({"gt": "Detections"}, {"gt": {"_cls": "Detections", "detections": [box(1), box(2, "dog"), box(3, "cow")]}})
        self.ship("gt", options=("--classes", "cat,dog"))

    def one(self, *texts, options=(), status=None):
        shutil.rmtree(self.path("back"), ignore_errors=True)
        archive, = self.far_side()
        self.rewrite(archive, lambda xml: put_in(xml, "".join(texts)))
        report = self.merge(self.ds, [archive], *options, status=None)
        self.assertIn(report["exit"], (0, 1) if status is None else (status,), report["events"])
        return report

    def test_a_label_that_was_given_an_unknown_class(self):
        self.begin()
        self.assertEqual(self.with_more(label="cow", status=1)["findings"], {"LF2002": 1})
        self.with_more(label="cow", options=("--unknown-classes", "fail"), status=5)
        self.assert_unchanged(self.ds, self.before)
        report = self.with_more(label="cow", options=("--unknown-classes", "keep"), status=0)
        self.assertEqual((report["findings"][CLASS], report["counts"]["edited"]), (1, 1))
        self.assertEqual([x["label"] for x in self.labels()], ["cow", "dog", "cow"])
        after = self.data_of(self.ds)
        self.assert_counts(self.with_more(label="cow", status=0), kept=2)
        self.assert_unchanged(self.ds, after)
        self.assert_counts(self.with_more(label="dog", status=0), kept=1, edited=1)
        self.assertEqual([x["label"] for x in self.labels()], ["dog", "dog", "cow"])

    def test_labels_that_stayed_at_home_are_not_gone(self):
        self.begin()
        new = drawn("box", "cow", at=30)
        self.assertEqual(self.one(new, status=1)["counts"]["ignored"], 1)
        self.assert_counts(self.one(new, options=("--unknown-classes", "keep")), kept=2, added=1)
        self.assertEqual([x["label"] for x in self.labels()], ["cat", "dog", "cow", "cow"])
        after = self.data_of(self.ds)
        self.assert_counts(self.one(new), kept=3)
        self.assert_unchanged(self.ds, after)
        self.assert_counts(self.one(drawn("box", "cow", at=31)), kept=2, edited=1)
        self.assert_counts(self.one(), kept=2, deleted=1)  # what the run added; not the one at home
        self.assertEqual(self.labels(), self.docs[0]["gt"]["detections"])

    def test_of_unexpected_shapes_too(self):
        self.begin()
        report = self.one(drawn("polygon", "horse"), options=KEEP, status=1)
        self.assertEqual((report["findings"]["LF2002"], report["counts"]["ignored"]), (1, 1))
        self.assert_unchanged(self.ds, self.before)
        self.one(drawn("polygon", "horse"), options=(*KEEP, "--unknown-classes", "keep"))
        self.assertEqual(kept_in(self.ds, "polylines")[0][0]["label"], "horse")
        self.assert_counts(self.one(drawn("polygon", "horse"), options=KEEP), kept=3)


class Copies(Required):
    """Unexpected shapes in an edited copy of the dataset: a mask among boxes, a filled line among lines."""

    GRID = [[1, 0], [1, 1]]

    def bring(self, docs, *options, files=None):
        shutil.rmtree(self.path("copy"), ignore_errors=True)
        shapes.write_dataset(self.path("copy"), {"gt": "Detections"}, docs, files)
        report = self.merge(self.ds, [self.path("copy")], *options, status=None)
        self.assertIn(report["exit"], (0, 1), report["events"])
        return report

    def gt(self, *labels):
        return [{**self.docs[0], "gt": {"_cls": "Detections", "detections": list(labels)}}]

    def test_masks_among_boxes(self):
        home = box(3, mask=shapes.npy(self.GRID))
        self.start({"gt": "Detections"}, {"gt": {"_cls": "Detections", "detections": [box(1), home]}})
        self.ship("gt")
        # what stands at home as it came is nobody's edit, and makes no field
        self.assert_counts(self.bring(self.docs, *KEEP), kept=1)
        self.assert_unchanged(self.ds, self.before)
        new = box(9, mask=shapes.npy(self.GRID), confidence=0.5)
        on_disk = box(10, mask_path="masks/x.png")
        report = self.bring(self.gt(box(1), home, new, on_disk), *KEEP, files={"masks/x.png": shapes.png([[255, 0]])})
        self.assert_counts(report, kept=1, added=2)
        self.assertEqual(self.now("gt"), [box(1), home])
        first, second = kept_in(self.ds, "detections")[0]
        self.assertEqual({**first, "_id": 0}, {**new, "_id": 0})
        with open(os.path.join(self.ds, second["mask_path"]), "rb") as f:
            self.assertEqual(f.read()[:4], b"\x89PNG")
        after = self.data_of(self.ds)
        self.assert_counts(self.bring(self.gt(box(1), home, new, on_disk), *KEEP, files={"masks/x.png": shapes.png([[255, 0]])}), kept=1,
                           absent=2)  # by what it lacks a copy says nothing of kept labels
        self.assert_unchanged(self.ds, after)
        # a copy that holds them elsewhere, or no more, says nothing of the field
        self.bring(self.gt(box(1), home), *KEEP)
        self.bring(self.gt(box(1), home), "--unexpected", "ignore")
        self.bring(crossing.samples_of(self.ds), *KEEP)
        self.assert_unchanged(self.ds, after)

    def test_a_box_that_got_a_mask(self):
        self.start({"gt": "Detections"}, {"gt": {"_cls": "Detections", "detections": [box(1, colour="red"), box(2)]}})
        self.ship("gt")
        masked = box(1, colour="red", mask=shapes.npy(self.GRID))
        self.assert_counts(self.bring(self.gt(masked, box(2)), "--unexpected", "return=" + self.path("x.json")), kept=1, ignored=1)
        self.assert_unchanged(self.ds, self.before)
        row, = crossing.read_json(self.path("x.json"))
        self.assertEqual((row["type"], row["label"]), ("detections", masked))
        on_disk = box(9, mask_path="masks/x.png")
        self.bring(self.gt(box(1, colour="red"), box(2), on_disk), "--unexpected", "return=" + self.path("x.json"),
                   files={"masks/x.png": shapes.png([[255, 0]])})
        row, = crossing.read_json(self.path("x.json"))
        self.assertEqual((row["label"]["mask_path"], "$binary" in row["label"]["mask"]), ("masks/x.png", True))
        self.assert_counts(self.bring(self.gt(masked, box(2)), *KEEP), kept=1, deleted=1, added=1)
        self.assertEqual(self.now("gt"), [box(2)])
        kept, = kept_in(self.ds, "detections")[0]
        self.assertEqual({**kept, "_id": 0}, {**masked, "_id": 0})
