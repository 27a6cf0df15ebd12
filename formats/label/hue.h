// A colour for each class of a field, by its row.
#ifndef LF_HUE_H
#define LF_HUE_H

#include <stdint.h>

// Red, green and blue, 0 .. 255. Neighbours differ much.
void lf_hue(uint32_t row, unsigned rgb[3]);

#endif
