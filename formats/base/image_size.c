#include "formats/base/image_size.h"

#include <zlib.h>

#include "formats/base/alloc.h"

enum {
    SEGMENT = 65535, // the longest a JPEG segment can say it is, its length included
    // Markers: the second byte of two, the first is 0xff.
    SOF_FIRST = 0xc0, // frame headers, but for DHT, JPG and DAC
    DHT = 0xc4,
    JPG = 0xc8,
    DAC = 0xcc,
    SOF_LAST = 0xcf,
    RST_FIRST = 0xd0, // these stand alone, up to SOI
    SOI = 0xd8,
    EOI = 0xd9,
    SOS = 0xda,
    APP1 = 0xe1,
    TEM = 0x01
};

struct image {
    struct lf_in *in;
    size_t at, len; // what of `ahead` is not used yet
    unsigned char ahead[4096];
    unsigned char segment[SEGMENT];
};

// Exactly `n` bytes; `to` may be NULL to pass over them.
static bool take(struct image *im, unsigned char *to, size_t n, const char *what,
                 struct lf_error *err)
{
    while (n) {
        if (im->at == im->len) {
            im->at = 0;
            if (!lf_in_read(im->in, im->ahead, sizeof im->ahead, &im->len, err))
                return false;
            if (im->len == 0)
                return lf_fail(err, LF_E_NO_SIZE, "the image ends in its %s", what);
        }
        size_t part = n < im->len - im->at ? n : im->len - im->at;
        if (to) {
            memcpy(to, im->ahead + im->at, part);
            to += part;
        }
        im->at += part;
        n -= part;
    }
    return true;
}

// Numbers of a TIFF block are in either order, all others have the high byte first.
static uint32_t number(const unsigned char *at, size_t bytes, bool low_first)
{
    uint32_t n = 0;
    for (size_t i = 0; i < bytes; i++)
        n = n << 8 | at[low_first ? bytes - 1 - i : i];
    return n;
}

static bool png_size(struct image *im, uint32_t *width, uint32_t *height,
                     struct lf_error *err)
{
    // length, "IHDR", 13 bytes of which the first 8 are the size, CRC over 17 of them
    unsigned char c[4 + 4 + 13 + 4] = {0};
    if (!take(im, c, 8, "PNG header", err))
        return false;
    if (number(c, 4, false) != 13 || memcmp(c + 4, "IHDR", 4) != 0)
        return lf_fail(err, LF_E_NO_SIZE, "the PNG does not begin with IHDR");
    if (!take(im, c + 8, sizeof c - 8, "PNG header", err))
        return false;
    if (crc32(0, c + 4, 17) != number(c + 21, 4, false))
        return lf_fail(err, LF_E_NO_SIZE, "the PNG header's checksum is wrong");
    *width = number(c + 8, 4, false);
    *height = number(c + 12, 4, false);
    if (!*width || !*height || *width > INT32_MAX || *height > INT32_MAX)
        return lf_fail(err, LF_E_NO_SIZE, "the PNG header says %lu x %lu pixels",
                       (unsigned long)*width, (unsigned long)*height);
    return true;
}

// The orientation of a TIFF block, 0 when there is none that can be read. Of two
// entries the later counts, as in Pillow, with which CVAT turns images.
static uint32_t orientation(const unsigned char *t, size_t len)
{
    uint32_t found = 0;
    bool low_first = len >= 8 && memcmp(t, "II*\0", 4) == 0;
    if (!low_first && (len < 8 || memcmp(t, "MM\0*", 4) != 0))
        return 0;
    size_t at = number(t + 4, 4, low_first);
    if (at > len || len - at < 2)
        return 0;
    size_t entries = number(t + at, 2, low_first);
    at += 2;
    for (; entries && len - at >= 12; entries--, at += 12) {
        uint32_t tag = number(t + at, 2, low_first);
        uint32_t type = number(t + at + 2, 2, low_first); // 3: 16 bits, 4: 32 bits
        uint32_t count = number(t + at + 4, 4, low_first);
        if (tag == 0x0112 && count == 1 && (type == 3 || type == 4))
            found = number(t + at + 8, type == 3 ? 2 : 4, low_first);
    }
    return found;
}

// Bytes that belong to no segment are passed over, as libjpeg and Pillow do.
static bool next_marker(struct image *im, unsigned char *marker, struct lf_error *err)
{
    static const char what[] = "JPEG header";
    unsigned char c = 0;
    do {
        while (c != 0xff) {
            if (!take(im, &c, 1, what, err))
                return false;
        }
        while (c == 0xff) { // any number of them may stand before a marker
            if (!take(im, &c, 1, what, err))
                return false;
        }
    } while (c == 0);
    *marker = c;
    return true;
}

static bool stands_alone(unsigned char marker)
{
    return marker == TEM || (marker >= RST_FIRST && marker <= SOI);
}

static bool starts_frame(unsigned char marker)
{
    return marker >= SOF_FIRST && marker <= SOF_LAST && marker != DHT &&
           marker != JPG && marker != DAC;
}

// Reads the rest of a segment; only those that are looked into are kept.
static bool take_segment(struct image *im, bool keep, size_t *len, struct lf_error *err)
{
    unsigned char size[2] = {0};
    if (!take(im, size, sizeof size, "JPEG header", err))
        return false;
    *len = number(size, 2, false);
    if (*len < 2)
        return lf_fail(err, LF_E_NO_SIZE, "a JPEG segment has the length %zu", *len);
    *len -= 2;
    return take(im, keep ? im->segment : NULL, *len, "JPEG header", err);
}

static bool jpeg_size(struct image *im, uint32_t *width, uint32_t *height, bool *turned,
                      struct lf_error *err)
{
    bool sized = false;
    bool exif = false;
    for (;;) {
        unsigned char marker = 0;
        size_t len = 0;
        if (!next_marker(im, &marker, err))
            return false;
        if (marker == SOS || marker == EOI)
            break;
        if (stands_alone(marker))
            continue;
        bool frame = starts_frame(marker);
        if (!take_segment(im, frame || marker == APP1, &len, err))
            return false;
        const unsigned char *s = im->segment;
        if (frame && !sized) { // precision, height, width, components
            if (len < 6)
                return lf_fail(err, LF_E_NO_SIZE, "the JPEG frame header is too short");
            *height = number(s + 1, 2, false);
            *width = number(s + 3, 2, false);
            sized = true;
        } else if (marker == APP1 && !exif && len >= 6 && memcmp(s, "Exif\0", 5) == 0) {
            uint32_t way = orientation(s + 6, len - 6);
            *turned = way >= 5 && way <= 8;
            exif = true;
        }
    }
    if (!sized)
        return lf_fail(err, LF_E_NO_SIZE, "the JPEG has no frame header");
    if (!*width || !*height) // a height of 0 is allowed and given behind the first scan
        return lf_fail(err, LF_E_NO_SIZE, "the JPEG frame header says %lu x %lu pixels",
                       (unsigned long)*width, (unsigned long)*height);
    return true;
}

// Two bytes tell the formats apart, so that even the shortest cut is answered as such.
static bool any_size(struct image *im, uint32_t *width, uint32_t *height, bool *turned,
                     struct lf_error *err)
{
    static const unsigned char png[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    unsigned char c[8] = {0};
    if (!take(im, c, 2, "first bytes", err))
        return false;
    if (c[0] == 0xff && c[1] == SOI)
        return jpeg_size(im, width, height, turned, err);
    bool may_be_png = memcmp(c, png, 2) == 0;
    if (may_be_png && !take(im, c + 2, 6, "PNG signature", err))
        return false;
    if (!may_be_png || memcmp(c, png, 8) != 0)
        return lf_fail(err, LF_E_NO_SIZE, "neither PNG nor JPEG");
    return png_size(im, width, height, err);
}

bool lf_image_size(struct lf_in *in, uint32_t *width, uint32_t *height, bool *turned,
                   struct lf_error *err)
{
    struct image *im = lf_alloc(1, sizeof *im, err);
    if (!im)
        return false;
    im->in = in;
    *width = *height = 0;
    *turned = false;
    bool ok = any_size(im, width, height, turned, err);
    lf_free(im);
    return ok || lf_fail_in_file(err, lf_in_name(in));
}
