#include "formats/base/image_size.h"

#include "formats/base/alloc.h"
#include "formats/base/image_bytes.h"

bool lf_image_some(struct lf_image *im, unsigned char *to, uint64_t n, uint64_t *got,
                   struct lf_error *err)
{
    *got = 0;
    while (n) {
        if (im->at == im->len) {
            im->at = 0;
            if (!lf_in_read(im->in, im->ahead, sizeof im->ahead, &im->len, err))
                return false;
            if (im->len == 0)
                return true;
        }
        size_t part = n < im->len - im->at ? (size_t)n : im->len - im->at;
        if (to) {
            memcpy(to, im->ahead + im->at, part);
            to += part;
        }
        im->at += part;
        n -= part;
        *got += part;
    }
    return true;
}

bool lf_image_take(struct lf_image *im, unsigned char *to, uint64_t n, const char *what,
                   struct lf_error *err)
{
    uint64_t got = 0;
    if (!lf_image_some(im, to, n, &got, err))
        return false;
    return got == n || lf_fail(err, LF_E_NO_SIZE, "the image ends in its %s", what);
}

uint64_t lf_image_number(const unsigned char *at, size_t bytes, bool low_first)
{
    uint64_t n = 0;
    for (size_t i = 0; i < bytes; i++)
        n = n << 8 | at[low_first ? bytes - 1 - i : i];
    return n;
}

// The orientation of a TIFF block, 0 when there is none that can be read. Of two
// entries the later counts, as in Pillow, with which CVAT turns images.
static uint64_t orientation(const unsigned char *t, size_t len)
{
    uint64_t found = 0;
    bool low_first = len >= 8 && memcmp(t, "II*\0", 4) == 0;
    if (!low_first && (len < 8 || memcmp(t, "MM\0*", 4) != 0))
        return 0;
    size_t at = (size_t)lf_image_number(t + 4, 4, low_first);
    if (at > len || len - at < 2)
        return 0;
    uint64_t entries = lf_image_number(t + at, 2, low_first);
    at += 2;
    for (; entries && len - at >= 12; entries--, at += 12) {
        uint64_t tag = lf_image_number(t + at, 2, low_first);
        uint64_t type =
            lf_image_number(t + at + 2, 2, low_first); // 3: 16 bits, 4: 32 bits
        uint64_t count = lf_image_number(t + at + 4, 4, low_first);
        if (tag == 0x0112 && count == 1 && (type == 3 || type == 4))
            found = lf_image_number(t + at + 8, type == 3 ? 2 : 4, low_first);
    }
    return found;
}

bool lf_image_exif_turns(const unsigned char *exif, size_t len)
{
    while (len >= 6 && memcmp(exif, "Exif\0", 6) == 0) {
        exif += 6;
        len -= 6;
    }
    uint64_t way = orientation(exif, len);
    return way >= 5 && way <= 8;
}

bool lf_image_check(const struct lf_image_size *s, const char *what,
                    struct lf_error *err)
{
    return (s->width && s->height && s->width <= INT32_MAX && s->height <= INT32_MAX) ||
           lf_fail(err, LF_E_NO_SIZE, "the %s header says %lu x %lu pixels", what,
                   (unsigned long)s->width, (unsigned long)s->height);
}

// Two bytes tell the formats apart, so that even the shortest cut is answered as such.
static bool any_size(struct lf_image *im, struct lf_image_size *s, struct lf_error *err)
{
    static const unsigned char png[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    static const char other[] = "neither PNG, JPEG, WebP nor TIFF";
    unsigned char c[8] = {0};
    if (!lf_image_take(im, c, 2, "first bytes", err))
        return false;
    if (memcmp(c, "\xff\xd8", 2) == 0)
        return lf_image_jpeg(im, s, err);
    if (memcmp(c, png, 2) == 0) {
        if (!lf_image_take(im, c + 2, 6, "PNG signature", err))
            return false;
        return memcmp(c, png, 8) == 0 ? lf_image_png(im, s, err)
                                      : lf_fail(err, LF_E_NO_SIZE, "%s", other);
    }
    bool may_be =
        memcmp(c, "RI", 2) == 0 || memcmp(c, "II", 2) == 0 || memcmp(c, "MM", 2) == 0;
    if (may_be && !lf_image_take(im, c + 2, 2, "first bytes", err))
        return false;
    if (memcmp(c, "RIFF", 4) == 0)
        return lf_image_webp(im, s, err);
    if (memcmp(c, "II*\0", 4) == 0 || memcmp(c, "MM\0*", 4) == 0 ||
        memcmp(c, "II+\0", 4) == 0 || memcmp(c, "MM\0+", 4) == 0)
        return lf_image_tiff(im, c, s, err);
    return lf_fail(err, LF_E_NO_SIZE, "%s", other);
}

bool lf_image_size(struct lf_in *in, uint32_t *width, uint32_t *height, bool *turned,
                   struct lf_error *err)
{
    struct lf_image_size size = {0};
    struct lf_image *im = lf_alloc(1, sizeof *im, err);
    if (!im)
        return false;
    im->in = in;
    bool ok = any_size(im, &size, err);
    lf_free(im);
    *width = ok ? size.width : 0;
    *height = ok ? size.height : 0;
    *turned = ok && size.turned;
    return ok || lf_fail_in_file(err, lf_in_name(in));
}
