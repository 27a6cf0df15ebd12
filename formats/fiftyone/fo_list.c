// Which files hold a dataset's samples. FiftyOne (1.22.1) reads samples.json if it is
// there, else every plain file samples/*.json that is not hidden, in the order of
// names.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/alloc.h"
#include "formats/base/relpath.h"
#include "formats/fiftyone/fo_stream.h"

// "samples/" before each, NUL behind each: no more memory a sample than its name.
static bool add_name(struct fo_dataset *ds, const char *name, struct lf_error *err)
{
    size_t from = ds->names.len;
    lf_buf_text(&ds->names, "samples/");
    lf_buf_add(&ds->names, name, strlen(name) + 1);
    if (!lf_buf_ok(&ds->names, err))
        return false;
    struct lf_slice path = {ds->names.at + from, ds->names.len - from - 1};
    if (ds->files == UINT32_MAX - 1)
        return lf_fail(err, LF_E_LIMIT_COUNT, "too many samples");
    ds->files++;
    return lf_relpath_check(path, LF_E_PATH, err);
}

static bool is_document(int folder, const char *name, bool *yes, struct lf_error *err)
{
    struct stat st;
    *yes = name[0] != '.' && lf_slice_ends(lf_slice_of(name), LF_S(".json"));
    if (!*yes)
        return true;
    if (fstatat(folder, name, &st, 0) == 0)
        *yes = S_ISREG(st.st_mode);
    else if (errno == ENOENT) // a link to nothing
        *yes = false;
    else
        return lf_fail_errno(err, "cannot look at a file in samples/");
    return true;
}

static bool read_names(struct fo_dataset *ds, DIR *dir, struct lf_error *err)
{
    bool ok = true;
    while (ok) {
        bool take = false;
        errno = 0;
        const struct dirent *e = readdir(dir);
        if (!e)
            return errno == 0 || lf_fail_errno(err, "cannot list samples/");
        ok = is_document(dirfd(dir), e->d_name, &take, err) &&
             (!take || add_name(ds, e->d_name, err));
    }
    return false;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct fo_file *)a)->name, ((const struct fo_file *)b)->name);
}

static bool list_folder(struct fo_dataset *ds, struct lf_error *err)
{
    int fd = openat(ds->folder_fd, "samples", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        if (errno == ENOENT || errno == ENOTDIR)
            lf_fail(err, LF_E_NOT_DATASET, "there is no samples.json and no samples/");
        else
            lf_fail_errno(err, "cannot open samples/");
        if (fd >= 0)
            close(fd);
        return false;
    }
    bool ok = read_names(ds, dir, err);
    closedir(dir);
    if (!ok)
        return lf_fail_in_file(err, "samples");
    ds->dirs = true;
    ds->file = lf_alloc(ds->files, sizeof *ds->file, err);
    if (!ds->file)
        return false;
    const char *name = ds->names.at;
    for (uint32_t i = 0; i < ds->files; i++, name += strlen(name) + 1)
        ds->file[i].name = name;
    if (ds->files)
        qsort(ds->file, ds->files, sizeof *ds->file, by_name);
    return true;
}

bool fo_list(struct fo_dataset *ds, struct lf_error *err)
{
    struct stat st;
    if (fstatat(ds->folder_fd, "samples.json", &st, 0) != 0)
        return errno != ENOENT ? lf_fail_errno(err, "cannot look at samples.json")
               : ds->legacy ? lf_fail(err, LF_E_NOT_DATASET, "there is no samples.json")
                            : list_folder(ds, err);
    ds->file = lf_alloc(1, sizeof *ds->file, err);
    if (!ds->file)
        return false;
    ds->file[0].name = "samples.json";
    ds->files = 1;
    return true;
}
