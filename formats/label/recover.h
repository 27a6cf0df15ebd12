// What a killed command left half done in a dataset is finished by whoever opens it
// next.
#ifndef LF_RECOVER_H
#define LF_RECOVER_H

#include "formats/base/error.h"

// Finishes every commit list below the dataset's annotations/. *count: how many there
// were. `locked`: the caller holds the dataset's lock; else it is taken for a list that
// is found.
LF_MUST_USE bool lf_recover(const char *dataset, bool locked, unsigned *count,
                            struct lf_error *err);

// The same in a folder of runs that is kept elsewhere.
LF_MUST_USE bool lf_recover_runs(const char *runs_dir, bool locked, unsigned *count,
                                 struct lf_error *err);

#endif
