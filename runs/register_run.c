// Writes a run into metadata.json as FiftyOne registers its own, with the samples as a
// view and the id map beside it, so that FiftyOne lists, loads, renames and deletes it.
#include <stdio.h>

#include "formats/base/json.h"
#include "formats/base/number.h"
#include "formats/table.h"
#include "runs/id_map.h"
#include "runs/known_runs.h"
#include "runs/run_change.h"

struct registering {
    const struct lf_runs_job *job;
    const char *key;
    struct lf_known_runs known;
    struct lf_run run;
    bool opened;
    const struct lf_format *format;
    const struct fo_registered *old; // NULL: not registered yet
    struct lf_run_change change;
};

static bool is_uid(struct lf_slice uid)
{
    struct lf_id low, high;
    return uid.len == 32 && lf_id_parse((struct lf_slice){uid.at, 24}, &low) &&
           lf_id_parse((struct lf_slice){uid.at + 8, 24}, &high);
}

static bool look(struct registering *r, struct lf_error *err)
{
    const struct lf_known_runs *k = &r->known;
    struct lf_slice key = lf_slice_of(r->key);
    if (!lf_known_run(k, key, &r->run, err))
        return false;
    r->opened = true;
    if (!r->run.has_base)
        return lf_fail(err, LF_E_RUN_RECORD,
                       "the record holds no base, so what was sent is not known");
    r->format = lf_format_named(r->run.format.at);
    if (!r->format || r->format->rules != r->run.rules)
        return lf_fail(err, LF_E_RUN_VERSION,
                       "the run was made by rules not known here");
    if (!is_uid(r->run.uid))
        return lf_fail(err, LF_E_RUN_RECORD, "run.json: the uid is not one of ours");
    r->old = fo_registered_find(k->entry, k->entries, key);
    if (r->old && !lf_slice_eq(r->old->uid, r->run.uid))
        return lf_fail(err, LF_E_RUN_EXISTS,
                       "the dataset has another run of that name; rename one");
    if (!r->old && lf_known_results(k, r->key))
        return lf_fail(err, LF_E_RUN_EXISTS,
                       "annotations/%s.json is there, of a run that is not registered",
                       r->key);
    return true;
}

// ---------------------------------------------------------------------------- time

static bool digits(const char *at, size_t n, int64_t least, int64_t most)
{
    int64_t v;
    for (size_t i = 0; i < n; i++)
        if (at[i] < '0' || at[i] > '9')
            return false;
    return lf_parse_int64((struct lf_slice){at, n}, &v) && v >= least && v <= most;
}

// RFC 3339: 2024-01-31T12:00:00Z, with a fraction or an offset where one is wanted.
static bool is_time(const char *t)
{
    size_t n = strlen(t);
    if (n < 20 || !digits(t, 4, 1, 9999) || t[4] != '-' || !digits(t + 5, 2, 1, 12) ||
        t[7] != '-' || !digits(t + 8, 2, 1, 31) || t[10] != 'T' ||
        !digits(t + 11, 2, 0, 23) || t[13] != ':' || !digits(t + 14, 2, 0, 59) ||
        t[16] != ':' || !digits(t + 17, 2, 0, 59))
        return false;
    const char *rest = t + 19;
    if (*rest == '.') {
        size_t k = strspn(rest + 1, "0123456789");
        if (k < 1 || k > 6)
            return false;
        rest += k + 1;
    }
    if (!strcmp(rest, "Z"))
        return true;
    return (*rest == '+' || *rest == '-') && strlen(rest) == 6 &&
           digits(rest + 1, 2, 0, 23) && rest[3] == ':' && digits(rest + 4, 2, 0, 59);
}

// There is no clock here: the time that was given, that of the entry there is, or when
// the dataset changed last before it was exported.
static void put_time(const struct registering *r, struct lf_buf *out)
{
    struct lf_slice value;
    if (r->job->time)
        lf_buf_printf(out, "{\"$date\": \"%s\"}", r->job->time);
    else if ((r->old && lf_json_get(r->old->entry, "timestamp", &value)) ||
             lf_json_get(lf_json_trim(r->known.ds.metadata), "last_modified_at",
                         &value) ||
             lf_json_get(lf_json_trim(r->known.ds.metadata), "created_at", &value))
        lf_buf_slice(out, lf_json_trim(value));
    else
        lf_buf_text(out, "{\"$date\": \"1970-01-01T00:00:00Z\"}");
}

// ---------------------------------------------------------------------------- entry

// A Select of the run's samples, JSON as a text in JSON, as FiftyOne keeps views.
static void put_view(const struct registering *r, struct lf_buf *out)
{
    lf_buf_text(out, "[\"{\\\"_cls\\\": \\\"fiftyone.core.stages.Select\\\", "
                     "\\\"kwargs\\\": [[\\\"sample_ids\\\", [");
    for (uint32_t i = 0; i < r->run.items; i++) {
        char id[25];
        lf_id_print(&r->run.item[i].id, id);
        lf_buf_printf(out, "%s\\\"%s\\\"", i ? ", " : "", id);
    }
    lf_buf_text(out, "]], [\\\"ordered\\\", false]]}\"]");
}

static void put_config(const struct registering *r, struct lf_buf *out)
{
    const struct lf_backend *b = r->format->backend;
    const char *method = b ? b->method : r->format->tool;
    lf_buf_printf(out,
                  "{\"cls\": \"%s\", \"type\": \"annotation\", \"method\": \"%s\", "
                  "\"name\": \"%s\", \"label_schema\": ",
                  b ? b->config : "fiftyone.utils.annotations.AnnotationBackendConfig",
                  method, method);
    lf_schema_write(&r->run.schema, out);
    lf_buf_text(out, ", \"media_field\": ");
    lf_json_quote(out, r->run.media_field.len ? r->run.media_field : LF_S("filepath"),
                  true);
    if (b)
        b->options(&r->run, out);
    lf_buf_text(out, ", \"labelferry_uid\": ");
    lf_json_quote(out, r->run.uid, true);
    lf_buf_char(out, '}');
}

static void put_entry(const struct registering *r, struct lf_buf *out)
{
    const char *uid = r->run.uid.at; // 32 hexadecimal digits: ids are made of them
    lf_buf_printf(out, "{\"_id\": {\"$oid\": \"%.24s\"}, \"_dataset_id\": ", uid);
    if (r->known.ds.id.len == 24) {
        lf_buf_text(out, "{\"$oid\": ");
        lf_json_quote(out, r->known.ds.id, true);
        lf_buf_char(out, '}');
    } else {
        lf_buf_text(out, "null");
    }
    lf_buf_printf(out, ", \"key\": \"%s\", \"version\": ", r->key);
    if (r->known.ds.version.len)
        lf_json_quote(out, r->known.ds.version, true);
    else
        lf_buf_text(out, "null");
    lf_buf_text(out, ", \"timestamp\": ");
    put_time(r, out);
    lf_buf_text(out, ", \"config\": ");
    put_config(r, out);
    lf_buf_text(out, ", \"view_stages\": ");
    put_view(r, out);
    lf_buf_text(out, ", \"results\": ");
    if (r->format->backend)
        lf_buf_printf(out, "{\"$oid\": \"%.24s\"}", uid + 8);
    else
        lf_buf_text(out, "null");
    lf_buf_text(out, ", \"results_meta\": {}}");
}

// ---------------------------------------------------------------------------- results

static bool write_results(struct registering *r, struct lf_error *err)
{
    const struct lf_backend *b = r->format->backend;
    char name[300];
    struct lf_buf text = {0};
    if (!b)
        return true;
    (void)snprintf(name, sizeof name, "annotations/%s.json", r->key);
    lf_buf_printf(&text, "{\"cls\": \"%s\", \"id_map\": ", b->results);
    struct lf_out *o = lf_change_out(&r->change, LF_SIDE_DATASET, name, err);
    bool ok = o && lf_buf_ok(&text, err) && lf_out_write(o, lf_buf_view(&text), err) &&
              lf_id_map(&r->run, r->format, &r->known.ds, o, err);
    lf_buf_clear(&text);
    b->tasks(&r->run, &text);
    lf_buf_text(&text, "}");
    ok = ok && lf_buf_ok(&text, err) && lf_out_write(o, lf_buf_view(&text), err) &&
         lf_change_seal(&r->change, LF_SIDE_DATASET, name, &o, err);
    lf_out_free(&o);
    lf_buf_done(&text);
    return ok;
}

static bool write_all(struct registering *r, struct lf_error *err)
{
    struct lf_buf entry = {0}, text = {0};
    put_entry(r, &entry);
    bool ok = lf_buf_ok(&entry, err) &&
              lf_json_check(lf_buf_view(&entry), (struct lf_json_rules){0}, 0, err) &&
              fo_registry_put(r->known.ds.metadata, lf_slice_of(r->key),
                              lf_buf_view(&entry), &text, err);
    if (ok && !r->job->dry_run)
        ok = write_results(r, err) &&
             lf_change_file(&r->change, LF_SIDE_DATASET, "metadata.json",
                            lf_buf_view(&text), err) &&
             lf_change_run(&r->change, err);
    lf_buf_done(&entry);
    lf_buf_done(&text);
    return ok;
}

bool lf_runs_register(const struct lf_runs_job *job, struct lf_buf *out, bool *findings,
                      struct lf_error *err)
{
    struct registering r = {.job = job, .key = job->word[0]};
    (void)findings;
    if (!lf_run_name_check(r.key, err))
        return false;
    if (job->time && !is_time(job->time))
        return lf_fail(err, LF_E_OPTION, "--time takes a time as 2024-01-31T12:00:00Z");
    if (!job->dataset)
        return lf_fail(err, LF_E_USAGE, "runs register needs --dataset");
    if (!lf_known_runs_open(&r.known, job, err))
        return false;
    lf_change_begin(&r.change, job, r.key);
    bool ok = look(&r, err) && write_all(&r, err);
    if (ok && job->json)
        lf_buf_printf(out, "{\"run\": \"%s\", \"again\": %s, \"written\": %s}\n", r.key,
                      r.old ? "true" : "false", job->dry_run ? "false" : "true");
    else if (ok)
        lf_buf_printf(out, "%s %s%s\n", job->dry_run ? "would register" : "registered",
                      r.key, r.old ? " again" : "");
    lf_change_done(&r.change);
    if (r.opened)
        lf_run_done(&r.run);
    lf_known_runs_done(&r.known);
    return ok;
}
