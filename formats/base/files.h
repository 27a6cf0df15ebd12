// Files that a document names: below a folder, or members of an archive.
#ifndef LF_FILES_H
#define LF_FILES_H

#include "formats/base/buf.h"

struct lf_files {
    // Appends the whole file to `out`. *found false: there is none. An unsafe path or
    // one beyond the limit is an error.
    bool (*read)(void *user, struct lf_slice path, struct lf_buf *out, bool *found,
                 struct lf_error *err);
    void *user;
};

#endif
