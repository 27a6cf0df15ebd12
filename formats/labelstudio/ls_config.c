// config.xml: the labeling config that a person pastes into a project's settings. A
// control a field, with its classes, and one for each attribute.
#include <stdio.h>

#include "formats/base/xml_out.h"
#include "formats/label/hue.h"
#include "formats/labelstudio/ls_held.h"
#include "formats/labelstudio/ls_parts.h"

struct config {
    const struct lf_run *run;
    const struct lf_field *f;
    bool bitmask;
    struct lf_xml_out x;
    struct lf_buf control; // of the field
};

static void attr(struct config *c, const char *name, const char *value)
{
    lf_xml_attr(&c->x, name, lf_slice_of(value));
}

static void open(struct config *c, const char *tag, struct lf_slice name)
{
    lf_xml_open(&c->x, tag);
    lf_xml_attr(&c->x, "name", name);
    attr(c, "toName", LS_OBJECT);
}

// ---------------------------------------------------------------------------- classes

static void put_labels(struct config *c, const char *tag)
{
    open(c, tag, lf_buf_view(&c->control));
    if (lf_field_kind(c->f->type) == LF_POLYLINE)
        attr(c, "closable", "false"); // else closed ones came back open
    for (uint32_t i = 0; i < c->f->classes; i++) {
        char color[8];
        unsigned rgb[3];
        lf_hue(i, rgb);
        snprintf(color, sizeof color, "#%02x%02x%02x", rgb[0] & 0xff, rgb[1] & 0xff,
                 rgb[2] & 0xff);
        lf_xml_open(&c->x, "Label");
        lf_xml_attr(&c->x, "value", c->f->class[i].alias);
        attr(c, "background", color);
        lf_xml_close(&c->x, "Label");
    }
    lf_xml_close(&c->x, tag);
}

static void put_choice(struct config *c, struct lf_slice value)
{
    lf_xml_open(&c->x, "Choice");
    lf_xml_attr(&c->x, "value", value);
    lf_xml_close(&c->x, "Choice");
}

static void put_class_choices(struct config *c, const char *choice)
{
    open(c, "Choices", lf_buf_view(&c->control));
    attr(c, "choice", choice);
    for (uint32_t i = 0; i < c->f->classes; i++)
        put_choice(c, c->f->class[i].alias);
    lf_xml_close(&c->x, "Choices");
}

// ---------------------------------------------------------------------------- inputs

// An attribute of one class shows, and stays, with that class only. The editor takes a
// comma for the end of a name.
static void put_condition(struct config *c, const struct lf_attr_def *d)
{
    if (d->only >= c->f->classes ||
        memchr(c->f->class[d->only].alias.at, ',', c->f->class[d->only].alias.len))
        return;
    lf_xml_attr(&c->x, "whenTagName", lf_buf_view(&c->control));
    lf_xml_attr(&c->x, ls_is_region(c->f) ? "whenLabelValue" : "whenChoiceValue",
                c->f->class[d->only].alias);
    if (!ls_is_region(c->f))
        attr(c, "visibleWhen", "choice-selected");
}

static void put_about(struct config *c, const struct lf_attr_def *d)
{
    if (ls_is_region(c->f))
        attr(c, "perRegion", "true");
    put_condition(c, d);
}

static void put_choices(struct config *c, const struct lf_attr_def *d)
{
    open(c, "Choices", d->alias);
    attr(c, "choice", d->input == LF_IN_RADIO ? "single-radio" : "single");
    if (d->input == LF_IN_SELECT)
        attr(c, "layout", "select");
    put_about(c, d);
    if (d->input == LF_IN_CHECKBOX) {
        put_choice(c, LF_S("true"));
        put_choice(c, LF_S("false"));
    } else {
        for (size_t i = 0; i < d->values; i++)
            if (d->value[i].len)
                put_choice(c, d->value[i]);
    }
    lf_xml_close(&c->x, "Choices");
}

// Without the schema's bounds: a value beyond them would keep a person from handing in
// the whole task, and not say so.
static void put_number(struct config *c, const struct lf_attr_def *d)
{
    open(c, "Number", d->alias);
    put_about(c, d);
    lf_xml_close(&c->x, "Number");
}

static void put_text(struct config *c, const struct lf_attr_def *d)
{
    open(c, "TextArea", d->alias);
    attr(c, "maxSubmissions", "1");
    attr(c, "editable", d->read_only ? "false" : "true");
    put_about(c, d);
    lf_xml_close(&c->x, "TextArea");
}

static void put_input(struct config *c, const struct lf_attr_def *d)
{
    switch (d->input) {
    case LF_IN_NUMBER:
        put_number(c, d);
        break;
    case LF_IN_CHECKBOX:
    case LF_IN_SELECT:
    case LF_IN_RADIO:
        put_choices(c, d);
        break;
    default:
        put_text(c, d);
    }
}

static void header(struct config *c, struct lf_slice text, const char *size)
{
    lf_xml_open(&c->x, "Header");
    lf_xml_attr(&c->x, "value", text);
    attr(c, "size", size);
    lf_xml_close(&c->x, "Header");
}

static void put_attrs(struct config *c)
{
    for (uint16_t i = 0; ls_has_attrs(c->f) && i < c->f->attrs; i++) {
        if (c->f->type != LF_FT_SCALAR)
            header(c, c->f->attr[i].alias, "6");
        put_input(c, &c->f->attr[i]);
    }
}

// Rides with each region unseen; only an export in JSON_MIN needs it.
static void put_id(struct config *c)
{
    struct lf_buf name = {0};
    ls_attr_control(c->f->name, c->run->id_attr, &name);
    lf_xml_open(&c->x, "View");
    attr(c, "style", "display:none");
    open(c, "TextArea", lf_buf_view(&name));
    attr(c, "perRegion", "true");
    lf_xml_close(&c->x, "TextArea");
    lf_xml_close(&c->x, "View");
    c->x.buf->failed |= name.failed;
    lf_buf_done(&name);
}

// ---------------------------------------------------------------------------- fields

static void put_field(struct config *c)
{
    lf_buf_clear(&c->control);
    ls_control(c->f->name, &c->control);
    header(c, lf_buf_view(&c->control), "5");
    switch (lf_field_kind(c->f->type)) {
    case LF_BOX:
        put_labels(c, "RectangleLabels");
        break;
    case LF_POLYGON:
        put_labels(c, "PolygonLabels");
        break;
    case LF_POLYLINE:
        put_labels(c, "VectorLabels");
        break;
    case LF_POINTS:
        put_labels(c, "KeyPointLabels");
        break;
    case LF_MASK:
    case LF_SEGMENT:
        put_labels(c, c->bitmask ? "BitmaskLabels" : "BrushLabels");
        break;
    case LF_SCALAR:
        if (c->f->by_class)
            put_class_choices(c, "single");
        break;
    default:
        put_class_choices(c,
                          c->f->type == LF_FT_CLASSIFICATIONS ? "multiple" : "single");
    }
    put_attrs(c);
    if (ls_is_region(c->f))
        put_id(c);
}

void ls_config(const struct lf_run *run, bool bitmask, struct lf_buf *out)
{
    struct config c = {.run = run, .bitmask = bitmask, .x = {.buf = out}};
    lf_xml_open(&c.x, "View");
    lf_xml_open(&c.x, "Image");
    attr(&c, "name", LS_OBJECT);
    attr(&c, "value", "$" LS_OBJECT);
    attr(&c, "zoom", "true");
    attr(&c, "zoomControl", "true");
    lf_xml_close(&c.x, "Image");
    for (size_t i = 0; i < lf_schema_own(&run->schema); i++) {
        c.f = &run->schema.field[i];
        put_field(&c);
    }
    lf_xml_close(&c.x, "View");
    out->failed |= c.control.failed;
    lf_buf_done(&c.control);
}
