// Which label of one list is which of another, by where they lie.
#ifndef LF_IOU_PAIRS_H
#define LF_IOU_PAIRS_H

#include "formats/label/label.h"

// Pairs labels of one kind whose bounds overlap by `least` or more (0..1, of their
// union; lf_overlap), the best pair first; of equal ones that of equal classes, then
// the first in `a`, then in `b`. b_of[i]: which of `b` it is, -1: none.
// LF_E_LIMIT_COUNT (limit pairs).
LF_MUST_USE bool lf_iou_pairs(const struct lf_label *a, size_t n,
                              const struct lf_label *b, size_t k, double least,
                              struct lf_arena *m, int32_t *b_of, struct lf_error *err);

#endif
