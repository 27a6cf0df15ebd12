#include <math.h>
#include <stdlib.h>

#include "formats/base/digest.h"
#include "merge/candidates.h"
#include "merge/geometry.h"
#include "merge/merge.h"

// ---------------------------------------------------------------------------- id
// tables

struct table { // id and field -> labels, in document order
    int32_t *slot, *next;
    size_t slots;
    const struct lf_sample *sample;
};

static size_t hash_of(const struct lf_label *l)
{
    uint64_t h = lf_hash((struct lf_slice){(const char *)l->id.at, sizeof l->id.at});
    return (size_t)(h ^ (uint64_t)l->field * UINT64_C(0x9e3779b97f4a7c15));
}

static bool build(struct table *t, const struct lf_sample *s, bool shipped_only,
                  struct lf_arena *a, struct lf_error *err)
{
    t->sample = s;
    t->slots = 16;
    while (t->slots < 2 * s->labels)
        t->slots *= 2;
    t->slot = lf_arena_take(a, t->slots, sizeof *t->slot, err);
    t->next = lf_arena_take(a, s->labels, sizeof *t->next, err);
    if (!t->slot || !t->next)
        return false;
    for (size_t i = s->labels;
         i-- > 0;) { // backwards, so that chains run in document order
        const struct lf_label *l = &s->label[i];
        if (!l->id.known || (shipped_only && !l->shipped))
            continue;
        size_t k = hash_of(l) & (t->slots - 1);
        t->next[i] = t->slot[k];
        t->slot[k] = (int32_t)i + 1;
    }
    return true;
}

static int32_t first_of(const struct table *t, const struct lf_label *l)
{
    int32_t i = l->id.known ? t->slot[hash_of(l) & (t->slots - 1)] : 0;
    while (i && !(lf_id_eq(&t->sample->label[i - 1].id, &l->id) &&
                  t->sample->label[i - 1].field == l->field))
        i = t->next[i - 1];
    return i - 1;
}

static int32_t next_of(const struct table *t, const struct lf_label *l, int32_t i)
{
    do
        i = t->next[i] - 1;
    while (i >= 0 && !(lf_id_eq(&t->sample->label[i].id, &l->id) &&
                       t->sample->label[i].field == l->field));
    return i;
}

// Whether an unexpected label has the id of one of the field it was drawn for.
static bool was_own(const struct table *t, const struct lf_label *l)
{
    struct lf_label key = *l;
    if (!l->origin)
        return false;
    key.field = (uint16_t)(l->origin - 1);
    return first_of(t, &key) >= 0;
}

static void tie(struct lf_pairing *p, size_t base, size_t theirs)
{
    p->theirs_of[base] = (int32_t)theirs;
    p->base_of[theirs] = (int32_t)base;
}

// ---------------------------------------------------------------------------- by id

// One that did not move is the closest, whatever the order of its rings and whether its
// points are a skeleton.
static double gap(const struct lf_rules *r, const struct lf_label *base,
                  const struct lf_label *theirs)
{
    const struct lf_field *f = &r->run->schema.field[base->field];
    struct lf_attr_set attrs;
    unsigned parts = lf_changed(f, base, theirs, r->slack, &attrs);
    bool unlike = base->rings > 1 || base->kind != theirs->kind; // by their numbers
    return unlike && !(parts & LF_SPACE) ? (parts & LF_CLASS ? 0.004 : 0)
                                         : lf_distance(base, theirs);
}

// Labels of one id: the closest two first, until one side is used up.
static void pair_group(const struct lf_rules *r, const struct lf_sample *base,
                       const struct lf_sample *theirs, const struct table *bt,
                       const struct table *tt, const struct lf_label *key,
                       struct lf_pairing *p)
{
    for (;;) {
        double best = HUGE_VAL;
        int32_t b_best = -1, t_best = -1;
        for (int32_t b = first_of(bt, key); b >= 0; b = next_of(bt, key, b))
            for (int32_t t = first_of(tt, key); p->theirs_of[b] < 0 && t >= 0;
                 t = next_of(tt, key, t)) {
                double d = p->base_of[t] < 0
                               ? gap(r, &base->label[b], &theirs->label[t])
                               : HUGE_VAL;
                if (d < best) {
                    best = d;
                    b_best = b;
                    t_best = t;
                }
            }
        if (b_best < 0)
            return;
        tie(p, (size_t)b_best, (size_t)t_best);
    }
}

static void pair_by_id(const struct lf_rules *r, const struct lf_sample *base,
                       const struct lf_sample *theirs, const struct table *bt,
                       const struct table *tt, struct lf_pairing *p)
{
    for (size_t t = 0; t < theirs->labels; t++) {
        const struct lf_label *l = &theirs->label[t];
        int32_t b = first_of(bt, l);
        p->ids += l->id.known;
        p->known_ids += b >= 0 || was_own(bt, l);
        if (b >= 0 && p->base_of[t] < 0)
            pair_group(r, base, theirs, bt, tt, l, p);
    }
}

// A scalar and a segmentation are the field's only one, with or without an id. A copy's
// segmentation of another id is another one; elsewhere pixels drawn without the id, or
// into an empty one that did not travel, are an edit of this one.
static void pair_by_field(const struct lf_sample *base, const struct lf_sample *theirs,
                          struct lf_pairing *p)
{
    const unsigned kinds = LF_SCALAR | LF_SEGMENT;
    for (size_t b = 0; b < base->labels; b++)
        for (size_t t = 0;
             (base->label[b].kind & kinds) && p->theirs_of[b] < 0 && t < theirs->labels;
             t++) {
            const struct lf_label *l = &base->label[b], *m = &theirs->label[t];
            if (p->base_of[t] < 0 && m->field == l->field && m->kind == l->kind &&
                (l->shipped || l->kind == LF_SEGMENT) && !(m->whole.len && m->id.known))
                tie(p, b, t);
        }
}

// Of a set of names each is the label of that class.
static void pair_by_name(const struct lf_rules *r, const struct lf_sample *base,
                         const struct lf_sample *theirs, struct lf_pairing *p)
{
    for (size_t b = 0; b < base->labels; b++) {
        const struct lf_label *l = &base->label[b];
        if (!lf_as_names(&r->run->schema.field[l->field], theirs))
            continue;
        for (size_t t = 0; l->shipped && p->theirs_of[b] < 0 && t < theirs->labels;
             t++) {
            const struct lf_label *m = &theirs->label[t];
            if (p->base_of[t] < 0 && m->field == l->field &&
                lf_slice_eq(m->name, l->name))
                tie(p, b, t);
        }
    }
}

static void pair_ours(const struct lf_sample *base, const struct table *ot, bool *used,
                      struct lf_pairing *p)
{
    for (size_t b = 0; b < base->labels; b++) {
        const struct lf_label *l = &base->label[b];
        p->ours_of[b] = -1;
        for (int32_t o = first_of(ot, l); o >= 0; o = next_of(ot, l, o))
            if (!used[o]) {
                used[o] = true;
                p->ours_of[b] = o;
                break;
            }
    }
}

// How much a label of the dataset looks like one that was shipped without an id: 2 if
// it is as it was, 0 if nothing speaks for it.
static double likeness(const struct lf_field *f, const struct lf_label *base,
                       const struct lf_label *ours)
{
    struct lf_attr_set attrs;
    unsigned parts = lf_changed(f, base, ours, 0, &attrs);
    if (!parts)
        return 2;
    if (base->kind != ours->kind)
        return 0;
    bool placed = base->kind & LF_SPATIAL;
    double v = !(parts & LF_SPACE) && placed ? 1 : lf_overlap(base, ours);
    for (uint32_t i = 0; v < 0.1 && !placed && i < ours->attrs; i++)
        if (ours->attr[i].type != LF_V_NULL &&
            !lf_attr_set_has(&attrs, ours->attr[i].name))
            v = 0.5;
    return v < 0.1 && !lf_field_is_list(f->type) ? 0.1 : v;
}

// Labels of the dataset without an id: the likest first. What is like nothing that was
// shipped is another label, so that no edit of the archive can reach it.
static bool pair_nameless(const struct lf_rules *r, const struct lf_sample *base,
                          const struct lf_sample *ours, bool *used, struct lf_arena *a,
                          struct lf_pairing *p, struct lf_error *err)
{
    struct lf_candidates c = {0};
    size_t n = 0;
    for (size_t b = 0; b < base->labels; b++)
        n += !base->label[b].id.known;
    if (!lf_few_pairs(n, ours->labels, err))
        return false;
    for (size_t b = 0; n && b < base->labels; b++)
        for (size_t o = 0; !base->label[b].id.known && o < ours->labels; o++) {
            const struct lf_label *l = &base->label[b], *m = &ours->label[o];
            double v = m->id.known || m->field != l->field
                           ? 0
                           : likeness(&r->run->schema.field[l->field], l, m);
            if (!lf_consider(&c, v, b, o, a, err))
                return false;
        }
    lf_closest_first(&c);
    for (size_t i = 0; i < c.count; i++)
        if (p->ours_of[c.list[i].base] < 0 && !used[c.list[i].other]) {
            used[c.list[i].other] = true;
            p->ours_of[c.list[i].base] = c.list[i].other;
        }
    return true;
}

// ---------------------------------------------------------------------------- new ids

void lf_run_mark(const struct lf_run *run, uint8_t mark[4])
{
    uint64_t h = lf_hash(run->uid);
    for (int i = 0; i < 4; i++)
        mark[i] = (uint8_t)(h >> (8 * i));
}

static bool add_text(struct lf_digest *d, struct lf_slice text, struct lf_error *err)
{
    uint64_t n = text.len;
    return lf_digest_add(d, (struct lf_slice){(const char *)&n, sizeof n}, err) &&
           lf_digest_add(d, text, err);
}

static bool add_bytes(struct lf_digest *d, const void *at, size_t n,
                      struct lf_error *err)
{
    return lf_digest_add(d, (struct lf_slice){at, n}, err);
}

// Rings and masks; a label without them adds nothing.
static bool add_outline(const struct lf_label *l, struct lf_digest *d,
                        struct lf_error *err)
{
    if (l->rings && !add_bytes(d, l->ring, l->rings * sizeof *l->ring, err))
        return false;
    for (uint32_t i = 0; i < l->masks; i++) {
        const struct lf_mask *m = &l->mask[i];
        const uint32_t head[] = {m->left,   m->top,  m->width,
                                 m->height, m->runs, m->value};
        if (!add_bytes(d, head, sizeof head, err) ||
            !add_bytes(d, m->run, m->runs * sizeof *m->run, err))
            return false;
    }
    return true;
}

static bool add_content(const struct lf_field *f, const struct lf_label *l,
                        uint64_t number, struct lf_digest *d, struct lf_error *err)
{
    uint64_t kind = l->kind;
    bool ok = add_text(d, l->name, err) && add_bytes(d, &kind, sizeof kind, err) &&
              lf_digest_add(d, (struct lf_slice){(const char *)&number, sizeof number},
                            err) &&
              lf_digest_add(d,
                            (struct lf_slice){(const char *)l->xy,
                                              2 * (size_t)l->points * sizeof *l->xy},
                            err) &&
              lf_digest_add(
                  d, (struct lf_slice){(const char *)&l->turn, sizeof l->turn}, err) &&
              add_outline(l, d, err);
    for (uint32_t i = 0; ok && i < l->attrs; i++)
        ok = add_text(d, f->attr[l->attr[i].name].name, err) &&
             add_text(d, l->attr[i].text, err);
    return ok;
}

// The id of an addition: the run's mark, then a digest of run, sample, field and the
// id it has where it was made, if that is its own; else of its content and, for the
// second of two equal shapes, its number. The same file gives the same ids, whenever.
enum { NO_ORIGIN = 255 };

static bool make_id(const struct lf_run *run, const struct lf_sample *base,
                    const struct lf_label *l, bool own_id, uint64_t number,
                    struct lf_digest *d, struct lf_id *id, struct lf_error *err)
{
    unsigned char whole[LF_DIGEST_BYTES];
    const struct lf_field *f = &run->schema.field[l->field];
    uint64_t kind = l->kind; // a learned field holds several
    if (!add_text(d, run->uid, err) ||
        !add_text(d, (struct lf_slice){(const char *)base->id.at, 12}, err) ||
        !add_text(d, f->name, err) ||
        !(own_id ? add_text(d, (struct lf_slice){(const char *)l->id.at, 12}, err)
                 : add_content(f, l, number, d, err)) ||
        (l->origin && !add_bytes(d, &kind, sizeof kind, err)) ||
        !lf_digest_take(d, whole, err))
        return false;
    id->known = true;
    lf_run_mark(run, id->at);
    memcpy(id->at + 4, whole, 8);
    if (l->origin)
        id->at[4] = l->origin <= NO_ORIGIN ? (uint8_t)(l->origin - 1) : NO_ORIGIN;
    return true;
}

int lf_id_origin(const struct lf_id *id)
{
    return id->at[4] == NO_ORIGIN ? -1 : id->at[4];
}

bool lf_made_id(const struct lf_run *run, const struct lf_sample *base,
                const struct lf_label *l, struct lf_id *id, struct lf_error *err)
{
    struct lf_digest *d = lf_digest_new(err);
    bool ok = d && make_id(run, base, l, false, 0, d, id, err);
    lf_digest_free(&d);
    return ok;
}

static bool same_shape(const struct lf_field *f, const struct lf_label *a,
                       const struct lf_label *b)
{
    struct lf_attr_set attrs;
    return a->field == b->field && !lf_changed(f, a, b, 0, &attrs);
}

static size_t shape_hash(const struct lf_label *l)
{
    uint64_t h = lf_hash(l->name) ^ l->field;
    for (uint32_t i = 0; i < l->masks; i++)
        h = h * 31 ^ l->mask[i].left ^ (uint64_t)l->mask[i].top << 32;
    size_t bytes = 2 * (size_t)(l->points < 2 ? l->points : 2) * sizeof *l->xy;
    return (size_t)(h * 31 ^ lf_hash((struct lf_slice){(const char *)l->xy, bytes}));
}

// Counts equal shapes, so that the second of two gets an id of its own.
struct seen {
    int32_t *slot; // first label of a shape + 1
    uint64_t *count;
    size_t slots;
};

static uint64_t number_of(const struct lf_rules *r, const struct lf_sample *theirs,
                          size_t t, struct seen *seen)
{
    const struct lf_label *l = &theirs->label[t];
    size_t k = shape_hash(l) & (seen->slots - 1);
    while (seen->slot[k] && !same_shape(&r->run->schema.field[l->field],
                                        &theirs->label[seen->slot[k] - 1], l))
        k = (k + 1) & (seen->slots - 1);
    if (!seen->slot[k])
        seen->slot[k] = (int32_t)t + 1;
    return seen->count[k]++;
}

// An id that was not shipped and that no other label has.
static bool has_own_id(const struct table *bt, const struct table *tt,
                       const struct lf_label *l)
{
    int32_t t = first_of(tt, l);
    return t >= 0 && next_of(tt, l, t) < 0 && first_of(bt, l) < 0;
}

static bool new_ids(const struct lf_rules *r, const struct lf_sample *base,
                    const struct lf_sample *theirs, const struct table *bt,
                    const struct table *tt, struct lf_pairing *p, struct lf_arena *a,
                    struct lf_error *err)
{
    struct lf_digest *d = NULL;
    struct seen seen = {.slots = 16};
    bool ok = true;
    for (size_t t = 0; ok && t < theirs->labels; t++) {
        if (p->base_of[t] >= 0)
            continue;
        if (!d) { // most samples have no additions
            while (seen.slots < 2 * theirs->labels)
                seen.slots *= 2;
            seen.slot = lf_arena_take(a, seen.slots, sizeof *seen.slot, err);
            seen.count = lf_arena_take(a, seen.slots, sizeof *seen.count, err);
            ok = seen.slot && seen.count && (d = lf_digest_new(err));
        }
        const struct lf_label *l = &theirs->label[t];
        ok = ok && make_id(r->run, base, l, has_own_id(bt, tt, l),
                           number_of(r, theirs, t, &seen), d, &p->new_id[t], err);
    }
    lf_digest_free(&d);
    return ok;
}

// What an earlier archive of this run added has another id in the tool, or none: the
// made id tells it.
static void pair_made(const struct lf_sample *theirs, const struct table *bt,
                      struct lf_pairing *p)
{
    for (size_t t = 0; t < theirs->labels; t++) {
        struct lf_label key = theirs->label[t];
        if (p->base_of[t] >= 0)
            continue;
        key.id = p->new_id[t];
        int32_t b = first_of(bt, &key);
        if (b < 0 || p->theirs_of[b] >= 0)
            continue;
        tie(p, (size_t)b, t);
        p->known_ids += theirs->label[t].id.known;
    }
}

// ---------------------------------------------------------------------------- by place

// Labels that could not have travelled with an id (added by this run, or without one in
// the dataset), with shapes that came without: closest first. Less than a tenth in
// common is another object.
static bool pair_closest(const struct lf_rules *r, const struct lf_sample *base,
                         const struct lf_sample *theirs, struct lf_arena *a,
                         struct lf_pairing *p, struct lf_error *err)
{
    uint8_t mark[4];
    struct lf_attr_set attrs;
    struct lf_candidates c = {0};
    lf_run_mark(r->run, mark);
    for (size_t b = 0; b < base->labels; b++) {
        const struct lf_label *l = &base->label[b];
        if (!l->shipped || l->unsure || p->theirs_of[b] >= 0 ||
            (l->id.known && memcmp(l->id.at, mark, sizeof mark)))
            continue;
        if (!lf_few_pairs(lf_alone(p->theirs_of, base->labels),
                          lf_alone(p->base_of, theirs->labels), err))
            return false;
        for (size_t t = 0; t < theirs->labels; t++) {
            const struct lf_label *m = &theirs->label[t];
            if (p->base_of[t] >= 0 || m->field != l->field || m->id.known ||
                (m->origin &&
                 (m->kind != l->kind || lf_id_origin(&l->id) != (int)m->origin - 1)))
                continue;
            double v =
                lf_changed(&r->run->schema.field[l->field], l, m, r->slack, &attrs)
                    ? lf_overlap(l, m)
                    : 2; // as it was shipped, though it may have no area
            if (!lf_consider(&c, v, b, t, a, err))
                return false;
        }
    }
    lf_closest_first(&c);
    for (size_t i = 0; i < c.count; i++)
        if (p->theirs_of[c.list[i].base] < 0 && p->base_of[c.list[i].other] < 0)
            tie(p, (size_t)c.list[i].base, (size_t)c.list[i].other);
    return true;
}

// A file that carries no ids at all: labels that came back as they were shipped, one to
// one.
static bool pair_equal(const struct lf_rules *r, const struct lf_sample *base,
                       const struct lf_sample *theirs, struct lf_pairing *p,
                       struct lf_error *err)
{
    struct lf_attr_set attrs;
    if (!lf_few_pairs(base->labels, theirs->labels, err))
        return false;
    for (size_t b = 0; b < base->labels; b++) {
        const struct lf_label *l = &base->label[b];
        for (size_t t = 0; l->shipped && p->theirs_of[b] < 0 && t < theirs->labels; t++)
            if (p->base_of[t] < 0 && theirs->label[t].field == l->field &&
                !lf_changed(&r->run->schema.field[l->field], l, &theirs->label[t],
                            r->slack, &attrs))
                tie(p, b, t);
    }
    return true;
}

// ---------------------------------------------------------------------------- events

static bool tell(const struct lf_rules *r, struct lf_events *ev, enum lf_code code,
                 const struct lf_sample *base, const struct lf_label *l,
                 struct lf_slice file, struct lf_error *err)
{
    char sample[25], label[25];
    lf_id_print(&base->id, sample);
    lf_id_print(&l->id, label);
    struct lf_event e = {.code = code,
                         .file = file,
                         .line = l->line,
                         .sample = lf_slice_of(sample),
                         .label = lf_slice_of(label),
                         .field = lf_field_target(&r->run->schema.field[l->field]),
                         .came = l->native};
    return lf_events_add(ev, &e, err);
}

static bool tell_ids(const struct lf_rules *r, const struct lf_sample *base,
                     const struct lf_sample *theirs, const struct table *bt,
                     const struct lf_pairing *p, struct lf_slice file,
                     struct lf_events *ev, struct lf_error *err)
{
    bool gone = false;
    for (size_t b = 0; ev && b < base->labels; b++)
        gone |= base->label[b].shipped && p->theirs_of[b] < 0 &&
                (theirs->only < 0 || theirs->only == base->label[b].field);
    for (size_t t = 0; ev && t < theirs->labels; t++) {
        const struct lf_label *l = &theirs->label[t];
        enum lf_code code = !l->id.known           ? LF_E_ID_LOST
                            : first_of(bt, l) >= 0 ? LF_E_ID_DUPLICATE
                                                   : LF_E_ID_FOREIGN;
        if (p->base_of[t] < 0 && l->kind != LF_SCALAR && !was_own(bt, l) &&
            !lf_as_names(&r->run->schema.field[l->field], theirs) &&
            (code != LF_E_ID_LOST || gone || l->native.len) &&
            !tell(r, ev, code, base, l, file, err))
            return false;
    }
    return true;
}

bool lf_pair(const struct lf_rules *r, const struct lf_sample *base,
             const struct lf_sample *ours, const struct lf_sample *theirs,
             struct lf_arena *a, struct lf_pairing *p, struct lf_events *ev,
             struct lf_slice file, struct lf_error *err)
{
    struct table bt, tt, ot;
    bool *used = lf_arena_take(a, ours->labels, sizeof *used, err);
    *p = (struct lf_pairing){0};
    p->theirs_of = lf_arena_take(a, base->labels, sizeof *p->theirs_of, err);
    p->ours_of = lf_arena_take(a, base->labels, sizeof *p->ours_of, err);
    p->base_of = lf_arena_take(a, theirs->labels, sizeof *p->base_of, err);
    p->new_id = lf_arena_take(a, theirs->labels, sizeof *p->new_id, err);
    if (!used || !p->theirs_of || !p->ours_of || !p->base_of || !p->new_id ||
        !build(&bt, base, true, a, err) || !build(&tt, theirs, false, a, err))
        return false;
    memset(p->theirs_of, 0xff, base->labels * sizeof *p->theirs_of);
    memset(p->base_of, 0xff, theirs->labels * sizeof *p->base_of);
    if (ours == base) {
        for (size_t b = 0; b < base->labels; b++)
            p->ours_of[b] = (int32_t)b;
    } else {
        if (!build(&ot, ours, false, a, err))
            return false;
        pair_ours(base, &ot, used, p);
        if (!pair_nameless(r, base, ours, used, a, p, err))
            return false;
    }
    pair_by_id(r, base, theirs, &bt, &tt, p);
    pair_by_field(base, theirs, p);
    pair_by_name(r, base, theirs, p);
    if (!(theirs->told & LF_IDS) && !pair_equal(r, base, theirs, p, err))
        return false;
    if (!new_ids(r, base, theirs, &bt, &tt, p, a, err))
        return false;
    pair_made(theirs, &bt, p);
    return pair_closest(r, base, theirs, a, p, err) &&
           lf_rematch(r, base, theirs, a, p, ev, file, err) &&
           tell_ids(r, base, theirs, &bt, p, file, ev, err);
}
