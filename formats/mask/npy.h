// The header of a .npy file, versions 1.0, 2.0 and 3.0: what lies behind it.
// Source: numpy 2.4, numpy/lib/format.py.
#ifndef LF_NPY_H
#define LF_NPY_H

#include "formats/base/buf.h"
#include "formats/mask/element.h"

enum {
    LF_NPY_MAGIC = 12,                 // that many bytes tell how long a header is ..
    LF_NPY_HEAD = 10000 + LF_NPY_MAGIC // .. and numpy reads none that is longer
};

struct lf_npy {
    uint32_t width, height;
    unsigned channels; // 1, 3 or 4
    bool fortran;      // columns come first
    struct lf_element element;
};

// Bytes of the header, of an array that is not shorter than LF_NPY_MAGIC.
LF_MUST_USE bool lf_npy_head(const unsigned char start[LF_NPY_MAGIC], size_t *bytes,
                             struct lf_error *err);
// `head` is that many bytes. LF_E_MASK: none, or no array of pixels: other than 2
// dimensions, or 3 with 1, 3 or 4 in the last. LF_E_LIMIT_COUNT: more than mask-pixels.
LF_MUST_USE bool lf_npy_read(struct lf_slice head, struct lf_npy *n,
                             struct lf_error *err);
// The header as numpy.save writes it, in rows.
void lf_npy_write(const struct lf_npy *n, struct lf_buf *out);

#endif
