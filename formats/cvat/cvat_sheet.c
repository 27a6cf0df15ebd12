#include <stdio.h>

#include "formats/cvat/cvat_parts.h"
#include "formats/label/sheet.h"

// An attribute that is a flag of the tool has no field of its own there.
static void put_flag(const struct lf_attr_def *d, struct lf_buf *out)
{
    lf_buf_text(out, d->input == LF_IN_OCCLUDED
                         ? "      the shape's switch \"occluded\""
                         : "      the shape's group number");
    lf_buf_text(out,
                d->read_only ? " (read only), in the dataset: " : ", in the dataset: ");
    lf_sheet_put(out, d->name);
    lf_buf_char(out, '\n');
}

static void put_attr(const struct lf_attr_def *d, struct lf_buf *out)
{
    if (cvat_is_flag(d)) {
        put_flag(d, out);
        return;
    }
    lf_buf_text(out, "      ");
    lf_sheet_put(out, d->alias);
    lf_buf_printf(out, " (%s%s)", lf_input_name(d->input),
                  d->read_only ? ", read only" : "");
    if (!lf_slice_eq(d->alias, d->name)) {
        lf_buf_text(out, ", in the dataset: ");
        lf_sheet_put(out, d->name);
    }
    if (d->input == LF_IN_SELECT || d->input == LF_IN_RADIO)
        for (size_t i = 0; i < d->values; i++) {
            lf_buf_text(out, i ? ", " : ": ");
            lf_sheet_put(out, d->value[i]);
        }
    if (d->preset.len) {
        lf_buf_text(out, "; unset shows as \"");
        lf_sheet_put(out, d->preset);
        lf_buf_char(out, '"');
    }
    lf_buf_char(out, '\n');
}

static void put_class(const struct lf_field *f, uint32_t row, struct lf_buf *out)
{
    lf_buf_text(out, "    ");
    lf_sheet_put(out, f->class[row].alias);
    if (!lf_slice_eq(f->class[row].alias, f->class[row].name)) {
        lf_buf_text(out, "   (in the dataset: ");
        lf_sheet_put(out, f->class[row].name);
        lf_buf_char(out, ')');
    }
    lf_buf_char(out, '\n');
    for (size_t i = 0; i < f->attrs; i++)
        if (f->attr[i].only == row)
            put_attr(&f->attr[i], out);
}

static const char *kind_of(const struct lf_field *f)
{
    switch (lf_field_kind(f->type)) {
    case LF_BOX:
        return "rectangles";
    case LF_POLYGON:
        return "polygons";
    case LF_POLYLINE:
        return "polylines";
    case LF_POINTS:
        return f->nodes ? "skeletons" : "points";
    case LF_MASK:
        return "a mask for each object";
    case LF_SEGMENT:
        return "masks that divide the whole image into classes";
    case LF_SCALAR:
        return "one value for the whole image, as a tag";
    default:
        return "tags on the whole image";
    }
}

// What a person has to know to draw this kind so that it can be taken back.
static const char *advice_of(const struct lf_field *f)
{
    switch (lf_field_kind(f->type)) {
    case LF_POLYLINE:
        return "  A line whose last point lies on its first is closed: keep them "
               "together, or\n  move them apart to open it.\n";
    case LF_POINTS:
        return f->nodes ? "  Move the nodes. Switch a node that is not in the image to "
                          "\"outside\". The\n  switch \"occluded\" of a node has no "
                          "place in the dataset. Labels that are\n  loose points keep "
                          "their number of points.\n"
                        : "  Move the points. Do not add or remove points of a label "
                          "where some are\n  missing: the dataset could not tell "
                          "which is which.\n";
    case LF_MASK:
        return "  Paint with brush and eraser. Cut a hole with the eraser; a polygon "
               "drawn on\n  top is not a hole. One mask is one object.\n";
    case LF_SEGMENT:
        return "  Paint with brush and eraser in the mask of a class. The masks of an "
               "image\n  belong together; a second mask of a class is joined to the "
               "first. Where two\n  overlap the upper one counts.\n";
    case LF_SCALAR:
        return f->by_class
                   ? "  The tag's class is the value: change it, or delete the tag to "
                     "clear it.\n"
                   : "  The tag's attribute \"value\" is the value: change it, or "
                     "delete "
                     "the tag to\n  clear it.\n";
    default:
        return "";
    }
}

static void put_nodes(const struct lf_field *f, struct lf_buf *out)
{
    for (size_t i = 0; i < f->nodes; i++) {
        lf_buf_text(out, i ? ", " : "  Nodes: ");
        lf_sheet_put(out, f->node_alias[i]);
        if (!lf_slice_eq(f->node_alias[i], f->node[i])) {
            lf_buf_text(out, " (in the dataset: ");
            lf_sheet_put(out, f->node[i]);
            lf_buf_char(out, ')');
        }
    }
    lf_buf_text(out, f->nodes ? "\n" : "");
}

// `number`: of the task among the run's.
static void put_people(const struct lf_asked *asked, size_t number, uint32_t items,
                       struct lf_buf *out)
{
    lf_sheet_who(asked, LF_TASK_ASSIGNEE, number, "    Assignee: ", out);
    lf_buf_text(out, asked->names[LF_TASK_ASSIGNEE] ? "\n" : "");
    if (asked->segment)
        lf_buf_printf(out, "    Advanced configuration, Segment size: %lu\n",
                      (unsigned long)asked->segment);
    for (uint32_t i = 0; i < lf_asked_jobs(asked, items); i++) {
        uint32_t start, stop;
        lf_asked_frames(asked, items, i, &start, &stop);
        lf_buf_printf(out, "    Job %lu, frames %lu to %lu", (unsigned long)i + 1,
                      (unsigned long)start, (unsigned long)stop);
        lf_sheet_who(asked, LF_JOB_ASSIGNEE, i, ", assignee ", out);
        lf_sheet_who(asked, LF_JOB_REVIEWER, i, ", reviewer ", out);
        lf_buf_char(out, '\n');
    }
}

static void put_field(const struct lf_run *run, uint16_t row,
                      const struct lf_out_task *task, size_t tasks, struct lf_buf *out)
{
    const struct lf_field *f = &run->schema.field[row];
    size_t number = row * run->tasks; // tasks of a field come in order
    bool shared = false;
    lf_buf_text(out, "\nField \"");
    lf_sheet_put(out, f->name);
    lf_buf_printf(out, "\": %s\n", kind_of(f));
    for (size_t i = 0; i < tasks; i++)
        if (task[i].field == row) {
            lf_buf_text(out, "  Task \"");
            lf_sheet_put(out, task[i].name);
            lf_buf_printf(out, "\": %lu images, folder %s/%s%s\n",
                          (unsigned long)task[i].items, task[i].folder,
                          task[i].media ? ", media " : "",
                          task[i].media ? task[i].media : "");
            put_people(&run->asked, number++, task[i].items, out);
        }
    lf_buf_text(out, "  Classes:\n");
    for (uint32_t i = 0; i < f->classes; i++)
        put_class(f, i, out);
    for (size_t i = 0; i < f->attrs; i++)
        if (f->attr[i].only == LF_NO_CLASS) {
            lf_buf_text(out, shared ? "" : "  Attributes of every class:\n");
            shared = true;
            put_attr(&f->attr[i], out);
        }
    put_nodes(f, out);
    lf_buf_text(out, advice_of(f));
    if (f->parts)
        lf_buf_text(out, "  A label may be several shapes, with one id and \"" CVAT_PART
                         "\" 1/3, 2/3, 3/3.\n  Delete a shape to take its ring away; "
                         "do not edit \"" CVAT_PART "\".\n");
    if (!lf_field_is_list(f->type) && f->type != LF_FT_SCALAR &&
        f->type != LF_FT_SEGMENTATION)
        lf_buf_text(out, "  One label an image: more than one cannot be taken back.\n");
    lf_sheet_rights(f, "CVAT", out);
}

bool cvat_sheet(const struct lf_run *run, const struct lf_out_task *task, size_t tasks,
                struct lf_buf *out, struct lf_error *err)
{
    lf_buf_text(out, "Annotation run \"");
    lf_sheet_put(out, run->key);
    lf_buf_text(
        out,
        "\" for CVAT\n\nFor each task below, in CVAT:\n"
        "  1. Tasks, +, Create a new task. Name: as below. Labels: the Raw tab, paste "
        "labels.json\n     of the task's folder, Done.\n"
        "  2. Select files: the media archive. Submit, and wait until the task is "
        "ready.\n"
        "  3. Open the task. Actions, Upload annotations, CVAT 1.1, annotations.zip of "
        "the\n     task's folder.\n"
        "  4. Annotate.\n"
        "  5. Actions, Export task dataset, CVAT for images 1.1, without images. Bring "
        "the zip back.\n     Job and project exports in the same format are read "
        "as well.\n\n");
    lf_buf_text(out, "Never edit the attribute \"");
    lf_sheet_put(out, run->id_attr);
    lf_buf_text(out,
                "\": it ties a shape to its label in the dataset. A shape without it\n"
                "counts as new. Do not rename, add or remove images.\n");
    for (uint16_t i = 0; i < run->schema.fields; i++)
        put_field(run, i, task, tasks, out);
    return lf_buf_ok(out, err);
}
