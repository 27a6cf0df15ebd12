#include "formats/labelstudio/ls_value.h"

#include <math.h>

#include "formats/base/json.h"
#include "formats/base/limits.h"
#include "formats/base/names.h"
#include "formats/base/number.h"
#include "formats/labelstudio/ls_held.h"
#include "formats/mask/mask_brush.h"
#include "formats/mask/mask_data_url.h"

static const double PI = 3.14159265358979323846;

enum ls_role ls_role_of(struct lf_slice type, unsigned *kind)
{
    static const struct {
        const char *name;
        enum ls_role role;
        unsigned kind;
    } rows[] = {
        {"rectanglelabels", LS_SHAPE, LF_BOX},
        {"rectangle", LS_SHAPE, LF_BOX},
        {"ellipselabels", LS_SHAPE, LF_ELLIPSE},
        {"ellipse", LS_SHAPE, LF_ELLIPSE},
        {"polygonlabels", LS_SHAPE, LF_POLYGON},
        {"polygon", LS_SHAPE, LF_POLYGON},
        {"vectorlabels", LS_SHAPE, LF_POLYLINE},
        {"vector", LS_SHAPE, LF_POLYLINE},
        {"keypointlabels", LS_SHAPE, LF_POINTS},
        {"keypoint", LS_SHAPE, LF_POINTS},
        {"brushlabels", LS_SHAPE, LF_MASK},
        {"brush", LS_SHAPE, LF_MASK},
        {"bitmasklabels", LS_SHAPE, LF_MASK},
        {"bitmask", LS_SHAPE, LF_MASK},
        {"labels", LS_LABELS, LF_OTHER},
        {"choices", LS_TAG, LF_TAG},
        {"taxonomy", LS_TAG, LF_TAG},
        {"textarea", LS_TEXT, LF_SCALAR},
        {"number", LS_TEXT, LF_SCALAR},
        {"rating", LS_TEXT, LF_SCALAR},
        {"datetime", LS_TEXT, LF_SCALAR},
        {"relation", LS_RELATION, LF_OTHER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (lf_slice_is(type, rows[i].name)) {
            *kind = rows[i].kind;
            return rows[i].role;
        }
    *kind = LF_OTHER;
    return LS_STRANGE;
}

const char *ls_value_key(struct lf_slice type)
{
    static const char *const same[] = {"choices", "taxonomy", "number", "rating",
                                       "datetime"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (lf_slice_is(type, same[i]))
            return same[i];
    return lf_slice_is(type, "textarea") ? "text" : NULL;
}

static bool bad(struct lf_error *err, const char *what, const char *name)
{
    return lf_fail(err, LF_E_LABELSTUDIO, "%s %s", what, name);
}

// ---------------------------------------------------------------------------- numbers

static bool to_pixels(struct lf_slice json, const char *name, double size, double *out,
                      struct lf_error *err)
{
    double percent;
    if (!lf_parse_double(lf_json_trim(json), &percent))
        return bad(err, "not a number:", name);
    *out = percent * size / 100;
    if (*out >= -LF_COORDINATE && *out <= LF_COORDINATE)
        return true;
    return lf_fail(err, LF_E_LIMIT_COUNT, "%s is too far away (limit coordinate)",
                   name);
}

static bool pixels_of(struct lf_slice value, const char *name, double size, double *out,
                      struct lf_error *err)
{
    struct lf_slice json;
    if (!lf_json_get(value, name, &json))
        return bad(err, "a shape lacks the value", name);
    return to_pixels(json, name, size, out, err);
}

// Degrees; absent is none.
static bool rotation_of(struct lf_slice value, double *turn, struct lf_error *err)
{
    struct lf_slice json;
    *turn = 0;
    if (!lf_json_get(value, "rotation", &json) ||
        lf_json_type(lf_json_trim(json)) == LF_JSON_NULL)
        return true;
    if (!lf_parse_double(lf_json_trim(json), turn))
        return bad(err, "not a number:", "rotation");
    *turn = lf_turn(*turn);
    return true;
}

// ---------------------------------------------------------------------------- boxes

// x, y is the corner that the box turns about, and sides drawn backwards are negative.
static bool read_box(const struct ls_result *r, double w, double h, struct lf_label *l,
                     struct lf_arena *a, struct lf_error *err)
{
    double x, y, across, down;
    if (!(l->xy = lf_arena_take(a, 4, sizeof *l->xy, err)) ||
        !pixels_of(r->value, "x", w, &x, err) ||
        !pixels_of(r->value, "y", h, &y, err) ||
        !pixels_of(r->value, "width", w, &across, err) ||
        !pixels_of(r->value, "height", h, &down, err) ||
        !rotation_of(r->value, &l->turn, err))
        return false;
    if (l->turn != 0) {
        double c = cos(l->turn * PI / 180), s = sin(l->turn * PI / 180);
        double cx = x + across / 2 * c - down / 2 * s;
        double cy = y + across / 2 * s + down / 2 * c;
        x = cx - across / 2;
        y = cy - down / 2;
    }
    l->xy[0] = across < 0 ? x + across : x;
    l->xy[1] = down < 0 ? y + down : y;
    l->xy[2] = across < 0 ? x : x + across;
    l->xy[3] = down < 0 ? y : y + down;
    l->points = 2;
    return true;
}

static bool read_ellipse(const struct ls_result *r, double w, double h,
                         struct lf_label *l, struct lf_arena *a, struct lf_error *err)
{
    if (!(l->xy = lf_arena_take(a, 4, sizeof *l->xy, err)) ||
        !pixels_of(r->value, "x", w, &l->xy[0], err) ||
        !pixels_of(r->value, "y", h, &l->xy[1], err) ||
        !pixels_of(r->value, "radiusX", w, &l->xy[2], err) ||
        !pixels_of(r->value, "radiusY", h, &l->xy[3], err) ||
        !rotation_of(r->value, &l->turn, err))
        return false;
    l->xy[2] = fabs(l->xy[2]);
    l->xy[3] = fabs(l->xy[3]);
    l->points = 2;
    return true;
}

static bool read_point(const struct ls_result *r, double w, double h,
                       struct lf_label *l, struct lf_arena *a, struct lf_error *err)
{
    l->points = 1;
    return (l->xy = lf_arena_take(a, 2, sizeof *l->xy, err)) &&
           pixels_of(r->value, "x", w, &l->xy[0], err) &&
           pixels_of(r->value, "y", h, &l->xy[1], err);
}

// ---------------------------------------------------------------------------- rings

// The list under a key, and how many entries it has.
static bool list_of(struct lf_slice value, const char *key, struct lf_slice *list,
                    uint32_t *count, struct lf_error *err)
{
    struct lf_slice entry;
    *count = 0;
    if (!lf_json_get(value, key, list))
        return bad(err, "a shape lacks the value", key);
    *list = lf_json_trim(*list);
    if (lf_json_type(*list) != LF_JSON_ARRAY)
        return bad(err, "not a list:", key);
    struct lf_json_walk w = lf_json_enter(*list);
    while (lf_json_element(&w, &entry))
        ++*count; // a text is shorter than 2^32
    return true;
}

static bool one_ring(struct lf_label *l, struct lf_arena *a, struct lf_error *err)
{
    struct lf_ring *ring = lf_arena_take(a, 1, sizeof *ring, err);
    if (!ring)
        return false;
    ring->points = l->points;
    l->ring = ring;
    l->rings = 1;
    return true;
}

static bool read_pair(struct lf_slice pair, double w, double h, double *xy,
                      struct lf_error *err)
{
    struct lf_slice x, y, more;
    pair = lf_json_trim(pair);
    if (lf_json_type(pair) != LF_JSON_ARRAY)
        return bad(err, "not pairs of numbers:", "points");
    struct lf_json_walk walk = lf_json_enter(pair);
    if (!lf_json_element(&walk, &x) || !lf_json_element(&walk, &y) ||
        lf_json_element(&walk, &more))
        return bad(err, "not pairs of numbers:", "points");
    return to_pixels(x, "points", w, &xy[0], err) &&
           to_pixels(y, "points", h, &xy[1], err);
}

// Absent, `closed` is true. A polygon's last point is never its first again.
static bool read_polygon(const struct ls_result *r, double w, double h,
                         struct lf_label *l, struct lf_arena *a, struct lf_error *err)
{
    struct lf_slice list, pair, closed;
    uint32_t n;
    if (!list_of(r->value, "points", &list, &n, err) ||
        !(l->xy = lf_arena_take(a, 2 * (size_t)n, sizeof *l->xy, err)))
        return false;
    struct lf_json_walk walk = lf_json_enter(list);
    for (double *xy = l->xy; lf_json_element(&walk, &pair); xy += 2)
        if (!read_pair(pair, w, h, xy, err))
            return false;
    l->points = n;
    if (lf_json_get(r->value, "closed", &closed) &&
        lf_json_type(lf_json_trim(closed)) == LF_JSON_FALSE)
        l->kind = LF_POLYLINE;
    else
        while (ls_ends_meet(l->xy, l->points))
            l->points--;
    return one_ring(l, a, err);
}

// ---------------------------------------------------------------------------- lines

struct vertex {
    struct lf_slice id, before;
    double xy[2];
};

static bool is_true(struct lf_slice object, const char *key)
{
    struct lf_slice value;
    return lf_json_get(object, key, &value) &&
           lf_json_type(lf_json_trim(value)) == LF_JSON_TRUE;
}

static bool read_vertex(struct lf_slice json, double w, double h, struct vertex *v,
                        bool *curved, struct lf_arena *a, struct lf_error *err)
{
    json = lf_json_trim(json);
    if (lf_json_type(json) != LF_JSON_OBJECT)
        return bad(err, "not a list of points:", "vertices");
    *curved |= is_true(json, "isBezier");
    return pixels_of(json, "x", w, &v->xy[0], err) &&
           pixels_of(json, "y", h, &v->xy[1], err) &&
           lf_json_text(json, "id", a, &v->id, err) &&
           lf_json_text(json, "prevPointId", a, &v->before, err);
}

// Each point names the one before it. Where that is one line, it is the order; else the
// list's is.
static bool in_order(const struct vertex *v, uint32_t n, uint32_t *order,
                     struct lf_arena *a, struct lf_error *err)
{
    struct lf_names ids = {0};
    uint32_t first = 0, starts = 0, at;
    uint32_t *next = lf_arena_take(a, n, sizeof *next, err); // 1 + the one behind
    bool added = true, ok = next != NULL, line = true;
    for (uint32_t i = 0; ok && line && i < n; i++) {
        ok = lf_names_add(&ids, v[i].id, &at, &added, err);
        line = added && v[i].id.len;
    }
    for (uint32_t i = 0; ok && line && i < n; i++) {
        if (!v[i].before.len || !lf_names_find(&ids, v[i].before, &at)) {
            first = i;
            starts++;
        } else {
            line = next[at] == 0;
            next[at] = i + 1;
        }
    }
    lf_names_done(&ids);
    line = line && starts <= 1;
    at = first;
    for (uint32_t i = 0; ok && i < n; i++) {
        order[i] = line ? at : i;
        line = line && (i + 1 == n || (next[at] && next[at] - 1 != first));
        if (line && i + 1 < n)
            at = next[at] - 1;
        else if (i + 1 < n) // a circle apart from it: the list's order after all
            for (uint32_t k = 0; k <= i; k++)
                order[k] = k;
    }
    return ok;
}

// A closed line gets its first point again at the end, as it was shipped.
static bool read_vector(const struct ls_result *r, double w, double h,
                        struct lf_label *l, bool *curved, struct lf_arena *a,
                        struct lf_error *err)
{
    struct lf_slice list, json;
    uint32_t n;
    if (!list_of(r->value, "vertices", &list, &n, err))
        return false;
    struct vertex *v = lf_arena_take(a, n, sizeof *v, err);
    uint32_t *order = lf_arena_take(a, n, sizeof *order, err);
    l->xy = lf_arena_take(a, 2 * ((size_t)n + 1), sizeof *l->xy, err);
    if (!v || !order || !l->xy)
        return false;
    struct lf_json_walk walk = lf_json_enter(list);
    for (uint32_t i = 0; lf_json_element(&walk, &json); i++)
        if (!read_vertex(json, w, h, &v[i], curved, a, err))
            return false;
    if (!in_order(v, n, order, a, err))
        return false;
    for (uint32_t i = 0; i < n; i++)
        memcpy(l->xy + 2 * (size_t)i, v[order[i]].xy, sizeof v->xy);
    l->points = n;
    if (n && is_true(r->value, "closed"))
        memcpy(l->xy + 2 * (size_t)l->points++, l->xy, 2 * sizeof *l->xy);
    return one_ring(l, a, err);
}

// ---------------------------------------------------------------------------- masks

static bool read_pixels(const struct ls_result *r, uint32_t width, uint32_t height,
                        struct lf_mask *m, bool *soft, struct lf_arena *a,
                        struct lf_error *err)
{
    struct lf_slice json;
    if (lf_json_get(r->value, "rle", &json)) {
        json = lf_json_trim(json);
        if (lf_json_type(json) != LF_JSON_ARRAY)
            return bad(err, "not a list:", "rle");
        return lf_mask_read_brush(json, width, height, LF_BRUSH_HALF, a, m, soft, err);
    }
    if (!lf_json_get(r->value, "imageDataURL", &json))
        return bad(err, "a shape lacks the value", "rle or imageDataURL");
    json = lf_json_trim(json);
    if (lf_json_type(json) != LF_JSON_STRING)
        return bad(err, "not a text:", "imageDataURL");
    return lf_json_string(json, a, &json, err) &&
           lf_mask_read_data_url(json, width, height, LF_BRUSH_HALF, a, m, soft, err);
}

static bool read_mask(const struct ls_result *r, uint32_t width, uint32_t height,
                      struct lf_label *l, bool *soft, struct lf_arena *a,
                      struct lf_error *err)
{
    struct lf_mask *m = lf_arena_take(a, 1, sizeof *m, err);
    if (!m || !read_pixels(r, width, height, m, soft, a, err))
        return false;
    if (!m->runs) { // all of it was wiped out
        l->kind = LF_OTHER;
        return true;
    }
    l->mask = m;
    l->masks = 1;
    return true;
}

bool ls_read_shape(const struct ls_result *r, uint32_t width, uint32_t height,
                   struct lf_label *l, struct ls_shape_notes *notes, struct lf_arena *a,
                   struct lf_error *err)
{
    if (!r->value.len)
        return bad(err, "a shape lacks its", "value");
    switch (l->kind) {
    case LF_BOX:
        return read_box(r, width, height, l, a, err);
    case LF_ELLIPSE:
        return read_ellipse(r, width, height, l, a, err);
    case LF_POLYGON:
        return read_polygon(r, width, height, l, a, err);
    case LF_POLYLINE:
        return read_vector(r, width, height, l, &notes->curved, a, err);
    case LF_POINTS:
        return read_point(r, width, height, l, a, err);
    case LF_MASK:
        return read_mask(r, width, height, l, &notes->soft, a, err);
    default:
        return true;
    }
}
