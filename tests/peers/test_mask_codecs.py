"""Masks as the reference codecs write and read them, and as FiftyOne fills and traces them."""

import collections
import os
import random

import judges
import mask_lines
import testenv

TOOL = os.path.join(os.path.dirname(testenv.PROGRAM), "tests", "mask_tool")


class Masks(testenv.Case):
    def ours(self, lines):
        done = testenv.run([TOOL], input="".join(line + "\n" for line in lines), stdin=None)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.split("\n")[:-1]

    def answers(self, judge, lines):
        """Pairs of our answer and the judge's, a line each."""
        theirs = judge(lines)
        ours = self.ours(lines)
        self.assertEqual([len(ours), len(theirs)], [len(lines)] * 2)
        return zip(lines, ours, theirs)

    def test_codecs(self):
        rnd = random.Random(1)
        lines, masks = [], []
        for n in range(10000):
            width, height, rows = mask_lines.image(rnd, 40)
            words = mask_lines.words_of(rows)
            mask = " ".join(map(str, words))
            if len(words) > 4:  # no box is written of nothing
                lines.append("write boxed %d %d %s" % (width, height, mask))
                masks.append((words[:4], mask))
            for form in ("counts", "packed"):
                lines.append("write %s %d %d %s" % (form, width, height, mask))
                masks.append(((0, 0, width, height), mask))
        back = []
        for line, ours, theirs in self.answers(judges.mask_codecs, lines):
            self.assertEqual(ours, theirs, line)
            back.append("read %s %d %d %d %d %s" % (line.split(" ")[1], *masks[len(back)][0], ours))
        for (line, ours, theirs), (_, mask) in zip(self.answers(judges.mask_codecs, back), masks):
            self.assertEqual([ours, theirs], [mask, mask], line)

    def test_loose_boxes(self):
        rnd = random.Random(2)
        lines = []
        for n in range(2000):
            width, height, rows = mask_lines.image(rnd, 30)
            runs, colour = [0], 0
            for pixel in (p for row in rows for p in row):
                if pixel != colour or rnd.random() < 0.02:
                    runs += [0] if pixel != colour else [0, 0]
                    colour = pixel
                runs[-1] += 1
            lines.append("read boxed %d %d %d %d %s" % (rnd.randint(0, 9), rnd.randint(0, 9), width, height,
                                                        rnd.choice([",", ", "]).join(map(str, runs))))
        for line, ours, theirs in self.answers(judges.mask_codecs, lines):
            self.assertEqual(ours, theirs, line)

    def test_fills(self):
        for what, seed in (("fill", 3), ("instance", 4)):
            rnd = random.Random(seed)
            lines = ["%s %s" % (what, mask_lines.polygon(rnd, 200)) for _ in range(2500)]
            same = collections.Counter()
            for line, ours, theirs in self.answers(judges.fiftyone_masks, lines):
                if what == "instance" and theirs.startswith("error: "):  # as the header says
                    theirs = self.ours(["fill" + line[len(what):]])[0]
                    same["not made"] += 1
                self.assertEqual(ours, theirs, line)
                same[ours != "0 0 0 0"] += 1
            self.assertGreater(same[True], 1500, same)
            self.assertGreater(same[False], 50, same)

    def test_traces(self):
        rnd = random.Random(5)
        lines = [mask_lines.trace(rnd, 60) for _ in range(2500)]
        rings = 0
        for line, ours, theirs in self.answers(judges.fiftyone_masks, lines):
            ours, theirs = ours.split(), theirs.split()
            self.assertEqual(len(ours), len(theirs), line)
            for a, b in zip(ours, theirs):
                if a == "/" or b == "/":
                    self.assertEqual(a, b, line)
                else:
                    self.assertAlmostEqual(float(a), float(b), delta=1e-9, msg=line)
            rings += theirs.count("/")
        self.assertGreater(rings, 2500)
