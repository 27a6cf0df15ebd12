#include <stdlib.h>

#include "formats/base/alloc.h"
#include "formats/base/json.h"
#include "formats/base/limits.h"
#include "formats/base/number.h"
#include "formats/label/schema_parts.h"
#include "formats/label/value.h"

enum { VALUE_MOST = 0xffffff };

struct target {
    struct lf_slice name;
    uint32_t value;
    uint32_t class; // row of the class that asks for it
    uint32_t order; // its place in the document
};

struct targets {
    struct lf_schema *s;
    struct lf_field *f;
    struct target *target;
    size_t count, room;
    struct lf_names wanted; // the classes the field has already
    struct lf_names values; // those seen, spelled as they are written
    bool *met;              // by class: it has a target
};

static bool bad(struct lf_error *err, const struct lf_field *f, struct lf_slice what,
                const char *why)
{
    char field[60], name[60];
    return lf_fail(err, LF_E_SPEC, "field \"%s\", mask target \"%s\": %s",
                   lf_escape(f->name, field, sizeof field),
                   lf_escape(what, name, sizeof name), why);
}

static struct lf_slice spell(bool rgb, uint32_t value, char out[LF_NUMBER_CAP])
{
    static const char digits[] = "0123456789abcdef";
    if (!rgb)
        return (struct lf_slice){out, lf_print_int64(value, out)};
    out[0] = '#';
    for (unsigned i = 0; i < 6; i++)
        out[1 + i] = digits[value >> 4 * (5 - i) & 15];
    return (struct lf_slice){out, 7};
}

static bool hex_digit(char c, uint32_t *value)
{
    unsigned d = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                 : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                        : 16;
    *value = *value << 4 | (d & 15);
    return d < 16;
}

// "7" or "#ff0000".
static bool read_value(struct lf_slice text, bool *rgb, uint32_t *value)
{
    int64_t whole;
    *rgb = text.len > 0 && text.at[0] == '#';
    *value = 0;
    if (*rgb) {
        bool ok = text.len == 7;
        for (size_t i = 1; ok && i < 7; i++)
            ok = hex_digit(text.at[i], value);
        return ok;
    }
    if (!lf_parse_int64(text, &whole) || whole < 0 || whole > VALUE_MOST)
        return false;
    *value = (uint32_t)whole;
    return true;
}

// Takes the target unless it is the background or no class asks for it.
static bool add(struct targets *t, struct lf_slice key, bool rgb, uint32_t value,
                struct lf_slice json, struct lf_error *err)
{
    char text[LF_NUMBER_CAP];
    enum lf_value type;
    bool scalar, fresh;
    uint32_t number, row = 0;
    struct lf_slice name;
    if (value == 0)
        return true;
    if (t->values.count && rgb != t->f->rgb)
        return bad(err, t->f, key, "colours and numbers cannot be mixed");
    t->f->rgb = rgb;
    if (!lf_names_add(&t->values, spell(rgb, value, text), &number, &fresh, err))
        return false;
    if (!fresh)
        return bad(err, t->f, key, "the value is there twice");
    if (!lf_value_read(json, &t->s->arena, &type, &name, &scalar, err))
        return false;
    if (!scalar || !name.len)
        return bad(err, t->f, key, "it needs a name");
    if (t->wanted.count && !lf_names_find(&t->wanted, name, &row))
        return true;
    if (t->met)
        t->met[row] = true;
    void *targets = t->target;
    if (!lf_arena_grow(&t->s->arena, &targets, &t->room, t->count + 1,
                       sizeof *t->target, err))
        return false;
    t->target = targets;
    t->target[t->count] = (struct target){name, value, row, (uint32_t)t->count};
    t->count++;
    return true;
}

static bool read_object(struct targets *t, struct lf_slice json, struct lf_error *err)
{
    struct lf_slice key, text, value;
    for (struct lf_json_walk w = lf_json_enter(json);
         lf_json_member(&w, &key, &value);) {
        bool rgb;
        uint32_t number;
        if (!lf_json_key(key, &t->s->arena, &text, err))
            return false;
        if (!read_value(text, &rgb, &number))
            return bad(err, t->f, text,
                       "the value must be a whole number up to 16777215 or a colour, "
                       "as #ff0000");
        if (!add(t, text, rgb, number, value, err))
            return false;
    }
    return true;
}

static bool read_list(struct targets *t, struct lf_slice json, struct lf_error *err)
{
    struct lf_slice value;
    uint32_t number = 0;
    for (struct lf_json_walk w = lf_json_enter(json); lf_json_element(&w, &value);)
        if (++number > VALUE_MOST || !add(t, value, false, number, value, err))
            return err->code == LF_OK ? bad(err, t->f, value, "there are too many")
                                      : false;
    return true;
}

static int by_class(const void *a, const void *b)
{
    const struct target *x = a, *y = b;
    if (x->class != y->class)
        return x->class < y->class ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

// A name that is taken gets its value behind it.
static bool add_class(struct targets *t, struct lf_names *taken,
                      const struct target *one, struct lf_error *err)
{
    char text[LF_NUMBER_CAP];
    struct lf_slice value = spell(t->f->rgb, one->value, text), name = one->name;
    uint32_t row;
    while (lf_names_find(taken, name, &row)) {
        struct lf_slice longer;
        if (!lf_arena_printf(&t->s->arena, &longer, err, "%.*s (%.*s)", (int)name.len,
                             name.at, (int)value.len, value.at))
            return false;
        name = longer;
    }
    if (!lf_names_add(taken, name, &row, NULL, err) ||
        !lf_field_add_class(t->s, t->f, name, err))
        return false;
    t->f->class[t->f->classes - 1].value = one->value;
    return true;
}

static bool make_classes(struct targets *t, struct lf_error *err)
{
    struct lf_names taken = {0};
    bool ok = true;
    for (uint32_t i = 0; ok && i < t->wanted.count; i++)
        if (!t->met[i])
            ok =
                lf_fail(err, LF_E_SPEC,
                        "field \"%.*s\": no mask target is called "
                        "\"%.*s\"",
                        (int)(t->f->name.len < 50 ? t->f->name.len : 50), t->f->name.at,
                        (int)(t->wanted.name[i].len < 50 ? t->wanted.name[i].len : 50),
                        t->wanted.name[i].at);
    if (t->count)
        qsort(t->target, t->count, sizeof *t->target, by_class);
    t->f->class = NULL;
    t->f->classes = 0;
    for (size_t i = 0; ok && i < t->count; i++)
        ok = add_class(t, &taken, &t->target[i], err);
    lf_names_done(&taken);
    return ok;
}

bool lf_targets_read(struct lf_schema *s, struct lf_field *f, struct lf_slice json,
                     struct lf_error *err)
{
    struct targets t = {.s = s, .f = f};
    uint32_t row;
    bool ok = true;
    json = lf_json_trim(json);
    for (size_t i = 0; ok && i < f->classes; i++)
        ok = lf_names_add(&t.wanted, f->class[i].name, &row, NULL, err);
    if (ok && f->classes)
        ok = (t.met = lf_arena_take(&s->arena, f->classes, sizeof *t.met, err)) != NULL;
    if (ok && lf_json_type(json) == LF_JSON_OBJECT)
        ok = read_object(&t, json, err);
    else if (ok && lf_json_type(json) == LF_JSON_ARRAY)
        ok = read_list(&t, json, err);
    else if (ok)
        ok = bad(err, f, json, "mask targets are an object or a list");
    ok = ok && make_classes(&t, err);
    if (ok && !f->classes)
        ok = bad(err, f, json, "there is no value but the background's");
    f->open_targets = f->open_classes = false;
    lf_names_done(&t.wanted);
    lf_names_done(&t.values);
    return ok;
}

void lf_targets_write(const struct lf_field *f, struct lf_buf *out)
{
    char text[LF_NUMBER_CAP];
    lf_buf_char(out, '{');
    for (size_t i = 0; i < f->classes; i++) {
        lf_buf_text(out, i ? ", " : "");
        lf_json_quote(out, spell(f->rgb, f->class[i].value, text), true);
        lf_buf_text(out, ": ");
        lf_json_quote(out, f->class[i].name, true);
    }
    lf_buf_char(out, '}');
}
