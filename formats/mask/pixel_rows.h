// The rows of an array of pixels, whatever file it lies in: from the top, as numbers
// next to each other, channels together. For the files of this folder.
#ifndef LF_PIXEL_ROWS_H
#define LF_PIXEL_ROWS_H

#include "formats/mask/npy.h"
#include "formats/mask/pixel_tool.h"
#include "formats/mask/png_rows.h"

struct lf_pixel_rows {
    struct lf_npy shape; // `fortran` is settled: rows come as rows
    size_t row_bytes;
    uint32_t y; // the next row
    // The rest is for pixel_rows.c.
    struct lf_pixel_tool *tool;
    struct lf_png_in *png;
    const unsigned char *data; // all of it, in memory
    bool columns;              // .. column by column
    bool stream;               // still to be inflated
    uint32_t ahead, used;      // rows in the buffer, and how many of them were given
};

// One at a time of a tool.
LF_MUST_USE bool lf_pixel_rows_open(struct lf_pixel_tool *t, const struct lf_pixels *p,
                                    struct lf_pixel_rows *r, struct lf_error *err);
// The next of `shape.height` rows; it stands until the next call.
LF_MUST_USE bool lf_pixel_rows_next(struct lf_pixel_rows *r, const unsigned char **row,
                                    struct lf_error *err);
void lf_pixel_rows_done(struct lf_pixel_rows *r);

#endif
