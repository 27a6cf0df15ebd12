"""What `cmake --install` leaves is whole: a program of somebody else's is built against it and runs."""

import os
import re
import shutil
import unittest

import testenv

PROGRAM = r'''
#include <stdio.h>

#include "formats/fiftyone/fo_dataset.h"

int main(int argc, char **argv)
{
    struct fo_dataset ds;
    struct fo_doc doc;
    struct lf_error err = {0};
    bool ok = argc > 1 && fo_open(&ds, argv[1], &err) && fo_rewind(&ds, &err), more = ok;
    int samples = 0;
    while (ok && (ok = fo_next(&ds, &doc, &more, &err)) && more)
        samples++;
    if (ok)
        fo_done(&ds);
    printf(ok ? "%d samples\n" : "failed\n", samples);
    return ok ? 0 : 1;
}
'''


class Install(testenv.Case):
    def install(self, build, dest):
        done = testenv.run(["cmake", "--install", build], env={**os.environ, "DESTDIR": dest})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def setUp(self):
        super().setUp()
        build = os.path.dirname(os.path.abspath(testenv.PROGRAM))
        if not os.path.exists(os.path.join(build, "cmake_install.cmake")):
            raise unittest.SkipTest("the program does not lie in a build folder")
        self.install(build, self.path("root"))
        self.prefix = self.path("root", "usr", "local")
        self.lib, = [b for b, _, fs in os.walk(self.prefix) if "liblabelferry.a" in fs]

    def files(self):
        return {os.path.relpath(os.path.join(b, f), self.prefix) for b, _, fs in os.walk(self.prefix) for f in fs}

    def pkg_config(self, *args):
        done = testenv.run(["pkg-config", *args, "labelferry"],
                           env={**os.environ, "PKG_CONFIG_PATH": os.path.join(self.lib, "pkgconfig")})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.split()

    def test_files(self):
        got = self.files()
        for name in ("bin/labelferry", "share/man/man1/labelferry.1", "share/doc/labelferry/README.md",
                     "share/doc/labelferry/LICENSE", "include/labelferry/formats/base/codes.def"):
            self.assertIn(name, got)
        headers = {n[len("include/labelferry/"):] for n in got if n.endswith(".h")}
        rooms = [os.path.join(b, f) for r in ("formats", "convert", "merge")
                 for b, _, fs in os.walk(os.path.join(testenv.SOURCE, r)) for f in fs if f.endswith(".h")]
        self.assertEqual(headers, {os.path.relpath(p, testenv.SOURCE) for p in rooms})
        self.assertFalse([n for n in got if n.endswith((".c", ".txt"))])

    def test_program_runs(self):
        done = testenv.run([os.path.join(self.prefix, "bin", "labelferry"), "version"])
        version = re.search(r"VERSION (\S+) ", open(os.path.join(testenv.SOURCE, "CMakeLists.txt")).read()).group(1)
        self.assertEqual(done.stdout, "labelferry %s\n" % version)
        self.assertEqual(self.pkg_config("--modversion"), [version])

    def test_library(self):
        """Twenty lines against headers, archive and pkg-config; also after all of it was moved."""
        compiler = shutil.which("cc") or shutil.which("gcc")
        extra = ["-fsanitize=address,undefined"] if testenv.SANITIZED else []
        with open(self.path("count.c"), "w") as f:
            f.write(PROGRAM)
        for where in ("here", "moved"):
            with self.subTest(where):
                if where == "moved":
                    os.rename(self.path("root"), self.path("elsewhere"))
                    self.lib = self.lib.replace(self.path("root"), self.path("elsewhere"))
                done = testenv.run([compiler, "-std=c17", "-Wall", "-Wextra", "-Werror", *extra, "-o",
                                    self.path(where), self.path("count.c"), *self.pkg_config("--cflags", "--libs")])
                self.assertEqual(done.returncode, 0, done.stderr)
                done = testenv.run([self.path(where), testenv.sample("harbor")])
                self.assertEqual(done.stdout, "6 samples\n", done.stderr)
