// What a merge writes. While the samples are walked, changed documents and new masks
// are written under other names; at the end all of it takes its place as one, or
// nothing stays.
#ifndef LF_WRITE_RESULT_H
#define LF_WRITE_RESULT_H

#include "formats/base/names.h"
#include "formats/base/out.h"
#include "formats/fiftyone/fo_dataset.h"
#include "merge/merge_run.h"
#include "merge/record.h"

struct lf_writing {
    const struct lf_merge_job *job;
    const struct fo_dataset *ds;
    char folder[4200];  // where the files are made: the dataset, or the new one
    char temp[4200];    // the new dataset while it is made; empty: none
    struct lf_out *out; // samples.json, once something in it changes
    uint64_t clean;     // bytes of samples.json that stay as they are
    uint32_t *file;     // numbers of the files of one sample that changed, ascending
    size_t files, room;
    struct lf_names mask; // paths of new masks
    uint64_t *mark;       // lf_mark of each one's bytes
    size_t mark_room;
    struct lf_names made; // folders made for them, outer ones first
    struct lf_log log;    // for the run's journal and for undo
    bool changed;
    bool listed; // the commit's list names the temporary files: they are its own now
};

// What the writing ends with.
struct lf_written {
    struct lf_run *run;
    bool here; // the run's record lies in the dataset's annotations/
    struct lf_new_base *base;
    const struct lf_incoming *in;
    const struct lf_counts *counts;
    struct lf_events *ev;
};

// `job` and `ds` must outlive it.
LF_MUST_USE bool lf_writing_begin(struct lf_writing *w, const struct lf_merge_job *job,
                                  const struct fo_dataset *ds, struct lf_error *err);
// Every document in turn. `now`: what becomes of it, NULL: it stays.
LF_MUST_USE bool lf_writing_doc(struct lf_writing *w, const struct fo_doc *doc,
                                const struct lf_slice *now, struct lf_error *err);
// What is behind the last one.
LF_MUST_USE bool lf_writing_rest(struct lf_writing *w, const struct fo_doc *doc,
                                 struct lf_error *err);
// A mask that the next document names. One that is there with the same bytes stays;
// with other bytes: LF_E_EXISTS.
LF_MUST_USE bool lf_writing_mask(struct lf_writing *w, const struct fo_new_file *file,
                                 struct lf_error *err);
LF_MUST_USE bool lf_writing_end(struct lf_writing *w, const struct lf_written *with,
                                struct lf_error *err);
// Removes what did not take its place.
void lf_writing_done(struct lf_writing *w);

#endif
