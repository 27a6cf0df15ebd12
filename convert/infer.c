#include "convert/infer.h"

#include <stdlib.h>

#include "convert/stored.h"
#include "formats/base/alloc.h"
#include "formats/base/json.h"
#include "formats/base/number.h"
#include "formats/label/value.h"

struct seen_attr { // what is seen of one attribute
    bool null, boolean, whole, real, text;
    bool large;             // a number no control for numbers would take
    bool many;              // more different values than a select is made of
    struct lf_names values; // those values, while selects are wanted
};

struct seen_field {
    struct lf_names classes, attrs;
    struct seen_attr *attr; // by number in `attrs`
    size_t attr_room;
    int classes_from; // field whose labels give the classes, -1: the dataset's record
    bool others;      // some label is of a kind that was not asked for
};

struct lf_infer {
    const struct lf_export_job *job;
    struct lf_schema *schema;
    const struct fo_dataset *ds;
    struct seen_field *field;
    struct lf_schema extra; // fields that only lend their classes ("@FIELD")
    struct lf_arena *sample;
    size_t at; // field being walked
};

// Whether the classes of a field can be seen in its labels; a scalar's are its values.
static bool has_classes(enum lf_field_type type)
{
    return type != LF_FT_UNKNOWN && type != LF_FT_SEGMENTATION;
}

static bool lend_field(struct lf_infer *x, size_t i, struct lf_error *err)
{
    struct lf_slice of = x->schema->field[i].classes_of;
    struct lf_slice name = {of.at + 1, of.len - 1};
    const struct fo_field *known;
    uint16_t row;
    char text[100];
    if (!fo_field_find(x->ds, name, &known) || !has_classes(fo_field_type(known)))
        return lf_fail(err, LF_E_FIELD,
                       "--classes @%s: no such field whose labels have classes",
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

struct lf_infer *lf_infer_new(const struct lf_export_job *job, struct lf_schema *s,
                              const struct fo_dataset *ds, struct lf_error *err)
{
    struct lf_infer *x = lf_alloc(1, sizeof *x, err);
    if (!x)
        return NULL;
    x->job = job;
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
        struct seen_field *f = &(*x)->field[i];
        for (size_t k = 0; k < f->attr_room; k++)
            lf_names_done(&f->attr[k].values);
        lf_names_done(&f->classes);
        lf_names_done(&f->attrs);
        lf_free(f->attr);
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

// Values are kept while they are few enough for a select; "" is nothing chosen.
static bool see_value(const struct lf_infer *x, struct seen_attr *k,
                      struct lf_slice text, struct lf_error *err)
{
    uint32_t number;
    if (k->many || !text.len)
        return true;
    if (k->values.count > x->job->select_most || !x->job->select_most) {
        k->many = true;
        lf_names_done(&k->values);
        return true;
    }
    return lf_names_add(&k->values, text, &number, NULL, err);
}

// Doubles hold all whole numbers up to there, and no editor more.
static bool is_large(enum lf_value type, struct lf_slice text)
{
    const double most = 9007199254740991.0;
    double v;
    return (type == LF_V_INT || type == LF_V_FLOAT) &&
           (!lf_parse_double(text, &v) || v > most || v < -most);
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
    void *attrs = seen->attr;
    if (!lf_names_add(&seen->attrs, name, &row, NULL, err) ||
        !lf_grow(&attrs, &seen->attr_room, row + 1u, sizeof *seen->attr, err))
        return false;
    seen->attr = attrs;
    struct seen_attr *k = &seen->attr[row];
    k->null |= type == LF_V_NULL;
    k->boolean |= type == LF_V_BOOL;
    k->whole |= type == LF_V_INT;
    k->real |= type == LF_V_FLOAT;
    k->text |= type == LF_V_TEXT;
    k->large |= is_large(type, text);
    return see_value(x, k, text, err);
}

static bool see_label(void *user, const struct fo_seen *l, struct lf_error *err)
{
    struct lf_infer *x = user;
    struct lf_field *f = &x->schema->field[x->at];
    uint32_t row;
    x->field[x->at].others |= !(l->kind & lf_field_kinds(f));
    if (!(l->kind & lf_field_kinds(f)) || !l->name.len)
        return true;
    if (f->open_classes && !f->classes_of.len &&
        !lf_names_add(&x->field[x->at].classes, l->name, &row, NULL, err))
        return false;
    f->parts |= l->rings > 1;
    return fo_walk_attrs(&l->attrs, see_attr, x, x->sample, err);
}

static bool see_lent(void *user, const struct fo_seen *l, struct lf_error *err)
{
    struct lf_infer *x = user;
    uint32_t row;
    const struct lf_field *from = &x->extra.field[x->field[x->at].classes_from];
    bool none = !l->name.len || (from->type == LF_FT_SCALAR && l->kind != LF_SCALAR);
    return none || lf_names_add(&x->field[x->at].classes, l->name, &row, NULL, err);
}

// Pixels say nothing here, and of a scalar only the values do.
static bool see_field(struct lf_infer *x, struct lf_slice value, struct lf_error *err)
{
    const struct lf_field *f = &x->schema->field[x->at];
    if (f->type == LF_FT_SEGMENTATION)
        return true;
    if (f->type != LF_FT_SCALAR)
        return fo_walk(f->type, value, see_label, x, x->sample, err);
    return !value.len || f->by_class || see_attr(x, LF_S("value"), value, err);
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
        if (!see_field(x, value[x->at], err))
            return false;
        if (from >= 0 &&
            !fo_walk(x->extra.field[from].type, lent[from], see_lent, x, a, err))
            return false;
    }
    return true;
}

// ---------------------------------------------------------------------------- the end

// Whether the labels of a field have the tool's own flags.
static bool may_flag(const struct lf_infer *x, const struct lf_field *f)
{
    return x->job->format->kinds & LF_FLAGS && lf_field_kind(f->type) != LF_SEGMENT &&
           lf_field_kind(f->type) & LF_SPATIAL;
}

static int by_bytes(const void *a, const void *b)
{
    return lf_slice_cmp(*(const struct lf_slice *)a, *(const struct lf_slice *)b);
}

static bool stored_classes(struct lf_infer *x, struct lf_field *f, struct lf_error *err)
{
    struct lf_slice list, value, name;
    if (!lf_stored_classes(x->ds, f->name, &list)) {
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

static bool no_classes(const struct lf_infer *x, size_t i, struct lf_error *err)
{
    const struct lf_field *f = &x->schema->field[i];
    char name[80];
    lf_escape(f->name, name, sizeof name);
    if (x->field[i].others)
        return lf_fail(err, LF_E_SPEC,
                       "field \"%s\": no label is of type %s and has a class; give "
                       "--classes or another type",
                       name, lf_field_type_name(f->type));
    return lf_fail(err, f->existing ? LF_E_SPEC : LF_E_NEW_FIELD,
                   "field \"%s\": no label has a class; give --classes", name);
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
    return no_classes(x, i, err);
}

// bool only: a checkbox. Everything else is text in the tool, or a number where it
// takes those without bounds; what comes back takes the type seen.
static void infer_type(struct lf_attr_def *d, const struct seen_attr *k)
{
    bool number = k->whole || k->real;
    d->input = k->boolean && !number && !k->text ? LF_IN_CHECKBOX : LF_IN_TEXT;
    d->type = k->text || (k->boolean && number) ? LF_V_TEXT
              : k->boolean                      ? LF_V_BOOL
              : k->real                         ? LF_V_FLOAT
              : k->whole                        ? LF_V_INT
                                                : LF_V_TEXT;
}

// Whether the value as the run's record will write it is the text it was.
static bool reads_back(struct lf_slice text, enum lf_value type, struct lf_buf *buf)
{
    bool widened;
    lf_buf_clear(buf);
    return type == LF_V_TEXT || (lf_value_write(text, type, true, buf, &widened) &&
                                 lf_slice_eq(lf_buf_view(buf), text));
}

// A text whose values are few becomes a select over them, if that was asked for.
static bool infer_select(struct lf_infer *x, struct lf_attr_def *d,
                         const struct seen_attr *k, struct lf_error *err)
{
    struct lf_buf buf = {0};
    size_t n = k->values.count;
    bool fit = d->input == LF_IN_TEXT && !k->many && n && n <= x->job->select_most;
    for (size_t i = 0; fit && i < n; i++)
        fit = reads_back(k->values.name[i], d->type, &buf);
    bool ok = lf_buf_ok(&buf, err);
    lf_buf_done(&buf);
    if (!fit || !ok)
        return ok;
    d->value = lf_arena_take(&x->schema->arena, n, sizeof *d->value, err);
    for (size_t i = 0; ok && d->value && i < n; i++)
        ok = lf_arena_text(&x->schema->arena, k->values.name[i], &d->value[i], err);
    if (!ok || !d->value)
        return false;
    qsort(d->value, n, sizeof *d->value, by_bytes);
    d->values = n;
    d->input = LF_IN_SELECT;
    return true;
}

// Names that FiftyOne has for the tool's own flags.
static void infer_flag(const struct lf_infer *x, const struct lf_field *f,
                       struct lf_attr_def *d)
{
    if (!may_flag(x, f))
        return;
    if (!x->job->occluded_attr && lf_slice_is(d->name, "occluded") &&
        d->input == LF_IN_CHECKBOX)
        d->input = LF_IN_OCCLUDED;
    if (!x->job->group_attr && lf_slice_is(d->name, "group_id") &&
        d->input == LF_IN_TEXT && d->type == LF_V_INT)
        d->input = LF_IN_GROUP;
}

static bool infer_def(struct lf_infer *x, const struct lf_field *f,
                      struct lf_attr_def *d, const struct seen_attr *k,
                      struct lf_error *err)
{
    infer_type(d, k);
    if (f->type == LF_FT_SCALAR && f->scalar != LF_V_NULL) {
        d->type = f->scalar;
        d->input = f->scalar == LF_V_BOOL ? LF_IN_CHECKBOX : LF_IN_TEXT;
    }
    infer_flag(x, f, d);
    if (!infer_select(x, d, k, err))
        return false;
    if (x->job->format->numbers && d->input == LF_IN_TEXT && !k->large &&
        (d->type == LF_V_INT || d->type == LF_V_FLOAT))
        d->input = LF_IN_NUMBER;
    return true;
}

// W19: a number is a whole one as long as nobody said or wrote another. One with bounds
// has their type.
static void number_type(struct lf_attr_def *d, const struct seen_attr *k)
{
    struct lf_slice preset = d->preset.len ? d->preset : LF_S("0");
    if (d->input == LF_IN_NUMBER && !d->values)
        d->type = k->real || !lf_json_is_int(preset) ? LF_V_FLOAT : LF_V_INT;
}

static bool any_value(const struct seen_attr *k)
{
    return k->boolean || k->whole || k->real || k->text;
}

static bool close_attrs(struct lf_infer *x, size_t i, struct lf_error *err)
{
    static const struct seen_attr none = {0};
    struct lf_field *f = &x->schema->field[i];
    const struct seen_field *seen = &x->field[i];
    uint32_t row;
    for (size_t k = 0; k < f->attrs; k++) {
        bool known = lf_names_find(&seen->attrs, f->attr[k].name, &row);
        const struct seen_attr *saw = known ? &seen->attr[row] : &none;
        if (f->open_attr[k] && !infer_def(x, f, &f->attr[k], saw, err))
            return false;
        f->open_attr[k] = false;
        number_type(&f->attr[k], saw);
    }
    for (size_t k = 0; f->open_attrs && k < seen->attrs.count; k++) {
        struct lf_attr_def d = {
            .name = seen->attrs.name[k], .only = LF_NO_CLASS, .mutable = true};
        uint16_t there;
        if (any_value(&seen->attr[k]) &&
            !lf_attr_find(f, LF_NO_CLASS, d.name, &there) &&
            (!infer_def(x, f, &d, &seen->attr[k], err) ||
             !lf_field_add_attr(x->schema, f, &d, false, err)))
            return false;
    }
    f->open_attrs = false;
    return true;
}

// ---------------------------------------------------------------------------- flags

static bool bad_flag(const struct lf_field *f, const struct lf_attr_def *d,
                     const char *why, struct lf_error *err)
{
    char field[60], attr[60];
    return lf_fail(err, LF_E_SPEC, "field \"%s\", attribute \"%s\": %s",
                   lf_escape(f->name, field, sizeof field),
                   lf_escape(d->name, attr, sizeof attr), why);
}

// An attribute that an option names for a flag of the tool, in all fields that have the
// flag; where no label has it yet, the labels to come will.
static bool take_flag(struct lf_infer *x, struct lf_field *f, const char *name,
                      enum lf_input input, struct lf_error *err)
{
    struct lf_attr_def d = {.name = lf_slice_of(name),
                            .input = input,
                            .type = input == LF_IN_OCCLUDED ? LF_V_BOOL : LF_V_INT,
                            .only = LF_NO_CLASS,
                            .mutable = true};
    bool found = false;
    uint32_t row;
    if (!name || !may_flag(x, f))
        return true;
    size_t i = (size_t)(f - x->schema->field);
    const struct seen_attr *k =
        lf_names_find(&x->field[i].attrs, d.name, &row) ? &x->field[i].attr[row] : NULL;
    if (k && (k->text || k->real || (input == LF_IN_OCCLUDED ? k->whole : k->boolean)))
        return bad_flag(f, &d,
                        input == LF_IN_OCCLUDED ? "it holds more than true and false"
                                                : "it holds more than whole numbers",
                        err);
    for (size_t n = 0; n < f->attrs; n++)
        if (lf_slice_eq(f->attr[n].name, d.name)) {
            found = true;
            f->attr[n].input = input;
            f->attr[n].type = d.type;
            f->attr[n].values = 0;
            f->attr[n].listed = false;
            f->attr[n].preset = (struct lf_slice){0};
        }
    return found || lf_field_add_attr(x->schema, f, &d, false, err);
}

// One flag of the tool, one attribute of a label. Where there is no such flag the
// attribute is an ordinary one.
static bool check_flags(const struct lf_infer *x, struct lf_field *f,
                        struct lf_error *err)
{
    for (size_t i = 0; i < f->attrs; i++) {
        struct lf_attr_def *d = &f->attr[i];
        if (d->input != LF_IN_OCCLUDED && d->input != LF_IN_GROUP)
            continue;
        if (!may_flag(x, f))
            d->input = d->input == LF_IN_OCCLUDED ? LF_IN_CHECKBOX : LF_IN_TEXT;
        for (size_t k = 0; k < i; k++)
            if (f->attr[k].input == d->input && may_flag(x, f) &&
                !lf_slice_eq(f->attr[k].name, d->name) &&
                (d->only == f->attr[k].only || d->only == LF_NO_CLASS ||
                 f->attr[k].only == LF_NO_CLASS))
                return bad_flag(f, d, "another one holds the same flag", err);
    }
    return true;
}

static bool close_flags(struct lf_infer *x, size_t i, struct lf_error *err)
{
    struct lf_field *f = &x->schema->field[i];
    return take_flag(x, f, x->job->occluded_attr, LF_IN_OCCLUDED, err) &&
           take_flag(x, f, x->job->group_attr, LF_IN_GROUP, err) &&
           check_flags(x, f, err);
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

bool lf_infer_end(struct lf_infer *x, struct lf_error *err)
{
    for (size_t i = 0; i < x->schema->fields; i++) {
        if (!close_classes(x, i, err))
            return false;
        drop_rotation(&x->schema->field[i]);
        if (!close_attrs(x, i, err) || !close_flags(x, i, err))
            return false;
    }
    for (size_t i = 0; i < x->job->read_onlys; i++)
        if (!mark_read_only(x->schema, lf_slice_of(x->job->read_only[i]), err))
            return false;
    return true;
}
