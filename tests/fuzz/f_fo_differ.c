// Two labels, a line each: what differs one way differs the other way round, a label
// does not differ from itself, and two that do not differ stand for each other.
#include "formats/base/json.h"
#include "formats/fiftyone/fo_differ.h"
#include "formats/label/json_same.h"
#include "tests/fuzz/fuzz.h"

// "m.png" is there and is no mask; all others are not there.
static bool read_file(void *user, struct lf_slice path, struct lf_buf *out, bool *found,
                      struct lf_error *err)
{
    (void)user;
    *found = lf_slice_is(path, "m.png");
    if (*found)
        lf_buf_slice(out, path);
    return lf_buf_ok(out, err);
}

static bool is_label(struct lf_slice text)
{
    const struct lf_json_rules rules = {.constants = true};
    struct lf_error err = {0};
    return lf_json_check(text, rules, 0, &err) &&
           lf_json_type(lf_json_trim(text)) == LF_JSON_OBJECT;
}

static void compare(const struct fo_source *one, const struct fo_source *two,
                    struct lf_slice a, struct lf_slice b, struct lf_arena *m)
{
    struct fo_differences there, back, none;
    struct lf_error err = {0}, also = {0};
    bool same, turned;
    LF_CLAIM(lf_json_same(a, b, m, &same, &err));
    LF_CLAIM(lf_json_same(b, a, m, &turned, &err) && same == turned);
    LF_CLAIM(lf_json_same(a, a, m, &same, &err) && same);
    bool ok = fo_differ(one, a, two, b, m, &there, &err);
    bool other = fo_differ(two, b, one, a, m, &back, &also);
    LF_CLAIM(ok == other);
    LF_CLAIM(ok || err.code != LF_OK);
    if (ok) {
        LF_CLAIM(there.count == back.count && there.numbers == back.numbers);
        for (size_t i = 0; i < there.count; i++)
            LF_CLAIM(there.at[i].what == back.at[i].what &&
                     lf_slice_eq(there.at[i].name, back.at[i].name) &&
                     lf_slice_eq(there.at[i].was, back.at[i].came));
    }
    LF_CLAIM(fo_differ(one, a, one, a, m, &none, &err) && none.count == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct lf_files files[2] = {{read_file, NULL}, {read_file, NULL}};
    struct lf_slice text = {(const char *)data, size};
    const char *line = size ? memchr(text.at, '\n', size) : NULL;
    struct lf_error err = {0};
    struct lf_arena m = {0};
    if (!line)
        return 0;
    struct lf_slice a = lf_slice_between(text.at, line);
    struct lf_slice b = lf_slice_between(line + 1, text.at + size);
    struct lf_pixel_tool *tool = lf_pixel_tool_new(&err);
    const struct fo_source one = {.files = &files[0], .pixels = tool};
    const struct fo_source two = {.files = &files[1], .pixels = tool};
    if (tool && is_label(a) && is_label(b))
        compare(&one, &two, lf_json_trim(a), lf_json_trim(b), &m);
    lf_arena_done(&m);
    lf_pixel_tool_free(&tool);
    return 0;
}
