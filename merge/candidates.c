#include "merge/candidates.h"

#include <stdlib.h>

#include "formats/base/limits.h"

size_t lf_alone(const int32_t *of, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += of[i] < 0;
    return count;
}

bool lf_few_pairs(size_t base, size_t theirs, struct lf_error *err)
{
    return base == 0 || theirs <= LF_PAIRS / base ||
           lf_fail(err, LF_E_LIMIT_COUNT,
                   "too many labels without ids to compare (limit pairs)");
}

static int by_overlap(const void *a, const void *b)
{
    const struct lf_candidate *x = a, *y = b;
    return x->overlap != y->overlap ? (x->overlap < y->overlap ? 1 : -1)
           : x->base != y->base     ? (x->base > y->base ? 1 : -1)
                                    : (x->other > y->other) - (x->other < y->other);
}

bool lf_consider(struct lf_candidates *c, double overlap, size_t base, size_t other,
                 struct lf_arena *a, struct lf_error *err)
{
    void *list = c->list;
    if (overlap < 0.1)
        return true;
    if (!lf_arena_grow(a, &list, &c->room, c->count + 1, sizeof *c->list, err))
        return false;
    c->list = list;
    c->list[c->count++] = (struct lf_candidate){overlap, (int32_t)base, (int32_t)other};
    return true;
}

void lf_closest_first(struct lf_candidates *c)
{
    if (c->count)
        qsort(c->list, c->count, sizeof *c->list, by_overlap);
}
