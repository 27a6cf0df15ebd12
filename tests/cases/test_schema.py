"""What is asked for, as the run's record and the tool's labels say it: classes, attributes, types."""

import json
import os
import re

import crossing
import testenv

RIGHTS = ("additions", "deletions", "label_edits", "index_edits", "spatial_edits")


class SchemaCase(crossing.CrossingCase):
    def setUp(self):
        super().setUp()
        self.ds = self.copy(testenv.sample("harbor"), "harbor")

    def full(self):
        return self.copy(testenv.shared("fixtures", "fiftyone", "images_full"), "full")

    def write(self, name, value):
        with open(self.path(name), "w", encoding="utf-8") as f:
            json.dump(value, f)
        return self.path(name)

    def schema(self, value):
        return ("--schema", self.write("schema.json", value))

    def record(self, dataset=None, run="r"):
        return crossing.read_json(os.path.join(dataset or self.ds, "annotations", run, "run.json"))["schema"]

    def tool_labels(self, out="out"):
        found = [os.path.join(base, "labels.json") for base, _, names in os.walk(self.path(out)) if "labels.json" in names]
        self.assertEqual(len(found), 1, found)
        return crossing.read_json(found[0])

    def refused(self, dataset, *options, code, says):
        before = testenv.snapshot(dataset)
        done = self.labelferry("export", dataset, "--run", "r", "-o", "out", *options, status=2)
        self.assertIn(code, done.stderr)
        self.assertIn(says, done.stderr)
        self.assertEqual(testenv.snapshot(dataset), before)
        self.assertFalse(os.path.exists(self.path("out")))


class Classes(SchemaCase):
    def test_R18_classes_keep_the_schemas_order_and_spelling(self):
        order = ["pier", "buoy", "never used", "Boat", "boat", " boat", "BOAT"]
        before = self.data_of(self.ds)
        out = self.export(self.ds, *self.schema({"ground_truth": {"classes": order, "attributes": False}}))
        self.assertEqual((out["shipped"], out["home"]), (15, 0))
        self.assertEqual(self.record()["ground_truth"]["classes"], order)
        names = [label["name"] for label in self.tool_labels()]
        renamed = self.record()["ground_truth"].get("tool_names", {})
        self.assertEqual(list(renamed), [" boat"])  # the tool cuts blanks off
        self.assertEqual(names, [renamed.get(n, n) for n in order])
        self.assertEqual(len(set(names)), len(order))
        self.assert_counts(self.merge(self.ds, self.far_side()), kept=15)
        self.assert_unchanged(self.ds, before)

    def test_R18_a_class_back_in_another_case_or_with_a_blank_is_another_class(self):
        order = ["pier", "buoy", "Boat", "boat", " boat"]
        boats = [d["_id"]["$oid"] for s in crossing.samples_of(self.ds) for d in crossing.labels_of(s, "ground_truth")
                 if d["label"] == "boat"]
        self.export(self.ds, *self.schema({"ground_truth": {"classes": order}}))
        alias = self.record()["ground_truth"]["tool_names"][" boat"]
        back = self.far_side(edits=[{"op": "relabel", "id": boats[0], "label": "Boat"},
                                    {"op": "relabel", "id": boats[1], "label": alias}])
        self.assert_counts(self.merge(self.ds, back), kept=13, edited=2)
        now = {d["_id"]["$oid"]: d["label"] for s in crossing.samples_of(self.ds)
               for d in crossing.labels_of(s, "ground_truth")}
        self.assertEqual([now[i] for i in boats[:2]], ["Boat", " boat"])

    def test_R18_an_unknown_class_is_reported_and_left_out(self):
        before = self.data_of(self.ds)
        self.export(self.ds, fields=["ground_truth"])
        back = self.far_side()
        self.rewrite(back[0], lambda t: t.replace('label="pier"', 'label="Pier"'))
        report = self.merge(self.ds, back, status=1)
        piers = sum(d["label"] == "pier" for s in crossing.samples_of(self.ds)
                    for d in crossing.labels_of(s, "ground_truth"))
        self.assertEqual(report["findings"], {"LF2002": piers})
        self.assertIn("Pier", report["stderr"])
        self.assert_unchanged(self.ds, before)

    def test_R18_a_class_that_is_gone_is_reported(self):
        """Removed in the tool, which takes its shapes along; or renamed."""
        self.export(self.ds, "--classes", "boat,buoy,pier,unused", fields=["ground_truth"])
        piers = [d["_id"]["$oid"] for s in crossing.samples_of(self.ds) for d in crossing.labels_of(s, "ground_truth")
                 if d["label"] == "pier"]
        back = self.far_side(edits=[{"op": "delete", "id": i} for i in piers])

        def without(name):
            return lambda t: re.sub(r"\s*<label>\s*<name>%s</name>.*?</label>" % name, "", t, flags=re.S)
        one = self.rewrite(back[0], without("unused"), "one.zip")
        report = self.merge(self.ds, [one], where=("-n",), status=1)
        self.assertEqual(report["findings"], {"LF2015": 1})
        self.assertIn("unused", report["stderr"])
        two = self.rewrite(one, without("pier"), "two.zip")
        for archive in (two, "ground_truth=" + two):
            report = self.merge(self.ds, [archive], where=("-n",), status=1)
            self.assertEqual((report["findings"], report["counts"]["deleted"]), ({"LF2015": 2}, len(piers)))
        renamed = self.rewrite(self.far_side(back="again")[0], lambda t: t.replace("pier", "Pier"), "renamed.zip")
        report = self.merge(self.ds, [renamed], where=("-n",), status=1)
        self.assertEqual(report["findings"], {"LF2015": 1, "LF2002": len(piers)})

    def test_W11_the_default_is_the_classes_seen_sorted(self):
        self.export(self.ds, fields=["ground_truth"])
        self.assertEqual(self.record()["ground_truth"]["classes"], ["boat", "buoy", "pier"])

    def test_W11_classes_of_the_dataset_and_of_another_field(self):
        full = self.full()
        seen = sorted({s["classification"]["label"] for s in crossing.samples_of(full)})
        for run, spec, want in (("stored", "dataset", ["cat", "dog", "bird", "tree"]), ("lent", "@classification", seen),
                                ("given", "tree,cat", ["tree", "cat"])):
            self.export(full, "--classes", spec, fields=["detections"], run=run, out=run)
            self.assertEqual(self.record(full, run)["detections"]["classes"], want)

    def test_W11_stored_classes_else_default_classes_else_refused(self):
        full = self.full()
        self.export(full, "--classes", "dataset", fields=["detection"])
        self.assertEqual(self.record(full)["detection"]["classes"], ["cat", "dog", "bird", "tree", "other"])
        doc = crossing.read_json(os.path.join(self.ds, "metadata.json"))
        doc["classes"], doc["info"] = {}, {"classes": {"ground_truth": ["boat"]}}  # info is the user's own
        self.write("harbor/metadata.json", doc)
        os.rename(self.path("out"), self.path("first"))
        self.refused(self.ds, "--field", "ground_truth", "--classes", "dataset", code="LF1007", says="stores no classes")

    def test_W11_a_dataset_of_before_0_8_stores_classes_and_targets_in_info(self):
        old = self.copy(testenv.shared("fixtures", "fiftyone", "images_legacy"), "old")
        self.export(old, "--classes", "dataset", fields=["ground_truth", "seg"])
        record = self.record(old)
        self.assertEqual(record["ground_truth"]["classes"], ["cat", "dog", "bird", "tree"])
        self.assertEqual(record["seg"]["mask_targets"], {"1": "cat"})

    def test_W11_what_a_short_list_leaves_at_home_cannot_be_deleted(self):
        before = self.data_of(self.ds)
        out = self.export(self.ds, "--classes", "buoy", fields=["ground_truth"])
        buoys = [d["_id"]["$oid"] for s in crossing.samples_of(self.ds) for d in crossing.labels_of(s, "ground_truth")
                 if d["label"] == "buoy"]
        self.assertEqual((out["shipped"], out["home"]), (len(buoys), 15 - len(buoys)))
        report = self.merge(self.ds, self.far_side())
        self.assert_counts(report, kept=len(buoys))
        self.assertEqual(report["home"], 15 - len(buoys))
        self.assert_unchanged(self.ds, before)
        gone = self.far_side(edits=[{"op": "delete", "id": i} for i in buoys], back="gone")
        report = self.merge(self.ds, gone)
        self.assert_counts(report, deleted=len(buoys))
        self.assertEqual(report["home"], 15 - len(buoys))
        left = [d["label"] for s in crossing.samples_of(self.ds) for d in crossing.labels_of(s, "ground_truth")]
        self.assertEqual((len(left), "buoy" in left), (15 - len(buoys), False))

    def test_W11_labels_of_another_kind_stay_at_home(self):
        full = self.full()
        kinds = [p["filled"] for s in crossing.samples_of(full) for p in s["polylines"]["polylines"]]
        for asked, shipped in ((":polygons", kinds.count(True)), ("", kinds.count(True)), (":polylines", kinds.count(False))):
            with self.subTest(asked=asked):
                run = "r" + asked.strip(":")
                out = self.export(full, "--classes", "cat,dog,bird,tree", "--media", "none", fields=["polylines" + asked],
                                  run=run, out=run)
                self.assertEqual(out["shipped"] + out["home"], len(kinds))
                self.assertLessEqual(out["shipped"], shipped)
                self.assertGreater(out["shipped"], 0)
                self.assertEqual(self.record(full, run)["polylines"]["type"], asked.strip(":") or "polygons")


class Attributes(SchemaCase):
    def attrs(self, field="ground_truth", dataset=None, run="r"):
        return self.record(dataset, run)[field]["attributes"]

    def test_W12_an_empty_field_and_an_empty_attribute_are_inferred_alike(self):
        self.export(self.ds, *self.schema({"ground_truth": {}}))
        whole = self.record()["ground_truth"]
        self.assertEqual(whole["classes"], ["boat", "buoy", "pier"])
        self.assertEqual({n: (a["type"], a["value_type"]) for n, a in whole["attributes"].items()},
                         {"moored": ("checkbox", "bool"), "length_m": ("text", "float"), "flag": ("text", "str"),
                          "crew": ("text", "int")})
        names = list(whole["attributes"])
        for run, attributes in (("object", {n: {} for n in names}), ("names", names), ("all", True)):
            with self.subTest(form=run):
                self.export(self.ds, *self.schema({"ground_truth": {"attributes": attributes}}), run=run, out=run)
                self.assertEqual(self.record(run=run)["ground_truth"], whole)
        self.export(self.ds, *self.schema({"ground_truth": None}), run="null", out="null")
        self.assertEqual(self.record(run="null")["ground_truth"], whole)

    def test_W12_selects_over_the_values_seen(self):
        flags = sorted({d["flag"] for s in crossing.samples_of(self.ds) for d in crossing.labels_of(s, "ground_truth")
                        if d.get("flag")})
        before = self.data_of(self.ds)
        self.export(self.ds, "--infer-select", str(len(flags)), fields=["ground_truth"])
        flag = self.attrs()["flag"]
        self.assertEqual((flag["type"], flag["values"], flag["listed"]), ("select", flags, False))
        self.assertEqual((self.attrs()["moored"]["type"]), "checkbox")
        shown = [a for a in self.tool_labels()[0]["attributes"] if a["name"] == "flag"][0]
        self.assertEqual((shown["input_type"], shown["values"]), ("select", [""] + flags))
        self.assert_counts(self.merge(self.ds, self.far_side()), kept=15)
        self.assert_unchanged(self.ds, before)
        self.export(self.ds, "--infer-select", str(len(flags) - 1), fields=["ground_truth"], run="few", out="few")
        self.assertEqual(self.attrs(run="few")["flag"]["type"], "text")

    def test_W12_bools_named_occluded_and_whole_numbers_named_group_id_are_flags(self):
        full = self.full()
        self.export(full, fields=["detections"])
        self.assertEqual(self.attrs("detections", full)["occluded"]["type"], "occluded")
        self.assertNotIn("occluded", [a["name"] for l in self.tool_labels() for a in l["attributes"]])
        self.export(full, "--occluded-attr", "wet", fields=["detections"], run="wet", out="wet")
        attrs = self.attrs("detections", full, "wet")
        self.assertEqual((attrs["wet"]["type"], attrs["occluded"]["type"]), ("occluded", "checkbox"))
        self.export(full, "--group-id-attr", "herd", fields=["detections"], run="herd", out="herd")
        self.assertEqual(self.attrs("detections", full, "herd")["herd"]["type"], "group_id")
        os.rename(self.path("out"), self.path("first"))
        self.refused(full, "--field", "detections", "--occluded-attr", "note", code="LF1007", says="more than true and false")

    def test_W13_the_defaults(self):
        self.export(self.ds, fields=["ground_truth"])
        field = self.record()["ground_truth"]
        self.assertEqual({r: field["allow_" + r] for r in RIGHTS}, dict.fromkeys(RIGHTS, True))
        self.assertEqual({(a["mutable"], a["read_only"]) for a in field["attributes"].values()}, {(True, False)})

    def test_W19_values_have_the_schemas_types(self):
        rows = {"text": ({"type": "text"}, "str"),
                "ints": ({"type": "select", "values": [1, 2]}, "int"),
                "reals": ({"type": "select", "values": [1, 2.5]}, "float"),
                "bools": ({"type": "radio", "values": [True, False]}, "bool"),
                "words": ({"type": "select", "values": ["1", "2"]}, "str"),
                "mixed": ({"type": "select", "values": ["1", 2]}, "str"),
                "tick": ({"type": "checkbox"}, "bool"),
                "bounds": ({"type": "number", "values": [0, 9, 1]}, "int"),
                "fine": ({"type": "number", "values": [0, 1, 0.1]}, "float"),
                "number": ({"type": "number"}, "int"),
                "half": ({"type": "number", "default": 0.5}, "float")}
        self.export(self.ds, *self.schema({"hulls": {"type": "detections", "classes": ["hull"], "existing_field": False,
                                                     "attributes": {n: r[0] for n, r in rows.items()}}}))
        attrs = self.attrs("hulls")
        self.assertEqual({n: a["value_type"] for n, a in attrs.items()}, {n: r[1] for n, r in rows.items()})
        self.assertEqual({n: attrs[n]["values"] for n in ("ints", "reals", "bools", "words")},
                         {"ints": [1, 2], "reals": [1.0, 2.5], "bools": [True, False], "words": ["1", "2"]})

    def test_W19_values_come_back_with_the_schemas_types(self):
        kinds = {"text": {"type": "text"}, "ints": {"type": "select", "values": [1, 2]},
                 "words": {"type": "select", "values": ["1", "2"]}, "tick": {"type": "checkbox"},
                 "bounds": {"type": "number", "values": [0, 9, 1]}, "number": {"type": "number"}}
        self.export(self.ds, *self.schema({"hulls": {"type": "detections", "classes": ["hull"], "attributes": kinds}}))
        image = os.path.basename(crossing.samples_of(self.ds)[0]["filepath"])
        add = {"op": "add", "image": image, "type": "rectangle", "label": "hull", "points": [10, 10, 50, 50],
               "attributes": {"text": "0012", "ints": "2", "words": "2", "tick": "true", "bounds": "7", "number": "5"}}
        self.assert_counts(self.merge(self.ds, self.far_side(edits=[add])), added=1)
        label = crossing.labels_of(crossing.samples_of(self.ds)[0], "hulls")[0]
        got = {n: label[n] for n in kinds}
        self.assertEqual(json.dumps(got, sort_keys=True), json.dumps(
            {"text": "0012", "ints": 2, "words": "2", "tick": True, "bounds": 7, "number": 5}, sort_keys=True))

    def test_W19_texts_stay_texts_unless_they_are_to_be_coerced(self):
        texts = ("0012", "34", "1e5", "true", "calm")
        schema = {"hulls": {"type": "detections", "classes": ["hull"], "attributes": {"name": {"type": "text"}}}}
        for run, options, want in (("plain", (), list(texts)), ("coerced", ("--coerce-text",), [12, 34, 100000.0, True, "calm"])):
            ds = self.copy(testenv.sample("harbor"), run)
            self.export(ds, *self.schema(schema), out="out_" + run)
            adds = [{"op": "add", "image": 0, "type": "rectangle", "label": "hull", "points": [10 * n, 10, 10 * n + 9, 50],
                     "attributes": {"name": t}} for n, t in enumerate(texts, 1)]
            self.assert_counts(self.merge(ds, self.far_side(edits=adds, out="out_" + run, back="back_" + run), *options), added=5)
            got = [l["name"] for s in crossing.samples_of(ds) for l in crossing.labels_of(s, "hulls")]
            self.assertEqual(json.dumps(got), json.dumps(want))

    def test_R38_flags_come_back_into_the_attributes_they_are(self):
        full = self.full()
        boxes = [(d["_id"]["$oid"], d.get("occluded")) for s in crossing.samples_of(full) for d in s["detections"]["detections"]
                 if "label" in d]
        known = next(i for i, flag in boxes if flag is False)
        absent = next(i for i, flag in boxes if flag is None)
        self.export(full, "--group-id-attr", "herd", fields=["detections"])
        edits = [{"op": "occluded", "id": known, "value": True}, {"op": "group", "id": absent, "value": 7}]
        report = self.merge(full, self.far_side(edits=edits))
        self.assertEqual((report["counts"]["edited"], report["findings"]), (2, {}))
        now = {d["_id"]["$oid"]: d for s in crossing.samples_of(full) for d in s["detections"]["detections"]}
        self.assertEqual((now[known]["occluded"], now[absent]["herd"]), (True, 7))
        self.assertNotIn("herd", now[known])
        self.assertNotIn("occluded", now[absent])

    def test_R38_flags_without_an_attribute_are_told_and_change_nothing(self):
        before = self.data_of(self.ds)
        self.export(self.ds, fields=["ground_truth"])
        first = crossing.labels_of(crossing.samples_of(self.ds)[0], "ground_truth")[0]["_id"]["$oid"]
        back = self.far_side(edits=[{"op": "occluded", "id": first, "value": True}])
        self.assertEqual(self.merge(self.ds, back, status=1)["findings"], {"LF2113": 1})
        self.assert_unchanged(self.ds, before)


class NewFields(SchemaCase):
    def test_W13_each_part_that_is_missing_is_named(self):
        for field, says in (("brand_new", "needs a type"), ("brand_new:polygons", "needs classes"),
                            ("brand_new:segmentation", "needs mask targets")):
            with self.subTest(field=field):
                self.refused(self.ds, "--field", field, code="LF1009", says=says)
        self.refused(self.ds, "--field", "brand_new:segmentation", "--classes", "a", code="LF1009", says="mask targets")

    def test_W13_a_scalar_needs_no_classes(self):
        self.export(self.ds, fields=["brand_new:scalar"])
        self.assertEqual(self.record()["brand_new"]["classes"], ["brand_new"])

    def test_W13_restrictions_of_a_new_field_are_dropped_with_a_warning(self):
        out = self.export(self.ds, "--classes", "a", "--no-allow-deletions", fields=["brand_new:keypoints"], status=1)
        self.assertEqual(out["findings"]["LF4009"], 1)
        field = self.record()["brand_new"]
        self.assertEqual((field["existing_field"], [k for k in field if k.startswith("allow_")]), (False, []))

    def test_W04_options_fill_what_the_schema_leaves_out(self):
        out = self.export(self.ds, *self.schema({"ground_truth": {"classes": ["boat"]}, "hulls": {"type": "polygons"},
                                                 "sea": {"type": "segmentation"}, "calm": {"type": "scalar"}}),
                          "--classes", "deck,mast", "--attributes", "none", "--mask-targets", '{"1": "deck", "2": "mast"}',
                          "--no-allow-deletions", "--field", "weather", status=1)
        self.assertGreaterEqual(out["findings"]["LF4009"], 2)  # --field, rights of new fields
        record = self.record()
        self.assertNotIn("weather", record)
        self.assertEqual({n: f["classes"] for n, f in record.items()},
                         {"ground_truth": ["boat"], "hulls": ["deck", "mast"], "sea": ["deck", "mast"],
                          "calm": ["deck", "mast"]})
        self.assertEqual(record["sea"]["mask_targets"], {"1": "deck", "2": "mast"})
        self.assertTrue(record["calm"]["by_class"])
        self.assertEqual((record["ground_truth"]["allow_deletions"], record["ground_truth"]["allow_additions"]), (False, True))


    def test_W04_attributes_of_a_class_come_on_top(self):
        entry = {"classes": ["boat", {"classes": ["pier"], "attributes": {"stone": {"type": "checkbox"}}}]}
        rows = [("one", "flag", {}, ["flag"]), ("none", "none", {}, []), ("own", "flag", {"attributes": ["crew"]}, ["crew"]),
                ("all", "flag", {"attributes": True}, ["moored", "length_m", "flag", "crew"])]
        for run, attributes, more, want in rows:
            with self.subTest(case=run):
                self.export(self.ds, *self.schema({"ground_truth": {**entry, **more}}), "--attributes", attributes,
                            run=run, out=run)
                field = self.record(run=run)["ground_truth"]
                self.assertEqual(list(field["attributes"]), want)
                self.assertEqual(list(field["classes"][1]["attributes"]), ["stone"])


class Targets(SchemaCase):
    def test_targets_are_the_options_the_schemas_or_the_datasets(self):
        full = self.full()
        rows = [("stored", (), "segmentation", {"1": "cat", "2": "dog"}),
                ("colours", (), "segmentation_rgb", {"#ff0000": "cat", "#00ff00": "dog"}),
                ("default", (), "segmentation_int", {"1": "thing", "255": "void"}),
                ("option", ("--mask-targets", '["a", "b"]'), "segmentation", {"1": "a", "2": "b"}),
                ("file", ("--mask-targets", self.write("t.json", {"7": "x", "0": "y"})), "segmentation", {"7": "x"}),
                ("classes", ("--classes", "dog"), "segmentation", {"2": "dog"})]
        for run, options, field, want in rows:
            with self.subTest(case=run):
                self.export(full, *options, "--media", "none", fields=[field], run=run, out=run)
                entry = self.record(full, run)[field]
                self.assertEqual((entry["mask_targets"], entry["classes"]), (want, list(want.values())))
        self.export(full, *self.schema({"segmentation": {"mask_targets": {"2": "two"}}}), "--mask-targets", '["a"]',
                    "--media", "none", run="schema", out="schema")
        self.assertEqual(self.record(full, "schema")["segmentation"]["mask_targets"], {"2": "two"})

    def test_bad_targets_say_why(self):
        full = self.full()
        bad = self.write("bad.json", {"1": ""})
        for targets, says in (("{\"x\": \"a\"}", "whole number"), ("{\"1\": \"a\", \"#000001\": \"b\"}", "mixed"),
                              ("{\"1\": \"a\"", ""), (bad, "bad.json"), (self.path("absent.json"), "absent.json")):
            with self.subTest(targets=targets):
                done = self.labelferry("export", full, "--run", "r", "-o", "out", "--field", "segmentation",
                                       "--mask-targets", targets, status=None)
                self.assertIn(says, done.stderr)
                self.assertIn(done.returncode, (2, 4, 7))


class Scalars(SchemaCase):
    def test_W17_a_scalar_is_one_tag_with_its_value(self):
        before = self.data_of(self.ds)
        out = self.export(self.ds, fields=["ships_seen"])
        self.assertEqual(out["shipped"], sum(s.get("ships_seen") is not None for s in crossing.samples_of(self.ds)))
        entry = self.record()["ships_seen"]
        self.assertEqual((entry["classes"], entry["scalar"], entry["by_class"], list(entry["attributes"])),
                         (["ships_seen"], "int", False, ["value"]))
        self.assertEqual([(l["name"], l["type"]) for l in self.tool_labels()], [("ships_seen", "tag")])
        self.assert_counts(self.merge(self.ds, self.far_side()), kept=out["shipped"])
        self.assert_unchanged(self.ds, before)

    def test_W17_with_classes_a_scalar_is_a_tag_a_class(self):
        out = self.export(self.ds, "--classes", "1,2", fields=["ships_seen"])
        values = [s.get("ships_seen") for s in crossing.samples_of(self.ds)]
        self.assertEqual(out["shipped"], values.count(1) + values.count(2))
        self.assertEqual([(l["name"], l["type"], l["attributes"]) for l in self.tool_labels()],
                         [("1", "tag", []), ("2", "tag", [])])

    def image(self, i):
        return os.path.basename(crossing.samples_of(self.ds)[i]["filepath"])

    def declared(self, field):
        meta = crossing.read_json(os.path.join(self.ds, "metadata.json"))
        return [f["ftype"].split(".")[-1] for f in meta["sample_fields"] if f["name"] == field]

    def test_W17_a_new_scalar_has_the_narrowest_type_that_holds_all_values(self):
        rows = [(["3", "-4"], [3, -4], "IntField"), (["3", "4.5"], [3.0, 4.5], "FloatField"),
                (["true", "false"], [True, False], "BooleanField"), (["3", "true"], ["3", "true"], "StringField"),
                (["0012", "calm"], ["0012", "calm"], "StringField")]
        for i, (texts, values, ftype) in enumerate(rows):
            with self.subTest(texts=texts):
                field, run = "new_%d" % i, "run_%d" % i
                self.export(self.ds, fields=[field + ":scalar"], run=run, out=run)
                edits = [{"op": "add_tag", "image": self.image(k), "label": field, "attributes": {"value": t}}
                         for k, t in enumerate(texts)]
                report = self.merge(self.ds, self.far_side(edits=edits, out=run, back="back_" + run), run=run)
                self.assert_counts(report, added=2)
                got = [s.get(field) for s in crossing.samples_of(self.ds)]
                self.assertEqual(json.dumps(got), json.dumps(values + [None] * 4))
                self.assertEqual(self.declared(field), [ftype])

    def test_W17_a_new_scalar_with_classes_is_text(self):
        self.export(self.ds, "--classes", "calm,wild", fields=["mood:scalar"])
        edits = [{"op": "add_tag", "image": self.image(0), "label": "wild", "attributes": {}}]
        self.assert_counts(self.merge(self.ds, self.far_side(edits=edits)), added=1)
        self.assertEqual((crossing.samples_of(self.ds)[0]["mood"], self.declared("mood")), ("wild", ["StringField"]))

    def edited(self, change, status=0):
        """The values of ships_seen and the findings after an edit."""
        self.export(self.ds, fields=["ships_seen"])
        report = self.merge(self.ds, self.far_side(edits=[change]), status=status)
        return [s.get("ships_seen") for s in crossing.samples_of(self.ds)], report["findings"]

    def test_W17_an_edited_value_keeps_the_fields_type(self):
        was = [s.get("ships_seen") for s in crossing.samples_of(self.ds)]
        change = {"op": "attribute", "image": self.image(0), "tag": 0, "name": "value", "value": "17"}
        self.assertEqual(self.edited(change), ([17] + was[1:], {}))

    def test_W17_a_value_that_does_not_fit_is_told_and_the_old_one_stays(self):
        was = [s.get("ships_seen") for s in crossing.samples_of(self.ds)]
        change = {"op": "attribute", "image": self.image(0), "tag": 0, "name": "value", "value": "many"}
        self.assertEqual(self.edited(change, status=1), (was, {"LF2110": 1}))

    def test_W17_a_deleted_tag_takes_the_value_away(self):
        was = [s.get("ships_seen") for s in crossing.samples_of(self.ds)]
        self.assertEqual(self.edited({"op": "delete", "image": self.image(0), "tag": 0}), ([None] + was[1:], {}))
        self.assertNotIn("ships_seen", crossing.samples_of(self.ds)[0])

    def test_W17_a_second_tag_is_told_and_the_old_value_stays(self):
        was = [s.get("ships_seen") for s in crossing.samples_of(self.ds)]
        change = {"op": "add_tag", "image": self.image(0), "label": "ships_seen", "attributes": {"value": "99"}}
        self.assertEqual(self.edited(change, status=1), (was, {"LF2112": 1}))

    def test_W17_a_field_without_any_value_crosses(self):
        docs = [{k: v for k, v in s.items() if k != "ships_seen"} for s in crossing.samples_of(self.ds)]
        self.write("harbor/samples.json", {"samples": docs})
        out = self.export(self.ds, fields=["ships_seen"])
        self.assertEqual((out["shipped"], self.record()["ships_seen"]["classes"]), (0, ["ships_seen"]))


class Kinds(SchemaCase):
    def test_keypoints_bring_their_skeleton(self):
        full = self.full()
        self.export(full, "--media", "none", fields=["keypoints"])
        self.assertEqual(self.record(full)["keypoints"]["skeleton"],
                         {"labels": ["nose", "left", "right"], "edges": [[0, 1], [0, 2]]})
        self.export(full, "--media", "none", fields=["keypoint"], run="plain", out="plain")
        self.assertNotIn("skeleton", self.record(full, "plain")["keypoint"])  # the default one has no names
        self.export(full, *self.schema({"keypoints": {"skeleton": None}}), "--media", "none", run="none", out="none")
        self.assertNotIn("skeleton", self.record(full, "none")["keypoints"])

    def test_what_cannot_be_annotated_is_named(self):
        full = self.full()
        for field, says in (("heatmap", "Heatmap"), ("regression", "Regression"), ("location", "GeoLocation"),
                            ("a_date", "DateField"), ("a_vector", "VectorField"), ("a_list", "ListField"),
                            ("filepath", "sample's own"), ("detections:detection", "detections or instances"),
                            ("polyline:polygons", "polygon or polyline"), ("an_int:tag", "type must be")):
            with self.subTest(field=field):
                self.refused(full, "--field", field, code="LF100", says=says)

    def test_info_says_what_a_field_may_be_asked_for(self):
        said = json.loads(self.labelferry("info", self.full(), "--json").stdout)["fields"]
        self.assertEqual({n: said[n]["as"] for n in ("detections", "polyline", "heatmap", "a_bool", "segmentation")},
                         {"detections": ["detections", "instances"], "polyline": ["polygon", "polyline"], "heatmap": [],
                          "a_bool": ["scalar"], "segmentation": ["segmentation"]})
        self.assertFalse({"filepath", "a_date", "tags", "_rand"} & set(said))
