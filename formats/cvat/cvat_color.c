#include <stdio.h>

#include "formats/cvat/cvat_parts.h"

// Hues a golden angle apart never come close to their neighbours; every fifth row is
// darker.
static void hue_of(uint32_t row, unsigned rgb[3])
{
    unsigned degrees = (unsigned)((uint64_t)row * 137 % 360),
             high = 240 - row / 5 % 3 * 48;
    unsigned sector = degrees / 60, part = degrees % 60, low = 48;
    unsigned up = low + (high - low) * part / 60,
             down = high - (high - low) * part / 60;
    const unsigned table[6][3] = {{high, up, low}, {down, high, low},
                                  {low, high, up}, {low, down, high},
                                  {up, low, high}, {high, low, down}};
    memcpy(rgb, table[sector], sizeof table[sector]);
}

void cvat_color(struct lf_slice uid, struct lf_slice field, struct lf_slice class_name,
                uint32_t row, char out[8])
{
    unsigned rgb[3];
    uint64_t mark = lf_hash(uid) * 31 + lf_hash(field);
    mark = (mark * 31 + lf_hash(class_name)) * UINT64_C(0x9e3779b97f4a7c15);
    hue_of(row, rgb);
    for (int i = 0; i < 3; i++)
        rgb[i] = (rgb[i] & 0xf0u) | (unsigned)(mark >> (52 + 4 * i) & 0xf);
    snprintf(out, 8, "#%02x%02x%02x", rgb[0] & 0xff, rgb[1] & 0xff, rgb[2] & 0xff);
}
