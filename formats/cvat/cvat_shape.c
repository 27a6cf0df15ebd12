#include "formats/cvat/cvat_shape.h"

#include <math.h>

#include "formats/base/limits.h"
#include "formats/base/number.h"
#include "formats/cvat/cvat_parts.h"
#include "formats/mask/mask_rle.h"

struct lf_slice cvat_value(const struct cvat_element *x, const char *name)
{
    for (size_t i = 0; i < x->count; i++)
        if (lf_slice_is(x->at[i].name, name))
            return x->at[i].value;
    return (struct lf_slice){0};
}

bool cvat_bad(struct lf_error *err, uint64_t line, const char *what, const char *name)
{
    lf_fail(err, LF_E_CVAT, "%s %s", what, name);
    return lf_fail_at_line(err, line);
}

unsigned cvat_kind(struct lf_slice element)
{
    static const struct {
        const char *name;
        unsigned kind;
    } rows[] = {
        {"box", LF_BOX},           {"tag", LF_TAG},       {"polygon", LF_POLYGON},
        {"polyline", LF_POLYLINE}, {"points", LF_POINTS}, {"mask", LF_MASK},
        {"ellipse", LF_ELLIPSE},   {"cuboid", LF_CUBOID}, {"skeleton", LF_SKELETON},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (lf_slice_is(element, rows[i].name))
            return rows[i].kind;
    return LF_OTHER;
}

// ---------------------------------------------------------------------------- numbers

static bool number(struct lf_slice text, uint64_t line, const char *name, double *out,
                   struct lf_error *err)
{
    if (!lf_parse_decimal(text, out))
        return cvat_bad(err, line, "not a number:", name);
    if (*out >= -LF_COORDINATE && *out <= LF_COORDINATE)
        return true;
    lf_fail(err, LF_E_LIMIT_COUNT, "%s is too far away (limit coordinate)", name);
    return lf_fail_at_line(err, line);
}

static bool number_of(const struct cvat_element *x, const char *name, double *out,
                      struct lf_error *err)
{
    struct lf_slice text = cvat_value(x, name);
    if (!text.at)
        return cvat_bad(err, x->line, "a shape lacks the attribute", name);
    return number(text, x->line, name, out, err);
}

bool cvat_size(const struct cvat_element *x, const char *name, uint32_t *out,
               struct lf_error *err)
{
    struct lf_slice text = cvat_value(x, name);
    double v;
    *out = 0;
    if (!text.len)
        return true;
    if (!lf_parse_decimal(text, &v) || v < 0 || v > UINT32_MAX ||
        v != (double)(uint32_t)v)
        return cvat_bad(err, x->line, "not a size:", name);
    *out = (uint32_t)v;
    return true;
}

static bool turn_of(const struct cvat_element *x, struct lf_label *l,
                    struct lf_error *err)
{
    double turn = 0;
    if (cvat_value(x, "rotation").at && !number_of(x, "rotation", &turn, err))
        return false;
    l->turn = lf_turn(turn);
    return true;
}

static bool numbers_of(const struct cvat_element *x, const char *const *name,
                       uint32_t count, struct lf_label *l, struct lf_arena *a,
                       struct lf_error *err)
{
    l->xy = lf_arena_take(a, count, sizeof *l->xy, err);
    if (!l->xy)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!number_of(x, name[i], &l->xy[i], err))
            return false;
    l->points = count / 2;
    return turn_of(x, l, err);
}

// ---------------------------------------------------------------------------- geometry

static bool read_box(const struct cvat_element *x, struct lf_label *l,
                     struct lf_arena *a, struct lf_error *err)
{
    static const char *const corner[] = {"xtl", "ytl", "xbr", "ybr"};
    if (!numbers_of(x, corner, 4, l, a, err))
        return false;
    for (int i = 0; i < 2; i++)
        if (l->xy[i] > l->xy[i + 2]) { // drawn from the other corner
            double t = l->xy[i];
            l->xy[i] = l->xy[i + 2];
            l->xy[i + 2] = t;
        }
    return true;
}

static bool read_ellipse(const struct cvat_element *x, struct lf_label *l,
                         struct lf_arena *a, struct lf_error *err)
{
    static const char *const part[] = {"cx", "cy", "rx", "ry"};
    return numbers_of(x, part, 4, l, a, err);
}

static bool read_cuboid(const struct cvat_element *x, struct lf_label *l,
                        struct lf_arena *a, struct lf_error *err)
{
    static const char *const corner[] = {"xtl1", "ytl1", "xbl1", "ybl1", "xtr1", "ytr1",
                                         "xbr1", "ybr1", "xtl2", "ytl2", "xbl2", "ybl2",
                                         "xtr2", "ytr2", "xbr2", "ybr2"};
    return numbers_of(x, corner, 16, l, a, err);
}

// Cuts "a" off "a;b"; false at the end of the text.
static bool piece(struct lf_slice *text, char end, struct lf_slice *out)
{
    if (!text->at)
        return false;
    const char *at = text->len ? memchr(text->at, end, text->len) : NULL;
    if (!at) {
        *out = *text;
        *text = (struct lf_slice){0};
        return true;
    }
    *out = lf_slice_between(text->at, at);
    *text = lf_slice_between(at + 1, text->at + text->len);
    return true;
}

// "x,y;x,y"
static bool points_of(const struct cvat_element *x, double **xy, uint32_t *points,
                      struct lf_arena *a, struct lf_error *err)
{
    struct lf_slice text = cvat_value(x, "points"), pair, first;
    size_t pairs = 1;
    if (!text.at)
        return cvat_bad(err, x->line, "a shape lacks the attribute", "points");
    for (size_t i = 0; i < text.len; i++)
        pairs += text.at[i] == ';';
    if (pairs * 4 - 1 > text.len) // "0,0;" is the least: no memory for mere semicolons
        return cvat_bad(err, x->line, "not pairs of numbers:", "points");
    double *to = lf_arena_take(a, pairs * 2, sizeof *to, err);
    if (!to)
        return false;
    *xy = to;
    *points = (uint32_t)pairs; // a text is shorter than 2^32
    while (piece(&text, ';', &pair)) {
        if (!piece(&pair, ',', &first) || !pair.at)
            return cvat_bad(err, x->line, "not pairs of numbers:", "points");
        if (!number(first, x->line, "points", to++, err) ||
            !number(pair, x->line, "points", to++, err))
            return false;
    }
    return true;
}

static bool same_in_dump(double a, double b)
{
    char x[LF_FIXED_CAP], y[LF_FIXED_CAP];
    if (a == b || fabs(a - b) > 0.0101)
        return a == b;
    return lf_slice_eq((struct lf_slice){x, lf_print_fixed2(a, x)},
                       (struct lf_slice){y, lf_print_fixed2(b, y)});
}

bool cvat_ends_meet(const double *xy, uint32_t points)
{
    const double *last = xy + (size_t)(points ? points - 1 : 0) * 2;
    return points > 1 && same_in_dump(last[0], xy[0]) && same_in_dump(last[1], xy[1]);
}

static bool read_ring(const struct cvat_element *x, struct lf_label *l,
                      struct lf_arena *a, struct lf_error *err)
{
    struct lf_ring *ring = lf_arena_take(a, 1, sizeof *ring, err);
    if (!ring || !points_of(x, &l->xy, &l->points, a, err))
        return false;
    while (l->kind == LF_POLYGON && cvat_ends_meet(l->xy, l->points))
        l->points--;
    ring->points = l->points;
    l->ring = ring;
    l->rings = 1;
    return true;
}

bool cvat_read_part(struct lf_slice text, struct lf_label *l, struct lf_arena *a,
                    struct lf_error *err)
{
    int64_t k, n;
    const char *slash = text.len ? memchr(text.at, '/', text.len) : NULL;
    if (!slash || !lf_parse_int64(lf_slice_between(text.at, slash), &k) ||
        !lf_parse_int64(lf_slice_between(slash + 1, text.at + text.len), &n) || k < 1 ||
        k > n || n > UINT32_MAX)
        return true;
    l->part = (uint32_t)k;
    l->parts = (uint32_t)n;
    struct lf_ring *ring = lf_arena_take(a, l->rings, sizeof *ring, err);
    for (uint32_t i = 0; ring && i < l->rings; i++)
        ring[i] = (struct lf_ring){.points = l->ring[i].points, .part = l->part - 1};
    l->ring = ring;
    return ring;
}

// ---------------------------------------------------------------------------- masks

// A corner of a mask's box may lie before the image.
static bool corner_of(const struct cvat_element *x, const char *name, int64_t *out,
                      struct lf_error *err)
{
    double v;
    if (!number_of(x, name, &v, err))
        return false;
    *out = (int64_t)v;
    return v == (double)*out ||
           cvat_bad(err, x->line, "not a whole number of pixels:", name);
}

// The mask moved by dx, dy, each 0 or less; what leaves the image is gone.
static bool shift(struct lf_mask *m, int64_t dx, int64_t dy, struct lf_arena *a,
                  struct lf_error *err)
{
    struct lf_spans spans = {0};
    struct lf_mask_walk w = lf_mask_spans(m);
    for (struct lf_span s; lf_mask_span(&w, &s);) {
        int64_t from = s.from + dx, to = s.to + dx;
        if (s.y + dy < 0 || to <= 0)
            continue;
        if (!lf_spans_add(&spans, a, (uint32_t)(s.y + dy),
                          (uint32_t)(from < 0 ? 0 : from), (uint32_t)to, err))
            return false;
    }
    return lf_mask_of(&spans, a, m, err);
}

static bool read_runs(const struct cvat_element *x, const struct lf_sample *image,
                      struct lf_mask *m, struct lf_arena *a, struct lf_error *err)
{
    struct lf_slice rle = cvat_value(x, "rle");
    int64_t left, top;
    uint32_t width, height;
    if (!rle.at)
        return cvat_bad(err, x->line, "a shape lacks the attribute", "rle");
    if (!corner_of(x, "left", &left, err) || !corner_of(x, "top", &top, err) ||
        !cvat_size(x, "width", &width, err) || !cvat_size(x, "height", &height, err))
        return false;
    if (!lf_mask_read_boxed(rle, left > 0 ? (uint32_t)left : 0,
                            top > 0 ? (uint32_t)top : 0, width, height, a, m, err))
        return lf_fail_at_line(err, x->line);
    if ((left < 0 || top < 0) &&
        !shift(m, left < 0 ? left : 0, top < 0 ? top : 0, a, err))
        return false;
    return !image->width || !image->height ||
           lf_mask_cut(m, image->width, image->height, a, m, err);
}

// Tools do not keep masks without pixels; one that lies beyond the image is no mask.
static bool read_mask(const struct cvat_element *x, const struct lf_sample *image,
                      struct lf_label *l, struct lf_arena *a, struct lf_error *err)
{
    struct lf_mask *m = lf_arena_take(a, 1, sizeof *m, err);
    if (!m || !read_runs(x, image, m, a, err))
        return false;
    if (!m->runs) {
        l->kind = LF_OTHER;
        return true;
    }
    l->mask = m;
    l->masks = 1;
    return true;
}

// ----------------------------------------------------------------------------
// skeletons

static bool read_skeleton(const struct lf_field *f, struct lf_label *l,
                          struct lf_arena *a, struct lf_error *err)
{
    l->points = (uint32_t)f->nodes;
    l->xy = lf_arena_take(a, f->nodes * 2, sizeof *l->xy, err);
    for (size_t i = 0; l->xy && i < f->nodes * 2; i++)
        l->xy[i] = (double)NAN;
    return l->xy;
}

static bool node_find(const struct lf_field *f, struct lf_slice alias, uint32_t *node)
{
    for (uint32_t i = 0; i < f->nodes; i++)
        if (lf_slice_eq(f->node_alias[i], alias)) {
            *node = i;
            return true;
        }
    return false;
}

bool cvat_read_node(const struct cvat_element *x, const struct lf_field *f,
                    struct lf_label *l, size_t *room, struct lf_arena *a,
                    struct lf_error *err)
{
    double *xy;
    uint32_t points, node = l->points;
    if (!lf_slice_is(x->name, "points") ||
        (f->nodes && !node_find(f, cvat_value(x, "label"), &node))) {
        l->kind = LF_OTHER;
        return true;
    }
    if (!points_of(x, &xy, &points, a, err))
        return false;
    if (points != 1) {
        l->kind = LF_OTHER;
        return true;
    }
    l->occluded |= lf_slice_is(cvat_value(x, "occluded"), "1");
    if (node == l->points) { // a field without nodes: in the order they come
        void *all = l->xy;
        if (!lf_arena_grow(a, &all, room, (size_t)node + 1, 2 * sizeof *xy, err))
            return false;
        l->xy = all;
        l->points++;
    }
    const bool outside = lf_slice_is(cvat_value(x, "outside"), "1");
    l->xy[(size_t)node * 2] = outside ? (double)NAN : xy[0];
    l->xy[(size_t)node * 2 + 1] = outside ? (double)NAN : xy[1];
    return true;
}

bool cvat_read_shape(const struct cvat_element *x, const struct lf_sample *image,
                     const struct lf_field *f, struct lf_label *l, struct lf_arena *a,
                     struct lf_error *err)
{
    l->occluded = lf_slice_is(cvat_value(x, "occluded"), "1");
    if (!lf_parse_int64(cvat_value(x, "group_id"), &l->group))
        l->group = 0;
    if (!lf_parse_int64(cvat_value(x, "z_order"), &l->z))
        l->z = 0;
    switch (l->kind) {
    case LF_BOX:
        return read_box(x, l, a, err);
    case LF_ELLIPSE:
        return read_ellipse(x, l, a, err);
    case LF_CUBOID:
        return read_cuboid(x, l, a, err);
    case LF_POLYGON:
    case LF_POLYLINE:
        return read_ring(x, l, a, err);
    case LF_POINTS:
        return points_of(x, &l->xy, &l->points, a, err);
    case LF_SKELETON:
        return read_skeleton(f, l, a, err);
    case LF_MASK:
        return read_mask(x, image, l, a, err);
    default:
        return true;
    }
}
