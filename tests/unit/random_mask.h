// Masks from dice, and masks as plain bitmaps to check them with.
#ifndef LF_RANDOM_MASK_H
#define LF_RANDOM_MASK_H

#include "formats/mask/mask.h"
#include "tests/unit/dice.h"
#include "tests/unit/unit.h"

enum { BITS_SIDE = 48 };

struct bits { // an image of up to 48 x 48 pixels
    uint32_t width, height;
    unsigned char at[BITS_SIDE][BITS_SIDE];
};

// Sparse, dense, made of rectangles, full rows or nothing.
static inline struct bits random_bits(struct dice *d)
{
    struct bits b = {
        (uint32_t)(1 + roll(d, BITS_SIDE)), (uint32_t)(1 + roll(d, BITS_SIDE)), {{0}}};
    if (chance(d, 10))
        b.width = 1;
    if (chance(d, 10))
        b.height = 1;
    unsigned noise = (unsigned)PICK(d, ((const unsigned[]){0, 0, 2, 50, 97}));
    for (uint32_t y = 0; y < b.height; y++)
        for (uint32_t x = 0; x < b.width; x++)
            b.at[y][x] = chance(d, noise);
    for (uint64_t n = roll(d, 5); n > 0; n--) {
        uint64_t left = roll(d, b.width), top = roll(d, b.height);
        uint64_t right = chance(d, 20) ? b.width : left + roll(d, b.width - left + 1);
        uint64_t low = top + roll(d, b.height - top + 1);
        unsigned char v = chance(d, 75);
        for (uint64_t y = top; y < low; y++)
            for (uint64_t x = chance(d, 10) ? 0 : left; x < right; x++)
                b.at[y][x] = v;
    }
    return b;
}

// By the words of label.h, one pixel after the other.
static inline struct lf_mask mask_of_bits(const struct bits *b, uint32_t *run)
{
    uint32_t left = UINT32_MAX, top = UINT32_MAX, right = 0, low = 0;
    for (uint32_t y = 0; y < b->height; y++) {
        for (uint32_t x = 0; x < b->width; x++) {
            if (!b->at[y][x])
                continue;
            left = x < left ? x : left;
            right = x >= right ? x + 1 : right;
            top = top == UINT32_MAX ? y : top;
            low = y + 1;
        }
    }
    if (!low)
        return (struct lf_mask){0};
    struct lf_mask m = {left, top, right - left, low - top, 1, 0, run};
    bool inside = false;
    run[0] = 0;
    for (uint32_t y = top; y < low; y++) {
        for (uint32_t x = left; x < right; x++) {
            if (b->at[y][x] != inside) {
                inside = !inside;
                run[m.runs++] = 0;
            }
            run[m.runs - 1]++;
        }
    }
    return m;
}

static inline void assert_masks_equal(const struct lf_mask *is,
                                      const struct lf_mask *want)
{
    assert_int_equal(is->left, want->left);
    assert_int_equal(is->top, want->top);
    assert_int_equal(is->width, want->width);
    assert_int_equal(is->height, want->height);
    assert_int_equal(is->runs, want->runs);
    assert_int_equal(is->value, want->value);
    assert_true(lf_mask_eq(is, want));
}

#endif
