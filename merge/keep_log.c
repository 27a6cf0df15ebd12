#include "merge/keep_log.h"

#include <stdlib.h>

#include "formats/base/json.h"
#include "formats/fiftyone/fo_dataset.h"

enum { LONG_TEXT = 1024 };

static bool to_spool(struct lf_spool **spool, struct lf_buf *line, struct lf_error *err)
{
    uint64_t at;
    return lf_buf_ok(line, err) && (*spool || (*spool = lf_spool_new(err)) != NULL) &&
           lf_spool_add(*spool, lf_buf_view(line), &at, err);
}

// ---------------------------------------------------------------------------- labels

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

struct row { // a change and what became of its label
    const struct lf_change *change;
    struct lf_id id;
    uint32_t place; // in the plan
    struct lf_slice after;
};

struct rows {
    struct row *row;
    size_t count;
    uint16_t field;
};

static int by_label(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->change->field != y->change->field)
        return x->change->field < y->change->field ? -1 : 1;
    int order = memcmp(x->id.at, y->id.at, sizeof x->id.at);
    return order ? order : (x->place > y->place) - (x->place < y->place);
}

static int by_place(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    return (x->place > y->place) - (x->place < y->place);
}

static bool see(void *user, const struct lf_id *id, struct lf_slice raw,
                struct lf_error *err)
{
    struct rows *r = user;
    size_t from = 0, to = r->count;
    (void)err;
    while (from < to) {
        size_t i = from + (to - from) / 2;
        const struct row *row = &r->row[i];
        int order = row->change->field != r->field
                        ? (row->change->field < r->field ? -1 : 1)
                        : memcmp(row->id.at, id->at, sizeof id->at);
        if (order < 0)
            from = i + 1;
        else
            to = i;
    }
    for (; from < r->count && r->row[from].change->field == r->field &&
           lf_id_eq(&r->row[from].id, id);
         from++)
        r->row[from].after = raw;
    return true;
}

// What a field gives to another one is found there.
static void find_given(const struct lf_schema *s, struct lf_slice now,
                       struct lf_slice *value)
{
    struct lf_slice key, v;
    for (size_t f = 0; f < s->fields; f++) {
        if (!s->field[f].dest.len)
            continue;
        value[f] = (struct lf_slice){0};
        for (struct lf_json_walk w = lf_json_enter(now); lf_json_member(&w, &key, &v);)
            if (lf_json_key_is(key, s->field[f].dest) &&
                lf_json_type(v) != LF_JSON_NULL)
                value[f] = lf_json_trim(v);
    }
}

static bool find_after(struct rows *r, const struct lf_schema *s, struct lf_slice now,
                       struct lf_arena *a, struct lf_error *err)
{
    struct lf_slice *value = lf_arena_take(a, s->fields, sizeof *value, err);
    if (!value)
        return false;
    fo_values(s, now, value);
    find_given(s, now, value);
    qsort(r->row, r->count, sizeof *r->row, by_label);
    for (uint16_t f = 0; f < s->fields; f++) {
        r->field = f;
        if (value[f].len && !fo_each_label(value[f], see, r, err))
            return false;
    }
    qsort(r->row, r->count, sizeof *r->row, by_place);
    for (size_t i = 0; i < r->count; i++) // a scalar is all of its field
        if (!r->row[i].id.known)
            r->row[i].after = value[r->row[i].change->field];
    return true;
}

static bool put_change(const struct row *r, const struct lf_schema *s,
                       const char *sample, struct lf_buf *out, struct lf_error *err)
{
    char id[25];
    const struct lf_change *c = r->change;
    struct lf_slice before = c->ours ? c->ours->raw : (struct lf_slice){0};
    struct lf_slice after = c->theirs ? r->after : (struct lf_slice){0};
    if (lf_slice_eq(before, after))
        return true;
    lf_buf_printf(out, "{\"change\": \"%s\", \"sample\": \"%s\", \"field\": ",
                  !before.len  ? "added"
                  : !after.len ? "deleted"
                               : "edited",
                  sample);
    lf_json_quote(out, lf_field_target(&s->field[c->field]), true);
    lf_id_print(&r->id, id);
    if (r->id.known)
        lf_buf_printf(out, ", \"label\": \"%s\"", id);
    if (before.len)
        lf_buf_text(out, ", \"before\": ");
    if (before.len && !put_value(before, out, err))
        return false;
    if (after.len)
        lf_buf_text(out, ", \"after\": ");
    if (after.len && !put_value(after, out, err))
        return false;
    lf_buf_text(out, "}\n");
    return true;
}

bool lf_log_changes(struct lf_log *log, const struct lf_schema *s,
                    const struct lf_id *sample, const struct lf_changes *plan,
                    struct lf_slice now, struct lf_arena *a, struct lf_error *err)
{
    char id[25];
    struct lf_buf line = {0};
    struct rows r = {.row = lf_arena_take(a, plan->count, sizeof *r.row, err)};
    bool ok = r.row != NULL;
    for (uint32_t i = 0; ok && i < plan->count; i++) {
        const struct lf_change *c = &plan->change[i];
        r.row[r.count++] =
            (struct row){.change = c, .id = c->ours ? c->ours->id : c->id, .place = i};
    }
    ok = ok && find_after(&r, s, now, a, err);
    lf_id_print(sample, id);
    for (size_t i = 0; ok && i < r.count; i++) {
        lf_buf_clear(&line);
        ok = put_change(&r.row[i], s, id, &line, err) &&
             (!line.len || to_spool(&log->changes, &line, err));
    }
    lf_buf_done(&line);
    return ok;
}

// ---------------------------------------------------------------------------- files

bool lf_log_digest(struct lf_log *log, const char *path, const char *kept,
                   const char *hex, struct lf_error *err)
{
    struct lf_buf row = {0};
    struct lf_spool **to = kept ? &log->replaced : &log->fresh;
    lf_buf_text(&row, *to ? ",\n  {\"file\": " : "\n  {\"file\": ");
    lf_json_quote(&row, lf_slice_of(path), true);
    if (kept) {
        lf_buf_text(&row, ", \"kept\": ");
        lf_json_quote(&row, lf_slice_of(kept), true);
    }
    lf_buf_printf(&row, ", \"sha256\": \"%s\"}", hex);
    bool ok = to_spool(to, &row, err);
    lf_buf_done(&row);
    return ok;
}

bool lf_log_file(struct lf_log *log, const char *path, const char *kept,
                 struct lf_out *out, struct lf_error *err)
{
    char hex[LF_DIGEST_HEX];
    return lf_out_hex(out, hex, err) && lf_log_digest(log, path, kept, hex, err);
}

static bool pour(struct lf_spool *from, struct lf_out *to, struct lf_error *err)
{
    char piece[1 << 14];
    uint64_t size = from ? lf_spool_size(from) : 0;
    for (uint64_t at = 0; at < size;) {
        size_t n = size - at < sizeof piece ? (size_t)(size - at) : sizeof piece;
        if (!lf_spool_read(from, at, piece, n, err) ||
            !lf_out_write(to, (struct lf_slice){piece, n}, err))
            return false;
        at += n;
    }
    return true;
}

static bool put(struct lf_out *out, struct lf_buf *text, struct lf_error *err)
{
    bool ok = lf_buf_ok(text, err) && lf_out_write(out, lf_buf_view(text), err);
    lf_buf_done(text);
    return ok;
}

bool lf_log_files(const struct lf_log *log, uint32_t number,
                  const struct lf_names *folders, struct lf_out *out,
                  struct lf_error *err)
{
    struct lf_buf head = {0}, tail = {0};
    lf_buf_printf(&head, "{\"undo\": 1, \"merge\": %u, \"replaced\": [",
                  (unsigned)number);
    lf_buf_text(&tail, "\n ],\n \"folders\": [");
    for (size_t i = 0; i < folders->count; i++) {
        lf_buf_text(&tail, i ? ",\n  " : "\n  ");
        lf_json_quote(&tail, folders->name[i], true);
    }
    lf_buf_text(&tail, "]}\n");
    bool ok = put(out, &head, err) && pour(log->replaced, out, err) &&
              lf_out_write(out, LF_S("\n ],\n \"new\": ["), err) &&
              pour(log->fresh, out, err);
    return put(out, &tail, err) && ok;
}

// ---------------------------------------------------------------------------- journal

static void put_archives(const struct lf_incoming *in, struct lf_buf *out)
{
    char file[1024];
    lf_buf_text(out, ", \"archives\": [");
    for (size_t i = 0; i < in->sources; i++) {
        const struct lf_arrival *s = &in->source[i];
        lf_buf_text(out, i ? ", {\"file\": " : "{\"file\": ");
        lf_json_quote(out, lf_slice_of(lf_escape(s->file, file, sizeof file)), true);
        lf_buf_text(out, ", \"task\": ");
        lf_json_quote(out, s->task, true);
        lf_buf_text(out, ", \"stamp\": ");
        lf_json_quote(out, s->stamp, true);
        lf_buf_printf(out, ", \"sha256\": \"%s\"%s}", s->digest,
                      s->repeated ? ", \"repeated\": true" : "");
    }
    lf_buf_char(out, ']');
}

// Options that decide what becomes of labels.
static void put_options(const struct lf_merge_job *j, struct lf_buf *out)
{
    static const char *const conflict[] = {"fail", "ours", "theirs"};
    static const char *const fate[] = {[LF_FATE_FAIL] = "fail",
                                       [LF_FATE_IGNORE] = "ignore",
                                       [LF_FATE_KEEP] = "keep",
                                       [LF_FATE_RETURN] = "return"};
    const struct {
        const char *name;
        bool set;
    } flags[] = {{"no-convert-shapes", j->keep_shapes}, {"clamp", j->clamp},
                 {"skip-damaged", j->skip_damaged},     {"coerce-text", j->coerce_text},
                 {"keep-classes", j->keep_classes},     {"keep-attrs", j->keep_attrs},
                 {"allow-older", j->allow_older}};
    lf_buf_printf(out, ", \"options\": {\"conflict\": \"%s\", \"unexpected\": \"%s\"",
                  conflict[j->conflict], fate[j->unexpected.fate]);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (flags[i].set)
            lf_buf_printf(out, ", \"%s\": true", flags[i].name);
    for (size_t i = 0; i < j->dest_fields; i++) {
        lf_buf_text(out, i ? ", " : ", \"dest-field\": [");
        lf_json_quote(out, lf_slice_of(j->dest_field[i]), true);
    }
    lf_buf_text(out, j->dest_fields ? "]}" : "}");
}

static void put_counts(const struct lf_counts *c, struct lf_buf *out)
{
    const struct {
        const char *name;
        uint64_t n;
    } counts[] = {{"kept", c->kept},         {"edited", c->edited},
                  {"added", c->added},       {"deleted", c->deleted},
                  {"refused", c->refused},   {"ignored", c->ignored},
                  {"conflict", c->conflict}, {"absent", c->absent}};
    lf_buf_text(out, ", \"counts\": {");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        lf_buf_printf(out, "%s\"%s\": %llu", i ? ", " : "", counts[i].name,
                      (unsigned long long)counts[i].n);
    lf_buf_char(out, '}');
}

static bool to_out(void *user, struct lf_slice text, struct lf_error *err)
{
    return lf_out_write(user, text, err);
}

bool lf_log_write(const struct lf_log *log, const struct lf_log_of *of,
                  struct lf_out *out, struct lf_error *err)
{
    struct lf_buf head = {0};
    lf_buf_printf(&head,
                  "{\"log\": 1, \"merge\": %u, \"labelferry\": \"%s\", \"run\": ",
                  (unsigned)of->number, LF_VERSION);
    lf_json_quote(&head, of->run->key, true);
    lf_buf_text(&head, ", \"uid\": ");
    lf_json_quote(&head, of->run->uid, true);
    lf_buf_printf(&head, ", \"in-place\": %s", of->job->out ? "false" : "true");
    if (of->elsewhere)
        lf_buf_text(&head, ", \"record\": \"elsewhere\"");
    put_archives(of->in, &head);
    put_options(of->job, &head);
    put_counts(of->counts, &head);
    lf_buf_text(&head, "}\n");
    return put(out, &head, err) && lf_events_of_labels(of->ev, to_out, out, err) &&
           pour(log->changes, out, err);
}

void lf_log_done(struct lf_log *log)
{
    lf_spool_free(&log->changes);
    lf_spool_free(&log->replaced);
    lf_spool_free(&log->fresh);
}
