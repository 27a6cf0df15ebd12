"""W28: what holds of a merge holds through Label Studio: the tests that were written for CVAT, by way of its far side.

Each class is run again as it stands. A test that must end otherwise stands in DIFFERS with its reason, is still run and
must fail, so that no row outlives its reason; FILES are those that are about CVAT's own files, and stand here or in
test_whole_labelstudio.py for Label Studio's.
"""

import json
import os
import re
import shutil
import unittest
import unittest.mock

import crossing
import far_sides
import merge_cases
import merge_cases_export
import rights_model
import testenv
import test_alternate
import test_crossing
import test_dest_field
import test_edits
import test_every_label
import test_identities
import test_many_archives
import test_merge_cases
import test_picking
import test_rights
import test_undo

# Rows of "Where Label Studio differs from CVAT" in FORMATS.md.
DIFFERS = {
    # Every result has an id of its own, so a copy is never taken for what it was copied from: nothing to warn of.
    "own-id": ["edits_Identity.test_of_a_copy_the_closest_keeps_the_id",
               "edits_Identity.test_of_a_moved_original_and_its_copy_in_place_the_copy_keeps_the_id",
               "edits_Identity.test_a_copy_on_another_image_is_an_addition_there",
               "edits_Identity.test_an_id_copied_from_a_neighbour_makes_the_other_an_addition",
               "identities_Copies.test_R31_pasted_three_times_on_the_same_image",
               "identities_Copies.test_R31_pasted_three_times_on_another_image",
               "identities_Copies.test_R31_copies_merged_again_change_nothing",
               "identities_LostIds.test_R22_the_report_is_the_one_that_was_reviewed"],
    # Classifications are one result, a set of names: none is relabelled or twice, and none has attributes.
    "names": ["dest_field_Mixed.test_one_field_stays_and_one_goes",
              "edits_AddedAndGone.test_ids_of_additions_are_the_same_every_time",
              "edits_SingleEdits.test_tags_are_relabelled_and_their_attributes_edited"],
    # A picture has one result of a single choice or a number.
    "one-choice": ["edits_Schema.test_a_field_of_one_label_takes_one",
                   "edits_Schema.test_in_a_field_of_one_label_the_first_new_one_replaces_the_one_that_is_gone",
                   "edits_Schema.test_without_the_right_to_delete_a_single_label_is_not_replaced"],
    # A number's control takes no words.
    "typed": ["edits_SingleEdits.test_a_number_that_cannot_be_read_is_refused_and_the_old_value_stays"],
    # There are no occluded flags and no groups.
    "no-flags": ["edits_SingleEdits.test_flags_without_a_place_are_told_and_nothing_is_written"],
    # Numbers come back as they were sent, so that no edit is too small for their rounding.
    "exact": ["identities_Untouched.test_R37_an_edit_of_a_hundredth_is_seen_but_where_the_rounding_hides_it"],
}
# About CVAT's own files: elements of its XML, its containers, its labels.json. Those of Label Studio's come below.
FILES = [
    "alternate_Alternate.test_W10_labels_only_needs_the_alternates_sizes_and_no_media",
    "alternate_Alternate.test_W10_nothing_of_the_originals_travels",
    "alternate_Alternate.test_W10_sizes_are_the_alternates_own",
    "alternate_Alternate.test_W10_what_came_back_in_the_originals_size_is_refused",
    "dest_field_DiskMasks.test_masks_on_disk",
    "edits_Schema.test_a_class_that_is_not_in_the_run_is_ignored",
    "edits_Schema.test_an_unknown_class_and_a_movement_the_movement_is_taken",
    "edits_SingleEdits.test_a_movement_within_the_slack_is_no_edit",
    "every_label_EveryLabel.test_a_server_takes_every_archive",
    "picking_States.test_a_job_and_later_its_task",
    "picking_States.test_one_of_which_something_was_left_out_takes_nothing_back_when_it_comes_again",
    "identities_Copies.test_R31_the_order_of_the_file_does_not_matter",
    "undo_Undo.test_files_of_their_own_new_field_new_masks",
]
REASON = {test: reason for reason, tests in DIFFERS.items() for test in tests}


def through(module, *classes, **more):
    """Subclasses of these classes that go by way of Label Studio, into this module."""
    for name in classes:
        cls = getattr(module, name)
        title = "%s_%s" % (module.__name__[len("test_"):], name)
        body = {"TOOL": "labelstudio", "__module__": __name__, "__qualname__": title, **more.get(name, {})}
        for test in unittest.TestLoader().getTestCaseNames(cls):
            row = "%s.%s" % (title, test)
            if row in FILES:
                body.setdefault(test, None)
            elif row in REASON:
                body.setdefault(test, unittest.expectedFailure(lambda self, test=test, cls=cls: getattr(cls, test)(self)))
        globals()[title] = type(title, (cls,), body)


def fewer_images(self):
    """The thousand images, as fifty: the walk is the same."""
    self.rounds(1, images=50)


def other_places(self):
    for seed in range(2, 5):
        with self.subTest(seed=seed):
            self.rounds(seed, images=15, boxes=7)


def dated(self, name, day, *edits):
    back = self.far_side(edits=list(edits), back=name)
    for path in back:
        self.rewrite(path, lambda t: self.tool.dated(t, day))
    return back


through(test_edits, "EditsInAThousandImages", "SingleEdits", "AddedAndGone", "Identity", "Schema", "BothSides",
        "MondayAndTuesday", "Stale", Stale={"dated": dated}, EditsInAThousandImages={
            "test_every_kind_of_edit_at_a_random_place": fewer_images, "test_again_with_other_places": other_places})
through(test_crossing, "EveryFixture", "Outputs")


def not_empty(*args, plain=test_every_label.shipped):
    """What is shipped: an empty text is an absent one there, so that a scalar of that has no result."""
    folder, field, kind = args
    empty = sum(doc.get(field) == "" for doc in crossing.samples_of(folder)) if kind == "scalar" else 0
    return plain(*args) - empty


@unittest.mock.patch.object(test_every_label, "shipped", not_empty)
def each_field(self):
    test_every_label.EveryLabel.test_each_field_as_each_type(self)


@unittest.mock.patch.object(test_every_label, "shipped", not_empty)
def all_fields(self):
    test_every_label.EveryLabel.test_all_fields_together(self)


through(test_every_label, "EveryLabel", EveryLabel={"test_each_field_as_each_type": each_field,
                                                    "test_all_fields_together": all_fields})


through(test_dest_field, "EveryKind", "DiskMasks", "Rights", "Later", "Mixed", "Usage", EveryKind={
    "FIELDS": sorted(set(test_dest_field.EveryKind.FIELDS) - {"seen"})})
through(test_identities, "Copies", "LostIds", "Untouched", "Again")
through(test_alternate, "Alternate")


# ---------------------------------------------------------------------------- several annotators

USERS = {None: 1, "ann1": 2, "ann2": 3}
SERVERS = ["http://here:8080", "http://one:8080", "http://two:8080"]


def by(self, name, *edits, day=4, server="http://here:8080", who=None, job=False):
    """An export as of a day of March; of a server of its own other tasks were imported."""
    back, = self.far_side(edits=list(edits), back=name)
    user = {"id": USERS[who], "email": who or "oracle@example.test", "first_name": "", "last_name": ""}

    def change(text):
        tasks = json.loads(self.tool.dated(text, day))
        for t in tasks:
            if server != "http://here:8080":
                t["created_at"] = "2024-02-%02dT00:00:00.000000Z" % SERVERS.index(server)
            for a in t["annotations"]:
                a.update(completed_by=user, task=t["id"], unique_id="%08x-0000-4000-8000-%012x" % (a["id"], SERVERS.index(server)))
        return json.dumps(tasks)

    return self.rewrite(back, change)


through(test_picking, "Annotators", "States", "Rematch", "Conflicts",
        **{n: {"by": by} for n in ("Annotators", "States", "Rematch", "Conflicts")})


def state(self, name, tasks, edits, day=None, change=None):
    """An export of the pieces in which these tasks of CVAT's are: all fields come back, those that nobody edited too."""
    lot = self.tool.load(self.path("out"))
    pieces = sorted({int(t[-3:]) - 1 for t in tasks})
    names = [t.rsplit("_", 1)[0] for t in tasks]
    removed = [e for e in edits if e["op"] == "remove_image"]
    for e in edits:
        if "field" not in e and "image" in e:
            e["field"] = names[0]
    self.tool.edit(lot, [e for e in edits if e not in removed] + removed)
    lot = [p for k, p in enumerate(lot) if k in pieces]
    paths = self.tool.dump(lot, self.path("back", "parts"))
    docs = {}
    for n, path in enumerate(paths):
        (text,) = (d.decode() for d in crossing.dumps_in(path).values())
        lot = json.loads(self.tool.dated(text, day or 1))
        for t in lot:
            if not day:  # imported by somebody else, who knows nothing of the others
                t["created_at"] = "2024-02-01T00:00:00.%06dZ" % sum(name.encode())
        docs["%d/tasks.json" % n] = json.dumps(lot).encode()
    shutil.rmtree(self.path("back", "parts"))
    with open(self.path("back", name + ".zip"), "wb") as f:
        f.write(crossing.zipped(docs))
    return self.path("back", name + ".zip")


def placed(self, edits):
    """Fields of edits by name, where several fields of a task hold what is meant."""
    for e in edits:
        if "task" in e:
            e["field"] = "things" if e.pop("task") == 2 else "extra"
    return edits


def export_of_two(self, dataset, *options, **kw):
    """Two pieces with all fields are two tasks, not six."""
    said = crossing.CrossingCase.export(self, dataset, *options, **kw)
    return dict(said, tasks=3 * said["tasks"])


MANY = {"state": state, "placed": placed, "export": export_of_two, "other_classes": None}
through(test_many_archives, "Overlapping", "OverlappingFiles", "Apart", "ApartFiles",
        **{n: MANY for n in ("Overlapping", "OverlappingFiles", "Apart", "ApartFiles")})


# ---------------------------------------------------------------------------- rights

def come_back(self, way, docs):
    if way == "copy":
        return test_rights.Truth.come_back(self, way, docs)
    shutil.rmtree(self.path("back"), ignore_errors=True)
    lot = self.tool.load(self.path("out"))
    number = {kind: n for n, kind in enumerate(sorted(rights_model.TYPES))}
    edits = [e for k in rights_model.TYPES for edit in test_rights.EDITS if rights_model.meaning(way, k, edit)
             for e in test_rights.by_cvat(k, edit, number[k], way)]
    self.tool.edit(lot, edits)
    return self.tool.dump(lot, self.path("back"))


def by_way_of_labelstudio(self):
    """Every fourth combination: what a merge makes of rights is the same code, whatever came back."""
    with unittest.mock.patch.object(rights_model, "COMBINATIONS", rights_model.COMBINATIONS[::4]):
        self.check("labelstudio")


through(test_rights, "Truth", Truth={
    "come_back": come_back, "test_R48_what_cvat_gives_back": by_way_of_labelstudio, "test_R48_what_an_edited_copy_says": None,
    "test_R48_rights_come_before_conflicts": None, "test_R48_the_table_is_the_one_that_was_reviewed": None})


# ---------------------------------------------------------------------------- recorded cases

def near(x):
    """Numbers went through percents; what differs in the last bits is the same."""
    if isinstance(x, dict):
        return {k: near(v) for k, v in x.items()}
    if isinstance(x, list):
        return [near(v) for v in x]
    return round(x, 9) if isinstance(x, float) else x


def attributes_of(schema):
    """The names of a field's attributes, those of some of its classes too."""
    more = [e["attributes"] for e in schema["classes"] if isinstance(e, dict)]
    return {name for lot in [schema["attributes"] or {}, *more] for name in lot}


def not_carried(want, one):
    """A new label has what the tool has a place for."""
    for w in want:
        for field, value in merge_cases.values(w):
            for label in merge_cases.labels_of(value):
                if merge_cases.id_of(label) not in one.known:
                    keep = one.attributes.get(field, one.any) | {"_id", "_cls", "attributes", "label", "bounding_box", "points", "closed", "filled"}
                    for key in set(label) - keep:
                        del label[key]
                    label["tags"] = []


class RecordedCases(test_merge_cases.MergeCases):
    """What FiftyOne was recorded to do, through Label Studio's export."""

    test_what_an_option_lets_through_is_refused_without_it = None
    test_reasons_stand_in_the_documentation = None

    def test_recorded_cases(self):
        cases, seen = merge_cases.load_all(), 0
        for name, case in sorted(cases.items()):
            if not merge_cases_export.is_ours(case) or merge_cases.has_strays(case) or name in RECORDED_DIFFER:
                continue
            with self.subTest(case=name):
                passes = self.passes(name, case, to=("--to", "labelstudio"), write=merge_cases_export.write_export)
                for one in passes:
                    one.attributes = {f: attributes_of(x) for f, x in case["label_schema"].items()}
                    one.any = set().union(*one.attributes.values())
                    reasons = [r for r in test_merge_cases.REASONS.get(name, []) if r in test_merge_cases.EXPLAIN]
                    want = near(one.want)
                    one.got = near(one.got)
                    for reason in reasons:
                        test_merge_cases.EXPLAIN[reason](want, one)
                    not_carried(want, one)
                    self.assertEqual(one.differences(near(want)), [])
                    self.assertIsNone(one.refused)
                seen += 1
        self.assertGreater(seen, 25)


# Why a recorded case ends otherwise.
RECORDED_DIFFER = {"fuzz_1010": "points", "keypoints_edits": "points", "polylines_edits": "one-control", "fuzz_1015": "typed"}


# ---------------------------------------------------------------------------- undo

def moved(self, archive, by, name):
    """A copy of the archive whose boxes end `by` pixels higher."""
    def change(text):
        tasks = json.loads(text)
        for t in tasks:
            for r in t["annotations"][-1]["result"]:
                if "height" in r["value"]:
                    r["value"]["height"] -= 100 * by / r["original_height"]
        return json.dumps(tasks)
    return self.rewrite(archive, change, name.replace(".zip", ".json"))


through(test_undo, "Undo", Undo={"moved": moved})


class Documentation(testenv.Case):
    def test_reasons_stand_in_the_documentation(self):
        with open(os.path.join(testenv.SOURCE, "FORMATS.md"), encoding="utf-8") as f:
            section = re.search(r"^#+ Where Label Studio differs from CVAT\n(.*?)(?=^#+ |\Z)", f.read(), re.M | re.S)
        self.assertTrue(section, "FORMATS.md has no such section")
        rows = re.findall(r"^\| `([a-z-]+)` \|", section.group(1), re.M)
        self.assertEqual(len(rows), len(set(rows)))
        self.assertEqual(set(DIFFERS) | set(RECORDED_DIFFER.values()), set(rows))

    def test_no_row_is_of_a_test_that_does_not_exist(self):
        known = {"%s.%s" % (name, test) for name, cls in globals().items() if isinstance(cls, type)
                 and issubclass(cls, crossing.CrossingCase) for test in dir(cls) if test.startswith("test_")}
        self.assertEqual(set(REASON) - known, set())
        self.assertEqual(set(FILES) - known, set())


if __name__ == "__main__":
    testenv.unittest.main()
