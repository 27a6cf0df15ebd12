#include "formats/base/image_bytes.h"

// "RIFF", a length, "WEBP", and chunks: name, length (low byte first), bytes, and one
// byte more if these are odd.
// Source: RFC 9649.

enum { HAS_EXIF = 8 }; // of VP8X's first byte

static const char what[] = "WebP header";

struct chunk {
    unsigned char name[4];
    uint64_t len; // with the byte that makes it even
};

static bool next_chunk(struct lf_image *im, struct chunk *c, bool *there,
                       struct lf_error *err)
{
    unsigned char head[8];
    uint64_t got = 0;
    if (!lf_image_some(im, head, sizeof head, &got, err))
        return false;
    *there = got == sizeof head;
    memcpy(c->name, head, sizeof c->name);
    c->len = *there ? lf_image_number(head + 4, 4, true) : 0;
    c->len += c->len % 2;
    return true;
}

static bool lossy(struct lf_image *im, struct lf_image_size *s, struct lf_error *err)
{
    unsigned char h[10] = {0}; // 3 of the frame, a start code, 14 bits a side
    if (!lf_image_take(im, h, sizeof h, what, err))
        return false;
    if (memcmp(h + 3, "\x9d\x01\x2a", 3) != 0)
        return lf_fail(err, LF_E_NO_SIZE, "the WebP frame has no start code");
    s->width = lf_image_number(h + 6, 2, true) & 0x3fff;
    s->height = lf_image_number(h + 8, 2, true) & 0x3fff;
    return lf_image_check(s, "WebP frame", err);
}

static bool lossless(struct lf_image *im, struct lf_image_size *s, struct lf_error *err)
{
    unsigned char h[5] = {0};
    if (!lf_image_take(im, h, sizeof h, what, err))
        return false;
    if (h[0] != 0x2f)
        return lf_fail(err, LF_E_NO_SIZE, "the WebP frame has no signature");
    uint64_t sides = lf_image_number(h + 1, 4, true);
    s->width = (uint32_t)(sides & 0x3fff) + 1;
    s->height = (uint32_t)(sides >> 14 & 0x3fff) + 1;
    return true;
}

// EXIF is the last chunk but one; where the header says that there is none, libwebp
// looks for none.
static bool find_exif(struct lf_image *im, bool *turned, struct lf_error *err)
{
    for (;;) {
        struct chunk c;
        bool there = false;
        uint64_t got = 0;
        if (!next_chunk(im, &c, &there, err))
            return false;
        if (!there)
            return true;
        if (memcmp(c.name, "EXIF", 4) == 0 && c.len <= sizeof im->segment) {
            if (!lf_image_some(im, im->segment, c.len, &got, err))
                return false;
            *turned = lf_image_exif_turns(im->segment, (size_t)got);
            return true;
        }
        if (!lf_image_some(im, NULL, c.len, &got, err))
            return false;
    }
}

static bool extended(struct lf_image *im, uint64_t len, struct lf_image_size *s,
                     struct lf_error *err)
{
    unsigned char h[10] = {0};
    if (len < sizeof h)
        return lf_fail(err, LF_E_NO_SIZE, "the WebP header is too short");
    if (!lf_image_take(im, h, sizeof h, what, err) ||
        !lf_image_take(im, NULL, len - sizeof h, what, err))
        return false;
    s->width = (uint32_t)lf_image_number(h + 4, 3, true) + 1;
    s->height = (uint32_t)lf_image_number(h + 7, 3, true) + 1;
    return !(h[0] & HAS_EXIF) || find_exif(im, &s->turned, err);
}

bool lf_image_webp(struct lf_image *im, struct lf_image_size *s, struct lf_error *err)
{
    unsigned char riff[8] = {0};
    unsigned char c[8] = {0};
    if (!lf_image_take(im, riff, sizeof riff, what, err))
        return false;
    if (memcmp(riff + 4, "WEBP", 4) != 0)
        return lf_fail(err, LF_E_NO_SIZE, "neither PNG, JPEG, WebP nor TIFF");
    if (!lf_image_take(im, c, sizeof c, what, err))
        return false;
    if (memcmp(c, "VP8 ", 4) == 0)
        return lossy(im, s, err);
    if (memcmp(c, "VP8L", 4) == 0)
        return lossless(im, s, err);
    if (memcmp(c, "VP8X", 4) == 0)
        return extended(im, lf_image_number(c + 4, 4, true), s, err);
    return lf_fail(err, LF_E_NO_SIZE, "the WebP image does not begin with a frame");
}
