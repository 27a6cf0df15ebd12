#include "merge/merge_run.h"

#include "formats/base/alloc.h"
#include "formats/base/commit.h"
#include "formats/base/json.h"
#include "formats/base/relpath.h"
#include "formats/fiftyone/fo_dataset.h"
#include "formats/label/recover.h"
#include "formats/table.h"
#include "merge/find_run.h"
#include "merge/fold.h"
#include "merge/incoming.h"
#include "merge/new_scalars.h"
#include "merge/write_result.h"

static const struct lf_slice none;

struct merging {
    const struct lf_merge_job *job;
    struct lf_run run;
    bool run_here; // the record lies in the dataset's annotations/
    struct fo_dataset ds;
    struct fo_source source;
    struct lf_files files; // the dataset's
    struct lf_incoming in;
    struct lf_rules rules;
    struct lf_events *ev;
    struct lf_merge_result *result;
    struct lf_writing out;
    struct lf_new_base base;
    bool *visited;     // by row: the dataset still holds the sample
    struct lf_arena a; // of the sample
    int lock;
    struct lf_error *err;
};

// ---------------------------------------------------------------------------- archives

// "FIELD=PATH" names the field when FIELD is one of the run's.
static int field_of(const struct lf_run *run, const char *arg, const char **path)
{
    const char *eq = strchr(arg, '=');
    uint16_t row;
    *path = arg;
    if (!eq || !lf_field_find(&run->schema, lf_slice_between(arg, eq), &row))
        return -1;
    *path = eq + 1;
    return row;
}

static bool read_archive(struct merging *m, const char *arg)
{
    const char *path;
    int field = field_of(&m->run, arg, &path);
    const struct lf_format *format = NULL;
    struct lf_tree *tree = lf_tree_open(path, m->err);
    bool ok = tree && lf_format_of(tree, &format, m->err) &&
              lf_incoming_read(&m->in, format, tree, field, m->ev, m->err);
    lf_tree_free(&tree);
    return ok;
}

static void list_archives(const struct lf_incoming *in, struct lf_buf *out)
{
    char file[1024];
    lf_buf_char(out, '[');
    for (size_t i = 0; i < in->sources; i++) {
        const struct lf_arrival *s = &in->source[i];
        lf_buf_text(out, i ? ",\n  {\"file\": " : "\n  {\"file\": ");
        lf_json_quote(out, lf_slice_of(lf_escape(s->file, file, sizeof file)), true);
        lf_buf_text(out, ", \"task\": ");
        lf_json_quote(out, s->task, true);
        lf_buf_text(out, ", \"stamp\": ");
        lf_json_quote(out, s->stamp, true);
        lf_buf_printf(out, ", \"sha256\": \"%s\", \"repeated\": %s}", s->digest,
                      s->repeated ? "true" : "false");
    }
    lf_buf_char(out, ']');
}

static bool read_archives(struct merging *m)
{
    if (!lf_incoming_new(&m->in, &m->run, m->err))
        return false;
    m->in.pass_over = m->job->ignore_unmatched;
    m->in.keep_shapes = m->job->keep_shapes;
    for (size_t i = 0; i < m->job->archives; i++)
        if (!read_archive(m, m->job->archive[i]))
            return false;
    if (!lf_incoming_seal(&m->in, m->job->allow_older, m->ev, m->err) ||
        !lf_settle_scalars(&m->run, &m->ds, &m->in, m->err))
        return false;
    m->result->items = m->run.items;
    m->result->came = m->in.came;
    m->result->unmatched = m->in.unmatched;
    m->result->repeated = m->in.sources > 0;
    for (size_t i = 0; i < m->in.sources; i++)
        m->result->repeated &= m->in.source[i].repeated;
    list_archives(&m->in, &m->result->archives);
    if (!m->in.came)
        return lf_fail(m->err, LF_E_FOREIGN_RUN,
                       "no item of the archives is one of run \"%.*s\"",
                       (int)m->run.key.len, m->run.key.at);
    m->rules = (struct lf_rules){.run = &m->run,
                                 .slack = m->in.format->slack,
                                 .conflict = m->job->conflict,
                                 .clamp = m->job->clamp,
                                 .coerce_text = m->job->coerce_text,
                                 .ignore_unexpected = m->job->ignore_unexpected};
    m->source.relative = m->in.format->relative;
    return true;
}

// ---------------------------------------------------------------------------- one
// sample

static bool note(void *user, enum lf_code code, const struct lf_change *c,
                 unsigned attr, struct lf_error *err)
{
    struct merging *m = user;
    char id[25];
    const struct lf_label *l = c->ours ? c->ours : c->theirs;
    const struct lf_field *f = &m->run.schema.field[c->field];
    const struct lf_attr *old = c->ours ? lf_label_attr(c->ours, attr) : NULL;
    const struct lf_attr *new = lf_label_attr(c->theirs, attr);
    lf_id_print(c->ours ? &l->id : &c->id, id);
    struct lf_event e = {.code = code,
                         .line = c->theirs->line,
                         .field = f->name,
                         .label = lf_slice_of(id),
                         .was = old               ? old->text
                                : attr < f->attrs ? f->attr[attr].preset
                                                  : l->raw,
                         .came = new ? new->text : (struct lf_slice){0}};
    return lf_events_add(m->ev, &e, err);
}

// `files`: the masks on disk as they were when a document of base was shipped.
static bool parse_and_ship(struct merging *m, struct lf_slice doc,
                           struct lf_slice files, uint32_t row, struct lf_sample *s,
                           struct lf_sample *shipped)
{
    m->source.then = files;
    const struct lf_run_item *item = &m->run.item[row];
    bool relative = m->in.format->relative;
    *s = (struct lf_sample){.id = item->id,
                            .row = row,
                            .width = relative ? 1 : item->width,
                            .height = relative ? 1 : item->height};
    bool ok = fo_parse(&m->source, doc, &m->a, s, m->err);
    m->source.then = none;
    if (!ok)
        return false;
    *shipped = *s;
    shipped->label = lf_arena_take(&m->a, s->labels, sizeof *s->label, m->err);
    if (!shipped->label)
        return false;
    if (s->labels)
        memcpy(shipped->label, s->label, s->labels * sizeof *s->label);
    return m->in.format->ship(&m->run, shipped, &m->a, NULL, m->err);
}

static const struct lf_id *id_of(const struct lf_change *c)
{
    return c->ours ? &c->ours->id : &c->id;
}

// A scalar has no id: it is its field's only one.
static bool same_label(const struct lf_change *a, const struct lf_change *b)
{
    const struct lf_label *l = a->ours ? a->ours : a->theirs;
    return a->field == b->field &&
           (l->kind == LF_SCALAR || lf_id_eq(id_of(a), id_of(b)));
}

// Of the changes of base those that the dataset took as well: a conflict that was
// settled for the dataset is still open to the next archive.
static void only_applied(struct lf_changes *base, const struct lf_changes *applied)
{
    size_t n = 0;
    for (size_t i = 0; i < base->count; i++) {
        struct lf_change c = base->change[i];
        const struct lf_change *same = NULL;
        for (size_t k = 0; !same && k < applied->count; k++)
            if (same_label(&applied->change[k], &c))
                same = &applied->change[k];
        if (!same)
            continue;
        if (same->ours && same->theirs) { // an edit of which only some parts were taken
            c.parts &= same->parts;
            for (size_t w = 0; w < LF_ATTR_WORDS; w++)
                c.attrs.word[w] &= same->attrs.word[w];
        }
        base->change[n++] = c;
    }
    base->count = n;
}

// Base after the merge: the same archives applied to base itself. `applied`: what the
// dataset took, where not all of it was taken; else NULL.
static bool move_base(struct merging *m, const struct lf_sample *base,
                      struct lf_slice files, const struct lf_theirs *theirs,
                      size_t count, uint32_t row, const struct lf_changes *applied)
{
    struct lf_changes plan = {0};
    struct lf_counts unused = {0};
    struct lf_edits edits;
    struct lf_buf doc = {0}, line = {0};
    uint8_t digest[LF_BASE_DIGEST];
    struct lf_rules rules = m->rules;
    rules.conflict = LF_CONFLICT_THEIRS;
    bool ok = lf_fold(&rules, base, base, theirs, count, &m->a, &plan, NULL, &unused,
                      NULL, m->err);
    if (ok && applied)
        only_applied(&plan, applied);
    if (!ok || !plan.count || m->job->dry_run)
        return ok;
    struct lf_slice *value =
        lf_arena_take(&m->a, m->run.schema.fields, sizeof *value, m->err);
    ok = value && fo_edits(&m->source, base, &plan, m->rules.slack, NULL, &m->a, &edits,
                           NULL, m->err);
    if (ok) {
        lf_edits_apply(&edits, base->raw, &doc);
        ok = lf_buf_ok(&doc, m->err);
    }
    if (ok) {
        fo_values(&m->run.schema, lf_buf_view(&doc), value);
        m->source.then = files; // those that stay are as they were shipped
        ok =
            fo_mask_files(&m->source, lf_buf_view(&doc), &m->a, &files, m->err) &&
            lf_base_doc(&m->run.schema, &base->id, value, files, &line, m->err) &&
            lf_base_digest(&m->run.schema, value, files, digest, m->err) &&
            lf_new_base_add(&m->base, &m->run, row, lf_buf_view(&line), digest, m->err);
    }
    m->source.then = none;
    lf_buf_done(&doc);
    lf_buf_done(&line);
    return ok;
}

// What was shipped of a sample: its own bytes unless they changed since, then the line
// kept of it.
static bool base_of(struct merging *m, struct lf_slice doc, uint32_t row,
                    struct lf_slice *was, struct lf_slice *files)
{
    uint8_t digest[LF_BASE_DIGEST];
    struct lf_slice *value =
        lf_arena_take(&m->a, m->run.schema.fields, sizeof *value, m->err);
    *was = doc;
    *files = none;
    if (!m->run.has_base)
        return value != NULL;
    if (!value)
        return false;
    fo_values(&m->run.schema, doc, value);
    if (!fo_mask_files(&m->source, doc, &m->a, files, m->err) ||
        !lf_base_digest(&m->run.schema, value, *files, digest, m->err))
        return false;
    if (!memcmp(digest, m->run.item[row].digest, sizeof digest))
        return true;
    if (!lf_base_read(&m->run, row, &m->a, was, m->err))
        return false;
    *files = lf_base_files(*was);
    return true;
}

static bool take_theirs(struct merging *m, size_t from, size_t to,
                        struct lf_theirs **theirs, size_t *count)
{
    *count = 0;
    *theirs = lf_arena_take(&m->a, to - from, sizeof **theirs, m->err);
    for (size_t i = from; *theirs && i < to; i++) {
        struct lf_theirs *t = &(*theirs)[*count];
        if (!lf_incoming_take(&m->in, i, &m->a, &t->sample, &t->file, &t->item, m->err))
            return false;
        bool again = i > from && m->in.place[i].source == m->in.place[i - 1].source &&
                     m->in.place[i].only == m->in.place[i - 1].only;
        struct lf_event e = {.code = LF_E_ITEM_TWICE, .file = t->file, .item = t->item};
        if (!again)
            ++*count;
        else if (!lf_events_add(m->ev, &e, m->err) ||
                 !lf_join_theirs(&(*theirs)[*count - 1].sample, &t->sample, &m->a,
                                 m->err))
            return false;
    }
    return *theirs != NULL;
}

// New masks before the document that names them.
static bool write_edited(struct merging *m, const struct fo_doc *doc,
                         const struct lf_edits *edits, const struct fo_new_files *masks)
{
    struct lf_buf text = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < masks->count; i++)
        ok = lf_writing_mask(&m->out, &masks->file[i], m->err);
    lf_edits_apply(edits, doc->raw, &text);
    ok = ok && lf_buf_ok(&text, m->err);
    struct lf_slice now = lf_buf_view(&text);
    ok = ok && lf_writing_doc(&m->out, doc, &now, m->err);
    lf_buf_done(&text);
    return ok;
}

static bool merge_document(struct merging *m, const struct fo_doc *doc, uint32_t row)
{
    struct lf_sample ours, base, ours_shipped, base_shipped;
    struct lf_changes plan = {0};
    struct lf_edits edits;
    struct lf_theirs *theirs;
    struct lf_slice was, files;
    struct fo_new_files masks = {0};
    size_t from, to, count = 0;
    uint64_t conflicts = m->result->counts.conflict;
    bool ok = base_of(m, doc->raw, row, &was, &files) &&
              parse_and_ship(m, doc->raw, none, row, &ours, &ours_shipped);
    const struct lf_sample *base_side = &ours_shipped;
    if (ok && was.at != doc->raw.at) {
        ok = parse_and_ship(m, was, files, row, &base, &base_shipped);
        base_side = &base_shipped;
    }
    lf_incoming_of(&m->in, row, &from, &to);
    bool *told =
        ok ? lf_arena_take(&m->a, base_side->labels, sizeof *told, m->err) : NULL;
    if (!told || !take_theirs(m, from, to, &theirs, &count) ||
        !lf_fold(&m->rules, base_side, &ours_shipped, theirs, count, &m->a, &plan, told,
                 &m->result->counts, m->ev, m->err))
        return false;
    for (size_t b = 0; b < base_side->labels; b++)
        m->result->counts.absent += base_side->label[b].shipped && !told[b];
    if (!count)
        return lf_writing_doc(&m->out, doc, NULL, m->err);
    for (size_t i = 0; i < ours_shipped.labels; i++)
        m->result->home += !ours_shipped.label[i].shipped;
    struct fo_notes notes = {m, note};
    ok = fo_edits(&m->source, &ours_shipped, &plan, m->rules.slack, &notes, &m->a,
                  &edits, &masks, m->err) &&
         (!m->run.has_base ||
          move_base(m, base_side, files, theirs, count, row,
                    m->result->counts.conflict > conflicts ? &plan : NULL));
    if (!ok || !edits.count)
        return ok && lf_writing_doc(&m->out, doc, NULL, m->err);
    m->result->changed++;
    return write_edited(m, doc, &edits, &masks);
}

// A sample that the dataset no longer holds: what came back for it cannot be taken, and
// what was shipped of it counts as absent.
static bool account_missing(struct merging *m, uint32_t row)
{
    struct lf_sample base, shipped;
    struct lf_slice was;
    size_t from, to;
    char id[25];
    lf_id_print(&m->run.item[row].id, id);
    if (m->run.has_base) {
        if (!lf_base_read(&m->run, row, &m->a, &was, m->err) ||
            !parse_and_ship(m, was, lf_base_files(was), row, &base, &shipped))
            return false;
        for (size_t b = 0; b < shipped.labels; b++)
            m->result->counts.absent += shipped.label[b].shipped;
    }
    lf_incoming_of(&m->in, row, &from, &to);
    for (; from < to; from++) {
        struct lf_theirs t;
        struct lf_event e = {.code =
                                 m->in.pass_over ? LF_N_PASSED_OVER : LF_E_UNMATCHED,
                             .sample = lf_slice_of(id),
                             .text = LF_S("the dataset no longer holds the sample")};
        if (!lf_incoming_take(&m->in, from, &m->a, &t.sample, &t.file, &t.item, m->err))
            return false;
        e.file = t.file;
        e.item = t.item;
        m->result->unmatched++;
        m->result->counts.ignored += t.sample.labels;
        m->result->counts.returned += t.sample.labels;
        if (!lf_events_add(m->ev, &e, m->err))
            return false;
    }
    lf_arena_reset(&m->a);
    return true;
}

static bool merge_all(struct merging *m)
{
    struct fo_doc doc;
    struct fo_head head = {0};
    bool ok, more = false;
    uint32_t guess = 0, row = 0;
    m->visited = lf_alloc(m->run.items, sizeof *m->visited, m->err);
    if (!m->visited || !fo_rewind(&m->ds, m->err))
        return false;
    while ((ok = fo_next(&m->ds, &doc, &more, m->err)) && more) {
        ok = fo_head(doc.raw, &m->a, &head, m->err);
        if (ok && lf_run_row(&m->run, &head.id, guess, &row)) {
            guess = row + 1;
            m->visited[row] = true;
            ok = merge_document(m, &doc, row);
        } else if (ok) {
            ok = lf_writing_doc(&m->out, &doc, NULL, m->err);
        }
        if (!ok) {
            char id[25];
            lf_id_print(&head.id, id);
            lf_fail_in_sample(m->err, lf_slice_of(head.id.known ? id : ""));
            fo_fail_in(&m->ds, &doc, m->err);
            break;
        }
        lf_arena_reset(&m->a);
    }
    ok = ok && lf_writing_rest(&m->out, &doc, m->err);
    for (row = 0; ok && row < m->run.items; row++)
        ok = m->visited[row] || account_missing(m, row);
    return ok;
}

// ---------------------------------------------------------------------------- verdict

static bool stop_at_policies(struct merging *m)
{
    struct lf_counts *c = &m->result->counts;
    c->ignored += m->in.unmatched_labels;
    c->returned += m->in.unmatched_labels;
    if (!lf_counts_balance(c))
        return lf_fail(
            m->err, LF_E_BALANCE,
            "%llu pairs are in buckets, %llu were there to account for",
            (unsigned long long)lf_counts_all(c),
            (unsigned long long)(c->told + c->absent + c->returned - c->paired));
    // A copy of the dataset is known by its sample ids; an archive only by its labels'.
    if (!m->in.format->relative && c->told && c->ids && !c->known_ids)
        return lf_fail(
            m->err, LF_E_FOREIGN_RUN,
            "none of the %llu label ids in the archives was shipped by run \"%.*s\"",
            (unsigned long long)c->ids, (int)m->run.key.len, m->run.key.at);
    if (lf_events_count(m->ev, LF_E_TYPE) && !m->job->ignore_unexpected)
        return lf_fail(
            m->err, LF_E_TYPE,
            "unexpected shapes came back (%llu); --unexpected ignore leaves them out",
            (unsigned long long)lf_events_count(m->ev, LF_E_TYPE));
    if (m->job->fail_unmatched && m->result->unmatched)
        return lf_fail(m->err, LF_E_UNMATCHED, "%llu items match no sample",
                       (unsigned long long)m->result->unmatched);
    if (m->job->fail_class && lf_events_count(m->ev, LF_E_CLASS))
        return lf_fail(m->err, LF_E_CLASS, "%llu labels of unknown classes came back",
                       (unsigned long long)lf_events_count(m->ev, LF_E_CLASS));
    if (m->job->fail_attr && lf_events_count(m->ev, LF_E_ATTR))
        return lf_fail(m->err, LF_E_ATTR, "%llu values of unknown attributes came back",
                       (unsigned long long)lf_events_count(m->ev, LF_E_ATTR));
    if (c->conflict && m->job->conflict == LF_CONFLICT_FAIL)
        return lf_fail(
            m->err, LF_E_CONFLICT,
            "%llu labels were edited on both sides; --conflict ours or theirs decides",
            (unsigned long long)c->conflict);
    return true;
}

static bool write_result(struct merging *m)
{
    const struct lf_written with = {&m->run, m->run_here, &m->base, &m->in};
    if (m->job->dry_run)
        return true;
    m->result->written = lf_writing_end(&m->out, &with, m->err);
    return m->result->written;
}

// ---------------------------------------------------------------------------- all of
// it

static bool prepare(struct merging *m)
{
    const struct lf_merge_job *job = m->job;
    unsigned recovered = 0;
    if (job->in_place && !lf_lock_folder(job->dataset, &m->lock, m->err))
        return false;
    if (!job->dry_run && !lf_recover(job->dataset, job->in_place, &recovered, m->err))
        return false;
    if (!fo_open(&m->ds, job->dataset, m->err) ||
        !lf_find_run(job, &m->run, &m->run_here, m->ev, m->err))
        return false;
    if (job->out && lf_path_inside(job->out, job->dataset)) {
        lf_fail(m->err, LF_E_TARGET, "the output lies inside the dataset");
        return lf_fail_in_file(m->err, job->out);
    }
    return true;
}

static bool check_rules(struct merging *m)
{
    const struct lf_format *f = m->in.format;
    const struct lf_format *made_for = lf_format_named(m->run.format.at);
    if (f == made_for && f->rules != m->run.rules)
        return lf_fail(m->err, LF_E_RUN_VERSION,
                       "the run was shipped by rules %u, this program knows %u",
                       m->run.rules, f->rules);
    return true;
}

bool lf_merge(const struct lf_merge_job *job, struct lf_events *ev,
              struct lf_merge_result *result, struct lf_error *err)
{
    struct merging m = {.job = job,
                        .ev = ev,
                        .result = result,
                        .lock = -1,
                        .err = err,
                        .ds = {.folder_fd = -1, .again_fd = -1},
                        .run.items_fd = -1,
                        .run.base_fd = -1};
    m.source.schema = &m.run.schema;
    m.files = fo_files(&m.ds);
    m.source.files = &m.files;
    *result = (struct lf_merge_result){0};
    bool ok = (m.source.pixels = lf_pixel_tool_new(err)) != NULL && prepare(&m) &&
              read_archives(&m) && check_rules(&m) &&
              lf_writing_begin(&m.out, job, &m.ds, err) && merge_all(&m) &&
              stop_at_policies(&m) && write_result(&m);
    lf_writing_done(&m.out);
    lf_pixel_tool_free(&m.source.pixels);
    lf_free(m.visited);
    lf_new_base_done(&m.base);
    lf_incoming_done(&m.in);
    lf_run_done(&m.run);
    fo_done(&m.ds);
    lf_arena_done(&m.a);
    if (m.lock >= 0)
        lf_unlock(&m.lock);
    return ok;
}

void lf_merge_result_done(struct lf_merge_result *r)
{
    lf_buf_done(&r->archives);
}
