#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "formats/base/json.h"
#include "formats/base/json_scan.h"
#include "formats/base/limits.h"

struct row {
    const char *name, *text;
    enum lf_code code;
    int offset;     // -1: not looked at
    bool constants; // Python's words are allowed
};

// clang-format off
static const struct row rows[] = {
    {"null", "null", LF_OK, -1, false},
    {"white space around", " \n\t\r{ } \n", LF_OK, -1, false},
    {"every kind", "{\"a\":[1,-0,0.5,1e5,1E-5,-1.5e+3,true,false,null,\"x\",{},[]]}", LF_OK, -1, false},
    {"indented", "{\n            \"a\": [\n                    1,\n 2\n ]\n}", LF_OK, -1, false},
    {"escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\u0000\"", LF_OK, -1, false},
    {"surrogate pair", "\"\\ud83d\\ude00\"", LF_OK, -1, false},
    {"surrogate pair, capitals", "\"\\uD83D\\uDE00\"", LF_OK, -1, false},
    {"UTF-8", "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"", LF_OK, -1, false},
    {"DEL in a text", "\"\x7f\"", LF_OK, -1, false},
    {"empty key", "{\"\":1}", LF_OK, -1, false},
    {"same key in two objects", "[{\"a\":1},{\"a\":{\"a\":2}}]", LF_OK, -1, false},
    {"2^53+1 and 64-bit ids", "[9007199254740993,9223372036854775807,18446744073709551615]", LF_OK, -1, false},
    {"a number of 64 bytes", "1234567890123456789012345678901234567890123456789012345678901234", LF_OK, -1, false},
    {"underflow", "1e-999", LF_OK, -1, false},
    {"zero with a large exponent", "0e999", LF_OK, -1, false},
    {"the largest double", "1.7976931348623157e308", LF_OK, -1, false},
    {"extended JSON", "{\"$oid\":\"64f000000000000000000000\",\"d\":{\"$numberDouble\":\"NaN\"}}", LF_OK, -1, false},
    {"Python's words", "[NaN,Infinity,-Infinity]", LF_OK, -1, true},

    {"nothing", "", LF_E_JSON, 0, false},
    {"only white space", "  ", LF_E_JSON, 2, false},
    {"BOM", "\xef\xbb\xbf{}", LF_E_JSON, 0, false},
    {"raw control character", "\"a\nb\"", LF_E_JSON, 2, false},
    {"raw tab", "\"\t\"", LF_E_JSON, 1, false},
    {"invalid UTF-8", "\"ab\xff\"", LF_E_JSON, 3, false},
    {"overlong UTF-8", "\"\xc0\x80\"", LF_E_JSON, 1, false},
    {"surrogate in UTF-8", "\"\xed\xa0\x80\"", LF_E_JSON, 1, false},
    {"beyond U+10FFFF", "\"\xf4\x90\x80\x80\"", LF_E_JSON, 1, false},
    {"UTF-8 cut short", "\"\xe2\x82\"", LF_E_JSON, 1, false},
    {"UTF-8 outside a text", "[\xc3\xa4]", LF_E_JSON, 1, false},
    {"key twice", "{\"a\":1,\"a\":2}", LF_E_JSON_KEY, 7, false},
    {"key twice, spelled differently", "{\"a\":1,\"b\":0,\"\\u0061\":2}", LF_E_JSON_KEY, 13, false},
    {"key twice, pair and UTF-8", "{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}", LF_E_JSON_KEY, 10, false},
    {"key twice, slash", "{\"/\":1,\"\\/\":2}", LF_E_JSON_KEY, 7, false},
    {"key twice, empty", "{\"\":1,\"\":2}", LF_E_JSON_KEY, 6, false},
    {"key twice, with a child between", "{\"key\":{\"key\":{}},\"key\":0}", LF_E_JSON_KEY, 18, false},
    {"key twice, of nine bytes", "{\"abcdefghi\":1,\"abcdefghi\":2}", LF_E_JSON_KEY, 15, false},
    {"key that is no text", "{1:2}", LF_E_JSON, 1, false},
    {"key without a colon", "{\"a\" 1}", LF_E_JSON, 5, false},
    {"key without a value", "{\"a\":}", LF_E_JSON, 5, false},
    {"leading zero", "01", LF_E_JSON, 1, false},
    {"leading zero, negative", "[-01]", LF_E_JSON, 3, false},
    {"point without digits", "1.", LF_E_JSON, 2, false},
    {"point without digits inside", "[1.]", LF_E_JSON, 3, false},
    {"point first", ".5", LF_E_JSON, 0, false},
    {"plus", "+1", LF_E_JSON, 0, false},
    {"minus alone", "-", LF_E_JSON, 1, false},
    {"exponent without digits", "[1e]", LF_E_JSON, 3, false},
    {"hexadecimal", "0x10", LF_E_JSON, 1, false},
    {"1e999", "1e999", LF_E_JSON_NUMBER, 0, false},
    {"-1e999 inside", "{\"a\": -1e999}", LF_E_JSON_NUMBER, 6, false},
    {"just beyond the largest double", "1.7976931348623159e308", LF_E_JSON_NUMBER, 0, false},
    {"a number of 65 bytes", "12345678901234567890123456789012345678901234567890123456789012345", LF_E_JSON_NUMBER, 0, false},
    {"NaN refused", "NaN", LF_E_JSON, 0, false},
    {"Infinity refused", "[Infinity]", LF_E_JSON, 1, false},
    {"-Infinity refused", "-Infinity", LF_E_JSON, 1, false},
    {"half a word", "Infinit", LF_E_JSON, 7, true},
    {"wrong word", "NaNa", LF_E_JSON, 3, true},
    {"nan", "nan", LF_E_JSON, 0, true},
    {"-NaN", "-NaN", LF_E_JSON, 1, true},
    {"trailing garbage", "{} x", LF_E_JSON, 3, false},
    {"two values", "1 2", LF_E_JSON, 2, false},
    {"trailing comma in an array", "[1,]", LF_E_JSON, 3, false},
    {"trailing comma in an object", "{\"a\":1,}", LF_E_JSON, 7, false},
    {"comma first", "[,1]", LF_E_JSON, 1, false},
    {"two commas", "[1,,2]", LF_E_JSON, 3, false},
    {"no comma", "[1 2]", LF_E_JSON, 3, false},
    {"single quotes", "{'a':1}", LF_E_JSON, 1, false},
    {"a comment", "[1,/**/2]", LF_E_JSON, 3, false},
    {"wrong bracket", "[1}", LF_E_JSON, 2, false},
    {"wrong brace", "{\"a\":1]", LF_E_JSON, 6, false},
    {"bracket alone", "]", LF_E_JSON, 0, false},
    {"lone high surrogate", "\"\\ud800\"", LF_E_JSON, 1, false},
    {"lone low surrogate", "\"x\\udc00\"", LF_E_JSON, 2, false},
    {"high surrogate and a letter", "\"\\ud800\\u0061\"", LF_E_JSON, 1, false},
    {"two high surrogates", "\"\\ud800\\ud800\"", LF_E_JSON, 1, false},
    {"unknown escape", "\"\\x\"", LF_E_JSON, 1, false},
    {"short escape", "\"\\u12\"", LF_E_JSON, 1, false},
    {"escape with a sign", "\"\\u+123\"", LF_E_JSON, 1, false},
    {"wrong letter case", "True", LF_E_JSON, 0, false},
    {"vertical tab as white space", "[\v1]", LF_E_JSON, 1, false},
};
// clang-format on

static enum lf_code check(struct lf_slice text, bool constants, struct lf_error *err)
{
    *err = (struct lf_error){0};
    bool ok = lf_json_check(text, (struct lf_json_rules){constants}, 0, err);
    assert_int_equal(ok, err->code == LF_OK);
    assert_int_equal(!ok && err->code != LF_E_NOMEM, err->has_offset);
    return err->code;
}

// The text is copied to the end of a block, so that ASan sees a read behind it.
static enum lf_code check_copy(const char *text, size_t len, bool constants,
                               struct lf_error *err)
{
    char *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, text, len);
    enum lf_code code = check((struct lf_slice){copy, len}, constants, err);
    free(copy);
    return code;
}

static void check_row(void **state)
{
    const struct row *row = *state;
    struct lf_error err;
    enum lf_code code = check_copy(row->text, strlen(row->text), row->constants, &err);
    if (code != row->code)
        fail_msg("code %d, not %d: %s", (int)code, (int)row->code, err.what);
    if (row->offset >= 0)
        assert_int_equal(err.offset, row->offset);
}

static void nul_bytes_are_refused(void **state)
{
    (void)state;
    struct lf_error err;
    assert_int_equal(check(LF_S("\"a\0b\""), false, &err), LF_E_JSON);
    assert_int_equal(err.offset, 2);
    assert_int_equal(check(LF_S("\"\\\0\""), false, &err), LF_E_JSON);
    assert_int_equal(check(LF_S("{}\0"), false, &err), LF_E_JSON);
    assert_int_equal(check(LF_S("[\0]"), false, &err), LF_E_JSON);
}

static void the_file_offset_is_added(void **state)
{
    (void)state;
    struct lf_error err = {0};
    struct lf_json_rules rules = {false};
    assert_false(lf_json_check(LF_S("[1,x]"), rules, UINT64_C(5000000000), &err));
    assert_int_equal(err.offset, UINT64_C(5000000003));
}

static void depth_has_a_limit(void **state)
{
    (void)state;
    static const char *const kinds[][2] = {{"[", "]"}, {"{\"a\":", "}"}};
    struct lf_error err;
    for (size_t kind = 0; kind < 2; kind++) {
        for (int depth = LF_JSON_DEPTH - 1; depth <= LF_JSON_DEPTH + 1; depth++) {
            struct lf_buf b = {0};
            for (int i = 0; i < depth; i++)
                lf_buf_text(&b, kinds[kind][0]);
            lf_buf_text(&b, "1");
            for (int i = 0; i < depth; i++)
                lf_buf_text(&b, kinds[kind][1]);
            assert_int_equal(check(lf_buf_view(&b), false, &err),
                             depth <= LF_JSON_DEPTH ? LF_OK : LF_E_JSON_DEPTH);
            lf_buf_done(&b);
        }
    }
}

static void texts_have_a_limit(void **state)
{
    (void)state;
    struct lf_error err;
    size_t n = LF_JSON_STRING_MAX;
    char *text = malloc(n + 3);
    assert_non_null(text);
    memset(text, 'x', n + 3);
    text[0] = text[n + 1] = '"';
    assert_int_equal(check((struct lf_slice){text, n + 2}, false, &err), LF_OK);
    text[n + 1] = 'x';
    text[n + 2] = '"';
    assert_int_equal(check((struct lf_slice){text, n + 3}, false, &err),
                     LF_E_JSON_STRING);
    assert_int_equal(err.offset, 0);
    free(text);
}

// An object of n keys; the last one repeats key `again`, when there is such a key.
static void many_keys(struct lf_buf *b, size_t n, size_t again)
{
    lf_buf_clear(b);
    for (size_t i = 0; i < n; i++)
        lf_buf_printf(b, "%s\"key%zu\":{\"a\":%zu}", i ? "," : "{", i, i);
    if (again < n)
        lf_buf_printf(b, ",\"\\u006bey%zu\":0", again);
    lf_buf_char(b, '}');
    assert_false(b->failed);
}

static void many_keys_are_compared_fast(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 30, 31, 32, 33, 34, 64, 1000, 1000000};
    struct lf_buf b = {0};
    struct lf_error err;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        many_keys(&b, counts[i], SIZE_MAX);
        assert_int_equal(check(lf_buf_view(&b), false, &err), LF_OK);
        many_keys(&b, counts[i], counts[i] / 2);
        assert_int_equal(check(lf_buf_view(&b), false, &err), LF_E_JSON_KEY);
        const char *key = strstr(b.at, "\"\\u006b");
        assert_int_equal(err.offset, key - b.at);
    }
    lf_buf_done(&b);
}

static const char valid[] =
    "{\"id\": {\"$oid\": \"64f0\"}, \"t\\u00e4g\": [\"\xc3\xa4\", \"\\ud83d\\ude00\"], "
    "\"box\": [0.1, -2.5e-3, 1E5, 0], \"yes\": true, \"no\": false, \"none\": null}";

static void cut_text_is_never_accepted(void **state)
{
    (void)state;
    struct lf_error err;
    for (size_t n = 0; n < sizeof valid - 1; n++)
        assert_int_equal(check_copy(valid, n, true, &err), LF_E_JSON);
    assert_int_equal(check_copy(valid, sizeof valid - 1, true, &err), LF_OK);
}

// Whatever stands at one place, checking ends with an answer and reads nothing outside.
static void changed_bytes_are_survived(void **state)
{
    (void)state;
    struct lf_error err;
    char text[sizeof valid];
    for (size_t i = 0; i < sizeof valid - 1; i++) {
        memcpy(text, valid, sizeof text);
        for (int c = 0; c < 256; c++) {
            text[i] = (char)c;
            check_copy(text, sizeof valid - 1, true, &err);
        }
    }
}

static void values_are_found(void **state)
{
    (void)state;
    struct lf_error err = {0};
    struct lf_arena a = {0};
    struct lf_slice doc = LF_S(" { \"a\" : [ 1 , \"]\\\"\" , { \"x\" : [ ] } ] ,\n "
                               "\"b\\u0062\":-1.5, \"n\":12 } ");
    struct lf_slice key, value, text;
    assert_true(lf_json_check(doc, (struct lf_json_rules){false}, 0, &err));
    assert_int_equal(lf_json_type(doc), LF_JSON_OBJECT);

    assert_true(lf_json_get(doc, "a", &value));
    assert_int_equal(lf_json_type(value), LF_JSON_ARRAY);
    struct lf_json_walk w = lf_json_enter(value);
    assert_true(lf_json_element(&w, &value));
    assert_true(lf_slice_is(value, "1") && lf_json_is_int(value));
    assert_true(lf_json_element(&w, &value));
    assert_true(lf_json_string(value, &a, &text, &err));
    assert_true(lf_slice_is(text, "]\""));
    assert_true(lf_json_element(&w, &value));
    assert_true(lf_slice_is(value, "{ \"x\" : [ ] }"));
    assert_true(lf_json_get(value, "x", &value));
    assert_true(lf_slice_is(value, "[ ]"));
    assert_false(lf_json_element(&w, &value));
    w = lf_json_enter(LF_S("[ ]"));
    assert_false(lf_json_element(&w, &value));
    w = lf_json_enter(LF_S("{}"));
    assert_false(lf_json_member(&w, &key, &value));

    assert_true(lf_json_get(doc, "bb", &value));
    assert_true(lf_slice_is(value, "-1.5") && !lf_json_is_int(value));
    assert_int_equal(lf_json_type(value), LF_JSON_NUMBER);
    assert_true(lf_json_get(doc, "n", &value));
    assert_true(lf_slice_is(value, "12"));
    assert_false(lf_json_get(doc, "x", &value));
    assert_false(lf_json_get(LF_S("[1]"), "x", &value));

    size_t members = 0;
    for (w = lf_json_enter(doc); lf_json_member(&w, &key, &value); members++)
        assert_true(lf_json_key(key, &a, &text, &err));
    assert_int_equal(members, 3);
    assert_true(lf_slice_is(lf_json_trim(LF_S(" \n1\t")), "1"));
    assert_int_equal(lf_json_trim(LF_S("  ")).len, 0);
    lf_arena_done(&a);
}

static void types_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum lf_json_type type;
        bool is_int;
    } kinds[] = {
        {"null", LF_JSON_NULL, false},       {"true", LF_JSON_TRUE, false},
        {"false", LF_JSON_FALSE, false},     {"0", LF_JSON_NUMBER, true},
        {"-12", LF_JSON_NUMBER, true},       {"1.0", LF_JSON_NUMBER, false},
        {"1e5", LF_JSON_NUMBER, false},      {"NaN", LF_JSON_NUMBER, false},
        {"Infinity", LF_JSON_NUMBER, false}, {"-Infinity", LF_JSON_NUMBER, false},
        {"\"1\"", LF_JSON_STRING, false},    {" [1]", LF_JSON_ARRAY, false},
        {" {} ", LF_JSON_OBJECT, false},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        assert_int_equal(lf_json_type(lf_slice_of(kinds[i].text)), kinds[i].type);
        assert_int_equal(lf_json_is_int(lf_slice_of(kinds[i].text)), kinds[i].is_int);
    }
}

static void keys_are_compared_decoded(void **state)
{
    (void)state;
    assert_true(lf_json_key_is(LF_S("label"), LF_S("label")));
    assert_true(lf_json_key_is(LF_S("l\\u0061bel"), LF_S("label")));
    assert_true(lf_json_key_is(LF_S("\\ud83d\\ude00\\n"), LF_S("\xf0\x9f\x98\x80\n")));
    assert_true(lf_json_key_is(LF_S(""), LF_S("")));
    assert_false(lf_json_key_is(LF_S("labels"), LF_S("label")));
    assert_false(lf_json_key_is(LF_S("labe\\u006c\\u006c"), LF_S("label")));
    assert_false(lf_json_key_is(LF_S("\\u006c"), LF_S("label")));
    assert_false(lf_json_key_is(LF_S(""), LF_S("a")));
    assert_true(lf_json_key_is(LF_S("a\\u0000b"), LF_S("a\0b")));
}

static void texts_are_decoded(void **state)
{
    (void)state;
    struct lf_error err = {0};
    struct lf_arena a = {0};
    struct lf_slice text;
    struct lf_slice plain = LF_S("\"gr\xc3\xbc\xc3\x9f\"");
    assert_true(lf_json_string(plain, &a, &text, &err));
    assert_ptr_equal(text.at, plain.at + 1);
    assert_true(lf_json_string(
        LF_S("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00E4\\u20ac\\ud83d\\ude00\\u0000z\""), &a,
        &text, &err));
    assert_true(lf_slice_eq(
        text, LF_S("\"\\/\b\f\n\r\t\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\0z")));
    lf_arena_done(&a);
}

static void quoting_is_pythons(void **state)
{
    (void)state;
    static const struct {
        struct lf_slice text;
        const char *ascii, *utf8;
    } quoted[] = {
        {{"", 0}, "\"\"", "\"\""},
        {{"plain /\x7f", 8}, "\"plain /\\u007f\"", "\"plain /\x7f\""},
        {{"\"\\\n\r\t\b\f", 7},
         "\"\\\"\\\\\\n\\r\\t\\b\\f\"",
         "\"\\\"\\\\\\n\\r\\t\\b\\f\""},
        {{"\0\x01\x1f\x0b", 4},
         "\"\\u0000\\u0001\\u001f\\u000b\"",
         "\"\\u0000\\u0001\\u001f\\u000b\""},
        {{"\xc3\xa4\xe2\x82\xac", 5}, "\"\\u00e4\\u20ac\"", "\"\xc3\xa4\xe2\x82\xac\""},
        {{"a\xf0\x9f\x98\x80z", 6}, "\"a\\ud83d\\ude00z\"", "\"a\xf0\x9f\x98\x80z\""},
        {{"a\xffz", 3}, "\"a\\ufffdz\"", "\"a\\ufffdz\""},
    };
    struct lf_buf b = {0};
    struct lf_error err = {0};
    for (size_t i = 0; i < sizeof quoted / sizeof *quoted; i++) {
        lf_buf_clear(&b);
        lf_json_quote(&b, quoted[i].text, true);
        assert_true(lf_buf_ok(&b, &err));
        assert_true(lf_slice_is(lf_buf_view(&b), quoted[i].ascii));
        lf_buf_clear(&b);
        lf_json_quote(&b, quoted[i].text, false);
        assert_true(lf_slice_is(lf_buf_view(&b), quoted[i].utf8));
    }
    lf_buf_done(&b);
}

// 64 bytes at a time, in two pieces cut anywhere, ends where byte by byte ends.
static void blocks_scan_as_bytes_do(void **state)
{
    static const char alphabet[] = "\"\"\\{{{[[[]]]}}}  abcdefgh0123456789,:";
    (void)state;
    uint32_t seed = 51;
    for (int round = 0; round < 20000; round++) {
        char text[300] = "{";
        size_t n = 1 + seed % (sizeof text - 1), end = 0, cut;
        for (size_t i = 1; i < n; i++) {
            seed = seed * 1664525 + 1013904223;
            char c = alphabet[(seed >> 8) % (sizeof alphabet - 1)];
            text[i] = c == '\\' && round % 3 ? 'x' : c;
        }
        struct lf_json_scan bytes = {0}, blocks = {0};
        while (end < n && !lf_json_scan_byte(&bytes, text[end]))
            end++;
        cut = (seed >> 4) % n;
        bool closed;
        const char *p = lf_json_scan(&blocks, text, text + cut, &closed);
        if (!closed)
            p = lf_json_scan(&blocks, p, text + n, &closed);
        assert_int_equal(closed, end < n);
        assert_int_equal(p - text, closed ? end + 1 : n);
        seed = seed * 1664525 + 1013904223;
    }
}

int main(void)
{
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test(nul_bytes_are_refused),
        cmocka_unit_test(the_file_offset_is_added),
        cmocka_unit_test(depth_has_a_limit),
        cmocka_unit_test(texts_have_a_limit),
        cmocka_unit_test(many_keys_are_compared_fast),
        cmocka_unit_test(cut_text_is_never_accepted),
        cmocka_unit_test(changed_bytes_are_survived),
        cmocka_unit_test(values_are_found),
        cmocka_unit_test(types_are_told),
        cmocka_unit_test(keys_are_compared_decoded),
        cmocka_unit_test(texts_are_decoded),
        cmocka_unit_test(quoting_is_pythons),
        cmocka_unit_test(blocks_scan_as_bytes_do),
    };
    enum { ROWS = sizeof rows / sizeof *rows, FIXED = sizeof fixed / sizeof *fixed };
    struct CMUnitTest tests[ROWS + FIXED];
    for (size_t i = 0; i < ROWS; i++)
        tests[i] = (struct CMUnitTest){rows[i].name, check_row, NULL, NULL,
                                       (void *)(uintptr_t)&rows[i]};
    memcpy(tests + ROWS, fixed, sizeof fixed);
    return _cmocka_run_group_tests("json", tests, ROWS + FIXED, NULL, NULL);
}
