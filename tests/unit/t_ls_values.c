// What results of Label Studio mean: geometry in percent and about its corner becomes
// pixels about the centre; values become texts, addresses names, times sort.
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "formats/labelstudio/ls_reading.h"

static struct lf_arena arena;
static struct lf_error err;

static int clean(void **state)
{
    (void)state;
    lf_arena_done(&arena);
    lf_error_clear(&err);
    return 0;
}

// A value as a label of a picture of 200 x 100.
static struct lf_label shape_of(const char *type, const char *value,
                                struct ls_shape_notes *notes)
{
    struct lf_label l = {.index = -1};
    struct ls_result r = {.type = lf_slice_of(type), .value = lf_slice_of(value)};
    unsigned kind;
    assert_int_equal(ls_role_of(r.type, &kind), LS_SHAPE);
    l.kind = (uint16_t)kind;
    *notes = (struct ls_shape_notes){0};
    lf_error_clear(&err);
    if (!ls_read_shape(&r, 200, 100, &l, notes, &arena, &err))
        l.kind = 0;
    return l;
}

static struct lf_label shape(const char *type, const char *value)
{
    struct ls_shape_notes notes;
    struct lf_label l = shape_of(type, value, &notes);
    if (!l.kind)
        fail_msg("%s", err.what);
    return l;
}

static void assert_xy(const struct lf_label *l, const double *want, uint32_t points)
{
    assert_int_equal(l->points, points);
    for (uint32_t i = 0; i < 2 * points; i++)
        if (fabs(l->xy[i] - want[i]) > 1e-9)
            fail_msg("number %u is %.12g, not %.12g", i, l->xy[i], want[i]);
}

static void test_box(void **state)
{
    (void)state;
    const double plain[] = {20, 20, 80, 60};
    struct lf_label l = shape("rectanglelabels",
                              "{\"x\":10,\"y\":20,\"width\":30,\"height\":40,\"a\":1}");
    assert_xy(&l, plain, 2);
    assert_true(l.turn == 0);
    // Drawn from the other corner.
    l = shape("rectangle", "{\"x\":40,\"y\":60,\"width\":-30,\"height\":-40}");
    assert_xy(&l, plain, 2);
}

// A quarter turn clockwise about the upper left corner lays the box to its left: 60
// wide and 40 high at (20, 20) has its centre at (0, 50) then.
static void test_turned_box(void **state)
{
    (void)state;
    const double quarter[] = {-30, 30, 30, 70};
    struct lf_label l =
        shape("rectanglelabels",
              "{\"x\":10,\"y\":20,\"width\":30,\"height\":40,\"rotation\":90}");
    assert_xy(&l, quarter, 2);
    assert_true(l.turn == 90);
    l = shape("rectanglelabels",
              "{\"x\":10,\"y\":20,\"width\":30,\"height\":40,\"rotation\":-270}");
    assert_xy(&l, quarter, 2);
    assert_true(l.turn == 90);
}

// From the centre to the corner and back, for boxes of all kinds of turns.
static void test_turns_both_ways(void **state)
{
    (void)state;
    const double pi = acos(-1.0);
    for (int turn = 0; turn < 360; turn += 7)
        for (int w = 1; w < 200; w += 33) {
            const double h = 13.25, cx = 77.5, cy = 41, t = turn * pi / 180;
            const double x = cx - w / 2.0 * cos(t) + h / 2 * sin(t);
            const double y = cy - w / 2.0 * sin(t) - h / 2 * cos(t);
            const double want[] = {cx - w / 2.0, cy - h / 2, cx + w / 2.0, cy + h / 2};
            char value[200];
            snprintf(value, sizeof value,
                     "{\"x\":%.17g,\"y\":%.17g,\"width\":%.17g,\"height\":%.17g,"
                     "\"rotation\":%d}",
                     x / 2, y, w / 2.0, h, turn);
            struct lf_label l = shape("rectanglelabels", value);
            assert_xy(&l, want, 2);
        }
}

static void test_ellipse_and_point(void **state)
{
    (void)state;
    const double round[] = {100, 50, 20, 5}, dot[] = {1, 99};
    struct lf_label l = shape("ellipselabels", "{\"x\":50,\"y\":50,\"radiusX\":10,"
                                               "\"radiusY\":5,\"rotation\":-10}");
    assert_xy(&l, round, 2);
    assert_true(l.turn == 350);
    l = shape("keypointlabels", "{\"x\":0.5,\"y\":99,\"width\":0.5}");
    assert_xy(&l, dot, 1);
}

static void test_rings(void **state)
{
    (void)state;
    const double three[] = {2, 1, 20, 1, 20, 10};
    struct lf_label l = shape(
        "polygonlabels", "{\"points\":[[1,1],[10,1],[10,10],[1,1]],\"closed\":true}");
    assert_xy(&l, three, 3);
    assert_int_equal(l.kind, LF_POLYGON);
    assert_int_equal(l.ring->points, 3);
    l = shape("polygonlabels", "{\"points\":[[1,1],[10,1],[10,10]],\"closed\":false}");
    assert_int_equal(l.kind, LF_POLYLINE);
    l = shape("polygonlabels", "{\"points\":[]}");
    assert_int_equal(l.points, 0);
}

#define V(id, x, y, prev) "{\"id\":\"" id "\",\"x\":" x ",\"y\":" y prev "}"
#define AFTER(id) ",\"prevPointId\":\"" id "\""

static void test_lines(void **state)
{
    (void)state;
    const double line[] = {2, 1, 4, 2, 6, 3, 2, 1};
    struct ls_shape_notes notes;
    struct lf_label l =
        shape("vectorlabels",
              "{\"vertices\":[" V("a", "1", "1", "") "," V(
                  "b", "2", "2", AFTER("a")) "," V("c", "3", "3", AFTER("b")) "]}");
    assert_xy(&l, line, 3);
    // Points name the ones before them, however the list is ordered.
    l = shape("vectorlabels",
              "{\"vertices\":[" V("c", "3", "3", AFTER("b")) "," V(
                  "a", "1", "1", "") "," V("b", "2", "2", AFTER("a")) "]}");
    assert_xy(&l, line, 3);
    // A closed one has its first point again at its end; a curve is told.
    l = shape_of(
        "vectorlabels",
        "{\"closed\":true,\"vertices\":[" V("a", "1", "1", AFTER("c")) "," V(
            "b", "2", "2", AFTER("a") ",\"isBezier\":true") "," V("c", "3", "3",
                                                                  AFTER("b")) "]}",
        &notes);
    assert_xy(&l, line, 4);
    assert_true(notes.curved);
    // A fork, a circle apart, names that are not told: the list's order.
    l = shape("vectorlabels",
              "{\"vertices\":[" V("a", "1", "1", "") "," V(
                  "b", "2", "2", AFTER("a")) "," V("c", "3", "3", AFTER("a")) "]}");
    assert_xy(&l, line, 3);
    l = shape("vectorlabels",
              "{\"vertices\":[" V("a", "1", "1", AFTER("b")) "," V(
                  "b", "2", "2", AFTER("a")) "," V("c", "3", "3", AFTER("c")) "]}");
    assert_xy(&l, line, 3);
    l = shape("vectorlabels",
              "{\"vertices\":[{\"x\":1,\"y\":1},{\"x\":2,\"y\":2},{\"x\":3,\"y\":3}]}");
    assert_xy(&l, line, 3);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *type, *value;
        enum lf_code code;
    } rows[] = {
        {"rectanglelabels", "{\"x\":1,\"y\":1,\"width\":1}", LF_E_LABELSTUDIO},
        {"rectanglelabels", "{\"x\":NaN,\"y\":1,\"width\":1,\"height\":1}",
         LF_E_LABELSTUDIO},
        {"rectanglelabels", "{\"x\":1e300,\"y\":1,\"width\":1,\"height\":1}",
         LF_E_LIMIT_COUNT},
        {"rectanglelabels",
         "{\"x\":1,\"y\":1,\"width\":1,\"height\":1,\"rotation\":\"3\"}",
         LF_E_LABELSTUDIO},
        {"polygonlabels", "{\"points\":[[1,2,3]]}", LF_E_LABELSTUDIO},
        {"polygonlabels", "{}", LF_E_LABELSTUDIO},
        {"vectorlabels", "{\"vertices\":[[1,2]]}", LF_E_LABELSTUDIO},
        {"brushlabels", "{\"rle\":\"x\"}", LF_E_LABELSTUDIO},
        {"brushlabels", "{\"rle\":[0,0,0,4,57,27,252,127,224]}", LF_E_MASK_SIZE},
        {"brushlabels", "{}", LF_E_LABELSTUDIO},
        {"bitmasklabels", "{\"imageDataURL\":5}", LF_E_LABELSTUDIO},
        {"bitmasklabels", "{\"imageDataURL\":\"data:text/plain,x\"}", LF_E_MASK},
        {"keypointlabels", "", LF_E_LABELSTUDIO},
    };
    struct ls_shape_notes notes;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(shape_of(rows[i].type, rows[i].value, &notes).kind, 0);
        if (err.code != rows[i].code)
            fail_msg("%s: LF%d %s", rows[i].value, (int)err.code, err.what);
    }
}

static void test_texts(void **state)
{
    (void)state;
    static const struct {
        const char *type, *value, *text;
        bool many;
    } rows[] = {
        {"number", "{\"number\":3.0}", "3", false},
        {"number", "{\"number\":0.5}", "0.5", false},
        {"number", "{\"number\":null}", "", false},
        {"rating", "{\"rating\":4}", "4", false},
        {"textarea", "{\"text\":[\"a\",\"b\"]}", "a\nb", false},
        {"textarea", "{\"text\":[]}", "", false},
        {"textarea", "{\"text\":\"bare\"}", "bare", false},
        {"choices", "{\"choices\":[\"true\"]}", "true", false},
        {"choices", "{\"choices\":[\"a\",\"b\"]}", "a", true},
        {"choices", "{\"choices\":[]}", "", false},
        {"taxonomy", "{\"taxonomy\":[[\"Animal\",\"Cat\"]]}", "Animal/Cat", false},
        {"datetime", "{\"datetime\":\"2024-01-02\"}", "2024-01-02", false},
        {"choices", "{}", "", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ls_result r = {.type = lf_slice_of(rows[i].type),
                              .value = lf_slice_of(rows[i].value)};
        struct lf_slice text;
        bool many;
        assert_true(ls_read_text(&r, &arena, &text, &many, &err));
        if (!lf_slice_is(text, rows[i].text) || many != rows[i].many)
            fail_msg("%s: \"%.*s\"", rows[i].value, (int)text.len, text.at);
    }
    struct ls_result bad = {.type = LF_S("choices"),
                            .value = LF_S("{\"choices\":[1]}")};
    struct lf_slice text;
    bool many;
    assert_false(ls_read_text(&bad, &arena, &text, &many, &err));
}

static void test_names(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"/data/upload/3/0a1b2c3d-pier.png", "pier.png"},
        {"/data/upload/3/0a1b2c3d-", "data/upload/3/0a1b2c3d-"},
        {"upload/pier.png", "upload/pier.png"},
        {"http://here:8080/data/upload/3/0A1B2C3D-a%20b.png", "a b.png"},
        {"/data/local-files/?d=run/a/pier%2B1.png", "run/a/pier+1.png"},
        {"/data/local-files/?d=run/a+b.png&x=1", "run/a b.png"},
        {"/data/local-files/?d=/run/0a1b2c3d-b.png", "run/0a1b2c3d-b.png"},
        {"s3://bucket/a/0a1b2c3d-b.png", "a/0a1b2c3d-b.png"},
        {"https://host/x/b.png?sig=1#z", "x/b.png"},
        {"K%C3%BCste.png", "K\xc3\xbcste.png"},
        {"100%.png", "100%.png"},
        {"data:image/png;base64,AA==", ""},
        {"", ""},
        {"https://host", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_slice name;
        assert_true(ls_image_name(lf_slice_of(rows[i][0]), &arena, &name, &err));
        if (!lf_slice_is(name, rows[i][1]))
            fail_msg("%s: \"%.*s\"", rows[i][0], (int)name.len, name.at);
    }
}

static void test_times(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"2024-01-02T03:04:05.123456Z", "2024-01-02T03:04:05.123456Z"},
        {"2024-01-02T03:04:05Z", "2024-01-02T03:04:05.000000Z"},
        {"2024-01-02T03:04:05.5+00:00", "2024-01-02T03:04:05.500000Z"},
        {"2024-01-02T03:04:05.1234567Z", "2024-01-02T03:04:05.123456Z"},
        {"2024-01-02T03:04:05+02:00", "2024-01-02T03:04:05+02:00"},
        {"yesterday", "yesterday"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_slice stamp;
        assert_true(ls_stamp(lf_slice_of(rows[i][0]), &arena, &stamp, &err));
        if (!lf_slice_is(stamp, rows[i][1]))
            fail_msg("%s: %.*s", rows[i][0], (int)stamp.len, stamp.at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_box, clean),
        cmocka_unit_test_teardown(test_turned_box, clean),
        cmocka_unit_test_teardown(test_turns_both_ways, clean),
        cmocka_unit_test_teardown(test_ellipse_and_point, clean),
        cmocka_unit_test_teardown(test_rings, clean),
        cmocka_unit_test_teardown(test_lines, clean),
        cmocka_unit_test_teardown(test_refused, clean),
        cmocka_unit_test_teardown(test_texts, clean),
        cmocka_unit_test_teardown(test_names, clean),
        cmocka_unit_test_teardown(test_times, clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
