#include "runs/run_change.h"

#include <stdio.h>
#include <unistd.h>

#include "formats/base/relpath.h"

void lf_change_begin(struct lf_run_change *c, const struct lf_runs_job *job,
                     const char *key)
{
    *c = (struct lf_run_change){.job = job, .key = key};
}

static bool apart(const struct lf_run_change *c, enum lf_side side)
{
    return side == LF_SIDE_RECORD && c->job->runs_dir;
}

static const char *root_of(const struct lf_run_change *c, enum lf_side side)
{
    return apart(c, side) ? c->job->runs_dir : c->job->dataset;
}

// A name on the record's side as the commit's root sees it.
static bool place_of(const struct lf_run_change *c, enum lf_side side, const char *name,
                     char out[1000], struct lf_error *err)
{
    return lf_path_printf(
        out, 1000, err, "%s%s",
        side == LF_SIDE_RECORD && !c->job->runs_dir ? "annotations/" : "", name);
}

static bool list_folder(const struct lf_run_change *c, enum lf_side side,
                        char out[1000], struct lf_error *err)
{
    return lf_path_printf(out, 1000, err, "%s%s%s",
                          apart(c, side) ? "" : "annotations/", c->key,
                          LF_COMMIT_FOLDER);
}

static struct lf_commit *commit_of(struct lf_run_change *c, enum lf_side side,
                                   struct lf_error *err)
{
    char folder[1000], list[1100], path[5200];
    struct lf_commit **commit = &c->commit[apart(c, side)];
    if (*commit)
        return *commit;
    if (list_folder(c, side, folder, err) &&
        lf_path_join(path, sizeof path, root_of(c, side), folder, err) &&
        lf_mkdirs(path, err) &&
        lf_path_join(list, sizeof list, folder, "commit.json", err))
        *commit = lf_commit_new(root_of(c, side), list, err);
    return *commit;
}

struct lf_out *lf_change_out(struct lf_run_change *c, enum lf_side side,
                             const char *name, struct lf_error *err)
{
    char place[1000], path[5200];
    struct lf_out *o = NULL;
    if (commit_of(c, side, err) && place_of(c, side, name, place, err) &&
        lf_path_join(path, sizeof path, root_of(c, side), place, err) &&
        (o = lf_out_new(path, err)))
        lf_buf_add(&c->temps, path, strlen(path) + 1);
    return o;
}

bool lf_change_seal(struct lf_run_change *c, enum lf_side side, const char *name,
                    struct lf_out **o, struct lf_error *err)
{
    char place[1000], temp[1020];
    struct lf_commit *commit = commit_of(c, side, err);
    bool ok = commit && lf_buf_ok(&c->temps, err) && lf_out_seal(*o, err) &&
              place_of(c, side, name, place, err) &&
              lf_path_printf(temp, sizeof temp, err, "%s.lf-new", place) &&
              lf_commit_add(commit, temp, place, NULL, err);
    if (ok)
        lf_out_keep(*o);
    lf_out_free(o);
    return ok;
}

bool lf_change_file(struct lf_run_change *c, enum lf_side side, const char *name,
                    struct lf_slice bytes, struct lf_error *err)
{
    struct lf_out *o = lf_change_out(c, side, name, err);
    bool ok =
        o && lf_out_write(o, bytes, err) && lf_change_seal(c, side, name, &o, err);
    lf_out_free(&o);
    return ok;
}

bool lf_change_whole(struct lf_run_change *c, enum lf_side side, const char *name,
                     const char *to, struct lf_error *err)
{
    char from[1000], target[1000];
    struct lf_commit *commit = commit_of(c, side, err);
    if (!commit || !place_of(c, side, name, from, err))
        return false;
    if (!to)
        return lf_commit_add_removal(commit, from, err);
    return place_of(c, side, to, target, err) &&
           lf_commit_add_whole(commit, from, target, err);
}

bool lf_change_run(struct lf_run_change *c, struct lf_error *err)
{
    for (int i = 0; i < 2; i++)
        if (c->commit[i] && !lf_commit_run(c->commit[i], err))
            return false;
    lf_buf_clear(&c->temps);
    return true;
}

static bool has_list(const struct lf_run_change *c, enum lf_side side, const char *path)
{
    char list[5300];
    struct lf_error none = {0};
    (void)c, (void)side;
    return lf_path_join(list, sizeof list, path, "commit.json", &none) &&
           access(list, F_OK) == 0;
}

void lf_change_done(struct lf_run_change *c)
{
    bool listed = false;
    for (int i = 0; i < 2; i++) {
        char folder[1000], path[5200];
        struct lf_error none = {0};
        if (c->commit[i] && list_folder(c, (enum lf_side)i, folder, &none) &&
            lf_path_join(path, sizeof path, root_of(c, (enum lf_side)i), folder,
                         &none)) {
            listed |= has_list(c, (enum lf_side)i, path);
            if (!listed)
                rmdir(path);
        }
        lf_commit_free(&c->commit[i]);
    }
    // Once a list is on the disk they are the list's.
    const char *end = c->temps.at + c->temps.len;
    for (const char *at = c->temps.at; !listed && at && at < end; at += strlen(at) + 1)
        lf_out_drop(at);
    lf_buf_done(&c->temps);
}
