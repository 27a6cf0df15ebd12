#define _DEFAULT_SOURCE // MAP_ANONYMOUS
#include <sys/mman.h>

#include "tests/unit/random_mask.h"

#include "formats/base/limits.h"

enum { RUNS = BITS_SIDE * BITS_SIDE + 1 };

static struct lf_spans spans_of_bits(const struct bits *b, struct dice *d,
                                     struct lf_arena *a)
{
    struct lf_error err = {0};
    struct lf_spans s = {0};
    for (uint32_t y = 0; y < b->height; y++) {
        for (uint32_t x = 0; x < b->width; x++) {
            uint32_t to = x;
            while (to < b->width && b->at[y][to] && !(to > x && chance(d, 5)))
                to++;
            assert_true(lf_spans_add(&s, a, y, x, to, &err));
            x = to > x ? to - 1 : x;
        }
    }
    return s;
}

static const struct picture {
    const char *name, *picture; // rows end at '/'
    struct lf_mask want;
    uint64_t area;
} rows[] = {
#define RUN(...)                                                                       \
    sizeof((uint32_t[]){__VA_ARGS__}) / 4, 0, (const uint32_t[])                       \
    {                                                                                  \
        __VA_ARGS__                                                                    \
    }
    {"empty", "..../....", {0}, 0},
    {"one pixel", "..../..#./....", {2, 1, 1, 1, RUN(0, 1)}, 1},
    {"full image", "###/###", {0, 0, 3, 2, RUN(0, 6)}, 6},
    {"ring with a hole", "...../.###./.#.#./.###.", {1, 1, 3, 3, RUN(0, 4, 1, 4)}, 8},
    {"two islands", "#..../...../...##", {0, 0, 5, 3, RUN(0, 1, 12, 2)}, 3},
    {"island in a hole",
     "#####/#...#/#.#.#/#...#/#####",
     {0, 0, 5, 5, RUN(0, 6, 3, 2, 1, 1, 1, 2, 3, 6)},
     17},
    {"all borders", ".#./###/.#.", {0, 0, 3, 3, RUN(1, 1, 1, 3, 1, 1, 1)}, 5},
    {"first pixel in", "##./#..", {0, 0, 2, 2, RUN(0, 3, 1)}, 3},
    {"first pixel out", ".##/##.", {0, 0, 3, 2, RUN(1, 4, 1)}, 4},
    {"1 x N", "./#/#/./#/.", {0, 1, 1, 4, RUN(0, 2, 1, 1)}, 3},
    {"N x 1", ".##.#.", {1, 0, 4, 1, RUN(0, 2, 1, 1)}, 3},
#undef RUN
};

static void pictures(void **state)
{
    (void)state;
    struct lf_arena a = {0};
    struct lf_error err = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_spans s = {0}, back;
        uint32_t x = 0, y = 0;
        print_message("%s\n", rows[i].name);
        for (const char *p = rows[i].picture; *p; p++, x++) {
            if (*p == '/')
                x = UINT32_MAX, y++; // 0 after the step
            else if (*p == '#')
                assert_true(lf_spans_add(&s, &a, y, x, x + 1, &err));
        }
        struct lf_mask m;
        assert_true(lf_mask_of(&s, &a, &m, &err));
        assert_masks_equal(&m, &rows[i].want);
        assert_int_equal(lf_mask_area(&m), rows[i].area);
        assert_true(lf_mask_to_spans(&m, &a, &back, &err));
        assert_int_equal(back.count, s.count);
        assert_true(!s.count || !memcmp(back.at, s.at, s.count * sizeof *s.at));
    }
    lf_arena_done(&a);
}

static void spans_have_an_order(void **state)
{
    (void)state;
    struct lf_arena a = {0};
    struct lf_error err = {0};
    struct lf_spans s = {0};
    assert_true(lf_spans_add(&s, &a, 5, 3, 7, &err));
    assert_true(lf_spans_add(&s, &a, 5, 7, 9, &err));
    assert_true(lf_spans_add(&s, &a, 5, 9, 9, &err));
    assert_int_equal(s.count, 1);
    assert_int_equal(s.at[0].to, 9);
    static const struct lf_span wrong[] = {{4, 0, 1}, {5, 8, 10}, {6, 2, 1}};
    for (size_t i = 0; i < 3; i++) {
        lf_error_clear(&err);
        assert_false(
            lf_spans_add(&s, &a, wrong[i].y, wrong[i].from, wrong[i].to, &err));
        assert_int_equal(err.code, LF_E_BUG);
    }
    lf_arena_done(&a);
}

static void limits_are_held(void **state)
{
    (void)state;
    struct lf_arena a = {0};
    struct lf_error err = {0};
    struct lf_spans s = {0};
    struct lf_mask m;
    assert_true(lf_spans_add(&s, &a, 0, 0, 1, &err));
    assert_true(lf_spans_add(&s, &a, LF_MASK_PIXELS - 1, 0, 1, &err));
    assert_true(lf_mask_of(&s, &a, &m, &err)); // as many as may be
    assert_int_equal(m.run[2], LF_MASK_PIXELS - 2);
    assert_true(lf_spans_add(&s, &a, LF_MASK_PIXELS, 0, 1, &err));
    assert_false(lf_mask_of(&s, &a, &m, &err));
    assert_int_equal(err.code, LF_E_LIMIT_COUNT);
    assert_non_null(strstr(err.what, "mask-pixels"));
    lf_error_clear(&err);
    // Memory that nobody touches but at its end costs nothing.
    size_t size = LF_MASK_RUNS * sizeof *s.at;
    void *many = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(many != MAP_FAILED);
    s = (struct lf_spans){many, LF_MASK_RUNS, LF_MASK_RUNS};
    assert_false(lf_spans_add(&s, &a, 9, 0, 1, &err));
    assert_int_equal(err.code, LF_E_LIMIT_COUNT);
    assert_non_null(strstr(err.what, "mask-runs"));
    assert_int_equal(munmap(many, size), 0);
    lf_arena_done(&a);
}

// A column as high as can be is one run, though it has a span a row.
static void a_high_column_costs_its_runs(void **state)
{
    (void)state;
    static const uint32_t all[] = {0, 1 << 22}, hole[] = {1 << 20, 1, (3 << 20) - 1};
    struct lf_arena a = {0};
    struct lf_error err = {0};
    struct lf_mask high = {7, 0, 1, 1 << 22, 2, 0, all},
                   dot = {7, 0, 1, 1 << 22, 3, 0, hole}, out;
    assert_true(lf_mask_combine(LF_MASK_OR, &high, &dot, &a, &out, &err));
    assert_masks_equal(&out, &high);
    assert_true(a.end - (const char *)out.run < 1 << 16);
    assert_true(lf_mask_combine(LF_MASK_MINUS, &high, &dot, &a, &out, &err));
    assert_int_equal(out.runs, 4);
    assert_int_equal(lf_mask_area(&out), (1 << 22) - 1);
    lf_arena_done(&a);
}

static void combined_as_bitmaps_are(void **state)
{
    (void)state;
    static uint32_t run[4][RUNS];
    struct lf_arena arena = {0};
    struct lf_error err = {0};
    for (uint64_t n = 0; n < 10000; n++) {
        struct dice d = dice_of(n, 44);
        struct bits a = random_bits(&d), b = random_bits(&d), c;
        struct lf_mask ma = mask_of_bits(&a, run[0]), mb = mask_of_bits(&b, run[1]);
        struct lf_spans s = spans_of_bits(&a, &d, &arena);
        struct lf_mask out, want;
        assert_true(lf_mask_of(&s, &arena, &out, &err));
        assert_masks_equal(&out, &ma);
        ma.value = 5;
        for (unsigned op = LF_MASK_OR; op <= LF_MASK_XOR; op++) {
            c = (struct bits){BITS_SIDE, BITS_SIDE, {{0}}};
            for (uint32_t i = 0; i < BITS_SIDE * BITS_SIDE; i++) {
                uint32_t y = i / BITS_SIDE, x = i % BITS_SIDE;
                bool p = a.at[y][x], q = b.at[y][x];
                c.at[y][x] = op == LF_MASK_OR      ? p || q
                             : op == LF_MASK_AND   ? p && q
                             : op == LF_MASK_MINUS ? p && !q
                                                   : p != q;
            }
            want = mask_of_bits(&c, run[2]);
            want.value = 5;
            assert_true(
                lf_mask_combine((enum lf_mask_op)op, &ma, &mb, &arena, &out, &err));
            assert_masks_equal(&out, &want);
        }
        c = a;
        c.width = b.width < a.width ? b.width : a.width;
        c.height = b.height < a.height ? b.height : a.height;
        want = mask_of_bits(&c, run[2]);
        want.value = 5;
        assert_true(lf_mask_cut(&ma, b.width, b.height, &arena, &out, &err));
        assert_masks_equal(&out, &want);
        lf_arena_reset(&arena);
    }
    lf_arena_done(&arena);
}

static void loose_ones_are_made_tight(void **state)
{
    (void)state;
    static const uint32_t zeroes[] = {0, 0, 5, 1, 0, 2, 4, 0, 0, 1, 3},
                          none[] = {3, 0, 9};
    struct lf_arena a = {0};
    struct lf_error err = {0};
    struct lf_mask out, m = {10, 20, 4, 4, 11, 3, zeroes},
                        want = {10, 21, 4, 3, 5, 3, (uint32_t[]){1, 3, 4, 1, 3}};
    assert_true(lf_mask_tight(&m, &a, &out, &err));
    assert_masks_equal(&out, &want);
    m = (struct lf_mask){1, 2, 4, 3, 3, 8, none};
    assert_true(lf_mask_tight(&m, &a, &out, &err));
    assert_masks_equal(&out, &(struct lf_mask){.value = 8});
    lf_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures),
        cmocka_unit_test(spans_have_an_order),
        cmocka_unit_test(limits_are_held),
        cmocka_unit_test(a_high_column_costs_its_runs),
        cmocka_unit_test(combined_as_bitmaps_are),
        cmocka_unit_test(loose_ones_are_made_tight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
