#include "formats/fiftyone/fo_spell.h"

#include <math.h>

#include "formats/base/number.h"

// Outside of strings only the constant NaN has a capital N.
static bool has_bare_nan(struct lf_slice doc)
{
    bool inside = false;
    for (size_t i = 0; i < doc.len; i++) {
        if (doc.at[i] == '"')
            inside = !inside;
        else if (doc.at[i] == '\\')
            i++;
        else if (doc.at[i] == 'N' && !inside)
            return true;
    }
    return false;
}

static void learn(struct lf_slice list, struct fo_spelling *sp)
{
    struct lf_slice point, part[2];
    const char *behind = NULL;
    int seen = 0;
    for (struct lf_json_walk w = lf_json_enter(list);
         seen < 2 && lf_json_element(&w, &point); seen++) {
        point = lf_json_trim(point);
        if (behind)
            sp->between = lf_slice_between(behind, point.at);
        behind = point.at + point.len;
        if (!seen && fo_point_parts(point, part)) {
            sp->open = lf_slice_between(point.at, part[0].at);
            sp->comma = lf_slice_between(part[0].at + part[0].len, part[1].at);
            sp->close = lf_slice_between(part[1].at + part[1].len, behind);
        }
    }
}

struct lf_slice fo_nan_in(struct lf_slice doc)
{
    return has_bare_nan(doc) ? LF_S("NaN") : LF_S("{\"$numberDouble\": \"NaN\"}");
}

void fo_spelling_of(struct lf_slice list, bool rings, struct fo_spelling *sp)
{
    struct lf_slice ring;
    *sp = (struct fo_spelling){.open = LF_S("["),
                               .comma = LF_S(", "),
                               .close = LF_S("]"),
                               .between = LF_S(", "),
                               .nan = LF_S("{\"$numberDouble\": \"NaN\"}")};
    if (!rings) {
        learn(list, sp);
        return;
    }
    for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &ring);) {
        ring = lf_json_trim(ring);
        if (fo_elements(ring) == 0)
            continue;
        learn(ring, sp);
        return;
    }
}

static void put_number(const struct fo_spelling *sp, double v, double side,
                       struct lf_buf *out)
{
    char digits[LF_NUMBER_CAP];
    if (isnan(v))
        lf_buf_slice(out, sp->nan);
    else
        lf_buf_add(out, digits, lf_print_double(v / side, digits));
}

void fo_put_points(const struct fo_spelling *sp, const double *xy, uint32_t count,
                   const struct lf_sample *s, struct lf_buf *out)
{
    for (uint32_t i = 0; i < count; i++) {
        if (i)
            lf_buf_slice(out, sp->between);
        lf_buf_slice(out, sp->open);
        put_number(sp, xy[2 * (size_t)i], s->width, out);
        lf_buf_slice(out, sp->comma);
        put_number(sp, xy[2 * (size_t)i + 1], s->height, out);
        lf_buf_slice(out, sp->close);
    }
}
