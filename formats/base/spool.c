#include "formats/base/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "formats/base/alloc.h"
#include "formats/base/limits.h"

// The first bytes stay in memory; from the first addition on that does not fit, all go
// to the file.
struct lf_spool {
    struct lf_buf head;
    uint64_t filed; // bytes in the file
    int fd;         // -1: no file yet
};

struct lf_spool *lf_spool_new(struct lf_error *err)
{
    struct lf_spool *s = lf_alloc(1, sizeof *s, err);
    if (s)
        s->fd = -1;
    return s;
}

int lf_temp_file(struct lf_error *err)
{
    const char *folder = getenv("TMPDIR");
    struct lf_buf path = {0};
    int fd = -1;
    lf_buf_text(&path, folder && *folder ? folder : "/tmp");
    lf_buf_add(&path, "/labelferry-XXXXXX", sizeof "/labelferry-XXXXXX");
    if (!lf_buf_ok(&path, err))
        goto done;
    fd = mkstemp(path.at);
    if (fd < 0) {
        lf_fail_errno(err, "cannot make a temporary file in $TMPDIR or /tmp");
        goto done;
    }
    if (unlink(path.at) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
        lf_fail_errno(err, "cannot hide a temporary file");
        close(fd);
        fd = -1;
    }
done:
    lf_buf_done(&path);
    return fd;
}

static bool write_all(int fd, struct lf_slice bytes, uint64_t at, struct lf_error *err)
{
    while (bytes.len) {
        ssize_t n = pwrite(fd, bytes.at, bytes.len, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return lf_fail_errno(err, "cannot write a temporary file");
        bytes.at += n;
        bytes.len -= (size_t)n;
        at += (uint64_t)n;
    }
    return true;
}

static bool read_all(int fd, char *to, size_t n, uint64_t at, struct lf_error *err)
{
    while (n) {
        ssize_t got = pread(fd, to, n, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return lf_fail_errno(err, "cannot read a temporary file");
        if (got == 0)
            return lf_fail(err, LF_E_IO, "a temporary file became shorter");
        to += got;
        n -= (size_t)got;
        at += (uint64_t)got;
    }
    return true;
}

bool lf_spool_add(struct lf_spool *s, struct lf_slice bytes, uint64_t *at,
                  struct lf_error *err)
{
    *at = lf_spool_size(s);
    if (bytes.len > (uint64_t)INT64_MAX - *at)
        return lf_fail(err, LF_E_IO, "a temporary file would be too large");
    if (s->fd < 0 && bytes.len <= LF_SPOOL_MEMORY - s->head.len) {
        lf_buf_slice(&s->head, bytes);
        return lf_buf_ok(&s->head, err);
    }
    if (s->fd < 0 && (s->fd = lf_temp_file(err)) < 0)
        return false;
    if (!write_all(s->fd, bytes, s->filed, err))
        return false; // what was written of it is not counted and is overwritten later
    s->filed += bytes.len;
    return true;
}

bool lf_spool_read(struct lf_spool *s, uint64_t at, void *to, size_t n,
                   struct lf_error *err)
{
    uint64_t size = lf_spool_size(s);
    if (at > size || n > size - at)
        return lf_fail(err, LF_E_BUG, "read of spooled bytes that were never added");
    char *out = to;
    if (n && at < s->head.len) {
        size_t part = n < s->head.len - at ? n : (size_t)(s->head.len - at);
        memcpy(out, s->head.at + at, part);
        out += part;
        n -= part;
        at += part;
    }
    return n == 0 || read_all(s->fd, out, n, at - s->head.len, err);
}

uint64_t lf_spool_size(const struct lf_spool *s)
{
    return s->head.len + s->filed;
}

void lf_spool_free(struct lf_spool **s)
{
    if (!*s)
        return;
    if ((*s)->fd >= 0)
        close((*s)->fd); // nothing in it is wanted any more, so no failure matters
    lf_buf_done(&(*s)->head);
    lf_free(*s);
    *s = NULL;
}
