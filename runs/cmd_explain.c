#include "formats/label/label.h"
#include "runs/cmd_log.h"
#include "runs/explain_label.h"

struct args {
    struct lf_explain_job job;
    bool help;
};

static const struct lf_option options[] = {
    {"dataset", 0, "DIR", false, "the dataset (default: the current folder)"},
    {"json", 0, NULL, false, "as JSON"},
    {"help", 'h', NULL, false, "this page"},
    {0},
};

static bool set(void *user, const struct lf_option *o, const char *value, bool off,
                struct lf_error *err)
{
    struct args *a = user;
    const struct lf_cli_place places[] = {
        {"dataset", &a->job.dataset, NULL},
        {"json", NULL, &a->job.json},
        {"help", NULL, &a->help},
    };
    (void)off, (void)err;
    return lf_cli_put(places, sizeof places / sizeof *places, o, value);
}

static int run_explain(int argc, char **argv)
{
    struct args a = {.job.dataset = "."};
    struct lf_error err = {0};
    struct lf_buf out = {0};
    struct lf_id id;
    char digits[25];
    int words = 0;
    bool ok = lf_cli_parse(&lf_cmd_explain, argc, argv, &words, set, &a, &err);
    if (ok && a.help)
        return lf_cli_show(&lf_cmd_explain);
    if (ok && (words != 1 || !lf_id_parse(lf_slice_of(argv[0]), &id)))
        ok = lf_fail(&err, LF_E_USAGE,
                     "explain needs the id of a label, 24 hexadecimal digits");
    if (ok) {
        lf_id_print(&id, digits);
        a.job.id = digits;
        ok = lf_explain(&a.job, &out, &err) && lf_buf_ok(&out, &err) &&
             lf_cli_print(lf_buf_view(&out), &err);
    }
    lf_buf_done(&out);
    return ok ? 0 : lf_cli_fail(&err);
}

const struct lf_command lf_cmd_explain = {
    .name = "explain",
    .args = "LABEL_ID",
    .about =
        "Says all that is known of a label: what each merge did to it, from which "
        "archive, why an edit was refused, whether it was shipped, where it is now.",
    .option = options,
    .example = "labelferry explain 65a000006861726200000004 --dataset harbor",
    .run = run_explain,
};
