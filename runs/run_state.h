// How far a run is: which items of each task came back in archives that were merged,
// and whose labels a merge changed.
#ifndef LF_RUN_STATE_H
#define LF_RUN_STATE_H

#include "formats/label/run.h"

struct lf_task_state { // counts of items
    uint32_t items, came, edited;
};

struct lf_run_state {
    struct lf_task_state *task; // as run->task_name
    bool *came, *edited;        // by field and row: field * run->items + row
    bool known; // false: some merge does not tell which items came (an older record)
};

// All memory is the arena's.
LF_MUST_USE bool lf_run_state(const struct lf_run *run, struct lf_arena *a,
                              struct lf_run_state *state, struct lf_error *err);
// Counts the tasks anew, after rows came beside those of the record.
void lf_run_state_count(const struct lf_run *run, struct lf_run_state *state);
// Tasks of which some item did not come back.
size_t lf_run_out(const struct lf_run *run, const struct lf_run_state *state);

#endif
