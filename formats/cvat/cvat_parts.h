// The functions behind the row of CVAT's image format, one file each.
#ifndef CVAT_PARTS_H
#define CVAT_PARTS_H

#include "formats/base/xml_out.h"
#include "formats/format.h"
#include "formats/label/ship_shape.h"

// Limits of CVAT's server, in characters; we count bytes, which is never less.
enum {
    CVAT_NAME = 64,
    CVAT_DEFAULT = 128,
    CVAT_VALUE = 200,
    CVAT_VALUES = 4096,
    CVAT_TEXT = 4096
};

// Kinds that a file can tell of. Every shape of it is read, also those no run has.
enum {
    CVAT_KINDS = LF_TAG | LF_SCALAR | LF_BOX | LF_POLYGON | LF_POLYLINE | LF_POINTS |
                 LF_SKELETON | LF_MASK | LF_SEGMENT
};

// The attribute that says which ring of a label an element is, "2/3"; see
// lf_field.parts.
#define CVAT_PART "label_part"

// Whether labels of the field carry the run's attributes: a segmentation's pixels and
// a scalar that is its class do not.
static inline bool cvat_has_attrs(const struct lf_field *f)
{
    return f->type != LF_FT_SEGMENTATION && !(f->type == LF_FT_SCALAR && f->by_class);
}
// Whether they carry an id. A scalar is the sample's own.
static inline bool cvat_has_ids(const struct lf_field *f)
{
    return f->type != LF_FT_SCALAR;
}
// A flag of CVAT's elements, not an attribute of its labels.
static inline bool cvat_is_flag(const struct lf_attr_def *d)
{
    return d->input == LF_IN_OCCLUDED || d->input == LF_IN_GROUP;
}
// The choices of a select; "" leads where nothing chosen must stay possible.
bool cvat_leads_empty(const struct lf_attr_def *d);

// A class's colour, "#rrggbb": a hue by row, the low four bits of each channel a hash
// of run, field and class. CVAT gives it back in every dump since late 2020, so an
// archive proves to which run and field it belongs although no text of it could.
void cvat_color(struct lf_slice uid, struct lf_slice field, struct lf_slice class_name,
                uint32_t row, char out[8]);

extern const struct lf_backend cvat_backend;

bool cvat_bid(const struct lf_tree *t, int *bid, struct lf_error *err);
bool cvat_lint(struct lf_schema *s, struct lf_slice id_attr, struct lf_events *ev,
               struct lf_error *err);
bool cvat_adopt(struct lf_schema *s, const struct lf_run_sent *sent,
                struct lf_slice occluded_attr, struct lf_slice group_attr,
                struct lf_error *err);
bool cvat_ship(const struct lf_run *run, struct lf_sample *s, struct lf_arena *a,
               struct lf_events *ev, struct lf_error *err);
// Its geometry alone. *home: nothing of it can travel, and that was told.
bool cvat_ship_shape(const struct lf_field *f, const struct lf_sample *s,
                     struct lf_label *l, struct lf_arena *a, struct lf_events *ev,
                     bool *home, struct lf_error *err);
// Whether a polygon's last point is its first one again, as other tools close them:
// CVAT does not, so neither side has it. Equal also in the two decimals of a dump.
bool cvat_ends_meet(const double *xy, uint32_t points);

// labels.json, and the same as <labels> of a dump.
void cvat_labels_json(const struct lf_run *run, const struct lf_field *f,
                      struct lf_buf *out);
void cvat_labels_xml(const struct lf_run *run, const struct lf_field *f,
                     struct lf_xml_out *x);
// A shipped label's elements. `scratch` is emptied.
void cvat_elements(const struct lf_run *run, const struct lf_label *l,
                   struct lf_xml_out *x, struct lf_buf *scratch);

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
