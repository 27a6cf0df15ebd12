// Edits of annotation_runs in metadata.json.
#include "formats/base/json.h"
#include "formats/fiftyone/fo_registry.h"

struct member {                // of annotation_runs; places in the text
    const char *key, *key_end; // with its quotes
    const char *end;           // behind its value
    struct lf_slice value;
    const char *before; // behind the value of the member before; NULL: the first
    const char *after;  // the quote of the next member's key; NULL: the last
};

static bool runs_of(struct lf_slice metadata, struct lf_slice *runs)
{
    if (!lf_json_get(lf_json_trim(metadata), "annotation_runs", runs))
        return false;
    *runs = lf_json_trim(*runs);
    return true;
}

static bool find(struct lf_slice runs, struct lf_slice name, struct member *m,
                 const char **last)
{
    struct lf_slice key, value;
    bool found = false;
    *last = NULL;
    if (lf_json_type(runs) != LF_JSON_OBJECT)
        return false;
    for (struct lf_json_walk w = lf_json_enter(runs); lf_json_member(&w, &key, &value);
         *last = value.at + value.len) {
        value = lf_json_trim(value);
        if (found && !m->after)
            m->after = key.at - 1;
        if (found || !lf_json_key_is(key, name))
            continue;
        *m = (struct member){.key = key.at - 1,
                             .key_end = key.at + key.len + 1,
                             .end = value.at + value.len,
                             .value = value,
                             .before = *last};
        found = true;
    }
    return found;
}

static void cut(struct lf_slice text, const char *from, const char *to,
                struct lf_slice put, struct lf_buf *out)
{
    lf_buf_slice(out, lf_slice_between(text.at, from));
    lf_buf_slice(out, put);
    lf_buf_slice(out, lf_slice_between(to, text.at + text.len));
}

// Behind the last member of the document itself.
static const char *end_of_members(struct lf_slice object, bool *empty)
{
    struct lf_slice key, value;
    const char *end = object.at + 1;
    *empty = true;
    for (struct lf_json_walk w = lf_json_enter(object);
         lf_json_member(&w, &key, &value);) {
        value = lf_json_trim(value);
        end = value.at + value.len;
        *empty = false;
    }
    return end;
}

bool fo_registry_put(struct lf_slice metadata, struct lf_slice key,
                     struct lf_slice entry, struct lf_buf *out, struct lf_error *err)
{
    struct lf_slice runs;
    struct member m = {0};
    struct lf_buf put = {0};
    const char *last = NULL, *from, *to;
    bool has = runs_of(metadata, &runs), empty = true;
    bool object = has && lf_json_type(runs) == LF_JSON_OBJECT;
    if (object && find(runs, key, &m, &last)) {
        cut(metadata, m.value.at, m.end, entry, out);
        return lf_buf_ok(out, err);
    }
    if (object) {
        from = to = last ? last : runs.at + 1;
        lf_buf_text(&put, last ? ", " : "");
    } else if (has) { // null
        from = runs.at;
        to = runs.at + runs.len;
        lf_buf_text(&put, "{");
    } else {
        from = to = end_of_members(lf_json_trim(metadata), &empty);
        lf_buf_text(&put,
                    empty ? "\"annotation_runs\": {" : ", \"annotation_runs\": {");
    }
    lf_json_quote(&put, key, true);
    lf_buf_text(&put, ": ");
    lf_buf_slice(&put, entry);
    lf_buf_text(&put, object ? "" : "}");
    cut(metadata, from, to, lf_buf_view(&put), out);
    bool ok = lf_buf_ok(&put, err) && lf_buf_ok(out, err);
    lf_buf_done(&put);
    return ok;
}

bool fo_registry_drop(struct lf_slice metadata, struct lf_slice key, struct lf_buf *out,
                      struct lf_error *err)
{
    struct lf_slice runs;
    struct member m = {0};
    const char *last;
    if (!runs_of(metadata, &runs) || !find(runs, key, &m, &last))
        lf_buf_slice(out, metadata);
    else if (m.before)
        cut(metadata, m.before, m.end, (struct lf_slice){0}, out);
    else
        cut(metadata, m.key, m.after ? m.after : m.end, (struct lf_slice){0}, out);
    return lf_buf_ok(out, err);
}

bool fo_registry_rename(struct lf_slice metadata, struct lf_slice key,
                        struct lf_slice to, struct lf_buf *out, struct lf_error *err)
{
    struct lf_slice runs, inner;
    struct member m = {0};
    struct lf_buf name = {0};
    const char *last, *at = metadata.at;
    lf_json_quote(&name, to, true);
    if (runs_of(metadata, &runs) && find(runs, key, &m, &last)) {
        lf_buf_slice(out, lf_slice_between(at, m.key));
        lf_buf_slice(out, lf_buf_view(&name));
        at = m.key_end;
        if (lf_json_get(m.value, "key", &inner)) {
            inner = lf_json_trim(inner);
            lf_buf_slice(out, lf_slice_between(at, inner.at));
            lf_buf_slice(out, lf_buf_view(&name));
            at = inner.at + inner.len;
        }
    }
    lf_buf_slice(out, lf_slice_between(at, metadata.at + metadata.len));
    bool ok = lf_buf_ok(&name, err) && lf_buf_ok(out, err);
    lf_buf_done(&name);
    return ok;
}
