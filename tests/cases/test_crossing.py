"""An untouched crossing changes nothing: every fixture, every field, every shape of archive."""

import json
import os
import re
import shutil
from xml.etree import ElementTree

import crossing
import testenv
import watch

HARBOR = "harbor"
LEFT = "LF4012"      # note: a field of the dataset is not in the run
NO_CLASS = "LF4001"  # note: a label without class stays at home
MASK = "LF4002"      # note: a mask in a field of boxes stays at home

# fixture, fields, labels shipped, labels that stay at home, findings of the export. Every label that
# stays at home has its finding; the merge itself has none.
CROSSINGS = [
    (HARBOR, ["ground_truth"], 15, 0, {LEFT: 2}),
    (HARBOR, ["weather"], 5, 0, {LEFT: 2}),
    (HARBOR, ["ground_truth", "weather"], 20, 0, {LEFT: 1}),
    ("groups", ["ground_truth"], 4, 0, {}),
    ("images_chunks", ["ground_truth"], 1, 0, {}),
    ("images_cvat_run", ["ground_truth"], 4, 0, {}),
    ("images_min", ["ground_truth"], 1, 0, {}),
    ("images_rel_dir", ["ground_truth"], 1, 0, {}),
    ("images_same_name", ["ground_truth"], 2, 0, {}),
    ("images_unordered_dirs", ["ground_truth"], 1, 0, {}),
    ("images_use_dirs", ["ground_truth"], 1, 0, {}),
    ("images_full", ["classification"], 3, 0, {LEFT: 20}),
    ("images_full", ["classifications"], 6, 0, {LEFT: 20}),
    ("images_full", ["detections"], 10, 2, {NO_CLASS: 2, LEFT: 20}),
    ("images_full", ["detection"], 3, 0, {LEFT: 20}),
    ("images_full", ["instances_disk"], 3, 3, {MASK: 3, LEFT: 20}),
    ("images_full", ["classification", "classifications", "detections", "detection", "instances_disk"],
     25, 5, {NO_CLASS: 2, MASK: 3, LEFT: 16}),
    ("images_view", ["classification"], 3, 0, {LEFT: 20}),
    ("images_view", ["detections"], 10, 2, {NO_CLASS: 2, LEFT: 20}),
    ("images_view", ["instances_disk"], 3, 3, {MASK: 3, LEFT: 20}),
    ("images_view", ["classification", "detections", "instances_disk"], 16, 5,
     {NO_CLASS: 2, MASK: 3, LEFT: 18}),
]

# Fields in which no label has a class: nothing can travel, and the person is told so.
NO_CLASSES = [("images_full", "instances"), ("images_full", "box3d"), ("images_view", "classifications"),
              ("images_view", "detection"), ("images_view", "instances"), ("images_view", "box3d")]


def folder_of(name):
    return testenv.sample(name) if name == HARBOR else testenv.shared("fixtures", "fiftyone", name)


class AnyCrossing(crossing.CrossingCase):
    def dataset(self, name):
        return self.copy(folder_of(name), name)

    def assert_crosses(self, dataset, fields, shipped, home, findings, *options):
        before = self.data_of(dataset)
        out = self.export(dataset, *options, fields=fields)
        self.assertEqual((out["shipped"], out["home"], out["findings"]), (shipped, home, findings))
        self.assert_unchanged(dataset, before)
        report = self.merge(dataset, self.far_side())
        self.assert_counts(report, kept=shipped)
        self.assertEqual((report["findings"], report["events"]), ({}, []))
        self.assertEqual(report["items"]["came"], len(crossing.samples_of(dataset)))
        self.assertEqual(report["items"]["unmatched"] + report["items"]["changed"], 0)
        self.assert_unchanged(dataset, before)


class EveryFixture(AnyCrossing):
    def test_every_field_alone_and_all_of_them_together(self):
        for name, fields, shipped, home, findings in CROSSINGS:
            with self.subTest(fixture=name, fields=fields):
                self.assert_crosses(self.dataset(name), fields, shipped, home, findings)
            self.clear()

    def test_no_field_of_a_fixture_is_left_out_of_these_tests(self):
        for name in {row[0] for row in CROSSINGS}:
            known = {f for row in CROSSINGS if row[0] == name for f in row[1]}
            known |= {field for fixture, field in NO_CLASSES if fixture == name}
            self.assertEqual(known, set(crossing.fields_of(folder_of(name))), name)

    def test_a_field_without_any_class_is_refused_until_classes_are_given(self):
        for name, field in NO_CLASSES:
            with self.subTest(fixture=name, field=field):
                ds = self.dataset(name)
                before = testenv.snapshot(ds)
                done = self.labelferry("export", ds, "--run", "r", "-o", "out", "--field", field, status=2)
                self.assertIn("LF1007", done.stderr)
                self.assertEqual(testenv.snapshot(ds), before)
                labels = sum(len(crossing.labels_of(s, field)) for s in crossing.samples_of(ds))
                out = self.export(ds, "--classes", "thing", fields=[field])
                self.assertEqual((out["shipped"], out["home"]), (0, labels))
                report = self.merge(ds, self.far_side())
                self.assert_counts(report)
                self.assert_unchanged(ds, {k: v for k, v in before.items() if v is not None})
            self.clear()

    def test_labels_only_with_images_that_lie_elsewhere(self):
        root = testenv.shared("fixtures", "fiftyone", "images_rel_dir", "data")
        for media in ("copy", "none"):
            with self.subTest(media=media):
                self.assert_crosses(self.dataset("images_labels_only"), ["ground_truth"], 1, 0, {},
                                    "--media-root", root, "--media", media)
            self.clear()

    def test_labels_only_without_images_needs_sizes_in_the_metadata(self):
        ds = self.dataset("images_labels_only")
        done = self.labelferry("export", ds, "--run", "r", "-o", "out", "--field", "ground_truth", "--media", "none",
                               status=4)
        self.assertIn("LF4004", done.stderr)
        samples = crossing.read_json(os.path.join(ds, "samples.json"))
        for s in samples["samples"]:
            s["metadata"] = {"_cls": "ImageMetadata", "size_bytes": 1, "mime_type": "image/png",
                             "width": 64, "height": 48, "num_channels": 3}
        with open(os.path.join(ds, "samples.json"), "w", encoding="utf-8") as f:
            json.dump(samples, f)
        self.assert_crosses(ds, ["ground_truth"], 1, 0, {}, "--media", "none")

    def test_an_empty_dataset_has_nothing_to_send(self):
        ds = self.dataset("images_empty")
        before = testenv.snapshot(ds)
        done = self.labelferry("export", ds, "--run", "r", "-o", "out", status=2)
        self.assertIn("LF1001", done.stderr)
        self.assertEqual(testenv.snapshot(ds), before)

    def test_a_new_field_of_an_empty_dataset_has_no_items(self):
        ds = self.dataset("images_empty")
        before = self.data_of(ds)
        out = self.export(ds, "--classes", "a", fields=["f:detections"])
        self.assertEqual((out["samples"], out["shipped"], out["fields"]), (0, 0, {"f": 0}))
        self.assert_unchanged(ds, before)


class ShapesOfArchives(AnyCrossing):
    """The same crossing, whatever people packed the returned files into."""

    def setUp(self):
        super().setUp()
        self.ds = self.dataset(HARBOR)
        self.before = self.data_of(self.ds)
        out = self.export(self.ds, "--task-size", "2", fields=["ground_truth", "weather"])
        self.assertEqual((out["tasks"], out["shipped"]), (6, 20))

    def assert_kept(self, archives):
        report = self.merge(self.ds, archives)
        self.assert_counts(report, kept=20)
        self.assertEqual((report["findings"], report["items"]["came"], len(report["archives"])), ({}, 6, 6))
        self.assert_unchanged(self.ds, self.before)

    def test_six_zips(self):
        self.assert_kept(self.far_side())

    def test_a_folder_of_zips(self):
        self.far_side()
        self.assert_kept([self.path("back")])

    def test_a_zip_of_a_folder_of_zips(self):
        members = {}
        for path in self.far_side():
            with open(path, "rb") as f:
                members["back/" + os.path.basename(path)] = f.read()
        with open(self.path("all.zip"), "wb") as f:
            f.write(crossing.zipped(members))
        shutil.rmtree(self.path("back"))
        self.assert_kept([self.path("all.zip")])

    def test_bare_xmls(self):
        self.assert_kept(self.far_side("--container", "xml"))

    def test_a_folder_of_xmls(self):
        self.far_side("--container", "xml")
        self.assert_kept([self.path("back")])

    def test_a_zip_of_xmls(self):
        docs = {"%d/annotations.xml" % i: d for i, path in enumerate(self.far_side())
                for d in crossing.dumps_in(path).values()}
        with open(self.path("all.zip"), "wb") as f:
            f.write(crossing.zipped(docs))
        self.assert_kept([self.path("all.zip")])

    def test_one_after_another_in_any_order(self):
        for n, path in enumerate(reversed(self.far_side())):
            report = self.merge(self.ds, [path])
            self.assertEqual(report["findings"], {})
            self.assertEqual(report["counts"]["kept"] + report["counts"]["absent"], 20)
            self.assertEqual(report["counts"]["labels"], 20)
            self.assert_unchanged(self.ds, self.before)


class Shipped(AnyCrossing):
    def test_an_absent_attribute_travels_as_the_default_that_its_label_tells(self):
        ds = self.dataset(HARBOR)
        self.export(ds, fields=["ground_truth"])
        folder, = [d for d in os.listdir(self.path("out")) if d.startswith("FiftyOne_")]
        spec = {l["name"]: {a["name"]: a["default_value"] for a in l["attributes"]}
                for l in crossing.read_json(self.path("out", folder, "labels.json"))}
        dump, = crossing.dumps_in(self.path("out", folder, "annotations.zip")).values()
        boxes = ElementTree.fromstring(dump).findall("image/box")
        labels = {l["_id"]["$oid"]: l for s in crossing.samples_of(ds) for l in crossing.labels_of(s, "ground_truth")}
        absent = 0
        for box in boxes:
            said = {a.get("name"): a.text or "" for a in box.findall("attribute")}
            self.assertEqual(set(said), set(spec[box.get("label")]))
            label = labels[said.pop("label_id")]
            for name, text in said.items():
                if label.get(name) is None:
                    absent += 1
                    self.assertEqual(text, spec[box.get("label")][name], name)
                else:
                    self.assertEqual(text, label[name] if isinstance(label[name], str) else json.dumps(label[name]))
        self.assertGreater(absent, 10)


class Copies(AnyCrossing):
    def test_an_untouched_copy_is_no_edit_also_of_what_the_run_left_at_home(self):
        dataset = self.dataset(HARBOR)
        copy = self.copy(folder_of(HARBOR), "copy")
        before = self.data_of(dataset)
        out = self.export(dataset, "--classes", "boat", fields=["ground_truth"])
        self.assertEqual(out["shipped"], 7)
        report = self.merge(dataset, [copy])
        self.assert_counts(report, kept=7)
        self.assertEqual((report["findings"], report["events"]), ({}, []))
        self.assert_unchanged(dataset, before)

    def test_untouched_masks_and_labels_without_a_class_are_no_edits_either(self):
        dataset = self.dataset("images_full")
        for field, shipped in (("detections", 10), ("instances_disk", 3)):
            with self.subTest(field=field):
                copy = self.copy(folder_of("images_full"), "copy_" + field)
                self.export(dataset, fields=[field], run=field, out="out_" + field)
                report = self.merge(dataset, [copy], run=field)
                self.assert_counts(report, kept=shipped)
                self.assertEqual((report["findings"], report["events"]), ({}, []))

    def test_a_label_that_got_a_mask_or_lost_its_class_is_not_gone(self):
        dataset = self.dataset(HARBOR)
        copy = self.copy(folder_of(HARBOR), "copy")
        with open(os.path.join(copy, "samples.json")) as f:
            doc = json.load(f)
        labels = doc["samples"][0]["ground_truth"]["detections"]
        labels[0]["mask"] = {"$binary": {"base64": "AAAA", "subType": "00"}}
        labels[1]["label"] = None
        with open(os.path.join(copy, "samples.json"), "w") as f:
            json.dump(doc, f)
        before = self.data_of(dataset)
        self.export(dataset, fields=["ground_truth"])
        report = self.merge(dataset, [copy], status=5)
        self.assert_counts(report, kept=13, ignored=2)
        report = self.merge(dataset, [copy], "--unexpected", "ignore", status=1)
        self.assert_counts(report, kept=13, ignored=2)
        self.assert_unchanged(dataset, before)


class NothingRead(AnyCrossing):
    """Silence is not a return: what an importer reads nothing of must not pass for unedited."""

    def setUp(self):
        super().setUp()
        self.ds = self.dataset(HARBOR)
        self.export(self.ds, fields=["ground_truth"])
        self.back = self.far_side()[0]
        self.before = testenv.snapshot(self.ds)

    def test_images_without_any_shape_are_deletions(self):
        empty = self.rewrite(self.back, lambda t: re.sub(r"(?s)<box .*?</box>", "", t), "empty.zip")
        report = self.merge(self.ds, [empty], where=["-n"])
        self.assert_counts(report, deleted=15)
        self.assertEqual(testenv.snapshot(self.ds), self.before)
        report = self.merge(self.ds, [empty])
        self.assert_counts(report, deleted=15)
        for sample in crossing.samples_of(self.ds):
            self.assertEqual(crossing.labels_of(sample, "ground_truth"), [])

    def test_a_dump_without_any_image_is_not_of_this_run(self):
        empty = self.rewrite(self.back, lambda t: re.sub(r"(?s)<image .*?</image>", "", t), "empty.zip")
        report = self.merge(self.ds, [empty], status=5)
        self.assertEqual(report["error"]["code"], "LF2001")
        self.assertEqual(testenv.snapshot(self.ds), self.before)

    def test_images_of_other_names_are_not_of_this_run(self):
        other = self.rewrite(self.back, lambda t: re.sub(r'(<image id="(\d+)" name=)"[^"]*"', r'\1"other\2.png"', t),
                             "other.zip")
        report = self.merge(self.ds, [other], status=5)
        self.assertEqual((report["error"]["code"], report["items"]["unmatched"]), ("LF2001", 6))
        self.assertEqual(testenv.snapshot(self.ds), self.before)

    def test_one_image_of_another_name_is_a_finding_or_passed_over_as_asked(self):
        other = self.rewrite(self.back, lambda t: t.replace('name="north-01.png"', 'name="other.png"'), "other.zip")
        report = self.merge(self.ds, [other], where=["-n"], status=1)
        self.assertEqual((report["findings"], report["items"]["unmatched"]), ({"LF2004": 1}, 1))
        gone = report["counts"]
        self.assertEqual(gone["ignored"], gone["absent"])
        report = self.merge(self.ds, [other], "--unmatched", "ignore", where=["-n"])
        self.assertEqual((report["findings"], report["counts"]), ({"LF2014": 1}, gone))

    def test_a_task_that_did_not_come_back_is_absent_and_stays(self):
        half = self.rewrite(self.back, lambda t: re.sub(r'(?s)<image id="[345]".*?</image>', "", t), "half.zip")
        report = self.merge(self.ds, [half])
        self.assertEqual(report["counts"]["kept"] + report["counts"]["absent"], 15)
        self.assertGreater(report["counts"]["absent"], 0)
        self.assertEqual(report["items"]["came"], 3)
        self.assertEqual(self.data_of(self.ds)["samples.json"], self.before["samples.json"])


class Outputs(AnyCrossing):
    MOVED = {"op": "move", "image": 0, "shape": 0, "dx": 3, "dy": 2}

    def setUp(self):
        super().setUp()
        self.ds = self.dataset(HARBOR)
        self.before = self.data_of(self.ds)
        self.export(self.ds, fields=["ground_truth", "weather"])

    def test_a_new_dataset_of_an_untouched_crossing_is_equal(self):
        back, was = self.far_side(), testenv.snapshot(self.ds)
        report = self.merge(self.ds, back, where=["-o", self.path("new")])
        self.assert_counts(report, kept=20)
        self.assert_unchanged(self.path("new"), self.before)
        self.assertEqual(testenv.snapshot(self.ds), was)

    def test_media_of_a_new_dataset_are_links_to_the_same_file(self):
        self.merge(self.ds, self.far_side(), where=["-o", self.path("new")])
        media = [n for n in self.before if n.startswith("data/")]
        self.assertEqual(len(media), 6)
        for name in media:
            self.assertTrue(os.path.samefile(os.path.join(self.ds, name), self.path("new", name)), name)
        for name in ("samples.json", "metadata.json"):
            self.assertFalse(os.path.samefile(os.path.join(self.ds, name), self.path("new", name)), name)

    def test_a_new_dataset_and_one_changed_in_place_are_equal(self):
        back = self.far_side(edits=[self.MOVED])
        new = self.merge(self.ds, back, where=["-o", self.path("new")])
        self.assert_unchanged(self.ds, self.before)
        here = self.merge(self.ds, back)
        self.assert_counts(new, kept=19, edited=1)
        self.assertEqual(new["counts"], here["counts"])
        self.assertNotEqual(self.data_of(self.ds)["samples.json"], self.before["samples.json"])
        self.assertEqual(self.data_of(self.path("new")), self.data_of(self.ds))

    def test_a_dry_run_writes_nothing_anywhere(self):
        for edits in ([], [self.MOVED], [dict(self.MOVED, op="delete")]):
            back = self.far_side(edits=edits)
            for where in (["-n"], ["-n", "--in-place"], ["-n", "-o", self.path("new")]):
                was = crossing.listing(self.dir)
                report = self.merge(self.ds, back, where=where)
                self.assertFalse(report["written"])
                self.assertEqual(report["counts"]["edited"] + report["counts"]["deleted"], len(edits))
                self.assertEqual(crossing.listing(self.dir), was)
            shutil.rmtree(self.path("back"))

    def test_the_dataset_is_renamed_last(self):
        self.export(self.ds, "--classes", "boat", fields=["ground_truth", "found:detections"], run="new", out="out2")
        add = {"op": "add", "image": "empty-04", "type": "rectangle", "label": "boat", "points": [1, 2, 30, 40]}
        back = self.far_side(edits=[dict(add, task=0), dict(add, task=1)], out="out2")
        with watch.Renames(self.ds, os.path.join(self.ds, "annotations", "new")) as seen:
            self.merge(self.ds, back, run="new")
        order = [n for n in seen.names if n != "commit.json"]
        self.assertEqual(order, ["metadata.json", "items.tsv", "run.json", "samples.json"])
        self.assertIn("found", crossing.fields_of(self.ds))

    def test_the_same_archive_again_changes_nothing(self):
        for edits in ([], [self.MOVED, {"op": "delete", "image": 0, "shape": 1},
                           {"op": "add", "image": "empty-04", "type": "rectangle", "label": "boat", "points": [1, 2, 30, 40]}]):
            back = self.far_side(edits=edits)
            first = self.merge(self.ds, back)
            self.assertEqual(first["counts"]["kept"], 20 - 2 * bool(edits))
            was = crossing.listing(self.ds)
            again = self.merge(self.ds, back)
            self.assertEqual(again["counts"]["kept"], again["counts"]["labels"])
            self.assertEqual(again["findings"], {"LF2011": len(back)})
            self.assertTrue(all(a["repeated"] for a in again["archives"]))
            self.assertEqual([r for r in crossing.listing(self.ds) if r not in was], [])
            shutil.rmtree(self.path("back"))


if __name__ == "__main__":
    testenv.unittest.main()
