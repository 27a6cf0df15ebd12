#include "merge/record.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/alloc.h"
#include "formats/base/out.h"
#include "formats/base/relpath.h"
#include "merge/came.h"

bool lf_new_base_add(struct lf_new_base *b, struct lf_run *run, uint32_t row,
                     struct lf_slice line, const uint8_t digest[LF_BASE_DIGEST],
                     struct lf_error *err)
{
    void *rows = b->row, *ats = b->at, *lens = b->len;
    uint64_t nl;
    if (!b->spool && !(b->spool = lf_spool_new(err)))
        return false;
    if (!lf_grow(&rows, &b->row_room, b->count + 1, sizeof *b->row, err))
        return false;
    b->row = rows;
    if (!lf_grow(&ats, &b->at_room, b->count + 1, sizeof *b->at, err))
        return false;
    b->at = ats;
    if (!lf_grow(&lens, &b->len_room, b->count + 1, sizeof *b->len, err))
        return false;
    b->len = lens;
    b->row[b->count] = row;
    b->len[b->count] = (uint32_t)line.len;
    memcpy(run->item[row].digest, digest, LF_BASE_DIGEST);
    return lf_spool_add(b->spool, line, &b->at[b->count++], err) &&
           lf_spool_add(b->spool, LF_S("\n"), &nl, err);
}

void lf_new_base_done(struct lf_new_base *b)
{
    lf_spool_free(&b->spool);
    lf_free(b->row);
    lf_free(b->at);
    lf_free(b->len);
    *b = (struct lf_new_base){0};
}

bool lf_record_merges(struct lf_run *run, const struct lf_incoming *in, bool *any,
                      struct lf_error *err)
{
    struct lf_run_merge *all =
        lf_arena_take(&run->arena, run->merges + in->sources, sizeof *all, err);
    *any = false;
    if (!all)
        return false;
    if (run->merges)
        memcpy(all, run->merge, run->merges * sizeof *all);
    for (size_t i = 0; i < in->sources; i++) {
        const struct lf_arrival *s = &in->source[i];
        struct lf_run_merge *m = &all[run->merges];
        if (s->repeated || s->aside)
            continue;
        if (!lf_arena_text(&run->arena, lf_slice_of(s->digest), &m->digest, err) ||
            !lf_arena_text(&run->arena, s->stamp, &m->stamp, err) ||
            !lf_arena_text(&run->arena, s->task, &m->tasks, err) ||
            !lf_arena_text(&run->arena, s->told, &m->told, err) ||
            !lf_came(in, (uint32_t)i, &run->arena, &m->came, err) ||
            !lf_arena_text(&run->arena, s->origin, &m->origin, err) ||
            !lf_arena_text(&run->arena, s->pieces, &m->pieces, err) ||
            !lf_arena_text(&run->arena, s->annotator, &m->annotator, err))
            return false;
        m->whole = in->whole;
        m->decided = in->decided;
        run->merges++;
        *any = true;
    }
    run->merge = all;
    return true;
}

static bool write_all(int fd, const char *at, size_t n, struct lf_error *err)
{
    while (n) {
        ssize_t k = write(fd, at, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return lf_fail_errno(err, "cannot write base.jsonl");
        at += k;
        n -= (size_t)k;
    }
    return true;
}

// Where the last line of base ends that items.tsv names.
static off_t counted_end(const struct lf_run *run, off_t size)
{
    uint64_t end = 0;
    for (uint32_t row = 0; row < run->items; row++) {
        const struct lf_run_item *item = &run->item[row];
        if (item->base_len && item->base_at + item->base_len + 1 > end)
            end = item->base_at + item->base_len + 1; // with its line feed
    }
    return end && end < (uint64_t)size ? (off_t)end : size;
}

// Bytes behind those that items.tsv names mean nothing: an append that is cut off does
// no harm, and what it or an undone merge left is cut away by the next.
static bool open_base(const struct lf_run *run, const char *path, int *fd, off_t *end,
                      struct lf_error *err)
{
    *fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666);
    off_t size = *fd < 0 ? -1 : lseek(*fd, 0, SEEK_END);
    if (size < 0)
        return lf_fail_errno(err, "cannot open base.jsonl");
    *end = counted_end(run, size);
    return *end == size || ftruncate(*fd, *end) == 0 ||
           lf_fail_errno(err, "cannot cut base.jsonl");
}

static bool append(struct lf_run *run, const struct lf_new_base *b, const char *folder,
                   struct lf_error *err)
{
    char path[4200], piece[1 << 14];
    int fd = -1;
    off_t end = 0;
    if (!lf_path_join(path, sizeof path, folder, "base.jsonl", err))
        return false;
    bool ok = open_base(run, path, &fd, &end, err);
    uint64_t size = b->spool ? lf_spool_size(b->spool) : 0;
    for (uint64_t at = 0; ok && at < size;) {
        size_t n = size - at < sizeof piece ? (size_t)(size - at) : sizeof piece;
        ok = lf_spool_read(b->spool, at, piece, n, err) && write_all(fd, piece, n, err);
        at += n;
    }
    ok = ok && (fsync(fd) == 0 || lf_fail_errno(err, "cannot sync base.jsonl"));
    if (fd >= 0 && close(fd) != 0 && ok)
        ok = lf_fail_errno(err, "cannot close base.jsonl");
    for (size_t i = 0; ok && i < b->count; i++) {
        struct lf_run_item *item = &run->item[b->row[i]];
        item->base_at = (uint64_t)end + b->at[i];
        item->base_len = b->len[i];
    }
    return ok;
}

static bool write_items(const struct lf_run *run, struct lf_out *out,
                        struct lf_error *err)
{
    struct lf_arena a = {0};
    struct lf_buf buf = {0};
    bool ok = true;
    for (uint32_t row = 0; ok && row < run->items; row++) {
        struct lf_slice name;
        ok = lf_run_name(run, row, &a, &name, err);
        if (ok)
            lf_run_item_line(&buf, &run->item[row], name);
        if (ok && (buf.len > 1 << 16 || row + 1 == run->items)) {
            ok = lf_buf_ok(&buf, err) && lf_out_write(out, lf_buf_view(&buf), err);
            lf_buf_clear(&buf);
        }
        lf_arena_reset(&a);
    }
    lf_arena_done(&a);
    lf_buf_done(&buf);
    return ok;
}

static bool write_json(const struct lf_run *run, struct lf_out *out,
                       struct lf_error *err)
{
    struct lf_buf buf = {0};
    lf_run_json(run, &buf);
    bool ok = lf_buf_ok(&buf, err) && lf_out_write(out, lf_buf_view(&buf), err);
    lf_buf_done(&buf);
    return ok;
}

static bool end_file(const struct lf_run *run, struct lf_out *out, const char *name,
                     struct lf_log *log, struct lf_error *err)
{
    char path[400];
    if (!log)
        return lf_out_commit(out, true, err);
    if (!lf_out_seal(out, err))
        return false;
    lf_out_keep(out);
    return lf_path_printf(path, sizeof path, err, "annotations/%.*s/%s",
                          (int)run->key.len, run->key.at, name) &&
           lf_log_file(log, path, name, out, err);
}

static bool write_file(const struct lf_run *run, const char *folder, const char *name,
                       bool (*fill)(const struct lf_run *run, struct lf_out *out,
                                    struct lf_error *err),
                       struct lf_log *log, struct lf_error *err)
{
    char path[4200];
    if (!lf_path_join(path, sizeof path, folder, name, err))
        return false;
    struct lf_out *out = lf_out_new(path, err);
    bool ok = out && (!log || lf_out_digest(out, err)) && fill(run, out, err) &&
              end_file(run, out, name, log, err);
    lf_out_free(&out);
    return ok;
}

static bool copy_file(int from, const char *folder, const char *name,
                      struct lf_error *err)
{
    char path[4200], piece[1 << 14];
    if (!lf_path_join(path, sizeof path, folder, name, err))
        return false;
    struct lf_out *out = lf_out_new(path, err);
    bool ok = out != NULL;
    for (off_t at = 0; ok;) {
        ssize_t n = pread(from, piece, sizeof piece, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            break;
        ok = n > 0 ? lf_out_write(out, (struct lf_slice){piece, (size_t)n}, err)
                   : lf_fail_errno(err, "cannot read a temporary file");
        at += n;
    }
    ok = ok && lf_out_commit(out, true, err);
    lf_out_free(&out);
    return ok;
}

bool lf_record_adopt(struct lf_run *run, const char *folder, struct lf_error *err)
{
    if (!run->fresh)
        return true;
    if (!lf_mkdirs(folder, err) ||
        !copy_file(run->base_fd, folder, "base.jsonl", err) ||
        !copy_file(run->items_fd, folder, "items.tsv", err) ||
        !write_file(run, folder, "run.json", write_json, NULL, err))
        return false;
    run->fresh = false;
    return true;
}

bool lf_record_write(struct lf_run *run, const struct lf_new_base *b,
                     const char *folder, struct lf_log *log, struct lf_error *err)
{
    return (!b->count ||
            (append(run, b, folder, err) &&
             write_file(run, folder, "items.tsv", write_items, log, err))) &&
           write_file(run, folder, "run.json", write_json, log, err);
}
