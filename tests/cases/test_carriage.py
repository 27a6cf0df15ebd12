"""What is carried, label by label: one test for each row of that section in FORMATS.md.

Each ships a small dataset, looks at what was shipped, brings it back once as it was (no byte may
change) and then edited. `self.docs` is what the dataset is to say afterwards: a test changes it as
the row says, and every byte of the dataset is compared with it.
"""

import json
import os
import re
import shutil
from xml.etree import ElementTree

import crossing
import shapes
import testenv
from shapes import HEIGHT, NAN, WIDTH, box, document, id_of, line, npy, png, points, rows, segmentation, tag, xml_mask

NEW = {"$oid": "new"}  # the id of whatever was added
ABSENT = object()      # a sample without the field


class Element:
    """An element of annotations.xml."""

    def __init__(self, e):
        self.kind, self.name = e.tag, e.get("label")
        self.says = {k: v for k, v in e.attrib.items() if k not in ("label", "source", "z_order")}
        self.attrs = {a.get("name"): a.text or "" for a in e.findall("attribute")}
        self.id = self.attrs.pop("label_id", None)
        self.nodes = {n.get("label"): n.attrib for n in e.findall("points")}

    def numbers(self, *keys):
        return [float(v) for k in keys for v in re.split("[,;]", self.says[k])]

    def corners(self):
        return self.numbers("xtl", "ytl", "xbr", "ybr")

    def mask(self):
        return {k: v for k, v in self.says.items() if k not in ("occluded",)}


def new(cls, name, **more):
    """A label as an annotator added it."""
    return {"_id": NEW, "_cls": cls, **({"attributes": {}} if cls in ("Detection", "Polyline", "Keypoint") else {}),
            "tags": [], "label": name, **more}


def do(op, number, **more):
    """What an annotator does to the label of that number."""
    return {"op": op, "id": id_of(number), **more}


def attribute(number, name, value):
    return do("attribute", number, name=name, value=value)


def element_of(xml, label):
    """The text of the first element with this label's id."""
    found = [m.group() for m in re.finditer(r"<(box|tag|polygon|polyline|points|mask|skeleton) .*?</\1>", xml, re.S)
             if label in m.group()]
    return found[0]


def edit_element(xml, label, says):
    """The XML with other attributes in that element's tag."""
    old = element_of(xml, label)
    head = re.match(r"<[^>]*>", old).group()
    changed = head
    for key, value in says.items():
        changed = re.sub(r' %s="[^"]*"' % key, "", changed)
        changed = changed[:-1] + ' %s="%s">' % (key, value)
    return xml.replace(old, old.replace(head, changed, 1), 1)


def again(xml):
    """Another dump of the same."""
    return xml.replace("</annotations>", "<!-- again -->\n</annotations>")


def points_text(*xy):
    """Corners of the image's fractions, as CVAT has them."""
    return ";".join("%s,%s" % (float(x * WIDTH), float(y * HEIGHT)) for x, y in xy)


class Carriage(crossing.CrossingCase):
    def start(self, cls, *lots, field="gt", files=None, **meta):
        """A dataset whose field is of this class; a lot is the labels (the label, the value) of one sample."""
        docs = [document(n, **({} if lot is ABSENT else {field: lot})) for n, lot in enumerate(lots)]
        for doc in docs:
            if cls in shapes.LISTS and isinstance(doc.get(field), list):
                doc[field] = {"_cls": cls, shapes.LISTS[cls]: doc[field]}
        self.start_with({field: cls}, *docs, files=files, **meta)

    def start_with(self, fields, *docs, files=None, **meta):
        self.clear()
        self.ds, self.docs, self.fields = self.path("ds"), list(docs), fields
        shapes.write_dataset(self.ds, fields, self.docs, files, **meta)
        self.files = self.data_of(self.ds)
        self.names_at_first = set(self.files)
        self.ids_at_first = set(re.findall(rb'"\$oid": "(\w*)"', self.files["samples.json"]))

    def labels(self, n=0, field="gt"):
        """The labels of a sample as they are to be: change them at will."""
        value = self.docs[n][field]
        return value[shapes.LISTS[self.fields[field]]] if self.fields[field] in shapes.LISTS else [value]

    def ship(self, *fields, shipped, home=0, findings=None, options=(), status=None):
        """Exports; and brings all of it back as it is, into a copy, where not a byte may change."""
        report = self.export(self.ds, "--media", "none", *options, status=status,
                             fields=() if "--schema" in options else fields or tuple(self.fields))
        told = {k: v for k, v in report["findings"].items() if k != "LF4012"}
        self.assertEqual((report["shipped"], report["home"], told), (shipped, home, findings or {}))
        self.assert_as(self.ds)
        self.sent = self.images(self.path("out"))
        plain = self.path("plain")
        shutil.copytree(self.ds, plain)
        report = self.merge(plain, self.far_side(back="as_it_was"))
        self.assert_counts(report, kept=shipped)
        self.assertEqual(report["findings"], {})
        self.assert_as(plain)
        shutil.rmtree(plain)

    def images(self, out):
        """The elements, image by image; of several tasks one after the other."""
        found = {}
        for task in sorted(os.listdir(out)):
            archive = os.path.join(out, task, "annotations.zip")
            if os.path.exists(archive):
                dump, = crossing.dumps_in(archive).values()
                for im in ElementTree.fromstring(dump).iter("image"):
                    found.setdefault(im.get("name"), []).extend(map(Element, im))
        return [found.get("%d.png" % n, []) for n in range(len(self.docs))]

    def bring(self, *edits, xml=None, options=(), status=0, findings=None, where=("--in-place",), **counts):
        """What annotators did comes back: the counts, the findings, and every byte of the dataset."""
        shutil.rmtree(self.path("back"), ignore_errors=True)
        back = self.far_side(edits=list(edits))
        for archive in back if xml else []:
            self.rewrite(archive, xml)
        report = self.merge(self.ds, back, *options, where=where, status=status)
        self.assert_counts(report, **counts)
        self.assertEqual(report["findings"], findings or {}, report["events"])
        self.assert_as(self.ds)
        return report

    def in_dataset(self, old, new):
        """Somebody at home changes the document meanwhile, and that is what it is to say."""
        path = os.path.join(self.ds, "samples.json")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        self.assertEqual(text.count(old), 1)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace(old, new))
        self.docs = json.loads(text.replace(old, new))["samples"]

    # What is compared: bytes, but arrays and PNGs as what they hold, new ids and new files under one name each.

    def assert_as(self, dataset):
        got = self.data_of(dataset)
        new = {n: os.path.dirname(n) + "/new.png" for n in got if n not in self.names_at_first}
        text = got["samples.json"]
        for name, plain in new.items():
            text = text.replace(name.encode(), plain.encode())
        text = re.sub(rb'"\$oid": "(\w*)"', lambda m: m.group() if m.group(1) in self.ids_at_first
                      else b'"$oid": "new"', text)
        got = {new.get(n, n): v for n, v in dict(got, **{"samples.json": text}).items()}
        want = dict(self.files, **{"samples.json": json.dumps({"samples": self.docs}).encode()})
        self.assertEqual(sorted(got), sorted(want))
        for name in want:
            self.assertEqual(self.readable(name, got[name]), self.readable(name, want[name]), name)

    def readable(self, name, data):
        """Bytes; but what is new of PNGs and arrays is read: another writer may pack it otherwise."""
        if name.endswith("/new.png"):
            return shapes.read_png(data)
        if name == "samples.json":
            return re.sub(rb'"base64": "([^"]*)"', self.readable_array, data).decode()
        return data

    def readable_array(self, m):
        was_there = m.group() in self.files["samples.json"]
        return m.group() if was_there else str(shapes.read_npy(m.group(1))).encode()


class Documented(testenv.Case):
    def test_every_row_has_its_test(self):
        with open(os.path.join(testenv.SOURCE, "FORMATS.md"), encoding="utf-8") as f:
            section = re.search(r"^## What is carried, label by label\n(.*?)(?=^## |\Z)", f.read(),
                                re.M | re.S).group(1)
        found = re.findall(r"^\| `([a-z0-9-]+)` \|", section, re.M)
        self.assertEqual(len(found), len(set(found)))
        tests = {n for c in Carriage.__subclasses__() for n in vars(c) if n.startswith("test_")}
        self.assertEqual(tests, {"test_" + row.replace("-", "_") for row in found})


class AllLabels(Carriage):
    def test_no_class(self):
        without = box(1)
        del without["label"]
        for odd in (without, box(1, None), box(1, "")):
            with self.subTest(label=odd.get("label", "absent")):
                self.start("Detections", [odd, box(2)])
                self.ship(shipped=1, home=1, findings={"LF4001": 1})
                self.assertEqual([e.id for e in self.sent[0]], [id_of(2)])
                del self.labels()[1]
                self.bring(do("delete", 2), deleted=1)

    def test_other_class(self):
        self.start("Detections", [box(1, "dog"), box(2)])
        self.ship(shipped=1, home=1, options=["--classes", "cat"])
        self.assertEqual([e.id for e in self.sent[0]], [id_of(2)])
        del self.labels()[1]
        self.bring(do("delete", 2), deleted=1)

    def test_empty_field(self):
        made = {"_id": NEW, "_cls": "Classification", "tags": [], "label": "cat"}
        self.start("Classifications", [tag(1)], [], None, ABSENT)
        self.ship(shipped=1)
        self.assertEqual([len(s) for s in self.sent], [1, 0, 0, 0])
        self.labels(0).clear()
        self.labels(1).append(made)
        self.docs[2]["gt"] = {"_cls": "Classifications", "classifications": [made]}
        self.put_before_dataset_id(3, {"_cls": "Classifications", "classifications": [made]})
        self.bring(do("delete", 1), *({"op": "add_tag", "image": n, "label": "cat"} for n in (1, 2, 3)),
                   deleted=1, added=3)
        self.start("Classification", tag(1), None, ABSENT)
        self.ship(shipped=1)
        self.docs[0]["gt"], self.docs[1]["gt"] = None, made
        self.put_before_dataset_id(2, made)
        self.bring(do("delete", 1), *({"op": "add_tag", "image": n, "label": "cat"} for n in (1, 2)),
                   deleted=1, added=2)

    def put_before_dataset_id(self, n, value):
        last = self.docs[n].pop("_dataset_id")
        self.docs[n].update(gt=value, _dataset_id=last)

    def test_other_kind(self):
        mask, ring = npy(rows("11", "10")), [(0, 0), (0.5, 0), (0.5, 0.5)]
        for cls, kind, odd, plain in (
                ("Detections", "detections", box(1, mask=mask), box(2)),
                ("Detections", "instances", box(1), box(2, mask=mask)),
                ("Polylines", "polylines", line(1, ring, filled=True), line(2, ring)),
                ("Polylines", "polygons", line(1, ring), line(2, ring, filled=True))):
            with self.subTest(kind):
                self.start(cls, [odd, plain])
                self.ship("gt:" + kind, shipped=1, home=1, findings={"LF4002": 1})
                self.assertEqual([e.id for e in self.sent[0]], [id_of(2)])
                del self.labels()[1]
                self.bring(do("delete", 2), deleted=1)

    def test_single_field(self):
        add = {"op": "add_tag", "image": 0, "label": "dog"}
        self.start("Classification", tag(1), tag(2, "dog"))
        self.ship(shipped=2)
        self.bring(add, kept=2, refused=1, findings={"LF2112": 1}, status=1)
        self.docs[0]["gt"] = {"_id": NEW, "_cls": "Classification", "tags": [], "label": "dog"}
        self.bring(add, do("delete", 1), kept=1, added=1, deleted=1, findings={"LF2109": 1}, status=1)

    def test_stays_home(self):
        home = {"confidence": 0.25, "logits": npy([[1.5, -2.0]], "<f4"), "index": 7}
        self.start("Classifications", [dict(tag(1, **home), tags=["a", "b"]), tag(2, "dog")])
        self.ship(shipped=2)
        self.assertEqual([e.attrs for e in self.sent[0]], [{}, {}])
        self.labels()[0]["label"] = "dog"
        self.labels().append(new("Classification", "dog"))
        self.bring(do("relabel", 1, label="dog"), {"op": "add_tag", "image": 0, "label": "dog"},
                   kept=1, edited=1, added=1)

    def test_copied_id(self):
        self.start("Detections", [box(1, tags=["a"])])
        self.ship(shipped=1)
        self.labels()[0]["bounding_box"] = [0.265625, 0.25, 0.5, 0.5]
        self.labels().append(new("Detection", "cat", bounding_box=[0.28125, 0.28125, 0.5, 0.5]))
        self.bring(do("copy", 1, dx=2, dy=1), do("move", 1, dx=1),
                   edited=1, added=1, findings={"LF2107": 1}, status=1)

    def test_reach(self):
        cases = (  # left edge that came back, options, the x and width to be, findings, refused
            (-0.5, [], (-0.5 / 64, 32.5 / 64), {}, 0),
            (-0.5, ["--on-error", "fix"], (0.0, 0.5), {"LF2123": 1}, 0),
            (-3.0, ["--on-error", "fix"], (-3 / 64, 35 / 64), {"LF2120": 1}, 0),
            (-640.0, [], None, {"LF2121": 1}, 1),  # over ten times as wide as the image
        )
        for left, options, becomes, findings, refused in cases:
            with self.subTest(left=left, options=options):
                self.start("Detections", [box(1, at=(0.25, 0.25, 0.25, 0.5)), box(2, at=(-0.5, 0.25, 0.75, 0.25))])
                self.ship(shipped=2)
                one = self.labels()[0]["bounding_box"]
                if becomes:
                    one[0], one[2] = becomes
                self.labels()[1]["bounding_box"][0] += 1 / 64  # was out as it was shipped, and is less so now
                self.bring(do("points", 1, points=[left, 8, 32, 24]),
                           do("move", 2, dx=1), options=options, edited=2 - refused, refused=refused,
                           findings=findings, status=None)
        self.start("Detections", [box(1)])
        self.ship(shipped=1)
        add = {"op": "add", "image": 0, "label": "cat", "type": "rectangle", "points": [-9, -9, -2, -2]}
        self.bring(do("points", 1, points=[65, 8, 70, 24]), add, refused=2, findings={"LF2121": 2}, status=1)
        self.in_dataset(json.dumps(self.labels()[0]), "")  # gone here, out of the image there
        self.bring(do("points", 1, points=[65, 8, 70, 24]), options=["--conflict", "theirs"], refused=1,
                   findings={"LF2121": 1}, status=1)
        # A shape that would be drawn into the image is not cut to look like somebody's work.
        self.start("Detections", [box(1, at=SQUARE, mask=npy(SMALL))])
        self.ship("gt:instances", shipped=1)
        for at in ([70, 2, 75, 2, 75, 8], [2, 2, 2000, 2, 2, 8]):
            self.bring({"op": "add", "image": 0, "type": "polygon", "label": "cat", "points": at}, kept=1, refused=1,
                       findings={"LF2121": 1}, status=1)

    def test_nothing_left(self):
        nothing = {"rle": "4", "left": "0", "top": "0", "width": "2", "height": "2"}
        beyond = {"rle": "0, 4", "left": "64", "top": "0", "width": "2", "height": "2"}
        ground = {"mask_targets": {"gt": {"1": "grass"}}}
        for says in (nothing, beyond):
            for cls, label, meta in (("Detections", [box(1, mask=npy(rows("11", "10")))], {}),
                                     ("Segmentation", segmentation(1, mask=npy(rows("10"))), ground)):
                with self.subTest(cls, says=says):
                    self.start(cls, label, **meta)
                    self.ship("gt:instances" if cls == "Detections" else "gt", shipped=1)
                    self.bring(xml=lambda t: edit_element(t, id_of(1), says), ignored=1, findings={"LF2007": 1},
                               status=5)
        self.start("Keypoints", [points(1, (0.5, 0.5))], skeletons={"gt": {"labels": ["nose"], "edges": []}})
        self.ship(shipped=1)
        node = '<points label="nose" outside="1" occluded="0" points="1,1"></points>'
        gone = '<skeleton label="person">%s</skeleton>' % node
        self.bring(xml=lambda t: t.replace('outside="0"', 'outside="1"').replace("</image>", gone + "</image>"),
                   refused=2, findings={"LF2114": 2}, status=1)
        self.in_dataset(json.dumps(self.labels()[0]), "")
        self.bring(xml=lambda t: t.replace('outside="0"', 'outside="1"'), options=["--conflict", "theirs"], refused=1,
                   findings={"LF2114": 1}, status=1)


class BoxesAndTags(Carriage):
    def test_box_outside(self):
        self.start("Detections", [box(1, at=(-0.25, 0.5, 0.5, 1.0)), box(2, at=(2.0, 2.0, 0.5, 0.5))])
        self.ship(shipped=2)
        self.assertEqual([e.corners() for e in self.sent[0]], [[-16, 16, 16, 48], [128, 64, 160, 80]])
        self.labels()[0]["bounding_box"][3] = 0.75
        self.bring(do("resize", 1, dh=-8), kept=1, edited=1)

    def test_box_negative(self):
        self.start("Detections", [box(1, at=(0.75, 0.75, -0.5, -0.25)), box(2, at=(0.75, 0.25, -0.5, 0.25))])
        self.ship(shipped=2)
        self.assertEqual([e.corners() for e in self.sent[0]], [[16, 16, 48, 24], [16, 8, 48, 16]])
        self.labels()[0]["bounding_box"] = [0.265625, 0.5, 0.5, 0.25]
        self.labels()[1]["label"] = "cat"
        self.bring(do("move", 1, dx=1), kept=1, edited=1)

    def test_box_flat(self):
        self.start("Detections", [box(1, at=(0.25, 0.25, 0.0, 0.5)), box(2)])
        self.ship(shipped=2, findings={"LF2114": 1})
        self.assertEqual(self.sent[0][0].numbers("xtl", "xbr"), [16, 16])
        self.labels().append(new("Detection", "cat", bounding_box=[0.5, 0.5, 0.125, 0.0]))
        self.bring({"op": "add", "image": 0, "type": "rectangle", "label": "cat", "points": [32, 16, 40, 16]},
                   kept=2, added=1, findings={"LF2114": 1}, status=1)
        self.start("Polylines", [line(1, [(0.1, 0.1), (0.5, 0.1), (0.5, 0.5)], closed=True, filled=True)])
        self.ship("gt:polygons", shipped=1)
        self.labels().append(new("Polyline", "road", points=[[[0.0625, 0.125], [0.125, 0.25], [0.1875, 0.375]]],
                                 closed=True, filled=True))
        self.bring({"op": "add", "image": 0, "type": "polygon", "label": "road", "points": [4, 4, 8, 8, 12, 12]}, kept=1,
                   added=1, findings={"LF2114": 1}, status=1)


    def test_box_3d(self):
        solid = {"location": [1.0, 2.0, 3.0], "dimensions": [1.0, 1.0, 1.0]}
        absent = box(2, **solid)
        del absent["bounding_box"]
        self.start("Detections", [box(1, at=(), **solid), absent, box(3)])
        self.ship(shipped=1, home=2, findings={"LF4002": 2})
        self.assertEqual([e.id for e in self.sent[0]], [id_of(3)])
        del self.labels()[2]
        self.bring(do("delete", 3), deleted=1)

    def test_rotation(self):
        self.start("Detections", [box(1, rotation=370.5), box(2), box(3, rotation=-90), box(4, rotation=30.0), box(5),
                                  box(6, rotation=359.998)])
        self.ship(shipped=6)  # CVAT makes 360.00 of the last
        self.assertEqual([e.says.get("rotation") for e in self.sent[0]],
                         ["10.5", None, "270.0", "30.0", None, "359.998"])
        self.labels()[1]["rotation"] = 12.5
        self.labels()[3]["rotation"] = 0.0

        def turned(xml):
            for n, angle in ((5, "360.00"), (1, "370.50"), (2, "372.50")):
                xml = edit_element(xml, id_of(n), {"rotation": angle})
            return xml
        self.bring(do("rotate", 4, angle=0), xml=turned, kept=4, edited=2)

    def test_classification(self):
        self.start("Classifications", [tag(1), tag(2, "dog")], [tag(3)])
        self.ship(shipped=3)
        self.assertEqual([[(e.kind, e.name, e.id) for e in s] for s in self.sent],
                         [[("tag", "cat", id_of(1)), ("tag", "dog", id_of(2))], [("tag", "cat", id_of(3))]])
        self.labels(0)[0]["label"] = "dog"
        self.labels(0).append(new("Classification", "cat"))
        self.labels(1).clear()
        self.bring(do("relabel", 1, label="dog"), {"op": "add_tag", "image": 0, "label": "cat"},
                   do("delete", 3), kept=1, edited=1, added=1, deleted=1)


SQUARE = (0.25, 0.25, 4 / 64, 4 / 32)  # four by four pixels from 16, 8
SMALL = rows("0110", "1111", "1111", "0110")


class Instances(Carriage):
    def test_instance(self):
        for kind, inside in (("|b1", 1), ("|u1", 1), ("|u1", 255), ("<i4", 1), ("<i8", 255), ("<f4", 1.0)):
            with self.subTest(kind=kind, inside=inside):
                grid = [[v * inside for v in r] for r in SMALL]
                self.start("Detections", [box(1, at=SQUARE, mask=npy(grid, kind)),
                                          box(2, "dog", at=(0.0, 0.0, 4 / 64, 4 / 32),
                                              mask=npy(rows("01", "11"), kind)),
                                          box(3, at=(-2 / 64, 0.0, 4 / 64, 4 / 32), mask=npy(rows("01", "10"), kind)),
                                          box(4, at=(16.6 / 64, 8.4 / 32, 3 / 64, 3.2 / 32),
                                              mask=npy(rows("1"), kind))])
                self.ship("gt:instances", shipped=4)
                self.assertEqual([e.mask() for e in self.sent[0]],
                                 [xml_mask(16, 8, SMALL), xml_mask(0, 0, rows("0011", "0011", "1111", "1111")),
                                  xml_mask(0, 0, rows("11", "11")), xml_mask(17, 8, full(3, 4))])
                one, two, _, _ = self.labels()
                one["mask"] = npy([[v * inside for v in r] for r in rows("01100", "11110", "11111", "01100")], kind)
                one["bounding_box"] = [0.25, 0.25, 5 / 64, 4 / 32]
                two["label"] = "cat"
                self.bring(do("mask", 1, set=[[20, 10]]), do("relabel", 2, label="cat"),
                           kept=2, edited=2)

    def test_instance_disk(self):
        small = png([[v * 255 for v in r] for r in SMALL])
        self.start("Detections", [box(1, at=SQUARE, mask_path="fields/gt/a.png"),
                                  box(2, at=SQUARE, mask_path="fields/gt/a.png"),
                                  box(3, at=SQUARE, mask=npy(SMALL), mask_path="fields/gt/all.png")],
                   files={"fields/gt/a.png": small, "fields/gt/all.png": png(rows("1"))})
        self.ship("gt:instances", shipped=3)
        self.assertEqual([e.mask() for e in self.sent[0]], [xml_mask(16, 8, SMALL)] * 3)
        self.labels()[0].update(mask_path="fields/gt/new.png", bounding_box=[0.25, 0.25, 5 / 64, 4 / 32])
        self.files["fields/gt/new.png"] = png([[v * 255 for v in r] for r in rows("01100", "11110", "11111", "01100")])
        self.bring(do("mask", 1, set=[[20, 10]]), kept=2, edited=1)
        self.labels()[2].update(mask=npy(rows("11", "11")), bounding_box=[0.25, 0.25, 2 / 64, 2 / 32])
        clear = [[x, y] for x in range(16, 20) for y in range(8, 12) if x > 17 or y > 9]
        self.bring(do("mask", 1, set=[[20, 10]]),
                   do("mask", 3, set=[[16, 8]], clear=clear), kept=2, edited=1)

    def test_instance_empty(self):
        self.start("Detections", [box(1, mask=npy(rows("00"))), box(2, at=(1.5, 0.0, 0.1, 0.1), mask=npy(rows("1"))),
                                  box(3, mask=npy(rows("1")))])
        self.ship("gt:instances", shipped=1, home=2, findings={"LF4015": 2})
        self.assertEqual([e.id for e in self.sent[0]], [id_of(3)])
        del self.labels()[2]
        self.bring(do("delete", 3), deleted=1)

    def test_instance_missing(self):
        self.start("Detections", [box(1, mask_path="no.png"), box(2, mask=npy(rows("1")))])
        self.ship("gt:instances", shipped=1, home=1, findings={"LF4013": 1})
        del self.labels()[1]
        self.bring(do("delete", 2), deleted=1)

    def test_instance_both(self):
        self.start("Detections", [box(1, at=SQUARE, mask=npy(SMALL))])
        self.ship("gt:instances", shipped=1)
        ours = rows("0110", "0111", "1111", "0110")
        self.in_dataset(*(json.dumps(npy(g)) for g in (SMALL, ours)))
        one, = self.labels()
        one["mask"] = npy(rows("01100", "01110", "11111", "01000"))
        one["bounding_box"] = [0.25, 0.25, 5 / 64, 4 / 32]
        self.bring(do("mask", 1, set=[[20, 10]], clear=[[18, 11]]), edited=1)
        # what theirs left is what ours erased
        self.start("Detections", [box(1, at=SQUARE, mask=npy(SMALL))])
        self.ship("gt:instances", shipped=1)
        self.in_dataset(*(json.dumps(npy(g)) for g in (SMALL, rows("0110", "1111", "0000", "0000"))))
        self.bring(do("mask", 1, clear=[[x, y] for x in range(16, 20) for y in (8, 9)]),
                   conflict=1, findings={"LF2008": 1}, status=6)

    def test_instance_lost(self):
        self.start("Detections", [box(1, at=SQUARE, mask_path="m/a.png"), box(2, at=SQUARE, mask=npy(SMALL))],
                   files={"m/a.png": png(SMALL)})
        self.ship("gt:instances", shipped=2)
        self.files["m/a.png"] = png(rows("0000", "1111", "1111", "0110"))
        with open(os.path.join(self.ds, "m/a.png"), "wb") as f:
            f.write(self.files["m/a.png"])
        edit = do("mask", 1, set=[[20, 10]])
        self.bring(edit, kept=1, conflict=1, findings={"LF2122": 1, "LF2008": 1}, status=6)
        self.labels()[0].update(mask_path="m/new.png", bounding_box=[0.25, 0.25, 5 / 64, 4 / 32])
        self.files["m/new.png"] = png(rows("01100", "11110", "11111", "01100"))
        self.bring(edit, options=["--conflict", "theirs"], kept=1, edited=1, findings={"LF2122": 1}, status=1)

    def test_instance_polygons(self):
        self.start("Detections", [box(1, at=SQUARE, mask=npy(SMALL))])
        self.ship("gt:instances", shipped=1)
        rings = ("16,8;20,8;20,12;16,12", "22,8;24,8;24,12;22,12")
        ellipse = '<ellipse label="cat" cx="5" cy="5" rx="1.2" ry="1.2"></ellipse>'

        def drawn(t):
            e = element_of(t, id_of(1))
            inner = e[e.index(">"):-len("</mask>")]
            polygons = ['<polygon label="cat" occluded="0" points="%s"%s</polygon>' % (p, inner) for p in rings]
            return t.replace(e, "".join(polygons) + ellipse)

        self.bring(xml=drawn, options=["--no-convert-shapes", "--unexpected", "ignore"], ignored=3, where=["-n"],
                   findings={"LF2013": 3, "LF2107": 1}, status=1)
        self.labels()[0].update(bounding_box=[0.25, 0.25, 8 / 64, 4 / 32], mask=npy(rows(*["11111011"] * 4)))
        self.labels().append(new("Detection", "cat", bounding_box=[4 / 64, 4 / 32, 2 / 64, 2 / 32],
                                 mask=npy(rows("11", "11"))))
        self.bring(xml=drawn, edited=1, added=1, findings={"LF2119": 2})


TARGETS = {"1": "grass", "2": "sky"}
COLOURS = {"#0000ff": "grass", "#00ff00": "sky"}


def ground(*areas, back=0):
    """An array of the image's size: (left, top, right, bottom, value) painted one over the other."""
    grid = [[back] * WIDTH for _ in range(HEIGHT)]
    for left, top, right, bottom, v in areas:
        for y in range(top, bottom):
            grid[y][left:right] = [v] * (right - left)
    return grid


def full(w, h):
    return rows(*["1" * w] * h)


class Segmentations(Carriage):
    def start_ground(self, *lots, targets=None, files=None):
        self.start("Segmentation", *lots, files=files, mask_targets={"gt": targets or TARGETS})

    def test_segmentation(self):
        one, two, three = (4, 4, 8, 8), (8, 4, 12, 6), (20, 20, 22, 22)
        blue, green, black = (0, 0, 255), (0, 255, 0), (0, 0, 0)
        keep = [do("mask", 1, set=[[8, 7]])]  # onto the grass
        over = keep + [do("relabel", 1, copy_no=1, label="grass")]
        cases = [("inline", kind, kind, TARGETS, 1, 2, 0) for kind in ("|u1", "<i4", "<u2", "<i8")]
        cases += [("inline", "|u1", "|u1", COLOURS, blue, green, black), ("disk", None, None, TARGETS, 1, 2, 0),
                  ("disk", None, None, COLOURS, blue, green, black)]
        for edits, becomes in ((keep, "sky"), (over, "grass")):
            for where, kind, after, targets, grass, sky, none in cases if edits is keep else cases[-3:]:
                with self.subTest(where=where, kind=kind, targets=targets, becomes=becomes):
                    old = ground((*one, grass), (*two, sky), (*three, grass), back=none)
                    now = ground((*one, grass), (*two, sky if becomes == "sky" else grass), (*three, grass),
                                 (8, 7, 9, 8, grass),
                                 back=none)
                    if where == "disk":
                        self.start_ground(segmentation(1, mask_path="m/a.png"), targets=targets,
                                          files={"m/a.png": png(old)})
                    else:
                        self.start_ground(segmentation(1, mask=npy(old, kind)), targets=targets)
                    self.ship(shipped=1)
                    self.assertEqual([(e.name, e.id) for e in self.sent[0]], [("grass", id_of(1)), ("sky", id_of(1))])
                    self.assertEqual(self.sent[0][1].mask(), xml_mask(8, 4, full(4, 2)))
                    if where == "disk":
                        self.docs[0]["gt"]["mask_path"] = "m/new.png"
                        self.files["m/new.png"] = png(now)
                    else:
                        self.docs[0]["gt"]["mask"] = npy(now, after)
                    self.bring(*edits, edited=1)
        self.start_ground(segmentation(1, mask=npy(ground((0, 0, 2, 2, 1)))), targets={"1": "grass", "300": "sky"})
        self.ship(shipped=1)
        self.docs[0]["gt"]["mask"] = npy(ground((0, 0, 2, 2, 300)), "<u2")
        self.bring(do("relabel", 1, label="sky"), edited=1)

    def test_segmentation_values(self):
        self.start_ground(segmentation(1, mask=npy(ground((0, 0, 4, 4, 1), (4, 0, 8, 4, 7)))))
        self.ship(shipped=1)
        self.assertEqual([e.mask() for e in self.sent[0]], [xml_mask(0, 0, full(4, 4))])
        self.docs[0]["gt"]["mask"] = npy(ground((0, 0, 4, 4, 1), (4, 0, 8, 4, 7), (4, 1, 5, 2, 1)))
        self.bring(do("mask", 1, set=[[4, 1]]), edited=1)

    def test_segmentation_size(self):
        self.start_ground(segmentation(1, mask=npy(rows("0100", "0002"))), segmentation(2, mask=npy(rows("1"))))
        self.ship(shipped=2)
        self.assertEqual([e.mask() for e in self.sent[0]], [xml_mask(16, 0, full(16, 16)),
                                                            xml_mask(48, 16, full(16, 16))])
        self.docs[0]["gt"]["mask"] = npy(ground((16, 0, 32, 16, 1), (48, 16, 64, 32, 2), (0, 0, 1, 1, 1)))
        self.bring(do("mask", 1, set=[[0, 0]]), kept=1, edited=1)

    def test_segmentation_empty(self):
        self.start_ground(segmentation(1, mask=npy(ground())), segmentation(2, mask=npy(ground((0, 0, 1, 1, 1)))))
        self.ship(shipped=1, home=1, findings={"LF4015": 1})
        self.docs[0]["gt"]["mask"] = npy(ground((2, 3, 4, 4, 2)))
        self.bring({"op": "add", "image": 0, "type": "mask", "label": "sky", "pixels": [[2, 3], [3, 3]]}, kept=1,
                   edited=1)

    def test_segmentation_copies(self):
        def add(label, *pixels, z=0):
            return {"op": "add", "image": 0, "type": "mask", "label": label, "pixels": pixels, "z_order": z,
                    "attributes": {"label_id": id_of(1)}}
        start = segmentation(1, mask=npy(ground((0, 0, 2, 2, 1), (10, 0, 12, 2, 2))))
        cases = (([add("grass", [4, 0]), add("grass", [4, 1], [1, 1])], [(4, 0, 5, 2, 1)]),
                 ([add("sky", [1, 1]), add("grass", [10, 0])], [(1, 1, 2, 2, 2), (10, 0, 11, 1, 1)]),
                 ([add("grass", [3, 3]), add("sky", [3, 3])], [(3, 3, 4, 4, 2)]),
                 ([add("grass", [3, 3], z=1), add("sky", [3, 3])], [(3, 3, 4, 4, 1)]))
        for edits, areas in cases:
            with self.subTest(areas):
                self.start_ground(start)
                self.ship(shipped=1)
                self.docs[0]["gt"] = segmentation(1, mask=npy(ground((0, 0, 2, 2, 1), (10, 0, 12, 2, 2), *areas)))
                self.bring(*edits, edited=1)
        # in the file the sky is the later one, and lies below
        self.start_ground(start)
        self.ship(shipped=1)
        self.docs[0]["gt"] = segmentation(1, mask=npy(ground((0, 0, 2, 2, 1), (10, 0, 12, 2, 2), (3, 3, 4, 4, 1))))
        self.bring(add("grass", [3, 3], z=5), add("sky", [3, 3], z=6),
                   xml=lambda t: t.replace('z_order="6"', 'z_order="4"'),
                   edited=1)

    def test_segmentation_gone(self):
        gone = [do("delete", 1)] * 2
        for options, status, counts in (([], 0, {"deleted": 1}), (["--no-allow-deletions"], 1, {"refused": 1})):
            with self.subTest(counts):
                self.start_ground(segmentation(1, mask=npy(ground((0, 0, 2, 2, 1), (10, 0, 12, 2, 2)))),
                                  segmentation(2, mask=npy(ground((0, 0, 2, 2, 1)))))
                self.ship(shipped=2, options=options)
                if not options:
                    self.docs[0]["gt"] = None
                self.bring(*gone, status=status, findings={"LF2009": 1} if options else {}, kept=1, **counts)

    def test_segmentation_polygons(self):
        self.start_ground(segmentation(1, mask=npy(ground((0, 0, 2, 2, 1)))))
        self.ship(shipped=1)
        polygon = {"op": "add", "image": 0, "type": "polygon", "label": "sky",
                   "points": [10, 10, 14, 10, 14, 12, 10, 12],
                   "attributes": {"label_id": id_of(1)}}
        ellipse = {"op": "add", "image": 0, "type": "ellipse", "label": "grass", "points": [25, 25, 26.2, 23.8]}
        self.docs[0]["gt"]["mask"] = npy(ground((0, 0, 2, 2, 1), (10, 10, 15, 13, 2), (24, 24, 26, 26, 1)))
        self.bring(polygon, ellipse, edited=1, findings={"LF2119": 1})


RING = [(0.25, 0.25), (0.5, 0.25), (0.5, 0.5)]
HOLE = [(0.375, 0.3125), (0.4375, 0.3125), (0.4375, 0.375)]
MORE = [(0.75, 0.75), (0.875, 0.75), (0.875, 0.875)]


class Lines(Carriage):
    def test_rings(self):
        self.start("Polylines", [line(1, RING, HOLE, MORE, closed=True, filled=True),
                                 line(2, RING, closed=True, filled=True)])
        self.ship("gt:polygons", shipped=2)
        self.assertEqual([(e.kind, e.id, e.attrs, e.says["points"]) for e in self.sent[0]],
                         [("polygon", id_of(1), {"label_part": "%d/3" % (k + 1)}, points_text(*r))
                          for k, r in enumerate((RING, HOLE, MORE))]
                         + [("polygon", id_of(2), {"label_part": ""}, points_text(*RING))])
        # the second ring moved and lost its part
        self.labels()[0]["points"][1] = [[x + 1 / 64, y] for x, y in HOLE]
        self.bring(do("move", 1, copy_no=1, dx=1),
                   do("attribute", 1, copy_no=1, name="label_part", value=""), kept=1, edited=1)
        del self.labels()[0]["points"][1]
        self.bring(do("delete", 1, copy_no=1), kept=1, edited=1)
        # the same task again and again, whose parts are those of the day it was shipped
        third = [[x + 1 / 192, y + 1 / 96] for x, y in MORE]
        self.start("Polylines", [line(1, RING, HOLE, third, MORE, closed=True, filled=True)])
        self.ship("gt:polygons", shipped=1)
        gone = do("delete", 1, copy_no=1)
        del self.labels()[0]["points"][1]
        self.bring(gone, edited=1)
        self.bring(gone, xml=again, kept=1)
        self.labels()[0]["points"][1] = [[x, y] for (x, _), y in zip(third, (0.71875, 0.71875, 0.84375))]
        moved = do("points", 1, copy_no=1, points=[48.33, 23, 56.33, 23, 56.33, 27])
        self.bring(gone, moved, edited=1)  # number by number, at the place where it is by now
        self.labels()[0]["points"].append([list(p) for p in HOLE])
        moved["copy_no"] = 2
        self.bring(moved, edited=1)
        self.bring(moved, xml=again, kept=1)
        self.labels()[0]["points"][0][0][0] += 1 / 64
        self.bring(moved, do("points", 1, points=[17, 8, 32, 8, 32, 16]), edited=1)
        low = [[x, y + 1 / 96] for x, y in third]
        self.start("Polylines", [line(1, RING, HOLE, MORE, RING, low, closed=True, filled=True)])
        self.ship("gt:polygons", shipped=1)
        del self.labels()[0]["points"][1]
        self.bring(gone, edited=1)
        del self.labels()[0]["points"][1]
        self.labels()[0]["points"][2] = [[x, y] for (x, _), y in zip(low, (0.71875, 0.71875, 0.84375))]
        self.bring(gone, gone, dict(moved, copy_no=2), edited=1)
        # a ring that nobody shipped: one that stayed at home keeps its place
        self.start("Polylines", [line(1, RING[:2], HOLE, closed=True, filled=True)])
        self.ship("gt:polygons", shipped=1, findings={"LF4014": 1})
        self.labels()[0]["points"].append([list(p) for p in MORE])
        self.bring({"op": "add", "image": 0, "type": "polygon", "label": "road", "points": [48, 24, 56, 24, 56, 28],
                    "attributes": {"label_id": id_of(1)}}, edited=1)
        # class and attributes are the first ring's, and no part is declared where none is needed
        self.start("Polylines", [line(1, RING, HOLE, note="a", closed=True, filled=True), line(2, RING, name="path",
                                 closed=True, filled=True)])
        self.ship("gt:polygons", shipped=2)
        self.assertEqual([e.attrs["note"] for e in self.sent[0]], ["a", "a", ""])
        self.labels()[0].update(label="path", note="b")
        self.bring(do("relabel", 1, label="path"),
                   do("attribute", 1, name="note", value="b"),
                   do("attribute", 1, copy_no=1, name="note", value="c"), kept=1, edited=1)
        self.start("Polylines", [line(1, RING)])
        self.ship("gt:polylines", shipped=1)
        self.assertEqual(self.sent[0][0].attrs, {})

    def test_ring_short(self):
        self.start("Polylines", [line(1, RING[:2], HOLE, [], closed=True, filled=True),
                                 line(2, RING[:2], closed=True, filled=True)])
        self.ship("gt:polygons", shipped=1, home=1, findings={"LF4014": 3, "LF4015": 1})
        self.assertEqual([(e.attrs["label_part"], e.says["points"]) for e in self.sent[0]],
                         [("2/3", points_text(*HOLE))])
        self.labels()[0]["points"][1] = [[x, y + 1 / 32] for x, y in HOLE]
        self.bring(do("move", 1, dy=1), edited=1)
        self.start("Polylines", [line(1, RING[:2], RING[:1]), line(2, RING[:1])])
        self.ship("gt:polylines", shipped=1, home=1, findings={"LF4014": 2, "LF4015": 1})
        del self.labels()[0]
        self.bring(do("delete", 1), deleted=1)

    def test_closed_line(self):
        self.start("Polylines", [line(1, RING, closed=True), line(2, RING, closed=True), line(3, RING)])
        self.ship("gt:polylines", shipped=3)
        self.assertEqual([e.says["points"] for e in self.sent[0]],
                         [points_text(*RING, RING[0]), points_text(*RING, RING[0]), points_text(*RING)])
        one, two, _ = self.labels()
        one["points"][0][0][0] += 1 / 64
        two.update(points=[[list(p) for p in RING] + [[0.25, 0.3125]]], closed=False)
        self.bring(do("points", 1, points=[17, 8, 32, 8, 32, 16, 17, 8]),
                   do("points", 2, points=[16, 8, 32, 8, 32, 16, 16, 10]), kept=1, edited=2)

    def test_polygon_ends(self):
        near = (RING[0][0] + 1e-05, RING[0][1])  # the same place in CVAT's two decimals
        self.start("Polylines", [line(1, RING + RING[:1], filled=True), line(2, RING + [near], filled=True),
                                 line(3, RING, filled=True)])
        self.ship("gt:polygons", shipped=3)
        self.assertEqual([e.says["points"] for e in self.sent[0]], [points_text(*RING)] * 3)
        moved = [0.265625, 0.25]
        for label in self.labels()[:2]:
            label["points"][0][0] = label["points"][0][3] = moved
        self.bring(*(do("points", n, points=[17, 8, 32, 8, 32, 16]) for n in (1, 2)), kept=1, edited=2)

    def test_closed_filled(self):
        self.start("Polylines", [line(1, RING, closed=False, filled=True), line(2, RING, closed=True, filled=True)])
        self.ship("gt:polygons", shipped=2)
        self.assertEqual([sorted(e.says) for e in self.sent[0]], [["occluded", "points"]] * 2)
        for one in self.labels():
            one["points"][0][0][0] += 1 / 64
        self.bring(*(do("points", n, points=[17, 8, 32, 8, 32, 16]) for n in (1, 2)), edited=2)
        self.bring(xml=lambda t: t.replace("polygon", "polyline"), ignored=2, findings={"LF2007": 2}, status=5)

    def test_polygon_masks(self):
        self.start("Polylines", [line(1, RING, closed=True, filled=True)])
        self.ship("gt:polygons", shipped=1)
        disc = [[16 + x, 8 + y] for x in range(10) for y in range(10) if (x - 4.5) ** 2 + (y - 4.5) ** 2 < 25]
        traced = [[0.34375, 0.546875], [0.25, 0.4375], [0.296875, 0.25], [0.3984375, 0.34375]]  # by FiftyOne 1.22.1
        self.labels().append(new("Polyline", "road", points=[traced], closed=True, filled=True))
        self.bring({"op": "add", "image": 0, "type": "mask", "label": "road", "pixels": disc}, kept=1, added=1,
                   findings={"LF2119": 1})


class Keypoints(Carriage):
    def test_points(self):
        missing = [NAN, NAN]
        self.start("Keypoints", [points(1, (0.25, 0.25), missing, (0.5, 0.5), confidence=[0.5, 0.0, 1.0]),
                                 points(2, (0.25, 0.75), (0.5, 0.5))])
        self.ship(shipped=2)
        self.assertEqual([(e.kind, e.says["points"]) for e in self.sent[0]],
                         [("points", points_text((0.25, 0.25), (0.5, 0.5))),
                          ("points", points_text((0.25, 0.75), (0.5, 0.5)))])
        self.labels()[0]["points"][2] = [0.515625, 0.5]
        self.labels()[1]["points"] = [[0.25, 0.75], [0.375, 0.625], [0.5, 0.5]]
        self.bring(do("points", 1, points=[16, 8, 33, 16]),
                   do("points", 2, points=[16, 24, 24, 20, 32, 16]), edited=2)
        for odd in (points(1, (0.25, 0.25), missing, (0.5, 0.5)),
                    points(1, (0.25, 0.25), (0.5, 0.5), visible=[True, False])):
            with self.subTest(odd):
                self.start("Keypoints", [odd])
                self.ship(shipped=1)
                self.bring(do("points", 1, points=[16, 8, 33, 16, 1, 1]), refused=1,
                           findings={"LF2115": 1}, status=1)

    def test_skeleton(self):
        names = {"labels": ["nose", "ear", "tail"], "edges": [[0, 1, 2]]}
        self.start("Keypoints", [points(1, (0.25, 0.25), [NAN, NAN], (0.5, 0.5)), points(2, (0.25, 0.25))],
                   skeletons={"gt": names})
        self.ship(shipped=2)
        one, two = self.sent[0]
        self.assertEqual((one.kind, two.kind), ("skeleton", "points"))
        self.assertEqual({n: (a["points"] if a["outside"] == "0" else None) for n, a in one.nodes.items()},
                         {"nose": "16.0,8.0", "ear": None, "tail": "32.0,16.0"})
        self.labels()[0]["points"] = [[NAN, NAN], [0.375, 0.375], [0.5, 0.5]]

        def node(name, says):
            return '<points label="%s" source="file" %s></points>' % (name, says)

        def edit(t, tail='occluded="0" outside="0" points="32.00,16.00"'):
            e = element_of(t, id_of(1))
            kept = "".join(re.findall(r"<attribute.*?</attribute>", e, re.S))
            return t.replace(e, re.match("<[^>]*>", e).group() + node("tail", tail) + node(
                "ear", 'occluded="0" outside="0" points="24.00,12.00"') + kept + "</skeleton>")
        self.bring(xml=edit, kept=1, edited=1)
        self.bring(xml=lambda t: edit(t, 'occluded="1" outside="0" points="32.00,16.00"'), kept=2,
                   findings={"LF2113": 1}, status=1)

    def test_points_none(self):
        self.start("Keypoints", [points(1, [NAN, NAN], [NAN, NAN]), points(2), points(3, (0.5, 0.5))])
        self.ship(shipped=1, home=2, findings={"LF4015": 2})
        del self.labels()[2]
        self.bring(do("delete", 3), deleted=1)


class Scalars(Carriage):
    FIELDS = {"b": "BooleanField", "n": "IntField", "t": "StringField", "x": "FloatField"}

    def start_scalars(self, *values):
        self.start_with(self.FIELDS, *(document(k, **v) for k, v in enumerate(values)))

    @staticmethod
    def put(task, value, image=0):
        return {"op": "attribute", "task": task, "image": image, "tag": 0, "name": "value", "value": value}

    def test_scalar(self):
        first = {"b": True, "n": 3, "t": "a & b", "x": 1e-05}
        self.start_scalars(first, {"b": False, "n": None})
        self.ship(shipped=5, options=["--no-allow-label-edits", "--no-allow-spatial-edits"])
        self.assertEqual([(e.kind, e.name, e.attrs) for e in self.sent[0]],
                         [("tag", "b", {"value": "true"}), ("tag", "n", {"value": "3"}),
                          ("tag", "t", {"value": "a & b"}),
                          ("tag", "x", {"value": "1e-05"})])
        self.docs[0].update(b=False, n=-4, t="12", x=7.0)
        self.bring(self.put(0, "false"), self.put(1, "-4"), self.put(2, "12"), self.put(3, "7"), kept=1, edited=4)
        for key in "bt":
            del self.docs[0][key]
        gone = [{"op": "delete", "task": t, "image": 0, "tag": 0} for t in (0, 2)]
        self.bring(self.put(1, "4.5"), self.put(3, "many"), *gone, kept=1, deleted=2, refused=2,
                   findings={"LF2110": 2}, status=1)
        self.start_scalars(first)
        self.ship(shipped=4, options=["--no-allow-deletions"])
        self.bring(gone[0], kept=3, refused=1, findings={"LF2009": 1}, status=1)

    def test_scalar_classes(self):
        self.start("StringField", "sun", "rain")
        self.ship(shipped=2, options=["--classes", "sun,rain,fog"])
        self.assertEqual([[(e.kind, e.name, e.attrs) for e in s] for s in self.sent],
                         [[("tag", "sun", {})], [("tag", "rain", {})]])
        self.docs[1]["gt"] = "fog"
        self.bring({"op": "relabel", "image": 1, "tag": 0, "label": "fog"}, kept=1, edited=1)

    def test_scalar_twice(self):
        self.start("IntField", 3)
        self.ship(shipped=1)
        self.docs[0]["gt"] = 4
        self.bring(self.put(0, "4"), {"op": "add_tag", "image": 0, "label": "gt", "attributes": {"value": "5"}},
                   edited=1, refused=1, findings={"LF2112": 1}, status=1)

    def test_scalar_new(self):
        for values, becomes, cls in ((["3", "4"], [3, 4], "IntField"), (["3", "4.5"], [3.0, 4.5], "FloatField"),
                                     (["true", "False"], [True, False], "BooleanField"),
                                     (["3", "no"], ["3", "no"], "StringField")):
            with self.subTest(cls):
                self.start_with({}, document(0), document(1))
                self.ship("new:scalar", shipped=0)
                for doc, value in zip(self.docs, becomes):
                    last = doc.pop("_dataset_id")
                    doc.update(new=value, _dataset_id=last)
                row = b", " + json.dumps(shapes.declared("new", cls)).encode() + b"]"
                self.files["metadata.json"] = self.files["metadata.json"].replace(b"]}", row + b"}")
                self.bring(*({"op": "add_tag", "image": k, "label": "new", "attributes": {"value": v}}
                             for k, v in enumerate(values)), added=2)

    def test_scalar_other(self):
        for cls, value in (("DateField", {"$date": "2024-01-11T00:00:00Z"}), ("VectorField", npy([[1.5]], "<f4")),
                           ("ListField", [1, 2])):
            with self.subTest(cls):
                self.start(cls, value)
                done = self.labelferry("export", self.ds, "--field", "gt", "--run", "r", "-o", "out", status=2)
                self.assertIn("LF1008", done.stderr)
                self.assert_as(self.ds)


class Attributes(Carriage):
    def given(self, **attrs):
        return ["--attributes", json.dumps(attrs)]

    def inputs(self):
        """{attribute: input type} of the first class that was declared."""
        labels = crossing.read_json(self.path("out", "FiftyOne_small_gt", "labels.json"))
        return {a["name"]: a["input_type"] for a in labels[0]["attributes"] if a["name"] != "label_id"}

    def values(self):
        return [e.attrs for s in self.sent for e in s]

    def test_attribute_absent(self):
        given = self.given(t={"type": "text"}, c={"type": "checkbox"}, s={"type": "select", "values": ["a", "b"]},
                           d={"type": "select", "values": ["a", "b"], "default": "b"},
                           r={"type": "radio", "values": ["x", "y"]},
                           n={"type": "number", "values": [1, 9, 1]},
                           m={"type": "number", "values": [1, 9, 1], "default": 5})
        self.start("Classifications", [tag(1), tag(2, t=None, c=None, s=None, d=None, r=None, n=None, m=None), tag(3)])
        self.ship(shipped=3, options=given)
        self.assertEqual(self.values(), [{"t": "", "c": "false", "s": "", "d": "b", "r": "", "n": "1", "m": "5"}] * 3)
        chosen = {"t": "", "c": "false", "s": "", "d": "b", "r": "", "n": "1", "m": "5"}
        other = {"t": "x", "c": "true", "s": "a", "d": "a", "r": "x", "n": "2", "m": "1"}
        for label in self.labels()[:2]:
            label.update(t="x", c=True, s="a", d="a", r="x", n=2, m=1)
        self.bring(*(attribute(n, k, v) for n in (1, 2) for k, v in other.items()),
                   *(attribute(3, k, v) for k, v in chosen.items()), kept=1, edited=2)

    def test_attribute_number(self):
        self.start("Classifications", [tag(1, count=3, score=1e-05), tag(2, count=3, score=100.0), tag(3),
                                       tag(4, count=3)])
        self.ship(shipped=4)
        self.assertEqual(self.values(), [{"count": "3", "score": "1e-05"}, {"count": "3", "score": "100.0"},
                                         {"count": "", "score": ""}, {"count": "3", "score": ""}])
        one, two, three, _ = self.labels()
        one.update(count=3.5)
        two.update(count=4, score=2.0)
        three.update(count=7, score=7.0)
        self.bring(attribute(1, "count", "3.5"), attribute(2, "count", "4"), attribute(2, "score", "2"),
                   attribute(3, "count", "7"), attribute(3, "score", "7"), attribute(4, "count", "many"),
                   edited=3, refused=1, findings={"LF2111": 1, "LF2110": 1}, status=1)

    def test_attribute_bool(self):
        self.start("Classifications", [tag(1, flag=True, mixed=True), tag(2, flag=False, mixed="maybe")])
        self.ship(shipped=2)
        self.assertEqual(self.inputs(), {"flag": "checkbox", "mixed": "text"})
        self.assertEqual(self.values(), [{"flag": "true", "mixed": "true"}, {"flag": "false", "mixed": "maybe"}])
        self.labels()[1].update(flag=True)
        self.bring(attribute(1, "mixed", "TRUE"), attribute(2, "flag", "true"), kept=1, edited=1)
        self.labels()[0].update(mixed=False)
        self.bring(attribute(1, "mixed", "False"), attribute(2, "flag", "true"), kept=1, edited=1)

    def test_attribute_home(self):
        self.start("Classifications", [tag(1, done="maybe"), tag(2, note="a\u0007"), tag(3, note="x" * 4097),
                                       tag(4, done=True)])
        given = self.given(done={"type": "checkbox"}, note={"type": "text"})
        self.ship(shipped=4, findings={"LF4003": 3}, options=given)
        self.assertEqual(self.values(), [{"done": "false", "note": ""}] * 3 + [{"done": "true", "note": ""}])
        self.labels()[0].update(note="new")
        self.labels()[1].update(note="b")
        self.bring(attribute(1, "note", "new"), attribute(2, "note", "b"), kept=2, edited=2)

    def test_attribute_listed(self):
        self.start("Classifications", [tag(1, mood="odd")])
        done = self.labelferry("export", self.ds, "--field", "gt", "--run", "r", "-o", "out", "--media", "none",
                               *self.given(mood={"type": "select", "values": ["good"]}), status=None)
        self.assertEqual(done.returncode, 5)
        self.assertIn("LF4007", done.stderr)
        self.assert_as(self.ds)
        self.assertFalse(os.path.exists(self.path("out")))

    def test_attribute_cr(self):
        self.start("Classifications", [tag(1, note="a\r\nb\rc"), tag(2, note="a\r\nb")])
        self.ship(shipped=2)
        dump, = crossing.dumps_in(self.path("out", "FiftyOne_small_gt", "annotations.zip")).values()
        self.assertIn(b'name="note">a\r\nb\rc<', dump)
        self.labels()[1]["note"] = "a\nc"
        self.bring(attribute(1, "note", "a\nb\nc"), attribute(2, "note", "a\nc"), kept=1, edited=1)

    def test_attribute_other(self):
        link = {"_id": shapes.oid(9), "_cls": "Instance"}
        self.start("Classifications", [tag(1, list=[1], dict={"a": 1}, date={"$date": 5}, instance=link, keyframe=True,
                                           note="x")])
        self.ship(shipped=1)
        self.assertEqual(self.values(), [{"note": "x"}])
        self.labels()[0]["note"] = "y"
        self.bring(attribute(1, "note", "y"), edited=1)

    def test_attribute_legacy(self):
        old = {"note": {"_cls": "CategoricalAttribute", "value": "x", "confidence": 0.5, "logits": None},
               "count": {"_cls": "NumericAttribute", "value": 3.0}, "both": {"_cls": "Attribute", "value": "old"}}
        self.start("Detections", [box(1, attributes=old, both="new")])
        self.ship(shipped=1)
        self.assertEqual(self.values(), [{"note": "x", "count": "3.0", "both": "new"}])
        attrs = self.labels()[0]["attributes"]
        attrs["note"]["value"], attrs["count"]["value"], self.labels()[0]["both"] = "y", 4.0, "newer"
        self.bring(attribute(1, "note", "y"), attribute(1, "count", "4"), attribute(1, "both", "newer"), edited=1)

    def test_attribute_class(self):
        schema = {"gt": {"type": "classifications", "existing_field": True, "attributes": {}, "classes": [
            {"classes": ["cat"], "attributes": {"fur": {"type": "text"}}}, "dog"]}}
        self.start("Classifications", [tag(1, fur="red"), tag(2, "dog", fur="none"), tag(3, "dog"), tag(4, fur="blue")])
        with open(self.path("schema.json"), "w", encoding="utf-8") as f:
            json.dump(schema, f)
        self.ship(shipped=4, options=["--schema", self.path("schema.json")])
        self.assertEqual(self.values(), [{"fur": "red"}, {}, {}, {"fur": "blue"}])
        self.labels()[0]["label"] = "dog"
        self.labels()[2].update(label="cat", fur="long")
        self.bring(do("relabel", 1, label="dog"), do("relabel", 3, label="cat"),
                   attribute(3, "fur", "long"), kept=2, edited=2)

    def test_attribute_read_only(self):
        self.start("Classifications", [tag(1, note="x", free="a")])
        self.ship(shipped=1, options=["--read-only", "note"])
        self.assertEqual(self.values(), [{"note": "x", "free": "a"}])
        self.bring(attribute(1, "note", "y"), refused=1, findings={"LF2009": 1}, status=1)

    def test_attribute_coerce(self):
        old = [tag(1, a="x", b="x", c="x"), tag(2)]
        edits = [attribute(2, "a", "12"), attribute(2, "b", "true"), attribute(2, "c", "2.5"), attribute(1, "a", "12")]
        for options, becomes in (([], ["12", "true", "2.5"]), (["--coerce-text"], [12, True, 2.5])):
            with self.subTest(options):
                self.start("Classifications", json.loads(json.dumps(old)))
                self.ship(shipped=2)
                self.labels()[0]["a"] = "12"
                self.labels()[1].update(zip("abc", becomes))
                self.bring(*edits, options=options, edited=2)

    def test_flag_occluded(self):
        for name, options in (("occluded", []), ("hidden", ["--occluded-attr", "hidden"])):
            with self.subTest(name):
                self.start("Detections", [box(1, **{name: False}), box(2, **{name: True})])
                self.ship(shipped=2, options=options)
                self.assertEqual([(e.says["occluded"], e.attrs) for e in self.sent[0]], [("0", {}), ("1", {})])
                self.labels()[0][name] = True
                self.bring(do("occluded", 1, value=True), kept=1, edited=1)
        self.start("Classifications", [tag(1, occluded=True)])
        self.ship(shipped=1, findings={"LF4006": 1})
        self.assertEqual((self.inputs(), self.values()), ({"attr_occluded": "checkbox"}, [{"attr_occluded": "true"}]))
        self.labels()[0]["occluded"] = False
        self.bring(attribute(1, "attr_occluded", "false"), edited=1)

    def test_flag_group(self):
        for name, options in (("group_id", []), ("crew", ["--group-id-attr", "crew"])):
            with self.subTest(name):
                self.start("Detections", [box(1, **{name: 3}), box(2, **{name: 4}), box(3), box(4)])
                self.ship(shipped=4, options=options)
                self.assertEqual([(e.says.get("group_id"), e.attrs) for e in self.sent[0]],
                                 [("3", {}), ("4", {}), (None, {}), (None, {})])
                self.labels()[0][name] = 5
                self.labels()[2][name] = 6
                self.bring(do("group", 1, value=5), do("group", 3, value=6),
                           do("group", 4, value=0), kept=2, edited=2)

    def test_flag_unmapped(self):
        self.start("Detections", [box(1), box(2), box(3)])
        self.ship(shipped=3)
        self.bring(do("occluded", 1, value=True), do("group", 2, value=2),
                   kept=3, findings={"LF2113": 2}, status=1)

    def test_z_order(self):
        self.start("Detections", [box(1), box(2)])
        self.ship(shipped=2)
        self.bring(do("z_order", 1, value=2), kept=2, findings={"LF2118": 1})
