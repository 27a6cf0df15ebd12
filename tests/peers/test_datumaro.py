"""The CVAT checker with the real Datumaro beside it finds in known files what is known of them."""

import json
import os

import every_kind
import judges
import testenv


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
    def test_archives_of_every_kind(self):
        every_kind.make_dataset(self.path("ds"))
        fields = [a for name in every_kind.KINDS for a in ("--field", every_kind.TYPES.get(name, name))]
        self.labelferry("export", "ds", "--run", "r", "-o", "out", "--media", "none", *fields)
        for name in every_kind.KINDS:
            with self.subTest(name):
                folder = self.path("out", "FiftyOne_kinds_" + name)
                got = judges.check_cvat(os.path.join(folder, "annotations.zip"), "--labels",
                                        os.path.join(folder, "labels.json"), datumaro=True)
                self.assertTrue(got["ok"], got["errors"])
                self.assertEqual([d["ok"] for d in got["datumaro"]], [True])
