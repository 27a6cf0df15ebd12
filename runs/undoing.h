// What the files of an undo share. Private to undo_run.c, undo_check.c and
// undo_commit.c.
#ifndef LF_UNDOING_H
#define LF_UNDOING_H

#include "runs/read_journal.h"
#include "runs/undo_files.h"
#include "runs/undo_run.h"

struct lf_undoing {
    const struct lf_undo_job *job;
    struct lf_undo_result *result;
    struct lf_journal journal;
    struct lf_undo_files *merge; // to take back, newest first
    size_t merges;
    struct lf_arena a;
    int lock;
    struct lf_error *err;
};

// undo_run.c. An older merge that is taken back as well restores the file further than
// merge number `merge` of the list.
bool lf_undo_goes_further(const struct lf_undoing *u, size_t merge,
                          struct lf_slice path);
// undo_check.c: nothing is lost. Each file is as the merge left it.
LF_MUST_USE bool lf_undo_check(struct lf_undoing *u);
// undo_commit.c: all of it as one.
LF_MUST_USE bool lf_undo_commit(struct lf_undoing *u);

#endif
