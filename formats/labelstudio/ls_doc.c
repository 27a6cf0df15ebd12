#include "formats/labelstudio/ls_doc.h"

#include "formats/base/alloc.h"
#include "formats/base/json_stream.h"
#include "formats/base/limits.h"

struct ls_doc {
    struct lf_in *in;
    struct lf_json_stream *stream; // NULL: one task is all of the file
    struct lf_digest *digest;
    struct lf_buf text;
    bool ended;
};

// NaN and Infinity are read as numbers, so that they are faults of one task.
static const struct lf_json_rules as_python = {.constants = true};

struct ls_doc *ls_doc_new(const struct lf_tree *t, size_t member, enum ls_root root,
                          struct lf_error *err)
{
    struct ls_doc *d = lf_alloc(1, sizeof *d, err);
    if (!d)
        return NULL;
    d->in = lf_tree_read(t, member, err);
    d->digest = d->in ? lf_digest_new(err) : NULL;
    if (d->digest && root == LS_LIST)
        d->stream = lf_json_stream_new(d->in, NULL, as_python, err);
    if (!d->digest || (root == LS_LIST && !d->stream))
        ls_doc_free(&d);
    return d;
}

const char *ls_doc_file(const struct ls_doc *d)
{
    return lf_in_name(d->in);
}

static bool too_long(const struct ls_doc *d, struct lf_error *err)
{
    lf_fail(err, LF_E_JSON_SLICE, "a task is longer than json-slice");
    return lf_fail_in_file(err, ls_doc_file(d));
}

static bool whole_file(struct ls_doc *d, struct lf_slice *json, bool *more,
                       struct lf_error *err)
{
    bool over;
    *more = !d->ended;
    if (d->ended)
        return true;
    d->ended = true;
    if (!lf_in_rest(d->in, LF_JSON_SLICE, &d->text, &over, err))
        return false;
    if (over)
        return too_long(d, err);
    *json = lf_buf_view(&d->text);
    if (!lf_digest_add(d->digest, *json, err))
        return false;
    if (lf_slice_starts(*json, LF_S("\xef\xbb\xbf")))
        *json = (struct lf_slice){json->at + 3, json->len - 3};
    return lf_json_check(*json, as_python, (uint64_t)(json->at - d->text.at), err) ||
           lf_fail_in_file(err, ls_doc_file(d));
}

bool ls_doc_next(struct ls_doc *d, struct lf_slice *json, uint64_t *at, bool *more,
                 struct lf_error *err)
{
    struct lf_slice gap;
    *at = 0;
    if (!d->stream)
        return whole_file(d, json, more, err);
    return lf_json_stream_next(d->stream, &gap, json, at, more, err) &&
           lf_digest_add(d->digest, gap, err) &&
           (!*more || lf_digest_add(d->digest, *json, err));
}

bool ls_doc_digest(struct ls_doc *d, char digest[LF_DIGEST_HEX], struct lf_error *err)
{
    unsigned char bytes[LF_DIGEST_BYTES];
    if (!lf_digest_take(d->digest, bytes, err))
        return false;
    lf_hex(bytes, sizeof bytes, digest);
    return true;
}

void ls_doc_free(struct ls_doc **d)
{
    if (!*d)
        return;
    lf_json_stream_free(&(*d)->stream);
    lf_digest_free(&(*d)->digest);
    lf_in_free(&(*d)->in);
    lf_buf_done(&(*d)->text);
    lf_free(*d);
    *d = NULL;
}
