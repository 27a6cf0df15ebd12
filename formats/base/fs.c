// For renameat2 and syncfs; nothing else of it is used.
#define _GNU_SOURCE // NOLINT(bugprone-reserved-identifier)
#include "formats/base/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LF_PATH_CAP = 4096, DEPTH = 64 };

enum lf_fs_kind lf_fs_kind(int dir, const char *name, struct lf_error *err)
{
    struct stat st;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return LF_FS_ABSENT;
        lf_fail_errno(err, "cannot look at the file");
        lf_fail_in_file(err, name);
        return LF_FS_FAILED;
    }
    return S_ISREG(st.st_mode)   ? LF_FS_FILE
           : S_ISDIR(st.st_mode) ? LF_FS_FOLDER
                                 : LF_FS_OTHER;
}

int lf_fs_parent(const char *path, const char **base, struct lf_error *err)
{
    char dir[LF_PATH_CAP];
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    *base = slash ? slash + 1 : path;
    if (len >= sizeof dir || !**base || !strcmp(*base, ".") || !strcmp(*base, "..")) {
        lf_fail(err, LF_E_TARGET,
                "the path does not end in the name of a file or folder");
        lf_fail_in_file(err, path);
        return -1;
    }
    if (len)
        memcpy(dir, path, len);
    else
        dir[len++] = slash ? '/' : '.';
    dir[len] = '\0';
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        lf_fail_errno(err, "cannot open the folder");
        lf_fail_in_file(err, dir);
    }
    return fd;
}

int lf_fs_folder_below(int dir, const char *name, struct lf_error *err)
{
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
        lf_fail(err, LF_E_PATH, "not a folder, or reached through a link");
    if (fd < 0) {
        lf_fail_errno(err, "cannot open the folder");
        lf_fail_in_file(err, name);
    }
    return fd;
}

int lf_fs_parent_below(int root, const char *relpath, const char **base,
                       struct lf_error *err)
{
    char part[LF_PATH_CAP];
    int dir = lf_fs_folder_below(root, ".", err);
    const char *at = relpath;
    for (const char *slash; dir >= 0 && (slash = strchr(at, '/')); at = slash + 1) {
        size_t len = (size_t)(slash - at);
        int next = -1;
        if (len < sizeof part) {
            memcpy(part, at, len);
            part[len] = '\0';
            next = lf_fs_folder_below(dir, part, err);
        } else {
            lf_fail(err, LF_E_PATH, "a name is too long");
        }
        lf_fs_drop(&dir);
        dir = next;
    }
    if (dir < 0)
        lf_fail_in_file(err, relpath);
    *base = at;
    return dir;
}

int lf_fs_file_below(int dir, const char *name, struct lf_error *err)
{
    const char *base;
    struct stat st;
    bool ok = false;
    int parent = lf_fs_parent_below(dir, name, &base, err);
    if (parent < 0)
        return -1;
    // Opening alone can do something to a device, so it is looked at first; O_NONBLOCK
    // is for a fifo that comes in between.
    int fd = -1;
    enum lf_fs_kind kind = lf_fs_kind(parent, base, err);
    if (kind != LF_FS_OTHER && kind != LF_FS_FAILED)
        fd = openat(parent, base,
                    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (kind == LF_FS_OTHER || (fd < 0 && errno == ELOOP))
        lf_fail(err, LF_E_PATH, "it is a link or not a plain file");
    else if (fd < 0)
        lf_fail_errno(err, "cannot open");
    else if (fstat(fd, &st) != 0)
        lf_fail_errno(err, "cannot look at the file");
    else if (!S_ISREG(st.st_mode))
        lf_fail(err, LF_E_PATH, "it is not a plain file");
    else
        ok = true;
    if (!ok) {
        lf_fail_in_file(err, name);
        lf_fs_drop(&fd);
    }
    lf_fs_drop(&parent);
    return fd;
}

int lf_fs_create(int dir, const char *name, struct lf_error *err)
{
    int fd =
        openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0) {
        lf_fail_errno(err, "cannot make the file");
        lf_fail_in_file(err, name);
    }
    return fd;
}

int lf_fs_scratch(const char *path, struct lf_error *err)
{
    char name[LF_PATH_CAP];
    const char *tmp = getenv("TMPDIR");
    int n = path ? snprintf(name, sizeof name, "%s.lf-XXXXXX", path)
                 : snprintf(name, sizeof name, "%s/labelferry-XXXXXX",
                            tmp && *tmp ? tmp : "/tmp");
    if (n < 0 || (size_t)n >= sizeof name) {
        lf_fail(err, LF_E_PATH, "a path is longer than %zu bytes", sizeof name);
        return -1;
    }
    int fd = mkstemp(name);
    if (fd < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || unlink(name) != 0) {
        lf_fail_errno(err, "cannot make a temporary file");
        lf_fail_in_file(err, name);
        lf_fs_drop(&fd);
    }
    return fd;
}

bool lf_fs_write(int fd, const void *bytes, size_t n, struct lf_error *err)
{
    for (const char *at = bytes; n;) {
        ssize_t put = write(fd, at, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            if (put == 0)
                errno = ENOSPC; // a device that takes nothing and says nothing
            return lf_fail_errno(err, "cannot write");
        }
        at += put;
        n -= (size_t)put;
    }
    return true;
}

bool lf_fs_read_at(int fd, uint64_t at, void *to, size_t n, size_t *got,
                   struct lf_error *err)
{
    *got = 0;
    while (*got < n) {
        ssize_t r = pread(fd, (char *)to + *got, n - *got, (off_t)(at + *got));
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return lf_fail_errno(err, "cannot read");
        if (r == 0)
            break;
        *got += (size_t)r;
    }
    return true;
}

bool lf_fs_sync(int fd, struct lf_error *err)
{
    // EINVAL: a file system that has no notion of syncing a folder.
    return fsync(fd) == 0 || errno == EINVAL || lf_fail_errno(err, "cannot sync");
}

void lf_fs_sync_ahead(int dir)
{
    (void)syncfs(dir); // on failure the files' own syncs are only slower
}

bool lf_fs_size(int fd, uint64_t *size, struct lf_error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return lf_fail_errno(err, "cannot look at the file");
    *size = (uint64_t)st.st_size;
    return true;
}

bool lf_fs_close(int *fd, struct lf_error *err)
{
    int old = *fd;
    *fd = -1;
    return old < 0 || close(old) == 0 || lf_fail_errno(err, "cannot close");
}

void lf_fs_drop(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool lf_fs_list(int dir, struct lf_arena *a, const char ***names, size_t *count,
                struct lf_error *err)
{
    // A second descriptor, as fdopendir keeps the one it is given.
    int fd = lf_fs_folder_below(dir, ".", err);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d) {
        lf_fail_errno(err, "cannot list the folder");
        lf_fs_drop(&fd);
        return false;
    }
    void *array = NULL;
    size_t cap = 0;
    bool ok = true;
    *count = 0;
    while (ok) {
        errno = 0;
        const struct dirent *e = readdir(d);
        if (!e) {
            ok = errno == 0 || lf_fail_errno(err, "cannot list the folder");
            break;
        }
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        struct lf_slice text;
        ok = lf_arena_grow(a, &array, &cap, *count + 1, sizeof(const char *), err) &&
             lf_arena_text(a, lf_slice_of(e->d_name), &text, err);
        if (ok)
            ((const char **)array)[(*count)++] = text.at;
    }
    closedir(d);
    if (*count)
        qsort(array, *count, sizeof(const char *), by_bytes);
    *names = array;
    return ok;
}

static bool remove_below(int dir, const char *name, const char *last, unsigned depth,
                         struct lf_error *err)
{
    struct lf_arena a = {0};
    const char **names;
    size_t count = 0;
    int fd = lf_fs_folder_below(dir, name, err);
    bool ok = fd >= 0 && lf_fs_list(fd, &a, &names, &count, err), kept = false;
    if (ok && depth > DEPTH)
        ok = lf_fail(err, LF_E_LIMIT_COUNT, "folders more than %d deep", DEPTH);
    for (size_t i = 0; ok && i < count; i++) {
        enum lf_fs_kind kind = lf_fs_kind(fd, names[i], err);
        if (last && !strcmp(names[i], last))
            kept = true;
        else if (kind == LF_FS_FOLDER)
            ok = remove_below(fd, names[i], NULL, depth + 1, err);
        else
            ok = kind != LF_FS_FAILED && (unlinkat(fd, names[i], 0) == 0 ||
                                          lf_fail_errno(err, "cannot remove"));
    }
    if (ok && kept)
        ok = unlinkat(fd, last, 0) == 0 || lf_fail_errno(err, "cannot remove");
    lf_fs_drop(&fd);
    lf_arena_done(&a);
    if (ok)
        ok = unlinkat(dir, name, AT_REMOVEDIR) == 0 ||
             lf_fail_errno(err, "cannot remove");
    return ok || lf_fail_in_file(err, name);
}

bool lf_fs_remove_tree(int dir, const char *name, const char *last,
                       struct lf_error *err)
{
    return remove_below(dir, name, last, 0, err);
}

bool lf_fs_rename_new(int dir, const char *from, const char *to, bool *taken,
                      struct lf_error *err)
{
    *taken = false;
    if (renameat2(dir, from, dir, to, RENAME_NOREPLACE) == 0)
        return true;
    if (errno == EEXIST) {
        *taken = true;
        return true;
    }
    if (errno != EINVAL && errno != ENOSYS)
        return lf_fail_errno(err, "cannot rename");
    // A file system without the flag: looked at and renamed, with a gap in between.
    enum lf_fs_kind kind = lf_fs_kind(dir, to, err);
    if (kind == LF_FS_FAILED)
        return false;
    *taken = kind != LF_FS_ABSENT;
    return *taken || renameat(dir, from, dir, to) == 0 ||
           lf_fail_errno(err, "cannot rename");
}

bool lf_fs_exchange(int dir, const char *a, const char *b, bool *cannot,
                    struct lf_error *err)
{
    *cannot = false;
    if (renameat2(dir, a, dir, b, RENAME_EXCHANGE) == 0)
        return true;
    *cannot = errno == EINVAL || errno == ENOSYS;
    return *cannot || lf_fail_errno(err, "cannot exchange two folders");
}
