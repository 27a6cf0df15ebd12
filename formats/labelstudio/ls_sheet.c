// The page for the person on the other side.
#include "formats/label/sheet.h"
#include "formats/labelstudio/ls_parts.h"

// ---------------------------------------------------------------------------- fields

static const char *input_of(const struct lf_attr_def *d)
{
    switch (d->input) {
    case LF_IN_NUMBER:
        return "number";
    case LF_IN_CHECKBOX:
        return "true or false";
    case LF_IN_SELECT:
        return "one of a list";
    case LF_IN_RADIO:
        return "one of";
    default:
        return "text";
    }
}

static void put_values(const struct lf_attr_def *d, struct lf_buf *out)
{
    static const char *const bounds[] = {" from ", " to ", " in steps of "};
    if (d->input == LF_IN_NUMBER)
        for (size_t i = 0; i < d->values && i < 3; i++) {
            lf_buf_text(out, bounds[i]);
            lf_sheet_put(out, d->value[i]);
        }
    if (d->input == LF_IN_SELECT || d->input == LF_IN_RADIO)
        for (size_t i = 0; i < d->values; i++) {
            lf_buf_text(out, i ? ", " : ": ");
            lf_sheet_put(out, d->value[i].len ? d->value[i] : LF_S("(nothing)"));
        }
}

static void put_attr(const struct lf_field *f, const struct lf_attr_def *d,
                     struct lf_buf *out)
{
    lf_buf_text(out, f->type == LF_FT_SCALAR ? "  The value: " : "      ");
    if (f->type != LF_FT_SCALAR) {
        lf_sheet_put(out, d->alias);
        lf_buf_text(out, ", in the dataset ");
        lf_sheet_put(out, d->name);
        lf_buf_text(out, ": ");
    }
    lf_buf_text(out, input_of(d));
    put_values(d, out);
    lf_buf_text(out, d->read_only ? " (read only)\n" : "\n");
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
    for (size_t i = 0; ls_has_attrs(f) && i < f->attrs; i++)
        if (f->attr[i].only == row)
            put_attr(f, &f->attr[i], out);
}

static const char *kind_of(const struct lf_field *f)
{
    switch (lf_field_kind(f->type)) {
    case LF_BOX:
        return "rectangles";
    case LF_POLYGON:
        return "polygons";
    case LF_POLYLINE:
        return "lines";
    case LF_POINTS:
        return f->nodes ? "skeletons, a key point a node" : "key points";
    case LF_MASK:
        return "a mask for each object";
    case LF_SEGMENT:
        return "masks that divide the whole image into classes";
    case LF_SCALAR:
        return "one value for the whole image";
    default:
        return f->type == LF_FT_CLASSIFICATIONS ? "choices for the whole image"
                                                : "one choice for the whole image";
    }
}

// What a person has to know to draw this kind so that it can be taken back.
static const char *advice_of(const struct lf_field *f)
{
    switch (lf_field_kind(f->type)) {
    case LF_BOX:
        return "";
    case LF_POLYGON:
        return "  A polygon must be closed: an open one keeps the task from being "
               "submitted.\n";
    case LF_POLYLINE:
        return "  A line whose last point lies on its first is closed: keep them "
               "together, or\n  move them apart to open it.\n";
    case LF_POINTS:
        return f->nodes
                   ? "  The name of a point's node stands in its details. Delete the "
                     "point of a node\n  that is not in the image. A node that is "
                     "missing cannot be added here.\n"
                   : "  The points of a label are regions of their own. Move them; do "
                     "not delete points\n  of a label where some are missing: the "
                     "dataset could not tell which is which.\n";
    case LF_MASK:
        return "  Paint with brush and eraser. One region is one object.\n";
    case LF_SEGMENT:
        return "  Paint with brush and eraser in the region of a class. The regions of "
               "an image\n  belong together; a second one of a class is joined to the "
               "first. Where two\n  overlap the later one counts.\n";
    case LF_SCALAR:
        return "  Change it, or delete it to clear it.\n";
    default:
        return "";
    }
}

static void put_nodes(const struct lf_field *f, struct lf_buf *out)
{
    for (size_t i = 0; i < f->nodes; i++) {
        lf_buf_text(out, i ? ", " : "  Nodes: ");
        lf_sheet_put(out, f->node[i]);
    }
    lf_buf_text(out, f->nodes ? "\n" : "");
}

static void put_attrs(const struct lf_field *f, struct lf_buf *out)
{
    bool shared = f->type == LF_FT_SCALAR;
    for (size_t i = 0; ls_has_attrs(f) && i < f->attrs; i++)
        if (f->attr[i].only == LF_NO_CLASS) {
            lf_buf_text(out, shared ? "" : "  Attributes of every class:\n");
            shared = true;
            put_attr(f, &f->attr[i], out);
        }
}

static void put_field(const struct lf_field *f, struct lf_buf *out)
{
    struct lf_buf control = {0};
    const bool value = f->type == LF_FT_SCALAR && !f->by_class;
    ls_control(f->name, &control);
    lf_buf_text(out, "\nField \"");
    lf_sheet_put(out, f->name);
    lf_buf_printf(out, "\": %s", kind_of(f));
    if (!lf_slice_eq(lf_buf_view(&control), f->name)) {
        lf_buf_text(out, ", in Label Studio \"");
        lf_sheet_put(out, lf_buf_view(&control));
        lf_buf_char(out, '"');
    }
    lf_buf_text(out, value ? "\n" : "\n  Classes:\n");
    for (uint32_t i = 0; !value && i < f->classes; i++)
        put_class(f, i, out);
    put_attrs(f, out);
    put_nodes(f, out);
    lf_buf_text(out, advice_of(f));
    if (f->parts)
        lf_buf_text(out, "  A label may be several regions. Delete one to take its "
                         "ring away.\n");
    if (!lf_field_is_list(f->type) && ls_is_region(f) && f->type != LF_FT_SEGMENTATION)
        lf_buf_text(out, "  One label an image: more than one cannot be taken back.\n");
    lf_sheet_rights(f, "Label Studio", out);
    out->failed |= control.failed;
    lf_buf_done(&control);
}

// ---------------------------------------------------------------------------- tasks

static void put_task(const struct lf_run *run, const struct lf_out_task *task,
                     size_t number, struct lf_buf *out)
{
    static const struct {
        enum lf_who who;
        const char *word;
    } people[] = {{LF_TASK_ASSIGNEE, "    Assignee: "},
                  {LF_JOB_ASSIGNEE, "    Annotator: "},
                  {LF_JOB_REVIEWER, "    Reviewer: "}};
    lf_buf_text(out, "  ");
    lf_sheet_put(out, lf_slice_of(task->folder));
    lf_buf_printf(out, "/: %lu images\n", (unsigned long)task->items);
    for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
        lf_sheet_who(&run->asked, people[i].who, number, people[i].word, out);
        lf_buf_text(out, run->asked.names[people[i].who] ? "\n" : "");
    }
}

static void put_media(const struct lf_run *run, const struct lf_out_task *task,
                      struct lf_buf *out)
{
    if (!task->media) {
        lf_buf_text(out, "  3. Images: none travel beside the tasks. Each task holds "
                         "its own, or its address.\n");
        return;
    }
    lf_buf_text(out, "  3. Images: copy the folder ");
    lf_sheet_put(out, lf_slice_of(task->media));
    lf_buf_text(out,
                " to the server, into its document root\n"
                "     (LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT), so that it is ROOT/");
    lf_sheet_put(out, run->key);
    lf_buf_text(out,
                ".\n     The server must run with "
                "LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true.\n"
                "     Then Settings, Cloud Storage, Add Source Storage, Local files. "
                "Absolute local path: ROOT/");
    lf_sheet_put(out, run->key);
    lf_buf_text(out,
                "\n     (a folder below the root, not the root itself). Save it; do "
                "not sync it.\n"
                "     If the images have another address (--media-url at export), "
                "put them there.\n");
}

static void put_steps(const struct lf_run *run, const struct lf_out_task *task,
                      struct lf_buf *out)
{
    lf_buf_text(
        out, "For each folder below, in Label Studio (1.23 or newer; older ones may "
             "lack a control):\n"
             "  1. Create Project. Name: of 3 to 50 characters, as you like.\n"
             "  2. Settings, Labeling Interface, Code: replace all of it by config.xml "
             "of the folder. Save.\n");
    put_media(run, task, out);
    lf_buf_text(out, "  4. Import: tasks.json of the folder, and tasks_002.json and so "
                     "on if there are any, one\n     after the other.\n");
    if (task->how.annotations)
        lf_buf_text(out, "  5. Annotate: open a task, change what is wrong, Update.\n");
    else
        lf_buf_text(out, "  5. Annotate: open a task, change what is wrong, Submit. "
                         "Submit a task also where nothing\n     is wrong: one that "
                         "nobody submitted counts as not looked at.\n");
    lf_buf_text(out,
                "  6. Export, JSON (the plain one, not JSON-MIN), all tasks. Bring "
                "the file back.\n\n");
}

bool ls_sheet(const struct lf_run *run, const struct lf_out_task *task, size_t tasks,
              struct lf_buf *out, struct lf_error *err)
{
    lf_buf_text(out, "Annotation run \"");
    lf_sheet_put(out, run->key);
    lf_buf_text(out, "\" for Label Studio\n\n");
    if (tasks)
        put_steps(run, &task[0], out);
    for (size_t i = 0; i < tasks; i++)
        put_task(run, &task[i], i, out);
    lf_buf_text(
        out, "\nA region is tied to its label in the dataset by its id, which moving, "
             "resizing, relabelling\nand undo keep. A copy of a region, or one drawn "
             "anew, counts as new. Do not change the\nlabeling config, and do not edit "
             "the data of a task. An attribute that nobody sets is none: no\ndefaults "
             "are shown. Drafts and skipped tasks do not count.\n");
    for (size_t i = 0; i < lf_schema_own(&run->schema); i++)
        put_field(&run->schema.field[i], out);
    return lf_buf_ok(out, err);
}
