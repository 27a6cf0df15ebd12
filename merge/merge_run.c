#include "merge/merging.h"

#include "formats/base/alloc.h"
#include "formats/base/commit.h"
#include "formats/base/json.h"
#include "formats/base/relpath.h"
#include "formats/label/recover.h"
#include "formats/table.h"
#include "merge/decisions.h"
#include "merge/dest_field.h"
#include "merge/field_counts.h"
#include "merge/find_run.h"
#include "merge/new_scalars.h"

// ---------------------------------------------------------------------------- archives

// "FIELD=PATH" names the field when FIELD is one of the run's.
static int field_of(const struct lf_run *run, const char *arg, const char **path)
{
    const char *eq = strchr(arg, '=');
    uint16_t row;
    *path = arg;
    if (!eq || !lf_field_find(&run->schema, lf_slice_between(arg, eq), &row) ||
        run->schema.field[row].learned)
        return -1;
    *path = eq + 1;
    return row;
}

static bool read_archive(struct lf_merging *m, const char *arg)
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
    lf_buf_char(out, '[');
    for (size_t i = 0; i < in->sources; i++) {
        lf_buf_text(out, i ? ",\n  " : "\n  ");
        lf_arrival_json(&in->source[i], out);
        lf_buf_printf(out, ", \"repeated\": %s}",
                      in->source[i].repeated ? "true" : "false");
    }
    lf_buf_char(out, ']');
}

static bool open_decisions(struct lf_merging *m)
{
    const struct lf_merge_job *job = m->job;
    if (!job->decisions && !job->proposals)
        return true;
    m->decisions = lf_decisions_new(&m->run, job->decisions, job->proposals, m->err);
    return m->decisions != NULL;
}

// An archive whose tasks nobody did is the run's all the same, and has nothing to say.
static bool nothing_done(const struct lf_merging *m)
{
    return !m->in.items && lf_events_count(m->ev, LF_N_UNTOUCHED) +
                                   lf_events_count(m->ev, LF_N_TASK_SKIPPED) +
                                   lf_events_count(m->ev, LF_E_DRAFT) >
                               0;
}

static bool read_archives(struct lf_merging *m)
{
    if (!lf_incoming_new(&m->in, &m->run, m->err))
        return false;
    m->run.accept = m->job->accept;
    m->in.pass_over = m->job->ignore_unmatched;
    m->in.keep_shapes = m->job->keep_shapes;
    m->in.skip_damaged = m->job->skip_damaged;
    m->in.pick = m->job->pick;
    m->in.decided = m->job->decisions != NULL;
    m->learning = (struct lf_learning){
        .run = &m->run, .ds = &m->ds, .unexpected = &m->job->unexpected, .ev = m->ev};
    m->in.learning = &m->learning;
    if (!lf_learning_begin(&m->learning, m->job->keep_classes, m->job->keep_attrs,
                           m->err))
        return false;
    for (size_t i = 0; i < m->job->archives; i++)
        if (!read_archive(m, m->job->archive[i]))
            return false;
    if (!lf_incoming_seal(&m->in, m->job->allow_older, m->ev, m->err))
        return false;
    lf_dest_settle_scalars(m);
    if (!lf_settle_scalars(&m->run, &m->ds, &m->in, m->err) || !open_decisions(m))
        return false;
    m->result->items = m->run.items;
    m->result->came = m->in.came;
    m->result->unmatched = m->in.unmatched;
    m->result->repeated = m->in.sources > 0;
    for (size_t i = 0; i < m->in.sources; i++)
        m->result->repeated &= m->in.source[i].repeated;
    list_archives(&m->in, &m->result->archives);
    m->result->damaged = m->in.damaged;
    if (!m->in.came && !m->in.damaged && !nothing_done(m))
        return lf_fail(m->err, LF_E_FOREIGN_RUN,
                       "no item of the archives is one of run \"%.*s\"",
                       (int)m->run.key.len, m->run.key.at);
    m->rules =
        (struct lf_rules){.run = &m->run,
                          .slack = m->in.format->slack,
                          .conflict = m->job->conflict,
                          .clamp = m->job->clamp,
                          .coerce_text = m->job->coerce_text || m->run.sent.coerce_text,
                          .unexpected = m->job->unexpected,
                          .keep_all = m->job->pick.by == LF_PICK_ALL,
                          .rematch = m->job->rematch,
                          .decisions = m->decisions};
    if (m->returned) {
        m->rules.give = lf_returned_add;
        m->rules.give_to = m->returned;
    }
    m->source.relative = m->in.format->relative;
    return lf_field_counts_new(&m->result->counts, m->run.schema.fields, m->err);
}

// The names are the run's, which ends before the report is written.
static void list_fields(struct lf_merging *m)
{
    struct lf_merge_result *r = m->result;
    lf_field_counts_json(&r->counts, &m->run.schema, &r->fields, &r->no_field);
    lf_field_counts_text(&r->counts, &m->run.schema, &r->field_lines);
    lf_field_counts_done(&r->counts);
}

static bool merge_all(struct lf_merging *m)
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
        if (!ok) {
            ok = lf_pass_damaged(m, &doc);
        } else if (lf_run_row(&m->run, &head.id, guess, &row)) {
            guess = row + 1;
            m->visited[row] = true;
            ok = lf_merge_document(m, &doc, row);
        } else {
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
        ok = m->visited[row] || lf_account_missing(m, row);
    return ok;
}

static bool write_result(struct lf_merging *m)
{
    const struct lf_written with = {&m->run, m->run_here,        &m->base,
                                    &m->in,  &m->result->counts, m->ev};
    const struct lf_counts *c = &m->result->counts;
    m->in.whole = c->ignored == c->settled && !c->conflict && !m->result->unmatched &&
                  !m->in.damaged && !m->in.dests &&
                  !lf_events_count(m->ev, LF_E_ATTR) &&
                  !lf_events_count(m->ev, LF_E_CLASS);
    if (m->job->dry_run)
        return true;
    lf_learning_end(&m->learning);
    m->result->written = lf_writing_end(&m->out, &with, m->err);
    return m->result->written;
}

// ---------------------------------------------------------------------------- all of
// it

static bool prepare(struct lf_merging *m)
{
    const struct lf_merge_job *job = m->job;
    unsigned recovered = 0;
    if (job->in_place && !lf_lock_folder(job->dataset, &m->lock, m->err))
        return false;
    if (!job->dry_run &&
        (!lf_recover(job->dataset, job->in_place, &recovered, m->err) ||
         (job->runs_dir && !lf_recover_runs(job->runs_dir, false, &recovered, m->err))))
        return false;
    if (!fo_open(&m->ds, job->dataset, m->err) ||
        !lf_find_run(job, &m->ds, &m->source, &m->run, &m->run_here, m->ev, m->err))
        return false;
    if (job->out && lf_path_inside(job->out, job->dataset)) {
        lf_fail(m->err, LF_E_TARGET, "the output lies inside the dataset");
        return lf_fail_in_file(m->err, job->out);
    }
    return true;
}

static bool open_returned(struct lf_merging *m)
{
    if (!m->job->returned || m->job->dry_run)
        return true;
    m->returned = lf_returned_new(m->job->returned, &m->source, &m->run, m->err);
    return m->returned != NULL;
}

static bool check_rules(struct lf_merging *m)
{
    const struct lf_format *f = m->in.format;
    const struct lf_format *made_for = lf_format_named(m->run.format.at);
    if (f == made_for && f->rules != m->run.rules)
        return lf_fail(m->err, LF_E_RUN_VERSION,
                       "the run was shipped by rules %u, this program knows %u",
                       m->run.rules, f->rules);
    return true;
}

// What is open is listed also where it stops the merge.
static bool verdict(struct lf_merging *m)
{
    struct lf_error unlisted = {0};
    bool ok = lf_stop_at_policies(m);
    if (!lf_decisions_end(m->decisions, ok ? m->err : &unlisted)) {
        lf_fail_in_file(ok ? m->err : &unlisted, m->job->proposals);
        ok = false;
    }
    return ok;
}

bool lf_merge(const struct lf_merge_job *job, struct lf_events *ev,
              struct lf_merge_result *result, struct lf_error *err)
{
    struct lf_merging m = {.job = job,
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
    struct lf_merge_job listing = *job;
    listing.dry_run = true;
    bool ok = (m.source.pixels = lf_pixel_tool_new(err)) != NULL && prepare(&m) &&
              lf_dest_settle(&m) && open_returned(&m) && read_archives(&m) &&
              check_rules(&m);
    if (ok && m.in.damaged && !job->skip_damaged)
        m.job = &listing; // the rest is only looked at, so that all is told at once
    ok = ok && lf_writing_begin(&m.out, m.job, &m.ds, err) && merge_all(&m) &&
         verdict(&m) && lf_returned_seal(m.returned, err) && write_result(&m) &&
         lf_returned_commit(m.returned, err);
    list_fields(&m);
    lf_returned_free(&m.returned);
    lf_writing_done(&m.out);
    lf_pixel_tool_free(&m.source.pixels);
    lf_free(m.visited);
    lf_new_base_done(&m.base);
    lf_decisions_free(&m.decisions);
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
    lf_buf_done(&r->fields);
    lf_buf_done(&r->field_lines);
    lf_buf_done(&r->archives);
    lf_buf_done(&r->dest_fields);
    lf_buf_done(&r->keep);
}
