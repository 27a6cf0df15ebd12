#include <stdio.h>

#include "formats/label/value.h"
#include "merge/deciding.h"

static struct lf_slice attr_text(const struct lf_field *f, const struct lf_label *l,
                                 unsigned row)
{
    const struct lf_attr *a = lf_attr_of(f, l, (uint16_t)row);
    return a ? a->text : f->attr[row].preset;
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

bool lf_scalar_fits(const struct lf_field *f, const struct lf_label *l)
{
    struct lf_buf out = {0};
    bool widened, ok = l->kind != LF_SCALAR;
    if (!ok && (f->by_class || l->attrs))
        ok = lf_value_write(f->by_class ? l->name : l->attr[0].text, f->scalar, true,
                            &out, &widened) &&
             !widened;
    lf_buf_done(&out);
    return ok;
}

static bool judge_attr(struct lf_deciding *j, const struct lf_label *base,
                       const struct lf_label *ours, const struct lf_label *theirs,
                       unsigned row, struct lf_verdict *v)
{
    const struct lf_field *f = lf_field_of(j, base);
    struct lf_attr_set ours_attrs, between;
    char text[160], name[80];
    lf_escape(f->attr[row].name, name, sizeof name);
    if (f->attr[row].read_only || f->dest_taken) {
        v->refused |= LF_ATTRS;
        snprintf(text, sizeof text, "the attribute \"%s\" is read only", name);
        return lf_tell(j, LF_E_REFUSED, "refused", base, theirs,
                       attr_text(f, base, row), attr_text(f, theirs, row), text);
    }
    if (!lf_scalar_fits(f, theirs) ||
        !readable(&f->attr[row], lf_attr_of(f, ours, (uint16_t)row),
                  lf_label_attr(theirs, row))) {
        v->refused |= LF_ATTRS;
        return lf_tell(j, LF_E_VALUE, "refused", base, theirs, attr_text(f, ours, row),
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
    enum lf_settled how =
        ours_changed ? lf_settle(j, base, ours, LF_ATTRS, row) : LF_TAKE_THEIRS;
    if (how != LF_TAKE_THEIRS) {
        snprintf(text, sizeof text, "the attribute \"%s\" was changed on both sides",
                 name);
        return lf_not_taken(j, how, base, theirs, LF_ATTRS, attr_text(f, ours, row),
                            attr_text(f, theirs, row), text, v);
    }
    v->take |= LF_ATTRS;
    lf_attr_set_add(&v->attrs, row);
    return true;
}

bool lf_judge_class(struct lf_deciding *j, const struct lf_label *base,
                    const struct lf_label *ours, const struct lf_label *theirs,
                    struct lf_verdict *v)
{
    const struct lf_field *f = lf_field_of(j, base);
    uint32_t row;
    if (!lf_class_find(f, theirs->name, &row)) {
        v->ignored = true;
        return lf_tell(j, LF_E_CLASS, "ignored", base, theirs, base->name, theirs->name,
                       "");
    }
    if (!lf_scalar_fits(f, theirs)) {
        v->refused |= LF_CLASS;
        return lf_tell(j, LF_E_VALUE, "refused", base, theirs, base->name, theirs->name,
                       "");
    }
    // A scalar's class is its value, and values may always be edited.
    return lf_field_may(f, LF_MAY_RELABEL) ||
                   (base->kind == LF_SCALAR && !f->dest_taken)
               ? lf_take_part(j, base, ours, theirs, LF_CLASS, v)
               : lf_refuse_part(j, base, theirs, LF_CLASS, v);
}

// Attributes count for the class the label has afterwards: the class's own of another
// class mean nothing to it.
bool lf_judge_attrs(struct lf_deciding *j, const struct lf_label *base,
                    const struct lf_label *ours, const struct lf_label *theirs,
                    const struct lf_attr_set *changed, struct lf_verdict *v)
{
    const struct lf_field *f = lf_field_of(j, base);
    uint32_t row = LF_NO_CLASS;
    lf_class_find(f, v->take & LF_CLASS ? theirs->name : ours->name, &row);
    for (uint16_t i = 0; i < f->attrs; i++)
        if (lf_attr_set_has(changed, i) && lf_attr_applies(f, row, i) &&
            !judge_attr(j, base, ours, theirs, i, v))
            return false;
    return true;
}

// The JSON type that a text looks like. As in Python "7.0" and "1e5" are no whole
// numbers, though their values are.
static enum lf_value looks_like(struct lf_slice text)
{
    struct lf_buf out = {0};
    bool widened, is_bool = lf_value_write(text, LF_V_BOOL, true, &out, &widened);
    bool number = !is_bool && lf_value_write(text, LF_V_INT, true, &out, &widened);
    lf_buf_done(&out);
    for (size_t i = 0; i < text.len; i++)
        widened |= text.at[i] == '.' || text.at[i] == 'e' || text.at[i] == 'E';
    return is_bool ? LF_V_BOOL : !number ? LF_V_TEXT : widened ? LF_V_FLOAT : LF_V_INT;
}

// FiftyOne's way with texts, where it was asked for: only what was not there before, so
// that no value of the dataset changes its type. `ours` is NULL for a new label.
bool lf_coerce(const struct lf_deciding *j, const struct lf_label *ours,
               const struct lf_label **label)
{
    const struct lf_field *f = lf_field_of(j, *label);
    struct lf_label *made;
    if (!j->r->coerce_text || !(*label)->attrs)
        return true;
    made = lf_arena_take(j->a, 1, sizeof *made, j->err);
    struct lf_attr *attr = lf_arena_take(j->a, (*label)->attrs, sizeof *attr, j->err);
    if (!made || !attr)
        return false;
    *made = **label;
    made->attr = attr;
    for (uint32_t i = 0; i < made->attrs; i++) {
        const struct lf_attr_def *d = &f->attr[(*label)->attr[i].name];
        const struct lf_attr *old =
            ours ? lf_attr_of(f, ours, (*label)->attr[i].name) : NULL;
        attr[i] = (*label)->attr[i];
        if (attr[i].type == LF_V_UNTYPED && d->input == LF_IN_TEXT &&
            d->type == LF_V_TEXT && attr[i].text.len &&
            (!old || old->type == LF_V_NULL))
            attr[i].type = (uint8_t)looks_like(attr[i].text);
    }
    *label = made;
    return true;
}
