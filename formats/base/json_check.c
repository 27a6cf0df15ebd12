// One pass over JSON text, without recursion: open containers are on a stack of fixed
// size, the keys of all open objects on one that grows.
#include <stdlib.h>

#include "formats/base/alloc.h"
#include "formats/base/arena.h"
#include "formats/base/json.h"
#include "formats/base/json_text.h"
#include "formats/base/limits.h"
#include "formats/base/number.h"
#include "formats/base/utf8.h"

// Objects up to here compare each new key with those before it; larger ones sort when
// they end, so that no choice of keys makes a million of them slow.
enum { FEW_KEYS = 32, FIRST_KEYS = 128 };

struct key {
    const char *at;  // decoded
    const char *raw; // its opening quote, for the message
    uint32_t len;
    uint32_t tag; // of len and some bytes: differs for most different keys
};

struct open {
    size_t first_key;
    bool object;
};

struct check {
    const char *begin, *at, *end;
    struct lf_json_rules rules;
    uint64_t offset; // of `begin` in the file
    struct open open[LF_JSON_DEPTH];
    size_t depth;
    struct key *keys;
    size_t key_count, key_cap;
    struct lf_arena decoded; // keys with escapes
    struct lf_error *err;
};

static bool fail_at(struct check *c, const char *p, enum lf_code code, const char *what)
{
    lf_fail(c->err, code, "%s", what);
    return lf_fail_at_offset(c->err, c->offset + (uint64_t)(p - c->begin));
}

static bool fail_syntax(struct check *c, const char *what)
{
    return fail_at(c, c->at, LF_E_JSON,
                   c->at == c->end ? "the text ends too early" : what);
}

static int hex_value(char h)
{
    if (h >= '0' && h <= '9')
        return h - '0';
    h = (char)(h | 0x20);
    return h >= 'a' && h <= 'f' ? h - 'a' + 10 : -1;
}

// The four hex digits of an escape at `p`, -1 when they are not there.
static int hex4(const char *p, const char *end)
{
    int v = 0;
    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int h = hex_value(p[i]);
        if (h < 0)
            return -1;
        v = v << 4 | h;
    }
    return v;
}

static bool check_unicode_escape(struct check *c)
{
    const char *escape = c->at;
    int v = hex4(c->at + 2, c->end);
    if (v < 0)
        return fail_at(c, escape, LF_E_JSON, "not an escape");
    c->at += 6;
    if (v < 0xd800 || v > 0xdfff)
        return true;
    int low = -1;
    if (v < 0xdc00 && c->end - c->at >= 6 && c->at[0] == '\\' && c->at[1] == 'u')
        low = hex4(c->at + 2, c->end);
    if (low < 0xdc00 || low > 0xdfff)
        return fail_at(c, escape, LF_E_JSON, "half of a surrogate pair");
    c->at += 6;
    return true;
}

// At a byte of a string that is not plain: an escape, beyond ASCII, or wrong.
static bool check_odd_byte(struct check *c)
{
    unsigned char b = (unsigned char)*c->at;
    unsigned code;
    if (b >= 0x80) {
        size_t n = lf_utf8_at(c->at, (size_t)(c->end - c->at), &code);
        c->at += n;
        return n || fail_syntax(c, "not UTF-8");
    }
    if (b != '\\')
        return fail_syntax(c, "a control character in a text");
    if (c->end - c->at < 2) {
        c->at = c->end;
        return fail_syntax(c, "");
    }
    if (c->at[1] == 'u')
        return check_unicode_escape(c);
    if (!c->at[1] || !strchr("\"\\/bfnrt", c->at[1]))
        return fail_syntax(c, "not an escape");
    c->at += 2;
    return true;
}

// Moves to the next byte of a string that is a quote or not plain.
static void skip_plain(struct check *c)
{
    const char *p = c->at;
    while (c->end - p >= 8) {
        uint64_t w = lf_json_word(p);
        // Below 0x20 and beyond ASCII; borrows reach only bytes behind the first hit.
        uint64_t odd =
            ((w - LF_JSON_ONES * 0x20) & ~w & LF_JSON_HIGH) | (w & LF_JSON_HIGH);
        odd |= lf_json_zeros(w ^ (LF_JSON_ONES * '"'));
        odd |= lf_json_zeros(w ^ (LF_JSON_ONES * '\\'));
        if (odd) {
            c->at = p + (__builtin_ctzll(odd) >> 3);
            return;
        }
        p += 8;
    }
    while (p < c->end && (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80 &&
           *p != '"' && *p != '\\')
        p++;
    c->at = p;
}

// A string from its opening quote; `raw` is what is between the quotes.
static bool check_string(struct check *c, struct lf_slice *raw, bool *escaped)
{
    const char *quote = c->at++;
    *escaped = false;
    for (;;) {
        skip_plain(c);
        if (c->at == c->end)
            return fail_syntax(c, "");
        if (*c->at == '"')
            break;
        *escaped |= *c->at == '\\';
        if (!check_odd_byte(c))
            return false;
    }
    *raw = lf_slice_between(quote + 1, c->at++);
    if (raw->len > LF_JSON_STRING_MAX)
        return fail_at(c, quote, LF_E_JSON_STRING, "a text is longer than json-string");
    return true;
}

static bool is_digit(const struct check *c, const char *p)
{
    return p < c->end && *p >= '0' && *p <= '9';
}

static bool check_digits(struct check *c)
{
    if (!is_digit(c, c->at))
        return fail_syntax(c, "a digit is missing");
    while (is_digit(c, c->at))
        c->at++;
    return true;
}

static bool check_word(struct check *c, const char *word)
{
    size_t n = strlen(word);
    size_t left = (size_t)(c->end - c->at);
    if (memcmp(c->at, word, n < left ? n : left) != 0)
        return fail_syntax(c, "not a value");
    c->at += n < left ? n : left;
    return n <= left || fail_syntax(c, "");
}

static bool check_number(struct check *c)
{
    const char *first = c->at;
    bool exponent = false;
    if (*c->at == '-') {
        c->at++;
        if (c->rules.constants && c->at < c->end && *c->at == 'I')
            return check_word(c, "Infinity");
    }
    if (c->at < c->end && *c->at == '0')
        c->at++; // a digit behind it is found to be no value
    else if (!check_digits(c))
        return false;
    if (c->at < c->end && *c->at == '.') {
        c->at++;
        if (!check_digits(c))
            return false;
    }
    if (c->at < c->end && (*c->at == 'e' || *c->at == 'E')) {
        exponent = true;
        c->at++;
        if (c->at < c->end && (*c->at == '-' || *c->at == '+'))
            c->at++;
        if (!check_digits(c))
            return false;
    }
    double v;
    struct lf_slice text = lf_slice_between(first, c->at);
    if (text.len > LF_NUMBER_BYTES)
        return fail_at(c, first, LF_E_JSON_NUMBER, "a number is longer than the limit");
    // Without an exponent the limit on its length keeps it within a double.
    if (exponent && !lf_parse_double(text, &v))
        return fail_at(c, first, LF_E_JSON_NUMBER,
                       "a number is beyond the largest double");
    return true;
}

static uint32_t key_tag(struct lf_slice key)
{
    uint64_t first = 0;
    uint64_t last = 0;
    size_t n = key.len < 8 ? key.len : 8;
    if (n == 8) {
        memcpy(&first, key.at, 8);
        memcpy(&last, key.at + key.len - 8, 8);
    } else {
        for (size_t i = 0; i < n; i++)
            first = first << 8 | (unsigned char)key.at[i];
    }
    uint64_t mixed = (first ^ (last << 7 | last >> 57)) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(mixed >> 32) + (uint32_t)key.len;
}

static bool same_key(const struct key *a, const struct key *b)
{
    return a->tag == b->tag && a->len == b->len && memcmp(a->at, b->at, a->len) == 0;
}

static bool fail_twice(struct check *c, const struct key *key)
{
    char name[64];
    lf_escape((struct lf_slice){key->at, key->len}, name, sizeof name);
    lf_fail(c->err, LF_E_JSON_KEY, "the key \"%s\" occurs twice in one object", name);
    return lf_fail_at_offset(c->err, c->offset + (uint64_t)(key->raw - c->begin));
}

static int compare_keys(const void *left, const void *right)
{
    const struct key *a = left;
    const struct key *b = right;
    if (a->tag != b->tag)
        return a->tag < b->tag ? -1 : 1;
    if (a->len != b->len)
        return a->len < b->len ? -1 : 1;
    int d = memcmp(a->at, b->at, a->len);
    return d ? d : (a->raw > b->raw) - (a->raw < b->raw);
}

static bool check_many_keys(struct check *c, struct key *keys, size_t n)
{
    const struct key *second = NULL;
    qsort(keys, n, sizeof *keys, compare_keys);
    for (size_t i = 1; i < n; i++) {
        if (same_key(&keys[i - 1], &keys[i]) && (!second || keys[i].raw < second->raw))
            second = &keys[i];
    }
    return !second || fail_twice(c, second);
}

// Remembers a key of the innermost object.
static bool add_key(struct check *c, struct lf_slice raw, bool escaped)
{
    struct key key = {.raw = raw.at - 1};
    if (escaped) {
        char *text = lf_arena_take(&c->decoded, raw.len, 1, c->err);
        if (!text)
            return false;
        raw = (struct lf_slice){text, lf_json_decode(raw, text)};
    }
    key.at = raw.at;
    key.len = (uint32_t)raw.len;
    key.tag = key_tag(raw);
    size_t first = c->open[c->depth - 1].first_key;
    if (c->key_count - first < FEW_KEYS) {
        for (size_t i = first; i < c->key_count; i++) {
            if (same_key(&c->keys[i], &key))
                return fail_twice(c, &key);
        }
    }
    if (c->key_count == c->key_cap) {
        void *keys = c->keys;
        size_t need = c->key_cap ? c->key_cap + 1 : FIRST_KEYS;
        if (!lf_grow(&keys, &c->key_cap, need, sizeof *c->keys, c->err))
            return false;
        c->keys = keys;
    }
    c->keys[c->key_count++] = key;
    return true;
}

// `"key":`, the place is at the quote.
static bool check_key(struct check *c)
{
    struct lf_slice raw = {c->at, 0};
    bool escaped;
    if (c->at == c->end || *c->at != '"')
        return fail_syntax(c, "a key is missing");
    if (!check_string(c, &raw, &escaped) || !add_key(c, raw, escaped))
        return false;
    c->at = lf_json_skip_space(c->at, c->end);
    if (c->at == c->end || *c->at != ':')
        return fail_syntax(c, "a colon is missing");
    c->at = lf_json_skip_space(c->at + 1, c->end);
    return true;
}

static bool close_container(struct check *c)
{
    const struct open *o = &c->open[--c->depth];
    size_t n = c->key_count - o->first_key;
    if (o->object && n > FEW_KEYS && !check_many_keys(c, c->keys + o->first_key, n))
        return false;
    c->key_count = o->first_key;
    c->at++;
    return true;
}

// Goes into the container at the place, up to its first value; leaves it again when it
// is empty. *inside tells which.
static bool open_container(struct check *c, bool *inside)
{
    if (c->depth == LF_JSON_DEPTH)
        return fail_at(c, c->at, LF_E_JSON_DEPTH, "nested deeper than json-depth");
    bool object = *c->at == '{';
    c->open[c->depth++] = (struct open){c->key_count, object};
    c->at = lf_json_skip_space(c->at + 1, c->end);
    *inside = c->at == c->end || *c->at != (object ? '}' : ']');
    if (!*inside)
        return close_container(c);
    return !object || check_key(c);
}

static bool check_scalar(struct check *c)
{
    struct lf_slice raw;
    bool escaped;
    switch (*c->at) {
    case '"':
        return check_string(c, &raw, &escaped);
    case 't':
        return check_word(c, "true");
    case 'f':
        return check_word(c, "false");
    case 'n':
        return check_word(c, "null");
    case 'N':
        return c->rules.constants ? check_word(c, "NaN")
                                  : fail_syntax(c, "not a value");
    case 'I':
        return c->rules.constants ? check_word(c, "Infinity")
                                  : fail_syntax(c, "not a value");
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return check_number(c);
    default:
        return fail_syntax(c, "not a value");
    }
}

// From behind a value to the next value; leaves the containers that end in between.
static bool to_next_value(struct check *c)
{
    while (c->depth) {
        bool object = c->open[c->depth - 1].object;
        c->at = lf_json_skip_space(c->at, c->end);
        if (c->at < c->end && *c->at == ',') {
            c->at = lf_json_skip_space(c->at + 1, c->end);
            return !object || check_key(c);
        }
        if (c->at == c->end || *c->at != (object ? '}' : ']'))
            return fail_syntax(c, object ? "a comma or } is missing"
                                         : "a comma or ] is missing");
        if (!close_container(c))
            return false;
    }
    return true;
}

static bool check_values(struct check *c)
{
    do {
        bool inside = false;
        if (c->at == c->end)
            return fail_syntax(c, "");
        bool ok = *c->at == '{' || *c->at == '[' ? open_container(c, &inside)
                                                 : check_scalar(c);
        if (!ok || (!inside && !to_next_value(c)))
            return false;
    } while (c->depth);
    return true;
}

bool lf_json_check(struct lf_slice text, struct lf_json_rules rules, uint64_t at,
                   struct lf_error *err)
{
    struct check c;
    c.begin = text.len ? text.at : "";
    c.end = c.begin + text.len;
    c.rules = rules;
    c.offset = at;
    c.depth = 0;
    c.keys = NULL;
    c.key_count = c.key_cap = 0;
    c.decoded = (struct lf_arena){0};
    c.err = err;
    c.at = lf_json_skip_space(c.begin, c.end);
    bool ok = check_values(&c);
    if (ok) {
        c.at = lf_json_skip_space(c.at, c.end);
        ok = c.at == c.end || fail_syntax(&c, "something stands behind the value");
    }
    lf_arena_done(&c.decoded);
    lf_free(c.keys);
    return ok;
}
