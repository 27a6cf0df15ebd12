// Everything a record says.
#include "formats/base/cli.h"
#include "formats/base/json.h"
#include "runs/known_runs.h"
#include "runs/run_state.h"

static void show_ids(const struct lf_run *run, bool json, struct lf_buf *out)
{
    char id[25];
    lf_buf_text(out, json ? "[" : "");
    for (uint32_t i = 0; i < run->items; i++) {
        lf_id_print(&run->item[i].id, id);
        if (json)
            lf_buf_printf(out, "%s\"%s\"", i ? ", " : "", id);
        else
            lf_buf_printf(out, "%s\n", id);
    }
    lf_buf_text(out, json ? "]\n" : "");
}

static void text_field(const struct lf_run *run, const struct lf_run_state *state,
                       size_t f, struct lf_buf *out)
{
    static const struct {
        unsigned right;
        const char *word;
    } rights[] = {{LF_MAY_ADD, "add"},
                  {LF_MAY_DELETE, "delete"},
                  {LF_MAY_RELABEL, "relabel"},
                  {LF_MAY_MOVE, "move"},
                  {LF_MAY_REINDEX, "reindex"}};
    const struct lf_field *field = &run->schema.field[f];
    char safe[200];
    lf_buf_printf(out, "field %s: %s%s\n", lf_escape(field->name, safe, sizeof safe),
                  lf_field_type_name(field->type), field->existing ? "" : ", new");
    lf_buf_text(out, "  classes:");
    for (size_t i = 0; i < field->classes; i++)
        lf_buf_printf(out, "%s %s", i ? "," : "",
                      lf_escape(field->class[i].name, safe, sizeof safe));
    lf_buf_text(out, field->classes ? "\n" : " none\n");
    lf_buf_text(out, field->attrs ? "  attributes:" : "");
    for (size_t i = 0; i < field->attrs; i++) {
        const struct lf_attr_def *d = &field->attr[i];
        lf_buf_printf(out, "%s %s", i ? "," : "",
                      lf_escape(d->name, safe, sizeof safe));
        lf_buf_printf(out, " (%s%s)", lf_input_name(d->input),
                      d->read_only ? ", read only" : "");
    }
    lf_buf_text(out, field->attrs ? "\n  may:" : "  may:");
    for (size_t i = 0; i < sizeof rights / sizeof *rights; i++)
        if (field->rights & rights[i].right)
            lf_buf_printf(out, " %s", rights[i].word);
    lf_buf_text(out, field->rights & LF_MAY_ALL ? "\n" : " nothing\n");
    for (uint32_t i = 0; !field->learned && i < run->tasks; i++) {
        const size_t at = lf_run_task(run, f, i);
        const struct lf_task_state *t = &state->task[at];
        lf_buf_printf(out, "  task %s: %lu item%s, %lu back\n",
                      lf_escape(run->task_name[at], safe, sizeof safe),
                      (unsigned long)t->items, lf_plural(t->items),
                      (unsigned long)t->came);
    }
}

static void text_asked(const struct lf_asked *asked, struct lf_buf *out)
{
    char safe[200];
    if (asked->segment)
        lf_buf_printf(out, "segment size: %lu\n", (unsigned long)asked->segment);
    for (unsigned who = 0; who < LF_WHO_END; who++)
        for (size_t i = 0; i < asked->names[who]; i++) {
            if (i)
                lf_buf_text(out, ", ");
            else
                lf_buf_printf(out, "%s: ", lf_who_option((enum lf_who)who));
            lf_buf_printf(out, "%s%s",
                          lf_escape(asked->name[who][i], safe, sizeof safe),
                          i + 1 == asked->names[who] ? "\n" : "");
        }
}

static void text_run(const struct lf_run *run, const struct lf_run_state *state,
                     struct lf_buf *out)
{
    char safe[300];
    lf_buf_printf(out, "run %.*s, uid ", (int)run->key.len, run->key.at);
    lf_buf_printf(out, "%s\n", lf_escape(run->uid, safe, sizeof safe));
    lf_buf_printf(out, "tool: %.*s as %.*s, rules %u\n", (int)run->tool.len,
                  run->tool.at, (int)run->format.len, run->format.at, run->rules);
    lf_buf_printf(out, "dataset: %s", lf_escape(run->dataset, safe, sizeof safe));
    lf_buf_printf(out, " (%s)\n", lf_escape(run->dataset_id, safe, sizeof safe));
    lf_buf_printf(out, "label ids: attribute %s\n",
                  lf_escape(run->id_attr, safe, sizeof safe));
    lf_buf_printf(out, "selection: %s\n", lf_escape(run->view, safe, sizeof safe));
    text_asked(&run->asked, out);
    if (run->media_field.len)
        lf_buf_printf(out, "media: field %s\n",
                      lf_escape(run->media_field, safe, sizeof safe));
    lf_buf_printf(out, "items: %lu; base: %s\n", (unsigned long)run->items,
                  run->has_base ? "here" : "not here");
    for (size_t f = 0; f < run->schema.fields; f++)
        text_field(run, state, f, out);
    for (size_t i = 0; i < run->merges; i++) {
        const struct lf_run_merge *m = &run->merge[i];
        lf_buf_printf(out, "merged: %.*s", (int)m->digest.len, m->digest.at);
        lf_buf_printf(out, "%s%s", m->tasks.len ? ", " : "",
                      lf_escape(m->tasks, safe, sizeof safe));
        lf_buf_printf(out, "%s%s\n", m->stamp.len ? ", of " : "",
                      lf_escape(m->stamp, safe, sizeof safe));
    }
}

// One that FiftyOne recorded and that was not merged here yet: its entry, as it stands.
static bool show_entry(const struct lf_known_runs *k, struct lf_slice key,
                       const struct lf_runs_job *job, struct lf_buf *out,
                       struct lf_error *err)
{
    const struct fo_registered *r = fo_registered_find(k->entry, k->entries, key);
    if (!r)
        return lf_fail(err, LF_E_RUN_MISSING, "there is no run \"%.*s\"", (int)key.len,
                       key.at);
    if (job->ids)
        return lf_fail(
            err, LF_E_USAGE,
            "the run was recorded by FiftyOne: its samples are not told here");
    lf_buf_slice(out, r->entry);
    lf_buf_char(out, '\n');
    return true;
}

bool lf_runs_show(const struct lf_runs_job *job, struct lf_buf *out, bool *findings,
                  struct lf_error *err)
{
    struct lf_known_runs k;
    struct lf_run run;
    struct lf_run_state state;
    struct lf_arena a = {0};
    struct lf_slice key = lf_slice_of(job->word[0]);
    (void)findings;
    if (!lf_run_name_check(job->word[0], err) || !lf_known_runs_open(&k, job, err))
        return false;
    if (!lf_known_runs_has(&k, key)) {
        bool shown = show_entry(&k, key, job, out, err);
        lf_known_runs_done(&k);
        return shown;
    }
    bool ok = lf_known_run(&k, key, &run, err);
    if (ok) {
        if (job->ids)
            show_ids(&run, job->json, out);
        else if (job->json)
            lf_run_json(&run, out);
        else if ((ok = lf_run_state(&run, &a, &state, err)))
            text_run(&run, &state, out);
        lf_run_done(&run);
    }
    lf_arena_done(&a);
    lf_known_runs_done(&k);
    return ok;
}
