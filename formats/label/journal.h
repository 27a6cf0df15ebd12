// What is kept of a run's merges, in the dataset's annotations/RUN:
//
//   log/000001.jsonl    what merge 1 did. Written once; files are only ever added.
//   undo/000001/        the files as they were before merge 1, and files.json, which
//                       says what the merge put in their place
//
// Merges and undos are numbered as they come; a number is never used twice.
#ifndef LF_JOURNAL_H
#define LF_JOURNAL_H

#include "formats/base/arena.h"
#include "formats/base/error.h"

enum { LF_JOURNAL_MOST = 999999 };

// The runs of which the dataset holds a journal, sorted by bytes, in the arena.
LF_MUST_USE bool lf_journal_runs(const char *dataset, struct lf_arena *a,
                                 struct lf_slice **run, size_t *count,
                                 struct lf_error *err);
// Numbers of the journal's files, ascending, in the arena.
LF_MUST_USE bool lf_journal_list(const char *dataset, struct lf_slice key,
                                 struct lf_arena *a, uint32_t **number, size_t *count,
                                 struct lf_error *err);
// The number of the next merge or undo. `tidy`: empty undo folders of merges that never
// were are removed; the caller holds the dataset's lock.
LF_MUST_USE bool lf_journal_next(const char *dataset, struct lf_slice key, bool tidy,
                                 uint32_t *number, struct lf_error *err);
// "annotations/RUN/log/000001.jsonl" and "annotations/RUN/undo/000001", relative to the
// dataset.
LF_MUST_USE bool lf_journal_log(struct lf_slice key, uint32_t number, char *out,
                                size_t cap, struct lf_error *err);
LF_MUST_USE bool lf_journal_undo(struct lf_slice key, uint32_t number, char *out,
                                 size_t cap, struct lf_error *err);

#endif
