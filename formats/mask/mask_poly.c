#include "formats/mask/mask_poly.h"

#include <stdlib.h>

#include "formats/base/limits.h"

enum { SHIFT = 16 }; // a column is 2^16 wide
#define ONE (INT64_C(1) << SHIFT)

// One side of a polygon: the border between inside and outside, and the pixels of a
// line. What lies out of the image is cut off first, in whole pixels, which bends the
// side a little; so the border is that of the rest made longer again.
struct side {
    int64_t top, low;      // the border is there from row top to the one before low
    int64_t at_y, at_x;    // a place on it, x in 2^-16 columns
    int64_t slope;         // per row, cut towards 0
    bool drawn;            // whether anything of the line is in the image
    struct lf_corner a, b; // its ends there, a at the left
    int64_t first, last;   // rows with something to do, in the image
};

struct image {
    int64_t right, bottom; // last column and row
};

static unsigned outside_x(const struct image *i, const struct lf_corner *p)
{
    return (p->x < 0) + (p->x > i->right) * 2u;
}

static unsigned outside(const struct image *i, const struct lf_corner *p)
{
    return outside_x(i, p) + (p->y < 0) * 4u + (p->y > i->bottom) * 8u;
}

static void to_row(struct lf_corner *p, const struct lf_corner *a,
                   const struct lf_corner *b, int64_t y)
{
    p->x += (y - p->y) * (b->x - a->x) / (b->y - a->y);
    p->y = y;
}

static void to_column(struct lf_corner *p, const struct lf_corner *a,
                      const struct lf_corner *b, int64_t x)
{
    p->y += (x - p->x) * (b->y - a->y) / (b->x - a->x);
    p->x = x;
}

// Cuts the line at the image, first at top and bottom, `a` before `b`, so that each
// cut sees what the one before has moved. false: nothing is left, though ends may have
// moved all the same.
static bool cut_line(const struct image *i, struct lf_corner *a, struct lf_corner *b)
{
    unsigned out_a = outside(i, a), out_b = outside(i, b);
    if ((out_a & out_b) || !(out_a | out_b))
        return !(out_a | out_b);
    if (out_a & 12) {
        to_row(a, a, b, out_a < 8 ? 0 : i->bottom);
        out_a = outside_x(i, a);
    }
    if (out_b & 12) {
        to_row(b, a, b, out_b < 8 ? 0 : i->bottom);
        out_b = outside_x(i, b);
    }
    if ((out_a & out_b) || !(out_a | out_b))
        return !(out_a | out_b);
    if (out_a)
        to_column(a, a, b, out_a == 1 ? 0 : i->right);
    if (out_b)
        to_column(b, a, b, out_b == 1 ? 0 : i->right);
    return true;
}

static int64_t at_most(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t at_least(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

// false: the side is nowhere in the image's rows.
static bool side_of(const struct image *i, struct lf_corner a, struct lf_corner b,
                    struct side *s)
{
    struct lf_corner p = a, q = b;
    *s = (struct side){.top = at_most(a.y, b.y), .low = at_least(a.y, b.y)};
    s->drawn = cut_line(i, &p, &q);
    if (s->top < s->low) {
        int64_t py = p.y == q.y ? a.y : p.y, qy = p.y == q.y ? b.y : q.y;
        s->slope = (q.x - p.x) * ONE / (qy - py);
        s->at_y = a.y < b.y ? py : qy;
        s->at_x = (a.y < b.y ? p.x : q.x) * ONE;
    }
    s->first = at_least(s->top, 0);
    s->last = at_most(s->low - 1, i->bottom);
    if (s->drawn) {
        s->a = q.x < p.x ? q : p;
        s->b = q.x < p.x ? p : q;
        s->first = at_most(s->top < s->low ? s->first : p.y, at_most(p.y, q.y));
        s->last = at_least(s->top < s->low ? s->last : p.y, at_least(p.y, q.y));
    }
    return s->first <= s->last;
}

static int64_t floor_of(int64_t a, int64_t b) // b is above 0
{
    return a >= 0 ? a / b : -((b - 1 - a) / b);
}

struct piece { // columns from..to-1 of a row
    int64_t from, to;
};

// The pixels of the line in row y. Each step goes one pixel along the longer side, and
// one aside whenever the line is more than half a pixel off.
static struct piece line_in_row(const struct side *s, int64_t y)
{
    int64_t dx = s->b.x - s->a.x, dy = llabs(s->b.y - s->a.y), k = llabs(y - s->a.y);
    if (dy > dx) {
        int64_t x = s->a.x + (2 * dx * k + dy - 1) / (2 * dy);
        return (struct piece){x, x + 1};
    }
    if (!dy)
        return (struct piece){s->a.x, s->b.x + 1};
    int64_t from = k ? ((2 * k - 1) * dx) / (2 * dy) + 1 : 0;
    int64_t to = ((2 * k + 1) * dx) / (2 * dy);
    return (struct piece){s->a.x + from, s->a.x + at_most(to, dx) + 1};
}

static int by_first_row(const void *a, const void *b)
{
    const struct side *p = a, *q = b;
    return (p->first > q->first) - (p->first < q->first);
}

static int by_number(const void *a, const void *b)
{
    const int64_t *p = a, *q = b;
    return (*p > *q) - (*p < *q);
}

static int by_from(const void *a, const void *b)
{
    const struct piece *p = a, *q = b;
    return (p->from > q->from) - (p->from < q->from);
}

struct sweep {
    struct image image;
    struct side *side;
    size_t sides, next; // all of them; the first whose rows have not begun
    uint32_t *live;     // those that have, and have not ended
    size_t lives;
    int64_t *border;     // of one row
    struct piece *piece; // of one row
    size_t pieces;
    uint64_t work; // pieces of all rows
};

static void add_piece(struct sweep *w, int64_t from, int64_t to)
{
    from = at_least(from, 0);
    to = at_most(to, w->image.right + 1);
    if (from < to)
        w->piece[w->pieces++] = (struct piece){from, to};
}

static void row_pieces(struct sweep *w, int64_t y)
{
    size_t borders = 0, kept = 0;
    w->pieces = 0;
    while (w->next < w->sides && w->side[w->next].first <= y)
        w->live[w->lives++] = (uint32_t)w->next++;
    for (size_t i = 0; i < w->lives; i++) {
        const struct side *s = &w->side[w->live[i]];
        if (s->last < y)
            continue;
        w->live[kept++] = w->live[i];
        if (y >= s->top && y < s->low)
            w->border[borders++] = s->at_x + (y - s->at_y) * s->slope;
        if (s->drawn && y >= at_most(s->a.y, s->b.y) && y <= at_least(s->a.y, s->b.y)) {
            struct piece p = line_in_row(s, y);
            add_piece(w, p.from, p.to);
        }
    }
    w->lives = kept;
    qsort(w->border, borders, sizeof *w->border, by_number);
    for (size_t i = 0; i + 1 < borders; i += 2)
        add_piece(w, floor_of(w->border[i] + ONE - 1, ONE),
                  floor_of(w->border[i + 1], ONE) + 1);
    qsort(w->piece, w->pieces, sizeof *w->piece, by_from);
}

static bool put_row(struct sweep *w, int64_t y, struct lf_spans *out,
                    struct lf_arena *a, struct lf_error *err)
{
    for (size_t i = 0; i < w->pieces;) {
        struct piece p = w->piece[i++];
        while (i < w->pieces && w->piece[i].from <= p.to)
            p.to = at_least(p.to, w->piece[i++].to);
        if (!lf_spans_add(out, a, (uint32_t)y, (uint32_t)p.from, (uint32_t)p.to, err))
            return false;
    }
    w->work += w->pieces + w->lives;
    return w->work <= LF_MASK_RUNS ||
           lf_fail(err, LF_E_LIMIT_COUNT,
                   "a polygon that cuts its rows more than %d times (limit mask-runs)",
                   LF_MASK_RUNS);
}

static bool sweep_rows(struct sweep *w, struct lf_spans *out, struct lf_arena *a,
                       struct lf_error *err)
{
    int64_t y = 0;
    while (w->lives || w->next < w->sides) {
        if (!w->lives)
            y = at_least(y, w->side[w->next].first);
        row_pieces(w, y);
        if (!put_row(w, y++, out, a, err))
            return false;
    }
    return true;
}

bool lf_poly_fill(const struct lf_corner *corner, const struct lf_ring *ring,
                  uint32_t rings, uint32_t width, uint32_t height, struct lf_arena *a,
                  struct lf_spans *s, struct lf_error *err)
{
    size_t points = 0;
    struct sweep w = {.image = {(int64_t)width - 1, (int64_t)height - 1}};
    *s = (struct lf_spans){0};
    for (uint32_t r = 0; r < rings; r++)
        points += ring[r].points;
    w.side = lf_arena_take(a, points, sizeof *w.side, err);
    w.live = lf_arena_take(a, points, sizeof *w.live, err);
    w.border = lf_arena_take(a, points, sizeof *w.border, err);
    w.piece = lf_arena_take(a, points * 2, sizeof *w.piece, err);
    if (!w.side || !w.live || !w.border || !w.piece)
        return false;
    if (!width || !height)
        return true;
    for (uint32_t r = 0; r < rings; corner += ring[r++].points)
        for (uint32_t i = 0; i < ring[r].points; i++)
            w.sides += side_of(&w.image, corner[i ? i - 1 : ring[r].points - 1],
                               corner[i], &w.side[w.sides]);
    qsort(w.side, w.sides, sizeof *w.side, by_first_row);
    return sweep_rows(&w, s, a, err);
}
