// A field that receives what another one would become.
#include <stdlib.h>

#include "formats/fiftyone/fo_job.h"
#include "formats/fiftyone/fo_keys.h"

struct given { // a label that the field is to hold
    struct lf_slice raw;
    struct lf_id id;
    bool used; // it is in the list
};

struct dest_job {
    struct fo_job *j;
    const struct fo_dest *d;
    struct given *given; // in their order
    struct given **sorted;
    size_t count;
};

static struct lf_id id_of(struct lf_slice label)
{
    struct lf_slice value;
    struct lf_id id = {0};
    if (lf_json_type(label) == LF_JSON_OBJECT && lf_json_get(label, "_id", &value))
        (void)fo_id(value, &id);
    return id;
}

static bool is_list(struct lf_slice value, const char *key, struct lf_slice *list)
{
    if (!value.len || !lf_json_get(value, key, list))
        return false;
    *list = lf_json_trim(*list);
    return lf_json_type(*list) == LF_JSON_ARRAY;
}

// Labels with an id by that, others by their bytes.
static int compare(const struct given *x, const struct given *y)
{
    if (x->id.known != y->id.known)
        return x->id.known ? -1 : 1;
    return x->id.known ? memcmp(x->id.at, y->id.at, sizeof x->id.at)
                       : lf_slice_cmp(x->raw, y->raw);
}

static int by_id(const void *a, const void *b)
{
    const struct given *const *x = a, *const *y = b;
    int d = compare(*x, *y);
    return d ? d : (*x > *y) - (*x < *y);
}

static bool take_given(struct dest_job *w, struct lf_slice list)
{
    struct lf_slice element;
    size_t n = 0;
    for (struct lf_json_walk k = lf_json_enter(list); lf_json_element(&k, &element);)
        n++;
    w->given = lf_arena_take(w->j->a, n, sizeof *w->given, w->j->err);
    w->sorted = lf_arena_take(w->j->a, n, sizeof(struct given *), w->j->err);
    if (!w->given || !w->sorted)
        return false;
    for (struct lf_json_walk k = lf_json_enter(list); lf_json_element(&k, &element);) {
        struct given *g = &w->given[w->count];
        g->raw = lf_json_trim(element);
        g->id = id_of(g->raw);
        w->sorted[w->count++] = g;
    }
    if (w->count)
        qsort(w->sorted, w->count, sizeof *w->sorted, by_id);
    return true;
}

// The first label of that id that is not in the list yet.
static struct given *find(const struct dest_job *w, const struct given *key)
{
    size_t low = 0, high = w->count;
    while (low < high) { // of equal ones those that are used come first
        size_t mid = low + (high - low) / 2;
        int d = compare(w->sorted[mid], key);
        if (d < 0 || (d == 0 && w->sorted[mid]->used))
            low = mid + 1;
        else
            high = mid;
    }
    return low < w->count && !compare(w->sorted[low], key) ? w->sorted[low] : NULL;
}

static bool tell(const struct dest_job *w, const struct lf_id *id)
{
    return !w->d->tell || w->d->tell(w->d->user, id, w->j->err);
}

// A label that is there: made anew, gone, or left alone.
static bool settle(struct dest_job *w, struct fo_cutter *cut, struct lf_slice label)
{
    struct given is = {.raw = label, .id = id_of(label)};
    struct given *g = find(w, &is);
    bool gone = !g && is.id.known && w->d->known(w->d->user, &is.id);
    bool anew = g && !lf_slice_eq(g->raw, label);
    if (g)
        g->used = true;
    return (!(gone || anew) || tell(w, &is.id)) &&
           (!anew || fo_replace(w->j, label, g->raw)) &&
           fo_cut_piece(w->j, cut, label.at, label.at + label.len, gone);
}

static bool append(struct dest_job *w, const struct fo_cutter *cut,
                   struct lf_slice separator, struct lf_slice list)
{
    struct lf_buf out = {0};
    struct lf_slice put;
    bool lead = cut->left;
    for (size_t i = 0; i < w->count; i++) {
        if (w->given[i].used)
            continue;
        if (lead)
            lf_buf_slice(&out, separator);
        lead = true;
        lf_buf_slice(&out, w->given[i].raw);
    }
    return fo_settle(w->j, &out, &put) &&
           (!put.len || fo_insert(w->j, cut->behind ? cut->behind : list.at + 1, put));
}

static bool edit_list(struct dest_job *w, struct lf_slice now, struct lf_slice given)
{
    struct lf_slice element, separator = LF_S(", ");
    struct fo_cutter cut = {0};
    if (given.len && !take_given(w, given))
        return false;
    for (struct lf_json_walk k = lf_json_enter(now); lf_json_element(&k, &element);) {
        element = lf_json_trim(element);
        if (cut.behind)
            separator = lf_slice_between(cut.behind, element.at);
        if (!settle(w, &cut, element))
            return false;
    }
    return fo_cut_end(w->j, &cut) && append(w, &cut, separator, now);
}

// Whether what stands in a field of one label, or of a scalar, is the run's.
static bool may_replace(const struct dest_job *w, struct lf_slice now,
                        const struct lf_id *id)
{
    const struct fo_dest *d = w->d;
    bool may = d->force || (id->known && d->known(d->user, id));
    for (size_t i = 0; !may && i < d->wases; i++)
        may = lf_slice_eq(d->was[i], now);
    return may;
}

static bool edit_single(struct dest_job *w, struct lf_slice now, bool *occupied)
{
    struct lf_slice value = w->d->value;
    struct lf_id id = id_of(now), given = id_of(value);
    bool same = lf_id_eq(&id, &given);
    if (lf_slice_eq(now, value))
        return true;
    if (!same && !may_replace(w, now, &id)) {
        *occupied = value.len > 0;
        return true;
    }
    return tell(w, &id) && fo_replace(w->j, now, value.len ? value : LF_S("null"));
}

static bool right_class(const struct fo_dest *d, struct lf_slice now)
{
    struct lf_slice cls;
    if (d->field->type == LF_FT_SCALAR)
        return true;
    if (lf_json_type(now) != LF_JSON_OBJECT || !lf_json_get(now, "_cls", &cls))
        return false;
    cls = lf_json_trim(cls);
    return lf_json_type(cls) == LF_JSON_STRING &&
           lf_slice_is((struct lf_slice){cls.at + 1, cls.len - 2},
                       fo_class_name(d->field->type, false));
}

static bool edit(struct dest_job *w, bool *occupied)
{
    const struct fo_dest *d = w->d;
    const char *key = fo_list_key(d->field->type);
    struct lf_slice now, list, given = {0};
    struct fo_member p;
    fo_find_key(w->j->sample->raw, d->field->dest, &p);
    now = p.value;
    if (!now.len || lf_json_type(now) == LF_JSON_NULL)
        return !d->value.len ? true
               : p.value.len ? fo_replace(w->j, p.value, d->value)
                             : fo_add_field(w->j, d->field->dest, d->value);
    if (!right_class(d, now))
        return lf_fail(w->j->err, LF_E_DOCUMENT,
                       "field \"%.*s\" holds something of another class",
                       (int)d->field->dest.len, d->field->dest.at);
    if (!lf_field_is_list(d->field->type))
        return edit_single(w, now, occupied);
    if (!is_list(now, key, &list)) // a list object without its list
        return !d->value.len || fo_replace(w->j, now, d->value);
    (void)is_list(d->value, key, &given);
    return edit_list(w, list, given);
}

bool fo_edit_dest(const struct fo_source *src, const struct lf_sample *sample,
                  const struct fo_dest *d, struct lf_arena *a, struct lf_edits *edits,
                  bool *occupied, struct lf_error *err)
{
    struct fo_job j = {.src = src,
                       .schema = src->schema,
                       .sample = sample,
                       .a = a,
                       .edits = edits,
                       .err = err};
    struct dest_job w = {.j = &j, .d = d};
    *occupied = false;
    return edit(&w, occupied);
}
