// The size of a PNG, JPEG, WebP or TIFF image, from its head alone.
#ifndef LF_IMAGE_SIZE_H
#define LF_IMAGE_SIZE_H

#include "formats/base/in.h"

// Pixels as they are stored. *turned: the EXIF orientation (5 to 8) swaps the sides, so
// programs that heed it show the image with width and height exchanged. Reads a JPEG up
// to its first scan, a TIFF up to the end of its first directory, and a PNG, or a WebP
// that says it has EXIF, until that was found. LF_E_NO_SIZE: none of these, cut or
// damaged before the size is known.
LF_MUST_USE bool lf_image_size(struct lf_in *in, uint32_t *width, uint32_t *height,
                               bool *turned, struct lf_error *err);

#endif
