// Masks as a picture in a text, "data:image/png;base64,..": Label Studio's other way to
// hold pixels (BitmaskLabels). The picture is of the image's size and its alpha is the
// mask. Both ways go row by row.
#ifndef LF_MASK_DATA_URL_H
#define LF_MASK_DATA_URL_H

#include "formats/base/buf.h"
#include "formats/mask/mask.h"

// `text` is what the JSON string means, escapes resolved. Inside is what has an alpha
// of `threshold` (1 .. 255) or more; of a PNG without alpha any colour but black. *soft
// (may be NULL): some alpha is neither none nor full. LF_E_MASK: no such text, or
// damaged; LF_E_MASK_SIZE: of another size; LF_E_LIMIT_COUNT: mask-pixels, mask-runs,
// mask-file.
LF_MUST_USE bool lf_mask_read_data_url(struct lf_slice text, uint32_t width,
                                       uint32_t height, unsigned threshold,
                                       struct lf_arena *a, struct lf_mask *m,
                                       bool *soft, struct lf_error *err);
// Black pixels, of full alpha inside and none outside, as the tool paints them. The
// mask lies in the image. Equal masks are equal texts.
LF_MUST_USE bool lf_mask_write_data_url(const struct lf_mask *m, uint32_t width,
                                        uint32_t height, struct lf_buf *out,
                                        struct lf_error *err);

#endif
