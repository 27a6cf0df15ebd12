#include "merge/deciding.h"
#include "merge/decisions.h"

// Which of the dataset's labels it is, as it was before the first archive.
static bool find(const struct lf_sample *s, const struct lf_label *base,
                 const struct lf_label *ours, size_t *k)
{
    for (*k = 0; *k < s->labels; ++*k) {
        const struct lf_label *l = &s->label[*k];
        if (ours ? l->raw.at == ours->raw.at
                 : base->id.known && l->field == base->field &&
                       lf_id_eq(&l->id, &base->id))
            return true;
    }
    return false;
}

static bool took(const struct lf_taken *t, bool ours, unsigned part, unsigned attr)
{
    if (part == LF_EXISTS)
        return ours ? t->parts != 0 : t->parts & LF_EXISTS;
    return t->parts & part && (part != LF_ATTRS || lf_attr_set_has(&t->attrs, attr));
}

// The strongest vote of the earlier archives that changed the part; false: none did.
static bool earlier_vote(const struct lf_earlier *e, const struct lf_label *base,
                         const struct lf_label *ours, unsigned part, unsigned attr,
                         uint32_t *vote)
{
    size_t k;
    bool any = false;
    if (!e || !find(e->ours, base, ours, &k))
        return false;
    for (size_t i = 0; i < e->archives; i++)
        if (took(&e->taken[i][k], ours != NULL, part, attr) &&
            (!any || e->theirs[i].vote < *vote)) {
            *vote = e->theirs[i].vote;
            any = true;
        }
    return any;
}

enum lf_settled lf_settle(const struct lf_deciding *j, const struct lf_label *base,
                          const struct lf_label *ours, unsigned part, unsigned attr)
{
    uint32_t vote = 0;
    enum lf_choice decided = LF_CONFLICT_FAIL;
    bool rivals = earlier_vote(j->earlier, base, ours, part, attr, &vote);
    if (rivals && vote < j->from->vote)
        return LF_OUTVOTED;
    if (lf_decided(j->r->decisions, &j->base->id, lf_field_of(j, base)->name, &base->id,
                   &decided))
        return decided == LF_CONFLICT_THEIRS ? LF_TAKE_THEIRS : LF_KEEP_OURS;
    if (rivals)
        return LF_RIVALS;
    return j->r->conflict == LF_CONFLICT_THEIRS ? LF_TAKE_THEIRS : LF_OPEN;
}

bool lf_edited_elsewhere(const struct lf_deciding *j, const struct lf_label *base)
{
    const struct lf_earlier *e = j->earlier;
    struct lf_attr_set attrs;
    bool any = false;
    for (size_t i = 0; j->r->keep_all && e && i < e->all && base->id.known; i++)
        for (size_t k = 0; !any && k < e->theirs[i].sample.labels; k++) {
            const struct lf_label *l = &e->theirs[i].sample.label[k];
            any = l->field == base->field && lf_id_eq(&l->id, &base->id) &&
                  lf_changed(lf_field_of(j, base), base, l, j->r->slack, &attrs);
        }
    return any;
}

bool lf_not_taken(struct lf_deciding *j, enum lf_settled how,
                  const struct lf_label *base, const struct lf_label *theirs,
                  unsigned part, struct lf_slice was, struct lf_slice came,
                  const char *text, struct lf_verdict *v)
{
    bool all = how == LF_RIVALS && j->r->keep_all;
    if (all && theirs && part != LF_EXISTS) {
        v->rival = true; // it is added beside the other, which tells
        return true;
    }
    if (how == LF_KEEP_OURS || how == LF_OUTVOTED || (all && !theirs)) {
        v->ignored = v->settled = true;
        return lf_tell(j, how == LF_KEEP_OURS ? LF_N_DECIDED : LF_N_OUTVOTED, "ignored",
                       base, theirs, was, came, how == LF_KEEP_OURS ? "" : text);
    }
    v->conflict |= part;
    return lf_open_conflict(j->r->decisions, j->ev, &j->base->id,
                            lf_field_of(j, base)->name, &base->id, text, j->err) &&
           lf_tell(j, how == LF_RIVALS ? LF_E_ANNOTATORS : LF_E_CONFLICT, "conflict",
                   base, theirs, was, came, text);
}
