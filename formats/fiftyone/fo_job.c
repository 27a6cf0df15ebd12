#include "formats/fiftyone/fo_job.h"

#include <math.h>
#include <stdlib.h>

#include "formats/base/number.h"

static size_t offset(const struct fo_job *j, const char *at)
{
    return (size_t)(at - j->sample->raw.at);
}

bool fo_replace(struct fo_job *j, struct lf_slice old, struct lf_slice put)
{
    return lf_edits_add(j->edits, j->a, offset(j, old.at), old.len, put, j->err);
}

bool fo_insert(struct fo_job *j, const char *at, struct lf_slice put)
{
    return lf_edits_add(j->edits, j->a, offset(j, at), 0, put, j->err);
}

bool fo_settle(struct fo_job *j, struct lf_buf *text, struct lf_slice *out)
{
    bool ok =
        lf_buf_ok(text, j->err) && lf_arena_text(j->a, lf_buf_view(text), out, j->err);
    lf_buf_done(text);
    return ok;
}

bool fo_note(struct fo_job *j, enum lf_code code, const struct lf_change *c,
             unsigned attr)
{
    return !j->notes || j->notes->note(j->notes->user, code, c, attr, j->err);
}

bool fo_moved(double a, double b, double slack)
{
    return !(fabs(a - b) <= slack);
}

void fo_find_key(struct lf_slice object, struct lf_slice name, struct fo_member *p)
{
    struct lf_slice key, value;
    const char *behind = NULL;
    *p = (struct fo_member){.separator = LF_S(", "), .colon = LF_S(": ")};
    for (struct lf_json_walk w = lf_json_enter(object);
         lf_json_member(&w, &key, &value);) {
        value = lf_json_trim(value);
        if (behind)
            p->separator = lf_slice_between(behind, key.at - 1);
        p->colon = lf_slice_between(key.at + key.len + 1, value.at);
        if (lf_json_key_is(key, name))
            p->value = value;
        behind = value.at + value.len;
    }
    p->end = behind;
}

bool fo_set_key(struct fo_job *j, struct lf_slice object, struct lf_slice name,
                struct lf_slice text)
{
    struct fo_member p;
    struct lf_buf out = {0};
    struct lf_slice put;
    fo_find_key(object, name, &p);
    if (p.value.len)
        return fo_replace(j, p.value, text);
    if (p.end)
        lf_buf_slice(&out, p.separator);
    lf_json_quote(&out, name, true);
    lf_buf_slice(&out, p.colon);
    lf_buf_slice(&out, text);
    return fo_settle(j, &out, &put) && fo_insert(j, p.end ? p.end : object.at + 1, put);
}

bool fo_set_text(struct fo_job *j, struct lf_slice object, struct lf_slice name,
                 struct lf_slice text)
{
    struct lf_buf out = {0};
    struct lf_slice put;
    lf_json_quote(&out, text, true);
    return fo_settle(j, &out, &put) && fo_set_key(j, object, name, put);
}

bool fo_number_text(struct fo_job *j, double v, struct lf_slice *text)
{
    char digits[LF_NUMBER_CAP];
    return lf_arena_text(j->a, (struct lf_slice){digits, lf_print_double(v, digits)},
                         text, j->err);
}

bool fo_set_number(struct fo_job *j, struct lf_slice object, struct lf_slice name,
                   double v)
{
    struct lf_slice put;
    return fo_number_text(j, v, &put) && fo_set_key(j, object, name, put);
}

// The legacy attribute's object under `name`, if the label has one.
static bool legacy_entry(struct lf_slice label, struct lf_slice name,
                         struct lf_slice *entry)
{
    struct lf_slice dict;
    struct fo_member p;
    if (!lf_json_get(label, "attributes", &dict))
        return false;
    dict = lf_json_trim(dict);
    if (lf_json_type(dict) != LF_JSON_OBJECT)
        return false;
    fo_find_key(dict, name, &p);
    *entry = p.value;
    return p.value.len && lf_json_type(p.value) == LF_JSON_OBJECT;
}

struct lf_slice fo_home_of(struct lf_slice label, struct lf_slice *name)
{
    struct fo_member p;
    struct lf_slice entry;
    fo_find_key(label, *name, &p);
    if (!p.value.len && legacy_entry(label, *name, &entry)) {
        *name = LF_S("value");
        return entry;
    }
    return label;
}

bool fo_cut_piece(struct fo_job *j, struct fo_cutter *c, const char *at,
                  const char *after, bool gone)
{
    if (!c->first)
        c->first = at;
    if (!gone && !c->left) {
        if (at != c->first &&
            !fo_replace(j, lf_slice_between(c->first, at), (struct lf_slice){0}))
            return false;
        c->left = true;
    } else if (gone && c->left &&
               !fo_replace(j, lf_slice_between(c->behind, after),
                           (struct lf_slice){0})) {
        return false;
    }
    c->behind = after;
    return true;
}

bool fo_cut_end(struct fo_job *j, const struct fo_cutter *c)
{
    return c->left || !c->first ||
           fo_replace(j, lf_slice_between(c->first, c->behind), (struct lf_slice){0});
}
