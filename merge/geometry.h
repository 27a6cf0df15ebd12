// Where labels lie, for pairing and for what an image can hold. Pixels.
#ifndef LF_GEOMETRY_H
#define LF_GEOMETRY_H

#include "formats/label/label.h"

// Left, top, right, bottom of all that a label covers, turned boxes with their corners.
// false: it lies nowhere (a tag, no point, no pixel).
bool lf_bounds(const struct lf_label *l, double box[4]);
// How far apart two labels of one id are: sums of pixels. A class of another name
// counts less than any movement that can be seen; another kind or count of points more
// than any.
double lf_distance(const struct lf_label *a, const struct lf_label *b);
// 0..1: how much of the two bounds' union both cover. Labels that lie nowhere: 1 if
// their classes are equal.
double lf_overlap(const struct lf_label *a, const struct lf_label *b);

// A shape without a pixel, a ring or a point. A copy's may be: it says what the dataset
// is to say.
bool lf_has_nothing(const struct lf_label *l);
// A box of no width or no height, a polygon whose rings have no area.
bool lf_is_flat(const struct lf_label *l);

enum lf_reach {
    LF_REACH_IN,
    LF_REACH_TINY,    // up to half a pixel out of the image
    LF_REACH_OUTSIDE, // further
    LF_REACH_FAR      // nowhere in the image, or over ten times its size
};
// How far it reaches out of the image, in pixels; below 0: it lies inside.
double lf_excess(const struct lf_label *l, uint32_t width, uint32_t height);
enum lf_reach lf_reach(const struct lf_label *l, uint32_t width, uint32_t height);
// The points brought into the image, in `xy`, which is as long as the label's. A turned
// box stays.
void lf_clamp(const struct lf_label *l, uint32_t width, uint32_t height, double *xy);

#endif
