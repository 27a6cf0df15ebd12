"""Runs the unittest modules test_*.py of some folders, one line a test, and counts them.

usage: cases.py [--only PATTERN] [--counts FILE] [--jobs N] FOLDER...

PATTERN is a regular expression searched in module.Class.test. FILE gets one line,
"passed failed skipped"; without it the counts are printed. With N above 1 that many
processes share the modules.
"""

import argparse
import json
import os
import re
import sys
import time
import traceback
import unittest


class Result(unittest.TestResult):
    """A test counts once: as failed if any part of it failed, else as skipped if any was."""

    def __init__(self):
        super().__init__()
        self.counts = {"passed": 0, "failed": 0, "skipped": 0}
        self.state = None

    def startTest(self, test):
        super().startTest(test)
        self.state, self.notes, self.start = "passed", [], time.monotonic()

    def stopTest(self, test):
        super().stopTest(test)
        self.close(test, time.monotonic() - self.start)

    def close(self, test, seconds):
        word = {"passed": "pass", "failed": "FAIL", "skipped": "skip"}[self.state]
        lines = ["%s %s (%.2f s)" % (word, test.id(), seconds)]
        lines += ["     " + note.rstrip().replace("\n", "\n     ") for note in self.notes]
        sys.stdout.write("\n".join(lines) + "\n")  # at once: another process may write, too
        sys.stdout.flush()
        self.counts[self.state] += 1
        self.state = None

    def note(self, test, state, text):
        alone = self.state is None  # a class or module that could not be set up
        if alone:
            self.state, self.notes = "passed", []
        if self.state != "failed":
            self.state = state
        self.notes.append(text)
        if alone:
            self.close(test, 0)

    def fault(self, test, err):
        self.note(test, "failed", "".join(traceback.format_exception(*err)))

    addError = addFailure = fault

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.note(test, "failed", "in %s\n%s" % (subtest.id(), "".join(traceback.format_exception(*err))))

    def addSkip(self, test, reason):
        self.note(test, "skipped", reason)

    def addUnexpectedSuccess(self, test):
        self.note(test, "failed", "passed, but was expected to fail")


def flat(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from flat(item)
        else:
            yield item


def by_module(tests):
    groups = {}
    for t in tests:
        groups.setdefault(t.id().split(".")[0], []).append(t)
    return list(groups.values())


def work(groups, queue):
    """Runs the groups whose numbers it draws; what is left of the queue is another process's."""
    result = Result()
    while True:
        number = os.read(queue, 4)
        if not number:
            return result.counts
        unittest.TestSuite(groups[int.from_bytes(number, "little")]).run(result)
        result._previousTestClass = None  # a module that comes next is set up, whatever ran before


def run_apart(groups, jobs):
    """The groups over as many processes. The numbers wait in a pipe, which gives each to one of them."""
    queue, feed = os.pipe()
    os.write(feed, b"".join(i.to_bytes(4, "little") for i in range(len(groups))))
    os.close(feed)
    sys.stdout.flush()
    ends = []
    for _ in range(jobs):
        back, said = os.pipe()
        pid = os.fork()
        if not pid:
            status = 1
            try:
                counts = work(groups, queue)
                os.write(said, json.dumps(counts).encode())
                status = 0
            finally:
                sys.stdout.flush()
                os._exit(status)
        os.close(said)
        ends.append((pid, back))
    total = {"passed": 0, "failed": 0, "skipped": 0}
    for pid, back in ends:
        with os.fdopen(back, "rb") as f:
            text = f.read()
        died = os.waitpid(pid, 0)[1] != 0 or not text
        if died:
            print("FAIL a process of the tests ended early")
        for key, n in ({"failed": 1} if died else json.loads(text)).items():
            total[key] += n
    return total


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--only", metavar="PATTERN", type=re.compile)
    ap.add_argument("--counts", metavar="FILE")
    ap.add_argument("--jobs", type=int, default=1)
    ap.add_argument("folders", nargs="+", metavar="FOLDER")
    args = ap.parse_args()
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

    tests = []
    for folder in args.folders:
        found = unittest.TestLoader().discover(folder, "test_*.py", os.path.abspath(folder))
        tests += [t for t in flat(found) if not args.only or args.only.search(t.id())]
    groups = by_module(tests)
    if args.jobs > 1:
        c = run_apart(groups, min(args.jobs, len(groups)) or 1)
    else:
        result = Result()
        unittest.TestSuite(tests).run(result)
        c = result.counts
    if args.counts:
        with open(args.counts, "w") as f:
            f.write("%(passed)d %(failed)d %(skipped)d\n" % c)
    else:
        print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % c)
    return 1 if c["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
