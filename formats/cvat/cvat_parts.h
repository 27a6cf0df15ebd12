// The functions behind the row of CVAT's image format, one file each.
#ifndef CVAT_PARTS_H
#define CVAT_PARTS_H

#include "formats/format.h"

// Limits of CVAT's server, in characters; we count bytes, which is never less.
enum {
    CVAT_NAME = 64,
    CVAT_DEFAULT = 128,
    CVAT_VALUE = 200,
    CVAT_VALUES = 4096,
    CVAT_TEXT = 4096
};

// A class's colour, "#rrggbb": a hue by row, the low four bits of each channel a hash
// of run, field and class. CVAT gives it back in every dump since late 2020, so an
// archive proves to which run and field it belongs although no text of it could.
void cvat_color(struct lf_slice uid, struct lf_slice field, struct lf_slice class_name,
                uint32_t row, char out[8]);

bool cvat_bid(const struct lf_tree *t, int *bid, struct lf_error *err);
bool cvat_lint(struct lf_schema *s, struct lf_slice id_attr, struct lf_events *ev,
               struct lf_error *err);
bool cvat_ship(const struct lf_run *run, struct lf_sample *s, struct lf_arena *a,
               struct lf_events *ev, struct lf_error *err);

struct lf_writer *cvat_begin(const struct lf_run *run, const struct lf_out_task *task,
                             struct lf_error *err);
bool cvat_put(struct lf_writer *w, const struct lf_item *item, struct lf_error *err);
bool cvat_end(struct lf_writer **w, struct lf_error *err);
void cvat_drop(struct lf_writer **w);
bool cvat_sheet(const struct lf_run *run, const struct lf_out_task *task, size_t tasks,
                struct lf_buf *out, struct lf_error *err);

struct lf_reader *cvat_open(const struct lf_tree *t, const struct lf_run *run,
                            int field, struct lf_events *ev, struct lf_error *err);
bool cvat_next(struct lf_reader *r, struct lf_arena *a, struct lf_item *item,
               bool *more, struct lf_error *err);
const struct lf_source *cvat_sources(const struct lf_reader *r, size_t *count);
void cvat_close(struct lf_reader **r);

#endif
