#include "formats/base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void lf_error_clear(struct lf_error *err)
{
    *err = (struct lf_error){0};
}

LF_PRINTF(3, 0)
static bool fail(struct lf_error *err, enum lf_code code, const char *fmt, va_list args)
{
    if (err->code != LF_OK)
        return false;
    err->code = code;
    char raw[sizeof err->what];
    int n = vsnprintf(raw, sizeof raw, fmt, args);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof raw ? (size_t)n : sizeof raw - 1;
    lf_escape((struct lf_slice){raw, len}, err->what, sizeof err->what);
    return false;
}

bool lf_fail(struct lf_error *err, enum lf_code code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fail(err, code, fmt, args);
    va_end(args);
    return false;
}

bool lf_fail_errno(struct lf_error *err, const char *fmt, ...)
{
    int number = errno;
    if (err->code != LF_OK)
        return false;
    va_list args;
    va_start(args, fmt);
    fail(err, number == ENOMEM ? LF_E_NOMEM : LF_E_IO, fmt, args);
    va_end(args);
    size_t n = strlen(err->what);
    snprintf(err->what + n, sizeof err->what - n, ": %s", strerror(number));
    return false;
}

bool lf_fail_in_file(struct lf_error *err, const char *file)
{
    if (err->code != LF_OK && !err->file[0])
        lf_escape(lf_slice_of(file), err->file, sizeof err->file);
    return false;
}

bool lf_fail_at_line(struct lf_error *err, uint64_t line)
{
    if (err->code != LF_OK && !err->has_line && !err->has_offset) {
        err->line = line;
        err->has_line = true;
    }
    return false;
}

bool lf_fail_at_offset(struct lf_error *err, uint64_t offset)
{
    if (err->code != LF_OK && !err->has_offset && !err->has_line) {
        err->offset = offset;
        err->has_offset = true;
    }
    return false;
}

bool lf_fail_in_sample(struct lf_error *err, struct lf_slice sample)
{
    if (err->code != LF_OK && !err->sample[0])
        lf_escape(sample, err->sample, sizeof err->sample);
    return false;
}

void lf_error_print(const struct lf_error *err, char *out, size_t cap)
{
    const struct lf_code_row *row = lf_code_row(err->code);
    char place[32] = "";
    if (err->has_line)
        snprintf(place, sizeof place, "%llu: ", (unsigned long long)err->line);
    else if (err->has_offset)
        snprintf(place, sizeof place, "byte %llu: ", (unsigned long long)err->offset);
    snprintf(out, cap, "%s%s%s%s: LF%04d %s: %s%s%s%s", err->file,
             err->file[0] ? ":" : "", place[0] || !err->file[0] ? place : " ", "error",
             (int)err->code, // whatever it is as a finding: it stopped us
             row ? row->slug : "unknown", err->what, err->sample[0] ? " (sample " : "",
             err->sample, err->sample[0] ? ")" : "");
}

// Length of the UTF-8 sequence at `s`, 0 when it is not one; *code gets its code point.
static size_t utf8_at(const unsigned char *s, size_t left, unsigned *code)
{
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = s[0] < 0x80    ? 1
               : s[0] >= 0xf0 ? 4
               : s[0] >= 0xe0 ? 3
               : s[0] >= 0xc2 ? 2
                              : 0;
    if (n == 0 || n > left || s[0] > 0xf4)
        return 0;
    unsigned c = n == 1 ? s[0] : s[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (s[i] & 0x3fu);
    }
    *code = c;
    return c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : n;
}

static bool misleading(unsigned c) // bidirectional controls and line separators
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200e && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

const char *lf_escape(struct lf_slice text, char *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len && cap;) {
        char piece[12];
        unsigned code = 0;
        size_t took = utf8_at((const unsigned char *)text.at + i, text.len - i, &code);
        size_t len = took;
        if (took == 0 || (misleading(code) && code < 0x80)) {
            len = (size_t)snprintf(piece, sizeof piece, "\\x%02x",
                                   (unsigned char)text.at[i]);
            took = 1;
        } else if (misleading(code)) {
            len = (size_t)snprintf(piece, sizeof piece, "\\u%04x", code);
        } else {
            memcpy(piece, text.at + i, took);
        }
        if (n + len + 1 > cap || (n + len + 4 > cap && i + took < text.len)) {
            if (n + 4 <= cap) {
                memcpy(out + n, "...", 3);
                n += 3;
            }
            break;
        }
        memcpy(out + n, piece, len);
        n += len;
        i += took;
    }
    if (cap)
        out[n] = '\0';
    return out;
}
