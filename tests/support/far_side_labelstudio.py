#!/usr/bin/env python3
"""far_side_labelstudio.py - a stand-in for Label Studio's server and editor on the far side of the air gap.

It takes an archive folder that a person would import by hand (folders with config.xml and tasks*.json), refuses what the
real server 1.23.2 refuses, and what its own SDK would complain of; opens every task and submits it as the editor does;
applies scripted edits; and writes what the server exports: JSON, JSON_MIN or a snapshot, as a file, a zip or a file a
task. Only the standard library is used. What it does was seen on the real server and editor; with the recorded tasks and
edits it gives the recorded exports (tests/cases/test_far_side_labelstudio.py).

Rules of the editor kept: numbers lose a trailing .0; results of a region's attributes gain the region's meta and its
geometry; results without a place lose the image's size; brush bits are decoded and written anew; a PNG comes back byte
for byte; attributes whose whenLabelValue does not hold are gone; keys nobody knows are gone, but not inside meta; an
absent "closed" becomes true; an open polygon cannot be submitted. Of the server: ids anew, the id of an annotation as
import_id, predictions as a list of ids, the prediction as it was imported inside the annotation made of it.

  far_side_labelstudio.py ARCHIVE -o OUTDIR [--form json|min|snapshot] [--container json|zip|each] [--edits edits.json]

Exit status: 0 = exported, 1 = the far side refused the archive (reason on stderr), 2 = usage.
The edits are those of far_side_cvat.py, in pixels and FiftyOne's ids, and those of the recorded ones: labelstudio_edits.py.
"""

import argparse
import copy
import io
import json
import os
import sys
import xml.parsers.expat
import zipfile

import labelstudio_brush as brush

USERS = {1: "oracle@example.test", 2: "ann1@example.test", 3: "ann2@example.test", 4: "ann3@example.test"}
GEOMETRY = {
    "rectanglelabels": ("x", "y", "width", "height", "rotation"),
    "ellipselabels": ("x", "y", "radiusX", "radiusY", "rotation"),
    "keypointlabels": ("x", "y", "width"),
    "polygonlabels": ("points", "closed"),
    "vectorlabels": ("vertices", "closed"),
    "brushlabels": ("format", "rle"),
    "bitmasklabels": ("imageDataURL",),
    "videorectangle": ("sequence", "framesCount", "duration", "labels"),
    "timelinelabels": ("ranges",),
}
# tag: (type of its results, key of their value)
TAGS = {"Choices": ("choices", "choices"), "TextArea": ("textarea", "text"), "Number": ("number", "number"),
        "Rating": ("rating", "rating"), "DateTime": ("datetime", "datetime"), "Taxonomy": ("taxonomy", "taxonomy"),
        "VideoRectangle": ("videorectangle", "sequence"), "TimelineLabels": ("timelinelabels", "timelinelabels"),
        **{t + "Labels": (t.lower() + "labels", t.lower() + "labels")
           for t in ("Rectangle", "Ellipse", "KeyPoint", "Polygon", "Vector", "Brush", "Bitmask")}}
OBJECTS = ("Image", "Video", "Audio", "Text")
KEYS = ("original_width", "original_height", "image_rotation", "value", "meta", "id", "from_name", "to_name", "type",
        "origin", "score", "parentID", "readonly")
SIZE = ("original_width", "original_height", "image_rotation")
VERTEX = ("id", "x", "y", "isBezier", "prevPointId", "controlPoint1", "controlPoint2", "isBranching")


class Refused(Exception):
    """the far side would not take this"""


def refuse(good, text, *args):
    if not good:
        raise Refused(text % args)


# ---------------------------------------------------------------------------- the config

class Control:
    """A control tag: what may stand in its results."""

    def __init__(self, tag, attrs):
        self.tag, self.attrs = tag, attrs
        self.name, self.to = attrs["name"], attrs.get("toName")
        self.type, self.key = TAGS[tag]
        self.names = []       # what a result may say: aliases where there are some
        self.alias = {}       # value: what a result says
        self.per_region = attrs.get("perRegion") == "true"

    @property
    def spatial(self):
        return self.type in GEOMETRY

    def holds(self, region, labels):
        """Whether the conditions let an attribute stay on a region of this control and these labels. A control alone
        is no condition; a list is split at its commas, so that of several a label with one in it is never met."""
        want = self.attrs.get("whenLabelValue")
        if want is None:
            return True
        return self.attrs.get("whenTagName") in (None, region) and bool(({want} | set(want.split(","))) & set(labels))


class Config:
    """config.xml as the server checks it and the editor reads it."""

    def __init__(self, data):
        self.controls, self.objects, self.names = {}, {}, []
        stack = []
        p = xml.parsers.expat.ParserCreate()

        def doctype(*_):
            raise Refused("DTDForbidden")

        def start(tag, attrs):
            if "name" in attrs:
                self.names.append(attrs["name"])
            if tag in OBJECTS and "name" in attrs:
                self.objects[attrs["name"]] = attrs
            elif tag in TAGS and "name" in attrs:
                self.controls.setdefault(attrs["name"], Control(tag, attrs))
                stack.append(self.controls[attrs["name"]])
                return
            elif tag in ("Label", "Choice") and any(stack):
                control = next(c for c in reversed(stack) if c)
                says = attrs.get("alias") or attrs["value"]
                control.names.append(says)
                control.alias[attrs["value"]] = says
            stack.append(None)

        p.StartDoctypeDeclHandler = doctype
        p.StartElementHandler = start
        p.EndElementHandler = lambda _: stack.pop()
        try:
            p.Parse(data, True)
        except xml.parsers.expat.ExpatError as e:
            raise Refused("config: %s" % e)
        self.check()

    def check(self):
        refuse(len(set(self.names)) == len(self.names), "Label config contains non-unique names")
        for c in self.controls.values():
            for name in (c.to or "").split(","):
                refuse(name in self.names, "toName=%r not found in names: %r", name, self.names)
            refuse(len(set(c.names)) == len(c.names), "control %r lists a label twice: %r", c.name, c.names)
            when = c.attrs.get("whenTagName")
            refuse(when is None or when in self.controls, "whenTagName=%r of %r names no control", when, c.name)
            refuse(c.per_region or not {"value", "defaultValue"} & set(c.attrs), "%r would add a result of its own", c.name)
        for name in self.names:
            refuse(name in self.objects or "," not in name, "a comma in the name %r: toName would be split there", name)

    def keys(self):
        """{key of data: the object's attributes}"""
        return {o["value"][1:]: o for o in self.objects.values() if o.get("value", "").startswith("$")}


# ---------------------------------------------------------------------------- tasks

def check_result(config, r, where):
    """What the SDK's own check of predictions says, and what the editor would drop or trip over."""
    refuse(isinstance(r, dict), "%s: a result is no object: HTTP 500", where)
    if r.get("type") == "relation":
        return
    control = config.controls.get(r.get("from_name"))
    refuse(control is not None, "%s: from_name %r names no control", where, r.get("from_name"))
    refuse(r.get("to_name") == control.to, "%s: to_name %r, the control's is %r", where, r.get("to_name"), control.to)
    refuse(r.get("type") == control.type, "%s: type %r of a %s", where, r.get("type"), control.tag)
    value = r.get("value")
    refuse(isinstance(value, dict), "%s: no value", where)
    refuse(control.key in value, "%s: no %r in the value", where, control.key)
    said = value[control.key]
    if control.names and control.tag != "Taxonomy":
        refuse(isinstance(said, list) and said, "%s: %r is no list", where, control.key)
        for name in said:
            refuse(name in control.names, "%s: %r has no label %r", where, control.name, name)
        single = control.attrs.get("choice", "single").startswith("single")
        refuse(control.tag != "Choices" or not single or len(said) == 1, "%s: several of a single choice", where)
    if control.tag == "TextArea":
        refuse(isinstance(said, list) and all(isinstance(t, str) for t in said), "%s: text is no list of texts", where)
    if control.tag in ("Number", "Rating"):
        refuse(type(said) in (int, float) and abs(said) < 1e300, "%s: %r is no number", where, control.key)
    refuse(0 <= r.get("score", 0) <= 1, "%s: score %r", where, r.get("score"))
    if control.spatial and control.type in GEOMETRY and not control.type.startswith(("video", "timeline")):
        check_place(control, r, value, where)


def check_place(control, r, value, where):
    kind = control.type
    for key in SIZE:
        refuse(type(r.get(key)) is int, "%s: no %s", where, key)
    for key in GEOMETRY[kind]:
        refuse(key in value or key == "closed", "%s: no %r in the value", where, key)
    numbers = [value[k] for k in GEOMETRY[kind] if k in ("x", "y", "width", "height", "radiusX", "radiusY")]
    numbers += [v for p in value.get("points", []) for v in p]
    numbers += [p[k] for p in value.get("vertices", []) for k in "xy"]
    for v in numbers:
        refuse(type(v) in (int, float) and v == v and abs(v) != float("inf"), "%s: %r is no number", where, v)
    for key in ("width", "height", "radiusX", "radiusY"):
        refuse(value.get(key, 0) >= 0, "%s: negative %s", where, key)
    if kind in ("brushlabels", "bitmasklabels"):
        try:
            brush.alpha_of(value, r["original_width"], r["original_height"])
        except ValueError as e:
            raise Refused("%s: %s" % (where, e))
    if kind == "vectorlabels":
        ids = [p["id"] for p in value["vertices"]]
        refuse(len(set(ids)) == len(ids), "%s: a vertex id twice", where)
        refuse([p["prevPointId"] for p in value["vertices"]] == [None] + ids[:-1], "%s: vertices are no chain", where)


def outside(r):
    """Whether a place reaches out of the picture. The SDK's check wants percents of 0 to 100."""
    v = r.get("value", {})
    xs = [v[k] for k in ("x", "y") if k in v]
    xs += [v["x"] + v["width"], v["y"] + v["height"]] if "height" in v and not v.get("rotation") else []
    xs += [n for p in v.get("points", []) for n in p] + [p[k] for p in v.get("vertices", []) for k in "xy"]
    return any(not -1e-9 <= n <= 100 + 1e-9 for n in xs)


def check_task(config, task, number):
    """The server's own check of one task of a file."""
    where = "Error at item %d" % number
    refuse(isinstance(task, dict), "%s: Task root must be dict", where)
    data = task.get("data", task)
    for key, tag in config.keys().items():
        refuse(key in data, "%s: %r key is expected in task data", where, key)
        refuse(isinstance(data[key], (str, list)), "data[%r] is of type %s", key, type(data[key]).__name__)
    refuse(isinstance(task.get("meta", {}), (dict, list)), "Task[meta] must be dict or list")
    for key in ("annotations", "predictions"):
        refuse(isinstance(task.get(key, []), list), "Task[%s] must be list", key)
        for n, a in enumerate(task.get(key, [])):
            refuse(isinstance(a, dict) and "result" in a, "%s must have \"result\" fields", key)
            refuse(isinstance(a["result"], list), "\"result\" field in %s must be list", key)
            refuse(type(a.get("id", 0)) is int, "HTTP 500: id of an annotation")
            for k, r in enumerate(a["result"]):
                check_result(config, r, "task %d, %s %d, result %d" % (number, key, n, k))
            check_ids(config, a["result"], "task %d" % number)


def check_ids(config, result, where):
    """An id names one region: its results agree, and no two places have it."""
    places, seen = set(), set()
    for r in result:
        if "id" not in r:
            continue
        refuse("#" not in r["id"], "%s: the editor cuts the id %r at its #", where, r["id"])
        control = config.controls[r["from_name"]]
        key = r["id"], r["from_name"]
        refuse(key not in seen, "%s: two results of %r with the id %r", where, r["from_name"], r["id"])
        seen.add(key)
        if control.spatial:
            refuse(r["id"] not in places, "%s: two regions with the id %r", where, r["id"])
            places.add(r["id"])
    for r in result:
        control = config.controls.get(r.get("from_name"))
        if control is not None and not control.spatial:
            refuse(control.per_region == (r.get("id") in places), "%s: %r of %r is of %s region", where, r.get("id"),
                   control.name, "no" if control.per_region else "a")


class Server:
    """What gives ids and times: a counter each, so that the same work gives the same bytes."""

    def __init__(self, day=1):
        self.last, self.day = {}, day
        self.clock = 0

    def next(self, what):
        self.last[what] = self.last.get(what, 0) + 1
        return self.last[what]

    def now(self, day=None):
        self.clock += 1
        seconds = self.clock
        return "2024-01-%02dT%02d:%02d:%02d.000000Z" % (day or self.day, seconds // 3600 % 24, seconds // 60 % 60, seconds % 60)


class Task:
    def __init__(self, server, project, given, number):
        self.server, self.project, self.given = server, project, given
        self.id, self.number = server.next("task"), number
        self.data, self.meta = given.get("data", given), given.get("meta", {})
        self.created = server.now(day=1)  # whenever it is exported
        self.drafts, self.updated_by = [], None
        self.annotations = [self.annotate(a["result"], completed_by=a.get("completed_by", 1), imported=a)
                            for a in given.get("annotations", [])]
        self.predictions = [{"id": server.next("prediction"), "result": p["result"], "model_version": p.get("model_version", ""),
                             "created_ago": "0 minutes", "score": p.get("score"), "cluster": None, "neighbors": None,
                             "mislabeling": 0.0, "created_at": self.created, "updated_at": self.created, "model": None,
                             "model_run": None, "task": self.id, "project": project.id} for p in given.get("predictions", [])]
        self.updated_by = None if not self.annotations else 1

    def annotate(self, result, completed_by=1, imported=None, parent=None, **more):
        """A new annotation of the task."""
        now = self.server.now()
        imported = imported or {}
        last = getattr(self, "predictions", [])[-1:]
        a = {"id": self.server.next("annotation"), "completed_by": completed_by, "result": copy.deepcopy(result),
             "was_cancelled": imported.get("was_cancelled", False),
             "ground_truth": imported.get("ground_truth", bool(imported)), "created_at": now, "updated_at": now,
             "draft_created_at": None, "lead_time": imported.get("lead_time", 1.0), "prediction": last[0] if last else {},
             "result_count": 0, "unique_id": "00000000-0000-0000-0000-000000000000", "import_id": imported.get("id"),
             "last_action": None, "bulk_created": False, "task": self.id, "project": self.project.id,
             "updated_by": completed_by, "parent_prediction": parent, "parent_annotation": None, "last_created_by": None}
        a.update(more)
        self.updated_by = completed_by
        return a

    def save(self, annotation, result):
        annotation["result"] = result
        annotation["updated_at"] = self.server.now()

    def submit(self, by=1):
        """Somebody opens the task, changes nothing and presses Submit, or Update."""
        if self.annotations:
            a = self.annotations[-1]
            self.save(a, self.project.through_editor(a["result"], "manual"))
            return a
        p = self.predictions[-1] if self.predictions else None
        result = self.project.through_editor(p["result"] if p else [], "prediction")
        self.annotations.append(self.annotate(result, by, parent=p and p["id"]))
        return self.annotations[-1]

    def draft(self, result, annotation=None):
        user = USERS[1]
        now = self.server.now()
        self.drafts.append({"id": self.server.next("draft"), "user": user, "created_username": user + ", 1",
                            "created_ago": "0 minutes", "result": copy.deepcopy(result), "lead_time": 1.0,
                            "was_postponed": False, "import_id": None, "created_at": now, "updated_at": now,
                            "task": self.id, "annotation": annotation})

    # -- out

    def json(self, snapshot=False):
        out = {"id": self.id, "annotations": [], "file_upload": self.project.upload, "drafts": self.drafts,
               "predictions": self.predictions if snapshot else [p["id"] for p in self.predictions],
               "data": self.data, "meta": self.meta}
        for a in self.annotations:
            a = dict(a, result_count=len({r.get("id") for r in a["result"]}))
            if snapshot:
                a["completed_by"] = {"id": a["completed_by"], "email": USERS[a["completed_by"]], "first_name": "", "last_name": ""}
            out["annotations"].append(a)
        done = [a for a in self.annotations if not a["was_cancelled"]]
        out.update(created_at=self.created, updated_at=max([self.created] + [a["updated_at"] for a in self.annotations]),
                   allow_skip=True, inner_id=self.number, total_annotations=len(done),
                   cancelled_annotations=len(self.annotations) - len(done), total_predictions=len(self.predictions),
                   comment_count=0, unresolved_comment_count=0, last_comment_updated_at=None, project=self.project.id,
                   updated_by=self.updated_by, comment_authors=[])
        return out

    def minimal(self):
        """Its records in JSON_MIN: one an annotation that was not skipped, the newest first."""
        done = sorted((a for a in self.annotations if not a["was_cancelled"]), key=lambda a: a["created_at"], reverse=True)
        if not done:
            if self.annotations:
                return []
            return [dict(self.data, id=self.id, annotator=None, annotation_id=None, created_at=None, updated_at=None,
                         lead_time=None)]
        return [self.record(a) for a in done]

    def record(self, a):
        lots = {}
        for r in a["result"]:
            control = self.project.config.controls.get(r.get("from_name"))
            if control is not None:
                size = {k: r[k] for k in SIZE[:2] if k in r}
                lots.setdefault(control.name, (control, []))[1].append({**r["value"], **size})
        out = dict(self.data, id=self.id)
        for name, (control, values) in lots.items():
            plain = [v[control.key][0] if control.tag in ("Choices", "TextArea") and len(v[control.key]) == 1 else v for v in values]
            out[name] = plain[0] if control.tag in ("Choices", "TextArea") and len(plain) == 1 else plain
        out.update(annotator=a["completed_by"], annotation_id=a["id"], created_at=a["created_at"],
                   updated_at=a["updated_at"], lead_time=a["lead_time"])
        return out


class Project:
    """A config and the tasks imported into it."""

    def __init__(self, folder, server=None):
        self.name = os.path.basename(os.path.normpath(folder))
        with open(os.path.join(folder, "config.xml"), "rb") as f:
            self.config = Config(f.read())
        self.server, self.tasks = server or Server(), []
        self.id = self.server.next("project")
        for name in sorted(n for n in os.listdir(folder) if n.startswith("tasks") and n.endswith(".json")):
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                self.upload = "%08x-%s" % (0x4E51AC0F + len(self.tasks), name)
                self.take(json.load(f, parse_constant=self.constant))

    @staticmethod
    def constant(name):
        raise Refused("JSON parse error - Out of range float values are not JSON compliant: %s" % name)

    def take(self, tasks):
        tasks = [tasks] if isinstance(tasks, dict) else tasks
        refuse(isinstance(tasks, list) and tasks, "load_tasks: No tasks added")
        for n, t in enumerate(tasks):
            check_task(self.config, t, n)
        self.tasks += [Task(self.server, self, t, len(self.tasks) + n) for n, t in enumerate(tasks, 1)]

    # -- the editor

    def through_editor(self, result, origin=None):
        """What the editor makes of results that it was shown."""
        regions = {r["id"]: r for r in result
                   if r.get("from_name") in self.config.controls and self.config.controls[r["from_name"]].spatial}
        out = []
        # each region is followed by the results of its attributes
        first = {}
        for k, r in enumerate(result):
            first.setdefault(r.get("id", k) if r.get("id") in regions else (k,), k)
        order = [first[r.get("id", k) if r.get("id") in regions else (k,)] for k, r in enumerate(result)]
        for _, r in sorted(zip(order, result), key=lambda x: x[0]):
            if r.get("type") == "relation":
                out.append(r)
                continue
            control = self.config.controls.get(r.get("from_name"))
            if control is None:
                continue
            one = copy.deepcopy({k: r[k] for k in KEYS if k in r})
            if control.spatial:
                one["value"] = self.place(control, r)
            elif r.get("id") in regions:
                region = regions[r["id"]]
                if not control.holds(region["from_name"], region["value"][self.config.controls[region["from_name"]].key]):
                    continue
                self.attribute(control, one, region)
            else:
                for key in SIZE:
                    one.pop(key, None)
                one["value"] = {control.key: r["value"][control.key]}
            if origin:
                one["origin"] = origin
            else:
                one.setdefault("origin", "manual")
            out.append(whole({k: one[k] for k in KEYS if k in one}))
        return out

    def place(self, control, r):
        """The value of a region: its own keys only."""
        value = {k: copy.deepcopy(r["value"][k]) for k in GEOMETRY[control.type] + (control.key,) if k in r["value"]}
        if control.type == "brushlabels":
            value["rle"] = brush.written_anew(value["rle"])
        elif control.type == "polygonlabels":
            refuse(value.setdefault("closed", True), "an open polygon: Submit is disabled")
        elif control.type == "vectorlabels":
            value["closed"] = bool(value.get("closed")) and control.attrs.get("closable") == "true"
            value["vertices"] = [{k: p[k] for k in VERTEX if k in p} for p in value["vertices"]]
        return value

    def attribute(self, control, one, region):
        kind = self.config.controls[region["from_name"]]
        one["value"] = {**{k: v for k, v in self.place(kind, region).items() if k != kind.key},
                        control.key: one["value"][control.key]}
        for key in SIZE:
            one[key] = region[key]
        one.pop("meta", None)
        if "meta" in region:
            one["meta"] = copy.deepcopy(region["meta"])


def whole(x):
    """Numbers as JavaScript prints them."""
    if isinstance(x, float) and x.is_integer() and abs(x) < 1e21:
        return int(x)
    if isinstance(x, dict):
        return {k: whole(v) for k, v in x.items()}
    if isinstance(x, list):
        return x if x and type(x[0]) is int and type(x[-1]) is int and len(x) > 16 else [whole(v) for v in x]
    return x


# ---------------------------------------------------------------------------- archives in and out

def load_archive(root, day=1):
    """The projects that a person makes of an archive folder on this day, in the order of their names."""
    folders = [os.path.join(root, n) for n in sorted(os.listdir(root))]
    folders = [f for f in [root] + folders if os.path.exists(os.path.join(f, "config.xml"))]
    refuse(folders, "no config.xml in %s", root)
    server = Server(day)
    return [Project(f, server) for f in folders]


def submit_all(projects):
    for p in projects:
        for t in p.tasks:
            t.submit()


def export(project, form="json"):
    """The text of one export."""
    if form == "min":
        lot = [r for t in project.tasks for r in t.minimal()]
        return json.dumps(lot, ensure_ascii=False).replace("/", "\\/")
    return json.dumps([t.json(form == "snapshot") for t in project.tasks], ensure_ascii=False)


def dump_all(projects, folder, form="json", container="json"):
    """Writes what each project exports; the paths."""
    os.makedirs(folder, exist_ok=True)
    out = []
    for n, p in enumerate(projects):
        path = os.path.join(folder, "return_%03d" % n)
        text = export(p, form)
        if container == "json":
            files = {path + ".json": text.encode()}
        elif container == "zip":
            data = io.BytesIO()
            with zipfile.ZipFile(data, "w") as z:
                z.writestr(zipfile.ZipInfo("project-%d.json" % p.id), text)
            files = {path + ".zip": data.getvalue()}
        else:
            os.makedirs(path)
            files = {os.path.join(path, "%d.json" % t["id"]): json.dumps(t, ensure_ascii=False).encode()
                     for t in json.loads(text)}
        for name, data in files.items():
            with open(name, "wb") as f:
                f.write(data)
        out.append(path if container == "each" else next(iter(files)))
    return out


def main():
    import labelstudio_edits
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("archive", help="the archive folder")
    p.add_argument("-o", "--out", help="folder for the exports")
    p.add_argument("--form", choices=("json", "min", "snapshot"), default="json")
    p.add_argument("--container", choices=("json", "zip", "each"), default="json")
    p.add_argument("--edits", help="JSON file with the edit script")
    p.add_argument("--no-submit", action="store_true", help="nobody opens the tasks")
    a = p.parse_args()
    try:
        projects = load_archive(a.archive)
        if not a.no_submit:
            submit_all(projects)
        if a.edits:
            with open(a.edits, encoding="utf-8") as f:
                labelstudio_edits.apply_edits(projects, json.load(f))
        files = dump_all(projects, a.out, a.form, a.container) if a.out else []
    except Refused as e:
        print("far side: refused: %s" % e, file=sys.stderr)
        return 1
    for q in projects:
        print("project %s: %d tasks, %d annotations" % (q.name, len(q.tasks), sum(len(t.annotations) for t in q.tasks)))
    for f in files:
        print(f)
    return 0


if __name__ == "__main__":
    sys.exit(main())
