#include "tests/unit/random_mask.h"

#include "formats/base/limits.h"
#include "formats/mask/mask_rle.h"

enum { RUNS = BITS_SIDE * BITS_SIDE + 1 };

enum form { BOXED, COUNTS, PACKED };

static bool read_form(enum form form, struct lf_slice text, uint32_t width,
                      uint32_t height, struct lf_arena *a, struct lf_mask *m,
                      struct lf_error *err)
{
    return form == BOXED
               ? lf_mask_read_boxed(text, 0, 0, width, height, a, m, err)
               : lf_mask_read_coco(text, form == PACKED, width, height, a, m, err);
}

// What is read of a box or an image of a size, as a picture whose rows end at '/', and
// the text that is written for it if it is another one.
struct good {
    const char *name;
    enum form form;
    uint32_t width, height;
    const char *text, *picture, *written;
};
static const struct good good[] = {
    {"one pixel", BOXED, 1, 1, "0, 1", "#", NULL},
    {"no blanks", BOXED, 5, 3, "1,3,1,5,2,1,2", ".###./#####/..#..",
     "1, 3, 1, 5, 2, 1, 2"},
    {"more blanks", BOXED, 3, 1, " 1 ,\t1\n, 1 ", ".#.", "0, 1"},
    {"first pixel in", BOXED, 4, 3, "0, 4, 7, 1", "####/..../...#", NULL},
    {"full image", BOXED, 3, 2, "0, 6", "###/###", NULL},
    {"ring", BOXED, 3, 3, "0, 4, 1, 4", "###/#.#/###", NULL},
    {"leading zeroes", BOXED, 3, 1, "000, 0003", "###", "0, 3"},
    {"rows and columns to cut", BOXED, 4, 4, "5, 2, 2, 2, 5", "..../.##./.##./....",
     "0, 4"},
    {"only above", BOXED, 2, 2, "2, 2", "../##", "0, 2"},
    {"only below", BOXED, 2, 2, "0, 2, 2", "##/..", "0, 2"},
    {"only in the middle", BOXED, 2, 4, "2, 3, 3", "../##/#./..", "0, 3, 1"},
    {"only in the middle, to its end", BOXED, 2, 4, "3, 3, 2", "../.#/##/..", "1, 3"},
    {"only at the left", BOXED, 2, 2, "1, 1, 1, 1", ".#/.#", "0, 2"},
    {"only at the right", BOXED, 2, 2, "0, 1, 1, 1, 1", "#./#.", "0, 2"},
    {"run of 0 at the end", BOXED, 2, 2, "0, 4, 0", "##/##", "0, 4"},
    {"runs of 0 within", BOXED, 4, 1, "0, 1, 0, 1, 1, 0, 0, 1", "##.#", "0, 2, 1, 1"},
    {"nothing inside", BOXED, 2, 2, "4", "../..", ""},
    {"nothing inside, in pieces", BOXED, 2, 2, "1, 0, 3", "../..", ""},
    {"N x 1", BOXED, 4, 1, "0, 1, 2, 1", "#..#", NULL},
    {"1 x N", BOXED, 1, 4, "0, 1, 2, 1", "#/././#", NULL},

    {"columns", COUNTS, 4, 3, "4, 2, 1, 2, 3", "..../.##./.##.", NULL},
    {"columns that join", COUNTS, 2, 3, "2, 2, 2", ".#/../#.", NULL},
    {"no blanks", COUNTS, 2, 2, "0,4", "##/##", "0, 4"},
    {"nothing inside", COUNTS, 3, 2, "6", ".../...", NULL},
    {"island in a hole", COUNTS, 5, 5, "0, 6, 3, 2, 1, 1, 1, 2, 3, 6",
     "#####/#...#/#.#.#/#...#/#####", NULL},
    {"runs of 0 within", COUNTS, 2, 2, "1, 0, 1, 2", ".#/.#", "2, 2"},

    // By pycocotools 2.0.11.
    {"nothing inside", PACKED, 3, 2, "6", ".../...", NULL},
    {"full image", PACKED, 3, 2, "06", "###/###", NULL},
    {"island in a hole", PACKED, 5, 5, "063LNO0124", "#####/#...#/#.#.#/#...#/#####",
     NULL},
    {"a pattern", PACKED, 20, 7,
     "034NM081HO0161M00O10LO0161JN320NM081HO0161M00O10LO011",
     "##...##...###...##../#..#....#..#..#....#/##........###......./"
     "...#....#.....#....#/"
     "...#....#.....#....#/..#.####.#...#.####./..#.####.#...#.####.",
     NULL},
};

static struct lf_mask mask_of_picture(const char *picture, uint32_t *run)
{
    struct bits b = {BITS_SIDE, BITS_SIDE, {{0}}};
    uint32_t x = 0, y = 0;
    for (; *picture; picture++) {
        if (*picture == '/')
            x = 0, y++;
        else
            b.at[y][x++] = *picture == '#';
    }
    return mask_of_bits(&b, run);
}

static void what_is_read(void **state)
{
    (void)state;
    static uint32_t run[RUNS];
    struct lf_arena a = {0};
    struct lf_error err = {0};
    struct lf_buf out = {0};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        const struct good *g = &good[i];
        print_message("%s\n", g->name);
        struct lf_mask m, want = mask_of_picture(g->picture, run);
        struct lf_slice text = {g->text, strlen(g->text)};
        if (!read_form(g->form, text, g->width, g->height, &a, &m, &err))
            fail_msg("%s", err.what);
        assert_masks_equal(&m, &want);
        lf_buf_clear(&out);
        if (g->form == BOXED)
            lf_mask_write_boxed(&m, &out);
        else
            assert_true(lf_mask_write_coco(&m, g->form == PACKED, g->width, g->height,
                                           &a, &out, &err));
        lf_buf_char(&out, '\0');
        assert_string_equal(out.at, g->written ? g->written : g->text);
    }
    lf_buf_done(&out);
    lf_arena_done(&a);
}

struct bad {
    const char *name;
    enum form form;
    uint32_t width, height;
    const char *text;
    enum lf_code code;
    const char *said;
};
static const struct bad bad[] = {
    {"too few", BOXED, 5, 3, "1, 3, 1", LF_E_MASK, "add up to 5 .* 15 pixels"},
    {"too many", BOXED, 5, 3, "1, 3, 12", LF_E_MASK, "add up to 16 .* 15 pixels"},
    {"one too many, inside", BOXED, 2, 2, "0, 5", LF_E_MASK, "5 .* 4 "},
    {"2^32 and 4", BOXED, 2, 2, "0, 4294967300", LF_E_MASK, "4294967300 .* 4 "},
    {"2^64 and 4", BOXED, 2, 2, "0, 18446744073709551620", LF_E_MASK, "run 2 "},
    {"wraps in sum", BOXED, 2, 2, "4294967295, 5", LF_E_MASK, "4294967300 .* 4 "},
    {"no text", BOXED, 2, 2, "", LF_E_MASK, "run 1 "},
    {"blanks", BOXED, 2, 2, "  ", LF_E_MASK, "run 1 "},
    {"comma at the end", BOXED, 2, 2, "0, 4,", LF_E_MASK, "run 3 "},
    {"comma at the front", BOXED, 2, 2, ",4", LF_E_MASK, "run 1 "},
    {"two commas", BOXED, 2, 2, "0,,4", LF_E_MASK, "run 2 "},
    {"below 0", BOXED, 2, 2, "5, -1", LF_E_MASK, "run 2 "},
    {"a fraction", BOXED, 2, 2, "0, 4.0", LF_E_MASK, "run 3 "},
    {"a word", BOXED, 2, 2, "0, four", LF_E_MASK, "run 2 "},
    {"no comma", BOXED, 2, 2, "0 4", LF_E_MASK, "run 2 "},
    {"no width", BOXED, 0, 2, "0", LF_E_MASK, "0 x 2"},
    {"no height", BOXED, 2, 0, "0", LF_E_MASK, "2 x 0"},
    {"many pixels", BOXED, 32769, 32768, "0, 4", LF_E_LIMIT_COUNT, "mask-pixels"},
    {"far more pixels", BOXED, UINT32_MAX, UINT32_MAX, "0, 1", LF_E_LIMIT_COUNT,
     "mask-pixels"},
    {"too few", COUNTS, 5, 3, "1, 3, 1", LF_E_MASK, "add up to 5 .* 15 pixels"},
    {"a bracket", COUNTS, 2, 2, "[4]", LF_E_MASK, "run 1 "},
    {"too few", PACKED, 3, 2, "05", LF_E_MASK, "add up to 5 .* 6 pixels"},
    {"nothing", PACKED, 3, 2, "", LF_E_MASK, "add up to 0 .* 6 pixels"},
    {"below 0", PACKED, 3, 2, "0N", LF_E_MASK, "run 2 .*-2 "},
    {"stops within a number", PACKED, 3, 2, "0V", LF_E_MASK, "run 2 "},
    {"no such byte", PACKED, 3, 2, "0p", LF_E_MASK, "run 2 "},
    {"nor this one", PACKED, 3, 2, "/6", LF_E_MASK, "run 1 "},
    {"a long number", PACKED, 3, 2, "0VPPPPPPPPPPPPPP0", LF_E_MASK, "run 2 "},
    {"beyond the image", PACKED, 3, 2, "0Tb_oooo0", LF_E_MASK, "6 pixels"},
};

// Whether both halves of "this .* that" are in `text`, one behind the other.
static bool says(const char *text, const char *said)
{
    const char *dots = strstr(said, ".*");
    struct lf_slice first = {said, dots ? (size_t)(dots - said) : strlen(said)};
    for (; *text; text++)
        if (!strncmp(text, first.at, first.len))
            return !dots || strstr(text + first.len, dots + 2);
    return false;
}

static void what_is_refused(void **state)
{
    (void)state;
    struct lf_arena a = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const struct bad *b = &bad[i];
        struct lf_error err = {0};
        struct lf_mask m;
        print_message("%s\n", b->name);
        struct lf_slice text = {b->text, strlen(b->text)};
        assert_false(read_form(b->form, text, b->width, b->height, &a, &m, &err));
        assert_int_equal(err.code, b->code);
        if (!says(err.what, b->said))
            fail_msg("%s", err.what);
    }
    struct lf_error err = {0};
    struct lf_mask m;
    assert_false(lf_mask_read_boxed(LF_S("0, 1"), UINT32_MAX, 0, 1, 1, &a, &m, &err));
    assert_int_equal(err.code, LF_E_MASK);
    lf_error_clear(&err);
    m = (struct lf_mask){1, 0, 2, 1, 2, 0, (const uint32_t[]){0, 2}};
    struct lf_buf out = {0};
    assert_false(lf_mask_write_coco(&m, false, 2, 1, &a, &out, &err));
    assert_int_equal(err.code, LF_E_BUG);
    lf_buf_done(&out);
    lf_arena_done(&a);
}

// A text as long as can be costs no more than itself.
static void as_many_runs_as_may_be(void **state)
{
    (void)state;
    enum { SIDE = 2047 };
    struct lf_arena a = {0};
    struct lf_error err = {0};
    struct lf_buf text = {0}, out = {0};
    for (uint32_t i = 0; i < SIDE * SIDE; i++)
        lf_buf_text(&text, i ? ", 1" : "0, 1");
    struct lf_mask m, back;
    struct lf_slice view = lf_buf_view(&text);
    assert_true(lf_mask_read_boxed(view, 5, 6, SIDE, SIDE, &a, &m, &err));
    assert_int_equal(m.runs, SIDE * SIDE + 1);
    lf_mask_write_boxed(&m, &out);
    assert_int_equal(out.len, text.len);
    assert_memory_equal(out.at, text.at, out.len);
    // Dots of rows are dots of columns.
    lf_buf_clear(&out);
    m.left = m.top = 0;
    assert_true(lf_mask_write_coco(&m, true, SIDE, SIDE, &a, &out, &err));
    assert_true(
        lf_mask_read_coco(lf_buf_view(&out), true, SIDE, SIDE, &a, &back, &err));
    assert_masks_equal(&back, &m);
    lf_buf_done(&text);
    lf_buf_done(&out);
    lf_arena_done(&a);
}

// One row of pixels out of a billion: nothing is done a row.
static void a_high_box_costs_its_runs(void **state)
{
    (void)state;
    struct lf_arena a = {0};
    struct lf_error err = {0};
    struct lf_mask m;
    for (int i = 0; i < 1000; i++) {
        struct lf_slice text = LF_S("7, 1073741800, 17");
        assert_true(lf_mask_read_boxed(text, 2, 3, 1, 1 << 30, &a, &m, &err));
        assert_int_equal(m.top, 10);
        assert_int_equal(m.height, 1073741800);
        assert_int_equal(m.runs, 2);
    }
    lf_arena_done(&a);
}

// The box made larger on all sides, and runs of 0 put in.
static void write_loose(const struct bits *b, struct dice *d, struct lf_buf *out)
{
    unsigned char colour = 0;
    uint64_t n = 0;
    for (uint32_t y = 0; y < b->height; y++) {
        for (uint32_t x = 0; x < b->width; x++, n++) {
            if (chance(d, 2)) {
                lf_buf_printf(out, "%d,0,", (int)n);
                n = 0;
            }
            if (b->at[y][x] != colour) {
                lf_buf_printf(out, "%d,", (int)n);
                n = 0;
                colour = b->at[y][x];
            }
        }
    }
    lf_buf_printf(out, "%d", (int)n);
}

static void every_codec_gives_the_same_runs_back(void **state)
{
    (void)state;
    static uint32_t run[RUNS];
    struct lf_arena a = {0};
    struct lf_error err = {0};
    struct lf_buf out = {0};
    for (uint64_t n = 0; n < 10000; n++) {
        struct dice d = dice_of(n, 45);
        struct bits b = random_bits(&d);
        struct lf_mask m = mask_of_bits(&b, run), back;
        lf_buf_clear(&out);
        write_loose(&b, &d, &out);
        assert_true(lf_mask_read_boxed(lf_buf_view(&out), 0, 0, b.width, b.height, &a,
                                       &back, &err));
        assert_masks_equal(&back, &m);
        lf_buf_clear(&out);
        lf_mask_write_boxed(&m, &out);
        if (m.runs) { // nothing else has no text
            assert_true(lf_mask_read_boxed(lf_buf_view(&out), m.left, m.top, m.width,
                                           m.height, &a, &back, &err));
            assert_masks_equal(&back, &m);
        }
        for (int packed = 0; packed < 2; packed++) {
            lf_buf_clear(&out);
            assert_true(
                lf_mask_write_coco(&m, packed, b.width, b.height, &a, &out, &err));
            assert_true(lf_mask_read_coco(lf_buf_view(&out), packed, b.width, b.height,
                                          &a, &back, &err));
            assert_masks_equal(&back, &m);
        }
        lf_arena_reset(&a);
    }
    lf_buf_done(&out);
    lf_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_read),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(as_many_runs_as_may_be),
        cmocka_unit_test(a_high_box_costs_its_runs),
        cmocka_unit_test(every_codec_gives_the_same_runs_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
