#include "formats/label/recover.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/commit.h"
#include "formats/base/relpath.h"

// A list whose writer still lives is its writer's.
static bool finish(const char *dataset, const char *list, bool locked, bool *found,
                   struct lf_error *err)
{
    char path[4800];
    struct stat st;
    int lock = -1;
    *found = false;
    if (!lf_path_join(path, sizeof path, dataset, list, err))
        return false;
    if (!locked && lstat(path, &st) != 0)
        return true;
    bool ok = (locked || lf_lock_folder(dataset, &lock, err)) &&
              lf_commit_finish(dataset, list, found, err);
    if (lock >= 0)
        lf_unlock(&lock);
    return ok;
}

// One that was made for a list, and whose maker is gone.
static void drop_empty(const char *folder, const char *name)
{
    char path[4800];
    struct lf_error none = {0};
    if (lf_slice_ends(lf_slice_of(name), LF_S(LF_COMMIT_FOLDER)) &&
        lf_path_join(path, sizeof path, folder, name, &none))
        rmdir(path);
}

static bool recover(const char *root, const char *folder, const char *below,
                    bool locked, unsigned *count, struct lf_error *err)
{
    char list[600];
    struct dirent *entry;
    bool ok = true;
    *count = 0;
    DIR *dir = opendir(folder);
    if (!dir) { // no runs, or somebody who opens the dataset later will say why
        if (errno != ENOMEM && errno != EMFILE && errno != ENFILE)
            return true;
        lf_fail_errno(err, "cannot list the folder");
        return lf_fail_in_file(err, folder);
    }
    while (ok && (entry = readdir(dir))) {
        bool found = false;
        if (entry->d_name[0] == '.' || lf_relpath_fault(lf_slice_of(entry->d_name)))
            continue;
        snprintf(list, sizeof list, "%s%s/commit.json", below, entry->d_name);
        ok = finish(root, list, locked, &found, err);
        *count += found;
        if (ok && !found && locked)
            drop_empty(folder, entry->d_name);
    }
    closedir(dir);
    return ok;
}

bool lf_recover(const char *dataset, bool locked, unsigned *count, struct lf_error *err)
{
    char path[4200];
    return lf_path_join(path, sizeof path, dataset, "annotations", err) &&
           recover(dataset, path, "annotations/", locked, count, err);
}

bool lf_recover_runs(const char *runs_dir, bool locked, unsigned *count,
                     struct lf_error *err)
{
    return recover(runs_dir, runs_dir, "", locked, count, err);
}
