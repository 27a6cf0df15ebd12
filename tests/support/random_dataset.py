"""A native dataset of any number of images, from a seed: numbers spelled in many ways, every scalar type."""

import json
import os
import random
import re

CLASSES = ["boat", "buoy", "pier", "Küste", "a & b"]
NOTES = ["", "ok", "needs <work>", "déjà \"vu\"", "a, b", "grün", "zwei  Worte", "\\n", "日本語"]
WIDTHS = [(640, 480), (1920, 1080), (333, 777), (64, 48)]


def oid(n):
    return {"$oid": "%024x" % (0x64F000000000000000000000 + n)}


class Maker:
    """Documents of one dataset; what becomes a number in the file is a text "@0.50@" until the end."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.n = 0

    def id(self):
        self.n += 1
        return oid(self.n)

    def number(self, low, high):
        """A number in one of the spellings that writers of JSON use."""
        v = self.r.uniform(low, high)
        text = self.r.choice([repr(v), "%.3f" % v, "%.2f0" % v, "%.17e" % v, "%.6g" % v])
        return "@%s@" % text

    def attributes(self, label):
        r = self.r
        for name, make in (("note", lambda: r.choice(NOTES) + str(r.randrange(500)) * r.randrange(2)),
                           ("count", lambda: r.randrange(-3, 2000)),
                           ("score", lambda: self.number(0, 100)),
                           ("flag", lambda: r.random() < 0.5)):
            there = r.random()
            if there < 0.8:
                label[name] = make()
            elif there < 0.9:
                label[name] = None

    def box(self):
        r = self.r
        label = {"_id": self.id(), "_cls": "Detection", "attributes": {}, "tags": [], "label": r.choice(CLASSES),
                 "bounding_box": [self.number(0, 0.6), self.number(0, 0.6), self.number(0.1, 0.4), self.number(0.1, 0.4)],
                 "confidence": self.number(0, 1), "index": r.randrange(50)}
        if r.random() < 0.3:
            label["rotation"] = self.number(0, 359)
        self.attributes(label)
        return label

    def tag(self):
        return {"_id": self.id(), "_cls": "Classification", "tags": [], "label": self.r.choice(CLASSES),
                "confidence": self.number(0, 1), "level": self.r.randrange(9)}

    def sample(self, i, boxes):
        w, h = self.r.choice(WIDTHS)
        return {"_id": self.id(), "filepath": "data/%05d.png" % i, "tags": [],
                "metadata": {"_cls": "ImageMetadata", "size_bytes": 1, "mime_type": "image/png", "width": w,
                             "height": h, "num_channels": 3},
                "_media_type": "image", "_rand": self.number(0, 1),
                "boxes": {"_cls": "Detections", "detections": [self.box() for _ in range(boxes)]},
                "scene": self.tag(),
                "themes": {"_cls": "Classifications", "classifications": [self.tag()]},
                "left": {"free": [self.number(0, 9), None, True, "x"]},
                "_dataset_id": oid(0), "created_at": {"$date": "2024-01-11T14:30:00.000Z"},
                "last_modified_at": {"$date": "2024-01-11T14:30:00.000Z"}}


def field(name, cls):
    return {"name": name, "ftype": "fiftyone.core.fields.EmbeddedDocumentField",
            "embedded_doc_type": "fiftyone.core.labels." + cls, "subfield": None, "fields": [], "db_field": name,
            "description": None, "info": None, "read_only": False, "created_at": None}


def make(folder, images, boxes, seed):
    """Writes the dataset (labels only, sizes in the metadata) and gives its documents."""
    m = Maker(seed)
    samples = [m.sample(i, boxes) for i in range(images)]
    os.makedirs(folder)
    text = json.dumps({"samples": samples})
    with open(os.path.join(folder, "samples.json"), "w", encoding="utf-8") as f:
        f.write(re.sub(r'"@([^@"]*)@"', r"\1", text))
    meta = {"_id": oid(0), "name": "random", "version": "1.22.1", "media_type": "image", "classes": {},
            "default_classes": [], "annotation_runs": {},
            "sample_fields": [field("boxes", "Detections"), field("scene", "Classification"),
                              field("themes", "Classifications")]}
    with open(os.path.join(folder, "metadata.json"), "w", encoding="utf-8") as f:
        json.dump(meta, f)
