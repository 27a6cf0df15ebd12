// The label model that every room shares. Coordinates are image pixels, y down, always;
// boxes are corners. All memory of a sample is its arena's and dies with it.
#ifndef LF_LABEL_H
#define LF_LABEL_H

#include <stdint.h>

#include "formats/base/arena.h"

enum lf_kind { // bits, so that what a file can tell is a set
    LF_TAG = 1,
    LF_SCALAR = 2,
    LF_BOX = 4,
    LF_ELLIPSE = 8,
    LF_POLYGON = 16,
    LF_POLYLINE = 32,
    LF_POINTS = 64,
    LF_SKELETON = 128,
    LF_MASK = 256,
    LF_SEGMENT = 512,
    LF_CUBOID = 1024,
    LF_OTHER = 2048,   // a kind that has no name here
    LF_IDS = 1 << 16,  // only in `told`: the file could carry label ids
    LF_FLAGS = 1 << 18 // only in `told`: occluded and group
};

enum lf_part {
    LF_CLASS = 1,
    LF_SPACE = 2, // geometry and rotation
    LF_INDEX = 4,
    LF_KEY = 8,
    LF_OCCLUDED = 16,
    LF_ATTRS = 32,
    LF_EXISTS = 64
};

struct lf_id { // an ObjectId; anything else is not an id of ours
    uint8_t at[12];
    bool known;
};

// LF_V_UNTYPED: an archive's text that could be any of them.
enum lf_value { LF_V_NULL, LF_V_BOOL, LF_V_INT, LF_V_FLOAT, LF_V_TEXT, LF_V_UNTYPED };

struct lf_attr {
    uint16_t name; // row of the field's attributes
    uint8_t
        type;  // enum lf_value: the JSON type in the dataset; LF_V_NULL: absent or null
    bool home; // the tool cannot hold the value: `text` is the tool's default
    struct lf_slice text; // as the tool holds it; of an absent one the tool's default
};

enum { LF_ATTR_WORDS = 4 }; // 256 attributes a field

struct lf_attr_set {
    uint64_t word[LF_ATTR_WORDS];
};

static inline void lf_attr_set_add(struct lf_attr_set *s, unsigned i)
{
    s->word[i / 64 % LF_ATTR_WORDS] |= UINT64_C(1) << i % 64;
}
static inline bool lf_attr_set_has(const struct lf_attr_set *s, unsigned i)
{
    return s->word[i / 64 % LF_ATTR_WORDS] >> i % 64 & 1;
}

struct lf_label {
    struct lf_id id;
    struct lf_slice
        raw; // its bytes in the dataset document; empty: it came from an archive
    struct lf_slice name;   // class; empty: none
    struct lf_slice native; // the tool's own id, or a text where an id was expected
    struct lf_slice whole;  // from an edited copy: its bytes there, should it be new
    uint16_t field, kind;   // field: row of the run's schema; kind: one lf_kind
    uint32_t frame;         // 1-based; 0: the sample itself
    int64_t index;          // -1: none
    uint64_t line;          // where the archive says it; 0: the dataset
    bool occluded, grouped;
    bool shipped; // this one travelled
    bool flipped; // a box with a negative side: its corners were ordered
    uint32_t points, attrs;
    double *xy;           // box: left top right bottom, unturned
    double turn;          // degrees clockwise about the centre, [0,360)
    struct lf_attr *attr; // sorted by name
};

struct lf_sample {       // an image: the unit that must fit in memory
    struct lf_slice raw; // document in samples.json
    struct lf_id id;
    uint32_t row; // its row in the run's items
    uint32_t width, height;
    unsigned told; // returned samples: what the file was able to say (lf_kind bits)
    int only;      // returned samples: the one field it speaks of, -1: all of the run's
    size_t labels;
    struct lf_label *label; // in document order
};

// 24 hexadecimal digits, any case; false (and known false) for anything else.
bool lf_id_parse(struct lf_slice text, struct lf_id *id);
void lf_id_print(const struct lf_id *id, char out[25]);
static inline bool lf_id_eq(const struct lf_id *a, const struct lf_id *b)
{
    return a->known && b->known && memcmp(a->at, b->at, sizeof a->at) == 0;
}
const char *lf_kind_name(unsigned kind);
const struct lf_attr *lf_label_attr(const struct lf_label *l, unsigned name);
// Angle brought into [0, 360).
double lf_turn(double degrees);

#endif
