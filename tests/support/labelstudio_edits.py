"""What people do in Label Studio: the scripts of far_side_cvat.py, in pixels and FiftyOne's ids, and the recorded ones.

apply_edits takes the first kind. An edit works on the last annotation of its task, as an annotator would, and the editor
writes the annotation anew afterwards. "task" is the number of a task of CVAT's, which is a field and a piece of the run:
the pieces of all fields by name; "field" names one. What the editor cannot do (relabel one of several choices, two regions of one id) raises
Unlike: a test of that is CVAT's alone.

  move dx dy | resize dw dh | points [..] | rotate angle | relabel label | delete | attribute name value
  copy [dx dy] [to image]: a fresh id, and everything else copied | blank_id, alter_id value: a region drawn anew
  mask flip|set|clear [[x,y],..] | add image type label points|pixels [attributes] | add_tag image label [attributes]
  remove_image image
  and of Label Studio alone: annotate task|image by [edits]: another annotator's work; skip, draft of an image

replay takes scripts of the recorded fixtures and applies them as those were, over REST: to results as they lie there.
"""

import copy
import math
import os

import labelstudio_brush as brush
from far_side_labelstudio import GEOMETRY, SIZE, USERS, Refused

DRAWN = {"rectangle": ("rectanglelabels",), "polygon": ("polygonlabels",), "polyline": ("vectorlabels",),
         "points": ("keypointlabels",), "skeleton": ("keypointlabels",), "mask": ("brushlabels", "bitmasklabels"),
         "ellipse": ("ellipselabels",)}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"


class Unlike(Exception):
    """what CVAT can do and Label Studio cannot"""


def base(rid):
    """The label's id of a region's: without the number of its part."""
    return rid.split(":")[0].split("~")[0]


def shift(value, dx, dy):
    for p in [value] + value.get("vertices", []) + value.get("sequence", []):
        if "x" in p:
            p["x"], p["y"] = p["x"] + dx, p["y"] + dy
    if "points" in value:
        value["points"] = [[x + dx, y + dy] for x, y in value["points"]]


def corner(cx, cy, w, h, degrees):
    """Where the corner of a turned box lies whose centre is there, all in pixels."""
    t = math.radians(degrees)
    return cx - w / 2 * math.cos(t) + h / 2 * math.sin(t), cy - w / 2 * math.sin(t) - h / 2 * math.cos(t)


def centre(x, y, w, h, degrees):
    t = math.radians(degrees)
    return x + w / 2 * math.cos(t) - h / 2 * math.sin(t), y + w / 2 * math.sin(t) + h / 2 * math.cos(t)


class Thing:
    """What a person takes for one object: a region, the points of one keypoint, or a choice for the picture."""

    def __init__(self, task, annotation, control, results, tag=None):
        self.task, self.annotation, self.control, self.results, self.tag = task, annotation, control, results, tag

    @property
    def ids(self):
        return {r["id"] for r in self.results}

    def everything(self):
        """The results of its regions, those of attributes too."""
        if not self.control.spatial:
            return self.results
        return [r for r in self.annotation["result"] if r.get("id") in self.ids]


class Person:
    def __init__(self, projects, annotation=-1):
        self.projects, self.which, self.touched = projects, annotation, []
        self.memo = {}  # by task: what is known of it, until it is edited
        fields = sorted({(c.name, "%06d" % n) for n, p in enumerate(projects) for c in self.fields(p)})
        order = sorted(name + ("_" + n if len(projects) > 1 else "") for name, n in fields)
        by = {name + ("_" + n if len(projects) > 1 else ""): (name, int(n)) for name, n in fields}
        self.lots = [(projects[by[k][1]], projects[by[k][1]].config.controls[by[k][0]]) for k in order]
        self.fresh = 0

    @staticmethod
    def fields(project):
        """The controls that stand for fields, not for attributes."""
        lot = [c for c in project.config.controls.values() if not c.per_region]
        names = {c.name for c in lot}
        return [c for c in lot if not any(c.name.startswith(n + ".") for n in names)]

    def new_id(self):
        self.fresh += 1
        n, out = self.fresh * 2654435761 % (1 << 60), ""
        for _ in range(10):
            out, n = out + LETTERS[n % 64], n // 64
        return out

    # -- where

    def annotation(self, task):
        if not task.annotations:
            task.submit()
        a = task.annotations[self.which]
        self.memo.pop(id(task), None)
        if not any(a is b for _, b in self.touched):
            self.touched.append((task, a))
        return a

    def lot(self, e):
        if "field" in e:
            return [x for x in self.lots if x[1].name == e["field"]]
        return [self.lots[e["task"]]] if "task" in e else self.lots

    def place(self, e, key="image"):
        """(task, control) of an image given by number or name, or by a label that stands on it."""
        if ("of" if key == "image" else "to_of") in e:
            t = self.find(e["of" if key == "image" else "to_of"])[0]
            return t.task, t.control
        want = e[key]
        for project, control in self.lot(e):
            if isinstance(want, int):
                if want < len(project.tasks):
                    return project.tasks[want], control
                want -= len(project.tasks)
                continue
            for t in project.tasks:
                name = os.path.splitext(t.data.get("fo_name", ""))[0]
                stem = os.path.splitext(want)[0]
                if name == stem or name.endswith("/" + stem):
                    return t, control
        raise SystemExit("edit: no image %r" % (e[key],))

    def things(self, task, control):
        """What stands of a field on an image, in the order of the file."""
        a = self.annotation(task)
        lot = [r for r in a["result"] if r.get("from_name") == control.name]
        if control.tag == "Choices" and control.attrs.get("choice") == "multiple":
            return [Thing(task, a, control, [r], c) for r in lot for c in r["value"]["choices"]]
        if control.type != "keypointlabels":
            return [Thing(task, a, control, [r]) for r in lot]
        out = {}
        for r in lot:
            out.setdefault(base(r["id"]), []).append(r)
        return [Thing(task, a, control, rs) for rs in out.values()]

    def says(self, thing, lid):
        """Whether a thing is the label of this id."""
        for r in thing.results:
            if thing.tag is not None:
                return lid in (r.get("meta", {}).get("fo_ids", {}).get(thing.tag) or [])
            if base(r["id"]) == lid:
                return True
        return False

    def find(self, lid, task=None):
        out = []
        for project, control in self.lots:
            for t in project.tasks if task is None else [task]:
                if t in project.tasks and lid in self.known(t):
                    out += [x for x in self.things(t, control) if self.says(x, lid)]
        if not out:
            raise SystemExit("edit: no object has the id %r" % lid)
        return out

    def known(self, task):
        """Every id of a task's last annotation, to find tasks quickly."""
        if id(task) not in self.memo:
            self.memo[id(task)] = self.ids_of(task)
        return self.memo[id(task)]

    @staticmethod
    def ids_of(task):
        out = set()
        for r in (task.annotations[-1]["result"] if task.annotations else
                  task.predictions[-1]["result"] if task.predictions else []):
            out |= {r.get("id", ""), base(r.get("id", ""))}
            for lot in r.get("meta", {}).get("fo_ids", {}).values():
                out |= {x or "" for x in lot}
        return out

    def target(self, e):
        if "id" in e:
            hits = self.find(e["id"], self.place(e)[0] if "image" in e else None)
            return hits[e.get("copy_no", 0)]
        task, control = self.place(e)
        return self.things(task, control)[e["tag"] if "tag" in e else e["shape"]]

    # -- what

    def run(self, edits):
        for e in edits:
            op = e["op"]
            if op in ("add", "add_tag", "remove_image", "annotate", "skip", "draft"):
                getattr(self, "op_" + op)(e)
            elif op in ("occluded", "group", "z_order", "copy_id"):
                raise Unlike(op)
            else:
                getattr(self, "op_" + op)(e, self.target(e))
        for task, a in self.touched:
            task.save(a, task.project.through_editor(a["result"]))
        self.touched = []

    @staticmethod
    def size(r):
        return r["original_width"], r["original_height"]

    def percent(self, thing, dx, dy):
        w, h = self.size(thing.results[0])
        return 100 * dx / w, 100 * dy / h

    def op_move(self, e, thing):
        dx, dy = e.get("dx", 0), e.get("dy", 0)
        for r in thing.results:
            if "mask" in thing.control.type or "brush" in thing.control.type:
                self.repaint(r, thing.control, lambda px: {(x + dx, y + dy) for x, y in px})
            else:
                shift(r["value"], *self.percent(thing, dx, dy))
            self.changed(r)

    @staticmethod
    def changed(r):
        if r.get("origin") == "prediction":
            r["origin"] = "prediction-changed"

    def repaint(self, r, control, change):
        w, h = self.size(r)
        alpha = brush.alpha_of(r["value"], w, h)
        px = {(i % w, i // w) for i, a in enumerate(alpha) if a >= brush.SOLID}
        px = change(px)
        if not px:
            raise SystemExit("edit: a mask may not become empty")
        r["value"].update(brush.mask_value(control.type, self.alpha(px, w, h), w, h))
        self.changed(r)

    @staticmethod
    def alpha(px, w, h):
        out = bytearray(w * h)
        for x, y in px:
            if 0 <= x < w and 0 <= y < h:
                out[int(y) * w + int(x)] = 255
        return out

    def op_mask(self, e, thing):
        for r in thing.results[:1]:
            self.repaint(r, thing.control, lambda px: ((px ^ {tuple(p) for p in e.get("flip", [])})
                                                       | {tuple(p) for p in e.get("set", [])})
                         - {tuple(p) for p in e.get("clear", [])})

    def corners(self, r):
        """A box as it lies before it is turned, in pixels."""
        v, (w, h) = r["value"], self.size(r)
        size = v["width"] * w / 100, v["height"] * h / 100
        cx, cy = centre(v["x"] * w / 100, v["y"] * h / 100, *size, v.get("rotation", 0))
        return [cx - size[0] / 2, cy - size[1] / 2, cx + size[0] / 2, cy + size[1] / 2]

    def op_resize(self, e, thing):
        p = self.corners(thing.results[0])
        self.op_points({"points": [p[0], p[1], p[2] + e.get("dw", 0), p[3] + e.get("dh", 0)]}, thing)

    def op_points(self, e, thing):
        r, points = thing.results[0], e["points"]
        v, (w, h), turn = r["value"], self.size(r), r["value"].get("rotation", 0)
        if thing.control.type == "rectanglelabels":  # told with two decimals: an edge that is there was not moved
            points = [old if abs(old - new) < 0.0051 else new for old, new in zip(self.corners(r), points)]
        v.update(self.geometry(thing.control, points, w, h))
        if turn:  # given as it would lie unturned
            x1, y1, x2, y2 = points
            x, y = corner((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1, turn)
            v.update(x=100 * x / w, y=100 * y / h, rotation=turn)
        self.changed(r)

    def op_rotate(self, e, thing):
        """As the editor turns: about the centre."""
        r = thing.results[0]
        v, (w, h) = r["value"], self.size(r)
        box = v["x"] * w / 100, v["y"] * h / 100, v["width"] * w / 100, v["height"] * h / 100
        angle = e["angle"] % 360
        x, y = corner(*centre(*box, v.get("rotation", 0)), *box[2:], angle)
        v.update(x=100 * x / w, y=100 * y / h, rotation=angle)
        self.changed(r)

    def op_relabel(self, e, thing):
        control = thing.control
        if e["label"] not in control.alias:
            raise SystemExit("edit: the control has no label %r" % e["label"])
        if thing.tag is not None:
            raise Unlike("one of several choices is not relabelled")
        for r in thing.results:
            r["value"][control.key] = [control.alias[e["label"]]]

    def op_delete(self, e, thing):
        result = thing.annotation["result"]
        if thing.tag is not None:
            r = thing.results[0]
            r["value"]["choices"].remove(thing.tag)
            if not r["value"]["choices"]:
                result[:] = [x for x in result if x is not r]
            return
        gone = thing.everything()
        result[:] = [x for x in result if not any(x is g for g in gone)]

    def op_attribute(self, e, thing):
        control, result = thing.control, thing.annotation["result"]
        if thing.tag is not None:
            raise Unlike("choices carry no attributes")
        if e["name"] == "label_id":  # the id is the region's own
            return self.op_alter_id(e, thing) if e["value"] else self.op_blank_id(e, thing)
        if e["name"] == "value" and not control.spatial and not control.tag.endswith("Labels") and \
                "%s.value" % control.name not in thing.task.project.config.controls:
            thing.results[0]["value"] = self.value(control, e["value"])
            return
        wanted = thing.task.project.config.controls.get("%s.%s" % (control.name, e["name"]))
        if wanted is None:
            raise SystemExit("edit: %r has no attribute %r" % (control.name, e["name"]))
        for r in thing.results:
            mine = [x for x in result if x.get("from_name") == wanted.name
                    and (not control.spatial or x.get("id") == r["id"])]
            if e["value"] in ("", None):
                result[:] = [x for x in result if not any(x is m for m in mine)]
            elif mine:
                mine[0]["value"].update(self.value(wanted, e["value"]))
            else:
                rid = r["id"] if control.spatial else self.new_id()
                one = {"id": rid, "from_name": wanted.name, "to_name": wanted.to, "type": wanted.type,
                       "value": self.value(wanted, e["value"]), "origin": "manual"}
                at = max(k for k, x in enumerate(result) if x is r or (control.spatial and x.get("id") == r["id"]))
                result.insert(at + 1, one)

    @staticmethod
    def value(control, text):
        """A value as somebody types or clicks it."""
        text = str(text)
        if control.tag == "Number":
            try:
                number = float(text)
            except ValueError:
                raise Unlike("a number's control takes no words")
            return {"number": int(number) if number.is_integer() and abs(number) < 1e21 else number}
        if control.tag == "Choices":
            if text not in control.alias:
                raise SystemExit("edit: %r has no choice %r" % (control.name, text))
            return {"choices": [control.alias[text]]}
        return {control.key: [text]}

    def op_blank_id(self, e, thing):
        """Drawn anew: nothing of ours is left on it."""
        for r in thing.results:
            self.rename(thing, r, self.new_id())

    def op_alter_id(self, e, thing):
        for k, r in enumerate(thing.results):
            self.rename(thing, r, e["value"] + ("~%d" % k if k else ""))

    def rename(self, thing, r, new):
        result, old = thing.annotation["result"], r["id"]
        hidden = thing.control.name + ".label_id"
        result[:] = [x for x in result if not (x.get("id") == old and x.get("from_name") == hidden)]
        for x in result:
            if x.get("id") == old:
                x["id"] = new
                x.pop("meta", None)

    def op_copy(self, e, thing):
        """Ctrl+D, or copied and pasted on another picture."""
        if not thing.control.spatial:
            raise Unlike("a choice is not copied")
        to, size = thing.annotation, None
        if "to" in e or "to_of" in e:
            task = self.place(e, "to")[0]
            to, size = self.annotation(task), self.size_of(task)
        dx, dy = e.get("dx", 0), e.get("dy", 0)
        for r in list(thing.results):
            new, lot = self.new_id(), [x for x in thing.annotation["result"] if x.get("id") == r["id"]]
            for x in copy.deepcopy(lot):
                x["id"] = new
                if x["from_name"] == thing.control.name:
                    if thing.control.type in ("brushlabels", "bitmasklabels"):
                        self.repaint(x, thing.control, lambda px: {(a + dx, b + dy) for a, b in px})
                    else:
                        shift(x["value"], *self.percent(thing, dx, dy))
                if size:
                    x["original_width"], x["original_height"] = size
                to["result"].append(x)

    # -- new ones

    def geometry(self, control, points, w, h, vertex="v"):
        """A value's place out of pixels: x, y, x, y, .."""
        xy = [[100 * points[k] / w, 100 * points[k + 1] / h] for k in range(0, len(points), 2)]
        if control.type == "rectanglelabels":
            (x, y), (x2, y2) = xy
            return {"x": x, "y": y, "width": x2 - x, "height": y2 - y, "rotation": 0}
        if control.type == "polygonlabels":
            return {"points": xy, "closed": True}
        if control.type == "vectorlabels":
            return {"closed": False, "vertices": [
                {"id": "%s%d" % (vertex, k), "x": x, "y": y, "isBezier": False,
                 "prevPointId": "%s%d" % (vertex, k - 1) if k else None} for k, (x, y) in enumerate(xy)]}
        raise Unlike("points of a %s" % control.tag)

    def op_add(self, e):
        task, control = self.place(e)
        if control.type not in DRAWN[e["type"]]:
            others = [c for c in self.fields(task.project) if c.type in DRAWN[e["type"]] and e["label"] in c.alias]
            if not others:
                raise Unlike("no control draws a %s" % e["type"])
            control = others[0]
        if e["label"] not in control.alias:
            raise SystemExit("edit: the control has no label %r" % e["label"])
        w, h = e.get("size") or self.size_of(task)
        if e["type"] in ("points", "skeleton"):
            xy = e["points"] or [v for p in e.get("elements", {}).values() for v in p]
            values = [{"x": 100 * xy[k] / w, "y": 100 * xy[k + 1] / h, "width": 0.5} for k in range(0, len(xy), 2)]
        elif e["type"] == "mask":
            values = [brush.mask_value(control.type, self.alpha(e["pixels"], w, h), w, h)]
        else:
            values = [self.geometry(control, e["points"], w, h, self.new_id())]
            if e.get("rotation"):
                raise Unlike("drawn and turned are two edits")
        for value in values:
            self.put(task, control, dict(value, **{control.key: [control.alias[e["label"]]]}), e, (w, h))

    def size_of(self, task):
        """Pixels of a task's picture: what any result of it says, else what the test told."""
        for lot in [task.annotations, task.predictions]:
            for a in lot:
                for r in a["result"]:
                    if "original_width" in r:
                        return self.size(r)
        if self.projects[0].sizes:
            return self.projects[0].sizes[task.data["fo_sample_id"]]
        raise SystemExit("edit: the size of the picture is not known; say \"size\"")

    def put(self, task, control, value, e, size=None):
        a = self.annotation(task)
        rid = self.new_id()
        one = {"id": rid, "from_name": control.name, "to_name": control.to, "type": control.type, "value": value,
               "origin": "manual"}
        if size:
            one.update(original_width=size[0], original_height=size[1], image_rotation=0)
        a["result"].append(one)
        thing = Thing(task, a, control, [one])
        for name, text in e.get("attributes", {}).items():
            self.op_attribute({"name": name, "value": text}, thing)

    def op_add_tag(self, e):
        task, control = self.place(e)
        a = self.annotation(task)
        mine = [r for r in a["result"] if r.get("from_name") == control.name]
        if control.tag != "Choices" or "value" in e.get("attributes", {}):  # a scalar's value
            return self.put(task, control, self.value(control, e["attributes"]["value"]), {})
        if e["label"] not in control.alias:
            raise SystemExit("edit: the control has no label %r" % e["label"])
        says = control.alias[e["label"]]
        if mine and control.attrs.get("choice") == "multiple":
            if says in mine[0]["value"]["choices"]:
                raise Unlike("one choice twice")
            mine[0]["value"]["choices"].append(says)
            return None
        if mine:
            raise Unlike("a second choice of a single one")
        return self.put(task, control, {"choices": [says]}, e)

    def op_remove_image(self, e):
        task, _ = self.place(e)
        task.project.tasks.remove(task)

    # -- other people

    def op_annotate(self, e):
        """Another annotator's work: of what was shipped, with these edits."""
        tasks = [self.place(e)[0]] if "image" in e else [t for p in self.projects for t in p.tasks]
        for t in tasks:
            shown = t.predictions[-1]["result"] if t.predictions else t.annotations[0]["result"] if t.annotations else []
            t.annotations.append(t.annotate(t.project.through_editor(shown), e["by"]))
        other = Person(self.projects)
        other.run(e.get("edits", []))

    def op_skip(self, e):
        t, _ = self.place(e)
        shown = t.annotations[-1]["result"] if t.annotations else t.predictions[-1]["result"] if t.predictions else []
        t.annotations = [a for a in t.annotations if a["completed_by"] != e.get("by", 1)]
        t.annotations.append(t.annotate(shown, e.get("by", 1), was_cancelled=True))

    def op_draft(self, e):
        t, _ = self.place(e)
        shown = t.annotations[-1] if t.annotations else None
        t.draft(e["result"] if "result" in e else [], shown and shown["id"])


def apply_edits(projects, edits):
    Person(projects).run(edits)


# ---------------------------------------------------------------------------- recorded scripts

ALL_PLACES = {k for keys in GEOMETRY.values() for k in keys if k != "labels"}


class Replay:
    """The recorded scripts, which go to the server's API and past the editor."""

    def __init__(self, project):
        self.tasks = list(project.tasks)

    def run(self, edits):
        for op in edits:
            task = self.tasks[op.get("task", 0)]
            direct = getattr(self, "do_" + op["op"], None)
            if direct:
                direct(op, task)
                continue
            a = task.annotations[op.get("annotation", -1)]
            mine = [r for r in a["result"] if r.get("id") == op.get("id")]
            if op["op"] != "add" and not mine:
                raise Refused("no region %r" % op.get("id"))
            task.save(a, getattr(self, "op_" + op["op"])(op, copy.deepcopy(a["result"])))
            a["lead_time"] = 1.0

    @staticmethod
    def mine(op, result):
        return [r for r in result if r.get("id") == op["id"]]

    def op_set_value(self, op, result):
        lot = self.mine(op, result)
        for r in lot:
            r["value"].update({k: v for k, v in op["value"].items() if k in ALL_PLACES or r is lot[0]})
        return result

    def op_move(self, op, result):
        for r in self.mine(op, result):
            shift(r["value"], op.get("dx", 0), op.get("dy", 0))
        return result

    def op_relabel(self, op, result):
        for r in self.mine(op, result):
            for key in r["value"]:
                if key == "labels" or key == r["type"] and key.endswith("labels"):
                    r["value"][key] = op["labels"]
        return result

    def op_delete(self, op, result):
        return [r for r in result if r.get("id") != op["id"] and op["id"] not in (r.get("from_id"), r.get("to_id"))]

    def op_add(self, op, result):
        new = copy.deepcopy(op.get("results") or [op["result"]])
        return result + [{**r, "origin": r.get("origin", "manual")} for r in new]

    def op_set_attr(self, op, result):
        lot = self.mine(op, result)
        old = [r for r in lot if r.get("from_name") == op["from_name"]]
        if old:
            old[0]["value"].update(op["value"])
            return result
        one = copy.deepcopy(lot[0])
        one["value"] = {**{k: v for k, v in one["value"].items() if k in ALL_PLACES}, **op["value"]}
        one.update(from_name=op["from_name"], type=op["type"])
        at = max(k for k, r in enumerate(result) if r is lot[-1])
        return result[:at + 1] + [one] + result[at + 1:]

    def op_del_attr(self, op, result):
        return [r for r in result if not (r.get("id") == op["id"] and r.get("from_name") == op["from_name"])]

    def op_set_meta(self, op, result):
        for r in self.mine(op, result):
            r.pop("meta", None)
            if op.get("meta") is not None:
                r["meta"] = op["meta"]
        return result

    def op_change_id(self, op, result):
        for r in self.mine(op, result):
            r["id"] = op["new"]
        return result

    def op_duplicate_region(self, op, result):
        return result + [dict(copy.deepcopy(r), id=op["new"]) for r in self.mine(op, result)]

    def op_set_keyframe(self, op, result):
        for r in self.mine(op, result):
            if "sequence" in r["value"]:
                lot = [f for f in r["value"]["sequence"] if f["frame"] != op["keyframe"]["frame"]]
                r["value"]["sequence"] = sorted(lot + [op["keyframe"]], key=lambda f: f["frame"])
        return result

    def do_submit_prediction(self, op, task):
        p = task.predictions[op.get("prediction", 0)] if task.predictions and not op.get("empty") else None
        result = [dict(copy.deepcopy(r), origin="prediction") for r in p["result"]] if p else []
        task.annotations.append(task.annotate(result, parent=p and p["id"]))

    def do_new_annotation(self, op, task):
        task.annotations.append(task.annotate(op.get("result", [])))

    def do_skip(self, op, task):
        task.annotations.append(task.annotate(op.get("result", []), was_cancelled=True))

    def do_draft(self, op, task):
        task.draft(op.get("result", []))


def replay(project, edits):
    Replay(project).run(edits)
