#include "merge/diff_states.h"

#include <stdlib.h>

#include "formats/label/value.h"
#include "merge/diff_space.h"
#include "merge/iou_pairs.h"

struct pairing {
    const struct lf_states *d;
    struct lf_label *a, *b; // what is compared of each
    size_t n, k;
    int32_t *b_of; // by label of a
    bool *paired;  // by label of b
    struct lf_arena *m;
    struct lf_error *err;
};

// ---------------------------------------------------------------------------- labels

static bool in_question(const struct lf_states *d, const struct lf_label *l)
{
    return (l->shipped || !l->raw.len) && d->row[l->field] >= 0;
}

static struct lf_label *kept_of(const struct lf_states *d, const struct lf_sample *s,
                                struct lf_arena *m, size_t *count, struct lf_error *err)
{
    struct lf_label *list = lf_arena_take(m, s->labels, sizeof *list, err);
    *count = 0;
    for (size_t i = 0; list && i < s->labels; i++)
        if (in_question(d, &s->label[i]))
            list[(*count)++] = s->label[i];
    return list;
}

// Coordinates of an image in pixels, for people and for --tolerance.
static bool in_pixels(const struct pairing *p, const struct lf_label *l,
                      struct lf_label *out)
{
    *out = *l;
    if (p->d->width <= 1 && p->d->height <= 1)
        return true;
    out->xy = lf_arena_take(p->m, 2 * (size_t)l->points, sizeof *out->xy, p->err);
    for (size_t i = 0; out->xy && i < 2 * (size_t)l->points; i++)
        out->xy[i] = l->xy[i] * (i % 2 ? p->d->height : p->d->width);
    if (l->kind == LF_BOX || l->kind == LF_MASK)
        out->points = 2; // the document's own numbers stand behind them
    out->masks = 0;      // arrays, of no place in the image
    return out->xy != NULL;
}

// ---------------------------------------------------------------------------- pairs

static int by_place(const void *p, const void *q)
{
    const struct lf_label *x = *(const struct lf_label *const *)p;
    const struct lf_label *y = *(const struct lf_label *const *)q;
    int order = (x->field > y->field) - (x->field < y->field);
    if (!order)
        order = x->id.known - y->id.known;
    if (!order && x->id.known)
        order = memcmp(x->id.at, y->id.at, sizeof x->id.at);
    return order ? order : (x->raw.at > y->raw.at) - (x->raw.at < y->raw.at);
}

// What makes two labels one: their id; without one, the bytes they come from.
static int same_label(const struct lf_label *x, const struct lf_label *y)
{
    int order = (x->field > y->field) - (x->field < y->field);
    if (!order)
        order = x->id.known - y->id.known;
    if (order)
        return order;
    if (x->id.known)
        return memcmp(x->id.at, y->id.at, sizeof x->id.at);
    if (x->kind == LF_SCALAR && y->kind == LF_SCALAR)
        return 0;
    return (x->raw.at > y->raw.at) - (x->raw.at < y->raw.at);
}

static const struct lf_label **sorted(struct lf_label *list, size_t n,
                                      struct lf_arena *m, struct lf_error *err)
{
    const struct lf_label **order = lf_arena_take(m, n, sizeof(void *), err);
    for (size_t i = 0; order && i < n; i++)
        order[i] = &list[i];
    if (order && n)
        qsort(order, n, sizeof *order, by_place);
    return order;
}

static bool pair_ids(struct pairing *p)
{
    const struct lf_label **x = sorted(p->a, p->n, p->m, p->err);
    const struct lf_label **y = sorted(p->b, p->k, p->m, p->err);
    if (!x || !y)
        return false;
    for (size_t i = 0, j = 0; i < p->n && j < p->k;) {
        int order = same_label(x[i], y[j]);
        if (order == 0 &&
            (x[i]->id.known || x[i]->raw.len || x[i]->kind == LF_SCALAR)) {
            p->b_of[x[i] - p->a] = (int32_t)(y[j] - p->b);
            p->paired[y[j] - p->b] = true;
        }
        i += order <= 0;
        j += order >= 0;
    }
    return true;
}

static size_t behind(const struct lf_label *l, size_t from, size_t n, uint16_t field)
{
    while (from < n && l[from].field == field)
        from++;
    return from;
}

static int by_field(const void *p, const void *q)
{
    const struct lf_label *x = p, *y = q;
    return (x->field > y->field) - (x->field < y->field);
}

// Additions stand behind the others, whatever their field.
static bool group_fields(struct lf_label *l, size_t n, struct lf_arena *m,
                         struct lf_error *err)
{
    struct lf_label *copy = lf_arena_take(m, n, sizeof *copy, err);
    size_t at = 0;
    uint16_t most = 0;
    if (!copy)
        return false;
    for (size_t i = 0; i < n; i++)
        most = l[i].field > most ? l[i].field : most;
    for (unsigned f = 0; n && f <= most; f++)
        for (size_t i = 0; i < n; i++)
            if (l[i].field == f)
                copy[at++] = l[i];
    if (n)
        memcpy(l, copy, n * sizeof *l);
    return true;
}

static bool pair_places(struct pairing *p)
{
    size_t i = 0, k = 0;
    while (i < p->n && k < p->k) {
        int order = by_field(&p->a[i], &p->b[k]);
        size_t to = order <= 0 ? behind(p->a, i, p->n, p->a[i].field) : i;
        size_t end = order >= 0 ? behind(p->b, k, p->k, p->b[k].field) : k;
        if (order == 0 && !lf_iou_pairs(p->a + i, to - i, p->b + k, end - k,
                                        p->d->job->iou, p->m, p->b_of + i, p->err))
            return false;
        for (size_t n = i; order == 0 && n < to; n++)
            if (p->b_of[n] >= 0) {
                p->b_of[n] += (int32_t)k;
                p->paired[p->b_of[n]] = true;
            }
        i = to;
        k = end;
    }
    return true;
}

// ---------------------------------------------------------------------------- what
// differs

static bool text_json(const struct pairing *p, struct lf_slice text, enum lf_value type,
                      struct lf_slice *json)
{
    struct lf_buf out = {0};
    bool widened;
    *json = (struct lf_slice){0};
    if (type == LF_V_NULL)
        return true;
    if (!lf_value_write(text, type, false, &out, &widened)) {
        lf_buf_clear(&out);
        (void)lf_value_write(text, LF_V_TEXT, false, &out, &widened);
    }
    bool ok =
        lf_buf_ok(&out, p->err) && lf_arena_text(p->m, lf_buf_view(&out), json, p->err);
    lf_buf_done(&out);
    return ok;
}

static bool attr_json(const struct pairing *p, const struct lf_attr_def *def,
                      const struct lf_attr *attr, const struct lf_attr *other,
                      struct lf_slice *json)
{
    *json = (struct lf_slice){0};
    return !attr ||
           text_json(p, attr->text, lf_value_type(attr, other, def->type), json);
}

static bool value_json(const struct pairing *p, const struct lf_label *l,
                       struct lf_slice *json)
{
    const struct lf_field *f = &p->d->schema->field[l->field];
    *json = (struct lf_slice){0};
    if (f->by_class)
        return text_json(p, l->name, f->scalar, json);
    return !l->attrs || attr_json(p, &f->attr[0], &l->attr[0], NULL, json);
}

struct differing {
    unsigned parts;
    struct lf_attr_set attrs;
};

// Neither state tells more than the other, so it is asked both ways.
static bool differ(const struct pairing *p, const struct lf_label *a,
                   const struct lf_label *b, struct differing *out)
{
    const struct lf_states *d = p->d;
    const struct lf_field *f = &d->schema->field[a->field], none = {0};
    struct lf_attr_set back, unused;
    struct lf_label x, y;
    out->parts = lf_changed(f, a, b, d->slack, &out->attrs);
    out->parts |= lf_changed(f, b, a, d->slack, &back);
    for (size_t w = 0; w < LF_ATTR_WORDS; w++)
        out->attrs.word[w] |= back.word[w];
    if (!(out->parts & LF_SPACE) || !(d->job->tolerance > d->slack))
        return true;
    if (!in_pixels(p, a, &x) || !in_pixels(p, b, &y))
        return false;
    bool masks = a->masks || b->masks; // those are the same or not
    struct lf_label with = *b;
    with.xy = a->xy;
    with.points = a->points;
    if ((!masks || !(lf_changed(f, a, &with, d->slack, &unused) & LF_SPACE)) &&
        !(lf_changed(&none, &x, &y, d->job->tolerance, &unused) & LF_SPACE))
        out->parts &= ~(unsigned)LF_SPACE;
    return true;
}

static bool add_class(const struct pairing *p, const struct lf_label *a,
                      const struct lf_label *b, struct lf_diff_part *to)
{
    *to = (struct lf_diff_part){.part = "class", .iou = -1};
    return (!a->name.len || text_json(p, a->name, LF_V_TEXT, &to->was)) &&
           (!b->name.len || text_json(p, b->name, LF_V_TEXT, &to->came));
}

static bool add_space(const struct pairing *p, const struct lf_label *a,
                      const struct lf_label *b, struct lf_diff_part *to)
{
    struct lf_label x, y;
    *to = (struct lf_diff_part){.part = "geometry", .iou = -1};
    return !p->d->job->detail || (in_pixels(p, a, &x) && in_pixels(p, b, &y) &&
                                  lf_diff_space(&x, &y, p->m, to, p->err));
}

static bool add_attrs(const struct pairing *p, const struct lf_label *a,
                      const struct lf_label *b, const struct lf_attr_set *attrs,
                      struct lf_diff_part *to, size_t *parts)
{
    const struct lf_field *f = &p->d->schema->field[a->field];
    for (uint16_t i = 0; i < f->attrs; i++) {
        const struct lf_attr *x = lf_attr_of(f, a, i), *y = lf_attr_of(f, b, i);
        if (!lf_attr_set_has(attrs, i))
            continue;
        struct lf_diff_part *one = &to[(*parts)++];
        *one = (struct lf_diff_part){
            .part = "attribute", .name = f->attr[i].name, .iou = -1};
        if (!attr_json(p, &f->attr[i], x, y, &one->was) ||
            !attr_json(p, &f->attr[i], y, x, &one->came))
            return false;
    }
    return true;
}

static bool tell(const struct pairing *p, enum lf_diff_change change,
                 const struct lf_label *l, const struct lf_diff_part *part,
                 size_t parts)
{
    char id[25];
    struct lf_slice cls = {0};
    struct lf_diff_part value = {.part = "value", .iou = -1};
    lf_id_print(&l->id, id);
    if (l->kind == LF_SCALAR && change != LF_DIFF_EDITED) {
        if (!value_json(p, l, change == LF_DIFF_ADDED ? &value.came : &value.was))
            return false;
        part = &value;
        parts = 1;
    } else if (change != LF_DIFF_EDITED && l->name.len &&
               !text_json(p, l->name, LF_V_TEXT, &cls)) {
        return false;
    }
    return lf_diff_label(p->d->report, (size_t)p->d->row[l->field], change,
                         lf_slice_of(id), cls, part, parts, p->err);
}

static bool tell_edit(const struct pairing *p, const struct lf_label *a,
                      const struct lf_label *b, const struct differing *x)
{
    const struct lf_field *f = &p->d->schema->field[a->field];
    size_t parts = 0;
    struct lf_diff_part *part = lf_arena_take(p->m, f->attrs + 2, sizeof *part, p->err);
    if (!part)
        return false;
    if (a->kind == LF_SCALAR) {
        *part = (struct lf_diff_part){.part = "value", .iou = -1};
        return value_json(p, a, &part->was) && value_json(p, b, &part->came) &&
               tell(p, LF_DIFF_EDITED, a, part, 1);
    }
    if (x->parts & LF_CLASS && !add_class(p, a, b, &part[parts++]))
        return false;
    if (x->parts & LF_SPACE && !add_space(p, a, b, &part[parts++]))
        return false;
    return add_attrs(p, a, b, &x->attrs, part, &parts) &&
           tell(p, LF_DIFF_EDITED, a, part, parts);
}

static bool compare(const struct pairing *p, const struct lf_label *a,
                    const struct lf_label *b)
{
    struct differing x;
    if (!differ(p, a, b, &x))
        return false;
    if (x.parts)
        return tell_edit(p, a, b, &x);
    p->d->report->field[p->d->row[a->field]].same++;
    return true;
}

bool lf_diff_states(const struct lf_states *d, const struct lf_sample *a,
                    const struct lf_sample *b, struct lf_arena *m, struct lf_error *err)
{
    struct pairing p = {.d = d, .m = m, .err = err};
    p.a = kept_of(d, a, m, &p.n, err);
    p.b = kept_of(d, b, m, &p.k, err);
    p.b_of = lf_arena_take(m, p.n, sizeof *p.b_of, err);
    p.paired = lf_arena_take(m, p.k, sizeof *p.paired, err);
    if (!p.a || !p.b || !p.b_of || !p.paired || !group_fields(p.a, p.n, m, err) ||
        !group_fields(p.b, p.k, m, err))
        return false;
    for (size_t i = 0; i < p.n; i++)
        p.b_of[i] = -1;
    if (!(d->job->by == LF_BY_IOU ? pair_places(&p) : pair_ids(&p)))
        return false;
    for (size_t i = 0; i < p.n; i++)
        if (!(p.b_of[i] < 0 ? tell(&p, LF_DIFF_DELETED, &p.a[i], NULL, 0)
                            : compare(&p, &p.a[i], &p.b[p.b_of[i]])))
            return false;
    for (size_t k = 0; k < p.k; k++)
        if (!p.paired[k] && !tell(&p, LF_DIFF_ADDED, &p.b[k], NULL, 0))
            return false;
    return true;
}
