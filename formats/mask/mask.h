// Masks as runs: built from spans in row-major order, walked, combined. No function
// here allocates a bitmap; a mask costs its runs.
#ifndef LF_MASK_H
#define LF_MASK_H

#include "formats/label/label.h"

struct lf_span { // pixels from..to-1 of one row
    uint32_t y, from, to;
};

struct lf_spans { // all zeroes: none. Sorted by row and column, none touches the next
    struct lf_span *at;
    size_t count, room;
};

// Behind the last one or joined to it. LF_E_LIMIT_COUNT beyond the limit mask-runs;
// LF_E_BUG out of order.
LF_MUST_USE bool lf_spans_add(struct lf_spans *s, struct lf_arena *a, uint32_t y,
                              uint32_t from, uint32_t to, struct lf_error *err);
// The mask of the spans, cut to its tight box; `value` is 0. LF_E_LIMIT_COUNT beyond
// the limits mask-runs and mask-pixels, as below.
LF_MUST_USE bool lf_mask_of(const struct lf_spans *s, struct lf_arena *a,
                            struct lf_mask *m, struct lf_error *err);

struct lf_mask_walk {
    const struct lf_mask *m;
    uint32_t i;    // next run
    uint32_t y, x; // place in the box
    uint32_t left; // pixels of a run that goes on below
};
struct lf_mask_walk lf_mask_spans(const struct lf_mask *m);
// The next span, in image coordinates. false: there are no more.
bool lf_mask_span(struct lf_mask_walk *w, struct lf_span *span);
LF_MUST_USE bool lf_mask_to_spans(const struct lf_mask *m, struct lf_arena *a,
                                  struct lf_spans *s, struct lf_error *err);

// The same pixels and value in the tight box. `loose` may have any box of up to the
// limit mask-pixels and runs of 0; the runs add up to the box. One that is tight is
// given back as it is.
LF_MUST_USE bool lf_mask_tight(const struct lf_mask *loose, struct lf_arena *a,
                               struct lf_mask *out, struct lf_error *err);

enum lf_mask_op { LF_MASK_OR, LF_MASK_AND, LF_MASK_MINUS, LF_MASK_XOR };
// `value` is a's.
LF_MUST_USE bool lf_mask_combine(enum lf_mask_op op, const struct lf_mask *a,
                                 const struct lf_mask *b, struct lf_arena *arena,
                                 struct lf_mask *out, struct lf_error *err);
// Only what lies in the image of that size. Where that is all of it, the runs are m's.
LF_MUST_USE bool lf_mask_cut(const struct lf_mask *m, uint32_t width, uint32_t height,
                             struct lf_arena *a, struct lf_mask *out,
                             struct lf_error *err);
uint64_t lf_mask_area(const struct lf_mask *m);

#endif
