#include "formats/label/asked.h"

#include "formats/base/cli.h"
#include "formats/base/json.h"
#include "formats/base/number.h"

const char *lf_who_key(enum lf_who who)
{
    static const char *const keys[] = {"task_assignee", "job_assignees",
                                       "job_reviewers"};
    return keys[who];
}

const char *lf_who_option(enum lf_who who)
{
    static const char *const names[] = {"task-assignee", "job-assignees",
                                        "job-reviewers"};
    return names[who];
}

static bool add(struct lf_asked *asked, enum lf_who who, size_t *room,
                struct lf_slice name, struct lf_arena *a, struct lf_error *err)
{
    void *names = asked->name[who];
    if (!lf_arena_grow(a, &names, room, asked->names[who] + 1, sizeof *asked->name[who],
                       err))
        return false;
    asked->name[who] = names;
    return lf_arena_text(a, name, &asked->name[who][asked->names[who]++], err);
}

bool lf_asked_names(struct lf_asked *asked, enum lf_who who, const char *list,
                    struct lf_arena *a, struct lf_error *err)
{
    size_t room = 0;
    asked->names[who] = 0;
    asked->name[who] = NULL;
    while (list) {
        struct lf_slice one = lf_cli_item(&list);
        if (!one.len)
            return lf_fail(err, LF_E_OPTION, "--%s takes names between commas",
                           lf_who_option(who));
        if (!add(asked, who, &room, one, a, err))
            return false;
    }
    return true;
}

static bool odd(struct lf_error *err)
{
    return lf_fail(err, LF_E_RUN_RECORD, "run.json: \"asked\" is odd");
}

static bool read_names(struct lf_slice json, enum lf_who who, struct lf_arena *a,
                       struct lf_asked *asked, struct lf_error *err)
{
    struct lf_slice list, value, text;
    size_t room = 0;
    if (!lf_json_get(json, lf_who_key(who), &list))
        return true;
    list = lf_json_trim(list);
    if (lf_json_type(list) != LF_JSON_ARRAY)
        return odd(err);
    for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &value);) {
        value = lf_json_trim(value);
        if (lf_json_type(value) != LF_JSON_STRING)
            return odd(err);
        if (!lf_json_string(value, a, &text, err) ||
            !add(asked, who, &room, text, a, err))
            return false;
    }
    return true;
}

bool lf_asked_read(struct lf_slice json, struct lf_arena *a, struct lf_asked *asked,
                   struct lf_error *err)
{
    struct lf_slice value;
    int64_t n;
    *asked = (struct lf_asked){0};
    if (lf_json_type(json) != LF_JSON_OBJECT)
        return odd(err);
    if (lf_json_get(json, "segment_size", &value)) {
        if (!lf_parse_int64(lf_json_trim(value), &n) || n < 0 || n > UINT32_MAX)
            return odd(err);
        asked->segment = (uint32_t)n;
    }
    for (unsigned who = 0; who < LF_WHO_END; who++)
        if (!read_names(json, (enum lf_who)who, a, asked, err))
            return false;
    return true;
}

void lf_asked_write(const struct lf_asked *asked, struct lf_buf *out)
{
    lf_buf_printf(out, "{\"segment_size\": %lu", (unsigned long)asked->segment);
    for (unsigned who = 0; who < LF_WHO_END; who++) {
        lf_buf_printf(out, ", \"%s\": [", lf_who_key((enum lf_who)who));
        for (size_t i = 0; i < asked->names[who]; i++) {
            lf_buf_text(out, i ? ", " : "");
            lf_json_quote(out, asked->name[who][i], true);
        }
        lf_buf_char(out, ']');
    }
    lf_buf_char(out, '}');
}

bool lf_asked_any(const struct lf_asked *asked)
{
    bool any = asked->segment > 0;
    for (unsigned who = 0; who < LF_WHO_END; who++)
        any = any || asked->names[who];
    return any;
}

uint32_t lf_asked_jobs(const struct lf_asked *asked, uint32_t items)
{
    if (!asked->segment)
        return items &&
               (asked->names[LF_JOB_ASSIGNEE] || asked->names[LF_JOB_REVIEWER]);
    return items / asked->segment + (items % asked->segment > 0);
}

void lf_asked_frames(const struct lf_asked *asked, uint32_t items, uint32_t job,
                     uint32_t *start, uint32_t *stop)
{
    *start = job * asked->segment;
    *stop = items - 1;
    if (asked->segment && items - *start > asked->segment)
        *stop = *start + asked->segment - 1;
}

struct lf_slice lf_asked_who(const struct lf_asked *asked, enum lf_who who,
                             size_t number)
{
    return asked->names[who] ? asked->name[who][number % asked->names[who]]
                             : (struct lf_slice){0};
}
