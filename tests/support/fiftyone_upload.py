"""fiftyone_upload.py - what FiftyOne's upload to CVAT does to a dataset on disk: it stands for
fiftyone.utils.cvat of 1.22.1, image tasks, by what that module does.

record(dataset, key, schema, ...)  writes the run into metadata.json and annotations/KEY.json
tasks(dataset, key)                the tasks as the server holds them after the upload, by number
dump(dataset, key, folder, ...)    what people get from CVAT of them: paths of the archives
"""

import json
import os

import far_side_cvat as cvat

LISTS = {"Detections": "detections", "Classifications": "classifications", "Polylines": "polylines",
         "Keypoints": "keypoints"}


def read(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def documents(dataset):
    folder = os.path.join(dataset, "samples")
    if os.path.isdir(folder):
        return [read(os.path.join(folder, n)) for n in sorted(os.listdir(folder))]
    return read(os.path.join(dataset, "samples.json"))["samples"]


def text_of(v):
    return "" if v is None else "true" if v is True else "false" if v is False else str(v)


def value_of(label, name):
    """the value and whether it stood in the old dict"""
    if label.get(name) is not None:
        return label[name], False
    old = (label.get("attributes") or {}).get(name)
    return (old.get("value") if old else None), old is not None


def cvat_schema(schema, occluded_attr, group_attr):
    """label -> attributes, and per field: class -> label, and the names of the flags"""
    fields_of, labels, names, flags = {}, {}, {}, {}
    for field, info in schema.items():
        for c in info["classes"] or [field]:
            for n in [c] if isinstance(c, str) else c["classes"]:
                fields_of.setdefault(n, set()).add(field)

    def spec(attrs, field):
        out = {}
        for n, a in (attrs or {}).items():
            kind = a.get("type")
            if kind == "occluded" or n == occluded_attr:
                flags[field, "occluded"] = n
            elif kind == "group_id" or n == group_attr:
                flags[field, "group_id"] = n
            else:
                out[n] = {"name": n, "input_type": kind, "mutable": a.get("mutable", True),
                          "values": [text_of(v) for v in a.get("values", [])],
                          "default_value": text_of(a.get("default"))}
        return out

    for field, info in schema.items():
        common = spec(info["attributes"], field)
        for option, name in ((occluded_attr, "occluded"), (group_attr, "group_id")):
            if option:
                flags.setdefault((field, name), option)
        if info.get("existing_field") and info["type"] != "scalar":
            common["label_id"] = {"name": "label_id", "input_type": "text", "mutable": True, "values": [],
                                  "default_value": ""}
        if not info["classes"] and not common:
            common["value"] = {"name": "value", "input_type": "text", "mutable": True, "values": [], "default_value": ""}
        for c in info["classes"] or [field]:
            own = {} if isinstance(c, str) else spec(c["attributes"], field)
            for n in [c] if isinstance(c, str) else c["classes"]:
                label = "%s_%s" % (n, field) if len(fields_of[n]) > 1 else n
                names[field, n] = label
                labels[label] = {**{k: dict(a) for k, a in common.items()}, **{k: dict(a) for k, a in own.items()}}
    return labels, names, flags


def number_of(v, side):
    return float(round(v * side))


class Upload:
    """One field's labels, as shapes and tags of frames."""

    def __init__(self, labels, names, flags):
        self.labels, self.names, self.flags = labels, names, flags
        self.shapes, self.tags, self.legacy = [], [], set()

    def parse(self, l, field):
        name = l.get("label")
        label = name if name in self.labels else self.names.get((field, name))
        if label is None:
            return None
        attrs = [["label_id", l["_id"]["$oid"]]]
        for n in self.labels[label]:
            v, old = value_of(l, n)
            if v is not None and n != "label_id":
                attrs.append([n, text_of(v)])
                if old:
                    self.legacy.add(n)
        occluded = value_of(l, self.flags.get((field, "occluded"), ""))[0]
        group = value_of(l, self.flags.get((field, "group_id"), ""))[0]
        return {"label": label, "attributes": attrs, "occluded": bool(occluded), "group": group or 0}

    def put(self, frame, kind, points, p, **more):
        self.shapes.append({"type": kind, "frame": frame, "label": p["label"], "points": points, "z_order": 0,
                            "occluded": p["occluded"], "outside": False, "rotation": 0.0, "group": p["group"],
                            "source": "manual", "attributes": [list(a) for a in p["attributes"]], "elements": [],
                            **more})

    def label(self, l, field, kind, frame, w, h):
        p = self.parse(l, field)
        if p is None:
            return False
        if kind.startswith("classification"):
            self.tags.append({"frame": frame, "label": p["label"], "group": p["group"], "source": "manual",
                              "attributes": p["attributes"]})
        elif kind.startswith("detection"):
            x, y, bw, bh = l["bounding_box"]
            turn = value_of(l, "rotation")[0]
            self.put(frame, "rectangle", [number_of(x, w), number_of(y, h), number_of(x + bw, w), number_of(y + bh, h)],
                     p, rotation=float(turn) if isinstance(turn, (int, float)) else 0.0)
        elif kind.startswith("poly"):
            rings = [r for r in l["points"] if not (l.get("filled") and len(r) < 3)]
            for r in rings:
                self.put(frame, "polygon" if l.get("filled") else "polyline",
                         [v for x, y in r for v in (number_of(x, w), number_of(y, h))], p)
            return bool(rings)
        elif kind.startswith("keypoint"):
            self.put(frame, "points", [v for x, y in l["points"] for v in (number_of(x, w), number_of(y, h))], p)
        return True


def field_ids(up, value, field, info, frame, w, h):
    """what the id map says of one sample"""
    kind = info["type"]
    if kind == "scalar":
        text = text_of(value)
        if not info["classes"]:
            label = field
            attrs = [[next(iter(up.labels[field])), text]]
        else:
            label, attrs = text, []
        if label not in up.labels:
            return False
        up.tags.append({"frame": frame, "label": label, "group": 0, "source": "manual", "attributes": attrs})
        return True
    labels = value[LISTS[value["_cls"]]] if value["_cls"] in LISTS else [value]
    ids = [l["_id"]["$oid"] for l in labels if up.label(l, field, kind, frame, w, h)]
    return ids if value["_cls"] in LISTS else (ids[0] if ids else None)


def unique(paths):
    seen, out = {}, []
    for p in paths:
        n = os.path.basename(p)
        seen[n] = seen.get(n, 0) + 1
        stem, end = os.path.splitext(n)
        out.append(n if seen[n] == 1 else "%s-%d%s" % (stem, seen[n], end))
    return out


def size_of(dataset, doc):
    m = doc.get("metadata") or {}
    if m.get("width"):
        return m["width"], m["height"]
    with open(os.path.join(dataset, doc["filepath"]), "rb") as f:
        return cvat.image_size(f.read(1 << 16))


def upload(dataset, schema, batches, occluded_attr=None, group_attr=None, alone=False):
    """(tasks by number, results): `batches` of documents; `alone`: a task a field, as old versions did"""
    tasks, results = {}, {"id_map": {f: {} for f in schema}, "frame_id_map": {}, "labels_task_map": {f: [] for f in schema},
                          "job_ids": {}, "task_ids": []}
    groups = [[f] for f in schema] if alone else [list(schema)]
    for group in groups:
        part = {f: schema[f] for f in group}
        for docs in batches:
            number = 3 + len(tasks)
            up = Upload(*cvat_schema(part, occluded_attr, group_attr))
            sizes = [size_of(dataset, d) for d in docs]
            for field, info in part.items():
                for frame, doc in enumerate(docs):
                    if info.get("existing_field") and doc.get(field) is not None:
                        ids = field_ids(up, doc[field], field, info, frame, *sizes[frame])
                        if ids is not None:
                            results["id_map"][field][doc["_id"]["$oid"]] = ids
                results["labels_task_map"][field].append(number)
            for spec in up.labels.values():
                for a in spec.values():
                    if a["name"] in up.legacy:
                        a["name"] = "attribute:" + a["name"]
            for o in up.shapes + up.tags:
                for a in o["attributes"]:
                    if a[0] in up.legacy:
                        a[0] = "attribute:" + a[0]
            task = cvat.Task("FiftyOne_%s" % os.path.basename(dataset), cvat.clean_labels(
                [{"name": n, "attributes": list(s.values())} for n, s in up.labels.items()], raw=False))
            task.frames = [{"name": n, "width": s[0], "height": s[1]}
                           for n, s in zip(unique(d["filepath"] for d in docs), sizes)]
            task.shapes, task.tags = up.shapes, up.tags
            task.index()
            task.fill()
            tasks[number] = task
            results["task_ids"].append(number)
            results["job_ids"][str(number)] = [100 + number]
            results["frame_id_map"][str(number)] = {str(i): {"sample_id": d["_id"]["$oid"]} for i, d in enumerate(docs)}
    return tasks, results


def batches_of(docs, size):
    return [docs[i:i + size] for i in range(0, len(docs), size)] if size else [docs]


def record(dataset, key, schema, task_size=None, leave=(), alone=False, **config):
    """Sends all samples but those in `leave` and writes FiftyOne's record of it."""
    docs = [d for d in documents(dataset) if d["_id"]["$oid"] not in leave]
    _, results = upload(dataset, schema, batches_of(docs, task_size), config.get("occluded_attr"),
                        config.get("group_id_attr"), alone)
    path = os.path.join(dataset, "metadata.json")
    meta = read(path)
    meta.setdefault("annotation_runs", {})[key] = {
        "_id": {"$oid": "60000007000000000000f00d"}, "key": key, "version": "1.22.1",
        "timestamp": {"$date": "2026-11-21T07:35:44.055Z"},
        "config": {"cls": "fiftyone.utils.cvat.CVATBackendConfig", "type": "annotation", "method": "cvat", "name": "cvat",
                   "label_schema": schema, "media_field": "filepath", "task_size": task_size, "occluded_attr": None,
                   "group_id_attr": None, "project_id": None, "coerce_text_attrs": True, **config, "alone": alone},
        "results": {"$oid": "60000007000000000000beef"}, "results_meta": {}}
    with open(path, "w", encoding="utf-8") as f:
        json.dump(meta, f)
    os.makedirs(os.path.join(dataset, "annotations"), exist_ok=True)
    with open(os.path.join(dataset, "annotations", key + ".json"), "w", encoding="utf-8") as f:
        json.dump({"cls": "fiftyone.utils.cvat.CVATAnnotationResults", "server_id_map": {}, "project_ids": [], **results}, f)


def tasks(dataset, key):
    """The tasks of a recorded run, as they were uploaded of the dataset as it is now."""
    config = read(os.path.join(dataset, "metadata.json"))["annotation_runs"][key]["config"]
    frames = read(os.path.join(dataset, "annotations", key + ".json"))["frame_id_map"]
    by_id = {d["_id"]["$oid"]: d for d in documents(dataset)}
    batches = []
    for frame in frames.values():
        ids = [v["sample_id"] for v in frame.values()]
        if ids not in batches:
            batches.append(ids)
    got, _ = upload(dataset, config["label_schema"], [[by_id[i] for i in b] for b in batches], config["occluded_attr"],
                    config["group_id_attr"], config.get("alone", False))
    return got


def xml_of(task, number, job=None):
    """the dump of a task, or of its only job"""
    text = cvat.dump_images(task).decode("utf-8").replace("<id>7</id>", "<id>%d</id>" % number, 1)
    if job is not None:
        text = text.replace("<task>", "<job>").replace("</task>", "</job>").replace("<id>%d</id>" % number,
                                                                                    "<id>%d</id>" % job, 1)
    return text


def dump(uploaded, folder, edits=(), jobs=False, change=None):
    """Writes an archive a task; `uploaded` comes from tasks() and is edited."""
    os.makedirs(folder)
    lot = [uploaded[n] for n in sorted(uploaded)]
    cvat.apply_edits(lot, list(edits))
    out = []
    for n, task in sorted(uploaded.items()):
        text = xml_of(task, n, 100 + n if jobs else None)
        out.append(os.path.join(folder, "task_%d.xml" % n))
        with open(out[-1], "w", encoding="utf-8") as f:
            f.write(change(text) if change else text)
    return out
