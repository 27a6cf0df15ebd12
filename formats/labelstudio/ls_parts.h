// The functions behind the row of Label Studio, one file each.
#ifndef LS_PARTS_H
#define LS_PARTS_H

#include "formats/format.h"
#include "formats/labelstudio/ls_names.h"

// Kinds that an export can tell of.
enum {
    LS_KINDS = LF_TAG | LF_SCALAR | LF_BOX | LF_POLYGON | LF_POLYLINE | LF_POINTS |
               LF_SKELETON | LF_MASK | LF_SEGMENT
};

// Whether labels of the field carry the run's attributes: a segmentation's pixels do
// not, nor does a scalar that is its class, nor classifications, which are one result.
static inline bool ls_has_attrs(const struct lf_field *f)
{
    return f->type != LF_FT_SEGMENTATION && f->type != LF_FT_CLASSIFICATIONS &&
           !(f->type == LF_FT_SCALAR && f->by_class);
}
// Whether its labels lie in the picture, so that they are regions with attributes of
// their own; the others are about the task.
static inline bool ls_is_region(const struct lf_field *f)
{
    return (lf_field_kinds(f) & LF_SPATIAL) != 0;
}

extern const struct lf_backend ls_backend;

bool ls_bid(const struct lf_tree *t, int *bid, struct lf_error *err);
bool ls_lint(struct lf_schema *s, struct lf_slice id_attr, struct lf_events *ev,
             struct lf_error *err);
bool ls_ship(const struct lf_run *run, struct lf_sample *s, struct lf_arena *a,
             struct lf_events *ev, struct lf_error *err);

// config.xml of a run. `bitmask` as in lf_out_how.
void ls_config(const struct lf_run *run, bool bitmask, struct lf_buf *out);

struct lf_writer *ls_begin(const struct lf_run *run, const struct lf_out_task *task,
                           struct lf_error *err);
bool ls_put(struct lf_writer *w, const struct lf_item *item, struct lf_error *err);
bool ls_end(struct lf_writer **w, struct lf_error *err);
void ls_drop(struct lf_writer **w);
bool ls_sheet(const struct lf_run *run, const struct lf_out_task *task, size_t tasks,
              struct lf_buf *out, struct lf_error *err);

struct lf_reader *ls_open(const struct lf_tree *t, const struct lf_run *run, int field,
                          struct lf_events *ev, struct lf_error *err);
bool ls_next(struct lf_reader *r, struct lf_arena *a, struct lf_item *item, bool *more,
             struct lf_error *err);
const struct lf_source *ls_sources(const struct lf_reader *r, size_t *count);
void ls_close(struct lf_reader **r);

bool ls_verify(const struct lf_tree *t, const struct lf_run *run, struct lf_events *ev,
               struct lf_error *err);

#endif
