// Reading JSON text that was checked. No function here reads past the text it was
// given, checked or not.
#include "formats/base/json.h"

#include "formats/base/json_scan.h"
#include "formats/base/json_text.h"
#include "formats/base/utf8.h"

struct lf_slice lf_json_trim_spaces(struct lf_slice value)
{
    while (value.len && lf_json_is_space(value.at[value.len - 1]))
        value.len--;
    const char *end = value.len ? value.at + value.len : value.at;
    return value.len ? lf_slice_between(lf_json_skip_space(value.at, end), end) : value;
}

enum lf_json_type lf_json_type(struct lf_slice value)
{
    value = lf_json_trim(value);
    switch (value.len ? value.at[0] : 'n') {
    case '{':
        return LF_JSON_OBJECT;
    case '[':
        return LF_JSON_ARRAY;
    case '"':
        return LF_JSON_STRING;
    case 't':
        return LF_JSON_TRUE;
    case 'f':
        return LF_JSON_FALSE;
    case 'n':
        return LF_JSON_NULL;
    default:
        return LF_JSON_NUMBER;
    }
}

bool lf_json_is_int(struct lf_slice value)
{
    value = lf_json_trim(value);
    size_t i = value.len && value.at[0] == '-';
    if (i == value.len)
        return false;
    for (; i < value.len; i++) {
        if (value.at[i] < '0' || value.at[i] > '9')
            return false;
    }
    return true;
}

// From an opening quote to behind the closing one.
static const char *skip_string(const char *p, const char *end)
{
    for (p++; p < end; p += 2) { // over a backslash and what it escapes
        p = lf_json_string_stop(p, end);
        if (p < end && *p == '"')
            return p + 1;
    }
    return end;
}

static const char *skip_container(const char *p, const char *end)
{
    struct lf_json_scan scan = {0};
    bool closed;
    return lf_json_scan(&scan, p, end, &closed);
}

static const char *skip_value(const char *p, const char *end)
{
    if (p == end)
        return end;
    if (*p == '"')
        return skip_string(p, end);
    if (*p == '{' || *p == '[')
        return skip_container(p, end);
    while (p < end && *p != ',' && *p != ']' && *p != '}' && !lf_json_is_space(*p))
        p++;
    return p;
}

struct lf_json_walk lf_json_enter(struct lf_slice container)
{
    container = lf_json_trim(container);
    if (container.len < 2 || (container.at[0] != '{' && container.at[0] != '['))
        return (struct lf_json_walk){NULL, NULL};
    const char *end = container.at + container.len - 1;
    return (struct lf_json_walk){lf_json_skip_space(container.at + 1, end), end};
}

// Over the value at the place and the comma behind it.
static void take_value(struct lf_json_walk *w, struct lf_slice *value)
{
    const char *p = skip_value(w->at, w->end);
    *value = lf_slice_between(w->at, p);
    p = lf_json_skip_space(p, w->end);
    w->at = p < w->end ? lf_json_skip_space(p + 1, w->end) : p;
}

bool lf_json_element(struct lf_json_walk *w, struct lf_slice *value)
{
    if (w->at == w->end)
        return false;
    take_value(w, value);
    return true;
}

bool lf_json_member(struct lf_json_walk *w, struct lf_slice *key,
                    struct lf_slice *value)
{
    if (w->at == w->end || *w->at != '"')
        return false;
    const char *p = skip_string(w->at, w->end);
    if (p - w->at < 2)
        return false;
    *key = lf_slice_between(w->at + 1, p - 1);
    p = lf_json_skip_space(p, w->end);
    w->at = p < w->end ? lf_json_skip_space(p + 1, w->end) : p;
    take_value(w, value);
    return true;
}

static unsigned hex4(const char *p)
{
    unsigned v = 0;
    for (int i = 0; i < 4; i++) {
        unsigned h = (unsigned char)p[i];
        v = v << 4 | (h <= '9' ? h - '0' : ((h | 0x20) - 'a' + 10) & 15);
    }
    return v;
}

static size_t utf8_of(unsigned c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (c & 0x3f));
        c >>= 6;
    }
    out[0] = (char)((0xf00u >> n & 0xf0) | c);
    return n;
}

size_t lf_json_unescape(const char **p, const char *end, char out[4])
{
    const char *at = *p;
    char kind = '\\';
    *p = end;
    if (end - at >= 2) {
        kind = at[1];
        *p = at + 2;
    }
    switch (kind) {
    case 'b':
        out[0] = '\b';
        return 1;
    case 'f':
        out[0] = '\f';
        return 1;
    case 'n':
        out[0] = '\n';
        return 1;
    case 'r':
        out[0] = '\r';
        return 1;
    case 't':
        out[0] = '\t';
        return 1;
    case 'u':
        break;
    default:
        out[0] = kind;
        return 1;
    }
    if (end - at < 6) {
        *p = end;
        return 0;
    }
    unsigned c = hex4(at + 2);
    *p = at + 6;
    if (c >= 0xd800 && c < 0xdc00 && end - at >= 12) {
        c = 0x10000 + ((c & 0x3ff) << 10 | (hex4(at + 8) & 0x3ff));
        *p = at + 12;
    }
    return utf8_of(c, out);
}

size_t lf_json_decode(struct lf_slice raw, char *out)
{
    const char *p = raw.at;
    const char *end = p + raw.len;
    size_t n = 0;
    while (p < end) {
        const char *stop = memchr(p, '\\', (size_t)(end - p));
        size_t plain = (size_t)((stop ? stop : end) - p);
        memcpy(out + n, p, plain);
        n += plain;
        p += plain;
        if (stop)
            n += lf_json_unescape(&p, end, out + n);
    }
    return n;
}

bool lf_json_key_means(struct lf_slice key, struct lf_slice name)
{
    if (key.len < name.len) // no escape is shorter than what it stands for
        return false;
    if (!key.len || !memchr(key.at, '\\', key.len))
        return lf_slice_eq(key, name);
    const char *end = key.at + key.len;
    for (const char *p = key.at; p < end;) {
        char piece[4] = {*p};
        size_t n = 1;
        if (*p == '\\')
            n = lf_json_unescape(&p, end, piece);
        else
            p++;
        if (n > name.len || memcmp(piece, name.at, n) != 0)
            return false;
        name.at += n;
        name.len -= n;
    }
    return name.len == 0;
}

bool lf_json_get(struct lf_slice object, const char *name, struct lf_slice *value)
{
    struct lf_slice wanted = lf_slice_of(name);
    struct lf_slice key;
    struct lf_slice found;
    if (lf_json_type(object) != LF_JSON_OBJECT)
        return false;
    struct lf_json_walk w = lf_json_enter(object);
    while (lf_json_member(&w, &key, &found)) {
        if (lf_json_key_is(key, wanted)) {
            *value = found;
            return true;
        }
    }
    return false;
}

bool lf_json_text(struct lf_slice object, const char *key, struct lf_arena *a,
                  struct lf_slice *text, struct lf_error *err)
{
    struct lf_slice value;
    *text = (struct lf_slice){0};
    if (!lf_json_get(object, key, &value))
        return true;
    value = lf_json_trim(value);
    return lf_json_type(value) != LF_JSON_STRING || lf_json_string(value, a, text, err);
}

bool lf_json_key(struct lf_slice key, struct lf_arena *a, struct lf_slice *text,
                 struct lf_error *err)
{
    if (!key.len || !memchr(key.at, '\\', key.len)) {
        *text = key;
        return true;
    }
    char *copy = lf_arena_take(a, key.len, 1, err);
    if (!copy)
        return false;
    *text = (struct lf_slice){copy, lf_json_decode(key, copy)};
    return true;
}

bool lf_json_string(struct lf_slice value, struct lf_arena *a, struct lf_slice *text,
                    struct lf_error *err)
{
    value = lf_json_trim(value);
    if (value.len < 2) {
        *text = (struct lf_slice){value.at, 0};
        return true;
    }
    return lf_json_key((struct lf_slice){value.at + 1, value.len - 2}, a, text, err);
}

static void quote_code(struct lf_buf *out, unsigned c)
{
    static const char hex[] = "0123456789abcdef";
    const char text[] = {
        '\\', 'u', hex[c >> 12 & 15], hex[c >> 8 & 15], hex[c >> 4 & 15], hex[c & 15]};
    lf_buf_add(out, text, sizeof text);
}

static void quote_control(struct lf_buf *out, unsigned char c)
{
    static const char named[] = "\b\t\n\f\r\"\\";
    static const char letters[] = "btnfr\"\\";
    const char *found = c ? strchr(named, c) : NULL;
    if (found) {
        const char text[] = {'\\', letters[found - named]};
        lf_buf_add(out, text, sizeof text);
    } else {
        quote_code(out, c);
    }
}

void lf_json_quote(struct lf_buf *out, struct lf_slice text, bool ascii)
{
    lf_buf_char(out, '"');
    size_t plain = 0; // begin of what can be copied as it is
    for (size_t i = 0; i < text.len;) {
        unsigned char b = (unsigned char)text.at[i];
        if (b >= 0x20 && b < (ascii ? 0x7f : 0x80) && b != '"' && b != '\\') {
            i++;
            continue;
        }
        unsigned c = b;
        size_t n = lf_utf8_at(text.at + i, text.len - i, &c);
        if (n > 1 && !ascii) {
            i += n;
            continue;
        }
        lf_buf_add(out, text.at + plain, i - plain);
        if (n == 1) {
            quote_control(out, b);
        } else if (n == 0) {
            quote_code(out, 0xfffd); // not UTF-8, against the contract: keep JSON valid
        } else if (c >= 0x10000) {
            quote_code(out, 0xd800 + ((c - 0x10000) >> 10));
            quote_code(out, 0xdc00 + ((c - 0x10000) & 0x3ff));
        } else {
            quote_code(out, c);
        }
        i += n ? n : 1;
        plain = i;
    }
    if (text.len)
        lf_buf_add(out, text.at + plain, text.len - plain);
    lf_buf_char(out, '"');
}
