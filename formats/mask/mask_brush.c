#include "formats/mask/mask_brush.h"

#include <inttypes.h>

#include "formats/base/limits.h"
#include "formats/mask/brush_code.h"
#include "formats/mask/mask_runs.h"

enum { CHANNELS = 4 };

// The most runs of pixels that the code can stand for: a run of values takes a block,
// and where each value stands for itself a pixel takes four of them.
static uint64_t most_runs(const struct lf_brush_in *in, uint64_t area)
{
    unsigned least = in->size[0];
    for (unsigned i = 1; i < LF_BRUSH_KINDS; i++)
        least = in->size[i] < least ? in->size[i] : least;
    const unsigned block = 3U + least + in->word, apart = CHANNELS * in->word;
    const uint64_t most = in->bits / (block < apart ? block : apart) + 2;
    return most < area + 1 ? most : area + 1;
}

// Of a pixel's four values the last one counts, so what is told up to value n is told
// up to pixel n / 4.
static void put_runs(struct lf_brush_in *in, unsigned threshold, struct lf_runs *r,
                     bool *soft)
{
    uint32_t *run = r->run;
    uint32_t pixel = 0, runs = 1;
    struct lf_brush_run next;
    while (lf_brush_next(in, &next)) {
        const uint32_t to = in->at / CHANNELS;
        if (to == pixel)
            continue;
        const unsigned inside = next.value >= threshold;
        *soft |= (uint8_t)(next.value - 1) < 254;
        runs += ((runs - 1) & 1) != inside;
        run[runs - 1] += to - pixel;
        pixel = to;
    }
    r->runs = runs;
    r->at = pixel;
}

static bool sized(const struct lf_brush_in *in, uint32_t width, uint32_t height,
                  struct lf_error *err)
{
    return in->count == (uint64_t)width * height * CHANNELS ||
           lf_fail(err, LF_E_MASK_SIZE,
                   "the brush code is of %" PRIu32 " values, and %" PRIu32 " x %" PRIu32
                   " pixels are %" PRIu64,
                   in->count, width, height, (uint64_t)width * height * CHANNELS);
}

bool lf_mask_read_brush(struct lf_slice json, uint32_t width, uint32_t height,
                        unsigned threshold, struct lf_arena *a, struct lf_mask *m,
                        bool *soft, struct lf_error *err)
{
    struct lf_brush_in in;
    struct lf_runs r;
    bool some_soft = false;
    // Beyond the limit a number of values would not fit, and need not.
    if ((uint64_t)width * height > LF_MASK_PIXELS)
        return lf_runs_begin(&r, 1, width, height, a, err);
    if (!lf_brush_open(json, a, &in, err) || !sized(&in, width, height, err) ||
        !lf_runs_begin(&r, most_runs(&in, (uint64_t)width * height), width, height, a,
                       err))
        return false;
    put_runs(&in, threshold, &r, &some_soft);
    if (!lf_brush_end(&in, err) || !lf_runs_end(&r, err))
        return false;
    if (soft)
        *soft = some_soft;
    struct lf_mask loose = {0, 0, width, height, r.runs, 0, r.run};
    return lf_mask_tight(&loose, a, m, err);
}

static void put_spans(const struct lf_mask *m, uint32_t width, uint64_t area,
                      struct lf_brush_out *o)
{
    struct lf_span s;
    uint64_t at = 0;
    for (struct lf_mask_walk w = lf_mask_spans(m); lf_mask_span(&w, &s);) {
        const uint64_t from = (uint64_t)s.y * width + s.from;
        lf_brush_put(o, 0, (from - at) * CHANNELS);
        lf_brush_put(o, 255, (uint64_t)(s.to - s.from) * CHANNELS);
        at = from + s.to - s.from;
    }
    lf_brush_put(o, 0, (area - at) * CHANNELS);
}

// A box as wide as the image: its runs are the image's, however many rows they cover.
static void put_whole_rows(const struct lf_mask *m, uint64_t area,
                           struct lf_brush_out *o)
{
    uint64_t at = (uint64_t)m->top * m->width;
    lf_brush_put(o, 0, at * CHANNELS);
    for (uint32_t i = 0; i < m->runs; i++) {
        lf_brush_put(o, i & 1 ? 255 : 0, (uint64_t)m->run[i] * CHANNELS);
        at += m->run[i];
    }
    lf_brush_put(o, 0, (area - at) * CHANNELS);
}

bool lf_mask_write_brush(const struct lf_mask *m, uint32_t width, uint32_t height,
                         struct lf_buf *out, struct lf_error *err)
{
    const uint64_t area = (uint64_t)width * height;
    struct lf_brush_out o;
    if (!area)
        return lf_fail(err, LF_E_MASK, "a mask of %" PRIu32 " x %" PRIu32 " pixels",
                       width, height);
    if (area >= LF_MASK_PIXELS)
        return lf_fail(err, LF_E_LIMIT_COUNT,
                       "a mask of %" PRIu32 " x %" PRIu32
                       " pixels (limit mask-pixels, and a brush code holds one less)",
                       width, height);
    if ((uint64_t)m->left + m->width > width || (uint64_t)m->top + m->height > height)
        return lf_fail(err, LF_E_BUG, "a mask reaches out of its image");
    lf_brush_begin(&o, (uint32_t)(area * CHANNELS), out);
    if (m->width == width)
        put_whole_rows(m, area, &o);
    else
        put_spans(m, width, area, &o);
    lf_brush_close(&o);
    return lf_buf_ok(out, err);
}
