// Masks on disk, for those who read a document: only below the dataset's own folder.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "formats/base/in.h"
#include "formats/base/limits.h"
#include "formats/base/relpath.h"
#include "formats/fiftyone/fo_dataset.h"

enum { PIECE = 1 << 16 };

static bool too_long(const char *path, struct lf_error *err)
{
    lf_fail(err, LF_E_LIMIT_COUNT, "the file is too long (limit mask-file)");
    return lf_fail_in_file(err, path);
}

// A file may grow while it is read: its size is only a hint.
static bool take_all(struct lf_in *in, const char *path, struct lf_buf *out,
                     struct lf_error *err)
{
    uint64_t size = 0;
    size_t first = out->len;
    if (lf_in_size(in, &size) && size > LF_MASK_FILE)
        return too_long(path, err);
    for (size_t got = 1; got;) {
        char *room = lf_buf_room(out, PIECE);
        if (!room)
            return lf_buf_ok(out, err);
        if (!lf_in_read(in, room, PIECE, &got, err))
            return false;
        out->len += got;
        if (out->len - first > LF_MASK_FILE)
            return too_long(path, err);
    }
    return true;
}

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
    struct lf_in *in = lf_in_below(ds->folder_fd, name, false, err);
    bool ok = in && take_all(in, name, out, err);
    lf_in_free(&in);
    *found = ok;
    return ok;
}

struct lf_files fo_files(const struct fo_dataset *ds)
{
    return (struct lf_files){read_below, (void *)ds};
}
