// Names that a labeling config and results have for parts of a run. Both are made of
// the run alone, so that an export is understood without the config.
#ifndef LS_NAMES_H
#define LS_NAMES_H

#include "formats/label/run.h"

#define LS_OBJECT "image" // the name of the picture's tag, and its key in `data`

// The control of a field: the field's name. What a config or an export in JSON_MIN
// would not keep apart or not hold (a comma, '$', control characters, blanks at the
// ends, a key of theirs) is replaced, and a mark of the whole name follows.
void ls_control(struct lf_slice field, struct lf_buf *out);
// The control of an attribute: the field's, a dot, and the attribute's name made plain
// in the same way. Two may come out alike; `lint` sees to that.
void ls_attr_control(struct lf_slice field, struct lf_slice attr, struct lf_buf *out);

// The id of a region. Label Studio knows no regions that belong together, so each of a
// label's has the label's id and its own number.
struct ls_id {
    struct lf_id id; // not known: the label has none, and `place` tells it
    uint32_t place;  // of the label among those of its sample
    uint32_t copy;   // 1, or 2, 3, .. for labels whose id others of the task have, too
    uint32_t part;   // among the regions of the label, from 0
    bool parts;      // it has several
};

// "65a0..01", "65a0..01:2", "65a0..01~2:0", "n7", "n7:1".
void ls_id_print(const struct ls_id *id, struct lf_buf *out);
// false: it is none of ours, as Label Studio's own ids.
bool ls_id_parse(struct lf_slice text, struct ls_id *id);

#endif
