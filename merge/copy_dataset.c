#include "merge/copy_dataset.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/limits.h"
#include "formats/base/relpath.h"

struct copy {
    const struct lf_copy *how;
    struct lf_error *err;
};

static bool fail_at(struct copy *c, const char *what, const char *path)
{
    lf_fail_errno(c->err, "%s", what);
    return lf_fail_in_file(c->err, path);
}

static bool pump(struct copy *c, int in, int out, const char *path)
{
    char piece[1 << 16];
    for (;;) {
        ssize_t n = read(in, piece, sizeof piece), done = 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_at(c, "cannot read", path);
        if (n == 0)
            return fsync(out) == 0 || fail_at(c, "cannot sync the copy of", path);
        while (done < n) {
            ssize_t k = write(out, piece + done, (size_t)(n - done));
            if (k < 0 && errno == EINTR)
                continue;
            if (k < 0)
                return fail_at(c, "cannot write the copy of", path);
            done += k;
        }
    }
}

static bool copy_file(struct copy *c, int from, int to, const char *name,
                      const char *path)
{
    int in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (in < 0)
        return fail_at(c, "cannot open", path);
    int out =
        openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    bool ok =
        out >= 0 ? pump(c, in, out, path) : fail_at(c, "cannot make the copy of", path);
    if (out >= 0 && close(out) != 0 && ok)
        ok = fail_at(c, "cannot close the copy of", path);
    close(in);
    return ok;
}

static bool copy_link(struct copy *c, int from, int to, const char *name,
                      const char *path)
{
    char target[4096];
    ssize_t n = readlinkat(from, name, target, sizeof target - 1);
    if (n < 0)
        return fail_at(c, "cannot read the link", path);
    target[n] = '\0';
    return symlinkat(target, to, name) == 0 || fail_at(c, "cannot make the link", path);
}

static bool is_media(const char *path)
{
    return !strncmp(path, "data/", 5) || !strncmp(path, "fields/", 7);
}

static bool skipped(const struct copy *c, const char *path)
{
    return lf_slice_ends(lf_slice_of(path), LF_S(".lf-new")) ||
           (c->how->media == LF_MEDIA_NONE && !strcmp(path, "data")) ||
           c->how->skip(c->how->user, path);
}

static bool copy_folder(struct copy *c, int from, int to, const char *path,
                        unsigned depth);

static bool copy_entry(struct copy *c, int from, int to, const char *name,
                       const char *path, unsigned depth)
{
    struct stat st;
    if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return fail_at(c, "cannot look at", path);
    if (S_ISLNK(st.st_mode))
        return copy_link(c, from, to, name, path);
    if (S_ISREG(st.st_mode))
        return (c->how->media == LF_MEDIA_LINK && is_media(path) &&
                linkat(from, name, to, name, 0) == 0) ||
               copy_file(c, from, to, name, path);
    if (!S_ISDIR(st.st_mode)) {
        lf_fail(c->err, LF_E_PATH, "it is neither a file nor a folder");
        return lf_fail_in_file(c->err, path);
    }
    if (mkdirat(to, name, 0777) != 0 && errno != EEXIST)
        return fail_at(c, "cannot make the folder", path);
    int in = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int out = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    bool ok = in >= 0 && out >= 0 ? copy_folder(c, in, out, path, depth + 1)
                                  : fail_at(c, "cannot open the folder", path);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return ok;
}

static bool copy_folder(struct copy *c, int from, int to, const char *path,
                        unsigned depth)
{
    struct dirent *entry;
    int fd = dup(from);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    bool ok = dir || fail_at(c, "cannot list", path);
    if (!dir && fd >= 0)
        close(fd);
    if (ok && depth > LF_NAME_LEVELS)
        ok = lf_fail(c->err, LF_E_LIMIT_COUNT,
                     "folders nested too deep (limit name-levels)");
    while (ok && (entry = readdir(dir))) {
        char below[4200];
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        ok = lf_path_printf(below, sizeof below, c->err, "%s%s%s", path,
                            path[0] ? "/" : "", entry->d_name);
        if (ok && !skipped(c, below))
            ok = copy_entry(c, from, to, entry->d_name, below, depth);
    }
    if (dir)
        closedir(dir);
    return ok;
}

bool lf_copy_dataset(const char *from, const char *to, const struct lf_copy *how,
                     struct lf_error *err)
{
    struct copy c = {how, err};
    int in = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int out = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = in >= 0 && out >= 0
                  ? copy_folder(&c, in, out, "", 0)
                  : fail_at(&c, "cannot open the folder", in < 0 ? from : to);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return ok;
}
