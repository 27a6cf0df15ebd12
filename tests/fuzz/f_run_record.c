// run.json, items.tsv and base.jsonl, a NUL between them. A record that opens can be
// asked for everything in it, also what its merges tell of tasks, and written again.
#include "formats/base/json.h"
#include "formats/base/limits.h"
#include "runs/run_state.h"
#include "runs/told.h"
#include "tests/fuzz/small_run.h"

static struct lf_slice cut(struct lf_slice *rest)
{
    const char *nul = rest->len ? memchr(rest->at, '\0', rest->len) : NULL;
    struct lf_slice part = {rest->at, nul ? (size_t)(nul - rest->at) : rest->len};
    *rest = nul ? (struct lf_slice){nul + 1, rest->len - part.len - 1}
                : (struct lf_slice){"", 0};
    return part;
}

// How far the run is, and what archives told.
static void ask_tasks(const struct lf_run *run)
{
    struct lf_error err = {0};
    struct lf_arena a = {0};
    struct lf_run_state state;
    size_t tasks = lf_run_tasks(run), items = 0;
    struct lf_told_task *told = lf_arena_take(&a, tasks, sizeof *told, &err);
    LF_CLAIM(told);
    for (size_t i = 0; i < run->merges; i++) {
        int64_t place = tasks ? (int64_t)(i % (tasks + 1)) - 1 : -1;
        LF_CLAIM(lf_told_add(run, run->merge[i].told, place, told, &a, &err));
    }
    bool ok = lf_run_state(run, &a, &state, &err);
    LF_CLAIM(ok == (err.code == LF_OK) && (ok || err.code == LF_E_RUN_RECORD));
    for (size_t i = 0; ok && i < tasks; i++) {
        const struct lf_task_state *t = &state.task[i];
        LF_CLAIM(t->edited <= t->came && t->came <= t->items);
        items += t->items;
    }
    LF_CLAIM(!ok || items == lf_schema_own(&run->schema) * run->items);
    LF_CLAIM(!ok || lf_run_out(run, &state) <= tasks);
    lf_arena_done(&a);
}

static void ask(const struct lf_run *run)
{
    struct lf_error err = {0};
    struct lf_arena a = {0};
    struct lf_slice name, doc;
    struct lf_buf text = {0};
    uint32_t row;
    enum lf_found how;
    for (uint32_t i = 0; i < run->items && i < 100; i++) {
        lf_error_clear(&err);
        LF_CLAIM(lf_run_row(run, &run->item[i].id, 0, &row) && row == i);
        LF_CLAIM(lf_run_name(run, i, &a, &name, &err));
        LF_CLAIM(lf_run_find(run, name, &row, &how, &err));
        LF_CLAIM(name.len > LF_NAME_BYTES || how != LF_FOUND_NONE);
        LF_CLAIM(how != LF_FOUND_EXACT || row < run->items);
        lf_run_item_line(&text, &run->item[i], name);
        if (run->has_base && !lf_base_read(run, i, &a, &doc, &err))
            LF_CLAIM(err.code == LF_E_RUN_RECORD || err.code == LF_E_NOMEM);
        lf_arena_reset(&a);
    }
    lf_buf_clear(&text);
    lf_run_json(run, &text);
    lf_error_clear(&err);
    LF_CLAIM(lf_json_check(lf_buf_view(&text), (struct lf_json_rules){0}, 0, &err));
    lf_buf_done(&text);
    lf_arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char folder[64];
    if (!folder[0])
        make_small(folder);
    else
        mkdir(folder, 0700);
    struct lf_slice rest = {(const char *)data, size};
    struct lf_slice json = cut(&rest), items = cut(&rest);
    struct lf_error err = {0};
    struct lf_run run;
    write_small(folder, "run.json", json.at, json.len);
    write_small(folder, "items.tsv", items.at, items.len);
    if (rest.len)
        write_small(folder, "base.jsonl", rest.at, rest.len);
    bool ok = lf_run_open(&run, folder, &err);
    LF_CLAIM(ok == (err.code == LF_OK) && err.code != LF_E_BUG && err.code != LF_E_IO);
    if (ok) {
        ask(&run);
        ask_tasks(&run);
        lf_run_done(&run);
    }
    remove_small(folder);
    return 0;
}
