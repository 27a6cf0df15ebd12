// What the fuzz targets of masks share.
#ifndef LF_MASK_CLAIMS_H
#define LF_MASK_CLAIMS_H

#include "formats/base/number.h"
#include "formats/mask/mask.h"
#include "tests/fuzz/fuzz.h"

// Takes whole numbers with a blank or line feed behind each off the front of the text.
static inline bool first_numbers(struct lf_slice *text, uint32_t *number, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t len = 0;
        int64_t v;
        while (len < text->len && text->at[len] != ' ' && text->at[len] != '\n')
            len++;
        if (len == text->len || !lf_parse_int64((struct lf_slice){text->at, len}, &v) ||
            v < 0 || v > UINT32_MAX)
            return false;
        number[i] = (uint32_t)v;
        text->at += len + 1;
        text->len -= len + 1;
    }
    return true;
}

// label.h says what a mask is.
static inline void claim_canonical(const struct lf_mask *m)
{
    uint64_t sum = 0;
    bool left = false, right = false;
    if (!m->runs) {
        LF_CLAIM(!m->left && !m->top && !m->width && !m->height);
        return;
    }
    for (uint32_t i = 0; i < m->runs; sum += m->run[i++]) {
        LF_CLAIM(!i || m->run[i]);
        if (i % 2 == 0)
            continue;
        left = left || sum % m->width == 0 || sum % m->width + m->run[i] > m->width;
        right = right || sum % m->width + m->run[i] >= m->width;
    }
    LF_CLAIM(m->runs > 1 && left && right && m->run[0] < m->width);
    LF_CLAIM(m->runs % 2 == 0 || m->run[m->runs - 1] < m->width);
    LF_CLAIM(sum == (uint64_t)m->width * m->height);
}

#endif
