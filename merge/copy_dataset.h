// A dataset's folder made again elsewhere.
#ifndef LF_COPY_DATASET_H
#define LF_COPY_DATASET_H

#include "merge/merge_run.h"

struct lf_copy {
    enum lf_media media; // data/ and fields/: by hard link, copy; data/ not at all
    bool (*skip)(const void *user, const char *path); // relative; what is left out
    const void *user;
};

// Everything below `from` into the existing folder `to`; links made again as links.
// Temporary files of ours are left out.
LF_MUST_USE bool lf_copy_dataset(const char *from, const char *to,
                                 const struct lf_copy *how, struct lf_error *err);

#endif
