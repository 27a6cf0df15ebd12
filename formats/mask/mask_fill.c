#include "formats/mask/mask_shape.h"

#include <math.h>

#include "formats/base/limits.h"
#include "formats/mask/mask_poly.h"
#include "formats/mask/stretch.h"

static size_t points_of(const struct lf_ring *ring, uint32_t rings)
{
    size_t n = 0;
    for (uint32_t r = 0; r < rings; r++)
        n += ring[r].points;
    return n;
}

static bool corner_at(double x, double y, struct lf_corner *c)
{
    x = rint(x);
    y = rint(y);
    if (!(fabs(x) <= LF_COORDINATE && fabs(y) <= LF_COORDINATE))
        return false;
    *c = (struct lf_corner){(int64_t)x, (int64_t)y};
    return true;
}

static bool too_far(struct lf_error *err)
{
    return lf_fail(err, LF_E_LIMIT_COUNT, "a point is too far away (limit coordinate)");
}

bool lf_fill_rings(const double *xy, const struct lf_ring *ring, uint32_t rings,
                   uint32_t width, uint32_t height, struct lf_arena *a,
                   struct lf_mask *m, struct lf_error *err)
{
    size_t points = points_of(ring, rings);
    struct lf_spans s;
    struct lf_corner *corner = lf_arena_take(a, points, sizeof *corner, err);
    if (!corner)
        return false;
    // There and back to parts of the image, as FiftyOne holds them: what lay halfway
    // between two pixels may not any more.
    for (size_t i = 0; i < points; i++)
        if (!corner_at(xy[2 * i] / width * width, xy[2 * i + 1] / height * height,
                       &corner[i]))
            return too_far(err);
    return lf_poly_fill(corner, ring, rings, width, height, a, &s, err) &&
           lf_mask_of(&s, a, m, err);
}

// One direction of an instance's array: what it shows of the image, in parts of it, how
// many cells it has, and the pixels it is laid over.
struct axis {
    double at, size;
    uint32_t cells;
    struct lf_stretch laid;
};

// false: FiftyOne makes no array of it, or none that shows.
static bool axis_of(const double *v, size_t points, uint32_t image, struct axis *x)
{
    double low = 1, high = 0; // what lies out of the image is no part of the box
    for (size_t i = 0; i < points; i++) {
        double part = fmax(0, fmin(v[2 * i] / image, 1));
        low = fmin(low, part);
        high = fmax(high, part);
    }
    x->at = low;
    x->size = high - low;
    double from = rint(low * image), to = rint((low + x->size) * image);
    if (!(x->size > 0 && rint(x->size * image) > 0 && to > from))
        return false;
    x->cells = (uint32_t)rint(x->size * image);
    x->laid = lf_stretch_over(x->cells, (int64_t)from, (uint32_t)(to - from), image);
    return true;
}

static double cell_at(const struct axis *x, double v, uint32_t image)
{
    return (v / image - x->at) / x->size * x->cells;
}

// Spans of the array, as the pixels that show them.
static bool lay(const struct lf_spans *array, const struct axis *x,
                const struct axis *y, struct lf_arena *a, struct lf_spans *out,
                struct lf_error *err)
{
    *out = (struct lf_spans){0};
    for (size_t i = 0, next; i < array->count; i = next) {
        uint32_t row = array->at[i].y, low = lf_stretch_place(&y->laid, row + 1);
        for (next = i; next < array->count && array->at[next].y == row;)
            next++;
        for (uint32_t at = lf_stretch_place(&y->laid, row); at < low; at++)
            for (size_t k = i; k < next; k++)
                if (!lf_spans_add(out, a, at,
                                  lf_stretch_place(&x->laid, array->at[k].from),
                                  lf_stretch_place(&x->laid, array->at[k].to), err))
                    return false;
    }
    return true;
}

bool lf_fill_instance(const double *xy, const struct lf_ring *ring, uint32_t rings,
                      uint32_t width, uint32_t height, struct lf_arena *a,
                      struct lf_mask *m, struct lf_error *err)
{
    size_t points = points_of(ring, rings);
    struct axis x, y;
    struct lf_spans array, laid;
    if (!axis_of(xy, points, width, &x) || !axis_of(xy + 1, points, height, &y))
        return lf_fill_rings(xy, ring, rings, width, height, a, m, err);
    struct lf_corner *corner = lf_arena_take(a, points, sizeof *corner, err);
    if (!corner)
        return false;
    for (size_t i = 0; i < points; i++)
        if (!corner_at(cell_at(&x, xy[2 * i], width),
                       cell_at(&y, xy[2 * i + 1], height), &corner[i]))
            return too_far(err);
    return lf_poly_fill(corner, ring, rings, x.cells, y.cells, a, &array, err) &&
           lay(&array, &x, &y, a, &laid, err) && lf_mask_of(&laid, a, m, err);
}

struct ellipse {
    double x, y;    // centre, in places where pixel centres are whole
    double a, b, c; // a dx dx + b dx dy + c dy dy <= 1 is inside
};

static bool in_ellipse(const struct ellipse *e, double x, double y)
{
    double dx = x - e->x, dy = y - e->y;
    return e->a * dx * dx + e->b * dx * dy + e->c * dy * dy <= 1;
}

// Columns from..to-1 of row y. The roots may be a little off: the pixels next to them
// are asked.
static void ellipse_row(const struct ellipse *e, double y, uint32_t width,
                        uint32_t *from, uint32_t *to)
{
    double dy = y - e->y, half = e->b * dy / 2;
    double root = sqrt(fmax(half * half - e->a * (e->c * dy * dy - 1), 0));
    double low = ceil(e->x + (-half - root) / e->a) - 1;
    double high = floor(e->x + (-half + root) / e->a) + 1;
    low = fmin(fmax(low, 0), width);
    high = fmax(fmin(high, (double)width - 1), -1);
    while (low <= high && !in_ellipse(e, low, y))
        low++;
    while (low <= high && !in_ellipse(e, high, y))
        high--;
    *from = (uint32_t)low;
    *to = low <= high ? (uint32_t)high + 1 : *from;
}

bool lf_fill_ellipse(const double xy[4], double turn, uint32_t width, uint32_t height,
                     struct lf_arena *a, struct lf_mask *m, struct lf_error *err)
{
    struct lf_spans s = {0};
    double rx = xy[2], ry = xy[3], angle = turn * 3.14159265358979323846 / 180;
    double cosine = cos(angle), sine = sin(angle);
    struct ellipse e = {.x = xy[0] - 0.5,
                        .y = xy[1] - 0.5,
                        .a = cosine * cosine / (rx * rx) + sine * sine / (ry * ry),
                        .b = 2 * cosine * sine * (1 / (rx * rx) - 1 / (ry * ry)),
                        .c = sine * sine / (rx * rx) + cosine * cosine / (ry * ry)};
    *m = (struct lf_mask){0};
    if (!(rx > 0 && ry > 0 && e.a > 0 && isfinite(e.a + e.b + e.c + e.x + e.y)))
        return true;
    double reach = sqrt(rx * rx * sine * sine + ry * ry * cosine * cosine);
    double top = fmin(fmax(floor(e.y - reach), 0), height);
    double low = fmin(fmax(ceil(e.y + reach) + 1, 0), height);
    for (uint32_t y = (uint32_t)top; y < (uint32_t)low; y++) {
        uint32_t from, to;
        ellipse_row(&e, y, width, &from, &to);
        if (!lf_spans_add(&s, a, y, from, to, err))
            return false;
    }
    return lf_mask_of(&s, a, m, err);
}
