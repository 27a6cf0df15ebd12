"""An edited copy of the dataset as the archive, in every layout on disk."""

import json
import os
import shutil
import zipfile

import crossing
import test_crossing
import testenv

FIXTURES = sorted({name for name, *_ in test_crossing.CROSSINGS}) + ["images_legacy"]
OTHER = "600000070000000000000000"  # an id that no fixture has


class CopyCase(test_crossing.AnyCrossing):
    def both(self, name, *options, fields=()):
        """The dataset, exported, and a copy of it as it was."""
        ds = self.dataset(name)
        copy = self.copy(test_crossing.folder_of(name), "copy")
        self.export(ds, *options, fields=fields)
        return ds, copy

    def zip(self, folder, name="copy.zip"):
        with zipfile.ZipFile(self.path(name), "w") as z:
            for base, _, files in os.walk(folder):
                for f in sorted(files):
                    path = os.path.join(base, f)
                    z.write(path, os.path.relpath(path, folder))
        return self.path(name)

    def documents(self, folder):
        """Path and document of each file that holds samples."""
        one = os.path.join(folder, "samples.json")
        lot = os.path.join(folder, "samples")
        paths = [one] if os.path.exists(one) else [os.path.join(lot, n) for n in sorted(os.listdir(lot))]
        return [(p, crossing.read_json(p)) for p in paths]

    def edit(self, folder, change):
        """change(document of a sample) in every sample; files that stay the same are not written."""
        for path, doc in self.documents(folder):
            before = json.dumps(doc)
            for s in doc["samples"] if "samples" in doc else [doc]:
                change(s)
            if json.dumps(doc) != before:
                with open(path, "w", encoding="utf-8") as f:
                    json.dump(doc, f)


class EveryLayout(CopyCase):
    def test_an_unedited_copy_changes_nothing_as_folder_and_as_zip(self):
        for name in FIXTURES:
            fields = ["ground_truth"] if name not in ("images_full", "images_view") else ["detections", "classification"]
            with self.subTest(fixture=name):
                options = ["--media-root", testenv.shared("fixtures", "fiftyone", "images_rel_dir", "data")]
                ds, copy = self.both(name, *(options if name == "images_labels_only" else ()), fields=fields)
                before = self.data_of(ds)
                for archive in (copy, self.zip(copy)):
                    report = self.merge(ds, [archive])
                    counts = report["counts"]
                    self.assertEqual(counts["kept"], counts["labels"])
                    self.assertGreater(counts["kept"], 0)
                    self.assertEqual(report["items"]["came"], len(crossing.samples_of(ds)))
                    self.assert_unchanged(ds, before)
            self.clear()

    def test_an_edit_in_one_sample_is_the_only_one(self):
        for name in ("images_use_dirs", "images_unordered_dirs", "images_min", "images_chunks", "groups", "images_legacy"):
            for packed in (False, True):
                with self.subTest(fixture=name, zip=packed):
                    ds, copy = self.both(name, "--classes", "cat,dog,bird,tree,thing", fields=["ground_truth"])
                    before = self.data_of(ds)
                    done = []

                    def change(s, done=done):
                        for l in crossing.labels_of(s, "ground_truth"):
                            if not done and "mask" not in l:  # one with a mask was not shipped
                                l["bounding_box"][0] = 0.125
                                done.append(l["_id"]["$oid"])

                    self.edit(copy, change)
                    report = self.merge(ds, [self.zip(copy) if packed else copy])
                    self.assertEqual(report["counts"]["edited"], 1)
                    after = self.data_of(ds)
                    self.assertEqual(len([n for n in before if before[n] != after[n]]), 1)
                    found = [l for s in crossing.samples_of(ds) for l in crossing.labels_of(s, "ground_truth")
                             if l["_id"]["$oid"] == done[0]]
                    self.assertEqual(found[0]["bounding_box"][0], 0.125)
                    # the same copy again
                    again = self.merge(ds, [copy])
                    self.assertEqual(again["counts"]["edited"], 0)
                    self.assert_unchanged(ds, after)
                self.clear()

    def test_dataset_and_copy_may_have_different_layouts(self):
        for name, copied in (("images_min", "images_use_dirs"), ("images_use_dirs", "images_min"),
                             ("images_unordered_dirs", "images_chunks")):
            with self.subTest(dataset=name, copy=copied):
                ds = self.dataset(name)
                self.export(ds, fields=["ground_truth"])
                before = self.data_of(ds)
                copy = self.copy(test_crossing.folder_of(copied), "copy")
                report = self.merge(ds, [copy])
                self.assertEqual(report["items"]["came"], len(crossing.samples_of(ds)))
                self.assert_counts(report, kept=1)
                self.assert_unchanged(ds, before)
            self.clear()


class Files(CopyCase):
    """Which files of a copy count, and what a damaged one does."""

    def setUp(self):
        super().setUp()
        self.ds, self.copied = self.both("images_use_dirs", fields=["ground_truth"])
        self.before = self.data_of(self.ds)
        self.lot = os.path.join(self.copied, "samples")

    def put(self, name, text):
        os.makedirs(os.path.dirname(os.path.join(self.lot, name)), exist_ok=True)
        with open(os.path.join(self.lot, name), "w", encoding="utf-8") as f:
            f.write(text)

    def test_hidden_and_deeper_files_and_other_endings_are_passed_over(self):
        for name in (".hidden.json", "deeper/a.json", "notes.txt"):
            self.put(name, "no json")
        for archive in (self.copied, self.zip(self.copied)):
            self.assert_counts(self.merge(self.ds, [archive]), kept=1)
        self.assert_unchanged(self.ds, self.before)

    def test_samples_json_wins_over_the_folder(self):
        shutil.copy(os.path.join(testenv.shared("fixtures", "fiftyone", "images_min"), "samples.json"), self.copied)
        self.put("broken.json", "no json")
        self.assert_counts(self.merge(self.ds, [self.copied]), kept=1)

    def test_a_damaged_file_is_named_and_the_others_can_be_taken(self):
        name = sorted(os.listdir(self.lot))[0]
        self.put(name, "{\"_id\": ")
        done = self.labelferry("merge", "r", self.copied, "--dataset", self.ds, "--in-place", status=None)
        self.assertNotIn(done.returncode, (0, 1))
        self.assertIn(name, done.stderr)
        self.assert_unchanged(self.ds, self.before)
        done = self.labelferry("merge", "r", self.copied, "--dataset", self.ds, "--in-place", "--on-error", "skip",
                               status=None)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(name, done.stderr)
        self.assert_unchanged(self.ds, self.before)

    def test_a_folder_without_samples_is_no_copy(self):
        shutil.rmtree(self.lot)
        done = self.labelferry("merge", "r", self.copied, "--dataset", self.ds, "--in-place", status=None)
        self.assertIn("LF3051", done.stderr)

    def test_a_sample_outside_the_run_is_passed_over(self):
        doc = crossing.read_json(os.path.join(self.lot, sorted(os.listdir(self.lot))[0]))
        doc["_id"]["$oid"] = OTHER
        self.put("zz.json", json.dumps(doc))
        report = self.merge(self.ds, [self.copied])
        self.assert_counts(report, kept=1)
        self.assert_unchanged(self.ds, self.before)

    def test_the_order_of_files_and_their_names_mean_nothing(self):
        names = sorted(os.listdir(self.lot))
        for i, n in enumerate(reversed(names)):
            os.rename(os.path.join(self.lot, n), os.path.join(self.lot, "x%d.json" % i))
        report = self.merge(self.ds, [self.copied])
        self.assertEqual(report["items"]["came"], len(names))
        self.assert_counts(report, kept=1)
        self.assert_unchanged(self.ds, self.before)
