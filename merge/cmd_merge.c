#include "merge/cmd_merge.h"

#include "formats/base/number.h"
#include "merge/merge_report.h"

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
    {"dest-field", 0, "[OLD=]NEW", false,
     "put what would become of the run's field OLD into the field NEW and leave OLD "
     "as it is; may be repeated, or a list with commas. NEW alone if the run has one "
     "field"},
    {"conflict", 0, "CHOICE", false,
     "labels edited on both sides: fail (default), ours, theirs"},
    {"pick", 0, "CHOICE", false,
     "archives that disagree about a label: fail (default), latest, annotator=NAME, "
     "all (both versions)"},
    {"accept", 0, "LIST", false,
     "take also work that was not handed in: skipped, drafts, predictions; with "
     "commas"},
    {"rematch", 0, "iou:T", false,
     "name new shapes that overlap a vanished label by T (0.1 to 1) or more; nothing "
     "is "
     "done about them"},
    {"proposals", 0, "FILE", false,
     "write what is open, rematches and conflicts, to be filled in"},
    {"decisions", 0, "FILE", false, "such a file, filled in"},
    {"unexpected", 0, "CHOICE", false,
     "shapes the field does not hold: fail (default), ignore, keep (in a field named "
     "after their type), return=FILE (as JSON)"},
    {"unexpected-field", 0, "TYPE=FIELD,...", false,
     "keep these types (classifications, detections, keypoints, polylines) in these "
     "fields; the others are left out, or as --unexpected says"},
    {"no-convert-shapes", 0, NULL, false,
     "shapes of a kind next to the field's (a polygon among instances) are unexpected"},
    {"on-error", 0, "CHOICE", false,
     "damaged items, all of them are listed: stop (default), skip (they are left out "
     "whole), fix (stop, and shapes up to half a pixel out of the image are cut at its "
     "edge)"},
    {"tag-removed", 0, "TAG", false,
     "a tag for samples whose image was removed in the tool; their labels stay"},
    {"coerce-text", 0, NULL, false,
     "a text that is new and reads as a number, true or false becomes one"},
    {"unmatched", 0, "CHOICE", false,
     "items that match no sample: report (default), fail, ignore"},
    {"unknown-classes", 0, "CHOICE", false,
     "classes that are not in the run: ignore (default, with a finding), fail, keep"},
    {"unknown-attrs", 0, "CHOICE", false,
     "attributes that are not in the run: ignore (default, with a finding), fail, keep "
     "(as text)"},
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

static bool set_choice(struct lf_merge_args *a, const char *name, const char *value,
                       struct lf_error *err)
{
    static const char *const conflicts[] = {"fail", "ours", "theirs", NULL};
    static const char *const unexpected[] = {"fail", "ignore", "keep", NULL};
    static const char *const unmatched[] = {"report", "fail", "ignore", NULL};
    static const char *const unknown[] = {"ignore", "fail", "keep", NULL};
    static const char *const on_error[] = {"stop", "skip", "fix", NULL};
    static const char *const media[] = {"link", "copy", "none", NULL};
    int choice = 0;
    bool ok = true;
    if (!strcmp(name, "conflict")) {
        ok = choose(name, value, conflicts, &choice, err);
        a->job.conflict = (enum lf_choice)choice;
    } else if (!strcmp(name, "unexpected")) {
        static const enum lf_fate fates[] = {LF_FATE_FAIL, LF_FATE_IGNORE,
                                             LF_FATE_KEEP};
        a->fate_given = true;
        a->job.returned = NULL;
        if (!strncmp(value, "return=", 7) && value[7]) {
            a->job.returned = value + 7;
            a->job.unexpected.fate = LF_FATE_RETURN;
            return true;
        }
        ok = choose(name, value, unexpected, &choice, err);
        a->job.unexpected.fate = fates[choice];
    } else if (!strcmp(name, "unexpected-field")) {
        ok = lf_unexpected_fields(value, &a->job.unexpected, err);
        a->fields_given = true;
    } else if (!strcmp(name, "on-error")) {
        ok = choose(name, value, on_error, &choice, err);
        a->job.skip_damaged = choice == 1;
        a->job.clamp = choice == 2;
    } else if (!strcmp(name, "unmatched")) {
        ok = choose(name, value, unmatched, &choice, err);
        a->job.fail_unmatched = choice == 1;
        a->job.ignore_unmatched = choice == 2;
    } else if (!strcmp(name, "unknown-classes")) {
        ok = choose(name, value, unknown, &choice, err);
        a->job.fail_class = choice == 1;
        a->job.keep_classes = choice == 2;
    } else if (!strcmp(name, "unknown-attrs")) {
        ok = choose(name, value, unknown, &choice, err);
        a->job.fail_attr = choice == 1;
        a->job.keep_attrs = choice == 2;
    } else {
        ok = choose(name, value, media, &choice, err);
        a->job.media = (enum lf_media)choice;
    }
    return ok;
}

static bool set_accept(struct lf_merge_args *a, const char *value, struct lf_error *err)
{
    static const char *const states[] = {"skipped", "drafts", "predictions"};
    a->job.accept = 0;
    for (const char *p = value;; p++) {
        size_t n = strcspn(p, ","), i = 0;
        while (i < 3 && (strlen(states[i]) != n || memcmp(states[i], p, n) != 0))
            i++;
        if (i == 3)
            return lf_fail(err, LF_E_OPTION,
                           "--accept takes skipped, drafts and predictions");
        a->job.accept |= 1u << i;
        p += n;
        if (!*p)
            return true;
    }
}

static bool set_pick(struct lf_merge_args *a, const char *value, struct lf_error *err)
{
    static const char *const by[] = {"fail", "latest", "all", NULL};
    static const char named[] = "annotator=";
    int choice = 0;
    if (!strncmp(value, named, sizeof named - 1) && value[sizeof named - 1]) {
        a->job.pick =
            (struct lf_pick){LF_PICK_ANNOTATOR, lf_slice_of(value + sizeof named - 1)};
        return true;
    }
    if (!choose("pick", value, by, &choice, err))
        return false;
    a->job.pick = (struct lf_pick){.by = (enum lf_pick_by)choice};
    return true;
}

static bool set_rematch(struct lf_merge_args *a, const char *value,
                        struct lf_error *err)
{
    return (!strncmp(value, "iou:", 4) &&
            lf_parse_double(lf_slice_of(value + 4), &a->job.rematch) &&
            a->job.rematch >= 0.1 && a->job.rematch <= 1) ||
           lf_fail(err, LF_E_OPTION, "--rematch takes iou:T with T from 0.1 to 1");
}

static bool set(void *user, const struct lf_option *o, const char *value, bool off,
                struct lf_error *err)
{
    struct lf_merge_args *a = user;
    int64_t n;
    const struct lf_cli_place places[] = {
        {"dataset", &a->job.dataset, NULL},
        {"output", &a->job.out, NULL},
        {"runs-dir", &a->job.runs_dir, NULL},
        {"report", &a->report, NULL},
        {"tag-removed", &a->job.tag_removed, NULL},
        {"decisions", &a->job.decisions, NULL},
        {"proposals", &a->job.proposals, NULL},
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
    if (!strcmp(o->name, "pick"))
        return set_pick(a, value, err);
    if (!strcmp(o->name, "accept"))
        return set_accept(a, value, err);
    if (!strcmp(o->name, "rematch"))
        return set_rematch(a, value, err);
    if (lf_cli_put(places, sizeof places / sizeof *places, o, value))
        return true;
    if (!strcmp(o->name, "dest-field")) {
        if (a->job.dest_fields == sizeof a->dest / sizeof *a->dest)
            return lf_fail(err, LF_E_OPTION, "--dest-field is repeated too often");
        a->dest[a->job.dest_fields++] = value;
        return true;
    }
    if (strcmp(o->name, "max-errors") != 0)
        return set_choice(a, o->name, value, err);
    if (!lf_parse_int64(lf_slice_of(value), &n) || n < 0 || n > 1000000000)
        return lf_fail(err, LF_E_OPTION, "--max-errors takes a whole number");
    a->max_errors = (unsigned)n;
    return true;
}

static bool check(struct lf_merge_args *a, int words, char **argv, struct lf_error *err)
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
    j->dest_field = a->dest;
    if (a->fields_given && !a->fate_given)
        j->unexpected.fate = LF_FATE_IGNORE; // of the types that were not named
    j->run = argv[0];
    j->archive = (const char *const *)(argv + 1);
    j->archives = (size_t)words - 1;
    return true;
}

static int run_merge(int argc, char **argv)
{
    struct lf_merge_args a = {.max_errors = 20, .job.dataset = "."};
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
        status = lf_merge_finish(&a, &result, ev, &err, status);
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
