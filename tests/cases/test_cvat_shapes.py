"""Shapes that a field of boxes does not hold, also ones that no CVAT has today, never make a label go."""

import re
import zipfile

import testenv

FIRST = "65a000006861726200000004"
SHAPES = ["polygon", "polyline", "points", "mask", "ellipse", "cuboid", "skeleton", "tag", "blob"]


class OtherShapes(testenv.Case):
    def setUp(self):
        super().setUp()
        self.copy(testenv.sample("harbor"))
        self.labelferry("export", "harbor", "--field", "ground_truth", "--run", "r", "-o", "out")
        with zipfile.ZipFile(self.path("out", "FiftyOne_harbor_ground_truth", "annotations.zip")) as z:
            self.xml = z.read("annotations.xml").decode()

    def back(self, shape):
        """The archive with the first label's box turned into an element of this name."""
        boxes = re.findall(r"<box .*?</box>", self.xml, re.S)
        box, = [b for b in boxes if FIRST in b]
        other = "<" + shape + box[len("<box"):-len("</box>")] + "</" + shape + ">"
        with open(self.path(shape + ".xml"), "w", encoding="utf-8") as f:
            f.write(self.xml.replace(box, other))
        return shape + ".xml"

    def test_stop_or_stay(self):
        before = testenv.snapshot(self.path("harbor"))
        for shape in SHAPES:
            with self.subTest(shape):
                back = self.back(shape)
                said = self.labelferry("merge", "r", back, "--dataset", "harbor", "--in-place", status=5).stderr
                self.assertIn("LF2007", said)
                self.assertEqual(testenv.snapshot(self.path("harbor")), before)
                said = self.labelferry("merge", "r", back, "--dataset", "harbor", "-n", "--unexpected", "ignore",
                                       status=1).stderr
                self.assertIn("15 labels = 14 kept", said)
                self.assertIn("1 ignored", said)
