"""The two far sides behind one interface, for tests that are about a merge and not about a tool's files.

CVAT's edits are the common language: far_side_cvat.py says what they mean, labelstudio_edits.py does the same in Label
Studio or raises Unlike. An archive of a test is a file; `texts` are the documents in it, `rewrite` changes them.
"""

import io
import json
import os
import re
import zipfile

import far_side_cvat
import far_side_labelstudio
import labelstudio_edits


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, data in members.items():
            z.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def texts(path):
    """The documents of one returned archive, by name: XML of CVAT's, JSON of Label Studio's."""
    with open(path, "rb") as f:
        data = f.read()
    if not data.startswith(b"PK"):
        return {os.path.basename(path): data}
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        return {n: z.read(n) for n in z.namelist() if n.endswith((".xml", ".json"))}


def rewrite(path, change, to=None):
    """The archive with change(text) in place of each of its documents, beside it as `to` or in its place."""
    docs = {n: change(d.decode("utf-8")).encode("utf-8") for n, d in texts(path).items()}
    data = zipped(docs) if path.endswith(".zip") else next(iter(docs.values()))
    with open(to or path, "wb") as f:
        f.write(data)
    return to or path


class Cvat:
    name = "cvat"
    to = ()  # the default

    @staticmethod
    def load(archive, day=1):
        return far_side_cvat.load_archive(archive)

    @staticmethod
    def edit(tasks, edits):
        far_side_cvat.apply_edits(tasks, edits)

    @staticmethod
    def dump(tasks, folder, **how):
        return far_side_cvat.dump_all(tasks, folder, **how)

    @staticmethod
    def dated(text, day):
        """A dump as of this day of March."""
        return re.sub(r"<updated>[^<]*</updated>", "<updated>2024-03-%02d 10:00:00.000000+00:00</updated>" % day, text)

    @staticmethod
    def unknown_class(text, old, new):
        """Shapes of one class have another, of which nothing is declared."""
        return text.replace('label="%s"' % old, 'label="%s"' % new)


class LabelStudio:
    name = "labelstudio"
    to = ("--to", "labelstudio")

    @staticmethod
    def load(archive, day=1):
        """The projects, every task submitted on this day. The run's own list says how large pictures are of which nothing was sent."""
        projects = far_side_labelstudio.load_archive(archive, day)
        sizes = {}
        items = os.path.join(archive, "run", "items.tsv")
        if os.path.exists(items):
            with open(items, encoding="utf-8") as f:
                rows = [line.split("\t") for line in f]
            sizes = {r[0]: (int(r[3]), int(r[4])) for r in rows}
        for p in projects:
            p.sizes = sizes
        far_side_labelstudio.submit_all(projects)
        return projects

    @staticmethod
    def edit(projects, edits):
        labelstudio_edits.apply_edits(projects, edits)

    @staticmethod
    def dump(projects, folder, **how):
        return far_side_labelstudio.dump_all(projects, folder, **how)

    @staticmethod
    def dated(text, day):
        tasks = json.loads(text)
        for t in tasks:
            for x in [t] + t["annotations"]:
                x["updated_at"] = "2024-03-%02dT10:00:00.000000Z" % day
        return json.dumps(tasks)

    @staticmethod
    def unknown_class(text, old, new):
        return re.sub(r'(labels": \["|"choices": \[")%s"' % re.escape(old), r'\g<1>%s"' % new, text)


TOOLS = {t.name: t for t in (Cvat, LabelStudio)}
