#include "merge/dest_field.h"

#include <stdlib.h>

#include "formats/base/json.h"
#include "formats/base/utf8.h"
#include "merge/new_scalars.h"

// ---------------------------------------------------------------------------- the
// option

static bool bad(struct lf_error *err, struct lf_slice name, const char *why)
{
    char text[80];
    return lf_fail(err, LF_E_OPTION, "--dest-field \"%s\": %s",
                   lf_escape(name, text, sizeof text), why);
}

// A name that FiftyOne takes for a field.
static bool good_name(struct lf_slice name)
{
    bool ok = name.len > 0 && !fo_field_own(name) && lf_utf8_ok(name);
    for (size_t i = 0; ok && i < name.len; i++)
        ok = (unsigned char)name.at[i] > ' ' && name.at[i] != '.' && name.at[i] != '$';
    return ok;
}

static bool same_class(const struct lf_merging *m, const struct lf_field *f,
                       const struct fo_field *dest)
{
    const struct fo_field *own;
    if (!fo_field_takes(dest, f->type))
        return false;
    return f->type != LF_FT_SCALAR || !fo_field_find(&m->ds, f->name, &own) ||
           fo_field_scalar(own) == fo_field_scalar(dest);
}

static bool set_dest(struct lf_merging *m, struct lf_field *f, struct lf_slice name)
{
    const struct fo_field *known;
    uint16_t row;
    if (!good_name(name))
        return bad(m->err, name, "a field cannot be called that");
    if (lf_field_find(&m->run.schema, name, &row))
        return bad(m->err, name, "it is one of the run's fields");
    if (f->dest.len && !lf_slice_eq(f->dest, name))
        return bad(m->err, name, "the field goes to another one already");
    for (size_t i = 0; i < m->run.schema.fields; i++)
        if (&m->run.schema.field[i] != f &&
            lf_slice_eq(m->run.schema.field[i].dest, name))
            return bad(m->err, name, "two fields cannot go to one");
    if (fo_field_find(&m->ds, name, &known) && !same_class(m, f, known))
        return bad(m->err, name, "the dataset has it as a field of another class");
    f->dest = name;
    return true;
}

// "NEW" for a run of one field, "OLD=NEW".
static bool set_one(struct lf_merging *m, struct lf_slice word)
{
    struct lf_schema *s = &m->run.schema;
    const char *eq = word.len ? memchr(word.at, '=', word.len) : NULL;
    uint16_t row = 0;
    if (!eq && lf_schema_own(s) != 1)
        return bad(m->err, word, "the run has several fields; say OLD=NEW");
    if (eq && (!lf_field_find(s, lf_slice_between(word.at, eq), &row) ||
               s->field[row].learned))
        return bad(m->err, lf_slice_between(word.at, eq), "the run has no such field");
    if (eq)
        word = lf_slice_between(eq + 1, word.at + word.len);
    return set_dest(m, &s->field[row], word);
}

static bool set_list(struct lf_merging *m, const char *list)
{
    for (;;) {
        const char *comma = strchr(list, ',');
        struct lf_slice word =
            comma ? lf_slice_between(list, comma) : lf_slice_of(list);
        if (!set_one(m, word))
            return false;
        if (!comma)
            return true;
        list = comma + 1;
    }
}

bool lf_dest_settle(struct lf_merging *m)
{
    const struct lf_schema *s = &m->run.schema;
    struct lf_buf *out = &m->result->dest_fields;
    for (size_t i = 0; i < m->job->dest_fields; i++)
        if (!set_list(m, m->job->dest_field[i]))
            return false;
    for (size_t i = 0; i < s->fields; i++)
        if (s->field[i].dest.len) {
            lf_buf_text(out, out->len ? ", " : "{");
            lf_json_quote(out, s->field[i].name, true);
            lf_buf_text(out, ": ");
            lf_json_quote(out, s->field[i].dest, true);
        }
    if (out->len)
        lf_buf_char(out, '}');
    return lf_buf_ok(out, m->err);
}

void lf_dest_settle_scalars(struct lf_merging *m)
{
    const struct fo_field *known;
    for (size_t i = 0; i < m->run.schema.fields; i++) {
        struct lf_field *f = &m->run.schema.field[i];
        if (f->dest.len && f->type == LF_FT_SCALAR &&
            fo_field_find(&m->ds, f->dest, &known))
            lf_scalar_type(f, fo_field_scalar(known));
    }
}

// ---------------------------------------------------------------------------- one
// sample

bool lf_dest_part(const struct lf_schema *s, struct lf_changes *plan,
                  struct lf_changes *aside, struct lf_arena *a, struct lf_error *err)
{
    size_t n = 0;
    struct lf_change *apart =
        aside ? lf_arena_take(a, plan->count, sizeof *apart, err) : NULL;
    if (aside && !apart)
        return false;
    if (aside)
        *aside = (struct lf_changes){apart, 0, plan->count};
    for (size_t i = 0; i < plan->count; i++)
        if (!s->field[plan->change[i].field].dest.len)
            plan->change[n++] = plan->change[i];
        else if (aside)
            aside->change[aside->count++] = plan->change[i];
    plan->count = n;
    return true;
}

struct giving { // one field of one sample
    struct lf_merging *m;
    const struct lf_field *field;
    const struct lf_sample *sample;
    struct lf_id *id; // what the run knows, sorted
    size_t ids;
    uint8_t mark[4];
    bool quiet;
    struct fo_new_files made; // masks of what the fields would become
};

static int by_bytes(const void *a, const void *b)
{
    const struct lf_id *x = a, *y = b;
    return memcmp(x->at, y->at, sizeof x->at);
}

static void add_ids(struct giving *g, const struct lf_sample *s, size_t row)
{
    for (size_t i = 0; i < s->labels; i++)
        if (s->label[i].field == row && s->label[i].id.known)
            g->id[g->ids++] = s->label[i].id;
}

static bool take_ids(struct giving *g, const struct lf_dest_sample *s, size_t row)
{
    g->ids = 0;
    g->id = lf_arena_take(&g->m->a, s->base->labels + s->ours->labels, sizeof *g->id,
                          g->m->err);
    if (!g->id)
        return false;
    add_ids(g, s->base, row);
    if (s->ours != s->base)
        add_ids(g, s->ours, row);
    if (g->ids)
        qsort(g->id, g->ids, sizeof *g->id, by_bytes);
    return true;
}

// Shipped, in the field now, or made by the run.
static bool known(const void *user, const struct lf_id *id)
{
    const struct giving *g = user;
    return !memcmp(id->at, g->mark, sizeof g->mark) ||
           (g->ids && bsearch(id, g->id, g->ids, sizeof *g->id, by_bytes));
}

static bool tell(const struct giving *g, enum lf_code code, const struct lf_id *id,
                 const char *text, struct lf_error *err)
{
    char sample[25], label[25];
    lf_id_print(&g->sample->id, sample);
    lf_id_print(id, label);
    struct lf_event e = {.code = code,
                         .sample = lf_slice_of(sample),
                         .label = lf_slice_of(id->known ? label : ""),
                         .field = g->field->dest,
                         .text = lf_slice_of(text)};
    return lf_events_add(g->m->ev, &e, err);
}

static bool tell_anew(void *user, const struct lf_id *id, struct lf_error *err)
{
    return tell(user, LF_N_DEST_ANEW, id, "", err);
}

static bool speaks_of(const struct lf_dest_sample *s, size_t row)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->theirs[i].sample.only < 0 || (size_t)s->theirs[i].sample.only == row)
            return true;
    return false;
}

static bool give(struct giving *g, const struct lf_dest_sample *s, size_t row,
                 struct lf_slice value, struct lf_edits *edits,
                 struct fo_new_files *masks, bool *occupied)
{
    struct lf_merging *m = g->m;
    struct lf_slice was[2];
    struct fo_dest d = {.field = g->field,
                        .value = value,
                        .known = known,
                        .tell = g->quiet ? NULL : tell_anew,
                        .user = g,
                        .force = m->job->conflict == LF_CONFLICT_THEIRS};
    const struct lf_sample *sides[] = {s->base, s->ours};
    for (size_t k = 0; k < 2 && g->field->type == LF_FT_SCALAR; k++)
        for (size_t i = 0; i < sides[k]->labels; i++)
            if (sides[k]->label[i].field == row && d.wases < 2)
                was[d.wases++] = sides[k]->label[i].raw;
    d.was = was;
    return take_ids(g, s, row) &&
           fo_dest_masks(&m->source, g->field, &g->made, &m->a, &d.value, masks,
                         m->err) &&
           fo_edit_dest(&m->source, s->ours, &d, &m->a, edits, occupied, m->err);
}

// The values of the run's fields as the plan makes them.
static bool values_after(struct lf_merging *m, const struct lf_dest_sample *s,
                         const struct lf_changes *aside, const struct fo_notes *notes,
                         struct fo_new_files *masks, struct lf_slice **value)
{
    struct lf_edits edits;
    struct lf_buf text = {0};
    struct lf_slice doc = s->ours->raw;
    *value = lf_arena_take(&m->a, m->run.schema.fields, sizeof **value, m->err);
    bool ok = *value && fo_edits(&m->source, s->ours, aside, m->rules.slack, notes,
                                 &m->a, &edits, masks, m->err);
    if (ok && edits.count) {
        lf_edits_apply(&edits, s->ours->raw, &text);
        ok = lf_buf_ok(&text, m->err) &&
             lf_arena_text(&m->a, lf_buf_view(&text), &doc, m->err);
    }
    lf_buf_done(&text);
    if (ok)
        fo_values(&m->run.schema, doc, *value);
    return ok;
}

// Whether a field with one value a sample gives to one that has a value here.
static bool may_be_taken(const struct lf_field *f, struct lf_slice raw)
{
    struct lf_slice key, value;
    if (!f->dest.len || lf_field_is_list(f->type))
        return false;
    for (struct lf_json_walk w = lf_json_enter(raw); lf_json_member(&w, &key, &value);)
        if (lf_json_key_is(key, f->dest))
            return lf_json_type(value) != LF_JSON_NULL;
    return false;
}

bool lf_dest_close(struct lf_merging *m, struct lf_dest_sample *s)
{
    struct lf_schema *schema = &m->run.schema;
    struct giving g = {.m = m, .sample = s->ours, .quiet = true};
    struct lf_changes plan;
    struct lf_counts counts = {0};
    struct fo_new_files masks = {0};
    struct lf_edits edits = {0};
    struct lf_slice *value = NULL;
    s->told = lf_events_count(m->ev, LF_E_DEST_TAKEN);
    lf_run_mark(&m->run, g.mark);
    for (size_t i = 0; i < schema->fields; i++) {
        g.field = &schema->field[i];
        if (!may_be_taken(g.field, s->ours->raw) || !speaks_of(s, i))
            continue;
        if (!value && (!lf_fold(&m->rules, s->base, s->ours, s->theirs, s->count, &m->a,
                                &plan, NULL, &counts, NULL, m->err) ||
                       !values_after(m, s, &plan, NULL, &g.made, &value)))
            return false;
        if (!give(&g, s, i, value[i], &edits, &masks, &schema->field[i].dest_taken))
            return false;
    }
    return true;
}

void lf_dest_open(struct lf_merging *m)
{
    for (size_t i = 0; i < m->run.schema.fields; i++)
        m->run.schema.field[i].dest_taken = false;
}

bool lf_dest_edits(struct lf_merging *m, struct lf_dest_sample *s,
                   const struct fo_notes *notes, struct lf_edits *edits,
                   struct fo_new_files *masks)
{
    struct lf_changes aside = {0};
    struct lf_slice *value;
    struct giving g = {.m = m, .sample = s->ours};
    bool occupied;
    if (!m->result->dest_fields.len)
        return fo_edits(&m->source, s->ours, s->plan, m->rules.slack, notes, &m->a,
                        edits, masks, m->err);
    if (!lf_dest_part(&m->run.schema, s->plan, &aside, &m->a, m->err) ||
        !values_after(m, s, &aside, notes, &g.made, &value) ||
        !fo_edits(&m->source, s->ours, s->plan, m->rules.slack, notes, &m->a, edits,
                  masks, m->err))
        return false;
    lf_run_mark(&m->run, g.mark);
    for (size_t i = 0; i < m->run.schema.fields; i++) {
        g.field = &m->run.schema.field[i];
        if (g.field->dest.len && speaks_of(s, i) &&
            (!give(&g, s, i, value[i], edits, masks, &occupied) ||
             (occupied && s->told == lf_events_count(m->ev, LF_E_DEST_TAKEN) &&
              !tell(&g, LF_E_DEST_TAKEN, &(struct lf_id){0}, "", m->err))))
            return false;
    }
    return lf_edits_sort(edits, &m->a, s->ours->raw.len, m->err);
}
