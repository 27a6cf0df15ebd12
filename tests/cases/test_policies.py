"""What stops a merge or an export, and what is left out as asked: --on-error and its like."""

import copy
import json
import os
import re
import unicodedata

import crossing
import shapes
import testenv
from shapes import box, document, id_of, npy

MASK = '<mask label="cat" rle="%s" left="%s" top="1" width="2" height="2"></mask>'
BOX = '<box label="cat" xtl="%s" ytl="1" xbr="9" ybr="9"></box>'
# What may be wrong with an item while the XML is whole: (a shape to put in, or what to change in the image; its code).
DAMAGE = (
    (BOX % "NaN", "LF3052"), (BOX % "", "LF3052"), (BOX % "1e999", "LF3052"), (BOX % "0x1", "LF3052"),
    (BOX % "2000000000", "LF4011"), ('<box label="cat" xtl="1" ytl="1" xbr="9"></box>', "LF3052"),
    ('<box xtl="1" ytl="1" xbr="9" ybr="9"></box>', "LF3052"), (MASK % ("1, 2", 1), "LF3071"),
    (MASK % ("1, 2, 3", 1), "LF3071"), (MASK % ("1, x", 1), "LF3071"), (MASK % ("-1, 5", 1), "LF3071"),
    (MASK % ("0, 4", 0.5), "LF3052"), ('<mask label="cat" left="1" top="1" width="2" height="2"></mask>', "LF3052"),
    ('<polygon label="cat" points="1,1;2"></polygon>', "LF3052"), ('<polygon label="cat"></polygon>', "LF3052"),
    ('<polyline label="cat" points="1,1;2,b"></polyline>', "LF3052"), ('<points label="cat" points=""></points>', "LF3052"),
    ('<points label="cat" points="1,1,1"></points>', "LF3052"),
    ('<ellipse label="cat" cx="9" cy="9" rx="inf" ry="2"></ellipse>', "LF3052"),
    ('<box label="cat" xtl="1" ytl="1" xbr="9" ybr="9" rotation="a"></box>', "LF3052"),
    ('<skeleton label="cat"><points label="a" points="1"></points></skeleton>', "LF3052"),
    ('<cuboid label="cat" xtl1="1"></cuboid>', "LF3052"),
    (('width="64"', 'width="many"'), "LF3052"), (('height="32"', 'height="-1"'), "LF3052"),
    (('width="64"', 'width="640"'), "LF2006"), (('height="32"', 'height="33"'), "LF2006"),
    (('xtl="', 'xtl="x'), "LF3052"), (('ybr="', 'was="'), "LF3052"), (('label="cat"', 'was="cat"'), "LF3052"),
    (('name="', 'was="'), "LF3052"),
)


def image_of(xml, name):
    """The place of an image and of what is behind it."""
    start = xml.rindex("<image", 0, xml.index('name="%s"' % name))
    return start, xml.index("</image>", start) + len("</image>")


def damaged(xml, name, what):
    """The XML with one image damaged: `what` is a shape to put in, or a text and what stands in its place."""
    start, end = image_of(xml, name)
    image = xml[start:end]
    if isinstance(what, str):
        image = image[:-len("</image>")] + what + "</image>"
    else:
        image = image.replace(what[0], what[1], 1)
    return xml[:start] + image + xml[end:]


class Policies(crossing.CrossingCase):
    def start(self, count, **more):
        """A dataset of `count` images with a box each, exported; self.xml is what came back of it."""
        self.docs = [document(n, gt={"_cls": "Detections", "detections": [box(n + 1, **more)]}) for n in range(count)]
        self.ds = self.path("ds")
        shapes.write_dataset(self.ds, {"gt": "Detections"}, self.docs)
        self.export(self.ds, "--media", "none", fields=["gt"])
        self.archive, = self.far_side("--container", "xml")
        with open(self.archive, encoding="utf-8") as f:
            self.xml = f.read()

    def bring(self, xml, *options, **how):
        with open(self.archive, "w", encoding="utf-8") as f:
            f.write(xml)
        return self.merge(self.ds, [self.archive], *options, **how)

    def line_of(self, xml, name):
        return xml[:xml.index('name="%s"' % name)].count("\n") + 1


class Damaged(Policies):
    """R23: --on-error stop, skip and fix."""

    def edited(self, count):
        """Every box moved: (the XML, what the dataset is to say)."""
        xml = re.sub(r'xtl="16.00"', 'xtl="8.00"', self.xml)
        want = copy.deepcopy(self.docs)
        for doc in want:
            label, = doc["gt"]["detections"]
            label["bounding_box"][0] = 0.125
            label["bounding_box"][2] = 0.625
        self.assertEqual(xml.count('xtl="8.00"'), count)
        return xml, want

    def test_R23_of_1000_items_30_are_damaged(self):
        self.start(1000)
        xml, want = self.edited(1000)
        codes = {}
        for n, (what, code) in enumerate(DAMAGE):
            name = "%d.png" % (7 + 33 * n)
            codes[name] = code
            xml = damaged(xml, name, what)
        nameless = '%d.png' % (7 + 33 * 29)
        self.assertEqual((len(DAMAGE), len(codes)), (30, 30))
        before = testenv.snapshot(self.ds)
        for options, status in (((), 4), (("--on-error", "stop"), 4), (("--on-error", "fix"), 4)):
            with self.subTest(options):
                report = self.bring(xml, *options, "--max-errors", "40", status=status)
                self.assert_listed(report, codes, nameless, xml, "error")
                self.assertEqual(testenv.snapshot(self.ds), before)
                self.assertEqual((report["written"], report["error"]["code"]), (False, codes["7.png"]))
                self.assertEqual(len(re.findall(": error: LF", report["stderr"])), 30, report["stderr"])
        report = self.bring(xml, "--on-error", "skip", status=1)
        self.assert_listed(report, codes, nameless, xml, "warning")
        self.assert_counts(report, edited=970, absent=30, ignored=report["counts"]["ignored"])
        self.assertEqual(report["items"], {"run": 1000, "came": 970, "unmatched": 0, "damaged": 30, "removed": 0, "changed": 970})
        self.assertRegex(report["stderr"], r"items 970 of 1000, 30 damaged; 30 findings\n$")
        self.assertIn("... and 3 more of LF3052 cvat-structure", report["stderr"])
        for n, doc in enumerate(self.docs):
            if "%d.png" % n in codes:
                want[n] = doc
        self.assertEqual(crossing.samples_of(self.ds), want)
        # mended, they are merged later; the others are as they are
        again = self.bring(self.edited(1000)[0])
        self.assert_counts(again, edited=30, kept=970)

    def assert_listed(self, report, codes, nameless, xml, severity):
        """Each damaged item once, with file, item, line and code."""
        got = {}
        for e in report["events"]:
            self.assertEqual((e["severity"], e["file"]), (severity, self.archive))
            name = e.get("item") or nameless
            self.assertNotIn(name, got)
            got[name] = e["code"]
            if name != nameless:
                start, end = self.line_of(xml, name), xml[:image_of(xml, name)[1]].count("\n") + 1
                self.assertTrue(start <= e["line"] <= end, (e, start, end))
                self.assertEqual(e["sample"], self.docs[int(name[:-4])]["_id"]["$oid"])
        self.assertEqual(got, codes)

    def test_all_that_is_wrong_with_an_item_is_listed(self):
        self.start(2)
        xml = damaged(damaged(self.xml, "0.png", BOX % "a" + BOX % "5" + BOX % "b"), "0.png", ('width="64"', 'width="b"'))
        report = self.bring(xml, "--on-error", "skip", status=1)
        self.assertEqual([e["text"].split(": ", 1)[-1] for e in report["events"]],
                         ["width", "not a number: xtl", "not a number: xtl"])
        self.assertEqual(report["items"]["damaged"], 1)
        self.assert_counts(report, kept=1, absent=1, ignored=4)

    def test_nothing_of_a_damaged_item_is_deleted_or_taken_from_its_other_half(self):
        """A second document that holds the item whole does not speak for the damaged one."""
        self.start(2)
        empty = re.sub(r"<box .*?</box>", "", self.xml, flags=re.S)
        broken = damaged(self.xml, "0.png", BOX % "a")
        paths = []
        for n, xml in enumerate((empty, broken)):
            paths.append(self.path("%d.xml" % n))
            with open(paths[-1], "w", encoding="utf-8") as f:
                f.write(xml)
        for order in (paths, paths[::-1]):
            report = self.merge(self.ds, order, "--on-error", "skip", where=("-n",), status=1)
            self.assert_counts(report, deleted=1, absent=1, kept=report["counts"]["kept"], ignored=2)
        empty = self.merge(self.ds, paths[:1])
        self.assert_counts(empty, deleted=2)

    def test_a_cut_file_is_nobodys_skip(self):
        self.start(3)
        before = testenv.snapshot(self.ds)
        report = self.bring(damaged(self.xml, "0.png", BOX % "a")[:-40], "--on-error", "skip", status=4)
        self.assertEqual(report["error"]["code"], "LF3011")
        self.assertEqual(testenv.snapshot(self.ds), before)

    def test_all_items_damaged(self):
        self.start(2)
        before = testenv.snapshot(self.ds)
        xml = self.xml.replace('width="64"', 'width="65"')
        self.assertEqual(self.bring(xml, status=7)["items"]["damaged"], 2)
        self.assertEqual(testenv.snapshot(self.ds), before)
        data = self.data_of(self.ds)
        report = self.bring(xml, "--on-error", "skip", status=1)
        self.assert_counts(report, absent=2, ignored=2)
        self.assert_unchanged(self.ds, data)

    def test_a_damaged_item_of_no_sample_is_only_unmatched(self):
        self.start(2)
        xml = damaged(self.xml, "1.png", BOX % "a").replace("1.png", "other.png")
        report = self.bring(xml, status=1)
        self.assertEqual([e["code"] for e in report["events"]], ["LF2004"])
        self.assert_counts(report, kept=1, absent=1, ignored=2)

    def test_shapes_out_of_the_image_are_cut_and_named_with_fix(self):
        self.start(2)
        xml = re.sub(r'xtl="16.00"', 'xtl="-0.30"', self.xml)
        self.assertNotIn("LF2123", self.bring(xml, where=("-n",))["findings"])
        report = self.bring(xml, "--on-error", "fix")
        self.assertEqual(report["findings"], {"LF2123": 2})
        self.assertEqual([(e["code"], e["item"], "label" in e) for e in report["events"]],
                         [("LF2123", "0.png", True), ("LF2123", "1.png", True)])
        self.assertEqual([d["gt"]["detections"][0]["bounding_box"][0] for d in crossing.samples_of(self.ds)], [0, 0])


class DamagedCopy(Policies):
    """The same of an edited copy of the dataset, and of the dataset itself."""

    def start(self):
        self.ds, grid = self.path("ds"), shapes.rows("0110", "1111")
        self.docs = [document(n, gt={"_cls": "Detections", "detections": [box(n + 1, mask=npy(grid))]}) for n in range(4)]
        shapes.write_dataset(self.ds, {"gt": "Detections"}, self.docs)
        self.export(self.ds, "--media", "none", fields=["gt:instances"])
        self.before = self.data_of(self.ds)

    def copy_of(self, *changes):
        docs = copy.deepcopy(self.docs)
        for change in changes:
            change(docs)
        shapes.write_dataset(self.path("copy"), {"gt": "Detections"}, docs)
        return [self.path("copy")]

    @staticmethod
    def damage(docs):
        """The first three in their own ways; the last is edited."""
        docs[0]["gt"]["detections"][0]["mask"]["$binary"]["base64"] = "AAAA"
        docs[1]["gt"]["detections"] = 7
        docs[2] = 9
        docs[3]["gt"]["detections"][0]["label"] = "cat"
        docs[3]["gt"]["detections"][0]["bounding_box"][0] = 0.125

    def test_samples_of_a_copy(self):
        self.start()
        archives = self.copy_of(self.damage)
        report = self.merge(self.ds, archives, status=4)
        self.assertEqual([(e["code"], e["severity"], "offset" in e) for e in report["events"]],
                         [("LF3071", "error", True), ("LF3043", "error", True), ("LF3043", "error", True)])
        self.assert_unchanged(self.ds, self.before)
        report = self.merge(self.ds, archives, "--on-error", "skip", status=1)
        self.assertEqual([e.get("sample") for e in report["events"]],
                         [self.docs[0]["_id"]["$oid"], self.docs[1]["_id"]["$oid"], None])
        self.assert_counts(report, edited=1, absent=3)
        want = copy.deepcopy(self.docs)
        want[3]["gt"]["detections"][0]["bounding_box"][0] = 0.125
        self.assertEqual(crossing.samples_of(self.ds), want)

    def test_a_mask_of_the_dataset_itself(self):
        self.start()
        archives = self.far_side()
        docs = copy.deepcopy(self.docs)
        for n in (1, 2):
            docs[n]["gt"]["detections"][0]["mask"]["$binary"]["base64"] = "AAAA"
        with open(self.path("ds", "samples.json"), "w", encoding="utf-8") as f:
            json.dump({"samples": docs}, f)
        before = testenv.snapshot(self.ds)
        report = self.merge(self.ds, archives, status=4)
        self.assertEqual([(e["code"], e["sample"]) for e in report["events"]],
                         [("LF3071", d["_id"]["$oid"]) for d in docs[1:3]])
        self.assertEqual(testenv.snapshot(self.ds), before)
        report = self.merge(self.ds, archives, "--on-error", "skip", status=1)
        self.assert_counts(report, kept=2, ignored=2)
        self.assertEqual(report["items"]["came"], 2)
        self.assertEqual(crossing.samples_of(self.ds), docs)


class NotShipped(crossing.CrossingCase):
    """export --on-error: what is wrong with a sample that cannot be shipped."""

    def start(self):
        """Six samples: the first and the last are whole, the others damaged in their own ways."""
        grid = shapes.rows("0110", "1111")
        self.docs = [document(n, gt={"_cls": "Detections", "detections": [box(n + 1, mask=npy(grid))]}) for n in range(6)]
        files = {"data/%d.png" % n: shapes.png([[0] * shapes.WIDTH] * shapes.HEIGHT) for n in (0, 2, 3, 5)}
        self.docs[2]["gt"]["detections"][0]["mask"]["$binary"]["base64"] = "AAAA"
        self.docs[3]["gt"]["detections"] = "x"
        self.docs[4]["metadata"] = None
        self.ds = self.path("ds")
        shapes.write_dataset(self.ds, {"gt": "Detections"}, self.docs, files)

    BAD = {1: "LF4005", 2: "LF3071", 3: "LF3043", 4: "LF4004"}

    def assert_told(self, stderr, numbers, severity):
        for n in numbers:
            self.assertRegex(stderr, r"(?m)%s: %s .*sample %s" % (severity, self.BAD[n], self.docs[n]["_id"]["$oid"]))
        self.assertEqual(len(re.findall(": ?%s: LF|^%s: LF" % (severity, severity), stderr, re.M)), len(numbers), stderr)

    def test_all_are_told_before_it_stops(self):
        self.start()
        before = testenv.snapshot(self.ds)
        for options in ((), ("--on-error", "stop")):
            done = self.labelferry("export", self.ds, "--field", "gt:instances", "--run", "r", "-o", "out", *options, status=4)
            self.assert_told(done.stderr, self.BAD, "error")
            self.assertEqual(testenv.snapshot(self.ds), before)
            self.assertFalse(os.path.exists(self.path("out")))

    def test_what_only_shipping_shows_is_told_at_once_as_well(self):
        self.start()
        del self.docs[3:5]
        with open(self.path("ds", "samples.json"), "w", encoding="utf-8") as f:
            json.dump({"samples": self.docs}, f)
        done = self.labelferry("export", self.ds, "--field", "gt:instances", "--run", "r", "-o", "out", status=4)
        self.assert_told(done.stderr, (1, 2), "error")
        self.assertFalse(os.path.exists(self.path("out")) or os.path.exists(self.path("ds", "annotations")))

    def test_they_are_left_out_of_the_run(self):
        self.start()
        data = self.data_of(self.ds)
        report = self.export(self.ds, "--on-error", "skip", "--task-size", "1", fields=["gt:instances"], status=1)
        self.assertEqual((report["samples"], report["left_out"], report["tasks"], report["shipped"]), (2, 4, 2, 2))
        self.assertEqual(report["findings"], {c: 1 for c in self.BAD.values()})
        with open(self.path("ds", "annotations", "r", "items.tsv"), encoding="utf-8") as f:
            self.assertEqual([l.split("\t")[0] for l in f], [self.docs[n]["_id"]["$oid"] for n in (0, 5)])
        archives = self.far_side()
        self.assertEqual(len(archives), 2)
        report = self.merge(self.ds, archives)
        self.assert_counts(report, kept=2)
        self.assert_unchanged(self.ds, data)
        report = self.merge(self.ds, [self.rewrite(a, lambda t: re.sub(r"<mask .*?</mask>", "", t, flags=re.S)) for a in archives])
        self.assert_counts(report, deleted=2)
        now = crossing.samples_of(self.ds)
        self.assertEqual([d["gt"] for d in now[1:5]], [d["gt"] for d in self.docs[1:5]])

    def test_a_link_is_no_media_unless_asked(self):
        self.start()
        os.symlink("0.png", self.path("ds", "data", "1.png"))
        args = ["export", self.ds, "--field", "gt:instances", "--run", "r", "-n", "--json", "--on-error", "skip"]
        self.assertEqual(json.loads(self.labelferry(*args, status=1).stdout)["samples"], 2)
        self.assertEqual(json.loads(self.labelferry(*args, "--follow-links", status=1).stdout)["samples"], 3)

    def test_nothing_is_left(self):
        self.start()
        with open(self.path("ds", "samples.json"), "w", encoding="utf-8") as f:
            json.dump({"samples": self.docs[1:3]}, f)
        done = self.labelferry("export", self.ds, "--field", "gt:instances", "--run", "r", "-o", "out", "--on-error", "skip",
                               status=4)
        self.assertIn("LF4005", done.stderr)
        self.assertFalse(os.path.exists(self.path("out")))

    def test_a_sample_without_an_id_stays_as_it_is(self):
        self.start()
        del self.docs[3]["_id"]
        with open(self.path("ds", "samples.json"), "w", encoding="utf-8") as f:
            json.dump({"samples": self.docs}, f)
        self.export(self.ds, "--on-error", "skip", fields=["gt:instances"], status=1)
        back = self.far_side(edits=[{"op": "relabel", "id": id_of(6), "label": "cat"}])
        self.merge(self.ds, back, status=4)
        report = self.merge(self.ds, back, "--on-error", "skip", status=1)
        self.assertEqual([e["code"] for e in report["events"]], ["LF3043"])
        self.assertEqual(crossing.samples_of(self.ds), self.docs)


class Removed(Policies):
    """R41: an image that was removed in the tool. Its labels stay; --tag-removed marks its sample."""

    EDITS = [{"op": "remove_image", "image": 0}, {"op": "delete", "id": id_of(2)},
             {"op": "relabel", "id": id_of(3), "label": "cat"}, {"op": "move", "id": id_of(3), "dx": 8}]

    def start(self, *options, count=3, dirs=False, change=None):
        self.docs = [document(n, gt={"_cls": "Detections", "detections": [box(n + 1)]}) for n in range(count)]
        for n, doc in enumerate(self.docs):
            if change:
                change(n, doc)
        self.ds = self.path("ds")
        shapes.write_dataset(self.ds, {"gt": "Detections"}, self.docs)
        if dirs:
            testenv.into_files(self.ds, self.docs)
        self.export(self.ds, "--media", "none", *options, fields=["gt"])

    def want(self, *tags):
        docs = copy.deepcopy(self.docs)
        if tags:
            docs[0]["tags"] = list(tags)
        docs[1]["gt"]["detections"] = []
        docs[2]["gt"]["detections"][0]["bounding_box"][0] = 0.375
        return docs

    def test_R41_one_removed_one_emptied_one_edited(self):
        for dirs in (False, True):
            with self.subTest(dirs=dirs):
                self.clear()
                self.start(dirs=dirs)
                back = self.far_side(edits=self.EDITS)
                report = self.merge(self.ds, back, where=("-n",))
                self.assertEqual([(e["code"], e["sample"], e["item"]) for e in report["events"]],
                                 [("LF2016", self.docs[0]["_id"]["$oid"], "0.png")])
                dry = self.merge(self.ds, back, "--tag-removed", "gone", where=("-n",))
                self.merge(self.ds, back, "--tag-removed", "gone", where=("-o", self.path("new")))
                report = self.merge(self.ds, back, "--tag-removed", "gone")
                self.assert_counts(report, absent=1, deleted=1, edited=1)
                self.assertEqual((report["counts"], report["items"]), (dry["counts"], dry["items"]))
                self.assertEqual(report["items"], {"run": 3, "came": 2, "unmatched": 0, "damaged": 0, "removed": 1, "changed": 3})
                self.assertEqual([(e["code"], e["severity"], e["came"]) for e in report["events"]], [("LF2209", "change", "gone")])
                for folder in (self.ds, self.path("new")):
                    self.assertEqual(crossing.samples_of(folder), self.want("gone"))
                before = self.data_of(self.ds)
                self.assertEqual(self.merge(self.ds, back, "--tag-removed", "gone")["items"]["changed"], 0)
                self.assert_unchanged(self.ds, before)
                # a later dump with the image back in it: the label was never gone
                self.assert_counts(self.merge(self.ds, self.far_side(), status=1), edited=1, kept=1, added=1)

    def test_only_the_tag_of_its_sample_is_written(self):
        def change(n, doc):
            doc["tags"] = [["a", 'b"'], None, ["gone"]][n]
        self.start(change=change)
        with open(self.path("ds", "samples.json"), encoding="utf-8") as f:
            text = f.read()
        back = self.far_side(edits=[{"op": "remove_image", "image": n} for n in (0, 2)])
        self.merge(self.ds, back, "--tag-removed", "gone")
        with open(self.path("ds", "samples.json"), encoding="utf-8") as f:
            self.assertEqual(f.read(), text.replace('["a", "b\\""]', '["a", "b\\"", "gone"]'))

    def test_a_sample_without_tags_gets_a_list(self):
        for tags in ("absent", None, []):
            with self.subTest(tags=tags):
                self.clear()
                self.start(change=lambda n, doc: doc.pop("tags") if tags == "absent" else doc.update(tags=tags))
                self.merge(self.ds, self.far_side(edits=[{"op": "remove_image", "image": 1}]), "--tag-removed", "x\u00e9")
                self.assertEqual([d.get("tags", "absent") for d in crossing.samples_of(self.ds)], [tags, ["x\u00e9"], tags])

    def test_what_is_only_missing_is_not_removed(self):
        """A job, a task of other images, an archive with images of no sample: none speaks of all."""
        self.start(count=4)
        archive, = self.far_side("--container", "xml")
        with open(archive, encoding="utf-8") as f:
            whole = f.read()
        start, end = image_of(whole, "1.png")
        less = whole[:start] + whole[end:]
        self.assertEqual(less.count("<image"), 3)
        for name, xml, removed in (
                ("removed", less, 1), ("a job", re.sub(r"(</?)task>", r"\1job>", less), 0),
                ("a smaller task", less.replace("<size>4</size>", "<size>3</size>"), 0),
                ("no meta", re.sub(r"<meta>.*</meta>", "", less, flags=re.S), 0),
                ("renamed", whole.replace("1.png", "new.png"), 0)):
            with self.subTest(name):
                with open(archive, "w", encoding="utf-8") as f:
                    f.write(xml)
                report = self.merge(self.ds, [archive], "--tag-removed", "x", where=("-n",), status=int(name == "renamed"))
                self.assertEqual(report["items"]["removed"], removed)
                self.assertEqual(report["counts"]["absent"], 1)

    def test_a_task_that_did_not_come_back_is_not_removed(self):
        self.start("--task-size", "2", count=4)
        back = self.far_side(edits=[{"op": "remove_image", "image": 0, "task": 0}])
        report = self.merge(self.ds, back[:1], "--tag-removed", "x")
        self.assert_counts(report, kept=1, absent=3)
        self.assertEqual([d["tags"] for d in crossing.samples_of(self.ds)], [["x"], [], [], []])


class Names(Policies):
    """R07: by which name an item is found again, and what becomes of one that is not."""

    # The name that came back: (sample by number, the note's text), or the code where it is not used.
    GOLDEN = (
        ("a/0.png", 0, None), ("./a/0.png", 0, "path"), ("a//0.png", 0, "path"), ("a\\0.png", 0, "path"),
        ("C:\\work\\a\\0.png", 0, "end"), ("/srv/data/a/0.png", 0, "end"), ("a%2F0.png", 0, "path"),
        ("v1.2/x.y.z.png", 2, None), ("x.y.z.png", 2, "end"), ("K%C3%BCste 1.png", 3, "path"), ("deep/K\u00fcste 1.png", 3, "end"),
        ("elsewhere/X.Y.Z.PNG", 2, "base"), ("0.png", None, "LF2005"), ("elsewhere/0.png", None, "LF2005"),
        ("A/0.png", None, "LF2005"), ("Ku\u0308ste 1.png", 3, "form"), ("deep/Ku\u0308ste 1.png", 3, "end"),
        ("Ku%CC%88ste 1.png", 3, "path"), (".\\Ku\u0308ste 1.png", 3, "path"), ("elsewhere/KU\u0308STE 1.PNG", 3, "base"),
        ("K\u00dcSTE 1.png", 3, "base"), ("Kuste 1.png", None, "LF2004"), ("9.png", None, "LF2004"),
        ("a/0", None, "LF2004"), ("../a/0.png", 0, "end"),
    )
    SAYS = {"form": "matched by its name in another Unicode form", "path": "matched by a plainer spelling of its path", "end": "matched by the end of its path",
            "base": "matched by its base name alone"}

    def start(self):
        names = ("a/0.png", "b/0.png", "v1.2/x.y.z.png", "K\u00fcste 1.png")
        self.docs = [dict(document(n, gt={"_cls": "Detections", "detections": [box(n + 1)]}), filepath="data/" + name)
                     for n, name in enumerate(names)]
        self.ds = self.path("ds")
        shapes.write_dataset(self.ds, {"gt": "Detections"}, self.docs)
        self.export(self.ds, "--media", "none", fields=["gt"])
        self.archive, = self.far_side("--container", "xml")
        with open(self.archive, encoding="utf-8") as f:
            xml = f.read()
        start, end = image_of(xml, "a/0.png")
        self.head, self.tail = xml[:xml.index("<image")], xml[xml.rindex("</image>") + 8:]
        empty = re.sub(r"<box .*?</box>", "", xml[start:end], flags=re.S)
        self.image = lambda name: empty.replace('"a/0.png"', '"%s"' % name)

    def test_R07_names_that_came_back_otherwise(self):
        self.start()
        for name, sample, said in self.GOLDEN:
            with self.subTest(name):
                xml = self.head + self.image(name) + self.tail
                if sample is None: # nothing else came: not of this run
                    report = self.bring(xml, where=("-n",), status=5)
                    self.assertEqual([(e["code"], e["item"]) for e in report["events"]], [(said, name)])
                    self.assertEqual(report["error"]["code"], "LF2001")
                    continue
                report = self.bring(xml, where=("-n", "-v"))
                self.assert_counts(report, deleted=1, absent=3)
                notes = [(e["code"], e["text"]) for e in report["events"] if e["code"] != "LF2016"]
                self.assertEqual(notes, [("LF2017", self.SAYS[said])] if said else [])
                self.assertIn("label %s" % id_of(sample + 1), report["stderr"])

    def test_R06_R07_both_forms_side_by_side(self):
        """Names that differ only in Unicode form or case do not collide, and each finds its own sample again."""
        names = ("K\u00fcste.png", "Ku\u0308ste.png", "K\u00dcSTE.PNG", "a/0.png", "b/0.png", "A/0.PNG", "x/e\u0301.png", "y/\u00e9.png")
        self.docs = [dict(document(n, gt={"_cls": "Detections", "detections": [box(n + 1)]}), filepath="data/" + name)
                     for n, name in enumerate(names)]
        self.ds = self.path("ds")
        shapes.write_dataset(self.ds, {"gt": "Detections"}, self.docs)
        self.export(self.ds, "--media", "none", fields=["gt"])
        with open(self.path("ds", "annotations", "r", "items.tsv"), encoding="utf-8") as f:
            made = [line.split("\t")[1] for line in f.read().splitlines()]
        keys = {unicodedata.normalize("NFC", os.path.splitext(unicodedata.normalize("NFC", m).casefold())[0]) for m in made}
        self.assertEqual(len(keys), len(names), made)
        self.assertEqual([m == n for m, n in zip(made, names)], [True, False, False, True, True, False, True, True], made)
        self.archive, = self.far_side("--container", "xml")
        with open(self.archive, encoding="utf-8") as f:
            xml = f.read()
        self.assert_counts(self.bring(xml), kept=len(names))
        for form, renamed in (("NFC", 2), ("NFD", 3)):
            with self.subTest(form): # a tool that writes all names in one form
                report = self.bring(unicodedata.normalize(form, xml).replace('xtl="16.00"', 'xtl="8.00"'), where=("-n", "-v"))
                self.assert_counts(report, edited=len(names))
                self.assertEqual([e["text"] for e in report["events"] if e["code"] == "LF2017"], [self.SAYS["form"]] * renamed)
        # without its folder, \u00e9.png is two samples' name: an error of that item alone
        lost = xml.replace('"y/\u00e9.png"', '"e\u0301.png"').replace('xtl="16.00"', 'xtl="8.00"')
        report = self.bring(lost, where=("-n",), status=1)
        self.assertEqual([(e["code"], e["item"]) for e in report["events"]], [("LF2005", "e\u0301.png")])
        self.assert_counts(report, edited=len(names) - 1, absent=1, ignored=1)

    def test_R07_unmatched_fail_report_and_ignore(self):
        self.start()
        xml = self.head + self.image("v1.2/x.y.z.png") + self.image("9.png") + self.image("0.png") + self.tail
        for choice, status, codes in ((None, 1, {"LF2004": 1, "LF2005": 1}), ("report", 1, {"LF2004": 1, "LF2005": 1}),
                                      ("fail", 5, {"LF2004": 1, "LF2005": 1}), ("ignore", 0, {"LF2014": 2})):
            with self.subTest(choice):
                before = testenv.snapshot(self.ds)
                report = self.bring(xml, *(("--unmatched", choice) if choice else ()), where=("-n",), status=status)
                self.assertEqual(report["findings"], codes)
                self.assertEqual(report["items"]["unmatched"], 2)
                self.assertEqual(testenv.snapshot(self.ds), before)
        none = self.head + self.image("9.png") + self.tail
        for choice in ("report", "fail", "ignore"):
            self.assertEqual(self.bring(none, "--unmatched", choice, where=("-n",), status=5)["error"]["code"], "LF2001")
