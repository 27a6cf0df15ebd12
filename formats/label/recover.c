#include "formats/label/recover.h"

#include <dirent.h>
#include <stdio.h>

#include "formats/base/commit.h"
#include "formats/base/relpath.h"

bool lf_recover(const char *dataset, unsigned *count, struct lf_error *err)
{
    char path[4200], list[600];
    struct dirent *entry;
    bool ok = true;
    *count = 0;
    if (!lf_path_join(path, sizeof path, dataset, "annotations", err))
        return false;
    DIR *dir = opendir(path);
    if (!dir)
        return true; // no runs, or somebody who opens the dataset later will say why
    while (ok && (entry = readdir(dir))) {
        bool found = false;
        if (entry->d_name[0] == '.' || lf_relpath_fault(lf_slice_of(entry->d_name)))
            continue;
        snprintf(list, sizeof list, "annotations/%s/commit.json", entry->d_name);
        ok = lf_commit_finish(dataset, list, &found, err);
        *count += found;
    }
    closedir(dir);
    return ok;
}
