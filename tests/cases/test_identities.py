"""Requirements on what a merge takes for the same: copied and lost ids, overlapping jobs, numbers nobody touched."""

import json
import os
import random
import re
import shutil

import crossing
import shapes
import testenv
from shapes import HEIGHT, WIDTH, box, document, id_of, line, npy, points, rows

GOLDEN = os.path.join(testenv.SOURCE, "tests", "cases", "data", "ids_lost.json")
BLOB = rows("0110", "1111", "1111", "0110")
KINDS = {"boxes": ("Detections", "boxes", lambda n: box(n)),
         "areas": ("Polylines", "areas", lambda n: line(n, [(0.1, 0.1), (0.3, 0.1), (0.3, 0.4)], closed=True, filled=True)),
         "tips": ("Keypoints", "tips", lambda n: points(n, (0.25, 0.25), (0.5, 0.5))),
         "things": ("Detections", "things:instances",
                    lambda n: box(n, at=(0.25, 0.25, 4 / WIDTH, 4 / HEIGHT), mask=npy(BLOB)))}


class Small(crossing.CrossingCase):
    """A dataset of one field, made anew for each subtest."""

    def start(self, cls, field, docs, *options, **meta):
        self.clear()
        self.ds = self.path("ds")
        shapes.write_dataset(self.ds, {field.split(":")[0]: cls}, docs, **meta)
        return self.export(self.ds, "--media", "none", *options, fields=[field])

    def back(self, *edits, name="back"):
        shutil.rmtree(self.path(name), ignore_errors=True)
        return self.far_side(edits=list(edits), back=name)

    def labels(self, field, n=0):
        value = crossing.samples_of(self.ds)[n][field]
        return next(value[k] for k in shapes.LISTS.values() if k in value)


def one_each(name, count=2):
    """Documents with one label of a kind each."""
    cls, field, make = KINDS[name]
    return cls, field, [document(n, **{name: {"_cls": cls, shapes.LISTS[cls]: [make(n)]}}) for n in range(count)]


class Copies(Small):
    """R31: a shape pasted three times is four labels, of which one is the old one."""

    def conserved(self, report, came):
        counts = report["counts"]
        taken = sum(counts[b] for b in ("kept", "edited", "added", "refused", "ignored", "conflict"))
        self.assertEqual(taken, came)
        self.assertEqual(counts["labels"], came + counts["deleted"] + counts["absent"])

    def test_R31_pasted_three_times_on_the_same_image(self):
        for kind in KINDS:
            with self.subTest(kind=kind):
                self.start(*one_each(kind))
                paste = [{"op": "copy", "id": id_of(0), "dx": 3 * n + 2, "dy": n} for n in range(3)]
                report = self.merge(self.ds, self.back(*paste), status=1)
                ids = [l["_id"]["$oid"] for l in self.labels(kind)]
                self.assertEqual((ids[0], len(ids), len(set(ids))), (id_of(0), 4, 4))
                self.assertEqual(self.labels(kind)[0], KINDS[kind][2](0))
                self.assertEqual(report["findings"], {"LF2107": 3})
                self.assert_counts(report, kept=2, added=3)
                self.conserved(report, 5)

    def test_R31_pasted_three_times_on_another_image(self):
        for kind in KINDS:
            with self.subTest(kind=kind):
                self.start(*one_each(kind))
                paste = [{"op": "copy", "id": id_of(0), "image": "0.png", "to": "1.png", "dx": 3 * n + 2} for n in range(3)]
                report = self.merge(self.ds, self.back(*paste), status=None)
                self.assertEqual(report["findings"], {"LF2108": 3})
                ids = [l["_id"]["$oid"] for n in (0, 1) for l in self.labels(kind, n)]
                self.assertEqual((ids[:2], len(ids), len(set(ids))), ([id_of(0), id_of(1)], 5, 5))
                self.assert_counts(report, kept=2, added=3)
                self.conserved(report, 5)

    def test_R31_the_order_of_the_file_does_not_matter(self):
        """The copy stands first: still the one that did not move is the old one."""
        self.start(*one_each("boxes"))
        archive, = self.back({"op": "copy", "id": id_of(0), "dx": 8})

        def turned(xml):
            a, b = re.findall(r" *<box .*?</box>\n", xml, re.S)[:2]
            return xml.replace(a + b, b + a)

        self.rewrite(archive, turned)
        self.merge(self.ds, [archive], status=1)
        self.assertEqual(self.labels("boxes")[0], box(0))
        self.assertEqual(self.labels("boxes")[1]["bounding_box"], [0.375, 0.25, 0.5, 0.5])

    def test_R31_copies_merged_again_change_nothing(self):
        self.start(*one_each("boxes"))
        back = self.back({"op": "copy", "id": id_of(0), "dx": 8}, {"op": "copy", "id": id_of(0), "dx": 8})
        self.merge(self.ds, back, status=1)
        self.assertEqual(len(self.labels("boxes")), 3)  # two pasted in one place are two
        before = self.data_of(self.ds)
        self.merge(self.ds, back)
        self.assert_unchanged(self.ds, before)


class LostIds(Small):
    """R22: an id blanked, altered to garbage, the id of another label, and an id of nobody."""

    def test_R22_the_report_is_the_one_that_was_reviewed(self):
        docs = [document(0, boxes={"_cls": "Detections", "detections": [
            box(n, at=(n / 8, 0.25, 0.125, 0.5), confidence=0.5) for n in range(5)]})]
        self.start("Detections", "boxes", docs)
        self.back({"op": "blank_id", "id": id_of(0)}, {"op": "alter_id", "id": id_of(1), "value": "no id"},
                  {"op": "copy_id", "id": id_of(2), "from": id_of(3)}, {"op": "alter_id", "id": id_of(4), "value": "ab" * 12})
        self.labelferry("merge", "r", "back/return_000.zip", "--dataset", "ds", "--in-place", "--report", "report.json",
                        status=1)
        with open(self.path("report.json"), encoding="utf-8") as f:
            report = json.load(f)
        said = json.dumps({k: report[k] for k in ("exit", "counts", "findings", "events")}, indent=1) + "\n"
        if os.environ.get("LF_WRITE_EXPECTED") == "1":
            with open(GOLDEN, "w", encoding="utf-8") as f:
                f.write(said)
        with open(GOLDEN, encoding="utf-8") as f:
            self.assertEqual(said, f.read())
        # The one whose id stayed is as it was; the four others were overwritten, not merged.
        self.assertEqual(self.labels("boxes")[0], box(3, at=(0.375, 0.25, 0.125, 0.5), confidence=0.5))
        self.assertEqual([l.get("confidence") for l in self.labels("boxes")], [0.5] + [None] * 4)


class Jobs(Small):
    """R36, as far as images go: three jobs of a task, with and without images in common."""

    SIZE, COUNT = 50, 150

    def split(self, archive, overlap):
        """The dump of a task as one dump a job."""
        xml, = (d.decode() for d in crossing.dumps_in(archive).values())
        head, *images = re.split(r"(?=  <image )", xml[:xml.index("</annotations>")])
        self.assertEqual(len(images), self.COUNT)
        paths = []
        for n, start in enumerate(range(0, self.COUNT, self.SIZE)):
            path = self.path("job_%d_%d.xml" % (overlap, n))
            mine = images[max(0, start - overlap):start + self.SIZE]
            text = re.sub(r"<(/?)task>", r"<\1job>", head).replace("<id>7</id>", "<id>%d</id>" % (n + 1))
            with open(path, "w", encoding="utf-8") as f:
                f.write(text + "".join(mine) + "</annotations>\n")
            paths.append(path)
        return paths

    def test_R36_overlap_0_and_5_give_the_same_dataset(self):
        docs = [document(n, boxes={"_cls": "Detections", "detections": [box(2 * n), box(2 * n + 1, "dog", (0, 0, .25, .5))]})
                for n in range(self.COUNT)]
        self.start("Detections", "boxes", docs)
        fresh = self.copy(self.ds, "fresh")
        edits = []
        for n in (0, 44, 45, 49, 50, 51, 99, 100, 149):  # in and beside what the jobs have in common
            edits += [{"op": "move", "id": id_of(2 * n), "dx": 2}, {"op": "delete", "id": id_of(2 * n + 1)},
                      {"op": "add", "image": "%d.png" % n, "type": "rectangle", "label": "dog", "points": [50, 20, 60, 28.5]}]
        archive, = self.back(*edits)
        after = []
        for overlap in (0, 5):
            for together in (True, False):
                shutil.rmtree(self.ds)
                shutil.copytree(fresh, self.ds)
                jobs = self.split(archive, overlap)
                for lot in [jobs] if together else [[j] for j in jobs]:
                    self.merge(self.ds, lot, status=None)
                after.append(self.data_of(self.ds))
        shutil.rmtree(self.ds)
        shutil.copytree(fresh, self.ds)
        self.assert_counts(self.merge(self.ds, [archive], status=None), edited=9, deleted=9, added=9, kept=2 * 150 - 18)
        for files in after:
            self.assertEqual(files["samples.json"], self.data_of(self.ds)["samples.json"])


def two(v):
    """A number as CVAT's dump rounds it."""
    return float("%.2f" % v)


class Untouched(Small):
    """R37: what came back as the tool rounds it keeps every bit; an edit that the rounding shows is taken."""

    SLACK = 0.005001

    def random_docs(self, rng, count=60):
        docs = []
        for n in range(count):
            w, h = rng.choice([(641, 479), (1920, 1080), (3, 7), (4000, 3000), (97, 101)])
            at = lambda: [rng.random(), rng.random()]
            fields = {
                "boxes": {"_cls": "Detections", "detections": [
                    box(100 * n + k, at=[*(v * 0.5 for v in at()), *(v * 0.5 for v in at())],
                        rotation=rng.choice([0.0, rng.random() * 359])) for k in range(4)]},
                "lines": {"_cls": "Polylines", "polylines": [line(100 * n + 50, [at() for _ in range(5)])]},
                "tips": {"_cls": "Keypoints", "keypoints": [points(100 * n + 60, *(at() for _ in range(3)))]}}
            docs.append(dict(document(n, **fields), metadata={"_cls": "ImageMetadata", "width": w, "height": h}))
        return docs

    def begin(self, seed):
        self.clear()
        self.ds, self.docs = self.path("ds"), self.random_docs(random.Random(seed))
        shapes.write_dataset(self.ds, {"boxes": "Detections", "lines": "Polylines", "tips": "Keypoints"}, self.docs)
        self.export(self.ds, "--media", "none", fields=["boxes", "lines:polylines", "tips"])

    def test_R37_random_doubles_keep_every_bit(self):
        for seed in range(3):
            self.begin(seed)
            before = self.data_of(self.ds)
            report = self.merge(self.ds, self.back())
            self.assert_counts(report, kept=60 * 6)
            self.assert_unchanged(self.ds, before)

    def test_R37_an_edit_of_a_hundredth_is_seen_but_where_the_rounding_hides_it(self):
        for seed, step in ((7, 0.01), (8, 0.004), (9, 0.006)):
            self.begin(seed)
            edits, seen = [], 0
            for doc in self.docs:
                w = doc["metadata"]["width"]
                for label in doc["boxes"]["detections"] + doc["lines"]["polylines"] + doc["tips"]["keypoints"]:
                    edits.append({"op": "move", "id": label["_id"]["$oid"], "dx": step})
                    x = label.get("bounding_box")
                    xs = [x[0] * w, (x[0] + x[2]) * w] if x else [p[0] * w for r in label["points"] for p in
                                                                  (r if isinstance(r[0], list) else [r])]
                    seen += any(abs(two(v + step) - v) > self.SLACK for v in xs)
            report = self.merge(self.ds, self.back(*edits), status=None)
            with self.subTest(step=step):
                self.assertEqual((report["counts"]["edited"], report["counts"]["kept"]), (seen, 360 - seen))
                self.assertGreater(seen, 350 if step == 0.01 else 100)


class Again(Small):
    """R09 and R49: the same archives give the same bytes and the same ids, and once more changes nothing."""

    ADDED = [{"op": "add", "image": "%d.png" % n, "type": "rectangle", "label": "cat", "points": [30, 2, 36 + k, 9]}
             for n in range(6) for k in range(3)]

    def begin(self, name="ds"):
        shutil.rmtree(self.path(name), ignore_errors=True)
        shutil.copytree(self.path("fresh"), self.path(name))
        self.ds = self.path(name)

    def setUp(self):
        super().setUp()
        cls, field, docs = one_each("boxes", 6)
        self.start(cls, field, docs, "--task-size", "2")
        os.rename(self.ds, self.path("fresh"))
        tasks = ["%d.png" % n for n in range(6)]
        self.archives = self.back(*[dict(e, task=tasks.index(e["image"]) // 2) for e in self.ADDED])

    def ids(self):
        return [l["_id"]["$oid"] for n in range(6) for l in self.labels("boxes", n)]

    def test_R09_the_same_archives_again_change_nothing_and_it_is_said(self):
        self.begin()
        self.merge(self.ds, self.archives)
        before = self.data_of(self.ds)
        report = self.merge(self.ds, self.archives)
        self.assertEqual((report["exit"], report["findings"]), (0, {"LF2011": 3}))
        self.assertTrue(all(a["repeated"] for a in report["archives"]))
        self.assertEqual(report["items"]["changed"], 0)
        self.assert_unchanged(self.ds, before)

    def test_R49_two_merges_give_the_same_ids(self):
        said = []
        for name in ("a", "b"):
            self.begin(name)
            self.merge(self.ds, self.archives)
            said.append(self.data_of(self.ds))
        self.assertEqual(said[0], said[1])

    def test_R49_ids_stay_unique_whatever_is_merged_at_once(self):
        self.begin("whole")
        self.merge(self.ds, self.archives)
        whole = self.ids()
        self.assertEqual((len(whole), len(set(whole))), (24, 24))
        self.begin("parts")
        for archive in self.archives[::-1]:
            self.merge(self.ds, [archive])
        self.assertEqual(self.ids(), whole)


if __name__ == "__main__":
    testenv.unittest.main()
