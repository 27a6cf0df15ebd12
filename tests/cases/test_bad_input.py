"""Hostile and damaged input, row by row: the exit status, the code, and what the one line says.

Whatever the row, nothing in its folder may change: not the dataset, not the output, no temporary file.
"""

import fcntl
import io
import json
import os
import re
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
import warnings
import zipfile

import testenv

EXPORT = ["export", "ds", "--field", "ground_truth", "--run", "again", "-o", "new"]
MERGE = ["merge", "r1", "back.xml", "--dataset", "ds", "--in-place"]
INFO = ["info", "ds"]
LEFT = re.compile(r"\.lf-(new|old|part)$|^\.labelferry-part$|^commit\.json$")
ROOT = os.getuid() == 0
# No row may take more memory of its own than this; the sanitizers need more for themselves.
BOUNDED = ([] if testenv.SANITIZED else ["prlimit", "--data=%d" % (256 << 20)]) + [testenv.PROGRAM]


class Stage:
    """A folder with a dataset `ds`, its run `r1`, the exported `out` and what came back, `back.xml`."""

    made = None

    @classmethod
    def make(cls):
        cls.made = tempfile.mkdtemp(prefix="lf-bad-")
        shutil.copytree(testenv.sample("harbor"), os.path.join(cls.made, "ds"))
        cls.must([testenv.PROGRAM, "export", "ds", "--field", "ground_truth", "--run", "r1", "-o", "out"])
        far = os.path.join(testenv.SUPPORT, "far_side_cvat.py")
        cls.must([sys.executable, far, "out", "-o", "far", "--container", "xml"])
        name, = os.listdir(os.path.join(cls.made, "far"))
        os.rename(os.path.join(cls.made, "far", name), os.path.join(cls.made, "back.xml"))
        os.rmdir(os.path.join(cls.made, "far"))

    @classmethod
    def must(cls, args):
        done = testenv.run(args, cwd=cls.made)
        if done.returncode != 0:
            raise AssertionError("%s: %d\n%s" % (args, done.returncode, done.stderr))

    @classmethod
    def drop(cls):
        shutil.rmtree(cls.made, ignore_errors=True)

    def __init__(self, top):
        self.top = os.path.join(top, "stage")
        shutil.copytree(self.made, self.top, symlinks=True)

    def path(self, *parts):
        return os.path.join(self.top, *parts)

    def read(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()

    def write(self, name, content):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "wb") as f:
            f.write(content if isinstance(content, bytes) else content.encode())

    def edit(self, name, old, new, count=1):
        old, new = (t if isinstance(t, bytes) else t.encode() for t in (old, new))
        text = self.read(name)
        if old not in text:
            raise AssertionError("%r is not in %s" % (old, name))
        self.write(name, text.replace(old, new, count))

    def sample(self, number, change):
        """One document of samples.json changed; it is printed anew as FiftyOne does."""
        doc = json.loads(self.read("ds/samples.json"))
        change(doc["samples"][number])
        self.write("ds/samples.json", json.dumps(doc))

    def zip(self, members, **kw):
        """back.xml becomes a zip of (name or ZipInfo, bytes)."""
        self.write("back.xml", packed(members, **kw))


def setUpModule():
    Stage.make()


def tearDownModule():
    Stage.drop()


def packed(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, content in members:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # two members of one name are meant
                z.writestr(name, content, compress_type=method)
    return out.getvalue()


def link_member(name):
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


def patched(archive, field, value):
    """A field of the first member's two headers: (offset in local, offset in central, struct letter)."""
    local, central, letter = {"flags": (6, 8, "<H"), "method": (8, 10, "<H"), "crc": (14, 16, "<I"),
                              "packed": (18, 20, "<I"), "size": (22, 24, "<I")}[field]
    out = bytearray(archive)
    start = archive.index(b"PK\x01\x02")
    struct.pack_into(letter, out, archive.index(b"PK\x03\x04") + local, value)
    struct.pack_into(letter, out, start + central, value)
    return bytes(out)


# ---------------------------------------------------------------------------- how a row is made

def text(name, old, new, count=1):
    return lambda s: s.edit(name, old, new, count)


def file(name, content):
    return lambda s: s.write(name, content(s) if callable(content) else content)


def sample(number, change):
    return lambda s: s.sample(number, change)


def gone(name):
    return lambda s: shutil.rmtree(s.path(name)) if os.path.isdir(s.path(name)) else os.unlink(s.path(name))


def as_zip(members, **kw):
    return lambda s: s.zip(members(s) if callable(members) else members, **kw)


def zip_bytes(change):
    return lambda s: s.write("back.xml", change(packed([("annotations.xml", s.read("back.xml"))])))


def both(*makers):
    return lambda s: [m(s) for m in makers]


def setting(*keys_and_value):
    *keys, last, value = keys_and_value

    def change(doc):
        for k in keys:
            doc = doc[k]
        doc[last] = value
    return change


def without(*keys):
    def change(doc):
        for k in keys[:-1]:
            doc = doc[k]
        del doc[keys[-1]]
    return change


NOTHING = lambda s: None
DUMP = lambda inner: "<?xml version='1.0' encoding='utf-8'?>\n<annotations>\n%s\n</annotations>\n" % inner
IMAGE = lambda inner, head='id="0" name="north-01.png" width="320" height="240"': DUMP(
    "<image %s>\n%s\n</image>" % (head, inner))
RLE = '<mask label="boat" rle="%s" left="%s" top="0" width="%s" height="2"/>'
BOX = '<box label="boat" occluded="0" xtl="%s" ytl="1" xbr="30" ybr="40" z_order="0">%s</box>'
DEEP = lambda n: DUMP("<x>" * n + "</x>" * n)
LAUGHS = ('<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">' +
          "".join('<!ENTITY %s "%s">' % (b, ("&%s;" % a) * 10) for a, b in zip("abcdefgh", "bcdefghi")) +
          "]><annotations>%s</annotations>")

# name, how it is made, command, exit status, code, a part of the error line
ROWS = [
    # ---- no dataset
    ("no folder", gone("ds"), EXPORT, 7, "LF5001", "ds"),
    ("a file for a folder", both(gone("ds"), file("ds", "x")), EXPORT, 4, "LF3041", "not a folder"),
    ("no metadata", gone("ds/metadata.json"), EXPORT, 4, "LF3041", "no metadata.json"),
    ("no metadata, merge", gone("ds/metadata.json"), MERGE, 4, "LF3041", "no metadata.json"),
    ("no samples", gone("ds/samples.json"), EXPORT, 4, "LF3041", "no samples.json"),
    ("no samples, info", gone("ds/samples.json"), INFO, 4, "LF3041", "no samples.json"),
    ("a file of a sample, without _id", both(gone("ds/samples.json"), file("ds/samples/1.json", "{}")), EXPORT, 4, "LF3043", "samples/1.json"),
    ("no version", file("ds/metadata.json", '{"name": "d", "sample_fields": []}'), EXPORT, 4, "LF3042", "names no version"),
    ("before version 0.8, a type that is no text", file("ds/metadata.json", '{"name": "d", "sample_fields": {"f": {}}}'), EXPORT, 4, "LF3041", "not a text"),
    ("before version 0.8, one file a sample", both(file("ds/metadata.json", '{"name": "d", "sample_fields": {}}'), gone("ds/samples.json"), file("ds/samples/1.json", "{}")), EXPORT, 4, "LF3041", "no samples.json"),
    ("metadata is a list", file("ds/metadata.json", "[]"), EXPORT, 4, "LF3041", "metadata.json"),
    ("metadata without fields", file("ds/metadata.json", '{"version": "1.1", "name": "d"}'), EXPORT, 4, "LF3041", "sample_fields"),
    ("metadata empty", file("ds/metadata.json", ""), EXPORT, 4, "LF3001", "metadata.json"),
    ("metadata cut", file("ds/metadata.json", lambda s: s.read("ds/metadata.json")[:300]), EXPORT, 4, "LF3001", "metadata.json"),
    ("samples a list", file("ds/samples.json", "[]"), EXPORT, 4, "LF3001", "samples.json"),
    ("samples an object", file("ds/samples.json", '{"samples": {}}'), EXPORT, 4, "LF3001", "samples.json"),
    ("samples empty", file("ds/samples.json", ""), EXPORT, 4, "LF3001", "samples.json"),
    # ---- damaged JSON
    ("key twice", text("ds/samples.json", '"tags": ["north"]', '"tags": [], "tags": []'), EXPORT, 4, "LF3002", "samples.json"),
    ("key twice, merge", text("ds/samples.json", '"tags": ["north"]', '"tags": [], "tags": []'), MERGE, 4, "LF3002", "samples.json"),
    ("key twice by escape", text("ds/samples.json", '"tags": ["north"]', r'"tags": [], "\u0074ags": []'), EXPORT, 4, "LF3002", "samples.json"),
    ("key twice in metadata", text("ds/metadata.json", "{", '{"x": 1, "x": 2, '), EXPORT, 4, "LF3002", "metadata.json"),
    ("bad UTF-8", text("ds/samples.json", "north-01", b"n\xfcrth-01"), EXPORT, 4, "LF3001", "samples.json"),
    ("overlong UTF-8", text("ds/samples.json", "north-01", b"n\xc0\xafrth-01"), EXPORT, 4, "LF3001", "samples.json"),
    ("raw NUL", text("ds/samples.json", "north-01", b"north\x0001"), EXPORT, 4, "LF3001", "samples.json"),
    ("raw control character", text("ds/samples.json", "north-01", b"north\x0701"), EXPORT, 4, "LF3001", "samples.json"),
    ("lone surrogate", text("ds/samples.json", '"label": "pier"', r'"label": "\ud800"'), EXPORT, 4, "LF3001", "samples.json"),
    ("too deep", text("ds/samples.json", '"ships_seen": 2', '"ships_seen": ' + "[" * 200 + "]" * 200), EXPORT, 8, "LF3003", "samples.json"),
    ("number too large", text("ds/samples.json", '"ships_seen": 2', '"ships_seen": 1e999'), EXPORT, 8, "LF3004", "samples.json"),
    ("number too long", text("ds/samples.json", '"ships_seen": 2', '"ships_seen": 1.' + "1" * 80), EXPORT, 8, "LF3004", "samples.json"),
    ("text too long", text("ds/samples.json", "north-01", "n" * (64 << 20)), EXPORT, 8, "LF3005", "samples.json"),
    ("leading zero", text("ds/samples.json", '"ships_seen": 2', '"ships_seen": 02'), EXPORT, 4, "LF3001", "samples.json"),
    ("no digit after the point", text("ds/samples.json", '"ships_seen": 2', '"ships_seen": 2.'), EXPORT, 4, "LF3001", "samples.json"),
    ("trailing comma", text("ds/samples.json", '"tags": ["north"]', '"tags": ["north",]'), EXPORT, 4, "LF3001", "samples.json"),
    ("single quotes", text("ds/samples.json", '"north"', "'north'"), EXPORT, 4, "LF3001", "samples.json"),
    ("garbage behind", file("ds/samples.json", lambda s: s.read("ds/samples.json") + b"x"), EXPORT, 4, "LF3001", "samples.json"),
    ("a second document", file("ds/samples.json", lambda s: s.read("ds/samples.json") * 2), EXPORT, 4, "LF3001", "samples.json"),
    # ---- documents FiftyOne does not write
    ("a sample is a number", text("ds/samples.json", '{"samples": [', '{"samples": [7, '), EXPORT, 4, "LF3043", "not an object"),
    ("no _id", sample(0, without("_id")), EXPORT, 4, "LF3043", "_id"),
    ("an _id of text", sample(0, setting("_id", "x")), EXPORT, 4, "LF3043", "_id"),
    ("no filepath", sample(1, without("filepath")), EXPORT, 4, "LF3043", "65a000006861726200000010"),
    ("one id twice", sample(1, setting("_id", "$oid", "65a000006861726200000009")), EXPORT, 4, "LF3064", "65a000006861726200000009"),
    ("labels are a number", sample(0, setting("ground_truth", 7)), EXPORT, 4, "LF3043", "65a000006861726200000009"),
    ("a label is a number", sample(0, setting("ground_truth", "detections", [7])), EXPORT, 4, "LF3043", "65a000006861726200000009"),
    ("a list is a text", sample(0, setting("ground_truth", "detections", "x")), EXPORT, 4, "LF3043", "65a000006861726200000009"),
    ("a video", sample(0, setting("_media_type", "video")), EXPORT, 4, "LF4008", "65a000006861726200000009"),
    ("field unknown", NOTHING, ["export", "ds", "--field", "grund_truth", "-o", "new"], 2, "LF1008", "did you mean \"ground_truth\""),
    ("field of the sample itself", NOTHING, ["export", "ds", "--field", "filepath", "-o", "new"], 2, "LF1008", "filepath"),
    # ---- media
    ("media gone", gone("ds/data/north-01.png"), EXPORT, 4, "LF4005", "65a000006861726200000009"),
    ("media with ..", sample(0, setting("filepath", "data/../../secret.png")), EXPORT, 8, "LF3031", "65a000006861726200000009"),
    ("media absolute", sample(0, setting("filepath", "/etc/hostname")), EXPORT, 8, "LF3031", "65a000006861726200000009"),
    ("media a link", both(gone("ds/data/north-01.png"), lambda s: os.symlink("north-02.png", s.path("ds/data/north-01.png"))), EXPORT, 8, "LF3031", "65a000006861726200000009"),
    ("media behind a link", both(lambda s: os.rename(s.path("ds/data"), s.path("elsewhere")), lambda s: os.symlink("../elsewhere", s.path("ds/data"))), EXPORT, 8, "LF3031", "65a000006861726200000009"),
    ("media a fifo", both(gone("ds/data/north-01.png"), lambda s: os.mkfifo(s.path("ds/data/north-01.png"))), EXPORT, 8, "LF3031", "65a000006861726200000009"),
    ("media a folder", both(gone("ds/data/north-01.png"), lambda s: os.mkdir(s.path("ds/data/north-01.png"))), EXPORT, 8, "LF3031", "65a000006861726200000009"),
    ("media a device", sample(0, setting("filepath", "/dev/zero")), EXPORT + ["--media-root", "/dev"], 8, "LF3031", "65a000006861726200000009"),
    ("size neither told nor readable", both(sample(0, without("metadata")), file("ds/data/north-01.png", b"no picture")), EXPORT, 4, "LF4004", "65a000006861726200000009"),
    ("PNG of no width", both(sample(0, without("metadata")), file("ds/data/north-01.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 13 + b"\0\0\0\0")), EXPORT, 4, "LF4004", "65a000006861726200000009"),
    # ---- damaged XML
    ("XML empty", file("back.xml", ""), MERGE, 4, "LF3051", "back.xml"),
    ("XML cut", file("back.xml", lambda s: s.read("back.xml")[:5000]), MERGE, 4, "LF3011", "back.xml"),
    ("no XML", file("back.xml", b"\x00\x01\x02"), MERGE, 4, "LF3051", "back.xml"),
    ("another root", file("back.xml", "<a/>"), MERGE, 4, "LF3051", "back.xml"),
    ("DOCTYPE", file("back.xml", '<?xml version="1.0"?>\n<!DOCTYPE annotations>\n<annotations/>'), MERGE, 8, "LF3012", "back.xml"),
    ("external DTD", file("back.xml", '<!DOCTYPE annotations SYSTEM "http://example.com/a.dtd"><annotations/>'), MERGE, 8, "LF3012", "back.xml"),
    ("XXE", file("back.xml", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotations>&x;</annotations>'), MERGE, 8, "LF3012", "back.xml"),
    ("billion laughs in text", file("back.xml", LAUGHS % "&i;"), MERGE, 8, "LF3012", "back.xml"),
    ("billion laughs in an attribute", file("back.xml", LAUGHS % '<image name="&i;"/>'), MERGE, 8, "LF3012", "back.xml"),
    ("parameter entity", file("back.xml", '<!DOCTYPE a [<!ENTITY % p "x"> %p;]><annotations/>'), MERGE, 8, "LF3012", "back.xml"),
    ("entity not declared", file("back.xml", DUMP("&who;")), MERGE, 4, "LF3011", "back.xml:3"),
    ("33 levels", file("back.xml", DEEP(32)), MERGE, 8, "LF3013", "back.xml:3"),
    ("300 levels", file("back.xml", DEEP(300)), MERGE, 8, "LF3013", "back.xml:3"),
    ("attribute of 12 MB", file("back.xml", DUMP('<image name="%s"/>' % ("x" * 12000000))), MERGE, 8, "LF3014", "back.xml"),
    ("text of 12 MB", file("back.xml", IMAGE(BOX % (1, '<attribute name="flag">%s</attribute>' % ("x" * 12000000)))), MERGE, 8, "LF3014", "back.xml"),
    ("name of 60 kB", file("back.xml", DUMP("<%s/>" % ("x" * 60000))), MERGE, 8, "LF3014", "back.xml"),
    ("attribute twice", file("back.xml", DUMP('<image name="a" name="b"/>')), MERGE, 4, "LF3011", "back.xml:3"),
    ("ends crossed", file("back.xml", DUMP("<a><b></a></b>")), MERGE, 4, "LF3011", "back.xml:3"),
    ("junk behind the root", file("back.xml", DUMP("") + "<more/>"), MERGE, 4, "LF3011", "back.xml:5"),
    ("XML of bad UTF-8", file("back.xml", DUMP("K\xfc").encode("latin-1")), MERGE, 4, "LF3011", "back.xml:3"),
    ("&#0;", file("back.xml", DUMP("&#0;")), MERGE, 4, "LF3011", "back.xml:3"),
    ("XML with a NUL", file("back.xml", DUMP("\0")), MERGE, 4, "LF3011", "back.xml:3"),
    ("encoding unknown", file("back.xml", "<?xml version='1.0' encoding='klingon'?><annotations/>"), MERGE, 4, "LF3015", "back.xml"),
    # ---- what CVAT does not write
    ("for video", file("back.xml", DUMP('<track id="0" label="boat"></track>')), MERGE, 4, "LF3053", "back.xml:3"),
    ("image without a name", file("back.xml", DUMP('<image id="0"/>')), MERGE, 4, "LF3052", "back.xml:3"),
    ("box without a label", file("back.xml", IMAGE('<box xtl="1" ytl="1" xbr="3" ybr="4"></box>')), MERGE, 4, "LF3052", "back.xml:4"),
    ("box without a corner", file("back.xml", IMAGE('<box label="boat" xtl="1" ytl="1" xbr="3"></box>')), MERGE, 4, "LF3052", "back.xml:4"),
    ("coordinates NaN", file("back.xml", IMAGE(BOX % ("NaN", ""))), MERGE, 4, "LF3052", "back.xml:4"),
    ("coordinates infinite", file("back.xml", IMAGE(BOX % ("-inf", ""))), MERGE, 4, "LF3052", "back.xml:4"),
    ("coordinates 1e999", file("back.xml", IMAGE(BOX % ("1e999", ""))), MERGE, 4, "LF3052", "back.xml:4"),
    ("coordinates empty", file("back.xml", IMAGE(BOX % ("", ""))), MERGE, 4, "LF3052", "back.xml:4"),
    ("coordinates hexadecimal", file("back.xml", IMAGE(BOX % ("0x10", ""))), MERGE, 4, "LF3052", "back.xml:4"),
    ("points of 9 MB of semicolons", file("back.xml", IMAGE('<points label="boat" points="%s"/>' % (";" * 9000000))), MERGE, 4, "LF3052", "shape 1 (points)"),
    ("polygon without points", file("back.xml", IMAGE('<polygon label="boat"/>')), MERGE, 4, "LF3052", "shape 1 (polygon)"),
    ("point of one number", file("back.xml", IMAGE('<points label="boat" points="1,2;3"/>')), MERGE, 4, "LF3052", "back.xml:4"),
    ("point a billion and one away", file("back.xml", IMAGE('<points label="boat" points="1000000001,0"/>')), MERGE, 8, "LF4011", "coordinate"),
    ("mask without runs", file("back.xml", IMAGE('<mask label="boat" left="0" top="0" width="1" height="1"/>')), MERGE, 4, "LF3052", "shape 1 (mask)"),
    ("mask of 9 MB of commas", file("back.xml", IMAGE(RLE % ("," * 9000000, 0, 2))), MERGE, 4, "LF3071", "shape 1 (mask)"),
    ("mask of one run too many", file("back.xml", IMAGE(RLE % ("1, 3, 1", 0, 2))), MERGE, 4, "LF3071", "shape 1 (mask)"),
    ("mask of a run below 0", file("back.xml", IMAGE(RLE % ("-1, 5", 0, 2))), MERGE, 4, "LF3071", "back.xml:4"),
    ("mask of half a pixel", file("back.xml", IMAGE(RLE % ("1, 3", 0.5, 2))), MERGE, 4, "LF3052", "left"),
    ("mask of 4 billion columns", file("back.xml", IMAGE(RLE % ("8589934590", 0, 4294967295))), MERGE, 8, "LF4011", "mask-pixels"),
    ("node of two numbers too few", file("back.xml", IMAGE('<skeleton label="boat"><points label="a" points=""/></skeleton>')), MERGE, 4, "LF3052", "shape 1 (skeleton)"),
    ("size of text", file("back.xml", IMAGE("", 'id="0" name="north-01.png" width="many" height="240"')), MERGE, 4, "LF3052", "back.xml:3"),
    ("size negative", file("back.xml", IMAGE("", 'id="0" name="north-01.png" width="-320" height="240"')), MERGE, 4, "LF3052", "back.xml:3"),
    ("size differs", text("back.xml", 'width="320"', 'width="640"'), MERGE, 7, "LF2006", "back.xml"),
    ("a shape the field does not hold", file("back.xml", IMAGE('<polygon label="boat" points="1,2;3,4;5,6"></polygon>')), MERGE, 5, "LF2007", "unexpected"),
    ("no image", file("back.xml", DUMP("")), MERGE, 5, "LF2001", "r1"),
    ("images of somebody else", file("back.xml", IMAGE(BOX % (1, ""), 'id="0" name="x.png" width="3" height="2"')), MERGE, 5, "LF2001", "r1"),
    ("one image of somebody else", text("back.xml", 'name="north-01.png"', 'name="zzz.png"'), MERGE + ["--unmatched", "fail"], 5, "LF2004", "match"),
    ("attribute unknown, fail", text("back.xml", '<attribute name="flag">', '<attribute name="colour">'), MERGE + ["--unknown-attrs", "fail"], 5, "LF2003", "attribute"),
    # ---- damaged zip
    ("zip member ..", as_zip([("../../x.xml", "")]), MERGE, 8, "LF3023", "back.xml"),
    ("zip member absolute", as_zip([("/abs.xml", "")]), MERGE, 8, "LF3023", "back.xml"),
    ("zip member with a backslash", as_zip([("a\\..\\b.xml", "")]), MERGE, 8, "LF3023", "back.xml"),
    ("zip member with a drive", as_zip([("C:x.xml", "")]), MERGE, 8, "LF3023", "back.xml"),
    ("zip member with a NUL", lambda s: s.write("back.xml", packed([("aQb.xml", "")]).replace(b"aQb", b"a\0b")), MERGE, 8, "LF3023", "back.xml"),
    ("zip member with a newline", as_zip([("a\nb.xml", "")]), MERGE, 8, "LF3023", "back.xml"),
    ("zip name not UTF-8", lambda s: s.write("back.xml", packed([("aQb.xml", "")]).replace(b"aQb", b"a\xffb")), MERGE, 4, "LF3021", "back.xml"),
    ("zip name too long", as_zip([("n" * 1100 + ".xml", "")]), MERGE, 8, "LF3023", "back.xml"),
    ("zip name of 40 levels", as_zip([("d/" * 40 + "a.xml", "")]), MERGE, 8, "LF3023", "back.xml"),
    ("zip link", as_zip([(link_member("annotations.xml"), "/etc/passwd")]), MERGE, 8, "LF3023", "back.xml"),
    ("zip member twice", as_zip([("a.xml", "<a/>"), ("a.xml", "<b/>")]), MERGE, 4, "LF3022", "back.xml"),
    ("zip names differ", lambda s: s.write("back.xml", packed([("a.xml", "<a/>")]).replace(b"a.xml", b"b.xml", 1)), MERGE, 4, "LF3021", "back.xml"),
    ("zip tells a smaller size", zip_bytes(lambda z: patched(z, "size", 10)), MERGE, 4, "LF3021", "back.xml"),
    ("zip tells a larger size", zip_bytes(lambda z: patched(z, "size", 1 << 31)), MERGE, 4, "LF3021", "back.xml"),
    ("zip wrong CRC", zip_bytes(lambda z: patched(z, "crc", 7)), MERGE, 4, "LF3021", "back.xml"),
    ("zip cut", zip_bytes(lambda z: z[:len(z) // 2]), MERGE, 4, "LF3021", "back.xml"),
    ("zip without its last byte", zip_bytes(lambda z: z[:-1]), MERGE, 4, "LF3021", "back.xml"),
    ("zip byte turned", zip_bytes(lambda z: z[:400] + bytes([z[400] ^ 255]) + z[401:]), MERGE, 4, "LF3021", "back.xml"),
    ("zip empty", as_zip([]), MERGE, 4, "LF30", "back.xml"),
    ("zip encrypted", zip_bytes(lambda z: patched(z, "flags", 1)), MERGE, 4, "LF3027", "back.xml"),
    ("zip method unknown", zip_bytes(lambda z: patched(z, "method", 97)), MERGE, 4, "LF3027", "back.xml"),
    ("zip bomb", as_zip(lambda s: [("annotations.xml", DUMP("<x></x>\n" * (8 << 20)))]), MERGE, 8, "LF3024", "back.xml"),
    ("zip in a zip in a zip", as_zip(lambda s: [("a.zip", packed([("b.zip", packed([("c.xml", s.read("back.xml"))]))]))]), MERGE, 4, "LF3051", "back.xml"),
    ("zip without a dump", as_zip([("readme.txt", "hello")]), MERGE, 4, "LF3051", "back.xml"),
    # ---- where things are
    ("no such archive", gone("back.xml"), MERGE, 7, "LF5001", "back.xml"),
    ("archive a fifo", both(gone("back.xml"), lambda s: os.mkfifo(s.path("back.xml"))), MERGE, 8, "LF3031", "back.xml"),
    ("archive a device", NOTHING, ["merge", "r1", "/dev/zero", "--dataset", "ds", "--in-place"], 8, "LF3031", "/dev/zero"),
    ("output is there", file("new/mine.txt", "mine"), EXPORT, 2, "LF1002", "new"),
    ("output is a file", file("new", "mine"), EXPORT, 8, "LF5005", "new"),
    ("output is a device", NOTHING, EXPORT[:-1] + ["/dev/full"], 8, "LF5005", "/dev/full"),
    ("output is a device, forced", NOTHING, EXPORT[:-1] + ["/dev/null", "--force"], 8, "LF5005", "/dev/null"),
    ("output is a link", lambda s: os.symlink("out", s.path("new")), EXPORT, 8, "LF5005", "new"),
    ("output is a link to nothing", lambda s: os.symlink("nowhere", s.path("new")), EXPORT, 8, "LF5005", "new"),
    ("output in the dataset", NOTHING, EXPORT[:-1] + ["ds/new"], 8, "LF5005", "inside"),
    ("output in the dataset, slash", NOTHING, EXPORT[:-1] + ["ds/new/"], 8, "LF5005", "inside"),
    ("output in the dataset, slashes", NOTHING, EXPORT[:-1] + ["ds//new//"], 8, "LF5005", "inside"),
    ("output in the dataset by a link", lambda s: os.symlink("ds/data", s.path("l")), EXPORT[:-1] + ["l/new"], 8, "LF5005", "inside"),
    ("output in the dataset by ..", NOTHING, EXPORT[:-1] + ["out/../ds/new"], 8, "LF5005", "inside"),
    ("output is a folder's own dot", NOTHING, EXPORT[:-1] + ["."], 8, "LF5005", "."),
    ("output is the dataset", NOTHING, EXPORT[:-1] + ["ds", "--force"], 8, "LF5005", "ds"),
    ("output's parent is no folder", file("f", "x"), EXPORT[:-1] + ["f/new"], 7, "LF5001", "f"),
    ("not ours, forced", file("new/mine.txt", "mine"), EXPORT + ["--force"], 2, "LF1002", "new"),
    ("merged output is there", file("new/mine.txt", "mine"), MERGE[:-1] + ["-o", "new"], 2, "LF1002", "new"),
    ("merged output in the dataset", NOTHING, MERGE[:-1] + ["-o", "ds/new"], 8, "LF5005", "inside"),
    ("report where no folder is", NOTHING, MERGE + ["--report", "nowhere/r.json"], 7, "LF5001", "nowhere"),
    ("report is a folder", NOTHING, MERGE + ["--report", "ds"], 8, "LF5005", "ds"),
    ("merged output is the dataset", NOTHING, MERGE[:-1] + ["-o", "ds", "--force"], 8, "LF5005", "ds"),
    ("merged output is a device", NOTHING, MERGE[:-1] + ["-o", "/dev/null", "--force"], 8, "LF5005", "/dev/null"),
    ("report is a device", text("back.xml", 'xtl="40.00"', 'xtl="41.00"'), MERGE + ["-n", "--report", "/dev/full"], 8, "LF5005", "/dev/full"),
    ("report's folder missing", NOTHING, MERGE + ["-n", "--report", "no/report.json"], 7, "LF5001", "no"),
    # ---- the run
    ("no such run", NOTHING, ["merge", "r2", "back.xml", "--dataset", "ds", "--in-place"], 2, "LF1006", "r2"),
    ("run's name is a path", NOTHING, ["merge", "../r1", "back.xml", "--dataset", "ds", "--in-place"], 2, "LF1006", "r1"),
    ("run's name cannot be", NOTHING, ["export", "ds", "--field", "ground_truth", "--run", "1 x", "-o", "new"], 2, "LF1004", "1 x"),
    ("run is there, other", sample(0, setting("ground_truth", "detections", 0, "label", "buoy")), ["export", "ds", "--field", "ground_truth", "--run", "r1", "-o", "new"], 2, "LF1005", "r1"),
    ("run.json cut", file("ds/annotations/r1/run.json", lambda s: s.read("ds/annotations/r1/run.json")[:200]), MERGE, 4, "LF3061", "run.json"),
    ("run.json empty", file("ds/annotations/r1/run.json", ""), MERGE, 4, "LF3061", "run.json"),
    ("run.json without schema", text("ds/annotations/r1/run.json", '"schema"', '"schemes"'), MERGE, 4, "LF3061", "run.json"),
    ("run.json of a newer version", text("ds/annotations/r1/run.json", '{"labelferry": 1', '{"labelferry": 2'), MERGE, 4, "LF3062", "run.json"),
    ("run by other rules", text("ds/annotations/r1/run.json", '"rules": 2', '"rules": 99'), MERGE, 4, "LF3062", "99"),
    ("run claims items", text("ds/annotations/r1/run.json", '"items": 6', '"items": 4000000000'), MERGE, 4, "LF3061", "items.tsv"),
    ("items.tsv gone", gone("ds/annotations/r1/items.tsv"), MERGE, 7, "LF5001", "items.tsv"),
    ("items.tsv cut", file("ds/annotations/r1/items.tsv", lambda s: s.read("ds/annotations/r1/items.tsv")[:150]), MERGE, 4, "LF3061", "items.tsv"),
    ("items.tsv of letters", text("ds/annotations/r1/items.tsv", "\t320\t", "\tabc\t"), MERGE, 4, "LF3061", "items.tsv"),
    ("base.jsonl cut", both(sample(0, setting("ground_truth", "detections", 0, "label", "buoy")), file("ds/annotations/r1/base.jsonl", "{}")), MERGE, 4, "LF3061", "base.jsonl"),
    ("list of a commit damaged", file("ds/annotations/r1/commit.json", "{"), MERGE, 4, "LF3061", "commit.json"),
    ("list of a commit leads out", file("ds/annotations/r1/commit.json", '{"labelferry-commit":1,"renames":[{"from":"samples.json","to":"../x","keep":null}]}'), MERGE, 8, "LF3031", "commit.json"),
    # ---- the command line
    ("no such command", NOTHING, ["exprot", "ds"], 2, "LF1001", "export"),
    ("no such option", NOTHING, EXPORT + ["--feild", "x"], 2, "LF1001", "field"),
    ("no such option, merge", NOTHING, MERGE + ["--inplace"], 2, "LF1001", "in-place"),
    ("no such choice", NOTHING, MERGE + ["--conflict", "mine"], 2, "LF1003", "mine"),
    ("option without its value", NOTHING, ["export", "ds", "--field"], 2, "LF10", "field"),
    ("no dataset", NOTHING, ["export", "--field", "x", "-o", "new"], 2, "LF1001", "dataset"),
    ("no archive", NOTHING, ["merge", "r1", "--in-place"], 2, "LF1001", "archive"),
    ("neither in place nor out", NOTHING, ["merge", "r1", "back.xml", "--dataset", "ds"], 2, "LF1001", "--in-place"),
    ("both in place and out", NOTHING, MERGE + ["-o", "new"], 2, "LF1001", "-o"),
    ("number of letters", NOTHING, EXPORT + ["--task-size", "many"], 2, "LF1003", "task-size"),
    ("tool unknown", NOTHING, EXPORT + ["--to", "paint"], 2, "LF1003", "paint"),
    ("schema not JSON", file("s.json", "{"), EXPORT + ["--schema", "s.json"], 4, "LF3001", "s.json"),
    ("schema of a number", file("s.json", "7"), EXPORT + ["--schema", "s.json"], 2, "LF1007", "s.json"),
]


# Not by every row's way: accepted, or with something written.
# name, how it is made, command, exit status, code of a line or None
ACCEPTED = [
    ("BOM in samples", file("ds/samples.json", lambda s: b"\xef\xbb\xbf" + s.read("ds/samples.json")), EXPORT, 0, None),
    ("NaN in a dataset", text("ds/samples.json", '"confidence": 0.91', '"confidence": NaN'), EXPORT, 0, None),
    ("integers of 64 bits", text("ds/samples.json", '"ships_seen": 2', '"ships_seen": 9007199254740993'), EXPORT, 0, None),
    ("three numbers for a box", sample(0, setting("ground_truth", "detections", 0, "bounding_box", [0, 0, 1])), EXPORT, 0, None),
    ("text of 1 MB", text("ds/samples.json", '"flag": "NO"', '"flag": "%s"' % ("x" * 1000000)), EXPORT, 1, "LF4003"),
    ("no samples at all", file("ds/samples.json", '{"samples": []}'), EXPORT + ["--classes", "boat"], 0, None),
    ("Latin-1", lambda s: s.write("back.xml", s.read("back.xml").replace(b"utf-8", b"iso-8859-1", 1).decode().encode("latin-1")), MERGE, 0, None),
    ("BOM in XML", file("back.xml", lambda s: b"\xef\xbb\xbf" + s.read("back.xml")), MERGE, 0, None),
    ("zip in a zip", as_zip(lambda s: [("job.zip", packed([("annotations.xml", s.read("back.xml"))]))]), MERGE, 0, None),
    ("images beside the dump", as_zip(lambda s: [("annotations.xml", s.read("back.xml")), ("images/north-01.png", b"\x89PNG")]), MERGE, 0, None),
    ("stored zip", as_zip(lambda s: [("annotations.xml", s.read("back.xml"))], method=zipfile.ZIP_STORED), MERGE, 0, None),
    ("200000 attributes on an element", text("back.xml", "<box ", "<box " + " ".join('a%d="1"' % i for i in range(200000)) + " "), MERGE, (0, 8), None),
    ("class unknown", text("back.xml", '<box label="pier"', '<box label="jetty"'), MERGE, 1, "LF2002"),
    ("attribute unknown", text("back.xml", '<attribute name="flag">', '<attribute name="colour">'), MERGE, 1, "LF2003"),
    ("attribute of 1 MB unknown", text("back.xml", '<attribute name="flag">', '<attribute name="%s">' % ("c" * 1000000)), MERGE, 1, "LF2003"),
    ("attributes missing", lambda s: s.write("back.xml", re.sub(rb'<attribute name="(?!label_id).*?</attribute>', b"", s.read("back.xml"))), MERGE, 0, None),
    ("name of no sample", text("back.xml", 'name="north-01.png"', 'name="zzz.png"'), MERGE, 1, "LF2004"),
    ("name of 1 MB", text("back.xml", 'name="north-01.png"', 'name="%s"' % ("n" * 1000000)), MERGE, 1, "LF2004"),
    ("item twice", lambda s: s.write("back.xml", re.sub(rb"(<image .*?</image>)", rb"\1\1", s.read("back.xml"), 1, re.S)), MERGE, 1, "LF2117"),
    ("id of 1 MB", lambda s: s.write("back.xml", re.sub(rb'(<attribute name="label_id">)[0-9a-f]{24}', lambda m: m[1] + b"f" * 1000000, s.read("back.xml"), 1)), MERGE, 1, "LF2109"),
    ("id of text", lambda s: s.write("back.xml", re.sub(rb'(<attribute name="label_id">)[0-9a-f]{24}', rb"\1mine", s.read("back.xml"), 1)), MERGE, 1, "LF2109"),
    ("id of another sample", lambda s: s.write("back.xml", s.read("back.xml").replace(b"65a000006861726200000004", b"65a00000686172620000000a", 1)), MERGE, 1, "LF2108"),
    ("one id for two", lambda s: s.write("back.xml", s.read("back.xml").replace(b"65a000006861726200000005", b"65a000006861726200000004", 1)), MERGE, 1, "LF2107"),
    ("coordinates of 1e308", text("back.xml", 'xtl="40.00"', 'xtl="-1e308"'), MERGE, (0, 1, 8), None),
    ("all coordinates of 1e308", lambda s: s.write("back.xml", re.sub(rb'xtl="[^"]*" ytl="[^"]*" xbr="[^"]*" ybr="[^"]*"', b'xtl="-1.7e308" ytl="-1.7e308" xbr="1.7e308" ybr="1.7e308"', s.read("back.xml"))), MERGE, (0, 1, 4, 8), None),
    ("an image without shapes", text("back.xml", 'name="empty-04.png"', 'name="empty-04.png" note="x"'), MERGE, 0, None),
    ("newline and ESC in a name", text("back.xml", 'name="north-01.png"', 'name="a&#10;&#27;[31mb"'), MERGE, (1, 4), None),
]


class Bad(testenv.Case):
    """What all tests below ask of a command that ends badly."""

    explained = {}

    def state(self, stage):
        """Every name with its bytes, or its kind; no symbolic link or fifo is opened."""
        seen = {}
        for base, dirs, files in os.walk(stage.top):
            for name in dirs + files:
                path = os.path.join(base, name)
                st = os.lstat(path)
                kind = stat.S_IFMT(st.st_mode)
                if kind == stat.S_IFREG:
                    with open(path, "rb") as f:
                        seen[os.path.relpath(path, stage.top)] = f.read()
                else:
                    seen[os.path.relpath(path, stage.top)] = kind
        return seen

    def is_explained(self, code):
        if code not in self.explained:
            done = testenv.run([testenv.PROGRAM, "help", code])
            self.explained[code] = done.returncode == 0 and done.stdout.startswith(code)
        self.assertTrue(self.explained[code], "labelferry help %s" % code)

    def one_error(self, done, status, code, part):
        errors = [line for line in done.stderr.split("\n") if "error:" in line]
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(len(errors), 1, done.stderr)
        found = re.search(r"error: (LF\d{4}) ", errors[0])
        self.assertTrue(found, errors[0])
        self.assertTrue(found[1].startswith(code), errors[0])
        self.assertIn(part, errors[0])
        self.assertTrue(errors[0].isprintable(), ascii(errors[0]))
        self.is_explained(found[1])

    def nothing_left(self, stage):
        left = [os.path.join(b, n) for b, ds, fs in os.walk(stage.top) for n in ds + fs if LEFT.search(n)]
        self.assertEqual(left, [])

    def refused(self, stage, command, status, code, part, **kw):
        before = self.state(stage)
        done = testenv.run(BOUNDED + command, **{"cwd": stage.top, "timeout": 60, **kw})
        self.one_error(done, status, code, part)
        self.assertEqual(done.stdout, "")
        after = self.state(stage)
        self.assertEqual(sorted(after), sorted(before))
        self.assertEqual([n for n in before if before[n] != after[n]], [])


class Refused(Bad):
    """ROWS: refused, and not a byte anywhere is another."""


def add_rows():
    def of(row):
        def test(self):
            _, make, command, status, code, part = row
            stage = Stage(self.dir)
            make(stage)
            self.refused(stage, command, status, code, part)
        return test
    for row in ROWS:
        name = "test_" + re.sub(r"\W+", "_", row[0]).strip("_").lower()
        if hasattr(Refused, name):
            raise AssertionError("two rows are called %s" % row[0])
        setattr(Refused, name, of(row))


add_rows()


class Accepted(Bad):
    """ACCEPTED: done, with the finding; samples.json stays JSON and labelferry info reads it."""

    def test_rows(self):
        for name, make, command, status, code in ACCEPTED:
            with self.subTest(name), tempfile.TemporaryDirectory(dir=self.dir) as top:
                stage = Stage(top)
                make(stage)
                before = stage.read("ds/samples.json")
                done = testenv.run(BOUNDED + command, cwd=stage.top, timeout=60)
                self.assertIn(done.returncode, status if isinstance(status, tuple) else (status,), done.stderr)
                if code:
                    self.assertIn(code, done.stderr)
                    self.is_explained(code)
                self.assertLess(max(map(len, done.stderr.split("\n"))), 4096)
                self.assertNotIn("\x1b", done.stderr)
                if done.returncode > 1 or command is EXPORT:
                    self.assertEqual(stage.read("ds/samples.json"), before)
                else:
                    json.loads(stage.read("ds/samples.json"))
                self.assertEqual(testenv.run([testenv.PROGRAM] + INFO, cwd=stage.top).returncode, 0)
                self.nothing_left(stage)



class Damaged(Bad):
    """Files cut and bits turned at many places: refused by status 4 or 8, or harmless."""

    def cuts(self, name, command, codes, places=150):
        stage = Stage(self.dir)
        whole = stage.read(name)
        before = self.state(stage)
        for i in range(places):
            at = i if i < 20 else len(whole) * i // places
            stage.write(name, whole[:at])
            with self.subTest("%s cut at %d" % (name, at)):
                done = testenv.run([testenv.PROGRAM] + command, cwd=stage.top)
                found = re.findall(r"error: (LF\d{4}) ", done.stderr)
                self.assertEqual((done.returncode, len(found)), (4, 1), done.stderr)
                self.assertIn(found[0], codes)
        stage.write(name, whole)
        self.assertEqual(self.state(stage), before)

    def test_samples_cut(self):
        self.cuts("ds/samples.json", EXPORT, ["LF3001"])

    def test_samples_cut_at_merge(self):
        self.cuts("ds/samples.json", MERGE, ["LF3001"], 60)

    def test_metadata_cut(self):
        self.cuts("ds/metadata.json", INFO, ["LF3001"], 60)

    def test_xml_cut(self):
        # LF3052: an element that is cut is seen without its last attributes first.
        self.cuts("back.xml", MERGE, ["LF3011", "LF3051", "LF3052"])

    def test_zip_cut(self):
        stage = Stage(self.path("z"))
        whole = packed([("annotations.xml", stage.read("back.xml"))])
        Stage.write(stage, "back.xml", whole)
        before = self.state(stage)
        for at in range(1, len(whole), max(1, len(whole) // 150)):
            stage.write("back.xml", whole[:at])
            with self.subTest("zip cut at %d" % at):
                done = testenv.run([testenv.PROGRAM] + MERGE, cwd=stage.top)
                self.one_error(done, 4, "LF30", "back.xml")
        stage.write("back.xml", whole)
        self.assertEqual(self.state(stage), before)

    def turned(self, name, command, places):
        """A byte turned may leave a file that is whole and says something else: then nobody complains."""
        whole = Stage(self.path("first")).read(name)
        stage = Stage(self.dir)
        clean = self.state(stage)
        for i in range(places):
            at = len(whole) * i // places
            for flip in (0x01, 0x80, 0xFF):
                stage.write(name, whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1:])
                with self.subTest("%s: byte %d ^ %#x" % (name, at, flip)):
                    done = testenv.run([testenv.PROGRAM] + command, cwd=stage.top)
                    self.assertIn(done.returncode, (0, 1, 2, 4, 5, 7, 8), done.stderr)
                    self.assertEqual(len(re.findall("error: LF", done.stderr)), int(done.returncode > 1), done.stderr)
                    self.nothing_left(stage)
                    stage.write(name, whole)
                    if done.returncode > 1:
                        now = self.state(stage)
                        self.assertEqual([n for n in {*now, *clean} if now.get(n) != clean.get(n)], [])
                    else:
                        self.assertEqual(testenv.run([testenv.PROGRAM] + INFO, cwd=stage.top).returncode, 0)
                        shutil.rmtree(stage.top)
                        stage = Stage(self.dir)

    def test_xml_turned(self):
        self.turned("back.xml", MERGE, 70)

    def test_run_json_turned(self):
        self.turned("ds/annotations/r1/run.json", MERGE, 70)

    def test_items_turned(self):
        self.turned("ds/annotations/r1/items.tsv", MERGE, 40)

    def test_samples_turned(self):
        self.turned("ds/samples.json", EXPORT + ["-n"], 70)


class Places(Bad):
    """Permissions, devices, locks and the three standard files."""

    def edited(self, stage):
        stage.edit("back.xml", 'xtl="40.00"', 'xtl="41.00"')

    def test_two_samples_of_one_name(self):
        stage = Stage(self.dir)
        shutil.rmtree(stage.path("ds/annotations"))
        stage.sample(0, setting("filepath", "data/a/x.png"))
        stage.sample(1, setting("filepath", "data/b/x.png"))
        done = testenv.run([testenv.PROGRAM, "export", "ds", "--field", "ground_truth", "--run", "r1", "--media", "none",
                            "-o", "new"], cwd=stage.top)
        self.assertEqual(done.returncode, 0, done.stderr)
        stage.edit("back.xml", 'name="north-01.png"', 'name="x.png"')
        before = stage.read("ds/samples.json")
        done = testenv.run([testenv.PROGRAM] + MERGE, cwd=stage.top)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("LF2005", done.stderr)
        self.is_explained("LF2005")
        self.assertEqual(stage.read("ds/samples.json"), before)
        self.nothing_left(stage)

    def as_nobody(self, stage, command, status, code, part):
        """By a user who is nobody here: root may do everything."""
        program = os.path.join(self.dir, "program")
        shutil.copy(testenv.PROGRAM, program)
        os.chmod(program, 0o755)
        os.chmod(self.dir, 0o755)
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if ROOT else []
        before = self.state(stage)
        done = testenv.run(nobody + [program] + command, cwd=stage.top)
        self.one_error(done, status, code, part)
        self.assertEqual(self.state(stage), before)

    def readable(self, stage, dirs=0o555, files=0o444):
        for base, _, names in os.walk(stage.top, topdown=False):
            for n in names:
                os.chmod(os.path.join(base, n), files)
            os.chmod(base, dirs)

    def writable(self, stage):
        os.chmod(stage.top, 0o755)
        for base, dirs, _ in os.walk(stage.top):
            for n in dirs:
                os.chmod(os.path.join(base, n), 0o755)

    def test_no_permission_to_write(self):
        stage = Stage(self.dir)
        self.edited(stage)
        self.readable(stage)
        self.addCleanup(self.writable, stage)
        self.as_nobody(stage, EXPORT, 7, "LF5001", "ds/annotations")
        self.as_nobody(stage, EXPORT + ["--runs-dir", "out"], 7, "LF5001", "out")
        self.as_nobody(stage, MERGE, 7, "LF5001", "ermission")
        self.as_nobody(stage, MERGE[:-1] + ["-o", "new"], 7, "LF5001", "new")

    def test_no_permission_to_read(self):
        for name, command in (("ds/samples.json", EXPORT), ("ds/metadata.json", INFO), ("ds/samples.json", MERGE),
                              ("ds/annotations/r1/run.json", MERGE), ("back.xml", MERGE),
                              ("ds/data/north-01.png", EXPORT)):
            with self.subTest(name), tempfile.TemporaryDirectory(dir=self.dir) as top:
                os.chmod(top, 0o755)
                stage = Stage(top)
                self.readable(stage, 0o777, 0o666)
                os.chmod(stage.path(name), 0)
                self.as_nobody(stage, command, 7, "LF5001", os.path.basename(name))
                self.writable(stage)

    def test_devices_stay_devices(self):
        for device in ("/dev/null", "/dev/full", "/dev/zero"):
            self.assertTrue(stat.S_ISCHR(os.stat(device).st_mode), device)

    def test_locked(self):
        stage = Stage(self.dir)
        self.edited(stage)
        fd = os.open(stage.path("ds"), os.O_RDONLY)
        fcntl.flock(fd, fcntl.LOCK_EX)
        try:
            self.refused(stage, MERGE, 9, "LF5003", "ds")
            self.refused(stage, EXPORT, 9, "LF5003", "ds")
            # A list that its writer is still at work on is nobody else's to finish.
            stage.write("ds/annotations/r1/commit.json", '{"labelferry-commit":1,"renames":[]}')
            self.refused(stage, MERGE[:-1] + ["-o", "new"], 9, "LF5003", "ds")
        finally:
            os.close(fd)
        done = testenv.run([testenv.PROGRAM] + MERGE, cwd=stage.top)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.nothing_left(stage)

    def test_eight_at_once(self):
        stage = Stage(self.dir)
        self.edited(stage)
        alone = Stage(self.path("alone"))
        self.edited(alone)
        self.assertEqual(testenv.run([testenv.PROGRAM] + MERGE, cwd=alone.top).returncode, 0)
        merges = [subprocess.Popen([testenv.PROGRAM] + MERGE, cwd=stage.top, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(8)]
        statuses = [m.wait(testenv.SECONDS) for m in merges]
        self.assertIn(0, statuses)
        self.assertLessEqual(set(statuses), {0, 9})
        self.assertEqual(self.state(stage), self.state(alone))

    def test_standard_input_closed(self):
        stage = Stage(self.dir)
        self.edited(stage)
        for command in (INFO, EXPORT, MERGE):
            done = testenv.run(["sh", "-c", 'exec "$0" "$@" <&-', testenv.PROGRAM] + command, cwd=stage.top)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_all_standard_files_closed(self):
        """What is opened then must not be taken for standard error."""
        stage, other = Stage(self.dir), Stage(self.path("other"))
        for s, closed in ((stage, "<&- >&- 2>&-"), (other, "")):
            self.edited(s)
            for command in (EXPORT, MERGE + ["-v", "--json"]):
                done = testenv.run(["sh", "-c", 'exec "$0" "$@" ' + closed, testenv.PROGRAM] + command, cwd=s.top)
                self.assertIn(done.returncode, (0, 7) if closed else (0,), done.stderr)
        self.assertEqual(self.state(stage), self.state(other))

    def test_standard_output_full(self):
        stage = Stage(self.dir)
        for command in (INFO, INFO + ["--json"], ["limits"], ["version"], ["help"], ["help", "merge"], ["help", "LF2107"],
                        ["merge", "--help"], MERGE + ["-n", "--json"], EXPORT + ["-n", "--json"]):
            with self.subTest(" ".join(command)), open("/dev/full", "w") as full:
                done = subprocess.run([testenv.PROGRAM] + command, cwd=stage.top, stdin=subprocess.DEVNULL, stdout=full,
                                      stderr=subprocess.PIPE, encoding="utf-8", timeout=60)
                self.one_error(done, 7, "LF5001", "standard output")

    def test_an_empty_place_is_no_output(self):
        """An empty folder holds nothing of anybody's, so it may become the output."""
        stage = Stage(self.dir)
        os.mkdir(stage.path("new"))
        done = testenv.run([testenv.PROGRAM] + EXPORT, cwd=stage.top)
        self.assertIn(done.returncode, (0, 2), done.stderr)
        self.nothing_left(stage)

    def test_the_same_again_is_no_error(self):
        stage = Stage(self.dir)
        for _ in range(2):
            self.assertEqual(testenv.run([testenv.PROGRAM] + EXPORT, cwd=stage.top).returncode, 0)
        self.nothing_left(stage)


class Network(Bad):
    """No socket, by the program's own symbols and by what the kernel sees of a whole crossing."""

    CALLS = ("socket", "connect", "bind", "listen", "accept", "getaddrinfo", "gethostbyname", "sendto", "recvfrom", "curl_")

    def test_symbols(self):
        if testenv.SANITIZED:
            return  # the sanitizers' own runtime speaks to symbolizers
        done = testenv.run(["nm", "-D", "--undefined-only", testenv.PROGRAM])
        self.assertEqual(done.returncode, 0, done.stderr)
        names = [line.split()[-1].split("@")[0] for line in done.stdout.splitlines()]
        self.assertIn("openat", " ".join(names))
        self.assertEqual([n for n in names if n.startswith(self.CALLS)], [])

    def test_calls_of_a_crossing(self):
        stage = Stage(self.dir)
        stage.edit("back.xml", 'xtl="40.00"', 'xtl="41.00"')
        for command in (EXPORT, INFO, MERGE, MERGE[:-1] + ["-o", "merged"]):
            log = self.path("log")
            done = testenv.run(["strace", "-f", "-qq", "-e", "trace=network", "-o", log, testenv.PROGRAM] + command,
                               cwd=stage.top, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(log) as f:
                self.assertEqual(f.read(), "")
