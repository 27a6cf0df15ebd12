"""Small datasets of any kind of label, made by hand: documents, arrays and PNGs in plain Python."""

import ast
import base64
import json
import os
import struct
import zlib

WIDTH, HEIGHT = 64, 32  # powers of two: what lies on a pixel's edge is exact in a double
NAN = {"$numberDouble": "NaN"}
LISTS = {"Detections": "detections", "Classifications": "classifications", "Polylines": "polylines",
         "Keypoints": "keypoints"}
PACK = {"|b1": "?", "|u1": "B", "|i1": "b", "<u2": "H", "<i2": "h", "<i4": "i", "<i8": "q", "<f4": "f", "<f8": "d",
        ">u2": ">H"}


# ---------------------------------------------------------------------------- documents

def oid(n):
    return {"$oid": id_of(n)}


def id_of(n):
    return "%024x" % (0x65A000000000000000000000 + n)


def label(cls, number, name, **more):
    return {"_id": oid(number), "_cls": cls, "tags": [], "label": name, **more}


def box(number, name="cat", at=(0.25, 0.25, 0.5, 0.5), **more):
    return label("Detection", number, name, bounding_box=list(at), **more)


def tag(number, name="cat", **more):
    return label("Classification", number, name, **more)


def line(number, *rings, name="road", closed=False, filled=False, **more):
    return label("Polyline", number, name, points=[[list(p) for p in r] for r in rings], closed=closed, filled=filled,
                 **more)


def points(number, *xy, name="person", **more):
    return label("Keypoint", number, name, points=[list(p) for p in xy], **more)


def segmentation(number, **more):
    return {"_id": oid(number), "_cls": "Segmentation", "tags": [], **more}


def document(number, **fields):
    return {"_id": oid(0xABC000 + number), "filepath": "data/%d.png" % number, "tags": [],
            "metadata": {"_cls": "ImageMetadata", "width": WIDTH, "height": HEIGHT}, "_media_type": "image",
            **fields, "_dataset_id": oid(0xDDD)}


def declared(name, cls):
    """A row of sample_fields; cls is a label's class or a field's."""
    plain = cls.endswith("Field")
    return {"name": name, "ftype": "fiftyone.core.fields." + (cls if plain else "EmbeddedDocumentField"),
            "embedded_doc_type": None if plain else "fiftyone.core.labels." + cls, "subfield": None, "fields": [],
            "db_field": name, "description": None, "info": None, "read_only": False}


def write_dataset(folder, fields, docs, files=None, **meta):
    """A dataset without images. `fields`: {name: class}; `files`: {path: bytes} beside the documents."""
    os.makedirs(folder)
    head = {"name": "small", "version": "1.22.1", "media_type": "image", "classes": {},
            "sample_fields": [declared("id", "ObjectIdField"), declared("filepath", "StringField")]
            + [declared(n, c) for n, c in fields.items()], **meta}
    parts = {"metadata.json": json.dumps(head).encode(), "samples.json": json.dumps({"samples": docs}).encode()}
    for path, data in {**parts, **(files or {})}.items():
        os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
        with open(os.path.join(folder, path), "wb") as f:
            f.write(data)


# ---------------------------------------------------------------------------- arrays and PNGs

def rows(*texts):
    """A grid out of rows of digits: "0110"."""
    return [[int(c) for c in t] for t in texts]


def flat(grid):
    return [v for r in grid for p in r for v in (p if isinstance(p, (tuple, list)) else [p])]


def npy(grid, kind="|u1"):
    """An array as FiftyOne keeps it in a document. Pixels are numbers, or tuples for the last dimension."""
    shape = [len(grid), len(grid[0])] + ([len(grid[0][0])] if isinstance(grid[0][0], (tuple, list)) else [])
    head = "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }" % (kind, ", ".join(map(str, shape)))
    head += " " * (64 - (10 + len(head) + 1) % 64) + "\n"
    code, lot = PACK[kind], flat(grid)
    data = struct.pack((code[0] if code[0] == ">" else "<") + "%d%s" % (len(lot), code[-1]), *lot)
    data = b"\x93NUMPY\x01\0" + struct.pack("<H", len(head)) + head.encode() + data
    return {"$binary": {"base64": base64.b64encode(zlib.compress(data)).decode(), "subType": "00"}}


def read_npy(text):
    """(dtype, shape, numbers) of such an array's base64."""
    data = zlib.decompress(base64.b64decode(text))
    size, = struct.unpack("<H", data[8:10])
    head = ast.literal_eval(data[10:10 + size].decode())
    code = PACK[head["descr"]]
    item = struct.calcsize(code[-1])
    body = data[10 + size:]
    lot = struct.unpack((code[0] if code[0] == ">" else "<") + "%d%s" % (len(body) // item, code[-1]), body)
    return head["descr"], head["shape"], list(lot)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(grid):
    """A PNG of 8 bits: grey, or RGB where pixels are tuples."""
    color = 2 if isinstance(grid[0][0], (tuple, list)) else 0
    body = b"".join(b"\0" + bytes(flat([r])) for r in grid)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", len(grid[0]), len(grid), 8, color, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b""))


def paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def read_png(data):
    """(bits, colour type, grid of numbers) of a PNG without interlace or palette."""
    at, idat, head = 8, b"", None
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        head = struct.unpack(">IIBBBBB", body) if name == b"IHDR" else head
        idat += body if name == b"IDAT" else b""
        at += size + 12
    width, height, bits, color = head[:4]
    step = {0: 1, 2: 3, 4: 2, 6: 4}[color] * bits // 8
    raw, last, out = zlib.decompress(idat), bytes(width * step), []
    for y in range(height):
        kind, row = raw[y * (width * step + 1)], bytearray(raw[y * (width * step + 1) + 1:(y + 1) * (width * step + 1)])
        for x in range(len(row)):
            a = row[x - step] if x >= step else 0
            c = last[x - step] if x >= step else 0
            b = last[x]
            row[x] = (row[x] + (0, a, b, (a + b) // 2, paeth(a, b, c))[kind]) % 256
        last = bytes(row)
        out.append(list(struct.unpack(">%dH" % (len(row) // 2), row)) if bits == 16 else list(row))
    return bits, color, out


# ---------------------------------------------------------------------------- masks of CVAT

def runs_of(grid):
    """CVAT's rle of a grid: background first."""
    out, on, n = [], 0, 0
    for v in flat(grid):
        if bool(v) != bool(on):
            out.append(n)
            on, n = not on, 0
        n += 1
    return ", ".join(map(str, out + [n]))


def xml_mask(left, top, grid):
    """Attributes of the <mask> that is this grid with its corner there."""
    return {"left": str(left), "top": str(top), "width": str(len(grid[0])), "height": str(len(grid)),
            "rle": runs_of(grid)}
