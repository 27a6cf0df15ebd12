// One document's edits while they are made: what its parts share.
#ifndef FO_JOB_H
#define FO_JOB_H

#include "formats/fiftyone/fo_dataset.h"

struct fo_job {
    const struct fo_source *src;
    const struct lf_schema *schema;
    const struct lf_sample *sample;
    const struct lf_changes *plan;
    double slack;
    const struct fo_notes *notes;
    struct lf_arena *a;
    struct lf_edits *edits;
    struct fo_new_files *files;
    struct lf_error *err;
    const char **gone; // places of deleted labels, sorted
    size_t gones;
    struct lf_slice nan; // as the document spells it, once it was asked
};

// A change of the document's bytes; `old` and `at` lie in it, `put` in the arena.
LF_MUST_USE bool fo_replace(struct fo_job *j, struct lf_slice old, struct lf_slice put);
LF_MUST_USE bool fo_insert(struct fo_job *j, const char *at, struct lf_slice put);
// A buffer's text moved into the arena; the buffer is done with.
LF_MUST_USE bool fo_settle(struct fo_job *j, struct lf_buf *text, struct lf_slice *out);
LF_MUST_USE bool fo_note(struct fo_job *j, enum lf_code code, const struct lf_change *c,
                         unsigned attr);
bool fo_moved(double a, double b, double slack);
LF_MUST_USE bool fo_number_text(struct fo_job *j, double v, struct lf_slice *text);

struct fo_member {         // where a key's value stands, and how its object is spaced
    struct lf_slice value; // empty: the key is not there
    struct lf_slice separator, colon; // as between the last two members
    const char *end;                  // behind the last value; NULL in an empty object
};
void fo_find_key(struct lf_slice object, struct lf_slice name, struct fo_member *p);
// Sets `name` in an object: its value is replaced, or the key added behind the last
// one.
LF_MUST_USE bool fo_set_key(struct fo_job *j, struct lf_slice object,
                            struct lf_slice name, struct lf_slice text);
LF_MUST_USE bool fo_set_text(struct fo_job *j, struct lf_slice object,
                             struct lf_slice name, struct lf_slice text);
LF_MUST_USE bool fo_set_number(struct fo_job *j, struct lf_slice object,
                               struct lf_slice name, double v);
// Where an attribute is to be written: beside the declared keys if it stands there, in
// the legacy dict if it stands there, else new beside the others (as FiftyOne does).
struct lf_slice fo_home_of(struct lf_slice label, struct lf_slice *name);

// A scalar's text as it came back, as JSON of the type it is to have. *fits false: that
// type cannot hold it.
LF_MUST_USE bool fo_scalar_text(struct fo_job *j, const struct lf_change *c,
                                struct lf_slice *put, bool *fits);

// Removes pieces of a list or members of an object with the separator before them, so
// that what stays keeps its own bytes: the leading ones together up to the first that
// stays, each other one from the end of the one before it. All zeroes to start with.
struct fo_cutter {
    const char *first, *behind; // of the first piece, behind the last one; NULL: none
    bool left;                  // something stays
};
LF_MUST_USE bool fo_cut_piece(struct fo_job *j, struct fo_cutter *c, const char *at,
                              const char *after, bool gone);
LF_MUST_USE bool fo_cut_end(struct fo_job *j, const struct fo_cutter *c);

// Geometry of an edited label (fo_edit_points.c).
LF_MUST_USE bool fo_edit_polyline(struct fo_job *j, const struct lf_change *c);
LF_MUST_USE bool fo_edit_keypoint(struct fo_job *j, const struct lf_change *c);
// Pixels of an edited label (fo_edit_masks.c): of an instance, with its box; of a
// segmentation; the array that an edited copy came with.
LF_MUST_USE bool fo_edit_mask(struct fo_job *j, const struct lf_change *c);
LF_MUST_USE bool fo_edit_segment(struct fo_job *j, const struct lf_change *c);
LF_MUST_USE bool fo_edit_array(struct fo_job *j, const struct lf_change *c);
// Additions, deletions, and the values of scalars, field by field (fo_edit_fields.c).
LF_MUST_USE bool fo_edit_fields(struct fo_job *j);
// A field that the sample does not have: before _dataset_id, else created_at, else at
// the end.
LF_MUST_USE bool fo_add_field(struct fo_job *j, struct lf_slice name,
                              struct lf_slice value);

#endif
