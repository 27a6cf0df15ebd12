#include "formats/base/commit_move.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "formats/base/alloc.h"
#include "formats/base/fs.h"
#include "formats/base/limits.h"
#include "formats/base/relpath.h"

enum { PIECE = 65536 };

// A folder below the root and a name in it.
struct place {
    int folder;
    const char *base;
};

static bool open_place(struct place *p, int root, const char *path,
                       struct lf_error *err)
{
    p->folder = lf_fs_parent_below(root, path, &p->base, err);
    return p->folder >= 0;
}

// ---------------------------------------------------------------------------- one file

static bool kind_of(int root, const char *path, enum lf_fs_kind *kind,
                    struct lf_error *err)
{
    struct place p;
    if (!open_place(&p, root, path, err))
        return false;
    *kind = lf_fs_kind(p.folder, p.base, err);
    lf_fs_drop(&p.folder);
    return *kind != LF_FS_FAILED;
}

static bool check_kinds(enum lf_fs_kind from, enum lf_fs_kind to, enum lf_fs_kind keep,
                        struct lf_error *err)
{
    if (from != LF_FS_FILE)
        return lf_fail(err, LF_E_BUG, "a file to commit is not there");
    if (to != LF_FS_FILE && to != LF_FS_ABSENT)
        return lf_fail(err, LF_E_TARGET, "it is there and is not a plain file");
    // One that is there would be taken for the copy of what is replaced now.
    return keep == LF_FS_ABSENT ||
           lf_fail(err, LF_E_EXISTS, "the place for the old file is taken");
}

static bool check_one(int root, const struct lf_move *m, struct lf_error *err)
{
    enum lf_fs_kind from, to, keep = LF_FS_ABSENT;
    return kind_of(root, m->from, &from, err) && kind_of(root, m->to, &to, err) &&
           (!m->keep || kind_of(root, m->keep, &keep, err)) &&
           (check_kinds(from, to, keep, err) || lf_fail_in_file(err, m->to));
}

static bool copy_bytes(int from, int to, struct lf_error *err)
{
    char *piece = lf_alloc(PIECE, 1, err);
    bool ok = piece != NULL;
    size_t got = 1;
    for (uint64_t at = 0; ok && got; at += got)
        ok = lf_fs_read_at(from, at, piece, PIECE, &got, err) &&
             lf_fs_write(to, piece, got, err);
    lf_free(piece);
    return ok;
}

// Where a file system has no hard links. The name must not be there before all bytes
// are, as a second run takes a name that is there for a finished copy.
static bool copy_file(const struct place *from, const struct place *to,
                      struct lf_error *err)
{
    struct lf_buf name = {0};
    lf_buf_printf(&name, "%s.lf-new", to->base);
    bool ok = lf_buf_ok(&name, err);
    if (ok && lf_fs_kind(to->folder, name.at, err) == LF_FS_FILE)
        unlinkat(to->folder, name.at,
                 0); // half a copy of ours; if it stays the next step fails
    int in = ok ? lf_fs_file_below(from->folder, from->base, err) : -1;
    int out = in < 0 ? -1 : lf_fs_create(to->folder, name.at, err);
    ok = out >= 0 && copy_bytes(in, out, err) && lf_fs_sync(out, err);
    bool made = out >= 0;
    ok = lf_fs_close(&out, err) && ok;
    lf_fs_drop(&in);
    if (ok && renameat(to->folder, name.at, to->folder, to->base) != 0)
        ok = lf_fail_errno(err, "cannot rename");
    if (made && !ok)
        unlinkat(to->folder, name.at, 0);
    lf_buf_done(&name);
    return ok;
}

// The caller syncs the folder of `keep` before the old name goes, or the old bytes
// could be in neither place.
static bool keep_old(const struct place *to, const struct place *keep,
                     struct lf_error *err)
{
    enum lf_fs_kind kind = lf_fs_kind(keep->folder, keep->base, err);
    enum lf_fs_kind old = lf_fs_kind(to->folder, to->base, err);
    if (kind == LF_FS_FAILED || old == LF_FS_FAILED)
        return false;
    if (kind != LF_FS_ABSENT || old != LF_FS_FILE ||
        linkat(to->folder, to->base, keep->folder, keep->base, 0) == 0)
        return true;
    if (errno == ENOSPC || errno == EIO || errno == EDQUOT || errno == EROFS)
        return lf_fail_errno(err, "cannot keep the old file");
    return copy_file(to, keep, err);
}

static bool keep_one(int root, const struct lf_move *m, const struct place *to,
                     struct lf_error *err)
{
    struct place keep;
    if (!open_place(&keep, root, m->keep, err))
        return false;
    bool ok = keep_old(to, &keep, err) && lf_fs_sync(keep.folder, err);
    lf_fs_drop(&keep.folder);
    return ok || lf_fail_in_file(err, m->keep);
}

// *todo: the new file still waits for its place.
static bool look(const struct place *from, const struct place *to, bool *todo,
                 struct lf_error *err)
{
    enum lf_fs_kind kind = lf_fs_kind(from->folder, from->base, err);
    enum lf_fs_kind old = lf_fs_kind(to->folder, to->base, err);
    if (kind == LF_FS_FAILED || old == LF_FS_FAILED)
        return false;
    *todo = kind != LF_FS_ABSENT;
    if (!*todo && old != LF_FS_FILE)
        return lf_fail(err, LF_E_CHANGED, "a file of an unfinished commit is gone");
    if (*todo && (kind != LF_FS_FILE || (old != LF_FS_FILE && old != LF_FS_ABSENT)))
        return lf_fail(err, LF_E_TARGET, "it is not a plain file");
    return true;
}

static bool do_one(int root, const struct lf_move *m, struct lf_error *err)
{
    struct place from = {-1, NULL}, to = {-1, NULL};
    bool todo = false;
    bool ok = open_place(&from, root, m->from, err) &&
              open_place(&to, root, m->to, err) && look(&from, &to, &todo, err);
    ok = ok && (!todo || !m->keep || keep_one(root, m, &to, err));
    if (ok && todo && renameat(from.folder, from.base, to.folder, to.base) != 0)
        ok = lf_fail_errno(err, "cannot rename");
    ok = ok && lf_fs_sync(to.folder, err) && lf_fs_sync(from.folder, err);
    lf_fs_drop(&from.folder);
    lf_fs_drop(&to.folder);
    return ok || lf_fail_in_file(err, m->to);
}

// ---------------------------------------------------------------------------- a group

struct group {
    const struct lf_move *m;
    int folder, keep; // keep: -1: none
};

// A folder below the root, opened like the folder of a file in it.
static int open_folder(int root, const char *path, struct lf_error *err)
{
    struct lf_buf file = {0};
    const char *base;
    lf_buf_printf(&file, "%s/x", path);
    int fd = lf_buf_ok(&file, err) ? lf_fs_parent_below(root, file.at, &base, err) : -1;
    lf_buf_done(&file);
    return fd;
}

static bool open_group(struct group *g, int root, const struct lf_move *m,
                       struct lf_error *err)
{
    *g = (struct group){m, open_folder(root, m->folder, err), -1};
    if (g->folder >= 0 && m->keep)
        g->keep = open_folder(root, m->keep, err);
    return g->folder >= 0 && (!m->keep || g->keep >= 0);
}

static void close_group(struct group *g)
{
    lf_fs_drop(&g->folder);
    lf_fs_drop(&g->keep);
}

struct name {
    char to[LF_NAME_BYTES + 1], from[LF_NAME_BYTES + 16];
};

// Calls `each` with every name of a group, until one fails.
static bool walk(const struct group *g,
                 bool (*each)(const struct group *g, const struct name *name,
                              struct lf_error *err),
                 struct lf_error *err)
{
    struct name name;
    const char *end;
    for (const char *at = g->m->names->at; at && (end = strchr(at, '\n'));
         at = end + 1) {
        int n = (int)(end - at); // names were checked: none is too long
        snprintf(name.to, sizeof name.to, "%.*s", n, at);
        snprintf(name.from, sizeof name.from, "%s.lf-new", name.to);
        if (!each(g, &name, err)) {
            lf_fail_in_file(err, name.to);
            return false;
        }
    }
    return true;
}

static bool sync_name(const struct group *g, const struct name *name,
                      struct lf_error *err)
{
    int fd = lf_fs_file_below(g->folder, name->from, err);
    bool ok = fd >= 0 && lf_fs_sync(fd, err);
    lf_fs_drop(&fd);
    return ok;
}

static bool check_name(const struct group *g, const struct name *name,
                       struct lf_error *err)
{
    enum lf_fs_kind from = lf_fs_kind(g->folder, name->from, err);
    enum lf_fs_kind to = lf_fs_kind(g->folder, name->to, err);
    enum lf_fs_kind keep =
        g->keep < 0 ? LF_FS_ABSENT : lf_fs_kind(g->keep, name->to, err);
    return from != LF_FS_FAILED && to != LF_FS_FAILED && keep != LF_FS_FAILED &&
           check_kinds(from, to, keep, err);
}

static bool keep_name(const struct group *g, const struct name *name,
                      struct lf_error *err)
{
    const struct place from = {g->folder, name->from}, to = {g->folder, name->to};
    const struct place keep = {g->keep, name->to};
    bool todo = false;
    return look(&from, &to, &todo, err) &&
           (!todo || g->keep < 0 || keep_old(&to, &keep, err));
}

static bool rename_name(const struct group *g, const struct name *name,
                        struct lf_error *err)
{
    // One that is gone was looked at before and has its place.
    return renameat(g->folder, name->from, g->folder, name->to) == 0 ||
           errno == ENOENT || lf_fail_errno(err, "cannot rename");
}

static bool drop_name(const struct group *g, const struct name *name,
                      struct lf_error *err)
{
    struct lf_error ignored = {0};
    (void)err;
    if (lf_fs_kind(g->folder, name->from, &ignored) == LF_FS_FILE)
        unlinkat(g->folder, name->from, 0);
    return true;
}

// All old files are kept and that is on the disk before the first of them goes.
static bool do_group(int root, const struct lf_move *m, struct lf_error *err)
{
    struct group g;
    bool ok = open_group(&g, root, m, err) && walk(&g, keep_name, err) &&
              (g.keep < 0 || lf_fs_sync(g.keep, err)) && walk(&g, rename_name, err) &&
              lf_fs_sync(g.folder, err);
    close_group(&g);
    return ok || lf_fail_in_file(err, m->folder);
}

static bool check_group(int root, const struct lf_move *m, struct lf_error *err)
{
    struct group g;
    bool ok = open_group(&g, root, m, err) && walk(&g, check_name, err);
    if (ok)
        lf_fs_sync_ahead(g.folder);
    ok = ok && walk(&g, sync_name, err);
    close_group(&g);
    return ok || lf_fail_in_file(err, m->folder);
}

// ---------------------------------------------------------------------------- either

bool lf_move_check(int root, const struct lf_move *m, struct lf_error *err)
{
    if (m->step != LF_STEP_PUT)
        return m->step >= LF_STEP_BACK ? lf_back_check(root, m, err)
                                       : lf_whole_check(root, m, err);
    return m->folder ? check_group(root, m, err) : check_one(root, m, err);
}

bool lf_move_do(int root, const struct lf_move *m, struct lf_error *err)
{
    if (m->step != LF_STEP_PUT)
        return m->step >= LF_STEP_BACK ? lf_back_do(root, m, err)
                                       : lf_whole_do(root, m, err);
    return m->folder ? do_group(root, m, err) : do_one(root, m, err);
}

void lf_move_undo(int root, const struct lf_move *m)
{
    struct lf_error ignored = {
        0}; // the failure that brought us here is the one to tell
    struct place p;
    struct group g;
    if (m->step != LF_STEP_PUT)
        return;
    if (m->folder) {
        if (open_group(&g, root, m, &ignored) && !walk(&g, drop_name, &ignored))
            lf_error_clear(&ignored);
        close_group(&g);
    } else if (open_place(&p, root, m->from, &ignored)) {
        if (lf_fs_kind(p.folder, p.base, &ignored) == LF_FS_FILE)
            unlinkat(p.folder, p.base, 0);
        lf_fs_drop(&p.folder);
    }
}
