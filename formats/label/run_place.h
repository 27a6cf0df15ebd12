// Where run records lie: a folder each below the dataset's annotations/, or below the
// folder that --runs-dir names.
#ifndef LF_RUN_PLACE_H
#define LF_RUN_PLACE_H

#include "formats/label/run.h"

// The folder of runs of a dataset, or `runs_dir` when it is not NULL.
LF_MUST_USE bool lf_runs_folder(const char *dataset, const char *runs_dir,
                                char out[4200], struct lf_error *err);
// Opens the record in `folder` when there is one at all; what is damaged is an error,
// not "none".
LF_MUST_USE bool lf_run_try(struct lf_run *run, const char *folder, bool *found,
                            struct lf_error *err);
// The names in a folder of runs that hold a record, sorted by bytes, in the arena. A
// folder that is not there holds none.
LF_MUST_USE bool lf_run_names(const char *runs, struct lf_arena *a,
                              struct lf_slice **name, size_t *count,
                              struct lf_error *err);
// The record of a run by its uid, whatever it is called now; the first by name, damaged
// ones are passed over.
LF_MUST_USE bool lf_run_by_uid(struct lf_run *run, const char *runs,
                               struct lf_slice uid, bool *found, struct lf_error *err);

#endif
