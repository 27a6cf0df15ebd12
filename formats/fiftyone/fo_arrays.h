// New arrays of pixels for a document: base64 text inside it, or a file beside it.
#ifndef FO_ARRAYS_H
#define FO_ARRAYS_H

#include "formats/fiftyone/fo_dataset.h"

// Adds a file named after `old` and its content, "<stem>_<8 hex digits>.png", in the
// same folder. `bytes` are copied.
LF_MUST_USE bool fo_file_add(struct fo_new_files *files, struct lf_arena *a,
                             struct lf_slice old, struct lf_slice bytes,
                             struct lf_slice *path, struct lf_error *err);
// The array that a label of an edited copy came with (`pixels`, its masks): the bytes
// of a PNG, or base64 text.
LF_MUST_USE bool fo_array_as(struct lf_pixel_tool *t, const struct lf_label *l,
                             bool png, struct lf_buf *out, struct lf_error *err);
// An instance's pixels in their tight box, as FiftyOne's import from CVAT makes them:
// base64 text of numbers 0 and 1.
LF_MUST_USE bool fo_array_of_mask(struct lf_pixel_tool *t, const struct lf_mask *m,
                                  struct lf_buf *out, struct lf_error *err);
// A segmentation of the sample's size, 0 where nothing is.
LF_MUST_USE bool fo_array_of_classes(struct lf_pixel_tool *t, const struct lf_field *f,
                                     const struct lf_label *l,
                                     const struct lf_sample *s, struct lf_buf *out,
                                     struct lf_error *err);
// {"$binary": {"base64": "..", "subType": "00"}}
void fo_put_binary(struct lf_slice base64, struct lf_buf *out);

#endif
