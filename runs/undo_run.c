#include "runs/undo_run.h"

#include <stdio.h>
#include <sys/stat.h>

#include "formats/base/commit.h"
#include "formats/base/relpath.h"
#include "formats/label/recover.h"
#include "formats/label/run.h"
#include "runs/undoing.h"

static struct lf_entry *entry_of(struct lf_journal *j, uint32_t number)
{
    for (size_t i = 0; i < j->entries; i++)
        if (j->entry[i].number == number)
            return &j->entry[i];
    return NULL;
}

static bool choose(struct lf_undoing *u, uint32_t *first)
{
    const struct lf_journal *j = &u->journal;
    const struct lf_entry *e = NULL;
    for (size_t i = 0; i < j->entries; i++)
        if (j->entry[i].merge && !j->entry[i].undone)
            e = &j->entry[i];
    if (u->job->merge) {
        e = entry_of(&u->journal, u->job->merge);
        if (!e || !e->merge)
            return lf_fail(
                u->err, LF_E_UNDO_NONE, "there is no merge %u of run \"%.*s\"",
                (unsigned)u->job->merge, (int)u->job->run.len, u->job->run.at);
        if (e->undone)
            return lf_fail(u->err, LF_E_UNDO_NONE, "merge %u was undone before",
                           (unsigned)u->job->merge);
    }
    *first = e ? e->number : 0;
    return e || lf_fail(u->err, LF_E_UNDO_NONE, "run \"%.*s\" has no merge to undo",
                        (int)u->job->run.len, u->job->run.at);
}

static bool can_be_undone(struct lf_undoing *u, const struct lf_entry *e)
{
    if (e->made)
        return lf_fail(u->err, LF_E_UNDO_NONE,
                       "merge %u made this dataset (-o), there is nothing before it; "
                       "delete the folder instead",
                       (unsigned)e->number);
    return !e->elsewhere ||
           lf_fail(u->err, LF_E_UNDO_NONE,
                   "merge %u changed a run record outside of the dataset, which is not "
                   "kept",
                   (unsigned)e->number);
}

static bool read_merges(struct lf_undoing *u, uint32_t first)
{
    bool found = false;
    const struct lf_journal *j = &u->journal;
    if (!(u->merge = lf_arena_take(&u->a, j->entries, sizeof *u->merge, u->err)))
        return false;
    for (size_t i = j->entries; i > 0 && j->entry[i - 1].number >= first; i--) {
        const struct lf_entry *e = &j->entry[i - 1];
        struct lf_undo_files *m = &u->merge[u->merges];
        if (!e->merge || e->undone)
            continue;
        if (!can_be_undone(u, e) ||
            !lf_undo_files_read(u->job->dataset, u->job->run, e->number, &u->a, m,
                                &found, u->err))
            return false;
        if (!found)
            return lf_fail(u->err, LF_E_UNDO_GONE,
                           "the files as they were before merge %u are not kept (any "
                           "more)",
                           (unsigned)e->number);
        u->merges++;
    }
    u->result->first = u->merge[u->merges - 1].number;
    u->result->last = u->merge[0].number;
    u->result->merges = (uint32_t)u->merges;
    return true;
}

bool lf_undo_goes_further(const struct lf_undoing *u, size_t merge,
                          struct lf_slice path)
{
    while (++merge < u->merges)
        if (lf_undo_files_has(&u->merge[merge], path))
            return true;
    return false;
}

static void list_files(struct lf_undoing *u)
{
    char safe[1200];
    for (size_t i = 0; i < u->merges; i++) {
        const struct lf_undo_files *m = &u->merge[i];
        for (size_t k = 0; k < m->replaceds; k++) {
            if (lf_undo_goes_further(u, i, m->replaced[k].path))
                continue;
            u->result->restored++;
            if (u->job->dry_run)
                lf_buf_printf(&u->result->files, "restores %s (merge %u)\n",
                              lf_escape(m->replaced[k].path, safe, sizeof safe),
                              (unsigned)m->number);
        }
        u->result->removed += m->freshs;
        for (size_t k = 0; u->job->dry_run && k < m->freshs; k++)
            lf_buf_printf(&u->result->files, "removes %s (merge %u)\n",
                          lf_escape(m->fresh[k].path, safe, sizeof safe),
                          (unsigned)m->number);
    }
}

static bool prepare(struct lf_undoing *u)
{
    char path[4600];
    struct stat st;
    unsigned recovered;
    const struct lf_slice run = u->job->run;
    if (!lf_lock_folder(u->job->dataset, &u->lock, u->err) ||
        (!u->job->dry_run && !lf_recover(u->job->dataset, true, &recovered, u->err)) ||
        !lf_path_printf(path, sizeof path, u->err, "%s/annotations/%.*s",
                        u->job->dataset, (int)run.len, run.at))
        return false;
    if (stat(path, &st) == 0)
        return true;
    lf_fail(u->err, LF_E_RUN_MISSING, "there is no run \"%.*s\"", (int)run.len, run.at);
    return lf_fail_in_file(u->err, u->job->dataset);
}

bool lf_undo(const struct lf_undo_job *job, struct lf_undo_result *result,
             struct lf_error *err)
{
    uint32_t first = 0;
    struct lf_undoing u = {.job = job, .result = result, .lock = -1, .err = err};
    *result = (struct lf_undo_result){0};
    bool ok = lf_run_key_ok(job->run) ||
              lf_fail(err, LF_E_RUN_NAME, "\"%.*s\" is not the name of a run",
                      (int)(job->run.len < 60 ? job->run.len : 60), job->run.at);
    ok = ok && prepare(&u) &&
         lf_journal_read(job->dataset, job->run, &u.a, &u.journal, err) &&
         choose(&u, &first) && read_merges(&u, first) && lf_undo_check(&u);
    if (ok)
        list_files(&u);
    ok = ok && (job->dry_run || lf_undo_commit(&u));
    lf_arena_done(&u.a);
    if (u.lock >= 0)
        lf_unlock(&u.lock);
    return ok;
}

void lf_undo_result_done(struct lf_undo_result *r)
{
    lf_buf_done(&r->files);
}
