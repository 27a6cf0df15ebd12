#include <sys/stat.h>

#include "formats/base/alloc.h"
#include "formats/base/relpath.h"
#include "formats/fiftyone/fo_dataset.h"
#include "formats/table.h"
#include "merge/diff_states.h"
#include "merge/find_run.h"
#include "merge/fold.h"
#include "merge/incoming.h"
#include "merge/learning.h"
#include "merge/new_scalars.h"
#include "merge/sent_labels.h"

struct places { // a dataset's samples by row of the run; len 0: not there
    struct fo_dataset *ds;
    struct lf_files files;
    struct fo_place *at;
};

struct side {
    const char *word; // NULL: what was shipped
    bool dataset;     // as it says now
    struct fo_dataset ds;
    struct places places;
    struct lf_incoming in;
    const struct lf_format *format; // of an archive
    struct lf_counts counts;
};

struct comparing {
    const struct lf_diff_job *job;
    struct lf_run run;
    struct fo_dataset ds; // the run's
    struct places places; // its samples, where the run has no base
    struct side a, b;
    const struct lf_format *format; // that both sides are shipped by
    struct lf_pixel_tool *pixels;
    struct lf_unexpected unexpected;
    struct lf_learning learning; // nothing new: what merges of the run have learned
    struct lf_rules rules;
    struct lf_states states;
    struct lf_diff_report *report;
    struct lf_events *ev;
    struct lf_arena m; // of the sample
    struct lf_error *err;
};

// ---------------------------------------------------------------------------- the run

// The dataset as it is now stands for what was shipped.
static bool no_base(const struct comparing *c)
{
    return !c->run.has_base || c->run.fresh;
}

static bool find_places(struct comparing *c, struct places *p)
{
    struct fo_doc doc;
    struct fo_head head;
    bool ok, more = false;
    uint32_t row = UINT32_MAX;
    p->files = fo_files(p->ds);
    p->at = lf_alloc(c->run.items, sizeof *p->at, c->err);
    if (!p->at || !fo_rewind(p->ds, c->err))
        return false;
    while ((ok = fo_next(p->ds, &doc, &more, c->err)) && more) {
        if (!(ok = fo_head(doc.raw, &c->m, &head, c->err))) {
            fo_fail_in(p->ds, &doc, c->err);
            break;
        }
        if (lf_run_row(&c->run, &head.id, row + 1, &row))
            p->at[row] = fo_place(&doc);
        lf_arena_reset(&c->m);
    }
    return ok;
}

static bool open_run(struct comparing *c)
{
    const char *words[2] = {c->a.word ? c->a.word : c->b.word, c->b.word};
    const struct lf_merge_job find = {.run = c->job->run,
                                      .dataset = c->job->dataset,
                                      .runs_dir = c->job->runs_dir,
                                      .archive = words,
                                      .archives = c->a.word ? 2 : 1};
    const struct fo_source source = {
        .schema = &c->run.schema, .files = &c->places.files, .pixels = c->pixels};
    bool here;
    c->places.ds = &c->ds;
    c->places.files = fo_files(&c->ds);
    if (!fo_open(&c->ds, c->job->dataset, c->err) ||
        !lf_find_run(&find, &c->ds, &source, &c->run, &here, c->ev, c->err))
        return false;
    // What was changed counts, not whether the run allows it.
    for (size_t i = 0; i < c->run.schema.fields; i++) {
        struct lf_field *f = &c->run.schema.field[i];
        f->rights = LF_MAY_ALL;
        for (size_t k = 0; k < f->attrs; k++)
            f->attr[k].read_only = false;
    }
    return !no_base(c) || find_places(c, &c->places);
}

static bool name_fields(struct comparing *c)
{
    const struct lf_schema *s = &c->run.schema;
    struct lf_arena *keep = &c->report->arena;
    uint16_t known;
    int32_t *row = lf_arena_take(keep, s->fields, sizeof *row, c->err);
    c->report->field = lf_arena_take(keep, s->fields, sizeof *c->report->field, c->err);
    if (!row || !c->report->field)
        return false;
    for (size_t i = 0; i < c->job->fields; i++)
        if (!lf_field_find(s, lf_slice_of(c->job->field[i]), &known))
            return lf_fail(c->err, LF_E_FIELD, "the run has no field \"%s\"",
                           c->job->field[i]);
    for (size_t i = 0; i < s->fields; i++) {
        struct lf_diff_field *to = &c->report->field[c->report->fields];
        row[i] = -1;
        if (!lf_diff_wants(c->job, s->field[i].name))
            continue;
        row[i] = (int32_t)c->report->fields++;
        to->was = to->came = lf_slice_of(lf_field_type_name(s->field[i].type));
        if (!lf_arena_text(keep, s->field[i].name, &to->name, c->err))
            return false;
    }
    c->states.row = row;
    c->states.schema = s;
    return true;
}

// Unexpected shapes go where merges of the run put them; others are told.
static bool keep_learned(struct comparing *c)
{
    const struct lf_schema *s = &c->run.schema;
    c->unexpected.fate = LF_FATE_IGNORE;
    for (size_t i = lf_schema_own(s); i < s->fields; i++)
        for (int t = 0; t < LF_RT_NONE; t++)
            if (lf_return_field_type((enum lf_return_type)t) == s->field[i].type)
                c->unexpected.field[t] = s->field[i].name;
    c->learning = (struct lf_learning){
        .run = &c->run, .ds = &c->ds, .unexpected = &c->unexpected, .ev = c->ev};
    return lf_learning_begin(&c->learning, false, false, c->err);
}

// ---------------------------------------------------------------------------- sides

bool lf_diff_is_dataset(const char *word)
{
    char path[4200];
    struct stat st;
    struct lf_error none = {0};
    return lf_path_join(path, sizeof path, word, "metadata.json", &none) &&
           stat(path, &st) == 0;
}

// What a word is: an archive of some format, or a dataset in a layout that is none.
static bool probe(struct side *s, struct lf_error *err)
{
    if (!s->word)
        return true;
    struct lf_tree *t = lf_tree_open(s->word, err);
    if (!t)
        return false;
    bool ok = lf_format_of(t, &s->format, err);
    lf_tree_free(&t);
    if (ok || err->code != LF_E_ARCHIVE || !lf_diff_is_dataset(s->word))
        return ok;
    lf_error_clear(err);
    s->dataset = true;
    return true;
}

// A dataset beside a tool's archive is taken as the tool would hold it; else it is an
// edited copy, as merge takes it.
static bool settle_format(struct comparing *c)
{
    struct side *a = &c->a, *b = &c->b;
    if (!probe(a, c->err) || !probe(b, c->err))
        return false;
    if (a->format && b->format && a->format != b->format) {
        struct side *one = a->format->relative ? a : b;
        if (!one->format->relative || !lf_diff_is_dataset(one->word))
            return lf_fail(c->err, LF_E_ARCHIVE,
                           "archives of %s and of %s cannot be compared",
                           a->format->name, b->format->name);
        one->format = NULL;
        one->dataset = true;
    }
    c->format = a->format   ? a->format
                : b->format ? b->format
                            : lf_format_named(c->run.format.at);
    if (c->format == lf_format_named(c->run.format.at) &&
        c->format->rules != c->run.rules)
        return lf_fail(c->err, LF_E_RUN_VERSION,
                       "the run was shipped by rules %u, this program knows %u",
                       c->run.rules, c->format->rules);
    return true;
}

static bool read_side(struct comparing *c, struct side *s)
{
    if (s->dataset) {
        s->places.ds = &s->ds;
        return fo_open(&s->ds, s->word, c->err) && find_places(c, &s->places);
    }
    if (!s->word)
        return true;
    struct lf_tree *t = lf_tree_open(s->word, c->err);
    bool ok = t && lf_incoming_new(&s->in, &c->run, c->err);
    s->in.learning = &c->learning;
    ok = ok && lf_incoming_read(&s->in, s->format, t, -1, c->ev, c->err) &&
         lf_incoming_seal(&s->in, true, c->ev, c->err) &&
         lf_settle_scalars(&c->run, &c->ds, &s->in, c->err);
    lf_tree_free(&t);
    if (ok && s->in.damaged)
        *c->err = s->in.first;
    else if (ok && !s->in.came)
        lf_fail(c->err, LF_E_FOREIGN_RUN,
                "no item of the archive is one of run \"%.*s\"", (int)c->run.key.len,
                c->run.key.at);
    return ok && c->err->code == LF_OK ? true : lf_fail_in_file(c->err, s->word);
}

// ---------------------------------------------------------------------------- a sample

static bool ship(struct comparing *c, const struct lf_files *files, struct lf_slice doc,
                 struct lf_slice then, uint32_t row, struct lf_sample *s)
{
    const struct lf_run_item *item = &c->run.item[row];
    const struct fo_source src = {.schema = &c->run.schema,
                                  .files = files,
                                  .pixels = c->pixels,
                                  .relative = c->format->relative,
                                  .then = then};
    *s = (struct lf_sample){.id = item->id,
                            .row = row,
                            .width = src.relative ? 1 : item->width,
                            .height = src.relative ? 1 : item->height};
    if (!fo_parse(&src, doc, &c->m, s, c->err) ||
        !c->format->ship(&c->run, s, &c->m, NULL, c->err))
        return false;
    if (c->run.recorded && !src.relative)
        lf_sent_only(&c->run, s);
    lf_mark_learned(&c->run, s);
    return true;
}

static bool ship_at(struct comparing *c, struct places *p, uint32_t row,
                    struct lf_sample *s)
{
    struct lf_slice doc;
    const struct lf_slice now = {0};
    return fo_read_at(p->ds, &p->at[row], &c->m, &doc, c->err) &&
           ship(c, &p->files, doc, now, row, s);
}

static bool ship_base(struct comparing *c, uint32_t row, struct lf_sample *s)
{
    struct lf_slice doc;
    if (no_base(c))
        return ship_at(c, &c->places, row, s);
    return lf_base_read(&c->run, row, &c->m, &doc, c->err) &&
           ship(c, &c->places.files, doc, lf_base_files(doc), row, s);
}

static bool holds(const struct comparing *c, const struct side *s, uint32_t row)
{
    size_t from, to;
    if (s->dataset)
        return s->places.at[row].len > 0;
    if (no_base(c) && !c->places.at[row].len)
        return false; // nothing to compare it with
    if (!s->word)
        return true;
    lf_incoming_of(&s->in, row, &from, &to);
    return from < to;
}

// What FiftyOne's upload did to the labels of a run of its own is undone.
static bool restore(struct comparing *c, struct side *s, const struct lf_sample *base,
                    struct lf_theirs *theirs, size_t count)
{
    struct lf_restoring r = {&c->run, base, c->format->slack, c->ev, &c->m, &s->counts};
    for (size_t i = 0; i < count; i++)
        if (!lf_sent_restore(&r, &theirs[i], c->err))
            return false;
    return true;
}

// What the archive makes of base.
static bool state_of_archive(struct comparing *c, struct side *s, uint32_t row,
                             const struct lf_sample *base, struct lf_sample *out)
{
    struct lf_theirs *theirs;
    struct lf_changes plan;
    size_t count;
    return lf_take_theirs(&s->in, row, &c->m, &theirs, &count, c->ev, c->err) &&
           (!c->run.recorded || c->format->relative ||
            restore(c, s, base, theirs, count)) &&
           lf_fold(&c->rules, base, base, theirs, count, &c->m, &plan, NULL, &s->counts,
                   c->ev, c->err) &&
           lf_apply_changes(base, &plan, &c->m, out, c->err);
}

static bool state_of(struct comparing *c, struct side *s, uint32_t row,
                     const struct lf_sample *base, struct lf_sample *out)
{
    if (s->dataset)
        return ship_at(c, &s->places, row, out);
    if (s->word)
        return state_of_archive(c, s, row, base, out);
    *out = *base;
    return true;
}

static bool compare_row(struct comparing *c, uint32_t row)
{
    struct lf_sample base, a, b;
    char id[25];
    bool in_a = holds(c, &c->a, row), in_b = holds(c, &c->b, row);
    lf_id_print(&c->run.item[row].id, id);
    if ((!in_a && !in_b) || (!c->a.word && !in_b && !c->b.dataset)) {
        c->report->absent++;
        return true;
    }
    if (in_a != in_b)
        return lf_diff_only(c->report, lf_slice_of(id), in_a ? 'A' : 'B', c->err);
    c->states.width = c->format->relative ? c->run.item[row].width : 1;
    c->states.height = c->format->relative ? c->run.item[row].height : 1;
    bool needs_base = !c->a.dataset || !c->b.dataset;
    return (!needs_base || ship_base(c, row, &base)) &&
           state_of(c, &c->a, row, &base, &a) && state_of(c, &c->b, row, &base, &b) &&
           lf_diff_sample(c->report, lf_slice_of(id), c->err) &&
           lf_diff_states(&c->states, &a, &b, &c->m, c->err);
}

static bool compare_all(struct comparing *c)
{
    c->states.slack = c->format->slack;
    c->rules = (struct lf_rules){.run = &c->run,
                                 .slack = c->format->slack,
                                 .conflict = LF_CONFLICT_THEIRS,
                                 .unexpected = c->unexpected};
    for (uint32_t row = 0; row < c->run.items; row++) {
        if (!compare_row(c, row)) {
            char id[25];
            lf_id_print(&c->run.item[row].id, id);
            return lf_fail_in_sample(c->err, lf_slice_of(id));
        }
        lf_arena_reset(&c->m);
    }
    c->report->left_out += c->a.counts.ignored + c->a.counts.refused +
                           c->b.counts.ignored + c->b.counts.refused;
    return true;
}

// A tool's archive is known by its labels' ids.
static bool check_ids(const struct comparing *c, const struct side *s)
{
    const struct lf_counts *n = &s->counts;
    if (c->format->relative || !n->told || !n->ids || n->known_ids)
        return true;
    lf_fail(c->err, LF_E_FOREIGN_RUN,
            "none of the %llu label ids in the archive was shipped by run \"%.*s\"",
            (unsigned long long)n->ids, (int)c->run.key.len, c->run.key.at);
    return lf_fail_in_file(c->err, s->word);
}

static void side_done(struct side *s)
{
    lf_incoming_done(&s->in);
    lf_free(s->places.at);
    fo_done(&s->ds);
}

bool lf_diff_archives(const struct lf_diff_job *job, struct lf_diff_report *r,
                      struct lf_events *ev, struct lf_error *err)
{
    struct comparing c = {
        .job = job,
        .report = r,
        .ev = ev,
        .err = err,
        .ds = {.folder_fd = -1, .again_fd = -1},
        .a = {.word = job->a, .ds = {.folder_fd = -1, .again_fd = -1}},
        .b = {.word = job->b, .ds = {.folder_fd = -1, .again_fd = -1}},
        .run.items_fd = -1,
        .run.base_fd = -1};
    c.states = (struct lf_states){.job = job, .report = r};
    bool ok = (c.pixels = lf_pixel_tool_new(err)) != NULL && open_run(&c) &&
              settle_format(&c) && name_fields(&c) && keep_learned(&c) &&
              read_side(&c, &c.a) && read_side(&c, &c.b) && compare_all(&c) &&
              check_ids(&c, &c.a) && check_ids(&c, &c.b);
    side_done(&c.a);
    side_done(&c.b);
    lf_free(c.places.at);
    lf_pixel_tool_free(&c.pixels);
    lf_run_done(&c.run);
    fo_done(&c.ds);
    lf_arena_done(&c.m);
    return ok;
}
