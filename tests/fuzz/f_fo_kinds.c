// A document with labels of every kind: what is accepted is read the same way twice,
// and every label of it that a tool would hold is changed and stays a document. Masks
// on disk are three files that every document may name.
#include <math.h>

#include "formats/base/json.h"
#include "formats/fiftyone/fo_dataset.h"
#include "formats/table.h"
#include "tests/fuzz/small_run.h"

#define FIELD(name, type, classes)                                                     \
    "\"" name "\": {\"type\": \"" type "\", \"classes\": [" classes                    \
    "], \"attributes\": {}, \"existing_field\": true}"
#define KINDS                                                                                                                                                       \
    "{" FIELD("things", "instances", "\"a\", \"b\"") ", " FIELD("map", "segmentation", "\"a\", \"b\"") ", " FIELD("lines", "polylines", "\"a\", \"b\"") ", " FIELD( \
        "area", "polygon",                                                                                                                                          \
        "\"a\", \"b\"") ", " FIELD("dots", "keypoints",                                                                                                             \
                                   "\"a\", \"b\"") ", " FIELD("dot", "keypoint",                                                                                    \
                                                              "\"a\", \"b\"") ","                                                                                   \
                                                                              " " FIELD(                                                                            \
                                                                                  "co"                                                                              \
                                                                                  "un"                                                                              \
                                                                                  "t",                                                                              \
                                                                                  "sc"                                                                              \
                                                                                  "al"                                                                              \
                                                                                  "a"                                                                               \
                                                                                  "r",                                                                              \
                                                                                  "\""                                                                              \
                                                                                  "co"                                                                              \
                                                                                  "un"                                                                              \
                                                                                  "t"                                                                               \
                                                                                  "\"") ", " FIELD("word",                                                          \
                                                                                                   "scalar",                                                        \
                                                                                                   "\"x\"") "}"

enum { THINGS, MAP, LINES, AREA, DOTS, DOT, COUNT, WORD, FIELDS };

static struct lf_run run;
static const struct lf_format *format;
static struct lf_pixel_tool *tool;
static struct lf_buf png;
static const uint32_t runs[] = {1, 3, 2, 2};
static const struct lf_mask mask = {10, 20, 4, 2, 4, 1, runs};

// "m.png" is one, "odd.png" is none, all others are not there.
static bool read_file(void *user, struct lf_slice path, struct lf_buf *out, bool *found,
                      struct lf_error *err)
{
    (void)user;
    *found = lf_slice_is(path, "m.png") || lf_slice_is(path, "odd.png");
    if (*found)
        lf_buf_slice(out, lf_slice_is(path, "m.png") ? lf_buf_view(&png) : path);
    return lf_buf_ok(out, err);
}

static const struct lf_files files = {read_file, NULL};

static void open_run(void)
{
    struct lf_error err = {0};
    static struct lf_attr_def value = {.name = {"value", 5},
                                       .alias = {"value", 5},
                                       .type = LF_V_INT,
                                       .only = LF_NO_CLASS,
                                       .alone = true};
    const struct lf_pixels_kind like = {
        .channels = 1, .dtype = "|u1", .png = true, .inside = 1};
    LF_CLAIM(lf_schema_read(LF_S(KINDS), &run.schema, &err));
    run.schema.field[MAP].class[0].value = 1;
    run.schema.field[MAP].class[1].value = 2;
    run.schema.field[COUNT].attr = &value;
    run.schema.field[COUNT].attrs = 1;
    run.schema.field[COUNT].scalar = LF_V_INT;
    run.schema.field[COUNT].by_class = false;
    run.schema.field[WORD].scalar = LF_V_TEXT;
    run.schema.field[WORD].by_class = true;
    LF_CLAIM(lf_schema_index(&run.schema, &err));
    run.id_attr = LF_S("label_id");
    run.uid = LF_S("7dbfaa33bd22dfff87622cd84cfb75fb");
    format = lf_format_named("cvat-images");
    tool = lf_pixel_tool_new(&err);
    LF_CLAIM(format && tool && lf_pixels_write_mask(tool, &mask, &like, &png, &err));
}

static struct fo_source source_of(bool relative)
{
    return (struct fo_source){
        .schema = &run.schema, .files = &files, .pixels = tool, .relative = relative};
}

static bool parse(struct lf_slice doc, bool relative, struct lf_arena *a,
                  struct lf_sample *s, struct lf_error *err)
{
    struct fo_source source = source_of(relative);
    struct lf_slice then, again;
    *s = (struct lf_sample){.width = relative ? 1 : 320, .height = relative ? 1 : 240};
    if (!fo_parse(&source, doc, a, s, err) ||
        !fo_mask_files(&source, doc, a, &then, err))
        return false;
    source.then = then;
    struct lf_sample second = *s;
    LF_CLAIM(fo_mask_files(&source, doc, a, &again, err) && lf_slice_eq(then, again));
    LF_CLAIM(fo_parse(&source, doc, a, &second, err) && second.labels == s->labels);
    for (size_t i = 0; i < s->labels; i++)
        LF_CLAIM(!second.label[i].lost && second.label[i].points == s->label[i].points);
    return true;
}

static void change_points(unsigned how, struct lf_arena *a, struct lf_label *l)
{
    struct lf_error err = {0};
    uint32_t rings = l->rings;
    struct lf_ring *ring = lf_arena_take(a, rings + 1, sizeof *ring, &err);
    double *xy = lf_arena_take(a, (size_t)l->points * 2 + 4, sizeof *xy, &err);
    LF_CLAIM(ring && xy);
    if (l->points)
        memcpy(xy, l->xy, (size_t)l->points * 2 * sizeof *xy);
    if (rings)
        memcpy(ring, l->ring, rings * sizeof *ring);
    if (how & 8 && l->points)
        xy[0] += 1;
    if (how & 16 && l->points && l->kind == LF_SKELETON)
        xy[0] = xy[1] = (double)NAN;
    if (how & 32 && !l->fixed && l->kind != LF_SKELETON) { // two more at the end
        double *end = xy + (size_t)l->points * 2;
        end[0] = end[1] = 3;
        end[2] = end[3] = 9;
        l->points += 2;
        if (rings && how & 64)
            ring[rings - 1].points += 2;
        else if (rings)
            ring[l->rings++] = (struct lf_ring){2, how & 128 ? 0 : 77};
    }
    l->xy = xy;
    l->ring = ring;
}

static struct lf_label changed(const struct lf_label *ours, unsigned how,
                               struct lf_arena *a)
{
    static const struct lf_attr attr = {.type = LF_V_UNTYPED, .text = {"7", 1}};
    struct lf_label l = *ours;
    l.raw = (struct lf_slice){0};
    if (l.kind & (LF_POLYLINE | LF_POLYGON | LF_POINTS | LF_SKELETON))
        change_points(how, a, &l);
    if (l.kind & (LF_MASK | LF_SEGMENT)) {
        l.mask = &mask;
        l.masks = 1;
    }
    if (l.kind == LF_SCALAR && l.attrs)
        l.attr = (struct lf_attr *)&attr;
    else
        l.name = l.kind == LF_SEGMENT ? l.name : LF_S("b");
    return l;
}

static void change_all(struct lf_slice doc, struct lf_sample *s, unsigned how,
                       bool relative, struct lf_arena *a)
{
    struct lf_error err = {0};
    struct fo_source source = source_of(relative);
    struct lf_changes plan = {0};
    struct fo_new_files new = {0};
    struct lf_edits edits;
    struct lf_buf out = {0};
    struct lf_sample again;
    struct lf_label *made = lf_arena_take(a, s->labels, sizeof *made, &err);
    plan.change = lf_arena_take(a, s->labels, sizeof *plan.change, &err);
    LF_CLAIM(made && plan.change);
    for (size_t i = 0; i < s->labels; i++) {
        const struct lf_label *ours = &s->label[i];
        if (!ours->shipped)
            continue;
        made[i] = changed(ours, how, a);
        struct lf_change c = {.ours = ours,
                              .theirs = how & 1 ? NULL : &made[i],
                              .parts = how & 1 ? LF_EXISTS : LF_CLASS | LF_SPACE,
                              .field = ours->field};
        if (ours->kind == LF_SCALAR && ours->attrs && !(how & 1)) {
            c.parts = LF_ATTRS;
            lf_attr_set_add(&c.attrs, 0);
        } else if (ours->kind == LF_SEGMENT && !(how & 1)) {
            c.parts = LF_SPACE;
        }
        if (how & 2 && lf_field_is_list(run.schema.field[c.field].type)) {
            c = (struct lf_change){.theirs = &made[i], .parts = LF_EXISTS};
            c.field = ours->field;
            memset(c.id.at, (int)i + 1, sizeof c.id.at);
            c.id.known = true;
        }
        plan.change[plan.count++] = c;
    }
    bool ok = fo_edits(&source, s, &plan, relative ? 0 : 0.005, NULL, a, &edits,
                       how & 4 ? NULL : &new, &err);
    LF_CLAIM(ok ? err.code == LF_OK : err.code != LF_OK && err.code != LF_E_BUG);
    if (!ok)
        return;
    lf_edits_apply(&edits, doc, &out);
    LF_CLAIM(lf_json_check(lf_buf_view(&out), (struct lf_json_rules){true}, 0, &err));
    LF_CLAIM(parse(lf_buf_view(&out), relative, a, &again, &err));
    lf_buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!format)
        open_run();
    if (size == 0)
        return 0;
    struct lf_slice doc = {(const char *)data + 1, size - 1};
    struct lf_error err = {0};
    struct lf_arena a = {0};
    struct lf_sample s;
    // Documents come out of the stream: checked, and objects.
    bool fit = lf_json_check(doc, (struct lf_json_rules){true}, 0, &err) &&
               lf_json_type(lf_json_trim(doc)) == LF_JSON_OBJECT;
    doc = fit ? lf_json_trim(doc) : doc;
    for (int relative = 0; fit && relative < 2; relative++) {
        const struct lf_format *f = relative ? lf_format_named("fiftyone") : format;
        err = (struct lf_error){0};
        if (!parse(doc, relative, &a, &s, &err)) {
            LF_CLAIM(err.code != LF_OK && err.code != LF_E_BUG);
            break;
        }
        if (!f->ship(&run, &s, &a, NULL, &err)) {
            LF_CLAIM(err.code == LF_E_LIMIT_COUNT);
            break;
        }
        change_all(doc, &s, data[0], relative, &a);
    }
    lf_arena_done(&a);
    return 0;
}
