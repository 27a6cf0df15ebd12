"""R30: any number of archives of one run, in any order, give the same bytes; any of them again changes nothing."""

import itertools
import json
import os
import re
import shutil

import crossing
import far_side_cvat
import shapes
import testenv
from shapes import HEIGHT, WIDTH, box, document, id_of, npy, png, rows

BLOB = rows("0110", "1111", "1111", "0110")
FIELDS = {"boxes": "Detections", "things": "Detections"}
SCHEMA = {"boxes": {"type": "detections", "classes": ["cat", "dog", "whale"], "attributes": {"note": {"type": "text"}}},
          "things": {"type": "instances", "classes": ["cat", "dog"]},
          "extra": {"type": "detections", "classes": ["hat", "scarf"]}}
IMAGES = 6


def documents():
    """Two boxes and two instances an image; every other mask lies on disk."""
    docs = []
    for n in range(IMAGES):
        at = (0.25, 0.25, 4 / WIDTH, 4 / HEIGHT)
        mask = {"mask_path": "fields/things/%d.png" % n} if n % 2 else {"mask": npy(BLOB, "|b1")}
        docs.append(document(n, boxes={"_cls": "Detections", "detections": [
            box(10 * n, note="a"), box(10 * n + 1, "dog", (0.0, 0.0, 0.125, 0.125), confidence=0.25)]},
            things={"_cls": "Detections", "detections": [
                box(10 * n + 2, at=at, **mask), box(10 * n + 3, "dog", (0.5, 0.5, 4 / WIDTH, 4 / HEIGHT), mask=npy(BLOB))]}))
    return docs


def label(image, k):
    return {"id": id_of(10 * image + k)}


def add(image, name, x, **more):
    return {"op": "add", "image": "%d.png" % image, "type": "rectangle", "label": name, "points": [x, 2, x + 6, 9.5], **more}


class Archives(crossing.CrossingCase):
    """A run of three fields in two pieces; `state` makes what CVAT would give back of some of its tasks."""

    layout = "one file"

    def setUp(self):
        super().setUp()
        files = {"fields/things/%d.png" % n: png([[255 * v for v in r] for r in BLOB]) for n in range(1, IMAGES, 2)}
        docs = documents()
        shapes.write_dataset(self.path("fresh"), FIELDS, docs, files)
        if self.layout == "a file each":
            testenv.into_files(self.path("fresh"), docs)
        with open(self.path("schema.json"), "w", encoding="utf-8") as f:
            json.dump(SCHEMA, f)
        said = self.export(self.path("fresh"), "--schema", "schema.json", "--media", "none", "--task-size", "3")
        self.assertEqual((said["tasks"], said["shipped"]), (6, 4 * IMAGES))
        self.names = sorted(n for n in os.listdir(self.path("out")) if n.startswith("FiftyOne_"))
        os.mkdir(self.path("back"))

    def state(self, name, tasks, edits, day=None, change=lambda xml: xml):
        """The archive `name` of these tasks after these edits; `day` dates it."""
        lot = [t for t in far_side_cvat.load_archive(self.path("out")) if any(t.name.endswith(x) for x in tasks)]
        self.assertTrue(lot)
        far_side_cvat.apply_edits(lot, edits)
        paths = far_side_cvat.dump_all(lot, self.path("back", "parts"))
        docs = {}
        for n, (task, path) in enumerate(zip(lot, paths)):
            xml, = crossing.dumps_in(path).values()
            xml = xml.decode().replace("<id>7</id>", "<id>%d</id>" % (10 + self.names.index(task.name)))
            if day:
                xml = re.sub(r"<updated>[^<]*<", "<updated>2024-03-%02d 10:00:00.000000+00:00<" % day, xml)
            docs["%d/annotations.xml" % n] = change(xml).encode()
        shutil.rmtree(self.path("back", "parts"))
        with open(self.path("back", name + ".zip"), "wb") as f:
            f.write(crossing.zipped(docs))
        return self.path("back", name + ".zip")

    def merged(self, orders):
        """{order: every file of the dataset and of the run's record} after merges of those archives from a fresh one."""
        seen = {}
        for n, order in enumerate(orders):
            ds = self.copy(self.path("fresh"), "ds%d" % n)
            for archives in order:
                done = self.labelferry("merge", "r", *archives, "--dataset", ds, "--in-place", status=None)
                self.assertIn(done.returncode, (0, 1), done.stderr)
            seen[order] = testenv.snapshot(ds)
            shutil.rmtree(ds)
        return seen

    def assert_equal(self, seen):
        first = next(iter(seen))
        for order, files in seen.items():
            for name in sorted(set(files) | set(seen[first])):
                self.assertEqual(files.get(name), seen[first].get(name), "%s after %s" % (name, order))
        return seen[first]

    def assert_nothing_again(self, archives, *options):
        """Each of them again, alone and together: no byte changes, and it is told."""
        ds = self.path("ds")
        self.labelferry("merge", "r", *archives, "--dataset", ds, "--in-place", status=None)
        before = self.data_of(ds)
        for again in [[a] for a in archives] + [archives, archives[::-1]]:
            report = self.merge(ds, again, *options, status=None)
            self.assertIn(report["exit"], (0, 1), report)
            self.assertEqual(report["items"]["changed"], 0, again)
            self.assertEqual(report["findings"].keys(), {"LF2011"})
            self.assertTrue(all(a["repeated"] for a in report["archives"]))
            self.assert_unchanged(ds, before)


class Overlapping(Archives):
    """Monday's and Tuesday's state of one task, a job of the same images, and everything else."""

    def four(self):
        monday = [dict(label(0, 0), op="move", dx=4), dict(label(1, 1), op="delete"), add(1, "dog", 30)]
        tuesday = monday + [dict(label(1, 0), op="relabel", label="dog"), add(2, "cat", 20)]
        job = [dict(label(2, 0), op="delete"), dict(label(1, 0), op="attribute", name="note", value="b"),
               dict(label(2, 1), op="move", dx=3, dy=2), add(2, "whale", 40, attributes={"note": "big"}),
               {"op": "remove_image", "image": "0.png"}]
        rest = [dict(label(3, 0), op="move", dx=-2), dict(label(0, 2), op="mask", flip=[[16, 8], [17, 12]]),
                dict(label(1, 2), op="mask", set=[[20, 9], [21, 9]]), dict(label(5, 3), op="delete"),
                dict(label(5, 2), op="relabel", label="dog"),
                {"op": "add", "image": "4.png", "task": 2, "type": "mask", "label": "cat", "pixels": [[40, 4], [41, 4]]}]
        hats = [add(n, "hat", 10 + n, task=4 + n // 3) for n in (0, 5)]
        return [self.state("monday", ["boxes_001"], monday, 4),
                self.state("tuesday", ["boxes_001"], tuesday, 5),
                self.state("job", ["boxes_001"], job, change=self.other_classes),
                self.state("rest", ["boxes_002", "things_001", "things_002", "extra_001", "extra_002"],
                           self.placed(rest + hats))]

    def placed(self, edits):
        """Images and tasks of edits by name, where several tasks hold an image."""
        tasks = ["boxes_002", "things_001", "things_002", "extra_001", "extra_002"]
        names = [t.name for t in far_side_cvat.load_archive(self.path("out")) if any(t.name.endswith(x) for x in tasks)]
        number = {x: next(i for i, n in enumerate(names) if n.endswith(x)) for x in tasks}
        for e in edits:
            if "task" in e:
                e["task"] = number["things_002" if e["type"] == "mask" else
                                   "extra_00%d" % (1 if e["image"] < "3" else 2)]
        return edits

    @staticmethod
    def other_classes(xml):
        """A job's dump that lists the classes the other way round, with one that the run does not have."""
        kinds = re.findall(r" *<label>\n.*?</label>\n", xml, re.S)
        turned = "".join(kinds[::-1])
        turned += kinds[0].replace("<name>cat</name>", "<name>narwhal</name>")
        xml = xml.replace("".join(kinds), turned)
        assert "narwhal" in xml
        xml = re.sub(r"/api/jobs/\d+<", "/api/jobs/77<", xml)  # a job of its own, not one of the task's
        return re.sub(r"<(/?)task>", r"<\1job>", xml)

    def test_R30_every_order_of_four_in_one_merge(self):
        four = self.four()
        files = self.assert_equal(self.merged([(order,) for order in itertools.permutations(four)]))
        said = json.loads(files["metadata.json"])
        self.assertIn("extra", [f["name"] for f in said["sample_fields"]])
        self.assertNotEqual(files, testenv.snapshot(self.path("fresh")))

    def test_R30_what_they_say_together(self):
        """Each one's edits are there: what one file does not know of, it does not undo."""
        self.copy(self.path("fresh"), "ds")
        report = self.merge(self.path("ds"), self.four(), status=1)
        docs = {d["filepath"]: d for d in crossing.samples_of(self.path("ds"))}
        boxes = [docs["data/%d.png" % n]["boxes"]["detections"] for n in range(IMAGES)]
        self.assertEqual(boxes[0][0]["bounding_box"], [0.3125, 0.25, 0.5, 0.5])
        self.assertEqual([(b["label"], b.get("note")) for b in boxes[1]], [("dog", "b"), ("dog", None)])
        self.assertEqual([boxes[2][0]["label"], *sorted(b["label"] for b in boxes[2][1:])], ["dog", "cat", "whale"])
        self.assertEqual(boxes[2][0]["bounding_box"], [3 / WIDTH, 2 / HEIGHT, 0.125, 0.125])
        self.assertEqual([len(docs["data/%d.png" % n]["extra"]["detections"]) for n in (0, 5)], [1, 1])
        self.assertEqual(report["counts"]["conflict"] + report["counts"]["refused"] + report["counts"]["ignored"], 0)

    def test_R30_any_of_them_again_changes_nothing(self):
        self.copy(self.path("fresh"), "ds")
        self.assert_nothing_again(self.four())


class OverlappingFiles(Overlapping):
    layout = "a file each"


class Apart(Archives):
    """Archives of different images and fields: the order of merges does not matter either."""

    def four(self):
        return [self.state("a", ["boxes_001"], [dict(label(0, 0), op="move", dx=4), dict(label(2, 1), op="delete"),
                                                add(1, "whale", 30)]),
                self.state("b", ["boxes_002"], [dict(label(3, 0), op="relabel", label="dog"), add(4, "dog", 30)]),
                self.state("c", ["things_001", "things_002"],
                           [dict(label(0, 2), op="mask", flip=[[16, 8]]), dict(label(1, 2), op="mask", set=[[20, 9]]),
                            dict(label(5, 3), op="delete")]),
                self.state("d", ["extra_001"], [add(0, "hat", 10), add(2, "scarf", 12)])]

    def test_R30_every_order_of_four_merges(self):
        """Every file of the dataset; its masks too. The record tells in what order it was."""
        four = self.four()
        seen = self.merged([tuple((a,) for a in order) for order in itertools.permutations(four)] + [(tuple(four),)])
        self.assert_equal({order: {k: v for k, v in files.items() if not k.startswith("annotations/r/")}
                           for order, files in seen.items()})

    def test_R30_any_of_them_again_changes_nothing(self):
        self.copy(self.path("fresh"), "ds")
        self.assert_nothing_again(self.four())


    def test_R30_a_dump_and_an_edited_copy_in_either_order(self):
        """In one command they are refused, as each has a precision of its own; one after the other they are merged."""
        dump = self.four()[0]
        docs = documents()[3:]  # a copy of the view that the other person had
        docs[0]["boxes"]["detections"][0]["label"] = "whale"
        docs[1]["things"]["detections"][0]["bounding_box"][0] = 0.375
        self.copy(self.path("fresh"), "copy")
        shutil.rmtree(self.path("copy", "annotations"))
        shutil.rmtree(self.path("copy", "samples"), ignore_errors=True)
        with open(self.path("copy", "samples.json"), "w", encoding="utf-8") as f:
            json.dump({"samples": docs}, f)
        copy = self.path("copy")
        seen = self.merged([((dump,), (copy,)), ((copy,), (dump,))])
        files = self.assert_equal({order: {k: v for k, v in files.items() if not k.startswith("annotations/r/")}
                                   for order, files in seen.items()})
        self.assertNotEqual(files, testenv.snapshot(self.path("fresh")))
        done = self.labelferry("merge", "r", dump, copy, "--dataset", self.path("fresh"), "-n", status=4)
        self.assertIn("cannot be merged in one go", done.stderr)


class ApartFiles(Apart):
    layout = "a file each"


if __name__ == "__main__":
    testenv.unittest.main()
