#include "runs/told.h"

#include "formats/base/json.h"
#include "formats/base/number.h"

// A copy: what an archive tells goes with its reader.
static bool text_of(struct lf_slice object, const char *key, struct lf_arena *a,
                    struct lf_slice *text, struct lf_error *err)
{
    return lf_json_text(object, key, a, text, err) &&
           lf_arena_text(a, *text, text, err);
}

static void number_of(struct lf_slice object, const char *key, int64_t *number)
{
    struct lf_slice value;
    int64_t n;
    if (lf_json_get(object, key, &value) && lf_parse_int64(lf_json_trim(value), &n))
        *number = n;
}

static struct lf_told_job *job_of(struct lf_told_task *t, struct lf_slice id,
                                  struct lf_arena *a, struct lf_error *err)
{
    void *jobs = t->job;
    for (size_t i = 0; i < t->jobs; i++)
        if (lf_slice_eq(t->job[i].id, id))
            return &t->job[i];
    if (!lf_arena_grow(a, &jobs, &t->room, t->jobs + 1, sizeof *t->job, err))
        return NULL;
    t->job = jobs;
    t->job[t->jobs] = (struct lf_told_job){.id = id, .start = -1, .stop = -1};
    return &t->job[t->jobs++];
}

static bool add_job(struct lf_told_task *t, struct lf_slice json, struct lf_arena *a,
                    struct lf_error *err)
{
    struct lf_slice id = {0};
    if (!text_of(json, "id", a, &id, err))
        return false;
    struct lf_told_job *j = job_of(t, id, a, err);
    if (!j)
        return false;
    number_of(json, "start", &j->start);
    number_of(json, "stop", &j->stop);
    return text_of(json, "status", a, &j->status, err) &&
           text_of(json, "assignee", a, &j->assignee, err) &&
           text_of(json, "reviewer", a, &j->reviewer, err) &&
           text_of(json, "url", a, &j->url, err);
}

static bool add_task(struct lf_told_task *t, struct lf_slice json, struct lf_arena *a,
                     struct lf_error *err)
{
    struct lf_slice jobs, job;
    if (!text_of(json, "id", a, &t->id, err) ||
        !text_of(json, "status", a, &t->status, err) ||
        !text_of(json, "assignee", a, &t->assignee, err) ||
        !text_of(json, "updated", a, &t->updated, err) ||
        !text_of(json, "url", a, &t->url, err))
        return false;
    if (!lf_json_get(json, "jobs", &jobs) ||
        lf_json_type(lf_json_trim(jobs)) != LF_JSON_ARRAY)
        return true;
    for (struct lf_json_walk w = lf_json_enter(lf_json_trim(jobs));
         lf_json_element(&w, &job);)
        if (lf_json_type(lf_json_trim(job)) == LF_JSON_OBJECT &&
            !add_job(t, lf_json_trim(job), a, err))
            return false;
    return true;
}

static int64_t by_name(const struct lf_run *run, struct lf_slice name)
{
    for (size_t i = 0; name.len && i < lf_run_tasks(run); i++)
        if (lf_slice_eq(run->task_name[i], name))
            return (int64_t)i;
    return -1;
}

bool lf_told_add(const struct lf_run *run, struct lf_slice told, int64_t place,
                 struct lf_told_task *task, struct lf_arena *a, struct lf_error *err)
{
    struct lf_slice json;
    size_t count = 0;
    if (!told.len)
        return true;
    for (struct lf_json_walk w = lf_json_enter(told); lf_json_element(&w, &json);)
        count++;
    for (struct lf_json_walk w = lf_json_enter(told); lf_json_element(&w, &json);) {
        struct lf_slice name = {0};
        json = lf_json_trim(json);
        if (lf_json_type(json) != LF_JSON_OBJECT)
            continue;
        if (!text_of(json, "name", a, &name, err))
            return false;
        int64_t to = by_name(run, name);
        if (to < 0 && count == 1)
            to = place;
        if (to >= 0 && !add_task(&task[to], json, a, err))
            return false;
    }
    return true;
}
