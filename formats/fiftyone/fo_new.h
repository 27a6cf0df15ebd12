// New label documents, spelled as FiftyOne spells them.
#ifndef FO_NEW_H
#define FO_NEW_H

#include "formats/fiftyone/fo_keys.h"

struct fo_dropped { // attributes whose text their type cannot hold
    struct lf_attr_set attrs;
};

// One element: _id, _cls, attributes, tags, label, geometry, then the attributes that
// differ from "nothing chosen"; or the label as an edited copy had it, under its new
// id.
void fo_new_label(const struct lf_field *f, const struct lf_label *l,
                  const struct lf_id *id, const struct lf_sample *sample,
                  struct lf_buf *out, struct fo_dropped *dropped);

#endif
