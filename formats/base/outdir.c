// While `path` is made there are, beside it:
//   path.lf-new   the new folder, with the file MARK inside until it is whole
//   path.lf-part  an empty file, from the moment MARK moves out until all is done
//   path.lf-old   the old folder, only where two folders cannot be exchanged in one
//   step
// Whoever finds them knows by MARK or path.lf-part that they are ours.
#include "formats/base/out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/alloc.h"
#include "formats/base/fs.h"

#define MARK ".labelferry-part"
enum { DEPTH = 64, PIECE = 65536, NAME_CAP = 512 };

struct names {
    char temp[NAME_CAP], part[NAME_CAP], old[NAME_CAP];
};

static bool make_names(struct names *n, const char *base, struct lf_error *err)
{
    if (strlen(base) + sizeof ".lf-part" > sizeof n->temp)
        return lf_fail(err, LF_E_PATH, "the name of the folder is too long");
    (void)snprintf(n->temp, sizeof n->temp, "%s.lf-new", base);
    (void)snprintf(n->part, sizeof n->part, "%s.lf-part", base);
    (void)snprintf(n->old, sizeof n->old, "%s.lf-old", base);
    return true;
}

// What an interrupted removal leaves is still known as ours by MARK.
static bool remove_tree(int dir, const char *name, struct lf_error *err)
{
    return lf_fs_remove_tree(dir, name, MARK, err);
}

// A link is a name and its text; what it leads to is not ours.
static bool link_text(int dir, const char *name, char text[4096])
{
    ssize_t n = readlinkat(dir, name, text, 4095);
    text[n < 0 ? 0 : n] = '\0';
    return n >= 0;
}

static bool sync_tree(int dir, unsigned depth, struct lf_error *err)
{
    struct lf_arena a = {0};
    const char **names;
    size_t count = 0;
    bool ok = lf_fs_list(dir, &a, &names, &count, err);
    if (ok && depth > DEPTH)
        ok = lf_fail(err, LF_E_LIMIT_COUNT, "folders more than %d deep", DEPTH);
    for (size_t i = 0; ok && i < count; i++) {
        char link[4096];
        enum lf_fs_kind kind = lf_fs_kind(dir, names[i], err);
        if (kind == LF_FS_OTHER && link_text(dir, names[i], link))
            continue;
        ok = kind == LF_FS_FILE || kind == LF_FS_FOLDER ||
             lf_fail(err, LF_E_BUG, "neither a file nor a folder in our output");
        int fd = !ok                  ? -1
                 : kind == LF_FS_FILE ? lf_fs_file_below(dir, names[i], err)
                                      : lf_fs_folder_below(dir, names[i], err);
        ok = fd >= 0 &&
             (kind == LF_FS_FILE ? lf_fs_sync(fd, err) : sync_tree(fd, depth + 1, err));
        lf_fs_drop(&fd);
        if (!ok)
            lf_fail_in_file(err, names[i]);
    }
    lf_arena_done(&a);
    return ok && lf_fs_sync(dir, err);
}

static bool same_bytes(int a, int b, bool *same, struct lf_error *err)
{
    char *piece = lf_alloc(2, PIECE, err);
    bool ok = piece != NULL;
    size_t na = 1, nb = 1;
    for (uint64_t at = 0; ok && *same && na; at += na) {
        ok = lf_fs_read_at(a, at, piece, PIECE, &na, err) &&
             lf_fs_read_at(b, at, piece + PIECE, PIECE, &nb, err);
        *same = ok && na == nb && memcmp(piece, piece + PIECE, na) == 0;
    }
    lf_free(piece);
    return ok;
}

static bool same_tree(int a, int b, unsigned depth, bool *same, struct lf_error *err);

static bool same_entry(int a, int b, const char *name, unsigned depth, bool *same,
                       struct lf_error *err)
{
    enum lf_fs_kind kind = lf_fs_kind(a, name, err), other = lf_fs_kind(b, name, err);
    if (kind == LF_FS_FAILED || other == LF_FS_FAILED)
        return false;
    char la[4096], lb[4096];
    *same = kind == other &&
            (kind == LF_FS_FILE || kind == LF_FS_FOLDER ||
             (link_text(a, name, la) && link_text(b, name, lb) && !strcmp(la, lb)));
    if (!*same || kind == LF_FS_OTHER)
        return true;
    bool file = kind == LF_FS_FILE;
    int fa = file ? lf_fs_file_below(a, name, err) : lf_fs_folder_below(a, name, err);
    int fb = file ? lf_fs_file_below(b, name, err) : lf_fs_folder_below(b, name, err);
    bool ok = fa >= 0 && fb >= 0 &&
              (file ? same_bytes(fa, fb, same, err)
                    : same_tree(fa, fb, depth + 1, same, err));
    lf_fs_drop(&fa);
    lf_fs_drop(&fb);
    return ok;
}

// MARK in the uppermost folder does not count.
static size_t without_mark(const char **names, size_t count, unsigned depth)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (depth || strcmp(names[i], MARK) != 0)
            names[n++] = names[i];
    return n;
}

static bool same_tree(int a, int b, unsigned depth, bool *same, struct lf_error *err)
{
    struct lf_arena arena = {0};
    const char **na, **nb;
    size_t ca = 0, cb = 0;
    bool ok =
        lf_fs_list(a, &arena, &na, &ca, err) && lf_fs_list(b, &arena, &nb, &cb, err);
    if (ok) {
        ca = without_mark(na, ca, depth);
        cb = without_mark(nb, cb, depth);
        *same = ca == cb && depth <= DEPTH;
    }
    for (size_t i = 0; ok && *same && i < ca; i++) {
        *same = strcmp(na[i], nb[i]) == 0;
        ok = !*same || same_entry(a, b, na[i], depth, same, err);
    }
    lf_arena_done(&arena);
    return ok;
}

static bool holds_mark(int parent, const char *name)
{
    struct lf_error ignored = {0}; // a folder that cannot be looked into is not ours
    int fd = lf_fs_folder_below(parent, name, &ignored);
    bool mark = fd >= 0 && lf_fs_kind(fd, MARK, &ignored) == LF_FS_FILE;
    lf_fs_drop(&fd);
    return mark;
}

// An empty folder may be what was left between its making and its mark; removing it
// loses nothing. Any other without a mark is somebody's.
static bool clear_name(int parent, const struct names *n, const char *name,
                       struct lf_error *err)
{
    enum lf_fs_kind kind = lf_fs_kind(parent, name, err);
    if (kind == LF_FS_ABSENT || kind == LF_FS_FAILED)
        return kind == LF_FS_ABSENT;
    if (kind == LF_FS_FOLDER &&
        (lf_fs_kind(parent, n->part, err) == LF_FS_FILE || holds_mark(parent, name)))
        return remove_tree(parent, name, err);
    if (kind == LF_FS_FOLDER && unlinkat(parent, name, AT_REMOVEDIR) == 0)
        return true;
    return lf_fail(err, LF_E_TARGET, "'%s' is there and was not left by us", name);
}

// Undoes or finishes what a killed program left.
static bool recover(int parent, const struct names *n, const char *base,
                    struct lf_error *err)
{
    enum lf_fs_kind part = lf_fs_kind(parent, n->part, err);
    enum lf_fs_kind old = lf_fs_kind(parent, n->old, err);
    enum lf_fs_kind now = lf_fs_kind(parent, base, err);
    if (part == LF_FS_FAILED || old == LF_FS_FAILED || now == LF_FS_FAILED)
        return false;
    if (now != LF_FS_ABSENT && now != LF_FS_FOLDER)
        return lf_fail(err, LF_E_TARGET, "it is there and is not a folder");
    if (part != LF_FS_ABSENT && part != LF_FS_FILE)
        return lf_fail(err, LF_E_TARGET, "'%s' is there and was not left by us",
                       n->part);
    // Killed between the two renames that stand for an exchange: the old one goes back.
    if (part == LF_FS_FILE && old == LF_FS_FOLDER && now == LF_FS_ABSENT &&
        renameat(parent, n->old, parent, base) != 0)
        return lf_fail_errno(err, "cannot rename");
    if (part == LF_FS_FILE && old == LF_FS_FOLDER && now == LF_FS_FOLDER &&
        !remove_tree(parent, n->old, err))
        return false;
    if (!clear_name(parent, n, n->temp, err))
        return false;
    return part == LF_FS_ABSENT || unlinkat(parent, n->part, 0) == 0 ||
           lf_fail_errno(err, "cannot remove");
}

static bool make_temp(int parent, const char *name, struct lf_error *err)
{
    if (mkdirat(parent, name, 0777) != 0)
        return lf_fail_errno(err, "cannot make the folder");
    int fd = lf_fs_folder_below(parent, name, err);
    int mark = fd < 0 ? -1 : lf_fs_create(fd, MARK, err);
    bool ok = mark >= 0 && lf_fs_close(&mark, err);
    lf_fs_drop(&fd);
    return ok;
}

bool lf_outdir_begin(const char *path, char *temp, size_t cap, struct lf_error *err)
{
    struct names n;
    const char *base;
    int parent = lf_fs_parent(path, &base, err);
    int len = snprintf(temp, cap, "%s.lf-new", path);
    bool ok = parent >= 0;
    if (ok && (len < 0 || (size_t)len >= cap))
        ok = lf_fail(err, LF_E_PATH, "a path is longer than %zu bytes", cap);
    ok = ok && make_names(&n, base, err) && recover(parent, &n, base, err) &&
         make_temp(parent, n.temp, err);
    lf_fs_drop(&parent);
    return ok || lf_fail_in_file(err, path);
}

// From here on path.lf-part says that what lies about is ours.
static bool move_mark(int parent, int temp, const struct names *n, struct lf_error *err)
{
    return (renameat(temp, MARK, parent, n->part) == 0 ||
            lf_fail_errno(err, "cannot rename")) &&
           lf_fs_sync(temp, err) && lf_fs_sync(parent, err);
}

static bool exchange(int parent, const struct names *n, const char *base,
                     struct lf_error *err)
{
    bool cannot = false;
    if (!lf_fs_exchange(parent, n->temp, base, &cannot, err))
        return false;
    if (!cannot)
        return lf_fs_sync(parent, err) && remove_tree(parent, n->temp, err);
    if (renameat(parent, base, parent, n->old) != 0)
        return lf_fail_errno(err, "cannot rename");
    if (renameat(parent, n->temp, parent, base) != 0) {
        lf_fail_errno(err, "cannot rename");
        if (renameat(parent, n->old, parent, base) != 0)
            lf_fail_errno(err, "cannot rename '%s' back", n->old);
        return false;
    }
    return lf_fs_sync(parent, err) && remove_tree(parent, n->old, err);
}

static bool put_new(int parent, const struct names *n, const char *base,
                    struct lf_error *err)
{
    bool taken = false;
    return lf_fs_rename_new(parent, n->temp, base, &taken, err) &&
           (!taken || lf_fail(err, LF_E_EXISTS, "it is there already")) &&
           lf_fs_sync(parent, err);
}

// What stands at `path` already: *same, or ours so that it may be replaced.
static bool judge_old(int parent, int temp, const char *base, const char *ours,
                      bool replace, bool *same, struct lf_error *err)
{
    int old = lf_fs_folder_below(parent, base, err);
    bool ok = old >= 0 && same_tree(temp, old, 0, same, err);
    if (ok && !*same)
        ok = (replace && ours && lf_fs_kind(old, ours, err) == LF_FS_FILE) ||
             lf_fail(err, LF_E_EXISTS,
                     replace ? "it is there already and is not ours"
                             : "it is there already and is different");
    lf_fs_drop(&old);
    return ok;
}

static bool may_end(int parent, int temp, const char *base, const char *ours,
                    bool replace, enum lf_fs_kind *kind, bool *same,
                    struct lf_error *err)
{
    *same = false;
    *kind = lf_fs_kind(parent, base, err);
    if (*kind != LF_FS_FOLDER)
        return *kind == LF_FS_ABSENT ||
               (*kind != LF_FS_FAILED &&
                lf_fail(err, LF_E_TARGET, "it is there and is not a folder"));
    return judge_old(parent, temp, base, ours, replace, same, err);
}

static bool finish(int parent, int temp, const struct names *n, const char *base,
                   const char *ours, bool replace, struct lf_error *err)
{
    bool same;
    enum lf_fs_kind kind;
    if (!may_end(parent, temp, base, ours, replace, &kind, &same, err))
        return false;
    if (same)
        return remove_tree(parent, n->temp, err);
    lf_fs_sync_ahead(temp);
    if (!sync_tree(temp, 0, err) || !move_mark(parent, temp, n, err) ||
        !(kind == LF_FS_FOLDER ? exchange(parent, n, base, err)
                               : put_new(parent, n, base, err)))
        return false;
    return unlinkat(parent, n->part, 0) == 0 || lf_fail_errno(err, "cannot remove");
}

static bool end(const char *temp, const char *path, const char *ours, bool replace,
                bool only_look, struct lf_error *err)
{
    struct names n;
    enum lf_fs_kind kind;
    bool same;
    const char *base, *temp_base = strrchr(temp, '/');
    int parent = lf_fs_parent(path, &base, err);
    int fd = -1;
    bool ok = parent >= 0 && make_names(&n, base, err);
    temp_base = temp_base ? temp_base + 1 : temp;
    if (ok && strcmp(temp_base, n.temp) != 0)
        ok = lf_fail(err, LF_E_BUG,
                     "the temporary folder is not the one that was begun");
    fd = ok ? lf_fs_folder_below(parent, n.temp, err) : -1;
    ok = fd >= 0 &&
         (only_look ? may_end(parent, fd, base, ours, replace, &kind, &same, err)
                    : finish(parent, fd, &n, base, ours, replace, err));
    lf_fs_drop(&fd);
    lf_fs_drop(&parent);
    return ok || lf_fail_in_file(err, path);
}

bool lf_outdir_may_end(const char *temp, const char *path, const char *ours,
                       bool replace, struct lf_error *err)
{
    return end(temp, path, ours, replace, true, err);
}

bool lf_outdir_end(const char *temp, const char *path, const char *ours, bool replace,
                   struct lf_error *err)
{
    return end(temp, path, ours, replace, false, err);
}

void lf_outdir_drop(const char *temp)
{
    struct lf_error ignored = {0}; // what stays behind is removed by the next begin
    struct names n;
    const char *base;
    size_t tail = sizeof ".lf-new" - 1;
    int parent = lf_fs_parent(temp, &base, &ignored);
    char name[NAME_CAP];
    if (parent >= 0 && strlen(base) > tail && strlen(base) < sizeof name) {
        (void)snprintf(name, sizeof name, "%.*s", (int)(strlen(base) - tail), base);
        if (make_names(&n, name, &ignored) &&
            clear_name(parent, &n, n.temp, &ignored) &&
            lf_fs_kind(parent, n.part, &ignored) == LF_FS_FILE)
            unlinkat(parent, n.part, 0);
    }
    lf_fs_drop(&parent);
}
