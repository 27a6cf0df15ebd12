// Steps of a commit that move or remove a file or folder whole.
#include "formats/base/commit_move.h"

#include <unistd.h>

#include "formats/base/fs.h"

// Both names of a step lie in one folder.
struct names {
    int folder;
    const char *from, *to; // to: NULL: it is removed
    enum lf_fs_kind now, then;
};

static bool look(struct names *n, int root, const struct lf_move *m,
                 struct lf_error *err)
{
    *n = (struct names){.then = LF_FS_ABSENT};
    n->folder = lf_fs_parent_below(root, m->from, &n->from, err);
    if (n->folder < 0)
        return false;
    if (m->step == LF_STEP_MOVE)
        n->to = strrchr(m->to, '/') ? strrchr(m->to, '/') + 1 : m->to;
    n->now = lf_fs_kind(n->folder, n->from, err);
    if (n->to && n->now != LF_FS_FAILED)
        n->then = lf_fs_kind(n->folder, n->to, err);
    if (n->now == LF_FS_OTHER || n->then == LF_FS_OTHER)
        lf_fail(err, LF_E_TARGET, "it is neither a file nor a folder");
    if (err->code == LF_OK)
        return true;
    lf_fs_drop(&n->folder);
    return lf_fail_in_file(err, m->from);
}

bool lf_whole_took(int root, const struct lf_move *m, const char *path)
{
    struct lf_error ignored = {0}; // what cannot be looked at was not moved
    struct names n;
    size_t len = m->step == LF_STEP_MOVE ? strlen(m->from) : 0;
    if (!len || strncmp(path, m->from, len) != 0 || path[len] != '/' ||
        !look(&n, root, m, &ignored))
        return false;
    lf_fs_drop(&n.folder);
    return n.now == LF_FS_ABSENT && n.then == LF_FS_FOLDER;
}

bool lf_whole_check(int root, const struct lf_move *m, struct lf_error *err)
{
    struct names n;
    if (!look(&n, root, m, err))
        return false;
    lf_fs_drop(&n.folder);
    if (n.to && n.now == LF_FS_ABSENT)
        lf_fail(err, LF_E_BUG, "what is to be moved is not there");
    else if (n.then != LF_FS_ABSENT)
        lf_fail(err, LF_E_EXISTS, "the new name is taken");
    return err->code == LF_OK || lf_fail_in_file(err, n.to ? m->to : m->from);
}

static bool move(const struct names *n, struct lf_error *err)
{
    bool taken = false;
    if (n->now == LF_FS_ABSENT)
        return n->then != LF_FS_ABSENT ||
               lf_fail(err, LF_E_CHANGED, "what an unfinished commit moves is gone");
    return lf_fs_rename_new(n->folder, n->from, n->to, &taken, err) &&
           (!taken || lf_fail(err, LF_E_EXISTS, "the new name is taken"));
}

static bool drop(const struct names *n, struct lf_error *err)
{
    if (n->now == LF_FS_FOLDER)
        return lf_fs_remove_tree(n->folder, n->from, NULL, err);
    return n->now == LF_FS_ABSENT || unlinkat(n->folder, n->from, 0) == 0 ||
           lf_fail_errno(err, "cannot remove");
}

bool lf_whole_do(int root, const struct lf_move *m, struct lf_error *err)
{
    struct names n;
    if (!look(&n, root, m, err))
        return false;
    bool ok = (n.to ? move(&n, err) : drop(&n, err)) && lf_fs_sync(n.folder, err);
    lf_fs_drop(&n.folder);
    return ok || lf_fail_in_file(err, n.to ? m->to : m->from);
}
