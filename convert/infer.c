#include "convert/infer.h"

#include <stdlib.h>

#include "formats/base/alloc.h"
#include "formats/base/json.h"
#include "formats/label/value.h"

struct kinds { // JSON types seen of one attribute
    bool null, boolean, whole, real, text;
};

struct seen_field {
    struct lf_names classes, attrs;
    struct kinds *kind; // by attribute name
    size_t kind_room;
    int classes_from; // field whose labels give the classes, -1: the dataset's record
};

struct lf_infer {
    struct lf_schema *schema;
    const struct fo_dataset *ds;
    struct seen_field *field;
    struct lf_schema extra; // fields that only lend their classes ("@FIELD")
    struct lf_arena *sample;
    size_t at; // field being walked
};

static bool lend_field(struct lf_infer *x, size_t i, struct lf_error *err)
{
    struct lf_slice of = x->schema->field[i].classes_of;
    struct lf_slice name = {of.at + 1, of.len - 1};
    const struct fo_field *known;
    uint16_t row;
    char text[100];
    if (!fo_field_find(x->ds, name, &known) || fo_field_type(known) == LF_FT_UNKNOWN)
        return lf_fail(err, LF_E_FIELD,
                       "--classes @%s: no such field of boxes or "
                       "classifications",
                       lf_escape(name, text, sizeof text));
    if (!lf_field_find(&x->extra, name, &row)) {
        struct lf_field *f = lf_schema_add_field(&x->extra, name, err);
        if (!f)
            return false;
        f->type = fo_field_type(known);
        row = (uint16_t)(x->extra.fields - 1);
    }
    x->field[i].classes_from = row;
    return true;
}

struct lf_infer *lf_infer_new(struct lf_schema *s, const struct fo_dataset *ds,
                              struct lf_error *err)
{
    struct lf_infer *x = lf_alloc(1, sizeof *x, err);
    if (!x)
        return NULL;
    x->schema = s;
    x->ds = ds;
    x->field = lf_alloc(s->fields, sizeof *x->field, err);
    bool ok = x->field != NULL;
    for (size_t i = 0; ok && i < s->fields; i++) {
        x->field[i].classes_from = -1;
        if (s->field[i].classes_of.len && s->field[i].classes_of.at[0] == '@')
            ok = lend_field(x, i, err);
    }
    if (!ok)
        lf_infer_free(&x);
    return x;
}

void lf_infer_free(struct lf_infer **x)
{
    if (!*x)
        return;
    for (size_t i = 0; (*x)->field && i < (*x)->schema->fields; i++) {
        lf_names_done(&(*x)->field[i].classes);
        lf_names_done(&(*x)->field[i].attrs);
        lf_free((*x)->field[i].kind);
    }
    lf_schema_done(&(*x)->extra);
    lf_free((*x)->field);
    lf_free(*x);
    *x = NULL;
}

// The rotation of a box travels as its angle, not as an attribute.
static bool is_rotation(const struct lf_field *f, struct lf_slice name)
{
    return lf_field_kind(f->type) == LF_BOX && lf_slice_is(name, "rotation");
}

// A select or radio whose choices were given can show no other value.
static bool check_choice(const struct lf_field *f, struct lf_slice name,
                         struct lf_slice text, struct lf_error *err)
{
    bool choices = false;
    char attr[80], value[80];
    for (size_t i = 0; i < f->attrs; i++) {
        const struct lf_attr_def *d = &f->attr[i];
        if (!lf_slice_eq(d->name, name) || !d->listed ||
            (d->input != LF_IN_SELECT && d->input != LF_IN_RADIO))
            continue;
        choices = true;
        if (!text.len && !d->preset.len) // shown as nothing chosen
            return true;
        for (size_t k = 0; k < d->values; k++)
            if (lf_slice_eq(d->value[k], text))
                return true;
    }
    return !choices ||
           lf_fail(err, LF_E_SELECT, "attribute \"%s\": \"%s\" is not among its values",
                   lf_escape(name, attr, sizeof attr),
                   lf_escape(text, value, sizeof value));
}

static bool see_attr(void *user, struct lf_slice name, struct lf_slice value,
                     struct lf_error *err)
{
    struct lf_infer *x = user;
    struct seen_field *seen = &x->field[x->at];
    struct lf_slice text;
    enum lf_value type;
    bool scalar;
    uint32_t row;
    if (is_rotation(&x->schema->field[x->at], name))
        return true;
    if (!lf_value_read(value, x->sample, &type, &text, &scalar, err))
        return false;
    if (!scalar) // lists, dates and objects stay at home
        return true;
    if (type != LF_V_NULL && !check_choice(&x->schema->field[x->at], name, text, err))
        return false;
    void *kinds = seen->kind;
    if (!lf_names_add(&seen->attrs, name, &row, NULL, err) ||
        !lf_grow(&kinds, &seen->kind_room, row + 1u, sizeof *seen->kind, err))
        return false;
    seen->kind = kinds;
    struct kinds *k = &seen->kind[row];
    k->null |= type == LF_V_NULL;
    k->boolean |= type == LF_V_BOOL;
    k->whole |= type == LF_V_INT;
    k->real |= type == LF_V_FLOAT;
    k->text |= type == LF_V_TEXT;
    return true;
}

static bool see_label(void *user, const struct fo_seen *l, struct lf_error *err)
{
    struct lf_infer *x = user;
    const struct lf_field *f = &x->schema->field[x->at];
    uint32_t row;
    if (l->kind != lf_field_kind(f->type) || !l->name.len)
        return true;
    if (f->open_classes && !f->classes_of.len &&
        !lf_names_add(&x->field[x->at].classes, l->name, &row, NULL, err))
        return false;
    return fo_walk_attrs(&l->attrs, see_attr, x, x->sample, err);
}

static bool see_lent(void *user, const struct fo_seen *l, struct lf_error *err)
{
    struct lf_infer *x = user;
    uint32_t row;
    return !l->name.len ||
           lf_names_add(&x->field[x->at].classes, l->name, &row, NULL, err);
}

bool lf_infer_sample(struct lf_infer *x, struct lf_slice raw,
                     const struct lf_slice *value, struct lf_arena *a,
                     struct lf_error *err)
{
    struct lf_slice *lent = lf_arena_take(a, x->extra.fields, sizeof *lent, err);
    if (!lent)
        return false;
    x->sample = a;
    fo_values(&x->extra, raw, lent);
    for (x->at = 0; x->at < x->schema->fields; x->at++) {
        int from = x->field[x->at].classes_from;
        if (!fo_walk(x->schema->field[x->at].type, value[x->at], see_label, x, a, err))
            return false;
        if (from >= 0 &&
            !fo_walk(x->extra.field[from].type, lent[from], see_lent, x, a, err))
            return false;
    }
    return true;
}

// ---------------------------------------------------------------------------- the end

static int by_bytes(const void *a, const void *b)
{
    return lf_slice_cmp(*(const struct lf_slice *)a, *(const struct lf_slice *)b);
}

// metadata.json: classes of the field, else default_classes.
static bool stored_classes(struct lf_infer *x, struct lf_field *f, struct lf_error *err)
{
    struct lf_slice doc = lf_json_trim(x->ds->metadata), all, list = {0}, key, value,
                    name;
    if (lf_json_get(doc, "classes", &all) &&
        lf_json_type(lf_json_trim(all)) == LF_JSON_OBJECT)
        for (struct lf_json_walk w = lf_json_enter(lf_json_trim(all));
             lf_json_member(&w, &key, &value);)
            if (lf_json_key_is(key, f->name))
                list = lf_json_trim(value);
    if (!list.len && lf_json_get(doc, "default_classes", &value))
        list = lf_json_trim(value);
    if (!list.len || lf_json_type(list) != LF_JSON_ARRAY) {
        char text[100];
        return lf_fail(err, LF_E_SPEC,
                       "field \"%s\": the dataset stores no classes for it",
                       lf_escape(f->name, text, sizeof text));
    }
    for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &value);) {
        value = lf_json_trim(value);
        if (lf_json_type(value) == LF_JSON_STRING &&
            (!lf_json_string(value, &x->schema->arena, &name, err) ||
             !lf_field_add_class(x->schema, f, name, err)))
            return false;
    }
    return true;
}

static bool close_classes(struct lf_infer *x, size_t i, struct lf_error *err)
{
    struct lf_field *f = &x->schema->field[i];
    struct lf_names *seen = &x->field[i].classes;
    if (!f->open_classes)
        return true;
    f->open_classes = false;
    if (lf_slice_is(f->classes_of, "dataset"))
        return stored_classes(x, f, err);
    struct lf_slice *sorted =
        lf_arena_take(&x->schema->arena, seen->count, sizeof *sorted, err);
    if (!sorted)
        return false;
    if (seen->count) {
        memcpy(sorted, seen->name, seen->count * sizeof *sorted);
        qsort(sorted, seen->count, sizeof *sorted, by_bytes);
    }
    for (size_t k = 0; k < seen->count; k++)
        if (!lf_field_add_class(x->schema, f, sorted[k], err))
            return false;
    if (f->classes)
        return true;
    char text[100];
    return lf_fail(err, f->existing ? LF_E_SPEC : LF_E_NEW_FIELD,
                   "field \"%s\": no label has a class; give --classes",
                   lf_escape(f->name, text, sizeof text));
}

// bool only: a checkbox. Everything else is text in the tool; what comes back takes the
// type seen.
static void infer_def(struct lf_attr_def *d, const struct kinds *k)
{
    bool number = k->whole || k->real;
    d->input = k->boolean && !number && !k->text ? LF_IN_CHECKBOX : LF_IN_TEXT;
    d->type = k->text || (k->boolean && number) ? LF_V_TEXT
              : k->boolean                      ? LF_V_BOOL
              : k->real                         ? LF_V_FLOAT
              : k->whole                        ? LF_V_INT
                                                : LF_V_TEXT;
}

static bool any_value(const struct kinds *k)
{
    return k->boolean || k->whole || k->real || k->text;
}

static bool close_attrs(struct lf_infer *x, size_t i, struct lf_error *err)
{
    struct lf_field *f = &x->schema->field[i];
    const struct seen_field *seen = &x->field[i];
    uint32_t row;
    for (size_t k = 0; k < f->attrs; k++)
        if (f->open_attr[k]) {
            const struct kinds none = {0};
            bool known = lf_names_find(&seen->attrs, f->attr[k].name, &row);
            infer_def(&f->attr[k], known ? &seen->kind[row] : &none);
            f->open_attr[k] = false;
        }
    for (size_t k = 0; f->open_attrs && k < seen->attrs.count; k++) {
        struct lf_attr_def d = {
            .name = seen->attrs.name[k], .only = LF_NO_CLASS, .mutable = true};
        uint16_t there;
        infer_def(&d, &seen->kind[k]);
        if (any_value(&seen->kind[k]) &&
            !lf_attr_find(f, LF_NO_CLASS, d.name, &there) &&
            !lf_field_add_attr(x->schema, f, &d, false, err))
            return false;
    }
    f->open_attrs = false;
    return true;
}

// A box's rotation is never an attribute of its own, also when the schema lists it.
static void drop_rotation(struct lf_field *f)
{
    size_t n = 0;
    for (size_t k = 0; k < f->attrs; k++)
        if (!is_rotation(f, f->attr[k].name)) {
            f->open_attr[n] = f->open_attr[k];
            f->attr[n++] = f->attr[k];
        }
    f->attrs = n;
}

static bool mark_read_only(struct lf_schema *s, struct lf_slice name,
                           struct lf_error *err)
{
    bool found = false;
    char text[100];
    for (size_t i = 0; i < s->fields; i++)
        for (size_t k = 0; k < s->field[i].attrs; k++)
            if (lf_slice_eq(s->field[i].attr[k].name, name))
                found = s->field[i].attr[k].read_only = true;
    return found ||
           lf_fail(err, LF_E_OPTION, "--read-only: no attribute \"%s\" in the run",
                   lf_escape(name, text, sizeof text));
}

bool lf_infer_end(struct lf_infer *x, const char *const *read_only, size_t count,
                  struct lf_error *err)
{
    for (size_t i = 0; i < x->schema->fields; i++) {
        if (!close_classes(x, i, err))
            return false;
        drop_rotation(&x->schema->field[i]);
        if (!close_attrs(x, i, err))
            return false;
    }
    for (size_t i = 0; i < count; i++)
        if (!mark_read_only(x->schema, lf_slice_of(read_only[i]), err))
            return false;
    return true;
}
