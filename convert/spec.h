// What was asked for, from the schema file and the short options, into a schema with
// open ends.
#ifndef LF_SPEC_H
#define LF_SPEC_H

#include "convert/export.h"

// W04: entries of the file win; classes, attributes and rights beside it fill what it
// leaves out. `ds` tells which fields exist and their types.
LF_MUST_USE bool lf_spec(const struct lf_export_job *job, const struct fo_dataset *ds,
                         struct lf_schema *s, struct lf_events *ev,
                         struct lf_error *err);

#endif
