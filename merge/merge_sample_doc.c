#include "merge/dest_field.h"
#include "merge/field_counts.h"
#include "merge/merging.h"
#include "merge/sent_labels.h"

static const struct lf_slice none;

static bool note(void *user, enum lf_code code, const struct lf_change *c,
                 unsigned attr, struct lf_error *err)
{
    struct lf_merging *m = user;
    char id[25];
    const struct lf_label *l = c->ours ? c->ours : c->theirs;
    const struct lf_field *f = &m->run.schema.field[c->field];
    const struct lf_attr *old = c->ours ? lf_label_attr(c->ours, attr) : NULL;
    const struct lf_attr *new = lf_label_attr(c->theirs, attr);
    lf_id_print(c->ours ? &l->id : &c->id, id);
    struct lf_event e = {.code = code,
                         .line = c->theirs->line,
                         .field = lf_field_target(f),
                         .label = lf_slice_of(id),
                         .was = old               ? old->text
                                : attr < f->attrs ? f->attr[attr].preset
                                                  : l->raw,
                         .came = new ? new->text : (struct lf_slice){0}};
    return lf_events_add(m->ev, &e, err);
}

bool lf_parse_and_ship(struct lf_merging *m, struct lf_slice doc, struct lf_slice files,
                       uint32_t row, struct lf_sample *s, struct lf_sample *shipped)
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
    if (!m->in.format->ship(&m->run, shipped, &m->a, NULL, m->err))
        return false;
    if (m->run.recorded && !relative)
        lf_sent_only(&m->run, shipped);
    lf_mark_learned(&m->run, shipped);
    return true;
}

// New masks before the document that names them.
static bool write_edited(struct lf_merging *m, const struct fo_doc *doc, uint32_t row,
                         const struct lf_edits *edits, const struct fo_new_files *masks)
{
    struct lf_buf text = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < masks->count; i++)
        ok = lf_writing_mask(&m->out, &masks->file[i], m->err);
    lf_edits_apply(edits, doc->raw, &text);
    ok = ok && lf_buf_ok(&text, m->err);
    struct lf_slice now = lf_buf_view(&text);
    ok = ok &&
         (m->job->dry_run ||
          lf_log_changes(&m->out.log, &m->run.schema, &m->run.item[row].id, doc->raw,
                         now, &m->a, m->err)) &&
         lf_writing_doc(&m->out, doc, &now, m->err);
    lf_buf_done(&text);
    return ok;
}

// Known to have been shipped.
static bool is_out(const struct lf_label *l)
{
    return l->shipped && !l->unsure;
}

static bool is_home(const struct lf_merging *m, const struct lf_label *l)
{
    return !l->shipped && !m->run.schema.field[l->field].learned;
}

struct sides { // of one sample
    struct lf_sample ours, base, ours_shipped, base_shipped;
    const struct lf_sample *base_side; // base_shipped, or ours_shipped if it is equal
    struct lf_slice files;             // of base
};

// What the run added needs no base to be known.
static bool is_made(const struct lf_merging *m, const struct lf_label *l)
{
    uint8_t mark[4];
    lf_run_mark(&m->run, mark);
    return l->id.known && !memcmp(l->id.at, mark, sizeof mark);
}

// What of the dataset cannot be read is among `faults`, and base_side then is NULL.
static bool read_sides(struct lf_merging *m, const struct fo_doc *doc, uint32_t row,
                       struct sides *s, struct lf_faults *faults)
{
    struct lf_slice was;
    *s = (struct sides){0};
    if (!lf_base_of(m, doc->raw, row, &was, &s->files))
        return false;
    bool ok = lf_parse_and_ship(m, doc->raw, none, row, &s->ours, &s->ours_shipped);
    bool same = was.at == doc->raw.at;
    ok = ok &&
         (same || lf_parse_and_ship(m, was, s->files, row, &s->base, &s->base_shipped));
    if (ok) {
        s->base_side = same ? &s->ours_shipped : &s->base_shipped;
        for (size_t i = 0; m->unsure && i < s->ours_shipped.labels; i++)
            s->ours_shipped.label[i].unsure |= s->ours_shipped.label[i].shipped &&
                                               !is_made(m, &s->ours_shipped.label[i]);
        return true;
    }
    if (!m->err->file[0]) // a mask on disk has said its own
        fo_fail_in(&m->ds, doc, m->err);
    return lf_faults_take(faults, &m->a, m->err);
}

// Nothing is taken of a sample that is damaged here or came back damaged: its labels
// count as absent, those that came as ignored. `base` NULL: its labels are not known.
static bool leave_out(struct lf_merging *m, const struct fo_doc *doc, uint32_t row,
                      const struct lf_sample *base)
{
    size_t from, to;
    for (size_t b = 0; base && b < base->labels; b++)
        if (is_out(&base->label[b]))
            lf_count_absent(&m->result->counts, &base->label[b]);
    lf_incoming_of(&m->in, row, &from, &to);
    for (; from < to; from++) {
        struct lf_theirs t = {0};
        if (!lf_incoming_take(&m->in, from, &m->a, &t, m->err))
            return false;
        lf_count_passed(&m->result->counts, t.sample.label, t.sample.labels);
    }
    return lf_writing_doc(&m->out, doc, NULL, m->err);
}

// The image was removed in the tool: that says nothing of its labels, but may be
// tagged.
static bool removed_there(struct lf_merging *m, const struct fo_doc *doc, uint32_t row)
{
    char id[25];
    const char *tag = m->job->tag_removed;
    struct lf_edits edits = {0};
    const struct fo_new_files no_masks = {0};
    lf_id_print(&m->run.item[row].id, id);
    struct lf_event e = {.code = LF_N_REMOVED, .sample = lf_slice_of(id)};
    m->result->removed++;
    if (tag && !fo_add_tag(doc->raw, lf_slice_of(tag), &m->a, &edits, m->err))
        return false;
    if (edits.count) {
        e.code = LF_N_TAGGED;
        e.came = lf_slice_of(tag);
        m->result->changed++;
    }
    if (!lf_run_name(&m->run, row, &m->a, &e.item, m->err) ||
        !lf_events_add(m->ev, &e, m->err))
        return false;
    return edits.count ? write_edited(m, doc, row, &edits, &no_masks)
                       : lf_writing_doc(&m->out, doc, NULL, m->err);
}

// The dataset's own sample cannot be read.
static bool damaged_here(struct lf_merging *m, const struct fo_doc *doc, uint32_t row,
                         const struct lf_faults *faults)
{
    size_t from, to;
    lf_incoming_of(&m->in, row, &from, &to);
    m->result->came -= from < to && !m->in.bad[row];
    return lf_incoming_damaged(&m->in, row, none, faults, 0, m->ev, m->err) &&
           leave_out(m, doc, row, NULL);
}

// What FiftyOne's upload did to the labels is undone.
static bool restore(struct lf_merging *m, const struct lf_sample *base,
                    struct lf_theirs *theirs, size_t count)
{
    struct lf_restoring r = {&m->run, base,  m->rules.slack,
                             m->ev,   &m->a, &m->result->counts};
    for (size_t i = 0; i < count; i++)
        if (!lf_sent_restore(&r, &theirs[i], m->err))
            return false;
    return true;
}

// Labels that did not come back of a sample of which nobody knows what was shipped: a
// larger dataset may hold more than the view that went out.
static bool tell_unsure(struct lf_merging *m, const struct lf_sample *base,
                        const bool *told, const struct lf_theirs *t)
{
    size_t n = 0;
    char id[25];
    struct lf_slice text;
    for (size_t b = 0; b < base->labels; b++)
        n += base->label[b].unsure && !told[b];
    lf_id_print(&base->id, id);
    struct lf_event e = {.code = LF_E_BASE_UNSURE,
                         .file = t->file,
                         .item = t->item,
                         .sample = lf_slice_of(id)};
    if (!n)
        return true;
    if (!lf_arena_printf(&m->a, &text, m->err, "%zu stay", n))
        return false;
    e.text = text;
    return lf_events_add(m->ev, &e, m->err);
}

// A task of which nothing was merged yet knows nothing of what others brought since: it
// is compared with what was shipped first, so that it does not seem to take their edits
// back. Where base never moved the two are the same.
static bool first_base(struct lf_merging *m, uint32_t row, size_t from, size_t to,
                       struct lf_sample *first, const struct lf_sample **base)
{
    struct lf_sample parsed;
    struct lf_slice was;
    bool known, any = false, fresh = to > from && m->run.has_base;
    for (size_t i = from; i < to; i++) {
        const struct lf_arrival *s = &m->in.source[m->in.place[i].source];
        fresh &= s->fresh || s->done;
        any |= s->fresh;
    }
    if (!fresh || !any)
        return true;
    if (!lf_base_first(&m->run, row, &m->a, &was, &known, m->err))
        return false;
    if (!known)
        return true;
    *base = first;
    return lf_parse_and_ship(m, was, lf_base_files(was), row, &parsed, first);
}

bool lf_merge_document(struct lf_merging *m, const struct fo_doc *doc, uint32_t row)
{
    struct sides side;
    struct lf_sample first;
    struct lf_changes plan = {0};
    struct lf_edits edits;
    struct lf_theirs *theirs;
    struct fo_new_files masks = {0};
    struct lf_faults faults = {0};
    size_t from, to, count = 0;
    uint64_t conflicts = m->result->counts.conflict;
    if (!read_sides(m, doc, row, &side, &faults))
        return false;
    const struct lf_sample *base_side = side.base_side;
    if (!base_side || m->in.bad[row])
        return base_side ? leave_out(m, doc, row, base_side)
                         : damaged_here(m, doc, row, &faults);
    lf_incoming_of(&m->in, row, &from, &to);
    if (!first_base(m, row, from, to, &first, &base_side))
        return false;
    bool *told = lf_arena_take(&m->a, base_side->labels, sizeof *told, m->err);
    if (!told || !lf_take_theirs(&m->in, row, &m->a, &theirs, &count, m->ev, m->err) ||
        (m->run.recorded && !m->in.format->relative &&
         !restore(m, base_side, theirs, count)))
        return false;
    struct lf_dest_sample dest = {
        &side.ours_shipped, base_side, &plan, theirs, count, 0};
    if (!lf_dest_close(m, &dest) ||
        !lf_fold(&m->rules, base_side, &side.ours_shipped, theirs, count, &m->a, &plan,
                 told, &m->result->counts, m->ev, m->err))
        return false;
    lf_dest_open(m);
    if (m->unsure && count && !tell_unsure(m, base_side, told, &theirs[0]))
        return false;
    for (size_t b = 0; b < base_side->labels; b++)
        if (is_out(&base_side->label[b]) && !told[b])
            lf_count_absent(&m->result->counts, &base_side->label[b]);
    if (!count)
        return m->in.removed[row] ? removed_there(m, doc, row)
                                  : lf_writing_doc(&m->out, doc, NULL, m->err);
    for (size_t i = 0; i < side.ours_shipped.labels; i++)
        m->result->home += is_home(m, &side.ours_shipped.label[i]);
    lf_learning_used(&m->learning, &plan);
    struct fo_notes notes = {m, note};
    bool ok =
        lf_dest_edits(m, &dest, &notes, &edits, &masks) &&
        (!m->run.has_base ||
         lf_move_base(m, base_side, side.base_side, side.files, theirs, count, row,
                      m->result->counts.conflict > conflicts ? &plan : NULL));
    if (!ok || !edits.count)
        return ok && lf_writing_doc(&m->out, doc, NULL, m->err);
    m->result->changed++;
    return write_edited(m, doc, row, &edits, &masks);
}

bool lf_pass_damaged(struct lf_merging *m, const struct fo_doc *doc)
{
    struct lf_faults faults = {0};
    fo_fail_in(&m->ds, doc, m->err);
    return lf_faults_take(&faults, &m->a, m->err) &&
           lf_incoming_damaged(&m->in, -1, none, &faults, 0, m->ev, m->err) &&
           lf_writing_doc(&m->out, doc, NULL, m->err);
}

bool lf_account_missing(struct lf_merging *m, uint32_t row)
{
    struct lf_sample base, shipped;
    struct lf_slice was;
    size_t from, to;
    char id[25];
    lf_id_print(&m->run.item[row].id, id);
    if (m->run.has_base) {
        if (!lf_base_read(&m->run, row, &m->a, &was, m->err) ||
            !lf_parse_and_ship(m, was, lf_base_files(was), row, &base, &shipped))
            return false;
        for (size_t b = 0; b < shipped.labels; b++)
            if (is_out(&shipped.label[b]))
                lf_count_absent(&m->result->counts, &shipped.label[b]);
    }
    lf_incoming_of(&m->in, row, &from, &to);
    for (; from < to; from++) {
        struct lf_theirs t = {0};
        struct lf_event e = {.code =
                                 m->in.pass_over ? LF_N_PASSED_OVER : LF_E_UNMATCHED,
                             .sample = lf_slice_of(id),
                             .text = LF_S("the dataset no longer holds the sample")};
        if (!lf_incoming_take(&m->in, from, &m->a, &t, m->err))
            return false;
        e.file = t.file;
        e.item = t.item;
        m->result->unmatched++;
        lf_count_passed(&m->result->counts, t.sample.label, t.sample.labels);
        if (!lf_events_add(m->ev, &e, m->err))
            return false;
    }
    lf_arena_reset(&m->a);
    return true;
}
