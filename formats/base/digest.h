// SHA-256, by OpenSSL's libcrypto.
#ifndef LF_DIGEST_H
#define LF_DIGEST_H

#include "formats/base/error.h"

enum { LF_DIGEST_BYTES = 32, LF_DIGEST_HEX = 65 };

struct lf_digest; // one that is being made

LF_MUST_USE struct lf_digest *lf_digest_new(struct lf_error *err);
LF_MUST_USE bool lf_digest_add(struct lf_digest *d, struct lf_slice bytes,
                               struct lf_error *err);
// The digest so far; the next add starts a new one.
LF_MUST_USE bool lf_digest_take(struct lf_digest *d, unsigned char out[LF_DIGEST_BYTES],
                                struct lf_error *err);
void lf_digest_free(struct lf_digest **d);
// Of a whole file.
LF_MUST_USE bool lf_digest_file(const char *path, unsigned char out[LF_DIGEST_BYTES],
                                struct lf_error *err);
void lf_hex(const unsigned char *bytes, size_t n, char *out); // 2n digits and NUL

#endif
