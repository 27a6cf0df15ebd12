// Scratch bytes that are written once and read back by place: in memory up to
// LF_SPOOL_MEMORY, then in an unlinked temporary file ($TMPDIR, else /tmp).
#ifndef LF_SPOOL_H
#define LF_SPOOL_H

#include "formats/base/buf.h"

struct lf_spool;

LF_MUST_USE struct lf_spool *lf_spool_new(struct lf_error *err);
LF_MUST_USE bool lf_spool_add(struct lf_spool *s, struct lf_slice bytes, uint64_t *at,
                              struct lf_error *err);
// `n` bytes from `at` on into `to`. What was not added is LF_E_BUG.
LF_MUST_USE bool lf_spool_read(struct lf_spool *s, uint64_t at, void *to, size_t n,
                               struct lf_error *err);
uint64_t lf_spool_size(const struct lf_spool *s);
// A file without a name in $TMPDIR or /tmp, open for reading and writing: whatever ends
// the program, nothing stays behind. The caller closes it; -1: failed.
int lf_temp_file(struct lf_error *err);
void lf_spool_free(struct lf_spool **s);

#endif
