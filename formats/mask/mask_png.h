// A mask as a PNG of the image's size.
#ifndef LF_MASK_PNG_H
#define LF_MASK_PNG_H

#include "formats/base/buf.h"
#include "formats/mask/mask.h"

enum lf_mask_png {
    LF_MASK_GREY = 1, // 255 inside, 0 outside
    LF_MASK_ALPHA = 4 // black pixels, of full alpha inside and none outside
};

// Behind what is in `out`, row by row; equal masks are equal bytes. The mask lies in
// the image. LF_E_MASK: an image without pixels; LF_E_LIMIT_COUNT: beyond mask-pixels.
LF_MUST_USE bool lf_mask_write_png(const struct lf_mask *m, uint32_t width,
                                   uint32_t height, enum lf_mask_png form,
                                   struct lf_buf *out, struct lf_error *err);

#endif
