#include "formats/mask/mask_rle.h"

#include <inttypes.h>

#include "formats/base/limits.h"
#include "formats/mask/mask_runs.h"

bool lf_runs_begin(struct lf_runs *r, uint64_t counts, uint32_t width, uint32_t height,
                   struct lf_arena *a, struct lf_error *err)
{
    *r = (struct lf_runs){.area = (uint64_t)width * height};
    if (!r->area)
        return lf_fail(err, LF_E_MASK, "a mask of %" PRIu32 " x %" PRIu32 " pixels",
                       width, height);
    if (r->area > LF_MASK_PIXELS)
        return lf_fail(err, LF_E_LIMIT_COUNT,
                       "a mask of %" PRIu32 " x %" PRIu32 " pixels (limit mask-pixels)",
                       width, height);
    if (counts > LF_MASK_RUNS)
        return lf_fail(err, LF_E_LIMIT_COUNT,
                       "a mask of more than %d runs (limit mask-runs)", LF_MASK_RUNS);
    r->run = lf_arena_take(a, (size_t)counts, sizeof *r->run, err);
    return r->run;
}

bool lf_runs_end(const struct lf_runs *r, struct lf_error *err)
{
    return r->at == r->area || lf_fail(err, LF_E_MASK,
                                       "the runs of a mask add up to %" PRIu64
                                       " and its frame is of %" PRIu64 " pixels",
                                       r->at, r->area);
}

static size_t commas(struct lf_slice text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += text.at[i] == ',';
    return n;
}

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
        p++;
    return p;
}

// Far beyond the limit mask-pixels, and a sum of as many as there can be still fits.
#define HUGE_RUN UINT64_C(1000000000000)

static const char *read_count(const char *p, const char *end, uint64_t *count)
{
    const char *from = p;
    uint64_t v = 0;
    for (; p < end && *p >= '0' && *p <= '9' && v <= HUGE_RUN; p++)
        v = v * 10 + (uint64_t)(*p - '0');
    *count = v;
    return p == from || v > HUGE_RUN ? NULL : p;
}

bool lf_runs_read(struct lf_slice text, uint32_t width, uint32_t height,
                  struct lf_arena *a, struct lf_runs *r, struct lf_error *err)
{
    if (!lf_runs_begin(r, (uint64_t)commas(text) + 1, width, height, a, err))
        return false;
    const char *p = text.at, *end = text.len ? text.at + text.len : text.at;
    struct lf_runs runs = *r; // nobody else sees it, so that it can stay in registers
    bool more = true;
    while (more) {
        uint64_t count;
        p = skip_blanks(p, end);
        const char *behind = read_count(p, end, &count);
        if (!behind)
            break;
        lf_runs_add(&runs, count);
        p = skip_blanks(behind, end);
        more = p < end;
        if (more && *p++ != ',')
            break;
    }
    *r = runs;
    return more ? lf_fail(err, LF_E_MASK, "run %" PRIu64 " of a mask is no number",
                          runs.told + 1)
                : lf_runs_end(r, err);
}

enum { DIGITS = 10 };

static char *put_count(char *p, uint32_t v)
{
    char digits[DIGITS];
    unsigned n = 0;
    do {
        digits[n++] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    while (n)
        *p++ = digits[--n];
    return p;
}

void lf_runs_write(const uint32_t *run, size_t runs, struct lf_buf *out)
{
    char *from = runs ? lf_buf_room(out, runs * (DIGITS + 2)) : NULL, *p = from;
    if (!p)
        return;
    for (size_t i = 0; i < runs; i++) {
        if (i) {
            *p++ = ',';
            *p++ = ' ';
        }
        p = put_count(p, run[i]);
    }
    out->len += (size_t)(p - from);
}

bool lf_mask_read_boxed(struct lf_slice text, uint32_t left, uint32_t top,
                        uint32_t width, uint32_t height, struct lf_arena *a,
                        struct lf_mask *m, struct lf_error *err)
{
    struct lf_runs r;
    if (left > UINT32_MAX - width || top > UINT32_MAX - height)
        return lf_fail(err, LF_E_MASK, "a mask too far away");
    if (!lf_runs_read(text, width, height, a, &r, err))
        return false;
    struct lf_mask loose = {left, top, width, height, r.runs, 0, r.run};
    return lf_mask_tight(&loose, a, m, err);
}

void lf_mask_write_boxed(const struct lf_mask *m, struct lf_buf *out)
{
    lf_runs_write(m->run, m->runs, out);
}
