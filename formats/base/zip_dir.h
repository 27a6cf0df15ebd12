// The central directory of a zip as it lies in the file. libzip reads it too, but shows
// a NUL in a name as a blank and reserves memory by the number of members an archive
// claims; so we look first and compare afterwards. Internal to base.
#ifndef LF_ZIP_DIR_H
#define LF_ZIP_DIR_H

#include "formats/base/error.h"

struct lf_zip_dir {
    uint64_t at, size, count; // place, bytes and records of the central directory
};

// Refuses what claims more members than LF_ZIP_MEMBERS or than the file has room for.
LF_MUST_USE bool lf_zip_dir_find(int fd, struct lf_zip_dir *dir, struct lf_error *err);
// Calls `each` with the index, raw name and file offset of every record.
LF_MUST_USE bool lf_zip_dir_walk(int fd, const struct lf_zip_dir *dir,
                                 bool (*each)(void *user, uint64_t i,
                                              struct lf_slice name, uint64_t at,
                                              struct lf_error *err),
                                 void *user, struct lf_error *err);

#endif
