"""Rules of the house that a script can hold. Prints each finding as file:line: what; exit 1 if any.

usage: lint.py [FOLDER]     (the project's folder; by default the one this file is in)

A line that must break a rule on purpose says so in a comment: lint-allow: why.
"""

import collections
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys

ROOMS = ("formats", "convert", "merge", "runs", "labelferry.c")
BASE, LABEL, MASK, FORMAT = "formats/base/", "formats/label/", "formats/mask/", "formats/format.h"
# What convert, merge and runs may see of formats: the model, the table, and the dataset's own format.
MODEL = (BASE, LABEL, MASK, FORMAT)
ROOM = MODEL + ("formats/table.h", "formats/fiftyone/fo_dataset.h", "formats/fiftyone/fo_differ.h",
                "formats/fiftyone/fo_registry.h", "formats/fiftyone/fo_anno_run.h")

TOOLS = re.compile(r"cvat|darwin|label_?studio|(?<![a-z0-9])v7(?![a-z0-9])", re.I)
# Not after a dot, an arrow or a word's letter: members and longer names are no calls of these.
CALL = r"(?<![\w.>])(%s)\s*\("
DENIED = [
    ("malloc|calloc|realloc|reallocarray|strdup|strndup|free", "formats/base/alloc.", "lf_alloc and its kin"),
    ("strcpy|strncpy|strcat|strncat|sprintf|vsprintf|gets", None, "lf_buf"),
    (r"atoi|atol|atoll|atof|strto(?:l|ll|ul|ull|f|d|ld|imax|umax)|v?f?sscanf|fscanf|scanf", "formats/base/number",
     "the number functions"),
    ("setlocale", None, "nothing: the locale stays C"),
    ("system|popen", None, "nothing: no program is started"),
    ("fopen|freopen|rename|renameat|unlink|unlinkat|remove", BASE, "lf_in, lf_out or the commit"),
]
DENIED = [(re.compile(CALL % names), exempt, instead) for names, exempt, instead in DENIED]
XML_FLAGS = re.compile(r"XML_PARSE_(?:NOENT|DTDLOAD|DTDATTR|DTDVALID|HUGE|XINCLUDE)")
# Spelled in two parts, so that this file keeps its own rule.
ABSOLUTE = re.compile(r"(?<![\w.])/" + r"(?:work|root)/")
LARGE = 64 * 1024


class Lint:
    def __init__(self, top):
        self.top = top
        self.found = []
        self.files = self.tracked()
        self.code = [f for f in self.files if f.endswith((".c", ".h"))]
        self.rooms = [f for f in self.code if f.split("/")[0] in ROOMS]

    def tracked(self):
        """What git tracks or would; without git, in an unpacked source archive, every file but what was built."""
        names = None
        if shutil.which("git"):
            done = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=self.top,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            if done.returncode == 0:
                names = os.fsdecode(done.stdout).split("\0")
        if names is None:
            names = [os.path.relpath(os.path.join(b, f), self.top) for b, _, fs in os.walk(self.top) for f in fs]
            names = [n for n in names if not n.startswith(("build/", ".git/")) and not n.endswith(".pyc")]
        return sorted({n for n in names if n and os.path.isfile(os.path.join(self.top, n))})

    def say(self, file, line, what):
        self.found.append((file, line, what))

    def text(self, file):
        with open(os.path.join(self.top, file), encoding="utf-8") as f:
            return f.read()

    def lines(self, file, strings):
        """(number, line) without comments, and without what strings hold unless asked for."""
        text = self.text(file)
        plain = strip(text, strings).split("\n")
        return [(i, p) for i, (p, t) in enumerate(zip(plain, text.split("\n")), 1) if "lint-allow:" not in t]

    # ------------------------------------------------------------------ rules
    def includes(self):
        known = set(self.files)
        for file in self.rooms:
            for i, line in self.lines(file, strings=True):
                m = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
                if not m:
                    continue
                near = os.path.normpath(os.path.join(os.path.dirname(file), m.group(1)))
                target = near if near in known else os.path.normpath(m.group(1))
                if target not in known:
                    self.say(file, i, "includes %s, which is not in the tree" % m.group(1))
                elif not target.startswith(may_include(file)):
                    self.say(file, i, "may not include %s" % target)

    def names(self):
        places = collections.defaultdict(list)
        for f in self.files:
            name = os.path.basename(f)
            if name.endswith((".c", ".h", ".def", ".py", ".sh", ".cmake", ".md")) and not f.startswith("samples/"):
                if name not in ("CMakeLists.txt", "README.md"):
                    places[name].append(f)
        for name, where in sorted(places.items()):
            if len(where) > 1:
                self.say(where[1], 1, "has the name of %s" % where[0])

    def tool_names(self):
        for f in self.rooms:
            if f.startswith(("convert/", "merge/", "runs/")):
                if TOOLS.search(os.path.basename(f)):
                    self.say(f, 1, "is named after a tool")
                for i, line in self.lines(f, strings=True):
                    if TOOLS.search(line):
                        self.say(f, i, "names a tool: that belongs into the tool's folder")

    def denied(self):
        for f in self.rooms:
            for i, line in self.lines(f, strings=False):
                for call, exempt, instead in DENIED:
                    m = call.search(line)
                    if m and not (exempt and f.startswith(exempt)):
                        self.say(f, i, "calls %s; use %s" % (m.group(1), instead))
                m = XML_FLAGS.search(line)
                if m:
                    self.say(f, i, "uses %s: documents could reach out of their file" % m.group(0))

    def paths(self):
        for f in self.files:
            try:
                text = self.text(f)
            except UnicodeDecodeError:
                continue
            for i, line in enumerate(text.split("\n"), 1):
                if ABSOLUTE.search(line):
                    self.say(f, i, "holds an absolute path of one machine")

    def large(self):
        listed = {}
        if "tests/lint/large-files.txt" in self.files:
            for i, line in enumerate(self.text("tests/lint/large-files.txt").splitlines(), 1):
                if line.strip() and not line.startswith("#"):
                    listed[line.split()[0]] = i
        for f in self.files:
            if f.startswith(("samples/", "tests/")) and os.path.getsize(os.path.join(self.top, f)) > LARGE:
                if listed.pop(f, None) is None:
                    self.say(f, 1, "is over 64 KiB and has no row in tests/lint/large-files.txt")
        for f, i in listed.items():
            self.say("tests/lint/large-files.txt", i, "%s is gone or no longer large" % f)

    def headers(self):
        if not shutil.which("gcc"):
            return self.say("-", 0, "gcc is missing: no header was compiled")
        flags = []
        for package in ("libxml-2.0", "libzip", "libcjson", "libdeflate", "libutf8proc", "zlib", "libpng", "libcrypto"):
            done = subprocess.run(["pkg-config", "--cflags", package], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True)
            flags += done.stdout.split()
        headers = [f for f in self.rooms if f.endswith(".h")]

        def compile_alone(h):
            done = subprocess.run(
                ["gcc", "-fsyntax-only", "-std=c17", "-D_POSIX_C_SOURCE=200809L", "-D_FILE_OFFSET_BITS=64",
                 '-DLF_VERSION="0"', "-Wall", "-Wextra", "-Wno-unused-function", *flags, "-I.", "-x", "c", "-"],
                input='#include "%s"\n' % h, cwd=self.top, stderr=subprocess.PIPE, text=True)
            return h, done.returncode, done.stderr

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for h, status, message in pool.map(compile_alone, headers):
                if status:
                    why = re.search(r"error: (.*)", message)
                    self.say(h, 1, "does not compile alone: %s" % (why.group(1) if why else message[:200]))

    def layout(self):
        program = clang_format()
        if not program:
            print("note: clang-format 14 is not installed, the layout was not checked")
            return
        files = [f for f in self.code if f.split("/")[0] in ROOMS or f.startswith(("tests/unit/", "tests/fuzz/"))]
        if not files or ".clang-format" not in self.files:
            return
        done = subprocess.run([program, "--dry-run", "--style=file", *files], cwd=self.top,
                              stderr=subprocess.PIPE, text=True)
        first = {}
        for m in re.finditer(r"^(\S+?):(\d+):\d+: (?:warning|error): code should be clang-formatted", done.stderr, re.M):
            first.setdefault(m.group(1), int(m.group(2)))
        for f, i in first.items():
            self.say(f, i, "is not as clang-format would have it from here on")
        if done.returncode and not first:
            self.say(".clang-format", 1, done.stderr.strip()[:200])

    def run(self):
        for rule in (self.includes, self.names, self.tool_names, self.denied, self.paths, self.large, self.headers,
                     self.layout):
            rule()
        return sorted(self.found)


def may_include(file):
    """The beginnings of the paths that a file of ours may include."""
    parts = file.split("/")
    own = "/".join(parts[:-1]) + "/"
    if parts[0] in ("convert", "merge", "runs"):
        return ROOM + (parts[0] + "/",)
    if parts[0] != "formats":
        return ("formats/", "convert/", "merge/", "runs/")
    if len(parts) == 2:  # format.[ch] below the formats; table.[ch] and commands above them
        return MODEL if parts[1] in ("format.h", "format.c") else ("formats/",)
    return {BASE: (BASE,), LABEL: (BASE, LABEL), MASK: (BASE, LABEL, MASK)}.get(
        "formats/%s/" % parts[1], MODEL + ("formats/%s/" % parts[1], own))


def strip(text, strings):
    """C text with comments blanked, and the insides of strings too unless they are wanted."""
    def blank(m):
        s = m.group(0)
        if s[0] == "/":
            return re.sub(r"[^\n]", " ", s)
        return s if strings else s[0] + " " * (len(s) - 2) + s[-1]

    return re.sub(r'/\*.*?\*/|//(?:\\\n|[^\n])*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def clang_format():
    for name in ("clang-format-14", "clang-format"):
        if shutil.which(name):
            done = subprocess.run([name, "--version"], stdout=subprocess.PIPE, text=True)
            if re.search(r"version 14\.", done.stdout):
                return name
    return None


def main(argv):
    top = argv[0] if argv else os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    found = Lint(top).run()
    for file, line, what in found:
        print("%s:%d: %s" % (file, line, what))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
