#include "runs/run_state.h"

#include <unistd.h>

#include "formats/base/json.h"
#include "formats/base/number.h"

static bool odd(struct lf_error *err)
{
    return lf_fail(err, LF_E_RUN_RECORD,
                   "run.json: which items came in a merge is not told in ranges");
}

// "0-8,10": rows, from and to.
static bool add_ranges(struct lf_slice text, bool *came, uint32_t items,
                       struct lf_error *err)
{
    const char *at = text.at, *end = text.at + text.len;
    while (at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        struct lf_slice part = lf_slice_between(at, comma ? comma : end);
        const char *dash = memchr(part.at, '-', part.len);
        int64_t from, to;
        struct lf_slice low = dash ? lf_slice_between(part.at, dash) : part;
        if (!lf_parse_int64(low, &from) || from < 0 || from >= items)
            return odd(err);
        to = from;
        if (dash &&
            (!lf_parse_int64(lf_slice_between(dash + 1, part.at + part.len), &to) ||
             to < from || to >= items))
            return odd(err);
        memset(came + from, true, (size_t)(to - from) + 1);
        at = comma ? comma + 1 : end;
    }
    return true;
}

static bool add_merge(const struct lf_run *run, const struct lf_run_merge *m,
                      struct lf_arena *a, struct lf_run_state *state,
                      struct lf_error *err)
{
    struct lf_slice key, value, name, ranges;
    uint16_t field;
    if (!m->came.len) {
        state->known = false;
        return true;
    }
    for (struct lf_json_walk w = lf_json_enter(m->came);
         lf_json_member(&w, &key, &value);) {
        value = lf_json_trim(value);
        if (lf_json_type(value) != LF_JSON_STRING)
            return odd(err);
        if (!lf_json_key(key, a, &name, err) || !lf_json_string(value, a, &ranges, err))
            return false;
        if (lf_field_find(&run->schema, name, &field) &&
            !add_ranges(ranges, state->came + (size_t)field * run->items, run->items,
                        err))
            return false;
    }
    return true;
}

// ---------------------------------------------------------------------------- edits

// The lines as they were written at export are the first ones of base.jsonl.
static bool first_lines(const struct lf_run *run, struct lf_arena *a, uint64_t **at,
                        struct lf_error *err)
{
    char piece[1 << 14];
    uint64_t offset = 0;
    uint32_t row = 0;
    *at = lf_arena_take(a, (size_t)run->items + 1, sizeof **at, err);
    while (*at && row < run->items) {
        ssize_t n = pread(run->base_fd, piece, sizeof piece, (off_t)offset);
        if (n < 0)
            return lf_fail_errno(err, "cannot read base.jsonl");
        if (n == 0)
            return lf_fail(err, LF_E_RUN_RECORD, "base.jsonl is cut short");
        for (char *p = piece, *end = piece + n;
             row < run->items && (p = memchr(p, '\n', (size_t)(end - p))); p++)
            (*at)[++row] = offset + (uint64_t)(p - piece) + 1;
        offset += (uint64_t)n;
    }
    return *at != NULL;
}

static bool moved(const struct lf_run *run)
{
    uint64_t at = 0;
    for (uint32_t row = 0; row < run->items; row++) {
        if (run->item[row].base_at != at)
            return true;
        at += (uint64_t)run->item[row].base_len + 1;
    }
    return false;
}

static bool compare(const struct lf_run *run, uint32_t row, uint64_t at, uint64_t end,
                    struct lf_run_state *state, struct lf_error *err)
{
    struct lf_arena a = {0};
    struct lf_slice then, now, was, is;
    uint64_t len = end - at - 1;
    bool ok = (len <= UINT32_MAX ||
               lf_fail(err, LF_E_RUN_RECORD, "base.jsonl has a line too long")) &&
              lf_base_read_at(run, at, (uint32_t)len, &a, &then, err) &&
              lf_base_read(run, row, &a, &now, err);
    for (size_t f = 0; ok && f < run->schema.fields; f++) {
        char name[600];
        struct lf_slice field = run->schema.field[f].name;
        if (field.len >= sizeof name)
            continue;
        memcpy(name, field.at, field.len);
        name[field.len] = '\0';
        bool had = lf_json_get(then, name, &was), has = lf_json_get(now, name, &is);
        state->edited[f * run->items + row] =
            had != has || (had && !lf_slice_eq(lf_json_trim(was), lf_json_trim(is)));
    }
    lf_arena_done(&a);
    return ok;
}

static bool find_edits(const struct lf_run *run, struct lf_arena *a,
                       struct lf_run_state *state, struct lf_error *err)
{
    uint64_t *at;
    if (!run->has_base || !moved(run))
        return true;
    if (!first_lines(run, a, &at, err))
        return lf_fail_in_file(err, "base.jsonl");
    for (uint32_t row = 0; row < run->items; row++)
        if (run->item[row].base_at != at[row] &&
            !compare(run, row, at[row], at[row + 1], state, err))
            return false;
    return true;
}

// ---------------------------------------------------------------------------- all

void lf_run_state_count(const struct lf_run *run, struct lf_run_state *state)
{
    memset(state->task, 0, lf_run_tasks(run) * sizeof *state->task);
    const size_t own = lf_schema_own(&run->schema), step = run->joint ? own : 1;
    for (size_t f = 0; f < own; f += step)
        for (uint32_t row = 0; row < run->items; row++) {
            struct lf_task_state *t =
                &state->task[lf_run_task(run, f, run->item[row].task)];
            bool came = false, edited = false;
            for (size_t i = f; i < f + step; i++) {
                came |= state->came[i * run->items + row];
                edited |= state->edited[i * run->items + row];
            }
            t->items++;
            t->came += came;
            t->edited += came && edited;
        }
}

bool lf_run_state(const struct lf_run *run, struct lf_arena *a,
                  struct lf_run_state *state, struct lf_error *err)
{
    size_t cells = run->schema.fields * run->items;
    *state = (struct lf_run_state){.known = true};
    state->task = lf_arena_take(a, lf_run_tasks(run), sizeof *state->task, err);
    state->came = lf_arena_take(a, cells, sizeof *state->came, err);
    state->edited = lf_arena_take(a, cells, sizeof *state->edited, err);
    if (!state->task || !state->came || !state->edited)
        return false;
    for (size_t i = 0; i < run->merges; i++)
        if (!add_merge(run, &run->merge[i], a, state, err))
            return lf_fail_in_file(err, "run.json");
    if (!find_edits(run, a, state, err))
        return false;
    lf_run_state_count(run, state);
    return true;
}

size_t lf_run_out(const struct lf_run *run, const struct lf_run_state *state)
{
    size_t out = 0;
    for (size_t i = 0; i < lf_run_tasks(run); i++)
        out += state->task[i].came < state->task[i].items;
    return out;
}
