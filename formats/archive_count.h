// What is in an archive, without a run to compare it with.
#ifndef LF_ARCHIVE_COUNT_H
#define LF_ARCHIVE_COUNT_H

#include "formats/format.h"

enum { LF_KIND_BITS = 12 }; // of enum lf_kind

struct lf_archive_count {
    uint64_t documents, items, attributes;
    uint64_t kind[LF_KIND_BITS]; // elements of kind 1 << i
    uint64_t nodes;              // of skeletons
};

// Reads the archive once. Elements are counted as they come, before rings or masks are
// joined into labels.
LF_MUST_USE bool lf_archive_count(const struct lf_format *f, const struct lf_tree *t,
                                  struct lf_archive_count *c, struct lf_error *err);

#endif
