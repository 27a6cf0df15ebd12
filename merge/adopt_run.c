#include "merge/adopt_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "formats/base/alloc.h"
#include "formats/base/image_size.h"
#include "formats/base/json.h"
#include "formats/base/limits.h"
#include "formats/base/relpath.h"
#include "formats/fiftyone/fo_anno_run.h"
#include "formats/label/run_index.h"
#include "formats/table.h"

struct adopting {
    struct fo_dataset *ds;
    const struct fo_source *source;
    const struct fo_anno_run *anno;
    struct lf_run *run;
    struct lf_slice *path; // by row: of the media that were sent
    struct lf_slice *name; // by row
    struct lf_id *sample;  // of the run, sorted
    size_t samples, item_room, path_room;
    struct lf_buf lines; // that wait to be written
    uint64_t written;    // of base
    struct lf_arena paths, a;
    struct lf_error *err;
};

// ---------------------------------------------------------------------------- files

static bool write_to(int fd, struct lf_buf *text, struct lf_error *err)
{
    struct lf_slice left = lf_buf_view(text);
    if (!lf_buf_ok(text, err))
        return false;
    while (left.len) {
        ssize_t n = write(fd, left.at, left.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return lf_fail_errno(err, "cannot write a temporary file");
        left.at += n;
        left.len -= (size_t)n;
    }
    lf_buf_clear(text);
    return true;
}

// ---------------------------------------------------------------------------- samples

static int by_id(const void *a, const void *b)
{
    const struct lf_id *x = a, *y = b;
    return memcmp(x->at, y->at, sizeof x->at);
}

static bool list_samples(struct adopting *x)
{
    const struct lf_run_sent *sent = &x->run->sent;
    x->sample = lf_alloc(sent->frames, sizeof *x->sample, x->err);
    if (!x->sample)
        return false;
    for (size_t i = 0; i < sent->frames; i++)
        x->sample[i] = sent->frame[i].sample;
    x->samples = sent->frames;
    qsort(x->sample, x->samples, sizeof *x->sample, by_id);
    return true;
}

static bool is_image(const struct adopting *x, const struct fo_head *head)
{
    struct lf_slice type = head->media_type.len ? head->media_type : x->ds->media_type;
    return !type.len || lf_slice_is(type, "image") || lf_slice_is(type, "group");
}

// Of metadata, else of the image if it lies in the dataset; a size that neither tells
// may come with the archive.
static bool size_of(struct adopting *x, const struct fo_head *head,
                    struct lf_run_item *item)
{
    char path[LF_NAME_BYTES + 1];
    struct lf_error none = {0};
    bool turned = false;
    item->width = head->width;
    item->height = head->height;
    if ((item->width && item->height) || head->filepath.len > LF_NAME_BYTES ||
        lf_relpath_fault(head->filepath))
        return true;
    snprintf(path, sizeof path, "%.*s", (int)head->filepath.len, head->filepath.at);
    struct lf_in *in = lf_in_below(x->ds->folder_fd, path, false, &none);
    if (!in || !lf_image_size(in, &item->width, &item->height, &turned, &none) ||
        turned)
        item->width = item->height = 0;
    lf_in_free(&in);
    return true;
}

static bool keep_base(struct adopting *x, struct lf_slice raw, struct lf_run_item *item)
{
    const struct lf_schema *s = &x->run->schema;
    struct lf_slice files,
        *value = lf_arena_take(&x->a, s->fields, sizeof *value, x->err);
    size_t before = x->lines.len;
    if (!value)
        return false;
    fo_values(s, raw, value);
    if (!fo_mask_files(x->source, raw, &x->a, &files, x->err) ||
        !lf_base_digest(s, value, files, item->digest, x->err) ||
        !lf_base_doc(s, &item->id, value, files, &x->lines, x->err))
        return false;
    item->base_at = x->written + before;
    item->base_len = (uint32_t)(x->lines.len - before);
    lf_buf_char(&x->lines, '\n');
    if (x->lines.len < 1 << 20)
        return lf_buf_ok(&x->lines, x->err);
    x->written += x->lines.len;
    return write_to(x->run->base_fd, &x->lines, x->err);
}

static bool media_path(struct adopting *x, struct lf_slice raw,
                       const struct fo_head *head, struct lf_slice *path)
{
    char key[200];
    struct lf_slice value, text = head->filepath;
    const struct lf_slice field = x->anno->media_field;
    snprintf(key, sizeof key, "%.*s", (int)field.len, field.at);
    if (!lf_slice_is(field, "filepath") && lf_json_get(raw, key, &value)) {
        value = lf_json_trim(value);
        if (lf_json_type(value) == LF_JSON_STRING &&
            !lf_json_string(value, &x->a, &text, x->err))
            return false;
    }
    return lf_arena_text(&x->paths, text, path, x->err);
}

static bool add_sample(struct adopting *x, struct lf_slice raw)
{
    struct fo_head head = {0};
    struct lf_run *run = x->run;
    if (!fo_head(raw, &x->a, &head, x->err))
        return false;
    if (!head.id.known ||
        !bsearch(&head.id, x->sample, x->samples, sizeof *x->sample, by_id))
        return true; // outside the view that was sent
    if (!is_image(x, &head))
        return lf_fail(x->err, LF_E_RECORDED,
                       "the run is about media that are no images");
    void *items = run->item, *paths = x->path;
    if (!lf_grow(&items, &x->item_room, run->items + 1u, sizeof *run->item, x->err))
        return false;
    run->item = items;
    if (!lf_grow(&paths, &x->path_room, run->items + 1u, sizeof *x->path, x->err))
        return false;
    x->path = paths;
    struct lf_run_item *item = &run->item[run->items];
    *item = (struct lf_run_item){.id = head.id};
    return media_path(x, raw, &head, &x->path[run->items++]) &&
           size_of(x, &head, item) && keep_base(x, raw, item);
}

static bool read_samples(struct adopting *x)
{
    struct fo_doc doc;
    bool ok = fo_rewind(x->ds, x->err), more = false;
    while (ok && (ok = fo_next(x->ds, &doc, &more, x->err)) && more) {
        ok = add_sample(x, doc.raw) || fo_fail_in(x->ds, &doc, x->err);
        lf_arena_reset(&x->a);
    }
    return ok && write_to(x->run->base_fd, &x->lines, x->err) &&
           (x->run->items ||
            lf_fail(x->err, LF_E_RECORDED,
                    "the dataset holds no sample that the run was sent with"));
}

// ---------------------------------------------------------------------------- names

static struct lf_slice base_name(struct lf_slice path)
{
    size_t i = path.len;
    while (i && path.at[i - 1] != '/' && path.at[i - 1] != '\\')
        i--;
    return (struct lf_slice){path.at + i, path.len - i};
}

// "a.jpg", and of another path in the same task "a-2.jpg".
static bool unique_name(struct adopting *x, struct lf_names *seen, uint32_t **times,
                        size_t *room, uint32_t row)
{
    struct lf_slice plain = base_name(x->path[row]);
    uint32_t number;
    bool fresh;
    void *counts = *times;
    if (!lf_names_add(seen, plain, &number, &fresh, x->err) ||
        !lf_grow(&counts, room, number + 1u, sizeof **times, x->err))
        return false;
    *times = counts;
    (*times)[number] = fresh ? 1 : (*times)[number] + 1;
    x->name[row] = plain;
    if (fresh)
        return true;
    size_t dot = plain.len;
    while (dot && plain.at[dot - 1] != '.')
        dot--;
    dot = dot > 1 ? dot - 1 : plain.len;
    return lf_arena_printf(&x->paths, &x->name[row], x->err, "%.*s-%lu%.*s", (int)dot,
                           plain.at, (unsigned long)(*times)[number],
                           (int)(plain.len - dot), plain.at + dot);
}

// FiftyOne's names for the files it uploads, task by task in the order of the frames.
static bool name_items(struct adopting *x)
{
    const struct lf_run_sent *sent = &x->run->sent;
    struct lf_names seen = {0};
    uint32_t *times = NULL, row = 0;
    size_t room = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < sent->frames; i++) {
        if (i && sent->frame[i].task != sent->frame[i - 1].task)
            lf_names_done(&seen);
        if (lf_run_row(x->run, &sent->frame[i].sample, row + 1, &row) &&
            !x->name[row].at)
            ok = unique_name(x, &seen, &times, &room, row);
    }
    lf_names_done(&seen);
    lf_free(times);
    return ok;
}

// items.tsv, and the tables over it. Names need the table of ids, which needs no names.
static bool make_items(struct adopting *x)
{
    struct lf_run *run = x->run;
    x->name = lf_alloc(run->items, sizeof *x->name, x->err);
    bool ok = x->name && lf_run_index_new(run, x->err);
    for (uint32_t row = 0; ok && row < run->items; row++)
        ok = lf_run_index_add(run, row, LF_S(""), x->err);
    ok = ok && lf_run_index_seal(run, x->err) && name_items(x);
    lf_run_index_free(run);
    ok = ok && lf_run_index_new(run, x->err);
    uint64_t at = 0;
    for (uint32_t row = 0; ok && row < run->items; row++) {
        size_t before = x->lines.len;
        run->item[row].name_at = at + before + 2 * sizeof run->item[row].id.at + 1;
        lf_run_item_line(&x->lines, &run->item[row], x->name[row]);
        ok = lf_run_index_add(run, row, x->name[row], x->err);
        if (x->lines.len >= 1 << 20) {
            at += x->lines.len;
            ok = ok && write_to(run->items_fd, &x->lines, x->err);
        }
    }
    return ok && write_to(run->items_fd, &x->lines, x->err) &&
           lf_run_index_seal(run, x->err);
}

// ---------------------------------------------------------------------------- all of
// it

// The JSON types of scalars that the dataset has; a new one's is what comes back.
static void type_scalars(struct adopting *x)
{
    struct lf_schema *s = &x->run->schema;
    for (size_t i = 0; i < s->fields; i++) {
        struct lf_field *f = &s->field[i];
        const struct fo_field *known;
        if (f->type != LF_FT_SCALAR)
            continue;
        f->scalar =
            fo_field_find(x->ds, f->name, &known) ? fo_field_scalar(known) : LF_V_NULL;
        if (f->attrs && f->scalar != LF_V_NULL)
            f->attr[0].type = f->scalar;
    }
}

// A project's labels have no field in their names: a class is one field's only.
static bool check_project(const struct adopting *x)
{
    const struct lf_schema *s = &x->run->schema;
    for (size_t i = 0; x->anno->project.len && i < s->fields; i++)
        for (size_t k = 0; k < s->field[i].classes; k++)
            if (!lf_slice_eq(s->field[i].class[k].name, s->field[i].class[k].alias))
                return lf_fail(x->err, LF_E_RECORDED,
                               "two of its fields share a class in one project");
    return true;
}

static bool read_record(struct adopting *x, const struct lf_format **format)
{
    struct lf_run *run = x->run;
    char tool[40];
    snprintf(tool, sizeof tool, "%.*s", (int)x->anno->tool.len, x->anno->tool.at);
    *format = lf_format_named(tool);
    if (!*format || !(*format)->adopt) {
        char text[50];
        return lf_fail(x->err, LF_E_RECORDED,
                       "its backend is \"%s\", whose archives are not read",
                       lf_escape(x->anno->tool, text, sizeof text));
    }
    if (!lf_schema_read(x->anno->schema, &run->schema, x->err)) {
        if (x->err->code == LF_E_SPEC)
            x->err->code = LF_E_RECORDED;
        return false;
    }
    if (!run->schema.fields)
        return lf_fail(x->err, LF_E_RECORDED, "its label schema has no field");
    return fo_anno_sent(x->anno, &run->schema, &run->arena, &run->sent, x->err) &&
           (*format)->adopt(&run->schema, &run->sent, x->anno->occluded_attr,
                            x->anno->group_attr, x->err) &&
           check_project(x);
}

static bool name_run(struct adopting *x, const struct lf_format *format)
{
    struct lf_run *run = x->run;
    struct lf_arena *a = &run->arena;
    run->tool = lf_slice_of(format->tool);
    run->format = lf_slice_of(format->name);
    run->rules = format->rules;
    run->id_attr = LF_S("label_id");
    run->tasks = 1;
    run->view = LF_S("{}");
    if (!lf_slice_is(x->anno->media_field, "filepath") &&
        !lf_arena_text(a, x->anno->media_field, &run->media_field, x->err))
        return false;
    run->task_name =
        lf_arena_take(a, run->schema.fields, sizeof *run->task_name, x->err);
    return run->task_name && lf_arena_text(a, x->anno->key, &run->key, x->err) &&
           lf_arena_printf(a, &run->uid, x->err, "fiftyone-%.*s", (int)x->anno->id.len,
                           x->anno->id.at) &&
           lf_arena_text(a, x->ds->name, &run->dataset, x->err) &&
           lf_arena_text(a, x->ds->id, &run->dataset_id, x->err);
}

static bool adopt(struct adopting *x)
{
    const struct lf_format *format;
    struct lf_run *run = x->run;
    if (!read_record(x, &format) || !name_run(x, format))
        return false;
    type_scalars(x);
    run->recorded = run->fresh = run->has_base = true;
    return (run->items_fd = lf_temp_file(x->err)) >= 0 &&
           (run->base_fd = lf_temp_file(x->err)) >= 0 && list_samples(x) &&
           read_samples(x) && make_items(x);
}

bool lf_adopt_run(struct fo_dataset *ds, const struct fo_source *source,
                  struct lf_slice key, const char *folder, struct lf_run *run,
                  bool *found, struct lf_error *err)
{
    struct fo_anno_run anno;
    struct adopting x = {.ds = ds, .source = source, .run = run, .err = err};
    if (!fo_anno_open(&anno, ds, key, found, err) || !*found)
        return err->code == LF_OK;
    *run = (struct lf_run){.items_fd = -1, .base_fd = -1};
    snprintf(run->folder, sizeof run->folder, "%s", folder);
    x.anno = &anno;
    bool ok = adopt(&x);
    if (!ok)
        lf_fail_in_file(err, "metadata.json");
    lf_free(x.path);
    lf_free(x.name);
    lf_free(x.sample);
    lf_buf_done(&x.lines);
    lf_arena_done(&x.paths);
    lf_arena_done(&x.a);
    fo_anno_done(&anno);
    return ok;
}

bool lf_adopt_sent(const struct fo_dataset *ds, struct lf_run *run,
                   struct lf_error *err)
{
    struct fo_anno_run anno;
    bool found;
    if (!fo_anno_open(&anno, ds, run->key, &found, err))
        return false;
    if (!found)
        return lf_fail(err, LF_E_RECORDED,
                       "metadata.json no longer has the run that FiftyOne recorded");
    bool ok = fo_anno_sent(&anno, &run->schema, &run->arena, &run->sent, err);
    fo_anno_done(&anno);
    return ok;
}
