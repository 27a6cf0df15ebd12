// Names that look alike: tools and file systems on the way change the Unicode form of
// an accent, and some the case.
#ifndef LF_UNICODE_NAME_H
#define LF_UNICODE_NAME_H

#include "formats/base/arena.h"

// NFC of a name. What is NFC already, is not UTF-8, or is longer than any name (twice
// LF_NAME_BYTES, for ordering marks takes the square of it) is *out as it came, not
// copied. Fails only for want of memory.
LF_MUST_USE bool lf_name_nfc(struct lf_slice name, struct lf_arena *a,
                             struct lf_slice *out, struct lf_error *err);
// Equal for names that differ only in Unicode form or case. For comparing, not for
// people. What is not UTF-8 loses the case of ASCII letters only.
LF_MUST_USE bool lf_name_key(struct lf_slice name, struct lf_arena *a,
                             struct lf_slice *key, struct lf_error *err);

#endif
