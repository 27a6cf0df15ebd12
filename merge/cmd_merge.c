#include "merge/cmd_merge.h"

#include <stdio.h>

#include "formats/base/json.h"
#include "formats/base/number.h"
#include "formats/base/out.h"
#include "merge/merge_run.h"

struct args {
    struct lf_merge_job job;
    const char *report;
    struct lf_out *to; // the report, open before anything is changed; NULL: none
    char out[4096];
    bool quiet, verbose, json, help;
    unsigned max_errors;
};

static const struct lf_option options[] = {
    {"dataset", 0, "DIR", false,
     "the dataset to merge into (default: the current folder)"},
    {"in-place", 0, NULL, false, "change the dataset; the old files are kept for undo"},
    {"output", 'o', "DIR", false, "write a new dataset instead"},
    {"dry-run", 'n', NULL, false, "only say what would be done"},
    {"runs-dir", 0, "DIR", false,
     "where run records are kept (default: the dataset's annotations/, then run/ "
     "beside the "
     "archive)"},
    {"conflict", 0, "CHOICE", false,
     "labels edited on both sides: fail (default), ours, theirs"},
    {"unexpected", 0, "CHOICE", false,
     "shapes the field does not hold: fail (default), ignore"},
    {"no-convert-shapes", 0, NULL, false,
     "shapes of a kind next to the field's (a polygon among instances) are unexpected"},
    {"on-error", 0, "CHOICE", false,
     "shapes up to half a pixel out of the image: stop (default: taken as they are), "
     "fix "
     "(cut at its edge)"},
    {"coerce-text", 0, NULL, false,
     "a text that is new and reads as a number, true or false becomes one"},
    {"unmatched", 0, "CHOICE", false,
     "items that match no sample: report (default), fail, ignore"},
    {"unknown-classes", 0, "CHOICE", false,
     "classes that are not in the run: ignore (default, with a finding), fail"},
    {"unknown-attrs", 0, "CHOICE", false,
     "attributes that are not in the run: ignore (default, with a finding), fail"},
    {"allow-older", 0, NULL, false,
     "merge an archive although a later state of its task is merged"},
    {"media", 0, "CHOICE", false, "with -o, media files: link (default), copy, none"},
    {"report", 0, "FILE", false,
     "write the report: JSON if the name ends in .json, else text"},
    {"force", 0, NULL, false, "replace an earlier output of the same name"},
    {"json", 0, NULL, false, "the report as JSON on standard output"},
    {"max-errors", 0, "N", false,
     "lines printed of each kind of finding (default: 20)"},
    {"quiet", 'q', NULL, false, "errors only"},
    {"verbose", 'v', NULL, false, "notes too"},
    {"help", 'h', NULL, false, "this page"},
    {0},
};

static bool choose(const char *name, const char *value, const char *const *list,
                   int *choice, struct lf_error *err)
{
    for (int i = 0; list[i]; i++)
        if (!strcmp(value, list[i])) {
            *choice = i;
            return true;
        }
    return lf_fail(err, LF_E_OPTION,
                   "--%s cannot be \"%s\"; see 'labelferry help merge'", name, value);
}

static bool set_choice(struct args *a, const char *name, const char *value,
                       struct lf_error *err)
{
    static const char *const conflicts[] = {"fail", "ours", "theirs", NULL};
    static const char *const unexpected[] = {"fail", "ignore", NULL};
    static const char *const unmatched[] = {"report", "fail", "ignore", NULL};
    static const char *const attrs[] = {"ignore", "fail", NULL};
    static const char *const on_error[] = {"stop", "fix", NULL};
    static const char *const media[] = {"link", "copy", "none", NULL};
    int choice = 0;
    bool ok = true;
    if (!strcmp(name, "conflict")) {
        ok = choose(name, value, conflicts, &choice, err);
        a->job.conflict = (enum lf_choice)choice;
    } else if (!strcmp(name, "unexpected")) {
        ok = choose(name, value, unexpected, &choice, err);
        a->job.ignore_unexpected = choice == 1;
    } else if (!strcmp(name, "on-error")) {
        ok = choose(name, value, on_error, &choice, err);
        a->job.clamp = choice == 1;
    } else if (!strcmp(name, "unmatched")) {
        ok = choose(name, value, unmatched, &choice, err);
        a->job.fail_unmatched = choice == 1;
        a->job.ignore_unmatched = choice == 2;
    } else if (!strcmp(name, "unknown-classes")) {
        ok = choose(name, value, attrs, &choice, err);
        a->job.fail_class = choice == 1;
    } else if (!strcmp(name, "unknown-attrs")) {
        ok = choose(name, value, attrs, &choice, err);
        a->job.fail_attr = choice == 1;
    } else {
        ok = choose(name, value, media, &choice, err);
        a->job.media = (enum lf_media)choice;
    }
    return ok;
}

static bool set(void *user, const struct lf_option *o, const char *value, bool off,
                struct lf_error *err)
{
    struct args *a = user;
    int64_t n;
    const struct lf_cli_place places[] = {
        {"dataset", &a->job.dataset, NULL},
        {"output", &a->job.out, NULL},
        {"runs-dir", &a->job.runs_dir, NULL},
        {"report", &a->report, NULL},
        {"in-place", NULL, &a->job.in_place},
        {"dry-run", NULL, &a->job.dry_run},
        {"allow-older", NULL, &a->job.allow_older},
        {"no-convert-shapes", NULL, &a->job.keep_shapes},
        {"coerce-text", NULL, &a->job.coerce_text},
        {"force", NULL, &a->job.replace},
        {"json", NULL, &a->json},
        {"quiet", NULL, &a->quiet},
        {"verbose", NULL, &a->verbose},
        {"help", NULL, &a->help},
    };
    (void)off;
    if (lf_cli_put(places, sizeof places / sizeof *places, o, value))
        return true;
    if (strcmp(o->name, "max-errors") != 0)
        return set_choice(a, o->name, value, err);
    if (!lf_parse_int64(lf_slice_of(value), &n) || n < 0 || n > 1000000000)
        return lf_fail(err, LF_E_OPTION, "--max-errors takes a whole number");
    a->max_errors = (unsigned)n;
    return true;
}

static void balance(const struct args *a, const struct lf_merge_result *r,
                    struct lf_events *ev, struct lf_buf *out)
{
    const struct lf_counts *c = &r->counts;
    lf_buf_printf(
        out,
        "merge %s: %llu label%s = %llu kept + %llu edited + %llu added + %llu deleted "
        "+ "
        "%llu refused + %llu ignored + %llu conflict + %llu absent; items %llu of "
        "%llu; %llu finding%s%s\n",
        a->job.run, (unsigned long long)lf_counts_all(c), lf_plural(lf_counts_all(c)),
        (unsigned long long)c->kept, (unsigned long long)c->edited,
        (unsigned long long)c->added, (unsigned long long)c->deleted,
        (unsigned long long)c->refused, (unsigned long long)c->ignored,
        (unsigned long long)c->conflict, (unsigned long long)c->absent,
        (unsigned long long)r->came, (unsigned long long)r->items,
        (unsigned long long)lf_events_of(ev, LF_WARNING),
        lf_plural(lf_events_of(ev, LF_WARNING)),
        r->repeated      ? " (merged before)"
        : r->written     ? ""
        : a->job.dry_run ? " (dry run: nothing written)"
                         : " (nothing written)");
}

// ---------------------------------------------------------------------------- report

static void report_head(const struct args *a, const struct lf_merge_result *r,
                        struct lf_events *ev, const struct lf_error *err, int status,
                        struct lf_buf *out)
{
    const struct lf_counts *c = &r->counts;
    lf_buf_printf(
        out,
        "{\"labelferry\": \"%s\", \"report\": 1, \"command\": \"merge\", \"exit\": %d, "
        "\"written\": %s, \"run\": ",
        LF_VERSION, status, r->written ? "true" : "false");
    lf_json_quote(out, lf_slice_of(a->job.run), true);
    lf_buf_printf(
        out,
        ",\n \"counts\": {\"kept\": %llu, \"edited\": %llu, \"added\": %llu, "
        "\"deleted\": %llu, \"refused\": %llu, \"ignored\": %llu, \"conflict\": %llu, "
        "\"absent\": %llu, \"labels\": %llu},\n \"home\": %llu,\n \"items\": {\"run\": "
        "%llu, \"came\": "
        "%llu, "
        "\"unmatched\": %llu, \"changed\": %llu},\n \"archives\": ",
        (unsigned long long)c->kept, (unsigned long long)c->edited,
        (unsigned long long)c->added, (unsigned long long)c->deleted,
        (unsigned long long)c->refused, (unsigned long long)c->ignored,
        (unsigned long long)c->conflict, (unsigned long long)c->absent,
        (unsigned long long)lf_counts_all(c), (unsigned long long)r->home,
        (unsigned long long)r->items, (unsigned long long)r->came,
        (unsigned long long)r->unmatched, (unsigned long long)r->changed);
    lf_buf_slice(out, r->archives.len ? lf_buf_view(&r->archives) : LF_S("[]"));
    if (err->code != LF_OK) {
        char line[1024];
        lf_error_print(err, line, sizeof line);
        lf_buf_printf(
            out, ",\n \"error\": {\"code\": \"LF%04d\", \"text\": ", (int)err->code);
        lf_json_quote(out, lf_slice_of(line), true);
        lf_buf_char(out, '}');
    }
    lf_buf_text(out, ",\n \"findings\": ");
    lf_events_counts_json(ev, out);
    lf_buf_text(out, ",\n \"events\": [");
}

static bool to_stdout(void *user, struct lf_slice text, struct lf_error *err)
{
    (void)user;
    return lf_cli_print(text, err);
}

static bool to_file(void *user, struct lf_slice text, struct lf_error *err)
{
    return lf_out_write(user, text, err);
}

static bool write_json(struct lf_events *ev, struct lf_slice head,
                       bool (*write)(void *user, struct lf_slice text,
                                     struct lf_error *err),
                       void *user, struct lf_error *err)
{
    return write(user, head, err) && lf_events_json(ev, write, user, err) &&
           write(user, LF_S("]}\n"), err);
}

static bool write_report(const struct args *a, const struct lf_merge_result *r,
                         struct lf_events *ev, struct lf_slice head,
                         struct lf_error *err)
{
    struct lf_buf text = {0};
    bool json = lf_slice_ends(lf_slice_of(a->report), LF_S(".json"));
    balance(a, r, ev, &text);
    bool ok = json ? write_json(ev, head, to_file, a->to, err)
                   : lf_buf_ok(&text, err) &&
                         lf_out_write(a->to, lf_buf_view(&text), err) &&
                         lf_events_text(ev, to_file, a->to, err);
    ok = ok && lf_out_commit(a->to, true, err);
    lf_buf_done(&text);
    return ok || lf_fail_in_file(err, a->report);
}

static int finish(const struct args *a, const struct lf_merge_result *r,
                  struct lf_events *ev, const struct lf_error *stopped, int status)
{
    struct lf_buf head = {0}, line = {0};
    struct lf_error err = {0};
    report_head(a, r, ev, stopped, status, &head);
    bool ok = lf_buf_ok(&head, &err);
    ok = ok && (!a->json || write_json(ev, lf_buf_view(&head), to_stdout, NULL, &err));
    ok = ok && (!a->to || write_report(a, r, ev, lf_buf_view(&head), &err));
    if (!a->quiet && r->items) {
        balance(a, r, ev, &line);
        lf_buf_char(&line, '\0');
        (void)fputs(line.at ? line.at : "", stderr);
    }
    lf_buf_done(&head);
    lf_buf_done(&line);
    // What stopped the merge was said; that the report failed alike says nothing new.
    return ok || err.code == stopped->code ? status : lf_cli_fail(&err);
}

static bool check(struct args *a, int words, char **argv, struct lf_error *err)
{
    struct lf_merge_job *j = &a->job;
    if (words < 2)
        return lf_fail(err, LF_E_USAGE, "merge needs a run and one or more archives");
    if (j->in_place + (j->out != NULL) + j->dry_run != 1 &&
        !(j->dry_run && (j->in_place || j->out)))
        return lf_fail(err, LF_E_USAGE, "merge needs one of --in-place, -o DIR and -n");
    if (j->in_place && j->out)
        return lf_fail(err, LF_E_USAGE, "--in-place and -o exclude each other");
    if (j->out)
        j->out = lf_cli_folder(j->out, a->out);
    j->run = argv[0];
    j->archive = (const char *const *)(argv + 1);
    j->archives = (size_t)words - 1;
    return true;
}

static int run_merge(int argc, char **argv)
{
    struct args a = {.max_errors = 20, .job.dataset = "."};
    struct lf_error err = {0};
    struct lf_merge_result result = {0};
    int words = 0, status;
    bool ok = lf_cli_parse(&lf_cmd_merge, argc, argv, &words, set, &a, &err);
    if (ok && a.help)
        return lf_cli_show(&lf_cmd_merge);
    if (!ok || !check(&a, words, argv, &err) ||
        (a.report && !(a.to = lf_out_new(a.report, &err))))
        return lf_cli_fail(&err);
    struct lf_events *ev =
        lf_events_new(a.quiet ? NULL : stderr, a.max_errors, a.verbose, &err);
    ok = ev && lf_merge(&a.job, ev, &result, &err);
    lf_events_rest(ev);
    status = ok ? (lf_events_of(ev, LF_WARNING) ? 1 : 0) : lf_cli_fail(&err);
    if (ev)
        status = finish(&a, &result, ev, &err, status);
    lf_out_free(&a.to);
    lf_merge_result_done(&result);
    lf_events_free(&ev);
    return status;
}

const struct lf_command lf_cmd_merge = {
    .name = "merge",
    .args = "RUN ARCHIVE...",
    .about = "Brings annotated archives back into the dataset. RUN is a run's name, or "
             "the path of "
             "its folder. An ARCHIVE is a file, zip or folder; FIELD=ARCHIVE says "
             "which field it "
             "belongs to where that cannot be told.",
    .option = options,
    .example = "labelferry merge night_07 back.zip --dataset harbor --in-place",
    .run = run_merge,
};
