// Numbers to text. Shortest digits by the method of R. Giulietti, "The Schubfach way to
// render doubles" (2020): the bounds of the interval that reads back to the value are
// scaled by one power of ten so that the digits are found by comparing whole numbers.
#include "formats/base/number.h"

#include "formats/base/number_table.h"

__extension__ typedef unsigned __int128 u128;

static const char two_digits[] = "00010203040506070809101112131415161718192021222324"
                                 "25262728293031323334353637383940414243444546474849"
                                 "50515253545556575859606162636465666768697071727374"
                                 "75767778798081828384858687888990919293949596979899";

enum { MOST_DIGITS = 20 }; // of a 64-bit number

// Writes the digits so that they end at `end`; returns where they begin.
static char *digits_before(char *end, uint64_t v)
{
    for (; v >= 100; v /= 100) {
        end -= 2;
        memcpy(end, two_digits + v % 100 * 2, 2);
    }
    if (v >= 10) {
        end -= 2;
        memcpy(end, two_digits + v * 2, 2);
    } else {
        *--end = (char)('0' + v);
    }
    return end;
}

static size_t print_whole(uint64_t v, char *out)
{
    char digits[MOST_DIGITS];
    char *first = digits_before(digits + MOST_DIGITS, v);
    size_t n = (size_t)(digits + MOST_DIGITS - first);
    memcpy(out, first, n);
    return n;
}

size_t lf_print_int64(int64_t value, char out[LF_NUMBER_CAP])
{
    if (value >= 0)
        return print_whole((uint64_t)value, out);
    out[0] = '-';
    return 1 + print_whole(~(uint64_t)value + 1, out + 1);
}

// A double taken apart: m x 2^e.
struct binary {
    uint64_t m;
    int e;
    bool negative, finite;
    bool lowest; // the first of its power of two: the next double below is half as far
};

static struct binary take_apart(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    int power = (int)(bits >> 52 & 0x7ff);
    return (struct binary){
        .m = power ? fraction | UINT64_C(1) << 52 : fraction,
        .e = (power ? power : 1) - 1075,
        .negative = bits >> 63,
        .finite = power != 0x7ff,
        .lowest = fraction == 0 && power > 1,
    };
}

// Floors of e x log10(2), of log10(3/4 x 2^e), and of e x log2(10); right for all
// exponents of doubles. A shift to the right of a negative number keeps the sign on our
// compilers.
static int floor_log10_pow2(int e, bool lowest)
{
    return (e * 1262611 - (lowest ? 524031 : 0)) >> 22;
}

static int floor_log2_pow10(int e)
{
    return (e * 1741647) >> 19;
}

// c x g / 2^128, the lowest bit set when anything was cut off.
static uint64_t scale_to_odd(u128 g, uint64_t c)
{
    u128 low = (u128)(uint64_t)g * c;
    u128 high = (u128)(uint64_t)(g >> 64) * c + (uint64_t)(low >> 64);
    return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

// The shortest decimal in the interval that reads back as `b`, the closest of those:
// returns its digits, *exponent is the power of ten.
static uint64_t shortest(const struct binary *b, int *exponent)
{
    int k = floor_log10_pow2(b->e, b->lowest);
    int shift = b->e + floor_log2_pow10(-k) + 1;
    const struct lf_pow10 *ten = &lf_pow10_table[-k - LF_POW10_FIRST];
    bool cut_off = -k < -27 || -k > 55;
    u128 g = ((u128)ten->high << 64 | ten->low) + cut_off; // the method rounds up
    // Quarters of a unit: the value and the bounds of its interval. The bounds belong
    // to it when m is even, because the reader rounds to even.
    uint64_t odd = b->m & 1;
    uint64_t value = scale_to_odd(g, b->m * 4 << shift);
    uint64_t low = scale_to_odd(g, (b->m * 4 - 2 + b->lowest) << shift) + odd;
    uint64_t high = scale_to_odd(g, (b->m * 4 + 2) << shift) - odd;
    uint64_t s = value / 4;
    *exponent = k;
    if (s >= 10) { // one digit less?
        uint64_t t = s / 10;
        bool down = low <= t * 40;
        bool up = t * 40 + 40 <= high;
        if (down != up) {
            *exponent = k + 1;
            return t + up;
        }
    }
    bool down = low <= s * 4;
    bool up = s * 4 + 4 <= high;
    if (down != up)
        return s + up;
    uint64_t middle = s * 4 + 2;
    return s + (value > middle || (value == middle && (s & 1)));
}

// digits x 10^(point - n) the way Python's repr spells it.
static size_t spell(const char *digits, int n, int point, char *out)
{
    char *p = out;
    if (point > -4 && point <= 0) {
        *p++ = '0';
        *p++ = '.';
        memset(p, '0', (size_t)-point);
        p -= point;
        memcpy(p, digits, (size_t)n);
        return (size_t)(p + n - out);
    }
    if (point > 0 && point <= 16) {
        int whole = n < point ? n : point;
        memcpy(p, digits, (size_t)whole);
        memset(p + whole, '0', (size_t)(point - whole));
        p += point;
        *p++ = '.';
        if (n > point) {
            memcpy(p, digits + point, (size_t)(n - point));
            return (size_t)(p + (n - point) - out);
        }
        *p++ = '0';
        return (size_t)(p - out);
    }
    *p++ = digits[0];
    if (n > 1) {
        *p++ = '.';
        memcpy(p, digits + 1, (size_t)(n - 1));
        p += n - 1;
    }
    int power = point - 1;
    *p++ = 'e';
    *p++ = power < 0 ? '-' : '+';
    power = power < 0 ? -power : power;
    if (power < 10)
        *p++ = '0';
    return (size_t)(p - out) + print_whole((uint64_t)power, p);
}

static size_t copy_word(struct lf_slice word, char *out)
{
    memcpy(out, word.at, word.len);
    return word.len;
}

size_t lf_print_double(double value, char out[LF_NUMBER_CAP])
{
    struct binary b = take_apart(value);
    if (!b.finite && (b.m << 12) != 0)
        return copy_word(LF_S("NaN"), out);
    size_t sign = b.negative;
    if (sign)
        *out++ = '-';
    if (!b.finite)
        return sign + copy_word(LF_S("Infinity"), out);
    // Whole numbers below 2^53 are common and no other number of so few digits is as
    // near.
    bool small = b.m != 0 && b.e <= 0 && b.e > -53;
    uint64_t whole = small ? b.m >> -b.e : 0;
    if (b.m == 0 || (small && whole << -b.e == b.m)) {
        size_t n = print_whole(whole, out);
        return sign + n + copy_word(LF_S(".0"), out + n);
    }
    int exponent;
    uint64_t v = shortest(&b, &exponent);
    for (; v % 10000 == 0; exponent += 4)
        v /= 10000;
    for (; v % 10 == 0; exponent++)
        v /= 10;
    char digits[MOST_DIGITS];
    char *first = digits_before(digits + MOST_DIGITS, v);
    int n = (int)(digits + MOST_DIGITS - first);
    return sign + spell(first, n, n + exponent, out);
}

// m x 2^e with e > 10, more than 64 bits hold: up to 309 digits.
static size_t print_huge(uint64_t m, int e, char *out)
{
    uint32_t limb[34] = {0};
    size_t n = (size_t)e / 32;
    u128 top = (u128)m << (e % 32);
    for (; top; top >>= 32)
        limb[n++] = (uint32_t)top;
    char digits[LF_FIXED_CAP];
    char *first = digits + sizeof digits;
    while (n > 0) {
        uint64_t rest = 0;
        for (size_t i = n; i-- > 0;) {
            rest = rest << 32 | limb[i];
            limb[i] = (uint32_t)(rest / 1000000000);
            rest %= 1000000000;
        }
        while (n > 0 && limb[n - 1] == 0)
            n--;
        char *end = first;
        first = digits_before(end, rest);
        while (n > 0 && end - first < 9)
            *--first = '0';
    }
    size_t len = (size_t)(digits + sizeof digits - first);
    memcpy(out, first, len);
    return len;
}

size_t lf_print_fixed2(double value, char out[LF_FIXED_CAP])
{
    struct binary b = take_apart(value);
    size_t sign = b.negative;
    if (sign)
        *out++ = '-';
    if (!b.finite)
        return sign + copy_word((b.m << 12) ? LF_S("nan") : LF_S("inf"), out);
    if (b.e >= 0) {
        size_t n = b.e <= 10 ? print_whole(b.m << b.e, out) : print_huge(b.m, b.e, out);
        return sign + n + copy_word(LF_S(".00"), out + n);
    }
    // m x 100 is below 2^60: the hundredths are its bits above -e, what is below
    // decides.
    uint64_t exact = b.m * 100;
    int cut = -b.e;
    uint64_t cents = 0;
    if (cut < 64) {
        cents = exact >> cut;
        uint64_t rest = exact - (cents << cut);
        uint64_t half = UINT64_C(1) << (cut - 1);
        cents += rest > half || (rest == half && (cents & 1));
    }
    size_t n = print_whole(cents / 100, out);
    out[n] = '.';
    memcpy(out + n + 1, two_digits + cents % 100 * 2, 2);
    return sign + n + 3;
}
