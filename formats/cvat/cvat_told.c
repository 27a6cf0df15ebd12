#include "formats/cvat/cvat_told.h"

#include "formats/base/json.h"
#include "formats/base/number.h"

enum { MOST = 100000 }; // tasks, or jobs of one: more is no dump of CVAT's

// What stands behind the element of a task or job.
static bool below(struct lf_slice path, struct lf_slice *rest)
{
    static const char *const heads[] = {"task/", "job/", "project/tasks/task/"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct lf_slice head = lf_slice_of(heads[i]);
        if (lf_slice_starts(path, head)) {
            *rest = (struct lf_slice){path.at + head.len, path.len - head.len};
            return true;
        }
    }
    return false;
}

bool cvat_told_open(struct cvat_told *t, struct lf_slice path, struct lf_arena *a,
                    struct lf_error *err)
{
    struct lf_slice rest;
    if (lf_slice_is(path, "task") || lf_slice_is(path, "job") ||
        lf_slice_is(path, "project/tasks/task")) {
        void *tasks = t->task;
        if (t->tasks >= MOST)
            return true;
        if (!lf_arena_grow(a, &tasks, &t->room, t->tasks + 1, sizeof *t->task, err))
            return false;
        t->task = tasks;
        t->task[t->tasks++] = (struct cvat_told_task){0};
        t->of_job |= lf_slice_is(path, "job");
    } else if (t->tasks && below(path, &rest) &&
               lf_slice_is(rest, "segments/segment")) {
        struct cvat_told_task *task = &t->task[t->tasks - 1];
        void *jobs = task->job;
        if (task->jobs >= MOST)
            return true;
        if (!lf_arena_grow(a, &jobs, &task->room, task->jobs + 1, sizeof *task->job,
                           err))
            return false;
        task->job = jobs;
        task->job[task->jobs++] = (struct cvat_job){0};
    }
    return true;
}

bool cvat_told_leaf(struct cvat_told *t, struct lf_slice path, struct lf_slice text,
                    struct lf_arena *a, struct lf_error *err)
{
    struct lf_slice rest, *to = NULL;
    if (!t->tasks || !text.len || !below(path, &rest))
        return true;
    struct cvat_told_task *task = &t->task[t->tasks - 1];
    if (task->jobs) {
        struct cvat_job *j = &task->job[task->jobs - 1];
        to = lf_slice_is(rest, "segments/segment/id")      ? &j->id
             : lf_slice_is(rest, "segments/segment/start") ? &j->start
             : lf_slice_is(rest, "segments/segment/stop")  ? &j->stop
             : lf_slice_is(rest, "segments/segment/url")   ? &j->url
                                                           : NULL;
    }
    if (!to)
        to = lf_slice_is(rest, "id")                  ? &task->id
             : lf_slice_is(rest, "name")              ? &task->name
             : lf_slice_is(rest, "updated")           ? &task->updated
             : lf_slice_is(rest, "assignee/username") ? &task->assignee
                                                      : NULL;
    return !to || lf_arena_text(a, text, to, err);
}

// ---------------------------------------------------------------------------- JSON

static void put(struct lf_buf *out, const char *key, struct lf_slice text, bool *any)
{
    if (!text.len)
        return;
    lf_buf_printf(out, "%s\"%s\": ", *any ? ", " : "", key);
    lf_json_quote(out, text, true);
    *any = true;
}

static void put_frame(struct lf_buf *out, const char *key, struct lf_slice text,
                      bool *any)
{
    int64_t n;
    if (!lf_parse_int64(text, &n) || n < 0)
        return;
    lf_buf_printf(out, "%s\"%s\": %lld", *any ? ", " : "", key, (long long)n);
    *any = true;
}

// The page of a task, by the address of one of its jobs: what stands before "/api/".
static void put_url(const struct cvat_told_task *task, struct lf_buf *out, bool *any)
{
    struct lf_slice url = task->jobs ? task->job[0].url : (struct lf_slice){0};
    for (size_t i = 0; task->id.len && i + 5 <= url.len; i++)
        if (!memcmp(url.at + i, "/api/", 5)) {
            struct lf_buf page = {0};
            lf_buf_add(&page, url.at, i);
            lf_buf_text(&page, "/tasks/");
            lf_buf_slice(&page, task->id);
            put(out, "url", lf_buf_view(&page), any);
            out->failed |= page.failed;
            lf_buf_done(&page);
            return;
        }
}

static void put_jobs(const struct cvat_told *t, const struct cvat_told_task *task,
                     struct lf_buf *out, bool *any)
{
    lf_buf_printf(out, "%s\"jobs\": [", *any ? ", " : "");
    for (size_t i = 0; i < task->jobs; i++) {
        const struct cvat_job *j = &task->job[i];
        bool some = false;
        lf_buf_text(out, i ? ", {" : "{");
        put(out, "id", j->id, &some);
        put_frame(out, "start", j->start, &some);
        put_frame(out, "stop", j->stop, &some);
        if (t->of_job)
            put(out, "assignee", task->assignee, &some);
        put(out, "url", j->url, &some);
        lf_buf_char(out, '}');
    }
    lf_buf_char(out, ']');
}

void cvat_told_json(const struct cvat_told *t, struct lf_buf *out)
{
    for (size_t i = 0; i < t->tasks; i++) {
        const struct cvat_told_task *task = &t->task[i];
        bool any = false;
        lf_buf_text(out, i ? ", {" : "[{");
        if (!t->of_job) {
            put(out, "id", task->id, &any);
            put(out, "name", task->name, &any);
            put(out, "assignee", task->assignee, &any);
            put_url(task, out, &any);
        }
        put(out, "updated", task->updated, &any);
        put_jobs(t, task, out, &any);
        lf_buf_char(out, '}');
    }
    lf_buf_text(out, t->tasks ? "]" : "");
}
