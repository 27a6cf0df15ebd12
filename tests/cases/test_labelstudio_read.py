"""What comes back from Label Studio: every form of export is read, what counts is taken, what is damaged is told with its place."""

import glob
import json
import os
import shutil
import zipfile

import crossing
import every_kind
import testenv

KINDS = {"rectangle": "box", "ellipse": "ellipse", "polygon": "polygon", "vector": "polyline", "keypoint": "points",
         "brush": "mask", "bitmask": "mask"}
SHAPES = {**KINDS, **{k + "labels": v for k, v in KINDS.items()}}
WORDS = {"choices": "tag", "taxonomy": "tag", "textarea": "scalar", "number": "scalar", "rating": "scalar",
         "datetime": "scalar"}
KEYS = {"choices": "tag", "taxonomy": "tag", "text": "scalar", "number": "scalar", "rating": "scalar", "datetime": "scalar"}
PLACES = {"x", "points", "vertices", "rle", "imageDataURL", "start", "sequence"}


def read(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def add(counts, kind):
    counts[kind] = counts.get(kind, 0) + 1


def count_results(results, counts):
    """Regions and answers by kind; answers that share their id with a region are attributes."""
    shapes = [r for r in results if r["type"] != "relation" and r["type"] not in WORDS and r["type"] != "labels"]
    ids = {r["id"] for r in shapes if r.get("id")}
    for r in shapes:
        add(counts, SHAPES.get(r["type"], "shape"))
    attributes = 0
    for r in results:
        if r["type"] in WORDS:
            if r.get("id") in ids:
                attributes += 1
            else:
                add(counts, WORDS[r["type"]])
    return attributes


def who(annotation):
    by = annotation.get("completed_by")
    return by["email"] if isinstance(by, dict) else by


def count_tasks(tasks):
    """What info should say, counted another way: of each annotator the last annotation of a task that is no skip."""
    counts, items, attributes = {}, 0, 0
    for task in tasks if isinstance(tasks, list) else [tasks]:
        last = {}
        for a in task.get("annotations") or []:
            if not a.get("was_cancelled"):
                key = (a.get("updated_at") or "", a.get("id") if isinstance(a.get("id"), int) else -1)
                if who(a) not in last or key > last[who(a)][0]:
                    last[who(a)] = (key, a)
        for _, a in last.values():
            items += 1
            attributes += count_results(a["result"], counts)
    return {"items": items, "attributes": attributes, "kinds": counts}


def count_flat(records):
    """The same for JSON_MIN, where a value with a place and an answer is an attribute."""
    counts, attributes = {}, 0
    for record in records:
        for key, value in record.items():
            if key.startswith("fo_"):
                continue
            for v in value if isinstance(value, list) else [value]:
                if not isinstance(v, dict):
                    continue
                kinds = [SHAPES[k] for k in v if k in SHAPES] or ["shape"] * bool({"sequence", "timelinelabels"} & set(v))
                answers = [KEYS[k] for k in v if k in KEYS]
                if answers and PLACES & set(v):
                    attributes += 1
                elif answers or kinds:
                    add(counts, (answers or kinds)[0])
    return {"items": len(records), "attributes": attributes, "kinds": counts}


class RecordedExports(testenv.Case):
    """R16: each export of a real server is read whole, whatever its controls were called."""

    def recorded(self, *pattern):
        return sorted(glob.glob(os.path.join(testenv.shared("fixtures", "labelstudio"), *pattern)))

    def info(self, path):
        done = testenv.run([testenv.PROGRAM, "info", "--json", path])
        self.assertEqual((done.returncode, done.stderr), (0, ""), path)
        return json.loads(done.stdout)

    def check(self, paths, count):
        self.assertTrue(paths)
        for path in paths:
            with self.subTest(path):
                said = self.info(path)
                self.assertEqual(said["format"], "labelstudio")
                self.assertEqual({k: said[k] for k in ("items", "attributes", "kinds")}, count(read(path)))

    def test_every_recorded_export_counts(self):
        paths = [p for name in ("export_untouched", "export_edited", "snapshot_edited", "tasks")
                 for p in self.recorded("*", name + ".json")]
        self.assertGreater(len(paths), 50)
        self.check(paths, count_tasks)

    def test_every_flat_export_counts(self):
        self.check(self.recorded("*", "*_min.json"), count_flat)

    def test_public_exports_count(self):
        self.check(self.recorded("public", "*.json"), count_tasks)


def result_of(task, kind):
    """The first result of a type in what was submitted for a task."""
    return next(r for a in task["annotations"] for r in a["result"] if r["type"] == kind)


class Crossing(crossing.CrossingCase):
    """Labels of every kind, there and back; what comes back is then changed by hand."""

    TOOL = "labelstudio"

    def setUp(self):
        super().setUp()
        self.ds = every_kind.make_dataset(self.path("ds"))
        self.fields = [every_kind.TYPES.get(f, f) for f in every_kind.SHIPPED]
        self.all = sum(every_kind.SHIPPED.values())

    def send(self, *options, fields=None):
        self.export(self.ds, "--media", "none", *options, fields=fields or self.fields)

    def returned(self, **how):
        lot = self.tool.load(self.path("out"))
        return self.tool.dump(lot, self.path("back"), **how)

    def tasks(self):
        """One export as the list it is, for changes; `back` writes it again."""
        path, = self.returned()
        return read(path)

    def back(self, tasks, name="back.json", raw=None):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(raw if raw is not None else json.dumps(tasks))
        return self.path(name)


class Untouched(Crossing):
    def test_no_byte_changes_in_any_form(self):
        before = self.data_of(self.ds)
        for options in ([], ["--as", "annotations"], ["--mask-codec", "bitmask"]):
            for how in ({}, {"form": "snapshot"}, {"container": "zip"}, {"container": "each"}):
                with self.subTest(options=options, how=how):
                    self.send(*options, "--force")
                    report = self.merge(self.ds, self.returned(**how), where=("-n",))
                    self.assert_counts(report, kept=self.all)
                    self.assertEqual(report["events"], [])
                    shutil.rmtree(self.path("back"))
        self.assert_unchanged(self.ds, before)

    def test_flat_export_keeps_ids_by_counting(self):
        """JSON_MIN has no ids; the hidden attribute tells them as long as nothing came or went."""
        self.send()
        report = self.merge(self.ds, self.returned(form="min"), where=("-n",))
        self.assert_counts(report, kept=self.all)
        self.assertEqual(report["events"], [])

    def test_flat_export_with_a_copy(self):
        """A copied region has the hidden id of the first one, and stands behind it: it is new."""
        self.send(fields=["boxes"])
        path, = self.returned(form="min")
        records = read(path)
        hidden = next(k for k in records[0] if k.endswith(".label_id"))
        records[0]["boxes"].append(dict(records[0]["boxes"][0], x=1))
        records[0][hidden].append(records[0][hidden][0])
        report = self.merge(self.ds, [self.back(records)], where=("-n",))
        self.assert_counts(report, kept=every_kind.SHIPPED["boxes"], added=1)

    def test_flat_export_with_a_new_shape_says_that_ids_are_lost(self):
        self.send(fields=["boxes"])
        path, = self.returned(form="min")
        records = read(path)
        records[0]["boxes"].append(dict(records[0]["boxes"][0], x=1))
        report = self.merge(self.ds, [self.back(records)], where=("-n",), status=1)
        self.assertEqual([e["code"] for e in report["events"]].count("LF2028"), 1)
        self.assertEqual(report["counts"]["deleted"], 0)

    def test_a_folder_of_a_zip_and_a_file_is_read_whole(self):
        """R16: one task a file, files in a zip, and a list beside them."""
        self.send(fields=["boxes"])
        tasks = self.tasks()
        os.makedirs(self.path("all"))
        with open(self.path("all", "1"), "w", encoding="utf-8") as f:  # as a storage names it
            json.dump(dict(tasks[0]["annotations"][0], task=dict(tasks[0], annotations=[])), f)
        with open(self.path("all", "two.json"), "w", encoding="utf-8-sig") as f:
            json.dump(tasks[1], f)
        with zipfile.ZipFile(self.path("all", "three.zip"), "w") as z:
            z.writestr("rest.json", json.dumps(tasks[2:]))
        report = self.merge(self.ds, [self.path("all")], where=("-n",))
        self.assert_counts(report, kept=every_kind.SHIPPED["boxes"])


class WhatCounts(Crossing):
    """R40: only work that was handed in counts, and what was not is told."""

    def setUp(self):
        super().setUp()
        self.send(fields=["boxes"])
        self.made = self.tasks()
        for t in self.made:
            for r in t["annotations"][0]["result"]:
                if r["type"] == "rectanglelabels":
                    r["value"]["x"] += 1

    def codes(self, report):
        return sorted(e["code"] for e in report["events"])

    def states(self):
        done, skipped, draft, untouched, again = self.made
        skipped["annotations"][0]["was_cancelled"] = True
        draft["drafts"] = [{"id": 5, "user": "ann1", "result": draft["annotations"].pop()["result"],
                            "updated_at": "2024-01-01T00:00:00Z"}]
        untouched["annotations"] = []
        return self.back(self.made)

    def test_r40_three_kinds_of_nothing(self):
        """R40: done, skipped, a draft, untouched: the two that were handed in count."""
        back = self.states()
        report = self.merge(self.ds, [back], where=("-n",), status=1)
        self.assertEqual(self.codes(report), ["LF2018", "LF2018", "LF2019", "LF2020"])
        self.assertEqual((report["counts"]["edited"], report["counts"]["absent"]), (4, 6))
        self.assertEqual(report["items"]["came"], 2)

    def test_accept_takes_what_is_named(self):
        back = self.states()
        for accept, edited, told in (("skipped", 6, ["LF2018", "LF2018", "LF2020"]), ("drafts", 6, ["LF2018", "LF2019"]),
                                     ("skipped,drafts", 8, ["LF2018"])):
            with self.subTest(accept=accept):
                report = self.merge(self.ds, [back], "--accept", accept, where=("-n",), status=int("LF2020" in told))
                self.assertEqual((report["counts"]["edited"], self.codes(report)), (edited, told))

    def test_predictions_count_only_where_accepted(self):
        for t in self.made:
            t["predictions"] = [{"id": 1, "model_version": "m", "result": t["annotations"].pop()["result"]}]
        back = self.back(self.made)
        report = self.merge(self.ds, [back], where=("-n",))
        self.assertEqual((report["counts"]["absent"], self.codes(report)), (10, ["LF2018"] * 5))
        report = self.merge(self.ds, [back], "--accept", "predictions", where=("-n",))
        self.assertEqual((report["counts"]["edited"], self.codes(report)), (10, []))

    def test_of_one_annotator_the_latest_counts(self):
        t = self.made[0]
        old = json.loads(json.dumps(t["annotations"][0]))
        t["annotations"][0]["updated_at"] = "2024-01-01T00:00:05.5Z"
        old["updated_at"] = "2024-01-01T00:00:05Z"
        old["result"] = []
        for lot in ([old, t["annotations"][0]], [t["annotations"][0], old]):
            t["annotations"] = lot
            report = self.merge(self.ds, [self.back(self.made)], where=("-n",))
            self.assert_counts(report, edited=10)
            self.assertEqual(self.codes(report), ["LF2021"])

    def test_two_annotators_are_two_archives(self):
        t = self.made[0]
        other = json.loads(json.dumps(t["annotations"][0]))
        other["completed_by"] = {"id": 9, "email": "ann2@example.test"}
        other["updated_at"] = "2999-01-01T00:00:00Z"
        for r in other["result"]:
            r["value"]["x"] += 1
        t["annotations"].append(other)
        back = self.back(self.made)
        report = self.merge(self.ds, [back], where=("-n",), status=6)
        self.assertIn("LF2051", self.codes(report))
        report = self.merge(self.ds, [back], "--pick", "annotator=ann2@example.test", where=("-n",))
        self.assertEqual(report["counts"]["edited"], 10)

    def test_an_empty_annotation_deletes_all(self):
        self.made[0]["annotations"][0]["result"] = []
        report = self.merge(self.ds, [self.back(self.made)], where=("-n",))
        self.assert_counts(report, edited=8, deleted=2)


class Samples(Crossing):
    """R13: the sample of a task is found although the server gave the picture another name."""

    def setUp(self):
        super().setUp()
        self.send(fields=["boxes"])
        self.made = self.tasks()

    def bare(self, url):
        """Tasks without ids, as of pictures that were uploaded first: only the address is left."""
        for n, t in enumerate(self.made):
            t["data"] = {"image": url % n}
            t["meta"] = {}
        return self.back(self.made)

    def test_r13_names_out_of_addresses(self):
        """R13: uploads with their prefix, local files, storages: all tasks find their samples."""
        for url in ("/data/upload/7/0a1b2c3d-%d.png", "/data/local-files/?d=r/%d.png", "s3://bucket/some/%d.png",
                    "https://here.example/x/%d.png?sig=1%%2F2", "/data/upload/7/0a1b2c3d-%%2e/%d.png"):
            with self.subTest(url=url):
                report = self.merge(self.ds, [self.bare(url)], where=("-n",))
                self.assert_counts(report, kept=10)
                self.assertEqual(report["items"]["came"], 5)

    def test_an_id_of_nobody_is_unmatched_whatever_the_name(self):
        self.made[0]["data"]["fo_sample_id"] = "0" * 24
        report = self.merge(self.ds, [self.back(self.made)], where=("-n",), status=1)
        self.assertEqual([e["code"] for e in report["events"]], ["LF2004"])
        self.made[0]["data"]["fo_sample_id"] = "1.png"
        report = self.merge(self.ds, [self.back(self.made)], where=("-n",), status=1)

    def test_without_any_name_a_task_is_unmatched(self):
        self.made[0]["data"], self.made[0]["meta"] = {"image": "data:image/png;base64,AA=="}, []
        report = self.merge(self.ds, [self.back(self.made)], where=("-n",), status=1)
        self.assertEqual([e["code"] for e in report["events"]], ["LF2004"])

    def test_two_tasks_of_one_sample(self):
        """Equal ones agree; else they are as two archives, of which the item that was changed last counts if asked."""
        self.made.append(json.loads(json.dumps(self.made[0])))
        report = self.merge(self.ds, [self.back(self.made)], where=("-n",), status=1)
        self.assertEqual([e["code"] for e in report["events"]], ["LF2029"])
        self.assertEqual((report["counts"]["kept"], report["counts"]["added"]), (12, 0))  # two say so of two
        for n, task in ((1, self.made[0]), (2, self.made[-1])):
            result_of(task, "rectanglelabels")["value"]["x"] += n
            task["annotations"][0]["updated_at"] = "2024-01-0%dT00:00:00Z" % n
        report = self.merge(self.ds, [self.back(self.made)], where=("-n",), status=6)
        self.assertIn("LF2051", [e["code"] for e in report["events"]])
        report = self.merge(self.ds, [self.back(self.made)], "--pick", "latest", status=1)
        self.assertEqual(report["counts"]["added"], 0)
        box = crossing.samples_of(self.ds)[0]["boxes"]["detections"][0]
        self.assertAlmostEqual(box["bounding_box"][0], 0.27)

    def test_tasks_of_another_run(self):
        self.made[0]["data"]["fo_run"] = "f" * 32
        report = self.merge(self.ds, [self.back(self.made)], where=("-n",), status=1)
        self.assertEqual([e["code"] for e in report["events"]], ["LF2022"])
        self.assert_counts(report, kept=8, absent=2)
        for t in self.made:
            t["data"]["fo_run"] = "f" * 32
        done = self.labelferry("merge", "r", self.back(self.made), "--dataset", self.ds, "-n", status=5)
        self.assertIn("LF2001", done.stderr)
        self.assertIn("back.json", done.stderr)


class Damaged(Crossing):
    """Bad input: each with a code, the place and the outcome; nothing is taken of a damaged item."""

    def setUp(self):
        super().setUp()
        self.send()
        self.text = json.dumps(self.tasks())

    def fault(self, change, code, words, status=4, item=True):
        """The second task is changed; the merge ends with the code and the place, and skips it where asked."""
        tasks = json.loads(self.text)
        got = change(tasks[1])
        if got is not None:
            tasks[1] = got
        back = self.back(tasks)
        done = self.labelferry("merge", "r", back, "--dataset", self.ds, "-n", status=status)
        for word in ["back.json", code, *words]:
            self.assertIn(word, done.stderr)
        report = json.loads(self.labelferry("merge", "r", back, "--dataset", self.ds, "-n", "--json", "--on-error", "skip",
                                            status=1).stdout)
        self.assertIn(code, [e["code"] for e in report["events"]])
        self.assertNotIn("LF2003", [e["code"] for e in report["events"]])  # of attributes of what is damaged
        self.assertEqual(report["items"]["came"], 4)

    def value(self, kind, **new):
        def change(task):
            result_of(task, kind)["value"].update(new)
        return change

    def key(self, kind, **new):
        def change(task):
            result_of(task, kind).update(new)
        return change

    def test_numbers(self):
        for kind, new, word in (("rectanglelabels", {"x": "1"}, "x"), ("rectanglelabels", {"width": None}, "width"),
                                ("rectanglelabels", {"height": float("nan")}, "height"),
                                ("rectanglelabels", {"rotation": [1]}, "rotation"),
                                ("keypointlabels", {"y": True}, "y"), ("polygonlabels", {"points": [[1, 2], [3]]}, "points"),
                                ("polygonlabels", {"points": 7}, "points"), ("polygonlabels", {"points": [[1, 2, 3]]}, "points"),
                                ("vectorlabels", {"vertices": [5]}, "vertices")):
            with self.subTest(kind=kind, new=new):
                self.fault(self.value(kind, **new), "LF3081", ["result ", kind, word, "task 2"])

    def test_far_away(self):
        self.fault(self.value("rectanglelabels", x=1e13), "LF4011", ["x is too far away", "result "], status=8)

    def test_masks(self):
        rle = [0, 0, 0, 24, 57, 27, 252, 96, 19, 255, 206, 1, 24, 56]
        self.fault(self.value("brushlabels", rle=rle), "LF3072", ["brushlabels"])

        def cut(task):
            result_of(task, "brushlabels")["value"]["rle"] = result_of(task, "brushlabels")["value"]["rle"][:14]
        self.fault(cut, "LF3071", ["brushlabels", "result "])
        self.fault(self.value("brushlabels", rle="no"), "LF3081", ["rle"])
        self.fault(self.value("brushlabels", rle=[0, 0, 0, 300]), "LF3071", ["brushlabels"])

    def test_sizes(self):
        self.fault(self.key("rectanglelabels", original_width=41), "LF3081", ["sizes of two", "41"])
        self.fault(self.key("rectanglelabels", original_width=-1), "LF3081", ["not the size"])
        self.fault(self.key("rectanglelabels", image_rotation=90), "LF3082", ["turned by 90"])

        def other(task):
            for r in task["annotations"][0]["result"]:
                if "original_width" in r and r["type"] != "brushlabels":
                    r["original_width"] = 80
            task["annotations"][0]["result"] = [r for r in task["annotations"][0]["result"] if r["type"] != "brushlabels"]
        self.fault(other, "LF2006", ["80"], status=7)

    def test_structure(self):
        def set_annotations(x):
            def change(task):
                task["annotations"] = x
            return change
        self.fault(set_annotations({}), "LF3081", ["\"annotations\" are not a list", "task 2"])
        self.fault(set_annotations([5]), "LF3081", ["not an object"])
        self.fault(set_annotations([{"id": 1}]), "LF3081", ["no list \"result\""])
        self.fault(set_annotations([{"result": [7]}]), "LF3081", ["result 1", "not an object"])
        self.fault(lambda task: 5, "LF3081", ["a task is not an object"])
        self.fault(lambda task: {"a": 1}, "LF3081", ["neither a task"])

    def whole(self, raw, code, status):
        """A file that cannot be read on: the merge ends, whatever is to be skipped."""
        back = self.back(None, raw=raw)
        for skip in ([], ["--on-error", "skip"]):
            done = self.labelferry("merge", "r", back, "--dataset", self.ds, "-n", *skip, status=status)
            self.assertIn(code, done.stderr)
            self.assertIn("back.json", done.stderr)

    def test_syntax(self):
        self.whole(self.text[:len(self.text) // 2], "LF3001", 4)
        self.whole(self.text[:-1] + ",]", "LF3001", 4)
        self.whole(self.text + "x", "LF3001", 4)
        self.whole('[{"data": {}, "data": {}, "annotations": []}]', "LF3002", 4)
        self.whole('[{"data": ' + "[" * 300 + "]" * 300 + ', "annotations": []}]', "LF3003", 8)
        self.whole('{"annotations": []', "LF3001", 4)
        self.whole("5", "LF3051", 4)

    def test_a_size_that_nobody_has_memory_for(self):
        """A picture of two thousand million pixels a side is refused before anything is made for it."""
        def huge(task):
            for r in task["annotations"][0]["result"]:
                if "original_width" in r:
                    r.update(original_width=2000000000, original_height=2000000000)
        tasks = json.loads(self.text)
        huge(tasks[1])
        done = self.labelferry("merge", "r", self.back(tasks), "--dataset", self.ds, "-n", status=None)
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, "LF(4011|3071|3072|2006)")


class Strange(Crossing):
    """What the run does not know is told and never taken for a deletion of something else."""

    def setUp(self):
        super().setUp()
        self.send(fields=["boxes", "areas"])
        self.made = self.tasks()

    def merged(self, status, *options):
        report = self.merge(self.ds, [self.back(self.made)], *options, where=("-n",), status=status)
        return report, [e["code"] for e in report["events"]]

    def add(self, **new):
        r = json.loads(json.dumps(result_of(self.made[0], "rectanglelabels")))
        r.update({"id": "aB3_xyZ-12", **new})
        self.made[0]["annotations"][0]["result"].append(r)
        return r

    def test_r16_results_that_say_nothing(self):
        """R16: relations, empty label lists and FiftyOne's empty result are no trouble."""
        lot = self.made[0]["annotations"][0]["result"]
        lot.append({"type": "relation", "from_id": "a", "to_id": "b", "direction": "right"})
        lot.append({"value": {}, "type": None, "id": None, "from_name": "boxes"})
        report, codes = self.merged(0)
        self.assert_counts(report, kept=25)
        self.add()["value"]["rectanglelabels"] = []
        report, codes = self.merged(1)
        self.assertEqual(report["counts"]["kept"], 25)

    def test_unknown_label(self):
        self.add()["value"]["rectanglelabels"] = ["whale"]
        report, codes = self.merged(1)
        self.assertEqual(codes, ["LF2002"])
        report, codes = self.merged(0, "--unknown-classes", "keep")
        self.assertEqual((codes, report["counts"]["added"]), (["LF2134"], 1))

    def test_several_labels(self):
        self.add()["value"]["rectanglelabels"] = ["cat", "dog"]
        report, codes = self.merged(1)
        self.assertEqual((codes, report["counts"]["added"]), (["LF2026"], 1))

    def test_unknown_control(self):
        self.add(from_name="mystery")
        report, codes = self.merged(0)
        self.assertEqual((codes, report["counts"]["added"]), (["LF2024"], 1))
        self.made[0]["annotations"][0]["result"][-1].update(type="ellipselabels")
        report, codes = self.merged(1)
        self.assertEqual((codes, report["counts"]["added"]), (["LF2023"], 0))

    def test_unknown_attribute(self):
        box = result_of(self.made[0], "rectanglelabels")
        self.made[0]["annotations"][0]["result"].append(
            {"id": box["id"], "from_name": "boxes.colour", "to_name": "image", "type": "textarea", "value": {"text": ["red"]}})
        report, codes = self.merged(1)
        self.assertEqual((codes, report["counts"]["kept"]), (["LF2003"], 25))
        report, codes = self.merged(0, "--unknown-attrs", "keep")
        self.assertEqual((codes, report["counts"]["edited"]), (["LF2133"], 1))

    def test_a_copy_is_a_new_label(self):
        """Copies have a fresh id, and all else of the first one, its meta and hidden id too."""
        self.add()
        report, codes = self.merged(0)
        self.assertEqual((codes, report["counts"]["added"], report["counts"]["kept"]), ([], 1, 25))

    def test_without_an_id_the_meta_counts(self):
        box = result_of(self.made[0], "rectanglelabels")
        first = box["id"]
        for r in self.made[0]["annotations"][0]["result"]:
            if r.get("id") == first and r is not box:
                r["id"] = "gone"
        del box["id"]
        report, codes = self.merged(1)
        self.assertEqual((report["counts"]["deleted"], report["counts"]["added"]), (0, 0))

    def test_parts_that_differ(self):
        parts = [r for r in self.made[0]["annotations"][0]["result"] if r["type"] == "polygonlabels" and ":1" in r["id"]]
        parts[0]["value"]["polygonlabels"] = ["dog"]
        report, codes = self.merged(1)
        self.assertEqual((codes, report["counts"]["kept"]), (["LF2025"], 25))

    def test_a_pair_of_rectangle_and_labels(self):
        r = self.add(type="rectangle", from_name="drawn")
        r["value"].pop("rectanglelabels")
        self.made[0]["annotations"][0]["result"].append(
            {"id": r["id"], "from_name": "boxes", "to_name": "image", "type": "labels", "value": {"labels": ["dog & <b>"]}})
        report, codes = self.merged(0)
        self.assertEqual((codes, report["counts"]["added"]), ([], 1))

    def test_video_and_text_come_with_other_projects(self):
        self.add(type="videorectangle", from_name="frames", value={"sequence": [], "labels": ["cat"]})
        self.add(type="hypertextlabels", id="t", from_name="words", value={"start": "/", "end": "/", "hypertextlabels": ["x"]})
        report, codes = self.merged(1)
        self.assertEqual((codes, report["counts"]["kept"]), (["LF2023", "LF2023"], 25))
