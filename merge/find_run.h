// Where a run's record lies: the path given, --runs-dir, the dataset, the copy that
// travelled, or FiftyOne's own.
#ifndef LF_FIND_RUN_H
#define LF_FIND_RUN_H

#include "formats/fiftyone/fo_dataset.h"
#include "merge/merge_run.h"

// *here: the record lies in the dataset's own annotations/, or would. `ds` is open; a
// run that only FiftyOne recorded is made of it (adopt_run.h).
LF_MUST_USE bool lf_find_run(const struct lf_merge_job *job, struct fo_dataset *ds,
                             const struct fo_source *source, struct lf_run *run,
                             bool *here, struct lf_events *ev, struct lf_error *err);

#endif
