#include "formats/fiftyone/fo_keys.h"

#include "formats/base/number.h"
#include "formats/label/value.h"

enum fo_key fo_key(struct lf_slice key)
{
    // `instance` links objects and `keyframe` marks frames of tracks: neither is an
    // attribute.
    static const struct {
        struct lf_slice name;
        enum fo_key key;
    } rows[] = {
#define ROW(name, key) {{name, sizeof(name) - 1}, key}
        ROW("_id", FO_ID),
        ROW("_cls", FO_DECLARED),
        ROW("attributes", FO_ATTRIBUTES),
        ROW("tags", FO_DECLARED),
        ROW("label", FO_LABEL),
        ROW("bounding_box", FO_BOX),
        ROW("mask", FO_MASK),
        ROW("mask_path", FO_MASK_PATH),
        ROW("confidence", FO_CONFIDENCE),
        ROW("index", FO_INDEX),
        ROW("logits", FO_DECLARED),
        ROW("points", FO_POINTS),
        ROW("closed", FO_CLOSED),
        ROW("filled", FO_FILLED),
        ROW("instance", FO_DECLARED),
        ROW("keyframe", FO_DECLARED),
#undef ROW
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (lf_json_key_is(key, rows[i].name))
            return rows[i].key;
    return key.len > 0 && key.at[0] == '_' ? FO_DECLARED : FO_OWN;
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

bool fo_nan(struct lf_slice value)
{
    value = lf_json_trim(value);
    if (lf_json_type(value) == LF_JSON_NUMBER)
        return lf_slice_is(value, "NaN");
    return lf_json_type(value) == LF_JSON_OBJECT &&
           lf_json_get(value, "$numberDouble", &value) && plain_text(value, &value) &&
           lf_slice_is(value, "NaN");
}

static const struct {
    const char *one, *many, *list; // classes of a label and of a list; the list's key
} classes[LF_FT_END] = {
    [LF_FT_UNKNOWN] = {"Classification", "Classifications", "classifications"},
    [LF_FT_CLASSIFICATION] = {"Classification", NULL, NULL},
    [LF_FT_CLASSIFICATIONS] = {"Classification", "Classifications", "classifications"},
    [LF_FT_DETECTION] = {"Detection", NULL, NULL},
    [LF_FT_DETECTIONS] = {"Detection", "Detections", "detections"},
    [LF_FT_INSTANCE] = {"Detection", NULL, NULL},
    [LF_FT_INSTANCES] = {"Detection", "Detections", "detections"},
    [LF_FT_POLYLINE] = {"Polyline", NULL, NULL},
    [LF_FT_POLYLINES] = {"Polyline", "Polylines", "polylines"},
    [LF_FT_POLYGON] = {"Polyline", NULL, NULL},
    [LF_FT_POLYGONS] = {"Polyline", "Polylines", "polylines"},
    [LF_FT_KEYPOINT] = {"Keypoint", NULL, NULL},
    [LF_FT_KEYPOINTS] = {"Keypoint", "Keypoints", "keypoints"},
    [LF_FT_SEGMENTATION] = {"Segmentation", NULL, NULL},
    [LF_FT_SCALAR] = {"", NULL, NULL},
};

const char *fo_list_key(enum lf_field_type type)
{
    return classes[type].list ? classes[type].list : "";
}

const char *fo_class_name(enum lf_field_type type, bool element)
{
    return !element && classes[type].many ? classes[type].many : classes[type].one;
}
