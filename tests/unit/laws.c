#include "tests/unit/laws.h"

#include <math.h>

#include "formats/base/edit.h"
#include "formats/base/number.h"
#include "formats/fiftyone/fo_dataset.h"
#include "formats/label/value.h"
#include "merge/fold.h"
#include "merge/incoming.h"
#include "tests/unit/folder.h"

enum { CHANGED_PERCENT = 25, FIELDS = 32 };

// What went to the far side: the dataset's samples, or what an annotator made of them.
// The last two have two decimals, as the tool writes them.
enum version { BASE, MONDAY, TUESDAY, BASE_ROUNDED, MONDAY_ROUNDED, VERSIONS };

static struct {
    const struct laws *of;
    struct lf_run run;
    struct lf_pixel_tool *pixels;
    struct lf_incoming back[VERSIONS]; // read back from the archives
    struct lf_incoming both, turned;   // monday's and tuesday's in both orders
    bool rounded;                      // what comes back has two decimals
    struct lf_events *ev; // of the sample that LF_LAWS_SAMPLE names, for a person
    long look;
    struct lf_arena a; // of the sample under test
    struct lf_arena all;
    struct lf_slice *base, *ours; // documents by sample, in `all`
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

static struct lf_rules rules_of(enum lf_choice conflict)
{
    return (struct lf_rules){
        .run = &w.run, .slack = w.of->format->slack, .conflict = conflict};
}

// ----------------------------------------------------------------------------
// documents

static void show(uint32_t row, const char *what, struct lf_slice doc)
{
    if (row == w.look)
        fprintf(stderr, "%s: %.*s\n", what, (int)doc.len, doc.at);
}

static struct lf_slice document(uint32_t row, bool plain, struct editor *e)
{
    struct lf_buf text = {0};
    struct lf_slice doc;
    w.of->document(w.pixels, row, plain, e, &text);
    OK(lf_arena_text(&w.a, lf_buf_view(&text), &doc, &w.err));
    lf_buf_done(&text);
    show(row, e ? "edited" : "before", doc);
    return doc;
}

// The same documents are asked for again and again; `kept` has those that were made.
static struct lf_slice once(uint32_t row, struct lf_slice *kept, struct editor *e)
{
    if (!kept[row].len)
        OK(lf_arena_text(&w.all, document(row, false, e), &kept[row], &w.err));
    return kept[row];
}

static struct lf_slice base_of_row(uint32_t row)
{
    return once(row, w.base, NULL);
}

static struct lf_slice ours_of_row(uint32_t row)
{
    struct editor e = {.dice = dice_of(row, 2000), .percent = CHANGED_PERCENT};
    return once(row, w.ours, &e);
}

static struct fo_source source_of(void)
{
    return (struct fo_source){.schema = &w.run.schema, .pixels = w.pixels};
}

static struct lf_sample parsed(uint32_t row, struct lf_slice doc)
{
    struct lf_sample s = {.id = w.run.item[row].id,
                          .row = row,
                          .width = w.run.item[row].width,
                          .height = w.run.item[row].height};
    struct fo_source source = source_of();
    OK(fo_parse(&source, doc, &w.a, &s, &w.err));
    return s;
}

static struct lf_sample shipped(uint32_t row, struct lf_slice doc)
{
    struct lf_sample s = parsed(row, doc);
    OK(w.of->format->ship(&w.run, &s, &w.a, NULL, &w.err));
    return s;
}

static void round_numbers(struct lf_sample *s)
{
    for (size_t i = 0; i < s->labels; i++) {
        struct lf_label *l = &s->label[i];
        for (uint32_t k = 0; k < 2 * l->points; k++)
            l->xy[k] = nearbyint(l->xy[k] * w.of->steps) / w.of->steps;
        l->turn = lf_turn(nearbyint(l->turn * w.of->steps) / w.of->steps);
    }
}

// What the far side holds.
static struct lf_sample version_of(uint32_t row, enum version v)
{
    enum version exact = v < BASE_ROUNDED ? v : v - BASE_ROUNDED + BASE;
    struct editor e = {.dice = dice_of(row, 1000 + exact),
                       .percent = CHANGED_PERCENT,
                       .archive = true};
    bool edits = exact != BASE, by_document = edits && !w.of->annotate;
    struct lf_sample s =
        shipped(row, by_document ? document(row, false, &e) : base_of_row(row));
    if (edits && w.of->annotate)
        w.of->annotate(&w.run, &e.dice, e.percent, &s, &w.a);
    if (v != exact)
        round_numbers(&s);
    return s;
}

static uint64_t count_shipped(const struct lf_sample *s)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s->labels; i++)
        n += s->label[i].shipped;
    return n;
}

// Labels of a class that is one word over there, but for the first of them.
static bool is_again(const struct lf_sample *s, size_t i)
{
    const struct lf_label *l = &s->label[i];
    if (!w.of->format->joint || !l->shipped ||
        w.run.schema.field[l->field].type != LF_FT_CLASSIFICATIONS)
        return false;
    for (size_t k = 0; k < i; k++)
        if (s->label[k].shipped && s->label[k].field == l->field &&
            lf_slice_eq(s->label[k].name, l->name))
            return true;
    return false;
}

static uint64_t count_again(const struct lf_sample *s)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s->labels; i++)
        n += is_again(s, i);
    return n;
}

// ---------------------------------------------------------------------------- crossing

static void make_run(void)
{
    struct lf_run run = {.key = LF_S("laws"),
                         .uid = LF_S("0123456789abcdef0123456789abcdef"),
                         .tool = lf_slice_of(w.of->format->tool),
                         .format = lf_slice_of(w.of->format->name),
                         .dataset = LF_S("random"),
                         .dataset_id = LF_S("000000000000000000000000"),
                         .id_attr = LF_S("label_id"),
                         .rules = w.of->format->rules,
                         .tasks = 1,
                         .joint = w.of->format->joint,
                         .view = LF_S("{}"),
                         .items = w.of->samples};
    struct lf_slice name[FIELDS];
    struct lf_buf schema = {0}, json = {0}, items = {0};
    run.task_name = name;
    assert_true(w.of->fields <= FIELDS);
    for (uint16_t i = 0; i < w.of->fields; i++)
        name[i] = lf_slice_of(w.of->task[i]);
    w.of->schema(&schema);
    OK(lf_schema_read(lf_buf_view(&schema), &run.schema, &w.err));
    OK(w.of->format->lint(&run.schema, run.id_attr, NULL, &w.err));
    lf_run_json(&run, &json);
    for (uint32_t row = 0; row < w.of->samples; row++) {
        char hex[25], item[20];
        struct lf_run_item i = {0};
        snprintf(hex, sizeof hex, "%024llx", (unsigned long long)row + 1);
        snprintf(item, sizeof item, "s%05lu.png", (unsigned long)row);
        assert_true(lf_id_parse(lf_slice_of(hex), &i.id));
        w.of->size(row, &i.width, &i.height);
        lf_run_item_line(&items, &i, lf_slice_of(item));
    }
    assert_int_equal(mkdir("run", 0700), 0);
    put_bytes("run/run.json", json.at, json.len);
    put_bytes("run/items.tsv", items.at, items.len);
    lf_buf_done(&schema);
    lf_buf_done(&json);
    lf_buf_done(&items);
    lf_schema_done(&run.schema);
    OK(lf_run_open(&w.run, "run", &w.err));
}

static void keep_field(struct lf_sample *s, uint16_t field)
{
    size_t n = 0;
    for (size_t i = 0; i < s->labels; i++)
        if (s->label[i].field == field)
            s->label[n++] = s->label[i];
    s->labels = n;
}

static uint16_t archives(void)
{
    return w.of->format->joint ? 1 : w.of->fields;
}

// All samples of a version, as the far side gets them: an archive a field, or one.
static void send(enum version v)
{
    for (uint16_t field = 0; field < archives(); field++) {
        char folder[40];
        struct lf_out_task task = {.folder = folder,
                                   .name = w.run.task_name[field],
                                   .field = field,
                                   .items = w.of->samples,
                                   .how = {.annotations = true}};
        snprintf(folder, sizeof folder, "%d-%d", (int)v, (int)field);
        assert_int_equal(mkdir(folder, 0700), 0);
        struct lf_writer *out = w.of->format->begin(&w.run, &task, &w.err);
        OK(out != NULL);
        for (uint32_t row = 0; row < w.of->samples; row++) {
            struct lf_item item = {.number = row, .id = w.run.item[row].id};
            item.sample = version_of(row, v);
            if (!w.of->format->joint)
                keep_field(&item.sample, field);
            OK(lf_run_name(&w.run, row, &w.a, &item.name, &w.err));
            OK(w.of->format->put(out, &item, &w.err));
            lf_arena_reset(&w.a);
        }
        OK(w.of->format->end(&out, &w.err));
    }
}

static void take_in(struct lf_incoming *in, enum version v)
{
    for (int field = 0; field < archives(); field++) {
        char path[60];
        snprintf(path, sizeof path, "%d-%d/%s", (int)v, field, w.of->file);
        struct lf_tree *t = lf_tree_open(path, &w.err);
        OK(t != NULL);
        OK(lf_incoming_read(in, w.of->format, t, -1, NULL, &w.err));
        lf_tree_free(&t);
    }
}

static void seal(struct lf_incoming *in, uint64_t times)
{
    OK(lf_incoming_seal(in, false, NULL, &w.err));
    if (w.of->format->joint) // a task without labels counts as not looked at
        assert_true(in->came > w.of->samples / 2);
    else
        assert_int_equal(in->came, w.of->samples);
    assert_int_equal(in->unmatched, 0);
    assert_int_equal(in->sources, archives() * times);
}

static int cross_everything(void **state)
{
    const char *look = getenv("LF_LAWS_SAMPLE");
    int64_t sample;
    enter_folder(state);
    w.look = look && lf_parse_int64(lf_slice_of(look), &sample) ? (long)sample : -1;
    OK((w.ev = lf_events_new(stderr, 1000, true, &w.err)) != NULL);
    w.base = lf_arena_take(&w.all, w.of->samples, sizeof *w.base, &w.err);
    w.ours = lf_arena_take(&w.all, w.of->samples, sizeof *w.ours, &w.err);
    OK(w.base && w.ours);
    OK((w.pixels = lf_pixel_tool_new(&w.err)) != NULL);
    make_run();
    for (enum version v = BASE; v < VERSIONS; v++) {
        send(v);
        OK(lf_incoming_new(&w.back[v], &w.run, &w.err));
        take_in(&w.back[v], v);
        seal(&w.back[v], 1);
    }
    OK(lf_incoming_new(&w.both, &w.run, &w.err));
    take_in(&w.both, MONDAY);
    take_in(&w.both, TUESDAY);
    seal(&w.both, 2);
    OK(lf_incoming_new(&w.turned, &w.run, &w.err));
    take_in(&w.turned, TUESDAY);
    take_in(&w.turned, MONDAY);
    seal(&w.turned, 2);
    return 0;
}

static int forget_everything(void **state)
{
    for (enum version v = BASE; v < VERSIONS; v++)
        lf_incoming_done(&w.back[v]);
    lf_incoming_done(&w.both);
    lf_incoming_done(&w.turned);
    lf_run_done(&w.run);
    lf_pixel_tool_free(&w.pixels);
    lf_events_free(&w.ev);
    lf_arena_done(&w.a);
    lf_arena_done(&w.all);
    return leave_folder(state);
}

// What came back of a sample: one piece a field, or more where there are more archives.
static struct lf_theirs *theirs_of(const struct lf_incoming *in, uint32_t row,
                                   size_t *count)
{
    size_t from, to;
    lf_incoming_of(in, row, &from, &to);
    *count = to - from;
    struct lf_theirs *theirs = lf_arena_take(&w.a, *count, sizeof *theirs, &w.err);
    OK(theirs != NULL);
    for (size_t i = 0; i < *count; i++)
        OK(lf_incoming_take(in, from + i, &w.a, &theirs[i], &w.err));
    return theirs;
}

// ---------------------------------------------------------------------------- merging

static struct lf_changes merged(const struct lf_rules *rules,
                                const struct lf_sample *base,
                                const struct lf_sample *ours,
                                const struct lf_incoming *in, struct lf_counts *counts)
{
    struct lf_changes plan = {0};
    size_t n;
    struct lf_theirs *theirs = theirs_of(in, base->row, &n);
    bool *told = lf_arena_take(&w.a, base->labels, sizeof *told, &w.err);
    *counts = (struct lf_counts){0};
    OK(told != NULL);
    OK(lf_fold(rules, base, ours, theirs, n, &w.a, &plan, told, counts,
               base->row == w.look ? w.ev : NULL, &w.err));
    for (size_t b = 0; b < base->labels; b++)
        counts->absent += base->label[b].shipped && !told[b];
    if (!lf_counts_balance(counts))
        fail_msg("sample %u: the counts do not balance", (unsigned)base->row);
    return plan;
}

// What came back of a version, or its numbers as the tool writes them.
static const struct lf_incoming *came(enum version v)
{
    return &w.back[w.rounded ? v - BASE + BASE_ROUNDED : v];
}

static struct lf_slice applied(const struct lf_sample *ours,
                               const struct lf_changes *plan)
{
    struct fo_source source = source_of();
    struct lf_edits edits;
    struct lf_buf text = {0};
    struct lf_slice doc;
    OK(fo_edits(&source, ours, plan, w.of->format->slack, NULL, &w.a, &edits, NULL,
                &w.err));
    lf_edits_apply(&edits, ours->raw, &text);
    OK(lf_arena_text(&w.a, lf_buf_view(&text), &doc, &w.err));
    lf_buf_done(&text);
    show(ours->row, "merged", doc);
    return doc;
}

static void assert_no_change(uint32_t row, const struct lf_changes *plan)
{
    if (plan->count) {
        const struct lf_change *c = &plan->change[0];
        const struct lf_label *l = c->ours ? c->ours : c->theirs;
        char id[25];
        lf_id_print(&l->id, id);
        fail_msg("sample %u: %lu changes, the first of %s label %s: %s, parts %u\n%.*s",
                 (unsigned)row, (unsigned long)plan->count, lf_kind_name(l->kind), id,
                 !c->ours     ? "added"
                 : !c->theirs ? "deleted"
                              : "edited",
                 c->parts, (int)l->raw.len, l->raw.at ? l->raw.at : "");
    }
}

static void assert_count(uint32_t row, const char *what, uint64_t n, uint64_t wanted)
{
    if (n != wanted)
        fail_msg("sample %u: %lu labels are %s, it should be %lu", (unsigned)row,
                 (unsigned long)n, what, (unsigned long)wanted);
}

static void assert_same_text(uint32_t row, struct lf_slice a, struct lf_slice b)
{
    size_t at = 0, most = a.len < b.len ? a.len : b.len;
    if (lf_slice_eq(a, b))
        return;
    while (at < most && a.at[at] == b.at[at])
        at++;
    at -= at < 300 ? at : 300;
    fail_msg("sample %u:\n%.600s\n%.600s", (unsigned)row, a.at + at, b.at + at);
}

// ---------------------------------------------------------------------------- the laws

static bool same_numbers(const double *a, const double *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs(a[i] - b[i]) <= w.of->close || (isnan(a[i]) && isnan(b[i]))))
            return false;
    return true;
}

// Points as the tool tells them, rings and their parts, pixels.
static bool same_geometry(const struct lf_label *a, const struct lf_label *b)
{
    bool same = a->points == b->points && a->rings == b->rings &&
                a->masks == b->masks && fabs(a->turn - b->turn) <= w.of->close &&
                same_numbers(a->xy, b->xy, 2 * (size_t)a->points);
    for (uint32_t i = 0; same && i < a->rings; i++)
        same = a->ring[i].points == b->ring[i].points &&
               a->ring[i].part == b->ring[i].part;
    for (uint32_t i = 0; same && i < a->masks; i++)
        same = lf_mask_eq(&a->mask[i], &b->mask[i]);
    return same;
}

static void assert_same_label(uint32_t row, const struct lf_label *sent,
                              const struct lf_label *back)
{
    const struct lf_field *f = &w.run.schema.field[sent->field];
    bool same = sent->field == back->field && sent->kind == back->kind &&
                lf_slice_eq(sent->name, back->name) &&
                sent->id.known == back->id.known && same_geometry(sent, back) &&
                (!sent->id.known || lf_id_eq(&sent->id, &back->id)) &&
                sent->attrs == back->attrs && !back->native.len && !back->occluded &&
                !back->group;
    for (uint32_t i = 0; same && i < sent->attrs; i++)
        same = sent->attr[i].name == back->attr[i].name &&
               lf_value_same(sent->attr[i].text, back->attr[i].text, false);
    if (!same)
        fail_msg("sample %u, field %.*s: what was read is not what was sent of\n%.*s",
                 (unsigned)row, (int)f->name.len, f->name.at, (int)sent->raw.len,
                 sent->raw.at);
}

// Whether a tag that is one of a set of words came back as the label of its class.
static bool told_as_word(const struct lf_sample *came, const struct lf_label *sent)
{
    for (size_t i = 0; i < came->labels; i++) {
        const struct lf_label *l = &came->label[i];
        if (l->field == sent->field && lf_slice_eq(l->name, sent->name))
            return l->id.known || !sent->id.known;
    }
    return false;
}

static const struct lf_label *next_of(const struct lf_sample *s, uint16_t field,
                                      size_t *at)
{
    while (*at < s->labels) {
        const struct lf_label *l = &s->label[(*at)++];
        if (l->field == field)
            return l;
    }
    return NULL;
}

// In the order they were sent, but for tags that are one value there.
static void assert_same_labels(const struct lf_sample *sent,
                               const struct lf_sample *came, uint16_t field)
{
    const bool words =
        w.of->format->joint && w.run.schema.field[field].type == LF_FT_CLASSIFICATIONS;
    size_t s = 0, t = 0;
    const struct lf_label *one;
    while ((one = next_of(sent, field, &s)) != NULL) {
        if (!one->shipped || is_again(sent, (size_t)(one - sent->label)))
            continue;
        const struct lf_label *back = next_of(came, field, &t);
        assert_non_null(back);
        if (words)
            assert_true(told_as_word(came, one));
        else
            assert_same_label(sent->row, one, back);
    }
    assert_null(next_of(came, field, &t));
}

// What tells of the field: a piece of its own, or the one of all.
static const struct lf_sample *piece_of(const struct lf_theirs *back, size_t n,
                                        uint16_t field)
{
    for (size_t i = 0; i < n; i++)
        if (back[i].sample.only == (w.of->format->joint ? -1 : (int)field))
            return &back[i].sample;
    fail_msg("nothing tells of field %u", (unsigned)field);
    return NULL;
}

static void what_was_written_reads_back_as_it_was_shipped(void **state)
{
    (void)state;
    for (uint32_t row = 0; row < w.of->samples; row++) {
        struct lf_sample sent = version_of(row, BASE);
        size_t n;
        struct lf_theirs *back = theirs_of(&w.back[BASE], row, &n);
        if (!n)
            assert_int_equal(count_shipped(&sent), 0);
        for (uint16_t field = 0; n && field < w.of->fields; field++) {
            const struct lf_sample *came = piece_of(back, n, field);
            const struct lf_field *f = &w.run.schema.field[field];
            assert_true(came->told & LF_IDS || f->type == LF_FT_SCALAR);
            assert_int_equal(came->width, sent.width);
            assert_same_labels(&sent, came, field);
        }
        lf_arena_reset(&w.a);
    }
}

static void what_came_back_as_it_was_sent_changes_nothing(void **state)
{
    (void)state;
    struct lf_rules rules = rules_of(LF_CONFLICT_FAIL);
    uint64_t all = 0;
    for (uint32_t row = 0; row < w.of->samples; row++) {
        struct lf_counts counts;
        struct lf_sample base = version_of(row, BASE);
        struct lf_changes plan = merged(&rules, &base, &base, came(BASE), &counts);
        assert_no_change(row, &plan);
        assert_count(row, "absent", counts.absent, count_again(&base));
        assert_count(row, "kept", counts.kept + counts.absent, count_shipped(&base));
        assert_count(row, "kept", counts.kept + counts.absent, lf_counts_all(&counts));
        all += counts.kept;
        lf_arena_reset(&w.a);
    }
    assert_true(all > w.of->least.kept); // this tested something
}

static void what_we_edited_stays_when_nothing_was_edited_there(void **state)
{
    (void)state;
    struct lf_rules rules = rules_of(LF_CONFLICT_FAIL);
    uint64_t edited = 0;
    for (uint32_t row = 0; row < w.of->samples; row++) {
        struct lf_counts counts;
        struct lf_slice was = base_of_row(row), now = ours_of_row(row);
        struct lf_sample base = shipped(row, was), ours = shipped(row, now);
        struct lf_changes plan = merged(&rules, &base, &ours, came(BASE), &counts);
        assert_no_change(row, &plan);
        assert_count(row, "kept", counts.kept + counts.absent, lf_counts_all(&counts));
        assert_true(!counts.absent || w.of->format->joint);
        edited += !lf_slice_eq(was, now);
        lf_arena_reset(&w.a);
    }
    assert_true(edited > w.of->samples / 3);
}

// The dataset as it was sent takes an archive; the same archive again, with the old
// base and with the new one, finds everything done.
static void what_was_merged_is_not_merged_again(void **state)
{
    (void)state;
    struct lf_rules rules = rules_of(LF_CONFLICT_FAIL);
    struct lf_counts sum = {0};
    for (uint32_t row = 0; row < w.of->samples; row++) {
        struct lf_counts counts;
        struct lf_sample base = version_of(row, BASE);
        struct lf_changes plan = merged(&rules, &base, &base, came(MONDAY), &counts);
        struct lf_slice doc = applied(&base, &plan);
        sum.added += counts.added;
        sum.deleted += counts.deleted;
        sum.edited += counts.edited;
        sum.kept += counts.kept;
        assert_count(row, "conflicts", counts.conflict, 0);
        struct lf_sample now = shipped(row, doc);
        plan = merged(&rules, &base, &now, came(MONDAY), &counts);
        assert_no_change(row, &plan);
        assert_count(row, "conflicts", counts.conflict, 0);
        plan = merged(&rules, &now, &now, came(MONDAY), &counts);
        assert_no_change(row, &plan);
        assert_count(row, "kept",
                     counts.kept + counts.refused + counts.ignored + counts.absent,
                     lf_counts_all(&counts));
        assert_true(!counts.absent || w.of->format->joint);
        lf_arena_reset(&w.a);
    }
    assert_true(sum.added > w.of->least.added);
    assert_true(sum.deleted > w.of->least.deleted);
    assert_true(sum.edited > w.of->least.edited);
}

// Both sides edited: whatever the policy, the result is stable.
static void both_edited_and_merged_twice_is_merged_once(void **state)
{
    (void)state;
    uint64_t conflicts = 0;
    for (int choice = LF_CONFLICT_OURS; choice <= LF_CONFLICT_THEIRS; choice++) {
        struct lf_rules rules = rules_of((enum lf_choice)choice);
        for (uint32_t row = 0; row < w.of->samples; row++) {
            struct lf_counts counts;
            struct lf_sample base = version_of(row, BASE);
            struct lf_sample ours = shipped(row, ours_of_row(row));
            struct lf_changes plan =
                merged(&rules, &base, &ours, came(MONDAY), &counts);
            struct lf_slice once = applied(&ours, &plan);
            conflicts += counts.conflict;
            if (choice == LF_CONFLICT_THEIRS)
                assert_count(row, "conflicts", counts.conflict, 0);
            struct lf_sample now = shipped(row, once);
            plan = merged(&rules, &base, &now, came(MONDAY), &counts);
            assert_same_text(row, applied(&now, &plan), once);
            lf_arena_reset(&w.a);
        }
    }
    assert_true(conflicts > w.of->least.conflicts);
}

// Every part of every label taken from the label itself: the same bytes.
static void a_label_written_over_itself_is_the_same_bytes(void **state)
{
    (void)state;
    for (uint32_t row = 0; row < w.of->samples; row++) {
        struct lf_sample s = shipped(row, document(row, true, NULL));
        struct lf_changes plan = {0};
        if (!w.of->format->joint) // the other does not hold all numbers
            assert_int_equal(count_shipped(&s), s.labels);
        plan.change = lf_arena_take(&w.a, s.labels, sizeof *plan.change, &w.err);
        OK(plan.change != NULL);
        for (size_t i = 0; i < s.labels; i++) {
            if (!s.label[i].shipped)
                continue;
            struct lf_change *c = &plan.change[plan.count++];
            *c = (struct lf_change){.ours = &s.label[i],
                                    .theirs = &s.label[i],
                                    .field = s.label[i].field,
                                    .parts = LF_SPACE | LF_ATTRS};
            if (lf_kind_has_class(s.label[i].kind))
                c->parts |= LF_CLASS;
            for (uint32_t k = 0; k < s.label[i].attrs; k++)
                if (s.label[i].attr[k].type != LF_V_NULL)
                    lf_attr_set_add(&c->attrs, s.label[i].attr[k].name);
        }
        assert_same_text(row, applied(&s, &plan), s.raw);
        lf_arena_reset(&w.a);
    }
}

static void the_order_of_archives_does_not_matter(void **state)
{
    (void)state;
    for (int choice = LF_CONFLICT_FAIL; choice <= LF_CONFLICT_THEIRS; choice++) {
        struct lf_rules rules = rules_of((enum lf_choice)choice);
        uint64_t changes = 0;
        for (uint32_t row = 0; row < w.of->samples; row++) {
            struct lf_counts one, other;
            struct lf_sample base = version_of(row, BASE);
            struct lf_changes plan = merged(&rules, &base, &base, &w.both, &one);
            struct lf_slice doc = applied(&base, &plan);
            changes += plan.count;
            plan = merged(&rules, &base, &base, &w.turned, &other);
            assert_same_text(row, applied(&base, &plan), doc);
            assert_memory_equal(&one, &other, sizeof one);
            lf_arena_reset(&w.a);
        }
        assert_true(changes > w.of->least.edited);
    }
}

static int round_what_comes_back(void **state)
{
    (void)state;
    w.rounded = true;
    return 0;
}

static int do_not_round(void **state)
{
    (void)state;
    w.rounded = false;
    return 0;
}

#define ROUNDED(test)                                                                  \
    {                                                                                  \
#test " (rounded)", test, round_what_comes_back, do_not_round, NULL            \
    }

int laws_run(const struct laws *of)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_reads_back_as_it_was_shipped),
        cmocka_unit_test(what_came_back_as_it_was_sent_changes_nothing),
        ROUNDED(what_came_back_as_it_was_sent_changes_nothing),
        cmocka_unit_test(what_we_edited_stays_when_nothing_was_edited_there),
        ROUNDED(what_we_edited_stays_when_nothing_was_edited_there),
        cmocka_unit_test(what_was_merged_is_not_merged_again),
        ROUNDED(what_was_merged_is_not_merged_again),
        cmocka_unit_test(both_edited_and_merged_twice_is_merged_once),
        ROUNDED(both_edited_and_merged_twice_is_merged_once),
        cmocka_unit_test(a_label_written_over_itself_is_the_same_bytes),
        cmocka_unit_test(the_order_of_archives_does_not_matter),
    };
    w.of = of;
    return cmocka_run_group_tests(tests, cross_everything, forget_everything);
}
