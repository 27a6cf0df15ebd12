#include "formats/mask/element.h"

#include <math.h>

static const uint16_t one = 1;

static bool machine_is_big(void)
{
    return *(const unsigned char *)&one == 0;
}

bool lf_element_parse(struct lf_slice text, struct lf_element *e)
{
    if (text.len != 3 || !memchr("<>|=", text.at[0], 4))
        return false;
    *e = (struct lf_element){.kind = text.at[1],
                             .size = (uint8_t)(text.at[2] - '0'),
                             .big = text.at[0] == '>' ||
                                    (text.at[0] == '=' && machine_is_big())};
    e->big = e->big && e->size > 1;
    switch (e->kind) {
    case 'b':
        return e->size == 1;
    case 'u':
    case 'i':
        return e->size == 1 || e->size == 2 || e->size == 4 || e->size == 8;
    case 'f':
        return e->size == 2 || e->size == 4 || e->size == 8;
    default:
        return false;
    }
}

void lf_element_print(struct lf_element e, char out[8])
{
    memset(out, 0, 8);
    out[0] = '<';
    if (e.size == 1)
        out[0] = '|';
    else if (e.big)
        out[0] = '>';
    out[1] = e.kind;
    out[2] = (char)('0' + e.size);
}

// A float's sign is left out: -0.0 is 0 as well. The bytes stay in their order.
static void flags2(const unsigned char *at, size_t n, const unsigned char *keep,
                   unsigned char *flags)
{
    uint16_t mask = 0;
    memcpy(&mask, keep, sizeof mask);
    for (size_t i = 0; i < n; i++) {
        uint16_t v = 0;
        memcpy(&v, at + i * sizeof v, sizeof v);
        flags[i] = (v & mask) != 0;
    }
}

static void flags4(const unsigned char *at, size_t n, const unsigned char *keep,
                   unsigned char *flags)
{
    uint32_t mask = 0;
    memcpy(&mask, keep, sizeof mask);
    for (size_t i = 0; i < n; i++) {
        uint32_t v = 0;
        memcpy(&v, at + i * sizeof v, sizeof v);
        flags[i] = (v & mask) != 0;
    }
}

static void flags8(const unsigned char *at, size_t n, const unsigned char *keep,
                   unsigned char *flags)
{
    uint64_t mask = 0;
    memcpy(&mask, keep, sizeof mask);
    for (size_t i = 0; i < n; i++) {
        uint64_t v = 0;
        memcpy(&v, at + i * sizeof v, sizeof v);
        flags[i] = (v & mask) != 0;
    }
}

void lf_element_flags(struct lf_element e, const unsigned char *at, size_t count,
                      unsigned char *flags)
{
    unsigned char keep[8];
    memset(keep, 0xff, sizeof keep);
    if (e.kind == 'f')
        keep[e.big ? 0 : e.size - 1] = 0x7f;
    if (e.size == 8)
        flags8(at, count, keep, flags);
    else if (e.size == 4)
        flags4(at, count, keep, flags);
    else if (e.size == 2)
        flags2(at, count, keep, flags);
    else
        for (size_t i = 0; i < count; i++)
            flags[i] = at[i] != 0;
}

static uint64_t load(struct lf_element e, const unsigned char *at)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < e.size; i++)
        v = v << 8 | at[e.big ? i : e.size - 1U - i];
    return v;
}

static void store(struct lf_element e, uint64_t bits, unsigned char *at)
{
    for (unsigned i = 0; i < e.size; i++, bits >>= 8)
        at[e.big ? e.size - 1U - i : i] = (unsigned char)bits;
}

static double half(uint64_t bits)
{
    int exponent = (int)(bits >> 10 & 31);
    double part = (double)(bits & 1023);
    double v = exponent == 0    ? ldexp(part, -24)
               : exponent != 31 ? ldexp(1024 + part, exponent - 25)
               : part > 0       ? (double)NAN
                                : (double)INFINITY;
    return bits >> 15 & 1 ? -v : v;
}

static double number(struct lf_element e, const unsigned char *at)
{
    uint64_t bits = load(e, at);
    if (e.size == 2)
        return half(bits);
    double d = 0;
    if (e.size == 8) {
        memcpy(&d, &bits, sizeof d);
        return d;
    }
    uint32_t low = (uint32_t)bits;
    float f = 0;
    memcpy(&f, &low, sizeof f);
    return (double)f;
}

// A half of a whole number up to 2048.
static uint64_t half_of(uint64_t value)
{
    if (value == 0)
        return 0;
    unsigned top = 0; // place of the highest bit
    while (value >> top > 1)
        top++;
    uint64_t part = top <= 10 ? value << (10 - top) : value >> (top - 10);
    return (uint64_t)(15 + top) << 10 | (part & 1023);
}

static void store_number(struct lf_element e, double d, unsigned char *at)
{
    uint64_t bits = 0;
    if (e.size == 8) {
        memcpy(&bits, &d, sizeof bits);
    } else {
        float f = (float)d;
        uint32_t low = 0;
        memcpy(&low, &f, sizeof low);
        bits = low;
    }
    store(e, bits, at);
}

bool lf_element_value(struct lf_element e, const unsigned char *at, uint32_t *value)
{
    if (e.kind == 'f') {
        double d = number(e, at);
        bool whole = d >= 0 && d <= UINT32_MAX && floor(d) >= d;
        *value = whole ? (uint32_t)d : 0;
        return whole;
    }
    uint64_t bits = load(e, at);
    if (e.kind == 'b')
        bits = bits != 0;
    bool known = bits <= UINT32_MAX && (e.kind != 'i' || bits >> (e.size * 8 - 1) == 0);
    *value = known ? (uint32_t)bits : 0;
    return known;
}

uint64_t lf_element_bits(struct lf_element e, const unsigned char *at)
{
    uint64_t bits = load(e, at);
    if (e.kind == 'b')
        bits = bits != 0;
    else if (e.kind == 'i' && e.size < 8 && bits >> (e.size * 8 - 1))
        bits |= ~UINT64_C(0) << e.size * 8;
    return bits;
}

bool lf_element_holds(struct lf_element e, uint64_t value)
{
    unsigned bits = e.size * 8U; // that hold whole numbers
    if (e.kind == 'b')
        bits = 1;
    else if (e.kind == 'i')
        bits--;
    else if (e.kind == 'f')
        bits = e.size == 2 ? 11 : e.size == 4 ? 24 : 53;
    return bits == 64 || value >> bits == 0;
}

void lf_element_put(struct lf_element e, uint64_t value, unsigned char *at)
{
    if (e.kind != 'f')
        store(e, value, at);
    else if (e.size == 2)
        store(e, half_of(value), at);
    else
        store_number(e, (double)value, at);
}

bool lf_element_widen(struct lf_element e, uint64_t value, struct lf_element *wide)
{
    *wide = e;
    if (wide->kind == 'b' && value > 1)
        wide->kind = 'u';
    while (!lf_element_holds(*wide, value)) {
        if (wide->size == 8)
            return false;
        wide->size = (uint8_t)(wide->size * 2);
        if (wide->kind == 'u' && wide->size == 4) // as numpy's own integers
            wide->kind = 'i';
    }
    return true;
}

void lf_element_move(struct lf_element e, const unsigned char *from,
                     struct lf_element wide, unsigned char *to)
{
    if (e.kind == wide.kind && e.size == wide.size && e.big == wide.big) {
        memcpy(to, from, e.size);
    } else if (e.kind == 'f') {
        store_number(wide, number(e, from), to);
    } else {
        store(wide, lf_element_bits(e, from), to);
    }
}
