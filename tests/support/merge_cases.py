"""Replays what FiftyOne's load_annotations was recorded to do: the same labels, through our merge.

A case (shared/fixtures/merge_cases, merge_fuzz) says what the dataset held, what was asked, what
came back and what FiftyOne made of it. Here the dataset is put into a folder, exported, copied, the
copy edited to hold what came back, and merged in place.
"""

import copy
import glob
import json
import os
import re
import shutil
import zipfile

import testenv

TYPES = {"classification": "Classification", "classifications": "Classifications", "detection": "Detection",
         "detections": "Detections", "instance": "Detection", "instances": "Detections", "polyline": "Polyline",
         "polylines": "Polylines", "polygon": "Polyline", "polygons": "Polylines", "keypoint": "Keypoint",
         "keypoints": "Keypoints", "segmentation": "Segmentation", "scalar": None}
LIST_KEY = {"Classifications": "classifications", "Detections": "detections", "Polylines": "polylines",
            "Keypoints": "keypoints"}
# FiftyOne's word for what comes back
RETURNED = {"classification": "classifications", "detection": "detections", "instance": "detections",
            "instances": "detections", "polyline": "polylines", "polygon": "polylines", "polygons": "polylines",
            "keypoint": "keypoints"}
WIDTH, HEIGHT = 640, 480  # the recorded documents have no sizes


def load_all():
    """Every recorded case whose fields are of our types, by name."""
    cases = {}
    for folder in ("merge_cases", "merge_fuzz"):
        for path in sorted(glob.glob(os.path.join(testenv.shared("fixtures", folder), "*.json"))):
            with open(path, encoding="utf-8") as f:
                case = json.load(f)
            if case["media_type"] == "image" and all(s["type"] in TYPES for s in case["label_schema"].values()):
                cases[os.path.splitext(os.path.basename(path))[0]] = case
    return cases


def not_here(case):
    """Why a case is not for this version, or None."""
    for step in case["passes"]:
        load = step["load"]
        for field, schema in case["label_schema"].items():
            places = step["annotations"].get(field, {}).get(RETURNED.get(schema["type"]), {})
            if TYPES[schema["type"]] not in LIST_KEY and any(len(back) > 1 for back in places.values()):
                return "an edited copy has no place for two labels in a single-label field"
    return None


def labels_of(value):
    """The labels of a field's value, in order. Other values have none."""
    if not isinstance(value, dict) or "_cls" not in value:
        return []
    return value.get(LIST_KEY[value["_cls"]]) or [] if value["_cls"] in LIST_KEY else [value]


def field_entry(name, ftype, cls=None):
    return {"name": name, "ftype": "fiftyone.core.fields." + ftype, "embedded_doc_type": cls, "subfield": None,
            "fields": [], "db_field": "_id" if name == "id" else name}


def write_dataset(folder, case, docs):
    """A dataset folder of these documents, with what FiftyOne needs to load it."""
    entries = [field_entry("id", "ObjectIdField"), field_entry("filepath", "StringField"),
               {**field_entry("tags", "ListField"), "subfield": "fiftyone.core.fields.StringField"},
               field_entry("metadata", "EmbeddedDocumentField", "fiftyone.core.metadata.ImageMetadata")]
    fields = {f: TYPES[s["type"]] for f, s in case["label_schema"].items() if s["existing_field"] and TYPES[s["type"]]}
    scalars = [f for f, s in case["label_schema"].items() if s["existing_field"] and s["type"] == "scalar"]
    for doc in docs:
        fields.update((f, v["_cls"]) for f, v in doc.items() if isinstance(v, dict) and "_cls" in v)
    entries += [field_entry(f, "EmbeddedDocumentField", "fiftyone.core.labels." + c) for f, c in fields.items()]
    entries += [field_entry(f, case["schema_before"][f].split(".")[-1]) for f in scalars]
    os.makedirs(folder)
    with open(os.path.join(folder, "metadata.json"), "w", encoding="utf-8") as f:
        json.dump({"name": os.path.basename(folder), "version": "1.22.1", "media_type": "image",
                   "sample_fields": entries}, f)
    size = {"_cls": "ImageMetadata", "width": WIDTH, "height": HEIGHT}
    with open(os.path.join(folder, "samples.json"), "w", encoding="utf-8") as f:
        json.dump({"samples": [{**d, "metadata": size, "_media_type": "image"} for d in docs]}, f)


def read_documents(folder):
    """The documents as a case has them: without the sizes added."""
    with open(os.path.join(folder, "samples.json"), encoding="utf-8") as f:
        docs = json.load(f)["samples"]
    return [{k: v for k, v in d.items() if k not in ("metadata", "_media_type")} for d in docs]


def value_of(kind, labels):
    """A field's value that holds what came back for a sample; None: nothing."""
    if kind == "scalar":
        return labels
    if TYPES[kind] not in LIST_KEY:
        return labels[0] if labels else None
    return {"_cls": TYPES[kind], LIST_KEY[TYPES[kind]]: labels} if labels else None


def write_copy(dataset, folder, case, annotations):
    """The dataset's copy as it comes back: each sample of the run holds the labels returned, no others.

    A sample that is missing from what was returned comes back empty, as FiftyOne takes it.
    """
    os.makedirs(folder)
    shutil.copy(os.path.join(dataset, "metadata.json"), folder)
    with open(os.path.join(dataset, "samples.json"), encoding="utf-8") as f:
        docs = json.load(f)["samples"]
    for doc in docs:
        for field, schema in case["label_schema"].items():
            kind = schema["type"]
            back = annotations.get(field, {}).get(RETURNED.get(kind, kind), {}).get(doc["_id"]["$oid"])
            doc[field] = value_of(kind, list((back or {}).values()) if kind != "scalar" else back)
    with open(os.path.join(folder, "samples.json"), "w", encoding="utf-8") as f:
        json.dump({"samples": docs}, f)


def has_strays(case):
    """Whether shapes are to be kept or returned that a copy's field cannot hold: they come in a tool's dump."""
    return any(step["load"].get("unexpected", "ignore") != "ignore" for step in case["passes"])


def element(label):
    """A label as CVAT dumps it, in whole numbers of pixels."""
    own = {k: v for k, v in label.items() if k not in ("_id", "_cls", "attributes", "tags", "label", "points", "closed", "filled")}
    inside = "".join('<attribute name="%s">%s</attribute>' % x for x in [("label_id", id_of(label)), *own.items()])
    kind, says = "tag", ""
    if label["_cls"] == "Polyline":
        ring, = label["points"]
        kind = "polygon" if label["filled"] else "polyline"
        says = ' points="%s"' % ";".join("%g,%g" % (round(x * WIDTH), round(y * HEIGHT)) for x, y in ring)
    return '<%s label="%s" source="manual"%s>%s</%s>' % (kind, label["label"], says, inside, kind)


def write_dump(out, folder, case, annotations):
    """A dump of the one field's task: what was shipped as it was, and the shapes of other types beside it."""
    (field, schema), = case["label_schema"].items()
    back = dict(annotations[field])
    shipped = {id_of(x) for x in ids_in(back.pop(RETURNED.get(schema["type"], schema["type"])))}
    archive, = glob.glob(os.path.join(out, "*", "annotations.zip"))
    with zipfile.ZipFile(archive) as z:
        xml = z.read("annotations.xml").decode()
    assert set(re.findall(r'name="label_id">([0-9a-f]{24})<', xml)) == shipped, "the case edits what was shipped"
    names = {d["_id"]["$oid"]: os.path.basename(d["filepath"]) for d in case["before"]["samples"]}
    for places in back.values():
        for sample, labels in places.items():
            at = xml.index("</image>", xml.index('name="%s"' % names[sample]))
            xml = xml[:at] + "".join(map(element, labels.values())) + xml[at:]
    os.makedirs(folder)
    with open(os.path.join(folder, "annotations.xml"), "w", encoding="utf-8") as f:
        f.write(xml)


def read_returned(path):
    """Our list of what was returned in FiftyOne's form."""
    out = {}
    with open(path, encoding="utf-8") as f:
        for row in json.load(f):
            assert row["frame"] is None
            place = out.setdefault(row["field"], {}).setdefault(row["type"], {}).setdefault(row["sample"], {})
            place[id_of(row["label"])] = row["label"]
    return out


def ids_in(places):
    return [label for labels in places.values() for label in labels.values()]


def plain(x):
    """A document with nulls left out: FiftyOne writes a null or leaves the key out, by chance."""
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items() if v is not None}
    return [plain(v) for v in x] if isinstance(x, list) else x


def values(doc):
    """(field, value) of every label field of our types in a document."""
    return [(f, v) for f, v in doc.items() if isinstance(v, dict) and v.get("_cls", "") in TYPES.values()]


def id_of(label):
    return label["_id"]["$oid"]


def ids_of(docs):
    return {id_of(label) for d in docs for _, v in values(d) for label in labels_of(v)}


class Pass:
    """One merge: what FiftyOne left (want), what we left (got), what was there before (was).

    `dest` is the field that received another one's labels, or None. `refused` is the code of an archive that was refused as a whole, else None; `known` the ids the
    dataset held at first, `ids` what became of returned ids in earlier passes.
    """

    def __init__(self, want, got, was, refused, known, ids, dest=None):
        self.dest = dest
        self.want, self.got, self.was = plain(want), plain(got), plain(was)
        self.refused, self.known, self.ids = refused, known, dict(ids)

    def matched(self, want):
        """`want` under our ids: those that are new to the dataset match one to one, by place."""
        want, ids = copy.deepcopy(want), dict(self.ids)
        for w, g in zip(want, self.got):
            for field, value in values(w):
                for a, b in zip(labels_of(value), labels_of(g.get(field))):
                    new = id_of(b)
                    if id_of(a) not in self.known and new not in self.known and new not in ids.values():
                        ids.setdefault(id_of(a), new)
                    a["_id"]["$oid"] = ids.get(id_of(a), id_of(a))
        return want, ids

    def differences(self, want):
        """[(sample, field, wanted, got)]: what keeps our documents from being these."""
        want, _ = self.matched(want)
        if len(want) != len(self.got):
            return [("", "", len(want), len(self.got))]
        out = []
        for w, g in zip(want, self.got):
            for key in sorted(set(w) | set(g)):
                # as text, so that 1 is not true and not 1.0
                texts = [json.dumps(d[key], sort_keys=True) if key in d else "absent" for d in (w, g)]
                if texts[0] != texts[1]:
                    out.append((id_of(w), key, *texts))
        return out


def replay(test, case, folder, options=(), to=(), write=None):
    """Runs a case in a folder, one Pass after the other. The dataset is folder/dataset and stays.

    `options` go to each merge, `to` to the export; write(out, folder, case, annotations) makes what comes back, where
    that is not an edited copy.
    """
    dataset = os.path.join(folder, "dataset")
    schema = os.path.join(folder, "schema.json")
    known, ids = ids_of(case["before"]["samples"]), {}
    write_dataset(dataset, case, case["before"]["samples"])
    with open(schema, "w", encoding="utf-8") as f:
        json.dump(case["label_schema"], f)
    test.labelferry("export", dataset, "--schema", schema, "--run", "r", "--media", "none",
                    "-o", os.path.join(folder, "out"), "-q", *to, status=None if to else 0)
    for number, step in enumerate(case["passes"]):
        was = read_documents(dataset)
        back = os.path.join(folder, "back%d" % number)
        if write:
            write(os.path.join(folder, "out"), back, case, step["annotations"])
        elif has_strays(case):
            write_dump(os.path.join(folder, "out"), back, case, step["annotations"])
        else:
            write_copy(dataset, back, case, step["annotations"])
        dest = step["load"].get("dest_field")
        unexpected = step["load"].get("unexpected")
        returned = os.path.join(folder, "returned%d.json" % number)
        more = [] if not has_strays(case) else [
            "--unknown-attrs", "keep", "--coerce-text", "--unexpected",
            "return=" + returned if unexpected == "return" else unexpected]
        done = test.labelferry("merge", "r", back, "--dataset", dataset, "--in-place", "--json", *options, *more,
                               *(["--dest-field", dest] if dest else []), status=None)
        report = json.loads(done.stdout or "{}")
        refused = report.get("error", {}).get("code")
        if done.returncode not in ((5,) if refused else (0, 1)):
            raise AssertionError("merge: exit %d\n%s" % (done.returncode, done.stderr))
        one = Pass(step["after"]["samples"], read_documents(dataset), was, refused, known, ids, dest)
        _, ids = one.matched(one.want)
        if unexpected == "return":
            one.returned = step["returned"], read_returned(returned)
        yield one
