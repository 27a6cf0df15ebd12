"""Runs Python files with the real FiftyOne, one after the other as one program, then prints datasets.

usage: FIFTYONE_DATABASE_URI=mongodb://127.0.0.1:PORT \
       python fiftyone_run.py [--dump NAME]... [--forget] FILE...

Each --dump prints one line of JSON, {"name", "schema", "samples"}: every document as FiftyOne
holds it (extended JSON, volatile keys dropped). --forget deletes every dataset at the end.
"""

import argparse
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mongo_pipeline

mongo_pipeline.install()

import fiftyone as fo
from bson import json_util

VOLATILE = ("created_at", "last_modified_at", "_dataset_id", "_rand")


def dump(name):
    ds = fo.load_dataset(name)
    docs = [{k: v for k, v in d.items() if k not in VOLATILE} for d in ds._sample_collection.find({})]
    print(json.dumps({"name": name, "schema": {p: str(f) for p, f in ds.get_field_schema().items()},
                      "samples": json.loads(json_util.dumps(docs))}))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--dump", action="append", default=[])
    ap.add_argument("--forget", action="store_true")
    ap.add_argument("files", nargs="*")
    args = ap.parse_args()
    names = {"__name__": "__main__"}
    for path in args.files:
        with open(path, encoding="utf-8") as f:
            exec(compile(f.read(), path, "exec"), names)
    for name in args.dump:
        dump(name)
    if args.forget:
        for name in fo.list_datasets():
            fo.delete_dataset(name)


if __name__ == "__main__":
    main()
