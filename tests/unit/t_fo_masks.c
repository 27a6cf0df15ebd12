// Masks of instances and segmentations, inside the document and on disk: read, edited,
// added, and known again when a file changed. Arrays were made by numpy 2 and zlib.
#include "tests/unit/fo_unit.h"

#include "formats/fiftyone/fo_masks.h"
#include "formats/label/run.h"

// 2 x 2: inside but for the second pixel.
#define HEAD "eJyb7BfqGxDJyFDGUK2eklqcXKRupaB"
#define B1                                                                             \
    HEAD "ek2SorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+"                              \
         "RpGOgpGmjoKtQpkAy5GBkZGANylG6c="
#define U255                                                                           \
    HEAD "eU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgpGmjoKtQpkA67/DP//"       \
         "AwDrwR60"
#define I8                                                                             \
    HEAD "uk2mhrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgpGmjoKtQpkAy5GBlTAiEYD"   \
         "AMe4G3U="
#define ZERO                                                                           \
    HEAD "eU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+"                              \
         "RpGOgpGmjoKtQpkAy4GIAAA5Mgbtw=="
// 20 x 10 of u1: 1 at 0..3, 0..1; 2 at 10..11, 5..6; 9 in the last corner.
#define SEG                                                                            \
    HEAD "eU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RqGBjoKRgaaOgq1CmQCLkYgYEAD2M" \
         "SoA5iYiBMjGXACAEWKG+8="
#define BINARY(text) "{\"$binary\": {\"base64\": \"" text "\", \"subType\": \"00\"}}"

#define INSTANCE(mask)                                                                 \
    "{\"f\": {\"detections\": [{\"label\": \"a\", \"bounding_box\": [0.1, 0.10, 0.1, " \
    "0.1]" mask ", \"z\": 1}]}}"
#define SEGMENT(mask) "{\"f\": {\"_cls\": \"Segmentation\", \"tags\": []" mask "}}"

// ---------------------------------------------------------------------------- files

struct disk { // two files by name
    const char *name[2];
    struct lf_buf bytes[2];
};

static bool read_disk(void *user, struct lf_slice path, struct lf_buf *out, bool *found,
                      struct lf_error *err)
{
    struct disk *d = user;
    (void)err;
    *found = false;
    for (int i = 0; i < 2 && !*found; i++)
        if (d->name[i] && lf_slice_is(path, d->name[i])) {
            lf_buf_slice(out, lf_buf_view(&d->bytes[i]));
            *found = true;
        }
    return true;
}

static struct disk disk;
static struct lf_files files;

static void clear_disk(void)
{
    for (int i = 0; i < 2; i++)
        lf_buf_done(&disk.bytes[i]);
    disk = (struct disk){0};
    files = (struct lf_files){read_disk, &disk};
}

static void open_masks(struct bench *b, const char *type, const char *doc)
{
    bench_open(b, type, "", doc);
    b->source.pixels = lf_pixel_tool_new(&b->err);
    b->source.files = &files;
    b->schema.field[0].class[0].value = 1;
    b->schema.field[0].class[1].value = 2;
    OK(b, b->source.pixels != NULL);
    OK(b, fo_parse(&b->source, lf_slice_of(doc), &b->a, &b->sample, &b->err));
}

static void close_masks(struct bench *b)
{
    lf_pixel_tool_free(&b->source.pixels);
    bench_close(b);
}

// A rectangle whose first row lacks its last pixel.
static struct lf_mask notched(struct bench *b, uint32_t left, uint32_t top,
                              uint32_t width, uint32_t height, uint32_t value)
{
    uint32_t *run = lf_arena_take(&b->a, 4, sizeof *run, &b->err);
    assert_non_null(run);
    run[1] = width - 1;
    run[2] = 1;
    run[3] = width * (height - 1);
    return (struct lf_mask){left, top, width, height, 4, value, run};
}

static void put_png(struct bench *b, int i, const char *name, const struct lf_mask *m)
{
    const struct lf_pixels_kind like = {
        .channels = 1, .dtype = "|u1", .png = true, .inside = 255};
    disk.name[i] = name;
    lf_buf_clear(&disk.bytes[i]);
    OK(b, lf_pixels_write_mask(b->source.pixels, m, &like, &disk.bytes[i], &b->err));
}

// The document after the plan, read anew.
static const struct lf_label *edited(struct bench *b, const char **text)
{
    struct lf_sample *s = lf_arena_take(&b->a, 1, sizeof *s, &b->err);
    assert_non_null(s);
    *text = bench_text(b);
    for (size_t i = 0; i < b->files.count && i < 2; i++) {
        struct lf_slice name;
        OK(b, lf_arena_text(&b->a, b->files.file[i].path, &name, &b->err));
        disk.name[i] = name.at;
        lf_buf_clear(&disk.bytes[i]);
        lf_buf_slice(&disk.bytes[i], b->files.file[i].bytes);
    }
    *s = (struct lf_sample){.width = b->sample.width, .height = b->sample.height};
    OK(b, fo_parse(&b->source, lf_slice_of(*text), &b->a, s, &b->err));
    return &s->label[s->labels - 1];
}

static struct lf_pixels_kind kind_in(struct bench *b, const struct lf_label *l)
{
    struct fo_mask_at at;
    struct fo_array array;
    struct lf_pixels_kind kind;
    fo_mask_at(l->raw, &at);
    OK(b, fo_array_read(&b->source, &at, &b->a, &array, &b->err));
    assert_true(array.found);
    OK(b, lf_pixels_kind(b->source.pixels, &array.pixels, &kind, &b->err));
    fo_array_done(&array);
    return kind;
}

static void assert_starts(const char *text, const char *with)
{
    if (strncmp(text, with, strlen(with)) != 0)
        fail_msg("%s\n%s", text, with);
}

static void assert_ends(const char *text, const char *with)
{
    size_t n = strlen(text), m = strlen(with);
    if (n < m || strcmp(text + n - m, with) != 0)
        fail_msg("%s\n%s", text, with);
}

// ----------------------------------------------------------------------------
// instances

static void test_instance(void **state)
{
    static const char *const masks[] = {BINARY(B1), BINARY(U255), BINARY(I8),
                                        "{\"$binary\": \"" B1 "\", \"$type\": \"00\"}",
                                        "\"" B1 "\""};
    (void)state;
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
        struct bench b;
        char doc[600];
        clear_disk();
        snprintf(doc, sizeof doc, INSTANCE(", \"mask\": %s"), masks[i]);
        open_masks(&b, "instances", doc);
        const struct lf_label *l = &b.sample.label[0];
        const uint32_t runs[] = {0, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 100};
        assert_int_equal(l->kind, LF_MASK);
        assert_int_equal(l->masks, 1);
        assert_int_equal(l->mask->left, 20);
        assert_int_equal(l->mask->top, 10);
        assert_int_equal(l->mask->width, 20);
        assert_int_equal(l->mask->height, 10);
        assert_int_equal(l->mask->runs, 12);
        // five rows of 10 inside and 10 outside, then five full ones
        assert_memory_equal(l->mask->run, runs, sizeof runs);
        assert_int_equal(l->points, 2);
        assert_false(l->lost);
        close_masks(&b);
    }
}

static void test_not_read(void **state)
{
    static const struct {
        const char *type, *doc;
        unsigned kind, masks;
    } rows[] = {
        {"instances", INSTANCE(""), LF_BOX, 0},
        {"instances", INSTANCE(", \"mask\": null"), LF_BOX, 0},
        {"instances", INSTANCE(", \"mask_path\": \"fields/none.png\""), LF_MASK, 0},
        {"instances", INSTANCE(", \"mask\": " BINARY(ZERO)), LF_MASK, 1},
        // neither of a class that is not in the run, nor in a field of boxes
        {"instances",
         "{\"f\": {\"detections\": [{\"label\": \"x\", \"bounding_box\": [0, 0, 1, 1], "
         "\"mask\": \"not one\"}]}}",
         LF_MASK, 0},
        {"detections", INSTANCE(", \"mask\": \"not one\""), LF_MASK, 0},
        {"instances",
         "{\"f\": {\"detections\": [{\"label\": \"a\", \"bounding_box\": [], \"mask\": "
         "\"not one\"}]}}",
         LF_OTHER, 0},
        {"segmentation", SEGMENT(""), LF_SEGMENT, 0},
        {"segmentation", SEGMENT(", \"mask\": null, \"mask_path\": null"), LF_SEGMENT,
         0},
        {"segmentation", SEGMENT(", \"mask_path\": \"fields/none.png\""), LF_SEGMENT,
         0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench b;
        clear_disk();
        open_masks(&b, rows[i].type, rows[i].doc);
        const struct lf_label *l = &b.sample.label[0];
        if (l->kind != rows[i].kind || l->masks != rows[i].masks ||
            (l->masks && l->mask->runs))
            fail_msg("row %u: kind %u, %u masks", (unsigned)i, l->kind,
                     (unsigned)l->masks);
        close_masks(&b);
    }
}

static void test_damaged(void **state)
{
    static const char *const docs[] = {
        INSTANCE(", \"mask\": \"not one\""),
        INSTANCE(", \"mask\": 7"),
        INSTANCE(", \"mask\": {\"$binary\": 7}"),
        INSTANCE(", \"mask\": " BINARY("eJyb7BfqGxDJyFDGUK2eklqcXKRupaBeU2qorqOg")),
    };
    (void)state;
    for (size_t i = 0; i < sizeof docs / sizeof *docs; i++) {
        struct bench b;
        clear_disk();
        open_masks(&b, "instances", "{}");
        assert_false(
            fo_parse(&b.source, lf_slice_of(docs[i]), &b.a, &b.sample, &b.err));
        assert_int_equal(b.err.code, LF_E_MASK);
        close_masks(&b);
    }
}

// The old type, the old wrapper, the old "inside"; only numbers of the box that
// changed.
static void test_edit_inline(void **state)
{
    static const struct {
        const char *mask, *before, *after, *dtype;
        uint64_t inside;
    } rows[] = {
        {BINARY(B1), "{\"$binary\": {\"base64\": \"", "\", \"subType\": \"00\"}}",
         "|b1", 1},
        {BINARY(U255), "{\"$binary\": {\"base64\": \"", "\", \"subType\": \"00\"}}",
         "|u1", 255},
        {"{ \"$binary\":\"" I8 "\" ,\"$type\":\"00\"}", "{ \"$binary\":\"",
         "\" ,\"$type\":\"00\"}", "<i8", 1},
        {"\"" B1 "\"", "\"", "\"", "|b1", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench b;
        char doc[600], want[600];
        const char *text;
        clear_disk();
        snprintf(doc, sizeof doc, INSTANCE(", \"mask\": %s"), rows[i].mask);
        open_masks(&b, "instances", doc);
        struct lf_mask mask = notched(&b, 20, 50, 3, 10, 0);
        struct lf_label *back = bench_copy(&b, 0);
        back->mask = &mask;
        bench_change(&b, 0, back, LF_SPACE);
        const struct lf_label *l = edited(&b, &text);
        assert_int_equal(b.files.count, 0);
        snprintf(want, sizeof want,
                 "{\"f\": {\"detections\": [{\"label\": \"a\", \"bounding_box\": "
                 "[0.1, 0.5, 0.015, 0.1], \"mask\": %s",
                 rows[i].before);
        assert_starts(text, want);
        snprintf(want, sizeof want, "%s, \"z\": 1}]}}", rows[i].after);
        assert_ends(text, want);
        assert_int_equal(l->masks, 1);
        assert_true(lf_mask_eq(l->mask, &mask));
        struct lf_pixels_kind kind = kind_in(&b, l);
        assert_string_equal(kind.dtype, rows[i].dtype);
        assert_int_equal(kind.inside, rows[i].inside);
        assert_int_equal(kind.width, 3);
        assert_int_equal(kind.height, 10);
        close_masks(&b);
    }
}

static void test_edit_class_only(void **state)
{
    struct bench b;
    (void)state;
    clear_disk();
    open_masks(&b, "instances", INSTANCE(", \"mask\": " BINARY(I8)));
    struct lf_label *back = bench_copy(&b, 0);
    back->name = LF_S("b");
    bench_change(&b, 0, back, LF_CLASS);
    assert_string_equal(bench_text(&b),
                        "{\"f\": {\"detections\": [{\"label\": \"b\", "
                        "\"bounding_box\": [0.1, 0.10, 0.1, 0.1], \"mask\": " BINARY(
                            I8) ", \"z\": 1}]}}");
    close_masks(&b);
}

#define ON_DISK INSTANCE(", \"mask_path\": \"fields/f/m_1.x.png\"")

static void test_edit_disk(void **state)
{
    struct bench b;
    const char *text;
    char first[64];
    (void)state;
    clear_disk();
    open_masks(&b, "instances", "{}");
    struct lf_mask whole = notched(&b, 0, 0, 20, 10, 0);
    put_png(&b, 0, "fields/f/m_1.x.png", &whole);
    OK(&b, fo_parse(&b.source, LF_S(ON_DISK), &b.a, &b.sample, &b.err));
    assert_int_equal(b.sample.label[0].masks, 1);
    assert_int_equal(b.sample.label[0].mask->left, 20);
    assert_int_equal(b.sample.label[0].mask->run[1], 19);
    struct lf_mask mask = notched(&b, 50, 50, 3, 10, 0);
    struct lf_label *back = bench_copy(&b, 0);
    back->mask = &mask;
    bench_change(&b, 0, back, LF_SPACE);
    const struct lf_label *l = edited(&b, &text);
    assert_int_equal(b.files.count, 1);
    assert_true(lf_mask_eq(l->mask, &mask));
    assert_true(kind_in(&b, l).png);
    assert_int_equal(kind_in(&b, l).inside, 255);
    snprintf(first, sizeof first, "%s", disk.name[0]);
    assert_starts(first, "fields/f/m_1.x_");
    assert_int_equal(strlen(first), strlen("fields/f/m_1.x_01234567.png"));
    assert_non_null(strstr(text, first));
    assert_null(strstr(text, "\"mask\""));
    // the next one takes the place of the hash
    struct bench c;
    open_masks(&c, "instances", text);
    mask = notched(&c, 60, 50, 4, 10, 0);
    back = bench_copy(&c, 0);
    back->mask = &mask;
    bench_change(&c, 0, back, LF_SPACE);
    l = edited(&c, &text);
    assert_true(lf_mask_eq(l->mask, &mask));
    assert_int_equal(c.files.file[0].path.len, strlen(first));
    assert_memory_equal(c.files.file[0].path.at, first, strlen("fields/f/m_1.x_"));
    assert_false(lf_slice_is(c.files.file[0].path, first));
    close_masks(&c);
    close_masks(&b);
}

// Base has no files: the document holds the pixels, and they count before the path.
static void test_edit_base(void **state)
{
    struct bench b;
    const char *text;
    (void)state;
    clear_disk();
    open_masks(&b, "instances", "{}");
    struct lf_mask whole = notched(&b, 0, 0, 20, 10, 0);
    put_png(&b, 0, "fields/f/m_1.x.png", &whole);
    OK(&b, fo_parse(&b.source, LF_S(ON_DISK), &b.a, &b.sample, &b.err));
    b.base = true;
    struct lf_mask mask = notched(&b, 50, 50, 3, 10, 0);
    struct lf_label *back = bench_copy(&b, 0);
    back->mask = &mask;
    bench_change(&b, 0, back, LF_SPACE);
    const struct lf_label *l = edited(&b, &text);
    assert_int_equal(b.files.count, 0);
    assert_true(lf_mask_eq(l->mask, &mask));
    assert_false(kind_in(&b, l).png);
    assert_non_null(strstr(text, "\"mask_path\": \"fields/f/m_1.x.png\""));
    close_masks(&b);
}

// ---------------------------------------------------------------------------- classes

static void test_segment(void **state)
{
    struct bench b;
    const char *text;
    (void)state;
    clear_disk();
    open_masks(&b, "segmentation", SEGMENT(", \"mask\": " BINARY(SEG)));
    const struct lf_label *l = &b.sample.label[0];
    assert_int_equal(l->kind, LF_SEGMENT);
    assert_int_equal(l->name.len, 0);
    assert_int_equal(l->masks, 2); // 9 is no target
    assert_int_equal(l->mask[0].value, 1);
    assert_int_equal(l->mask[0].width, 40);
    assert_int_equal(l->mask[0].height, 20);
    assert_int_equal(l->mask[1].value, 2);
    assert_int_equal(l->mask[1].left, 100);
    assert_int_equal(l->mask[1].top, 50);
    // 1 becomes smaller, 2 goes, and 9 stays where nobody drew
    struct lf_mask mask = notched(&b, 0, 0, 30, 20, 1);
    struct lf_label *back = bench_copy(&b, 0);
    back->mask = &mask;
    back->masks = 1;
    bench_change(&b, 0, back, LF_SPACE);
    l = edited(&b, &text);
    assert_int_equal(l->masks, 1);
    assert_true(lf_mask_eq(&l->mask[0], &mask));
    struct lf_pixels_kind kind = kind_in(&b, l);
    assert_int_equal(kind.width, 200);
    assert_int_equal(kind.height, 100);
    assert_string_equal(kind.dtype, "|u1");
    struct lf_mask *all;
    uint32_t count;
    struct lf_pixels p;
    struct fo_mask_at at;
    fo_mask_at(l->raw, &at);
    assert_true(lf_pixels_inline(at.mask, &p));
    OK(&b, lf_pixels_classes(b.source.pixels, &p, 200, 100, NULL, NULL, &b.a, &all,
                             &count, &b.err));
    assert_int_equal(count, 2);
    assert_int_equal(all[1].value, 9);
    assert_int_equal(all[1].left, 190);
    close_masks(&b);
}

// A segmentation without an array gets one; one on disk a new file, in base none.
static void test_segment_places(void **state)
{
    static const struct {
        const char *doc;
        bool base, file;
    } rows[] = {
        {SEGMENT(""), false, false},
        {SEGMENT(", \"mask\": null"), false, false},
        {SEGMENT(", \"mask_path\": \"fields/s.png\""), false, true},
        {SEGMENT(", \"mask_path\": \"fields/s.png\""), true, false},
        {SEGMENT(", \"mask_path\": \"fields/missing.png\""), false, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench b;
        const char *text;
        clear_disk();
        open_masks(&b, "segmentation", "{}");
        struct lf_mask old = notched(&b, 0, 0, 20, 10, 0);
        put_png(&b, 0, "fields/s.png", &old); // all of it 255, which is no target
        OK(&b, fo_parse(&b.source, lf_slice_of(rows[i].doc), &b.a, &b.sample, &b.err));
        assert_int_equal(b.sample.label[0].masks, 0);
        b.base = rows[i].base;
        struct lf_mask masks[] = {notched(&b, 5, 5, 30, 20, 1),
                                  notched(&b, 100, 5, 30, 20, 2)};
        struct lf_label *back = bench_copy(&b, 0);
        back->mask = masks;
        back->masks = 2;
        bench_change(&b, 0, back, LF_SPACE);
        const struct lf_label *l = edited(&b, &text);
        assert_int_equal(b.files.count, rows[i].file);
        assert_int_equal(kind_in(&b, l).png, rows[i].file);
        assert_int_equal(l->masks, 2);
        assert_true(lf_mask_eq(&l->mask[0], &masks[0]));
        assert_true(lf_mask_eq(&l->mask[1], &masks[1]));
        close_masks(&b);
    }
}

// ----------------------------------------------------------------------------
// additions

static void test_additions(void **state)
{
    struct bench b;
    const char *text;
    (void)state;
    clear_disk();
    open_masks(&b, "instances", "{\"f\": {\"detections\": []}}");
    struct lf_mask mask = notched(&b, 50, 50, 3, 10, 0);
    struct lf_label new = {
        .kind = LF_MASK, .name = LF_S("b"), .mask = &mask, .masks = 1};
    bench_change(&b, 99, &new, LF_EXISTS);
    const struct lf_label *l = edited(&b, &text);
    assert_starts(text, "{\"f\": {\"detections\": [{\"_id\": {\"$oid\": "
                        "\"abababababababababababab\"}, \"_cls\": \"Detection\", "
                        "\"attributes\": {}, \"tags\": [], \"label\": \"b\", "
                        "\"bounding_box\": [0.25, 0.5, 0.015, 0.1], \"mask\": "
                        "{\"$binary\": {\"base64\": \"");
    assert_ends(text, "\", \"subType\": \"00\"}}}]}}");
    assert_true(lf_mask_eq(l->mask, &mask));
    assert_string_equal(kind_in(&b, l).dtype, "|u1");
    assert_int_equal(kind_in(&b, l).inside, 1);
    close_masks(&b);

    open_masks(&b, "segmentation", "{\"f\": null}");
    mask = notched(&b, 50, 50, 3, 10, 2);
    new = (struct lf_label){.kind = LF_SEGMENT, .mask = &mask, .masks = 1};
    bench_change(&b, 99, &new, LF_EXISTS);
    l = edited(&b, &text);
    assert_starts(text,
                  "{\"f\": {\"_id\": {\"$oid\": \"abababababababababababab\"}, "
                  "\"_cls\": \"Segmentation\", \"tags\": [], \"mask\": {\"$binary\"");
    assert_true(lf_mask_eq(l->mask, &mask));
    assert_int_equal(kind_in(&b, l).width, 200);
    close_masks(&b);

    open_masks(&b, "segmentation", "{}");
    b.schema.field[0].rgb = true;
    b.schema.field[0].class[1].value = 0x00ff10;
    mask = notched(&b, 50, 50, 3, 10, 0x00ff10);
    new = (struct lf_label){.kind = LF_SEGMENT, .mask = &mask, .masks = 1};
    bench_change(&b, 99, &new, LF_EXISTS);
    l = edited(&b, &text);
    assert_true(lf_mask_eq(l->mask, &mask));
    assert_int_equal(kind_in(&b, l).channels, 3);
    close_masks(&b);
}

// ---------------------------------------------------------------------------- copies

static void open_copy(struct bench *b, const char *type, const char *doc)
{
    open_masks(b, type, "{}");
    b->source.relative = true;
    b->sample.width = b->sample.height = 1;
    b->slack = 0;
    OK(b, fo_parse(&b->source, lf_slice_of(doc), &b->a, &b->sample, &b->err));
}

// What the copy says, beside the document `b` was opened with.
static struct lf_label *from_copy(struct bench *b, const char *doc)
{
    struct lf_sample *s = lf_arena_take(&b->a, 1, sizeof *s, &b->err);
    assert_non_null(s);
    s->width = s->height = 1;
    OK(b, fo_parse(&b->source, lf_slice_of(doc), &b->a, s, &b->err));
    return &s->label[0];
}

static void test_copy_inline(void **state)
{
    struct bench b;
    (void)state;
    clear_disk();
    open_copy(&b, "instances", INSTANCE(", \"mask\": " BINARY(B1)));
    const struct lf_label *l = &b.sample.label[0];
    assert_int_equal(l->mask->width, 2); // the array itself
    assert_int_equal(l->mask->left, 0);
    assert_true(lf_slice_is(l->pixels, BINARY(B1)));
    // the same pixels as other numbers are no change; other pixels come as they are
    bench_change(&b, 0, from_copy(&b, INSTANCE(", \"mask\": " BINARY(I8))), LF_SPACE);
    assert_string_equal(bench_text(&b), INSTANCE(", \"mask\": " BINARY(B1)));
    b.plan.count = 0;
    bench_change(&b, 0, from_copy(&b, INSTANCE(", \"mask\":  \"" ZERO "\"")), LF_SPACE);
    assert_string_equal(bench_text(&b), INSTANCE(", \"mask\": \"" ZERO "\""));
    close_masks(&b);
}

static void test_copy_files(void **state)
{
    struct bench b;
    const char *text;
    (void)state;
    clear_disk();
    open_copy(&b, "instances", "{}");
    struct lf_mask one = notched(&b, 0, 0, 20, 10, 0), two = notched(&b, 0, 0, 8, 8, 0);
    put_png(&b, 0, "fields/f/m_1.x.png", &one);
    put_png(&b, 1, "fields/f/other.png", &two);
    OK(&b, fo_parse(&b.source, LF_S(ON_DISK), &b.a, &b.sample, &b.err));
    static const char other[] = INSTANCE(", \"mask_path\": \"fields/f/other.png\"");
    // a file for a file, its bytes as they are
    struct lf_slice bytes;
    OK(&b, lf_arena_text(&b.a, lf_buf_view(&disk.bytes[1]), &bytes, &b.err));
    bench_change(&b, 0, from_copy(&b, other), LF_SPACE);
    text = bench_text(&b);
    assert_int_equal(b.files.count, 1);
    assert_true(lf_slice_eq(b.files.file[0].bytes, bytes));
    assert_starts(text, "{\"f\": {\"detections\": [{\"label\": \"a\", "
                        "\"bounding_box\": [0.1, 0.10, 0.1, 0.1], \"mask_path\": "
                        "\"fields/f/m_1.x_");
    // an array for a file, and in base
    b.plan.count = 0;
    b.files.count = 0;
    bench_change(&b, 0, from_copy(&b, INSTANCE(", \"mask\": " BINARY(U255))), LF_SPACE);
    const struct lf_label *l = edited(&b, &text);
    assert_int_equal(b.files.count, 1);
    assert_true(kind_in(&b, l).png);
    assert_int_equal(kind_in(&b, l).width, 2);
    b.base = true;
    put_png(&b, 0, "fields/f/m_1.x.png", &one);
    assert_ends(bench_text(&b), BINARY(U255) "}]}}");
    close_masks(&b);
    // a file for an array
    open_copy(&b, "instances", INSTANCE(", \"mask\": " BINARY(B1)));
    bench_change(&b, 0, from_copy(&b, other), LF_SPACE);
    l = edited(&b, &text);
    assert_int_equal(b.files.count, 0);
    assert_false(kind_in(&b, l).png);
    assert_int_equal(kind_in(&b, l).width, 8);
    close_masks(&b);
}

// A new label of a copy is taken whole, with its file.
static void test_copy_whole(void **state)
{
    static const char doc[] =
        "{\"f\": {\"detections\": [{\"_cls\": \"Detection\", \"_id\": \"x\", "
        "\"label\": "
        "\"a\", \"bounding_box\": [0, 0, 1, 1], \"mask_path\": \"fields/f/other.png\", "
        "\"mood\": 1}]}}";
    struct bench b;
    const char *text;
    (void)state;
    for (int base = 0; base < 2; base++) {
        clear_disk();
        open_copy(&b, "instances", "{\"f\": {\"detections\": []}}");
        struct lf_mask two = notched(&b, 0, 0, 8, 8, 0);
        put_png(&b, 1, "fields/f/other.png", &two);
        struct lf_label *new = from_copy(&b, doc);
        new->whole = new->raw;
        new->raw = (struct lf_slice){0};
        b.base = base;
        bench_change(&b, 99, new, LF_EXISTS);
        const struct lf_label *l = edited(&b, &text);
        assert_starts(text, "{\"f\": {\"detections\": [{\"_cls\": \"Detection\", "
                            "\"_id\": {\"$oid\": \"abababababababababababab\"}, "
                            "\"label\": \"a\", \"bounding_box\": [0, 0, 1, 1], "
                            "\"mask_path\": \"fields/f/other");
        assert_ends(text, ", \"mood\": 1}]}}");
        assert_int_equal(b.files.count, base ? 0 : 1);
        assert_int_equal(kind_in(&b, l).png, !base);
        assert_int_equal(l->mask->width, 8);
        close_masks(&b);
    }
}

// ---------------------------------------------------------------------------- files

#define TWO_FILES                                                                      \
    "{\"f\": {\"detections\": [{\"label\": \"a\", \"bounding_box\": [0, 0, 1, 1], "    \
    "\"mask_path\": \"p/\\u0061.png\"}, {\"label\": \"x\", \"bounding_box\": [0, 0, "  \
    "1, 1], \"mask_path\": \"p/none.png\"}, {\"label\": \"a\", \"bounding_box\": [0, " \
    "0, 1, 1], \"mask_path\": \"p/a.png\"}, {\"label\": \"a\", \"bounding_box\": [0, " \
    "0, 1, 1], \"mask_path\": \"p/b.png\", \"mask\": " BINARY(B1) "}]}}"

static void test_files(void **state)
{
    struct bench b;
    struct lf_slice then, now, kept;
    (void)state;
    clear_disk();
    open_masks(&b, "instances", "{}");
    struct lf_mask m = notched(&b, 0, 0, 8, 8, 0);
    put_png(&b, 0, "p/a.png", &m);
    OK(&b, fo_mask_files(&b.source, LF_S(TWO_FILES), &b.a, &then, &b.err));
    OK(&b, lf_json_check(then, (struct lf_json_rules){false}, 0, &b.err));
    assert_starts(then.at, "{\"p/a.png\": \"");
    assert_int_equal(then.len,
                     strlen("{\"p/a.png\": \"\", \"p/none.png\": \"\"}") + 32);
    assert_ends(then.at, "\", \"p/none.png\": \"\"}");
    b.source.then = then;
    OK(&b, fo_parse(&b.source, LF_S(TWO_FILES), &b.a, &b.sample, &b.err));
    for (size_t i = 0; i < 4; i++)
        assert_false(b.sample.label[i].lost);
    // changed in place: what was shipped is lost, for both who share it
    m = notched(&b, 0, 0, 9, 8, 0);
    put_png(&b, 0, "p/a.png", &m);
    OK(&b, fo_parse(&b.source, LF_S(TWO_FILES), &b.a, &b.sample, &b.err));
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(b.sample.label[i].lost, i == 0 || i == 2);
    // as long as it is told what was there, the digests are the old ones
    OK(&b, fo_mask_files(&b.source, LF_S(TWO_FILES), &b.a, &kept, &b.err));
    assert_true(lf_slice_eq(kept, then));
    b.source.then = (struct lf_slice){0};
    OK(&b, fo_mask_files(&b.source, LF_S(TWO_FILES), &b.a, &now, &b.err));
    assert_false(lf_slice_eq(now, then));
    // gone
    b.source.then = then;
    disk.name[0] = NULL;
    OK(&b, fo_parse(&b.source, LF_S(TWO_FILES), &b.a, &b.sample, &b.err));
    assert_true(b.sample.label[0].lost);
    assert_int_equal(b.sample.label[0].masks, 0);
    close_masks(&b);
    // fields of boxes have no files
    open_masks(&b, "detections", "{}");
    OK(&b, fo_mask_files(&b.source, LF_S(TWO_FILES), &b.a, &now, &b.err));
    assert_int_equal(now.len, 0);
    close_masks(&b);
}

// Base holds the files' digests only where there are files: all else is as it was.
static void test_base(void **state)
{
    struct bench b;
    struct lf_slice value = LF_S("{\"a\": 1}"), none = {0};
    struct lf_slice listed = LF_S("{\"p.png\": \"00\"}");
    struct lf_id id = {.known = true};
    struct lf_buf line = {0};
    uint8_t with[LF_BASE_DIGEST], without[LF_BASE_DIGEST], again[LF_BASE_DIGEST];
    (void)state;
    clear_disk();
    open_masks(&b, "instances", "{}");
    OK(&b, lf_base_doc(&b.schema, &id, &value, none, &line, &b.err));
    lf_buf_char(&line, '\0');
    assert_string_equal(line.at, "{\"_id\": {\"$oid\": \"000000000000000000000000\"}, "
                                 "\"f\": {\"a\": 1}}");
    lf_buf_clear(&line);
    OK(&b, lf_base_doc(&b.schema, &id, &value, listed, &line, &b.err));
    assert_true(lf_slice_eq(lf_base_files(lf_buf_view(&line)), listed));
    OK(&b, lf_base_digest(&b.schema, &value, none, without, &b.err));
    OK(&b, lf_base_digest(&b.schema, &value, listed, with, &b.err));
    OK(&b, lf_base_digest(&b.schema, &value, listed, again, &b.err));
    assert_memory_equal(with, again, sizeof with);
    assert_memory_not_equal(with, without, sizeof with);
    assert_int_equal(lf_base_files(LF_S("{\"_files\": 7}")).len, 0);
    lf_buf_done(&line);
    close_masks(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_instance),
        cmocka_unit_test(test_not_read),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_edit_inline),
        cmocka_unit_test(test_edit_class_only),
        cmocka_unit_test(test_edit_disk),
        cmocka_unit_test(test_edit_base),
        cmocka_unit_test(test_segment),
        cmocka_unit_test(test_segment_places),
        cmocka_unit_test(test_additions),
        cmocka_unit_test(test_copy_inline),
        cmocka_unit_test(test_copy_files),
        cmocka_unit_test(test_copy_whole),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_base),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    clear_disk();
    return failed;
}
