// An array laid over pixels, nearest neighbour as OpenCV's INTER_NEAREST has it, with
// which FiftyOne resizes masks: pixel i shows floor(i * (1 / (pixels / length))), in
// doubles. One of these a direction. For the files of this folder.
#ifndef LF_STRETCH_H
#define LF_STRETCH_H

#include <stdbool.h>
#include <stdint.h>

struct lf_stretch {
    uint32_t length; // of the array
    uint32_t pixels; // it is stretched over
    int64_t at;      // the first of these in the image, which begins at 0 ..
    uint32_t end;    // .. and is cut here
    double step;
};

struct lf_stretch lf_stretch_over(uint32_t length, int64_t at, uint32_t pixels,
                                  uint32_t end);
// Which of the array `pixel` shows. `length` is not 0.
uint32_t lf_stretch_source(const struct lf_stretch *s, uint32_t pixel);
// The first pixel that shows `index` or one behind it; `pixels`: none does.
uint32_t lf_stretch_first(const struct lf_stretch *s, uint32_t index);

// Where in the image the array from `index` on begins.
static inline uint32_t lf_stretch_place(const struct lf_stretch *s, uint32_t index)
{
    int64_t at = s->at + (s->length == s->pixels ? index : lf_stretch_first(s, index));
    return at < 0 ? 0 : at > s->end ? s->end : (uint32_t)at;
}

#endif
