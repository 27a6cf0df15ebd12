#include <stdio.h>

#include "merge/candidates.h"
#include "merge/decisions.h"
#include "merge/geometry.h"

// A label that vanished and a shape that came without its id, alike enough to be the
// same object: nobody but a person can know, so it is proposed, and done only when it
// was accepted.
static bool alike(const struct lf_rules *r, const struct lf_sample *base,
                  const struct lf_sample *theirs, struct lf_arena *a,
                  const struct lf_pairing *p, struct lf_candidates *c,
                  struct lf_error *err)
{
    if (!lf_few_pairs(lf_alone(p->theirs_of, base->labels),
                      lf_alone(p->base_of, theirs->labels), err))
        return false;
    for (size_t b = 0; b < base->labels; b++) {
        const struct lf_label *l = &base->label[b];
        if (!l->shipped || p->theirs_of[b] >= 0 || p->ours_of[b] < 0)
            continue;
        for (size_t t = 0; t < theirs->labels; t++) {
            const struct lf_label *m = &theirs->label[t];
            double v = p->base_of[t] < 0 && m->field == l->field && m->kind & LF_SPATIAL
                           ? lf_overlap(l, m)
                           : 0;
            if (v >= r->rematch && !lf_consider(c, v, b, t, a, err))
                return false;
        }
    }
    lf_closest_first(c);
    return true;
}

static bool propose(const struct lf_rules *r, const struct lf_sample *base,
                    const struct lf_sample *theirs, const struct lf_pairing *p,
                    const struct lf_candidate *c, struct lf_events *ev,
                    struct lf_slice file, struct lf_error *err)
{
    char sample[25], label[25], made[25], text[80];
    const struct lf_label *l = &base->label[c->base], *m = &theirs->label[c->other];
    struct lf_slice field = r->run->schema.field[l->field].name;
    lf_id_print(&base->id, sample);
    lf_id_print(&l->id, label);
    lf_id_print(&p->new_id[c->other], made);
    snprintf(text, sizeof text, "a new shape overlaps it by %.2f", c->overlap);
    struct lf_event e = {.code = LF_N_REMATCH,
                         .file = file,
                         .line = m->line,
                         .sample = lf_slice_of(sample),
                         .label = lf_slice_of(label),
                         .field = field,
                         .came = lf_slice_of(made),
                         .text = lf_slice_of(text)};
    return lf_propose(r->decisions, &base->id, field, &l->id, &p->new_id[c->other],
                      c->overlap, err) &&
           lf_events_add(ev, &e, err);
}

static void pair_decided(const struct lf_rules *r, const struct lf_sample *base,
                         const struct lf_sample *theirs, struct lf_pairing *p)
{
    enum lf_choice choice;
    for (size_t b = 0; b < base->labels; b++) {
        const struct lf_label *l = &base->label[b];
        for (size_t t = 0; l->shipped && p->theirs_of[b] < 0 && t < theirs->labels; t++)
            if (p->base_of[t] < 0 && theirs->label[t].field == l->field &&
                lf_rematched(r->decisions, &base->id,
                             r->run->schema.field[l->field].name, &l->id, &p->new_id[t],
                             &choice) &&
                choice == LF_CONFLICT_THEIRS) {
                p->theirs_of[b] = (int32_t)t;
                p->base_of[t] = (int32_t)b;
            }
    }
}

bool lf_rematch(const struct lf_rules *r, const struct lf_sample *base,
                const struct lf_sample *theirs, struct lf_arena *a,
                struct lf_pairing *p, struct lf_events *ev, struct lf_slice file,
                struct lf_error *err)
{
    struct lf_candidates c = {0};
    enum lf_choice rejected;
    if (r->decisions)
        pair_decided(r, base, theirs, p);
    if (!(r->rematch > 0) || !ev)
        return true;
    if (!alike(r, base, theirs, a, p, &c, err))
        return false;
    bool *used = lf_arena_take(a, base->labels + theirs->labels, sizeof *used, err);
    for (size_t i = 0; used && i < c.count; i++) {
        const struct lf_candidate *k = &c.list[i];
        const struct lf_label *l = &base->label[k->base];
        bool *one = &used[k->base], *other = &used[base->labels + (size_t)k->other];
        if (*one || *other ||
            lf_rematched(r->decisions, &base->id, r->run->schema.field[l->field].name,
                         &l->id, &p->new_id[k->other], &rejected))
            continue;
        *one = *other = true;
        if (!propose(r, base, theirs, p, k, ev, file, err))
            return false;
    }
    return used != NULL;
}
