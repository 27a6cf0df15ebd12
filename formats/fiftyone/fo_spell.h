// How a document spells points: new ones are written alike.
#ifndef FO_SPELL_H
#define FO_SPELL_H

#include "formats/fiftyone/fo_points.h"

struct fo_spelling {
    struct lf_slice open, comma, close; // around and between the numbers of a point
    struct lf_slice between;            // two points
    struct lf_slice nan;
};

// Of a list of points, or, `rings`, of the first points in a list of lists; what it
// does not tell is as FiftyOne writes it.
void fo_spelling_of(struct lf_slice list, bool rings, struct fo_spelling *sp);
// As NaN is spelled elsewhere in the document.
struct lf_slice fo_nan_in(struct lf_slice doc);
// `count` points of pixels, one behind the other, relative to the sample's size.
void fo_put_points(const struct fo_spelling *sp, const double *xy, uint32_t count,
                   const struct lf_sample *s, struct lf_buf *out);

#endif
