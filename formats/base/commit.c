// A commit goes through these states, each of which lf_commit_finish brings to the end:
//   no list                      nothing has happened
//   list, temp there             this rename has yet to be done (its keep may be there
//   already) list, temp gone              this rename is done no list everything has
//   happened
#include "formats/base/commit.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/alloc.h"
#include "formats/base/buf.h"
#include "formats/base/fs.h"
#include "formats/base/relpath.h"

enum { VERSION = 1, LIST_CAP = 1 << 24, PIECE = 65536 };

struct move {
    const char *from, *to, *keep; // keep: NULL when the old one is not kept
};

struct lf_commit {
    int root;
    const char *list;
    struct move *move;
    size_t count, cap;
    struct lf_arena arena;
    bool placed; // the list is on the disk: temporary files are the list's now
};

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

static bool copy_text(struct lf_commit *c, const char *text, const char **copy,
                      struct lf_error *err)
{
    struct lf_slice s;
    if (!lf_arena_text(&c->arena, lf_slice_of(text), &s, err))
        return false;
    *copy = s.at;
    return true;
}

struct lf_commit *lf_commit_new(const char *root, const char *list,
                                struct lf_error *err)
{
    struct lf_commit *c = lf_alloc(1, sizeof *c, err);
    if (!c)
        return NULL;
    c->root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (c->root < 0)
        lf_fail_errno(err, "cannot open the folder");
    if (c->root < 0 || !lf_relpath_check(lf_slice_of(list), LF_E_PATH, err) ||
        !copy_text(c, list, &c->list, err)) {
        lf_fail_in_file(err, root);
        lf_commit_free(&c);
    }
    return c;
}

bool lf_commit_add(struct lf_commit *c, const char *temp, const char *target,
                   const char *keep, struct lf_error *err)
{
    struct move m = {0};
    void *array = c->move;
    // The paths of a list that lies on a disk may be anybody's.
    if (!lf_relpath_check(lf_slice_of(temp), LF_E_PATH, err) ||
        !lf_relpath_check(lf_slice_of(target), LF_E_PATH, err) ||
        (keep && !lf_relpath_check(lf_slice_of(keep), LF_E_PATH, err)) ||
        !copy_text(c, temp, &m.from, err) || !copy_text(c, target, &m.to, err) ||
        (keep && !copy_text(c, keep, &m.keep, err)) ||
        !lf_arena_grow(&c->arena, &array, &c->cap, c->count + 1, sizeof m, err))
        return false;
    c->move = array;
    c->move[c->count++] = m;
    return true;
}

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

static bool check_move(int root, const struct move *m, struct lf_error *err)
{
    enum lf_fs_kind from, to, keep = LF_FS_ABSENT;
    if (!kind_of(root, m->from, &from, err) || !kind_of(root, m->to, &to, err) ||
        (m->keep && !kind_of(root, m->keep, &keep, err)))
        return false;
    if (from != LF_FS_FILE)
        return lf_fail(err, LF_E_BUG, "a file to commit is not there") ||
               lf_fail_in_file(err, m->from);
    if (to != LF_FS_FILE && to != LF_FS_ABSENT)
        return lf_fail(err, LF_E_TARGET, "it is there and is not a plain file") ||
               lf_fail_in_file(err, m->to);
    // One that is there would be taken for the copy of what is replaced now.
    if (keep != LF_FS_ABSENT)
        return lf_fail(err, LF_E_EXISTS, "the place for the old file is taken") ||
               lf_fail_in_file(err, m->keep);
    return true;
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
                      const char *path, struct lf_error *err)
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
    return ok || lf_fail_in_file(err, path);
}

static bool keep_old(int root, const struct move *m, const struct place *to,
                     struct lf_error *err)
{
    struct place keep;
    if (!open_place(&keep, root, m->keep, err))
        return false;
    enum lf_fs_kind kind = lf_fs_kind(keep.folder, keep.base, err);
    enum lf_fs_kind old = lf_fs_kind(to->folder, to->base, err);
    bool ok = kind != LF_FS_FAILED && old != LF_FS_FAILED;
    if (ok && kind == LF_FS_ABSENT && old == LF_FS_FILE &&
        linkat(to->folder, to->base, keep.folder, keep.base, 0) != 0) {
        if (errno == ENOSPC || errno == EIO || errno == EDQUOT || errno == EROFS)
            ok = lf_fail_errno(err, "cannot keep the old file") ||
                 lf_fail_in_file(err, m->keep);
        else
            ok = copy_file(to, &keep, m->keep, err);
    }
    // On the disk before the old name goes, or the old bytes could be in neither place.
    ok = ok && lf_fs_sync(keep.folder, err);
    lf_fs_drop(&keep.folder);
    return ok;
}

static bool do_move(int root, const struct move *m, struct lf_error *err)
{
    struct place from = {-1, NULL}, to = {-1, NULL};
    bool ok =
        open_place(&from, root, m->from, err) && open_place(&to, root, m->to, err);
    enum lf_fs_kind kind = ok ? lf_fs_kind(from.folder, from.base, err) : LF_FS_FAILED;
    enum lf_fs_kind old = ok ? lf_fs_kind(to.folder, to.base, err) : LF_FS_FAILED;
    ok = kind != LF_FS_FAILED && old != LF_FS_FAILED;
    if (!ok)
        goto done;
    if (kind == LF_FS_ABSENT) { // done before
        if (old != LF_FS_FILE)
            ok = lf_fail(err, LF_E_CHANGED, "a file of an unfinished commit is gone") ||
                 lf_fail_in_file(err, m->from);
        goto sync;
    }
    if (kind != LF_FS_FILE || (old != LF_FS_FILE && old != LF_FS_ABSENT)) {
        ok = lf_fail(err, LF_E_TARGET, "it is not a plain file") ||
             lf_fail_in_file(err, kind == LF_FS_FILE ? m->to : m->from);
        goto done;
    }
    ok = !m->keep || keep_old(root, m, &to, err);
    if (ok && renameat(from.folder, from.base, to.folder, to.base) != 0)
        ok = lf_fail_errno(err, "cannot rename") || lf_fail_in_file(err, m->to);
sync:
    ok = ok && lf_fs_sync(to.folder, err) && lf_fs_sync(from.folder, err);
done:
    lf_fs_drop(&from.folder);
    lf_fs_drop(&to.folder);
    return ok;
}

static bool do_list(struct lf_commit *c, struct lf_error *err)
{
    struct place list;
    for (size_t i = 0; i < c->count; i++)
        if (!do_move(c->root, &c->move[i], err))
            return false;
    if (!open_place(&list, c->root, c->list, err))
        return false;
    bool ok = (unlinkat(list.folder, list.base, 0) == 0 ||
               lf_fail_errno(err, "cannot remove") || lf_fail_in_file(err, c->list)) &&
              lf_fs_sync(list.folder, err);
    lf_fs_drop(&list.folder);
    return ok;
}

static bool add_row(cJSON *rows, const struct move *m)
{
    cJSON *row = cJSON_CreateObject();
    bool ok = row && cJSON_AddStringToObject(row, "from", m->from) &&
              cJSON_AddStringToObject(row, "to", m->to) &&
              (m->keep ? cJSON_AddStringToObject(row, "keep", m->keep)
                       : cJSON_AddNullToObject(row, "keep"));
    if (ok && cJSON_AddItemToArray(rows, row))
        return true;
    cJSON_Delete(row);
    return false;
}

static char *print_list(const struct lf_commit *c, struct lf_error *err)
{
    cJSON *doc = cJSON_CreateObject();
    cJSON *rows = NULL;
    bool ok = doc && cJSON_AddNumberToObject(doc, "labelferry-commit", VERSION) &&
              (rows = cJSON_AddArrayToObject(doc, "renames"));
    for (size_t i = 0; ok && i < c->count; i++)
        ok = add_row(rows, &c->move[i]);
    char *text = ok ? cJSON_PrintUnformatted(doc) : NULL;
    cJSON_Delete(doc);
    if (!text)
        lf_fail(err, LF_E_NOMEM, "no memory for the list of a commit");
    return text;
}

static bool write_list(struct lf_commit *c, const struct place *at, const char *temp,
                       const char *text, struct lf_error *err)
{
    enum lf_fs_kind old = lf_fs_kind(at->folder, temp, err);
    if (old == LF_FS_FAILED)
        return false;
    if (old == LF_FS_FILE && unlinkat(at->folder, temp, 0) != 0)
        return lf_fail_errno(err, "cannot remove");
    int fd = lf_fs_create(at->folder, temp, err);
    if (fd < 0)
        return false;
    bool ok = lf_fs_write(fd, text, strlen(text), err) && lf_fs_sync(fd, err);
    ok = lf_fs_close(&fd, err) && ok;
    bool taken = false;
    ok = ok && lf_fs_rename_new(at->folder, temp, at->base, &taken, err) &&
         (!taken || lf_fail(err, LF_E_BUG, "a list of an earlier commit is there"));
    if (!ok) {
        unlinkat(at->folder, temp, 0);
        return false;
    }
    c->placed = true;
    return lf_fs_sync(at->folder, err);
}

static bool place_list(struct lf_commit *c, struct lf_error *err)
{
    struct place at;
    struct lf_buf temp = {0};
    if (!open_place(&at, c->root, c->list, err))
        return false;
    lf_buf_printf(&temp, "%s.lf-new", at.base);
    char *text = lf_buf_ok(&temp, err) ? print_list(c, err) : NULL;
    bool ok = text && write_list(c, &at, temp.at, text, err);
    cJSON_free(text);
    lf_buf_done(&temp);
    lf_fs_drop(&at.folder);
    return ok || lf_fail_in_file(err, c->list);
}

static void remove_temps(const struct lf_commit *c)
{
    struct lf_error ignored = {
        0}; // the failure that brought us here is the one to tell
    for (size_t i = 0; i < c->count; i++) {
        struct place p;
        lf_error_clear(&ignored);
        if (!open_place(&p, c->root, c->move[i].from, &ignored))
            continue;
        if (lf_fs_kind(p.folder, p.base, &ignored) == LF_FS_FILE)
            unlinkat(p.folder, p.base, 0);
        lf_fs_drop(&p.folder);
    }
}

bool lf_commit_run(struct lf_commit *c, struct lf_error *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < c->count; i++)
        ok = check_move(c->root, &c->move[i], err);
    ok = ok && place_list(c, err);
    if (!ok && !c->placed)
        remove_temps(c);
    return ok && do_list(c, err);
}

void lf_commit_free(struct lf_commit **c)
{
    if (!*c)
        return;
    lf_fs_drop(&(*c)->root);
    lf_arena_done(&(*c)->arena);
    lf_free(*c);
    *c = NULL;
}

static const char *text_of(const cJSON *row, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, key));
}

static bool read_rows(struct lf_commit *c, const cJSON *doc, struct lf_error *err)
{
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(doc, "labelferry-commit");
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(doc, "renames"), *row;
    if (cJSON_IsNumber(version) && version->valuedouble > VERSION)
        return lf_fail(err, LF_E_RUN_VERSION,
                       "the list of a commit is of a newer version");
    if (!cJSON_IsNumber(version) || version->valueint != VERSION ||
        !cJSON_IsArray(rows))
        return lf_fail(err, LF_E_RUN_RECORD, "the list of a commit is damaged");
    cJSON_ArrayForEach(row, rows)
    {
        const cJSON *keep = cJSON_GetObjectItemCaseSensitive(row, "keep");
        const char *from = text_of(row, "from"), *to = text_of(row, "to");
        if (!from || !to || (!cJSON_IsNull(keep) && !cJSON_IsString(keep)))
            return lf_fail(err, LF_E_RUN_RECORD, "the list of a commit is damaged");
        if (!lf_commit_add(c, from, to, cJSON_IsString(keep) ? keep->valuestring : NULL,
                           err))
            return false;
    }
    return true;
}

static bool read_list(struct lf_commit *c, int folder, const char *base,
                      struct lf_error *err)
{
    uint64_t size = 0;
    size_t got = 0;
    int fd = lf_fs_file_below(folder, base, err);
    bool ok = fd >= 0 && lf_fs_size(fd, &size, err) &&
              (size < LIST_CAP || lf_fail(err, LF_E_RUN_RECORD, "too long for a list"));
    char *text = ok ? lf_alloc((size_t)size + 1, 1, err) : NULL;
    ok = text && lf_fs_read_at(fd, 0, text, (size_t)size, &got, err);
    lf_fs_drop(&fd);
    cJSON *doc = ok ? cJSON_ParseWithLengthOpts(text, got + 1, NULL, true) : NULL;
    if (ok)
        ok = doc ? read_rows(c, doc, err)
                 : lf_fail(err, LF_E_RUN_RECORD, "the list of a commit is damaged");
    cJSON_Delete(doc);
    lf_free(text);
    return ok;
}

// The folder of the list may be gone with everything else that a run made.
static bool find_list(const struct lf_commit *c, struct place *at, bool *found,
                      struct lf_error *err)
{
    struct stat st;
    if (fstatat(c->root, c->list, &st, AT_SYMLINK_NOFOLLOW) != 0 &&
        (errno == ENOENT || errno == ENOTDIR))
        return true;
    if (!open_place(at, c->root, c->list, err))
        return false;
    enum lf_fs_kind kind = lf_fs_kind(at->folder, at->base, err);
    *found = kind == LF_FS_FILE;
    return *found ||
           (kind != LF_FS_FAILED &&
            lf_fail(err, LF_E_PATH, "the list of a commit is not a plain file"));
}

bool lf_commit_finish(const char *root, const char *list, bool *found,
                      struct lf_error *err)
{
    *found = false;
    struct place at = {-1, NULL};
    struct lf_commit *c = lf_commit_new(root, list, err);
    bool ok = c && find_list(c, &at, found, err);
    if (ok && *found)
        ok = read_list(c, at.folder, at.base, err) && do_list(c, err);
    if (!ok)
        lf_fail_in_file(err, list);
    lf_fs_drop(&at.folder);
    lf_commit_free(&c);
    return ok;
}

bool lf_lock(const char *path, int *lock, struct lf_error *err)
{
    struct stat st;
    *lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0666);
    if (*lock < 0 && errno == ELOOP)
        lf_fail(err, LF_E_TARGET, "the lock is a link");
    else if (*lock < 0)
        lf_fail_errno(err, "cannot open the lock");
    else if (fstat(*lock, &st) != 0)
        lf_fail_errno(err, "cannot look at the lock");
    else if (!S_ISREG(st.st_mode))
        lf_fail(err, LF_E_TARGET, "the lock is not a plain file");
    else if (flock(*lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    else if (errno == EWOULDBLOCK)
        lf_fail(err, LF_E_LOCKED, "somebody else holds the lock");
    else
        lf_fail_errno(err, "cannot lock");
    lf_fs_drop(lock);
    return lf_fail_in_file(err, path);
}

bool lf_lock_folder(const char *path, int *lock, struct lf_error *err)
{
    *lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*lock < 0) {
        if (errno == ENOTDIR)
            lf_fail(err, LF_E_NOT_DATASET, "it is not a folder");
        else
            lf_fail_errno(err, "cannot open the folder");
        return lf_fail_in_file(err, path);
    }
    if (flock(*lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno == EWOULDBLOCK)
        lf_fail(err, LF_E_LOCKED, "another labelferry works here");
    else
        lf_fail_errno(err, "cannot lock the folder");
    lf_unlock(lock);
    return lf_fail_in_file(err, path);
}

void lf_unlock(int *lock)
{
    lf_fs_drop(lock);
}
