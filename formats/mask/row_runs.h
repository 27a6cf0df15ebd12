// Runs of equal pixels in the rows of an array, at the place where they stand in the
// image. For the files of this folder.
#ifndef LF_ROW_RUNS_H
#define LF_ROW_RUNS_H

#include "formats/mask/pixel_rows.h"
#include "formats/mask/stretch.h"

struct lf_run_of { // pixels from..to-1 of a row
    uint32_t from, to, value;
};

struct lf_row_runs {
    struct lf_run_of *at; // the tool's
    size_t count;
    uint32_t top, bottom; // image rows that look like this: top..bottom-1
};

struct lf_laid { // an array, and where it lies
    struct lf_pixel_rows rows;
    struct lf_stretch x, y;
    bool values; // runs of equal values; else runs of anything but 0
};

// The next row of the array that is seen in the image; *more false: there is none.
LF_MUST_USE bool lf_laid_next(struct lf_laid *l, struct lf_row_runs *runs, bool *more,
                              struct lf_error *err);
// The value of a pixel: of colours 0xrrggbb. false: none that is 0 .. 2^32 - 1.
bool lf_pixel_value(const struct lf_npy *shape, const unsigned char *pixel,
                    uint32_t *value);
// 1 or 0 for each pixel of a row. In the tool's line, or the row itself.
LF_MUST_USE bool lf_pixel_flags(const struct lf_pixel_rows *r, const unsigned char *row,
                                const unsigned char **flags, struct lf_error *err);

#endif
