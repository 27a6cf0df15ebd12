#include <string.h>

#include "formats/base/relpath.h"
#include "formats/label/journal.h"
#include "merge/copy_dataset.h"
#include "merge/writing.h"

static bool skip_record(const void *user, const char *path)
{
    (void)user;
    return !strcmp(path, "commit.json") || !strcmp(path, "undo");
}

// The run's record in a new dataset: copied with it, or brought from where it lay.
static bool record_in_new(const struct lf_writing *w, const struct lf_written *with,
                          bool *any, struct lf_error *err)
{
    char folder[4200], from[4200];
    const struct lf_copy copy = {.media = LF_MEDIA_COPY, .skip = skip_record};
    struct lf_run *run = with->run;
    if (!run->has_base)
        return true;
    return lf_path_printf(from, sizeof from, err, "annotations/%.*s", (int)run->key.len,
                          run->key.at) &&
           lf_path_join(folder, sizeof folder, w->temp, from, err) &&
           (run->fresh
                ? lf_record_adopt(run, folder, err)
                : with->here || (lf_mkdirs(folder, err) &&
                                 lf_copy_dataset(run->folder, folder, &copy, err))) &&
           lf_record_merges(run, with->in, any, err) &&
           lf_record_write(run, with->base, folder, NULL, err);
}

// The journal of the new dataset goes on where the old one's ends.
static bool log_in_new(const struct lf_writing *w, const struct lf_written *with,
                       struct lf_error *err)
{
    char log[400], path[4600];
    uint32_t number;
    if (!lf_journal_next(w->job->dataset, with->run->key, false, &number, err) ||
        !lf_journal_log(with->run->key, number, log, sizeof log, err) ||
        !lf_path_join(path, sizeof path, w->temp, log, err))
        return false;
    char *slash = strrchr(path, '/');
    *slash = '\0';
    if (!lf_mkdirs(path, err))
        return false;
    *slash = '/';
    struct lf_out *out = lf_out_new(path, err);
    bool ok = out && lf_writing_log(w, with, number, out, err) &&
              lf_out_commit_unsynced(out, false, err);
    lf_out_free(&out);
    return ok;
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

bool lf_writing_end_new(struct lf_writing *w, const struct lf_written *with,
                        struct lf_error *err)
{
    bool metadata = false, any = false;
    struct skipping s = {.w = w};
    const struct lf_copy copy = {
        .media = w->job->media, .skip = skip_written, .user = &s};
    bool ok =
        lf_writing_run_path(with->run, "undo", s.undo, sizeof s.undo, err) &&
        lf_copy_dataset(w->job->dataset, w->temp, &copy, err) &&
        (!w->out || lf_writing_file_end(w, w->out, err)) &&
        (!w->changed || lf_writing_metadata(w, &with->run->schema, &metadata, err)) &&
        record_in_new(w, with, &any, err) &&
        ((!w->changed && !with->base->count && !any) || log_in_new(w, with, err)) &&
        lf_outdir_end(w->temp, w->job->out, "metadata.json", w->job->replace, err);
    if (ok)
        w->temp[0] = '\0';
    return ok;
}
