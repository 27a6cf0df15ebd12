// What FiftyOne's upload to CVAT (fiftyone.utils.cvat, 1.22.1) makes of a label schema:
// one task holds all fields; a class that two fields of a task have is called
// CLASS_FIELD; a field without classes is one class of its own name; a scalar is a tag
// of that name with one attribute, or one tag a value; attributes keep their names.
#include "formats/cvat/cvat_parts.h"

static bool refuse(const struct lf_field *f, const char *why, struct lf_error *err)
{
    char name[80];
    return lf_fail(err, LF_E_RECORDED, "field \"%s\": %s",
                   lf_escape(f->name, name, sizeof name), why);
}

static bool add_value(struct lf_schema *s, struct lf_field *f, struct lf_error *err)
{
    const struct lf_attr_def d = {.name = LF_S("value"),
                                  .input = LF_IN_TEXT,
                                  .type = LF_V_TEXT,
                                  .only = LF_NO_CLASS,
                                  .mutable = true};
    return lf_field_add_attr(s, f, &d, false, err);
}

static bool own_class(struct lf_schema *s, struct lf_field *f, struct lf_error *err)
{
    return lf_field_add_class(s, f, f->name, err) && (f->attrs || add_value(s, f, err));
}

// A scalar's value is the first attribute, whatever its name.
static bool adopt_scalar(struct lf_schema *s, struct lf_field *f, struct lf_error *err)
{
    f->by_class = f->classes > 0;
    if (f->by_class) {
        f->attrs = 0;
        return true;
    }
    if (!own_class(s, f, err))
        return false;
    f->attr[0].alias = f->attr[0].name;
    f->attr[0].name = LF_S("value");
    f->attr[0].only = LF_NO_CLASS;
    f->attrs = 1;
    return true;
}

static bool adopt_classes(struct lf_schema *s, struct lf_field *f, struct lf_error *err)
{
    f->open_classes = f->open_attrs = false;
    if (f->type == LF_FT_UNKNOWN)
        return refuse(f, "the label schema does not say its type", err);
    if (f->type == LF_FT_SCALAR)
        return adopt_scalar(s, f, err);
    if (f->type != LF_FT_SEGMENTATION)
        return f->classes || own_class(s, f, err);
    f->attrs = 0;
    return !f->open_targets || refuse(f, "the label schema holds no mask targets", err);
}

// ---------------------------------------------------------------------------- names

static bool shared(const struct lf_schema *s, const struct lf_run_sent *sent,
                   uint16_t field, struct lf_slice name)
{
    for (uint16_t i = 0; i < s->fields; i++)
        for (size_t k = 0; i != field && k < s->field[i].classes; k++)
            if (lf_slice_eq(s->field[i].class[k].name, name) &&
                lf_sent_together(sent, field, i))
                return true;
    return false;
}

static bool name_classes(struct lf_schema *s, const struct lf_run_sent *sent,
                         uint16_t field, struct lf_error *err)
{
    struct lf_field *f = &s->field[field];
    for (size_t i = 0; i < f->classes; i++) {
        struct lf_class *c = &f->class[i];
        c->alias = c->name;
        if (shared(s, sent, field, c->name) &&
            !lf_arena_printf(&s->arena, &c->alias, err, "%.*s_%.*s", (int)c->name.len,
                             c->name.at, (int)f->name.len, f->name.at))
            return false;
    }
    return true;
}

// ----------------------------------------------------------------------------
// attributes

// A box's rotation is geometry, whatever the schema says; tags are never occluded.
static bool travels(const struct lf_field *f, const struct lf_attr_def *d)
{
    const unsigned kind = lf_field_kind(f->type);
    return !(kind == LF_BOX && lf_slice_is(d->name, "rotation")) &&
           !(d->input == LF_IN_OCCLUDED && kind & (LF_TAG | LF_SCALAR)) &&
           !(d->input == LF_IN_GROUP && kind & LF_SCALAR);
}

// An attribute that only its name says is one that an option made the tool's flag.
static void close_attr(struct lf_attr_def *d, struct lf_slice occluded,
                       struct lf_slice group)
{
    bool flag = occluded.len && lf_slice_eq(d->name, occluded);
    bool number = group.len && lf_slice_eq(d->name, group);
    d->input = flag ? LF_IN_OCCLUDED : number ? LF_IN_GROUP : LF_IN_TEXT;
    d->type = flag ? LF_V_BOOL : number ? LF_V_INT : LF_V_TEXT;
}

static void adopt_attrs(struct lf_field *f, struct lf_slice occluded,
                        struct lf_slice group)
{
    size_t n = 0;
    for (size_t i = 0; i < f->attrs; i++) {
        struct lf_attr_def d = f->attr[i];
        if (f->open_attr[i])
            close_attr(&d, occluded, group);
        if (!travels(f, &d))
            continue;
        if (f->type != LF_FT_SCALAR)
            d.alias = d.name;
        if (!d.preset.at)
            d.preset = LF_S("");
        if (d.input == LF_IN_CHECKBOX && !d.preset.len)
            d.preset = LF_S("false");
        if (cvat_is_flag(&d))
            d.preset = d.input == LF_IN_OCCLUDED ? LF_S("false") : LF_S("0");
        f->attr[n] = d;
        f->open_attr[n++] = false;
    }
    f->attrs = n;
}

bool cvat_adopt(struct lf_schema *s, const struct lf_run_sent *sent,
                struct lf_slice occluded_attr, struct lf_slice group_attr,
                struct lf_error *err)
{
    for (size_t i = 0; i < s->fields; i++) {
        struct lf_field *f = &s->field[i];
        if (!adopt_classes(s, f, err))
            return false;
        adopt_attrs(f, occluded_attr, group_attr);
        f->nodes = f->edges = 0;
        f->parts = false;
    }
    for (size_t i = 0; i < s->fields; i++)
        if (!name_classes(s, sent, (uint16_t)i, err))
            return false;
    return lf_schema_index(s, err);
}
