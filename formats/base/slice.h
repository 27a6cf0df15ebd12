// Bytes of somebody else's: a pointer and a length, never NUL terminated, never owned.
#ifndef LF_SLICE_H
#define LF_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct lf_slice {
    const char *at;
    size_t len;
};

// A slice over a string literal.
#define LF_S(literal) ((struct lf_slice){(literal), sizeof(literal) - 1})

static inline struct lf_slice lf_slice_of(const char *text)
{
    return (struct lf_slice){text, text ? strlen(text) : 0};
}

static inline struct lf_slice lf_slice_between(const char *begin, const char *end)
{
    return (struct lf_slice){begin, (size_t)(end - begin)};
}

static inline bool lf_slice_eq(struct lf_slice a, struct lf_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static inline bool lf_slice_is(struct lf_slice a, const char *text)
{
    return lf_slice_eq(a, lf_slice_of(text));
}

// Byte order: <0, 0, >0 as memcmp; a prefix comes first.
static inline int lf_slice_cmp(struct lf_slice a, struct lf_slice b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int d = n ? memcmp(a.at, b.at, n) : 0;
    return d ? d : (a.len > b.len) - (a.len < b.len);
}

static inline bool lf_slice_starts(struct lf_slice a, struct lf_slice prefix)
{
    return a.len >= prefix.len &&
           (prefix.len == 0 || !memcmp(a.at, prefix.at, prefix.len));
}

static inline bool lf_slice_ends(struct lf_slice a, struct lf_slice suffix)
{
    return a.len >= suffix.len && (suffix.len == 0 || !memcmp(a.at + a.len - suffix.len,
                                                              suffix.at, suffix.len));
}

#endif
