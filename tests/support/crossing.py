"""A whole crossing as a test sees it: export, what people did on the far side, merge."""

import hashlib
import json
import os
import re
import shutil

import far_sides
import judges
import testenv
from far_sides import zipped

CHANGES = {"LF2201": "edited", "LF2202": "added", "LF2203": "deleted"}  # an event for each change
BUCKETS = ("kept", "edited", "added", "deleted", "refused", "ignored", "conflict", "absent")
OURS = ("Detection", "Detections", "Classification", "Classifications")


def counts(**given):
    """The counts of a report: what is not named is 0, and "labels" is the sum."""
    out = dict.fromkeys(BUCKETS, 0)
    out.update(given)
    out["labels"] = sum(out.values())
    return out


def fields_of(dataset):
    """Names of the fields that can cross, in the order of metadata.json."""
    meta = read_json(os.path.join(dataset, "metadata.json"))
    rows = meta.get("sample_fields") or []
    return [f["name"] for f in rows if isinstance(f, dict) and (f.get("embedded_doc_type") or "").split(".")[-1] in OURS]


def read_json(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def samples_of(dataset):
    """The documents, out of samples.json or one file each."""
    folder = os.path.join(dataset, "samples")
    if not os.path.exists(os.path.join(dataset, "samples.json")):
        paths = [os.path.join(folder, n) for n in sorted(os.listdir(folder)) if re.fullmatch(r"[^.].*\.json", n)]
        return [read_json(p) for p in paths if os.path.isfile(p)]
    return read_json(os.path.join(dataset, "samples.json"))["samples"]


def labels_of(sample, field):
    """The labels of a field of a sample, whether it holds one or a list."""
    value = sample.get(field)
    if not value:
        return []
    for key in ("detections", "classifications"):
        if isinstance(value.get(key), list):
            return value[key]
    return [value] if "label" in value else []



def listing(folder):
    """Every path with kind, size, time of change and hash: equal lists mean nobody wrote."""
    rows = []
    for base, dirs, files in os.walk(folder):
        for name in dirs + files:
            path = os.path.join(base, name)
            st = os.lstat(path)
            digest = ""
            if name in files:
                with open(path, "rb") as f:
                    digest = hashlib.sha256(f.read()).hexdigest()
            rows.append((os.path.relpath(path, folder), st.st_mode, st.st_size, st.st_mtime_ns, st.st_ino, digest))
    return sorted(rows)


def dumps_in(path):
    """The documents of one returned archive, by name."""
    return far_sides.texts(path)


class CrossingCase(testenv.Case):
    """Runs crossings of datasets in self.dir, by way of a tool: a subclass that names another one runs the same tests."""

    TOOL = "cvat"
    days = 0

    @property
    def tool(self):
        return far_sides.TOOLS[self.TOOL]

    def export(self, dataset, *options, fields=(), run="r", out="out", status=0):
        """Exports and gives the JSON report."""
        args = ["export", dataset, "--run", run, "-o", self.path(out), "--json", *self.tool.to, *options]
        for f in fields:
            args += ["--field", f]
        return json.loads(self.labelferry(*args, status=status).stdout)

    def far_side(self, *options, edits=None, out="out", back="back"):
        """What comes back: the paths of the archives, in the order of the tasks."""
        if self.TOOL != "cvat":
            self.assertFalse(options)
            self.days += 1  # what comes back later is later
            lot = self.tool.load(self.path(out), self.days)
            self.tool.edit(lot, edits or [])
            self.tool.dump(lot, self.path(back))
            return [self.path(back, n) for n in sorted(os.listdir(self.path(back)))]
        done = judges.far_side(self.path(out), self.path(back), *options, edits=edits)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return [self.path(back, n) for n in sorted(os.listdir(self.path(back)))]

    def merge(self, dataset, archives, *options, run="r", where=("--in-place",), status=0):
        """Merges and gives the JSON report; its events of changes are checked and left out."""
        args = ["merge", run, *archives, "--dataset", dataset, "--json", *where, *options]
        done = self.labelferry(*args, status=status)
        report = json.loads(done.stdout)
        report["stderr"] = done.stderr
        codes = [e["code"] for e in report["events"]]
        told = {bucket: codes.count(code) for code, bucket in CHANGES.items()}
        report["events"] = [e for e in report["events"] if e["code"] not in CHANGES]
        self.assertEqual(told, {bucket: report["counts"][bucket] for bucket in told})
        self.assert_adds_up(report)
        return report

    def assert_adds_up(self, report):
        """R10, R12: buckets are the labels, fields are the buckets, and people are told the same, on the last line."""
        whole = report["counts"]
        rows = list(report["fields"].values()) + [counts(ignored=report["no_field"])]
        for row in rows + [whole]:
            self.assertEqual(row["labels"], sum(row[b] for b in BUCKETS))
        if not report["fields"]: # nothing could be looked at
            self.assertEqual((whole["labels"], report["no_field"], report["exit"] > 1), (0, 0, True))
            return
        self.assertEqual(counts(**{b: sum(r[b] for r in rows) for b in BUCKETS}), whole)
        if not report["items"]["run"]:
            return
        *lines, last = report["stderr"].splitlines()
        said = re.match(r"merge [^:]*: (\d+) labels? = (.*); items (\d+) of (\d+)", last)
        self.assertEqual({w: int(n) for n, w in (p.split() for p in said.group(2).split(" + "))}, {b: whole[b] for b in BUCKETS})
        self.assertEqual([int(said.group(k)) for k in (1, 3, 4)], [whole["labels"], report["items"]["came"], report["items"]["run"]])
        told = len(report["fields"]) + bool(report["no_field"])
        if told > 1:
            for row, text in zip(rows, lines[-told:]):
                self.assertRegex(text, r"^  \S")
                pairs = [p.split() for p in re.findall(r"  +(\d+ (?:%s))\b" % "|".join(BUCKETS), text)]
                shown = {w: int(n) for n, w in pairs}
                self.assertEqual(counts(**shown), row, text)

    def rewrite(self, archive, change, name=None):
        """The archive with change(text) in place of each of its documents, beside it or as `name`."""
        return far_sides.rewrite(archive, change, name and self.path(name))

    def data_of(self, dataset):
        """All files of a dataset but the run records."""
        return {k: v for k, v in testenv.snapshot(dataset).items()
                if v is not None and not re.match(r"annotations/[^/]+/", k)}

    def assert_unchanged(self, dataset, before):
        """Every file but the run records is there with the bytes of `before`, and no other."""
        after = self.data_of(dataset)
        self.assertEqual(sorted(after), sorted(before))
        for name in before:
            if after[name] != before[name]:
                self.fail("%s changed" % name)

    def assert_counts(self, report, **want):
        self.assertEqual(report["counts"], counts(**want), report["events"])

    def clear(self):
        for name in os.listdir(self.dir):
            shutil.rmtree(self.path(name)) if os.path.isdir(self.path(name)) else os.remove(self.path(name))
