"""mask_speed and what others take for the same masks, one after the other in one call, least CPU time of each.

usage: mask_peers.py MASK_SPEED SAMPLES.JSON [--passes 3] [--masks 10000]

Every peer starts where mask_speed does, from the base64 text in memory, and ends at run lengths. What is not
installed is left out with a note. The text of the first peer must equal mask_speed's for every mask.
"""

import argparse
import base64
import io
import json
import subprocess
import time
import zlib

import numpy as np


def masks_of(path):
    """[(base64 text, left, top)] of each instance, in document order."""
    with open(path, encoding="utf-8") as f:
        samples = json.load(f)["samples"]
    found = []
    for sample in samples:
        w, h = (sample.get("metadata") or {}).get("width"), (sample.get("metadata") or {}).get("height")
        for field in sample.values():
            for label in field.get("detections", ()) if isinstance(field, dict) else ():
                if isinstance(label.get("mask"), dict):
                    x, y = label["bounding_box"][:2]
                    found.append((label["mask"]["$binary"]["base64"], round(x * w), round(y * h)))
    return found


def array(text):
    """fiftyone.core.utils.deserialize_numpy_array, word for word."""
    with io.BytesIO(zlib.decompress(base64.b64decode(text.encode("ascii")))) as f:
        return np.load(f)


def numpy_runs(mask):
    """Of an array of bool, tight: run lengths, background first, by numpy alone."""
    ys, xs = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    top, left = ys[0], xs[0]
    cut = mask[top:ys[-1] + 1, left:xs[-1] + 1]
    flat = np.concatenate([[False], cut.ravel()])
    edges = np.concatenate([[0], np.flatnonzero(flat[1:] != flat[:-1]), [cut.size]])
    return np.diff(edges), left, top, cut.shape


def numpy_text(text):
    runs, left, top, shape = numpy_runs(array(text).astype(bool))
    return ", ".join(map(str, runs.tolist())), left, top, shape


def by_numpy(items):
    for text, _, _ in items:
        numpy_text(text)


def by_decode(items):
    for text, _, _ in items:
        array(text)


def by_cvat_sdk():
    from cvat_sdk.masks import encode_mask

    def run(items):
        for text, _, _ in items:
            ", ".join(map(str, encode_mask(array(text).astype(bool))[:-4]))

    return run


def by_fiftyone():
    from fiftyone.utils.cvat import HasCVATBinaryMask

    def run(items):
        for text, _, _ in items:
            HasCVATBinaryMask._mask_to_cvat_rle(array(text).astype(bool))

    return run


def coco(module):
    def run(items):
        for text, _, _ in items:
            module.encode(np.asfortranarray(array(text).astype(np.uint8)))

    return run


def by_pycocotools():
    from pycocotools import mask

    return coco(mask)


def by_hotcoco():
    from hotcoco import mask

    return coco(mask)


PEERS = [
    ("numpy, decoding alone", lambda: by_decode),
    ("numpy, to CVAT's text", lambda: by_numpy),
    ("cvat-sdk encode_mask, to text", by_cvat_sdk),
    ("FiftyOne's own upload to CVAT", by_fiftyone),
    ("pycocotools, to COCO runs", by_pycocotools),
    ("hotcoco, to COCO runs", by_hotcoco),
]


def say(name, count, seconds, ours):
    print("%-32s %8d masks %9.1f us each %9.0f masks/s %7.1f x" % (
        name, count, seconds / count * 1e6, count / seconds, seconds / count / ours))


def equal_texts(program, path, items):
    lines = subprocess.run([program, path, "text"], check=True, capture_output=True, text=True).stdout.splitlines()
    for line, (text, left, top) in zip(lines, items):
        runs, x, y, shape = numpy_text(text)
        want = "%d %d %d %d: %s" % (left + x, top + y, shape[1], shape[0], runs)
        if line != want:
            raise SystemExit("not equal:\n%s\n%s" % (line, want))
    print("%d masks: the same text as numpy's" % min(len(lines), len(items)))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("program")
    ap.add_argument("samples")
    ap.add_argument("--passes", type=int, default=3)
    ap.add_argument("--masks", type=int, default=10000, help="peers take the first so many (default 10000)")
    a = ap.parse_args()
    items = masks_of(a.samples)[:a.masks]
    equal_texts(a.program, a.samples, items)
    done = subprocess.run([a.program, a.samples, str(max(a.passes, 5))], check=True, capture_output=True, text=True).stdout
    words = done.split()
    count, ours = int(words[0]), float(words[words.index("s") - 1])
    say("mask_speed", count, ours, ours / count)
    for name, make in PEERS:
        try:
            run = make()
        except ImportError as e:
            print("%-32s not installed: %s" % (name, e))
            continue
        least = None
        for _ in range(a.passes):
            begin = time.process_time()
            run(items)
            least = min(least or 1e99, time.process_time() - begin)
        say(name, len(items), least, ours / count)


if __name__ == "__main__":
    main()
