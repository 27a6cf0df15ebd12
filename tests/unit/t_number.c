#include "tests/unit/unit.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/base/number.h"

enum { MANY = 1000000 };

static uint64_t random_bits(uint64_t *seed) // splitmix64
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint64_t bits_of(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static const char *print(double v, char out[LF_NUMBER_CAP + 1])
{
    size_t n = lf_print_double(v, out);
    assert_true(n > 0 && n <= LF_NUMBER_CAP);
    out[n] = '\0';
    return out;
}

static void doubles_are_spelled_as_python_does(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1.0, "1.0"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {0.30000000000000004, "0.30000000000000004"},
        {100.0, "100.0"},
        {123456.789, "123456.789"},
        {0.0001, "0.0001"},
        {0.00012345, "0.00012345"},
        {0.00001, "1e-05"},
        {0.000012345, "1.2345e-05"},
        {1e15, "1000000000000000.0"},
        {9007199254740991.0, "9007199254740991.0"},
        {9007199254740992.0, "9007199254740992.0"},
        {9007199254740994.0, "9007199254740994.0"},
        {9999999999999998.0, "9999999999999998.0"},
        {1e16, "1e+16"},
        {12345678901234567000.0, "1.2345678901234567e+19"},
        {1e22, "1e+22"},
        {1e23, "1e+23"},
        {9.5367431640625e-07, "9.5367431640625e-07"},
        {1.5e300, "1.5e+300"},
        {5e-324, "5e-324"},
        {1e-323, "1e-323"},
        {1.5e-323, "1.5e-323"},
        {2.2250738585072011e-308, "2.225073858507201e-308"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {-1.7976931348623157e308, "-1.7976931348623157e+308"},
        {INFINITY, "Infinity"},
        {-INFINITY, "-Infinity"},
        {NAN, "NaN"},
        {-NAN, "NaN"},
    };
    char out[LF_NUMBER_CAP + 1];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(print(rows[i].value, out), rows[i].text);
}

static int count_digits(const char *text, char *digits)
{
    int n = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text >= '0' && *text <= '9' && (n || *text != '0'))
            digits[n++] = *text;
    }
    while (n > 1 && digits[n - 1] == '0')
        n--;
    digits[n] = '\0';
    return n;
}

// A shorter text that reads back would make the nearest text of one digit less read
// back too, and the nearest text of as many digits is the one that is wanted. Not so at
// a power of two, where the next double below is nearer than the one above: there the
// nearest text may lie outside on the narrow side while another one inside on the wide
// side is right.
static void check_double(double v)
{
    char text[LF_NUMBER_CAP + 1];
    char other[64];
    char digits[64];
    char want[64];
    print(v, text);
    if (bits_of(strtod(text, NULL)) != bits_of(v))
        fail_msg("%.17g printed as %s", v, text);
    double back;
    assert_true(lf_parse_double(lf_slice_of(text), &back));
    if (bits_of(back) != bits_of(v))
        fail_msg("%s read as %.17g", text, back);
    int n = count_digits(text, digits);
    if (n > 1) {
        snprintf(other, sizeof other, "%.*e", n - 2, v);
        if (strtod(other, NULL) == v)
            fail_msg("%s is longer than %s", text, other);
    }
    snprintf(other, sizeof other, "%.*e", n - 1, v);
    count_digits(other, want);
    bool lopsided = (bits_of(v) & ((UINT64_C(1) << 52) - 1)) == 0;
    if (!lopsided && strcmp(digits, want) != 0)
        fail_msg("%s is not %s", text, other);
}

static void random_doubles_are_shortest_and_read_back(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < MANY; i++) {
        double v = double_of(random_bits(&seed));
        if (isfinite(v) && v != 0)
            check_double(v);
    }
}

static void edges_are_shortest_and_read_back(void **state)
{
    (void)state;
    for (int e = -1074; e <= 1023; e++) {
        double v = ldexp(1, e);
        check_double(v);
        check_double(nextafter(v, DBL_MAX));
        if (e > -1074)
            check_double(nextafter(v, 0));
    }
    for (int e = -323; e <= 308; e++) {
        char text[16];
        snprintf(text, sizeof text, "1e%d", e);
        double v = strtod(text, NULL);
        check_double(v);
        check_double(nextafter(v, DBL_MAX));
        check_double(nextafter(v, 0));
    }
}

static void check_parse(const char *text)
{
    double v;
    double want = strtod(text, NULL);
    if (!lf_parse_double(lf_slice_of(text), &v)) {
        if (isfinite(want))
            fail_msg("%s was refused", text);
        return;
    }
    if (bits_of(v) != bits_of(want))
        fail_msg("%s read as %.17g, not %.17g", text, v, want);
}

static void hard_texts_are_read_exactly(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "0",
        "-0",
        "0.0e99999999",
        "0.1",
        "9007199254740991",
        "9007199254740992",
        "9007199254740993",
        "9007199254740993.0000000000000000000000000000000000001",
        "9007199254740992.9999999999999999999999999999999999999",
        "9007199254740995",
        "1e22",
        "1e23",
        "8.5e22",
        "123456789012345678901234567890",
        "2.2250738585072011e-308",
        "2.2250738585072012e-308",
        "2.2250738585072014e-308",
        "2.22507385850720113605740979670913197593481954635164564e-308",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.797693134862315807937289714053034150799341327100378e+308",
        "1.7976931348623159e308",
        "4.9406564584124654e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "2.47032822920623272088284396434110686182529901307162e-324",
        "2.47032822920623272088284396434110686182529901307163e-324",
        "2e-324",
        "3e-324",
        "1e-400",
        "1e-99999999999999999999",
        "7.4109846876186981626485318930233205854758970392148714e-324",
        "6631236846766476e-316",
        "3237883913302901289588352412501532174863037669423108e-39",
        "30078505129381147446200000000000000000000e-5",
        "1090544144181609348835077142190",
        "179769313486231580793728971405303415079934132710037826936173",
        "0.000000000000000000000000000000000000000000000000000000000001",
        "10000000000000000000000000000000000000000000000000000000000000",
        "5708990770823839524233143877797980545530986496",
        "8.41e21",
        "9223372036854775807",
        "18446744073709551615",
        "18446744073709551616.5e-10",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_parse(rows[i]);
}

// Texts of up to 60 digits: random ones, and ones at and beside the middle of two
// doubles.
static void random_texts_are_read_exactly(void **state)
{
    (void)state;
    uint64_t seed = 2;
    for (int i = 0; i < MANY / 4; i++) {
        char text[128];
        uint64_t a = random_bits(&seed);
        uint64_t b = random_bits(&seed);
        uint64_t c = random_bits(&seed);
        snprintf(text, sizeof text, "%llu%llue%d", (unsigned long long)(a >> (b & 63)),
                 (unsigned long long)(b >> (c & 63)), (int)(c % 700) - 370);
        if (text[0] != '0')
            check_parse(text);
        double v = ldexp((double)(a >> 11), (int)(c % 90) - 60);
        double above = nextafter(v, DBL_MAX);
        long double middle = ((long double)v + (long double)above) / 2;
        int n = snprintf(text, sizeof text, "%.*Le", (int)(b % 40) + 17, middle);
        if (n < 64)
            check_parse(text);
    }
}

static void grammar_is_kept(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool json, decimal;
        double value;
    } rows[] = {
        {"1", true, true, 1},
        {"-1", true, true, -1},
        {"1.50", true, true, 1.5},
        {"1e2", true, true, 100},
        {"1E+2", true, true, 100},
        {"1.5e-1", true, true, 0.15},
        {"0", true, true, 0},
        {"0.5", true, true, 0.5},
        {"01", false, true, 1},
        {"00", false, true, 0},
        {"-01", false, true, -1},
        {"1.", false, true, 1},
        {".5", false, true, 0.5},
        {"+1", false, true, 1},
        {"+.5e1", false, true, 5},
        {" 1\n", false, true, 1},
        {"\t1.25 ", false, true, 1.25},
        {"5.e1", false, true, 50},
        {"", false, false, 0},
        {" ", false, false, 0},
        {"-", false, false, 0},
        {"+", false, false, 0},
        {".", false, false, 0},
        {"-.", false, false, 0},
        {"e5", false, false, 0},
        {".e5", false, false, 0},
        {"1e", false, false, 0},
        {"1e+", false, false, 0},
        {"1e1.5", false, false, 0},
        {"1.2.3", false, false, 0},
        {"--1", false, false, 0},
        {"+-1", false, false, 0},
        {"1,5", false, false, 0},
        {"1 2", false, false, 0},
        {"0x10", false, false, 0},
        {"1_0", false, false, 0},
        {"nan", false, false, 0},
        {"NaN", false, false, 0},
        {"inf", false, false, 0},
        {"Infinity", false, false, 0},
        {"1e999", false, false, 0},
        {"-1e309", false, false, 0},
        {"1e99999999999", false, false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double v = 0;
        struct lf_slice text = lf_slice_of(rows[i].text);
        if (lf_parse_double(text, &v) != rows[i].json ||
            (rows[i].json && v != rows[i].value))
            fail_msg("json: '%s'", rows[i].text);
        if (lf_parse_decimal(text, &v) != rows[i].decimal ||
            (rows[i].decimal && v != rows[i].value))
            fail_msg("decimal: '%s'", rows[i].text);
    }
    char nul[] = "1\0";
    double v;
    assert_false(lf_parse_double((struct lf_slice){nul, 2}, &v));
    char text[80];
    memset(text, '1', sizeof text);
    assert_true(lf_parse_double((struct lf_slice){text, 64}, &v));
    assert_false(lf_parse_double((struct lf_slice){text, 65}, &v));
}

static void whole_numbers_fit_or_fail(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } rows[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"7", true, 7},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"92233720368547758070", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+1", false, 0},
        {"1.0", false, 0},
        {" 1", false, 0},
    };
    char out[LF_NUMBER_CAP];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t v = 0;
        if (lf_parse_int64(lf_slice_of(rows[i].text), &v) != rows[i].ok ||
            v != rows[i].value)
            fail_msg("'%s'", rows[i].text);
        char want[32];
        snprintf(want, sizeof want, "%lld", (long long)v);
        assert_true(lf_slice_is((struct lf_slice){out, lf_print_int64(v, out)}, want));
    }
}

static void check_fixed2(double v)
{
    char out[LF_FIXED_CAP + 1];
    char want[LF_FIXED_CAP + 1];
    size_t n = lf_print_fixed2(v, out);
    assert_true(n <= LF_FIXED_CAP);
    out[n] = '\0';
    snprintf(want, sizeof want, "%.2f", v);
    if (strcmp(out, want) != 0)
        fail_msg("%.17g came out as %s, not %s", v, out, want);
}

static void fixed2_is_what_c_prints(void **state)
{
    (void)state;
    static const double rows[] = {
        0.0,
        -0.0,
        0.005,
        0.015,
        0.025,
        0.035,
        0.125,
        0.375,
        0.625,
        0.875,
        2.675,
        1.005,
        -0.001,
        -0.005,
        0.995,
        0.9949999,
        99.995,
        1e15,
        1e16,
        1e17,
        1e22,
        1e23,
        DBL_MAX,
        -DBL_MAX,
        DBL_MIN,
        5e-324,
        1e-5,
        0.0050001,
        0.004999,
        4503599627370496.5,
        4503599627370495.5,
        9007199254740993.0,
        18446744073709551616.0,
        1e300,
        INFINITY,
        -INFINITY,
        NAN,
        -NAN,
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_fixed2(rows[i]);
    uint64_t seed = 3;
    for (int i = 0; i < MANY; i++) {
        uint64_t r = random_bits(&seed);
        if (i % 16 == 0)
            check_fixed2(double_of(r));
        check_fixed2((double)(r >> 11) / 9007199254740992.0 * 4000);      // pixels
        check_fixed2((double)(int64_t)(r % 20000001) / 1000 - 10000);     // near x.xx5
        check_fixed2(ldexp((double)(r & 0xffffff), -3 - (int)(r >> 60))); // real ties
    }
}

static void a_comma_locale_changes_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "de_DE",
                                        "fr_FR.UTF-8", "fr_FR.utf8", "nl_NL.UTF-8"};
    size_t i = 0;
    while (i < sizeof names / sizeof *names && !setlocale(LC_ALL, names[i]))
        i++;
    if (i == sizeof names / sizeof *names) {
        print_message("no locale with a decimal comma is installed\n");
        skip();
    }
    char text[32];
    snprintf(text, sizeof text, "%.1f", 0.5);
    assert_string_equal(text, "0,5");
    char out[LF_FIXED_CAP];
    assert_string_equal(print(0.5, out), "0.5");
    assert_string_equal(print(1.5e300, out), "1.5e+300");
    assert_true(
        lf_slice_is((struct lf_slice){out, lf_print_fixed2(0.125, out)}, "0.12"));
    double v = 0;
    assert_true(lf_parse_double(LF_S("9007199254740993.00000000000000000000001"), &v));
    assert_true(v == 9007199254740994.0);
    assert_false(lf_parse_decimal(LF_S("0,5"), &v));
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_are_spelled_as_python_does),
        cmocka_unit_test(random_doubles_are_shortest_and_read_back),
        cmocka_unit_test(edges_are_shortest_and_read_back),
        cmocka_unit_test(hard_texts_are_read_exactly),
        cmocka_unit_test(random_texts_are_read_exactly),
        cmocka_unit_test(grammar_is_kept),
        cmocka_unit_test(whole_numbers_fit_or_fail),
        cmocka_unit_test(fixed2_is_what_c_prints),
        cmocka_unit_test(a_comma_locale_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
