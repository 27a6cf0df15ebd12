#include "formats/base/zip_in.h"

#include <errno.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zip.h>

#include "formats/base/alloc.h"
#include "formats/base/buf.h"
#include "formats/base/fs.h"
#include "formats/base/limits.h"
#include "formats/base/relpath.h"
#include "formats/base/utf8.h"
#include "formats/base/zip_dir.h"

struct entry {
    const char *name; // libzip's
    uint32_t index;   // libzip's
};

struct lf_zip_in {
    zip_t *zip;
    char *name;
    struct entry *entry;
    size_t count, cap;
    uint64_t file,
        packed; // bytes of the archive, bytes its members claim to take in it
    uint64_t total, total_max;
};

struct member {
    struct lf_zip_in *z;
    zip_file_t *file;
    uint64_t size, packed, got; // as declared, as declared, as counted
    uint32_t want, crc;
    bool ended;
};

static bool fail_zip(struct lf_error *err, zip_error_t *e)
{
    int code = zip_error_code_zip(e), number = zip_error_code_system(e);
    if (code == ZIP_ER_MEMORY)
        return lf_fail(err, LF_E_NOMEM, "no memory for a zip archive");
    if (code == ZIP_ER_EXISTS)
        return lf_fail(err, LF_E_ZIP_DUPLICATE, "a name is there twice");
    if (code == ZIP_ER_ENCRNOTSUPP || code == ZIP_ER_NOPASSWD ||
        code == ZIP_ER_COMPNOTSUPP)
        return lf_fail(err, LF_E_ZIP_ENCRYPTED, "%s", zip_error_strerror(e));
    if (zip_error_system_type(e) == ZIP_ET_SYS && number != 0) {
        errno = number;
        return lf_fail_errno(err, "cannot read");
    }
    return lf_fail(err, LF_E_ZIP, "%s", zip_error_strerror(e));
}

// libzip shows NUL as a blank; any other difference means that it read another
// directory, or took the name from an extra field.
static bool same_name(struct lf_slice raw, const char *shown)
{
    for (size_t i = 0; i < raw.len; i++)
        if (shown[i] != (raw.at[i] ? raw.at[i] : ' '))
            return false;
    return shown[raw.len] == '\0';
}

static bool check_mode(struct lf_zip_in *z, uint64_t i, struct lf_error *err)
{
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    if (zip_file_get_external_attributes(z->zip, i, 0, &system, &attributes) != 0)
        return fail_zip(err, zip_get_error(z->zip));
    unsigned type = attributes >> 28; // of the Unix mode in the upper half
    if (type == 0 || type == 8 || type == 4)
        return true;
    return lf_fail(err, LF_E_ZIP_NAME, "a member is %s",
                   type == 10 ? "a link" : "a device or the like");
}

static bool check_stat(struct lf_zip_in *z, uint64_t i, size_t name,
                       struct lf_error *err)
{
    enum { LOCAL_HEADER = 30 };
    zip_stat_t st;
    if (zip_stat_index(z->zip, i, ZIP_FL_ENC_RAW, &st) != 0)
        return fail_zip(err, zip_get_error(z->zip));
    if (st.encryption_method != ZIP_EM_NONE)
        return lf_fail(err, LF_E_ZIP_ENCRYPTED, "a member is encrypted");
    // Members that lie over each other are how small archives unpack to much.
    uint64_t head = LOCAL_HEADER + name, left = z->file - z->packed;
    if (head > left || st.comp_size > left - head)
        return lf_fail(err, LF_E_ZIP, "the members take more room than the file has");
    z->packed += head + st.comp_size;
    return true;
}

static bool look_at(void *user, uint64_t i, struct lf_slice raw, uint64_t at,
                    struct lf_error *err)
{
    struct lf_zip_in *z = user;
    bool folder = raw.len && raw.at[raw.len - 1] == '/';
    struct lf_slice name = {raw.at, raw.len - folder};
    void *array = z->entry;
    const char *shown = zip_get_name(z->zip, i, ZIP_FL_ENC_RAW);
    if (!shown)
        return fail_zip(err, zip_get_error(z->zip));
    bool ok = lf_utf8_ok(raw) || lf_fail(err, LF_E_ZIP, "a member's name is not UTF-8");
    ok = ok && lf_relpath_check(name, LF_E_ZIP_NAME, err) &&
         (same_name(raw, shown) || lf_fail(err, LF_E_ZIP, "a member has two names")) &&
         check_mode(z, i, err) && check_stat(z, i, raw.len, err);
    if (!ok)
        return lf_fail_at_offset(err, at);
    if (folder)
        return true;
    if (!lf_grow(&array, &z->cap, z->count + 1, sizeof *z->entry, err))
        return false;
    z->entry = array;
    z->entry[z->count++] = (struct entry){shown, (uint32_t)i};
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static bool open_zip(struct lf_zip_in *z, int *fd, struct lf_error *err)
{
    int code = 0;
    errno = 0;
    z->zip = zip_fdopen(*fd, ZIP_CHECKCONS, &code);
    if (z->zip) {
        *fd = -1; // libzip keeps a copy and has closed this one
        return true;
    }
    zip_error_t e;
    zip_error_init_with_code(&e, code);
    fail_zip(err, &e);
    zip_error_fini(&e);
    return false;
}

static bool read_names(struct lf_zip_in *z, int *fd, int again, struct lf_error *err)
{
    struct lf_zip_dir dir = {0};
    if (!lf_fs_size(*fd, &z->file, err) || !lf_zip_dir_find(*fd, &dir, err) ||
        !open_zip(z, fd, err))
        return false;
    // libzip may have found another directory, or counted past 65535 where a field is
    // short.
    zip_int64_t count = zip_get_num_entries(z->zip, 0);
    if (count > LF_ZIP_MEMBERS)
        return lf_fail(err, LF_E_ZIP_MEMBERS,
                       "%lld members; the limit zip-members is %d", (long long)count,
                       LF_ZIP_MEMBERS);
    if (count < 0 || (uint64_t)count != dir.count)
        return lf_fail(err, LF_E_ZIP, "the number of members is not clear");
    if (!lf_zip_dir_walk(again, &dir, look_at, z, err))
        return false;
    if (z->count)
        qsort(z->entry, z->count, sizeof *z->entry, by_name);
    for (size_t i = 1; i < z->count; i++)
        if (strcmp(z->entry[i - 1].name, z->entry[i].name) == 0)
            return lf_fail(err, LF_E_ZIP_DUPLICATE, "a name is there twice");
    return true;
}

struct lf_zip_in *lf_zip_in_take(int fd, const char *name, struct lf_error *err)
{
    struct lf_zip_in *z = lf_alloc(1, sizeof *z, err);
    int again = -1; // libzip closes its own
    bool ok = false;
    if (!z)
        goto done;
    z->total_max = LF_ZIP_TOTAL;
    z->name = lf_strdup(lf_slice_of(name), err);
    if (!z->name)
        goto done;
    again = dup(fd);
    if (again < 0)
        lf_fail_errno(err, "cannot read");
    else
        ok = read_names(z, &fd, again, err);
done:
    lf_fs_drop(&again);
    lf_fs_drop(&fd);
    if (!ok) {
        lf_fail_in_file(err, name);
        lf_zip_in_free(&z);
    }
    return z;
}

size_t lf_zip_in_count(const struct lf_zip_in *z)
{
    return z->count;
}

const char *lf_zip_in_name(const struct lf_zip_in *z, size_t i)
{
    return z->entry[i].name;
}

static bool judge_end(struct member *m, struct lf_error *err)
{
    if (m->got < m->size)
        return lf_fail(err, LF_E_ZIP, "declared %llu bytes, got %llu",
                       (unsigned long long)m->size, (unsigned long long)m->got);
    if (m->crc != m->want)
        return lf_fail(err, LF_E_ZIP,
                       "the checksum of the bytes is not the declared one");
    m->ended = true;
    return true;
}

static bool judge_bytes(struct member *m, const void *bytes, size_t n,
                        struct lf_error *err)
{
    struct lf_zip_in *z = m->z;
    m->got += n;
    m->crc = libdeflate_crc32(m->crc, bytes, n);
    if (m->got > m->size)
        return lf_fail(err, LF_E_ZIP, "declared %llu bytes, got more",
                       (unsigned long long)m->size);
    if (m->got > LF_ZIP_RATIO_FROM && m->got > m->packed * LF_ZIP_RATIO)
        return lf_fail(err, LF_E_ZIP_RATIO,
                       "%llu bytes give more than %llu; the limit "
                       "zip-ratio is %d : 1",
                       (unsigned long long)m->packed, (unsigned long long)m->got,
                       LF_ZIP_RATIO);
    if (n > z->total_max - z->total)
        return lf_fail(err, LF_E_ZIP_TOTAL, "more than %llu bytes, the limit zip-total",
                       (unsigned long long)z->total_max);
    z->total += n;
    return true;
}

static bool read_member(void *state, void *to, size_t cap, size_t *got,
                        struct lf_error *err)
{
    struct member *m = state;
    *got = 0;
    if (m->ended || cap == 0)
        return true;
    zip_int64_t n = zip_fread(m->file, to, cap);
    if (n < 0)
        return fail_zip(err, zip_file_get_error(m->file));
    if (n == 0)
        return judge_end(m, err);
    if (!judge_bytes(m, to, (size_t)n, err))
        return false;
    *got = (size_t)n;
    return true;
}

static void close_member(void *state)
{
    struct member *m = state;
    zip_fclose(m->file);
    lf_free(m);
}

static bool open_member(struct member *m, uint32_t index, struct lf_error *err)
{
    zip_stat_t st;
    const zip_uint64_t all =
        ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_CRC | ZIP_STAT_COMP_METHOD;
    if (zip_stat_index(m->z->zip, index, ZIP_FL_ENC_RAW, &st) != 0)
        return fail_zip(err, zip_get_error(m->z->zip));
    if ((st.valid & all) != all)
        return lf_fail(err, LF_E_ZIP, "the size of a member is not there");
    // libzip knows more methods, but which ones depends on how it was built.
    if (st.comp_method != ZIP_CM_STORE && st.comp_method != ZIP_CM_DEFLATE)
        return lf_fail(err, LF_E_ZIP_ENCRYPTED,
                       "compression method %u is not known here",
                       (unsigned)st.comp_method);
    m->size = st.size;
    m->packed = st.comp_size;
    m->want = st.crc;
    m->file = zip_fopen_index(m->z->zip, index, 0);
    return m->file || fail_zip(err, zip_get_error(m->z->zip));
}

struct lf_in *lf_zip_in_read(struct lf_zip_in *z, size_t i, struct lf_error *err)
{
    struct lf_buf name = {0};
    struct lf_in *in = NULL;
    struct member *m = lf_alloc(1, sizeof *m, err);
    lf_buf_printf(&name, "%s!%s", z->name, z->entry[i].name);
    if (m && lf_buf_ok(&name, err)) {
        m->z = z;
        if (open_member(m, z->entry[i].index, err))
            in = lf_in_make(name.at, m, read_member, close_member, err);
        lf_fail_in_file(err, name.at);
    }
    if (!in && m) {
        if (m->file)
            zip_fclose(m->file);
        lf_free(m);
    }
    lf_buf_done(&name);
    return in;
}

void lf_zip_in_cap(struct lf_zip_in *z, uint64_t total)
{
    z->total_max = total > z->total ? total : z->total;
}

void lf_zip_in_free(struct lf_zip_in **z)
{
    if (!*z)
        return;
    if ((*z)->zip)
        zip_discard((*z)->zip);
    lf_free((*z)->name);
    lf_free((*z)->entry);
    lf_free(*z);
    *z = NULL;
}
