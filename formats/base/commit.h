// Several files renamed as one. The list of renames is written and synced first;
// whoever comes next finishes a list it finds. Before the list is there, nothing has
// happened; after it, all of it will.
#ifndef LF_COMMIT_H
#define LF_COMMIT_H

#include "formats/base/error.h"

struct lf_commit;

// The ending of a folder that holds nothing but a list; it goes with it.
#define LF_COMMIT_FOLDER ".lf-commit"

// `root`: the folder that all paths are relative to (a dataset). `list`: where the list
// lies while it is needed, relative to root.
LF_MUST_USE struct lf_commit *lf_commit_new(const char *root, const char *list,
                                            struct lf_error *err);
// A sealed file `temp` is to become `target`; both relative to root. The old target, if
// any, is first hard-linked (copied where links fail) to `keep`, unless keep is NULL.
LF_MUST_USE bool lf_commit_add(struct lf_commit *c, const char *temp,
                               const char *target, const char *keep,
                               struct lf_error *err);
// Many files of one folder, after all that was added before: each NAME.lf-new is to
// become NAME, and the old ones are kept under their names in the folder `keep` unless
// that is NULL. The new ones need not be synced yet. Their names follow, one call each.
LF_MUST_USE bool lf_commit_add_group(struct lf_commit *c, const char *folder,
                                     const char *keep, struct lf_error *err);
LF_MUST_USE bool lf_commit_add_name(struct lf_commit *c, struct lf_slice name,
                                    struct lf_error *err);
// `from` (a file or folder) is to become `to`, where nothing is; or `path` is to go,
// with all that is in it. Both only beside the folder that the list lies in: a list on
// a disk may be anybody's. What was added for places in a folder that is moved comes
// before it.
LF_MUST_USE bool lf_commit_add_whole(struct lf_commit *c, const char *from,
                                     const char *to, struct lf_error *err);
LF_MUST_USE bool lf_commit_add_removal(struct lf_commit *c, const char *path,
                                       struct lf_error *err);
// Takes back what an earlier commit did, each after all that was added before. Files of
// the folder `from`, whose names follow, go to `folder` under their names, over what is
// there. NULL: the root.
LF_MUST_USE bool lf_commit_add_back(struct lf_commit *c, const char *from,
                                    const char *folder, struct lf_error *err);
// Files of `folder` (NULL: the root), whose names follow, go. Absent ones are none.
LF_MUST_USE bool lf_commit_add_remove(struct lf_commit *c, const char *folder,
                                      struct lf_error *err);
// A folder goes, if it is there and empty by then.
LF_MUST_USE bool lf_commit_add_rmdir(struct lf_commit *c, const char *folder,
                                     struct lf_error *err);
// Renames in the order they were added. On failure before the list is in place all
// temporary files are removed and nothing has changed.
LF_MUST_USE bool lf_commit_run(struct lf_commit *c, struct lf_error *err);
void lf_commit_free(struct lf_commit **c);
// Finishes a list that a killed program left behind; *found tells whether there was
// one.
LF_MUST_USE bool lf_commit_finish(const char *root, const char *list, bool *found,
                                  struct lf_error *err);

// An exclusive lock on a file inside a folder; LF_E_LOCKED when somebody holds it. The
// lock ends with lf_unlock or the process. The lock file is left in place, empty.
LF_MUST_USE bool lf_lock(const char *path, int *lock, struct lf_error *err);
// The same on a folder itself; nothing is left behind in it.
LF_MUST_USE bool lf_lock_folder(const char *path, int *lock, struct lf_error *err);
void lf_unlock(int *lock);

#endif
