// config.xml and tasks.json of a task: a JSON list with a task a line, cut into several
// files where one would be too large for the server. Each is whole.
#include <stdio.h>

#include "formats/base/alloc.h"
#include "formats/base/json.h"
#include "formats/base/out.h"
#include "formats/base/relpath.h"
#include "formats/labelstudio/ls_parts.h"
#include "formats/labelstudio/ls_result_out.h"

enum { FLUSH = 1 << 18, FILES = 999 };

// The server takes 250 MB at a time.
static const uint64_t most_bytes = UINT64_C(200) << 20;

struct lf_writer {
    const struct lf_run *run;
    struct lf_out_how how;
    struct lf_out *out;
    struct lf_buf buf, line; // to be written; the task at hand
    struct lf_arena a;       // of the task at hand
    uint64_t bytes;          // of the file so far, with what is in `buf`
    uint32_t items, files;   // of the file; begun
    char folder[4096];
};

static void free_writer(struct lf_writer **w)
{
    if (!*w)
        return;
    lf_out_free(&(*w)->out);
    lf_buf_done(&(*w)->buf);
    lf_buf_done(&(*w)->line);
    lf_arena_done(&(*w)->a);
    lf_free(*w);
    *w = NULL;
}

void ls_drop(struct lf_writer **w)
{
    free_writer(w);
}

// ---------------------------------------------------------------------------- files

static bool begin_file(struct lf_writer *w, struct lf_error *err)
{
    char path[4200], name[20] = "tasks.json";
    if (++w->files > FILES)
        return lf_fail(err, LF_E_LIMIT_COUNT,
                       "more than %d task files; allow larger ones", FILES);
    if (w->files > 1)
        snprintf(name, sizeof name, "tasks_%03lu.json", (unsigned long)w->files);
    w->items = 0;
    w->bytes = 2;
    lf_buf_text(&w->buf, "[\n");
    return lf_path_join(path, sizeof path, w->folder, name, err) &&
           (w->out = lf_out_new(path, err)) != NULL;
}

static bool flush(struct lf_writer *w, size_t least, struct lf_error *err)
{
    if (!lf_buf_ok(&w->buf, err))
        return false;
    if (w->buf.len < least || !w->buf.len)
        return true;
    bool ok = lf_out_write(w->out, lf_buf_view(&w->buf), err);
    lf_buf_clear(&w->buf);
    return ok;
}

static bool end_file(struct lf_writer *w, struct lf_error *err)
{
    lf_buf_text(&w->buf, w->items ? "\n]\n" : "]\n");
    bool ok = flush(w, 0, err) && lf_out_commit(w->out, false, err);
    lf_out_free(&w->out);
    return ok;
}

static bool write_config(const struct lf_writer *w, struct lf_error *err)
{
    char path[4200];
    struct lf_buf out = {0};
    ls_config(w->run, w->how.bitmask, &out);
    bool ok = lf_buf_ok(&out, err) &&
              lf_path_join(path, sizeof path, w->folder, "config.xml", err) &&
              lf_out_file(path, lf_buf_view(&out), err);
    lf_buf_done(&out);
    return ok;
}

struct lf_writer *ls_begin(const struct lf_run *run, const struct lf_out_task *task,
                           struct lf_error *err)
{
    struct lf_writer *w = lf_alloc(1, sizeof *w, err);
    if (!w)
        return NULL;
    w->run = run;
    w->how = task->how;
    if (!w->how.most_bytes || w->how.most_bytes > most_bytes)
        w->how.most_bytes = most_bytes;
    snprintf(w->folder, sizeof w->folder, "%s", task->folder);
    if (!write_config(w, err) || !begin_file(w, err))
        free_writer(&w);
    return w;
}

// ---------------------------------------------------------------------------- tasks

static void member(struct lf_buf *out, const char *before, struct lf_slice value)
{
    lf_buf_text(out, before);
    lf_json_quote(out, value, false);
}

// Who it is stands twice: `data` comes back in every form of an export, `meta` cannot
// be changed by a person.
static void put_head(struct lf_writer *w, const struct lf_item *item)
{
    struct lf_buf *line = &w->line;
    char hex[25];
    struct lf_slice id = {hex, item->id.known ? 24 : 0};
    lf_id_print(&item->id, hex);
    member(line, "{\"data\":{\"" LS_OBJECT "\":", item->url);
    member(line, ",\"fo_sample_id\":", id);
    member(line, ",\"fo_name\":", item->name);
    member(line, ",\"fo_run\":", w->run->uid);
    member(line, "},\"meta\":{\"fiftyone\":{\"sample_id\":", id);
    member(line, ",\"name\":", item->name);
    member(line, ",\"run\":", w->run->uid);
    member(line, ",\"key\":", w->run->key);
    lf_buf_text(line, "}},");
}

// A task without labels has neither a proposal nor finished work.
static bool put_labels(struct lf_writer *w, const struct lf_item *item,
                       struct lf_error *err)
{
    struct lf_buf *line = &w->line;
    lf_buf_text(line, w->how.annotations ? "\"annotations\":[" : "\"predictions\":[");
    const size_t empty = line->len;
    if (w->how.annotations)
        lf_buf_text(line, "{\"ground_truth\":false,\"result\":[");
    else
        member(line, "{\"model_version\":", w->run->key);
    lf_buf_text(line, w->how.annotations ? "" : ",\"result\":[");
    const size_t head = line->len;
    if (!ls_results(w->run, w->how, item, &w->a, line, err))
        return false;
    if (line->len == head)
        line->len = empty;
    else
        lf_buf_text(line, "]}");
    lf_buf_text(line, "]}");
    return lf_buf_ok(line, err);
}

static bool too_long(const struct lf_writer *w, struct lf_error *err)
{
    return lf_fail(err, LF_E_LIMIT_COUNT,
                   "its task takes %zu bytes, and a task file may have %llu; send "
                   "fewer fields or simplify its labels",
                   w->line.len, (unsigned long long)w->how.most_bytes);
}

bool ls_put(struct lf_writer *w, const struct lf_item *item, struct lf_error *err)
{
    const uint64_t most = w->how.most_bytes, ends = sizeof "[\n\n]\n" - 1;
    lf_buf_clear(&w->line);
    lf_arena_reset(&w->a);
    put_head(w, item);
    if (!put_labels(w, item, err))
        return false;
    if (w->line.len + ends > most)
        return too_long(w, err);
    if (w->items &&
        (w->bytes + w->line.len + 5 > most || // ",\n" before, "\n]\n" behind
         (w->how.most_items && w->items >= w->how.most_items)) &&
        (!end_file(w, err) || !begin_file(w, err)))
        return false;
    const size_t before = w->buf.len;
    lf_buf_text(&w->buf, w->items++ ? ",\n" : "");
    lf_buf_slice(&w->buf, lf_buf_view(&w->line));
    w->bytes += w->buf.len - before;
    return flush(w, FLUSH, err);
}

bool ls_end(struct lf_writer **w, struct lf_error *err)
{
    bool ok = end_file(*w, err);
    free_writer(w);
    return ok;
}
