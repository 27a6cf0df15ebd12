// Where a container ends, by quotes and brackets alone, 64 bytes at a time. Internal to
// base. Text that is not JSON gives some end or none, never a read past `end`.
#ifndef LF_JSON_SCAN_H
#define LF_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { LF_JSON_BLOCK = 64 };

struct lf_json_scan { // {0} before the opening bracket; the text may come in pieces
    size_t depth;
    bool in_string, escaped; // behind a quote; behind a backslash
};

struct lf_json_marks { // a bit a byte of a block
    uint64_t quotes, slashes, opens, closes;
};

static inline struct lf_json_marks lf_json_marks(const char *p)
{
    struct lf_json_marks m = {0};
#ifdef __SSE2__
    for (int i = 0; i < LF_JSON_BLOCK; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        // Brackets of both kinds differ from each other in one bit only.
        __m128i low = _mm_or_si128(v, _mm_set1_epi8(0x20));
#define LF_BITS(of, c)                                                                 \
    ((uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(of, _mm_set1_epi8(c))) << i)
        m.quotes |= LF_BITS(v, '"');
        m.slashes |= LF_BITS(v, '\\');
        m.opens |= LF_BITS(low, '{');
        m.closes |= LF_BITS(low, '}');
#undef LF_BITS
    }
#else
    for (int i = 0; i < LF_JSON_BLOCK; i++) {
        char low = (char)(p[i] | 0x20);
        m.quotes |= (uint64_t)(p[i] == '"') << i;
        m.slashes |= (uint64_t)(p[i] == '\\') << i;
        m.opens |= (uint64_t)(low == '{') << i;
        m.closes |= (uint64_t)(low == '}') << i;
    }
#endif
    return m;
}

// One byte: the slow way, which all others must agree with. True when it closes the
// container.
static inline bool lf_json_scan_byte(struct lf_json_scan *s, char c)
{
    if (s->in_string) {
        s->in_string = s->escaped || c != '"';
        s->escaped = !s->escaped && c == '\\';
        return false;
    }
    s->in_string = c == '"';
    if ((c | 0x20) == '{')
        s->depth++;
    return (c | 0x20) == '}' && --s->depth == 0;
}

// How many of the first `n` bytes of a block lead behind the closing bracket, -1 when
// it is not among them. The others must be zero.
static inline int lf_json_scan_block(struct lf_json_scan *s, const char *p, int n)
{
    struct lf_json_marks m = lf_json_marks(p);
    if (m.slashes || s->escaped) {
        for (int i = 0; i < n; i++)
            if (lf_json_scan_byte(s, p[i]))
                return i + 1;
        return -1;
    }
    uint64_t inside = m.quotes; // each bit: whether the quotes up to there are odd
    for (int i = 1; i < 64; i *= 2)
        inside ^= inside << i;
    inside ^= s->in_string ? UINT64_MAX : 0;
    s->in_string = inside >> 63;
    for (uint64_t left = (m.opens | m.closes) & ~inside; left; left &= left - 1) {
        if (m.opens & left & -left)
            s->depth++;
        else if (--s->depth == 0)
            return __builtin_ctzll(left) + 1;
    }
    return -1;
}

// Behind the bracket that closes the container, *closed true; else `end`: more text may
// follow.
static inline const char *lf_json_scan(struct lf_json_scan *s, const char *p,
                                       const char *end, bool *closed)
{
    char last[LF_JSON_BLOCK] = "";
    int n = -1;
    for (; n < 0 && end - p >= LF_JSON_BLOCK; p += n < 0 ? LF_JSON_BLOCK : n)
        n = lf_json_scan_block(s, p, LF_JSON_BLOCK);
    *closed = n >= 0;
    if (*closed || p == end)
        return p;
    memcpy(last, p, (size_t)(end - p));
    n = lf_json_scan_block(s, last, (int)(end - p));
    *closed = n >= 0;
    return *closed ? p + n : end;
}

#endif
