"""brush_speed and what Label Studio's own converter takes for the same masks, one after the other in one call.

usage: brush_peers.py BRUSH_SPEED [--masks 40] [--passes 3]

Needs numpy, Pillow and label-studio-sdk (its one file converter/brush.py is loaded by itself). The masks are drawn
here, the same ones each time. Their codes by its encoder must be ours, and the pixels that its decoder gives ours too.
Ours starts from the JSON text; its decoder from the list that json.loads made, which is not timed.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests", "support"))
import brush_judge  # noqa: E402

SIZES = [(640, 480), (1280, 720), (1920, 1080)]


def drawn(rnd):
    """A few ellipses, one with a hole, as a brush leaves them: uint8 of 0 and 255."""
    width, height = rnd.choice(SIZES)
    y, x = np.mgrid[0:height, 0:width]
    mask = np.zeros((height, width), np.uint8)
    for n in range(rnd.randint(1, 4)):
        cx, cy = rnd.uniform(0, width), rnd.uniform(0, height)
        a, b = rnd.uniform(5, width / 5), rnd.uniform(5, height / 5)
        far = ((x - cx) / a) ** 2 + ((y - cy) / b) ** 2
        mask[far < 1] = 255
        if n == 0:
            mask[far < .1] = 0
    return mask


def least(passes, run):
    best = None
    for _ in range(passes):
        begin = time.process_time()
        run()
        best = min(best or 1e99, time.process_time() - begin)
    return best


def check(program, path, masks, codes):
    said = subprocess.run([program, path, "text"], check=True, capture_output=True, text=True).stdout.split("\n")
    for i, (mask, code) in enumerate(zip(masks, codes)):
        if json.loads(said[2 * i + 1]) != code:
            raise SystemExit("mask %d: another code" % i)
        box, runs = said[2 * i].split(": ")
        left, top, width, height = map(int, box.split())
        flat = np.repeat(np.arange(len(runs.split(","))) % 2, [int(n) for n in runs.split(",")])
        ours = np.zeros(mask.shape, bool)
        ours[top:top + height, left:left + width] = flat.reshape(height, width)
        if not np.array_equal(ours, mask == 255):
            raise SystemExit("mask %d: other pixels" % i)
    print("%d masks: the same codes and pixels" % len(masks))


def say(what, count, pixels, seconds, ours):
    print("%-34s %10.1f us each %10.1f Mpx/s %8.1f x" % (what, seconds / count * 1e6, pixels / seconds / 1e6, seconds / ours))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("program")
    ap.add_argument("--masks", type=int, default=40)
    ap.add_argument("--passes", type=int, default=3)
    a = ap.parse_args()
    tool, rnd = brush_judge.official(), random.Random(7)
    masks = [drawn(rnd) for _ in range(a.masks)]
    encode = least(1, lambda: [tool.mask2rle(m) for m in masks])
    codes = [tool.mask2rle(m) for m in masks]
    decode = least(a.passes, lambda: [tool.decode_rle(c) for c in codes])
    for mask, code in zip(masks, codes):
        back = np.reshape(tool.decode_rle(code), [*mask.shape, 4])[:, :, 3]
        if not np.array_equal(back, mask):
            raise SystemExit("its own codes do not come back")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "codes")
        with open(path, "w") as f:
            for mask, code in zip(masks, codes):
                f.write("%d %d %s\n" % (mask.shape[1], mask.shape[0], json.dumps(code)))
        check(a.program, path, masks, codes)
        said = subprocess.run([a.program, path, "20"], check=True, capture_output=True, text=True).stdout
    ours = {line.split()[0]: float(line.split()[-3]) for line in said.splitlines()}
    pixels = sum(m.size for m in masks)
    say("decode: brush_speed, from text", len(masks), pixels, ours["decode"], ours["decode"])
    say("decode: decode_rle, from a list", len(masks), pixels, decode, ours["decode"])
    say("encode: brush_speed, to text", len(masks), pixels, ours["encode"], ours["encode"])
    say("encode: mask2rle, to a list", len(masks), pixels, encode, ours["encode"])
    print("decoding %.0f times as fast, encoding %.0f times" % (decode / ours["decode"], encode / ours["encode"]))


if __name__ == "__main__":
    main()
