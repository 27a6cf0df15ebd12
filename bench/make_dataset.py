"""Writes a dataset of boxes as FiftyOne exports it, for the benchmark: metadata.json and samples.json, no media.

usage: make_dataset.py FOLDER IMAGES            a dataset; the same bytes for the same number, everywhere
       make_dataset.py --edit ARCHIVE FILE      an archive of it as annotators might send it back: 3 % of the boxes
                                                moved, 2 % of another class, 1 % deleted, a new one in 5 % of the images

Seven boxes an image on average, a few images without any and a few with many, two attributes a box.
"""

import json
import os
import random
import re
import sys
import zipfile

CLASSES = ["person", "car", "bicycle", "dog", "traffic light", "bench", "boat", "kite"]
COLORS = ["red", "green", "blue", "white"]
SIZES = [(640, 480), (480, 640), (1280, 720), (1920, 1080)]
NEW = b'''    <box label="car" source="manual" occluded="0" xtl="10.00" ytl="12.00" xbr="50.50" ybr="60.25" z_order="0">
      <attribute name="truncated">false</attribute>
      <attribute name="color">red</attribute>
    </box>
'''


def oid(kind, number):
    return {"$oid": "%04x%04x%016x" % (0x6000, kind, number)}


def box(rnd, number, width, height):
    w, h = rnd.uniform(8, width * 0.6), rnd.uniform(8, height * 0.6)
    x, y = rnd.uniform(0, width - w), rnd.uniform(0, height - h)
    w, h, x, y = (round(v, 2) for v in (w, h, x, y))
    return {"_id": oid(2, number), "_cls": "Detection", "attributes": {}, "tags": [],
            "label": rnd.choice(CLASSES), "bounding_box": [x / width, y / height, w / width, h / height],
            "truncated": rnd.random() < 0.2, "color": rnd.choice(COLORS)}


def sample(rnd, number, boxes):
    width, height = rnd.choice(SIZES)
    count = min(60, int(rnd.expovariate(1 / 7.5)))
    return {"_id": oid(1, number), "filepath": "data/%06d.jpg" % number, "tags": [],
            "metadata": {"_cls": "ImageMetadata", "width": width, "height": height, "num_channels": 3},
            "_media_type": "image", "_rand": round(rnd.random(), 9), "_dataset_id": oid(0, 1),
            "ground_truth": {"_cls": "Detections",
                             "detections": [box(rnd, boxes + i, width, height) for i in range(count)]}}


def field(name, ftype, document=None, sub=None):
    return {"name": name, "db_field": name, "ftype": ftype, "embedded_doc_type": document, "subfield": sub}


def make(folder, images):
    core = "fiftyone.core."
    meta = {"_id": oid(0, 1), "version": "1.22.1", "name": "bench", "media_type": "image",
            "sample_fields": [
                field("id", core + "fields.ObjectIdField"), field("filepath", core + "fields.StringField"),
                field("tags", core + "fields.ListField", None, core + "fields.StringField"),
                field("metadata", core + "fields.EmbeddedDocumentField", core + "metadata.ImageMetadata"),
                field("ground_truth", core + "fields.EmbeddedDocumentField", core + "labels.Detections")]}
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "metadata.json"), "w", encoding="utf-8") as out:
        json.dump(meta, out)
    boxes = 0
    with open(os.path.join(folder, "samples.json"), "w", encoding="utf-8") as out:
        out.write('{"samples": [')
        for i in range(images):
            s = sample(random.Random(i), i, boxes)
            boxes += len(s["ground_truth"]["detections"])
            out.write(("," if i else "") + json.dumps(s))
        out.write("]}")
    print("%d images, %d boxes" % (images, boxes))


def edit(archive, target):
    rnd, skip = random.Random(51), False
    with zipfile.ZipFile(archive) as zipped, zipped.open("annotations.xml") as lines, open(target, "wb") as out:
        for line in lines:
            head = line.lstrip()
            if head.startswith(b"<box"):
                what = rnd.random()
                skip = what < 0.01
                if 0.01 <= what < 0.04:
                    line = re.sub(rb'xtl="([^"]+)"', lambda m: b'xtl="%.2f"' % max(0, float(m[1]) - 1.5), line)
                elif 0.04 <= what < 0.06:
                    line = re.sub(rb'label="[^"]+"', b'label="person"', line)
            if not skip:
                out.write(NEW + line if head.startswith(b"</image") and rnd.random() < 0.05 else line)
            skip = skip and not head.startswith(b"</box")


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "--edit":
        edit(sys.argv[2], sys.argv[3])
    elif len(sys.argv) == 3 and sys.argv[2].isdigit():
        make(sys.argv[1], int(sys.argv[2]))
    else:
        sys.exit(__doc__)
