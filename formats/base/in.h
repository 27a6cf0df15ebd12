// Bytes that are read once, forward: a file, a zip member, or memory.
#ifndef LF_IN_H
#define LF_IN_H

#include "formats/base/buf.h"

struct lf_in;

// A plain file; anything else (folder, device, fifo, socket) is LF_E_PATH. Links are
// followed: the person named this path. Errors carry `path` as file.
LF_MUST_USE struct lf_in *lf_in_file(const char *path, struct lf_error *err);
// Standard input, whatever it is.
LF_MUST_USE struct lf_in *lf_in_standard(struct lf_error *err);
// A file below an open folder, by a relative path whose every component is a plain
// folder: no link is followed (LF_E_PATH) unless `links`. `name` goes into errors.
LF_MUST_USE struct lf_in *lf_in_below(int folder, const char *relpath, bool links,
                                      struct lf_error *err);
LF_MUST_USE struct lf_in *lf_in_memory(struct lf_slice bytes, const char *name,
                                       struct lf_error *err);
// Reads up to `cap` bytes; *got == 0 means the end (for a zip member: and its CRC was
// right).
LF_MUST_USE bool lf_in_read(struct lf_in *in, void *to, size_t cap, size_t *got,
                            struct lf_error *err);
// The rest of it behind what `out` holds. *over: it is longer than `most`, and not all
// is there.
LF_MUST_USE bool lf_in_rest(struct lf_in *in, size_t most, struct lf_buf *out,
                            bool *over, struct lf_error *err);
// Name for messages: "back.zip!annotations.xml".
const char *lf_in_name(const struct lf_in *in);
// Size in bytes if it is known beforehand; a zip's claim is not.
bool lf_in_size(const struct lf_in *in, uint64_t *size);
void lf_in_free(struct lf_in **in);

// For other sources: `read` and `close` work on `state`; close frees it. On failure of
// this function `state` stays the caller's.
LF_MUST_USE struct lf_in *lf_in_make(const char *name, void *state,
                                     bool (*read)(void *state, void *to, size_t cap,
                                                  size_t *got, struct lf_error *err),
                                     void (*close)(void *state), struct lf_error *err);

#endif
