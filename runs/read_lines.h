// A text file line by line, in little memory.
#ifndef LF_READ_LINES_H
#define LF_READ_LINES_H

#include "formats/base/buf.h"
#include "formats/base/in.h"

struct lf_lines {
    struct lf_in *in;
    struct lf_buf buf;
    size_t at; // where the next line begins in it
    uint64_t number;
    bool end;
};

LF_MUST_USE bool lf_lines_open(struct lf_lines *l, const char *path,
                               struct lf_error *err);
// The next line, without its line feed; until the next call. *more false: none is left.
LF_MUST_USE bool lf_lines_next(struct lf_lines *l, struct lf_slice *line, bool *more,
                               struct lf_error *err);
void lf_lines_done(struct lf_lines *l);

#endif
