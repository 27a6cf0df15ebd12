"""Whole crossings by way of the real Label Studio server and its own editor.

Every image fixture with all that can travel, as predictions (which somebody submits) and as annotations: imported,
every task opened in the editor and saved, exported, merged in place. Nobody edited anything, so no byte changes.
"""

import glob
import json
import os
import shutil

import crossing
import labelstudio_server
import test_every_label as every
import testenv

HARBOR = "harbor"
REGIONS = ("rectanglelabels", "polygonlabels", "vectorlabels", "keypointlabels", "brushlabels", "bitmasklabels")


class RealCrossing(crossing.CrossingCase):
    TOOL = "labelstudio"

    def dataset(self, name, run):
        folder = testenv.sample(name) if name == HARBOR else testenv.shared("fixtures", "fiftyone", name)
        return self.copy(folder, "ds_" + run)

    def start(self, name, run, *options, fields=None, media="copy"):
        """Exports and imports into a project of its own. Returns dataset, labels shipped, project, tasks by file."""
        server = labelstudio_server.shared()
        ds = self.dataset(name, run)
        if fields is None:
            fields, _ = every.all_fields(ds)
        said = self.export(ds, "--media", media, *options, fields=fields, run=run, out="out_" + run)
        folders = []
        if media == "copy":
            shutil.copytree(os.path.join(self.path("out_" + run), "media", run), os.path.join(server.root, run))
            folders = [run]
        task = sorted(glob.glob(os.path.join(self.path("out_" + run), "*", "config.xml")))
        self.assertEqual(len(task), 1)
        with open(task[0], encoding="utf-8") as f:
            project = server.project(f.read(), media=folders, title=run)
        tasks = []
        for path in sorted(glob.glob(os.path.join(os.path.dirname(task[0]), "tasks*.json"))):
            project.load(path)
            tasks += crossing.read_json(path)
        self.assertEqual(len(project.ids), len(tasks))
        return ds, said["shipped"], project, tasks

    def back(self, project, name="back.json", kind="JSON"):
        with open(self.path(name), "w", encoding="utf-8") as f:
            json.dump(project.export(kind), f)
        return self.path(name)

    def assert_unedited(self, ds, shipped, project, run):
        before = self.data_of(ds)
        report = self.merge(ds, [self.back(project)], run=run)
        self.assertEqual(report["counts"], crossing.counts(kept=shipped), report["events"])
        self.assertEqual(report["items"]["changed"], 0)
        self.assert_unchanged(ds, before)


class Unedited(RealCrossing):
    def cross(self, name, how, **kw):
        run = "%s_%s" % (name, how)
        options = ["--as", how] + list(kw.pop("options", ()))
        ds, shipped, project, _ = self.start(name, run + kw.pop("mark", ""), *options, **kw)
        project.through_editor()
        self.assert_unedited(ds, shipped, project, project_run(project))

    def test_every_fixture(self):
        for name in (HARBOR, *every.FIXTURES):
            for how in ("predictions", "annotations"):
                with self.subTest(fixture=name, sent_as=how):
                    self.cross(name, how)

    def test_masks_as_pictures(self):
        self.cross("images_full", "predictions", mark="_bitmask", options=("--mask-codec", "bitmask"))

    def test_pictures_inside_the_tasks(self):
        self.cross(HARBOR, "predictions", mark="_embed", media="embed")


class Addresses(RealCrossing):
    ODD = "sub dir/100%+&=#.png"

    def dataset(self, name, run):
        ds = super().dataset(name, run)
        os.makedirs(os.path.join(ds, "data", "sub dir"))
        os.rename(os.path.join(ds, "data", "north-01.png"), os.path.join(ds, "data", self.ODD))
        path = os.path.join(ds, "samples.json")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace("data/north-01.png", "data/" + self.ODD))
        return ds

    def test_R34_the_server_finds_every_picture(self):
        ds, _, project, tasks = self.start(HARBOR, "addresses", fields=["ground_truth"])
        self.assertIn(self.ODD, [t["data"]["fo_name"] for t in tasks])
        for task in tasks:
            status, got = project.server.raw("GET", task["data"]["image"])
            with open(os.path.join(ds, "data", task["data"]["fo_name"]), "rb") as f:
                self.assertEqual((status, got), (200, f.read()), task["data"]["image"])


def project_run(project):
    """The run's name is the project's title."""
    return project.server.call("GET", "/api/projects/%d" % project.id)["title"]


class Edited(RealCrossing):
    def regions(self, tasks):
        """(task number, result) of what can be moved: the only region of its label."""
        for number, task in enumerate(tasks):
            for result in task["predictions"][0]["result"] if task["predictions"] else ():
                if result["type"] in REGIONS and "fo_parts" not in result.get("meta", {}):
                    yield number, result

    def test_scripted_edits_and_nothing_else(self):
        for name in (HARBOR, "images_full", "images_use_dirs"):
            with self.subTest(fixture=name):
                self.edits(name)

    def edits(self, name):
        run = "edits_" + name
        ds, shipped, project, tasks = self.start(name, run)
        project.through_editor()
        boxes = [(n, r) for n, r in self.regions(tasks) if r["type"] == "rectanglelabels"]
        script, wanted = [], crossing.counts()
        for k, (number, result) in enumerate(boxes[:3]):
            if k == 0:
                script.append({"op": "move", "task": number, "id": result["id"], "dx": 1.5, "dy": -0.5})
                wanted["edited"] += 1
            elif k == 1:
                script.append({"op": "delete", "task": number, "id": result["id"]})
                wanted["deleted"] += 1
            else:
                script.append({"op": "duplicate_region", "task": number, "id": result["id"]})
                wanted["added"] += 1
        self.assertTrue(script)
        project.edit(script)
        # Where one is gone and another is new, it is said that one may be the other drawn anew.
        redrawn = len(boxes) > 2 and boxes[1][0] == boxes[2][0]
        report = self.merge(ds, [self.back(project)], run=run, status=int(redrawn))
        wanted["kept"] = shipped - wanted["edited"] - wanted["deleted"]
        wanted["labels"] = shipped + wanted["added"]
        self.assertEqual(report["counts"], wanted, report["events"])
        again = self.data_of(ds)
        report = self.merge(ds, [self.back(project)], run=run, status=0)
        self.assertEqual(report["items"]["changed"], 0)
        self.assert_unchanged(ds, again)
