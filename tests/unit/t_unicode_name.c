// NFC of names and the key that is equal for names that look alike.
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "formats/base/limits.h"
#include "formats/base/unicode_name.h"

static void forms_become_one(void **state)
{
    (void)state;
    static const struct {
        const char *name, *want; // NULL: as it came
    } rows[] = {
        {"", NULL},
        {"a/0.png", NULL},
        {"K\xc3\xbcste.png", NULL},
        {"Ku\xcc\x88ste.png", "K\xc3\xbcste.png"},
        // two marks on one letter, in either order of their classes
        {"s\xcc\xa3\xcc\x87", "\xe1\xb9\xa9"},
        {"s\xcc\x87\xcc\xa3", "\xe1\xb9\xa9"},
        {"\xe1\xb9\xa3\xcc\x87", "\xe1\xb9\xa9"},
        // Hangul from its letters; the sign for Angstrom is the letter
        {"\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "\xed\x95\x9c"},
        {"\xe2\x84\xab", "\xc3\x85"},
        // kept apart in NFC though it is one in NFKC, and what may not be composed
        {"\xef\xac\x81", NULL},
        {"\xe0\xa5\x98", "\xe0\xa4\x95\xe0\xa4\xbc"},
        {"\xe0\xa4\x95\xe0\xa4\xbc", NULL},
        // no UTF-8: cut short, Latin 1, overlong, a surrogate, beyond the last
        {"u\xcc\x88\xc3", NULL},
        {"K\xfcste", NULL},
        {"u\xcc\x88\xc0\xaf", NULL},
        {"u\xcc\x88\xed\xa0\x80", NULL},
        {"u\xcc\x88\xf4\x90\x80\x80", NULL},
    };
    struct lf_error err = {0};
    struct lf_arena a = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_slice name = lf_slice_of(rows[i].name), out;
        assert_true(lf_name_nfc(name, &a, &out, &err));
        if (!lf_slice_is(out, rows[i].want ? rows[i].want : rows[i].name))
            fail_msg("row %zu: \"%.*s\"", i, (int)out.len, out.at);
        assert_int_equal(out.at == name.at, !rows[i].want);
    }
    lf_arena_done(&a);
}

static void keys_are_equal_for_what_looks_alike(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"a/0.PNG", "A/0.png", true},
        {"K\xc3\xbcste", "KU\xcc\x88STE", true},
        {"K\xc3\x9cste", "ku\xcc\x88ste", true},
        {"\xce\xa3", "\xcf\x82", true}, // sigma, also at a word's end
        {"stra\xc3\x9f"
         "e",
         "STRASSE", true},
        {"\xe1\xbe\xb3\xcc\x81", "\xce\xb1\xcc\x81\xcd\x85", true}, // iota below
        {"K\xc3\xbcste", "Kuste", false},
        {"a/b", "a_b", false},
        {"a", "aa", false},
        {"K\xfcste", "k\xfcSTE", true}, // Latin 1
        {"K\xfcste", "K\xdcste", false},
        {"K\xfcste", "K\xc3\xbcste", false},
    };
    struct lf_error err = {0};
    struct lf_arena a = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_slice x, y;
        assert_true(lf_name_key(lf_slice_of(rows[i].a), &a, &x, &err));
        assert_true(lf_name_key(lf_slice_of(rows[i].b), &a, &y, &err));
        if (lf_slice_eq(x, y) != rows[i].same)
            fail_msg("row %zu: \"%.*s\" and \"%.*s\"", i, (int)x.len, x.at, (int)y.len,
                     y.at);
    }
    lf_arena_done(&a);
}

static void names_may_hold_a_nul_and_be_long(void **state)
{
    (void)state;
    struct lf_error err = {0};
    struct lf_arena a = {0};
    struct lf_slice out;
    static char name[2 * LF_NAME_BYTES + 3];
    assert_true(lf_name_nfc(LF_S("a\0u\xcc\x88"), &a, &out, &err));
    assert_true(lf_slice_eq(out, LF_S("a\0\xc3\xbc")));
    for (size_t i = 0; i < sizeof name; i++)
        name[i] = "u\xcc\x88"[i % 3];
    size_t whole = 2 * LF_NAME_BYTES / 3 * 3;
    assert_true(lf_name_nfc((struct lf_slice){name, whole}, &a, &out, &err));
    assert_int_equal(out.len, whole / 3 * 2);
    assert_true(lf_name_nfc((struct lf_slice){name, whole + 3}, &a, &out, &err));
    assert_ptr_equal(out.at, name);
    assert_true(lf_name_key((struct lf_slice){name, whole + 3}, &a, &out, &err));
    assert_int_equal(out.len, whole + 3);
    lf_arena_done(&a);
}

// Half-marked names, as long as names may be: that ordering takes its time is bounded.
static void many_marks_take_no_time(void **state)
{
    (void)state;
    struct lf_error err = {0};
    struct lf_arena a = {0};
    struct lf_slice out;
    static char name[2 * LF_NAME_BYTES];
    for (size_t i = 0; i + 1 < sizeof name; i += 2) {
        name[i] = (char)0xcc;
        name[i + 1] = (char)(i < sizeof name / 2 ? 0x88 : 0xa3);
    }
    for (int turn = 0; turn < 20; turn++) {
        assert_true(lf_name_nfc((struct lf_slice){name, sizeof name}, &a, &out, &err));
        assert_int_equal(out.len, sizeof name);
        assert_int_equal((unsigned char)out.at[1], 0xa3);
        lf_arena_reset(&a);
    }
    lf_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_become_one),
        cmocka_unit_test(keys_are_equal_for_what_looks_alike),
        cmocka_unit_test(names_may_hold_a_nul_and_be_long),
        cmocka_unit_test(many_marks_take_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
