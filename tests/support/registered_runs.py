"""Does with the real FiftyOne what its users do with annotation runs, and prints what it saw.

usage: FIFTYONE_DATABASE_URI=mongodb://127.0.0.1:PORT python registered_runs.py DIR KEY OUT [METHOD]

Loads the dataset in DIR, and of the run KEY the list, the info, the view and the results; exports
the dataset to OUT; then renames the run to renamed_KEY and deletes it. One object of JSON.
"""

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mongo_pipeline

mongo_pipeline.install()

import fiftyone as fo
import fiftyone.types as fot


def main(folder, key, to, method="cvat"):
    name = "registered_%d" % os.getpid()
    ds = fo.Dataset.from_dir(dataset_dir=folder, dataset_type=fot.FiftyOneDataset, name=name, persistent=True)
    try:
        out = {"runs": ds.list_annotation_runs(), "of_method": ds.list_annotation_runs(method=method)}
        info = ds.get_annotation_info(key)
        out["config"] = type(info.config).__name__
        out["method"] = info.config.method
        out["schema"] = info.config.label_schema
        out["uid"] = getattr(info.config, "labelferry_uid", None)
        out["time"] = info.timestamp.isoformat()
        view = ds.load_annotation_view(key)
        out["view"] = sorted(view.values("id"))
        out["fields"] = sorted(ds.load_annotation_view(key, select_fields=True).get_field_schema())
        results = ds.load_annotation_results(key)
        out["results"] = type(results).__name__
        out["id_map"] = results.id_map
        out["tasks"] = ([results.task_ids, results.job_ids, results.frame_id_map, results.labels_task_map]
                        if method == "cvat" else [results.project_id, results.uploaded_tasks])
        ds.export(export_dir=to, dataset_type=fot.FiftyOneDataset, export_media=False, rel_dir=folder)
        ds.rename_annotation_run(key, "renamed_" + key)
        out["renamed"] = ds.list_annotation_runs()
        out["again"] = ds.load_annotation_results("renamed_" + key).id_map == results.id_map
        ds.delete_annotation_run("renamed_" + key)
        out["deleted"] = ds.list_annotation_runs()
        out["labels"] = ds.count("ground_truth.detections")
        print(json.dumps(out, sort_keys=True, default=str))
    finally:
        ds.delete()


if __name__ == "__main__":
    main(*sys.argv[1:])
