#include "formats/mask/paint.h"

#include <stdlib.h>

#include "formats/base/limits.h"

bool lf_paint_add(struct lf_paint *p, const struct lf_mask *m, uint32_t value,
                  int64_t z, struct lf_arena *a, struct lf_error *err)
{
    struct lf_mask_walk walk = lf_mask_spans(m);
    struct lf_span span;
    while (lf_mask_span(&walk, &span)) {
        void *strokes = p->stroke;
        if (p->count >= LF_MASK_RUNS)
            return lf_fail(
                err, LF_E_LIMIT_COUNT,
                "the masks of one image have too many runs (limit mask-runs)");
        if (!lf_arena_grow(a, &strokes, &p->room, p->count + 1, sizeof *p->stroke, err))
            return false;
        p->stroke = strokes;
        p->stroke[p->count++] = (struct lf_stroke){span, z, p->masks, value};
        if (span.to > p->width)
            p->width = span.to;
    }
    p->masks++;
    return true;
}

// Rows from above, in a row from below to the top.
static int by_row(const void *a, const void *b)
{
    const struct lf_stroke *x = a, *y = b;
    return x->span.y != y->span.y ? (x->span.y > y->span.y ? 1 : -1)
           : x->z != y->z         ? (x->z > y->z ? 1 : -1)
           : x->order != y->order
               ? (x->order > y->order ? 1 : -1)
               : (x->span.from > y->span.from) - (x->span.from < y->span.from);
}

struct shade { // what is visible of one value
    uint32_t value;
    struct lf_spans spans;
};

struct easel {
    struct shade *shade; // sorted by value
    size_t count;
    uint32_t *row; // one row of the image: 0, or 1 + the place in `shade`
    struct lf_arena *a;
    struct lf_error *err;
};

static int by_value(const void *a, const void *b)
{
    const struct shade *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

static uint32_t shade_of(const struct easel *e, uint32_t value)
{
    struct shade key = {.value = value};
    const struct shade *found =
        bsearch(&key, e->shade, e->count, sizeof *e->shade, by_value);
    return (uint32_t)(found - e->shade) + 1;
}

static bool list_values(const struct lf_paint *p, struct easel *e)
{
    uint32_t *last = NULL;
    e->shade = lf_arena_take(e->a, p->count, sizeof *e->shade, e->err);
    if (!e->shade)
        return false;
    for (size_t i = 0; i < p->count; i++) // neighbours mostly have one value
        if (!last || *last != p->stroke[i].value) {
            e->shade[e->count].value = p->stroke[i].value;
            last = &e->shade[e->count++].value;
        }
    if (e->count)
        qsort(e->shade, e->count, sizeof *e->shade, by_value);
    size_t n = 0;
    for (size_t i = 0; i < e->count; i++)
        if (!n || e->shade[n - 1].value != e->shade[i].value)
            e->shade[n++].value = e->shade[i].value;
    e->count = n;
    return true;
}

// What shows of the row, given back to its values; the row is clean afterwards.
static bool lift_row(struct easel *e, uint32_t y, uint32_t from, uint32_t to)
{
    for (uint32_t x = from; x < to;) {
        uint32_t owner = e->row[x], end = x;
        while (end < to && e->row[end] == owner)
            e->row[end++] = 0;
        if (owner && !lf_spans_add(&e->shade[owner - 1].spans, e->a, y, x, end, e->err))
            return false;
        x = end;
    }
    return true;
}

static bool paint_rows(const struct lf_paint *p, struct easel *e)
{
    for (size_t i = 0; i < p->count;) {
        uint32_t y = p->stroke[i].span.y, left = UINT32_MAX, right = 0;
        for (; i < p->count && p->stroke[i].span.y == y; i++) {
            const struct lf_stroke *s = &p->stroke[i];
            uint32_t owner = shade_of(e, s->value);
            for (uint32_t x = s->span.from; x < s->span.to; x++)
                e->row[x] = owner;
            left = s->span.from < left ? s->span.from : left;
            right = s->span.to > right ? s->span.to : right;
        }
        if (!lift_row(e, y, left, right))
            return false;
    }
    return true;
}

bool lf_paint_masks(struct lf_paint *p, struct lf_arena *a, struct lf_mask **masks,
                    uint32_t *count, struct lf_error *err)
{
    struct easel e = {.a = a, .err = err};
    *count = 0;
    if (!list_values(p, &e))
        return false;
    if (p->count)
        qsort(p->stroke, p->count, sizeof *p->stroke, by_row);
    *masks = lf_arena_take(a, e.count, sizeof **masks, err);
    e.row = lf_arena_take(a, p->width, sizeof *e.row, err);
    if (!*masks || !e.row || !paint_rows(p, &e))
        return false;
    for (size_t i = 0; i < e.count; i++) {
        struct lf_mask *m = &(*masks)[*count];
        if (!lf_mask_of(&e.shade[i].spans, a, m, err))
            return false;
        m->value = e.shade[i].value;
        *count += m->runs > 0;
    }
    return true;
}
