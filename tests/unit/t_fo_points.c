// Polylines and keypoints: what is read of a document and which bytes an edit changes.
#include "tests/unit/fo_unit.h"

#define LINE(points, more)                                                             \
    "{\"f\": {\"_cls\": \"Polylines\", \"polylines\": [{\"_id\": {\"$oid\": "          \
    "\"60000007000000000000000e\"}, \"label\": \"a\", \"points\": " points more        \
    "}]}, \"z\": 1}"
#define DOT(points, more)                                                              \
    "{\"f\": {\"_cls\": \"Keypoints\", \"keypoints\": [{\"label\": \"a\", "            \
    "\"points\": " points more "}]}, \"z\": 1}"
#define NAN_DOUBLE "{\"$numberDouble\": \"NaN\"}"

struct parse_row {
    const char *type, *doc;
    unsigned kind;
    uint32_t rings, points;
    bool fixed;
};

static const struct parse_row parse_rows[] = {
    {"polylines", LINE("[[[0.5, 0.25], [1, 0]]]", ""), LF_POLYLINE, 1, 2, false},
    {"polylines", LINE("[[], [[0.5, 0.25]], [[0, 0], [1, 1], [0, 1]]]", ""),
     LF_POLYLINE, 3, 4, false},
    {"polygons", LINE("[[[0.5, 0.25], [1, 0]]]", ", \"filled\": true"), LF_POLYGON, 1,
     2, false},
    {"polylines", LINE("[]", ""), LF_POLYLINE, 0, 0, false},
    {"polylines", LINE("null", ""), LF_POLYLINE, 0, 0, false},
    {"polylines", LINE("[[0.5, 0.25]]", ""), LF_OTHER, 0, 0, false},
    {"polylines", LINE("[[[0.5, 0.25, 1]]]", ""), LF_OTHER, 0, 0, false},
    {"polylines", LINE("[[[0.5, NaN]]]", ""), LF_OTHER, 0, 0, false},
    {"polylines", LINE("[[[0.5, 1e308], [0.5, \"x\"]]]", ""), LF_OTHER, 0, 0, false},
    {"polylines", LINE("{}", ""), LF_OTHER, 0, 0, false},
    {"keypoints", DOT("[[0.5, 0.25], [1, 0]]", ""), LF_POINTS, 0, 2, false},
    {"keypoints", DOT("[[0.5, 0.25], [NaN, 0]]", ""), LF_POINTS, 0, 2, true},
    {"keypoints", DOT("[[0.5, 0.25], [1, " NAN_DOUBLE "]]", ""), LF_POINTS, 0, 2, true},
    {"keypoints", DOT("[[0, 1]]", ", \"confidence\": [0.5]"), LF_POINTS, 0, 1, true},
    {"keypoints", DOT("[[0, 1]]", ", \"confidence\": null"), LF_POINTS, 0, 1, false},
    {"keypoints", DOT("[[0, 1]]", ", \"seen\": [true]"), LF_POINTS, 0, 1, true},
    {"keypoints", DOT("[[0, 1]]", ", \"seen\": [true, false]"), LF_POINTS, 0, 1, false},
    {"keypoints", DOT("[[0, 1]]", ", \"tags\": [\"x\"]"), LF_POINTS, 0, 1, false},
    {"keypoints", DOT("[0, 1]", ""), LF_OTHER, 0, 0, false},
    {"keypoints", DOT("[[Infinity, 1]]", ""), LF_OTHER, 0, 0, false},
};

static void test_parse(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof parse_rows / sizeof *parse_rows; i++) {
        const struct parse_row *row = &parse_rows[i];
        struct bench b;
        bench_open(&b, row->type, "", row->doc);
        const struct lf_label *l = &b.sample.label[0];
        if (b.sample.labels != 1 || l->kind != row->kind || l->rings != row->rings ||
            l->points != row->points || l->fixed != row->fixed)
            fail_msg("row %u: kind %u, %u rings, %u points, %d", (unsigned)i, l->kind,
                     (unsigned)l->rings, (unsigned)l->points, l->fixed);
        bench_close(&b);
    }
}

static void test_coordinates(void **state)
{
    struct bench b;
    (void)state;
    bench_open(&b, "polylines", "",
               LINE("[[], [[0.5, 0.25]], [[1, 0], [0.1, 0.2]]]", ""));
    const struct lf_label *l = &b.sample.label[0];
    const double want[] = {100, 25, 200, 0, 20, 20};
    assert_memory_equal(l->xy, want, sizeof want);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(l->ring[i].points, i);
        assert_int_equal(l->ring[i].part, i);
    }
    bench_close(&b);
    bench_open(&b, "keypoints", "", DOT("[[0.5, 0.25], [0.5, NaN]]", ""));
    l = &b.sample.label[0];
    assert_true(l->xy[0] == 100 && l->xy[1] == 25);
    assert_true(isnan(l->xy[2]) && isnan(l->xy[3]));
    bench_close(&b);
}

// ---------------------------------------------------------------------------- edits

struct edit_row { // of one label: the points that came back, and the new document
    const char *type, *was;
    const char
        *sent; // part and points of each ring that travelled: "0:3 2:4"; NULL: all
    const char *back; // likewise, of what came back; NULL: as sent
    double xy[24];
    const char *want;
};

#define THREE "[[0.5, 0.25], [0.10, 0.9], [1, 0.0]]"
#define THREE_XY 100, 25, 20, 90, 200, 0

static const struct edit_row edit_rows[] = {
    // numbers within the slack keep their text
    {"polylines",
     LINE("[" THREE "]", ""),
     NULL,
     NULL,
     {100.004, 25, 20, 89.996, 200, 0},
     LINE("[" THREE "]", "")},
    {"polylines",
     LINE("[" THREE "]", ""),
     NULL,
     NULL,
     {100, 25, 21, 90, 200, 0},
     LINE("[[[0.5, 0.25], [0.105, 0.9], [1, 0.0]]]", "")},
    {"polylines",
     LINE("[ [[ 0.5,0.25 ] , [0.10, 0.9],[1, 0.0]]]", ""),
     NULL,
     NULL,
     {100, 50, 20, 90, 200, 0},
     LINE("[ [[ 0.5,0.5 ] , [0.10, 0.9],[1, 0.0]]]", "")},
    // points more and less
    {"polylines",
     LINE("[" THREE "]", ""),
     NULL,
     "0:4",
     {100, 25, 50, 50, 20, 90, 200, 0},
     LINE("[[[0.5, 0.25], [0.25, 0.5], [0.10, 0.9], [1, 0.0]]]", "")},
    {"polylines",
     LINE("[" THREE "]", ""),
     NULL,
     "0:4",
     {50, 50, THREE_XY},
     LINE("[[[0.25, 0.5], [0.5, 0.25], [0.10, 0.9], [1, 0.0]]]", "")},
    {"polylines",
     LINE("[" THREE "]", ""),
     NULL,
     "0:4",
     {THREE_XY, 50, 50},
     LINE("[[[0.5, 0.25], [0.10, 0.9], [1, 0.0], [0.25, 0.5]]]", "")},
    {"polylines",
     LINE("[[[0.5,0.25],\n[0.10,0.9]]]", ""),
     NULL,
     "0:3",
     {100, 25, 50, 50, 20, 90},
     LINE("[[[0.5,0.25],\n[0.25,0.5],\n[0.10,0.9]]]", "")},
    {"polylines",
     LINE("[" THREE "]", ""),
     NULL,
     "0:2",
     {100, 25, 200, 0},
     LINE("[[[0.5, 0.25], [1, 0.0]]]", "")},
    {"polylines",
     LINE("[" THREE "]", ""),
     NULL,
     "0:2",
     {20, 90, 200, 0},
     LINE("[[[0.10, 0.9], [1, 0.0]]]", "")},
    {"polylines",
     LINE("[" THREE "]", ""),
     NULL,
     "0:2",
     {100, 25, 20, 90},
     LINE("[[[0.5, 0.25], [0.10, 0.9]]]", "")},
    {"polylines",
     LINE("[" THREE "]", ""),
     NULL,
     "0:4",
     {10, 10, 20, 20, 40, 40, 60, 60},
     LINE("[[[0.05, 0.1], [0.1, 0.2], [0.2, 0.4], [0.3, 0.6]]]", "")},
    // rings: one that stayed at home keeps its place, one is gone, one is new
    {"polylines",
     LINE("[[[0.3, 0.3]], " THREE ", []]", ""),
     "1:3",
     NULL,
     {100, 25, 20, 90, 200, 50},
     LINE("[[[0.3, 0.3]], [[0.5, 0.25], [0.10, 0.9], [1, 0.5]], []]", "")},
    {"polylines",
     LINE("[" THREE ", [[0.3, 0.3]], " THREE "]", ""),
     "0:3 2:3",
     "2:3",
     {THREE_XY},
     LINE("[[[0.3, 0.3]], " THREE "]", "")},
    {"polylines",
     LINE("[" THREE ", [[0, 0], [1, 1]]]", ""),
     "0:3 1:2",
     "0:3",
     {THREE_XY},
     LINE("[" THREE "]", "")},
    {"polylines",
     LINE("[" THREE "]", ""),
     NULL,
     "0:3 1:2",
     {THREE_XY, 20, 20, 40, 40},
     LINE("[" THREE ", [[0.1, 0.2], [0.2, 0.4]]]", "")},
    {"polylines",
     LINE("[" THREE ", []]", ""),
     "0:3",
     "4:2",
     {20, 20, 40, 40},
     LINE("[[], [[0.1, 0.2], [0.2, 0.4]]]", "")},
    {"polylines",
     LINE("[" THREE ", []]", ""),
     "0:3",
     "1:2",
     {20, 20, 40, 40},
     LINE("[[], [[0.1, 0.2], [0.2, 0.4]]]", "")},
    {"polylines",
     LINE("[" THREE "]", ""),
     NULL,
     "7:2",
     {20, 20, 40, 40},
     LINE("[[[0.1, 0.2], [0.2, 0.4]]]", "")},
    // a closed line came with its first point again
    {"polylines",
     LINE("[" THREE "]", ", \"closed\": true"),
     "0:4",
     NULL,
     {THREE_XY, 100.003, 25},
     LINE("[" THREE "]", ", \"closed\": true")},
    {"polylines",
     LINE("[" THREE "]", ", \"closed\": true"),
     "0:4",
     NULL,
     {110, 25, 20, 90, 200, 0, 110, 25},
     LINE("[[[0.55, 0.25], [0.10, 0.9], [1, 0.0]]]", ", \"closed\": true")},
    {"polylines",
     LINE("[" THREE "]", ", \"closed\": true"),
     "0:4",
     "0:3",
     {THREE_XY},
     LINE("[" THREE "]", ", \"closed\": false")},
    {"polylines",
     LINE("[" THREE ", [[0, 0], [0.1, 0.1]]]", ", \"closed\": true"),
     "0:4 1:3",
     "0:4 1:2",
     {THREE_XY, 100, 25, 0, 0, 20, 10},
     LINE("[[[0.5, 0.25], [0.10, 0.9], [1, 0.0], [0.5, 0.25]], [[0, 0], [0.1, 0.1]]]",
          ", \"closed\": false")},
    {"polygons",
     LINE("[" THREE "]", ", \"closed\": true, \"filled\": true"),
     NULL,
     "0:4",
     {THREE_XY, 100, 25},
     LINE("[[[0.5, 0.25], [0.10, 0.9], [1, 0.0], [0.5, 0.25]]]",
          ", \"closed\": true, \"filled\": true")},
    // a polygon that has its first point again came without
    {"polygons",
     LINE("[[[0.5, 0.25], [0.10, 0.9], [1, 0.0], [0.50, 0.25]]]", ", \"filled\": true"),
     "0:3",
     NULL,
     {110, 25, 20, 90, 200, 0},
     LINE("[[[0.55, 0.25], [0.10, 0.9], [1, 0.0], [0.55, 0.25]]]",
          ", \"filled\": true")},
    {"polygons",
     LINE("[[[0.5, 0.25], [0.10, 0.9], [1, 0.0], [0.50, 0.25]]]", ", \"filled\": true"),
     "0:3",
     "0:4",
     {100, 25, 20, 90, 30, 90, 200, 0},
     LINE("[[[0.5, 0.25], [0.10, 0.9], [0.15, 0.9], [1, 0.0], [0.50, 0.25]]]",
          ", \"filled\": true")},
    // rings behind one that is gone say another part
    {"polylines",
     LINE("[" THREE "]", ""),
     NULL,
     "1:3",
     {100.003, 25, 20, 90, 200, 0},
     LINE("[" THREE "]", "")},
    {"polylines",
     LINE("[" THREE ", [[0, 0.10], [0.1, 0.1]]]", ""),
     NULL,
     "1:3 2:2",
     {100, 25, 20, 90, 200, 0, 0, 10, 20, 10},
     LINE("[" THREE ", [[0, 0.10], [0.1, 0.1]]]", "")},
    // keypoints
    {"keypoints",
     DOT(THREE, ""),
     NULL,
     NULL,
     {100, 25, 20, 90, 199, 0},
     DOT("[[0.5, 0.25], [0.10, 0.9], [0.995, 0.0]]", "")},
    {"keypoints",
     DOT(THREE, ""),
     NULL,
     "0:2",
     {100, 25, 199, 0},
     DOT("[[0.5, 0.25], [0.995, 0.0]]", "")},
    {"keypoints",
     DOT(THREE, ""),
     NULL,
     NULL,
     {100, 25, NAN, NAN, 200, 0},
     DOT("[[0.5, 0.25], [" NAN_DOUBLE ", " NAN_DOUBLE "], [1, 0.0]]", "")},
    {"keypoints",
     DOT("[[0.5, 0.25], [NaN, NaN]]", ""),
     NULL,
     NULL,
     {NAN, NAN, 20, 10},
     DOT("[[NaN, NaN], [0.1, 0.1]]", "")},
    {"keypoints",
     DOT("[[0.5, 0.25], [NaN, 0.3]]", ""),
     NULL,
     NULL,
     {100, 25, NAN, NAN},
     DOT("[[0.5, 0.25], [NaN, 0.3]]", "")},
    {"keypoints",
     DOT("[[NaN, NaN], [0.5, 0.25], [" NAN_DOUBLE ", 0], [0, 0]]", ""),
     "0:2",
     NULL,
     {100, 26, 0, 0},
     DOT("[[NaN, NaN], [0.5, 0.26], [" NAN_DOUBLE ", 0], [0, 0]]", "")},
    {"keypoints",
     DOT(THREE, ", \"s\": \"NaN \\\" NaN\""),
     NULL,
     NULL,
     {NAN, NAN, 20, 90, 200, 0},
     DOT("[[" NAN_DOUBLE ", " NAN_DOUBLE "], [0.10, 0.9], [1, 0.0]]",
         ", \"s\": \"NaN \\\" NaN\"")},
};

// The rings of "0:3 2:4" into a label.
static void set_rings(struct bench *b, const char *text, struct lf_label *l)
{
    struct lf_ring *ring = lf_arena_take(&b->a, 8, sizeof *ring, &b->err);
    assert_non_null(ring);
    l->rings = l->points = 0;
    for (; *text; text += text[3] ? 4 : 3) {
        ring[l->rings++] =
            (struct lf_ring){(uint32_t)(text[2] - '0'), (uint32_t)(text[0] - '0')};
        l->points += (uint32_t)(text[2] - '0');
    }
    l->ring = ring;
    if (l->kind == LF_POINTS)
        l->rings = 0;
}

static void test_edits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof edit_rows / sizeof *edit_rows; i++) {
        const struct edit_row *row = &edit_rows[i];
        struct bench b;
        bench_open(&b, row->type, "", row->was);
        if (row->sent)
            set_rings(&b, row->sent, &b.sample.label[0]);
        struct lf_label *back = bench_copy(&b, 0);
        if (row->back)
            set_rings(&b, row->back, back);
        memcpy(back->xy, row->xy, (size_t)back->points * 2 * sizeof *back->xy);
        bench_change(&b, 0, back, LF_SPACE);
        const char *got = bench_text(&b);
        if (strcmp(got, row->want) != 0)
            fail_msg("row %u:\n%s\n%s", (unsigned)i, got, row->want);
        bench_close(&b);
    }
}

// From an edited copy: exact numbers, and whether it is closed and filled.
static void test_copy(void **state)
{
    struct bench b;
    (void)state;
    const char *doc = LINE("[" THREE "]", ", \"closed\": true, \"filled\": false");
    bench_open(&b, "polylines", "", doc);
    b.source.relative = true;
    b.sample.width = b.sample.height = 1;
    b.slack = 0;
    OK(&b, fo_parse(&b.source, lf_slice_of(doc), &b.a, &b.sample, &b.err));
    struct lf_label *back = bench_copy(&b, 0);
    back->xy[1] = 0.25000000000000006;
    back->closed = false;
    back->says_form = true;
    bench_change(&b, 0, back, LF_SPACE);
    assert_string_equal(bench_text(&b),
                        LINE("[[[0.5, 0.25000000000000006], [0.10, 0.9], [1, 0.0]]]",
                             ", \"closed\": false, \"filled\": false"));
    bench_close(&b);
}

#define NEW_HEAD "{\"_id\": {\"$oid\": \"abababababababababababab\"}, \"_cls\": "

static void test_additions(void **state)
{
    static const struct {
        const char *type, *was, *rings, *want;
        unsigned kind;
        double xy[8];
    } rows[] = {
        {"polylines",
         "{\"z\": 1, \"_dataset_id\": 2}",
         "0:2 1:2",
         "{\"z\": 1, \"f\": {\"_cls\": \"Polylines\", \"polylines\": [" NEW_HEAD
         "\"Polyline\", \"attributes\": {}, \"tags\": [], \"label\": \"b\", "
         "\"points\": "
         "[[[0.1, 0.1], [0.2, 0.4]], [[0.0, 0.0], [1.0, 1.0]]], \"closed\": false, "
         "\"filled\": false}]}, \"_dataset_id\": 2}",
         LF_POLYLINE,
         {20, 10, 40, 40, 0, 0, 200, 100}},
        {"polygon",
         "{\"f\": null}",
         "0:3",
         "{\"f\": " NEW_HEAD "\"Polyline\", \"attributes\": {}, \"tags\": [], "
         "\"label\": \"b\", \"points\": [[[0.1, 0.1], [0.2, 0.4], [0.0, 0.0]]], "
         "\"closed\": true, \"filled\": true}}",
         LF_POLYGON,
         {20, 10, 40, 40, 0, 0}},
        {"keypoints",
         "{\"f\": {\"keypoints\": []}}",
         "0:2",
         "{\"f\": {\"keypoints\": [" NEW_HEAD
         "\"Keypoint\", \"attributes\": {}, \"tags\": [], \"label\": \"b\", "
         "\"points\": [[0.1, 0.1], [" NAN_DOUBLE ", " NAN_DOUBLE
         "]], \"confidence\": null}]}}",
         LF_POINTS,
         {20, 10, NAN, NAN}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench b;
        bench_open(&b, rows[i].type, "", rows[i].was);
        struct lf_label l = {.kind = (uint16_t)rows[i].kind, .name = LF_S("b")};
        double xy[8];
        memcpy(xy, rows[i].xy, sizeof xy);
        l.xy = xy;
        set_rings(&b, rows[i].rings, &l);
        bench_change(&b, 99, &l, LF_EXISTS);
        assert_string_equal(bench_text(&b), rows[i].want);
        bench_close(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),     cmocka_unit_test(test_coordinates),
        cmocka_unit_test(test_edits),     cmocka_unit_test(test_copy),
        cmocka_unit_test(test_additions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
