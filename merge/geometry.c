#include "merge/geometry.h"

#include <math.h>

static void widen(double box[4], double x, double y)
{
    box[0] = fmin(box[0], x);
    box[1] = fmin(box[1], y);
    box[2] = fmax(box[2], x);
    box[3] = fmax(box[3], y);
}

static void turned_corners(const double *xy, double turn, double box[4])
{
    static const double degree = 3.14159265358979323846 / 180;
    double cx = (xy[0] + xy[2]) / 2, cy = (xy[1] + xy[3]) / 2;
    double c = cos(turn * degree), s = sin(turn * degree);
    for (int i = 0; i < 4; i++) {
        double dx = xy[i & 1 ? 2 : 0] - cx, dy = xy[i & 2 ? 3 : 1] - cy;
        widen(box, cx + c * dx - s * dy, cy + s * dx + c * dy);
    }
}

static bool bounds_of_masks(const struct lf_label *l, double box[4])
{
    for (uint32_t i = 0; i < l->masks; i++) {
        const struct lf_mask *m = &l->mask[i];
        if (!m->runs)
            continue;
        widen(box, m->left, m->top);
        widen(box, (double)m->left + m->width, (double)m->top + m->height);
    }
    return box[0] <= box[2];
}

bool lf_bounds(const struct lf_label *l, double box[4])
{
    box[0] = box[1] = HUGE_VAL;
    box[2] = box[3] = -HUGE_VAL;
    if (l->masks)
        return bounds_of_masks(l, box);
    if (l->kind == LF_BOX && l->turn != 0 && l->points >= 2) {
        turned_corners(l->xy, l->turn, box);
        return true;
    }
    uint32_t n = l->kind == LF_BOX && l->points > 2 ? 2 : l->points;
    for (uint32_t i = 0; i < n; i++)
        if (!isnan(l->xy[2 * i]))
            widen(box, l->xy[2 * i], l->xy[2 * i + 1]);
    return box[0] <= box[2];
}

bool lf_has_nothing(const struct lf_label *l)
{
    double box[4];
    return l->kind & LF_SPATIAL && !l->whole.len && !l->pixels.len &&
           !lf_bounds(l, box);
}

// Twice the area, signed.
static double ring_area(const double *xy, uint32_t points)
{
    double sum = 0;
    for (uint32_t i = 0, k = points - 1; i < points; k = i++)
        sum += (xy[2 * (size_t)k] - xy[0]) * (xy[2 * (size_t)i + 1] - xy[1]) -
               (xy[2 * (size_t)i] - xy[0]) * (xy[2 * (size_t)k + 1] - xy[1]);
    return sum;
}

bool lf_is_flat(const struct lf_label *l)
{
    const double *xy = l->xy;
    bool flat = l->kind == LF_POLYGON && l->rings;
    if (l->kind == LF_BOX)
        return !(xy[2] > xy[0] && xy[3] > xy[1]);
    for (uint32_t i = 0; flat && i < l->rings; i++) {
        flat = l->ring[i].points < 3 || ring_area(xy, l->ring[i].points) == 0;
        xy += 2 * (size_t)l->ring[i].points;
    }
    return flat;
}

double lf_distance(const struct lf_label *a, const struct lf_label *b)
{
    double d = lf_slice_eq(a->name, b->name) ? 0 : 0.004, x[4], y[4];
    if (a->kind != b->kind)
        return 1e9;
    if (a->masks || a->points != b->points || a->rings != b->rings) {
        bool both = lf_bounds(a, x) && lf_bounds(b, y);
        bool same = a->masks == b->masks && a->masks && lf_mask_eq(a->mask, b->mask);
        d += same || !both ? 0 : 1; // nearly alike is not alike
        for (int i = 0; both && i < 4; i++)
            d += fabs(x[i] - y[i]);
        return d + fabs((double)a->rings - b->rings);
    }
    uint32_t n = a->kind == LF_BOX && a->points > 2 ? 2 : a->points;
    for (uint32_t i = 0; i < 2 * n; i++) {
        bool none = isnan(a->xy[i]), nothing = isnan(b->xy[i]);
        d += none || nothing ? none != nothing : fabs(a->xy[i] - b->xy[i]);
    }
    for (uint32_t i = 0; i < a->rings; i++)
        d += a->ring[i].part != b->ring[i].part ||
             a->ring[i].points != b->ring[i].points;
    return d + fabs(a->turn - b->turn) * 1e-3;
}

// A box is taken as it was drawn, though it is turned: two of them are turned alike
// more often than not. A line or a point has no area: a margin of half a pixel gives it
// one.
static bool ground(const struct lf_label *l, double box[4])
{
    if (l->kind == LF_BOX && l->points >= 2) {
        memcpy(box, l->xy, 4 * sizeof *box);
        return true;
    }
    if (!lf_bounds(l, box))
        return false;
    box[0] -= 0.5;
    box[1] -= 0.5;
    box[2] += 0.5;
    box[3] += 0.5;
    return true;
}

double lf_overlap(const struct lf_label *a, const struct lf_label *b)
{
    double x[4], y[4];
    if (a->kind != b->kind)
        return 0;
    if (!ground(a, x) || !ground(b, y))
        return lf_slice_eq(a->name, b->name) ? 1 : 0;
    double w = fmin(x[2], y[2]) - fmax(x[0], y[0]);
    double h = fmin(x[3], y[3]) - fmax(x[1], y[1]);
    double both = w > 0 && h > 0 ? w * h : 0;
    double one = (x[2] - x[0]) * (x[3] - x[1]), two = (y[2] - y[0]) * (y[3] - y[1]);
    return both > 0 ? both / (one + two - both) : 0;
}

double lf_excess(const struct lf_label *l, uint32_t width, uint32_t height)
{
    double box[4];
    if (l->masks || !lf_bounds(l, box)) // pixels are the image's own
        return -1;
    return fmax(fmax(-box[0], -box[1]), fmax(box[2] - width, box[3] - height));
}

enum lf_reach lf_reach(const struct lf_label *l, uint32_t width, uint32_t height)
{
    double box[4], w = width, h = height, out = lf_excess(l, width, height);
    if (out <= 0)
        return LF_REACH_IN;
    lf_bounds(l, box);
    if (box[2] < 0 || box[3] < 0 || box[0] > w || box[1] > h ||
        box[2] - box[0] > 10 * w || box[3] - box[1] > 10 * h)
        return LF_REACH_FAR;
    return out <= 0.5 ? LF_REACH_TINY : LF_REACH_OUTSIDE;
}

void lf_clamp(const struct lf_label *l, uint32_t width, uint32_t height, double *xy)
{
    memcpy(xy, l->xy, 2 * (size_t)l->points * sizeof *xy);
    for (uint32_t i = 0; i < 2 * l->points && l->turn == 0; i++)
        if (!isnan(xy[i]))
            xy[i] = fmin(fmax(xy[i], 0), i % 2 ? height : width);
}
