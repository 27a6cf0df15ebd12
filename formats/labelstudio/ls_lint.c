// Names and inputs that a labeling config can hold. The server checks hardly any of
// this, and the editor shows what is wrong as broken tasks, so that it is refused here.
#include "formats/base/number.h"
#include "formats/base/relpath.h"
#include "formats/base/xml_out.h"
#include "formats/labelstudio/ls_parts.h"

struct lint {
    struct lf_schema *s;
    struct lf_slice id_attr;
    struct lf_events *ev;
    struct lf_names controls; // of the whole config; their names are unique
    struct lf_buf buf;
    struct lf_error *err;
};

static bool bad(struct lint *x, const struct lf_field *f, struct lf_slice what,
                const char *why)
{
    char field[80], name[80];
    return lf_fail(x->err, LF_E_SPEC, "field \"%s\", \"%s\": %s",
                   lf_escape(f->name, field, sizeof field),
                   lf_escape(what, name, sizeof name), why);
}

static bool tell(struct lint *x, enum lf_code code, const struct lf_field *f,
                 struct lf_slice was, struct lf_slice came)
{
    struct lf_event e = {.code = code, .field = f->name, .was = was, .came = came};
    return !x->ev || lf_events_add(x->ev, &e, x->err);
}

// ---------------------------------------------------------------------------- classes

// "$name" in a value means a part of the task's data, and XML makes blanks of control
// characters.
static bool plain(struct lf_slice t, size_t i)
{
    unsigned char c = (unsigned char)t.at[i];
    return c >= 0x20 && c != 0x7f && c != '$' &&
           !(c == ' ' && (i == 0 || i + 1 == t.len));
}

static bool all_plain(struct lf_slice t)
{
    for (size_t i = 0; i < t.len; i++)
        if (!plain(t, i))
            return false;
    return lf_xml_can_hold(t);
}

// What cannot be held becomes '_', and a mark of the whole name follows, so that two
// names stay two.
static bool plain_alias(struct lint *x, struct lf_slice name, struct lf_slice *alias)
{
    lf_buf_clear(&x->buf);
    for (size_t i = 0; i < name.len; i++)
        lf_buf_char(&x->buf, plain(name, i) ? name.at[i] : '_');
    lf_buf_printf(&x->buf, "~%06x", (unsigned)(lf_hash(name) & 0xffffff));
    return lf_buf_ok(&x->buf, x->err) &&
           lf_arena_text(&x->s->arena, lf_buf_view(&x->buf), alias, x->err);
}

static bool lint_classes(struct lint *x, struct lf_field *f)
{
    for (size_t i = 0; i < f->classes; i++) {
        struct lf_class *c = &f->class[i];
        if (!c->name.len)
            return bad(x, f, c->name, "a class needs a name");
        if (!all_plain(c->name) && (!plain_alias(x, c->name, &c->alias) ||
                                    !tell(x, LF_E_NAME_TOOL, f, c->name, c->alias)))
            return false;
    }
    return true;
}

// ---------------------------------------------------------------------------- inputs

static bool lint_choices(struct lint *x, const struct lf_field *f,
                         struct lf_attr_def *d)
{
    bool fit = true;
    for (size_t i = 0; i < d->values; i++)
        fit = fit && all_plain(d->value[i]); // "" is nothing chosen
    if (!fit && d->listed)
        return bad(x, f, d->name,
                   "a value holds '$', control characters or blanks at its ends");
    if (!fit)
        d->input = LF_IN_TEXT;
    return true;
}

static bool lint_number(struct lint *x, const struct lf_field *f,
                        const struct lf_attr_def *d)
{
    double low, high, step;
    return !d->values ||
           (d->values == 3 && lf_parse_decimal(d->value[0], &low) &&
            lf_parse_decimal(d->value[1], &high) &&
            lf_parse_decimal(d->value[2], &step) && low < high && step > 0) ||
           bad(x, f, d->name, "a number needs the values [min, max, step]");
}

// Regions have no switch and no number of their own for these.
static void lint_flag(struct lf_attr_def *d)
{
    if (d->input == LF_IN_OCCLUDED)
        d->input = LF_IN_CHECKBOX;
    if (d->input == LF_IN_GROUP)
        d->input = LF_IN_NUMBER;
}

// The editor sets defaults on regions that a person draws, not on those that are there,
// so that they would tell apart what is alike.
static bool lint_preset(struct lint *x, const struct lf_field *f, struct lf_attr_def *d)
{
    const bool had = d->preset.len > 0;
    d->preset = LF_S("");
    return !had || tell(x, LF_N_DEFAULT_HOME, f, d->name, (struct lf_slice){0});
}

// ---------------------------------------------------------------------------- controls

// The name of a control as it stands in `buf`, with a number behind it where it is
// taken.
static bool take_name(struct lint *x, struct lf_slice *name)
{
    const size_t stem = x->buf.len;
    uint32_t number;
    bool fresh = false;
    for (unsigned n = 2; !fresh; n++) {
        if (!lf_buf_ok(&x->buf, x->err) ||
            !lf_names_add(&x->controls, lf_buf_view(&x->buf), &number, &fresh, x->err))
            return false;
        if (!fresh) {
            x->buf.len = stem;
            lf_buf_printf(&x->buf, "~%u", n);
        } else if (name &&
                   !lf_arena_text(&x->s->arena, lf_buf_view(&x->buf), name, x->err)) {
            return false;
        }
    }
    return true;
}

// A field's control is told by its name alone, so that no other may have it.
static bool take_field(struct lint *x, const struct lf_field *f)
{
    uint32_t number;
    bool fresh = false;
    lf_buf_clear(&x->buf);
    ls_control(f->name, &x->buf);
    if (!lf_buf_ok(&x->buf, x->err) ||
        !lf_names_add(&x->controls, lf_buf_view(&x->buf), &number, &fresh, x->err) ||
        (!fresh && !bad(x, f, lf_buf_view(&x->buf), "two fields have one control")))
        return false;
    if (!ls_is_region(f))
        return true;
    lf_buf_clear(&x->buf);
    ls_attr_control(f->name, x->id_attr, &x->buf);
    return take_name(x, NULL);
}

static bool name_attr(struct lint *x, const struct lf_field *f, struct lf_attr_def *d)
{
    lf_buf_clear(&x->buf);
    if (f->type == LF_FT_SCALAR) { // its value is the field's control itself
        ls_control(f->name, &x->buf);
        return lf_buf_ok(&x->buf, x->err) &&
               lf_arena_text(&x->s->arena, lf_buf_view(&x->buf), &d->alias, x->err);
    }
    ls_attr_control(f->name, d->name, &x->buf);
    return take_name(x, &d->alias);
}

// Those of all classes first: of two that are called alike theirs is the plain name.
static bool name_attrs(struct lint *x, struct lf_field *f)
{
    for (int own = 0; own < 2; own++)
        for (size_t k = 0; k < f->attrs; k++)
            if ((f->attr[k].only != LF_NO_CLASS) == own &&
                !name_attr(x, f, &f->attr[k]))
                return false;
    return true;
}

static bool lint_attr(struct lint *x, const struct lf_field *f, struct lf_attr_def *d)
{
    if (!d->name.len)
        return bad(x, f, d->name, "an attribute needs a name");
    lint_flag(d);
    if (!lint_preset(x, f, d))
        return false;
    if (d->input == LF_IN_NUMBER)
        return lint_number(x, f, d);
    return (d->input != LF_IN_SELECT && d->input != LF_IN_RADIO) ||
           lint_choices(x, f, d);
}

static bool lint_attrs(struct lint *x, struct lf_field *f)
{
    if (f->attrs && f->type == LF_FT_CLASSIFICATIONS &&
        !tell(x, LF_N_ATTRS_HOME, f, (struct lf_slice){0}, (struct lf_slice){0}))
        return false;
    for (size_t k = 0; k < f->attrs; k++) {
        for (size_t m = 0; m < k; m++)
            if (f->attr[k].only == f->attr[m].only &&
                lf_slice_eq(f->attr[k].name, f->attr[m].name))
                return bad(x, f, f->attr[k].name, "the attribute is there twice");
        if (!lint_attr(x, f, &f->attr[k]))
            return false;
    }
    return name_attrs(x, f);
}

bool ls_lint(struct lf_schema *s, struct lf_slice id_attr, struct lf_events *ev,
             struct lf_error *err)
{
    struct lint x = {.s = s, .id_attr = id_attr, .ev = ev, .err = err};
    uint32_t number;
    bool ok = lf_names_add(&x.controls, LF_S(LS_OBJECT), &number, NULL, err);
    for (size_t i = 0; ok && i < s->fields; i++)
        ok = take_field(&x, &s->field[i]);
    for (size_t i = 0; i < s->fields; i++)
        if (!s->field[i].node_alias) // any text will do for a note
            s->field[i].node_alias = s->field[i].node;
    for (size_t i = 0; ok && i < s->fields; i++)
        ok = lint_classes(&x, &s->field[i]) && lint_attrs(&x, &s->field[i]);
    lf_names_done(&x.controls);
    lf_buf_done(&x.buf);
    return ok;
}
