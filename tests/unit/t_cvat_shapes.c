// What CVAT holds of each kind of label, and what its elements say when they come back.
#include "tests/unit/dice.h"
#include "tests/unit/folder.h"

#include <math.h>

#include "formats/cvat/cvat_doc.h"
#include "formats/cvat/cvat_format.h"
#include "formats/cvat/cvat_parts.h"
#include "formats/mask/mask.h"

enum { WIDTH = 40, HEIGHT = 30, SAMPLES = 120, MOST_LABELS = 6 };

static const struct lf_format *const format = &lf_format_cvat_images;

static const struct {
    const char *name;
    enum lf_field_type type;
} fields[] = {
    {"tags", LF_FT_CLASSIFICATIONS}, {"boxes", LF_FT_DETECTIONS},
    {"areas", LF_FT_POLYGONS},       {"lines", LF_FT_POLYLINES},
    {"loose", LF_FT_KEYPOINTS},      {"pose", LF_FT_KEYPOINTS},
    {"things", LF_FT_INSTANCES},     {"ground", LF_FT_SEGMENTATION},
    {"count", LF_FT_SCALAR},         {"weather", LF_FT_SCALAR},
};
enum { TAGS, BOXES, AREAS, LINES, LOOSE, POSE, THINGS, GROUND, COUNT, WEATHER, FIELDS };

static struct {
    struct lf_run run;
    struct lf_events *ev;
    struct lf_arena a;
    struct lf_error err;
} w;

#define OK(call)                                                                       \
    do {                                                                               \
        if (!(call)) {                                                                 \
            char line_[400];                                                           \
            lf_error_print(&w.err, line_, sizeof line_);                               \
            fail_msg("%s: %s", #call, line_);                                          \
        }                                                                              \
    } while (0)

// ---------------------------------------------------------------------------- the run

static void add_attr(struct lf_field *f, const char *name, enum lf_input input)
{
    struct lf_attr_def d = {.name = lf_slice_of(name),
                            .alias = lf_slice_of(name),
                            .input = input,
                            .type = LF_V_TEXT,
                            .only = LF_NO_CLASS,
                            .mutable = true};
    OK(lf_field_add_attr(&w.run.schema, f, &d, false, &w.err));
}

static void add_class(struct lf_field *f, const char *name, uint32_t value)
{
    OK(lf_field_add_class(&w.run.schema, f, lf_slice_of(name), &w.err));
    f->class[f->classes - 1].value = value;
}

static void make_nodes(struct lf_field *f)
{
    static const char *const node[] = {"nose", "left & \"right\"", "", "nose"};
    static struct lf_edge edge[] = {{0, 1}, {1, 3}};
    f->nodes = 4;
    f->node = lf_arena_take(&w.run.schema.arena, 4, sizeof *f->node, &w.err);
    OK(f->node != NULL);
    for (int i = 0; i < 4; i++)
        f->node[i] = lf_slice_of(node[i]);
    f->edge = edge;
    f->edges = 2;
}

static void make_field(unsigned i)
{
    struct lf_field *f =
        lf_schema_add_field(&w.run.schema, lf_slice_of(fields[i].name), &w.err);
    OK(f != NULL);
    f->type = fields[i].type;
    f->rights = LF_MAY_ALL;
    f->existing = true;
    f->parts = i == AREAS || i == LINES;
    f->by_class = i == WEATHER;
    add_class(f, i == COUNT ? "count" : "a \xc3\xbc <b>", 7);
    if (i != COUNT)
        add_class(f, "sun", 2);
    if (i == COUNT) {
        add_attr(f, "value", LF_IN_TEXT);
    } else if (i != GROUND && i != WEATHER) {
        add_attr(f, "note", LF_IN_TEXT);
        add_attr(f, "hidden", LF_IN_OCCLUDED);
        add_attr(f, "lot", LF_IN_GROUP);
        add_attr(f, "label_part", LF_IN_TEXT);
    }
    if (i == POSE)
        make_nodes(f);
}

static int make_run(void **state)
{
    (void)state;
    memset(&w, 0, sizeof w);
    w.run.uid = LF_S("7dbfaa33bd22dfff87622cd84cfb75fb");
    w.run.id_attr = LF_S("label_id");
    for (unsigned i = 0; i < FIELDS; i++)
        make_field(i);
    w.run.tasks = 1;
    w.run.task_name =
        lf_arena_take(&w.run.arena, FIELDS, sizeof *w.run.task_name, &w.err);
    OK(w.run.task_name != NULL);
    w.ev = lf_events_new(NULL, 0, false, &w.err);
    OK(w.ev != NULL);
    OK(format->lint(&w.run.schema, w.run.id_attr, w.ev, &w.err));
    OK(lf_schema_index(&w.run.schema, &w.err));
    return enter_folder(state);
}

static int end_run(void **state)
{
    lf_events_free(&w.ev);
    lf_schema_done(&w.run.schema);
    lf_arena_done(&w.run.arena);
    lf_arena_done(&w.a);
    return leave_folder(state);
}

// ---------------------------------------------------------------------------- samples

static uint32_t pick(struct dice *d, uint64_t sides)
{
    return (uint32_t)roll(d, sides);
}

static double coordinate(struct dice *d)
{
    return (double)roll(d, 4000) / 100 + (double)roll(d, 3) / 3;
}

static void make_points(struct dice *d, struct lf_label *l, uint32_t points)
{
    l->points = points;
    l->xy = lf_arena_take(&w.a, (size_t)points * 2, sizeof *l->xy, &w.err);
    OK(l->xy != NULL);
    for (uint32_t i = 0; i < points * 2; i++)
        l->xy[i] = coordinate(d);
}

static void make_rings(struct dice *d, struct lf_label *l)
{
    uint32_t points = 0;
    l->rings = pick(d, 4);
    l->closed = pick(d, 2);
    struct lf_ring *ring = lf_arena_take(&w.a, l->rings, sizeof *ring, &w.err);
    OK(ring != NULL);
    for (uint32_t i = 0; i < l->rings; i++) {
        ring[i] = (struct lf_ring){.points = pick(d, 6), .part = i};
        points += ring[i].points;
    }
    l->ring = ring;
    make_points(d, l, points);
}

static struct lf_mask make_mask(struct dice *d, uint32_t value)
{
    struct lf_spans spans = {0};
    struct lf_mask m = {0};
    uint32_t rows = pick(d, 5), top = pick(d, HEIGHT - 5);
    for (uint32_t y = top; y < top + rows; y++) {
        uint32_t from = pick(d, WIDTH - 1);
        OK(lf_spans_add(&spans, &w.a, y, from, from + 1 + pick(d, WIDTH - from),
                        &w.err));
    }
    OK(lf_mask_of(&spans, &w.a, &m, &w.err));
    m.value = value;
    return m;
}

static void make_masks(struct dice *d, struct lf_label *l, unsigned field)
{
    struct lf_mask *mask = lf_arena_take(&w.a, 2, sizeof *mask, &w.err);
    OK(mask != NULL);
    l->mask = mask;
    if (field == THINGS) {
        make_points(d, l, 2);
        mask[0] = make_mask(d, 0);
        l->masks = pick(d, 5) > 0; // 0: it is missing
        return;
    }
    static const uint32_t values[] = {2, 7};
    for (int i = 0; i < 2; i++) {
        mask[l->masks] = make_mask(d, values[i]);
        l->masks += mask[l->masks].runs > 0;
    }
}

static void make_attrs(struct dice *d, struct lf_label *l, unsigned field)
{
    static const char *const text[] = {"", "x", "<&> \"q\"", "17"};
    static const char *const flag[] = {"true", "False"};
    static const char *const group[] = {"3", "0", "4.0", "2147483647"};
    const struct lf_field *f = &w.run.schema.field[field];
    l->attr = lf_arena_take(&w.a, f->attrs, sizeof *l->attr, &w.err);
    OK(l->attr != NULL);
    for (uint16_t i = 0; i < f->attrs; i++) {
        enum lf_input input = f->attr[i].input;
        if (pick(d, 3) == 0 && field != COUNT)
            continue;
        l->attr[l->attrs++] = (struct lf_attr){
            .name = i,
            .type = LF_V_TEXT,
            .text = lf_slice_of(input == LF_IN_TEXT    ? text[pick(d, 4)]
                                : input == LF_IN_GROUP ? group[pick(d, 4)]
                                                       : flag[pick(d, 2)])};
    }
}

static void make_label(struct dice *d, struct lf_label *l, unsigned field)
{
    const struct lf_field *f = &w.run.schema.field[field];
    *l = (struct lf_label){.field = (uint16_t)field, .index = -1};
    l->kind = (uint16_t)lf_field_kind(f->type);
    l->name = f->class[pick(d, (uint32_t)f->classes)].name;
    if (field == GROUND)
        l->name = (struct lf_slice){0};
    l->id.known = f->type != LF_FT_SCALAR;
    for (int i = 0; l->id.known && i < 12; i++)
        l->id.at[i] = (uint8_t)pick(d, 256);
    make_attrs(d, l, field);
    if (field == BOXES) {
        make_points(d, l, 2);
        l->xy[2] = l->xy[0] + 1;
        l->xy[3] = l->xy[1] + 2.5;
    } else if (field == AREAS || field == LINES) {
        make_rings(d, l);
    } else if (field == LOOSE || field == POSE) {
        make_points(d, l, pick(d, 6));
        for (uint32_t i = 0; i < l->points; i++)
            if (pick(d, 3) == 0)
                l->xy[i * 2] = l->xy[i * 2 + 1] = (double)NAN;
    } else if (field == THINGS || field == GROUND) {
        make_masks(d, l, field);
    }
}

static struct lf_sample make_sample(uint32_t row, unsigned field, struct lf_events *ev)
{
    struct dice d = dice_of(row, field);
    struct lf_sample s = {.row = row, .width = WIDTH, .height = HEIGHT};
    s.labels = pick(&d, MOST_LABELS);
    s.label = lf_arena_take(&w.a, s.labels, sizeof *s.label, &w.err);
    OK(s.label != NULL);
    for (size_t i = 0; i < s.labels; i++)
        make_label(&d, &s.label[i], field);
    OK(format->ship(&w.run, &s, &w.a, ev, &w.err));
    return s;
}

// ---------------------------------------------------------------------------- the law

static struct lf_slice item_name(uint32_t row)
{
    struct lf_slice name;
    OK(lf_arena_printf(&w.a, &name, &w.err, "dir/%05u.png", (unsigned)row));
    return name;
}

static void write_archive(unsigned field)
{
    struct lf_out_task task = {
        .folder = ".", .name = LF_S("t"), .field = (uint16_t)field, .items = SAMPLES};
    struct lf_writer *out = format->begin(&w.run, &task, &w.err);
    OK(out != NULL);
    for (uint32_t row = 0; row < SAMPLES; row++) {
        struct lf_item item = {.number = row, .name = item_name(row)};
        item.sample = make_sample(row, field, NULL);
        OK(format->put(out, &item, &w.err));
        lf_arena_reset(&w.a);
    }
    OK(format->end(&out, &w.err));
}

static void same_numbers(const double *a, const double *b, uint32_t points)
{
    for (uint32_t i = 0; i < points * 2; i++)
        if (!(isnan(a[i]) && isnan(b[i])))
            assert_true(a[i] == b[i]);
}

// `got` is one element; `was` what was shipped, of which it is ring or mask `i`.
static void same_element(const struct lf_field *f, const struct lf_label *was,
                         uint32_t i, const struct lf_label *got)
{
    assert_int_equal(got->field, was->field);
    assert_int_equal(got->kind, was->kind == LF_SEGMENT ? LF_MASK : was->kind);
    assert_int_equal(got->id.known, was->id.known);
    assert_memory_equal(got->id.at, was->id.at, sizeof was->id.at);
    struct lf_slice name = was->name;
    if (was->kind == LF_SEGMENT) {
        uint32_t row = 0;
        assert_true(lf_target_find(f, was->mask[i].value, &row));
        name = f->class[row].name;
    }
    assert_true(lf_slice_eq(got->name, name));
    assert_int_equal(got->attrs, was->attrs);
    for (uint32_t k = 0; k < was->attrs; k++) {
        assert_int_equal(got->attr[k].name, was->attr[k].name);
        assert_true(lf_slice_eq(got->attr[k].text, was->attr[k].text));
    }
    assert_false(got->occluded);
    assert_int_equal(got->group, 0);
    if (was->rings) {
        size_t from = 0;
        for (uint32_t k = 0; k < i; k++)
            from += (size_t)was->ring[k].points * 2;
        assert_int_equal(got->rings, 1);
        assert_int_equal(got->points, was->ring[i].points);
        assert_int_equal(got->ring->points, was->ring[i].points);
        same_numbers(got->xy, was->xy + from, got->points);
        assert_int_equal(got->parts, was->parts > 1 ? was->parts : 0);
        assert_int_equal(got->ring->part, was->parts > 1 ? was->ring[i].part : 0);
        return;
    }
    assert_int_equal(got->points, was->points);
    same_numbers(got->xy, was->xy, was->points);
    assert_int_equal(got->masks, was->masks > 0);
    if (was->masks) {
        struct lf_mask m = *got->mask;
        m.value = was->mask[i].value;
        assert_true(lf_mask_eq(&m, &was->mask[i]));
    }
}

static void same_sample(const struct lf_sample *was, const struct lf_sample *got)
{
    size_t n = 0;
    for (size_t i = 0; i < was->labels; i++) {
        const struct lf_label *l = &was->label[i];
        uint32_t elements = l->rings ? l->rings : l->kind == LF_SEGMENT ? l->masks : 1;
        if (!l->shipped)
            continue;
        for (uint32_t k = 0; k < elements; k++) {
            assert_true(n < got->labels);
            same_element(&w.run.schema.field[l->field], l, k, &got->label[n++]);
        }
    }
    assert_int_equal(n, got->labels);
}

// Without being told the field: the colours of the labels say it.
static uint64_t read_archive(unsigned field)
{
    struct lf_tree *t = lf_tree_open("annotations.zip", &w.err);
    OK(t != NULL);
    struct lf_reader *r = format->open(t, &w.run, -1, w.ev, &w.err);
    OK(r != NULL);
    uint64_t labels = 0;
    for (uint32_t row = 0;; row++) {
        struct lf_item item = {0};
        bool more = false;
        OK(format->next(r, &w.a, &item, &more, &w.err));
        if (!more) {
            assert_int_equal(row, SAMPLES);
            break;
        }
        struct lf_sample was = make_sample(row, field, NULL);
        assert_int_equal(item.sample.only, field);
        assert_true(item.sample.told & lf_field_kind(fields[field].type));
        assert_int_equal(!(item.sample.told & LF_IDS),
                         fields[field].type == LF_FT_SCALAR);
        same_sample(&was, &item.sample);
        labels += item.sample.labels;
        lf_arena_reset(&w.a);
    }
    format->close(&r);
    lf_tree_free(&t);
    return labels;
}

static void test_what_was_shipped_reads_back(void **state)
{
    (void)state;
    for (unsigned field = 0; field < FIELDS; field++) {
        write_archive(field);
        assert_true(read_archive(field) > SAMPLES / 2);
        assert_int_equal(lf_events_count(w.ev, LF_E_ATTR), 0);
    }
}

// ---------------------------------------------------------------------------- ship

struct ring_row {
    const char *name;
    bool filled, closed;
    uint32_t points[3]; // of up to three rings, 0: no more
    uint32_t want[3];   // what is shipped of each, 0: it stays
};

static void test_rings_that_cannot_be_drawn_stay_at_home(void **state)
{
    static const struct ring_row rows[] = {
        {"polygon", true, true, {3, 4, 5}, {3, 4, 5}},
        {"polygon's ring of 2", true, true, {3, 2, 5}, {3, 0, 5}},
        {"line of 1", false, false, {1, 2}, {0, 2}},
        {"closed line", false, true, {2, 3}, {3, 4}},
        {"closed line of 1", false, true, {1}, {0}},
        {"nothing is left", true, false, {2, 1}, {0, 0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct ring_row *r = &rows[i];
        struct dice d = dice_of(i, 99);
        struct lf_ring ring[3];
        struct lf_label l = {.index = -1, .field = r->filled ? AREAS : LINES};
        uint32_t points = 0, home = 0, kept = 0;
        const double *from, *at;
        l.kind = r->filled ? LF_POLYGON : LF_POLYLINE;
        l.name = LF_S("sun");
        l.closed = r->closed;
        for (; l.rings < 3 && r->points[l.rings]; l.rings++) {
            ring[l.rings] =
                (struct lf_ring){.points = r->points[l.rings], .part = l.rings};
            points += r->points[l.rings];
            home += !r->want[l.rings];
        }
        l.ring = ring;
        make_points(&d, &l, points);
        struct lf_sample s = {.labels = 1, .label = &l};
        const uint32_t rings = l.rings;
        from = l.xy;
        struct lf_events *ev = lf_events_new(NULL, 0, false, &w.err);
        OK(ev && format->ship(&w.run, &s, &w.a, ev, &w.err));
        assert_int_equal(lf_events_count(ev, LF_E_RING_HOME), home);
        assert_int_equal(lf_events_count(ev, LF_E_EMPTY), home == rings);
        assert_int_equal(l.shipped, home < rings);
        at = l.xy;
        for (uint32_t k = 0; l.shipped && k < rings; k++) {
            if (r->want[k]) {
                assert_int_equal(l.ring[kept].points, r->want[k]);
                assert_int_equal(l.ring[kept].part, k);
                same_numbers(at, from, r->points[k]);
                if (r->closed && !r->filled)
                    same_numbers(at + (size_t)r->points[k] * 2, from, 1);
                at += (size_t)l.ring[kept++].points * 2;
            }
            from += (size_t)r->points[k] * 2;
        }
        if (l.shipped) {
            assert_int_equal(l.rings, kept);
            assert_int_equal(l.parts, rings);
        }
        lf_events_free(&ev);
    }
}

static void test_groups_and_flags_the_tool_cannot_hold_stay_at_home(void **state)
{
    static const struct {
        const char *flag, *group, *want_flag, *want_group;
        uint64_t home;
    } rows[] = {
        {"true", "1", "true", "1", 0},          {"FALSE", "0", "false", "0", 0},
        {"true", "2147483648", "true", "0", 1}, {"true", "-1", "true", "0", 1},
        {"true", "1.5", "true", "0", 1},        {"true", "x", "true", "0", 1},
        {"maybe", "7.0", "false", "7", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double xy[] = {1, 2, 3, 4};
        struct lf_attr attr[] = {
            {.name = 1, .type = LF_V_TEXT, .text = lf_slice_of(rows[i].flag)},
            {.name = 2, .type = LF_V_TEXT, .text = lf_slice_of(rows[i].group)}};
        struct lf_label l = {.kind = LF_BOX, .field = BOXES, .name = LF_S("sun")};
        l.points = l.attrs = 2;
        l.xy = xy;
        l.attr = attr;
        struct lf_sample s = {.labels = 1, .label = &l};
        struct lf_events *ev = lf_events_new(NULL, 0, false, &w.err);
        OK(ev && format->ship(&w.run, &s, &w.a, ev, &w.err));
        assert_true(lf_slice_is(lf_label_attr(&l, 1)->text, rows[i].want_flag));
        assert_true(lf_slice_is(lf_label_attr(&l, 2)->text, rows[i].want_group));
        assert_int_equal(lf_events_count(ev, LF_E_VALUE_HOME), rows[i].home);
        lf_events_free(&ev);
    }
}

// Its text would not fit one XML attribute.
static void
test_a_shape_beyond_the_limit_is_an_error_that_names_the_sample(void **state)
{
    enum { RUNS = 4000000 };
    struct lf_label l = {.kind = LF_MASK, .field = THINGS, .name = LF_S("sun")};
    struct lf_sample s = {.labels = 1, .label = &l};
    struct lf_mask m = {.width = 2000, .height = RUNS / 2000, .runs = RUNS};
    uint32_t *run = lf_arena_take(&w.a, RUNS, sizeof *run, &w.err);
    (void)state;
    OK(run != NULL);
    for (uint32_t i = 0; i < RUNS; i++)
        run[i] = 1;
    m.run = run;
    l.mask = &m;
    l.masks = 1;
    s.id.known = true;
    s.id.at[11] = 0x2a;
    m.runs = 9500002 / 3; // 9499999 bytes: "1, 1", three each but for the last
    OK(format->ship(&w.run, &s, &w.a, NULL, &w.err));
    assert_true(l.shipped);
    m.runs++; // 9500002
    assert_false(format->ship(&w.run, &s, &w.a, NULL, &w.err));
    assert_int_equal(w.err.code, LF_E_LIMIT_COUNT);
    assert_string_equal(w.err.sample, "00000000000000000000002a");
}

static void test_missing_points_and_masks(void **state)
{
    const double nan = (double)NAN;
    double xy[] = {1, 2, nan, nan, 5, 6, nan, 3};
    struct lf_label l[3] = {{.kind = LF_POINTS, .field = POSE, .name = LF_S("sun")},
                            {.kind = LF_POINTS, .field = LOOSE, .name = LF_S("sun")},
                            {.kind = LF_MASK, .field = THINGS, .name = LF_S("sun")}};
    struct lf_sample s = {.labels = 3, .label = l};
    struct lf_events *ev = lf_events_new(NULL, 0, false, &w.err);
    (void)state;
    l[0].xy = l[1].xy = xy;
    l[0].points = l[1].points = 4;
    OK(ev && format->ship(&w.run, &s, &w.a, ev, &w.err));
    assert_int_equal(l[0].kind, LF_SKELETON);
    assert_int_equal(l[0].points, 4);
    assert_true(isnan(l[0].xy[2]) && isnan(l[0].xy[6]) && isnan(l[0].xy[7]));
    assert_int_equal(l[1].kind, LF_POINTS);
    assert_int_equal(l[1].points, 2);
    assert_true(l[1].xy[2] == 5 && l[1].xy[3] == 6);
    assert_false(l[2].shipped);
    assert_int_equal(lf_events_count(ev, LF_E_MASK_MISSING), 1);
    assert_true(xy[7] == 3); // the dataset's own numbers stay
    lf_events_free(&ev);
}

// ---------------------------------------------------------------------------- elements

// The first item of a document that holds `inside` in one image of 40 x 30.
static bool read_in(unsigned field, const char *inside, struct lf_sample *s)
{
    struct lf_slice text;
    struct lf_item item = {0};
    bool got = false;
    OK(lf_arena_printf(&w.a, &text, &w.err,
                       "<annotations><image id='0' name='a.png' width='40' height='30'>"
                       "%s</image></annotations>",
                       inside));
    struct cvat_doc *d = cvat_doc_new(&w.run, (int)field, "d.xml", 0, w.ev, &w.err);
    OK(d != NULL);
    bool ok = cvat_doc_push(d, text.at, text.len, &w.err) && cvat_doc_end(d, &w.err) &&
              cvat_doc_pop(d, &w.a, &item, &got, &w.err) && got;
    *s = item.sample;
    if (ok && item.faults.count) {
        w.err = item.faults.at[0];
        ok = false;
    }
    cvat_doc_free(&d);
    return ok;
}

#define ALIAS(i) "label='n" #i "'"

static void name_nodes(void)
{
    static const struct lf_slice alias[] = {{"n0", 2}, {"n1", 2}, {"n2", 2}, {"n3", 2}};
    memcpy(w.run.schema.field[POSE].node_alias, alias, sizeof alias);
}

static void test_R04_nodes_are_found_by_their_names(void **state)
{
    struct lf_sample s;
    (void)state;
    name_nodes();
    OK(read_in(
        POSE,
        "<skeleton label='sun' z_order='3' group_id='5'>"
        "<points " ALIAS(
            3) " outside='0' occluded='0' points='7,8'/>"
               "<points " ALIAS(
                   0) " outside='0' occluded='0' points='1,2'/>"
                      "<points " ALIAS(
                          2) " outside='1' occluded='0' points='5,6'>"
                             "<attribute name='note'>a node's</attribute></points>"
                             "<attribute name='note'>own</attribute></skeleton>"
                             "<skeleton label='sun'><points " ALIAS(
                                 1) " outside='0' occluded='1' "
                                    "points='3,4'></points></skeleton>",
        &s));
    assert_int_equal(s.labels, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(s.label[i].kind, LF_SKELETON);
        assert_int_equal(s.label[i].points, 4);
    }
    const double nan = (double)NAN;
    same_numbers(s.label[0].xy, (const double[]){1, 2, nan, nan, nan, nan, 7, 8}, 4);
    same_numbers(s.label[1].xy, (const double[]){nan, nan, 3, 4, nan, nan, nan, nan},
                 4);
    assert_true(isnan(s.label[0].xy[2]) && isnan(s.label[1].xy[0]));
    assert_int_equal(s.label[0].z, 3);
    assert_true(lf_slice_is(lf_label_attr(&s.label[0], 2)->text, "5"));
    assert_true(lf_slice_is(lf_label_attr(&s.label[0], 0)->text, "own"));
    assert_null(lf_label_attr(&s.label[1], 0));
    assert_false(s.label[0].occluded);
    assert_true(s.label[1].occluded); // of a node: no attribute holds that
}

static void test_a_skeleton_of_other_nodes_is_of_no_known_kind(void **state)
{
    static const char *const child[] = {
        "<points label='other' points='1,2'/>", "<box label='n0' xtl='1'/>",
        "<points label='n0' points='1,2;3,4'/>", "<points label='N0' points='1,2'/>"};
    (void)state;
    name_nodes();
    for (size_t i = 0; i < sizeof child / sizeof *child; i++) {
        char text[300];
        struct lf_sample s;
        snprintf(text, sizeof text,
                 "<skeleton label='sun'><points label='n1' points='1,1'/>%s</skeleton>"
                 "<points label='sun' points='9,9'/>",
                 child[i]);
        OK(read_in(POSE, text, &s));
        assert_int_equal(s.labels, 2);
        assert_int_equal(s.label[0].kind, LF_OTHER);
        assert_int_equal(s.label[1].kind, LF_POINTS);
    }
}

static void test_a_shape_of_an_unknown_kind_leaks_nothing(void **state)
{
    struct lf_sample s;
    (void)state;
    OK(read_in(BOXES,
               "<box label='sun' occluded='0' xtl='1' ytl='2' xbr='3' ybr='4'/>"
               "<blob label='sun' occluded='1' group_id='4' z_order='9' points='7,7'>"
               "<attribute name='note'>blob's</attribute>"
               "<points label='sun' points='5,5'><attribute name='note'>no</attribute>"
               "</points><deep><attribute name='label_id'>"
               "65a000006861726200000004</attribute></deep></blob>"
               "<box label='sun' occluded='0' xtl='5' ytl='6' xbr='7' ybr='8'/>",
               &s));
    assert_int_equal(s.labels, 3);
    assert_int_equal(s.label[1].kind, LF_OTHER);
    assert_false(s.label[1].id.known);
    assert_true(lf_slice_is(lf_label_attr(&s.label[1], 0)->text, "blob's"));
    for (int i = 0; i < 3; i += 2) {
        assert_int_equal(s.label[i].kind, LF_BOX);
        assert_int_equal(s.label[i].z, 0);
        assert_null(lf_label_attr(&s.label[i], 0));
        assert_true(lf_slice_is(lf_label_attr(&s.label[i], 1)->text, "false"));
        assert_true(lf_slice_is(lf_label_attr(&s.label[i], 2)->text, "0"));
    }
}

static void test_geometry_of_each_element(void **state)
{
    static const struct {
        const char *element;
        unsigned kind;
        uint32_t points;
        double first, last, turn;
    } rows[] = {
        {"<box label='sun' xtl='9' ytl='2' xbr='3.5' ybr='4' rotation='360'/>", LF_BOX,
         2, 3.5, 4, 0},
        {"<ellipse label='sun' cx='1' cy='2' rx='3' ry='4' rotation='10'/>", LF_ELLIPSE,
         2, 1, 4, 10},
        {"<polygon label='sun' points='1,2;3,4;5,6'/>", LF_POLYGON, 3, 1, 6, 0},
        {"<polygon label='sun' points='1,2;3,4;5,6;1,2.0'/>", LF_POLYGON, 3, 1, 6, 0},
        {"<polyline label='sun' points='1,2;3,4;1,2'/>", LF_POLYLINE, 3, 1, 2, 0},
        {"<points label='sun' points=' 1 , 2 ; 3 , +4. '/>", LF_POINTS, 2, 1, 4, 0},
        {"<cuboid label='sun' xtl1='1' ytl1='2' xbl1='3' ybl1='4' xtr1='5' ytr1='6' "
         "xbr1='7' ybr1='8' xtl2='9' ytl2='10' xbl2='11' ybl2='12' xtr2='13' ytr2='14' "
         "xbr2='15' ybr2='16'/>",
         LF_CUBOID, 8, 1, 16, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lf_sample s;
        OK(read_in(BOXES, rows[i].element, &s));
        assert_int_equal(s.labels, 1);
        assert_int_equal(s.label->kind, rows[i].kind);
        assert_int_equal(s.label->points, rows[i].points);
        assert_true(s.label->xy[0] == rows[i].first);
        assert_true(s.label->xy[rows[i].points * 2 - 1] == rows[i].last);
        assert_true(s.label->turn == rows[i].turn);
    }
}

static void test_masks_in_any_box(void **state)
{
    static const struct {
        const char *mask;
        uint32_t left, top, width, height, runs; // 0: none of it is in the image
    } rows[] = {
        {"rle='0, 4' left='1' top='2' width='2' height='2'", 1, 2, 2, 2, 2},
        {"rle='5,2,5' left='10' top='20' width='4' height='3'", 11, 21, 2, 1, 2},
        {"rle='0, 12' left='38' top='28' width='4' height='3'", 38, 28, 2, 2, 2},
        {"rle='0, 12' left='-1' top='-2' width='4' height='3'", 0, 0, 3, 1, 2},
        {"rle='0, 12' left='-1' top='29' width='4' height='3'", 0, 29, 3, 1, 2},
        {"rle='0, 4' left='-2' top='3' width='2' height='2'", 0, 0, 0, 0, 0},
        {"rle='0, 4' left='40' top='3' width='2' height='2'", 0, 0, 0, 0, 0},
        {"rle='4' left='4' top='3' width='2' height='2'", 0, 0, 0, 0, 0},
        {"rle='1, 0, 0, 3' left='4' top='3' width='2' height='2'", 4, 3, 2, 2, 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[200];
        struct lf_sample s;
        snprintf(text, sizeof text, "<mask label='sun' %s/>", rows[i].mask);
        OK(read_in(THINGS, text, &s));
        assert_int_equal(s.label->kind, rows[i].runs ? LF_MASK : LF_OTHER);
        assert_int_equal(s.label->masks, rows[i].runs > 0);
        if (!s.label->masks)
            continue;
        assert_int_equal(s.label->mask->left, rows[i].left);
        assert_int_equal(s.label->mask->top, rows[i].top);
        assert_int_equal(s.label->mask->width, rows[i].width);
        assert_int_equal(s.label->mask->height, rows[i].height);
        assert_int_equal(s.label->mask->runs, rows[i].runs);
    }
}

static void test_R44_an_error_names_image_and_shape(void **state)
{
    static const struct {
        const char *shape;
        enum lf_code code;
        const char *name;
    } rows[] = {
        {"<mask label='sun' rle='1, 2' left='0' top='0' width='2' height='2'/>",
         LF_E_MASK, "mask"},
        {"<mask label='sun' rle='1, x' left='0' top='0' width='2' height='2'/>",
         LF_E_MASK, "mask"},
        {"<mask label='sun' rle='1, 3' left='0.5' top='0' width='2' height='2'/>",
         LF_E_CVAT, "mask"},
        {"<polygon label='sun' points='1,2;3'/>", LF_E_CVAT, "polygon"},
        {"<polygon label='sun' points='1,2,3'/>", LF_E_CVAT, "polygon"},
        {"<points label='sun' points=''/>", LF_E_CVAT, "points"},
        {"<polyline label='sun'/>", LF_E_CVAT, "polyline"},
        {"<ellipse label='sun' cx='1' cy='1' rx='nan' ry='1'/>", LF_E_CVAT, "ellipse"},
        {"<points label='sun' points='1,2000000000'/>", LF_E_LIMIT_COUNT, "points"},
        {"<skeleton label='sun'><points label='n0' points='1'/></skeleton>", LF_E_CVAT,
         "skeleton"},
        {"<box xtl='1'/>", LF_E_CVAT, "box"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[300], want[60];
        struct lf_sample s;
        snprintf(text, sizeof text, "<tag label='sun'/>\n%s", rows[i].shape);
        assert_false(read_in(LOOSE, text, &s));
        assert_int_equal(w.err.code, rows[i].code);
        assert_int_equal(w.err.line, 2);
        snprintf(want, sizeof want, "image \"a.png\", shape 2 (%s): ", rows[i].name);
        assert_memory_equal(w.err.what, want, strlen(want));
        lf_error_clear(&w.err);
    }
}

static void test_which_ring_an_element_is(void **state)
{
    static const struct {
        const char *text;
        uint32_t part, parts;
    } rows[] = {{"2/3", 2, 3}, {"1/1", 1, 1}, {"", 0, 0},    {"3", 0, 0},
                {"0/3", 0, 0}, {"4/3", 0, 0}, {"a/b", 0, 0}, {"2/3/4", 0, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[200];
        struct lf_sample s;
        snprintf(text, sizeof text,
                 "<polygon label='sun' points='1,2;3,4;5,0'>"
                 "<attribute name='label_part'>%s</attribute></polygon>",
                 rows[i].text);
        OK(read_in(AREAS, text, &s));
        assert_int_equal(s.label->part, rows[i].part);
        assert_int_equal(s.label->parts, rows[i].parts);
        assert_int_equal(s.label->ring->part, rows[i].part ? rows[i].part - 1 : 0);
        assert_int_equal(s.label->ring->points, 3);
    }
}

static void
test_R38_flags_stay_with_the_label_where_no_attribute_holds_them(void **state)
{
    struct lf_sample s;
    (void)state;
    OK(read_in(GROUND,
               "<polygon label='sun' occluded='1' group_id='9' z_order='-3' "
               "points='1,2;3,4;5,0'/>",
               &s));
    assert_true(s.label->occluded);
    assert_int_equal(s.label->group, 9);
    assert_int_equal(s.label->z, -3);
    assert_int_equal(s.label->attrs, 0);
    OK(read_in(BOXES,
               "<box label='sun' occluded='1' group_id='9' z_order='2' xtl='1' ytl='1' "
               "xbr='2' ybr='2'/>",
               &s));
    assert_false(s.label->occluded);
    assert_int_equal(s.label->group, 0);
    assert_int_equal(s.label->z, 2);
    assert_true(lf_slice_is(lf_label_attr(s.label, 1)->text, "true"));
    assert_true(lf_slice_is(lf_label_attr(s.label, 2)->text, "9"));
}

// ---------------------------------------------------------------------------- meta

static void test_nodes_in_meta_are_no_classes(void **state)
{
    (void)state;
    struct lf_buf text = {0};
    struct lf_item item = {0};
    bool got = false;
    lf_buf_text(&text,
                "<annotations><meta><job><id>3</id><labels>"
                "<label><name>sun</name><type>skeleton</type><attributes>"
                "<attribute><name>label_id</name></attribute></attributes><svg>");
    for (int i = 0; i < 200000; i++) // a picture has no other limit than all texts
        lf_buf_text(&text, "&lt;circle r=\"0.75\"&gt;&lt;/circle&gt;");
    lf_buf_text(&text, "</svg></label><label><name>nose</name><attributes/>"
                       "<parent>sun</parent></label></labels></job><original_size>"
                       "<width>40</width></original_size></meta>"
                       "<image id='0' name='a.png' width='40' height='30'>"
                       "<skeleton label='sun'/></image></annotations>");
    OK(lf_buf_ok(&text, &w.err));
    assert_true(text.len > 7000000);
    struct cvat_doc *d = cvat_doc_new(&w.run, POSE, "d.xml", 0, w.ev, &w.err);
    OK(d != NULL);
    for (size_t at = 0; at < text.len; at += 1 << 16)
        OK(cvat_doc_push(d, text.at + at,
                         text.len - at < 1 << 16 ? text.len - at : 1 << 16, &w.err));
    OK(cvat_doc_end(d, &w.err));
    OK(cvat_doc_pop(d, &w.a, &item, &got, &w.err));
    assert_true(got);
    assert_true(item.sample.told & LF_IDS);
    assert_true(lf_slice_is(cvat_doc_task(d), "job 3"));
    cvat_doc_free(&d);
    lf_buf_done(&text);
}

static void test_lint_gives_nodes_and_attributes_names_that_cvat_can_hold(void **state)
{
    const struct lf_field *pose = &w.run.schema.field[POSE],
                          *boxes = &w.run.schema.field[BOXES],
                          *tags = &w.run.schema.field[TAGS];
    (void)state;
    assert_true(lf_slice_is(pose->node_alias[0], "nose"));
    assert_true(lf_slice_is(pose->node_alias[1], "left _ _right_"));
    assert_true(lf_slice_is(pose->node_alias[2], "3"));
    assert_true(lf_slice_is(pose->node_alias[3], "nose~2"));
    assert_true(lf_slice_is(boxes->attr[3].alias, "attr_label_part"));
    assert_int_equal(boxes->attr[1].input, LF_IN_OCCLUDED);
    assert_int_equal(pose->attr[1].input, LF_IN_CHECKBOX);
    assert_int_equal(tags->attr[1].input, LF_IN_CHECKBOX);
    assert_int_equal(tags->attr[2].input, LF_IN_GROUP);
}

#define RUN_TEST(test) cmocka_unit_test_setup_teardown(test, make_run, end_run)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN_TEST(test_what_was_shipped_reads_back),
        RUN_TEST(test_rings_that_cannot_be_drawn_stay_at_home),
        RUN_TEST(test_groups_and_flags_the_tool_cannot_hold_stay_at_home),
        RUN_TEST(test_a_shape_beyond_the_limit_is_an_error_that_names_the_sample),
        RUN_TEST(test_missing_points_and_masks),
        RUN_TEST(test_R04_nodes_are_found_by_their_names),
        RUN_TEST(test_a_skeleton_of_other_nodes_is_of_no_known_kind),
        RUN_TEST(test_a_shape_of_an_unknown_kind_leaks_nothing),
        RUN_TEST(test_geometry_of_each_element),
        RUN_TEST(test_masks_in_any_box),
        RUN_TEST(test_R44_an_error_names_image_and_shape),
        RUN_TEST(test_which_ring_an_element_is),
        RUN_TEST(test_R38_flags_stay_with_the_label_where_no_attribute_holds_them),
        RUN_TEST(test_nodes_in_meta_are_no_classes),
        RUN_TEST(test_lint_gives_nodes_and_attributes_names_that_cvat_can_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
