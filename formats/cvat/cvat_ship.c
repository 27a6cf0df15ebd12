#include "formats/base/number.h"
#include "formats/cvat/cvat_parts.h"

// What CVAT's field for texts takes: up to 4096 characters, none that XML forbids.
static bool text_fits(struct lf_slice t)
{
    for (size_t i = 0; i < t.len; i++) {
        unsigned char c = (unsigned char)t.at[i];
        if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
            return false;
        if (c == 0xef && i + 2 < t.len && (unsigned char)t.at[i + 1] == 0xbf &&
            (unsigned char)t.at[i + 2] >= 0xbe)
            return false; // U+FFFE, U+FFFF
    }
    return t.len <= CVAT_TEXT;
}

// A group's number as CVAT's database holds it: not negative, 31 bits. 3.0 is 3.
static bool holds_group(struct lf_slice *text, struct lf_arena *a, struct lf_error *err)
{
    double v;
    return lf_parse_double(*text, &v) && v >= 0 && v <= INT32_MAX &&
           v == (double)(int32_t)v && lf_arena_printf(a, text, err, "%ld", (long)v);
}

// Whether the tool can hold a value; a checkbox's and a group's is brought into its
// spelling.
static bool holds(const struct lf_attr_def *d, struct lf_slice *text,
                  struct lf_arena *a, struct lf_error *err)
{
    double number;
    switch (d->input) {
    case LF_IN_GROUP:
        return holds_group(text, a, err);
    case LF_IN_OCCLUDED:
    case LF_IN_CHECKBOX:
        return lf_ship_bool(text);
    case LF_IN_NUMBER:
        return lf_parse_decimal(*text, &number);
    case LF_IN_SELECT:
    case LF_IN_RADIO:
        return lf_attr_offers(d, *text) ||
               (!text->len && !d->preset.len); // "" leads the list
    default:
        return text_fits(*text);
    }
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
        const struct lf_attr_def *d = &f->attr[i];
        const struct lf_attr *old = lf_label_attr(l, i);
        if (!lf_attr_applies(f, class_row, i))
            continue;
        attr[n] = (struct lf_attr){.name = i, .type = LF_V_NULL, .text = d->preset};
        if (old && (old->type != LF_V_NULL || old->home)) {
            attr[n].type = old->type;
            attr[n].text = old->text;
            if (old->home || !holds(d, &attr[n].text, a, err)) {
                if (err->code != LF_OK)
                    return false;
                attr[n].home = true;
                attr[n].text = d->preset;
                if (!lf_ship_tell(ev, LF_E_VALUE_HOME, f, s, l, old->text, "", err))
                    return false;
            }
        }
        n++;
    }
    l->attr = attr;
    l->attrs = n;
    return true;
}

static bool ship_label(const struct lf_run *run, const struct lf_sample *s,
                       struct lf_label *l, struct lf_arena *a, struct lf_events *ev,
                       struct lf_error *err)
{
    const struct lf_field *f = &run->schema.field[l->field];
    uint32_t class_row;
    bool may, home = false;
    l->shipped = false;
    if (!lf_ship_may(f, s, l, &class_row, &may, ev, err))
        return false;
    if (!may)
        return true;
    if (!cvat_ship_shape(f, s, l, a, ev, &home, err) || home)
        return home;
    l->shipped = true;
    if (cvat_has_attrs(f))
        return ship_attrs(f, class_row, s, l, a, ev, err);
    l->attrs = 0;
    return true;
}

bool cvat_ship(const struct lf_run *run, struct lf_sample *s, struct lf_arena *a,
               struct lf_events *ev, struct lf_error *err)
{
    for (size_t i = 0; i < s->labels; i++)
        if (!ship_label(run, s, &s->label[i], a, ev, err))
            return false;
    return true;
}
