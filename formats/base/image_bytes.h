// Reading the head of an image forward. For the files image_*.c.
#ifndef LF_IMAGE_BYTES_H
#define LF_IMAGE_BYTES_H

#include "formats/base/in.h"

enum { LF_SEGMENT = 65535 }; // the longest a JPEG segment can say it is

struct lf_image {
    struct lf_in *in;
    size_t at, len; // what of `ahead` is not used yet
    unsigned char ahead[16384];
    unsigned char segment[LF_SEGMENT];
};

struct lf_image_size {
    uint32_t width, height;
    bool turned;
};

// Up to `n` bytes, fewer at the end; `to` may be NULL to pass over them.
LF_MUST_USE bool lf_image_some(struct lf_image *im, unsigned char *to, uint64_t n,
                               uint64_t *got, struct lf_error *err);
// Exactly `n`; `what` is named if the image ends before.
LF_MUST_USE bool lf_image_take(struct lf_image *im, unsigned char *to, uint64_t n,
                               const char *what, struct lf_error *err);
// Numbers of a TIFF block are in either order.
uint64_t lf_image_number(const unsigned char *at, size_t bytes, bool low_first);
// Whether the orientation in a block of EXIF swaps the sides. "Exif", 0, 0 may stand
// before it.
bool lf_image_exif_turns(const unsigned char *exif, size_t len);
// A size that an image can have; `what` is the header that says it.
LF_MUST_USE bool lf_image_check(const struct lf_image_size *s, const char *what,
                                struct lf_error *err);

// Each reads what follows the bytes that told its format.
LF_MUST_USE bool lf_image_png(struct lf_image *im, struct lf_image_size *s,
                              struct lf_error *err);
LF_MUST_USE bool lf_image_jpeg(struct lf_image *im, struct lf_image_size *s,
                               struct lf_error *err);
LF_MUST_USE bool lf_image_webp(struct lf_image *im, struct lf_image_size *s,
                               struct lf_error *err);
// `start`: the four bytes.
LF_MUST_USE bool lf_image_tiff(struct lf_image *im, const unsigned char start[4],
                               struct lf_image_size *s, struct lf_error *err);

#endif
