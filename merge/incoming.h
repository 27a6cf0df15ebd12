// Pass 1 of a merge: every archive is read once, in its own order; its items are
// matched with the run's samples and their labels spooled. 40 bytes an item stay in
// memory.
#ifndef LF_INCOMING_H
#define LF_INCOMING_H

#include "formats/format.h"
#include "merge/learning.h"

struct lf_place {
    uint64_t at;
    uint32_t len, row, source;
    int32_t only; // field it speaks of, -1: all
};

struct lf_arrival { // one document that came back
    struct lf_slice file, task, stamp, told, origin, pieces, annotator;
    char digest[65];
    bool aside;    // all that it speaks of goes to other fields: it is not recorded
    bool repeated; // merged before
    bool done;     // and nothing of it was left out then
    bool fresh;    // what others brought it does not know
    bool
        superseded; // a later state of its task, in the same merge, speaks of its items
    uint64_t whole; // images of the task it tells all of; 0: it may be a part
    // Standing where archives of one merge disagree: the smaller counts, equal ones are
    // rivals.
    uint32_t vote;
};

struct lf_incoming {
    const struct lf_run *run;
    const struct lf_format *format; // of all archives
    struct lf_learning *learning;   // NULL: unexpected shapes stay where they are
    struct lf_spool *spool;
    struct lf_place *place; // sorted by row, source (by digest), order of reading
    size_t places, place_room;
    struct lf_arrival *source;
    size_t sources, source_room;
    uint32_t *rank; // by source: its place in the order of votes, then of digests
    struct lf_pick pick;
    bool decided;      // a person's decisions were given
    bool pass_over;    // unmatched items are no findings
    bool skip_damaged; // damaged items are left out, not what stops the merge
    bool keep_shapes;  // shapes of a kind next to the field's are not converted
    uint64_t items, unmatched, unmatched_labels;
    uint64_t damaged, damaged_labels; // items, and the shapes they hold
    bool strange;  // the archive that is read holds items of no known sample
    bool *removed; // by row: gone in the tool, once sealed
    bool *bad;     // by row: an item of it is damaged, so nothing of it is taken
    struct lf_error first; // what is wrong with the first damaged item
    uint64_t came;         // samples of the run that came back whole, once sealed
    bool whole;            // set once merged: all of what came went where it belongs
    bool dests;            // some field goes to another one
    struct lf_arena arena;
};

LF_MUST_USE bool lf_incoming_new(struct lf_incoming *in, const struct lf_run *run,
                                 struct lf_error *err);
// `field`: row the person named for the archive, -1. All archives must be of one
// format.
LF_MUST_USE bool lf_incoming_read(struct lf_incoming *in,
                                  const struct lf_format *format,
                                  const struct lf_tree *t, int field,
                                  struct lf_events *ev, struct lf_error *err);
// arrivals.c. After the last archive: sorts, looks for older, repeated and overtaken
// ones, and settles who counts where they disagree.
LF_MUST_USE bool lf_incoming_seal(struct lf_incoming *in, bool allow_older,
                                  struct lf_events *ev, struct lf_error *err);
// {"file": .., "task": .., "stamp": .., "annotator": .., "sha256": ".." without the
// end.
void lf_arrival_json(const struct lf_arrival *s, struct lf_buf *out);
// A damaged item of an archive or a damaged sample of the dataset: told, counted, its
// row marked. `row` below 0: it cannot be told which it is. `name`, `labels`: what is
// known of it, `sample` its id (empty: unknown).
LF_MUST_USE bool lf_incoming_damaged(struct lf_incoming *in, int64_t row,
                                     struct lf_slice name, const struct lf_faults *f,
                                     uint64_t labels, struct lf_events *ev,
                                     struct lf_error *err);
// The places of a row: first and one behind the last.
void lf_incoming_of(const struct lf_incoming *in, uint32_t row, size_t *from,
                    size_t *to);
LF_MUST_USE bool lf_incoming_take(const struct lf_incoming *in, size_t place,
                                  struct lf_arena *a, struct lf_theirs *theirs,
                                  struct lf_error *err);
void lf_incoming_done(struct lf_incoming *in);

#endif
