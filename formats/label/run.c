#include "formats/label/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/alloc.h"
#include "formats/base/digest.h"
#include "formats/base/json.h"
#include "formats/base/limits.h"
#include "formats/base/number.h"
#include "formats/base/relpath.h"
#include "formats/label/run_index.h"
#include "formats/label/value.h"

bool lf_run_key_ok(struct lf_slice key)
{
    for (size_t i = 0; i < key.len; i++) {
        char c = key.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(i > 0 && c >= '0' && c <= '9'))
            return false;
    }
    return key.len > 0 && key.len <= 128;
}

size_t lf_run_tasks(const struct lf_run *run)
{
    return run->joint ? run->tasks : run->tasks * lf_schema_own(&run->schema);
}

size_t lf_run_task(const struct lf_run *run, size_t field, uint32_t chunk)
{
    return run->joint ? chunk : field * run->tasks + chunk;
}

// ---------------------------------------------------------------------------- run.json

static void put(struct lf_buf *out, const char *key, struct lf_slice value)
{
    lf_buf_printf(out, ",\n \"%s\": ", key);
    lf_json_quote(out, value, true);
}

// JSON of a merge that older records do not have.
static void put_raw(struct lf_buf *out, const char *key, struct lf_slice value)
{
    if (!value.len)
        return;
    lf_buf_printf(out, ",\n   \"%s\": ", key);
    lf_buf_slice(out, value);
}

static void put_more(struct lf_buf *out, const char *key, struct lf_slice value)
{
    if (!value.len)
        return;
    lf_buf_printf(out, ", \"%s\": ", key);
    lf_json_quote(out, value, true);
}

void lf_run_json(const struct lf_run *run, struct lf_buf *out)
{
    lf_buf_printf(out, "{\"labelferry\": %d", LF_RUN_FORMAT);
    put(out, "key", run->key);
    put(out, "uid", run->uid);
    put(out, "tool", run->tool);
    put(out, "format", run->format);
    lf_buf_printf(out, ",\n \"rules\": %u", run->rules);
    put(out, "dataset", run->dataset);
    put(out, "dataset_id", run->dataset_id);
    put(out, "id_attr", run->id_attr);
    lf_buf_printf(out, ",\n \"items\": %lu,\n \"tasks\": %lu,\n \"task_names\": [",
                  (unsigned long)run->items, (unsigned long)run->tasks);
    for (size_t i = 0; i < lf_run_tasks(run); i++) {
        lf_buf_text(out, i ? ", " : "");
        lf_json_quote(out, run->task_name[i], true);
    }
    lf_buf_text(out, "],\n");
    lf_buf_text(out, run->joint ? " \"joint\": true,\n" : "");
    lf_buf_text(out, run->recorded ? " \"recorded\": true,\n" : "");
    if (run->media_field.len) {
        lf_buf_text(out, " \"media_field\": ");
        lf_json_quote(out, run->media_field, true);
        lf_buf_text(out, ",\n");
    }
    if (lf_asked_any(&run->asked)) {
        lf_buf_text(out, " \"asked\": ");
        lf_asked_write(&run->asked, out);
        lf_buf_text(out, ",\n");
    }
    lf_buf_text(out, " \"view\": ");
    lf_buf_slice(out, run->view.len ? run->view : LF_S("{}"));
    lf_buf_text(out, ",\n \"schema\": ");
    lf_schema_write(&run->schema, out);
    lf_buf_text(out, ",\n \"merges\": [");
    for (size_t i = 0; i < run->merges; i++) {
        lf_buf_text(out, i ? ",\n  {\"digest\": " : "\n  {\"digest\": ");
        lf_json_quote(out, run->merge[i].digest, true);
        lf_buf_text(out, ", \"stamp\": ");
        lf_json_quote(out, run->merge[i].stamp, true);
        lf_buf_text(out, ", \"tasks\": ");
        lf_json_quote(out, run->merge[i].tasks, true);
        put_raw(out, "came", run->merge[i].came);
        put_raw(out, "told", run->merge[i].told);
        put_more(out, "origin", run->merge[i].origin);
        put_more(out, "pieces", run->merge[i].pieces);
        put_more(out, "annotator", run->merge[i].annotator);
        if (run->merge[i].decided)
            lf_buf_text(out, ", \"decided\": true");
        lf_buf_text(out, run->merge[i].whole ? ", \"whole\": true}" : "}");
    }
    lf_buf_text(out, "]}\n");
}

static bool damaged(struct lf_error *err, const char *what)
{
    return lf_fail(err, LF_E_RUN_RECORD, "%s", what);
}

static bool text_at(struct lf_run *run, struct lf_slice doc, const char *key,
                    struct lf_slice *text, struct lf_error *err)
{
    struct lf_slice value;
    if (!lf_json_get(doc, key, &value) ||
        lf_json_type(lf_json_trim(value)) != LF_JSON_STRING)
        return lf_fail(err, LF_E_RUN_RECORD, "run.json has no text \"%s\"", key);
    struct lf_slice raw;
    return lf_json_string(lf_json_trim(value), &run->arena, &raw, err) &&
           lf_arena_text(&run->arena, raw, text, err);
}

static bool text_if(struct lf_run *run, struct lf_slice doc, const char *key,
                    struct lf_slice *text, struct lf_error *err)
{
    struct lf_slice value;
    *text = (struct lf_slice){0};
    return !lf_json_get(doc, key, &value) || text_at(run, doc, key, text, err);
}

static bool number_at(struct lf_slice doc, const char *key, int64_t most,
                      int64_t *number, struct lf_error *err)
{
    struct lf_slice value;
    if (!lf_json_get(doc, key, &value) ||
        !lf_parse_int64(lf_json_trim(value), number) || *number < 0 || *number > most)
        return lf_fail(err, LF_E_RUN_RECORD, "run.json has no number \"%s\"", key);
    return true;
}

static bool is_true(struct lf_slice doc, const char *key)
{
    struct lf_slice value;
    return lf_json_get(doc, key, &value) &&
           lf_json_type(lf_json_trim(value)) == LF_JSON_TRUE;
}

static bool read_task_names(struct lf_run *run, struct lf_slice doc,
                            struct lf_error *err)
{
    struct lf_slice list, value;
    size_t count = lf_run_tasks(run), n = 0;
    run->task_name = lf_arena_take(&run->arena, count, sizeof *run->task_name, err);
    if (!run->task_name)
        return false;
    if (!lf_json_get(doc, "task_names", &list) ||
        lf_json_type(lf_json_trim(list)) != LF_JSON_ARRAY)
        return damaged(err, "run.json has no list \"task_names\"");
    for (struct lf_json_walk w = lf_json_enter(lf_json_trim(list));
         lf_json_element(&w, &value);) {
        struct lf_slice text;
        value = lf_json_trim(value);
        if (n >= count || lf_json_type(value) != LF_JSON_STRING)
            return damaged(err, "run.json: task_names does not fit the tasks");
        if (!lf_json_string(value, &run->arena, &text, err) ||
            !lf_arena_text(&run->arena, text, &run->task_name[n++], err))
            return false;
    }
    return n == count || damaged(err, "run.json: task_names does not fit the tasks");
}

// JSON that only `runs status` looks into.
static bool raw_at(struct lf_run *run, struct lf_slice doc, const char *key,
                   enum lf_json_type type, struct lf_slice *raw, struct lf_error *err)
{
    struct lf_slice value;
    *raw = (struct lf_slice){0};
    if (!lf_json_get(doc, key, &value))
        return true;
    value = lf_json_trim(value);
    if (lf_json_type(value) != type)
        return lf_fail(err, LF_E_RUN_RECORD, "run.json: \"%s\" of a merge is odd", key);
    return lf_arena_text(&run->arena, value, raw, err);
}

static bool read_merges(struct lf_run *run, struct lf_slice doc, struct lf_error *err)
{
    struct lf_slice list, value, decided;
    size_t room = 0;
    void *merges = NULL;
    if (!lf_json_get(doc, "merges", &list) ||
        lf_json_type(lf_json_trim(list)) != LF_JSON_ARRAY)
        return damaged(err, "run.json has no list \"merges\"");
    for (struct lf_json_walk w = lf_json_enter(lf_json_trim(list));
         lf_json_element(&w, &value);) {
        if (!lf_arena_grow(&run->arena, &merges, &room, run->merges + 1,
                           sizeof *run->merge, err))
            return false;
        run->merge = merges;
        struct lf_run_merge *m = &run->merge[run->merges];
        if (!text_at(run, value, "digest", &m->digest, err) ||
            !text_at(run, value, "stamp", &m->stamp, err) ||
            !text_at(run, value, "tasks", &m->tasks, err) ||
            !raw_at(run, value, "came", LF_JSON_OBJECT, &m->came, err) ||
            !raw_at(run, value, "told", LF_JSON_ARRAY, &m->told, err) ||
            !text_if(run, value, "origin", &m->origin, err) ||
            !text_if(run, value, "pieces", &m->pieces, err) ||
            !text_if(run, value, "annotator", &m->annotator, err))
            return false;
        struct lf_slice whole;
        m->whole = lf_json_get(value, "whole", &whole) &&
                   lf_slice_is(lf_json_trim(whole), "true");
        m->decided = lf_json_get(value, "decided", &decided) &&
                     lf_slice_is(lf_json_trim(decided), "true");
        run->merges++;
    }
    return true;
}

static bool schema_closed(const struct lf_schema *s, struct lf_error *err)
{
    for (size_t i = 0; i < s->fields; i++) {
        const struct lf_field *f = &s->field[i];
        if (f->type == LF_FT_UNKNOWN || f->open_classes || f->open_attrs ||
            (f->type == LF_FT_SEGMENTATION && f->open_targets))
            return damaged(err, "run.json: the schema is not complete");
        for (size_t k = 0; k < f->attrs; k++)
            if (f->open_attr[k] || !f->attr[k].preset.at)
                return damaged(err, "run.json: the schema is not complete");
    }
    for (size_t i = 0; i < lf_schema_own(s); i++)
        if (s->field[i].learned)
            return damaged(err, "run.json: the run's own fields do not come first");
    return lf_schema_own(s) > 0 || damaged(err, "run.json: the schema has no field");
}

static bool read_run_json(struct lf_run *run, struct lf_slice doc, struct lf_error *err)
{
    struct lf_slice schema, view, asked;
    int64_t format, rules, items, tasks;
    if (!lf_json_check(doc, (struct lf_json_rules){0}, 0, err))
        return false;
    if (!number_at(doc, "labelferry", INT32_MAX, &format, err))
        return false;
    if (format != LF_RUN_FORMAT)
        return lf_fail(err, LF_E_RUN_VERSION,
                       "the record has format %lld, this program knows %d",
                       (long long)format, LF_RUN_FORMAT);
    if (!text_at(run, doc, "key", &run->key, err) ||
        !text_at(run, doc, "uid", &run->uid, err) ||
        !text_at(run, doc, "tool", &run->tool, err) ||
        !text_at(run, doc, "format", &run->format, err) ||
        !text_at(run, doc, "dataset", &run->dataset, err) ||
        !text_at(run, doc, "dataset_id", &run->dataset_id, err) ||
        !text_at(run, doc, "id_attr", &run->id_attr, err) ||
        !text_if(run, doc, "media_field", &run->media_field, err) ||
        !number_at(doc, "rules", INT32_MAX, &rules, err) ||
        !number_at(doc, "items", UINT32_MAX - 1, &items, err) ||
        !number_at(doc, "tasks", UINT16_MAX, &tasks, err))
        return false;
    if (!lf_run_key_ok(run->key)) // it becomes part of paths
        return damaged(err, "run.json: the key is not a run's name");
    if (!lf_json_get(doc, "schema", &schema) || !lf_json_get(doc, "view", &view))
        return damaged(err, "run.json has no schema");
    run->recorded = is_true(doc, "recorded");
    run->joint = is_true(doc, "joint");
    if (lf_json_get(doc, "asked", &asked) &&
        !lf_asked_read(lf_json_trim(asked), &run->arena, &run->asked, err))
        return false;
    run->rules = (unsigned)rules;
    run->items = (uint32_t)items;
    run->tasks = (uint32_t)tasks;
    return lf_arena_text(&run->arena, lf_json_trim(view), &run->view, err) &&
           lf_schema_read(lf_json_trim(schema), &run->schema, err) &&
           schema_closed(&run->schema, err) && lf_schema_index(&run->schema, err) &&
           read_task_names(run, doc, err) && read_merges(run, doc, err);
}

// ----------------------------------------------------------------------------
// items.tsv

void lf_run_item_line(struct lf_buf *out, const struct lf_run_item *item,
                      struct lf_slice name)
{
    char id[25], digest[2 * LF_BASE_DIGEST + 1];
    lf_id_print(&item->id, id);
    lf_hex(item->digest, LF_BASE_DIGEST, digest);
    lf_buf_printf(out, "%s\t", id);
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        if (c == '\t' || c == '\n' || c == '\\')
            lf_buf_char(out, '\\');
        lf_buf_char(out, c == '\t' ? 't' : c == '\n' ? 'n' : c);
    }
    lf_buf_printf(out, "\t%lu\t%lu\t%lu\t%s\t%llu\t%lu\n", (unsigned long)item->task,
                  (unsigned long)item->width, (unsigned long)item->height, digest,
                  (unsigned long long)item->base_at, (unsigned long)item->base_len);
}

static bool unescape(struct lf_slice text, char *out, size_t *len)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '\\') {
            if (++i == text.len)
                return false;
            c = text.at[i] == 't' ? '\t' : text.at[i] == 'n' ? '\n' : text.at[i];
        }
        out[n++] = c;
    }
    *len = n;
    return true;
}

static bool hex_bytes(struct lf_slice text, uint8_t *out, size_t n)
{
    if (text.len != 2 * n)
        return false;
    for (size_t i = 0; i < 2 * n; i++) {
        char c = text.at[i];
        int v = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                       : -1;
        if (v < 0)
            return false;
        out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] | v : v << 4);
    }
    return true;
}

static bool small(struct lf_slice text, int64_t most, uint32_t *out)
{
    int64_t v;
    if (!lf_parse_int64(text, &v) || v < 0 || v > most)
        return false;
    *out = (uint32_t)v;
    return true;
}

// One line of items.tsv into `item`; the columns are cut at tabs.
static bool read_item(struct lf_slice line, struct lf_run_item *item,
                      struct lf_slice *name)
{
    enum { COLUMNS = 8 };
    struct lf_slice col[COLUMNS];
    int64_t at;
    const char *from = line.at, *end = line.at + line.len;
    for (int i = 0; i < COLUMNS; i++) {
        const char *tab = from <= end ? memchr(from, '\t', (size_t)(end - from)) : NULL;
        if (i + 1 == COLUMNS ? tab != NULL : tab == NULL)
            return false;
        col[i] = lf_slice_between(from, tab ? tab : end);
        from = (tab ? tab : end) + 1;
    }
    *name = col[1];
    if (!lf_id_parse(col[0], &item->id) || !small(col[2], UINT16_MAX, &item->task) ||
        !small(col[3], UINT32_MAX, &item->width) ||
        !small(col[4], UINT32_MAX, &item->height) ||
        !hex_bytes(col[5], item->digest, LF_BASE_DIGEST) ||
        !lf_parse_int64(col[6], &at) || at < 0 ||
        !small(col[7], UINT32_MAX, &item->base_len))
        return false;
    item->base_at = (uint64_t)at;
    return (item->width > 0) == (item->height > 0);
}

static bool add_item(struct lf_run *run, uint32_t row, struct lf_slice line,
                     uint64_t at, struct lf_error *err)
{
    struct lf_run_item *item = &run->item[row];
    struct lf_slice raw;
    char name[2 * LF_NAME_BYTES];
    size_t len;
    if (row >= run->items || !read_item(line, item, &raw) || raw.len > sizeof name ||
        !unescape(raw, name, &len) || item->task >= run->tasks) {
        damaged(err, "items.tsv has a line that is not an item of this run");
        return lf_fail_at_line(err, row + 1);
    }
    if (!item->width && !run->recorded) {
        damaged(err, "items.tsv has an item without a size");
        return lf_fail_at_line(err, row + 1);
    }
    item->name_at = at + (uint64_t)(raw.at - line.at);
    return lf_run_index_add(run, row, (struct lf_slice){name, len}, err);
}

static bool read_items(struct lf_run *run, struct lf_error *err)
{
    enum { CHUNK = 1 << 16 };
    char *buf = lf_alloc(CHUNK + 4 * LF_NAME_BYTES, 1, err);
    size_t have = 0, cap = CHUNK + 4 * LF_NAME_BYTES;
    uint64_t at = 0; // of buf[0] in the file
    uint32_t row = 0;
    bool ok = buf != NULL;
    while (ok) {
        ssize_t n = read(run->items_fd, buf + have, cap - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            ok = lf_fail_errno(err, "cannot read items.tsv");
        if (n <= 0)
            break;
        have += (size_t)n;
        size_t from = 0;
        for (char *nl; ok && (nl = memchr(buf + from, '\n', have - from));) {
            ok = (row < run->items ||
                  damaged(err, "items.tsv has more lines than run.json says")) &&
                 add_item(run, row++, lf_slice_between(buf + from, nl), at + from, err);
            from = (size_t)(nl - buf) + 1;
        }
        have -= from;
        memmove(buf, buf + from, have);
        at += from;
        if (ok && have == cap)
            ok = damaged(err, "items.tsv has a line that is too long");
    }
    if (ok && (have || row != run->items))
        ok = damaged(err, "items.tsv is cut short");
    lf_free(buf);
    return ok;
}

// ---------------------------------------------------------------------------- open

static bool read_whole(int folder, const char *name, struct lf_buf *out,
                       struct lf_error *err)
{
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT
                   ? lf_fail(err, LF_E_RUN_MISSING, "there is no run record here")
                   : lf_fail_errno(err, "cannot open");
    ssize_t n = 1;
    while (n > 0) {
        char *room = lf_buf_room(out, 1 << 16);
        n = room ? read(fd, room, 1 << 16) : 0;
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n > 0)
            out->len += (size_t)n;
    }
    bool ok = n == 0 || lf_fail_errno(err, "cannot read");
    close(fd);
    return ok && lf_buf_ok(out, err);
}

enum { SHORTEST_LINE = 69 }; // of items.tsv: an id, a digest, six more columns

static bool open_files(struct lf_run *run, int folder, struct lf_error *err)
{
    struct lf_buf doc = {0};
    bool ok = read_whole(folder, "run.json", &doc, err);
    ok = ok && read_run_json(run, lf_buf_view(&doc), err);
    lf_buf_done(&doc);
    if (!ok) {
        if (err->code == LF_E_JSON || err->code == LF_E_SPEC)
            err->code = LF_E_RUN_RECORD;
        lf_fail_in_file(err, "run.json");
        return false;
    }
    run->items_fd = openat(folder, "items.tsv", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (run->items_fd < 0)
        return lf_fail_errno(err, "cannot open items.tsv");
    run->base_fd = openat(folder, "base.jsonl", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    run->has_base = run->base_fd >= 0;
    if (!run->has_base && errno != ENOENT) {
        lf_fail_errno(err, "cannot open base.jsonl");
        return lf_fail_in_file(err, "base.jsonl");
    }
    struct stat st;
    if (fstat(run->items_fd, &st) != 0)
        return lf_fail_errno(err, "cannot look at items.tsv");
    if (run->items > (uint64_t)st.st_size / SHORTEST_LINE) {
        damaged(err, "items.tsv is too short for the items that run.json tells");
        return lf_fail_in_file(err, "items.tsv");
    }
    run->item = lf_alloc(run->items, sizeof *run->item, err);
    if (!run->item || !lf_run_index_new(run, err) || !read_items(run, err) ||
        !lf_run_index_seal(run, err))
        return lf_fail_in_file(err, "items.tsv");
    return true;
}

bool lf_run_open(struct lf_run *run, const char *folder, struct lf_error *err)
{
    *run = (struct lf_run){.items_fd = -1, .base_fd = -1};
    snprintf(run->folder, sizeof run->folder, "%s", folder);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR
                   ? lf_fail(err, LF_E_RUN_MISSING, "there is no run record here")
                   : lf_fail_errno(err, "cannot open");
    bool ok = open_files(run, fd, err);
    close(fd);
    if (!ok)
        lf_run_done(run);
    return ok;
}

void lf_run_done(struct lf_run *run)
{
    lf_run_index_free(run);
    lf_free(run->item);
    lf_schema_done(&run->schema);
    lf_arena_done(&run->arena);
    if (run->items_fd >= 0)
        close(run->items_fd);
    if (run->base_fd >= 0)
        close(run->base_fd);
    *run = (struct lf_run){.items_fd = -1, .base_fd = -1};
}

static bool read_at(int fd, uint64_t at, char *to, size_t n, size_t *got)
{
    *got = 0;
    while (*got < n) {
        ssize_t k = pread(fd, to + *got, n - *got, (off_t)(at + *got));
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return false;
        if (k == 0)
            break;
        *got += (size_t)k;
    }
    return true;
}

bool lf_run_name(const struct lf_run *run, uint32_t row, struct lf_arena *a,
                 struct lf_slice *name, struct lf_error *err)
{
    char line[2 * LF_NAME_BYTES + 1], text[2 * LF_NAME_BYTES];
    size_t got, len;
    if (!read_at(run->items_fd, run->item[row].name_at, line, sizeof line, &got))
        return lf_fail_errno(err, "cannot read items.tsv");
    const char *tab = memchr(line, '\t', got);
    if (!tab || !unescape(lf_slice_between(line, tab), text, &len))
        return lf_fail(err, LF_E_CHANGED, "items.tsv changed while it was read");
    return lf_arena_text(a, (struct lf_slice){text, len}, name, err);
}

// ---------------------------------------------------------------------------- base

bool lf_base_digest(const struct lf_schema *s, const struct lf_slice *value,
                    struct lf_slice files, uint8_t out[LF_BASE_DIGEST],
                    struct lf_error *err)
{
    unsigned char whole[LF_DIGEST_BYTES];
    struct lf_digest *d = lf_digest_new(err);
    bool ok = d != NULL;
    for (size_t i = 0; ok && i < s->fields; i++)
        // A learned field where it is absent: as before it was learned.
        ok = (s->field[i].learned && !value[i].len) ||
             (lf_digest_add(d, s->field[i].name, err) &&
              lf_digest_add(d, LF_S("\0"), err) && lf_digest_add(d, value[i], err) &&
              lf_digest_add(d, LF_S("\0"), err));
    ok = ok && lf_digest_add(d, files, err) && lf_digest_take(d, whole, err);
    lf_digest_free(&d);
    if (ok)
        memcpy(out, whole, LF_BASE_DIGEST);
    return ok;
}

// Line feeds are only white space between tokens.
static void one_line(char *at, size_t n)
{
    static const char feeds[] = "\n\r";
    for (int i = 0; i < 2; i++)
        for (char *p = at; (p = memchr(p, feeds[i], (size_t)(at + n - p)));)
            *p = ' ';
}

bool lf_base_doc(const struct lf_schema *s, const struct lf_id *id,
                 const struct lf_slice *value, struct lf_slice files,
                 struct lf_buf *out, struct lf_error *err)
{
    char hex[25];
    lf_id_print(id, hex);
    lf_buf_printf(out, "{\"_id\": {\"$oid\": \"%s\"}", hex);
    for (size_t i = 0; i < s->fields; i++) {
        if (!value[i].len)
            continue;
        lf_buf_text(out, ", ");
        lf_json_quote(out, s->field[i].name, true);
        lf_buf_text(out, ": ");
        size_t from = out->len;
        lf_buf_slice(out, value[i]);
        if (!out->failed)
            one_line(out->at + from, out->len - from);
    }
    if (files.len) {
        lf_buf_text(out, ", \"_files\": ");
        lf_buf_slice(out, files);
    }
    lf_buf_char(out, '}');
    return lf_buf_ok(out, err);
}

struct lf_slice lf_base_files(struct lf_slice doc)
{
    struct lf_slice files;
    if (!lf_json_get(doc, "_files", &files))
        return (struct lf_slice){0};
    files = lf_json_trim(files);
    return lf_json_type(files) == LF_JSON_OBJECT ? files : (struct lf_slice){0};
}

bool lf_base_read_at(const struct lf_run *run, uint64_t at, uint32_t len,
                     struct lf_arena *a, struct lf_slice *doc, struct lf_error *err)
{
    size_t got;
    if (len > LF_JSON_SLICE)
        return damaged(err,
                       "items.tsv: a base line is longer than the limit json-slice");
    char *text = lf_arena_take(a, len, 1, err);
    if (!text)
        return false;
    if (!read_at(run->base_fd, at, text, len, &got))
        return lf_fail_errno(err, "cannot read base.jsonl");
    *doc = (struct lf_slice){text, got};
    struct lf_error why = {0};
    if (got != len ||
        !lf_json_check(*doc, (struct lf_json_rules){.constants = true}, at, &why)) {
        if (why.code == LF_E_NOMEM)
            return lf_fail(err, LF_E_NOMEM, "%s", why.what);
        lf_fail(err, LF_E_RUN_RECORD, "base.jsonl does not hold what items.tsv says");
        lf_fail_in_file(err, "base.jsonl");
        return lf_fail_at_offset(err, at);
    }
    return true;
}

bool lf_base_read(const struct lf_run *run, uint32_t row, struct lf_arena *a,
                  struct lf_slice *doc, struct lf_error *err)
{
    const struct lf_run_item *item = &run->item[row];
    return lf_base_read_at(run, item->base_at, item->base_len, a, doc, err);
}

struct lf_first {
    uint64_t *end; // of each row's line, its line feed included
    uint32_t rows;
};

// Export writes a line a row, in their order; merges append behind them.
static bool find_first(struct lf_run *run, struct lf_error *err)
{
    char piece[1 << 14];
    size_t got = 1;
    uint64_t at = 0;
    struct lf_first *f = lf_arena_take(&run->arena, 1, sizeof *f, err);
    if (!f || !(f->end = lf_arena_take(&run->arena, run->items, sizeof *f->end, err)))
        return false;
    while (got && f->rows < run->items) {
        if (!read_at(run->base_fd, at, piece, sizeof piece, &got))
            return lf_fail_errno(err, "cannot read base.jsonl");
        for (size_t i = 0; i < got && f->rows < run->items; i++)
            if (piece[i] == '\n')
                f->end[f->rows++] = at + i + 1;
        at += got;
    }
    run->first = f;
    return true;
}

bool lf_base_first(struct lf_run *run, uint32_t row, struct lf_arena *a,
                   struct lf_slice *doc, bool *known, struct lf_error *err)
{
    struct lf_slice id;
    struct lf_id is = {0};
    *known = false;
    if (!run->has_base || (!run->first && !find_first(run, err)))
        return run->has_base ? false : true;
    if (row >= run->first->rows)
        return true;
    uint64_t from = row ? run->first->end[row - 1] : 0;
    if (run->first->end[row] - from > UINT32_MAX)
        return true;
    if (!lf_base_read_at(run, from, (uint32_t)(run->first->end[row] - from - 1), a, doc,
                         err))
        return false;
    *known = lf_json_get(*doc, "_id", &id) && lf_json_get(id, "$oid", &id) &&
             lf_json_type(lf_json_trim(id)) == LF_JSON_STRING;
    id = lf_json_trim(id);
    *known = *known && id.len > 2 &&
             lf_id_parse((struct lf_slice){id.at + 1, id.len - 2}, &is) &&
             lf_id_eq(&is, &run->item[row].id);
    return true;
}
