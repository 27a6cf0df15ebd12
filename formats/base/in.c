#include "formats/base/in.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/alloc.h"
#include "formats/base/limits.h"
#include "formats/base/relpath.h"

struct lf_in {
    char *name;
    void *state;
    bool (*read)(void *state, void *to, size_t cap, size_t *got, struct lf_error *err);
    void (*close)(void *state);
    uint64_t size;
    bool has_size;
};

enum { READ_AT_ONCE = 1 << 30 }; // Linux reads no more than 2^31 - 4096 in one call

struct lf_in *lf_in_make(const char *name, void *state,
                         bool (*read)(void *state, void *to, size_t cap, size_t *got,
                                      struct lf_error *err),
                         void (*close)(void *state), struct lf_error *err)
{
    struct lf_in *in = lf_alloc(1, sizeof *in, err);
    if (!in)
        return NULL;
    in->name = lf_strdup(lf_slice_of(name), err);
    if (!in->name) {
        lf_free(in);
        return NULL;
    }
    in->state = state;
    in->read = read;
    in->close = close;
    return in;
}

struct file {
    int fd;
};

static bool file_read(void *state, void *to, size_t cap, size_t *got,
                      struct lf_error *err)
{
    const struct file *f = state;
    ssize_t n;
    do {
        n = read(f->fd, to, cap < READ_AT_ONCE ? cap : READ_AT_ONCE);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return lf_fail_errno(err, "cannot read");
    *got = (size_t)n;
    return true;
}

static void file_close(void *state)
{
    struct file *f = state;
    close(f->fd); // it was only read
    lf_free(f);
}

// Takes `fd`, also on failure.
static struct lf_in *file_in(int fd, const char *name, struct lf_error *err)
{
    struct stat st;
    struct file *f = NULL;
    struct lf_in *in = NULL;
    if (fstat(fd, &st) != 0)
        lf_fail_errno(err, "cannot look at the file");
    else if (!S_ISREG(st.st_mode))
        lf_fail(err, LF_E_PATH, "not a plain file");
    else
        f = lf_alloc(1, sizeof *f, err);
    if (f) {
        f->fd = fd;
        in = lf_in_make(name, f, file_read, file_close, err);
    }
    if (!in) {
        lf_free(f);
        close(fd);
        return NULL;
    }
    in->size = (uint64_t)st.st_size;
    in->has_size = true;
    return in;
}

static void standard_close(void *state)
{
    lf_free(state);
}

struct lf_in *lf_in_standard(struct lf_error *err)
{
    struct file *f = lf_alloc(1, sizeof *f, err);
    struct lf_in *in = NULL;
    if (f) {
        f->fd = STDIN_FILENO;
        in = lf_in_make("standard input", f, file_read, standard_close, err);
    }
    if (!in)
        lf_free(f);
    return in;
}

// A fifo must not make us wait and a terminal must not become ours, before we know what
// it is; neither flag matters for a plain file.
enum { OPEN_FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY };

struct lf_in *lf_in_file(const char *path, struct lf_error *err)
{
    struct lf_in *in = NULL;
    struct stat st;
    // Opening alone can do something to a device, so it is looked at first.
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        lf_fail(err, LF_E_PATH, "not a plain file");
    } else {
        int fd = open(path, OPEN_FLAGS);
        if (fd < 0)
            lf_fail_errno(err, "cannot open");
        else
            in = file_in(fd, path, err);
    }
    if (!in)
        lf_fail_in_file(err, path);
    return in;
}

// Opens one part of a path below `folder`; `last` is for the file itself.
static int open_part(int folder, const char *part, bool last, bool links,
                     struct lf_error *err)
{
    struct stat st;
    if (fstatat(folder, part, &st, links ? 0 : AT_SYMLINK_NOFOLLOW) != 0) {
        lf_fail_errno(err, "cannot open");
        return -1;
    }
    if (last ? !S_ISREG(st.st_mode) : !S_ISDIR(st.st_mode)) {
        lf_fail(err, LF_E_PATH, "a part of the path is %s",
                S_ISLNK(st.st_mode) ? "a link"
                : last              ? "not a plain file"
                                    : "not a folder");
        return -1;
    }
    int fd = openat(folder, part,
                    OPEN_FLAGS | (last ? 0 : O_DIRECTORY) | (links ? 0 : O_NOFOLLOW));
    // Somebody may have put a link there since we looked.
    if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
        lf_fail(err, LF_E_PATH, "a part of the path is a link or not a folder");
    else if (fd < 0)
        lf_fail_errno(err, "cannot open");
    return fd;
}

static struct lf_in *below(int folder, const char *relpath, bool links,
                           struct lf_error *err)
{
    char parts[LF_NAME_BYTES + 1];
    struct lf_slice path = lf_slice_of(relpath);
    if (!lf_relpath_check(path, LF_E_PATH, err))
        return NULL;
    if (path.len >= sizeof parts) {
        lf_fail(err, LF_E_PATH, "the name is too long");
        return NULL;
    }
    memcpy(parts, relpath, path.len + 1);
    int at = folder;
    for (char *part = parts; part;) {
        char *slash = strchr(part, '/');
        if (slash)
            *slash++ = '\0';
        int next = open_part(at, part, !slash, links, err);
        if (at != folder)
            close(at);
        if (next < 0)
            return NULL;
        at = next;
        part = slash;
    }
    return file_in(at, relpath, err);
}

struct lf_in *lf_in_below(int folder, const char *relpath, bool links,
                          struct lf_error *err)
{
    struct lf_in *in = below(folder, relpath, links, err);
    if (!in)
        lf_fail_in_file(err, relpath);
    return in;
}

static bool memory_read(void *state, void *to, size_t cap, size_t *got,
                        struct lf_error *err)
{
    (void)err;
    struct lf_slice *rest = state;
    size_t n = rest->len < cap ? rest->len : cap;
    if (n) {
        memcpy(to, rest->at, n);
        rest->at += n;
        rest->len -= n;
    }
    *got = n;
    return true;
}

struct lf_in *lf_in_memory(struct lf_slice bytes, const char *name,
                           struct lf_error *err)
{
    struct lf_slice *rest = lf_alloc(1, sizeof *rest, err);
    if (!rest)
        return NULL;
    *rest = bytes;
    struct lf_in *in = lf_in_make(name, rest, memory_read, lf_free, err);
    if (!in) {
        lf_free(rest);
        return NULL;
    }
    in->size = bytes.len;
    in->has_size = true;
    return in;
}

bool lf_in_read(struct lf_in *in, void *to, size_t cap, size_t *got,
                struct lf_error *err)
{
    *got = 0;
    return in->read(in->state, to, cap, got, err) || lf_fail_in_file(err, in->name);
}

bool lf_in_rest(struct lf_in *in, size_t most, struct lf_buf *out, bool *over,
                struct lf_error *err)
{
    bool ok = true;
    *over = false;
    for (size_t got = 1; ok && got && !*over;) {
        char *room = lf_buf_room(out, 1 << 16);
        ok = room ? lf_in_read(in, room, 1 << 16, &got, err) : lf_buf_ok(out, err);
        out->len += ok ? got : 0;
        *over = out->len > most;
    }
    return ok;
}

const char *lf_in_name(const struct lf_in *in)
{
    return in->name;
}

bool lf_in_size(const struct lf_in *in, uint64_t *size)
{
    if (in->has_size)
        *size = in->size;
    return in->has_size;
}

void lf_in_free(struct lf_in **in)
{
    if (!*in)
        return;
    (*in)->close((*in)->state);
    lf_free((*in)->name);
    lf_free(*in);
    *in = NULL;
}
