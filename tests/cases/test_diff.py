"""What `labelferry diff` says of two datasets, of two fields, and of archives: counts, lines, JSON, exit status."""

import json
import os
import random
import shutil
import struct
import subprocess
import zlib

import crossing
import every_kind
import fiftyone_upload
import testenv


def oid(n):
    return {"$oid": "%024x" % (0x65C000000000000000000000 + n)}


def text_id(n):
    return oid(n)["$oid"]


def box(number, label="cat", where=(0.1, 0.2, 0.3, 0.4), **more):
    return {"_id": oid(number), "_cls": "Detection", "attributes": {}, "tags": [], "label": label,
            "bounding_box": list(where), **more}


def tag(n, label):
    return {"_id": oid(n), "_cls": "Classification", "tags": [], "label": label}


def boxes(*labels):
    return {"_cls": "Detections", "detections": list(labels)}


def sample(n, width=100, height=200, **fields):
    return {"_id": oid(n), "filepath": "data/%d.jpg" % n, "tags": [],
            "metadata": {"_cls": "ImageMetadata", "width": width, "height": height}, **fields}


LABEL = "fiftyone.core.labels."
FIELDS = {"gt": "Detections", "pred": "Detections", "scene": "Classification", "lines": "Polylines",
          "dots": "Keypoints", "pixels": "Segmentation", "heat": "Heatmap", "themes": "Classifications"}


def field(name):
    if name in FIELDS:
        return {"name": name, "ftype": "fiftyone.core.fields.EmbeddedDocumentField",
                "embedded_doc_type": LABEL + FIELDS[name], "db_field": name}
    kind = {"tags": "ListField", "metadata": "EmbeddedDocumentField", "filepath": "StringField"}.get(name, "IntField")
    return {"name": name, "ftype": "fiftyone.core.fields." + kind, "embedded_doc_type": None, "db_field": name}


class DiffCase(crossing.CrossingCase):
    def write(self, name, samples, fields=("gt", "scene", "count")):
        os.mkdir(self.path(name))
        meta = {"version": "1.22.1", "name": name, "media_type": "image",
                "sample_fields": [field(f) for f in ("filepath", "tags", "metadata") + tuple(fields)]}
        with open(self.path(name, "metadata.json"), "w", encoding="utf-8") as f:
            json.dump(meta, f)
        with open(self.path(name, "samples.json"), "w", encoding="utf-8") as f:
            json.dump({"samples": samples}, f, ensure_ascii=name != "b")  # two spellings of one text
        return self.path(name)

    def two(self, a, b, *fields):
        self.write("a", a, *([fields] if fields else []))
        self.write("b", b, *([fields] if fields else []))

    def diff(self, *args, status=1):
        done = self.labelferry("diff", *args, status=status)
        self.assertEqual([line for line in done.stderr.splitlines() if "LF2109" not in line], [])
        return done.stdout

    def json(self, *args, status=1):
        out = json.loads(self.diff(*args, "--json", status=status))
        self.assertEqual(out["exit"], status)
        return out

    def lines(self, *args):
        """The lines behind the counts."""
        out = self.diff(*args).splitlines()
        return out[next(i for i, line in enumerate(out) if line.startswith("samples: ")) + 1:]

    def label_lines(self, old, new, *options, name="gt", **kw):
        """What is told of one label of which there are two versions, without the ids."""
        self.two([sample(1, **kw, **{name: old})], [sample(1, **kw, **{name: new})], name)
        done = self.labelferry("diff", "a", "b", *options, status=None)
        shutil.rmtree(self.path("a"))
        shutil.rmtree(self.path("b"))
        self.assertEqual(done.stderr, "")
        lines = [line for line in done.stdout.splitlines() if line.startswith(text_id(1))]
        self.assertEqual(done.returncode, 1 if lines else 0)
        return [line.split(" ", 3)[3] for line in lines]

    def of_box(self, old, new, *options, **kw):
        return self.label_lines(boxes(box(7, **old)), boxes(box(7, **new)), *options, **kw)


TEXT = """\
tags: 0 added, 0 deleted, 1 edited, 1 same
metadata: 0 added, 0 deleted, 0 edited, 2 same
gt: 1 added, 1 deleted, 1 edited, 1 same
scene: 0 added, 1 deleted, 0 edited, 0 same
count: 1 added, 0 deleted, 1 edited, 0 same
samples: 2 in both, 2 of them changed, 1 only in A, 1 only in B
%(s1)s tags - edited: value [] -> ["x"]
%(s1)s gt %(l11)s edited: class "cat" -> "dög", geometry, attribute age none -> 3, confidence 0.5 -> none
%(s1)s gt %(l12)s deleted "cat"
%(s1)s count - edited: value 3 -> 4
%(s2)s only in A
%(s3)s gt %(l15)s added "cat"
%(s3)s scene %(l14)s deleted "day"
%(s3)s count - added: value none -> 9
%(s4)s only in B
""" % {**{"s%d" % n: text_id(n) for n in range(1, 5)}, **{"l%d" % n: text_id(n) for n in range(11, 16)}}

JSON = [
    {"sample": text_id(1), "field": "tags", "change": "edited", "parts": [{"part": "value", "was": [], "came": ["x"]}]},
    {"sample": text_id(1), "field": "gt", "label": text_id(11), "change": "edited", "parts": [
        {"part": "class", "was": "cat", "came": "dög"}, {"part": "geometry"},
        {"part": "attribute", "name": "age", "came": 3}, {"part": "key", "name": "confidence", "was": 0.5}]},
    {"sample": text_id(1), "field": "gt", "label": text_id(12), "change": "deleted", "class": "cat"},
    {"sample": text_id(1), "field": "count", "change": "edited", "parts": [{"part": "value", "was": 3, "came": 4}]},
    {"sample": text_id(2), "only": "a"},
    {"sample": text_id(3), "field": "gt", "label": text_id(15), "change": "added", "class": "cat"},
    {"sample": text_id(3), "field": "scene", "label": text_id(14), "change": "deleted", "class": "day"},
    {"sample": text_id(3), "field": "count", "change": "added", "parts": [{"part": "value", "came": 9}]},
    {"sample": text_id(4), "only": "b"},
]


class TwoDatasets(DiffCase):
    def setUp(self):
        super().setUp()
        a = [sample(1, gt=boxes(box(11, confidence=0.5), box(12)), count=3), sample(2, gt=boxes(box(13))),
             sample(3, gt=boxes(box(16)), scene=tag(14, "day"), count=None)]
        b = [sample(4), sample(3, gt=boxes(box(16), box(15)), count=9),
             sample(1, gt=boxes(box(11, "dög", (0.1, 0.2, 0.3, 0.5), age=3)), count=4)]
        b[2]["tags"] = ["x"]
        self.two(a, b)

    def test_text(self):
        self.assertEqual(self.diff("a", "b"), TEXT)

    def test_json(self):
        out = self.json("a", "b")
        self.assertEqual(out["changes"], JSON)
        self.assertEqual(out["samples"], {"both": 2, "changed": 2, "only_a": 1, "only_b": 1, "absent": 0})
        self.assertEqual(out["fields"]["gt"],
                         {"added": 1, "deleted": 1, "edited": 1, "same": 1, "a": "Detections", "b": "Detections"})
        self.assertEqual((out["a"], out["b"]), ("a", "b"))

    def test_less(self):
        head = TEXT[:TEXT.index(text_id(1))]
        self.assertEqual(self.diff("a", "b", "--stat"), head)
        self.assertEqual(self.diff("a", "b", "--name-only"), "".join(text_id(n) + "\n" for n in (1, 2, 3, 4)))
        self.assertEqual(self.json("a", "b", "--name-only")["changed"], [text_id(n) for n in (1, 2, 3, 4)])
        self.assertNotIn("changes", self.json("a", "b", "--stat"))
        self.assertEqual(self.diff("a", "b", "-q"), "")
        self.assertEqual(self.diff("a", "a", "-q", status=0), "")

    def test_the_other_way_round(self):
        turned = {"added": "deleted", "deleted": "added", "edited": "edited"}
        there = self.json("a", "b")
        back = self.json("b", "a")
        key = lambda c: (c["sample"], c.get("field", ""), c.get("label", ""))
        self.assertEqual(sorted([(key(c), turned[c["change"]]) for c in there["changes"] if "change" in c]),
                         sorted([(key(c), c["change"]) for c in back["changes"] if "change" in c]))

    def test_one_field(self):
        self.assertEqual(list(self.json("a", "b", "--field", "scene")["fields"]), ["scene"])
        self.diff("a", "b", "--field", "metadata", status=1)  # the samples of one side alone still differ
        self.assertEqual(list(self.json("a", "b", "--field", "filepath", "--field", "gt")["fields"]), ["filepath", "gt"])

    def test_equal(self):
        out = self.diff("a", "a", status=0)
        self.assertNotIn(text_id(1), out)
        self.assertEqual(out.splitlines()[-1], "samples: 3 in both, 0 of them changed, 0 only in A, 0 only in B")
        self.assertEqual(self.json("a", "a", status=0)["changes"], [])


class Values(DiffCase):
    def test_spellings_of_one_value_are_the_same(self):
        same = [({"n": 1}, {"n": 1.0}), ({"n": 100}, {"n": 1e2}), ({"n": {"$numberLong": "7"}}, {"n": 7}),
                ({"n": None}, {}), ({"n": {"a": 1, "b": None}}, {"n": {"a": 1.0}}),
                ({"n": {"a": 1, "b": [2]}}, {"n": {"b": [2], "a": 1}}), ({"n": float("nan")}, {"n": float("nan")}),
                ({"n": {"$numberDouble": "NaN"}}, {"n": float("nan")}), ({"n": "é"}, {"n": "é"}), ({"é": 1}, {"é": 1.0}),
                ({"tags": []}, {"tags": None}), ({"attributes": {}}, {"attributes": None}),
                ({"confidence": 0.5}, {"confidence": 5e-1})]
        for old, new in same:
            with self.subTest(old=old, new=new):
                self.assertEqual(self.of_box(old, new), [])

    def test_other_values_are_not(self):
        other = [({"n": 1}, {"n": "1"}, "attribute n 1 -> \"1\""), ({"n": 0}, {"n": False}, "attribute n 0 -> false"),
                 ({"n": 0}, {}, "attribute n 0 -> none"), ({"n": [1, 2]}, {"n": [2, 1]}, "attribute n [1, 2] -> [2, 1]"),
                 ({"n": [1]}, {"n": [1, 2]}, "attribute n [1] -> [1, 2]"),
                 ({"n": 2 ** 53}, {"n": 2 ** 53 + 1}, "attribute n 9007199254740992 -> 9007199254740993"),
                 ({"n": ""}, {"n": None}, "attribute n \"\" -> none"), ({"n": "a"}, {"n": "A"}, "attribute n \"a\" -> \"A\""),
                 ({"tags": ["x"]}, {}, "tags [\"x\"] -> []"), ({"index": 1}, {"index": 2}, "index 1 -> 2"),
                 ({"attributes": {"n": {"_cls": "NumericAttribute", "value": 1}}},
                  {"attributes": {"n": {"_cls": "NumericAttribute", "value": 2}}}, "attribute n 1 -> 2"),
                 ({"rotation": 10}, {"rotation": 20}, "geometry"),
                 ({"a\\b": 1}, {"a\\b": 2}, "attribute a\\b 1 -> 2")]
        for old, new, said in other:
            with self.subTest(old=old, new=new):
                self.assertEqual(self.of_box(old, new), ["edited: " + said])

    def test_keys_in_another_order(self):
        old = box(7, n=1, m=2)
        new = dict(reversed(list(old.items())))
        self.assertEqual(self.label_lines(boxes(old), boxes(new)), [])
        new["m"] = 3
        self.assertEqual(self.label_lines(boxes(old), boxes(new)), ["edited: attribute m 2 -> 3"])

    def test_what_is_not_json_is_a_text(self):
        self.two([sample(1, gt=boxes(box(7, n=float("nan"))))], [sample(1, gt=boxes(box(7, n=1)))])
        self.assertEqual(self.json("a", "b")["changes"][0]["parts"],
                         [{"part": "attribute", "name": "n", "was": "NaN", "came": 1}])

    def test_labels_without_ids_are_the_same_if_they_are_equal(self):
        def bare(*classes):
            return boxes(*[{k: v for k, v in box(1, c).items() if k != "_id"} for c in classes])
        self.assertEqual(self.label_lines(bare("a", "b", "c"), bare("c", "a", "b")), [])
        self.assertEqual(self.label_lines(bare("a", "b", "b"), bare("b", "a", "c")), ["deleted \"b\"", "added \"c\""])

    def test_an_id_that_is_there_twice(self):
        self.assertEqual(self.label_lines(boxes(box(7, "a"), box(8), box(7, "b")), boxes(box(7, "a"), box(7, "c"), box(8))),
                         ["edited: class \"b\" -> \"c\""])

    def test_empty_and_absent_fields(self):
        for old, new in ((boxes(), None), ({"_cls": "Detections", "detections": None}, boxes()), (None, None)):
            self.assertEqual(self.label_lines(old, new), [])

    def test_tolerance(self):
        old, new = {"where": (0.1, 0.2, 0.3, 0.4)}, {"where": (0.12, 0.2, 0.3, 0.4)}  # two pixels of 100
        self.assertEqual(self.of_box(old, new), ["edited: geometry"])
        self.assertEqual(self.of_box(old, new, "--tolerance", "1.9"), ["edited: geometry"])
        self.assertEqual(self.of_box(old, new, "--tolerance", "2.1"), [])
        self.assertEqual(self.of_box(old, dict(new, label="dog"), "--tolerance", "2.1"), ["edited: class \"cat\" -> \"dog\""])

    def test_without_a_size(self):
        old, new = {"where": (0.1, 0.2, 0.3, 0.4)}, {"where": (0.12, 0.2, 0.3, 0.4)}
        for options in (("--tolerance", "90"), ("--detail",), ("--by", "iou:0.8")):
            self.assertEqual(self.of_box(old, new, *options, width=None, height=None), ["edited: geometry"])
        self.assertEqual(self.of_box(old, new, "--by", "iou:0.9", width=None, height=None), ["deleted \"cat\"", "added \"cat\""])

    def test_detail(self):
        old, new = {"where": (0.1, 0.2, 0.3, 0.4)}, {"where": (0.1, 0.2, 0.3, 0.2)}
        self.assertEqual(self.of_box(old, new, "--detail"),
                         ['edited: geometry {"kind": "box", "box": [10.0, 40.0, 30.0, 80.0]} -> '
                          '{"kind": "box", "box": [10.0, 40.0, 30.0, 40.0]} iou 0.5000'])


def png(rows):
    """A grey PNG of 8 bits."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
            + chunk(b"IDAT", zlib.compress(b"".join(b"\0" + bytes(r) for r in rows))) + chunk(b"IEND", b""))


class Pixels(DiffCase):
    RING = [[1, 1, 1], [1, 0, 1], [1, 1, 1]]
    DISC = [[1, 1, 1], [1, 1, 1], [1, 1, 1]]

    def masks(self, old, new, files=None, options=(), cls="gt"):
        """The parts that differ of a label with mask `old` and one with mask `new`, each a dict of keys."""
        def of(keys):
            if cls == "gt":
                return boxes(box(7, **keys))
            return {"_id": oid(7), "_cls": FIELDS[cls], "tags": [], **keys}
        self.two([sample(1, 6, 6, **{cls: of(old)})], [sample(1, 6, 6, **{cls: of(new)})], cls)
        for name, data in (files or {}).items():
            with open(self.path(name), "wb") as f:
                f.write(data)
        done = self.labelferry("diff", "a", "b", "--json", *options, status=None)
        self.assertEqual(done.stderr, "")
        out = json.loads(done.stdout)
        for name in "ab":
            shutil.rmtree(self.path(name))
        self.assertEqual(out["exit"], done.returncode)
        return [p for c in out["changes"] for p in c["parts"]]

    GEOMETRY = [{"part": "geometry"}]

    def test_inside_the_document(self):
        npy = every_kind.npy
        ring, disc = ({"mask": npy(rows)} for rows in (self.RING, self.DISC))
        for cls in ("gt", "pixels"):
            self.assertEqual(self.masks(ring, ring, cls=cls), [])
            self.assertEqual(self.masks(ring, disc, cls=cls), self.GEOMETRY)
            self.assertEqual(self.masks(ring, {}, cls=cls), self.GEOMETRY)
            self.assertEqual(self.masks(ring, {"mask": npy([[bool(v) for v in r] for r in self.RING])}, cls=cls), [])
        tens = {"mask": npy([[10 * v for v in r] for r in self.RING])}
        self.assertEqual(self.masks(ring, tens), [])                       # of an instance, inside is inside
        self.assertEqual(self.masks(ring, tens, cls="pixels"), self.GEOMETRY)  # of a segmentation, a value
        large = {"mask": npy([[v for v in r for _ in "ab"] for r in self.RING for _ in "ab"])}
        self.assertEqual(self.masks(ring, large), self.GEOMETRY)           # another resolution

    def test_on_disk(self):
        ring, disc = png(self.RING), png(self.DISC)
        at = {"mask_path": "m.png"}
        for cls in ("gt", "pixels"):
            self.assertEqual(self.masks(at, at, {"a/m.png": ring, "b/m.png": ring}, cls=cls), [])
            self.assertEqual(self.masks(at, at, {"a/m.png": ring, "b/m.png": disc}, cls=cls), self.GEOMETRY)
            self.assertEqual(self.masks(at, {"mask_path": "n.png"}, {"a/m.png": ring, "b/n.png": ring}, cls=cls), [])
            self.assertEqual(self.masks(at, at, {"a/m.png": ring}, cls=cls), self.GEOMETRY)
            self.assertEqual(self.masks(at, at, cls=cls), [])  # neither has the file
            self.assertEqual(self.masks(at, {"mask": every_kind.npy(self.RING)}, {"a/m.png": ring}, cls=cls), [])
            self.assertEqual(self.masks({"mask": every_kind.npy(self.RING)}, at, {"b/m.png": disc}, cls=cls), self.GEOMETRY)

    def test_maps(self):
        at = {"map_path": "m.png"}
        ring, disc = png(self.RING), png(self.DISC)
        self.assertEqual(self.masks(at, at, {"a/m.png": ring, "b/m.png": ring}, cls="heat"), [])
        self.assertEqual(self.masks(at, at, {"a/m.png": ring, "b/m.png": disc}, cls="heat"), self.GEOMETRY)
        self.assertEqual(self.masks({"map": every_kind.npy(self.RING)}, {"map": every_kind.npy(self.DISC)}, cls="heat"),
                         self.GEOMETRY)

    def test_a_damaged_mask(self):
        at = {"mask_path": "m.png"}
        self.two([sample(1, gt=boxes(box(7, **at)))], [sample(1, gt=boxes(box(7, **at)))], "gt")
        for name, data in (("a/m.png", png(self.RING)), ("b/m.png", png(self.RING)[:40])):
            with open(self.path(name), "wb") as f:
                f.write(data)
        done = self.labelferry("diff", "a", "b", status=4)
        self.assertIn("LF3071", done.stderr)

    def test_detail(self):
        old, new = ({"mask": every_kind.npy(rows), "bounding_box": [0, 0, 0.5, 0.5]} for rows in (self.RING, self.DISC))
        part, = self.masks(old, new, options=("--detail",))
        self.assertEqual(part, {"part": "geometry", "was": {"kind": "mask", "box": [0, 0, 3, 3], "pixels": 8},
                                "came": {"kind": "mask", "box": [0, 0, 3, 3], "pixels": 9}, "iou": 0.8889})

    def test_tolerance_is_for_numbers(self):
        old, new = ({"mask": every_kind.npy(rows)} for rows in (self.RING, self.DISC))
        self.assertEqual(self.masks(old, new, options=("--tolerance", "9")), self.GEOMETRY)
        moved = dict(old, bounding_box=[0.15, 0.2, 0.3, 0.4])
        self.assertEqual(self.masks(old, moved), self.GEOMETRY)
        self.assertEqual(self.masks(old, moved, options=("--tolerance", "1")), [])


class Points(DiffCase):
    def line(self, points, **more):
        return {"_cls": "Polylines", "polylines": [{"_id": oid(7), "_cls": "Polyline", "label": "a", "points": points,
                                                    "closed": False, "filled": False, **more}]}

    def dots(self, points, **more):
        return {"_cls": "Keypoints", "keypoints": [{"_id": oid(7), "_cls": "Keypoint", "label": "a", "points": points, **more}]}

    def test_polylines(self):
        old = [[[0.1, 0.1], [0.5, 0.5]], [[0.2, 0.2], [0.3, 0.3]]]
        near = [[[0.1, 0.1], [0.51, 0.5]], [[0.2, 0.2], [0.3, 0.3]]]
        for new, options, said in ((old, (), []), (near, (), ["edited: geometry"]), (near, ("--tolerance", "1.1"), []),
                                   (old[:1], ("--tolerance", "50"), ["edited: geometry"])):
            self.assertEqual(self.label_lines(self.line(old), self.line(new), *options, name="lines"), said)
        self.assertEqual(self.label_lines(self.line(old), self.line(old, closed=True), "--tolerance", "50", name="lines"),
                         ["edited: geometry"])

    def test_keypoints(self):
        nan, old = float("nan"), [[0.1, 0.1], [0.5, 0.5]]
        gap = [[0.1, 0.1], [nan, nan]]
        for a, b, options, said in ((gap, gap, (), []), (old, gap, (), ["edited: geometry"]),
                                    (gap, [[0.1, 0.1], [{"$numberDouble": "NaN"}] * 2], (), []),
                                    (gap, [[0.11, 0.1], [nan, nan]], ("--tolerance", "1.1"), []),
                                    (old, gap, ("--tolerance", "99"), ["edited: geometry"])):
            self.assertEqual(self.label_lines(self.dots(a), self.dots(b), *options, name="dots"), said)
        self.assertEqual(self.label_lines(self.dots(old, confidence=[1, 0.5]), self.dots(old, confidence=[1.0, 0.25]), name="dots"),
                         ["edited: confidence [1, 0.5] -> [1.0, 0.25]"])


class Fields(DiffCase):
    def test_two_fields_of_one_dataset(self):
        self.write("a", [sample(1, gt=boxes(box(7), box(8)), pred=boxes(box(7, "dog"), box(9)))], ("gt", "pred"))
        self.assertEqual([line.split(" ", 1)[1] for line in self.lines("a", "--fields", "gt,pred")],
                         ["gt %s edited: class \"cat\" -> \"dog\"" % text_id(7), "gt %s deleted \"cat\"" % text_id(8),
                          "gt %s added \"cat\"" % text_id(9)])
        self.assertEqual(self.json("a", "--fields", "gt,gt", status=0)["changes"], [])
        out = self.json("a", "--fields", "pred,gt")
        self.assertEqual((out["a"], out["b"]), ("pred", "gt"))

    def test_a_field_that_one_dataset_declares(self):
        self.write("a", [sample(1, gt=boxes(box(7)))], ("gt",))
        self.write("b", [sample(1, gt=boxes(box(7)), pred=boxes(box(8)))], ("gt", "pred"))
        self.assertIn("pred: 1 added, 0 deleted, 0 edited, 0 same; only B declares it\n", self.diff("a", "b"))
        self.assertIn("pred: 0 added, 1 deleted, 0 edited, 0 same; only A declares it\n", self.diff("b", "a"))
        self.write("c", [sample(1, gt=boxes(box(7)))], ("gt", "pred"))
        self.assertIn("pred: 0 added, 0 deleted, 0 edited, 0 same; only B declares it\n", self.diff("a", "c"))


class Iou(DiffCase):
    """Known answers: of two boxes of one width, side by side and shifted by d of it, (1 - d) / (1 + d) overlaps."""

    def lines_at(self, least, a, b):
        return self.label_lines(boxes(*a), boxes(*b), "--by", "iou:%s" % least, "--tolerance", "100")

    def test_threshold(self):
        a, b = [box(1, where=(0.1, 0.1, 0.4, 0.4))], [box(2, where=(0.2, 0.1, 0.4, 0.4))]  # 0.6
        self.assertEqual(self.lines_at(0.59, a, b), [])
        self.assertEqual(self.lines_at(0.61, a, b), ["deleted \"cat\"", "added \"cat\""])

    def test_the_best_goes_first(self):
        a = [box(1, "a", (0.0, 0.0, 0.4, 0.4)), box(2, "b", (0.1, 0.0, 0.4, 0.4))]
        b = [box(3, "c", (0.1, 0.0, 0.4, 0.4))]
        self.assertEqual(self.lines_at(0.5, a, b), ["deleted \"a\"", "edited: class \"b\" -> \"c\""])

    def test_equal_overlap_equal_class(self):
        a = [box(1, "a"), box(2, "b")]
        self.assertEqual(self.lines_at(0.5, a, [box(3, "b"), box(4, "a")]), [])

    def test_kinds_do_not_mix(self):
        line = {"_id": oid(1), "_cls": "Polyline", "label": "a", "points": [[[0, 0], [0.5, 0], [0.5, 0.5]]], "closed": True}
        lists = [{"_cls": "Polylines", "polylines": [dict(line, filled=f)]} for f in (True, False)]
        self.assertEqual(self.label_lines(*lists, "--by", "iou:0.1", name="lines"), ["deleted \"a\"", "added \"a\""])
        self.assertEqual(self.label_lines(*lists, name="lines"), ["edited: geometry"])


class Broken(DiffCase):
    def refused(self, *args, status, code):
        done = self.labelferry("diff", *args, status=status)
        self.assertEqual(done.stdout, "")
        self.assertIn(code, done.stderr)

    def test_usage(self):
        self.write("a", [sample(1)])
        for args in ((), ("a",), ("a", "a", "a"), ("a", "a", "--fields", "gt,scene"), ("a", "--fields", "gt"),
                     ("a", "--fields", "gt,scene,count"), ("a", "a", "--by", "iou:0"), ("a", "a", "--by", "iou:1.5"),
                     ("a", "a", "--by", "size"), ("a", "a", "--tolerance", "-1"), ("a", "a", "--tolerance", "x"),
                     ("a", "a", "--stat", "--name-only"), ("a", "a", "--nix"), ("a", "a", "--field", "nix"),
                     ("a", "--fields", "gt,nix"), ("a", "--fields", "nix,gt")):
            with self.subTest(args=args):
                self.refused(*args, status=2, code="LF10")

    def test_damaged(self):
        self.write("a", [sample(1, gt=boxes(box(7)))])
        self.refused("a", "nix", status=7, code="LF5001")
        os.mkdir(self.path("empty"))
        self.refused("a", "empty", status=4, code="LF3041")
        for name, text in (("cut", b'{"samples": [{"_id"'), ("list", b'{"samples": [1]}')):
            shutil.copytree(self.path("a"), self.path(name))
            with open(self.path(name, "samples.json"), "wb") as f:
                f.write(text)
            for pair in (("a", name), (name, "a")):
                self.refused(*pair, status=4, code="samples.json")

    def test_labels_that_are_none(self):
        self.write("a", [sample(1, gt=boxes(box(7)))])
        for i, value in enumerate((5, {"detections": 5}, {"detections": [5]})):
            name = self.write("b%d" % i, [sample(1, gt=value)])
            self.refused("a", name, status=4, code="LF3043")
            self.refused(name, "a", status=4, code="LF3043")

    def test_one_sample_twice(self):
        self.write("a", [sample(1), sample(2)])
        self.write("b", [sample(1), sample(1)])
        self.refused("a", "b", status=4, code="LF3064")
        self.refused("b", "a", status=4, code="LF3064")


# ------------------------------------------------------------------- archives

SCALARS = ("count", "weather")


def random_edits(r, fields, samples):
    """Edits of all kinds: of what each label of the dataset may get one, and new labels."""
    out = []
    for t, field in enumerate(fields):
        kind = sorted(every_kind.KINDS[field])[0]
        for n, doc in enumerate(samples):
            at = {"task": t, "image": n}
            value = doc.get(field)
            if field in SCALARS:
                if value is not None and r.random() < 0.4:
                    new = str(r.randrange(50)) if field == "count" else r.choice(["sun", "rain & fog", "snow"])
                    out.append(r.choice([{"op": "attribute", **at, "tag": 0, "name": "value", "value": new},
                                         {"op": "delete", **at, "tag": 0}]))
                continue
            if field == "ground":
                if value and r.random() < 0.4:
                    out.append({"op": "delete", **at, "shape": 0})
                continue
            value = value or {}
            for label in next((v for v in value.values() if isinstance(v, list)), []):
                ops = [{"op": "delete"}] + ([{"op": "move", "dx": r.randrange(1, 4), "dy": 1}] if field != "seen" else [])
                names = {"boxes": ["cat", "dog & <b>"], "seen": ["sun", "rain"], "areas": ["cat", "dog"],
                         "things": ["cat", "dog"]}.get(field, [])
                ops += [{"op": "relabel", "label": c} for c in names if c != label["label"]]
                ops += [{"op": "attribute", "name": k, "value": "new"} for k in ("note", "fit") if k in label]
                if r.random() < 0.5:
                    out.append(dict(r.choice(ops), id=label["_id"]["$oid"]))
            x, y = r.randrange(10), r.randrange(10)
            new = {"box": {"type": "rectangle", "label": "cat", "points": [x, y, x + 9, y + 5]},
                   "polygon": {"type": "polygon", "label": "dog", "points": [x, y, x + 9, y, x + 3, y + 9]},
                   "polyline": {"type": "polyline", "label": "road", "points": [x, y, x + 9, y, x + 3, y + 9]},
                   "points": {"type": "points", "label": "tip", "points": [x, y, x + 2, y]},
                   "mask": {"type": "mask", "label": "cat", "pixels": [[x, y], [x + 1, y]]}}.get(kind)
            if field == "pose":
                new = None
            if new and r.random() < 0.4:
                out.append({"op": "add", **at, **new})
            if field == "seen" and r.random() < 0.4:
                out.append({"op": "add_tag", **at, "label": r.choice(["sun", "rain"])})
    return out


class Archives(DiffCase):
    FIELDS = sorted(every_kind.KINDS)

    def start(self):
        every_kind.make_dataset(self.path("ds"))
        self.export(self.path("ds"), "--media", "none", fields=[every_kind.TYPES.get(f, f) for f in self.FIELDS])

    def of_merge(self, report):
        """(sample, field, label, change, parts) of a merge's events; of the values of samples the parts are left out."""
        changes = json.loads(report)["events"]
        return sorted((e["sample"], e["field"], e.get("label") or "", crossing.CHANGES[e["code"]],
                       e["text"] if e["code"] == "LF2201" and e["field"] not in SCALARS else "")
                      for e in changes if e["code"] in crossing.CHANGES)

    def of_diff(self, out):
        def parts(c):
            if c["change"] != "edited" or c["field"] in SCALARS:
                return ""
            return ", ".join(p["part"] + (" " + p["name"] if "name" in p else "") for p in c["parts"])
        return sorted((c["sample"], c["field"], c.get("label") or "", c["change"], parts(c)) for c in out["changes"])

    def test_R46_diff_says_what_merge_does(self):
        for seed in range(6):
            with self.subTest(seed=seed):
                self.clear()
                self.start()
                before = testenv.snapshot(self.path("ds"))
                self.copy(self.path("ds"), "was")
                edits = random_edits(random.Random(seed), self.FIELDS, crossing.samples_of(self.path("ds")))
                back = self.far_side(edits=edits)
                said = json.loads(self.labelferry("diff", "--run", "r", "--dataset", "ds", "back", "--json", status=1).stdout)
                self.assertEqual((said["left_out"], set(said["findings"]) - {"LF2109"}), (0, set()))  # drawn anew
                self.assertEqual(testenv.snapshot(self.path("ds")), before)
                would = self.labelferry("merge", "r", *back, "--dataset", "ds", "-n", "--json", status=None).stdout
                counts = json.loads(would)["counts"]
                self.assertEqual(counts["refused"] + counts["ignored"] + counts["conflict"], 0)
                self.assertEqual(self.of_diff(said), self.of_merge(would))
                for bucket, word in (("edited", "edited"), ("added", "added"), ("deleted", "deleted"), ("same", "kept")):
                    self.assertEqual(sum(f[bucket] for f in said["fields"].values()), counts[word], bucket)
                self.assertGreater(min(counts["edited"], counts["added"], counts["deleted"]), 3)
                self.labelferry("merge", "r", *back, "--dataset", "ds", "-o", "new", status=None)
                done = self.json("ds", "new")
                self.assertEqual(self.of_diff(done), self.of_merge(would))
                self.labelferry("merge", "r", *back, "--dataset", "ds", "--in-place", status=None)
                self.assertEqual(self.json("ds", "new", status=0)["changes"], [])
                self.diff("--run", "r", "--dataset", "ds", "back", status=0)  # base moved along
                self.labelferry("undo", "r", "--dataset", "ds")
                self.assertEqual(self.json("was", "ds", status=0)["changes"], [])
                self.assertEqual(self.of_diff(self.json("ds", "new")), self.of_merge(would))

    def test_an_edited_copy(self):
        self.start()
        self.copy(self.path("ds"), "copy")
        path = self.path("copy", "samples.json")
        doc = crossing.read_json(path)
        one, two = doc["samples"][:2]
        one["boxes"]["detections"][0].update(label="dog & <b>", bounding_box=[0.1, 0.2, 0.3, 0.4])
        del one["areas"]["polylines"][1]
        one["things"]["detections"][0]["mask"] = every_kind.npy([[1, 0], [0, 1]])
        two["boxes"]["detections"].append(box(99))
        two["count"] = 44
        two["weather"] = None
        with open(path, "w", encoding="utf-8") as f:
            json.dump(doc, f)
        said = json.loads(self.labelferry("diff", "--run", "r", "--dataset", "ds", "copy", "--json", status=1).stdout)
        would = self.labelferry("merge", "r", "copy", "--dataset", "ds", "-n", "--json", status=None).stdout
        self.assertEqual(self.of_diff(said), self.of_merge(would))
        self.assertEqual([c["change"] for c in said["changes"]].count("edited"), 3)
        self.assertEqual(self.diff("--run", "r", "ds", "ds", status=0).splitlines()[-1].split(",")[0], "samples: 5 in both")

    def test_two_archives(self):
        self.start()
        docs = crossing.samples_of(self.path("ds"))
        self.far_side(edits=random_edits(random.Random(1), self.FIELDS, docs), back="one")
        self.far_side(edits=random_edits(random.Random(2), self.FIELDS, docs), back="two")
        self.far_side(back="none")
        run = ("--run", "r", "--dataset", "ds")
        self.diff(*run, "none", status=0)
        for name in ("none", "one", "two"):
            self.assertEqual(self.json(*run, name, name, status=0)["changes"], [])
        one = self.json(*run, "one")
        self.assertEqual(self.json(*run, "none", "one")["changes"], one["changes"])
        turned = {"added": "deleted", "deleted": "added", "edited": "edited"}
        self.assertEqual(sorted((c["sample"], c["field"], c.get("label", ""), turned[c["change"]])
                                for c in self.json(*run, "one", "none")["changes"]),
                         sorted((c["sample"], c["field"], c.get("label", ""), c["change"]) for c in one["changes"]))
        # Merged into two datasets, they differ in what the archives differ in.
        for name in ("one", "two"):
            back = [self.path(name, n) for n in sorted(os.listdir(self.path(name)))]
            self.labelferry("merge", "r", *back, "--dataset", "ds", "-o", "ds_" + name, status=None)
        self.assertEqual(self.of_diff(self.json(*run, "one", "two")), self.of_diff(self.json("ds_one", "ds_two")))
        self.assertEqual(self.json(*run, "ds", "one")["changes"], one["changes"])
        self.assertEqual(self.json("--run", "r", "ds", "one")["changes"], one["changes"])
        self.diff(*run, "ds_one", "one", status=0)


class OtherInputs(DiffCase):
    def start(self, *options):
        self.write("ds", [sample(n, gt=boxes(box(10 * n), box(10 * n + 1, "dog", (0.5, 0.5, 0.2, 0.2)))) for n in (1, 2, 3)],
                   ("gt",))
        self.export(self.path("ds"), "--media", "none", *options, fields=["gt"])

    def one(self, *edits, name="back"):
        return self.far_side(edits=list(edits), back=name)[0]

    RUN = ("--run", "r", "--dataset", "ds")

    def test_rights_do_not_matter(self):
        self.start("--no-allow-deletions", "--no-allow-label-edits", "--no-allow-additions", "--no-allow-spatial-edits")
        back = self.one({"op": "delete", "id": text_id(10)}, {"op": "relabel", "id": text_id(11), "label": "cat"},
                        {"op": "move", "id": text_id(20), "dx": 3, "dy": 0},
                        {"op": "add", "image": 2, "type": "rectangle", "label": "cat", "points": [1, 2, 9, 10]})
        self.assertEqual([(c["sample"], c["change"]) for c in self.json(*self.RUN, back)["changes"]],
                         [(text_id(1), "deleted"), (text_id(1), "edited"), (text_id(2), "edited"), (text_id(3), "added")])

    def test_an_item_that_did_not_come_back(self):
        self.start()
        back = self.one({"op": "remove_image", "image": 1})
        out = self.diff(*self.RUN, back, status=0)
        self.assertIn("samples: 2 in both, 0 of them changed, 0 only in A, 0 only in B, 1 did not come back\n", out)
        whole = self.one(name="whole")
        self.assertEqual(self.json(*self.RUN, whole, back)["changes"], [{"sample": text_id(2), "only": "a"}])
        self.assertEqual(self.json(*self.RUN, back, whole)["changes"], [{"sample": text_id(2), "only": "b"}])

    def test_what_fits_no_field_is_a_difference(self):
        self.start()
        back = self.one({"op": "add", "image": 0, "type": "polyline", "label": "cat", "points": [1, 2, 9, 10, 4, 4]})
        done = self.labelferry("diff", *self.RUN, back, status=1)
        self.assertIn("1 labels left out\n", done.stdout)
        self.assertIn("LF2013", done.stderr)
        self.assertEqual(self.labelferry("diff", *self.RUN, back, "-q", status=1).stderr, "")

    def test_what_a_merge_kept_is_expected_from_then_on(self):
        self.start()
        back = self.one({"op": "add", "image": 0, "type": "polyline", "label": "cat", "points": [1, 2, 9, 10, 4, 4]})
        self.labelferry("merge", "r", back, "--dataset", "ds", "--in-place", "--unexpected", "keep", status=None)
        self.assertEqual(self.labelferry("diff", *self.RUN, back, status=0).stderr, "")

    def test_tolerance_in_pixels(self):
        self.start()
        back = self.one({"op": "move", "id": text_id(10), "dx": 1.5, "dy": 0})
        self.diff(*self.RUN, back, "--tolerance", "1.4")
        self.diff(*self.RUN, back, "--tolerance", "1.6", status=0)
        self.copy(self.path("ds"), "copy")
        path = self.path("copy", "samples.json")
        doc = crossing.read_json(path)
        doc["samples"][0]["gt"]["detections"][0]["bounding_box"][0] += 0.015  # as an edited copy has it
        with open(path, "w", encoding="utf-8") as f:
            json.dump(doc, f)
        self.assertEqual(len(self.json(*self.RUN, "copy")["changes"]), 1)
        self.diff(*self.RUN, "copy", "--tolerance", "1.4")
        self.diff(*self.RUN, "copy", "--tolerance", "1.6", status=0)
        self.assertEqual(self.json("--run", "r", "copy", back, "--tolerance", "0.1", "--dataset", "ds", status=0)["changes"], [])

    def test_iou(self):
        self.start()
        edits = [{"op": "delete", "id": text_id(10)},
                 {"op": "add", "image": 0, "type": "rectangle", "label": "dog", "points": [11, 40, 41, 120]}]
        back = self.one(*edits)
        self.assertEqual([c["change"] for c in self.json(*self.RUN, back)["changes"]], ["deleted", "added"])
        change, = self.json(*self.RUN, back, "--by", "iou:0.5", "--detail")["changes"]
        self.assertEqual([p["part"] for p in change["parts"]], ["class", "geometry"])
        self.assertEqual(change["parts"][1]["came"], {"kind": "box", "box": [11, 40, 30, 80]})
        self.assertAlmostEqual(change["parts"][1]["iou"], 29 / 31, places=4)

    def test_a_run_without_base(self):
        self.start()
        back = self.one({"op": "move", "id": text_id(10), "dx": 3, "dy": 0})
        os.rename(self.path("ds", "annotations"), self.path("away"))
        done = self.labelferry("diff", "--run", self.path("out", "run"), "--dataset", "ds", back, status=1)
        self.assertIn("LF2116", done.stderr)
        self.assertIn("gt: 0 added, 0 deleted, 1 edited, 5 same\n", done.stdout)

    def test_broken(self):
        self.start()
        back = self.one()
        with open(self.path("broken.zip"), "wb") as f:
            f.write(b"PK\x03\x04nothing")
        with open(self.path("text"), "wb") as f:
            f.write(b"hello")
        for args, status, code in (((*self.RUN, "broken.zip"), 4, "LF3021"), ((*self.RUN, "text"), 4, "LF3051"),
                                   ((*self.RUN, back, "broken.zip"), 4, "LF3021"), ((*self.RUN, "nix"), 7, "LF5001"),
                                   (("--run", "nix", "--dataset", "ds", back), 2, "LF1006"),
                                   ((*self.RUN, back, "--field", "nix"), 2, "LF1008"),
                                   ((*self.RUN, back, back, back), 2, "LF1001"), (self.RUN, 2, "LF1001"),
                                   ((*self.RUN, "ds", "--fields", "gt,gt"), 2, "LF1001"),
                                   (("--dataset", "ds", "ds", "ds"), 2, "LF1001"),
                                   (("--run", "r", back), 4, "LF3041")):
            with self.subTest(args=args):
                done = self.labelferry("diff", *args, status=status)
                self.assertEqual(done.stdout, "")
                self.assertIn(code, done.stderr)

    def test_nothing_is_written(self):
        self.start()
        back = self.one({"op": "move", "id": text_id(10), "dx": 3, "dy": 0})
        before = crossing.listing(self.dir)
        self.diff(*self.RUN, back)
        self.diff("ds", "ds", status=0)
        self.assertEqual(crossing.listing(self.dir), before)
        with open("/dev/full", "wb") as full:
            done = self.labelferry("diff", *self.RUN, back, status=7, stdout=full, stderr=subprocess.PIPE,
                                   capture_output=False)
        self.assertIn("LF5001", done.stderr)


class RunsOfFiftyOne(DiffCase):
    """A run that FiftyOne sent itself: what its upload did to the numbers is no difference."""

    def test_edits(self):
        ds = self.copy(testenv.shared("fixtures", "fiftyone", "images_cvat_run"), "ds")
        tree, bird = "60000007000000000000008c", "60000007000000000000008d"

        def back(name, *edits):
            return fiftyone_upload.dump(fiftyone_upload.tasks(ds, "anno_run"), self.path(name), edits)
        before = testenv.snapshot(ds)
        for edits, want in (((), []), (({"op": "resize", "id": tree, "dw": 2.5}, {"op": "delete", "id": bird}),
                                       [(tree, "edited"), (bird, "deleted")])):
            archive, = back("back%d" % len(edits), *edits)
            done = self.labelferry("diff", "--run", "anno_run", "--dataset", "ds", archive, "--json", status=bool(want))
            self.assertIn("LF2116", done.stderr)
            out = json.loads(done.stdout)
            self.assertEqual([(c["label"], c["change"]) for c in out["changes"]], want)
            self.assertEqual(sum(f["same"] for f in out["fields"].values()), 4 - len(want))
        self.assertEqual(testenv.snapshot(ds), before)


class Layouts(DiffCase):
    def test_a_file_a_sample_or_one_file(self):
        every_kind.make_dataset(self.path("a"))
        shutil.copytree(self.path("a"), self.path("b"))
        docs = crossing.samples_of(self.path("a"))
        testenv.into_files(self.path("b"), list(reversed(docs)))
        self.assertEqual(self.json("a", "b", status=0)["changes"], [])
        self.assertEqual(self.json("b", "a", status=0)["changes"], [])

    def test_frames_are_not_passed_over(self):
        folder = testenv.shared("fixtures", "fiftyone", "video_tracks")
        done = self.labelferry("diff", folder, folder, status=4)
        self.assertIn("LF4008", done.stderr)
        self.diff(folder, folder, "--field", "tags", status=0)

    def test_fixtures_are_equal_to_themselves(self):
        root = testenv.shared("fixtures", "fiftyone")
        count = 0
        for name in sorted(os.listdir(root)):
            folder = os.path.join(root, name)
            meta = os.path.join(folder, "metadata.json")
            if not os.path.exists(meta) or crossing.read_json(meta).get("media_type") == "video":
                continue
            copy = self.copy(folder, name)
            for options in ((), ("--by", "iou:0.5"), ("--detail",)):
                with self.subTest(fixture=name, options=options):
                    done = self.labelferry("diff", folder, copy, *options, status=None)
                    self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
                    count += 1
        self.assertGreater(count, 20)
