#include "formats/labelstudio/ls_reading.h"

static bool digits(struct lf_slice t, size_t from, size_t n)
{
    for (size_t i = from; i < from + n; i++)
        if (i >= t.len || t.at[i] < '0' || t.at[i] > '9')
            return false;
    return true;
}

// "2024-01-02T03:04:05", then a fraction or none, then Z or +00:00. A server leaves a
// fraction of 0 out, and "05Z" would stand behind "05.1Z".
bool ls_stamp(struct lf_slice text, struct lf_arena *a, struct lf_slice *stamp,
              struct lf_error *err)
{
    enum { SECONDS = 19, FRACTION = 6 };
    char fraction[FRACTION + 1] = "000000";
    size_t at = SECONDS, n = 0;
    *stamp = text;
    if (!digits(text, 0, 4) || !digits(text, SECONDS - 2, 2))
        return lf_arena_text(a, text, stamp, err);
    if (at < text.len && text.at[at] == '.')
        for (at++; digits(text, at, 1); at++)
            if (n < FRACTION)
                fraction[n++] = text.at[at];
    struct lf_slice zone = {text.at + at, text.len - at};
    if (!lf_slice_is(zone, "Z") && !lf_slice_is(zone, "+00:00"))
        return lf_arena_text(a, text, stamp, err);
    return lf_arena_printf(a, stamp, err, "%.*s.%sZ", (int)SECONDS, text.at, fraction);
}
