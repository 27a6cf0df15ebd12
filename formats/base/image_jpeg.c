#include "formats/base/image_bytes.h"

enum {
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

// Bytes that belong to no segment are passed over, as libjpeg and Pillow do.
static bool next_marker(struct lf_image *im, unsigned char *marker,
                        struct lf_error *err)
{
    static const char what[] = "JPEG header";
    unsigned char c = 0;
    do {
        while (c != 0xff) {
            if (!lf_image_take(im, &c, 1, what, err))
                return false;
        }
        while (c == 0xff) { // any number of them may stand before a marker
            if (!lf_image_take(im, &c, 1, what, err))
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
static bool take_segment(struct lf_image *im, bool keep, size_t *len,
                         struct lf_error *err)
{
    unsigned char size[2] = {0};
    if (!lf_image_take(im, size, sizeof size, "JPEG header", err))
        return false;
    *len = (size_t)lf_image_number(size, 2, false);
    if (*len < 2)
        return lf_fail(err, LF_E_NO_SIZE, "a JPEG segment has the length %zu", *len);
    *len -= 2;
    return lf_image_take(im, keep ? im->segment : NULL, *len, "JPEG header", err);
}

static bool frame_size(const unsigned char *s, size_t len, struct lf_image_size *size,
                       struct lf_error *err)
{
    if (len < 6) // precision, height, width, components
        return lf_fail(err, LF_E_NO_SIZE, "the JPEG frame header is too short");
    size->height = (uint32_t)lf_image_number(s + 1, 2, false);
    size->width = (uint32_t)lf_image_number(s + 3, 2, false);
    return true;
}

bool lf_image_jpeg(struct lf_image *im, struct lf_image_size *size,
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
        if (frame && !sized) {
            if (!frame_size(s, len, size, err))
                return false;
            sized = true;
        } else if (marker == APP1 && !exif && len >= 6 && memcmp(s, "Exif\0", 5) == 0) {
            size->turned = lf_image_exif_turns(s + 6, len - 6);
            exif = true;
        }
    }
    // A height of 0 is allowed and given behind the first scan.
    return sized ? lf_image_check(size, "JPEG frame", err)
                 : lf_fail(err, LF_E_NO_SIZE, "the JPEG has no frame header");
}
