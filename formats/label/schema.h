// What a run asks of the annotators, in FiftyOne's words: fields, types, classes,
// attributes, rights. Built at export, stored in the run record, read again at merge.
#ifndef LF_SCHEMA_H
#define LF_SCHEMA_H

#include "formats/base/buf.h"
#include "formats/base/names.h"
#include "formats/label/label.h"

enum lf_field_type {
    LF_FT_UNKNOWN,
    LF_FT_CLASSIFICATION,
    LF_FT_CLASSIFICATIONS,
    LF_FT_DETECTION,
    LF_FT_DETECTIONS,
    LF_FT_INSTANCE, // detections with masks
    LF_FT_INSTANCES,
    LF_FT_POLYLINE, // not filled
    LF_FT_POLYLINES,
    LF_FT_POLYGON, // polylines that are filled
    LF_FT_POLYGONS,
    LF_FT_KEYPOINT,
    LF_FT_KEYPOINTS,
    LF_FT_SEGMENTATION,
    LF_FT_SCALAR, // a number, bool or text of the sample itself
    LF_FT_END
};

enum lf_input { // what the annotator sees for an attribute
    LF_IN_TEXT,
    LF_IN_NUMBER,
    LF_IN_CHECKBOX,
    LF_IN_SELECT,
    LF_IN_RADIO,
    LF_IN_OCCLUDED, // the tool's own flag: a bool
    LF_IN_GROUP     // the tool's own group number: a whole number
};

enum lf_right { // FiftyOne's allow_* of a field
    LF_MAY_ADD = 1,
    LF_MAY_DELETE = 2,
    LF_MAY_RELABEL = 4,
    LF_MAY_MOVE = 8,
    LF_MAY_REINDEX = 16,
    LF_MAY_ALL = 31
};

#define LF_NO_CLASS UINT32_MAX

struct lf_attr_def {
    struct lf_slice name;  // in the dataset
    struct lf_slice alias; // in the tool
    enum lf_input input;
    enum lf_value type;     // JSON type of a value that was not there before
    struct lf_slice *value; // select, radio: the choices; number: min, max, step
    size_t values;
    struct lf_slice preset; // what the tool shows before anybody chose
    uint32_t only;          // the one class it belongs to, or LF_NO_CLASS for all
    bool mutable, read_only;
    bool alone;  // no other attribute of the field has its name; lf_schema_index tells
    bool listed; // the choices were given by the user: others are an error
};

struct lf_class {
    struct lf_slice name, alias;
    uint32_t value; // segmentation: of its pixels, 0xrrggbb where the field is `rgb`
    bool learned;   // a merge brought it: labels of it may have stayed at home before
};

struct lf_edge { // of a skeleton: two rows of its nodes
    uint32_t from, to;
};

struct lf_field {
    struct lf_slice name;
    enum lf_field_type type;
    bool existing;
    // A merge made it for shapes that no field of the run holds. It did not travel;
    // such fields stand behind the run's own.
    bool learned;
    unsigned rights; // lf_right bits
    struct lf_class *class;
    size_t classes;
    struct lf_names class_names, class_aliases; // same numbers as `class`
    struct lf_attr_def *attr;
    size_t attrs;
    bool rgb;              // segmentation: targets are colours
    struct lf_slice *node; // keypoints: the skeleton's names, in the order of points
    struct lf_slice *node_alias; // in the tool
    size_t nodes;                // 0: no named skeleton
    struct lf_edge *edge;
    size_t edges;
    bool parts; // some label has several rings: elements say which part they are
    // Scalar: the JSON type its values have in the dataset; LF_V_NULL: a new field, the
    // narrowest type of what comes back. `by_class`: a class a value, else one class of
    // the field's name and the attribute "value".
    enum lf_value scalar;
    bool by_class;
    // What the asker left open; inference at export settles it. Never set in a stored
    // run.
    bool open_classes, open_attrs;
    unsigned rights_given;      // lf_right bits that were spelled out
    struct lf_slice classes_of; // "@FIELD", "dataset": where the classes come from
    bool open_targets; // segmentation: mask targets are the dataset's, else 1 to 255
    bool nodes_given;  // the skeleton, or that there is none, was spelled out
    bool by_class_given, attrs_given;
    bool *open_attr; // per attribute: named only, its input is to be inferred
    // Of a merge: the field that receives what this one would become, which then stays
    // as it is. Empty: none. Never stored.
    struct lf_slice dest;
    bool dest_taken; // of the sample at hand: somebody else's value is there, so
                     // nothing may change
};

struct lf_schema {
    struct lf_field *field;
    size_t fields;
    struct lf_arena arena; // owns everything but the name tables
};

// What a person may write for a type.
#define LF_FIELD_TYPES                                                                 \
    "classification(s), detection(s), instance(s), polyline(s), polygon(s), "          \
    "keypoint(s), segmentation or scalar"
bool lf_field_type_parse(struct lf_slice text, enum lf_field_type *type);
const char *
lf_field_type_name(enum lf_field_type type); // FiftyOne's word: "detections"
bool lf_field_is_list(enum lf_field_type type);
static inline bool lf_field_may(const struct lf_field *f, enum lf_right right)
{
    return f->rights & right && !f->dest_taken;
}
// The field of the dataset that a merge changes.
static inline struct lf_slice lf_field_target(const struct lf_field *f)
{
    return f->dest.len ? f->dest : f->name;
}
unsigned lf_field_kind(enum lf_field_type type);
// The kinds of `f`'s labels once they are shipped: points may be a skeleton's.
unsigned lf_field_kinds(const struct lf_field *f);
// The class with pixels of that value.
bool lf_target_find(const struct lf_field *f, uint32_t value, uint32_t *row);
const char *lf_input_name(enum lf_input input);
bool lf_input_parse(struct lf_slice text, enum lf_input *input);
const char *lf_value_name(enum lf_value type);

bool lf_class_find(const struct lf_field *f, struct lf_slice name, uint32_t *row);
bool lf_class_find_alias(const struct lf_field *f, struct lf_slice alias,
                         uint32_t *row);
// The attribute called `name` of class `row`: the class's own one before the one for
// all.
const struct lf_attr_def *lf_attr_find(const struct lf_field *f, uint32_t class_row,
                                       struct lf_slice name, uint16_t *attr);
const struct lf_attr_def *lf_attr_find_alias(const struct lf_field *f,
                                             uint32_t class_row, struct lf_slice alias,
                                             uint16_t *attr);
// Whether attribute `attr` is one of class `row`'s, not hidden by the class's own of
// that name.
bool lf_attr_applies(const struct lf_field *f, uint32_t class_row, uint16_t attr);
// Whether a select or radio offers the choice.
bool lf_attr_offers(const struct lf_attr_def *d, struct lf_slice text);
// What a label says under the name of attribute `attr`: as its class has it or, after a
// change of the class, as the class before had it. NULL: nothing.
const struct lf_attr *lf_attr_of(const struct lf_field *f, const struct lf_label *l,
                                 uint16_t attr);
bool lf_field_find(const struct lf_schema *s, struct lf_slice name, uint16_t *row);
// How many fields are the run's own; those behind them are learned.
size_t lf_schema_own(const struct lf_schema *s);
// The row of a class or an attribute in a field whose schema is indexed; it is added
// when it is not there. A class that travels under the name is it too. Of `def` all is
// copied but the texts, which must live as long as the schema (the name is copied);
// found is one of that name and `only`.
LF_MUST_USE bool lf_field_learn_class(struct lf_schema *s, struct lf_field *f,
                                      struct lf_slice name, uint32_t *row,
                                      struct lf_error *err);
LF_MUST_USE bool lf_field_learn_attr(struct lf_schema *s, struct lf_field *f,
                                     const struct lf_attr_def *def, uint16_t *row,
                                     struct lf_error *err);

// The schema as JSON in FiftyOne's label_schema form, with keys of our own beside it
// (value_type and tool_name of an attribute, tool_names of classes).
void lf_schema_write(const struct lf_schema *s, struct lf_buf *out);
// Reads that form, and the looser one that FiftyOne's users write: classes as strings
// or
// {"classes": [..], "attributes": {..}}, attributes as true, false, a name, a list of
// names or a dict. What is missing is left open (open_classes, open_attrs, open_attr,
// LF_FT_UNKNOWN). `json` is any text.
LF_MUST_USE bool lf_schema_read(struct lf_slice json, struct lf_schema *s,
                                struct lf_error *err);
LF_MUST_USE bool lf_field_add_class(struct lf_schema *s, struct lf_field *f,
                                    struct lf_slice name, struct lf_error *err);
LF_MUST_USE bool lf_field_add_attr(struct lf_schema *s, struct lf_field *f,
                                   const struct lf_attr_def *def, bool open,
                                   struct lf_error *err);
LF_MUST_USE struct lf_field *
lf_schema_add_field(struct lf_schema *s, struct lf_slice name, struct lf_error *err);
// Reads an "attributes" value of the loose form into the field.
LF_MUST_USE bool lf_schema_read_attrs(struct lf_schema *s, struct lf_field *f,
                                      struct lf_slice json, uint32_t only,
                                      struct lf_error *err);
// Fills the name tables once fields and classes stand.
LF_MUST_USE bool lf_schema_index(struct lf_schema *s, struct lf_error *err);
void lf_schema_done(struct lf_schema *s);

#endif
