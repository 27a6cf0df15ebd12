// One file of an export, task by task, and what it says of itself.
#ifndef LS_DOC_H
#define LS_DOC_H

#include "formats/base/digest.h"
#include "formats/labelstudio/ls_bid.h"
#include "formats/labelstudio/ls_reading.h"

struct ls_doc;

LF_MUST_USE struct ls_doc *ls_doc_new(const struct lf_tree *t, size_t member,
                                      enum ls_root root, struct lf_error *err);
const char *ls_doc_file(const struct ls_doc *d);
// The next task's text, until the next call. *more false: the file is at its end.
LF_MUST_USE bool ls_doc_next(struct ls_doc *d, struct lf_slice *json, uint64_t *at,
                             bool *more, struct lf_error *err);
// SHA-256 of the file, hex, once it is at its end.
LF_MUST_USE bool ls_doc_digest(struct ls_doc *d, char digest[LF_DIGEST_HEX],
                               struct lf_error *err);
void ls_doc_free(struct ls_doc **d);

#endif
