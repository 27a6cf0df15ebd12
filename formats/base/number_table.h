// Powers of ten for number.c. The table is written by
// tests/support/make_number_table.py.
#ifndef LF_NUMBER_TABLE_H
#define LF_NUMBER_TABLE_H

#include <stdint.h>

enum { LF_POW10_FIRST = -342, LF_POW10_LAST = 324 };

// The first 128 bits of a power of ten, the highest one set.
struct lf_pow10 {
    uint64_t high, low;
};

// Row `q - LF_POW10_FIRST` is for 10^q. Rows for 0..55 are exact, those for -27..-1 are
// rounded up, all others are cut off.
extern const struct lf_pow10 lf_pow10_table[LF_POW10_LAST - LF_POW10_FIRST + 1];

#endif
