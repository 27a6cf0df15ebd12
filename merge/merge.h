// The three-way merge of one sample: what was shipped (base), what the dataset says now
// (ours), what came back (theirs). All three are in the form the tool holds (after
// `ship`). No I/O, no format.
#ifndef LF_MERGE_H
#define LF_MERGE_H

#include "formats/base/event.h"
#include "formats/label/change.h"
#include "formats/label/run.h"
#include "merge/unexpected.h"

// Every pair (label of base, label of theirs; either may be missing) is in exactly one
// bucket.
struct lf_counts {
    uint64_t absent, ignored, refused, conflict, deleted, added, edited, kept;
    uint64_t settled;        // of the ignored ones: by --pick or somebody's decision
    uint64_t told;           // labels of base that the archives could speak of
    uint64_t returned;       // labels that came back
    uint64_t paired;         // pairs with both
    uint64_t ids, known_ids; // returned labels with an id; those whose id was shipped
                             // for the place
    uint64_t unexpected[LF_RT_NONE + 1]; // not kept, by type
    struct lf_buckets
        *field; // by row of the schema (field_counts.h); NULL: not by field
    size_t fields;
};

enum lf_choice { LF_CONFLICT_FAIL, LF_CONFLICT_OURS, LF_CONFLICT_THEIRS };

// Who counts where archives of one merge disagree about one part of one label.
enum lf_pick_by { LF_PICK_FAIL, LF_PICK_LATEST, LF_PICK_ALL, LF_PICK_ANNOTATOR };
struct lf_pick {
    enum lf_pick_by by;
    struct lf_slice annotator;
};

struct lf_theirs { // what one archive says of one sample
    struct lf_sample sample;
    struct lf_slice file, item;
    struct lf_slice stamp; // of the item itself; empty: not told
    uint32_t source;
    uint32_t vote; // where archives disagree the smaller counts, equal ones are rivals
    bool done;     // merged before, and nothing was left out then
};

// What earlier archives of the same merge took of the dataset's labels.
struct lf_earlier {
    const struct lf_sample *ours; // the dataset's
    size_t archives;
    struct lf_taken { // by archive, and there by label
        unsigned parts;
        struct lf_attr_set attrs;
    } * *taken;
    const struct lf_theirs *theirs; // of all archives, `all` of them
    size_t all;
};

struct lf_decisions;

struct lf_rules {
    const struct lf_run *run;
    double slack; // pixels; of the file that came back
    enum lf_choice conflict;
    struct lf_unexpected unexpected;
    // Is given each unexpected label that is to be returned, with its id, where events
    // are told; may be NULL.
    bool (*give)(void *user, const struct lf_sample *base, const struct lf_label *l,
                 const struct lf_id *id, struct lf_error *err);
    void *give_to;
    bool coerce_text; // new texts that read as a number or bool become one
    bool clamp;       // shapes out of the image by up to half a pixel are cut
    bool keep_all;    // a rival's version is added beside the one that is there
    double rematch; // overlap from which a new shape is proposed for a vanished label;
                    // 0: never
    struct lf_decisions *decisions; // NULL: none
};

uint64_t lf_counts_all(const struct lf_counts *c);
// Whether the buckets add up to what was there to account for.
bool lf_counts_balance(const struct lf_counts *c);

// Parts that differ; attributes by row in *attrs. Numbers by slack, angles mod 360,
// texts by bytes (checkboxes without case). What `b` does not tell of attributes is not
// different.
unsigned lf_changed(const struct lf_field *f, const struct lf_label *a,
                    const struct lf_label *b, double slack, struct lf_attr_set *attrs);

// Pairing within one sample. Arrays are of base->labels and theirs->labels; -1: alone.
struct lf_pairing {
    int32_t *theirs_of, *ours_of; // by label of base
    int32_t *base_of;             // by label of theirs
    struct lf_id *new_id; // by label of theirs: id of an addition, or the one it had
    uint64_t ids, known_ids;
};
LF_MUST_USE bool lf_pair(const struct lf_rules *r, const struct lf_sample *base,
                         const struct lf_sample *ours, const struct lf_sample *theirs,
                         struct lf_arena *a, struct lf_pairing *p, struct lf_events *ev,
                         struct lf_slice file, struct lf_error *err);
// The id that a shape gets which is added beside the label it was paired with.
LF_MUST_USE bool lf_made_id(const struct lf_run *run, const struct lf_sample *base,
                            const struct lf_label *l, struct lf_id *id,
                            struct lf_error *err);
// Ids of additions begin with four bytes of the run's own, so that a later archive
// knows them.
void lf_run_mark(const struct lf_run *run, uint8_t mark[4]);
// In learned fields the fifth byte says of which field's archives the label came: its
// row, -1 if that is too large to be told.
int lf_id_origin(const struct lf_id *id);

// Whether the archive told the field's labels as a set of names.
static inline bool lf_as_names(const struct lf_field *f, const struct lf_sample *theirs)
{
    return theirs->told & LF_SETS && f->type == LF_FT_CLASSIFICATIONS;
}
// Whether an archive could tell that a label is gone.
bool lf_speaks_of(const struct lf_rules *r, const struct lf_sample *theirs,
                  const struct lf_label *base);
// Adds to `plan` (changes of ours) and `counts`. Labels of base that theirs cannot tell
// of are left to the caller to count as absent: their `told` bit in `told` (by label of
// base) stays false. `earlier` NULL: this archive is the first.
LF_MUST_USE bool lf_merge_sample(const struct lf_rules *r, const struct lf_sample *base,
                                 const struct lf_sample *ours,
                                 const struct lf_theirs *theirs,
                                 const struct lf_earlier *earlier, struct lf_arena *a,
                                 struct lf_changes *plan, bool *told,
                                 struct lf_counts *counts, struct lf_events *ev,
                                 struct lf_error *err);
// The sample with a plan applied, as labels; for folding several archives into one.
LF_MUST_USE bool lf_apply_changes(const struct lf_sample *ours,
                                  const struct lf_changes *plan, struct lf_arena *a,
                                  struct lf_sample *out, struct lf_error *err);

#endif
