// A zip archive whose bytes depend on nothing but its members: sorted by name, dated
// 1980-01-01, mode 0644, UTF-8 names. Text is deflated while it is written (flat
// memory); files are stored. libzip joins the parts at the close.
#ifndef LF_ZIP_OUT_H
#define LF_ZIP_OUT_H

#include "formats/base/error.h"

struct lf_zip_out;

// Nothing is written at `path` before the close. Scratch space lies beside it,
// unlinked.
LF_MUST_USE struct lf_zip_out *lf_zip_out_new(const char *path, struct lf_error *err);
// A stored member whose bytes are read from a plain file at the close; `name` is
// copied. A file that changes its size meanwhile: LF_E_CHANGED.
LF_MUST_USE bool lf_zip_out_file(struct lf_zip_out *z, const char *name, int folder,
                                 const char *relpath, bool links, struct lf_error *err);
// A deflated member; one is open at a time.
LF_MUST_USE bool lf_zip_out_begin(struct lf_zip_out *z, const char *name,
                                  struct lf_error *err);
LF_MUST_USE bool lf_zip_out_write(struct lf_zip_out *z, struct lf_slice bytes,
                                  struct lf_error *err);
LF_MUST_USE bool lf_zip_out_end(struct lf_zip_out *z, struct lf_error *err);
// Writes and syncs the archive. Two names that differ only in case: LF_E_ZIP_DUPLICATE.
LF_MUST_USE bool lf_zip_out_close(struct lf_zip_out *z, struct lf_error *err);
void lf_zip_out_free(struct lf_zip_out **z); // not closed: nothing stays behind

#endif
