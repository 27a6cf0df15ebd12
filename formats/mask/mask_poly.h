// Polygons with corners at pixels, filled as OpenCV's fillPoly does: its outline and
// what lies inside by the even-odd rule. For the files of this folder.
// Source: OpenCV 4.14, compared pixel by pixel.
#ifndef LF_MASK_POLY_H
#define LF_MASK_POLY_H

#include "formats/mask/mask.h"

struct lf_corner {
    int64_t x, y; // up to the limit coordinate
};

// All rings together in an image of that size; `points` says how many corners each has.
LF_MUST_USE bool lf_poly_fill(const struct lf_corner *corner,
                              const struct lf_ring *ring, uint32_t rings,
                              uint32_t width, uint32_t height, struct lf_arena *a,
                              struct lf_spans *s, struct lf_error *err);

#endif
