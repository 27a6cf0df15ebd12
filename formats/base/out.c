#include "formats/base/out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/alloc.h"
#include "formats/base/buf.h"
#include "formats/base/fs.h"

enum { HELD = 65536 };

struct lf_out {
    char *path, *temp;
    const char *base, *temp_base; // last parts of the two
    int folder, file;             // file: -1 once it is sealed
    bool there, sealed, keep;     // there: the temporary file is in the folder
    char *held;                   // written but not yet handed to the system
    size_t len;
    uint64_t size;
    struct lf_digest *digest; // NULL: nobody asked
};

static bool fail_here(const struct lf_out *o, struct lf_error *err)
{
    return lf_fail_in_file(err, o->path);
}

// `what` for the name `base`: must be absent or a plain file.
static bool check_plain(int folder, const char *base, bool *there, struct lf_error *err)
{
    enum lf_fs_kind kind = lf_fs_kind(folder, base, err);
    *there = kind == LF_FS_FILE;
    if (kind == LF_FS_FAILED)
        return false;
    return kind == LF_FS_FILE || kind == LF_FS_ABSENT ||
           lf_fail(err, LF_E_TARGET, "'%s' is there and is not a plain file", base);
}

static bool open_temp(struct lf_out *o, struct lf_error *err)
{
    bool there = false;
    o->folder = lf_fs_parent(o->path, &o->base, err);
    if (o->folder < 0)
        return false;
    o->temp_base = o->temp + (o->base - o->path);
    if (!check_plain(o->folder, o->base, &there, err) ||
        !check_plain(o->folder, o->temp_base, &there, err))
        return false;
    if (there && unlinkat(o->folder, o->temp_base, 0) != 0)
        return lf_fail_errno(err, "cannot remove an old '%s'", o->temp_base);
    o->file = lf_fs_create(o->folder, o->temp_base, err);
    o->there = o->file >= 0;
    return o->there;
}

struct lf_out *lf_out_new(const char *path, struct lf_error *err)
{
    struct lf_buf temp = {0};
    struct lf_out *o = lf_alloc(1, sizeof *o, err);
    if (!o)
        return NULL;
    o->folder = o->file = -1;
    lf_buf_printf(&temp, "%s.lf-new", path);
    o->path = lf_strdup(lf_slice_of(path), err);
    o->temp = lf_buf_ok(&temp, err) ? lf_strdup(lf_buf_view(&temp), err) : NULL;
    o->held = lf_alloc(HELD, 1, err);
    lf_buf_done(&temp);
    if (!o->path || !o->temp || !o->held || !open_temp(o, err)) {
        lf_fail_in_file(err, path);
        lf_out_free(&o);
    }
    return o;
}

static bool put(struct lf_out *o, struct lf_slice bytes, struct lf_error *err)
{
    return (!o->digest || lf_digest_add(o->digest, bytes, err)) &&
           (lf_fs_write(o->file, bytes.at, bytes.len, err) || fail_here(o, err));
}

static bool flush(struct lf_out *o, struct lf_error *err)
{
    size_t n = o->len;
    o->len = 0;
    return put(o, (struct lf_slice){o->held, n}, err);
}

bool lf_out_digest(struct lf_out *o, struct lf_error *err)
{
    o->digest = lf_digest_new(err);
    return o->digest != NULL;
}

bool lf_out_hex(struct lf_out *o, char hex[LF_DIGEST_HEX], struct lf_error *err)
{
    unsigned char digest[LF_DIGEST_BYTES];
    if (!o->digest || !o->sealed)
        return lf_fail(err, LF_E_BUG, "no digest of it was made");
    if (!lf_digest_take(o->digest, digest, err))
        return false;
    lf_hex(digest, sizeof digest, hex);
    return true;
}

bool lf_out_write(struct lf_out *o, struct lf_slice bytes, struct lf_error *err)
{
    if (o->sealed || o->file < 0)
        return lf_fail(err, LF_E_BUG, "written to after it was sealed") ||
               fail_here(o, err);
    o->size += bytes.len;
    if (bytes.len > HELD - o->len && !flush(o, err))
        return false;
    if (bytes.len > HELD)
        return put(o, bytes, err);
    if (bytes.len)
        memcpy(o->held + o->len, bytes.at, bytes.len);
    o->len += bytes.len;
    return true;
}

uint64_t lf_out_size(const struct lf_out *o)
{
    return o->size;
}

static bool seal(struct lf_out *o, bool sync, struct lf_error *err)
{
    if (o->sealed)
        return true;
    bool ok = flush(o, err) && (!sync || lf_fs_sync(o->file, err));
    ok = lf_fs_close(&o->file, err) && ok;
    o->sealed = ok;
    return ok || fail_here(o, err);
}

bool lf_out_seal(struct lf_out *o, struct lf_error *err)
{
    return seal(o, true, err);
}

bool lf_out_seal_unsynced(struct lf_out *o, struct lf_error *err)
{
    return seal(o, false, err);
}

const char *lf_out_temp(const struct lf_out *o)
{
    return o->temp;
}

static bool put_in_place(struct lf_out *o, bool replace, bool sync,
                         struct lf_error *err)
{
    bool there = false;
    if (!check_plain(o->folder, o->base, &there, err))
        return false;
    if (!replace) {
        if (!lf_fs_rename_new(o->folder, o->temp_base, o->base, &there, err))
            return false;
        if (there)
            return lf_fail(err, LF_E_EXISTS, "it is there already");
    } else if (renameat(o->folder, o->temp_base, o->folder, o->base) != 0) {
        return lf_fail_errno(err, "cannot rename");
    }
    o->there = false;
    return !sync || lf_fs_sync(o->folder, err);
}

bool lf_out_commit(struct lf_out *o, bool replace, struct lf_error *err)
{
    return seal(o, true, err) &&
           (put_in_place(o, replace, true, err) || fail_here(o, err));
}

bool lf_out_commit_unsynced(struct lf_out *o, bool replace, struct lf_error *err)
{
    return seal(o, false, err) &&
           (put_in_place(o, replace, false, err) || fail_here(o, err));
}

void lf_out_keep(struct lf_out *o)
{
    o->keep = true;
}

void lf_out_free(struct lf_out **o)
{
    struct lf_out *p = *o;
    if (!p)
        return;
    lf_fs_drop(&p->file);
    if (p->there && !(p->sealed && p->keep))
        unlinkat(p->folder, p->temp_base, 0);
    lf_fs_drop(&p->folder);
    lf_digest_free(&p->digest);
    lf_free(p->held);
    lf_free(p->temp);
    lf_free(p->path);
    lf_free(p);
    *o = NULL;
}

bool lf_out_file(const char *path, struct lf_slice bytes, struct lf_error *err)
{
    struct lf_out *o = lf_out_new(path, err);
    bool ok = o && lf_out_write(o, bytes, err) && lf_out_commit(o, true, err);
    lf_out_free(&o);
    return ok;
}

bool lf_sync_dir(const char *path, struct lf_error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok =
        fd >= 0 ? lf_fs_sync(fd, err) : lf_fail_errno(err, "cannot open the folder");
    lf_fs_drop(&fd);
    return ok || lf_fail_in_file(err, path);
}

static bool make_folder(const char *path, struct lf_error *err)
{
    struct stat st;
    const char *base;
    if (mkdir(path, 0777) != 0) {
        // A link to a folder is fine here: the person named this path.
        if (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
            return true;
        return lf_fail_errno(err, "cannot make the folder") ||
               lf_fail_in_file(err, path);
    }
    int parent = lf_fs_parent(path, &base, err);
    bool ok = parent >= 0 && lf_fs_sync(parent, err);
    lf_fs_drop(&parent);
    return ok;
}

bool lf_mkdirs(const char *path, struct lf_error *err)
{
    char *copy = lf_strdup(lf_slice_of(path), err);
    size_t len = copy ? strlen(copy) : 0;
    while (len > 1 && copy[len - 1] == '/')
        copy[--len] = '\0';
    bool ok = copy != NULL;
    for (size_t i = 1; ok && i < len; i++) {
        if (copy[i] != '/' || copy[i - 1] == '/')
            continue;
        struct stat st;
        copy[i] = '\0';
        ok = (stat(copy, &st) == 0 && S_ISDIR(st.st_mode)) || make_folder(copy, err);
        copy[i] = '/';
    }
    ok = ok && (len == 0 || make_folder(copy, err));
    lf_free(copy);
    return ok;
}

void lf_out_drop(const char *path)
{
    struct lf_buf temp = {0};
    struct stat st;
    lf_buf_printf(&temp, "%s.lf-new", path);
    if (!temp.failed && lstat(temp.at, &st) == 0 && S_ISREG(st.st_mode))
        (void)unlink(temp.at); // the next output of this name replaces it otherwise
    lf_buf_done(&temp);
}
