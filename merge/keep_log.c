#include "merge/keep_log.h"

#include "formats/base/json.h"
#include "merge/log_labels.h"

static bool to_spool(struct lf_spool **spool, struct lf_buf *line, struct lf_error *err)
{
    uint64_t at;
    return lf_buf_ok(line, err) && (*spool || (*spool = lf_spool_new(err)) != NULL) &&
           lf_spool_add(*spool, lf_buf_view(line), &at, err);
}

bool lf_log_changes(struct lf_log *log, const struct lf_schema *s,
                    const struct lf_id *sample, struct lf_slice was,
                    struct lf_slice now, struct lf_arena *a, struct lf_error *err)
{
    struct lf_buf lines = {0};
    bool ok = lf_log_labels(s, sample, was, now, a, &lines, err) &&
              lf_buf_ok(&lines, err) &&
              (!lines.len || to_spool(&log->changes, &lines, err));
    lf_buf_done(&lines);
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
    lf_buf_text(out, ", \"archives\": [");
    for (size_t i = 0; i < in->sources; i++) {
        lf_buf_text(out, i ? ", " : "");
        lf_arrival_json(&in->source[i], out);
        lf_buf_text(out, in->source[i].repeated ? ", \"repeated\": true}" : "}");
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
    } flags[] = {
        {"no-convert-shapes", j->keep_shapes}, {"clamp", j->clamp},
        {"skip-damaged", j->skip_damaged},     {"coerce-text", j->coerce_text},
        {"keep-classes", j->keep_classes},     {"keep-attrs", j->keep_attrs},
        {"allow-older", j->allow_older},       {"decisions", j->decisions != NULL}};
    static const char *const pick[] = {"fail", "latest", "all", "annotator="};
    lf_buf_printf(out, ", \"options\": {\"conflict\": \"%s\", \"unexpected\": \"%s\"",
                  conflict[j->conflict], fate[j->unexpected.fate]);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (flags[i].set)
            lf_buf_printf(out, ", \"%s\": true", flags[i].name);
    if (j->pick.by != LF_PICK_FAIL) {
        struct lf_buf word = {0};
        lf_buf_text(&word, pick[j->pick.by]);
        lf_buf_slice(&word, j->pick.annotator);
        lf_buf_text(out, ", \"pick\": ");
        lf_json_quote(out, lf_buf_view(&word), true);
        out->failed |= word.failed;
        lf_buf_done(&word);
    }
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
