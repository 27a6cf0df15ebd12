// A dataset's folder made again elsewhere.
#ifndef LF_COPY_DATASET_H
#define LF_COPY_DATASET_H

#include "merge/merge_run.h"

// Everything below `from` into the existing folder `to`: media (data/ and fields/) by
// hard link, copy, or data/ not at all; the rest copied; links made again as links.
// Files in `skip` (relative, NULL at the end) are left out, as are temporary files of
// ours.
LF_MUST_USE bool lf_copy_dataset(const char *from, const char *to, enum lf_media media,
                                 const char *const *skip, struct lf_error *err);

#endif
