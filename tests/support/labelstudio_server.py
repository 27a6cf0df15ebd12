"""The real Label Studio server and its own editor, offline: the judge of what goes to that tool and comes back.

    srv = labelstudio_server.shared()                     # one server and one browser for the whole test run
    project = srv.project(config_xml, media=["m"])        # -> Project; "m" is a sub-folder of media_root()
    project.load(tasks)                                   # a tasks file (path) or a list; -> ids of the tasks
    project.through_editor()                              # every task opened in the real editor, Submit pressed
    project.edit([{"op": "relabel", ...}])                # scripted edits over REST (see Edits)
    project.export()                                      # the JSON export, a list of tasks; export("JSON_MIN")
    srv.person.open(project.id, task_id) ...              # mouse and keyboard: labelstudio_person.Person

The server stores what it is given word for word; only the editor changes anything. So what only crossed REST
proves nothing: call through_editor, or let the person press Submit or Update.

Needs LF_LABELSTUDIO_PYTHON and LF_LABELSTUDIO_CACHE, which peers/install.sh prints; without them a test is
skipped. What the server refuses raises Refused. Only loopback is used. The server and the browser belong to a
process of their own (labelstudio_driver.py), which stops both as soon as this one goes, however it goes.
"""

import atexit
import json
import os
import random
import shutil
import string
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request
import uuid

import testenv

_shared = {}


class Refused(Exception):
    """The server's own answer, with its HTTP status."""


def _need(variable):
    value = os.environ.get(variable)
    if not value:
        raise unittest.SkipTest("%s is not set: run sh tests/run.sh --peers" % variable)
    return value


def media_root():
    """The folder under which tests put media for the shared server, a new sub-folder for each test. A file of it
    is "/data/local-files/?d=SUB/NAME" in a task, for projects that named SUB."""
    if "media" not in _shared:
        _shared["media"] = tempfile.mkdtemp(prefix="lf-media-")
        atexit.register(shutil.rmtree, _shared["media"], ignore_errors=True)
    return _shared["media"]


def shared():
    """The server of the test run, started by the first call (about 15 s) and stopped at its end."""
    if "server" not in _shared:
        _need("LF_LABELSTUDIO_PYTHON")
        if "broken" in _shared:
            raise AssertionError(_shared["broken"])
        try:
            _shared["server"] = LabelStudio(media_root()).start()
        except Exception as e:
            _shared["broken"] = "Label Studio did not start: %s" % e
            raise
        atexit.register(_shared["server"].stop)
    return _shared["server"]


def differences(want, got, slack=1e-9, path=""):
    """Where two JSON values differ, as lines; numbers may differ by slack."""
    if isinstance(want, dict) and isinstance(got, dict):
        out = ["%s.%s is gone" % (path, k) for k in want if k not in got]
        out += ["%s.%s is new: %.200s" % (path, k, json.dumps(got[k])) for k in got if k not in want]
        for k in want:
            if k in got:
                out += differences(want[k], got[k], slack, "%s.%s" % (path, k))
        return out
    if isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        return [line for i, pair in enumerate(zip(want, got)) for line in differences(*pair, slack, "%s[%d]" % (path, i))]
    numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (want, got))
    if want == got or numbers and abs(want - got) <= slack:
        return []
    return ["%s: %.200s -> %.200s" % (path, json.dumps(want), json.dumps(got))]


class LabelStudio:
    """A server with a browser; also a context manager. media_root: the document root of local files."""

    def __init__(self, root=None):
        self.root = root
        self.proc = None

    def start(self):
        driver = os.path.join(testenv.SUPPORT, "labelstudio_driver.py")
        more = ["--media-root", self.root] if self.root else []
        self.proc = subprocess.Popen(
            [_need("LF_LABELSTUDIO_PYTHON"), driver, "--cache", _need("LF_LABELSTUDIO_CACHE"), *more],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", start_new_session=True)
        try:
            self.about = self.said()
        except BaseException:
            self.stop()
            raise
        self.person = Remote(self)
        return self

    __enter__ = start

    def __exit__(self, *exc):
        self.stop()

    def stop(self):
        """Ends server and browser. Harmless when they are gone."""
        if self.proc and self.proc.poll() is None:
            try:
                self.proc.stdin.close()
            except OSError:
                pass
            try:
                self.proc.wait(60)
            except subprocess.TimeoutExpired:
                self.proc.kill()
                self.proc.wait()
        if self.proc:
            self.proc.stdout.close()

    def said(self):
        line = self.proc.stdout.readline()
        if not line:
            raise AssertionError("the driver of Label Studio is gone")
        return json.loads(line)

    def order(self, call, args, kw):
        self.proc.stdin.write(json.dumps({"call": call, "args": args, "kw": kw}) + "\n")
        self.proc.stdin.flush()
        out = self.said()
        if "error" in out:
            raise AssertionError("in the editor, %s: %s" % (call, out["error"]))
        return out["ok"]

    # ------------------------------------------------------------- HTTP

    def raw(self, method, path, body=None, headers=None):
        """(status, body) of one request."""
        req = urllib.request.Request("http://127.0.0.1:%d%s" % (self.about["port"], path), data=body, method=method,
                                     headers={"Authorization": "Token " + self.about["token"], **(headers or {})})
        try:
            with urllib.request.urlopen(req, timeout=600) as r:
                return r.status, r.read()
        except urllib.error.HTTPError as e:
            return e.code, e.read()

    def checked(self, method, path, body=None, headers=None):
        status, out = self.raw(method, path, body, headers)
        if status >= 400:
            raise Refused("%s %s: HTTP %d: %s" % (method, path, status, out.decode("utf-8", "replace")[:4000]))
        return out

    def call(self, method, path, data=None):
        """One request with JSON both ways."""
        body = None if data is None else json.dumps(data).encode()
        out = self.checked(method, path, body, {"Content-Type": "application/json"} if body else None)
        return json.loads(out) if out.strip() else None

    def upload(self, path, name, data, kind):
        """One file as a browser's form sends it."""
        mark = uuid.uuid4().hex
        head = ("--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\nContent-Type: %s\r\n\r\n"
                % (mark, name, kind))
        return json.loads(self.checked("POST", path, head.encode() + data + ("\r\n--%s--\r\n" % mark).encode(),
                                       {"Content-Type": "multipart/form-data; boundary=" + mark}))

    # --------------------------------------------------------- projects

    def project(self, config, media=(), title="judged"):
        """A new project with this labeling config (text). media: sub-folders of the root that it may show."""
        pid = self.call("POST", "/api/projects", {"title": title, "label_config": config})["id"]
        for name in media:
            self.call("POST", "/api/storages/localfiles", {"project": pid, "path": os.path.join(self.root, name),
                                                           "use_blob_urls": True, "title": name})
        return Project(self, pid)


class Remote:
    """labelstudio_person.Person in the driver's process: every method of it, same arguments."""

    def __init__(self, server):
        self._server = server

    def __getattr__(self, name):
        return lambda *args, **kw: self._server.order(name, args, kw)


class Project:
    """A project of the server. `ids` are the tasks that were loaded, in the order of the file."""

    def __init__(self, server, pid):
        self.server, self.id, self.ids = server, pid, []

    def load(self, tasks, as_file=True):
        """Imports tasks (a list, or the path of a JSON file) as a person does, by uploading a file."""
        if isinstance(tasks, (str, os.PathLike)):
            with open(tasks, "rb") as f:
                data = f.read()
        else:
            data = json.dumps(tasks, ensure_ascii=False).encode()
        path = "/api/projects/%d/import?return_task_ids=true" % self.id
        if as_file:
            said = self.server.upload(path, "tasks.json", data, "application/json")
        else:
            said = json.loads(self.server.checked("POST", path, data, {"Content-Type": "application/json"}))
        new = said["task_ids"]
        self.ids += new
        return new

    def task(self, tid):
        return self.server.call("GET", "/api/tasks/%d?project=%d" % (tid, self.id))

    def through_editor(self, ids=None):
        """Opens every task in the real editor. Predictions: Submit is pressed. Annotations, where Update stays off
        while nothing was touched: what the editor would save of the last one is saved."""
        ids = self.ids if ids is None else ids
        jobs = []
        for tid in ids:
            task = self.task(tid)
            marks = sorted(task["annotations"] or task["predictions"], key=lambda a: a["id"])
            regions = {r.get("id") for r in marks[-1]["result"] if r.get("to_name")} if marks else set()
            jobs.append([tid, bool(task["predictions"]) and not task["annotations"], len(regions)])
        for tid, result in zip(ids, self.server.person.pass_tasks(self.id, jobs)):
            if result is not None:
                ann = max(self.task(tid)["annotations"], key=lambda a: a["id"], default=None)
                if ann:
                    self.save(ann["id"], result)

    def save(self, annotation, result):
        self.server.call("PATCH", "/api/annotations/%d" % annotation, {"result": result, "lead_time": 1.0})

    def edit(self, edits):
        """Replays a list of scripted edits over REST; see Edits for the operations."""
        replay = Edits(self)
        for op in edits:
            replay.apply(op)

    def export(self, kind="JSON", all_tasks=True):
        """JSON and JSON_MIN as lists; other kinds as bytes."""
        query = {"exportType": kind, "download_all_tasks": "true" if all_tasks else "false"}
        if kind not in ("JSON", "JSON_MIN", "CSV", "TSV"):
            query["download_resources"] = "false"
        out = self.server.checked("GET", "/api/projects/%d/export?%s" % (self.id, urllib.parse.urlencode(query)))
        return json.loads(out) if kind in ("JSON", "JSON_MIN") else out

    def snapshot(self):
        """The export snapshot with whole predictions, drafts and users, as a list."""
        options = {k: {"only_id": False} for k in ("predictions", "drafts", "annotations__completed_by")}
        made = self.server.call("POST", "/api/projects/%d/exports" % self.id,
                                {"title": "s", "serialization_options": options})
        return json.loads(self.server.checked("GET", "/api/projects/%d/exports/%d/download" % (self.id, made["id"])))


GEOMETRY = {"x", "y", "width", "height", "rotation", "radiusX", "radiusY", "points", "closed", "vertices",
            "rle", "format", "imageDataURL", "sequence", "framesCount", "duration", "ranges"}


def new_id():
    return "".join(random.choice(string.ascii_letters + string.digits + "_-") for _ in range(10))


def _shift(value, dx, dy):
    def move(d):
        for key, by in (("x", dx), ("y", dy)):
            if key in d:
                d[key] += by
    if "points" in value:
        value["points"] = [[p[0] + dx, p[1] + dy] for p in value["points"]]
    for key in ("vertices", "sequence"):
        for d in value.get(key, []):
            move(d)
    move(value)


class Edits:
    """Edits told as data, saved over REST in the form the editor saves them.

    "task": index into the loaded tasks (0); "annotation": index into the task's annotations by id (-1, the last).
      {"op":"submit_prediction","task":0,"prediction":0,"empty":false}
      {"op":"set_value","id":"r1","value":{"x":12.5}}      geometry of all results of the region
      {"op":"move","id":"r1","dx":5,"dy":-2}               percent
      {"op":"relabel","id":"r1","labels":["dog"]}
      {"op":"delete","id":"r1"}                            the region with its attributes
      {"op":"add","result":{..}} or "results":[..]         an id is made where absent
      {"op":"set_attr","id":"r1","from_name":"occ","type":"choices","value":{"choices":["true"]}}
      {"op":"del_attr","id":"r1","from_name":"occ"}
      {"op":"set_meta","id":"r1","meta":{..}|null}   {"op":"change_id","id":"r1","new":"zzz"}
      {"op":"set_keyframe","id":"t1","keyframe":{"frame":5,..}}   {"op":"del_keyframe","id":"t1","frame":5}
      {"op":"duplicate_region","id":"r1","new":"cp1"}      what copy and paste in the editor do
      {"op":"new_annotation","result":[..]}   {"op":"skip","result":[..]}   {"op":"draft","result":[..]}
      {"op":"delete_annotation"}   {"op":"delete_task"}
    """

    def __init__(self, project):
        self.project, self.call = project, project.server.call

    def tid(self, op):
        return self.project.ids[op.get("task", 0)]

    def load(self, op):
        anns = sorted(self.project.task(self.tid(op))["annotations"], key=lambda a: a["id"])
        if not anns:
            raise Refused("task %r has no annotation to edit: submit_prediction first" % op.get("task", 0))
        return anns[op.get("annotation", -1)]

    def apply(self, op):
        whole = getattr(self, "on_task_" + op["op"], None)
        if whole:
            whole(op)
            return
        ann = self.load(op)
        mine = [r for r in ann["result"] if r.get("id") == op.get("id")]
        if op["op"] != "add" and not mine:
            raise Refused("%r: no region with id %r" % (op["op"], op.get("id")))
        result = getattr(self, "on_" + op["op"])(op, ann["result"], mine)
        self.project.save(ann["id"], ann["result"] if result is None else result)

    def on_set_value(self, op, result, mine):
        for r in mine:
            r["value"].update({k: v for k, v in op["value"].items() if k in GEOMETRY or r is mine[0]})

    def on_move(self, op, result, mine):
        for r in mine:
            _shift(r["value"], op.get("dx", 0), op.get("dy", 0))

    def on_relabel(self, op, result, mine):
        hit = [(r, k) for r in mine for k in r["value"] if k == "labels" or (k.endswith("labels") and k == r["type"])]
        if not hit:
            raise Refused("region %r carries no labels" % op["id"])
        for r, key in hit:
            r["value"][key] = op["labels"]

    def on_delete(self, op, result, mine):
        return [r for r in result if op["id"] not in (r.get("id"), r.get("from_id"), r.get("to_id"))]

    def on_add(self, op, result, mine):
        new, made = op.get("results") or [op["result"]], new_id()
        for r in new:
            r.setdefault("id", made)
            r.setdefault("origin", "manual")
        return result + new

    def on_set_attr(self, op, result, mine):
        old = [r for r in mine if r.get("from_name") == op["from_name"]]
        if old:
            old[0]["value"].update(op["value"])
            return
        r = json.loads(json.dumps(mine[0]))
        r["value"] = {k: v for k, v in r["value"].items() if k in GEOMETRY}
        r["value"].update(op["value"])
        r["from_name"], r["type"] = op["from_name"], op["type"]
        result.insert(result.index(mine[-1]) + 1, r)

    def on_del_attr(self, op, result, mine):
        left = [r for r in result if not (r.get("id") == op["id"] and r.get("from_name") == op["from_name"])]
        if len(left) == len(result):
            raise Refused("region %r has no attribute %r" % (op["id"], op["from_name"]))
        return left

    def on_set_meta(self, op, result, mine):
        for r in mine:
            r.pop("meta", None)
            if op.get("meta") is not None:
                r["meta"] = op["meta"]

    def on_change_id(self, op, result, mine):
        for r in mine:
            r["id"] = op["new"]

    def on_duplicate_region(self, op, result, mine):
        made = op.get("new") or new_id()
        return result + [{**json.loads(json.dumps(r)), "id": made} for r in mine]

    def on_set_keyframe(self, op, result, mine):
        for r in mine:
            if "sequence" in r["value"]:
                frames = [f for f in r["value"]["sequence"] if f["frame"] != op["keyframe"]["frame"]]
                r["value"]["sequence"] = sorted(frames + [op["keyframe"]], key=lambda f: f["frame"])

    def on_del_keyframe(self, op, result, mine):
        for r in mine:
            if "sequence" in r["value"]:
                r["value"]["sequence"] = [f for f in r["value"]["sequence"] if f["frame"] != op["frame"]]

    def post(self, op, **data):
        self.call("POST", "/api/tasks/%d/annotations?project=%d" % (self.tid(op), self.project.id),
                  {"lead_time": 1.0, **data})

    def on_task_submit_prediction(self, op):
        predictions = sorted(self.project.task(self.tid(op))["predictions"], key=lambda p: p["id"])
        result, parent = [], None
        if predictions and not op.get("empty"):
            chosen = predictions[op.get("prediction", 0)]
            parent = chosen["id"]
            result = [{**r, "origin": "prediction"} for r in chosen["result"]]
        self.post(op, result=result, draft_id=0, parent_prediction=parent, parent_annotation=None)

    def on_task_new_annotation(self, op):
        self.post(op, result=op.get("result", []))

    def on_task_skip(self, op):
        self.post(op, result=op.get("result", []), was_cancelled=True)

    def on_task_draft(self, op):
        self.call("POST", "/api/tasks/%d/drafts?project=%d" % (self.tid(op), self.project.id),
                  {"result": op.get("result", []), "lead_time": 1.0})

    def on_task_delete_annotation(self, op):
        self.call("DELETE", "/api/annotations/%d" % self.load(op)["id"])

    def on_task_delete_task(self, op):
        self.call("DELETE", "/api/tasks/%d" % self.tid(op))
