#include "formats/mask/stretch.h"

struct lf_stretch lf_stretch_over(uint32_t length, int64_t at, uint32_t pixels,
                                  uint32_t end)
{
    return (struct lf_stretch){
        .length = length,
        .pixels = pixels,
        .at = at,
        .end = end,
        .step = length && pixels ? 1 / ((double)pixels / (double)length) : 0};
}

uint32_t lf_stretch_source(const struct lf_stretch *s, uint32_t pixel)
{
    if (s->length == s->pixels)
        return pixel;
    double source = (double)pixel * s->step;
    return source < (double)s->length ? (uint32_t)source : s->length - 1;
}

uint32_t lf_stretch_first(const struct lf_stretch *s, uint32_t index)
{
    if (index == 0)
        return 0;
    if (index >= s->length)
        return s->pixels;
    // Exact would be ceil(index * pixels / length); doubles may be one off.
    uint64_t up = (uint64_t)index * s->pixels + s->length - 1;
    uint32_t pixel = (uint32_t)(up / s->length);
    while (pixel > 0 && lf_stretch_source(s, pixel - 1) >= index)
        pixel--;
    while (pixel < s->pixels && lf_stretch_source(s, pixel) < index)
        pixel++;
    return pixel;
}
