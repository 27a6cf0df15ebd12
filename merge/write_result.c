#include "merge/writing.h"

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
    struct lf_out *out = lf_path_join(path, sizeof path, w->folder, name, err)
                             ? lf_out_new(path, err)
                             : NULL;
    if (out && !w->job->out && !lf_out_digest(out, err))
        lf_out_free(&out);
    return out;
}

// A file that is complete: in its place at once in a new dataset, else it waits beside
// it for the commit.
bool lf_writing_file_end(const struct lf_writing *w, struct lf_out *out,
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

// What undo must know of a file.
static bool note(struct lf_writing *w, const char *name, const char *kept,
                 struct lf_out *out, struct lf_error *err)
{
    return w->job->out || lf_log_file(&w->log, name, kept, out, err);
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
    const char *name = fo_file_name(w->ds, doc->file);
    struct lf_out *out = new_file(w, name, err);
    bool ok = out && lf_out_write(out, doc->gap, err) && lf_out_write(out, now, err) &&
              lf_out_write(out, doc->tail, err) && end_small(w, out, err) &&
              note(w, name, name, out, err);
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
         (strchr(name, '/') ? end_small(w, out, err)
                            : lf_writing_file_end(w, out, err)) &&
         note(w, name, NULL, out, err);
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
bool lf_writing_metadata(struct lf_writing *w, const struct lf_schema *schema,
                         bool *written, struct lf_error *err)
{
    struct lf_buf text = {0};
    bool ok = fo_declare(w->ds, schema, &text, written, err);
    if (ok && *written) {
        struct lf_out *out = new_file(w, "metadata.json", err);
        ok = out && lf_out_write(out, lf_buf_view(&text), err) &&
             lf_writing_file_end(w, out, err) &&
             note(w, "metadata.json", "metadata.json", out, err);
        lf_out_free(&out);
    }
    lf_buf_done(&text);
    return ok;
}

bool lf_writing_run_path(const struct lf_run *run, const char *name, char *out,
                         size_t cap, struct lf_error *err)
{
    return lf_path_printf(out, cap, err, "annotations/%.*s/%s", (int)run->key.len,
                          run->key.at, name);
}

bool lf_writing_log(const struct lf_writing *w, const struct lf_written *with,
                    uint32_t number, struct lf_out *out, struct lf_error *err)
{
    const struct lf_log_of of = {.number = number,
                                 .job = w->job,
                                 .run = with->run,
                                 .elsewhere =
                                     with->run->has_base && !with->here && !w->job->out,
                                 .in = with->in,
                                 .counts = with->counts,
                                 .ev = with->ev};
    return lf_log_write(&w->log, &of, out, err);
}

bool lf_writing_end(struct lf_writing *w, const struct lf_written *with,
                    struct lf_error *err)
{
    return w->job->out ? lf_writing_end_new(w, with, err)
                       : lf_writing_end_in_place(w, with, err);
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
    lf_log_done(&w->log);
    lf_names_done(&w->mask);
    lf_names_done(&w->made);
}
