"""W10: --media-field sends other images than those of filepath, and nothing of the originals."""

import io
import json
import os
import re
import zipfile

import crossing
import every_kind
import shapes
import testenv

BLURRED = (48, 24)  # the alternates' width and height; the originals are 40 x 30
FIELD = "blurred_path"


def picture(width, height, n):
    return shapes.png([[(n * 37 + x * (n + 3) + y * y) % 256 for x in range(width)] for y in range(height)])


def texts_of(data):
    """The bytes, and those of every zip and its members inside."""
    yield data
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as z:
            for info in z.infolist():
                yield info.filename.encode()
                yield from texts_of(z.read(info))


class Alternate(crossing.CrossingCase):
    def start(self, absolute=False, size=BLURRED, samples=5):
        """The dataset, its originals secret/face_N.png and alternates blurred/N.png, inside it or elsewhere."""
        self.clear()
        self.ds = every_kind.make_dataset(self.path("ds"), samples)
        meta = crossing.read_json(os.path.join(self.ds, "metadata.json"))
        meta["sample_fields"].append(shapes.declared(FIELD, "StringField"))
        self.docs = crossing.samples_of(self.ds)
        self.originals = {}
        for n, doc in enumerate(self.docs):
            doc["filepath"] = "secret/face_%d.png" % n
            if absolute:
                doc["filepath"] = self.path("elsewhere", doc["filepath"])
            doc[FIELD] = self.path("beside", "blurred", "%d.png" % n) if absolute else "blurred/%d.png" % n
            self.originals[doc["filepath"]] = picture(every_kind.WIDTH, every_kind.HEIGHT, n)
            self.put(os.path.join(self.ds, doc["filepath"]), self.originals[doc["filepath"]])
            self.put(os.path.join(self.ds, doc[FIELD]), picture(*size, n + 50))
        self.put(os.path.join(self.ds, "metadata.json"), json.dumps(meta).encode())
        self.write()

    def put(self, path, data):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)

    def write(self):
        self.put(os.path.join(self.ds, "samples.json"), json.dumps({"samples": self.docs}).encode())

    def fields(self):
        return [every_kind.TYPES.get(name, name) for name in every_kind.KINDS]

    def out(self, *options, **kw):
        return self.export(self.ds, "--media-field", FIELD, *options, fields=kw.pop("fields", self.fields()), **kw)

    def refused(self, *options, status=4, field=FIELD):
        done = self.labelferry("export", self.ds, "--run", "r", "-o", "out", "--field", "boxes", "--media-field", field,
                               *options, status=status)
        self.assertFalse(os.path.exists(self.path("out")) and status != 0)
        return done.stderr

    def assert_crosses(self):
        before = self.data_of(self.ds)
        report = self.merge(self.ds, self.far_side())
        self.assertEqual(report["counts"]["kept"], report["counts"]["labels"])
        self.assertGreater(report["counts"]["kept"], 80)
        self.assert_unchanged(self.ds, before)

    # ------------------------------------------------------------------------ nothing leaks

    def assert_secret(self):
        """No name, path or bytes of an original in anything that travels."""
        told = 0
        for name, data in testenv.snapshot(self.path("out")).items():
            self.assertNotRegex(name, "secret|face")
            for text in texts_of(data or b""):
                told += 1
                self.assertNotRegex(text, b"secret|face_")
                for path, original in self.originals.items():
                    pixels = original[original.index(b"IDAT"):][:24]
                    self.assertNotIn(original, text, path)
                    self.assertNotIn(pixels, text, path)
        self.assertGreater(told, 8)

    def test_W10_nothing_of_the_originals_travels(self):
        for absolute in (False, True):
            with self.subTest(absolute=absolute):
                self.start(absolute)
                self.out(*(("--media-root", self.path("beside")) if absolute else ()))
                self.assert_secret()
                with zipfile.ZipFile(self.path("out", "media.zip")) as z:
                    names = z.namelist()
                    self.assertEqual([z.read(n) for n in names], [picture(*BLURRED, n + 50) for n in range(5)])
                self.assertEqual(names, [("%d.png" if absolute else "blurred/%d.png") % n for n in range(5)])

    def test_W10_the_test_for_leaks_finds_the_originals_of_a_plain_export(self):
        self.start()
        self.export(self.ds, fields=["boxes"])
        with self.assertRaises(AssertionError):
            self.assert_secret()

    # ------------------------------------------------------------------------ sizes

    def test_W10_sizes_are_the_alternates_own(self):
        self.start()
        self.out()
        for folder in (self.path("out", "run"), os.path.join(self.ds, "annotations", "r")):
            with open(os.path.join(folder, "items.tsv"), encoding="utf-8") as f:
                self.assertEqual({tuple(row.split("\t")[3:5]) for row in f}, {("48", "24")})
        xml = next(iter(crossing.dumps_in(self.path("out", "FiftyOne_kinds_boxes", "annotations.zip")).values())).decode()
        self.assertIn('width="48" height="24"', xml)
        doc = self.docs[0]["boxes"]["detections"][0]["bounding_box"]
        self.assertIn('xtl="%s" ytl="%s"' % (doc[0] * 48, doc[1] * 24), xml)

    def test_W10_an_unedited_crossing_changes_no_byte(self):
        for size in (BLURRED, (every_kind.WIDTH, every_kind.HEIGHT), (80, 60), (20, 30)):
            for absolute in (False, True):
                with self.subTest(size=size, absolute=absolute):
                    self.start(absolute, size)
                    self.out(*(("--media-root", self.path("beside")) if absolute else ()))
                    self.assert_crosses()

    def test_W10_labels_only_needs_the_alternates_sizes_and_no_media(self):
        self.start()
        self.out("--media", "none")
        self.assertFalse(os.path.exists(self.path("out", "media.zip")))
        self.assert_secret()

    def test_W10_an_edit_is_of_the_alternates_pixels(self):
        self.start()
        self.out(fields=["boxes"])
        box = self.docs[0]["boxes"]["detections"][0]
        edits = [{"id": box["_id"]["$oid"], "op": "move", "dx": 6, "dy": 3}]
        report = self.merge(self.ds, self.far_side(edits=edits))
        self.assert_counts(report, kept=9, edited=1)
        now = crossing.samples_of(self.ds)[0]["boxes"]["detections"][0]["bounding_box"]
        for have, want in zip(now, [box["bounding_box"][0] + 6 / 48, box["bounding_box"][1] + 3 / 24]):
            self.assertAlmostEqual(have, want, places=3)

    def test_W10_what_came_back_in_the_originals_size_is_refused(self):
        self.start()
        self.out(fields=["boxes"])
        back, = self.far_side()
        self.rewrite(back, lambda t: t.replace('width="48" height="24"', 'width="40" height="30"'))
        done = self.labelferry("merge", "r", back, "--dataset", self.ds, "--in-place", status=7)
        self.assertEqual(done.stderr.count("LF2006"), 5)

    # ------------------------------------------------------------------------ samples without

    def test_W10_samples_without_an_alternate_are_refused_by_name_or_left_out(self):
        self.start()
        self.docs[0][FIELD] = None
        self.docs[1][FIELD] = ""
        del self.docs[2][FIELD]
        self.docs[3][FIELD] = "blurred/gone.png"
        self.write()
        said = self.refused()
        for doc in self.docs[:4]:
            self.assertIn(doc["_id"]["$oid"], said)
        self.assertNotIn(self.docs[4]["_id"]["$oid"], said)
        self.assertIn("LF4017", said)
        self.assertFalse(os.path.exists(os.path.join(self.ds, "annotations")))
        report = self.out("--on-error", "skip", fields=["boxes"], status=1)
        self.assertEqual((report["samples"], report["left_out"]), (1, 4))
        self.assert_secret()

    def test_W10_an_alternate_that_is_the_original_is_none(self):
        self.start()
        self.docs[0][FIELD] = self.docs[0]["filepath"]
        self.docs[1][FIELD] = os.path.join(os.path.realpath(self.ds), self.docs[1]["filepath"])
        os.remove(os.path.join(self.ds, "blurred", "2.png"))
        os.link(os.path.join(self.ds, self.docs[2]["filepath"]), os.path.join(self.ds, "blurred", "2.png"))
        os.remove(os.path.join(self.ds, "blurred", "3.png"))
        os.symlink("../secret/face_3.png", os.path.join(self.ds, "blurred", "3.png"))
        self.write()
        said = self.refused("--follow-links")
        self.assertEqual(sorted(set(re.findall("[0-9a-f]{24}", said))), [d["_id"]["$oid"] for d in self.docs[:4]])
        self.assertEqual(said.count("is the original"), 4)

    def test_W10_alternates_outside_need_a_media_root(self):
        self.start(absolute=True)
        self.assertIn("LF3031", self.refused(status=8))

    def test_W10_an_alternate_that_is_no_image_is_refused(self):
        self.start()
        self.put(os.path.join(self.ds, "blurred", "1.png"), b"GIF89a not an image")
        self.assertIn(self.docs[1]["_id"]["$oid"], self.refused())

    def test_W10_the_field_must_be_one_of_texts(self):
        self.start()
        for name in ("nowhere", "count", "boxes"):
            self.assertIn("LF1003", self.refused(status=2, field=name))
        self.assertEqual(self.refused("--dry-run", status=0, field="filepath").count("LF"), 0)

    # ------------------------------------------------------------------------ the record

    def test_W10_the_record_tells_the_field(self):
        self.start()
        self.out(fields=["boxes"])
        self.assertEqual(crossing.read_json(self.path("out", "run", "run.json"))["media_field"], FIELD)
        self.assertIn("media: field %s\n" % FIELD, self.labelferry("runs", "show", "r", "--dataset", self.ds).stdout)
        self.merge(self.ds, self.far_side())
        record = crossing.read_json(os.path.join(self.ds, "annotations", "r", "run.json"))
        self.assertEqual(record["media_field"], FIELD)
        self.labelferry("runs", "register", "r", "--dataset", self.ds)
        runs = crossing.read_json(os.path.join(self.ds, "metadata.json"))["annotation_runs"]
        self.assertEqual(runs["r"]["config"]["media_field"], FIELD)

    def test_W10_runs_of_two_media_are_two_runs(self):
        self.start()
        self.out(fields=["boxes"])
        plain = self.export(self.ds, "--runs-dir", self.path("runs"), fields=["boxes"], out="plain")
        self.assertNotEqual(plain["uid"], crossing.read_json(self.path("out", "run", "run.json"))["uid"])


if __name__ == "__main__":
    testenv.unittest.main()
