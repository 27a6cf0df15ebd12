// FiftyOne's declared keys of labels, and small steps over documents.
#ifndef FO_KEYS_H
#define FO_KEYS_H

#include "formats/base/json.h"
#include "formats/label/schema.h"

// Keys that FiftyOne's label classes declare, and those that are never attributes.
enum fo_key {
    FO_ID,
    FO_LABEL,
    FO_BOX,
    FO_ATTRIBUTES,
    FO_INDEX,
    FO_MASK,
    FO_MASK_PATH,
    FO_POINTS,
    FO_CLOSED,
    FO_FILLED,
    FO_CONFIDENCE,
    FO_DECLARED, // another one of those
    FO_OWN       // the user's: an attribute
};
enum fo_key fo_key(struct lf_slice key);
// {"$oid": ".."} or a plain text of 24 hexadecimal digits.
bool fo_id(struct lf_slice value, struct lf_id *id);
// A number, bare or wrapped, that is finite.
bool fo_number(struct lf_slice value, double *out);
// NaN, bare or wrapped.
bool fo_nan(struct lf_slice value);
// The element list of a list label: "detections" of Detections.
const char *fo_list_key(enum lf_field_type type);
// The label class of a field, or of an element of its list.
const char *fo_class_name(enum lf_field_type type, bool element);

#endif
