#include "runs/known_runs.h"

#include <sys/stat.h>

#include "formats/base/commit.h"
#include "formats/base/relpath.h"
#include "formats/label/recover.h"

static bool lock(struct lf_known_runs *k, const struct lf_runs_job *job,
                 struct lf_error *err)
{
    return !job->writes || job->dry_run ||
           ((!job->dataset || lf_lock_folder(job->dataset, &k->lock[0], err)) &&
            (!job->runs_dir || lf_lock_folder(job->runs_dir, &k->lock[1], err)));
}

static bool recover(struct lf_known_runs *k, const struct lf_runs_job *job,
                    struct lf_error *err)
{
    unsigned count;
    return (!job->dataset || lf_recover(job->dataset, k->lock[0] >= 0, &count, err)) &&
           (!job->runs_dir ||
            lf_recover_runs(job->runs_dir, k->lock[1] >= 0, &count, err));
}

bool lf_known_runs_open(struct lf_known_runs *k, const struct lf_runs_job *job,
                        struct lf_error *err)
{
    *k = (struct lf_known_runs){.ds = {.folder_fd = -1, .again_fd = -1},
                                .lock = {-1, -1}};
    k->has_dataset = job->dataset != NULL;
    bool ok = lock(k, job, err) && recover(k, job, err) &&
              (!k->has_dataset || (fo_open(&k->ds, job->dataset, err) &&
                                   fo_registered(k->ds.metadata, &k->arena, &k->entry,
                                                 &k->entries, err))) &&
              lf_runs_folder(job->dataset, job->runs_dir, k->folder, err) &&
              lf_run_names(k->folder, &k->arena, &k->name, &k->names, err);
    if (!ok)
        lf_known_runs_done(k);
    return ok;
}

void lf_known_runs_done(struct lf_known_runs *k)
{
    fo_done(&k->ds);
    lf_arena_done(&k->arena);
    for (int i = 0; i < 2; i++)
        if (k->lock[i] >= 0)
            lf_unlock(&k->lock[i]);
}

bool lf_run_name_check(const char *name, struct lf_error *err)
{
    char safe[160];
    return lf_run_key_ok(lf_slice_of(name)) ||
           lf_fail(err, LF_E_RUN_NAME, "\"%s\" cannot be a run's name",
                   lf_escape(lf_slice_of(name), safe, sizeof safe));
}

bool lf_known_results(const struct lf_known_runs *k, const char *key)
{
    char path[4400];
    struct stat st;
    struct lf_error none = {0};
    return k->has_dataset &&
           lf_path_printf(path, sizeof path, &none, "%s/annotations/%s.json",
                          k->ds.folder, key) &&
           lstat(path, &st) == 0;
}

bool lf_known_runs_has(const struct lf_known_runs *k, struct lf_slice name)
{
    for (size_t i = 0; i < k->names; i++)
        if (lf_slice_eq(k->name[i], name))
            return true;
    return false;
}

bool lf_known_run(const struct lf_known_runs *k, struct lf_slice name,
                  struct lf_run *run, struct lf_error *err)
{
    char folder[4400];
    bool found = false;
    if (!lf_path_printf(folder, sizeof folder, err, "%s/%.*s", k->folder, (int)name.len,
                        name.at) ||
        !lf_run_try(run, folder, &found, err))
        return false;
    if (!found) {
        lf_fail(err, LF_E_RUN_MISSING, "there is no run \"%.*s\"",
                (int)(name.len < 100 ? name.len : 100), name.at);
        return lf_fail_in_file(err, k->folder);
    }
    if (lf_slice_eq(run->key, name))
        return true;
    lf_fail(err, LF_E_RUN_RECORD, "the record says that it is run \"%.*s\"",
            (int)run->key.len, run->key.at);
    lf_run_done(run);
    return lf_fail_in_file(err, folder);
}

bool lf_known_journal(const struct lf_known_runs *k, const struct lf_runs_job *job,
                      const char *key)
{
    char path[4400];
    struct stat st;
    struct lf_error none = {0};
    return k->has_dataset && job->runs_dir &&
           lf_path_printf(path, sizeof path, &none, "%s/annotations/%s/log",
                          k->ds.folder, key) &&
           lstat(path, &st) == 0 &&
           lf_path_printf(path, sizeof path, &none, "%s/annotations/%s/run.json",
                          k->ds.folder, key) &&
           lstat(path, &st) != 0;
}
