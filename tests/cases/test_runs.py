"""What is kept of runs: labelferry runs."""

import json
import os

import testenv
from crossing import CrossingCase


class List(CrossingCase):
    def setUp(self):
        super().setUp()
        self.ds = self.copy(testenv.sample("harbor"))

    def runs(self, *args, status=0, dataset=None):
        return self.labelferry("runs", *args, "--dataset", dataset or self.ds, status=status).stdout

    def test_no_run(self):
        self.assertEqual(self.runs("list"), "")
        self.assertEqual(json.loads(self.runs("list", "--json")), {"runs": []})

    def test_ours(self):
        self.export(self.ds, fields=["ground_truth", "weather"], run="second")
        self.export(self.ds, "--task-size", "2", fields=["ground_truth"], run="first", out="out2")
        self.assertEqual(self.runs("list"),
                         "first: cvat, ground_truth; 6 items, 3 tasks, 0 archives merged\n"
                         "second: cvat, ground_truth weather; 6 items, 2 tasks, 0 archives merged\n")
        said = json.loads(self.runs("list", "--json"))["runs"]
        self.assertEqual([(r["key"], r["by"], r["tool"], r["fields"], r["items"], r["tasks"], r["merged"])
                          for r in said],
                         [("first", "labelferry", "cvat", ["ground_truth"], 6, 3, 0),
                          ("second", "labelferry", "cvat", ["ground_truth", "weather"], 6, 2, 0)])

    def test_of_fiftyone(self):
        folder = testenv.shared("fixtures", "fiftyone", "images_cvat_run")
        self.assertEqual(self.runs("list", dataset=folder), "anno_run: cvat, ground_truth; recorded by FiftyOne 1.22.1\n")
        said, = json.loads(self.runs("list", "--json", dataset=folder))["runs"]
        self.assertEqual(said, {"key": "anno_run", "by": "fiftyone", "tool": "cvat", "version": "1.22.1",
                                "fields": ["ground_truth"]})

    def test_damaged_ones_are_listed_with_their_code(self):
        self.export(self.ds, fields=["ground_truth"], run="good")
        for name, text in (("bad", "{"), ("worse", '{"labelferry": 99}')):
            os.mkdir(os.path.join(self.ds, "annotations", name))
            with open(os.path.join(self.ds, "annotations", name, "run.json"), "w", encoding="utf-8") as f:
                f.write(text)
        lines = self.runs("list", status=1).splitlines()
        self.assertEqual([line.split(":")[0] for line in lines], ["bad", "good", "worse"])
        self.assertIn("LF3061", lines[0])
        self.assertIn("LF3062", lines[2])
        codes = [r.get("error", {}).get("code") for r in json.loads(self.runs("list", "--json", status=1))["runs"]]
        self.assertEqual(codes, ["LF3061", None, "LF3062"])

    def test_a_folder_moved_by_hand_is_told(self):
        self.export(self.ds, fields=["ground_truth"], run="r")
        os.rename(os.path.join(self.ds, "annotations", "r"), os.path.join(self.ds, "annotations", "s"))
        self.assertIn('it is run "r"', self.runs("list", status=1))

    def test_kept_elsewhere(self):
        self.export(self.ds, "--runs-dir", self.path("kept"), fields=["ground_truth"], run="r")
        self.assertEqual(self.runs("list"), "")
        want = "r: cvat, ground_truth; 6 items, 1 task, 0 archives merged\n"
        self.assertEqual(self.runs("list", "--runs-dir", self.path("kept")), want)
        self.assertEqual(self.labelferry("runs", "list", "--runs-dir", self.path("kept")).stdout, want)

    def test_wrong_words(self):
        for args in ([], ["lits"], ["list", "r"], ["list", "--jsn"]):
            with self.subTest(args=args):
                done = self.labelferry("runs", *args, status=2)
                self.assertIn("LF1001", done.stderr)
                self.assertEqual(done.stdout, "")
        self.assertIn("did you mean list?", self.labelferry("runs", "lits", status=2).stderr)
        self.assertIn("LF5001", self.labelferry("runs", "list", "--dataset", "nowhere", status=7).stderr)
