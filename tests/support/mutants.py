"""Small lies told to the program one at a time: each must be caught by a test.

usage: mutants.py [--keep DIR] [PATTERN]

The tree is copied, one place is changed, what depends on it is built again, and the tests that
are to notice run. Exit 1 if a mutant survives, does not build, or its place is no longer there.
PATTERN picks mutants by a regular expression on their titles; --keep leaves the copy in DIR.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LAWS = {"laws": "t_laws", "shape laws": "t_shape_laws"}
SECONDS = 120  # for one build or test

# title, file, text there, text instead, test to notice: "laws", "shape laws" or a pattern of case
# tests.
MUTANTS = [
    ("slack of half a pixel", "formats/cvat/cvat_format.c", ".slack = 0.005001", ".slack = 0.5",
     r"test_every_kind_of_edit|test_again_with_other_places"),
    ("no slack", "formats/cvat/cvat_format.c", ".slack = 0.005001", ".slack = 0.0000001", "laws"),
    ("another default travels", "formats/cvat/cvat_ship.c", ".type = LF_V_NULL, .text = d->preset}",
     '.type = LF_V_NULL, .text = LF_S("1")}', r"test_crossing\.Shipped"),
    ("another default for what stays at home", "formats/cvat/cvat_ship.c", "attr[n].text = d->preset;",
     "(void)d;", "laws"),
    ("nearness before ids", "merge/pairing.c", "    pair_by_id(r, base, theirs, &bt, &tt, p);",
     "    if (!pair_closest(r, base, theirs, a, p, err))\n        return false;\n"
     "    pair_by_id(r, base, theirs, &bt, &tt, p);", r"test_edits\.MondayAndTuesday"),
    ("of one id the last, not the closest", "merge/pairing.c", "if (d < best) {", "if (d < HUGE_VAL) {",
     r"test_edits\.Identity"),
    ("labels without id by nearness only", "merge/pairing.c", ": 2; // as it was shipped", ": lf_overlap(l, m); // as",
     "laws"),
    ("the dataset is renamed first", "merge/write_in_place.c",
     "(!parts.metadata ||",
     "add_samples(w, c, k->undo, err) && (((struct lf_writing *)w)->out = NULL, ((struct lf_writing *)w)->files = 0, true) &&\n"
     "           (!parts.metadata ||",
     r"renamed_last"),
    ("the right to move turned round", "merge/decide_space.c",
     "if (!lf_field_may(lf_field_of(j, base), LF_MAY_MOVE))", "if (lf_field_may(lf_field_of(j, base), LF_MAY_MOVE))", r"test_edits\.Schema"),
    ("the right to move not asked for", "merge/decide_space.c",
     "if (!lf_field_may(lf_field_of(j, base), LF_MAY_MOVE))", "if (lf_field_of(j, base)->rights > 99)", r"test_edits\.Schema"),
    ("the right to delete not asked for", "merge/decide.c", "if (!lf_field_may(f, LF_MAY_DELETE)) {", "if (f->rights > 99) {",
     r"test_edits\.Schema"),
    ("the right to add not asked for", "merge/decide.c", "if (!lf_field_may(f, LF_MAY_ADD)) {", "if (f->rights > 99) {",
     r"test_edits\.Schema"),
    ("read only is not", "merge/decide_attrs.c", "if (f->attr[row].read_only || f->dest_taken) {", "if (f->rights > 99) {", r"test_edits\.Schema"),
    ("classes are edited by the right to move", "merge/decide_attrs.c", "return lf_field_may(f, LF_MAY_RELABEL) ||",
     "return lf_field_may(f, LF_MAY_MOVE) ||", r"test_rights\.Truth.*cvat"),
    ("conflicts come before rights", "merge/decide.c", "if (!lf_field_may(f, LF_MAY_DELETE)) {",
     "if (!lf_field_may(f, LF_MAY_DELETE) && !lf_changed(f, base, ours, j->r->slack, &attrs)) {",
     r"test_rights\.Truth.*conflicts"),
    ("what was merged whole is compared again", "merge/fold.c", "if (!theirs->done)", "if (!theirs->done || theirs)",
     r"test_many_archives\.Overlapping\..*again"),
    ("angles are not round", "merge/compare.c", "(d > 180 ? 360 - d : d) > slack", "d > slack", "laws"),
    ("a moved box loses its size", "formats/fiftyone/fo_edits.c", "*set_size = (low || high) && !same_size;",
     "*set_size = low || high;", r"test_every_kind_of_edit"),
    ("a moved box is off by two roundings", "formats/fiftyone/fo_edits.c", "        from += grown / 2;", "        from += 0;",
     "laws"),
    ("base does not move on", "merge/move_base.c", "if (!ok || !plan.count || m->job->dry_run)", "if (ok)",
     r"test_edits\.MondayAndTuesday"),
    ("what was merged whole is of no field", "merge/field_counts.c",
     "    c->told++;\n    c->kept++;\n    if (c->field)", "    c->told++;\n    c->kept++;\n    if (false)",
     r"test_many_archives"),
    ("additions are told of another field", "merge/decide.c", "lf_count_since(counts, theirs->label[t].field, &before);",
     "lf_count_since(counts, 0, &before);", r"test_R10"),
    ("names by their bytes alone", "formats/base/unicode_name.c", "    if (!lf_slice_eq(made, name))", "    if (made.len > 9999)",
     r"test_R07_names_that"),
    ("forms of one name beside each other", "convert/rows.c", "return lf_name_key(name, &x->scratch, &key, err) &&",
     "key = name;\n    return", r"test_R06_R07"),
    ("a rival counts as the dataset", "merge/settle.c", "if (rivals && vote < j->from->vote)", "if (false)",
     r"test_picking\.Annotators"),
    ("another task knows what others brought", "merge/arrivals.c", "s->fresh = !s->done && !allow_older && is_fresh(in->run, s);",
     "s->fresh = false;", r"test_picking\.States"),
    ("an archive again takes back what others brought", "merge/arrivals.c",
     "return others && (s->repeated || others == run->merges);", "return others && others == run->merges;",
     r"test_picking\.States"),
    ("an earlier state speaks as well", "merge/arrivals.c", "drop[i] = overtaken(in, &in->place[i], newer);",
     "drop[i] = false;", r"test_picking\.States"),
    ("archives in the order of the command line", "merge/arrivals.c", "int d = strcmp((*x)->digest, (*y)->digest);",
     "int d = 0;", "laws"),
    ("what ours painted is lost", "merge/pixel_merge.c", "return combine(j, LF_MASK_MINUS, &mine, changed, &mine) &&",
     "return combine(j, LF_MASK_AND, &mine, changed, &mine) &&", r"test_carriage\..*test_instance_both"),
    ("the first of two masks is on top", "formats/mask/paint.c", "(x->order > y->order ? 1 : -1)",
     "(x->order < y->order ? 1 : -1)", r"test_carriage\..*test_segmentation_copies"),
    ("any number of points", "merge/decide_space.c", "base->kind == LF_POINTS && ours->fixed &&",
     "base->kind == LF_POINTS && ours->lost &&", r"test_carriage\..*test_points"),
    ("a file changed in its place goes unnoticed", "merge/decide_space.c", "if (base->lost)",
     "if (base->lost && base->kind == LF_BOX)", r"test_carriage\..*test_instance_lost"),
    ("no shape is converted", "formats/mask/join.c", "return j->convert && j->s->width",
     "return !j->convert && j->s->width", r"test_carriage\..*test_instance_polygons"),
    ("a scalar needs an id to be gone", "merge/decide.c", "schema->field[field].type == LF_FT_SCALAR);",
     "schema->field[field].type == LF_FT_DETECTION);",
     r"test_carriage\..*test_scalar"),
    ("hidden and missing nodes stand where they stood", "formats/cvat/cvat_shape.c",
     'lf_slice_is(cvat_value(x, "outside"), "1")', 'lf_slice_is(cvat_value(x, "outside"), "7")', "shape laws"),
    ("a closed line travels open", "formats/label/ship_shape.c", "const bool again = l->kind == LF_POLYLINE && l->closed;",
     "const bool again = l->kind == LF_POLYGON && !l->closed;", r"test_carriage\..*test_closed_line"),
    ("a closed line is open", "formats/label/ship_shape.c", "            if (again)", "            if (!again && !n)",
     "shape laws"),
    ("rings without an id stay alone", "formats/mask/join.c", "e->part > last->part &&", "e->part > 99 &&", "shape laws"),
    ("a polygon keeps its first point again", "formats/label/ship_shape.c",
     "while (l->kind == LF_POLYGON && meet(from, n))", "while (l->kind == LF_TAG && meet(from, n))",
     "shape laws"),
    ("each of two values of a scalar counts", "merge/decide.c", "if (second_scalar(j, t) ||", "if (second_scalar(j, 0) ||",
     "shape laws"),
    ("occluded is not told", "formats/cvat/cvat_element.c", 'o->occluded = lf_slice_is(a->text, "true");',
     'o->occluded = lf_slice_is(a->text, "1");', "shape laws"),
    ("half an alpha is outside", "formats/mask/mask_brush.c", "next.value >= threshold", "next.value > threshold",
     r"test_mask_command.*threshold"),
    ("no byte of 0 behind a full one", "formats/mask/brush_code.c", "put_bits(o, 0, BYTE - o->bits);",
     "put_bits(o, 0, (BYTE - o->bits) % BYTE);", r"test_R29_brush_is"),
    ("a run beyond the last value is cut", "formats/mask/brush_code.h", "|| n > in->count - in->at) {",
     "|| (n > in->count - in->at && (n = in->count - in->at) == 0)) {", r"test_R29_truncated_or_oversized"),
    ("a box turns about its middle everywhere", "formats/labelstudio/ls_value.c",
     "double cx = x + across / 2 * c - down / 2 * s;", "double cx = x + across / 2;", r"test_whole_labelstudio\.Unedited.*sample"),
    ("of one annotator the first annotation counts", "formats/labelstudio/ls_tasks.c",
     "return d ? d > 0 : a->id > b->id;", "return d ? d < 0 : a->id < b->id;", r"test_of_one_annotator_the_latest_counts"),
    ("a copy is what it was copied from", "formats/labelstudio/ls_results.c",
     "if (r->meta.len && !text.len && !lf_json_text(", "if (r->meta.len && !lf_json_text(", r"test_a_copy_is_a_new_label"),
    ("skipped work counts", "formats/labelstudio/ls_tasks.c", 'if (is_true(json, "was_cancelled") &&', "if (!r &&",
     r"test_labelstudio_read\.WhatCounts.*r40"),
    ("a hidden id names two regions", "formats/labelstudio/ls_min.c", "        if (!fresh)\n", "        if (n > 99)\n",
     r"test_flat_export_with_a_copy"),
]


def run(args, **kw):
    return subprocess.run(args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          encoding="utf-8", errors="replace", timeout=SECONDS, **kw)


class Tree:
    """A copy of the project with a build of its own."""

    def __init__(self, folder):
        self.source = os.path.join(folder, "project")
        self.build = os.path.join(folder, "build")
        shutil.copytree(SOURCE, self.source, ignore=lambda at, names: [
            n for n in names if at == SOURCE and n in (".git", "build") or n == "__pycache__"])
        self.must(["cmake", "-S", self.source, "-B", self.build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=None",
                   "-DCMAKE_C_FLAGS=-O1", "-DLF_WERROR=OFF"])
        self.must(["ninja", "-C", self.build, "labelferry", *LAWS.values()])

    def must(self, args):
        done = run(args)
        if done.returncode:
            sys.exit("%s\n%s" % (" ".join(args), done.stdout[-4000:]))

    def passes(self, check):
        """Whether the tests of a check find nothing; they must be there."""
        if check in LAWS:
            return run([os.path.join(self.build, "tests", LAWS[check])]).returncode == 0
        env = dict(os.environ, LF_PROGRAM=os.path.join(self.build, "labelferry"), LF_SOURCE=self.source)
        env.pop("LF_MUTANTS", None)
        done = run([sys.executable, os.path.join(self.source, "tests", "support", "cases.py"), "--only", check,
                    os.path.join(self.source, "tests", "cases")], env=env)
        passed, failed = re.search(r"(\d+) passed, (\d+) failed", done.stdout).groups()
        if passed == failed == "0":
            sys.exit("no test is called %s" % check)
        return failed == "0"

    def verdict(self, file, old, new, check):
        """"caught", or what went wrong with this mutant."""
        path = os.path.join(self.source, file)
        with open(path, encoding="utf-8") as f:
            text = f.read()
        if text.count(old) != 1:
            return "the text is there %d times in %s" % (text.count(old), file)
        try:
            with open(path, "w", encoding="utf-8") as f:
                f.write(text.replace(old, new))
            done = run(["ninja", "-C", self.build, "labelferry", *LAWS.values()])
            if done.returncode:
                return "does not build\n" + done.stdout[-2000:]
            return "SURVIVES %s" % check if self.passes(check) else "caught"
        except subprocess.TimeoutExpired:
            return "caught"  # it hangs, and a test's time limit says so
        finally:
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--keep", metavar="DIR")
    ap.add_argument("pattern", nargs="?", default="")
    args = ap.parse_args()
    folder = args.keep or tempfile.mkdtemp(prefix="lf-mutants-")
    bad = 0
    try:
        tree = Tree(folder)
        rows = [m for m in MUTANTS if re.search(args.pattern, m[0])]
        for check in sorted({m[4] for m in rows}):
            if not tree.passes(check):
                sys.exit("the tests fail without any mutant: %s" % check)
        for title, file, old, new, check in rows:
            start = time.monotonic()
            said = tree.verdict(file, old, new, check)
            bad += said != "caught"
            print("%-45s %s (%.1f s)" % (title, said, time.monotonic() - start), flush=True)
    finally:
        if not args.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print("%d of %d mutants caught" % (len(rows) - bad, len(rows)))
    return 1 if bad or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
