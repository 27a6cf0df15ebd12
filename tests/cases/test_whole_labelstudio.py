"""Whole ways through Label Studio: what goes out comes back, in each form and container, and only what was edited changes."""

import json
import os

import crossing
import every_kind
import far_side_labelstudio as far
import far_sides
import json_bytes
import random_dataset
import shapes
import test_alternate
import test_edits
import test_every_label
import testenv

HOWS = (("--as", "predictions"), ("--as", "annotations"), ("--mask-codec", "bitmask"))
FORMS = ({}, {"form": "snapshot"}, {"container": "zip"}, {"container": "each"})


class Whole(crossing.CrossingCase):
    TOOL = "labelstudio"

    def come_back(self, *edits, change=None, out="out", back="back", **how):
        """The archives after edits in the common language; change(projects) does what that has no word for."""
        self.days += 1
        lot = self.tool.load(self.path(out), self.days)
        self.tool.edit(lot, list(edits))
        if change:
            change(lot)
        return self.tool.dump(lot, self.path(back), **how)


class Unedited(Whole):
    def assert_crosses(self, ds, fields, *options, **how):
        before = self.data_of(ds)
        out = self.export(ds, *options, fields=fields)
        self.assertGreater(out["shipped"], 0)
        self.assert_unchanged(ds, before)
        report = self.merge(ds, self.come_back(**how))
        self.assert_counts(report, kept=out["shipped"])
        self.assertEqual((report["findings"], report["items"]["changed"]), ({}, 0))
        self.assertEqual(report["items"]["came"], report["items"]["run"])
        self.assert_unchanged(ds, before)

    def test_every_fixture_each_way(self):
        for n, name in enumerate(test_every_label.FIXTURES):
            folder = testenv.shared("fixtures", "fiftyone", name)
            fields, _ = test_every_label.all_fields(folder)
            for k, how in enumerate(HOWS):
                with self.subTest(fixture=name, how=how):
                    self.assert_crosses(self.copy(folder, name), fields, *how, **FORMS[(n + k) % 4])
                self.clear()

    def test_the_sample_each_way_and_in_each_form(self):
        for how in HOWS:
            for form in FORMS:
                with self.subTest(how=how, form=form):
                    self.assert_crosses(self.copy(testenv.sample("harbor"), "harbor"), ["ground_truth", "weather"], *how, **form)
                self.clear()

    def test_every_kind_of_label_each_way(self):
        fields = [every_kind.TYPES.get(k, k) for k in every_kind.KINDS]
        for how in HOWS:
            with self.subTest(how=how):
                self.assert_crosses(every_kind.make_dataset(self.path("ds")), fields, "--media", "none", *how)
            self.clear()

    def test_in_pieces(self):
        fields = [every_kind.TYPES.get(k, k) for k in every_kind.KINDS]
        self.assert_crosses(every_kind.make_dataset(self.path("ds")), fields, "--media", "none", "--task-size", "2")
        self.assertEqual(len(os.listdir(self.path("back"))), 3)

    def test_a_server_takes_every_archive(self):
        """Loading is checking: what server and SDK refuse, and what the editor would stumble over."""
        for name in test_every_label.FIXTURES:
            folder = testenv.shared("fixtures", "fiftyone", name)
            self.export(self.copy(folder, name), fields=test_every_label.all_fields(folder)[0])
            project, = far.load_archive(self.path("out"))
            self.assertEqual(len(project.tasks), len(crossing.samples_of(self.path(name))))
            for t in project.tasks:
                self.assertIn(t.data["fo_sample_id"], json.dumps(t.meta))
            self.clear()


class Edited(Whole):
    """Only what was edited changes, whichever way it went out."""

    def test_edits_of_the_sample(self):
        for how in HOWS[:2]:
            with self.subTest(how=how):
                ds = self.copy(testenv.sample("harbor"), "harbor")
                old = test_edits.text_of(ds)
                boxes = test_edits.labels_in(ds, "ground_truth")
                out = self.export(ds, *how, fields=["ground_truth", "weather"])
                b = next(l for l in boxes if l.value.get("flag"))
                a = next(l for l in boxes if l.id != b.id and "rotation" not in l.value and 0.1 < l.value["bounding_box"][0] < 0.4)
                report = self.merge(ds, self.come_back(
                    {"op": "move", "id": a.id, "dx": -3}, {"op": "attribute", "id": b.id, "name": "flag", "value": "new"}))
                self.assert_counts(report, edited=2, kept=out["shipped"] - 2)
                self.assertEqual(report["findings"], {})
                changed = json_bytes.changes(old, test_edits.text_of(ds))
                self.assertEqual(set(changed), {b.path + ("flag",), a.path + ("bounding_box", 0)})
                self.assertEqual(changed[b.path + ("flag",)][1], '"new"')
            self.clear()

    def test_an_edit_is_exact_and_below_the_slack_it_is_none(self):
        for step, edited in ((0.00005, 0), (0.0005, 1)):
            with self.subTest(step=step):
                ds = self.path("ds")
                random_dataset.make(ds, 3, 2, 5)
                self.export(ds, "--media", "none", fields=["boxes"])
                label = test_edits.labels_in(ds, "boxes")[0]
                report = self.merge(ds, self.come_back({"op": "move", "id": label.id, "dx": step}))
                self.assertEqual(report["counts"]["edited"], edited)
            self.clear()

    def test_of_several_choices_one_goes_and_another_comes(self):
        ds = every_kind.make_dataset(self.path("ds"))
        out = self.export(ds, "--media", "none", fields=["seen"])
        seen = [d["seen"]["classifications"] for d in crossing.samples_of(ds)]
        report = self.merge(ds, self.come_back(
            {"op": "delete", "id": seen[1][0]["_id"]["$oid"]}, {"op": "add_tag", "image": 1, "label": "rain"},
            {"op": "delete", "id": seen[2][1]["_id"]["$oid"]}))
        self.assert_counts(report, deleted=2, added=1, kept=out["shipped"] - 2)
        now = [d["seen"]["classifications"] for d in crossing.samples_of(ds)]
        self.assertEqual([[l["label"] for l in lot] for lot in now], [[], ["rain"], ["sun"], [], ["sun"]])
        self.assertEqual((now[2], now[4]), (seen[2][:1], seen[4]))
        self.assertNotEqual(now[1][0]["_id"], seen[1][0]["_id"])

    def test_points_of_a_copy_are_labels_of_their_own(self):
        ds = self.path("ds")
        shapes.write_dataset(ds, {"tips": "Keypoints"}, [shapes.document(0, tips={"_cls": "Keypoints", "keypoints": [
            shapes.points(1, (0.25, 0.25), (0.5, 0.5))]})])
        self.export(ds, "--media", "none", fields=["tips"])
        report = self.merge(ds, self.come_back({"op": "copy", "id": shapes.id_of(1), "dx": 4}), status=None)
        self.assert_counts(report, kept=1, added=2)
        lot = crossing.samples_of(ds)[0]["tips"]["keypoints"]
        self.assertEqual([l["points"] for l in lot], [[[0.25, 0.25], [0.5, 0.5]], [[0.3125, 0.25]], [[0.5625, 0.5]]])


class People(Whole):
    """What was handed in, by whom; what was not."""

    def setUp(self):
        super().setUp()
        self.ds = self.path("ds")
        random_dataset.make(self.ds, 4, 2, 11)
        self.export(self.ds, "--media", "none", fields=["boxes"])
        self.boxes = test_edits.labels_in(self.ds, "boxes")
        self.before = self.data_of(self.ds)

    def moved(self, label, dx=5):
        return {"op": "move", "id": label.id, "dx": dx}

    def test_tasks_that_nobody_opened_are_absent_and_not_deleted(self):
        lot = far.load_archive(self.path("out"))
        lot[0].tasks[0].submit()
        report = self.merge(self.ds, far.dump_all(lot, self.path("back")))
        self.assert_counts(report, kept=2, absent=6)
        self.assertEqual(report["findings"], {"LF2018": 3})
        self.assert_unchanged(self.ds, self.before)

    def test_nothing_handed_in_at_all(self):
        lot = far.load_archive(self.path("out"))
        report = self.merge(self.ds, far.dump_all(lot, self.path("back")), status=None)
        self.assertEqual(report["counts"]["absent"] + report["counts"]["kept"], report["counts"]["labels"])
        self.assertEqual(report["counts"]["deleted"], 0)
        self.assert_unchanged(self.ds, self.before)

    def test_an_empty_annotation_is_a_deletion(self):
        back = self.come_back({"op": "delete", "id": self.boxes[0].id}, {"op": "delete", "id": self.boxes[1].id})
        self.assert_counts(self.merge(self.ds, back), deleted=2, kept=6)

    def test_a_skip_counts_only_where_it_is_accepted(self):
        def skip(lot):
            a = lot[0].tasks[0].annotations[-1]
            a["was_cancelled"] = True
        back = self.come_back(self.moved(self.boxes[0]), change=skip)
        report = self.merge(self.ds, back, where=("-n",), status=None)
        self.assert_counts(report, kept=6, absent=2)
        report = self.merge(self.ds, back, "--accept", "skipped", status=None)
        self.assert_counts(report, edited=1, kept=7)

    def test_a_draft_counts_only_where_it_is_accepted(self):
        def draft(lot):
            t = lot[0].tasks[0]
            result = json.loads(json.dumps(t.annotations[-1]["result"]))
            for r in result:
                if r["id"] == self.boxes[0].id:
                    r["value"]["x"] += 1
            t.draft(result, t.annotations[-1]["id"])
        back = self.come_back(change=draft)
        report = self.merge(self.ds, back, where=("-n",), status=None)
        self.assert_counts(report, kept=8)
        self.assertIn("LF2020", report["findings"])
        report = self.merge(self.ds, back, "--accept", "drafts", status=None)
        self.assert_counts(report, edited=1, kept=7)

    def test_two_annotators_of_one_export(self):
        def second(lot):
            for t in lot[0].tasks:
                result = t.project.through_editor(t.predictions[-1]["result"])
                for r in result:
                    if r["id"] == self.boxes[2].id:
                        r["value"]["y"] += 2
                t.annotations.append(t.annotate(result, 3))
        back = self.come_back(self.moved(self.boxes[0]), change=second, form="snapshot")
        report = self.merge(self.ds, back)
        self.assertEqual((report["counts"]["edited"], report["counts"]["kept"]), (2, 14))

    def test_annotators_that_disagree(self):
        def second(lot):
            for t in lot[0].tasks:
                result = t.project.through_editor(t.predictions[-1]["result"])
                for r in result:
                    if r["id"] == self.boxes[0].id:
                        r["value"]["x"] += 7
                t.annotations.append(t.annotate(result, 3))
        back = self.come_back(self.moved(self.boxes[0]), change=second, form="snapshot")
        self.assertEqual(self.merge(self.ds, back, status=6)["error"]["code"], "LF2051")
        self.assert_unchanged(self.ds, self.before)
        report = self.merge(self.ds, back, "--pick", "annotator=%s" % far.USERS[1], status=None)
        self.assertEqual(report["counts"]["edited"], 1)
        now = test_edits.labels_in(self.ds, "boxes")[0]
        self.assertAlmostEqual(now.corners()[0], self.boxes[0].corners()[0] + 5, 1)


class NotOurs(Whole):
    """Tasks, classes and shapes that the run does not know."""

    def setUp(self):
        super().setUp()
        self.ds = self.copy(testenv.sample("harbor"), "harbor")
        self.export(self.ds, fields=["ground_truth"])
        self.before = self.data_of(self.ds)

    def rewritten(self, change, **how):
        def over(lot):
            for p in lot:
                for t in p.tasks:
                    change(t)
        return self.come_back(change=over, **how)

    def test_of_another_run(self):
        back = self.rewritten(lambda t: t.data.update(fo_run="0" * 32))
        self.assertEqual(self.merge(self.ds, back, status=5)["error"]["code"], "LF2001")
        self.assert_unchanged(self.ds, self.before)

    def test_of_other_samples(self):
        """An id that the run does not have is nobody, whatever the picture's name."""
        def other(t):
            t.data["fo_sample_id"] = "99" * 12
            t.meta["fiftyone"]["sample_id"] = "99" * 12
        report = self.merge(self.ds, self.rewritten(other), status=None)
        self.assertEqual((report["counts"]["deleted"], report["exit"] > 1), (0, True))
        self.assert_unchanged(self.ds, self.before)

    def test_by_name_where_the_ids_are_gone(self):
        def bare(t):
            name = t.data["fo_name"]
            t.meta.clear()
            t.data.clear()
            t.data["image"] = "/data/upload/3/0a1b2c3d-" + name.replace(" ", "_")
        known = sum(" " not in os.path.basename(d["filepath"]) for d in crossing.samples_of(self.ds))
        report = self.merge(self.ds, self.rewritten(bare), status=None)
        self.assertGreaterEqual(report["items"]["came"], known)
        self.assertEqual((report["counts"]["deleted"], report["counts"]["edited"]), (0, 0))
        self.assert_unchanged(self.ds, self.before)

    def test_a_class_that_nobody_declared(self):
        back = self.come_back()
        self.rewrite(back[0], lambda text: far_sides.LabelStudio.unknown_class(text, "pier", "Pier"))
        report = self.merge(self.ds, back, status=1)
        piers = sum(d["label"] == "pier" for s in crossing.samples_of(self.ds) for d in crossing.labels_of(s, "ground_truth"))
        self.assertEqual((report["findings"], report["counts"]["ignored"]), ({"LF2002": piers}, piers))
        self.assert_unchanged(self.ds, self.before)

    def drawn(self, t):
        """A polygon in the boxes' field, as after somebody changed the config."""
        value = {"points": [[10, 10], [20, 10], [20, 30]], "closed": True, "polygonlabels": ["boat"]}
        t.annotations[-1]["result"].append({"id": "Drawn-%05d" % t.number, "from_name": "ground_truth", "to_name": "image",
                                            "type": "polygonlabels", "original_width": 320, "original_height": 240,
                                            "image_rotation": 0, "value": value, "origin": "manual"})

    def test_shapes_of_another_kind_stop_the_merge_or_are_kept_or_left_out(self):
        back = self.rewritten(lambda t: t.number == 1 and self.drawn(t))
        report = self.merge(self.ds, back, status=5)
        self.assertEqual(report["error"]["code"], "LF2007")
        self.assert_unchanged(self.ds, self.before)
        report = self.merge(self.ds, back, "--unexpected", "ignore", where=("-n",), status=1)
        self.assert_counts(report, kept=15, ignored=1)
        report = self.merge(self.ds, back, "--unexpected", "keep", status=None)
        self.assert_counts(report, kept=15, added=1)
        kept = [d["polylines"]["polylines"] for d in crossing.samples_of(self.ds) if d.get("polylines")]
        self.assertEqual([[l["label"] for l in lot] for lot in kept], [["boat"]])
        again = self.merge(self.ds, back, "--unexpected", "keep", status=None)
        self.assertEqual((again["counts"]["added"], again["counts"]["deleted"], again["counts"]["edited"]), (0, 0, 0))


class Alternates(test_alternate.Alternate):
    """W10 through Label Studio's own files."""

    TOOL = "labelstudio"

    def test_W10_nothing_of_the_originals_travels(self):
        for absolute in (False, True):
            with self.subTest(absolute=absolute):
                self.start(absolute)
                self.out(*(("--media-root", self.path("beside")) if absolute else ()))
                self.assert_secret()
                sent = {n for n in testenv.snapshot(self.path("out", "media")) if n.endswith(".png")}
                self.assertEqual(len(sent), 5)

    def test_W10_sizes_are_the_alternates_own(self):
        self.start()
        self.out()
        for t in far.load_archive(self.path("out"))[0].tasks:
            for r in t.predictions[0]["result"]:
                if "original_width" in r:
                    self.assertEqual((r["original_width"], r["original_height"]), test_alternate.BLURRED)

    def test_W10_what_came_back_in_the_originals_size_is_refused(self):
        self.start()
        self.out(fields=["boxes"])
        back, = self.far_side()
        self.rewrite(back, lambda t: t.replace('"original_width": 48', '"original_width": 40').replace(
            '"original_height": 24', '"original_height": 30'))
        done = self.labelferry("merge", "r", back, "--dataset", self.ds, "--in-place", status=7)
        self.assertEqual(done.stderr.count("LF2006"), 5)


for name in [n for n in dir(test_alternate.Alternate) if n.startswith("test_") and n not in vars(Alternates)]:
    setattr(Alternates, name, None)  # run by test_shared_labelstudio.py


if __name__ == "__main__":
    testenv.unittest.main()
