// What of a label's geometry travels, the same for every tool that holds shapes: rings
// with enough points, points that are there, masks with pixels. What a tool holds
// otherwise, or cannot hold at all, its own `ship` says on top.
#ifndef LF_SHIP_SHAPE_H
#define LF_SHIP_SHAPE_H

#include "formats/base/event.h"
#include "formats/label/schema.h"

// Whether a polygon's last point is its first one again, as the tool takes it. Tools
// draw polygons closed, so neither side has such a point.
typedef bool lf_ends_meet(const double *xy, uint32_t points);

// Turns the geometry of a label of the dataset into what a tool holds. *home: nothing
// of it can travel, and that was told. `ev` may be NULL.
LF_MUST_USE bool lf_ship_shape(const struct lf_field *f, const struct lf_sample *s,
                               struct lf_label *l, lf_ends_meet *meet,
                               struct lf_arena *a, struct lf_events *ev, bool *home,
                               struct lf_error *err);
// Whether the label may travel at all: its kind is the field's, it has a class, and
// that is one of the run's. Told, but for a class that the list leaves out. The row of
// the class is LF_NO_CLASS where the kind has none.
LF_MUST_USE bool lf_ship_may(const struct lf_field *f, const struct lf_sample *s,
                             const struct lf_label *l, uint32_t *class_row, bool *may,
                             struct lf_events *ev, struct lf_error *err);
// "true" or "false" in any case, brought into that spelling; false for all else.
bool lf_ship_bool(struct lf_slice *text);
// An event about a label that is shipped or not. `ev` may be NULL.
LF_MUST_USE bool lf_ship_tell(struct lf_events *ev, enum lf_code code,
                              const struct lf_field *f, const struct lf_sample *s,
                              const struct lf_label *l, struct lf_slice was,
                              const char *text, struct lf_error *err);

#endif
