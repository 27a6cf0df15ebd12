// A mask's file below a dataset's folder, where no part of the path may be a link.
#ifndef LF_NEW_MASK_H
#define LF_NEW_MASK_H

#include "formats/base/names.h"

// Whether `path` is there and holds these bytes. LF_E_EXISTS: others; LF_E_TARGET: it
// is no plain file.
LF_MUST_USE bool lf_mask_there(int folder, const char *path, struct lf_slice bytes,
                               bool *there, struct lf_error *err);
// Makes the folders of `path` below `folder`; those that were not there before are
// added to `made`.
LF_MUST_USE bool lf_mask_folders(int folder, const char *path, struct lf_names *made,
                                 struct lf_error *err);

#endif
