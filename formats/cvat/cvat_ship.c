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

static bool word(struct lf_slice t, const char *lower, size_t n)
{
    bool same = t.len == n;
    for (size_t i = 0; same && i < n; i++)
        same = (t.at[i] | 0x20) == lower[i];
    return same;
}

static bool listed(const struct lf_attr_def *d, struct lf_slice text)
{
    for (size_t i = 0; i < d->values; i++)
        if (lf_slice_eq(d->value[i], text))
            return true;
    return false;
}

// Whether the tool can hold a value; a checkbox's is brought into its spelling.
static bool holds(const struct lf_attr_def *d, struct lf_slice *text)
{
    double number;
    switch (d->input) {
    case LF_IN_CHECKBOX:
        if (word(*text, "true", 4))
            *text = LF_S("true");
        else if (word(*text, "false", 5))
            *text = LF_S("false");
        else
            return false;
        return true;
    case LF_IN_NUMBER:
        return lf_parse_decimal(*text, &number);
    case LF_IN_SELECT:
    case LF_IN_RADIO:
        return listed(d, *text) || (!text->len && !d->preset.len); // "" leads the list
    default:
        return text_fits(*text);
    }
}

static bool tell(struct lf_events *ev, enum lf_code code, const struct lf_field *f,
                 const struct lf_sample *s, const struct lf_label *l,
                 struct lf_slice was, const char *text, struct lf_error *err)
{
    char sample[25], label[25];
    if (!ev)
        return true;
    lf_id_print(&s->id, sample);
    lf_id_print(&l->id, label);
    struct lf_event e = {.code = code,
                         .field = f->name,
                         .sample = lf_slice_of(sample),
                         .label = lf_slice_of(label),
                         .was = was,
                         .text = lf_slice_of(text)};
    return lf_events_add(ev, &e, err);
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
            if (old->home || !holds(d, &attr[n].text)) {
                attr[n].home = true;
                attr[n].text = d->preset;
                if (!tell(ev, LF_E_VALUE_HOME, f, s, l, old->text, "", err))
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
    l->shipped = false;
    if (!l->name.len)
        return tell(ev, LF_E_NO_CLASS, f, s, l, l->name, "", err);
    if (l->kind != lf_field_kind(f->type))
        return tell(ev, LF_E_KIND, f, s, l, lf_slice_of(lf_kind_name(l->kind)), "",
                    err);
    if (!lf_class_find(f, l->name, &class_row))
        return true; // left out by the class list
    l->shipped = true;
    if (l->kind == LF_BOX && !(l->xy[2] > l->xy[0] && l->xy[3] > l->xy[1]) &&
        !tell(ev, LF_E_DEGENERATE, f, s, l, (struct lf_slice){0}, "the box has no area",
              err))
        return false;
    return ship_attrs(f, class_row, s, l, a, ev, err);
}

bool cvat_ship(const struct lf_run *run, struct lf_sample *s, struct lf_arena *a,
               struct lf_events *ev, struct lf_error *err)
{
    for (size_t i = 0; i < s->labels; i++)
        if (!ship_label(run, s, &s->label[i], a, ev, err))
            return false;
    return true;
}
