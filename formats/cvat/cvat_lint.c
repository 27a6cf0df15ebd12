#include "formats/base/number.h"
#include "formats/base/relpath.h"
#include "formats/cvat/cvat_parts.h"

static bool bad(struct lf_error *err, const struct lf_field *f, struct lf_slice what,
                const char *why)
{
    char field[80], name[80];
    return lf_fail(err, LF_E_SPEC, "field \"%s\", \"%s\": %s",
                   lf_escape(f->name, field, sizeof field),
                   lf_escape(what, name, sizeof name), why);
}

static bool plain(struct lf_slice t)
{
    for (size_t i = 0; i < t.len; i++)
        if ((unsigned char)t.at[i] < 0x20)
            return false;
    return t.len > 0 && t.at[0] != ' ' && t.at[t.len - 1] != ' ';
}

// Names that project imports and other readers of CVAT's files take for built-in flags.
static bool confusing(struct lf_slice name, struct lf_slice id_attr)
{
    static const char *const words[] = {"occluded", "outside",  "keyframe",
                                        "track_id", "rotation", CVAT_PART};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (lf_slice_is(name, words[i]))
            return true;
    return lf_slice_eq(name, id_attr);
}

// A name the tool can hold: control characters out, cut at a character, a mark of the
// whole name behind it so that two long names stay two.
static bool short_name(struct lf_schema *s, const char *prefix, struct lf_slice name,
                       struct lf_slice *alias, struct lf_error *err)
{
    char text[CVAT_NAME + 1];
    size_t n = 0, keep = CVAT_NAME - 8 - strlen(prefix);
    for (size_t i = 0; i < name.len && n < keep; i++) {
        unsigned char c = (unsigned char)name.at[i];
        text[n] = (char)(c < 0x20 || (c == ' ' && n == 0) ? '_' : c);
        n++;
    }
    while (n && name.len > n && ((unsigned char)name.at[n] & 0xc0) == 0x80)
        n--;
    if (name.len <= keep && plain(name))
        return lf_arena_printf(&s->arena, alias, err, "%s%.*s", prefix, (int)n, text);
    return lf_arena_printf(&s->arena, alias, err, "%s%.*s~%06x", prefix, (int)n, text,
                           (unsigned)(lf_hash(name) & 0xffffff));
}

static bool renamed(struct lf_events *ev, const struct lf_field *f,
                    struct lf_slice name, struct lf_slice alias, struct lf_error *err)
{
    struct lf_event e = {
        .code = LF_E_NAME_TOOL, .field = f->name, .was = name, .came = alias};
    return lf_events_add(ev, &e, err);
}

static bool lint_classes(struct lf_schema *s, struct lf_field *f, struct lf_events *ev,
                         struct lf_error *err)
{
    for (size_t i = 0; i < f->classes; i++) {
        struct lf_class *c = &f->class[i];
        if (!c->name.len)
            return bad(err, f, c->name, "a class needs a name");
        if (c->name.len <= CVAT_NAME && plain(c->name))
            continue;
        if (!short_name(s, "", c->name, &c->alias, err) ||
            !renamed(ev, f, c->name, c->alias, err))
            return false;
    }
    return true;
}

static bool lint_name(struct lf_schema *s, struct lf_field *f, struct lf_attr_def *d,
                      struct lf_slice id_attr, struct lf_events *ev,
                      struct lf_error *err)
{
    bool taken = confusing(d->name, id_attr);
    if (!d->name.len)
        return bad(err, f, d->name, "an attribute needs a name");
    if (!taken && d->name.len <= CVAT_NAME && plain(d->name))
        return true;
    return short_name(s, taken ? "attr_" : "", d->name, &d->alias, err) &&
           renamed(ev, f, d->name, d->alias, err);
}

static bool lint_choices(struct lf_field *f, struct lf_attr_def *d,
                         struct lf_error *err)
{
    size_t total = 0;
    const char *why = NULL;
    for (size_t i = 0; i < d->values; i++) {
        total += d->value[i].len + 1;
        if (d->value[i].len > CVAT_VALUE)
            why = "a value is longer than 200 characters";
        if (d->value[i].len && !plain(d->value[i])) // "" is nothing chosen
            why = "a value holds control characters or blanks at its ends";
    }
    if (total > CVAT_VALUES)
        why = "the values take more than 4096 characters together";
    if (why && d->listed)
        return bad(err, f, d->name, why);
    if (why)
        d->input = LF_IN_TEXT;
    if (!why && d->preset.len && !lf_attr_offers(d, d->preset))
        return bad(err, f, d->name, "the default is not among the values");
    return true;
}

static bool lint_number(struct lf_field *f, struct lf_attr_def *d, struct lf_error *err)
{
    double low, high, step, preset;
    if (!d->values) { // CVAT's number needs bounds; without them a text holds it as
                      // well
        d->input = LF_IN_TEXT;
        return true;
    }
    if (d->values != 3 || !lf_parse_decimal(d->value[0], &low) ||
        !lf_parse_decimal(d->value[1], &high) ||
        !lf_parse_decimal(d->value[2], &step) || !(low < high) || !(step > 0))
        return bad(err, f, d->name, "a number needs the values [min, max, step]");
    if (!d->preset.len)
        d->preset = d->value[0];
    if (!lf_parse_decimal(d->preset, &preset) || preset < low || preset > high)
        return bad(err, f, d->name, "the default is not within the bounds");
    return true;
}

// Which flags CVAT's elements of the field have: tags and skeletons are never occluded.
static void lint_flag(const struct lf_field *f, struct lf_attr_def *d)
{
    const unsigned kinds = lf_field_kinds(f);
    if (d->input == LF_IN_OCCLUDED && (kinds & (LF_TAG | LF_SCALAR | LF_SKELETON)))
        d->input = LF_IN_CHECKBOX;
    if (d->input == LF_IN_GROUP && (kinds & LF_SCALAR))
        d->input = LF_IN_TEXT;
    if (d->input == LF_IN_OCCLUDED)
        d->preset = LF_S("false");
    if (d->input == LF_IN_GROUP)
        d->preset = LF_S("0");
}

static bool lint_attr(struct lf_schema *s, struct lf_field *f, struct lf_attr_def *d,
                      struct lf_slice id_attr, struct lf_events *ev,
                      struct lf_error *err)
{
    lint_flag(f, d);
    bool ok = cvat_is_flag(d) || lint_name(s, f, d, id_attr, ev, err);
    if (d->preset.len > CVAT_DEFAULT)
        return bad(err, f, d->name, "the default is longer than 128 characters");
    if (d->input == LF_IN_NUMBER)
        ok = ok && lint_number(f, d, err);
    else if (d->input == LF_IN_SELECT || d->input == LF_IN_RADIO)
        ok = ok && lint_choices(f, d, err);
    if (d->input == LF_IN_CHECKBOX) {
        if (!d->preset.len)
            d->preset = LF_S("false");
        if (!lf_slice_is(d->preset, "true") && !lf_slice_is(d->preset, "false"))
            return bad(err, f, d->name, "a checkbox's default is true or false");
    }
    if (!d->preset.at)
        d->preset = LF_S("");
    return ok;
}

// ----------------------------------------------------------------------------
// skeletons

static bool node_taken(const struct lf_field *f, size_t nodes, struct lf_slice alias)
{
    for (size_t i = 0; i < nodes; i++)
        if (lf_slice_eq(f->node_alias[i], alias))
            return true;
    return false;
}

// A node's name stands inside a picture, where the server looks for it as it is: none
// of the characters that XML would have to spell otherwise.
static bool node_alias(struct lf_schema *s, struct lf_slice name, size_t node,
                       struct lf_slice *alias, struct lf_error *err)
{
    char *text = lf_arena_take(&s->arena, name.len + 1, 1, err);
    if (!text)
        return false;
    for (size_t i = 0; i < name.len; i++)
        text[i] = (char)(name.at[i] && strchr("&<>\"'", name.at[i]) ? '_' : name.at[i]);
    *alias = (struct lf_slice){text, name.len};
    if (!name.len)
        return lf_arena_printf(&s->arena, alias, err, "%zu", node + 1);
    return (name.len <= CVAT_NAME && plain(name)) ||
           short_name(s, "", *alias, alias, err);
}

// Bytes of the text that leave room for "~4294967295", cut at a character.
static int stem_of(struct lf_slice text)
{
    size_t n = text.len < CVAT_NAME - 11 ? text.len : CVAT_NAME - 11;
    while (n && n < text.len && ((unsigned char)text.at[n] & 0xc0) == 0x80)
        n--;
    return (int)n;
}

static bool lint_nodes(struct lf_schema *s, struct lf_field *f, struct lf_events *ev,
                       struct lf_error *err)
{
    const struct lf_slice *given = f->node_alias ? f->node_alias : f->node;
    f->node_alias = lf_arena_take(&s->arena, f->nodes, sizeof *f->node_alias, err);
    for (size_t i = 0; f->node_alias && i < f->nodes; i++) {
        struct lf_slice *alias = &f->node_alias[i], first;
        if (!node_alias(s, given[i], i, alias, err))
            return false;
        first = *alias;
        for (unsigned n = 2; node_taken(f, i, *alias); n++)
            if (!lf_arena_printf(&s->arena, alias, err, "%.*s~%u", stem_of(first),
                                 first.at, n))
                return false;
        if (!lf_slice_eq(*alias, f->node[i]) &&
            !renamed(ev, f, f->node[i], *alias, err))
            return false;
    }
    return f->node_alias;
}

bool cvat_lint(struct lf_schema *s, struct lf_slice id_attr, struct lf_events *ev,
               struct lf_error *err)
{
    if (lf_slice_is(id_attr, CVAT_PART))
        return lf_fail(err, LF_E_OPTION, "the name %s is taken", CVAT_PART);
    for (size_t i = 0; i < s->fields; i++) {
        struct lf_field *f = &s->field[i];
        if (!lint_classes(s, f, ev, err) || !lint_nodes(s, f, ev, err))
            return false;
        for (size_t k = 0; k < f->attrs; k++)
            if (!lint_attr(s, f, &f->attr[k], id_attr, ev, err))
                return false;
        for (size_t k = 0; k < f->attrs; k++)
            for (size_t m = 0; m < k; m++)
                if (f->attr[k].only == f->attr[m].only &&
                    lf_slice_eq(f->attr[k].alias, f->attr[m].alias))
                    return bad(err, f, f->attr[k].name, "the attribute is there twice");
    }
    return true;
}
