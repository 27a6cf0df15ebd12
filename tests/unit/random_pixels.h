// Arrays of pixels from a seed, in all the forms that datasets hold them.
#ifndef LF_RANDOM_PIXELS_H
#define LF_RANDOM_PIXELS_H

#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "formats/base/alloc.h"
#include "formats/mask/base64.h"
#include "formats/mask/element.h"
#include "formats/mask/pixels.h"
#include "tests/unit/dice.h"
#include "tests/unit/unit.h"

enum { CELLS = 4096 };

struct cells { // an array before it is written down
    uint32_t width, height;
    const char *dtype; // numpy's
    unsigned channels; // 1, or 3: red, green, blue
    bool fortran;      // columns come first
    unsigned wrapper;  // how the document holds it: 0 as today, 1 as once, 2 as a text
    uint32_t at[CELLS];
};

static inline void fill_cells(struct dice *d, struct cells *c, uint32_t value)
{
    uint32_t x = (uint32_t)roll(d, c->width), y = (uint32_t)roll(d, c->height);
    uint32_t w = 1 + (uint32_t)roll(d, c->width - x),
             h = 1 + (uint32_t)roll(d, c->height - y);
    for (uint32_t i = y; i < y + h; i++)
        for (uint32_t k = x; k < x + w; k++)
            c->at[i * c->width + k] = value;
}

// Nothing, one pixel, all, islands, holes, noise; of the values given.
static inline void random_cells(struct dice *d, struct cells *c, const uint32_t *value,
                                size_t values)
{
    uint32_t area = c->width * c->height;
    memset(c->at, 0, sizeof c->at);
    switch (roll(d, 12)) {
    case 0:
        break;
    case 1:
        c->at[roll(d, area)] = value[roll(d, values)];
        break;
    case 2:
        for (uint32_t i = 0; i < area; i++)
            c->at[i] = value[0];
        break;
    case 3:
        for (uint32_t i = 0; i < area; i++)
            c->at[i] = chance(d, 50) ? value[roll(d, values)] : 0;
        break;
    default:
        for (uint64_t n = 1 + roll(d, 4); n > 0; n--)
            fill_cells(d, c, value[roll(d, values)]);
        if (chance(d, 40)) // a hole, or a bite
            fill_cells(d, c, 0);
        if (chance(d, 30)) // an island in it, maybe
            fill_cells(d, c, value[roll(d, values)]);
    }
}

// ---------------------------------------------------------------------------- writing

// 128 bytes, as numpy pads them.
static inline void put_npy_head(const struct cells *c, struct lf_buf *out)
{
    char head[160];
    const char *third = c->channels == 3 ? ", 3" : "";
    int n = snprintf(head, sizeof head,
                     "{'descr': '%s', 'fortran_order': %s, 'shape': (%lu, %lu%s), }",
                     c->dtype, c->fortran ? "True" : "False", (unsigned long)c->height,
                     (unsigned long)c->width, third);
    assert_true(n > 0 && n < 118);
    lf_buf_add(out, "\x93NUMPY\x01\x00\x76\x00", 10);
    lf_buf_printf(out, "%-117s\n", head);
}

static inline void put_cell(const struct cells *c, struct lf_element e, uint32_t i,
                            struct lf_buf *out)
{
    unsigned char bytes[8];
    for (unsigned k = 0; k < c->channels; k++) {
        uint32_t v = c->at[i];
        if (c->channels > 1)
            v = v >> 8 * (2 - k) & 255;
        lf_element_put(e, v, bytes);
        lf_buf_add(out, bytes, e.size);
    }
}

// base64 of zlib of .npy. Columns first only with one channel.
static inline void put_cells(const struct cells *c, struct lf_buf *out)
{
    struct lf_buf npy = {0};
    struct lf_element e;
    unsigned char packed[65536];
    uLongf n = sizeof packed;
    assert_true(lf_element_parse(lf_slice_of(c->dtype), &e));
    put_npy_head(c, &npy);
    if (c->fortran)
        for (uint32_t x = 0; x < c->width; x++)
            for (uint32_t y = 0; y < c->height; y++)
                put_cell(c, e, y * c->width + x, &npy);
    else
        for (uint32_t i = 0; i < c->width * c->height; i++)
            put_cell(c, e, i, &npy);
    assert_int_equal(
        compress2(packed, &n, (const unsigned char *)npy.at, (uLong)npy.len, 1), Z_OK);
    lf_base64_write(packed, n, out);
    lf_buf_done(&npy);
}

// The pixels of one value; 0: of any but 0.
static inline struct lf_mask mask_of_cells(const struct cells *c, uint32_t value,
                                           uint32_t left, uint32_t top,
                                           struct lf_arena *a)
{
    struct lf_error err = {0};
    struct lf_spans spans = {0};
    struct lf_mask m = {0};
    for (uint32_t y = 0; y < c->height; y++)
        for (uint32_t x = 0; x < c->width; x++) {
            uint32_t v = c->at[y * c->width + x];
            if (value ? v == value : v != 0)
                assert_true(
                    lf_spans_add(&spans, a, top + y, left + x, left + x + 1, &err));
        }
    assert_true(lf_mask_of(&spans, a, &m, &err));
    m.value = value;
    return m;
}

// A rectangle of pixels, which lies in the image.
static inline struct lf_mask rect_mask(uint32_t left, uint32_t top, uint32_t width,
                                       uint32_t height, struct lf_arena *a)
{
    struct lf_error err = {0};
    struct lf_spans spans = {0};
    struct lf_mask m = {0};
    for (uint32_t y = top; y < top + height; y++)
        assert_true(lf_spans_add(&spans, a, y, left, left + width, &err));
    assert_true(lf_mask_of(&spans, a, &m, &err));
    return m;
}

#endif
