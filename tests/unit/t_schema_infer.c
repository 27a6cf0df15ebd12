// What is asked of a field and what its labels say, made into one schema. The dataset
// is unit/data/schema; the format stands for a tool that can hold everything.
#include "tests/unit/unit.h"

#include <stdio.h>

#include "convert/infer.h"
#include "convert/spec.h"

#define DATASET LF_TESTS_DIR "/unit/data/schema"
enum { MOST = 4 };

static const struct lf_format everything = {
    .name = "everything",
    .kinds = LF_TAG | LF_SCALAR | LF_BOX | LF_POLYGON | LF_POLYLINE | LF_POINTS |
             LF_SKELETON | LF_MASK | LF_SEGMENT | LF_FLAGS,
};
static const struct lf_format plain = {.name = "plain", .kinds = LF_TAG | LF_BOX};

// Names beside the class as the tool and the record know them; for one look.
static void dump_attrs(const struct lf_field *f, struct lf_buf *out)
{
    for (size_t i = 0; i < f->attrs; i++) {
        const struct lf_attr_def *d = &f->attr[i];
        lf_buf_printf(out, "; %.*s", (int)d->name.len, d->name.at);
        if (d->only != LF_NO_CLASS)
            lf_buf_printf(out, "(%.*s)", (int)f->class[d->only].name.len,
                          f->class[d->only].name.at);
        lf_buf_printf(out, " %s %s", lf_input_name(d->input), lf_value_name(d->type));
        for (size_t k = 0; k < d->values; k++)
            lf_buf_printf(out, "%s%.*s%s", k ? "," : "{", (int)d->value[k].len,
                          d->value[k].at, k + 1 == d->values ? "}" : "");
    }
}

static void dump_field(const struct lf_field *f, struct lf_buf *out)
{
    lf_buf_printf(out, "%.*s %s:", (int)f->name.len, f->name.at,
                  lf_field_type_name(f->type));
    for (size_t i = 0; i < f->classes; i++) {
        lf_buf_printf(out, " %.*s", (int)f->class[i].name.len, f->class[i].name.at);
        if (f->type == LF_FT_SEGMENTATION)
            lf_buf_printf(out, f->rgb ? "=#%06lx" : "=%lu",
                          (unsigned long)f->class[i].value);
    }
    dump_attrs(f, out);
    for (size_t i = 0; i < f->nodes; i++)
        lf_buf_printf(out, "%s%.*s/%.*s", i ? " " : "; nodes ", (int)f->node[i].len,
                      f->node[i].at, (int)f->node_alias[i].len, f->node_alias[i].at);
    for (size_t i = 0; i < f->edges; i++)
        lf_buf_printf(out, " %u-%u", (unsigned)f->edge[i].from,
                      (unsigned)f->edge[i].to);
    if (f->parts)
        lf_buf_text(out, "; parts");
    if (f->type == LF_FT_SCALAR)
        lf_buf_printf(out, "; of %s%s", lf_value_name(f->scalar),
                      f->by_class ? " by class" : "");
    lf_buf_text(out, f->existing ? "" : "; new");
}

static void dump(const struct lf_schema *s, struct lf_buf *out)
{
    for (size_t i = 0; i < s->fields; i++) {
        lf_buf_text(out, i ? "\n" : "");
        dump_field(&s->field[i], out);
    }
    lf_buf_char(out, '\0');
    assert_false(out->failed);
}

static bool walk(struct fo_dataset *ds, struct lf_infer *x, const struct lf_schema *s,
                 struct lf_error *err)
{
    struct fo_doc doc;
    struct lf_arena a = {0};
    bool more = false, ok = fo_rewind(ds, err);
    while (ok && (ok = fo_next(ds, &doc, &more, err)) && more) {
        struct lf_slice *value = lf_arena_take(&a, s->fields, sizeof *value, err);
        assert_non_null(value);
        fo_values(s, doc.raw, value);
        ok = lf_infer_sample(x, doc.raw, value, &a, err);
        lf_arena_reset(&a);
    }
    lf_arena_done(&a);
    return ok;
}

// The schema as the record keeps it must read back to the same.
static void assert_reads_back(const struct lf_schema *s)
{
    struct lf_error err = {0};
    struct lf_schema again = {0};
    struct lf_buf once = {0}, twice = {0}, one = {0}, two = {0};
    lf_schema_write(s, &once);
    if (!lf_schema_read(lf_buf_view(&once), &again, &err))
        fail_msg("%s: %.*s", err.what, (int)once.len, once.at);
    lf_schema_write(&again, &twice);
    assert_true(lf_slice_eq(lf_buf_view(&once), lf_buf_view(&twice)));
    dump(s, &one);
    dump(&again, &two);
    assert_string_equal(one.at, two.at);
    lf_schema_done(&again);
    lf_buf_done(&once);
    lf_buf_done(&twice);
    lf_buf_done(&one);
    lf_buf_done(&two);
}

// What was asked for to a closed schema, dumped; or the failure.
static bool close_schema(const struct lf_export_job *job, struct lf_buf *said,
                         unsigned *dropped, struct lf_error *err)
{
    struct fo_dataset ds;
    struct lf_schema s = {0};
    struct lf_infer *x = NULL;
    struct lf_events *ev = lf_events_new(NULL, 10, false, err);
    assert_non_null(ev);
    assert_true(fo_open(&ds, job->dataset, err));
    bool ok = lf_spec(job, &ds, &s, ev, err) &&
              (x = lf_infer_new(job, &s, &ds, err)) != NULL && walk(&ds, x, &s, err) &&
              lf_infer_end(x, err) && lf_schema_index(&s, err);
    *dropped = (unsigned)lf_events_of(ev, LF_WARNING);
    if (ok) {
        dump(&s, said);
        assert_reads_back(&s);
    }
    lf_infer_free(&x);
    lf_schema_done(&s);
    lf_events_free(&ev);
    fo_done(&ds);
    return ok;
}

struct row {
    const char *field[MOST];
    const char *want; // the dump; of a failure, part of what it says
    const char *classes, *attributes, *mask_targets, *occluded, *group;
    uint32_t select;
    enum lf_code code;
    unsigned dropped; // events
};

static struct lf_export_job job_of(const struct row *r)
{
    struct lf_export_job job = {.dataset = DATASET,
                                .format = &everything,
                                .field = r->field,
                                .classes = r->classes,
                                .attributes = r->attributes,
                                .mask_targets = r->mask_targets,
                                .occluded_attr = r->occluded,
                                .group_attr = r->group,
                                .select_most = r->select,
                                .rights = LF_MAY_ALL};
    while (job.fields < MOST && r->field[job.fields])
        job.fields++;
    return job;
}

static void check(const struct lf_export_job *job, const struct row *r)
{
    struct lf_error err = {0};
    struct lf_buf said = {0};
    unsigned dropped;
    bool ok = close_schema(job, &said, &dropped, &err);
    if (ok ? r->code != LF_OK || strcmp(said.at, r->want) != 0
           : err.code != r->code || !strstr(err.what, r->want))
        fail_msg("%s:\n%s\nwanted %d:\n%s", r->field[0], ok ? said.at : err.what,
                 (int)r->code, r->want);
    assert_int_equal(dropped, r->dropped);
    lf_buf_done(&said);
}

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct lf_export_job job = job_of(&rows[i]);
        check(&job, &rows[i]);
    }
}
#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof *(rows))

static void fields_have_their_types(void **state)
{
    static const struct row rows[] = {
        {{"box"}, .want = "no label has a class", .code = LF_E_SPEC},
        {{"line"},
         .want = "no label is of type polygon and",
         .code = LF_E_SPEC}, // no polygon
        {{"line:polyline"}, .want = "line polyline: edge"},
        {{"lines"}, .want = "lines polygons: lake; depth text str; parts"},
        {{"lines:polylines"}, .want = "lines polylines: road; lanes text int"},
        {{"points"},
         .want = "points keypoints: face; occluded occluded bool; nodes nose/nose "
                 "ear/ear ear/ear (3) 0-1 1-2 2-0"},
        {{"boxes:instances"}, .want = "boxes instances: mask; only_mask text int"},
        {{"point"}, .want = "point keypoint: x", .classes = "x"},
        {{"boxes:detection"},
         .want = "ask for detections or instances, not detection",
         .code = LF_E_FIELD},
        {{"box:instances"},
         .want = "ask for detection or instance, not",
         .code = LF_E_FIELD},
        {{"lines:keypoints"},
         .want = "of type Polylines; ask for polygons or polylines",
         .code = LF_E_FIELD},
        {{"heat"},
         .want = "of type Heatmap, which cannot be annotated",
         .code = LF_E_FIELD},
        {{"day"}, .want = "of type DateField, which", .code = LF_E_FIELD},
        {{"vector:scalar"}, .want = "of type VectorField, which", .code = LF_E_FIELD},
        {{"words"}, .want = "of type ListField, which", .code = LF_E_FIELD},
        {{"filepath"}, .want = "the sample's own", .code = LF_E_FIELD},
        {{"_rand:scalar"}, .want = "the sample's own", .code = LF_E_FIELD},
        {{"count:classification"}, .want = "of type IntField", .code = LF_E_FIELD},
        {{"boxes:cuboids"}, .want = "the type must be", .code = LF_E_OPTION},
        {{"boxs"}, .want = "did you mean \"boxes\"?", .code = LF_E_FIELD},
    };
    (void)state;
    CHECK(rows);
}

static void attributes_are_what_the_labels_have(void **state)
{
    static const struct row rows[] = {
        {{"boxes"},
         .want = "boxes detections: ant cat dog; occluded occluded bool; "
                 "group_id group_id int; flag text str; size text int; half "
                 "text float; mixed text str; old text str"},
        {{"tag"},
         .want = "tag classification: fog; occluded checkbox bool; group_id "
                 "text int"},
        {{"boxes"},
         .want = "boxes detections: ant cat dog; flag text str; wild text str; "
                 "occluded occluded bool",
         .attributes = "flag, wild,occluded"},
        {{"boxes"}, .want = "boxes detections: ant cat dog", .attributes = "none"},
        {{"boxes"},
         .want = "boxes detections: ant cat dog; flag text str; size text int",
         .attributes = "{\"flag\": {}, \"size\": {}}"},
        {{"boxes"},
         .want = "boxes detections: ant cat dog; flag select str{DE,FR}; size "
                 "select int{1,3}; half text float; old select str{x}",
         .attributes = "flag,size,half,old",
         .select = 2},
        {{"boxes"},
         .want = "boxes detections: ant cat dog; flag text str; old select str{x}",
         .attributes = "flag,old",
         .select = 1},
        {{"boxes"},
         .want = "boxes detections: dog; group_id text int; occluded checkbox "
                 "bool; hidden occluded bool; track group_id int",
         .classes = "dog",
         .attributes = "group_id,occluded",
         .occluded = "hidden",
         .group = "track"},
        {{"boxes"},
         .want = "boxes detections: dog; size group_id int",
         .classes = "dog",
         .attributes = "none",
         .group = "size"},
        {{"tag"},
         .want = "tag classification: fog",
         .attributes = "none",
         .occluded = "hidden"},
        {{"boxes"},
         .want = "\"flag\": it holds more than true and false",
         .occluded = "flag",
         .code = LF_E_SPEC},
        {{"boxes"},
         .want = "\"half\": it holds more than whole numbers",
         .group = "half",
         .code = LF_E_SPEC},
        {{"boxes"},
         .want = "another one holds the same flag",
         .attributes = "{\"a\": {\"type\": \"occluded\"}, \"b\": {\"type\": "
                       "\"occluded\"}}",
         .code = LF_E_SPEC},
    };
    (void)state;
    CHECK(rows);
}

static void classes_come_from_where_it_was_said(void **state)
{
    static const struct row rows[] = {
        {{"boxes"},
         .want = "boxes detections: z a",
         .classes = "dataset",
         .attributes = "none"},
        {{"boxes"},
         .want = "boxes detections: fog",
         .classes = "@tag",
         .attributes = "none"},
        {{"boxes"},
         .want = "boxes detections: z b",
         .classes = " z,, b ",
         .attributes = "none"},
        {{"new:detections"},
         .want = "new detections: ant cat dog mask; new",
         .classes = "@boxes"},
        {{"tag"},
         .want = "the dataset stores no classes",
         .classes = "dataset",
         .code = LF_E_SPEC},
        {{"tag"},
         .want = "no such field whose labels have classes",
         .classes = "@seg",
         .code = LF_E_FIELD},
        {{"tag"},
         .want = "no such field whose labels have classes",
         .classes = "@nobody",
         .code = LF_E_FIELD},
    };
    (void)state;
    CHECK(rows);
}

static void mask_targets_become_classes(void **state)
{
    static const struct row rows[] = {
        {{"seg"}, .want = "seg segmentation: cat=7 dog=9 cat (12)=12"},
        {{"seg"},
         .want = "seg segmentation: dog=9 cat=7 cat (12)=12",
         .classes = "dog,cat"},
        {{"seg"}, .want = "seg segmentation: cat=7 cat (12)=12", .classes = "cat"},
        {{"rgb"}, .want = "rgb segmentation: cat=#ff0000"},
        {{"seg"},
         .want = "seg segmentation: b=1 a=2",
         .mask_targets = "[\"b\", \"a\"]"},
        {{"seg"},
         .want = "seg segmentation: sky=#0000ff sea=#00ff00",
         .mask_targets = "{\"#0000FF\": \"sky\", \"#000000\": \"none\", "
                         "\"#00ff00\": \"sea\"}"},
        {{"seg"},
         .want = "seg segmentation: far=16777215",
         .mask_targets = "{\"16777215\": \"far\"}"},
        {{"new:segmentation"},
         .want = "new segmentation: a=1; new",
         .mask_targets = "{\"0\": \"b\", \"1\": \"a\"}"},
        {{"seg"},
         .want = "no mask target is called \"bird\"",
         .classes = "cat,bird",
         .code = LF_E_SPEC},
        {{"seg"},
         .want = "whole number up to",
         .mask_targets = "{\"16777216\": \"a\"}",
         .code = LF_E_SPEC},
        {{"seg"},
         .want = "whole number up to",
         .mask_targets = "{\"-1\": \"a\"}",
         .code = LF_E_SPEC},
        {{"seg"},
         .want = "whole number up to",
         .mask_targets = "{\"#ff00\": \"a\"}",
         .code = LF_E_SPEC},
        {{"seg"},
         .want = "cannot be mixed",
         .mask_targets = "{\"1\": \"a\", \"#ff0000\": \"b\"}",
         .code = LF_E_SPEC},
        {{"seg"},
         .want = "the value is there twice",
         .mask_targets = "{\"1\": \"a\", \"01\": \"b\"}",
         .code = LF_E_SPEC},
        {{"seg"},
         .want = "it needs a name",
         .mask_targets = "{\"1\": \"\"}",
         .code = LF_E_SPEC},
        {{"seg"},
         .want = "but the background's",
         .mask_targets = "{\"0\": \"a\"}",
         .code = LF_E_SPEC},
        {{"tag"},
         .want = "tag classification: fog",
         .attributes = "none",
         .mask_targets = "[\"a\"]",
         .dropped = 1},
    };
    (void)state;
    CHECK(rows);
}

static void without_any_targets_there_are_255(void **state)
{
    static const struct row one = {
        {"plain"}, .classes = "255,1", .want = "plain segmentation: 255=255 1=1"};
    static const struct row none = {
        {"plain"}, .classes = "256", .want = "called \"256\"", .code = LF_E_SPEC};
    struct lf_export_job job = job_of(&one);
    (void)state;
    check(&job, &one);
    job = job_of(&none);
    check(&job, &none);
}

static void scalars_are_one_tag_or_a_tag_a_class(void **state)
{
    static const struct row rows[] = {
        {{"count"}, .want = "count scalar: count; value text int; of int"},
        {{"never"}, .want = "never scalar: never; value text int; of int"},
        {{"wet"}, .want = "wet scalar: wet; value checkbox bool; of bool"},
        {{"score:scalar"}, .want = "score scalar: score; value text float; of float"},
        {{"mood"}, .want = "mood scalar: mood; value text str; of str"},
        {{"mood"},
         .want = "mood scalar: mood; value select str{calm,wild}; of str",
         .select = 5},
        {{"mood"},
         .want = "mood scalar: calm odd; of str by class",
         .classes = "calm,odd"},
        {{"mood"},
         .want = "mood scalar: calm wild; of str by class",
         .classes = "@mood"},
        {{"count"},
         .want = "count scalar: calm wild; of int by class",
         .classes = "@mood"},
        {{"new:scalar"}, .want = "new scalar: new; value text str; of null; new"},
        {{"new:scalar"},
         .want = "new scalar: a b; of null by class; new",
         .classes = "a,b"},
    };
    (void)state;
    CHECK(rows);
}

// W13: each part that a new field lacks is named.
static void new_fields_must_be_whole(void **state)
{
    static const struct row rows[] = {
        {{"brand_new"}, .want = "a new field needs a type", .code = LF_E_NEW_FIELD},
        {{"new:keypoints"},
         .want = "a new field needs classes",
         .code = LF_E_NEW_FIELD},
        {{"new:segmentation"},
         .want = "a new segmentation needs mask targets",
         .classes = "a",
         .code = LF_E_NEW_FIELD},
    };
    (void)state;
    CHECK(rows);
}

static void bad_parts_of_an_entry_are_refused(void **state)
{
    static const char *const rows[] = {
        "\"mask_targets\": 3",
        "\"mask_targets\": {}",
        "\"mask_targets\": [null]",
        "\"mask_targets\": {\"1\": [\"a\"]}",
        "\"classes\": [\"b\"], \"mask_targets\": {\"1\": \"a\"}",
        "\"skeleton\": [\"a\"]",
        "\"skeleton\": {\"labels\": \"a\"}",
        "\"skeleton\": {\"labels\": [\"\"]}",
        "\"skeleton\": {\"labels\": [\"a\"], \"edges\": [[0, 1]]}",
        "\"skeleton\": {\"labels\": [\"a\"], \"edges\": [[-1, 0]]}",
        "\"skeleton\": {\"labels\": [\"a\"], \"edges\": [0]}",
        "\"skeleton\": {\"labels\": [\"a\"], \"tool_names\": [\"a\", \"b\"]}",
        "\"parts\": 1",
        "\"scalar\": \"date\"",
        "\"by_class\": \"yes\"",
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_error err = {0};
        struct lf_schema s = {0};
        char text[200];
        (void)snprintf(text, sizeof text, "{\"f\": {%s}}", rows[i]);
        if (lf_schema_read(lf_slice_of(text), &s, &err) || err.code != LF_E_SPEC)
            fail_msg("%s: code %d, %s", text, (int)err.code, err.what);
        lf_schema_done(&s);
    }
}

static void a_tool_without_the_kind_is_named(void **state)
{
    const struct row row = {
        {"lines"}, "the format plain has no polygons", .code = LF_E_FIELD};
    struct lf_export_job job = job_of(&row);
    (void)state;
    job.format = &plain;
    check(&job, &row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_have_their_types),
        cmocka_unit_test(bad_parts_of_an_entry_are_refused),
        cmocka_unit_test(a_tool_without_the_kind_is_named),
        cmocka_unit_test(attributes_are_what_the_labels_have),
        cmocka_unit_test(classes_come_from_where_it_was_said),
        cmocka_unit_test(mask_targets_become_classes),
        cmocka_unit_test(without_any_targets_there_are_255),
        cmocka_unit_test(scalars_are_one_tag_or_a_tag_a_class),
        cmocka_unit_test(new_fields_must_be_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
