#include "merge/deciding.h"
#include "merge/geometry.h"
#include "merge/pixel_merge.h"

// Pixels are merged one by one: what theirs changed of what was shipped is changed in
// ours, and a conflict is only what both painted differently, or a mask with nothing
// left.
static bool take_pixels(struct lf_deciding *j, const struct lf_label *base,
                        const struct lf_label *ours, const struct lf_label *theirs,
                        struct lf_verdict *v)
{
    struct lf_label *made = lf_arena_take(j->a, 1, sizeof *made, j->err);
    struct lf_mask *mask;
    struct lf_attr_set attrs;
    bool clash;
    if (!made)
        return false;
    *made = *theirs;
    if (!lf_merge_pixels(base, ours, theirs, j->a, &mask, &made->masks, &clash, j->err))
        return false;
    made->mask = mask;
    enum lf_settled how =
        clash || !made->masks ? lf_settle(j, base, ours, LF_SPACE, 0) : LF_TAKE_THEIRS;
    if (how != LF_TAKE_THEIRS)
        return lf_conflict_of(j, how, base, ours, theirs, LF_SPACE, v);
    if (!made->masks) {
        made->mask = theirs->mask;
        made->masks = theirs->masks;
    }
    if (!(lf_changed(lf_field_of(j, base), ours, made, j->r->slack, &attrs) & LF_SPACE))
        return true; // changed alike
    v->take |= LF_SPACE;
    v->space = made;
    return true;
}

// What was shipped of a mask on disk is not known any more: it may be ours that
// changed.
static bool take_lost(struct lf_deciding *j, const struct lf_label *base,
                      const struct lf_label *ours, const struct lf_label *theirs,
                      struct lf_verdict *v)
{
    struct lf_slice none = {0};
    if (!lf_tell(j, LF_E_MASK_LOST, NULL, base, theirs, none, none, ""))
        return false;
    enum lf_settled how = lf_settle(j, base, ours, LF_SPACE, 0);
    if (how != LF_TAKE_THEIRS)
        return lf_conflict_of(j, how, base, ours, theirs, LF_SPACE, v);
    v->take |= LF_SPACE;
    return true;
}

static bool refuse_space(struct lf_deciding *j, const struct lf_label *base,
                         const struct lf_label *theirs, enum lf_code code,
                         const char *text, struct lf_verdict *v)
{
    struct lf_slice none = {0};
    v->refused |= LF_SPACE;
    return lf_tell(j, code, "refused", base, theirs, none, none, text);
}

// The geometry as it may be taken: out of the image by a little or by far. `*shape` is
// theirs, or a copy brought into the image.
bool lf_check_reach(struct lf_deciding *j, const struct lf_label *before,
                    const struct lf_label *theirs, const struct lf_label **shape,
                    bool *far)
{
    struct lf_slice none = {0};
    uint32_t w = j->base->width, h = j->base->height;
    *shape = theirs;
    *far = false;
    if (w <= 1 && h <= 1) // a copy's numbers are the dataset's own
        return true;
    if (before && lf_excess(theirs, w, h) <= lf_excess(before, w, h) + j->r->slack)
        return true;
    switch (lf_reach(theirs, w, h)) {
    case LF_REACH_FAR:
        *far = true;
        return true;
    case LF_REACH_OUTSIDE:
        return lf_tell(j, LF_E_OUTSIDE, NULL, before ? before : theirs, theirs, none,
                       none, "");
    case LF_REACH_TINY:
        break;
    default:
        return true;
    }
    if (!j->r->clamp)
        return true;
    struct lf_label *made = lf_arena_take(j->a, 1, sizeof *made, j->err);
    if (!made)
        return false;
    *made = *theirs;
    made->xy =
        lf_arena_take(j->a, (size_t)theirs->points * 2, sizeof *made->xy, j->err);
    if (!made->xy)
        return false;
    lf_clamp(theirs, w, h, made->xy);
    *shape = made;
    return lf_tell(j, LF_N_CLAMPED, NULL, before ? before : theirs, theirs, none, none,
                   "");
}

bool lf_judge_space(struct lf_deciding *j, const struct lf_label *base,
                    const struct lf_label *ours, const struct lf_label *theirs,
                    struct lf_verdict *v)
{
    bool far, pixels = base->kind & (LF_MASK | LF_SEGMENT) && ours->kind == base->kind;
    if (!lf_field_may(lf_field_of(j, base), LF_MAY_MOVE))
        return lf_refuse_part(j, base, theirs, LF_SPACE, v);
    if (base->kind == LF_POINTS && ours->fixed && theirs->points != ours->points)
        return refuse_space(j, base, theirs, LF_E_POINTS_COUNT, "", v);
    if (!lf_check_reach(j, base, theirs, &v->space, &far))
        return false;
    if (far)
        return refuse_space(j, base, theirs, LF_E_FAR, "", v);
    if (lf_has_nothing(theirs))
        return refuse_space(j, base, theirs, LF_E_DEGENERATE, "nothing of it is left",
                            v);
    if (lf_is_flat(theirs) && !lf_is_flat(base) &&
        !lf_tell(j, LF_E_DEGENERATE, NULL, base, theirs, (struct lf_slice){0},
                 (struct lf_slice){0}, "the shape has no area any more"))
        return false;
    if (base->lost)
        return take_lost(j, base, ours, theirs, v);
    if (pixels && !theirs->pixels.len)
        return take_pixels(j, base, ours, theirs, v);
    return lf_take_part(j, base, ours, v->space, LF_SPACE, v);
}
