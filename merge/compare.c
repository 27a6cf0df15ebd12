#include <math.h>

#include "formats/label/value.h"
#include "merge/merge.h"

static bool far(double a, double b, double slack)
{
    return !(fabs(a - b) <= slack);
}

static bool turned(double a, double b, double slack)
{
    double d = fabs(a - b);
    return (d > 180 ? 360 - d : d) > slack;
}

// A missing point is where the other is missing too.
static bool any_far(const struct lf_label *a, const struct lf_label *b, uint32_t points,
                    double slack)
{
    for (uint32_t i = 0; i < 2 * points; i++)
        if (far(a->xy[i], b->xy[i], slack) && !(isnan(a->xy[i]) && isnan(b->xy[i])))
            return true;
    return false;
}

enum { RINGS = 256 }; // so many in another order are told to be the same

static bool near_rings(const struct lf_label *a, const struct lf_label *b, uint32_t i,
                       uint32_t k, size_t x, size_t y, double slack)
{
    bool near = a->ring[i].points == b->ring[k].points;
    for (size_t n = 0; near && n < 2 * (size_t)a->ring[i].points; n++)
        near = !far(a->xy[2 * x + n], b->xy[2 * y + n], slack);
    return near;
}

// Rings that are not where they were: each has its like among the others.
static bool shuffled(const struct lf_label *a, const struct lf_label *b, uint32_t from,
                     size_t start, double slack)
{
    bool used[RINGS] = {false};
    size_t x = start;
    if (a->rings - from > RINGS)
        return false;
    for (uint32_t i = from; i < a->rings; i++) {
        size_t y = start;
        bool found = false;
        for (uint32_t k = from; k < b->rings && !found; k++) {
            found = !used[k - from] && near_rings(a, b, i, k, x, y, slack);
            used[k - from] |= found;
            y += b->ring[k].points;
        }
        if (!found)
            return false;
        x += a->ring[i].points;
    }
    return true;
}

// Neither by their parts nor by their order: once a ring is gone from the dataset,
// those behind it are other parts than the archive says, and a new one stands at the
// end.
static bool other_rings(const struct lf_label *a, const struct lf_label *b,
                        double slack)
{
    size_t at = 0;
    uint32_t i = 0;
    if (a->rings != b->rings || a->points != b->points)
        return true;
    for (; i < a->rings && near_rings(a, b, i, i, at, at, slack); i++)
        at += a->ring[i].points;
    return i < a->rings && !shuffled(a, b, i, at, slack);
}

static bool other_masks(const struct lf_label *a, const struct lf_label *b)
{
    bool same = a->masks == b->masks;
    for (uint32_t i = 0; same && i < a->masks; i++)
        same = lf_mask_eq(&a->mask[i], &b->mask[i]);
    return !same;
}

static bool moved(const struct lf_label *a, const struct lf_label *b, double slack)
{
    bool some_lack =
        a->kind == LF_BOX || a->kind == LF_MASK; // own numbers; a mask's box
    uint32_t points = a->points < b->points ? a->points : b->points;
    const unsigned dots = LF_POINTS | LF_SKELETON; // one or the other by their number
    if (a->kind != b->kind && !(a->kind & dots && b->kind & dots))
        return true;
    return (!some_lack && a->points != b->points) || other_rings(a, b, slack) ||
           other_masks(a, b) || (!a->rings && any_far(a, b, points, slack)) ||
           (b->says_form && a->closed != b->closed) || turned(a->turn, b->turn, slack);
}

// A value without a type is a text some tool held: it is the same if it would be
// written as the other is. With types, 7 and "7" are two values.
static bool same_attr(const struct lf_attr_def *d, const struct lf_attr *a,
                      const struct lf_attr *b)
{
    const struct lf_attr unset = {.type = LF_V_NULL, .text = d->preset};
    if (!a)
        a = &unset;
    // What stayed at home was shown as another value, which has no type.
    if (a->type != b->type && a->type != LF_V_UNTYPED && b->type != LF_V_UNTYPED &&
        !a->home)
        return false;
    return lf_value_same(a->text, b->text, d->input == LF_IN_CHECKBOX) ||
           (a->type != b->type &&
            lf_value_same_typed(a->text, b->text,
                                a->type == LF_V_UNTYPED ? (enum lf_value)b->type
                                                        : (enum lf_value)a->type));
}

unsigned lf_changed(const struct lf_field *f, const struct lf_label *a,
                    const struct lf_label *b, double slack, struct lf_attr_set *attrs)
{
    unsigned parts = 0;
    *attrs = (struct lf_attr_set){0};
    if (!lf_slice_eq(a->name, b->name))
        parts |= LF_CLASS;
    if (moved(a, b, slack))
        parts |= LF_SPACE;
    for (uint32_t i = 0; i < b->attrs; i++) {
        const struct lf_attr *to = &b->attr[i];
        if (!same_attr(&f->attr[to->name], lf_attr_of(f, a, to->name), to)) {
            lf_attr_set_add(attrs, to->name);
            parts |= LF_ATTRS;
        }
    }
    return parts;
}
