// Labels of a run that FiftyOne sent itself: which ones went, and what its upload did
// to their numbers. It rounds them to whole pixels, knows no parts of a polyline and no
// closed one, and sends some labels as another shape than the dataset holds.
#ifndef LF_SENT_LABELS_H
#define LF_SENT_LABELS_H

#include "merge/fold.h"

struct lf_restoring {
    const struct lf_run *run;
    const struct lf_sample *base; // as shipped
    double slack;
    struct lf_events *ev;
    struct lf_arena *a;
    struct lf_counts *counts; // labels that were taken out of theirs are ignored
};

// Only labels that FiftyOne sent, or that merges of the run added, count as shipped.
void lf_sent_only(const struct lf_run *run, struct lf_sample *shipped);
// A number that came back as the rounding of what was sent is what was sent; rings of
// one label are one again. What was sent and cannot be compared is taken out and told.
LF_MUST_USE bool lf_sent_restore(struct lf_restoring *r, struct lf_theirs *theirs,
                                 struct lf_error *err);

#endif
