// Pairs of labels that may be the same object, the likest first.
#ifndef LF_CANDIDATES_H
#define LF_CANDIDATES_H

#include "merge/merge.h"

struct lf_candidate {
    double overlap;
    int32_t base, other;
};

struct lf_candidates { // in an arena
    struct lf_candidate *list;
    size_t count, room;
};

// Adds a pair; less than a tenth in common is another object.
LF_MUST_USE bool lf_consider(struct lf_candidates *c, double overlap, size_t base,
                             size_t other, struct lf_arena *a, struct lf_error *err);
void lf_closest_first(struct lf_candidates *c);
// Every base label with every returned one is a pair that a hostile file could make
// many of: LF_E_LIMIT_COUNT.
LF_MUST_USE bool lf_few_pairs(size_t base, size_t theirs, struct lf_error *err);
// How many labels are not paired.
size_t lf_alone(const int32_t *of, size_t n);

// rematch.c. Ties what was decided, proposes what is alike.
LF_MUST_USE bool lf_rematch(const struct lf_rules *r, const struct lf_sample *base,
                            const struct lf_sample *theirs, struct lf_arena *a,
                            struct lf_pairing *p, struct lf_events *ev,
                            struct lf_slice file, struct lf_error *err);

#endif
