#include "formats/base/image_bytes.h"

// The first directory of a TIFF, which may lie anywhere behind the header. In a BigTIFF
// places and counts have 8 bytes.

enum {
    WIDTH = 256,
    HEIGHT = 257,
    ORIENTATION = 274,
    SHORT = 3, // types of numbers: 2, 4 and 8 bytes
    LONG = 4,
    LONG8 = 16,
    ENTRIES = 65535
};

static const char what[] = "TIFF directory";

struct tiff {
    struct lf_image *im;
    bool low_first, big;
    uint64_t at; // bytes read
};

static bool take(struct tiff *t, unsigned char *to, uint64_t n, struct lf_error *err)
{
    t->at += n;
    return lf_image_take(t->im, to, n, what, err);
}

static bool number(struct tiff *t, size_t bytes, uint64_t *n, struct lf_error *err)
{
    unsigned char c[8] = {0};
    if (!take(t, c, bytes, err))
        return false;
    *n = lf_image_number(c, bytes, t->low_first);
    return true;
}

// One number of the kind that sizes are; 0 for anything else. It stands at the entry's
// end, at its begin in either order.
static uint64_t value(const struct tiff *t, const unsigned char *entry)
{
    uint64_t type = lf_image_number(entry + 2, 2, t->low_first);
    uint64_t count = lf_image_number(entry + 4, t->big ? 8 : 4, t->low_first);
    const unsigned char *at = entry + (t->big ? 12 : 8);
    size_t bytes = type == SHORT             ? 2
                   : type == LONG            ? 4
                   : type == LONG8 && t->big ? 8
                                             : 0;
    return count == 1 && bytes ? lf_image_number(at, bytes, t->low_first) : 0;
}

// The later of two entries counts, as in Pillow.
static bool directory(struct tiff *t, struct lf_image_size *s, struct lf_error *err)
{
    uint64_t entries = 0;
    size_t bytes = t->big ? 20 : 12;
    if (!number(t, t->big ? 8 : 2, &entries, err))
        return false;
    if (entries > ENTRIES)
        return lf_fail(err, LF_E_NO_SIZE, "a TIFF directory of %llu entries",
                       (unsigned long long)entries);
    for (; entries; entries--) {
        unsigned char entry[20] = {0};
        if (!take(t, entry, bytes, err))
            return false;
        uint64_t tag = lf_image_number(entry, 2, t->low_first);
        uint64_t n = value(t, entry);
        n = n <= UINT32_MAX ? n : 0;
        if (tag == WIDTH)
            s->width = (uint32_t)n;
        else if (tag == HEIGHT)
            s->height = (uint32_t)n;
        else if (tag == ORIENTATION)
            s->turned = n >= 5 && n <= 8;
    }
    return lf_image_check(s, "TIFF", err);
}

bool lf_image_tiff(struct lf_image *im, const unsigned char start[4],
                   struct lf_image_size *s, struct lf_error *err)
{
    struct tiff t = {.im = im, .low_first = start[0] == 'I', .at = 4};
    uint64_t place = 0;
    uint64_t size = 8; // of a place, in a BigTIFF
    t.big = start[t.low_first ? 2 : 3] == '+';
    if (t.big && !number(&t, 4, &size, err))
        return false;
    if (t.big && size != (t.low_first ? 8 : 8 << 16))
        return lf_fail(err, LF_E_NO_SIZE, "the TIFF header is damaged");
    if (!number(&t, t.big ? 8 : 4, &place, err))
        return false;
    if (place < t.at)
        return lf_fail(err, LF_E_NO_SIZE, "the TIFF has no directory");
    return take(&t, NULL, place - t.at, err) && directory(&t, s, err);
}
