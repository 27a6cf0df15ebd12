#include <stdio.h>

#include "formats/label/value.h"
#include "merge/deciding.h"
#include "merge/field_counts.h"
#include "merge/geometry.h"
#include "merge/ring_parts.h"

uint64_t lf_counts_all(const struct lf_counts *c)
{
    return c->absent + c->ignored + c->refused + c->conflict + c->deleted + c->added +
           c->edited + c->kept;
}

bool lf_counts_balance(const struct lf_counts *c)
{
    return lf_counts_all(c) == c->told + c->absent + c->returned - c->paired;
}

bool lf_tell(const struct lf_deciding *j, enum lf_code code, const char *bucket,
             const struct lf_label *id_of, const struct lf_label *theirs,
             struct lf_slice was, struct lf_slice came, const char *text)
{
    char sample[25], label[25];
    if (!j->ev)
        return true;
    lf_id_print(&j->base->id, sample);
    lf_id_print(&id_of->id, label);
    if (code == LF_E_REFUSED && lf_field_of(j, id_of)->dest_taken) {
        code = LF_E_DEST_TAKEN;
        text = "";
    }
    struct lf_event e = {.code = code,
                         .bucket = bucket,
                         .file = j->file,
                         .item = j->item,
                         .line = theirs ? theirs->line : 0,
                         .sample = lf_slice_of(sample),
                         .label = lf_slice_of(label),
                         .field = lf_field_target(lf_field_of(j, id_of)),
                         .was = was,
                         .came = came,
                         .text = lf_slice_of(text)};
    return lf_events_add(j->ev, &e, j->err);
}

static bool plan_add(struct lf_deciding *j, const struct lf_change *c)
{
    void *changes = j->plan->change;
    if (!lf_arena_grow(j->a, &changes, &j->plan->capacity, j->plan->count + 1,
                       sizeof *j->plan->change, j->err))
        return false;
    j->plan->change = changes;
    j->plan->change[j->plan->count++] = *c;
    return true;
}

static const struct lf_label *ours_of(const struct lf_deciding *j, size_t b)
{
    int32_t o = j->pair.ours_of[b];
    return o < 0 ? NULL : &j->ours->label[o];
}

// ---------------------------------------------------------------------------- gone in
// theirs

// A label that one side deleted and the other edited, where nothing is done about it.
static bool stays(struct lf_deciding *j, enum lf_settled how,
                  const struct lf_label *base, const struct lf_label *theirs,
                  const char *text)
{
    struct lf_slice none = {0};
    struct lf_verdict v = {0};
    if (!lf_not_taken(j, how, base, theirs, LF_EXISTS, none, none, text, &v))
        return false;
    if (v.conflict)
        j->counts->conflict++;
    else
        j->counts->ignored++;
    j->counts->settled += v.settled;
    return true;
}

static bool gone(struct lf_deciding *j, size_t b)
{
    const struct lf_label *base = &j->base->label[b], *ours = ours_of(j, b);
    const struct lf_field *f = lf_field_of(j, base);
    struct lf_attr_set attrs;
    struct lf_slice none = {0};
    if (!ours) { // gone on both sides
        j->counts->kept++;
        return true;
    }
    if (!lf_field_may(f, LF_MAY_DELETE)) {
        j->counts->refused++;
        return lf_tell(j, LF_E_REFUSED, "refused", base, NULL, none, none,
                       "the run does not allow deletions");
    }
    enum lf_settled how = base->lost || lf_changed(f, base, ours, j->r->slack, &attrs)
                              ? lf_settle(j, base, ours, LF_EXISTS, 0)
                          : lf_edited_elsewhere(j, base) ? LF_RIVALS
                                                         : LF_TAKE_THEIRS;
    if (how != LF_TAKE_THEIRS)
        return stays(j, how, base, NULL,
                     how == LF_OPEN ? "deleted in the archive, edited in the dataset"
                                    : "deleted in this archive, edited in another");
    j->counts->deleted++;
    struct lf_change c = {.ours = ours, .parts = LF_EXISTS, .field = base->field};
    return lf_tell(j, LF_N_DELETED, "deleted", base, NULL, base->name, none, "") &&
           plan_add(j, &c);
}

// ---------------------------------------------------------------------------- edited

bool lf_refuse_part(struct lf_deciding *j, const struct lf_label *base,
                    const struct lf_label *theirs, unsigned part, struct lf_verdict *v)
{
    struct lf_slice none = {0};
    v->refused |= part;
    return part == LF_CLASS
               ? lf_tell(j, LF_E_REFUSED, "refused", base, theirs, base->name,
                         theirs->name, "the run does not allow changes of the class")
               : lf_tell(j, LF_E_REFUSED, "refused", base, theirs, none, none,
                         "the run does not allow changes of the geometry");
}

bool lf_conflict_of(struct lf_deciding *j, enum lf_settled how,
                    const struct lf_label *base, const struct lf_label *ours,
                    const struct lf_label *theirs, unsigned part, struct lf_verdict *v)
{
    struct lf_slice none = {0};
    return part == LF_CLASS
               ? lf_not_taken(j, how, base, theirs, part, ours->name, theirs->name,
                              "the class was changed on both sides", v)
               : lf_not_taken(j, how, base, theirs, part, none, none,
                              "the geometry was changed on both sides", v);
}

// A part that changed in theirs and may: taken if ours still is as it was shipped,
// nothing to do if ours changed alike, else a conflict.
bool lf_take_part(struct lf_deciding *j, const struct lf_label *base,
                  const struct lf_label *ours, const struct lf_label *theirs,
                  unsigned part, struct lf_verdict *v)
{
    const struct lf_field *f = lf_field_of(j, base);
    struct lf_attr_set attrs;
    bool ours_changed = lf_changed(f, base, ours, j->r->slack, &attrs) & part;
    if (ours_changed && !(lf_changed(f, ours, theirs, j->r->slack, &attrs) & part))
        return true;
    enum lf_settled how =
        ours_changed ? lf_settle(j, base, ours, part, 0) : LF_TAKE_THEIRS;
    if (how != LF_TAKE_THEIRS)
        return lf_conflict_of(j, how, base, ours, theirs, part, v);
    v->take |= part;
    return true;
}

static bool judge(struct lf_deciding *j, const struct lf_label *base,
                  const struct lf_label *ours, const struct lf_label *theirs,
                  struct lf_verdict *v)
{
    const struct lf_field *f = lf_field_of(j, base);
    struct lf_attr_set attrs;
    unsigned parts = lf_changed(f, base, theirs, j->r->slack, &attrs);
    *v = (struct lf_verdict){0};
    return (!(parts & LF_CLASS) || lf_judge_class(j, base, ours, theirs, v)) &&
           (!(parts & LF_SPACE) || lf_judge_space(j, base, ours, theirs, v)) &&
           (!(parts & LF_ATTRS) || lf_judge_attrs(j, base, ours, theirs, &attrs, v));
}

static bool unexpected(struct lf_deciding *j, const struct lf_label *id_of,
                       const struct lf_label *theirs)
{
    struct lf_slice none = {0};
    const enum lf_fate fate = lf_fate_of(&j->r->unexpected, theirs->kind);
    enum lf_code code = LF_N_TYPE_IGNORED;
    if (theirs->far) { // it would have been converted
        j->counts->refused++;
        return lf_tell(j, LF_E_FAR, "refused", id_of, theirs, none, none, "");
    }
    if (fate >= LF_FATE_RETURN && !(lf_field_of(j, theirs)->rights & LF_MAY_ADD)) {
        j->counts->refused++;
        return lf_tell(j, LF_E_REFUSED, "refused", id_of, theirs, none, theirs->name,
                       "the run does not allow additions");
    }
    j->counts->ignored++;
    j->counts->unexpected[lf_return_type_of(theirs->kind)]++;
    if (fate == LF_FATE_FAIL)
        code = LF_E_TYPE;
    if (fate == LF_FATE_RETURN) {
        const struct lf_id *made = &j->pair.new_id[theirs - j->theirs->label];
        code = LF_N_TYPE_RETURNED;
        const struct lf_label *given = theirs;
        if (j->ev && j->r->give &&
            (!lf_coerce(j, NULL, &given) ||
             !j->r->give(j->r->give_to, j->base, given,
                         theirs->id.known ? &theirs->id : made, j->err)))
            return false;
    }
    return lf_tell(j, code, "ignored", id_of, theirs,
                   lf_slice_of(lf_kind_name(id_of->kind)),
                   lf_slice_of(lf_kind_name(theirs->kind)), "");
}

// Whether the dataset holds an addition already: the archive was merged before into it.
static bool there_already(const struct lf_deciding *j, uint16_t field,
                          const struct lf_id *id)
{
    for (size_t o = 0; j->marked && o < j->ours->labels; o++)
        if (j->ours->label[o].field == field && lf_id_eq(&j->ours->label[o].id, id))
            return true;
    return false;
}

// The dataset dropped the label meanwhile and the archive edited it.
static bool edited_but_gone(struct lf_deciding *j, const struct lf_label *base,
                            const struct lf_label *theirs)
{
    struct lf_attr_set attrs;
    struct lf_slice none = {0};
    const struct lf_field *f = lf_field_of(j, base);
    struct lf_change c = {
        .parts = LF_EXISTS,
        .field = base->field,
        .id = base->id.known ? base->id : j->pair.new_id[theirs - j->theirs->label]};
    if (!lf_fit_rings(base, j->r->slack, j->a, &theirs, j->err))
        return false;
    c.theirs = theirs;
    unsigned parts = lf_changed(f, base, theirs, j->r->slack, &attrs);
    unsigned may = (lf_field_may(f, LF_MAY_RELABEL) ? LF_CLASS : 0u) |
                   (lf_field_may(f, LF_MAY_MOVE) ? LF_SPACE : 0u) |
                   (f->dest_taken ? 0u : LF_ATTRS);
    if (!parts || there_already(j, base->field, &c.id)) {
        j->counts->kept++;
        return true;
    }
    if (!(parts & may)) {
        j->counts->refused++;
        return lf_tell(j, LF_E_REFUSED, "refused", base, theirs, none, none,
                       "the run does not allow this edit");
    }
    enum lf_settled how = lf_settle(j, base, NULL, LF_EXISTS, 0);
    if (how != LF_TAKE_THEIRS)
        return stays(j, how, base, theirs,
                     how == LF_OPEN ? "edited in the archive, deleted in the dataset"
                                    : "edited in this archive, deleted in another");
    bool far, nothing = lf_has_nothing(theirs);
    if (!lf_check_reach(j, base, theirs, &c.theirs, &far))
        return false;
    if (far || nothing) {
        j->counts->refused++;
        return lf_tell(j, nothing ? LF_E_DEGENERATE : LF_E_FAR, "refused", base, theirs,
                       none, none, nothing ? "nothing of it is left" : "");
    }
    j->counts->added++;
    struct lf_label made = *base;
    made.id = c.id;
    return lf_tell(j, LF_N_ADDED, "added", &made, theirs, none, theirs->name, "") &&
           plan_add(j, &c);
}

// "class, geometry, attribute crew": what of a label changes.
static bool tell_edit(struct lf_deciding *j, const struct lf_label *base,
                      const struct lf_label *theirs, const struct lf_verdict *v)
{
    const struct lf_field *f = lf_field_of(j, base);
    struct lf_slice none = {0};
    bool class_too = v->take & LF_CLASS;
    struct lf_buf text = {0};
    if (!j->ev)
        return true;
    lf_buf_text(&text, class_too ? "class, " : "");
    lf_buf_text(&text, v->take & LF_SPACE ? "geometry, " : "");
    for (unsigned i = 0; i < f->attrs; i++)
        if (lf_attr_set_has(&v->attrs, i)) {
            lf_buf_text(&text, "attribute ");
            lf_buf_slice(&text, f->attr[i].name);
            lf_buf_text(&text, ", ");
        }
    if (text.len >= 2)
        text.len -= 2;
    lf_buf_char(&text, '\0');
    bool ok =
        lf_buf_ok(&text, j->err) &&
        lf_tell(j, LF_N_EDITED, "edited", base, theirs, class_too ? base->name : none,
                class_too ? theirs->name : none, text.at);
    lf_buf_done(&text);
    return ok;
}

// What of a shape has no place in the dataset, or was made to have one.
static bool tell_form(struct lf_deciding *j, const struct lf_label *id_of,
                      const struct lf_label *theirs)
{
    struct lf_slice none = {0};
    return (!(theirs->occluded || theirs->group) ||
            lf_tell(j, LF_E_FLAG_UNMAPPED, NULL, id_of, theirs, none, none, "")) &&
           (!theirs->z ||
            lf_tell(j, LF_N_Z_ORDER, NULL, id_of, theirs, none, none, "")) &&
           (!theirs->origin || lf_tell(j, LF_N_TYPE_KEPT, NULL, id_of, theirs,
                                       j->r->run->schema.field[theirs->origin - 1].name,
                                       lf_slice_of(lf_kind_name(theirs->kind)), "")) &&
           (!theirs->came_as || lf_tell(j, LF_N_CONVERTED, NULL, id_of, theirs,
                                        lf_slice_of(lf_kind_name(theirs->came_as)),
                                        lf_slice_of(lf_kind_name(theirs->kind)), ""));
}

// The change that a verdict means: theirs, or a copy with the geometry that was
// settled.
static bool plan_edit(struct lf_deciding *j, const struct lf_label *base,
                      const struct lf_label *ours, const struct lf_label *theirs,
                      const struct lf_verdict *v)
{
    struct lf_change c = {.ours = ours,
                          .theirs = theirs,
                          .parts = v->take,
                          .attrs = v->attrs,
                          .field = base->field};
    if (v->take & LF_SPACE && v->space)
        c.theirs = v->space;
    return lf_coerce(j, ours, &c.theirs) && plan_add(j, &c);
}

// Two archives say different things of one label, and both are to be kept: the second
// becomes a label of its own.
static bool beside(struct lf_deciding *j, const struct lf_label *base,
                   const struct lf_label *theirs)
{
    const struct lf_field *f = lf_field_of(j, base);
    struct lf_slice none = {0};
    struct lf_change c = {.theirs = theirs, .parts = LF_EXISTS, .field = base->field};
    bool may = f->rights & LF_MAY_ADD;
    if (!may || !lf_field_is_list(f->type)) {
        j->counts->refused++;
        return lf_tell(j, may ? LF_E_SINGLE : LF_E_REFUSED, "refused", base, theirs,
                       none, theirs->name,
                       may ? "" : "the run does not allow additions");
    }
    if (!lf_made_id(j->r->run, j->base, theirs, &c.id, j->err))
        return false;
    if (there_already(j, base->field, &c.id)) {
        j->counts->kept++;
        return true;
    }
    j->counts->added++;
    struct lf_label made = *theirs;
    made.id = c.id;
    return lf_tell(j, LF_N_ADDED, "added", &made, theirs, none, theirs->name,
                   "another archive says otherwise of the label; both are kept") &&
           lf_coerce(j, NULL, &c.theirs) && plan_add(j, &c);
}

static bool came_back(struct lf_deciding *j, size_t b, const struct lf_label *theirs)
{
    const struct lf_label *base = &j->base->label[b], *ours = ours_of(j, b);
    struct lf_verdict v;
    struct lf_attr_set attrs;
    j->counts->paired++;
    // Points become a skeleton with the point that makes them as many as its nodes.
    if (theirs->kind != base->kind &&
        lf_changed(lf_field_of(j, base), base, theirs, j->r->slack, &attrs) & LF_SPACE)
        return unexpected(j, base, theirs);
    if (!tell_form(j, base, theirs))
        return false;
    if (!ours)
        return edited_but_gone(j, base, theirs);
    if (!lf_fit_rings(base, j->r->slack, j->a, &theirs, j->err) ||
        !judge(j, base, ours, theirs, &v))
        return false;
    if (v.rival)
        return beside(j, base, theirs);
    if (v.conflict)
        j->counts->conflict++;
    else if (v.take)
        j->counts->edited++;
    else if (v.refused)
        j->counts->refused++;
    else if (v.ignored) {
        j->counts->ignored++;
        j->counts->settled += v.settled;
    } else
        j->counts->kept++;
    if (!v.take)
        return true;
    return tell_edit(j, base, theirs, &v) && plan_edit(j, base, ours, theirs, &v);
}

// ---------------------------------------------------------------------------- added

static bool any_marked(const struct lf_run *run, const struct lf_sample *s)
{
    uint8_t mark[4];
    lf_run_mark(run, mark);
    for (size_t i = 0; i < s->labels; i++)
        if (s->label[i].id.known && !memcmp(s->label[i].id.at, mark, sizeof mark))
            return true;
    return false;
}

// A field of one label takes an addition only where none is or the old one goes.
static bool single_is_taken(const struct lf_deciding *j, uint16_t field)
{
    for (size_t o = 0; o < j->ours->labels; o++) {
        const struct lf_label *l = &j->ours->label[o];
        bool going = false;
        for (size_t i = 0; i < j->plan->count; i++)
            going |= j->plan->change[i].ours == l && !j->plan->change[i].theirs;
        if (l->field == field && !going)
            return true;
    }
    for (size_t i = 0; i < j->plan->count; i++)
        if (j->plan->change[i].field == field && !j->plan->change[i].ours)
            return true;
    return false;
}

// Of several values of one scalar the first in the file counts, whatever came of it.
static bool second_scalar(const struct lf_deciding *j, size_t t)
{
    const struct lf_label *l = &j->theirs->label[t];
    for (size_t i = 0; l->kind == LF_SCALAR && i < t; i++)
        if (j->theirs->label[i].kind == LF_SCALAR &&
            j->theirs->label[i].field == l->field)
            return true;
    return false;
}

static bool added(struct lf_deciding *j, size_t t)
{
    const struct lf_label *l = &j->theirs->label[t];
    const struct lf_field *f = lf_field_of(j, l);
    struct lf_slice none = {0};
    const struct lf_label *shape;
    uint32_t row;
    bool far, known = !lf_kind_has_class(l->kind) || lf_class_find(f, l->name, &row);
    if (lf_is_unexpected(f, l)) {
        struct lf_label expected = *l;
        expected.kind = (uint16_t)lf_field_kind(f->type);
        return unexpected(j, &expected, l);
    }
    if (!known) {
        j->counts->ignored++;
        return lf_tell(j, LF_E_CLASS, "ignored", l, l, none, l->name, "");
    }
    if (there_already(j, l->field, &j->pair.new_id[t])) {
        j->counts->kept++;
        return true;
    }
    if (!(j->theirs->told & LF_IDS) && j->base->labels && l->kind != LF_SCALAR &&
        !l->origin && !lf_as_names(f, j->theirs)) {
        j->counts->ignored++;
        return lf_tell(
            j, LF_E_ID_LOST, "ignored", l, l, none, none,
            "the file carries no ids, so an edited label cannot be told from a "
            "new one");
    }
    if (!lf_field_may(f, LF_MAY_ADD)) {
        j->counts->refused++;
        return lf_tell(j, LF_E_REFUSED, "refused", l, l, none, l->name,
                       "the run does not allow additions");
    }
    if (!lf_scalar_fits(f, l)) {
        j->counts->refused++;
        return lf_tell(j, LF_E_VALUE, "refused", l, l, none,
                       f->by_class || !l->attrs ? l->name : l->attr[0].text, "");
    }
    if (second_scalar(j, t) ||
        (!lf_field_is_list(f->type) && single_is_taken(j, l->field))) {
        j->counts->refused++;
        return lf_tell(j, LF_E_SINGLE, "refused", l, l, none, l->name, "");
    }
    if (lf_is_flat(l) && !lf_tell(j, LF_E_DEGENERATE, NULL, l, l, none, none,
                                  "the new shape has no area"))
        return false;
    if (lf_has_nothing(l)) {
        j->counts->refused++;
        return lf_tell(j, LF_E_DEGENERATE, "refused", l, l, none, l->name,
                       "it holds nothing");
    }
    if (!lf_check_reach(j, NULL, l, &shape, &far))
        return false;
    if (far) {
        j->counts->refused++;
        return lf_tell(j, LF_E_FAR, "refused", l, l, none, l->name, "");
    }
    if (!tell_form(j, l, l))
        return false;
    j->counts->added++;
    struct lf_change c = {.theirs = shape,
                          .parts = LF_EXISTS,
                          .field = l->field,
                          .id = j->pair.new_id[t]};
    struct lf_label made = *l;
    made.id = c.id;
    return lf_tell(j, LF_N_ADDED, "added", &made, l, none, l->name, "") &&
           lf_coerce(j, NULL, &c.theirs) && plan_add(j, &c);
}

// ---------------------------------------------------------------------------- the
// sample

// Of a learned field those archives speak that brought the label, as long as such
// shapes are kept.
static bool has_name(const struct lf_sample *theirs, const struct lf_label *base)
{
    for (size_t i = 0; i < theirs->labels; i++)
        if (theirs->label[i].field == base->field &&
            lf_slice_eq(theirs->label[i].name, base->name))
            return true;
    return false;
}

bool lf_speaks_of(const struct lf_rules *r, const struct lf_sample *theirs,
                  const struct lf_label *base)
{
    const struct lf_schema *schema = &r->run->schema;
    int field = base->field;
    if (schema->field[base->field].learned) {
        field = lf_id_origin(&base->id);
        if (field < 0 || (size_t)field >= lf_schema_own(schema) ||
            !(theirs->told & LF_STRAYS) ||
            lf_fate_of(&r->unexpected, base->kind) != LF_FATE_KEEP)
            return false;
    }
    bool set = lf_as_names(&schema->field[field], theirs);
    if (set && has_name(theirs, base)) // it stands for all labels of the class
        return false;
    return (theirs->only < 0 || theirs->only == field) && theirs->told & base->kind &&
           (theirs->told & LF_IDS || set || // these need no ids
            schema->field[field].type == LF_FT_SCALAR);
}

static bool merge_base(struct lf_deciding *j, bool *told)
{
    for (size_t b = 0; b < j->base->labels; b++) {
        const struct lf_label *l = &j->base->label[b];
        int32_t t = j->pair.theirs_of[b];
        if (t < 0 && (!l->shipped || l->unsure || !lf_speaks_of(j->r, j->theirs, l)))
            continue;
        told[b] = true;
        j->counts->told++;
        const struct lf_counts before = *j->counts;
        bool ok = t < 0 ? gone(j, b) : came_back(j, b, &j->theirs->label[t]);
        lf_count_since(j->counts, l->field, &before);
        if (!ok)
            return false;
    }
    return true;
}

// A label that came back as it stands in the dataset, where the run did not ask for it
// (another class, another kind): an edited copy holds such labels, and they are
// nobody's edit.
static bool at_home(const struct lf_sample *ours, const struct lf_label *theirs)
{
    for (size_t o = 0; o < ours->labels; o++) {
        const struct lf_label *l = &ours->label[o];
        bool same = theirs->id.known ? lf_id_eq(&l->id, &theirs->id) : !l->id.known;
        int field = theirs->origin ? theirs->origin - 1 : theirs->field;
        if (!l->shipped && same && l->field == field && l->kind == theirs->kind &&
            lf_slice_eq(l->name, theirs->name))
            return true;
    }
    return false;
}

static bool leave_home(const struct lf_rules *r, const struct lf_sample *ours,
                       const struct lf_sample *theirs, struct lf_sample *left,
                       struct lf_arena *a, struct lf_error *err)
{
    uint32_t row;
    *left = *theirs;
    left->label = lf_arena_take(a, theirs->labels, sizeof *left->label, err);
    left->labels = 0;
    if (!left->label)
        return false;
    for (size_t t = 0; t < theirs->labels; t++) {
        const struct lf_label *l = &theirs->label[t];
        const struct lf_field *f = &r->run->schema.field[l->field];
        bool asked = !l->origin && l->kind & lf_field_kinds(f) &&
                     (!lf_kind_has_class(l->kind) || lf_class_find(f, l->name, &row));
        if (asked || !at_home(ours, l))
            left->label[left->labels++] = *l;
    }
    return true;
}

bool lf_merge_sample(const struct lf_rules *r, const struct lf_sample *base,
                     const struct lf_sample *ours, const struct lf_theirs *from,
                     const struct lf_earlier *earlier, struct lf_arena *a,
                     struct lf_changes *plan, bool *told, struct lf_counts *counts,
                     struct lf_events *ev, struct lf_error *err)
{
    struct lf_deciding j = {.r = r,
                            .base = base,
                            .ours = ours,
                            .earlier = earlier,
                            .from = from,
                            .file = from->file,
                            .item = from->item,
                            .a = a,
                            .plan = plan,
                            .counts = counts,
                            .ev = ev,
                            .err = err};
    struct lf_sample left;
    const struct lf_sample *theirs = &left;
    if (!leave_home(r, ours, &from->sample, &left, a, err))
        return false;
    j.theirs = theirs;
    if (!lf_pair(r, base, ours, theirs, a, &j.pair, ev, from->file, err))
        return false;
    j.marked = any_marked(r->run, ours);
    counts->returned += theirs->labels;
    counts->ids += j.pair.ids;
    counts->known_ids += j.pair.known_ids;
    if (!merge_base(&j, told))
        return false;
    for (size_t t = 0; t < theirs->labels; t++) {
        const struct lf_counts before = *counts;
        bool ok = j.pair.base_of[t] >= 0 || added(&j, t);
        lf_count_since(counts, theirs->label[t].field, &before);
        if (!ok)
            return false;
    }
    return true;
}
