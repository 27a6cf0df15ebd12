// Texts numbered in the order they were first seen: classes, attribute names.
#ifndef LF_NAMES_H
#define LF_NAMES_H

#include "formats/base/arena.h"

struct lf_names {
    struct lf_slice *name; // in order; owned by `arena`
    size_t count, capacity;
    uint32_t *slot; // open addressing: number + 1, 0 = free
    size_t slots;
    struct lf_arena arena;
};

// The number of a text; it is added (copied) when new. *added may be NULL.
LF_MUST_USE bool lf_names_add(struct lf_names *n, struct lf_slice text,
                              uint32_t *number, bool *added, struct lf_error *err);
bool lf_names_find(const struct lf_names *n, struct lf_slice text, uint32_t *number);
void lf_names_done(struct lf_names *n);
uint64_t
lf_hash(struct lf_slice text); // FNV-1a with a finish; the same on every machine
// Tells whether long texts are still the same, eight bytes at a time; never stored.
uint64_t lf_mark(struct lf_slice text);

#endif
