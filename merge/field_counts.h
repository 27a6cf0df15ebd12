// The buckets of a merge, field by field: one row for each field of the run's schema,
// and one for labels of which no field was read (their item matches no sample, or is
// damaged).
#ifndef LF_FIELD_COUNTS_H
#define LF_FIELD_COUNTS_H

#include "merge/merge.h"

struct lf_buckets {
    uint64_t kept, edited, added, deleted, refused, ignored, conflict, absent;
};

// From here on `c` counts by field too; what it had is of no field.
// lf_field_counts_done ends it.
LF_MUST_USE bool lf_field_counts_new(struct lf_counts *c, size_t fields,
                                     struct lf_error *err);
void lf_field_counts_done(struct lf_counts *c);

// What `c` got since it was `before` is the field's.
void lf_count_since(struct lf_counts *c, size_t field, const struct lf_counts *before);
// A label of base that the archives do not speak of.
void lf_count_absent(struct lf_counts *c, const struct lf_label *l);
// Labels that came back and that nobody looks at.
void lf_count_passed(struct lf_counts *c, const struct lf_label *l, size_t count);
// A label of base of which an archive spoke that was merged whole before.
void lf_count_done(struct lf_counts *c, const struct lf_label *l);
// Whether the rows add up to the whole.
bool lf_field_counts_balance(const struct lf_counts *c);

// {"gt": {"kept": 1, ..., "labels": 1}, ...}, in the schema's order; learned fields
// only if they have labels. *none: labels of no field.
void lf_field_counts_json(const struct lf_counts *c, const struct lf_schema *s,
                          struct lf_buf *out, uint64_t *none);
// A line a field, in columns, without buckets that no field has. Nothing where there
// would be one line alone.
void lf_field_counts_text(const struct lf_counts *c, const struct lf_schema *s,
                          struct lf_buf *out);

#endif
