// Checks a text; when it is accepted, rebuilds it from what walking finds, with every
// text decoded and quoted again. The copy must be accepted and rebuild to itself.
#include <string.h>

#include "formats/base/json.h"
#include "formats/base/utf8.h"
#include "tests/fuzz/fuzz.h"

static void rebuild(struct lf_slice value, bool ascii, struct lf_arena *a,
                    struct lf_buf *out);

static void rebuild_text(struct lf_slice text, bool ascii, struct lf_buf *out)
{
    LF_CLAIM(lf_utf8_ok(text));
    lf_json_quote(out, text, ascii);
}

static void rebuild_object(struct lf_slice value, bool ascii, struct lf_arena *a,
                           struct lf_buf *out)
{
    struct lf_error err = {0};
    struct lf_slice key;
    struct lf_slice member;
    struct lf_slice text;
    struct lf_json_walk w = lf_json_enter(value);
    const char *comma = "";
    while (lf_json_member(&w, &key, &member)) {
        lf_buf_text(out, comma);
        comma = ",";
        LF_CLAIM(lf_json_key(key, a, &text, &err));
        LF_CLAIM(lf_json_key_is(key, text));
        rebuild_text(text, ascii, out);
        lf_buf_char(out, ':');
        rebuild(member, ascii, a, out);
    }
}

static void rebuild(struct lf_slice value, bool ascii, struct lf_arena *a,
                    struct lf_buf *out)
{
    struct lf_error err = {0};
    struct lf_slice item;
    switch (lf_json_type(value)) {
    case LF_JSON_STRING:
        LF_CLAIM(lf_json_string(value, a, &item, &err));
        rebuild_text(item, ascii, out);
        break;
    case LF_JSON_ARRAY:
        lf_buf_char(out, '[');
        struct lf_json_walk w = lf_json_enter(value);
        for (const char *comma = ""; lf_json_element(&w, &item); comma = ",") {
            lf_buf_text(out, comma);
            rebuild(item, ascii, a, out);
        }
        lf_buf_char(out, ']');
        break;
    case LF_JSON_OBJECT:
        lf_buf_char(out, '{');
        rebuild_object(value, ascii, a, out);
        lf_buf_char(out, '}');
        break;
    default:
        lf_buf_slice(out, lf_json_trim(value));
        break;
    }
}

// Not checked: what comes out does not matter, but nothing outside may be read.
static void walk_unchecked(struct lf_slice text, struct lf_arena *a)
{
    struct lf_error err = {0};
    struct lf_slice key;
    struct lf_slice value;
    struct lf_slice name;
    struct lf_json_walk w = lf_json_enter(text);
    while (lf_json_member(&w, &key, &value)) {
        lf_json_key_is(key, LF_S("name"));
        LF_CLAIM(lf_json_key(key, a, &name, &err));
    }
    w = lf_json_enter(text);
    while (lf_json_element(&w, &value))
        LF_CLAIM(lf_json_string(value, a, &name, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct lf_json_rules rules = {data[0] & 1};
    bool ascii = data[0] & 2;
    struct lf_slice text = {(const char *)data + 1, size - 1};
    struct lf_error err = {0};
    struct lf_arena a = {0};
    struct lf_buf once = {0};
    struct lf_buf twice = {0};
    if (!lf_json_check(text, rules, 0, &err)) {
        LF_CLAIM(err.code != LF_OK && err.has_offset && err.offset <= text.len);
        walk_unchecked(text, &a);
    } else {
        rebuild(text, ascii, &a, &once);
        LF_CLAIM(lf_json_check(lf_buf_view(&once), rules, 0, &err));
        rebuild(lf_buf_view(&once), ascii, &a, &twice);
        LF_CLAIM(lf_slice_eq(lf_buf_view(&once), lf_buf_view(&twice)));
    }
    lf_buf_done(&once);
    lf_buf_done(&twice);
    lf_arena_done(&a);
    return 0;
}
