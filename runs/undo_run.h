// A merge taken back, and those of the run that came after it: the files as they were.
#ifndef LF_UNDO_RUN_H
#define LF_UNDO_RUN_H

#include "formats/base/buf.h"

struct lf_undo_job {
    const char *dataset;
    struct lf_slice run; // its name
    uint32_t merge;      // 0: the last that was not undone
    bool dry_run;
};

struct lf_undo_result {
    uint32_t first, last; // the merges that were taken back
    uint32_t merges, number;
    uint64_t restored, removed; // files
    struct lf_buf files;        // their lines, for a dry run
};

LF_MUST_USE bool lf_undo(const struct lf_undo_job *job, struct lf_undo_result *result,
                         struct lf_error *err);
void lf_undo_result_done(struct lf_undo_result *r);

#endif
