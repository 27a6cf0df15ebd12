#include "convert/spec.h"

#include <stdio.h>

#include "convert/stored.h"
#include "formats/base/cli.h"
#include "formats/base/json.h"
#include "formats/label/schema_parts.h"

static bool bad_field(struct lf_error *err, enum lf_code code, struct lf_slice name,
                      const char *why)
{
    char text[100];
    return lf_fail(err, code, "field \"%s\": %s", lf_escape(name, text, sizeof text),
                   why);
}

static bool read_file(const char *path, struct lf_buf *text, struct lf_error *err)
{
    struct lf_in *in = lf_in_file(path, err);
    bool over = false, ok = in && lf_in_rest(in, 1 << 26, text, &over, err);
    if (over)
        ok = lf_fail(err, LF_E_SPEC, "the file is too long for a label schema");
    lf_in_free(&in);
    return ok;
}

static bool read_schema(const char *path, struct lf_schema *s, struct lf_error *err)
{
    struct lf_buf text = {0};
    bool ok = read_file(path, &text, err) && lf_schema_read(lf_buf_view(&text), s, err);
    lf_buf_done(&text);
    return ok || lf_fail_in_file(err, path);
}

// "NAME" or "NAME:TYPE".
static bool short_field(const char *arg, const struct fo_dataset *ds,
                        struct lf_schema *s, struct lf_error *err)
{
    const char *colon = strrchr(arg, ':');
    struct lf_slice name = colon ? lf_slice_between(arg, colon) : lf_slice_of(arg);
    const struct fo_field *known;
    uint16_t row;
    if (!name.len)
        return lf_fail(err, LF_E_OPTION, "--field needs a name");
    if (lf_field_find(s, name, &row))
        return bad_field(err, LF_E_OPTION, name, "it is given twice");
    struct lf_field *f = lf_schema_add_field(s, name, err);
    if (!f)
        return false;
    if (colon && !lf_field_type_parse(lf_slice_of(colon + 1), &f->type))
        return bad_field(err, LF_E_OPTION, name, "the type must be " LF_FIELD_TYPES);
    f->existing = fo_field_find(ds, name, &known);
    return true;
}

// A comma-separated list, each entry trimmed of blanks.
static bool each(const char *list,
                 bool (*take)(void *user, struct lf_slice, struct lf_error *),
                 void *user, struct lf_error *err)
{
    while (list) {
        struct lf_slice one = lf_cli_item(&list);
        if (one.len && !take(user, one, err))
            return false;
    }
    return true;
}

struct target {
    struct lf_schema *s;
    struct lf_field *f;
};

static bool take_class(void *user, struct lf_slice name, struct lf_error *err)
{
    struct target *t = user;
    return lf_field_add_class(t->s, t->f, name, err);
}

static bool take_attr(void *user, struct lf_slice name, struct lf_error *err)
{
    struct target *t = user;
    struct lf_attr_def d = {.name = name,
                            .input = LF_IN_TEXT,
                            .type = LF_V_TEXT,
                            .only = LF_NO_CLASS,
                            .mutable = true};
    return lf_field_add_attr(t->s, t->f, &d, true, err);
}

// The value of a scalar field, to be settled by what its samples hold.
static bool take_value(struct target *t, struct lf_error *err)
{
    return take_attr(t, LF_S("value"), err);
}

static bool fill_classes(const struct lf_export_job *job, struct target *t,
                         struct lf_error *err)
{
    if (!job->classes || !t->f->open_classes)
        return true;
    if (job->classes[0] == '@' || !strcmp(job->classes, "dataset")) {
        t->f->classes_of = lf_slice_of(job->classes);
        return true;
    }
    t->f->open_classes = false;
    return each(job->classes, take_class, t, err);
}

static bool fill_attrs(const struct lf_export_job *job, struct target *t,
                       struct lf_error *err)
{
    struct lf_slice json;
    if (!job->attributes || t->f->attrs_given)
        return true;
    if (!strcmp(job->attributes, "all"))
        return true;
    t->f->open_attrs = false;
    if (!strcmp(job->attributes, "none"))
        return true;
    if (job->attributes[0] != '{' && job->attributes[0] != '[')
        return each(job->attributes, take_attr, t, err);
    json = lf_slice_of(job->attributes);
    return lf_json_check(json, (struct lf_json_rules){0}, 0, err) &&
           lf_schema_read_attrs(t->s, t->f, json, LF_NO_CLASS, err);
}

// Without a type it is either a slip of the keyboard or a new field.
static bool no_such_field(const struct fo_dataset *ds, struct lf_slice name,
                          struct lf_error *err)
{
    enum { MOST = 200 };
    const char *names[MOST + 1] = {0};
    char why[300], safe[100], text[100];
    struct lf_arena a = {0};
    struct lf_slice copy;
    size_t n = 0;
    for (size_t i = 0; i < ds->fields && n < MOST; i++)
        if (fo_field_type(&ds->field[i]) != LF_FT_UNKNOWN &&
            lf_arena_text(&a, ds->field[i].name, &copy, err))
            names[n++] = copy.at;
    const char *near = lf_cli_nearest(lf_escape(name, text, sizeof text), names);
    if (near)
        (void)snprintf(why, sizeof why,
                       "the dataset has no such field; did you mean \"%s\"?",
                       lf_escape(lf_slice_of(near), safe, sizeof safe));
    bad_field(err, near ? LF_E_FIELD : LF_E_NEW_FIELD, name,
              near ? why : "a new field needs a type, as NAME:detections");
    lf_arena_done(&a);
    return false;
}

static bool wrong_type(const struct fo_field *known, enum lf_field_type asked,
                       struct lf_error *err)
{
    struct lf_buf words = {0};
    char name[80], type[80];
    struct lf_slice cls = known->cls.len ? known->cls : known->type;
    lf_escape(known->name, name, sizeof name);
    lf_escape(cls.len ? cls : LF_S("no known name"), type, sizeof type);
    fo_field_words(known, " or ", &words);
    if (!lf_buf_ok(&words, err))
        ;
    else if (!words.len && cls.len && fo_field_own(known->name))
        lf_fail(err, LF_E_FIELD, "field \"%s\": it is the sample's own", name);
    else if (!words.len)
        lf_fail(err, LF_E_FIELD,
                "field \"%s\": it is of type %s, which cannot be annotated", name,
                type);
    else
        lf_fail(err, LF_E_FIELD, "field \"%s\": it is of type %s; ask for %.*s, not %s",
                name, type, (int)words.len, words.at, lf_field_type_name(asked));
    lf_buf_done(&words);
    return false;
}

static bool settle_existing(const struct fo_field *known, struct lf_field *f,
                            struct lf_error *err)
{
    f->existing = true;
    if (f->type == LF_FT_UNKNOWN)
        f->type = fo_field_type(known);
    if (!fo_field_takes(known, f->type))
        return wrong_type(known, f->type, err);
    f->scalar = f->type == LF_FT_SCALAR ? fo_field_scalar(known) : LF_V_NULL;
    return true;
}

static bool settle_new(const struct fo_dataset *ds, struct lf_field *f,
                       struct lf_error *err)
{
    f->existing = false;
    if (f->type == LF_FT_UNKNOWN)
        return no_such_field(ds, f->name, err);
    f->scalar = LF_V_NULL; // the narrowest type of what comes back
    return f->type == LF_FT_SCALAR || f->type == LF_FT_SEGMENTATION || f->classes ||
           f->classes_of.len ||
           bad_field(err, LF_E_NEW_FIELD, f->name, "a new field needs classes");
}

static bool settle_type(const struct fo_dataset *ds, const struct lf_format *format,
                        struct lf_field *f, struct lf_error *err)
{
    const struct fo_field *known;
    char name[80];
    if (!(fo_field_find(ds, f->name, &known) ? settle_existing(known, f, err)
                                             : settle_new(ds, f, err)))
        return false;
    return lf_field_kind(f->type) & format->kinds ||
           lf_fail(err, LF_E_FIELD, "field \"%s\": the format %s has no %s",
                   lf_escape(f->name, name, sizeof name), format->name,
                   lf_field_type_name(f->type));
}

// ---------------------------------------------------------------------------- targets

static bool given_targets(const char *arg, struct target *t, struct lf_error *err)
{
    struct lf_buf text = {0};
    bool is_json = arg[0] == '{' || arg[0] == '[';
    struct lf_slice json = lf_slice_of(arg);
    bool ok = is_json || read_file(arg, &text, err);
    if (ok && !is_json)
        json = lf_buf_view(&text);
    ok = ok && lf_json_check(json, (struct lf_json_rules){0}, 0, err) &&
         lf_targets_read(t->s, t->f, json, err);
    lf_buf_done(&text);
    return ok || (!is_json && lf_fail_in_file(err, arg));
}

// As FiftyOne has it where nobody named the values: 1 to 255 under their numbers.
static bool plain_targets(struct target *t, struct lf_error *err)
{
    struct lf_buf json = {0};
    for (int i = 1; i < 256; i++)
        lf_buf_printf(&json, "%c\"%d\": \"%d\"", i == 1 ? '{' : ',', i, i);
    lf_buf_char(&json, '}');
    bool ok =
        lf_buf_ok(&json, err) && lf_targets_read(t->s, t->f, lf_buf_view(&json), err);
    lf_buf_done(&json);
    return ok;
}

static bool settle_targets(const struct lf_export_job *job, const struct fo_dataset *ds,
                           struct target *t, struct lf_error *err)
{
    struct lf_slice json;
    if (t->f->type != LF_FT_SEGMENTATION)
        return t->f->open_targets || bad_field(err, LF_E_SPEC, t->f->name,
                                               "mask targets are for segmentations");
    t->f->classes_of = (struct lf_slice){0}; // its classes are the targets' names
    if (!t->f->open_targets)
        return true;
    if (job->mask_targets)
        return given_targets(job->mask_targets, t, err);
    if (!t->f->existing)
        return bad_field(err, LF_E_NEW_FIELD, t->f->name,
                         "a new segmentation needs mask targets");
    return lf_stored_targets(ds, t->f->name, &json)
               ? lf_targets_read(t->s, t->f, json, err)
               : plain_targets(t, err);
}

// ---------------------------------------------------------------------------- parts

static bool dropped(struct lf_events *ev, const struct lf_field *f, const char *why,
                    struct lf_error *err)
{
    struct lf_event e = {
        .code = LF_N_OPTION, .field = f->name, .text = lf_slice_of(why)};
    return lf_events_add(ev, &e, err);
}

// A tag a class, or one tag of the field's name whose one attribute is the value.
static bool settle_scalar(struct target *t, struct lf_events *ev, struct lf_error *err)
{
    struct lf_field *f = t->f;
    size_t keep = 0;
    if (!f->by_class_given)
        f->by_class = f->classes || f->classes_of.len;
    for (size_t i = 0; !f->by_class && i < f->attrs; i++)
        if (lf_slice_is(f->attr[i].name, "value") && f->attr[i].only == LF_NO_CLASS) {
            f->attr[0] = f->attr[i];
            f->open_attr[0] = f->open_attr[i];
            keep = 1;
        }
    bool more = f->attrs > keep;
    f->attrs = keep;
    f->open_attrs = false;
    if (more && !dropped(ev, f, "a scalar has no attributes but its value", err))
        return false;
    if (f->by_class)
        return true;
    f->open_classes = false;
    f->classes_of = (struct lf_slice){0};
    f->classes = 0;
    return lf_field_add_class(t->s, f, f->name, err) && (keep || take_value(t, err));
}

static bool settle_attrs(const struct lf_export_job *job, struct target *t,
                         struct lf_events *ev, struct lf_error *err)
{
    struct lf_field *f = t->f;
    if (f->type == LF_FT_SCALAR)
        return settle_scalar(t, ev, err);
    if (f->type != LF_FT_SEGMENTATION)
        return fill_attrs(job, t, err);
    bool any = f->attrs > 0;
    f->attrs = 0;
    f->open_attrs = false;
    return !any || dropped(ev, f, "a segmentation has no attributes", err);
}

static bool settle_skeleton(const struct fo_dataset *ds, struct target *t,
                            struct lf_error *err)
{
    struct lf_slice json;
    if (lf_field_kind(t->f->type) != LF_POINTS) {
        t->f->nodes = t->f->edges = 0;
        return true;
    }
    return t->f->nodes_given || !lf_stored_skeleton(ds, t->f->name, &json) ||
           lf_skeleton_read(t->s, t->f, json, err);
}

static bool fill_rights(const struct lf_export_job *job, struct lf_field *f,
                        struct lf_events *ev, struct lf_error *err)
{
    unsigned use = job->rights_given & ~f->rights_given;
    f->rights = (f->rights & ~use) | (job->rights & use);
    if (!f->existing && f->rights != LF_MAY_ALL) {
        f->rights = LF_MAY_ALL;
        return dropped(ev, f, "a new field has no restrictions; they are left out",
                       err);
    }
    return true;
}

static bool settle(const struct lf_export_job *job, const struct fo_dataset *ds,
                   struct target *t, struct lf_events *ev, struct lf_error *err)
{
    if (!fill_classes(job, t, err) || !settle_type(ds, job->format, t->f, err) ||
        !settle_targets(job, ds, t, err) || !settle_attrs(job, t, ev, err) ||
        !settle_skeleton(ds, t, err) || !fill_rights(job, t->f, ev, err))
        return false;
    t->f->open_attrs &= t->f->existing; // a new one has none to be seen
    return true;
}

// An option that no field of the run has a place for.
static bool no_place(const struct lf_export_job *job, const struct lf_schema *s,
                     struct lf_events *ev, struct lf_error *err)
{
    struct lf_event e = {
        .code = LF_N_OPTION,
        .text = LF_S("--mask-targets is not used: the run has no segmentation")};
    bool any = !job->mask_targets;
    for (size_t i = 0; i < s->fields; i++)
        any |= s->field[i].type == LF_FT_SEGMENTATION;
    return any || lf_events_add(ev, &e, err);
}

bool lf_spec(const struct lf_export_job *job, const struct fo_dataset *ds,
             struct lf_schema *s, struct lf_events *ev, struct lf_error *err)
{
    struct lf_event beside = {.code = LF_N_OPTION,
                              .text = LF_S("--field is not used beside --schema")};
    if (job->schema_file) {
        if (!read_schema(job->schema_file, s, err) ||
            (job->fields && !lf_events_add(ev, &beside, err)))
            return false;
    } else {
        for (size_t i = 0; i < job->fields; i++)
            if (!short_field(job->field[i], ds, s, err))
                return false;
    }
    if (!s->fields)
        return lf_fail(err, LF_E_USAGE,
                       "which field? give --field NAME or --schema FILE");
    for (size_t i = 0; i < s->fields; i++) {
        struct target t = {s, &s->field[i]};
        t.f->learned = false; // of a run's schema that was given: now it travels
        for (size_t k = 0; k < t.f->classes; k++)
            t.f->class[k].learned = false;
        if (!settle(job, ds, &t, ev, err))
            return false;
    }
    return no_place(job, s, ev, err);
}
