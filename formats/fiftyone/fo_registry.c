#include "formats/fiftyone/fo_registry.h"

#include <stdlib.h>

#include "formats/base/json.h"

static bool read_entry(struct fo_registered *r, struct lf_arena *a,
                       struct lf_error *err)
{
    struct lf_slice config, schema;
    r->damaged = true;
    if (lf_json_type(r->entry) != LF_JSON_OBJECT ||
        !lf_json_get(r->entry, "config", &config) ||
        lf_json_type(lf_json_trim(config)) != LF_JSON_OBJECT)
        return true;
    config = lf_json_trim(config);
    r->damaged = false;
    if (lf_json_get(config, "label_schema", &schema) &&
        lf_json_type(lf_json_trim(schema)) == LF_JSON_OBJECT)
        r->schema = lf_json_trim(schema);
    return lf_json_text(r->entry, "version", a, &r->version, err) &&
           lf_json_text(config, "method", a, &r->method, err) &&
           lf_json_text(config, "labelferry_uid", a, &r->uid, err);
}

static int by_key(const void *a, const void *b)
{
    const struct fo_registered *x = a, *y = b;
    return lf_slice_cmp(x->key, y->key);
}

bool fo_registered(struct lf_slice metadata, struct lf_arena *a,
                   struct fo_registered **list, size_t *count, struct lf_error *err)
{
    struct lf_slice runs, key, value;
    void *rows = NULL;
    size_t room = 0;
    *count = 0;
    *list = NULL;
    if (!lf_json_get(lf_json_trim(metadata), "annotation_runs", &runs) ||
        lf_json_type(lf_json_trim(runs)) != LF_JSON_OBJECT)
        return true;
    for (struct lf_json_walk w = lf_json_enter(lf_json_trim(runs));
         lf_json_member(&w, &key, &value);) {
        if (!lf_arena_grow(a, &rows, &room, *count + 1, sizeof **list, err))
            return false;
        struct fo_registered *r = &((struct fo_registered *)rows)[(*count)++];
        *r = (struct fo_registered){.entry = lf_json_trim(value)};
        if (!lf_json_key(key, a, &r->key, err) || !read_entry(r, a, err))
            return false;
    }
    *list = rows;
    if (*count)
        qsort(rows, *count, sizeof **list, by_key);
    return true;
}

const struct fo_registered *fo_registered_find(const struct fo_registered *list,
                                               size_t count, struct lf_slice key)
{
    for (size_t i = 0; i < count; i++)
        if (lf_slice_eq(list[i].key, key))
            return &list[i];
    return NULL;
}
