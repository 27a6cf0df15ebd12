#include "formats/label/hue.h"

#include <string.h>

// Hues a golden angle apart never come close to their neighbours; every fifth row is
// darker.
void lf_hue(uint32_t row, unsigned rgb[3])
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
