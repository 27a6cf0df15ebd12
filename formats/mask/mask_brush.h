// Masks in the brush code of Label Studio (formats/mask/brush_code.h): the picture row
// by row, four values a pixel, red, green, blue and alpha. Alpha is the mask. Neither
// way takes memory for the pixels, only for runs.
#ifndef LF_MASK_BRUSH_H
#define LF_MASK_BRUSH_H

#include "formats/base/buf.h"
#include "formats/mask/mask.h"

enum { LF_BRUSH_HALF = 128 }; // strokes of a brush have soft edges: half and more is in

// `json` is the array of bytes, and lf_json_check has passed it. Inside is what has an
// alpha of `threshold` (1 .. 255) or more. *soft (may be NULL): some alpha is neither 0
// nor 255. LF_E_MASK: damaged; LF_E_MASK_SIZE: of another number of pixels;
// LF_E_LIMIT_COUNT: mask-pixels, mask-runs.
LF_MUST_USE bool lf_mask_read_brush(struct lf_slice json, uint32_t width,
                                    uint32_t height, unsigned threshold,
                                    struct lf_arena *a, struct lf_mask *m, bool *soft,
                                    struct lf_error *err);
// All four values are 255 inside and 0 outside, as the tool's own encoders have it. The
// mask lies in the image. LF_E_LIMIT_COUNT: an image that the code cannot hold (2^30
// pixels or more).
LF_MUST_USE bool lf_mask_write_brush(const struct lf_mask *m, uint32_t width,
                                     uint32_t height, struct lf_buf *out,
                                     struct lf_error *err);

#endif
