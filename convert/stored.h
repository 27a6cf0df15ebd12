// What the dataset's own record says of a field's classes, mask targets and skeleton.
#ifndef LF_STORED_H
#define LF_STORED_H

#include "formats/fiftyone/fo_dataset.h"

// The list for the field, else default_classes. false: neither is there.
bool lf_stored_classes(const struct fo_dataset *ds, struct lf_slice field,
                       struct lf_slice *json);
// The object for the field, else default_mask_targets; an empty one counts as none.
bool lf_stored_targets(const struct fo_dataset *ds, struct lf_slice field,
                       struct lf_slice *json);
// The object for the field, else default_skeleton.
bool lf_stored_skeleton(const struct fo_dataset *ds, struct lf_slice field,
                        struct lf_slice *json);

#endif
