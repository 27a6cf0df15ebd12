// The first byte chooses how many bytes come at once and whether there is a key. Gaps
// and elements joined are the input, and the stream accepts what lf_json_check accepts.
#include <string.h>

#include "formats/base/json_stream.h"
#include "tests/fuzz/fuzz.h"

struct slow {
    struct lf_slice rest;
    size_t step;
};

static bool slow_read(void *state, void *to, size_t cap, size_t *got,
                      struct lf_error *err)
{
    (void)err;
    struct slow *s = state;
    size_t n = s->step < cap ? s->step : cap;
    n = n < s->rest.len ? n : s->rest.len;
    if (n)
        memcpy(to, s->rest.at, n);
    s->rest.at += n;
    s->rest.len -= n;
    *got = n;
    return true;
}

static void slow_close(void *state)
{
    (void)state;
}

static bool read_all(struct lf_json_stream *s, struct lf_buf *all, struct lf_error *err)
{
    struct lf_slice gap;
    struct lf_slice element;
    uint64_t at;
    bool more;
    do {
        if (!lf_json_stream_next(s, &gap, &element, &at, &more, err))
            return false;
        lf_buf_slice(all, gap);
        LF_CLAIM(at == all->len);
        lf_buf_slice(all, element);
    } while (more);
    return true;
}

// What the stream must say, by looking at the whole text. The stream counts the depth
// from each element, so only its refusals are compared when the text is deep.
static bool expected(struct lf_slice text, const char *key, enum lf_code *code)
{
    struct lf_error err = {0};
    struct lf_slice name;
    struct lf_slice value = text;
    if (lf_slice_starts(text, LF_S("\xef\xbb\xbf")))
        value = text = (struct lf_slice){text.at + 3, text.len - 3};
    bool ok = lf_json_check(text, (struct lf_json_rules){true}, 0, &err);
    *code = err.code;
    if (!ok)
        return false;
    if (key) {
        struct lf_json_walk w = lf_json_enter(text);
        if (lf_json_type(text) != LF_JSON_OBJECT ||
            !lf_json_member(&w, &name, &value) ||
            !lf_json_key_is(name, lf_slice_of(key)) || lf_json_member(&w, &name, &text))
            return false;
    }
    return lf_json_type(value) == LF_JSON_ARRAY;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct lf_slice text = {(const char *)data + 1, size - 1};
    const char *key = data[0] & 1 ? "samples" : NULL;
    struct slow slow = {text, 1 + (size_t)(data[0] >> 1)};
    struct lf_error err = {0};
    struct lf_buf all = {0};
    struct lf_in *in = lf_in_make("fuzz", &slow, slow_read, slow_close, &err);
    LF_CLAIM(in);
    struct lf_json_stream *s =
        lf_json_stream_new(in, key, (struct lf_json_rules){true}, &err);
    bool ok = s && read_all(s, &all, &err);
    enum lf_code code;
    bool want = expected(text, key, &code);
    LF_CLAIM(ok ? lf_slice_eq(lf_buf_view(&all), text) : err.code != LF_OK);
    LF_CLAIM(ok == want || (ok && code == LF_E_JSON_DEPTH));
    lf_json_stream_free(&s);
    lf_in_free(&in);
    lf_buf_done(&all);
    return 0;
}
