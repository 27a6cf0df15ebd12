// Masks changed on both sides, pixel by pixel.
#ifndef LF_PIXEL_MERGE_H
#define LF_PIXEL_MERGE_H

#include "formats/mask/mask.h"

// Ours with the pixels that theirs changed of base: theirs' value there, ours
// elsewhere. *clash: some pixel was changed on both sides, to two values (theirs' is
// taken). Masks are matched by value; of instances there is one. A mask without pixels
// is left out, so a result without masks is empty.
LF_MUST_USE bool lf_merge_pixels(const struct lf_label *base,
                                 const struct lf_label *ours,
                                 const struct lf_label *theirs, struct lf_arena *a,
                                 struct lf_mask **masks, uint32_t *count, bool *clash,
                                 struct lf_error *err);

#endif
