#include "merge/decisions.h"

#include <stdio.h>
#include <stdlib.h>

#include "formats/base/alloc.h"
#include "formats/base/in.h"
#include "formats/base/json.h"
#include "formats/base/number.h"
#include "formats/base/out.h"

enum { MOST_BYTES = 1 << 28 };

struct row { // one decision
    struct lf_id sample, label, made;
    struct lf_slice field;
    bool rematch;
    enum lf_choice choice;
};

struct lf_decisions {
    struct lf_slice run; // uid; lives as long as the run
    struct row *row;     // sorted
    size_t rows, room;
    struct lf_arena arena;
    struct lf_out *to;                    // NULL: nothing is written
    struct lf_id last_sample, last_label; // of the last conflict: two parts are one row
    uint64_t open;
};

// ---------------------------------------------------------------------------- order

static int compare(const struct row *x, const struct row *y)
{
    int d = memcmp(x->sample.at, y->sample.at, sizeof x->sample.at);
    d = d ? d : memcmp(x->label.at, y->label.at, sizeof x->label.at);
    d = d ? d : memcmp(x->made.at, y->made.at, sizeof x->made.at);
    d = d ? d : (x->rematch > y->rematch) - (x->rematch < y->rematch);
    return d ? d : lf_slice_cmp(x->field, y->field);
}

static int by_place(const void *a, const void *b)
{
    return compare(a, b);
}

static bool find(const struct lf_decisions *d, const struct row *key,
                 enum lf_choice *choice)
{
    const struct row *r =
        d && d->rows ? bsearch(key, d->row, d->rows, sizeof *key, by_place) : NULL;
    if (r)
        *choice = r->choice;
    return r != NULL;
}

bool lf_decided(const struct lf_decisions *d, const struct lf_id *sample,
                struct lf_slice field, const struct lf_id *label,
                enum lf_choice *choice)
{
    struct row key = {.sample = *sample, .label = *label, .field = field};
    return label->known && find(d, &key, choice);
}

bool lf_rematched(const struct lf_decisions *d, const struct lf_id *sample,
                  struct lf_slice field, const struct lf_id *label,
                  const struct lf_id *made, enum lf_choice *choice)
{
    struct row key = {.sample = *sample,
                      .label = *label,
                      .made = *made,
                      .field = field,
                      .rematch = true};
    return label->known && find(d, &key, choice);
}

// ---------------------------------------------------------------------------- reading

static bool bad(struct lf_error *err, size_t n, const char *why)
{
    return lf_fail(err, LF_E_DECISIONS, "entry %zu: %s", n + 1, why);
}

static bool text_of(struct lf_slice object, const char *key, struct lf_arena *a,
                    struct lf_slice *text, struct lf_error *err)
{
    return lf_json_text(object, key, a, text, err) &&
           lf_arena_text(a, *text, text, err);
}

static bool read_choice(const struct row *r, struct lf_slice word,
                        enum lf_choice *choice)
{
    bool theirs = lf_slice_is(word, r->rematch ? "accept" : "theirs");
    *choice = theirs ? LF_CONFLICT_THEIRS : LF_CONFLICT_OURS;
    return theirs || lf_slice_is(word, r->rematch ? "reject" : "ours");
}

static bool read_row(struct lf_decisions *d, struct lf_slice object, size_t n,
                     struct row *r, bool *decided, struct lf_error *err)
{
    struct lf_slice what, sample, label, made, word, value;
    *r = (struct row){0};
    if (lf_json_type(object) != LF_JSON_OBJECT)
        return bad(err, n, "it is no object");
    if (!text_of(object, "what", &d->arena, &what, err) ||
        !text_of(object, "sample", &d->arena, &sample, err) ||
        !text_of(object, "field", &d->arena, &r->field, err) ||
        !text_of(object, "label", &d->arena, &label, err) ||
        !text_of(object, "new", &d->arena, &made, err) ||
        !text_of(object, "decide", &d->arena, &word, err))
        return false;
    r->rematch = lf_slice_is(what, "rematch");
    if (!r->rematch && !lf_slice_is(what, "conflict"))
        return bad(err, n, "\"what\" is neither \"rematch\" nor \"conflict\"");
    if (!r->field.len || !lf_id_parse(sample, &r->sample) ||
        !lf_id_parse(label, &r->label) || (r->rematch && !lf_id_parse(made, &r->made)))
        return bad(err, n,
                   "it needs \"sample\", \"field\", \"label\" and, of a "
                   "rematch, \"new\"");
    if (!lf_json_get(object, "decide", &value) ||
        lf_json_type(lf_json_trim(value)) == LF_JSON_NULL)
        return true; // still open
    *decided = read_choice(r, word, &r->choice);
    return *decided || bad(err, n,
                           r->rematch ? "\"decide\" is null, \"accept\" or \"reject\""
                                      : "\"decide\" is null, \"ours\" or \"theirs\"");
}

static bool read_rows(struct lf_decisions *d, struct lf_slice list,
                      struct lf_error *err)
{
    struct lf_slice object;
    size_t n = 0;
    for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &object);
         n++) {
        struct row r;
        bool decided = false;
        void *rows = d->row;
        if (!read_row(d, lf_json_trim(object), n, &r, &decided, err))
            return false;
        if (!decided)
            continue;
        if (!lf_grow(&rows, &d->room, d->rows + 1, sizeof *d->row, err))
            return false;
        d->row = rows;
        d->row[d->rows++] = r;
    }
    if (d->rows)
        qsort(d->row, d->rows, sizeof *d->row, by_place);
    for (size_t i = 1; i < d->rows; i++)
        if (!compare(&d->row[i - 1], &d->row[i]) &&
            d->row[i - 1].choice != d->row[i].choice)
            return lf_fail(err, LF_E_DECISIONS, "one thing is decided twice");
    return true;
}

bool lf_decisions_read(struct lf_decisions *d, struct lf_slice text,
                       struct lf_error *err)
{
    struct lf_slice list, version, run;
    int64_t n;
    if (!lf_json_check(text, (struct lf_json_rules){0}, 0, err))
        return false;
    text = lf_json_trim(text);
    if (lf_json_type(text) != LF_JSON_OBJECT ||
        !lf_json_get(text, "decisions", &version) ||
        !lf_parse_int64(lf_json_trim(version), &n) || n != 1 ||
        !lf_json_get(text, "open", &list) ||
        lf_json_type(lf_json_trim(list)) != LF_JSON_ARRAY)
        return lf_fail(err, LF_E_DECISIONS,
                       "it is not what --proposals writes: {\"decisions\": 1, \"run\": "
                       ".., \"open\": [..]}");
    if (!text_of(text, "run", &d->arena, &run, err))
        return false;
    if (!lf_slice_eq(run, d->run))
        return lf_fail(err, LF_E_DECISIONS, "it is about another run");
    return read_rows(d, lf_json_trim(list), err);
}

static bool read_file(struct lf_decisions *d, const char *path, struct lf_error *err)
{
    struct lf_in *in = lf_in_file(path, err);
    struct lf_buf text = {0};
    bool over = false, ok = in && lf_in_rest(in, MOST_BYTES, &text, &over, err);
    if (over)
        ok = lf_fail(err, LF_E_DECISIONS, "the file is too long");
    ok = ok && lf_decisions_read(d, lf_buf_view(&text), err);
    lf_in_free(&in);
    lf_buf_done(&text);
    return ok || lf_fail_in_file(err, path);
}

// ---------------------------------------------------------------------------- writing

static bool put(struct lf_decisions *d, struct lf_buf *row, struct lf_error *err)
{
    bool ok = lf_buf_ok(row, err) &&
              lf_out_write(d->to, d->open ? LF_S(",\n  ") : LF_S("\n  "), err) &&
              lf_out_write(d->to, lf_buf_view(row), err);
    d->open++;
    lf_buf_done(row);
    return ok;
}

static void begin(struct lf_buf *out, const char *what, const struct lf_id *sample,
                  struct lf_slice field, const struct lf_id *label)
{
    char id[25];
    lf_id_print(sample, id);
    lf_buf_printf(out, "{\"what\": \"%s\", \"sample\": \"%s\", \"field\": ", what, id);
    lf_json_quote(out, field, true);
    lf_id_print(label, id);
    lf_buf_printf(out, ", \"label\": \"%s\"", id);
}

bool lf_open_conflict(struct lf_decisions *d, const struct lf_events *ev,
                      const struct lf_id *sample, struct lf_slice field,
                      const struct lf_id *label, const char *text, struct lf_error *err)
{
    struct lf_buf row = {0};
    if (!d || !d->to || !ev || !label->known ||
        (d->open && lf_id_eq(&d->last_sample, sample) &&
         lf_id_eq(&d->last_label, label)))
        return true;
    d->last_sample = *sample;
    d->last_label = *label;
    begin(&row, "conflict", sample, field, label);
    lf_buf_text(&row, ", \"text\": ");
    lf_json_quote(&row, lf_slice_of(text), true);
    lf_buf_text(&row, ", \"decide\": null}");
    return put(d, &row, err);
}

bool lf_propose(struct lf_decisions *d, const struct lf_id *sample,
                struct lf_slice field, const struct lf_id *label,
                const struct lf_id *made, double overlap, struct lf_error *err)
{
    struct lf_buf row = {0};
    char id[25];
    if (!d || !d->to || !label->known)
        return true;
    begin(&row, "rematch", sample, field, label);
    lf_id_print(made, id);
    lf_buf_printf(&row, ", \"new\": \"%s\", \"overlap\": %.4f, \"decide\": null}", id,
                  overlap);
    return put(d, &row, err);
}

bool lf_decisions_end(struct lf_decisions *d, struct lf_error *err)
{
    return !d || !d->to ||
           (lf_out_write(d->to, LF_S("]}\n"), err) && lf_out_commit(d->to, true, err));
}

// ---------------------------------------------------------------------------- life

static bool open_list(struct lf_decisions *d, const char *path, struct lf_error *err)
{
    struct lf_buf head = {0};
    d->to = lf_out_new(path, err);
    lf_buf_text(&head, "{\"decisions\": 1, \"run\": ");
    lf_json_quote(&head, d->run, true);
    lf_buf_text(&head, ", \"open\": [");
    bool ok =
        d->to && lf_buf_ok(&head, err) && lf_out_write(d->to, lf_buf_view(&head), err);
    lf_buf_done(&head);
    return ok || lf_fail_in_file(err, path);
}

struct lf_decisions *lf_decisions_new(const struct lf_run *run, const char *read,
                                      const char *write, struct lf_error *err)
{
    struct lf_decisions *d = lf_alloc(1, sizeof *d, err);
    if (!d)
        return NULL;
    d->run = run->uid;
    if ((read && !read_file(d, read, err)) || (write && !open_list(d, write, err)))
        lf_decisions_free(&d);
    return d;
}

void lf_decisions_free(struct lf_decisions **d)
{
    if (!*d)
        return;
    lf_out_free(&(*d)->to);
    lf_free((*d)->row);
    lf_arena_done(&(*d)->arena);
    lf_free(*d);
    *d = NULL;
}
