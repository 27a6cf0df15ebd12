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

// Not by their parts: once a ring is gone from the dataset, those behind it are other
// parts than the archive says.
static bool other_rings(const struct lf_label *a, const struct lf_label *b)
{
    bool same = a->rings == b->rings;
    for (uint32_t i = 0; same && i < a->rings; i++)
        same = a->ring[i].points == b->ring[i].points;
    return !same;
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
    if (a->kind != b->kind)
        return true;
    return (!some_lack && a->points != b->points) || other_rings(a, b) ||
           other_masks(a, b) || any_far(a, b, points, slack) ||
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
    if (a->type != b->type && a->type != LF_V_UNTYPED && b->type != LF_V_UNTYPED)
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
