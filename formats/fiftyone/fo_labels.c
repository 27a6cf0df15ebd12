// Labels of any kind by their ids, without a schema.
#include "formats/fiftyone/fo_dataset.h"
#include "formats/fiftyone/fo_keys.h"

static bool id_of(struct lf_slice object, struct lf_id *id)
{
    struct lf_slice value;
    return lf_json_type(object) == LF_JSON_OBJECT &&
           lf_json_get(object, "_id", &value) && fo_id(value, id);
}

static bool walk_list(struct lf_slice list,
                      bool (*see)(void *user, const struct lf_id *id,
                                  struct lf_slice raw, struct lf_error *err),
                      void *user, struct lf_error *err)
{
    struct lf_slice element;
    struct lf_id id;
    for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &element);) {
        element = lf_json_trim(element);
        if (lf_json_type(element) != LF_JSON_OBJECT)
            return true; // a list of points or names
        if (!id_of(element, &id))
            id = (struct lf_id){0};
        if (!see(user, &id, element, err))
            return false;
    }
    return true;
}

bool fo_each_label(struct lf_slice value,
                   bool (*see)(void *user, const struct lf_id *id, struct lf_slice raw,
                               struct lf_error *err),
                   void *user, struct lf_error *err)
{
    struct lf_slice key, member;
    struct lf_id id;
    if (lf_json_type(value) != LF_JSON_OBJECT)
        return true;
    if (id_of(value, &id))
        return see(user, &id, value, err);
    for (struct lf_json_walk w = lf_json_enter(value);
         lf_json_member(&w, &key, &member);) {
        member = lf_json_trim(member);
        if (lf_json_type(member) == LF_JSON_ARRAY && !walk_list(member, see, user, err))
            return false;
    }
    return true;
}
