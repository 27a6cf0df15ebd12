#include "formats/fiftyone/fo_points.h"

#include <math.h>

uint32_t fo_elements(struct lf_slice list)
{
    struct lf_slice element;
    uint32_t n = 0;
    for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &element);)
        n++;
    return n;
}

bool fo_point_parts(struct lf_slice point, struct lf_slice part[2])
{
    struct lf_slice number;
    size_t n = 0;
    point = lf_json_trim(point);
    if (lf_json_type(point) != LF_JSON_ARRAY)
        return false;
    for (struct lf_json_walk w = lf_json_enter(point); lf_json_element(&w, &number);
         n++) {
        if (n == 2)
            return false;
        part[n] = lf_json_trim(number);
    }
    return n == 2;
}

// A point in pixels; missing, NaN NaN, if either number is.
static bool read_point(struct lf_slice text, const struct lf_sample *s, bool may_miss,
                       double xy[2])
{
    struct lf_slice part[2];
    if (!fo_point_parts(text, part))
        return false;
    bool missing = false;
    for (int i = 0; i < 2; i++)
        if (!fo_number(part[i], &xy[i])) {
            if (!may_miss || !fo_nan(part[i]))
                return false;
            missing = true;
        }
    xy[0] = missing ? NAN : xy[0] * s->width;
    xy[1] = missing ? NAN : xy[1] * s->height;
    return missing || (isfinite(xy[0]) && isfinite(xy[1]));
}

static void read_list(struct lf_slice list, const struct lf_sample *s, bool may_miss,
                      struct fo_points *p)
{
    struct lf_slice element;
    for (struct lf_json_walk w = lf_json_enter(list);
         p->fit && lf_json_element(&w, &element); p->points++) {
        double *xy = p->xy + (size_t)p->points * 2;
        p->fit = read_point(element, s, may_miss, xy);
        p->gaps |= p->fit && isnan(xy[0]);
    }
}

static bool is_list(struct lf_slice list)
{
    return lf_json_type(lf_json_trim(list)) == LF_JSON_ARRAY;
}

bool fo_points_read(struct lf_slice list, const struct lf_sample *s, struct lf_arena *a,
                    struct fo_points *p, struct lf_error *err)
{
    *p = (struct fo_points){.fit = !list.len || is_list(list)};
    uint32_t n = list.len && p->fit ? fo_elements(list) : 0;
    p->xy = lf_arena_take(a, (size_t)n * 2, sizeof *p->xy, err);
    if (!p->xy)
        return false;
    if (n)
        read_list(list, s, true, p);
    return true;
}

bool fo_rings_read(struct lf_slice list, const struct lf_sample *s, struct lf_arena *a,
                   struct fo_points *p, struct lf_error *err)
{
    struct lf_slice ring;
    size_t points = 0, rings = 0;
    *p = (struct fo_points){.fit = !list.len || is_list(list)};
    if (list.len && p->fit)
        for (struct lf_json_walk w = lf_json_enter(list);
             p->fit && lf_json_element(&w, &ring); rings++) {
            p->fit = is_list(ring);
            points += p->fit ? fo_elements(lf_json_trim(ring)) : 0;
        }
    if (!p->fit)
        return true;
    p->xy = lf_arena_take(a, points * 2, sizeof *p->xy, err);
    p->ring = p->xy ? lf_arena_take(a, rings, sizeof *p->ring, err) : NULL;
    if (!p->ring)
        return false;
    if (rings)
        for (struct lf_json_walk w = lf_json_enter(list);
             p->fit && lf_json_element(&w, &ring); p->rings++) {
            uint32_t before = p->points;
            read_list(lf_json_trim(ring), s, false, p);
            p->ring[p->rings] = (struct lf_ring){p->points - before, p->rings};
        }
    return true;
}
