// Strict JSON (RFC 8259) read in place: the reader finds where values begin and end and
// never builds a tree, so that what is not understood can be copied byte by byte.
//
// lf_json_check looks at everything once: grammar, UTF-8, escapes, lone surrogates,
// depth, length of numbers and strings, numbers beyond the largest double, keys that
// occur twice (also when they are spelled differently: "a" and "\u0061"). All other
// functions take text that was checked and do not fail on it.
#ifndef LF_JSON_H
#define LF_JSON_H

#include "formats/base/arena.h"
#include "formats/base/buf.h"

enum lf_json_type {
    LF_JSON_NULL,
    LF_JSON_FALSE,
    LF_JSON_TRUE,
    LF_JSON_NUMBER, // also NaN, Infinity, -Infinity where they were allowed
    LF_JSON_STRING,
    LF_JSON_ARRAY,
    LF_JSON_OBJECT
};

struct lf_json_rules {
    bool constants; // NaN, Infinity and -Infinity are numbers, as Python writes them
};

// `text` must be one value with nothing but white space around it. Errors carry the
// byte offset `at` + position. A NUL byte, a BOM, anything not JSON: LF_E_JSON.
LF_MUST_USE bool lf_json_check(struct lf_slice text, struct lf_json_rules rules,
                               uint64_t at, struct lf_error *err);

enum lf_json_type lf_json_type(struct lf_slice value);
// A number spelled without point and exponent.
bool lf_json_is_int(struct lf_slice value);

// Walking an array or object: start with lf_json_enter, then element or member until
// false.
struct lf_json_walk {
    const char *at, *end;
};
struct lf_json_walk lf_json_enter(struct lf_slice container);
bool lf_json_element(struct lf_json_walk *w, struct lf_slice *value);
// `key` is the raw text between the quotes, escapes and all.
bool lf_json_member(struct lf_json_walk *w, struct lf_slice *key,
                    struct lf_slice *value);
// True when the raw key means `name`, escapes decoded. `name` is UTF-8.
bool lf_json_key_means(struct lf_slice key, struct lf_slice name);
// The same; most keys differ from most names in their first byte.
static inline bool lf_json_key_is(struct lf_slice key, struct lf_slice name)
{
    if (key.len && name.len && key.at[0] != name.at[0] && key.at[0] != '\\')
        return false;
    return lf_json_key_means(key, name);
}
// The value under `name`; false when absent or `object` is no object.
bool lf_json_get(struct lf_slice object, const char *name, struct lf_slice *value);
// The text of a string value, decoded. Points into `value` when it holds no escape,
// else into the arena. "\u0000" decodes to a NUL byte.
LF_MUST_USE bool lf_json_string(struct lf_slice value, struct lf_arena *a,
                                struct lf_slice *text, struct lf_error *err);
// The text under a key of an object, likewise; empty if there is none, or no text.
LF_MUST_USE bool lf_json_text(struct lf_slice object, const char *key,
                              struct lf_arena *a, struct lf_slice *text,
                              struct lf_error *err);
// The text of a raw key, as of a string.
LF_MUST_USE bool lf_json_key(struct lf_slice key, struct lf_arena *a,
                             struct lf_slice *text, struct lf_error *err);
// The value without white space around it; mostly there is none.
struct lf_slice lf_json_trim_spaces(struct lf_slice value);
static inline struct lf_slice lf_json_trim(struct lf_slice value)
{
    return value.len && value.at[0] > ' ' && value.at[value.len - 1] > ' '
               ? value
               : lf_json_trim_spaces(value);
}

// Appends `text` (UTF-8) quoted as Python's json does: non-ASCII as \uXXXX when
// `ascii`.
void lf_json_quote(struct lf_buf *out, struct lf_slice text, bool ascii);

#endif
