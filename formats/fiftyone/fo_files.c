// Masks on disk, for those who read a document: only below the dataset's own folder.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "formats/base/limits.h"
#include "formats/base/relpath.h"
#include "formats/fiftyone/fo_stream.h"

static const char too_long[] = "the file is too long (limit mask-file)";

// A frame's mask keeps the path it had on the machine that made the dataset; that is
// no file of the dataset.
static bool read_below(void *user, struct lf_slice path, struct lf_buf *out,
                       bool *found, struct lf_error *err)
{
    const struct fo_dataset *ds = user;
    char name[LF_NAME_BYTES + 1];
    struct stat st;
    *found = false;
    if (path.len && path.at[0] == '/')
        return true;
    if (!lf_relpath_check(path, LF_E_PATH, err))
        return false;
    snprintf(name, sizeof name, "%.*s", (int)path.len, path.at);
    if (fstatat(ds->folder_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return true;
        lf_fail_errno(err, "cannot look at the file");
        return lf_fail_in_file(err, name);
    }
    if (st.st_size > LF_MASK_FILE) {
        lf_fail(err, LF_E_LIMIT_COUNT, "%s", too_long);
        return lf_fail_in_file(err, name);
    }
    struct lf_in *in = lf_in_below(ds->folder_fd, name, false, err);
    bool ok = in && fo_read_all(in, LF_MASK_FILE, LF_E_LIMIT_COUNT, too_long, out, err);
    lf_in_free(&in);
    *found = ok;
    return ok;
}

struct lf_files fo_files(const struct fo_dataset *ds)
{
    return (struct lf_files){read_below, (void *)ds};
}
