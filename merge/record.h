// The run record after a merge: new base lines, their places, and which archives were
// merged.
#ifndef LF_RECORD_H
#define LF_RECORD_H

#include "merge/keep_log.h"

struct lf_new_base { // lines of base that wait for the commit
    struct lf_spool *spool;
    uint32_t *row;
    uint64_t *at; // in the spool
    uint32_t *len;
    size_t count, row_room, at_room, len_room;
};

LF_MUST_USE bool lf_new_base_add(struct lf_new_base *b, struct lf_run *run,
                                 uint32_t row, struct lf_slice line,
                                 const uint8_t digest[LF_BASE_DIGEST],
                                 struct lf_error *err);
void lf_new_base_done(struct lf_new_base *b);

// Writes the record of a `fresh` run, as it was before this merge, into `folder`;
// before lf_record_merges. Nothing happens for other runs.
LF_MUST_USE bool lf_record_adopt(struct lf_run *run, const char *folder,
                                 struct lf_error *err);
// Adds the archives that were not merged before to run->merge; *any: whether there
// were.
LF_MUST_USE bool lf_record_merges(struct lf_run *run, const struct lf_incoming *in,
                                  bool *any, struct lf_error *err);
// Appends the new lines to base.jsonl in `folder` and leaves items.tsv and run.json
// beside their places, sealed, for a commit, and notes them in `log`; without a log
// they are renamed at once.
LF_MUST_USE bool lf_record_write(struct lf_run *run, const struct lf_new_base *b,
                                 const char *folder, struct lf_log *log,
                                 struct lf_error *err);

#endif
