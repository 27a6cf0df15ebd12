// The steps of a commit: one file that takes its place, many of one folder, or a file
// or folder beside the list's own that is moved whole or removed; and those that take
// something back. Internal to base.
#ifndef LF_COMMIT_MOVE_H
#define LF_COMMIT_MOVE_H

#include "formats/base/buf.h"

enum lf_step {
    LF_STEP_PUT,    // a new file or group takes its place
    LF_STEP_MOVE,   // `from`, a file or folder, becomes `to`, where nothing is
    LF_STEP_DROP,   // `from`, a file or folder, goes with all that is in it
    LF_STEP_BACK,   // files of the folder `from` go to `folder`, under their names
    LF_STEP_REMOVE, // files of `folder` go
    LF_STEP_RMDIR   // `folder` goes if it is empty
};

struct lf_move {
    enum lf_step step;
    const char *keep; // NULL: the old one is not kept; of a group a folder
    const char *from, *to;
    const char *folder;   // of a group; else NULL. To take back: NULL is the root
    struct lf_buf *names; // of a group, a line feed behind each, NUL at the end
};

// Whether a step can begin: what is new is there, what it replaces is plain, and the
// place for the old one is free.
LF_MUST_USE bool lf_move_check(int root, const struct lf_move *m, struct lf_error *err);
// Does a step, or what is left of it.
LF_MUST_USE bool lf_move_do(int root, const struct lf_move *m, struct lf_error *err);
// Removes what is new of a step that will never be.
void lf_move_undo(int root, const struct lf_move *m);

// Steps of whole files and folders (commit_whole.c). Whether what was called `path` is
// elsewhere now that `m` moved it or a folder it is in.
bool lf_whole_took(int root, const struct lf_move *m, const char *path);
LF_MUST_USE bool lf_whole_check(int root, const struct lf_move *m,
                                struct lf_error *err);
LF_MUST_USE bool lf_whole_do(int root, const struct lf_move *m, struct lf_error *err);

// The steps that take back (commit_back.c); what they take from is never removed
// before.
LF_MUST_USE bool lf_back_check(int root, const struct lf_move *m, struct lf_error *err);
LF_MUST_USE bool lf_back_do(int root, const struct lf_move *m, struct lf_error *err);

#endif
