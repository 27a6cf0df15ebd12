#include "formats/base/zip_out.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zip.h>

#include "formats/base/alloc.h"
#include "formats/base/arena.h"
#include "formats/base/buf.h"
#include "formats/base/deflate.h"
#include "formats/base/fs.h"
#include "formats/base/in.h"
#include "formats/base/limits.h"
#include "formats/base/relpath.h"

enum { HELD = 65536 };

struct entry {
    const char *name;
    const char *relpath; // a stored file; NULL: deflated
    struct lf_deflated data;
    int folder;
    bool links;
};

// What libzip reads a member through; only one member is read at a time.
struct source {
    struct lf_zip_out *z;
    const struct entry *entry;
    zip_error_t error;
};

struct lf_zip_out {
    char *path, *temp;
    struct lf_arena arena; // names and sources
    struct entry *entry;
    size_t count, cap;
    struct lf_deflate *deflate; // NULL until the first deflated member
    const char *begun;          // name of the open member
    struct lf_in *in;           // the stored member that libzip reads now
    uint64_t given;             // bytes of the member it reads
    struct lf_error err;        // why a source failed; libzip has only numbers for it
};

static bool fail_zip(struct lf_zip_out *z, zip_error_t *e, struct lf_error *err)
{
    if (z->err.code != LF_OK)
        *err = z->err;
    if (zip_error_code_zip(e) == ZIP_ER_MEMORY)
        return lf_fail(err, LF_E_NOMEM, "no memory for a zip archive");
    errno = zip_error_system_type(e) == ZIP_ET_SYS ? zip_error_code_system(e) : 0;
    if (errno)
        return lf_fail_errno(err, "cannot write the zip archive");
    return lf_fail(err, LF_E_IO, "cannot write the zip archive: %s",
                   zip_error_strerror(e));
}

struct lf_zip_out *lf_zip_out_new(const char *path, struct lf_error *err)
{
    struct lf_buf temp = {0};
    struct lf_zip_out *z = lf_alloc(1, sizeof *z, err);
    if (!z)
        return NULL;
    lf_buf_printf(&temp, "%s.lf-new", path);
    z->path = lf_strdup(lf_slice_of(path), err);
    z->temp = lf_buf_ok(&temp, err) ? lf_strdup(lf_buf_view(&temp), err) : NULL;
    lf_buf_done(&temp);
    if (!z->path || !z->temp)
        lf_zip_out_free(&z);
    return z;
}

static bool add(struct lf_zip_out *z, struct entry e, struct lf_error *err)
{
    void *array = z->entry;
    if (!lf_grow(&array, &z->cap, z->count + 1, sizeof e, err))
        return false;
    z->entry = array;
    z->entry[z->count++] = e;
    return true;
}

static bool take_name(struct lf_zip_out *z, const char *name, const char **copy,
                      struct lf_error *err)
{
    struct lf_slice text;
    if (z->begun)
        return lf_fail(err, LF_E_BUG, "a member of the zip is still open");
    if (!lf_relpath_check(lf_slice_of(name), LF_E_ZIP_NAME, err) ||
        !lf_arena_text(&z->arena, lf_slice_of(name), &text, err))
        return lf_fail_in_file(err, z->path);
    *copy = text.at;
    return true;
}

bool lf_zip_out_file(struct lf_zip_out *z, const char *name, int folder,
                     const char *relpath, bool links, struct lf_error *err)
{
    struct entry e = {.folder = folder, .links = links};
    struct lf_slice text;
    if (!take_name(z, name, &e.name, err) ||
        !lf_arena_text(&z->arena, lf_slice_of(relpath), &text, err))
        return false;
    e.relpath = text.at;
    struct lf_in *in = lf_in_below(folder, relpath, links, err);
    bool ok = in && (lf_in_size(in, &e.data.size) ||
                     lf_fail(err, LF_E_PATH, "the size of the file is not known"));
    lf_in_free(&in);
    return ok && add(z, e, err);
}

bool lf_zip_out_begin(struct lf_zip_out *z, const char *name, struct lf_error *err)
{
    const char *copy = NULL;
    if (!take_name(z, name, &copy, err))
        return false;
    if (!z->deflate)
        z->deflate = lf_deflate_new(z->path, err);
    if (!z->deflate)
        return false;
    z->begun = copy;
    return true;
}

bool lf_zip_out_write(struct lf_zip_out *z, struct lf_slice bytes, struct lf_error *err)
{
    if (!z->begun)
        return lf_fail(err, LF_E_BUG, "no member of the zip is open");
    return lf_deflate_write(z->deflate, bytes, err) || lf_fail_in_file(err, z->path);
}

bool lf_zip_out_end(struct lf_zip_out *z, struct lf_error *err)
{
    struct entry e = {.name = z->begun, .folder = -1};
    z->begun = NULL;
    if (!e.name)
        return lf_fail(err, LF_E_BUG, "no member of the zip is open");
    return (lf_deflate_end(z->deflate, &e.data, err) && add(z, e, err)) ||
           lf_fail_in_file(err, z->path);
}

static bool open_stored(struct source *s, struct lf_error *err)
{
    uint64_t size = 0;
    s->z->in = lf_in_below(s->entry->folder, s->entry->relpath, s->entry->links, err);
    if (!s->z->in)
        return false;
    if (lf_in_size(s->z->in, &size) && size == s->entry->data.size)
        return true;
    lf_fail(err, LF_E_CHANGED, "the file changed its size");
    lf_fail_in_file(err, lf_in_name(s->z->in));
    lf_in_free(&s->z->in);
    return false;
}

static bool read_stored(struct source *s, void *to, size_t cap, size_t *got,
                        struct lf_error *err)
{
    struct lf_zip_out *z = s->z;
    if (!lf_in_read(z->in, to, cap, got, err))
        return false;
    if (*got > s->entry->data.size - z->given ||
        (*got == 0 && cap && z->given != s->entry->data.size))
        return lf_fail(err, LF_E_CHANGED, "the file changed its size") ||
               lf_fail_in_file(err, lf_in_name(z->in));
    z->given += *got;
    return true;
}

static bool read_deflated(struct source *s, void *to, size_t cap, size_t *got,
                          struct lf_error *err)
{
    const struct lf_deflated *d = &s->entry->data;
    uint64_t left = d->packed - s->z->given;
    *got = cap < left ? cap : (size_t)left;
    if (!lf_deflate_read(s->z->deflate, d->at + s->z->given, to, *got, err))
        return false;
    s->z->given += *got;
    return true;
}

static zip_int64_t tell_stat(const struct source *s, zip_stat_t *st)
{
    zip_stat_init(st);
    st->size = s->entry->data.size;
    st->valid = ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD;
    st->comp_method = ZIP_CM_STORE;
    if (!s->entry->relpath) {
        st->comp_size = s->entry->data.packed;
        st->crc = s->entry->data.crc;
        st->comp_method = ZIP_CM_DEFLATE;
        st->valid |= ZIP_STAT_COMP_SIZE | ZIP_STAT_CRC;
    }
    return sizeof *st;
}

static zip_int64_t failed(struct source *s)
{
    zip_error_set(&s->error, ZIP_ER_READ, 0);
    return -1;
}

static zip_int64_t serve(void *user, void *data, zip_uint64_t len, zip_source_cmd_t cmd)
{
    struct source *s = user;
    struct lf_zip_out *z = s->z;
    bool stored = s->entry->relpath != NULL;
    size_t got = 0;
    switch (cmd) {
    case ZIP_SOURCE_OPEN:
        z->given = 0;
        return !stored || open_stored(s, &z->err) ? 0 : failed(s);
    case ZIP_SOURCE_READ:
        return (stored ? read_stored : read_deflated)(s, data, (size_t)len, &got,
                                                      &z->err)
                   ? (zip_int64_t)got
                   : failed(s);
    case ZIP_SOURCE_CLOSE:
        lf_in_free(&z->in);
        return 0;
    case ZIP_SOURCE_STAT:
        return tell_stat(s, data);
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&s->error, data, len);
    case ZIP_SOURCE_FREE:
        return 0; // the arena's
    case ZIP_SOURCE_SUPPORTS:
        return ZIP_SOURCE_SUPPORTS_READABLE;
    default:
        zip_error_set(&s->error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static int by_folded_name(const void *a, const void *b)
{
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    for (;; x++, y++) {
        int cx = *x >= 'A' && *x <= 'Z' ? *x + 32 : (unsigned char)*x;
        int cy = *y >= 'A' && *y <= 'Z' ? *y + 32 : (unsigned char)*y;
        if (cx != cy || cx == 0)
            return cx - cy;
    }
}

// Names that differ only in case would be one file where the archive is unpacked on
// some systems.
static bool check_names(const struct lf_zip_out *z, struct lf_error *err)
{
    const char **name = lf_alloc(z->count, sizeof *name, err);
    bool ok = name != NULL;
    for (size_t i = 0; ok && i < z->count; i++)
        name[i] = z->entry[i].name;
    if (ok && z->count)
        qsort(name, z->count, sizeof *name, by_folded_name);
    for (size_t i = 1; ok && i < z->count; i++)
        if (by_folded_name(&name[i - 1], &name[i]) == 0)
            ok = lf_fail(err, LF_E_ZIP_DUPLICATE,
                         "two members would be called '%s' and '%s'", name[i - 1],
                         name[i]);
    lf_free(name);
    if (ok && z->count > LF_ZIP_MEMBERS)
        ok = lf_fail(err, LF_E_ZIP_MEMBERS, "%zu members; the limit zip-members is %d",
                     z->count, LF_ZIP_MEMBERS);
    return ok;
}

static bool add_to_zip(struct lf_zip_out *z, zip_t *zip, const struct entry *e,
                       struct lf_error *err)
{
    struct source *s = lf_arena_take(&z->arena, 1, sizeof *s, err);
    if (!s)
        return false;
    s->z = z;
    s->entry = e;
    zip_error_init(&s->error);
    zip_source_t *source = zip_source_function(zip, serve, s);
    zip_int64_t i = source ? zip_file_add(zip, e->name, source, ZIP_FL_ENC_UTF_8) : -1;
    if (i < 0) {
        zip_source_free(source);
        return fail_zip(z, zip_get_error(zip), err);
    }
    zip_uint64_t at = (zip_uint64_t)i;
    // No clock and no umask; deflated members keep the method their source tells.
    if ((e->relpath && zip_set_file_compression(zip, at, ZIP_CM_STORE, 0) != 0) ||
        zip_file_set_dostime(zip, at, 0, 0x21, 0) != 0 ||
        zip_file_set_external_attributes(zip, at, 0, ZIP_OPSYS_UNIX,
                                         UINT32_C(0100644) << 16))
        return fail_zip(z, zip_get_error(zip), err);
    return true;
}

// Where libzip writes to. Left to itself it names a temporary file by OpenSSL's random
// numbers, which end the program when memory runs out.
struct sink {
    struct lf_zip_out *z;
    int fd;
    char *held; // not yet handed to the system
    size_t len;
    zip_uint64_t at, end; // of the file, what is held included
    zip_error_t error;
};

static bool flush_sink(struct sink *s)
{
    size_t n = s->len;
    s->len = 0;
    return lf_fs_write(s->fd, s->held, n, &s->z->err);
}

static bool sink_write(struct sink *s, const void *bytes, zip_uint64_t n)
{
    if (n > HELD - s->len && !flush_sink(s))
        return false;
    if (n > HELD) {
        if (!lf_fs_write(s->fd, bytes, (size_t)n, &s->z->err))
            return false;
    } else if (n) {
        memcpy(s->held + s->len, bytes, (size_t)n);
        s->len += (size_t)n;
    }
    s->at += n;
    s->end = s->at > s->end ? s->at : s->end;
    return true;
}

static bool sink_seek(struct sink *s, void *data, zip_uint64_t len)
{
    zip_int64_t to =
        zip_source_seek_compute_offset(s->at, s->end, data, len, &s->error);
    if (to < 0 || !flush_sink(s))
        return false;
    if (lseek(s->fd, (off_t)to, SEEK_SET) < 0)
        return lf_fail_errno(&s->z->err, "cannot seek");
    s->at = (zip_uint64_t)to;
    return true;
}

static zip_int64_t sink_ask(void *user, void *data, zip_uint64_t len,
                            zip_source_cmd_t what)
{
    struct sink *s = user;
    bool ok = true;
    switch (what) {
    case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(
            ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
            ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL,
            ZIP_SOURCE_SUPPORTS, ZIP_SOURCE_BEGIN_WRITE, ZIP_SOURCE_COMMIT_WRITE,
            ZIP_SOURCE_ROLLBACK_WRITE, ZIP_SOURCE_SEEK_WRITE, ZIP_SOURCE_TELL_WRITE,
            ZIP_SOURCE_REMOVE, ZIP_SOURCE_WRITE, -1);
    case ZIP_SOURCE_STAT: // an empty file, as it is when libzip asks
        zip_stat_init(data);
        ((zip_stat_t *)data)->valid = ZIP_STAT_SIZE;
        return (zip_int64_t)sizeof(zip_stat_t);
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&s->error, data, len);
    case ZIP_SOURCE_TELL_WRITE:
        return (zip_int64_t)s->at;
    case ZIP_SOURCE_WRITE:
        ok = sink_write(s, data, len);
        break;
    case ZIP_SOURCE_SEEK_WRITE:
        ok = sink_seek(s, data, len);
        break;
    case ZIP_SOURCE_COMMIT_WRITE:
        ok = flush_sink(s);
        break;
    default: // nothing to do, or nothing to be read
        break;
    }
    if (!ok && zip_error_code_zip(&s->error) == ZIP_ER_OK)
        zip_error_set(&s->error, ZIP_ER_WRITE, EIO);
    return !ok ? -1 : what == ZIP_SOURCE_WRITE ? (zip_int64_t)len : 0;
}

static bool write_members(struct lf_zip_out *z, struct sink *s, struct lf_error *err)
{
    zip_error_t e;
    zip_error_init(&e);
    zip_source_t *source = zip_source_function_create(sink_ask, s, &e);
    zip_t *zip =
        source ? zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, &e) : NULL;
    if (!zip) {
        zip_source_free(source);
        fail_zip(z, &e, err);
        zip_error_fini(&e);
        return false;
    }
    zip_error_fini(&e);
    bool ok = true;
    for (size_t i = 0; ok && i < z->count; i++)
        ok = add_to_zip(z, zip, &z->entry[i], err);
    if (ok && zip_close(zip) == 0)
        return true;
    if (ok)
        fail_zip(z, zip_get_error(zip), err);
    zip_discard(zip);
    return false;
}

static bool write_zip(struct lf_zip_out *z, int folder, const char *temp,
                      struct lf_error *err)
{
    struct sink s = {.z = z, .fd = lf_fs_create(folder, temp, err)};
    zip_error_init(&s.error);
    s.held = s.fd < 0 ? NULL : lf_alloc(HELD, 1, err);
    bool ok = s.held && write_members(z, &s, err);
    ok = lf_fs_close(&s.fd, err) && ok;
    zip_error_fini(&s.error);
    lf_free(s.held);
    return ok;
}

// libzip writes no archive without members.
static bool write_empty(int folder, const char *temp, struct lf_error *err)
{
    static const char end[22] = "PK\5\6";
    int fd = lf_fs_create(folder, temp, err);
    bool ok = fd >= 0 && lf_fs_write(fd, end, sizeof end, err);
    return lf_fs_close(&fd, err) && ok;
}

static bool sync_file(int folder, const char *name, struct lf_error *err)
{
    int fd = lf_fs_file_below(folder, name, err);
    bool ok = fd >= 0 && lf_fs_sync(fd, err);
    lf_fs_drop(&fd);
    return ok;
}

// Only what is synced gets the name that was asked for.
static bool write_all(struct lf_zip_out *z, int folder, const char *base,
                      const char *temp, struct lf_error *err)
{
    enum lf_fs_kind now = lf_fs_kind(folder, base, err),
                    old = lf_fs_kind(folder, temp, err);
    if (now == LF_FS_FAILED || old == LF_FS_FAILED)
        return false;
    if ((now != LF_FS_ABSENT && now != LF_FS_FILE) ||
        (old != LF_FS_ABSENT && old != LF_FS_FILE))
        return lf_fail(err, LF_E_TARGET, "it is there and is not a plain file");
    if (old == LF_FS_FILE && unlinkat(folder, temp, 0) != 0)
        return lf_fail_errno(err, "cannot remove an old '%s'", temp);
    bool ok =
        z->count ? write_zip(z, folder, temp, err) : write_empty(folder, temp, err);
    ok = ok && sync_file(folder, temp, err);
    if (ok && renameat(folder, temp, folder, base) != 0)
        ok = lf_fail_errno(err, "cannot rename");
    if (!ok)
        unlinkat(folder, temp, 0);
    return ok && lf_fs_sync(folder, err);
}

bool lf_zip_out_close(struct lf_zip_out *z, struct lf_error *err)
{
    const char *base;
    if (z->begun)
        return lf_fail(err, LF_E_BUG, "a member of the zip is still open");
    if (z->count)
        qsort(z->entry, z->count, sizeof *z->entry, by_name);
    int folder = lf_fs_parent(z->path, &base, err);
    bool ok = folder >= 0 && check_names(z, err) &&
              write_all(z, folder, base, z->temp + (base - z->path), err);
    lf_fs_drop(&folder);
    return ok || lf_fail_in_file(err, z->path);
}

void lf_zip_out_free(struct lf_zip_out **z)
{
    if (!*z)
        return;
    lf_deflate_free(&(*z)->deflate);
    lf_in_free(&(*z)->in);
    lf_arena_done(&(*z)->arena);
    lf_free((*z)->entry);
    lf_free((*z)->path);
    lf_free((*z)->temp);
    lf_free(*z);
    *z = NULL;
}
