#include "runs/cmd_log.h"

#include <stdio.h>
#include <sys/stat.h>

#include "formats/base/relpath.h"
#include "formats/label/recover.h"
#include "formats/label/run.h"
#include "runs/show_entry.h"

struct args {
    const char *dataset;
    bool json, verbose, help;
};

static const struct lf_option options[] = {
    {"dataset", 0, "DIR", false, "the dataset (default: the current folder)"},
    {"json", 0, NULL, false, "as JSON"},
    {"verbose", 'v', NULL, false, "what was said and done of each label too"},
    {"help", 'h', NULL, false, "this page"},
    {0},
};

static bool set(void *user, const struct lf_option *o, const char *value, bool off,
                struct lf_error *err)
{
    struct args *a = user;
    const struct lf_cli_place places[] = {
        {"dataset", &a->dataset, NULL},
        {"json", NULL, &a->json},
        {"verbose", NULL, &a->verbose},
        {"help", NULL, &a->help},
    };
    (void)off, (void)err;
    return lf_cli_put(places, sizeof places / sizeof *places, o, value);
}

static bool print(struct lf_buf *out, struct lf_error *err)
{
    bool ok = lf_buf_ok(out, err) && lf_cli_print(lf_buf_view(out), err);
    lf_buf_clear(out);
    return ok;
}

static bool put_line(const struct args *a, struct lf_slice line,
                     const struct lf_entry *e, bool first, struct lf_arena *arena,
                     struct lf_buf *out, struct lf_error *err)
{
    if (!a->json)
        return lf_show_line(line, e, false, arena, out, err);
    lf_buf_text(out, first ? "\n   " : ",\n   ");
    lf_buf_slice(out, line);
    return lf_journal_line(line, err);
}

static bool put_lines(const struct args *a, struct lf_slice run,
                      const struct lf_entry *e, struct lf_buf *out,
                      struct lf_error *err)
{
    struct lf_lines lines;
    struct lf_slice line;
    struct lf_arena arena = {0};
    bool more = true, first = true;
    if (!lf_journal_open(a->dataset, run, e, &lines, err))
        return false;
    bool ok = true;
    while (ok && (ok = lf_lines_next(&lines, &line, &more, err)) && more) {
        ok = (put_line(a, line, e, first, &arena, out, err) ||
              lf_fail_in_file(err, lf_in_name(lines.in))) &&
             print(out, err);
        first = false;
        lf_arena_reset(&arena);
    }
    lf_arena_done(&arena);
    lf_lines_done(&lines);
    return ok;
}

static bool put_entry(const struct args *a, struct lf_slice run,
                      const struct lf_entry *e, bool first, struct lf_arena *arena,
                      struct lf_buf *out, struct lf_error *err)
{
    if (!a->json)
        return lf_show_entry(run, e, arena, out, err) && print(out, err) &&
               (!a->verbose || put_lines(a, run, e, out, err));
    lf_buf_text(out, first ? "\n {\"run\": " : ",\n {\"run\": ");
    lf_json_quote(out, run, true);
    lf_buf_printf(out,
                  ", \"number\": %u, \"undone\": %s, \"head\": ", (unsigned)e->number,
                  e->undone ? "true" : "false");
    lf_buf_slice(out, e->head);
    lf_buf_text(out, a->verbose ? ", \"lines\": [" : "");
    if (a->verbose && !put_lines(a, run, e, out, err))
        return false;
    lf_buf_text(out, a->verbose ? "]}" : "}");
    return print(out, err);
}

static bool show(const struct args *a, struct lf_slice only, struct lf_error *err)
{
    struct lf_arena arena = {0};
    struct lf_buf out = {0};
    struct lf_slice *run;
    size_t runs = 0;
    bool first = true, found = false;
    lf_buf_text(&out, a->json ? "{\"log\": [" : "");
    bool ok = lf_journal_runs(a->dataset, &arena, &run, &runs, err);
    for (size_t i = 0; ok && i < runs; i++) {
        struct lf_journal j;
        if (only.len && !lf_slice_eq(run[i], only))
            continue;
        found = true;
        ok = lf_journal_read(a->dataset, run[i], &arena, &j, err);
        for (size_t k = 0; ok && k < j.entries; k++) {
            ok = put_entry(a, run[i], &j.entry[k], first, &arena, &out, err);
            first = false;
        }
    }
    if (ok && only.len && !found) {
        ok = lf_fail(err, LF_E_RUN_MISSING, "nothing was merged of a run \"%.*s\"",
                     (int)(only.len < 60 ? only.len : 60), only.at);
        lf_fail_in_file(err, a->dataset);
    }
    lf_buf_text(&out, ok && a->json ? "]}\n" : "");
    ok = ok && print(&out, err);
    lf_buf_done(&out);
    lf_arena_done(&arena);
    return ok;
}

// What a killed command left is finished first; a folder that is none of a dataset has
// no journal.
static bool prepare(const struct args *a, struct lf_error *err)
{
    char path[4300];
    struct stat st;
    unsigned recovered;
    if (!lf_recover(a->dataset, false, &recovered, err) ||
        !lf_path_join(path, sizeof path, a->dataset, "metadata.json", err))
        return false;
    return stat(path, &st) == 0 ||
           lf_fail(err, LF_E_NOT_DATASET, "there is no metadata.json") ||
           lf_fail_in_file(err, a->dataset);
}

static int run_log(int argc, char **argv)
{
    struct args a = {.dataset = "."};
    struct lf_error err = {0};
    int words = 0;
    bool ok = lf_cli_parse(&lf_cmd_log, argc, argv, &words, set, &a, &err);
    if (ok && a.help)
        return lf_cli_show(&lf_cmd_log);
    if (ok && words > 1)
        ok = lf_fail(&err, LF_E_USAGE, "log takes the name of one run, or none");
    ok = ok && prepare(&a, &err) && show(&a, lf_slice_of(words ? argv[0] : ""), &err);
    return ok ? 0 : lf_cli_fail(&err);
}

const struct lf_command lf_cmd_log = {
    .name = "log",
    .args = "[RUN]",
    .about = "Lists what was merged and undone in a dataset, of each run the newest "
             "last: archives, their own times, counts.",
    .option = options,
    .example = "labelferry log night_07 --dataset harbor -v",
    .run = run_log,
};
