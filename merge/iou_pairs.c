#include "merge/iou_pairs.h"

#include <stdlib.h>

#include "formats/base/limits.h"
#include "merge/geometry.h"

struct couple {
    double overlap;
    uint32_t a, b;
    bool other; // the classes differ
};

static int best_first(const void *p, const void *q)
{
    const struct couple *x = p, *y = q;
    if (x->overlap != y->overlap)
        return x->overlap < y->overlap ? 1 : -1;
    if (x->other != y->other)
        return x->other ? 1 : -1;
    if (x->a != y->a)
        return x->a > y->a ? 1 : -1;
    return (x->b > y->b) - (x->b < y->b);
}

struct couples {
    struct couple *at;
    size_t count, room;
};

static bool add(struct couples *c, const struct couple *one, struct lf_arena *m,
                struct lf_error *err)
{
    void *at = c->at;
    if (!lf_arena_grow(m, &at, &c->room, c->count + 1, sizeof *c->at, err))
        return false;
    c->at = at;
    c->at[c->count++] = *one;
    return true;
}

static bool find(const struct lf_label *a, size_t n, const struct lf_label *b, size_t k,
                 double least, struct lf_arena *m, struct couples *c,
                 struct lf_error *err)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < k; j++) {
            struct couple one = {.overlap = lf_overlap(&a[i], &b[j]),
                                 .a = (uint32_t)i,
                                 .b = (uint32_t)j,
                                 .other = !lf_slice_eq(a[i].name, b[j].name)};
            if (one.overlap >= least && one.overlap > 0 && !add(c, &one, m, err))
                return false;
        }
    return true;
}

bool lf_iou_pairs(const struct lf_label *a, size_t n, const struct lf_label *b,
                  size_t k, double least, struct lf_arena *m, int32_t *b_of,
                  struct lf_error *err)
{
    struct couples c = {0};
    bool *taken = lf_arena_take(m, k, sizeof *taken, err);
    if (!taken)
        return false;
    for (size_t i = 0; i < n; i++)
        b_of[i] = -1;
    if (n && k > LF_PAIRS / n)
        return lf_fail(err, LF_E_LIMIT_COUNT,
                       "%zu labels to be paired with %zu (limit pairs)", n, k);
    if (!find(a, n, b, k, least, m, &c, err))
        return false;
    if (c.count)
        qsort(c.at, c.count, sizeof *c.at, best_first);
    for (size_t i = 0; i < c.count; i++)
        if (b_of[c.at[i].a] < 0 && !taken[c.at[i].b]) {
            b_of[c.at[i].a] = (int32_t)c.at[i].b;
            taken[c.at[i].b] = true;
        }
    return true;
}
