// What a merge adds to a run's schema: fields behind its own, classes, attributes.
#include "formats/label/run.h"
#include "merge/unexpected.h"
#include "tests/unit/unit.h"

static const char with_learned[] =
    "{\"gt\": {\"type\": \"detections\", \"classes\": [\"cat\", \"cow\"], "
    "\"learned_classes\": [\"cow\"], \"attributes\": {\"age\": {\"type\": \"text\", "
    "\"default\": \"\"}}}, \"lines\": {\"type\": \"polygons\", \"classes\": [\"cat\"], "
    "\"attributes\": {}, \"learned\": true}}";

static void read_schema(struct lf_schema *s)
{
    struct lf_error err = {0};
    *s = (struct lf_schema){0};
    assert_true(lf_schema_read(LF_S(with_learned), s, &err));
    assert_true(lf_schema_index(s, &err));
}

static void learned_parts_read_back(void **state)
{
    struct lf_error err = {0};
    struct lf_schema one, two = {0};
    struct lf_buf a = {0}, b = {0};
    (void)state;
    read_schema(&one);
    assert_int_equal(lf_schema_own(&one), 1);
    assert_false(one.field[0].learned || one.field[0].class[0].learned);
    assert_true(one.field[1].learned && one.field[0].class[1].learned);
    lf_schema_write(&one, &a);
    assert_true(lf_schema_read(lf_buf_view(&a), &two, &err));
    lf_schema_write(&two, &b);
    assert_true(lf_slice_eq(lf_buf_view(&a), lf_buf_view(&b)));
    assert_true(two.field[1].learned && two.field[0].class[1].learned);
    lf_schema_done(&one);
    lf_schema_done(&two);
    lf_buf_done(&a);
    lf_buf_done(&b);
}

static void learned_fields_hold_all_of_a_class(void **state)
{
    static const struct {
        enum lf_field_type type;
        unsigned own, learned;
    } rows[] = {
        {LF_FT_INSTANCES, LF_MASK, LF_BOX | LF_MASK},
        {LF_FT_POLYGONS, LF_POLYGON, LF_POLYGON | LF_POLYLINE},
        {LF_FT_KEYPOINTS, LF_POINTS, LF_POINTS | LF_SKELETON},
        {LF_FT_CLASSIFICATIONS, LF_TAG, LF_TAG},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_field f = {.type = rows[i].type};
        assert_int_equal(lf_field_kinds(&f), rows[i].own);
        f.learned = true;
        assert_int_equal(lf_field_kinds(&f), rows[i].learned);
    }
}

static void classes_and_attributes_are_learned_once(void **state)
{
    struct lf_error err = {0};
    struct lf_schema s;
    uint32_t row;
    uint16_t attr;
    struct lf_attr_def def = {.name = LF_S("mood"), .preset = LF_S(""), .only = 1};
    (void)state;
    read_schema(&s);
    struct lf_field *f = &s.field[0];
    assert_true(lf_field_learn_class(&s, f, LF_S("cow"), &row, &err));
    assert_true(row == 1 && f->classes == 2);
    assert_true(lf_field_learn_class(&s, f, LF_S("horse"), &row, &err));
    assert_true(row == 2 && f->classes == 3);
    assert_true(lf_class_find(f, LF_S("horse"), &row) && row == 2);
    assert_true(lf_class_find_alias(f, LF_S("horse"), &row) && row == 2);
    assert_true(lf_field_learn_attr(&s, f, &def, &attr, &err) && attr == 1);
    assert_true(lf_field_learn_attr(&s, f, &def, &attr, &err) && attr == 1);
    assert_true(f->attrs == 2 && f->attr[1].alone);
    def.only = LF_NO_CLASS; // of that name, but of all classes
    assert_true(lf_field_learn_attr(&s, f, &def, &attr, &err) && attr == 2);
    assert_false(f->attr[1].alone || f->attr[2].alone);
    lf_schema_done(&s);
}

static void an_absent_learned_field_leaves_the_digest(void **state)
{
    struct lf_error err = {0};
    struct lf_schema s;
    const struct lf_slice none = {0};
    struct lf_slice value[2] = {LF_S("{\"a\": 1}"), none};
    uint8_t before[LF_BASE_DIGEST], after[LF_BASE_DIGEST];
    (void)state;
    read_schema(&s);
    s.fields = 1;
    assert_true(lf_base_digest(&s, value, none, before, &err));
    s.fields = 2;
    assert_true(lf_base_digest(&s, value, none, after, &err));
    assert_memory_equal(before, after, sizeof before);
    value[1] = LF_S("{}");
    assert_true(lf_base_digest(&s, value, none, after, &err));
    assert_memory_not_equal(before, after, sizeof before);
    lf_schema_done(&s);
}

static void fates_follow_what_was_said(void **state)
{
    struct lf_error err = {0};
    struct lf_unexpected u = {.fate = LF_FATE_FAIL};
    (void)state;
    assert_int_equal(lf_fate_of(&u, LF_BOX), LF_FATE_FAIL);
    assert_int_equal(lf_fate_of(&u, LF_ELLIPSE), LF_FATE_FAIL);
    u.fate = LF_FATE_KEEP;
    assert_int_equal(lf_fate_of(&u, LF_TAG), LF_FATE_KEEP);
    assert_int_equal(lf_fate_of(&u, LF_CUBOID), LF_FATE_IGNORE); // no place for it
    u.fate = LF_FATE_IGNORE;
    assert_true(lf_unexpected_fields("polylines=a,keypoints=b", &u, &err));
    assert_int_equal(lf_fate_of(&u, LF_POLYGON), LF_FATE_KEEP);
    assert_int_equal(lf_fate_of(&u, LF_SKELETON), LF_FATE_KEEP);
    assert_int_equal(lf_fate_of(&u, LF_MASK), LF_FATE_IGNORE);
    assert_false(lf_unexpected_fields("polylines=c", &u, &err));
    assert_int_equal(err.code, LF_E_OPTION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(learned_parts_read_back),
        cmocka_unit_test(learned_fields_hold_all_of_a_class),
        cmocka_unit_test(classes_and_attributes_are_learned_once),
        cmocka_unit_test(an_absent_learned_field_leaves_the_digest),
        cmocka_unit_test(fates_follow_what_was_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
