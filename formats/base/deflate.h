// Members of a zip, deflated as they are written into one unlinked temporary file.
// A member of more than one block is deflated beside the writing, in a second thread.
// Memory is three blocks, whatever the size of a member, and the bytes depend on
// nothing but what was written.
#ifndef LF_DEFLATE_H
#define LF_DEFLATE_H

#include "formats/base/error.h"

struct lf_deflate;

struct lf_deflated {
    uint64_t at, packed, size; // place in the temporary file, its bytes, bytes unpacked
    uint32_t crc;              // CRC-32 of what was written
};

// The temporary file lies beside `path`.
LF_MUST_USE struct lf_deflate *lf_deflate_new(const char *path, struct lf_error *err);
LF_MUST_USE bool lf_deflate_write(struct lf_deflate *d, struct lf_slice bytes,
                                  struct lf_error *err);
// Ends the member; the next write begins another. Without a write before it the member
// is empty.
LF_MUST_USE bool lf_deflate_end(struct lf_deflate *d, struct lf_deflated *out,
                                struct lf_error *err);
// `n` packed bytes from `at` on.
LF_MUST_USE bool lf_deflate_read(struct lf_deflate *d, uint64_t at, void *to, size_t n,
                                 struct lf_error *err);
void lf_deflate_free(struct lf_deflate **d);

#endif
