// What `labelferry verify` does beside what a format knows. Findings are events.
#ifndef LF_VERIFY_PARTS_H
#define LF_VERIFY_PARTS_H

#include "formats/format.h"

#define LF_SUMS "SHA256SUMS"

// An export folder against its SHA256SUMS: each file is there and as it was, and there
// is no other. `*files`: how many are listed.
LF_MUST_USE bool lf_verify_sums(const struct lf_tree *t, uint64_t *files,
                                struct lf_events *ev, struct lf_error *err);
// Reads an archive once, as a merge would: what is damaged, and with a run whose it is
// and whether the sizes are those that were shipped.
LF_MUST_USE bool lf_verify_read(const struct lf_format *f, const struct lf_tree *t,
                                const struct lf_run *run, struct lf_events *ev,
                                struct lf_error *err);

#endif
