"""The real tools answer the lines that mask_tool answers (mask_line.h says what they are).

usage: mask_judge.py [--pairs] < LINES    in the Python of FiftyOne, or of cvat-sdk and pycocotools

With --pairs each line comes first and its answer behind it; what the tool fails at is left out.

Each library is imported by the first line that needs it.
"""

import functools
import importlib.util
import os
import sys

import numpy as np


def mask_words(image):
    """A bitmap as left top width height and the runs of the tight box, background first."""
    ys, xs = np.nonzero(image)
    if not len(ys):
        return [0, 0, 0, 0]
    left, top = int(xs.min()), int(ys.min())
    box = image[top:ys.max() + 1, left:xs.max() + 1] != 0
    flat = box.ravel()
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs = np.diff(np.concatenate([[0], edges, [flat.size]])).tolist()
    return [left, top, box.shape[1], box.shape[0]] + ([0] if flat[0] else []) + runs


def box_of(words):
    """The bitmap of a mask's box, from its words."""
    left, top, width, height = words[:4]
    inside = np.arange(len(words) - 4) % 2 == 1
    return np.repeat(inside, words[4:]).reshape(height, width)


def image_of(words, width, height):
    image = np.zeros((height, width), bool)
    if len(words) > 4:
        left, top, w, h = words[:4]
        image[top:top + h, left:left + w] = box_of(words)
    return image


# ------------------------------------------------------------------------------- codecs

@functools.cache
def cvat_masks():
    """cvat_sdk.masks; its package would import what the file does not need."""
    package = importlib.util.find_spec("cvat_sdk").submodule_search_locations[0]
    spec = importlib.util.spec_from_file_location("cvat_sdk_masks", os.path.join(package, "masks.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@functools.cache
def coco():
    from pycocotools import mask
    return mask


def write(words):
    form, width, height = words[0], int(words[1]), int(words[2])
    mask = [int(w) for w in words[3:]]
    image = image_of(mask, width, height)
    if form == "boxed":
        points = cvat_masks().encode_mask(image)
        return ", ".join("%d" % n for n in points[:-4])
    packed = coco().encode(np.asfortranarray(image.astype(np.uint8)))
    if form == "packed":
        return packed["counts"].decode()
    flat = image.ravel(order="F")
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    counts = np.diff(np.concatenate([[0], edges, [flat.size]])).tolist()
    return ", ".join(str(n) for n in ([0] if flat[0] else []) + counts)


def read(words):
    form = words[0]
    left, top, width, height = (int(w) for w in words[1:5])
    text = " ".join(words[5:])
    if form == "boxed":
        points = [float(n) for n in text.split(",")] + [left, top, left + width - 1, top + height - 1]
        return mask_words(cvat_masks().decode_mask(points, image_width=left + width, image_height=top + height))
    counts = text.encode() if form == "packed" else [int(n) for n in text.split(",")]
    rle = {"size": [height, width], "counts": counts}
    if form == "counts":
        rle = coco().frPyObjects(rle, height, width)
    return mask_words(coco().decode(rle))


# ----------------------------------------------------------------------------- FiftyOne

@functools.cache
def labels():
    import fiftyone.core.labels as fol
    return fol


def polyline(words):
    width, height = int(words[0]), int(words[1])
    numbers = [float(w) for w in words[2:]]
    rings = []
    while numbers:
        n = int(numbers[0])
        xy = numbers[1:1 + 2 * n]
        rings.append([(x / width, y / height) for x, y in zip(xy[::2], xy[1::2])])
        numbers = numbers[1 + 2 * n:]
    return width, height, labels().Polyline(points=rings, closed=True, filled=True)


def fill(words):
    width, height, shape = polyline(words)
    return mask_words(shape.to_segmentation(frame_size=(width, height)).mask)


def instance(words):
    import cv2
    width, height, shape = polyline(words)
    detection = shape.to_detection(frame_size=(width, height))
    x, y, w, h = detection.bounding_box
    left, right = round(x * width), round((x + w) * width)
    top, low = round(y * height), round((y + h) * height)
    if not detection.mask.size or left >= right or top >= low:
        raise ValueError("no pixels")
    image = np.zeros((height, width), np.uint8)
    image[top:low, left:right] = cv2.resize(detection.mask.astype(np.uint8), (right - left, low - top),
                                            interpolation=cv2.INTER_NEAREST)
    return mask_words(image)


def trace(words):
    tolerance = float(words[0])
    mask = [int(w) for w in words[1:]]
    left, top, width, height = mask[:4]
    if len(mask) == 4:
        return ""
    side = 2 * max(left + width, top + height)  # any image that holds it
    box = [left / side, top / side, width / side, height / side]
    shape = labels().Detection(mask=box_of(mask), bounding_box=box).to_polyline(tolerance=tolerance)
    return " / ".join(" ".join("%r %r" % (float(x * side), float(y * side)) for x, y in ring) for ring in shape.points)


def main():
    pairs = "--pairs" in sys.argv[1:]
    for line in sys.stdin:
        what, *words = line.split(" ")
        words[-1] = words[-1].rstrip("\n")
        try:
            answer = {"write": write, "read": read, "fill": fill, "instance": instance, "trace": trace}[what](words)
        except Exception as e:  # it is the tool that fails, and the test that says whether it may
            answer = "error: %s: %s" % (type(e).__name__, str(e).replace("\n", " "))
        answer = answer if isinstance(answer, str) else " ".join(map(str, answer))
        if not pairs or not answer.startswith("error: "):
            print(*([line.rstrip("\n")] if pairs else []), answer, sep="\n")


if __name__ == "__main__":
    main()
