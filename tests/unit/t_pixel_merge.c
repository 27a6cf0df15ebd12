#include "merge/pixel_merge.h"

#include "merge/geometry.h"
#include "tests/unit/drawn.h"

static struct lf_label label_of(const char *rows, struct lf_arena *a)
{
    struct lf_label l = {.kind = LF_SEGMENT};
    l.masks = drawn_classes(rows, a, &l.mask);
    return l;
}

static void pixels_are_merged_one_by_one(void **state)
{
    (void)state;
    static const struct {
        const char *about, *base, *ours, *theirs, *result;
        bool clash;
    } rows[] = {
        {"nothing changed", "aab.", "aab.", "aab.", "aab.", false},
        {"theirs painted", "aab.", "aab.", "aabb", "aabb", false},
        {"theirs erased", "aab.", "aab.", "a.b.", "a.b.", false},
        {"theirs changed a class", "aab.", "aab.", "abb.", "abb.", false},
        {"ours painted", "aab.", "aabc", "aab.", "aabc", false},
        {"both, elsewhere", "aab.", "cab.", "aaba", "caba", false},
        {"both, alike", "aab.", "acb.", "acb.", "acb.", false},
        {"both, otherwise", "aab.", "acb.", "adb.", "adb.", true},
        {"ours erased, theirs repainted", "aab.", "a.b.", "abb.", "abb.", true},
        {"all gone in theirs", "aab.", "aab.", "....", "....", false},
        {"all gone but what ours added", "aab.", "aabc", "....", "...c", false},
        {"nothing was there", "....", "....", "ab..", "ab..", false},
        {"ours lost all, theirs added", "ab..", "....", "abc.", "..c.", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_arena a = {0};
        struct lf_error err = {0};
        struct lf_label base = label_of(rows[i].base, &a),
                        ours = label_of(rows[i].ours, &a),
                        theirs = label_of(rows[i].theirs, &a),
                        want = label_of(rows[i].result, &a);
        struct lf_mask *masks;
        uint32_t n;
        bool clash = !rows[i].clash;
        assert_true(
            lf_merge_pixels(&base, &ours, &theirs, &a, &masks, &n, &clash, &err));
        bool same = n == want.masks && clash == rows[i].clash;
        for (uint32_t k = 0; same && k < n; k++)
            same = lf_mask_eq(&masks[k], &want.mask[k]);
        if (!same)
            fail_msg("%s", rows[i].about);
        lf_arena_done(&a);
    }
}

static void an_instance_is_merged_too(void **state)
{
    (void)state;
    struct lf_arena a = {0};
    struct lf_error err = {0};
    struct lf_mask b = drawn(".##./.##.", &a), o = drawn("###./.##.", &a),
                   t = drawn(".##./.###", &a), want = drawn("###./.###", &a), *masks;
    struct lf_label base = {.kind = LF_MASK, .masks = 1, .mask = &b},
                    ours = {.kind = LF_MASK, .masks = 1, .mask = &o},
                    theirs = {.kind = LF_MASK, .masks = 1, .mask = &t};
    uint32_t n;
    bool clash = true;
    assert_true(lf_merge_pixels(&base, &ours, &theirs, &a, &masks, &n, &clash, &err));
    assert_int_equal(n, 1);
    assert_false(clash);
    assert_true(lf_mask_eq(masks, &want));
    lf_arena_done(&a);
}

// R32: what an edited or new shape may reach.
static void reach_of_a_shape(void **state)
{
    (void)state;
    static const struct {
        double xy[4];
        double turn;
        enum lf_reach reach;
    } rows[] = {
        {{0, 0, 100, 50}, 0, LF_REACH_IN},
        {{-1e-7, 0, 100, 50}, 0, LF_REACH_TINY},
        {{0, 0, 100.4, 50}, 0, LF_REACH_TINY},
        {{0, 0, 100, 50.5}, 0, LF_REACH_TINY},
        {{0, 0, 100, 50.51}, 0, LF_REACH_OUTSIDE},
        {{-3, 10, 20, 20}, 0, LF_REACH_OUTSIDE},
        {{101, 10, 120, 20}, 0, LF_REACH_FAR},
        {{10, -20, 20, -1}, 0, LF_REACH_FAR},
        {{0, 0, 10000, 10}, 0, LF_REACH_FAR},
        {{0, 0, 1001, 10}, 0, LF_REACH_FAR},
        {{0, 0, 100, 50}, 45, LF_REACH_OUTSIDE}, // its corners
        {{40, 20, 60, 30}, 90, LF_REACH_IN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double xy[4], clamped[4];
        memcpy(xy, rows[i].xy, sizeof xy);
        struct lf_label l = {
            .kind = LF_BOX, .points = 2, .xy = xy, .turn = rows[i].turn};
        assert_int_equal(lf_reach(&l, 100, 50), rows[i].reach);
        lf_clamp(&l, 100, 50, clamped);
        if (rows[i].reach == LF_REACH_TINY)
            assert_true(clamped[0] >= 0 && clamped[2] <= 100 && clamped[3] <= 50);
    }
}

static void a_polygon_may_be_flat(void **state)
{
    (void)state;
    static const struct {
        double xy[8];
        uint32_t points;
        bool flat;
    } rows[] = {
        {{0, 0, 4, 0, 0, 4}, 3, false},       {{0, 0, 4, 0}, 2, true},
        {{1, 1, 1, 1, 1, 1}, 3, true},        {{0, 0, 2, 2, 4, 4}, 3, true},
        {{0, 0, 0, 4, 4, 4, 4, 0}, 4, false}, {{0, 0, 4, 4, 0, 0, 4, 4}, 4, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double xy[8];
        struct lf_ring ring = {rows[i].points, 0};
        memcpy(xy, rows[i].xy, sizeof xy);
        struct lf_label l = {.kind = LF_POLYGON,
                             .points = ring.points,
                             .rings = 1,
                             .ring = &ring,
                             .xy = xy};
        assert_int_equal(lf_is_flat(&l), rows[i].flat);
        l.kind = LF_POLYLINE; // has no area to lose
        assert_false(lf_is_flat(&l));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixels_are_merged_one_by_one),
        cmocka_unit_test(an_instance_is_merged_too),
        cmocka_unit_test(reach_of_a_shape),
        cmocka_unit_test(a_polygon_may_be_flat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
