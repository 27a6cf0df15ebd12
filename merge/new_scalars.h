// The JSON type of scalar fields: the dataset's where it has the field, else the
// narrowest that holds every value that came back.
#ifndef LF_NEW_SCALARS_H
#define LF_NEW_SCALARS_H

#include "formats/fiftyone/fo_dataset.h"
#include "merge/incoming.h"

// After lf_incoming_seal. Sets `scalar` of the run's scalar fields.
LF_MUST_USE bool lf_settle_scalars(struct lf_run *run, const struct fo_dataset *ds,
                                   const struct lf_incoming *in, struct lf_error *err);
// Sets a scalar field's type, and its attribute's.
void lf_scalar_type(struct lf_field *f, enum lf_value type);

#endif
