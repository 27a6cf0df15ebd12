#include <math.h>

#include "formats/base/limits.h"
#include "formats/base/number.h"
#include "formats/cvat/cvat_parts.h"

static const struct lf_slice none;

// One XML attribute holds all of a shape; readers, libxml2's among them, have a limit.
static bool check_length(uint64_t length, const struct lf_sample *s,
                         struct lf_error *err)
{
    char id[25];
    if (length <= LF_XML_ATTRIBUTE)
        return true;
    lf_id_print(&s->id, id);
    lf_fail(err, LF_E_LIMIT_COUNT,
            "a shape takes %llu bytes, CVAT's XML holds %d (limit xml-attribute); "
            "simplify it or leave its sample out",
            (unsigned long long)length, LF_XML_ATTRIBUTE);
    return lf_fail_in_sample(err, lf_slice_of(id));
}

static bool check_points(const double *xy, uint32_t points, const struct lf_sample *s,
                         struct lf_error *err)
{
    char digits[LF_NUMBER_CAP];
    uint64_t length = 0;
    if (points <= LF_XML_ATTRIBUTE / (2 * (LF_NUMBER_CAP + 1)))
        return true; // however long its numbers are
    for (uint64_t i = 0; i < 2 * (uint64_t)points; i++)
        length += lf_print_double(xy[i], digits) + 1;
    return check_length(length, s, err);
}

static bool check_mask(const struct lf_mask *m, const struct lf_sample *s,
                       struct lf_error *err)
{
    uint64_t length = 0;
    for (uint32_t i = 0; i < m->runs; i++) {
        length += i ? 2 : 0; // ", "
        for (uint32_t v = m->run[i]; v > 9; v /= 10)
            length++;
        length++;
    }
    return check_length(length, s, err);
}

// ---------------------------------------------------------------------------- boxes

static bool ship_box(const struct lf_field *f, const struct lf_sample *s,
                     const struct lf_label *l, struct lf_events *ev,
                     struct lf_error *err)
{
    return (l->xy[2] > l->xy[0] && l->xy[3] > l->xy[1]) ||
           cvat_tell(ev, LF_E_DEGENERATE, f, s, l, none, "the box has no area", err);
}

// ---------------------------------------------------------------------------- rings

static uint32_t least_points(const struct lf_label *l)
{
    return l->kind == LF_POLYGON ? 3 : 2;
}

static bool tell_ring(const struct lf_field *f, const struct lf_sample *s,
                      const struct lf_label *l, const struct lf_ring *ring,
                      struct lf_arena *a, struct lf_events *ev, struct lf_error *err)
{
    struct lf_slice text;
    if (!ev)
        return true;
    return lf_arena_printf(a, &text, err, "ring %lu has %lu point%s, a %s needs %lu",
                           (unsigned long)ring->part + 1, (unsigned long)ring->points,
                           ring->points == 1 ? "" : "s", lf_kind_name(l->kind),
                           (unsigned long)least_points(l)) &&
           cvat_tell(ev, LF_E_RING_HOME, f, s, l, none, text.at, err);
}

// Rings that CVAT can draw. Its polylines are open: a closed one gets its first point
// again at its end. Its polygons are closed: one that has it leaves it at home.
static bool ship_rings(const struct lf_field *f, const struct lf_sample *s,
                       struct lf_label *l, struct lf_arena *a, struct lf_events *ev,
                       bool *home, struct lf_error *err)
{
    const bool again = l->kind == LF_POLYLINE && l->closed;
    const double *from = l->xy;
    uint32_t points = 0, rings = 0;
    struct lf_ring *ring = lf_arena_take(a, l->rings, sizeof *ring, err);
    double *xy = lf_arena_take(a, ((size_t)l->points + l->rings) * 2, sizeof *xy, err);
    if (!ring || !xy)
        return false;
    for (uint32_t i = 0; i < l->rings; i++) {
        const struct lf_ring *r = &l->ring[i];
        double *to = xy + (size_t)points * 2;
        uint32_t n = r->points;
        while (l->kind == LF_POLYGON && cvat_ends_meet(from, n))
            n--;
        if (n < least_points(l)) {
            if (!tell_ring(f, s, l, r, a, ev, err))
                return false;
        } else {
            memcpy(to, from, (size_t)n * 2 * sizeof *to);
            if (again)
                memcpy(to + (size_t)n++ * 2, from, 2 * sizeof *to);
            ring[rings++] = (struct lf_ring){.points = n, .part = r->part};
            points += n;
            if (!check_points(to, n, s, err))
                return false;
        }
        from += (size_t)r->points * 2;
    }
    if (!rings) {
        *home = true;
        return cvat_tell(ev, LF_E_EMPTY, f, s, l, none, "", err);
    }
    l->parts = l->rings;
    l->xy = xy;
    l->ring = ring;
    l->rings = rings;
    l->points = points;
    return true;
}

// ---------------------------------------------------------------------------- points

static bool is_there(const double *xy)
{
    return isfinite(xy[0]) && isfinite(xy[1]);
}

// A named skeleton keeps the places of missing points; a cloud of points cannot.
static bool ship_points(const struct lf_field *f, const struct lf_sample *s,
                        struct lf_label *l, struct lf_arena *a, struct lf_events *ev,
                        bool *home, struct lf_error *err)
{
    uint32_t points = 0;
    double *xy = lf_arena_take(a, (size_t)l->points * 2, sizeof *xy, err);
    if (!xy)
        return false;
    if (f->learned) { // it came as a skeleton of another field
        for (uint32_t i = 0; i < l->points; i++)
            if (!is_there(l->xy + (size_t)i * 2))
                l->kind = LF_SKELETON;
        return true;
    }
    for (uint32_t i = 0; i < l->points; i++)
        if (is_there(l->xy + (size_t)i * 2))
            memcpy(xy + (size_t)points++ * 2, l->xy + (size_t)i * 2, 2 * sizeof *xy);
    if (!points) {
        *home = true;
        return cvat_tell(ev, LF_E_EMPTY, f, s, l, none, "", err);
    }
    if (f->nodes && l->points == f->nodes) {
        l->kind = LF_SKELETON;
        for (uint32_t i = 0; i < l->points; i++) {
            const double *p = l->xy + (size_t)i * 2;
            xy[(size_t)i * 2] = is_there(p) ? p[0] : (double)NAN;
            xy[(size_t)i * 2 + 1] = is_there(p) ? p[1] : (double)NAN;
        }
        l->xy = xy;
        return true;
    }
    l->xy = xy;
    l->points = points;
    return check_points(xy, points, s, err);
}

// ---------------------------------------------------------------------------- masks

static bool ship_mask(const struct lf_field *f, const struct lf_sample *s,
                      struct lf_label *l, struct lf_events *ev, bool *home,
                      struct lf_error *err)
{
    if (l->masks && l->mask->runs) {
        l->points = 0; // the box it was stretched over does not travel
        l->turn = 0;
        return check_mask(l->mask, s, err);
    }
    *home = true;
    return cvat_tell(ev, l->masks ? LF_E_EMPTY : LF_E_MASK_MISSING, f, s, l, none, "",
                     err);
}

static bool ship_segment(const struct lf_field *f, const struct lf_sample *s,
                         struct lf_label *l, struct lf_events *ev, bool *home,
                         struct lf_error *err)
{
    for (uint32_t i = 0; i < l->masks; i++)
        if (!check_mask(&l->mask[i], s, err))
            return false;
    *home = !l->masks;
    return l->masks || cvat_tell(ev, LF_E_EMPTY, f, s, l, none, "", err);
}

bool cvat_ship_shape(const struct lf_field *f, const struct lf_sample *s,
                     struct lf_label *l, struct lf_arena *a, struct lf_events *ev,
                     bool *home, struct lf_error *err)
{
    switch (l->kind) {
    case LF_BOX:
        return ship_box(f, s, l, ev, err);
    case LF_POLYGON:
    case LF_POLYLINE:
        return ship_rings(f, s, l, a, ev, home, err);
    case LF_POINTS:
        return ship_points(f, s, l, a, ev, home, err);
    case LF_MASK:
        return ship_mask(f, s, l, ev, home, err);
    case LF_SEGMENT:
        return ship_segment(f, s, l, ev, home, err);
    default:
        return true;
    }
}
