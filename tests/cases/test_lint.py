"""The lint sees each thing it forbids, and only that."""

import os
import sys

import testenv

sys.path.insert(0, os.path.join(testenv.SOURCE, "tests", "lint"))
import lint

FORBIDDEN = [
    ("formats/base/a.c", '#include "formats/label/b.h"\n', "may not include"),
    ("formats/mask/a.c", '#include "formats/format.h"\n', "may not include"),
    ("formats/cvat/a.c", '#include "formats/fiftyone/fo_dataset.h"\n', "may not include"),
    ("formats/fiftyone/a.c", '#include "merge/m.h"\n', "may not include"),
    ("convert/a.c", '#include "merge/m.h"\n', "may not include"),
    ("merge/a.c", '#include "formats/fiftyone/private.h"\n', "may not include"),
    ("merge/a.c", '#include "nowhere.h"\n', "not in the tree"),
    ("formats/table.c", '#include "convert/c.h"\n', "may not include"),
    ("runs/a.c", '#include "merge/m.h"\n', "may not include"),
    ("convert/a.c", 'const char *name = "cvat";\n', "names a tool"),
    ("runs/a.c", 'const char *name = "cvat";\n', "names a tool"),
    ("merge/a.c", "int lf_v7_item;\n", "names a tool"),
    ("merge/a.c", "int x(void) { free(0); }\n", "calls free"),
    ("formats/label/a.c", "int x(void) { return strtol(0, 0, 1); }\n", "calls strtol"),
    ("formats/label/a.c", "int x(void) { return sprintf(0, 0); }\n", "calls sprintf"),
    ("convert/a.c", "int x(void) { return rename(0, 0); }\n", "calls rename"),
    ("convert/a.c", "int x(void) { return fopen (0, 0); }\n", "calls fopen"),
    ("labelferry.c", "int x(void) { return system(0); }\n", "calls system"),
    ("formats/base/a.c", "int x = XML_PARSE_NOENT;\n", "XML_PARSE_NOENT"),
    ("formats/base/a.h", "struct a { size_t n; };\n", "does not compile alone"),
    ("formats/base/b.h", "int again;\n", "has the name of"),
    ("FORMATS.md", "as in /" + "work/x\n", "absolute path"),
    ("samples/big.json", " " * 70000, "over 64 KiB"),
    ("tests/lint/large-files.txt", "tests/gone.py because\n", "gone"),
]
ALLOWED = [
    ("formats/base/alloc.c", "void x(void) { free(0); }\n"),
    ("formats/base/number_a.c", "int x(void) { return strtol(0, 0, 1); }\n"),
    ("formats/base/a.c", "int x(void) { return unlink(0); }\n"),
    ("merge/a.c", "// cvat, malloc(1)\nint x(struct s *s) { s->free(s); return lf_free(0); }\n"),
    ("merge/a.c", 'const char *x = "strtol(";\n#include "formats/fiftyone/fo_dataset.h"\n'),
    ("merge/a.c", "int x(void) { return remove(0); } // lint-allow: a test of the mark\n"),
    ("convert/a.c", '#include "formats/table.h"\n#include "formats/base/b_base.h"\n#include "convert/c.h"\n'),
    ("formats/table.c", '#include "formats/cvat/cvat.h"\n#include "formats/fiftyone/private.h"\n'),
    ("samples/README.md", "b.h\n"),
]


class Lint(testenv.Case):
    def findings(self, file, text):
        tree = {name: "" for name in (
            "formats/label/b.h", "formats/base/b_base.h", "formats/format.h", "formats/table.h", "formats/cvat/cvat.h",
            "formats/fiftyone/fo_dataset.h", "formats/fiftyone/private.h", "merge/m.h", "convert/c.h", "README.md")}
        tree[file] = text
        top = self.path(str(len(os.listdir(self.dir))))
        for name, content in tree.items():
            path = os.path.join(top, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                f.write(content)
        return lint.Lint(top).run()

    def test_forbidden(self):
        for file, text, what in FORBIDDEN:
            with self.subTest(file=file, text=text[:60]):
                found = self.findings(file, text)
                self.assertEqual(len(found), 1, found)
                self.assertIn(what, found[0][2])

    def test_allowed(self):
        for file, text in ALLOWED:
            with self.subTest(file=file, text=text[:60]):
                self.assertEqual(self.findings(file, text), [])

    def test_layout(self):
        if not lint.clang_format():
            self.skipTest("clang-format 14 is not installed")
        with open(os.path.join(testenv.SOURCE, ".clang-format"), encoding="utf-8") as f:
            style = f.read()
        for text, bad in (("int  x;\n", 1), ("int x;\n", 0)):
            top = self.path("layout%d" % bad)
            os.makedirs(os.path.join(top, "merge"))
            for name, content in ((".clang-format", style), ("merge/a.c", text)):
                with open(os.path.join(top, name), "w", encoding="utf-8") as f:
                    f.write(content)
            self.assertEqual(len(lint.Lint(top).run()), bad)
