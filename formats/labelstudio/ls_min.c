// JSON_MIN: a record has the values of each control in a list, without ids, and what
// belongs together can only be told by counting.
#include "formats/base/json.h"
#include "formats/base/limits.h"
#include "formats/base/number.h"
#include "formats/labelstudio/ls_parts.h"
#include "formats/labelstudio/ls_reading.h"

struct results {
    struct ls_result *at;
    size_t n, room;
};

static bool has(struct lf_slice value, const char *key)
{
    struct lf_slice json;
    return lf_json_get(value, key, &json);
}

// What a value is of, by its keys. *lies: it has geometry, so that a choice or a number
// is an attribute of a region.
static struct lf_slice type_of(struct lf_slice value, bool *lies)
{
    static const char *const shapes[] = {
        "rectanglelabels", "ellipselabels",   "polygonlabels",  "vectorlabels",
        "keypointlabels",  "brushlabels",     "bitmasklabels",  "timelinelabels",
        "labels",          "paragraphlabels", "hypertextlabels"};
    static const char *const words[] = {"choices", "taxonomy", "number", "rating",
                                        "datetime"};
    *lies = has(value, "x") || has(value, "points") || has(value, "vertices") ||
            has(value, "rle") || has(value, "imageDataURL") || has(value, "start") ||
            has(value, "sequence");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (has(value, words[i]))
            return lf_slice_of(words[i]);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (has(value, shapes[i]))
            return lf_slice_of(has(value, "sequence") ? "videorectangle" : shapes[i]);
    if (has(value, "text"))
        return LF_S("textarea");
    return has(value, "sequence") ? LF_S("videorectangle") : (struct lf_slice){"", 0};
}

static bool number_of(struct lf_slice object, const char *key, double *out)
{
    struct lf_slice json;
    *out = 0;
    return !lf_json_get(object, key, &json) ||
           lf_parse_double(lf_json_trim(json), out) ||
           lf_json_type(lf_json_trim(json)) == LF_JSON_NULL;
}

static bool add(struct ls_work *w, struct results *all, const struct ls_result *r,
                struct lf_error *err)
{
    void *at = all->at;
    if (all->n >= LF_LABELS_SAMPLE)
        return lf_fail(err, LF_E_LIMIT_COUNT, "more than %d labels (limit labels)",
                       LF_LABELS_SAMPLE);
    if (!lf_arena_grow(w->a, &at, &all->room, all->n + 1, sizeof *r, err))
        return false;
    all->at = at;
    all->at[all->n++] = *r;
    return true;
}

// A list of one word or text came out as the text alone.
static bool add_bare(struct ls_work *w, struct results *all, struct lf_slice key,
                     struct lf_slice json, bool words, struct lf_error *err)
{
    struct ls_result r = {.from = key,
                          .type = words ? LF_S("choices") : LF_S("textarea"),
                          .number = (uint32_t)all->n + 1};
    return lf_arena_printf(w->a, &r.value, err, "{\"%s\":[%.*s]}",
                           words ? "choices" : "text", (int)json.len, json.at) &&
           add(w, all, &r, err);
}

static bool add_value(struct ls_work *w, struct results *all, struct lf_slice key,
                      struct lf_slice value, struct lf_error *err)
{
    struct ls_result r = {.from = key, .value = value, .number = (uint32_t)all->n + 1};
    bool lies;
    r.type = type_of(value, &lies);
    const bool word = ls_value_key(r.type) != NULL;
    if (!r.type.len)
        return true; // an object of the task's data
    if (word && lies) {
        w->item->attributes++;
        return true;
    }
    if (!number_of(value, "original_width", &r.width) ||
        !number_of(value, "original_height", &r.height))
        return lf_fail(err, LF_E_LABELSTUDIO, "not the size of a picture");
    return add(w, all, &r, err);
}

static bool takes_words(const struct lf_field *f)
{
    return f->type == LF_FT_CLASSIFICATION || f->type == LF_FT_CLASSIFICATIONS ||
           f->by_class;
}

// All values under a key, which may be a control's or of the task's data.
static bool take_key(struct ls_work *w, struct results *all, struct lf_slice key,
                     struct lf_slice json, struct lf_error *err)
{
    struct ls_control c = {0};
    struct lf_slice entry;
    bool known = ls_controls_find(w->controls, key, &c), ok = true;
    json = lf_json_trim(json);
    if (known && c.attr != LS_FIELD) { // of some region, nobody knows of which
        w->item->attributes++;
        return true;
    }
    const bool words = known && takes_words(&w->place.run->schema.field[c.field]);
    if (lf_json_type(json) == LF_JSON_OBJECT)
        return add_value(w, all, key, json, err);
    if (lf_json_type(json) == LF_JSON_STRING)
        return !known || add_bare(w, all, key, json, words, err);
    if (lf_json_type(json) != LF_JSON_ARRAY)
        return true;
    struct lf_json_walk walk = lf_json_enter(json);
    while (ok && lf_json_element(&walk, &entry)) {
        entry = lf_json_trim(entry);
        if (lf_json_type(entry) == LF_JSON_OBJECT)
            ok = add_value(w, all, key, entry, err);
        else if (known && lf_json_type(entry) == LF_JSON_STRING)
            ok = add_bare(w, all, key, entry, words, err);
    }
    return ok;
}

// ---------------------------------------------------------------------------- ids

static bool get(struct lf_slice record, struct lf_slice name, struct lf_slice *json)
{
    struct lf_slice key;
    struct lf_json_walk w = lf_json_enter(record);
    while (lf_json_member(&w, &key, json))
        if (lf_json_key_is(key, name)) {
            *json = lf_json_trim(*json);
            return true;
        }
    return false;
}

// The id in one value of the hidden attribute: a text, or an object with a list of one.
static bool id_in(struct ls_work *w, struct lf_slice json, struct lf_slice *id,
                  struct lf_error *err)
{
    bool many;
    json = lf_json_trim(json);
    *id = (struct lf_slice){"", 0};
    return lf_json_type(json) == LF_JSON_STRING ? lf_json_string(json, w->a, id, err)
           : lf_json_type(json) != LF_JSON_OBJECT
               ? true
               : ls_first_word(json, LF_S("text"), w->a, id, &many, err);
}

static bool next_id(struct lf_slice json, struct lf_json_walk *walk, size_t i,
                    struct lf_slice *entry)
{
    *entry = json;
    return lf_json_type(json) == LF_JSON_ARRAY ? lf_json_element(walk, entry) : i == 0;
}

static size_t count_ids(struct lf_slice json)
{
    struct lf_slice entry;
    struct lf_json_walk walk = lf_json_enter(json);
    size_t n = 0;
    if (lf_json_type(json) != LF_JSON_ARRAY)
        return 1;
    while (lf_json_element(&walk, &entry))
        n++;
    return n;
}

// Ids of a field's regions, where there are as many of them as regions. A copy has the
// id of what it was copied from and stands behind it: it is new.
static bool zip_ids(struct ls_work *w, struct lf_slice json, struct ls_result *r,
                    size_t n, struct lf_names *seen, struct lf_error *err)
{
    struct lf_slice entry;
    struct lf_json_walk walk = {0};
    if (count_ids(json) != n) {
        w->lost = true;
        return true;
    }
    if (lf_json_type(json) == LF_JSON_ARRAY)
        walk = lf_json_enter(json);
    for (size_t i = 0; i < n && next_id(json, &walk, i, &entry); i++) {
        uint32_t number;
        bool fresh = true;
        if (!id_in(w, entry, &r[i].id, err) ||
            (r[i].id.len && !lf_names_add(seen, r[i].id, &number, &fresh, err)))
            return false;
        if (!fresh)
            r[i].id = (struct lf_slice){"", 0};
    }
    return true;
}

// A control's values stand one behind the other in `r`.
static bool name_regions(struct ls_work *w, struct lf_slice record, struct lf_slice key,
                         struct ls_result *r, size_t n, struct lf_error *err)
{
    struct ls_control c;
    struct lf_slice json;
    struct lf_buf name = {0};
    if (!n || !ls_controls_find(w->controls, key, &c) || c.attr != LS_FIELD ||
        !ls_is_region(&w->place.run->schema.field[c.field]))
        return true;
    const struct lf_run *run = w->place.run;
    ls_attr_control(run->schema.field[c.field].name, run->id_attr, &name);
    bool ok = lf_buf_ok(&name, err);
    bool told = ok && get(record, lf_buf_view(&name), &json);
    lf_buf_done(&name);
    struct lf_names seen = {0};
    w->lost |= !told;
    ok = ok && (!told || zip_ids(w, json, r, n, &seen, err));
    lf_names_done(&seen);
    return ok;
}

bool ls_read_flat(struct ls_work *w, struct lf_slice record, struct lf_error *err)
{
    static const char *const own[] = {"id",         "annotator",  "annotation_id",
                                      "created_at", "updated_at", "lead_time",
                                      "agreement"};
    struct results all = {0};
    struct lf_slice raw, key, json;
    struct lf_json_walk walk = lf_json_enter(record);
    w->unlinked = true;
    while (lf_json_member(&walk, &raw, &json)) {
        bool skip = false;
        size_t from = all.n;
        if (!lf_json_key(raw, w->a, &key, err))
            return false;
        for (size_t i = 0; i < sizeof own / sizeof *own; i++)
            skip |= lf_slice_is(key, own[i]);
        skip |= lf_slice_starts(key, LF_S("fo_"));
        if (skip)
            continue;
        if (!take_key(w, &all, key, json, err) ||
            (all.n > from &&
             !name_regions(w, record, key, all.at + from, all.n - from, err)))
            return false;
    }
    return ls_take_results(w, all.at, all.n, err);
}
