// Values of controls as texts.
#include "formats/base/json.h"
#include "formats/base/number.h"
#include "formats/labelstudio/ls_held.h"
#include "formats/labelstudio/ls_value.h"

static bool bad(struct lf_error *err, struct lf_slice key)
{
    return lf_fail(err, LF_E_LABELSTUDIO, "not a list of texts: %.*s", (int)key.len,
                   key.at);
}

static bool get(struct lf_slice value, struct lf_slice key, struct lf_slice *json)
{
    struct lf_slice name;
    if (!value.len || lf_json_type(value) != LF_JSON_OBJECT)
        return false;
    struct lf_json_walk w = lf_json_enter(value);
    while (lf_json_member(&w, &name, json))
        if (lf_json_key_is(name, key)) {
            *json = lf_json_trim(*json);
            return true;
        }
    return false;
}

// A path of a tree of choices: ["Animal", "Cat"] is "Animal/Cat".
static bool read_path(struct lf_slice json, struct lf_slice key, struct lf_arena *a,
                      struct lf_slice *text, struct lf_error *err)
{
    struct lf_buf path = {0};
    struct lf_slice step, word;
    bool ok = true;
    struct lf_json_walk w = lf_json_enter(json);
    for (size_t i = 0; ok && lf_json_element(&w, &step); i++) {
        step = lf_json_trim(step);
        ok = lf_json_type(step) == LF_JSON_STRING ? lf_json_string(step, a, &word, err)
                                                  : bad(err, key);
        lf_buf_text(&path, ok && i ? "/" : "");
        lf_buf_slice(&path, ok ? word : (struct lf_slice){0});
    }
    ok = ok && lf_buf_ok(&path, err) && lf_arena_text(a, lf_buf_view(&path), text, err);
    lf_buf_done(&path);
    return ok;
}

static bool read_word(struct lf_slice json, struct lf_slice key, struct lf_arena *a,
                      struct lf_slice *text, struct lf_error *err)
{
    json = lf_json_trim(json);
    switch (lf_json_type(json)) {
    case LF_JSON_STRING:
        return lf_json_string(json, a, text, err);
    case LF_JSON_ARRAY:
        return read_path(json, key, a, text, err);
    default:
        return bad(err, key);
    }
}

bool ls_first_word(struct lf_slice value, struct lf_slice key, struct lf_arena *a,
                   struct lf_slice *text, bool *many, struct lf_error *err)
{
    struct lf_slice json, entry;
    *text = (struct lf_slice){"", 0};
    *many = false;
    if (!get(value, key, &json) || lf_json_type(json) == LF_JSON_NULL)
        return true;
    if (lf_json_type(json) != LF_JSON_ARRAY)
        return read_word(json, key, a, text, err);
    struct lf_json_walk w = lf_json_enter(json);
    if (!lf_json_element(&w, &entry))
        return true;
    if (!read_word(entry, key, a, text, err))
        return false;
    *many = lf_json_element(&w, &entry);
    return true;
}

// Several entries of a text are its lines.
static bool read_lines(struct lf_slice value, struct lf_slice key, struct lf_arena *a,
                       struct lf_slice *text, struct lf_error *err)
{
    struct lf_slice json, entry, word;
    struct lf_buf all = {0};
    bool ok = true;
    if (!get(value, key, &json) || lf_json_type(json) != LF_JSON_ARRAY) {
        bool many;
        return ls_first_word(value, key, a, text, &many, err);
    }
    struct lf_json_walk w = lf_json_enter(json);
    for (size_t i = 0; ok && lf_json_element(&w, &entry); i++) {
        ok = read_word(entry, key, a, &word, err);
        lf_buf_text(&all, ok && i ? "\n" : "");
        lf_buf_slice(&all, ok ? word : (struct lf_slice){0});
    }
    ok = ok && lf_buf_ok(&all, err) && lf_arena_text(a, lf_buf_view(&all), text, err);
    lf_buf_done(&all);
    return ok;
}

static bool read_number(struct lf_slice value, struct lf_slice key, struct lf_arena *a,
                        struct lf_slice *text, struct lf_error *err)
{
    struct lf_slice json;
    double number;
    *text = (struct lf_slice){"", 0};
    if (!get(value, key, &json) || lf_json_type(json) == LF_JSON_NULL)
        return true;
    if (!lf_parse_double(json, &number))
        return lf_fail(err, LF_E_LABELSTUDIO, "not a number: %.*s", (int)key.len,
                       key.at);
    return ls_number_text(number, a, text, err);
}

bool ls_read_text(const struct ls_result *r, struct lf_arena *a, struct lf_slice *text,
                  bool *many, struct lf_error *err)
{
    struct lf_slice key = lf_slice_of(ls_value_key(r->type));
    *many = false;
    if (lf_slice_is(key, "number") || lf_slice_is(key, "rating"))
        return read_number(r->value, key, a, text, err);
    if (lf_slice_is(key, "text"))
        return read_lines(r->value, key, a, text, err);
    return ls_first_word(r->value, key, a, text, many, err);
}
