"""Memory that runs out, calls that fail, disks that fill and programs that are killed.

Whatever happens: status 0 and the result, or 7 and one error; samples.json is the old or the new one,
`labelferry info` reads it, and the same command again ends as if nothing had been.
tests/fault/preload.c makes calls fail; strace kills at system calls.
"""

import concurrent.futures
import contextlib
import errno
import itertools
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import testenv

FAULT = os.path.join(os.path.dirname(testenv.PROGRAM), "fault.so")
FAR = os.path.join(testenv.SUPPORT, "far_side_cvat.py")
LEFT = re.compile(r"\.lf-(new|old|part)$|^\.labelferry-part$|^commit\.json$")
COMMANDS = {
    "info": ["info", "ds"],
    "export": ["export", "ds", "--field", "FIELD", "--run", "r2", "-o", "new"],
    "merge": ["merge", "r1", "back.xml", "--dataset", "ds", "--in-place"],
    "copy": ["merge", "r1", "back.xml", "--dataset", "ds", "-o", "new"],
}
CHANGING = ("write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,mkdir,mkdirat,link,linkat,unlink,unlinkat,rmdir,"
            "ftruncate,symlinkat")
WORKERS = max(2, len(os.sched_getaffinity(0)))
SEED = 20240111


def run(args, where, env=None):
    return testenv.run(args, cwd=where, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0", **(env or {})})


class Scene:
    """A folder as it is before the commands, and what it is after each of them."""

    field = "ground_truth"

    def __init__(self, samples=3, media=False, dirs=False):
        self.home = tempfile.mkdtemp(prefix="lf-fault-")
        self.before_path = os.path.join(self.home, "before")
        options = [] if media else ["--media", "none"]
        self.commands = {k: [self.field if a == "FIELD" else a for a in c] + (options if k == "export" else [])
                         for k, c in COMMANDS.items()}
        ds = os.path.join(self.before_path, "ds")
        shutil.copytree(self.source(), ds, copy_function=shutil.copyfile)
        subprocess.run(["chmod", "-R", "u+w", ds], check=True)
        with open(os.path.join(ds, "samples.json"), encoding="utf-8") as f:
            docs = json.load(f)["samples"]
        if not media:
            shutil.rmtree(os.path.join(ds, "data"))
        docs = [self.numbered(docs[i % len(docs)], i) for i in range(samples)]
        if dirs:
            testenv.into_files(ds, docs)
        else:
            with open(os.path.join(ds, "samples.json"), "w", encoding="utf-8") as f:
                json.dump({"samples": docs}, f)
        self.must([testenv.PROGRAM, "export", "ds", "--field", self.field, "--run", "r1", "-o", "out"] + options)
        self.come_back(docs)
        shutil.rmtree(os.path.join(self.before_path, "out"))
        self.before = testenv.snapshot(self.before_path)
        self.after, self.seconds = {}, {}
        for name, command in self.commands.items():
            where = self.copy()
            start = time.monotonic()
            done = run([testenv.PROGRAM] + command, where)
            self.seconds[name] = time.monotonic() - start
            if done.returncode != 0:
                raise AssertionError("%s: %d\n%s" % (command, done.returncode, done.stderr))
            self.after[name] = testenv.snapshot(where)
            shutil.rmtree(where)

    def source(self):
        return testenv.sample("harbor")

    def come_back(self, docs):
        """Every box of the field comes back as an edit, in back.xml."""
        self.must([sys.executable, FAR, "out", "-o", "far", "--container", "xml"])
        name, = os.listdir(os.path.join(self.before_path, "far"))
        with open(os.path.join(self.before_path, "far", name), encoding="utf-8") as f:
            text = f.read()
        shutil.rmtree(os.path.join(self.before_path, "far"))
        text = re.sub(r'ybr="([0-9]+)\.', lambda m: 'ybr="%d.' % (int(m[1]) - 1), text)
        with open(os.path.join(self.before_path, "back.xml"), "w", encoding="utf-8") as f:
            f.write(text)

    @staticmethod
    def numbered(doc, i):
        """A copy of a sample with ids of its own."""
        text = json.dumps(doc).replace('"65a0', '"%04x' % (0x1000 + i)).replace('"filepath": "data/', '"filepath": "data/%s' % (
            "" if i < 6 else "%d/" % i))
        return json.loads(text)

    def must(self, args):
        done = run(args, self.before_path)
        if done.returncode != 0:
            raise AssertionError("%s: %d\n%s%s" % (args, done.returncode, done.stdout, done.stderr))

    def copy(self):
        where = tempfile.mkdtemp(dir=self.home)
        shutil.copytree(self.before_path, where, dirs_exist_ok=True, copy_function=shutil.copy)
        return where

    def close(self):
        shutil.rmtree(self.home, ignore_errors=True)


class MaskScene(Scene):
    """Masks on disk: every one is edited, so that new files come with the changed documents."""

    field = "instances_disk:instances"

    def source(self):
        return testenv.shared("fixtures", "fiftyone", "images_full")

    @staticmethod
    def numbered(doc, i):
        return doc

    def come_back(self, docs):
        labels = [l for d in docs for l in d["instances_disk"]["detections"] if "mask_path" in l]
        edits = [{"id": l["_id"]["$oid"], "op": "mask", "flip": [[1, 1], [2, 2]]} for l in labels]
        with open(os.path.join(self.before_path, "edits.json"), "w", encoding="utf-8") as f:
            json.dump(edits, f)
        self.must([sys.executable, FAR, "out", "-o", "far", "--container", "xml", "--edits", "edits.json"])
        name, = os.listdir(os.path.join(self.before_path, "far"))
        shutil.move(os.path.join(self.before_path, "far", name), os.path.join(self.before_path, "back.xml"))
        os.rmdir(os.path.join(self.before_path, "far"))


def plain(state):
    """A state without what may differ: lines of base.jsonl that nobody names, and the numbering of undo."""
    out = {}
    for name, content in state.items():
        if name.endswith("base.jsonl"):
            continue
        if re.search(r"annotations/[^/]+/undo/\d+/(samples/)?$", name) and not any(
                c is not None and n.startswith(name) for n, c in state.items()):
            continue
        if name.endswith("items.tsv") and "/undo/" not in name:
            base = state.get(name[:-len("items.tsv")] + "base.jsonl")
            rows = [line.split(b"\t") for line in content.splitlines()]
            content = [row[:6] + ([base[int(row[6]):int(row[6]) + int(row[7])]] if base is not None else []) for row in rows]
        out[re.sub(r"undo/\d+/", "undo/N/", name)] = content
    return out


def setUpModule():
    global MINI, FILES, LONG
    MINI = Scene(3, True)
    FILES = Scene(3, dirs=True)
    LONG = Scene(400)


def tearDownModule():
    MINI.close()
    FILES.close()
    LONG.close()


class Faults(testenv.Case):
    def trial(self, scene, name, where, wrap, env, said, killed=False):
        """One disturbed run in `where`; True when the folder is as before, so that it can serve again."""
        command = scene.commands[name]
        done = run(wrap + [testenv.PROGRAM] + command, where, env)
        errors = re.findall(r"error: (LF\d{4}) ", done.stderr)
        if killed and done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL):
            pass
        elif done.returncode != 0:
            self.assertEqual((done.returncode, len(errors)), (7, 1), "%s: %s" % (said, done.stderr))
            self.assertIn(errors[0], ("LF5001", "LF5002"), said)
        self.settled(scene, name, where, done.returncode == 0, said)
        return testenv.snapshot(where) == scene.before

    def settled(self, scene, name, where, success, said):
        """Old or new, readable, and the same command again leads to what it always leads to."""
        state, before, after = testenv.snapshot(where), scene.before, scene.after[name]
        if success:
            self.same(plain(state), plain(after), said)
        if state == before:
            return
        for n in before:
            if re.fullmatch(r"ds/samples(\.json|/.*\.json)", n):
                self.assertIn(state[n], (before[n], after[n]), "torn: %s, %s" % (n, said))
                if state[n] != before[n]:  # whatever it names is there
                    self.assertEqual([m for m in after if m.startswith("ds/fields/") and m not in state], [], said)
        if name == "copy" or name == "export":
            new = {n: c for n, c in state.items() if n.startswith("new/")}
            self.assertIn(new, ({}, {n: c for n, c in after.items() if n.startswith("new/")}), said)
        done = run([testenv.PROGRAM, "info", "ds"], where)
        self.assertEqual(done.returncode, 0, "info after %s: %s" % (said, done.stderr))
        done = run([testenv.PROGRAM] + scene.commands[name], where)
        self.assertEqual(done.returncode, 0, "again after %s: %s" % (said, done.stderr))
        state = testenv.snapshot(where)
        self.assertEqual([n for n in state if LEFT.search(os.path.basename(n.rstrip("/")))], [], said)
        self.same(plain(state), plain(after), "again after " + said)

    def same(self, a, b, said):
        self.assertEqual(sorted(a), sorted(b), said)
        self.assertEqual([n for n in a if a[n] != b[n]], [], said)

    def sweep(self, scene, name, trials, killed=False):
        """Trials (wrap, env, said) in several folders at once; a folder that was changed is made anew."""
        todo = iter(trials)
        lock = threading.Lock()

        def take():
            with lock:
                return next(todo, None)

        def work(_):
            where = None
            for wrap, env, said in iter(take, None):
                where = where or scene.copy()
                if not self.trial(scene, name, where, wrap, env, "%s, %s" % (name, said), killed):
                    shutil.rmtree(where)
                    where = None
            if where:
                shutil.rmtree(where)

        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            for _ in pool.map(work, range(WORKERS)):
                pass

    def count(self, scene, name, env):
        """How often what `env` names happens in an undisturbed run."""
        where = scene.copy()
        file = os.path.join(where, "count")
        done = run([testenv.PROGRAM] + scene.commands[name], where, {"LD_PRELOAD": FAULT, "LF_FAIL_COUNT": file, **env})
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(file) as f:
            n = int(f.read())
        shutil.rmtree(where)
        return n


def strided(n, first, more):
    """1..first, then about `more` up to n; the step is odd so that it meets every kind of call."""
    step = max(1, (n - first) // max(1, more)) | 1
    return itertools.chain(range(1, min(n, first) + 1), range(first + 1, n + 1, step))


class Starving(Faults):
    def once_and_for_good(self, name, first, more, scene=None):
        scene = scene or MINI
        n = self.count(scene, name, {})
        self.assertGreater(n, 10)
        for keep, part in (("0", 1), ("1", 3)):
            self.sweep(scene, name, (
                ([], {"LD_PRELOAD": FAULT, "LF_FAIL_ALLOC": str(k), "LF_FAIL_KEEP": keep}, "allocation %d of %d" % (k, n))
                for k in strided(n, first // part, more // part)))


class Memory(Starving):
    def test_info(self):
        self.once_and_for_good("info", 300, 100)

    def test_export(self):
        self.once_and_for_good("export", 300, 200)

    def test_merge(self):
        self.once_and_for_good("merge", 300, 200)

    def test_merge_into_a_copy(self):
        self.once_and_for_good("copy", 60, 60)

    def test_one_file_a_sample(self):
        for name in ("export", "merge", "copy"):
            self.once_and_for_good(name, 60, 60, FILES)

    def test_new_masks(self):
        with contextlib.closing(MaskScene(media=True)) as scene:
            for name in ("merge", "copy"):
                self.once_and_for_good(name, 60, 60, scene)


class Filling(Faults):
    def bytes(self, name, more, scene=None):
        scene = scene or MINI
        n = self.count(scene, name, {"LF_FAIL_WRITE_BYTE": "0"})
        self.assertGreater(n, 50)
        places = sorted({*range(1, 20), *range(n - 20, n), *strided(n, 0, more)})
        self.sweep(scene, name, (
            ([], {"LD_PRELOAD": FAULT, "LF_FAIL_WRITE_BYTE": str(b), "LF_FAIL_ERRNO": str(e)}, "byte %d of %d" % (b, n))
            for b, e in zip(places, itertools.cycle((errno.ENOSPC, errno.EIO, errno.EDQUOT)))))


class Disk(Filling):
    def test_bytes_of_export(self):
        self.bytes("export", 150)

    def test_bytes_of_merge(self):
        self.bytes("merge", 150)

    def test_bytes_of_copy(self):
        self.bytes("copy", 60)

    def test_file_size_limit(self):
        """The kernel's own refusal, of all writes whoever makes them: the program must outlive SIGXFSZ."""
        for name in ("export", "merge", "copy"):
            self.sweep(MINI, name, (
                (["prlimit", "--fsize=%d" % n], {}, "files of %d bytes" % n)
                for n in (0, 1, 100, 512, 1000, 2000, 3000, 4096, 5000, 6000, 7000)))

    def test_full_disk(self):
        """A file system of every size around what is needed. Where nobody may mount one, the sweeps above stand for it."""
        inner = ("mount -t tmpfs -o size=%dk none full && cp -r ds back.xml full && cd full || exit 99\n"
                 "\"$0\" \"$@\"; status=$?; cp -r . ../result; exit $status")
        least = sum(4 * (len(c) + 4095 >> 12) for c in MINI.before.values() if c)
        for name in ("export", "merge", "copy"):
            statuses = []
            for size in range(least + 8, least + 400, 12):
                where = MINI.copy()
                os.mkdir(os.path.join(where, "full"))
                os.mkdir(os.path.join(where, "result"))
                done = run(["unshare", "-rm", "sh", "-c", inner % size, testenv.PROGRAM] + MINI.commands[name], where)
                if done.returncode in (1, 99) and "LF" not in done.stderr:
                    shutil.rmtree(where)
                    continue
                statuses.append(done.returncode)
                said = "%s on a disk of %d KiB" % (name, size)
                self.assertIn(done.returncode, (0, 7), "%s: %s" % (said, done.stderr))
                self.settled(MINI, name, os.path.join(where, "result"), done.returncode == 0, said)
                shutil.rmtree(where)
                if done.returncode == 0:
                    break
            if statuses:
                self.assertEqual((statuses[0], statuses[-1]), (7, 0), name)


class Failing(Faults):
    KINDS = {"open": (errno.EACCES, errno.EMFILE), "write": (errno.ENOSPC, errno.EIO), "fsync": (errno.EIO, errno.ENOSPC),
             "close": (errno.EIO,), "rename": (errno.EACCES, errno.EIO), "mkdir": (errno.ENOSPC, errno.EACCES),
             "link": (errno.EIO, errno.EMLINK), "unlink": (errno.EACCES, errno.EIO)}

    def each(self, name, scene=None):
        tried = 0
        scene = scene or MINI
        for kind, numbers in self.KINDS.items():
            n = self.count(scene, name, {"LF_FAIL_CALL": kind})
            trials = [([], {"LD_PRELOAD": FAULT, "LF_FAIL_CALL": kind, "LF_FAIL_AT": str(k), "LF_FAIL_ERRNO": str(e)},
                       "%s %d of %d: %s" % (kind, k, n, os.strerror(e)))
                      for k in range(1, n + 1) for e in (numbers if n < 30 else [numbers[k % len(numbers)]])]
            tried += len(trials)
            self.sweep(scene, name, trials)
        self.assertGreater(tried, 5)


class Calls(Failing):
    def test_info(self):
        self.each("info")

    def test_export(self):
        self.each("export")

    def test_merge(self):
        self.each("merge")

    def test_copy(self):
        self.each("copy")

    def test_one_file_a_sample(self):
        for name in ("merge", "copy"):
            self.each(name, FILES)

    def test_new_masks(self):
        with contextlib.closing(MaskScene(media=True, dirs=True)) as scene:
            self.each("merge", scene)


class Killing(Faults):
    def calls(self, scene, name):
        """(system call, how often) of an undisturbed run, as the kernel sees it."""
        where = scene.copy()
        log = os.path.join(where, "log")
        done = run(["strace", "-f", "-qq", "-e", "trace=" + CHANGING, "-o", log, testenv.PROGRAM] + scene.commands[name], where)
        self.assertEqual(done.returncode, 0, done.stderr)
        counts = {}
        with open(log) as f:
            for call in re.findall(r"^\d+ +(\w+)\(", f.read(), re.M):
                counts[call] = counts.get(call, 0) + 1
        shutil.rmtree(where)
        return counts

    def each(self, name, scene=None):
        scene = scene or MINI
        trials = [(["strace", "-f", "-qq", "-e", "trace=" + call, "-e", "inject=%s:signal=SIGKILL:when=%d" % (call, k),
                    "-o", "/dev/null"], {}, "killed at %s %d of %d" % (call, k, n))
                  for call, n in self.calls(scene, name).items() for k in range(1, n + 1)]
        self.assertGreater(len(trials), 20)
        self.sweep(scene, name, trials, killed=True)


class Kills(Killing):
    def test_each_call_of_merge(self):
        self.each("merge")

    def test_each_call_of_export(self):
        self.each("export")

    def test_each_call_of_copy(self):
        self.each("copy")

    def test_each_call_with_one_file_a_sample(self):
        for name in ("merge", "copy"):
            self.each(name, FILES)

    def test_each_call_with_new_masks(self):
        for dirs in (False, True):
            with contextlib.closing(MaskScene(media=True, dirs=dirs)) as scene:
                self.each("merge", scene)

    def at_random(self, name, times):
        """The seed is that of every run, so that a failure can be had again; the moments are not the same."""
        dice = random.Random("%d %s" % (SEED, name))
        span = 1.3 * LONG.seconds[name]
        hits = [0]

        def kill(delay):
            where = LONG.copy()
            p = subprocess.Popen([testenv.PROGRAM] + LONG.commands[name], cwd=where, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(delay)
            p.send_signal(signal.SIGKILL)
            status = p.wait(testenv.SECONDS)
            self.assertIn(status, (0, -signal.SIGKILL))
            hits[0] += status != 0
            self.settled(LONG, name, where, status == 0, "%s killed after %.5f s, seed %d" % (name, delay, SEED))
            shutil.rmtree(where)

        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(kill, [dice.uniform(0, span) for _ in range(times)]))
        self.assertGreater(hits[0], times // 10)

    def test_random_moments_of_merge(self):
        self.at_random("merge", 200)

    def test_random_moments_of_export(self):
        self.at_random("export", 40)


if testenv.SANITIZED:
    # The sanitizers bring an allocator of their own and want no library before them.
    del Memory, Disk, Calls
