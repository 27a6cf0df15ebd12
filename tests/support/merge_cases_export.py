"""What came back in a recorded case (merge_cases.py), as an export of Label Studio's.

Every task is submitted, then the results of the case's field are those of the labels that came back: a label that was
shipped keeps its region's id, a new one has an id as the editor gives. What the tool has no place for does not come:
confidence, attributes that the run does not have.
"""

import json
import os

import far_sides
import labelstudio_edits
import merge_cases as mc

KINDS = {"classification", "classifications", "detection", "detections", "polyline", "polylines", "polygon", "polygons",
         "keypoint", "keypoints", "scalar"}


def is_ours(case):
    """Masks come back at the picture's size, which the recorded ones have not; they are tested by the pixel."""
    return all(s["type"] in KINDS for s in case["label_schema"].values())


class Returned:
    def __init__(self, projects, case):
        self.case, self.projects = case, projects
        self.known = {mc.id_of(x) for d in case["before"]["samples"] for _, v in mc.values(d) for x in mc.labels_of(v)}

    def region(self, label):
        """The id of a label's region: a new one's is ten characters of the editor's."""
        lid = mc.id_of(label)
        return lid if lid in self.known else "New" + lid[-7:]

    def geometry(self, label, control):
        """[(what follows the id, value)] of the regions of a label."""
        if label["_cls"] == "Detection":
            x, y, w, h = (100 * v for v in label["bounding_box"])
            return [("", {"x": x, "y": y, "width": w, "height": h, "rotation": 0})]
        if label["_cls"] == "Keypoint":
            points = [(x, y) for x, y in label["points"] if isinstance(x, (int, float))]
            return [(":%d" % k if len(points) > 1 else "", {"x": 100 * x, "y": 100 * y, "width": 0.5})
                    for k, (x, y) in enumerate(points)]
        rings, person = label["points"], labelstudio_edits.Person([])
        return [(":%d" % k if len(rings) > 1 else "", person.geometry(
            control, [v for x, y in (ring + ring[:1] if label["closed"] and not label["filled"] else ring)
                      for v in (x * mc.WIDTH, y * mc.HEIGHT)], mc.WIDTH, mc.HEIGHT)) for k, ring in enumerate(rings)]

    def results(self, project, control, label):
        size = {"original_width": mc.WIDTH, "original_height": mc.HEIGHT, "image_rotation": 0}
        common = {"to_name": "image", "origin": "manual"}
        if not control.spatial:
            rows = [("", {"choices": [control.alias.get(label["label"], label["label"])]})]
            size = {}
        else:
            rows = [(tail, dict(v, **{control.key: [control.alias.get(label["label"], label["label"])]}))
                    for tail, v in self.geometry(label, control)]
        out = []
        for tail, value in rows:
            rid = self.region(label) + tail
            meta = {"fo_id": mc.id_of(label), **({"fo_part": int(tail[1:]), "fo_parts": len(rows)} if tail else {})}
            more = {**size, **common, **({"meta": meta} if mc.id_of(label) in self.known else {})}
            out.append({"id": rid, "from_name": control.name, "type": control.type, "value": value, **more})
            for name, v in {**label.get("attributes", {}), **label}.items():
                attr = project.config.controls.get("%s.%s" % (control.name, name))
                if attr is not None and v is not None:
                    v = v.get("value") if isinstance(v, dict) else v
                    text = json.dumps(v) if not isinstance(v, str) else v
                    out.append({"id": rid if control.spatial else rid + "." + name, "from_name": attr.name,
                                "type": attr.type, "value": labelstudio_edits.Person.value(attr, text), **more})
        return out

    def choices(self, control, labels, sample):
        """Classifications are one result."""
        ids = {}
        for x in labels:
            ids.setdefault(control.alias.get(x["label"], x["label"]), []).append(
                mc.id_of(x) if mc.id_of(x) in self.known else None)
        return [{"id": sample + ":0", "from_name": control.name, "to_name": "image", "type": "choices",
                 "value": {"choices": list(ids)}, "meta": {"fo_ids": ids}, "origin": "manual"}] if labels else []

    def scalar(self, control, value, sample):
        if value is None:
            return []
        text = json.dumps(value) if not isinstance(value, str) else value
        return [{"id": sample + ":0", "from_name": control.name, "to_name": "image", "type": control.type,
                 "value": labelstudio_edits.Person.value(control, text), "origin": "manual"}]

    def put(self, annotations):
        for project in self.projects:
            for task in project.tasks:
                sample, a = task.data["fo_sample_id"], task.annotations[-1]
                result = []
                for field, schema in self.case["label_schema"].items():
                    control, kind = project.config.controls[field], schema["type"]
                    back = annotations.get(field, {}).get(mc.RETURNED.get(kind, kind), {}).get(sample)
                    if kind == "scalar":
                        result += self.scalar(control, back, sample)
                    elif kind == "classifications":
                        result += self.choices(control, list((back or {}).values()), sample)
                    else:
                        result += [r for x in (back or {}).values() for r in self.results(project, control, x)]
                task.save(a, project.through_editor(result))


def write_export(out, folder, case, annotations):
    """The export of an exported case's tasks after people did that. It says nothing of samples that were not sent."""
    tool = far_sides.LabelStudio
    projects = tool.load(out)
    Returned(projects, case).put(annotations)
    os.makedirs(folder)
    tool.dump(projects, folder)
