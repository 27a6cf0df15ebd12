#include "formats/label/run_place.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "formats/base/relpath.h"

bool lf_runs_folder(const char *dataset, const char *runs_dir, char out[4200],
                    struct lf_error *err)
{
    return runs_dir ? lf_path_printf(out, 4200, err, "%s", runs_dir)
                    : lf_path_join(out, 4200, dataset, "annotations", err);
}

static bool has_record(const char *folder, char path[4300], bool *has,
                       struct lf_error *err)
{
    struct stat st;
    *has = false;
    if (!lf_path_join(path, 4300, folder, "run.json", err))
        return false;
    *has = lstat(path, &st) == 0;
    return true;
}

bool lf_run_try(struct lf_run *run, const char *folder, bool *found,
                struct lf_error *err)
{
    char path[4300];
    if (!has_record(folder, path, found, err) || !*found)
        return err->code == LF_OK;
    *found = lf_run_open(run, folder, err);
    return *found || lf_fail_in_file(err, path);
}

static int by_bytes(const void *a, const void *b)
{
    return lf_slice_cmp(*(const struct lf_slice *)a, *(const struct lf_slice *)b);
}

static bool add_name(const char *runs, const char *name, struct lf_arena *a,
                     void **names, size_t *room, size_t *count, struct lf_error *err)
{
    char folder[4200], path[4300];
    bool has;
    if (!lf_run_key_ok(lf_slice_of(name)))
        return true;
    if (!lf_path_join(folder, sizeof folder, runs, name, err) ||
        !has_record(folder, path, &has, err))
        return false;
    return !has ||
           (lf_arena_grow(a, names, room, *count + 1, sizeof(struct lf_slice), err) &&
            lf_arena_text(a, lf_slice_of(name),
                          &((struct lf_slice *)*names)[(*count)++], err));
}

bool lf_run_names(const char *runs, struct lf_arena *a, struct lf_slice **name,
                  size_t *count, struct lf_error *err)
{
    struct dirent *entry;
    void *names = NULL;
    size_t room = 0;
    bool ok = true;
    *count = 0;
    *name = NULL;
    DIR *dir = opendir(runs);
    if (!dir && (errno == ENOENT || errno == ENOTDIR))
        return true;
    if (!dir) {
        lf_fail_errno(err, "cannot list the folder");
        return lf_fail_in_file(err, runs);
    }
    while (ok && (errno = 0, entry = readdir(dir)))
        ok = add_name(runs, entry->d_name, a, &names, &room, count, err);
    if (ok && errno != 0)
        ok = lf_fail_errno(err, "cannot list the folder");
    closedir(dir);
    *name = names;
    if (*count)
        qsort(names, *count, sizeof **name, by_bytes);
    return ok || lf_fail_in_file(err, runs);
}

bool lf_run_by_uid(struct lf_run *run, const char *runs, struct lf_slice uid,
                   bool *found, struct lf_error *err)
{
    struct lf_arena a = {0};
    struct lf_slice *name;
    size_t count = 0;
    bool ok = lf_run_names(runs, &a, &name, &count, err);
    *found = false;
    for (size_t i = 0; ok && !*found && i < count; i++) {
        char folder[4300];
        struct lf_error why = {0};
        if (!lf_path_join(folder, sizeof folder, runs, name[i].at, &why) ||
            !lf_run_try(run, folder, found, &why)) {
            ok = why.code != LF_E_NOMEM || lf_fail(err, LF_E_NOMEM, "%s", why.what);
            continue;
        }
        if (*found && !lf_slice_eq(run->uid, uid)) {
            lf_run_done(run);
            *found = false;
        }
    }
    lf_arena_done(&a);
    return ok;
}
