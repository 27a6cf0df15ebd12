"""What comes back from Label Studio: every form of export is read, what counts is taken, what is damaged is told with its place."""

import glob
import json
import os

import testenv

KINDS = {"rectangle": "box", "ellipse": "ellipse", "polygon": "polygon", "vector": "polyline", "keypoint": "points",
         "brush": "mask", "bitmask": "mask"}
SHAPES = {**KINDS, **{k + "labels": v for k, v in KINDS.items()}}
WORDS = {"choices": "tag", "taxonomy": "tag", "textarea": "scalar", "number": "scalar", "rating": "scalar",
         "datetime": "scalar"}
KEYS = {"choices": "tag", "taxonomy": "tag", "text": "scalar", "number": "scalar", "rating": "scalar", "datetime": "scalar"}
PLACES = {"x", "points", "vertices", "rle", "imageDataURL", "start", "sequence"}


def read(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def add(counts, kind):
    counts[kind] = counts.get(kind, 0) + 1


def count_results(results, counts):
    """Regions and answers by kind; answers that share their id with a region are attributes."""
    shapes = [r for r in results if r["type"] != "relation" and r["type"] not in WORDS and r["type"] != "labels"]
    ids = {r["id"] for r in shapes if r.get("id")}
    for r in shapes:
        add(counts, SHAPES.get(r["type"], "shape"))
    attributes = 0
    for r in results:
        if r["type"] in WORDS:
            if r.get("id") in ids:
                attributes += 1
            else:
                add(counts, WORDS[r["type"]])
    return attributes


def who(annotation):
    by = annotation.get("completed_by")
    return by["email"] if isinstance(by, dict) else by


def count_tasks(tasks):
    """What info should say, counted another way: of each annotator the last annotation of a task that is no skip."""
    counts, items, attributes = {}, 0, 0
    for task in tasks if isinstance(tasks, list) else [tasks]:
        last = {}
        for a in task.get("annotations") or []:
            if not a.get("was_cancelled"):
                key = (a.get("updated_at") or "", a.get("id") if isinstance(a.get("id"), int) else -1)
                if who(a) not in last or key > last[who(a)][0]:
                    last[who(a)] = (key, a)
        for _, a in last.values():
            items += 1
            attributes += count_results(a["result"], counts)
    return {"items": items, "attributes": attributes, "kinds": counts}


def count_flat(records):
    """The same for JSON_MIN, where a value with a place and an answer is an attribute."""
    counts, attributes = {}, 0
    for record in records:
        for key, value in record.items():
            if key.startswith("fo_"):
                continue
            for v in value if isinstance(value, list) else [value]:
                if not isinstance(v, dict):
                    continue
                kinds = [SHAPES[k] for k in v if k in SHAPES] or ["shape"] * bool({"sequence", "timelinelabels"} & set(v))
                answers = [KEYS[k] for k in v if k in KEYS]
                if answers and PLACES & set(v):
                    attributes += 1
                elif answers or kinds:
                    add(counts, (answers or kinds)[0])
    return {"items": len(records), "attributes": attributes, "kinds": counts}


class RecordedExports(testenv.Case):
    """R16: each export of a real server is read whole, whatever its controls were called."""

    def recorded(self, *pattern):
        return sorted(glob.glob(os.path.join(testenv.shared("fixtures", "labelstudio"), *pattern)))

    def info(self, path):
        done = testenv.run([testenv.PROGRAM, "info", "--json", path])
        self.assertEqual((done.returncode, done.stderr), (0, ""), path)
        return json.loads(done.stdout)

    def check(self, paths, count):
        self.assertTrue(paths)
        for path in paths:
            with self.subTest(path):
                said = self.info(path)
                self.assertEqual(said["format"], "labelstudio")
                self.assertEqual({k: said[k] for k in ("items", "attributes", "kinds")}, count(read(path)))

    def test_every_recorded_export_counts(self):
        paths = [p for name in ("export_untouched", "export_edited", "snapshot_edited", "tasks")
                 for p in self.recorded("*", name + ".json")]
        self.assertGreater(len(paths), 50)
        self.check(paths, count_tasks)

    def test_every_flat_export_counts(self):
        self.check(self.recorded("*", "*_min.json"), count_flat)

    def test_public_exports_count(self):
        self.check(self.recorded("public", "*.json"), count_tasks)
