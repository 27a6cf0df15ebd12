// A commit goes through these states, each of which lf_commit_finish brings to the end:
//   no list             nothing has happened
//   list, temp there    this rename has yet to be done (its keep may be there already)
//   list, temp gone     this rename is done
//   no list             everything has happened
#include "formats/base/commit.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/alloc.h"
#include "formats/base/commit_move.h"
#include "formats/base/fs.h"
#include "formats/base/json.h"
#include "formats/base/relpath.h"

// Lists of the first version hold no groups, of the second no other steps.
enum { VERSION = 3, LIST_CAP = 1 << 28, LF_COMMIT_PATH = 4200 };

struct lf_commit {
    int root;
    const char *list;
    struct lf_move *move;
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

// The paths of a list that lies on a disk may be anybody's.
static bool copy_path(struct lf_commit *c, const char *path, const char **copy,
                      struct lf_error *err)
{
    return lf_relpath_check(lf_slice_of(path), LF_E_PATH, err) &&
           copy_text(c, path, copy, err);
}

static bool add_move(struct lf_commit *c, const struct lf_move *m, struct lf_error *err)
{
    void *array = c->move;
    if (!lf_arena_grow(&c->arena, &array, &c->cap, c->count + 1, sizeof *m, err))
        return false;
    c->move = array;
    c->move[c->count++] = *m;
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
    struct lf_move m = {0};
    return copy_path(c, temp, &m.from, err) && copy_path(c, target, &m.to, err) &&
           (!keep || copy_path(c, keep, &m.keep, err)) && add_move(c, &m, err);
}

bool lf_commit_add_group(struct lf_commit *c, const char *folder, const char *keep,
                         struct lf_error *err)
{
    struct lf_move m = {.names = lf_arena_take(&c->arena, 1, sizeof *m.names, err)};
    return m.names && copy_path(c, folder, &m.folder, err) &&
           (!keep || copy_path(c, keep, &m.keep, err)) && add_move(c, &m, err);
}

static bool add_back(struct lf_commit *c, enum lf_step step, const char *from,
                     const char *folder, struct lf_error *err)
{
    struct lf_move m = {.step = step,
                        .names = lf_arena_take(&c->arena, 1, sizeof *m.names, err)};
    return m.names && (!from || copy_path(c, from, &m.from, err)) &&
           (!folder || copy_path(c, folder, &m.folder, err)) && add_move(c, &m, err);
}

bool lf_commit_add_back(struct lf_commit *c, const char *from, const char *folder,
                        struct lf_error *err)
{
    return add_back(c, LF_STEP_BACK, from, folder, err);
}

bool lf_commit_add_remove(struct lf_commit *c, const char *folder, struct lf_error *err)
{
    return add_back(c, LF_STEP_REMOVE, NULL, folder, err);
}

bool lf_commit_add_rmdir(struct lf_commit *c, const char *folder, struct lf_error *err)
{
    return add_back(c, LF_STEP_RMDIR, NULL, folder, err);
}

bool lf_commit_add_name(struct lf_commit *c, struct lf_slice name, struct lf_error *err)
{
    struct lf_buf *names = c->move[c->count - 1].names;
    if (memchr(name.at, '/', name.len))
        return lf_fail(err, LF_E_PATH, "it is not a name in the folder");
    if (!lf_relpath_check(name, LF_E_PATH, err))
        return false;
    lf_buf_slice(names, name);
    lf_buf_add(names, "\n", 2); // and the NUL, which the next name overwrites
    if (!lf_buf_ok(names, err))
        return false;
    names->len--;
    return true;
}

// Beside the folder of the list: its path without the last two parts, and one of its
// own.
static bool check_beside(const struct lf_commit *c, const char *path,
                         struct lf_error *err)
{
    const char *slash = strrchr(c->list, '/'), *end = slash;
    while (end && end > c->list && end[-1] != '/')
        end--;
    size_t n = end ? (size_t)(end - c->list) : 0;
    bool ok = slash && strncmp(path, c->list, n) == 0 && path[n] &&
              !strchr(path + n, '/') &&
              !lf_slice_is(lf_slice_between(c->list, slash), path);
    return ok || lf_fail(err, LF_E_PATH, "it is not beside the list's folder");
}

bool lf_commit_add_whole(struct lf_commit *c, const char *from, const char *to,
                         struct lf_error *err)
{
    struct lf_move m = {.step = LF_STEP_MOVE};
    return check_beside(c, from, err) && check_beside(c, to, err) &&
           copy_path(c, from, &m.from, err) && copy_path(c, to, &m.to, err) &&
           add_move(c, &m, err);
}

bool lf_commit_add_removal(struct lf_commit *c, const char *path, struct lf_error *err)
{
    struct lf_move m = {.step = LF_STEP_DROP};
    return check_beside(c, path, err) && copy_path(c, path, &m.from, err) &&
           add_move(c, &m, err);
}

// The steps for places in a folder were all done before the folder moved.
static bool went_along(const struct lf_commit *c, size_t i)
{
    const struct lf_move *m = &c->move[i];
    const char *path = m->folder ? m->folder : m->to;
    for (size_t k = i + 1; path && m->step == LF_STEP_PUT && k < c->count; k++)
        if (lf_whole_took(c->root, &c->move[k], path))
            return true;
    return false;
}

// A folder that was made for the list alone.
static void drop_folder(int root, const char *list)
{
    char folder[LF_COMMIT_PATH];
    struct place p;
    struct lf_error ignored = {0}; // an empty folder that stays does no harm
    struct lf_slice path = lf_slice_between(list, strrchr(list, '/'));
    if (!strchr(list, '/') || !lf_slice_ends(path, LF_S(LF_COMMIT_FOLDER)) ||
        path.len >= sizeof folder)
        return;
    (void)snprintf(folder, sizeof folder, "%.*s", (int)path.len, path.at);
    if (open_place(&p, root, folder, &ignored)) {
        unlinkat(p.folder, p.base, AT_REMOVEDIR);
        lf_fs_drop(&p.folder);
    }
}

static bool do_list(struct lf_commit *c, struct lf_error *err)
{
    struct place list;
    for (size_t i = 0; i < c->count; i++)
        if (!went_along(c, i) && !lf_move_do(c->root, &c->move[i], err))
            return false;
    if (!open_place(&list, c->root, c->list, err))
        return false;
    bool ok = (unlinkat(list.folder, list.base, 0) == 0 ||
               lf_fail_errno(err, "cannot remove") || lf_fail_in_file(err, c->list)) &&
              lf_fs_sync(list.folder, err);
    lf_fs_drop(&list.folder);
    if (ok)
        drop_folder(c->root, c->list);
    return ok;
}

static bool add_text(cJSON *row, const char *key, const char *text)
{
    return text ? cJSON_AddStringToObject(row, key, text) != NULL
                : cJSON_AddNullToObject(row, key) != NULL;
}

// The names of a group are one text, which is not copied.
static bool add_names(cJSON *row, const struct lf_buf *names)
{
    cJSON *text = cJSON_CreateStringReference(names->at ? names->at : "");
    if (text && cJSON_AddItemToObject(row, "names", text))
        return true;
    cJSON_Delete(text);
    return false;
}

static bool fill_put(cJSON *row, const struct lf_move *m)
{
    bool ok =
        (m->folder ? add_text(row, "folder", m->folder)
                   : add_text(row, "from", m->from) && add_text(row, "to", m->to));
    return ok && add_text(row, "keep", m->keep) &&
           (!m->folder || add_names(row, m->names));
}

static const char *const steps[] = {
    [LF_STEP_MOVE] = "move",     [LF_STEP_DROP] = "drop",   [LF_STEP_BACK] = "back",
    [LF_STEP_REMOVE] = "remove", [LF_STEP_RMDIR] = "rmdir",
};

static bool fill_whole(cJSON *row, const struct lf_move *m)
{
    return add_text(row, "step", steps[m->step]) && add_text(row, "from", m->from) &&
           (m->step != LF_STEP_MOVE || add_text(row, "to", m->to));
}

static bool fill_back(cJSON *row, const struct lf_move *m)
{
    return add_text(row, "step", steps[m->step]) &&
           (m->step != LF_STEP_BACK || add_text(row, "from", m->from)) &&
           add_text(row, "folder", m->folder) &&
           (m->step == LF_STEP_RMDIR || add_names(row, m->names));
}

static bool add_row(cJSON *rows, const struct lf_move *m)
{
    cJSON *row = cJSON_CreateObject();
    bool ok = row && (m->step == LF_STEP_PUT    ? fill_put(row, m)
                      : m->step >= LF_STEP_BACK ? fill_back(row, m)
                                                : fill_whole(row, m));
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
    else if (strlen(text) >= LIST_CAP)
        lf_fail(err, LF_E_LIMIT_COUNT, "too many files for one commit");
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
    bool ok = err->code == LF_OK && write_list(c, &at, temp.at, text, err);
    cJSON_free(text);
    lf_buf_done(&temp);
    lf_fs_drop(&at.folder);
    return ok || lf_fail_in_file(err, c->list);
}

bool lf_commit_run(struct lf_commit *c, struct lf_error *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < c->count; i++)
        ok = lf_move_check(c->root, &c->move[i], err);
    ok = ok && place_list(c, err);
    for (size_t i = 0; !ok && !c->placed && i < c->count; i++)
        lf_move_undo(c->root, &c->move[i]);
    return ok && do_list(c, err);
}

void lf_commit_free(struct lf_commit **c)
{
    if (!*c)
        return;
    lf_fs_drop(&(*c)->root);
    for (size_t i = 0; i < (*c)->count; i++)
        if ((*c)->move[i].names)
            lf_buf_done((*c)->move[i].names);
    lf_arena_done(&(*c)->arena);
    lf_free(*c);
    *c = NULL;
}

static const char *text_of(const cJSON *row, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, key));
}

static bool damaged(struct lf_error *err)
{
    return lf_fail(err, LF_E_RUN_RECORD, "the list of a commit is damaged");
}

static bool read_names(struct lf_commit *c, const char *names, struct lf_error *err)
{
    const char *end;
    if (!names)
        return damaged(err);
    for (; (end = strchr(names, '\n')); names = end + 1)
        if (!lf_commit_add_name(c, lf_slice_between(names, end), err))
            return false;
    return !*names || damaged(err);
}

static bool read_back(struct lf_commit *c, const cJSON *row, const char *step,
                      struct lf_error *err)
{
    const char *from = text_of(row, "from"), *names = text_of(row, "names");
    const cJSON *where = cJSON_GetObjectItemCaseSensitive(row, "folder");
    const char *folder = cJSON_GetStringValue(where);
    if (!folder && !cJSON_IsNull(where))
        return damaged(err);
    if (!strcmp(step, steps[LF_STEP_BACK]))
        return from ? lf_commit_add_back(c, from, folder, err) &&
                          read_names(c, names, err)
                    : damaged(err);
    if (!strcmp(step, steps[LF_STEP_REMOVE]))
        return lf_commit_add_remove(c, folder, err) && read_names(c, names, err);
    return !strcmp(step, steps[LF_STEP_RMDIR]) && folder
               ? lf_commit_add_rmdir(c, folder, err)
               : damaged(err);
}

static bool read_row(struct lf_commit *c, const cJSON *row, struct lf_error *err)
{
    const cJSON *old = cJSON_GetObjectItemCaseSensitive(row, "keep");
    const char *from = text_of(row, "from"), *to = text_of(row, "to");
    const char *folder = text_of(row, "folder"), *keep = text_of(row, "keep");
    const char *step = text_of(row, "step");
    if (step && from && !strcmp(step, steps[LF_STEP_DROP]))
        return lf_commit_add_removal(c, from, err);
    if (step && from && to && !strcmp(step, steps[LF_STEP_MOVE]))
        return lf_commit_add_whole(c, from, to, err);
    if (step)
        return read_back(c, row, step, err);
    if (!cJSON_IsNull(old) && !cJSON_IsString(old))
        return damaged(err);
    if (folder)
        return lf_commit_add_group(c, folder, keep, err) &&
               read_names(c, text_of(row, "names"), err);
    return from && to ? lf_commit_add(c, from, to, keep, err) : damaged(err);
}

static bool read_rows(struct lf_commit *c, const cJSON *doc, struct lf_error *err)
{
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(doc, "labelferry-commit");
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(doc, "renames"), *row;
    if (cJSON_IsNumber(version) && version->valuedouble > VERSION)
        return lf_fail(err, LF_E_RUN_VERSION,
                       "the list of a commit is of a newer version");
    if (!cJSON_IsNumber(version) || version->valueint < 1 || !cJSON_IsArray(rows))
        return damaged(err);
    cJSON_ArrayForEach(row, rows)
    {
        if (!read_row(c, row, err))
            return false;
    }
    return true;
}

// No memory is no damage: the list counts, and the next command will read it.
static bool not_read(struct lf_slice text, struct lf_error *err)
{
    struct lf_error why = {0};
    if (!lf_json_check(text, (struct lf_json_rules){0}, 0, &why) &&
        why.code != LF_E_NOMEM)
        return damaged(err);
    return lf_fail(err, LF_E_NOMEM, "no memory for the list of a commit");
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
        ok = doc ? read_rows(c, doc, err) : not_read((struct lf_slice){text, got}, err);
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
