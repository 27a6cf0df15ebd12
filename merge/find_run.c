#include "merge/find_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "formats/base/relpath.h"
#include "formats/label/run_place.h"
#include "merge/adopt_run.h"

// The folder beside an archive, or above it, that export made: it holds run/.
static bool try_beside(const char *archive, const char *key, struct lf_run *run,
                       bool *found, struct lf_error *err)
{
    char path[4200], folder[4300];
    const char *eq = strchr(archive, '=');
    struct stat st;
    if (!lf_path_printf(path, sizeof path, err, "%s",
                        eq && stat(archive, &st) != 0 ? eq + 1 : archive))
        return false;
    for (int level = 0; level < 3 && !*found; level++) {
        if (!lf_path_printf(folder, sizeof folder, err, "%s/run", path) ||
            !lf_run_try(run, folder, found, err))
            return false;
        if (*found && !lf_slice_is(run->key, key)) {
            lf_run_done(run);
            *found = false;
        }
        char *slash = strrchr(path, '/');
        if (slash == path)
            break;
        if (slash)
            *slash = '\0';
        else if (strcmp(path, ".") != 0)
            memcpy(path, ".", 2);
        else
            break;
    }
    return true;
}

static bool same_place(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

// A run of this name that FiftyOne sent itself, of which there is no record of ours
// yet.
static bool adopt(const struct lf_merge_job *job, struct fo_dataset *ds,
                  const struct fo_source *source, struct lf_run *run, bool *found,
                  struct lf_error *err)
{
    char folder[4096];
    bool ok = job->runs_dir
                  ? lf_path_join(folder, sizeof folder, job->runs_dir, job->run, err)
                  : lf_path_printf(folder, sizeof folder, err, "%s/annotations/%s",
                                   job->dataset, job->run);
    return ok &&
           lf_adopt_run(ds, source, lf_slice_of(job->run), folder, run, found, err);
}

static bool search(const struct lf_merge_job *job, struct fo_dataset *ds,
                   const struct fo_source *source, struct lf_run *run,
                   struct lf_error *err)
{
    char folder[4200], below[300];
    bool found = false;
    if (strchr(job->run, '/') || !lf_run_key_ok(lf_slice_of(job->run))) {
        if (!lf_run_try(run, job->run, &found, err))
            return false;
        return found || lf_fail(err, LF_E_RUN_MISSING,
                                "there is no run record in \"%s\"", job->run);
    }
    if (!lf_path_printf(below, sizeof below, err, "annotations/%s", job->run))
        return false;
    if (job->runs_dir &&
        (!lf_path_join(folder, sizeof folder, job->runs_dir, job->run, err) ||
         !lf_run_try(run, folder, &found, err)))
        return false;
    if (!found && (!lf_path_join(folder, sizeof folder, job->dataset, below, err) ||
                   !lf_run_try(run, folder, &found, err)))
        return false;
    for (size_t i = 0; !found && i < job->archives; i++)
        if (!try_beside(job->archive[i], job->run, run, &found, err))
            return false;
    if (!found && !adopt(job, ds, source, run, &found, err))
        return false;
    return found || lf_fail(err, LF_E_RUN_MISSING, "there is no run \"%s\"", job->run);
}

// A copy that travelled has no base and the name of then. The dataset may hold the
// record under another name by now: the uid stays.
static bool find_renamed(const struct lf_merge_job *job, struct lf_run *run,
                         struct lf_events *ev, struct lf_error *err)
{
    char runs[4200];
    struct lf_run home;
    bool found = false;
    if (job->runs_dir && !lf_run_by_uid(&home, job->runs_dir, run->uid, &found, err))
        return false;
    if (!found && (!lf_runs_folder(job->dataset, NULL, runs, err) ||
                   !lf_run_by_uid(&home, runs, run->uid, &found, err)))
        return false;
    if (!found)
        return true;
    struct lf_event e = {.code = LF_N_RUN_RENAMED,
                         .file = lf_slice_of(home.folder),
                         .was = run->key,
                         .came = home.key};
    bool ok = lf_slice_eq(run->key, home.key) || lf_events_add(ev, &e, err);
    lf_run_done(run);
    *run = home;
    return ok;
}

bool lf_find_run(const struct lf_merge_job *job, struct fo_dataset *ds,
                 const struct fo_source *source, struct lf_run *run, bool *here,
                 struct lf_events *ev, struct lf_error *err)
{
    char folder[4200], below[300];
    if (!search(job, ds, source, run, err) ||
        (run->recorded && !run->fresh && !lf_adopt_sent(ds, run, err))) {
        lf_fail_in_file(err, job->dataset);
        return false;
    }
    if (!run->has_base && !find_renamed(job, run, ev, err))
        return false;
    if (!lf_path_printf(below, sizeof below, err, "annotations/%.*s", (int)run->key.len,
                        run->key.at) ||
        !lf_path_join(folder, sizeof folder, job->dataset, below, err))
        return false;
    *here = run->fresh ? !job->runs_dir : same_place(folder, run->folder);
    struct lf_event e = {.code = LF_N_RUN_BASE, .file = lf_slice_of(run->folder)};
    return (run->has_base && !run->fresh) || lf_events_add(ev, &e, err);
}
