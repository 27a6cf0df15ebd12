"""What is kept of runs: labelferry runs."""

import fcntl
import json
import os
import re
import shutil

import testenv
from crossing import CrossingCase


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

    def sweep(self, *command):
        """Killed at each call that changes something; another command then finds the old or the new state."""
        before = testenv.snapshot(self.dir)
        home = self.copy(self.dir, os.path.join("..", os.path.basename(self.dir) + "-home"))
        self.addCleanup(shutil.rmtree, home, ignore_errors=True)
        log = self.path("log")
        done = testenv.run(["strace", "-f", "-qq", "-e", "trace=" + CHANGING, "-o", log, testenv.PROGRAM, *command],
                           cwd=self.dir)
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
                                        "-o", "/dev/null", testenv.PROGRAM, *command], cwd=where)
                    self.assertNotEqual(done.returncode, 0, "%s %d" % (call, k))
                    again = testenv.run([testenv.PROGRAM, *command], cwd=where)
                    state = testenv.snapshot(where)
                    # Done before the kill, or by the recovery: the run is not there under its old name.
                    self.assertIn(again.returncode, (0, 2), again.stderr)
                    seen["before" if again.returncode == 0 else "after"] += 1
                    self.assertEqual(state, after, "%s %d" % (call, k))
                finally:
                    shutil.rmtree(where)
        self.assertTrue(seen["before"] and seen["after"], seen)


class Rename(RunsCase):
    def test_archives_shipped_before_still_merge(self):
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
    def test_a_run_that_is_out_needs_force(self):
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
