// Keys of two runs, a line feed behind each, then metadata.json. What it registers can
// be listed; a run that is put, renamed or dropped is there or gone, and the others
// stay.
#include "formats/base/json.h"
#include "formats/fiftyone/fo_registry.h"
#include "formats/label/run.h"
#include "tests/fuzz/fuzz.h"

#define ENTRY                                                                          \
    "{\"key\": \"k\", \"config\": {\"method\": \"m\", \"labelferry_uid\": \"u\"}}"

struct list {
    struct lf_arena a;
    struct fo_registered *row;
    size_t rows;
};

static void claim_list(struct lf_slice metadata, struct list *l)
{
    const struct lf_json_rules as_python = {.constants = true};
    struct lf_error err = {0};
    *l = (struct list){0};
    LF_CLAIM(lf_json_check(metadata, as_python, 0, &err));
    LF_CLAIM(fo_registered(metadata, &l->a, &l->row, &l->rows, &err));
    for (size_t i = 1; i < l->rows; i++)
        LF_CLAIM(lf_slice_cmp(l->row[i - 1].key, l->row[i].key) < 0);
    for (size_t i = 0; i < l->rows; i++)
        LF_CLAIM(fo_registered_find(l->row, l->rows, l->row[i].key) == &l->row[i]);
}

// Everything but `key` of `a` is in `b`, byte for byte.
static void claim_others(const struct list *a, const struct list *b,
                         struct lf_slice key, struct lf_slice too)
{
    for (size_t i = 0; i < a->rows; i++) {
        const struct fo_registered *r = &a->row[i];
        if (lf_slice_eq(r->key, key) || lf_slice_eq(r->key, too))
            continue;
        const struct fo_registered *now = fo_registered_find(b->row, b->rows, r->key);
        LF_CLAIM(now && lf_slice_eq(now->entry, r->entry));
        LF_CLAIM(now->damaged == r->damaged && lf_slice_eq(now->uid, r->uid));
    }
}

static void claim_put(const struct list *was, struct lf_slice text, struct lf_slice key,
                      struct lf_buf *out)
{
    struct lf_error err = {0};
    struct list now;
    lf_buf_clear(out);
    LF_CLAIM(fo_registry_put(text, key, LF_S(ENTRY), out, &err));
    claim_list(lf_buf_view(out), &now);
    const struct fo_registered *r = fo_registered_find(now.row, now.rows, key);
    LF_CLAIM(r && !r->damaged && lf_slice_is(r->uid, "u") &&
             lf_slice_is(r->method, "m"));
    claim_others(was, &now, key, key);
    lf_arena_done(&now.a);
}

static void claim_drop(const struct list *was, struct lf_slice text,
                       struct lf_slice key, struct lf_buf *out)
{
    struct lf_error err = {0};
    struct list now;
    lf_buf_clear(out);
    LF_CLAIM(fo_registry_drop(text, key, out, &err));
    claim_list(lf_buf_view(out), &now);
    bool had = fo_registered_find(was->row, was->rows, key) != NULL;
    LF_CLAIM(now.rows == was->rows - had);
    LF_CLAIM(!fo_registered_find(now.row, now.rows, key));
    claim_others(was, &now, key, key);
    lf_arena_done(&now.a);
}

static void claim_rename(const struct list *was, struct lf_slice text,
                         struct lf_slice key, struct lf_slice to, struct lf_buf *out)
{
    struct lf_error err = {0};
    struct list now;
    lf_buf_clear(out);
    if (fo_registered_find(was->row, was->rows, to))
        return; // the caller sees to that
    LF_CLAIM(fo_registry_rename(text, key, to, out, &err));
    claim_list(lf_buf_view(out), &now);
    bool had = fo_registered_find(was->row, was->rows, key) != NULL;
    LF_CLAIM(now.rows == was->rows);
    LF_CLAIM(had == (fo_registered_find(now.row, now.rows, to) != NULL));
    LF_CLAIM(!fo_registered_find(now.row, now.rows, key));
    claim_others(was, &now, key, to);
    lf_arena_done(&now.a);
}

static struct lf_slice take_key(struct lf_slice *rest)
{
    size_t n = 0;
    while (n < rest->len && rest->at[n] != '\n')
        n++;
    struct lf_slice key = {rest->at, n};
    n += n < rest->len;
    *rest = (struct lf_slice){rest->at + n, rest->len - n};
    return key;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lf_slice text = {(const char *)data, size};
    struct lf_slice key = take_key(&text), to = take_key(&text);
    struct lf_error err = {0};
    struct lf_buf out = {0};
    struct list was;
    if (!lf_run_key_ok(key) || !lf_run_key_ok(to) || lf_slice_eq(key, to) ||
        !lf_json_check(text, (struct lf_json_rules){.constants = true}, 0, &err) ||
        lf_json_type(lf_json_trim(text)) != LF_JSON_OBJECT)
        return 0;
    claim_list(text, &was);
    claim_put(&was, text, key, &out);
    claim_drop(&was, text, key, &out);
    claim_rename(&was, text, key, to, &out);
    lf_buf_done(&out);
    lf_arena_done(&was.a);
    return 0;
}
