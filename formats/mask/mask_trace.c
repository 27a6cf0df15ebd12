// Outlines between pixels, as scikit-image's find_contours finds them at level 0.5
// (pixels that touch at a corner only are apart), and fewer points for them, as its
// approximate_polygon chooses. FiftyOne 1.22.1 with scikit-image 0.26 does so.
#include <math.h>
#include <stdlib.h>

#include "formats/base/limits.h"
#include "formats/mask/mask_shape.h"

struct place { // of a point of an outline, in halves of pixels: pixel centres are even
    int64_t y, x;
};

struct outline { // its points follow those of the outlines before it
    size_t at, points;
    uint64_t first; // where in reading order its first piece is
};

struct tracer {
    const struct lf_mask *m;
    struct lf_arena *a;
    struct lf_spans spans; // of the box: from 0, 0
    size_t *row;           // where each row's begin, then one behind the last
    bool *seen;            // spans at whose beginning an outline was
    struct place *place;
    size_t places, place_room;
    struct outline *outline;
    size_t outlines, outline_room;
    uint64_t work; // distances that were asked for
};

// The span of the row that ends behind column x, or where it would be.
static size_t span_at(const struct tracer *t, int64_t y, int64_t x)
{
    size_t low = t->row[y], high = t->row[y + 1];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->spans.at[middle].to <= x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool inside(const struct tracer *t, int64_t y, int64_t x)
{
    if (y < 0 || y >= t->m->height || x < 0)
        return false;
    size_t i = span_at(t, y, x);
    return i < t->row[y + 1] && t->spans.at[i].from <= x;
}

static bool box_spans(struct tracer *t, struct lf_error *err)
{
    struct lf_mask box = *t->m;
    box.left = box.top = 0;
    t->row = lf_arena_take(t->a, (size_t)box.height + 1, sizeof *t->row, err);
    if (!t->row || !lf_mask_to_spans(&box, t->a, &t->spans, err))
        return false;
    t->seen = lf_arena_take(t->a, t->spans.count, sizeof *t->seen, err);
    for (size_t i = 0, y = 0; y <= box.height; t->row[y++] = i)
        while (i < t->spans.count && t->spans.at[i].y < y)
            i++;
    return t->seen;
}

// A square has four pixels at its corners, the upper left one its name. Pieces of
// outlines go from side to side, with what is outside on their left.
enum way { UP, LEFT, DOWN, RIGHT, NO };

struct square {
    int64_t y, x;
};

// Out of which side one goes who came in going `way`. Two pieces cross a square with
// two pixels at opposite corners: `second` is the one that is read later.
static enum way out_of(const struct tracer *t, const struct square *s, enum way way,
                       bool *second)
{
    // By corners inside: 1 upper left, 2 upper right, 4 lower left, 8 lower right.
    static const unsigned char out[16][4] = {
        [1] = {NO, NO, LEFT, NO},    [2] = {NO, UP, NO, NO},
        [3] = {NO, LEFT, NO, NO},    [4] = {NO, NO, NO, DOWN},
        [5] = {NO, NO, DOWN, NO},    [6] = {NO, UP, NO, DOWN},
        [7] = {NO, DOWN, NO, NO},    [8] = {RIGHT, NO, NO, NO},
        [9] = {RIGHT, NO, LEFT, NO}, [10] = {UP, NO, NO, NO},
        [11] = {LEFT, NO, NO, NO},   [12] = {NO, NO, NO, RIGHT},
        [13] = {NO, NO, RIGHT, NO},  [14] = {NO, NO, NO, UP}};
    unsigned corners = inside(t, s->y, s->x) + 2u * inside(t, s->y, s->x + 1) +
                       4u * inside(t, s->y + 1, s->x) +
                       8u * inside(t, s->y + 1, s->x + 1);
    *second = (corners == 6 && way == RIGHT) || (corners == 9 && way == UP);
    return (enum way)out[corners][way];
}

static struct place side_of(const struct square *s, enum way way)
{
    return (struct place){2 * s->y + (way == UP     ? 0
                                      : way == DOWN ? 2
                                                    : 1),
                          2 * s->x + (way == LEFT    ? 0
                                      : way == RIGHT ? 2
                                                     : 1)};
}

static bool add_place(struct tracer *t, struct place p, struct lf_error *err)
{
    if (t->places == LF_MASK_RUNS)
        return lf_fail(err, LF_E_LIMIT_COUNT,
                       "outlines of more than %d points (limit mask-runs)",
                       LF_MASK_RUNS);
    if (!lf_arena_grow(t->a, (void **)&t->place, &t->place_room, t->places + 1,
                       sizeof *t->place, err))
        return false;
    t->place[t->places++] = p;
    return true;
}

static void turn_places(struct place *p, size_t from, size_t to) // the other way round
{
    for (; from + 1 < to; from++, to--) {
        struct place keep = p[from];
        p[from] = p[to - 1];
        p[to - 1] = keep;
    }
}

// The whole outline that goes up at the beginning of a span. It begins where the piece
// that is read last ends.
static bool follow(struct tracer *t, const struct lf_span *span, struct lf_error *err)
{
    const struct square from = {(int64_t)span->y - 1, (int64_t)span->from - 1};
    struct square s = from;
    struct outline o = {.at = t->places, .first = UINT64_MAX};
    enum way way = UP;
    uint64_t last = 0;
    size_t begin = 0;
    do {
        bool second;
        way = out_of(t, &s, way, &second);
        if (way == NO)
            return lf_fail(err, LF_E_BUG, "an outline that ends");
        uint64_t order =
            ((uint64_t)(s.y + 1) * (t->m->width + 1) + (uint64_t)(s.x + 1));
        order = order * 2 + second;
        o.first = order < o.first ? order : o.first;
        if (order >= last) {
            last = order;
            begin = t->places - o.at;
        }
        if (!add_place(t, side_of(&s, way), err))
            return false;
        if (way == UP)
            t->seen[span_at(t, s.y, s.x + 1)] = true;
        s.y += (way == DOWN) - (way == UP);
        s.x += (way == RIGHT) - (way == LEFT);
    } while (way != UP || s.y != from.y || s.x != from.x);
    o.points = t->places - o.at + 1;
    turn_places(t->place + o.at, 0, begin);
    turn_places(t->place + o.at, begin, o.points - 1);
    turn_places(t->place + o.at, 0, o.points - 1);
    if (!add_place(t, t->place[o.at], err) ||
        !lf_arena_grow(t->a, (void **)&t->outline, &t->outline_room, t->outlines + 1,
                       sizeof *t->outline, err))
        return false;
    t->outline[t->outlines++] = o;
    return true;
}

static int by_first(const void *a, const void *b)
{
    const struct outline *p = a, *q = b;
    return (p->first > q->first) - (p->first < q->first);
}

// -------------------------------------------------------------------- fewer points

struct part { // from a point that stays to another one
    size_t from, to;
};

// The point of the part that is farthest from the straight line, the first of several;
// 0: none is farther than `tolerance`. The order of the sums is scikit-image's, for so
// much hangs on the last bit where several are as far.
static size_t farthest(const struct place *p, struct part part, double tolerance)
{
    double r0 = (double)p[part.from].y / 2, c0 = (double)p[part.from].x / 2;
    double r1 = (double)p[part.to].y / 2, c1 = (double)p[part.to].x / 2;
    double dr = r1 - r0, dc = c1 - c0, angle = -atan2(dr, dc);
    double sine = sin(angle), cosine = cos(angle), line = c0 * sine + r0 * cosine;
    double most = -1;
    size_t at = 0;
    for (size_t i = part.from + 1; i < part.to; i++) {
        double r = (double)p[i].y / 2, c = (double)p[i].x / 2, far;
        if ((r - r0) * dr + (c - c0) * dc > 0 && -(r - r1) * dr - (c - c1) * dc > 0)
            far = fabs(r * cosine + c * sine - line);
        else
            far = fmin(sqrt((c - c0) * (c - c0) + (r - r0) * (r - r0)),
                       sqrt((c - c1) * (c - c1) + (r - r1) * (r - r1)));
        if (far > most) {
            most = far;
            at = i;
        }
    }
    return most > tolerance ? at : 0;
}

// Sets keep[i] for the points that stay.
static bool thin_out(struct tracer *t, const struct outline *o, double tolerance,
                     bool *keep, struct lf_error *err)
{
    const struct place *p = t->place + o->at;
    struct part *stack = NULL;
    size_t depth = 0, room = 0;
    struct part part = {0, o->points - 1};
    keep[0] = keep[o->points - 1] = true;
    for (;;) {
        t->work += part.to - part.from;
        if (t->work > LF_MASK_PIXELS)
            return lf_fail(err, LF_E_LIMIT_COUNT,
                           "an outline of too many turns (limit mask-pixels)");
        size_t middle = farthest(p, part, tolerance);
        if (middle) {
            keep[middle] = true;
            if (!lf_arena_grow(t->a, (void **)&stack, &room, depth + 1, sizeof *stack,
                               err))
                return false;
            stack[depth++] = (struct part){middle, part.to};
            part.to = middle;
        } else if (depth) {
            part = stack[--depth];
        } else {
            return true;
        }
    }
}

// What is left of an outline, without its last point, which is the first one. Points
// half a pixel before the box are moved to it; FiftyOne does so, and only there.
static void put_ring(const struct tracer *t, const struct outline *o, const bool *keep,
                     double *xy, struct lf_ring *ring)
{
    const struct place *p = t->place + o->at;
    for (size_t i = 0; i + 1 < o->points; i++) {
        if (!keep[i])
            continue;
        *xy++ = t->m->left + fmax((double)p[i].x / 2, 0);
        *xy++ = t->m->top + fmax((double)p[i].y / 2, 0);
        ring->points++;
    }
}

bool lf_trace(const struct lf_mask *m, double tolerance, struct lf_arena *a,
              double **xy, struct lf_ring **ring, uint32_t *rings, uint32_t *points,
              struct lf_error *err)
{
    struct tracer t = {.m = m, .a = a};
    *rings = *points = 0;
    if (!box_spans(&t, err))
        return false;
    for (size_t i = 0; i < t.spans.count; i++)
        if (!t.seen[i] && !follow(&t, &t.spans.at[i], err))
            return false;
    if (t.outlines)
        qsort(t.outline, t.outlines, sizeof *t.outline, by_first);
    bool *keep = lf_arena_take(a, t.places, sizeof *keep, err);
    *ring = lf_arena_take(a, t.outlines, sizeof **ring, err);
    *xy = lf_arena_take(a, t.places, 2 * sizeof **xy, err);
    if (!keep || !*ring || !*xy)
        return false;
    for (size_t i = 0; i < t.outlines; i++) {
        const struct outline *o = &t.outline[i];
        struct lf_ring *r = &(*ring)[*rings];
        if (tolerance <= 0)
            memset(keep + o->at, true, o->points);
        else if (!thin_out(&t, o, tolerance, keep + o->at, err))
            return false;
        *r = (struct lf_ring){.part = *rings};
        put_ring(&t, o, keep + o->at, *xy + 2 * (size_t)*points, r);
        if (r->points < 2) // a spot
            continue;
        *points += r->points;
        (*rings)++;
    }
    return true;
}
