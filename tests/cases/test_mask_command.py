"""labelferry mask: one mask from a tool's code to a picture and back."""

import base64
import json
import os
import random
import re
import struct

import shapes
import testenv

CODECS = ["ls-brush", "ls-bitmask", "cvat", "coco", "coco-compressed", "png", "npy"]
VECTORS = os.path.join(testenv.SOURCE, "tests", "unit", "data", "brush_vectors.json")


def picture(grid):
    """Of 0 and anything else."""
    return shapes.png([[255 if v else 0 for v in row] for row in grid])


def brush(values):
    """The code of these values, as the tool's own encoder makes it."""
    bits, at = "%032d%s" % (int(bin(len(values))[2:]), "00111" "0010001101111111"), 0
    while at < len(values):
        end = at
        while end < len(values) and values[end] == values[at]:
            end += 1
        n, value = end - at, "{:08b}".format(values[at])
        at = end
        if n == 1:
            bits += "000000" + value
            continue
        kind, size = next((k, s) for k, s, most in ((0, 3, 8), (1, 4, 16), (2, 8, 256), (3, 16, n)) if n <= most)
        while n:
            part = min(n, 1 << size)
            bits += "1{:02b}{:0{}b}".format(kind, part - 1, size) + value
            n -= part
    bits += "0" * (8 - len(bits) % 8)
    return [int(bits[i:i + 8], 2) for i in range(0, len(bits), 8)]


def random_grid(rnd):
    width, height, full = rnd.randint(1, 40), rnd.randint(1, 30), rnd.choice([0, .03, .5, .97, 1])
    return [[int(rnd.random() < full) for _ in range(width)] for _ in range(height)]


def grid_of(data):
    bits, color, grid = shapes.read_png(data)
    assert (bits, color) == (8, 0), "not a grey picture"
    return grid


class MaskCase(testenv.Case):
    def mask(self, *args, data=b"", status=0):
        """What it prints, as bytes."""
        done = testenv.run([testenv.PROGRAM, "mask", *args], cwd=self.dir, stdin=None, input=data, encoding=None,
                           errors=None)
        self.said = done.stderr.decode()
        self.assertEqual(done.returncode, status, self.said)
        return done.stdout

    def decoded(self, codec, code, width, height, *more):
        data = self.mask("decode", "--codec", codec, "--width", str(width), "--height", str(height), *more, data=code)
        return grid_of(data)

    def encoded(self, codec, grid, *more):
        return self.mask("encode", "--codec", codec, *more, data=picture(grid))

    def refused(self, code, text, *args, data=b"", status=4, where="standard input"):
        """Stops with the code and a place, and prints nothing else."""
        self.assertEqual(self.mask(*args, data=data, status=status), b"")
        self.assertRegex(self.said, r"^%s(:byte \d+)?: error: LF%d [\w-]+: .*%s" % (re.escape(where), code, text))


class Codecs(MaskCase):
    def test_R29_every_codec_there_and_back(self):
        rnd = random.Random(29)
        grids = [random_grid(rnd) for _ in range(6)] + [[[0]], [[1]], [[0] * 7] * 5, [[1] * 300] * 60]
        for grid in grids:
            want, size = grid_of(picture(grid)), (len(grid[0]), len(grid))
            for codec in CODECS:
                with self.subTest(codec=codec, size=size):
                    code = self.encoded(codec, grid)
                    self.assertEqual(self.decoded(codec, code, *size), want)
                    self.assertEqual(self.mask("decode", "--codec", codec, "--width", str(size[0]), "--height",
                                               str(size[1]), data=code), self.mask("encode", "--codec", "png",
                                                                                   data=picture(grid)))

    def test_R29_brush_is_the_tools_own_byte_for_byte(self):
        rnd = random.Random(30)
        for n in range(25):
            grid = random_grid(rnd)
            code = self.encoded("ls-brush", grid)
            self.assertEqual(json.loads(code), brush([255 * v for row in grid for v in row for _ in range(4)]))
        with open(VECTORS, encoding="utf-8") as f:
            vectors = json.load(f)["vectors"]
        for v in vectors:
            grey = base64.b64decode(v["png_base64"])
            values = {p for row in grid_of(grey) for p in row}
            if values <= {0, 255}:
                with self.subTest(v["name"]):
                    self.assertEqual(json.loads(self.mask("encode", "--codec", "ls-brush", data=grey)), v["rle"])

    def test_threshold_of_alpha(self):
        code = json.dumps(brush([v for v in (0, 1, 127, 128, 254, 255) for _ in range(4)])).encode()
        inside = [(), ("--threshold", "1"), ("--threshold", "255")]
        for more, first in zip(inside, (3, 1, 5)):
            want = [[255 * (x >= first) for x in range(6)]]
            self.assertEqual(self.decoded("ls-brush", code, 6, 1, *more), want)

    def test_the_value_of_a_result(self):
        rle = brush([255] * 4 + [0] * 4)
        value = json.dumps({"format": "rle", "rle": rle, "brushlabels": ["cat"]}).encode()
        self.assertEqual(self.decoded("ls-brush", value, 2, 1), [[255, 0]])
        url = self.encoded("ls-bitmask", [[1, 0]]).decode().strip()
        for text in (json.dumps(url), json.dumps({"imageDataURL": url}).replace("/", "\\/"), url + "\n\n"):
            self.assertEqual(self.decoded("ls-bitmask", text.encode(), 2, 1), [[255, 0]])

    def test_cvat_in_a_box_of_its_own(self):
        self.assertEqual(self.encoded("cvat", [[0, 0, 0], [0, 1, 1]]),
                         b'rle="0, 2" left="1" top="1" width="2" height="1"\n')
        element = b'<mask label="a" rle="1, 3" left="1" top="0" width="2" height="2" z_order="0">'
        self.assertEqual(self.decoded("cvat", element, 3, 2), [[0, 0, 255], [0, 255, 255]])
        self.assertEqual(self.decoded("cvat", element, 2, 1), [[0, 0]])  # what lies outside is cut off
        self.assertEqual(self.decoded("cvat", b"1, 3\n", 2, 2), [[0, 255], [255, 255]])

    def test_coco_with_its_size_or_without(self):
        self.assertEqual(json.loads(self.encoded("coco", [[0, 1], [0, 1], [0, 0]])), {"size": [3, 2], "counts": [3, 2, 1]})
        for codec, code in (("coco", b"[3, 2, 1]"), ("coco-compressed", b"321\n"), ("coco-compressed", b'"321"')):
            self.assertEqual(self.decoded(codec, code, 2, 3), [[0, 255], [0, 255], [0, 0]])
        whole = b'{"counts": "321", "size": [3, 2]}'
        self.assertEqual(grid_of(self.mask("decode", "--codec", "coco", data=whole)), [[0, 255], [0, 255], [0, 0]])

    def test_npy_of_numpy_or_of_a_dataset(self):
        head = b"{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }".ljust(117) + b"\n"
        file = b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) + head + struct.pack("<6d", 0, 1, 0, -.5, 0, 0)
        want = [[0, 0, 0], [255, 255, 0]]
        self.assertEqual(grid_of(self.mask("decode", "--codec", "npy", data=file)), want)
        stored = shapes.npy([[0, 0, 0], [1, 2, 0]])
        for text in (json.dumps(stored), json.dumps(stored["$binary"]["base64"]), stored["$binary"]["base64"]):
            self.assertEqual(grid_of(self.mask("decode", "--codec", "npy", data=text.encode())), want)
        self.refused(3071, "ends early", "decode", "--codec", "npy", data=file[:-1])
        self.refused(3071, "early", "decode", "--codec", "npy", data=file[:20])


class Refused(MaskCase):
    """R29: a size that does not fit and damage end with a place and a code, whatever the codec."""

    def test_R29_sizes(self):
        grid = [[0, 1, 1, 0], [1, 1, 0, 0]]
        for codec in CODECS:
            code = self.encoded(codec, grid)
            for width, height in ((2, 4), (4, 1), (4, 3), (1 << 30, 1)):
                args = ["decode", "--codec", codec, "--width", str(width), "--height", str(height)]
                if codec == "cvat" or (codec == "ls-brush" and width * height == 8):
                    continue  # it says no size of an image; it says the number of pixels and no more
                with self.subTest(codec=codec, width=width):
                    self.refused(3072, "", *args, data=code)
            with self.subTest(encode=codec):
                self.refused(3072, "4 x 2 pixels, not 4 x 1", "encode", "--codec", codec, "--height", "1",
                             data=picture(grid))
        huge = ["--width", "1073741824", "--height", "1073741824"]
        for codec, code in (("ls-brush", b"[255,255,255,255,57,27,255]"), ("cvat", b"1"), ("coco", b"[1]")):
            self.refused(4011, "mask-pixels", "decode", "--codec", codec, *huge, data=code, status=8)

    def test_R29_truncated_anywhere(self):
        grid = [[int((x * y) % 7 < 3) for x in range(23)] for y in range(11)]
        for codec in CODECS:
            code = self.encoded(codec, grid).rstrip(b"\n")
            for cut in sorted({0, 1, 2, len(code) // 3, len(code) // 2, len(code) - 2, len(code) - 1}):
                with self.subTest(codec=codec, cut=cut):
                    done = self.mask("decode", "--codec", codec, "--width", "23", "--height", "11", data=code[:cut],
                                     status=4)
                    self.assertEqual(done, b"")
                    self.assertRegex(self.said, r"^standard input(:byte \d+)?: error: LF30(01|71|72) ")

    def test_R29_truncated_or_oversized_list_of_bytes(self):
        rle = brush([0] * 4 + [255] * 40 + [7] * 4)
        args = ["decode", "--codec", "ls-brush", "--width", "12", "--height", "1"]
        for n in range(len(rle) - 1):
            self.refused(3071, "", *args, data=json.dumps(rle[:n]).encode())
        self.refused(3071, "byte 9 with 4 of its 48 values", *args, data=json.dumps(rle[:9]).encode())
        self.refused(3071, "entry 8 .* 0 to 255", *args, data=json.dumps(rle[:7] + [256] + rle[8:]).encode())
        self.refused(3071, "beyond", *args, data=json.dumps(rle[:8] + [255] * 30).encode())
        # What follows the last value is nothing to the tool, nor here.
        self.assertEqual(self.decoded("ls-brush", json.dumps(rle + [1] * 9).encode(), 12, 1), [[0] + [255] * 10 + [0]])
        self.refused(3001, "", *args, data=b"[0, 0,")
        self.assertIn("standard input:byte 6: ", self.said)

    def test_what_is_not_its_form(self):
        size = ["--width", "2", "--height", "1"]
        for codec, code, text in (
                ("ls-brush", b"{}", 'no "rle"'), ("ls-brush", b"7", "list"), ("ls-bitmask", b"{}", "imageDataURL"),
                ("ls-bitmask", b"data:image/jpeg;base64,AAAA", "data:image/png"), ("cvat", b'left="1"', "rle"),
                ("cvat", b'rle="0, 1" left="1"', "top"), ("cvat", b'rle="0, 1" left="-1"', "left"),
                ("cvat", b"0, 1", "add up"), ("coco", b"{}", "counts"), ("coco", b'{"counts": 7}', "neither"),
                ("coco", b'{"counts": [2], "size": [1]}', "height and width"), ("coco", b"[1, 2]", "add up"),
                ("coco-compressed", b"01", "add up"), ("png", b"no picture", "PNG"), ("npy", b"{}", "no array"),
                ("npy", b"!", "base64")):
            with self.subTest(codec=codec, code=code):
                self.refused(3071, text, "decode", "--codec", codec, *size, data=code)
        self.refused(3071, "PNG", "encode", "--codec", "coco", data=b"[2]")


class Use(MaskCase):
    def wrong(self, code, text, *args, status=2):
        self.assertEqual(self.mask(*args, status=status), b"")
        self.assertRegex(self.said, r"^error: LF%d [\w-]+: .*%s" % (code, text))

    def test_usage(self):
        self.wrong(1001, "decode or encode")
        self.wrong(1001, 'not "turn"', "turn")
        self.wrong(1001, "--codec", "decode")
        self.wrong(1003, "did you mean coco", "decode", "--codec", "cocoo")
        self.wrong(1003, "help mask", "decode", "--codec", "something")
        self.wrong(1001, "--width and --height", "decode", "--codec", "ls-brush")
        self.wrong(1003, "--width takes", "decode", "--codec", "cvat", "--width", "0")
        self.wrong(1003, "--threshold takes", "decode", "--codec", "cvat", "--threshold", "256")
        self.wrong(1001, "--threshold is for", "encode", "--codec", "cvat", "--threshold", "1")
        self.wrong(1001, "one file", "encode", "--codec", "cvat", "a", "b")

    def test_files(self):
        with open(self.path("in.png"), "wb") as f:
            f.write(picture([[1, 0]]))
        self.assertEqual(self.mask("encode", "--codec", "coco", "-o", "out.json", "in.png"), b"")
        with open(self.path("out.json"), "rb") as f:
            self.assertEqual(json.load(f), {"size": [1, 2], "counts": [0, 1, 1]})
        before = testenv.snapshot(self.dir)
        self.mask("encode", "--codec", "cvat", "-o", "out.json", "in.png", status=2)
        self.assertIn("LF1002", self.said)
        self.refused(3071, "PNG", "encode", "--codec", "cvat", "-o", "new", "out.json", where="out.json")
        self.mask("encode", "--codec", "cvat", "-o", "new", "missing.png", status=7)
        self.assertIn("missing.png: error: LF5001", self.said)
        self.assertEqual(testenv.snapshot(self.dir), before)
        self.mask("encode", "--codec", "cvat", "-o", "out.json", "--force", "in.png")
        self.assertEqual(self.mask("encode", "--codec", "cvat", "-o", "-", "in.png"),
                         testenv.snapshot(self.dir)["out.json"])

    def test_full_disk(self):
        with open("/dev/full", "wb") as full:
            done = testenv.run([testenv.PROGRAM, "mask", "encode", "--codec", "cvat"], stdin=None, stdout=full,
                               stderr=-1, capture_output=False, input=picture([[1]]), encoding=None, errors=None)
        self.assertEqual(done.returncode, 7)
        self.assertIn(b"LF5001", done.stderr)
