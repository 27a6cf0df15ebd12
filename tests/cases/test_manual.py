"""W03: the example workflows of FiftyOne's manual of its CVAT backend, run end to end under their names.

A folder tests/cases/manual/NAME holds commands (NAME.sh), what they print (NAME.txt) and what they read (NAME.edits.json
as edits.json). They run where `quickstart` is a dataset, `before` a copy of it, `view` a view of its first sample, and
where `cvat` is the far side: it imports a folder, makes the edits of a file and dumps it; `blur` writes blurred images
of a dataset. LF_WRITE_EXPECTED=1 writes what they print anew.
"""

import os
import shlex
import shutil
import sys

import shapes
import testenv
from shapes import box, document

CASES = os.path.join(testenv.SOURCE, "tests", "cases", "manual")


def quickstart(folder, count=3):
    """People, dogs and cats, with FiftyOne's attribute iscrowd and what a run does not touch."""
    docs, files = [], {}
    for n in range(1, count + 1):
        name = "data/%06d.png" % n
        files[name] = shapes.png([[(40 * n + 3 * x + 5 * y) % 256 for x in range(shapes.WIDTH)] for y in range(shapes.HEIGHT)])
        boxes = [box(10 * n, "dog" if n == 3 else "person", (0.125, 0.25, 0.25, 0.5), iscrowd=0),
                 box(10 * n + 1, "cat" if n == 2 else "dog", (0.5, 0.125, 0.25, 0.25), iscrowd=0)]
        predictions = [box(10 * n + 2, "person", (0.120000001, 0.26, 0.25, 0.49), confidence=0.9)]
        doc = document(n, ground_truth={"_cls": "Detections", "detections": boxes},
                       predictions={"_cls": "Detections", "detections": predictions}, uniqueness=0.5 + n / 7)
        docs.append(dict(doc, filepath=name))
    shapes.write_dataset(folder, {"ground_truth": "Detections", "predictions": "Detections", "uniqueness": "FloatField"},
                         docs, files, name="quickstart")


class Manual(testenv.Case):
    def settle(self, case):
        """The folder that the commands run in."""
        for name in os.listdir(self.dir):
            path = self.path(name)
            shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
        quickstart(self.path("quickstart"))
        shutil.copytree(self.path("quickstart"), self.path("before"))
        quickstart(self.path("view"), 1)
        for name in os.listdir(os.path.join(CASES, case)):
            if name.endswith(".json"):
                shutil.copy(os.path.join(CASES, case, name), self.path(name[len(case) + 1:]))
        os.mkdir(self.path(".bin"))
        tools = {name: "%s %s" % (shlex.quote(sys.executable), shlex.quote(os.path.join(testenv.SUPPORT, script)))
                 for name, script in (("cvat", "far_side_cvat.py"), ("blur", "blur_media.py"))}
        for name, command in {"labelferry": shlex.quote(testenv.PROGRAM), **tools}.items():
            with open(self.path(".bin", name), "w", encoding="utf-8") as f:
                f.write('#!/bin/sh\nexec %s "$@"\n' % command)
            os.chmod(self.path(".bin", name), 0o755)

    def session(self, script):
        """Each command, what it says and, where it is not 0, its exit status."""
        env = dict(os.environ, PATH=self.path(".bin") + os.pathsep + os.environ["PATH"])
        out = []
        for line in script.splitlines():
            out.append(line if line.startswith("#") else "$ " + line)
            if not line.startswith("#"):
                done = testenv.run(["sh", "-c", line + " 2>&1"], cwd=self.dir, env=env)
                out += done.stdout.splitlines() + ["[exit %d]" % done.returncode] * (done.returncode != 0)
        return "\n".join(out) + "\n"

    def play(self, case):
        self.settle(case)
        with open(os.path.join(CASES, case, case + ".sh"), encoding="utf-8") as f:
            said = self.session(f.read())
        expected = os.path.join(CASES, case, case + ".txt")
        if os.environ.get("LF_WRITE_EXPECTED") == "1":
            with open(expected, "w", encoding="utf-8") as f:
                f.write(said)
        with open(expected, encoding="utf-8") as f:
            self.assertEqual(said, f.read())


def add_cases():
    for name in sorted(os.listdir(CASES)):
        setattr(Manual, "test_W03_" + name, lambda self, name=name: self.play(name))


add_cases()

if __name__ == "__main__":
    testenv.unittest.main()
