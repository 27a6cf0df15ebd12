"""Masks that the real numpy, OpenCV and FiftyOne wrote, and masks that they read."""

import json
import os

import judges
import testenv


class Pixels(testenv.Case):
    def test_random_arrays(self):
        tool = os.path.join(os.path.dirname(testenv.PROGRAM), "tests", "pixels_tool")
        self.assertTrue(os.access(tool, os.X_OK), "%s is built with the tests" % tool)
        done = judges.fiftyone(os.path.join(testenv.SUPPORT, "pixels_peer.py"), tool, "--count", "60")
        self.assertEqual(done.returncode, 0, done.stderr[-4000:])
        found = json.loads(done.stdout.strip().splitlines()[-1])
        self.assertEqual(found["wrong"], [])
        self.assertGreater(found["checks"], 10000)
