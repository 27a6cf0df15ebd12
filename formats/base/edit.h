// Changes to a text that is otherwise copied byte for byte.
#ifndef LF_EDIT_H
#define LF_EDIT_H

#include "formats/base/arena.h"
#include "formats/base/buf.h"

struct lf_edit { // cut `cut` bytes at `at`, put these in their place
    size_t at, cut;
    struct lf_slice put;
};

struct lf_edits { // in an arena
    struct lf_edit *edit;
    size_t count, capacity;
};

LF_MUST_USE bool lf_edits_add(struct lf_edits *e, struct lf_arena *a, size_t at,
                              size_t cut, struct lf_slice put, struct lf_error *err);
// Sorts by place (those of one place keep their order). Overlaps are our own mistake:
// LF_E_BUG.
LF_MUST_USE bool lf_edits_sort(struct lf_edits *e, struct lf_arena *a, size_t len,
                               struct lf_error *err);
void lf_edits_apply(const struct lf_edits *e, struct lf_slice raw, struct lf_buf *out);

#endif
