// A tag of a sample, appended to the list it has.
#include "formats/fiftyone/fo_job.h"

static bool one_tag(struct fo_job *j, struct lf_slice tag, struct lf_slice *put)
{
    struct lf_buf out = {0};
    lf_buf_char(&out, '[');
    lf_json_quote(&out, tag, true);
    lf_buf_char(&out, ']');
    return fo_settle(j, &out, put);
}

// Behind the last one, spaced as the first two are.
static bool append(struct fo_job *j, struct lf_slice list, struct lf_slice tag)
{
    struct lf_slice value, text, separator = LF_S(", "), put;
    struct lf_buf out = {0};
    const char *behind = NULL;
    size_t n = 0;
    for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &value);
         n++) {
        value = lf_json_trim(value);
        if (n == 1)
            separator = lf_slice_between(behind, value.at);
        behind = value.at + value.len;
        if (lf_json_type(value) != LF_JSON_STRING)
            continue;
        if (!lf_json_string(value, j->a, &text, j->err))
            return false;
        if (lf_slice_eq(text, tag))
            return true;
    }
    if (!behind)
        return one_tag(j, tag, &put) && fo_replace(j, list, put);
    lf_buf_slice(&out, separator);
    lf_json_quote(&out, tag, true);
    return fo_settle(j, &out, &put) && fo_insert(j, behind, put);
}

bool fo_add_tag(struct lf_slice raw, struct lf_slice tag, struct lf_arena *a,
                struct lf_edits *edits, struct lf_error *err)
{
    const struct lf_sample s = {.raw = raw};
    struct fo_job j = {.sample = &s, .a = a, .edits = edits, .err = err};
    struct fo_member p;
    struct lf_slice put;
    *edits = (struct lf_edits){0};
    fo_find_key(raw, LF_S("tags"), &p);
    if (!p.value.len)
        return one_tag(&j, tag, &put) && fo_add_field(&j, LF_S("tags"), put);
    struct lf_slice list = lf_json_trim(p.value);
    if (lf_json_type(list) == LF_JSON_NULL)
        return one_tag(&j, tag, &put) && fo_replace(&j, list, put);
    return lf_json_type(list) != LF_JSON_ARRAY || append(&j, list, tag);
}
