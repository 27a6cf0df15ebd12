"""Masks as Label Studio carries them: the bits of BrushLabels and the PNGs of BitmaskLabels, in plain Python.

Written from what the real editor was seen to write and read, and independent of the program's own codec. A mask is a
bytearray of alpha values, row by row.
"""

import base64
import functools
import struct
import zlib

SIZES = (3, 4, 8, 16)  # bits of the four length fields
SOLID = 128            # from here on a pixel is inside


class Bits:
    """The bits of a list of bytes, most significant first."""

    def __init__(self, data):
        if not isinstance(data, list) or not all(type(b) is int and 0 <= b <= 255 for b in data):
            raise ValueError("rle is no list of bytes")
        self.data, self.at, self.count = bytes(data), 0, 8 * len(data)

    def take(self, n):
        self.at += n
        if self.at > self.count:
            raise ValueError("rle ends before its count")
        first, end = (self.at - n) // 8, (self.at + 7) // 8
        return (int.from_bytes(self.data[first:end], "big") >> (8 * end - self.at)) & ((1 << n) - 1)


def decode(rle):
    """Every value of the stream: four a pixel."""
    bits = Bits(rle)
    count, word = bits.take(32), bits.take(5) + 1
    sizes = [bits.take(4) + 1 for _ in range(4)]
    out = []
    while len(out) < count:
        run, size = bits.take(1), sizes[bits.take(2)]
        length = bits.take(size) + 1
        out += [bits.take(word)] * length if run else [bits.take(word) for _ in range(length)]
    return out[:count]


def encode(values):
    """The editor's stream: runs only, the shortest field that fits, no byte too many."""
    out, bits = 0, 0

    def put(value, n):
        nonlocal out, bits
        out, bits = (out << n) | value, bits + n

    chunks = []
    put(len(values), 32)
    put(7, 5)
    for size in SIZES:
        put(size - 1, 4)
    at = 0
    while at < len(values):
        end = at + 1
        while end < len(values) and values[end] == values[at] and end - at < 65536:
            end += 1
        k = next(k for k, size in enumerate(SIZES) if end - at <= 1 << size)
        put(4 | k, 3)
        put(end - at - 1, SIZES[k])
        put(values[at], 8)
        at = end
        if bits % 8 == 0:  # keeps the number small
            chunks.append(out.to_bytes(bits // 8, "big"))
            out, bits = 0, 0
    pad = -bits % 8
    chunks.append((out << pad).to_bytes((bits + pad) // 8, "big"))
    return list(b"".join(chunks))


@functools.lru_cache(maxsize=256)
def decoded(rle):
    return decode(list(rle))


@functools.lru_cache(maxsize=256)
def anew(data):
    return bytes(encode(decode(list(data))))


def written_anew(rle):
    """A stream as the editor gives it back. A region's attributes repeat its stream: each is worked out once."""
    return list(anew(bytes(rle)))


def alpha_of_rle(rle, width, height):
    values = decoded(tuple(rle)) if isinstance(rle, list) else decode(rle)
    if len(values) != 4 * width * height:
        raise ValueError("rle of %d values for %d x %d pixels" % (len(values), width, height))
    return bytearray(values[3::4])


def rle_of_alpha(alpha):
    return encode([a for a in alpha for _ in range(4)])


# ---------------------------------------------------------------------------- PNG

def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def url_of_alpha(alpha, width, height):
    """A picture of the image's size, black, the mask in its alpha."""
    rows = b"".join(b"\0" + b"".join(bytes((0, 0, 0, a)) for a in alpha[y * width:(y + 1) * width]) for y in range(height))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    png = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(png).decode()


def alpha_of_url(url, width, height):
    import shapes  # its reader knows every filter
    head, _, text = url.partition(",")
    if head != "data:image/png;base64":
        raise ValueError("no PNG in a data URL")
    data = base64.b64decode(text, validate=True)
    if struct.unpack(">II", data[16:24]) != (width, height):
        raise ValueError("a picture of another size")
    bits, color, rows = shapes.read_png(data)
    if bits != 8 or color != 6:
        raise ValueError("no RGBA of 8 bits")
    return bytearray(v for row in rows for v in row[3::4])


# ---------------------------------------------------------------------------- whichever of the two

def alpha_of(value, width, height):
    """The mask of a result's value."""
    if "rle" in value:
        return alpha_of_rle(value["rle"], width, height)
    return alpha_of_url(value["imageDataURL"], width, height)


def mask_value(kind, alpha, width, height):
    """The part of a value that is this mask, for a control of this type."""
    if kind == "bitmasklabels":
        return {"imageDataURL": url_of_alpha(alpha, width, height)}
    return {"format": "rle", "rle": rle_of_alpha(alpha)}
