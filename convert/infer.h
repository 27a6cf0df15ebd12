// What the schema left open, from the labels themselves: classes seen (sorted),
// attributes in the order they were first seen, their types, whether a label has
// several rings. One call a sample while pass 1 runs.
#ifndef LF_INFER_H
#define LF_INFER_H

#include "convert/export.h"

struct lf_infer;

LF_MUST_USE struct lf_infer *lf_infer_new(const struct lf_export_job *job,
                                          struct lf_schema *s,
                                          const struct fo_dataset *ds,
                                          struct lf_error *err);
// `value` holds the schema's fields of the document, as fo_values gives them.
LF_MUST_USE bool lf_infer_sample(struct lf_infer *x, struct lf_slice raw,
                                 const struct lf_slice *value, struct lf_arena *a,
                                 struct lf_error *err);
// Closes the schema: nothing is open afterwards.
LF_MUST_USE bool lf_infer_end(struct lf_infer *x, struct lf_error *err);
void lf_infer_free(struct lf_infer **x);

#endif
