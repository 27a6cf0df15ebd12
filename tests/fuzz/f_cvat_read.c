// The input is a CVAT dump behind two bytes of choices. Whatever it says: the pairs
// balance, the merged sample is strict JSON that reads back, and what the run does not
// hold stays. An input whose length is 3 more than a multiple of 4 is read by a run
// that learns: merged again, what it kept is there already.
#include "formats/base/json.h"
#include "formats/cvat/cvat_doc.h"
#include "formats/fiftyone/fo_dataset.h"
#include "formats/mask/join.h"
#include "formats/table.h"
#include "merge/fold.h"
#include "merge/learning.h"
#include "tests/fuzz/small_run.h"

enum { MOST = 8 };

static struct lf_run run;
static const struct lf_format *format;
static struct lf_pixel_tool *pixels;
static struct lf_learning learning;
static const struct fo_dataset no_fields;

static void open_run(void)
{
    char folder[64];
    struct lf_error err = {0};
    make_small(folder);
    write_small(folder, "run.json", SMALL_RUN, sizeof SMALL_RUN - 1);
    write_small(folder, "items.tsv", SMALL_ITEMS, sizeof SMALL_ITEMS - 1);
    if (!lf_run_open(&run, folder, &err))
        fprintf(stderr, "%s\n", err.what);
    LF_CLAIM(err.code == LF_OK);
    remove_small(folder); // the files stay open
    format = lf_format_named("cvat-images");
    pixels = lf_pixel_tool_new(&err);
    LF_CLAIM(format && pixels);
}

static struct fo_source source(void)
{
    return (struct fo_source){.schema = &run.schema, .pixels = pixels};
}

struct got {
    struct lf_theirs theirs[MOST];
    size_t count;
};

static void check_shape(const struct lf_label *l)
{
    uint64_t points = 0;
    LF_CLAIM(l->field < run.schema.fields);
    LF_CLAIM(!l->part == !l->parts && l->part <= l->parts);
    for (uint32_t i = 0; i < l->rings; i++)
        points += l->ring[i].points;
    LF_CLAIM(!l->rings || points == l->points);
    for (uint32_t i = 0; i < l->masks; i++)
        LF_CLAIM(l->mask[i].runs && l->mask[i].width && l->mask[i].height);
}

// As merge does it: the image has the size that was shipped.
static bool join(struct lf_sample *s, bool convert, struct lf_arena *a,
                 struct lf_error *err)
{
    s->width = run.item[0].width;
    s->height = run.item[0].height;
    return lf_join_shapes(&run.schema, convert, s, a, err) &&
           (!run.learn || lf_learn_strays(&learning, s, a, err));
}

static bool take(struct cvat_doc *d, bool convert, struct lf_arena *a, struct got *g,
                 struct lf_error *err)
{
    struct lf_item item;
    bool more = true;
    while (more) {
        if (!cvat_doc_pop(d, a, &item, &more, err))
            return false;
        if (!more)
            break;
        uint32_t row;
        enum lf_found how;
        LF_CLAIM(lf_run_find(&run, item.name, &row, &how, err));
        LF_CLAIM(how == LF_FOUND_NONE || how == LF_FOUND_TWICE || row < run.items);
        for (size_t i = 0; i < item.sample.labels; i++)
            check_shape(&item.sample.label[i]);
        if (!join(&item.sample, convert, a, err))
            return false;
        if (g->count < MOST)
            g->theirs[g->count++] = (struct lf_theirs){
                .sample = item.sample, .file = item.file, .item = item.name};
    }
    return true;
}

static bool read_all(struct lf_slice xml, int field, size_t step, bool convert,
                     struct lf_events *ev, struct lf_arena *a, struct got *g,
                     struct lf_error *err)
{
    struct cvat_doc *d = cvat_doc_new(&run, field, "dump.xml", 0, ev, err);
    bool ok = d != NULL;
    for (size_t at = 0; ok && at < xml.len; at += step) {
        size_t n = xml.len - at < step ? xml.len - at : step;
        ok = cvat_doc_push(d, xml.at + at, n, err) && take(d, convert, a, g, err);
    }
    ok = ok && cvat_doc_end(d, err) && take(d, convert, a, g, err);
    cvat_doc_free(&d);
    return ok;
}

static void parse(struct lf_slice doc, struct lf_arena *a, struct lf_sample *s,
                  struct lf_sample *shipped)
{
    struct lf_error err = {0};
    *s = (struct lf_sample){
        .id = run.item[0].id, .width = run.item[0].width, .height = run.item[0].height};
    const struct fo_source src = source();
    LF_CLAIM(fo_parse(&src, doc, a, s, &err));
    *shipped = *s;
    shipped->label = lf_arena_take(a, s->labels, sizeof *s->label, &err);
    LF_CLAIM(shipped->label);
    if (s->labels)
        memcpy(shipped->label, s->label, s->labels * sizeof *s->label);
    LF_CLAIM(format->ship(&run, shipped, a, NULL, &err));
    lf_mark_learned(&run, shipped);
}

// Nothing of a learned field is added or deleted by the archive that it came from.
static void merge_again(const struct got *g, const struct lf_rules *rules,
                        const struct lf_sample *now, struct lf_arena *a)
{
    struct lf_error err = {0};
    struct lf_changes plan = {0};
    struct lf_counts counts = {0};
    if (!lf_fold(rules, now, now, g->theirs, 1, a, &plan, NULL, &counts, NULL, &err)) {
        LF_CLAIM(err.code == LF_E_TYPE || err.code == LF_E_LIMIT_COUNT);
        return;
    }
    for (size_t i = 0; i < plan.count; i++)
        LF_CLAIM(!run.schema.field[plan.change[i].field].learned ||
                 (plan.change[i].ours && plan.change[i].theirs));
}

static void merge(const struct got *g, const struct lf_rules *rules,
                  struct lf_events *ev, struct lf_arena *a)
{
    struct lf_error err = {0};
    struct lf_slice doc = LF_S(SMALL_SAMPLE);
    struct lf_sample ours, shipped;
    struct lf_changes plan = {0};
    struct lf_edits edits;
    struct lf_counts counts = {0};
    struct lf_buf out = {0};
    parse(doc, a, &ours, &shipped);
    bool *told = lf_arena_take(a, shipped.labels, sizeof *told, &err);
    LF_CLAIM(told);
    if (!lf_fold(rules, &shipped, &shipped, g->theirs, g->count, a, &plan, told,
                 &counts, ev, &err)) {
        LF_CLAIM(err.code == LF_E_TYPE || err.code == LF_E_LIMIT_COUNT);
        return;
    }
    for (size_t i = 0; i < shipped.labels; i++)
        counts.absent +=
            shipped.label[i].shipped && !shipped.label[i].unsure && !told[i];
    LF_CLAIM(g->count > 1 || lf_counts_balance(&counts));
    const struct fo_source src = source();
    if (!fo_edits(&src, &shipped, &plan, rules->slack, NULL, a, &edits, NULL, &err)) {
        LF_CLAIM(err.code != LF_OK && err.code != LF_E_BUG);
        return;
    }
    lf_edits_apply(&edits, doc, &out);
    LF_CLAIM(lf_json_check(lf_buf_view(&out), (struct lf_json_rules){false}, 0, &err));
    parse(lf_buf_view(&out), a, &ours, &shipped);
    struct lf_slice value;
    LF_CLAIM(lf_json_get(lf_buf_view(&out), "note", &value));
    LF_CLAIM(lf_slice_is(lf_json_trim(value), "\"untouched\""));
    if (g->count == 1)
        merge_again(g, rules, &shipped, a);
    lf_buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!format)
        open_run();
    if (size < 2)
        return 0;
    static const size_t steps[] = {1 << 20, 1, 7, 64};
    struct lf_error err = {0};
    struct lf_arena a = {0};
    struct got g = {0};
    struct lf_slice xml = {(const char *)data + 2, size - 2};
    struct lf_rules rules = {
        .run = &run,
        .slack = format->slack,
        .conflict = data[0] & 1 ? LF_CONFLICT_THEIRS : LF_CONFLICT_OURS,
        .unexpected.fate = data[0] & 2 ? LF_FATE_IGNORE : LF_FATE_FAIL};
    const bool learns = size % 4 == 3;
    if (learns) {
        rules.unexpected.fate = LF_FATE_KEEP;
        learning = (struct lf_learning){
            .run = &run, .ds = &no_fields, .unexpected = &rules.unexpected};
        run.has_base = true;
        LF_CLAIM(lf_learning_begin(&learning, true, true, &err));
    }
    for (size_t i = 0; i < run.schema.fields; i++)
        run.schema.field[i].rights = data[1] & 1 << i % 4 ? data[1] >> 3 : LF_MAY_ALL;
    struct lf_events *ev = lf_events_new(NULL, 0, false, &err);
    LF_CLAIM(ev);
    learning.ev = ev;
    bool ok = read_all(xml, (int)(data[0] >> 2 & 15) % (1 + (int)run.schema.fields) - 1,
                       steps[data[0] >> 6], !(data[1] & 4), ev, &a, &g, &err);
    LF_CLAIM(ok == (err.code == LF_OK) && err.code != LF_E_BUG);
    if (ok && g.count)
        merge(&g, &rules, ev, &a);
    lf_events_free(&ev);
    lf_arena_done(&a);
    if (learns) { // the next input meets the run as it was
        lf_pixel_tool_free(&pixels);
        lf_run_done(&run);
        format = NULL;
    }
    return 0;
}
