#include <math.h>

#include "formats/base/json.h"
#include "formats/cvat/cvat_parts.h"

bool cvat_leads_empty(const struct lf_attr_def *d)
{
    if (d->input != LF_IN_SELECT && d->input != LF_IN_RADIO)
        return false;
    for (size_t i = 0; i < d->values; i++)
        if (!d->value[i].len)
            return false;
    return !d->preset.len;
}

// What a person can draw with a label of the field.
static const char *type_of(const struct lf_field *f)
{
    switch (lf_field_kind(f->type)) {
    case LF_BOX:
        return "rectangle";
    case LF_POLYGON:
        return "polygon";
    case LF_POLYLINE:
        return "polyline";
    case LF_POINTS:
        return f->nodes ? "skeleton" : "points";
    case LF_MASK:
    case LF_SEGMENT:
        return "mask";
    default:
        return "tag";
    }
}

static bool declares(const struct lf_field *f, uint32_t row, uint16_t attr)
{
    return cvat_has_attrs(f) && !cvat_is_flag(&f->attr[attr]) &&
           lf_attr_applies(f, row, attr);
}

// ---------------------------------------------------------------------------- svg

// Nodes stand on a circle, the first one on top. CVAT's picture is 100 wide and high.
static void node_place(size_t i, size_t nodes, double *x, double *y)
{
    double at = 2 * 3.14159265358979323846 * (double)i / (double)nodes;
    *x = 50 + 40 * sin(at);
    *y = 50 - 40 * cos(at);
}

// Lines before circles, node ids from 1. lint left no character in a node's name that
// would need to be escaped here: the server looks for the name as it is.
static void put_svg(const struct lf_field *f, struct lf_buf *out)
{
    double x, y;
    for (size_t i = 0; i < f->edges; i++) {
        const struct lf_edge *e = &f->edge[i];
        node_place(e->from, f->nodes, &x, &y);
        lf_buf_printf(out, "<line x1=\"%.2f\" y1=\"%.2f\" ", x, y);
        node_place(e->to, f->nodes, &x, &y);
        lf_buf_printf(out,
                      "x2=\"%.2f\" y2=\"%.2f\" data-type=\"edge\" "
                      "data-node-from=\"%lu\" data-node-to=\"%lu\"></line>",
                      x, y, (unsigned long)e->from + 1, (unsigned long)e->to + 1);
    }
    for (size_t i = 0; i < f->nodes; i++) {
        node_place(i, f->nodes, &x, &y);
        lf_buf_printf(out,
                      "<circle r=\"0.75\" cx=\"%.2f\" cy=\"%.2f\" data-type=\"element "
                      "node\" data-element-id=\"%zu\" data-node-id=\"%zu\" "
                      "data-label-name=\"",
                      x, y, i + 1, i + 1);
        lf_buf_slice(out, f->node_alias[i]);
        lf_buf_text(out, "\"></circle>");
    }
}

static void node_color(const struct lf_run *run, const struct lf_field *f, size_t node,
                       char color[8])
{
    cvat_color(run->uid, f->name, f->node[node], (uint32_t)node, color);
}

// ----------------------------------------------------------------------------
// labels.json

static void json_attr(struct lf_buf *out, struct lf_slice name, const char *input,
                      bool mutable_, struct lf_slice preset)
{
    lf_buf_text(out, "{\"name\": ");
    lf_json_quote(out, name, false);
    lf_buf_printf(out, ", \"input_type\": \"%s\", \"mutable\": %s, \"default_value\": ",
                  input, mutable_ ? "true" : "false");
    lf_json_quote(out, preset, false);
    lf_buf_text(out, ", \"values\": [");
}

static void json_def(struct lf_buf *out, const struct lf_attr_def *d)
{
    bool lead = cvat_leads_empty(d),
         choices = d->values && d->input != LF_IN_TEXT && d->input != LF_IN_CHECKBOX;
    json_attr(out, d->alias, lf_input_name(d->input), d->mutable, d->preset);
    if (lead)
        lf_buf_text(out, "\"\"");
    for (size_t i = 0; choices && i < d->values; i++) {
        lf_buf_text(out, i || lead ? ", " : "");
        lf_json_quote(out, d->value[i], false);
    }
    if (!choices && !lead) // the Raw tab refuses an empty list
        lf_json_quote(out, d->preset, false);
    lf_buf_text(out, "]}");
}

// Texts that belong to the crossing: empty at first, for nobody to edit.
static void json_own(struct lf_buf *out, struct lf_slice name, bool *first)
{
    lf_buf_text(out, *first ? "\n    " : ",\n    ");
    *first = false;
    json_attr(out, name, "text", true, LF_S(""));
    lf_buf_text(out, "\"\"]}");
}

static void json_nodes(const struct lf_run *run, const struct lf_field *f,
                       struct lf_buf *out)
{
    struct lf_buf svg = {0};
    put_svg(f, &svg);
    lf_buf_text(out, ", \"svg\": ");
    lf_json_quote(out, lf_buf_view(&svg), false);
    lf_buf_text(out, ", \"sublabels\": [");
    for (size_t i = 0; i < f->nodes; i++) {
        char color[8];
        node_color(run, f, i, color);
        lf_buf_text(out, i ? ",\n    {\"name\": " : "\n    {\"name\": ");
        lf_json_quote(out, f->node_alias[i], false);
        lf_buf_printf(out,
                      ", \"color\": \"%s\", \"type\": \"points\", \"attributes\": []}",
                      color);
    }
    lf_buf_char(out, ']');
    out->failed |= svg.failed;
    lf_buf_done(&svg);
}

static void json_label(const struct lf_run *run, const struct lf_field *f, uint32_t row,
                       struct lf_buf *out)
{
    char color[8];
    bool first = true;
    cvat_color(run->uid, f->name, f->class[row].name, row, color);
    lf_buf_text(out, "  {\"name\": ");
    lf_json_quote(out, f->class[row].alias, false);
    lf_buf_printf(out, ", \"color\": \"%s\", \"type\": \"%s\", \"attributes\": [",
                  color, type_of(f));
    if (cvat_has_ids(f))
        json_own(out, run->id_attr, &first);
    if (f->parts)
        json_own(out, LF_S(CVAT_PART), &first);
    for (uint16_t i = 0; i < f->attrs; i++)
        if (declares(f, row, i)) {
            lf_buf_text(out, first ? "\n    " : ",\n    ");
            first = false;
            json_def(out, &f->attr[i]);
        }
    lf_buf_char(out, ']');
    if (lf_field_kind(f->type) == LF_POINTS && f->nodes)
        json_nodes(run, f, out);
    lf_buf_char(out, '}');
}

void cvat_labels_json(const struct lf_run *run, const struct lf_field *f,
                      struct lf_buf *out)
{
    lf_buf_text(out, "[\n");
    for (uint32_t i = 0; i < f->classes; i++) {
        json_label(run, f, i, out);
        lf_buf_text(out, i + 1 < f->classes ? ",\n" : "\n");
    }
    lf_buf_text(out, "]\n");
}

// ---------------------------------------------------------------------------- XML

static void meta_attr(struct lf_xml_out *x, struct lf_slice name, bool mutable_,
                      const char *input, struct lf_slice preset, struct lf_slice values)
{
    lf_xml_open(x, "attribute");
    lf_xml_leaf(x, "name", name);
    lf_xml_leaf(x, "mutable", mutable_ ? LF_S("True") : LF_S("False"));
    lf_xml_leaf(x, "input_type", lf_slice_of(input));
    lf_xml_leaf(x, "default_value", preset);
    lf_xml_leaf(x, "values", values);
    lf_xml_close(x, "attribute");
}

static void meta_own(struct lf_xml_out *x, struct lf_slice name)
{
    meta_attr(x, name, true, "text", LF_S(""), LF_S(""));
}

static void meta_def(struct lf_xml_out *x, const struct lf_attr_def *d)
{
    struct lf_buf values = {0};
    bool choices =
        d->input == LF_IN_SELECT || d->input == LF_IN_RADIO || d->input == LF_IN_NUMBER;
    for (size_t i = 0; choices && i < d->values; i++) {
        lf_buf_text(&values, i || cvat_leads_empty(d) ? "\n" : "");
        lf_buf_slice(&values, d->value[i]);
    }
    if (!choices)
        lf_buf_slice(&values, d->preset);
    meta_attr(x, d->alias, d->mutable, lf_input_name(d->input), d->preset,
              lf_buf_view(&values));
    x->buf->failed |= values.failed;
    lf_buf_done(&values);
}

static void meta_head(struct lf_xml_out *x, struct lf_slice name, const char *color,
                      const char *type)
{
    lf_xml_open(x, "label");
    lf_xml_leaf(x, "name", name);
    lf_xml_leaf(x, "color", lf_slice_of(color));
    lf_xml_leaf(x, "type", lf_slice_of(type));
    lf_xml_open(x, "attributes");
}

// A node is a label of its own in a dump, and names the skeleton it belongs to.
static void meta_nodes(const struct lf_run *run, const struct lf_field *f,
                       struct lf_slice parent, struct lf_xml_out *x)
{
    for (size_t i = 0; i < f->nodes; i++) {
        char color[8];
        node_color(run, f, i, color);
        meta_head(x, f->node_alias[i], color, "points");
        lf_xml_close(x, "attributes");
        lf_xml_leaf(x, "parent", parent);
        lf_xml_close(x, "label");
    }
}

static void meta_label(const struct lf_run *run, const struct lf_field *f, uint32_t row,
                       struct lf_xml_out *x)
{
    const bool skeleton = lf_field_kind(f->type) == LF_POINTS && f->nodes;
    struct lf_buf svg = {0};
    char color[8];
    cvat_color(run->uid, f->name, f->class[row].name, row, color);
    meta_head(x, f->class[row].alias, color, type_of(f));
    if (cvat_has_ids(f))
        meta_own(x, run->id_attr);
    if (f->parts)
        meta_own(x, LF_S(CVAT_PART));
    for (uint16_t i = 0; i < f->attrs; i++)
        if (declares(f, row, i))
            meta_def(x, &f->attr[i]);
    lf_xml_close(x, "attributes");
    if (skeleton) {
        put_svg(f, &svg);
        lf_xml_leaf(x, "svg", lf_buf_view(&svg));
    }
    lf_xml_close(x, "label");
    if (skeleton)
        meta_nodes(run, f, f->class[row].alias, x);
    x->buf->failed |= svg.failed;
    lf_buf_done(&svg);
}

void cvat_labels_xml(const struct lf_run *run, const struct lf_field *f,
                     struct lf_xml_out *x)
{
    lf_xml_open(x, "labels");
    for (uint32_t row = 0; row < f->classes; row++)
        meta_label(run, f, row, x);
    lf_xml_close(x, "labels");
}
