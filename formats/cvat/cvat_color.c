#include <stdio.h>

#include "formats/cvat/cvat_parts.h"
#include "formats/label/hue.h"

void cvat_color(struct lf_slice uid, struct lf_slice field, struct lf_slice class_name,
                uint32_t row, char out[8])
{
    unsigned rgb[3];
    uint64_t mark = lf_hash(uid) * 31 + lf_hash(field);
    mark = (mark * 31 + lf_hash(class_name)) * UINT64_C(0x9e3779b97f4a7c15);
    lf_hue(row, rgb);
    for (int i = 0; i < 3; i++)
        rgb[i] = (rgb[i] & 0xf0u) | (unsigned)(mark >> (52 + 4 * i) & 0xf);
    snprintf(out, 8, "#%02x%02x%02x", rgb[0] & 0xff, rgb[1] & 0xff, rgb[2] & 0xff);
}
