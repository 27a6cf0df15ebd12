"""Shapes that a field of boxes does not hold, also ones that no CVAT has today, never make a label go."""

import re
import zipfile

import testenv

FIRST = "65a000006861726200000004"
CUBOID = " ".join('%s%s%d="%d"' % (a, c, f, 10 * f) for f in (1, 2) for c in ("tl", "bl", "tr", "br") for a in "xy")
SHAPES = {"polygon": 'points="1,1;9,1;9,9"', "polyline": 'points="1,1;9,1"', "points": 'points="1,1"',
          "mask": 'rle="0, 4" left="1" top="1" width="2" height="2"', "ellipse": 'cx="9" cy="9" rx="4" ry="3"',
          "cuboid": CUBOID, "skeleton": "", "tag": "", "blob": 'd="M 1 1"'}


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
        head = re.match(r'<box( label="[^"]*")', box).group(1)
        other = "<%s%s %s%s</%s>" % (shape, head, SHAPES[shape], box[box.index(">"):-len("</box>")], shape)
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
