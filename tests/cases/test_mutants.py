"""Each mutant of the program is caught by a test. Takes minutes, so only where LF_MUTANTS=1 asks for it."""

import os
import sys

import testenv

if os.environ.get("LF_MUTANTS") == "1" and not testenv.SANITIZED:
    class Mutants(testenv.Case):
        def test_every_mutant_is_caught(self):
            done = testenv.run([sys.executable, os.path.join(testenv.SUPPORT, "mutants.py")], timeout=1200)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
