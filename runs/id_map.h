// FiftyOne's id map of a run: which labels of which samples were sent.
#ifndef LF_ID_MAP_H
#define LF_ID_MAP_H

#include "formats/base/out.h"
#include "formats/fiftyone/fo_dataset.h"
#include "formats/format.h"

// Writes {"<field>": {"<sample id>": ["<label id>", ..]}, ..}: one id where the field
// holds one label, true for a scalar. Only what `ship` of base sent: labels of a class
// or kind outside the run are not in it. `ds`, open, holds the masks on disk.
LF_MUST_USE bool lf_id_map(const struct lf_run *run, const struct lf_format *format,
                           struct fo_dataset *ds, struct lf_out *out,
                           struct lf_error *err);

#endif
