// Counts that go down the columns of the image. They are the rows of the image turned
// over, so that a mask of the turned image is all that is read or written here.
#include <inttypes.h>

#include "formats/base/limits.h"
#include "formats/mask/mask_rle.h"
#include "formats/mask/mask_runs.h"

// Pixels of `m`, x and y swapped, sorted by x and then y: the rows of each column, and
// where each column's begin.
struct columns {
    uint32_t *row;
    uint32_t *from; // a column of the box, then one behind the last
};

static bool columns_of(const struct lf_mask *m, uint32_t left, uint32_t width,
                       uint64_t area, struct lf_arena *a, struct columns *c,
                       struct lf_error *err)
{
    c->row = lf_arena_take(a, (size_t)area, sizeof *c->row, err);
    c->from = lf_arena_take(a, (size_t)width + 2, sizeof *c->from, err);
    if (!c->row || !c->from)
        return false;
    struct lf_span s;
    // Counted one place to the right of where filling moves them on to.
    for (struct lf_mask_walk w = lf_mask_spans(m); lf_mask_span(&w, &s);)
        for (uint32_t x = s.from - left; x < s.to - left; x++)
            c->from[x + 2]++;
    for (uint32_t x = 2; x < width + 2; x++)
        c->from[x] += c->from[x - 1];
    for (struct lf_mask_walk w = lf_mask_spans(m); lf_mask_span(&w, &s);)
        for (uint32_t x = s.from - left; x < s.to - left; x++)
            c->row[c->from[x + 1]++] = s.y;
    return true;
}

// x and y swapped. A span of a column begins where a pixel is inside and the one above
// is not, so both ends of all of them are what is left of the mask less itself one row
// off: the work is that of the spans here and there, not of the pixels.
static bool turn_over(const struct lf_mask *m, struct lf_arena *a, struct lf_mask *out,
                      struct lf_error *err)
{
    struct lf_mask below = *m, begin, end;
    below.top++;
    if (!lf_mask_combine(LF_MASK_MINUS, m, &below, a, &begin, err) ||
        !lf_mask_combine(LF_MASK_MINUS, &below, m, a, &end, err))
        return false;
    uint64_t area = lf_mask_area(&begin);
    if (area > LF_MASK_RUNS)
        return lf_fail(err, LF_E_LIMIT_COUNT,
                       "a mask of more than %d rows and runs (limit mask-runs)",
                       LF_MASK_RUNS);
    struct columns from, to;
    struct lf_spans s = {.count = (size_t)area, .room = (size_t)area};
    s.at = lf_arena_take(a, s.count, sizeof *s.at, err);
    if (!s.at || !columns_of(&begin, m->left, m->width, area, a, &from, err) ||
        !columns_of(&end, m->left, m->width, area, a, &to, err))
        return false;
    for (uint32_t x = 0, i = 0; x < m->width; x++)
        for (; i < from.from[x + 1]; i++)
            s.at[i] = (struct lf_span){m->left + x, from.row[i], to.row[i]};
    return lf_mask_of(&s, a, out, err);
}

// How many 5-bit groups end here: bit 5 says that more follow.
static uint64_t compressed_counts(struct lf_slice text)
{
    uint64_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += !((text.at[i] - '0') & 0x20);
    return n;
}

enum { GROUPS = 9 }; // 45 bits: more than any difference of counts needs

// A signed number, lowest 5 bits first, as bytes '0'..'o'.
static bool read_groups(struct lf_slice text, size_t *i, int64_t *out)
{
    uint64_t v = 0;
    for (unsigned k = 0; k < GROUPS && *i < text.len; k++) {
        unsigned c = (unsigned char)text.at[(*i)++] - 48u;
        if (c > 63)
            return false;
        v |= (uint64_t)(c & 0x1f) << 5 * k;
        if (c & 0x20)
            continue;
        if (c & 0x10)
            v |= UINT64_MAX << 5 * (k + 1);
        *out = (int64_t)v;
        return true;
    }
    return false;
}

static bool read_compressed(struct lf_slice text, uint32_t width, uint32_t height,
                            struct lf_arena *a, struct lf_runs *r, struct lf_error *err)
{
    int64_t last[2] = {0, 0}; // by parity of their place
    if (!lf_runs_begin(r, compressed_counts(text), width, height, a, err))
        return false;
    for (size_t i = 0; i < text.len;) {
        int64_t v;
        if (!read_groups(text, &i, &v))
            return lf_fail(err, LF_E_MASK, "run %" PRIu64 " of a mask is no number",
                           r->told + 1);
        v += r->told > 2 ? last[r->told & 1] : 0;
        if (v < 0 || v > (int64_t)r->area)
            return lf_fail(err, LF_E_MASK,
                           "run %" PRIu64 " of a mask is %" PRId64
                           " and its frame is of %" PRIu64 " pixels",
                           r->told + 1, v, r->area);
        last[r->told & 1] = v;
        lf_runs_add(r, (uint64_t)v);
    }
    return lf_runs_end(r, err);
}

bool lf_mask_read_coco(struct lf_slice counts, bool compressed, uint32_t width,
                       uint32_t height, struct lf_arena *a, struct lf_mask *m,
                       struct lf_error *err)
{
    struct lf_runs r;
    if (!(compressed ? read_compressed : lf_runs_read)(counts, height, width, a, &r,
                                                       err))
        return false;
    struct lf_mask turned = {0, 0, height, width, r.runs, 0, r.run};
    return lf_mask_tight(&turned, a, &turned, err) && turn_over(&turned, a, m, err);
}

// The counts of a mask over the whole of an image of that size.
static bool counts_of(const struct lf_mask *m, uint32_t width, uint32_t height,
                      struct lf_arena *a, struct lf_runs *r, struct lf_error *err)
{
    uint64_t spans = 0, end = 0;
    struct lf_span s;
    for (struct lf_mask_walk w = lf_mask_spans(m); lf_mask_span(&w, &s);)
        spans++;
    if (!lf_runs_begin(r, 2 * spans + 1, width, height, a, err))
        return false;
    for (struct lf_mask_walk w = lf_mask_spans(m); lf_mask_span(&w, &s);) {
        uint64_t at = (uint64_t)s.y * width + s.from;
        lf_runs_add(r, at - end); // of 0: the spans become one run
        end = at + (s.to - s.from);
        lf_runs_add(r, end - at);
    }
    lf_runs_add(r, r->area - end);
    return lf_runs_end(r, err);
}

static void write_groups(int64_t v, struct lf_buf *out)
{
    bool more = true;
    while (more) {
        unsigned c = (unsigned)v & 0x1f;
        v = (v - (int64_t)c) / 32; // rounds down
        more = c & 0x10 ? v != -1 : v != 0;
        lf_buf_char(out, (char)(48 + (more ? c | 0x20 : c)));
    }
}

static void write_compressed(const struct lf_runs *r, struct lf_buf *out)
{
    for (uint32_t i = 0; i < r->runs; i++)
        write_groups((int64_t)r->run[i] - (i > 2 ? (int64_t)r->run[i - 2] : 0), out);
}

bool lf_mask_write_coco(const struct lf_mask *m, bool compressed, uint32_t width,
                        uint32_t height, struct lf_arena *a, struct lf_buf *out,
                        struct lf_error *err)
{
    struct lf_mask turned;
    struct lf_runs r;
    if ((uint64_t)m->left + m->width > width || (uint64_t)m->top + m->height > height)
        return lf_fail(err, LF_E_BUG, "a mask reaches out of its image");
    if (!turn_over(m, a, &turned, err) ||
        !counts_of(&turned, height, width, a, &r, err))
        return false;
    if (compressed)
        write_compressed(&r, out);
    else
        lf_runs_write(r.run, r.runs, out);
    return lf_buf_ok(out, err);
}
