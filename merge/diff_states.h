// Two states of a sample's labels in the form a tool holds: as it was shipped, as an
// archive left it, as the dataset says now.
#ifndef LF_DIFF_STATES_H
#define LF_DIFF_STATES_H

#include "merge/diff.h"
#include "merge/merge.h"

struct lf_states {
    const struct lf_diff_job *job;
    struct lf_diff_report *report;
    const struct lf_schema *schema;
    const int32_t *row;     // by field of the schema: its row in the report, -1: none
    double slack;           // of the format
    uint32_t width, height; // what relative coordinates are of; 1: they are pixels
};

// Labels that were not shipped are left out. Those made of one document's bytes are one
// label, the others are by their id.
LF_MUST_USE bool lf_diff_states(const struct lf_states *d, const struct lf_sample *a,
                                const struct lf_sample *b, struct lf_arena *m,
                                struct lf_error *err);

#endif
