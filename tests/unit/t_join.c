#include "formats/mask/join.h"
#include "formats/mask/paint.h"
#include "tests/unit/drawn.h"

// One field of each type: 0 polylines, 1 polygons, 2 instances, 3 segmentation, 4
// boxes.
static const char schema_text[] =
    "{\"lines\": {\"type\": \"polylines\", \"classes\": [\"x\", \"y\"]},"
    " \"areas\": {\"type\": \"polygons\", \"classes\": [\"x\", \"y\"]},"
    " \"things\": {\"type\": \"instances\", \"classes\": [\"x\", \"y\"]},"
    " \"seg\": {\"type\": \"segmentation\", \"classes\": [\"x\", \"y\"]},"
    " \"boxes\": {\"type\": \"detections\", \"classes\": [\"x\", \"y\"]}}";

enum { LINES, AREAS, THINGS, SEG, BOXES };

struct world {
    struct lf_schema schema;
    struct lf_arena a;
    struct lf_label label[64];
    struct lf_sample s;
    struct lf_error err;
};

static int setup(void **state)
{
    static struct world w;
    w = (struct world){.s = {.width = 8, .height = 4, .label = w.label}};
    assert_true(lf_schema_read(LF_S(schema_text), &w.schema, &w.err));
    for (uint16_t f = 0; f < w.schema.fields; f++)
        for (uint32_t c = 0; c < w.schema.field[f].classes; c++) {
            w.schema.field[f].class[c].alias = w.schema.field[f].class[c].name;
            w.schema.field[f].class[c].value = c + 1;
        }
    assert_true(lf_schema_index(&w.schema, &w.err));
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    lf_schema_done(&w->schema);
    lf_arena_done(&w->a);
    return 0;
}

static struct lf_id id_of(char c)
{
    struct lf_id id = {.known = c != 0};
    memset(id.at, c, sizeof id.at);
    return id;
}

static struct lf_label *add(struct world *w, uint16_t field, unsigned kind, char id,
                            const char *name)
{
    struct lf_label *l = &w->label[w->s.labels++];
    *l = (struct lf_label){.field = field,
                           .kind = (uint16_t)kind,
                           .id = id_of(id),
                           .name = lf_slice_of(name),
                           .line = w->s.labels};
    return l;
}

// A ring whose first point tells it from others.
static struct lf_label *add_ring(struct world *w, uint16_t field, char id, double first,
                                 uint32_t part, uint32_t parts)
{
    struct lf_label *l =
        add(w, field, field == LINES ? LF_POLYLINE : LF_POLYGON, id, "x");
    struct lf_ring *ring = lf_arena_take(&w->a, 1, sizeof *ring, &w->err);
    double xy[] = {first, 0, first + 3, 0, first + 3, 3};
    l->xy = lf_arena_take(&w->a, 6, sizeof *l->xy, &w->err);
    memcpy(l->xy, xy, sizeof xy);
    *ring = (struct lf_ring){3, part ? part - 1 : 0};
    l->ring = ring;
    l->rings = 1;
    l->points = 3;
    l->part = part;
    l->parts = parts;
    return l;
}

static struct lf_label *add_mask(struct world *w, uint16_t field, char id,
                                 const char *name, const char *rows)
{
    struct lf_label *l = add(w, field, LF_MASK, id, name);
    struct lf_mask *m = lf_arena_take(&w->a, 1, sizeof *m, &w->err);
    *m = drawn(rows, &w->a);
    l->mask = m;
    l->masks = 1;
    return l;
}

static void join(struct world *w, bool convert)
{
    if (!lf_join_shapes(&w->schema, convert, &w->s, &w->a, &w->err))
        fail_msg("%s", w->err.what);
}

static double first_x(const struct lf_label *l, uint32_t ring)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < ring; i++)
        at += l->ring[i].points;
    return l->xy[2 * at];
}

static void expect_mask(struct world *w, const struct lf_mask *m, const char *rows)
{
    struct lf_mask want = drawn(rows, &w->a);
    want.value = m->value;
    assert_true(lf_mask_eq(m, &want));
}

static void rings_of_one_id_are_one_label(void **state)
{
    struct world *w = *state;
    add_ring(w, LINES, 'a', 2, 2, 3);
    add_ring(w, LINES, 'b', 9, 0, 0);
    add_ring(w, LINES, 'a', 3, 3, 3);
    add_ring(w, LINES, 'a', 1, 1, 3);
    join(w, true);
    assert_int_equal(w->s.labels, 2);
    assert_int_equal(w->s.label[0].rings, 3);
    assert_int_equal(w->s.label[0].points, 9);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(w->s.label[0].ring[i].part, i);
        assert_true(first_x(&w->s.label[0], i) == i + 1.0);
    }
    assert_int_equal(w->s.label[1].id.at[0], 'b');
}

static void a_copy_of_all_rings_is_a_second_label(void **state)
{
    struct world *w = *state;
    for (uint32_t copy = 0; copy < 2; copy++)
        for (uint32_t part = 1; part <= 2; part++)
            add_ring(w, AREAS, 'a', 10 * copy + part, part, 2);
    join(w, true);
    assert_int_equal(w->s.labels, 2);
    for (uint32_t copy = 0; copy < 2; copy++) {
        assert_int_equal(w->s.label[copy].rings, 2);
        assert_true(first_x(&w->s.label[copy], 0) == 10 * copy + 1);
        assert_true(first_x(&w->s.label[copy], 1) == 10 * copy + 2);
    }
}

static void a_ring_that_lost_its_part_fills_the_gap(void **state)
{
    struct world *w = *state;
    add_ring(w, LINES, 'a', 1, 1, 3);
    add_ring(w, LINES, 'a', 2, 0, 0);
    add_ring(w, LINES, 'a', 3, 3, 3);
    join(w, true);
    assert_int_equal(w->s.labels, 1);
    assert_int_equal(w->s.label[0].rings, 3);
    assert_int_equal(w->s.label[0].ring[1].part, 1);
    assert_true(first_x(&w->s.label[0], 1) == 2);
}

static void a_ring_that_is_gone_leaves_its_place(void **state)
{
    struct world *w = *state;
    add_ring(w, LINES, 'a', 1, 1, 3);
    add_ring(w, LINES, 'a', 3, 3, 3);
    join(w, true);
    assert_int_equal(w->s.labels, 1);
    assert_int_equal(w->s.label[0].rings, 2);
    assert_int_equal(w->s.label[0].ring[1].part, 2);
}

static void rings_without_parts_stay_alone(void **state)
{
    struct world *w = *state;
    add_ring(w, LINES, 'a', 1, 0, 0);
    add_ring(w, LINES, 'a', 2, 0, 0); // a copy
    add_ring(w, LINES, 0, 3, 0, 0);
    add_ring(w, LINES, 0, 4, 0, 0);
    join(w, true);
    assert_int_equal(w->s.labels, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(w->s.label[i].rings, 1);
}

static void rings_without_an_id_are_one_label_by_their_parts(void **state)
{
    struct world *w = *state;
    add_ring(w, LINES, 0, 1, 1, 3);
    add_ring(w, LINES, 0, 2, 3, 3);
    add_ring(w, LINES, 0, 3, 2, 3); // not above: another label
    add_ring(w, LINES, 0, 4, 3, 4); // of so many others: another
    add_ring(w, LINES, 0, 5, 4, 4)->name = LF_S("y");
    add_ring(w, AREAS, 0, 6, 4, 4);
    join(w, true);
    assert_int_equal(w->s.labels, 5);
    assert_int_equal(w->s.label[0].rings, 2);
    assert_int_equal(w->s.label[0].ring[1].part, 2);
    assert_true(first_x(&w->s.label[0], 1) == 2);
    for (size_t i = 1; i < 5; i++)
        assert_int_equal(w->s.label[i].rings, 1);
}

static void polygons_among_instances_become_one_mask(void **state)
{
    struct world *w = *state;
    add_ring(w, THINGS, 'a', 0, 0, 0);
    add_mask(w, THINGS, 'b', "x", "##");
    add_ring(w, THINGS, 'a', 4, 0, 0);
    join(w, true);
    assert_int_equal(w->s.labels, 2);
    assert_int_equal(w->s.label[0].kind, LF_MASK);
    assert_int_equal(w->s.label[0].came_as, LF_POLYGON);
    assert_int_equal(w->s.label[0].mask->left, 0);
    assert_int_equal(w->s.label[0].mask->width, 7); // both, without the right border
    assert_int_equal(w->s.label[1].came_as, 0);
}

static void without_conversion_they_stay_polygons(void **state)
{
    struct world *w = *state;
    add_ring(w, THINGS, 'a', 0, 0, 0);
    add_ring(w, SEG, 'a', 0, 0, 0);
    add_mask(w, AREAS, 'a', "x", "##/##");
    join(w, false);
    assert_int_equal(w->s.labels, 3);
    assert_int_equal(w->s.label[0].kind, LF_POLYGON);
    assert_int_equal(w->s.label[1].kind, LF_POLYGON);
    assert_int_equal(w->s.label[2].kind, LF_MASK);
}

static void a_mask_among_polygons_is_traced(void **state)
{
    struct world *w = *state;
    add_mask(w, AREAS, 'a', "x", "......../.####.../.####...");
    join(w, true);
    assert_int_equal(w->s.labels, 1);
    assert_int_equal(w->s.label[0].kind, LF_POLYGON);
    assert_int_equal(w->s.label[0].rings, 1);
    assert_true(w->s.label[0].filled && w->s.label[0].closed);
}

static void classes_become_one_segmentation(void **state)
{
    struct world *w = *state;
    add_mask(w, SEG, 'a', "y", "####..../####....");
    add_mask(w, SEG, 'a', "x", "..####../........");
    add(w, BOXES, LF_BOX, 'c', "x");
    add_mask(w, SEG, 0, "y", "......##/........");
    join(w, true);
    assert_int_equal(w->s.labels, 2);
    const struct lf_label *l = &w->s.label[0];
    assert_int_equal(l->kind, LF_SEGMENT);
    assert_int_equal(l->id.at[0], 'a');
    assert_int_equal(l->masks, 2);
    assert_int_equal(l->mask[0].value, 1);
    expect_mask(w, &l->mask[0], "..####../........"); // later in the file: on top
    expect_mask(w, &l->mask[1], "##....##/####....");
}

static void order_of_drawing_beats_the_file(void **state)
{
    struct world *w = *state;
    add_mask(w, SEG, 'a', "x", "###.")->z = 2;
    add_mask(w, SEG, 'b', "y", ".###")->z = 1;
    add_mask(w, SEG, 'b', "y", "####")->z = -1;
    join(w, true);
    assert_int_equal(w->s.labels, 1);
    assert_int_equal(w->s.label[0].id.at[0], 'b'); // the one that most have
    expect_mask(w, &w->s.label[0].mask[0], "###.");
    expect_mask(w, &w->s.label[0].mask[1], "...#");
}

static void a_mask_of_an_unknown_class_stays_alone(void **state)
{
    struct world *w = *state;
    add_mask(w, SEG, 'a', "x", "##..");
    add_mask(w, SEG, 'a', "unheard", "..##");
    join(w, true);
    assert_int_equal(w->s.labels, 2);
    assert_int_equal(w->s.label[0].masks, 1);
    assert_int_equal(w->s.label[1].kind, LF_MASK);
}

static void the_one_on_top_hides_all_below(void **state)
{
    struct world *w = *state;
    struct lf_paint paint = {0};
    struct lf_mask low = drawn("####/####", &w->a), top = drawn("####/####", &w->a);
    struct lf_mask *masks;
    uint32_t n;
    assert_true(lf_paint_add(&paint, &low, 7, 0, &w->a, &w->err));
    assert_true(lf_paint_add(&paint, &top, 3, 0, &w->a, &w->err));
    assert_true(lf_paint_masks(&paint, &w->a, &masks, &n, &w->err));
    assert_int_equal(n, 1);
    assert_int_equal(masks[0].value, 3);
    expect_mask(w, &masks[0], "####/####");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(rings_of_one_id_are_one_label),
        TEST(a_copy_of_all_rings_is_a_second_label),
        TEST(a_ring_that_lost_its_part_fills_the_gap),
        TEST(a_ring_that_is_gone_leaves_its_place),
        TEST(rings_without_parts_stay_alone),
        TEST(rings_without_an_id_are_one_label_by_their_parts),
        TEST(polygons_among_instances_become_one_mask),
        TEST(without_conversion_they_stay_polygons),
        TEST(a_mask_among_polygons_is_traced),
        TEST(classes_become_one_segmentation),
        TEST(order_of_drawing_beats_the_file),
        TEST(a_mask_of_an_unknown_class_stays_alone),
        TEST(the_one_on_top_hides_all_below),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
