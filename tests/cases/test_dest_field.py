"""--dest-field: what would become of a field goes to another one, and the field itself keeps every byte."""

import hashlib
import json
import os
import re

import crossing
import every_kind
import testenv
import test_disk_masks

LISTS = every_kind.LISTS
SINGLE = {"Detections": "Detection", "Classifications": "Classification", "Polylines": "Polyline", "Keypoints": "Keypoint"}
MARK = re.compile("^[0-9a-f]{24}$")


def raw_values(text, field):
    """The bytes of every value under this key, in order."""
    out = []
    for m in re.finditer('"%s": ' % re.escape(field), text):
        _, end = json.JSONDecoder().raw_decode(text, m.end())
        out.append(text[m.end():end])
    return out


def labels(value):
    if not isinstance(value, dict):
        return [] if value is None else [value]
    return value[LISTS[value["_cls"]]] if value["_cls"] in LISTS else [value]


def with_bytes(ds, value):
    """A value with what its masks on disk hold in place of their paths."""
    value = json.loads(json.dumps(value))
    for label in labels(value):
        if isinstance(label, dict) and (label.get("mask_path") or "/").startswith("fields/"):
            with open(os.path.join(ds, label["mask_path"]), "rb") as f:
                label["mask_path"] = hashlib.sha256(f.read()).hexdigest()
    return value


def id_of(label):
    return label["_id"]["$oid"]


class DestCase(crossing.CrossingCase):
    def docs(self, ds="ds"):
        return crossing.samples_of(self.path(ds))

    def text(self, ds="ds"):
        with open(self.path(ds, "samples.json"), encoding="utf-8") as f:
            return f.read()

    def write_docs(self, docs, ds="ds"):
        with open(self.path(ds, "samples.json"), "w", encoding="utf-8") as f:
            json.dump({"samples": docs}, f)

    def change_docs(self, change, ds="ds"):
        docs = self.docs(ds)
        change(docs)
        self.write_docs(docs, ds)

    def back(self, *edits, name="back"):
        return self.far_side(edits=list(edits), back=name)

    def start(self, fields, *options):
        """A dataset of every kind, exported."""
        every_kind.make_dataset(self.path("ds"))
        return self.export(self.path("ds"), "--media", "none", *options,
                           fields=[every_kind.TYPES.get(f, f) for f in fields])

    def both(self, archives, dests, *options, status=0):
        """Merges the plain way into a copy, and with --dest-field: the destinations are what the plain merge makes."""
        before, meta = self.text(), crossing.read_json(self.path("ds", "metadata.json"))
        self.copy(self.path("ds"), "plain")
        plain = self.merge(self.path("plain"), archives, *options, status=status)
        args = [a for old, new in dests.items() for a in ("--dest-field", "%s=%s" % (old, new))]
        report = self.merge(self.path("ds"), archives, *args, *options, status=status)
        self.assertEqual(report["counts"], plain["counts"])
        self.assertEqual(report["dest_fields"], dests)
        got, want, was = self.docs(), self.docs("plain"), json.loads(before)["samples"]
        for g, w, b in zip(got, want, was):
            for old, new in dests.items():
                self.assertEqual(with_bytes(self.path("ds"), g.get(new)), with_bytes(self.path("plain"), w.get(old)),
                                 (old, g["_id"]))
                g.pop(new, None)
            for old in [k for k in w if k not in b and k in dests] + [k for k in b if k in dests]:
                self.assertEqual(g.get(old), b.get(old), old)
                w[old] = b.get(old)
            self.assertEqual({k: v for k, v in g.items() if v is not None},
                             {k: v for k, v in w.items() if v is not None})
        for old in dests:
            self.assertEqual(raw_values(self.text(), old), raw_values(before, old))
        self.check_declared(meta, dests)
        return report

    def check_declared(self, meta, dests):
        now = crossing.read_json(self.path("ds", "metadata.json"))
        old = {f["name"]: f for f in meta["sample_fields"]}
        new = {f["name"]: f for f in now["sample_fields"]}
        self.assertEqual(sorted(set(new) - set(old)), sorted(dests.values()))
        for a, b in dests.items():
            if a in old:
                for key in ("ftype", "embedded_doc_type", "subfield", "fields"):
                    self.assertEqual(new[b][key], old[a][key], (b, key))
            self.assertEqual(new[b]["db_field"], b)
        now["sample_fields"] = [f for f in now["sample_fields"] if f["name"] in old]
        self.assertEqual(now, meta)

    def assert_repeat(self, archives, *options, status=0):
        """Merged again nothing changes."""
        before = self.data_of(self.path("ds"))
        report = self.merge(self.path("ds"), archives, *options, status=status)
        self.assertEqual(report["items"]["changed"], 0)
        self.assert_unchanged(self.path("ds"), before)


class EveryKind(DestCase):
    FIELDS = sorted(every_kind.KINDS)

    def ids(self, field, n):
        return [id_of(l) for l in labels(self.docs()[n][field])]

    def edits(self, fields):
        """An edit, a deletion and an addition of about everything."""
        task = {f: k for k, f in enumerate(fields)}
        out = []
        for field in fields:
            for n in range(5):
                ids = self.ids(field, n) if field not in ("ground", "count", "weather") else []
                if ids and field != "seen" and n % 2:
                    out.append({"op": "move", "id": ids[0], "dx": 1, "dy": 1})
                elif ids and n == 2:
                    out.append({"op": "delete", "id": ids[-1]})
            at = {"task": task[field], "image": 4}
            if field == "seen":
                out.append({"op": "relabel", "id": self.ids(field, 1)[0], "label": "rain"})
                out.append({"op": "add_tag", **at, "label": "sun"})
            elif field == "boxes":
                out.append({"op": "add", **at, "type": "rectangle", "label": "cat", "points": [1, 2, 9, 10]})
            elif field == "areas":
                out.append({"op": "add", **at, "type": "polygon", "label": "dog", "points": [1, 1, 9, 1, 5, 9]})
            elif field == "lines":
                out.append({"op": "add", **at, "type": "polyline", "label": "road", "points": [1, 1, 9, 1, 5, 9]})
            elif field == "loose":
                out.append({"op": "add", **at, "type": "points", "label": "tip", "points": [1, 1, 9, 1]})
            elif field == "things":
                out.append({"op": "add", **at, "type": "mask", "label": "cat", "pixels": [[1, 1], [2, 1]]})
            elif field == "ground":
                out.append({"op": "delete", "task": task[field], "image": 3, "shape": 0})
            elif field == "count":
                out.append({"op": "attribute", "task": task[field], "image": 1, "tag": 0, "name": "value", "value": "77"})
                out.append({"op": "delete", "task": task[field], "image": 3, "tag": 0})
            elif field == "weather":
                out.append({"op": "attribute", "task": task[field], "image": 1, "tag": 0, "name": "value", "value": "fog"})
        return out

    def cross(self, fields, *options):
        self.start(fields, *options)
        back = self.back(*self.edits(fields))
        dests = {f: f + "_new" for f in fields}
        args = [",".join("%s=%s" % d for d in dests.items())]
        report = self.both(back, dests)
        self.assertGreater(report["counts"]["edited"], 0)
        self.assert_repeat(back, "--dest-field", *args)
        for e in report["events"]:
            self.assertIn(e.get("field", "_new")[-4:], "_new")

    def test_W06_all_fields_at_once(self):
        self.cross(self.FIELDS)

    def test_each_alone(self):
        for field in self.FIELDS:
            with self.subTest(field=field):
                self.cross([field])
                self.clear()

    def test_single_labels(self):
        every_kind.make_dataset(self.path("ds"))
        docs, meta = self.docs(), crossing.read_json(self.path("ds", "metadata.json"))
        lists = [f["name"] for f in meta["sample_fields"] if (f["embedded_doc_type"] or "x").split(".")[-1] in LISTS]
        for doc in docs:
            for name in lists:
                doc[name] = (labels(doc[name]) or [None])[0]
        for f in meta["sample_fields"]:
            if f["name"] in lists:
                f["embedded_doc_type"] = "fiftyone.core.labels." + SINGLE[f["embedded_doc_type"].split(".")[-1]]
        self.write_docs(docs)
        with open(self.path("ds", "metadata.json"), "w", encoding="utf-8") as f:
            json.dump(meta, f)
        self.assertEqual(len(lists), 7)
        self.export(self.path("ds"), "--media", "none",
                    fields=[every_kind.TYPES.get(f, f).rstrip("s") if f in every_kind.TYPES else f for f in sorted(lists)])
        edits = []
        for name in lists:
            if name != "seen":
                edits += [{"op": "move", "id": id_of(docs[1][name]), "dx": 1, "dy": 0}]
            edits += [{"op": "delete", "id": id_of(docs[4][name])}]
        back = self.back(*edits)
        dests = {f: f + "_new" for f in lists}
        self.both(back, dests)
        args = [",".join("%s=%s" % d for d in dests.items())]
        self.assert_repeat(back, "--dest-field", *args)
        # somebody else's label in a single field stays, and so does what came back for it
        theirs = {"_id": {"$oid": "77" * 12}, "_cls": "Detection", "tags": [], "label": "cat", "bounding_box": [0, 0, 1, 1]}
        self.change_docs(lambda d: d[1].update(boxes_new=theirs))
        report = self.merge(self.path("ds"), back, "--dest-field", *args, status=1)
        self.assertEqual([(e["code"], e["field"]) for e in report["events"] if e["code"] == "LF2130"],
                         [("LF2130", "boxes_new")])
        self.assertEqual(self.docs()[1]["boxes_new"], theirs)
        self.assertEqual(report["counts"]["refused"], 1)
        self.merge(self.path("ds"), back, "--dest-field", *args, "--conflict", "theirs")
        self.assertEqual(self.docs()[1]["boxes_new"], self.docs("plain")[1]["boxes"])


class DiskMasks(DestCase):
    FIELDS = test_disk_masks.FIELDS

    def test_masks_on_disk(self):
        """Each mask is a file of its own, in the one folder in which FiftyOne looks for the field's."""
        self.copy(testenv.shared("fixtures", "fiftyone", "images_full"), "ds")
        self.export(self.path("ds"), fields=self.FIELDS)
        before = self.data_of(self.path("ds"))
        archives = [self.rewrite(a, test_disk_masks.edit_first) for a in self.far_side()]
        dests = {f.split(":")[0]: f.split(":")[0] + "_new" for f in self.FIELDS}
        args = [a for d in dests.items() for a in ("--dest-field", "%s=%s" % d)]
        self.merge(self.path("ds"), archives, *args, where=("-n",))
        self.merge(self.path("ds"), archives, *args, where=("-o", self.path("new")))
        self.assert_unchanged(self.path("ds"), before)
        report = self.both(archives, dests)
        self.assertEqual(report["counts"]["edited"], 3)
        self.assert_unchanged(self.path("new"), self.data_of(self.path("ds")))
        after = self.data_of(self.path("ds"))
        for name, data in before.items():
            if name not in ("samples.json", "metadata.json"):
                self.assertEqual(after[name], data, name)
        paths = {new: {l["mask_path"] for d in self.docs() for l in labels(d.get(new)) if l.get("mask_path")}
                 for new in dests.values()}
        self.assertEqual(sorted(p for some in paths.values() for p in some),
                         sorted(n for n in set(after) - set(before) if not n.endswith("/")))
        for new, some in paths.items():
            self.assertTrue(some)
            for path in some:
                self.assertRegex(path, "^fields/%s[./]" % new)
        self.assert_repeat(archives, *args)

    def test_a_mask_that_is_gone(self):
        """Its label keeps the path, in both fields."""
        self.copy(testenv.shared("fixtures", "fiftyone", "images_full"), "ds")
        os.remove(self.path("ds", *test_disk_masks.INSTANCE.split("/")))
        self.export(self.path("ds"), fields=self.FIELDS[:1], status=1)
        self.merge(self.path("ds"), self.far_side(), "--dest-field", "fixed", status=0)
        self.assertEqual(self.text().count('"%s"' % test_disk_masks.INSTANCE), 2)


class Rights(DestCase):
    def test_W06_restrictions_hold(self):
        self.start(["boxes"], "--no-allow-additions", "--no-allow-deletions", "--no-allow-spatial-edits", "--read-only", "note")
        a, b = [id_of(l) for l in self.docs()[1]["boxes"]["detections"]]
        back = self.back({"op": "move", "id": a, "dx": 3, "dy": 0}, {"op": "relabel", "id": a, "label": "dog & <b>"},
                         {"op": "attribute", "id": b, "name": "note", "value": "mine"},
                         {"op": "delete", "id": self.docs()[2]["boxes"]["detections"][0]["_id"]["$oid"]},
                         {"op": "add", "image": 3, "type": "rectangle", "label": "cat", "points": [1, 2, 9, 10]})
        report = self.both(back, {"boxes": "fixed"}, status=1)
        self.assertEqual(report["counts"]["edited"], 1)
        self.assertEqual({e["field"] for e in report["events"] if e["code"] == "LF2009"}, {"fixed"})
        docs = self.docs()
        self.assertEqual(docs[1]["fixed"]["detections"][0], {**docs[1]["boxes"]["detections"][0], "label": "dog & <b>"})
        for n in (0, 2, 3, 4):
            self.assertEqual(docs[n]["fixed"], docs[n]["boxes"])


class Later(DestCase):
    """What comes after a first load."""

    def setUp(self):
        super().setUp()
        self.start(["boxes"])
        self.a, self.b = [id_of(l) for l in self.docs()[1]["boxes"]["detections"]]
        self.gone = id_of(self.docs()[2]["boxes"]["detections"][0])
        self.draw = {"op": "add", "image": 3, "type": "rectangle", "label": "cat", "points": [1, 2, 9, 10]}

    def load(self, archives, *options, dest="fixed", status=0):
        return self.merge(self.path("ds"), archives, "--dest-field", dest, *options, status=status)

    def fixed(self, n, field="fixed"):
        return [(id_of(l), l["label"]) for l in labels(self.docs()[n].get(field))]

    def test_monday_and_tuesday(self):
        """The later archive says what there is: each destination is what the plain merge of that archive makes."""
        monday = self.back({"op": "move", "id": self.a, "dx": 3, "dy": 1}, {"op": "delete", "id": self.gone}, self.draw,
                           name="monday")
        tuesday = self.back({"op": "move", "id": self.a, "dx": 3, "dy": 2}, {"op": "relabel", "id": self.b, "label": "cat"},
                            {**self.draw, "points": [2, 2, 9, 10]}, name="tuesday")
        self.copy(self.path("ds"), "plain")
        self.merge(self.path("plain"), tuesday)
        before = raw_values(self.text(), "boxes")
        report = self.load(monday)
        self.assert_counts(report, kept=8, edited=1, added=1, deleted=1)
        first = self.docs()
        report = self.load(tuesday)
        self.assert_counts(report, kept=8, edited=2, added=1)
        self.assertEqual(sorted({e["code"] for e in report["events"]}), ["LF2128"])
        for got, want in zip(self.docs(), self.docs("plain")):
            self.assertEqual(sorted(labels(got["fixed"]), key=id_of), sorted(labels(want["boxes"]), key=id_of))
        self.assertEqual(len(self.fixed(3)), 3)
        self.assertNotEqual(self.docs()[3]["fixed"], first[3]["fixed"])
        self.assertEqual(raw_values(self.text(), "boxes"), before)
        self.assert_repeat(tuesday, "--dest-field", "fixed")

    def test_the_field_itself_later(self):
        """Base did not move: the same archive merged without the option edits the field."""
        back = self.back({"op": "move", "id": self.a, "dx": 3, "dy": 1}, {"op": "delete", "id": self.gone}, self.draw)
        record = testenv.snapshot(self.path("ds", "annotations", "r"))
        self.load(back)
        now = testenv.snapshot(self.path("ds", "annotations", "r"))
        self.assertEqual({k: now[k] for k in record}, record)
        report = self.merge(self.path("ds"), back)
        self.assert_counts(report, kept=8, edited=1, added=1, deleted=1)
        for doc in self.docs():
            self.assertEqual(doc["boxes"], doc["fixed"])
        # and once it is merged there, the destination of another load is a copy
        report = self.load(back, dest="third")
        self.assertEqual(report["counts"]["edited"], 0)
        for doc in self.docs():
            self.assertEqual(doc["boxes"], doc["third"])

    def test_somebody_elses_labels(self):
        theirs = {"_id": {"$oid": "77" * 12}, "_cls": "Detection", "tags": ["x"], "label": "whale",
                  "bounding_box": [0.125, 0.25, 0.5, 0.5], "iscrowd": 0}
        meta = crossing.read_json(self.path("ds", "metadata.json"))
        meta["sample_fields"].append(every_kind.field("fixed", "Detections"))
        with open(self.path("ds", "metadata.json"), "w", encoding="utf-8") as f:
            json.dump(meta, f)
        own = json.loads(json.dumps(self.docs()[1]["boxes"]["detections"][1]))
        self.change_docs(lambda docs: [d.update(fixed={"_cls": "Detections", "detections": [
            theirs, {**own, "label": "old"}, {**theirs, "_id": {"$oid": "88" * 12}}]}) for d in docs[:2]])
        before = self.text()
        back = self.back({"op": "move", "id": self.a, "dx": 3, "dy": 1}, {"op": "delete", "id": self.b})
        self.load(back)
        docs = self.docs()
        self.assertEqual([i for i, _ in self.fixed(1)], ["77" * 12, "88" * 12, self.a])
        self.assertEqual(docs[1]["fixed"]["detections"][0], theirs)
        # in another sample the same id is somebody else's
        self.assertEqual([i for i, _ in self.fixed(0)][:3], ["77" * 12, self.b, "88" * 12])
        self.assertEqual(raw_values(self.text(), "boxes"), raw_values(before, "boxes"))
        self.assertEqual(crossing.read_json(self.path("ds", "metadata.json")), meta)
        self.assert_repeat(back, "--dest-field", "fixed")

    def test_the_dataset_was_edited_meanwhile(self):
        """Three-way as always: an edit made at home goes along, and a conflict is one."""
        self.change_docs(lambda docs: docs[1]["boxes"]["detections"][0].update(label="horse", confidence=0.5))
        back = self.back({"op": "move", "id": self.a, "dx": 3, "dy": 1})
        self.load(back)
        label = self.docs()[1]["fixed"]["detections"][0]
        self.assertEqual((label["label"], label["confidence"]), ("horse", 0.5))
        self.assertNotEqual(label["bounding_box"], self.docs()[1]["boxes"]["detections"][0]["bounding_box"])
        before = self.data_of(self.path("ds"))
        clash = self.back({"op": "relabel", "id": self.a, "label": "dog & <b>"}, name="clash")
        self.load(clash, dest="other", status=6)
        self.assert_unchanged(self.path("ds"), before)
        self.load(clash, "--conflict", "theirs", dest="other")
        self.assertEqual(self.docs()[1]["other"]["detections"][0]["label"], "dog & <b>")
        self.assertEqual(self.docs()[1]["boxes"]["detections"][0]["label"], "horse")

    def test_before_and_after_by_id(self):
        back = self.back({"op": "move", "id": self.a, "dx": 3, "dy": 1}, {"op": "delete", "id": self.gone}, self.draw)
        self.load(back)
        done = self.labelferry("diff", self.path("ds"), "--fields", "boxes,fixed", "--json", status=1)
        self.assertEqual(done.stderr, "")
        seen = sorted((c["change"], c["label"]) for c in json.loads(done.stdout)["changes"])
        new, = set(i for i, _ in self.fixed(3)) - {id_of(l) for l in self.docs()[3]["boxes"]["detections"]}
        self.assertEqual(seen, sorted([("edited", self.a), ("deleted", self.gone), ("added", new)]))

    def test_the_old_files_are_kept(self):
        """What undo needs: the documents and metadata.json as they were."""
        back = self.back(self.draw)
        was = {n: testenv.snapshot(self.path("ds"))[n] for n in ("samples.json", "metadata.json")}
        self.load(back)
        now = testenv.snapshot(self.path("ds"))
        for name, data in was.items():
            self.assertNotEqual(now[name], data)
            self.assertEqual(now["annotations/r/undo/000001/" + name], data)

    def test_undo_and_the_journal(self):
        back = self.back({"op": "move", "id": self.a, "dx": 3, "dy": 1}, {"op": "delete", "id": self.gone}, self.draw)
        before = self.data_of(self.path("ds"))
        was = {id_of(l): l for d in self.docs() for l in labels(d["boxes"])}
        self.load(back)
        after = {id_of(l): l for d in self.docs() for l in labels(d["fixed"])}
        new, = set(after) - set(was)
        with open(self.path("ds", "annotations", "r", "log", "000001.jsonl"), encoding="utf-8") as f:
            rows = [r for r in map(json.loads, f) if "change" in r]
        self.assertEqual({(r["change"], r["field"], r["label"]) for r in rows},
                         {("edited", "fixed", self.a), ("deleted", "fixed", self.gone), ("added", "fixed", new)})
        for r in rows:
            self.assertEqual((r.get("before"), r.get("after")), (was.get(r["label"]), after.get(r["label"])))
        self.labelferry("undo", "r", "--dataset", self.path("ds"))
        self.assert_unchanged(self.path("ds"), before)
        report = self.merge(self.path("ds"), back)
        self.assert_counts(report, kept=8, edited=1, added=1, deleted=1)

    def test_edited_by_hand_in_between(self):
        """The destination is made anew, and the note says of which label."""
        back = self.back({"op": "move", "id": self.a, "dx": 3, "dy": 1})
        self.load(back)
        first = self.data_of(self.path("ds"))
        self.change_docs(lambda docs: docs[1]["fixed"]["detections"][1].update(label="mine"))
        report = self.load(back)
        self.assertEqual([(e["code"], e["label"], e["field"]) for e in report["events"]], [("LF2128", self.b, "fixed")])
        self.assertEqual(self.docs(), json.loads(first["samples.json"])["samples"])

    def test_labels_without_ids(self):
        def strip(docs):
            for d in docs:
                for l in d["boxes"]["detections"]:
                    l.pop("_id")
        self.change_docs(strip)
        self.export(self.path("ds"), "--media", "none", fields=["boxes"], run="bare", out="bare")
        back = self.far_side(out="bare", back="bare-back")
        self.merge(self.path("ds"), back, "--dest-field", "fixed", run="bare")
        self.assertEqual([d["fixed"] for d in self.docs()], [d["boxes"] for d in self.docs()])
        before = self.data_of(self.path("ds"))
        self.merge(self.path("ds"), back, "--dest-field", "fixed", run="bare")
        self.assert_unchanged(self.path("ds"), before)

    def test_only_what_came_back(self):
        self.export(self.path("ds"), "--media", "none", "--task-size", "2", fields=["boxes"], run="pieces", out="pieces")
        back = self.far_side(out="pieces", back="some")
        self.merge(self.path("ds"), back[:1], "--dest-field", "fixed", run="pieces")
        self.assertEqual(["fixed" in d for d in self.docs()], [True, True, False, False, False])

    def test_output_and_dry_run(self):
        back = self.back({"op": "move", "id": self.a, "dx": 3, "dy": 1}, self.draw)
        before = testenv.snapshot(self.path("ds"))
        report = self.merge(self.path("ds"), back, "--dest-field", "fixed", where=("-n",))
        self.assert_counts(report, kept=9, edited=1, added=1)
        self.assertFalse(report["written"])
        self.merge(self.path("ds"), back, "--dest-field", "fixed", where=("-o", self.path("new")))
        self.assertEqual(testenv.snapshot(self.path("ds")), before)
        self.load(back)
        self.assertEqual(self.data_of(self.path("new")), self.data_of(self.path("ds")))
        self.assertEqual(crossing.read_json(self.path("new", "annotations", "r", "run.json")).get("merges", []), [])

    def test_files_of_one_sample(self):
        docs = self.docs()
        testenv.into_files(self.path("ds"), docs)
        back = self.back({"op": "move", "id": self.a, "dx": 3, "dy": 1})
        self.load(back)
        self.assertEqual([d["boxes"] for d in self.docs()], [d["boxes"] for d in docs])
        self.assertEqual(sum(d["boxes"] != d["fixed"] for d in self.docs()), 1)
        self.assert_repeat(back, "--dest-field", "fixed")

    def test_before_0_8(self):
        ds = self.copy(testenv.shared("fixtures", "fiftyone", "images_legacy"), "legacy")
        docs = crossing.samples_of(ds)
        self.export(ds, fields=["ground_truth"], out="lout")
        n, gone = next((n, l) for n, d in enumerate(docs) for l in labels(d["ground_truth"]) if "mask" not in l)
        back = self.far_side(out="lout", back="lback", edits=[{"op": "delete", "id": id_of(gone)}])
        meta = crossing.read_json(self.path("legacy", "metadata.json"))
        self.merge(ds, back, "--dest-field", "fixed")
        now = crossing.read_json(self.path("legacy", "metadata.json"))
        meta["sample_fields"]["fixed"] = meta["sample_fields"]["ground_truth"]
        self.assertEqual(now, meta)
        after = crossing.samples_of(ds)
        self.assertEqual([d["ground_truth"] for d in after], [d["ground_truth"] for d in docs])
        self.assertEqual(labels(after[n]["fixed"]), [l for l in labels(docs[n]["ground_truth"]) if l != gone])

    def test_a_field_of_another_class_in_a_sample(self):
        self.change_docs(lambda docs: docs[1].update(fixed={"_cls": "Polylines", "polylines": []}))
        before = self.data_of(self.path("ds"))
        back = self.back({"op": "move", "id": self.a, "dx": 3, "dy": 1})
        done = self.labelferry("merge", "r", *back, "--dataset", self.path("ds"), "--in-place", "--dest-field", "fixed",
                               status=4)
        self.assertIn("LF3043", done.stderr)
        self.assert_unchanged(self.path("ds"), before)


class Mixed(DestCase):
    def test_one_field_stays_and_one_goes(self):
        self.start(["boxes", "seen"])
        a = id_of(self.docs()[1]["boxes"]["detections"][0])
        s = id_of(self.docs()[1]["seen"]["classifications"][0])
        back = self.back({"op": "move", "id": a, "dx": 3, "dy": 1}, {"op": "relabel", "id": s, "label": "rain"})
        report = self.both(back, {"boxes": "fixed"})
        self.assertEqual(report["counts"]["edited"], 2)
        merges = crossing.read_json(self.path("ds", "annotations", "r", "run.json"))["merges"]
        self.assertEqual(len(merges), 1)
        report = self.merge(self.path("ds"), back)
        self.assertEqual(report["counts"]["edited"], 1)
        self.assertEqual(self.docs()[1]["boxes"], self.docs()[1]["fixed"])

    def test_new_fields(self):
        """The run's own new field is not declared: it holds nothing."""
        self.start(["boxes"])
        self.export(self.path("ds"), "--media", "none", "--classes", "a,b", fields=["made:detections"], run="n", out="n")
        back = self.far_side(out="n", back="nb", edits=[
            {"op": "add", "image": 0, "type": "rectangle", "label": "a", "points": [1, 2, 9, 10]}])
        self.merge(self.path("ds"), back, "--dest-field", "other", run="n")
        names = [f["name"] for f in crossing.read_json(self.path("ds", "metadata.json"))["sample_fields"]]
        self.assertIn("other", names)
        self.assertNotIn("made", names)
        self.assertEqual(["other" in d for d in self.docs()], [True] + 4 * [False])
        self.assertNotIn("made", self.text())

    def test_scalars(self):
        """A new scalar has the destination's type; a value of somebody else stays."""
        self.start(["boxes"])
        self.export(self.path("ds"), "--media", "none", fields=["depth:scalar"], run="n", out="n")

        def back(name, **values):
            return self.far_side(out="n", back=name, edits=[
                {"op": "add_tag", "image": int(k[1:]), "label": "depth", "attributes": {"value": v}} for k, v in values.items()])
        merge = lambda b, *o, **k: self.merge(self.path("ds"), b, "--dest-field", "metres", *o, run="n", **k)
        first = back("one", i0="7", i1="8")
        merge(first)
        merge(first)
        self.assertEqual([d.get("metres") for d in self.docs()], [7, 8, None, None, None])
        report = merge(back("two", i0="7", i1="9", i2="4"), status=1)
        self.assertEqual([e["code"] for e in report["events"]], ["LF2130"])
        self.assertEqual([d.get("metres") for d in self.docs()], [7, 8, 4, None, None])
        merge(back("three", i1="9"), "--conflict", "theirs")
        self.assertEqual(self.docs()[1]["metres"], 9)


class Usage(DestCase):
    def refused(self, dests, text, fields=("boxes", "seen")):
        if not os.path.exists(self.path("ds")):
            self.start(list(fields))
            self.archives = self.back()
        before = testenv.snapshot(self.path("ds"))
        args = [a for d in dests for a in ("--dest-field", d)]
        done = self.labelferry("merge", "r", *self.archives, "--dataset", self.path("ds"), "--in-place", *args, status=2)
        self.assertIn(text, done.stderr)
        self.assertIn("LF1003", done.stderr)
        self.assertEqual(testenv.snapshot(self.path("ds")), before)

    def test_W06_wrong_options(self):
        for dests, text in ((["fixed"], "several fields; say OLD=NEW"),
                            (["boxes=fixed,seen=fixed"], "two fields cannot go to one"),
                            (["boxes=fixed", "boxes=other"], "goes to another one already"),
                            (["boxes=seen"], "one of the run's fields"),
                            (["boxes=boxes"], "one of the run's fields"),
                            (["nowhere=fixed"], "the run has no such field"),
                            (["boxes=areas"], "another class"), (["boxes=count"], "another class"),
                            (["boxes=weather"], "another class"),
                            (["boxes="], "cannot be called that"), ([""], "several fields"),
                            (["boxes=a b"], "cannot be called that"), (["boxes=a.b"], "cannot be called that"),
                            (["boxes=filepath"], "cannot be called that"), (["boxes=_x"], "cannot be called that"),
                            (["boxes=a,"], "several fields"), (["boxes=$x"], "cannot be called that"),
                            (["boxes=\x1b[1m"], "cannot be called that")):
            with self.subTest(dests=dests):
                self.refused(dests, text)

    def test_scalars_of_another_type(self):
        self.start(["count"])
        self.archives = self.back()
        self.refused(["weather"], "another class")

    def test_repeated_too_often(self):
        done = self.labelferry("merge", "r", "x", "-n", *["--dest-field=a"] * 65, status=2)
        self.assertIn("too often", done.stderr)
