#include "merge/pixel_merge.h"

struct job {
    struct lf_arena *a;
    struct lf_error *err;
};

static struct lf_mask mask_of(const struct lf_label *l, uint32_t value)
{
    for (uint32_t i = 0; i < l->masks; i++)
        if (l->mask[i].value == value)
            return l->mask[i];
    return (struct lf_mask){.value = value};
}

static bool combine(struct job *j, enum lf_mask_op op, const struct lf_mask *x,
                    const struct lf_mask *y, struct lf_mask *out)
{
    struct lf_mask done;
    if (!lf_mask_combine(op, x, y, j->a, &done, j->err))
        return false;
    done.value = x->value;
    *out = done;
    return true;
}

// The pixels where two labels say different values: of each value, what only one of
// them has.
static bool differ(struct job *j, const struct lf_label *x, const struct lf_label *y,
                   struct lf_mask *out)
{
    struct lf_mask xor ;
    *out = (struct lf_mask){0};
    for (uint32_t i = 0; i < x->masks; i++) {
        struct lf_mask other = mask_of(y, x->mask[i].value);
        if (!combine(j, LF_MASK_XOR, &x->mask[i], &other, &xor) ||
            !combine(j, LF_MASK_OR, out, &xor, out))
            return false;
    }
    for (uint32_t i = 0; i < y->masks; i++)
        if (!mask_of(x, y->mask[i].value).runs &&
            !combine(j, LF_MASK_OR, out, &y->mask[i], out))
            return false;
    return true;
}

// Whether theirs and ours both changed a pixel, to two values. Two changes of a mask
// with one value are always alike.
static bool clashes(struct job *j, const struct lf_label *base,
                    const struct lf_label *ours, const struct lf_label *theirs,
                    const struct lf_mask *changed, bool *clash)
{
    struct lf_mask by_ours, between, both;
    if (!differ(j, base, ours, &by_ours) || !differ(j, ours, theirs, &between) ||
        !combine(j, LF_MASK_AND, &by_ours, changed, &both) ||
        !combine(j, LF_MASK_AND, &both, &between, &both))
        return false;
    *clash = both.runs > 0;
    return true;
}

// One value's pixels: theirs where theirs changed something, ours elsewhere.
static bool take(struct job *j, uint32_t value, const struct lf_label *ours,
                 const struct lf_label *theirs, const struct lf_mask *changed,
                 struct lf_mask *out)
{
    struct lf_mask mine = mask_of(ours, value), other = mask_of(theirs, value);
    return combine(j, LF_MASK_MINUS, &mine, changed, &mine) &&
           combine(j, LF_MASK_AND, &other, changed, &other) &&
           combine(j, LF_MASK_OR, &mine, &other, out);
}

bool lf_merge_pixels(const struct lf_label *base, const struct lf_label *ours,
                     const struct lf_label *theirs, struct lf_arena *a,
                     struct lf_mask **masks, uint32_t *count, bool *clash,
                     struct lf_error *err)
{
    struct job j = {a, err};
    struct lf_mask changed;
    uint32_t o = 0, t = 0;
    *count = 0;
    *masks = lf_arena_take(a, (size_t)ours->masks + theirs->masks, sizeof **masks, err);
    if (!*masks || !differ(&j, base, theirs, &changed) ||
        !clashes(&j, base, ours, theirs, &changed, clash))
        return false;
    while (o < ours->masks || t < theirs->masks) { // both are sorted by value
        bool mine = o < ours->masks && (t >= theirs->masks ||
                                        ours->mask[o].value <= theirs->mask[t].value);
        uint32_t value = mine ? ours->mask[o].value : theirs->mask[t].value;
        o += mine;
        t += t < theirs->masks && theirs->mask[t].value == value;
        if (!take(&j, value, ours, theirs, &changed, &(*masks)[*count]))
            return false;
        *count += (*masks)[*count].runs > 0;
    }
    return true;
}
