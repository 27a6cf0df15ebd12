// The files of a record that tell its name, under another name.
#ifndef LF_REKEY_H
#define LF_REKEY_H

#include "runs/run_change.h"

// run.json, and what is kept for undo: each run.json, and each files.json, which names
// the record's files and tells the digests of what merges left. `runs`: the folder of
// runs.
LF_MUST_USE bool lf_rekey(struct lf_run_change *change, const char *runs,
                          const char *from, const char *to, struct lf_error *err);

#endif
