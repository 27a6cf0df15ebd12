#include "tests/unit/random_mask.h"

#include "formats/base/limits.h"
#include "formats/mask/base64.h"
#include "formats/mask/mask_data_url.h"
#include "formats/mask/png_rows.h"

#define URL "data:image/png;base64,"

struct hand {
    struct lf_arena a;
    struct lf_error err;
    struct lf_buf out;
};

static int set_up(void **state)
{
    *state = test_calloc(1, sizeof(struct hand));
    return 0;
}

static int tear_down(void **state)
{
    struct hand *h = *state;
    lf_buf_done(&h->out);
    lf_arena_done(&h->a);
    test_free(h);
    return 0;
}

// The text of a PNG of these rows, in `out`.
static struct lf_slice url_of(struct hand *h, struct lf_png_form form,
                              const unsigned char *rows)
{
    struct lf_buf png = {0};
    struct lf_png_out *p = lf_png_out_open(&form, &png, &h->err);
    assert_non_null(p);
    for (uint32_t y = 0; y < form.height; y++)
        assert_true(lf_png_out_row(p, rows + y * lf_png_row_bytes(&form), &h->err));
    lf_png_out_free(&p);
    lf_buf_clear(&h->out);
    lf_buf_text(&h->out, URL);
    lf_base64_write((const unsigned char *)png.at, png.len, &h->out);
    lf_buf_done(&png);
    return lf_buf_view(&h->out);
}

static void assert_inside(struct hand *h, struct lf_slice url, uint32_t width,
                          uint32_t height, unsigned threshold, const char *inside,
                          bool want_soft)
{
    static uint32_t run[16];
    struct bits b = {width, height, {{0}}};
    struct lf_mask m, want;
    bool soft = !want_soft;
    for (uint32_t i = 0; i < width * height; i++)
        b.at[i / width][i % width] = inside[i] == '#';
    want = mask_of_bits(&b, run);
    if (!lf_mask_read_data_url(url, width, height, threshold, &h->a, &m, &soft,
                               &h->err))
        fail_msg("%s", h->err.what);
    assert_masks_equal(&m, &want);
    assert_int_equal(soft, want_soft);
}

static void alpha_is_the_mask(void **state)
{
    struct hand *h = *state;
    const unsigned char soft[] = {9, 9, 9, 0, 0, 0, 0, 127, 0, 0, 0, 128, 0, 0, 0, 255};
    struct lf_slice url = url_of(h, (struct lf_png_form){4, 1, 4, 8}, soft);
    assert_inside(h, url, 4, 1, 128, "..##", true);
    assert_inside(h, url, 4, 1, 1, ".###", true);
    assert_inside(h, url, 4, 1, 255, "...#", true);
    const unsigned char hard[] = {9, 9, 9, 0, 0, 0, 0, 255, 7, 7, 7, 255, 0, 0, 0, 0};
    url = url_of(h, (struct lf_png_form){2, 2, 4, 8}, hard);
    assert_inside(h, url, 2, 2, 128, ".##.", false);
    const unsigned char fine[] = {1, 1, 1, 1, 1, 1, 0, 0,   0, 0, 0, 0, 0, 0, 255, 255,
                                  0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 128, 0};
    url = url_of(h, (struct lf_png_form){4, 1, 4, 16}, fine);
    assert_inside(h, url, 4, 1, 128, ".#.#", true);
}

static void without_alpha_any_colour_is_inside(void **state)
{
    struct hand *h = *state;
    const unsigned char grey[] = {0, 1, 255, 0, 0, 2};
    struct lf_slice url = url_of(h, (struct lf_png_form){3, 2, 1, 8}, grey);
    assert_inside(h, url, 3, 2, 128, ".##..#", false);
    const unsigned char colours[] = {0, 0, 0, 0, 0, 1};
    url = url_of(h, (struct lf_png_form){2, 1, 3, 8}, colours);
    assert_inside(h, url, 2, 1, 128, ".#", false);
    const unsigned char fine[] = {0, 0, 0, 1};
    url = url_of(h, (struct lf_png_form){2, 1, 1, 16}, fine);
    assert_inside(h, url, 2, 1, 128, ".#", false);
}

// Colour 0, 0, 0, as the tool paints, whatever is inside.
static void what_is_written(void **state)
{
    struct hand *h = *state;
    const unsigned char want[] = {0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 0};
    const uint32_t run[] = {1, 2, 1};
    const struct lf_mask m = {0, 0, 2, 2, 3, 0, run};
    struct lf_buf out = {0};
    struct lf_slice url = url_of(h, (struct lf_png_form){2, 2, 4, 8}, want);
    for (int i = 0; i < 2; i++) {
        lf_buf_clear(&out);
        assert_true(lf_mask_write_data_url(&m, 2, 2, &out, &h->err));
        assert_int_equal(out.len, url.len);
        assert_memory_equal(out.at, url.at, url.len);
    }
    lf_buf_done(&out);
}

static void there_and_back(void **state)
{
    struct hand *h = *state;
    static uint32_t run[BITS_SIDE * BITS_SIDE + 1];
    for (uint64_t n = 0; n < 1000; n++) {
        struct dice d = dice_of(n, 31);
        struct bits b = random_bits(&d);
        struct lf_mask m = mask_of_bits(&b, run), back;
        bool soft = true;
        lf_buf_clear(&h->out);
        assert_true(lf_mask_write_data_url(&m, b.width, b.height, &h->out, &h->err));
        assert_true(lf_mask_read_data_url(lf_buf_view(&h->out), b.width, b.height, 128,
                                          &h->a, &back, &soft, &h->err));
        assert_masks_equal(&back, &m);
        assert_false(soft);
        lf_arena_reset(&h->a);
    }
}

static void assert_refused(struct hand *h, struct lf_slice url, uint32_t width,
                           uint32_t height, enum lf_code code, const char *says)
{
    struct lf_mask m;
    lf_error_clear(&h->err);
    assert_false(
        lf_mask_read_data_url(url, width, height, 128, &h->a, &m, NULL, &h->err));
    assert_int_equal(h->err.code, code);
    if (!strstr(h->err.what, says))
        fail_msg("%s", h->err.what);
}

static void what_is_refused(void **state)
{
    struct hand *h = *state;
    const unsigned char grey[] = {0, 1, 255, 0, 0, 2};
    struct lf_slice url = url_of(h, (struct lf_png_form){3, 2, 1, 8}, grey);
    assert_refused(h, url, 2, 3, LF_E_MASK_SIZE,
                   "3 x 2 pixels, and its image of 2 x 3");
    assert_refused(h, url, 0, 0, LF_E_MASK_SIZE, "3 x 2");
    assert_refused(h, (struct lf_slice){url.at, url.len - 4}, 3, 2, LF_E_MASK, "PNG");
    assert_refused(h, (struct lf_slice){url.at, url.len - 1}, 3, 2, LF_E_MASK,
                   "base64");
    assert_refused(h, (struct lf_slice){url.at, 40}, 3, 2, LF_E_MASK, "base64");
    assert_refused(h, (struct lf_slice){url.at, 42}, 3, 2, LF_E_MASK, "PNG");
    assert_refused(h, LF_S(URL), 3, 2, LF_E_MASK, "PNG");
    assert_refused(h, LF_S(URL "%%%%"), 3, 2, LF_E_MASK, "base64");
    assert_refused(h, LF_S("data:image/jpeg;base64,"), 3, 2, LF_E_MASK,
                   "data:image/png");
    assert_refused(h, LF_S(""), 3, 2, LF_E_MASK, "data:image/png");
    struct lf_mask m = {1, 0, 2, 1, 2, 0, (const uint32_t[]){0, 2}};
    lf_error_clear(&h->err);
    assert_false(lf_mask_write_data_url(&m, 2, 1, &h->out, &h->err));
    assert_int_equal(h->err.code, LF_E_BUG);
    lf_error_clear(&h->err);
    assert_false(lf_mask_write_data_url(&m, 3, 0, &h->out, &h->err));
    assert_int_equal(h->err.code, LF_E_MASK);
    lf_error_clear(&h->err);
    assert_false(lf_mask_write_data_url(&m, 1 << 16, 1 << 15, &h->out, &h->err));
    assert_int_equal(h->err.code, LF_E_LIMIT_COUNT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(alpha_is_the_mask), TEST(without_alpha_any_colour_is_inside),
        TEST(what_is_written),   TEST(there_and_back),
        TEST(what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
