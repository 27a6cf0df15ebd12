// One mask as a file or text of its own, in each form that is known: what the command
// `mask` turns into a picture and makes of one.
#ifndef LF_MASK_CODEC_H
#define LF_MASK_CODEC_H

#include "formats/base/buf.h"
#include "formats/mask/mask.h"

struct lf_mask_asked {      // what is known of a code before it is read
    uint32_t width, height; // the image's; 0: the code must say it
    unsigned threshold;     // 1 .. 255: the least alpha that is inside
};

struct lf_mask_codec {
    const char *name;
    bool text; // a line feed goes behind it
    // Width and height of `asked` are filled where the code says them; LF_E_MASK_SIZE
    // if it says others. LF_E_MASK: damaged, or LF_E_JSON. `m` lies in the image.
    bool (*read)(struct lf_slice code, struct lf_mask_asked *asked, struct lf_arena *a,
                 struct lf_mask *m, struct lf_error *err);
    bool (*write)(const struct lf_mask *m, uint32_t width, uint32_t height,
                  struct lf_arena *a, struct lf_buf *out, struct lf_error *err);
};

// Row `i`, NULL past the end.
const struct lf_mask_codec *lf_mask_codec_at(size_t i);

#endif
