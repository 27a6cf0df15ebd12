"""Every layout of a dataset's folder: what nobody edited keeps every byte, an edit changes one file."""

import json
import os
import re
import shutil

import crossing
import testenv

# fixture: (fields, options of the export) of a crossing; fields None: all that can be annotated.
LAYOUTS = {
    "images_min": (None, ()),
    "images_use_dirs": (None, ()),
    "images_unordered_dirs": (None, ()),
    "images_chunks": (None, ()),
    "images_rel_dir": (None, ()),
    "images_same_name": (None, ()),
    "images_legacy": (None, ()),
    "images_labels_only": (None, ("--media-root", "images_rel_dir/data")),
    "images_view": (["classification", "detections", "instances_disk:instances", "segmentation", "segmentation_disk",
                     "segmentation_rgb", "an_int", "a_float", "a_bool", "a_str", "only_first"], ()),
    "groups": (None, ()),
}
DIRS = ("images_use_dirs", "images_unordered_dirs")
LEFT = "LF4012"   # note: a field of the dataset is not in the run
SLICE = "LF4016"  # note: a slice of a group is no image


class Layout(crossing.CrossingCase):
    def dataset(self, name, to=None):
        ds = self.copy(testenv.shared("fixtures", "fiftyone", name), to or name)
        for base, dirs, files in os.walk(ds):
            for n in dirs + files:
                os.chmod(os.path.join(base, n), 0o755 if n in dirs else 0o644)
        os.chmod(ds, 0o755)
        return ds

    def carried(self, ds):
        """The fields that a run may ask for, as `info` tells them."""
        seen = json.loads(self.labelferry("info", "--json", ds).stdout)
        return [name for name, field in seen["fields"].items() if field["as"]]

    def out(self, ds, name, out="out"):
        fields, options = LAYOUTS[name]
        fields = self.carried(ds) if fields is None else fields
        self.assertTrue(fields)
        options = [testenv.shared("fixtures", "fiftyone", o) if "/" in o else o for o in options]
        return self.export(ds, *options, fields=fields, out=out)

    def files_of(self, ds):
        """Who is where: kind, size, time, inode and hash of everything but the run records."""
        return [row for row in crossing.listing(ds) if not re.match(r"annotations(/|$)", row[0])]

    def first_box(self, ds, field="ground_truth"):
        """(document, its first label with a box and without a mask)"""
        for doc in crossing.samples_of(ds):
            for label in crossing.labels_of(doc, field):
                if label.get("bounding_box") and "mask" not in label:
                    return doc, label
        self.fail("no box")

    def narrow(self, ds, field="ground_truth"):
        """The far side makes one box a little narrower; (archives, the id of its sample)."""
        doc, label = self.first_box(ds, field)
        edit = {"id": label["_id"]["$oid"], "op": "resize", "dw": -0.5}
        return self.far_side(edits=[edit]), doc["_id"]["$oid"]


class Unedited(Layout):
    def test_no_file_of_any_layout_is_touched(self):
        for name in LAYOUTS:
            with self.subTest(fixture=name):
                ds = self.dataset(name)
                data, files = self.data_of(ds), self.files_of(ds)
                shipped = self.out(ds, name)["shipped"]
                self.assertGreater(shipped, 0)
                back = self.far_side()
                for where in (("--dry-run",), ("-o", self.path("new")), ("--in-place",)):
                    report = self.merge(ds, back, where=where)
                    self.assert_counts(report, kept=shipped)
                    self.assertEqual((report["findings"], report["items"]["changed"]), ({}, 0))
                    self.assertEqual(report["items"]["came"], len(crossing.samples_of(ds)))
                    self.assertEqual(self.files_of(ds), files)
                self.assert_unchanged(self.path("new"), data)
            self.clear()

    def test_every_fixture_of_images_is_here(self):
        folder = testenv.shared("fixtures", "fiftyone")
        images = {n for n in os.listdir(folder) if n.startswith("images_") or n == "groups"}
        elsewhere = {"images_empty", "images_full", "images_cvat_run"}  # nothing in it; one folder like images_min
        self.assertEqual(images - elsewhere, set(LAYOUTS))

    def test_info_tells_the_layout(self):
        for name, said, layout in (("images_use_dirs", "3 samples, each in a file of samples/", "samples/"),
                                   ("images_legacy", "version before 0.8, media image, 2 samples", "before 0.8"),
                                   ("images_min", "version 1.22.1, media image, 3 samples", "samples.json"),
                                   ("images_empty", "version 1.22.1, 0 samples", "samples.json")):
            ds = self.dataset(name)
            self.assertIn(said + "\n", self.labelferry("info", ds).stdout)
            self.assertEqual(json.loads(self.labelferry("info", "--json", ds).stdout)["layout"], layout)


class Edited(Layout):
    def test_one_file_of_samples_changes_and_no_other(self):
        for name in DIRS:
            with self.subTest(fixture=name):
                ds = self.dataset(name)
                self.out(ds, name)
                back, sample = self.narrow(ds)
                copy = self.copy(ds, "copy")
                before, files = self.data_of(ds), {row[0]: row for row in self.files_of(ds)}
                report = self.merge(ds, back)
                self.assert_counts(report, edited=1)
                changed = [row[0] for row in self.files_of(ds) if files[row[0]] != row and row[1] & 0o100000]
                self.assertEqual(len(changed), 1)
                self.assertIn(sample, changed[0])
                self.assertEqual(self.merge(copy, back, where=("-o", self.path("new")))["counts"], report["counts"])
                self.assert_unchanged(copy, before)
                self.assertEqual(self.data_of(self.path("new")), self.data_of(ds))
            self.clear()

    def test_what_stands_around_a_document_stays(self):
        ds = self.dataset("images_use_dirs")
        folder = os.path.join(ds, "samples")
        names = sorted(os.listdir(folder))
        doc, _ = self.first_box(ds)
        for name, form in zip(names, ("\n\t %s \r\n\n", "%s\n", " %s")):
            doc = crossing.read_json(os.path.join(folder, name))
            with open(os.path.join(folder, name), "wb") as f:
                f.write((form % json.dumps(doc, indent=2)).encode())
        self.out(ds, "images_use_dirs")
        back, sample = self.narrow(ds)
        before = self.data_of(ds)
        self.merge(ds, back)
        after = self.data_of(ds)
        name, = [n for n in before if before[n] != after[n]]
        self.assertIn(sample, name)
        old, new = before[name], after[name]
        cut = re.compile(rb'("bounding_box": )\[[^]]*\]')
        self.assertEqual(cut.sub(rb"\1", old), cut.sub(rb"\1", new))
        self.assertEqual(new[:4] + new[-4:], old[:4] + old[-4:])

    def test_undo_holds_the_old_files_under_their_names(self):
        ds = self.dataset("images_use_dirs")
        self.out(ds, "images_use_dirs")
        before = testenv.snapshot(ds)
        back, sample = self.narrow(ds)
        self.merge(ds, back)
        kept = os.path.join(ds, "annotations", "r", "undo", "000001")
        self.assertEqual(sorted(os.listdir(kept)), ["files.json", "items.tsv", "run.json", "samples"])
        name, = os.listdir(os.path.join(kept, "samples"))
        self.assertIn(sample, name)
        shutil.copy(os.path.join(kept, "samples", name), os.path.join(ds, "samples", name))
        for n in ("items.tsv", "run.json"):
            shutil.copy(os.path.join(kept, n), os.path.join(ds, "annotations", "r", n))
        for n in ("log", "undo"):
            shutil.rmtree(os.path.join(ds, "annotations", "r", n))
        after = testenv.snapshot(ds)
        del before["annotations/r/base.jsonl"], after["annotations/r/base.jsonl"]  # append-only
        self.assertEqual(before, after)

    def test_a_dry_run_writes_nothing(self):
        ds = self.dataset("images_use_dirs")
        self.out(ds, "images_use_dirs")
        back, _ = self.narrow(ds)
        before = crossing.listing(ds)
        self.assert_counts(self.merge(ds, back, where=("--dry-run",)), edited=1)
        self.assertEqual(crossing.listing(ds), before)

    def test_a_merge_that_stops_leaves_nothing(self):
        ds = self.dataset("images_use_dirs")
        self.out(ds, "images_use_dirs")
        back, _ = self.narrow(ds)
        more = self.rewrite(back[0], lambda t: t.replace("</image>", '<polygon label="dog" points="1,1;5,1;5,5" '
                                                         'source="manual"></polygon></image>', 1), "more.xml"
                            if back[0].endswith(".xml") else "more.zip")
        before = [r if r[5] else r[:2] for r in crossing.listing(ds)]  # a folder's time may change
        for where in (("--in-place",), ("-o", self.path("new"))):
            report = self.merge(ds, [more], where=where, status=5)
            self.assertEqual(report["items"]["changed"], 1)
            self.assertEqual([r if r[5] else r[:2] for r in crossing.listing(ds)], before)
            self.assertFalse(os.path.exists(self.path("new")))

    def test_edits_of_the_other_layouts(self):
        for name in LAYOUTS:
            field = "detections" if name == "images_view" else "ground_truth"
            with self.subTest(fixture=name):
                ds = self.dataset(name)
                self.out(ds, name)
                before = self.data_of(ds)
                back, sample = self.narrow(ds, field)
                self.assertEqual(self.merge(ds, back)["counts"]["edited"], 1)
                after = self.data_of(ds)
                changed = [n for n in before if before[n] != after[n]]
                self.assertEqual((sorted(after), len(changed)), (sorted(before), 1))
                if name not in DIRS:
                    self.assertEqual(changed, ["samples.json"])
            self.clear()

    def test_new_fields_are_declared_as_the_layout_does(self):
        for name in ("images_use_dirs", "images_legacy", "images_min"):
            with self.subTest(fixture=name):
                ds = self.dataset(name)
                old = crossing.read_json(os.path.join(ds, "metadata.json"))["sample_fields"]
                self.export(ds, "--classes", "a", fields=["made:detections", "kind:classification"])
                back = self.far_side(edits=[
                    {"op": "add_tag", "image": 0, "task": 0, "label": "a"},  # tasks by the names of their folders
                    {"op": "add", "image": 0, "task": 1, "type": "rectangle", "label": "a", "points": [1, 1, 4, 4]}])
                self.assertEqual(self.merge(ds, back)["counts"]["added"], 2)
                new = crossing.read_json(os.path.join(ds, "metadata.json"))["sample_fields"]
                label = "fiftyone.core.labels.%s"
                embedded = "fiftyone.core.fields.EmbeddedDocumentField"
                if name == "images_legacy":
                    want = {"made": "%s(%s)" % (embedded, label % "Detections"),
                            "kind": "%s(%s)" % (embedded, label % "Classification")}
                    self.assertEqual(list(new.items()), list(old.items()) + list(want.items()))
                else:
                    self.assertEqual(new[:-2], old)
                    self.assertEqual([(f["name"], f["ftype"], f["embedded_doc_type"]) for f in new[-2:]],
                                     [("made", embedded, label % "Detections"),
                                      ("kind", embedded, label % "Classification")])
            self.clear()


class Files(Layout):
    """What lies in samples/ beside documents, and what does not belong there."""

    def setUp(self):
        super().setUp()
        self.ds = self.dataset("images_use_dirs")
        self.folder = os.path.join(self.ds, "samples")
        self.names = sorted(os.listdir(self.folder))

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as f:
            f.write(text)

    def refused(self, code, said, status=4):
        done = self.labelferry("export", self.ds, "--run", "r", "-o", "out", "--field", "ground_truth", status=status)
        self.assertIn(code, done.stderr)
        self.assertIn(said, done.stderr)

    def test_other_files_are_passed_over_and_stay(self):
        self.write("notes.txt", "no document")
        self.write(".hidden.json", "{}")
        self.write("x.json.lf-new", "of a merge that was killed")
        os.mkdir(os.path.join(self.folder, "folder.json"))
        before = self.data_of(self.ds)
        self.assertEqual(self.out(self.ds, "images_use_dirs")["samples"], 3)
        back, sample = self.narrow(self.ds)
        self.merge(self.ds, back, where=("-o", self.path("new")))
        self.merge(self.ds, back)
        after = self.data_of(self.ds)
        changed = [n for n in before if before[n] != after[n]]
        self.assertEqual((len(changed), sorted(after)), (1, sorted(before)))
        self.assertTrue(os.path.isdir(self.path("new", "samples", "folder.json")))

    def test_a_link_to_nothing_is_no_sample(self):
        os.symlink("nowhere", os.path.join(self.folder, "z.json"))
        self.assertEqual(self.out(self.ds, "images_use_dirs")["samples"], 3)

    def test_samples_come_in_the_order_of_names(self):
        for i, name in enumerate(self.names):
            os.rename(os.path.join(self.folder, name), os.path.join(self.folder, "%s.json" % "BaA"[i]))
        self.out(self.ds, "images_use_dirs")
        with open(os.path.join(self.ds, "annotations", "r", "items.tsv"), encoding="utf-8") as f:
            ids = [line.split("\t")[0] for line in f]
        of = [crossing.read_json(os.path.join(self.folder, "%s.json" % c))["_id"]["$oid"] for c in "ABa"]
        self.assertEqual(ids, of)

    def test_samples_json_wins_over_the_folder(self):
        docs = [crossing.read_json(os.path.join(self.folder, n)) for n in self.names]
        with open(os.path.join(self.ds, "samples.json"), "w", encoding="utf-8") as f:
            json.dump({"samples": docs[:2]}, f)
        self.write(self.names[0], "not read")
        self.assertEqual(self.out(self.ds, "images_use_dirs")["samples"], 2)
        before = self.data_of(self.ds)
        back, _ = self.narrow(self.ds)
        self.merge(self.ds, back)
        after = self.data_of(self.ds)
        self.assertEqual([n for n in before if before[n] != after[n]], ["samples.json"])

    def test_no_sample_at_all(self):
        for name in self.names:
            os.remove(os.path.join(self.folder, name))
        self.assertIn(" 0 samples", self.labelferry("info", self.ds).stdout)
        out = self.export(self.ds, "--classes", "a", fields=["f:detections"])
        self.assertEqual((out["samples"], out["shipped"]), (0, 0))

    def test_files_that_are_no_document(self):
        first = "samples/" + self.names[0]
        for text, code, said in (("", "LF3001", first), ("[]", "LF3043", "not an object"), ("{", "LF3001", first),
                                 ("{} {}", "LF3001", first), ("null", "LF3043", first),
                                 ('{"_id": {"$oid": "%s"}}' % ("1" * 24), "LF3043", "filepath")):
            with self.subTest(text=text):
                self.write(self.names[0], text)
                self.refused(code, said)
                self.assertFalse(os.path.exists(self.path("out")))
                self.assertFalse(os.path.exists(os.path.join(self.ds, "annotations")))

    def test_two_files_of_one_sample(self):
        shutil.copy(os.path.join(self.folder, self.names[0]), os.path.join(self.folder, "copy.json"))
        self.refused("LF3064", "samples")

    def test_a_name_that_no_list_could_hold(self):
        self.write("a\nb.json", "{}")
        self.refused("LF3031", "samples", status=8)

    def test_a_sample_that_went_away_is_told(self):
        self.out(self.ds, "images_use_dirs")
        back, sample = self.narrow(self.ds)
        name, = [n for n in self.names if sample in n]
        os.remove(os.path.join(self.folder, name))
        report = self.merge(self.ds, back, status=None)
        self.assertIn("LF2004", report["findings"])
        self.assertEqual(sorted(os.listdir(self.folder)), [n for n in self.names if n != name])

    def test_a_link_to_the_folder_is_read_and_not_written_through(self):
        os.rename(self.folder, self.path("elsewhere"))
        os.symlink(self.path("elsewhere"), self.folder)
        self.out(self.ds, "images_use_dirs")
        back, _ = self.narrow(self.ds)
        before = crossing.listing(self.path("elsewhere"))
        done = self.labelferry("merge", "r", *back, "--dataset", self.ds, "--in-place", status=8)
        self.assertIn("LF3031", done.stderr)
        self.assertEqual([r[:3] + r[5:] for r in crossing.listing(self.path("elsewhere"))],
                         [r[:3] + r[5:] for r in before])

    def test_a_link_to_a_file_is_not_written_through(self):
        os.rename(os.path.join(self.folder, self.names[0]), self.path("file"))
        os.symlink(self.path("file"), os.path.join(self.folder, self.names[0]))
        self.out(self.ds, "images_use_dirs")
        back, _ = self.narrow(self.ds)
        before = testenv.snapshot(self.ds)
        self.labelferry("merge", "r", *back, "--dataset", self.ds, "--in-place", status=8)
        self.assertEqual(testenv.snapshot(self.ds), before)


class Masks(Layout):
    """Masks on disk: an edit makes a new file, named by its content, and leaves the old one."""

    def edited(self, dirs):
        ds = self.dataset("images_full")
        docs = crossing.samples_of(ds)
        if dirs:
            testenv.into_files(ds, docs)
        self.export(ds, fields=["instances_disk:instances", "segmentation_disk"])
        self.labels = [l for d in docs for l in d["instances_disk"]["detections"] if "mask_path" in l]
        edits = [{"id": l["_id"]["$oid"], "op": "mask", "flip": [[1, 1], [2, 2]]} for l in self.labels[:2]]
        return ds, self.far_side(edits=edits)

    def test_new_masks_come_with_their_documents(self):
        for dirs in (False, True):
            with self.subTest(dirs=dirs):
                ds, back = self.edited(dirs)
                before = self.data_of(ds)
                self.merge(ds, back, where=("--dry-run",))
                self.assert_unchanged(ds, before)
                self.assertEqual(self.merge(ds, back, where=("-o", self.path("new")))["counts"]["edited"], 2)
                self.assert_unchanged(ds, before)
                self.assertEqual(self.merge(ds, back)["counts"]["edited"], 2)
                after = self.data_of(ds)
                self.assertEqual(self.data_of(self.path("new")), after)
                new = sorted(set(after) - set(before))
                named = [l["mask_path"] for d in crossing.samples_of(ds) for l in d["instances_disk"]["detections"]
                         if "mask_path" in l]
                self.assertEqual(len(new), 2)
                self.assertEqual(sorted(named[:2]), new)
                self.assertEqual(named[2:], [l["mask_path"] for l in self.labels[2:]])
                changed = [n for n in before if before[n] != after[n]]
                self.assertEqual(len(changed), 2 if dirs else 1)
                self.assertTrue(all(n.startswith("samples") for n in changed), changed)
            self.clear()

    def test_a_name_that_is_taken_stops_the_merge(self):
        ds, back = self.edited(True)
        probe = self.copy(ds, "probe")
        old = set(self.data_of(probe))
        self.merge(probe, back)
        taken = sorted(set(self.data_of(probe)) - old)[0]
        with open(os.path.join(ds, taken), "wb") as f:
            f.write(b"somebody's")
        before = testenv.snapshot(ds)
        for where in (("--dry-run",), ("-o", self.path("new")), ("--in-place",)):
            done = self.labelferry("merge", "r", *back, "--dataset", ds, *where, status=2)
            self.assertIn("LF1002", done.stderr)
            self.assertEqual(testenv.snapshot(ds), before)
            self.assertFalse(os.path.exists(self.path("new")))

    def test_a_link_on_the_way_stops_the_merge(self):
        ds, back = self.edited(False)
        folder = os.path.join(ds, "fields", "instances_disk.detections")
        os.rename(folder, self.path("elsewhere"))
        os.symlink(self.path("elsewhere"), folder)
        before = testenv.snapshot(self.dir)
        self.labelferry("merge", "r", *back, "--dataset", ds, "--in-place", status=8)
        self.assertEqual(testenv.snapshot(self.dir), before)


class Links(Layout):
    def test_media_that_are_links_stay_links_in_a_new_dataset(self):
        """As export_media="symlink" leaves them."""
        ds = self.dataset("images_min")
        os.rename(os.path.join(ds, "data"), self.path("media"))
        os.mkdir(os.path.join(ds, "data"))
        for name in os.listdir(self.path("media")):
            os.symlink(self.path("media", name), os.path.join(ds, "data", name))
        self.export(ds, "--follow-links", fields=["ground_truth"])
        back, _ = self.narrow(ds)
        before = self.data_of(ds)
        for times in range(2):  # the second time it is all there
            self.assert_counts(self.merge(ds, back, where=("-o", self.path("new"))), edited=1)
            after = self.data_of(self.path("new"))
            self.assertEqual([n for n in before if before[n] != after[n]], ["samples.json"])
            for name in os.listdir(self.path("media")):
                self.assertEqual(os.readlink(self.path("new", "data", name)), self.path("media", name))
        os.remove(self.path("new", "data", "0.png"))
        os.symlink("elsewhere", self.path("new", "data", "0.png"))
        self.merge(ds, back, where=("-o", self.path("new")), status=2)


class Groups(Layout):
    def with_video(self, all_of_them=False):
        ds = self.dataset("groups")
        path = os.path.join(ds, "samples.json")
        docs = crossing.read_json(path)
        for doc in docs["samples"]:
            if doc["group"]["name"] == "right" or all_of_them:
                doc["_media_type"] = "video"
                doc["filepath"] = doc["filepath"].replace(".png", ".mp4")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(docs, f)
        return ds

    def test_slices_that_are_no_images_stay_out(self):
        ds = self.with_video()
        before = self.data_of(ds)
        out = self.export(ds, fields=["ground_truth"])
        self.assertEqual((out["samples"], out["shipped"], out["findings"]), (2, 2, {SLICE: 2}))
        self.assert_unchanged(ds, before)
        report = self.merge(ds, self.far_side())
        self.assert_counts(report, kept=2)
        self.assert_unchanged(ds, before)

    def test_an_edit_leaves_them_as_they_are(self):
        ds = self.with_video()
        videos = [d for d in crossing.samples_of(ds) if d["_media_type"] == "video"]
        self.export(ds, fields=["ground_truth"])
        back, _ = self.narrow(ds)
        self.assert_counts(self.merge(ds, back), kept=1, edited=1)
        self.assertEqual([d for d in crossing.samples_of(ds) if d["_media_type"] == "video"], videos)

    def test_groups_without_any_image_are_refused(self):
        ds = self.with_video(all_of_them=True)
        done = self.labelferry("export", ds, "--run", "r", "-o", "out", "--field", "ground_truth", status=4)
        self.assertIn("LF4008", done.stderr)
        self.assertFalse(os.path.exists(os.path.join(ds, "annotations")))

    def test_a_video_in_a_dataset_of_images_is_refused(self):
        ds = self.with_video()
        meta = crossing.read_json(os.path.join(ds, "metadata.json"))
        meta["media_type"] = "image"
        with open(os.path.join(ds, "metadata.json"), "w", encoding="utf-8") as f:
            json.dump(meta, f)
        done = self.labelferry("export", ds, "--run", "r", "-o", "out", "--field", "ground_truth", status=4)
        self.assertIn("LF4008", done.stderr)


class Legacy(Layout):
    def test_a_sample_without_id_is_refused_by_its_place(self):
        ds = self.dataset("images_legacy")
        path = os.path.join(ds, "samples.json")
        docs = crossing.read_json(path)
        del docs["samples"][1]["_id"]
        with open(path, "w", encoding="utf-8") as f:
            json.dump(docs, f)
        done = self.labelferry("export", ds, "--run", "r", "-o", "out", "--field", "cls", status=4)
        self.assertIn("LF3043", done.stderr)
        self.assertIn("samples.json:byte", done.stderr)
        self.assertIn("no _id", done.stderr)

    def test_null_fields_are_empty_and_stay_null(self):
        ds = self.dataset("images_legacy")
        path = os.path.join(ds, "samples.json")
        docs = crossing.read_json(path)
        docs["samples"][1].update(ground_truth=None, cls=None)
        with open(path, "w", encoding="utf-8") as f:
            json.dump(docs, f)
        before = self.data_of(ds)
        out = self.export(ds, fields=["ground_truth", "cls"])
        self.assertGreater(out["shipped"], 0)
        back = self.far_side()
        self.merge(ds, back)
        self.assert_unchanged(ds, before)
