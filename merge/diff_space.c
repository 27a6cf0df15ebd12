#include "merge/diff_space.h"

#include <math.h>

#include "formats/base/number.h"
#include "merge/geometry.h"

// A thousandth of a pixel is more than anybody sees.
static void number(struct lf_buf *out, double v)
{
    char text[LF_NUMBER_CAP];
    double thousandths = round(v * 1000) / 1000;
    lf_buf_add(out, text, lf_print_double(thousandths == 0 ? 0 : thousandths, text));
}

static void box(struct lf_buf *out, const double b[4])
{
    const double v[4] = {b[0], b[1], b[2] - b[0], b[3] - b[1]};
    lf_buf_text(out, ", \"box\": [");
    for (int i = 0; i < 4; i++) {
        lf_buf_text(out, i ? ", " : "");
        number(out, v[i]);
    }
    lf_buf_char(out, ']');
}

static uint64_t area_of(const struct lf_label *l)
{
    uint64_t area = 0;
    for (uint32_t i = 0; i < l->masks; i++)
        area += lf_mask_area(&l->mask[i]);
    return area;
}

static bool space_text(const struct lf_label *l, struct lf_arena *m,
                       struct lf_slice *text, struct lf_error *err)
{
    struct lf_buf out = {0};
    double b[4];
    lf_buf_printf(&out, "{\"kind\": \"%s\"", lf_kind_name(l->kind));
    if (l->kind == LF_BOX && l->points >= 2)
        box(&out, l->xy);
    else if (lf_bounds(l, b))
        box(&out, b);
    if (l->turn != 0) {
        lf_buf_text(&out, ", \"turn\": ");
        number(&out, l->turn);
    }
    if (l->rings > 1)
        lf_buf_printf(&out, ", \"rings\": %lu", (unsigned long)l->rings);
    if (l->kind & (LF_POLYGON | LF_POLYLINE | LF_POINTS | LF_SKELETON))
        lf_buf_printf(&out, ", \"points\": %lu", (unsigned long)l->points);
    if (l->masks)
        lf_buf_printf(&out, ", \"pixels\": %llu", (unsigned long long)area_of(l));
    lf_buf_char(&out, '}');
    bool ok = lf_buf_ok(&out, err) && lf_arena_text(m, lf_buf_view(&out), text, err);
    lf_buf_done(&out);
    return ok;
}

// Over all values: pixels that both give the same one, of all that either has.
static bool mask_overlap(const struct lf_label *a, const struct lf_label *b,
                         struct lf_arena *m, double *iou, struct lf_error *err)
{
    uint64_t both = 0, all = area_of(a) + area_of(b);
    for (uint32_t i = 0; i < a->masks; i++)
        for (uint32_t k = 0; k < b->masks; k++) {
            struct lf_mask common;
            if (a->mask[i].value != b->mask[k].value)
                continue;
            if (!lf_mask_combine(LF_MASK_AND, &a->mask[i], &b->mask[k], m, &common,
                                 err))
                return false;
            both += lf_mask_area(&common);
        }
    *iou = all > both ? (double)both / (double)(all - both) : all ? 1 : -1;
    return true;
}

bool lf_diff_space(const struct lf_label *a, const struct lf_label *b,
                   struct lf_arena *m, struct lf_diff_part *part, struct lf_error *err)
{
    double x[4];
    if (!space_text(a, m, &part->was, err) || !space_text(b, m, &part->came, err))
        return false;
    if (a->masks && b->masks && a->kind == b->kind)
        return mask_overlap(a, b, m, &part->iou, err);
    if (lf_bounds(a, x) && lf_bounds(b, x))
        part->iou = lf_overlap(a, b);
    return true;
}
