#include "formats/mask/mask_png.h"

#include <inttypes.h>

#include "formats/base/alloc.h"
#include "formats/base/limits.h"
#include "formats/mask/png_rows.h"

static bool put_rows(const struct lf_mask *m, const struct lf_png_form *form,
                     unsigned char *row, struct lf_png_out *png, struct lf_error *err)
{
    struct lf_mask_walk w = lf_mask_spans(m);
    struct lf_span s = {0};
    const size_t step = form->channels;
    bool more = lf_mask_span(&w, &s), used = false;
    for (uint32_t y = 0; y < form->height; y++) {
        if (used)
            memset(row, 0, lf_png_row_bytes(form));
        used = false;
        for (; more && s.y == y; more = lf_mask_span(&w, &s)) {
            for (size_t x = s.from; x < s.to; x++)
                row[(x + 1) * step - 1] = 255;
            used = true;
        }
        if (!lf_png_out_row(png, row, err))
            return false;
    }
    return true;
}

bool lf_mask_write_png(const struct lf_mask *m, uint32_t width, uint32_t height,
                       enum lf_mask_png form, struct lf_buf *out, struct lf_error *err)
{
    const struct lf_png_form png_form = {width, height, form, 8};
    const uint64_t area = (uint64_t)width * height;
    if (!area)
        return lf_fail(err, LF_E_MASK, "a mask of %" PRIu32 " x %" PRIu32 " pixels",
                       width, height);
    if (area > LF_MASK_PIXELS)
        return lf_fail(err, LF_E_LIMIT_COUNT,
                       "a mask of %" PRIu32 " x %" PRIu32 " pixels (limit mask-pixels)",
                       width, height);
    if ((uint64_t)m->left + m->width > width || (uint64_t)m->top + m->height > height)
        return lf_fail(err, LF_E_BUG, "a mask reaches out of its image");
    unsigned char *row = lf_alloc(width, form, err);
    struct lf_png_out *png = row ? lf_png_out_open(&png_form, out, err) : NULL;
    const bool ok = png && put_rows(m, &png_form, row, png, err);
    lf_png_out_free(&png);
    lf_free(row);
    return ok;
}
