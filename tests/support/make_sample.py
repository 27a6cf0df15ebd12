"""Writes samples/harbor by the real FiftyOne: six drawn pictures of a harbor and their labels.

Run by hand, in the environment that sh tests/peers/install.sh makes, with a Mongo server of
mongo_server.sh:

  FIFTYONE_DATABASE_URI=mongodb://127.0.0.1:PORT "$LF_FIFTYONE_PYTHON" tests/support/make_sample.py

Ids and dates are made up, so that the same FiftyOne writes the same bytes.
"""

import itertools
import math
import os
import re
import shutil
import sys
import tempfile

if os.environ.get("PYTHONHASHSEED") != "0":  # FiftyOne lists new fields in the order of a set
    os.environ["PYTHONHASHSEED"] = "0"
    os.execv(sys.executable, [sys.executable, *sys.argv])
os.environ.setdefault("FIFTYONE_DATABASE_VALIDATION", "false")
os.environ.setdefault("FIFTYONE_DO_NOT_TRACK", "true")
os.environ.setdefault("FIFTYONE_SHOW_PROGRESS_BARS", "false")
os.environ.setdefault("FIFTYONE_LOGGING_LEVEL", "ERROR")
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import mongo_pipeline

mongo_pipeline.install()

import bson
from PIL import Image, ImageDraw

_made = [0]


def _next_id(self):
    _made[0] += 1
    self._ObjectId__id = (0x65A00000).to_bytes(4, "big") + b"harbor"[:4] + _made[0].to_bytes(4, "big")


bson.objectid.ObjectId._ObjectId__generate = _next_id

import fiftyone as fo
import fiftyone.types as fot

OUT = os.path.join(os.path.dirname(os.path.dirname(HERE)), "samples", "harbor")
DATE = "2024-01-11T14:30:00.000Z"
W, H = 320, 240
WATER, WAVE, HULL, CABIN, STONE, RED, YELLOW = "#2e6f8e", "#3f83a3", "#7a3b1e", "#efe6d2", "#8b8b86", "#c8201f", "#e8c21a"


def boat(x, y, w, h, turn=0.0, **attributes):
    return ("boat", x, y, w, h, turn, attributes)


def buoy(x, y, **attributes):
    return ("buoy", x, y, 12, 16, 0.0, attributes)


def pier(x, y, w, h, **attributes):
    return ("pier", x, y, w, h, 0.0, attributes)


# Name, weather, ships seen, what is in the picture, boxes in pixels. The numbers are
# those of a person's mouse and of a model: halves, thirds and long fractions.
PICTURES = [
    ("north-01.png", ("clear", 0.97), 2, [
        pier(0, 180, 320, 36),
        boat(40, 96.5, 92, 61.25, moored=True, length_m=12.4, flag="NO", crew=3, confidence=0.91, index=1, tags=["checked"]),
        boat(196.3333333, 110, 70, 44, moored=False, length_m=8.0, flag="DE", crew=1, confidence=0.8734512, index=2),
    ]),
    ("north-02.png", ("clear", None), 3, [
        boat(18, 60, 120, 80, moored=False, length_m=21.75, flag="GB", crew=7, index=1),
        boat(150, 40, 64, 40, moored=False, length_m=7.25, flag="", crew=0, confidence=0.5, index=2),
        boat(232, 130.75, 66.5, 48, moored=True, length_m=9.1, flag="NL", crew=2, tags=["far", "checked"]),
        buoy(140, 168), buoy(280, 60, confidence=0.42),
    ]),
    ("K\u00fcste S\u00fcd 03.png", ("fog", 0.61), 1, [
        boat(92, 88, 130, 62, 12.5, moored=False, length_m=15.0, flag="FR", crew=4, confidence=0.7),
        buoy(30, 150, tags=["drifting"]),
    ]),
    ("empty-04.png", None, None, []),
    ("mole-05.png", ("rain", 0.88), 0, [
        pier(0, 0, 84, 240), pier(84, 150.5, 190, 30, confidence=1.0), buoy(286, 158),
    ]),
    ("mole-06.png", ("rain", 0.9), 1, [
        pier(236, 0, 84, 240),
        boat(-14, 100, 88, 52, moored=True, length_m=11.3, flag="NO", crew=None, confidence=0.66, index=3),
    ]),
]
NOTES = {"north-01.png": [("current", [[(0.1, 0.3), (0.45, 0.35), (0.8, 0.31)]], False, False)],
         "mole-05.png": [("keep out", [[(0.3, 0.1), (0.9, 0.1), (0.9, 0.5), (0.3, 0.45)]], True, True)]}


def draw(folder, name, things):
    picture = Image.new("RGB", (W, H), WATER)
    d = ImageDraw.Draw(picture)
    for y in range(12, H, 24):
        for x in range(y % 48, W, 64):
            d.line([x, y, x + 18, y], fill=WAVE, width=2)
    for label, x, y, w, h, turn, _ in things:
        def at(u, v):
            cx, cy, t = x + w / 2, y + h / 2, math.radians(turn)
            dx, dy = (u - 0.5) * w, (v - 0.5) * h
            return cx + dx * math.cos(t) - dy * math.sin(t), cy + dx * math.sin(t) + dy * math.cos(t)

        if label == "pier":
            d.rectangle([x, y, x + w - 1, y + h - 1], fill=STONE)
        elif label == "buoy":
            d.ellipse([x, y + 4, x + w - 1, y + h - 1], fill=RED)
            d.rectangle([x + 4, y, x + 7, y + 6], fill=YELLOW)
        else:
            d.polygon([at(0, 0.55), at(1, 0.55), at(0.85, 1), at(0.12, 1)], fill=HULL)
            d.polygon([at(0.3, 0.2), at(0.7, 0.2), at(0.7, 0.55), at(0.3, 0.55)], fill=CABIN)
            d.line([at(0.5, 0), at(0.5, 0.2)], fill=CABIN, width=2)
    path = os.path.join(folder, name)
    picture.save(path, optimize=True)
    return path


def detection(label, x, y, w, h, turn, attributes):
    own = dict(attributes)
    declared = {k: own.pop(k) for k in ("confidence", "index", "tags") if k in own}
    if turn:
        own["rotation"] = turn
    return fo.Detection(label=label, bounding_box=[x / W, y / H, w / W, h / H], **declared, **own)


def main():
    pictures = tempfile.mkdtemp()
    if fo.dataset_exists("harbor"):
        fo.delete_dataset("harbor")
    ds = fo.Dataset("harbor")
    ds.description = "Six drawn pictures of a harbor, to try Labelferry on"
    ds.classes = {"ground_truth": ["boat", "buoy", "pier"], "weather": ["clear", "fog", "rain"]}
    for name, weather, ships, things in PICTURES:
        s = fo.Sample(filepath=draw(pictures, name, things), tags=["north"] if name.startswith("north") else [])
        s.compute_metadata()
        if things:
            s["ground_truth"] = fo.Detections(detections=[detection(*t) for t in things])
        if weather:
            s["weather"] = fo.Classification(label=weather[0], confidence=weather[1])
        if ships is not None:
            s["ships_seen"] = ships
        if name in NOTES:
            s["notes"] = fo.Polylines(polylines=[
                fo.Polyline(label=label, points=points, closed=closed, filled=filled)
                for label, points, closed, filled in NOTES[name]])
        ds.add_sample(s)
    ds.add_dynamic_sample_fields()
    shutil.rmtree(OUT, ignore_errors=True)
    ds.export(export_dir=OUT, dataset_type=fot.FiftyOneDataset)
    fo.delete_dataset("harbor")
    shutil.rmtree(pictures)
    for folder, _, _ in os.walk(os.path.join(OUT, "fields"), topdown=False):
        os.rmdir(folder)  # made for masks on disk; there are none, and git keeps no empty folder
    place = itertools.count(1)
    for name in ("metadata.json", "samples.json"):
        path = os.path.join(OUT, name)
        with open(path, encoding="utf-8", newline="") as f:
            text = f.read()
        text = re.sub(r'(\{"\$date": ")20\d\d-[^"]*Z', r"\g<1>" + DATE, text)
        text = re.sub(r'("_rand": )[0-9.e-]+', lambda m: m.group(1) + "0.%d" % (1543 * next(place)), text)
        with open(path, "w", encoding="utf-8", newline="") as f:
            f.write(text)


if __name__ == "__main__":
    main()
