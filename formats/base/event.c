#include "formats/base/event.h"

#include "formats/base/alloc.h"
#include "formats/base/json.h"

enum { MOST_CODES = 160 };

struct lf_events {
    FILE *out;
    unsigned most;
    bool notes;
    uint64_t count[MOST_CODES];
    uint64_t of[LF_ERROR + 1];
    enum lf_code stop;
    struct lf_spool *json, *text; // every event, both ways
    struct lf_buf line;
};

struct lf_events *lf_events_new(FILE *out, unsigned most, bool notes,
                                struct lf_error *err)
{
    struct lf_events *e = lf_alloc(1, sizeof *e, err);
    if (!e)
        return NULL;
    *e = (struct lf_events){.out = out, .most = most, .notes = notes};
    e->json = lf_spool_new(err);
    e->text = lf_spool_new(err);
    if (!e->json || !e->text)
        lf_events_free(&e);
    return e;
}

void lf_events_free(struct lf_events **e)
{
    if (*e) {
        lf_spool_free(&(*e)->json);
        lf_spool_free(&(*e)->text);
        lf_buf_done(&(*e)->line);
        lf_free(*e);
    }
    *e = NULL;
}

static size_t row_number(enum lf_code code)
{
    const struct lf_code_row *row;
    size_t i = 0;
    while ((row = lf_code_at(i)) && row->code != code)
        i++;
    return i < MOST_CODES ? i : MOST_CODES - 1;
}

static enum lf_severity severity_of(const struct lf_event *v,
                                    const struct lf_code_row *row)
{
    return v->skipped && row->severity == LF_ERROR ? LF_WARNING : row->severity;
}

static void part(struct lf_buf *line, const char **open, const char *what,
                 struct lf_slice value)
{
    char safe[200];
    if (!value.len)
        return;
    lf_buf_printf(line, "%s%s%s", *open, what, lf_escape(value, safe, sizeof safe));
    *open = ", ";
}

static void print(const struct lf_event *v, const struct lf_code_row *row,
                  struct lf_buf *line)
{
    char file[300], text[400], was[120], came[120];
    const char *open = " (";
    struct lf_slice said = v->text.len ? v->text : lf_slice_of(row->cause);
    if (said.at[said.len - 1] == '.')
        said.len--;
    lf_buf_text(line, lf_escape(v->file, file, sizeof file));
    if (v->line)
        lf_buf_printf(line, ":%llu", (unsigned long long)v->line);
    else if (v->offset)
        lf_buf_printf(line, ":byte %llu", (unsigned long long)v->offset);
    lf_buf_printf(line, "%s%s: LF%04d %s: %s", v->file.len ? ": " : "",
                  lf_severity_name(severity_of(v, row)), (int)row->code, row->slug,
                  lf_escape(said, text, sizeof text));
    if (v->was.len || v->came.len)
        lf_buf_printf(line, ": %s%s%s", lf_escape(v->was, was, sizeof was),
                      v->was.len && v->came.len ? " -> " : "",
                      lf_escape(v->came, came, sizeof came));
    part(line, &open, "field ", v->field);
    part(line, &open, "label ", v->label);
    part(line, &open, "sample ", v->sample);
    part(line, &open, "item ", v->item);
    lf_buf_text(line, open[0] == ',' ? ")\n" : "\n");
}

// Bytes of an archive may be anything; JSON is UTF-8. What is not is escaped as in
// messages.
static void put(struct lf_buf *out, const char *key, struct lf_slice value)
{
    char safe[1024];
    if (!value.len)
        return;
    lf_buf_printf(out, ", \"%s\": ", key);
    lf_json_quote(out, lf_slice_of(lf_escape(value, safe, sizeof safe)), true);
}

static bool keep(struct lf_events *e, const struct lf_event *v,
                 const struct lf_code_row *row, struct lf_error *err)
{
    struct lf_buf out = {0};
    uint64_t at;
    lf_buf_printf(&out,
                  "%s{\"code\": \"LF%04d\", \"slug\": \"%s\", \"severity\": \"%s\"",
                  lf_spool_size(e->json) ? ",\n  " : "\n  ", (int)row->code, row->slug,
                  lf_severity_name(severity_of(v, row)));
    if (v->bucket)
        put(&out, "bucket", lf_slice_of(v->bucket));
    put(&out, "file", v->file);
    if (v->line)
        lf_buf_printf(&out, ", \"line\": %llu", (unsigned long long)v->line);
    else if (v->offset)
        lf_buf_printf(&out, ", \"offset\": %llu", (unsigned long long)v->offset);
    put(&out, "sample", v->sample);
    put(&out, "item", v->item);
    put(&out, "field", v->field);
    put(&out, "label", v->label);
    put(&out, "was", v->was);
    put(&out, "came", v->came);
    put(&out, "text", v->text);
    lf_buf_char(&out, '}');
    bool ok =
        lf_buf_ok(&out, err) && lf_spool_add(e->json, lf_buf_view(&out), &at, err);
    lf_buf_done(&out);
    return ok;
}

bool lf_events_add(struct lf_events *e, const struct lf_event *event,
                   struct lf_error *err)
{
    const struct lf_code_row *row = lf_code_row(event->code);
    if (!e)
        return true;
    if (!row)
        return lf_fail(err, LF_E_BUG, "an event without a code");
    uint64_t n = e->count[row_number(event->code)]++;
    e->of[severity_of(event, row)]++;
    if (severity_of(event, row) == LF_ERROR && e->stop == LF_OK)
        e->stop = event->code;
    uint64_t at;
    lf_buf_clear(&e->line);
    print(event, row, &e->line);
    if (!lf_buf_ok(&e->line, err) ||
        !lf_spool_add(e->text, lf_buf_view(&e->line), &at, err))
        return false;
    // What cannot be printed is still counted and in the report.
    if (e->out && !event->silent && n < e->most &&
        (e->notes || row->severity > LF_NOTE))
        (void)fwrite(e->line.at, 1, e->line.len, e->out);
    return keep(e, event, row, err);
}

uint64_t lf_events_count(const struct lf_events *e, enum lf_code code)
{
    return e ? e->count[row_number(code)] : 0;
}

uint64_t lf_events_of(const struct lf_events *e, enum lf_severity severity)
{
    return e ? e->of[severity] : 0;
}

enum lf_code lf_events_stop(const struct lf_events *e)
{
    return e ? e->stop : LF_OK;
}

void lf_events_rest(const struct lf_events *e)
{
    const struct lf_code_row *row;
    for (size_t i = 0; e && e->out && (row = lf_code_at(i)) && i < MOST_CODES; i++)
        if (e->count[i] > e->most && (e->notes || row->severity > LF_NOTE))
            fprintf(e->out, "... and %llu more of LF%04d %s\n",
                    (unsigned long long)(e->count[i] - e->most), (int)row->code,
                    row->slug);
}

void lf_events_counts_json(const struct lf_events *e, struct lf_buf *out)
{
    const struct lf_code_row *row;
    bool first = true;
    lf_buf_char(out, '{');
    for (size_t i = 0; e && (row = lf_code_at(i)) && i < MOST_CODES; i++)
        if (e->count[i] && row->severity != LF_CHANGE) {
            lf_buf_printf(out, "%s\"LF%04d\": %llu", first ? "" : ", ", (int)row->code,
                          (unsigned long long)e->count[i]);
            first = false;
        }
    lf_buf_char(out, '}');
}

static bool pour(struct lf_spool *from,
                 bool (*write)(void *user, struct lf_slice text, struct lf_error *err),
                 void *user, struct lf_error *err)
{
    char piece[1 << 14];
    uint64_t size = lf_spool_size(from);
    for (uint64_t at = 0; at < size;) {
        size_t n = size - at < sizeof piece ? (size_t)(size - at) : sizeof piece;
        if (!lf_spool_read(from, at, piece, n, err) ||
            !write(user, (struct lf_slice){piece, n}, err))
            return false;
        at += n;
    }
    return true;
}

bool lf_events_json(struct lf_events *e,
                    bool (*write)(void *user, struct lf_slice text,
                                  struct lf_error *err),
                    void *user, struct lf_error *err)
{
    return !e || pour(e->json, write, user, err);
}

bool lf_events_text(struct lf_events *e,
                    bool (*write)(void *user, struct lf_slice text,
                                  struct lf_error *err),
                    void *user, struct lf_error *err)
{
    return !e || pour(e->text, write, user, err);
}

struct lines {
    struct lf_buf line; // what has come of one
    bool (*write)(void *user, struct lf_slice text, struct lf_error *err);
    void *user;
};

// No string of JSON holds a quote without a backslash, so the key is found by its text.
static bool about_a_label(struct lf_slice line)
{
    const struct lf_slice key = LF_S(", \"label\": \"");
    for (size_t i = 0; i + key.len <= line.len; i++)
        if (!memcmp(line.at + i, key.at, key.len))
            return true;
    return false;
}

static bool end_line(struct lines *l, struct lf_error *err)
{
    struct lf_slice line = lf_buf_view(&l->line);
    while (line.len && line.at[0] == ' ')
        line = (struct lf_slice){line.at + 1, line.len - 1};
    while (line.len && line.at[line.len - 1] != '}')
        line.len--;
    bool ok = lf_buf_ok(&l->line, err) &&
              (!about_a_label(line) ||
               (l->write(l->user, line, err) && l->write(l->user, LF_S("\n"), err)));
    lf_buf_clear(&l->line);
    return ok;
}

static bool split(void *user, struct lf_slice text, struct lf_error *err)
{
    struct lines *l = user;
    const char *nl;
    while (text.len && (nl = memchr(text.at, '\n', text.len))) {
        lf_buf_slice(&l->line, lf_slice_between(text.at, nl));
        text = lf_slice_between(nl + 1, text.at + text.len);
        if (!end_line(l, err))
            return false;
    }
    lf_buf_slice(&l->line, text);
    return true;
}

bool lf_events_of_labels(struct lf_events *e,
                         bool (*write)(void *user, struct lf_slice text,
                                       struct lf_error *err),
                         void *user, struct lf_error *err)
{
    struct lines l = {.write = write, .user = user};
    bool ok = !e || (pour(e->json, split, &l, err) && end_line(&l, err));
    lf_buf_done(&l.line);
    return ok;
}
