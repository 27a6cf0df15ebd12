// What json.c, json_check.c and json_stream.c share about bytes. Internal to base.
#ifndef LF_JSON_TEXT_H
#define LF_JSON_TEXT_H

#include <stdint.h>

#include "formats/base/slice.h"

// Eight bytes, the first one lowest, so that the lowest set bit of a test is the first
// hit.
static inline uint64_t lf_json_word(const char *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof w);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    w = __builtin_bswap64(w);
#endif
    return w;
}

#define LF_JSON_ONES UINT64_C(0x0101010101010101)
#define LF_JSON_HIGH UINT64_C(0x8080808080808080)

// The high bit of each byte that is zero; exact for the first such byte and before it.
static inline uint64_t lf_json_zeros(uint64_t w)
{
    return (w - LF_JSON_ONES) & ~w & LF_JSON_HIGH;
}

// Where the next quote or backslash stands, or `end`.
static inline const char *lf_json_string_stop(const char *p, const char *end)
{
    while (end - p >= 8) {
        uint64_t w = lf_json_word(p);
        uint64_t hit = lf_json_zeros(w ^ (LF_JSON_ONES * '"')) |
                       lf_json_zeros(w ^ (LF_JSON_ONES * '\\'));
        if (hit)
            return p + (__builtin_ctzll(hit) >> 3);
        p += 8;
    }
    while (p < end && *p != '"' && *p != '\\')
        p++;
    return p;
}

static inline bool lf_json_is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static inline const char *lf_json_skip_space(const char *p, const char *end)
{
    while (p < end && lf_json_is_space(*p)) {
        p++;
        // Indents are runs of blanks; in compact files nothing gets here.
        while (end - p >= 8 && lf_json_word(p) == LF_JSON_ONES * ' ')
            p += 8;
    }
    return p;
}

// The character behind a backslash at `*p`, decoded to UTF-8; *p moves behind the
// escape. Only for text that was checked; returns the number of bytes in `out`.
size_t lf_json_unescape(const char **p, const char *end, char out[4]);
// Decodes raw text between quotes into `out`, which has room for raw.len bytes.
size_t lf_json_decode(struct lf_slice raw, char *out);

#endif
