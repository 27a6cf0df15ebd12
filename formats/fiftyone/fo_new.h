// New label documents, spelled as FiftyOne spells them.
#ifndef FO_NEW_H
#define FO_NEW_H

#include "formats/fiftyone/fo_keys.h"

struct fo_misfits {             // attributes by what their type made of their text
    struct lf_attr_set dropped; // it cannot hold it
    struct lf_attr_set widened; // a whole number came with a fraction
};

struct fo_making { // what a new label is made for
    const struct fo_source *src;
    const struct lf_field *field;
    const struct lf_sample *sample;
    struct fo_new_files *files; // NULL: a copy's masks on disk go into the document
    struct lf_arena *a;
};

// One element: _id, _cls, attributes, tags, label, geometry, then the attributes that
// differ from "nothing chosen"; or the label as an edited copy had it, under its new
// id. Scalars are no labels.
LF_MUST_USE bool fo_new_label(const struct fo_making *m, const struct lf_label *l,
                              const struct lf_id *id, struct lf_buf *out,
                              struct fo_misfits *misfits, struct lf_error *err);

#endif
