"""Every kind of label of every image fixture: there and back without an edit, no byte changes.

What is to be shipped is told by a model of carriage in Python, which knows nothing of the program.
"""

import os
import re

import crossing
import every_kind
import judges
import testenv

FIXTURES = ("groups", "images_chunks", "images_cvat_run", "images_full", "images_legacy", "images_min",
            "images_rel_dir", "images_same_name", "images_unordered_dirs", "images_use_dirs", "images_view")
LISTS = {"Classifications": "classifications", "Detections": "detections", "Polylines": "polylines",
         "Keypoints": "keypoints"}
# Types that a field of a class may be asked as; a list class has them in the plural.
TYPES = {"Classification": ["classification"], "Detection": ["detection", "instance"],
         "Polyline": ["polyline", "polygon"], "Keypoint": ["keypoint"], "Segmentation": ["segmentation"]}
SCALARS = ("IntField", "FloatField", "BooleanField", "StringField")
# Its values are 300 and 600, of which the dataset's mask targets know nothing.
WIDE = "segmentation_int"
WIDE_TARGETS = ("--mask-targets", '{"300": "wide", "600": "wider"}')
PRIVATE = ("filepath", "_media_type", "_rand")


def types_of(folder):
    """{field: [types it may be asked as]} of everything in a dataset that can travel."""
    meta = crossing.read_json(os.path.join(folder, "metadata.json"))
    rows = meta["sample_fields"]
    if isinstance(rows, dict):  # before FiftyOne 0.8
        rows = [{"name": n, "ftype": t.split("(")[0], "embedded_doc_type": t.rstrip(")").split("(")[-1]}
                for n, t in rows.items()]
    out = {}
    for row in rows:
        cls = (row["embedded_doc_type"] or "").split(".")[-1]
        single = cls[:-1] if cls in LISTS else cls
        if single in TYPES and "labels" in row["embedded_doc_type"]:
            out[row["name"]] = [t + "s" if cls in LISTS else t for t in TYPES[single]]
        elif row["ftype"].split(".")[-1] in SCALARS and row["name"] not in PRIVATE:
            out[row["name"]] = ["scalar"]
    return out


def labels_of(doc, field):
    value = doc.get(field)
    if value is None:
        return []
    if isinstance(value, dict):
        for key in LISTS.values():
            if isinstance(value.get(key), list):
                return value[key]
    return [value]


def finite(x):
    return isinstance(x, (int, float)) and x == x


def travels(label, kind):
    """Whether carriage ships a label of a field that was asked as `kind` (in the singular)."""
    if kind == "scalar":
        return isinstance(label, (bool, int, float, str))
    if kind == "segmentation":
        return bool(label.get("mask") or label.get("mask_path"))
    if not label.get("label"):
        return False
    masked = bool(label.get("mask") or label.get("mask_path"))
    points = label.get("points") or []
    if kind == "classification":
        return True
    if kind in ("detection", "instance"):
        return len(label.get("bounding_box") or []) == 4 and masked == (kind == "instance")
    if kind == "keypoint":
        return any(finite(x) and finite(y) for x, y in points)
    filled = bool(label.get("filled"))
    return filled == (kind == "polygon") and any(len(ring) >= (3 if filled else 2) for ring in points)


def singular(kind):
    return kind[:-1] if kind.endswith("s") else kind


def shipped(folder, field, kind):
    return sum(travels(label, singular(kind)) for doc in crossing.samples_of(folder) for label in labels_of(doc, field))


def all_fields(folder):
    """Each field as the type that ships the most of it, and how many labels those are; without those that ship nothing."""
    fields, total = [], 0
    for field, kinds in types_of(folder).items():
        n, kind = max((shipped(folder, field, k), k) for k in kinds)
        if n and field != WIDE:
            fields.append("%s:%s" % (field, kind))
            total += n
    return fields, total


class EveryLabel(crossing.CrossingCase):
    def dataset(self, name):
        return self.copy(testenv.shared("fixtures", "fiftyone", name), name)

    def cross(self, ds, fields, expected, *options):
        before = self.data_of(ds)
        out = self.export(ds, *options, fields=fields)
        self.assertEqual(out["shipped"], expected)
        self.assert_unchanged(ds, before)
        report = self.merge(ds, self.far_side())
        self.assertEqual(report["counts"], crossing.counts(kept=expected), report["events"])
        self.assertEqual(report["items"]["changed"], 0)
        self.assert_unchanged(ds, before)

    def test_each_field_as_each_type(self):
        for name in FIXTURES:
            folder = testenv.shared("fixtures", "fiftyone", name)
            for field, kinds in types_of(folder).items():
                for kind in kinds:
                    with self.subTest(fixture=name, field=field, type=kind):
                        n = shipped(folder, field, kind)
                        options = () if n or kind in ("segmentation", "scalar") else ("--classes", "thing")
                        if field == WIDE:
                            options = WIDE_TARGETS
                        self.cross(self.dataset(name), ["%s:%s" % (field, kind)], n, *options)
                    self.clear()

    def test_values_without_a_target_stay_at_home(self):
        self.cross(self.dataset("images_full"), [WIDE], 0)

    def test_all_fields_together(self):
        for name in FIXTURES:
            fields, total = all_fields(testenv.shared("fixtures", "fiftyone", name))
            with self.subTest(fixture=name, fields=fields):
                self.cross(self.dataset(name), fields, total)
            self.clear()

    def test_a_server_takes_every_archive(self):
        for name in FIXTURES:
            fields, _ = all_fields(testenv.shared("fixtures", "fiftyone", name))
            self.export(self.dataset(name), fields=fields)
            tasks = sorted(n for n in os.listdir(self.path("out")) if os.path.exists(self.path("out", n, "annotations.zip")))
            self.assertEqual(len(tasks), len(fields))
            for task in tasks:
                with self.subTest(fixture=name, task=task):
                    said = judges.check_cvat(self.path("out", task, "annotations.zip"), "--strict-meta",
                                             "--labels", self.path("out", task, "labels.json"))
                    self.assertEqual(said["errors"], [])
            self.clear()

    def test_the_model_ships_something_of_each_type(self):
        """So that the tests above cannot pass by shipping nothing."""
        seen = {}
        for name in FIXTURES:
            folder = testenv.shared("fixtures", "fiftyone", name)
            for field, kinds in types_of(folder).items():
                for kind in kinds:
                    seen[kind] = seen.get(kind, 0) + shipped(folder, field, kind)
        asked = {t + s for ts in TYPES.values() for t in ts for s in ("", "s")} - {"segmentations"} | {"scalar"}
        rare = {"instance", "polyline"}  # no fixture has a single field of these
        self.assertEqual({k for k, n in seen.items() if n}, asked - rare)


class Rights(crossing.CrossingCase):
    """What a run forbids is refused for every kind of label, in FiftyOne's terms."""

    KINDS = ("boxes", "areas", "lines", "loose", "things", "ground")  # labels with a place

    def start(self, field, *options):
        self.clear()
        every_kind.make_dataset(self.path("ds"))
        self.export(self.path("ds"), *options, "--media", "none", fields=[every_kind.TYPES.get(field, field)])
        return self.data_of(self.path("ds"))

    def come_back(self, change):
        archive, = self.far_side()
        return self.rewrite(archive, change)

    def refused(self, before, change):
        report = self.merge(self.path("ds"), [self.come_back(change)], status=1)
        counts = report["counts"]
        self.assertGreater(counts["refused"], 0)
        self.assertEqual(counts["refused"] + counts["kept"], counts["labels"])
        self.assertEqual(set(report["findings"]), {"LF2009"})
        self.assert_unchanged(self.path("ds"), before)

    @staticmethod
    def moved(text):
        """Every shape one pixel to the right."""
        text = re.sub(r'(xtl|xbr|left)="(\d+)', lambda m: '%s="%d' % (m[1], int(m[2]) + 1), text)
        return re.sub(r'points="([^"]*)"', lambda m: 'points="%s"' % ";".join(
            "%s,%s" % (float(p.split(",")[0]) + 1, p.split(",")[1]) for p in m[1].split(";")), text)

    def test_moves(self):
        for field in self.KINDS:
            with self.subTest(field=field):
                self.refused(self.start(field, "--no-allow-spatial-edits"), self.moved)
                self.start(field)
                report = self.merge(self.path("ds"), [self.come_back(self.moved)])
                self.assertGreater(report["counts"]["edited"], 0)  # the same is taken where it may be

    def test_deletions(self):
        everything = re.compile(r"(<image [^>]*>).*?(</image>)", re.S)
        for field in self.KINDS + ("seen", "count"):
            with self.subTest(field=field):
                self.refused(self.start(field, "--no-allow-deletions"), lambda text: everything.sub(r"\1\2", text))

    def test_relabels(self):
        """A segmentation has no class of its own: its classes are its pixels'."""
        names = {"boxes": ("cat", "dog &amp; &lt;b>"), "areas": ("cat", "dog"), "things": ("cat", "dog"),
                 "seen": ("sun", "rain")}
        for field, (old, new) in names.items():
            with self.subTest(field=field):
                self.refused(self.start(field, "--no-allow-label-edits"),
                             lambda text: text.replace(' label="%s"' % old, ' label="%s"' % new))

    def test_additions(self):
        """A label whose id was blanked is new; what was shipped is gone, which may be. A ring of several too."""
        blank = re.compile(r'(<attribute name="label_id">)[0-9a-f]{24}')
        for field, gone in (("boxes", "deleted"), ("areas", "edited"), ("lines", "edited"), ("loose", "deleted"),
                            ("things", "deleted"), ("seen", "deleted")):
            with self.subTest(field=field):
                self.start(field, "--no-allow-additions")
                report = self.merge(self.path("ds"), [self.come_back(lambda text: blank.sub(r"\1", text, count=1))],
                                    status=1)
                self.assertEqual((report["counts"]["refused"], report["counts"][gone]), (1, 1))
