"""The CVAT checker with the real Datumaro beside it finds in known files what is known of them."""

import json

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
