// Whether a merge can be taken back without losing what came later.
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/base/relpath.h"
#include "formats/label/run_place.h"
#include "runs/undoing.h"

static bool kept_path(const struct lf_undoing *u, uint32_t merge, struct lf_slice kept,
                      char *out, size_t cap, struct lf_error *err)
{
    char folder[400];
    return lf_journal_undo(u->job->run, merge, folder, sizeof folder, err) &&
           lf_path_printf(out, cap, err, "%s/%s/%s", u->job->dataset, folder, kept.at);
}

// Where the bytes lie that merge `i` (of those to take back) left in a file: kept by
// the next one that replaced it, else in its place.
static bool find_left(const struct lf_undoing *u, size_t i,
                      const struct lf_undo_file *f, char *out, size_t cap,
                      struct lf_error *err)
{
    while (i-- > 0)
        if (lf_undo_files_has(&u->merge[i], f->path))
            return kept_path(u, u->merge[i].number, f->kept, out, cap, err);
    return lf_path_join(out, cap, u->job->dataset, f->path.at, err);
}

static bool digest_of(const char *path, char hex[LF_DIGEST_HEX], struct lf_error *err)
{
    unsigned char digest[LF_DIGEST_BYTES];
    if (!lf_digest_file(path, digest, err))
        return false;
    lf_hex(digest, sizeof digest, hex);
    return true;
}

// ---------------------------------------------------------------------------- who

// Looks for the merge of another run that left these bytes in the file.
static bool left_by(const struct lf_undoing *u, struct lf_slice run,
                    const struct lf_undo_file *file, const char *hex,
                    struct lf_arena *a, uint32_t *merge, struct lf_error *err)
{
    uint32_t *number;
    size_t count;
    *merge = 0;
    if (!lf_journal_list(u->job->dataset, run, a, &number, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct lf_undo_files f;
        bool found;
        if (!lf_undo_files_read(u->job->dataset, run, number[i], a, &f, &found, err))
            return false;
        for (size_t k = 0; found && k < f.replaceds; k++)
            if (lf_slice_eq(f.replaced[k].path, file->path) &&
                lf_slice_is(f.replaced[k].hex, hex))
                *merge = number[i];
    }
    return true;
}

static bool find_later(struct lf_undoing *u, const struct lf_undo_file *file,
                       const char *hex, struct lf_slice *run, uint32_t *merge)
{
    char folder[4200];
    struct lf_slice *name;
    size_t names;
    struct lf_error why = {0}; // who it was is only told if that can be found
    if (!lf_runs_folder(u->job->dataset, NULL, folder, &why) ||
        !lf_run_names(folder, &u->a, &name, &names, &why))
        return false;
    for (size_t i = 0; i < names; i++)
        if (!lf_slice_eq(name[i], u->job->run) &&
            left_by(u, name[i], file, hex, &u->a, merge, &why) && *merge) {
            *run = name[i];
            return true;
        }
    return false;
}

static bool changed(struct lf_undoing *u, uint32_t merge,
                    const struct lf_undo_file *file, const char *hex)
{
    struct lf_slice run;
    uint32_t later = 0;
    if (hex && find_later(u, file, hex, &run, &later))
        lf_fail(u->err, LF_E_UNDO_CHANGED,
                "merge %u of run \"%.*s\" wrote it since; undo that first",
                (unsigned)later, (int)run.len, run.at);
    else
        lf_fail(u->err, LF_E_UNDO_CHANGED,
                "it is no longer as merge %u left it; nothing was undone",
                (unsigned)merge);
    return lf_fail_in_file(u->err, file->path.at);
}

// ---------------------------------------------------------------------------- a file

static bool check_left(struct lf_undoing *u, size_t i, const struct lf_undo_file *file)
{
    char path[4800], hex[LF_DIGEST_HEX];
    struct stat st;
    if (!find_left(u, i, file, path, sizeof path, u->err))
        return false;
    if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return changed(u, u->merge[i].number, file, NULL);
    if (!digest_of(path, hex, u->err))
        return false;
    return lf_slice_is(file->hex, hex) || changed(u, u->merge[i].number, file, hex);
}

static bool check_kept(struct lf_undoing *u, size_t i, const struct lf_undo_file *file)
{
    char path[4800];
    struct stat st;
    if (!kept_path(u, u->merge[i].number, file->kept, path, sizeof path, u->err))
        return false;
    if (lstat(path, &st) == 0 && S_ISREG(st.st_mode))
        return true;
    lf_fail(u->err, LF_E_UNDO_GONE, "the file as it was before merge %u is not kept",
            (unsigned)u->merge[i].number);
    return lf_fail_in_file(u->err, path);
}

// One that somebody removed already is not missed.
static bool check_fresh(struct lf_undoing *u, size_t i, const struct lf_undo_file *file)
{
    char path[4800];
    struct stat st;
    return lf_path_join(path, sizeof path, u->job->dataset, file->path.at, u->err) &&
           (lstat(path, &st) != 0 || check_left(u, i, file));
}

bool lf_undo_check(struct lf_undoing *u)
{
    for (size_t i = 0; i < u->merges; i++) {
        const struct lf_undo_files *m = &u->merge[i];
        for (size_t k = 0; k < m->replaceds; k++)
            if (!check_kept(u, i, &m->replaced[k]) ||
                !check_left(u, i, &m->replaced[k]))
                return false;
        for (size_t k = 0; k < m->freshs; k++)
            if (!check_fresh(u, i, &m->fresh[k]))
                return false;
    }
    return true;
}
