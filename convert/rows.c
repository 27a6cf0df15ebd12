#include "convert/rows.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/alloc.h"
#include "formats/base/limits.h"
#include "formats/base/relpath.h"
#include "formats/base/unicode_name.h"

bool lf_rows_add(struct lf_rows *rows, const struct lf_row *row, struct lf_error *err)
{
    void *all = rows->row;
    if (rows->count >= UINT32_MAX - 1)
        return lf_fail(err, LF_E_LIMIT_COUNT, "too many samples");
    if (!lf_grow(&all, &rows->room, rows->count + 1, sizeof *rows->row, err))
        return false;
    rows->row = all;
    rows->row[rows->count] = *row;
    return lf_arena_text(&rows->arena, row->path, &rows->row[rows->count++].path, err);
}

void lf_rows_done(struct lf_rows *rows)
{
    lf_free(rows->row);
    lf_arena_done(&rows->arena);
    *rows = (struct lf_rows){0};
}

// ---------------------------------------------------------------------------- names

static bool is_absolute(struct lf_slice path)
{
    return path.len && path.at[0] == '/';
}

static size_t folder_length(struct lf_slice path)
{
    size_t n = path.len;
    while (n && path.at[n - 1] != '/')
        n--;
    return n;
}

// What the folders of all absolute paths have in common, '/' at its end.
static size_t common_folder(const struct lf_rows *rows)
{
    struct lf_slice first = {0};
    size_t n = 0;
    for (size_t i = 0; i < rows->count; i++) {
        struct lf_slice path = rows->row[i].path;
        if (!is_absolute(path))
            continue;
        if (!first.len) {
            first = path;
            n = folder_length(path);
        }
        size_t k = 0;
        while (k < n && k < path.len && path.at[k] == first.at[k])
            k++;
        n = k;
        while (n && first.at[n - 1] != '/')
            n--;
    }
    return n;
}

static struct lf_slice below(struct lf_slice path, size_t common)
{
    static const char data[] = "data/";
    if (is_absolute(path))
        return (struct lf_slice){path.at + common, path.len - common};
    if (lf_slice_starts(path, LF_S(data)) && path.len > sizeof data - 1)
        return (struct lf_slice){path.at + sizeof data - 1,
                                 path.len - (sizeof data - 1)};
    return path;
}

// "related_images" means context images to one tool; hidden names are passed over by
// many.
static bool awkward(struct lf_slice name)
{
    if (lf_relpath_fault(name))
        return true;
    for (size_t i = 0; i < name.len;) {
        size_t n = 0;
        while (i + n < name.len && name.at[i + n] != '/')
            n++;
        struct lf_slice part = {name.at + i, n};
        if (lf_slice_is(part, "related_images") || lf_slice_is(part, "__MACOSX") ||
            (n && part.at[0] == '.'))
            return true;
        i += n + 1;
    }
    return false;
}

static struct lf_slice ending(struct lf_slice name)
{
    size_t i = name.len;
    while (i && name.at[i - 1] != '.' && name.at[i - 1] != '/')
        i--;
    if (!i || name.at[i - 1] != '.' || i == 1 || name.at[i - 2] == '/')
        return (struct lf_slice){name.at + name.len, 0};
    return (struct lf_slice){name.at + i - 1, name.len - i + 1};
}

static unsigned mark_of(struct lf_slice path, unsigned turn)
{
    return (unsigned)((lf_hash(path) + turn * UINT64_C(0x9e3779b97f4a7c15)) >> 16 &
                      0xffffff);
}

// A plain name for a path that no archive should hold.
static bool plain_name(struct lf_rows *rows, struct lf_slice path, unsigned turn,
                       struct lf_slice *name, struct lf_error *err)
{
    struct lf_slice end = ending(path);
    bool safe = end.len > 1 && end.len < 8;
    for (size_t i = 1; i < end.len; i++) {
        char c = end.at[i];
        safe = safe && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9'));
    }
    return lf_arena_printf(&rows->arena, name, err, "image_%06x%.*s",
                           mark_of(path, turn), safe ? (int)end.len : 0, end.at);
}

struct naming {
    struct lf_names stems;   // keys of the names that are taken, without their endings
    struct lf_arena scratch; // of the row
};

static bool take(struct naming *x, struct lf_slice name, bool *fresh,
                 struct lf_error *err)
{
    struct lf_slice key;
    uint32_t row;
    name.len -= ending(name).len;
    return lf_name_key(name, &x->scratch, &key, err) &&
           lf_names_add(&x->stems, key, &row, fresh, err);
}

static bool marked_name(struct lf_rows *rows, struct lf_row *r, struct lf_slice name,
                        unsigned turn, struct lf_error *err)
{
    struct lf_slice end = ending(name);
    return lf_arena_printf(&rows->arena, &r->name, err, "%.*s_%06x%.*s",
                           (int)(name.len - end.len), name.at, mark_of(r->path, turn),
                           (int)end.len, end.at) &&
           (!awkward(r->name) || // it grew too long
            plain_name(rows, r->path, turn, &r->name, err));
}

static bool name_row(struct lf_rows *rows, struct lf_row *r, size_t common,
                     struct naming *x, struct lf_error *err)
{
    struct lf_slice name = below(r->path, common);
    bool fresh = false;
    if (awkward(name) && !plain_name(rows, r->path, 0, &name, err))
        return false;
    r->name = name;
    for (unsigned turn = 0; !fresh; turn++)
        if (!take(x, r->name, &fresh, err) ||
            (!fresh && !marked_name(rows, r, name, turn, err)))
            return false;
    lf_arena_reset(&x->scratch);
    return true;
}

bool lf_rows_name(struct lf_rows *rows, struct lf_error *err)
{
    struct naming x = {0};
    size_t common = common_folder(rows);
    bool ok = true;
    for (size_t i = 0; ok && i < rows->count; i++)
        ok = name_row(rows, &rows->row[i], common, &x, err);
    lf_names_done(&x.stems);
    lf_arena_done(&x.scratch);
    return ok;
}

// ---------------------------------------------------------------------------- media

static bool real_folder(const char *path, char out[4096], struct lf_error *err)
{
    if (realpath(path, out)) // 4096: PATH_MAX
        return true;
    lf_fail_errno(err, "cannot open the folder");
    return lf_fail_in_file(err, path);
}

bool lf_media_open(struct lf_media_roots *roots, const struct fo_dataset *ds,
                   const char *media_root, bool links, struct lf_error *err)
{
    *roots = (struct lf_media_roots){
        .dataset_fd = ds->folder_fd, .root_fd = -1, .links = links};
    if (!real_folder(ds->folder, roots->dataset, err))
        return false;
    if (!media_root)
        return true;
    if (!real_folder(media_root, roots->root, err))
        return false;
    roots->root_fd = open(media_root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (roots->root_fd >= 0)
        return true;
    lf_fail_errno(err, "cannot open the folder");
    return lf_fail_in_file(err, media_root);
}

void lf_media_close(struct lf_media_roots *roots)
{
    if (roots->root_fd >= 0)
        close(roots->root_fd);
    roots->root_fd = -1;
}

// The part of an absolute path below `root`.
static bool inside(struct lf_slice path, const char *root, struct lf_slice *rest)
{
    size_t n = strlen(root);
    if (n == 1)
        n = 0; // "/"
    if (path.len <= n + 1 || memcmp(path.at, root, n) != 0 || path.at[n] != '/')
        return false;
    *rest = (struct lf_slice){path.at + n + 1, path.len - n - 1};
    return true;
}

static bool there(int folder, struct lf_slice path, char relpath[4096])
{
    struct stat st;
    if (folder < 0 || lf_relpath_fault(path) || path.len >= 4096)
        return false;
    snprintf(relpath, 4096, "%.*s", (int)path.len, path.at);
    return fstatat(folder, relpath, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

bool lf_media_find(const struct lf_media_roots *roots, struct lf_slice path,
                   int *folder, char relpath[4096], bool *found, struct lf_error *err)
{
    struct lf_slice rest;
    *found = true;
    *folder = roots->root_fd;
    if (is_absolute(path)) {
        if (*roots->root && inside(path, roots->root, &rest) &&
            there(roots->root_fd, rest, relpath))
            return true;
        *folder = roots->dataset_fd;
        if (inside(path, roots->dataset, &rest)) {
            *found = there(*folder, rest, relpath);
            return true;
        }
        *found = false;
        return *roots->root
                   ? true
                   : lf_fail(err, LF_E_PATH,
                             "its media lies outside the dataset; --media-root "
                             "names a folder that may be read");
    }
    if (!lf_relpath_check(path, LF_E_PATH, err))
        return false;
    if (there(roots->root_fd, path, relpath) ||
        there(roots->root_fd, below(path, 0), relpath))
        return true;
    *folder = roots->dataset_fd;
    *found = there(*folder, path, relpath);
    return true;
}

static bool is_file(int folder, struct lf_slice path, const struct stat *st)
{
    char text[4096];
    struct stat own;
    if (folder < 0 || path.len >= sizeof text)
        return false;
    snprintf(text, sizeof text, "%.*s", (int)path.len, path.at);
    return fstatat(folder, text, &own, 0) == 0 && own.st_dev == st->st_dev &&
           own.st_ino == st->st_ino;
}

// "data/1.png" may be ROOT/1.png too, but then another path in that folder often is.
bool lf_media_same(const struct lf_media_roots *roots, struct lf_slice path,
                   struct lf_slice original)
{
    char relpath[4096];
    int folder;
    bool found;
    struct stat st;
    struct lf_error none = {0};
    if (lf_slice_eq(path, original))
        return true;
    if (!lf_media_find(roots, path, &folder, relpath, &found, &none) || !found ||
        fstatat(folder, relpath, &st, 0) != 0)
        return false;
    return is_file(roots->dataset_fd, original, &st) ||
           is_file(roots->root_fd, original, &st);
}
