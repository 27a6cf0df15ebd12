#include <stdio.h>

#include "formats/base/alloc.h"
#include "formats/base/number.h"
#include "formats/base/out.h"
#include "formats/base/relpath.h"
#include "formats/base/zip_out.h"
#include "formats/cvat/cvat_parts.h"

enum { FLUSH = 1 << 18 };

struct lf_writer {
    const struct lf_run *run;
    const struct lf_field *field;
    struct lf_out_task task;
    struct lf_zip_out *zip;
    struct lf_buf buf, scratch;
    struct lf_xml_out xml;
    char folder[4096];
};

static void free_writer(struct lf_writer **w)
{
    if (!*w)
        return;
    lf_zip_out_free(&(*w)->zip);
    lf_buf_done(&(*w)->buf);
    lf_buf_done(&(*w)->scratch);
    lf_free(*w);
    *w = NULL;
}

void cvat_drop(struct lf_writer **w)
{
    free_writer(w);
}

static bool write_labels(const struct lf_writer *w, struct lf_error *err)
{
    char path[4200];
    struct lf_buf out = {0};
    cvat_labels_json(w->run, w->field, &out);
    bool ok = lf_buf_ok(&out, err) &&
              lf_path_join(path, sizeof path, w->folder, "labels.json", err) &&
              lf_out_file(path, lf_buf_view(&out), err);
    lf_buf_done(&out);
    return ok;
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
    cvat_labels_xml(w->run, w->field, x);
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
            cvat_elements(w->run, l, x, &w->scratch);
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
