"""The real FiftyOne opens datasets whose labels of every kind were edited in CVAT, and sees in their masks the
pixels that were painted there."""

import json
import os
import re

import crossing
import every_kind
import far_side_cvat
import judges
import merge_cases as mc
import testenv

# The order of the tasks, which is that of their names.
TASK = {name: n for n, name in enumerate(sorted(every_kind.KINDS))}


def id_of(label):
    return label["_id"]["$oid"]


def masks_in(archives):
    """[(image, id, class, pixels)] of what came back."""
    out = []
    for archive in archives:
        xml, = crossing.dumps_in(archive).values()
        for image, body in re.findall(r'<image [^>]*?name="([^"]*)"[^>]*>(.*?)</image>', xml.decode(), re.S):
            for head, inside in re.findall(r"<mask ([^>]*)>(.*?)</mask>", body, re.S):
                says = dict(re.findall(r'(\w+)="([^"]*)"', head))
                left, top, w, h = (int(says[k]) for k in ("left", "top", "width", "height"))
                runs = [int(v) for v in says["rle"].split(",")]
                pixels = far_side_cvat.mask_pixels({"points": runs + [left, top, left + w - 1, top + h - 1]})
                out.append((os.path.basename(image), re.search(r'"label_id">([^<]*)<', inside).group(1), says["label"], pixels))
    return out


def sizes_in(archives):
    """{image: (width, height)} of what came back."""
    out = {}
    for archive in archives:
        xml, = crossing.dumps_in(archive).values()
        for name, w, h in re.findall(r'<image [^>]*?name="([^"]*)" width="(\d+)" height="(\d+)"', xml.decode()):
            out[os.path.basename(name)] = int(w), int(h)
    return out


def painted(array, size):
    """The image's pixels of an instance as FiftyOne decodes it; None where its array is not as large as its box."""
    (x, y, w, h), rows = array["box"], array["rows"]
    left, top, wide, high = x * size[0], y * size[1], w * size[0], h * size[1]
    if abs(wide - len(rows[0])) > 1e-6 or abs(high - len(rows)) > 1e-6:
        return None
    return {(round(left) + i, round(top) + k) for k, row in enumerate(rows) for i, v in enumerate(row) if v}


class KindsLoad(crossing.CrossingCase):
    def load(self, ds):
        """What FiftyOne sees, once it is known that it counts what the documents hold."""
        seen, = judges.load([ds], pixels=True)
        self.assertNotIn("error", seen, seen)
        docs = crossing.samples_of(ds)
        self.assertEqual(seen["num_samples"], len(docs))
        want, ids = {}, {}
        for doc in docs:
            for field, value in mc.values(doc):
                labels = mc.labels_of(value)
                want[field] = want.get(field, 0) + len(labels)
                ids.setdefault(field, []).extend(id_of(label) for label in labels)
        self.assertEqual({f: v["labels"] for f, v in seen["fields"].items() if f in want}, want)
        self.assertEqual({f: sorted(v["ids"]) for f, v in seen["fields"].items() if f in want},
                         {f: sorted(v) for f, v in ids.items()})
        return seen

    def assert_instances(self, seen, field, archives, edited):
        """Those that were edited, and those that are new, are what was painted."""
        sizes = sizes_in(archives)
        known = {(i, n): p for i, n, _, p in masks_in(archives)}
        new = sorted(sorted(p) for i, n, _, p in masks_in(archives) if not n)
        arrays = seen["fields"][field]["arrays"]
        got = {(a["sample"], a["id"]): painted(a, sizes[a["sample"]]) for a in arrays}
        self.assertTrue(edited)
        for key in edited:
            self.assertEqual(got.pop(key), known[key], key)
        self.assertEqual(sorted(sorted(p) for key, p in got.items() if key not in known), new)

    def assert_segmentations(self, seen, field, archives, targets):
        """Every one is what came back, class by class."""
        want, got = {}, {}
        for image, _, name, pixels in masks_in(archives):
            want.setdefault(image, {}).setdefault(name, set()).update(pixels)
        for array in seen["fields"][field]["arrays"]:
            classes = {}
            for y, row in enumerate(array["rows"]):
                for x, v in enumerate(row):
                    name = targets.get("#%02x%02x%02x" % tuple(v) if isinstance(v, list) else str(v))
                    if name:
                        classes.setdefault(name, set()).add((x, y))
            got[array["sample"]] = classes
        self.assertEqual(got, want)

    def edits_of_every_kind(self, docs, shipped):
        """For each field a label that is edited, one that goes and one that is new."""
        def the(n, field, k):
            return id_of(docs[n][field][every_kind.LISTS[docs[n][field]["_cls"]]][k])

        def add(field, image, kind, label, **more):
            return {"op": "add", "task": TASK[field], "image": image, "type": kind, "label": label, **more}
        first = next(p for i, _, _, p in shipped if i == "1.png")
        gone = [{"op": "delete", "id": id_of(docs[2]["ground"])} for i, n, _, _ in shipped if n == id_of(docs[2]["ground"])]
        self.assertEqual(len(gone), 2)
        value = {"op": "attribute", "tag": 0, "name": "value"}
        return gone + [
            {"op": "move", "id": the(0, "boxes", 0), "dx": 1}, {"op": "relabel", "id": the(1, "boxes", 0), "label": "dog & <b>"},
            {"op": "delete", "id": the(2, "boxes", 0)}, add("boxes", 3, "rectangle", "cat", points=[1, 1, 9, 9]),
            {"op": "relabel", "id": the(1, "seen", 0), "label": "rain"}, {"op": "delete", "id": the(2, "seen", 0)},
            {"op": "add_tag", "task": TASK["seen"], "image": 0, "label": "sun"},
            {"op": "move", "id": the(0, "areas", 0), "dx": 1}, {"op": "delete", "id": the(1, "areas", 2)},
            add("areas", 2, "polygon", "cat", points=[1, 1, 9, 1, 9, 9]),
            {"op": "move", "id": the(0, "lines", 1), "dy": 2}, {"op": "delete", "id": the(1, "lines", 1)},
            add("lines", 2, "polyline", "road", points=[1, 1, 9, 1, 9, 9]),
            {"op": "move", "id": the(0, "pose", 0), "dx": 1}, {"op": "delete", "id": the(1, "pose", 2)},
            add("pose", 2, "points", "person", points=[3, 4]),
            {"op": "points", "id": the(0, "loose", 0), "points": [1, 1, 2, 2, 3, 3]}, {"op": "delete", "id": the(1, "loose", 0)},
            add("loose", 2, "points", "tip", points=[3, 4, 5, 6]),
            {"op": "mask", "id": the(0, "things", 0), "set": [[5, 5], [6, 6]]}, {"op": "delete", "id": the(2, "things", 0)},
            {"op": "mask", "id": the(1, "things", 1), "set": [[39, 29]]},
            add("things", 0, "mask", "dog", pixels=[[0, 0], [1, 0], [0, 1], [7, 7]]),
            {"op": "mask", "id": id_of(docs[1]["ground"]), "clear": [min(first)]},
            add("ground", 0, "mask", "grass", pixels=[[x, 4] for x in range(9)]),
            {**value, "task": TASK["count"], "image": 0, "value": "77"},
            {"op": "delete", "task": TASK["count"], "image": 1, "tag": 0},
            {"op": "add_tag", "task": TASK["count"], "image": 2, "label": "count", "attributes": {"value": "5"}},
            {**value, "task": TASK["weather"], "image": 0, "value": "snow"},
            {"op": "delete", "task": TASK["weather"], "image": 1, "tag": 0}]

    def test_edits_of_every_kind(self):
        ds = every_kind.make_dataset(self.path("ds"))
        docs = crossing.samples_of(ds)
        self.export(ds, "--media", "none", fields=[every_kind.TYPES.get(n, n) for n in every_kind.KINDS])
        shipped = masks_in([self.path("out", "FiftyOne_kinds_ground", "annotations.zip")])
        back = self.far_side(edits=self.edits_of_every_kind(docs, shipped))
        report = self.merge(ds, back, status=None)
        self.assertEqual({k: report["counts"][k] for k in ("edited", "added", "deleted", "refused", "ignored")},
                         {"edited": 12, "added": 9, "deleted": 10, "refused": 0, "ignored": 0}, report["events"])
        seen = self.load(ds)
        want = {"boxes": 10, "seen": 4, "areas": 15, "lines": 10, "pose": 15, "loose": 10, "things": 10, "ground": 4}
        self.assertEqual({f: seen["fields"][f]["labels"] for f in want}, want)
        self.assertEqual({f: seen["fields"][f]["docs"] for f in ("count", "weather")}, {"count": 4, "weather": 4})
        images = ["%d.png" % n for n in range(len(docs))]
        things = [(images[n], id_of(docs[n]["things"]["detections"][k])) for n, k in ((0, 0), (1, 1))]
        self.assert_instances(seen, "things", [back[TASK["things"]]], things)
        self.assert_segmentations(seen, "ground", [back[TASK["ground"]]], {"1": "grass", "2": "sky"})

    # Every type that a new field may have; how a label of it is drawn, and FiftyOne's class.
    BOX, RING = {"points": [10, 20, 60.5, 80]}, {"points": [10, 10, 50, 10, 50, 50]}
    DRAWN = {"detection": ("rectangle", BOX), "polygon": ("polygon", RING), "polyline": ("polyline", RING),
             "keypoint": ("points", RING), "instance": ("mask", {"pixels": [[3, 3], [4, 3], [4, 4]]}), "classification": None}
    CLASS = {"instance": "Detection", "polygon": "Polyline"}
    TEXTS = {"made_int": ("3", "4"), "made_float": ("3", "4.5"), "made_bool": ("true", "false"), "made_text": ("3", "calm")}
    ATTRIBUTES = {"t": {"type": "text"}, "c": {"type": "checkbox"}, "n": {"type": "number", "values": [0, 9, 1]},
                  "f": {"type": "select", "values": [0.5, 1.5]}, "s": {"type": "radio", "values": ["x", "y"]}}
    VALUES = {"t": "0012", "c": "true", "n": "7", "f": "1.5", "s": "y"}

    def test_new_fields_of_every_type(self):
        ds = self.copy(testenv.sample("harbor"), "harbor")
        kinds = {"made_" + k: k for one in self.DRAWN for k in (one, one + "s")}
        schema = {f: {"type": k, "classes": ["a", "b"], "attributes": self.ATTRIBUTES} for f, k in kinds.items()}
        schema["made_ground"] = {"type": "segmentation", "mask_targets": {"1": "a", "300": "b"}}
        schema.update((f, {"type": "scalar"}) for f in self.TEXTS)
        with open(self.path("schema.json"), "w", encoding="utf-8") as f:
            json.dump(schema, f)
        self.export(ds, "--schema", self.path("schema.json"))
        edits = []
        for task, field in enumerate(sorted(schema)):
            for image, name in ((0, "a"), (2, "b")):
                where = {"task": task, "image": image}
                if field in self.TEXTS:
                    edits.append({"op": "add_tag", "label": field, "attributes": {"value": self.TEXTS[field][image // 2]}, **where})
                elif field == "made_ground":
                    edits.append({"op": "add", "label": name, "type": "mask", "pixels": [[5, 6], [7, 8], [8, 8]], **where})
                else:
                    shape = self.DRAWN[kinds[field].rstrip("s")]
                    edits.append({"label": name, "attributes": self.VALUES, **where,
                                  **({"op": "add", "type": shape[0], **shape[1]} if shape else {"op": "add_tag"})})
        back = self.far_side(edits=edits)
        self.assertEqual(len(back), len(schema))
        self.assert_counts(self.merge(ds, back), added=len(edits))
        seen = self.load(ds)
        for field, kind in kinds.items():
            with self.subTest(field):
                cls = self.CLASS.get(kind.rstrip("s"), kind.rstrip("s").capitalize()) + "s" * kind.endswith("s")
                self.assertIn("fiftyone.core.labels.%s)" % cls, seen["schema"][field])
                self.assertEqual(seen["fields"][field]["by_class"], {"a": 1, "b": 1})
                types = {n: list(t) for n, t in seen["fields"][field]["attributes"].items() if n in self.ATTRIBUTES}
                self.assertEqual(types, {"t": ["str"], "c": ["bool"], "n": ["int"], "f": ["float"], "s": ["str"]})
        sizes = sizes_in(back)
        for kind in ("instance", "instances"):
            arrays = seen["fields"]["made_" + kind]["arrays"]
            self.assertEqual([painted(a, sizes[a["sample"]]) for a in arrays], [{(3, 3), (4, 3), (4, 4)}] * 2)
        for field, ftype in zip(self.TEXTS, ("IntField", "FloatField", "BooleanField", "StringField")):
            self.assertIn(ftype, seen["schema"][field])
            self.assertEqual(seen["fields"][field]["docs"], 2)
        self.assertIn("Segmentation)", seen["schema"]["made_ground"])
        ground, = [b for b in back if "made_ground" in next(iter(crossing.dumps_in(b).values())).decode()]
        self.assert_segmentations(seen, "made_ground", [ground], {"1": "a", "300": "b"})

    def test_masks_of_every_home(self):
        """Inline and on disk, of one value and of several, RGB: one of each edited, and new ones."""
        ds = self.copy(testenv.shared("fixtures", "fiftyone", "images_full"), "full")
        fields = ["instances", "instances_disk", "segmentation", "segmentation_disk", "segmentation_rgb"]
        self.export(ds, "--media", "none", fields=[f + ":instances" if f.startswith("inst") else f for f in fields])
        edited, edits = {}, []
        for task, field in enumerate(fields):
            came = masks_in([self.path("out", "FiftyOne_%s_%s" % (self.name_of(ds), field), "annotations.zip")])
            image, label, name, pixels = came[0]  # an edit finds the first that has the id
            self.assertGreater(len(pixels), 1)
            edited[field] = image, label
            edits.append({"op": "mask", "id": label, "clear": [max(pixels)]})
            if field.startswith("inst"):
                edits.append({"op": "add", "task": task, "image": image, "type": "mask", "label": name, "pixels": [[0, 0], [1, 1]]})
        back = self.far_side(edits=edits)
        report = self.merge(ds, back)
        self.assertEqual((report["counts"]["edited"], report["counts"]["added"]), (5, 2), report["events"])
        seen = self.load(ds)
        record = crossing.read_json(os.path.join(ds, "annotations", "r", "run.json"))["schema"]
        for task, field in enumerate(fields):
            with self.subTest(field):
                if field.startswith("inst"):
                    self.assert_instances(seen, field, [back[task]], [edited[field]])
                else:
                    self.assert_segmentations(seen, field, [back[task]], record[field]["mask_targets"])

    def name_of(self, ds):
        return crossing.read_json(os.path.join(ds, "metadata.json"))["name"]
