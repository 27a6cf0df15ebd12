// A run gets another name: its record, and its entry in metadata.json with the results.
#include "formats/base/relpath.h"
#include "runs/known_runs.h"
#include "runs/rekey.h"

struct renaming {
    const struct lf_runs_job *job;
    const char *from, *to;
    struct lf_known_runs known;
    struct lf_run run;
    bool record, entry, results; // what there is of it
    struct lf_run_change change;
};

static bool taken(const struct renaming *r, struct lf_error *err)
{
    const struct lf_known_runs *k = &r->known;
    const struct fo_registered *e =
        fo_registered_find(k->entry, k->entries, lf_slice_of(r->to));
    // A rename that was cut off between the dataset and a record kept elsewhere.
    bool begun = e && r->record && !r->entry && r->run.uid.len &&
                 lf_slice_eq(e->uid, r->run.uid);
    if (!lf_known_runs_has(k, lf_slice_of(r->to)) && (!e || begun))
        return false;
    lf_fail(err, LF_E_RUN_EXISTS, "there is a run \"%s\" already", r->to);
    return true;
}

static bool look(struct renaming *r, struct lf_error *err)
{
    const struct lf_known_runs *k = &r->known;
    struct lf_slice from = lf_slice_of(r->from);
    const struct fo_registered *e = fo_registered_find(k->entry, k->entries, from);
    r->record = lf_known_runs_has(k, from);
    if (r->record && !lf_known_run(k, from, &r->run, err)) {
        r->record = false;
        return false;
    }
    // An entry of another run's, under the name of our record, stays.
    r->entry = e && (!r->record || r->run.recorded || lf_slice_eq(e->uid, r->run.uid));
    r->results = r->entry && lf_known_results(k, r->from);
    if (!r->record && !r->entry)
        return lf_fail(err, LF_E_RUN_MISSING, "there is no run \"%s\"", r->from);
    return !taken(r, err);
}

// ---------------------------------------------------------------------------- files

static bool rename_record(struct renaming *r, struct lf_error *err)
{
    char from[300], to[300];
    return lf_path_printf(from, sizeof from, err, "annotations/%s", r->from) &&
           lf_path_printf(to, sizeof to, err, "annotations/%s", r->to) &&
           (!lf_known_journal(&r->known, r->job, r->from) ||
            lf_change_whole(&r->change, LF_SIDE_DATASET, from, to, err)) &&
           lf_rekey(&r->change, r->known.folder, r->from, r->to, err) &&
           lf_change_whole(&r->change, LF_SIDE_RECORD, r->from, r->to, err);
}

static bool rename_entry(struct renaming *r, struct lf_error *err)
{
    struct lf_buf text = {0};
    char from[300], to[300];
    bool ok =
        lf_path_printf(from, sizeof from, err, "annotations/%s.json", r->from) &&
        lf_path_printf(to, sizeof to, err, "annotations/%s.json", r->to) &&
        fo_registry_rename(r->known.ds.metadata, lf_slice_of(r->from),
                           lf_slice_of(r->to), &text, err) &&
        (!r->results || lf_change_whole(&r->change, LF_SIDE_DATASET, from, to, err)) &&
        lf_change_file(&r->change, LF_SIDE_DATASET, "metadata.json", lf_buf_view(&text),
                       err);
    lf_buf_done(&text);
    return ok;
}

static void report(const struct renaming *r, struct lf_buf *out)
{
    const bool dry = r->job->dry_run;
    if (r->job->json)
        lf_buf_printf(out,
                      "{\"run\": \"%s\", \"was\": \"%s\", \"record\": %s, "
                      "\"registered\": %s, \"results\": %s, \"written\": %s}\n",
                      r->to, r->from, r->record ? "true" : "false",
                      r->entry ? "true" : "false", r->results ? "true" : "false",
                      dry ? "false" : "true");
    else
        lf_buf_printf(out, "%s %s to %s:%s%s%s\n", dry ? "would rename" : "renamed",
                      r->from, r->to, r->record ? " record" : "",
                      r->entry ? " entry" : "", r->results ? " results" : "");
}

bool lf_runs_rename(const struct lf_runs_job *job, struct lf_buf *out, bool *findings,
                    struct lf_error *err)
{
    struct renaming r = {.job = job, .from = job->word[0], .to = job->word[1]};
    (void)findings;
    r.run.items_fd = r.run.base_fd = -1;
    if (!lf_run_name_check(r.to, err))
        return false;
    if (!strcmp(r.from, r.to))
        return lf_fail(err, LF_E_USAGE, "the run has that name already");
    if (!lf_known_runs_open(&r.known, job, err))
        return false;
    lf_change_begin(&r.change, job, r.from);
    bool ok = look(&r, err);
    if (ok && !job->dry_run)
        ok = (!r.entry || rename_entry(&r, err)) &&
             (!r.record || rename_record(&r, err)) && lf_change_run(&r.change, err);
    if (ok)
        report(&r, out);
    lf_change_done(&r.change);
    if (r.record)
        lf_run_done(&r.run);
    lf_known_runs_done(&r.known);
    return ok;
}
