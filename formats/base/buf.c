#include "formats/base/buf.h"

#include <stdio.h>

#include "formats/base/alloc.h"

enum { FIRST = 256 };

void lf_buf_done(struct lf_buf *b)
{
    lf_free(b->at);
    *b = (struct lf_buf){0};
}

char *lf_buf_room(struct lf_buf *b, size_t more)
{
    struct lf_error err = {0};
    void *p = b->at;
    size_t need = b->len + more < FIRST ? FIRST : b->len + more;
    if (b->failed || more > SIZE_MAX / 4 - b->len ||
        !lf_widen(&p, &b->cap, need, 1, &err)) {
        b->failed = true;
        return NULL;
    }
    b->at = p;
    return b->at + b->len;
}

void lf_buf_printf(struct lf_buf *b, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *room = n < 0 ? NULL : lf_buf_room(b, (size_t)n + 1);
    if (room) {
        (void)vsnprintf(room, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    va_end(again);
}

bool lf_buf_ok(const struct lf_buf *b, struct lf_error *err)
{
    return !b->failed || lf_fail(err, LF_E_NOMEM, "no memory for a buffer");
}
