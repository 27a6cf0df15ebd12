// Elements of a dump as labels of the model: geometry and flags of one element at a
// time. What is missing or no number fails with LF_E_CVAT and the line.
#ifndef CVAT_SHAPE_H
#define CVAT_SHAPE_H

#include "formats/base/xml_in.h"
#include "formats/label/schema.h"

struct cvat_element { // a start tag; lives as long as the handler's call
    struct lf_slice name;
    const struct lf_xml_attr *at;
    size_t count;
    uint64_t line;
};

// The attribute's text; `at` NULL: there is none.
struct lf_slice cvat_value(const struct cvat_element *x, const char *name);
// A whole number of pixels; 0 where some tools leave sizes out.
LF_MUST_USE bool cvat_size(const struct cvat_element *x, const char *name,
                           uint32_t *out, struct lf_error *err);
// The kind of an element of <image>; LF_OTHER: none that is known here.
unsigned cvat_kind(struct lf_slice element);
bool cvat_bad(struct lf_error *err, uint64_t line, const char *what, const char *name);

// Geometry, flags and order of drawing of a label whose kind is set. `image` gives the
// size, 0 where it is unknown. A skeleton of a field with nodes has all of them missing
// at first.
LF_MUST_USE bool cvat_read_shape(const struct cvat_element *x,
                                 const struct lf_sample *image,
                                 const struct lf_field *f, struct lf_label *l,
                                 struct lf_arena *a, struct lf_error *err);
// A child of a skeleton: the node of its name. One that the field does not have, or
// that is no point, makes the whole of it LF_OTHER. `room` counts points and is 0 at a
// skeleton's start.
LF_MUST_USE bool cvat_read_node(const struct cvat_element *x, const struct lf_field *f,
                                struct lf_label *l, size_t *room, struct lf_arena *a,
                                struct lf_error *err);
// The attribute CVAT_PART, "2/3"; what cannot be read says nothing.
LF_MUST_USE bool cvat_read_part(struct lf_slice text, struct lf_label *l,
                                struct lf_arena *a, struct lf_error *err);

#endif
