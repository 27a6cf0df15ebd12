#include <stdlib.h>

#include "formats/base/json.h"
#include "formats/base/limits.h"
#include "formats/label/json_same.h"
#include "merge/diff_space.h"
#include "merge/diffing.h"
#include "merge/iou_pairs.h"
#include "merge/merge.h"

struct lists { // one field's labels of a sample
    size_t field;
    struct fo_one *a, *b;
    size_t n, k;
    const struct lf_label *place_a, *place_b; // likewise; NULL: not read, or none
    int32_t *b_of;                            // by label of a
    bool *paired;                             // by label of b
};

static void pair(struct lists *l, size_t i, size_t k)
{
    l->b_of[i] = (int32_t)k;
    l->paired[k] = true;
}

// ---------------------------------------------------------------------------- places

static bool parse(struct lf_diffing *d, struct lf_diff_side *s)
{
    const bool masks = d->job->detail && d->sized;
    const struct fo_source src = {.schema = &s->schema,
                                  .files = s->source.files,
                                  .pixels = masks ? s->source.pixels : NULL,
                                  .every_class = true};
    if (s->parsed)
        return true;
    s->parsed = true;
    return fo_parse(&src, s->raw, &d->m, &s->sample, d->err);
}

// The field's labels as shapes, in the order of `one`.
static const struct lf_label *places_of(const struct lf_diff_side *s, size_t field,
                                        size_t count)
{
    const struct lf_sample *p = &s->sample;
    size_t first = 0, n = 0;
    if (s->place[field] < 0)
        return NULL;
    while (first < p->labels && p->label[first].field != s->place[field])
        first++;
    while (first + n < p->labels && p->label[first + n].field == s->place[field])
        n++;
    return n == count ? p->label + first : NULL;
}

static bool read_places(struct lf_diffing *d, struct lists *l)
{
    const struct lf_diff_job *job = d->job;
    if (job->by == LF_BY_ID && !(d->sized && (job->detail || job->tolerance > 0)))
        return true;
    if (!parse(d, &d->a) || !parse(d, &d->b))
        return false;
    l->place_a = places_of(&d->a, l->field, l->n);
    l->place_b = places_of(&d->b, l->field, l->k);
    return true;
}

// ---------------------------------------------------------------------------- pairs

struct numbered {
    struct lf_id id;
    size_t at;
};

static int by_id(const void *p, const void *q)
{
    const struct numbered *x = p, *y = q;
    int order = memcmp(x->id.at, y->id.at, sizeof x->id.at);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

static struct numbered *sorted_ids(const struct fo_one *one, size_t n,
                                   struct lf_arena *m, size_t *count,
                                   struct lf_error *err)
{
    struct numbered *list = lf_arena_take(m, n, sizeof *list, err);
    *count = 0;
    for (size_t i = 0; list && i < n; i++)
        if (one[i].id.known)
            list[(*count)++] = (struct numbered){one[i].id, i};
    if (list && *count)
        qsort(list, *count, sizeof *list, by_id);
    return list;
}

// An id that is there twice: the first with the first.
static bool pair_ids(struct lf_diffing *d, struct lists *l)
{
    size_t n, k, i = 0, j = 0;
    while (i < l->n && i < l->k && lf_id_eq(&l->a[i].id, &l->b[i].id))
        i++;
    if (i == l->n && i == l->k) { // nearly always
        for (i = 0; i < l->n; i++)
            pair(l, i, i);
        return true;
    }
    struct numbered *x = sorted_ids(l->a, l->n, &d->m, &n, d->err);
    struct numbered *y = sorted_ids(l->b, l->k, &d->m, &k, d->err);
    if (!x || !y)
        return false;
    for (i = 0; i < n && j < k;) {
        int order = memcmp(x[i].id.at, y[j].id.at, sizeof x->id.at);
        if (order == 0)
            pair(l, x[i].at, y[j].at);
        i += order <= 0;
        j += order >= 0;
    }
    return true;
}

// Labels without an id are the same where they say the same.
static bool pair_equal(struct lf_diffing *d, struct lists *l)
{
    struct lf_arena scratch = {0};
    uint64_t tried = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < l->n; i++)
        for (size_t k = 0; ok && !l->a[i].id.known && l->b_of[i] < 0 && k < l->k; k++) {
            bool same = false;
            if (l->b[k].id.known || l->paired[k])
                continue;
            ok = ++tried <= LF_PAIRS
                     ? lf_json_same(l->a[i].raw, l->b[k].raw, &scratch, &same, d->err)
                     : lf_fail(d->err, LF_E_LIMIT_COUNT,
                               "too many labels without an id (limit pairs)");
            if (ok && same)
                pair(l, i, k);
            lf_arena_reset(&scratch);
        }
    lf_arena_done(&scratch);
    return ok;
}

// The only value of a field on both sides, when neither has an id.
static void pair_values(struct lists *l)
{
    if (l->n == 1 && l->k == 1 && !l->a->id.known && !l->b->id.known)
        pair(l, 0, 0);
}

static bool pair_all(struct lf_diffing *d, struct lists *l)
{
    l->b_of = lf_arena_take(&d->m, l->n, sizeof *l->b_of, d->err);
    l->paired = lf_arena_take(&d->m, l->k, sizeof *l->paired, d->err);
    if (!l->b_of || !l->paired)
        return false;
    for (size_t i = 0; i < l->n; i++)
        l->b_of[i] = -1;
    if (d->job->by == LF_BY_IOU && l->place_a && l->place_b) {
        if (!lf_iou_pairs(l->place_a, l->n, l->place_b, l->k, d->job->iou, &d->m,
                          l->b_of, d->err))
            return false;
        for (size_t i = 0; i < l->n; i++)
            if (l->b_of[i] >= 0)
                l->paired[l->b_of[i]] = true;
        return true;
    }
    pair_values(l);
    return pair_ids(d, l) && pair_equal(d, l);
}

// ---------------------------------------------------------------------------- what
// differs

static bool near(const struct lf_diffing *d, const struct lf_label *a,
                 const struct lf_label *b)
{
    const struct lf_field none = {0};
    struct lf_attr_set attrs;
    return d->job->tolerance > 0 && d->sized && a && b &&
           !(lf_changed(&none, a, b, d->job->tolerance, &attrs) & LF_SPACE);
}

static bool label_parts(struct lf_diffing *d, const struct lists *l, size_t i, size_t k,
                        struct lf_diff_part **part, size_t *parts)
{
    static const char *const words[] = {"class", "geometry", "attribute", "key"};
    const struct lf_label *pa = l->place_a ? &l->place_a[i] : NULL;
    const struct lf_label *pb = l->place_b ? &l->place_b[k] : NULL;
    struct fo_differences all;
    *parts = 0;
    if (!fo_differ(&d->a.source, l->a[i].raw, &d->b.source, l->b[k].raw, &d->m, &all,
                   d->err) ||
        !(*part = lf_arena_take(&d->m, all.count, sizeof **part, d->err)))
        return false;
    for (size_t n = 0; n < all.count; n++) {
        const struct fo_difference *x = &all.at[n];
        bool space = x->what == FO_DIFFERS_SPACE;
        if (space && all.numbers && near(d, pa, pb))
            continue;
        struct lf_diff_part *p = &(*part)[(*parts)++];
        *p = (struct lf_diff_part){words[x->what], x->name, x->was, x->came, -1};
        if (space && d->job->detail && d->sized && pa && pb &&
            !lf_diff_space(pa, pb, &d->m, p, d->err))
            return false;
    }
    return true;
}

static bool value_parts(struct lf_diffing *d, const struct lists *l,
                        struct lf_diff_part **part, size_t *parts)
{
    bool same;
    *part = lf_arena_take(&d->m, 1, sizeof **part, d->err);
    if (!*part || !lf_json_same(l->a->raw, l->b->raw, &d->m, &same, d->err))
        return false;
    **part = (struct lf_diff_part){
        .part = "value", .was = l->a->raw, .came = l->b->raw, .iou = -1};
    *parts = !same;
    return true;
}

static bool same_bytes(const struct lf_diffing *d, struct lf_slice a, struct lf_slice b)
{
    return lf_slice_eq(a, b) &&
           (d->a.source.files == d->b.source.files || !fo_names_files(a));
}

// Either one may be NULL. What stands behind its class: nothing.
static bool tell(struct lf_diffing *d, const struct lists *l,
                 enum lf_diff_change change, const struct fo_one *one,
                 const struct lf_diff_part *part, size_t parts)
{
    const struct fo_field *f = d->a.field[l->field];
    char id[25];
    struct lf_slice cls = {0};
    bool label = (f ? f : d->b.field[l->field])->cls.len;
    struct lf_diff_part value = {
        .part = "value",
        .was = change == LF_DIFF_DELETED ? one->raw : (struct lf_slice){0},
        .came = change == LF_DIFF_ADDED ? one->raw : (struct lf_slice){0},
        .iou = -1};
    lf_id_print(&one->id, id);
    if (!label && change != LF_DIFF_EDITED) {
        part = &value;
        parts = 1;
    }
    if (label && change != LF_DIFF_EDITED && lf_json_get(one->raw, "label", &cls))
        cls = lf_json_trim(cls);
    return lf_diff_label(d->report, l->field, change, lf_slice_of(id), cls, part, parts,
                         d->err);
}

static bool compare(struct lf_diffing *d, const struct lists *l, size_t i, size_t k)
{
    struct lf_diff_part *part;
    size_t parts;
    const struct fo_field *f = d->a.field[l->field], *g = d->b.field[l->field];
    bool labels = f && g && f->cls.len && g->cls.len;
    if (same_bytes(d, l->a[i].raw, l->b[k].raw)) {
        d->report->field[l->field].same++;
        return true;
    }
    if (!(labels ? label_parts(d, l, i, k, &part, &parts)
                 : value_parts(d, l, &part, &parts)))
        return false;
    if (!parts)
        d->report->field[l->field].same++;
    return !parts || tell(d, l, LF_DIFF_EDITED, &l->a[i], part, parts);
}

bool lf_diff_field_of(struct lf_diffing *d, size_t field)
{
    struct lists l = {.field = field};
    struct lf_slice a = d->a.value[field], b = d->b.value[field];
    if (!a.len && !b.len)
        return true;
    if (!fo_labels(d->a.field[field], a, &d->m, &l.a, &l.n, d->err))
        return false;
    if (same_bytes(d, a, b) && d->a.field[field] && d->b.field[field]) {
        d->report->field[field].same += l.n;
        return true;
    }
    if (!fo_labels(d->b.field[field], b, &d->m, &l.b, &l.k, d->err) ||
        !read_places(d, &l) || !pair_all(d, &l))
        return false;
    for (size_t i = 0; i < l.n; i++)
        if (!(l.b_of[i] < 0 ? tell(d, &l, LF_DIFF_DELETED, &l.a[i], NULL, 0)
                            : compare(d, &l, i, (size_t)l.b_of[i])))
            return false;
    for (size_t k = 0; k < l.k; k++)
        if (!l.paired[k] && !tell(d, &l, LF_DIFF_ADDED, &l.b[k], NULL, 0))
            return false;
    return true;
}
