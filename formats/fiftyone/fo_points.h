// The points of polylines and keypoints as a document spells them.
#ifndef FO_POINTS_H
#define FO_POINTS_H

#include "formats/fiftyone/fo_keys.h"

struct fo_points {
    struct lf_ring *ring; // polyline: every ring, also empty ones
    double *xy;           // pixels; NaN NaN for a missing point
    uint32_t rings, points;
    bool fit;  // false: the value is not what FiftyOne writes
    bool gaps; // some point is missing
};

// [[x, y], ..] of a keypoint. An empty slice stands for no points.
LF_MUST_USE bool fo_points_read(struct lf_slice list, const struct lf_sample *s,
                                struct lf_arena *a, struct fo_points *p,
                                struct lf_error *err);
// [[[x, y], ..], ..] of a polyline.
LF_MUST_USE bool fo_rings_read(struct lf_slice list, const struct lf_sample *s,
                               struct lf_arena *a, struct fo_points *p,
                               struct lf_error *err);
// The two numbers of a point; false: it has not two.
bool fo_point_parts(struct lf_slice point, struct lf_slice part[2]);
uint32_t fo_elements(struct lf_slice list);

#endif
