// Numbers as text, exact both ways and without a locale.
#ifndef LF_NUMBER_H
#define LF_NUMBER_H

#include <stdint.h>

#include "formats/base/attr.h"
#include "formats/base/slice.h"

enum { LF_NUMBER_CAP = 32, LF_FIXED_CAP = 352 };

// The double nearest to a decimal text (ties to even). The JSON grammar and nothing
// else; false also when the text is longer than LF_NUMBER_BYTES or the value is beyond
// the largest double.
LF_MUST_USE bool lf_parse_double(struct lf_slice text, double *out);
// The same for what Python's float() and CVAT's files have besides: white space around,
// a '+', leading zeros, "5." and ".5". Never nan or inf.
LF_MUST_USE bool lf_parse_decimal(struct lf_slice text, double *out);
// Decimal digits with an optional '-'; false when it does not fit.
LF_MUST_USE bool lf_parse_int64(struct lf_slice text, int64_t *out);
// The shortest text that reads back to the same double, and of those the closest;
// spelled as Python's repr: "1.0", "0.1", "1e-05", "1e+16". NaN and infinities: "NaN",
// "Infinity",
// "-Infinity". Returns the length; no NUL.
size_t lf_print_double(double value, char out[LF_NUMBER_CAP]);
// As C's "%.2f" in the C locale: exact binary value, ties to even, "-0.00" kept.
size_t lf_print_fixed2(double value, char out[LF_FIXED_CAP]);
size_t lf_print_int64(int64_t value, char out[LF_NUMBER_CAP]);

#endif
