#include "merge/dest_field.h"
#include "merge/merging.h"

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

bool lf_move_base(struct lf_merging *m, const struct lf_sample *from,
                  const struct lf_sample *base, struct lf_slice files,
                  const struct lf_theirs *theirs, size_t count, uint32_t row,
                  const struct lf_changes *applied)
{
    struct lf_changes plan = {0};
    struct lf_counts unused = {0};
    struct lf_edits edits;
    struct lf_buf doc = {0}, line = {0};
    uint8_t digest[LF_BASE_DIGEST];
    struct lf_rules rules = m->rules;
    rules.conflict = LF_CONFLICT_THEIRS;
    bool ok = lf_fold(&rules, from, base, theirs, count, &m->a, &plan, NULL, &unused,
                      NULL, m->err);
    if (ok && applied)
        only_applied(&plan, applied);
    lf_learning_used(&m->learning, &plan);
    ok = ok && lf_dest_part(&m->run.schema, &plan, NULL, &m->a, m->err);
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
    m->source.then = (struct lf_slice){0};
    lf_buf_done(&doc);
    lf_buf_done(&line);
    return ok;
}

bool lf_base_of(struct lf_merging *m, struct lf_slice doc, uint32_t row,
                struct lf_slice *was, struct lf_slice *files)
{
    uint8_t digest[LF_BASE_DIGEST];
    struct lf_slice *value =
        lf_arena_take(&m->a, m->run.schema.fields, sizeof *value, m->err);
    *was = doc;
    *files = (struct lf_slice){0};
    m->unsure = false;
    if (!value)
        return false;
    fo_values(&m->run.schema, doc, value);
    if (!fo_mask_files(&m->source, doc, &m->a, files, m->err) ||
        !lf_base_digest(&m->run.schema, value, *files, digest, m->err))
        return false;
    if (!memcmp(digest, m->run.item[row].digest, sizeof digest))
        return true;
    if (!m->run.has_base) {
        m->unsure = true;
        *files = (struct lf_slice){0};
        return true;
    }
    if (!lf_base_read(&m->run, row, &m->a, was, m->err))
        return false;
    *files = lf_base_files(*was);
    return true;
}
