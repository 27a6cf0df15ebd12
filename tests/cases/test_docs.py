"""What the documents say is true: their examples run, and say what the documents quote."""

import os
import re
import shutil
import sys
import zipfile

import testenv

DOCS = ["README.md", "FORMATS.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "samples/README.md"]
MAN = "man/labelferry.1"
COMMANDS = ["export", "merge", "diff", "runs", "verify", "info", "mask", "limits"]
FAR_SIDE = os.path.join(testenv.SUPPORT, "far_side_cvat.py")
RETURNED = testenv.sample("returned")


def text_of(name):
    with open(os.path.join(testenv.SOURCE, name), encoding="utf-8") as f:
        return f.read()


def fences(text):
    """(line, tag, body) of each fenced block."""
    return [(text[:m.start()].count("\n") + 1, m.group(1), m.group(2))
            for m in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S)]


def sections(text):
    """The fences of each section with a heading of its own."""
    line = 0
    for part in re.split(r"^(?=## )", text, flags=re.M):
        yield [(line + n, tag, body) for n, tag, body in fences(part)]
        line += part.count("\n")


def unroff(text):
    """Text of a man page without its quoting."""
    return (text.replace("\\-", "-").replace("\\(aq", "'").replace("\\e", "\\").replace("\\fB", "")
            .replace("\\fI", "").replace("\\fR", "").replace("\\&", ""))


def help_of(case, word=None):
    return case.labelferry("help", *([word] if word else [])).stdout


class Example(testenv.Case):
    """A folder in which a reader of the documents would sit."""

    def settle(self):
        for name in os.listdir(self.dir):
            path = self.path(name)
            shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
        os.mkdir(self.path(".bin"))
        with open(self.path(".bin", "labelferry"), "w") as f:
            f.write('#!/bin/sh\n"%s" "$@"\nstatus=$?\necho $status >>"%s"\nexit $status\n'
                    % (testenv.PROGRAM, self.path(".status")))
        os.chmod(self.path(".bin", "labelferry"), 0o755)
        self.copy(testenv.sample("harbor"))

    def bring_back(self, names):
        """The archives an example speaks of, out of what it exported last, edited as in samples/."""
        if not os.path.isdir(self.path("out")):
            self.labelferry("export", "harbor", "--field", "ground_truth", "--run", "night_07", "-o", "out")
        shutil.rmtree(self.path(".back"), ignore_errors=True)
        edits = [] if len(names) > 1 else ["--edits", os.path.join(RETURNED, "edits.json")]
        done = testenv.run([sys.executable, FAR_SIDE, self.path("out"), "-o", self.path(".back"), *edits])
        self.assertEqual(done.returncode, 0, done.stderr)
        for name, back in zip(names, sorted(os.listdir(self.path(".back")))):
            shutil.copy(self.path(".back", back), self.path(name))

    def commands(self, script):
        """A script cut before each command that merges, so that what it merges can be brought back."""
        return [p for p in re.split(r"^(?=labelferry merge)", script, flags=re.M) if p]

    def play(self, script, where, wrong=False):
        said = ""
        for part in self.commands(script):
            if part.startswith("labelferry export") or "\nlabelferry export" in part:
                shutil.rmtree(self.path("out"), ignore_errors=True)
                for name in os.listdir(self.dir):
                    if name.endswith(".zip"):
                        os.remove(self.path(name))
            missing = [n for n in re.findall(r"(?<![\w/])(?:\w+=)?(\w+\.zip)\b", part.split("\n\n")[0])
                       if part.startswith("labelferry merge") and not os.path.exists(self.path(n))]
            if missing:
                self.bring_back(missing)
            path = self.path(".bin") + ":" + os.environ["PATH"]
            done = testenv.run(["sh", "-c", "exec 2>&1\n" + part], cwd=self.dir,
                               env={**os.environ, "PATH": path, "LC_ALL": "C.UTF-8"})
            said += done.stdout
            with open(self.path(".status")) as f:
                statuses = f.read().split()
            if not wrong:
                self.assertLessEqual(set(statuses), {"0", "1"}, "%s: %s\n%s" % (where, part, said))
                self.assertIn(done.returncode, (0, 1), "%s: %s\n%s" % (where, part, said))
        return said


class Documents(Example):
    def test_examples(self):
        count = 0
        for name in DOCS:
            for section in sections(text_of(name)):
                self.settle()
                said = None
                for n, (line, tag, body) in enumerate(section):
                    where = "%s:%d" % (name, line)
                    if tag == "sh":
                        quoted = section[n + 1][2] if n + 1 < len(section) and section[n + 1][1] == "text" else ""
                        if "--run night_07" not in body and " night_07" in body and not os.path.isdir(
                                self.path("harbor", "annotations", "night_07")):
                            self.labelferry("export", "harbor", "--field", "ground_truth", "--run", "night_07",
                                            "-o", "out")
                        said = self.play(body, where, "error:" in quoted)
                        count += 1
                    elif tag == "text" and said is not None:
                        with self.subTest(where):
                            self.assertEqual(said, body, where)
                        said = None
        self.assertGreater(count, 8)

    def test_build_lines(self):
        """README installs what tests/support/debian.sh installs."""
        packages = re.search(r'^LF_BUILD_PACKAGES="(.*?)"', text_of("tests/support/debian.sh"), re.M | re.S).group(1)
        told = re.search(r"apt-get install --no-install-recommends (.*?)\n    cmake", text_of("README.md"), re.S)
        self.assertEqual(told.group(1).replace("\\", " ").split(), packages.split())

    def test_paths(self):
        """Files and folders that the documents name are there."""
        for name in DOCS:
            for path in re.findall(r"`([\w./*-]+/[\w.*-]*)`", text_of(name)):
                if "NAME" not in path and path.split("/")[0] in ("samples", "tests", "formats", "convert", "merge", "cmake", "man"):
                    with self.subTest("%s: %s" % (name, path)):
                        self.assertTrue(os.path.exists(os.path.join(testenv.SOURCE, path)), path)

    def test_options(self):
        """Options that the documents name exist."""
        known = set(re.findall(r"--[\w-]+", help_of(self) + "".join(help_of(self, c) for c in COMMANDS)))
        known |= {n.replace("--", "--no-") for n in known} | {"--no-allow-..."}
        for fact in re.findall(r"--\[no-\]([\w-]+)", "".join(help_of(self, c) for c in COMMANDS)):
            known |= {"--" + fact, "--no-" + fact}
        for option in re.findall(r"`[^`\n]*?(--[\w-]+)", "".join(text_of(n) for n in ("README.md", "FORMATS.md"))):
            with self.subTest(option):
                self.assertIn(option, known | {"--cflags", "--preset", "--libs"})

    def test_codes_named(self):
        known = set(re.findall(r"LF_CODE\(\w+, (\d{4}),", text_of("formats/base/codes.def")))
        for name in DOCS:
            for code in re.findall(r"\bLF(\d{4})\b", text_of(name)):
                with self.subTest("%s: LF%s" % (name, code)):
                    self.assertIn(code, known)


class Help(Example):
    def test_examples(self):
        for command in COMMANDS:
            found = re.search(r"^example:\n((?:  .*\n)+)", help_of(self, command), re.M)
            if found:
                with self.subTest(command):
                    self.settle()
                    self.labelferry("export", "harbor", "--field", "ground_truth", "--run", "night_07", "-o", "out")
                    self.copy(testenv.sample("harbor"), "new")
                    if command == "export":
                        shutil.rmtree(self.path("out"))
                    self.play(re.sub(r"^  ", "", found.group(1), flags=re.M), "help " + command)

    def test_codes(self):
        rows = re.findall(r'LF_CODE\(\w+, (\d{4}), "([\w-]+)", \w+, \w+, "(.*?)", "(.*?)"\)',
                          text_of("formats/base/codes.def"))
        self.assertGreater(len(rows), 60)
        for number, slug, cause, remedy in rows:
            with self.subTest(number):
                said = help_of(self, "LF" + number)
                self.assertEqual(said, help_of(self, slug))
                self.assertTrue(said.startswith("LF%s %s (" % (number, slug)), said)
                self.assertIn(cause.replace('\\"', '"'), said)
                self.assertIn(remedy.replace('\\"', '"'), said)


class Manual(Example):
    def test_up_to_date(self):
        done = testenv.run([sys.executable, os.path.join(testenv.SUPPORT, "make_man.py"), testenv.PROGRAM])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, text_of(MAN), "python3 tests/support/make_man.py PROGRAM -o " + MAN)

    def test_options(self):
        """Every option of a command's help has an entry of its own, and the reverse."""
        parts = re.split(r"^\.SS ", unroff(text_of(MAN)), flags=re.M)
        for command in COMMANDS:
            part, = [p for p in parts if p.startswith('"labelferry %s' % command)]
            told = re.findall(r"^\.TP\n(?:-\w, )?(--\S+)", part, re.M)
            with self.subTest(command):
                self.assertEqual(told, re.findall(r"^  (?:-\w, |    )(--\S+)", help_of(self, command), re.M))
                self.assertGreater(len(told), 1)

    def test_examples(self):
        lines = re.findall(r"^\.RS\n(.*)\n\.RE", unroff(text_of(MAN)), re.M)
        self.assertGreater(len(lines), 4)
        for line in lines:
            with self.subTest(line):
                self.settle()
                if line.startswith(("labelferry merge", "labelferry undo", "labelferry log", "labelferry explain")):
                    self.labelferry("export", "harbor", "--field", "ground_truth", "--run", "night_07", "-o", "out")
                if line.startswith(("labelferry undo", "labelferry log", "labelferry explain")):
                    self.play("labelferry merge night_07 back.zip --dataset harbor --in-place", MAN)
                self.play(line, MAN)

    def test_statuses(self):
        """README and the manual tell of the same statuses."""
        numbers = re.findall(r"^\.B (\d+)$", text_of(MAN), re.M)
        self.assertEqual(numbers, re.findall(r"^\| (\d+) \|", text_of("README.md"), re.M))


class Samples(testenv.Case):
    def test_returned_archives_are_of_this_export(self):
        """What samples/crossing.sh merges is what comes back from what it exports."""
        self.copy(testenv.sample("harbor"))
        self.labelferry("export", "harbor", "--field", "ground_truth", "--run", "night_07", "--read-only", "flag",
                        "-o", "out")
        for name, edits in (("unedited", []), ("edited", ["--edits", os.path.join(RETURNED, "edits.json")])):
            with self.subTest(name):
                done = testenv.run([sys.executable, FAR_SIDE, self.path("out"), "-o", self.path(name), *edits])
                self.assertEqual(done.returncode, 0, done.stderr)
                with zipfile.ZipFile(self.path(name, "return_000.zip")) as got, \
                        zipfile.ZipFile(os.path.join(RETURNED, "harbor_%s.zip" % name)) as want:
                    self.assertEqual(got.namelist(), want.namelist())
                    for member in got.namelist():
                        self.assertEqual(got.read(member), want.read(member))

    def test_crossing(self):
        done = testenv.run(["sh", testenv.sample("crossing.sh")],
                           env={**os.environ, "LF_PROGRAM": testenv.PROGRAM, "TMPDIR": self.dir})
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr)
        self.assertTrue(done.stdout.endswith("Everything was as it should be.\n"), done.stdout)
        self.assertEqual(os.listdir(self.dir), [], "it leaves nothing behind")
