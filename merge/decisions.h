// What a person decided beforehand, and what is left to decide: conflicts, and shapes
// that look like a label that vanished. Both are the same JSON file, so that the list
// one merge writes (--proposals) is filled in and given to the next (--decisions):
//
//   {"decisions": 1, "run": "<the run's uid>", "open": [
//     {"what": "rematch", "sample": .., "field": .., "label": .., "new": .., "overlap":
//      0.93, "decide": null},              null, "accept" or "reject"
//     {"what": "conflict", "sample": .., "field": .., "label": .., "text": ..,
//      "decide": null}]}                   null, "ours" or "theirs"
#ifndef LF_DECISIONS_H
#define LF_DECISIONS_H

#include "merge/merge.h"

// `read`, `write`: files, may be NULL. LF_E_DECISIONS: the first is not of that form or
// of another run.
LF_MUST_USE struct lf_decisions *lf_decisions_new(const struct lf_run *run,
                                                  const char *read, const char *write,
                                                  struct lf_error *err);
// A text instead of a file; for tests.
LF_MUST_USE bool lf_decisions_read(struct lf_decisions *d, struct lf_slice text,
                                   struct lf_error *err);
void lf_decisions_free(struct lf_decisions **d);

// `d` may be NULL: nothing is decided. THEIRS or OURS of a conflict.
bool lf_decided(const struct lf_decisions *d, const struct lf_id *sample,
                struct lf_slice field, const struct lf_id *label,
                enum lf_choice *choice);
// THEIRS: the new shape is the label; OURS: it is not.
bool lf_rematched(const struct lf_decisions *d, const struct lf_id *sample,
                  struct lf_slice field, const struct lf_id *label,
                  const struct lf_id *made, enum lf_choice *choice);

// Rows of the file that is written, where one is; `ev` NULL: this is no first telling.
LF_MUST_USE bool lf_open_conflict(struct lf_decisions *d, const struct lf_events *ev,
                                  const struct lf_id *sample, struct lf_slice field,
                                  const struct lf_id *label, const char *text,
                                  struct lf_error *err);
LF_MUST_USE bool lf_propose(struct lf_decisions *d, const struct lf_id *sample,
                            struct lf_slice field, const struct lf_id *label,
                            const struct lf_id *made, double overlap,
                            struct lf_error *err);
// The file takes its place, also when nothing is open.
LF_MUST_USE bool lf_decisions_end(struct lf_decisions *d, struct lf_error *err);

#endif
