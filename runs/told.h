// What archives told of a run's tasks and jobs (lf_source.told), laid over each other:
// the last one that tells something counts.
#ifndef LF_TOLD_H
#define LF_TOLD_H

#include "formats/label/run.h"

struct lf_told_job { // texts; empty: not told
    struct lf_slice id, status, assignee, reviewer, url;
    int64_t start, stop; // frames; -1: not told
};

struct lf_told_task {
    struct lf_slice id, status, assignee, updated, url;
    struct lf_told_job *job;
    size_t jobs, room;
};

// `told`: the list, JSON that was checked; `task`: the run's, field by field; `place`:
// the one it is about where it says no name that the run knows, -1: unknown.
LF_MUST_USE bool lf_told_add(const struct lf_run *run, struct lf_slice told,
                             int64_t place, struct lf_told_task *task,
                             struct lf_arena *a, struct lf_error *err);

#endif
