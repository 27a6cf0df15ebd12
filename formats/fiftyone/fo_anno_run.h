// A run that FiftyOne recorded itself: metadata.json has its configuration under
// annotation_runs.KEY, annotations/KEY.json what the tool's side gave (seen in 1.22.1):
// {"cls", "id_map": {field: {sample: id | [ids] | true}}, "frame_id_map": {task:
// {frame:
// {"sample_id"}}}, "labels_task_map": {field: [tasks]}, "job_ids": {task: [jobs]}, ..}.
#ifndef FO_ANNO_RUN_H
#define FO_ANNO_RUN_H

#include "formats/fiftyone/fo_dataset.h"
#include "formats/label/run_sent.h"

struct fo_anno_run { // slices lie in `arena`, or in the dataset's metadata
    struct lf_slice key;
    struct lf_slice id;                        // 24 hexadecimal digits; empty: none
    struct lf_slice tool;                      // FiftyOne's name of the backend: "cvat"
    struct lf_slice media_field;               // whose paths were sent
    struct lf_slice occluded_attr, group_attr; // empty: none
    struct lf_slice uid;                       // of the record of ours; empty: none
    struct lf_slice project;                   // id of an existing project; empty: none
    struct lf_slice schema;                    // label_schema, raw
    struct lf_slice results;                   // annotations/KEY.json, whole
    bool coerce_text;
    struct lf_arena arena;
};

// LF_E_RUN_MISSING: the entry is one that was written for a record of ours.
// *found: whether the dataset's metadata.json has a run of that name. What the record
// lacks, or what is of no use here (video), is LF_E_RECORDED; what is damaged
// LF_E_RUN_RECORD.
LF_MUST_USE bool fo_anno_open(struct fo_anno_run *r, const struct fo_dataset *ds,
                              struct lf_slice key, bool *found, struct lf_error *err);
void fo_anno_done(struct fo_anno_run *r);
// What was sent, of the fields of `s`, into tables of `a`.
LF_MUST_USE bool fo_anno_sent(const struct fo_anno_run *r, const struct lf_schema *s,
                              struct lf_arena *a, struct lf_run_sent *sent,
                              struct lf_error *err);

#endif
