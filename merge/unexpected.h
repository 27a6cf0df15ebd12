// Shapes of a kind that their field does not hold: what is to become of them.
#ifndef LF_UNEXPECTED_H
#define LF_UNEXPECTED_H

#include "formats/label/schema.h"

// FiftyOne's words for what comes back, sorted. LF_RT_NONE: it has no place for such a
// label (an ellipse, a cuboid).
enum lf_return_type {
    LF_RT_CLASSIFICATIONS,
    LF_RT_DETECTIONS,
    LF_RT_KEYPOINTS,
    LF_RT_POLYLINES,
    LF_RT_NONE
};

enum lf_fate {
    LF_FATE_FAIL,   // nothing is written
    LF_FATE_IGNORE, // left out
    LF_FATE_RETURN, // left out, and given to the person
    LF_FATE_KEEP    // put into a field of its own
};

struct lf_unexpected {
    enum lf_fate fate;                 // of the types that are not named
    struct lf_slice field[LF_RT_NONE]; // where a named type goes; empty: not named
};

enum lf_return_type lf_return_type_of(unsigned kind);
const char *lf_return_type_name(enum lf_return_type type); // "polylines"
// The type of a field that holds all of it.
enum lf_field_type lf_return_field_type(enum lf_return_type type);
enum lf_fate lf_fate_of(const struct lf_unexpected *u, unsigned kind);
// "TYPE=FIELD[,TYPE=FIELD]", slices of `arg`. LF_E_OPTION.
LF_MUST_USE bool lf_unexpected_fields(const char *arg, struct lf_unexpected *u,
                                      struct lf_error *err);
// Whether a label that came back is of a kind that its field does not hold. A mask of
// an unknown class is none in a segmentation.
bool lf_is_unexpected(const struct lf_field *f, const struct lf_label *l);

#endif
