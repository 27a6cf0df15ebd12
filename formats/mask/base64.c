#include "formats/mask/base64.h"

static const char alphabet[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";

// What each character stands for; 64: it does not belong here.
static const unsigned char six[256] = {
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 62, 64, 64, 64, 63, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 64, 64,
    64, 64, 64, 64, 64, 0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 64, 64, 64, 64, 64, 64, 26, 27, 28,
    29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48,
    49, 50, 51, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64};

// Whole groups of four; the return value has bit 6 if there was a wrong character, so
// that the loop need not ask.
static unsigned groups(const unsigned char *at, size_t count, unsigned char *to)
{
    unsigned seen = 0;
    for (; count; count--, at += 4, to += 3) {
        unsigned a = six[at[0]];
        unsigned b = six[at[1]];
        unsigned c = six[at[2]];
        unsigned d = six[at[3]];
        seen |= a | b | c | d;
        unsigned v = a << 18 | b << 12 | c << 6 | d;
        to[0] = (unsigned char)(v >> 16);
        to[1] = (unsigned char)(v >> 8);
        to[2] = (unsigned char)v;
    }
    return seen;
}

bool lf_base64_read(struct lf_slice text, unsigned char *to, size_t *n,
                    struct lf_error *err)
{
    *n = 0;
    if (text.len % 4 != 0)
        return lf_fail(err, LF_E_MASK, "the base64 text has %zu characters", text.len);
    if (text.len == 0)
        return true;
    const unsigned char *at = (const unsigned char *)text.at;
    size_t padding = at[text.len - 1] != '=' ? 0 : at[text.len - 2] != '=' ? 1 : 2;
    size_t whole = text.len / 4 - (padding != 0);
    unsigned seen = groups(at, whole, to);
    *n = whole * 3;
    if (padding) {
        unsigned char last[4] = {'A', 'A', 'A', 'A'};
        unsigned char bytes[3] = {0};
        memcpy(last, at + whole * 4, 4 - padding);
        seen |= groups(last, 1, bytes);
        memcpy(to + *n, bytes, 3 - padding);
        *n += 3 - padding;
    }
    return !(seen & 64) || lf_fail(err, LF_E_MASK, "the text is not base64");
}

void lf_base64_write(const unsigned char *bytes, size_t n, struct lf_buf *out)
{
    char *to = n > SIZE_MAX / 2 ? NULL : lf_buf_room(out, (n + 2) / 3 * 4);
    if (!to || n == 0)
        return;
    out->len += (n + 2) / 3 * 4;
    for (; n >= 3; n -= 3, bytes += 3) {
        unsigned v = (unsigned)bytes[0] << 16 | (unsigned)bytes[1] << 8 | bytes[2];
        *to++ = alphabet[v >> 18];
        *to++ = alphabet[v >> 12 & 63];
        *to++ = alphabet[v >> 6 & 63];
        *to++ = alphabet[v & 63];
    }
    if (n) {
        unsigned v = (unsigned)bytes[0] << 16 | (n > 1 ? (unsigned)bytes[1] << 8 : 0);
        *to++ = alphabet[v >> 18];
        *to++ = alphabet[v >> 12 & 63];
        *to++ = n > 1 ? alphabet[v >> 6 & 63] : '=';
        *to++ = '=';
    }
}
