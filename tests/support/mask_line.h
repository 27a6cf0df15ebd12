// Masks through the codecs, fills and outlines, a line in and a line out, for tests
// that compare them with other programs. A mask is: left top width height run run ...
//
//   write FORM WIDTH HEIGHT MASK              the text (FORM: boxed, counts, packed or
//   brush) read FORM LEFT TOP WIDTH HEIGHT TEXT      the mask fill WIDTH HEIGHT POINTS
//   X Y .. POINTS .. the mask, as a segmentation's is filled instance WIDTH HEIGHT
//   POINTS X Y ..       the mask, as an instance's is filled trace TOLERANCE MASK X Y X
//   Y / X Y ..
#ifndef LF_MASK_LINE_H
#define LF_MASK_LINE_H

#include "formats/base/json.h"
#include "formats/base/number.h"
#include "formats/mask/mask_brush.h"
#include "formats/mask/mask_rle.h"
#include "formats/mask/mask_shape.h"

struct line {
    const char *at, *end;
};

static inline struct lf_slice word(struct line *l)
{
    while (l->at < l->end && *l->at == ' ')
        l->at++;
    const char *from = l->at;
    while (l->at < l->end && *l->at != ' ')
        l->at++;
    return (struct lf_slice){from, (size_t)(l->at - from)};
}

static inline bool number(struct line *l, double *out)
{
    return lf_parse_double(word(l), out);
}

static inline uint32_t whole(struct line *l)
{
    double v = 0;
    return number(l, &v) && v >= 0 && v <= UINT32_MAX ? (uint32_t)v : 0;
}

static inline bool read_mask(struct line *l, struct lf_arena *a, struct lf_mask *m,
                             struct lf_error *err)
{
    *m = (struct lf_mask){whole(l), whole(l), whole(l), whole(l), 0, 0, NULL};
    uint32_t *run =
        lf_arena_take(a, (size_t)(l->end - l->at) / 2 + 1, sizeof *run, err);
    double v;
    while (run && number(l, &v))
        run[m->runs++] = (uint32_t)v;
    m->run = run;
    return run;
}

static inline void print_mask(const struct lf_mask *m, struct lf_buf *out)
{
    lf_buf_printf(out, "%u %u %u %u", m->left, m->top, m->width, m->height);
    for (uint32_t i = 0; i < m->runs; i++)
        lf_buf_printf(out, " %u", m->run[i]);
}

static inline bool do_write(struct line *l, struct lf_arena *a, struct lf_buf *out,
                            struct lf_error *err)
{
    struct lf_slice form = word(l);
    uint32_t width = whole(l), height = whole(l);
    struct lf_mask m;
    if (!read_mask(l, a, &m, err))
        return false;
    if (lf_slice_is(form, "brush"))
        return lf_mask_write_brush(&m, width, height, out, err);
    if (!lf_slice_is(form, "boxed"))
        return lf_mask_write_coco(&m, lf_slice_is(form, "packed"), width, height, a,
                                  out, err);
    lf_mask_write_boxed(&m, out);
    return true;
}

static inline bool do_read(struct line *l, struct lf_arena *a, struct lf_buf *out,
                           struct lf_error *err)
{
    struct lf_slice form = word(l);
    uint32_t left = whole(l), top = whole(l), width = whole(l), height = whole(l);
    struct lf_mask m;
    l->at += l->at < l->end; // the blank
    struct lf_slice text = {l->at, (size_t)(l->end - l->at)};
    if (lf_slice_is(form, "brush")) {
        const bool good =
            lf_json_check(text, (struct lf_json_rules){0}, 0, err) &&
            lf_mask_read_brush(text, width, height, LF_BRUSH_HALF, a, &m, NULL, err);
        if (good)
            print_mask(&m, out);
        return good;
    }
    bool ok = lf_slice_is(form, "boxed")
                  ? lf_mask_read_boxed(text, left, top, width, height, a, &m, err)
                  : lf_mask_read_coco(text, lf_slice_is(form, "packed"), width, height,
                                      a, &m, err);
    if (ok)
        print_mask(&m, out);
    return ok;
}

static inline bool do_fill(struct line *l, bool instance, struct lf_arena *a,
                           struct lf_buf *out, struct lf_error *err)
{
    uint32_t width = whole(l), height = whole(l), rings = 0;
    size_t most = (size_t)(l->end - l->at) / 2 + 1, n = 0;
    double *xy = lf_arena_take(a, most, sizeof *xy, err);
    struct lf_ring *ring = lf_arena_take(a, most, sizeof *ring, err);
    struct lf_mask m;
    if (!xy || !ring)
        return false;
    for (uint32_t points; (points = whole(l)) > 0; rings++) {
        ring[rings] = (struct lf_ring){points, rings};
        for (uint32_t i = 0; i < 2 * points && n < most; i++)
            if (!number(l, &xy[n++]))
                return lf_fail(err, LF_E_BUG, "a point is missing");
    }
    if (!(instance ? lf_fill_instance : lf_fill_rings)(xy, ring, rings, width, height,
                                                       a, &m, err))
        return false;
    print_mask(&m, out);
    return true;
}

static inline bool do_trace(struct line *l, struct lf_arena *a, struct lf_buf *out,
                            struct lf_error *err)
{
    double tolerance = 0, *xy = NULL;
    struct lf_ring *ring = NULL;
    uint32_t rings = 0, points = 0;
    struct lf_mask m;
    if (!number(l, &tolerance))
        return lf_fail(err, LF_E_BUG, "no tolerance");
    if (!read_mask(l, a, &m, err) ||
        !lf_trace(&m, tolerance, a, &xy, &ring, &rings, &points, err))
        return false;
    for (uint32_t r = 0; r < rings; r++) {
        lf_buf_text(out, r ? " /" : "");
        for (uint32_t i = 0; i < 2 * ring[r].points; i++) {
            char text[LF_NUMBER_CAP];
            lf_buf_text(out, r || i ? " " : "");
            lf_buf_add(out, text, lf_print_double(*xy++, text));
        }
    }
    return true;
}

static inline bool mask_line(struct line l, struct lf_arena *a, struct lf_buf *out,
                             struct lf_error *err)
{
    struct lf_slice what = word(&l);
    if (lf_slice_is(what, "write"))
        return do_write(&l, a, out, err);
    if (lf_slice_is(what, "read"))
        return do_read(&l, a, out, err);
    if (lf_slice_is(what, "fill") || lf_slice_is(what, "instance"))
        return do_fill(&l, lf_slice_is(what, "instance"), a, out, err);
    if (lf_slice_is(what, "trace"))
        return do_trace(&l, a, out, err);
    return lf_fail(err, LF_E_BUG, "no such command");
}

#endif
