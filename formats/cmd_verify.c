// `labelferry verify`: will the tool take and show this; is what came back sound.
#include "formats/cmd_verify.h"

#include <stdio.h>
#include <sys/stat.h>

#include "formats/base/json.h"
#include "formats/base/number.h"
#include "formats/base/relpath.h"
#include "formats/label/run_place.h"
#include "formats/table.h"
#include "formats/verify_parts.h"

struct args {
    const char *run, *dataset, *runs_dir;
    unsigned most;
    bool strict, json, quiet, verbose, help;
};

static const struct lf_option options[] = {
    {"run", 0, "RUN", false,
     "the run it belongs to, by name or by its folder (default: for an export, the run "
     "that travels with it)"},
    {"dataset", 0, "DIR", false,
     "the dataset that holds the run (default: the current folder)"},
    {"runs-dir", 0, "DIR", false, "where run records are kept"},
    {"strict", 0, NULL, false,
     "findings are errors: the exit status is that of their family, not 1"},
    {"max-errors", 0, "N", false,
     "lines printed of each kind of finding (default: 20)"},
    {"json", 0, NULL, false, "as JSON"},
    {"quiet", 'q', NULL, false, "only the exit status"},
    {"verbose", 'v', NULL, false, "notes too"},
    {"help", 'h', NULL, false, "this page"},
    {0},
};

static bool set(void *user, const struct lf_option *o, const char *value, bool off,
                struct lf_error *err)
{
    struct args *a = user;
    const struct lf_cli_place places[] = {
        {"run", &a->run, NULL},           {"dataset", &a->dataset, NULL},
        {"runs-dir", &a->runs_dir, NULL}, {"strict", NULL, &a->strict},
        {"json", NULL, &a->json},         {"quiet", NULL, &a->quiet},
        {"verbose", NULL, &a->verbose},   {"help", NULL, &a->help},
    };
    int64_t n;
    (void)off;
    if (lf_cli_put(places, sizeof places / sizeof *places, o, value))
        return true;
    if (!lf_parse_int64(lf_slice_of(value), &n) || n < 0 || n > 1000000000)
        return lf_fail(err, LF_E_OPTION, "--max-errors takes a whole number");
    a->most = (unsigned)n;
    return true;
}

// ---------------------------------------------------------------------------- the run

static bool is_there(const char *folder, const char *name)
{
    char path[4300];
    struct stat st;
    struct lf_error err = {0};
    return lf_path_join(path, sizeof path, folder, name, &err) && stat(path, &st) == 0;
}

// The folder that export made: `path`, or one above it. Empty: none.
static bool find_export(const char *path, char folder[4200], struct lf_error *err)
{
    if (!lf_path_printf(folder, 4200, err, "%s", path))
        return false;
    for (int level = 0; level < 3; level++) {
        if (is_there(folder, LF_SUMS) && is_there(folder, "run/run.json"))
            return true;
        char *slash = strrchr(folder, '/');
        if (slash == folder)
            break;
        if (slash)
            *slash = '\0';
        else if (strcmp(folder, ".") != 0)
            memcpy(folder, ".", 2);
        else
            break;
    }
    folder[0] = '\0';
    return true;
}

static bool try_below(const char *folder, const char *name, struct lf_run *run,
                      bool *found, struct lf_error *err)
{
    char path[4300];
    return *found || (lf_path_join(path, sizeof path, folder, name, err) &&
                      lf_run_try(run, path, found, err));
}

static bool find_named(const struct args *a, const char *export, struct lf_run *run,
                       bool *found, struct lf_error *err)
{
    char runs[4200];
    const bool name = !strchr(a->run, '/') && lf_run_key_ok(lf_slice_of(a->run));
    if (!name)
        return lf_run_try(run, a->run, found, err);
    if (a->runs_dir && !try_below(a->runs_dir, a->run, run, found, err))
        return false;
    if (!lf_runs_folder(a->dataset, NULL, runs, err) ||
        !try_below(runs, a->run, run, found, err))
        return false;
    if (!*found && export[0]) {
        if (!try_below(export, "run", run, found, err))
            return false;
        if (*found && !lf_slice_is(run->key, a->run)) {
            lf_run_done(run);
            *found = false;
        }
    }
    return true;
}

// *found false: none was asked for, and none travels with it.
static bool find_run(const struct args *a, const char *export, struct lf_run *run,
                     bool *found, struct lf_error *err)
{
    *found = false;
    if (!a->run)
        return !export[0] || try_below(export, "run", run, found, err);
    return find_named(a, export, run, found, err) &&
           (*found || lf_fail(err, LF_E_RUN_MISSING, "there is no run \"%s\"", a->run));
}

// ---------------------------------------------------------------------------- a path

struct checked {
    const char *path, *format; // NULL: it was not found out
    uint64_t listed;           // files of an export's sums
    bool sums;
};

// A format that has a way of its own knows its files best, also those that are no
// archive.
static bool verify_as(const struct lf_tree *t, const struct lf_run *run,
                      struct checked *c, struct lf_events *ev, struct lf_error *err)
{
    const struct lf_format *f = NULL;
    char name[64];
    if (c->sums && run &&
        lf_path_printf(name, sizeof name, err, "%.*s", (int)run->format.len,
                       run->format.at))
        f = lf_format_named(name);
    if (!f && !lf_format_of(t, &f, err) && err->code != LF_E_ARCHIVE)
        return false;
    struct lf_error none = *err;
    for (size_t i = 0; !f && lf_formats[i]; i++) {
        if (!lf_formats[i]->verify)
            continue;
        lf_error_clear(err);
        c->format = lf_formats[i]->name;
        if (lf_formats[i]->verify(t, run, ev, err) || err->code != LF_E_ARCHIVE)
            return err->code == LF_OK;
        c->format = NULL;
    }
    if (!f) {
        *err = none;
        return false;
    }
    lf_error_clear(err);
    c->format = f->name;
    return f->verify ? f->verify(t, run, ev, err) : lf_verify_read(f, t, run, ev, err);
}

static bool verify_path(const struct args *a, struct checked *c, struct lf_events *ev,
                        struct lf_error *err)
{
    char export[4200];
    struct lf_run run = {0};
    bool found = false;
    size_t at;
    if (!find_export(c->path, export, err) || !find_run(a, export, &run, &found, err))
        return false;
    struct lf_tree *t = lf_tree_open(c->path, err);
    c->sums = t && lf_tree_find(t, LF_SUMS, &at);
    bool ok = t && (!c->sums || lf_verify_sums(t, &c->listed, ev, err)) &&
              verify_as(t, found ? &run : NULL, c, ev, err);
    lf_tree_free(&t);
    if (found)
        lf_run_done(&run);
    return ok;
}

// ---------------------------------------------------------------------------- status

static int worse(int a, int b)
{
    static const int order[] = {70, 10, 8, 7, 4, 9, 6, 5, 3, 75, 2, 1};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return a ? a : b;
}

static int status_of(const struct args *a, const struct lf_events *ev)
{
    const struct lf_code_row *row;
    int status = 0;
    for (size_t i = 0; (row = lf_code_at(i)); i++) {
        if (!lf_events_count(ev, row->code) || row->severity < LF_WARNING)
            continue;
        bool stops = row->severity == LF_ERROR || a->strict;
        status = worse(status, stops ? lf_code_exit(row->code) : 1);
    }
    return status;
}

// What a path ends with is a finding like the others: the next path is looked at.
static bool tell_failure(const struct lf_error *failed, const char *path,
                         struct lf_events *ev, struct lf_error *err)
{
    struct lf_event e = {.code = failed->code,
                         .file = lf_slice_of(failed->file[0] ? failed->file : path),
                         .line = failed->line,
                         .offset = failed->offset,
                         .text = lf_slice_of(failed->what)};
    return lf_events_add(ev, &e, err);
}

// ---------------------------------------------------------------------------- output

static bool write_piece(void *user, struct lf_slice text, struct lf_error *err)
{
    (void)user;
    return lf_cli_print(text, err);
}

static bool print(struct lf_buf *out, struct lf_error *err)
{
    bool ok = lf_buf_ok(out, err) && lf_cli_print(lf_buf_view(out), err);
    lf_buf_done(out);
    return ok;
}

static bool put_json(const struct checked *c, struct lf_events *ev, int status,
                     bool first, struct lf_error *err)
{
    struct lf_buf out = {0}, end = {0};
    lf_buf_text(&out, first ? "\n {\"path\": " : ",\n {\"path\": ");
    lf_json_quote(&out, lf_slice_of(c->path), true);
    if (c->format)
        lf_buf_printf(&out, ", \"format\": \"%s\"", c->format);
    if (c->sums)
        lf_buf_printf(&out, ", \"files\": %llu", (unsigned long long)c->listed);
    lf_buf_printf(&out, ", \"status\": %d, \"counts\": ", status);
    lf_events_counts_json(ev, &out);
    lf_buf_text(&out, ", \"findings\": [");
    lf_buf_text(&end, "]}");
    return print(&out, err) && lf_events_json(ev, write_piece, NULL, err) &&
           print(&end, err);
}

static bool put_text(const struct checked *c, const struct lf_events *ev,
                     struct lf_error *err)
{
    struct lf_buf out = {0};
    char safe[400];
    uint64_t found = lf_events_of(ev, LF_WARNING) + lf_events_of(ev, LF_ERROR);
    lf_buf_printf(&out, "%s: ", lf_escape(lf_slice_of(c->path), safe, sizeof safe));
    if (c->format)
        lf_buf_printf(&out, "%s, ", c->format);
    if (c->sums)
        lf_buf_printf(&out, "%llu file%s listed, ", (unsigned long long)c->listed,
                      lf_plural(c->listed));
    if (found)
        lf_buf_printf(&out, "%llu finding%s\n", (unsigned long long)found,
                      lf_plural(found));
    else
        lf_buf_text(&out, "nothing found\n");
    return print(&out, err);
}

static bool verify_one(const struct args *a, const char *path, bool first, int *status,
                       struct lf_error *err)
{
    struct checked c = {.path = path};
    struct lf_error failed = {0};
    struct lf_events *ev =
        lf_events_new(a->quiet ? NULL : stderr, a->most, a->verbose, err);
    bool ok = ev != NULL;
    if (ok && !verify_path(a, &c, ev, &failed))
        ok = tell_failure(&failed, path, ev, err);
    int one = ok ? status_of(a, ev) : 0;
    if (ok && !a->quiet)
        lf_events_rest(ev);
    if (ok && a->json)
        ok = put_json(&c, ev, one, first, err);
    else if (ok && !a->quiet)
        ok = put_text(&c, ev, err);
    *status = worse(*status, one);
    lf_events_free(&ev);
    return ok;
}

static bool verify_all(const struct args *a, char **path, int paths, int *status,
                       struct lf_error *err)
{
    struct lf_buf out = {0};
    bool ok = !a->json || lf_cli_print(LF_S("{\"verify\": ["), err);
    for (int i = 0; ok && i < paths; i++)
        ok = verify_one(a, path[i], i == 0, status, err);
    if (!ok || !a->json)
        return ok;
    lf_buf_printf(&out, "],\n \"status\": %d}\n", *status);
    return print(&out, err);
}

static int run_verify(int argc, char **argv)
{
    struct args a = {.dataset = ".", .most = 20};
    struct lf_error err = {0};
    int words = 0, status = 0;
    bool ok = lf_cli_parse(&lf_cmd_verify, argc, argv, &words, set, &a, &err);
    if (ok && a.help)
        return lf_cli_show(&lf_cmd_verify);
    if (ok && !words)
        ok = lf_fail(&err, LF_E_USAGE,
                     "verify needs an export or an archive that came back");
    ok = ok && verify_all(&a, argv, words, &status, &err);
    return ok ? status : lf_cli_fail(&err);
}

const struct lf_command lf_cmd_verify = {
    .name = "verify",
    .args = "PATH...",
    .about = "Says whether the receiving tool will take and show an export, and "
             "whether an archive that came back is sound. PATH is what export made, "
             "one of its tasks, a file of tasks, a labeling config, or an archive. "
             "Exit status: 0 nothing was found, 1 findings, 4 something is damaged, "
             "10 a file of the export was changed.",
    .option = options,
    .example = "labelferry verify out",
    .run = run_verify,
};
