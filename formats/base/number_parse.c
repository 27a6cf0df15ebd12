// Text to numbers. Three steps, each taken only when the one before cannot decide:
// exact arithmetic of doubles (Clinger 1990), one or two 64 x 128 bit products (Lemire,
// "Number parsing at a gigabyte per second", 2021; that it never fails for 64-bit
// digits: Mushtak and Lemire 2022), and whole numbers of any length for texts of more
// than 19 digits that lie close to the middle between two doubles.
#include <float.h>

#include "formats/base/limits.h"
#include "formats/base/number.h"
#include "formats/base/number_table.h"

__extension__ typedef unsigned __int128 u128;

enum {
    HELD_DIGITS = 19,   // that many always fit into 64 bits
    EXPONENT_CAP = 9999 // beyond any double, whatever the digits
};

// digits x 10^exponent, as the text says it; all that is not zero is in first..last.
struct decimal {
    uint64_t digits;
    int exponent;
    bool negative;
    bool cut;                // digits is only the first HELD_DIGITS of them
    const char *first, *end; // from the first digit that counts; may hold the point
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *take_digits(const char *p, const char *end, uint64_t *value)
{
    uint64_t v = *value;
    for (; p < end && is_digit(*p); p++)
        v = v * 10 + (uint64_t)(*p - '0');
    *value = v;
    return p;
}

// The exponent's text, from behind the 'e'; NULL when there is none.
static const char *take_exponent(const char *p, const char *end, int *exponent)
{
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    const char *first = p;
    int e = 0;
    for (; p < end && is_digit(*p); p++)
        e = e < EXPONENT_CAP ? e * 10 + (*p - '0') : e;
    *exponent += negative ? -e : e;
    return p == first ? NULL : p;
}

// The digits wrapped around: keep the first ones and count the others in the exponent.
static void cut_digits(struct decimal *d)
{
    const char *p = d->first;
    while (p < d->end && (*p == '0' || *p == '.'))
        p++;
    d->first = p;
    uint64_t held = 0;
    int count = 0;
    int left_out = 0;
    for (; p < d->end; p++) {
        if (*p == '.')
            continue;
        if (count < HELD_DIGITS) {
            held = held * 10 + (uint64_t)(*p - '0');
            count++;
        } else {
            left_out++;
        }
    }
    d->digits = held;
    d->exponent += left_out;
    d->cut = left_out > 0;
}

// `loose` is lf_parse_decimal's grammar, else JSON's.
static bool scan(struct lf_slice text, bool loose, struct decimal *d)
{
    const char *p = text.at;
    const char *end = p + text.len;
    *d = (struct decimal){0};
    if (text.len == 0 || text.len > LF_NUMBER_BYTES)
        return false;
    d->negative = *p == '-';
    if (*p == '-' || (loose && *p == '+'))
        p++;
    d->first = p;
    p = take_digits(p, end, &d->digits);
    ptrdiff_t whole = p - d->first;
    ptrdiff_t part = 0;
    if (!loose && (whole == 0 || (whole > 1 && *d->first == '0')))
        return false;
    if (p < end && *p == '.') {
        const char *point = p++;
        p = take_digits(p, end, &d->digits);
        part = p - point - 1;
        if (part == 0 && !loose)
            return false;
    }
    if (whole + part == 0)
        return false;
    d->end = p;
    d->exponent = -(int)part;
    if (p < end && (*p == 'e' || *p == 'E')) {
        p = take_exponent(p + 1, end, &d->exponent);
        if (!p)
            return false;
    }
    if (whole + part > HELD_DIGITS)
        cut_digits(d);
    return p == end;
}

static double from_bits(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

// The double nearest to w x 10^q as its bits, infinity when it is beyond the largest.
static uint64_t nearest(uint64_t w, int q)
{
    const uint64_t infinity = UINT64_C(0x7ff) << 52;
    if (w == 0 || q < LF_POW10_FIRST)
        return 0;
    if (q > 308)
        return infinity;
    int zeros = __builtin_clzll(w);
    w <<= zeros;
    const struct lf_pow10 *ten = &lf_pow10_table[q - LF_POW10_FIRST];
    u128 product = (u128)w * ten->high;
    // Only when the 9 bits below the 55 wanted are all ones can the lower half matter.
    if (((uint64_t)(product >> 64) & 0x1ff) == 0x1ff)
        product += (u128)w * ten->low >> 64;
    uint64_t high = (uint64_t)(product >> 64);
    uint64_t low = (uint64_t)product;
    int top = (int)(high >> 63);
    int drop = top + 64 - 52 - 3;
    uint64_t m = high >> drop; // 53 bits and one for rounding
    // 217706 / 65536 is the binary logarithm of ten, close enough for every q here.
    int power = ((217706 * q) >> 16) + 63 + top - zeros + 1023;
    if (power <= 0) { // below the normal doubles
        if (power <= -63)
            return 0;
        m >>= 1 - power;
        m += m & 1;
        return m >> 1; // a carry into bit 52 is the exponent of the least normal double
    }
    // Exactly in the middle: only these powers of ten divide or are divided evenly.
    if (low <= 1 && q >= -4 && q <= 23 && (m & 3) == 1 && m << drop == high)
        m &= ~UINT64_C(1);
    m += m & 1;
    m >>= 1;
    if (m >> 53) {
        m >>= 1;
        power++;
    }
    return power >= 0x7ff ? infinity
                          : (uint64_t)power << 52 | (m & ~(UINT64_C(1) << 52));
}

// A whole number that fits: 64 digits and 10^400 and 2^1100 stay below 3072 bits.
struct big {
    uint32_t limb[96];
    size_t n;
};

static void big_mul_add(struct big *b, uint32_t factor, uint32_t more)
{
    uint64_t carry = more;
    for (size_t i = 0; i < b->n; i++) {
        carry += (uint64_t)b->limb[i] * factor;
        b->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry && b->n < sizeof b->limb / sizeof *b->limb)
        b->limb[b->n++] = (uint32_t)carry;
}

static void big_scale(struct big *b, int tens, int twos)
{
    for (; tens >= 9; tens -= 9)
        big_mul_add(b, 1000000000, 0);
    for (; tens > 0; tens--)
        big_mul_add(b, 10, 0);
    for (; twos >= 31; twos -= 31)
        big_mul_add(b, UINT32_C(1) << 31, 0);
    if (twos > 0)
        big_mul_add(b, UINT32_C(1) << twos, 0);
}

static int big_cmp(const struct big *a, const struct big *b)
{
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    for (size_t i = a->n; i-- > 0;) {
        if (a->limb[i] != b->limb[i])
            return a->limb[i] < b->limb[i] ? -1 : 1;
    }
    return 0;
}

// The text lies between the double `below` and the next one: which is nearer?
static uint64_t round_exactly(const struct decimal *d, uint64_t below)
{
    struct big text = {.n = 0};
    int exponent = d->exponent;
    int seen = 0;
    for (const char *p = d->first; p < d->end; p++) {
        if (*p == '.')
            continue;
        big_mul_add(&text, 10, (uint32_t)(*p - '0'));
        exponent -= seen++ >= HELD_DIGITS; // cut_digits counted those
    }
    uint64_t m = below & ((UINT64_C(1) << 52) - 1);
    int power = (int)(below >> 52);
    m |= power ? UINT64_C(1) << 52 : 0;
    power = (power ? power : 1) - 1075 - 1;
    struct big middle = {.n = 0}; // (2m + 1) x 2^power
    big_mul_add(&middle, 1, (uint32_t)(m >> 31));
    big_mul_add(&middle, UINT32_C(1) << 31, 0);
    big_mul_add(&middle, 1, (uint32_t)(m & 0x7fffffff));
    big_mul_add(&middle, 2, 1);
    big_scale(&text, exponent, -power);
    big_scale(&middle, -exponent, power);
    int order = big_cmp(&text, &middle);
    return below + (order > 0 || (order == 0 && (m & 1)));
}

static bool convert(const struct decimal *d, double *out)
{
    static const double ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    int q = d->exponent;
    // Both operands are exact, so the one operation rounds once, if doubles are
    // doubles.
    if (FLT_EVAL_METHOD == 0 && !d->cut && d->digits >> 53 == 0 && q >= -22 &&
        q <= 22) {
        double v = (double)d->digits;
        v = q < 0 ? v / ten[-q] : v * ten[q];
        *out = d->negative ? -v : v;
        return true;
    }
    uint64_t bits = nearest(d->digits, q);
    if (d->cut && bits != nearest(d->digits + 1, q))
        bits = round_exactly(d, bits);
    if (bits >> 52 == 0x7ff)
        return false;
    *out = from_bits(bits | (uint64_t)d->negative << 63);
    return true;
}

bool lf_parse_double(struct lf_slice text, double *out)
{
    struct decimal d;
    return scan(text, false, &d) && convert(&d, out);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool lf_parse_decimal(struct lf_slice text, double *out)
{
    while (text.len && is_space(text.at[0])) {
        text.at++;
        text.len--;
    }
    while (text.len && is_space(text.at[text.len - 1]))
        text.len--;
    struct decimal d;
    return scan(text, true, &d) && convert(&d, out);
}

bool lf_parse_int64(struct lf_slice text, int64_t *out)
{
    bool negative = text.len && text.at[0] == '-';
    uint64_t most = (uint64_t)INT64_MAX + negative;
    uint64_t v = 0;
    if (text.len == negative)
        return false;
    for (size_t i = negative; i < text.len; i++) {
        if (!is_digit(text.at[i]))
            return false;
        uint64_t digit = (uint64_t)(text.at[i] - '0');
        if (v > (most - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *out = negative && v ? -(int64_t)(v - 1) - 1 : (int64_t)v;
    return true;
}
