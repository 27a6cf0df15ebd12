"""The truth table of rights: each combination of the five, each kind of edit, each type of label, two ways there and back.

tests/support/rights_model.py says what has to come of each, tests/cases/data/rights.txt is what it said when it was
reviewed, and the program is held to it: the counts, the codes, and the labels of the dataset, value by value.
"""

import collections
import copy
import json
import os
import shutil

import crossing
import far_side_cvat
import rights_model as model
import shapes
import testenv
from shapes import HEIGHT, WIDTH

GOLDEN = os.path.join(testenv.SOURCE, "tests", "cases", "data", "rights.txt")
EDITS = list(model.EDITS)
NODES = ["nose", "neck", "tail"]
CLASSES = ["cat", "cow", "dog", "ewe"]
BLOT = shapes.rows("0110", "1111", "1011", "0100")
OTHER = shapes.rows("11", "01")
STRANGER = "99" * 12  # an id that was never shipped
STEP = 4  # pixels that something is moved by: exact in a double, as the image's sizes are powers of two


def ground(edit=None):
    """A segmentation: grass and sky, and what each edit makes of it."""
    grid = [[0] * WIDTH for _ in range(HEIGHT)]

    def paint(left, top, wide, high, value):
        for y in range(top, top + high):
            grid[y][left:left + wide] = [value] * wide

    if edit not in ("move", "relabel"):
        paint(4, 4, 6, 6, 1)
    if edit in ("move", "copied", "copied_moved"):
        paint(4 + STEP, 4, 6, 6, 1)
    if edit == "relabel":
        paint(4, 4, 6, 6, 2)
    if edit == "add":
        paint(32, 8, 2, 2, 2)
    paint(20, 20, 10, 5, 2)
    return grid


def drawn():
    """What somebody draws where nothing was: two pixels high and wide."""
    grid = [[0] * WIDTH for _ in range(HEIGHT)]
    for y in (8, 9):
        grid[y][32:34] = [2, 2]
    return grid


def moved(points):
    return [[[x + STEP / WIDTH, y] for x, y in ring] if isinstance(ring[0], list) else [ring[0] + STEP / WIDTH, ring[1]]
            for ring in points]


def twice(there):
    """A place that is moved once more."""
    if "bounding_box" in there:
        x, *rest = there["bounding_box"]
        return {"bounding_box": [x + STEP / WIDTH, *rest]}
    return {"points": moved(there["points"])}


def pixels(points):
    return [v for x, y in points for v in (x * WIDTH, y * HEIGHT)]


BOX, FAR_BOX = [0.25, 0.25, 0.0625, 0.125], [0.75, 0.5, 0.03125, 0.0625]
RING, FAR_RING = [[0.25, 0.25], [0.375, 0.25], [0.375, 0.5]], [[0.75, 0.5], [0.875, 0.5], [0.875, 0.75]]
# type: (class of the document, where the label stands, where it is moved to, where a new one is drawn)
PLACES = {
    "classification": ("Classification", {}, {}, {}),
    "detection": ("Detection", {"bounding_box": BOX}, {"bounding_box": [BOX[0] + STEP / WIDTH] + BOX[1:]},
                  {"bounding_box": FAR_BOX}),
    "instance": ("Detection", {"bounding_box": BOX, "mask": shapes.npy(BLOT)},
                 {"bounding_box": [BOX[0] + STEP / WIDTH] + BOX[1:]},
                 {"bounding_box": FAR_BOX, "mask": shapes.npy(OTHER)}),
    "polyline": ("Polyline", {"points": [RING], "closed": False, "filled": False}, {"points": moved([RING])},
                 {"points": [FAR_RING], "closed": False, "filled": False}),
    "polygon": ("Polyline", {"points": [RING], "closed": True, "filled": True}, {"points": moved([RING])},
                {"points": [FAR_RING], "closed": True, "filled": True}),
    "keypoint": ("Keypoint", {"points": RING[:2]}, {"points": moved(RING[:2])}, {"points": FAR_RING[:2]}),
    "skeleton": ("Keypoint", {"points": RING}, {"points": moved(RING)}, {"points": FAR_RING}),
}
ASKED = {"skeleton": "keypoint", "scalar_classes": "scalar"}  # FiftyOne's word where ours says more
SCALARS = {"scalar": (7, 8, 9, 5), "scalar_classes": ("cat", "cow", "dog", "ewe")}  # as shipped, edited, new, ours
ELEMENTS = {"detection": "rectangle", "instance": "mask", "polyline": "polyline", "polygon": "polygon",
            "keypoint": "points", "skeleton": "skeleton"}


def one(kind):
    return kind if model.single(kind) else kind[:-1]


def asked(kind):
    return ASKED.get(one(kind), one(kind)) + ("" if model.single(kind) else "s")


def declared(kind):
    if kind in SCALARS:
        return "IntField" if kind == "scalar" else "StringField"
    cls = "Segmentation" if kind == "segmentation" else PLACES[one(kind)][0]
    return cls + ("" if model.single(kind) else "s")


def id_for(kind, edit):
    return shapes.oid(100 * EDITS.index(edit) + model.TYPES.index(kind))


def plain(value):
    """A value as it is compared: arrays decoded, so that how they are compressed does not matter."""
    if isinstance(value, dict) and "$binary" in value:
        return shapes.read_npy(value["$binary"]["base64"])
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, list) else value


class Field:
    """The labels of one type on the sample of one edit."""

    def __init__(self, kind, edit):
        self.kind, self.edit, self.single = kind, edit, model.single(kind)
        self.empty = model.EDITS[edit][0] == model.NOTHING
        self.id = id_for(kind, edit)
        if kind in SCALARS:
            self.was, self.value, self.drawn, self.ours = SCALARS[kind]
            return
        own = {"_id": self.id, "tags": ["kept"]}
        if kind == "segmentation":
            self.was = dict(own, _cls="Segmentation", mask=shapes.npy(ground()))
            self.parts = {"place": {"mask": shapes.npy(ground(edit))}}
            self.drawn = {"_cls": "Segmentation", "tags": [], "mask": shapes.npy(drawn())}
            self.ours = self.was
            return
        cls, here, there, new = PLACES[one(kind)]
        self.was = dict(own, _cls=cls, label="cat", confidence=0.5, note="a", sealed="a", **here)
        self.parts = {"class": {"label": "cow"}, "place": there, "note": {"note": "b"}, "sealed": {"sealed": "b"}}
        self.drawn = {"_cls": cls, "tags": [], "label": "dog", **new}
        meanwhile = {"class": {"label": "ewe"}, "note": {"note": "c"}, "sealed": {"sealed": "c"},
                     "place": {k: new[k] for k in there}}
        self.ours = dict(self.was, **{k: v for p in model.changed_here(kind) for k, v in meanwhile[p].items()})

    def stored(self, labels):
        """The field's value that holds these labels."""
        if self.single:
            return labels[0] if labels else None
        cls = declared(self.kind)
        return {"_cls": cls, shapes.LISTS[cls]: labels}

    def shipped(self):
        return self.stored([] if self.empty else [copy.deepcopy(self.was)])

    def meanwhile(self):
        """The value that somebody gave it here while the archive was away."""
        return self.stored([] if self.empty else [copy.deepcopy(self.ours)])

    def labels(self, value):
        if not self.single:
            return value[shapes.LISTS[declared(self.kind)]]
        return [] if value is None else [value]

    # -- what stands in the dataset afterwards

    def told(self, value, way):
        """Its labels in the model's words."""
        return tuple(self.told_one(label, way) for label in self.labels(value))

    def told_one(self, label, way):
        if self.kind in SCALARS:
            known = {self.was: "old", self.value: "old'value"} if way != "both" else {self.ours: "ours"}
            known = {self.drawn: "new"} if self.empty else known
            return known.get(label, repr(label))
        said = {k: plain(v) for k, v in label.items() if k != "_id"}
        if label["_id"] == self.id and not self.empty:
            taken = [p for p in self.touched(way) if all(said.get(k) == plain(v) for k, v in self.parts[p].items())]
            want = dict(self.ours if way == "both" else self.was)
            for p in taken:
                want.update(self.parts[p])
            now = "ours" if way == "both" and model.changed_here(self.kind) else "old"
            return now + "".join("'" + p for p in taken) if plain(label) == plain(want) else "odd: %r" % said
        if label["_id"] in [{"$oid": STRANGER}] + [id_for(k, e) for k in model.TYPES for e in EDITS]:
            return "of another's id: %r" % said
        # Fields that FiftyOne has in every document of the class, without a value.
        said.pop("tags")
        said = {k: v for k, v in said.items() if v not in (None, {})}
        return "new" if said == self.new(way) else "odd: %r" % said

    def new(self, way):
        """What a new label says: what was drawn, or was pasted, or lost its id. CVAT carries no confidence."""
        out = dict(self.drawn)
        if self.edit == "id_lost":
            out = dict(self.was)
        elif model.EDITS[self.edit][2] == model.PASTED:
            far = self.edit == "copied_moved"
            there = PLACES[one(self.kind)][3 if way == "copy" else 2]
            out = {**self.was, **(there if not far or way == "copy" else twice(there))}
        return {k: plain(v) for k, v in out.items() if k not in ("_id", "tags") + ("confidence",) * (way != "copy")}

    def touched(self, way):
        known = model.meaning(way, self.kind, self.edit)
        return known[1] if known else ()


FIELDS = {(kind, edit): Field(kind, edit) for kind in model.TYPES for edit in EDITS}


def schema(may):
    """The run's schema: every field, with its rights."""
    out = {}
    for kind in model.TYPES:
        entry = {"type": asked(kind), **{right: right in may for right in model.RIGHTS}}
        if kind == "segmentation":
            entry["mask_targets"] = {"1": "grass", "2": "sky"}
        elif kind not in SCALARS:
            entry["attributes"] = {"note": {"type": "text"}, "sealed": {"type": "text", "read_only": True}}
        if kind not in ("segmentation", "scalar"):
            entry["classes"] = CLASSES
        out[kind] = entry
    return out


# ---------------------------------------------------------------------------- what people do

def by_cvat(kind, edit, task, way="cvat"):
    """The edits of the far side that make one edit of one type of label; another tool's far side takes the same."""
    f, image = FIELDS[kind, edit], edit + ".png"
    target = {"id": f.id["$oid"]}
    place = {"task": task, "image": image}
    fate, parts, more = model.meaning(way, kind, edit)
    if kind in SCALARS:
        tag, name = dict(place, tag=0), "value"
        change = ({"op": "attribute", "name": name, "value": str(f.value)} if kind == "scalar"
                  else {"op": "relabel", "label": f.value})
        new = ({"label": kind, "attributes": {name: str(f.drawn)}} if kind == "scalar" else {"label": f.drawn})
        return ([dict(tag, **change)] if parts else [dict(tag, op="delete")] if fate == model.GONE else []) + \
            ([dict(place, op="add_tag", **new)] if more else [])
    if kind == "segmentation":
        ops = {"move": [dict(target, op="move", dx=STEP)], "relabel": [dict(target, op="relabel", label="sky")],
               "delete": [dict(target, op="delete")] * 2, "id_lost": [dict(target, op="blank_id")] * 2,
               "copied": [dict(target, op="copy", dx=STEP)], "copied_moved": [dict(target, op="copy", dx=STEP)]}
        if edit in ("add", "add_first"):
            return [dict(place, op="add", type="mask", label="sky",
                         pixels=[[x, y] for y in (8, 9) for x in (32, 33)])]
        return ops.get(edit, [])
    if edit == "copied":
        return [dict(target, op="copy", dx=STEP)]
    if edit == "copied_moved":  # the pasted one is moved further, so that the other is the closer one
        return [dict(target, op="copy", dx=2 * STEP), dict(target, op="move", dx=STEP)]
    if edit == "id_lost":
        return [dict(target, op="blank_id")]
    if fate == model.GONE:
        return [dict(target, op="delete")] + ([draw(kind, f, place)] if more else [])
    if more:
        return [draw(kind, f, place)]
    each = {"class": {"op": "relabel", "label": "cow"}, "place": {"op": "move", "dx": STEP},
            "note": {"op": "attribute", "name": "note", "value": "b"},
            "sealed": {"op": "attribute", "name": "sealed", "value": "b"}}
    return [dict(target, **each[p]) for p in parts]


def draw(kind, f, place):
    what, new = one(kind), f.drawn
    if what == "classification":
        return dict(place, op="add_tag", label="dog")
    more = {}
    if what == "detection":
        x, y, w, h = new["bounding_box"]
        more["points"] = [x * WIDTH, y * HEIGHT, (x + w) * WIDTH, (y + h) * HEIGHT]
    elif what == "instance":
        left, top = int(FAR_BOX[0] * WIDTH), int(FAR_BOX[1] * HEIGHT)
        more["pixels"] = [[left + x, top + y] for y, r in enumerate(OTHER) for x, v in enumerate(r) if v]
    elif what == "skeleton":
        more.update(points=[], elements={n: pixels([p]) for n, p in zip(NODES, new["points"])})
    else:
        more["points"] = pixels(new["points"] if what == "keypoint" else new["points"][0])
    return dict(place, op="add", type=ELEMENTS[what], label="dog", **more)


def by_copy(kind, edit):
    """The field's value in an edited copy of the dataset."""
    f = FIELDS[kind, edit]
    fate, parts, more = model.meaning("copy", kind, edit)
    if kind in SCALARS:
        return f.drawn if more else None if fate == model.GONE else f.value if parts else f.shipped()
    label, new = copy.deepcopy(f.was), dict(f.drawn, _id={"$oid": STRANGER})
    if edit == "index":
        label["index"] = 5
    for p in parts:
        label.update(f.parts[p])
    if edit == "id_lost":
        new = dict(label, _id={"$oid": STRANGER})
    elif more == model.PASTED:
        new = dict(label, **PLACES[one(kind)][3])
    return f.stored([label] * (fate == model.BACK) + [new] * bool(more))


# ---------------------------------------------------------------------------- the program

class Truth(crossing.CrossingCase):
    def start(self, may):
        self.clear()
        docs = [shapes.document(n, **{kind: FIELDS[kind, edit].shipped() for kind in model.TYPES})
                for n, edit in enumerate(EDITS)]
        for doc, edit in zip(docs, EDITS):
            doc["filepath"] = "data/%s.png" % edit
        poses = {k: {"labels": NODES, "edges": [[0, 1, 2]]} for k in ("skeleton", "skeletons")}
        shapes.write_dataset(self.path("ds"), {k: declared(k) for k in model.TYPES}, docs, skeletons=poses)
        with open(self.path("schema.json"), "w", encoding="utf-8") as f:
            json.dump(schema(may), f)
        said = self.export(self.path("ds"), "--schema", "schema.json", "--media", "none")
        filled = sum(not f.empty for f in FIELDS.values())
        self.assertEqual((said["shipped"], said["home"]), (filled, 0))
        return docs

    def come_back(self, way, docs):
        shutil.rmtree(self.path("back"), ignore_errors=True)
        if way == "copy":
            shutil.copytree(self.path("ds"), self.path("back"))
            shutil.rmtree(self.path("back", "annotations"))
            for doc, edit in zip(docs, EDITS):
                doc.update({k: by_copy(k, edit) for k in model.TYPES if model.meaning(way, k, edit)})
            with open(self.path("back", "samples.json"), "w", encoding="utf-8") as f:
                json.dump({"samples": docs}, f)
            return [self.path("back")]
        if way == "both":
            for doc, edit in zip(docs, EDITS):
                doc.update({k: FIELDS[k, edit].meanwhile() for k in model.TYPES})
            with open(self.path("ds", "samples.json"), "w", encoding="utf-8") as f:
                json.dump({"samples": docs}, f)
        tasks = far_side_cvat.load_archive(self.path("out"))
        number = {t.name: i for i, t in enumerate(tasks)}
        edits = [e for k in model.TYPES for edit in EDITS if model.meaning(way, k, edit)
                 for e in by_cvat(k, edit, number["FiftyOne_small_" + k])]
        far_side_cvat.apply_edits(tasks, edits)
        return far_side_cvat.dump_all(tasks, self.path("back"))

    def cells(self, report, way):
        """{(type, edit): Outcome} of what the program did."""
        sample = {shapes.oid(0xABC000 + n)["$oid"]: edit for n, edit in enumerate(EDITS)}
        codes = collections.defaultdict(list)
        for e in report["events"]:
            codes[e["field"], sample[e["sample"]]].append(e["code"])
        docs = {os.path.basename(d["filepath"])[:-4]: d for d in crossing.samples_of(self.path("ds"))}
        return {(k, edit): (tuple(sorted(codes[k, edit])), FIELDS[k, edit].told(docs[edit].get(k), way))
                for k in model.TYPES for edit in EDITS}

    def merge_all(self, archives, *options):
        done = self.labelferry("merge", "r", *archives, "--dataset", "ds", "--in-place", "--json", *options, status=None)
        self.assertIn(done.returncode, (0, 1), done.stdout + done.stderr)
        return json.loads(done.stdout)

    def check(self, way):
        wrong = collections.defaultdict(list)
        for may in model.COMBINATIONS:
            named = "".join("adlsi"[n] if r in may else "-" for n, r in enumerate(model.RIGHTS))
            docs = self.start(may)
            report, sums = self.merge_all(self.come_back(way, docs), "--conflict", "ours"), collections.Counter()
            for (kind, edit), seen in self.cells(report, way).items():
                want = model.outcome(way, kind, edit, may)
                if want is None:  # there is no such edit, and the field came back as it was
                    here = "ours" if way == "both" and model.changed_here(kind) else "old"
                    want = model.Outcome((("kept", 1),), (), (here,))
                sums.update(dict(want.buckets))
                if seen != (want.codes, want.after):
                    wrong[kind, edit, seen, (want.codes, want.after)].append(named)
            if report["counts"] != crossing.counts(**sums):
                wrong[str(report["counts"]), str(crossing.counts(**sums))].append(named)
        self.assertEqual(wrong, {}, "\n".join("%s %s: the program %s, the model %s, with %s" % (*k, " ".join(v))
                                              if len(k) == 4 else "%s, the model %s, with %s" % (*k, " ".join(v))
                                              for k, v in list(wrong.items())[:40]))

    def test_R48_what_cvat_gives_back(self):
        self.check("cvat")

    def test_R48_what_an_edited_copy_says(self):
        self.check("copy")

    def test_R48_rights_come_before_conflicts(self):
        self.check("both")

    def test_R48_the_table_is_the_one_that_was_reviewed(self):
        with open(GOLDEN, encoding="utf-8") as f:
            self.assertEqual(f.read(), model.table())


class Given(crossing.CrossingCase):
    """Rights as options are the rights of the schema."""

    def test_options_and_schema_say_the_same(self):
        shapes.write_dataset(self.path("ds"), {"boxes": "Detections"}, [shapes.document(
            1, boxes={"_cls": "Detections", "detections": [shapes.box(1)]})])
        for n, may in enumerate(model.COMBINATIONS):
            options = ["--" + ("" if r in may else "no-") + r.replace("_", "-") for r in model.RIGHTS]
            with open(self.path("schema.json"), "w", encoding="utf-8") as f:
                json.dump({"boxes": {"type": "detections", "classes": ["cat"], **{r: r in may for r in model.RIGHTS}}}, f)
            said = []
            for run, how in (("o", ["--field", "boxes", "--classes", "cat", *options]), ("s", ["--schema", "schema.json"])):
                name = "%s%d" % (run, n)
                self.export(self.path("ds"), "--media", "none", *how, run=name, out=name)
                said.append(crossing.read_json(self.path(name, "run", "run.json"))["schema"]["boxes"])
            self.assertEqual({r: said[0].get(r, True) for r in model.RIGHTS}, {r: r in may for r in model.RIGHTS})
            self.assertEqual(said[0], said[1])
