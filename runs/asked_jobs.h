// What export asked for of people and jobs, under what the archives told.
#ifndef LF_ASKED_JOBS_H
#define LF_ASKED_JOBS_H

#include "runs/told.h"

// `number`: of the task among all of the run; `items`: its images. Jobs that were asked
// for and that nobody told of are added, all in the order of their frames.
LF_MUST_USE bool lf_asked_under(const struct lf_asked *asked, uint32_t items,
                                size_t number, struct lf_told_task *task,
                                struct lf_arena *a, struct lf_error *err);

#endif
