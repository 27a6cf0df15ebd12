#include <zlib.h>

#include "formats/base/image_bytes.h"

// Anywhere behind the header, even behind the pixels, as in Pillow, with which CVAT
// turns images. What is damaged there does not make the size unknown.
static bool find_exif(struct lf_image *im, bool *turned, struct lf_error *err)
{
    for (;;) {
        unsigned char c[8];
        uint64_t got = 0;
        if (!lf_image_some(im, c, sizeof c, &got, err))
            return false;
        uint64_t len = lf_image_number(c, 4, false);
        if (got < sizeof c || len > INT32_MAX || memcmp(c + 4, "IEND", 4) == 0)
            return true;
        if (memcmp(c + 4, "eXIf", 4) == 0 && len <= sizeof im->segment) {
            if (!lf_image_some(im, im->segment, len, &got, err))
                return false;
            *turned = got == len && lf_image_exif_turns(im->segment, (size_t)len);
            return true;
        }
        if (!lf_image_some(im, NULL, len + 4, &got, err)) // and its checksum
            return false;
    }
}

bool lf_image_png(struct lf_image *im, struct lf_image_size *s, struct lf_error *err)
{
    // length, "IHDR", 13 bytes of which the first 8 are the size, CRC over 17 of them
    unsigned char c[4 + 4 + 13 + 4] = {0};
    if (!lf_image_take(im, c, 8, "PNG header", err))
        return false;
    if (lf_image_number(c, 4, false) != 13 || memcmp(c + 4, "IHDR", 4) != 0)
        return lf_fail(err, LF_E_NO_SIZE, "the PNG does not begin with IHDR");
    if (!lf_image_take(im, c + 8, sizeof c - 8, "PNG header", err))
        return false;
    if (crc32(0, c + 4, 17) != lf_image_number(c + 21, 4, false))
        return lf_fail(err, LF_E_NO_SIZE, "the PNG header's checksum is wrong");
    s->width = (uint32_t)lf_image_number(c + 8, 4, false);
    s->height = (uint32_t)lf_image_number(c + 12, 4, false);
    return lf_image_check(s, "PNG", err) && find_exif(im, &s->turned, err);
}
