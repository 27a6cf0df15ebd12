"""Archives of one merge that disagree: annotators, states of one task, and what a person decides beforehand."""

import itertools
import json
import os
import re
import shutil

import random_dataset
import test_edits
import testenv

text_of, labels_in = test_edits.text_of, test_edits.labels_in


class Picking(test_edits.SmallCrossing):
    """The boxes of twelve images; archives by ann1 and ann2, each with a server of its own."""

    def setUp(self):
        super().setUp()
        self.send(fields=["boxes"])
        self.total = 36
        self.a, self.b, self.c = self.boxes[0], self.boxes[4], self.boxes[8]

    def by(self, name, *edits, day=4, server="http://here:8080", who=None, job=False):
        back, = self.far_side(edits=list(edits), back=name)

        def change(text):
            text = re.sub(r"<updated>[^<]*</updated>", "<updated>2024-03-%02d 10:00:00.000000+00:00</updated>" % day, text)
            text = re.sub(r"<url>[^<]*</url>", "<url>%s/api/jobs/1</url>" % server, text)
            if job:  # the same job, dumped as a job
                text = text.replace("<task>", "<job>").replace("</task>", "</job>")
                text = re.sub(r"<id>7</id>\s*<name>[^<]*</name>", "<id>1</id>", text, 1)
            return re.sub(r"<assignee>\s*</assignee>",
                          "<assignee><username>%s</username><email></email></assignee>" % who if who else "<assignee></assignee>",
                          text)

        return self.rewrite(back, change)

    def two(self, first, second):
        """ann1 on Monday and ann2 on Tuesday, each on a server of their own."""
        return [self.by("one", *first, who="ann1", day=4, server="http://one:8080"),
                self.by("two", *second, who="ann2", day=5, server="http://two:8080")]

    def x_of(self, label):
        return next(l.corners()[0] for l in labels_in(self.ds, "boxes") if l.id == label.id)

    def move(self, label, dx):
        return {"op": "move", "id": label.id, "dx": dx}

    def relabel(self, label):
        return {"op": "relabel", "id": label.id,
                "label": next(c for c in random_dataset.CLASSES if c != label.value["label"])}

    def name_of(self, label):
        return next(l.value["label"] for l in labels_in(self.ds, "boxes") if l.id == label.id)


class Annotators(Picking):
    def disagree(self):
        return self.two([self.move(self.a, 3), self.relabel(self.b)], [self.move(self.a, 6), self.move(self.c, 2)])

    def test_R24_what_does_not_disagree_is_taken_from_both(self):
        report = self.merge(self.ds, self.two([self.move(self.a, 3)], [self.relabel(self.a), self.move(self.c, 2)]))
        # A pair is a label and an archive: ann1's three kinds of label and ann2's.
        self.assert_counts(report, edited=3, kept=2 * self.total - 3)
        self.assertAlmostEqual(self.x_of(self.a), self.a.corners()[0] + 3, 6)
        self.assertNotEqual(self.name_of(self.a), self.a.value["label"])

    def test_R24_a_disagreement_stops_the_merge_whatever_the_word_on_conflicts(self):
        for word in ((), ("--conflict", "theirs"), ("--conflict", "ours")):
            report = self.merge(self.ds, self.disagree(), *word, status=6)
            self.assertEqual(report["error"]["code"], "LF2051")
            told, = [e for e in report["events"] if e["code"] == "LF2051"]
            self.assertEqual((told["label"], told["bucket"]), (self.a.id, "conflict"))
            self.assert_nothing_written()

    def test_alike_is_no_disagreement(self):
        report = self.merge(self.ds, self.two([self.move(self.a, 3)], [self.move(self.a, 3)]))
        self.assert_counts(report, edited=1, kept=2 * self.total - 1)
        self.assertEqual(report["findings"], {})

    def test_R24_the_latest_counts_and_only_where_they_differ(self):
        for archives in itertools.permutations(self.disagree()):
            where = self.path("out" + str(archives[0].count("one")))
            report = self.merge(self.ds, archives, "--pick", "latest", where=["-o", where])
            self.assert_counts(report, edited=3, ignored=1, kept=2 * self.total - 4)
            self.assertEqual(report["findings"].get("LF2052"), 1)
        one, two = (self.data_of(self.path("out" + n)) for n in "01")
        self.assertEqual(one, two)
        self.merge(self.ds, self.disagree(), "--pick", "latest")
        self.assertAlmostEqual(self.x_of(self.a), self.a.corners()[0] + 6, 6)
        self.assertNotEqual(self.name_of(self.b), self.b.value["label"])

    def test_who_did_it_is_told_by_the_journal(self):
        self.merge(self.ds, self.disagree(), "--pick", "latest")
        text = self.labelferry("explain", self.a.id, "--dataset", self.ds).stdout
        self.assertIn("(ann2, 2024-03-05", text)
        self.assertIn("LF2052", text)
        self.assertIn("(ann1, 2024-03-04", text)
        self.assertIn("(ann1, ", self.labelferry("log", "--dataset", self.ds).stdout)

    def test_R24_the_annotator_that_is_named_counts(self):
        self.merge(self.ds, self.disagree(), "--pick", "annotator=ann1")
        self.assertAlmostEqual(self.x_of(self.a), self.a.corners()[0] + 3, 6)
        self.assertAlmostEqual(self.x_of(self.c), self.c.corners()[0] + 2, 6)

    def test_an_annotator_nobody_knows_is_a_wrong_word_and_those_known_are_named(self):
        report = self.merge(self.ds, self.disagree(), "--pick", "annotator=ann3", status=2)
        self.assertIn("ann1", report["error"]["text"])
        self.assertIn("ann2", report["error"]["text"])
        self.labelferry("merge", "r", self.by("x"), "--dataset", self.ds, "-n", "--pick", "annotator=", status=2)
        self.labelferry("merge", "r", self.by("x"), "--dataset", self.ds, "-n", "--pick", "newest", status=2)

    def test_both_are_kept_when_asked_for_the_second_as_a_label_of_its_own(self):
        archives = self.disagree()
        report = self.merge(self.ds, archives, "--pick", "all")
        self.assert_counts(report, edited=3, added=1, kept=2 * self.total - 4)
        new, = self.new_ids()
        xs = sorted(l.corners()[0] - self.a.corners()[0] for l in labels_in(self.ds, "boxes") if l.id in (new, self.a.id))
        self.assertEqual([round(x, 6) for x in xs], [3, 6])
        after = text_of(self.ds)
        for again in (archives, archives[:1], archives[1:]):
            report = self.merge(self.ds, again)
            self.assertEqual(text_of(self.ds), after, again)

    def test_merging_the_one_that_was_outvoted_again_brings_nothing_back(self):
        archives = self.disagree()
        self.merge(self.ds, archives, "--pick", "latest")
        after = testenv.snapshot(self.ds)
        for again in (archives[:1], archives[1:], archives, archives[::-1]):
            report = self.merge(self.ds, again)
            self.assertEqual(testenv.snapshot(self.ds), after, again)
            self.assertEqual(report["counts"]["edited"], 0)

    def test_one_deletes_what_the_other_edits(self):
        gone, moved = [{"op": "delete", "id": self.a.id}], [self.move(self.a, 6)]
        for first, second in ((gone, moved), (moved, gone)):
            archives = self.two(first, second)
            report = self.merge(self.ds, archives, status=6)
            self.assertEqual(report["error"]["code"], "LF2051")
            where = self.path("latest%d" % (first is gone))
            report = self.merge(self.ds, archives, "--pick", "latest", where=["-o", where])
            ids = [l.id for l in labels_in(where, "boxes")]
            self.assertEqual(self.a.id in ids, first is gone)
            where = self.path("all%d" % (first is gone))
            report = self.merge(self.ds, archives, "--pick", "all", where=["-o", where])
            self.assert_counts(report, edited=1, ignored=1, kept=2 * self.total - 2)
            now, = [l for l in labels_in(where, "boxes") if l.id == self.a.id]
            self.assertAlmostEqual(now.corners()[0], self.a.corners()[0] + 6, 6)
        self.assert_nothing_written()

    def test_with_the_dataset_it_is_still_a_conflict_of_its_own(self):
        whole = text_of(self.ds)
        start, end = test_edits.json_bytes.scalars(whole)[self.a.path + ("bounding_box", 0)]
        with open(os.path.join(self.ds, "samples.json"), "w", encoding="utf-8") as f:
            f.write(whole[:start] + "0.0625" + whole[end:])
        archives = self.two([self.move(self.a, 3)], [self.move(self.c, 6)])
        report = self.merge(self.ds, archives, "--pick", "latest", status=6)
        self.assertEqual(report["error"]["code"], "LF2008")


class States(Picking):
    """Two states of one task in one merge are the later one, as if they had been merged one after the other."""

    def test_monday_and_tuesday_in_any_order_and_one_by_one(self):
        add = dict(test_edits.AddedAndGone.ADD, of=self.b.id)
        monday = self.by("monday", self.move(self.a, 3), add, day=4)
        tuesday = self.by("tuesday", self.move(self.a, 6), self.relabel(self.c), day=5)
        one, other, steps = self.path("one"), self.path("other"), self.ds
        report = self.merge(self.ds, [monday, tuesday], where=["-o", one])
        self.assert_counts(report, edited=2, kept=self.total - 2)
        self.assertEqual(report["findings"].get("LF2053"), 1)
        self.merge(self.ds, [tuesday, monday], where=["-o", other])
        self.merge(steps, [monday])
        self.merge(steps, [tuesday])
        self.assertEqual(self.data_of(one), self.data_of(other))
        self.assertEqual(self.data_of(one), self.data_of(steps))
        after = testenv.snapshot(steps)
        for again in ([monday], [tuesday], [monday, tuesday]):
            self.merge(steps, again)
            self.assertEqual(testenv.snapshot(steps), after)

    def test_a_job_and_later_its_task(self):
        add = dict(test_edits.AddedAndGone.ADD, of=self.b.id)
        monday = self.by("monday", self.move(self.a, 3), add, day=4, job=True)
        self.assertIn("<job>", next(iter(test_edits.crossing.dumps_in(monday).values())).decode())
        friday = self.by("friday", self.move(self.a, 6), dict(add, points=[4, 5, 21.5, 31.25]), day=8)
        one = self.path("one")
        self.merge(self.ds, [friday, monday], where=["-o", one])
        self.merge(self.ds, [monday])
        report = self.merge(self.ds, [friday])
        self.assert_counts(report, edited=2, kept=self.total - 1)
        self.assertEqual([sorted(l.corners()) for l in labels_in(one, "boxes")],
                         [sorted(l.corners()) for l in labels_in(self.ds, "boxes")])

    def test_one_of_which_something_was_left_out_takes_nothing_back_when_it_comes_again(self):
        archives = [self.by("one", self.move(self.a, 3), who="ann1", server="http://one:8080"),
                    self.by("two", self.move(self.c, 3), who="ann2", server="http://two:8080")]
        self.rewrite(archives[0], lambda t: re.sub(r'label="[a-z]+"(?= source)', 'label="narwhal"', t, 1))
        report = self.merge(self.ds, archives, status=1)
        self.assertEqual((report["counts"]["edited"], report["findings"].get("LF2002")), (2, 1))
        after = text_of(self.ds)
        report = self.merge(self.ds, archives[:1], status=1)
        self.assertEqual((report["counts"]["edited"], report["findings"].get("LF2002")), (0, 1))
        self.assertEqual(text_of(self.ds), after)

    def test_the_same_number_on_another_server_is_another_task(self):
        archives = [self.by("one", self.move(self.a, 3), day=4, server="http://one:8080"),
                    self.by("two", self.move(self.c, 3), day=5, server="http://two:8080")]
        self.assert_counts(self.merge(self.ds, archives[1:], where=["-n"]), edited=1, kept=self.total - 1)
        self.assert_counts(self.merge(self.ds, archives), edited=2, kept=2 * self.total - 2)

    def test_nor_is_it_older_when_it_comes_later(self):
        self.merge(self.ds, [self.by("two", self.move(self.c, 3), day=5, server="http://two:8080")])
        report = self.merge(self.ds, [self.by("one", self.move(self.a, 3), day=4, server="http://one:8080")])
        self.assert_counts(report, edited=1, kept=self.total - 1)
        self.assertAlmostEqual(self.x_of(self.c), self.c.corners()[0] + 3, 6)  # ann1 knows nothing of what ann2 did

    def test_one_after_the_other_is_the_same_as_both_at_once_where_they_do_not_disagree(self):
        archives = [self.by("one", self.move(self.a, 3), {"op": "delete", "id": self.b.id}, day=4, server="http://one:8080"),
                    self.by("two", self.relabel(self.a), self.move(self.c, 3), day=5, server="http://two:8080")]
        both, steps = self.path("both"), self.path("steps")
        self.merge(self.ds, archives, where=["-o", both])
        for order in (archives, archives[::-1]):
            shutil.rmtree(steps, ignore_errors=True)
            shutil.copytree(self.ds, steps)
            for archive in order:
                self.merge(steps, [archive])
            self.assertEqual(self.data_of(steps), self.data_of(both))
            after = testenv.snapshot(steps)
            for archive in archives:
                self.merge(steps, [archive])
                self.assertEqual(testenv.snapshot(steps), after)


class Rematch(Picking):
    """A shape whose id was lost in the tool is a label that is gone and a new one, unless somebody says otherwise."""

    def setUp(self):
        super().setUp()
        self.back_ = [self.by("back", {"op": "attribute", "id": self.a.id, "name": "label_id", "value": ""},
                              {"op": "attribute", "id": self.c.id, "name": "label_id", "value": "no id"})]
        self.list = self.path("open.json")

    def propose(self, *options):
        report = self.merge(self.ds, self.back_, "--rematch", "iou:0.7", "--proposals", self.list, *options, where=["-n"],
                            status=1)
        with open(self.list, encoding="utf-8") as f:
            return report, json.load(f)

    def decide(self, found, **words):
        for row in found["open"]:
            row["decide"] = words.get("all") or words.get("a" if row["label"] == self.a.id else "c")
        with open(self.list, "w", encoding="utf-8") as f:
            json.dump(found, f)

    def test_R22_nothing_is_done_about_a_proposal(self):
        report, found = self.propose()
        self.assert_counts(report, deleted=2, added=2, kept=self.total - 2)
        self.assertEqual(report["findings"]["LF2054"], 2)
        self.assertEqual({r["label"] for r in found["open"]}, {self.a.id, self.c.id})
        self.assertEqual({r["what"] for r in found["open"]}, {"rematch"})
        self.assertTrue(all(r["overlap"] > 0.99 and r["decide"] is None for r in found["open"]))
        report = self.merge(self.ds, self.back_, "--decisions", self.list, status=1)
        self.assert_counts(report, deleted=2, added=2, kept=self.total - 2)
        self.assertEqual(sorted(self.new_ids()), sorted(r["new"] for r in found["open"]))

    def test_what_is_accepted_keeps_its_id_and_every_byte(self):
        _, found = self.propose()
        self.decide(found, all="accept")
        report = self.merge(self.ds, self.back_, "--decisions", self.list)
        self.assert_counts(report, kept=self.total)
        self.assertEqual(text_of(self.ds), self.old)

    def test_one_accepted_one_rejected(self):
        _, found = self.propose()
        self.decide(found, a="accept", c="reject")
        report, found = self.propose("--decisions", self.list)
        self.assertEqual(found["open"], [])
        self.decide(self.again(), a="accept", c="reject")
        report = self.merge(self.ds, self.back_, "--decisions", self.list, status=1)
        self.assert_counts(report, deleted=1, added=1, kept=self.total - 1)
        ids = [l.id for l in labels_in(self.ds, "boxes")]
        self.assertIn(self.a.id, ids)
        self.assertNotIn(self.c.id, ids)
        after = text_of(self.ds)
        self.merge(self.ds, self.back_)
        self.assertEqual(text_of(self.ds), after)

    def again(self):
        return self.propose()[1]

    def test_a_moved_one_is_an_edit_of_the_label(self):
        self.back_ = [self.by("moved", self.move(self.a, 1), {"op": "attribute", "id": self.a.id, "name": "label_id",
                                                              "value": ""})]
        _, found = self.propose()
        self.decide(found, all="accept")
        report = self.merge(self.ds, self.back_, "--decisions", self.list)
        self.assert_counts(report, edited=1, kept=self.total - 1)
        self.assertAlmostEqual(self.x_of(self.a), self.a.corners()[0] + 1, 6)

    def test_below_the_overlap_nothing_is_proposed(self):
        self.back_ = [self.by("far", self.move(self.a, 400), {"op": "attribute", "id": self.a.id, "name": "label_id",
                                                              "value": ""})]
        self.assertEqual(self.propose()[1]["open"], [])

    def test_wrong_words_and_files(self):
        for word in ("iou:0", "iou:1.5", "iou:", "0.7", "iou:nan"):
            self.labelferry("merge", "r", *self.back_, "--dataset", self.ds, "-n", "--rematch", word, status=2)
        _, found = self.propose()
        wrong = [("{", 4), ("[]", 2), ("{}", 2), (json.dumps(dict(found, run="other")), 2),
                 (json.dumps(dict(found, decisions=2)), 2), (json.dumps(dict(found, open=[1])), 2),
                 (json.dumps(dict(found, open=[dict(found["open"][0], decide="yes")])), 2),
                 (json.dumps(dict(found, open=[dict(found["open"][0], what="guess")])), 2),
                 (json.dumps(dict(found, open=[dict(found["open"][0], label="x")])), 2),
                 (json.dumps(dict(found, open=[dict(found["open"][0], decide=d) for d in ("accept", "reject")])), 2)]
        for text, status in wrong:
            with open(self.list, "w", encoding="utf-8") as f:
                f.write(text)
            report = self.merge(self.ds, self.back_, "--decisions", self.list, status=status)
            self.assertIn("open.json", report["error"]["text"], text)
            self.assert_nothing_written()
        self.merge(self.ds, self.back_, "--decisions", self.path("missing"), status=7)


class Conflicts(Picking):
    """Conflicts are written down, decided one by one, and given back."""

    def setUp(self):
        super().setUp()
        whole = text_of(self.ds)
        for label in (self.a, self.c):
            start, end = test_edits.json_bytes.scalars(whole)[label.path + ("bounding_box", 0)]
            whole = whole[:start] + "0.0625" + whole[end:]
        with open(os.path.join(self.ds, "samples.json"), "w", encoding="utf-8") as f:
            f.write(whole)
        self.mine = whole
        self.before = testenv.snapshot(self.ds)
        self.list = self.path("open.json")
        self.back_ = [self.by("back", self.move(self.a, 5), self.move(self.c, 5))]

    def test_each_is_decided_on_its_own(self):
        report = self.merge(self.ds, self.back_, "--proposals", self.list, status=6)
        self.assert_nothing_written()
        with open(self.list, encoding="utf-8") as f:
            found = json.load(f)
        self.assertEqual({(r["what"], r["label"]) for r in found["open"]}, {("conflict", self.a.id), ("conflict", self.c.id)})
        found["open"][0]["decide"] = "theirs"
        with open(self.list, "w", encoding="utf-8") as f:
            json.dump(found, f)
        self.merge(self.ds, self.back_, "--decisions", self.list, status=6)
        found["open"][1]["decide"] = "ours"
        with open(self.list, "w", encoding="utf-8") as f:
            json.dump(found, f)
        report = self.merge(self.ds, self.back_, "--decisions", self.list)
        self.assert_counts(report, edited=1, ignored=1, kept=self.total - 2)
        theirs, ours = found["open"][0]["label"], found["open"][1]["label"]
        now = {l.id: l.value["bounding_box"][0] for l in labels_in(self.ds, "boxes")}
        self.assertNotEqual(now[theirs], 0.0625)
        self.assertEqual(now[ours], 0.0625)
        after = testenv.snapshot(self.ds)
        self.merge(self.ds, self.back_)
        self.assertEqual(testenv.snapshot(self.ds), after)

    def test_between_annotators_too(self):
        archives = self.two([self.move(self.b, 3)], [self.move(self.b, 6)])
        self.merge(self.ds, archives, "--proposals", self.list, status=6)
        with open(self.list, encoding="utf-8") as f:
            found = json.load(f)
        row, = found["open"]
        for word in ("ours", "theirs"):
            row["decide"] = word
            with open(self.list, "w", encoding="utf-8") as f:
                json.dump(found, f)
            self.merge(self.ds, archives, "--decisions", self.list, where=["-o", self.path(word)])
        xs = sorted(round(l.corners()[0] - self.b.corners()[0], 6) for word in ("ours", "theirs")
                    for l in labels_in(self.path(word), "boxes") if l.id == self.b.id)
        self.assertEqual(xs, [3, 6])


if __name__ == "__main__":
    testenv.unittest.main()
