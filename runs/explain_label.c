#include "runs/explain_label.h"

#include "formats/base/relpath.h"
#include "formats/fiftyone/fo_dataset.h"
#include "formats/label/recover.h"
#include "formats/label/run_place.h"
#include "formats/table.h"
#include "runs/show_entry.h"

struct explaining {
    const struct lf_explain_job *job;
    struct lf_id id;
    struct fo_dataset ds;
    struct lf_files files;
    struct lf_pixel_tool *pixels;
    struct lf_arena a, sample;
    struct lf_buf *out;
    bool any, first; // something is known; nothing is in the list yet
    struct lf_error *err;
};

static bool holds(struct lf_slice text, const char *id)
{
    const size_t n = strlen(id);
    for (const char *at = text.at; text.len >= n;) {
        at = memchr(text.at, id[0], text.len - n + 1);
        if (!at)
            return false;
        if (!memcmp(at, id, n))
            return true;
        text = lf_slice_between(at + 1, text.at + text.len);
    }
    return false;
}

static void next_row(struct explaining *x)
{
    if (x->job->json)
        lf_buf_text(x->out, x->first ? "\n  " : ",\n  ");
    x->first = false;
}

// ---------------------------------------------------------------------------- journals

// The key before the id tells a label's line from others that name it.
static bool about(struct lf_slice line, const char *id)
{
    char key[60] = "\"label\": \"";
    memcpy(key + strlen(key), id, strlen(id) + 1);
    return holds(line, key);
}

static bool put_line(struct explaining *x, struct lf_slice run,
                     const struct lf_entry *e, struct lf_slice line, bool *headed)
{
    x->any = true;
    if (!x->job->json) {
        if (!*headed && !lf_show_entry(run, e, &x->sample, x->out, x->err))
            return false;
        *headed = true;
        return lf_show_line(line, e, true, &x->sample, x->out, x->err);
    }
    if (!lf_journal_line(line, x->err))
        return false;
    next_row(x);
    lf_buf_text(x->out, "{\"run\": ");
    lf_json_quote(x->out, run, true);
    lf_buf_printf(x->out,
                  ", \"merge\": %u, \"undone\": %s, \"line\": ", (unsigned)e->number,
                  e->undone ? "true" : "false");
    lf_buf_slice(x->out, line);
    lf_buf_char(x->out, '}');
    return true;
}

static bool search_entry(struct explaining *x, struct lf_slice run,
                         const struct lf_entry *e)
{
    struct lf_lines lines;
    struct lf_slice line;
    bool more = false, ok = true, headed = false;
    if (!lf_journal_open(x->job->dataset, run, e, &lines, x->err))
        return false;
    while (ok && (ok = lf_lines_next(&lines, &line, &more, x->err)) && more)
        if (about(line, x->job->id)) {
            ok = put_line(x, run, e, line, &headed) ||
                 lf_fail_in_file(x->err, lf_in_name(lines.in));
            lf_arena_reset(&x->sample);
        }
    lf_lines_done(&lines);
    return ok;
}

static bool search_journals(struct explaining *x)
{
    struct lf_slice *run;
    size_t runs;
    if (!lf_journal_runs(x->job->dataset, &x->a, &run, &runs, x->err))
        return false;
    for (size_t i = 0; i < runs; i++) {
        struct lf_journal j;
        if (!lf_journal_read(x->job->dataset, run[i], &x->a, &j, x->err))
            return false;
        for (size_t k = 0; k < j.entries; k++)
            if (j.entry[k].merge && !search_entry(x, run[i], &j.entry[k]))
                return false;
    }
    return true;
}

// ----------------------------------------------------------------------------
// documents

struct finding {
    const struct lf_id *id;
    bool found;
};

static bool see(void *user, const struct lf_id *id, struct lf_slice raw,
                struct lf_error *err)
{
    struct finding *f = user;
    (void)raw, (void)err;
    f->found |= lf_id_eq(id, f->id);
    return true;
}

// The field of a document that holds the label.
static bool field_of(struct explaining *x, struct lf_slice doc, struct lf_slice *field,
                     bool *found)
{
    struct lf_slice key, value;
    *found = false;
    if (!holds(doc, x->job->id))
        return true;
    for (struct lf_json_walk w = lf_json_enter(doc);
         !*found && lf_json_member(&w, &key, &value);) {
        struct finding f = {&x->id, false};
        if (!fo_each_label(lf_json_trim(value), see, &f, x->err))
            return false;
        *found = f.found;
        if (f.found && !lf_json_key(key, &x->sample, field, x->err))
            return false;
    }
    return true;
}

static void put_place(struct explaining *x, const char *what, struct lf_slice run,
                      const struct lf_id *sample, struct lf_slice field,
                      const char *ending)
{
    char id[25], safe[200];
    lf_id_print(sample, id);
    x->any = true;
    if (x->job->json) {
        next_row(x);
        lf_buf_printf(x->out, "{\"%s\": ", what);
        if (run.len)
            lf_json_quote(x->out, run, true);
        else
            lf_buf_text(x->out, "true");
        lf_buf_printf(x->out, ", \"sample\": \"%s\", \"field\": ", id);
        lf_json_quote(x->out, field, true);
        if (ending[0])
            lf_buf_printf(x->out, ", \"shipped\": %s",
                          !strcmp(ending, "shipped")   ? "true"
                          : !strcmp(ending, "at home") ? "false"
                                                       : "null");
        lf_buf_char(x->out, '}');
        return;
    }
    lf_buf_text(x->out, run.len ? "in base of run " : "now");
    lf_buf_text(x->out, run.len ? lf_escape(run, safe, sizeof safe) : "");
    lf_buf_printf(x->out, ": sample %s, field ", id);
    lf_buf_text(x->out, lf_escape(field, safe, sizeof safe));
    lf_buf_printf(x->out, "%s%s\n", ending[0] ? ", " : "",
                  !strcmp(ending, "at home") ? "stayed at home" : ending);
}

// Whether the label of a document of base travelled: what the format's ship says.
static const char *was_shipped(struct explaining *x, struct lf_run *run, uint32_t row,
                               struct lf_slice doc)
{
    struct lf_error none = {0};
    const struct lf_format *f = lf_format_named(run->format.at);
    const struct lf_run_item *item = &run->item[row];
    struct fo_source source = {.schema = &run->schema,
                               .files = &x->files,
                               .pixels = x->pixels,
                               .relative = f && f->relative,
                               .then = lf_base_files(doc)};
    struct lf_sample s = {.id = item->id,
                          .row = row,
                          .width = source.relative ? 1 : item->width,
                          .height = source.relative ? 1 : item->height};
    if (!f || f->rules != run->rules ||
        !fo_parse(&source, doc, &x->sample, &s, &none) ||
        !f->ship(run, &s, &x->sample, NULL, &none))
        return "not known whether it was shipped";
    for (size_t i = 0; i < s.labels; i++)
        if (lf_id_eq(&s.label[i].id, &x->id))
            return s.label[i].shipped ? "shipped" : "at home";
    return "not known whether it was shipped";
}

static bool search_base(struct explaining *x, struct lf_run *run)
{
    struct lf_slice doc, field;
    bool found = false;
    for (uint32_t row = 0; run->has_base && row < run->items; row++) {
        if (!lf_base_read(run, row, &x->sample, &doc, x->err) ||
            !field_of(x, doc, &field, &found))
            return false;
        if (found)
            put_place(x, "base", run->key, &run->item[row].id, field,
                      was_shipped(x, run, row, doc));
        lf_arena_reset(&x->sample);
    }
    return true;
}

static bool search_bases(struct explaining *x)
{
    char folder[4200], path[4500];
    struct lf_slice *name;
    size_t names;
    if (!lf_runs_folder(x->job->dataset, NULL, folder, x->err) ||
        !lf_run_names(folder, &x->a, &name, &names, x->err))
        return false;
    for (size_t i = 0; i < names; i++) {
        struct lf_run run;
        bool found = false;
        if (!lf_path_printf(path, sizeof path, x->err, "%s/%.*s", folder,
                            (int)name[i].len, name[i].at) ||
            !lf_run_try(&run, path, &found, x->err))
            return false;
        bool ok = !found || search_base(x, &run);
        if (found)
            lf_run_done(&run);
        if (!ok)
            return false;
    }
    return true;
}

static bool search_dataset(struct explaining *x)
{
    struct fo_doc doc;
    struct fo_head head;
    struct lf_slice field;
    bool more = false, found = false, ok = fo_rewind(&x->ds, x->err), here = false;
    while (ok && (ok = fo_next(&x->ds, &doc, &more, x->err)) && more) {
        ok = field_of(x, doc.raw, &field, &found) &&
             (!found || fo_head(doc.raw, &x->sample, &head, x->err));
        if (ok && found)
            put_place(x, "now", (struct lf_slice){0}, &head.id, field, "");
        here |= found;
        lf_arena_reset(&x->sample);
    }
    if (ok && !here && x->any) {
        next_row(x);
        lf_buf_text(x->out, x->job->json ? "{\"now\": false}" : "now: gone\n");
    }
    return ok;
}

bool lf_explain(const struct lf_explain_job *job, struct lf_buf *out,
                struct lf_error *err)
{
    unsigned recovered;
    struct explaining x = {.job = job,
                           .ds = {.folder_fd = -1, .again_fd = -1},
                           .out = out,
                           .first = true,
                           .err = err};
    x.files = fo_files(&x.ds);
    lf_buf_printf(out, job->json ? "{\"label\": \"%s\", \"known\": [" : "%.0s",
                  job->id);
    bool ok = lf_id_parse(lf_slice_of(job->id), &x.id) &&
              lf_recover(job->dataset, false, &recovered, err) &&
              fo_open(&x.ds, job->dataset, err) &&
              (x.pixels = lf_pixel_tool_new(err)) != NULL && search_journals(&x) &&
              search_bases(&x) && search_dataset(&x);
    lf_buf_text(out, job->json ? "]}\n" : "");
    if (ok && !x.any) {
        ok = lf_fail(err, LF_E_LABEL_UNKNOWN, "no label %s is known here", job->id);
        lf_fail_in_file(err, job->dataset);
    }
    lf_pixel_tool_free(&x.pixels);
    fo_done(&x.ds);
    lf_arena_done(&x.sample);
    lf_arena_done(&x.a);
    return ok;
}
