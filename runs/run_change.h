// Changes of a record and of what the dataset says of it, as one commit; where the
// record lies in a folder of its own, as two: the dataset's first.
#ifndef LF_RUN_CHANGE_H
#define LF_RUN_CHANGE_H

#include "formats/base/commit.h"
#include "formats/base/out.h"
#include "runs/runs_job.h"

enum lf_side { LF_SIDE_DATASET, LF_SIDE_RECORD };

struct lf_run_change {
    const struct lf_runs_job *job;
    const char *key;             // names the folder of the lists
    struct lf_commit *commit[2]; // by side; the record's only with --runs-dir
    struct lf_buf temps; // paths of what waits beside its place, NUL behind each
};

void lf_change_begin(struct lf_run_change *c, const struct lf_runs_job *job,
                     const char *key);
// `name`: below the dataset's folder; of the record's side below the folder of runs.
// A file with these bytes.
LF_MUST_USE bool lf_change_file(struct lf_run_change *c, enum lf_side side,
                                const char *name, struct lf_slice bytes,
                                struct lf_error *err);
// A file that is open for writing, beside its place; sealed with lf_change_seal.
LF_MUST_USE struct lf_out *lf_change_out(struct lf_run_change *c, enum lf_side side,
                                         const char *name, struct lf_error *err);
LF_MUST_USE bool lf_change_seal(struct lf_run_change *c, enum lf_side side,
                                const char *name, struct lf_out **o,
                                struct lf_error *err);
// A file or folder beside the records gets another name, or goes (`to` NULL).
LF_MUST_USE bool lf_change_whole(struct lf_run_change *c, enum lf_side side,
                                 const char *name, const char *to,
                                 struct lf_error *err);
LF_MUST_USE bool lf_change_run(struct lf_run_change *c, struct lf_error *err);
// What was not run leaves nothing behind.
void lf_change_done(struct lf_run_change *c);

#endif
