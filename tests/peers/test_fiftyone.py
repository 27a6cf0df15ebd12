"""The real FiftyOne opens what the project bundles, and sees in it what the files say."""

import glob
import json
import os

import judges
import testenv


def labels_of(document):
    """{field: [label ids]} of one sample or frame document, in order."""
    out = {}
    for field, value in document.items():
        if not isinstance(value, dict) or "_cls" not in value or value["_cls"].endswith("Metadata"):
            continue
        lists = [v for v in value.values() if isinstance(v, list) and v and isinstance(v[0], dict) and "_cls" in v[0]]
        out[field] = [e["_id"]["$oid"] for e in (lists[0] if lists else [value]) if "_id" in e]
    return out


class Samples(testenv.Case):
    def test_bundled_datasets_load(self):
        folders = sorted(os.path.dirname(p) for p in glob.glob(testenv.sample("*/metadata.json")))
        self.assertTrue(folders, "samples/ holds no dataset")
        for folder, seen in zip(folders, judges.load(folders, dump=True)):
            with self.subTest(folder=os.path.basename(folder)):
                self.assertNotIn("error", seen, seen)
                with open(os.path.join(folder, "samples.json"), encoding="utf-8") as f:
                    said = json.load(f)["samples"]
                self.assertEqual(seen["num_samples"], len(said))
                self.assertEqual(seen["media_found"], len(said), "media missing")
                found = {d["_id"]["$oid"]: labels_of(d) for d in seen["samples"]}
                self.assertEqual(found, {d["_id"]["$oid"]: labels_of(d) for d in said})
                self.assertTrue(any(found.values()), "no label in it")

    def test_harbor_is_what_the_guide_says(self):
        seen, = judges.load([testenv.sample("harbor")])
        truth = seen["fields"]["ground_truth"]
        self.assertEqual(truth["by_class"], {"boat": 7, "buoy": 4, "pier": 4})
        self.assertEqual(seen["classes"]["ground_truth"], ["boat", "buoy", "pier"])
        kinds = {n: sorted(k) for n, k in truth["attributes"].items()}
        self.assertEqual(kinds["moored"], ["bool"])
        self.assertEqual(kinds["length_m"], ["float"])
        self.assertEqual(kinds["flag"], ["str"])
        self.assertIn("int", kinds["crew"])
        self.assertEqual(kinds["rotation"], ["float"])
        self.assertEqual(sorted(set(seen["fields"]) & {"ground_truth", "weather", "ships_seen", "notes"}),
                         ["ground_truth", "notes", "ships_seen", "weather"])


class Judge(testenv.Case):
    """The judge itself: it must take what FiftyOne wrote and refuse what FiftyOne would refuse."""

    def test_loads_every_fixture(self):
        root = testenv.shared("fixtures", "fiftyone")
        folders = sorted(os.path.dirname(p) for p in glob.glob(os.path.join(root, "*", "metadata.json")))
        self.assertTrue(folders)
        for folder, seen in zip(folders, judges.load(folders)):
            with self.subTest(folder=os.path.basename(folder)):
                self.assertNotIn("error", seen, seen)

    def test_refuses_an_undeclared_field(self):
        folder = self.copy(testenv.sample("harbor"))
        path = os.path.join(folder, "samples.json")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace('"ships_seen"', '"whales_seen"', 1))
        seen, = judges.load([folder])
        self.assertIn("whales_seen", seen.get("error", ""))
