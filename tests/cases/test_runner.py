"""The runner counts each test once, and says what it could not do."""

import os
import sys

import testenv

MODULE = '''
import unittest
class A(unittest.TestCase):
    def test_good(self): pass
    def test_bad(self): self.fail("because")
    def test_error(self): raise OSError("odd")
    def test_skip(self): self.skipTest("no ship")
    def test_parts(self):
        for i in range(3):
            with self.subTest(i=i):
                self.assertEqual(i, 0)
class B(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise OSError("no harbor")
    def test_never(self): pass
'''


class Cases(testenv.Case):
    def cases(self, files, *options):
        for name, text in files.items():
            with open(self.path(name), "w") as f:
                f.write(text)
        return testenv.run([sys.executable, os.path.join(testenv.SUPPORT, "cases.py"), *options, self.dir])

    def test_counts(self):
        done = self.cases({"test_a.py": MODULE, "helper.py": "raise OSError"})
        self.assertEqual(done.stdout.splitlines()[-1], "1 passed, 4 failed, 1 skipped", done.stdout)
        self.assertEqual(done.returncode, 1)
        for text in ("pass test_a.A.test_good", "FAIL test_a.A.test_bad", "because", "odd", "no ship", "no harbor"):
            self.assertIn(text, done.stdout)

    def test_only(self):
        done = self.cases({"test_a.py": MODULE}, "--only", "A.test_(good|skip)", "--counts", self.path("n"))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        with open(self.path("n")) as f:
            self.assertEqual(f.read(), "1 0 1\n")

    def test_broken_module_fails(self):
        done = self.cases({"test_a.py": "import nothing_of_this_name\n"})
        self.assertEqual(done.stdout.splitlines()[-1], "0 passed, 1 failed, 0 skipped", done.stdout)


class Debian(testenv.Case):
    """need_debian asks apt only for what is missing, with sudo only when it must."""

    def need(self, packages, uid="0", sudo=True, apt=0):
        bin = self.path("bin")
        os.makedirs(bin, exist_ok=True)
        tools = {
            "dpkg-query": 'case "$3" in here*) printf "ii " ;; gone) printf "rc " ;; *) exit 1 ;; esac',
            "id": "echo %s" % uid,
            "apt-get": 'echo "apt-get $*" >>"%s"; echo broken mirror; exit %d' % (self.path("log"), apt),
            "sudo": 'echo sudo >>"%s"; exec "$@"' % self.path("log"),
        }
        for name, body in tools.items():
            with open(os.path.join(bin, name), "w") as f:
                f.write("#!/bin/sh\n%s\n" % body)
            os.chmod(os.path.join(bin, name), 0o755)
        if not sudo:
            os.unlink(os.path.join(bin, "sudo"))
        for name in ("env", "sh"):
            if not os.path.exists(os.path.join(bin, name)):
                os.symlink("/usr/bin/" + name, os.path.join(bin, name))
        script = '. "%s/debian.sh"; need_debian %s' % (testenv.SUPPORT, packages)
        done = testenv.run(["/bin/sh", "-c", script], env={"PATH": bin})
        log = self.path("log")
        calls = open(log).read() if os.path.exists(log) else ""
        return done, calls

    def test_nothing_missing_asks_nothing(self):
        done, calls = self.need("here1 here2")
        self.assertEqual((done.returncode, calls), (0, ""), done.stderr)

    def test_missing_and_removed_are_installed(self):
        done, calls = self.need("here1 gone lost")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("update", calls.splitlines()[0])
        self.assertTrue(calls.splitlines()[1].endswith("gone lost"), calls)
        self.assertNotIn("sudo", calls)

    def test_sudo_for_others_than_root(self):
        done, calls = self.need("lost", uid="1000")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("sudo", calls)

    def test_neither_root_nor_sudo(self):
        done, calls = self.need("lost", uid="1000", sudo=False)
        self.assertEqual((done.returncode, calls), (1, ""))
        self.assertIn("apt-get install lost", done.stderr)

    def test_apt_fails(self):
        done, calls = self.need("lost", apt=100)
        self.assertEqual(done.returncode, 1)
        self.assertIn("broken mirror", done.stderr)
        self.assertIn("could not be installed: lost", done.stderr)
