// One step through UTF-8, for those who check text that came from outside.
#ifndef LF_UTF8_H
#define LF_UTF8_H

#include "formats/base/slice.h"

// Length of the sequence at `s` with `left` (at least 1) bytes behind it, 0 when it is
// none: overlong, cut short, a surrogate, beyond U+10FFFF. *code gets its code point.
static inline size_t lf_utf8_at(const char *s, size_t left, unsigned *code)
{
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned first = (unsigned char)s[0];
    size_t n = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (n > left || (first >= 0x80 && (first < 0xc2 || first > 0xf4)))
        return 0;
    unsigned c = n == 1 ? first : first & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        unsigned next = (unsigned char)s[i];
        if ((next & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (next & 0x3f);
    }
    *code = c;
    return c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : n;
}

static inline bool lf_utf8_ok(struct lf_slice text)
{
    unsigned code = 0;
    for (size_t i = 0, n; i < text.len; i += n)
        if ((n = lf_utf8_at(text.at + i, text.len - i, &code)) == 0)
            return false;
    return true;
}

#endif
