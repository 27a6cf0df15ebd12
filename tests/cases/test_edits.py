"""An edit changes the edited label's edited numbers and words, and nothing else."""

import json
import os
import random
import re

import crossing
import json_bytes
import random_dataset
import testenv

FIELDS = ["boxes", "scene", "themes"]


def text_of(dataset):
    with open(os.path.join(dataset, "samples.json"), encoding="utf-8") as f:
        return f.read()


class Label:
    """A label of samples.json: where it stands, what it says, how large its image is."""

    def __init__(self, path, value, sample):
        self.path, self.value, self.id = path, value, value["_id"]["$oid"]
        self.image = os.path.splitext(os.path.basename(sample["filepath"]))[0]
        self.size = sample["metadata"]["width"], sample["metadata"]["height"]

    def corners(self):
        x, y, w, h = self.value["bounding_box"]
        a, b = self.size
        return [round(v, 2) for v in (x * a, y * b, (x + w) * a, (y + h) * b)]


def labels_in(dataset, field):
    out = []
    for i, sample in enumerate(crossing.samples_of(dataset)):
        value = sample.get(field) or {}
        key = next((k for k in ("detections", "classifications") if k in value), None)
        lot = value[key] if key else [value] if value else []
        for k, label in enumerate(lot):
            path = ("samples", i, field) + ((key, k) if key else ())
            out.append(Label(path, label, sample))
    return out


# ------------------------------------------------------------------- edits of one label
#
# Each takes a label and a random source and gives the far side's edit and what it means in
# samples.json: {key below the label: ("near", value, tolerance) or ("is", value)}.

def near(old, delta, side):
    return ("near", old + delta / side, 0.01 / side)


def move(label, r):
    dx, dy = r.choice([-7, 5, 3.25]), r.choice([4, -6.5])
    box, (w, h) = label.value["bounding_box"], label.size
    return ({"op": "move", "dx": dx, "dy": dy},
            {("bounding_box", 0): near(box[0], dx, w), ("bounding_box", 1): near(box[1], dy, h)})


def move_along_one_axis(label, r):
    dy = r.choice([2, 9.5])
    return ({"op": "move", "dx": 0, "dy": dy},
            {("bounding_box", 1): near(label.value["bounding_box"][1], dy, label.size[1])})


def right_edge(label, r):
    dw = r.choice([3, 0.02, 11.11])
    return ({"op": "resize", "dw": dw},
            {("bounding_box", 2): near(label.value["bounding_box"][2], dw, label.size[0])})


def top_edge(label, r):
    p, dy = label.corners(), r.choice([-2, 1.5])
    box, h = label.value["bounding_box"], label.size[1]
    return ({"op": "points", "points": [p[0], round(p[1] + dy, 2), p[2], p[3]]},
            {("bounding_box", 1): near(box[1], dy, h), ("bounding_box", 3): near(box[3], -dy, h)})


def relabel(label, r):
    to = r.choice([c for c in random_dataset.CLASSES if c != label.value["label"]])
    return {"op": "relabel", "label": to}, {("label",): ("is", to)}


def attribute(name, make, of_type):
    def edit(label, r):
        old = label.value.get(name)
        value = make(r)
        while value == old:
            value = make(r)
        text = str(value).lower() if of_type is bool else str(value)
        return {"op": "attribute", "name": name, "value": text}, {(name,): ("is", value)}
    edit.__name__ = "attribute_" + name
    edit.needs = name, of_type
    return edit


def rotate(label, r):
    angle = (label.value["rotation"] + r.choice([10, 33.5, 200])) % 360
    return {"op": "rotate", "angle": angle}, {("rotation",): ("near", angle, 0.01)}


rotate.needs = "rotation", float

EDITS = [move, move_along_one_axis, right_edge, top_edge, relabel, rotate,
         attribute("note", lambda r: r.choice(["new & <shiny>", "été", "7", "true", "zwei\nZeilen"]), str),
         attribute("count", lambda r: r.randrange(-9, 10 ** 6), int),
         attribute("score", lambda r: r.choice([0.125, 99.5, 3.0, 1e-05]), float),
         attribute("flag", lambda r: r.random() < 0.5, bool)]


def can(edit, label):
    name, of_type = getattr(edit, "needs", (None, None))
    return name is None or type(label.value.get(name)) is of_type


class EditsInAThousandImages(crossing.CrossingCase):
    """One label in a thousand, drawn at random, gets one random edit: nothing else may differ."""

    def assert_only(self, old, new, want):
        changed = json_bytes.changes(old, new)
        self.assertIsNotNone(changed, "more than values changed")
        self.assertEqual(sorted(changed, key=str), sorted(want, key=str))
        for path, (was, now) in changed.items():
            kind, value, *slack = want[path]
            if kind == "near":
                self.assertRegex(now, r"^-?\d+(\.\d+)?([eE][-+]?\d+)?$", path)
                self.assertRegex(now, r"[.eE]", "no longer a float")
                self.assertLessEqual(abs(float(now) - value), slack[0], (path, was, now, value))
                self.assertEqual(repr(float(now)), repr(json.loads(now)))
            else:
                self.assertEqual((type(json.loads(now)), json.loads(now)), (type(value), value), path)

    def rounds(self, seed, images=1000, boxes=4):
        """Two merges of one run: every kind of edit, one label of a thousand and more each time."""
        ds = self.path("ds%d" % seed)
        random_dataset.make(ds, images, boxes, seed)
        out = self.export(ds, "--media", "none", fields=FIELDS, run="r%d" % seed, out="out%d" % seed)
        total = images * (boxes + 2)
        self.assertEqual((out["shipped"], out["home"]), (total, 0))
        r, old, lot, used = random.Random(seed), text_of(ds), labels_in(ds, "boxes"), set()
        edits, want = [], {}
        for kind in EDITS:
            label = r.choice([l for l in lot if l.id not in used and can(kind, l)])
            used.add(label.id)
            edit, means = kind(label, r)
            edits.append(dict(edit, id=label.id))
            want.update({label.path + k: v for k, v in means.items()})
        back = self.far_side(edits=edits, out="out%d" % seed, back="back%d" % seed)
        report = self.merge(ds, back, run="r%d" % seed)
        self.assert_counts(report, kept=total - len(edits), edited=len(edits))
        self.assertEqual(report["findings"], {})
        self.assert_only(old, text_of(ds), want)
        with open(os.path.join(ds, "metadata.json"), encoding="utf-8") as f:
            self.assertNotIn("r%d" % seed, f.read())

    def test_every_kind_of_edit_at_a_random_place(self):
        self.rounds(1)

    def test_again_with_other_places(self):
        for seed in range(2, 6):
            with self.subTest(seed=seed):
                self.rounds(seed, images=150, boxes=7)


class SmallCrossing(crossing.CrossingCase):
    """Twelve images with three boxes and two tags each."""

    def setUp(self):
        super().setUp()
        self.ds = self.path("ds")
        random_dataset.make(self.ds, 12, 3, 99)
        self.total = 12 * 5
        self.old = text_of(self.ds)
        self.boxes, self.scenes, self.themes = (labels_in(self.ds, f) for f in FIELDS)

    def send(self, *options, fields=FIELDS):
        self.export(self.ds, "--media", "none", *options, fields=fields)
        self.before = testenv.snapshot(self.ds)

    def back(self, *edits, name="back"):
        return self.far_side(edits=list(edits), back=name)

    def assert_dataset_unchanged(self):
        self.assertEqual(text_of(self.ds), self.old)
        self.assertEqual(self.data_of(self.ds)["metadata.json"], self.before["metadata.json"])

    def assert_nothing_written(self):
        self.assertEqual(testenv.snapshot(self.ds), self.before)

    def changed(self, old=None):
        """{path: (old, new)} of the values that changed."""
        out = json_bytes.changes(self.old if old is None else old, text_of(self.ds))
        self.assertIsNotNone(out, "more than values changed")
        return out

    def elements(self, text=None):
        """The bytes of each label, by id."""
        text, out = text_of(self.ds) if text is None else text, {}
        for m in re.finditer(r'\{"_id": \{"\$oid": "([0-9a-f]{24})"\}, "_cls": "(?:Detection|Classification)"', text):
            _, end = json.JSONDecoder().raw_decode(text, m.start())
            out[m.group(1)] = text[m.start():end]
        return out

    def new_ids(self):
        return [l.id for f in FIELDS for l in labels_in(self.ds, f)
                if l.id not in {x.id for x in self.boxes + self.scenes + self.themes}]

    def codes(self, report):
        return dict(report["findings"])


class SingleEdits(SmallCrossing):
    def merge_one(self, *edits, status=0, **want):
        self.send()
        report = self.merge(self.ds, self.back(*edits), status=status)
        self.assert_counts(report, **want)
        return report

    def test_an_attribute_that_was_null_takes_the_type_of_its_kind(self):
        cases = [("note", "hello", '"hello"'), ("count", "12", "12"), ("score", "2.5", "2.5"), ("flag", "true", "true")]
        edits, want = [], {}
        for name, value, spelled in cases:
            label = next(l for l in self.boxes if name in l.value and l.value[name] is None
                         and not any(l.id == e["id"] for e in edits))
            edits.append({"op": "attribute", "id": label.id, "name": name, "value": value})
            want[label.path + (name,)] = ("null", spelled)
        report = self.merge_one(*edits, edited=4, kept=self.total - 4)
        self.assertEqual(report["findings"], {})
        self.assertEqual(self.changed(), want)

    def test_an_attribute_and_an_angle_that_were_absent_are_added_at_the_end_of_the_label(self):
        label = next(l for l in self.boxes if "count" not in l.value)
        other = next(l for l in self.boxes if "rotation" not in l.value and l.id != label.id)
        self.merge_one({"op": "attribute", "id": label.id, "name": "count", "value": "5"},
                       {"op": "rotate", "id": other.id, "angle": 12.5}, edited=2, kept=self.total - 2)
        new = text_of(self.ds)
        self.assertEqual(new.replace(', "count": 5}', "}", 1).replace(', "rotation": 12.5}', "}", 1), self.old)
        self.assertTrue(self.elements()[label.id].endswith(', "count": 5}'))
        self.assertTrue(self.elements()[other.id].endswith(', "rotation": 12.5}'))

    def test_an_int_that_returns_with_a_fraction_becomes_a_float_with_a_note(self):
        label = next(l for l in self.boxes if type(l.value.get("count")) is int)
        report = self.merge_one({"op": "attribute", "id": label.id, "name": "count", "value": "3.5"},
                                edited=1, kept=self.total - 1)
        self.assertEqual(report["findings"], {"LF2111": 1})
        self.assertEqual(self.changed(), {label.path + ("count",): (str(label.value["count"]), "3.5")})

    def test_a_number_that_cannot_be_read_is_refused_and_the_old_value_stays(self):
        label = next(l for l in self.boxes if type(l.value.get("count")) is int)
        report = self.merge_one({"op": "attribute", "id": label.id, "name": "count", "value": "many"},
                                refused=1, kept=self.total - 1, status=1)
        self.assertEqual(report["findings"], {"LF2110": 1})
        self.assert_dataset_unchanged()

    def test_a_movement_within_the_slack_is_no_edit(self):
        self.send()
        label = self.boxes[0]
        back = self.back()
        corner = '%.2f' % label.corners()[0]

        def nudge(text):
            at = text.index(label.id)
            start = text.rindex("<box ", 0, at)
            return text[:start] + text[start:at].replace('xtl="%s"' % corner, 'xtl="%s0"' % corner) + text[at:]
        self.rewrite(back[0], nudge)
        self.assert_counts(self.merge(self.ds, back), kept=self.total)
        self.assert_dataset_unchanged()

    def test_tags_are_relabelled_and_their_attributes_edited(self):
        one, two = self.scenes[3], self.themes[5]
        to = next(c for c in ("boat", "pier") if c != one.value["label"]
                  and any(s.value["label"] == c for s in self.scenes))
        self.merge_one({"op": "relabel", "id": one.id, "label": to},
                       {"op": "attribute", "id": two.id, "name": "level", "value": "77"}, edited=2, kept=self.total - 2)
        self.assertEqual(self.changed(), {one.path + ("label",): (json.dumps(one.value["label"]), json.dumps(to)),
                                          two.path + ("level",): (str(two.value["level"]), "77")})

    def test_flags_without_a_place_are_told_and_nothing_is_written(self):
        report = self.merge_one({"op": "occluded", "id": self.boxes[0].id, "value": True},
                                {"op": "group", "id": self.boxes[1].id, "value": 3}, kept=self.total, status=1)
        self.assertEqual(report["findings"], {"LF2113": 2})
        self.assert_dataset_unchanged()


class AddedAndGone(SmallCrossing):
    ADD = {"op": "add", "type": "rectangle", "label": "boat", "points": [3, 4, 20.5, 30.25],
           "attributes": {"note": "new", "count": "4", "score": "0.5", "flag": "true"}}

    def test_an_addition_stands_behind_the_others_and_nothing_else_differs(self):
        self.send()
        report = self.merge(self.ds, self.back(dict(self.ADD, of=self.boxes[4].id)))
        self.assert_counts(report, added=1, kept=self.total)
        self.assertEqual(report["findings"], {})
        new_id, = self.new_ids()
        element = self.elements()[new_id]
        self.assertEqual(text_of(self.ds).replace(", " + element, "", 1), self.old)
        label = json.loads(element)
        w, h = self.boxes[4].size
        self.assertEqual(label["bounding_box"], [3 / w, 4 / h, (20.5 - 3) / w, (30.25 - 4) / h])
        self.assertEqual([label[k] for k in ("label", "note", "count", "score", "flag")], ["boat", "new", 4, 0.5, True])
        last = [l for l in labels_in(self.ds, "boxes") if l.image == self.boxes[4].image][-1]
        self.assertEqual(last.id, new_id)

    def test_ids_of_additions_are_the_same_every_time(self):
        self.send()
        back = self.back(dict(self.ADD, of=self.boxes[0].id), dict(self.ADD, of=self.boxes[0].id),
                         {"op": "add_tag", "of": self.themes[7].id, "label": self.themes[7].value["label"]})
        for where in ("one", "two"):
            self.merge(self.ds, back, where=["-o", self.path(where)])
        self.assertEqual(self.data_of(self.path("one")), self.data_of(self.path("two")))
        self.ds = self.path("one")
        self.assertEqual(len(set(self.new_ids())), 3)

    def test_a_deletion_takes_the_label_and_its_comma(self):
        self.send()
        first, middle, last = self.boxes[0], self.boxes[4], self.boxes[8]
        report = self.merge(self.ds, self.back(*({"op": "delete", "id": l.id} for l in (first, middle, last))))
        self.assert_counts(report, deleted=3, kept=self.total - 3)
        want, was = self.old, self.elements(text=self.old)
        want = want.replace(was[first.id] + ", ", "", 1)
        want = want.replace(", " + was[middle.id], "", 1).replace(", " + was[last.id], "", 1)
        self.assertEqual(text_of(self.ds), want)

    def test_the_last_deletion_leaves_an_empty_list_and_a_single_label_becomes_null(self):
        self.send()
        gone = self.boxes[:3] + self.scenes[:1] + self.themes[:1]
        report = self.merge(self.ds, self.back(*({"op": "delete", "id": l.id} for l in gone)))
        self.assert_counts(report, deleted=5, kept=self.total - 5)
        sample = crossing.samples_of(self.ds)[0]
        self.assertEqual((sample["boxes"]["detections"], sample["scene"], sample["themes"]["classifications"]), ([], None, []))
        was, want = self.elements(text=self.old), self.old
        want = want.replace(", ".join(was[l.id] for l in self.boxes[:3]), "", 1)
        want = want.replace(was[self.scenes[0].id], "null", 1).replace(was[self.themes[0].id], "", 1)
        self.assertEqual(text_of(self.ds), want)


class Identity(SmallCrossing):
    """Ids that were blanked, altered, copied."""

    def one(self, *edits, codes, **want):
        self.send()
        report = self.merge(self.ds, self.back(*edits), status=1)
        self.assert_counts(report, **want)
        self.assertEqual(report["findings"], codes)
        return report

    def test_a_blanked_id_is_a_deletion_and_an_addition(self):
        label = self.boxes[4]
        self.one({"op": "blank_id", "id": label.id}, codes={"LF2109": 1}, deleted=1, added=1, kept=self.total - 1)
        self.assertNotIn(label.id, text_of(self.ds))
        self.assertEqual(len(self.new_ids()), 1)

    def test_an_id_that_is_none_is_a_deletion_and_an_addition(self):
        self.one({"op": "alter_id", "id": self.boxes[4].id, "value": "oops"}, codes={"LF2109": 1},
                 deleted=1, added=1, kept=self.total - 1)

    def test_an_id_that_was_not_shipped_is_an_addition_with_an_id_of_its_own(self):
        other = "0123456789abcdef01234567"
        self.one({"op": "alter_id", "id": self.boxes[4].id, "value": other}, codes={"LF2108": 1},
                 deleted=1, added=1, kept=self.total - 1)
        self.assertNotIn(other, text_of(self.ds))

    def test_of_a_copy_the_closest_keeps_the_id(self):
        label = self.boxes[4]
        self.one({"op": "copy", "id": label.id, "dx": 5}, codes={"LF2107": 1}, added=1, kept=self.total)
        self.assertEqual(self.elements()[label.id], self.elements(text=self.old)[label.id])
        self.assertEqual(text_of(self.ds).count(label.id), 1)

    def test_of_a_moved_original_and_its_copy_in_place_the_copy_keeps_the_id(self):
        label = self.boxes[4]
        self.one({"op": "copy", "id": label.id}, {"op": "move", "id": label.id, "dx": 9}, codes={"LF2107": 1},
                 added=1, kept=self.total)
        self.assertEqual(self.elements()[label.id], self.elements(text=self.old)[label.id])

    def test_a_copy_on_another_image_is_an_addition_there(self):
        label, there = self.boxes[0], self.boxes[9]
        self.one({"op": "copy", "id": label.id, "to_of": there.id}, codes={"LF2108": 1}, added=1, kept=self.total)
        new_id, = self.new_ids()
        new = next(l for l in labels_in(self.ds, "boxes") if l.id == new_id)
        self.assertEqual(new.image, there.image)

    def test_an_id_copied_from_a_neighbour_makes_the_other_an_addition(self):
        a, b = self.boxes[0], self.boxes[1]
        self.one({"op": "copy_id", "id": b.id, "from": a.id}, codes={"LF2107": 1}, deleted=1, added=1,
                 kept=self.total - 1)
        self.assertEqual(self.elements()[a.id], self.elements(text=self.old)[a.id])
        self.assertNotIn(b.id, text_of(self.ds))

    def test_an_id_of_another_field_is_none_of_this_field(self):
        self.one({"op": "alter_id", "id": self.boxes[0].id, "value": self.scenes[0].id}, codes={"LF2108": 1},
                 deleted=1, added=1, kept=self.total - 1)


class Schema(SmallCrossing):
    def test_a_class_that_is_not_in_the_run_is_ignored(self):
        self.send()
        label = self.boxes[4]
        back = self.back(dict(AddedAndGone.ADD, of=self.boxes[0].id, label=label.value["label"]))

        def rename(text):
            at = text.index(label.id)
            start = text.rindex("<box ", 0, at)
            text = text[:start] + re.sub(r'label="[^"]*"', 'label="whale"', text[start:at]) + text[at:]
            at = text.index('source="manual"')
            start = text.rindex("<box ", 0, at)
            return text[:start] + re.sub(r'label="[^"]*"', 'label="whale"', text[start:at]) + text[at:]
        self.rewrite(back[0], rename)
        report = self.merge(self.ds, back, status=1)
        self.assert_counts(report, ignored=2, kept=self.total - 1)
        self.assertEqual(report["findings"], {"LF2002": 2})
        self.assert_dataset_unchanged()

    def test_an_unknown_class_and_a_movement_the_movement_is_taken(self):
        self.send()
        label = self.boxes[4]
        back = self.back({"op": "move", "id": label.id, "dx": 5})

        def rename(text):
            at = text.index(label.id)
            start = text.rindex("<box ", 0, at)
            return text[:start] + re.sub(r'label="[^"]*"', 'label="whale"', text[start:at]) + text[at:]
        self.rewrite(back[0], rename)
        report = self.merge(self.ds, back, status=1)
        self.assert_counts(report, edited=1, kept=self.total - 1)
        self.assertEqual(report["findings"], {"LF2002": 1})
        self.assertEqual(list(self.changed()), [label.path + ("bounding_box", 0)])

    def test_what_the_run_does_not_allow_is_refused_and_nothing_is_written(self):
        label = self.boxes[4]
        to = next(c for c in random_dataset.CLASSES if c != label.value["label"])
        rows = [("--no-allow-spatial-edits", {"op": "move", "id": label.id, "dx": 5}, self.total),
                ("--no-allow-spatial-edits", {"op": "rotate", "id": label.id, "angle": 77}, self.total),
                ("--no-allow-label-edits", {"op": "relabel", "id": label.id, "label": to}, self.total),
                ("--no-allow-deletions", {"op": "delete", "id": label.id}, self.total),
                ("--no-allow-additions", dict(AddedAndGone.ADD, of=label.id), self.total + 1)]
        for n, (right, edit, pairs) in enumerate(rows):
            with self.subTest(right=right, op=edit["op"]):
                run = "r%d" % n
                self.export(self.ds, "--media", "none", right, fields=FIELDS, run=run, out=run)
                self.before = testenv.snapshot(self.ds)
                back = self.far_side(edits=[edit], out=run, back="back" + run)
                report = self.merge(self.ds, back, run=run, status=1)
                self.assert_counts(report, refused=1, kept=pairs - 1)
                self.assertEqual(report["findings"], {"LF2009": 1})
                self.assert_dataset_unchanged()

    def test_each_right_forbids_its_own_kind_only(self):
        label = self.boxes[4]
        to = next(c for c in random_dataset.CLASSES if c != label.value["label"])
        self.send("--no-allow-spatial-edits")
        report = self.merge(self.ds, self.back({"op": "move", "id": label.id, "dx": 5},
                                               {"op": "relabel", "id": label.id, "label": to}), status=1)
        self.assert_counts(report, edited=1, kept=self.total - 1)
        self.assertEqual(report["findings"], {"LF2009": 1})
        self.assertEqual(self.changed(), {label.path + ("label",): (json.dumps(label.value["label"]), json.dumps(to))})

    def test_a_read_only_attribute_keeps_its_value(self):
        self.send("--read-only", "count", fields=["boxes"])
        label = next(l for l in self.boxes if type(l.value.get("count")) is int)
        report = self.merge(self.ds, self.back({"op": "attribute", "id": label.id, "name": "count", "value": "123456"}),
                            status=1)
        self.assert_counts(report, refused=1, kept=35)
        self.assertEqual(report["findings"], {"LF2009": 1})
        self.assertIn("read only", report["stderr"])
        self.assert_dataset_unchanged()

    def test_a_field_of_one_label_takes_one(self):
        self.send(fields=["scene"])
        report = self.merge(self.ds, self.back({"op": "add_tag", "of": self.scenes[2].id, "label": "boat"}), status=1)
        self.assert_counts(report, refused=1, kept=12)
        self.assertEqual(report["findings"], {"LF2112": 1})
        self.assert_dataset_unchanged()

    def test_in_a_field_of_one_label_the_first_new_one_replaces_the_one_that_is_gone(self):
        self.send(fields=["scene"])
        old = self.scenes[2]
        report = self.merge(self.ds, self.back({"op": "add_tag", "of": old.id, "label": "pier"},
                                               {"op": "add_tag", "of": old.id, "label": "boat"},
                                               {"op": "delete", "id": old.id}), status=1)
        self.assert_counts(report, deleted=1, added=1, refused=1, kept=11)
        self.assertEqual(report["findings"], {"LF2109": 2, "LF2112": 1})
        now = labels_in(self.ds, "scene")[2]
        self.assertEqual((now.value["label"], now.id != old.id), ("pier", True))

    def test_without_the_right_to_delete_a_single_label_is_not_replaced(self):
        self.send("--no-allow-deletions", fields=["scene"])
        old = self.scenes[2]
        report = self.merge(self.ds, self.back({"op": "add_tag", "of": old.id, "label": "boat"},
                                               {"op": "delete", "id": old.id}), status=1)
        self.assert_counts(report, refused=2, kept=11)
        self.assertEqual(report["findings"], {"LF2009": 1, "LF2109": 1, "LF2112": 1})
        self.assert_dataset_unchanged()


class BothSides(SmallCrossing):
    """The dataset went on while the archive was away."""

    def ours(self, label, key, text):
        """Changes one value of a label in the dataset, as somebody else would have."""
        whole = text_of(self.ds)
        start, end = json_bytes.scalars(whole)[label.path + key]
        with open(os.path.join(self.ds, "samples.json"), "w", encoding="utf-8") as f:
            f.write(whole[:start] + text + whole[end:])
        self.old = text_of(self.ds)
        self.before = testenv.snapshot(self.ds)

    def classes(self, label):
        return [c for c in random_dataset.CLASSES if c != label.value["label"]][:2]

    def test_different_labels_are_merged(self):
        self.send()
        a, b = self.boxes[0], self.boxes[1]
        back = self.back({"op": "move", "id": b.id, "dx": 5})
        self.ours(a, ("bounding_box", 0), "0.123")
        report = self.merge(self.ds, back)
        self.assert_counts(report, edited=1, kept=self.total - 1)
        self.assertEqual(list(self.changed()), [b.path + ("bounding_box", 0)])

    def test_different_parts_of_one_label_are_merged(self):
        self.send()
        a = self.boxes[0]
        ours, theirs = self.classes(a)
        back = self.back({"op": "move", "id": a.id, "dx": 5})
        self.ours(a, ("label",), json.dumps(ours))
        report = self.merge(self.ds, back)
        self.assert_counts(report, edited=1, kept=self.total - 1)
        self.assertEqual(list(self.changed()), [a.path + ("bounding_box", 0)])

    def test_the_same_change_on_both_sides_is_no_conflict(self):
        self.send()
        a = self.boxes[0]
        back = self.back({"op": "relabel", "id": a.id, "label": self.classes(a)[0]})
        self.ours(a, ("label",), json.dumps(self.classes(a)[0]))
        self.assert_counts(self.merge(self.ds, back), kept=self.total)
        self.assert_dataset_unchanged()

    def test_a_conflict_stops_and_writes_nothing(self):
        self.send()
        a = self.boxes[0]
        ours, theirs = self.classes(a)
        back = self.back({"op": "relabel", "id": a.id, "label": theirs}, {"op": "move", "id": self.boxes[1].id, "dx": 5})
        self.ours(a, ("label",), json.dumps(ours))
        report = self.merge(self.ds, back, status=6)
        self.assert_counts(report, conflict=1, edited=1, kept=self.total - 2)
        self.assertEqual((report["error"]["code"], report["findings"]), ("LF2008", {"LF2008": 1}))
        self.assert_nothing_written()

    def test_ours_keeps_the_dataset_and_takes_the_rest(self):
        self.send()
        a, b = self.boxes[0], self.boxes[1]
        ours, theirs = self.classes(a)
        back = self.back({"op": "relabel", "id": a.id, "label": theirs}, {"op": "move", "id": b.id, "dx": 5})
        self.ours(a, ("label",), json.dumps(ours))
        report = self.merge(self.ds, back, "--conflict", "ours", status=1)
        self.assert_counts(report, conflict=1, edited=1, kept=self.total - 2)
        self.assertEqual(list(self.changed()), [b.path + ("bounding_box", 0)])

    def test_theirs_takes_the_archive(self):
        self.send()
        a = self.boxes[0]
        ours, theirs = self.classes(a)
        back = self.back({"op": "relabel", "id": a.id, "label": theirs})
        self.ours(a, ("label",), json.dumps(ours))
        report = self.merge(self.ds, back, "--conflict", "theirs")
        self.assert_counts(report, edited=1, kept=self.total - 1)
        self.assertEqual(self.changed(), {a.path + ("label",): (json.dumps(ours), json.dumps(theirs))})

    def test_a_conflict_of_an_attribute(self):
        self.send()
        a = next(l for l in self.boxes if type(l.value.get("count")) is int)
        back = self.back({"op": "attribute", "id": a.id, "name": "count", "value": "70001"})
        self.ours(a, ("count",), "70002")
        self.merge(self.ds, back, status=6)
        self.assert_nothing_written()
        self.merge(self.ds, back, "--conflict", "theirs")
        self.assertEqual(self.changed(), {a.path + ("count",): ("70002", "70001")})

    def test_deleted_there_and_edited_here(self):
        self.send()
        a = self.boxes[1]
        back = self.back({"op": "delete", "id": a.id})
        self.ours(a, ("label",), json.dumps(self.classes(a)[0]))
        report = self.merge(self.ds, back, status=6)
        self.assert_counts(report, conflict=1, kept=self.total - 1)
        self.assert_nothing_written()
        self.merge(self.ds, back, "--conflict", "ours", status=1)
        self.assert_dataset_unchanged()

    def test_deleted_there_and_edited_here_theirs_deletes(self):
        self.send()
        a = self.boxes[1]
        back = self.back({"op": "delete", "id": a.id})
        self.ours(a, ("label",), json.dumps(self.classes(a)[0]))
        report = self.merge(self.ds, back, "--conflict", "theirs")
        self.assert_counts(report, deleted=1, kept=self.total - 1)
        self.assertNotIn(a.id, text_of(self.ds))

    def delete_ours(self, label):
        whole = text_of(self.ds)
        element = self.elements(text=whole)[label.id]
        with open(os.path.join(self.ds, "samples.json"), "w", encoding="utf-8") as f:
            f.write(whole.replace(", " + element, "", 1))
        self.old = text_of(self.ds)
        self.before = testenv.snapshot(self.ds)

    def test_deleted_here_and_untouched_there_stays_gone(self):
        self.send()
        self.delete_ours(self.boxes[1])
        self.assert_counts(self.merge(self.ds, self.back()), kept=self.total)
        self.assert_dataset_unchanged()

    def test_deleted_here_and_edited_there_is_a_conflict(self):
        self.send()
        a = self.boxes[1]
        self.delete_ours(a)
        back = self.back({"op": "move", "id": a.id, "dx": 5})
        self.assert_counts(self.merge(self.ds, back, status=6), conflict=1, kept=self.total - 1)
        self.assert_nothing_written()
        self.merge(self.ds, back, "--conflict", "ours", status=1)
        self.assert_dataset_unchanged()
        self.merge(self.ds, back, "--conflict", "theirs")
        self.assertEqual(len(labels_in(self.ds, "boxes")), 36)


    def test_a_label_without_an_id_that_is_gone_here_and_edited_there_comes_back_with_one(self):
        a = self.boxes[1]
        with open(os.path.join(self.ds, "samples.json"), "w", encoding="utf-8") as f:
            f.write(self.old.replace('"_id": {"$oid": "%s"}, ' % a.id, "", 1))
        whole, self.total = text_of(self.ds), 12 * 3
        start = whole.index('{"_cls": "Detection"')
        _, end = json.JSONDecoder().raw_decode(whole, start)
        self.send(fields=["boxes"])
        back = self.back({"op": "move", "image": a.image, "shape": 1, "dx": 1})
        with open(os.path.join(self.ds, "samples.json"), "w", encoding="utf-8") as f:
            f.write(whole[:start - 2] + whole[end:])
        report = self.merge(self.ds, back, "--conflict", "theirs")
        self.assert_counts(report, added=1, kept=self.total - 1)
        new_id, = self.new_ids()
        self.assertRegex(new_id, "^[0-9a-f]{24}$")
        self.assertEqual(text_of(self.ds).count('"$oid": ""'), 0)


class MondayAndTuesday(SmallCrossing):
    """Two states of one task come back one after the other."""

    def test_what_monday_brought_tuesday_does_not_bring_again(self):
        self.send()
        moved, gone, later = self.boxes[0], self.boxes[4], self.boxes[8]
        monday = [{"op": "move", "id": moved.id, "dx": 5}, {"op": "delete", "id": gone.id},
                  dict(AddedAndGone.ADD, of=self.boxes[6].id)]
        report = self.merge(self.ds, self.back(*monday, name="monday"))
        self.assert_counts(report, edited=1, deleted=1, added=1, kept=self.total - 2)
        after_monday = text_of(self.ds)
        tuesday = monday + [{"op": "relabel", "id": later.id, "label": self.other(later)}]
        report = self.merge(self.ds, self.back(*tuesday, name="tuesday"))
        self.assert_counts(report, edited=1, kept=self.total - 1)
        self.assertEqual([p[-1] for p in json_bytes.changes(after_monday, text_of(self.ds))], ["label"])

    def other(self, label):
        return next(c for c in random_dataset.CLASSES if c != label.value["label"])

    def test_what_was_done_here_on_monday_evening_survives_tuesday(self):
        self.send()
        a = self.boxes[0]
        monday = [{"op": "move", "id": a.id, "dx": 5}]
        self.merge(self.ds, self.back(*monday, name="monday"))
        whole = text_of(self.ds)
        start, end = json_bytes.scalars(whole)[a.path + ("bounding_box", 0)]
        ours = whole[:start] + "0.0625" + whole[end:]
        with open(os.path.join(self.ds, "samples.json"), "w", encoding="utf-8") as f:
            f.write(ours)
        tuesday = monday + [{"op": "relabel", "id": a.id, "label": self.other(a)}]
        report = self.merge(self.ds, self.back(*tuesday, name="tuesday"))
        self.assert_counts(report, edited=1, kept=self.total - 1)
        self.assertEqual(list(json_bytes.changes(ours, text_of(self.ds))), [a.path + ("label",)])

    def test_an_addition_of_monday_is_known_on_tuesday_and_its_movement_is_an_edit(self):
        self.send()
        add = dict(AddedAndGone.ADD, of=self.boxes[6].id)
        self.merge(self.ds, self.back(add, name="monday"))
        new_id, = self.new_ids()
        after_monday = text_of(self.ds)
        moved = dict(add, points=[4, 4, 21.5, 30.25])
        report = self.merge(self.ds, self.back(moved, name="tuesday"))
        self.assert_counts(report, edited=1, kept=self.total)
        self.assertEqual(self.new_ids(), [new_id])
        self.assertEqual([p[-2:] for p in json_bytes.changes(after_monday, text_of(self.ds))], [("bounding_box", 0)])

    def test_an_id_counts_before_nearness(self):
        self.send()
        add = dict(AddedAndGone.ADD, of=self.boxes[6].id)
        self.merge(self.ds, self.back(add, name="monday"))
        new_id, = self.new_ids()
        near = dict(add, points=[4, 4, 21.5, 30.25])
        away = dict(add, points=[10, 12, 27.5, 38.25], attributes=dict(add["attributes"], label_id=new_id))
        report = self.merge(self.ds, self.back(near, away, name="tuesday"))
        self.assert_counts(report, edited=1, added=1, kept=self.total)
        now = {l.id: l.corners()[:2] for l in labels_in(self.ds, "boxes")}
        self.assertEqual(now[new_id], [10, 12])

    def test_an_addition_of_monday_that_is_gone_on_tuesday_is_deleted(self):
        self.send()
        self.merge(self.ds, self.back(dict(AddedAndGone.ADD, of=self.boxes[6].id), name="monday"))
        report = self.merge(self.ds, self.back(name="tuesday"))
        self.assert_counts(report, deleted=1, kept=self.total)
        self.assertEqual(text_of(self.ds), self.old)

    def test_an_edit_of_monday_that_was_taken_back_on_tuesday_is_an_edit(self):
        self.send()
        a = self.boxes[0]
        self.merge(self.ds, self.back({"op": "relabel", "id": a.id, "label": self.other(a)}, name="monday"))
        report = self.merge(self.ds, self.back(name="tuesday"))
        self.assert_counts(report, edited=1, kept=self.total - 1)
        self.assertEqual(text_of(self.ds), self.old)


class Stale(SmallCrossing):
    def dated(self, name, day, *edits):
        back = self.far_side(edits=list(edits), back=name)
        for path in back:
            self.rewrite(path, lambda t: re.sub(r"<updated>[^<]*</updated>",
                                                "<updated>2024-03-%02d 10:00:00.000000+00:00</updated>" % day, t))
        return back

    def setUp(self):
        super().setUp()
        self.send(fields=["boxes"])
        self.a, self.b = self.boxes[0], self.boxes[4]
        self.monday = self.dated("monday", 4, {"op": "move", "id": self.a.id, "dx": 5})
        self.tuesday = self.dated("tuesday", 5, {"op": "move", "id": self.b.id, "dx": 5})

    def test_an_older_state_of_a_merged_task_is_refused(self):
        self.assert_counts(self.merge(self.ds, self.tuesday), edited=1, kept=35)
        before = testenv.snapshot(self.ds)
        report = self.merge(self.ds, self.monday, status=6)
        self.assertEqual(report["error"]["code"], "LF2010")
        self.assertEqual(testenv.snapshot(self.ds), before)

    def test_it_is_merged_when_the_person_says_so(self):
        self.merge(self.ds, self.tuesday)
        report = self.merge(self.ds, self.monday, "--allow-older")
        self.assert_counts(report, edited=2, kept=34)  # tuesday's edit is taken back, monday's made

    def test_the_right_order_needs_no_word(self):
        self.merge(self.ds, self.monday)
        self.assert_counts(self.merge(self.ds, self.tuesday), edited=2, kept=34)

    def test_a_dry_run_does_not_count_as_merged(self):
        self.merge(self.ds, self.tuesday, where=["-n"])
        self.assert_counts(self.merge(self.ds, self.monday), edited=1, kept=35)


if __name__ == "__main__":
    testenv.unittest.main()
