#!/usr/bin/env python3
"""check_cvat.py - would a CVAT server take this file, and what would it find in it?

Accepts
  * a CVAT XML 1.1 file ("CVAT for images" or "CVAT for video"),
  * a zip holding such XML (annotation or dataset dump, task/job or project),
  * a CVAT backup zip (task.json / project.json inside),
  * a label constructor file (the JSON array that is pasted into the "Raw" tab).

The structure check uses the standard library only.  It applies the rules that the server's
loader applies (see FORMATS.md): an ERROR is something the server refuses or crashes on, or
would silently put in the wrong place; a WARNING is something the server drops or alters without
saying so; a STYLE note (only with --style) is a difference from the way CVAT itself writes.

After that the file is loaded with datumaro (if it can be found) and the numbers are compared.

The result is one JSON object on stdout.  Exit status: 0 = no errors, 1 = errors, 2 = bad usage.

Examples
  check_cvat.py annotations.xml
  check_cvat.py task.zip --labels labels.json --frames frames.txt
  check_cvat.py export.zip --target project --style --summary
  DATUM_PYTHON=/path/to/venv/bin/python check_cvat.py dump.zip --datumaro require
"""

import argparse
import io
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
import xml.parsers.expat
import zipfile
from collections import Counter, OrderedDict

SHAPES = ("box", "ellipse", "polygon", "polyline", "points", "cuboid", "skeleton", "mask")
CUBOID = ["%s%s%d" % (c, k, f) for f in (1, 2)
          for k, c in (("tl", "x"), ("tl", "y"), ("bl", "x"), ("bl", "y"),
                       ("tr", "x"), ("tr", "y"), ("br", "x"), ("br", "y"))]
GEOMETRY = {
    "box": ["xtl", "ytl", "xbr", "ybr"],
    "ellipse": ["cx", "cy", "rx", "ry"],
    "polygon": ["points"], "polyline": ["points"], "points": ["points"],
    "cuboid": CUBOID,
    "mask": ["rle", "left", "top", "width", "height"],
    "skeleton": [],
}
INPUT_TYPES = ("select", "radio", "checkbox", "number", "text")
LABEL_TYPES = ("any", "rectangle", "bbox", "polygon", "polyline", "points", "ellipse", "cuboid",
               "cuboid_3d", "skeleton", "mask", "tag", "interval", "")
# which XML element a restricted label type lets an annotator draw
TYPE_ELEMENTS = {"rectangle": {"box"}, "bbox": {"box"}, "polygon": {"polygon"},
                 "polyline": {"polyline"}, "points": {"points"}, "ellipse": {"ellipse"},
                 "cuboid": {"cuboid"}, "skeleton": {"skeleton"}, "mask": {"mask"},
                 "tag": {"tag"}}
SOURCES = ("manual", "auto", "semi-auto", "file", "consensus")
MAX_REPEAT = 12  # identical kinds of message listed before they are only counted


class Report:
    def __init__(self):
        self.items = {"errors": [], "warnings": [], "style": []}
        self.kinds = Counter()

    def _add(self, level, kind, msg, where=None):
        self.kinds[(level, kind)] += 1
        if self.kinds[(level, kind)] <= MAX_REPEAT:
            self.items[level].append({"kind": kind, "where": where, "message": msg})

    def error(self, kind, msg, where=None):
        self._add("errors", kind, msg, where)

    def warn(self, kind, msg, where=None):
        self._add("warnings", kind, msg, where)

    def style(self, kind, msg, where=None):
        self._add("style", kind, msg, where)

    def count(self, level):
        return sum(n for (lv, _), n in self.kinds.items() if lv == level)

    def by_kind(self):
        out = {}
        for (level, kind), n in sorted(self.kinds.items()):
            out.setdefault(level, {})[kind] = n
        return out


class Lenient:
    """a Report that takes errors as warnings"""

    def __init__(self, rep):
        self.rep = rep

    def error(self, kind, msg, where=None):
        self.rep.warn("meta-" + kind, msg, where)

    warn = error


def to_float(text):
    """float() as Python (and so the server) reads it, but finite only"""
    try:
        v = float(text)
    except (TypeError, ValueError):
        return None
    return v if math.isfinite(v) else None


def to_int(text):
    try:
        return int(text)
    except (TypeError, ValueError):
        return None


def stem(path):
    return os.path.splitext(path)[0]


# --------------------------------------------------------------------------------------------
# label specifications
# --------------------------------------------------------------------------------------------

class Labels:
    """labels[name] = {"type", "attributes": {name: spec}, "sublabels": {name: {...}}}"""

    def __init__(self):
        self.top = OrderedDict()

    def add(self, name, type_, attributes, parent=None, svg=None):
        entry = {"type": type_ or "any", "attributes": attributes,
                 "sublabels": OrderedDict(), "svg": svg}
        if parent is None:
            self.top[name] = entry
        elif parent in self.top:
            self.top[parent]["sublabels"][name] = entry
        return entry


def check_attr_spec(rep, spec, where):
    name = spec.get("name")
    if not name:
        rep.error("attr-name", "attribute without a name", where)
        return
    if len(name) > 64:
        rep.error("attr-name", "attribute name %r is longer than 64 characters" % name, where)
    kind = spec.get("input_type")
    values = spec.get("values") or []
    default = spec.get("default_value")
    if kind not in INPUT_TYPES:
        rep.error("attr-input-type", "attribute %r: input_type %r is not one of %s"
                  % (name, kind, ", ".join(INPUT_TYPES)), where)
        return
    if default is not None and len(default) > 128:
        rep.error("attr-default", "attribute %r: default_value is longer than 128" % name, where)
    if len("\n".join(values)) > 4096:
        rep.error("attr-values", "attribute %r: values take more than 4096 characters" % name, where)
    for v in values:
        if len(v) > 200:
            rep.error("attr-values", "attribute %r: a value is longer than 200" % name, where)
        if "\n" in v:
            rep.error("attr-values", "attribute %r: a value holds a line break" % name, where)
    if kind in ("select", "radio"):
        if not [v for v in values if v != ""]:
            rep.error("attr-values", "%s attribute %r has no values" % (kind, name), where)
        elif default not in (None, "") and default not in values:
            rep.warn("attr-default", "attribute %r: default %r is not among its values"
                     % (name, default), where)
    elif kind == "checkbox":
        for v in values:
            if v.lower() not in ("true", "false"):
                rep.warn("attr-values", "checkbox %r: value %r" % (name, v), where)
        if (default or "").lower() not in ("true", "false"):
            rep.warn("attr-default", "checkbox %r: default %r is neither true nor false"
                     % (name, default), where)
    elif kind == "number":
        parts = values
        if len(parts) == 1 and ";" in parts[0]:
            parts = parts[0].split(";")
            rep.warn("attr-values", "number attribute %r: bounds joined by ';' - CVAT stores three "
                     "values (min, max, step)" % name, where)
        nums = [to_float(p) for p in parts]
        if len(nums) != 3 or None in nums:
            rep.error("attr-values", "number attribute %r needs min, max, step; has %r"
                      % (name, values), where)
        elif nums[0] >= nums[1] or nums[2] <= 0:
            rep.error("attr-values", "number attribute %r: bad bounds %r" % (name, values), where)


def check_label_spec(rep, name, type_, color, specs, where, parent=None):
    if not name:
        rep.error("label-name", "label without a name", where)
        return
    if len(name) > 64:
        rep.error("label-name", "label name %r is longer than 64 characters" % name, where)
    if color and not re.match(r"^#[0-9a-fA-F]{6}$", color):
        rep.error("label-color", "label %r: colour %r is not #rrggbb" % (name, color), where)
    if (type_ or "") not in LABEL_TYPES:
        rep.error("label-type", "label %r: unknown type %r" % (name, type_), where)
    seen = set()
    for s in specs:
        if s.get("name") in seen:
            rep.error("attr-duplicate", "label %r: attribute %r twice" % (name, s.get("name")), where)
        seen.add(s.get("name"))
        check_attr_spec(rep, s, "%s label %r" % (where, name))


def check_skeleton_svg(rep, labels, where):
    for name, entry in labels.top.items():
        if entry["type"] != "skeleton":
            if entry["sublabels"]:
                rep.error("skeleton-type", "label %r has sublabels but is not a skeleton" % name, where)
            continue
        if not entry["sublabels"]:
            rep.error("skeleton-sublabels", "skeleton label %r has no sublabels" % name, where)
        svg = entry["svg"] or ""
        nodes = re.findall(r'data-label-name="([^"]*)"', svg) or None
        if not svg:
            rep.error("skeleton-svg", "skeleton label %r has no svg" % name, where)
        elif nodes is None:
            if "data-label-id=" in svg:
                rep.error("skeleton-svg", "skeleton label %r: svg refers to server ids "
                          "(data-label-id), not names" % name, where)
            else:
                rep.error("skeleton-svg", "skeleton label %r: svg names no sublabel" % name, where)
        else:
            missing = set(entry["sublabels"]) - set(nodes)
            extra = set(nodes) - set(entry["sublabels"])
            if missing or extra:
                rep.error("skeleton-svg", "skeleton label %r: svg and sublabels differ "
                          "(missing %s, extra %s)" % (name, sorted(missing), sorted(extra)), where)


def labels_from_json(rep, data, where, from_ui=True):
    labels = Labels()
    if not isinstance(data, list):
        rep.error("labels-json", "the label constructor must be a JSON array", where)
        return labels
    seen = set()

    def attr_list(lab, ctx):
        attrs = lab.get("attributes")
        if attrs is None and not from_ui:
            attrs = []
        if not isinstance(attrs, list):
            rep.error("labels-json", "%s: 'attributes' must be an array" % ctx, where)
            return []
        out = []
        for a in attrs:
            if not isinstance(a, dict):
                rep.error("labels-json", "%s: attribute is not an object" % ctx, where)
                continue
            if not isinstance(a.get("mutable"), bool):
                rep.error("labels-json", "%s attribute %r: 'mutable' must be true or false"
                          % (ctx, a.get("name")), where)
            vals = a.get("values")
            if not isinstance(vals, list) or any(not isinstance(v, str) for v in vals):
                rep.error("labels-json", "%s attribute %r: 'values' must be an array of strings"
                          % (ctx, a.get("name")), where)
                vals = []
            elif from_ui and not vals:
                rep.error("labels-json", "%s attribute %r: the Raw tab refuses an empty 'values' "
                          "array (use [\"\"] for text)" % (ctx, a.get("name")), where)
            if not isinstance(a.get("default_value", ""), str):
                rep.error("labels-json", "%s attribute %r: 'default_value' must be a string"
                          % (ctx, a.get("name")), where)
            out.append({"name": a.get("name"), "input_type": (a.get("input_type") or "").lower(),
                        "values": vals, "default_value": a.get("default_value"),
                        "mutable": a.get("mutable")})
        return out

    for lab in data:
        if not isinstance(lab, dict):
            rep.error("labels-json", "a label is not an object", where)
            continue
        name = lab.get("name")
        if name in seen:
            rep.error("label-duplicate", "label %r twice" % name, where)
        seen.add(name)
        specs = attr_list(lab, "label %r" % name)
        check_label_spec(rep, name, lab.get("type"), lab.get("color"), specs, where)
        svg = lab.get("svg")
        labels.add(name, lab.get("type"), {s["name"]: s for s in specs},
                   svg=(svg or "").replace("&quot;", '"') or None)
        sub_seen = set()
        for sub in lab.get("sublabels") or []:
            if sub.get("name") in sub_seen:
                rep.error("label-duplicate", "label %r: sublabel %r twice" % (name, sub.get("name")), where)
            sub_seen.add(sub.get("name"))
            sspecs = attr_list(sub, "sublabel %r of %r" % (sub.get("name"), name))
            check_label_spec(rep, sub.get("name"), sub.get("type"), sub.get("color"), sspecs, where)
            labels.add(sub.get("name"), sub.get("type"), {s["name"]: s for s in sspecs}, parent=name)
    check_skeleton_svg(rep, labels, where)
    return labels


def labels_from_meta(rep, root, where):
    """root: the <labels> element"""
    labels = Labels()
    todo = []
    for el in root.findall("label"):
        name = (el.findtext("name") or "")
        type_ = el.findtext("type")
        parent = el.findtext("parent")
        specs = []
        for a in el.findall("attributes/attribute"):
            values = a.findtext("values")
            specs.append({
                "name": a.findtext("name"),
                "input_type": a.findtext("input_type"),
                "values": values.split("\n") if values else [],
                "default_value": a.findtext("default_value") or "",
                "mutable": (a.findtext("mutable") or "").lower() == "true",
            })
            if a.findtext("mutable") not in (None, "True", "False"):
                rep.warn("attr-mutable", "label %r: mutable is %r, CVAT writes True or False"
                         % (name, a.findtext("mutable")), where)
            if a.find("input_type") is None:
                rep.warn("attr-input-type", "label %r attribute %r has no input_type (datumaro cannot "
                         "read such a file)" % (name, a.findtext("name")), where)
                specs[-1]["input_type"] = "text"
        check_label_spec(rep, name, type_, el.findtext("color"), specs, where, parent)
        entry = (name, type_, {s["name"]: s for s in specs}, el.findtext("svg"))
        if parent is None:
            if name in labels.top:
                rep.error("label-duplicate", "label %r twice in meta" % name, where)
            labels.add(entry[0], entry[1], entry[2], svg=entry[3])
        else:
            todo.append((parent, entry))
    for parent, entry in todo:
        if parent not in labels.top:
            rep.error("label-parent", "sublabel %r names the unknown parent %r" % (entry[0], parent), where)
        else:
            labels.add(entry[0], entry[1], entry[2], parent=parent)
    check_skeleton_svg(rep, labels, where)
    return labels


# --------------------------------------------------------------------------------------------
# style: how CVAT writes
# --------------------------------------------------------------------------------------------

def expected_order(tag, parent, attrs, mode_video):
    geo = list(GEOMETRY.get(tag, []))
    if tag in ("box", "ellipse"):
        geo.append("rotation")
    in_skeleton = parent == "skeleton"
    if tag == "image":
        return ["id", "name", "subset", "task_id", "width", "height"]
    if tag == "track":
        return ["id", "label", "source", "task_id", "subset", "group_id"]
    if tag == "tag":
        return ["label", "source", "group_id"]
    if tag == "attribute":
        return ["name"]
    if tag in SHAPES:
        if mode_video:
            head = ["label"] if in_skeleton else ["frame"]
            return head + ["keyframe", "outside", "occluded"] + geo + ([] if in_skeleton else ["z_order"])
        head = ["label", "source"] + (["outside"] if in_skeleton else [])
        return head + ["occluded"] + geo + ([] if in_skeleton else ["z_order"]) + ["group_id"]
    return None


NUM2 = re.compile(r"^-?\d+\.\d\d$")
POINTS2 = re.compile(r"^-?\d+\.\d\d,-?\d+\.\d\d(;-?\d+\.\d\d,-?\d+\.\d\d)*$")
RLE = re.compile(r"^\d+(, \d+)*$")


def check_style(rep, data, where):
    if not data.startswith(b'<?xml version="1.0" encoding="utf-8"?>\n<annotations>'):
        rep.style("xml-declaration", "CVAT starts with the declaration in double quotes, lower-case "
                  "utf-8, then <annotations>", where)
    if not data.endswith(b"\n</annotations>\n"):
        rep.style("file-end", "CVAT ends with </annotations> and one line feed", where)
    if b"\r" in data:
        rep.style("line-ends", "CVAT writes line feeds only", where)
    stack = []
    state = {"track": False}
    par = xml.parsers.expat.ParserCreate()
    par.ordered_attributes = True

    def start(tag, flat):
        names = flat[0::2]
        vals = dict(zip(names, flat[1::2]))
        parent = stack[-1] if stack else None
        if tag == "track":
            state["track"] = True
        here = "%s line %d" % (where, par.CurrentLineNumber)
        if "meta" not in stack:
            want = expected_order(tag, parent, names, state["track"])
            if want is not None:
                known = [n for n in names if n in want]
                if known != [n for n in want if n in names]:
                    rep.style("attribute-order", "<%s>: %s" % (tag, " ".join(names)), here)
                for n in names:
                    if n not in want:
                        rep.style("attribute-extra", "<%s> has %r, which CVAT does not write"
                                  % (tag, n), here)
            if tag in SHAPES:
                for g in GEOMETRY[tag] + (["rotation"] if tag in ("box", "ellipse") else []):
                    v = vals.get(g)
                    if v is None:
                        continue
                    good = (POINTS2 if g == "points" else RLE if g == "rle" else
                            re.compile(r"^\d+$") if tag == "mask" else NUM2)
                    if not good.match(v):
                        rep.style("number-format", "<%s %s=%r>" % (tag, g, v[:40]), here)
        depth = len(stack)
        col = par.CurrentColumnNumber
        if depth and col != 2 * depth:
            rep.style("indent", "<%s> starts in column %d, CVAT indents %d" % (tag, col, 2 * depth), here)
        stack.append(tag)

    def end(tag):
        stack.pop()

    par.StartElementHandler = start
    par.EndElementHandler = end
    par.Parse(data, True)
    if re.search(rb"<(image|box|polygon|polyline|points|mask|ellipse|cuboid|tag|track|skeleton)[^>]*/>", data):
        rep.style("self-closing", "CVAT never writes self-closing elements; it writes the end tag on a "
                  "line of its own", where)


# --------------------------------------------------------------------------------------------
# the XML walk
# --------------------------------------------------------------------------------------------

class Frames:
    """The frames of the target task: what the server matches against."""

    def __init__(self, names=None, size=None, start=0, step=1, video=False):
        self.names = names          # list of paths, index = relative frame number
        self.size = size
        self.start = start
        self.step = step
        self.video = video
        self.stem_map = None
        if names is not None:
            self.size = len(names)
            self.stem_map = {}
            for i, n in enumerate(names):
                self.stem_map[stem(n)] = i
        elif video and size is not None:
            self.stem_map = {"frame_%06d" % (start + step * i): i for i in range(size)}

    def known(self):
        return self.size is not None

    def abs_to_rel(self, frame):
        d, m = divmod(frame - self.start, self.step)
        if m or (self.size is not None and not 0 <= d < self.size):
            return None
        return d

    def match(self, name, id_):
        """as the server does: by path without extension, then by number"""
        if self.stem_map is not None:
            hit = self.stem_map.get(stem(name))
            if hit is not None:
                return hit, "name"
        n = to_int(id_)
        if n is not None and self.size is not None and 0 <= n < self.size:
            return n, "id"
        if self.video:
            n = to_int(os.path.basename(stem(name))[len("frame_"):])
            if n is not None and self.size is not None and 0 <= n < self.size:
                return n, "number"
        return None, None


def parse_points(text):
    out = []
    for pair in text.split(";"):
        xy = pair.split(",")
        if len(xy) != 2:
            return None
        x, y = to_float(xy[0]), to_float(xy[1])
        if x is None or y is None:
            return None
        out.append((x, y))
    return out


class Doc:
    def __init__(self, rep, args, where):
        self.rep, self.args, self.where = rep, args, where
        self.kind = None
        self.meta_mode = None
        self.version = None
        self.labels = None
        self.labels_given = False
        self.frames = Frames()
        self.images = []
        self.tracks = []
        self.counts = Counter()
        self.subsets = None
        self.tasks = []
        self.sources = Counter()
        self.interp = {"checked": 0, "max_deviation": 0.0, "skipped_types": Counter()}

    # ---- meta
    def read_meta(self, root):
        rep, where = self.rep, self.where
        meta = root.find("meta")
        if meta is None:
            msg = "no <meta> element"
            if self.args.target == "project":
                rep.error("meta-missing", msg + " (a project import needs it)", where)
            else:
                rep.warn("meta-missing", msg + " (the task loader does not need it, datumaro and "
                         "project imports do)", where)
            return
        holder = None
        for kind in ("task", "project", "job"):
            holder = meta.find(kind)
            if holder is not None:
                self.kind = kind
                break
        if holder is None:
            rep.warn("meta-kind", "<meta> holds none of task, project, job", where)
            return
        if self.kind == "job":
            # datumaro 1.13 insists on task or project
            rep.warn("meta-job", "job dump: datumaro's importer refuses <meta><job>", where)
        modes = [m.text for m in holder.iter("mode")]
        if modes:
            self.meta_mode = modes[0] if len(set(modes)) == 1 else "mixed"
        lab = holder.find("labels")
        if lab is None:
            rep.warn("meta-labels", "no <labels> in <meta>", where)
        else:
            # the server does not read <labels> of a file it imports: faults there are warnings
            meta_labels = labels_from_meta(rep if self.args.strict_meta else Lenient(rep), lab, where + " meta")
            if not self.labels_given:
                self.labels = meta_labels
        if self.kind == "project":
            subs = holder.findtext("subsets")
            self.subsets = subs.split("\n") if subs else None
            for t in holder.findall("tasks/task"):
                self.tasks.append({"id": t.findtext("id"), "subset": t.findtext("subset"),
                                   "size": to_int(t.findtext("size"))})
            if self.subsets is None:
                rep.warn("meta-subsets", "project without <subsets>", where)
        else:
            size = to_int(holder.findtext("size"))
            start = to_int(holder.findtext("start_frame")) or 0
            stop = to_int(holder.findtext("stop_frame"))
            filt = holder.findtext("frame_filter") or ""
            m = re.search(r"step\s*=\s*([1-9]\d*)", filt)
            step = int(m.group(1)) if m else 1
            if filt and not m:
                rep.error("frame-filter", "frame_filter %r is not step=N" % filt, where)
            if size is not None and stop is not None and self.kind == "task":
                if size and (stop - start) // step + 1 != size:
                    rep.warn("meta-size", "size %d does not follow from start %d, stop %d, step %d"
                             % (size, start, stop, step), where)
            if not self.frames.known():
                video = self.meta_mode == "interpolation"
                if self.kind == "job" and stop is not None:
                    size = (stop - start) // step + 1
                if self.kind == "task" and stop is not None and size:
                    size = max(size, (stop - start) // step + 1)
                self.frames = Frames(None, size, start, step, video)
        osz = holder.find("original_size")
        if osz is None:
            osz = meta.find("original_size")
        self.original_size = None
        if osz is not None:
            self.original_size = (to_int(osz.findtext("width")), to_int(osz.findtext("height")))

    # ---- attributes
    def check_attributes(self, el, spec_owner, where, label):
        rep = self.rep
        seen = {}
        for a in el.findall("attribute"):
            self.counts["attribute"] += 1
            name = a.get("name")
            if name is None:
                rep.error("attribute-name", "<attribute> without name", where)
                continue
            text = a.text or ""
            if list(a):
                rep.error("attribute-children", "attribute %r has child elements" % name, where)
            if name in seen:
                rep.warn("attribute-twice", "attribute %r given twice" % name, where)
            seen[name] = text
            if len(text) > 4096:
                rep.error("attribute-long", "attribute %r: value longer than 4096" % name, where)
            if spec_owner is None:
                continue
            spec = spec_owner["attributes"].get(name)
            if spec is None:
                rep.warn("attribute-unknown", "label %r has no attribute %r: the value is dropped"
                         % (label, name), where)
                continue
            kind = spec["input_type"]
            if kind == "checkbox":
                if text != (spec.get("default_value") or "") and text.lower() not in ("true", "false"):
                    rep.error("attribute-checkbox", "checkbox %r has value %r" % (name, text), where)
            elif kind in ("select", "radio"):
                if spec["values"] and text not in spec["values"]:
                    rep.warn("attribute-value", "%s %r has value %r, which is not offered"
                             % (kind, name, text), where)
            elif kind == "number":
                v = to_float(text)
                nums = [to_float(x) for x in spec["values"]]
                if v is None:
                    rep.warn("attribute-value", "number %r has value %r" % (name, text), where)
                elif len(nums) == 3 and None not in nums and not nums[0] <= v <= nums[1]:
                    rep.warn("attribute-value", "number %r: %r is outside %r" % (name, text, spec["values"]), where)
            if text != text.strip() and text.strip():
                rep.warn("attribute-space", "attribute %r: leading or trailing white space" % name, where)
        return seen

    # ---- one shape
    def check_shape(self, el, where, in_track, in_skeleton=False, size=None):
        rep, tag = self.rep, el.tag
        ok = True
        geo = None
        for need in GEOMETRY[tag]:
            if need not in el.attrib:
                rep.error("missing-attribute", "<%s> without %s" % (tag, need), where)
                ok = False
        z = el.get("z_order")
        if z is not None and to_int(z) is None:
            rep.error("bad-number", "<%s z_order=%r>" % (tag, z), where)
        g = el.get("group_id")
        if g is not None and (to_int(g) is None or to_int(g) < 0):
            rep.error("bad-number", "<%s group_id=%r>" % (tag, g), where)
        r = el.get("rotation")
        if r is not None:
            v = to_float(r)
            if v is None:
                rep.error("bad-number", "<%s rotation=%r>" % (tag, r), where)
            elif not 0 <= v <= 360:
                rep.error("rotation-range", "<%s rotation=%r> must be in 0..360" % (tag, r), where)
            elif tag not in ("box", "ellipse") and v:
                rep.warn("rotation-unused", "<%s> with rotation" % tag, where)
        for flag in ("occluded", "outside", "keyframe"):
            v = el.get(flag)
            if v is not None and v not in ("0", "1"):
                rep.warn("flag-value", "<%s %s=%r>: only the text 1 counts as true" % (tag, flag, v), where)
        src = el.get("source")
        if src is not None:
            self.sources[src] += 1
            if src not in SOURCES:
                rep.warn("source", "unknown source %r" % src, where)
        if not ok:
            return None
        if tag in ("box", "ellipse", "cuboid"):
            vals = [to_float(el.get(n)) for n in GEOMETRY[tag]]
            if None in vals:
                rep.error("bad-number", "<%s>: a coordinate is not a finite number" % tag, where)
                return None
            geo = vals
            if tag == "box" and (vals[2] < vals[0] or vals[3] < vals[1]):
                rep.warn("box-order", "xbr < xtl or ybr < ytl", where)
            if tag == "ellipse" and (vals[2] <= 0 or vals[3] <= 0):
                rep.warn("ellipse-radius", "rx or ry is not positive", where)
        elif tag in ("polygon", "polyline", "points"):
            pts = parse_points(el.get("points"))
            if pts is None:
                rep.error("bad-points", "points=%r" % el.get("points")[:60], where)
                return None
            need = {"polygon": 3, "polyline": 2, "points": 1}[tag]
            if len(pts) < need:
                rep.error("too-few-points", "<%s> with %d point(s), the editor needs %d"
                          % (tag, len(pts), need), where)
            geo = [c for p in pts for c in p]
        elif tag == "mask":
            nums = [to_int(x.strip()) for x in el.get("rle").split(",")]
            box = [to_int(el.get(n)) for n in ("left", "top", "width", "height")]
            if None in nums or None in box:
                rep.error("bad-number", "<mask>: rle, left, top, width, height must be integers", where)
                return None
            if min(nums) < 0:
                rep.error("mask-rle", "a run is negative", where)
            if box[2] < 1 or box[3] < 1:
                rep.error("mask-rle", "empty mask box", where)
            elif sum(nums) != box[2] * box[3]:
                rep.error("mask-rle", "runs sum to %d, the box has %d pixels" % (sum(nums), box[2] * box[3]), where)
            if not sum(nums[1::2]):
                rep.error("mask-empty", "the mask has no foreground pixel", where)
            if any(n == 0 for n in nums[1:]):
                rep.warn("mask-zero-run", "a run of length 0 after the first one", where)
            if size and None not in size and (box[0] < 0 or box[1] < 0 or box[0] + box[2] > size[0]
                                              or box[1] + box[3] > size[1]):
                rep.error("mask-outside", "the mask box leaves the image", where)
            geo = nums + box
        elif tag == "skeleton":
            geo = []
        if size and None not in size and tag in ("box", "polygon", "polyline", "points") and geo:
            xs, ys = geo[0::2], geo[1::2]
            if min(xs) < -0.01 or min(ys) < -0.01 or max(xs) > size[0] + 0.01 or max(ys) > size[1] + 0.01:
                if not to_float(el.get("rotation") or 0):
                    rep.warn("outside-image", "<%s> leaves the image" % tag, where)
        return geo

    def check_label(self, name, where, parent=None):
        if self.labels is None:
            return None
        if parent is not None:
            entry = self.labels.top.get(parent)
            entry = entry and entry["sublabels"].get(name)
        else:
            entry = self.labels.top.get(name)
        if entry is None:
            self.rep.error("label-unknown", "label %r%s is not declared: the server refuses the whole file"
                           % (name, " of skeleton %r" % parent if parent else ""), where)
        return entry

    def check_type(self, entry, tag, name, where):
        if entry is None:
            return
        allowed = TYPE_ELEMENTS.get(entry["type"])
        if allowed is not None and tag not in allowed:
            self.rep.warn("label-type-mismatch", "label %r has type %s but is used on <%s>"
                          % (name, entry["type"], tag), where)

    # ---- images
    def read_image(self, el):
        rep = self.rep
        name, id_ = el.get("name"), el.get("id")
        where = "%s image %r" % (self.where, name)
        if name is None:
            rep.error("missing-attribute", "<image> without name", where)
        if id_ is None:
            rep.error("missing-attribute", "<image> without id", where)
        elif to_int(id_) is None:
            rep.error("bad-number", "<image id=%r>" % id_, where)
        size = (to_int(el.get("width")), to_int(el.get("height")))
        if None in size:
            rep.warn("image-size", "width/height missing or not whole numbers", where)
        elif size[0] <= 0 or size[1] <= 0:
            rep.error("image-size", "width/height not positive", where)
        cnt = Counter()
        masks_area = 0
        for sh in el:
            if sh.tag == "tag":
                cnt["tag"] += 1
                lab = sh.get("label")
                if lab is None:
                    rep.error("missing-attribute", "<tag> without label", where)
                    continue
                g = sh.get("group_id")
                if g is not None and to_int(g) is None:
                    rep.error("bad-number", "<tag group_id=%r>" % g, where)
                if sh.get("source"):
                    self.sources[sh.get("source")] += 1
                entry = self.check_label(lab, where)
                self.check_type(entry, "tag", lab, where)
                self.check_attributes(sh, entry, where, lab)
            elif sh.tag in SHAPES:
                cnt[sh.tag] += 1
                lab = sh.get("label")
                if lab is None:
                    rep.error("missing-attribute", "<%s> without label" % sh.tag, where)
                    continue
                entry = self.check_label(lab, where)
                self.check_type(entry, sh.tag, lab, where)
                geo = self.check_shape(sh, where, False, size=size)
                if sh.tag == "mask" and geo:
                    masks_area += sum(geo[:-4][1::2])
                self.check_attributes(sh, entry, where, lab)
                if sh.tag == "skeleton":
                    self.read_skeleton_children(sh, lab, entry, where, cnt, size)
            else:
                rep.warn("element-unknown", "<%s> inside <image> is ignored" % sh.tag, where)
        if el.text and el.text.strip():
            rep.warn("text", "stray text inside <image>", where)
        if self.args.target == "project":
            for bad in ("ellipse", "cuboid", "mask"):
                if cnt[bad]:
                    rep.warn("project-import-drops", "a dataset import into a PROJECT ignores <%s> "
                             "(%d here); import into the task instead" % (bad, cnt[bad]), where)
        self.images.append({"id": to_int(id_), "name": name, "subset": el.get("subset"),
                            "task_id": el.get("task_id"), "width": size[0], "height": size[1],
                            "counts": dict(cnt), "mask_area": masks_area})
        self.counts.update(cnt)
        self.counts["image"] += 1

    def read_skeleton_children(self, sk, lab, entry, where, cnt, size, in_track=False):
        rep = self.rep
        n = 0
        for ch in sk:
            if ch.tag == "attribute":
                continue
            if ch.tag not in SHAPES or ch.tag == "skeleton":
                rep.warn("element-unknown", "<%s> inside <skeleton>" % ch.tag, where)
                continue
            if ch.tag == "mask":
                rep.error("skeleton-mask", "a mask cannot be a skeleton element", where)
                continue
            n += 1
            cnt["skeleton_element"] += 1
            for need in ["label", "occluded", "outside"] + (["keyframe"] if in_track else []):
                if need not in ch.attrib:
                    rep.error("missing-attribute", "skeleton element <%s> without %s" % (ch.tag, need), where)
            self.check_shape(ch, where, in_track, True, size)
            sub = None
            if ch.get("label") is not None and entry is not None:
                sub = self.check_label(ch.get("label"), where, parent=lab)
            self.check_attributes(ch, sub, where, ch.get("label"))
        if not n:
            rep.warn("skeleton-empty", "skeleton without elements", where)
        return n

    # ---- tracks
    def read_track(self, el):
        rep = self.rep
        lab = el.get("label")
        where = "%s track id=%s" % (self.where, el.get("id"))
        if lab is None:
            rep.error("missing-attribute", "<track> without label", where)
            return
        if el.get("id") is None or to_int(el.get("id")) is None:
            rep.warn("track-id", "track without a whole-number id (datumaro and project imports need it)", where)
        g = el.get("group_id")
        if g is not None and (to_int(g) is None or to_int(g) < 0):
            rep.error("bad-number", "<track group_id=%r>" % g, where)
        if el.get("source"):
            self.sources[el.get("source")] += 1
        entry = self.check_label(lab, where)
        size = self.original_size if getattr(self, "original_size", None) else None
        kinds, keys, shapes = Counter(), [], []
        outside = 0
        cnt = Counter()
        immutable = {}
        immut_last = None
        for sh in el:
            if sh.tag == "track":
                rep.error("nested-track", "a <track> inside a <track> (old skeleton layout): the loader "
                          "mixes the two up", where)
                continue
            if sh.tag == "tag":
                rep.error("tag-in-track", "<tag> inside <track>: the loader crashes", where)
                continue
            if sh.tag not in SHAPES:
                rep.warn("element-unknown", "<%s> inside <track> is ignored" % sh.tag, where)
                continue
            kinds[sh.tag] += 1
            cnt[sh.tag] += 1
            fr = sh.get("frame")
            at = "%s frame %s" % (where, fr)
            if fr is None or to_int(fr) is None:
                rep.error("missing-attribute", "<%s> without a whole-number frame" % sh.tag, at)
                continue
            fr = to_int(fr)
            if "keyframe" not in sh.attrib:
                rep.error("missing-attribute", "<%s> without keyframe" % sh.tag, at)
            if "outside" not in sh.attrib and sh.tag != "skeleton":
                rep.warn("missing-attribute", "<%s> without outside" % sh.tag, at)
            if self.frames.known() and self.kind != "project" and self.frames.abs_to_rel(fr) is None:
                # frames of non-keyframes are never looked at
                (rep.error if sh.get("keyframe") == "1" else rep.warn)(
                    "frame-unknown", "frame %d is not a frame of the task (start %d step %d size %s)"
                    % (fr, self.frames.start, self.frames.step, self.frames.size), at)
            geo = self.check_shape(sh, at, True, size=size)
            self.check_type(entry, sh.tag, lab, at)
            vals = self.check_attributes(sh, entry, at, lab)
            is_key = sh.get("keyframe") == "1"
            out = sh.get("outside", "0") == "1"
            outside += out
            if sh.tag == "skeleton":
                self.read_skeleton_children(sh, lab, entry, at, cnt, size, True)
                # a skeleton element may be key although the others are not
                child_key = any(c.get("keyframe") == "1" for c in sh if c.tag in SHAPES)
                if child_key and not is_key:
                    cnt["skeleton_partial_key"] += 1
            if is_key:
                if keys and fr in keys:
                    rep.error("keyframe-twice", "two keyframes on frame %d" % fr, where)
                keys.append(fr)
                if entry is not None:
                    immut_last = {n: vals.get(n) for n, s in entry["attributes"].items()
                                  if s.get("mutable") is False}
                    for n, v in immut_last.items():
                        if v is not None:
                            immutable.setdefault(n, set()).add(v)
            shapes.append((fr, sh.tag, is_key, out, geo, to_float(sh.get("rotation") or 0)))
        if not keys:
            rep.error("track-no-keyframe", "no shape with keyframe=\"1\": the loader crashes on such a track", where)
        if len(kinds) > 1:
            rep.error("track-mixed", "shapes of different kinds in one track: %s" % dict(kinds), where)
        if kinds.get("mask"):
            rep.warn("track-mask", "mask tracks are not supported: only the first keyframe survives, as a "
                     "single shape (%d keyframes here)" % len(keys), where)
        for n, vs in immutable.items():
            if len(vs) > 1:
                rep.warn("immutable-changes", "immutable attribute %r has several values; the last "
                         "keyframe's wins" % n, where)
            elif immut_last is not None and immut_last.get(n) is None:
                rep.warn("immutable-lost", "immutable attribute %r is missing on the last keyframe and "
                         "so is lost" % n, where)
        if sorted(f for f, *_ in shapes) != [f for f, *_ in shapes]:
            rep.warn("track-order", "shapes are not in frame order", where)
        dup = [f for f, n in Counter(f for f, *_ in shapes).items() if n > 1]
        if dup and not (set(dup) & set(keys)):
            rep.warn("frame-twice", "several shapes on frames %s" % dup[:5], where)
        self.check_interpolation(shapes, where)
        kind = kinds.most_common(1)[0][0] if kinds else None
        frames = [f for f, *_ in shapes]
        self.tracks.append({"id": to_int(el.get("id")), "label": lab, "kind": kind,
                            "shapes": len(shapes), "keyframes": len(keys), "outside": outside,
                            "visible": len(shapes) - outside,
                            "first": min(frames) if frames else None,
                            "last": max(frames) if frames else None,
                            "group_id": to_int(g) if g else 0})
        self.counts.update(cnt)
        self.counts["track"] += 1
        self.counts["keyframe"] += len(keys)

    def check_interpolation(self, shapes, where):
        """between two keyframes boxes, ellipses, cuboids and single points move linearly"""
        step = max(1, self.frames.step)
        shapes = sorted(shapes, key=lambda s: s[0])
        prev = None
        for i, s in enumerate(shapes):
            if not s[2]:
                continue
            if prev is not None and not shapes[prev][3] and s[4] is not None and shapes[prev][4] is not None:
                a, b = shapes[prev], s
                for k in range(prev + 1, i):
                    m = shapes[k]
                    linear = m[1] in ("box", "ellipse", "cuboid") or (m[1] == "points" and len(a[4]) == 2 == len(b[4]))
                    if m[4] is None:
                        continue
                    if linear:
                        f = (m[0] - a[0]) / float(b[0] - a[0])
                        want = [x + (y - x) * f for x, y in zip(a[4], b[4])]
                    elif m[1] == "points":
                        want = a[4]
                    else:
                        self.interp["skipped_types"][m[1]] += 1
                        continue
                    if len(want) != len(m[4]):
                        self.rep.warn("interpolation", "wrong number of coordinates on frame %d" % m[0], where)
                        continue
                    dev = max([abs(x - y) for x, y in zip(want, m[4])] or [0.0])
                    self.interp["checked"] += 1
                    self.interp["max_deviation"] = max(self.interp["max_deviation"], round(dev, 4))
                    if dev > 0.02:
                        self.rep.warn("interpolation", "frame %d is %.2f px away from the line between its "
                                      "keyframes" % (m[0], dev), where)
            prev = i

    # ---- whole file
    def read(self, data):
        rep, where = self.rep, self.where
        par = xml.parsers.expat.ParserCreate()
        ents = []
        par.EntityDeclHandler = lambda *a: ents.append(a[0])
        try:
            par.Parse(data, True)
        except xml.parsers.expat.ExpatError as e:
            rep.error("not-well-formed", str(e), where)
            return False
        if ents:
            rep.error("entities", "the file declares entities (%s): the server's parser refuses it"
                      % ", ".join(ents[:3]), where)
            return False
        root = ET.fromstring(data)
        if root.tag != "annotations":
            rep.error("root", "root element is <%s>, not <annotations>" % root.tag, where)
            return False
        self.version = root.findtext("version")
        if self.version != "1.1":
            rep.warn("version", "version is %r, CVAT writes 1.1 (the loader does not look)" % self.version, where)
        self.read_meta(root)
        for el in root:
            if el.tag in ("version", "meta"):
                continue
            if el.tag == "image":
                self.read_image(el)
            elif el.tag == "track":
                self.read_track(el)
            elif el.tag in SHAPES or el.tag == "tag":
                rep.error("misplaced", "<%s> outside <image> and <track>: the loader crashes" % el.tag, where)
            else:
                rep.warn("element-unknown", "<%s> is ignored" % el.tag, where)
        for el in root.iter():
            if el.tag.startswith("{"):
                rep.error("namespace", "elements in a namespace are not recognised (%s)" % el.tag, where)
                break
        self.check_frames()
        if self.args.style:
            check_style(rep, data, where)
        return True

    def check_frames(self):
        rep, where = self.rep, self.where
        names = Counter((i["subset"], i["name"]) for i in self.images)
        for (sub, n), c in names.items():
            if c > 1:
                rep.warn("image-twice", "image %r appears %d times: everything lands on one frame" % (n, c), where)
        stems = {}
        for i in self.images:
            if i["name"] is not None:
                stems.setdefault((i["subset"], i["task_id"], stem(i["name"])), set()).add(i["name"])
        for (_, _, st), ns in stems.items():
            if len(ns) > 1:
                rep.error("image-stem", "%s differ only in the extension; the server matches without it "
                          "and puts all annotations on one frame" % ", ".join(sorted(ns)), where)
        ids = Counter((i["subset"], i["id"]) for i in self.images)
        for (sub, n), c in ids.items():
            if c > 1 and n is not None:
                rep.warn("image-id-twice", "image id %s used %d times" % (n, c), where)
        if self.kind == "project" or not self.frames.known():
            return
        used = {}
        by_id = 0
        for i in self.images:
            if i["name"] is None:
                continue
            fr, how = self.frames.match(i["name"], i["id"])
            if fr is None:
                if self.frames.stem_map is not None or i["id"] is None or i["id"] >= (self.frames.size or 0):
                    rep.error("image-unmatched", "image %r (id %s) matches no frame: the import fails"
                              % (i["name"], i["id"]), where)
                continue
            if how != "name" and self.frames.stem_map is not None:
                by_id += 1
                rep.warn("image-by-id", "image %r matches no name, only the number %s" % (i["name"], i["id"]), where)
            if fr in used and used[fr] != i["name"]:
                rep.error("frame-clash", "images %r and %r match the same frame %d" % (used[fr], i["name"], fr), where)
            used[fr] = i["name"]

    def result(self):
        total = Counter({k: v for k, v in self.counts.items() if v})
        return {
            "where": self.where, "kind": self.kind, "version": self.version,
            "mode": "video" if self.tracks and not self.images else "images" if self.images else "empty",
            "meta_mode": self.meta_mode, "subsets": self.subsets, "tasks": self.tasks,
            "labels": None if self.labels is None else
            {n: {"type": e["type"], "attributes": sorted(a for a in e["attributes"] if a),
                 "sublabels": list(e["sublabels"])} for n, e in self.labels.top.items()},
            "counts": dict(sorted(total.items())), "sources": dict(self.sources),
            "images": self.images, "tracks": self.tracks,
            "interpolation": {"checked": self.interp["checked"],
                              "max_deviation": self.interp["max_deviation"],
                              "not_checked": dict(self.interp["skipped_types"])},
        }


# --------------------------------------------------------------------------------------------
# datumaro
# --------------------------------------------------------------------------------------------

DATUM_HELPER = r"""
import json, logging, sys
logging.disable(logging.CRITICAL)
from collections import Counter
import datumaro as dm
out = {"version": getattr(dm, "__version__", None)}
try:
    ds = dm.Dataset.import_from(sys.argv[1], "cvat")
    items, total = [], Counter()
    for it in ds:
        c = Counter()
        area = 0
        for a in it.annotations:
            c[a.type.name] += 1
            if a.type.name == "mask":
                area += int(a.image.sum())
        total.update(c)
        items.append({"id": it.id, "subset": it.subset, "frame": it.attributes.get("frame"),
                      "counts": dict(c), "mask_area": area})
    cats = ds.categories().get(dm.AnnotationType.label)
    out.update(ok=True, items=items, counts=dict(total),
               labels=[l.name for l in cats.items] if cats else [])
except BaseException as e:
    out.update(ok=False, error="%s: %s" % (type(e).__name__, str(e)[:400]))
print(json.dumps(out))
"""


def datumaro_python(args):
    for cand in (args.datumaro_python, os.environ.get("DATUM_PYTHON"), sys.executable):
        if not cand:
            continue
        try:
            r = subprocess.run([cand, "-c", "import datumaro"], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        except OSError:
            continue
        if r.returncode == 0:
            return cand
    return None


def datumaro_copy(data, dest):
    """Write a copy that datumaro's importer can read: without the elements it does not know, with
    <task> for <job>.  Placeholder media are made for the images.  Returns what was taken out."""
    root = ET.fromstring(data)
    removed = Counter()
    meta = root.find("meta")
    if meta is not None and meta.find("job") is not None:
        meta.find("job").tag = "task"
        removed["meta/job renamed to task"] += 1
    for a in root.findall("meta//attributes/attribute"):
        if a.find("input_type") is None:
            ET.SubElement(a, "input_type").text = "text"
            removed["input_type added"] += 1
    for holder in list(root.findall("image")) + list(root.findall("track")):
        for ch in list(holder):
            if ch.tag in ("skeleton", "ellipse", "cuboid", "track") or (holder.tag == "track" and ch.tag == "mask"):
                holder.remove(ch)
                removed[ch.tag] += 1
    ET.ElementTree(root).write(os.path.join(dest, "annotations.xml"), encoding="utf-8", xml_declaration=True)
    images = os.path.join(dest, "images")
    os.makedirs(images, exist_ok=True)
    for im in root.findall("image"):
        for p in (im.get("name"), os.path.join(im.get("subset") or "", im.get("name") or "")):
            full = os.path.normpath(os.path.join(images, p or ""))
            if not full.startswith(images + os.sep):
                continue
            os.makedirs(os.path.dirname(full), exist_ok=True)
            if not os.path.exists(full):
                open(full, "wb").close()
    return removed


KIND_DM = {"box": ("bbox", "rotated_bbox"), "polygon": ("polygon",), "polyline": ("polyline",),
           "points": ("points",), "mask": ("mask",), "tag": ("label",)}


def run_datumaro(rep, args, docs):
    python = datumaro_python(args)
    if python is None:
        if args.datumaro == "require":
            rep.error("datumaro-missing", "datumaro not found (use --datumaro-python or DATUM_PYTHON)")
        return {"skipped": "datumaro not found"}
    out = []
    for doc, data in docs:
        tmp = tempfile.mkdtemp(prefix="check_cvat_")
        try:
            removed = datumaro_copy(data, tmp)
            helper = os.path.join(tmp, "..", os.path.basename(tmp) + "_helper.py")
            with open(helper, "w") as f:
                f.write(DATUM_HELPER)
            r = subprocess.run([python, helper, tmp], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            os.unlink(helper)
            try:
                res = json.loads(r.stdout.decode().strip().splitlines()[-1])
            except (ValueError, IndexError):
                res = {"ok": False, "error": r.stderr.decode()[-400:]}
        finally:
            shutil.rmtree(tmp, ignore_errors=True)
        res["where"] = doc.where
        res["prepared"] = dict(removed)
        if not res.get("ok"):
            rep.error("datumaro-load", res.get("error"), doc.where)
        else:
            got = res["counts"]
            for tag, names in KIND_DM.items():
                want = doc.counts.get(tag, 0)
                if tag == "mask" and not doc.images:
                    want = 0
                have = sum(got.get(n, 0) for n in names)
                if want != have:
                    rep.error("datumaro-count", "<%s>: %d in the file, %d read by datumaro" % (tag, want, have), doc.where)
            area = sum(i["mask_area"] for i in doc.images)
            if area != sum(i["mask_area"] for i in res["items"]):
                rep.error("datumaro-mask", "mask pixels: %d decoded here, %d by datumaro"
                          % (area, sum(i["mask_area"] for i in res["items"])), doc.where)
        if args.summary:
            res.pop("items", None)
        out.append(res)
    return out


# --------------------------------------------------------------------------------------------
# backups
# --------------------------------------------------------------------------------------------

SHAPE_TYPES = ("rectangle", "polygon", "polyline", "points", "ellipse", "cuboid", "mask", "skeleton")


def check_backup_annotations(rep, annos, jobs, labels, where):
    cnt = Counter()
    if not isinstance(annos, list):
        rep.error("backup-annotations", "annotations.json must be an array with one object per job", where)
        return cnt
    if len(annos) != len(jobs):
        rep.warn("backup-annotations", "%d annotation objects for %d jobs (zip() drops the rest)"
                 % (len(annos), len(jobs)), where)

    def attrs(obj, entry, label, w, want=None):
        for a in obj.get("attributes") or []:
            if "value" not in a:
                rep.error("backup-attribute", "attribute without value", w)
            elif len(str(a["value"])) > 4096:
                rep.error("backup-attribute", "value longer than 4096", w)
            if "name" not in a:
                rep.error("backup-attribute", "attribute without name (a backup uses names)", w)
            elif entry is not None:
                spec = entry["attributes"].get(a["name"])
                if spec is None:
                    rep.error("backup-attribute", "label %r has no attribute %r (KeyError on import)" % (label, a["name"]), w)
                elif want is not None and bool(spec.get("mutable")) is not want:
                    rep.error("backup-attribute", "attribute %r of a track: %s attributes belong to the %s"
                              % (a["name"], "mutable" if spec.get("mutable") else "immutable",
                                 "shapes" if spec.get("mutable") else "track"), w)

    def geometry(s, w):
        t = s.get("type")
        if t not in SHAPE_TYPES:
            rep.error("backup-shape", "type %r" % t, w)
            return
        pts = s.get("points", [])
        if t == "skeleton":
            return
        if not isinstance(pts, list) or any(type(p) not in (int, float) or not math.isfinite(p) for p in pts):
            rep.error("backup-points", "points must be an array of numbers", w)
            return
        good = {"rectangle": len(pts) == 4, "ellipse": len(pts) == 4, "cuboid": len(pts) == 16,
                "polygon": len(pts) >= 6 and len(pts) % 2 == 0, "polyline": len(pts) >= 4 and len(pts) % 2 == 0,
                "points": len(pts) >= 2 and len(pts) % 2 == 0, "mask": len(pts) >= 5}[t]
        if not good:
            rep.error("backup-points", "%s with %d numbers" % (t, len(pts)), w)
        elif t == "mask":
            l, tp, r, b = pts[-4:]
            if sum(pts[:-4]) != (r - l + 1) * (b - tp + 1):
                rep.error("backup-mask", "runs sum to %s, box %sx%s" % (sum(pts[:-4]), r - l + 1, b - tp + 1), w)
        rot = s.get("rotation", 0)
        if not 0 <= rot <= 360:
            rep.error("backup-rotation", "rotation %r" % rot, w)

    def find(label, w, parent=None):
        e = labels.top.get(parent)["sublabels"].get(label) if parent and parent in labels.top else labels.top.get(label)
        if e is None:
            rep.error("label-unknown", "label %r%s" % (label, " of %r" % parent if parent else ""), w)
        return e

    for ji, job in enumerate(annos):
        if ji < len(jobs):
            lo, hi = jobs[ji].get("start_frame", 0), jobs[ji].get("stop_frame", 0)
        else:
            lo, hi = 0, 1 << 60
        for key in ("tags", "shapes", "tracks"):
            if not isinstance(job.get(key), list):
                rep.error("backup-annotations", "job %d: %r is not an array" % (ji, key), where)
        for t in job.get("tags") or []:
            w = "%s job %d tag frame %s" % (where, ji, t.get("frame"))
            cnt["tag"] += 1
            attrs(t, find(t.get("label"), w), t.get("label"), w)
            if not lo <= t.get("frame", -1) <= hi:
                rep.error("backup-frame", "frame outside the job (%d..%d)" % (lo, hi), w)
        for s in job.get("shapes") or []:
            w = "%s job %d shape frame %s" % (where, ji, s.get("frame"))
            cnt[s.get("type")] += 1
            e = find(s.get("label"), w)
            attrs(s, e, s.get("label"), w)
            geometry(s, w)
            if not lo <= s.get("frame", -1) <= hi:
                rep.error("backup-frame", "frame outside the job (%d..%d)" % (lo, hi), w)
            for el in s.get("elements") or []:
                cnt["skeleton_element"] += 1
                attrs(el, find(el.get("label"), w, s.get("label")), el.get("label"), w)
                geometry(el, w)
        for t in job.get("tracks") or []:
            w = "%s job %d track frame %s" % (where, ji, t.get("frame"))
            cnt["track"] += 1
            e = find(t.get("label"), w)
            attrs(t, e, t.get("label"), w, want=False)
            frames = []
            for s in t.get("shapes") or []:
                cnt["keyframe"] += 1
                attrs(s, e, t.get("label"), w, want=True)
                geometry(s, w)
                frames.append(s.get("frame"))
                if not lo <= s.get("frame", -1) <= hi + 1:
                    rep.error("backup-frame", "keyframe outside the job (%d..%d)" % (lo, hi), w)
            if len(set(frames)) != len(frames):
                rep.error("keyframe-twice", "two keyframes on one frame", w)
            if frames and t.get("frame") != min(frames):
                rep.warn("backup-track-frame", "track.frame is not the first keyframe", w)
            for el in t.get("elements") or []:
                cnt["skeleton_element_track"] += 1
                find(el.get("label"), w, t.get("label"))
    return cnt


def check_backup_task(rep, zf, prefix, project_labels, where):
    names = set(zf.namelist())

    def load(n):
        if prefix + n not in names:
            rep.error("backup-file", "%s%s is missing" % (prefix, n), where)
            return None
        try:
            return json.loads(zf.read(prefix + n).decode("utf-8"))
        except ValueError as e:
            rep.error("backup-json", "%s%s: %s" % (prefix, n, e), where)
            return None

    task, annos = load("task.json"), load("annotations.json")
    if task is None or annos is None:
        return {}
    if task.get("version") != "1.0":
        rep.error("backup-version", "version %r, only \"1.0\" exists" % task.get("version"), where)
    for k in ("name", "labels", "data", "jobs"):
        if k not in task:
            rep.error("backup-field", "task.json has no %r" % k, where)
    labels = project_labels or labels_from_json(rep, task.get("labels") or [], where + " labels", from_ui=False)
    data = task.get("data") or {}
    for k in ("image_quality", "chunk_type", "storage"):
        if k not in data:
            rep.error("backup-field", "task.json data has no %r" % k, where)
    for k in ("start_frame", "stop_frame", "storage_method", "sorting_method"):
        if k not in data:
            rep.warn("backup-field", "task.json data has no %r" % k, where)
    if data.get("storage") not in (None, "local"):
        rep.warn("backup-field", "storage %r: only \"local\" carries its media along" % data["storage"], where)
    for lab in (task.get("labels") or []):
        if not isinstance(lab, dict):
            continue
        extra = set(lab) - {"name", "color", "type", "attributes", "svg", "sublabels"}
        if extra:
            rep.error("backup-label-key", "label %r has the keys %s, which make the import fail"
                      % (lab.get("name"), sorted(extra)), where)
        for sub in lab.get("sublabels") or []:
            extra = set(sub) - {"name", "color", "type", "attributes", "svg", "sublabels"}
            if extra:
                rep.error("backup-label-key", "sublabel %r has the keys %s, which make the import fail"
                          % (sub.get("name"), sorted(extra)), where)
    if data.get("chunk_type") not in ("imageset", "video"):
        rep.error("backup-field", "chunk_type %r" % data.get("chunk_type"), where)
    if "frame_filter" in data and not re.search(r"step\s*=\s*[1-9]", data["frame_filter"]):
        rep.error("backup-field", "frame_filter %r: leave it out when there is none" % data["frame_filter"], where)
    if data.get("storage_method") == "file_system" and data.get("sorting_method") in ("random", "predefined"):
        rep.error("backup-field", "storage_method file_system cannot be restored with sorting_method %s"
                  % data.get("sorting_method"), where)
    jobs = task.get("jobs") or []
    if not jobs:
        rep.error("backup-field", "no jobs", where)
    for j in jobs:
        for k in ("start_frame", "stop_frame", "status"):
            if k not in j:
                rep.error("backup-field", "a job has no %r" % k, where)
    anno_jobs = [j for j in jobs if j.get("type", "annotation") == "annotation"]
    media = sorted(n[len(prefix) + 5:] for n in names
                   if n.startswith(prefix + "data/") and not n.endswith("/")
                   and os.path.basename(n) not in ("manifest.jsonl", "index.json"))
    if not media:
        rep.error("backup-media", "no media under data/", where)
    man = prefix + "data/manifest.jsonl"
    entries = None
    if man not in names:
        if data.get("sorting_method") in ("predefined", "random"):
            rep.error("backup-manifest", "sorting_method %s needs data/manifest.jsonl" % data["sorting_method"], where)
        else:
            rep.warn("backup-manifest", "no data/manifest.jsonl (the server builds one)", where)
    else:
        lines = [l for l in zf.read(man).decode("utf-8").split("\n") if l.strip()]
        try:
            objs = [json.loads(l) for l in lines]
            if objs[0].get("version") not in ("1.0", "1.1") or objs[1].get("type") not in ("images", "video"):
                rep.error("backup-manifest", "bad header lines", where)
            elif objs[1]["type"] == "images":
                entries = []
                for o in objs[2:]:
                    if not o:
                        continue
                    if "name" not in o or "extension" not in o:
                        rep.error("backup-manifest", "an entry lacks name or extension", where)
                        continue
                    entries.append(o["name"] + o["extension"])
                    if not o.get("width") or not o.get("height"):
                        rep.warn("backup-manifest", "%s has no width/height" % entries[-1], where)
                if set(entries) != set(media):
                    rep.error("backup-manifest", "manifest and data/ differ: only in manifest %s, only in data %s"
                              % (sorted(set(entries) - set(media))[:5], sorted(set(media) - set(entries))[:5]), where)
            else:
                p = objs[2].get("properties") or {}
                if not isinstance(p.get("name"), str) or not isinstance(p.get("resolution"), list) or not p.get("length"):
                    rep.error("backup-manifest", "video manifest without name/resolution/length", where)
                for o in objs[3:]:
                    if not isinstance(o.get("number"), int) or not isinstance(o.get("pts"), int):
                        rep.error("backup-manifest", "video manifest entry without number/pts", where)
        except (ValueError, IndexError, AttributeError) as e:
            rep.error("backup-manifest", "not JSON lines: %s" % e, where)
    idx = prefix + "data/index.json"
    if idx in names and man in names:
        raw = zf.read(man)
        try:
            index = json.loads(zf.read(idx).decode())
            skip = 3 if b'"type":"video"' in raw[:200].replace(b" ", b"") else 2
            pos, want = 0, {}
            for n, line in enumerate(raw.split(b"\n")):
                if n >= skip and line.strip():
                    want[str(len(want))] = pos
                pos += len(line) + 1
            if index != want:
                rep.error("backup-index", "index.json does not give the byte offsets of the manifest lines "
                          "(leave it out: new servers ignore it, old ones rebuild it)", where)
        except ValueError as e:
            rep.error("backup-index", str(e), where)
    video = any(m.lower().endswith((".mp4", ".avi", ".mov", ".mkv", ".webm", ".mpeg", ".m4v", ".wmv")) for m in media)
    if not video and anno_jobs:
        n_frames = len(entries if entries is not None else media)
        last = max(j.get("stop_frame", 0) for j in anno_jobs)
        if last + 1 != n_frames and not data.get("frame_filter"):
            rep.error("backup-jobs", "jobs cover frames 0..%d, there are %d images" % (last, n_frames), where)
    cnt = check_backup_annotations(rep, annos, jobs, labels, where)
    return {"where": where, "name": task.get("name"), "labels": list(labels.top), "jobs": len(jobs),
            "media": len(media), "counts": dict(sorted((k, v) for k, v in cnt.items() if k))}


def check_backup(rep, zf, where):
    names = zf.namelist()
    if "project.json" in names:
        try:
            proj = json.loads(zf.read("project.json").decode("utf-8"))
        except ValueError as e:
            rep.error("backup-json", "project.json: %s" % e, where)
            return []
        if proj.get("version") != "1.0":
            rep.error("backup-version", "version %r, only \"1.0\" exists" % proj.get("version"), where)
        labels = labels_from_json(rep, proj.get("labels") or [], where + " project labels", from_ui=False)
        out = []
        dirs = sorted({m.group(0) for m in (re.match(r"task_(\d+)/", n) for n in names) if m},
                      key=lambda d: int(re.findall(r"\d+", d)[0]))
        if not dirs:
            rep.warn("backup-project", "no task_N/ folders", where)
        for d in dirs:
            out.append(check_backup_task(rep, zf, d, labels, "%s %s" % (where, d)))
        return out
    return [check_backup_task(rep, zf, "", None, where)]


# --------------------------------------------------------------------------------------------

def read_frames(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if text.lstrip().startswith("["):
        return json.loads(text)
    return [l for l in text.split("\n") if l]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("file", help="XML, zip, backup zip or label JSON")
    ap.add_argument("--target", choices=("task", "job", "project"), default=None,
                    help="what the file is to be imported into (default: what its <meta> says, else task)")
    ap.add_argument("--labels", metavar="JSON", help="label constructor file of the target; default: the labels in <meta>")
    ap.add_argument("--frames", metavar="FILE", help="names of the target's frames in order, one per line or a JSON array")
    ap.add_argument("--start-frame", type=int, default=0, help="start_frame of the target (with --frames or --size)")
    ap.add_argument("--step", type=int, default=1, help="frame step of the target")
    ap.add_argument("--size", type=int, help="number of frames of the target (video)")
    ap.add_argument("--require-media", action="store_true", help="a zip must hold images/NAME for every <image>")
    ap.add_argument("--style", action="store_true", help="also compare with CVAT's own way of writing")
    ap.add_argument("--style-errors", action="store_true", help="style notes count as errors")
    ap.add_argument("--strict-meta", action="store_true", help="faults in the <labels> of <meta> count as errors")
    ap.add_argument("--warnings-as-errors", action="store_true")
    ap.add_argument("--datumaro", choices=("auto", "require", "skip"), default="auto")
    ap.add_argument("--datumaro-python", metavar="PY", help="python that has datumaro (also: DATUM_PYTHON)")
    ap.add_argument("--summary", action="store_true", help="leave the per-image and per-track lists out")
    args = ap.parse_args()

    rep = Report()
    result = {"file": os.path.basename(args.file)}
    docs = []
    try:
        with open(args.file, "rb") as f:
            blob = f.read()
    except OSError as e:
        ap.error(str(e))
    args.style = args.style or args.style_errors

    given_labels = None
    if args.labels:
        with open(args.labels, encoding="utf-8") as f:
            given_labels = labels_from_json(rep, json.load(f), os.path.basename(args.labels))
    given_frames = None
    if args.frames:
        given_frames = Frames(read_frames(args.frames), None, args.start_frame, args.step)
    elif args.size is not None:
        given_frames = Frames(None, args.size, args.start_frame, args.step, True)

    target = args.target

    def one_xml(data, where):
        args.target = target
        if args.target is None:
            head = data[:4000]
            args.target = "project" if b"<project>" in head else "job" if b"<job>" in head else "task"
        doc = Doc(rep, args, where)
        if given_labels is not None:
            doc.labels, doc.labels_given = given_labels, True
        if given_frames is not None:
            doc.frames = given_frames
        if doc.read(data):
            docs.append((doc, data))
        return doc

    if zipfile.is_zipfile(io.BytesIO(blob)):
        zf = zipfile.ZipFile(io.BytesIO(blob))
        names = zf.namelist()
        for n in names:
            if n.startswith("/") or ".." in n.split("/") or "\\" in n:
                rep.error("zip-path", "entry %r" % n)
        dups = [n for n, c in Counter(names).items() if c > 1]
        if dups:
            rep.error("zip-duplicate", "entries twice: %s" % dups[:5])
        bad = zf.testzip()
        if bad:
            rep.error("zip-crc", "bad checksum: %s" % bad)
        if "task.json" in names or "project.json" in names:
            result["type"] = "backup"
            result["tasks"] = check_backup(rep, zf, args.file and os.path.basename(args.file))
        else:
            result["type"] = "zip"
            xmls = [n for n in names if n.lower().endswith(".xml")]
            if not xmls:
                rep.error("zip-no-xml", "no .xml file in the zip")
            if len(xmls) > 1:
                rep.warn("zip-many-xml", "%d XML files: a task import reads all of them, one after the other" % len(xmls))
            if xmls and "annotations.xml" not in xmls:
                rep.style("zip-xml-name", "CVAT names the file annotations.xml")
            for n in xmls:
                doc = one_xml(zf.read(n), n)
                media = {m for m in names if not m.endswith("/") and not m.lower().endswith(".xml")}
                base = os.path.dirname(n)
                have = miss = 0
                for im in doc.images:
                    cand = [os.path.join(base, "images", im["subset"] or "", im["name"] or ""),
                            os.path.join(base, "images", im["name"] or "")]
                    cand += [c + ".PNG" for c in cand]
                    if any(c in media for c in cand):
                        have += 1
                    else:
                        miss += 1
                if miss and (have or args.require_media):
                    (rep.error if args.require_media else rep.warn)(
                        "zip-media", "%d of %d images have no file under images/" % (miss, have + miss), n)
                result.setdefault("media", []).append({"xml": n, "images_with_file": have,
                                                       "images_without_file": miss, "files": len(media)})
    elif blob.lstrip()[:1] in (b"[", b"{"):
        result["type"] = "labels"
        try:
            labels = labels_from_json(rep, json.loads(blob.decode("utf-8")), os.path.basename(args.file))
            result["labels"] = {n: {"type": e["type"], "attributes": list(e["attributes"]),
                                    "sublabels": list(e["sublabels"])} for n, e in labels.top.items()}
        except ValueError as e:
            rep.error("labels-json", str(e))
    else:
        result["type"] = "xml"
        one_xml(blob, os.path.basename(args.file))

    if docs:
        result["documents"] = []
        for doc, _ in docs:
            r = doc.result()
            if args.summary:
                r.pop("images")
                r.pop("tracks")
            result["documents"].append(r)
        if args.datumaro != "skip":
            result["datumaro"] = run_datumaro(rep, args, docs)

    n_err = rep.count("errors")
    if args.style_errors:
        n_err += rep.count("style")
    if args.warnings_as_errors:
        n_err += rep.count("warnings")
    result["ok"] = n_err == 0
    result["messages_by_kind"] = rep.by_kind()
    result["errors"] = rep.items["errors"]
    result["warnings"] = rep.items["warnings"]
    if args.style:
        result["style"] = rep.items["style"]
    try:
        json.dump(result, sys.stdout, indent=1, ensure_ascii=False)
        sys.stdout.write("\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0 if n_err == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
