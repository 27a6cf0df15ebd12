// Where a run's record lies: the path given, --runs-dir, the dataset, or the copy that
// travelled.
#ifndef LF_FIND_RUN_H
#define LF_FIND_RUN_H

#include "merge/merge_run.h"

// *here: the record lies in the dataset's own annotations/.
LF_MUST_USE bool lf_find_run(const struct lf_merge_job *job, struct lf_run *run,
                             bool *here, struct lf_events *ev, struct lf_error *err);

#endif
