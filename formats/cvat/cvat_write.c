#include <stdio.h>

#include "formats/base/alloc.h"
#include "formats/base/json.h"
#include "formats/base/number.h"
#include "formats/base/out.h"
#include "formats/base/relpath.h"
#include "formats/base/xml_out.h"
#include "formats/base/zip_out.h"
#include "formats/cvat/cvat_parts.h"

enum { FLUSH = 1 << 18 };

struct lf_writer {
    const struct lf_run *run;
    const struct lf_field *field;
    struct lf_out_task task;
    struct lf_zip_out *zip;
    struct lf_buf buf;
    struct lf_xml_out xml;
    char folder[4096];
};

static void free_writer(struct lf_writer **w)
{
    if (!*w)
        return;
    lf_zip_out_free(&(*w)->zip);
    lf_buf_done(&(*w)->buf);
    lf_free(*w);
    *w = NULL;
}

void cvat_drop(struct lf_writer **w)
{
    free_writer(w);
}

// The choices of a select; "" leads where nothing chosen must stay possible.
static bool leads_empty(const struct lf_attr_def *d)
{
    if (d->input != LF_IN_SELECT && d->input != LF_IN_RADIO)
        return false;
    for (size_t i = 0; i < d->values; i++)
        if (!d->value[i].len)
            return false;
    return !d->preset.len;
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
    bool lead = leads_empty(d),
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

static void json_label(const struct lf_run *run, const struct lf_field *f, uint32_t row,
                       struct lf_buf *out)
{
    char color[8];
    cvat_color(run->uid, f->name, f->class[row].name, row, color);
    lf_buf_text(out, "  {\"name\": ");
    lf_json_quote(out, f->class[row].alias, false);
    lf_buf_printf(out, ", \"color\": \"%s\", \"type\": \"%s\", \"attributes\": [\n    ",
                  color, lf_field_kind(f->type) == LF_TAG ? "tag" : "rectangle");
    json_attr(out, run->id_attr, "text", true, LF_S(""));
    lf_buf_text(out, "\"\"]}");
    for (uint16_t i = 0; i < f->attrs; i++)
        if (lf_attr_applies(f, row, i)) {
            lf_buf_text(out, ",\n    ");
            json_def(out, &f->attr[i]);
        }
    lf_buf_text(out, "]}");
}

static bool write_labels(const struct lf_writer *w, struct lf_error *err)
{
    char path[4200];
    struct lf_buf out = {0};
    lf_buf_text(&out, "[\n");
    for (uint32_t i = 0; i < w->field->classes; i++) {
        json_label(w->run, w->field, i, &out);
        lf_buf_text(&out, i + 1 < w->field->classes ? ",\n" : "\n");
    }
    lf_buf_text(&out, "]\n");
    bool ok = lf_buf_ok(&out, err) &&
              lf_path_join(path, sizeof path, w->folder, "labels.json", err) &&
              lf_out_file(path, lf_buf_view(&out), err);
    lf_buf_done(&out);
    return ok;
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

static void meta_def(struct lf_xml_out *x, const struct lf_attr_def *d)
{
    struct lf_buf values = {0};
    bool choices =
        d->input == LF_IN_SELECT || d->input == LF_IN_RADIO || d->input == LF_IN_NUMBER;
    for (size_t i = 0; choices && i < d->values; i++) {
        lf_buf_text(&values, i || leads_empty(d) ? "\n" : "");
        lf_buf_slice(&values, d->value[i]);
    }
    if (!choices)
        lf_buf_slice(&values, d->preset);
    meta_attr(x, d->alias, d->mutable, lf_input_name(d->input), d->preset,
              lf_buf_view(&values));
    x->buf->failed |= values.failed;
    lf_buf_done(&values);
}

static void meta_labels(const struct lf_writer *w, struct lf_xml_out *x)
{
    const struct lf_field *f = w->field;
    lf_xml_open(x, "labels");
    for (uint32_t row = 0; row < f->classes; row++) {
        char color[8];
        cvat_color(w->run->uid, f->name, f->class[row].name, row, color);
        lf_xml_open(x, "label");
        lf_xml_leaf(x, "name", f->class[row].alias);
        lf_xml_leaf(x, "color", lf_slice_of(color));
        lf_xml_leaf(x, "type",
                    lf_field_kind(f->type) == LF_TAG ? LF_S("tag") : LF_S("rectangle"));
        lf_xml_open(x, "attributes");
        meta_attr(x, w->run->id_attr, true, "text", LF_S(""), LF_S(""));
        for (uint16_t i = 0; i < f->attrs; i++)
            if (lf_attr_applies(f, row, i))
                meta_def(x, &f->attr[i]);
        lf_xml_close(x, "attributes");
        lf_xml_close(x, "label");
    }
    lf_xml_close(x, "labels");
}

static void leaf_int(struct lf_xml_out *x, const char *name, int64_t v)
{
    char digits[LF_NUMBER_CAP];
    lf_xml_leaf(x, name, (struct lf_slice){digits, lf_print_int64(v, digits)});
}

// The loader ignores all of it; people and other readers of CVAT's files do not. No
// dates.
static void write_meta(struct lf_writer *w)
{
    struct lf_xml_out *x = &w->xml;
    lf_xml_open(x, "meta");
    lf_xml_open(x, "task");
    lf_xml_leaf(x, "name", w->task.name);
    leaf_int(x, "size", w->task.items);
    lf_xml_leaf(x, "mode", LF_S("annotation"));
    lf_xml_leaf(x, "overlap", LF_S("0"));
    lf_xml_leaf(x, "bugtracker", LF_S(""));
    leaf_int(x, "start_frame", 0);
    leaf_int(x, "stop_frame", w->task.items ? (int64_t)w->task.items - 1 : 0);
    lf_xml_leaf(x, "frame_filter", LF_S(""));
    meta_labels(w, x);
    lf_xml_close(x, "task");
    lf_xml_close(x, "meta");
}

static bool flush(struct lf_writer *w, size_t least, struct lf_error *err)
{
    if (!lf_buf_ok(&w->buf, err))
        return false;
    if (w->buf.len < least || !w->buf.len)
        return true;
    bool ok = lf_zip_out_write(w->zip, lf_buf_view(&w->buf), err);
    lf_buf_clear(&w->buf);
    return ok;
}

struct lf_writer *cvat_begin(const struct lf_run *run, const struct lf_out_task *task,
                             struct lf_error *err)
{
    char path[4200];
    struct lf_writer *w = lf_alloc(1, sizeof *w, err);
    if (!w)
        return NULL;
    w->run = run;
    w->task = *task;
    w->field = &run->schema.field[task->field];
    w->xml.buf = &w->buf;
    snprintf(w->folder, sizeof w->folder, "%s", task->folder);
    if (!lf_path_join(path, sizeof path, w->folder, "annotations.zip", err) ||
        !(w->zip = lf_zip_out_new(path, err)) ||
        !lf_zip_out_begin(w->zip, "annotations.xml", err)) {
        free_writer(&w);
        return NULL;
    }
    lf_xml_head(&w->xml);
    lf_xml_open(&w->xml, "annotations");
    lf_xml_leaf(&w->xml, "version", LF_S("1.1"));
    write_meta(w);
    return w;
}

static void write_attrs(struct lf_writer *w, const struct lf_label *l)
{
    char id[25];
    lf_id_print(&l->id, id);
    lf_xml_leaf_attr(&w->xml, "attribute", "name", w->run->id_attr, lf_slice_of(id));
    for (uint32_t i = 0; i < l->attrs; i++)
        lf_xml_leaf_attr(&w->xml, "attribute", "name",
                         w->field->attr[l->attr[i].name].alias, l->attr[i].text);
}

static void write_label(struct lf_writer *w, const struct lf_label *l)
{
    struct lf_xml_out *x = &w->xml;
    const char *element = l->kind == LF_BOX ? "box" : "tag";
    uint32_t row = 0;
    lf_class_find(w->field, l->name, &row);
    lf_xml_open(x, element);
    lf_xml_attr(x, "label", w->field->class[row].alias);
    lf_xml_attr(x, "source", LF_S("file"));
    if (l->kind == LF_BOX) {
        lf_xml_attr(x, "occluded", LF_S("0"));
        lf_xml_attr_double(x, "xtl", l->xy[0]);
        lf_xml_attr_double(x, "ytl", l->xy[1]);
        lf_xml_attr_double(x, "xbr", l->xy[2]);
        lf_xml_attr_double(x, "ybr", l->xy[3]);
        if (l->turn != 0)
            lf_xml_attr_double(x, "rotation", l->turn);
        lf_xml_attr(x, "z_order", LF_S("0"));
    }
    write_attrs(w, l);
    lf_xml_close(x, element);
}

bool cvat_put(struct lf_writer *w, const struct lf_item *item, struct lf_error *err)
{
    struct lf_xml_out *x = &w->xml;
    lf_xml_open(x, "image");
    lf_xml_attr_int(x, "id", item->number);
    lf_xml_attr(x, "name", item->name);
    lf_xml_attr_int(x, "width", item->sample.width);
    lf_xml_attr_int(x, "height", item->sample.height);
    for (size_t i = 0; i < item->sample.labels; i++) {
        const struct lf_label *l = &item->sample.label[i];
        if (l->shipped && l->field == w->task.field)
            write_label(w, l);
    }
    lf_xml_close(x, "image");
    return flush(w, FLUSH, err);
}

bool cvat_end(struct lf_writer **w, struct lf_error *err)
{
    lf_xml_close(&(*w)->xml, "annotations");
    bool ok = flush(*w, 0, err) && lf_zip_out_end((*w)->zip, err) &&
              lf_zip_out_close((*w)->zip, err) && write_labels(*w, err);
    free_writer(w);
    return ok;
}
