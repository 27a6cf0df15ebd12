// Values of the sample itself: read as labels, replaced, added and taken away.
#include "tests/unit/fo_unit.h"

// The schema's ways to say so are another matter.
static void open_scalar(struct bench *b, enum lf_value type, bool by_class,
                        const char *doc)
{
    static struct lf_attr_def value;
    value = (struct lf_attr_def){
        .name = LF_S("value"), .only = LF_NO_CLASS, .alone = true, .type = type};
    bench_open(b, "scalar", "", doc);
    b->schema.field[0].scalar = type;
    b->schema.field[0].by_class = by_class;
    b->schema.field[0].attr = &value;
    b->schema.field[0].attrs = by_class ? 0 : 1;
    OK(b, fo_parse(&b->source, lf_slice_of(doc), &b->a, &b->sample, &b->err));
}

static void test_parse(void **state)
{
    static const struct {
        const char *doc, *text;
        unsigned kind, type;
    } rows[] = {
        {"{\"f\": 7}", "7", LF_SCALAR, LF_V_INT},
        {"{\"f\": 3.0}", "3.0", LF_SCALAR, LF_V_FLOAT},
        {"{\"f\": {\"$numberLong\": \"5\"}}", "5", LF_SCALAR, LF_V_INT},
        {"{\"f\": false}", "false", LF_SCALAR, LF_V_BOOL},
        {"{\"f\": \"a\\u00fc\"}", "a\xc3\xbc", LF_SCALAR, LF_V_TEXT},
        {"{\"f\": \"\"}", "", LF_SCALAR, LF_V_TEXT},
        {"{\"f\": {\"$date\": \"2020-02-03T00:00:00Z\"}}", "", LF_OTHER, 0},
        {"{\"f\": [1, 2]}", "", LF_OTHER, 0},
        {"{\"f\": NaN}", "", LF_OTHER, 0},
        {"{\"f\": {\"a\": 1}}", "", LF_OTHER, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench b;
        open_scalar(&b, LF_V_INT, false, rows[i].doc);
        assert_int_equal(b.sample.labels, 1);
        const struct lf_label *l = &b.sample.label[0];
        assert_int_equal(l->kind, rows[i].kind);
        assert_false(l->id.known);
        assert_ptr_equal(l->raw.at, rows[i].doc + strlen("{\"f\": "));
        if (l->kind == LF_SCALAR) {
            assert_true(lf_slice_is(l->name, "f"));
            assert_int_equal(l->attrs, 1);
            assert_true(lf_slice_is(l->attr[0].text, rows[i].text));
            assert_int_equal(l->attr[0].type, rows[i].type);
        }
        bench_close(&b);
        open_scalar(&b, LF_V_INT, true, rows[i].doc);
        l = &b.sample.label[0];
        assert_int_equal(l->attrs, 0);
        assert_true(lf_slice_is(l->name, rows[i].text));
        bench_close(&b);
    }
}

static void test_none(void **state)
{
    static const char *const docs[] = {"{\"f\": null}", "{\"g\": 1}", "{}"};
    (void)state;
    for (size_t i = 0; i < sizeof docs / sizeof *docs; i++) {
        struct bench b;
        open_scalar(&b, LF_V_INT, false, docs[i]);
        assert_int_equal(b.sample.labels, 0);
        bench_close(&b);
    }
}

enum { REPLACE, REMOVE, ADD };

static void test_edits(void **state)
{
    static const struct {
        int what;
        enum lf_value type;
        const char *was, *text, *want;
        unsigned notes;
    } rows[] = {
        {REPLACE, LF_V_INT, "{\"a\": 1, \"f\": 7 }", "8", "{\"a\": 1, \"f\": 8 }", 0},
        {REPLACE, LF_V_INT, "{\"f\": {\"$numberLong\": \"7\"}}", "8", "{\"f\": 8}", 0},
        {REPLACE, LF_V_INT, "{\"f\": 7}", "7.5", "{\"f\": 7.5}", 1},
        {REPLACE, LF_V_INT, "{\"f\": 7}", "many", "{\"f\": 7}", 1},
        {REPLACE, LF_V_TEXT, "{\"f\": \"x\"}", "\xc3\xbc", "{\"f\": \"\\u00fc\"}", 0},
        {REPLACE, LF_V_FLOAT, "{\"f\": 0.5}", "2", "{\"f\": 2.0}", 0},
        {REPLACE, LF_V_BOOL, "{\"f\": true}", "False", "{\"f\": false}", 0},
        {REMOVE, LF_V_INT, "{\"a\": 1, \"f\": 7, \"b\": 2}", "", "{\"a\": 1, \"b\": 2}",
         0},
        {REMOVE, LF_V_INT, "{\"f\": 7, \"b\": 2}", "", "{\"b\": 2}", 0},
        {REMOVE, LF_V_INT, "{\"b\": 2,\n \"f\": 7\n}", "", "{\"b\": 2\n}", 0},
        {REMOVE, LF_V_INT, "{ \"f\" : 7 }", "", "{  }", 0},
        {ADD, LF_V_INT, "{\"a\": 1, \"_dataset_id\": 3}", "7",
         "{\"a\": 1, \"f\": 7, \"_dataset_id\": 3}", 0},
        {ADD, LF_V_TEXT, "{\"f\": null}", "7", "{\"f\": \"7\"}", 0},
        {ADD, LF_V_INT, "{\"a\":1}", "x", "{\"a\":1}", 1},
        {ADD, LF_V_FLOAT, "{\"a\":1}", "x", "{\"a\":1}", 1},
        {ADD, LF_V_BOOL, "{\"a\":1,\"b\":2}", "true", "{\"a\":1,\"b\":2,\"f\":true}",
         0},
    };
    (void)state;
    for (size_t i = 0; i < 2 * (sizeof rows / sizeof *rows); i++) {
        bool by_class = i % 2;
        size_t k = i / 2;
        struct bench b;
        open_scalar(&b, rows[k].type, by_class, rows[k].was);
        struct lf_slice text = lf_slice_of(rows[k].text);
        struct lf_attr attr = {.type = LF_V_UNTYPED, .text = text};
        struct lf_label back = {.kind = LF_SCALAR,
                                .name = by_class ? text : LF_S("f"),
                                .attr = &attr,
                                .attrs = by_class ? 0 : 1};
        bench_change(&b, rows[k].what == ADD ? 99 : 0,
                     rows[k].what == REMOVE ? NULL : &back,
                     rows[k].what != REPLACE ? LF_EXISTS
                     : by_class              ? LF_CLASS
                                             : LF_ATTRS);
        const char *got = bench_text(&b);
        if (strcmp(got, rows[k].want) != 0 || b.notes != rows[k].notes)
            fail_msg("row %u: %u notes\n%s\n%s", (unsigned)k, b.notes, got,
                     rows[k].want);
        bench_close(&b);
    }
}

// Keys that go side by side, and one that comes: the cuts do not meet.
static void test_several(void **state)
{
    static const char json[] = "{\"f\": {\"type\": \"scalar\", \"classes\": [\"f\"], "
                               "\"existing_field\": true}, "
                               "\"g\": {\"type\": \"scalar\", \"classes\": [\"g\"], "
                               "\"existing_field\": true}, "
                               "\"h\": {\"type\": \"scalar\", \"classes\": [\"h\"], "
                               "\"existing_field\": false}}";
    static const char doc[] = "{\"f\": 1, \"g\": 2, \"_dataset_id\": 3}";
    struct bench b = {.slack = 0};
    (void)state;
    OK(&b, lf_schema_read(lf_slice_of(json), &b.schema, &b.err));
    OK(&b, lf_schema_index(&b.schema, &b.err));
    for (size_t i = 0; i < 3; i++)
        b.schema.field[i].by_class = true;
    b.source.schema = &b.schema;
    OK(&b, fo_parse(&b.source, lf_slice_of(doc), &b.a, &b.sample, &b.err));
    struct lf_label back = {.kind = LF_SCALAR, .name = LF_S("new"), .field = 2};
    bench_change(&b, 0, NULL, LF_EXISTS);
    bench_change(&b, 1, NULL, LF_EXISTS);
    bench_change(&b, 99, &back, LF_EXISTS);
    b.plan.change[1].field = 1;
    b.plan.change[2].field = 2;
    assert_string_equal(bench_text(&b), "{\"h\": \"new\", \"_dataset_id\": 3}");
    bench_close(&b);
}

// What a new field is declared as.
static void test_declare(void **state)
{
    static const struct {
        const char *type, *want;
        enum lf_value scalar;
    } rows[] = {
        {"scalar", "fiftyone.core.fields.IntField\", \"embedded_doc_type\": null",
         LF_V_INT},
        {"scalar", "fiftyone.core.fields.FloatField\", \"embedded_doc_type\": null",
         LF_V_FLOAT},
        {"scalar", "fiftyone.core.fields.BooleanField\", \"embedded_doc_type\": null",
         LF_V_BOOL},
        {"scalar", "fiftyone.core.fields.StringField\", \"embedded_doc_type\": null",
         LF_V_TEXT},
        {"instances", "fiftyone.core.labels.Detections\"", 0},
        {"polygon", "fiftyone.core.labels.Polyline\"", 0},
        {"keypoints", "fiftyone.core.labels.Keypoints\"", 0},
        {"segmentation", "fiftyone.core.labels.Segmentation\"", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fo_dataset ds = {.metadata = LF_S("{\"sample_fields\": []}")};
        struct bench b;
        struct lf_buf out = {0};
        bool changed;
        bench_open(&b, rows[i].type, "", "{}");
        b.schema.field[0].scalar = rows[i].scalar;
        OK(&b, fo_declare(&ds, &b.schema, &out, &changed, &b.err));
        lf_buf_char(&out, '\0');
        assert_true(changed);
        if (!strstr(out.at, rows[i].want))
            fail_msg("row %u: %s", (unsigned)i, out.at);
        lf_buf_done(&out);
        bench_close(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),   cmocka_unit_test(test_none),
        cmocka_unit_test(test_edits),   cmocka_unit_test(test_several),
        cmocka_unit_test(test_declare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
