"""An undo that is killed, or whose calls fail, at each of its calls; and a merge likewise, which is then undone.

After the next command the dataset is as it was before the undo, or as it was before the merge, whole.
"""

import contextlib
import os
import re
import shutil

import test_faults
import testenv
from test_undo import record

MERGE = ["merge", "r1", "back.xml", "--dataset", "ds", "--in-place"]
UNDO = ["undo", "r1", "--dataset", "ds"]


class Merged:
    """A scene in which a merge is done and an undo is to come. `first`: as it was before the merge."""

    def __init__(self, scene, times=1):
        self.scene, self.home, self.before_path = scene, scene.home, scene.before_path
        self.first = self.dataset(testenv.snapshot(scene.before_path))
        for _ in range(times):
            scene.must([testenv.PROGRAM] + MERGE)
            with open(os.path.join(self.before_path, "back.xml"), "r+", encoding="utf-8") as f:
                text = re.sub(r'ybr="([0-9]+)\.', lambda m: 'ybr="%d.' % (int(m[1]) - 1), f.read())
                f.seek(0)
                f.write(re.sub("<dumped>[^<]*", "<dumped>2031-01-01 00:00:00.000000+00:00", text))
                f.truncate()
        self.before = testenv.snapshot(self.before_path)
        self.commands = {"undo": ["undo", "r1@1", "--dataset", "ds"]}
        where = self.copy()
        done = test_faults.run([testenv.PROGRAM] + self.commands["undo"], where)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        self.after = {"undo": testenv.snapshot(where)}
        if self.dataset(self.after["undo"]) != self.first:
            raise AssertionError("undo does not restore")
        shutil.rmtree(where)

    @staticmethod
    def dataset(state):
        return record({n[3:]: c for n, c in state.items() if n.startswith("ds/")})

    def copy(self):
        return self.scene.copy()

    def close(self):
        self.scene.close()


class Undone:
    """What holds after a disturbed undo. Mixed into the ways of disturbing."""

    def settled(self, scene, name, where, success, said):
        state, after = testenv.snapshot(where), scene.after[name]
        if success:
            self.same(state, after, said)
        for n in scene.before:
            if re.fullmatch(r"ds/samples(\.json|/.*\.json)", n):
                self.assertIn(state[n], (scene.before[n], after[n]), "torn: %s, %s" % (n, said))
        done = test_faults.run([testenv.PROGRAM, "runs", "list", "--dataset", "ds"], where)
        self.assertEqual(done.returncode, 0, "runs list after %s: %s" % (said, done.stderr))
        state = self.settle(where)
        if state != self.plain(scene.before):
            self.same(state, self.plain(after), said)
        done = test_faults.run([testenv.PROGRAM] + scene.commands[name], where)
        self.assertEqual(done.returncode, 2 if state == self.plain(after) else 0, "again after %s: %s" % (said, done.stderr))
        state = testenv.snapshot(where)
        self.assertEqual([n for n in state if test_faults.LEFT.search(os.path.basename(n.rstrip("/")))], [], said)
        self.same(state, after, "again after " + said)

    @staticmethod
    def plain(state):
        """Without an entry of the journal that never took its place."""
        return {n: c for n, c in state.items() if not n.endswith("log.jsonl.lf-new") and not n.endswith("commit.json.lf-new")}

    def settle(self, where):
        return self.plain(testenv.snapshot(where))


SCENES = [("one file", lambda: Merged(test_faults.Scene(3))),
          ("a file each", lambda: Merged(test_faults.Scene(3, dirs=True))),
          ("three merges", lambda: Merged(test_faults.Scene(2), times=3)),
          ("masks", lambda: Merged(test_faults.MaskScene(media=True, dirs=True)))]


class KilledUndo(Undone, test_faults.Killing):
    def test_each_call(self):
        for what, make in SCENES:
            with self.subTest(what), contextlib.closing(make()) as scene:
                self.each("undo", scene)


class FailedUndo(Undone, test_faults.Failing):
    """An empty folder that may not be removed does no harm: folders are not compared."""

    @staticmethod
    def plain(state):
        return {n: c for n, c in Undone.plain(state).items() if not n.endswith("/")}

    def same(self, a, b, said):
        super().same(self.plain(a), self.plain(b), said)

    def test_each_call(self):
        for what, make in SCENES:
            with self.subTest(what), contextlib.closing(make()) as scene:
                self.each("undo", scene)


class FullUndo(Undone, test_faults.Filling):
    def test_each_byte(self):
        for what, make in SCENES[:2]:
            with self.subTest(what), contextlib.closing(make()) as scene:
                self.bytes("undo", 100, scene)


class KilledMerge(test_faults.Killing):
    """Merge killed anywhere, made good, undone: the first bytes, to the byte."""

    def settled(self, scene, name, where, success, said):
        first = Merged.dataset(scene.before)
        done = test_faults.run([testenv.PROGRAM, "runs", "list", "--dataset", "ds"], where)
        self.assertEqual(done.returncode, 0, "runs list after %s: %s" % (said, done.stderr))
        state = Merged.dataset(testenv.snapshot(where))
        if state["samples.json" if "samples.json" in first else next(n for n in first if re.match("samples/.", n))] == first[
                "samples.json" if "samples.json" in first else next(n for n in first if re.match("samples/.", n))]:
            done = test_faults.run([testenv.PROGRAM] + MERGE, where)
            self.assertEqual(done.returncode, 0, "again after %s: %s" % (said, done.stderr))
        done = test_faults.run([testenv.PROGRAM] + UNDO, where)
        self.assertEqual(done.returncode, 0, "undo after %s: %s" % (said, done.stderr))
        now = Merged.dataset(testenv.snapshot(where))
        self.same({n: c for n, c in now.items() if c is not None}, {n: c for n, c in first.items() if c is not None}, said)

    def test_each_call(self):
        with contextlib.closing(test_faults.Scene(3)) as scene:
            self.each("merge", scene)
        with contextlib.closing(test_faults.MaskScene(media=True, dirs=True)) as scene:
            self.each("merge", scene)


if testenv.SANITIZED:
    del FailedUndo, FullUndo
