"""What every case test starts from: the places tests/run.sh names, and a folder of its own."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

SUPPORT = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ.get("LF_SOURCE") or os.path.dirname(os.path.dirname(SUPPORT))
PROGRAM = os.environ.get("LF_PROGRAM") or os.path.join(SOURCE, "build", "release", "labelferry")
SHARED = os.environ.get("LF_SHARED")
SANITIZED = os.environ.get("LF_SANITIZED") == "1"
SECONDS = 120  # what no single command of a test may exceed


def shared(*parts):
    """A path in the shared folder; the test is skipped, with the reason, where that is missing."""
    if not SHARED:
        raise unittest.SkipTest("no shared folder beside the project")
    path = os.path.join(SHARED, *parts)
    if not os.path.exists(path):
        raise unittest.SkipTest("shared/%s is missing" % "/".join(parts))
    return path


def sample(name):
    return os.path.join(SOURCE, "samples", name)


def run(args, **kw):
    """subprocess.run with text captured, nothing on standard input and a time limit."""
    kw = {"stdin": subprocess.DEVNULL, "capture_output": True, "encoding": "utf-8",
          "errors": "surrogateescape", "timeout": SECONDS, **kw}
    return subprocess.run([os.fspath(a) for a in args], **kw)


def snapshot(folder):
    """Every path under a folder, with the bytes of files: two are equal or something changed."""
    seen = {}
    for base, dirs, files in os.walk(folder):
        for name in dirs:
            seen[os.path.relpath(os.path.join(base, name), folder) + "/"] = None
        for name in files:
            path = os.path.join(base, name)
            with open(path, "rb") as f:
                seen[os.path.relpath(path, folder)] = f.read()
    return seen


def into_files(dataset, docs):
    """The samples of a dataset as use_dirs=True writes them: a file each in samples/, no samples.json."""
    os.remove(os.path.join(dataset, "samples.json"))
    os.mkdir(os.path.join(dataset, "samples"))
    for i, doc in enumerate(docs, 1):
        name = "%06d-%s.json" % (i, doc["_id"]["$oid"])
        with open(os.path.join(dataset, "samples", name), "w", encoding="utf-8") as f:
            json.dump(doc, f)


class Case(unittest.TestCase):
    """A test with an empty folder, self.dir, that is gone afterwards."""

    maxDiff = 4000

    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="lf-case-")
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def copy(self, folder, name=None):
        """A copy of a folder inside self.dir, to be changed at will."""
        to = self.path(name or os.path.basename(os.path.normpath(folder)))
        shutil.copytree(folder, to)
        return to

    def labelferry(self, *args, status=0, **kw):
        """Runs the program in self.dir and expects this exit status (None: any)."""
        done = run([PROGRAM, *args], **{"cwd": self.dir, **kw})
        if status is not None and done.returncode != status:
            self.fail("labelferry %s: exit %d, expected %d\n%s%s" % (
                " ".join(map(str, args)), done.returncode, status, done.stdout, done.stderr))
        return done
