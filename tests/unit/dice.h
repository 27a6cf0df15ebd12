// Numbers from a seed. Number n of a kind is always the same.
#ifndef LF_DICE_H
#define LF_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
    uint64_t state;
};

static inline struct dice dice_of(uint64_t seed, uint64_t part)
{
    uint64_t x = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ part) * UINT64_C(0xbf58476d1ce4e5b9);
    return (struct dice){(x ^ x >> 31) | 1};
}

static inline uint64_t roll(struct dice *d, uint64_t sides) // xorshift64*
{
    d->state ^= d->state >> 12;
    d->state ^= d->state << 25;
    d->state ^= d->state >> 27;
    return (d->state * UINT64_C(0x2545f4914f6cdd1d) >> 11) % sides;
}

static inline bool chance(struct dice *d, unsigned percent)
{
    return roll(d, 100) < percent;
}

static inline double between(struct dice *d, double low, double high)
{
    return low + (high - low) * (double)roll(d, UINT64_C(1) << 52) / 4503599627370496.0;
}

#define PICK(d, list) ((list)[roll((d), sizeof(list) / sizeof *(list))])

#endif
