"""W08: jobs and people that export is asked for stand in the record, on the sheet and in the status."""

import json
import os
import re

import crossing
import testenv

ASKED = ("--segment-size", "4", "--task-assignee", "ann1,ann2", "--job-assignees", "ann3,ann4", "--job-reviewers", "ann5")


class Asked(crossing.CrossingCase):
    def setUp(self):
        super().setUp()
        self.ds = self.copy(testenv.sample("harbor"), "harbor")

    def status(self, *archives):
        done = self.labelferry("runs", "status", "r", *archives, "--dataset", self.ds, "--json")
        return json.loads(done.stdout)["fields"]["ground_truth"]

    def people(self, tasks):
        return [(t["assignee"], [(j["start"], j["stop"], j["assignee"], j["reviewer"]) for j in t["jobs"]]) for t in tasks]

    def test_W08_names_take_turns_anew_in_each_task(self):
        self.export(self.ds, *ASKED[2:], "--segment-size", "2", "--task-size", "4", fields=["ground_truth"])
        self.assertEqual(self.people(self.status()), [
            ("ann1", [(0, 1, "ann3", "ann5"), (2, 3, "ann4", "ann5")]),
            ("ann2", [(0, 1, "ann3", "ann5")])])
        with open(self.path("out", "SHEET.txt"), encoding="utf-8") as f:
            sheet = f.read()
        self.assertEqual(re.findall(r"    Assignee: (\S+)", sheet), ["ann1", "ann2"])
        self.assertEqual(re.findall(r"    Job (\d), frames (\d) to (\d), assignee (\S+), reviewer (\S+)\n", sheet), [
            ("1", "0", "1", "ann3", "ann5"), ("2", "2", "3", "ann4", "ann5"), ("1", "0", "1", "ann3", "ann5")])

    def test_W08_what_came_back_lies_over_what_was_asked(self):
        self.export(self.ds, *ASKED, fields=["ground_truth"])
        back, = self.far_side()
        asked = [(0, 3, "ann3", "ann5"), (4, 5, "ann4", "ann5")]
        self.assertEqual(self.people(self.status()), [("ann1", asked)])
        # Cut otherwise there: what the archive tells counts.
        self.assertEqual(self.people(self.status(back)), [("ann1", [(0, 5, None, None)])])
        two = lambda t: re.sub(r"(?s)(<segment>.*?)<stop>5(.*?</segment>)",
                               r"\g<1><stop>3\2<segment><id>31</id><start>4</start><stop>5</stop><url></url></segment>", t)
        self.rewrite(back, two)
        now = self.status(back)
        self.assertEqual(self.people(now), [("ann1", asked)])
        self.assertEqual([j["id"] for j in now[0]["jobs"]][1], "31")
        self.rewrite(back, lambda t: re.sub(r"<assignee>\s*</assignee>",
                                            "<assignee><username>ann9</username><email></email></assignee>", t, count=1))
        self.assertEqual(self.status(back)[0]["assignee"], "ann9")
        # The record keeps it through a merge, and a crossing without edits stays one.
        before = self.data_of(self.ds)
        self.merge(self.ds, [back])
        self.assert_unchanged(self.ds, before)
        self.assertEqual(self.people(self.status()), [("ann9", asked)])

    def test_W08_nothing_asked_is_nothing_said(self):
        self.export(self.ds, fields=["ground_truth"])
        self.assertEqual(self.people(self.status()), [(None, [])])
        self.assertNotIn("asked", crossing.read_json(os.path.join(self.ds, "annotations", "r", "run.json")))

    def test_W08_wrong_values(self):
        for option in (("--segment-size", "two"), ("--segment-size", "-1"), ("--task-assignee", ""),
                       ("--job-assignees", "ann1,,ann2"), ("--job-reviewers", "ann1,")):
            done = self.labelferry("export", self.ds, "--field", "ground_truth", "-o", "out", *option, status=2)
            self.assertIn("LF1003", done.stderr)
            self.assertIn(option[0], done.stderr)
            self.assertFalse(os.path.exists(self.path("out")))

    def test_W08_a_damaged_record_is_refused(self):
        self.export(self.ds, *ASKED, fields=["ground_truth"])
        path = os.path.join(self.ds, "annotations", "r", "run.json")
        record = crossing.read_json(path)
        record["asked"]["job_reviewers"] = 7
        with open(path, "w", encoding="utf-8") as f:
            json.dump(record, f)
        self.assertIn("LF3061", self.labelferry("runs", "status", "r", "--dataset", self.ds, status=4).stderr)


if __name__ == "__main__":
    testenv.unittest.main()
