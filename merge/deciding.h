// What the files that decide over one sample share: the sample's job, what is taken of
// a pair, and how it is told. Private to decide.c and decide_*.c.
#ifndef LF_DECIDING_H
#define LF_DECIDING_H

#include "merge/merge.h"

struct lf_deciding {
    const struct lf_rules *r;
    const struct lf_sample *base, *ours, *theirs;
    const struct lf_earlier *earlier; // NULL: the first archive
    const struct lf_theirs *from;     // what `theirs` is of
    struct lf_slice file, item;
    struct lf_arena *a;
    struct lf_changes *plan;
    struct lf_counts *counts;
    struct lf_events *ev;
    struct lf_pairing pair;
    bool marked; // some label of ours was added by this run
    struct lf_error *err;
};

struct lf_verdict { // over the parts of one pair
    unsigned take, refused, conflict;
    struct lf_attr_set attrs;
    bool ignored;                 // the class is unknown, or the archive was outvoted
    bool settled;                 // by --pick or a decision: it is ignored for that
    bool rival;                   // another archive says otherwise, and both count
    const struct lf_label *space; // whose geometry is taken: theirs, or made of both
};

static inline const struct lf_field *lf_field_of(const struct lf_deciding *j,
                                                 const struct lf_label *l)
{
    return &j->r->run->schema.field[l->field];
}
// An event about a label. `bucket` NULL: it is counted elsewhere. True without events.
LF_MUST_USE bool lf_tell(const struct lf_deciding *j, enum lf_code code,
                         const char *bucket, const struct lf_label *id_of,
                         const struct lf_label *theirs, struct lf_slice was,
                         struct lf_slice came, const char *text);
LF_MUST_USE bool lf_refuse_part(struct lf_deciding *j, const struct lf_label *base,
                                const struct lf_label *theirs, unsigned part,
                                struct lf_verdict *v);
// Of a part that both ours and theirs changed.
enum lf_settled {
    LF_TAKE_THEIRS,
    LF_KEEP_OURS, // somebody decided so
    LF_OPEN,      // a conflict with the dataset
    LF_RIVALS,    // a conflict with an earlier archive of this merge
    LF_OUTVOTED   // the same, and the earlier one counts
};
// settle.c. `ours` NULL: it is gone from the dataset. `part`: one lf_part; `attr`: row
// of LF_ATTRS.
enum lf_settled lf_settle(const struct lf_deciding *j, const struct lf_label *base,
                          const struct lf_label *ours, unsigned part, unsigned attr);
// Where all versions are kept: whether another archive edited the label, which this one
// lacks.
bool lf_edited_elsewhere(const struct lf_deciding *j, const struct lf_label *base);
// Tells of a part that was not taken, and why; the verdict gets it. `was`, `came` may
// be empty. `text`: what happened, should it be a conflict with the dataset.
LF_MUST_USE bool lf_not_taken(struct lf_deciding *j, enum lf_settled how,
                              const struct lf_label *base,
                              const struct lf_label *theirs, unsigned part,
                              struct lf_slice was, struct lf_slice came,
                              const char *text, struct lf_verdict *v);
LF_MUST_USE bool lf_conflict_of(struct lf_deciding *j, enum lf_settled how,
                                const struct lf_label *base,
                                const struct lf_label *ours,
                                const struct lf_label *theirs, unsigned part,
                                struct lf_verdict *v);
// A part that changed in theirs and may be taken: taken if ours still is as it was
// shipped, nothing to do if ours changed alike, else a conflict.
LF_MUST_USE bool lf_take_part(struct lf_deciding *j, const struct lf_label *base,
                              const struct lf_label *ours,
                              const struct lf_label *theirs, unsigned part,
                              struct lf_verdict *v);

// decide_space.c. The geometry of a pair: rights, how far it reaches, pixel by pixel,
// else as a part.
LF_MUST_USE bool lf_judge_space(struct lf_deciding *j, const struct lf_label *base,
                                const struct lf_label *ours,
                                const struct lf_label *theirs, struct lf_verdict *v);
// How far a shape reaches out of its image, further than what was shipped (NULL: new)
// did.
// `*shape` is theirs, or a copy brought into it.
LF_MUST_USE bool lf_check_reach(struct lf_deciding *j, const struct lf_label *before,
                                const struct lf_label *theirs,
                                const struct lf_label **shape, bool *far);

// decide_attrs.c. Class and attributes of a pair.
LF_MUST_USE bool lf_judge_class(struct lf_deciding *j, const struct lf_label *base,
                                const struct lf_label *ours,
                                const struct lf_label *theirs, struct lf_verdict *v);
LF_MUST_USE bool lf_judge_attrs(struct lf_deciding *j, const struct lf_label *base,
                                const struct lf_label *ours,
                                const struct lf_label *theirs,
                                const struct lf_attr_set *changed,
                                struct lf_verdict *v);
// Whether the field's type can hold a scalar that came back. Other labels: yes.
bool lf_scalar_fits(const struct lf_field *f, const struct lf_label *l);
// With the rule coerce_text, `*label` becomes a copy whose new texts have the type they
// look like. `ours` NULL: the label is new.
LF_MUST_USE bool lf_coerce(const struct lf_deciding *j, const struct lf_label *ours,
                           const struct lf_label **label);

#endif
