// Whether bytes begin as an export of Label Studio does.
#ifndef LS_BID_H
#define LS_BID_H

#include "formats/base/tree.h"

enum ls_root { LS_NONE, LS_LIST, LS_ONE };

// Of a member of an archive: what its root is, and 0 .. 80 how sure that is.
LF_MUST_USE bool ls_root_of(const struct lf_tree *t, size_t i, enum ls_root *root,
                            int *sure, struct lf_error *err);

#endif
