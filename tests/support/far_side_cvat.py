#!/usr/bin/env python3
"""far_side_cvat.py - a stand-in for the CVAT server on the far side of the air gap.

It takes an archive folder (or one file) that a person would import by hand, imports it by the
rules of CVAT's own XML loader and backup reader, applies scripted edits as an annotator would make
them, and dumps what the server would dump: "CVAT for images 1.1", "CVAT for video 1.1" (as XML or
zip) or a task backup. Only the standard library is used. Nothing is known of Labelferry's file
names: label specs, annotation XML, media and backups are recognised by their content.

Import rules kept (as CVAT's own loader has them): an unknown label refuses the file; an undeclared attribute is
dropped; images match by path without extension, then by id as relative index; a checkbox must be
true or false; only keyframes of tracks are kept; immutable attributes come from the last keyframe;
a mask track collapses to its first keyframe; a track without keyframe crashes the import; source
becomes "file"; values never given are filled with the default of the label spec.
Dump rules kept (1.1 to 1.6): two decimals, shapes by z_order, tags last, no self-closing elements,
tracks expanded frame by frame with CVAT's interpolation, plain shapes as short tracks, tags absent
from the video flavour, meta of a task dump.

  far_side_cvat.py ARCHIVE -o OUTDIR [--as auto|images|video|backup] [--container zip|xml]
                   [--edits edits.json] [--report report.json] [--use auto|xml|backup]
  far_side_cvat.py --check-goldens FIXTURES      (the folder with writer-golden/ and the vectors)

Exit status: 0 = dumped, 1 = the far side refused the archive (reason on stderr), 2 = usage.

The edit script is a JSON array; each edit is an object with "op" and a way to find its target:
  "id": label_id (of a shape, tag, or a keyframe of a track), optionally with "image" or "frame";
  or "image": number or name (+ "task": number), with "shape": i or "tag": i (dump order); or "track": i.
  Where an image is wanted, "of": label_id (and "to_of" for "to") names the image on which that label stands.
  move dx dy | resize dw dh | points [..internal numbers..] | rotate angle | relabel label | delete
  attribute name value | occluded value | z_order value | group value
  blank_id | alter_id value | copy_id from (an id) | copy [to image] [dx dy]  (copy and paste, id and all)
  mask flip [[x,y],..] | set [[x,y],..] | clear [[x,y],..]
  add image type label points|pixels [attributes {..}] [elements {node: [x,y]}] [rotation occluded group z_order]  |  add_tag image label [attributes]
  remove_image image
  move_keyframe frame dx dy | add_keyframe frame [dx dy] | delete_keyframe frame | outside frame value
  split frame | merge tracks [i,j,..] or ids [..] | renumber order [..] | add_track label shapes [{frame points ..}]
"""

import argparse
import copy
import hashlib
import io
import json
import math
import os
import re
import struct
import sys
import xml.parsers.expat
import zipfile

ELEMENT = {"rectangle": "box", "ellipse": "ellipse", "polygon": "polygon", "polyline": "polyline",
           "points": "points", "cuboid": "cuboid", "mask": "mask", "skeleton": "skeleton"}
KIND = {v: k for k, v in ELEMENT.items()}
CUBOID = ["%s%s%d" % (a, c, f) for f in (1, 2) for c in ("tl", "bl", "tr", "br") for a in "xy"]
MEDIA = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
VIDEO = (".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v")
COLORS = ("#fa3253", "#33ddff", "#ff6037", "#3d3df5", "#aaf0d1", "#b83df5", "#ffcc33", "#2a7dd1")


class Refused(Exception):
    """the far side would not take this file"""


# ----------------------------------------------------------------- XML in

class Node:
    __slots__ = ("tag", "attrib", "text", "kids")

    def __init__(self, tag, attrib):
        self.tag, self.attrib, self.text, self.kids = tag, attrib, "", []

    def find(self, path):
        node = self
        for tag in path.split("/"):
            node = next((k for k in node.kids if k.tag == tag), None)
            if node is None:
                return None
        return node

    def value(self, path, default=""):
        n = self.find(path)
        return default if n is None else n.text


def read_xml(data, on_top):
    """calls on_top(node) for every finished child of the root"""
    stack = []
    p = xml.parsers.expat.ParserCreate()
    p.buffer_text = True

    def entity(*_):
        raise Refused("the XML declares entities")

    def start(tag, attrib):
        node = Node(tag, attrib)
        if len(stack) > 1:
            stack[-1].kids.append(node)
        stack.append(node)

    def end(_):
        node = stack.pop()
        if len(stack) == 1:
            on_top(node)

    def text(s):
        if stack:
            stack[-1].text += s

    p.EntityDeclHandler = entity
    p.StartElementHandler, p.EndElementHandler, p.CharacterDataHandler = start, end, text
    try:
        p.Parse(data, True)
    except xml.parsers.expat.ExpatError as e:
        raise Refused("XML: %s" % e)


def xml_root(data):
    m = re.match(rb"\s*(?:\xef\xbb\xbf)?\s*(?:<\?[^>]*\?>|<!--.*?-->|\s)*<([A-Za-z_][\w.-]*)", data[:4096], re.S)
    return m.group(1).decode() if m else None


# ----------------------------------------------------------------- media headers

def image_size(data):
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        return struct.unpack(">II", data[16:24])
    if data[:2] == b"\xff\xd8":
        i, turned = 2, False
        while i + 9 < len(data):
            if data[i] != 0xFF:
                i += 1
                continue
            m = data[i + 1]
            if m == 0xFF or m == 1 or 0xD0 <= m <= 0xD8:
                i += 1 if m == 0xFF else 2
                continue
            n = struct.unpack(">H", data[i + 2:i + 4])[0]
            if m == 0xE1 and data[i + 4:i + 10] == b"Exif\0\0":
                turned = exif_orientation(data[i + 10:i + 2 + n]) > 4
            if 0xC0 <= m <= 0xCF and m not in (0xC4, 0xC8, 0xCC):
                h, w = struct.unpack(">HH", data[i + 5:i + 9])
                return (h, w) if turned else (w, h)
            i += 2 + n
    return None


def exif_orientation(t):
    try:
        e = "<" if t[:2] == b"II" else ">"
        at = struct.unpack(e + "I", t[4:8])[0]
        for k in range(struct.unpack(e + "H", t[at:at + 2])[0]):
            tag, kind, _ = struct.unpack(e + "HHI", t[at + 2 + 12 * k:at + 10 + 12 * k])
            if tag == 0x112 and kind == 3:
                return struct.unpack(e + "H", t[at + 10 + 12 * k:at + 12 + 12 * k])[0]
    except struct.error:
        pass
    return 1


def mp4_info(data):
    """(frames, width, height) of the first video track, from the boxes alone; None if not readable"""
    def boxes(lo, hi):
        while lo + 8 <= hi:
            n, kind = struct.unpack(">I4s", data[lo:lo + 8])
            body = lo + 8
            if n == 1:
                n, body = struct.unpack(">Q", data[lo + 8:lo + 16])[0], lo + 16
            if n == 0:
                n = hi - lo
            if n < 8 or lo + n > hi:
                return
            yield kind, body, lo + n
            lo += n

    def inside(lo, hi, want):
        for kind, a, b in boxes(lo, hi):
            if kind == want:
                yield a, b

    for a, b in inside(0, len(data), b"moov"):
        for ta, tb in inside(a, b, b"trak"):
            size = count = None
            for ha, hb in inside(ta, tb, b"tkhd"):
                w, h = struct.unpack(">II", data[hb - 8:hb])
                size = (w >> 16, h >> 16)
            for ma, mb in inside(ta, tb, b"mdia"):
                if not any(data[x + 8:x + 12] == b"vide" for x, _ in inside(ma, mb, b"hdlr")):
                    continue
                for na, nb in inside(ma, mb, b"minf"):
                    for sa, sb in inside(na, nb, b"stbl"):
                        for za, _ in inside(sa, sb, b"stsz"):
                            count = struct.unpack(">I", data[za + 8:za + 12])[0]
            if count and size:
                return count, size[0], size[1]
    return None


# ----------------------------------------------------------------- label spec

def clean_label(d, raw):
    """one label of a constructor JSON or a backup, checked as the server checks it"""
    if not isinstance(d, dict) or not isinstance(d.get("name"), str) or not d["name"].strip():
        raise Refused("label spec: a label without a name")
    if len(d["name"]) > 64:
        raise Refused("label spec: name longer than 64: %r" % d["name"])
    if not isinstance(d.get("attributes"), list):
        raise Refused("label spec: label %r has no attributes array" % d["name"])
    attrs, seen = [], set()
    for a in d["attributes"]:
        if not isinstance(a, dict) or not isinstance(a.get("name"), str) or not a["name"]:
            raise Refused("label spec: label %r has an attribute without a name" % d["name"])
        if a["name"] in seen:
            raise Refused("label spec: label %r declares %r twice" % (d["name"], a["name"]))
        seen.add(a["name"])
        if a.get("input_type") not in ("select", "radio", "checkbox", "number", "text"):
            raise Refused("label spec: %s.%s: input_type %r" % (d["name"], a["name"], a.get("input_type")))
        if not isinstance(a.get("mutable"), bool):
            raise Refused("label spec: %s.%s: mutable must be a boolean" % (d["name"], a["name"]))
        values = a.get("values")
        if not isinstance(values, list) or (raw and not values) or any(not isinstance(v, str) for v in values):
            raise Refused("label spec: %s.%s: values must be a non-empty array of strings" % (d["name"], a["name"]))
        if len(a["name"]) > 64 or len("\n".join(values)) > 4096 or len(a.get("default_value") or "") > 128:
            raise Refused("label spec: %s.%s: a length limit is passed" % (d["name"], a["name"]))
        default = a.get("default_value")
        if default is None:
            default = values[0] if values else ""
        attrs.append({"name": a["name"], "mutable": a["mutable"], "input_type": a["input_type"],
                      "default_value": default, "values": values})
    color = d.get("color") or ""
    if color and not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        raise Refused("label spec: label %r: color %r" % (d["name"], color))
    return {"name": d["name"], "color": color, "type": d.get("type") or "any", "attributes": attrs,
            "svg": (d.get("svg") or "").replace("&quot;", '"'),
            "sublabels": [clean_label(s, raw) for s in d.get("sublabels") or []]}


def clean_labels(array, raw=True):
    out = [clean_label(d, raw) for d in array]
    names = [l["name"] for l in out]
    twice = {n for n in names if names.count(n) > 1}
    if twice:
        raise Refused("label spec: label names are not unique: %s" % ", ".join(sorted(twice)))
    for i, l in enumerate(out):
        for k, s in enumerate([l] + l["sublabels"]):
            s["color"] = s["color"] or COLORS[(i + k) % len(COLORS)]
    return out


def is_label_spec(doc):
    return (isinstance(doc, list) and doc and all(isinstance(d, dict) and "name" in d and "attributes" in d
            and isinstance(d["attributes"], list) and "_cls" not in d for d in doc))


# ----------------------------------------------------------------- a task and its import

class Task:
    def __init__(self, name, labels):
        self.name, self.labels = name, labels
        self.video = None            # name of the video file
        self.frames = []             # {"name", "width", "height"} by relative index
        self.start, self.step = 0, 1
        self.size_px = None
        self.deleted = set()
        self.tags, self.shapes, self.tracks = [], [], []
        self.media = {}              # name -> bytes loader
        self.jobs = None
        self.notes = []
        self.made_from = None
        self.index()

    def index(self):
        self.top = {l["name"]: l for l in self.labels}
        self.specs = {}
        for l in self.labels:
            self.specs[l["name"]] = {a["name"]: a for a in l["attributes"]}
            for s in l["sublabels"]:
                self.specs[(l["name"], s["name"])] = {a["name"]: a for a in s["attributes"]}
        self.stems = {}
        for i, f in enumerate(self.frames):
            self.stems[os.path.splitext(f["name"])[0]] = i

    def absolute(self, i):
        return self.start + self.step * i

    def relative(self, f):
        i, rest = divmod(f - self.start, self.step)
        if rest or not 0 <= i < len(self.frames):
            raise Refused("Unknown frame %d" % f)
        return i

    def note(self, kind, text):
        self.notes.append((kind, text))

    # -- the loader

    def match(self, node):
        a = node.attrib
        if "name" not in a or "id" not in a:
            raise Refused("an <image> lacks its name or id")
        stem = os.path.splitext(a["name"])[0]
        if stem in self.stems:
            return self.stems[stem]
        if re.fullmatch(r"-?\d+", a["id"]) and 0 <= int(a["id"]) < len(self.frames):
            self.note("matched-by-id", "image %r matched frame %s by its id" % (a["name"], a["id"]))
            return int(a["id"])
        m = re.search(r"frame_(\d+)", a["name"])
        if self.video and m:
            return self.relative(int(m.group(1)))
        raise Refused("Could not match item id: %r with any task frame" % a["name"])

    def label_of(self, a, what):
        if "label" not in a:
            raise Refused("a %s has no label" % what)
        if a["label"] not in self.top:
            raise Refused("Unknown label %r" % a["label"])
        return a["label"]

    def attributes(self, node, key):
        spec, out = self.specs[key], []
        for k in node.kids:
            if k.tag != "attribute":
                continue
            if "name" not in k.attrib:
                raise Refused("an attribute has no name")
            s = spec.get(k.attrib["name"])
            if s is None:
                self.note("attribute-dropped", "%s: attribute %r is not declared" % (key, k.attrib["name"]))
                continue
            v = k.text
            if s["input_type"] == "checkbox" and v != s["default_value"]:
                v = v.lower()
                if v not in ("true", "false"):
                    raise Refused("attribute %r: %r is not a boolean" % (s["name"], k.text))
            if len(v) > 4096:
                raise Refused("attribute %r is longer than 4096" % s["name"])
            out.append([s["name"], v])
        return out

    def geometry(self, node):
        a, kind = node.attrib, KIND[node.tag]
        try:
            if kind == "rectangle":
                p = [float(a[k]) for k in ("xtl", "ytl", "xbr", "ybr")]
            elif kind == "ellipse":
                cx, cy, rx, ry = (float(a[k]) for k in ("cx", "cy", "rx", "ry"))
                p = [cx, cy, cx + rx, cy - ry]
            elif kind == "cuboid":
                p = [float(a[k]) for k in CUBOID]
            elif kind == "mask":
                runs = [int(v) for v in a["rle"].split(",")]
                l, t, w, h = (int(a[k]) for k in ("left", "top", "width", "height"))
                if sum(runs) != w * h or min(runs) < 0:
                    self.note("mask-runs", "runs make %d of %d pixels" % (sum(runs), w * h))
                p = runs + [l, t, l + w - 1, t + h - 1]
            elif kind == "skeleton":
                p = []
            else:
                p = [float(v) for pair in a["points"].split(";") for v in pair.split(",")]
                if len(p) % 2:
                    raise Refused("%s with an odd count of numbers" % node.tag)
        except KeyError as e:
            raise Refused("a %s lacks %s" % (node.tag, e))
        except ValueError as e:
            raise Refused("a %s has a bad number: %s" % (node.tag, e))
        if kind != "mask" and any(not math.isfinite(v) for v in p):
            raise Refused("a %s has a number that is not finite" % node.tag)
        least = {"polygon": 6, "polyline": 4}.get(kind, 0)
        if len(p) < least:
            self.note("too-few-points", "a %s of %d points: the editor hides it" % (kind, len(p) // 2))
        return kind, p

    def plain(self, node, frame, key, label):
        a = node.attrib
        kind, points = self.geometry(node)
        try:
            rot = float(a.get("rotation", 0))
            z, group = int(a.get("z_order", 0)), int(a.get("group_id", 0))
        except ValueError as e:
            raise Refused("a %s has a bad number: %s" % (node.tag, e))
        if not 0 <= rot <= 360:
            raise Refused("rotation %s is not within 0..360" % a.get("rotation"))
        return {"type": kind, "frame": frame, "label": label, "points": points,
                "occluded": a.get("occluded", "0") == "1", "outside": a.get("outside", "0") == "1",
                "z_order": z, "rotation": rot, "group": group, "source": "file",
                "attributes": self.attributes(node, key), "elements": []}

    def shape(self, node, frame, in_track=False):
        label = node.attrib.get("label") if in_track is False else in_track
        if in_track is False:
            self.label_of(node.attrib, node.tag)
        s = self.plain(node, frame, label, label)
        if s["type"] == "skeleton":
            for k in node.kids:
                if k.tag not in KIND:
                    continue
                for need in ("label", "occluded", "outside") + (("keyframe",) if in_track else ()):
                    if need not in k.attrib:
                        raise Refused("a skeleton element lacks %r" % need)
                key = (label, k.attrib["label"])
                if key not in self.specs:
                    raise Refused("Unknown label %r under %r" % (k.attrib["label"], label))
                e = self.plain(k, frame, key, k.attrib["label"])
                e["keyframe"] = k.attrib.get("keyframe", "1") == "1"
                s["elements"].append(e)
        return s

    def load_xml(self, data):
        self.meta = None

        def top(node):
            if node.tag == "image":
                frame = self.match(node)
                for k in node.kids:
                    if k.tag in KIND:
                        self.shapes.append(self.shape(k, frame))
                    elif k.tag == "tag":
                        label = self.label_of(k.attrib, "tag")
                        self.tags.append({"frame": frame, "label": label, "group": int(k.attrib.get("group_id", 0)),
                                          "source": "file", "attributes": self.attributes(k, label)})
            elif node.tag == "track":
                self.load_track(node)
            elif node.tag in KIND or node.tag == "tag":
                raise Refused("a <%s> outside of <image> and <track>" % node.tag)

        read_xml(data, top)

    def load_track(self, node):
        label = self.label_of(node.attrib, "track")
        spec = self.specs[label]
        got, parts = [], {}
        for k in node.kids:
            if k.tag not in KIND:
                continue
            if "frame" not in k.attrib or "keyframe" not in k.attrib:
                raise Refused("a shape of a track lacks frame or keyframe")
            try:
                frame = self.relative(int(k.attrib["frame"]))
            except ValueError:
                raise Refused("bad frame number %r" % k.attrib["frame"])
            s = self.shape(k, frame, in_track=label)
            for e in s["elements"]:
                if e["keyframe"]:
                    parts.setdefault(e["label"], []).append(e)
            s["elements"] = []
            if k.attrib["keyframe"] == "1":
                got.append(s)
            else:
                self.note("not-keyframe", "frame %s of a track is not a keyframe: dropped" % k.attrib["frame"])
        if not got:
            raise Refused("a track of %r has no keyframe (the import crashes: list index out of range)" % label)
        group = int(node.attrib.get("group_id", 0))
        if got[0]["type"] == "mask":
            if len(got) > 1:
                self.note("mask-track", "a mask track of %d keyframes keeps only its first" % len(got))
            self.shapes.append(dict(got[0], group=group))
            return
        fixed = [a for a in got[-1]["attributes"] if not spec[a[0]]["mutable"]]
        lost = [a for s in got[:-1] for a in s["attributes"]
                if not spec[a[0]]["mutable"] and a not in fixed]
        if lost:
            self.note("immutable-lost", "%s: %r is not on the last keyframe" % (label, lost[0]))
        frames = [s["frame"] for s in got]
        if len(set(frames)) != len(frames):
            self.note("keyframe-twice", "two keyframes on one frame: later exports fail")
        t = {"frame": min(frames), "label": label, "group": group, "source": "file", "attributes": fixed,
             "shapes": [track_shape(s, spec) for s in sorted(got, key=lambda s: s["frame"])], "elements": []}
        for name, es in parts.items():
            sub = self.specs[(label, name)]
            t["elements"].append({"frame": min(e["frame"] for e in es), "label": name, "group": 0, "source": "file",
                                  "attributes": [a for a in es[-1]["attributes"] if not sub[a[0]]["mutable"]],
                                  "shapes": [track_shape(e, sub) for e in sorted(es, key=lambda e: e["frame"])],
                                  "elements": []})
        self.tracks.append(t)

    # -- the database fills in what was not given

    def fill(self):
        for s in self.shapes + self.tags:
            self.fill_one(s, s["label"], self.specs[s["label"]].values())
            for e in s.get("elements", []):
                key = (s["label"], e["label"])
                self.fill_one(e, key, self.specs[key].values())
        for t in self.tracks:
            for tr, key in [(t, t["label"])] + [(e, (t["label"], e["label"])) for e in t["elements"]]:
                spec = self.specs[key].values()
                self.fill_one(tr, key, [a for a in spec if not a["mutable"]])
                if tr["shapes"]:
                    self.fill_one(tr["shapes"][0], key, [a for a in spec if a["mutable"]])

    @staticmethod
    def fill_one(obj, _key, spec):
        have = {a[0] for a in obj["attributes"]}
        for a in spec:
            if a["name"] not in have:
                obj["attributes"].append([a["name"], a["default_value"]])


def track_shape(s, spec):
    return {"type": s["type"], "frame": s["frame"], "points": s["points"], "occluded": s["occluded"],
            "outside": s["outside"], "z_order": s["z_order"], "rotation": s["rotation"],
            "attributes": [a for a in s["attributes"] if spec[a[0]]["mutable"]]}


# ----------------------------------------------------------------- interpolation

def dist(p, q):
    return math.hypot(p[0] - q[0], p[1] - q[1])


def arc(pts):
    """normalised position of each vertex along its curve, and the curve's length"""
    run, out = 0.0, [0.0]
    for a, b in zip(pts, pts[1:]):
        run += dist(a, b)
        out.append(run)
    return [v / run if run else 0.0 for v in out], run


def pair_up(left, right):
    lpos, rpos = arc(left)[0], arc(right)[0]
    pairs = [[min(range(len(right)), key=lambda j: abs(rpos[j] - p))] for p in lpos]
    taken = {j for js in pairs for j in js}
    for j in range(len(right)):
        if j not in taken:
            i = min(range(len(left)), key=lambda i: abs(lpos[i] - rpos[j]))
            pairs[i].append(j)
    return [sorted(js) for js in pairs]


def thin(points, first, last, length, count):
    """points[first..last], those kept that stand far enough from the last kept one"""
    if first == last:
        return [points[first]]
    least = length / (2.0 * count)
    kept, at = [points[first]], first
    for i in range(first + 1, last):
        if dist(points[at], points[i]) >= least:
            kept.append(points[i])
            at = i
    kept.append(points[last])
    if len(kept) == 2 and dist(kept[0], kept[1]) < least:
        return [((kept[0][0] + kept[1][0]) / 2.0, (kept[0][1] + kept[1][1]) / 2.0)]
    return kept


def between_curves(left, right, pairs, t):
    flat, at = [], []
    for i, js in enumerate(pairs):
        at.append(len(flat))
        for j in js:
            flat.append((left[i][0] + (right[j][0] - left[i][0]) * t, left[i][1] + (right[j][1] - left[i][1]) * t))
    out, i, n = [], 0, len(left)
    while i < n:
        js = pairs[i]
        if len(js) > 1:
            out += thin(flat, at[i], at[i] + len(js) - 1, arc(right[js[0]:js[-1] + 1])[1], js[-1] - js[0] + 1)
            i += 1
            continue
        k = i
        while k + 1 < n and pairs[k + 1] == js:
            k += 1
        out += thin(flat, at[i], at[k], arc(left[i:k + 1])[1], k - i + 1)
        i = k + 1
    return out


def turn(r0, r1, t):
    d = (r1 - r0 + 180) % 360 - 180
    if abs(d) >= 180:
        d = 1.0  # the server's slip for exactly opposite angles
    return (r0 + d * t + 360) % 360


def in_between(a, b, frames):
    """the shapes of the frames strictly between two keyframes, the first of them visible"""
    out = []
    kind = a["type"]
    if kind == "mask" or kind != b["type"]:
        raise Refused("a track mixes %s and %s: the server's export fails" % (a["type"], b["type"]))
    curves = kind in ("polygon", "polyline")
    if curves:
        l = list(zip(a["points"][::2], a["points"][1::2]))
        r = list(zip(b["points"][::2], b["points"][1::2]))
        if kind == "polygon":
            l, r = l + l[:1], r + r[:1]
        pairs = pair_up(l, r)
    for f in frames:
        t = (f - a["frame"]) / float(b["frame"] - a["frame"])
        s = dict(a, frame=f, keyframe=False)
        if curves:
            pts = between_curves(l, r, pairs, t)
            if kind == "polygon":
                pts = pts[:-1]
            s["points"] = [v for p in pts for v in p]
        elif kind in ("rectangle", "ellipse", "cuboid") or (kind == "points" and len(a["points"]) == len(b["points"]) == 2):
            s["points"] = [x + (y - x) * t for x, y in zip(a["points"], b["points"])]
            if kind != "points":
                s["rotation"] = turn(a["rotation"], b["rotation"], t)
        out.append(s)
    return out


def expand(shapes, end):
    """keyframes -> every frame of the visible runs, as the server's export has them; end is exclusive"""
    out, before = [], None
    for s in sorted(shapes, key=lambda s: s["frame"]):
        if before is not None and s["frame"] == before["frame"]:
            raise Refused("two keyframes on frame %d: the server's export fails" % s["frame"])
        s = dict(s, keyframe=True, attributes=[list(a) for a in s["attributes"]])
        if before is not None:
            have = {a[0] for a in s["attributes"]}
            s["attributes"] += [a for a in before["attributes"] if a[0] not in have]
            if not before["outside"]:
                out += in_between(before, s, range(before["frame"] + 1, s["frame"]))
        out.append(s)
        before = s
    if before is not None and not before["outside"]:
        out += [dict(before, frame=f, keyframe=False) for f in range(before["frame"] + 1, end)]
    return out


# ----------------------------------------------------------------- XML out

def esc(s):
    return s.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quote(s):
    s = esc(s).replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")
    if '"' in s:
        return '"%s"' % s.replace('"', "&quot;") if "'" in s else "'%s'" % s
    return '"%s"' % s


class Writer:
    def __init__(self):
        self.out, self.depth = ['<?xml version="1.0" encoding="utf-8"?>\n'], 0

    def open(self, tag, attrs=()):
        self.out.append("%s<%s%s>\n" % ("  " * self.depth, tag, "".join(" %s=%s" % (k, quote(v)) for k, v in attrs)))
        self.depth += 1

    def close(self, tag):
        self.depth -= 1
        self.out.append("%s</%s>\n" % ("  " * self.depth, tag))

    def leaf(self, tag, text, attrs=()):
        self.out.append("%s<%s%s>%s</%s>\n" % ("  " * self.depth, tag,
                        "".join(" %s=%s" % (k, quote(v)) for k, v in attrs), esc(text), tag))

    def bytes(self):
        return "".join(self.out).encode("utf-8")


def two(v):
    return "%.2f" % v


def pts(p):
    return ";".join("%.2f,%.2f" % (p[i], p[i + 1]) for i in range(0, len(p) - 1, 2))


def geometry_attrs(s):
    p, kind = s["points"], s["type"]
    if kind == "rectangle":
        out = [("xtl", two(p[0])), ("ytl", two(p[1])), ("xbr", two(p[2])), ("ybr", two(p[3]))]
    elif kind == "ellipse":
        out = [("cx", two(p[0])), ("cy", two(p[1])), ("rx", two(p[2] - p[0])), ("ry", two(p[1] - p[3]))]
    elif kind == "cuboid":
        return [(k, two(v)) for k, v in zip(CUBOID, p)]
    elif kind == "mask":
        l, t, r, b = (int(v) for v in p[-4:])
        return [("rle", ", ".join(str(int(v)) for v in p[:-4])), ("left", str(l)), ("top", str(t)),
                ("width", str(r - l + 1)), ("height", str(b - t + 1))]
    elif kind == "skeleton":
        return []
    else:
        return [("points", pts(p))]
    if s["rotation"]:
        out.append(("rotation", two(s["rotation"])))
    return out


def put_attributes(w, attrs):
    for name, value in attrs:
        w.leaf("attribute", value, [("name", name)])


def flag(v):
    return "1" if v else "0"


def grouped(attrs, group):
    return attrs + [("group_id", str(group))] if group else attrs


def write_images(w, rows):
    """rows: (id, name, width, height, shapes, tags)"""
    for i, name, width, height, shapes, tags in rows:
        w.open("image", [("id", str(i)), ("name", name), ("width", str(width)), ("height", str(height))])
        for s in shapes:
            head = [("label", s["label"]), ("source", s["source"])]
            if s["type"] != "skeleton":
                head.append(("occluded", flag(s["occluded"])))
            tag = ELEMENT[s["type"]]
            w.open(tag, grouped(head + geometry_attrs(s) + [("z_order", str(s["z_order"]))], s["group"]))
            for e in s["elements"]:
                sub = ELEMENT[e["type"]]
                w.open(sub, grouped([("label", e["label"]), ("source", e["source"]), ("outside", flag(e["outside"])),
                                     ("occluded", flag(e["occluded"]))] + geometry_attrs(e), e["group"]))
                put_attributes(w, e["attributes"])
                w.close(sub)
            put_attributes(w, s["attributes"])
            w.close(tag)
        for t in tags:
            w.open("tag", grouped([("label", t["label"]), ("source", t["source"])], t["group"]))
            put_attributes(w, t["attributes"])
            w.close("tag")
        w.close("image")


def write_tracks(w, tracks, absolute=lambda i: i):
    """tracks: {"label","source","group","shapes" (expanded),"elements" (expanded tracks)}"""
    for n, t in enumerate(tracks):
        w.open("track", grouped([("id", str(n)), ("label", t["label"]), ("source", t["source"])], t["group"]))
        parts = {}
        for e in t["elements"]:
            for s in e["shapes"]:
                parts.setdefault(s["frame"], []).append((e["label"], s))
        for s in t["shapes"]:
            tag = ELEMENT[s["type"]]
            if s["type"] == "skeleton":
                if s["frame"] not in parts:
                    continue
                w.open(tag, [("frame", str(absolute(s["frame"]))), ("keyframe", flag(s["keyframe"])), ("z_order", str(s["z_order"]))])
                for label, e in parts[s["frame"]]:
                    sub = ELEMENT[e["type"]]
                    w.open(sub, [("label", label), ("keyframe", flag(e["keyframe"])), ("outside", flag(e["outside"])),
                                 ("occluded", flag(e["occluded"]))] + geometry_attrs(e))
                    put_attributes(w, e["attributes"])
                    w.close(sub)
            else:
                w.open(tag, [("frame", str(absolute(s["frame"]))), ("keyframe", flag(s["keyframe"])),
                             ("outside", flag(s["outside"])), ("occluded", flag(s["occluded"]))]
                       + geometry_attrs(s) + [("z_order", str(s["z_order"]))])
            put_attributes(w, s["attributes"])
            w.close(tag)
        w.close("track")


def shape_as_track(s, absolute, step, stop):
    """a plain shape in the video flavour: itself and, unless too near the end, an end mark"""
    def copies(x):
        a = dict(x, keyframe=True, outside=x["outside"] if x is not s else False)
        two_ = [a]
        if absolute(s["frame"]) + step < stop:
            two_.append(dict(a, frame=s["frame"] + 1, outside=True))
        return two_

    return {"label": s["label"], "source": s["source"], "group": s["group"], "shapes": copies(s),
            "elements": [{"label": e["label"], "shapes": copies(dict(e, frame=s["frame"]))} for e in s["elements"]]}


def write_meta(w, task, interpolation):
    first, last = task.absolute(0), task.absolute(max(len(task.frames) - 1, 0))
    w.open("meta")
    w.open("task")
    for k, v in (("id", "7"), ("name", task.name), ("size", str(len(task.frames))),
                 ("mode", "interpolation" if interpolation else "annotation"), ("overlap", "0"), ("bugtracker", ""),
                 ("created", "2024-01-02 03:04:05.678901+00:00"), ("updated", "2024-01-02 03:04:06.678901+00:00"),
                 ("subset", "default"), ("start_frame", str(first)), ("stop_frame", str(last)),
                 ("frame_filter", "" if task.step == 1 else "step=%d" % task.step)):
        w.leaf(k, v)
    w.open("segments")
    for n, (a, b) in enumerate(task.jobs or [(0, max(len(task.frames) - 1, 0))]):
        w.open("segment")
        w.leaf("id", str(9 + n))
        w.leaf("start", str(a))
        w.leaf("stop", str(b))
        w.leaf("url", "http://localhost:8080/api/jobs/%d" % (9 + n))
        w.close("segment")
    w.close("segments")
    w.open("owner")
    w.leaf("username", "user")
    w.leaf("email", "user@example.com")
    w.close("owner")
    w.leaf("assignee", "")
    w.open("labels")
    for l in task.labels:
        for one, parent in [(l, None)] + [(s, l["name"]) for s in l["sublabels"]]:
            w.open("label")
            w.leaf("name", one["name"])
            w.leaf("color", one["color"])
            w.leaf("type", one["type"])
            w.open("attributes")
            for a in one["attributes"]:
                w.open("attribute")
                w.leaf("name", a["name"])
                w.leaf("mutable", "True" if a["mutable"] else "False")
                w.leaf("input_type", a["input_type"])
                w.leaf("default_value", a["default_value"])
                w.leaf("values", "\n".join(a["values"]))
                w.close("attribute")
            w.close("attributes")
            if parent is not None:
                w.leaf("parent", parent)
            elif one["type"] == "skeleton":
                w.leaf("svg", one["svg"])
            w.close("label")
    w.close("labels")
    if task.video:
        w.open("original_size")
        w.leaf("width", str(task.size_px[0]))
        w.leaf("height", str(task.size_px[1]))
        w.close("original_size")
        w.leaf("source", task.video)
    w.close("task")
    w.leaf("dumped", "2024-01-02 03:04:07.678901+00:00")
    w.close("meta")


def expanded_track(task, t):
    def one(tr):
        fixed = tr["attributes"]
        return [dict(s, attributes=s["attributes"] + fixed) for s in expand(tr["shapes"], len(task.frames))]
    return {"label": t["label"], "source": t["source"], "group": t["group"], "shapes": one(t),
            "elements": [{"label": e["label"], "source": e["source"], "group": e["group"], "shapes": one(e)} for e in t["elements"]]}


def dump_images(task):
    w = Writer()
    w.open("annotations")
    w.leaf("version", "1.1")
    write_meta(w, task, bool(task.video))
    shapes = [[] for _ in task.frames]
    tags = [[] for _ in task.frames]
    for s in task.shapes:
        shapes[s["frame"]].append(s)
    for t in task.tracks:
        x = expanded_track(task, t)
        for s in x["shapes"]:
            s = dict(s, label=t["label"], source=t["source"], group=t["group"], elements=[])
            if s["type"] == "skeleton":
                for e in x["elements"]:
                    s["elements"] += [dict(k, label=e["label"], source=e["source"], group=e["group"])
                                      for k in e["shapes"] if k["frame"] == s["frame"]]
                if all(e["outside"] for e in s["elements"]):
                    continue
            elif s["outside"]:
                continue
            shapes[s["frame"]].append(s)
    for t in task.tags:
        tags[t["frame"]].append(t)
    write_images(w, [(task.absolute(i), "frame_%06d" % task.absolute(i) if task.video else f["name"],
                      f["width"], f["height"], sorted(shapes[i], key=lambda s: s["z_order"]), tags[i])
                     for i, f in enumerate(task.frames) if i not in task.deleted])
    w.close("annotations")
    return w.bytes()


def dump_video(task):
    w = Writer()
    w.open("annotations")
    w.leaf("version", "1.1")
    write_meta(w, task, bool(task.video))
    stop = task.absolute(max(len(task.frames) - 1, 0))
    rows = [expanded_track(task, t) for t in task.tracks]
    rows += [shape_as_track(s, task.absolute, task.step, stop)
             for s in sorted(task.shapes, key=lambda s: s["frame"]) if s["frame"] not in task.deleted]
    for r in rows:
        r["shapes"] = [s for s in r["shapes"] if s["frame"] not in task.deleted]
    write_tracks(w, rows, task.absolute)
    w.close("annotations")
    return w.bytes()


def backup_shape(s, frame=True):
    out = {"type": s["type"], "occluded": s["occluded"], "outside": s["outside"], "z_order": s["z_order"],
           "rotation": s["rotation"], "points": s["points"], "frame": s["frame"]}
    if "label" in s and frame:
        out.update(group=s["group"], source=s["source"], label=s["label"])
    out["attributes"] = [{"name": n, "value": v} for n, v in s["attributes"]]
    return out


def dump_backup(task):
    def track(t):
        return {"frame": t["frame"], "group": t["group"], "source": t["source"], "label": t["label"],
                "attributes": [{"name": n, "value": v} for n, v in t["attributes"]],
                "shapes": [backup_shape(s, False) for s in t["shapes"]], "elements": [track(e) for e in t["elements"]]}

    jobs = task.jobs or [(0, len(task.frames) - 1)]
    parts = []
    for n, (a, b) in enumerate(jobs):
        mine = lambda f: a <= f <= b and (n + 1 == len(jobs) or f < jobs[n + 1][0])
        parts.append({"version": 0,
            "tags": [{"frame": t["frame"], "group": t["group"], "source": t["source"], "label": t["label"],
                      "attributes": [{"name": k, "value": v} for k, v in t["attributes"]]} for t in task.tags if mine(t["frame"])],
            "shapes": [dict(backup_shape(s), elements=[backup_shape(dict(e, frame=s["frame"])) for e in s["elements"]])
                       for s in task.shapes if mine(s["frame"])],
            "tracks": [track(t) for t in task.tracks if mine(t["frame"])]})
    labels = []
    for l in task.labels:
        d = {"name": l["name"], "color": l["color"], "type": l["type"], "attributes": l["attributes"]}
        if l["type"] == "skeleton":
            d.update(svg=l["svg"], sublabels=[{k: s[k] for k in ("name", "color", "type", "attributes")} for s in l["sublabels"]])
        labels.append(d)
    last = task.absolute(max(len(task.frames) - 1, 0))
    data = {"chunk_size": 72, "image_quality": 70, "start_frame": task.start, "stop_frame": last,
            "storage_method": "cache", "storage": "local", "sorting_method": "lexicographical",
            "chunk_type": "video" if task.video else "imageset", "deleted_frames": sorted(task.absolute(i) for i in task.deleted)}
    if task.step > 1:
        data["frame_filter"] = "step=%d" % task.step
    doc = {"name": task.name, "bug_tracker": "", "status": "annotation", "subset": "", "labels": labels, "version": "1.0",
           "data": data, "jobs": [{"start_frame": a, "stop_frame": b, "frames": [], "type": "annotation", "status": "annotation"}
                                  for a, b in jobs]}
    f = io.BytesIO()
    z = zipfile.ZipFile(f, "w")
    put(z, "task.json", json.dumps(doc))
    put(z, "annotations.json", json.dumps(parts))
    if task.video:
        if task.video in task.media:
            put(z, "data/" + task.video, task.media[task.video]())
    else:
        rows = ['{"version":"1.1"}', '{"type":"images"}']
        for fr in task.frames:
            stem, ext = os.path.splitext(fr["name"])
            rows.append(json.dumps({"name": stem, "extension": ext, "width": fr["width"], "height": fr["height"], "meta": {"related_images": []}}))
            if fr["name"] in task.media:
                put(z, "data/" + fr["name"], task.media[fr["name"]]())
        put(z, "data/manifest.jsonl", "\n".join(rows) + "\n")
    z.close()
    return f.getvalue()


def put(z, name, data):
    info = zipfile.ZipInfo(name, (2024, 1, 2, 3, 4, 6))
    info.external_attr = 0o644 << 16
    z.writestr(info, data)


# ----------------------------------------------------------------- reading an archive folder

def open_zip(path):
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as e:
        raise Refused("%s: %s" % (os.path.basename(path), e))


class Found:
    def __init__(self):
        self.specs, self.xmls, self.backups, self.media, self.videos = [], [], [], [], []


def survey(root):
    found = Found()
    files = [root] if os.path.isfile(root) else sorted(
        (os.path.join(d, f) for d, dirs, fs in os.walk(root) for f in fs), key=lambda p: (p.count(os.sep), p))
    for path in files:
        name = os.path.basename(path).lower()
        if name.startswith("."):
            continue
        with open(path, "rb") as f:
            head = f.read(4096)
        if head[:2] == b"PK":
            z = open_zip(path)
            names = [n for n in z.namelist() if not n.endswith("/")]
            if "task.json" in names:
                found.backups.append(path)
            elif any(n.lower().endswith(".xml") for n in names):
                found.xmls.append((path, [n for n in names if n.lower().endswith(".xml")]))
            elif any(n.lower().endswith(VIDEO) for n in names) and not any(n.lower().endswith(MEDIA) for n in names):
                found.videos += [(path, n) for n in names if n.lower().endswith(VIDEO)]
            elif names:
                found.media.append((path, [n for n in names if "__MACOSX" not in n and not n.endswith(".DS_Store")]))
        elif xml_root(head) == "annotations":
            found.xmls.append((path, None))
        elif name.endswith(VIDEO) or head[4:8] == b"ftyp":
            found.videos.append((path, None))
        elif head.lstrip()[:1] == b"[" and os.path.getsize(path) < 1 << 24:
            try:
                doc = json.loads(open(path, "rb").read())
            except ValueError:
                continue
            if is_label_spec(doc):
                found.specs.append((path, doc))
    loose = [p for p in files if p.lower().endswith(MEDIA)]
    if loose and os.path.isdir(root):
        found.loose = loose
    else:
        found.loose = []
    return found


def nearest(path, candidates):
    """the candidate in the same folder or the nearest parent, with the longest common beginning of its name"""
    here = os.path.dirname(os.path.abspath(path))

    def score(c):
        folder = os.path.dirname(os.path.abspath(c))
        common = os.path.commonprefix([os.path.basename(path), os.path.basename(c)])
        up = os.path.relpath(here, folder)
        return (0 if up == "." else 1 + up.count(os.sep) if not up.startswith("..") else 99, -len(common), c)
    ok = [c for c in candidates if score(c)[0] < 99]
    return min(ok, key=score) if ok else None


def read_member(path, member):
    if member is None:
        with open(path, "rb") as f:
            return f.read()
    z = open_zip(path)
    try:
        return z.read(member)
    except Exception as e:
        raise Refused("%s:%s: %s" % (os.path.basename(path), member, e))


def scan_xml(docs):
    """names, sizes and meta of the XML, for what the media does not tell"""
    names, meta, top = [], {}, -1
    for data in docs:
        def on(node):
            nonlocal top
            if node.tag == "image":
                a = node.attrib
                names.append((a.get("name", ""), int(a.get("width", 0) or 0), int(a.get("height", 0) or 0)))
            elif node.tag == "track":
                for k in node.kids:
                    if k.attrib.get("frame", "").isdigit():
                        top = max(top, int(k.attrib["frame"]))
            elif node.tag == "meta":
                t = node.find("task") or node.find("job")
                if t is not None:
                    for key in ("name", "mode", "size", "start_frame", "stop_frame", "frame_filter", "source"):
                        meta[key] = t.value(key, meta.get(key, ""))
                    o = t.find("original_size") or node.find("original_size")
                    if o is not None:
                        meta["wh"] = (int(o.value("width", "0") or 0), int(o.value("height", "0") or 0))
        read_xml(data, on)
    return names, meta, top


def lazy(path, member):
    return lambda: read_member(path, member)


def task_from_xml(found, path, members, docs):
    names, meta, top = scan_xml(docs)
    spec = nearest(path, [p for p, _ in found.specs])
    if spec is None:
        raise Refused("%s: no label spec lies beside it" % os.path.basename(path))
    labels = clean_labels(dict(found.specs)[spec])
    task = Task(meta.get("name") or os.path.splitext(os.path.basename(path))[0], labels)
    task.made_from = path
    m = re.search(r"step=(\d+)", meta.get("frame_filter", ""))
    task.step = int(m.group(1)) if m else 1
    task.start = int(meta.get("start_frame") or 0) if re.fullmatch(r"\d*", meta.get("start_frame") or "") else 0
    stems = {os.path.splitext(n)[0] for n, _, _ in names}
    videoish = bool(meta.get("source")) or meta.get("mode") == "interpolation" or top >= 0 or (
        names and all(re.fullmatch(r"frame_\d{6}", n) for n, _, _ in names))
    zips = [(p, ns) for p, ns in found.media if nearest(path, [p])]
    fitting = [(p, ns) for p, ns in zips if names and stems <= {os.path.splitext(n)[0] for n in ns}]
    if not fitting and len(zips) == 1 and not videoish:
        fitting = zips
    if videoish and not fitting:
        near = [v for v in found.videos if nearest(path, [v[0]])]
        named = [v for v in near if os.path.basename(v[1] or v[0]) == meta.get("source")]
        pick = named or ([v for v in near if v[0] == nearest(path, [x[0] for x in near])])
        info = None
        task.video = meta.get("source") or "video.mp4"
        if pick:
            task.video = os.path.basename(pick[0][1] or pick[0][0])
            task.media[task.video] = lazy(*pick[0])
            info = mp4_info(read_member(*pick[0]))
        size = meta.get("size") or ""
        stop = meta.get("stop_frame") or ""
        if info:
            total = info[0]
        elif stop.isdigit():
            total = int(stop) + 1
        elif size.isdigit():
            total = task.start + int(size) * task.step
        else:
            total = top + 1
            task.note("frames-guessed", "no meta and no readable video: %d frames assumed" % total)
        last = int(stop) if stop.isdigit() else total - 1
        if info and last >= info[0]:
            raise Refused("stop_frame %d lies beyond the %d frames of %s" % (last, info[0], task.video))
        wh = info[1:] if info else meta.get("wh") or (names[0][1:] if names else (0, 0))
        task.size_px = tuple(wh)
        task.frames = [{"name": "frame_%06d" % f, "width": wh[0], "height": wh[1]}
                       for f in range(task.start, last + 1, task.step)]
    elif fitting:
        p, ns = min(fitting, key=lambda x: (len(x[1]), x[0]))
        known = {os.path.splitext(n)[0]: (w, h) for n, w, h in names}
        z = open_zip(p)
        for n in sorted(ns, key=lambda n: n.encode()):
            if not n.lower().endswith(MEDIA):
                continue
            with z.open(n) as f:
                wh = image_size(f.read(1 << 18)) or known.get(os.path.splitext(n)[0], (0, 0))
            task.frames.append({"name": n, "width": wh[0], "height": wh[1]})
            task.media[n] = lazy(p, n)
    else:
        folder = os.path.dirname(os.path.abspath(path))
        bare = [os.path.relpath(p, folder) for p in found.loose if os.path.abspath(p).startswith(folder + os.sep)]
        roots = [""] + sorted({b.split(os.sep)[0] + "/" for b in bare if os.sep in b})
        for r in roots:
            ns = [b[len(r):].replace(os.sep, "/") for b in bare if b.replace(os.sep, "/").startswith(r)]
            if names and stems <= {os.path.splitext(n)[0] for n in ns}:
                for n in sorted(ns, key=lambda n: n.encode()):
                    data = open(os.path.join(folder, r + n), "rb").read(1 << 18)
                    wh = image_size(data) or (0, 0)
                    task.frames.append({"name": n, "width": wh[0], "height": wh[1]})
                    task.media[n] = lazy(os.path.join(folder, r + n), None)
                break
        else:
            task.note("no-media", "no media found: the frames are those that the XML names")
            seen = {}
            for n, w, h in names:
                seen.setdefault(n, (w, h))
            task.frames = [{"name": n, "width": seen[n][0], "height": seen[n][1]} for n in sorted(seen, key=lambda n: n.encode())]
            task.start = 0
    task.index()
    for d in docs:
        task.load_xml(d)
    return task


def task_from_backup(path):
    z = open_zip(path)
    try:
        doc, parts = json.loads(z.read("task.json")), json.loads(z.read("annotations.json"))
    except (KeyError, ValueError) as e:
        raise Refused("%s: %s" % (os.path.basename(path), e))
    for need in ("name", "labels", "version", "data", "jobs"):
        if need not in doc:
            raise Refused("task.json lacks %r" % need)
    if doc["version"] != "1.0":
        raise Refused("task.json: version %r" % doc["version"])
    for l in doc["labels"]:
        extra = set(l) - {"name", "color", "type", "attributes", "svg", "sublabels"}
        if extra:
            raise Refused("task.json: label key %s is not taken" % ", ".join(sorted(extra)))
    data = doc["data"]
    for need in ("image_quality", "chunk_type", "storage"):
        if need not in data:
            raise Refused("task.json: data lacks %r" % need)
    if "frame_filter" in data and not re.fullmatch(r"step=\d+", data["frame_filter"]):
        raise Refused("task.json: frame_filter %r" % data["frame_filter"])
    if data.get("storage_method") == "file_system" and data.get("sorting_method") == "predefined":
        raise Refused("task.json: predefined sorting needs the cache storage method")
    task = Task(doc["name"], clean_labels(doc["labels"], raw=False))
    task.made_from = path
    task.step = int(data.get("frame_filter", "step=1")[5:])
    task.start = data.get("start_frame", 0)
    names = [n[5:] for n in z.namelist() if n.startswith("data/") and not n.endswith("/")]
    media = [n for n in names if n not in ("manifest.jsonl", "index.json")]
    for n in media:
        task.media[n] = lazy(path, "data/" + n)
    vids = [n for n in media if n.lower().endswith(VIDEO)]
    stop = data.get("stop_frame", 0)
    if vids:
        task.video = vids[0]
        info = mp4_info(z.read("data/" + vids[0])) or (stop + 1, 0, 0)
        if stop >= info[0]:
            raise Refused("task.json: stop_frame %d, but the video has %d frames" % (stop, info[0]))
        task.size_px = info[1:]
        task.frames = [{"name": "frame_%06d" % f, "width": info[1], "height": info[2]} for f in range(task.start, stop + 1, task.step)]
    else:
        order = sorted(media, key=lambda n: n.encode())
        if "manifest.jsonl" in names:
            rows = [json.loads(l) for l in z.read("data/manifest.jsonl").decode().splitlines() if l.strip()]
            rows = [r["name"] + r["extension"] for r in rows if "name" in r and "extension" in r]
            if set(rows) != set(media):
                raise Refused("manifest.jsonl does not name the media of the archive")
            if data.get("sorting_method") == "predefined":
                order = rows
        order = order[task.start:stop + 1:task.step]
        for n in order:
            wh = image_size(z.open("data/" + n).read(1 << 18)) or (0, 0)
            task.frames.append({"name": n, "width": wh[0], "height": wh[1]})
    task.index()
    task.deleted = {task.relative(f) for f in data.get("deleted_frames", [])}
    task.jobs = [(task.relative(j["start_frame"]), task.relative(j["stop_frame"])) for j in doc["jobs"]
                 if j.get("type", "annotation") == "annotation" and "start_frame" in j]
    if len(parts) != len(doc["jobs"]):
        raise Refused("annotations.json has %d jobs, task.json %d" % (len(parts), len(doc["jobs"])))

    def attrs(o, key, mutable=None):
        out = []
        for a in o.get("attributes", []):
            s = task.specs[key].get(a["name"])
            if s is None or (mutable is not None and s["mutable"] != mutable):
                raise Refused("annotations.json: attribute %r of %s is unknown or in the wrong place" % (a["name"], key))
            out.append([a["name"], a["value"]])
        return out

    def key_of(o, parent=None):
        key = o["label"] if parent is None else (parent, o["label"])
        if key not in task.specs:
            raise Refused("annotations.json: unknown label %r" % (key,))
        return key

    def shape(o, frame, parent=None):
        key = key_of(o, parent)
        return {"type": o["type"], "frame": frame, "label": o["label"], "points": [v for v in o["points"]],
                "occluded": bool(o.get("occluded")), "outside": bool(o.get("outside")), "z_order": o.get("z_order", 0),
                "rotation": o.get("rotation", 0.0), "group": o.get("group", 0), "source": o.get("source", "manual"),
                "attributes": attrs(o, key), "elements": [shape(e, frame, o["label"]) for e in o.get("elements", [])]}

    def track(o, parent=None):
        key = key_of(o, parent)
        if not o["shapes"]:
            raise Refused("annotations.json: a track of %r has no shapes" % o["label"])
        return {"frame": o["frame"], "label": o["label"], "group": o.get("group", 0), "source": o.get("source", "manual"),
                "attributes": attrs(o, key, False),
                "shapes": [{"type": s["type"], "frame": s["frame"], "points": s["points"], "occluded": bool(s.get("occluded")),
                            "outside": bool(s.get("outside")), "z_order": s.get("z_order", 0), "rotation": s.get("rotation", 0.0),
                            "attributes": attrs(s, key, True)} for s in o["shapes"]],
                "elements": [track(e, o["label"]) for e in o.get("elements", [])]}

    def on_frame(f):
        if not 0 <= f < len(task.frames):
            raise Refused("annotations.json: frame %r is outside of the task" % f)
        return f

    try:
        for p in parts:
            task.tags += [{"frame": on_frame(t["frame"]), "label": t["label"], "group": t.get("group", 0),
                           "source": t.get("source", "manual"), "attributes": attrs(t, key_of(t))} for t in p["tags"]]
            task.shapes += [shape(s, on_frame(s["frame"])) for s in p["shapes"]]
            task.tracks += [track(t) for t in p["tracks"]]
    except KeyError as e:
        raise Refused("annotations.json: %s is missing" % e)
    return task


def load_archive(root, use="auto"):
    """every task of an archive folder, imported and filled with defaults"""
    found = survey(root)
    tasks, seen, orphan = [], set(), None
    if use in ("auto", "xml"):
        for path, members in found.xmls:
            docs = [read_member(path, m) for m in (members or [None])]
            docs = [d for d in docs if xml_root(d) == "annotations"]
            digest = hashlib.sha256(b"\0".join(docs)).digest()
            if not docs or digest in seen:
                continue
            if nearest(path, [p for p, _ in found.specs]) is None:
                orphan = orphan or path
                continue
            seen.add(digest)
            tasks.append(task_from_xml(found, path, members, docs))
    if not tasks and use in ("auto", "backup"):
        for path in found.backups:
            tasks.append(task_from_backup(path))
    if not tasks:
        raise Refused("%s: no label spec lies beside the annotations" % os.path.basename(orphan) if orphan else
                      "nothing in %s that CVAT could import" % os.path.basename(os.path.normpath(root)))
    for t in tasks:
        t.fill()
    return tasks


# ----------------------------------------------------------------- edits

def attr(obj, name):
    return next((a for a in obj["attributes"] if a[0] == name), None)


def mask_pixels(s):
    l, t, r, b = (int(v) for v in s["points"][-4:])
    w, on, at, px = r - l + 1, False, 0, set()
    for run in s["points"][:-4]:
        if on:
            px.update((l + k % w, t + k // w) for k in range(at, at + int(run)))
        at, on = at + int(run), not on
    return px


def mask_points(px):
    l, r = min(x for x, _ in px), max(x for x, _ in px)
    t, b = min(y for _, y in px), max(y for _, y in px)
    runs, on, n = [], False, 0
    for y in range(t, b + 1):
        for x in range(l, r + 1):
            if ((x, y) in px) != on:
                runs.append(n)
                on, n = not on, 0
            n += 1
    return runs + [n, l, t, r, b]


def shift(s, dx, dy):
    p = s["points"]
    if s["type"] == "mask":
        s["points"] = p[:-4] + [p[-4] + int(dx), p[-3] + int(dy), p[-2] + int(dx), p[-1] + int(dy)]
    else:
        s["points"] = [v + (dy if i % 2 else dx) for i, v in enumerate(p)]
    for e in s.get("elements", []):
        shift(e, dx, dy)


class Editor:
    def __init__(self, tasks, id_attr="label_id"):
        self.tasks, self.id_attr = tasks, id_attr
        self.ids = None

    def reindex(self):
        self.ids = {}
        for task in self.tasks:
            for lot, kind in ((task.shapes, "shape"), (task.tags, "tag")):
                for o in lot:
                    a = attr(o, self.id_attr)
                    if a is not None and a[1]:
                        self.ids.setdefault(a[1], []).append((task, kind, o, None))
            for t in task.tracks:
                for o in [t] + t["shapes"]:
                    a = attr(o, self.id_attr)
                    if a is not None and a[1]:
                        self.ids.setdefault(a[1], []).append((task, "track", t, o if o is not t else None))

    def frame(self, e, key="image"):
        """(task, relative index) of an image given by number or name, or by a label that stands on it"""
        if key == "image" and "of" in e:
            task, _, o, k = self.ids[e["of"]][0]
            return task, (k or o)["frame"]
        if key == "to" and "to_of" in e:
            task, _, o, k = self.ids[e["to_of"]][0]
            return task, (k or o)["frame"]
        want = e[key]
        lot = [self.tasks[e["task"]]] if "task" in e else self.tasks
        for task in lot:
            if isinstance(want, int):
                if "task" in e or len(self.tasks) == 1:
                    return task, want
                if want < len(task.frames):
                    return task, want
                want -= len(task.frames)
                continue
            stem = os.path.splitext(want)[0]
            if stem in task.stems:
                return task, task.stems[stem]
            tails = [i for s, i in task.stems.items() if s.endswith("/" + stem) or s.split("/")[-1] == stem]
            if len(tails) == 1:
                return task, tails[0]
        raise SystemExit("edit: no image %r" % (e[key],))

    def target(self, e):
        """(task, kind, object, keyframe)"""
        if "id" in e:
            hits = self.ids.get(e["id"], [])
            if "image" in e:
                task, i = self.frame(e)
                hits = [h for h in hits if h[0] is task and (h[2].get("frame") == i or (h[3] or {}).get("frame") == i)]
            if "copy_no" in e:
                hits = hits[e["copy_no"]:]
            if not hits:
                raise SystemExit("edit: no object has the id %r" % e["id"])
            return hits[0]
        if "track" in e:
            task = self.tasks[e.get("task", 0)]
            return task, "track", task.tracks[e["track"]], None
        task, i = self.frame(e)
        if "tag" in e:
            return task, "tag", [t for t in task.tags if t["frame"] == i][e["tag"]], None
        lot = sorted((s for s in task.shapes if s["frame"] == i), key=lambda s: s["z_order"])
        return task, "shape", lot[e["shape"]], None

    def run(self, edits):
        self.reindex()
        for e in edits:
            op = e["op"]
            if op in ("add", "add_tag", "add_track", "remove_image", "renumber", "merge"):
                getattr(self, "op_" + op)(e)
            else:
                task, kind, o, key = self.target(e)
                getattr(self, "op_" + op)(e, task, kind, o, key)
            self.reindex()
        for t in self.tasks:
            t.fill()

    # -- shapes and tags

    def op_move(self, e, task, kind, o, key):
        for s in o["shapes"] if kind == "track" else [o]:
            shift(s, e.get("dx", 0), e.get("dy", 0))

    def op_resize(self, e, task, kind, o, key):
        p = o["points"]
        o["points"] = [p[0], p[1], p[2] + e.get("dw", 0), p[3] + e.get("dh", 0)]

    def op_points(self, e, task, kind, o, key):
        (key or o)["points"] = list(e["points"])

    def op_rotate(self, e, task, kind, o, key):
        (key or o)["rotation"] = e["angle"] % 360

    def op_relabel(self, e, task, kind, o, key):
        if e["label"] not in task.top:
            raise SystemExit("edit: the task has no label %r" % e["label"])
        o["label"] = e["label"]
        spec = task.specs[e["label"]]
        # the editor keeps values of attributes that both labels have
        o["attributes"] = [a for a in o["attributes"] if a[0] in spec]
        if kind == "track":
            for s in o["shapes"]:
                s["attributes"] = [a for a in s["attributes"] if a[0] in spec]

    def op_delete(self, e, task, kind, o, key):
        lot = {"shape": task.shapes, "tag": task.tags, "track": task.tracks}[kind]
        lot[:] = [x for x in lot if x is not o]

    def op_attribute(self, e, task, kind, o, key):
        spec = task.specs[o["label"]].get(e["name"])
        if spec is None:
            raise SystemExit("edit: label %r has no attribute %r" % (o["label"], e["name"]))
        where = o
        if kind == "track" and spec["mutable"]:
            where = key or self.keyframe(o, e.get("frame", o["frame"]))
        a = attr(where, e["name"])
        if a is None:
            where["attributes"].append([e["name"], e["value"]])
        else:
            a[1] = e["value"]

    def op_occluded(self, e, task, kind, o, key):
        (key or o)["occluded"] = bool(e["value"])

    def op_z_order(self, e, task, kind, o, key):
        (key or o)["z_order"] = int(e["value"])

    def op_group(self, e, task, kind, o, key):
        o["group"] = int(e["value"])

    def set_id(self, o, key, value, kind):
        lot = [key] if key else [o] + (o["shapes"] if kind == "track" else [])
        for x in lot:
            a = attr(x, self.id_attr)
            if a is not None:
                a[1] = value

    def op_blank_id(self, e, task, kind, o, key):
        self.set_id(o, key, "", kind)

    def op_alter_id(self, e, task, kind, o, key):
        self.set_id(o, key, e["value"], kind)

    def op_copy_id(self, e, task, kind, o, key):
        self.set_id(o, key, e["from"], kind)

    def op_copy(self, e, task, kind, o, key):
        n = copy.deepcopy(o)
        lot = {"shape": task.shapes, "tag": task.tags, "track": task.tracks}[kind]
        if "to" in e or "to_of" in e:
            task2, i = self.frame(e, "to")
            n["frame"] = i
            lot = {"shape": task2.shapes, "tag": task2.tags}[kind]
        n["source"] = "manual"
        if kind == "shape":
            shift(n, e.get("dx", 0), e.get("dy", 0))
        lot.append(n)

    def op_mask(self, e, task, kind, o, key):
        px = mask_pixels(o)
        px ^= {tuple(p) for p in e.get("flip", [])}
        px |= {tuple(p) for p in e.get("set", [])}
        px -= {tuple(p) for p in e.get("clear", [])}
        if not px:
            raise SystemExit("edit: a mask may not become empty")
        o["points"] = mask_points(px)

    def op_add(self, e):
        task, i = self.frame(e)
        if e["label"] not in task.top:
            raise SystemExit("edit: the task has no label %r" % e["label"])
        points = mask_points({tuple(p) for p in e["pixels"]}) if "pixels" in e else list(e["points"])
        task.shapes.append({"type": e["type"], "frame": i, "label": e["label"], "points": points,
                            "occluded": bool(e.get("occluded")), "outside": False, "z_order": e.get("z_order", 0),
                            "rotation": e.get("rotation", 0.0), "group": e.get("group", 0), "source": "manual",
                            "attributes": [[k, v] for k, v in e.get("attributes", {}).items()],
                            "elements": [{"type": "points", "frame": i, "label": name, "points": list(xy), "occluded": False,
                                          "outside": False, "z_order": 0, "rotation": 0.0, "group": 0, "source": "manual",
                                          "attributes": [], "elements": [], "keyframe": True}
                                         for name, xy in e.get("elements", {}).items()]})

    def op_add_tag(self, e):
        task, i = self.frame(e)
        task.tags.append({"frame": i, "label": e["label"], "group": 0, "source": "manual",
                          "attributes": [[k, v] for k, v in e.get("attributes", {}).items()]})

    def op_remove_image(self, e):
        task, i = self.frame(e)
        task.deleted.add(i)

    # -- tracks

    def keyframe(self, t, frame):
        for s in t["shapes"]:
            if s["frame"] == frame:
                return s
        raise SystemExit("edit: frame %d is not a keyframe of the track" % frame)

    def at(self, task, t, frame):
        """the shape of the track on any frame"""
        hit = [s for s in expand(t["shapes"], len(task.frames)) if s["frame"] == frame]
        if not hit:
            raise SystemExit("edit: the track is not on frame %d" % frame)
        s = copy.deepcopy(hit[0])
        s.pop("keyframe")
        return s

    def sort(self, t):
        t["shapes"].sort(key=lambda s: s["frame"])
        t["frame"] = t["shapes"][0]["frame"]

    def op_move_keyframe(self, e, task, kind, t, key):
        s = key if key is not None and "frame" not in e else self.keyframe(t, e["frame"])
        shift(s, e.get("dx", 0), e.get("dy", 0))
        if "to_frame" in e:
            s["frame"] = e["to_frame"]
            self.sort(t)

    def op_add_keyframe(self, e, task, kind, t, key):
        s = self.at(task, t, e["frame"])
        shift(s, e.get("dx", 0), e.get("dy", 0))
        t["shapes"] = [x for x in t["shapes"] if x["frame"] != e["frame"]] + [s]
        self.sort(t)

    def op_delete_keyframe(self, e, task, kind, t, key):
        t["shapes"] = [x for x in t["shapes"] if x["frame"] != e["frame"]]
        if not t["shapes"]:
            raise SystemExit("edit: a track needs a keyframe")
        self.sort(t)

    def op_outside(self, e, task, kind, t, key):
        s = self.at(task, t, e["frame"])
        s["outside"] = bool(e["value"])
        t["shapes"] = [x for x in t["shapes"] if x["frame"] != e["frame"]] + [s]
        self.sort(t)

    def op_split(self, e, task, kind, t, key):
        """the editor's split: the left track ends at the frame, the right one begins there"""
        f = e["frame"]
        mid = self.at(task, t, f)
        right = dict(copy.deepcopy(t), frame=f)
        right["shapes"] = [mid] + [copy.deepcopy(s) for s in t["shapes"] if s["frame"] > f]
        t["shapes"] = [s for s in t["shapes"] if s["frame"] < f] + [dict(copy.deepcopy(mid), outside=True)]
        self.sort(t)
        task.tracks.append(right)

    def op_merge(self, e):
        if "ids" in e:
            hits = [self.ids[i][0] for i in e["ids"]]
            task, lot = hits[0][0], [h[2] for h in hits]
        else:
            task = self.tasks[e.get("task", 0)]
            lot = [task.tracks[i] for i in e["tracks"]]
        first = min(lot, key=lambda t: t["frame"])
        by_frame = {}
        for t in sorted(lot, key=lambda t: t["frame"]):
            for s in t["shapes"]:
                old = by_frame.get(s["frame"])
                if old is None or old["outside"]:
                    by_frame[s["frame"]] = s
        first["shapes"] = [by_frame[f] for f in sorted(by_frame)]
        task.tracks = [t for t in task.tracks if t is first or not any(t is x for x in lot)]
        self.sort(first)

    def op_renumber(self, e):
        task = self.tasks[e.get("task", 0)]
        task.tracks = [task.tracks[i] for i in e["order"]]

    def op_add_track(self, e):
        task = self.tasks[e.get("task", 0)]
        spec = task.specs[e["label"]]
        given = e.get("attributes", {})
        shapes = [{"type": s.get("type", "rectangle"), "frame": s["frame"], "points": s["points"], "occluded": bool(s.get("occluded")),
                   "outside": bool(s.get("outside")), "z_order": 0, "rotation": s.get("rotation", 0.0),
                   "attributes": [[k, v] for k, v in given.items() if spec[k]["mutable"]]} for s in e["shapes"]]
        task.tracks.append({"frame": shapes[0]["frame"], "label": e["label"], "group": 0, "source": "manual",
                            "attributes": [[k, v] for k, v in given.items() if not spec[k]["mutable"]], "shapes": shapes, "elements": []})


def apply_edits(tasks, edits, id_attr="label_id"):
    Editor(tasks, id_attr).run(edits)


# ----------------------------------------------------------------- out

def flavour_of(task, wanted):
    if wanted != "auto":
        return wanted
    return "video" if task.video else "images"


def dump_task(task, wanted="auto", container="zip"):
    """(bytes, extension) of one task's dump"""
    flavour = flavour_of(task, wanted)
    if flavour == "backup":
        return dump_backup(task), ".zip"
    data = dump_video(task) if flavour == "video" else dump_images(task)
    if container == "xml":
        return data, ".xml"
    f = io.BytesIO()
    with zipfile.ZipFile(f, "w") as z:
        put(z, "annotations.xml", data)
    return f.getvalue(), ".zip"


def dump_all(tasks, folder, wanted="auto", container="zip"):
    os.makedirs(folder, exist_ok=True)
    out = []
    for n, t in enumerate(tasks):
        data, ext = dump_task(t, wanted, container)
        path = os.path.join(folder, "return_%03d%s" % (n, ext))
        with open(path, "wb") as f:
            f.write(data)
        out.append(path)
    return out


def report_of(tasks):
    rows = []
    for t in tasks:
        kinds = {}
        for k, _ in t.notes:
            kinds[k] = kinds.get(k, 0) + 1
        rows.append({"task": t.name, "video": t.video, "frames": len(t.frames), "labels": [l["name"] for l in t.labels],
                     "tags": len(t.tags), "shapes": len(t.shapes), "tracks": len(t.tracks),
                     "keyframes": sum(len(x["shapes"]) for x in t.tracks), "deleted_frames": len(t.deleted),
                     "notes": kinds, "first_notes": [m for _, m in t.notes[:20]]})
    return rows


# ----------------------------------------------------------------- goldens

def check_goldens(folder):
    bad = 0
    spec = json.load(open(os.path.join(folder, "writer-golden", "spec.json"), encoding="utf-8"))

    def task_of(names, video):
        meta = {}

        def on(node):
            if node.tag == "meta":
                meta["labels"] = node.find("task/labels")
        read_xml(open(os.path.join(folder, "writer-golden", "images.xml"), "rb").read(), on)
        labels, by = [], {}
        for l in meta["labels"].kids:
            one = {"name": l.value("name"), "color": l.value("color"), "type": l.value("type"), "svg": l.value("svg"), "sublabels": [],
                   "attributes": [{"name": a.value("name"), "mutable": a.value("mutable") == "True", "input_type": a.value("input_type"),
                                   "default_value": a.value("default_value"), "values": a.value("values").split("\n")}
                                  for a in l.find("attributes").kids]}
            if l.find("parent") is not None:
                by[l.value("parent")]["sublabels"].append(one)
            else:
                by[one["name"]] = one
                labels.append(one)
        t = Task("golden & <task>", labels)
        t.frames = [{"name": n, "width": 640, "height": 480} for n in names]
        if video:
            t.video, t.size_px = "clip.mp4", (640, 480)
        return t

    im = spec["images"]
    task = task_of(im["names"], False)
    for s in im["shapes"]:
        s["elements"] = [dict(zip(("type", "frame", "label", "points", "occluded", "attributes", "source", "rotation", "group",
                                   "z_order", "elements", "outside", "id"), e)) for e in s["elements"]]
    task.shapes, task.tags = im["shapes"], im["tags"]
    want = open(os.path.join(folder, "writer-golden", "images.xml"), "rb").read()
    w = Writer()  # the writer alone: sorting by z_order and filling in of defaults come before it
    w.open("annotations")
    w.leaf("version", "1.1")
    write_meta(w, task, False)
    write_images(w, [(i, f["name"], 640, 480, task.shapes if i == 0 else [], task.tags if i == 0 else [])
                     for i, f in enumerate(task.frames)])
    w.close("annotations")
    bad += tell("writer-golden/images.xml", w.bytes(), want)

    v = spec["video"]
    task = task_of(["frame_%06d" % i for i in range(v["stop_frame"] + 1)], True)
    names = ("type", "frame", "points", "occluded", "outside", "keyframe", "attributes", "rotation", "source", "group",
             "z_order", "label", "track_id", "elements", "id")
    rows = []
    for t in v["tracks"]:
        rows.append({"label": t["label"], "group": t["group"], "source": t["source"],
                     "shapes": [dict(zip(names, s)) for s in t["shapes"]],
                     "elements": [{"label": e[0], "shapes": [dict(zip(names, s)) for s in e[3]]} for e in t["elements"]]})
    w = Writer()
    w.open("annotations")
    w.leaf("version", "1.1")
    write_meta(w, task, True)
    write_tracks(w, rows + [shape_as_track(s, task.absolute, 1, v["stop_frame"]) for s in v["shapes"]])
    w.close("annotations")
    bad += tell("writer-golden/video.xml", w.bytes(), open(os.path.join(folder, "writer-golden", "video.xml"), "rb").read())

    cases = json.load(open(os.path.join(folder, "interpolation_vectors.json")))["cases"]
    wrong = 0
    for c in cases:
        if "error" in c:
            continue  # mask tracks and mixed kinds: in_between refuses them
        keys = [dict(k, attributes=[[a, b] for a, b in k["attributes"].items()], occluded=False, z_order=0) for k in c["keyframes"]]
        got = expand(keys, c["end_frame"])
        ok = len(got) == len(c["result"])
        for g, r in zip(got, c["result"]):
            ok = ok and g["frame"] == r["frame"] and g["keyframe"] == r["keyframe"] and g["outside"] == r["outside"]
            ok = ok and dict(g["attributes"]) == r["attributes"] and len(g["points"]) == len(r["points"])
            ok = ok and all(abs(a - b) < 2e-6 for a, b in zip(g["points"], r["points"]))
            ok = ok and abs(g["rotation"] - r["rotation"]) < 2e-6
        if not ok:
            wrong += 1
            print("interpolation: %r differs" % c["name"])
    print("interpolation vectors: %d of %d equal" % (len(cases) - wrong, len(cases)))
    return 1 if bad or wrong else 0


def tell(name, got, want):
    if got == want:
        print("%s: equal, %d bytes" % (name, len(want)))
        return 0
    for n, (a, b) in enumerate(zip(got.split(b"\n"), want.split(b"\n")), 1):
        if a != b:
            print("%s: line %d\n  ours  %s\n  theirs %s" % (name, n, a.decode(), b.decode()))
            return 1
    print("%s: lengths differ: %d and %d" % (name, len(got), len(want)))
    return 1


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("archive", nargs="?", help="the archive folder, an XML, or a backup zip")
    p.add_argument("-o", "--out", help="folder for the dumps")
    p.add_argument("--as", dest="flavour", choices=("auto", "images", "video", "backup"), default="auto")
    p.add_argument("--container", choices=("zip", "xml"), default="zip")
    p.add_argument("--use", choices=("auto", "xml", "backup"), default="auto", help="which of the shipped forms to import")
    p.add_argument("--edits", help="JSON file with the edit script")
    p.add_argument("--id-attr", default="label_id")
    p.add_argument("--report", help="write what was imported, dropped and noted")
    p.add_argument("--check-goldens", metavar="FIXTURES")
    a = p.parse_args()
    if a.check_goldens:
        return check_goldens(a.check_goldens)
    if not a.archive:
        p.error("an archive is needed")
    try:
        tasks = load_archive(a.archive, a.use)
        if a.edits:
            apply_edits(tasks, json.load(open(a.edits, encoding="utf-8")), a.id_attr)
        rows = report_of(tasks)
        files = dump_all(tasks, a.out, a.flavour, a.container) if a.out else []
    except Refused as e:
        print("far side: refused: %s" % e, file=sys.stderr)
        return 1
    if a.report:
        with open(a.report, "w", encoding="utf-8") as f:
            json.dump(rows, f, indent=1)
    for r in rows:
        print("task %(task)s: %(frames)d frames, %(shapes)d shapes, %(tags)d tags, %(tracks)d tracks, notes %(notes)s" % r)
    for f in files:
        print(f)
    return 0


if __name__ == "__main__":
    sys.exit(main())
