"""A merge taken back: labelferry undo, to the byte."""

import json
import os
import re
import shutil

import crossing
import testenv


def record(state):
    """A dataset without the journal, and base as items.tsv counts it."""
    out = {}
    for name, content in state.items():
        if re.search(r"annotations/[^/]+/(log|undo)/", name):
            continue
        if name.endswith("base.jsonl"):
            items = state[name[:-len("base.jsonl")] + "items.tsv"].splitlines()
            rows = [row.split(b"\t") for row in items]
            content = [content[int(r[6]):int(r[6]) + int(r[7])] for r in rows]
        out[name] = content
    return out


class UndoCase(crossing.CrossingCase):
    def start(self, fixture="harbor", fields=("ground_truth",), **kw):
        source = testenv.sample("harbor") if fixture == "harbor" else testenv.shared("fixtures", "fiftyone", fixture)
        self.ds = self.copy(source, "ds")
        for base, dirs, files in os.walk(self.ds):
            os.chmod(base, 0o755)
            for name in files:
                os.chmod(os.path.join(base, name), 0o644)
        self.export(self.ds, fields=fields, **kw)
        return self.far_side()

    def moved(self, archive, by, name):
        """A copy of the archive whose boxes end `by` pixels higher."""
        return self.rewrite(archive, lambda t: re.sub(r'ybr="(\d+)\.', lambda m: 'ybr="%d.' % (int(m[1]) - by), t), name)

    def undo(self, run="r", *options, status=0):
        return self.labelferry("undo", run, "--dataset", self.ds, *options, status=status)

    def state(self):
        return testenv.snapshot(self.ds)

    def assert_back(self, before, said=""):
        now = self.state()
        self.assertEqual(sorted(record(now)), sorted(record(before)), said)
        self.assertEqual([n for n in record(before) if record(now)[n] != record(before)[n]], [], said)
        self.assertEqual([n for n in now if re.search(r"/undo/.|\.lf-new$|commit\.json$", n)], [], said)

    def log(self, run="r"):
        folder = os.path.join(self.ds, "annotations", run, "log")
        names = sorted(os.listdir(folder))
        out = []
        for name in names:
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                out.append([json.loads(line) for line in f])
        return names, out


class Undo(UndoCase):
    def test_R46_back_and_again(self):
        """Old bytes; then the same merge gives the bytes it gave first, whatever lies in base by then."""
        archive, = self.start()
        before = self.state()
        back = self.moved(archive, 1, "back.zip")
        self.merge(self.ds, [back])
        after = self.state()
        done = self.undo()
        self.assertEqual(done.stderr, "undo r: merge 1; 3 files restored, 0 removed\n")
        self.assertEqual(done.stdout, "")
        self.assert_back(before)
        self.merge(self.ds, [back])
        again = self.state()
        self.assertEqual({n: c for n, c in again.items() if "/log/" not in n and "/undo/" not in n},
                         {n: c for n, c in after.items() if "/log/" not in n and "/undo/" not in n})
        self.undo()
        self.assert_back(before)
        self.assertEqual(self.log()[0], ["%06d.jsonl" % i for i in range(1, 5)])

    def test_twice(self):
        archive, = self.start()
        self.undo(status=2)
        self.merge(self.ds, [self.moved(archive, 1, "back.zip")])
        self.undo()
        before = self.state()
        self.assertIn("LF1021", self.undo(status=2).stderr)
        self.assertIn("was undone before", self.undo("r@1", status=2).stderr)
        self.assertIn("there is no merge 2", self.undo("r@2", status=2).stderr)  # that is the undo
        self.assertEqual(self.state(), before)

    def test_wrong_words(self):
        self.start()
        for word, code in (("r@", "LF1001"), ("r@x", "LF1001"), ("r@0", "LF1001"), ("r@-1", "LF1001"),
                           ("q", "LF1006"), ("a/b", "LF1004"), ("..", "LF1004")):
            self.assertIn(code, self.undo(word, status=2).stderr, word)
        self.assertIn("LF1001", self.labelferry("undo", status=2).stderr)

    def test_several_newest_first(self):
        archive, = self.start()
        states = [self.state()]
        for i in (1, 2, 3):
            self.merge(self.ds, [self.moved(archive, i, "back%d.zip" % i)], "--allow-older")
            states.append(self.state())
        self.undo()
        kept = {n: c for n, c in states[2].items() if not n.endswith("base.jsonl") and "/log/" not in n}
        self.assertEqual({n: c for n, c in self.state().items() if n in kept}, kept)
        self.merge(self.ds, [self.moved(archive, 4, "back4.zip")], "--allow-older")
        done = self.undo("r@2")
        self.assertEqual(done.stderr, "undo r: merges 2 to 5; 3 files restored, 0 removed\n")
        self.assertEqual(record(self.state()), record(states[1]))
        self.undo("r@1")
        self.assert_back(states[0])
        self.assertEqual([head.get("undone") for head, *_ in self.log()[1]], [None, None, None, [3], None, [5, 2], [1]])

    def test_dry_run(self):
        archive, = self.start()
        self.merge(self.ds, [self.moved(archive, 1, "back.zip")])
        before = crossing.listing(self.ds)
        done = self.undo("r", "-n")
        self.assertEqual(done.stdout, "restores annotations/r/items.tsv (merge 1)\nrestores annotations/r/run.json (merge 1)\n"
                                      "restores samples.json (merge 1)\n")
        self.assertEqual(crossing.listing(self.ds), before)

    def test_files_of_their_own_new_field_new_masks(self):
        """use_dirs, a field that the merge declares, masks that it makes, folders for them."""
        fixture = testenv.shared("fixtures", "fiftyone", "images_full")
        self.ds = self.copy(fixture, "ds")
        docs = crossing.samples_of(self.ds)
        testenv.into_files(self.ds, docs)
        classes = {l["label"] for d in docs for l in d["instances_disk"]["detections"] if l.get("label")}
        self.export(self.ds, "--classes", ",".join(sorted(classes | {"a"})),
                    fields=("instances_disk:instances", "fresh:detections"))
        before = self.state()
        archives = self.far_side()
        first = next(a for a in archives if "<mask" in next(iter(crossing.dumps_in(a).values())).decode())
        self.rewrite(first, lambda t: re.sub(r'(<mask [^>]*?left=")(\d+)', lambda m: m[1] + str(int(m[2]) + 1), t))
        other = next(a for a in archives if a != first)
        self.rewrite(other, lambda t: re.sub(r'(<image [^>]*)(/>|>)', lambda m: m[1] + '><box label="a" source="manual" '
                     'occluded="0" xtl="1.00" ytl="1.00" xbr="4.00" ybr="5.00" z_order="0"></box>'
                     + ("</image>" if m[2] == "/>" else ""), t, count=1))
        report = self.merge(self.ds, archives)
        self.assertEqual(report["counts"]["added"], 1, report)
        self.assertGreater(report["counts"]["edited"], 0)
        after = self.state()
        self.assertNotEqual(after["metadata.json"], before["metadata.json"])
        masks = [n for n in after if n.startswith("fields/") and n not in before]
        self.assertGreater(len(masks), 0)
        self.undo()
        self.assert_back(before)
        self.merge(self.ds, archives)
        self.assertEqual(record(self.state()), record(after))
        self.undo()
        self.assert_back(before)

    def test_edited_since(self):
        archive, = self.start()
        self.merge(self.ds, [self.moved(archive, 1, "back.zip")])
        with open(os.path.join(self.ds, "samples.json"), "a", encoding="utf-8") as f:
            f.write("\n")
        before = crossing.listing(self.ds)
        done = self.undo(status=6)
        self.assertIn("LF2211", done.stderr)
        self.assertIn("samples.json", done.stderr)
        self.assertEqual(crossing.listing(self.ds), before)

    def test_edited_between_two_merges(self):
        """Undoing both would lose the edit between them; undoing the second alone does not."""
        archive, = self.start()
        self.merge(self.ds, [self.moved(archive, 1, "back1.zip")])
        path = os.path.join(self.ds, "samples.json")
        with open(path, "a", encoding="utf-8") as f:
            f.write("\n")
        with open(path, "rb") as f:
            edited = f.read()
        self.merge(self.ds, [self.moved(archive, 2, "back2.zip")], "--allow-older")
        before = crossing.listing(self.ds)
        self.assertIn("LF2211", self.undo("r@1", status=6).stderr)
        self.assertEqual(crossing.listing(self.ds), before)
        self.undo()
        self.assertEqual(self.state()["samples.json"], edited)
        self.assertIn("LF2211", self.undo(status=6).stderr)

    def test_another_run_merged_since(self):
        archive, = self.start()
        before = self.state()
        self.merge(self.ds, [self.moved(archive, 1, "back.zip")])
        self.export(self.ds, fields=("ground_truth",), run="q", out="out2")
        middle = self.state()
        other, = self.far_side(out="out2", back="back2")
        self.merge(self.ds, [self.moved(other, 3, "back_q.zip")], run="q")
        done = self.undo(status=6)
        self.assertIn('merge 1 of run "q"', done.stderr)
        self.undo("q")
        self.assertEqual(record(self.state()), record(middle))
        self.undo("r")
        now = {n: c for n, c in record(self.state()).items() if "/q/" not in n}
        self.assertEqual(now, record(before))

    def test_kept_files_deleted(self):
        """Freeing the space is allowed; undo says that they are gone. Other merges can still be undone."""
        archive, = self.start()
        self.merge(self.ds, [self.moved(archive, 1, "back1.zip")])
        between = self.state()
        self.merge(self.ds, [self.moved(archive, 2, "back2.zip")], "--allow-older")
        shutil.rmtree(os.path.join(self.ds, "annotations", "r", "undo", "000001"))
        before = crossing.listing(self.ds)
        self.assertIn("LF2212", self.undo("r@1", status=4).stderr)
        self.assertEqual(crossing.listing(self.ds), before)
        self.undo()
        self.assertEqual(record(self.state()), record(between))
        self.assertIn("LF2212", self.undo(status=4).stderr)
        self.assertEqual(record(self.state()), record(between))
        self.merge(self.ds, [self.moved(archive, 5, "back5.zip")], "--allow-older")
        os.remove(os.path.join(self.ds, "annotations", "r", "undo", "000004", "samples.json"))
        self.assertIn("LF2212", self.undo(status=4).stderr)

    def test_of_a_new_dataset(self):
        archive, = self.start()
        self.merge(self.ds, [self.moved(archive, 1, "back.zip")], where=("-o", self.path("new")))
        self.assertNotIn("annotations/r/log/", self.state())
        self.ds = self.path("new")
        before = crossing.listing(self.ds)
        done = self.undo(status=2)
        self.assertIn("delete the folder", done.stderr)
        self.assertEqual(crossing.listing(self.ds), before)
        made = self.state()
        self.merge(self.ds, [self.moved(archive, 2, "back2.zip")], "--allow-older")
        self.undo()
        self.assert_back(made)
        self.assertIn("delete the folder", self.undo(status=2).stderr)

    def test_without_base(self):
        """Only the copy that travelled is there: the journal and what is kept lie in the dataset."""
        archive, = self.start()
        os.rename(os.path.join(self.ds, "annotations"), self.path("away"))
        before = self.state()
        back = self.moved(archive, 1, "back.zip")
        self.labelferry("merge", "r", back, "--dataset", self.ds, "--in-place", status=None)
        if self.state() == before:  # the copy is looked for beside the archive
            self.labelferry("merge", self.path("out", "run"), back, "--dataset", self.ds, "--in-place", status=1)
        self.assertNotEqual(self.state()["samples.json"], before["samples.json"])
        self.undo()
        self.assertEqual({n: c for n, c in self.state().items() if c is not None and "/log/" not in n},
                         {n: c for n, c in before.items() if c is not None})

    def test_no_permission(self):
        """Refused before anything, whichever folder it is."""
        archive, = self.start()
        first = self.state()
        self.merge(self.ds, [self.moved(archive, 1, "back.zip")])
        somebody = {}
        if os.geteuid() == 0:  # who may write everywhere
            somebody = {"user": 65534, "group": 65534}
            os.chmod(self.dir, 0o755)
            for base, _, files in os.walk(self.ds):
                for path in [base] + [os.path.join(base, n) for n in files]:
                    os.chown(path, 65534, 65534)
        for folder in ("annotations/r", "annotations/r/undo/000001", ""):
            os.chmod(os.path.join(self.ds, folder), 0o555)
            before = crossing.listing(self.ds)
            done = self.labelferry("undo", "r", "--dataset", self.ds, status=7, **somebody)
            self.assertIn("LF5001", done.stderr)
            os.chmod(os.path.join(self.ds, folder), 0o755)
            after = crossing.listing(self.ds)
            self.assertEqual([(r[0], r[5]) for r in after], [(r[0], r[5]) for r in before], folder)
        self.labelferry("undo", "r", "--dataset", self.ds, **somebody)
        self.assert_back(first)

    def test_damaged_lists(self):
        archive, = self.start()
        self.merge(self.ds, [self.moved(archive, 1, "back.zip")])
        path = os.path.join(self.ds, "annotations", "r", "undo", "000001", "files.json")
        with open(path, encoding="utf-8") as f:
            good = f.read()
        before = {n: c for n, c in self.state().items() if not n.endswith("files.json")}
        for bad, code, status in (("", "LF3001", 4), ("{", "LF3001", 4), ("[]", "LF3061", 4),
                                  (good.replace('"undo": 1', '"undo": 2'), "LF3062", 4),
                                  (good.replace('"file": "samples.json"', '"file": "../samples.json"'), "LF3031", 8),
                                  (good.replace('"kept": "samples.json"', '"kept": "run.json"'), "LF3061", 4),
                                  (good.replace('"folders": []', '"folders": ["../x"]'), "LF3031", 8),
                                  (good.replace('"folders": []', '"folders": [1]'), "LF3061", 4)):
            with open(path, "w", encoding="utf-8") as f:
                f.write(bad)
            self.assertIn(code, self.undo(status=status).stderr, bad)
            self.assertEqual({n: c for n, c in self.state().items() if not n.endswith("files.json")}, before)
        log = os.path.join(self.ds, "annotations", "r", "log", "000001.jsonl")
        for bad, code in (("", "LF3001"), ("[]\n", "LF3061"), ("{}\n", "LF3061"), ('{"log": 2}\n', "LF3062")):
            with open(log, "w", encoding="utf-8") as f:
                f.write(bad)
            self.assertIn(code, self.undo(status=4).stderr, bad)


class Journal(UndoCase):
    def test_R46_lines(self):
        """The first line tells the merge; then what was said of labels, then each label before and after."""
        archive, = self.start()
        docs = crossing.read_json(os.path.join(self.ds, "samples.json"))["samples"]
        back = self.moved(archive, 1, "back.zip")
        report = self.merge(self.ds, [back])
        names, (lines,) = self.log()
        self.assertEqual(names, ["000001.jsonl"])
        head, rest = lines[0], lines[1:]
        self.assertEqual((head["log"], head["merge"], head["run"], head["in-place"]), (1, 1, "r", True))
        self.assertEqual(head["counts"], {k: v for k, v in report["counts"].items() if k != "labels"})
        self.assertEqual([a["sha256"] for a in head["archives"]], [a["sha256"] for a in report["archives"]])
        events = [e for e in rest if "code" in e]
        self.assertEqual(rest[:len(events)], events)
        changes = rest[len(events):]
        self.assertEqual([e["code"] for e in events].count("LF2201"), len(changes))
        old = {l["_id"]["$oid"]: l for d in docs for l in crossing.labels_of(d, "ground_truth")}
        new = {l["_id"]["$oid"]: l for d in crossing.samples_of(self.ds) for l in crossing.labels_of(d, "ground_truth")}
        for c in changes:
            self.assertEqual((c["change"], c["field"]), ("edited", "ground_truth"))
            self.assertEqual((c["before"], c["after"]), (old[c["label"]], new[c["label"]]))
        self.assertEqual({c["label"] for c in changes}, {i for i in old if old[i] != new[i]})

    def test_a_repetition_adds_none(self):
        archive, = self.start()
        back = self.moved(archive, 1, "back.zip")
        self.merge(self.ds, [back])
        before = crossing.listing(self.ds)
        self.merge(self.ds, [back])
        self.assertEqual(crossing.listing(self.ds), before)

    def test_long_texts_by_their_digest(self):
        self.start("images_full", ("instances_disk:instances", "instances:instances"))
        for a in self.far_side(back="back2"):
            text = next(iter(crossing.dumps_in(a).values())).decode()
            if "<mask" in text:
                self.rewrite(a, lambda t: re.sub(r'(<mask [^>]*?left=")(\d+)', lambda m: m[1] + str(int(m[2]) + 1), t))
                self.labelferry("merge", "r", a, "--dataset", self.ds, "--in-place", status=None)
        for lines in self.log()[1]:
            for line in lines[1:]:
                self.assertLess(len(json.dumps(line)), 20000)


class Log(UndoCase):
    def test_entries(self):
        archive, = self.start()
        self.assertEqual(self.labelferry("log", "--dataset", self.ds).stdout, "")
        self.assertEqual(json.loads(self.labelferry("log", "--dataset", self.ds, "--json").stdout), {"log": []})
        back = self.moved(archive, 1, "back.zip")
        counts = self.merge(self.ds, [back])["counts"]
        self.undo()
        self.merge(self.ds, [back])
        lines = self.labelferry("log", "r", "--dataset", self.ds).stdout.splitlines()
        self.assertEqual([re.match(r"r (merge|undo) (\d):", l).groups() for l in lines],
                         [("merge", "1"), ("undo", "2"), ("merge", "3")])
        self.assertRegex(lines[0], r"%d edited.*back\.zip.* \(user, 2024-01-02 .*\); undone$" % counts["edited"])
        self.assertEqual(lines[1], "r undo 2: took back merge 1")
        self.assertFalse(lines[2].endswith("undone"))
        said = json.loads(self.labelferry("log", "--dataset", self.ds, "--json", "-v").stdout)["log"]
        self.assertEqual([(e["run"], e["number"], e["undone"]) for e in said], [("r", 1, True), ("r", 2, False), ("r", 3, False)])
        self.assertEqual([e["lines"] for e in said], [lines[1:] for lines in self.log()[1]])
        more = self.labelferry("log", "--dataset", self.ds, "-v").stdout.splitlines()
        self.assertEqual(len(more), sum(len(lines) for lines in self.log()[1]))

    def test_wrong(self):
        self.start()
        for args, code, status in ((["q"], "LF1006", 2), (["r", "s"], "LF1001", 2), (["--wrong"], "LF1001", 2)):
            self.assertIn(code, self.labelferry("log", *args, "--dataset", self.ds, status=status).stderr)
        self.assertIn("LF3041", self.labelferry("log", "--dataset", self.dir, status=4).stderr)

    def test_damaged(self):
        archive, = self.start()
        self.merge(self.ds, [self.moved(archive, 1, "back.zip")])
        path = os.path.join(self.ds, "annotations", "r", "log", "000001.jsonl")
        with open(path, encoding="utf-8") as f:
            head = f.readline()
        for line in ("{", "[]", "1", '{"code": "LF2201"', '"x"'):
            with open(path, "w", encoding="utf-8") as f:
                f.write(head + line)
            self.assertIn("000001.jsonl", self.labelferry("log", "--dataset", self.ds, "-v", status=4).stderr, line)
        for line in ("{}", '{"code": 1}', '{"code": "LF9999", "slug": []}', '{"change": "x", "before": null}', ""):
            with open(path, "w", encoding="utf-8") as f:
                f.write(head + line)
            self.labelferry("log", "--dataset", self.ds, "-v")


class Explain(UndoCase):
    def explain(self, label, status=0):
        self.labelferry("explain", label, "--dataset", self.ds, status=status)
        return json.loads(self.labelferry("explain", label, "--dataset", self.ds, "--json").stdout)["known"]

    def test_edited_and_undone(self):
        archive, = self.start()
        back = self.moved(archive, 1, "back.zip")
        self.merge(self.ds, [back])
        change = self.log()[1][0][-1]
        self.assertEqual(change["change"], "edited")
        known = self.explain(change["label"].upper())
        self.assertIn({"run": "r", "merge": 1, "undone": False, "line": change}, known)
        self.assertEqual(known[-2:], [
            {"base": "r", "sample": change["sample"], "field": "ground_truth", "shipped": True},
            {"now": True, "sample": change["sample"], "field": "ground_truth"}])
        text = self.labelferry("explain", change["label"], "--dataset", self.ds).stdout
        self.assertRegex(text, r"r merge 1: .*\n  .*annotations\.xml:\d+ \(user, 2024-01-02.*LF2201 label-edited: .*Here: geometry")
        self.undo()
        self.assertIn({"run": "r", "merge": 1, "undone": True, "line": change}, self.explain(change["label"]))

    def test_R46_refused_says_why_and_what_to_do(self):
        archive, = self.start()
        shutil.rmtree(os.path.join(self.ds, "annotations"))
        shutil.rmtree(self.path("back"))
        self.export(self.ds, "--no-allow-spatial-edits", fields=("ground_truth",), out="out2")
        archive, = self.far_side(out="out2")
        self.labelferry("merge", "r", self.moved(archive, 1, "back.zip"), "--dataset", self.ds, "--in-place", status=1)
        event = next(e for e in self.log()[1][0] if e.get("code") == "LF2009")
        text = self.labelferry("explain", event["label"], "--dataset", self.ds).stdout
        remedy = self.labelferry("help", "LF2009").stdout.splitlines()[-1]
        self.assertIn("LF2009 edit-refused", text)
        self.assertIn(remedy, text)

    def test_deleted_and_added(self):
        archive, = self.start()
        docs = crossing.samples_of(self.ds)
        gone = crossing.labels_of(docs[0], "ground_truth")[0]["_id"]["$oid"]

        def change(text):
            text = re.sub(r"<box (?:(?!</box>).)*%s.*?</box>" % gone, "", text, flags=re.S)
            return re.sub(r'(<image [^>]*>)', lambda m: m[1] + '<box label="boat" source="manual" occluded="0" xtl="1.00" '
                          'ytl="1.00" xbr="4.00" ybr="5.00" z_order="0"></box>', text, count=1)
        report = self.merge(self.ds, [self.rewrite(archive, change)])
        self.assertEqual((report["counts"]["added"], report["counts"]["deleted"]), (1, 1), report)
        known = self.explain(gone)
        self.assertEqual([k["line"].get("change") for k in known if "line" in k][-1], "deleted")
        self.assertEqual(known[-1], {"now": False})
        self.assertIn("now: gone", self.labelferry("explain", gone, "--dataset", self.ds).stdout)
        new = next(l["label"] for l in self.log()[1][0] if l.get("change") == "added")
        self.assertEqual(self.explain(new)[-1]["now"], True)

    def test_at_home(self):
        self.start("images_full", ("instances:instances",))
        docs = crossing.samples_of(self.ds)
        for label in docs[0]["instances"]["detections"]:
            known = self.explain(label["_id"]["$oid"])
            self.assertEqual(known[0]["base"], "r")
            self.assertIs(known[0]["shipped"], "mask" in label or "mask_path" in label)

    def test_nobody_knows_it(self):
        self.start()
        self.assertIn("LF1022", self.labelferry("explain", "0" * 24, "--dataset", self.ds, status=1).stderr)
        for word in ("x", "0" * 23, "0" * 25, "g" * 24, ""):
            self.assertIn("LF1001", self.labelferry("explain", word, "--dataset", self.ds, status=2).stderr)
        self.labelferry("explain", "--dataset", self.ds, status=2)
