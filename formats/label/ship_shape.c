#include "formats/label/ship_shape.h"

#include <math.h>

static const struct lf_slice none;

bool lf_ship_tell(struct lf_events *ev, enum lf_code code, const struct lf_field *f,
                  const struct lf_sample *s, const struct lf_label *l,
                  struct lf_slice was, const char *text, struct lf_error *err)
{
    char sample[25], label[25];
    if (!ev)
        return true;
    lf_id_print(&s->id, sample);
    lf_id_print(&l->id, label);
    struct lf_event e = {.code = code,
                         .field = f->name,
                         .sample = lf_slice_of(sample),
                         .label = lf_slice_of(label),
                         .was = was,
                         .text = lf_slice_of(text)};
    return lf_events_add(ev, &e, err);
}

bool lf_ship_may(const struct lf_field *f, const struct lf_sample *s,
                 const struct lf_label *l, uint32_t *class_row, bool *may,
                 struct lf_events *ev, struct lf_error *err)
{
    *class_row = LF_NO_CLASS;
    *may = false;
    if (lf_kind_has_class(l->kind) && !l->name.len)
        return lf_ship_tell(ev, LF_E_NO_CLASS, f, s, l, l->name, "", err);
    if (!(l->kind & lf_field_kinds(f)))
        return lf_ship_tell(ev, LF_E_KIND, f, s, l, lf_slice_of(lf_kind_name(l->kind)),
                            "", err);
    *may = !lf_kind_has_class(l->kind) || lf_class_find(f, l->name, class_row);
    return true;
}

// ---------------------------------------------------------------------------- boxes

static bool ship_box(const struct lf_field *f, const struct lf_sample *s,
                     const struct lf_label *l, struct lf_events *ev,
                     struct lf_error *err)
{
    return (l->xy[2] > l->xy[0] && l->xy[3] > l->xy[1]) ||
           lf_ship_tell(ev, LF_E_DEGENERATE, f, s, l, none, "the box has no area", err);
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
           lf_ship_tell(ev, LF_E_RING_HOME, f, s, l, none, text.at, err);
}

// Rings that a tool can draw. Its polylines are open: a closed one gets its first point
// again at its end. Its polygons are closed: one that has it leaves it at home.
static bool ship_rings(const struct lf_field *f, const struct lf_sample *s,
                       struct lf_label *l, lf_ends_meet *meet, struct lf_arena *a,
                       struct lf_events *ev, bool *home, struct lf_error *err)
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
        while (l->kind == LF_POLYGON && meet(from, n))
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
        }
        from += (size_t)r->points * 2;
    }
    if (!rings) {
        *home = true;
        return lf_ship_tell(ev, LF_E_EMPTY, f, s, l, none, "", err);
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
        return lf_ship_tell(ev, LF_E_EMPTY, f, s, l, none, "", err);
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
    return true;
}

// ---------------------------------------------------------------------------- masks

static bool ship_mask(const struct lf_field *f, const struct lf_sample *s,
                      struct lf_label *l, struct lf_events *ev, bool *home,
                      struct lf_error *err)
{
    if (l->masks && l->mask->runs) {
        l->points = 0; // the box it was stretched over does not travel
        l->turn = 0;
        return true;
    }
    *home = true;
    return lf_ship_tell(ev, l->masks ? LF_E_EMPTY : LF_E_MASK_MISSING, f, s, l, none,
                        "", err);
}

static bool ship_segment(const struct lf_field *f, const struct lf_sample *s,
                         struct lf_label *l, struct lf_events *ev, bool *home,
                         struct lf_error *err)
{
    *home = !l->masks;
    return l->masks || lf_ship_tell(ev, LF_E_EMPTY, f, s, l, none, "", err);
}

bool lf_ship_shape(const struct lf_field *f, const struct lf_sample *s,
                   struct lf_label *l, lf_ends_meet *meet, struct lf_arena *a,
                   struct lf_events *ev, bool *home, struct lf_error *err)
{
    switch (l->kind) {
    case LF_BOX:
        return ship_box(f, s, l, ev, err);
    case LF_POLYGON:
    case LF_POLYLINE:
        return ship_rings(f, s, l, meet, a, ev, home, err);
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

static bool word(struct lf_slice t, const char *lower, size_t n)
{
    bool same = t.len == n;
    for (size_t i = 0; same && i < n; i++)
        same = (t.at[i] | 0x20) == lower[i];
    return same;
}

bool lf_ship_bool(struct lf_slice *text)
{
    bool yes = word(*text, "true", 4);
    if (!yes && !word(*text, "false", 5))
        return false;
    *text = yes ? LF_S("true") : LF_S("false");
    return true;
}
