// --dest-field: what would become of a field goes to another one, and the field itself
// stays as it is. Base of such a field does not move and an archive that speaks of no
// other is not recorded as merged, so a later merge into the field takes its edits.
#ifndef LF_DEST_FIELD_H
#define LF_DEST_FIELD_H

#include "merge/merging.h"

// Puts what was asked for into the run's schema (lf_field.dest). LF_E_OPTION.
LF_MUST_USE bool lf_dest_settle(struct lf_merging *m);
// New scalars get the type of the field that receives them.
void lf_dest_settle_scalars(struct lf_merging *m);
// Takes the changes of fields that give to another one out of `plan`; `aside` (may be
// NULL) gets them.
LF_MUST_USE bool lf_dest_part(const struct lf_schema *s, struct lf_changes *plan,
                              struct lf_changes *aside, struct lf_arena *a,
                              struct lf_error *err);

struct lf_dest_sample {
    const struct lf_sample *ours, *base; // as they were shipped
    struct lf_changes *plan;
    const struct lf_theirs *theirs;
    size_t count;
    uint64_t told; // LF_E_DEST_TAKEN before this sample; lf_dest_close sets it
};
// Before a plan is made: a field whose destination holds somebody else's value (of
// those with one value a sample) takes nothing, lf_field.dest_taken. It ends with
// lf_dest_open.
LF_MUST_USE bool lf_dest_close(struct lf_merging *m, struct lf_dest_sample *s);
void lf_dest_open(struct lf_merging *m);
// As fo_edits, where some of the run's fields give to another one.
LF_MUST_USE bool lf_dest_edits(struct lf_merging *m, struct lf_dest_sample *s,
                               const struct fo_notes *notes, struct lf_edits *edits,
                               struct fo_new_files *masks);

#endif
