// Base64 as JSON holds binary values: the standard alphabet, with padding, no blanks.
#ifndef LF_BASE64_H
#define LF_BASE64_H

#include "formats/base/buf.h"

// The most bytes a text of that length can stand for.
static inline size_t lf_base64_room(size_t len)
{
    return len / 4 * 3;
}
// `to` has that room. LF_E_MASK: not base64; escapes of JSON are not either.
LF_MUST_USE bool lf_base64_read(struct lf_slice text, unsigned char *to, size_t *n,
                                struct lf_error *err);
void lf_base64_write(const unsigned char *bytes, size_t n, struct lf_buf *out);

#endif
