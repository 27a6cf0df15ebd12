// What a merge writes down: what became of each label, for the run's journal, and which
// files it put in place of which, for undo. Collected while the samples are walked,
// beyond 8 MiB in temporary files.
#ifndef LF_KEEP_LOG_H
#define LF_KEEP_LOG_H

#include "formats/base/out.h"
#include "formats/label/change.h"
#include "merge/incoming.h"
#include "merge/merge_run.h"

struct lf_log {
    struct lf_spool *changes;          // a line a label that changed
    struct lf_spool *replaced, *fresh; // rows of files.json
};

// What became of the labels of a sample; `was` and `now`: its document.
LF_MUST_USE bool lf_log_changes(struct lf_log *log, const struct lf_schema *s,
                                const struct lf_id *sample, struct lf_slice was,
                                struct lf_slice now, struct lf_arena *a,
                                struct lf_error *err);
// A file that is complete, with its digest made: `path` relative to the dataset.
// `kept`: the old one's name among the kept ones; NULL: there was none.
LF_MUST_USE bool lf_log_file(struct lf_log *log, const char *path, const char *kept,
                             struct lf_out *out, struct lf_error *err);
LF_MUST_USE bool lf_log_digest(struct lf_log *log, const char *path, const char *kept,
                               const char *hex, struct lf_error *err);

struct lf_log_of { // a whole merge
    uint32_t number;
    const struct lf_merge_job *job;
    const struct lf_run *run;
    bool elsewhere; // the merge changes a record outside of the dataset
    const struct lf_incoming *in;
    const struct lf_counts *counts;
    struct lf_events *ev;
};
// The journal's file, and files.json with the `folders` that were made; both up to the
// end of writing: the caller seals or commits `out`.
LF_MUST_USE bool lf_log_write(const struct lf_log *log, const struct lf_log_of *of,
                              struct lf_out *out, struct lf_error *err);
LF_MUST_USE bool lf_log_files(const struct lf_log *log, uint32_t number,
                              const struct lf_names *folders, struct lf_out *out,
                              struct lf_error *err);
void lf_log_done(struct lf_log *log);

#endif
