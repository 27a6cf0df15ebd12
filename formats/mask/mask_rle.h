// Masks as run lengths in text, as tools write them. What does not add up is an error
// with the code LF_E_MASK; the caller adds place and sample. Boxes need not be tight
// nor runs be above 0 when they are read; written, both are.
#ifndef LF_MASK_RLE_H
#define LF_MASK_RLE_H

#include "formats/base/buf.h"
#include "formats/mask/mask.h"

// CVAT: "1, 3, 1, 5" over the box, row-major, background first, with or without blanks.
// Source: CVAT 2.15, annotation of masks.
LF_MUST_USE bool lf_mask_read_boxed(struct lf_slice text, uint32_t left, uint32_t top,
                                    uint32_t width, uint32_t height, struct lf_arena *a,
                                    struct lf_mask *m, struct lf_error *err);
// "1, 3, 1, 5": the mask's own runs.
void lf_mask_write_boxed(const struct lf_mask *m, struct lf_buf *out);

// COCO: column-major over the whole image. Counts as numbers ("counts": [..], the slice
// is the inside of the array) or in the compressed text of pycocotools.
LF_MUST_USE bool lf_mask_read_coco(struct lf_slice counts, bool compressed,
                                   uint32_t width, uint32_t height, struct lf_arena *a,
                                   struct lf_mask *m, struct lf_error *err);
LF_MUST_USE bool lf_mask_write_coco(const struct lf_mask *m, bool compressed,
                                    uint32_t width, uint32_t height, struct lf_arena *a,
                                    struct lf_buf *out, struct lf_error *err);

#endif
