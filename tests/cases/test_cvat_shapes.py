"""Every shape that CVAT can say: in real dumps, out and back through the far side, unknown ones, broken ones."""

import json
import os
import re
import zipfile
from xml.etree import ElementTree

import crossing
import judges
import testenv
from every_kind import KINDS, NAN, NODES, SHIPPED, TYPES, make_dataset

FIRST = "65a000006861726200000004"
CUBOID = " ".join('%s%s%d="%d"' % (a, c, f, 10 * f) for f in (1, 2) for c in ("tl", "bl", "tr", "br") for a in "xy")
SHAPES = {"polygon": 'points="1,1;9,1;9,9"', "polyline": 'points="1,1;9,1"', "points": 'points="1,1"',
          "mask": 'rle="0, 4" left="1" top="1" width="2" height="2"', "ellipse": 'cx="9" cy="9" rx="4" ry="3"',
          "cuboid": CUBOID, "skeleton": "", "tag": "", "blob": 'd="M 1 1"'}


def elements(archive):
    """What an archive says, image by image: label elements as (name, attributes, children)."""
    dump, = crossing.dumps_in(archive).values()

    def plain(e):
        own = {k: v for k, v in e.attrib.items() if k not in ("source", "z_order")}
        return e.tag, own, e.text.strip() if e.tag != "attribute" else e.text or "", [plain(c) for c in e]
    return {im.get("name"): [plain(e) for e in im] for im in ElementTree.fromstring(dump).iter("image")}


class EveryKind(crossing.CrossingCase):
    def ship(self, *fields):
        self.ds = make_dataset(self.path("ds"))
        asked = fields or [TYPES.get(name, name) for name in KINDS]
        report = self.export(self.ds, "--media", "none", fields=asked)
        self.shipped = {}
        for name in sorted(os.listdir(self.path("out"))):
            zipped = self.path("out", name, "annotations.zip")
            if os.path.exists(zipped):
                self.shipped[name.rsplit("_", 1)[1]] = zipped
        return report

    def assert_same_elements(self, was, got):
        """The same but for numbers, which CVAT writes with two decimals."""
        self.assertEqual(list(was), list(got))
        for name in was:
            self.assertEqual([e[0] for e in was[name]], [e[0] for e in got[name]])
            for a, b in zip(was[name], got[name]):
                self.assert_same_element(a, b)

    def assert_same_element(self, a, b):
        self.assertEqual((a[0], sorted(a[1]), a[2]), (b[0], sorted(b[1]), b[2]))
        for key, text in a[1].items():
            if re.fullmatch(r"[-+0-9.,;e ]+", text):
                old, new = ([float(v) for v in re.split("[,; ]+", t)] for t in (text, b[1][key]))
                self.assertEqual(len(old), len(new), (a, b))
                for x, y in zip(old, new):
                    self.assertLessEqual(abs(x - y), 0.005001, (a, b))
            else:
                self.assertEqual(text, b[1][key])
        self.assertEqual(len(a[3]), len(b[3]), (a, b))
        for x, y in zip(a[3], b[3]):
            self.assert_same_element(x, y)

    def test_every_kind_has_its_elements(self):
        report = self.ship()
        self.assertEqual(set(self.shipped), set(KINDS))
        for name, kinds in KINDS.items():
            found = {e[0] for image in elements(self.shipped[name]).values() for e in image}
            self.assertEqual(found, kinds, name)
        self.assertEqual(report["fields"], SHIPPED)

    def test_a_server_takes_every_archive(self):
        self.ship()
        for name, archive in self.shipped.items():
            labels = os.path.join(os.path.dirname(archive), "labels.json")
            said = judges.check_cvat(archive, "--labels", labels, "--strict-meta", "--style")
            alone = judges.check_cvat(archive, "--strict-meta")
            with self.subTest(name):
                self.assertEqual((said["errors"], alone["errors"]), ([], []))
                self.assertLessEqual({m["kind"] for m in said["style"]}, {"number-format"})
                # loose points of a label that is a skeleton's: the server does not mind
                self.assertLessEqual({m["kind"] for m in said["warnings"]},
                                     {"label-type-mismatch"} if name == "pose" else set())

    def test_the_far_side_holds_what_was_shipped(self):
        self.ship()
        self.far_side()
        returned = [self.path("back", n) for n in sorted(os.listdir(self.path("back")))]
        self.assertEqual(len(returned), len(self.shipped))
        for (name, archive), back in zip(sorted(self.shipped.items()), returned):
            with self.subTest(name):
                self.assert_same_elements(elements(archive), elements(back))
                info = [json.loads(self.labelferry("info", "--json", a).stdout) for a in (archive, back)]
                self.assertEqual(info[0], info[1])

    def test_nothing_of_it_is_an_edit(self):
        self.ship()
        before = self.data_of(self.ds)
        report = self.merge(self.ds, self.far_side())
        self.assert_counts(report, kept=sum(SHIPPED.values()))
        self.assertEqual(report["findings"], {})
        self.assert_unchanged(self.ds, before)

    def test_a_scalar_of_classes_is_a_tag_of_its_value(self):
        self.ship("weather")
        self.export(self.ds, "--media", "none", "--classes", "sun,rain & fog", run="c", out="classes", fields=["weather"])
        archive = self.path("classes", "FiftyOne_kinds_weather", "annotations.zip")
        self.assertEqual([e[1]["label"] for im in elements(archive).values() for e in im],
                         ["sun", "rain & fog", "sun", "rain & fog", "sun"])
        self.assertTrue(judges.check_cvat(archive)["ok"])
        before = self.data_of(self.ds)
        report = self.merge(self.ds, self.far_side(out="classes"), run="c")
        self.assert_counts(report, kept=5)
        self.assert_unchanged(self.ds, before)

    # -- dumps of more and of less than a task

    def project_of(self, archives):
        """The tasks' dumps as one of a project: names that are there already get _1, _2 before the ending."""
        root = ElementTree.Element("annotations")
        meta = ElementTree.SubElement(ElementTree.SubElement(root, "meta"), "project")
        ElementTree.SubElement(meta, "id").text = "3"
        tasks, labels, seen = ElementTree.SubElement(meta, "tasks"), ElementTree.SubElement(meta, "labels"), {}
        for number, archive in enumerate(archives, 1):
            dump, = crossing.dumps_in(archive).values()
            one = ElementTree.fromstring(dump)
            task = one.find("meta/task")
            task.find("id").text = str(number)
            labels.extend(task.find("labels"))
            task.remove(task.find("labels"))
            tasks.append(task)
            for image in one.iter("image"):
                stem, ending = os.path.splitext(image.get("name"))
                again = seen[stem] = seen.get(stem, -1) + 1
                image.set("name", stem + ("_%d" % again if again else "") + ending)
                image.attrib.update(subset="default", task_id=str(number))
                root.append(image)
        path = self.path("project.xml")
        ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
        return path

    def test_a_project_of_all_fields_is_no_edit(self):
        self.ship()
        before = self.data_of(self.ds)
        project = self.project_of(self.far_side())
        with open(project, encoding="utf-8") as f:
            self.assertIn("<parent>person</parent>", f.read())
        report = self.merge(self.ds, [project])
        self.assert_counts(report, kept=sum(SHIPPED.values()))
        self.assertEqual((report["findings"], report["items"]["unmatched"]), ({}, 0))
        self.assert_unchanged(self.ds, before)

    def test_a_job_speaks_of_its_images_only(self):
        self.ship("pose")
        before = self.data_of(self.ds)
        archive, = self.far_side()

        def job(xml):
            xml = xml.replace("<task>", "<job>").replace("</task>", "</job>")
            return re.sub(r'  <image id="[^12]".*?</image>\n', "", xml, flags=re.S)

        self.rewrite(archive, job)
        report = self.merge(self.ds, [archive])
        self.assert_counts(report, kept=6, absent=9)
        self.assertEqual((report["findings"], report["items"]["came"]), ({}, 2))
        self.assert_unchanged(self.ds, before)

    # -- skeletons

    def test_R04_nodes_are_found_by_name_whatever_their_order(self):
        self.ship("pose")
        before = self.data_of(self.ds)
        archive, = self.far_side()
        skeletons = []

        def shuffle(m):
            nodes = re.findall(r"\s*<points .*?</points>", m.group(2), re.S)
            self.assertEqual(len(nodes), len(NODES))
            skeletons.append([re.search(r'label="([^"]*)"', n).group(1) for n in nodes])
            some = [n for n in nodes if 'outside="1"' not in n or len(skeletons) % 2]
            some = some[1:][::-1] + some[:1]
            return m.group(1) + "".join(some) + m.group(2)[m.group(2).rindex("</points>") + 9:]

        self.rewrite(archive, lambda xml: re.sub(r"(<skeleton [^>]*>)(.*?)(?=</skeleton>)", shuffle, xml, flags=re.S))
        self.assertEqual(len(skeletons), 10)  # two an image
        self.assertEqual({tuple(s) for s in skeletons}, {("nose", "left _ right", "_tail_", "nose 2")})
        report = self.merge(self.ds, [archive])
        self.assert_counts(report, kept=15)
        self.assertEqual(report["findings"], {})
        self.assert_unchanged(self.ds, before)

    def test_R04_a_node_that_moved_and_one_that_left_stay_at_their_index(self):
        self.ship("pose")
        archive, = self.far_side()

        def edit(xml):
            at = xml.index("<skeleton ")
            nodes = re.findall(r"<points .*?</points>", xml[at:], re.S)[:4]
            moved = re.sub(r'points="[^"]*"', 'points="8.00,15.00"', nodes[1]).replace('outside="1"', 'outside="0"')
            left = nodes[3].replace('outside="0"', 'outside="1"')
            return xml[:at] + xml[at:].replace(nodes[3], left, 1).replace(nodes[1], moved, 1)

        self.rewrite(archive, edit)
        before = crossing.samples_of(self.ds)
        report = self.merge(self.ds, [archive])
        self.assert_counts(report, kept=14, edited=1)
        before[0]["pose"]["keypoints"][0]["points"][1] = [0.2, 0.5]
        before[0]["pose"]["keypoints"][0]["points"][3] = [NAN, NAN]
        self.assertEqual(crossing.samples_of(self.ds), before)

    # -- flags

    def flag(self, op, value, mapped):
        self.ds = make_dataset(self.path("ds"))
        self.export(self.ds, "--media", "none", *(() if mapped else ("--attributes", "none")), fields=["boxes"])
        before = crossing.samples_of(self.ds)
        label = before[0]["boxes"]["detections"][0]
        back = self.far_side(edits=[{"op": op, "id": label["_id"]["$oid"], "value": value}])
        return before, label, back

    def test_R38_occluded_and_group_are_edits_of_the_attributes_that_hold_them(self):
        for op, value, name in (("occluded", True, "occluded"), ("group", 7, "group_id")):
            with self.subTest(op):
                before, label, back = self.flag(op, value, True)
                self.assertNotEqual(label[name], value)
                label[name] = value
                report = self.merge(self.ds, back)
                self.assert_counts(report, kept=9, edited=1)
                self.assertEqual(crossing.samples_of(self.ds), before)
                self.setUp()

    def test_R38_flags_without_an_attribute_are_told_and_not_written(self):
        for op, value, code in (("occluded", True, "LF2113"), ("group", 7, "LF2113"), ("z_order", 3, "LF2118")):
            with self.subTest(op):
                before, _, back = self.flag(op, value, False)
                report = self.merge(self.ds, back, status=None)
                self.assert_counts(report, kept=10)
                self.assertEqual(report["findings"], {code: 1})
                self.assertEqual(crossing.samples_of(self.ds), before)
                self.setUp()

    # -- masks

    def test_R44_a_mask_whose_runs_do_not_add_up_is_named(self):
        self.ship("things:instances")
        before = testenv.snapshot(self.ds)
        archive, = self.far_side()
        count = []

        def spoil(m):
            count.append(m)
            return m.group(0) if len(count) < 4 else m.group(1) + ", 1" + m.group(2)

        self.rewrite(archive, lambda xml: re.sub(r'(rle="[^"]*)(")', spoil, xml))
        done = self.labelferry("merge", "r", archive, "--dataset", self.ds, "--in-place", status=4)
        self.assertRegex(done.stderr, r'annotations.xml:\d+: error: LF3071 mask-damaged: image "1.png", shape 2 \(mask\): .* add up')
        self.assertEqual(testenv.snapshot(self.ds), before)

    def test_a_mask_is_cut_at_its_image_also_where_the_size_is_left_out(self):
        for name, kept in (("things:instances", 9), ("ground", 3)):
            self.ship(name)
            archive, = self.far_side()

            def beyond(xml, left):
                xml = re.sub(r'(<image [^>]*?) width="40" height="30"', r"\1", xml)
                return re.sub(r'rle="[^"]*" left="[^"]*" top="[^"]*" width="[^"]*" height="[^"]*"',
                              'rle="0, 400" left="%d" top="20" width="20" height="20"' % left, xml, count=1)

            with self.subTest(name):
                out = self.rewrite(archive, lambda xml: beyond(xml, 40), "far.zip")
                done = self.labelferry("merge", "r", out, "--dataset", self.ds, "-n", status=5)
                self.assertIn("LF2007", done.stderr)
                part = self.rewrite(archive, lambda xml: beyond(xml, 39), "part.zip")
                report = self.merge(self.ds, [part])
                self.assert_counts(report, kept=kept, edited=1)
                if name == "ground":
                    continue
                box = crossing.samples_of(self.ds)[0]["things"]["detections"][0]["bounding_box"]
                for got, want in zip(box, (39 / 40, 20 / 30, 1 / 40, 10 / 30)):
                    self.assertAlmostEqual(got, want)
            self.setUp()


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


class RealDumps(testenv.Case):
    def test_every_dump_is_read_with_the_counts_of_the_checker(self):
        folder = testenv.shared("fixtures", "cvat")
        seen = set()
        for name, want in sorted(crossing.read_json(os.path.join(folder, "EXPECTED.json")).items()):
            if want.get("mode") != "images":
                continue
            with self.subTest(name):
                said = json.loads(self.labelferry("info", "--json", os.path.join(folder, name)).stdout)
                got = dict(said["kinds"], image=said["items"], attribute=said["attributes"],
                           skeleton_element=said["nodes"])
                self.assertEqual({k: v for k, v in got.items() if v}, want["counts"])
                seen |= set(said["kinds"])
        self.assertEqual(seen, {"box", "tag", "polygon", "polyline", "points", "mask", "ellipse", "cuboid", "skeleton"})

    def test_a_dump_for_video_is_refused_with_its_line(self):
        dump = testenv.shared("fixtures", "cvat", "writer-golden", "video.xml")
        self.assertRegex(self.labelferry("info", dump, status=4).stderr, r"video.xml:80: error: LF3053")
