// The numbers of a numpy array: reading them as pixels and writing pixels as them.
#ifndef LF_ELEMENT_H
#define LF_ELEMENT_H

#include "formats/base/error.h"

struct lf_element {
    char kind; // 'b', 'u', 'i' or 'f', as numpy spells them
    uint8_t size;
    bool big; // the high byte comes first
};

// "|u1", "<i8", ">f4", "=u2": false for any other, as complex numbers and objects.
bool lf_element_parse(struct lf_slice text, struct lf_element *e);
// As numpy spells it, NUL behind it.
void lf_element_print(struct lf_element e, char out[8]);

// 1 for each of `count` numbers that is not 0 (NaN is not), else 0.
void lf_element_flags(struct lf_element e, const unsigned char *at, size_t count,
                      unsigned char *flags);
// Whole numbers from 0 to 2^32 - 1; false for any other.
bool lf_element_value(struct lf_element e, const unsigned char *at, uint32_t *value);
// The bits of the number, those of a negative one up to 64.
uint64_t lf_element_bits(struct lf_element e, const unsigned char *at);
// Whether every whole number up to `value` fits.
bool lf_element_holds(struct lf_element e, uint64_t value);
// The number `value`, which fits.
void lf_element_put(struct lf_element e, uint64_t value, unsigned char *at);
// What an array's numbers become when they must hold `value` too; false: nothing can.
bool lf_element_widen(struct lf_element e, uint64_t value, struct lf_element *wide);
// The number at `from` in the wider form.
void lf_element_move(struct lf_element e, const unsigned char *from,
                     struct lf_element wide, unsigned char *to);

#endif
