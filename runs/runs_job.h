// What `labelferry runs` is asked for, and the functions behind its words: one file
// each. Each fills `out` with what goes to standard output. *findings: exit 1.
#ifndef LF_RUNS_JOB_H
#define LF_RUNS_JOB_H

#include "formats/base/buf.h"

struct lf_runs_job {
    const char *dataset;  // NULL: only --runs-dir was given
    const char *runs_dir; // NULL: the dataset's annotations/
    const char *const *word;
    size_t words; // behind the sub-command
    bool json, ids, dry_run, force;
    bool writes;      // the dataset is locked, unless it is a dry run
    const char *time; // of register; NULL: the dataset's
};

LF_MUST_USE bool lf_runs_list(const struct lf_runs_job *job, struct lf_buf *out,
                              bool *findings, struct lf_error *err);

LF_MUST_USE bool lf_runs_show(const struct lf_runs_job *job, struct lf_buf *out,
                              bool *findings, struct lf_error *err);
LF_MUST_USE bool lf_runs_status(const struct lf_runs_job *job, struct lf_buf *out,
                                bool *findings, struct lf_error *err);
LF_MUST_USE bool lf_runs_rename(const struct lf_runs_job *job, struct lf_buf *out,
                                bool *findings, struct lf_error *err);
LF_MUST_USE bool lf_runs_delete(const struct lf_runs_job *job, struct lf_buf *out,
                                bool *findings, struct lf_error *err);
LF_MUST_USE bool lf_runs_register(const struct lf_runs_job *job, struct lf_buf *out,
                                  bool *findings, struct lf_error *err);

#endif
