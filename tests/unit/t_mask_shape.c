#include "tests/unit/random_mask.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/base/alloc.h"
#include "formats/base/limits.h"
#include "tests/support/mask_line.h"

// --------------------------------------------------------- what FiftyOne has answered

static bool near(struct lf_slice a, struct lf_slice b)
{
    double x, y;
    return lf_slice_eq(a, b) ||
           (lf_parse_double(a, &x) && lf_parse_double(b, &y) && fabs(x - y) < 1e-9);
}

static void expect_answer(struct lf_slice line, struct lf_slice want)
{
    struct lf_arena a = {0};
    struct lf_buf out = {0};
    struct lf_error err = {0};
    struct line l = {line.at, line.at + line.len};
    if (!mask_line(l, &a, &out, &err))
        fail_msg("%.*s: %s", (int)line.len, line.at, err.what);
    struct line is = {out.at, out.len ? out.at + out.len : out.at};
    struct line was = {want.at, want.at + want.len};
    struct lf_slice x, y;
    do {
        x = word(&is);
        y = word(&was);
        if (!near(x, y))
            fail_msg("%.*s: %.*s and not %.*s", (int)line.len, line.at, (int)out.len,
                     out.at, (int)want.len, want.at);
    } while (y.len);
    lf_buf_done(&out);
    lf_arena_done(&a);
}

static struct lf_slice next_line(const char **p)
{
    struct lf_slice line = {*p, strcspn(*p, "\n")};
    *p += line.len + 1;
    return line;
}

static void as_fiftyone_does(void **state)
{
    (void)state;
    enum { ROOM = 1 << 16 };
    struct lf_error err = {0};
    char *text = lf_alloc(1, ROOM, &err);
    FILE *f = fopen(LF_TESTS_DIR "/unit/data/mask_vectors.txt", "rb");
    assert_non_null(text);
    assert_non_null(f);
    size_t n = fread(text, 1, ROOM - 1, f), lines = 0;
    assert_int_equal(fclose(f), 0);
    assert_in_range(n, 30000, ROOM - 2);
    for (const char *p = text; p < text + n;) {
        struct lf_slice line = next_line(&p);
        if (line.at[0] == '#')
            continue;
        expect_answer(line, next_line(&p));
        lines++;
    }
    assert_in_range(lines, 348, 348);
    lf_free(text);
}

// ------------------------------------------------------------------------- by hand

struct by_hand {
    const char *name, *line, *answer;
};
static const struct by_hand by_hand[] = {
    {"borders are inside", "fill 9 9 4 1 1 4 1 4 3 1 3", "1 1 4 3 0 12"},
    {"right and low borders are not", "instance 9 9 4 1 1 4 1 4 3 1 3", "1 1 3 2 0 6"},
    {"a hole less its border", "fill 9 9 4 0 0 8 0 8 8 0 8 4 3 3 6 3 6 6 3 6",
     "0 0 9 9 0 40 2 7 2 30"},
    {"the same ring twice is its border",
     "fill 9 9 4 1 1 4 1 4 4 1 4 4 1 1 4 1 4 4 1 4", "1 1 4 4 0 5 2 2 2 5"},
    {"a point", "fill 9 9 1 3 4", "3 4 1 1 0 1"},
    {"a line", "fill 9 9 2 3 4 5 4", "3 4 3 1 0 3"},
    {"half to even", "fill 8 8 1 2.5 3.5", "2 4 1 1 0 1"},
    {"none of the image", "fill 9 9 3 20 20 30 20 30 30", "0 0 0 0"},
    {"all of the image", "fill 3 2 4 -9 -9 99 -9 99 99 -9 99", "0 0 3 2 0 6"},
    {"no ring", "fill 9 9", "0 0 0 0"},
    {"no width", "instance 9 9 2 3 4 3 6", "3 4 1 3 0 3"},
    {"out of the image", "instance 9 9 3 20 20 30 20 30 30", "0 0 0 0"},
    {"nothing to trace", "trace 2 0 0 0 0", ""},
    {"a pixel has no outline", "trace 2 5 5 1 1 0 1", ""},
    {"a ring of two points", "trace 2 5 5 2 2 0 4", "6.0 6.5 5.0 5.0"},
    {"a square", "trace 0.5 10 20 4 4 0 16", "13.0 23.5 10.0 23.0 10.0 20.0 13.5 20.0"},
    {"a far corner", "fill 9 9 1 1e10 0",
     "error: a point is too far away (limit coordinate)"},
};

static void shapes_by_hand(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof by_hand / sizeof *by_hand; i++) {
        const struct by_hand *b = &by_hand[i];
        struct lf_arena a = {0};
        struct lf_buf out = {0};
        struct lf_error err = {0};
        print_message("%s\n", b->name);
        if (!mask_line((struct line){b->line, b->line + strlen(b->line)}, &a, &out,
                       &err))
            lf_buf_printf(&out, "error: %s", err.what);
        lf_buf_char(&out, '\0');
        assert_string_equal(out.at, b->answer);
        lf_buf_done(&out);
        lf_arena_done(&a);
    }
}

static void points_that_are_no_numbers(void **state)
{
    (void)state;
    struct lf_arena a = {0};
    struct lf_mask m;
    static const double xy[][2] = {{NAN, 1}, {1, NAN}, {INFINITY, 1}, {1, -INFINITY}};
    struct lf_ring ring = {1, 0};
    for (size_t i = 0; i < 4; i++) {
        struct lf_error err = {0};
        assert_false(lf_fill_rings(xy[i], &ring, 1, 9, 9, &a, &m, &err));
        assert_int_equal(err.code, LF_E_LIMIT_COUNT);
        lf_error_clear(&err);
        assert_false(lf_fill_instance(xy[i], &ring, 1, 9, 9, &a, &m, &err));
        assert_int_equal(err.code, LF_E_LIMIT_COUNT);
    }
    lf_arena_done(&a);
}

// As far as coordinates go; nothing may overflow, and rows are not walked one by one.
static void far_corners(void **state)
{
    (void)state;
    struct lf_arena a = {0};
    struct lf_error err = {0};
    struct lf_mask m;
    double far = LF_COORDINATE;
    double xy[] = {-far, -far, far, -far, far, far, -far, far};
    struct lf_ring ring = {4, 0};
    assert_true(lf_fill_rings(xy, &ring, 1, 3, 2, &a, &m, &err));
    assert_int_equal(lf_mask_area(&m), 6);
    for (uint64_t n = 0; n < 20000; n++) {
        struct dice d = dice_of(n, 46);
        for (size_t i = 0; i < 8; i++)
            xy[i] = chance(&d, 30) ? between(&d, -9, 60) : between(&d, -far, far);
        assert_true(lf_fill_rings(xy, &ring, 1, 1 + (uint32_t)roll(&d, 60),
                                  1 + (uint32_t)roll(&d, 60), &a, &m, &err));
        assert_true(lf_fill_instance(xy, &ring, 1, 1 + (uint32_t)roll(&d, 60),
                                     1 + (uint32_t)roll(&d, 60), &a, &m, &err) ||
                    err.code == LF_E_LIMIT_COUNT);
        lf_error_clear(&err);
        lf_arena_reset(&a);
    }
    lf_arena_done(&a);
}

// ------------------------------------------------------------------------- ellipses

// How far out the centre of a pixel is: 1 is the border.
static double outness(const double e[4], double turn, uint32_t x, uint32_t y)
{
    double angle = turn * acos(-1) / 180, dx = x + 0.5 - e[0], dy = y + 0.5 - e[1];
    double u = dx * cos(angle) + dy * sin(angle), v = dy * cos(angle) - dx * sin(angle);
    return u * u / (e[2] * e[2]) + v * v / (e[3] * e[3]);
}

static void ellipses_hold_the_centres_inside(void **state)
{
    (void)state;
    static uint32_t run[BITS_SIDE * BITS_SIDE + 1];
    struct lf_arena a = {0};
    struct lf_error err = {0};
    for (uint64_t n = 0; n < 3000; n++) {
        struct dice d = dice_of(n, 47);
        struct lf_mask m, back, less;
        struct bits b = {(uint32_t)(1 + roll(&d, BITS_SIDE)),
                         (uint32_t)(1 + roll(&d, BITS_SIDE)),
                         {{0}}};
        double e[4] = {between(&d, -5, 50), between(&d, -5, 50), between(&d, 0.01, 30),
                       chance(&d, 20) ? between(&d, 0.01, 0.5) : between(&d, 0.1, 30)};
        double turn = chance(&d, 30) ? 90 * (double)roll(&d, 4) : between(&d, 0, 360);
        bool close = false;
        for (uint32_t y = 0; y < b.height; y++)
            for (uint32_t x = 0; x < b.width; x++) {
                double out = outness(e, turn, x, y);
                b.at[y][x] = out <= 1;
                close = close || fabs(out - 1) < 1e-9;
            }
        m = mask_of_bits(&b, run);
        assert_true(lf_fill_ellipse(e, turn, b.width, b.height, &a, &back, &err));
        if (!close)
            assert_masks_equal(&back, &m);
        assert_true(lf_mask_combine(LF_MASK_XOR, &m, &back, &a, &less, &err));
        assert_in_range(lf_mask_area(&less), 0, 4);
        lf_arena_reset(&a);
    }
    lf_arena_done(&a);
}

static void ellipses_of_nothing(void **state)
{
    (void)state;
    static const double none[][4] = {
        {5, 5, 0, 3},   {5, 5, 3, 0},      {5, 5, -1, 3},    {5, 5, NAN, 3},
        {NAN, 5, 3, 3}, {5, 5, 1e-200, 3}, {5, 5, 0.1, 0.1}, {90, 5, 3, 3}};
    struct lf_arena a = {0};
    struct lf_error err = {0};
    struct lf_mask m;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_true(lf_fill_ellipse(none[i], 30, 10, 10, &a, &m, &err));
        assert_int_equal(m.runs, 0);
    }
    static const double all[4] = {5, 5, 1e9, 1e9};
    assert_true(lf_fill_ellipse(all, 30, 10, 10, &a, &m, &err));
    assert_int_equal(lf_mask_area(&m), 100);
    lf_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_fiftyone_does),
        cmocka_unit_test(shapes_by_hand),
        cmocka_unit_test(points_that_are_no_numbers),
        cmocka_unit_test(far_corners),
        cmocka_unit_test(ellipses_hold_the_centres_inside),
        cmocka_unit_test(ellipses_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
