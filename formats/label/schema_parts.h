// Parts of a field's schema that only some types have, in their JSON forms: mask
// targets of a segmentation, the skeleton of keypoints.
#ifndef LF_SCHEMA_PARTS_H
#define LF_SCHEMA_PARTS_H

#include "formats/label/schema.h"

// {"1": "cat", ..}, {"#ff0000": "cat", ..} or ["cat", ..] (of the values 1, 2, ..).
// Each target becomes a class; 0 is the background and left out. Where the field has
// classes already, only the targets of their names are taken, in the order of the
// classes. A name that several values have stays with the first, the others are "NAME
// (VALUE)". Anything else, a class without a target: LF_E_SPEC. `json` is checked text.
LF_MUST_USE bool lf_targets_read(struct lf_schema *s, struct lf_field *f,
                                 struct lf_slice json, struct lf_error *err);
// The object that lf_targets_read gives back the same classes for.
void lf_targets_write(const struct lf_field *f, struct lf_buf *out);

// {"labels": [..] or null, "edges": [[0, 1, ..], ..] or null}; an edge of several
// points is a chain. Our own "tool_names" is a list as "labels" is. Points without
// names make no skeleton. LF_E_SPEC.
LF_MUST_USE bool lf_skeleton_read(struct lf_schema *s, struct lf_field *f,
                                  struct lf_slice json, struct lf_error *err);
void lf_skeleton_write(const struct lf_field *f, struct lf_buf *out);

#endif
