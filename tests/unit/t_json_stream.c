#include "tests/unit/unit.h"

#include <stdlib.h>

#include "formats/base/json_stream.h"

// Hands out a text in pieces of `step` bytes.
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

struct row {
    const char *name, *key, *text;
    int count; // elements, when it is accepted
    enum lf_code code;
    int offset; // -1: not looked at
};

#define BOM "\xef\xbb\xbf"

// clang-format off
static const struct row rows[] = {
    {"empty array", "samples", "{\"samples\":[]}", 0, LF_OK, -1},
    {"empty array with white space", "samples", " { \"samples\" : [ ] } \n", 0, LF_OK, -1},
    {"bare empty array", NULL, "[]", 0, LF_OK, -1},
    {"one", "samples", "{\"samples\": [{\"a\": 1}]}", 1, LF_OK, -1},
    {"three, as Python dumps", "samples", "{\"samples\": [{\"a\": 1}, {\"a\": 2}, {}]}", 3, LF_OK, -1},
    {"pretty", "samples", "{\n    \"samples\": [\n        {\n            \"a\": [\n                1\n            ]\n        },\n        {}\n    ]\n}\n", 2, LF_OK, -1},
    {"every kind", NULL, "[1,-2.5e3,\"x\",\"\",true,null,[],{},[[]],{\"a\":{}}]", 10, LF_OK, -1},
    {"scalars and blanks", NULL, "[ 1 , 2\n, true ]", 3, LF_OK, -1},
    {"brackets in texts", NULL, "[\"]\",\"\\\"]\",{\"}\":\"{\\\\\"},[\"[\"]]", 4, LF_OK, -1},
    {"escapes at the end", NULL, "[\"\\\\\",\"\\\\\\\\\",\"\\\"\"]", 3, LF_OK, -1},
    {"BOM", "samples", BOM "{\"samples\":[1]}", 1, LF_OK, -1},
    {"BOM, bare", NULL, BOM "[1]", 1, LF_OK, -1},
    {"the key with escapes", "samples", "{\"\\u0073amples\":[1]}", 1, LF_OK, -1},
    {"Python's words", NULL, "[NaN,{\"a\":-Infinity}]", 2, LF_OK, -1},

    {"nothing", NULL, "", 0, LF_E_JSON, 0},
    {"nothing, with a key", "samples", "", 0, LF_E_JSON, 0},
    {"half a BOM", NULL, "\xef\xbb", 0, LF_E_JSON, 0},
    {"two BOMs", NULL, BOM BOM "[]", 0, LF_E_JSON, 3},
    {"not an array", NULL, "{\"samples\":[]}", 0, LF_E_JSON, 0},
    {"not an object", "samples", "[1]", 0, LF_E_JSON, 0},
    {"no key", "samples", "{}", 0, LF_E_JSON, 1},
    {"wrong key", "samples", "{\"frames\":[]}", 0, LF_E_JSON, 1},
    {"wrong key, longer", "samples", "{\"samples2\":[]}", 0, LF_E_JSON, 1},
    {"second key", "samples", "{\"samples\":[1],\"b\":2}", 0, LF_E_JSON, 14},
    {"value is no array", "samples", "{\"samples\":{}}", 0, LF_E_JSON, 11},
    {"no colon", "samples", "{\"samples\" []}", 0, LF_E_JSON, 11},
    {"bad key", "samples", "{\"sam\\xples\":[]}", 0, LF_E_JSON, 5},
    {"trailing garbage", NULL, "[1] x", 0, LF_E_JSON, 4},
    {"trailing garbage behind the object", "samples", "{\"samples\":[]}]", 0, LF_E_JSON, 14},
    {"vertical tab behind it", NULL, "[1]\v", 0, LF_E_JSON, 3},
    {"trailing comma", NULL, "[1,]", 0, LF_E_JSON, 3},
    {"comma first", NULL, "[,1]", 0, LF_E_JSON, 1},
    {"no comma", NULL, "[1 2]", 0, LF_E_JSON, 3},
    {"no comma between objects", NULL, "[{}{}]", 0, LF_E_JSON, 3},
    {"wrong bracket", NULL, "[1}", 0, LF_E_JSON, 2},
    {"brace missing", "samples", "{\"samples\":[1]", 0, LF_E_JSON, 14},
    {"bad element", NULL, "[{\"a\":1},{\"b\":01}]", 0, LF_E_JSON, 15},
    {"wrong bracket in an element", NULL, "[{\"a\":1]]", 0, LF_E_JSON, 7},
    {"key twice in an element", NULL, "[0,{\"a\":1,\"a\":2}]", 0, LF_E_JSON_KEY, 10},
    {"number too large", NULL, "[1,1e999]", 0, LF_E_JSON_NUMBER, 3},
};
// clang-format on

// Reads all of it; the gaps and elements joined go to `all`.
static bool read_all(struct lf_json_stream *s, struct lf_buf *all, int *count,
                     struct lf_error *err)
{
    struct lf_slice gap, element;
    uint64_t at;
    bool more = true;
    for (*count = -1; more; ++*count) {
        if (!lf_json_stream_next(s, &gap, &element, &at, &more, err)) {
            assert_false(more);
            struct lf_error again = {0};
            assert_false(lf_json_stream_next(s, &gap, &element, &at, &more, &again));
            return false;
        }
        lf_buf_slice(all, gap);
        assert_int_equal(at, all->len);
        lf_buf_slice(all, element);
        assert_true(more || element.len == 0);
    }
    assert_true(lf_json_stream_next(s, &gap, &element, &at, &more, err));
    assert_true(!more && gap.len == 0);
    return true;
}

static enum lf_code stream(struct lf_slice text, const char *key, size_t step,
                           int *count, struct lf_error *err)
{
    *err = (struct lf_error){0};
    struct lf_buf all = {0};
    struct slow slow = {text, step};
    struct lf_in *in = lf_in_make("s.json", &slow, slow_read, slow_close, err);
    assert_non_null(in);
    struct lf_json_rules rules = {true};
    struct lf_json_stream *s = lf_json_stream_new(in, key, rules, err);
    if (s && read_all(s, &all, count, err)) {
        assert_true(lf_slice_eq(lf_buf_view(&all), text));
        assert_int_equal(err->code, LF_OK);
    } else {
        assert_int_not_equal(err->code, LF_OK);
        assert_string_equal(err->file, "s.json");
    }
    lf_json_stream_free(&s);
    lf_json_stream_free(&s);
    lf_in_free(&in);
    lf_buf_done(&all);
    return err->code;
}

static void check_row(void **state)
{
    const struct row *row = *state;
    static const size_t steps[] = {1, 2, 3, 7, 1000};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct lf_error err;
        int count = -1;
        enum lf_code code =
            stream(lf_slice_of(row->text), row->key, steps[i], &count, &err);
        if (code != row->code)
            fail_msg("code %d, not %d: %s", (int)code, (int)row->code, err.what);
        if (code == LF_OK)
            assert_int_equal(count, row->count);
        else if (row->offset >= 0)
            assert_int_equal(err.offset, row->offset);
    }
}

static void cut_files_are_never_accepted(void **state)
{
    (void)state;
    static const char text[] =
        BOM "{\"samples\": [{\"a\": [1, \"\\u00e4]\"]}, 2 ,\"x\" ] }";
    struct lf_error err;
    int count;
    for (size_t n = 0; n < sizeof text - 1; n++) {
        enum lf_code code =
            stream((struct lf_slice){text, n}, "samples", 5, &count, &err);
        assert_int_equal(code, LF_E_JSON);
    }
    assert_int_equal(stream(LF_S(text), "samples", 5, &count, &err), LF_OK);
    assert_int_equal(count, 3);
}

// Elements of all sizes around the chunks in which a file is read.
static void chunks_do_not_show(void **state)
{
    (void)state;
    struct lf_buf b = {0};
    lf_buf_text(&b, "{\"samples\": [");
    for (int i = 0; i < 3000; i++) {
        lf_buf_printf(&b, "%s{\"n\": %d, \"text\": \"", i ? ",\n   " : "", i);
        for (int k = 0; k < i % 97; k++)
            lf_buf_text(&b, "\\\"]\\\\}\xc3\xa4");
        lf_buf_text(&b, "\", \"list\": [[1], {\"a\": []}]}");
    }
    lf_buf_text(&b, "]}\n");
    assert_false(b.failed);
    static const size_t steps[] = {4093, 65536, 262144, 262145, SIZE_MAX};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct lf_error err;
        int count;
        assert_int_equal(stream(lf_buf_view(&b), "samples", steps[i], &count, &err),
                         LF_OK);
        assert_int_equal(count, 3000);
    }
    lf_buf_done(&b);
}

// Gives out a head and then one byte for ever.
struct endless {
    const char *head;
    char byte;
};

static bool endless_read(void *state, void *to, size_t cap, size_t *got,
                         struct lf_error *err)
{
    (void)err;
    struct endless *e = state;
    size_t n = strlen(e->head);
    if (n == 0)
        memset(to, e->byte, n = cap);
    else
        memcpy(to, e->head, n);
    e->head = "";
    *got = n;
    return true;
}

static void long_elements_and_gaps_are_refused(void **state)
{
    (void)state;
    static const struct endless sources[] = {
        {"[\"", 'x'},
        {"[{\"a\":", '['},
        {"[1", '1'},
        {"[1", ' '},
    };
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        struct endless source = sources[i];
        struct lf_error err = {0};
        struct lf_in *in =
            lf_in_make("s.json", &source, endless_read, slow_close, &err);
        assert_non_null(in);
        struct lf_json_stream *s =
            lf_json_stream_new(in, NULL, (struct lf_json_rules){false}, &err);
        struct lf_slice gap, element;
        uint64_t at;
        bool more = s != NULL;
        while (more && lf_json_stream_next(s, &gap, &element, &at, &more, &err))
            continue;
        assert_int_equal(err.code, LF_E_JSON_SLICE);
        lf_json_stream_free(&s);
        lf_in_free(&in);
    }
}

static bool failing_read(void *state, void *to, size_t cap, size_t *got,
                         struct lf_error *err)
{
    (void)to;
    (void)cap;
    (void)got;
    struct endless *e = state;
    if (*e->head == '\0')
        return lf_fail(err, LF_E_ZIP, "damaged");
    return endless_read(state, to, cap, got, err);
}

static void read_failures_are_passed_on(void **state)
{
    (void)state;
    static const char *const heads[] = {"", "[", "[{", "[1,", "[\"\\", "[1]"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct endless source = {heads[i], ' '};
        struct lf_error err = {0};
        struct lf_in *in =
            lf_in_make("s.json", &source, failing_read, slow_close, &err);
        assert_non_null(in);
        struct lf_json_stream *s =
            lf_json_stream_new(in, NULL, (struct lf_json_rules){false}, &err);
        struct lf_slice gap, element;
        uint64_t at;
        bool more = s != NULL;
        while (more && lf_json_stream_next(s, &gap, &element, &at, &more, &err))
            continue;
        assert_int_equal(err.code, LF_E_ZIP);
        lf_json_stream_free(&s);
        lf_in_free(&in);
    }
}

int main(void)
{
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test(cut_files_are_never_accepted),
        cmocka_unit_test(chunks_do_not_show),
        cmocka_unit_test(long_elements_and_gaps_are_refused),
        cmocka_unit_test(read_failures_are_passed_on),
    };
    enum { ROWS = sizeof rows / sizeof *rows, FIXED = sizeof fixed / sizeof *fixed };
    struct CMUnitTest tests[ROWS + FIXED];
    for (size_t i = 0; i < ROWS; i++)
        tests[i] = (struct CMUnitTest){rows[i].name, check_row, NULL, NULL,
                                       (void *)(uintptr_t)&rows[i]};
    memcpy(tests + ROWS, fixed, sizeof fixed);
    return _cmocka_run_group_tests("json_stream", tests, ROWS + FIXED, NULL, NULL);
}
