#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/alloc.h"
#include "formats/base/commit.h"
#include "formats/base/limits.h"
#include "formats/base/relpath.h"
#include "formats/label/journal.h"
#include "merge/writing.h"

// The places of a merge's log and of what it replaces.
struct kept {
    uint32_t number;
    char undo[400], log[400], files[400]; // folder; the journal's file; files.json
    char new_log[300], new_files[300];    // where the two are written
};

static bool name_kept(struct kept *k, const struct lf_run *run, struct lf_error *err)
{
    return lf_journal_undo(run->key, k->number, k->undo, sizeof k->undo, err) &&
           lf_journal_log(run->key, k->number, k->log, sizeof k->log, err) &&
           lf_path_join(k->files, sizeof k->files, k->undo, "files.json", err) &&
           lf_writing_run_path(run, "log.jsonl", k->new_log, sizeof k->new_log, err) &&
           lf_writing_run_path(run, "files.json", k->new_files, sizeof k->new_files,
                               err);
}

// The folders that the commit needs.
static bool make_kept(const struct lf_writing *w, const struct lf_run *run,
                      const struct kept *k, struct lf_error *err)
{
    char path[4500], samples[4600], log[4500], below[300];
    return lf_path_join(path, sizeof path, w->job->dataset, k->undo, err) &&
           lf_path_join(samples, sizeof samples, path, "samples", err) &&
           lf_writing_run_path(run, "log", below, sizeof below, err) &&
           lf_path_join(log, sizeof log, w->job->dataset, below, err) &&
           lf_mkdirs(w->files ? samples : path, err) && lf_mkdirs(log, err);
}

// Sealed under its temporary name; `out` is done with.
static bool seal(struct lf_out *out, bool ok, struct lf_error *err)
{
    ok = ok && lf_out_seal(out, err);
    if (ok)
        lf_out_keep(out);
    lf_out_free(&out);
    return ok;
}

static bool write_kept(const struct lf_writing *w, const struct lf_written *with,
                       const struct kept *k, struct lf_error *err)
{
    char path[4500];
    struct lf_out *out = NULL;
    if (!lf_path_join(path, sizeof path, w->job->dataset, k->new_log, err) ||
        !(out = lf_out_new(path, err)) ||
        !seal(out, lf_writing_log(w, with, k->number, out, err), err))
        return false;
    return lf_path_join(path, sizeof path, w->job->dataset, k->new_files, err) &&
           (out = lf_out_new(path, err)) &&
           seal(out, lf_log_files(&w->log, k->number, &w->made, out, err), err);
}

// `keep`: the old file's name in `undo`.
static bool add(struct lf_commit *c, const char *name, const char *undo,
                const char *keep, struct lf_error *err)
{
    char temp[LF_NAME_BYTES + 10], old[LF_NAME_BYTES + 10];
    return lf_path_printf(temp, sizeof temp, err, "%s.lf-new", name) &&
           lf_path_printf(old, sizeof old, err, "%s/%s", undo, keep) &&
           lf_commit_add(c, temp, name, undo[0] ? old : NULL, err);
}

static int by_path(const void *a, const void *b)
{
    return lf_slice_cmp(*(const struct lf_slice *)a, *(const struct lf_slice *)b);
}

static size_t folder_length(struct lf_slice path)
{
    size_t n = path.len;
    while (n && path.at[n - 1] != '/')
        n--;
    return n ? n - 1 : 0;
}

// Sorted, so that those of one folder are one step.
static bool add_sorted(struct lf_commit *c, const struct lf_slice *mask, size_t count,
                       struct lf_error *err)
{
    struct lf_slice last = {0};
    char path[LF_NAME_BYTES + 1];
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        size_t n = folder_length(mask[i]);
        struct lf_slice folder = {mask[i].at, n}, name = {mask[i].at, mask[i].len};
        if (n) {
            name = (struct lf_slice){mask[i].at + n + 1, mask[i].len - n - 1};
            snprintf(path, sizeof path, "%.*s", (int)n, folder.at);
            ok = lf_slice_eq(folder, last) || lf_commit_add_group(c, path, NULL, err);
            ok = ok && lf_commit_add_name(c, name, err);
        } else {
            snprintf(path, sizeof path, "%.*s", (int)name.len, name.at);
            ok = add(c, path, "", path, err);
        }
        last = folder;
    }
    return ok;
}

static bool add_masks(const struct lf_writing *w, struct lf_commit *c,
                      struct lf_error *err)
{
    size_t count = w->mask.count;
    struct lf_slice *mask = lf_alloc(count, sizeof *mask, err);
    if (mask && count) {
        memcpy(mask, w->mask.name, count * sizeof *mask);
        qsort(mask, count, sizeof *mask, by_path);
    }
    bool ok = mask && add_sorted(c, mask, count, err);
    lf_free(mask);
    return ok;
}

static bool add_samples(const struct lf_writing *w, struct lf_commit *c,
                        const char *undo, struct lf_error *err)
{
    char keep[500];
    if (w->out)
        return add(c, "samples.json", undo, "samples.json", err);
    bool ok =
        !w->files || (lf_path_printf(keep, sizeof keep, err, "%s/samples", undo) &&
                      lf_commit_add_group(c, "samples", keep, err));
    for (size_t i = 0; ok && i < w->files; i++) {
        const char *name = fo_file_name(w->ds, w->file[i]);
        ok = lf_commit_add_name(c, lf_slice_of(strchr(name, '/') + 1), err);
    }
    return ok;
}

static bool is_there(const struct lf_writing *w, const char *name)
{
    char path[4500];
    struct stat st;
    struct lf_error none = {0};
    return lf_path_join(path, sizeof path, w->job->dataset, name, &none) &&
           lstat(path, &st) == 0;
}

// What was made for a commit that never began.
static void drop_kept(const struct lf_writing *w, const struct lf_run *run,
                      const struct kept *k)
{
    char path[4500], below[300];
    static const char *const made[] = {"undo", "log"};
    const char *const temps[] = {k->new_log, k->new_files};
    struct lf_error none = {0};
    for (size_t i = 0; i < 2; i++)
        if (temps[i][0] &&
            lf_path_join(path, sizeof path, w->job->dataset, temps[i], &none))
            lf_out_drop(path);
    if (k->undo[0] && lf_path_printf(path, sizeof path, &none, "%s/%s/samples",
                                     w->job->dataset, k->undo)) {
        rmdir(path);
        path[strlen(path) - strlen("/samples")] = '\0';
        rmdir(path);
    }
    for (size_t i = 0; i < 2; i++)
        if (lf_writing_run_path(run, made[i], below, sizeof below, &none) &&
            lf_path_join(path, sizeof path, w->job->dataset, below, &none))
            rmdir(path); // one that holds something stays
}

// What goes into one commit: metadata.json, the record's files.
struct parts {
    bool metadata, record, items;
};

static bool add_all(const struct lf_writing *w, const struct lf_run *run,
                    struct parts parts, const struct kept *k, struct lf_commit *c,
                    struct lf_error *err)
{
    char items_tsv[300], run_json[300], new_log[310], new_files[310];
    return lf_writing_run_path(run, "items.tsv", items_tsv, sizeof items_tsv, err) &&
           lf_writing_run_path(run, "run.json", run_json, sizeof run_json, err) &&
           lf_path_printf(new_log, sizeof new_log, err, "%s.lf-new", k->new_log) &&
           lf_path_printf(new_files, sizeof new_files, err, "%s.lf-new",
                          k->new_files) &&
           lf_commit_add(c, new_files, k->files, NULL, err) &&
           lf_commit_add(c, new_log, k->log, NULL, err) && add_masks(w, c, err) &&
           (!parts.metadata ||
            add(c, "metadata.json", k->undo, "metadata.json", err)) &&
           (!parts.items || add(c, items_tsv, k->undo, "items.tsv", err)) &&
           (!parts.record || add(c, run_json, k->undo, "run.json", err)) &&
           add_samples(w, c, k->undo, err);
}

// All files renamed as one: what is said of the merge and new masks first, then
// metadata.json, the record, and the samples last.
static bool commit(struct lf_writing *w, const struct lf_written *with,
                   struct parts parts, struct lf_error *err)
{
    char list[300];
    struct kept k = {0};
    struct lf_commit *c = NULL;
    const struct lf_run *run = with->run;
    bool ok = lf_writing_run_path(run, "commit.json", list, sizeof list, err) &&
              lf_journal_next(w->job->dataset, run->key, true, &k.number, err) &&
              name_kept(&k, run, err) && make_kept(w, run, &k, err) &&
              write_kept(w, with, &k, err) &&
              (c = lf_commit_new(w->job->dataset, list, err)) != NULL &&
              add_all(w, run, parts, &k, c, err) && lf_commit_run(c, err);
    lf_commit_free(&c);
    w->listed = ok || is_there(w, list);
    if (!w->listed)
        drop_kept(w, run, &k);
    return ok;
}

static bool seal_all(struct lf_writing *w, const struct lf_written *with, bool record,
                     bool *metadata, struct lf_error *err)
{
    if ((w->changed && !lf_writing_metadata(w, &with->run->schema, metadata, err)) ||
        (w->out &&
         (!lf_writing_file_end(w, w->out, err) ||
          !lf_log_file(&w->log, "samples.json", "samples.json", w->out, err))))
        return false;
    return !record || !with->here ||
           lf_record_write(with->run, with->base, with->run->folder, &w->log, err);
}

// The record's files, likewise.
static void drop_record(const struct lf_written *with)
{
    static const char *const names[] = {"items.tsv", "run.json"};
    char path[4300];
    struct lf_error none = {0};
    for (size_t i = 0; i < 2; i++)
        if (lf_path_join(path, sizeof path, with->run->folder, names[i], &none))
            lf_out_drop(path);
}

bool lf_writing_end_in_place(struct lf_writing *w, const struct lf_written *with,
                             struct lf_error *err)
{
    struct parts parts = {0};
    bool any = false, record = with->run->has_base;
    if (!lf_record_adopt(with->run, with->run->folder, err) ||
        (record && !lf_record_merges(with->run, with->in, &any, err)))
        return false;
    if (!w->changed && !with->base->count && !any)
        return true;
    bool ok = seal_all(w, with, record, &parts.metadata, err);
    if (with->here) {
        parts.record = record;
        parts.items = record && with->base->count > 0;
        ok = ok && commit(w, with, parts, err);
        if (!ok && !w->listed)
            drop_record(with);
        return ok;
    }
    if (!ok)
        return false;
    // The dataset first: base that lags behind is caught up by the next merge.
    return (!w->changed || commit(w, with, parts, err)) &&
           (!record ||
            lf_record_write(with->run, with->base, with->run->folder, NULL, err));
}
