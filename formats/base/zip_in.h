// A zip archive of somebody else's, read through libzip. What is unsafe about it
// refuses the whole archive; what it says about a member is held against what comes
// out. Internal to base: tree.h is what the others use.
#ifndef LF_ZIP_IN_H
#define LF_ZIP_IN_H

#include "formats/base/in.h"

struct lf_zip_in;

// Takes `fd`, a plain file opened for reading, also on failure. `name` goes into
// errors.
LF_MUST_USE struct lf_zip_in *lf_zip_in_take(int fd, const char *name,
                                             struct lf_error *err);
// Files only, sorted by name bytes.
size_t lf_zip_in_count(const struct lf_zip_in *z);
const char *lf_zip_in_name(const struct lf_zip_in *z, size_t i); // lives as long as `z`
// `z` must outlive what this returns.
LF_MUST_USE struct lf_in *lf_zip_in_read(struct lf_zip_in *z, size_t i,
                                         struct lf_error *err);
// Lowers LF_ZIP_TOTAL, the bytes that may be read out of the archive.
void lf_zip_in_cap(struct lf_zip_in *z, uint64_t total);
void lf_zip_in_free(struct lf_zip_in **z);

#endif
