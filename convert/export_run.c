#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "convert/alternate.h"
#include "convert/asking.h"
#include "convert/damage.h"
#include "convert/infer.h"
#include "convert/out_media.h"
#include "convert/rows.h"
#include "convert/spec.h"
#include "convert/sums.h"
#include "formats/base/alloc.h"
#include "formats/base/commit.h"
#include "formats/base/digest.h"
#include "formats/base/image_size.h"
#include "formats/base/json.h"
#include "formats/base/limits.h"
#include "formats/base/out.h"
#include "formats/base/relpath.h"
#include "formats/base/zip_out.h"
#include "formats/fiftyone/fo_dataset.h"
#include "formats/fiftyone/fo_registry.h"
#include "formats/label/faults.h"
#include "formats/label/recover.h"

struct exporting {
    const struct lf_export_job *job;
    struct fo_dataset ds;
    struct fo_source source;
    struct lf_files files; // the dataset's
    struct lf_run run;
    struct lf_rows rows;
    struct lf_media_roots media;
    struct lf_events *ev;
    struct lf_export_result *result;
    char out_temp[4200], run_temp[4200], run_path[4200]; // temps: empty when not begun
    char runs_made[4200];     // the folder of runs, if this export made it
    uint64_t *shipped;        // by field
    struct lf_out_task *task; // of all tasks, for the sheet
    size_t tasks;
    struct lf_damage damage;
    struct lf_id last_left; // the last sample that is no image and was left out
    struct lf_arena a;      // of the sample
    struct lf_buf line;     // of base
    int lock;
    struct lf_error *err;
};

// ---------------------------------------------------------------------------- pass 1

static bool no_alternate(struct exporting *x, struct lf_slice path)
{
    char safe[100];
    return lf_fail(x->err, LF_E_ALTERNATE, "there is no file \"%s\"",
                   lf_escape(path, safe, sizeof safe));
}

// Metadata are about the original.
static bool image_size(struct exporting *x, const struct fo_head *head,
                       struct lf_slice path, uint32_t *width, uint32_t *height)
{
    char relpath[4096];
    int folder;
    bool found, turned;
    *width = x->job->media_field ? 0 : head->width;
    *height = x->job->media_field ? 0 : head->height;
    if (*width && *height)
        return true;
    if (!lf_media_find(&x->media, path, &folder, relpath, &found, x->err))
        return false;
    if (!found && x->job->media_field)
        return no_alternate(x, path);
    if (!found)
        return lf_fail(
            x->err, LF_E_NO_SIZE,
            "neither metadata nor media tell the image's size; run compute_metadata() "
            "or give --media-root");
    struct lf_in *in = lf_in_below(folder, relpath, x->job->follow_links, x->err);
    bool ok = in && lf_image_size(in, width, height, &turned, x->err);
    lf_in_free(&in);
    if (ok && turned)
        return lf_fail(x->err, LF_E_TURNED, "the image's EXIF orientation turns it");
    return ok;
}

static bool is_image(const struct exporting *x, const struct fo_head *head)
{
    struct lf_slice type = head->media_type.len ? head->media_type : x->ds.media_type;
    return !type.len || lf_slice_is(type, "image") || lf_slice_is(type, "group");
}

// One line of base, and its place in items.tsv's terms.
static bool write_base(struct exporting *x, const struct lf_slice *value,
                       struct lf_slice files, struct lf_row *row, struct lf_out *base)
{
    struct lf_buf *line = &x->line;
    lf_buf_clear(line);
    bool ok = lf_base_digest(&x->run.schema, value, files, row->item.digest, x->err) &&
              lf_base_doc(&x->run.schema, &row->item.id, value, files, line, x->err);
    row->item.base_at = base ? lf_out_size(base) : 0;
    row->item.base_len = (uint32_t)line->len;
    lf_buf_char(line, '\n');
    return ok && lf_buf_ok(line, x->err) &&
           (!base || lf_out_write(base, lf_buf_view(line), x->err));
}

// A slice of a group that is no image stays out of the run; a dataset that is not of
// groups was meant for another tool.
static bool leave_sample(struct exporting *x, const struct fo_head *head)
{
    char id[25], type[40];
    struct lf_slice media = head->media_type.len ? head->media_type : x->ds.media_type;
    lf_id_print(&head->id, id);
    struct lf_event e = {
        .code = LF_N_SLICE_LEFT, .sample = lf_slice_of(id), .was = media};
    x->last_left = head->id;
    return lf_slice_is(x->ds.media_type, "group")
               ? lf_events_add(x->ev, &e, x->err)
               : lf_fail(x->err, LF_E_MEDIA_KIND, "its media type is \"%s\"",
                         lf_escape(media, type, sizeof type));
}

// Of a dataset without any image nothing could be annotated.
static bool some_image(const struct exporting *x)
{
    char id[25];
    if (x->rows.count || x->damage.count || !x->last_left.known)
        return true;
    lf_id_print(&x->last_left, id);
    lf_fail(x->err, LF_E_MEDIA_KIND, "none of the samples is an image");
    return lf_fail_in_sample(x->err, lf_slice_of(id));
}

static bool see_sample(struct exporting *x, const struct fo_doc *doc,
                       struct lf_infer *infer, struct lf_out *base)
{
    struct fo_head head;
    struct lf_row row = {.place = fo_place(doc)};
    struct lf_slice files;
    struct lf_slice *value =
        lf_arena_take(&x->a, x->run.schema.fields, sizeof *value, x->err);
    if (!value || !fo_head(doc->raw, &x->a, &head, x->err))
        return false;
    fo_values(&x->run.schema, doc->raw, value);
    if (!is_image(x, &head))
        return leave_sample(x, &head);
    row.item.id = head.id;
    row.path = head.filepath;
    if (x->job->media_field &&
        !lf_alternate_path(&x->media, doc->raw, x->job->media_field, head.filepath,
                           &x->a, &row.path, x->err))
        return false;
    row.item.task =
        x->job->task_size ? (uint32_t)(x->rows.count / x->job->task_size) : 0;
    return image_size(x, &head, row.path, &row.item.width, &row.item.height) &&
           lf_infer_sample(infer, doc->raw, value, &x->a, x->err) &&
           fo_mask_files(&x->source, doc->raw, &x->a, &files, x->err) &&
           write_base(x, value, files, &row, base) &&
           lf_rows_add(&x->rows, &row, x->err);
}

static bool see_all(struct exporting *x, struct lf_infer *infer, struct lf_out *base)
{
    struct fo_doc doc;
    bool ok, more = false;
    if (!fo_rewind(&x->ds, x->err))
        return false;
    while ((ok = fo_next(&x->ds, &doc, &more, x->err)) && more) {
        ok = see_sample(x, &doc, infer, base);
        if (!ok) {
            struct fo_head head;
            struct lf_error none = {0};
            char id[25] = "";
            if (fo_head(doc.raw, &x->a, &head, &none) || head.id.known)
                lf_id_print(&head.id, id);
            lf_fail_in_sample(x->err, lf_slice_of(id));
            fo_fail_in(&x->ds, &doc, x->err);
            if (!(ok = lf_damage_take(&x->damage, head.filepath, x->err)))
                break;
        }
        lf_arena_reset(&x->a);
    }
    return ok && some_image(x);
}

static bool check_ids(const struct exporting *x);

static bool fail_in_row(struct exporting *x, const struct lf_row *row)
{
    char id[25];
    lf_id_print(&row->item.id, id);
    return lf_fail_in_sample(x->err, lf_slice_of(id));
}

static bool parse_row(struct exporting *x, const struct lf_row *row,
                      struct lf_sample *s)
{
    struct lf_slice raw;
    s->id = row->item.id;
    s->row = (uint32_t)(row - x->rows.row);
    s->width = row->item.width;
    s->height = row->item.height;
    if (!fo_read_at(&x->ds, &row->place, &x->a, &raw, x->err))
        return false;
    if (fo_parse(&x->source, raw, &x->a, s, x->err))
        return true;
    if (!x->err->file[0]) // a mask on disk has said its own
        lf_fail_at_offset(x->err, row->place.at);
    return lf_fail_in_file(x->err, fo_file_name(&x->ds, row->place.file));
}

static bool find_media(struct exporting *x, const struct lf_row *row, int *folder,
                       char relpath[4096])
{
    bool found;
    if (!lf_media_find(&x->media, row->path, folder, relpath, &found, x->err))
        return false;
    if (!found && x->job->media_field)
        return no_alternate(x, row->path);
    return found ||
           lf_fail(x->err, LF_E_NO_MEDIA,
                   "there is no file \"%.*s\"; --media none ships labels "
                   "only",
                   (int)(row->path.len < 100 ? row->path.len : 100), row->path.at);
}

static bool can_open(struct exporting *x, const struct lf_row *row)
{
    char relpath[4096];
    int folder;
    if (!find_media(x, row, &folder, relpath))
        return false;
    struct lf_in *in = lf_in_below(folder, relpath, x->job->follow_links, x->err);
    bool ok = in != NULL;
    lf_in_free(&in);
    return ok;
}

// What failed is wrong with this sample alone, and the export goes on without it.
static bool damaged_row(struct exporting *x, struct lf_row *row)
{
    fail_in_row(x, row);
    row->damaged = lf_damage_take(&x->damage, row->path, x->err);
    return row->damaged;
}

static void drop_damaged(struct exporting *x)
{
    size_t n = 0;
    for (size_t i = 0; i < x->rows.count; i++)
        if (!x->rows.row[i].damaged)
            x->rows.row[n++] = x->rows.row[i];
    x->rows.count = n;
    for (size_t i = 0; x->job->task_size && i < n; i++)
        x->rows.row[i].item.task = (uint32_t)(i / x->job->task_size);
}

// Whoever leaves damaged samples out must know them before the first is written;
// whoever stops at one that pass 1 found is told of all others too. Else what is wrong
// shows when it is shipped.
static bool check_samples(struct exporting *x)
{
    if (!x->job->skip_damaged && !x->damage.count)
        return true;
    for (size_t i = 0; i < x->rows.count; i++) {
        struct lf_row *row = &x->rows.row[i];
        struct lf_sample s = {0};
        if ((!parse_row(x, row, &s) ||
             (x->job->media != LF_SEND_NONE && !can_open(x, row))) &&
            !damaged_row(x, row))
            return false;
        lf_arena_reset(&x->a);
    }
    drop_damaged(x);
    x->result->left_out = x->damage.count;
    return lf_damage_stop(&x->damage, x->err) &&
           (x->rows.count || !x->damage.count ||
            lf_faults_end(&x->damage.first, x->damage.count, "sample", x->err));
}

static bool first_pass(struct exporting *x)
{
    char path[4300];
    struct lf_out *base = NULL;
    struct lf_infer *infer = lf_infer_new(x->job, &x->run.schema, &x->ds, x->err);
    bool ok = infer != NULL;
    if (ok && !x->job->dry_run)
        ok = lf_path_join(path, sizeof path, x->run_temp, "base.jsonl", x->err) &&
             (base = lf_out_new(path, x->err)) != NULL;
    ok = ok && see_all(x, infer, base) &&
         (!base || lf_out_commit(base, false, x->err)) && lf_infer_end(infer, x->err);
    lf_out_free(&base);
    lf_infer_free(&infer);
    // Without those samples the options may not fit: what is wrong is the samples.
    if (!ok && x->damage.count && lf_code_exit(x->err->code) == 2 &&
        (!x->job->skip_damaged || !x->rows.count))
        return lf_faults_end(&x->damage.first, x->damage.count, "sample", x->err);
    return ok && lf_schema_index(&x->run.schema, x->err) &&
           x->job->format->lint(&x->run.schema, x->run.id_attr, x->ev, x->err) &&
           lf_schema_index(&x->run.schema, x->err) && check_samples(x) &&
           lf_rows_name(&x->rows, x->err) && check_ids(x);
}

static int by_id(const void *a, const void *b)
{
    return memcmp(((const struct lf_id *)a)->at, ((const struct lf_id *)b)->at, 12);
}

static bool check_ids(const struct exporting *x)
{
    size_t count = x->rows.count;
    struct lf_id *id = lf_alloc(count, sizeof *id, x->err);
    bool ok = id != NULL;
    for (size_t i = 0; ok && i < count; i++)
        id[i] = x->rows.row[i].item.id;
    if (ok && count)
        qsort(id, count, sizeof *id, by_id);
    for (size_t i = 1; ok && i < count; i++)
        if (!memcmp(id[i - 1].at, id[i].at, 12)) {
            char hex[25];
            lf_id_print(&id[i], hex);
            ok = lf_fail(x->err, LF_E_SAMPLE_TWICE, "two samples have one id");
            lf_fail_in_sample(x->err, lf_slice_of(hex));
            lf_fail_in_file(x->err, x->ds.dirs ? "samples" : "samples.json");
        }
    lf_free(id);
    return ok;
}

// ---------------------------------------------------------------------------- the
// record

static bool make_uid(struct exporting *x)
{
    unsigned char whole[LF_DIGEST_BYTES];
    struct lf_buf text = {0};
    struct lf_digest *d = lf_digest_new(x->err);
    lf_schema_write(&x->run.schema, &text);
    bool ok = d && lf_buf_ok(&text, x->err) && lf_digest_add(d, x->run.key, x->err) &&
              lf_digest_add(d, x->run.format, x->err) &&
              lf_digest_add(d, x->run.dataset_id, x->err) &&
              lf_digest_add(d, x->run.media_field, x->err) &&
              lf_digest_add(d, lf_buf_view(&text), x->err);
    for (size_t i = 0; ok && i < x->rows.count; i++) {
        const struct lf_run_item *item = &x->rows.row[i].item;
        ok = lf_digest_add(d, (struct lf_slice){(const char *)item->id.at, 12},
                           x->err) &&
             lf_digest_add(
                 d, (struct lf_slice){(const char *)item->digest, LF_BASE_DIGEST},
                 x->err);
    }
    char hex[LF_DIGEST_HEX];
    ok = ok && lf_digest_take(d, whole, x->err);
    if (ok) {
        lf_hex(whole, 16, hex);
        ok = lf_arena_text(&x->run.arena, lf_slice_of(hex), &x->run.uid, x->err);
    }
    lf_digest_free(&d);
    lf_buf_done(&text);
    return ok;
}

// `field` empty: all of them.
static bool task_stem(struct exporting *x, struct lf_slice field, struct lf_slice *stem)
{
    const char *name = x->job->task_name;
    if (name && x->run.schema.fields == 1)
        field.len = 0;
    const char *line = field.len ? "_" : "";
    return name ? lf_arena_printf(&x->run.arena, stem, x->err, "%s%s%.*s", name, line,
                                  (int)field.len, field.at)
                : lf_arena_printf(&x->run.arena, stem, x->err, "FiftyOne_%.*s%s%.*s",
                                  (int)x->run.dataset.len, x->run.dataset.at, line,
                                  (int)field.len, field.at);
}

// W08: FiftyOne_<dataset>_<field>, and a number where there are several.
static bool name_tasks(struct exporting *x)
{
    size_t n = lf_run_tasks(&x->run);
    x->run.task_name =
        lf_arena_take(&x->run.arena, n, sizeof *x->run.task_name, x->err);
    if (!x->run.task_name)
        return false;
    for (size_t i = 0; i < n; i++) {
        struct lf_slice base, field = {0};
        if (!x->run.joint)
            field = x->run.schema.field[i / x->run.tasks].name;
        bool ok = task_stem(x, field, &base);
        if (ok && x->run.tasks > 1)
            ok = lf_arena_printf(&x->run.arena, &x->run.task_name[i], x->err,
                                 "%.*s_%03lu", (int)base.len, base.at,
                                 (unsigned long)(i % x->run.tasks + 1));
        else
            x->run.task_name[i] = base;
        if (!ok)
            return false;
    }
    return true;
}

static bool fill_run(struct exporting *x)
{
    x->run.items = (uint32_t)x->rows.count;
    x->run.tasks = x->rows.count ? x->rows.row[x->rows.count - 1].item.task + 1 : 1;
    if (x->run.tasks > 999)
        return lf_fail(x->err, LF_E_LIMIT_COUNT,
                       "more than 999 tasks; give a larger --task-size");
    return name_tasks(x) && make_uid(x);
}

static bool write_items(const struct exporting *x, const char *folder)
{
    char path[4300];
    struct lf_buf buf = {0};
    struct lf_out *out = NULL;
    bool ok = lf_path_join(path, sizeof path, folder, "items.tsv", x->err) &&
              (out = lf_out_new(path, x->err)) != NULL;
    for (size_t i = 0; ok && i < x->rows.count; i++) {
        lf_run_item_line(&buf, &x->rows.row[i].item, x->rows.row[i].name);
        if (buf.len > 1 << 16 || i + 1 == x->rows.count) {
            ok =
                lf_buf_ok(&buf, x->err) && lf_out_write(out, lf_buf_view(&buf), x->err);
            lf_buf_clear(&buf);
        }
    }
    ok = ok && lf_out_commit(out, false, x->err);
    lf_out_free(&out);
    lf_buf_done(&buf);
    return ok;
}

static bool write_record(const struct exporting *x, const char *folder)
{
    char path[4300];
    struct lf_buf buf = {0};
    lf_run_json(&x->run, &buf);
    bool ok = lf_buf_ok(&buf, x->err) && write_items(x, folder) &&
              lf_path_join(path, sizeof path, folder, "run.json", x->err) &&
              lf_out_file(path, lf_buf_view(&buf), x->err);
    lf_buf_done(&buf);
    return ok;
}

// ---------------------------------------------------------------------------- tasks

static int by_name(const void *a, const void *b)
{
    const struct lf_row *const *x = a, *const *y = b;
    return lf_slice_cmp((*x)->name, (*y)->name);
}

// The samples of a chunk in the byte order of their names, which is the order CVAT
// gives frames.
static struct lf_row **rows_of(struct exporting *x, uint32_t chunk, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < x->rows.count; i++)
        *count += x->rows.row[i].item.task == chunk;
    struct lf_row **row = lf_alloc(*count, sizeof *row, x->err);
    size_t n = 0;
    for (size_t i = 0; row && i < x->rows.count; i++)
        if (x->rows.row[i].item.task == chunk)
            row[n++] = &x->rows.row[i];
    if (row && n)
        qsort(row, n, sizeof *row, by_name);
    return row;
}

static void only_field(struct lf_sample *s, uint16_t field)
{
    size_t n = 0;
    for (size_t i = 0; i < s->labels; i++)
        if (s->label[i].field == field)
            s->label[n++] = s->label[i];
    s->labels = n;
}

// Where the tool finds the picture.
static bool give_url(struct exporting *x, const struct lf_row *row,
                     struct lf_item *item)
{
    const char *pattern = x->job->media_url ? x->job->media_url : x->job->format->urls;
    struct lf_buf url = {0};
    char relpath[4096];
    int folder;
    bool ok = true;
    if (!pattern || (x->job->dry_run && x->job->media != LF_SEND_EMBED))
        return true;
    if (x->job->media == LF_SEND_EMBED) {
        struct lf_in *in = NULL;
        ok =
            find_media(x, row, &folder, relpath) &&
            (in = lf_in_below(folder, relpath, x->job->follow_links, x->err)) != NULL &&
            lf_url_embed(in, row->name, &url, x->err);
        lf_in_free(&in);
    } else {
        lf_url_make(pattern, x->run.key, row->name, &url);
    }
    ok = ok && lf_buf_ok(&url, x->err) &&
         lf_arena_text(&x->a, lf_buf_view(&url), &item->url, x->err);
    lf_buf_done(&url);
    return ok;
}

static bool put_sample(struct exporting *x, struct lf_writer *w, struct lf_row *row,
                       uint16_t field, int64_t number)
{
    struct lf_item item = {.name = row->name, .number = number};
    struct lf_sample *s = &item.sample;
    item.id = row->item.id;
    if (row->damaged)
        return true; // it stops the export, but not before all of them are told
    bool ok = parse_row(x, row, s) && give_url(x, row, &item);
    if (!ok && damaged_row(x, row)) {
        lf_arena_reset(&x->a);
        return true;
    }
    if (ok) {
        if (!x->run.joint)
            only_field(s, field);
        ok = x->job->format->ship(&x->run, s, &x->a, x->ev, x->err);
    }
    for (size_t i = 0; ok && i < s->labels; i++) {
        x->shipped[s->label[i].field] += s->label[i].shipped;
        x->result->home += !s->label[i].shipped;
    }
    ok = ok && (!w || x->job->format->put(w, &item, x->err));
    if (!ok)
        fail_in_row(x, row);
    lf_arena_reset(&x->a);
    return ok;
}

// A folder's name out of a task's: what a file system on the way might change is
// replaced.
static bool folder_name(struct exporting *x, struct lf_slice task,
                        struct lf_slice *name)
{
    char *text = lf_arena_take(&x->run.arena, task.len + 1, 1, x->err);
    if (!text)
        return false;
    for (size_t i = 0; i < task.len; i++) {
        char c = task.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     (c >= '0' && c <= '9') || c == '_' || c == '-' || (c == '.' && i);
        text[i] = plain ? c : '_';
    }
    *name = (struct lf_slice){text, task.len < 100 ? task.len : 100};
    text[name->len] = '\0';
    return true;
}

static bool write_task(struct exporting *x, uint16_t field, uint32_t chunk,
                       const char *media)
{
    char folder[4400];
    size_t count = 0;
    struct lf_slice name;
    struct lf_out_task task = {.name =
                                   x->run.task_name[lf_run_task(&x->run, field, chunk)],
                               .field = field,
                               .media = media,
                               .how = x->job->how};
    struct lf_writer *w = NULL;
    struct lf_row **row = rows_of(x, chunk, &count);
    bool ok = row && folder_name(x, task.name, &name);
    task.items = (uint32_t)count;
    if (ok && !x->job->dry_run) {
        ok = lf_path_join(folder, sizeof folder, x->out_temp, name.at, x->err) &&
             lf_mkdirs(folder, x->err);
        task.folder = folder;
        ok = ok && (w = x->job->format->begin(&x->run, &task, x->err)) != NULL;
    }
    for (size_t i = 0; ok && i < count; i++)
        ok = put_sample(x, w, row[i], field, (int64_t)i);
    ok = ok && (!w || x->job->format->end(&w, x->err));
    if (w)
        x->job->format->drop(&w);
    lf_free(row);
    task.folder = ok ? name.at : NULL; // as the sheet names it
    x->task[x->tasks++] = task;
    return ok;
}

static bool add_media(struct exporting *x, struct lf_zip_out *zip, struct lf_row *row)
{
    char relpath[4096], name[LF_NAME_BYTES + 1];
    int folder;
    snprintf(name, sizeof name, "%.*s", (int)row->name.len, row->name.at);
    if (row->damaged)
        return true;
    if (!find_media(x, row, &folder, relpath))
        return damaged_row(x, row);
    return lf_zip_out_file(zip, name, folder, relpath, x->job->follow_links, x->err) ||
           fail_in_row(x, row);
}

// "media/RUN/NAME", so that what lies in media/ may be served from there.
static bool copy_media(struct exporting *x, uint32_t chunk)
{
    char path[4400 + LF_NAME_BYTES], relpath[4096];
    bool ok = true;
    for (size_t i = 0; ok && i < x->rows.count; i++) {
        struct lf_row *row = &x->rows.row[i];
        int folder;
        if (row->item.task != chunk || row->damaged)
            continue;
        if (!find_media(x, row, &folder, relpath)) {
            ok = damaged_row(x, row);
            continue;
        }
        ok = (lf_path_printf(path, sizeof path, x->err, "%s/media/%s/%.*s", x->out_temp,
                             x->result->run, (int)row->name.len, row->name.at) &&
              lf_media_put(folder, relpath, x->job->follow_links,
                           x->job->media == LF_SEND_LINK, path, x->err)) ||
             fail_in_row(x, row);
    }
    return ok;
}

static bool write_media(struct exporting *x, uint32_t chunk, const char *name)
{
    char path[4400];
    if (x->job->format->urls)
        return copy_media(x, chunk);
    struct lf_zip_out *zip = NULL;
    bool ok = lf_path_join(path, sizeof path, x->out_temp, name, x->err) &&
              (zip = lf_zip_out_new(path, x->err)) != NULL;
    for (size_t i = 0; ok && i < x->rows.count; i++)
        if (x->rows.row[i].item.task == chunk)
            ok = add_media(x, zip, &x->rows.row[i]);
    ok = ok && lf_zip_out_close(zip, x->err);
    lf_zip_out_free(&zip);
    return ok;
}

static bool media_name(struct exporting *x, uint32_t chunk, const char **name)
{
    struct lf_slice text;
    *name = NULL;
    if (x->job->media >= LF_SEND_EMBED || !x->rows.count)
        return true;
    if (x->job->format->urls)
        return lf_arena_printf(&x->run.arena, &text, x->err, "media/%s",
                               x->result->run) &&
               (*name = text.at) != NULL;
    bool ok = x->run.tasks > 1
                  ? lf_arena_printf(&x->run.arena, &text, x->err, "media_%03lu.zip",
                                    (unsigned long)chunk + 1)
                  : lf_arena_printf(&x->run.arena, &text, x->err, "media.zip");
    if (ok)
        *name = text.at;
    return ok;
}

static bool write_tasks(struct exporting *x)
{
    const uint16_t files = x->run.joint ? 1 : (uint16_t)x->run.schema.fields;
    x->task = lf_alloc(lf_run_tasks(&x->run), sizeof *x->task, x->err);
    x->shipped = lf_alloc(x->run.schema.fields, sizeof *x->shipped, x->err);
    bool ok = x->task && x->shipped;
    for (uint32_t chunk = 0; ok && chunk < x->run.tasks; chunk++) {
        const char *media;
        ok = media_name(x, chunk, &media);
        for (uint16_t field = 0; ok && field < files; field++)
            ok = write_task(x, field, chunk, media);
        ok = ok && (!media || x->job->dry_run || write_media(x, chunk, media));
    }
    return ok && lf_damage_stop(&x->damage, x->err);
}

static bool write_sheet(struct exporting *x)
{
    char path[4400];
    struct lf_buf text = {0};
    bool ok = x->job->format->sheet(&x->run, x->task, x->tasks, &text, x->err) &&
              lf_path_join(path, sizeof path, x->out_temp, "SHEET.txt", x->err) &&
              lf_out_file(path, lf_buf_view(&text), x->err);
    lf_buf_done(&text);
    return ok;
}

// ---------------------------------------------------------------------------- all of
// it

// A run that FiftyOne recorded itself has its name for good; one of ours that was
// registered may be exported again.
static bool name_is_free(struct exporting *x)
{
    struct fo_registered *list;
    size_t count;
    if (!fo_registered(x->ds.metadata, &x->run.arena, &list, &count, x->err))
        return false;
    const struct fo_registered *r =
        fo_registered_find(list, count, lf_slice_of(x->result->run));
    return !r || r->uid.len ||
           lf_fail(x->err, LF_E_RUN_EXISTS, "FiftyOne recorded a run \"%s\" here",
                   x->result->run);
}

static bool settle_names(struct exporting *x)
{
    const struct lf_export_job *job = x->job;
    struct lf_slice field = x->run.schema.field[0].name;
    int n = job->run ? snprintf(x->result->run, sizeof x->result->run, "%s", job->run)
                     : snprintf(x->result->run, sizeof x->result->run, "%s_%.*s",
                                job->format->tool, (int)field.len, field.at);
    if (n < 0 || (size_t)n >= sizeof x->result->run ||
        !lf_run_key_ok(lf_slice_of(x->result->run))) {
        char safe[160];
        return lf_fail(x->err, LF_E_RUN_NAME, "\"%s\" cannot be a run's name",
                       lf_escape(lf_slice_of(x->result->run), safe, sizeof safe));
    }
    if (!name_is_free(x))
        return false;
    if (!lf_relpath_check(lf_slice_of(job->id_attr), LF_E_OPTION, x->err))
        return false;
    x->run.key = lf_slice_of(x->result->run);
    x->run.tool = lf_slice_of(job->format->tool);
    x->run.format = lf_slice_of(job->format->name);
    x->run.rules = job->format->rules;
    x->run.joint = job->format->joint;
    x->run.dataset = x->ds.name;
    x->run.dataset_id = x->ds.id;
    x->run.id_attr = lf_slice_of(job->id_attr);
    x->run.media_field =
        job->media_field ? lf_slice_of(job->media_field) : (struct lf_slice){0};
    return true;
}

static bool begin_output(struct exporting *x)
{
    char runs[4200];
    struct stat st;
    if (x->job->out && lf_path_inside(x->job->out, x->job->dataset)) {
        lf_fail(x->err, LF_E_TARGET, "the output lies inside the dataset");
        return lf_fail_in_file(x->err, x->job->out);
    }
    if (x->job->runs_dir)
        snprintf(runs, sizeof runs, "%s", x->job->runs_dir);
    else if (!lf_path_join(runs, sizeof runs, x->job->dataset, "annotations", x->err))
        return false;
    if (!lf_path_join(x->run_path, sizeof x->run_path, runs, x->result->run, x->err))
        return false;
    if (x->job->dry_run)
        return true;
    if (lstat(runs, &st) != 0) {
        if (!lf_mkdirs(runs, x->err)) {
            if (x->err->code == LF_E_IO && !x->job->runs_dir)
                lf_fail_in_file(x->err, runs);
            return false;
        }
        snprintf(x->runs_made, sizeof x->runs_made, "%s", runs);
    }
    return lf_outdir_begin(x->run_path, x->run_temp, sizeof x->run_temp, x->err) &&
           lf_outdir_begin(x->job->out, x->out_temp, sizeof x->out_temp, x->err);
}

// The run first: an archive whose run is not recorded could not be merged.
static bool finish(struct exporting *x)
{
    char copy[4400];
    if (x->job->dry_run)
        return true;
    if (!write_record(x, x->run_temp) || !write_sheet(x) ||
        !lf_path_join(copy, sizeof copy, x->out_temp, "run", x->err) ||
        !lf_mkdirs(copy, x->err) || !write_record(x, copy) ||
        !lf_sums(x->out_temp, x->err) ||
        !lf_outdir_may_end(x->out_temp, x->job->out, "SHA256SUMS", x->job->replace,
                           x->err))
        return false;
    if (!lf_outdir_end(x->run_temp, x->run_path, "run.json", x->job->replace, x->err)) {
        if (x->err->code == LF_E_EXISTS)
            x->err->code = LF_E_RUN_EXISTS;
        return false;
    }
    x->run_temp[0] = '\0';
    if (!lf_outdir_end(x->out_temp, x->job->out, "SHA256SUMS", x->job->replace, x->err))
        return false;
    x->out_temp[0] = '\0';
    return true;
}

static void fill_result(struct exporting *x)
{
    struct lf_buf *out = &x->result->fields;
    x->result->samples = x->rows.count;
    x->result->tasks = x->tasks;
    snprintf(x->result->uid, sizeof x->result->uid, "%.*s", (int)x->run.uid.len,
             x->run.uid.at);
    lf_buf_char(out, '{');
    for (size_t i = 0; x->shipped && i < x->run.schema.fields; i++) {
        lf_buf_text(out, i ? ", " : "");
        lf_json_quote(out, x->run.schema.field[i].name, true);
        lf_buf_printf(out, ": %llu", (unsigned long long)x->shipped[i]);
        x->result->shipped += x->shipped[i];
    }
    lf_buf_char(out, '}');
}

static bool list_left(struct exporting *x)
{
    for (size_t i = 0; i < x->ds.fields; i++) {
        uint16_t row;
        struct lf_event e = {.code = LF_N_FIELD_LEFT,
                             .field = x->ds.field[i].name,
                             .was = x->ds.field[i].cls};
        if (!x->ds.field[i].cls.len || lf_field_find(&x->run.schema, e.field, &row))
            continue;
        lf_buf_text(&x->result->left, x->result->left.len ? ", " : "");
        lf_buf_slice(&x->result->left, e.field);
        if (!lf_events_add(x->ev, &e, x->err))
            return false;
    }
    return true;
}

bool lf_export(const struct lf_export_job *job, struct lf_events *ev,
               struct lf_export_result *result, struct lf_error *err)
{
    struct exporting x = {.job = job,
                          .ev = ev,
                          .result = result,
                          .err = err,
                          .lock = -1,
                          .ds = {.folder_fd = -1, .again_fd = -1},
                          .media.root_fd = -1,
                          .run.items_fd = -1,
                          .run.base_fd = -1};
    unsigned recovered;
    x.source.schema = &x.run.schema;
    x.damage = (struct lf_damage){.skip = job->skip_damaged, .ev = ev};
    x.files = fo_files(&x.ds);
    x.source.files = &x.files;
    *result = (struct lf_export_result){0};
    bool lock = !job->dry_run && !job->runs_dir; // the record goes into the dataset
    bool ok = (!lock || lf_lock_folder(job->dataset, &x.lock, err)) &&
              (job->dry_run || lf_recover(job->dataset, lock, &recovered, err)) &&
              (job->dry_run || !job->runs_dir ||
               lf_recover_runs(job->runs_dir, false, &recovered, err)) &&
              fo_open(&x.ds, job->dataset, err) &&
              (x.source.pixels = lf_pixel_tool_new(err)) != NULL &&
              lf_media_open(&x.media, &x.ds, job->media_root, job->follow_links, err) &&
              (!job->media_field || lf_alternate_field(&x.ds, job->media_field, err)) &&
              lf_spec(job, &x.ds, &x.run.schema, ev, err) && settle_names(&x) &&
              lf_asking(job, &x.run, ev, err) && begin_output(&x) && first_pass(&x) &&
              fill_run(&x) && list_left(&x) && write_tasks(&x) && finish(&x);
    if (ok)
        fill_result(&x);
    if (x.run_temp[0])
        lf_outdir_drop(x.run_temp);
    if (x.out_temp[0])
        lf_outdir_drop(x.out_temp);
    if (!ok && x.runs_made[0])
        rmdir(x.runs_made); // of a refused export nothing stays
    lf_free(x.shipped);
    lf_free(x.task);
    lf_pixel_tool_free(&x.source.pixels);
    lf_media_close(&x.media);
    lf_rows_done(&x.rows);
    lf_run_done(&x.run);
    fo_done(&x.ds);
    lf_arena_done(&x.a);
    lf_buf_done(&x.line);
    if (x.lock >= 0)
        lf_unlock(&x.lock);
    return ok;
}

void lf_export_result_done(struct lf_export_result *r)
{
    lf_buf_done(&r->fields);
    lf_buf_done(&r->left);
}
