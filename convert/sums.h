// SHA256SUMS as sha256sum -c reads it.
#ifndef LF_SUMS_H
#define LF_SUMS_H

#include "formats/base/error.h"

// Writes the sums of all files below `folder` into it, sorted by name.
LF_MUST_USE bool lf_sums(const char *folder, struct lf_error *err);

#endif
