// Names that may be joined to a folder: relative, '/' between parts, no empty, "." or
// ".." part, no backslash, no drive, UTF-8 without control characters, within
// LF_NAME_BYTES and LF_NAME_LEVELS.
#ifndef LF_RELPATH_H
#define LF_RELPATH_H

#include "formats/base/error.h"

// NULL when the name is safe, else what is wrong with it in a few words.
const char *lf_relpath_fault(struct lf_slice name);
LF_MUST_USE bool lf_relpath_check(struct lf_slice name, enum lf_code code,
                                  struct lf_error *err);
// `dir` + '/' + `name` into out; false when it does not fit.
LF_MUST_USE bool lf_path_join(char *out, size_t cap, const char *dir, const char *name,
                              struct lf_error *err);

// A path made by a format; false when it does not fit. A path that was cut would be
// another place.
LF_MUST_USE bool lf_path_printf(char *out, size_t cap, struct lf_error *err,
                                const char *fmt, ...) LF_PRINTF(4, 5);
// Whether `path`, which need not exist, would lie in `folder` or be it; links resolved.
bool lf_path_inside(const char *path, const char *folder);

#endif
