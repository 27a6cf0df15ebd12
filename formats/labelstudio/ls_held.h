// How Label Studio holds what is exactly compared: for `ship`, which brings values into
// that form, and for the reader, which finds them in it.
#ifndef LS_HELD_H
#define LS_HELD_H

#include "formats/label/schema.h"

// A number as the editor spells it, "3" and "0.5": the shortest text that reads back to
// the same double, whole ones without a point.
LF_MUST_USE bool ls_number_text(double value, struct lf_arena *a, struct lf_slice *text,
                                struct lf_error *err);
// Whether a polygon's last point is its first one again. The editor draws polygons
// closed and never repeats it.
bool ls_ends_meet(const double *xy, uint32_t points);
// What the control of an attribute is, once `lint` has seen the schema.
const char *
ls_attr_type(const struct lf_attr_def *d); // "textarea", "number", "choices"

#endif
