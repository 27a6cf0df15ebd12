// Every run that is known, by name: our records and what FiftyOne registered itself.
#include "formats/base/cli.h"
#include "formats/base/json.h"
#include "runs/known_runs.h"

struct listing {
    const struct lf_runs_job *job;
    struct lf_known_runs known;
    struct lf_buf *out;
    size_t rows;
    bool *findings;
};

static void begin_row(struct listing *l, struct lf_slice key)
{
    char safe[200];
    if (l->job->json) {
        lf_buf_text(l->out, l->rows ? ",\n {\"key\": " : "\n {\"key\": ");
        lf_json_quote(l->out, key, true);
    } else {
        lf_buf_printf(l->out, "%s: ", lf_escape(key, safe, sizeof safe));
    }
    l->rows++;
}

// ---------------------------------------------------------------------------- a row

static void text_run(struct lf_buf *out, const struct lf_run *run, bool registered)
{
    char safe[200];
    lf_buf_printf(out, "%.*s, ", (int)run->tool.len, run->tool.at);
    for (size_t i = 0; i < run->schema.fields; i++)
        lf_buf_printf(out, "%s%s", i ? " " : "",
                      lf_escape(run->schema.field[i].name, safe, sizeof safe));
    size_t tasks = lf_run_tasks(run);
    lf_buf_printf(out, "; %lu item%s, %zu task%s, %zu archive%s merged%s\n",
                  (unsigned long)run->items, lf_plural(run->items), tasks,
                  lf_plural(tasks), run->merges, lf_plural(run->merges),
                  registered ? "; registered" : "");
}

static void json_run(struct lf_buf *out, const struct lf_run *run, bool registered)
{
    lf_buf_text(out, ", \"by\": \"labelferry\", \"tool\": ");
    lf_json_quote(out, run->tool, true);
    lf_buf_text(out, ", \"uid\": ");
    lf_json_quote(out, run->uid, true);
    lf_buf_text(out, ", \"fields\": [");
    for (size_t i = 0; i < run->schema.fields; i++) {
        lf_buf_text(out, i ? ", " : "");
        lf_json_quote(out, run->schema.field[i].name, true);
    }
    lf_buf_printf(
        out, "], \"items\": %lu, \"tasks\": %lu, \"merged\": %zu, \"registered\": %s}",
        (unsigned long)run->items, (unsigned long)(lf_run_tasks(run)), run->merges,
        registered ? "true" : "false");
}

static void put_error(struct listing *l, const struct lf_error *why)
{
    char line[1024];
    lf_error_print(why, line, sizeof line);
    *l->findings = true;
    if (!l->job->json) {
        lf_buf_printf(l->out, "damaged: %s\n", line);
        return;
    }
    lf_buf_printf(l->out,
                  ", \"error\": {\"code\": \"LF%04d\", \"text\": ", (int)why->code);
    lf_json_quote(l->out, lf_slice_of(line), true);
    lf_buf_text(l->out, "}}");
}

// What a failure says of the machine ends the list; what it says of the record is part
// of it.
static bool put_run(struct listing *l, struct lf_slice name, struct lf_error *err)
{
    struct lf_run run;
    struct lf_error why = {0};
    const struct fo_registered *r =
        fo_registered_find(l->known.entry, l->known.entries, name);
    bool ok = lf_known_run(&l->known, name, &run, &why);
    if (!ok && why.code == LF_E_NOMEM) {
        *err = why;
        return false;
    }
    begin_row(l, name);
    if (!ok) {
        put_error(l, &why);
        return true;
    }
    bool registered = r && lf_slice_eq(r->uid, run.uid);
    if (l->job->json)
        json_run(l->out, &run, registered);
    else
        text_run(l->out, &run, registered);
    lf_run_done(&run);
    return true;
}

static bool fields_of_entry(struct listing *l, const struct fo_registered *r,
                            struct lf_error *err)
{
    struct lf_slice key, value, name;
    char safe[200];
    bool first = true;
    if (!r->schema.len)
        return true;
    for (struct lf_json_walk w = lf_json_enter(r->schema);
         lf_json_member(&w, &key, &value); first = false) {
        if (!lf_json_key(key, &l->known.arena, &name, err))
            return false;
        lf_buf_text(l->out, first ? "" : l->job->json ? ", " : " ");
        if (l->job->json)
            lf_json_quote(l->out, name, true);
        else
            lf_buf_text(l->out, lf_escape(name, safe, sizeof safe));
    }
    return true;
}

static bool put_entry(struct listing *l, const struct fo_registered *r,
                      struct lf_error *err)
{
    char safe[200];
    struct lf_buf *out = l->out;
    struct lf_error why = {0};
    begin_row(l, r->key);
    if (r->damaged) {
        lf_fail(&why, LF_E_DOCUMENT, "its entry has no config");
        lf_fail_in_file(&why, "metadata.json");
        put_error(l, &why);
        return true;
    }
    if (l->job->json) {
        lf_buf_text(out, ", \"by\": \"fiftyone\", \"tool\": ");
        lf_json_quote(out, r->method, true);
        lf_buf_text(out, ", \"version\": ");
        lf_json_quote(out, r->version, true);
        if (r->uid.len) {
            lf_buf_text(out, ", \"uid\": ");
            lf_json_quote(out, r->uid, true);
        }
        lf_buf_text(out, ", \"fields\": [");
        bool ok = fields_of_entry(l, r, err);
        lf_buf_text(out, "]}");
        return ok;
    }
    lf_buf_printf(out, "%s, ",
                  lf_escape(r->method.len ? r->method : LF_S("-"), safe, sizeof safe));
    if (!fields_of_entry(l, r, err))
        return false;
    if (r->uid.len)
        lf_buf_text(out, "; registered, its record is not here\n");
    else
        lf_buf_printf(out, "; recorded by FiftyOne %s\n",
                      lf_escape(r->version, safe, sizeof safe));
    return true;
}

// ---------------------------------------------------------------------------- all

// Records and entries are both sorted; an entry of the name of a record is the
// record's, unless it says that it is of another.
static bool put_all(struct listing *l, struct lf_error *err)
{
    const struct lf_known_runs *k = &l->known;
    size_t i = 0, n = 0;
    while (i < k->names || n < k->entries) {
        int order = i == k->names     ? 1
                    : n == k->entries ? -1
                                      : lf_slice_cmp(k->name[i], k->entry[n].key);
        if (order <= 0 && !put_run(l, k->name[i++], err))
            return false;
        if (order > 0 && !put_entry(l, &k->entry[n], err))
            return false;
        n += order >= 0;
    }
    return true;
}

bool lf_runs_list(const struct lf_runs_job *job, struct lf_buf *out, bool *findings,
                  struct lf_error *err)
{
    struct listing l = {.job = job, .out = out, .findings = findings};
    if (!lf_known_runs_open(&l.known, job, err))
        return false;
    lf_buf_text(out, job->json ? "{\"runs\": [" : "");
    bool ok = put_all(&l, err);
    lf_buf_text(out, job->json ? "]}\n" : "");
    lf_known_runs_done(&l.known);
    return ok;
}
