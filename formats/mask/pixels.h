// Arrays of pixels as a dataset holds them: a .npy file under zlib and base64 inside
// the JSON, or a PNG. Read to masks row by row, written back with the old array's type.
// An array larger than 4 MiB is never held whole, but for one in columns (Fortran) and
// an interlaced PNG, of which the limit mask-file is the bound. Nearest neighbour is
// OpenCV's INTER_NEAREST, to the bit: formats/mask/stretch.h. A PNG is what OpenCV
// reads unchanged, as FiftyOne does: formats/mask/png_rows.h. Source: FiftyOne 1.22.1,
// numpy 2.4 (versions 1.0 to 3.0), OpenCV 4.14.
#ifndef LF_PIXELS_H
#define LF_PIXELS_H

#include "formats/base/buf.h"
#include "formats/mask/mask.h"

struct lf_pixels {         // one array, still as it lies in its file
    struct lf_slice bytes; // base64 text, the .npy file itself, or the PNG's bytes
    bool png;
};

struct lf_pixels_kind { // what a new array of the same kind needs
    uint32_t width, height;
    unsigned channels; // 1, or 3 and 4: red, green, blue (, alpha)
    char
        dtype[8]; // numpy's: "|b1", "|u1", "<i8", "<f8", ">u2"; of a PNG "|u1" or ">u2"
    bool png;
    // The value of pixels inside: the first one seen, 0: none. Whole numbers by their
    // bits (-1 is UINT64_MAX), colours as 0xrrggbb, a float that is not whole as 1.
    uint64_t inside;
};

// Buffers that outlive an array, for speed. One a thread.
struct lf_pixel_tool;
LF_MUST_USE struct lf_pixel_tool *lf_pixel_tool_new(struct lf_error *err);
void lf_pixel_tool_free(struct lf_pixel_tool **t);

// The JSON value of "mask": {"$binary": {"base64": "..", "subType": "00"}}, the old
// {"$binary": "..", "$type": "00"} or a plain string. false: none of these.
bool lf_pixels_inline(struct lf_slice json, struct lf_pixels *p);

// An instance's mask stretched over its box (relative x y w h) of an image, nearest
// neighbour onto the pixels round(x W) .. round((x+w) W), cut at the image. `rel` NULL:
// the array as it is, as a sample of size 1 x 1 holds it: the box is the whole array,
// no tight one. Any value but 0 is inside, NaN too; of colours any but alpha. A box
// that has no pixel (no size, a negative one, not finite, beyond the limit coordinate):
// no runs. LF_E_MASK: unreadable; LF_E_LIMIT_COUNT: more pixels than the limit
// mask-pixels.
LF_MUST_USE bool lf_pixels_mask(struct lf_pixel_tool *t, const struct lf_pixels *p,
                                const double *rel, uint32_t width, uint32_t height,
                                struct lf_arena *a, struct lf_mask *m,
                                struct lf_error *err);
// A segmentation's masks, one a value but 0, sorted by value, nearest neighbour onto
// the image. `wanted` may be NULL: all values; it may be asked for one more than once.
// Width and height 0: the array's own size, and each box is the whole array. Values
// that are not whole, negative or beyond 32 bits, and colours beyond 8 bits, have no
// mask and stay in the array. LF_E_LIMIT_COUNT also: mask-runs, of all classes
// together.
LF_MUST_USE bool lf_pixels_classes(struct lf_pixel_tool *t, const struct lf_pixels *p,
                                   uint32_t width, uint32_t height,
                                   bool (*wanted)(void *user, uint32_t value),
                                   void *user, struct lf_arena *a,
                                   struct lf_mask **masks, uint32_t *count,
                                   struct lf_error *err);
LF_MUST_USE bool lf_pixels_kind(struct lf_pixel_tool *t, const struct lf_pixels *p,
                                struct lf_pixels_kind *k, struct lf_error *err);

// A new array of `like`'s kind: the mask, which has pixels, in its box. PNG bytes or
// base64 text, behind what is in `out`. An `inside` of 0, or one that does not fit the
// type, is written as 1.
LF_MUST_USE bool lf_pixels_write_mask(struct lf_pixel_tool *t, const struct lf_mask *m,
                                      const struct lf_pixels_kind *like,
                                      struct lf_buf *out, struct lf_error *err);
// A segmentation of the image's size: `old` (NULL: all 0, of `like`'s kind) with the
// pixels that differ between `from` and `to` set to what `to` says, 0 where it says
// nothing; of masks that overlap the later one counts. `like` may be NULL where `old`
// is not. The type is widened if a value needs it (bool and u1, then u2, then i4, i8).
// LF_E_MASK: a value that a PNG (65535) or colours (0xffffff) cannot hold.
LF_MUST_USE bool lf_pixels_write_classes(struct lf_pixel_tool *t,
                                         const struct lf_pixels *old,
                                         const struct lf_pixels_kind *like,
                                         const struct lf_mask *from, uint32_t froms,
                                         const struct lf_mask *to, uint32_t tos,
                                         uint32_t width, uint32_t height,
                                         struct lf_buf *out, struct lf_error *err);

#endif
