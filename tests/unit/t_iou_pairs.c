// Pairs by overlap: known answers, and at random what a plain search for the best
// finds.
#include "merge/iou_pairs.h"

#include <string.h>

#include "merge/geometry.h"
#include "tests/unit/dice.h"
#include "tests/unit/unit.h"

enum { MOST = 8 };

struct box {
    double xy[4]; // left top right bottom
    const char *name;
    unsigned kind; // 0: a box
};

static struct lf_label label_of(struct box *b)
{
    return (struct lf_label){.name = lf_slice_of(b->name),
                             .kind = (uint16_t)(b->kind ? b->kind : LF_BOX),
                             .points = b->kind == LF_TAG ? 0 : 2,
                             .xy = b->xy};
}

static const struct row {
    const char *name;
    double least;
    struct box a[3], b[3];
    size_t n, k;
    int32_t want[3];
} rows[] = {
    {"at the threshold",
     0.5,
     {{{0, 0, 2, 1}, "a", 0}},
     {{{0, 0, 1, 1}, "a", 0}},
     1,
     1,
     {0}},
    {"below it", 0.51, {{{0, 0, 2, 1}, "a", 0}}, {{{0, 0, 1, 1}, "a", 0}}, 1, 1, {-1}},
    {"the best pair goes first, though the other is left alone",
     0.1,
     {{{0, 0, 4, 4}, "a", 0}, {{1, 0, 5, 4}, "a", 0}},
     {{{1, 0, 5, 4}, "a", 0}},
     2,
     1,
     {-1, 0}},
    {"another class pairs as well",
     0.5,
     {{{0, 0, 4, 4}, "a", 0}},
     {{{0, 0, 4, 4}, "b", 0}},
     1,
     1,
     {0}},
    {"of equal overlap the equal class",
     0.5,
     {{{0, 0, 4, 4}, "a", 0}, {{0, 0, 4, 4}, "b", 0}},
     {{{0, 0, 4, 4}, "b", 0}, {{0, 0, 4, 4}, "a", 0}},
     2,
     2,
     {1, 0}},
    {"of equal ones the first with the first",
     0.5,
     {{{0, 0, 4, 4}, "a", 0}, {{0, 0, 4, 4}, "a", 0}},
     {{{0, 0, 4, 4}, "a", 0}, {{0, 0, 4, 4}, "a", 0}},
     2,
     2,
     {0, 1}},
    {"kinds do not mix",
     0.1,
     {{{0, 0, 4, 4}, "a", 0}},
     {{{0, 0, 4, 4}, "a", LF_POLYLINE}},
     1,
     1,
     {-1}},
    {"apart", 0.0001, {{{0, 0, 1, 1}, "a", 0}}, {{{2, 0, 3, 1}, "a", 0}}, 1, 1, {-1}},
    {"what lies nowhere pairs by its class",
     1,
     {{{0, 0, 0, 0}, "a", LF_TAG}, {{0, 0, 0, 0}, "b", LF_TAG}},
     {{{0, 0, 0, 0}, "b", LF_TAG}, {{0, 0, 0, 0}, "c", LF_TAG}},
     2,
     2,
     {-1, 0}},
    {"none at all", 0.5, {{{0, 0, 0, 0}, "a", 0}}, {{{0, 0, 0, 0}, "a", 0}}, 0, 0, {0}},
};

static void test_known(void **state)
{
    (void)state;
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        struct row row = rows[r];
        struct lf_label a[3], b[3];
        struct lf_arena m = {0};
        struct lf_error err = {0};
        int32_t got[3] = {-2, -2, -2};
        for (size_t i = 0; i < 3; i++) {
            a[i] = label_of(&row.a[i]);
            b[i] = label_of(&row.b[i]);
        }
        assert_true(lf_iou_pairs(a, row.n, b, row.k, row.least, &m, got, &err));
        for (size_t i = 0; i < row.n; i++)
            if (got[i] != row.want[i])
                fail_msg("%s: label %zu has %d, not %d", row.name, i, (int)got[i],
                         (int)row.want[i]);
        lf_arena_done(&m);
    }
}

// The best pair that is left, again and again.
static void plainly(const struct lf_label *a, size_t n, const struct lf_label *b,
                    size_t k, double least, int32_t *b_of)
{
    bool taken[MOST] = {false};
    for (size_t i = 0; i < n; i++)
        b_of[i] = -1;
    for (;;) {
        double best = 0;
        bool same = false;
        size_t x = 0, y = 0;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < k; j++) {
                double o = lf_overlap(&a[i], &b[j]);
                bool equal = lf_slice_eq(a[i].name, b[j].name);
                if (b_of[i] >= 0 || taken[j] || o < least || o < best ||
                    (o == best && (same || !equal)))
                    continue;
                best = o;
                same = equal;
                x = i;
                y = j;
            }
        if (best == 0)
            return;
        b_of[x] = (int32_t)y;
        taken[y] = true;
    }
}

static void test_random(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b"};
    struct dice d = dice_of(7, 0);
    for (int round = 0; round < 3000; round++) {
        struct box box[2][MOST];
        struct lf_label list[2][MOST];
        struct lf_arena m = {0};
        struct lf_error err = {0};
        int32_t got[MOST], want[MOST];
        size_t n = roll(&d, MOST + 1), k = roll(&d, MOST + 1);
        double least = (double)(1 + roll(&d, 9)) / 10;
        for (int s = 0; s < 2; s++)
            for (size_t i = 0; i < MOST; i++) {
                double x = (double)roll(&d, 6), y = (double)roll(&d, 6);
                box[s][i] = (struct box){
                    {x, y, x + 1 + (double)roll(&d, 6), y + 1 + (double)roll(&d, 6)},
                    PICK(&d, names),
                    0};
                list[s][i] = label_of(&box[s][i]);
            }
        assert_true(lf_iou_pairs(list[0], n, list[1], k, least, &m, got, &err));
        plainly(list[0], n, list[1], k, least, want);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(got[i], want[i]);
        lf_arena_done(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_known),
                                       cmocka_unit_test(test_random)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
