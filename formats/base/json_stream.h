// The elements of one long array, one at a time, without holding the file: {"samples":
// [..., ...]}.
#ifndef LF_JSON_STREAM_H
#define LF_JSON_STREAM_H

#include "formats/base/in.h"
#include "formats/base/json.h"

struct lf_json_stream;

// Reads `in` (borrowed until the free) which must be an object whose first and only key
// is `key` with an array, or, when `key` is NULL, a bare array. A UTF-8 BOM before it
// is accepted.
LF_MUST_USE struct lf_json_stream *lf_json_stream_new(struct lf_in *in, const char *key,
                                                      struct lf_json_rules rules,
                                                      struct lf_error *err);
// The next element, checked with lf_json_check. `gap` gets every byte between the
// element before and this one (all that stands before the first); when *more is false,
// all bytes up to the end of the file. Gaps and elements joined are the file. Both live
// until the next call. `*at` is the element's byte offset. Elements beyond
// LF_JSON_SLICE bytes: LF_E_JSON_SLICE.
LF_MUST_USE bool lf_json_stream_next(struct lf_json_stream *s, struct lf_slice *gap,
                                     struct lf_slice *element, uint64_t *at, bool *more,
                                     struct lf_error *err);
void lf_json_stream_free(struct lf_json_stream **s);

#endif
