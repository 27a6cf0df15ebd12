#!/usr/bin/env python3
"""What FiftyOne's manual does before it sends blurred images: blur_media.py DATASET FOLDER writes a blurred copy of each
sample's PNG into FOLDER and stores its path in the sample's field alt_filepath."""

import json
import os
import sys

import shapes


def blurred(grid, reach=2):
    """The mean of what is near each pixel."""
    high, wide = len(grid), len(grid[0])

    def mean(x, y):
        near = [grid[j][i] for j in range(max(0, y - reach), min(high, y + reach + 1))
                for i in range(max(0, x - reach), min(wide, x + reach + 1))]
        return sum(near) // len(near)
    return [[mean(x, y) for x in range(wide)] for y in range(high)]


def main(dataset, folder):
    names = [os.path.join(dataset, n) for n in ("metadata.json", "samples.json")]
    meta, samples = [json.load(open(n, encoding="utf-8")) for n in names]
    os.makedirs(folder, exist_ok=True)
    meta["sample_fields"].append(shapes.declared("alt_filepath", "StringField"))
    for doc in samples["samples"]:
        path = os.path.join(os.path.realpath(folder), os.path.basename(doc["filepath"]))
        with open(os.path.join(dataset, doc["filepath"]), "rb") as f:
            grid = shapes.read_png(f.read())[2]
        with open(path, "wb") as f:
            f.write(shapes.png(blurred(grid)))
        doc["alt_filepath"] = path
    for name, value in zip(names, (meta, samples)):
        with open(name, "w", encoding="utf-8") as f:
            json.dump(value, f)


if __name__ == "__main__":
    main(*sys.argv[1:])
