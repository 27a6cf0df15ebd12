#include "merge/ring_parts.h"

#include <math.h>
#include <stdlib.h>

// Rings that begin at one place are few, but in a hostile file: so many are looked at.
enum { LOOK = 64 };

struct side { // the rings of one label
    const struct lf_label *l;
    const double **xy; // by ring: its points
    int64_t *other;    // by ring: which of the other side, -1: none yet
};

struct start { // a ring of base that is not taken, by where it begins
    double x;
    uint32_t ring;
};

struct fit {
    struct side base, theirs;
    double slack;
    struct start *start;
    size_t starts;
};

static bool side_of(const struct lf_label *l, struct lf_arena *a, struct side *s,
                    struct lf_error *err)
{
    const double *xy = l->xy;
    *s = (struct side){.l = l,
                       .xy = lf_arena_take(a, l->rings, sizeof *s->xy, err),
                       .other = lf_arena_take(a, l->rings, sizeof *s->other, err)};
    if (!s->xy || !s->other)
        return false;
    for (uint32_t i = 0; i < l->rings; i++) {
        s->xy[i] = xy;
        s->other[i] = -1;
        xy += 2 * (size_t)l->ring[i].points;
    }
    return true;
}

static void tie(struct fit *f, uint32_t base, uint32_t theirs)
{
    f->base.other[base] = theirs;
    f->theirs.other[theirs] = base;
}

static bool alike(const struct fit *f, uint32_t base, uint32_t theirs)
{
    uint32_t n = f->base.l->ring[base].points;
    bool same = n == f->theirs.l->ring[theirs].points;
    for (size_t i = 0; same && i < 2 * (size_t)n; i++)
        same = fabs(f->base.xy[base][i] - f->theirs.xy[theirs][i]) <= f->slack;
    return same;
}

// Both sides are in the order of their parts.
static void by_part(struct fit *f, bool only_alike)
{
    const struct lf_label *base = f->base.l, *theirs = f->theirs.l;
    for (uint32_t b = 0, t = 0; b < base->rings && t < theirs->rings;) {
        uint32_t x = base->ring[b].part, y = theirs->ring[t].part;
        if (x == y && f->base.other[b] < 0 && f->theirs.other[t] < 0 &&
            (!only_alike || alike(f, b, t)))
            tie(f, b, t);
        b += x <= y;
        t += y <= x;
    }
}

static int by_start(const void *a, const void *b)
{
    const struct start *x = a, *y = b;
    return x->x != y->x ? (x->x > y->x ? 1 : -1)
                        : (x->ring > y->ring) - (x->ring < y->ring);
}

static bool list_starts(struct fit *f, struct lf_arena *a, struct lf_error *err)
{
    const struct lf_label *base = f->base.l;
    f->start = lf_arena_take(a, base->rings, sizeof *f->start, err);
    if (!f->start)
        return false;
    for (uint32_t b = 0; b < base->rings; b++)
        if (f->base.other[b] < 0 && base->ring[b].points)
            f->start[f->starts++] = (struct start){f->base.xy[b][0], b};
    if (f->starts)
        qsort(f->start, f->starts, sizeof *f->start, by_start);
    return true;
}

static void find_place(struct fit *f, uint32_t theirs)
{
    const double x = f->theirs.xy[theirs][0];
    size_t low = 0, high = f->starts;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (f->start[mid].x < x - f->slack)
            low = mid + 1;
        else
            high = mid;
    }
    for (size_t i = low; i < f->starts && i < low + LOOK; i++) {
        uint32_t b = f->start[i].ring;
        if (f->base.other[b] < 0 && alike(f, b, theirs)) {
            tie(f, b, theirs);
            return;
        }
    }
}

static bool by_place(struct fit *f, struct lf_arena *a, struct lf_error *err)
{
    if (!list_starts(f, a, err))
        return false;
    for (uint32_t t = 0; f->starts && t < f->theirs.l->rings; t++)
        if (f->theirs.other[t] < 0 && f->theirs.l->ring[t].points)
            find_place(f, t);
    return true;
}

// The parts they say are of another number of rings than base has: those between two
// that are tied are taken one after the other.
static void in_turn(struct fit *f)
{
    uint32_t b = 0;
    for (uint32_t t = 0; t < f->theirs.l->rings; t++) {
        if (f->theirs.other[t] >= 0)
            b = (uint32_t)f->theirs.other[t] + 1;
        else if (b < f->base.l->rings && f->base.other[b] < 0)
            tie(f, b++, t);
    }
}

struct placed {
    uint32_t part, ring;
};

static int by_placed(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    return x->part != y->part ? (x->part > y->part ? 1 : -1)
                              : (x->ring > y->ring) - (x->ring < y->ring);
}

static bool rebuild(const struct fit *f, const struct placed *placed,
                    struct lf_arena *a, const struct lf_label **theirs,
                    struct lf_error *err)
{
    struct lf_label *made = lf_arena_take(a, 1, sizeof *made, err);
    const struct lf_label *l = *theirs;
    struct lf_ring *ring = lf_arena_take(a, l->rings, sizeof *ring, err);
    double *xy = lf_arena_take(a, 2 * (size_t)l->points, sizeof *xy, err);
    if (!made || !ring || !xy)
        return false;
    *made = *l;
    made->ring = ring;
    made->xy = xy;
    for (uint32_t i = 0; i < l->rings; i++) {
        uint32_t from = placed[i].ring, n = l->ring[from].points;
        ring[i] = (struct lf_ring){.points = n, .part = placed[i].part};
        if (n)
            memcpy(xy, f->theirs.xy[from], 2 * (size_t)n * sizeof *xy);
        xy += 2 * (size_t)n;
    }
    *theirs = made;
    return true;
}

static bool put_in_order(const struct fit *f, struct lf_arena *a,
                         const struct lf_label **theirs, struct lf_error *err)
{
    const struct lf_label *l = *theirs;
    struct placed *placed = lf_arena_take(a, l->rings, sizeof *placed, err);
    bool as_they_are = true;
    if (!placed)
        return false;
    for (uint32_t t = 0; t < l->rings; t++) {
        int64_t b = f->theirs.other[t];
        placed[t].ring = t;
        placed[t].part = b >= 0 ? f->base.l->ring[b].part : UINT32_MAX - l->rings + t;
    }
    qsort(placed, l->rings, sizeof *placed, by_placed);
    for (uint32_t t = 0; t < l->rings; t++)
        as_they_are &= placed[t].ring == t && placed[t].part == l->ring[t].part;
    return as_they_are || rebuild(f, placed, a, theirs, err);
}

bool lf_fit_rings(const struct lf_label *base, double slack, struct lf_arena *a,
                  const struct lf_label **theirs, struct lf_error *err)
{
    const struct lf_label *l = *theirs;
    struct fit f = {.slack = slack};
    if (base->kind != l->kind || !base->rings || !l->rings)
        return true;
    if (!side_of(base, a, &f.base, err) || !side_of(l, a, &f.theirs, err))
        return false;
    by_part(&f, true);
    if (!by_place(&f, a, err))
        return false;
    if (l->parts > 1 && l->parts != base->parts)
        in_turn(&f);
    else
        by_part(&f, false);
    return put_in_order(&f, a, theirs, err);
}
