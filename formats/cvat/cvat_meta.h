// What a dump's <meta> tells: which task, when, and whose labels.
#ifndef CVAT_META_H
#define CVAT_META_H

#include "formats/cvat/cvat_told.h"
#include "formats/format.h"

struct cvat_label { // as the dump declares it
    struct lf_slice name, color;
    bool has_id; // it has the id attribute
    bool node;   // of a skeleton: no class, and without attributes of its own
};

struct cvat_task { // of a project dump
    struct lf_slice id, name, subset;
    int64_t size;
    int field; // row of the run, -1: unknown
};

struct cvat_meta {
    bool seen;
    char kind[8]; // "task", "job", "project"
    struct lf_slice id, name, created, updated, dumped;
    struct lf_slice owner, assignee; // user names
    struct lf_buf urls;              // of the segments' jobs, a space behind each
    size_t segments;
    struct cvat_label *label;
    size_t labels, label_room;
    struct cvat_task *task; // of a project
    size_t tasks, task_room;
    struct cvat_told told;
    uint64_t size;  // images of a task, also those removed; 0: not told
    size_t with_id; // labels that declare the id attribute
    int field;      // row all items belong to, -1: told by task, by class, or unknown
    struct lf_arena arena;
};

// A leaf of <meta>: its path from there ("task/labels/label/name") and its text.
LF_MUST_USE bool cvat_meta_leaf(struct cvat_meta *m, struct lf_slice path,
                                struct lf_slice text, const struct lf_run *run,
                                struct lf_error *err);
// An element of <meta> begins ("task/labels/label").
LF_MUST_USE bool cvat_meta_open(struct cvat_meta *m, struct lf_slice path,
                                struct lf_error *err);
// Settles which field the items belong to, by the labels' colours, then names, then by
// there being only one. What cannot be told stays -1.
void cvat_meta_settle(struct cvat_meta *m, const struct lf_run *run);
// The task or job that an image is of, "task 7", and its number there: a project's
// images are numbered on over the tasks of one subset.
LF_MUST_USE bool cvat_meta_place(struct cvat_meta *m, struct lf_slice task_id,
                                 struct lf_arena *a, struct lf_slice *task,
                                 int64_t *number, struct lf_error *err);
// The field of an image of project task `task_id`.
int cvat_meta_field(const struct cvat_meta *m, struct lf_slice task_id);

#endif
