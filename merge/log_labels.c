#include "merge/log_labels.h"

#include <stdlib.h>

#include "formats/base/digest.h"
#include "formats/base/json.h"
#include "formats/fiftyone/fo_dataset.h"

enum { LONG_TEXT = 1024 };

// ---------------------------------------------------------------------------- JSON

static bool put_digest(struct lf_slice text, struct lf_buf *out, struct lf_error *err)
{
    unsigned char digest[LF_DIGEST_BYTES];
    char hex[LF_DIGEST_HEX];
    struct lf_digest *d = lf_digest_new(err);
    bool ok = d && lf_digest_add(d, text, err) && lf_digest_take(d, digest, err);
    lf_digest_free(&d);
    if (ok) {
        lf_hex(digest, sizeof digest, hex);
        lf_buf_printf(out, "{\"bytes\": %llu, \"sha256\": \"%s\"}",
                      (unsigned long long)text.len, hex);
    }
    return ok;
}

static const char *end_of_string(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++)
        if (*at == '\\')
            at++;
    return at < end ? at : end - 1;
}

static bool is_key(const char *behind, const char *end)
{
    while (behind < end && (unsigned char)*behind <= ' ')
        behind++;
    return behind < end && *behind == ':';
}

// JSON on one line, as it was; a long text (the pixels of a mask) by its length and
// digest.
static bool put_value(struct lf_slice raw, struct lf_buf *out, struct lf_error *err)
{
    const char *end = raw.at + raw.len, *from = raw.at;
    for (const char *at = raw.at; at < end; at++) {
        if (*at == '"') {
            const char *close = end_of_string(at, end);
            struct lf_slice text = lf_slice_between(at + 1, close);
            if (text.len > LONG_TEXT && !is_key(close + 1, end)) {
                lf_buf_slice(out, lf_slice_between(from, at));
                if (!put_digest(text, out, err))
                    return false;
                from = close + 1;
            }
            at = close;
        } else if ((unsigned char)*at < ' ') {
            lf_buf_slice(out, lf_slice_between(from, at));
            from = at + 1;
        }
    }
    lf_buf_slice(out, lf_slice_between(from, end));
    return true;
}

// ---------------------------------------------------------------------------- labels

struct label {
    struct lf_id id;
    struct lf_slice raw;
};

struct side { // the labels of a field in one state of the document
    struct lf_arena *a;
    struct label *label, *by_id; // in order of the document; those with an id, sorted
    size_t count, room, ids;
};

static bool see(void *user, const struct lf_id *id, struct lf_slice raw,
                struct lf_error *err)
{
    struct side *s = user;
    void *all = s->label;
    if (!lf_arena_grow(s->a, &all, &s->room, s->count + 1, sizeof *s->label, err))
        return false;
    s->label = all;
    s->label[s->count++] = (struct label){*id, raw};
    return true;
}

static int by_id(const void *a, const void *b)
{
    const struct label *x = a, *y = b;
    return memcmp(x->id.at, y->id.at, sizeof x->id.at);
}

static struct lf_slice value_of(struct lf_slice doc, struct lf_slice name)
{
    struct lf_slice key, value;
    for (struct lf_json_walk w = lf_json_enter(doc); lf_json_member(&w, &key, &value);)
        if (lf_json_key_is(key, name)) {
            value = lf_json_trim(value);
            return lf_json_type(value) == LF_JSON_NULL ? (struct lf_slice){0} : value;
        }
    return (struct lf_slice){0};
}

// A field that holds one thing is that thing, with or without an id.
static bool read_side(const struct lf_field *f, struct lf_slice value, struct side *s,
                      struct lf_error *err)
{
    const struct lf_id none = {0};
    if (value.len && !fo_each_label(value, see, s, err))
        return false;
    if (value.len && !s->count && !lf_field_is_list(f->type) &&
        !see(s, &none, value, err))
        return false;
    if (!(s->by_id = lf_arena_take(s->a, s->count, sizeof *s->by_id, err)))
        return false;
    for (size_t i = 0; i < s->count; i++)
        if (s->label[i].id.known)
            s->by_id[s->ids++] = s->label[i];
    if (s->ids)
        qsort(s->by_id, s->ids, sizeof *s->by_id, by_id);
    return true;
}

// Of several labels with one id one with the same bytes, else any of them.
static const struct label *find(const struct side *s, const struct label *l)
{
    size_t from = 0, to = s->ids;
    const struct label *found = NULL;
    while (from < to) {
        size_t i = from + (to - from) / 2;
        if (by_id(&s->by_id[i], l) < 0)
            from = i + 1;
        else
            to = i;
    }
    for (; from < s->ids && by_id(&s->by_id[from], l) == 0; from++) {
        if (lf_slice_eq(s->by_id[from].raw, l->raw))
            return &s->by_id[from];
        found = found ? found : &s->by_id[from];
    }
    return found;
}

// ---------------------------------------------------------------------------- lines

struct lines {
    const char *sample;
    const struct lf_field *field;
    struct lf_buf *out;
    struct lf_error *err;
};

static bool put_line(const struct lines *l, const struct label *was,
                     const struct label *now)
{
    char id[25];
    struct lf_buf *out = l->out;
    const struct label *one = was ? was : now;
    lf_buf_printf(out, "{\"change\": \"%s\", \"sample\": \"%s\", \"field\": ",
                  !was   ? "added"
                  : !now ? "deleted"
                         : "edited",
                  l->sample);
    lf_json_quote(out, lf_field_target(l->field), true);
    lf_id_print(&one->id, id);
    if (one->id.known)
        lf_buf_printf(out, ", \"label\": \"%s\"", id);
    lf_buf_text(out, was ? ", \"before\": " : "");
    if (was && !put_value(was->raw, out, l->err))
        return false;
    lf_buf_text(out, now ? ", \"after\": " : "");
    if (now && !put_value(now->raw, out, l->err))
        return false;
    lf_buf_text(out, "}\n");
    return true;
}

static const struct label *next_without(const struct side *s, size_t *i)
{
    while (*i < s->count && s->label[*i].id.known)
        ++*i;
    return *i < s->count ? &s->label[(*i)++] : NULL;
}

// Those without an id, one after the other.
static bool put_without(const struct lines *l, const struct side *was,
                        const struct side *now)
{
    size_t i = 0, k = 0;
    for (;;) {
        const struct label *a = next_without(was, &i), *b = next_without(now, &k);
        if (!a && !b)
            return true;
        if (!(a && b && lf_slice_eq(a->raw, b->raw)) && !put_line(l, a, b))
            return false;
    }
}

static bool put_field(const struct lines *l, const struct side *was,
                      const struct side *now)
{
    for (size_t i = 0; i < now->count; i++) {
        const struct label *b = &now->label[i];
        const struct label *a = b->id.known ? find(was, b) : NULL;
        if (b->id.known && !(a && lf_slice_eq(a->raw, b->raw)) && !put_line(l, a, b))
            return false;
    }
    for (size_t i = 0; i < was->count; i++) {
        const struct label *a = &was->label[i];
        if (a->id.known && !find(now, a) && !put_line(l, a, NULL))
            return false;
    }
    return put_without(l, was, now);
}

bool lf_log_labels(const struct lf_schema *s, const struct lf_id *sample,
                   struct lf_slice was, struct lf_slice now, struct lf_arena *a,
                   struct lf_buf *lines, struct lf_error *err)
{
    char id[25];
    lf_id_print(sample, id);
    for (size_t f = 0; f < s->fields; f++) {
        struct side before = {.a = a}, after = {.a = a};
        struct lines l = {id, &s->field[f], lines, err};
        struct lf_slice old = value_of(was, lf_field_target(l.field));
        if (!old.len && l.field->dest.len)
            old = value_of(was, l.field->name);
        if (!read_side(l.field, old, &before, err) ||
            !read_side(l.field, value_of(now, lf_field_target(l.field)), &after, err) ||
            !put_field(&l, &before, &after))
            return false;
    }
    return lf_buf_ok(lines, err);
}
