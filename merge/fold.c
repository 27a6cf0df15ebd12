#include "merge/fold.h"

#include "merge/field_counts.h"

bool lf_join_theirs(struct lf_sample *into, const struct lf_sample *more,
                    struct lf_arena *a, struct lf_error *err)
{
    struct lf_label *all =
        lf_arena_take(a, into->labels + more->labels, sizeof *all, err);
    if (!all)
        return false;
    if (into->labels)
        memcpy(all, into->label, into->labels * sizeof *all);
    if (more->labels)
        memcpy(all + into->labels, more->label, more->labels * sizeof *all);
    into->label = all;
    into->labels += more->labels;
    into->told |= more->told;
    return true;
}

// Where each tells when it was changed, the item's own time counts, not its document's.
static void vote_by_item(struct lf_theirs *theirs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!theirs[i].stamp.len)
            return;
    for (size_t i = 0; i < count; i++) {
        theirs[i].vote = 0;
        for (size_t k = 0; k < count; k++)
            theirs[i].vote += lf_slice_cmp(theirs[k].stamp, theirs[i].stamp) > 0;
    }
    for (size_t i = 1; i < count; i++) {
        struct lf_theirs t = theirs[i];
        size_t k = i;
        for (; k > 0 && theirs[k - 1].vote > t.vote; k--)
            theirs[k] = theirs[k - 1];
        theirs[k] = t;
    }
}

bool lf_take_theirs(const struct lf_incoming *in, uint32_t row, struct lf_arena *a,
                    struct lf_theirs **theirs, size_t *count, struct lf_events *ev,
                    struct lf_error *err)
{
    size_t from, to;
    lf_incoming_of(in, row, &from, &to);
    *count = 0;
    *theirs = lf_arena_take(a, to - from, sizeof **theirs, err);
    for (size_t i = from; *theirs && i < to; i++) {
        struct lf_theirs *t = &(*theirs)[*count];
        if (!lf_incoming_take(in, i, a, t, err))
            return false;
        t->done = in->source[in->place[i].source].done;
        bool again = i > from && in->place[i].source == in->place[i - 1].source &&
                     in->place[i].only == in->place[i - 1].only;
        struct lf_event e = {.code = LF_E_ITEM_TWICE, .file = t->file, .item = t->item};
        if (!again)
            ++*count;
        else if (!lf_events_add(ev, &e, err) ||
                 !lf_join_theirs(&(*theirs)[*count - 1].sample, &t->sample, a, err))
            return false;
    }
    if (*theirs && in->pick.by == LF_PICK_LATEST)
        vote_by_item(*theirs, *count);
    return *theirs != NULL;
}

struct tally { // what was taken of each label of ours, over all archives
    const struct lf_sample *ours;
    struct lf_taken *all;
    struct lf_earlier earlier;
};

static size_t index_of(const struct tally *t, const struct lf_label *l)
{
    size_t low = 0, high = t->ours->labels; // labels lie in document order
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (t->ours->label[mid].raw.at < l->raw.at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool in_order(const struct lf_sample *s)
{
    for (size_t i = 1; i < s->labels; i++)
        if (s->label[i].raw.at < s->label[i - 1].raw.at)
            return false;
    return true;
}

static size_t find(const struct tally *t, bool ordered, const struct lf_label *l)
{
    size_t i = ordered ? index_of(t, l) : 0;
    while (!ordered && i < t->ours->labels && t->ours->label[i].raw.at != l->raw.at)
        i++;
    return i;
}

static void add_taken(struct lf_taken *to, const struct lf_change *c)
{
    to->parts |= c->parts;
    for (size_t w = 0; w < LF_ATTR_WORDS; w++)
        to->attrs.word[w] |= c->attrs.word[w];
}

static bool count(struct tally *t, bool ordered, const struct lf_changes *plan,
                  struct lf_arena *a, struct lf_error *err)
{
    struct lf_taken *mine = lf_arena_take(a, t->ours->labels, sizeof *mine, err);
    if (!mine)
        return false;
    for (size_t i = 0; i < plan->count; i++) {
        const struct lf_change *c = &plan->change[i];
        if (!c->ours || !c->ours->raw.len)
            continue;
        size_t k = find(t, ordered, c->ours);
        add_taken(&t->all[k], c);
        add_taken(&mine[k], c);
    }
    t->earlier.taken[t->earlier.archives++] = mine;
    return true;
}

// An attribute that the class it ended up with does not have is not written: another of
// its name may be.
static void drop_others(const struct lf_field *f, struct lf_change *c)
{
    uint32_t row = LF_NO_CLASS;
    bool any = false;
    lf_class_find(f, c->theirs->name, &row);
    for (uint16_t i = 0; i < f->attrs; i++)
        if (lf_attr_set_has(&c->attrs, i)) {
            bool has = lf_attr_applies(f, row, i);
            if (!has)
                c->attrs.word[i / 64] &= ~(UINT64_C(1) << i % 64);
            any |= has;
        }
    if (!any)
        c->parts &= ~(unsigned)LF_ATTRS;
}

// From what is left after the last archive back to changes of ours.
static bool plan_of(const struct lf_schema *s, const struct tally *t, bool ordered,
                    const struct lf_sample *now, struct lf_arena *a,
                    struct lf_changes *plan, struct lf_error *err)
{
    bool *left = lf_arena_take(a, t->ours->labels, sizeof *left, err);
    plan->change =
        lf_arena_take(a, t->ours->labels + now->labels, sizeof *plan->change, err);
    plan->count = 0;
    plan->capacity = t->ours->labels + now->labels;
    if (!left || !plan->change)
        return false;
    for (size_t i = 0; i < now->labels; i++) {
        const struct lf_label *l = &now->label[i];
        struct lf_change c = {.theirs = l, .field = l->field, .id = l->id};
        if (l->raw.len) {
            size_t k = find(t, ordered, l);
            left[k] = true;
            c.ours = &t->ours->label[k];
            c.parts = t->all[k].parts;
            c.attrs = t->all[k].attrs;
            drop_others(&s->field[l->field], &c);
        } else {
            c.parts = LF_EXISTS;
        }
        if (c.parts)
            plan->change[plan->count++] = c;
    }
    for (size_t k = 0; k < t->ours->labels; k++)
        if (!left[k])
            plan->change[plan->count++] =
                (struct lf_change){.ours = &t->ours->label[k],
                                   .parts = LF_EXISTS,
                                   .field = t->ours->label[k].field};
    return true;
}

static bool holds(const struct lf_sample *s, const struct lf_label *label)
{
    bool any = false;
    for (size_t i = 0; !any && label->id.known && i < s->labels; i++)
        any =
            s->label[i].field == label->field && lf_id_eq(&s->label[i].id, &label->id);
    return any;
}

// What was merged whole before has nothing more to say. Compared with base again it
// would: where other archives went on, it would take their edits back.
static bool skip_done(const struct lf_rules *r, const struct lf_sample *base,
                      const struct lf_theirs *theirs, bool *told,
                      struct lf_counts *counts)
{
    const struct lf_sample *s = &theirs->sample;
    if (!theirs->done)
        return false;
    for (size_t b = 0; b < base->labels; b++) {
        const struct lf_label *l = &base->label[b];
        if (told[b] || !l->shipped || l->unsure ||
            !(lf_speaks_of(r, s, l) || holds(s, l)))
            continue;
        told[b] = true;
        lf_count_done(counts, l);
    }
    return true;
}

bool lf_fold(const struct lf_rules *r, const struct lf_sample *base,
             const struct lf_sample *ours, const struct lf_theirs *theirs, size_t n,
             struct lf_arena *a, struct lf_changes *plan, bool *told,
             struct lf_counts *counts, struct lf_events *ev, struct lf_error *err)
{
    struct tally t = {.ours = ours,
                      .earlier = {.ours = ours, .theirs = theirs, .all = n}};
    struct lf_sample now = *ours;
    bool ordered = in_order(ours);
    *plan = (struct lf_changes){0};
    if (!told && !(told = lf_arena_take(a, base->labels, sizeof *told, err)))
        return false;
    if (n == 1 && skip_done(r, base, theirs, told, counts))
        return true;
    if (n == 1)
        return lf_merge_sample(r, base, ours, theirs, NULL, a, plan, told, counts, ev,
                               err);
    t.all = lf_arena_take(a, ours->labels, sizeof *t.all, err);
    t.earlier.taken = lf_arena_take(a, n, sizeof *t.earlier.taken, err);
    if (!t.all || !t.earlier.taken)
        return false;
    for (size_t i = 0; i < n; i++) {
        struct lf_changes one = {0};
        struct lf_sample next;
        if (skip_done(r, base, &theirs[i], told, counts))
            continue;
        if (!lf_merge_sample(r, base, &now, &theirs[i], &t.earlier, a, &one, told,
                             counts, ev, err) ||
            !count(&t, ordered, &one, a, err) ||
            !lf_apply_changes(&now, &one, a, &next, err))
            return false;
        now = next;
    }
    return plan_of(&r->run->schema, &t, ordered, &now, a, plan, err);
}
