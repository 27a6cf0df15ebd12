#include "merge/new_mask.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/in.h"
#include "formats/base/limits.h"

static bool holds(struct lf_in *in, struct lf_slice bytes, bool *same,
                  struct lf_error *err)
{
    char piece[1 << 14];
    size_t at = 0, got = 1;
    *same = true;
    while (*same && got) {
        if (!lf_in_read(in, piece, sizeof piece, &got, err))
            return false;
        *same = got <= bytes.len - at && !memcmp(piece, bytes.at + at, got);
        at += *same ? got : 0;
    }
    *same = *same && at == bytes.len;
    return true;
}

bool lf_mask_there(int folder, const char *path, struct lf_slice bytes, bool *there,
                   struct lf_error *err)
{
    struct stat st;
    *there = false;
    if (fstatat(folder, path, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return true;
        lf_fail_errno(err, "cannot look at the file");
        return lf_fail_in_file(err, path);
    }
    if (!S_ISREG(st.st_mode)) {
        lf_fail(err, LF_E_TARGET, "it is there and is not a plain file");
        return lf_fail_in_file(err, path);
    }
    struct lf_in *in = lf_in_below(folder, path, false, err);
    bool ok = in && holds(in, bytes, there, err);
    lf_in_free(&in);
    if (ok && !*there)
        ok =
            lf_fail(err, LF_E_EXISTS, "a mask of this name is there, with other bytes");
    return ok || lf_fail_in_file(err, path);
}

// Opens the folder `part`, making it where it is not.
static int enter(int at, const char *part, bool *fresh, struct lf_error *err)
{
    *fresh = mkdirat(at, part, 0777) == 0;
    if (!*fresh && errno != EEXIST) {
        lf_fail_errno(err, "cannot make the folder");
        return -1;
    }
    int fd = openat(at, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
        lf_fail(err, LF_E_TARGET, "a part of the path is a link or not a folder");
    else if (fd < 0)
        lf_fail_errno(err, "cannot open the folder");
    else if (*fresh && fsync(at) != 0)
        lf_fail_errno(err, "cannot sync the folder");
    else
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

bool lf_mask_folders(int folder, const char *path, struct lf_names *made,
                     struct lf_error *err)
{
    char parts[LF_NAME_BYTES + 1];
    int at = folder;
    uint32_t number;
    snprintf(parts, sizeof parts, "%s", path);
    char *part = parts;
    for (char *slash; at >= 0 && (slash = strchr(part, '/'));) {
        bool fresh = false;
        *slash = '\0';
        int next = enter(at, part, &fresh, err);
        if (at != folder)
            close(at);
        at = next;
        if (fresh && !lf_names_add(made, lf_slice_of(parts), &number, NULL, err) &&
            at >= 0) {
            close(at);
            at = -1;
        }
        *slash = '/';
        part = slash + 1;
    }
    if (at < 0)
        return lf_fail_in_file(err, path);
    if (at != folder)
        close(at);
    return true;
}
