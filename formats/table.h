// All formats. Adding one is a folder and a row.
#ifndef LF_TABLE_H
#define LF_TABLE_H

#include "formats/format.h"

extern const struct lf_format *const lf_formats[]; // NULL at its end

const struct lf_format *
lf_format_named(const char *name); // name or tool; NULL: unknown
// The format of an archive, by the highest bid. LF_E_ARCHIVE when nobody bids.
LF_MUST_USE bool lf_format_of(const struct lf_tree *t, const struct lf_format **f,
                              struct lf_error *err);

#endif
