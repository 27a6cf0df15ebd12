// A file that is whole or absent: written beside its place under another name, synced,
// renamed.
#ifndef LF_OUT_H
#define LF_OUT_H

#include "formats/base/digest.h"

struct lf_out;

// Writes to `path` + ".lf-new" (an old one of ours is replaced; a link or device is
// refused).
LF_MUST_USE struct lf_out *lf_out_new(const char *path, struct lf_error *err);
LF_MUST_USE bool lf_out_write(struct lf_out *o, struct lf_slice bytes,
                              struct lf_error *err);
// Has the digest of all bytes made while they are written; before the first of them.
LF_MUST_USE bool lf_out_digest(struct lf_out *o, struct lf_error *err);
// Once it is sealed or committed: the digest's digits.
LF_MUST_USE bool lf_out_hex(struct lf_out *o, char hex[LF_DIGEST_HEX],
                            struct lf_error *err);
uint64_t lf_out_size(const struct lf_out *o); // bytes written so far
// Flushes and syncs; the file stays under its temporary name, for a commit of several
// files.
LF_MUST_USE bool lf_out_seal(struct lf_out *o, struct lf_error *err);
const char *lf_out_temp(const struct lf_out *o);
// Seals if need be, renames over `path` and syncs the folder. `path` must be absent, or
// a plain file when `replace`; else LF_E_EXISTS, LF_E_TARGET.
LF_MUST_USE bool lf_out_commit(struct lf_out *o, bool replace, struct lf_error *err);
// The same without syncing, for many small files: a group of a commit, or
// lf_outdir_end, syncs them together, which is much faster.
LF_MUST_USE bool lf_out_seal_unsynced(struct lf_out *o, struct lf_error *err);
LF_MUST_USE bool lf_out_commit_unsynced(struct lf_out *o, bool replace,
                                        struct lf_error *err);
// Not committed: the temporary file is removed, unless it was sealed and kept with
// lf_out_keep.
void lf_out_keep(struct lf_out *o);
void lf_out_free(struct lf_out **o);
// Writes one small file whole, replacing a plain file.
LF_MUST_USE bool lf_out_file(const char *path, struct lf_slice bytes,
                             struct lf_error *err);

// Removes what a sealed and kept file left beside `path`, if anything.
void lf_out_drop(const char *path);

// A folder that is whole or absent: made as `path` + ".lf-new" (an old one of ours,
// with the marker file inside, is removed first), filled by the caller, synced and
// renamed at the end.
LF_MUST_USE bool lf_outdir_begin(const char *path, char *temp, size_t cap,
                                 struct lf_error *err);
// Syncs every file and folder below `temp`, then renames it to `path`. When `path` is
// there already: success if both hold the same names and bytes (temp is removed), else
// LF_E_EXISTS, unless `replace` and the old one is ours (it holds the file `ours`):
// then they are exchanged and the old one removed.
LF_MUST_USE bool lf_outdir_end(const char *temp, const char *path, const char *ours,
                               bool replace, struct lf_error *err);
// Only looks whether lf_outdir_end would refuse what is there.
LF_MUST_USE bool lf_outdir_may_end(const char *temp, const char *path, const char *ours,
                                   bool replace, struct lf_error *err);
void lf_outdir_drop(const char *temp);

// Makes a folder and its parents.
LF_MUST_USE bool lf_mkdirs(const char *path, struct lf_error *err);
LF_MUST_USE bool lf_sync_dir(const char *path, struct lf_error *err);

#endif
