"""R34: pictures that a tool finds by their addresses: as copies, links, inside the task file, or not at all."""

import base64
import glob
import json
import os
import re
import urllib.parse

import crossing
import every_kind
import shapes

NAMES = ["plain.png", "sub dir/b c.png", "100%+&=#.png", "gr\u00fcn.png", "it's.png"]


class Media(crossing.CrossingCase):
    def setUp(self):
        super().setUp()
        self.ds = every_kind.make_dataset(self.path("ds"), len(NAMES))
        docs = crossing.samples_of(self.ds)
        self.bytes = {}
        for n, (doc, name) in enumerate(zip(docs, NAMES)):
            doc["filepath"] = "data/" + name
            path = os.path.join(self.ds, doc["filepath"])
            os.makedirs(os.path.dirname(path), exist_ok=True)
            self.bytes[name] = shapes.png([[(n + x + y) % 256 for x in range(every_kind.WIDTH)]
                                           for y in range(every_kind.HEIGHT)])
            with open(path, "wb") as f:
                f.write(self.bytes[name])
        with open(os.path.join(self.ds, "samples.json"), "w", encoding="utf-8") as f:
            json.dump({"samples": docs}, f)
        self.ids = {doc["_id"]["$oid"]: name for doc, name in zip(docs, NAMES)}

    def out(self, *options, tool="labelstudio", run="r", status=0):
        self.labelferry("export", self.ds, "--run", run, "-o", self.path("out_" + run), "--to", tool, "--field", "boxes",
                        "-q", *options, status=status)
        return self.path("out_" + run)

    def urls(self, out):
        """The address of each picture, by its name."""
        tasks = []
        for path in sorted(glob.glob(os.path.join(out, "*", "tasks*.json"))):
            tasks += crossing.read_json(path)
        urls = {self.ids[t["data"]["fo_sample_id"]]: t["data"]["image"] for t in tasks}
        self.assertEqual(sorted(urls), sorted(NAMES))
        return urls

    def files(self, out):
        folder = os.path.join(out, "media", "r")
        return sorted(os.path.relpath(os.path.join(base, n), folder) for base, _, names in os.walk(folder) for n in names)

    def test_R34_every_address_is_a_file_of_the_folder(self):
        out = self.out()
        self.assertEqual(self.files(out), sorted(NAMES))
        with open(os.path.join(out, "SHA256SUMS"), encoding="utf-8") as f:
            listed = {line.split("  ", 1)[1].rstrip("\n") for line in f}
        for name, url in self.urls(out).items():
            self.assertRegex(url, r"^/data/local-files/\?d=[A-Za-z0-9_.~/%-]+$")
            path = urllib.parse.unquote(url.split("?d=", 1)[1])
            self.assertEqual(path, "r/" + name)
            with open(os.path.join(out, "media", path), "rb") as f:
                self.assertEqual(f.read(), self.bytes[name])
            self.assertIn("media/" + path, listed)

    def test_R34_a_template(self):
        out = self.out("--media-url", "https://host/x/{path}?run={run}", "--media", "none")
        self.assertFalse(os.path.exists(os.path.join(out, "media")))
        for name, url in self.urls(out).items():
            self.assertEqual(url, "https://host/x/%s?run=r" % urllib.parse.quote(name, safe="/-._~"))

    def test_links_are_the_same_files(self):
        out = self.out("--media", "link")
        for name in NAMES:
            self.assertTrue(os.path.samefile(os.path.join(out, "media", "r", name), os.path.join(self.ds, "data", name)))

    def test_embedded_ones_are_the_bytes(self):
        out = self.out("--media", "embed")
        self.assertFalse(os.path.exists(os.path.join(out, "media")))
        for name, url in self.urls(out).items():
            head, text = url.split(",", 1)
            self.assertEqual(head, "data:image/png;base64")
            self.assertEqual(base64.b64decode(text, validate=True), self.bytes[name])

    def test_a_missing_file(self):
        os.unlink(os.path.join(self.ds, "data", NAMES[1]))
        for media in ("copy", "link", "embed"):
            done = self.labelferry("export", self.ds, "--run", "r", "-o", self.path("o"), "--to", "labelstudio", "--field",
                                   "boxes", "--media", media, status=4)
            self.assertRegex(done.stderr, r"LF4005 .*b c\.png")
            self.assertFalse(os.path.exists(self.path("o")))
        out = self.out("--media", "none")
        self.assertEqual(len(self.urls(out)), len(NAMES))

    def test_each_task_has_its_own(self):
        out = self.out("--task-size", "2")
        self.assertEqual(self.files(out), sorted(NAMES))
        self.assertEqual(len(glob.glob(os.path.join(out, "*", "config.xml"))), 3)
        self.urls(out)

    def test_the_tool_that_is_sent_an_archive(self):
        done = self.labelferry("export", self.ds, "--run", "c", "-o", self.path("c"), "--to", "cvat", "--field", "boxes",
                               "--media-url", "x/{path}", "--as", "annotations", "--mask-codec", "brush",
                               "--max-archive-bytes", "1M", "--max-archive-files", "9", status=1)
        told = re.findall(r"LF4009 \S+ --(\S+) has no place in cvat", done.stderr)
        self.assertEqual(sorted(told), ["as", "mask-codec", "max-archive-bytes", "max-archive-files", "media-url"])
        for media in ("link", "embed"):
            done = self.labelferry("export", self.ds, "-o", self.path("d"), "--to", "cvat", "--field", "boxes", "--media",
                                   media, status=2)
            self.assertIn("copy or none", done.stderr)

    def test_wrong_words(self):
        for option, value in (("--media-url", "https://host/"), ("--media-url", "{path}{x}"), ("--media", "move"),
                              ("--as", "tasks"), ("--mask-codec", "png"), ("--max-archive-bytes", "0"),
                              ("--max-archive-bytes", "9999999999G"), ("--max-archive-bytes", "12X"),
                              ("--max-archive-files", "-1")):
            done = self.labelferry("export", self.ds, "-o", self.path("d"), "--to", "labelstudio", "--field", "boxes",
                                   option, value, status=2)
            self.assertIn(option, done.stderr)
            self.assertFalse(os.path.exists(self.path("d")))
