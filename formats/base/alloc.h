// Heap memory with checked sizes. Sizes that overflow or pass SIZE_MAX / 2 fail like a
// full heap. What these return is freed with lf_free.
#ifndef LF_ALLOC_H
#define LF_ALLOC_H

#include "formats/base/attr.h"
#include "formats/base/error.h"

// `count` elements of `size` bytes, zeroed; NULL and LF_E_NOMEM when there is no room.
LF_MUST_USE void *lf_alloc(size_t count, size_t size, struct lf_error *err);
// The same for bytes that need not be zero.
LF_MUST_USE void *lf_alloc_room(size_t bytes, struct lf_error *err);
// Grows `*array` so that it holds `need` elements of `size` bytes; doubles. The new
// part is zeroed. On failure the array stays as it was.
LF_MUST_USE bool lf_grow(void **array, size_t *capacity, size_t need, size_t size,
                         struct lf_error *err);
// The same, but the new part is not zeroed.
LF_MUST_USE bool lf_widen(void **array, size_t *capacity, size_t need, size_t size,
                          struct lf_error *err);
LF_MUST_USE char *lf_strdup(struct lf_slice text, struct lf_error *err);
void lf_free(void *p);

#endif
