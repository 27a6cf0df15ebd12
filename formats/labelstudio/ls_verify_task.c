// One task: what the server refuses, whose it is, and its lists of results. A task that
// was exported holds more than one that goes out, and some of it in another form.
#include <math.h>

#include "formats/labelstudio/ls_verify.h"

// ---------------------------------------------------------------------------- data

static void check_key(struct ls_verify *v, const struct ls_key *key,
                      struct lf_slice data)
{
    struct lf_slice member, value;
    char name[80];
    if (memchr(key->name.at, '.', key->name.len) ||
        memchr(key->name.at, '[', key->name.len))
        return; // a place within a value
    for (struct lf_json_walk w = lf_json_enter(data);
         lf_json_member(&w, &member, &value);) {
        if (!lf_json_key_is(member, key->name))
            continue;
        enum lf_json_type type = lf_json_type(lf_json_trim(value));
        if (key->media && type != LF_JSON_STRING && type != LF_JSON_ARRAY)
            ls_found(v, LF_E_LS_TASK, "data.%s is no text", ls_safe(key->name, name));
        return;
    }
    ls_found(v, LF_E_LS_TASK, "its data has no \"%s\", which the labeling config shows",
             ls_safe(key->name, name));
}

static void check_row(struct ls_verify *v, const struct lf_id *id)
{
    uint32_t row = 0;
    v->row = NULL;
    if (!v->run)
        return;
    if (lf_run_row(v->run, id, 0, &row))
        v->row = &v->run->item[row];
    else
        ls_found(v, LF_E_UNMATCHED, "no sample of the run is the task's");
}

static void check_sample(struct ls_verify *v, struct lf_slice data, bool many)
{
    struct lf_slice run;
    struct lf_id id;
    uint32_t number;
    bool fresh;
    v->row = NULL;
    if (v->run && ls_text_of(v, data, "fo_run", &run) &&
        !lf_slice_eq(run, v->run->uid)) {
        ls_found(v, LF_E_FOREIGN_RUN, "the task is of another run");
        return;
    }
    if (!ls_text_of(v, data, "fo_sample_id", &v->sample)) {
        v->sample = (struct lf_slice){0};
        if (v->run && !ls_stopped(v))
            ls_found(v, LF_E_UNMATCHED, "its data has no fo_sample_id");
        return;
    }
    if (!lf_id_parse(v->sample, &id)) {
        ls_found(v, LF_E_UNMATCHED, "its fo_sample_id is no id");
        return;
    }
    struct lf_slice bytes = {(const char *)id.at, sizeof id.at};
    struct lf_names *seen = v->returned ? &v->back : &v->samples;
    if (!lf_names_add(seen, bytes, &number, &fresh, v->err))
        return;
    if (!fresh && !many)
        ls_found(v, LF_E_ITEM_TWICE, "a task before it is of the same sample");
    check_row(v, &id);
}

static void check_data(struct ls_verify *v, struct lf_slice data, bool many)
{
    for (size_t i = 0; v->config && i < v->config->keys && !ls_stopped(v); i++)
        check_key(v, &v->config->key[i], data);
    check_sample(v, data, many);
}

// ---------------------------------------------------------------------------- lists

// The server fails at any other, as at a text.
static void check_number(struct ls_verify *v, struct lf_slice object, const char *key)
{
    struct lf_slice value;
    double n;
    if (!lf_json_get(object, key, &value) ||
        lf_json_type(lf_json_trim(value)) == LF_JSON_NULL)
        return;
    if (!ls_number_of(object, key, &n) || isnan(n) || !lf_json_is_int(value) ||
        fabs(n) > 9.2e18)
        ls_found(v, LF_E_LS_TASK, "its %s is no whole number", key);
}

static void check_work(struct ls_verify *v, struct lf_slice work, bool annotation)
{
    struct lf_slice list;
    if (lf_json_type(work) == LF_JSON_NUMBER && v->returned && !annotation)
        return; // an export names predictions and drafts by number
    if (lf_json_type(work) != LF_JSON_OBJECT) {
        ls_found(v, LF_E_LS_TASK, "it is no object");
        return;
    }
    if (annotation)
        check_number(v, work, "id");
    if (!lf_json_get(work, "result", &list))
        ls_found(v, LF_E_LS_TASK, "it has no \"result\"");
    else if (lf_json_type(lf_json_trim(list)) != LF_JSON_ARRAY)
        ls_found(v, LF_E_LS_TASK, "its \"result\" is no list");
    else
        ls_verify_results(v, lf_json_trim(list));
}

static void check_list(struct ls_verify *v, struct lf_slice task, const char *key,
                       const char *one)
{
    struct lf_slice list, work;
    char part[60];
    unsigned long count = 0;
    if (!lf_json_get(task, key, &list))
        return;
    list = lf_json_trim(list);
    if (lf_json_type(list) != LF_JSON_ARRAY) {
        if (lf_json_type(list) != LF_JSON_NULL)
            ls_found(v, LF_E_LS_TASK, "its \"%s\" is no list", key);
        return;
    }
    for (struct lf_json_walk w = lf_json_enter(list);
         lf_json_element(&w, &work) && !ls_stopped(v);) {
        (void)snprintf(part, sizeof part, "%s %lu", one, ++count);
        v->part = part;
        v->here = lf_json_trim(work);
        check_work(v, v->here, !strcmp(one, "annotation"));
        v->here = (struct lf_slice){0};
        v->part = NULL;
    }
}

static void check_meta(struct ls_verify *v, struct lf_slice task)
{
    struct lf_slice meta;
    if (!lf_json_get(task, "meta", &meta))
        return;
    enum lf_json_type type = lf_json_type(lf_json_trim(meta));
    if (type != LF_JSON_OBJECT && type != LF_JSON_ARRAY && type != LF_JSON_NULL)
        ls_found(v, LF_E_LS_TASK, "its \"meta\" is neither an object nor a list");
}

// ---------------------------------------------------------------------------- records

// In JSON_MIN a control's key holds its values, without ids and without type.
static void check_record(struct ls_verify *v, struct lf_slice record)
{
    for (size_t i = 0; v->config && i < v->config->tags && !ls_stopped(v); i++) {
        const struct ls_tag *t = &v->config->tag[i];
        struct lf_slice member, list, entry;
        for (struct lf_json_walk w = lf_json_enter(record);
             t->control && ls_draws(t->type) && lf_json_member(&w, &member, &list);) {
            list = lf_json_trim(list);
            if (!lf_json_key_is(member, t->name) || lf_json_type(list) != LF_JSON_ARRAY)
                continue;
            v->field = t->name;
            v->result = 0;
            for (struct lf_json_walk e = lf_json_enter(list);
                 lf_json_element(&e, &entry) && !ls_stopped(v);) {
                v->result++;
                v->here = lf_json_trim(entry);
                ls_verify_value(v, t->type, t, v->here);
            }
        }
        v->here = v->field = (struct lf_slice){0};
        v->result = 0;
    }
}

// ---------------------------------------------------------------------------- all

static bool has(struct lf_slice object, const char *key)
{
    struct lf_slice value;
    return lf_json_get(object, key, &value);
}

static void check_task(struct ls_verify *v, struct lf_slice task)
{
    struct lf_slice data;
    if (!lf_json_get(task, "data", &data)) {
        check_data(v, task, has(task, "annotator")); // the server takes it for data
        check_record(v, task);
        return;
    }
    data = lf_json_trim(data);
    if (lf_json_type(data) == LF_JSON_OBJECT)
        check_data(v, data, false);
    else
        ls_found(v, LF_E_LS_TASK, "its \"data\" is no object");
    check_meta(v, task);
    check_list(v, task, "annotations", "annotation");
    check_list(v, task, "predictions", "prediction");
    check_list(v, task, "drafts", "draft");
}

void ls_verify_task(struct ls_verify *v, struct lf_slice task)
{
    struct lf_slice whole;
    v->row = NULL;
    v->width = v->height = 0;
    v->sample = (struct lf_slice){0};
    if (lf_json_type(task) != LF_JSON_OBJECT) {
        ls_found(v, LF_E_LS_TASK, "it is no object");
        return;
    }
    v->returned = has(task, "total_annotations") || has(task, "project") ||
                  has(task, "annotator") || has(task, "annotation_id");
    v->known = v->known || v->config || v->returned || has(task, "data");
    // A file that the server stores for an annotation has its task within.
    if (ls_has(task, "task", LF_JSON_OBJECT, &whole) && has(task, "result")) {
        struct lf_slice data;
        v->returned = v->known = true;
        if (ls_has(whole, "data", LF_JSON_OBJECT, &data))
            check_data(v, data, true);
        check_work(v, task, true);
    } else {
        check_task(v, task);
    }
    lf_arena_reset(&v->arena);
    v->sample = (struct lf_slice){0};
}
