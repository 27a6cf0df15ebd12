// Masks laid over each other: each pixel belongs to the one on top.
#ifndef LF_PAINT_H
#define LF_PAINT_H

#include "formats/mask/mask.h"

struct lf_stroke { // a span of one of the masks
    struct lf_span span;
    int64_t z;
    uint32_t order, value;
};

struct lf_paint { // all zeroes: nothing painted
    struct lf_stroke *stroke;
    size_t count, room;
    uint32_t masks, width; // masks so far; columns that any of them reaches
};

// On top of what has the same or a lower z.
LF_MUST_USE bool lf_paint_add(struct lf_paint *p, const struct lf_mask *m,
                              uint32_t value, int64_t z, struct lf_arena *a,
                              struct lf_error *err);
// A mask for each value with a pixel left, sorted by value.
LF_MUST_USE bool lf_paint_masks(struct lf_paint *p, struct lf_arena *a,
                                struct lf_mask **masks, uint32_t *count,
                                struct lf_error *err);

#endif
