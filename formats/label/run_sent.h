// What FiftyOne noted of a run that it sent to a tool itself: which labels went, and
// which frame of which task is which sample. Sorted tables; they know samples by id,
// not by row.
#ifndef LF_RUN_SENT_H
#define LF_RUN_SENT_H

#include "formats/label/label.h"

struct lf_sent_label {
    struct lf_id sample, id; // id not known: the field's scalar
    uint16_t field;          // row of the run's schema
};
struct lf_sent_frame {
    int64_t task, frame;
    struct lf_id sample;
};
struct lf_sent_job {
    int64_t job, task;
};
struct lf_sent_task { // a task that asks for a field
    int64_t task;
    uint16_t field;
};

struct lf_run_sent { // in an arena; zero: nothing
    struct lf_sent_label *label;
    size_t labels, label_room;
    struct lf_sent_frame *frame;
    size_t frames, frame_room;
    struct lf_sent_job *job;
    size_t jobs, job_room;
    struct lf_sent_task *task;
    size_t tasks, task_room;
    bool coerce_text; // new texts that read as a number or bool become one
};

LF_MUST_USE bool lf_sent_add_label(struct lf_run_sent *s, struct lf_arena *a,
                                   const struct lf_sent_label *label,
                                   struct lf_error *err);
LF_MUST_USE bool lf_sent_add_frame(struct lf_run_sent *s, struct lf_arena *a,
                                   const struct lf_sent_frame *frame,
                                   struct lf_error *err);
LF_MUST_USE bool lf_sent_add_job(struct lf_run_sent *s, struct lf_arena *a, int64_t job,
                                 int64_t task, struct lf_error *err);
LF_MUST_USE bool lf_sent_add_task(struct lf_run_sent *s, struct lf_arena *a,
                                  int64_t task, uint16_t field, struct lf_error *err);
// Sorts the tables. One frame or job told twice, or one task's frame two samples:
// LF_E_RUN_RECORD.
LF_MUST_USE bool lf_sent_seal(struct lf_run_sent *s, struct lf_error *err);

bool lf_sent_has(const struct lf_run_sent *s, const struct lf_id *sample,
                 uint16_t field, const struct lf_id *id);
// The task that "task 7" or "job 12" means; false: none of the run's.
bool lf_sent_task(const struct lf_run_sent *s, struct lf_slice name, int64_t *task);
bool lf_sent_sample(const struct lf_run_sent *s, int64_t task, int64_t frame,
                    struct lf_id *sample);
// The only field that the task asks for, -1: several.
int lf_sent_field(const struct lf_run_sent *s, int64_t task);
// Whether some task asks for both fields.
bool lf_sent_together(const struct lf_run_sent *s, uint16_t a, uint16_t b);

#endif
