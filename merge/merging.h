// What the files of one whole merge share. Private to merge_run.c, merge_sample_doc.c,
// move_base.c and policies.c.
#ifndef LF_MERGING_H
#define LF_MERGING_H

#include "formats/fiftyone/fo_dataset.h"
#include "merge/fold.h"
#include "merge/incoming.h"
#include "merge/merge_run.h"
#include "merge/returned.h"
#include "merge/write_result.h"

struct lf_merging {
    const struct lf_merge_job *job;
    struct lf_run run;
    bool run_here; // the record lies in the dataset's annotations/
    struct fo_dataset ds;
    struct fo_source source;
    struct lf_files files; // the dataset's
    struct lf_incoming in;
    struct lf_learning learning;
    struct lf_returned *returned; // NULL: nothing is to be returned
    struct lf_rules rules;
    struct lf_events *ev;
    struct lf_merge_result *result;
    struct lf_writing out;
    struct lf_new_base base;
    struct lf_decisions *decisions; // NULL: nobody decides or asks for proposals
    bool unsure;   // of the sample: there is no base, and it is not as it was shipped
    bool *visited; // by row: the dataset still holds the sample
    struct lf_arena a; // of the sample
    int lock;
    struct lf_error *err;
};

// merge_sample_doc.c. One sample of the dataset: what came back for it is merged and
// written.
LF_MUST_USE bool lf_merge_document(struct lf_merging *m, const struct fo_doc *doc,
                                   uint32_t row);
// One whose id or path cannot be read: it goes on as it is, with a finding.
LF_MUST_USE bool lf_pass_damaged(struct lf_merging *m, const struct fo_doc *doc);
// A sample that the dataset no longer holds: what came back for it cannot be taken, and
// what was shipped of it counts as absent.
LF_MUST_USE bool lf_account_missing(struct lf_merging *m, uint32_t row);
// `files`: the masks on disk as they were when a document of base was shipped.
LF_MUST_USE bool lf_parse_and_ship(struct lf_merging *m, struct lf_slice doc,
                                   struct lf_slice files, uint32_t row,
                                   struct lf_sample *s, struct lf_sample *shipped);

// move_base.c. What was shipped of a sample: its own bytes unless they changed since,
// then the line kept of it.
LF_MUST_USE bool lf_base_of(struct lf_merging *m, struct lf_slice doc, uint32_t row,
                            struct lf_slice *was, struct lf_slice *files);
// Base after the merge: the same archives applied to base itself. `applied`: what the
// dataset took, where not all of it was taken; else NULL.
// `from`: what the archives were compared with; mostly base itself.
LF_MUST_USE bool lf_move_base(struct lf_merging *m, const struct lf_sample *from,
                              const struct lf_sample *base, struct lf_slice files,
                              const struct lf_theirs *theirs, size_t count,
                              uint32_t row, const struct lf_changes *applied);

// policies.c. Stops a merge whose counts do not add up, whose archives are not the
// run's, or that somebody asked to stop.
LF_MUST_USE bool lf_stop_at_policies(struct lf_merging *m);

#endif
