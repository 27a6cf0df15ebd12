// The bytes from the last gap on are in one buffer. An element's end is found first, by
// quotes and brackets alone, so that it can be checked as a whole.
#include "formats/base/json_stream.h"

#include "formats/base/alloc.h"
#include "formats/base/json_scan.h"
#include "formats/base/json_text.h"
#include "formats/base/limits.h"

enum { CHUNK = 256 * 1024 };

enum place { FIRST, LATER, ENDED, FAILED };

struct lf_json_stream {
    struct lf_in *in; // borrowed
    struct lf_json_rules rules;
    char *buf;
    size_t len, cap;
    size_t from;    // begin of the gap; what is before it was handed out and may go
    size_t element; // begin of the value that is being scanned
    size_t at;      // scanned up to here
    uint64_t base;  // the file's offset of buf[0]
    enum place place;
    bool key, ended; // there is an object around the array; the file has no more bytes
};

static bool fail_here(struct lf_json_stream *s, enum lf_code code, const char *what,
                      struct lf_error *err)
{
    if (code == LF_E_JSON && s->at == s->len && s->ended)
        what = "the file ends too early";
    lf_fail(err, code, "%s", what);
    return lf_fail_at_offset(err, s->base + s->at);
}

// Reads more bytes behind those in the buffer, or finds that there are none.
static bool fill(struct lf_json_stream *s, struct lf_error *err)
{
    if (s->from) {
        s->len -= s->from;
        memmove(s->buf, s->buf + s->from, s->len);
        s->at -= s->from;
        s->element -= s->element < s->from ? s->element : s->from;
        s->base += s->from;
        s->from = 0;
    }
    size_t got;
    if (s->cap - s->len < CHUNK / 4) { // less would mean many small reads
        void *buf = s->buf;
        if (!lf_grow(&buf, &s->cap, s->len + CHUNK, 1, err))
            return false;
        s->buf = buf;
    }
    size_t room = s->cap - s->len < CHUNK ? s->cap - s->len : CHUNK;
    if (!lf_in_read(s->in, s->buf + s->len, room, &got, err))
        return false;
    s->len += got;
    s->ended = got == 0;
    return true;
}

// Skips white space; *c is the byte behind it, -1 at the end of the file.
static bool peek(struct lf_json_stream *s, int *c, struct lf_error *err)
{
    for (;;) {
        if (s->at < s->len)
            s->at =
                (size_t)(lf_json_skip_space(s->buf + s->at, s->buf + s->len) - s->buf);
        *c = s->at < s->len ? (unsigned char)s->buf[s->at] : -1;
        if (*c >= 0 || s->ended)
            return true;
        if (s->len - s->from > LF_JSON_SLICE)
            return fail_here(s, LF_E_JSON_SLICE, "white space goes on for too long",
                             err);
        if (!fill(s, err))
            return false;
    }
}

// Inside a value, where the file must not end.
static bool need(struct lf_json_stream *s, struct lf_error *err)
{
    if (s->len - s->element > LF_JSON_SLICE) {
        s->at = s->element;
        return fail_here(s, LF_E_JSON_SLICE, "an element is longer than json-slice",
                         err);
    }
    if (!s->ended && !fill(s, err))
        return false;
    if (!s->ended)
        return true;
    s->at = s->len;
    return fail_here(s, LF_E_JSON, "", err);
}

// From an opening quote to behind the closing one.
static bool scan_string(struct lf_json_stream *s, struct lf_error *err)
{
    s->at++;
    for (;;) {
        const char *end = s->buf + s->len;
        const char *p = lf_json_string_stop(s->buf + s->at, end);
        s->at = (size_t)(p - s->buf);
        if (p < end && *p == '"') {
            s->at++;
            return true;
        }
        if (end - p >= 2)
            s->at += 2; // a backslash and what it escapes
        else if (!need(s, err))
            return false;
    }
}

static bool scan_container(struct lf_json_stream *s, struct lf_error *err)
{
    struct lf_json_scan scan = {0};
    for (bool closed = false;;) {
        const char *p = lf_json_scan(&scan, s->buf + s->at, s->buf + s->len, &closed);
        s->at = (size_t)(p - s->buf);
        if (closed)
            return true;
        if (!need(s, err))
            return false;
    }
}

static bool scan_scalar(struct lf_json_stream *s, struct lf_error *err)
{
    for (;;) {
        const char *p = s->buf + s->at;
        const char *end = s->buf + s->len;
        while (p < end && *p != ',' && *p != ']' && *p != '}' && !lf_json_is_space(*p))
            p++;
        s->at = (size_t)(p - s->buf);
        if (p < end)
            return true;
        if (!need(s, err))
            return false;
    }
}

// Finds the end of the value at the place and checks it.
static bool take_value(struct lf_json_stream *s, struct lf_error *err)
{
    s->element = s->at;
    char c = s->buf[s->at];
    bool ok = c == '"'               ? scan_string(s, err)
              : c == '{' || c == '[' ? scan_container(s, err)
                                     : scan_scalar(s, err);
    if (!ok)
        return false;
    struct lf_slice value = {s->buf + s->element, s->at - s->element};
    if (value.len == 0)
        return fail_here(s, LF_E_JSON, "a value is missing", err);
    if (value.len > LF_JSON_SLICE) {
        s->at = s->element;
        return fail_here(s, LF_E_JSON_SLICE, "an element is longer than json-slice",
                         err);
    }
    return lf_json_check(value, s->rules, s->base + s->element, err);
}

static bool take_byte(struct lf_json_stream *s, char wanted, const char *what,
                      struct lf_error *err)
{
    int c;
    if (!peek(s, &c, err))
        return false;
    if (c != wanted)
        return fail_here(s, LF_E_JSON, what, err);
    s->at++;
    return true;
}

static bool skip_bom(struct lf_json_stream *s, struct lf_error *err)
{
    while (s->len < 3 && !s->ended) {
        if (!fill(s, err))
            return false;
    }
    if (s->len >= 3 && memcmp(s->buf, "\xef\xbb\xbf", 3) == 0)
        s->at = 3;
    return true;
}

static bool take_key(struct lf_json_stream *s, const char *key, struct lf_error *err)
{
    int c;
    if (!take_byte(s, '{', "not an object", err) || !peek(s, &c, err))
        return false;
    if (c != '"')
        return fail_here(s, LF_E_JSON, "a key is missing", err);
    if (!take_value(s, err))
        return false;
    struct lf_slice raw = {s->buf + s->element + 1, s->at - s->element - 2};
    if (!lf_json_key_is(raw, lf_slice_of(key))) {
        s->at = s->element;
        return fail_here(s, LF_E_JSON, "the first key is not the one expected", err);
    }
    return take_byte(s, ':', "a colon is missing", err);
}

static bool take_head(struct lf_json_stream *s, const char *key, struct lf_error *err)
{
    return skip_bom(s, err) && (!key || take_key(s, key, err)) &&
           take_byte(s, '[', "not an array", err);
}

struct lf_json_stream *lf_json_stream_new(struct lf_in *in, const char *key,
                                          struct lf_json_rules rules,
                                          struct lf_error *err)
{
    struct lf_json_stream *s = lf_alloc(1, sizeof *s, err);
    if (!s)
        return NULL;
    s->in = in;
    s->rules = rules;
    s->key = key != NULL;
    if (!take_head(s, key, err)) {
        lf_fail_in_file(err, lf_in_name(in));
        lf_json_stream_free(&s);
    }
    return s;
}

// From behind the array to the end of the file.
static bool take_tail(struct lf_json_stream *s, struct lf_error *err)
{
    int c;
    s->at++;
    if (s->key && !take_byte(s, '}', "something stands behind the only key", err))
        return false;
    if (!peek(s, &c, err))
        return false;
    if (c >= 0)
        return fail_here(s, LF_E_JSON, "something stands behind the value", err);
    s->place = ENDED;
    return true;
}

static bool next(struct lf_json_stream *s, struct lf_error *err)
{
    int c;
    if (!peek(s, &c, err))
        return false;
    if (c == ']')
        return take_tail(s, err);
    if (s->place == LATER) {
        if (!take_byte(s, ',', "a comma or ] is missing", err) || !peek(s, &c, err))
            return false;
    }
    s->place = LATER;
    return c < 0 ? fail_here(s, LF_E_JSON, "", err) : take_value(s, err);
}

bool lf_json_stream_next(struct lf_json_stream *s, struct lf_slice *gap,
                         struct lf_slice *element, uint64_t *at, bool *more,
                         struct lf_error *err)
{
    *more = false;
    *gap = *element = (struct lf_slice){"", 0};
    *at = s->base + s->at;
    if (s->place == FAILED)
        return lf_fail(err, LF_E_JSON, "the file was not read to its end");
    if (s->place == LATER || s->place == ENDED)
        s->from = s->at;
    if (s->place == ENDED)
        return true;
    if (!next(s, err)) {
        s->place = FAILED;
        return lf_fail_in_file(err, lf_in_name(s->in));
    }
    *more = s->place == LATER;
    size_t end = *more ? s->element : s->at;
    *gap = (struct lf_slice){s->buf + s->from, end - s->from};
    *element = (struct lf_slice){s->buf + end, s->at - end};
    *at = s->base + end;
    return true;
}

void lf_json_stream_free(struct lf_json_stream **s)
{
    if (!*s)
        return;
    lf_free((*s)->buf);
    lf_free(*s);
    *s = NULL;
}
