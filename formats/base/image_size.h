// The size of a PNG or JPEG image, from its header alone.
#ifndef LF_IMAGE_SIZE_H
#define LF_IMAGE_SIZE_H

#include "formats/base/in.h"

// Pixels as they are stored. *turned: the EXIF orientation (5 to 8) swaps the sides, so
// programs that heed it show the image with width and height exchanged. Reads a PNG up
// to its IHDR, a JPEG up to its first scan. LF_E_NO_SIZE: neither of both, cut or
// damaged.
LF_MUST_USE bool lf_image_size(struct lf_in *in, uint32_t *width, uint32_t *height,
                               bool *turned, struct lf_error *err);

#endif
