// Memory that dies together: the run's, an archive's or a sample's. Nothing in it is
// freed one by one. A reset keeps the largest block, so a loop over samples stops
// allocating.
#ifndef LF_ARENA_H
#define LF_ARENA_H

#include "formats/base/error.h"

struct lf_arena {
    struct lf_arena_block *head;
    char *at, *end; // free bytes of the head block
};

// An arena that is all zeroes is ready. Memory is aligned for any type and zeroed.
LF_MUST_USE void *lf_arena_take(struct lf_arena *a, size_t count, size_t size,
                                struct lf_error *err);
// Grows an array that was the last thing taken, or moves it. Doubles the capacity.
LF_MUST_USE bool lf_arena_grow(struct lf_arena *a, void **array, size_t *capacity,
                               size_t need, size_t size, struct lf_error *err);
// A copy of the text, NUL behind it.
LF_MUST_USE bool lf_arena_text(struct lf_arena *a, struct lf_slice text,
                               struct lf_slice *copy, struct lf_error *err);
LF_MUST_USE bool lf_arena_printf(struct lf_arena *a, struct lf_slice *text,
                                 struct lf_error *err, const char *fmt, ...)
    LF_PRINTF(4, 5);
void lf_arena_reset(struct lf_arena *a);
void lf_arena_done(struct lf_arena *a);

#endif
