"""Label Studio's own encoder and decoder of brush codes, a line in and a line out.

    encode [[0, 255, ..], ..]     the code of a grey picture, a list of bytes
    decode WIDTH HEIGHT [..]      the alpha of each pixel, rows one after the other

Needs numpy, Pillow and label-studio-sdk, of which converter/brush.py is loaded by itself: the rest of the package wants
much more, and bench/brush_peers.py times the same file.
"""

import importlib.util
import json
import os
import sys

import numpy as np


def official():
    """converter/brush.py of label-studio-sdk, without the rest of it."""
    package = importlib.util.find_spec("label_studio_sdk")
    if package is None:
        raise SystemExit("label-studio-sdk is not installed here")
    path = os.path.join(list(package.submodule_search_locations)[0], "converter", "brush.py")
    spec = importlib.util.spec_from_file_location("official_brush", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answer(brush, line):
    what, rest = line.split(" ", 1)
    if what == "encode":
        return brush.mask2rle(np.array(json.loads(rest), np.uint8))
    width, height, code = rest.split(" ", 2)
    return np.reshape(brush.decode_rle(json.loads(code)), [int(height), int(width), 4])[:, :, 3].ravel().tolist()


def main():
    brush = official()
    for line in sys.stdin:
        print(json.dumps(answer(brush, line.rstrip("\n")), separators=(",", ":")))


if __name__ == "__main__":
    main()
