"""labelferry verify: what an export must be so that the tool takes and shows it, and what came back."""

import base64
import glob
import json
import os
import shutil
import struct
import zipfile
import zlib

import every_kind
import testenv

SAMPLE, LABEL = "65a0000000000000000000%02x", "65b0000000000000000000%02x"
CONFIG = """<View>
  <Image name="image" value="$image"/>
  <RectangleLabels name="boxes" toName="image">
    <Label value="cat"/>
    <Label value="dog"/>
  </RectangleLabels>
  <Choices name="boxes.late" toName="image" choice="single" perRegion="true">
    <Choice value="true"/>
    <Choice value="false"/>
  </Choices>
  <Number name="boxes.age" toName="image" min="0" max="30" perRegion="true" whenTagName="boxes" whenLabelValue="cat"/>
  <PolygonLabels name="areas" toName="image">
    <Label value="lake"/>
  </PolygonLabels>
  <VectorLabels name="lines" toName="image" closable="false">
    <Label value="road"/>
  </VectorLabels>
  <KeyPointLabels name="points" toName="image">
    <Label value="nose"/>
  </KeyPointLabels>
  <EllipseLabels name="rounds" toName="image">
    <Label value="sun"/>
  </EllipseLabels>
  <BrushLabels name="pixels" toName="image">
    <Label value="cat"/>
  </BrushLabels>
  <BitmaskLabels name="bits" toName="image">
    <Label value="cat"/>
  </BitmaskLabels>
  <Choices name="weather" toName="image" choice="multiple">
    <Choice value="rain"/>
    <Choice value="fog"/>
  </Choices>
  <Taxonomy name="kind" toName="image">
    <Choice value="animal"><Choice value="cat"/></Choice>
  </Taxonomy>
  <TextArea name="note" toName="image"/>
  <Rating name="stars" toName="image" maxRating="5"/>
  <DateTime name="day" toName="image"/>
</View>
"""


def png(width, height):
    """A grey picture, white all over."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = zlib.compress(b"".join(b"\0" + b"\xff" * width for _ in range(height)))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def url(width, height):
    return "data:image/png;base64," + base64.b64encode(png(width, height)).decode()


def region(number, control, kind, value, **more):
    """A result that lies in a picture of 3 x 2 pixels."""
    return {"id": LABEL % number, "from_name": control, "to_name": "image", "type": kind, "original_width": 3,
            "original_height": 2, "image_rotation": 0, "origin": "prediction", "value": value, **more}


def about(number, control, kind, value):
    return {"id": LABEL % number, "from_name": control, "to_name": "image", "type": kind, "value": value}


# The mask [[0, 255, 255], [0, 0, 7]] as Label Studio's own encoder writes it.
RLE = [0, 0, 0, 24, 57, 27, 252, 96, 19, 255, 206, 1, 24, 56]
BOX, LATE, AGE, AREA, LINE, POINT, ROUND, PIXELS, BITS, WEATHER, KIND, NOTE, STARS, DAY = range(14)


def good():
    """A file of two tasks: the first holds one result of each kind."""
    results = [
        region(1, "boxes", "rectanglelabels", {"x": 10, "y": 20, "width": 30.5, "height": 40, "rotation": 0,
                                               "rectanglelabels": ["cat"]}, score=0.5),
        region(1, "boxes.late", "choices", {"choices": ["true"]}),
        region(1, "boxes.age", "number", {"number": 3}),
        region(2, "areas", "polygonlabels", {"points": [[0, 0], [100, 0], [50, 100]], "closed": True,
                                             "polygonlabels": ["lake"]}),
        region(3, "lines", "vectorlabels", {"closed": False, "vectorlabels": ["road"], "vertices": [
            {"id": "0", "prevPointId": None, "x": 1, "y": 2, "isBezier": False},
            {"id": "1", "prevPointId": "0", "x": 9, "y": 2.5, "isBezier": False}]}),
        region(4, "points", "keypointlabels", {"x": 1, "y": 1, "width": 0.5, "keypointlabels": ["nose"]}),
        region(5, "rounds", "ellipselabels", {"x": 50, "y": 50, "radiusX": 10, "radiusY": 5, "rotation": 30,
                                              "ellipselabels": ["sun"]}),
        region(6, "pixels", "brushlabels", {"format": "rle", "rle": RLE, "brushlabels": ["cat"]}),
        region(7, "bits", "bitmasklabels", {"imageDataURL": url(3, 2), "bitmasklabels": ["cat"]}),
        about(8, "weather", "choices", {"choices": ["rain", "fog"]}),
        about(9, "kind", "taxonomy", {"taxonomy": [["animal", "cat"]]}),
        about(10, "note", "textarea", {"text": ["a", ""]}),
        about(11, "stars", "rating", {"rating": 4}),
        about(12, "day", "datetime", {"datetime": "2024-01-02"}),
    ]
    return [
        {"data": {"image": "/data/a.png", "fo_sample_id": SAMPLE % 1}, "meta": {"fiftyone": {}},
         "predictions": [{"model_version": "run", "result": results}]},
        {"data": {"image": "/data/b.png", "fo_sample_id": SAMPLE % 2}, "meta": [], "predictions": [],
         "annotations": [{"ground_truth": False, "id": 7, "result": [
             region(1, "boxes", "rectanglelabels", {"x": 90, "y": 20, "width": 10, "height": 40, "rotation": 350.5,
                                                    "rectanglelabels": ["dog"]})]}]},
    ]


def at(tasks, number):
    return tasks[0]["predictions"][0]["result"][number]


def value(place, /, **new):
    """Changes the value of a result; None takes a key away."""
    def change(tasks):
        for key, v in new.items():
            at(tasks, place)["value"][key] = v
            if v is None:
                del at(tasks, place)["value"][key]
    return place, change


def result(place, /, **new):
    def change(tasks):
        for key, v in new.items():
            at(tasks, place)[key] = v
            if v is None:
                del at(tasks, place)[key]
    return place, change


def task(**new):
    def change(tasks):
        for key, v in new.items():
            tasks[0][key] = v
    return None, change


def data(**new):
    def change(tasks):
        for key, v in new.items():
            tasks[0]["data"][key] = v
            if v is None:
                del tasks[0]["data"][key]
    return None, change


def vertices(*points):
    return [{"id": str(i), "x": x, "y": y} for i, (x, y) in enumerate(points)]


# One thing changed in the good file: (its code, exit status, (the result it is at, the change), a word of the text).
MISMATCHES = {
    "control unknown": ("LF3093", 1, result(BOX, from_name="box"), "no control"),
    "control is an object": ("LF3093", 1, result(BOX, from_name="image"), "no control"),
    "control missing": ("LF3093", 1, result(BOX, from_name=None), "from_name"),
    "object of another": ("LF3093", 1, result(NOTE, to_name="picture"), "picture"),
    "object missing": ("LF3093", 1, result(NOTE, to_name=None), "to_name"),
    "type of another control": ("LF3094", 1, result(NOTE, type="choices"), "TextArea"),
    "type missing": ("LF3094", 1, result(NOTE, type=None), "type"),
    "type in other letters": ("LF3094", 1, result(BOX, type="RectangleLabels"), "RectangleLabels"),
    "label not listed": ("LF3095", 1, value(BOX, rectanglelabels=["cow"]), "cow"),
    "label in another case": ("LF3095", 1, value(AREA, polygonlabels=["Lake"]), "Lake"),
    "no label": ("LF3095", 1, value(ROUND, ellipselabels=[]), "no label"),
    "choice not listed": ("LF3095", 1, value(WEATHER, choices=["rain", "snow"]), "snow"),
    "path not listed": ("LF3095", 1, value(KIND, taxonomy=[["animal", "dog"]]), "dog"),
    "value missing": ("LF3096", 1, result(BOX, value=None), "no value"),
    "labels missing": ("LF3096", 1, value(BOX, rectanglelabels=None), "rectanglelabels"),
    "labels no list": ("LF3096", 1, value(BOX, rectanglelabels="cat"), "no list"),
    "choices a text": ("LF3096", 1, value(LATE, choices="true"), "no list of texts"),
    "choices of a truth": ("LF3096", 1, value(LATE, choices=[True]), "no text"),
    "choices missing": ("LF3096", 1, value(WEATHER, choices=None), "choices"),
    "path no list": ("LF3096", 1, value(KIND, taxonomy=["animal"]), "no path"),
    "number a text": ("LF3096", 1, value(AGE, number="3"), "no number"),
    "number too large": ("LF3096", 1, value(AGE, number=1e300), "hold"),
    "number beyond its control": ("LF3096", 1, value(AGE, number=31), "limits"),
    "number missing": ("LF3096", 1, value(AGE, number=None), "number"),
    "rating a fraction": ("LF3096", 1, value(STARS, rating=2.5), "whole"),
    "rating too high": ("LF3096", 1, value(STARS, rating=6), "limits"),
    "text a number": ("LF3096", 1, value(NOTE, text=[3]), "texts"),
    "date a number": ("LF3096", 1, value(DAY, datetime=2024), "datetime"),
    "box without x": ("LF3096", 1, value(BOX, x=None), '"x"'),
    "box with a text": ("LF3096", 1, value(BOX, width="30"), "width"),
    "rotation a text": ("LF3096", 1, value(BOX, rotation="30"), "rotation"),
    "point a triple": ("LF3096", 1, value(AREA, points=[[0, 0], [1, 0, 3], [1, 1]]), "point 2"),
    "points missing": ("LF3096", 1, value(AREA, points=None), "points"),
    "vertex without y": ("LF3096", 1, value(LINE, vertices=[{"id": "0", "x": 1}]), "vertex 1"),
    "rle a text": ("LF3096", 1, value(PIXELS, rle="AAA="), "list of bytes"),
    "another format": ("LF3096", 1, value(PIXELS, format="png"), "format"),
    "picture missing": ("LF3096", 1, value(BITS, imageDataURL=None), "imageDataURL"),
    "score beyond 1": ("LF3096", 1, result(BOX, score=2), "score"),
    "result a text": ("LF3096", 1, (NOTE, lambda t: t[0]["predictions"][0]["result"].__setitem__(NOTE, "x")), "object"),
    "box beyond the picture": ("LF3097", 1, value(BOX, x=120), "beyond"),
    "box with a negative side": ("LF3097", 1, value(BOX, width=-3), "width"),
    "box of many pictures": ("LF3097", 1, value(BOX, width=5000), "ten times"),
    "open polygon": ("LF3097", 1, value(AREA, closed=False), "open"),
    "polygon of two": ("LF3097", 1, value(AREA, points=[[0, 0], [1, 1]]), "2 points"),
    "line beyond": ("LF3097", 1, value(LINE, vertices=vertices((101, 5), (120, 9))), "beyond"),
    "line of nothing": ("LF3097", 1, value(LINE, vertices=[]), "without"),
    "no width": ("LF3097", 1, result(BOX, original_width=None), "original_width"),
    "width a fraction": ("LF3097", 1, result(BOX, original_width=3.5), "no size"),
    "no rotation of the picture": ("LF3097", 1, result(AREA, image_rotation=None), "image_rotation"),
    "picture turned": ("LF3097", 1, result(AREA, image_rotation=90), "turned"),
    "another size": ("LF3097", 1, result(AREA, original_height=3), "3 x 3"),
    "rle cut": ("LF3071", 4, value(PIXELS, rle=RLE[:-3]), ""),
    "rle of another size": ("LF3072", 4, value(PIXELS, rle=[0, 0, 0, 4, 57, 27, 252, 127, 224]), ""),
    "rle beyond a byte": ("LF3071", 4, value(PIXELS, rle=RLE[:-1] + [256]), ""),
    "mask of another size": ("LF3072", 4, value(BITS, imageDataURL=url(3, 3)), ""),
    "mask damaged": ("LF3071", 4, value(BITS, imageDataURL=url(3, 2)[:-40]), ""),
    "id twice": ("LF3098", 1, result(POINT, id=LABEL % 3), "2 regions"),
    "id with #": ("LF3098", 1, result(POINT, id=LABEL % 4 + "#1"), "'#'"),
    "id missing": ("LF3098", 1, result(POINT, id=None), "no id"),
    "id a number": ("LF3098", 1, result(POINT, id=4), "no text"),
    "attribute of no region": ("LF3098", 1, result(LATE, id=LABEL % 99), "no region"),
    "attribute of another class": ("LF3098", 1, value(BOX, rectanglelabels=["dog"]), "shows for"),
    "task's result with a region's id": ("LF3098", 1, result(NOTE, id=LABEL % 1), "id of a region"),
    "key missing": ("LF3092", 1, data(image=None), '"image"'),
    "key a number": ("LF3092", 1, data(image=5), "data.image"),
    "data a list": ("LF3092", 1, task(data=[]), "data"),
    "meta a text": ("LF3092", 1, task(meta="x"), "meta"),
    "predictions an object": ("LF3092", 1, task(predictions={}), "no list"),
    "prediction a number": ("LF3092", 1, task(predictions=[7]), "no object"),
    "no result": ("LF3092", 1, task(predictions=[{}]), "result"),
    "result no list": ("LF3092", 1, task(predictions=[{"result": {}}]), "no list"),
    "annotation with a text for an id": ("LF3092", 1, task(annotations=[{"id": "a", "result": []}]), "whole number"),
    "task a number": ("LF3092", 1, (None, lambda t: t.__setitem__(0, 7)), "no object"),
    "no task": ("LF3092", 1, (None, lambda t: t.clear()), "no task"),
    "sample twice": ("LF2117", 1, (None, lambda t: t[1]["data"].__setitem__("fo_sample_id", SAMPLE % 1)), "before"),
    "sample no id": ("LF2004", 1, data(fo_sample_id="x"), "no id"),
}
CONFIGS = {
    "not XML": ("LF3011", 4, "</View>", ""),
    "a document type": ("LF3012", 8, "<View>\n", '<!DOCTYPE View [<!ENTITY a "b">]><View>\n'),
    "name twice": ("LF3091", 1, 'name="areas"', 'name="boxes"'),
    "object unknown": ("LF3091", 1, 'name="note" toName="image"', 'name="note" toName="img"'),
    "comma in a name": ("LF3091", 1, 'name="note"', 'name="no,te"'),
    "no key": ("LF3091", 1, 'value="$image"', 'value="image.png"'),
    "condition of no control": ("LF3091", 1, 'whenTagName="boxes"', 'whenTagName="box"'),
    "condition of no label": ("LF3091", 1, 'whenLabelValue="cat"', 'whenLabelValue="cat,cow"'),
}


class Verify(testenv.Case):
    def write(self, tasks, config=CONFIG, folder="out"):
        os.makedirs(self.path(folder), exist_ok=True)
        text = "[\n%s\n]\n" % ",\n".join(json.dumps(t, separators=(",", ":")) for t in tasks)
        for name, content in (("tasks.json", text), ("config.xml", config)):
            with open(self.path(folder, name), "w", encoding="utf-8") as f:
                f.write(content)
        return text

    def verify(self, *args, status=0):
        """What was said: (the parts about each path, all findings without notes)."""
        done = self.labelferry("verify", "--json", "-q", *args, status=status)
        said = json.loads(done.stdout)
        self.assertEqual((said["status"], done.stderr), (status, ""))
        found = [f for part in said["verify"] for f in part["findings"] if f["severity"] != "note"]
        return said["verify"], found


class Mismatches(Verify):
    """R25: every result is checked against the labeling config; each mismatch is found, with its code and place."""

    def test_good(self):
        self.write(good())
        for path in (".", "out", "out/tasks.json", "out/config.xml"):
            self.assertEqual(self.verify(path)[1], [])
        done = self.labelferry("verify", "out")
        self.assertEqual((done.stdout, done.stderr), ("out: labelstudio, nothing found\n", ""))

    def test_each_mismatch(self):
        self.assertGreaterEqual(len(MISMATCHES), 20)
        for name, (code, status, (number, change), word) in MISMATCHES.items():
            with self.subTest(name):
                tasks = good()
                change(tasks)
                text = self.write(tasks)
                found = self.verify("out/tasks.json", status=status)[1]
                wanted = [f for f in found if f["code"] == code]
                self.assertTrue(wanted, found)
                said = wanted[0]
                self.assertIn(word, said["text"])
                self.assertEqual(said["file"], "out/tasks.json")
                if number is None:
                    continue
                where = number
                if name == "attribute of another class":
                    where = AGE
                self.assertIn("task 1, prediction 1, result %d: " % (where + 1), said["text"])
                self.assertEqual(said["sample"], SAMPLE % 1)
                one = json.dumps(at(tasks, where), separators=(",", ":"))
                self.assertEqual(text.encode()[said["offset"]:][:len(one)].decode(), one)

    def test_no_other_finding(self):
        """What is changed at one place is told of that place alone."""
        beside = {"id twice", "object of another"}
        for name, (_, status, (number, change), _) in MISMATCHES.items():
            if number is None or name in beside or status != 1:
                continue
            with self.subTest(name):
                tasks = good()
                change(tasks)
                self.write(tasks)
                places = {f["text"].split(":")[0] for f in self.verify("out", status=1)[1]}
                self.assertLessEqual(len(places), 3)

    def test_config(self):
        for name, (code, status, old, new) in CONFIGS.items():
            with self.subTest(name):
                self.assertIn(old, CONFIG)
                self.write([], CONFIG.replace(old, new, 1))
                found = self.verify("out/config.xml", status=status)[1]
                self.assertIn(code, [f["code"] for f in found])
                self.assertEqual(found[0]["file"], "out/config.xml")
                self.assertTrue(found[0]["line"])

    def test_strict(self):
        """Findings are errors: the status is that of their family; damage keeps its own."""
        for change, status in ((value(BOX, x=None)[1], 4), (result(BOX, from_name="box")[1], 5)):
            tasks = good()
            change(tasks)
            self.write(tasks)
            self.verify("out", status=1)
            self.verify("out", "--strict", status=status)
        self.write(good())
        self.verify("out", "--strict")

    def test_reaches_out(self):
        """The editor shows and keeps what reaches out of the picture: a note."""
        tasks = good()
        at(tasks, BOX)["value"]["x"] = -4
        self.write(tasks)
        parts, found = self.verify("out")
        self.assertEqual((found, [f["code"] for f in parts[0]["findings"]]), ([], ["LF3099"]))


class Damaged(Verify):
    def test_json(self):
        text = self.write(good())
        for broken in (text[:-30], text.replace(":1,", ":NaN,", 1), "", "7", "[1,]"):
            with open(self.path("out", "tasks.json"), "w", encoding="utf-8") as f:
                f.write(broken)
            parts, found = self.verify("out", status=4)
            self.assertEqual(found[-1]["severity"], "error")

        with open(self.path("out", "tasks.json"), "w", encoding="utf-8") as f:
            f.write(text.replace(":1,", ":1e999,", 1))
        self.verify("out", status=8)

    def test_nothing_of_the_kind(self):
        with open(self.path("x.txt"), "w", encoding="utf-8") as f:
            f.write("hello")
        self.verify("x.txt", status=4)
        with open(self.path("x.json"), "w", encoding="utf-8") as f:
            f.write('[{"edits": 3}]')
        self.assertEqual(self.verify("x.json", status=4)[1][0]["code"], "LF3051")
        self.verify("absent", status=7)
        os.mkdir(self.path("empty"))
        self.verify("empty", status=4)

    def test_usage(self):
        self.labelferry("verify", status=2)
        self.labelferry("verify", "--max-errors", "x", "out", status=2)
        self.labelferry("verify", "--run", "nope", ".", status=2)
        self.assertIn("--strict", self.labelferry("help", "verify").stdout)

    def test_many(self):
        """Several paths: each has its status, the worst is the command's."""
        self.write(good())
        tasks = good()
        at(tasks, AREA)["value"]["polygonlabels"] = ["sea"]
        self.write(tasks, folder="warned")
        at(tasks, PIXELS)["value"]["rle"] = []
        self.write(tasks, folder="broken")
        parts, _ = self.verify("out", "warned", "broken", "warned", status=4)
        self.assertEqual([p["status"] for p in parts], [0, 1, 4, 1])
        done = self.labelferry("verify", "warned", status=1)
        self.assertIn("warned: labelstudio, 1 finding\n", done.stdout)
        self.assertIn("LF3095", done.stderr)

    def test_lines(self):
        tasks = good()
        tasks[0]["predictions"][0]["result"] = [region(i + 1, "boxes", "rectanglelabels", {"x": 1}) for i in range(40)]
        self.write(tasks)
        done = self.labelferry("verify", "out", "--max-errors", "3", status=1)
        self.assertEqual(done.stderr.count("LF3096 result-value: "), 3)
        self.assertIn("more of LF3096", done.stderr)


class Fixtures(Verify):
    """What the real Label Studio took and gave back is sound."""

    def test_of_the_server(self):
        paths = glob.glob(testenv.shared("fixtures", "labelstudio") + "/*/config.xml")
        self.assertGreater(len(paths), 10)
        for config in paths:
            folder = os.path.dirname(config)
            for path in [config, folder + "/tasks.json", *glob.glob(folder + "/export_*.json"),
                         *glob.glob(folder + "/snapshot_*.json")]:
                with self.subTest(os.path.relpath(path, folder + "/..")):
                    self.assertEqual(self.verify(path)[1], [])

    def test_of_others(self):
        public = testenv.shared("fixtures", "labelstudio", "public")
        for config in glob.glob(public + "/sdk_*_config.xml"):
            name = os.path.basename(config)[len("sdk_"):-len("_config.xml")]
            with self.subTest(name):
                folder = self.path(name)
                os.mkdir(folder)
                os.symlink(config, folder + "/config.xml")
                os.symlink(public + "/sdk_%s_data.json" % name, folder + "/tasks.json")
                self.assertEqual(self.verify(folder + "/tasks.json", folder + "/config.xml")[1], [])
        self.assertEqual(self.verify(public + "/ls_previous_export.json")[1], [])
        found = self.verify(public + "/editor_image_ellipses.json", status=1)[1]
        self.assertEqual({f["code"] for f in found}, {"LF3097"})  # it says no size


class Exports(Verify):
    def export(self, tool, *options, status=None):
        ds = self.copy(testenv.sample("harbor"), "ds")
        self.labelferry("export", ds, "--run", "r1", "--to", tool, "-o", "out", "--field", "ground_truth", *options,
                        status=status)

    def test_clean(self):
        for tool, more in (("cvat", ()), ("labelstudio", ("--field", "weather", "--field", "notes", "--field", "ships_seen"))):
            self.export(tool, *more)
            parts, found = self.verify("out")
            self.assertEqual(found, [])
            self.assertGreater(parts[0]["files"], 3)
            shutil.rmtree(self.path("out"))
            shutil.rmtree(self.path("ds"))

    def test_every_kind(self):
        every_kind.make_dataset(self.path("kinds"))
        fields = [x for f in every_kind.KINDS for x in ("--field", every_kind.TYPES.get(f, f))]
        for codec, how in (("brush", "predictions"), ("bitmask", "annotations")):
            self.labelferry("export", "kinds", "--run", codec, "--to", "labelstudio", "--media", "none", "-o", codec,
                            "--mask-codec", codec, "--as", how, *fields)
            self.assertEqual(self.verify(codec)[1], [])

    def test_sums(self):
        """A file that is missing, changed or not listed: 10, whatever else is found."""
        self.export("cvat")
        with open(self.path("out", "more"), "w", encoding="utf-8") as f:
            f.write("x")
        found = self.verify("out", status=10)[1]
        self.assertEqual([(f["code"], f["item"]) for f in found], [("LF3090", "more")])
        os.remove(self.path("out", "more"))
        os.remove(self.path("out", "media.zip"))
        with open(self.path("out", "SHEET.txt"), "a", encoding="utf-8") as f:
            f.write("x")
        found = self.verify("out", status=10)[1]
        self.assertEqual([(f["code"], f["item"]) for f in found], [("LF3090", "SHEET.txt"), ("LF3090", "media.zip")])

    def test_cvat_damaged(self):
        self.export("cvat")
        name, = glob.glob(self.path("out", "*", "annotations.zip"))
        with zipfile.ZipFile(name) as z:
            xml = z.read("annotations.xml").decode()
        broken = self.path("annotations.xml")
        with open(broken, "w", encoding="utf-8") as f:
            f.write(xml.replace('xtl="', 'xtl="x', 1))
        found = self.verify(broken, status=4)[1]
        self.assertEqual(found[0]["code"], "LF3052")
        with open(broken, "w", encoding="utf-8") as f:
            f.write(xml.replace('width="', 'width="9', 1))
        self.verify(broken)
        found = self.verify(broken, "--run", "r1", "--dataset", "ds", status=7)[1]
        self.assertEqual(found[0]["code"], "LF2006")

    def tasks(self):
        name, = glob.glob(self.path("out", "*", "tasks.json"))
        with open(name, encoding="utf-8") as f:
            return name, json.load(f)

    def test_run(self):
        """With the run: samples, sizes and controls are those that were shipped, also without a config."""
        self.export("labelstudio")
        name, tasks = self.tasks()
        results = tasks[0]["predictions"][0]["result"]

        def found(change, status, code):
            _, tasks = self.tasks()
            change(tasks)
            with open(self.path("back.json"), "w", encoding="utf-8") as f:
                json.dump(tasks, f)
            got = self.verify("back.json", "--run", "r1", "--dataset", "ds", status=status)[1]
            self.assertIn(code, [f["code"] for f in got])

        def resize(tasks):
            for r in tasks[0]["predictions"][0]["result"]:
                r["original_width"] = 7

        self.assertTrue(results)
        found(lambda t: t[0]["data"].__setitem__("fo_sample_id", SAMPLE % 99), 1, "LF2004")
        found(lambda t: t[0]["data"].__setitem__("fo_run", "0" * 32), 5, "LF2001")
        found(lambda t: t[0]["predictions"][0]["result"][0].__setitem__("from_name", "other"), 1, "LF3093")
        found(resize, 7, "LF2006")
        shutil.copy(name, self.path("back.json"))
        self.assertEqual(self.verify("back.json", "--run", "ds/annotations/r1")[1], [])
        with zipfile.ZipFile(self.path("back.zip"), "w") as z:
            z.write(name, "export/tasks.json")
        self.assertEqual(self.verify("back.zip", "--run", "r1", "--dataset", "ds")[1], [])

    def test_config_of_the_run(self):
        self.export("labelstudio")
        config, = glob.glob(self.path("out", "*", "config.xml"))
        with open(config, encoding="utf-8") as f:
            xml = f.read()
        for old, new in (('"boat"', '"Boat"'), ("RectangleLabels", "PolygonLabels"), ('name="ground_truth"', 'name="gt"')):
            with open(config, "w", encoding="utf-8") as f:
                f.write(xml.replace(old, new))
            found = self.verify(config, status=1)[1]
            self.assertIn("LF3091", [f["code"] for f in found])
