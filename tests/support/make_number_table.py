#!/usr/bin/env python3
"""Writes formats/base/number_table.c to standard output.

Each row is the first 128 bits of 10^q with the highest bit set, cut off; rows -27..-1 are
rounded up. Only whole numbers are used, so every bit is right.
"""

FIRST, LAST = -342, 324  # parsing needs -342..308, printing -292..324


def top_bits(q):
    if q >= 0:
        value = 10**q
        extra = value.bit_length() - 128
        return value >> extra if extra > 0 else value << -extra
    below = 10**-q
    # A 64-bit number can be a multiple of 5^27, not of 5^28. Where the division can come
    # out even, rounding up keeps the even result visible: the product is then just above.
    return (1 << (below.bit_length() + 127)) // below + (q >= -27)


def main():
    print("// Made by tests/support/make_number_table.py; edit that instead.")
    print('#include "formats/base/number_table.h"\n')
    print("// clang-format off")
    print("const struct lf_pow10 lf_pow10_table[LF_POW10_LAST - LF_POW10_FIRST + 1] = {")
    for q in range(FIRST, LAST + 1):
        bits = top_bits(q)
        assert bits >> 127 == 1
        high, low = bits >> 64, bits & (2**64 - 1)
        print(f"    {{0x{high:016x}, 0x{low:016x}}}, // 1e{q}")
    print("};")
    print("// clang-format on")


main()
