#include "convert/stored.h"

#include "formats/base/json.h"

// An array or object with something in it.
static bool holds(struct lf_slice json, enum lf_json_type type, struct lf_slice *out)
{
    struct lf_slice value, key;
    json = lf_json_trim(json);
    if (!json.len || lf_json_type(json) != type)
        return false;
    *out = json;
    struct lf_json_walk w = lf_json_enter(json);
    return type == LF_JSON_ARRAY ? lf_json_element(&w, &value)
                                 : lf_json_member(&w, &key, &value);
}

// `all` {field: ..} of one document, else its `fallback`.
static bool in(struct lf_slice doc, const char *all, const char *fallback,
               struct lf_slice field, enum lf_json_type type, struct lf_slice *out)
{
    struct lf_slice fields, key, value;
    if (lf_json_get(doc, all, &fields) &&
        lf_json_type(lf_json_trim(fields)) == LF_JSON_OBJECT)
        for (struct lf_json_walk w = lf_json_enter(lf_json_trim(fields));
             lf_json_member(&w, &key, &value);)
            if (lf_json_key_is(key, field) && holds(value, type, out))
                return true;
    return lf_json_get(doc, fallback, &value) && holds(value, type, out);
}

// Before FiftyOne 0.8 these stood in `info`.
static bool find(const struct fo_dataset *ds, const char *all, const char *fallback,
                 struct lf_slice field, enum lf_json_type type, struct lf_slice *out)
{
    struct lf_slice doc = lf_json_trim(ds->metadata), info;
    if (in(doc, all, fallback, field, type, out))
        return true;
    if (!ds->legacy || !lf_json_get(doc, "info", &info))
        return false;
    info = lf_json_trim(info);
    return lf_json_type(info) == LF_JSON_OBJECT &&
           in(info, all, fallback, field, type, out);
}

bool lf_stored_classes(const struct fo_dataset *ds, struct lf_slice field,
                       struct lf_slice *json)
{
    return find(ds, "classes", "default_classes", field, LF_JSON_ARRAY, json);
}

bool lf_stored_targets(const struct fo_dataset *ds, struct lf_slice field,
                       struct lf_slice *json)
{
    return find(ds, "mask_targets", "default_mask_targets", field, LF_JSON_OBJECT,
                json);
}

bool lf_stored_skeleton(const struct fo_dataset *ds, struct lf_slice field,
                        struct lf_slice *json)
{
    return find(ds, "skeletons", "default_skeleton", field, LF_JSON_OBJECT, json);
}
