// Bytes that grow. Failure sticks: add as much as you like, ask once with lf_buf_ok.
#ifndef LF_BUF_H
#define LF_BUF_H

#include "formats/base/error.h"

struct lf_buf {
    char *at; // owned; NULL while empty
    size_t len, cap;
    bool failed; // there was no memory for something
};

void lf_buf_done(struct lf_buf *b);
static inline void lf_buf_clear(struct lf_buf *b)
{
    b->len = 0;
}
// Room for `more` bytes behind `len`; NULL (and failed) when there is none.
char *lf_buf_room(struct lf_buf *b, size_t more);
// These four run once a byte or word of all output, so they are inline where there is
// room.
static inline void lf_buf_add(struct lf_buf *b, const void *bytes, size_t n)
{
    char *room = n == 0                               ? NULL
                 : !b->failed && n <= b->cap - b->len ? b->at + b->len
                                                      : lf_buf_room(b, n);
    if (room) {
        memcpy(room, bytes, n);
        b->len += n;
    }
}
static inline void lf_buf_slice(struct lf_buf *b, struct lf_slice s)
{
    lf_buf_add(b, s.at, s.len);
}
static inline void lf_buf_text(struct lf_buf *b, const char *text)
{
    lf_buf_add(b, text, strlen(text));
}
static inline void lf_buf_char(struct lf_buf *b, char c)
{
    lf_buf_add(b, &c, 1);
}
void lf_buf_printf(struct lf_buf *b, const char *fmt, ...) LF_PRINTF(2, 3);
LF_MUST_USE bool lf_buf_ok(const struct lf_buf *b, struct lf_error *err);
static inline struct lf_slice lf_buf_view(const struct lf_buf *b)
{
    return (struct lf_slice){b->at, b->len};
}

#endif
