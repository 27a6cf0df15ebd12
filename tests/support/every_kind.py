"""A dataset without images whose fields are one of each kind, with what is odd in real ones."""

import base64
import json
import os
import struct
import zlib

import crossing
import testenv

WIDTH, HEIGHT = 40, 30
NAN = {"$numberDouble": "NaN"}


def npy(rows):
    """An array of bytes, or of booleans, as FiftyOne keeps it in the document."""
    kind = "|b1" if isinstance(rows[0][0], bool) else "|u1"
    head = "{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d), }" % (kind, len(rows), len(rows[0]))
    head += " " * (64 - (10 + len(head) + 1) % 64) + "\n"
    data = b"\x93NUMPY\x01\0" + struct.pack("<H", len(head)) + head.encode() + bytes(v for r in rows for v in r)
    return {"$binary": {"base64": base64.b64encode(zlib.compress(data)).decode(), "subType": "00"}}


class Maker:
    def __init__(self):
        self.ids = 0

    def label(self, cls, name, **more):
        self.ids += 1
        return {"_id": {"$oid": "%024x" % self.ids}, "_cls": cls, "tags": [], "label": name, **more}

    def sample(self, n):
        d = (n % 5) / 50
        ring = [[0.1 + d, 0.1], [0.75, 0.2], [0.3, 0.9 - d]]
        hole = [[0.3, 0.2], [0.35, 0.25 + d], [0.4, 0.3]]
        disc = [[(x - 4) ** 2 + (y - 3) ** 2 < 9 + n for x in range(9)] for y in range(7)]
        ground = [[(x * (n + 3) // 9 + y // 4) % 3 for x in range(WIDTH)] for y in range(HEIGHT)]
        box = [0.25, 0.5, 0.3, 0.25 + d]
        return {
            "boxes": ("Detections", [
                self.label("Detection", "cat", bounding_box=box, occluded=bool(n % 2), group_id=n % 3),
                self.label("Detection", "dog & <b>", bounding_box=[0.1, 0.1, 0.2, 0.2], note='a "b" <c>')]),
            "seen": ("Classifications", [self.label("Classification", "sun", sure=True),
                                         self.label("Classification", "rain")][:n % 3]),
            "areas": ("Polylines", [
                self.label("Polyline", "cat", points=[ring, hole], closed=True, filled=True, occluded=True),
                self.label("Polyline", "cat", points=[ring[:2], hole], closed=True, filled=True),
                self.label("Polyline", "dog", points=[ring], closed=True, filled=True, note="x")]),
            "lines": ("Polylines", [
                self.label("Polyline", "road", points=[ring, hole[:2]], closed=False, filled=False),
                self.label("Polyline", "road", points=[ring], closed=True, filled=False)]),
            "pose": ("Keypoints", [
                self.label("Keypoint", "person", points=[[0.1, 0.2], [NAN, NAN], [0.5, 0.25 + d], [0.6, 0.7]], fit="no"),
                self.label("Keypoint", "person", points=[[NAN, NAN], [0.5, 0.5], [0.25, 0.75], [NAN, NAN]]),
                self.label("Keypoint", "person", points=[[0.5, 0.5 + d]])]),
            "loose": ("Keypoints", [
                self.label("Keypoint", "tip", points=[[0.1, 0.2], [0.5, 0.25 + d]]),
                self.label("Keypoint", "tip", points=[[0.1, 0.2], [NAN, NAN], [0.25, 0.75]])]),
            "things": ("Detections", [self.label("Detection", "cat", bounding_box=box, mask=npy(disc)),
                                      self.label("Detection", "dog", bounding_box=[0.5, 0, 0.5, 0.5],
                                                 mask=npy([[n % 2, 1], [1, 0]]))]),
            "ground": ("Segmentation", self.label("Segmentation", None, mask=npy(ground)) if n else None),
            "count": ("IntField", n * n - 3 if n != 2 else None),
            "weather": ("StringField", ["sun", "rain & fog"][n % 2]),
        }


LISTS = {"Detections": "detections", "Classifications": "classifications", "Polylines": "polylines",
         "Keypoints": "keypoints"}
KINDS = {"boxes": {"box"}, "seen": {"tag"}, "areas": {"polygon"}, "lines": {"polyline"}, "pose": {"skeleton", "points"},
         "loose": {"points"}, "things": {"mask"}, "ground": {"mask"}, "count": {"tag"}, "weather": {"tag"}}
TYPES = {"lines": "lines:polylines", "things": "things:instances"}
SHIPPED = {"boxes": 10, "seen": 4, "areas": 15, "lines": 10, "pose": 15, "loose": 10, "things": 10, "ground": 4,
           "count": 4, "weather": 5}
NODES = ["nose", "left & right", "<tail>", "nose 2"]


def field(name, cls):
    label = not cls.endswith("Field")
    return {"name": name, "db_field": name, "fields": [], "subfield": None, "description": None, "info": None,
            "ftype": "fiftyone.core.fields." + ("EmbeddedDocumentField" if label else cls),
            "embedded_doc_type": "fiftyone.core.labels." + cls if label else None, "read_only": False}


def make_dataset(folder, samples=5):
    """A dataset without images whose fields are one of each kind."""
    maker, docs = Maker(), []
    for n in range(samples):
        doc = {"_id": {"$oid": "%024x" % (0xabc000 + n)}, "filepath": "data/%d.png" % n, "tags": [],
               "metadata": {"_cls": "ImageMetadata", "width": WIDTH, "height": HEIGHT}}
        for name, (cls, value) in maker.sample(n).items():
            doc[name] = {"_cls": cls, LISTS[cls]: value} if cls in LISTS else value
        docs.append(doc)
    meta = crossing.read_json(os.path.join(testenv.sample("harbor"), "metadata.json"))
    plain = [f for f in meta["sample_fields"] if not (f["embedded_doc_type"] or "").startswith("fiftyone.core.labels.")]
    meta.update(name="kinds", classes={}, sample_fields=plain + [field(k, v[0]) for k, v in maker.sample(0).items()],
                skeletons={"pose": {"labels": NODES, "edges": [[0, 1], [1, 2, 3]]}},
                mask_targets={"ground": {"0": "none", "1": "grass", "2": "sky"}})
    os.makedirs(folder)
    for name, value in (("metadata.json", meta), ("samples.json", {"samples": docs})):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            json.dump(value, f)
    return folder
