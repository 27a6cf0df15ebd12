#include "merge/merge_report.h"

#include <stdio.h>

#include "formats/base/cli.h"
#include "formats/base/json.h"

static void balance(const struct lf_merge_args *a, const struct lf_merge_result *r,
                    struct lf_events *ev, struct lf_buf *out)
{
    const struct lf_counts *c = &r->counts;
    uint64_t findings = lf_events_of(ev, LF_WARNING) + lf_events_of(ev, LF_ERROR);
    char damaged[40] = "";
    if (r->damaged)
        snprintf(damaged, sizeof damaged, ", %llu damaged",
                 (unsigned long long)r->damaged);
    lf_buf_slice(out, lf_buf_view(&r->field_lines));
    lf_buf_printf(
        out,
        "merge %s: %llu label%s = %llu kept + %llu edited + %llu added + %llu deleted "
        "+ "
        "%llu refused + %llu ignored + %llu conflict + %llu absent; items %llu of "
        "%llu%s; %llu finding%s%s\n",
        a->job.run, (unsigned long long)lf_counts_all(c), lf_plural(lf_counts_all(c)),
        (unsigned long long)c->kept, (unsigned long long)c->edited,
        (unsigned long long)c->added, (unsigned long long)c->deleted,
        (unsigned long long)c->refused, (unsigned long long)c->ignored,
        (unsigned long long)c->conflict, (unsigned long long)c->absent,
        (unsigned long long)r->came, (unsigned long long)r->items, damaged,
        (unsigned long long)findings, lf_plural(findings),
        r->repeated      ? " (merged before)"
        : r->written     ? ""
        : a->job.dry_run ? " (dry run: nothing written)"
                         : " (nothing written)");
}

// ---------------------------------------------------------------------------- report

// What stayed out, by type, and what would keep it.
static void report_unexpected(const struct lf_merge_result *r, struct lf_buf *out)
{
    const uint64_t *count = r->counts.unexpected;
    bool any = false;
    lf_buf_text(out, ",\n \"unexpected\": {");
    for (int t = 0; t <= LF_RT_NONE; t++)
        if (count[t]) {
            lf_buf_printf(out, "%s\"%s\": %llu", any ? ", " : "",
                          lf_return_type_name((enum lf_return_type)t),
                          (unsigned long long)count[t]);
            any = true;
        }
    lf_buf_char(out, '}');
    if (r->keep.len) {
        lf_buf_text(out, ", \"unexpected_field\": ");
        lf_json_quote(out, lf_buf_view(&r->keep), true);
    }
}

static void report_head(const struct lf_merge_args *a, const struct lf_merge_result *r,
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
        "\"unmatched\": %llu, \"damaged\": %llu, \"removed\": "
        "%llu, \"changed\": %llu}",
        (unsigned long long)c->kept, (unsigned long long)c->edited,
        (unsigned long long)c->added, (unsigned long long)c->deleted,
        (unsigned long long)c->refused, (unsigned long long)c->ignored,
        (unsigned long long)c->conflict, (unsigned long long)c->absent,
        (unsigned long long)lf_counts_all(c), (unsigned long long)r->home,
        (unsigned long long)r->items, (unsigned long long)r->came,
        (unsigned long long)r->unmatched, (unsigned long long)r->damaged,
        (unsigned long long)r->removed, (unsigned long long)r->changed);
    lf_buf_text(out, ",\n \"fields\": ");
    lf_buf_slice(out, r->fields.len ? lf_buf_view(&r->fields) : LF_S("{}"));
    lf_buf_printf(out, ", \"no_field\": %llu", (unsigned long long)r->no_field);
    report_unexpected(r, out);
    lf_buf_text(out, ",\n \"archives\": ");
    lf_buf_slice(out, r->archives.len ? lf_buf_view(&r->archives) : LF_S("[]"));
    if (r->dest_fields.len) {
        lf_buf_text(out, ",\n \"dest_fields\": ");
        lf_buf_slice(out, lf_buf_view(&r->dest_fields));
    }
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

static bool write_report(const struct lf_merge_args *a, const struct lf_merge_result *r,
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

int lf_merge_finish(const struct lf_merge_args *a, const struct lf_merge_result *r,
                    struct lf_events *ev, const struct lf_error *stopped, int status)
{
    struct lf_buf head = {0}, line = {0};
    struct lf_error err = {0};
    report_head(a, r, ev, stopped, status, &head);
    bool ok = lf_buf_ok(&head, &err);
    ok = ok && (!a->json || write_json(ev, lf_buf_view(&head), to_stdout, NULL, &err));
    ok = ok && (!a->to || write_report(a, r, ev, lf_buf_view(&head), &err));
    if (!a->quiet && r->keep.len)
        (void)fprintf(stderr, "to keep them: --unexpected-field %.*s\n",
                      (int)r->keep.len, r->keep.at);
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
