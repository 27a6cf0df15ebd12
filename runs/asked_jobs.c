#include "runs/asked_jobs.h"

#include <stdlib.h>

static int by_frames(const void *a, const void *b)
{
    const struct lf_told_job *x = a, *y = b;
    if (x->start != y->start) // unknown ones last
        return (uint64_t)x->start < (uint64_t)y->start ? -1 : 1;
    return lf_slice_cmp(x->id, y->id);
}

// A job there that has these frames; *taken: there are others that hold some of them,
// as somebody has cut the task otherwise.
static struct lf_told_job *told_job(struct lf_told_task *t, int64_t start, int64_t stop,
                                    bool *taken)
{
    *taken = false;
    for (size_t i = 0; i < t->jobs; i++) {
        struct lf_told_job *j = &t->job[i];
        if (j->start == start && (j->stop == stop || j->stop < 0))
            return j;
        *taken = *taken || (j->start >= 0 && j->start <= stop && j->stop >= start);
    }
    return NULL;
}

static bool add_job(struct lf_told_task *t, int64_t start, int64_t stop,
                    struct lf_told_job **job, struct lf_arena *a, struct lf_error *err)
{
    void *jobs = t->job;
    if (!lf_arena_grow(a, &jobs, &t->room, t->jobs + 1, sizeof *t->job, err))
        return false;
    t->job = jobs;
    *job = &t->job[t->jobs++];
    **job = (struct lf_told_job){.start = start, .stop = stop};
    return true;
}

bool lf_asked_under(const struct lf_asked *asked, uint32_t items, size_t number,
                    struct lf_told_task *task, struct lf_arena *a, struct lf_error *err)
{
    uint32_t jobs = lf_asked_jobs(asked, items);
    if (!task->assignee.len)
        task->assignee = lf_asked_who(asked, LF_TASK_ASSIGNEE, number);
    for (uint32_t i = 0; i < jobs; i++) {
        uint32_t start, stop;
        bool taken;
        lf_asked_frames(asked, items, i, &start, &stop);
        struct lf_told_job *j = told_job(task, start, stop, &taken);
        if (!j && taken)
            continue;
        if (!j && !add_job(task, start, stop, &j, a, err))
            return false;
        if (!j->assignee.len)
            j->assignee = lf_asked_who(asked, LF_JOB_ASSIGNEE, i);
        if (!j->reviewer.len)
            j->reviewer = lf_asked_who(asked, LF_JOB_REVIEWER, i);
    }
    if (jobs && task->jobs)
        qsort(task->job, task->jobs, sizeof *task->job, by_frames);
    return true;
}
