// Arrays of pixels as a dataset holds them: a .npy file under zlib and base64 inside
// the JSON, or a PNG. Read to masks row by row, written back with the old array's type.
// Source: FiftyOne 1.22.1, numpy's format 1.0.
#ifndef LF_PIXELS_H
#define LF_PIXELS_H

#include "formats/base/buf.h"
#include "formats/mask/mask.h"

struct lf_pixels {         // one array, still as it lies in its file
    struct lf_slice bytes; // base64 text, or the PNG's bytes
    bool png;
};

struct lf_pixels_kind { // what a new array of the same kind needs
    uint32_t width, height;
    unsigned channels; // 1, or 3 and 4: red, green, blue (, alpha)
    char
        dtype[8]; // numpy's: "|b1", "|u1", "<i8", "<f8", ">u2"; of a PNG "|u1" or ">u2"
    bool png;
    uint64_t inside; // the value of pixels inside: the first one seen, 0: none
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
// the array as it is, as a sample of size 1 x 1 holds it. Any value but 0 is inside.
// LF_E_MASK: unreadable; LF_E_LIMIT_COUNT: more pixels than the limit mask-pixels.
LF_MUST_USE bool lf_pixels_mask(struct lf_pixel_tool *t, const struct lf_pixels *p,
                                const double *rel, uint32_t width, uint32_t height,
                                struct lf_arena *a, struct lf_mask *m,
                                struct lf_error *err);
// A segmentation's masks, one a value but 0, sorted by value, nearest neighbour onto
// the image. `wanted` may be NULL: all values. Width and height 0: the array's own
// size.
LF_MUST_USE bool lf_pixels_classes(struct lf_pixel_tool *t, const struct lf_pixels *p,
                                   uint32_t width, uint32_t height,
                                   bool (*wanted)(void *user, uint32_t value),
                                   void *user, struct lf_arena *a,
                                   struct lf_mask **masks, uint32_t *count,
                                   struct lf_error *err);
LF_MUST_USE bool lf_pixels_kind(struct lf_pixel_tool *t, const struct lf_pixels *p,
                                struct lf_pixels_kind *k, struct lf_error *err);

// A new array of `like`'s kind: the mask in its tight box. PNG bytes or base64 text.
LF_MUST_USE bool lf_pixels_write_mask(struct lf_pixel_tool *t, const struct lf_mask *m,
                                      const struct lf_pixels_kind *like,
                                      struct lf_buf *out, struct lf_error *err);
// A segmentation of the image's size: `old` (NULL: all 0, of `like`'s kind) with the
// pixels that differ between `from` and `to` set to what `to` says, 0 where it says
// nothing. The type is widened if a value needs it (bool and u1, then u2, then i4).
LF_MUST_USE bool lf_pixels_write_classes(struct lf_pixel_tool *t,
                                         const struct lf_pixels *old,
                                         const struct lf_pixels_kind *like,
                                         const struct lf_mask *from, uint32_t froms,
                                         const struct lf_mask *to, uint32_t tos,
                                         uint32_t width, uint32_t height,
                                         struct lf_buf *out, struct lf_error *err);

#endif
