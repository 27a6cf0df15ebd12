"""Memory that runs out, calls that fail and disks that fill under every command beside export and a plain merge.

As in test_faults.py: the status and the result of an undisturbed run, or 7, one error, and nothing torn; the next
command finishes or forgets what was begun, and the same command again ends as if nothing had been.
"""

import os
import re
import shutil

import test_faults
import testenv

POLYGON = '<polygon label="boat" source="manual" points="10,10;90,10;90,80"></polygon></image>'
IDS = re.compile(r'(name="label_id">)([0-9a-f]{24})')


class Commands(test_faults.Scene):
    """`ds` with a run that is out, `merged` with one that came back, and archives for each way of merging."""

    def __init__(self, dirs=False):
        super().__init__(2, dirs=dirs)
        back = self.read("back.xml")
        label = IDS.search(back)[2]
        self.write("keep.xml", back.replace("</image>", POLYGON, 1))
        self.write("lost.xml", IDS.sub(r"\1", back, count=1))
        shutil.copytree(self.path("ds"), self.path("merged"))
        self.must([testenv.PROGRAM, "merge", "r1", "back.xml", "--dataset", "merged", "--in-place"])
        testenv.run([testenv.PROGRAM, "merge", "r1", "lost.xml", "--dataset", "ds", "-n", "--rematch", "iou:0.5",
                     "--proposals", "open.json"], cwd=self.before_path)
        self.write("decided.json", self.read("open.json").replace("null", '"accept"'))
        studio = ["export", "ds", "--to", "labelstudio", "--field", "ground_truth", "--media", "none"]
        self.must([testenv.PROGRAM, *studio, "--as", "annotations", "--run", "s1", "-o", "studio"])
        merge = ["merge", "r1", "--dataset", "ds", "--in-place"]
        self.commands = {
            "log": ["log", "r1", "--dataset", "merged", "-v"],
            "explain": ["explain", label, "--dataset", "merged", "--json"],
            "diff": ["diff", "ds", "merged"],
            "diff of a run": ["diff", "--run", "r1", "back.xml", "--dataset", "ds", "--detail", "--json"],
            "list": ["runs", "list", "--dataset", "merged"],
            "show": ["runs", "show", "r1", "--dataset", "merged"],
            "status": ["runs", "status", "r1", "lost.xml", "--dataset", "merged"],
            "register": ["runs", "register", "r1", "--dataset", "merged"],
            "rename": ["runs", "rename", "r1", "r2", "--dataset", "merged"],
            "delete": ["runs", "delete", "r1", "--dataset", "merged", "--force"],
            "keep": merge + ["keep.xml", "--unexpected", "keep"],
            "dest": merge + ["back.xml", "--dest-field", "other"],
            "decided": merge + ["lost.xml", "--rematch", "iou:0.5", "--decisions", "decided.json"],
            "verify": ["verify", "studio"],
            "studio back": ["merge", "s1", "studio", "--dataset", "ds", "-n"],
            "studio": studio + ["--run", "s2", "-o", "studio2"],
            "proposals": ["merge", "r1", "--dataset", "ds", "-n", "lost.xml", "--rematch", "iou:0.5", "--proposals",
                          "open.json"],
        }
        self.before = testenv.snapshot(self.before_path)
        self.after, self.status, self.said = {}, {}, {}
        for name, command in self.commands.items():
            where = self.copy()
            done = test_faults.run([testenv.PROGRAM] + command, where)
            if done.returncode not in (0, 1):
                raise AssertionError("%s: %d\n%s" % (command, done.returncode, done.stderr))
            self.status[name], self.said[name] = done.returncode, done.stdout
            self.after[name] = testenv.snapshot(where)
            shutil.rmtree(where)

    def path(self, *parts):
        return os.path.join(self.before_path, *parts)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as f:
            return f.read()

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)


READING = ("log", "explain", "diff", "diff of a run", "list", "show", "status", "verify", "studio back")
WRITING = ("register", "rename", "delete", "keep", "dest", "decided", "proposals", "studio")


def setUpModule():
    global ONE, FILES
    ONE = Commands()
    FILES = Commands(dirs=True)


def tearDownModule():
    ONE.close()
    FILES.close()


class Disturbed(test_faults.Faults):
    def trial(self, scene, name, where, wrap, env, said, killed=False):
        done = test_faults.run(wrap + [testenv.PROGRAM] + scene.commands[name], where, env)
        errors = re.findall(r"error: (LF\d{4}) ", done.stderr)
        success = done.returncode == scene.status[name] and not errors
        if success:
            self.assertEqual(done.stdout, scene.said[name], said)
        elif name == "list" and done.returncode == 1:  # it lists the record that it cannot read, too
            self.assertRegex(done.stdout, r"^r1: damaged: .* error: LF5001 ", said)
        else:
            self.assertEqual((done.returncode, len(errors)), (7, 1), "%s: %s" % (said, done.stdout + done.stderr))
            self.assertIn(errors[0], ("LF5001", "LF5002"), said)
        self.settled(scene, name, where, success, said)
        return testenv.snapshot(where) == scene.before

    @staticmethod
    def tidy(state):
        """Without names that a disturbed command left and the next one uses again."""
        return test_faults.plain({n: c for n, c in state.items() if not re.search(r"\.(lf-new|lf-old)(/|$)", n)})

    def settled(self, scene, name, where, success, said):
        state, before, after = testenv.snapshot(where), scene.before, scene.after[name]
        if success:
            self.same(test_faults.plain(state), test_faults.plain(after), said)
        if state == before:
            return
        for n in before:
            if re.fullmatch(r"[a-z]+/(samples(\.json|/.*\.json)|metadata\.json)", n):
                self.assertIn(state[n], (before[n], after[n]), "torn: %s, %s" % (n, said))
        for ds in ("ds", "merged"):
            done = test_faults.run([testenv.PROGRAM, "runs", "list", "--dataset", ds], where)
            self.assertEqual(done.returncode, 0, "runs list after %s: %s" % (said, done.stdout + done.stderr))
        state = self.tidy(testenv.snapshot(where))
        done = test_faults.run([testenv.PROGRAM] + scene.commands[name], where)
        gone = name in ("rename", "delete") and state == self.tidy(after)
        wanted = (2,) if gone else (0, scene.status[name])
        self.assertIn(done.returncode, wanted, "again after %s: %s" % (said, done.stderr))
        state = testenv.snapshot(where)
        self.assertEqual([n for n in state if test_faults.LEFT.search(os.path.basename(n.rstrip("/")))], [], said)
        self.same(test_faults.plain(state), test_faults.plain(after), "again after " + said)

    def count(self, scene, name, env):
        where = scene.copy()
        file = os.path.join(where, "count")
        done = test_faults.run([testenv.PROGRAM] + scene.commands[name], where,
                               {"LD_PRELOAD": test_faults.FAULT, "LF_FAIL_COUNT": file, **env})
        self.assertEqual(done.returncode, scene.status[name], done.stderr)
        with open(file) as f:
            n = int(f.read())
        shutil.rmtree(where)
        return n


class Memory(Disturbed, test_faults.Starving):
    def each(self, names, scene, first, more):
        for name in names:
            with self.subTest(name):
                self.once_and_for_good(name, first, more, scene)

    def test_reading(self):
        self.each(READING, ONE, 60, 60)

    def test_writing(self):
        self.each(WRITING, ONE, 90, 90)

    def test_one_file_a_sample(self):
        self.each(("diff", "explain", "rename", "keep", "dest"), FILES, 30, 40)

    def test_what_was_begun_is_not_overlooked(self):
        """A merge that was killed in its commit: the next command finishes it, or fails."""
        pending = ONE.copy()
        done = test_faults.run(["strace", "-f", "-qq", "-e", "inject=rename,renameat,renameat2:signal=SIGKILL:when=3", "-o",
                                "/dev/null", testenv.PROGRAM] + ONE.commands["dest"], pending)
        self.assertNotEqual(done.returncode, 0)
        begun = os.path.join("ds", "annotations", "r1", "commit.json")
        self.assertTrue(os.path.exists(os.path.join(pending, begun)), sorted(testenv.snapshot(pending)))
        for k in range(1, 40):
            where = os.path.join(ONE.home, "pending")
            shutil.copytree(pending, where)
            done = test_faults.run([testenv.PROGRAM, "runs", "list", "--dataset", "ds"], where,
                                   {"LD_PRELOAD": test_faults.FAULT, "LF_FAIL_ALLOC": str(k)})
            self.assertIn(done.returncode, (0, 7), done.stderr)
            if done.returncode == 0:
                self.assertFalse(os.path.exists(os.path.join(where, begun)), "allocation %d" % k)
            shutil.rmtree(where)
        shutil.rmtree(pending)


class Calls(Disturbed, test_faults.Failing):
    def test_reading(self):
        for name in READING:
            with self.subTest(name):
                for kind in ("open", "close"):
                    n = self.count(ONE, name, {"LF_FAIL_CALL": kind})
                    self.sweep(ONE, name, (
                        ([], {"LD_PRELOAD": test_faults.FAULT, "LF_FAIL_CALL": kind, "LF_FAIL_AT": str(k)},
                         "%s %d of %d" % (kind, k, n)) for k in range(1, n + 1)))

    def test_writing(self):
        for name in WRITING:
            if name != "decided":  # the calls are those of keep
                with self.subTest(name):
                    self.each(name, ONE)

    def test_one_file_a_sample(self):
        for name in ("rename", "dest"):
            with self.subTest(name):
                self.each(name, FILES)


class Disk(Disturbed, test_faults.Filling):
    def test_writing(self):
        for name in WRITING:
            with self.subTest(name):
                self.bytes(name, 30, ONE)


if testenv.SANITIZED:
    del Memory, Calls, Disk
