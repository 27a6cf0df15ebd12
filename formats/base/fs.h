// File system calls with our errors, for those in base that write and walk. Internal to
// base: the other folders use in.h, out.h, tree.h, commit.h.
#ifndef LF_FS_H
#define LF_FS_H

#include "formats/base/arena.h"

enum lf_fs_kind {
    LF_FS_ABSENT,
    LF_FS_FILE,
    LF_FS_FOLDER,
    LF_FS_OTHER, // a link, device, fifo, socket
    LF_FS_FAILED // err is filled
};

// What `name` is below the open folder `dir`; links are not followed.
enum lf_fs_kind lf_fs_kind(int dir, const char *name, struct lf_error *err);
// The folder that holds `path`, and where the last part of `path` begins. -1 on
// failure.
int lf_fs_parent(const char *path, const char **base, struct lf_error *err);
// The same for a relative path below `root` that was checked: no link is followed.
int lf_fs_parent_below(int root, const char *relpath, const char **base,
                       struct lf_error *err);
int lf_fs_folder_below(int dir, const char *name, struct lf_error *err);
// A plain file for reading; a link or anything else is LF_E_PATH.
int lf_fs_file_below(int dir, const char *name, struct lf_error *err);
// A new file for writing, which was not there before.
int lf_fs_create(int dir, const char *name, struct lf_error *err);
// An unlinked temporary file: beside `path`, or in $TMPDIR (else /tmp) when it is NULL.
int lf_fs_scratch(const char *path, struct lf_error *err);

// All of the bytes, however short the writes and reads are.
LF_MUST_USE bool lf_fs_write(int fd, const void *bytes, size_t n, struct lf_error *err);
LF_MUST_USE bool lf_fs_read_at(int fd, uint64_t at, void *to, size_t n, size_t *got,
                               struct lf_error *err);
LF_MUST_USE bool lf_fs_sync(int fd, struct lf_error *err);
// Has everything of the file system of an open folder written at once, so that syncing
// many files one by one, which tells of failures, finds nothing left to do.
void lf_fs_sync_ahead(int dir);
LF_MUST_USE bool lf_fs_size(int fd, uint64_t *size, struct lf_error *err);
// Closes *fd and sets it to -1; a failure counts.
LF_MUST_USE bool lf_fs_close(int *fd, struct lf_error *err);
void lf_fs_drop(int *fd); // closes what was only read or is given up

// The names in an open folder, without "." and "..", sorted by their bytes, in the
// arena.
LF_MUST_USE bool lf_fs_list(int dir, struct lf_arena *a, const char ***names,
                            size_t *count, struct lf_error *err);

// Removes a folder and what is in it; `last` (NULL: none), a file right in it, goes
// last. Links are removed, never followed.
LF_MUST_USE bool lf_fs_remove_tree(int dir, const char *name, const char *last,
                                   struct lf_error *err);

// Renames without replacing anything: *taken tells that `to` is there. With `exchange`
// the two change places, or *taken is set when this system cannot do that.
LF_MUST_USE bool lf_fs_rename_new(int dir, const char *from, const char *to,
                                  bool *taken, struct lf_error *err);
LF_MUST_USE bool lf_fs_exchange(int dir, const char *a, const char *b, bool *cannot,
                                struct lf_error *err);

#endif
