#include "formats/base/limits.h"
#include "formats/base/number.h"
#include "formats/label/ship_shape.h"
#include "formats/labelstudio/ls_held.h"
#include "formats/labelstudio/ls_parts.h"

// The editor takes doubles up to the last one before whole numbers have gaps. At
// another it stops reading the task in silence, and what follows is lost.
static bool holds_number(struct lf_slice *text, struct lf_arena *a,
                         struct lf_error *err)
{
    const double most = 9007199254740991.0;
    double v;
    return lf_parse_decimal(*text, &v) && v >= -most && v <= most &&
           ls_number_text(v, a, text, err);
}

// Whether the tool can hold a value, which is brought into its spelling.
static bool holds(const struct lf_attr_def *d, struct lf_slice *text,
                  struct lf_arena *a, struct lf_error *err)
{
    switch (d->input) {
    case LF_IN_CHECKBOX:
        return lf_ship_bool(text);
    case LF_IN_NUMBER:
        return holds_number(text, a, err);
    case LF_IN_SELECT:
    case LF_IN_RADIO:
        return lf_attr_offers(d, *text);
    default:
        return !memchr(text->at, 0, text->len); // the server's database cannot
    }
}

// Nothing chosen is no result, so that an empty text is an absent one over there.
static bool ship_attr(const struct lf_field *f, const struct lf_sample *s,
                      const struct lf_label *l, const struct lf_attr *old,
                      struct lf_attr *attr, struct lf_arena *a, struct lf_events *ev,
                      struct lf_error *err)
{
    if (!old || (!old->home && (old->type == LF_V_NULL || !old->text.len)))
        return true;
    attr->type = old->type;
    attr->text = old->text;
    if (!old->home && holds(&f->attr[attr->name], &attr->text, a, err))
        return true;
    if (err->code != LF_OK)
        return false;
    attr->home = true;
    attr->text = LF_S("");
    return lf_ship_tell(ev, LF_E_VALUE_HOME, f, s, l, old->text, "", err);
}

static bool ship_attrs(const struct lf_field *f, uint32_t class_row,
                       const struct lf_sample *s, struct lf_label *l,
                       struct lf_arena *a, struct lf_events *ev, struct lf_error *err)
{
    struct lf_attr *attr = lf_arena_take(a, f->attrs, sizeof *attr, err);
    uint32_t n = 0;
    if (!attr)
        return false;
    for (uint16_t i = 0; i < f->attrs; i++) {
        if (!lf_attr_applies(f, class_row, i))
            continue;
        attr[n] = (struct lf_attr){.name = i, .type = LF_V_NULL, .text = LF_S("")};
        if (!ship_attr(f, s, l, lf_label_attr(l, i), &attr[n], a, ev, err))
            return false;
        n++;
    }
    l->attr = attr;
    l->attrs = n;
    return true;
}

// Of a scalar nothing goes but its value: without one there is no result, and a result
// that does not come back is a value that somebody cleared.
static bool has_value(const struct lf_field *f, const struct lf_label *l)
{
    return l->kind != LF_SCALAR || f->by_class || (l->attrs && l->attr[0].text.len);
}

// A number that the editor cannot take ends its reading of a task in silence.
static bool is_near(const struct lf_label *l)
{
    for (size_t i = 0; i < 2 * (size_t)l->points; i++)
        if (l->xy[i] < -LF_COORDINATE || l->xy[i] > LF_COORDINATE)
            return false;
    return true;
}

static bool ship_label(const struct lf_run *run, const struct lf_sample *s,
                       struct lf_label *l, struct lf_arena *a, struct lf_events *ev,
                       struct lf_error *err)
{
    const struct lf_field *f = &run->schema.field[l->field];
    const uint32_t points = l->points;
    uint32_t class_row;
    bool may, home = false;
    l->shipped = false;
    if (!lf_ship_may(f, s, l, &class_row, &may, ev, err))
        return false;
    if (!may)
        return true;
    if (!lf_ship_shape(f, s, l, ls_ends_meet, a, ev, &home, err))
        return false;
    if (home)
        return true;
    if (l->kind ==
        LF_POINTS) // with those that are missing: no cloud looks like a skeleton
        l->parts = points;
    if (!is_near(l))
        return lf_ship_tell(ev, LF_E_FAR_HOME, f, s, l, LF_S(""), "", err);
    if (!ls_has_attrs(f))
        l->attrs = 0;
    else if (!ship_attrs(f, class_row, s, l, a, ev, err))
        return false;
    l->shipped = has_value(f, l);
    return l->shipped || (l->attrs && l->attr[0].home) ||
           lf_ship_tell(ev, LF_E_EMPTY, f, s, l, LF_S(""), "", err);
}

bool ls_ship(const struct lf_run *run, struct lf_sample *s, struct lf_arena *a,
             struct lf_events *ev, struct lf_error *err)
{
    for (size_t i = 0; i < s->labels; i++)
        if (!ship_label(run, s, &s->label[i], a, ev, err))
            return false;
    return true;
}
