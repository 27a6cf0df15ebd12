#include <stdio.h>

#include "formats/label/value.h"
#include "merge/merge.h"

struct job {
    const struct lf_rules *r;
    const struct lf_sample *base, *ours, *theirs;
    struct lf_slice file, item;
    struct lf_arena *a;
    struct lf_changes *plan;
    struct lf_counts *counts;
    struct lf_events *ev;
    struct lf_pairing pair;
    bool marked; // some label of ours was added by this run
    struct lf_error *err;
};

uint64_t lf_counts_all(const struct lf_counts *c)
{
    return c->absent + c->ignored + c->refused + c->conflict + c->deleted + c->added +
           c->edited + c->kept;
}

bool lf_counts_balance(const struct lf_counts *c)
{
    return lf_counts_all(c) == c->told + c->absent + c->returned - c->paired;
}

static const struct lf_field *field_of(const struct job *j, const struct lf_label *l)
{
    return &j->r->run->schema.field[l->field];
}

static bool tell(const struct job *j, enum lf_code code, const char *bucket,
                 const struct lf_label *id_of, const struct lf_label *theirs,
                 struct lf_slice was, struct lf_slice came, const char *text)
{
    char sample[25], label[25];
    if (!j->ev)
        return true;
    lf_id_print(&j->base->id, sample);
    lf_id_print(&id_of->id, label);
    struct lf_event e = {.code = code,
                         .bucket = bucket,
                         .file = j->file,
                         .item = j->item,
                         .line = theirs ? theirs->line : 0,
                         .sample = lf_slice_of(sample),
                         .label = lf_slice_of(label),
                         .field = field_of(j, id_of)->name,
                         .was = was,
                         .came = came,
                         .text = lf_slice_of(text)};
    return lf_events_add(j->ev, &e, j->err);
}

static bool plan_add(struct job *j, const struct lf_change *c)
{
    void *changes = j->plan->change;
    if (!lf_arena_grow(j->a, &changes, &j->plan->capacity, j->plan->count + 1,
                       sizeof *j->plan->change, j->err))
        return false;
    j->plan->change = changes;
    j->plan->change[j->plan->count++] = *c;
    return true;
}

static const struct lf_label *ours_of(const struct job *j, size_t b)
{
    int32_t o = j->pair.ours_of[b];
    return o < 0 ? NULL : &j->ours->label[o];
}

// ---------------------------------------------------------------------------- gone in
// theirs

static bool gone(struct job *j, size_t b)
{
    const struct lf_label *base = &j->base->label[b], *ours = ours_of(j, b);
    const struct lf_field *f = field_of(j, base);
    struct lf_attr_set attrs;
    struct lf_slice none = {0};
    if (!ours) { // gone on both sides
        j->counts->kept++;
        return true;
    }
    if (!(f->rights & LF_MAY_DELETE)) {
        j->counts->refused++;
        return tell(j, LF_E_REFUSED, "refused", base, NULL, none, none,
                    "the run does not allow deletions");
    }
    if (lf_changed(f, base, ours, j->r->slack, &attrs) &&
        j->r->conflict != LF_CONFLICT_THEIRS) {
        j->counts->conflict++;
        return tell(j, LF_E_CONFLICT, "conflict", base, NULL, none, none,
                    "deleted in the archive, edited in the dataset");
    }
    j->counts->deleted++;
    struct lf_change c = {.ours = ours, .parts = LF_EXISTS, .field = base->field};
    return tell(j, LF_N_DELETED, "deleted", base, NULL, base->name, none, "") &&
           plan_add(j, &c);
}

// ---------------------------------------------------------------------------- edited

static struct lf_slice attr_text(const struct lf_field *f, const struct lf_label *l,
                                 unsigned row)
{
    const struct lf_attr *a = lf_attr_of(f, l, (uint16_t)row);
    return a ? a->text : f->attr[row].preset;
}

struct verdict { // over the parts of one pair
    unsigned take, refused, conflict;
    struct lf_attr_set attrs;
    bool ignored; // the class is unknown
};

static bool refuse_part(struct job *j, const struct lf_label *base,
                        const struct lf_label *theirs, unsigned part, struct verdict *v)
{
    struct lf_slice none = {0};
    v->refused |= part;
    return part == LF_CLASS
               ? tell(j, LF_E_REFUSED, "refused", base, theirs, base->name,
                      theirs->name, "the run does not allow changes of the class")
               : tell(j, LF_E_REFUSED, "refused", base, theirs, none, none,
                      "the run does not allow changes of the geometry");
}

// A part that changed in theirs and may: taken if ours still is as it was shipped,
// nothing to do if ours changed alike, else a conflict.
static bool take_part(struct job *j, const struct lf_label *base,
                      const struct lf_label *ours, const struct lf_label *theirs,
                      unsigned part, struct verdict *v)
{
    const struct lf_field *f = field_of(j, base);
    struct lf_attr_set attrs;
    bool ours_changed = lf_changed(f, base, ours, j->r->slack, &attrs) & part;
    if (ours_changed && !(lf_changed(f, ours, theirs, j->r->slack, &attrs) & part))
        return true;
    if (ours_changed && j->r->conflict != LF_CONFLICT_THEIRS) {
        struct lf_slice none = {0};
        v->conflict |= part;
        return part == LF_CLASS
                   ? tell(j, LF_E_CONFLICT, "conflict", base, theirs, ours->name,
                          theirs->name, "the class was changed on both sides")
                   : tell(j, LF_E_CONFLICT, "conflict", base, theirs, none, none,
                          "the geometry was changed on both sides");
    }
    v->take |= part;
    return true;
}

// Whether the dataset's type of the attribute can hold what came back.
static bool readable(const struct lf_attr_def *d, const struct lf_attr *ours,
                     const struct lf_attr *theirs)
{
    struct lf_buf text = {0};
    bool widened, null = !theirs || theirs->type == LF_V_NULL;
    bool ok = null || lf_value_write(theirs->text, lf_value_type(theirs, ours, d->type),
                                     true, &text, &widened);
    lf_buf_done(&text);
    return ok;
}

static bool judge_attr(struct job *j, const struct lf_label *base,
                       const struct lf_label *ours, const struct lf_label *theirs,
                       unsigned row, struct verdict *v)
{
    const struct lf_field *f = field_of(j, base);
    struct lf_attr_set ours_attrs, between;
    char text[160], name[80];
    lf_escape(f->attr[row].name, name, sizeof name);
    if (f->attr[row].read_only) {
        v->refused |= LF_ATTRS;
        snprintf(text, sizeof text, "the attribute \"%s\" is read only", name);
        return tell(j, LF_E_REFUSED, "refused", base, theirs, attr_text(f, base, row),
                    attr_text(f, theirs, row), text);
    }
    if (!readable(&f->attr[row], lf_attr_of(f, ours, (uint16_t)row),
                  lf_label_attr(theirs, row))) {
        v->refused |= LF_ATTRS;
        return tell(j, LF_E_VALUE, "refused", base, theirs, attr_text(f, ours, row),
                    attr_text(f, theirs, row), "");
    }
    // Asked both ways: after a change of the class, either may lack what the other has.
    lf_changed(f, ours, base, j->r->slack, &ours_attrs);
    bool ours_changed = lf_attr_set_has(&ours_attrs, row);
    lf_changed(f, base, ours, j->r->slack, &ours_attrs);
    ours_changed |= lf_attr_set_has(&ours_attrs, row);
    lf_changed(f, ours, theirs, j->r->slack, &between);
    if (ours_changed && !lf_attr_set_has(&between, row))
        return true;
    if (ours_changed && j->r->conflict != LF_CONFLICT_THEIRS) {
        v->conflict |= LF_ATTRS;
        snprintf(text, sizeof text, "the attribute \"%s\" was changed on both sides",
                 name);
        return tell(j, LF_E_CONFLICT, "conflict", base, theirs, attr_text(f, ours, row),
                    attr_text(f, theirs, row), text);
    }
    v->take |= LF_ATTRS;
    lf_attr_set_add(&v->attrs, row);
    return true;
}

static bool judge_class(struct job *j, const struct lf_label *base,
                        const struct lf_label *ours, const struct lf_label *theirs,
                        struct verdict *v)
{
    const struct lf_field *f = field_of(j, base);
    uint32_t row;
    if (!lf_class_find(f, theirs->name, &row)) {
        v->ignored = true;
        return tell(j, LF_E_CLASS, "ignored", base, theirs, base->name, theirs->name,
                    "");
    }
    return f->rights & LF_MAY_RELABEL ? take_part(j, base, ours, theirs, LF_CLASS, v)
                                      : refuse_part(j, base, theirs, LF_CLASS, v);
}

// Attributes count for the class the label has afterwards: the class's own of another
// class mean nothing to it.
static bool judge_attrs(struct job *j, const struct lf_label *base,
                        const struct lf_label *ours, const struct lf_label *theirs,
                        const struct lf_attr_set *changed, struct verdict *v)
{
    const struct lf_field *f = field_of(j, base);
    uint32_t row = LF_NO_CLASS;
    lf_class_find(f, v->take & LF_CLASS ? theirs->name : ours->name, &row);
    for (uint16_t i = 0; i < f->attrs; i++)
        if (lf_attr_set_has(changed, i) && lf_attr_applies(f, row, i) &&
            !judge_attr(j, base, ours, theirs, i, v))
            return false;
    return true;
}

static bool judge(struct job *j, const struct lf_label *base,
                  const struct lf_label *ours, const struct lf_label *theirs,
                  struct verdict *v)
{
    const struct lf_field *f = field_of(j, base);
    struct lf_attr_set attrs;
    unsigned parts = lf_changed(f, base, theirs, j->r->slack, &attrs);
    *v = (struct verdict){0};
    return (!(parts & LF_CLASS) || judge_class(j, base, ours, theirs, v)) &&
           (!(parts & LF_SPACE) ||
            (f->rights & LF_MAY_MOVE ? take_part(j, base, ours, theirs, LF_SPACE, v)
                                     : refuse_part(j, base, theirs, LF_SPACE, v))) &&
           (!(parts & LF_ATTRS) || judge_attrs(j, base, ours, theirs, &attrs, v));
}

static bool unexpected(struct job *j, const struct lf_label *id_of,
                       const struct lf_label *theirs)
{
    j->counts->ignored++;
    return tell(j, j->r->ignore_unexpected ? LF_N_TYPE_IGNORED : LF_E_TYPE, "ignored",
                id_of, theirs, lf_slice_of(lf_kind_name(id_of->kind)),
                lf_slice_of(lf_kind_name(theirs->kind)), "");
}

// Whether the dataset holds an addition already: the archive was merged before into it.
static bool there_already(const struct job *j, uint16_t field, const struct lf_id *id)
{
    for (size_t o = 0; j->marked && o < j->ours->labels; o++)
        if (j->ours->label[o].field == field && lf_id_eq(&j->ours->label[o].id, id))
            return true;
    return false;
}

// The dataset dropped the label meanwhile and the archive edited it.
static bool edited_but_gone(struct job *j, const struct lf_label *base,
                            const struct lf_label *theirs)
{
    struct lf_attr_set attrs;
    struct lf_slice none = {0};
    const struct lf_field *f = field_of(j, base);
    struct lf_change c = {
        .theirs = theirs,
        .parts = LF_EXISTS,
        .field = base->field,
        .id = base->id.known ? base->id : j->pair.new_id[theirs - j->theirs->label]};
    unsigned parts = lf_changed(f, base, theirs, j->r->slack, &attrs);
    unsigned may = (f->rights & LF_MAY_RELABEL ? LF_CLASS : 0u) |
                   (f->rights & LF_MAY_MOVE ? LF_SPACE : 0u) | LF_ATTRS;
    if (!parts || there_already(j, base->field, &c.id)) {
        j->counts->kept++;
        return true;
    }
    if (!(parts & may)) {
        j->counts->refused++;
        return tell(j, LF_E_REFUSED, "refused", base, theirs, none, none,
                    "the run does not allow this edit");
    }
    if (j->r->conflict != LF_CONFLICT_THEIRS) {
        j->counts->conflict++;
        return tell(j, LF_E_CONFLICT, "conflict", base, theirs, none, none,
                    "edited in the archive, deleted in the dataset");
    }
    j->counts->added++;
    struct lf_label made = *base;
    made.id = c.id;
    return tell(j, LF_N_ADDED, "added", &made, theirs, none, theirs->name, "") &&
           plan_add(j, &c);
}

// "class, geometry, attribute crew": what of a label changes.
static bool tell_edit(struct job *j, const struct lf_label *base,
                      const struct lf_label *theirs, const struct verdict *v)
{
    const struct lf_field *f = field_of(j, base);
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
        tell(j, LF_N_EDITED, "edited", base, theirs, class_too ? base->name : none,
             class_too ? theirs->name : none, text.at);
    lf_buf_done(&text);
    return ok;
}

static bool came_back(struct job *j, size_t b, const struct lf_label *theirs)
{
    const struct lf_label *base = &j->base->label[b], *ours = ours_of(j, b);
    struct verdict v;
    j->counts->paired++;
    if (theirs->kind != base->kind)
        return unexpected(j, base, theirs);
    if ((theirs->occluded || theirs->group) &&
        !tell(j, LF_E_FLAG_UNMAPPED, NULL, base, theirs, (struct lf_slice){0},
              (struct lf_slice){0}, ""))
        return false;
    if (!ours)
        return edited_but_gone(j, base, theirs);
    if (!judge(j, base, ours, theirs, &v))
        return false;
    if (v.conflict)
        j->counts->conflict++;
    else if (v.take)
        j->counts->edited++;
    else if (v.refused)
        j->counts->refused++;
    else if (v.ignored)
        j->counts->ignored++;
    else
        j->counts->kept++;
    if (!v.take)
        return true;
    if (!tell_edit(j, base, theirs, &v))
        return false;
    struct lf_change c = {.ours = ours,
                          .theirs = theirs,
                          .parts = v.take,
                          .attrs = v.attrs,
                          .field = base->field};
    return plan_add(j, &c);
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
static bool single_is_taken(const struct job *j, uint16_t field)
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

static bool added(struct job *j, size_t t)
{
    const struct lf_label *l = &j->theirs->label[t];
    const struct lf_field *f = field_of(j, l);
    struct lf_slice none = {0};
    uint32_t row;
    if (l->kind != lf_field_kind(f->type)) {
        struct lf_label expected = *l;
        expected.kind = (uint16_t)lf_field_kind(f->type);
        return unexpected(j, &expected, l);
    }
    if (!lf_class_find(f, l->name, &row)) {
        j->counts->ignored++;
        return tell(j, LF_E_CLASS, "ignored", l, l, none, l->name, "");
    }
    if (there_already(j, l->field, &j->pair.new_id[t])) {
        j->counts->kept++;
        return true;
    }
    if (!(j->theirs->told & LF_IDS) && j->base->labels) {
        j->counts->ignored++;
        return tell(j, LF_E_ID_LOST, "ignored", l, l, none, none,
                    "the file carries no ids, so an edited label cannot be told from a "
                    "new one");
    }
    if (!(f->rights & LF_MAY_ADD)) {
        j->counts->refused++;
        return tell(j, LF_E_REFUSED, "refused", l, l, none, l->name,
                    "the run does not allow additions");
    }
    if (!lf_field_is_list(f->type) && single_is_taken(j, l->field)) {
        j->counts->refused++;
        return tell(j, LF_E_SINGLE, "refused", l, l, none, l->name, "");
    }
    if (l->kind == LF_BOX && !(l->xy[2] > l->xy[0] && l->xy[3] > l->xy[1]) &&
        !tell(j, LF_E_DEGENERATE, NULL, l, l, none, none, "the new box has no area"))
        return false;
    j->counts->added++;
    struct lf_change c = {
        .theirs = l, .parts = LF_EXISTS, .field = l->field, .id = j->pair.new_id[t]};
    struct lf_label made = *l;
    made.id = c.id;
    return tell(j, LF_N_ADDED, "added", &made, l, none, l->name, "") && plan_add(j, &c);
}

// ---------------------------------------------------------------------------- the
// sample

static bool speaks_of(const struct lf_sample *theirs, const struct lf_label *base)
{
    return (theirs->only < 0 || theirs->only == base->field) &&
           (theirs->told & base->kind);
}

static bool merge_base(struct job *j, bool *told)
{
    for (size_t b = 0; b < j->base->labels; b++) {
        const struct lf_label *l = &j->base->label[b];
        int32_t t = j->pair.theirs_of[b];
        if (!l->shipped ||
            (t < 0 && (!speaks_of(j->theirs, l) || !(j->theirs->told & LF_IDS))))
            continue;
        told[b] = true;
        j->counts->told++;
        if (t < 0 ? !gone(j, b) : !came_back(j, b, &j->theirs->label[t]))
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
        if (!l->shipped && same && l->field == theirs->field &&
            l->kind == theirs->kind && lf_slice_eq(l->name, theirs->name))
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
        bool asked =
            l->kind == lf_field_kind(f->type) && lf_class_find(f, l->name, &row);
        if (asked || !at_home(ours, l))
            left->label[left->labels++] = *l;
    }
    return true;
}

bool lf_merge_sample(const struct lf_rules *r, const struct lf_sample *base,
                     const struct lf_sample *ours, const struct lf_sample *theirs,
                     struct lf_slice file, struct lf_slice item, struct lf_arena *a,
                     struct lf_changes *plan, bool *told, struct lf_counts *counts,
                     struct lf_events *ev, struct lf_error *err)
{
    struct job j = {.r = r,
                    .base = base,
                    .ours = ours,
                    .theirs = theirs,
                    .file = file,
                    .item = item,
                    .a = a,
                    .plan = plan,
                    .counts = counts,
                    .ev = ev,
                    .err = err};
    struct lf_sample left;
    if (!leave_home(r, ours, theirs, &left, a, err))
        return false;
    j.theirs = theirs = &left;
    if (!lf_pair(r, base, ours, theirs, a, &j.pair, ev, file, err))
        return false;
    j.marked = any_marked(r->run, ours);
    counts->returned += theirs->labels;
    counts->ids += j.pair.ids;
    counts->known_ids += j.pair.known_ids;
    if (!merge_base(&j, told))
        return false;
    for (size_t t = 0; t < theirs->labels; t++)
        if (j.pair.base_of[t] < 0 && !added(&j, t))
            return false;
    return true;
}

// ---------------------------------------------------------------------------- folding

static bool apply_attrs(const struct lf_change *c, struct lf_label *l,
                        struct lf_arena *a, struct lf_error *err)
{
    struct lf_attr *attr =
        lf_arena_take(a, (size_t)l->attrs + c->theirs->attrs, sizeof *attr, err);
    uint32_t n = 0, i = 0, k = 0;
    if (!attr)
        return false;
    while (i < l->attrs || k < c->theirs->attrs) {
        const struct lf_attr *old = i < l->attrs ? &l->attr[i] : NULL;
        const struct lf_attr *new = k < c->theirs->attrs ? &c->theirs->attr[k] : NULL;
        bool take = new &&lf_attr_set_has(&c->attrs, new->name);
        if (old && (!new || old->name < new->name)) {
            attr[n++] = *old;
            i++;
        } else {
            if (take)
                attr[n++] = *new;
            else if (old && old->name == new->name)
                attr[n++] = *old;
            i += old && old->name == new->name;
            k++;
        }
    }
    l->attr = attr;
    l->attrs = n;
    return true;
}

static bool apply_edit(const struct lf_change *c, struct lf_label *l,
                       struct lf_arena *a, struct lf_error *err)
{
    l->whole = (struct lf_slice){0}; // no longer what it says
    if (c->parts & LF_CLASS)
        l->name = c->theirs->name;
    if (c->parts & LF_SPACE) {
        l->xy = c->theirs->xy;
        l->points = c->theirs->points;
        l->turn = c->theirs->turn;
    }
    return !(c->parts & LF_ATTRS) || apply_attrs(c, l, a, err);
}

static const struct lf_change *change_of(const struct lf_changes *plan,
                                         const struct lf_label *ours)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->change[i].ours == ours)
            return &plan->change[i];
    return NULL;
}

bool lf_apply_changes(const struct lf_sample *ours, const struct lf_changes *plan,
                      struct lf_arena *a, struct lf_sample *out, struct lf_error *err)
{
    *out = *ours;
    out->label = lf_arena_take(a, ours->labels + plan->count, sizeof *out->label, err);
    out->labels = 0;
    if (!out->label)
        return false;
    for (size_t i = 0; i < ours->labels; i++) {
        const struct lf_change *c = change_of(plan, &ours->label[i]);
        if (c && !c->theirs)
            continue;
        struct lf_label *l = &out->label[out->labels++];
        *l = ours->label[i];
        if (c && !apply_edit(c, l, a, err))
            return false;
    }
    for (size_t i = 0; i < plan->count; i++)
        if (!plan->change[i].ours) {
            struct lf_label *l = &out->label[out->labels++];
            *l = *plan->change[i].theirs;
            l->id = plan->change[i].id;
            l->raw = (struct lf_slice){0};
        }
    return true;
}
