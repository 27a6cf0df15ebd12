#include "tests/unit/unit.h"

#include "formats/base/arena.h"
#include "formats/base/buf.h"

static void codes_are_sorted_and_complete(void **state)
{
    (void)state;
    const struct lf_code_row *row, *last = NULL;
    for (size_t i = 0; (row = lf_code_at(i)); last = row, i++) {
        assert_true(!last || last->code < row->code);
        assert_true(row->slug[0] && row->cause[0] && row->remedy[0]);
        assert_ptr_equal(lf_code_row(row->code), row);
    }
    assert_int_equal(lf_code_exit(LF_E_JSON), 4);
    assert_int_equal(lf_code_exit(LF_E_ZIP_RATIO), 8);
    assert_int_equal(lf_code_exit(LF_E_BALANCE), 70);
}

static void the_first_failure_and_place_win(void **state)
{
    (void)state;
    struct lf_error err = {0};
    char text[400];
    lf_fail(&err, LF_E_JSON, "a bad \x1b thing");
    lf_fail(&err, LF_E_IO, "another");
    lf_fail_in_file(&err, "samples.json");
    lf_fail_in_file(&err, "other.json");
    lf_fail_at_offset(&err, 0);
    lf_fail_in_sample(&err, LF_S("64f0"));
    lf_error_print(&err, text, sizeof text);
    assert_string_equal(text, "samples.json:byte 0: error: LF3001 json-syntax: "
                              "a bad \\x1b thing (sample 64f0)");
}

static void escaped_text_is_safe_to_print(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"plain", "plain"},
        {"a\nb", "a\\x0ab"},
        {"\xff", "\\xff"},
        {"Gr\xc3\xb6\xc3\x9f"
         "e",
         "Gr\xc3\xb6\xc3\x9f"
         "e"},
        {"\xe2\x80\xae", "\\u202e"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
    };
    char out[64];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(lf_escape(lf_slice_of(rows[i].in), out, sizeof out),
                            rows[i].out);
    char small[8];
    assert_string_equal(lf_escape(LF_S("0123456789"), small, sizeof small), "0123...");
}

static void an_arena_keeps_what_it_gave(void **state)
{
    (void)state;
    struct lf_error err = {0};
    struct lf_arena a = {0};
    for (int round = 0; round < 3; round++) {
        struct lf_slice first, text;
        assert_true(lf_arena_text(&a, LF_S("first"), &first, &err));
        for (size_t i = 0; i < 5000; i++)
            assert_true(lf_arena_printf(&a, &text, &err, "%zu", i));
        assert_true(lf_slice_is(first, "first"));
        assert_true(lf_slice_is(text, "4999"));
        lf_arena_reset(&a);
    }
    assert_null(lf_arena_take(&a, SIZE_MAX / 2, 8, &err));
    assert_int_equal(err.code, LF_E_NOMEM);
    lf_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_sorted_and_complete),
        cmocka_unit_test(the_first_failure_and_place_win),
        cmocka_unit_test(escaped_text_is_safe_to_print),
        cmocka_unit_test(an_arena_keeps_what_it_gave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
