#include "runs/cmd_runs.h"

#include <stdint.h>
#include <stdio.h>

#include "runs/runs_job.h"

struct args {
    struct lf_runs_job job;
    const struct lf_option *given[16]; // options that only some words take
    size_t givens;
    bool help;
};

static const struct lf_option options[] = {
    {"dataset", 0, "DIR", false,
     "the dataset (default: the current folder, or none with --runs-dir)"},
    {"runs-dir", 0, "DIR", false,
     "where run records are kept (default: the dataset's annotations/)"},
    {"json", 0, NULL, false, "as JSON"},
    {"ids", 0, NULL, false, "show: only the ids of the run's samples, one a line"},
    {"dry-run", 'n', NULL, false,
     "rename, delete, register: only say what would be done"},
    {"force", 0, NULL, false,
     "delete: also a record that is damaged or still needed, and what it keeps for "
     "undo"},
    {"time", 0, "TIME", false,
     "register: when the run was made, as 2024-01-31T12:00:00Z (default: when the "
     "dataset changed last before it was exported)"},
    {"help", 'h', NULL, false, "this page"},
    {0},
};

// A word of the command: what stands behind it, how often, and which options it takes
// beside those that all take.
struct action {
    const char *name;
    size_t least, most; // words
    const char *needs;  // what they are, for the message
    const char *takes;  // its own options, a blank around each
    bool writes;
    bool (*run)(const struct lf_runs_job *job, struct lf_buf *out, bool *findings,
                struct lf_error *err);
};

static const struct action actions[] = {
    {"list", 0, 0, "no name", "", false, lf_runs_list},
    {"show", 1, 1, "a run", " ids ", false, lf_runs_show},
    {"status", 1, SIZE_MAX, "a run and archives", "", false, lf_runs_status},
    {"rename", 2, 2, "a run and its new name", " dry-run ", true, lf_runs_rename},
    {"register", 1, 1, "a run", " dry-run time ", true, lf_runs_register},
    {"delete", 1, 1, "a run", " dry-run force ", true, lf_runs_delete},
};

static const struct action *find(const char *name, struct lf_error *err)
{
    const char *names[sizeof actions / sizeof *actions + 1] = {0};
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (!strcmp(actions[i].name, name))
            return &actions[i];
        names[i] = actions[i].name;
    }
    char safe[100];
    const char *near = lf_cli_nearest(name, names);
    lf_escape(lf_slice_of(name), safe, sizeof safe);
    lf_fail(err, LF_E_USAGE,
            near ? "runs: unknown word \"%s\"; did you mean %s?"
                 : "runs: unknown word \"%s\"; see 'labelferry help "
                   "runs'",
            safe, near);
    return NULL;
}

static bool has_word(const char *list, const char *word)
{
    char spaced[40];
    snprintf(spaced, sizeof spaced, " %s ", word);
    return strstr(list, spaced) != NULL;
}

static bool set(void *user, const struct lf_option *o, const char *value, bool off,
                struct lf_error *err)
{
    struct args *a = user;
    const struct lf_cli_place places[] = {
        {"dataset", &a->job.dataset, NULL}, {"runs-dir", &a->job.runs_dir, NULL},
        {"json", NULL, &a->job.json},       {"dry-run", NULL, &a->job.dry_run},
        {"time", &a->job.time, NULL},       {"ids", NULL, &a->job.ids},
        {"force", NULL, &a->job.force},     {"help", NULL, &a->help},
    };
    static const char all[] = " dataset runs-dir json help ";
    (void)off;
    if (!has_word(all, o->name) && a->givens < sizeof a->given / sizeof *a->given)
        a->given[a->givens++] = o;
    (void)err;
    return lf_cli_put(places, sizeof places / sizeof *places, o, value);
}

static const struct action *choose(struct args *a, int words, char **argv,
                                   struct lf_error *err)
{
    if (!words) {
        lf_fail(err, LF_E_USAGE, "runs needs a word; see 'labelferry help runs'");
        return NULL;
    }
    const struct action *action = find(argv[0], err);
    a->job.word = (const char *const *)(argv + 1);
    a->job.words = (size_t)words - 1;
    if (action && (a->job.words < action->least || a->job.words > action->most)) {
        lf_fail(err, LF_E_USAGE, "runs %s takes %s", action->name, action->needs);
        return NULL;
    }
    for (size_t i = 0; action && i < a->givens; i++)
        if (!has_word(action->takes, a->given[i]->name)) {
            lf_fail(err, LF_E_USAGE, "runs %s has no option --%s", action->name,
                    a->given[i]->name);
            return NULL;
        }
    a->job.writes = action && action->writes;
    if (!a->job.dataset && !a->job.runs_dir)
        a->job.dataset = ".";
    return action;
}

static int run_runs(int argc, char **argv)
{
    struct args a = {0};
    struct lf_error err = {0};
    struct lf_buf out = {0};
    bool findings = false;
    int words = 0;
    bool ok = lf_cli_parse(&lf_cmd_runs, argc, argv, &words, set, &a, &err);
    if (ok && a.help)
        return lf_cli_show(&lf_cmd_runs);
    const struct action *action = ok ? choose(&a, words, argv, &err) : NULL;
    ok = action && action->run(&a.job, &out, &findings, &err) &&
         lf_buf_ok(&out, &err) && lf_cli_print(lf_buf_view(&out), &err);
    lf_buf_done(&out);
    return !ok ? lf_cli_fail(&err) : findings ? 1 : 0;
}

const struct lf_command lf_cmd_runs = {
    .name = "runs",
    .args = "list",
    .about =
        "Says what is kept of runs. list: every run of the dataset, ours and those "
        "that FiftyOne registered.",
    .option = options,
    .example = "labelferry runs list --dataset harbor",
    .run = run_runs,
};
