#include <stdlib.h>

#include "formats/fiftyone/fo_job.h"
#include "formats/fiftyone/fo_new.h"
#include "formats/label/value.h"

static int by_place(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return (*x > *y) - (*x < *y);
}

// The labels that go, sorted, so that a list of any length is walked once.
static bool list_gone(struct fo_job *j)
{
    j->gone = lf_arena_take(j->a, j->plan->count, sizeof *j->gone, j->err);
    for (size_t i = 0; j->gone && i < j->plan->count; i++) {
        const struct lf_change *c = &j->plan->change[i];
        if (c->ours && !c->theirs)
            j->gone[j->gones++] = c->ours->raw.at;
    }
    if (j->gone && j->gones)
        qsort(j->gone, j->gones, sizeof *j->gone, by_place);
    return j->gone != NULL;
}

static bool deleted(const struct fo_job *j, const char *raw)
{
    return j->gones && bsearch(&raw, j->gone, j->gones, sizeof *j->gone, by_place);
}

struct tally {
    size_t gone, added;
};

static struct tally tally_of(const struct fo_job *j, uint16_t field)
{
    struct tally t = {0};
    for (size_t i = 0; i < j->plan->count; i++) {
        const struct lf_change *c = &j->plan->change[i];
        if (c->field == field) {
            t.gone += c->ours && !c->theirs;
            t.added += !c->ours && c->theirs;
        }
    }
    return t;
}

bool fo_scalar_text(struct fo_job *j, const struct lf_change *c, struct lf_slice *put,
                    bool *fits)
{
    const struct lf_field *f = &j->schema->field[c->field];
    const struct lf_attr *came = f->by_class ? NULL : lf_label_attr(c->theirs, 0);
    struct lf_slice text = f->by_class ? c->theirs->name
                           : came      ? came->text
                                       : (struct lf_slice){"", 0};
    struct lf_attr was = {.type = LF_V_NULL};
    struct lf_buf out = {0};
    enum lf_value old = LF_V_NULL;
    bool scalar, widened = false;
    if (c->ours && !lf_value_read(c->ours->raw, j->a, &old, &was.text, &scalar, j->err))
        return false;
    was.type = (uint8_t)old;
    enum lf_value type =
        lf_value_type(came, &was, f->scalar == LF_V_NULL ? LF_V_TEXT : f->scalar);
    *fits = lf_value_write(text, type, true, &out, &widened);
    if (!*fits) {
        lf_buf_done(&out);
        return fo_note(j, LF_E_VALUE, c, 0);
    }
    return fo_settle(j, &out, put) && (!widened || fo_note(j, LF_N_VALUE_FLOAT, c, 0));
}

static bool new_scalar(struct fo_job *j, uint16_t field, struct lf_slice *put,
                       bool *fits)
{
    *fits = false;
    for (size_t i = 0; i < j->plan->count; i++) {
        const struct lf_change *c = &j->plan->change[i];
        if (c->field == field && !c->ours && c->theirs)
            return fo_scalar_text(j, c, put, fits);
    }
    return true;
}

static bool tell_misfits(struct fo_job *j, const struct lf_change *c,
                         const struct fo_misfits *misfits)
{
    for (unsigned k = 0; k < j->schema->field[c->field].attrs; k++)
        if ((lf_attr_set_has(&misfits->dropped, k) && !fo_note(j, LF_E_VALUE, c, k)) ||
            (lf_attr_set_has(&misfits->widened, k) &&
             !fo_note(j, LF_N_VALUE_FLOAT, c, k)))
            return false;
    return true;
}

// All additions of a field as elements, one behind the other.
static bool new_elements(struct fo_job *j, uint16_t field, struct lf_slice separator,
                         bool lead, struct lf_buf *out)
{
    struct fo_making making = {j->src, &j->schema->field[field], j->sample, j->files,
                               j->a};
    for (size_t i = 0; i < j->plan->count; i++) {
        const struct lf_change *c = &j->plan->change[i];
        if (c->field != field || c->ours || !c->theirs)
            continue;
        if (lead)
            lf_buf_slice(out, separator);
        lead = true;
        struct fo_misfits misfits = {0};
        if (!fo_new_label(&making, c->theirs, &c->id, out, &misfits, j->err) ||
            !tell_misfits(j, c, &misfits))
            return false;
    }
    return true;
}

static bool cut_elements(struct fo_job *j, struct lf_slice list, struct fo_cutter *c,
                         struct lf_slice *separator)
{
    struct lf_slice element;
    *separator = LF_S(", ");
    for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &element);) {
        element = lf_json_trim(element);
        if (c->behind)
            *separator = lf_slice_between(c->behind, element.at);
        if (!fo_cut_piece(j, c, element.at, element.at + element.len,
                          deleted(j, element.at)))
            return false;
    }
    return fo_cut_end(j, c);
}

static bool edit_list(struct fo_job *j, uint16_t field, struct lf_slice value)
{
    struct lf_slice list, separator, put;
    struct lf_buf out = {0};
    struct fo_cutter cut = {0};
    const char *key = fo_list_key(j->schema->field[field].type);
    struct tally t = tally_of(j, field);
    if (!lf_json_get(value, key, &list) ||
        lf_json_type(lf_json_trim(list)) != LF_JSON_ARRAY) {
        lf_buf_char(&out, '['); // a list object without its list
        bool ok = new_elements(j, field, LF_S(", "), false, &out);
        lf_buf_char(&out, ']');
        return fo_settle(j, &out, &put) && ok &&
               fo_set_key(j, value, lf_slice_of(key), put);
    }
    list = lf_json_trim(list);
    if (!cut_elements(j, list, &cut, &separator))
        return false;
    if (!t.added)
        return true;
    bool ok = new_elements(j, field, separator, cut.left, &out);
    return fo_settle(j, &out, &put) && ok &&
           fo_insert(j, cut.behind ? cut.behind : list.at + 1, put);
}

// The whole value of a field that had none: a list object or the first new label.
static bool new_value(struct fo_job *j, uint16_t field, struct lf_buf *out)
{
    const struct lf_field *f = &j->schema->field[field];
    if (!lf_field_is_list(f->type))
        return new_elements(j, field, LF_S(""), false, out);
    lf_buf_printf(out, "{\"_cls\": \"%s\", \"%s\": [", fo_class_name(f->type, false),
                  fo_list_key(f->type));
    if (!new_elements(j, field, LF_S(", "), false, out))
        return false;
    lf_buf_text(out, "]}");
    return true;
}

bool fo_add_field(struct fo_job *j, struct lf_slice name, struct lf_slice value)
{
    struct lf_slice raw = j->sample->raw, key, v, before = {0}, separator = LF_S(", "),
                    put;
    struct fo_member p;
    struct lf_buf out = {0};
    const char *behind = NULL;
    fo_find_key(raw, name, &p);
    for (struct lf_json_walk w = lf_json_enter(raw); lf_json_member(&w, &key, &v);) {
        v = lf_json_trim(v);
        if (behind)
            separator = lf_slice_between(behind, key.at - 1);
        if (lf_json_key_is(key, LF_S("_dataset_id")) ||
            (!before.len && lf_json_key_is(key, LF_S("created_at"))))
            before = key;
        behind = v.at + v.len;
    }
    if (!before.len)
        return fo_set_key(j, raw, name, value);
    lf_json_quote(&out, name, true);
    lf_buf_slice(&out, p.colon);
    lf_buf_slice(&out, value);
    lf_buf_slice(&out, separator);
    return fo_settle(j, &out, &put) && fo_insert(j, before.at - 1, put);
}

static bool edit_single(struct fo_job *j, uint16_t field, struct lf_slice value)
{
    struct lf_buf out = {0};
    struct lf_slice put;
    struct tally t = tally_of(j, field);
    if (!t.added)
        return fo_replace(j, value, LF_S("null"));
    bool ok = new_value(j, field, &out);
    return fo_settle(j, &out, &put) && ok && fo_replace(j, value, put);
}

static bool goes(const struct fo_job *j, uint16_t field)
{
    struct tally t = tally_of(j, field);
    return j->schema->field[field].type == LF_FT_SCALAR && t.gone && !t.added;
}

static bool edit_scalar_field(struct fo_job *j, uint16_t field, struct lf_slice value)
{
    struct lf_slice name = j->schema->field[field].name, put;
    struct tally t = tally_of(j, field);
    struct fo_member p;
    bool fits;
    if (!t.added)
        return true; // gone: with all keys that go
    if (!new_scalar(j, field, &put, &fits) || !fits)
        return j->err->code == LF_OK;
    fo_find_key(j->sample->raw, name, &p);
    if (!value.len)
        value = p.value; // null
    return value.len ? fo_replace(j, value, put) : fo_add_field(j, name, put);
}

// The keys of scalars that are gone, with nothing in their place.
static bool cut_scalars(struct fo_job *j)
{
    struct lf_slice key, value;
    struct fo_cutter cut = {0};
    bool any = false;
    for (uint16_t i = 0; i < j->schema->fields; i++)
        any |= goes(j, i);
    if (!any)
        return true;
    for (struct lf_json_walk w = lf_json_enter(j->sample->raw);
         lf_json_member(&w, &key, &value);) {
        bool gone = false;
        value = lf_json_trim(value);
        for (uint16_t i = 0; !gone && i < j->schema->fields; i++)
            gone = goes(j, i) && lf_json_key_is(key, j->schema->field[i].name);
        if (!fo_cut_piece(j, &cut, key.at - 1, value.at + value.len, gone))
            return false;
    }
    return fo_cut_end(j, &cut);
}

static bool edit_field(struct fo_job *j, uint16_t field, struct lf_slice value)
{
    const struct lf_field *f = &j->schema->field[field];
    struct tally t = tally_of(j, field);
    struct lf_buf out = {0};
    struct lf_slice put;
    struct fo_member p;
    if (!t.gone && !t.added)
        return true;
    if (f->type == LF_FT_SCALAR)
        return edit_scalar_field(j, field, value);
    if (value.len)
        return lf_field_is_list(f->type) ? edit_list(j, field, value)
                                         : edit_single(j, field, value);
    fo_find_key(j->sample->raw, f->name, &p);
    if (!new_value(j, field, &out)) {
        lf_buf_done(&out);
        return false;
    }
    return fo_settle(j, &out, &put) &&
           (p.value.len ? fo_replace(j, p.value, put) // it was null
                        : fo_add_field(j, f->name, put));
}

bool fo_edit_fields(struct fo_job *j)
{
    struct lf_slice *value =
        lf_arena_take(j->a, j->schema->fields, sizeof *value, j->err);
    if (!value || !list_gone(j))
        return false;
    fo_values(j->schema, j->sample->raw, value);
    for (uint16_t i = 0; i < j->schema->fields; i++)
        if (!edit_field(j, i, value[i]))
            return false;
    return cut_scalars(j);
}
