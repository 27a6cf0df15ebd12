// What a merge did to the labels of a sample, as lines of the run's journal.
#ifndef LF_LOG_LABELS_H
#define LF_LOG_LABELS_H

#include "formats/base/buf.h"
#include "formats/label/schema.h"

// A line for each label of the run's fields that differs between two states of a
// document. Of a field that gives to another one it is that one; if nothing was there,
// its labels are compared with those they are made of. Labels are known by their ids;
// those without one by their order.
LF_MUST_USE bool lf_log_labels(const struct lf_schema *s, const struct lf_id *sample,
                               struct lf_slice was, struct lf_slice now,
                               struct lf_arena *a, struct lf_buf *lines,
                               struct lf_error *err);

#endif
