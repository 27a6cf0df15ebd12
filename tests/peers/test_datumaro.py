"""The CVAT checker with the real Datumaro beside it finds in known files what is known of them."""

import glob
import json
import os
import sys

import every_kind
import judges
import testenv

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "cases"))
import test_every_label


class Judge(testenv.Case):
    def test_known_files(self):
        with open(testenv.shared("fixtures", "cvat", "EXPECTED.json"), encoding="utf-8") as f:
            known = json.load(f)
        self.assertTrue(known)
        for name, want in known.items():
            with self.subTest(file=name):
                got = judges.check_cvat(testenv.shared("fixtures", "cvat", *name.split("/")), "--summary", datumaro=True)
                self.assertEqual(got["exit"], want["exit"], got["errors"])
                self.assertEqual(got["messages_by_kind"].get("errors", {}), want["errors"])
                self.assertEqual([{"ok": d["ok"], "counts": d["counts"]} for d in got.get("datumaro", [])],
                                 want.get("datumaro", []))
                if "counts" in want:
                    self.assertEqual(got["documents"][0]["counts"], want["counts"])


class Shipped(testenv.Case):
    def assert_reads(self, folder, kinds=None):
        """A task's archive is taken, and Datumaro counts in it what the checker counts."""
        got = judges.check_cvat(os.path.join(folder, "annotations.zip"), "--labels", os.path.join(folder, "labels.json"),
                                datumaro=True)
        self.assertTrue(got["ok"], got["errors"])
        self.assertEqual([d["ok"] for d in got["datumaro"]], [True])
        self.assertGreater(sum(got["datumaro"][0]["counts"].values()), 0)

    def test_archives_of_every_field_of_the_fixtures(self):
        for name in ("images_full", "images_legacy", "groups"):
            fields, _ = test_every_label.all_fields(testenv.shared("fixtures", "fiftyone", name))
            dataset = self.copy(testenv.shared("fixtures", "fiftyone", name), name)
            self.labelferry("export", dataset, "--run", "r", "-o", "out-" + name,
                            *(a for field in fields for a in ("--field", field)), status=None)
            tasks = sorted(glob.glob(self.path("out-" + name, "*", "annotations.zip")))
            self.assertEqual(len(tasks), len(fields))
            for task in tasks:
                with self.subTest(fixture=name, task=task):
                    self.assert_reads(os.path.dirname(task))

    def test_archives_of_every_kind(self):
        every_kind.make_dataset(self.path("ds"))
        fields = [a for name in every_kind.KINDS for a in ("--field", every_kind.TYPES.get(name, name))]
        self.labelferry("export", "ds", "--run", "r", "-o", "out", "--media", "none", *fields)
        for name in every_kind.KINDS:
            with self.subTest(name):
                self.assert_reads(self.path("out", "FiftyOne_kinds_" + name))
