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
    LF_OTHER = 2048,    // a kind that has no name here
    LF_IDS = 1 << 16,   // only in `told`: the file could carry label ids
    LF_FLAGS = 1 << 18, // in `told` and of a format: occluded and group
    LF_STRAYS =
        1 << 19,      // in `told`: also shapes that the field does not hold would come
    LF_SETS = 1 << 20 // in `told`: classifications came as a set of names, one label a
                      // name; an id that came with it tells which labels it was made of
};
// Kinds that lie somewhere in the image; the others are about all of it.
#define LF_SPATIAL                                                                     \
    (LF_BOX | LF_ELLIPSE | LF_POLYGON | LF_POLYLINE | LF_POINTS | LF_SKELETON |        \
     LF_MASK | LF_SEGMENT | LF_CUBOID)

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

// Pixels as runs: a tight box, run lengths in row-major order over it, background
// first (0 if the first pixel is inside), no other run of 0; their sum is width x
// height. So equal masks are equal bytes. No pixel: runs is 0, and so are all others
// but `value`. In a sample of size 1 x 1 (`lf_format.relative`) the box is the whole
// array, from 0, 0.
struct lf_mask {
    uint32_t left, top, width, height;
    uint32_t runs;
    uint32_t value; // LF_SEGMENT: the pixels' value (0xrrggbb of RGB targets)
    const uint32_t *run;
};

struct lf_ring {     // of a polyline or polygon
    uint32_t points; // its points follow those of the rings before it in `xy`
    uint32_t part;   // its place in the dataset's label, from 0
};

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
    bool occluded;          // the tool's flag, where no attribute of the run holds it
    int64_t group;          // likewise; 0: none
    int64_t z;              // the tool's order of drawing; 0: none
    bool shipped;           // this one travelled
    bool flipped;           // a box with a negative side: its corners were ordered
    bool closed;            // polyline: the last point is joined to the first
    bool filled;            // polyline: it bounds an area
    bool fixed;       // keypoint: its number of points must stay (missing ones, lists)
    bool lost;        // what was shipped of its pixels is no longer known
    bool far;         // from an archive: so far out that it is not converted
    bool says_form;   // from a copy: `closed` came back as well
    uint16_t came_as; // the kind it was converted from; 0: as it came
    uint16_t origin;  // from an archive, in a learned field: 1 + row of the field whose
                      // shape it was; else 0
    bool unsure;      // it may have stayed at home at export (of a learned class, or
                      // there is no base), so that it is missing tells nothing
    uint32_t part;    // from an archive: this element is the part-th ..
    uint32_t parts;   // .. of so many of one label, both from 1; 0: not told
    uint32_t points, attrs, rings, masks;
    // Box: left top right bottom, unturned, 2 points (4 where the dataset's own numbers
    // follow: x y w h). Ellipse: centre, radii. Cuboid: 8 corners. Polygon, polyline:
    // all rings, one behind the other. Points, skeleton: NaN NaN for a missing one.
    // Mask from the dataset: the box it was stretched over, as of a box.
    double *xy;
    double turn; // degrees clockwise about the centre, [0,360)
    const struct lf_ring *ring;
    const struct lf_mask *mask; // LF_MASK: one. LF_SEGMENT: one a value, sorted by it
    // Sample of size 1 x 1 only: the array itself, as the JSON value of "mask", or the
    // bytes of the file at "mask_path".
    struct lf_slice pixels;
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
// A segmentation's class is its pixels'; every other label has one.
static inline bool lf_kind_has_class(unsigned kind)
{
    return kind != LF_SEGMENT;
}
// Whether two masks are the same pixels with the same value.
bool lf_mask_eq(const struct lf_mask *a, const struct lf_mask *b);
const struct lf_attr *lf_label_attr(const struct lf_label *l, unsigned name);
// Angle brought into [0, 360).
double lf_turn(double degrees);

#endif
