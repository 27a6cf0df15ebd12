#include "formats/mask/mask.h"

#include "formats/base/limits.h"

bool lf_spans_add(struct lf_spans *s, struct lf_arena *a, uint32_t y, uint32_t from,
                  uint32_t to, struct lf_error *err)
{
    struct lf_span *last = s->count ? &s->at[s->count - 1] : NULL;
    if (from > to || (last && (y < last->y || (y == last->y && from < last->to))))
        return lf_fail(err, LF_E_BUG, "spans out of order");
    if (from == to)
        return true;
    if (last && y == last->y && from == last->to) {
        last->to = to;
        return true;
    }
    if (s->count == LF_MASK_RUNS)
        return lf_fail(err, LF_E_LIMIT_COUNT,
                       "a mask of more than %d rows and runs "
                       "(limit mask-runs)",
                       LF_MASK_RUNS);
    if (s->count == s->room &&
        !lf_arena_grow(a, (void **)&s->at, &s->room, s->count + 1, sizeof *s->at, err))
        return false;
    s->at[s->count++] = (struct lf_span){y, from, to};
    return true;
}

struct lf_mask_walk lf_mask_spans(const struct lf_mask *m)
{
    return (struct lf_mask_walk){.m = m};
}

// So many pixels on. Most runs end in their row or the next one, and a division takes
// as long as all the rest.
static void walk_on(struct lf_mask_walk *w, uint32_t pixels)
{
    uint32_t width = w->m->width;
    w->x += pixels; // below the limit mask-pixels
    if (w->x < width)
        return;
    w->x -= width;
    w->y++;
    if (w->x < width)
        return;
    w->y += w->x / width;
    w->x %= width;
}

bool lf_mask_span(struct lf_mask_walk *w, struct lf_span *span)
{
    const struct lf_mask *m = w->m;
    while (!w->left) {
        if (m->runs - w->i < 2)
            return false;
        walk_on(w, m->run[w->i]);
        w->left = m->run[w->i + 1];
        w->i += 2;
    }
    uint32_t x = m->left + w->x, n = m->width - w->x;
    n = w->left < n ? w->left : n;
    *span = (struct lf_span){m->top + w->y, x, x + n};
    w->left -= n;
    walk_on(w, n);
    return true;
}

struct side { // one of two masks, from edge to edge of its spans
    struct lf_mask_walk walk;
    uint64_t edge, end; // places in row-major order of an image that is 2^32 wide
    bool in;            // what lies before `edge`
};

// Spans in order, from whatever they are made of. Those of one row may touch. A copy
// starts where the original stands.
struct source {
    bool (*next)(struct source *s, struct lf_span *span);
    const struct lf_span *at, *end; // a list
    struct side a, b;               // one mask (a.walk), or two
    unsigned op;                    // two: bit 2 a + b says whether it is inside
    uint32_t width, height;         // one: what is kept of it
};

struct extent {
    uint32_t left, top, right, bottom; // right and bottom: one behind
    uint64_t spans;
};

static struct extent measure(struct source s)
{
    struct extent e = {.left = UINT32_MAX};
    struct lf_span span;
    while (s.next(&s, &span)) {
        if (!e.spans++)
            e.top = span.y;
        e.bottom = span.y + 1;
        e.left = span.from < e.left ? span.from : e.left;
        e.right = span.to > e.right ? span.to : e.right;
    }
    return e;
}

// Returns how many runs there are. `run` NULL: only counts.
static uint64_t put_runs(struct source s, const struct extent *e, uint32_t *run)
{
    uint64_t width = e->right - e->left, at = 0, n = 0;
    struct lf_span span;
    while (s.next(&s, &span)) {
        uint64_t from = (span.y - e->top) * width + span.from - e->left;
        uint32_t len = span.to - span.from;
        if (n && from == at) { // goes on, or on at the left of the next row
            if (run)
                run[n - 1] += len;
        } else {
            if (run) {
                run[n] = (uint32_t)(from - at);
                run[n + 1] = len;
            }
            n += 2;
        }
        at = from + len;
    }
    uint64_t area = width * (e->bottom - e->top);
    if (at < area && run)
        run[n] = (uint32_t)(area - at);
    return n + (at < area);
}

// Beyond so many spans it pays to count the runs before memory is taken: a mask of full
// rows has very few.
enum { MANY = 1 << 14 };

static bool build(struct source s, uint32_t value, struct lf_arena *a,
                  struct lf_mask *out, struct lf_error *err)
{
    struct extent e = measure(s);
    struct lf_mask m = {.value = value};
    if (e.spans) {
        m.left = e.left;
        m.top = e.top;
        m.width = e.right - e.left;
        m.height = e.bottom - e.top;
        if ((uint64_t)m.width * m.height > LF_MASK_PIXELS)
            return lf_fail(err, LF_E_LIMIT_COUNT,
                           "a mask of %u x %u pixels (limit mask-pixels)", m.width,
                           m.height);
        uint64_t room = 2 * e.spans + 1;
        if (e.spans > MANY)
            room = put_runs(s, &e, NULL);
        if (room > LF_MASK_RUNS)
            return lf_fail(err, LF_E_LIMIT_COUNT,
                           "a mask of more than %d runs (limit mask-runs)",
                           LF_MASK_RUNS);
        uint32_t *run = lf_arena_take(a, (size_t)room, sizeof *run, err);
        if (!run)
            return false;
        m.runs = (uint32_t)put_runs(s, &e, run);
        m.run = run;
    }
    *out = m;
    return true;
}

static bool next_of_list(struct source *s, struct lf_span *span)
{
    if (s->at == s->end)
        return false;
    *span = *s->at++;
    return true;
}

bool lf_mask_of(const struct lf_spans *s, struct lf_arena *a, struct lf_mask *m,
                struct lf_error *err)
{
    struct source of = {.next = next_of_list, .at = s->at};
    of.end = s->count ? s->at + s->count : s->at;
    return build(of, 0, a, m, err);
}

static bool next_of_mask(struct source *s, struct lf_span *span)
{
    return lf_mask_span(&s->a.walk, span);
}

// Whether there are pixels in the first and the last column, and no run is 0 that may
// not be. If not, no run of pixels goes on in the next row, so that there are no more
// spans than runs.
static bool columns_are_tight(const struct lf_mask *m)
{
    bool left = false, right = false;
    uint32_t x = 0; // column of the next run
    for (uint32_t i = 0; i < m->runs; i++) {
        uint64_t to = (uint64_t)x + m->run[i];
        if (i && !m->run[i])
            return false;
        if (i & 1) {
            left = left || x == 0 || to > m->width;
            right = right || to >= m->width;
        }
        x = (uint32_t)(to < m->width ? to : to % m->width);
    }
    return left && right;
}

// Rows without pixels above and below taken off. There are pixels.
static bool cut_rows(const struct lf_mask *m, struct lf_arena *a, struct lf_mask *out,
                     struct lf_error *err)
{
    uint32_t last = m->runs - 1, above = m->run[0] / m->width;
    uint32_t below = m->runs % 2 ? m->run[last] / m->width : 0;
    struct lf_mask cut = *m;
    if (above || below) {
        uint32_t *run = lf_arena_take(a, m->runs, sizeof *run, err);
        if (!run)
            return false;
        memcpy(run, m->run, m->runs * sizeof *run);
        run[0] -= above * m->width;
        run[last] -= below * m->width;
        cut.run = run;
        cut.runs -= below && !run[last];
        cut.top += above;
        cut.height -= above + below;
    }
    *out = cut;
    return true;
}

bool lf_mask_tight(const struct lf_mask *loose, struct lf_arena *a, struct lf_mask *out,
                   struct lf_error *err)
{
    struct source of = {.next = next_of_mask, .a = {.walk = lf_mask_spans(loose)}};
    return columns_are_tight(loose) ? cut_rows(loose, a, out, err)
                                    : build(of, loose->value, a, out, err);
}

static bool next_within(struct source *s, struct lf_span *span)
{
    while (lf_mask_span(&s->a.walk, span)) {
        if (span->y >= s->height)
            return false;
        if (span->from < s->width) {
            span->to = span->to < s->width ? span->to : s->width;
            return true;
        }
    }
    return false;
}

bool lf_mask_cut(const struct lf_mask *m, uint32_t width, uint32_t height,
                 struct lf_arena *a, struct lf_mask *out, struct lf_error *err)
{
    if ((uint64_t)m->left + m->width <= width &&
        (uint64_t)m->top + m->height <= height) {
        *out = *m;
        return true;
    }
    struct source of = {.next = next_within,
                        .a = {.walk = lf_mask_spans(m)},
                        .width = width,
                        .height = height};
    return build(of, m->value, a, out, err);
}

static uint64_t place(uint32_t y, uint32_t x)
{
    return (uint64_t)y << 32 | x;
}

// From an edge to the next: into the span, or out of it and to the one behind.
static void step(struct side *s)
{
    struct lf_span span;
    s->in = !s->in;
    if (s->in) {
        s->edge = s->end;
    } else if (lf_mask_span(&s->walk, &span)) {
        s->edge = place(span.y, span.from);
        s->end = place(span.y, span.to);
    } else {
        s->edge = UINT64_MAX;
    }
}

static struct side side_of(const struct lf_mask *m)
{
    struct side s = {.walk = lf_mask_spans(m), .in = true};
    step(&s);
    return s;
}

static bool next_combined(struct source *s, struct lf_span *span)
{
    bool open = false;
    for (;;) {
        uint64_t at = s->a.edge < s->b.edge ? s->a.edge : s->b.edge;
        if (at == UINT64_MAX)
            return false;
        if (s->a.edge == at)
            step(&s->a);
        if (s->b.edge == at)
            step(&s->b);
        bool in = s->op >> (2 * s->a.in + s->b.in) & 1;
        if (in && !open) {
            span->y = (uint32_t)(at >> 32);
            span->from = (uint32_t)at;
            open = true;
        } else if (open && !in) {
            span->to = (uint32_t)at;
            return true;
        }
    }
}

bool lf_mask_combine(enum lf_mask_op op, const struct lf_mask *a,
                     const struct lf_mask *b, struct lf_arena *arena,
                     struct lf_mask *out, struct lf_error *err)
{
    static const unsigned inside[] = {
        [LF_MASK_OR] = 14, [LF_MASK_AND] = 8, [LF_MASK_MINUS] = 4, [LF_MASK_XOR] = 6};
    struct source of = {
        .next = next_combined, .a = side_of(a), .b = side_of(b), .op = inside[op]};
    return build(of, a->value, arena, out, err);
}

bool lf_mask_to_spans(const struct lf_mask *m, struct lf_arena *a, struct lf_spans *s,
                      struct lf_error *err)
{
    struct lf_mask_walk w = lf_mask_spans(m);
    struct lf_span span;
    *s = (struct lf_spans){0};
    while (lf_mask_span(&w, &span))
        if (!lf_spans_add(s, a, span.y, span.from, span.to, err))
            return false;
    return true;
}

uint64_t lf_mask_area(const struct lf_mask *m)
{
    uint64_t area = 0;
    for (uint32_t i = 1; i < m->runs; i += 2)
        area += m->run[i];
    return area;
}
