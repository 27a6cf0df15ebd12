"""What is kept of runs: labelferry runs."""

import fcntl
import json
import os
import re
import shutil

import testenv
from crossing import CrossingCase, samples_of


class List(CrossingCase):
    def setUp(self):
        super().setUp()
        self.ds = self.copy(testenv.sample("harbor"))

    def runs(self, *args, status=0, dataset=None):
        return self.labelferry("runs", *args, "--dataset", dataset or self.ds, status=status).stdout

    def test_no_run(self):
        self.assertEqual(self.runs("list"), "")
        self.assertEqual(json.loads(self.runs("list", "--json")), {"runs": []})

    def test_ours(self):
        self.export(self.ds, fields=["ground_truth", "weather"], run="second")
        self.export(self.ds, "--task-size", "2", fields=["ground_truth"], run="first", out="out2")
        self.assertEqual(self.runs("list"),
                         "first: cvat, ground_truth; 6 items, 3 tasks, 0 archives merged\n"
                         "second: cvat, ground_truth weather; 6 items, 2 tasks, 0 archives merged\n")
        said = json.loads(self.runs("list", "--json"))["runs"]
        self.assertEqual([(r["key"], r["by"], r["tool"], r["fields"], r["items"], r["tasks"], r["merged"])
                          for r in said],
                         [("first", "labelferry", "cvat", ["ground_truth"], 6, 3, 0),
                          ("second", "labelferry", "cvat", ["ground_truth", "weather"], 6, 2, 0)])

    def test_of_fiftyone(self):
        folder = testenv.shared("fixtures", "fiftyone", "images_cvat_run")
        self.assertEqual(self.runs("list", dataset=folder), "anno_run: cvat, ground_truth; recorded by FiftyOne 1.22.1\n")
        said, = json.loads(self.runs("list", "--json", dataset=folder))["runs"]
        self.assertEqual(said, {"key": "anno_run", "by": "fiftyone", "tool": "cvat", "version": "1.22.1",
                                "fields": ["ground_truth"]})

    def test_damaged_ones_are_listed_with_their_code(self):
        self.export(self.ds, fields=["ground_truth"], run="good")
        for name, text in (("bad", "{"), ("worse", '{"labelferry": 99}')):
            os.mkdir(os.path.join(self.ds, "annotations", name))
            with open(os.path.join(self.ds, "annotations", name, "run.json"), "w", encoding="utf-8") as f:
                f.write(text)
        lines = self.runs("list", status=1).splitlines()
        self.assertEqual([line.split(":")[0] for line in lines], ["bad", "good", "worse"])
        self.assertIn("LF3061", lines[0])
        self.assertIn("LF3062", lines[2])
        codes = [r.get("error", {}).get("code") for r in json.loads(self.runs("list", "--json", status=1))["runs"]]
        self.assertEqual(codes, ["LF3061", None, "LF3062"])

    def test_a_folder_moved_by_hand_is_told(self):
        self.export(self.ds, fields=["ground_truth"], run="r")
        os.rename(os.path.join(self.ds, "annotations", "r"), os.path.join(self.ds, "annotations", "s"))
        self.assertIn('it is run "r"', self.runs("list", status=1))

    def test_kept_elsewhere(self):
        self.export(self.ds, "--runs-dir", self.path("kept"), fields=["ground_truth"], run="r")
        self.assertEqual(self.runs("list"), "")
        want = "r: cvat, ground_truth; 6 items, 1 task, 0 archives merged\n"
        self.assertEqual(self.runs("list", "--runs-dir", self.path("kept")), want)
        self.assertEqual(self.labelferry("runs", "list", "--runs-dir", self.path("kept")).stdout, want)

    def test_wrong_words(self):
        for args in ([], ["lits"], ["list", "r"], ["list", "--jsn"]):
            with self.subTest(args=args):
                done = self.labelferry("runs", *args, status=2)
                self.assertIn("LF1001", done.stderr)
                self.assertEqual(done.stdout, "")
        self.assertIn("did you mean list?", self.labelferry("runs", "lits", status=2).stderr)
        self.assertIn("LF5001", self.labelferry("runs", "list", "--dataset", "nowhere", status=7).stderr)


CHANGING = ("write,fsync,rename,renameat,renameat2,mkdir,mkdirat,link,linkat,unlink,unlinkat,rmdir")
MOVED = {"op": "move", "image": 0, "shape": 0, "dx": 3, "dy": 0}


class RunsCase(CrossingCase):
    def setUp(self):
        super().setUp()
        self.ds = self.copy(testenv.sample("harbor"))

    def runs(self, *args, status=0, dataset=None):
        return self.labelferry("runs", *args, "--dataset", dataset or self.ds, status=status)

    def keys(self, dataset=None):
        return [r["key"] for r in json.loads(self.runs("list", "--json", dataset=dataset).stdout)["runs"]]

    def edited(self):
        """What comes back of self.path("out") with the first box moved."""
        back, = self.far_side(edits=[MOVED])
        return back

    def sweep(self, *command, once=True):
        """Killed at each call that changes something; another command then finds the old or the new state."""
        before = testenv.snapshot(self.dir)
        home = self.copy(self.dir, os.path.join("..", os.path.basename(self.dir) + "-home"))
        self.addCleanup(shutil.rmtree, home, ignore_errors=True)
        log = self.path("log")
        env = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}  # it cannot be looked for below strace
        done = testenv.run(["strace", "-f", "-qq", "-e", "trace=" + CHANGING, "-o", log, testenv.PROGRAM, *command],
                           cwd=self.dir, env=env)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(log, encoding="utf-8") as f:
            calls = [m[1] for m in re.finditer(r"^\d+ +(\w+)\(", f.read(), re.M)]
        os.unlink(log)
        after = testenv.snapshot(self.dir)
        self.assertNotEqual(before, after)
        seen = {"before": 0, "after": 0}
        for call in sorted(set(calls)):
            for k in range(1, calls.count(call) + 1):
                where = self.path("..", os.path.basename(self.dir) + "-at")
                shutil.copytree(home, where)
                try:
                    done = testenv.run(["strace", "-f", "-qq", "-e", "inject=%s:signal=SIGKILL:when=%d" % (call, k),
                                        "-o", "/dev/null", testenv.PROGRAM, *command], cwd=where, env=env)
                    self.assertNotEqual(done.returncode, 0, "%s %d" % (call, k))
                    again = testenv.run([testenv.PROGRAM, *command], cwd=where)
                    state = testenv.snapshot(where)
                    # Done before the kill, or by the recovery: the run is not there under its old name.
                    self.assertIn(again.returncode, (0, 2), again.stderr)
                    seen["before" if again.returncode == 0 else "after"] += 1
                    self.assertEqual(state, after, "%s %d" % (call, k))
                finally:
                    shutil.rmtree(where)
        self.assertTrue(seen["before"] and (seen["after"] or not once), seen)


class Rename(RunsCase):
    def test_W16_archives_shipped_before_still_merge(self):
        self.export(self.ds, fields=["ground_truth"], run="old")
        back = self.edited()
        same = self.copy(self.ds, "same")
        self.merge(same, [back], run="old")
        self.assertEqual(self.runs("rename", "old", "new").stdout, "renamed old to new: record\n")
        self.assertEqual(self.keys(), ["new"])
        self.assertIn("LF1006", self.labelferry("merge", "old", back, "--dataset", self.ds, "-n", status=2).stderr)
        report = self.merge(self.ds, [back], run="new")
        self.assertEqual(report["counts"]["edited"], 1)
        self.assertEqual(self.data_of(self.ds), self.data_of(same))

    def test_the_copy_that_travelled_has_the_old_name(self):
        self.export(self.ds, fields=["ground_truth"], run="old")
        back = self.far_side(edits=[MOVED],
                             back="out/back")
        self.runs("rename", "old", "new")
        with open(os.path.join(self.ds, "annotations", "new", "run.json"), encoding="utf-8") as f:
            self.assertEqual(json.load(f)["key"], "new")
        for run in ("old", self.path("out", "run")):
            ds = self.copy(self.ds, os.path.basename(run) + "-ds")
            report = self.merge(ds, back, run=run)
            self.assertEqual(report["counts"]["edited"], 1)
            self.assertEqual([e["code"] for e in report["events"]], ["LF2141"])
            self.assertEqual(json.loads(self.runs("list", "--json", dataset=ds).stdout)["runs"][0]["merged"], 1)

    def test_merges_before_can_be_undone(self):
        samples = self.data_of(self.ds)
        self.export(self.ds, fields=["ground_truth"], run="old")
        self.merge(self.ds, [self.edited()], run="old")
        again = self.far_side(edits=[MOVED, dict(MOVED, shape=1)], back="later")
        self.merge(self.ds, again, "--allow-older", run="old")
        self.runs("rename", "old", "new")
        self.labelferry("undo", "new", "--dataset", self.ds)
        self.labelferry("undo", "new", "--dataset", self.ds)
        self.assertEqual(self.data_of(self.ds), samples)
        self.assertEqual(self.keys(), ["new"])

    def test_names(self):
        self.export(self.ds, fields=["ground_truth"], run="a")
        self.export(self.ds, fields=["weather"], run="b", out="out2")
        before = testenv.snapshot(self.dir)
        for names, code in ((("a", "b"), "LF1005"), (("a", "2b"), "LF1004"), (("a", "x.y"), "LF1004"),
                            (("nobody", "c"), "LF1006"), (("a", "a"), "LF1001"), (("a",), "LF1001"),
                            (("a", "b", "c"), "LF1001")):
            with self.subTest(names=names):
                self.assertIn(code, self.runs("rename", *names, status=2).stderr)
        self.assertIn("would rename a to c", self.runs("rename", "a", "c", "-n").stdout)
        self.assertEqual(testenv.snapshot(self.dir), before)

    def test_of_fiftyone(self):
        ds = self.copy(testenv.shared("fixtures", "fiftyone", "images_cvat_run"), "fo")
        with open(os.path.join(ds, "metadata.json"), encoding="utf-8") as f:
            text = f.read()
        self.export(ds, fields=["ground_truth"], run="ours")
        self.assertIn("LF1005", self.runs("rename", "ours", "anno_run", status=2, dataset=ds).stderr)
        said = json.loads(self.runs("rename", "anno_run", "theirs", "--json", dataset=ds).stdout)
        self.assertEqual(said, {"run": "theirs", "was": "anno_run", "record": False, "registered": True,
                                "results": True, "written": True})
        with open(os.path.join(ds, "metadata.json"), encoding="utf-8") as f:
            self.assertEqual(f.read(), text.replace('"anno_run"', '"theirs"'))
        self.assertEqual(sorted(os.listdir(os.path.join(ds, "annotations"))), ["ours", "theirs.json"])

    def test_kept_elsewhere(self):
        self.export(self.ds, "--runs-dir", self.path("kept"), fields=["ground_truth"], run="old")
        self.runs("rename", "old", "new", "--runs-dir", self.path("kept"))
        self.assertEqual(os.listdir(self.path("kept")), ["new"])
        report = self.merge(self.ds, [self.edited()], "--runs-dir", self.path("kept"), run="new")
        self.assertEqual(report["counts"]["edited"], 1)
        # The journal stays with the dataset, under the run's name.
        self.runs("rename", "new", "newer", "--runs-dir", self.path("kept"))
        self.assertEqual(os.listdir(os.path.join(self.ds, "annotations")), ["newer"])
        self.runs("delete", "newer", "--force", "--runs-dir", self.path("kept"))
        self.assertEqual((os.listdir(os.path.join(self.ds, "annotations")), os.listdir(self.path("kept"))), ([], []))

    def test_killed(self):
        self.export(self.ds, fields=["ground_truth"], run="old")
        self.merge(self.ds, [self.edited()], run="old")
        self.runs("register", "old")
        self.sweep("runs", "rename", "old", "new", "--dataset", "harbor")

    def test_no_permission_and_locked(self):
        self.export(self.ds, fields=["ground_truth"], run="old")
        before = testenv.snapshot(self.dir)
        fd = os.open(self.ds, os.O_RDONLY)
        fcntl.flock(fd, fcntl.LOCK_EX)
        for args in (("rename", "old", "new"), ("delete", "old", "--force"), ("register", "old")):
            self.assertIn("LF5003", self.runs(*args, status=9).stderr)
        os.close(fd)
        self.assertEqual(testenv.snapshot(self.dir), before)


class Delete(RunsCase):
    def test_W16_a_run_that_is_out_needs_force(self):
        self.export(self.ds, "--task-size", "4", fields=["ground_truth"], run="r")
        before = testenv.snapshot(self.dir)
        self.assertIn("LF1041", self.runs("delete", "r", status=2).stderr)
        self.assertEqual(self.runs("delete", "r", "-n").stdout,
                         "not back: FiftyOne_harbor_ground_truth_001, 4 of 4 items\n"
                         "not back: FiftyOne_harbor_ground_truth_002, 2 of 2 items\n"
                         "would delete r: record (needs --force)\n")
        self.assertEqual(testenv.snapshot(self.dir), before)
        archives = self.far_side(edits=[])
        self.merge(self.ds, archives[:1], run="r")
        said = json.loads(self.runs("delete", "r", "-n", "--json").stdout)
        self.assertEqual((len(said["out"]), said["undo"], said["written"]), (1, 0, False))
        self.runs("delete", "r", "--force")
        self.assertEqual(self.keys(), [])

    def test_a_run_that_is_done_goes(self):
        samples = self.data_of(self.ds)
        self.export(self.ds, fields=["ground_truth"], run="r")
        self.merge(self.ds, self.far_side(edits=[]), run="r")
        self.assertEqual(self.runs("delete", "r").stdout, "deleted r: record\n")
        self.assertEqual(os.listdir(os.path.join(self.ds, "annotations")), [])
        self.assertEqual(self.data_of(self.ds), samples)
        self.assertTrue(os.path.exists(self.path("out", "SHA256SUMS")))
        self.assertIn("LF1006", self.runs("delete", "r", status=2).stderr)

    def test_what_undoes_a_merge_needs_force(self):
        self.export(self.ds, fields=["ground_truth"], run="r")
        self.merge(self.ds, [self.edited()], run="r")
        samples = self.data_of(self.ds)
        self.assertIn("1 merge could be undone", self.runs("delete", "r", status=2).stderr)
        self.assertIn("what undoes 1 merge (needs --force)", self.runs("delete", "r", "-n").stdout)
        self.runs("delete", "r", "--force")
        self.assertEqual(self.data_of(self.ds), samples)

    def test_a_damaged_record_needs_force(self):
        os.makedirs(os.path.join(self.ds, "annotations", "r"))
        with open(os.path.join(self.ds, "annotations", "r", "run.json"), "w", encoding="utf-8") as f:
            f.write("{")
        self.assertIn("LF3061", self.runs("delete", "r", status=4).stderr)
        self.runs("delete", "r", "--force")
        self.assertEqual(self.keys(), [])

    def test_of_fiftyone(self):
        ds = self.copy(testenv.shared("fixtures", "fiftyone", "images_cvat_run"), "fo")
        self.assertEqual(self.runs("delete", "anno_run", dataset=ds).stdout, "deleted anno_run: entry results\n")
        self.assertEqual(os.listdir(os.path.join(ds, "annotations")), [])
        with open(os.path.join(ds, "metadata.json"), encoding="utf-8") as f:
            self.assertEqual(json.load(f)["annotation_runs"], {})

    def test_kept_elsewhere(self):
        self.export(self.ds, "--runs-dir", self.path("kept"), fields=["ground_truth"], run="r")
        self.runs("delete", "r", "--force", "--runs-dir", self.path("kept"))
        self.assertEqual(os.listdir(self.path("kept")), [])

    def test_killed(self):
        self.export(self.ds, fields=["ground_truth"], run="old")
        self.merge(self.ds, [self.edited()], run="old")
        self.runs("register", "old")
        self.sweep("runs", "delete", "old", "--force", "--dataset", "harbor")


STATUS = """Status for label field 'ground_truth':

    Task 7 (FiftyOne_harbor_ground_truth_001):
        Status: -
        Assignee: ann1
        Last updated: 2024-01-02 03:04:06.678901+00:00
        URL: http://localhost:8080/tasks/7
        Items: 3 untouched, 1 edited, 0 out

        Job 9:
            Status: -
            Assignee: -
            Reviewer: -
            Frames: 0-3

    Task - (FiftyOne_harbor_ground_truth_002):
        Status: -
        Assignee: -
        Last updated: -
        URL: -
        Items: 0 untouched, 0 edited, 2 out
"""


def assigned(text):
    """The dump of a task that somebody has."""
    return re.sub(r"<assignee>\s*</assignee>|<assignee/>",
                  "<assignee><username>ann1</username><email></email></assignee>", text)


class Status(RunsCase):
    def setUp(self):
        super().setUp()
        self.export(self.ds, "--task-size", "4", fields=["ground_truth"], run="r")
        self.back = [self.rewrite(b, assigned) for b in self.far_side(edits=[MOVED])]

    def tasks(self, *archives):
        return json.loads(self.runs("status", "r", *archives, "--json").stdout)["fields"]["ground_truth"]

    def test_W09_as_the_manual_prints_it(self):
        self.merge(self.ds, self.back[:1], run="r")
        self.assertEqual(self.runs("status", "r").stdout, STATUS)

    def test_before_and_after_a_merge(self):
        items = [t["items"] for t in self.tasks()]
        self.assertEqual(items, [{"untouched": 0, "edited": 0, "out": 4, "waiting": 0},
                                 {"untouched": 0, "edited": 0, "out": 2, "waiting": 0}])
        first, second = self.tasks(self.back[1])
        self.assertEqual((first["id"], first["assignee"], first["jobs"]), (None, None, []))
        self.assertEqual((second["id"], second["assignee"]), ("7", "ann1"))
        self.assertEqual(second["items"], {"untouched": 0, "edited": 0, "out": 0, "waiting": 2})
        self.merge(self.ds, self.back, run="r")
        self.assertEqual([t["items"] for t in self.tasks(*self.back)],
                         [{"untouched": 3, "edited": 1, "out": 0, "waiting": 0},
                          {"untouched": 2, "edited": 0, "out": 0, "waiting": 0}])

    def test_a_job_tells_its_own_assignee(self):
        def job(text):
            text = re.sub(r"<name>FiftyOne_[^<]*</name>\s*", "", text, count=1)
            return text.replace("<task>", "<job>").replace("</task>", "</job>")

        first, second = self.tasks(self.rewrite(self.back[1], job))
        self.assertEqual(first["jobs"], [])
        self.assertEqual((second["id"], second["assignee"]), (None, None))
        self.assertEqual([(j["id"], j["assignee"]) for j in second["jobs"]], [("9", "ann1")])

    def test_wrong_archives(self):
        before = testenv.snapshot(self.dir)
        self.assertIn("LF5001", self.runs("status", "r", "nowhere.zip", status=7).stderr)
        with open(self.path("x.xml"), "w", encoding="utf-8") as f:
            f.write("<annotations><version>1.1</version><image")
        self.assertIn("LF3011", self.runs("status", "r", self.path("x.xml"), status=4).stderr)
        os.unlink(self.path("x.xml"))
        self.assertIn("LF1006", self.runs("status", "nobody", status=2).stderr)
        self.assertEqual(testenv.snapshot(self.dir), before)

    def test_a_damaged_merge_is_told(self):
        self.merge(self.ds, self.back[:1], run="r")
        path = os.path.join(self.ds, "annotations", "r", "run.json")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        for bad in ('"0-99"', '"3-0"', '"-1"', '"x"', "7"):
            with self.subTest(bad), open(path, "w", encoding="utf-8") as f:
                f.write(text.replace('"0-3"', bad))
                f.flush()
                self.assertIn("LF3061", self.runs("status", "r", status=4).stderr)


class Learned(RunsCase):
    """Of a run that learned fields: they were never sent, so no task is theirs."""

    def setUp(self):
        super().setUp()
        self.export(self.ds, "--task-size", "4", fields=["ground_truth"], run="r")
        self.back = self.far_side(edits=[MOVED])
        self.rewrite(self.back[0], lambda xml: xml.replace(
            "</image>", '<polygon label="boat" source="manual" points="10,10;90,10;90,80"></polygon></image>', 1))
        self.merge(self.ds, self.back[:1], "--unexpected", "keep", run="r")

    def test_no_task_of_theirs_is_told(self):
        one, = json.loads(self.runs("list", "--json").stdout)["runs"]
        self.assertEqual((one["fields"], one["tasks"]), (["ground_truth", "polylines"], 2))
        shown = self.runs("show", "r").stdout
        self.assertIn("field polylines: polygons", shown)
        self.assertEqual(shown.count("  task "), 2)
        for archives in ((), self.back):
            status = json.loads(self.runs("status", "r", *archives, "--json").stdout)["fields"]
            self.assertEqual([(f, len(t)) for f, t in status.items()], [("ground_truth", 2)])
            self.assertNotIn("polylines", self.runs("status", "r", *archives).stdout)
        out = json.loads(self.runs("delete", "r", "-n", "--json").stdout)["out"]
        self.assertEqual(out, ["FiftyOne_harbor_ground_truth_002"])

    def test_other_words(self):
        self.runs("register", "r")
        self.runs("rename", "r", "s")
        self.merge(self.ds, self.back, run="s", status=None)
        self.assertEqual(json.loads(self.runs("status", "s", "--json").stdout)["fields"]["ground_truth"][1]["items"]["out"], 0)
        self.runs("delete", "s", "--force")
        self.assertEqual(self.keys(), [])


class Show(RunsCase):
    def test_record(self):
        self.export(self.ds, fields=["ground_truth", "weather"], run="r")
        text = self.runs("show", "r").stdout
        for part in ("tool: cvat as cvat-images", "dataset: harbor (65a000006861726200000003)", "base: here",
                     "field ground_truth: detections", "classes: boat, buoy, pier", "moored (checkbox)",
                     "may: add delete relabel move", "task FiftyOne_harbor_weather: 6 items, 0 back"):
            self.assertIn(part, text)
        with open(os.path.join(self.ds, "annotations", "r", "run.json"), encoding="utf-8") as f:
            self.assertEqual(self.runs("show", "r", "--json").stdout, f.read())

    def test_W15_ids(self):
        self.export(self.ds, fields=["ground_truth"], run="r")
        ids = [s["_id"]["$oid"] for s in samples_of(self.ds)]
        self.assertEqual(self.runs("show", "r", "--ids").stdout.split(), ids)
        self.assertEqual(json.loads(self.runs("show", "r", "--ids", "--json").stdout), ids)

    def test_of_fiftyone(self):
        folder = testenv.shared("fixtures", "fiftyone", "images_cvat_run")
        with open(os.path.join(folder, "metadata.json"), encoding="utf-8") as f:
            entry = json.load(f)["annotation_runs"]["anno_run"]
        self.assertEqual(json.loads(self.runs("show", "anno_run", dataset=folder).stdout), entry)
        self.assertIn("LF1006", self.runs("show", "nobody", status=2, dataset=folder).stderr)


class Register(RunsCase):
    def test_its_record_is_gone(self):
        """FiftyOne's export takes the entry along and leaves the record's folder behind."""
        self.export(self.ds, fields=["ground_truth"], run="r")
        back, = self.far_side()
        back = shutil.copy(back, self.path("back.zip"))
        self.runs("register", "r")
        os.mkdir(self.path("kept"))
        shutil.move(os.path.join(self.ds, "annotations", "r"), self.path("kept", "r"))
        shutil.rmtree(self.path("out", "run"))
        before = testenv.snapshot(self.ds)
        done = self.labelferry("merge", "r", back, "--dataset", self.ds, "--in-place", status=2)
        self.assertIn("LF1006", done.stderr)
        self.assertIn("annotations/r, is not here", done.stderr)
        self.assertEqual(testenv.snapshot(self.ds), before)
        self.assert_counts(self.merge(self.ds, [back], "--runs-dir", self.path("kept"), run="r"), kept=15)

    def test_W15_twice_and_taken_back(self):
        with open(os.path.join(self.ds, "metadata.json"), "rb") as f:
            metadata = f.read()
        self.export(self.ds, fields=["ground_truth"], run="r")
        self.runs("register", "r", "-n")
        self.assertFalse(os.path.exists(os.path.join(self.ds, "annotations", "r.json")))
        self.runs("register", "r")
        before = testenv.snapshot(self.dir)
        self.assertEqual(self.runs("register", "r").stdout, "registered r again\n")
        self.assertEqual(testenv.snapshot(self.dir), before)
        self.assertTrue(json.loads(self.runs("list", "--json").stdout)["runs"][0]["registered"])
        with open(os.path.join(self.ds, "metadata.json"), encoding="utf-8") as f:
            entry = json.load(f)["annotation_runs"]["r"]
        self.assertEqual(entry["timestamp"], {"$date": "2024-01-11T14:30:00.000Z"})
        self.runs("delete", "r", "--force")
        with open(os.path.join(self.ds, "metadata.json"), "rb") as f:
            self.assertEqual(f.read(), metadata)
        self.assertEqual(os.listdir(os.path.join(self.ds, "annotations")), [])

    def test_metadata_without_the_key(self):
        path = os.path.join(self.ds, "metadata.json")
        with open(path, encoding="utf-8") as f:
            meta = json.load(f)
        for text in (json.dumps({k: v for k, v in meta.items() if k != "annotation_runs"}),
                     json.dumps(dict(meta, annotation_runs=None), indent=1)):
            with self.subTest(text[:20]):
                with open(path, "w", encoding="utf-8") as f:
                    f.write(text)
                self.export(self.ds, fields=["ground_truth"], run="r")
                self.runs("register", "r")
                with open(path, encoding="utf-8") as f:
                    self.assertEqual(list(json.load(f)["annotation_runs"]), ["r"])
                self.runs("delete", "r", "--force")

    def test_refused(self):
        self.export(self.ds, fields=["ground_truth"], run="r")
        for time in ("yesterday", "2024-13-01T00:00:00Z", "2024-01-01 00:00:00Z", "2024-01-01T00:00:00", "2024-01-01T00:00:00.Z"):
            self.assertIn("LF1003", self.runs("register", "r", "--time", time, status=2).stderr)
        self.assertIn("LF1001", self.runs("register", "r", "--force", status=2).stderr)
        self.assertIn("LF1006", self.runs("register", "s", status=2).stderr)
        with open(os.path.join(self.ds, "annotations", "r.json"), "w", encoding="utf-8") as f:
            f.write("{}")
        self.assertIn("LF1005", self.runs("register", "r", status=2).stderr)

    def test_an_export_keeps_off_names_of_fiftyone(self):
        ds = self.copy(testenv.shared("fixtures", "fiftyone", "images_cvat_run"), "fo")
        done = self.labelferry("export", ds, "--field", "ground_truth", "--run", "anno_run", "-o", "new", status=2)
        self.assertIn("LF1005", done.stderr)

    def test_killed(self):
        self.export(self.ds, fields=["ground_truth"], run="old")
        self.sweep("runs", "register", "old", "--dataset", "harbor", once=False)
