// What a diff found: counts by field, and a line or JSON object for each label, spooled
// so that the counts can stand before them.
#ifndef LF_DIFF_REPORT_H
#define LF_DIFF_REPORT_H

#include "formats/base/event.h"
#include "formats/label/label.h"

enum lf_diff_show { LF_SHOW_LABELS, LF_SHOW_NAMES, LF_SHOW_STAT };

enum lf_diff_change { LF_DIFF_ADDED, LF_DIFF_DELETED, LF_DIFF_EDITED };

struct lf_diff_part { // what of a label is another: JSON values, empty: not there
    const char *part; // "class", "geometry", "attribute", "key", "value"
    struct lf_slice name, was, came; // name: of an attribute or key
    double iou;                      // of a geometry; below 0: not known
};

struct lf_diff_field {
    struct lf_slice name;
    struct lf_slice was, came; // its type in A and B; empty: not declared there
    uint64_t added, deleted, edited, same;
};

struct lf_diff_report { // all zeroes but what the caller sets
    enum lf_diff_show show;
    bool json;
    const char *a, *b;           // what the two are called
    struct lf_diff_field *field; // in `arena`, and their texts
    size_t fields;
    struct lf_arena arena;
    uint64_t both, only_a, only_b, changed; // samples
    uint64_t absent;   // samples that an archive does not hold: no difference
    uint64_t left_out; // labels of archives that fit no field: a difference
    struct lf_spool *spool;
    uint64_t entries;
    struct lf_buf line, text;
    struct lf_arena scratch; // of a line
    char sample[64];
    bool sample_changed;
};

LF_MUST_USE bool lf_diff_report_new(struct lf_diff_report *r, struct lf_error *err);
void lf_diff_report_done(struct lf_diff_report *r);

// A sample of both begins, or one of A ('A') or B ('B') alone. `name`: its id.
LF_MUST_USE bool lf_diff_sample(struct lf_diff_report *r, struct lf_slice name,
                                struct lf_error *err);
LF_MUST_USE bool lf_diff_only(struct lf_diff_report *r, struct lf_slice name, char side,
                              struct lf_error *err);
// A label of the sample that is another, or is in one only. `cls`: its class, JSON;
// empty: none. `id`: empty: none.
LF_MUST_USE bool lf_diff_label(struct lf_diff_report *r, size_t field,
                               enum lf_diff_change change, struct lf_slice id,
                               struct lf_slice cls, const struct lf_diff_part *part,
                               size_t parts, struct lf_error *err);

bool lf_diff_any(const struct lf_diff_report *r);
// All of it on standard output.
LF_MUST_USE bool lf_diff_print(struct lf_diff_report *r, int status,
                               struct lf_events *ev, struct lf_error *err);

#endif
