#include <stdio.h>

#include "formats/base/alloc.h"
#include "formats/base/digest.h"
#include "formats/cvat/cvat_doc.h"
#include "formats/cvat/cvat_parts.h"

enum { CHUNK = 1 << 16, PEEK = 4096 };

// Members are walked in name order; a zip among them is opened and its documents read
// in turn.
struct lf_reader {
    const struct lf_tree *tree;
    struct lf_tree *inner; // the zip member that is open
    size_t at, inner_at;
    const struct lf_run *run;
    int field;
    struct lf_events *ev;
    struct lf_in *in;
    struct cvat_doc *doc;
    struct lf_digest *digest;
    struct lf_source *source;
    size_t sources, source_room;
    struct lf_arena arena; // of the sources' texts
    char *chunk;
};

static bool has_ending(const char *name, const char *lower)
{
    size_t n = strlen(name), k = strlen(lower);
    if (n < k)
        return false;
    for (size_t i = 0; i < k; i++) {
        char c = name[n - k + i];
        if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != lower[i])
            return false;
    }
    return true;
}

// Whether a member begins as a dump does: past BOM, white space, declaration and
// comments, its root is <annotations>. Other files may hold that word further inside, a
// stored zip for one.
static bool is_dump(const char *text, size_t n)
{
    static const char word[] = "<annotations";
    size_t i = n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;
    while (i < n && strchr(" \t\r\n", text[i]) && text[i])
        i++;
    if (i == n || text[i] != '<')
        return false;
    for (; i + sizeof word - 1 <= n; i++)
        if (text[i] == '<' && text[i + 1] != '?' && text[i + 1] != '!')
            return !memcmp(text + i, word, sizeof word - 1);
    return false;
}

static bool dumps_in(const struct lf_tree *t, bool inside, int *count,
                     struct lf_error *err)
{
    char head[PEEK];
    size_t got;
    for (size_t i = 0; i < lf_tree_count(t); i++) {
        if (has_ending(lf_tree_name(t, i), ".xml")) {
            if (!lf_tree_peek(t, i, head, sizeof head, &got, err))
                return false;
            *count += is_dump(head, got);
        } else if (!inside && has_ending(lf_tree_name(t, i), ".zip")) {
            struct lf_tree *zip = lf_tree_open_member(t, i, err);
            bool ok = zip && dumps_in(zip, true, count, err);
            lf_tree_free(&zip);
            if (!ok)
                return false;
        }
        if (*count)
            return true;
    }
    return true;
}

bool cvat_bid(const struct lf_tree *t, int *bid, struct lf_error *err)
{
    int count = 0;
    char head[PEEK];
    size_t got;
    if (!dumps_in(t, false, &count, err))
        return false;
    if (!count && lf_tree_count(t) == 1 &&
        !lf_tree_is_zip(t)) { // a bare file of any name
        if (!lf_tree_peek(t, 0, head, sizeof head, &got, err))
            return false;
        count = is_dump(head, got);
    }
    *bid = count ? 80 : 0;
    return true;
}

struct lf_reader *cvat_open(const struct lf_tree *t, const struct lf_run *run,
                            int field, struct lf_events *ev, struct lf_error *err)
{
    struct lf_reader *r = lf_alloc(1, sizeof *r, err);
    if (!r)
        return NULL;
    *r = (struct lf_reader){.tree = t, .run = run, .field = field, .ev = ev};
    r->chunk = lf_alloc(CHUNK, 1, err);
    r->digest = lf_digest_new(err);
    if (!r->chunk || !r->digest)
        cvat_close(&r);
    return r;
}

void cvat_close(struct lf_reader **r)
{
    if (!*r)
        return;
    cvat_doc_free(&(*r)->doc);
    lf_in_free(&(*r)->in);
    lf_tree_free(&(*r)->inner);
    lf_digest_free(&(*r)->digest);
    lf_free((*r)->source);
    lf_free((*r)->chunk);
    lf_arena_done(&(*r)->arena);
    lf_free(*r);
    *r = NULL;
}

const struct lf_source *cvat_sources(const struct lf_reader *r, size_t *count)
{
    *count = r->sources;
    return r->source;
}

static bool start_doc(struct lf_reader *r, const struct lf_tree *t, size_t i,
                      struct lf_error *err)
{
    void *sources = r->source;
    if (!lf_grow(&sources, &r->source_room, r->sources + 1, sizeof *r->source, err))
        return false;
    r->source = sources;
    struct lf_source *s = &r->source[r->sources];
    *s = (struct lf_source){0};
    r->in = lf_tree_read(t, i, err);
    if (!r->in ||
        !lf_arena_text(&r->arena, lf_slice_of(lf_in_name(r->in)), &s->file, err))
        return false;
    r->doc =
        cvat_doc_new(r->run, r->field, s->file.at, (uint32_t)r->sources++, r->ev, err);
    return r->doc != NULL;
}

// Whether a member is a document: a dump by its ending and root, or the one file that
// was named.
static bool is_doc(const struct lf_tree *t, size_t i, bool *yes, struct lf_error *err)
{
    char head[PEEK];
    size_t got;
    *yes = has_ending(lf_tree_name(t, i), ".xml") ||
           (lf_tree_count(t) == 1 && !lf_tree_is_zip(t));
    if (!*yes)
        return true;
    if (!lf_tree_peek(t, i, head, sizeof head, &got, err))
        return false;
    *yes = is_dump(head, got);
    return true;
}

// Moves on to the next document, if there is one.
static bool next_doc(struct lf_reader *r, struct lf_error *err)
{
    bool yes = false;
    while (!r->doc) {
        if (r->inner && r->inner_at < lf_tree_count(r->inner)) {
            size_t i = r->inner_at++;
            if (!is_doc(r->inner, i, &yes, err) ||
                (yes && !start_doc(r, r->inner, i, err)))
                return false;
            continue;
        }
        lf_tree_free(&r->inner);
        if (r->at >= lf_tree_count(r->tree))
            return true;
        size_t i = r->at++;
        if (!is_doc(r->tree, i, &yes, err) || (yes && !start_doc(r, r->tree, i, err)))
            return false;
        if (!yes && has_ending(lf_tree_name(r->tree, i), ".zip")) {
            r->inner_at = 0;
            if (!(r->inner = lf_tree_open_member(r->tree, i, err)))
                return false;
        }
    }
    return true;
}

static bool end_doc(struct lf_reader *r, struct lf_error *err)
{
    unsigned char digest[LF_DIGEST_BYTES];
    struct lf_source *s = &r->source[r->sources - 1];
    if (!cvat_doc_end(r->doc, err) || !lf_digest_take(r->digest, digest, err) ||
        !lf_arena_text(&r->arena, cvat_doc_task(r->doc), &s->task, err) ||
        !lf_arena_text(&r->arena, cvat_doc_stamp(r->doc), &s->stamp, err) ||
        !cvat_doc_origin(r->doc, &r->arena, s, err))
        return false;
    lf_hex(digest, sizeof digest, s->digest);
    s->whole = cvat_doc_whole(r->doc);
    lf_in_free(&r->in);
    struct lf_buf told = {0};
    cvat_doc_told(r->doc, &told);
    bool ok =
        lf_buf_ok(&told, err) &&
        (!told.len || lf_arena_text(&r->arena, lf_buf_view(&told), &s->told, err));
    lf_buf_done(&told);
    return ok;
}

bool cvat_next(struct lf_reader *r, struct lf_arena *a, struct lf_item *item,
               bool *more, struct lf_error *err)
{
    for (;;) {
        size_t got = 0;
        if (r->doc) {
            if (!cvat_doc_pop(r->doc, a, item, more, err) || *more)
                return err->code == LF_OK;
            if (!r->in)
                cvat_doc_free(&r->doc);
        }
        if (!r->doc && !next_doc(r, err))
            return false;
        if (!r->doc) {
            *more = false;
            return true;
        }
        if (!lf_in_read(r->in, r->chunk, CHUNK, &got, err))
            return false;
        if (got == 0) {
            if (!end_doc(r, err))
                return false;
        } else if (!lf_digest_add(r->digest, (struct lf_slice){r->chunk, got}, err) ||
                   !cvat_doc_push(r->doc, r->chunk, got, err)) {
            return false;
        }
    }
}
