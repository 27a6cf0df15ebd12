"""Requirements on labels of every kind, each by its number: what was told of it by users, held against the program."""

import copy
import json
import os
import re
import shutil

import crossing
import far_side_cvat
import shapes
import testenv
from every_kind import KINDS, SHIPPED, TYPES, make_dataset
from shapes import HEIGHT, WIDTH, box, document, id_of, line, npy, points, rows, segmentation, tag

# Every element that CVAT has, and one that it has not; none has an id, so each is a label of its own.
CUBOID = " ".join('%s%s%d="%d"' % (a, c, f, 4 * f) for f in (1, 2) for c in ("tl", "bl", "tr", "br") for a in "xy")
ELEMENTS = {"box": 'xtl="1" ytl="1" xbr="5" ybr="5"', "ellipse": 'cx="20" cy="20" rx="4" ry="3"',
            "polygon": 'points="1,1;9,1;9,9"', "polyline": 'points="1,1;9,1;9,9"', "points": 'points="1,1"',
            "mask": 'rle="0, 4" left="1" top="1" width="2" height="2"', "cuboid": CUBOID,
            "skeleton": "", "tag": "", "blob": 'd="M 1 1"'}
NODE = '<points label="nose" outside="0" occluded="0" points="1,1"></points>'


def element(kind, label, inside=""):
    says = ELEMENTS[kind]
    inside = inside or (NODE if kind == "skeleton" else "")
    return '<%s label="%s" source="manual" %s>%s</%s>' % (kind, label, says, inside, kind)


def put_in(xml, text, image=0):
    """The XML with elements more at the end of an image."""
    at = -1
    for _ in range(image + 1):
        at = xml.index("</image>", at + 1)
    return xml[:at] + text + xml[at:]


def grid_of(*texts):
    return rows(*(t.replace(".", "0").replace("#", "1") for t in texts))


def pixels_of(grid, left=0, top=0):
    return {(left + x, top + y) for y, r in enumerate(grid) for x, v in enumerate(r) if v}


def painted(label):
    """The pixels of a detection's mask whose array is as large as its box."""
    x, y, w, h = label["bounding_box"]
    _, (high, wide), lot = shapes.read_npy(label["mask"]["$binary"]["base64"])
    assert abs(wide - w * WIDTH) < 1e-9 and abs(high - h * HEIGHT) < 1e-9, (wide, high, label["bounding_box"])
    grid = [lot[i * wide:(i + 1) * wide] for i in range(high)]
    return pixels_of(grid, round(x * WIDTH), round(y * HEIGHT))


class Required(crossing.CrossingCase):
    def start(self, fields, *docs, **meta):
        """A dataset of these documents; what it is to say is self.docs, to be changed as it is to change."""
        self.clear()
        self.ds, self.docs = self.path("ds"), [document(i, **d) for i, d in enumerate(docs)]
        shapes.write_dataset(self.ds, fields, self.docs, **meta)

    def ship(self, *fields, options=()):
        self.before = self.data_of(self.ds)
        return self.export(self.ds, "--media", "none", *options, fields=fields)

    def archives(self, out="out"):
        return [self.path(out, n, "annotations.zip") for n in sorted(os.listdir(self.path(out)))
                if os.path.exists(self.path(out, n, "annotations.zip"))]

    def elements(self, archive):
        """(kind, what its tag says, its attributes) of every element, in order."""
        xml, = crossing.dumps_in(archive).values()
        out = []
        for kind, head, inside in re.findall(r"<(mask|polygon|polyline|box) ([^>]*)>(.*?)</\1>", xml.decode(), re.S):
            out.append((kind, dict(re.findall(r'(\w+)="([^"]*)"', head)),
                        dict(re.findall(r'<attribute name="(\w+)">([^<]*)<', inside))))
        return out

    def masks(self, archive):
        """{(id, class): pixels} of an archive."""
        out = {}
        for kind, says, attrs in self.elements(archive):
            self.assertEqual(kind, "mask")
            left, top, w, h = (int(says[k]) for k in ("left", "top", "width", "height"))
            runs = [int(v) for v in says["rle"].split(",")]
            out[attrs["label_id"], says["label"]] = far_side_cvat.mask_pixels(
                {"points": runs + [left, top, left + w - 1, top + h - 1]})
        return out

    def bring(self, *edits, xml=None, options=(), status=0, dry=False):
        shutil.rmtree(self.path("back"), ignore_errors=True)
        back = self.far_side(edits=list(edits))
        for archive in back if xml else []:
            self.rewrite(archive, xml)
        return self.merge(self.ds, back, *options, where=("-n",) if dry else ("--in-place",), status=status)

    def now(self, field, n=0):
        value = crossing.samples_of(self.ds)[n].get(field)
        return next((value[k] for k in shapes.LISTS.values() if k in (value or {})), value)


RING = grid_of("######",
               "#....#",
               "#....#",
               "######")
ISLANDS = grid_of("##.....",
                  "##...##",
                  ".....##")
IN_A_HOLE = grid_of("#######",
                    "#.....#",
                    "#..#..#",
                    "#.....#",
                    "#######")
DRAWN = {"ring": RING, "islands": ISLANDS, "island in a hole": IN_A_HOLE}


class Holes(Required):
    """R02: masks with holes and of several parts, and polygons of several rings."""

    def instances(self):
        """A mask of each form at its own place, as large as its box."""
        out = []
        for n, grid in enumerate(DRAWN.values(), 1):
            at = (4 + 12 * n) / WIDTH, (2 + 4 * n) / HEIGHT, len(grid[0]) / WIDTH, len(grid) / HEIGHT
            out.append(box(n, at=at, mask=npy([[v == 1 for v in r] for r in grid], "|b1")))
        return out

    def test_R02_masks_with_holes_and_islands_are_the_same_pixels(self):
        self.start({"gt": "Detections"}, {"gt": {"_cls": "Detections", "detections": self.instances()}})
        drawn = {(label["_id"]["$oid"], "cat"): painted(label) for label in self.now("gt")}
        self.assertEqual([len(p) for p in drawn.values()], [16, 8, 21])
        self.ship("gt:instances")
        self.assertEqual(self.masks(self.archives()[0]), drawn)
        self.assert_counts(self.bring(), kept=3)
        self.assert_unchanged(self.ds, self.before)
        self.assertEqual(self.masks(self.path("back", "return_000.zip")), drawn)

    def test_R02_edited_masks_are_the_pixels_that_were_painted(self):
        self.start({"gt": "Detections"}, {"gt": {"_cls": "Detections", "detections": self.instances()}})
        drawn = [painted(label) for label in self.now("gt")]
        self.ship("gt:instances")
        inside, beside, hole = (18, 8), (40, 20), {(44, 16), (45, 16)}
        self.assertNotIn(inside, drawn[0])
        more = {"op": "add", "image": 0, "type": "mask", "label": "cat", "pixels": sorted(pixels_of(IN_A_HOLE, 2, 20))}
        report = self.bring({"op": "mask", "id": id_of(1), "set": [inside]}, {"op": "mask", "id": id_of(2), "set": [beside]},
                            {"op": "mask", "id": id_of(3), "clear": sorted(drawn[2])[:1], "set": sorted(hole)}, more)
        self.assert_counts(report, edited=3, added=1)
        want = [drawn[0] | {inside}, drawn[1] | {beside}, drawn[2] - {min(drawn[2])} | hole, pixels_of(IN_A_HOLE, 2, 20)]
        self.assertEqual([painted(label) for label in self.now("gt")], want)
        self.export(self.ds, "--media", "none", run="again", out="again", fields=["gt:instances"])
        self.assertEqual(list(self.masks(self.archives("again")[0]).values()), want)

    def test_R02_a_segmentation_with_holes_and_islands_is_the_same_pixels(self):
        whole = [[0] * WIDTH for _ in range(HEIGHT)]
        for value, grid in enumerate(DRAWN.values(), 1):
            for x, y in pixels_of(grid, 9 * value, 3 * value):
                whole[y][x] = value
        whole[8][38] = whole[9][28] = 1  # an island of the first class in another's hole, and in the open
        label = segmentation(1, mask=npy(whole))
        names = dict(zip("123", DRAWN))
        self.start({"gt": "Segmentation"}, {"gt": label}, mask_targets={"gt": names})
        drawn = {(id_of(1), name): {(x, y) for y, r in enumerate(whole) for x, v in enumerate(r) if v == int(value)}
                 for value, name in names.items()}
        self.ship("gt")
        self.assertEqual(self.masks(self.archives()[0]), drawn)
        self.assert_counts(self.bring(), kept=1)
        self.assert_unchanged(self.ds, self.before)

        def wider(xml):
            """The ring one pixel wider, over what is not painted."""
            return re.sub(r'(<mask label="ring"[^>]*rle=")([^"]*)(" left=")(\d+)(" top="\d+" width=")(\d+)', grow, xml)

        def grow(m):
            grown.append({(int(m[4]) - 1, y) for y in range(3, 7)})
            every = far_side_cvat.mask_points(drawn[id_of(1), "ring"] | grown[0])
            return m[1] + ", ".join(map(str, every[:-4])) + m[3] + str(every[-4]) + m[5] + str(every[-2] - every[-4] + 1)
        grown = []
        self.assert_counts(self.bring(xml=wider), edited=1)
        want = copy.deepcopy(whole)
        for x, y in grown[0]:
            want[y][x] = 1
        _, shape, lot = shapes.read_npy(self.now("gt")["mask"]["$binary"]["base64"])
        self.assertEqual((shape, lot), ((HEIGHT, WIDTH), shapes.flat(want)))

    RINGS = [[(0.125, 0.125), (0.875, 0.125), (0.875, 0.875), (0.125, 0.875)],  # outside, a hole, an island in it
             [(0.25, 0.25), (0.25, 0.75), (0.75, 0.75), (0.75, 0.25)], [(0.5, 0.5), (0.625, 0.5), (0.5, 0.625)]]

    def rings_in(self, archive):
        return [says["points"] for _, says, _ in self.elements(archive)]

    def test_R02_polygons_of_several_rings_are_the_same_rings(self):
        self.start({"gt": "Polylines"}, {"gt": {"_cls": "Polylines", "polylines": [
            line(1, *self.RINGS, filled=True, closed=True), line(2, self.RINGS[0], filled=True, closed=True)]}})
        self.ship("gt")
        text = [";".join("%s,%s" % (float(x * WIDTH), float(y * HEIGHT)) for x, y in r) for r in self.RINGS]
        self.assertEqual(self.rings_in(self.archives()[0]), text + text[:1])
        self.assert_counts(self.bring(), kept=2)
        self.assert_unchanged(self.ds, self.before)

        def turned(xml):
            """The image's elements in the opposite order, one point of the hole moved."""
            found = re.findall(r"\s*<polygon .*?</polygon>", xml, re.S)
            self.assertEqual(len(found), 4)
            moved = [e.replace("16.00,24.00", "18.00,24.00") for e in found]
            at = xml.index(found[0])
            return xml[:at] + "".join(reversed(moved)) + xml[at + len("".join(found)):]
        self.assert_counts(self.bring(xml=turned), kept=1, edited=1)
        self.docs[0]["gt"]["polylines"][0]["points"][1][1][0] = 18 / WIDTH
        self.assertEqual(crossing.samples_of(self.ds), self.docs)


class Accounting(Required):
    """R05: whatever comes back is in one bucket, and nothing is lost without a word."""

    # What the elements above become in a field of each type; all others are left out.
    TAKEN = {"boxes": {"box"}, "seen": {"tag"}, "areas": {"polygon", "mask"}, "lines": {"polyline"},
             "pose": {"skeleton", "points"}, "loose": {"points"}, "things": {"mask", "polygon", "ellipse"},
             "ground": {"mask", "polygon", "ellipse"}, "count": {"tag"}, "weather": {"tag"}}
    JOINED = {"ground"}  # masks and what is drawn are one segmentation
    CLASS = {"seen": "sun", "lines": "road", "pose": "person", "loose": "tip", "ground": "grass", "count": "count",
             "weather": "weather"}

    def returned(self, field):
        """A dump of the field with each element of CVAT, and an unknown one, beside what was shipped."""
        if not os.path.exists(self.path("ds")):
            self.ds = make_dataset(self.path("ds"))
        self.export(self.ds, "--media", "none", run="r_" + field, out="o_" + field, fields=[TYPES.get(field, field)])
        archive, = self.far_side(out="o_" + field, back="b_" + field)
        value = '<attribute name="value">%s</attribute>' % {"count": 5}.get(field, "fog")
        more = "".join(element(k, self.CLASS.get(field, "cat"), value if k == "tag" and field in ("count", "weather") else "")
                       for k in ELEMENTS)
        image = 2 if field == "count" else 0  # where no value is
        return self.rewrite(archive, lambda xml: put_in(xml, more, image))

    def test_R05_every_element_is_in_one_bucket(self):
        for field in KINDS:
            with self.subTest(field):
                archive = self.returned(field)
                said = json.loads(self.labelferry("info", "--json", archive).stdout)["kinds"]
                self.assertEqual({k for k in ELEMENTS if k != "blob"} | {"shape"}, set(said))
                shipped = json.loads(self.labelferry("info", "--json", self.path(
                    "o_" + field, "FiftyOne_kinds_" + field, "annotations.zip")).stdout)["kinds"]
                self.assertEqual(sum(said.values()), sum(shipped.values()) + len(ELEMENTS))
                report = self.merge(self.ds, [archive], "--unexpected", "ignore", run="r_" + field, where=("-n",), status=1)
                taken = self.TAKEN[field]
                added = 1 if field in self.JOINED else len(taken)
                refused = 1 if field == "weather" else 0  # every image has one already
                self.assert_counts(report, kept=SHIPPED[field], added=added - refused, refused=refused,
                                   ignored=len(ELEMENTS) - len(taken))
                told = [e["came"] for e in report["events"] if e["code"] == "LF2013"]
                self.assertEqual(sorted(told), sorted("shape" if k == "blob" else k for k in ELEMENTS if k not in taken))

    def test_R05_what_a_field_does_not_hold_stops_the_merge(self):
        for field in KINDS:
            with self.subTest(field):
                archive = self.returned(field)
                before = testenv.snapshot(self.ds)
                report = self.merge(self.ds, [archive], run="r_" + field, status=5)
                self.assertEqual(report["findings"]["LF2007"], len(ELEMENTS) - len(self.TAKEN[field]))
                self.assertEqual(testenv.snapshot(self.ds), before)

    def test_R05_every_bucket_at_once_sums_to_what_went_in(self):
        """A label of each fate, in one merge of two fields."""
        self.start({"gt": "Detections", "kind": "Classification"},
                   {"gt": {"_cls": "Detections", "detections": [box(n, at=(n / 16, 0.25, 0.25, 0.5), count=n) for n in range(1, 8)]},
                    "kind": tag(20)},
                   {"gt": {"_cls": "Detections", "detections": [box(8), box(9)]}, "kind": tag(21, "dog")},
                   {"gt": {"_cls": "Detections", "detections": [box(10, "dog", count=1)]}, "kind": tag(22)})
        out = self.ship("gt", "kind", options=("--read-only", "count"))
        self.assertEqual(out["shipped"], 13)
        path = os.path.join(self.ds, "samples.json")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        mine = text.replace('"bounding_box": [0.3125', '"bounding_box": [0.3515625', 1)
        self.assertNotEqual(mine, text)
        with open(path, "w", encoding="utf-8") as f:
            f.write(mine)
        edits = [{"op": "move", "id": id_of(1), "dx": 3}, {"op": "delete", "id": id_of(2)},
                 {"op": "attribute", "id": id_of(3), "name": "count", "value": "9"},
                 {"op": "move", "id": id_of(5), "dx": 4}, {"op": "relabel", "id": id_of(20), "label": "dog"},
                 {"op": "add", "image": 0, "task": 0, "type": "rectangle", "label": "dog", "points": [1, 1, 9, 9]},
                 {"op": "add", "image": 2, "task": 0, "type": "ellipse", "label": "cat", "points": [9, 9, 12, 7]},
                 {"op": "remove_image", "image": 1, "task": 0}]
        report = self.bring(*edits, options=("--unexpected", "ignore", "--conflict", "ours"), status=1)
        # 1 and 20 edited, 2 gone, 3 refused, 5 in conflict, 8 and 9 absent; 4, 6, 7, 10, 21, 22 as they were
        self.assert_counts(report, edited=2, deleted=1, refused=1, conflict=1, absent=2, kept=6, added=1, ignored=1)
        self.assertEqual(report["counts"]["labels"], 13 + 2)
        self.assertEqual(report["items"]["came"], report["items"]["run"])


class Fields(Required):
    """R10, R12: counts a field that add up, what is not spoken of is untouched, and the exit status says how it went."""

    def two(self):
        """Three images with two boxes and a tag each, in two fields: the archives of both."""
        self.start({"gt": "Detections", "seen": "Classifications"},
                   *({"gt": {"_cls": "Detections", "detections": [box(2 * n + 1, count=1), box(2 * n + 2, at=(0.5, 0.25, 0.25, 0.5), count=1)]},
                      "seen": {"_cls": "Classifications", "classifications": [tag(20 + n, ("sun", "fog")[n % 2])]}} for n in range(3)))
        self.ship("gt", "seen")

    EDITS = [{"op": "move", "id": id_of(1), "dx": 8}, {"op": "delete", "id": id_of(4)},
             {"op": "relabel", "id": id_of(20), "label": "fog"}]

    def edited(self):
        want = copy.deepcopy(self.docs)
        want[0]["gt"]["detections"][0]["bounding_box"][0] += 8 / WIDTH
        del want[1]["gt"]["detections"][1]
        want[0]["seen"]["classifications"][0]["label"] = "fog"
        return want

    def row(self, report, field):
        return {b: n for b, n in report["fields"][field].items() if n and b != "labels"}

    def test_R10_disjoint_archives_one_after_the_other_leave_the_union(self):
        for turn in (1, -1):
            with self.subTest(turn):
                self.two()
                back = dict(zip(("gt", "seen"), self.far_side(edits=self.EDITS)))
                edited = {"gt": {"edited": 1, "deleted": 1, "kept": 4}, "seen": {"edited": 1, "kept": 2}}
                for field, other in (("gt", "seen"), ("seen", "gt"))[::turn]:
                    report = self.merge(self.ds, [back[field]])
                    self.assertEqual(list(report["fields"]), ["gt", "seen"])
                    self.assertEqual(self.row(report, field), edited[field])
                    self.assertEqual(set(self.row(report, other)), {"absent"})
                self.assertEqual(crossing.samples_of(self.ds), self.edited())

    def test_R10_a_dry_run_tells_each_field_and_all_at_once(self):
        self.two()
        back, before = self.far_side(edits=self.EDITS), testenv.snapshot(self.ds)
        report = self.merge(self.ds, back, where=("-n",))
        self.assertEqual((self.row(report, "gt"), self.row(report, "seen")),
                         ({"edited": 1, "deleted": 1, "kept": 4}, {"edited": 1, "kept": 2}))
        lines = ["  gt    4 kept  1 edited  1 deleted", "  seen  2 kept  1 edited  0 deleted"]
        self.assertEqual(report["stderr"].splitlines()[-3:-1], lines)
        args = ["merge", "r", *back, "--dataset", self.ds, "-n"]
        self.assertEqual(self.labelferry(*args, "-q").stderr, "")
        self.labelferry(*args, "-q", "--report", self.path("told.txt"))
        with open(self.path("told.txt"), encoding="utf-8") as f:
            self.assertEqual(f.read().splitlines()[:2], lines)
        self.assertEqual(testenv.snapshot(self.ds), before)

    def test_R10_one_field_needs_no_line_of_its_own(self):
        self.start({"gt": "Detections"}, {"gt": {"_cls": "Detections", "detections": [box(1)]}})
        self.ship("gt")
        report = self.bring(dry=True)
        self.assertEqual((self.row(report, "gt"), report["no_field"]), ({"kept": 1}, 0))
        self.assertEqual(len(report["stderr"].splitlines()), 1)

    def test_R10_an_image_that_the_archive_lacks_is_untouched(self):
        self.two()
        for archive in self.far_side(edits=self.EDITS):
            self.rewrite(archive, lambda xml: re.sub(r'  <image id="1".*?</image>\n', "", xml, flags=re.S))
        report = self.merge(self.ds, [self.path("back", n) for n in sorted(os.listdir(self.path("back")))])
        want = self.edited()
        want[1] = self.docs[1]
        self.assertEqual(crossing.samples_of(self.ds), want)
        self.assertEqual((self.row(report, "gt"), self.row(report, "seen")),
                         ({"edited": 1, "kept": 3, "absent": 2}, {"edited": 1, "kept": 1, "absent": 1}))

    def test_R10_kept_shapes_are_a_field_of_the_report(self):
        self.two()
        line_in = lambda xml: put_in(xml, element("polyline", "cat"))
        back = self.far_side()
        self.rewrite(back[0], line_in)
        report = self.merge(self.ds, back, "--unexpected", "keep")
        self.assertEqual({f: self.row(report, f) for f in report["fields"]},
                         {"gt": {"kept": 6}, "seen": {"kept": 3}, "polylines": {"added": 1}})

    def test_R12_every_policy_that_stops_a_merge_tells_counts_that_add_up(self):
        """The counts themselves are checked by self.merge, for every merge of these tests."""
        other = lambda xml: xml.replace('name="1.png"', 'name="nobody.png"')
        rows_ = (
            ("all is well", None, (), 0, {"kept": 6}, 0),
            ("findings", other, (), 1, {"kept": 4, "absent": 2}, 2),
            ("none of its items", lambda xml: re.sub(r'name="\d.png"', 'name="nobody.png"', xml), (), 5, None, 0),
            ("an item of nobody's", other, ("--unmatched", "fail"), 5, {"kept": 4, "absent": 2}, 2),
            ("an unexpected shape", lambda xml: put_in(xml, element("polyline", "cat")), (), 5, {"kept": 6, "ignored": 1}, 0),
            ("an unknown class", lambda xml: put_in(xml, element("box", "zebra")), ("--unknown-class", "fail"), 5, {"kept": 6, "ignored": 1}, 0),
            ("an unknown attribute", lambda xml: xml.replace('name="count"', 'name="counted"', 1), ("--unknown-attrs", "fail"), 5, {"kept": 6}, 0),
            ("damage", lambda xml: xml.replace('xtl="', 'xtl="x', 1), (), 4, {"kept": 4, "absent": 2}, 2),
            ("ids of nobody's", lambda xml: re.sub(r'(<attribute name="label_id">)[0-9a-f]{24}', r"\1" + "f" * 24, xml), (), 5, None, 0),
        )
        for title, change, options, status, row, none in rows_:
            with self.subTest(title):
                self.two()
                archive = self.far_side(edits=[])[0]
                if change:
                    self.rewrite(archive, change)
                before = self.data_of(self.ds)
                report = self.merge(self.ds, [archive], *options, status=status)
                self.assertEqual((report["exit"], report["written"]), (status, status < 2))
                self.assertEqual("error" in report, status > 1)
                if row:
                    self.assertEqual((self.row(report, "gt"), report["no_field"]), (row, none))
                if status > 1:
                    self.assertEqual(self.data_of(self.ds), before)

    def test_R12_conflicts_stop_it_with_counts_too(self):
        self.two()
        path = os.path.join(self.ds, "samples.json")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace('"label": "sun"', '"label": "rain"', 1))
        report = self.bring(*self.EDITS, status=6)
        self.assertEqual((self.row(report, "gt"), self.row(report, "seen")),
                         ({"edited": 1, "deleted": 1, "kept": 4}, {"conflict": 1, "kept": 2}))
        self.assertFalse(report["written"])


class Outside(Required):
    """R32: shapes that reach out of their image, or have no sense at all: a code for each. A row is an image."""

    # The left and the right edge that came back, and what is said of it without and with --on-error fix.
    ROWS = (("1e-7", -1e-7, 24, None, "LF2123"), ("0.4", -0.4, 24, None, "LF2123"), ("3 px", -3, 24, "LF2120", "LF2120"),
            ("100x", 800, 2400, "LF2121", "LF2121"), ("over 10x", -5, 640, "LF2121", "LF2121"),
            ("no width", 24, 24, "LF2114", "LF2114"))
    BROKEN = ("NaN", "nan", "inf", "-Infinity", "1e999", "", "a")
    BOX = 'xtl="8.00" ytl="8.00" xbr="24.00" ybr="24.00"'

    def boxes(self, count):
        at = [v / s for v, s in zip((8, 8, 16, 16), (WIDTH, HEIGHT) * 2)]
        self.start({"gt": "Detections"}, *({"gt": {"_cls": "Detections", "detections": [box(n + 1, at=at)]}}
                                           for n in range(count)))
        self.ship("gt")

    def bring_each(self, old, texts, fix):
        """The first `old` of each image with the text of its row instead; {row: the codes said of it}."""
        def each(xml):
            at, out = 0, []
            for n, text in enumerate(texts):
                start = xml.index('name="%d.png"' % n, at)
                first = xml.index(old, start)
                out += [xml[at:first], text]
                at = first + len(old)
            return "".join(out) + xml[at:]
        report = self.bring(xml=each, options=("--on-error", "fix") if fix else (), status=1)
        said = {n: [] for n in range(len(texts))}
        for e in report["events"]:
            said[int(e["item"][:-4])].append(e["code"])
        self.assertEqual(sum(report["findings"].values()), sum(map(len, said.values())))
        return report, said

    def assert_said(self, said, rows, fix):
        self.assertEqual({rows[n][0]: codes for n, codes in said.items()},
                         {row[0]: [c for c in [row[4 if fix else 3]] if c] for row in rows})

    def assert_edge(self, left, code):
        """What was cut ends at the edge; what was taken as it is reaches out of the image."""
        self.assertEqual((left == 0, left < 0), (code == "LF2123", code in (None, "LF2120")), left)

    def test_R32_an_edited_box_outside_its_image(self):
        for fix in (False, True):
            self.boxes(len(self.ROWS))
            texts = ['xtl="%s" ytl="8.00" xbr="%s" ybr="24.00"' % row[1:3] for row in self.ROWS]
            report, said = self.bring_each(self.BOX, texts, fix)
            self.assert_said(said, self.ROWS, fix)
            self.assert_counts(report, edited=4, refused=2)
            for n, row in enumerate(self.ROWS):
                with self.subTest(row[0], fix=fix):
                    if row[3] == "LF2121":
                        self.assertEqual(self.now("gt", n), self.docs[n]["gt"]["detections"])
                    else:
                        self.assert_edge(self.now("gt", n)[0]["bounding_box"][0], row[4 if fix else 3])

    def test_R32_a_new_box_outside_its_image(self):
        for fix in (False, True):
            self.boxes(len(self.ROWS))
            texts = ['<box label="cat" xtl="%s" ytl="8" xbr="%s" ybr="24"></box></image>' % row[1:3] for row in self.ROWS]
            report, said = self.bring_each("</image>", texts, fix)
            self.assert_said(said, self.ROWS, fix)
            self.assert_counts(report, kept=6, added=4, refused=2)
            for n, row in enumerate(self.ROWS):
                with self.subTest(row[0], fix=fix):
                    more = self.now("gt", n)[1:]
                    self.assertEqual(len(more), row[3] != "LF2121")
                    for label in more:
                        self.assert_edge(label["bounding_box"][0], row[4 if fix else 3])

    def test_R32_points_outside_their_image(self):
        ring = [(0.25, 0.25), (0.75, 0.25), (0.5, 0.75)]
        rows = [row[:1] + (-640 if row[0] == "100x" else row[1],) + row[2:] for row in self.ROWS[:4]]
        for field, cls in (("gt:polygons", "Polylines"), ("gt:polylines", "Polylines"), ("gt", "Keypoints")):
            for fix in (False, True):
                filled = field == "gt:polygons"
                docs = [{"gt": {"_cls": cls, shapes.LISTS[cls]: [points(n, *ring) if cls == "Keypoints" else
                                                                 line(n, ring, filled=filled, closed=filled)]}}
                        for n in range(1, len(rows) + 1)]
                self.start({"gt": cls}, *docs)
                self.ship(field)
                report, said = self.bring_each('"16.00,8.00', ['"%s,8.00' % row[1] for row in rows], fix)
                self.assert_said(said, rows, fix)
                self.assert_counts(report, edited=3, refused=1)
                for n, row in enumerate(rows):
                    with self.subTest(field, excess=row[0], fix=fix):
                        got = self.now("gt", n)[0]["points"]
                        if row[3] == "LF2121":
                            self.assertEqual(got, self.docs[n]["gt"][shapes.LISTS[cls]][0]["points"])
                        else:
                            self.assert_edge((got if cls == "Keypoints" else got[0])[0][0], row[4 if fix else 3])

    def test_R32_what_is_no_number_stops_the_merge_with_its_place(self):
        draws = ['<box label="cat" xtl="%s" ytl="1" xbr="9" ybr="9"></box>',
                 '<box label="cat" xtl="1" ytl="1" xbr="9" ybr="9" rotation="%s"></box>',
                 '<polygon label="cat" points="1,1;%s,1;9,9"></polygon>', '<points label="cat" points="1,%s"></points>',
                 '<ellipse label="cat" cx="9" cy="9" rx="%s" ry="2"></ellipse>',
                 '<mask label="cat" rle="0, 4" left="%s" top="1" width="2" height="2"></mask>']
        self.boxes(1)
        before = testenv.snapshot(self.ds)
        archive, = self.far_side()
        for draw in draws:
            for word in self.BROKEN:
                with self.subTest(draw % word):
                    broken = self.rewrite(archive, lambda t: put_in(t, draw % word), "broken.zip")
                    done = self.labelferry("merge", "r", broken, "--dataset", self.ds, "--in-place", "--on-error", "fix", status=4)
                    self.assertRegex(done.stderr, r'annotations.xml:\d+: error: LF3052 .*image "0.png", shape 2')
                    self.assertEqual(testenv.snapshot(self.ds), before)

    def test_R32_negative_sizes(self):
        """A box drawn from its other corner is the same box; a mask cannot have such a size."""
        self.boxes(1)
        turned = 'xtl="24.00" ytl="24.00" xbr="8.00" ybr="8.00"'
        self.assert_counts(self.bring(xml=lambda t: t.replace(self.BOX, turned), dry=True), kept=1)
        report = self.bring(xml=lambda t: put_in(t, '<box label="cat" xtl="30" ytl="20" xbr="10" ybr="4"></box>'))
        self.assert_counts(report, kept=1, added=1)
        self.assertEqual(self.now("gt")[1]["bounding_box"], [10 / WIDTH, 4 / HEIGHT, 20 / WIDTH, 16 / HEIGHT])
        before = testenv.snapshot(self.ds)
        for sizes in ('width="-2" height="2"', 'width="2" height="-2"'):
            archive, = self.far_side()
            self.rewrite(archive, lambda t: put_in(t, '<mask label="cat" rle="0, 4" left="1" top="1" %s></mask>' % sizes))
            self.assertIn("LF3052", self.labelferry("merge", "r", archive, "--dataset", self.ds, "--in-place", status=4).stderr)
        self.assertEqual(testenv.snapshot(self.ds), before)


class NothingOnIt(Required):
    """R33: images without labels cross like any other."""

    FIELDS = {"boxes": "Detections", "one": "Detection", "kinds": "Classifications", "lines": "Polylines",
              "pose": "Keypoints", "ground": "Segmentation", "count": "IntField"}
    ASKED = ("boxes", "one:detection", "kinds", "lines", "pose", "ground", "count")
    CLASSES = ("--classes", "a")
    TARGETS = ("--mask-targets", '{"1": "a"}')

    def empty(self):
        lists = {n: {"_cls": c, shapes.LISTS[c]: []} for n, c in self.FIELDS.items() if c in shapes.LISTS}
        nulls = dict.fromkeys(self.FIELDS)
        self.start(self.FIELDS, lists, nulls, {}, lists)

    def test_R33_a_dataset_without_any_label(self):
        for field in self.ASKED:
            with self.subTest(field):
                self.empty()
                options = {"ground": self.TARGETS, "count": ()}.get(field, self.CLASSES)
                out = self.ship(field, options=options)
                self.assertEqual((out["samples"], out["shipped"], out["home"]), (4, 0, 0))
                xml, = crossing.dumps_in(self.archives()[0]).values()
                self.assertEqual(re.findall(rb'<image [^>]*name="([^"]*)"', xml), [b"0.png", b"1.png", b"2.png", b"3.png"])
                report = self.bring()
                self.assert_counts(report)
                self.assertEqual((report["items"], report["findings"]), ({"run": 4, "came": 4, "unmatched": 0, "damaged": 0, "removed": 0, "changed": 0}, {}))
                self.assert_unchanged(self.ds, self.before)

    def some(self):
        lot = [[box(1), box(2)], [box(3)], []]
        self.start({"gt": "Detections"}, *({"gt": {"_cls": "Detections", "detections": boxes}} for boxes in lot))

    def edits(self):
        return [{"op": "delete", "id": id_of(1)}, {"op": "delete", "id": id_of(2)}]

    def test_R33_an_emptied_image_loses_its_labels(self):
        self.some()
        self.ship("gt")
        report = self.bring(*self.edits())
        self.assert_counts(report, deleted=2, kept=1)
        self.assertEqual(report["items"], {"run": 3, "came": 3, "unmatched": 0, "damaged": 0, "removed": 0, "changed": 1})
        self.docs[0]["gt"]["detections"] = []
        self.assertEqual(crossing.samples_of(self.ds), self.docs)

    def test_R33_but_not_without_the_right(self):
        self.some()
        self.ship("gt", options=("--no-allow-deletions",))
        report = self.bring(*self.edits(), status=1)
        self.assert_counts(report, refused=2, kept=1)
        self.assertEqual(report["findings"], {"LF2009": 2})
        self.assert_unchanged(self.ds, self.before)

    def test_R33_an_image_that_is_not_in_the_archive_keeps_them(self):
        self.some()
        self.ship("gt")
        report = self.bring(*self.edits(), {"op": "remove_image", "image": 0})
        self.assert_counts(report, absent=2, kept=1)
        self.assertEqual(report["items"], {"run": 3, "came": 2, "unmatched": 0, "damaged": 0, "removed": 1, "changed": 0})
        self.assert_unchanged(self.ds, self.before)

    def test_R33_all_images_emptied(self):
        self.some()
        self.ship("gt")
        report = self.bring(*self.edits(), {"op": "delete", "id": id_of(3)})
        self.assert_counts(report, deleted=3)
        self.assertEqual(report["items"], {"run": 3, "came": 3, "unmatched": 0, "damaged": 0, "removed": 0, "changed": 2})
        self.assertEqual([len(self.now("gt", n)) for n in range(3)], [0, 0, 0])


class Types(Required):
    """R43: what an attribute of each type makes of each text, and what is said of it."""

    TEXTS = ("true", "True", "1", "yes", "7", "7.0", "3.5", "", "1e5", "0012", "text")
    OLD = {"flag": (True, False), "count": (3,), "score": (2.5,), "note": ("old",)}
    ALONE = "alone"  # as it was, or absent
    NO = (ALONE, "LF2110")
    FLAG = (True, True) + (NO,) * 9
    COUNT = (NO, NO, 1, NO, 7, 7, (3.5, "LF2111"), NO, 100000, 12, NO)
    SCORE = (NO, NO, 1.0, NO, 7.0, 7.0, 3.5, NO, 100000.0, 12.0, NO)
    # What is stored over a value of the type: a pair has the finding with it.
    GOLDEN = {"flag": FLAG, "count": COUNT, "score": SCORE, "note": TEXTS}
    # Where no value was, "" is the default of all but a checkbox, and changes nothing.
    ABSENT = {"flag": FLAG, "count": COUNT[:7] + (ALONE,) + COUNT[8:], "score": SCORE[:7] + (ALONE,) + SCORE[8:],
              "note": TEXTS[:7] + (ALONE,) + TEXTS[8:]}
    # With --coerce-text a text of no known type becomes what it looks like.
    COERCED = (True, True, 1, "yes", 7, 7.0, 3.5, ALONE, 100000.0, 12, "text")

    def with_texts(self, name, options=()):
        """Merges a dump in which label i has text i; what the labels say then, and {label: codes}."""
        archive, = self.far_side()
        found = []

        def put(m):
            found.append(m)
            return m.group(1) + self.TEXTS[len(found) - 1] if len(found) <= len(self.TEXTS) else m.group(0)
        self.rewrite(archive, lambda t: re.sub(r'(<attribute name="%s">)[^<]*' % name, put, t))
        self.assertGreaterEqual(len(found), len(self.TEXTS))
        report = self.merge(self.ds, [archive], *options, status=None)
        codes = {}
        for e in report["events"]:
            codes.setdefault(e["label"], []).append(e["code"])
        return [(l.get(name, self.ALONE), codes.pop(l["_id"]["$oid"], [])) for l in self.now("gt")[:len(self.TEXTS)]], report

    def expect(self, got, wants, old):
        for text, (value, codes), want in zip(self.TEXTS, got, wants):
            with self.subTest(text=text, old=old):
                want, code = want if isinstance(want, tuple) else (want, None)
                want = old if want == self.ALONE and old is not None else want
                self.assertEqual((json.dumps(value), codes), (json.dumps(want), [code] if code else []))

    def test_R43_over_values_and_where_none_was(self):
        for name, olds in self.OLD.items():
            for old in olds + (None,):
                with self.subTest(name):
                    has = {} if old is None else {name: old}
                    labels = [tag(n, **has) for n in range(1, len(self.TEXTS) + 1)]
                    labels += [tag(90 + n, **{name: v}) for n, v in enumerate(olds)]  # so that it has its type
                    self.start({"gt": "Classifications"}, {"gt": {"_cls": "Classifications", "classifications": labels}})
                    self.ship("gt")
                    got, report = self.with_texts(name)
                    self.expect(got, (self.GOLDEN if old is not None else self.ABSENT)[name], old)
                    refused = sum("LF2110" in codes for _, codes in got)
                    edited = sum(value != (self.ALONE if old is None else old) for value, _ in got)
                    self.assert_counts(report, refused=refused, edited=edited, kept=len(labels) - refused - edited)

    def test_R43_in_a_new_field(self):
        """The types are the schema's; --coerce-text is for texts alone."""
        kinds = {"flag": {"type": "checkbox"}, "count": {"type": "number", "values": [0, 9, 1]},
                 "score": {"type": "number", "values": [0, 9, 0.5]}, "note": {"type": "text"}}
        for coerce in ((), ("--coerce-text",)):
            for name, kind in kinds.items():
                with self.subTest(name, options=coerce):
                    self.start({}, {})
                    with open(self.path("schema.json"), "w", encoding="utf-8") as f:
                        json.dump({"gt": {"type": "classifications", "classes": ["cat"], "attributes": {name: kind}}}, f)
                    self.ship(options=("--schema", self.path("schema.json")))
                    adds = [{"op": "add_tag", "image": 0, "label": "cat"}] * len(self.TEXTS)
                    real = self.far_side
                    self.far_side = lambda: real(edits=adds)
                    got, report = self.with_texts(name, coerce)
                    self.far_side = real
                    texts = self.COERCED if coerce else self.ABSENT["note"]
                    self.expect(got, texts if name == "note" else self.GOLDEN[name], None)  # a bounded number is never ""
                    self.assert_counts(report, added=len(self.TEXTS))


class Resolutions(Required):
    """R45: an instance mask of another size than its box."""

    FORMS = {"0.5x": (4, 3), "1x": (8, 6), "2x": (16, 12)}

    def dataset(self, kind):
        """A mask of each size over a box of 8 x 6 pixels that lies between the image's pixels."""
        true = {"|b1": True, "|u1": 255}[kind]
        out = []
        for n, (w, h) in enumerate(self.FORMS.values(), 1):
            grid = [[true if (x - w / 2) ** 2 / w + (y - h / 2) ** 2 / h < w / 5 else type(true)(0) for x in range(w)] for y in range(h)]
            out.append(box(n, at=((16 * n - 8.25) / WIDTH, 8.25 / HEIGHT, 8 / WIDTH, 6 / HEIGHT), mask=npy(grid, kind)))
        self.start({"gt": "Detections"}, {"gt": {"_cls": "Detections", "detections": out}})

    def test_R45_an_unedited_mask_of_any_size_stays_as_it_is(self):
        for kind in ("|b1", "|u1"):
            with self.subTest(kind):
                self.dataset(kind)
                self.ship("gt:instances")
                sizes = [(int(s["width"]), int(s["height"])) for _, s, _ in self.elements(self.archives()[0])]
                for w, h in sizes:  # over the box's pixels, whatever the array's size
                    self.assertTrue(4 < w <= 8 and 3 < h <= 6, sizes)
                self.assert_counts(self.bring(), kept=3)
                self.assert_unchanged(self.ds, self.before)

    def test_R45_a_change_beside_the_mask_does_not_touch_the_array(self):
        self.dataset("|u1")
        self.ship("gt:instances", options=("--classes", "cat,dog"))
        self.assert_counts(self.bring(*({"op": "relabel", "id": id_of(n), "label": "dog"} for n in (1, 2, 3))), edited=3)
        for label in self.docs[0]["gt"]["detections"]:
            label["label"] = "dog"
        self.assertEqual(crossing.samples_of(self.ds), self.docs)

    def test_R45_an_edited_one_has_the_images_resolution(self):
        for kind, true in (("|b1", 1), ("|u1", 255)):
            with self.subTest(kind):
                self.dataset(kind)
                self.ship("gt:instances")
                drawn = self.masks(self.archives()[0])
                corner = {n: min(drawn[id_of(n), "cat"]) for n in (1, 2, 3)}
                report = self.bring(*({"op": "mask", "id": id_of(n), "set": [(x - 2, y)]} for n, (x, y) in corner.items()))
                self.assert_counts(report, edited=3)
                for n, label in enumerate(self.now("gt"), 1):
                    self.assertEqual(painted(label), drawn[id_of(n), "cat"] | {(corner[n][0] - 2, corner[n][1])})
                    dtype, _, lot = shapes.read_npy(label["mask"]["$binary"]["base64"])
                    self.assertEqual((dtype, {int(v) for v in lot}), (kind, {0, true}))


class Neighbours(Required):
    """W18: shapes of a kind next to the field's are made the field's; not with --no-convert-shapes."""

    BLOCK = [[True] * 8 for _ in range(8)]
    AT = (0.25, 0.25, 8 / WIDTH, 8 / HEIGHT)
    OUT = ("--no-convert-shapes", "--unexpected", "ignore")

    def instead(self, number, *shapes_):
        """Changes an XML: the element of that label comes back as these, with its attributes."""
        def change(xml):
            for m in re.finditer(r"[ ]*<(mask|polygon) [^>]*>(.*?)</\1>\s*", xml, re.S):
                if id_of(number) in m.group(2):
                    new = "".join('<%s label="cat" source="manual" occluded="0" %s>%s</%s>' % (k, says, m.group(2), k)
                                  for k, says in shapes_)
                    return xml.replace(m.group(0), new)
            self.fail("no element of label %d" % number)
        return change

    def left_alone(self, xml, came):
        """With --no-convert-shapes they stop the merge or, where they are to be left out, change nothing."""
        report = self.bring(xml=xml, options=self.OUT[:1], status=5)
        self.assertEqual(report["findings"]["LF2007"], came)
        self.assert_unchanged(self.ds, self.before)
        report = self.bring(xml=xml, options=self.OUT, status=1)
        self.assertEqual((report["findings"]["LF2013"], report["counts"]["edited"], report["counts"]["deleted"]), (came, 0, 0))
        self.assert_unchanged(self.ds, self.before)

    def test_W18_polygons_among_instances_become_a_mask_per_id(self):
        self.start({"gt": "Detections"}, {"gt": {"_cls": "Detections", "detections": [
            box(1, at=self.AT, mask=npy(self.BLOCK, "|b1")), box(2, at=self.AT, mask=npy(self.BLOCK, "|b1"))]}})
        self.ship("gt:instances")
        xml = self.instead(1, ("polygon", 'points="16,8;20,8;20,12;16,12"'), ("polygon", 'points="30,8;34,8;34,10;30,10"'))
        self.left_alone(xml, 2)
        self.assert_counts(self.bring(xml=xml), edited=1, kept=1)
        got = self.now("gt")
        self.assertEqual(len(got), 2)
        pixels = painted(got[0])
        self.assertEqual({x for x, y in pixels if 20 < x < 30}, set())
        for x, y in ((17, 9), (18, 11), (31, 9), (33, 9)):
            self.assertIn((x, y), pixels)
        self.assertEqual(got[1], self.docs[0]["gt"]["detections"][1])

    def test_W18_polygons_in_a_segmentation_are_drawn(self):
        label = segmentation(1, mask=npy([[1] * 8 + [0] * (WIDTH - 8) for _ in range(HEIGHT)]))
        self.start({"gt": "Segmentation"}, {"gt": label}, mask_targets={"gt": {"1": "grass", "2": "sky"}})
        self.ship("gt")
        draw = '<polygon label="sky" source="manual" points="20,10;30,10;30,20;20,20"></polygon>'
        self.left_alone(lambda t: put_in(t, draw), 1)
        self.assert_counts(self.bring(xml=lambda t: put_in(t, draw)), edited=1)
        _, shape, lot = shapes.read_npy(self.now("gt")["mask"]["$binary"]["base64"])
        grid = [lot[y * WIDTH:(y + 1) * WIDTH] for y in range(HEIGHT)]
        self.assertEqual((grid[15][25], grid[5][25], grid[15][40], grid[15][4]), (2, 0, 0, 1))
        self.assertTrue(100 <= lot.count(2) <= 121 and lot.count(1) == 8 * HEIGHT)

    def test_W18_masks_among_polygons_are_traced(self):
        ring = [(0.25, 0.25), (0.5, 0.25), (0.5, 0.75)]
        self.start({"gt": "Polylines"}, {"gt": {"_cls": "Polylines", "polylines": [line(1, ring, name="cat", closed=True, filled=True)]}})
        self.ship("gt:polygons")
        runs = ", ".join(["0"] + ["200"])
        xml = self.instead(1, ("mask", 'rle="%s" left="40" top="6" width="20" height="10"' % runs))
        self.left_alone(xml, 1)
        self.assert_counts(self.bring(xml=xml), edited=1)
        got = self.now("gt")[0]
        self.assertEqual((got["closed"], got["filled"], len(got["points"])), (True, True, 1))
        for axis, size, low, high in ((0, WIDTH, 40, 60), (1, HEIGHT, 6, 16)):
            at = [p[axis] * size for p in got["points"][0]]
            self.assertTrue(low - 0.6 <= min(at) <= low + 0.6 and high - 1.6 <= max(at) <= high + 0.6, at)


class Skeletons(Required):
    """R04, beside what test_cvat_shapes.py shows of it."""

    NODES = {"gt": {"labels": ["nose", "ear", "tail"], "edges": [[0, 1], [1, 2]]},
             "other": {"labels": ["tail", "nose", "ear"], "edges": [[0, 1]]}}
    XY = [(0.25, 0.25), (0.5, 0.25), (0.75, 0.75)]

    def test_R04_a_node_that_is_missing_and_one_that_is_hidden(self):
        self.start({"gt": "Keypoints"}, {"gt": {"_cls": "Keypoints", "keypoints": [points(1, *self.XY), points(2, *self.XY)]}},
                   skeletons=self.NODES)
        self.ship("gt")

        def cut(xml):
            first = xml.index("<skeleton ")
            second = xml.index("<skeleton ", first + 1)
            gone = re.sub(r'\s*<points label="ear".*?</points>', "", xml[first:second], count=1, flags=re.S)
            hidden = xml[second:].replace('outside="0" occluded="0"', 'outside="0" occluded="1"', 1)
            return xml[:first] + gone + hidden
        report = self.bring(xml=cut, status=1)
        self.assert_counts(report, edited=1, kept=1)
        self.assertEqual(report["findings"], {"LF2113": 1})
        self.docs[0]["gt"]["keypoints"][0]["points"][1] = [shapes.NAN, shapes.NAN]
        self.assertEqual(crossing.samples_of(self.ds), self.docs)

    def test_R04_two_skeletons_with_the_same_nodes_in_another_order(self):
        lot = {f: {"_cls": "Keypoints", "keypoints": [points(n, *self.XY)]} for n, f in enumerate(self.NODES, 1)}
        self.start(dict.fromkeys(self.NODES, "Keypoints"), lot, skeletons=self.NODES)
        self.ship(*self.NODES)

        def turned(xml):
            nodes = re.findall(r"\s*<points .*?</points>", xml, re.S)
            self.assertEqual(len(nodes), 3)
            at = xml.index(nodes[0])
            return xml[:at] + "".join(reversed(nodes)) + xml[at + len("".join(nodes)):]
        self.assert_counts(self.bring(xml=turned), kept=2)
        self.assert_unchanged(self.ds, self.before)


class Runs(Required):
    """R44: masks travel row by row in their tight box."""

    def test_R44_boxes_are_tight_and_runs_fill_them(self):
        every = {"hole": pixels_of(RING, 5, 5), "one pixel": {(33, 17)}, "corners": {(0, 0), (WIDTH - 1, HEIGHT - 1)},
                 "all": {(x, y) for x in range(WIDTH) for y in range(HEIGHT)}, "left edge": {(0, y) for y in range(HEIGHT)},
                 "last row": {(x, HEIGHT - 1) for x in range(3, WIDTH)}}
        labels = []
        for n, pixels in enumerate(every.values(), 1):  # in an array as large as the image: nothing of it is tight
            grid = [[(x, y) in pixels for x in range(WIDTH)] for y in range(HEIGHT)]
            labels.append(box(n, at=(0, 0, 1, 1), mask=npy(grid, "|b1")))
        self.start({"gt": "Detections"}, {"gt": {"_cls": "Detections", "detections": labels}})
        self.ship("gt:instances")
        sent = self.masks(self.archives()[0])
        self.assertEqual(list(sent.values()), list(every.values()))
        for (_, says, _), pixels in zip(self.elements(self.archives()[0]), every.values()):
            left, top = min(x for x, _ in pixels), min(y for _, y in pixels)
            wide, high = max(x for x, _ in pixels) - left + 1, max(y for _, y in pixels) - top + 1
            self.assertEqual([int(says[k]) for k in ("left", "top", "width", "height")], [left, top, wide, high])
            self.assertEqual(sum(int(v) for v in says["rle"].split(",")), wide * high)
        self.assert_counts(self.bring(), kept=len(every))
        self.assert_unchanged(self.ds, self.before)
