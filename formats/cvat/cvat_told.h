// What a dump's <meta> tells of tasks, jobs and people, for `runs status`.
#ifndef CVAT_TOLD_H
#define CVAT_TOLD_H

#include "formats/base/arena.h"
#include "formats/base/buf.h"

struct cvat_job { // a segment; texts as the dump has them
    struct lf_slice id, start, stop, url;
};

struct cvat_told_task {
    struct lf_slice id, name, updated, assignee;
    struct cvat_job *job;
    size_t jobs, room;
};

struct cvat_told {
    struct cvat_told_task *task; // of a task or job dump one
    size_t tasks, room;
    bool of_job; // the id and assignee are a job's
};

// As cvat_meta_open and cvat_meta_leaf; all memory is the arena's.
LF_MUST_USE bool cvat_told_open(struct cvat_told *t, struct lf_slice path,
                                struct lf_arena *a, struct lf_error *err);
LF_MUST_USE bool cvat_told_leaf(struct cvat_told *t, struct lf_slice path,
                                struct lf_slice text, struct lf_arena *a,
                                struct lf_error *err);
// The list that lf_source.told holds.
void cvat_told_json(const struct cvat_told *t, struct lf_buf *out);

#endif
