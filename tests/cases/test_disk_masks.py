"""Masks that lie beside the document: edited, changed in place by somebody else, and out of an edited copy."""

import copy
import json
import os
import re
import struct
import zlib

import crossing
import testenv

FIELDS = ("instances_disk:instances", "segmentation_disk", "segmentation_rgb")
INSTANCE = "fields/instances_disk.detections/inst0.png"


def png(width, height, rows):
    """An 8-bit grey PNG of rows of bytes."""
    def piece(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    raw = b"".join(b"\0" + bytes(row) for row in rows)
    return (b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + piece(b"IDAT", zlib.compress(raw)) + piece(b"IEND", b""))


def masks_in(archive):
    """The masks of an archive without what only the tool says of them, in order."""
    out = []
    for text in crossing.dumps_in(archive).values():
        for image, name in re.findall(r'(<image [^>]*name="([^"]*)".*?</image>)', text.decode("utf-8"), re.S):
            for tag in re.findall(r"<mask [^>]*>", image):
                pick = {k: re.search(r'%s="([^"]*)"' % k, tag)[1] for k in
                        ("label", "rle", "left", "top", "width", "height")}
                pick["rle"] = re.sub(r"\s", "", pick["rle"])
                out.append((name, tuple(sorted(pick.items()))))
    return sorted(out)


def edit_first(text):
    """The first mask one pixel to the right; of a segmentation, whose masks have neighbours, a pixel less."""
    if "segmentation" not in text:
        return re.sub(r'(<mask [^>]*?left=")(\d+)', lambda m: m[1] + str(int(m[2]) + 1), text, count=1)
    return re.sub(r'(<mask [^>]*?rle=")(\d+),\s*(\d+)',
                  lambda m: "%s%d, %d" % (m[1], int(m[2]) + 1, int(m[3]) - 1), text, count=1)


class DiskMasks(crossing.CrossingCase):
    def start(self, *fields):
        ds = self.copy(testenv.shared("fixtures", "fiftyone", "images_full"), "ds")
        self.export(ds, fields=fields or FIELDS)
        return ds

    def write(self, data, *where):
        path = self.path(*where)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)

    def paths(self, ds):
        docs = crossing.samples_of(ds)
        out = [l["mask_path"] for d in docs for l in d["instances_disk"]["detections"] if l.get("mask_path")]
        return out + [d[f]["mask_path"] for d in docs for f in ("segmentation_disk", "segmentation_rgb")]

    def test_an_edited_mask_is_a_file_of_its_own(self):
        """What the tool holds is what the next export ships; the old files stay, and others are not touched."""
        ds = self.start()
        before, paths = self.data_of(ds), self.paths(ds)
        archives = [self.rewrite(a, edit_first) for a in self.far_side()]
        report = self.merge(ds, archives)
        self.assertEqual(report["counts"]["edited"], 3, report)
        after, now = self.data_of(ds), self.paths(ds)
        moved = [(old, new) for old, new in zip(paths, now) if old != new]
        self.assertEqual(len(moved), 3)
        for old, new in moved:
            self.assertRegex(new, "^" + re.escape(old[:-4]) + r"_[0-9a-f]{8}\.png$")
        self.assertEqual(sorted(set(after) - set(before)), sorted(new for _, new in moved))
        for name, data in before.items():
            if name != "samples.json":
                self.assertEqual(after[name], data, name)
        self.assertEqual(self.merge(ds, archives)["counts"]["edited"], 0)
        # an edit of the edit: the hash makes way
        again = [self.rewrite(a, edit_first) for a in archives]
        self.assertEqual(self.merge(ds, again)["counts"]["edited"], 3)
        third = self.paths(ds)
        for (old, _), new in zip(moved, [n for o, n in zip(paths, third) if o != n]):
            self.assertRegex(new, "^" + re.escape(old[:-4]) + r"_[0-9a-f]{8}\.png$")
        self.export(ds, fields=FIELDS, run="again", out="again")
        shipped = [self.path("again", n, "annotations.zip") for n in sorted(os.listdir(self.path("again")))
                   if n.startswith("FiftyOne")]
        want = sorted(m for a in again for m in masks_in(a))
        self.assertEqual(sorted(m for a in shipped for m in masks_in(a)), want)

    def test_a_mask_changed_in_place_is_known(self):
        for choice, buckets in ((None, {"conflict": 1}), ("ours", {"conflict": 1}), ("theirs", {"edited": 1})):
            with self.subTest(conflict=choice):
                ds = self.start("instances_disk:instances")
                archives = self.far_side()
                mine = png(4, 3, [[0, 9, 9, 0], [0, 9, 9, 0], [9, 9, 9, 9]])
                self.write(mine, "ds", *INSTANCE.split("/"))
                before = self.data_of(ds)
                options = ("--conflict", choice) if choice else ()
                report = self.merge(ds, archives, *options, status={None: 6, "ours": 1, "theirs": 1}[choice])
                self.assertIn("LF2122", [e["code"] for e in report["events"]])
                for name, n in buckets.items():
                    self.assertEqual(report["counts"][name], n, report)
                self.assertEqual(self.data_of(ds)[INSTANCE], mine)
                if choice != "theirs":
                    self.assert_unchanged(ds, before)
                else:
                    self.assertNotIn(INSTANCE, self.paths(ds))
                    self.assertEqual(self.merge(ds, archives)["counts"]["edited"], 0)
                self.clear()

    def test_a_mask_that_is_gone_stays_at_home(self):
        ds = self.copy(testenv.shared("fixtures", "fiftyone", "images_full"), "ds")
        os.remove(self.path("ds", *INSTANCE.split("/")))
        before = self.data_of(ds)
        out = self.export(ds, fields=["instances_disk:instances"], status=1)
        self.assertEqual(out["shipped"], 2)
        report = self.merge(ds, self.far_side())
        self.assertEqual(report["counts"]["kept"], 2)
        self.assert_unchanged(ds, before)

    # ------------------------------------------------------------------- an edited copy

    def edit_copy(self, change):
        """The dataset as another folder, without its runs."""
        folder = self.copy(testenv.shared("fixtures", "fiftyone", "images_full"), "copy")
        path = os.path.join(folder, "samples.json")
        doc = crossing.read_json(path)
        change(doc["samples"][0])
        with open(path, "w", encoding="utf-8") as f:
            json.dump(doc, f)
        return folder

    def test_a_copy_that_says_the_same_changes_nothing(self):
        ds = self.start()
        before = self.data_of(ds)
        report = self.merge(ds, [self.edit_copy(lambda sample: None)])
        self.assertEqual(report["counts"]["kept"], report["counts"]["labels"])
        self.assert_unchanged(ds, before)

    def test_files_of_a_copy(self):
        """A changed file and a new label's, by the bytes they have in the copy."""
        ds = self.start()
        paths, before = self.paths(ds), self.data_of(ds)
        mine, new = png(3, 2, [[1, 1, 0], [0, 1, 1]]), png(2, 2, [[7, 0], [7, 7]])

        def change(sample):
            label = copy.deepcopy(sample["instances_disk"]["detections"][0])
            label.update(_id={"$oid": "5" * 24}, mask_path="fields/more/m.png", mood="calm")
            sample["instances_disk"]["detections"].append(label)
        folder = self.edit_copy(change)
        self.write(mine, "copy", *INSTANCE.split("/"))
        self.write(new, "copy", "fields", "more", "m.png")
        report = self.merge(ds, [folder], status=1)
        self.assertEqual((report["counts"]["edited"], report["counts"]["added"]), (1, 1), report)
        after, labels = self.data_of(ds), crossing.samples_of(ds)[0]["instances_disk"]["detections"]
        self.assertRegex(labels[0]["mask_path"], "^" + re.escape(INSTANCE[:-4]) + "_[0-9a-f]{8}.png$")
        self.assertEqual(after[labels[0]["mask_path"]], mine)
        self.assertEqual((labels[-1]["mood"], after[labels[-1]["mask_path"]]), ("calm", new))
        self.assertEqual(sorted(set(after) - set(before)), sorted(l["mask_path"] for l in (labels[0], labels[-1])))
        self.assertEqual(after[INSTANCE], before[INSTANCE])
        self.assertEqual(self.paths(ds)[-5:], paths[-5:])
        # the same folder again; then with another file and no other word, which is another archive
        self.assertEqual(self.merge(ds, [folder])["counts"]["edited"], 0)
        self.write(png(3, 2, [[1, 1, 0], [0, 0, 0]]), "copy", *INSTANCE.split("/"))
        self.assertEqual(self.merge(ds, [folder])["counts"]["edited"], 1)

    def test_every_kind_of_a_copy(self):
        fields = ("instances:instances", "polylines:polylines", "keypoints", "keypoint", "segmentation",
                  "segmentation_disk", "an_int", "a_bool", "a_str")
        ds = self.start(*fields)
        want = crossing.read_json(os.path.join(ds, "samples.json"))
        nan = {"$numberDouble": "NaN"}

        def change(sample):
            """What can be taken as it stands."""
            one, two, _ = sample["instances"]["detections"]
            one["mask"] = two["mask"]
            two["bounding_box"][0] = 0.5
            line, closed = sample["polylines"]["polylines"][2:4]
            line["points"][0][0][0] = 0.25
            line["points"][0].append([0.75, 0.5])
            line["points"].append([[0.0, 0.5], [0.25, 0.5]])
            closed["closed"] = False
            points = sample["keypoints"]["keypoints"][0]["points"]
            points[0], points[1] = [nan, nan], [0.5, 0.25]
            sample["keypoint"]["points"].append([0.5, 0.5])
            sample["an_int"], sample["a_str"] = 5, "new"
            del sample["a_bool"]

        def change_masks(sample):
            change(sample)
            sample["segmentation"]["mask"] = crossing.samples_of(ds)[1]["segmentation"]["mask"]
        change_masks(want["samples"][0])
        report = self.merge(ds, [self.edit_copy(change_masks)])
        self.assertEqual(report["counts"]["deleted"], 1)
        self.assertEqual(report["counts"]["edited"], 9, report["counts"])
        self.assertEqual(crossing.read_json(os.path.join(ds, "samples.json")), want)
        self.assertEqual(self.merge(ds, [self.path("copy")])["items"]["changed"], 0)

    def test_a_damaged_mask_is_named(self):
        """The file where it lies on disk, the document where it is inline; nothing is written."""
        ds = self.copy(testenv.shared("fixtures", "fiftyone", "images_full"), "ds")
        self.write(b"\x89PNG\r\n\x1a\ncut", "ds", *INSTANCE.split("/"))
        done = self.labelferry("export", ds, "--field", "instances_disk:instances", "--run", "r", "-o", "out", status=4)
        self.assertRegex(done.stderr, r"^%s: error: LF3071 mask-damaged: .*\(sample [0-9a-f]{24}\)$" % re.escape(INSTANCE))
        path = self.path("ds", "samples.json")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        with open(path, "w", encoding="utf-8") as f:
            f.write(re.sub(r'("base64": "eJ)\w{8}', r"\1AAAAAAAA", text))
        done = self.labelferry("export", ds, "--field", "instances:instances", "--run", "r", "-o", "out", status=4)
        self.assertRegex(done.stderr, r"(?m)^samples.json:byte \d+: error: LF3071 mask-damaged: .*\(sample [0-9a-f]{24}\)$")
        self.assertFalse(os.path.exists(self.path("out")))
