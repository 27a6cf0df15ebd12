// The steps of a commit: one file that takes its place, or many of one folder. Internal
// to base.
#ifndef LF_COMMIT_MOVE_H
#define LF_COMMIT_MOVE_H

#include "formats/base/buf.h"

struct lf_move {
    const char *keep; // NULL: the old one is not kept; of a group a folder
    const char *from, *to;
    const char *folder;   // of a group; else NULL
    struct lf_buf *names; // of a group, a line feed behind each, NUL at the end
};

// Whether a step can begin: what is new is there, what it replaces is plain, and the
// place for the old one is free.
LF_MUST_USE bool lf_move_check(int root, const struct lf_move *m, struct lf_error *err);
// Does a step, or what is left of it.
LF_MUST_USE bool lf_move_do(int root, const struct lf_move *m, struct lf_error *err);
// Removes what is new of a step that will never be.
void lf_move_undo(int root, const struct lf_move *m);

#endif
