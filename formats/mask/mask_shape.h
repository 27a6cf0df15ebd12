// Polygons and ellipses to masks and back, by the rules of the tools whose shapes these
// are. Coordinates are pixels.
#ifndef LF_MASK_SHAPE_H
#define LF_MASK_SHAPE_H

#include "formats/mask/mask.h"

// The pixels of one label's rings together, in an image of that size, as FiftyOne fills
// a polyline (Polyline.to_detection, to_segmentation); rings in even-odd fashion, so
// that a ring in a ring is a hole only where FiftyOne makes it one.
LF_MUST_USE bool lf_fill_rings(const double *xy, const struct lf_ring *ring,
                               uint32_t rings, uint32_t width, uint32_t height,
                               struct lf_arena *a, struct lf_mask *m,
                               struct lf_error *err);
// Pixels whose centre lies in the ellipse: centre and radii, turned by `turn` degrees.
LF_MUST_USE bool lf_fill_ellipse(const double xy[4], double turn, uint32_t width,
                                 uint32_t height, struct lf_arena *a, struct lf_mask *m,
                                 struct lf_error *err);
// The outlines of a mask as rings in pixels, as FiftyOne traces an instance mask
// (Detection.to_polyline, `tolerance` 2 is its default when it loads from CVAT).
LF_MUST_USE bool lf_trace(const struct lf_mask *m, double tolerance, struct lf_arena *a,
                          double **xy, struct lf_ring **ring, uint32_t *rings,
                          uint32_t *points, struct lf_error *err);

#endif
