// Polygons and ellipses to masks and back, by the rules of the tools whose shapes these
// are. Coordinates are pixels.
#ifndef LF_MASK_SHAPE_H
#define LF_MASK_SHAPE_H

#include "formats/mask/mask.h"

// The pixels of one label's rings together, in an image of that size, as FiftyOne draws
// a filled polyline into a segmentation (Polyline.to_segmentation): corners rounded to
// pixels, the outline itself is inside, and so is what an odd number of rings holds.
// LF_E_LIMIT_COUNT: beyond the limits coordinate, mask-runs or mask-pixels.
LF_MUST_USE bool lf_fill_rings(const double *xy, const struct lf_ring *ring,
                               uint32_t rings, uint32_t width, uint32_t height,
                               struct lf_arena *a, struct lf_mask *m,
                               struct lf_error *err);
// The same as FiftyOne makes an instance of a polyline (Polyline.to_detection): drawn
// into an array as large as its box, and that laid over the box as lf_pixels_mask does.
// So right and low borders are not inside. As above where FiftyOne fails: no width or
// no height.
LF_MUST_USE bool lf_fill_instance(const double *xy, const struct lf_ring *ring,
                                  uint32_t rings, uint32_t width, uint32_t height,
                                  struct lf_arena *a, struct lf_mask *m,
                                  struct lf_error *err);
// Pixels whose centre lies in the ellipse: centre and radii, turned by `turn` degrees.
LF_MUST_USE bool lf_fill_ellipse(const double xy[4], double turn, uint32_t width,
                                 uint32_t height, struct lf_arena *a, struct lf_mask *m,
                                 struct lf_error *err);
// The outlines of a mask as open rings in pixels, outlines of holes among them, as
// FiftyOne traces an instance whose array is the mask in its tight box
// (Detection.to_polyline; `tolerance`, in pixels, is 2 when it loads from CVAT).
// A spot of about the tolerance has none, and a ring may have two points only.
// LF_E_LIMIT_COUNT beyond the limits mask-runs and mask-pixels.
LF_MUST_USE bool lf_trace(const struct lf_mask *m, double tolerance, struct lf_arena *a,
                          double **xy, struct lf_ring **ring, uint32_t *rings,
                          uint32_t *points, struct lf_error *err);

#endif
