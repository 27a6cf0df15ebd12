// Results of Label Studio as shapes: the type of one, and the geometry in its value.
// Numbers are percent of the picture there, pixels here.
#ifndef LS_VALUE_H
#define LS_VALUE_H

#include "formats/label/label.h"

// One entry of a list of results; texts are decoded and live in the item's arena.
struct ls_result {
    struct lf_slice id, from, type; // empty: none
    struct lf_slice value, meta;    // objects of JSON; empty: none
    double width, height;           // of the picture; 0: not told
    double turn;                    // of the picture
    uint32_t number;                // its place in the list, from 1
};

enum ls_role {
    LS_SHAPE,    // a region with geometry
    LS_LABELS,   // the class of a region that another result draws
    LS_TAG,      // chosen words
    LS_TEXT,     // one value: a text, a number, a date
    LS_RELATION, // between two regions
    LS_STRANGE   // nothing of a picture: of video, sound or text
};

// What a type is for. `kind`: of a shape; LF_OTHER where it is none.
enum ls_role ls_role_of(struct lf_slice type, unsigned *kind);
// The key of a control's value of that type: "choices", "number"; NULL: none.
const char *ls_value_key(struct lf_slice type);

struct ls_shape_notes { // what the model does not hold
    bool curved;        // a line was bent
    bool soft;          // a mask had pixels that are neither in nor out
};

// Geometry of a label whose kind is set. The picture's size is known. A mask without
// pixels makes it LF_OTHER, an open polygon a polyline.
LF_MUST_USE bool ls_read_shape(const struct ls_result *r, uint32_t width,
                               uint32_t height, struct lf_label *l,
                               struct ls_shape_notes *notes, struct lf_arena *a,
                               struct lf_error *err);
// The words of a list under `key` of a value; a bare text is a list of one. *many:
// there are more. *text is empty when there is none. LF_E_LABELSTUDIO: not a list of
// texts.
LF_MUST_USE bool ls_first_word(struct lf_slice value, struct lf_slice key,
                               struct lf_arena *a, struct lf_slice *text, bool *many,
                               struct lf_error *err);
// What a control about one value holds, as text: a number as the shortest that is the
// same double, several texts with line feeds between them, the first of several words
// (*many).
LF_MUST_USE bool ls_read_text(const struct ls_result *r, struct lf_arena *a,
                              struct lf_slice *text, bool *many, struct lf_error *err);
#endif
