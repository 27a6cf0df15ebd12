#define _DEFAULT_SOURCE // getrusage
#include <sys/resource.h>

#include "tests/unit/pixels_table.h"
#include "tests/unit/random_mask.h"
#include "tests/unit/unit.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "formats/base/json.h"
#include "formats/base/limits.h"
#include "formats/mask/base64.h"
#include "formats/mask/npy.h"
#include "formats/mask/pixels.h"
#include "formats/mask/stretch.h"

enum { SIDE = 64 };

struct hand {
    struct lf_pixel_tool *tool;
    struct lf_arena arena;
    struct lf_error err;
};

static int set_up(void **state)
{
    struct hand *h = test_calloc(1, sizeof *h);
    h->tool = lf_pixel_tool_new(&h->err);
    *state = h;
    return h->tool ? 0 : -1;
}

static int tear_down(void **state)
{
    struct hand *h = *state;
    lf_pixel_tool_free(&h->tool);
    lf_arena_done(&h->arena);
    test_free(h);
    return 0;
}

static void clear(struct hand *h)
{
    lf_arena_reset(&h->arena);
    lf_error_clear(&h->err);
}

static struct lf_pixels array_of(struct hand *h, const char *base64, bool png)
{
    struct lf_pixels p = {lf_slice_of(base64), png};
    size_t n = 0;
    if (!png)
        return p;
    unsigned char *bytes =
        lf_arena_take(&h->arena, lf_base64_room(p.bytes.len), 1, &h->err);
    assert_non_null(bytes);
    assert_true(lf_base64_read(p.bytes, bytes, &n, &h->err));
    p.bytes = (struct lf_slice){(char *)bytes, n};
    return p;
}

// `image` is width * height characters and as many line ends as rows.
static void draw(char *image, uint32_t width, uint32_t height, const struct lf_mask *m,
                 char c)
{
    struct lf_mask_walk w = lf_mask_spans(m);
    struct lf_span span;
    while (lf_mask_span(&w, &span)) {
        assert_true(span.y < height && span.to <= width);
        for (uint32_t x = span.from; x < span.to; x++) {
            assert_int_equal(image[span.y * (width + 1) + x], '.');
            image[span.y * (width + 1) + x] = c;
        }
    }
}

static char *canvas(struct hand *h, uint32_t width, uint32_t height)
{
    size_t n = (width + 1) * height;
    char *image = lf_arena_take(&h->arena, n + 1, 1, &h->err);
    assert_non_null(image);
    memset(image, '.', n);
    for (uint32_t y = 0; y < height; y++)
        image[y * (width + 1) + width] = y + 1 < height ? '/' : 0;
    return image;
}

static char *picture_of(struct hand *h, uint32_t width, uint32_t height,
                        const struct lf_mask *m)
{
    char *image = canvas(h, width, height);
    draw(image, width, height, m, '#');
    return image;
}

// Classes as a picture and as text of their values.
static char *classes_of(struct hand *h, const struct lf_pixels *p, uint32_t width,
                        uint32_t height, struct lf_buf *values)
{
    struct lf_mask *m = NULL;
    uint32_t count = 0;
    lf_buf_clear(values);
    assert_true(lf_pixels_classes(h->tool, p, width, height, NULL, NULL, &h->arena, &m,
                                  &count, &h->err));
    char *image = canvas(h, width, height);
    for (uint32_t i = 0; i < count; i++) {
        assert_true(i == 0 || m[i - 1].value < m[i].value);
        draw(image, width, height, &m[i], (char)('a' + i));
        lf_buf_printf(values, "%s%lu", i ? " " : "", (unsigned long)m[i].value);
    }
    lf_buf_char(values, 0);
    return image;
}

static void check_whole_box(struct hand *h, const struct lf_pixels *p,
                            const struct lf_pixels_kind *k)
{
    struct lf_mask *m = NULL;
    uint32_t count = 0;
    assert_true(lf_pixels_classes(h->tool, p, 0, 0, NULL, NULL, &h->arena, &m, &count,
                                  &h->err));
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(m[i].left + m[i].top, 0);
        assert_int_equal(m[i].width, k->width);
        assert_int_equal(m[i].height, k->height);
    }
}

static void test_reads(void **state)
{
    struct hand *h = *state;
    struct lf_buf values = {0};
    for (size_t i = 0; i < sizeof array_rows / sizeof *array_rows; i++) {
        const struct array_row *r = &array_rows[i];
        struct lf_pixels_kind k;
        struct lf_mask m;
        char kind[64];
        print_message("%s\n", r->name);
        clear(h);
        struct lf_pixels p = array_of(h, r->text, r->png);
        assert_true(lf_pixels_kind(h->tool, &p, &k, &h->err));
        snprintf(kind, sizeof kind, "%lux%lux%u %s %lld", (unsigned long)k.width,
                 (unsigned long)k.height, k.channels, k.dtype, (long long)k.inside);
        assert_string_equal(kind, r->kind);
        assert_int_equal(k.png, r->png);
        assert_true(lf_pixels_mask(h->tool, &p, NULL, 9, 9, &h->arena, &m, &h->err));
        assert_string_equal(picture_of(h, k.width, k.height, &m), r->inside);
        assert_int_equal(m.width, m.runs ? k.width : 0);
        assert_int_equal(m.height, m.runs ? k.height : 0);
        assert_string_equal(classes_of(h, &p, k.width, k.height, &values), r->classes);
        assert_string_equal(values.at, r->values);
        check_whole_box(h, &p, &k);
    }
    lf_buf_done(&values);
}

// Every array taken apart and put together: an instance in its kind, and classes that
// go and come back.
static void test_writes(void **state)
{
    struct hand *h = *state;
    struct lf_buf out = {0};
    struct lf_buf values = {0};
    for (size_t i = 0; i < sizeof array_rows / sizeof *array_rows; i++) {
        const struct array_row *r = &array_rows[i];
        static const double box[4] = {0.25, 0.5, 0.5, 0.25};
        struct lf_pixels_kind k;
        struct lf_pixels_kind again;
        struct lf_mask m;
        struct lf_mask back;
        print_message("%s\n", r->name);
        clear(h);
        struct lf_pixels p = array_of(h, r->text, r->png);
        assert_true(lf_pixels_kind(h->tool, &p, &k, &h->err));
        assert_true(lf_pixels_mask(h->tool, &p, box, 40, 40, &h->arena, &m, &h->err));
        if (!m.runs) {
            assert_int_equal(k.inside, 0);
            continue;
        }
        lf_buf_clear(&out);
        assert_true(lf_pixels_write_mask(h->tool, &m, &k, &out, &h->err));
        struct lf_pixels q = {lf_buf_view(&out), r->png};
        assert_true(lf_pixels_kind(h->tool, &q, &again, &h->err));
        assert_int_equal(again.width, m.width);
        assert_int_equal(again.height, m.height);
        assert_int_equal(again.channels, k.channels);
        assert_string_equal(again.dtype, k.dtype);
        assert_true(again.inside == k.inside);
        assert_true(lf_pixels_mask(h->tool, &q, NULL, 0, 0, &h->arena, &back, &h->err));
        back.left = m.left;
        back.top = m.top;
        assert_true(lf_mask_eq(&m, &back));
    }
    lf_buf_done(&out);
    lf_buf_done(&values);
}

// A mask written as an array of each type in turn, and as a PNG: the same runs back.
static void test_many(void **state)
{
    static const char *const dtypes[] = {"|b1", "|u1", "<i8", "<f8",
                                         ">u2", "<f4", "|i1"};
    static uint32_t run[BITS_SIDE * BITS_SIDE + 1];
    struct hand *h = *state;
    struct lf_buf out = {0};
    size_t written = 0;
    for (uint64_t n = 0; n < 10000; n++) {
        struct dice d = dice_of(n, 61);
        struct bits b = random_bits(&d);
        struct lf_mask m = mask_of_bits(&b, run), back;
        for (int png = 0; m.runs && png < 2; png++) {
            struct lf_pixels_kind k = {.channels = 1, .png = png, .inside = 1};
            snprintf(k.dtype, sizeof k.dtype, "%s",
                     png ? "|u1" : dtypes[n % (sizeof dtypes / sizeof *dtypes)]);
            clear(h);
            lf_buf_clear(&out);
            assert_true(lf_pixels_write_mask(h->tool, &m, &k, &out, &h->err));
            struct lf_pixels p = {lf_buf_view(&out), png};
            assert_true(
                lf_pixels_mask(h->tool, &p, NULL, 0, 0, &h->arena, &back, &h->err));
            back.left = m.left; // the array is the tight box
            back.top = m.top;
            assert_true(lf_mask_eq(&m, &back));
            written++;
        }
    }
    assert_true(written > 15000);
    lf_buf_done(&out);
}

// A 4 x 2 array laid over boxes of images; pictures by Python's round and OpenCV's
// INTER_NEAREST.
static const struct box_row {
    const char *name;
    double box[4];
    uint32_t width, height;
    const char *want;
} box_rows[] = {
    {"as it is", {0, 0, 1, 1}, 4, 2, "#..#/.##."},
    {"twice as large", {0, 0, 1, 1}, 8, 4, "##....##/##....##/..####../..####.."},
    {"somewhere", {0.25, 0.5, 0.5, 0.5}, 8, 4, "......../......../..#..#../...##..."},
    {"stretched to 3 columns", {0, 0, 0.75, 1}, 4, 2, "#.../.##."},
    {"pressed into one pixel", {0.5, 0.5, 0.25, 0.25}, 4, 4, "..../..../..#./...."},
    {"half to even, down", {0.5, 0, 4, 2}, 1, 1, "#"},
    {"half to even, up", {1.5, 0, 4, 2}, 1, 1, "."},
    {"cut at the left and above",
     {-0.25, -0.5, 0.5, 1},
     8,
     4,
     "#......./#......./......../........"},
    {"cut at the right and below", {0.5, 0.5, 1, 1}, 4, 4, "..../..../..#./..#."},
    {"outside", {1.5, 0, 1, 1}, 4, 2, "..../...."},
    {"outside, above", {0, -2, 1, 1}, 4, 2, "..../...."},
    {"no width", {0.5, 0, 0, 1}, 4, 2, "..../...."},
    {"turned around", {1, 0, -1, 1}, 4, 2, "..../...."},
    {"turned around, in the image", {0.5, 0.5, -0.5, -0.5}, 4, 2, "..../...."},
    {"not a number", {NAN, 0, 1, 1}, 4, 2, "..../...."},
    {"without end", {0, 0, INFINITY, 1}, 4, 2, "..../...."},
    {"very far", {0, 0, 1e300, 1}, 4, 2, "..../...."},
    {"very wide", {-1e8, 0, 2e8, 1}, 4, 2, "..../####"},
};

static void test_boxes(void **state)
{
    struct hand *h = *state;
    // {{1, 0, 0, 1}, {0, 1, 1, 0}} as "|b1"
    static const uint32_t run[] = {0, 1, 2, 1, 1, 2, 1};
    const struct lf_mask m = {.width = 4, .height = 2, .runs = 7, .run = run};
    const struct lf_pixels_kind kind = {.channels = 1, .dtype = "|b1"};
    struct lf_buf text = {0};
    assert_true(lf_pixels_write_mask(h->tool, &m, &kind, &text, &h->err));
    for (size_t i = 0; i < sizeof box_rows / sizeof *box_rows; i++) {
        const struct box_row *r = &box_rows[i];
        struct lf_pixels p = {.bytes = lf_buf_view(&text)};
        struct lf_mask got;
        print_message("%s\n", r->name);
        clear(h);
        assert_true(lf_pixels_mask(h->tool, &p, r->box, r->width, r->height, &h->arena,
                                   &got, &h->err));
        assert_string_equal(picture_of(h, r->width, r->height, &got), r->want);
    }
    lf_buf_done(&text);
}

// The two ways round agree, whatever the sizes; where doubles fall short of a whole
// number they do as in OpenCV: of 2 over 98 pixels the second begins at 50, not at 49.
static void test_stretch(void **state)
{
    (void)state;
    for (uint32_t length = 1; length < 150; length++) {
        for (uint32_t pixels = 1; pixels < 150; pixels++) {
            struct lf_stretch s = lf_stretch_over(length, 0, pixels, pixels);
            uint32_t pixel = 0;
            for (uint32_t i = 0; i <= length; i++) {
                while (pixel < pixels && lf_stretch_source(&s, pixel) < i)
                    pixel++;
                assert_int_equal(lf_stretch_first(&s, i), pixel);
            }
        }
    }
    struct lf_stretch s = lf_stretch_over(2, 0, 98, 98);
    assert_int_equal(lf_stretch_source(&s, 49), 0);
    assert_int_equal(lf_stretch_first(&s, 1), 50);
    s = lf_stretch_over(UINT32_C(1) << 30, 0, 2000000000, 1);
    assert_int_equal(lf_stretch_source(&s, 1999999999), (1 << 30) - 1);
    assert_int_equal(lf_stretch_first(&s, 1 << 29), 1000000000);
}

// Changes to a 4 x 3 segmentation of "|u1", {{0, 7, 7, 0}, {7, 200, 200, 1}, {0, 0, 1,
// 1}}, of which an image of two rows shows the first two; masks as pictures with their
// values.
static const struct change_row {
    const char *name, *from, *to; // rows of letters, 'a' is values[0]
    uint32_t values[3];
    uint32_t width, height;
    const char *classes, *kept, *dtype;
} change_rows[] = {
    {"nothing",
     ".aa./abbc",
     ".aa./abbc",
     {7, 200, 1},
     4,
     2,
     ".bb./bcca",
     "1 7 200",
     "|u1"},
    {"a pixel more", ".aa.", ".aaa", {7}, 4, 2, ".bbb/bcca", "1 7 200", "|u1"},
    {"a class gone",
     ".aa./abbc",
     "..../.bbc",
     {7, 200, 1},
     4,
     2,
     "..../.bba",
     "1 200",
     "|u1"},
    {"what nobody asked for stays",
     ".aa./a...",
     "....",
     {7},
     4,
     2,
     "..../.bba",
     "1 200",
     "|u1"},
    {"another class", ".aa.", ".bb.", {7, 9}, 4, 2, ".cc./bdda", "1 7 9 200", "|u1"},
    {"a value beyond its bytes",
     "....",
     "...a",
     {300},
     4,
     2,
     ".bbd/bcca",
     "1 7 200 300",
     "<u2"},
    {"a value of three bytes",
     "....",
     "...a",
     {70000},
     4,
     2,
     ".bbd/bcca",
     "1 7 200 70000",
     "<i4"},
    {"a value of four bytes",
     "....",
     "...a",
     {4000000000},
     4,
     2,
     ".bbd/bcca",
     "1 7 200 4000000000",
     "<i8"},
    {"the image's size", ".a", ".b", {7, 1}, 2, 2, ".a/bc", "1 7 200", "|u1"},
    {"the image's size, larger",
     "........",
     ".......a",
     {7},
     8,
     4,
     "..bbbb.b/..bbbb../bbccccaa/....aaaa",
     "1 7 200",
     "|u1"},
    {"over another class",
     "....",
     "aaa./a...",
     {9},
     4,
     2,
     "bbb./bcca",
     "1 9 200",
     "|u1"},
};

static uint32_t masks_of(struct hand *h, const char *picture, const uint32_t *values,
                         struct lf_mask *masks)
{
    uint32_t count = 0;
    for (char c = 'a'; c <= 'c'; c++) {
        struct lf_spans spans = {0};
        uint32_t x = 0;
        uint32_t y = 0;
        for (const char *p = picture; *p; p++) {
            if (*p == c)
                assert_true(lf_spans_add(&spans, &h->arena, y, x, x + 1, &h->err));
            x = *p == '/' ? 0 : x + 1;
            y += *p == '/';
        }
        if (!spans.count)
            continue;
        assert_true(lf_mask_of(&spans, &h->arena, &masks[count], &h->err));
        masks[count++].value = values[c - 'a'];
    }
    return count;
}

static void test_changes(void **state)
{
    struct hand *h = *state;
    const char *old = NULL;
    struct lf_buf out = {0};
    struct lf_buf values = {0};
    for (size_t i = 0; i < sizeof array_rows / sizeof *array_rows; i++)
        old = strcmp(array_rows[i].name, "u1, classes") ? old : array_rows[i].text;
    assert_non_null(old);
    for (size_t i = 0; i < sizeof change_rows / sizeof *change_rows; i++) {
        const struct change_row *r = &change_rows[i];
        struct lf_pixels p = {.bytes = lf_slice_of(old)};
        struct lf_mask from[3];
        struct lf_mask to[3];
        struct lf_pixels_kind k;
        print_message("%s\n", r->name);
        clear(h);
        lf_buf_clear(&out);
        uint32_t froms = masks_of(h, r->from, r->values, from);
        uint32_t tos = masks_of(h, r->to, r->values, to);
        assert_true(lf_pixels_write_classes(h->tool, &p, NULL, from, froms, to, tos,
                                            r->width, r->height, &out, &h->err));
        struct lf_pixels q = {.bytes = lf_buf_view(&out)};
        assert_string_equal(classes_of(h, &q, r->width, r->height, &values),
                            r->classes);
        assert_string_equal(values.at, r->kept);
        assert_true(lf_pixels_kind(h->tool, &q, &k, &h->err));
        assert_string_equal(k.dtype, r->dtype);
        assert_int_equal(k.width, r->width);
        assert_int_equal(k.height, r->height);
    }
    lf_buf_done(&out);
    lf_buf_done(&values);
}

// The same over all kinds: every class away, then all back.
static void test_all_changes(void **state)
{
    struct hand *h = *state;
    struct lf_buf none = {0};
    struct lf_buf out = {0};
    struct lf_buf values = {0};
    for (size_t i = 0; i < sizeof array_rows / sizeof *array_rows; i++) {
        const struct array_row *r = &array_rows[i];
        struct lf_mask *m = NULL;
        uint32_t count = 0;
        struct lf_pixels_kind k;
        print_message("%s\n", r->name);
        clear(h);
        struct lf_pixels p = array_of(h, r->text, r->png);
        assert_true(lf_pixels_kind(h->tool, &p, &k, &h->err));
        assert_true(lf_pixels_classes(h->tool, &p, k.width, k.height, NULL, NULL,
                                      &h->arena, &m, &count, &h->err));
        lf_buf_clear(&none);
        assert_true(lf_pixels_write_classes(h->tool, &p, NULL, m, count, NULL, 0,
                                            k.width, k.height, &none, &h->err));
        p.bytes = lf_buf_view(&none);
        (void)classes_of(h, &p, k.width, k.height, &values);
        assert_string_equal(values.at, "");
        lf_buf_clear(&out);
        assert_true(lf_pixels_write_classes(h->tool, &p, NULL, NULL, 0, m, count,
                                            k.width, k.height, &out, &h->err));
        p.bytes = lf_buf_view(&out);
        assert_string_equal(classes_of(h, &p, k.width, k.height, &values), r->classes);
        assert_string_equal(values.at, r->values);
    }
    lf_buf_done(&none);
    lf_buf_done(&out);
    lf_buf_done(&values);
}

static void test_new_segmentation(void **state)
{
    static const struct lf_pixels_kind kinds[] = {
        {.channels = 1, .dtype = "|u1"},
        {.channels = 3, .dtype = "|u1"},
        {.channels = 1, .dtype = ">u2", .png = true},
        {.channels = 1, .dtype = "|u1", .png = true},
        {.channels = 3, .dtype = "|u1", .png = true},
        {.channels = 4, .dtype = "|u1", .png = true},
    };
    static const uint32_t numbers[] = {1, 300};
    struct hand *h = *state;
    struct lf_buf out = {0};
    struct lf_buf values = {0};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct lf_mask to[2];
        clear(h);
        lf_buf_clear(&out);
        uint32_t tos = masks_of(h, "ab./.bb", numbers, to);
        assert_true(lf_pixels_write_classes(h->tool, NULL, &kinds[i], NULL, 0, to, tos,
                                            3, 2, &out, &h->err));
        struct lf_pixels p = {lf_buf_view(&out), kinds[i].png};
        assert_string_equal(classes_of(h, &p, 3, 2, &values), "ab./.bb");
        assert_string_equal(values.at, "1 300");
    }
    lf_buf_done(&out);
    lf_buf_done(&values);
}

static void test_overlap(void **state)
{
    static const uint32_t numbers[] = {9, 5};
    static const struct lf_pixels_kind kind = {.channels = 1, .dtype = "|u1"};
    struct hand *h = *state;
    struct lf_buf out = {0};
    struct lf_buf values = {0};
    struct lf_mask to[2];
    assert_int_equal(masks_of(h, "aaa/...", numbers, to), 1);
    assert_int_equal(masks_of(h, ".bb/.bb", numbers, to + 1), 1);
    assert_true(lf_pixels_write_classes(h->tool, NULL, &kind, NULL, 0, to, 2, 3, 2,
                                        &out, &h->err));
    struct lf_pixels p = {.bytes = lf_buf_view(&out)};
    assert_string_equal(classes_of(h, &p, 3, 2, &values), "baa/.aa"); // the later's
    assert_string_equal(values.at, "5 9");
    lf_buf_done(&out);
    lf_buf_done(&values);
}

static void test_no_place(void **state)
{
    static const struct {
        const char *name;
        struct lf_pixels_kind kind;
        uint32_t value;
    } rows[] = {{"grey PNG", {.channels = 1, .dtype = "|u1", .png = true}, 65536},
                {"colours", {.channels = 3, .dtype = "|u1"}, 0x1000000}};
    struct hand *h = *state;
    struct lf_buf out = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_mask to;
        print_message("%s\n", rows[i].name);
        clear(h);
        assert_int_equal(masks_of(h, "a", &rows[i].value, &to), 1);
        assert_false(lf_pixels_write_classes(h->tool, NULL, &rows[i].kind, NULL, 0, &to,
                                             1, 3, 2, &out, &h->err));
        assert_int_equal(h->err.code, LF_E_MASK);
    }
    lf_buf_done(&out);
}

// The bytes numpy and zlib make, as FiftyOne stores them.
static void test_bytes(void **state)
{
    struct hand *h = *state;
    static const uint32_t run[] = {2, 2, 1, 2, 1, 2, 2};
    const struct lf_mask m = {
        .left = 9, .top = 5, .width = 4, .height = 3, .runs = 7, .run = run};
    const struct lf_pixels_kind like = {.channels = 1, .dtype = "|u1", .inside = 255};
    struct lf_buf out = {0};
    assert_true(lf_pixels_write_mask(h->tool, &m, &like, &out, &h->err));
    // fiftyone.core.utils.serialize_numpy_array(.., ascii=True)
    const char *want =
        "eJyb7BfqGxDJyFDGUK2eklqcXKRupaBeU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2"
        "ckFqQC+RrGOgommjoKtQpkAy4Ghv//oYgBAOpPIbQ=";
    assert_int_equal(out.len, strlen(want));
    assert_memory_equal(out.at, want, out.len);
    lf_buf_done(&out);
}

static void test_inside_default(void **state)
{
    static const struct {
        const char *dtype;
        uint64_t asked, got;
    } rows[] = {{"|b1", 0, 1},     {"|b1", 255, 1},
                {"|u1", 0, 1},     {"|u1", 300, 1},
                {"|u1", 200, 200}, {"<f4", 0, 1},
                {"<f2", 255, 255}, {"<f2", 4096, 1},
                {">i2", 300, 300}, {"|i1", UINT64_MAX, UINT64_MAX}};
    struct hand *h = *state;
    static const uint32_t run[] = {0, 1};
    const struct lf_mask m = {.width = 1, .height = 1, .runs = 2, .run = run};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_pixels_kind k = {.channels = 1, .inside = rows[i].asked};
        struct lf_buf out = {0};
        memcpy(k.dtype, rows[i].dtype, 4);
        assert_true(lf_pixels_write_mask(h->tool, &m, &k, &out, &h->err));
        struct lf_pixels p = {.bytes = lf_buf_view(&out)};
        assert_true(lf_pixels_kind(h->tool, &p, &k, &h->err));
        assert_true(k.inside == rows[i].got);
        lf_buf_done(&out);
    }
}

static const struct {
    const char *name, *json, *text; // text NULL: none of these
} inline_rows[] = {
    {"new", "{\"$binary\": {\"base64\": \"eJw=\", \"subType\": \"00\"}}", "eJw="},
    {"old", "{\"$binary\": \"eJw=\", \"$type\": \"00\"}", "eJw="},
    {"plain", "\"eJw=\"", "eJw="},
    {"blanks", " { \"$binary\" : { \"base64\" :\n\"eJw=\" } } ", "eJw="},
    {"empty", "\"\"", ""},
    {"null", "null", NULL},
    {"number", "12", NULL},
    {"list", "[\"eJw=\"]", NULL},
    {"no binary", "{\"base64\": \"eJw=\"}", NULL},
    {"no text", "{\"$binary\": {\"subType\": \"00\"}}", NULL},
    {"text is a number", "{\"$binary\": {\"base64\": 5}}", NULL},
};

static void test_inline(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof inline_rows / sizeof *inline_rows; i++) {
        struct lf_pixels p = {.png = true};
        print_message("%s\n", inline_rows[i].name);
        bool found = lf_pixels_inline(lf_slice_of(inline_rows[i].json), &p);
        assert_int_equal(found, inline_rows[i].text != NULL);
        if (found)
            assert_true(lf_slice_is(p.bytes, inline_rows[i].text) && !p.png);
    }
}

// Bytes under zlib and base64, so that only what is said is wrong.
static void packed(const void *bytes, size_t n, struct lf_buf *text)
{
    static unsigned char room[1 << 16];
    uLongf len = sizeof room;
    assert_int_equal(compress2(room, &len, bytes, n, 9), Z_OK);
    lf_buf_clear(text);
    lf_base64_write(room, len, text);
}

#define HEAD(shape)                                                                    \
    "\x93NUMPY\1\0\x40\0{'descr':'|u1','fortran_order':False,'shape':" shape
static const struct {
    const char *name, *base64, *npy; // one of both
    size_t len;                      // of npy
    enum lf_code code;
    const char *what;
} bad_rows[] = {
#define NPY(literal) NULL, (literal), sizeof(literal) - 1
#define TEXT(literal) (literal), NULL, 0
    {"empty text", TEXT(""), LF_E_MASK, "the array's zlib stream is damaged"},
    {"three characters", TEXT("eJw"), LF_E_MASK, "the base64 text has 3 characters"},
    {"a blank", TEXT("eJ w"), LF_E_MASK, "the text is not base64"},
    {"an escape", TEXT("eJ\\/"), LF_E_MASK, "the text is not base64"},
    {"only padding", TEXT("===="), LF_E_MASK, "the text is not base64"},
    {"padding within", TEXT("eJ==eJw="), LF_E_MASK, "the text is not base64"},
    {"of the other alphabet", TEXT("eJ-_"), LF_E_MASK, "the text is not base64"},
    {"no zlib stream", TEXT("AAAA"), LF_E_MASK, "the array's zlib stream is damaged"},
    {"a stream of nothing", NPY(""), LF_E_MASK, "the array ends early"},
    {"no numpy file", NPY("a text that is no array"), LF_E_MASK,
     "the array is no numpy file"},
    {"version 4.0", NPY("\x93NUMPY\4\0\x36\0\0\0{}"), LF_E_MASK,
     "a numpy file of version 4.0"},
    {"header cut", NPY("\x93NUMPY\1\0\x40\0{'descr"), LF_E_MASK,
     "the array ends early"},
    {"too few bytes", NPY(HEAD("(2, 3)}   \n") "12345"), LF_E_MASK,
     "the array ends early"},
    {"more than it can be", NPY(HEAD("(99,999)}\n") "1"), LF_E_MASK,
     "the array ends early"},
    {"too many pixels", NPY(HEAD("(65536,65536)}\n") "1"), LF_E_LIMIT_COUNT,
     "an array of 65536 x 65536 pixels (limit mask-pixels)"},
};

static void test_bad(void **state)
{
    struct hand *h = *state;
    struct lf_buf text = {0};
    for (size_t i = 0; i < sizeof bad_rows / sizeof *bad_rows; i++) {
        struct lf_mask m;
        struct lf_mask *all = NULL;
        uint32_t count = 0;
        struct lf_pixels_kind k;
        print_message("%s\n", bad_rows[i].name);
        if (bad_rows[i].npy) {
            unsigned char bytes[256];
            memcpy(bytes, bad_rows[i].npy, bad_rows[i].len);
            char *end = memchr(bytes, '\n', bad_rows[i].len);
            if (end) // the header's length, up to its end
                bytes[8] = (unsigned char)(end - (char *)bytes - 9);
            packed(bytes, bad_rows[i].len, &text);
        }
        struct lf_pixels p = {.bytes = bad_rows[i].npy
                                           ? lf_buf_view(&text)
                                           : lf_slice_of(bad_rows[i].base64)};
        clear(h);
        assert_false(lf_pixels_mask(h->tool, &p, NULL, 0, 0, &h->arena, &m, &h->err));
        assert_int_equal(h->err.code, bad_rows[i].code);
        assert_string_equal(h->err.what, bad_rows[i].what);
        clear(h);
        assert_false(lf_pixels_classes(h->tool, &p, 9, 9, NULL, NULL, &h->arena, &all,
                                       &count, &h->err));
        assert_int_equal(h->err.code, bad_rows[i].code);
        clear(h);
        assert_false(lf_pixels_kind(h->tool, &p, &k, &h->err));
        assert_int_equal(h->err.code, bad_rows[i].code);
    }
    lf_buf_done(&text);
}

// Each byte of a file wrong in turn, and each length it could be cut to. What can be
// read all the same is of the size that was said.
static void test_damage(void **state)
{
    struct hand *h = *state;
    for (size_t i = 0; i < sizeof array_rows / sizeof *array_rows; i++) {
        const struct array_row *r = &array_rows[i];
        clear(h);
        struct lf_pixels p = array_of(h, r->text, r->png);
        struct lf_arena arena = {0};
        char *bytes = test_malloc(p.bytes.len);
        size_t failures = 0;
        for (size_t at = 0; at < 2 * p.bytes.len; at++) {
            bool cut = at >= p.bytes.len;
            struct lf_pixels q = {{bytes, cut ? at - p.bytes.len : p.bytes.len}, p.png};
            struct lf_mask m;
            memcpy(bytes, p.bytes.at, p.bytes.len);
            if (!cut)
                bytes[at] ^= 0x11;
            lf_error_clear(&h->err);
            lf_arena_reset(&arena);
            bool ok = lf_pixels_mask(h->tool, &q, NULL, 0, 0, &arena, &m, &h->err);
            assert_int_equal(ok, h->err.code == LF_OK);
            assert_true(ok || h->err.code == LF_E_MASK ||
                        h->err.code == LF_E_LIMIT_COUNT);
            assert_false(ok && cut && !r->png);
            failures += !ok;
        }
        assert_true(failures > p.bytes.len);
        test_free(bytes);
        lf_arena_done(&arena);
    }
}

static bool only_seven(void *user, uint32_t value)
{
    ++*(unsigned *)user;
    return value == 7;
}

static void test_wanted(void **state)
{
    struct hand *h = *state;
    unsigned asked = 0;
    struct lf_mask *m = NULL;
    uint32_t count = 0;
    const struct array_row *r = &array_rows[3];
    assert_string_equal(r->name, "u1, classes");
    struct lf_pixels p = array_of(h, r->text, r->png);
    assert_true(lf_pixels_classes(h->tool, &p, 4, 3, only_seven, &asked, &h->arena, &m,
                                  &count, &h->err));
    assert_int_equal(count, 1);
    assert_int_equal(m[0].value, 7);
    assert_string_equal(picture_of(h, 4, 3, &m[0]), ".##./#.../....");
    assert_true(asked >= 3);
}

// A stream of `side` rows, like a mask with a disc in it, without ever holding it.
static void large_array(uint32_t side, const char *order, struct lf_buf *text)
{
    z_stream z = {0};
    struct lf_buf bytes = {0};
    unsigned char *row = test_calloc(side, 1);
    char head[129];
    memset(head, ' ', sizeof head);
    memcpy(head, "\x93NUMPY\1\0\x76\0", 10);
    int n = snprintf(head + 10, 118,
                     "{'descr': '|u1', 'fortran_order': %s, 'shape': "
                     "(%lu, %lu), }",
                     order, (unsigned long)side, (unsigned long)side);
    head[10 + n] = ' ';
    head[127] = '\n';
    assert_int_equal(deflateInit(&z, 1), Z_OK);
    for (uint32_t y = 0; y <= side; y++) {
        if (y > side / 2)
            memset(row + side / 4, 1, side / 2);
        z.next_in = y ? row : (unsigned char *)head;
        z.avail_in = y ? side : 128;
        do {
            char *room = lf_buf_room(&bytes, 4096);
            assert_non_null(room);
            z.next_out = (unsigned char *)room;
            z.avail_out = 4096;
            assert_true(deflate(&z, y == side ? Z_FINISH : Z_NO_FLUSH) >= Z_OK);
            bytes.len += 4096 - z.avail_out;
        } while (!z.avail_out);
    }
    deflateEnd(&z);
    lf_base64_write((unsigned char *)bytes.at, bytes.len, text);
    lf_buf_done(&bytes);
    test_free(row);
}

// The last four bytes of a zlib stream; these are whole characters of the last but one
// group, or the last.
static void spoil_checksum(struct lf_buf *text)
{
    char *c = &text->at[text->len - 5];
    *c = *c == 'B' ? 'C' : 'B';
}

static long peak_kib(void)
{
    struct rusage r;
    assert_int_equal(getrusage(RUSAGE_SELF, &r), 0);
    return r.ru_maxrss;
}

// 2^28 pixels cost what they are made of.
static void test_large(void **state)
{
    enum { LARGE = 1 << 14, SMALL = 3000, KIB = 64 << 10 };
    struct hand *h = *state;
    struct lf_buf text = {0};
    struct lf_mask m;
    struct lf_mask *all = NULL;
    uint32_t count = 0;
    large_array(LARGE, "False", &text);
    struct lf_pixels p = {.bytes = lf_buf_view(&text)};
    long before = peak_kib();
    static const double box[4] = {0, 0, 1, 1};
    assert_true(lf_pixels_mask(h->tool, &p, box, LARGE, LARGE, &h->arena, &m, &h->err));
    assert_int_equal(m.left, LARGE / 4);
    assert_int_equal(m.top, LARGE / 2);
    assert_int_equal(m.width, LARGE / 2);
    assert_int_equal(m.height, LARGE / 2);
    assert_int_equal(m.runs, 2);
    assert_true(lf_pixels_classes(h->tool, &p, SMALL, SMALL, NULL, NULL, &h->arena,
                                  &all, &count, &h->err));
    assert_int_equal(count, 1);
    assert_int_equal(lf_mask_area(&all[0]), SMALL / 2 * (SMALL / 2));
    assert_true(peak_kib() - before < KIB);
    spoil_checksum(&text);
    assert_false(
        lf_pixels_mask(h->tool, &p, box, LARGE, LARGE, &h->arena, &m, &h->err));
    assert_int_equal(h->err.code, LF_E_MASK);
    clear(h);
    lf_buf_clear(&text);
    large_array(SMALL, "True", &text); // in columns, beyond what libdeflate is given
    p.bytes = lf_buf_view(&text);
    assert_true(lf_pixels_mask(h->tool, &p, NULL, 0, 0, &h->arena, &m, &h->err));
    assert_int_equal(lf_mask_area(&m), SMALL / 2 * (SMALL / 2));
    assert_int_equal(m.run[0], SMALL / 4 * SMALL + SMALL / 2);
    spoil_checksum(&text);
    assert_false(lf_pixels_mask(h->tool, &p, NULL, 0, 0, &h->arena, &m, &h->err));
    assert_int_equal(h->err.code, LF_E_MASK);
    lf_buf_done(&text);
}

// A text of 1.5 GB, by the word of its chunk.
static void test_claim(void **state)
{
    static const char png[] =
        "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\4\0\0\0\1\x08\0\0\0\0\xdcWP\x11"
        "\x5b\0\x0btzTXtk\0";
    enum { KIB = 64 << 10 };
    struct hand *h = *state;
    struct lf_pixels p = {{png, sizeof png}, true};
    struct lf_mask m;
    long before = peak_kib();
    assert_false(lf_pixels_mask(h->tool, &p, NULL, 0, 0, &h->arena, &m, &h->err));
    assert_int_equal(h->err.code, LF_E_MASK);
    assert_true(peak_kib() - before < KIB);
}

static void check_fixture_array(struct hand *h, const struct lf_pixels *p)
{
    struct lf_pixels_kind k;
    struct lf_mask *m = NULL;
    struct lf_mask *back = NULL;
    uint32_t count = 0;
    uint32_t backs = 0;
    struct lf_buf out = {0};
    assert_true(lf_pixels_kind(h->tool, p, &k, &h->err));
    assert_true(lf_pixels_classes(h->tool, p, k.width, k.height, NULL, NULL, &h->arena,
                                  &m, &count, &h->err));
    assert_true(count > 0);
    assert_true(lf_pixels_write_classes(h->tool, NULL, &k, NULL, 0, m, count, k.width,
                                        k.height, &out, &h->err));
    struct lf_pixels q = {lf_buf_view(&out), p->png};
    assert_true(lf_pixels_classes(h->tool, &q, k.width, k.height, NULL, NULL, &h->arena,
                                  &back, &backs, &h->err));
    assert_int_equal(count, backs);
    for (uint32_t i = 0; i < count; i++)
        assert_true(lf_mask_eq(&m[i], &back[i]) && m[i].value == back[i].value);
    lf_buf_done(&out);
}

static unsigned check_inline(struct hand *h, struct lf_slice json)
{
    unsigned found = 0;
    struct lf_slice key = {0};
    struct lf_slice value = {0};
    struct lf_json_walk w;
    switch (lf_json_type(json)) {
    case LF_JSON_ARRAY:
        for (w = lf_json_enter(json); lf_json_element(&w, &value);)
            found += check_inline(h, value);
        return found;
    case LF_JSON_OBJECT:
        for (w = lf_json_enter(json); lf_json_member(&w, &key, &value);) {
            struct lf_pixels p;
            if (!lf_json_key_is(key, LF_S("mask"))) {
                found += check_inline(h, value);
            } else if (lf_pixels_inline(value, &p)) {
                check_fixture_array(h, &p);
                found++;
            }
        }
        return found;
    default:
        return 0;
    }
}

static struct lf_slice whole_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t room = 1 << 22;
    char *bytes = test_malloc(room);
    size_t n = fread(bytes, 1, room, f);
    assert_true(n < room);
    fclose(f);
    return (struct lf_slice){bytes, n};
}

// What FiftyOne exported.
static void test_fixture(void **state)
{
    static const char *const fields[] = {"instances_disk.detections",
                                         "segmentation_disk", "segmentation_rgb"};
    struct hand *h = *state;
    const char *shared = getenv("LF_SHARED");
    char top[300];
    char path[700];
    snprintf(top, sizeof top, "%s/fixtures/fiftyone/images_full",
             shared && *shared ? shared : LF_SHARED_DIR);
    snprintf(path, sizeof path, "%s/samples.json", top);
    DIR *there = opendir(top);
    if (!there) {
        print_message("skipped: no %s (set LF_SHARED to the folder of fixtures)\n",
                      top);
        skip();
    }
    closedir(there);
    struct lf_slice json = whole_file(path);
    assert_int_equal(check_inline(h, json), 15);
    test_free((void *)json.at);
    unsigned files = 0;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        snprintf(path, sizeof path, "%s/fields/%s", top, fields[i]);
        DIR *folder = opendir(path);
        assert_non_null(folder);
        for (struct dirent *e = readdir(folder); e; e = readdir(folder)) {
            if (e->d_name[0] == '.')
                continue;
            snprintf(path, sizeof path, "%s/fields/%s/%.99s", top, fields[i],
                     e->d_name);
            struct lf_slice png = whole_file(path);
            check_fixture_array(h, &(struct lf_pixels){png, true});
            test_free((void *)png.at);
            files++;
        }
        closedir(folder);
    }
    assert_int_equal(files, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads),       cmocka_unit_test(test_writes),
        cmocka_unit_test(test_many),        cmocka_unit_test(test_boxes),
        cmocka_unit_test(test_stretch),     cmocka_unit_test(test_changes),
        cmocka_unit_test(test_all_changes), cmocka_unit_test(test_new_segmentation),
        cmocka_unit_test(test_overlap),     cmocka_unit_test(test_no_place),
        cmocka_unit_test(test_bytes),       cmocka_unit_test(test_inside_default),
        cmocka_unit_test(test_inline),      cmocka_unit_test(test_bad),
        cmocka_unit_test(test_damage),      cmocka_unit_test(test_wanted),
        cmocka_unit_test(test_large),       cmocka_unit_test(test_claim),
        cmocka_unit_test(test_fixture),
    };
    struct CMUnitTest set[sizeof tests / sizeof *tests];
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        set[i] = tests[i];
        set[i].setup_func = set_up;
        set[i].teardown_func = tear_down;
    }
    return cmocka_run_group_tests(set, NULL, NULL);
}
