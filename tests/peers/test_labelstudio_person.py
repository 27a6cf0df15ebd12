"""One person at the real editor, with mouse and keyboard: the merge brings home exactly what the hand did."""

import ast
import base64
import json
import os
import zlib

import crossing
import every_kind
from test_labelstudio_crossing import HARBOR, RealCrossing

SIZE = (320, 240)
MASK = {"_id": {"$oid": "65a0000000000000000000ff"}, "_cls": "Detection", "tags": [], "label": "hull",
        "bounding_box": [0.125, 0.625, 0.125, 0.125]}  # 40 x 30 pixels, from 40, 150
CLOSE = 0.005  # of the picture: a mouse stands on whole pixels of the screen


def pixels(label):
    """The pixels of the picture that an instance covers."""
    data = zlib.decompress(base64.b64decode(label["mask"]["$binary"]["base64"]))
    n = int.from_bytes(data[8:10], "little")
    high, wide = ast.literal_eval(data[10:10 + n].decode())["shape"]
    left, top = (round(label["bounding_box"][i] * SIZE[i]) for i in (0, 1))
    return {(left + k % wide, top + k // wide) for k in range(high * wide) if data[10 + n + k]}


class PersonCrossing(RealCrossing):
    def dataset(self, name, run):
        """Harbor, with one mask on the first sample that has three boxes."""
        ds = super().dataset(name, run)
        meta = crossing.read_json(os.path.join(ds, "metadata.json"))
        meta["sample_fields"].append(every_kind.field("hulls", "Detections"))
        docs = crossing.samples_of(ds)
        doc = next(d for d in docs if len(crossing.labels_of(d, "ground_truth")) >= 3)
        self.sample = doc["_id"]["$oid"]
        doc["hulls"] = {"_cls": "Detections", "detections": [{**MASK, "mask": every_kind.npy([[1] * 40] * 30)}]}
        for path, value in (("metadata.json", meta), ("samples.json", {"samples": docs})):
            with open(os.path.join(ds, path), "w", encoding="utf-8") as f:
                json.dump(value, f)
        return ds

    def look(self, ds):
        """Boxes and masks of the sample, and all other samples as they are."""
        docs = {d["_id"]["$oid"]: d for d in crossing.samples_of(ds)}
        doc = docs.pop(self.sample)
        seen = [{l["_id"]["$oid"]: l for l in crossing.labels_of(doc, f)} for f in ("ground_truth", "hulls")]
        return (*seen, docs, {k: v for k, v in doc.items() if k not in ("ground_truth", "hulls")})

    def assert_box(self, label, want):
        for got, wanted in zip(label["bounding_box"], want):
            self.assertAlmostEqual(got, wanted, delta=CLOSE)

    @staticmethod
    def has_room(label):
        """Whether it can be moved by a tenth to the right and half of that up; the editor stops it at the edge."""
        x, y, w, _ = label["bounding_box"]
        return x + w < 0.9 and y > 0.05 and not label.get("rotation")

    def test_what_a_hand_did_comes_home_and_nothing_else(self):
        ds, shipped, project, tasks = self.start(
            HARBOR, "by_hand", fields=["ground_truth", "weather", "ships_seen", "notes", "hulls:instances"])
        boxes, hulls, others, rest = self.look(ds)
        moved, renamed, gone = sorted(boxes, key=lambda k: not self.has_room(boxes[k]))[:3]
        number = next(i for i, t in enumerate(tasks) if t["data"]["fo_sample_id"] == self.sample)
        mine = project.ids[number]
        project.through_editor([t for t in project.ids if t != mine])

        hand = project.server.person
        hand.open(project.id, mine, expected=len(boxes) + len(hulls))
        hand.move(moved, 10, -5)
        self.assertTrue(self.has_room(boxes[moved]))
        other = next(c for c in ("boat", "buoy", "pier") if c != boxes[renamed]["label"])
        hand.relabel(renamed, "ground_truth", other)
        hand.delete(gone)
        drawn = hand.draw("ground_truth", "buoy", [(2, 2), (12, 12)])
        copied = hand.duplicate(moved)
        self.assertNotIn(moved, (drawn, copied))
        hand.paint(MASK["_id"]["$oid"], [(20, 70), (34, 70)])
        hand.submit()

        # Where one is gone and others are new, it is said that one may be the other drawn anew.
        report = self.merge(ds, [self.back(project)], run="by_hand", status=1)
        self.assertEqual(report["counts"], crossing.counts(kept=shipped - 4, edited=3, deleted=1, added=2))
        self.assertEqual([e["code"] for e in report["events"]], ["LF2018", "LF2109", "LF2109"])
        now, masks, still, left = self.look(ds)
        self.assertEqual((still, left), (others, rest))
        self.assertEqual(set(boxes) - set(now), {gone})
        x, y, w, h = boxes[moved]["bounding_box"]
        self.assert_box(now[moved], [x + 0.1, y - 0.05, w, h])
        self.assertEqual({**now[moved], "bounding_box": 0}, {**boxes[moved], "bounding_box": 0})
        self.assertEqual(now[renamed], {**boxes[renamed], "label": other})
        for key in set(boxes) - {moved, renamed, gone}:
            self.assertEqual(now[key], boxes[key])
        new = sorted((now[k] for k in set(now) - set(boxes)), key=lambda l: l["bounding_box"][0])
        self.assertEqual(len(new), 2)
        self.assertEqual(new[0]["label"], "buoy")
        self.assert_box(new[0], [0.02, 0.02, 0.1, 0.1])
        same = ("_id", "tags", "confidence", "index")  # of the label, not of what is seen
        self.assertEqual({k: v for k, v in new[1].items() if k not in same},
                         {k: v for k, v in now[moved].items() if k not in same and v is not None})
        (old,), (mask,) = hulls.values(), masks.values()
        before, after = pixels(old), pixels(mask)
        self.assertTrue(before < after)
        self.assertTrue({(x, 168) for x in range(90, 104)} <= after)
        self.assertEqual({**mask, "mask": 0, "bounding_box": 0}, {**old, "mask": 0, "bounding_box": 0})

        again = self.data_of(ds)
        report = self.merge(ds, [self.back(project)], run="by_hand")
        self.assertEqual(report["items"]["changed"], 0)
        self.assert_unchanged(ds, again)
