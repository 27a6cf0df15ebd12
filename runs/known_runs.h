// The runs that are known of a dataset: our records, and what metadata.json registers.
#ifndef LF_KNOWN_RUNS_H
#define LF_KNOWN_RUNS_H

#include "formats/fiftyone/fo_dataset.h"
#include "formats/fiftyone/fo_registry.h"
#include "formats/label/run_place.h"
#include "runs/runs_job.h"

struct lf_known_runs {
    struct fo_dataset ds; // open when there is one
    bool has_dataset;
    char folder[4200];     // of our records
    struct lf_slice *name; // of our records, sorted
    size_t names;
    struct fo_registered *entry; // sorted by key
    size_t entries;
    int lock[2]; // the dataset's, the folder's of runs; -1: none
    struct lf_arena arena;
};

// Locks what will be written. What a killed command left in the dataset is finished
// first, unless somebody still works on it.
LF_MUST_USE bool lf_known_runs_open(struct lf_known_runs *k,
                                    const struct lf_runs_job *job,
                                    struct lf_error *err);
void lf_known_runs_done(struct lf_known_runs *k);
bool lf_known_runs_has(const struct lf_known_runs *k, struct lf_slice name);
// Opens the record called `name`. One that says of itself that it is another run's is
// damaged.
LF_MUST_USE bool lf_known_run(const struct lf_known_runs *k, struct lf_slice name,
                              struct lf_run *run, struct lf_error *err);

// LF_E_RUN_NAME when no run can be called so.
LF_MUST_USE bool lf_run_name_check(const char *name, struct lf_error *err);
// Whether the dataset holds results of FiftyOne's for the run.
bool lf_known_results(const struct lf_known_runs *k, const char *key);
// Whether the dataset holds the journal of a run whose record lies elsewhere.
bool lf_known_journal(const struct lf_known_runs *k, const struct lf_runs_job *job,
                      const char *key);

#endif
