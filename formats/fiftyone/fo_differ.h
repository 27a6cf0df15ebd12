// What differs between two labels of documents, key by key, and which labels a field's
// value holds. Values are compared by what they mean (formats/label/json_same.h), masks
// by their pixels.
#ifndef FO_DIFFER_H
#define FO_DIFFER_H

#include "formats/fiftyone/fo_dataset.h"

struct fo_one { // a label; of a field that holds none: its value
    struct lf_slice raw;
    struct lf_id id;
};
// In the order of the document; an empty value has none. Knows every list of labels
// that FiftyOne has, also of those that cannot be annotated. LF_E_DOCUMENT: what should
// be a list is none.
LF_MUST_USE bool fo_labels(const struct fo_field *f, struct lf_slice value,
                           struct lf_arena *a, struct fo_one **one, size_t *count,
                           struct lf_error *err);
// Whether a value names files whose content counts: masks and maps on disk.
bool fo_names_files(struct lf_slice value);
// The class of a label; empty: none.
LF_MUST_USE bool fo_label_class(struct lf_slice raw, struct lf_arena *a,
                                struct lf_slice *name, struct lf_error *err);

enum fo_what { // in the order they are listed
    FO_DIFFERS_CLASS,
    FO_DIFFERS_SPACE, // all that says where: box, points, rotation, pixels; one entry
    FO_DIFFERS_ATTR,  // a key of the user's, also in the old dict "attributes"
    FO_DIFFERS_KEY    // another one that FiftyOne declares: confidence, tags
};

struct fo_difference {
    enum fo_what what;
    struct lf_slice name;      // of an attribute or key, decoded; else empty
    struct lf_slice was, came; // JSON; empty: not there, or pixels
};

struct fo_differences { // in an arena, sorted by what and name
    struct fo_difference *at;
    size_t count, room;
    bool numbers; // of the geometry nothing but numbers differs
};

// Ids are not compared; null is the same as not there, and so is an empty list of tags.
// Sources: whose files and tool for pixels are used. LF_E_MASK: a mask that had to be
// read cannot be.
LF_MUST_USE bool fo_differ(const struct fo_source *sa, struct lf_slice a,
                           const struct fo_source *sb, struct lf_slice b,
                           struct lf_arena *m, struct fo_differences *out,
                           struct lf_error *err);

#endif
