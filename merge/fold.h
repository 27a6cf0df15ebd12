// Several archives that speak of one sample, folded into one plan: each is compared
// with base and applied to what the ones before it left.
#ifndef LF_FOLD_H
#define LF_FOLD_H

#include "merge/incoming.h"

// In the order of their votes. `told` (by label of base, may be NULL) is set for every
// label that some archive spoke of.
LF_MUST_USE bool lf_fold(const struct lf_rules *r, const struct lf_sample *base,
                         const struct lf_sample *ours, const struct lf_theirs *theirs,
                         size_t count, struct lf_arena *a, struct lf_changes *plan,
                         bool *told, struct lf_counts *counts, struct lf_events *ev,
                         struct lf_error *err);
// What came back for a row, archive by archive; an item that one holds twice is told.
LF_MUST_USE bool lf_take_theirs(const struct lf_incoming *in, uint32_t row,
                                struct lf_arena *a, struct lf_theirs **theirs,
                                size_t *count, struct lf_events *ev,
                                struct lf_error *err);
// One archive that holds an item in two pieces: the labels of both.
LF_MUST_USE bool lf_join_theirs(struct lf_sample *into, const struct lf_sample *more,
                                struct lf_arena *a, struct lf_error *err);

#endif
