// A whole merge: archives in, a dataset out, or only the plan.
#ifndef LF_MERGE_RUN_H
#define LF_MERGE_RUN_H

#include "merge/merge.h"

enum lf_media { LF_MEDIA_LINK, LF_MEDIA_COPY, LF_MEDIA_NONE };

struct lf_merge_job {
    const char *run; // a run's name, or the path of its folder
    const char *dataset;
    const char *runs_dir; // NULL: the dataset's annotations/
    const char *out;      // new dataset; NULL: in place or nothing
    bool in_place, dry_run, replace;
    const char *const *archive; // "FIELD=PATH" or a path
    size_t archives;
    enum lf_choice conflict;
    struct lf_pick pick;
    double rematch; // overlap from which a new shape is proposed for a vanished label
    const char *decisions, *proposals; // files; NULL: none
    bool keep_shapes; // shapes of other kinds are unexpected, not converted
    bool clamp; // shapes out of the image by up to half a pixel are cut at its edge
    const char *tag_removed; // for samples removed in the tool; NULL: none
    bool skip_damaged;       // damaged items are left out; else they stop the merge
    bool coerce_text;        // new texts that read as a number or bool become one
    struct lf_unexpected unexpected;
    const char *returned; // file for those whose fate is to be returned; NULL: none
    bool fail_unmatched, ignore_unmatched, fail_class, fail_attr;
    bool keep_classes, keep_attrs;
    unsigned accept; // lf_accept bits: work that was not handed in
    bool allow_older;
    enum lf_media media;
    const char *const *dest_field; // "NEW", "OLD=NEW", lists of those
    size_t dest_fields;
};

struct lf_merge_result {
    struct lf_counts counts;
    uint64_t items, came, unmatched,
        changed;            // samples of the run, that came, ..., that changed
    uint64_t removed;       // samples that were removed in the tool
    uint64_t damaged;       // items that are damaged, in the archives and the dataset
    uint64_t home;          // labels of the run's fields, where items came, not shipped
    bool written, repeated; // repeated: every archive was merged before
    struct lf_buf fields;   // JSON object, the counts by field
    struct lf_buf field_lines; // the same for people; empty where there is one field
    uint64_t no_field;         // labels of items that match no sample or are damaged
    struct lf_buf archives;    // JSON array of what was read
    struct lf_buf dest_fields; // JSON object, field to field; empty: none
    struct lf_buf keep;        // what --unexpected-field could be told; empty: nothing
};

// False only with an error; findings are in `ev`. The result is filled as far as it
// got.
LF_MUST_USE bool lf_merge(const struct lf_merge_job *job, struct lf_events *ev,
                          struct lf_merge_result *result, struct lf_error *err);
void lf_merge_result_done(struct lf_merge_result *r);

#endif
