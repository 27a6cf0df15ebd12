"""Arrays of pixels between pixels_tool and the real numpy, OpenCV and FiftyOne. Runs in FiftyOne's Python.

usage: pixels_peer.py PIXELS_TOOL [--count N] [--seed N] [--dataset FOLDER]

With a dataset's folder also every mask in it, inline or on disk.

Prints {"checks": N, "wrong": [first few]} as JSON.
"""

import argparse
import base64
import json
import os
import random
import subprocess
import tempfile

import cv2
import fiftyone.core.labels as fol
import fiftyone.core.utils as fou
import fiftyone.utils.image as foui
import numpy as np

DTYPES = ["|b1", "|u1", "|i1", "<u2", ">u2", "<i2", ">i2", "<u4", ">u4", "<i4", ">i4", "<u8", ">u8", "<i8", ">i8",
          "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]


class Tool:
    def __init__(self, program):
        self.run = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.run.stdin.write(" ".join(map(str, words)) + "\n")
        self.run.stdin.flush()
        return self.run.stdout.readline().rstrip("\n")


def masks(text):
    """{value: (left, top, array of bool)}"""
    found = {}
    for part in text.split(";") if text != "-" else []:
        value, left, top, w, h, runs = part.split(":")
        runs = [int(r) for r in runs.split(",")]
        assert sum(runs) == int(w) * int(h) and all(runs[1:]), part
        flat = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
        found[int(value)] = (int(left), int(top), flat.reshape(int(h), int(w)))
    return found


def text_of(value, where):
    """A mask of an array of bool at the image's size, tight."""
    ys, xs = np.nonzero(where)
    cut = where[ys.min():ys.max() + 1, xs.min():xs.max() + 1]
    flat = cut.ravel().astype(np.int8)
    edges = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff(np.concatenate([[0], edges, [flat.size]])).tolist()
    if flat[0]:
        runs.insert(0, 0)
    return "%d:%d:%d:%d:%d:%s" % (value, xs.min(), ys.min(), cut.shape[1], cut.shape[0], ",".join(map(str, runs)))


def all_text(values):
    return ";".join(text_of(v, values == v) for v in np.unique(values) if v) or "-"


def painted(found, width, height):
    out = np.zeros((height, width), np.int64)
    for value, (left, top, where) in found.items():
        out[top:top + where.shape[0], left:left + where.shape[1]][where] = value
    return out


def tight(where):
    return where.any(0)[[0, -1]].all() and where.any(1)[[0, -1]].all()


def png(array):
    ok, data = cv2.imencode(".png", array if array.ndim == 2 else array[:, :, [2, 1, 0, 3][:array.shape[2]]])
    return "png:" + base64.b64encode(data.tobytes()).decode()


def unpng(text, folder):
    """As FiftyOne reads a mask on disk."""
    path = os.path.join(folder, "mask.png")
    with open(path, "wb") as f:
        f.write(base64.b64decode(text[4:]))
    return fol._read_mask(path)


def some_array(rnd, dtype):
    h, w = rnd.choice([(1, 1), (1, 9), (7, 1), (8, 8), (rnd.randint(1, 40), rnd.randint(1, 40)), (70, 130)])
    shape = rnd.choice([(h, w)] * 4 + [(h, w, 1), (h, w, 3)])
    gen = np.random.default_rng(rnd.getrandbits(32))
    top = {"b": 2, "f": 5}.get(dtype[1], rnd.choice([2, 4, 100, 256, 256 ** int(dtype[2])]))
    top = min(top, 2 ** 31, 256 ** int(dtype[2]) // (2 if dtype[1] == "i" else 1)) if dtype[1] != "f" else top
    a = gen.integers(0, top, shape)
    if len(shape) == 3 and shape[2] == 3:
        a = np.minimum(a, 255)
    if rnd.random() < 0.8:  # in blocks, as masks are
        size = rnd.randint(2, 9)
        a = np.repeat(np.repeat(a[::size, ::size], size, 0), size, 1)[:h, :w]
    if rnd.random() < 0.5:
        a = a * (gen.random(shape[:2]).reshape(shape[:2] + (1,) * (len(shape) - 2)) < 0.5)
    a = a.astype(dtype)
    return np.asfortranarray(a) if rnd.random() < 0.3 else a


def value_of(a):
    """What fiftyone.core.labels takes for the target of each pixel."""
    if a.ndim == 3 and a.shape[2] == 1:
        a = a[:, :, 0]
    return fol._rgb_array_to_int(a.astype(np.int64)) if a.ndim == 3 else a.astype(np.int64)


def boxed(a, box, width, height):
    """The instance in its image: nearest neighbour over the pixels round(x W) .. round((x + w) W)."""
    x, y, w, h = box
    left, top = round(x * width), round(y * height)
    right, bottom = round((x + w) * width), round((y + h) * height)
    out = np.zeros((height, width), bool)
    if right <= left or bottom <= top:
        return out
    flags = a.astype(bool).reshape(a.shape[0], a.shape[1], -1).any(2).astype(np.uint8)
    flags = cv2.resize(flags, (right - left, bottom - top), interpolation=cv2.INTER_NEAREST).astype(bool)
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    if x1 > x0 and y1 > y0:
        out[y0:y1, x0:x1] = flags[y0 - top:y1 - top, x0 - left:x1 - left]
    return out


class Checks:
    def __init__(self, program):
        self.tool = Tool(program)
        self.count = 0
        self.wrong = []
        self.folder = tempfile.mkdtemp()

    def same(self, what, a, b):
        self.count += 1
        if not (np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b):
            self.wrong.append("%s: %.200s is not %.200s" % (what, a, b))

    def reads(self, rnd, what, a, text):
        width, height = rnd.randint(1, 90), rnd.randint(1, 90)
        flags = a.astype(bool).reshape(a.shape[0], a.shape[1], -1).any(2)
        whole = masks(self.tool.ask("mask", text))
        got = whole.get(0, (0, 0, np.zeros(flags.shape, bool)))[2]
        self.same(what + " as it is", got, flags)
        size = (a.shape[1] / width, a.shape[0] / height)
        box = [rnd.uniform(-0.3, 0.9), rnd.uniform(-0.3, 0.9)]
        box += size if rnd.random() < 0.4 else [rnd.uniform(0, 1.5), rnd.uniform(0, 1.5)]
        got = masks(self.tool.ask("mask", text, width, height, *map(repr, box)))
        self.same(what + " in box %r of %dx%d" % (box, width, height), painted({v + 1: m for v, m in got.items()},
                  width, height) > 0, boxed(a, box, width, height))
        for left, top, where in got.values():
            self.same(what + " tight", bool(tight(where)), True)
        values = value_of(a)
        got = self.tool.ask("classes", text, 0, 0)
        self.same(what + " classes as they are", painted(masks(got), a.shape[1], a.shape[0]), values)
        if width == 0 or values.max() >= 2 ** 31:
            return
        want = cv2.resize(values.astype(np.float64), (width, height), interpolation=cv2.INTER_NEAREST).astype(np.int64)
        got = self.tool.ask("classes", text, width, height)
        self.same(what + " classes of %dx%d" % (width, height), painted(masks(got), width, height), want)
        self.same(what + " classes as text", got, all_text(want))

    def changes(self, rnd, what, a, text, back):
        height, width = a.shape[:2]
        if rnd.random() < 0.3:
            width, height = rnd.randint(1, 90), rnd.randint(1, 90)
        old = cv2.resize(a, (width, height), interpolation=cv2.INTER_NEAREST).astype(a.dtype)
        was = value_of(old)
        now = was.copy()
        most = min(255, np.iinfo(a.dtype).max) if a.dtype.kind in "ui" else 1 if a.dtype.kind == "b" else 2000
        if rnd.random() < 0.2 and a.ndim == 2:
            most = 65535
        for _ in range(rnd.randint(0, 3)):
            x, y = rnd.randrange(width), rnd.randrange(height)
            now[y:y + rnd.randint(1, 9), x:x + rnd.randint(1, 30)] = \
                rnd.choice([0, 1, most]) if a.ndim == 2 else rnd.choice([0, 0xff0001, 0x8000])
        got = back(self.tool.ask("change", text, width, height, all_text(was), all_text(now)))
        self.same(what + " changed", value_of(got), now)
        if now.max() <= np.iinfo(a.dtype).max if a.dtype.kind in "ui" else a.dtype.kind == "f" or now.max() <= 1:
            self.same(what + " changed dtype", got.dtype.str, a.dtype.str)
        same = (was == now).reshape(was.shape + (1,) * (got.ndim - 2))
        old = old.reshape(got.shape)
        self.same(what + " the rest", got[np.broadcast_to(same, got.shape)].astype(old.dtype),
                  old[np.broadcast_to(same, old.shape)])

    def array(self, rnd, dtype):
        a = some_array(rnd, dtype)
        text = fou.serialize_numpy_array(a, ascii=True)
        what = "%s %s" % (dtype, a.shape)
        self.reads(rnd, what, a, text)
        if a.dtype.byteorder != ">" and dtype != "<f2" and dtype not in ("<u4", "<u8", "<i8", "|i1", "|b1"):
            self.changes(rnd, what, a[:, :, 0] if a.ndim == 3 and a.shape[2] == 1 else a, text,
                         lambda t: fou.deserialize_numpy_array(t, ascii=True))
        kind = self.tool.ask("kind", text).split()
        self.same(what + " kind", kind[:4], [str(a.shape[1]), str(a.shape[0]), str(a.shape[2] if a.ndim == 3 else 1),
                                             a.dtype.str])
        if a.ndim == 2 and a.any():
            self.writes(what, a, int(kind[5]))

    def writes(self, what, a, inside):
        first = a.ravel()[np.flatnonzero(a.ravel())[0]]
        self.same(what + " inside", inside, int(first))
        one = np.where(a.astype(bool), first, 0).astype(a.dtype)
        ys, xs = np.nonzero(one)
        cut = np.ascontiguousarray(one[ys.min():ys.max() + 1, xs.min():xs.max() + 1])
        made = self.tool.ask("write", a.dtype.str, 1, 0, inside, text_of(0, one.astype(bool)))
        self.same(what + " written", fou.deserialize_numpy_array(made, ascii=True), cut)
        self.same(what + " written to the byte", made, fou.serialize_numpy_array(cut, ascii=True))

    def picture(self, rnd, dtype):
        a = some_array(rnd, dtype)
        if a.ndim == 3 and a.shape[2] == 1:
            a = a[:, :, 0]
        a = np.ascontiguousarray(a)
        what = "PNG %s %s" % (dtype, a.shape)
        text = png(a)
        self.same(what + " by FiftyOne", unpng(text, self.folder), a)
        self.reads(rnd, what, a, text)
        self.changes(rnd, what, a, text, lambda t: unpng(t, self.folder))
        if a.ndim == 2 and a.any():
            kind = self.tool.ask("kind", text).split()
            made = self.tool.ask("write", ">u2" if dtype == "<u2" else "|u1", 1, 1, kind[5], text_of(0, a.astype(bool)))
            ys, xs = np.nonzero(a)
            cut = a[ys.min():ys.max() + 1, xs.min():xs.max() + 1]
            first = a.ravel()[np.flatnonzero(a.ravel())[0]]
            self.same(what + " written", unpng(made, self.folder), np.where(cut, first, 0).astype(a.dtype))


    def dataset(self, rnd, folder):
        with open(os.path.join(folder, "samples.json"), encoding="utf-8") as f:
            left = json.load(f)["samples"]
        found = 0
        while left:
            o = left.pop()
            if isinstance(o, list):
                left.extend(o)
            if not isinstance(o, dict):
                continue
            left.extend(v for k, v in o.items() if k != "mask")
            if isinstance(o.get("mask"), dict):
                text = o["mask"]["$binary"]["base64"]
                a = fou.deserialize_numpy_array(text, ascii=True)
            elif o.get("mask_path"):
                path = os.path.join(folder, o["mask_path"])
                a = fol._read_mask(path)
                with open(path, "rb") as f:
                    text = "png:" + base64.b64encode(f.read()).decode()
            else:
                continue
            found += 1
            self.reads(rnd, "mask of %s %s" % (o["_cls"], o["_id"]), a, text)
        self.same("masks of " + folder, found > 0, True)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("tool")
    ap.add_argument("--count", type=int, default=60)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--dataset")
    a = ap.parse_args()
    rnd = random.Random(a.seed)
    checks = Checks(a.tool)
    if a.dataset:
        checks.dataset(rnd, a.dataset)
    for dtype in DTYPES:
        for _ in range(a.count):
            checks.array(rnd, dtype)
    for dtype in ("|u1", "<u2"):
        for _ in range(a.count * 2):
            checks.picture(rnd, dtype)
    print(json.dumps({"checks": checks.count, "wrong": checks.wrong[:10], "wrongs": len(checks.wrong)}))


if __name__ == "__main__":
    main()
