#include "runs/cmd_undo.h"

#include <stdio.h>

#include "formats/base/number.h"
#include "runs/undo_run.h"

struct args {
    struct lf_undo_job job;
    bool quiet, help;
};

static const struct lf_option options[] = {
    {"dataset", 0, "DIR", false, "the dataset (default: the current folder)"},
    {"dry-run", 'n', NULL, false, "only say what would be done"},
    {"quiet", 'q', NULL, false, "errors only"},
    {"help", 'h', NULL, false, "this page"},
    {0},
};

static bool set(void *user, const struct lf_option *o, const char *value, bool off,
                struct lf_error *err)
{
    struct args *a = user;
    const struct lf_cli_place places[] = {
        {"dataset", &a->job.dataset, NULL},
        {"dry-run", NULL, &a->job.dry_run},
        {"quiet", NULL, &a->quiet},
        {"help", NULL, &a->help},
    };
    (void)off, (void)err;
    return lf_cli_put(places, sizeof places / sizeof *places, o, value);
}

// "RUN" or "RUN@N".
static bool set_run(struct args *a, const char *word, struct lf_error *err)
{
    int64_t n;
    const char *at = strchr(word, '@');
    a->job.run = at ? lf_slice_between(word, at) : lf_slice_of(word);
    if (!at)
        return true;
    if (!lf_parse_int64(lf_slice_of(at + 1), &n) || n < 1 || n > 999999)
        return lf_fail(err, LF_E_USAGE,
                       "behind the @ stands the number of a merge; see 'labelferry "
                       "log'");
    a->job.merge = (uint32_t)n;
    return true;
}

static void say(const struct args *a, const struct lf_undo_result *r)
{
    char merges[60];
    if (r->merges == 1)
        snprintf(merges, sizeof merges, "merge %u", (unsigned)r->first);
    else
        snprintf(merges, sizeof merges, "merges %u to %u", (unsigned)r->first,
                 (unsigned)r->last);
    fprintf(stderr, "undo %.*s: %s; %llu file%s restored, %llu removed%s\n",
            (int)a->job.run.len, a->job.run.at, merges, (unsigned long long)r->restored,
            lf_plural(r->restored), (unsigned long long)r->removed,
            a->job.dry_run ? " (dry run: nothing written)" : "");
}

static int run_undo(int argc, char **argv)
{
    struct args a = {.job.dataset = "."};
    struct lf_error err = {0};
    struct lf_undo_result result = {0};
    int words = 0;
    bool ok = lf_cli_parse(&lf_cmd_undo, argc, argv, &words, set, &a, &err);
    if (ok && a.help)
        return lf_cli_show(&lf_cmd_undo);
    if (ok && words != 1)
        ok = lf_fail(&err, LF_E_USAGE, "undo needs a run, or RUN@N for a merge of it");
    ok = ok && set_run(&a, argv[0], &err) && lf_undo(&a.job, &result, &err) &&
         (!a.job.dry_run || (lf_buf_ok(&result.files, &err) &&
                             lf_cli_print(lf_buf_view(&result.files), &err)));
    if (ok && !a.quiet)
        say(&a, &result);
    lf_undo_result_done(&result);
    return ok ? 0 : lf_cli_fail(&err);
}

const struct lf_command lf_cmd_undo = {
    .name = "undo",
    .args = "RUN[@N]",
    .about = "Restores the dataset's files as they were before merge N of a run "
             "(default: the last that is not undone); later merges of the run are "
             "undone with it. 'labelferry log' lists them.",
    .option = options,
    .example = "labelferry undo night_07 --dataset harbor",
    .run = run_undo,
};
