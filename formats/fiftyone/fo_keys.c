#include "formats/fiftyone/fo_keys.h"

#include "formats/base/number.h"
#include "formats/label/value.h"

bool fo_is_declared(struct lf_slice key)
{
    // `instance` links objects and `keyframe` marks frames of tracks: neither is an
    // attribute.
    static const char *const keys[] = {
        "_id",    "_cls",      "attributes", "tags",     "label",  "bounding_box",
        "mask",   "mask_path", "confidence", "index",    "logits", "points",
        "closed", "filled",    "instance",   "keyframe",
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (lf_json_key_is(key, lf_slice_of(keys[i])))
            return true;
    return key.len > 0 && key.at[0] == '_';
}

static bool plain_text(struct lf_slice value, struct lf_slice *text)
{
    value = lf_json_trim(value);
    if (lf_json_type(value) != LF_JSON_STRING)
        return false;
    *text = (struct lf_slice){value.at + 1, value.len - 2};
    return true;
}

bool fo_id(struct lf_slice value, struct lf_id *id)
{
    struct lf_slice text;
    value = lf_json_trim(value);
    *id = (struct lf_id){0};
    if (lf_json_type(value) == LF_JSON_OBJECT && !lf_json_get(value, "$oid", &value))
        return false;
    return plain_text(value, &text) && lf_id_parse(text, id);
}

bool fo_number(struct lf_slice value, double *out)
{
    struct lf_slice text;
    value = lf_json_trim(value);
    if (lf_json_type(value) == LF_JSON_NUMBER)
        return lf_parse_double(value, out);
    return lf_json_type(value) == LF_JSON_OBJECT &&
           (lf_json_get(value, "$numberDouble", &text) ||
            lf_json_get(value, "$numberInt", &text) ||
            lf_json_get(value, "$numberLong", &text)) &&
           plain_text(text, &text) && lf_parse_double(text, out);
}

const char *fo_list_key(enum lf_field_type type)
{
    return type == LF_DETECTIONS ? "detections" : "classifications";
}

const char *fo_class_name(enum lf_field_type type, bool element)
{
    switch (type) {
    case LF_DETECTIONS:
        return element ? "Detection" : "Detections";
    case LF_DETECTION:
        return "Detection";
    case LF_CLASSIFICATIONS:
        return element ? "Classification" : "Classifications";
    default:
        return "Classification";
    }
}
