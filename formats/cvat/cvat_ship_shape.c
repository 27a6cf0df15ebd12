#include "formats/base/limits.h"
#include "formats/base/number.h"
#include "formats/cvat/cvat_parts.h"

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

// Each text of the shape; a skeleton's are short, and what a merge learned was not
// sent.
static bool check_shape(const struct lf_field *f, const struct lf_label *l,
                        const struct lf_sample *s, struct lf_error *err)
{
    const double *xy = l->xy;
    bool ok = true;
    switch (l->kind) {
    case LF_POLYGON:
    case LF_POLYLINE:
        for (uint32_t i = 0; ok && i < l->rings; i++) {
            ok = check_points(xy, l->ring[i].points, s, err);
            xy += (size_t)l->ring[i].points * 2;
        }
        return ok;
    case LF_POINTS:
        return f->learned || check_points(xy, l->points, s, err);
    case LF_MASK:
    case LF_SEGMENT:
        for (uint32_t i = 0; ok && i < l->masks; i++)
            ok = check_mask(&l->mask[i], s, err);
        return ok;
    default:
        return true;
    }
}

bool cvat_ship_shape(const struct lf_field *f, const struct lf_sample *s,
                     struct lf_label *l, struct lf_arena *a, struct lf_events *ev,
                     bool *home, struct lf_error *err)
{
    return lf_ship_shape(f, s, l, cvat_ends_meet, a, ev, home, err) &&
           (*home || check_shape(f, l, s, err));
}
