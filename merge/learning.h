// What a merge adds to the run's schema, in memory first: fields for unexpected shapes,
// classes and attributes the run does not know. It is written with the run's record, so
// that the next archive is compared with what this one left.
#ifndef LF_LEARNING_H
#define LF_LEARNING_H

#include "formats/fiftyone/fo_dataset.h"
#include "merge/merge.h"

struct lf_learning {
    struct lf_run *run;
    const struct fo_dataset *ds;
    const struct lf_unexpected *unexpected;
    struct lf_events *ev;
    struct lf_learn learn;   // what readers get
    int32_t row[LF_RT_NONE]; // of the field a type goes to; -1: none yet
    bool used[LF_RT_NONE];   // it was there before, or got a label
};

// From here to the end of the merge readers learn. `*n` must stay where it is.
LF_MUST_USE bool lf_learning_begin(struct lf_learning *n, bool classes, bool attrs,
                                   struct lf_error *err);
// Sends shapes that are unexpected and kept to their fields. A field's name that cannot
// be: LF_E_OPTION.
LF_MUST_USE bool lf_learn_strays(struct lf_learning *n, struct lf_sample *s,
                                 struct lf_arena *a, struct lf_error *err);
// Labels of the dataset or base that this run did not ship: in learned fields all that
// it did not add; of learned classes it cannot be known.
void lf_mark_learned(const struct lf_run *run, struct lf_sample *s);
// Notes which learned fields a plan uses; the others leave the schema in the end.
void lf_learning_used(struct lf_learning *n, const struct lf_changes *plan);
void lf_learning_end(struct lf_learning *n);
// "polylines=polylines,detections=detections_night": fields that could be kept for the
// types that are counted and have none.
LF_MUST_USE bool lf_learning_suggest(const struct lf_learning *n,
                                     const uint64_t count[LF_RT_NONE],
                                     struct lf_buf *out, struct lf_error *err);

#endif
