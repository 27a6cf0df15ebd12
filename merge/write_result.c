#include "merge/write_result.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/alloc.h"
#include "formats/base/commit.h"
#include "formats/base/limits.h"
#include "formats/base/relpath.h"
#include "merge/copy_dataset.h"
#include "merge/new_mask.h"

bool lf_writing_begin(struct lf_writing *w, const struct lf_merge_job *job,
                      const struct fo_dataset *ds, struct lf_error *err)
{
    char samples[4300];
    w->job = job;
    w->ds = ds;
    if (job->dry_run)
        return true;
    if (!job->out)
        return lf_path_printf(w->folder, sizeof w->folder, err, "%s", job->dataset);
    return lf_outdir_begin(job->out, w->temp, sizeof w->temp, err) &&
           lf_path_printf(w->folder, sizeof w->folder, err, "%s", w->temp) &&
           (!ds->dirs ||
            (lf_path_join(samples, sizeof samples, w->folder, "samples", err) &&
             lf_mkdirs(samples, err)));
}

static struct lf_out *new_file(const struct lf_writing *w, const char *name,
                               struct lf_error *err)
{
    char path[4300];
    return lf_path_join(path, sizeof path, w->folder, name, err) ? lf_out_new(path, err)
                                                                 : NULL;
}

// A file that is complete: in its place at once in a new dataset, else it waits beside
// it for the commit.
static bool end_file(const struct lf_writing *w, struct lf_out *out,
                     struct lf_error *err)
{
    if (w->job->out)
        return lf_out_commit(out, true, err);
    if (!lf_out_seal(out, err))
        return false;
    lf_out_keep(out);
    return true;
}

// One of many small files of a folder: the end of the merge syncs them together.
static bool end_small(const struct lf_writing *w, struct lf_out *out,
                      struct lf_error *err)
{
    if (w->job->out)
        return lf_out_commit_unsynced(out, true, err);
    if (!lf_out_seal_unsynced(out, err))
        return false;
    lf_out_keep(out);
    return true;
}

// ----------------------------------------------------------------------------
// samples.json

static bool copy_clean(struct lf_writing *w, struct lf_error *err)
{
    char piece[1 << 16];
    int fd = openat(w->ds->folder_fd, "samples.json", O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 || lf_fail_errno(err, "cannot open samples.json");
    for (uint64_t at = 0; ok && at < w->clean;) {
        size_t want =
            w->clean - at < sizeof piece ? (size_t)(w->clean - at) : sizeof piece;
        ssize_t n = pread(fd, piece, want, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        ok = n > 0 ? lf_out_write(w->out, (struct lf_slice){piece, (size_t)n}, err)
             : n < 0
                 ? lf_fail_errno(err, "cannot read samples.json")
                 : lf_fail(err, LF_E_CHANGED, "samples.json changed while it was read");
        at += n > 0 ? (uint64_t)n : 0;
    }
    if (fd >= 0)
        close(fd);
    return ok;
}

// Nothing is written until something changes: then all bytes before it are copied
// first.
static bool write_changed(struct lf_writing *w, struct lf_slice bytes,
                          struct lf_error *err)
{
    if (w->job->dry_run)
        return true;
    if (!w->out &&
        (!(w->out = new_file(w, "samples.json", err)) || !copy_clean(w, err)))
        return false;
    return lf_out_write(w->out, bytes, err);
}

static bool write_same(struct lf_writing *w, struct lf_slice bytes,
                       struct lf_error *err)
{
    w->clean += bytes.len;
    return !w->out || lf_out_write(w->out, bytes, err);
}

// ---------------------------------------------------------------------------- one file
// a sample

static bool write_file(struct lf_writing *w, const struct fo_doc *doc,
                       struct lf_slice now, struct lf_error *err)
{
    void *all = w->file;
    if (w->job->dry_run)
        return true;
    if (!lf_grow(&all, &w->room, w->files + 1, sizeof *w->file, err))
        return false;
    w->file = all;
    struct lf_out *out = new_file(w, fo_file_name(w->ds, doc->file), err);
    bool ok = out && lf_out_write(out, doc->gap, err) && lf_out_write(out, now, err) &&
              lf_out_write(out, doc->tail, err) && end_small(w, out, err);
    lf_out_free(&out);
    if (ok)
        w->file[w->files++] = doc->file;
    return ok;
}

bool lf_writing_doc(struct lf_writing *w, const struct fo_doc *doc,
                    const struct lf_slice *now, struct lf_error *err)
{
    w->changed |= now != NULL;
    if (w->ds->dirs)
        return !now || write_file(w, doc, *now, err);
    return write_same(w, doc->gap, err) &&
           (now ? write_changed(w, *now, err) : write_same(w, doc->raw, err));
}

bool lf_writing_rest(struct lf_writing *w, const struct fo_doc *doc,
                     struct lf_error *err)
{
    return w->ds->dirs || write_same(w, doc->gap, err);
}

// ---------------------------------------------------------------------------- masks

// Two samples may come to the same mask: the second finds it in the list.
static bool listed(struct lf_writing *w, const struct fo_new_file *file, bool *there,
                   struct lf_error *err)
{
    uint32_t number;
    uint64_t mark = lf_mark(file->bytes);
    *there = lf_names_find(&w->mask, file->path, &number);
    if (!*there || w->mark[number] == mark)
        return true;
    return lf_fail(err, LF_E_EXISTS, "two new masks have one name");
}

static bool list_mask(struct lf_writing *w, const struct fo_new_file *file,
                      struct lf_error *err)
{
    void *marks = w->mark;
    uint32_t number;
    if (!lf_grow(&marks, &w->mark_room, w->mask.count + 1, sizeof *w->mark, err))
        return false;
    w->mark = marks;
    w->mark[w->mask.count] = lf_mark(file->bytes);
    return lf_names_add(&w->mask, file->path, &number, NULL, err);
}

static bool write_mask(struct lf_writing *w, const struct fo_new_file *file,
                       const char *name, struct lf_error *err)
{
    int folder = open(w->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = folder >= 0 || lf_fail_errno(err, "cannot open the folder");
    ok = ok && lf_mask_folders(folder, name, &w->made, err) && list_mask(w, file, err);
    struct lf_out *out = ok ? new_file(w, name, err) : NULL;
    ok = out && lf_out_write(out, file->bytes, err) &&
         (strchr(name, '/') ? end_small(w, out, err) : end_file(w, out, err));
    lf_out_free(&out);
    if (folder >= 0)
        close(folder);
    return ok;
}

bool lf_writing_mask(struct lf_writing *w, const struct fo_new_file *file,
                     struct lf_error *err)
{
    char name[LF_NAME_BYTES + 1];
    bool there = false;
    if (!lf_relpath_check(file->path, LF_E_PATH, err))
        return false;
    snprintf(name, sizeof name, "%.*s", (int)file->path.len, file->path.at);
    if (!listed(w, file, &there, err))
        return lf_fail_in_file(err, name);
    if (there)
        return true;
    if (!lf_mask_there(w->ds->folder_fd, name, file->bytes, &there, err))
        return false;
    if (there)
        return true;
    return w->job->dry_run ? list_mask(w, file, err) : write_mask(w, file, name, err);
}

// ---------------------------------------------------------------------------- the end

// Declared only when a label of a new field is there to be declared for.
static bool write_metadata(const struct lf_writing *w, const struct lf_schema *schema,
                           bool *written, struct lf_error *err)
{
    struct lf_buf text = {0};
    bool ok = fo_declare(w->ds, schema, &text, written, err);
    if (ok && *written) {
        struct lf_out *out = new_file(w, "metadata.json", err);
        ok = out && lf_out_write(out, lf_buf_view(&text), err) && end_file(w, out, err);
        lf_out_free(&out);
    }
    lf_buf_done(&text);
    return ok;
}

static bool run_path(const struct lf_run *run, const char *name, char *out, size_t cap,
                     struct lf_error *err)
{
    return lf_path_printf(out, cap, err, "annotations/%.*s/%s", (int)run->key.len,
                          run->key.at, name);
}

static bool undo_folder(const struct lf_writing *w, const struct lf_run *run,
                        char *relative, size_t cap, struct lf_error *err)
{
    char path[4500], samples[4600];
    struct stat st;
    for (unsigned n = 1; n < 1000000; n++) {
        if (!lf_path_printf(relative, cap, err, "annotations/%.*s/undo/%06u",
                            (int)run->key.len, run->key.at, n) ||
            !lf_path_join(path, sizeof path, w->job->dataset, relative, err))
            return false;
        if (lstat(path, &st) == 0)
            continue;
        if (!w->files)
            return lf_mkdirs(path, err);
        return lf_path_join(samples, sizeof samples, path, "samples", err) &&
               lf_mkdirs(samples, err);
    }
    return lf_fail(err, LF_E_LIMIT_COUNT, "a million merges are kept for undo");
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

// The folders that were made for a commit that never began.
static void drop_undo(const struct lf_writing *w, const char *undo)
{
    char path[4500], samples[4600];
    struct lf_error none = {0};
    if (lf_path_join(path, sizeof path, w->job->dataset, undo, &none) &&
        lf_path_join(samples, sizeof samples, path, "samples", &none)) {
        rmdir(samples);
        rmdir(path);
    }
}

// What goes into one commit: metadata.json, the record's files.
struct parts {
    bool metadata, record, items;
};

// All files renamed as one: new masks first, then metadata.json, the record, and the
// samples last. Without a change of the dataset there is nothing to keep for undo.
static bool commit(struct lf_writing *w, const struct lf_run *run, struct parts parts,
                   struct lf_error *err)
{
    char list[300], undo[400] = "", items_tsv[300], run_json[300];
    struct lf_commit *c = NULL;
    bool ok =
        run_path(run, "commit.json", list, sizeof list, err) &&
        run_path(run, "items.tsv", items_tsv, sizeof items_tsv, err) &&
        run_path(run, "run.json", run_json, sizeof run_json, err) &&
        (!w->changed || undo_folder(w, run, undo, sizeof undo, err)) &&
        (c = lf_commit_new(w->job->dataset, list, err)) != NULL &&
        add_masks(w, c, err) &&
        (!parts.metadata || add(c, "metadata.json", undo, "metadata.json", err)) &&
        (!parts.items || add(c, items_tsv, undo, "items.tsv", err)) &&
        (!parts.record || add(c, run_json, undo, "run.json", err)) &&
        add_samples(w, c, undo, err) && lf_commit_run(c, err);
    lf_commit_free(&c);
    w->listed = ok || is_there(w, list);
    if (!w->listed && undo[0])
        drop_undo(w, undo);
    return ok;
}

static bool seal_all(struct lf_writing *w, const struct lf_written *with, bool record,
                     bool *metadata, struct lf_error *err)
{
    if ((w->changed && !write_metadata(w, &with->run->schema, metadata, err)) ||
        (w->out && !end_file(w, w->out, err)))
        return false;
    return !record || !with->here ||
           lf_record_write(with->run, with->base, with->run->folder, false, err);
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

static bool end_in_place(struct lf_writing *w, const struct lf_written *with,
                         struct lf_error *err)
{
    struct parts parts = {0};
    bool any = false, record = with->run->has_base;
    if (record && !lf_record_merges(with->run, with->in, &any, err))
        return false;
    if (!w->changed && !with->base->count && !any)
        return true;
    bool ok = seal_all(w, with, record, &parts.metadata, err);
    if (with->here) {
        parts.record = record;
        parts.items = record && with->base->count > 0;
        ok = ok && commit(w, with->run, parts, err);
        if (!ok && !w->listed)
            drop_record(with);
        return ok;
    }
    if (!ok)
        return false;
    // The dataset first: base that lags behind is caught up by the next merge.
    return (!w->changed || commit(w, with->run, parts, err)) &&
           (!record ||
            lf_record_write(with->run, with->base, with->run->folder, true, err));
}

// ---------------------------------------------------------------------------- a new
// dataset

static bool skip_record(const void *user, const char *path)
{
    (void)user;
    return !strcmp(path, "commit.json") || !strcmp(path, "undo");
}

// The run's record in a new dataset: copied with it, or brought from where it lay.
static bool record_in_new(const struct lf_writing *w, const struct lf_written *with,
                          struct lf_error *err)
{
    char folder[4200], from[4200];
    const struct lf_copy copy = {.media = LF_MEDIA_COPY, .skip = skip_record};
    struct lf_run *run = with->run;
    bool any;
    if (!run->has_base)
        return true;
    return lf_path_printf(from, sizeof from, err, "annotations/%.*s", (int)run->key.len,
                          run->key.at) &&
           lf_path_join(folder, sizeof folder, w->temp, from, err) &&
           (with->here || (lf_mkdirs(folder, err) &&
                           lf_copy_dataset(run->folder, folder, &copy, err))) &&
           lf_record_merges(run, with->in, &any, err) &&
           lf_record_write(run, with->base, folder, true, err);
}

struct skipping {
    const struct lf_writing *w;
    char undo[300];
};

// What the new dataset has anew, and the old files of merges before.
static bool skip_written(const void *user, const char *path)
{
    const struct skipping *s = user;
    const struct lf_writing *w = s->w;
    size_t from = 0, to = w->files;
    if (!strcmp(path, s->undo))
        return true;
    if (!w->ds->dirs)
        return w->out && !strcmp(path, "samples.json");
    while (from < to) { // the files come in the order of their names
        size_t i = from + (to - from) / 2;
        int order = strcmp(fo_file_name(w->ds, w->file[i]), path);
        if (order == 0)
            return true;
        if (order < 0)
            from = i + 1;
        else
            to = i;
    }
    return false;
}

static bool end_new(struct lf_writing *w, const struct lf_written *with,
                    struct lf_error *err)
{
    bool metadata = false;
    struct skipping s = {.w = w};
    const struct lf_copy copy = {
        .media = w->job->media, .skip = skip_written, .user = &s};
    bool ok =
        run_path(with->run, "undo", s.undo, sizeof s.undo, err) &&
        lf_copy_dataset(w->job->dataset, w->temp, &copy, err) &&
        (!w->out || end_file(w, w->out, err)) &&
        (!w->changed || write_metadata(w, &with->run->schema, &metadata, err)) &&
        record_in_new(w, with, err) &&
        lf_outdir_end(w->temp, w->job->out, "metadata.json", w->job->replace, err);
    if (ok)
        w->temp[0] = '\0';
    return ok;
}

bool lf_writing_end(struct lf_writing *w, const struct lf_written *with,
                    struct lf_error *err)
{
    return w->job->out ? end_new(w, with, err) : end_in_place(w, with, err);
}

// ---------------------------------------------------------------------------- leaving

static void drop(const struct lf_writing *w, struct lf_slice name)
{
    char path[4300];
    struct lf_error none = {0};
    if (lf_path_printf(path, sizeof path, &none, "%s/%.*s", w->folder, (int)name.len,
                       name.at))
        lf_out_drop(path);
}

static void drop_folder(const struct lf_writing *w, struct lf_slice name)
{
    char path[4300];
    struct lf_error none = {0};
    if (lf_path_printf(path, sizeof path, &none, "%s/%.*s", w->folder, (int)name.len,
                       name.at))
        rmdir(path); // one that got its file stays
}

void lf_writing_done(struct lf_writing *w)
{
    lf_out_free(&w->out);
    if (w->temp[0]) {
        lf_outdir_drop(w->temp);
    } else if (w->folder[0] && !w->job->out && !w->listed) {
        drop(w, LF_S("metadata.json"));
        drop(w, LF_S("samples.json"));
        for (size_t i = 0; i < w->files; i++)
            drop(w, lf_slice_of(fo_file_name(w->ds, w->file[i])));
        for (size_t i = 0; i < w->mask.count; i++)
            drop(w, w->mask.name[i]);
        for (size_t i = w->made.count; i > 0; i--)
            drop_folder(w, w->made.name[i - 1]);
    }
    lf_free(w->file);
    lf_free(w->mark);
    lf_names_done(&w->mask);
    lf_names_done(&w->made);
}
