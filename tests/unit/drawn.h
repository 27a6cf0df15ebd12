// Masks out of drawings: rows of '#' and '.', separated by '/'. Other letters are
// values of a segmentation: 'a' is 1, 'b' 2 ..
#ifndef LF_DRAWN_H
#define LF_DRAWN_H

#include <string.h>

#include "formats/mask/mask.h"
#include "tests/unit/unit.h"

static inline struct lf_mask drawn_value(const char *rows, char mark,
                                         struct lf_arena *a)
{
    struct lf_error err = {0};
    struct lf_spans spans = {0};
    struct lf_mask m = {0};
    uint32_t x = 0, y = 0;
    for (const char *at = rows; *at; at++) {
        if (*at == '/') {
            x = 0;
            y++;
            continue;
        }
        if (*at == mark)
            assert_true(lf_spans_add(&spans, a, y, x, x + 1, &err));
        x++;
    }
    assert_true(lf_mask_of(&spans, a, &m, &err));
    return m;
}

static inline struct lf_mask drawn(const char *rows, struct lf_arena *a)
{
    return drawn_value(rows, '#', a);
}

// A segmentation's masks, sorted by value.
static inline uint32_t drawn_classes(const char *rows, struct lf_arena *a,
                                     const struct lf_mask **masks)
{
    struct lf_error err = {0};
    struct lf_mask *out = lf_arena_take(a, 26, sizeof *out, &err);
    uint32_t n = 0;
    assert_non_null(out);
    for (char c = 'a'; c <= 'z'; c++)
        if (strchr(rows, c)) {
            out[n] = drawn_value(rows, c, a);
            out[n++].value = (uint32_t)(c - 'a') + 1;
        }
    *masks = out;
    return n;
}

#endif
