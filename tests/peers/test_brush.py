"""Brush codes before Label Studio's own encoder and decoder: the same bytes, the same pixels."""

import json
import os
import random

import judges
import mask_lines
import testenv

TOOL = os.path.join(os.path.dirname(testenv.PROGRAM), "tests", "mask_tool")
COUNT = 2000


def wide(rnd):
    """An image whose runs are longer than a block can be: more than 16384 pixels of one kind."""
    width, height, on = rnd.randint(150, 400), rnd.randint(150, 300), rnd.randint(0, 1)
    rows = [[on] * width for _ in range(height)]
    for _ in range(rnd.randint(0, 3)):
        rows[rnd.randrange(height)][rnd.randrange(width)] = 1 - on
    return width, height, rows


class Brush(testenv.Case):
    def ours(self, lines):
        done = testenv.run([TOOL], input="".join(line + "\n" for line in lines), stdin=None)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.split("\n")[:-1]

    def images(self):
        rnd = random.Random(29)
        return [wide(rnd) if n % 100 == 0 else mask_lines.image(rnd, 40) for n in range(COUNT)]

    def test_ours_is_theirs_and_back(self):
        images = self.images()
        masks = [" ".join(map(str, mask_lines.words_of(rows))) for _, _, rows in images]
        theirs = judges.brush_codec(["encode " + json.dumps([[255 * v for v in r] for r in rows]) for _, _, rows in images])
        ours = self.ours(["write brush %d %d %s" % (w, h, m) for (w, h, _), m in zip(images, masks)])
        self.assertEqual(len(theirs), COUNT)
        self.assertEqual(ours, theirs)
        back = self.ours(["read brush 0 0 %d %d %s" % (w, h, code) for (w, h, _), code in zip(images, theirs)])
        self.assertEqual(back, masks)
        pixels = judges.brush_codec(["decode %d %d %s" % (w, h, code) for (w, h, _), code in zip(images, ours)])
        for (_, _, rows), line in zip(images, pixels):
            self.assertEqual(json.loads(line), [255 * v for r in rows for v in r])

    def test_soft_edges(self):
        """Codes of every grey, as their encoder makes them: half and more is inside."""
        rnd = random.Random(30)
        greys, lines, masks = [], [], []
        for _ in range(COUNT // 4):
            width, height, rows = mask_lines.image(rnd, 20)
            grey = [[v * rnd.choice([255, 255, 1, 127, 128, rnd.randrange(256)]) for v in r] for r in rows]
            greys.append("encode " + json.dumps(grey))
            lines.append("read brush 0 0 %d %d " % (width, height))
            masks.append(" ".join(map(str, mask_lines.words_of([[int(v >= 128) for v in r] for r in grey]))))
        codes = judges.brush_codec(greys)
        self.assertEqual(self.ours([line + code for line, code in zip(lines, codes)]), masks)
