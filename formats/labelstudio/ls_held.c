#include "formats/labelstudio/ls_held.h"

#include "formats/base/number.h"

bool ls_number_text(double value, struct lf_arena *a, struct lf_slice *text,
                    struct lf_error *err)
{
    char digits[LF_NUMBER_CAP];
    struct lf_slice t = {digits, lf_print_double(value, digits)};
    if (lf_slice_ends(t, LF_S(".0")))
        t.len -= 2;
    return lf_arena_text(a, t, text, err);
}

bool ls_ends_meet(const double *xy, uint32_t points)
{
    const double *last = xy + (size_t)(points ? points - 1 : 0) * 2;
    return points > 1 && last[0] == xy[0] && last[1] == xy[1];
}

const char *ls_attr_type(const struct lf_attr_def *d)
{
    switch (d->input) {
    case LF_IN_NUMBER:
        return "number";
    case LF_IN_CHECKBOX:
    case LF_IN_SELECT:
    case LF_IN_RADIO:
        return "choices";
    default:
        return "textarea";
    }
}
