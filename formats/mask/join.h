// A tool's elements made into labels: rings of one polyline, polygons and masks of one
// instance, masks of the classes of one segmentation. Kinds next to the field's are
// converted: FiftyOne does the same.
#ifndef LF_JOIN_H
#define LF_JOIN_H

#include "formats/label/schema.h"
#include "formats/mask/mask.h"

// `s` has its width and height (pixels). With `convert`, polygons and ellipses become
// masks in a field of instances or a segmentation, and masks polygons in a field of
// polygons; without, they stay what they are, and so do those that are `far`. Labels
// that are whole already stay.
LF_MUST_USE bool lf_join_shapes(const struct lf_schema *schema, bool convert,
                                struct lf_sample *s, struct lf_arena *a,
                                struct lf_error *err);

#endif
