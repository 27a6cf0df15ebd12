#include "tests/unit/unit.h"

#include "formats/base/limits.h"
#include "formats/base/relpath.h"

#include <string.h>

static void names_are_judged(void **state)
{
    (void)state;
    const struct {
        struct lf_slice name;
        const char *fault; // a word of it; NULL: the name is safe
    } rows[] = {
        {LF_S("a"), NULL},
        {LF_S("a/b.png"), NULL},
        {LF_S(".a/..b/c.."), NULL},
        {LF_S("ab:c"), NULL},
        {LF_S("Gr\xc3\xb6\xc3\x9f"
              "e/\xf0\x9f\x90\xb1.png"),
         NULL},
        {LF_S("a \xe2\x80\xae b"), NULL},
        {LF_S("1:x"), NULL},
        {LF_S(""), "empty"},
        {LF_S("/abs"), "absolute"},
        {LF_S("."), "'..'"},
        {LF_S(".."), "'..'"},
        {LF_S("../x"), "'..'"},
        {LF_S("a/../b"), "'..'"},
        {LF_S("a/./b"), "'..'"},
        {LF_S("a/.."), "'..'"},
        {LF_S("a//b"), "empty"},
        {LF_S("a/"), "empty"},
        {LF_S("a\\..\\b"), "backslash"},
        {LF_S("C:x"), "drive"},
        {LF_S("z:/x"), "drive"},
        {LF_S("a\0b"), "control"},
        {LF_S("a\nb"), "control"},
        {LF_S("a\x7f"), "control"},
        {LF_S("a\xc2\x85"), "control"},
        {LF_S("a\xff"), "UTF-8"},
        {LF_S("a\xc0\xaf"), "UTF-8"},
        {LF_S("a\xed\xa0\x80"), "UTF-8"},
        {LF_S("a\xe2\x82"), "UTF-8"},
        {LF_S("\xf4\x90\x80\x80"), "UTF-8"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *fault = lf_relpath_fault(rows[i].name);
        if (!rows[i].fault)
            assert_null(fault);
        else
            assert_non_null(fault && strstr(fault, rows[i].fault) ? fault : NULL);
    }
}

static void limits_hold_at_and_over(void **state)
{
    (void)state;
    char name[LF_NAME_BYTES + 1];
    memset(name, 'a', sizeof name);
    assert_null(lf_relpath_fault((struct lf_slice){name, LF_NAME_BYTES}));
    assert_non_null(lf_relpath_fault((struct lf_slice){name, LF_NAME_BYTES + 1}));
    for (size_t i = 1; i < 2 * LF_NAME_LEVELS + 1; i += 2)
        name[i] = '/';
    assert_null(lf_relpath_fault((struct lf_slice){name, 2 * LF_NAME_LEVELS - 1}));
    assert_non_null(lf_relpath_fault((struct lf_slice){name, 2 * LF_NAME_LEVELS + 1}));
}

static void a_refusal_shows_the_name(void **state)
{
    (void)state;
    struct lf_error err = {0};
    assert_true(lf_relpath_check(LF_S("a/b"), LF_E_PATH, &err));
    assert_false(lf_relpath_check(LF_S("../\x1b"), LF_E_ZIP_NAME, &err));
    assert_int_equal(err.code, LF_E_ZIP_NAME);
    assert_non_null(strstr(err.what, "../\\x1b"));
}

static void paths_are_joined(void **state)
{
    (void)state;
    struct lf_error err = {0};
    char out[8];
    assert_true(lf_path_join(out, sizeof out, "ab", "cd", &err));
    assert_string_equal(out, "ab/cd");
    assert_true(lf_path_join(out, sizeof out, "/", "cd", &err));
    assert_string_equal(out, "/cd");
    assert_true(lf_path_join(out, sizeof out, "", "cd", &err));
    assert_string_equal(out, "cd");
    assert_true(lf_path_join(out, sizeof out, "abc", "def", &err));
    assert_false(lf_path_join(out, sizeof out, "abcd", "efg", &err));
    assert_int_equal(err.code, LF_E_PATH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_judged),
        cmocka_unit_test(limits_hold_at_and_over),
        cmocka_unit_test(a_refusal_shows_the_name),
        cmocka_unit_test(paths_are_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
