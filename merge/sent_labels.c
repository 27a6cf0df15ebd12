#include "merge/sent_labels.h"

#include <math.h>
#include <stdlib.h>

#include "merge/field_counts.h"

void lf_sent_only(const struct lf_run *run, struct lf_sample *shipped)
{
    static const struct lf_id none;
    uint8_t mark[4];
    lf_run_mark(run, mark);
    for (size_t i = 0; i < shipped->labels; i++) {
        struct lf_label *l = &shipped->label[i];
        const struct lf_id *id = l->kind == LF_SCALAR ? &none : &l->id;
        l->shipped =
            l->shipped && (lf_sent_has(&run->sent, &shipped->id, l->field, id) ||
                           (l->id.known && !memcmp(l->id.at, mark, sizeof mark)));
    }
}

// ---------------------------------------------------------------------------- numbers

static bool same(double a, double b, double slack)
{
    return fabs(a - b) <= slack;
}

// Whether `came` is `sent`, rounded to a whole pixel; one in the middle may have gone
// either way.
static bool rounded(double sent, double came, double slack)
{
    double whole = rint(came);
    return same(came, whole, slack) && fabs(whole - sent) <= 0.5 + 1e-6;
}

static void restore_number(double sent, double *came, double slack)
{
    if (rounded(sent, *came, slack))
        *came = sent;
}

static bool rounded_point(const double *sent, const double *came, double slack)
{
    return rounded(sent[0], came[0], slack) && rounded(sent[1], came[1], slack);
}

static bool rounded_ring(const double *sent, uint32_t sent_points, const double *came,
                         uint32_t came_points, double slack)
{
    if (sent_points != came_points)
        return false;
    for (size_t i = 0; i < sent_points; i++)
        if (!rounded_point(sent + 2 * i, came + 2 * i, slack))
            return false;
    return true;
}

// Point by point; where some were added or taken away each one finds its own, in order.
static void restore_ring(const double *sent, uint32_t sent_points, double *came,
                         uint32_t came_points, double slack)
{
    size_t from = 0;
    for (size_t i = 0; i < came_points; i++) {
        size_t k = sent_points == came_points ? i : from;
        while (sent_points != came_points && k < sent_points &&
               !rounded_point(sent + 2 * k, came + 2 * i, slack))
            k++;
        if (k >= sent_points)
            continue;
        restore_number(sent[2 * k], &came[2 * i], slack);
        restore_number(sent[2 * k + 1], &came[2 * i + 1], slack);
        from = k + 1;
    }
}

// ---------------------------------------------------------------------------- one
// label

static const double *ring_at(const struct lf_label *l, uint32_t ring)
{
    const double *xy = l->xy;
    for (uint32_t i = 0; i < ring; i++)
        xy += 2 * (size_t)l->ring[i].points;
    return xy;
}

// A closed polyline came without its first point at the end, where a shipped one has
// it.
static uint32_t sent_points(const struct lf_label *base, uint32_t ring)
{
    uint32_t n = base->ring[ring].points;
    return base->kind == LF_POLYLINE && base->closed && n > 1 ? n - 1 : n;
}

static bool ends_meet(const struct lf_label *l, double slack)
{
    const double *last = l->xy + 2 * (size_t)(l->points - 1);
    return l->points > 2 && same(last[0], l->xy[0], 2 * slack) &&
           same(last[1], l->xy[1], 2 * slack);
}

// The one ring of `l` is ring `k` of base.
static bool restore_as(struct lf_restoring *r, const struct lf_label *base, uint32_t k,
                       struct lf_label *l, struct lf_error *err)
{
    bool again = base->kind == LF_POLYLINE && base->closed && l->points > 1 &&
                 !ends_meet(l, r->slack);
    uint32_t n = l->points;
    double *xy = lf_arena_take(r->a, 2 * ((size_t)n + 1), sizeof *xy, err);
    struct lf_ring *ring = lf_arena_take(r->a, 1, sizeof *ring, err);
    if (!xy || !ring)
        return false;
    memcpy(xy, l->xy, 2 * (size_t)n * sizeof *xy);
    restore_ring(ring_at(base, k), sent_points(base, k), xy, n, r->slack);
    if (again) {
        xy[2 * (size_t)n] = xy[0];
        xy[2 * (size_t)n + 1] = xy[1];
        n++;
    }
    *ring = (struct lf_ring){.points = n, .part = base->ring[k].part};
    l->xy = xy;
    l->points = n;
    l->ring = ring;
    l->rings = 1;
    return true;
}

static void restore_box(const struct lf_restoring *r, const struct lf_label *base,
                        struct lf_label *l)
{
    for (int i = 0; i < 4; i++)
        restore_number(base->xy[i], &l->xy[i], r->slack);
}

// A value that was not sent is shown as nothing, whatever the attribute is.
static void restore_attrs(const struct lf_field *f, struct lf_label *l)
{
    for (uint32_t i = 0; i < l->attrs; i++)
        if (!l->attr[i].text.len && f->attr[l->attr[i].name].input == LF_IN_CHECKBOX)
            l->attr[i].text = f->attr[l->attr[i].name].preset;
}

// ---------------------------------------------------------------------------- all
// labels

struct known { // label of base, by field and id
    struct lf_id id;
    uint16_t field;
    size_t at;
};

static int by_key(const void *a, const void *b)
{
    const struct known *x = a, *y = b;
    int d = (x->field > y->field) - (x->field < y->field);
    return d ? d : memcmp(x->id.at, y->id.at, sizeof x->id.at);
}

static bool table_of(const struct lf_restoring *r, struct known **table, size_t *count,
                     struct lf_error *err)
{
    *count = 0;
    *table = lf_arena_take(r->a, r->base->labels, sizeof **table, err);
    for (size_t i = 0; *table && i < r->base->labels; i++) {
        const struct lf_label *l = &r->base->label[i];
        if (l->id.known)
            (*table)[(*count)++] =
                (struct known){.id = l->id, .field = l->field, .at = i};
    }
    if (*count > 1)
        qsort(*table, *count, sizeof **table, by_key);
    return *table != NULL;
}

static const struct lf_label *find(const struct lf_restoring *r,
                                   const struct known *table, size_t count,
                                   uint16_t field, const struct lf_label *l)
{
    const struct known key = {.id = l->id, .field = field};
    const struct known *k =
        l->id.known && count ? bsearch(&key, table, count, sizeof key, by_key) : NULL;
    return k ? &r->base->label[k->at] : NULL;
}

// FiftyOne sends a label under any class of the task, also one of another field: its id
// says whose it is. Attributes of the other field say nothing of it.
static const struct lf_label *owner(const struct lf_restoring *r,
                                    const struct known *table, size_t count,
                                    struct lf_label *l)
{
    const struct lf_label *base = find(r, table, count, l->field, l);
    for (size_t i = 0; !base && l->id.known && i < r->run->schema.fields; i++) {
        base = find(r, table, count, (uint16_t)i, l);
        if (base && !lf_sent_has(&r->run->sent, &r->base->id, (uint16_t)i, &l->id))
            base = NULL;
        if (base) {
            l->field = (uint16_t)i;
            l->attrs = 0;
        }
    }
    return base;
}

// A box sent for a label that is more than its box, and that nobody moved.
static bool same_otherwise(const struct lf_restoring *r, const struct lf_label *base,
                           const struct lf_label *l)
{
    if (l->kind != LF_BOX || base->points < 2 || !(base->kind & (LF_BOX | LF_MASK)) ||
        !lf_slice_eq(base->name, l->name))
        return false;
    for (int i = 0; i < 4; i++)
        if (!rounded(base->xy[i], l->xy[i], r->slack))
            return false;
    return true;
}

static bool pass_over(struct lf_restoring *r, const struct lf_label *base,
                      const struct lf_label *l, const struct lf_theirs *t,
                      struct lf_error *err)
{
    char sample[25], id[25];
    lf_id_print(&r->base->id, sample);
    lf_id_print(&l->id, id);
    const struct lf_event e = {.code = LF_E_SENT_HOME,
                               .file = t->file,
                               .line = l->line,
                               .item = t->item,
                               .sample = lf_slice_of(sample),
                               .label = lf_slice_of(id),
                               .field = r->run->schema.field[l->field].name,
                               .was = lf_slice_of(lf_kind_name(base->kind)),
                               .came = lf_slice_of(lf_kind_name(l->kind))};
    lf_count_passed(r->counts, l, 1);
    return same_otherwise(r, base, l) || lf_events_add(r->ev, &e, err);
}

static bool is_ring(const struct lf_label *base, const struct lf_label *l)
{
    return l->kind == base->kind && l->kind & (LF_POLYGON | LF_POLYLINE) &&
           l->rings == 1 && base->rings;
}

// Which ring of base each ring of one id is: one that came back as it was sent first,
// then in order. -1: more came back than were sent.
static bool match_rings(const struct lf_restoring *r, const struct lf_label *base,
                        struct lf_label *const *l, size_t n, int64_t *ring,
                        struct lf_error *err)
{
    bool *used = lf_arena_take(r->a, base->rings, sizeof *used, err);
    for (size_t i = 0; used && i < n; i++) {
        ring[i] = -1;
        for (uint32_t k = 0; ring[i] < 0 && k < base->rings; k++)
            if (!used[k] && rounded_ring(ring_at(base, k), sent_points(base, k),
                                         l[i]->xy, l[i]->points, r->slack)) {
                ring[i] = k;
                used[k] = true;
            }
    }
    uint32_t next = 0;
    for (size_t i = 0; used && i < n; i++) {
        while (ring[i] < 0 && next < base->rings && used[next])
            next++;
        if (ring[i] < 0 && next < base->rings) {
            ring[i] = next;
            used[next++] = true;
        }
    }
    return used;
}

// One label of the rings that have a place in base, in the order of base.
static bool join_rings(struct lf_restoring *r, const struct lf_label *base,
                       struct lf_label **l, const int64_t *ring, size_t n,
                       struct lf_error *err)
{
    size_t points = 0, rings = 0;
    struct lf_label *first = NULL;
    for (size_t i = 0; i < n; i++)
        points += ring[i] < 0 ? 0 : l[i]->points;
    double *xy = lf_arena_take(r->a, 2 * points, sizeof *xy, err);
    struct lf_ring *all = lf_arena_take(r->a, base->rings, sizeof *all, err);
    if (!xy || !all)
        return false;
    points = 0;
    for (uint32_t k = 0; k < base->rings; k++)
        for (size_t i = 0; i < n; i++) {
            if (ring[i] != (int64_t)k)
                continue;
            memcpy(xy + 2 * points, l[i]->xy, 2 * (size_t)l[i]->points * sizeof *xy);
            points += l[i]->points;
            all[rings++] = l[i]->ring[0];
        }
    for (size_t i = 0; i < n; i++) {
        if (ring[i] < 0)
            continue;
        if (first)
            l[i]->kind = 0; // it went into the first
        else
            first = l[i];
    }
    first->xy = xy;
    first->points = (uint32_t)points;
    first->ring = all;
    first->rings = (uint32_t)rings;
    first->part = 0;
    first->parts = base->parts;
    return true;
}

// The rings that came back with one id.
static bool restore_rings(struct lf_restoring *r, const struct lf_label *base,
                          struct lf_label **l, size_t n, struct lf_error *err)
{
    int64_t *ring = lf_arena_take(r->a, n, sizeof *ring, err);
    if (!ring || !match_rings(r, base, l, n, ring, err))
        return false;
    for (size_t i = 0; i < n; i++) // a copy is like the ring it is nearest to
        if (!restore_as(r, base, ring[i] < 0 ? 0 : (uint32_t)ring[i], l[i], err))
            return false;
    return base->rings < 2 || join_rings(r, base, l, ring, n, err);
}

// Labels that were paired with one of base, in its order.
struct pair {
    const struct lf_label *base;
    struct lf_label *l;
};

static int by_base(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    return x->base != y->base ? (x->base > y->base ? 1 : -1)
                              : (x->l > y->l) - (x->l < y->l);
}

static bool restore_all(struct lf_restoring *r, struct pair *pair, size_t n,
                        struct lf_error *err)
{
    struct lf_label **l = lf_arena_take(r->a, n, sizeof *l, err);
    if (n > 1)
        qsort(pair, n, sizeof *pair, by_base);
    for (size_t i = 0, k; l && i < n; i = k) {
        size_t rings = 0;
        for (k = i; k < n && pair[k].base == pair[i].base; k++) {
            struct lf_label *one = pair[k].l;
            if (one->kind == LF_BOX && pair[k].base->kind == LF_BOX)
                restore_box(r, pair[k].base, one);
            else if (one->kind == LF_POINTS && pair[k].base->kind == LF_POINTS)
                restore_ring(pair[k].base->xy, pair[k].base->points, one->xy,
                             one->points, r->slack);
            else if (is_ring(pair[k].base, one))
                l[rings++] = one;
        }
        if (rings && !restore_rings(r, pair[i].base, l, rings, err))
            return false;
    }
    return l != NULL;
}

bool lf_sent_restore(struct lf_restoring *r, struct lf_theirs *t, struct lf_error *err)
{
    struct lf_sample *s = &t->sample;
    struct known *table;
    size_t count, pairs = 0, kept = 0;
    struct pair *pair = lf_arena_take(r->a, s->labels, sizeof *pair, err);
    if (!pair || !table_of(r, &table, &count, err))
        return false;
    for (size_t i = 0; i < s->labels; i++) {
        struct lf_label *l = &s->label[i];
        const struct lf_label *base = owner(r, table, count, l);
        restore_attrs(&r->run->schema.field[l->field], l);
        if (base && !base->shipped &&
            lf_sent_has(&r->run->sent, &r->base->id, base->field, &base->id)) {
            if (!pass_over(r, base, l, t, err))
                return false;
            l->kind = 0;
        } else if (base && base->shipped) {
            pair[pairs++] = (struct pair){base, l};
        }
    }
    if (!restore_all(r, pair, pairs, err))
        return false;
    for (size_t i = 0; i < s->labels; i++)
        if (s->label[i].kind)
            s->label[kept++] = s->label[i];
    s->labels = kept;
    return true;
}
