#include "formats/fiftyone/fo_copy_docs.h"

#include "formats/base/limits.h"
#include "formats/fiftyone/fo_stream.h"

static const struct lf_json_rules as_python = {.constants = true};

// A plain file right in samples/ that is not hidden.
static bool is_sample(const char *name)
{
    static const char folder[] = "samples/";
    const size_t n = sizeof folder - 1;
    return !strncmp(name, folder, n) && name[n] != '.' && !strchr(name + n, '/') &&
           lf_slice_ends(lf_slice_of(name), LF_S(".json"));
}

bool fo_copy_has_docs(const struct lf_tree *t)
{
    size_t i;
    if (lf_tree_find(t, "samples.json", &i))
        return true;
    for (i = 0; i < lf_tree_count(t); i++)
        if (is_sample(lf_tree_name(t, i)))
            return true;
    return false;
}

bool fo_copy_docs_open(struct fo_copy_docs *d, const struct lf_tree *t,
                       struct lf_digest *digest, struct lf_error *err)
{
    size_t i;
    *d = (struct fo_copy_docs){.tree = t, .digest = digest, .file = lf_tree_path(t)};
    if (!lf_tree_find(t, "samples.json", &i))
        return true;
    if (!(d->in = lf_tree_read(t, i, err)))
        return false;
    d->file = lf_in_name(d->in);
    d->stream = lf_json_stream_new(d->in, "samples", as_python, err);
    return d->stream != NULL;
}

void fo_copy_docs_done(struct fo_copy_docs *d)
{
    lf_json_stream_free(&d->stream);
    lf_in_free(&d->in);
    lf_buf_done(&d->text);
    lf_buf_done(&d->name);
    *d = (struct fo_copy_docs){0};
}

static bool next_element(struct fo_copy_docs *d, struct fo_copy_doc *doc, bool *more,
                         struct lf_error *err)
{
    struct lf_slice gap;
    return lf_json_stream_next(d->stream, &gap, &doc->raw, &doc->at, more, err) &&
           lf_digest_add(d->digest, gap, err) &&
           (!*more || lf_digest_add(d->digest, doc->raw, err));
}

static bool read_file(struct fo_copy_docs *d, size_t i, struct lf_error *err)
{
    lf_buf_clear(&d->text);
    lf_buf_clear(&d->name);
    struct lf_in *in = lf_tree_read(d->tree, i, err);
    if (in) {
        lf_buf_text(&d->name, lf_in_name(in));
        lf_buf_char(&d->name, '\0');
    }
    bool ok = in && lf_buf_ok(&d->name, err) &&
              fo_read_all(in, LF_JSON_SLICE, LF_E_JSON_SLICE,
                          "the file is longer than json-slice", &d->text, err);
    d->file = in && !d->name.failed ? d->name.at : lf_tree_path(d->tree);
    lf_in_free(&in);
    return ok;
}

// The name and its NUL part one file from the next in the digest.
static bool next_file(struct fo_copy_docs *d, struct fo_copy_doc *doc, bool *more,
                      struct lf_error *err)
{
    while (d->next < lf_tree_count(d->tree) &&
           !is_sample(lf_tree_name(d->tree, d->next)))
        d->next++;
    *more = d->next < lf_tree_count(d->tree);
    if (!*more)
        return true;
    const char *name = lf_tree_name(d->tree, d->next);
    if (!read_file(d, d->next++, err) ||
        !lf_digest_add(d->digest, (struct lf_slice){name, strlen(name) + 1}, err) ||
        !lf_digest_add(d->digest, lf_buf_view(&d->text), err))
        return false;
    struct lf_slice all = lf_buf_view(&d->text), text = all;
    if (lf_slice_starts(text, LF_S("\xef\xbb\xbf")))
        text = (struct lf_slice){text.at + 3, text.len - 3};
    doc->broken = !lf_json_check(text, as_python, (uint64_t)(text.at - all.at), err);
    doc->raw = doc->broken ? (struct lf_slice){"", 0} : lf_json_trim(text);
    doc->at = doc->broken ? 0 : (uint64_t)(doc->raw.at - all.at);
    return true;
}

bool fo_copy_docs_next(struct fo_copy_docs *d, struct fo_copy_doc *doc, bool *more,
                       struct lf_error *err)
{
    *doc = (struct fo_copy_doc){.raw = {"", 0}};
    return (d->stream ? next_element(d, doc, more, err)
                      : next_file(d, doc, more, err)) ||
           lf_fail_in_file(err, d->file);
}
