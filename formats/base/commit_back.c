// Steps that take something back: kept files to their old places, new files and folders
// away. What is done already is gone, so each can be done again; a folder of theirs may
// be gone as well, by a later step.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/commit_move.h"
#include "formats/base/fs.h"
#include "formats/base/limits.h"

struct back {
    const struct lf_move *m;
    int from, to; // -1: gone
};

// A folder below the root, opened like the folder of a file in it; NULL: the root.
// -1 without an error: it is gone.
static int open_there(int root, const char *path, struct lf_error *err)
{
    struct lf_buf file = {0};
    struct stat st;
    const char *base;
    if (path && fstatat(root, path, &st, AT_SYMLINK_NOFOLLOW) != 0 &&
        (errno == ENOENT || errno == ENOTDIR))
        return -1;
    lf_buf_printf(&file, "%s%sx", path ? path : "", path ? "/" : "");
    int fd = lf_buf_ok(&file, err) ? lf_fs_parent_below(root, file.at, &base, err) : -1;
    lf_buf_done(&file);
    return fd;
}

static bool open_back(struct back *b, int root, const struct lf_move *m,
                      struct lf_error *err)
{
    *b = (struct back){m, -1, open_there(root, m->folder, err)};
    if (err->code == LF_OK && m->step == LF_STEP_BACK)
        b->from = open_there(root, m->from, err);
    return err->code == LF_OK;
}

static void close_back(struct back *b)
{
    lf_fs_drop(&b->from);
    lf_fs_drop(&b->to);
}

static enum lf_fs_kind kind_in(int folder, const char *name, struct lf_error *err)
{
    return folder < 0 ? LF_FS_ABSENT : lf_fs_kind(folder, name, err);
}

static bool walk(const struct back *b,
                 bool (*each)(const struct back *b, const char *name,
                              struct lf_error *err),
                 struct lf_error *err)
{
    char name[LF_NAME_BYTES + 1];
    const char *end;
    for (const char *at = b->m->names->at; at && (end = strchr(at, '\n'));
         at = end + 1) {
        snprintf(name, sizeof name, "%.*s", (int)(end - at), at);
        if (!each(b, name, err)) {
            lf_fail_in_file(err, name);
            return false;
        }
    }
    return true;
}

static bool is_plain(enum lf_fs_kind kind, struct lf_error *err)
{
    return kind == LF_FS_FILE || (kind != LF_FS_FAILED &&
                                  lf_fail(err, LF_E_TARGET, "it is not a plain file"));
}

static bool check_back(const struct back *b, const char *name, struct lf_error *err)
{
    enum lf_fs_kind from = kind_in(b->from, name, err);
    enum lf_fs_kind to = kind_in(b->to, name, err);
    if (from == LF_FS_ABSENT || b->to < 0)
        return lf_fail(err, LF_E_BUG, "a file to take back is not there");
    return is_plain(from, err) && (to == LF_FS_ABSENT || is_plain(to, err));
}

// Renaming one of two names of the same file to the other does nothing: the kept name
// is removed then.
static bool move_back(const struct back *b, const char *name, struct lf_error *err)
{
    enum lf_fs_kind from = kind_in(b->from, name, err);
    enum lf_fs_kind to = kind_in(b->to, name, err);
    if (from == LF_FS_FAILED || to == LF_FS_FAILED)
        return false;
    if (from == LF_FS_ABSENT)
        return to == LF_FS_FILE ||
               lf_fail(err, LF_E_CHANGED, "a file of an unfinished commit is gone");
    if (b->to < 0)
        return lf_fail(err, LF_E_CHANGED, "the folder of a kept file is gone");
    if (!is_plain(from, err) || (to != LF_FS_ABSENT && !is_plain(to, err)))
        return false;
    if (renameat(b->from, name, b->to, name) != 0)
        return lf_fail_errno(err, "cannot rename");
    return unlinkat(b->from, name, 0) == 0 || errno == ENOENT ||
           lf_fail_errno(err, "cannot remove");
}

static bool check_gone(const struct back *b, const char *name, struct lf_error *err)
{
    enum lf_fs_kind kind = kind_in(b->to, name, err);
    return kind == LF_FS_ABSENT || is_plain(kind, err);
}

static bool remove_name(const struct back *b, const char *name, struct lf_error *err)
{
    return check_gone(b, name, err) &&
           (b->to < 0 || unlinkat(b->to, name, 0) == 0 || errno == ENOENT ||
            lf_fail_errno(err, "cannot remove"));
}

static bool sync_both(const struct back *b, struct lf_error *err)
{
    return (b->to < 0 || lf_fs_sync(b->to, err)) &&
           (b->from < 0 || lf_fs_sync(b->from, err));
}

// A folder in which there is something else by now stays, and an empty one that may not
// be removed does no harm.
static bool remove_folder(int root, const char *path, struct lf_error *err)
{
    const char *base;
    struct stat st;
    if (fstatat(root, path, &st, AT_SYMLINK_NOFOLLOW) != 0 &&
        (errno == ENOENT || errno == ENOTDIR))
        return true;
    int parent = lf_fs_parent_below(root, path, &base, err);
    bool ok =
        parent >= 0 &&
        (unlinkat(parent, base, AT_REMOVEDIR) == 0 || errno == ENOENT ||
         errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR || errno == EACCES ||
         errno == EPERM || lf_fail_errno(err, "cannot remove the folder")) &&
        lf_fs_sync(parent, err);
    lf_fs_drop(&parent);
    return ok || lf_fail_in_file(err, path);
}

// Once the list is in place there is no way back, so who may not write is told before.
static bool may_write(int folder, struct lf_error *err)
{
    return folder < 0 || faccessat(folder, ".", W_OK | X_OK, AT_EACCESS) == 0 ||
           lf_fail_errno(err, "cannot change the folder");
}

bool lf_back_check(int root, const struct lf_move *m, struct lf_error *err)
{
    struct back b;
    if (m->step == LF_STEP_RMDIR)
        return true;
    bool ok = open_back(&b, root, m, err) &&
              ((may_write(b.to, err) && may_write(b.from, err)) ||
               lf_fail_in_file(err, m->folder ? m->folder : ".")) &&
              walk(&b, m->step == LF_STEP_BACK ? check_back : check_gone, err);
    close_back(&b);
    return ok;
}

bool lf_back_do(int root, const struct lf_move *m, struct lf_error *err)
{
    struct back b;
    if (m->step == LF_STEP_RMDIR)
        return remove_folder(root, m->folder, err);
    bool ok = open_back(&b, root, m, err) &&
              walk(&b, m->step == LF_STEP_BACK ? move_back : remove_name, err) &&
              sync_both(&b, err);
    close_back(&b);
    return ok;
}
