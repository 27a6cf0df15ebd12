// A run that FiftyOne sent to a tool itself, made into one of ours.
#ifndef LF_ADOPT_RUN_H
#define LF_ADOPT_RUN_H

#include "formats/fiftyone/fo_dataset.h"
#include "formats/label/run.h"

// Builds the run in memory out of FiftyOne's record: schema, what was sent, an item for
// each sample of the run that the dataset holds, and base, which is the dataset as it
// is now. `folder`: where a record of ours would lie. *found false: the dataset has no
// such run. `source->schema` must be run->schema. Reads the whole dataset.
LF_MUST_USE bool lf_adopt_run(struct fo_dataset *ds, const struct fo_source *source,
                              struct lf_slice key, const char *folder,
                              struct lf_run *run, bool *found, struct lf_error *err);
// What was sent, for a record of ours that was made from FiftyOne's: it stays there.
LF_MUST_USE bool lf_adopt_sent(const struct fo_dataset *ds, struct lf_run *run,
                               struct lf_error *err);

#endif
