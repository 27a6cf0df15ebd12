"""What a merge has to make of one edit of one label, by the rights of its run: a model that knows nothing of the program.

Rights are asked first: what the run does not allow is refused with an event, the dataset's value stays, and it never is
a conflict. A label that came back changed in several parts is taken part by part. Attributes that are not read only and
the values of scalars may always be edited. No tool carries the index of a label on an image.
"""

import collections
import itertools
import string

RIGHTS = ("allow_additions", "allow_deletions", "allow_label_edits", "allow_spatial_edits", "allow_index_edits")
ADD, DELETE, RELABEL, MOVE, INDEX = RIGHTS
COMBINATIONS = [frozenset(r for r, on in zip(RIGHTS, row) if on) for row in itertools.product((True, False), repeat=5)]
SHAPES = ("detection", "instance", "polyline", "polygon", "keypoint", "skeleton")
SINGLES = ("classification",) + SHAPES + ("segmentation", "scalar", "scalar_classes")
TYPES = SINGLES + tuple(t + "s" for t in ("classification",) + SHAPES)
WAYS = {"cvat": "CVAT's dump",
        "copy": "an edited copy of the dataset",
        "both": "CVAT's dump of labels that the dataset changed too, otherwise; merged with --conflict ours"}

BACK, GONE, NOTHING = "back", "gone", "nothing"  # what of the label that was shipped; NOTHING: none was
DRAWN, PASTED = "drawn", "pasted"  # what else came

# edit: what came of the label that was shipped, which of its parts changed, what else came
EDITS = {
    "none": (BACK, (), None),
    "add": (BACK, (), DRAWN),
    "add_first": (NOTHING, (), DRAWN),
    "delete": (GONE, (), None),
    "relabel": (BACK, ("class",), None),
    "move": (BACK, ("place",), None),
    "attribute": (BACK, ("note",), None),
    "read_only": (BACK, ("sealed",), None),
    "relabel_move": (BACK, ("class", "place"), None),
    "everything": (BACK, ("class", "place", "note", "sealed"), None),
    "id_lost": (GONE, (), DRAWN),
    "copied": (BACK, (), PASTED),
    "copied_moved": (BACK, ("place",), PASTED),
    "index": (BACK, (), None),
}
NEEDS = {"class": RELABEL, "place": MOVE, "sealed": "never"}  # other parts need no right

EDITED, ADDED, DELETED = "LF2201", "LF2202", "LF2203"
REFUSED, CONFLICT, TWICE, STRANGE, LOST, SINGLE = "LF2009", "LF2008", "LF2107", "LF2108", "LF2109", "LF2112"

Outcome = collections.namedtuple("Outcome", "buckets codes after")


def single(kind):
    return kind in SINGLES


def meaning(way, kind, edit):
    """(what came of the label, its changed parts, what else came) for this type, or None: there is no such edit."""
    fate, parts, more = EDITS[edit]
    way = "cvat" if way == "both" else way
    one = kind.rstrip("s") if not single(kind) else kind
    if way == "labelstudio":
        known = meaning("cvat", kind, edit)
        return known and by_labelstudio(kind, one, edit, known)
    has = {"segmentation": ("place",), "scalar": ("note",), "scalar_classes": ("class",), "classification":
           ("class", "note", "sealed")}.get(one, ("class", "place", "note", "sealed"))
    if any(p not in has for p in parts) and edit != "everything":
        # A mask of another class is other pixels of a segmentation.
        return (BACK, ("place",), None) if one == "segmentation" and edit == "relabel" and way == "cvat" else None
    parts = tuple(p for p in parts if p in has)
    if edit == "everything" and len(parts) < 2:
        return None
    if way == "copy" and single(kind) and edit in ("add", "copied", "copied_moved"):
        return None  # the document has one place
    if one == "segmentation":
        if way == "cvat" and edit in ("add", "copied", "copied_moved"):
            return BACK, ("place",), None  # what is painted besides belongs to it
        if way == "cvat" and edit == "id_lost":
            return BACK, (), None  # it is the field's only one, with or without an id
    if one.startswith("scalar"):
        if edit in ("id_lost", "copied", "copied_moved"):
            return None  # no ids
        if edit == "index" and way == "copy":
            return None
        parts = tuple("value" for _ in parts)
    return fate, parts, more


def by_labelstudio(kind, one, edit, known):
    """What CVAT's edit is there, or None: it cannot be made."""
    if one in ("keypoint", "skeleton") and (known[2] or edit == "id_lost"):
        return (NOTHING, (), None) if known[0] == NOTHING else None  # a point is a region: what is new has one
    if kind == "classifications":
        if edit in ("copied", "copied_moved", "id_lost") or known[1] and edit != "relabel":
            return None  # a set of names: neither ids nor attributes
        return (GONE, (), DRAWN) if edit == "relabel" else known
    if single(kind) and (one == "classification" or one.startswith("scalar")) and known[2] and known[0] == BACK:
        return None  # a picture has one such result
    return known


def changed_here(kind):
    """The parts that the dataset changed meanwhile, where it did. Not pixels: those are merged one by one."""
    one = kind if single(kind) else kind[:-1]
    if one.startswith("scalar"):
        return ("value",)
    return {"classification": ("class", "note", "sealed"), "instance": ("class", "note", "sealed"),
            "segmentation": ()}.get(one, ("class", "place", "note", "sealed"))


def outcome(way, kind, edit, may):
    """What the program has to say of an edit, and the field's labels afterwards; None where there is no such edit."""
    known = meaning(way, kind, edit)
    if known is None:
        return None
    fate, parts, more = known
    buckets, codes, after = collections.Counter(), [], []
    ours = changed_here(kind) if way == "both" else ()
    now = "ours" if ours else "old"
    if fate == GONE and DELETE in may and ours:
        buckets["conflict"] += 1
        codes.append(CONFLICT)
        after.append(now)
    elif fate == GONE and DELETE in may:
        buckets["deleted"] += 1
        codes.append(DELETED)
    elif fate == GONE:
        buckets["refused"] += 1
        codes.append(REFUSED)
        after.append(now)
    elif fate == BACK:
        given = [p for p in parts if p not in NEEDS or NEEDS[p] in may]
        taken = [p for p in given if p not in ours]
        clash = len(given) - len(taken)
        codes += [REFUSED] * (len(parts) - len(given)) + [CONFLICT] * clash + [EDITED] * bool(taken)
        buckets["conflict" if clash else "edited" if taken else "refused" if parts else "kept"] += 1
        after.append(now + "".join("'" + p for p in taken))
    if more:
        # What is drawn in CVAT has no id, so it may be what is missed; a copy's labels have one, which was not shipped.
        # A result of Label Studio's has an id of its own, and names have none that could be missed.
        codes += [TWICE] * (more == PASTED and way != "labelstudio")
        codes += [STRANGE] * (more == DRAWN and way == "copy" and not kind.startswith("scalar"))
        names = way == "labelstudio" and kind == "classifications"
        codes += [LOST] * (more == DRAWN and way != "copy" and fate == GONE and not names)
        if ADD not in may:
            buckets["refused"] += 1
            codes.append(REFUSED)
        elif single(kind) and after:  # it has one place, which is taken
            buckets["refused"] += 1
            codes.append(SINGLE)
        else:
            buckets["added"] += 1
            codes.append(ADDED)
            after.append("new")
    return Outcome(tuple(sorted(buckets.items())), tuple(sorted(codes)), tuple(after))


def told(result):
    """An outcome in words: buckets, codes, labels afterwards."""
    words = ["%d %s" % (n, b) for b, n in result.buckets]
    return "\t".join((", ".join(words), " ".join(result.codes) or "-", ", ".join(result.after) or "none"))


def part(way):
    """One way's part of the table: its letters, then a row for each edit of each type."""
    letters, lines = {}, []
    for kind, edit in itertools.product(TYPES, EDITS):
        cells = [outcome(way, kind, edit, may) for may in COMBINATIONS]
        for result in filter(None, cells):
            letters.setdefault(result, string.ascii_letters[len(letters)])
        lines.append("%-5s %-16s %-13s %s" % (way, kind, edit, "".join(letters.get(r, ".") for r in cells)))
    head = ["# %s\t%s" % (c, told(r)) for r, c in letters.items()] + ["# .\tthere is no such edit"]
    head += ["# %-34s %s" % (right, "".join("+" if right in may else "-" for may in COMBINATIONS)) for right in RIGHTS]
    return head + lines


def table():
    """The truth table as text: a column for each combination of rights, a letter for each outcome."""
    head = ["# What a merge makes of each edit of each type of label, for each combination of rights (+ given, - not).",
            "# Made by tests/support/rights_model.py; tests/cases/test_rights.py holds the program to it.",
            "# After a letter: what it is counted as, its codes, and the field's labels afterwards; old'class is the old label",
            "# with the class that came."]
    for way, words in WAYS.items():
        head += ["", "# %s: %s" % (way, words)] + part(way)
    return "\n".join(head) + "\n"
