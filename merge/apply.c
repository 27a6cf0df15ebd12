#include "merge/merge.h"

static bool apply_attrs(const struct lf_change *c, struct lf_label *l,
                        struct lf_arena *a, struct lf_error *err)
{
    struct lf_attr *attr =
        lf_arena_take(a, (size_t)l->attrs + c->theirs->attrs, sizeof *attr, err);
    uint32_t n = 0, i = 0, k = 0;
    if (!attr)
        return false;
    while (i < l->attrs || k < c->theirs->attrs) {
        const struct lf_attr *old = i < l->attrs ? &l->attr[i] : NULL;
        const struct lf_attr *new = k < c->theirs->attrs ? &c->theirs->attr[k] : NULL;
        bool take = new &&lf_attr_set_has(&c->attrs, new->name);
        if (old && (!new || old->name < new->name)) {
            attr[n++] = *old;
            i++;
        } else {
            if (take)
                attr[n++] = *new;
            else if (old && old->name == new->name)
                attr[n++] = *old;
            i += old && old->name == new->name;
            k++;
        }
    }
    l->attr = attr;
    l->attrs = n;
    return true;
}

static bool apply_edit(const struct lf_change *c, struct lf_label *l,
                       struct lf_arena *a, struct lf_error *err)
{
    l->whole = (struct lf_slice){0}; // no longer what it says
    if (c->parts & LF_CLASS)
        l->name = c->theirs->name;
    if (c->parts & LF_SPACE) {
        l->kind = c->theirs->kind; // ours may have become another
        l->xy = c->theirs->xy;
        l->points = c->theirs->points;
        l->turn = c->theirs->turn;
        l->ring = c->theirs->ring;
        l->rings = c->theirs->rings;
        l->mask = c->theirs->mask;
        l->masks = c->theirs->masks;
        l->pixels = c->theirs->pixels;
        if (c->theirs->says_form)
            l->closed = c->theirs->closed;
    }
    return !(c->parts & LF_ATTRS) || apply_attrs(c, l, a, err);
}

static const struct lf_change *change_of(const struct lf_changes *plan,
                                         const struct lf_label *ours)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->change[i].ours == ours)
            return &plan->change[i];
    return NULL;
}

bool lf_apply_changes(const struct lf_sample *ours, const struct lf_changes *plan,
                      struct lf_arena *a, struct lf_sample *out, struct lf_error *err)
{
    *out = *ours;
    out->label = lf_arena_take(a, ours->labels + plan->count, sizeof *out->label, err);
    out->labels = 0;
    if (!out->label)
        return false;
    for (size_t i = 0; i < ours->labels; i++) {
        const struct lf_change *c = change_of(plan, &ours->label[i]);
        if (c && !c->theirs)
            continue;
        struct lf_label *l = &out->label[out->labels++];
        *l = ours->label[i];
        if (c && !apply_edit(c, l, a, err))
            return false;
    }
    for (size_t i = 0; i < plan->count; i++)
        if (!plan->change[i].ours) {
            struct lf_label *l = &out->label[out->labels++];
            *l = *plan->change[i].theirs;
            l->id = plan->change[i].id;
            l->raw = (struct lf_slice){0};
        }
    return true;
}
