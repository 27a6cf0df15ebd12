// What the files that compare two datasets share. Private to diff_datasets.c,
// diff_fields.c and diff_labels.c.
#ifndef LF_DIFFING_H
#define LF_DIFFING_H

#include "formats/fiftyone/fo_differ.h"
#include "merge/diff.h"

struct lf_diff_side {
    struct fo_dataset *ds;
    struct fo_source source;
    struct lf_schema schema;       // of the fields whose labels have a place
    const struct fo_field **field; // by row of the report; NULL: not declared
    struct lf_slice *name;         // likewise, its name here
    int32_t *place;                // likewise, its row in the schema; -1: none
    struct lf_slice raw;           // the sample
    struct lf_slice *value;        // by row of the report; empty: absent or null
    struct lf_sample sample;       // with its geometry, once it was asked for
    bool parsed;
};

struct lf_diffing {
    const struct lf_diff_job *job;
    struct lf_diff_report *report;
    struct lf_diff_side a, b;
    bool sized;        // the image's size is known, coordinates are pixels
    struct lf_arena m; // of the sample
    struct lf_error *err;
};

// diff_fields.c. The report's fields: those that are compared, in the order of A, then
// those of B alone. LF_E_FIELD: one that was asked for is in neither.
LF_MUST_USE bool lf_diff_fields(struct lf_diffing *d);
void lf_diff_fields_done(struct lf_diffing *d);
// The sample's values, field by field.
LF_MUST_USE bool lf_diff_values(struct lf_diffing *d, struct lf_diff_side *s,
                                struct lf_slice raw);

// diff_labels.c. One field of a sample that both have.
LF_MUST_USE bool lf_diff_field_of(struct lf_diffing *d, size_t field);

#endif
