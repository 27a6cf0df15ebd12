// What the codecs of runs share: a list of counts, background first.
#ifndef LF_MASK_RUNS_H
#define LF_MASK_RUNS_H

#include "formats/base/buf.h"
#include "formats/mask/mask.h"

struct lf_runs {
    uint32_t *run; // none is 0 but maybe the first
    uint32_t runs;
    uint64_t at, area; // pixels so far, and how many there must be; below 2^32
    uint64_t told;     // counts so far, those of 0 as well
};

// `counts` is how many there are at most. LF_E_MASK for a frame without pixels;
// LF_E_LIMIT_COUNT beyond the limits mask-runs and mask-pixels.
LF_MUST_USE bool lf_runs_begin(struct lf_runs *r, uint64_t counts, uint32_t width,
                               uint32_t height, struct lf_arena *a,
                               struct lf_error *err);
// The next count; no more of them than were told.
static inline void lf_runs_add(struct lf_runs *r, uint64_t count)
{
    unsigned inside = r->told++ & 1;
    r->at += count;
    if (r->at > r->area)
        return; // lf_runs_end says so
    if (r->runs && ((r->runs - 1) & 1) == inside)
        r->run[r->runs - 1] += (uint32_t)count;
    else if (count || !r->runs)
        r->run[r->runs++] = (uint32_t)count;
}
// LF_E_MASK when they do not add up to the frame.
LF_MUST_USE bool lf_runs_end(const struct lf_runs *r, struct lf_error *err);

// "1, 3, 1, 5", with or without blanks.
LF_MUST_USE bool lf_runs_read(struct lf_slice text, uint32_t width, uint32_t height,
                              struct lf_arena *a, struct lf_runs *r,
                              struct lf_error *err);
void lf_runs_write(const uint32_t *run, size_t runs, struct lf_buf *out);

#endif
