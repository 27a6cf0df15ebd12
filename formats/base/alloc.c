#include "formats/base/alloc.h"

#include <stdlib.h>

void *lf_alloc(size_t count, size_t size, struct lf_error *err)
{
    void *p = NULL;
    if (size == 0 || count <= SIZE_MAX / 2 / size)
        p = calloc(count ? count : 1, size ? size : 1);
    if (!p)
        lf_fail(err, LF_E_NOMEM, "no memory for %zu elements of %zu bytes", count,
                size);
    return p;
}

void *lf_alloc_room(size_t bytes, struct lf_error *err)
{
    void *p = bytes <= SIZE_MAX / 2 ? malloc(bytes ? bytes : 1) : NULL;
    if (!p)
        lf_fail(err, LF_E_NOMEM, "no memory for %zu bytes", bytes);
    return p;
}

bool lf_widen(void **array, size_t *capacity, size_t need, size_t size,
              struct lf_error *err)
{
    if (need <= *capacity)
        return true;
    size_t want = *capacity < 8 ? 8 : *capacity;
    while (want < need && want <= SIZE_MAX / 4)
        want *= 2;
    if (want < need || want > SIZE_MAX / 2 / size)
        return lf_fail(err, LF_E_NOMEM, "no memory for %zu elements of %zu bytes", need,
                       size);
    char *p = realloc(*array, want * size);
    if (!p)
        return lf_fail(err, LF_E_NOMEM, "no memory for %zu elements of %zu bytes", want,
                       size);
    *array = p;
    *capacity = want;
    return true;
}

bool lf_grow(void **array, size_t *capacity, size_t need, size_t size,
             struct lf_error *err)
{
    size_t was = *capacity;
    if (!lf_widen(array, capacity, need, size, err))
        return false;
    if (*capacity > was)
        memset((char *)*array + was * size, 0, (*capacity - was) * size);
    return true;
}

char *lf_strdup(struct lf_slice text, struct lf_error *err)
{
    char *copy = lf_alloc(text.len + 1, 1, err);
    if (copy && text.len)
        memcpy(copy, text.at, text.len);
    return copy;
}

void lf_free(void *p)
{
    free(p);
}
