"""Masks that the real numpy, OpenCV and FiftyOne wrote, and masks that they read."""

import json
import os

import judges
import testenv


class Pixels(testenv.Case):
    def judge(self, *options):
        tool = os.path.join(os.path.dirname(testenv.PROGRAM), "tests", "pixels_tool")
        self.assertTrue(os.access(tool, os.X_OK), "%s is built with the tests" % tool)
        done = judges.fiftyone(os.path.join(testenv.SUPPORT, "pixels_peer.py"), tool, *options)
        self.assertEqual(done.returncode, 0, done.stderr[-4000:])
        found = json.loads(done.stdout.strip().splitlines()[-1])
        self.assertEqual(found["wrong"], [])
        return found["checks"]

    def test_random_arrays(self):
        self.assertGreater(self.judge("--count", "30"), 5000)

    def test_fixture(self):
        folder = testenv.shared("fixtures", "fiftyone", "images_full")
        self.assertGreater(self.judge("--count", "0", "--dataset", folder), 24 * 5)
