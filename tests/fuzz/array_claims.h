// What must hold of any array of pixels that can be read.
#ifndef LF_ARRAY_CLAIMS_H
#define LF_ARRAY_CLAIMS_H

#include <string.h>

#include "formats/mask/pixels.h"
#include "tests/fuzz/fuzz.h"

struct at_hand {
    struct lf_pixel_tool *tool;
    struct lf_arena arena;
    struct lf_buf made;
};

static inline bool claim_answer(bool ok, const struct lf_error *err)
{
    LF_CLAIM(ok == (err->code == LF_OK));
    LF_CLAIM(ok || ((err->code == LF_E_MASK || err->code == LF_E_LIMIT_COUNT) &&
                    err->what[0]));
    return ok;
}

// `tight`: of an image; else the whole array.
static inline void claim_mask(const struct lf_mask *m, uint32_t width, uint32_t height,
                              bool tight)
{
    uint64_t sum = 0;
    uint64_t inside = 0;
    for (uint32_t i = 0; i < m->runs; i++) {
        LF_CLAIM(m->run[i] || i == 0);
        sum += m->run[i];
        inside += i % 2 ? m->run[i] : 0;
    }
    LF_CLAIM(sum == (uint64_t)m->width * m->height);
    LF_CLAIM((m->runs == 0) == (inside == 0));
    if (!m->runs)
        return;
    LF_CLAIM(m->left <= width && m->width <= width - m->left);
    LF_CLAIM(m->top <= height && m->height <= height - m->top);
    LF_CLAIM(tight || (m->width == width && m->height == height));
}

// The mask alone, written in the kind of the array and read again.
static inline void claim_written(struct at_hand *h, const struct lf_mask *m,
                                 const struct lf_pixels_kind *kind)
{
    struct lf_error err = {0};
    struct lf_mask back;
    lf_buf_clear(&h->made);
    LF_CLAIM(lf_pixels_write_mask(h->tool, m, kind, &h->made, &err));
    struct lf_pixels p = {lf_buf_view(&h->made), kind->png};
    LF_CLAIM(lf_pixels_mask(h->tool, &p, NULL, 0, 0, &h->arena, &back, &err));
    back.left = m->left;
    back.top = m->top;
    LF_CLAIM(lf_mask_eq(m, &back));
}

static inline void claim_same(const struct lf_mask *a, uint32_t as,
                              const struct lf_mask *b, uint32_t bs)
{
    LF_CLAIM(as == bs);
    for (uint32_t i = 0; i < as; i++)
        LF_CLAIM(lf_mask_eq(&a[i], &b[i]) && a[i].value == b[i].value);
}

// All of a segmentation taken away and put back: the old one, and between the two none.
static inline void claim_changes(struct at_hand *h, const struct lf_pixels *p,
                                 const struct lf_mask *m, uint32_t count,
                                 uint32_t width, uint32_t height)
{
    struct lf_error err = {0};
    struct lf_mask *back = NULL;
    uint32_t backs = 0;
    struct lf_buf none = {0};
    LF_CLAIM(lf_pixels_write_classes(h->tool, p, NULL, m, count, NULL, 0, width, height,
                                     &none, &err));
    struct lf_pixels q = {lf_buf_view(&none), p->png};
    LF_CLAIM(lf_pixels_classes(h->tool, &q, width, height, NULL, NULL, &h->arena, &back,
                               &backs, &err));
    LF_CLAIM(backs == 0);
    lf_buf_clear(&h->made);
    LF_CLAIM(lf_pixels_write_classes(h->tool, &q, NULL, NULL, 0, m, count, width,
                                     height, &h->made, &err));
    q.bytes = lf_buf_view(&h->made);
    LF_CLAIM(lf_pixels_classes(h->tool, &q, width, height, NULL, NULL, &h->arena, &back,
                               &backs, &err));
    claim_same(m, count, back, backs);
    lf_buf_done(&none);
}

static inline void claim_all(struct at_hand *h, const struct lf_pixels *p)
{
    enum { WIDTH = 37, HEIGHT = 23, PIXELS = 1 << 16 };
    static const double box[4] = {-0.2, 0.1, 0.9, 1.3};
    struct lf_error err = {0};
    struct lf_pixels_kind kind;
    struct lf_mask m;
    struct lf_mask *classes = NULL;
    uint32_t count = 0;
    bool ok = lf_pixels_mask(h->tool, p, NULL, 0, 0, &h->arena, &m, &err);
    if (!claim_answer(ok, &err))
        return;
    LF_CLAIM(lf_pixels_kind(h->tool, p, &kind, &err));
    claim_mask(&m, kind.width, kind.height, false);
    LF_CLAIM((m.runs == 0) == (kind.inside == 0));
    LF_CLAIM(lf_pixels_mask(h->tool, p, box, WIDTH, HEIGHT, &h->arena, &m, &err));
    claim_mask(&m, WIDTH, HEIGHT, true);
    if (m.runs)
        claim_written(h, &m, &kind);
    ok = lf_pixels_classes(h->tool, p, 0, 0, NULL, NULL, &h->arena, &classes, &count,
                           &err);
    LF_CLAIM(ok);
    for (uint32_t i = 0; i < count; i++)
        claim_mask(&classes[i], kind.width, kind.height, false);
    ok = lf_pixels_classes(h->tool, p, WIDTH, HEIGHT, NULL, NULL, &h->arena, &classes,
                           &count, &err);
    LF_CLAIM(ok);
    for (uint32_t i = 0; i < count; i++)
        claim_mask(&classes[i], WIDTH, HEIGHT, true);
    if ((uint64_t)kind.width * kind.height <= PIXELS)
        claim_changes(h, p, classes, count, WIDTH, HEIGHT);
}

static inline void at_hand_take(struct at_hand *h)
{
    struct lf_error err = {0};
    *h = (struct at_hand){.tool = lf_pixel_tool_new(&err)};
    LF_CLAIM(h->tool);
}

static inline void at_hand_drop(struct at_hand *h)
{
    lf_pixel_tool_free(&h->tool);
    lf_arena_done(&h->arena);
    lf_buf_done(&h->made);
}

#endif
