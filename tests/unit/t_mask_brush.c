#include "tests/unit/random_mask.h"

#include "formats/base/in.h"
#include "formats/base/json.h"
#include "formats/base/limits.h"
#include "formats/base/number.h"
#include "formats/mask/base64.h"
#include "formats/mask/brush_code.h"
#include "formats/mask/mask_brush.h"
#include "formats/mask/png_rows.h"

// What the tool's own encoder made, streams that it does not make, and broken ones.
struct vectors {
    struct lf_arena kept, a;
    struct lf_buf file, out;
    struct lf_error err;
};

static int read_vectors(void **state)
{
    struct vectors *v = test_calloc(1, sizeof *v);
    struct lf_in *in =
        lf_in_file(LF_TESTS_DIR "/unit/data/brush_vectors.json", &v->err);
    bool over = false;
    *state = v;
    bool ok =
        in && lf_in_rest(in, 1 << 20, &v->file, &over, &v->err) &&
        lf_json_check(lf_buf_view(&v->file), (struct lf_json_rules){0}, 0, &v->err);
    lf_in_free(&in);
    return ok ? 0 : -1;
}

static int drop_vectors(void **state)
{
    struct vectors *v = *state;
    lf_buf_done(&v->file);
    lf_buf_done(&v->out);
    lf_arena_done(&v->kept);
    lf_arena_done(&v->a);
    test_free(v);
    return 0;
}

static struct lf_json_walk list_of(struct vectors *v, const char *name)
{
    struct lf_slice list;
    assert_true(lf_json_get(lf_buf_view(&v->file), name, &list));
    return lf_json_enter(list);
}

static struct lf_slice member(struct lf_slice object, const char *name)
{
    struct lf_slice value = {0};
    assert_true(lf_json_get(object, name, &value));
    return value;
}

static uint32_t whole(struct lf_slice object, const char *name)
{
    int64_t n = -1;
    assert_true(lf_parse_int64(member(object, name), &n) && n >= 0 && n <= UINT32_MAX);
    return (uint32_t)n;
}

static struct lf_slice text_of(struct vectors *v, struct lf_slice object,
                               const char *name)
{
    struct lf_slice text;
    assert_true(lf_json_string(member(object, name), &v->kept, &text, &v->err));
    return text;
}

// The grey values of a vector's picture.
static unsigned char *grey_of(struct vectors *v, struct lf_slice vector, uint32_t width,
                              uint32_t height)
{
    struct lf_slice text = text_of(v, vector, "png_base64");
    struct lf_png_form form;
    size_t n = 0;
    unsigned char *png = lf_arena_take(&v->a, lf_base64_room(text.len), 1, &v->err);
    unsigned char *grey = lf_arena_take(&v->a, (size_t)width * height, 1, &v->err);
    assert_true(png && grey && lf_base64_read(text, png, &n, &v->err));
    struct lf_png_in *in =
        lf_png_in_open((struct lf_slice){(const char *)png, n}, &form, &v->err);
    assert_true(in && form.width == width && form.height == height);
    assert_true(form.channels == 1 && form.bits == 8);
    for (uint32_t y = 0; y < height; y++)
        assert_true(lf_png_in_row(in, grey + (size_t)y * width, &v->err));
    lf_png_in_free(&in);
    return grey;
}

static struct lf_mask at_least(struct vectors *v, const unsigned char *grey,
                               uint32_t width, uint32_t height, unsigned threshold)
{
    struct lf_spans s = {0};
    struct lf_mask m;
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            if (grey[(size_t)y * width + x] >= threshold)
                assert_true(lf_spans_add(&s, &v->a, y, x, x + 1, &v->err));
    assert_true(lf_mask_of(&s, &v->a, &m, &v->err));
    return m;
}

static void assert_text(const struct lf_buf *out, struct lf_slice want)
{
    assert_int_equal(out->len, want.len);
    assert_memory_equal(out->at, want.at, want.len);
}

// Every value is there four times.
static void check_values(struct vectors *v, struct lf_slice rle,
                         const unsigned char *grey, size_t pixels)
{
    struct lf_brush_out o;
    struct lf_brush_in in;
    struct lf_brush_run run;
    uint32_t at = 0;
    lf_buf_clear(&v->out);
    lf_brush_begin(&o, (uint32_t)pixels * 4, &v->out);
    for (size_t i = 0; i < pixels; i++)
        lf_brush_put(&o, grey[i], 4);
    lf_brush_close(&o);
    assert_text(&v->out, rle);
    assert_true(lf_brush_open(rle, &v->a, &in, &v->err));
    assert_int_equal(in.count, pixels * 4);
    while (lf_brush_next(&in, &run))
        for (uint32_t i = 0; i < run.length; i++, at++)
            assert_int_equal(run.value, grey[at / 4]);
    assert_true(lf_brush_end(&in, &v->err));
    assert_int_equal(at, pixels * 4);
}

static void check_vector(struct vectors *v, struct lf_slice vector)
{
    const uint32_t width = whole(vector, "width"), height = whole(vector, "height");
    const struct lf_slice rle = member(vector, "rle");
    const unsigned char *grey = grey_of(v, vector, width, height);
    bool grades = false, soft = false;
    check_values(v, rle, grey, (size_t)width * height);
    for (size_t i = 0; i < (size_t)width * height; i++)
        grades = grades || (grey[i] && grey[i] < 255);
    for (unsigned threshold = 1; threshold < 256; threshold += 127) {
        struct lf_mask m, want = at_least(v, grey, width, height, threshold);
        if (!lf_mask_read_brush(rle, width, height, threshold, &v->a, &m, &soft,
                                &v->err))
            fail_msg("%s", v->err.what);
        assert_masks_equal(&m, &want);
        assert_int_equal(soft, grades);
        lf_buf_clear(&v->out);
        assert_true(lf_mask_write_brush(&m, width, height, &v->out, &v->err));
        if (!grades)
            assert_text(&v->out, rle);
    }
}

static void what_the_tool_encodes(void **state)
{
    struct vectors *v = *state;
    struct lf_json_walk w = list_of(v, "vectors");
    struct lf_slice vector;
    unsigned count = 0;
    for (; lf_json_element(&w, &vector); count++) {
        struct lf_slice name = text_of(v, vector, "name");
        print_message("%.*s\n", (int)name.len, name.at);
        check_vector(v, vector);
        lf_arena_reset(&v->a);
    }
    assert_int_equal(count, 47);
}

// Blocks with a value each, other sizes of lengths and values.
static void what_the_tool_reads_beside(void **state)
{
    struct vectors *v = *state;
    struct lf_json_walk w = list_of(v, "streams");
    struct lf_slice stream, value;
    unsigned count = 0;
    for (; lf_json_element(&w, &stream); count++) {
        struct lf_json_walk values = lf_json_enter(member(stream, "values"));
        struct lf_brush_in in;
        struct lf_brush_run run = {0};
        assert_true(lf_brush_open(member(stream, "rle"), &v->a, &in, &v->err));
        while (lf_json_element(&values, &value)) {
            int64_t want = -1;
            assert_true(lf_parse_int64(value, &want));
            assert_true(run.length || lf_brush_next(&in, &run));
            assert_int_equal(run.value, want);
            run.length--;
        }
        assert_false(run.length || lf_brush_next(&in, &run));
        assert_true(lf_brush_end(&in, &v->err));
    }
    assert_int_equal(count, 7);
}

static void what_is_broken(void **state)
{
    struct vectors *v = *state;
    struct lf_json_walk w = list_of(v, "broken");
    struct lf_slice broken;
    unsigned count = 0;
    for (; lf_json_element(&w, &broken); count++) {
        struct lf_error err = {0};
        struct lf_mask m;
        struct lf_slice name = text_of(v, broken, "name");
        const bool two = lf_slice_is(name, "empty") ||
                         lf_slice_is(name, "header only, count 8") ||
                         lf_slice_is(name, "truncated run");
        const bool other = lf_slice_starts(name, LF_S("count "));
        assert_false(lf_mask_read_brush(member(broken, "rle"), two ? 2 : 1, 1, 128,
                                        &v->a, &m, NULL, &err));
        print_message("%.*s: %s\n", (int)name.len, name.at, err.what);
        assert_int_equal(err.code, other ? LF_E_MASK_SIZE : LF_E_MASK);
    }
    assert_int_equal(count, 9);
}

struct said { // of 2 x 1 pixels
    const char *json;
    enum lf_code code;
    const char *what; // NULL: it is read
};

#define HEAD "0,0,0,8,57,27,25" // and the last digit: three bits of the first block

static const struct said said[] = {
    {"[" HEAD "2,224,224]", LF_OK, NULL},
    {" [ 0 ,0,\n0,\t8, 57,27,252,224 ,224 ] ", LF_OK, NULL},
    {"[" HEAD "2,224,224,0]", LF_OK, NULL},
    {"[" HEAD "2,224,224,0,255,7]", LF_OK,
     NULL}, // as the tool: what follows is nothing
    {"[" HEAD "2,224,224,0,256]", LF_E_MASK, "entry 11 "},
    {"[]", LF_E_MASK, "empty"},
    {"[ ]", LF_E_MASK, "empty"},
    {"{}", LF_E_MASK, "a list"},
    {"7", LF_E_MASK, "a list"},
    {"\"[0]\"", LF_E_MASK, "a list"},
    {"[[0]]", LF_E_MASK, "entry 1 "},
    {"[0,null]", LF_E_MASK, "entry 2 "},
    {"[0,1.0]", LF_E_MASK, "entry 2 "},
    {"[0,1e1]", LF_E_MASK, "entry 2 "},
    {"[0,0,-0]", LF_E_MASK, "entry 3 "},
    {"[1000]", LF_E_MASK, "entry 1 "},
    {"[0,18446744073709551616]", LF_E_MASK, "entry 2 "},
    {"[0,\"0\"]", LF_E_MASK, "entry 2 "},
    {"[0,0,0,8,57,27]", LF_E_MASK, "within its head"},
    {"[0,0,0,8,64,27,252,224,224]", LF_E_MASK, "values of 9 bits"},
    {"[255,255,255,255,57,27,252,224,224]", LF_E_MASK_SIZE, "4294967295 values"},
    {"[0,0,0,9,57,27,252,224,224]", LF_E_MASK_SIZE, "9 values"},
    {"[" HEAD "2]", LF_E_MASK, "byte 7 with 0 of its 8"},
    {"[" HEAD "2,96]", LF_E_MASK, "byte 8 with 0 of its 8"},
    {"[" HEAD "2,96,32]", LF_E_MASK, "byte 9 with 4 of its 8"},
    {"[" HEAD "5,0,8,0]", LF_E_MASK, "beyond its 8"},
};

static void what_is_said(void **state)
{
    (void)state;
    struct lf_arena a = {0};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        struct lf_error err = {0};
        struct lf_mask m;
        struct lf_slice json = lf_slice_of(said[i].json);
        print_message("%s\n", said[i].json);
        assert_true(lf_json_check(json, (struct lf_json_rules){0}, 0, &err));
        const bool ok = lf_mask_read_brush(json, 2, 1, 7, &a, &m, NULL, &err);
        assert_int_equal(err.code, said[i].code);
        assert_int_equal(ok, !said[i].what);
        if (said[i].what && !strstr(err.what, said[i].what))
            fail_msg("%s", err.what);
        lf_arena_reset(&a);
    }
    lf_arena_done(&a);
}

static void sizes_at_the_limit(void **state)
{
    (void)state;
    struct lf_arena a = {0};
    struct lf_error err = {0};
    struct lf_buf out = {0};
    struct lf_mask none = {0}, back;
    assert_false(
        lf_mask_read_brush(LF_S("[0]"), 1 << 16, 1 << 15, 128, &a, &back, NULL, &err));
    assert_int_equal(err.code, LF_E_LIMIT_COUNT);
    lf_error_clear(&err);
    assert_false(lf_mask_read_brush(LF_S("[0,0,0,0,57,27,248]"), 0, 4, 128, &a, &back,
                                    NULL, &err));
    assert_int_equal(err.code, LF_E_MASK);
    lf_error_clear(&err);
    assert_false(lf_mask_write_brush(&none, 1 << 15, 1 << 15, &out, &err));
    assert_int_equal(err.code, LF_E_LIMIT_COUNT);
    lf_error_clear(&err);
    assert_false(lf_mask_write_brush(&none, 0, 5, &out, &err));
    assert_int_equal(err.code, LF_E_MASK);
    lf_error_clear(&err);
    const struct lf_mask out_of = {1, 0, 2, 1, 2, 0, (const uint32_t[]){0, 2}};
    assert_false(lf_mask_write_brush(&out_of, 2, 1, &out, &err));
    assert_int_equal(err.code, LF_E_BUG);
    lf_error_clear(&err);
    // As many pixels as a code can hold: it costs its runs.
    const uint32_t all[] = {0, (1U << 30) - (1U << 15)};
    const struct lf_mask m = {0, 0, 1 << 15, (1 << 15) - 1, 2, 0, all};
    lf_buf_clear(&out);
    assert_true(lf_mask_write_brush(&m, m.width, m.height, &out, &err));
    assert_true(lf_mask_read_brush(lf_buf_view(&out), m.width, m.height, 128, &a, &back,
                                   NULL, &err));
    assert_masks_equal(&back, &m);
    lf_buf_done(&out);
    lf_arena_done(&a);
}

static void ten_thousand_masks(void **state)
{
    (void)state;
    static uint32_t run[BITS_SIDE * BITS_SIDE + 1];
    struct lf_arena a = {0};
    struct lf_error err = {0};
    struct lf_buf out = {0};
    for (uint64_t n = 0; n < 10000; n++) {
        struct dice d = dice_of(n, 29);
        struct bits b = random_bits(&d);
        struct lf_mask m = mask_of_bits(&b, run), back;
        bool soft = true;
        lf_buf_clear(&out);
        assert_true(lf_mask_write_brush(&m, b.width, b.height, &out, &err));
        assert_true(
            lf_json_check(lf_buf_view(&out), (struct lf_json_rules){0}, 0, &err));
        assert_true(lf_mask_read_brush(lf_buf_view(&out), b.width, b.height, 128, &a,
                                       &back, &soft, &err));
        assert_masks_equal(&back, &m);
        assert_false(soft);
        lf_arena_reset(&a);
    }
    lf_buf_done(&out);
    lf_arena_done(&a);
}

// Values of any kind, also single ones, come back; runs are as long as they can be.
static void values_of_any_kind(void **state)
{
    (void)state;
    struct lf_arena a = {0};
    struct lf_error err = {0};
    struct lf_buf out = {0};
    static const uint32_t lengths[] = {1,   2,   7,   8,     9,     16,    17,
                                       255, 256, 257, 65535, 65536, 65537, 131072};
    for (uint64_t n = 0; n < 500; n++) {
        struct dice d = dice_of(n, 30);
        struct lf_brush_run put[40], run = {0};
        struct lf_brush_out o;
        struct lf_brush_in in;
        uint32_t count = 0, runs = (uint32_t)(1 + roll(&d, 40));
        for (uint32_t i = 0; i < runs; i++) {
            put[i] = (struct lf_brush_run){PICK(&d, lengths), (uint8_t)roll(&d, 256)};
            if (i && put[i].value == put[i - 1].value)
                put[i].value ^= 1;
            count += put[i].length;
        }
        lf_buf_clear(&out);
        lf_brush_begin(&o, count, &out);
        for (uint32_t i = 0; i < runs; i++) { // in two pieces, which are joined
            lf_brush_put(&o, put[i].value, put[i].length / 2);
            lf_brush_put(&o, put[i].value, put[i].length - put[i].length / 2);
        }
        lf_brush_close(&o);
        assert_true(lf_brush_open(lf_buf_view(&out), &a, &in, &err));
        for (uint32_t i = 0; i < runs; i++) {
            uint32_t left = put[i].length;
            for (; left; left -= run.length) {
                assert_true(lf_brush_next(&in, &run));
                assert_int_equal(run.value, put[i].value);
                assert_true(run.length == left || run.length == 65536);
            }
        }
        assert_false(lf_brush_next(&in, &run));
        assert_true(lf_brush_end(&in, &err));
        lf_arena_reset(&a);
    }
    lf_buf_done(&out);
    lf_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_the_tool_encodes, read_vectors,
                                        drop_vectors),
        cmocka_unit_test_setup_teardown(what_the_tool_reads_beside, read_vectors,
                                        drop_vectors),
        cmocka_unit_test_setup_teardown(what_is_broken, read_vectors, drop_vectors),
        cmocka_unit_test(what_is_said),
        cmocka_unit_test(sizes_at_the_limit),
        cmocka_unit_test(ten_thousand_masks),
        cmocka_unit_test(values_of_any_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
