#include "convert/cmd_export.h"

#include <stdio.h>

#include "convert/export.h"
#include "convert/out_media.h"
#include "formats/base/json.h"
#include "formats/base/number.h"
#include "formats/table.h"

enum { MOST_LIST = 256 };

struct args {
    struct lf_export_job job;
    const char *field[MOST_LIST], *read_only[MOST_LIST];
    char out[4096];
    bool quiet, verbose, json, help;
    unsigned max_errors;
};

static const struct lf_option options[] = {
    {"output", 'o', "DIR", false,
     "the folder to make for the person on the other side"},
    {"run", 0, "NAME", false,
     "name of the run, a Python identifier (default: tool_field)"},
    {"to", 't', "TOOL", false,
     "the annotation tool (default: the first that can be written)"},
    {"field", 0, "F[:TYPE]", false,
     "a field to annotate; may be repeated. TYPE is " LF_FIELD_TYPES
     "; one that exists has its own, and boxes may be asked for as instances, polygons "
     "as polylines. A new field needs TYPE and --classes or --mask-targets"},
    {"schema", 0, "FILE", false,
     "a label schema in FiftyOne's form, for all fields at once"},
    {"classes", 0, "A,B", false,
     "classes, @FIELD for those of another field, or 'dataset' for the stored ones "
     "(default: "
     "those seen in the labels)"},
    {"attributes", 0, "LIST", false,
     "names, 'all' (default), 'none', or JSON as in a label schema"},
    {"mask-targets", 0, "JSON|FILE", false,
     "names of a segmentation's values, as {\"1\": \"cat\"}, {\"#ff0000\": \"cat\"} or "
     "[\"cat\"] (default: the dataset's, else 1 to 255)"},
    {"infer-select", 0, "N", false,
     "attributes with at most N different values become selects (default: 0, none)"},
    {"occluded-attr", 0, "ATTR", false,
     "the attribute that is the tool's flag 'occluded' (default: a bool named "
     "occluded)"},
    {"group-id-attr", 0, "ATTR", false,
     "the attribute that is the tool's group number (default: whole numbers named "
     "group_id)"},
    {"read-only", 0, "ATTR", false,
     "an attribute that may be seen but not changed; may be repeated"},
    {"allow-additions", 0, NULL, true, "new labels (default: yes)"},
    {"allow-deletions", 0, NULL, true, "deleted labels (default: yes)"},
    {"allow-label-edits", 0, NULL, true, "changed classes (default: yes)"},
    {"allow-spatial-edits", 0, NULL, true,
     "moved, resized and turned shapes (default: yes)"},
    {"allow-index-edits", 0, NULL, true, "changed track numbers (default: yes)"},
    {"as", 0, "CHOICE", false,
     "labels as predictions (default), which a person confirms, or as annotations, "
     "where "
     "the tool has both"},
    {"mask-codec", 0, "CHOICE", false,
     "masks in the tool's brush code (default), or bitmask: as pictures inside the "
     "task "
     "file, where the tool has both"},
    {"media", 0, "CHOICE", false,
     "copy (default): images into media.zip, or into the folder media/ for a tool that "
     "finds them by their addresses; there also link (hard links) and embed (inside "
     "the "
     "task file); none"},
    {"media-url", 0, "TEMPLATE", false,
     "addresses of the images, with {path} and {run}, as https://host/{path}, for "
     "tools "
     "that have them"},
    {"media-field", 0, "F", false,
     "a text field that names other images, sent instead of those of filepath; of the "
     "originals nothing is sent"},
    {"media-root", 0, "DIR", false,
     "where images are that do not lie in the dataset's folder; absolute paths must "
     "lead there"},
    {"follow-links", 0, NULL, false, "read images through symbolic links"},
    {"on-error", 0, "CHOICE", false,
     "samples without media or size, or with labels that cannot be read, all of them "
     "are "
     "listed: stop (default), skip (they are left out of the run)"},
    {"task-size", 0, "N", false, "at most N images a task (default: all in one)"},
    {"max-archive-bytes", 0, "SIZE", false,
     "at most so many bytes a task file, K, M and G for 1024 (default: what the tool's "
     "server takes)"},
    {"max-archive-files", 0, "N", false, "at most N images a task file"},
    {"segment-size", 0, "N", false,
     "at most N images a job of the tool (default: a task is one job)"},
    {"task-assignee", 0, "A[,B]", false,
     "who is to have the tasks; several names take turns"},
    {"job-assignees", 0, "A,B", false,
     "who is to have the jobs; names take turns, anew in each task"},
    {"job-reviewers", 0, "A,B", false, "who is to review them, likewise"},
    {"task-name", 0, "NAME", false,
     "name of the tasks (default: FiftyOne_DATASET_FIELD)"},
    {"id-attr", 0, "NAME", false,
     "the attribute that carries label ids (default: label_id)"},
    {"runs-dir", 0, "DIR", false,
     "where run records are kept (default: the dataset's annotations/)"},
    {"dry-run", 'n', NULL, false, "do everything but write"},
    {"force", 0, NULL, false, "replace an earlier output of the same name"},
    {"json", 0, NULL, false, "one JSON document on standard output when done"},
    {"max-errors", 0, "N", false,
     "lines printed of each kind of finding (default: 20)"},
    {"quiet", 'q', NULL, false, "errors only"},
    {"verbose", 'v', NULL, false,
     "notes too: what stays at home, what travels under another name"},
    {"help", 'h', NULL, false, "this page"},
    {0},
};

static bool right(struct args *a, const char *name, bool off)
{
    static const struct {
        const char *name;
        unsigned right;
    } rows[] = {
        {"allow-additions", LF_MAY_ADD},       {"allow-deletions", LF_MAY_DELETE},
        {"allow-label-edits", LF_MAY_RELABEL}, {"allow-spatial-edits", LF_MAY_MOVE},
        {"allow-index-edits", LF_MAY_REINDEX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(name, rows[i].name)) {
            a->job.rights_given |= rows[i].right;
            a->job.rights =
                off ? a->job.rights & ~rows[i].right : a->job.rights | rows[i].right;
            return true;
        }
    return false;
}

static bool number(const char *text, int64_t most, int64_t *out, const char *name,
                   struct lf_error *err)
{
    return (lf_parse_int64(lf_slice_of(text), out) && *out >= 0 && *out <= most) ||
           lf_fail(err, LF_E_OPTION, "--%s takes a whole number", name);
}

static bool push(const char **list, size_t *count, const char *value,
                 struct lf_error *err)
{
    if (*count >= MOST_LIST)
        return lf_fail(err, LF_E_OPTION, "an option is repeated too often");
    list[(*count)++] = value;
    return true;
}

static bool set_tool(struct args *a, const char *value, struct lf_error *err)
{
    char known[120] = "";
    a->job.format = lf_format_named(value);
    if (a->job.format && a->job.format->begin)
        return true;
    for (size_t i = 0; lf_formats[i]; i++)
        if (lf_formats[i]->begin)
            snprintf(known + strlen(known), sizeof known - strlen(known), " %s",
                     lf_formats[i]->tool);
    return lf_fail(err, LF_E_OPTION, "--to %s: this version writes for%s", value,
                   known);
}

static bool set_number(struct args *a, const char *name, const char *value,
                       struct lf_error *err)
{
    int64_t n;
    if (!number(value, 1000000000, &n, name, err))
        return false;
    if (!strcmp(name, "task-size"))
        a->job.task_size = (uint32_t)n;
    else if (!strcmp(name, "segment-size"))
        a->job.segment_size = (uint32_t)n;
    else if (!strcmp(name, "max-archive-files"))
        a->job.how.most_items = (uint32_t)n;
    else if (!strcmp(name, "infer-select"))
        a->job.select_most = (uint32_t)n;
    else
        a->max_errors = (unsigned)n;
    return true;
}

static bool set_media(struct args *a, const char *value, struct lf_error *err)
{
    static const char *const words[] = {"copy", "link", "embed", "none"};
    for (int i = 0; i < 4; i++)
        if (!strcmp(value, words[i])) {
            a->job.media = (enum lf_send)i;
            return true;
        }
    return lf_fail(err, LF_E_OPTION, "--media takes copy, link, embed or none");
}

static bool set_as(struct args *a, const char *value, struct lf_error *err)
{
    a->job.as_given = true;
    a->job.how.annotations = !strcmp(value, "annotations");
    return a->job.how.annotations || !strcmp(value, "predictions") ||
           lf_fail(err, LF_E_OPTION, "--as takes predictions or annotations");
}

static bool set_codec(struct args *a, const char *value, struct lf_error *err)
{
    a->job.codec_given = true;
    a->job.how.bitmask = !strcmp(value, "bitmask");
    return a->job.how.bitmask || !strcmp(value, "brush") ||
           lf_fail(err, LF_E_OPTION, "--mask-codec takes brush or bitmask");
}

static bool set_on_error(struct args *a, const char *value, struct lf_error *err)
{
    a->job.skip_damaged = !strcmp(value, "skip");
    return a->job.skip_damaged || !strcmp(value, "stop") ||
           lf_fail(err, LF_E_OPTION, "--on-error takes stop or skip");
}

// "200M": sizes are of 1024.
static bool set_bytes(struct args *a, const char *value, struct lf_error *err)
{
    static const char units[] = "KMG";
    struct lf_slice digits = lf_slice_of(value);
    const char *unit = digits.len ? strchr(units, digits.at[digits.len - 1]) : NULL;
    int shift = unit ? 10 * (int)(unit - units + 1) : 0;
    int64_t n;
    digits.len -= unit != NULL;
    if (!lf_parse_int64(digits, &n) || n < 1 || n > INT64_MAX >> shift)
        return lf_fail(err, LF_E_OPTION, "--max-archive-bytes takes a size, as 200M");
    a->job.how.most_bytes = (uint64_t)n << shift;
    return true;
}

static bool set_word(struct args *a, const char *name, const char *value, bool *taken,
                     struct lf_error *err)
{
    static const struct {
        const char *name;
        bool (*set)(struct args *a, const char *value, struct lf_error *err);
    } rows[] = {
        {"to", set_tool},
        {"media", set_media},
        {"as", set_as},
        {"mask-codec", set_codec},
        {"on-error", set_on_error},
        {"max-archive-bytes", set_bytes},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(name, rows[i].name)) {
            *taken = true;
            return rows[i].set(a, value, err);
        }
    *taken = false;
    return true;
}

static bool set(void *user, const struct lf_option *o, const char *value, bool off,
                struct lf_error *err)
{
    struct args *a = user;
    struct lf_export_job *j = &a->job;
    const struct lf_cli_place places[] = {
        {"output", &j->out, NULL},
        {"run", &j->run, NULL},
        {"schema", &j->schema_file, NULL},
        {"classes", &j->classes, NULL},
        {"attributes", &j->attributes, NULL},
        {"mask-targets", &j->mask_targets, NULL},
        {"occluded-attr", &j->occluded_attr, NULL},
        {"group-id-attr", &j->group_attr, NULL},
        {"media-root", &j->media_root, NULL},
        {"media-field", &j->media_field, NULL},
        {"media-url", &j->media_url, NULL},
        {"task-assignee", &j->who[LF_TASK_ASSIGNEE], NULL},
        {"job-assignees", &j->who[LF_JOB_ASSIGNEE], NULL},
        {"job-reviewers", &j->who[LF_JOB_REVIEWER], NULL},
        {"task-name", &j->task_name, NULL},
        {"id-attr", &j->id_attr, NULL},
        {"runs-dir", &j->runs_dir, NULL},
        {"follow-links", NULL, &j->follow_links},
        {"dry-run", NULL, &j->dry_run},
        {"force", NULL, &j->replace},
        {"json", NULL, &a->json},
        {"quiet", NULL, &a->quiet},
        {"verbose", NULL, &a->verbose},
        {"help", NULL, &a->help},
    };
    if (lf_cli_put(places, sizeof places / sizeof *places, o, value))
        return true;
    if (right(a, o->name, off))
        return true;
    bool taken;
    if (!set_word(a, o->name, value, &taken, err) || taken)
        return taken && err->code == LF_OK;
    if (!strcmp(o->name, "field"))
        return push(a->field, &j->fields, value, err);
    if (!strcmp(o->name, "read-only"))
        return push(a->read_only, &j->read_onlys, value, err);
    return set_number(a, o->name, value, err);
}

static void report(const struct args *a, const struct lf_export_result *r,
                   struct lf_events *ev, struct lf_buf *out)
{
    lf_buf_printf(
        out,
        "{\"labelferry\": \"%s\", \"report\": 1, \"command\": \"export\", \"run\": "
        "\"%s\", \"uid\": \"%s\", \"written\": %s,\n \"samples\": %llu, \"left_out\": "
        "%llu, \"tasks\": "
        "%llu, "
        "\"shipped\": %llu, \"home\": %llu,\n \"fields\": ",
        LF_VERSION, r->run, r->uid, a->job.dry_run ? "false" : "true",
        (unsigned long long)r->samples, (unsigned long long)r->left_out,
        (unsigned long long)r->tasks, (unsigned long long)r->shipped,
        (unsigned long long)r->home);
    lf_buf_slice(out, lf_buf_view(&r->fields));
    lf_buf_text(out, ",\n \"findings\": ");
    lf_events_counts_json(ev, out);
    lf_buf_text(out, "}\n");
}

static int done(const struct args *a, const struct lf_export_result *r,
                struct lf_events *ev, struct lf_error *err)
{
    struct lf_buf out = {0};
    char left[40] = "";
    if (a->json) {
        report(a, r, ev, &out);
        bool ok = lf_buf_ok(&out, err) && lf_cli_print(lf_buf_view(&out), err);
        lf_buf_done(&out);
        if (!ok)
            return lf_cli_fail(err);
    }
    if (!a->quiet && r->left.len) {
        char safe[600];
        fprintf(stderr, "left as they are: %s\n",
                lf_escape(lf_buf_view(&r->left), safe, sizeof safe));
    }
    if (r->left_out)
        snprintf(left, sizeof left, ", %llu left out", (unsigned long long)r->left_out);
    if (!a->quiet)
        fprintf(
            stderr,
            "export %s: %llu sample%s%s, %llu task%s, %llu label%s shipped, %llu at "
            "home; %llu finding%s%s\n",
            r->run, (unsigned long long)r->samples, lf_plural(r->samples), left,
            (unsigned long long)r->tasks, lf_plural(r->tasks),
            (unsigned long long)r->shipped, lf_plural(r->shipped),
            (unsigned long long)r->home,
            (unsigned long long)lf_events_of(ev, LF_WARNING),
            lf_plural(lf_events_of(ev, LF_WARNING)),
            a->job.dry_run ? " (dry run: nothing written)" : "");
    return lf_events_of(ev, LF_WARNING) ? 1 : 0;
}

static bool check(struct args *a, int words, char **argv, struct lf_export_job *j,
                  struct lf_error *err)
{
    if (words != 1)
        return lf_fail(err, LF_E_USAGE, "export needs one dataset folder");
    j->dataset = argv[0];
    if (j->media_field && !strcmp(j->media_field, "filepath"))
        j->media_field = NULL;
    if (j->out)
        j->out = lf_cli_folder(j->out, a->out);
    if (j->media_url && !lf_url_check(j->media_url, err))
        return false;
    return j->out || j->dry_run ||
           lf_fail(err, LF_E_USAGE, "export needs -o DIR, or -n");
}

static int run_export(int argc, char **argv)
{
    struct args a = {.max_errors = 20,
                     .job = {.rights = LF_MAY_ALL, .id_attr = "label_id"}};
    struct lf_error err = {0};
    struct lf_export_result result = {0};
    int words = 0, status;
    a.job.format = lf_formats[0];
    a.job.field = a.field;
    a.job.read_only = a.read_only;
    bool ok = lf_cli_parse(&lf_cmd_export, argc, argv, &words, set, &a, &err);
    if (ok && a.help)
        return lf_cli_show(&lf_cmd_export);
    if (!ok || !check(&a, words, argv, &a.job, &err))
        return lf_cli_fail(&err);
    struct lf_events *ev =
        lf_events_new(a.quiet ? NULL : stderr, a.max_errors, a.verbose, &err);
    ok = ev && lf_export(&a.job, ev, &result, &err);
    lf_events_rest(ev);
    status = ok ? done(&a, &result, ev, &err) : lf_cli_fail(&err);
    lf_export_result_done(&result);
    lf_events_free(&ev);
    return status;
}

const struct lf_command lf_cmd_export = {
    .name = "export",
    .args = "DATASET",
    .about = "Writes the labels of a dataset's fields as task files for an annotation "
             "tool, and the "
             "record of the run that brings them back.",
    .option = options,
    .example = "labelferry export harbor --field ground_truth --run night_07 -o out",
    .run = run_export,
};
