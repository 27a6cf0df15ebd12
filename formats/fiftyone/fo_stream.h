// Steps of reading a dataset that its own files share.
#ifndef FO_STREAM_H
#define FO_STREAM_H

#include "formats/fiftyone/fo_dataset.h"

// Fills ds->field from the sample_fields of the layout before 0.8.
LF_MUST_USE bool fo_legacy_fields(struct fo_dataset *ds, struct lf_slice dict,
                                  struct lf_error *err);
// Finds the files that hold the samples: samples.json, else what lies in samples/.
LF_MUST_USE bool fo_list(struct fo_dataset *ds, struct lf_error *err);
// Appends the rest of `in`; beyond `most` bytes the error `code`, saying `what`.
LF_MUST_USE bool fo_read_all(struct lf_in *in, size_t most, enum lf_code code,
                             const char *what, struct lf_buf *out,
                             struct lf_error *err);

#endif
