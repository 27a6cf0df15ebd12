#include "merge/cmd_diff.h"

#include "formats/base/number.h"
#include "merge/diff.h"

struct args {
    struct lf_diff_job job;
    struct lf_diff_report report;
    const char **field; // room for as many as there are words
    char fields[2048];  // of --fields, cut in two
    bool json, quiet, name_only, stat, detail, help;
};

static const struct lf_option options[] = {
    {"run", 0, "RUN", false,
     "compare archives of a run: one with what was shipped, or two with each other"},
    {"dataset", 0, "DIR", false,
     "with --run, the run's dataset (default: A if it is one, else the current "
     "folder)"},
    {"runs-dir", 0, "DIR", false,
     "with --run, where run records are kept (default: the dataset's annotations/, "
     "then "
     "run/ beside the archive)"},
    {"fields", 0, "F,G", false, "two fields of one dataset: what G changed of F"},
    {"field", 0, "F", false, "only this field; may be repeated"},
    {"by", 0, "HOW", false,
     "which label is which: id (default), or iou:T: labels of one kind whose bounds "
     "overlap by T (0 to 1) or more, the best first"},
    {"tolerance", 0, "PX", false,
     "geometry that moved by up to so many pixels is the same (default: 0; "
     "of archives what the tool rounds)"},
    {"name-only", 0, NULL, false, "only the ids of the samples that differ"},
    {"stat", 0, NULL, false, "only the counts"},
    {"detail", 0, NULL, false, "geometry with its numbers and how much of it overlaps"},
    {"json", 0, NULL, false, "as JSON"},
    {"quiet", 'q', NULL, false, "print nothing, only set the exit status"},
    {"help", 'h', NULL, false, "this page"},
    {0},
};

static bool set_fields(struct args *a, const char *value, struct lf_error *err)
{
    const char *comma = strchr(value, ',');
    size_t n = strlen(value);
    if (!comma || comma == value || !comma[1] || strchr(comma + 1, ','))
        return lf_fail(err, LF_E_OPTION, "--fields takes two fields, as F,G");
    if (n >= sizeof a->fields)
        return lf_fail(err, LF_E_OPTION, "--fields is too long");
    memcpy(a->fields, value, n + 1);
    a->fields[comma - value] = '\0';
    a->job.field_a = a->fields;
    a->job.field_b = a->fields + (comma - value) + 1;
    return true;
}

static bool set_by(struct args *a, const char *value, struct lf_error *err)
{
    struct lf_slice text = lf_slice_of(value);
    a->job.by = LF_BY_ID;
    if (!strcmp(value, "id"))
        return true;
    a->job.by = LF_BY_IOU;
    if (!lf_slice_starts(text, LF_S("iou:")) ||
        !lf_parse_decimal((struct lf_slice){value + 4, text.len - 4}, &a->job.iou) ||
        !(a->job.iou > 0 && a->job.iou <= 1))
        return lf_fail(err, LF_E_OPTION,
                       "--by takes id or iou:T, with T above 0 and up to 1");
    return true;
}

static bool set(void *user, const struct lf_option *o, const char *value, bool off,
                struct lf_error *err)
{
    struct args *a = user;
    const struct lf_cli_place places[] = {
        {"run", &a->job.run, NULL},
        {"dataset", &a->job.dataset, NULL},
        {"runs-dir", &a->job.runs_dir, NULL},
        {"name-only", NULL, &a->name_only},
        {"stat", NULL, &a->stat},
        {"detail", NULL, &a->detail},
        {"json", NULL, &a->json},
        {"quiet", NULL, &a->quiet},
        {"help", NULL, &a->help},
    };
    (void)off;
    if (lf_cli_put(places, sizeof places / sizeof *places, o, value))
        return true;
    if (!strcmp(o->name, "fields"))
        return set_fields(a, value, err);
    if (!strcmp(o->name, "by"))
        return set_by(a, value, err);
    if (!strcmp(o->name, "field")) {
        a->field[a->job.fields++] = value;
        return true;
    }
    if (!lf_parse_decimal(lf_slice_of(value), &a->job.tolerance) ||
        a->job.tolerance < 0)
        return lf_fail(err, LF_E_OPTION, "--tolerance takes pixels, 0 or more");
    return true;
}

static bool check(struct args *a, int words, char **argv, struct lf_error *err)
{
    struct lf_diff_job *j = &a->job;
    if (a->name_only + a->stat + a->detail > 1)
        return lf_fail(err, LF_E_USAGE,
                       "--name-only, --stat and --detail exclude each other");
    if (j->field_a && j->fields)
        return lf_fail(err, LF_E_USAGE, "--fields and --field exclude each other");
    if (!j->run && (j->dataset || j->runs_dir))
        return lf_fail(err, LF_E_USAGE, "--dataset and --runs-dir are for --run");
    if (j->run && j->field_a)
        return lf_fail(err, LF_E_USAGE, "--run and --fields exclude each other");
    if (j->run && (words < 1 || words > 2))
        return lf_fail(err, LF_E_USAGE, "diff --run needs one archive, or two");
    if (j->field_a && words != 1)
        return lf_fail(err, LF_E_USAGE, "diff --fields needs one dataset");
    if (!j->field_a && !j->run && words != 2)
        return lf_fail(err, LF_E_USAGE,
                       "diff needs two datasets, one with --fields F,G, or --run");
    j->a = j->run && words == 1 ? NULL : argv[0];
    j->b = argv[words - 1];
    if (!j->dataset)
        j->dataset = j->a && lf_diff_is_dataset(j->a) ? j->a : ".";
    j->field = a->field;
    j->detail = a->detail;
    a->report.a = j->field_a ? j->field_a : j->a ? j->a : j->run;
    a->report.b = j->field_b ? j->field_b : j->b;
    a->report.json = a->json;
    a->report.show = a->name_only          ? LF_SHOW_NAMES
                     : a->stat || a->quiet ? LF_SHOW_STAT
                                           : LF_SHOW_LABELS;
    return true;
}

static int compare(struct args *a, struct lf_error *err)
{
    enum { LINES = 20 };
    struct lf_events *ev = lf_events_new(a->quiet ? NULL : stderr, LINES, false, err);
    bool ok = ev && lf_diff_report_new(&a->report, err) &&
              (a->job.run ? lf_diff_archives(&a->job, &a->report, ev, err)
                          : lf_diff_datasets(&a->job, &a->report, err));
    if (ev)
        lf_events_rest(ev);
    int status = ok && lf_diff_any(&a->report) ? 1 : 0;
    ok = ok &&
         (a->quiet || lf_diff_print(&a->report, status, a->job.run ? ev : NULL, err));
    lf_diff_report_done(&a->report);
    lf_events_free(&ev);
    return ok ? status : lf_cli_fail(err);
}

static int run_diff(int argc, char **argv)
{
    struct args a = {.job.tolerance = -1};
    struct lf_error err = {0};
    struct lf_arena arena = {0};
    int words = 0, status = 0;
    a.field = lf_arena_take(&arena, (size_t)argc + 1, sizeof *a.field, &err);
    bool ok = a.field && lf_cli_parse(&lf_cmd_diff, argc, argv, &words, set, &a, &err);
    if (ok && a.help)
        status = lf_cli_show(&lf_cmd_diff);
    else
        status =
            ok && check(&a, words, argv, &err) ? compare(&a, &err) : lf_cli_fail(&err);
    lf_arena_done(&arena);
    return status;
}

const struct lf_command lf_cmd_diff = {
    .name = "diff",
    .args = "A [B]",
    .about =
        "Says what of the labels differs: between two datasets; with --fields "
        "between two fields of one; with --run between what was shipped and an "
        "archive that came back, between two archives, or between a dataset as it "
        "is now and an archive. Exit status 0: nothing differs, 1: something does.",
    .option = options,
    .example = "labelferry diff harbor new",
    .run = run_diff,
};
