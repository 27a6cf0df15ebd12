// Unexpected labels given back as a file of their own: a JSON list of what FiftyOne
// returns of them.
#ifndef LF_RETURNED_H
#define LF_RETURNED_H

#include "formats/fiftyone/fo_dataset.h"
#include "formats/label/run.h"

struct lf_returned;

// Opens the file under another name. `src` and `run` must outlive it.
LF_MUST_USE struct lf_returned *lf_returned_new(const char *path,
                                                const struct fo_source *src,
                                                const struct lf_run *run,
                                                struct lf_error *err);
// {"field": .., "sample": .., "frame": null, "type": "polylines", "label": {..}}; of a
// lf_rules.give.
LF_MUST_USE bool lf_returned_add(void *returned, const struct lf_sample *base,
                                 const struct lf_label *l, const struct lf_id *id,
                                 struct lf_error *err);
// All of it on disk; then in its place. NULL: nothing to do.
LF_MUST_USE bool lf_returned_seal(struct lf_returned *r, struct lf_error *err);
LF_MUST_USE bool lf_returned_commit(struct lf_returned *r, struct lf_error *err);
// What was not committed leaves no file.
void lf_returned_free(struct lf_returned **r);

#endif
