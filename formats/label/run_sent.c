#include "formats/label/run_sent.h"

#include <stdlib.h>

#include "formats/base/number.h"

#define ADD(s, a, list, count, room, entry, err)                                       \
    do {                                                                               \
        void *all = (s)->list;                                                         \
        if (!lf_arena_grow(a, &all, &(s)->room, (s)->count + 1, sizeof *(s)->list,     \
                           err))                                                       \
            return false;                                                              \
        (s)->list = all;                                                               \
        (s)->list[(s)->count++] = entry;                                               \
        return true;                                                                   \
    } while (0)

bool lf_sent_add_label(struct lf_run_sent *s, struct lf_arena *a,
                       const struct lf_sent_label *label, struct lf_error *err)
{
    ADD(s, a, label, labels, label_room, *label, err);
}

bool lf_sent_add_frame(struct lf_run_sent *s, struct lf_arena *a,
                       const struct lf_sent_frame *frame, struct lf_error *err)
{
    ADD(s, a, frame, frames, frame_room, *frame, err);
}

bool lf_sent_add_job(struct lf_run_sent *s, struct lf_arena *a, int64_t job,
                     int64_t task, struct lf_error *err)
{
    const struct lf_sent_job entry = {job, task};
    ADD(s, a, job, jobs, job_room, entry, err);
}

bool lf_sent_add_task(struct lf_run_sent *s, struct lf_arena *a, int64_t task,
                      uint16_t field, struct lf_error *err)
{
    const struct lf_sent_task entry = {task, field};
    ADD(s, a, task, tasks, task_room, entry, err);
}

// ---------------------------------------------------------------------------- order

static int by_number(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_label(const void *a, const void *b)
{
    const struct lf_sent_label *x = a, *y = b;
    int d = memcmp(x->sample.at, y->sample.at, sizeof x->sample.at);
    d = d ? d : by_number(x->field, y->field);
    return d ? d : memcmp(x->id.at, y->id.at, sizeof x->id.at);
}

static int by_frame(const void *a, const void *b)
{
    const struct lf_sent_frame *x = a, *y = b;
    int d = by_number(x->task, y->task);
    return d ? d : by_number(x->frame, y->frame);
}

static int by_job(const void *a, const void *b)
{
    const struct lf_sent_job *x = a, *y = b;
    return by_number(x->job, y->job);
}

static int by_task(const void *a, const void *b)
{
    const struct lf_sent_task *x = a, *y = b;
    int d = by_number(x->task, y->task);
    return d ? d : by_number(x->field, y->field);
}

static void sort(void *list, size_t count, size_t size,
                 int (*order)(const void *, const void *))
{
    if (count > 1)
        qsort(list, count, size, order);
}

bool lf_sent_seal(struct lf_run_sent *s, struct lf_error *err)
{
    sort(s->label, s->labels, sizeof *s->label, by_label);
    sort(s->frame, s->frames, sizeof *s->frame, by_frame);
    sort(s->job, s->jobs, sizeof *s->job, by_job);
    sort(s->task, s->tasks, sizeof *s->task, by_task);
    for (size_t i = 1; i < s->frames; i++)
        if (!by_frame(&s->frame[i - 1], &s->frame[i]))
            return lf_fail(err, LF_E_RUN_RECORD, "a task's frame is told twice");
    for (size_t i = 1; i < s->jobs; i++)
        if (!by_job(&s->job[i - 1], &s->job[i]))
            return lf_fail(err, LF_E_RUN_RECORD, "a job is told twice");
    return true;
}

// ----------------------------------------------------------------------------
// questions

static const void *find(const void *key, const void *list, size_t count, size_t size,
                        int (*order)(const void *, const void *))
{
    return count ? bsearch(key, list, count, size, order) : NULL;
}

bool lf_sent_has(const struct lf_run_sent *s, const struct lf_id *sample,
                 uint16_t field, const struct lf_id *id)
{
    const struct lf_sent_label key = {.sample = *sample, .id = *id, .field = field};
    return find(&key, s->label, s->labels, sizeof *s->label, by_label) != NULL;
}

static struct lf_slice behind(struct lf_slice text, size_t n)
{
    return (struct lf_slice){text.at + n, text.len - n};
}

bool lf_sent_task(const struct lf_run_sent *s, struct lf_slice name, int64_t *task)
{
    if (lf_slice_starts(name, LF_S("job "))) {
        struct lf_sent_job key = {0};
        const struct lf_sent_job *job = NULL;
        if (lf_parse_int64(behind(name, 4), &key.job))
            job = find(&key, s->job, s->jobs, sizeof *s->job, by_job);
        *task = job ? job->task : 0;
        return job != NULL;
    }
    if (!lf_slice_starts(name, LF_S("task ")) || !lf_parse_int64(behind(name, 5), task))
        return false;
    size_t low = 0, high = s->frames; // the first frame that is not before the task
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (s->frame[mid].task < *task)
            low = mid + 1;
        else
            high = mid;
    }
    return low < s->frames && s->frame[low].task == *task;
}

bool lf_sent_sample(const struct lf_run_sent *s, int64_t task, int64_t frame,
                    struct lf_id *sample)
{
    const struct lf_sent_frame key = {.task = task, .frame = frame};
    const struct lf_sent_frame *f =
        find(&key, s->frame, s->frames, sizeof *s->frame, by_frame);
    if (f)
        *sample = f->sample;
    return f != NULL;
}

int lf_sent_field(const struct lf_run_sent *s, int64_t task)
{
    int field = -1;
    for (size_t i = 0; i < s->tasks; i++)
        if (s->task[i].task == task) {
            if (field >= 0 && field != s->task[i].field)
                return -1;
            field = s->task[i].field;
        }
    return field;
}

bool lf_sent_together(const struct lf_run_sent *s, uint16_t a, uint16_t b)
{
    for (size_t i = 0; i < s->tasks; i++)
        for (size_t k = i; k-- > 0 && s->task[k].task == s->task[i].task;)
            if ((s->task[i].field == a && s->task[k].field == b) ||
                (s->task[i].field == b && s->task[k].field == a))
                return true;
    return false;
}
