#include "formats/fiftyone/fo_anno_run.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "formats/base/json.h"
#include "formats/base/number.h"
#include "formats/base/relpath.h"
#include "formats/fiftyone/fo_keys.h"
#include "formats/fiftyone/fo_stream.h"

// Some thirty bytes a label: nine million labels.
enum { RESULTS_MOST = 1 << 28 };

static bool lacks(struct lf_error *err, const char *what)
{
    return lf_fail(err, LF_E_RECORDED, "%s", what);
}

static bool damaged(struct lf_error *err, const char *what)
{
    return lf_fail(err, LF_E_RUN_RECORD, "%s", what);
}

// The member, trimmed; false when absent or null.
static bool get(struct lf_slice object, const char *key, struct lf_slice *value)
{
    if (!lf_json_get(object, key, value))
        return false;
    *value = lf_json_trim(*value);
    return lf_json_type(*value) != LF_JSON_NULL;
}

static bool get_object(struct lf_slice object, const char *key, struct lf_slice *value)
{
    return get(object, key, value) && lf_json_type(*value) == LF_JSON_OBJECT;
}

static bool text_of(struct fo_anno_run *r, struct lf_slice object, const char *key,
                    struct lf_slice *text, struct lf_error *err)
{
    struct lf_slice value;
    *text = (struct lf_slice){"", 0};
    return !get(object, key, &value) || lf_json_type(value) != LF_JSON_STRING ||
           lf_json_string(value, &r->arena, text, err);
}

static bool read_config(struct fo_anno_run *r, struct lf_slice entry,
                        struct lf_error *err)
{
    struct lf_slice config, value;
    struct lf_id id;
    if (!get_object(entry, "config", &config))
        return lacks(err, "the run has no configuration");
    if (!text_of(r, config, "name", &r->tool, err) ||
        !text_of(r, config, "labelferry_uid", &r->uid, err) ||
        !text_of(r, config, "media_field", &r->media_field, err) ||
        !text_of(r, config, "occluded_attr", &r->occluded_attr, err) ||
        !text_of(r, config, "group_id_attr", &r->group_attr, err))
        return false;
    if (r->uid.len) // FiftyOne takes the entry along, but no folder
        return lf_fail(
            err, LF_E_RUN_MISSING,
            "the run's own record, annotations/%.*s, is not here; copy it from "
            "the dataset that was exported, or name its folder (--runs-dir)",
            (int)r->key.len, r->key.at);
    if (!r->tool.len)
        return lacks(err, "the configuration names no backend");
    if (!get_object(config, "label_schema", &r->schema))
        return lacks(err, "the configuration holds no label schema");
    if (!r->media_field.len)
        r->media_field = LF_S("filepath");
    r->coerce_text = !lf_json_get(config, "coerce_text_attrs", &value) ||
                     lf_json_type(lf_json_trim(value)) != LF_JSON_FALSE;
    r->project = get(config, "project_id", &value) ? value : (struct lf_slice){"", 0};
    if (lf_json_get(entry, "_id", &value) && fo_id(value, &id)) {
        char hex[25];
        lf_id_print(&id, hex);
        return lf_arena_text(&r->arena, lf_slice_of(hex), &r->id, err);
    }
    return true;
}

static bool read_results(struct fo_anno_run *r, const struct fo_dataset *ds,
                         struct lf_error *err)
{
    char path[200];
    struct stat st;
    struct lf_buf text = {0};
    if (!lf_path_printf(path, sizeof path, err, "annotations/%.*s.json",
                        (int)r->key.len, r->key.at))
        return false;
    if (fstatat(ds->folder_fd, path, &st, 0) != 0 && errno == ENOENT) {
        lacks(err, "the dataset was exported without the run's results");
        return lf_fail_in_file(err, path);
    }
    struct lf_in *in = lf_in_below(ds->folder_fd, path, true, err);
    bool ok =
        in &&
        fo_read_all(in, RESULTS_MOST, LF_E_RUN_RECORD, "the run's results are too long",
                    &text, err) &&
        lf_arena_text(&r->arena, lf_buf_view(&text), &r->results, err) &&
        lf_json_check(r->results, (struct lf_json_rules){.constants = true}, 0, err);
    lf_in_free(&in);
    lf_buf_done(&text);
    r->results = lf_json_trim(r->results);
    if (ok && lf_json_type(r->results) != LF_JSON_OBJECT)
        ok = damaged(err, "the run's results are not an object");
    return ok || lf_fail_in_file(err, path);
}

bool fo_anno_open(struct fo_anno_run *r, const struct fo_dataset *ds,
                  struct lf_slice key, bool *found, struct lf_error *err)
{
    struct lf_slice runs, entry = {0}, name, value;
    *r = (struct fo_anno_run){.key = key};
    *found = false;
    if (!get_object(lf_json_trim(ds->metadata), "annotation_runs", &runs))
        return true;
    for (struct lf_json_walk w = lf_json_enter(runs);
         !*found && lf_json_member(&w, &name, &value);)
        if ((*found = lf_json_key_is(name, key)))
            entry = lf_json_trim(value);
    if (!*found)
        return true;
    bool ok = lf_json_type(entry) == LF_JSON_OBJECT
                  ? read_config(r, entry, err)
                  : damaged(err, "the run's entry is not an object");
    if (!ok)
        lf_fail_in_file(err, "metadata.json");
    ok = ok && read_results(r, ds, err);
    if (!ok)
        fo_anno_done(r);
    return ok;
}

void fo_anno_done(struct fo_anno_run *r)
{
    lf_arena_done(&r->arena);
    *r = (struct fo_anno_run){0};
}

// ---------------------------------------------------------------------------- tables

struct sent {
    struct lf_run_sent *to;
    struct lf_arena *a;
    const struct lf_schema *schema;
    struct lf_error *err;
};

static bool read_id(struct lf_slice json, struct lf_id *id)
{
    return lf_json_type(json) == LF_JSON_STRING && json.len == 26 &&
           lf_id_parse((struct lf_slice){json.at + 1, json.len - 2}, id);
}

static bool add_label(struct sent *s, const struct lf_sent_label *where,
                      struct lf_slice json)
{
    struct lf_sent_label label = *where;
    return read_id(json, &label.id)
               ? lf_sent_add_label(s->to, s->a, &label, s->err)
               : damaged(s->err, "id_map holds something that is no id");
}

// What of one sample was sent: an id, a list of them, or for a scalar whether it was.
static bool add_labels(struct sent *s, const struct lf_sent_label *where,
                       struct lf_slice json)
{
    struct lf_slice one;
    switch (lf_json_type(json)) {
    case LF_JSON_ARRAY:
        for (struct lf_json_walk w = lf_json_enter(json); lf_json_element(&w, &one);)
            if (!add_label(s, where, lf_json_trim(one)))
                return false;
        return true;
    case LF_JSON_OBJECT:
        return lacks(s->err, "the run is about frames of videos");
    case LF_JSON_TRUE:
        return lf_sent_add_label(s->to, s->a, where, s->err);
    case LF_JSON_NULL:
    case LF_JSON_FALSE:
        return true;
    default:
        return add_label(s, where, json);
    }
}

static bool field_of(struct sent *s, struct lf_slice key, uint16_t *field,
                     struct lf_error *err)
{
    struct lf_slice name;
    char text[80];
    if (!lf_json_key(key, s->a, &name, err))
        return false;
    if (lf_slice_starts(name, LF_S("frames.")) || lf_slice_starts(name, LF_S("_")))
        return lacks(err, "the run is about frames of videos or clips");
    return lf_field_find(s->schema, name, field) ||
           lf_fail(err, LF_E_RUN_RECORD,
                   "the results name a field \"%s\", the label schema has none",
                   lf_escape(name, text, sizeof text));
}

static bool read_id_map(struct sent *s, struct lf_slice map)
{
    struct lf_slice key, samples, sample, value;
    for (struct lf_json_walk w = lf_json_enter(map);
         lf_json_member(&w, &key, &samples);) {
        struct lf_sent_label where = {0};
        if (!field_of(s, key, &where.field, s->err))
            return false;
        samples = lf_json_trim(samples);
        if (lf_json_type(samples) != LF_JSON_OBJECT)
            return damaged(s->err, "id_map does not say which labels were sent");
        for (struct lf_json_walk v = lf_json_enter(samples);
             lf_json_member(&v, &sample, &value);)
            if (!lf_id_parse(sample, &where.sample))
                return damaged(s->err, "id_map holds a sample that is no id");
            else if (!add_labels(s, &where, lf_json_trim(value)))
                return false;
    }
    return true;
}

static bool read_frames(struct sent *s, struct lf_slice map)
{
    struct lf_slice task, frames, frame, value, sample;
    for (struct lf_json_walk w = lf_json_enter(map);
         lf_json_member(&w, &task, &frames);) {
        struct lf_sent_frame entry = {0};
        frames = lf_json_trim(frames);
        if (!lf_parse_int64(task, &entry.task) ||
            lf_json_type(frames) != LF_JSON_OBJECT)
            return damaged(s->err, "frame_id_map holds something that is no task");
        for (struct lf_json_walk v = lf_json_enter(frames);
             lf_json_member(&v, &frame, &value);) {
            value = lf_json_trim(value);
            if (get(value, "frame_id", &sample))
                return lacks(s->err, "the run is about frames of videos");
            if (!lf_parse_int64(frame, &entry.frame) ||
                !get(value, "sample_id", &sample) || !read_id(sample, &entry.sample))
                return damaged(s->err, "frame_id_map holds something that is no frame");
            if (!lf_sent_add_frame(s->to, s->a, &entry, s->err))
                return false;
        }
    }
    return true;
}

// Each number of a list.
static bool numbers(struct sent *s, struct lf_slice list, const char *wrong,
                    bool (*take)(struct sent *s, int64_t number, const void *user),
                    const void *user)
{
    struct lf_slice value;
    int64_t number;
    list = lf_json_trim(list);
    if (lf_json_type(list) != LF_JSON_ARRAY)
        return damaged(s->err, wrong);
    for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &value);)
        if (!lf_parse_int64(lf_json_trim(value), &number))
            return damaged(s->err, wrong);
        else if (!take(s, number, user))
            return false;
    return true;
}

static bool take_task(struct sent *s, int64_t task, const void *field)
{
    return lf_sent_add_task(s->to, s->a, task, *(const uint16_t *)field, s->err);
}

static bool take_job(struct sent *s, int64_t job, const void *task)
{
    return lf_sent_add_job(s->to, s->a, job, *(const int64_t *)task, s->err);
}

static bool read_tasks(struct sent *s, struct lf_slice map)
{
    struct lf_slice key, list;
    uint16_t field;
    for (struct lf_json_walk w = lf_json_enter(map); lf_json_member(&w, &key, &list);)
        if (!field_of(s, key, &field, s->err) ||
            !numbers(s, list, "labels_task_map holds something that is no task",
                     take_task, &field))
            return false;
    return true;
}

static bool read_jobs(struct sent *s, struct lf_slice map)
{
    struct lf_slice key, list;
    int64_t task;
    for (struct lf_json_walk w = lf_json_enter(map); lf_json_member(&w, &key, &list);)
        if (!lf_parse_int64(key, &task))
            return damaged(s->err, "job_ids holds something that is no task");
        else if (!numbers(s, list, "job_ids holds something that is no job", take_job,
                          &task))
            return false;
    return true;
}

bool fo_anno_sent(const struct fo_anno_run *r, const struct lf_schema *s,
                  struct lf_arena *a, struct lf_run_sent *sent, struct lf_error *err)
{
    static const struct {
        const char *key, *missing;
        bool (*read)(struct sent *s, struct lf_slice map);
    } maps[] = {
        {"id_map", "the results do not say which labels were sent", read_id_map},
        {"frame_id_map", "the results do not say which frame is which sample",
         read_frames},
        {"labels_task_map", "the results do not say which task has which field",
         read_tasks},
        {"job_ids", NULL, read_jobs},
    };
    struct sent x = {sent, a, s, err};
    char path[200];
    bool ok = true;
    *sent = (struct lf_run_sent){.coerce_text = r->coerce_text};
    for (size_t i = 0; ok && i < sizeof maps / sizeof *maps; i++) {
        struct lf_slice map;
        if (get_object(r->results, maps[i].key, &map))
            ok = maps[i].read(&x, map);
        else
            ok = !maps[i].missing || lacks(err, maps[i].missing);
    }
    ok = ok && lf_sent_seal(sent, err) &&
         (sent->frames || lacks(err, "the results name no frame that was sent"));
    snprintf(path, sizeof path, "annotations/%.*s.json", (int)r->key.len, r->key.at);
    return ok || lf_fail_in_file(err, path);
}
