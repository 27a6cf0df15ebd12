"""Runs the unittest modules test_*.py of some folders, one line a test, and counts them.

usage: cases.py [--only PATTERN] [--counts FILE] FOLDER...

PATTERN is a regular expression searched in module.Class.test. FILE gets one line,
"passed failed skipped"; without it the counts are printed.
"""

import argparse
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
        print("%s %s (%.2f s)" % (word, test.id(), seconds))
        for note in self.notes:
            print("     " + note.rstrip().replace("\n", "\n     "))
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


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--only", metavar="PATTERN", type=re.compile)
    ap.add_argument("--counts", metavar="FILE")
    ap.add_argument("folders", nargs="+", metavar="FOLDER")
    args = ap.parse_args()
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

    tests = []
    for folder in args.folders:
        found = unittest.TestLoader().discover(folder, "test_*.py", os.path.abspath(folder))
        tests += [t for t in flat(found) if not args.only or args.only.search(t.id())]
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
