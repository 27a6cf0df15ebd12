// A sample's labels as bytes of this process, for spools and queues; not a file format.
#ifndef LF_PACK_H
#define LF_PACK_H

#include "formats/base/buf.h"
#include "formats/label/label.h"

// Appends labels, size and `told`; `raw` is not kept.
void lf_pack(const struct lf_sample *s, struct lf_buf *out);
// What lf_pack wrote, in the arena. `bytes` must be exactly that.
LF_MUST_USE bool lf_unpack(struct lf_slice bytes, struct lf_arena *a,
                           struct lf_sample *s, struct lf_error *err);

#endif
