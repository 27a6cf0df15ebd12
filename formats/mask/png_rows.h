// PNG images row by row, as OpenCV reads them unchanged, with which FiftyOne reads
// masks: grey below 8 bits is stretched to 0 .. 255, a palette gives its colours, grey
// with alpha is red, green, blue and alpha; gamma and a transparent grey are not
// heeded. Colours stand as red, green, blue. 16 bits have the high byte first.
#ifndef LF_PNG_ROWS_H
#define LF_PNG_ROWS_H

#include "formats/base/buf.h"
#include "formats/mask/element.h"

struct lf_png_form {
    uint32_t width, height;
    unsigned channels; // 1, 3 or 4
    unsigned bits;     // 8 or 16
};

static inline size_t lf_png_row_bytes(const struct lf_png_form *f)
{
    return (size_t)f->width * f->channels * (f->bits / 8);
}

struct lf_png_in;
// `bytes` stay the caller's and must live as long. LF_E_MASK: no PNG or damaged;
// LF_E_LIMIT_COUNT: mask-pixels or mask-file (of an interlaced one, unpacked, too).
LF_MUST_USE struct lf_png_in *
lf_png_in_open(struct lf_slice bytes, struct lf_png_form *form, struct lf_error *err);
// The next row; `height` of them. Reading the last one checks the end of the file.
LF_MUST_USE bool lf_png_in_row(struct lf_png_in *p, unsigned char *row,
                               struct lf_error *err);
void lf_png_in_free(struct lf_png_in **p);

struct lf_png_out;
// `out` stays the caller's. No time, no text: equal pixels are equal bytes.
LF_MUST_USE struct lf_png_out *lf_png_out_open(const struct lf_png_form *form,
                                               struct lf_buf *out,
                                               struct lf_error *err);
// `height` rows; behind the last one the file is whole.
LF_MUST_USE bool lf_png_out_row(struct lf_png_out *p, const unsigned char *row,
                                struct lf_error *err);
void lf_png_out_free(struct lf_png_out **p);

#endif
