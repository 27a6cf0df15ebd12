// What a merge says when it is over: the balance line, the report.
#ifndef LF_MERGE_REPORT_H
#define LF_MERGE_REPORT_H

#include "formats/base/out.h"
#include "merge/merge_run.h"

struct lf_merge_args {
    struct lf_merge_job job;
    const char *report;
    struct lf_out *to; // the report, open before anything is changed; NULL: none
    char out[4096];
    const char *dest[64];
    bool quiet, verbose, json, help;
    bool fate_given, fields_given; // of unexpected shapes
    unsigned max_errors;
};

// Writes the report where it was asked for and the balance line; the exit status, which
// is `status` unless the report could not be written. `stopped`: why the merge ended,
// or LF_OK.
int lf_merge_finish(const struct lf_merge_args *a, const struct lf_merge_result *r,
                    struct lf_events *ev, const struct lf_error *stopped, int status);

#endif
