#include "runs/rekey.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "formats/base/arena.h"
#include "formats/base/digest.h"
#include "formats/base/in.h"
#include "formats/base/json.h"
#include "formats/base/relpath.h"

struct digests { // of a run.json under its old and its new name
    char was[LF_DIGEST_HEX], now[LF_DIGEST_HEX];
};

struct rekeying {
    struct lf_run_change *change;
    const char *runs, *from, *to;
    struct digests *pair;
    size_t pairs, room;
    struct lf_arena arena;
    struct lf_buf text, out;
};

static bool read_file(const char *path, struct lf_buf *out, struct lf_error *err)
{
    struct lf_in *in = lf_in_file(path, err);
    bool over;
    lf_buf_clear(out);
    bool ok = in && lf_in_rest(in, SIZE_MAX, out, &over, err);
    lf_in_free(&in);
    return ok && lf_buf_ok(out, err);
}

static bool digest_of(struct lf_slice text, char hex[LF_DIGEST_HEX],
                      struct lf_error *err)
{
    unsigned char whole[LF_DIGEST_BYTES];
    struct lf_digest *d = lf_digest_new(err);
    bool ok = d && lf_digest_add(d, text, err) && lf_digest_take(d, whole, err);
    if (ok)
        lf_hex(whole, sizeof whole, hex);
    lf_digest_free(&d);
    return ok;
}

static bool note(struct rekeying *r, struct lf_error *err)
{
    void *pairs = r->pair;
    if (!lf_arena_grow(&r->arena, &pairs, &r->room, r->pairs + 1, sizeof *r->pair, err))
        return false;
    r->pair = pairs;
    struct digests *d = &r->pair[r->pairs++];
    return digest_of(lf_buf_view(&r->text), d->was, err) &&
           digest_of(lf_buf_view(&r->out), d->now, err);
}

static bool put_key(struct rekeying *r, struct lf_error *err)
{
    struct lf_slice doc = lf_buf_view(&r->text), key;
    if (!lf_json_check(doc, (struct lf_json_rules){0}, 0, err))
        return false;
    if (!lf_json_get(lf_json_trim(doc), "key", &key))
        return lf_fail(err, LF_E_RUN_RECORD, "run.json has no text \"key\"");
    key = lf_json_trim(key);
    lf_buf_slice(&r->out, lf_slice_between(doc.at, key.at));
    lf_json_quote(&r->out, lf_slice_of(r->to), true);
    lf_buf_slice(&r->out, lf_slice_between(key.at + key.len, doc.at + doc.len));
    return lf_buf_ok(&r->out, err) && note(r, err);
}

// In files.json: "annotations/OLD/.. and digests of run.json, wherever they stand.
static bool put_names(struct rekeying *r, struct lf_error *err)
{
    char was[300];
    struct lf_slice doc = lf_buf_view(&r->text), old;
    if (!lf_path_printf(was, sizeof was, err, "\"annotations/%s/", r->from))
        return false;
    old = lf_slice_of(was);
    for (size_t i = 0; i < doc.len;) {
        struct lf_slice rest = {doc.at + i, doc.len - i};
        size_t k = 0;
        while (k < r->pairs && !lf_slice_starts(rest, lf_slice_of(r->pair[k].was)))
            k++;
        if (k < r->pairs) {
            lf_buf_text(&r->out, r->pair[k].now);
            i += strlen(r->pair[k].was);
        } else if (lf_slice_starts(rest, old)) {
            lf_buf_printf(&r->out, "\"annotations/%s/", r->to);
            i += old.len;
        } else {
            lf_buf_char(&r->out, doc.at[i++]);
        }
    }
    return lf_buf_ok(&r->out, err);
}

static bool rewrite(struct rekeying *r, const char *name,
                    bool (*put)(struct rekeying *r, struct lf_error *err),
                    struct lf_error *err)
{
    char path[5300];
    lf_buf_clear(&r->out);
    return (lf_path_join(path, sizeof path, r->runs, name, err) &&
            read_file(path, &r->text, err) && put(r, err) &&
            lf_change_file(r->change, LF_SIDE_RECORD, name, lf_buf_view(&r->out),
                           err)) ||
           lf_fail_in_file(err, path);
}

static bool rewrite_kept(struct rekeying *r, const char *file,
                         bool (*put)(struct rekeying *r, struct lf_error *err),
                         struct lf_error *err)
{
    char folder[4600], name[900], path[5600];
    struct dirent *entry;
    struct stat st;
    bool ok = true;
    if (!lf_path_printf(folder, sizeof folder, err, "%s/%s/undo", r->runs, r->from))
        return false;
    DIR *dir = opendir(folder);
    if (!dir && errno != ENOENT) {
        lf_fail_errno(err, "cannot list the folder");
        return lf_fail_in_file(err, folder);
    }
    while (dir && ok && (entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        ok = lf_path_printf(name, sizeof name, err, "%s/undo/%s/%s", r->from,
                            entry->d_name, file) &&
             lf_path_join(path, sizeof path, r->runs, name, err) &&
             (lstat(path, &st) != 0 || rewrite(r, name, put, err));
    }
    if (dir)
        closedir(dir);
    return ok;
}

bool lf_rekey(struct lf_run_change *change, const char *runs, const char *from,
              const char *to, struct lf_error *err)
{
    struct rekeying r = {.change = change, .runs = runs, .from = from, .to = to};
    char name[300];
    bool ok = lf_path_printf(name, sizeof name, err, "%s/run.json", from) &&
              rewrite(&r, name, put_key, err) &&
              rewrite_kept(&r, "run.json", put_key, err) &&
              rewrite_kept(&r, "files.json", put_names, err);
    lf_buf_done(&r.text);
    lf_buf_done(&r.out);
    lf_arena_done(&r.arena);
    return ok;
}
