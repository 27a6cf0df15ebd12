#include "formats/mask/mask_data_url.h"

#include <inttypes.h>

#include "formats/base/alloc.h"
#include "formats/base/limits.h"
#include "formats/mask/base64.h"
#include "formats/mask/mask_png.h"
#include "formats/mask/png_rows.h"

enum { RGBA = 4 };
static const char HEAD[] = "data:image/png;base64,";

struct picture {
    struct lf_png_in *png;
    struct lf_png_form form;
    unsigned char *row;  // as it comes
    unsigned char *line; // a byte for each pixel: how much it is inside
    unsigned threshold;
    bool soft;
};

// Of 16 bits the high byte says it; the low one only whether the edge is soft.
static void line_of_alpha(struct picture *p)
{
    const unsigned bytes = p->form.bits / 8, step = RGBA * bytes;
    const unsigned char *at = p->row + step - bytes;
    bool soft = false;
    for (uint32_t x = 0; x < p->form.width; x++, at += step) {
        p->line[x] = *at;
        soft |= (unsigned char)(*at - 1) < 254 || at[bytes - 1] != *at;
    }
    p->soft = p->soft || soft;
}

static void line_of_colours(struct picture *p)
{
    const unsigned step = p->form.channels * (p->form.bits / 8);
    const unsigned char *at = p->row;
    for (uint32_t x = 0; x < p->form.width; x++) {
        unsigned any = 0;
        for (unsigned i = 0; i < step; i++)
            any |= *at++;
        p->line[x] = any ? 255 : 0;
    }
}

static bool add_line(const struct picture *p, uint32_t y, struct lf_arena *a,
                     struct lf_spans *s, struct lf_error *err)
{
    for (uint32_t x = 0; x < p->form.width;) {
        while (x < p->form.width && p->line[x] < p->threshold)
            x++;
        const uint32_t from = x;
        while (x < p->form.width && p->line[x] >= p->threshold)
            x++;
        if (!lf_spans_add(s, a, y, from, x, err))
            return false;
    }
    return true;
}

static bool read_rows(struct picture *p, struct lf_arena *a, struct lf_mask *m,
                      struct lf_error *err)
{
    struct lf_spans s = {0};
    for (uint32_t y = 0; y < p->form.height; y++) {
        if (!lf_png_in_row(p->png, p->row, err))
            return false;
        if (p->form.channels == RGBA)
            line_of_alpha(p);
        else
            line_of_colours(p);
        if (!add_line(p, y, a, &s, err))
            return false;
    }
    return lf_mask_of(&s, a, m, err);
}

static bool read_png(struct lf_slice bytes, uint32_t width, uint32_t height,
                     struct picture *p, struct lf_arena *a, struct lf_mask *m,
                     struct lf_error *err)
{
    p->png = lf_png_in_open(bytes, &p->form, err);
    if (!p->png)
        return false;
    if (p->form.width != width || p->form.height != height)
        return lf_fail(err, LF_E_MASK_SIZE,
                       "the mask's PNG is of %" PRIu32 " x %" PRIu32
                       " pixels, and its image of %" PRIu32 " x %" PRIu32,
                       p->form.width, p->form.height, width, height);
    p->row = lf_alloc_room(lf_png_row_bytes(&p->form), err);
    p->line = p->row ? lf_alloc_room(width, err) : NULL;
    return p->line && read_rows(p, a, m, err);
}

bool lf_mask_read_data_url(struct lf_slice text, uint32_t width, uint32_t height,
                           unsigned threshold, struct lf_arena *a, struct lf_mask *m,
                           bool *soft, struct lf_error *err)
{
    struct picture p = {.threshold = threshold};
    const struct lf_slice head = lf_slice_of(HEAD);
    size_t n = 0;
    if (!lf_slice_starts(text, head))
        return lf_fail(err, LF_E_MASK, "the mask's picture is not a text with %s",
                       HEAD);
    text = (struct lf_slice){text.at + head.len, text.len - head.len};
    if (lf_base64_room(text.len) > LF_MASK_FILE)
        return lf_fail(err, LF_E_LIMIT_COUNT, "a PNG of %zu bytes (limit mask-file)",
                       lf_base64_room(text.len));
    unsigned char *bytes = lf_alloc_room(lf_base64_room(text.len) + 1, err);
    bool ok = bytes && lf_base64_read(text, bytes, &n, err) &&
              read_png((struct lf_slice){(const char *)bytes, n}, width, height, &p, a,
                       m, err);
    if (ok && soft)
        *soft = p.soft;
    lf_png_in_free(&p.png);
    lf_free(p.row);
    lf_free(p.line);
    lf_free(bytes);
    return ok;
}

bool lf_mask_write_data_url(const struct lf_mask *m, uint32_t width, uint32_t height,
                            struct lf_buf *out, struct lf_error *err)
{
    struct lf_buf png = {0};
    bool ok = lf_mask_write_png(m, width, height, LF_MASK_ALPHA, &png, err);
    if (ok) {
        lf_buf_text(out, HEAD);
        lf_base64_write((const unsigned char *)png.at, png.len, out);
        ok = lf_buf_ok(out, err);
    }
    lf_buf_done(&png);
    return ok;
}
