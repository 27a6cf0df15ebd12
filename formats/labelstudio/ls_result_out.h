// Labels of one sample as results of Label Studio.
#ifndef LS_RESULT_OUT_H
#define LS_RESULT_OUT_H

#include "formats/format.h"

// Results of all shipped labels behind what is in `out`, with commas between them, in
// document order; the attributes of a region right behind it. Of nothing shipped: no
// byte. Task memory of `a`.
LF_MUST_USE bool ls_results(const struct lf_run *run, struct lf_out_how how,
                            const struct lf_item *item, struct lf_arena *a,
                            struct lf_buf *out, struct lf_error *err);

#endif
