// Rows of pixels into a file: .npy under zlib and base64, or PNG. For the files of this
// folder.
#ifndef LF_PIXEL_SINK_H
#define LF_PIXEL_SINK_H

#include "formats/mask/npy.h"
#include "formats/mask/pixel_tool.h"
#include "formats/mask/png_rows.h"

struct lf_sink {
    struct lf_pixel_tool *tool;
    struct lf_png_out *png; // NULL: .npy
    struct lf_buf *out;
    size_t row_bytes;
};

// One at a time of a tool. `out` stays the caller's; what is in it stays.
LF_MUST_USE bool lf_sink_open(struct lf_pixel_tool *t, const struct lf_npy *shape,
                              bool png, struct lf_buf *out, struct lf_sink *s,
                              struct lf_error *err);
LF_MUST_USE bool lf_sink_row(struct lf_sink *s, const unsigned char *row,
                             struct lf_error *err);
// After `height` rows.
LF_MUST_USE bool lf_sink_end(struct lf_sink *s, struct lf_error *err);
void lf_sink_done(struct lf_sink *s);

#endif
