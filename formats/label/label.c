#include "formats/label/label.h"

#include <math.h>

#include "formats/base/digest.h"

static int hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

bool lf_id_parse(struct lf_slice text, struct lf_id *id)
{
    *id = (struct lf_id){0};
    if (text.len != 24)
        return false;
    for (size_t i = 0; i < 12; i++) {
        int high = hex_value(text.at[2 * i]), low = hex_value(text.at[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        id->at[i] = (uint8_t)(high << 4 | low);
    }
    id->known = true;
    return true;
}

void lf_id_print(const struct lf_id *id, char out[25])
{
    if (id->known)
        lf_hex(id->at, sizeof id->at, out);
    else
        out[0] = '\0';
}

const char *lf_kind_name(unsigned kind)
{
    switch (kind) {
    case LF_TAG:
        return "tag";
    case LF_SCALAR:
        return "scalar";
    case LF_BOX:
        return "box";
    case LF_ELLIPSE:
        return "ellipse";
    case LF_POLYGON:
        return "polygon";
    case LF_POLYLINE:
        return "polyline";
    case LF_POINTS:
        return "points";
    case LF_SKELETON:
        return "skeleton";
    case LF_MASK:
        return "mask";
    case LF_SEGMENT:
        return "segmentation";
    case LF_CUBOID:
        return "cuboid";
    default:
        return "shape";
    }
}

const struct lf_attr *lf_label_attr(const struct lf_label *l, unsigned name)
{
    for (uint32_t i = 0; i < l->attrs; i++)
        if (l->attr[i].name == name)
            return &l->attr[i];
    return NULL;
}

double lf_turn(double degrees)
{
    double t = fmod(degrees, 360);
    return t < 0 ? t + 360 : t == 0 ? 0 : t;
}

bool lf_mask_eq(const struct lf_mask *a, const struct lf_mask *b)
{
    return a->left == b->left && a->top == b->top && a->width == b->width &&
           a->height == b->height && a->runs == b->runs && a->value == b->value &&
           (!a->runs || !memcmp(a->run, b->run, a->runs * sizeof *a->run));
}
