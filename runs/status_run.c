// How far a run is, task by task and job by job, as FiftyOne prints it. What nobody
// told is "-".
#include "formats/base/cli.h"
#include "formats/base/json.h"
#include "formats/base/number.h"
#include "formats/table.h"
#include "runs/asked_jobs.h"
#include "runs/known_runs.h"
#include "runs/run_state.h"
#include "runs/told.h"

struct status {
    const struct lf_runs_job *job;
    struct lf_known_runs known;
    struct lf_run run;
    bool opened;
    struct lf_run_state state;
    struct lf_told_task *task; // field by field
    bool *waits;               // by field and row: in an archive that is given
    struct lf_arena arena;
    struct lf_buf *out;
};

// ---------------------------------------------------------------------------- merged

// The task of the first row that came, for an archive that does not tell its name.
static bool place_of(struct status *s, struct lf_slice came, int64_t *place,
                     struct lf_error *err)
{
    struct lf_slice key, value, name;
    uint16_t field;
    int64_t row;
    struct lf_json_walk w = lf_json_enter(came);
    *place = -1;
    if (!came.len || !lf_json_member(&w, &key, &value))
        return true;
    if (!lf_json_key(key, &s->arena, &name, err) ||
        !lf_json_string(lf_json_trim(value), &s->arena, &value, err))
        return false;
    size_t n = 0;
    while (n < value.len && value.at[n] >= '0' && value.at[n] <= '9')
        n++;
    if (lf_field_find(&s->run.schema, name, &field) &&
        !s->run.schema.field[field].learned &&
        lf_parse_int64((struct lf_slice){value.at, n}, &row) && row < s->run.items)
        *place = (int64_t)lf_run_task(&s->run, field, s->run.item[row].task);
    return true;
}

static bool add_merged(struct status *s, struct lf_error *err)
{
    for (size_t i = 0; i < s->run.merges; i++) {
        int64_t place;
        if (!place_of(s, s->run.merge[i].came, &place, err) ||
            !lf_told_add(&s->run, s->run.merge[i].told, place, s->task, &s->arena, err))
            return false;
    }
    return true;
}

// ---------------------------------------------------------------------------- given

static bool merged(const struct status *s, const char *digest)
{
    for (size_t i = 0; i < s->run.merges; i++)
        if (lf_slice_is(s->run.merge[i].digest, digest))
            return true;
    return false;
}

struct seen { // an item of the archive that is being read
    uint32_t source, row;
    int32_t only;
};

static bool find_row(const struct status *s, const struct lf_item *item, uint32_t *row,
                     bool *found, struct lf_error *err)
{
    enum lf_found how = LF_FOUND_NONE;
    if (item->id.known) {
        *found = lf_run_row(&s->run, &item->id, *row + 1, row);
        return true;
    }
    if (!lf_run_find(&s->run, item->name, row, &how, err))
        return false;
    *found = how != LF_FOUND_NONE && how != LF_FOUND_TWICE;
    return true;
}

static bool read_items(struct status *s, const struct lf_format *f, struct lf_reader *r,
                       struct seen **seen, size_t *count, struct lf_error *err)
{
    struct lf_arena a = {0};
    struct lf_item item;
    uint32_t row = UINT32_MAX;
    void *list = NULL;
    size_t room = 0;
    bool ok, more = false, found;
    while ((ok = f->next(r, &a, &item, &more, err)) && more) {
        ok = find_row(s, &item, &row, &found, err);
        if (ok && found) {
            ok = lf_arena_grow(&s->arena, &list, &room, *count + 1, sizeof **seen, err);
            if (ok)
                ((struct seen *)list)[(*count)++] =
                    (struct seen){item.source, row, item.sample.only};
        }
        if (!ok)
            break;
        lf_arena_reset(&a);
    }
    *seen = list;
    lf_arena_done(&a);
    return ok;
}

static bool speaks(const struct seen *i, size_t field)
{
    return i->only < 0 || (size_t)i->only == field;
}

// One that was merged is in the record already.
static bool add_source(struct status *s, const struct lf_source *source,
                       uint32_t number, const struct seen *seen, size_t count,
                       struct lf_error *err)
{
    int64_t place = -1;
    const size_t own = lf_schema_own(&s->run.schema);
    if (merged(s, source->digest))
        return true;
    for (size_t i = 0; i < count; i++)
        for (size_t f = 0; seen[i].source == number && f < own; f++) {
            if (!speaks(&seen[i], f))
                continue;
            s->waits[f * s->run.items + seen[i].row] = true;
            if (place < 0)
                place = (int64_t)lf_run_task(&s->run, f, s->run.item[seen[i].row].task);
        }
    return lf_told_add(&s->run, source->told, place, s->task, &s->arena, err);
}

static bool read_given(struct status *s, const char *path, struct lf_error *err)
{
    const struct lf_format *f = NULL;
    struct lf_tree *tree = lf_tree_open(path, err);
    struct lf_reader *r = NULL;
    struct seen *seen = NULL;
    size_t count = 0, sources = 0;
    bool ok = tree && lf_format_of(tree, &f, err) &&
              (r = f->open(tree, &s->run, -1, NULL, err)) != NULL &&
              read_items(s, f, r, &seen, &count, err);
    const struct lf_source *source = ok ? f->sources(r, &sources) : NULL;
    for (size_t i = 0; ok && i < sources; i++)
        ok = add_source(s, &source[i], (uint32_t)i, seen, count, err);
    if (r)
        f->close(&r);
    lf_tree_free(&tree);
    return ok || lf_fail_in_file(err, path);
}

static bool look(struct status *s, struct lf_error *err)
{
    size_t tasks;
    if (!lf_run_name_check(s->job->word[0], err) ||
        !lf_known_run(&s->known, lf_slice_of(s->job->word[0]), &s->run, err))
        return false;
    s->opened = true;
    tasks = lf_run_tasks(&s->run);
    s->task = lf_arena_take(&s->arena, tasks, sizeof *s->task, err);
    s->waits = lf_arena_take(&s->arena, s->run.schema.fields * s->run.items,
                             sizeof *s->waits, err);
    if (!s->task || !s->waits || !lf_run_state(&s->run, &s->arena, &s->state, err) ||
        !add_merged(s, err))
        return false;
    for (size_t i = 1; i < s->job->words; i++)
        if (!read_given(s, s->job->word[i], err))
            return false;
    for (size_t i = 0; i < tasks; i++)
        if (!lf_asked_under(&s->run.asked, s->state.task[i].items, i, &s->task[i],
                            &s->arena, err))
            return false;
    return true;
}

// ---------------------------------------------------------------------------- print

struct counts {
    uint32_t untouched, edited, out, waiting;
};

// Items that are given and were not merged before are neither out nor looked into.
static struct counts count(const struct status *s, size_t field, uint32_t task)
{
    struct counts c = {0};
    for (uint32_t row = 0; row < s->run.items; row++) {
        size_t cell = field * s->run.items + row;
        if (s->run.item[row].task != task)
            continue;
        if (s->state.came[cell]) {
            c.edited += s->state.edited[cell];
            c.untouched += !s->state.edited[cell];
        } else {
            c.waiting += s->waits[cell];
            c.out += !s->waits[cell];
        }
    }
    return c;
}

static void line(struct lf_buf *out, int indent, const char *name, struct lf_slice text)
{
    char safe[400];
    lf_buf_printf(out, "%*s%s: %s\n", indent, "", name,
                  text.len ? lf_escape(text, safe, sizeof safe) : "-");
}

static void text_job(const struct lf_told_job *j, struct lf_buf *out)
{
    char safe[100];
    lf_buf_printf(out, "\n        Job %s:\n",
                  j->id.len ? lf_escape(j->id, safe, sizeof safe) : "-");
    line(out, 12, "Status", j->status);
    line(out, 12, "Assignee", j->assignee);
    line(out, 12, "Reviewer", j->reviewer);
    if (j->start >= 0 && j->stop >= 0)
        lf_buf_printf(out, "            Frames: %lld-%lld\n", (long long)j->start,
                      (long long)j->stop);
    else
        lf_buf_text(out, "            Frames: -\n");
}

static void text_task(struct status *s, size_t field, uint32_t task)
{
    size_t at = lf_run_task(&s->run, field, task);
    const struct lf_told_task *t = &s->task[at];
    struct counts c = count(s, field, task);
    char safe[200];
    lf_buf_printf(s->out, "\n    Task %s",
                  t->id.len ? lf_escape(t->id, safe, sizeof safe) : "-");
    lf_buf_printf(s->out, " (%s):\n",
                  lf_escape(s->run.task_name[at], safe, sizeof safe));
    line(s->out, 8, "Status", t->status);
    line(s->out, 8, "Assignee", t->assignee);
    line(s->out, 8, "Last updated", t->updated);
    line(s->out, 8, "URL", t->url);
    lf_buf_printf(s->out, "        Items: %lu untouched, %lu edited, %lu out",
                  (unsigned long)c.untouched, (unsigned long)c.edited,
                  (unsigned long)c.out);
    if (c.waiting)
        lf_buf_printf(s->out, ", %lu back and not merged", (unsigned long)c.waiting);
    lf_buf_text(s->out, "\n");
    for (size_t i = 0; i < t->jobs; i++)
        text_job(&t->job[i], s->out);
}

static void print_text(struct status *s)
{
    char safe[200];
    for (size_t f = 0; f < lf_schema_own(&s->run.schema); f++) {
        lf_buf_printf(s->out, "%sStatus for label field '%s':\n", f ? "\n" : "",
                      lf_escape(s->run.schema.field[f].name, safe, sizeof safe));
        for (uint32_t i = 0; i < s->run.tasks; i++)
            text_task(s, f, i);
    }
}

static void put(struct lf_buf *out, const char *key, struct lf_slice text)
{
    lf_buf_printf(out, ", \"%s\": ", key);
    if (text.len)
        lf_json_quote(out, text, true);
    else
        lf_buf_text(out, "null");
}

static void put_frame(struct lf_buf *out, const char *key, int64_t frame)
{
    if (frame >= 0)
        lf_buf_printf(out, ", \"%s\": %lld", key, (long long)frame);
    else
        lf_buf_printf(out, ", \"%s\": null", key);
}

static void json_task(struct status *s, size_t field, uint32_t task)
{
    size_t at = lf_run_task(&s->run, field, task);
    const struct lf_told_task *t = &s->task[at];
    struct counts c = count(s, field, task);
    lf_buf_text(s->out, "{\"name\": ");
    lf_json_quote(s->out, s->run.task_name[at], true);
    put(s->out, "id", t->id);
    put(s->out, "status", t->status);
    put(s->out, "assignee", t->assignee);
    put(s->out, "last_updated", t->updated);
    put(s->out, "url", t->url);
    lf_buf_printf(s->out,
                  ", \"items\": {\"untouched\": %lu, \"edited\": %lu, \"out\": %lu, "
                  "\"waiting\": %lu}, \"jobs\": [",
                  (unsigned long)c.untouched, (unsigned long)c.edited,
                  (unsigned long)c.out, (unsigned long)c.waiting);
    for (size_t i = 0; i < t->jobs; i++) {
        const struct lf_told_job *j = &t->job[i];
        lf_buf_text(s->out, i ? ", {\"id\": " : "{\"id\": ");
        lf_json_quote(s->out, j->id, true);
        put_frame(s->out, "start", j->start);
        put_frame(s->out, "stop", j->stop);
        put(s->out, "status", j->status);
        put(s->out, "assignee", j->assignee);
        put(s->out, "reviewer", j->reviewer);
        put(s->out, "url", j->url);
        lf_buf_char(s->out, '}');
    }
    lf_buf_text(s->out, "]}");
}

static void print_json(struct status *s)
{
    lf_buf_text(s->out, "{\"run\": ");
    lf_json_quote(s->out, s->run.key, true);
    lf_buf_printf(s->out, ", \"complete\": %s, \"fields\": {",
                  s->state.known ? "true" : "false");
    for (size_t f = 0; f < lf_schema_own(&s->run.schema); f++) {
        lf_buf_text(s->out, f ? ",\n " : "\n ");
        lf_json_quote(s->out, s->run.schema.field[f].name, true);
        lf_buf_text(s->out, ": [");
        for (uint32_t i = 0; i < s->run.tasks; i++) {
            lf_buf_text(s->out, i ? ",\n  " : "\n  ");
            json_task(s, f, i);
        }
        lf_buf_char(s->out, ']');
    }
    lf_buf_text(s->out, "}}\n");
}

bool lf_runs_status(const struct lf_runs_job *job, struct lf_buf *out, bool *findings,
                    struct lf_error *err)
{
    struct status s = {.job = job, .out = out};
    (void)findings;
    if (!lf_known_runs_open(&s.known, job, err))
        return false;
    bool ok = look(&s, err);
    if (ok && job->json)
        print_json(&s);
    else if (ok)
        print_text(&s);
    if (s.opened)
        lf_run_done(&s.run);
    lf_arena_done(&s.arena);
    lf_known_runs_done(&s.known);
    return ok;
}
