// --media-field: other images than those of filepath, as blurred ones. Nothing of the
// originals may be sent, so a sample without one of its own is refused.
#ifndef LF_ALTERNATE_H
#define LF_ALTERNATE_H

#include "convert/rows.h"

// LF_E_OPTION: the dataset has no text field of that name.
LF_MUST_USE bool lf_alternate_field(const struct fo_dataset *ds, const char *field,
                                    struct lf_error *err);
// The path in a sample's document, decoded; may lie in the arena. LF_E_ALTERNATE: there
// is none, or it leads to `original`.
LF_MUST_USE bool lf_alternate_path(const struct lf_media_roots *roots,
                                   struct lf_slice raw, const char *field,
                                   struct lf_slice original, struct lf_arena *a,
                                   struct lf_slice *path, struct lf_error *err);

#endif
