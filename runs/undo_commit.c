// The commit that takes merges back: old files to their places, new ones away, and a
// line about it into the journal; all of it or nothing.
#include <string.h>
#include <sys/stat.h>

#include "formats/base/commit.h"
#include "formats/base/limits.h"
#include "formats/base/out.h"
#include "formats/base/relpath.h"
#include "runs/undoing.h"

struct place { // folder and name of a path; folder NULL: the root
    char text[LF_NAME_BYTES + 1];
    const char *folder;
    struct lf_slice name;
};

static bool split(struct lf_slice path, struct place *p, struct lf_error *err)
{
    if (!lf_path_printf(p->text, sizeof p->text, err, "%.*s", (int)path.len, path.at))
        return false;
    char *slash = strrchr(p->text, '/');
    p->folder = slash ? p->text : NULL;
    p->name = lf_slice_of(slash ? slash + 1 : p->text);
    if (slash)
        *slash = '\0';
    return true;
}

static bool same_folder(const struct place *a, const struct place *b)
{
    return a->folder && b->folder ? !strcmp(a->folder, b->folder)
                                  : a->folder == b->folder;
}

// Files that are kept of a merge: those that go `back`, or the others, which nobody
// needs any more. Those that lie together are one step.
static bool add_kept(struct lf_undoing *u, size_t merge, const char *undo, bool back,
                     struct lf_commit *c)
{
    const struct lf_undo_files *m = &u->merge[merge];
    struct place to[2], kept[2];
    char from[LF_NAME_BYTES + 500];
    size_t n = 0;
    for (size_t i = 0; i < m->replaceds; i++) {
        struct place *t = &to[n % 2], *k = &kept[n % 2];
        if (back == lf_undo_goes_further(u, merge, m->replaced[i].path))
            continue;
        if (!split(m->replaced[i].path, t, u->err) ||
            !split(m->replaced[i].kept, k, u->err) ||
            !lf_path_printf(from, sizeof from, u->err, "%s%s%s", undo,
                            k->folder ? "/" : "", k->folder ? k->folder : ""))
            return false;
        bool begin = !n || !same_folder(t, &to[(n + 1) % 2]) ||
                     !same_folder(k, &kept[(n + 1) % 2]);
        if ((begin && !(back ? lf_commit_add_back(c, from, t->folder, u->err)
                             : lf_commit_add_remove(c, from, u->err))) ||
            !lf_commit_add_name(c, t->name, u->err))
            return false;
        n++;
    }
    return true;
}

static bool add_gone(struct lf_undoing *u, const struct lf_undo_files *m,
                     struct lf_commit *c)
{
    struct place at[2];
    for (size_t i = 0; i < m->freshs; i++) {
        struct place *p = &at[i % 2];
        if (!split(m->fresh[i].path, p, u->err) ||
            ((!i || !same_folder(p, &at[(i + 1) % 2])) &&
             !lf_commit_add_remove(c, p->folder, u->err)) ||
            !lf_commit_add_name(c, p->name, u->err))
            return false;
    }
    for (size_t i = m->folders; i > 0; i--)
        if (!lf_commit_add_rmdir(c, m->folder[i - 1].at, u->err))
            return false;
    return true;
}

static bool add_merge(struct lf_undoing *u, size_t merge, struct lf_commit *c)
{
    char undo[400], samples[420];
    const struct lf_undo_files *m = &u->merge[merge];
    return lf_journal_undo(u->job->run, m->number, undo, sizeof undo, u->err) &&
           lf_path_join(samples, sizeof samples, undo, "samples", u->err) &&
           add_kept(u, merge, undo, true, c) && add_kept(u, merge, undo, false, c) &&
           add_gone(u, m, c) && lf_commit_add_remove(c, undo, u->err) &&
           lf_commit_add_name(c, LF_S("files.json"), u->err) &&
           lf_commit_add_rmdir(c, samples, u->err) &&
           lf_commit_add_rmdir(c, undo, u->err);
}

// ---------------------------------------------------------------------------- journal

static void put_entry(const struct lf_undoing *u, struct lf_buf *out)
{
    lf_buf_printf(out, "{\"log\": 1, \"undo\": %u, \"undone\": [",
                  (unsigned)u->result->number);
    for (size_t i = 0; i < u->merges; i++)
        lf_buf_printf(out, "%s%u", i ? ", " : "", (unsigned)u->merge[i].number);
    lf_buf_printf(out, "], \"labelferry\": \"%s\", \"run\": ", LF_VERSION);
    lf_json_quote(out, u->job->run, true);
    lf_buf_printf(out, ", \"files\": {\"restored\": %llu, \"removed\": %llu}}\n",
                  (unsigned long long)u->result->restored,
                  (unsigned long long)u->result->removed);
}

static bool write_entry(struct lf_undoing *u, const char *path)
{
    struct lf_buf text = {0};
    put_entry(u, &text);
    struct lf_out *out = lf_out_new(path, u->err);
    bool ok = out && lf_buf_ok(&text, u->err) &&
              lf_out_write(out, lf_buf_view(&text), u->err) && lf_out_seal(out, u->err);
    if (ok)
        lf_out_keep(out);
    lf_out_free(&out);
    lf_buf_done(&text);
    return ok;
}

static bool is_there(const struct lf_undoing *u, const char *name)
{
    char path[4800];
    struct stat st;
    struct lf_error none = {0};
    return lf_path_join(path, sizeof path, u->job->dataset, name, &none) &&
           lstat(path, &st) == 0;
}

// New masks go after the samples that name them.
bool lf_undo_commit(struct lf_undoing *u)
{
    char list[300], entry[300], temp[310], path[4800], log[400];
    const struct lf_slice key = u->job->run;
    struct lf_commit *c = NULL;
    bool ok = lf_journal_next(u->job->dataset, key, true, &u->result->number, u->err) &&
              lf_path_printf(list, sizeof list, u->err, "annotations/%.*s/commit.json",
                             (int)key.len, key.at) &&
              lf_path_printf(entry, sizeof entry, u->err, "annotations/%.*s/log.jsonl",
                             (int)key.len, key.at) &&
              lf_path_printf(temp, sizeof temp, u->err, "%s.lf-new", entry) &&
              lf_path_join(path, sizeof path, u->job->dataset, entry, u->err) &&
              lf_journal_log(key, u->result->number, log, sizeof log, u->err) &&
              write_entry(u, path) &&
              (c = lf_commit_new(u->job->dataset, list, u->err)) != NULL;
    for (size_t i = 0; ok && i < u->merges; i++)
        ok = add_merge(u, i, c);
    ok = ok && lf_commit_add(c, temp, log, NULL, u->err) && lf_commit_run(c, u->err);
    lf_commit_free(&c);
    if (!ok && u->err->code != LF_OK && !is_there(u, list))
        lf_out_drop(path);
    return ok;
}
