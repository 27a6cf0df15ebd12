// What changed between two states of labels: two datasets, two fields of one, two
// archives of a run, or what was shipped and an archive. Nothing is written.
#ifndef LF_DIFF_H
#define LF_DIFF_H

#include "formats/label/schema.h"
#include "merge/diff_report.h"

enum lf_diff_by { LF_BY_ID, LF_BY_IOU };

struct lf_diff_job {
    const char *a, *b;    // as typed; of a run with one archive `a` is NULL: base
    const char *run;      // NULL: two datasets
    const char *dataset;  // of the run
    const char *runs_dir; // NULL: the dataset's annotations/
    const char *field_a, *field_b; // two fields of dataset `a`; NULL: the same of both
    const char **field;            // only these; none: all
    size_t fields;
    enum lf_diff_by by;
    double iou;       // least, of a pair
    double tolerance; // pixels; below 0: 0, or the format's slack
    bool detail;      // geometry with its numbers
};

// False only with an error. What differs is in the report.
LF_MUST_USE bool lf_diff_datasets(const struct lf_diff_job *job,
                                  struct lf_diff_report *r, struct lf_error *err);
// The archives' findings are added to `ev`.
LF_MUST_USE bool lf_diff_archives(const struct lf_diff_job *job,
                                  struct lf_diff_report *r, struct lf_events *ev,
                                  struct lf_error *err);
// Whether a word is a dataset's folder.
bool lf_diff_is_dataset(const char *word);
// Whether --field asks for it.
bool lf_diff_wants(const struct lf_diff_job *job, struct lf_slice field);

#endif
