// The results of one annotation or prediction: each for itself, and how they belong
// together by their ids.
#include <math.h>

#include "formats/labelstudio/ls_verify.h"

struct region {                         // what an id stands for
    struct lf_slice type, from, labels; // of the result that draws it; labels: a list
    size_t drawn, met;                  // by so many results; of them behind us
};

struct regions {
    struct lf_names names; // ids
    struct region *at;
    size_t room;
};

// ---------------------------------------------------------------------------- ids

// One shape and its class may be two results of one id.
static void note_region(struct ls_verify *v, struct regions *r, struct lf_slice result)
{
    struct lf_slice id, type, value;
    uint32_t number;
    void *rows = r->at;
    char key[100];
    if (lf_json_type(result) != LF_JSON_OBJECT ||
        !ls_text_of(v, result, "type", &type) || !ls_draws(type) ||
        !ls_text_of(v, result, "id", &id) || !id.len)
        return;
    if (!lf_names_add(&r->names, id, &number, NULL, v->err) ||
        !lf_arena_grow(&v->arena, &rows, &r->room, (size_t)number + 1, sizeof *r->at,
                       v->err))
        return;
    r->at = rows;
    struct region *at = &r->at[number];
    if (at->drawn++)
        return;
    at->type = type;
    if (!ls_text_of(v, result, "from_name", &at->from))
        at->from = (struct lf_slice){0};
    if (type.len < sizeof key && ls_has(result, "value", LF_JSON_OBJECT, &value)) {
        memcpy(key, type.at, type.len);
        key[type.len] = '\0';
        if (!ls_has(value, key, LF_JSON_ARRAY, &at->labels))
            at->labels = (struct lf_slice){0};
    }
}

static struct region *region_of(const struct regions *r, struct lf_slice id)
{
    uint32_t number;
    return id.len && lf_names_find(&r->names, id, &number) ? &r->at[number] : NULL;
}

// The editor drops what its control's condition does not fit.
static void check_when(struct ls_verify *v, const struct ls_tag *t,
                       const struct region *region)
{
    char label[80], from[80];
    if (!t->when_label.len || !t->when_tag.len || !region->labels.at)
        return;
    if (!lf_slice_eq(t->when_tag, region->from) ||
        !ls_label_in(v, region->labels, t->when_label))
        ls_found(v, LF_E_LS_REGION,
                 "its control shows for \"%s\" of \"%s\" only, and the region is not",
                 ls_safe(t->when_label, label), ls_safe(t->when_tag, from));
}

static void check_region(struct ls_verify *v, const struct regions *r,
                         const struct ls_tag *t, struct lf_slice type,
                         struct lf_slice id)
{
    struct region *region = region_of(r, id);
    if (ls_draws(type)) {
        if (region && region->met++)
            ls_found(v, LF_E_LS_REGION,
                     "%zu regions have this id; the editor makes them one",
                     region->drawn);
    } else if (t && t->per_region && !region) {
        ls_found(v, LF_E_LS_REGION, "it is an attribute of no region");
    } else if (t && t->per_region) {
        check_when(v, t, region);
    } else if (t && region && !lf_slice_is(type, "labels")) {
        ls_found(v, LF_E_LS_REGION, "it is about the task and has the id of a region");
    }
}

static void check_id(struct ls_verify *v, struct lf_slice result, struct lf_slice *id)
{
    struct lf_slice value;
    *id = (struct lf_slice){0};
    if (!lf_json_get(result, "id", &value) ||
        lf_json_type(lf_json_trim(value)) == LF_JSON_NULL)
        ls_found(v, LF_E_LS_REGION, "it has no id");
    else if (!ls_text_of(v, result, "id", id))
        ls_found(v, LF_E_LS_REGION, "its id is no text");
    else if (!id->len)
        ls_found(v, LF_E_LS_REGION, "its id is empty");
    else if (memchr(id->at, '#', id->len))
        ls_found(v, LF_E_LS_REGION, "the editor cuts its id at '#'");
}

// ---------------------------------------------------------------------------- controls

static bool is_for(const struct ls_tag *t, struct lf_slice to)
{
    struct lf_slice list = t->to, name;
    while (ls_list_next(&list, &name))
        if (lf_slice_eq(name, to))
            return true;
    return false;
}

// NULL also where all is well and there is no config.
static const struct ls_tag *check_control(struct ls_verify *v, struct lf_slice result,
                                          struct lf_slice type)
{
    struct lf_slice from, to;
    char name[80], other[80], known[80];
    if (!ls_text_of(v, result, "from_name", &from) || !from.len) {
        ls_found(v, LF_E_LS_CONTROL, "it has no from_name");
        return NULL;
    }
    v->field = from;
    bool has_to = ls_text_of(v, result, "to_name", &to) && to.len;
    if (!has_to)
        ls_found(v, LF_E_LS_CONTROL, "it has no to_name");
    if (!v->config)
        return NULL;
    const struct ls_tag *t = ls_config_find(v->config, from);
    if (!t || !t->control) {
        if (!v->config->repeats)
            ls_found(v, LF_E_LS_CONTROL, "there is no control \"%s\"",
                     ls_safe(from, name));
        return NULL;
    }
    if (has_to && !is_for(t, to))
        ls_found(v, LF_E_LS_CONTROL, "\"%s\" is for \"%s\", not for \"%s\"",
                 ls_safe(from, name), ls_safe(t->to, known), ls_safe(to, other));
    if (!lf_slice_eq(t->type, type)) {
        ls_found(v, LF_E_LS_TYPE, "it is of type \"%s\", its control is a %s",
                 ls_safe(type, other), ls_safe(t->element, known));
        return NULL;
    }
    return t;
}

// ---------------------------------------------------------------------------- sizes

static bool size_of(struct ls_verify *v, struct lf_slice result, const char *key,
                    uint32_t *size)
{
    double n;
    if (!ls_number_of(result, key, &n))
        ls_found(v, LF_E_LS_PLACE, "it has no %s", key);
    else if (!(n >= 1 && n <= 1e9) || floor(n) != n)
        ls_found(v, LF_E_LS_PLACE, "its %s is no size", key);
    else
        *size = (uint32_t)n;
    return *size != 0;
}

static void check_size(struct ls_verify *v, struct lf_slice result)
{
    uint32_t width = 0, height = 0;
    double turn;
    bool known = size_of(v, result, "original_width", &width);
    known = size_of(v, result, "original_height", &height) && known;
    if (!ls_number_of(result, "image_rotation", &turn))
        ls_found(v, LF_E_LS_PLACE, "it has no image_rotation");
    else if (isnan(turn) || turn != 0)
        ls_found(v, LF_E_LS_PLACE, "the picture was turned, and places with it");
    if (!known)
        return;
    if (v->row && v->row->width && (v->row->width != width || v->row->height != height))
        ls_found(v, LF_E_SIZE, "its picture is %lu x %lu, it was shipped as %lu x %lu",
                 (unsigned long)width, (unsigned long)height,
                 (unsigned long)v->row->width, (unsigned long)v->row->height);
    else if (v->width && (v->width != width || v->height != height))
        ls_found(v, LF_E_LS_PLACE,
                 "its picture is %lu x %lu, that of a result before it %lu x %lu",
                 (unsigned long)width, (unsigned long)height, (unsigned long)v->width,
                 (unsigned long)v->height);
    v->width = width;
    v->height = height;
}

// ---------------------------------------------------------------------------- one

static bool of_time(struct lf_slice type)
{
    return lf_slice_is(type, "videorectangle") || lf_slice_is(type, "timelinelabels");
}

static void check_score(struct ls_verify *v, struct lf_slice result)
{
    struct lf_slice value;
    double n;
    if (!lf_json_get(result, "score", &value) ||
        lf_json_type(lf_json_trim(value)) == LF_JSON_NULL)
        return;
    if (!ls_number_of(result, "score", &n) || !(n >= 0 && n <= 1))
        ls_found(v, LF_E_LS_VALUE, "its score is not from 0 to 1");
}

static void check_result(struct ls_verify *v, const struct regions *r,
                         struct lf_slice result)
{
    struct lf_slice type, value, id;
    if (lf_json_type(result) != LF_JSON_OBJECT) {
        ls_found(v, LF_E_LS_VALUE, "it is no object, at which the server fails");
        return;
    }
    if (!ls_text_of(v, result, "type", &type)) {
        ls_found(v, LF_E_LS_TYPE, "it has no type");
        return;
    }
    if (lf_slice_is(type, "relation")) // it joins two regions and is none
        return;
    check_id(v, result, &id);
    v->label = id;
    const struct ls_tag *t = check_control(v, result, type);
    check_region(v, r, t, type, id);
    check_score(v, result);
    if (!ls_has(result, "value", LF_JSON_OBJECT, &value)) {
        ls_found(v, LF_E_LS_VALUE, "it has no value");
        return;
    }
    if (ls_draws(type) && !of_time(type))
        check_size(v, result);
    ls_verify_value(v, type, t, value);
}

void ls_verify_results(struct ls_verify *v, struct lf_slice list)
{
    struct regions r = {0};
    struct lf_slice result;
    for (struct lf_json_walk w = lf_json_enter(list);
         lf_json_element(&w, &result) && !ls_stopped(v);)
        note_region(v, &r, lf_json_trim(result));
    v->result = 0;
    for (struct lf_json_walk w = lf_json_enter(list);
         lf_json_element(&w, &result) && !ls_stopped(v);) {
        v->result++;
        v->here = lf_json_trim(result);
        check_result(v, &r, v->here);
        v->here = v->field = v->label = (struct lf_slice){0};
    }
    v->result = 0;
    lf_names_done(&r.names);
}
