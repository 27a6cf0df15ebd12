"""The real FiftyOne opens what a merge leaves, and takes it home."""

import json
import os
import re

import crossing
import judges
import merge_cases as mc
import testenv

# The lines README shows between <!-- peers:w02 --> and <!-- /peers:w02 -->; these while it has none.
W02 = ['''import fiftyone as fo

view = fo.load_dataset("harbor").match_tags("north")
view.export(export_dir="harbor-north", dataset_type=fo.types.FiftyOneDataset)
''', '''import fiftyone as fo

merged = fo.Dataset.from_dir("harbor-north", dataset_type=fo.types.FiftyOneDataset, name="harbor-north-merged")
''', '''dataset = fo.load_dataset("harbor")
for field in ["ground_truth"]:  # each field of the run
    dataset.set_values(field, dict(zip(merged.values("id"), merged.values(field))), key_field="id")
''']
ONE_FIELD = '["ground_truth"]'
FIELDS = ["ground_truth", "weather", "made"]
MERGE_DIR = '''import fiftyone as fo

dataset = fo.load_dataset("harbor")
dataset.merge_dir("harbor-north", fo.types.FiftyOneDataset, key_field="id", insert_new=False, fields=%s, merge_lists=%s)
'''


def readme_lines():
    """Three pieces of Python: a view out, home as a new dataset, home into the dataset it came from."""
    path = os.path.join(testenv.SOURCE, "README.md")
    text = ""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            text = f.read()
    if "<!-- peers:w02 -->" not in text:
        return W02
    part = text.split("<!-- peers:w02 -->")[1].split("<!-- /peers:w02 -->")[0]
    pieces = re.findall(r"^```python\n(.*?)^```", part, re.M | re.S)
    if len(pieces) != len(W02):
        raise AssertionError("README has %d pieces of Python between the marks, not %d" % (len(pieces), len(W02)))
    return pieces


def count_by_field(docs):
    """{field: labels} of the fields that hold a value, as FiftyOne counts them."""
    out = {}
    for doc in docs:
        for field, value in mc.values(doc):
            out[field] = out.get(field, 0) + len(mc.labels_of(value))
    return out


class MergedLoads(crossing.CrossingCase):
    def assert_loads(self, folders):
        """FiftyOne loads each folder and counts in it the labels its documents hold; what it saw."""
        all_seen = judges.load(folders)
        for folder, seen in zip(folders, all_seen):
            with self.subTest(folder=os.path.relpath(folder, self.dir)):
                self.assertNotIn("error", seen, seen)
                want = count_by_field(crossing.samples_of(folder))
                got = {f: v["labels"] for f, v in seen["fields"].items() if f in want}
                self.assertEqual(got, want)
        return all_seen

    def test_every_merged_case(self):
        folders = []
        for name, case in mc.load_all().items():
            if mc.not_here(case):
                continue
            os.mkdir(self.path(name))
            for number, _ in enumerate(mc.replay(self, case, self.path(name))):
                folders.append(self.path("%s-%d" % (name, number)))
                self.copy(self.path(name, "dataset"), folders[-1])
        self.assertGreater(len(folders), 30)
        self.assert_loads(folders)

    def test_new_fields(self):
        draw = {"op": "add", "type": "rectangle", "points": [10, 20, 60.5, 80]}
        kinds = {"detections": draw, "detection": draw, "classifications": {"op": "add_tag"},
                 "classification": {"op": "add_tag"}}
        folders = []
        for kind, edit in kinds.items():
            folders.append(self.copy(testenv.sample("harbor"), "harbor-" + kind))
            self.export(folders[-1], "--classes", "a,b", fields=["made:" + kind], out="out-" + kind)
            back = self.far_side(edits=[{**edit, "image": 0, "label": "a"}, {**edit, "image": 2, "label": "b"}],
                                 out="out-" + kind, back="back-" + kind)
            self.assert_counts(self.merge(folders[-1], back), added=2)
        for kind, seen in zip(kinds, self.assert_loads(folders)):
            with self.subTest(kind=kind):
                self.assertIn("fiftyone.core.labels.%s)" % kind.capitalize(), seen["schema"]["made"])
                self.assertEqual(seen["fields"]["made"]["by_class"], {"a": 1, "b": 1})

    def test_kept_shapes(self):
        """Shapes that a field of boxes does not hold, each in a field of its type, as FiftyOne calls it."""
        ds = self.copy(testenv.sample("harbor"), "harbor")
        self.export(ds, fields=["ground_truth"])
        archive, = self.far_side()
        says = {"polygon": 'points="10,10;90,10;90,80"', "polyline": 'points="10,10;90,10;90,80"', "points": 'points="10,20"',
                "mask": 'rle="0, 4" left="10" top="10" width="2" height="2"', "tag": ""}

        def add(xml):
            name = re.search(r'<image [^>]*>\s*<box label="([^"]*)"', xml).group(1)
            more = "".join('<%s label="%s" source="manual" %s><attribute name="mood">7</attribute></%s>' % (k, name, v, k)
                           for k, v in says.items())
            return xml.replace("</image>", more + "</image>", 1)
        self.rewrite(archive, add)
        report = self.merge(ds, [archive], "--unexpected", "keep", "--unknown-attrs", "keep", "--coerce-text", status=None)
        self.assertEqual(report["counts"]["added"], 5)
        seen, = self.assert_loads([ds])
        for field, cls, labels in (("polylines", "Polylines", 2), ("keypoints", "Keypoints", 1), ("detections", "Detections", 1),
                                   ("classifications", "Classifications", 1)):
            self.assertIn("fiftyone.core.labels.%s)" % cls, seen["schema"][field])
            self.assertEqual((seen["fields"][field]["labels"], list(seen["fields"][field]["attributes"])), (labels, ["mood"]))

    def test_layouts(self):
        """One file a sample, and the layout before 0.8 without its dates, which FiftyOne 1.22.1 writes and does
        not load: an edited label, an added one and a new field."""
        folders = []
        for name in ("images_use_dirs", "images_unordered_dirs", "images_legacy"):
            ds = self.copy(testenv.shared("fixtures", "fiftyone", name), name)
            for path in [os.path.join(b, n) for b, _, files in os.walk(ds) for n in files] + [
                    b for b, _, _ in os.walk(ds)]:
                os.chmod(path, 0o755)
            if name == "images_legacy":
                self.without_dates(ds)
            back, label = self.returned(ds, name)
            new = self.path("new-" + name)
            for where in (("-o", new), ("--in-place",)):
                report = self.merge(ds, back, where=where)
                self.assertEqual((report["counts"]["edited"], report["counts"]["added"]), (1, 2))
            folders += [ds, new]
        for folder, seen in zip(folders, self.assert_loads(folders)):
            with self.subTest(folder=folder):
                self.assertIn("fiftyone.core.labels.Detections)", seen["schema"]["made"])
                self.assertEqual(seen["fields"]["made"]["by_class"], {"a": 1})

    def without_dates(self, ds):
        for file in ("metadata.json", "samples.json"):
            path = os.path.join(ds, file)
            doc = crossing.read_json(path)
            for d in [doc.get("sample_fields", {})] + doc.get("samples", []):
                for key in ("created_at", "last_modified_at"):
                    d.pop(key, None)
            with open(path, "w", encoding="utf-8") as f:
                json.dump(doc, f)

    def test_dest_fields(self):
        """FiftyOne sees in each destination what a plain merge makes of the field, masks on disk too, and in the field
        what was there."""
        ds = self.copy(testenv.shared("fixtures", "fiftyone", "images_full"), "ds")
        fields = ["detections", "instances_disk:instances", "segmentation_disk", "keypoints", "classification", "a_str"]
        self.export(ds, fields=fields)
        names = [f.split(":")[0] for f in fields]
        boxes = [l for d in crossing.samples_of(ds) for l in crossing.labels_of(d, "detections")]
        inst = [l for d in crossing.samples_of(ds) for l in crossing.labels_of(d, "instances_disk")]
        back = self.far_side(edits=[{"op": "move", "id": boxes[0]["_id"]["$oid"], "dx": 1, "dy": 1},
                                    {"op": "delete", "id": boxes[1]["_id"]["$oid"]},
                                    {"op": "move", "id": inst[0]["_id"]["$oid"], "dx": 1, "dy": 0}])
        first, plain = self.copy(ds, "first"), self.copy(ds, "plain")
        self.merge(plain, back)
        report = self.merge(ds, back, "--dest-field", ",".join("%s=%s_new" % (n, n) for n in names))
        self.assertEqual((report["counts"]["edited"], report["counts"]["deleted"]), (2, 1), report["counts"])
        first, plain, got = self.pixels([first, plain, ds])
        for name in names:
            with self.subTest(field=name):
                self.assertEqual(got["fields"][name + "_new"], plain["fields"][name])
                self.assertEqual(got["fields"][name], first["fields"][name])
                self.assertEqual({k.replace(name + "_new", name): v for k, v in got["schema"].items()
                                  if k.split(".")[0] == name + "_new"},
                                 {k: v for k, v in plain["schema"].items() if k.split(".")[0] == name})

    def pixels(self, folders):
        seen = judges.load(folders, pixels=True)
        for folder, one in zip(folders, seen):
            self.assertNotIn("error", one, folder)
        return seen

    def returned(self, ds, name):
        schema = {"ground_truth": {}, "made": {"type": "detections", "classes": ["a"]}}
        with open(self.path("schema.json"), "w", encoding="utf-8") as f:
            json.dump(schema, f)
        self.export(ds, "--schema", self.path("schema.json"), out="out-" + name)
        label, = [l for d in crossing.samples_of(ds) for l in crossing.labels_of(d, "ground_truth")
                  if "mask" not in l][:1]
        draw = {"op": "add", "image": 0, "type": "rectangle", "points": [1, 1, 4, 5]}
        edits = [{"op": "resize", "id": label["_id"]["$oid"], "dw": -0.5},
                 {**draw, "task": 0, "label": label["label"]}, {**draw, "task": 1, "label": "a"}]
        return self.far_side(edits=edits, out="out-" + name, back="back-" + name), label

    # ------------------------------------------------------------------ W02

    def fiftyone(self, *scripts, dump=(), forget=False):
        """Runs these lines in FiftyOne, in self.dir; the datasets dumped, by name."""
        files = []
        for number, text in enumerate(scripts):
            files.append(self.path("lines%d.py" % number))
            with open(files[-1], "w", encoding="utf-8") as f:
                f.write(text)
        options = [o for name in dump for o in ("--dump", name)] + ["--forget"] * forget
        done = judges.fiftyone(os.path.join(testenv.SUPPORT, "fiftyone_run.py"), *options, *files, cwd=self.dir)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return {d["name"]: d for d in found}

    def take_out(self, lines):
        """harbor in FiftyOne, a view of it exported by `lines`, edited by a crossing; the folder's name."""
        harbor = self.copy(testenv.sample("harbor"), "original")
        before = set(os.listdir(self.dir))
        setup = ('import fiftyone as fo\n'
                 'fo.Dataset.from_dir(%r, dataset_type=fo.types.FiftyOneDataset, name="harbor", persistent=True,\n'
                 '                    overwrite=True)\n')
        self.before = self.fiftyone(setup % harbor, lines, dump=["harbor"])["harbor"]["samples"]
        folder, = [n for n in set(os.listdir(self.dir)) - before if os.path.isdir(self.path(n))]
        schema = {"ground_truth": {}, "weather": {}, "made": {"type": "detections", "classes": ["a", "b"]}}
        with open(self.path("schema.json"), "w", encoding="utf-8") as f:
            json.dump(schema, f)
        self.export(self.path(folder), "--schema", self.path("schema.json"))
        self.merge(self.path(folder), [self.edited_copy(folder)], status=None)
        return folder

    def edited_copy(self, folder):
        """The view's copy with labels edited, deleted, added; one sample emptied, one single label gone."""
        copy = self.copy(self.path(folder), "edited")
        docs = crossing.samples_of(copy)
        first = docs[0]["ground_truth"]["detections"]
        self.gone = [first.pop(0)["_id"]["$oid"], docs[0]["weather"]["_id"]["$oid"]]
        self.gone += [label["_id"]["$oid"] for label in docs[1]["ground_truth"]["detections"]]
        first[0].update(label="buoy", crew=9)
        new = {"_id": {"$oid": "77" * 12}, "_cls": "Detection", "attributes": {}, "tags": ["seen"], "label": "boat",
               "bounding_box": [0.1, 0.2, 0.25, 0.5], "confidence": 0.25}
        first.append(new)
        docs[0]["weather"] = None
        docs[1]["ground_truth"]["detections"] = []
        docs[1]["weather"]["label"] = "fog"
        docs[1]["made"] = {"_cls": "Detections", "detections": [{**new, "label": "b"}]}
        with open(os.path.join(copy, "samples.json"), "w", encoding="utf-8") as f:
            json.dump({"samples": docs}, f)
        return copy

    def expected(self, folder):
        """harbor as it should be: the run's fields as the merged folder has them, all else as it was."""
        merged = {d["_id"]["$oid"]: d for d in mc.plain(crossing.samples_of(self.path(folder)))}
        out = []
        for doc in mc.plain(self.before):
            doc = dict(doc)
            if doc["_id"]["$oid"] in merged:
                for field in FIELDS:
                    doc.pop(field, None)
                    if field in merged[doc["_id"]["$oid"]]:
                        doc[field] = merged[doc["_id"]["$oid"]][field]
            out.append(doc)
        self.assertLess(len(merged), len(out), "the view is the whole dataset")
        return out

    def assert_same(self, got, want):
        self.assertEqual([d["_id"] for d in got], [d["_id"] for d in want])
        for g, w in zip(got, want):
            self.assertEqual(mc.plain(g), w)

    def test_out_and_home(self):
        out, new, home = readme_lines()
        self.assertIn(ONE_FIELD, home)
        folder = self.take_out(out)
        lines = home.replace(ONE_FIELD, json.dumps(FIELDS))
        names = re.findall(r'name="([^"]*)"', new)
        self.assertEqual(len(names), 1)
        seen = self.fiftyone(new, lines, dump=["harbor", *names], forget=True)
        self.assertEqual(mc.ids_of(seen["harbor"]["samples"]) & set(self.gone), set())
        self.assert_same(seen["harbor"]["samples"], self.expected(folder))
        self.assertIn("Detections", seen["harbor"]["schema"]["made"])
        merged = mc.plain(crossing.samples_of(self.path(folder)))
        self.assertEqual([{f: d.get(f) for f in FIELDS} for d in mc.plain(seen[names[0]]["samples"])],
                         [{f: d.get(f) for f in FIELDS} for d in merged])

    def test_merge_dir_cannot(self):
        """What README says of FiftyOne's own merge: unless lists are replaced it takes no label away, and a
        single label not even then."""
        folder = self.take_out(W02[0])
        seen = self.fiftyone(MERGE_DIR % (FIELDS, False), dump=["harbor"])["harbor"]["samples"]
        want = self.expected(folder)
        want[0]["weather"] = mc.plain(self.before)[0]["weather"]
        self.assert_same(seen, want)
        self.dir = self.path("again")
        os.mkdir(self.dir)
        folder = self.take_out(W02[0])
        seen = self.fiftyone(MERGE_DIR % (FIELDS, True), dump=["harbor"], forget=True)["harbor"]["samples"]
        self.assertEqual(set(self.gone) - mc.ids_of(seen), set())
