// A run's record goes, and its entry in metadata.json with the results; never a label.
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "formats/base/cli.h"
#include "formats/base/json.h"
#include "formats/base/relpath.h"
#include "runs/known_runs.h"
#include "runs/run_change.h"
#include "runs/run_state.h"

struct deleting {
    const struct lf_runs_job *job;
    const char *key;
    struct lf_known_runs known;
    struct lf_run run; // when it is sound
    struct lf_run_state state;
    bool record, sound, entry, results;
    size_t out;  // tasks that are not back
    size_t undo; // merges that could be undone
    struct lf_run_change change;
    struct lf_arena arena;
};

// A merge that changed nothing but the record is no loss.
static bool changed_dataset(const char *undo, const char *number)
{
    static const char *const files[] = {"samples.json", "samples", "metadata.json"};
    char path[5200];
    struct stat st;
    struct lf_error none = {0};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (lf_path_printf(path, sizeof path, &none, "%s/%s/%s", undo, number,
                           files[i]) &&
            lstat(path, &st) == 0)
            return true;
    return false;
}

static bool count_undo(struct deleting *d, struct lf_error *err)
{
    char folder[4600];
    struct dirent *entry;
    if (!lf_path_printf(folder, sizeof folder, err, "%s/%s/undo", d->known.folder,
                        d->key))
        return false;
    DIR *dir = opendir(folder);
    if (!dir && errno != ENOENT) {
        lf_fail_errno(err, "cannot list the folder");
        return lf_fail_in_file(err, folder);
    }
    while (dir && (entry = readdir(dir)))
        d->undo += entry->d_name[0] != '.' && changed_dataset(folder, entry->d_name);
    if (dir)
        closedir(dir);
    return true;
}

// What a damaged record says is not known; --force takes it away all the same.
static bool open_record(struct deleting *d, struct lf_error *err)
{
    struct lf_error why = {0};
    d->sound = lf_known_run(&d->known, lf_slice_of(d->key), &d->run, &why) &&
               lf_run_state(&d->run, &d->arena, &d->state, &why);
    if (!d->sound && (!d->job->force || why.code == LF_E_NOMEM)) {
        *err = why;
        return false;
    }
    d->out = d->sound ? lf_run_out(&d->run, &d->state) : 0;
    return count_undo(d, err);
}

static bool look(struct deleting *d, struct lf_error *err)
{
    const struct lf_known_runs *k = &d->known;
    struct lf_slice key = lf_slice_of(d->key);
    const struct fo_registered *e = fo_registered_find(k->entry, k->entries, key);
    d->record = lf_known_runs_has(k, key);
    if (d->record && !open_record(d, err))
        return false;
    d->entry = e && (!d->record || !d->sound || d->run.recorded ||
                     lf_slice_eq(e->uid, d->run.uid));
    d->results = d->entry && lf_known_results(k, d->key);
    if (!d->record && !d->entry)
        return lf_fail(err, LF_E_RUN_MISSING, "there is no run \"%s\"", d->key);
    return true;
}

// The first task that is out, for the message.
static void first_out(const struct deleting *d, char name[100])
{
    name[0] = '\0';
    for (size_t i = 0; d->sound && i < lf_run_tasks(&d->run); i++)
        if (d->state.task[i].came < d->state.task[i].items) {
            lf_escape(d->run.task_name[i], name, 100);
            return;
        }
}

static bool may_go(const struct deleting *d, struct lf_error *err)
{
    char name[100];
    if (d->job->force || d->job->dry_run || (!d->out && !d->undo))
        return true;
    first_out(d, name);
    if (d->out)
        return lf_fail(err, LF_E_RUN_NEEDED,
                       "%zu task%s not back (%s%s), and %zu merge%s could be undone",
                       d->out, d->out == 1 ? " is" : "s are", name,
                       d->out > 1 ? ", .." : "", d->undo, lf_plural(d->undo));
    return lf_fail(err, LF_E_RUN_NEEDED, "%zu merge%s could be undone with it", d->undo,
                   lf_plural(d->undo));
}

static bool drop(struct deleting *d, struct lf_error *err)
{
    struct lf_buf text = {0};
    char results[300], journal[300];
    bool ok =
        lf_path_printf(results, sizeof results, err, "annotations/%s.json", d->key) &&
        lf_path_printf(journal, sizeof journal, err, "annotations/%s", d->key);
    if (ok && d->entry)
        ok = fo_registry_drop(d->known.ds.metadata, lf_slice_of(d->key), &text, err) &&
             lf_change_file(&d->change, LF_SIDE_DATASET, "metadata.json",
                            lf_buf_view(&text), err);
    ok = ok &&
         (!d->results ||
          lf_change_whole(&d->change, LF_SIDE_DATASET, results, NULL, err)) &&
         (!d->record || !lf_known_journal(&d->known, d->job, d->key) ||
          lf_change_whole(&d->change, LF_SIDE_DATASET, journal, NULL, err)) &&
         (!d->record ||
          lf_change_whole(&d->change, LF_SIDE_RECORD, d->key, NULL, err)) &&
         lf_change_run(&d->change, err);
    lf_buf_done(&text);
    return ok;
}

// ---------------------------------------------------------------------------- report

static void list_out(const struct deleting *d, struct lf_buf *out)
{
    bool first = true;
    char name[200];
    for (size_t i = 0; d->sound && i < lf_run_tasks(&d->run); i++) {
        const struct lf_task_state *t = &d->state.task[i];
        if (t->came == t->items)
            continue;
        if (d->job->json) {
            lf_buf_text(out, first ? "" : ", ");
            lf_json_quote(out, d->run.task_name[i], true);
        } else {
            lf_buf_printf(out, "not back: %s, %lu of %lu item%s\n",
                          lf_escape(d->run.task_name[i], name, sizeof name),
                          (unsigned long)(t->items - t->came), (unsigned long)t->items,
                          lf_plural(t->items));
        }
        first = false;
    }
}

static void report(const struct deleting *d, struct lf_buf *out)
{
    const bool dry = d->job->dry_run;
    if (d->job->json) {
        lf_buf_printf(out,
                      "{\"run\": \"%s\", \"record\": %s, \"registered\": %s, "
                      "\"results\": %s, \"undo\": %zu, \"written\": %s, \"out\": [",
                      d->key, d->record ? "true" : "false", d->entry ? "true" : "false",
                      d->results ? "true" : "false", d->undo, dry ? "false" : "true");
        list_out(d, out);
        lf_buf_text(out, "]}\n");
        return;
    }
    list_out(d, out);
    lf_buf_printf(out, "%s %s:%s%s%s", dry ? "would delete" : "deleted", d->key,
                  d->record ? " record" : "", d->entry ? " entry" : "",
                  d->results ? " results" : "");
    if (d->undo)
        lf_buf_printf(out, ", and what undoes %zu merge%s", d->undo,
                      lf_plural(d->undo));
    lf_buf_text(out, dry && (d->out || d->undo) && !d->job->force ? " (needs --force)\n"
                                                                  : "\n");
}

bool lf_runs_delete(const struct lf_runs_job *job, struct lf_buf *out, bool *findings,
                    struct lf_error *err)
{
    struct deleting d = {.job = job, .key = job->word[0]};
    (void)findings;
    d.run.items_fd = d.run.base_fd = -1;
    if (!lf_run_name_check(d.key, err) || !lf_known_runs_open(&d.known, job, err))
        return false;
    lf_change_begin(&d.change, job, d.key);
    bool ok = look(&d, err) && may_go(&d, err) && (job->dry_run || drop(&d, err));
    if (ok)
        report(&d, out);
    lf_change_done(&d.change);
    lf_run_done(&d.run);
    lf_arena_done(&d.arena);
    lf_known_runs_done(&d.known);
    return ok;
}
