#include "formats/base/zip_dir.h"

#include "formats/base/alloc.h"
#include "formats/base/fs.h"
#include "formats/base/limits.h"

enum {
    END = 22,        // end of central directory, before its comment
    LOCATOR = 20,    // zip64 locator, right before the end record
    END64 = 56,      // zip64 end record
    RECORD = 46,     // one record of the central directory, before its name
    LONGEST = 65535, // comment, name, extra field
    LOCATORS = 16, // zip64 locators that the tail of a file may hold; more is an attack
    WINDOW = 1 << 18
};

static uint32_t le16(const unsigned char *p)
{
    return p[0] | (uint32_t)p[1] << 8;
}

static uint32_t le32(const unsigned char *p)
{
    return le16(p) | le16(p + 2) << 16;
}

static uint64_t le64(const unsigned char *p)
{
    return le32(p) | (uint64_t)le32(p + 4) << 32;
}

static bool damaged(struct lf_error *err, uint64_t at, const char *what)
{
    lf_fail(err, LF_E_ZIP, "%s", what);
    return lf_fail_at_offset(err, at);
}

// The zip64 end record that the locator at `p` names. Every one of them is judged,
// because libzip tries all of them and reserves what they claim.
static bool read_end64(int fd, uint64_t file, const unsigned char *p,
                       struct lf_zip_dir *dir, struct lf_error *err)
{
    unsigned char end[END64];
    uint64_t at = le64(p + 8);
    size_t got = 0;
    if (at > file || file - at < END64)
        return damaged(err, at, "the zip64 end record is not there");
    if (!lf_fs_read_at(fd, at, end, sizeof end, &got, err))
        return false;
    if (got < sizeof end || memcmp(end, "PK\6\6", 4) != 0)
        return damaged(err, at, "the zip64 end record is not there");
    *dir = (struct lf_zip_dir){le64(end + 48), le64(end + 40), le64(end + 32)};
    if (dir->count > LF_ZIP_MEMBERS)
        return lf_fail(err, LF_E_ZIP_MEMBERS,
                       "%llu members; the limit zip-members is %d",
                       (unsigned long long)dir->count, LF_ZIP_MEMBERS);
    if (dir->count > file / RECORD)
        return damaged(err, at,
                       "the file has no room for as many members as it claims");
    return true;
}

// The last end record whose comment reaches the end of the file is the one that counts.
static bool find_in(int fd, uint64_t file, const unsigned char *tail, size_t len,
                    struct lf_zip_dir *dir, struct lf_error *err)
{
    bool found = false;
    unsigned locators = 0;
    for (size_t i = len - END + 1; i-- > 0;) {
        const unsigned char *p = tail + i;
        if (memcmp(p, "PK\5\6", 4) != 0)
            continue;
        struct lf_zip_dir here = {le32(p + 16), le32(p + 12), le16(p + 10)};
        if (i >= LOCATOR && memcmp(p - LOCATOR, "PK\6\7", 4) == 0) {
            if (++locators > LOCATORS)
                return damaged(err, file - len + i, "too many zip64 end records");
            if (!read_end64(fd, file, p - LOCATOR, &here, err))
                return false;
        }
        if (!found && le16(p + 20) == len - i - END) {
            *dir = here;
            found = true;
        }
    }
    return found ||
           damaged(err, file, "the end record is not there: cut short, or not a zip");
}

bool lf_zip_dir_find(int fd, struct lf_zip_dir *dir, struct lf_error *err)
{
    uint64_t file = 0;
    size_t got = 0;
    if (!lf_fs_size(fd, &file, err))
        return false;
    if (file < END)
        return damaged(err, file, "too short for a zip");
    size_t len =
        file < LONGEST + END + LOCATOR ? (size_t)file : LONGEST + END + LOCATOR;
    unsigned char *tail = lf_alloc(len, 1, err);
    bool ok = tail && lf_fs_read_at(fd, file - len, tail, len, &got, err) &&
              (got == len || lf_fail(err, LF_E_CHANGED, "the file got shorter")) &&
              find_in(fd, file, tail, len, dir, err);
    lf_free(tail);
    if (ok && (dir->at > file || dir->size > file - dir->at))
        ok = damaged(err, dir->at, "the central directory lies outside of the file");
    return ok;
}

struct window {
    unsigned char *bytes;
    size_t at, len;
    uint64_t next, end; // place in the file of what follows, end of the directory
};

// At least `need` bytes (fewer than WINDOW) at w->bytes + w->at.
static bool have(struct window *w, int fd, size_t need, struct lf_error *err)
{
    if (w->len - w->at >= need)
        return true;
    size_t got = 0, left = w->len - w->at;
    memmove(w->bytes, w->bytes + w->at, left);
    size_t room = WINDOW - left;
    if (room > w->end - w->next)
        room = (size_t)(w->end - w->next);
    if (!lf_fs_read_at(fd, w->next, w->bytes + left, room, &got, err))
        return false;
    w->at = 0;
    w->len = left + got;
    w->next += got;
    return w->len >= need || damaged(err, w->end, "the central directory is cut short");
}

bool lf_zip_dir_walk(int fd, const struct lf_zip_dir *dir,
                     bool (*each)(void *user, uint64_t i, struct lf_slice name,
                                  uint64_t at, struct lf_error *err),
                     void *user, struct lf_error *err)
{
    struct window w = {lf_alloc(WINDOW, 1, err), 0, 0, dir->at, dir->at + dir->size};
    bool ok = w.bytes != NULL;
    for (uint64_t i = 0, at = dir->at; ok && i < dir->count; i++) {
        ok = have(&w, fd, RECORD, err);
        const unsigned char *r = w.bytes + w.at;
        if (ok && memcmp(r, "PK\1\2", 4) != 0)
            ok = damaged(err, at, "a record of the central directory is not one");
        if (!ok)
            break;
        size_t name = le16(r + 28), all = RECORD + name + le16(r + 30) + le16(r + 32);
        ok = have(&w, fd, all, err) &&
             each(user, i,
                  (struct lf_slice){(const char *)w.bytes + w.at + RECORD, name}, at,
                  err);
        w.at += all;
        at += all;
    }
    lf_free(w.bytes);
    return ok;
}
