#include "formats/base/tree.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "formats/base/alloc.h"
#include "formats/base/buf.h"
#include "formats/base/fs.h"
#include "formats/base/limits.h"
#include "formats/base/relpath.h"
#include "formats/base/zip_in.h"

struct lf_tree {
    char *path;
    unsigned depth;        // how many zips one is in, this one counted
    struct lf_zip_in *zip; // NULL: a folder or a file
    int folder;            // -1: a zip or a file
    const char **name;     // of a folder or a file; in the arena
    size_t count, cap;
    struct lf_arena arena;
};

static bool begins_as_zip(const char *first, size_t n)
{
    return n >= 4 && (!memcmp(first, "PK\3\4", 4) || !memcmp(first, "PK\5\6", 4));
}

static bool add_name(struct lf_tree *t, struct lf_slice name, struct lf_error *err)
{
    struct lf_slice copy;
    void *array = t->name;
    if (!lf_relpath_check(name, LF_E_PATH, err) ||
        !lf_arena_text(&t->arena, name, &copy, err) ||
        !lf_grow(&array, &t->cap, t->count + 1, sizeof *t->name, err))
        return false;
    t->name = array;
    t->name[t->count++] = copy.at;
    return true;
}

// `at` holds the path of the open folder `dir` below the tree's, `len` bytes with its
// '/'.
static bool walk(struct lf_tree *t, int dir, char *at, size_t len, unsigned level,
                 struct lf_error *err)
{
    struct lf_arena a = {0};
    const char **names;
    size_t count = 0;
    bool ok = lf_fs_list(dir, &a, &names, &count, err);
    for (size_t i = 0; ok && i < count; i++) {
        size_t n = strlen(names[i]);
        if (names[i][0] == '.')
            continue;
        enum lf_fs_kind kind = lf_fs_kind(dir, names[i], err);
        // What is neither file nor folder, or went away meanwhile, is no member.
        ok = kind != LF_FS_FAILED;
        if (kind != LF_FS_FILE && kind != LF_FS_FOLDER)
            continue;
        if (n > LF_NAME_BYTES - len || level >= LF_NAME_LEVELS) {
            ok = lf_fail(err, LF_E_PATH,
                         "a path below the folder is too long or too deep");
            lf_fail_in_file(err, at);
            break;
        }
        memcpy(at + len, names[i], n + 1);
        if (kind == LF_FS_FILE) {
            ok = add_name(t, (struct lf_slice){at, len + n}, err);
            continue;
        }
        int below = lf_fs_folder_below(dir, names[i], err);
        memcpy(at + len + n, "/", 2);
        ok = below >= 0 && walk(t, below, at, len + n + 1, level + 1, err);
        lf_fs_drop(&below);
    }
    lf_arena_done(&a);
    return ok;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool open_folder(struct lf_tree *t, int fd, struct lf_error *err)
{
    char at[LF_NAME_BYTES + 2] = "";
    t->folder = fd;
    if (!walk(t, fd, at, 0, 0, err))
        return false;
    if (t->count)
        qsort(t->name, t->count, sizeof *t->name, by_bytes);
    return true;
}

// Takes `fd`, a plain file.
static bool open_file(struct lf_tree *t, int fd, struct lf_error *err)
{
    char first[4];
    size_t got = 0;
    if (!lf_fs_read_at(fd, 0, first, sizeof first, &got, err)) {
        lf_fs_drop(&fd);
        return false;
    }
    if (begins_as_zip(first, got)) {
        t->depth++;
        t->zip = lf_zip_in_take(fd, t->path, err);
        return t->zip != NULL;
    }
    lf_fs_drop(&fd);
    const char *slash = strrchr(t->path, '/');
    return add_name(t, lf_slice_of(slash ? slash + 1 : t->path), err);
}

static struct lf_tree *new_tree(const char *path, unsigned depth, struct lf_error *err)
{
    struct lf_tree *t = lf_alloc(1, sizeof *t, err);
    if (!t)
        return NULL;
    t->folder = -1;
    t->depth = depth;
    t->path = lf_strdup(lf_slice_of(path), err);
    if (!t->path)
        lf_tree_free(&t);
    return t;
}

static bool open_path(struct lf_tree *t, struct lf_error *err)
{
    struct stat st;
    // Opening alone can do something to a device, so it is looked at first; O_NONBLOCK
    // is for a fifo that comes in between.
    if (stat(t->path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
        return lf_fail(err, LF_E_PATH, "neither a plain file nor a folder");
    int fd = open(t->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return lf_fail_errno(err, "cannot open");
    if (fstat(fd, &st) != 0)
        lf_fail_errno(err, "cannot look at the file");
    else if (S_ISDIR(st.st_mode))
        return open_folder(t, fd, err);
    else if (S_ISREG(st.st_mode))
        return open_file(t, fd, err);
    else
        lf_fail(err, LF_E_PATH, "neither a plain file nor a folder");
    lf_fs_drop(&fd);
    return false;
}

struct lf_tree *lf_tree_open(const char *path, struct lf_error *err)
{
    struct lf_tree *t = new_tree(path, 0, err);
    if (t && !open_path(t, err)) {
        lf_fail_in_file(err, path);
        lf_tree_free(&t);
    }
    return t;
}

// A member of a zip as a file of its own, so that libzip can move about in it.
static int copy_out(const struct lf_tree *t, size_t i, struct lf_error *err)
{
    enum { PIECE = 65536 };
    struct lf_in *in = lf_tree_read(t, i, err);
    char *piece = in ? lf_alloc(PIECE, 1, err) : NULL;
    int fd = piece ? lf_fs_scratch(NULL, err) : -1;
    size_t got = 1;
    while (fd >= 0 && got)
        if (!lf_in_read(in, piece, PIECE, &got, err) ||
            !lf_fs_write(fd, piece, got, err))
            lf_fs_drop(&fd);
    lf_free(piece);
    lf_in_free(&in);
    return fd;
}

struct lf_tree *lf_tree_open_member(const struct lf_tree *t, size_t i,
                                    struct lf_error *err)
{
    struct lf_buf path = {0};
    struct lf_tree *member = NULL;
    int fd = -1;
    lf_buf_printf(&path, t->zip ? "%s!%s" : "%s/%s", t->path, lf_tree_name(t, i));
    if (!lf_buf_ok(&path, err))
        goto done;
    if (t->depth >= LF_ZIP_DEPTH) {
        lf_fail(err, LF_E_LIMIT_COUNT, "a zip %u deep; the limit zip-depth is %d",
                t->depth + 1, LF_ZIP_DEPTH);
        goto done;
    }
    if (!t->zip && t->folder < 0) {
        lf_fail(err, LF_E_ZIP, "it is not a zip");
        goto done;
    }
    member = new_tree(path.at, t->depth + 1, err);
    if (member)
        fd =
            t->zip ? copy_out(t, i, err) : lf_fs_file_below(t->folder, t->name[i], err);
    if (fd >= 0)
        member->zip = lf_zip_in_take(fd, path.at, err);
    if (member && !member->zip)
        lf_tree_free(&member);
done:
    if (!member && path.at)
        lf_fail_in_file(err, path.at);
    lf_buf_done(&path);
    return member;
}

size_t lf_tree_count(const struct lf_tree *t)
{
    return t->zip ? lf_zip_in_count(t->zip) : t->count;
}

const char *lf_tree_name(const struct lf_tree *t, size_t i)
{
    return t->zip ? lf_zip_in_name(t->zip, i) : t->name[i];
}

bool lf_tree_find(const struct lf_tree *t, const char *name, size_t *i)
{
    for (size_t low = 0, high = lf_tree_count(t); low < high;) {
        size_t middle = low + (high - low) / 2;
        int d = strcmp(lf_tree_name(t, middle), name);
        if (d == 0) {
            *i = middle;
            return true;
        }
        if (d < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

const char *lf_tree_path(const struct lf_tree *t)
{
    return t->path;
}

bool lf_tree_is_zip(const struct lf_tree *t)
{
    return t->zip != NULL;
}

struct lf_in *lf_tree_read(const struct lf_tree *t, size_t i, struct lf_error *err)
{
    if (t->zip)
        return lf_zip_in_read(t->zip, i, err);
    return t->folder >= 0 ? lf_in_below(t->folder, t->name[i], false, err)
                          : lf_in_file(t->path, err);
}

bool lf_tree_peek(const struct lf_tree *t, size_t i, void *to, size_t cap, size_t *got,
                  struct lf_error *err)
{
    struct lf_in *in = lf_tree_read(t, i, err);
    bool ok = in != NULL;
    *got = 0;
    for (size_t n = 1; ok && n && *got < cap; *got += n)
        ok = lf_in_read(in, (char *)to + *got, cap - *got, &n, err);
    lf_in_free(&in);
    return ok;
}

bool lf_tree_is_zip_member(const struct lf_tree *t, size_t i)
{
    struct lf_error ignored = {
        0}; // what cannot be read is not a zip; a reader will say why
    char first[4];
    size_t got = 0;
    return lf_tree_peek(t, i, first, sizeof first, &got, &ignored) &&
           begins_as_zip(first, got);
}

void lf_tree_free(struct lf_tree **t)
{
    if (!*t)
        return;
    lf_zip_in_free(&(*t)->zip);
    lf_fs_drop(&(*t)->folder);
    lf_arena_done(&(*t)->arena);
    lf_free((*t)->name);
    lf_free((*t)->path);
    lf_free(*t);
    *t = NULL;
}
