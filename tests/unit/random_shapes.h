// Samples from a seed with labels of every kind but plain tags: documents as a dataset
// has them, with what is odd in real ones, and the same documents after somebody edited
// them in the dataset. What annotators do is in annotator.h.
#ifndef LF_RANDOM_SHAPES_H
#define LF_RANDOM_SHAPES_H

#include "tests/unit/random_pixels.h"
#include "tests/unit/random_sample.h"

// ---------------------------------------------------------------------------- fields

enum shape_form { OUTLINE, DOTS, PIXELS, CLASSES, CORNERS, VALUE };

static const struct shape_field {
    const char *name, *task;
    const char *schema; // what it says but classes and attributes of shapes
    enum shape_form form;
    const char *cls;          // of its labels
    const char *list;         // key of a list of labels; NULL: one label
    bool area;                // outline: filled
    const char *const *value; // scalars: what they hold
    size_t values;
    const char *const *odd;
    size_t odds;
} shape_fields[] = {
    {"lines", "S lines", "\"type\": \"polylines\", \"parts\": true", OUTLINE,
     "Polyline", "polylines", false, NULL, 0, NULL, 0},
    {"line", "S line", "\"type\": \"polyline\", \"parts\": true", OUTLINE, "Polyline",
     NULL, false, NULL, 0, NULL, 0},
    {"areas", "S areas", "\"type\": \"polygons\", \"parts\": true", OUTLINE, "Polyline",
     "polylines", true, NULL, 0, NULL, 0},
    {"area", "S area", "\"type\": \"polygon\", \"parts\": true", OUTLINE, "Polyline",
     NULL, true, NULL, 0, NULL, 0},
    {"dots", "S dots", "\"type\": \"keypoints\"", DOTS, "Keypoint", "keypoints", false,
     NULL, 0, NULL, 0},
    {"dot", "S dot", "\"type\": \"keypoint\"", DOTS, "Keypoint", NULL, false, NULL, 0,
     NULL, 0},
    {"poses", "S poses",
     "\"type\": \"keypoints\", \"skeleton\": {\"labels\": [\"nose\", \"l & r\", "
     "\"tail\", \"\\u00fc\"], \"edges\": [[0, 1, 2], [1, 3]]}",
     DOTS, "Keypoint", "keypoints", false, NULL, 0, NULL, 0},
    {"things", "S things", "\"type\": \"instances\"", PIXELS, "Detection", "detections",
     false, NULL, 0, NULL, 0},
    {"thing", "S thing", "\"type\": \"instance\"", PIXELS, "Detection", NULL, false,
     NULL, 0, NULL, 0},
    {"map", "S map",
     "\"type\": \"segmentation\", \"mask_targets\": {\"1\": \"road\", \"2\": "
     "\"K\\u00fcste & <b>\", \"200\": \"sky\"}",
     CLASSES, "Segmentation", NULL, false, NULL, 0, NULL, 0},
    {"colors", "S colors",
     "\"type\": \"segmentation\", \"mask_targets\": {\"#000001\": \"road\", "
     "\"#00ff00\": \"pier\", \"#c8b090\": \"sky\"}",
     CLASSES, "Segmentation", NULL, false, NULL, 0, NULL, 0},
    {"crates", "S crates", "\"type\": \"detections\"", CORNERS, "Detection",
     "detections", false, NULL, 0, NULL, 0},
    {"rank", "S rank", "\"type\": \"scalar\", \"scalar\": \"int\"", VALUE, NULL, NULL,
     false, LIST(random_ints), LIST(odd_ints)},
    {"weight", "S weight", "\"type\": \"scalar\", \"scalar\": \"float\"", VALUE, NULL,
     NULL, false, LIST(random_floats), LIST(odd_floats)},
    {"done", "S done", "\"type\": \"scalar\", \"scalar\": \"bool\"", VALUE, NULL, NULL,
     false, LIST(random_bools), LIST(odd_bools)},
    {"word", "S word", "\"type\": \"scalar\", \"scalar\": \"str\"", VALUE, NULL, NULL,
     false, LIST(random_texts), LIST(odd_texts)},
    {"level", "S level",
     "\"type\": \"scalar\", \"scalar\": \"int\", \"by_class\": true, \"classes\": "
     "[\"0\", \"7\", \"-12\", \"9007199254740993\"]",
     VALUE, NULL, NULL, false, LIST(random_ints), LIST(odd_ints)},
    {"state", "S state",
     "\"type\": \"scalar\", \"scalar\": \"str\", \"by_class\": true, \"classes\": "
     "[\"a\", \"b\", \"\\u00fc c\"]",
     VALUE, NULL, NULL, false, LIST(random_picks), LIST(odd_picks)},
};
enum { SHAPE_FIELDS = sizeof shape_fields / sizeof *shape_fields };

static inline bool is_rgb(const struct shape_field *f)
{
    return strcmp(f->name, "colors") == 0;
}

// A scalar's own attribute; "by_class" ones have none.
static inline void put_scalar_schema(const struct shape_field *f, struct lf_buf *out)
{
    const char *type = strstr(f->schema, "\"scalar\": \"") + 11;
    char value[8];
    bool checkbox = strncmp(type, "bool", 4) == 0;
    if (strstr(f->schema, "by_class"))
        return;
    snprintf(value, sizeof value, "%.*s", (int)strcspn(type, "\""), type);
    lf_buf_printf(out, ", \"classes\": [\"%s\"], \"attributes\": {", f->name);
    put_def(out, "value", checkbox ? "checkbox" : "text", checkbox ? "false" : "",
            value);
    lf_buf_char(out, '}');
}

static inline void put_shape_classes(struct lf_buf *out)
{
    lf_buf_text(out, ", \"classes\": [\"pier\", \"boat\", \"K\\u00fcste & <b>\"], "
                     "\"attributes\": {");
    put_def(out, "note", "text", "", "str");
    lf_buf_text(out, ", \"occluded\": {\"type\": \"occluded\"}, \"group_id\": "
                     "{\"type\": \"group_id\"}}");
}

static inline void shapes_schema(struct lf_buf *out)
{
    for (size_t i = 0; i < SHAPE_FIELDS; i++) {
        const struct shape_field *f = &shape_fields[i];
        lf_buf_printf(out, "%s\"%s\": {%s", i ? ", " : "{", f->name, f->schema);
        if (f->form == VALUE)
            put_scalar_schema(f, out);
        else if (f->form != CLASSES)
            put_shape_classes(out);
        lf_buf_text(out, ", \"existing_field\": true}");
    }
    lf_buf_char(out, '}');
}

// ---------------------------------------------------------------------------- a label

enum { RINGS = 4, RING_POINTS = 9 };

struct spot {
    char x[LF_NUMBER_CAP], y[LF_NUMBER_CAP];
};

struct shape { // a label before it is written down
    const struct shape_field *f;
    bool has_id, gone;
    char id[25];
    const char *class, *note, *occluded, *group; // JSON; NULL: absent
    unsigned rings, points[RINGS]; // of keypoints one ring; more than RINGS: none
    struct spot at[RINGS][RING_POINTS];
    bool closed, filled;
    bool lists;               // keypoint: values for each point
    struct spot box[2];       // start and size
    char turn[LF_NUMBER_CAP]; // "": none
    struct cells cells;
    bool array;         // there are cells
    uint32_t left, top; // plain: of the cells in the image
    const char *value;  // of a scalar, JSON; NULL: absent
};

static const char *const nans[] = {"{\"$numberDouble\": \"NaN\"}", "NaN"};
static const char *const random_groups[] = {"0", "1", "7", "2147483647"};
static const char *const odd_groups[] = {"-1",         "null",  "3.0",  "2.5",
                                         "2147483648", "\"x\"", "\"5\""};

struct canvas { // the image that a label lies in
    uint32_t width, height;
};

static inline void random_spot(struct dice *d, bool plain, struct spot *p)
{
    double low = chance(d, 12) ? -0.2 : 0, high = low < 0 ? 1.2 : 1;
    spell(between(d, low, high), p->x);
    spell(between(d, low, high), p->y);
    if (!plain && chance(d, 4))
        strcpy(p->x, PICK(d, odd_numbers));
    if (!plain && chance(d, 4))
        strcpy(p->y, PICK(d, odd_numbers));
}

static inline void sketch_outline(struct dice *d, bool plain, struct shape *k)
{
    const unsigned least = k->f->area ? 3 : 2;
    k->filled = k->f->area;
    k->closed = k->filled ? !chance(d, 10) : chance(d, 30);
    k->rings = 1 + (chance(d, 35) ? (unsigned)roll(d, RINGS) : 0);
    if (!plain && chance(d, 3))
        k->rings = 0;
    if (!plain && chance(d, 6)) // another kind than the field's
        k->filled = !k->filled;
    for (unsigned r = 0; r < k->rings; r++) {
        k->points[r] = least + (unsigned)roll(d, 4);
        if (!plain && chance(d, 15))
            k->points[r] = (unsigned)roll(d, least);
        for (unsigned i = 0; i < k->points[r]; i++)
            random_spot(d, plain, &k->at[r][i]);
        if (!plain && k->points[r] > 3 && chance(d, 5)) // its ends meet
            k->at[r][k->points[r] - 1] = k->at[r][0];
    }
}

static inline void lose_spot(struct dice *d, bool plain, struct spot *p)
{
    const char *nan = plain ? nans[0] : PICK(d, nans);
    strcpy(p->x, nan);
    if (plain || chance(d, 80)) // half of a point is none
        strcpy(p->y, nan);
}

static inline void sketch_dots(struct dice *d, bool plain, struct shape *k)
{
    bool pose = strcmp(k->f->name, "poses") == 0;
    k->rings = 1;
    k->points[0] = pose ? 4 : 1 + (unsigned)roll(d, 5);
    if (!plain && chance(d, 8))
        k->points[0] = (unsigned)roll(d, 6);
    for (unsigned i = 0; i < k->points[0]; i++) {
        random_spot(d, plain, &k->at[0][i]);
        if (chance(d, pose ? 20 : 6) && (i || !plain))
            lose_spot(d, plain, &k->at[0][i]);
    }
    k->lists = chance(d, 10);
}

static inline void sketch_corners(struct dice *d, bool plain, struct shape *k)
{
    random_spot(d, plain, &k->box[0]);
    spell(between(d, 0.05, 0.5), k->box[1].x);
    spell(between(d, 0.05, 0.5), k->box[1].y);
    if (!plain && chance(d, 3))
        spell(-between(d, 0.05, 0.3), k->box[1].x);
    if (!plain && chance(d, 2))
        strcpy(k->box[1].y, "0.0");
    if (chance(d, 40))
        spell(between(d, plain ? 1 : -400, plain ? 359 : 800), k->turn);
}

// In the tight box at the image's resolution, as this program writes masks: other
// arrays are not the same bytes when they are written again.
static inline void tight_cells(struct dice *d, const struct canvas *in, struct shape *k)
{
    static const uint32_t one[] = {1};
    struct cells *c = &k->cells;
    c->width = 1 + (uint32_t)roll(d, in->width < 20 ? in->width : 20);
    c->height = 1 + (uint32_t)roll(d, in->height < 20 ? in->height : 20);
    k->left = (uint32_t)roll(d, in->width - c->width + 1);
    k->top = (uint32_t)roll(d, in->height - c->height + 1);
    random_cells(d, c, one, 1);
    c->at[0] = c->at[c->width * c->height - 1] = 1;
    spell(k->left / (double)in->width, k->box[0].x);
    spell(k->top / (double)in->height, k->box[0].y);
    spell(c->width / (double)in->width, k->box[1].x);
    spell(c->height / (double)in->height, k->box[1].y);
}

static inline void sketch_pixels(struct dice *d, const struct canvas *in, bool plain,
                                 struct shape *k)
{
    static const char *const types[] = {"|b1", "|u1", "|u1", "<i8",
                                        "<f8", ">u2", "<i4"};
    static const uint32_t yes[] = {1}, full[] = {255};
    struct cells *c = &k->cells;
    *c = (struct cells){.dtype = "|u1", .channels = 1};
    k->array = plain || !chance(d, 4); // else a mere box
    if (plain) {
        tight_cells(d, in, k);
        return;
    }
    sketch_corners(d, false, k);
    c->dtype = PICK(d, types);
    c->fortran = chance(d, 8);
    c->wrapper = chance(d, 20) ? (unsigned)roll(d, 3) : 0;
    c->width = 1 + (uint32_t)roll(d, chance(d, 20) ? 30 : 8);
    c->height = 1 + (uint32_t)roll(d, chance(d, 20) ? 30 : 8);
    random_cells(d, c, c->dtype[1] == 'b' || chance(d, 70) ? yes : full, 1);
}

static const uint32_t map_values[] = {1, 2, 200, 9, 77}; // two without a target
static const uint32_t color_values[] = {0x000001, 0x00ff00, 0xc8b090, 0xc8b091,
                                        0xff0000};
enum { TARGETS = 3 };

static inline void sketch_classes(struct dice *d, const struct canvas *in, bool plain,
                                  struct shape *k)
{
    static const char *const types[] = {"|u1", "|u1", "|u1", "<u2",
                                        ">u2", "<i8", "<f4"};
    const bool rgb = is_rgb(k->f);
    const uint32_t *value = rgb ? color_values : map_values;
    struct cells *c = &k->cells;
    *c = (struct cells){.dtype = "|u1", .channels = rgb ? 3 : 1};
    k->array = true;
    c->width = in->width;
    c->height = in->height;
    if (!plain && !rgb)
        c->dtype = PICK(d, types);
    if (!plain && !rgb)
        c->fortran = chance(d, 8);
    if (!plain)
        c->wrapper = chance(d, 20) ? (unsigned)roll(d, 3) : 0;
    if (in->width * in->height > CELLS || (!plain && chance(d, 30))) {
        c->width = 1 + (uint32_t)roll(d, 12);
        c->height = 1 + (uint32_t)roll(d, 12);
    }
    random_cells(d, c, value, plain ? TARGETS : TARGETS + 2);
    if (plain) // something travels
        c->at[0] = value[0];
}

static inline void sketch_shape(struct dice *d, const struct shape_field *f,
                                const struct canvas *in, bool plain, struct shape *k)
{
    *k = (struct shape){.f = f};
    k->has_id = plain || !chance(d, 4);
    snprintf(k->id, sizeof k->id, "%08x%08x%08x", (unsigned)roll(d, UINT32_MAX),
             (unsigned)roll(d, UINT32_MAX), (unsigned)roll(d, UINT32_MAX));
    k->class = PICK(d, box_classes);
    if (!plain && chance(d, 5))
        k->class = chance(d, 30) ? NULL : PICK(d, odd_classes);
    k->note = chance(d, 50) ? PICK(d, random_texts) : NULL;
    k->occluded = chance(d, 50) ? PICK(d, random_bools) : NULL;
    k->group = chance(d, 40) ? PICK(d, random_groups) : NULL;
    if (!plain && chance(d, 6))
        k->note = PICK(d, odd_texts);
    if (!plain && chance(d, 6))
        k->occluded = PICK(d, odd_bools);
    if (!plain && chance(d, 6))
        k->group = PICK(d, odd_groups);
    switch (f->form) {
    case OUTLINE:
        sketch_outline(d, plain, k);
        break;
    case DOTS:
        sketch_dots(d, plain, k);
        break;
    case PIXELS:
        sketch_pixels(d, in, plain, k);
        break;
    case CLASSES:
        sketch_classes(d, in, plain, k);
        break;
    case CORNERS:
        sketch_corners(d, plain, k);
        break;
    case VALUE:
        k->value = f->value[roll(d, f->values)];
        if (!plain && chance(d, 15))
            k->value = f->odd[roll(d, f->odds)];
        break;
    }
}

// ---------------------------------------------------------------------------- our
// edits

static inline void shift_number(struct dice *d, char text[LF_NUMBER_CAP])
{
    double v;
    if (lf_parse_double(lf_slice_of(text), &v))
        spell(v + between(d, -0.2, 0.2), text);
}

static inline void edit_points(struct dice *d, struct shape *k)
{
    unsigned r = (unsigned)roll(d, k->rings ? k->rings : 1), n = k->points[r];
    struct spot *ring = k->at[r];
    unsigned i = (unsigned)roll(d, n ? n : 1);
    switch (roll(d, 4)) {
    case 0: // another point
        if (!k->rings || n >= RING_POINTS)
            return;
        memmove(ring + i + 1, ring + i, (n - i) * sizeof *ring);
        random_spot(d, true, &ring[i]);
        k->points[r]++;
        return;
    case 1: // one fewer
        if (!n)
            return;
        memmove(ring + i, ring + i + 1, (n - i - 1) * sizeof *ring);
        k->points[r]--;
        return;
    default:
        if (n && k->f->form == DOTS && chance(d, 20))
            lose_spot(d, false, &ring[i]);
        else if (n)
            random_spot(d, true, &ring[i]);
    }
}

static inline void edit_rings(struct dice *d, struct shape *k)
{
    unsigned r = (unsigned)roll(d, k->rings ? k->rings : 1);
    switch (roll(d, 4)) {
    case 0:
        if (k->rings == RINGS)
            return;
        for (k->points[k->rings] = 0; k->points[k->rings] < 4; k->points[k->rings]++)
            random_spot(d, true, &k->at[k->rings][k->points[k->rings]]);
        k->rings++;
        return;
    case 1:
        if (!k->rings)
            return;
        for (k->rings--; r < k->rings; r++) {
            k->points[r] = k->points[r + 1];
            memcpy(k->at[r], k->at[r + 1], sizeof k->at[r]);
        }
        return;
    case 2:
        k->closed = !k->closed;
        return;
    default:
        if (chance(d, 20))
            k->filled = !k->filled;
    }
}

static inline void edit_cells(struct dice *d, struct shape *k)
{
    const uint32_t *value = k->f->form == PIXELS ? (const uint32_t[]){1}
                            : is_rgb(k->f)       ? color_values
                                                 : map_values;
    size_t values = k->f->form == PIXELS ? 1 : TARGETS + 2;
    if (k->f->form == PIXELS && chance(d, 8))
        k->array = !k->array && k->cells.width;
    else if (chance(d, 8))
        random_cells(d, &k->cells, value, values);
    else
        fill_cells(d, &k->cells, chance(d, 40) ? 0 : value[roll(d, values)]);
}

static inline void edit_geometry(struct dice *d, struct shape *k)
{
    switch (k->f->form) {
    case OUTLINE:
        if (chance(d, 30)) {
            edit_rings(d, k);
            return;
        } // fall through
    case DOTS:
        edit_points(d, k);
        return;
    case PIXELS:
        if (chance(d, 30)) {
            shift_number(d, k->box[0].x);
            return;
        } // fall through
    case CLASSES:
        edit_cells(d, k);
        return;
    case CORNERS:
        if (chance(d, 30))
            spell(between(d, 0, 360), k->turn);
        else
            shift_number(d, chance(d, 50) ? k->box[0].y : k->box[1].x);
        return;
    case VALUE:
        return;
    }
}

// One or two changes as people make them in a dataset.
static inline void edit_shape(struct dice *d, struct shape *k)
{
    for (unsigned n = 1 + chance(d, 30); n > 0; n--)
        switch (roll(d, 9)) {
        case 0:
            k->class = PICK(d, box_classes);
            break;
        case 1:
            k->note = chance(d, 80) ? PICK(d, random_texts) : NULL;
            break;
        case 2:
            k->occluded = chance(d, 80) ? PICK(d, random_bools) : NULL;
            break;
        case 3:
            k->group = chance(d, 80) ? PICK(d, random_groups) : NULL;
            break;
        case 4:
            k->gone = true;
            break;
        default:
            edit_geometry(d, k);
        }
    if (k->f->form == VALUE && !k->gone)
        k->value = k->f->value[roll(d, k->f->values)];
}

// ---------------------------------------------------------------------------- writing

static inline void put_spots(const struct spot *p, unsigned n, struct lf_buf *out)
{
    lf_buf_char(out, '[');
    for (unsigned i = 0; i < n; i++)
        lf_buf_printf(out, "%s[%s, %s]", i ? ", " : "", p[i].x, p[i].y);
    lf_buf_char(out, ']');
}

static inline void put_outline(const struct shape *k, struct lf_buf *out)
{
    lf_buf_text(out, ", \"points\": [");
    for (unsigned r = 0; r < k->rings; r++) {
        lf_buf_text(out, r ? ", " : "");
        put_spots(k->at[r], k->points[r], out);
    }
    lf_buf_printf(out, "], \"closed\": %s, \"filled\": %s",
                  k->closed ? "true" : "false", k->filled ? "true" : "false");
}

static inline void put_dots(const struct shape *k, struct lf_buf *out)
{
    lf_buf_text(out, ", \"points\": ");
    put_spots(k->at[0], k->points[0], out);
    if (!k->lists)
        return;
    for (unsigned i = 0; i < k->points[0]; i++)
        lf_buf_printf(out, "%s0.5", i ? ", " : ", \"confidence\": [");
    lf_buf_text(out, k->points[0] ? "]" : ", \"confidence\": []");
}

static inline void put_box_of(const struct shape *k, struct lf_buf *out)
{
    lf_buf_printf(out, ", \"bounding_box\": [%s, %s, %s, %s]", k->box[0].x, k->box[0].y,
                  k->box[1].x, k->box[1].y);
    if (k->turn[0])
        lf_buf_printf(out, ", \"rotation\": %s", k->turn);
}

// As this program writes the array.
static inline void put_own_array(struct lf_pixel_tool *t, const struct canvas *in,
                                 const struct shape *k, struct lf_buf *out)
{
    struct lf_pixels_kind kind = {
        .channels = k->cells.channels, .dtype = "|u1", .inside = 1};
    const uint32_t *value = is_rgb(k->f) ? color_values : map_values;
    struct lf_mask mask[TARGETS];
    struct lf_arena a = {0};
    struct lf_error err = {0};
    uint32_t n = 0;
    if (k->f->form == PIXELS) {
        mask[0] = mask_of_cells(&k->cells, 0, k->left, k->top, &a);
        assert_true(lf_pixels_write_mask(t, mask, &kind, out, &err));
    } else {
        for (size_t i = 0; i < TARGETS; i++) {
            mask[n] = mask_of_cells(&k->cells, value[i], 0, 0, &a);
            n += mask[n].runs > 0;
        }
        assert_true(lf_pixels_write_classes(t, NULL, &kind, NULL, 0, mask, n, in->width,
                                            in->height, out, &err));
    }
    lf_arena_done(&a);
}

static inline void put_array(struct lf_pixel_tool *t, const struct canvas *in,
                             const struct shape *k, bool plain, struct lf_buf *out)
{
    static const char *const before[] = {"{\"$binary\": {\"base64\": \"",
                                         "{\"$binary\": \"", "\""};
    static const char *const after[] = {"\", \"subType\": \"00\"}}",
                                        "\", \"$type\": \"00\"}", "\""};
    lf_buf_text(out, ", \"mask\": ");
    if (!k->array) {
        lf_buf_text(out, "null");
        return;
    }
    lf_buf_text(out, before[k->cells.wrapper]);
    if (plain)
        put_own_array(t, in, k, out);
    else
        put_cells(&k->cells, out);
    lf_buf_text(out, after[k->cells.wrapper]);
}

struct page { // what a document is written with
    struct lf_pixel_tool *tool;
    struct canvas in;
    bool plain;
    uint64_t seed;
    struct editor *e; // NULL: nobody
    struct lf_buf *out;
};

static inline void put_shape(const struct page *p, const struct shape *k)
{
    struct lf_buf *out = p->out;
    lf_buf_char(out, '{');
    if (k->has_id)
        lf_buf_printf(out, "\"_id\": {\"$oid\": \"%s\"}, ", k->id);
    lf_buf_printf(out, "\"_cls\": \"%s\", \"tags\": []", k->f->cls);
    if (k->class && k->f->form != CLASSES)
        lf_buf_printf(out, ", \"label\": %s", k->class);
    switch (k->f->form) {
    case OUTLINE:
        put_outline(k, out);
        break;
    case DOTS:
        put_dots(k, out);
        break;
    case PIXELS:
        put_box_of(k, out);
        put_array(p->tool, &p->in, k, p->plain, out);
        break;
    case CLASSES:
        put_array(p->tool, &p->in, k, p->plain, out);
        break;
    default:
        put_box_of(k, out);
    }
    if (k->note)
        lf_buf_printf(out, ", \"note\": %s", k->note);
    if (k->occluded)
        lf_buf_printf(out, ", \"occluded\": %s", k->occluded);
    if (k->group)
        lf_buf_printf(out, ", \"group_id\": %s", k->group);
    lf_buf_char(out, '}');
}

// ---------------------------------------------------------------------------- a sample

// Label `n` of field `field`; false: it is gone.
static inline bool make_shape(const struct page *p, size_t field, uint64_t n,
                              struct shape *k)
{
    struct dice d = dice_of(p->seed, 1000 * (field + 1) + n);
    sketch_shape(&d, &shape_fields[field], &p->in, p->plain, k);
    if (p->e && chance(&p->e->dice, p->e->percent))
        edit_shape(&p->e->dice, k);
    return !k->gone;
}

static inline void put_shapes(const struct page *p, size_t field, struct shape *k)
{
    const struct shape_field *f = &shape_fields[field];
    struct dice d = dice_of(p->seed, 500 + field);
    uint64_t labels = roll(&d, 4);
    const char *separator = "";
    if (!p->plain && chance(&d, 5)) {
        lf_buf_printf(p->out, ", \"%s\": null", f->name);
        return;
    }
    lf_buf_printf(p->out, ", \"%s\": {\"_cls\": \"%ss\", \"%s\": [", f->name, f->cls,
                  f->list);
    for (uint64_t n = 0; n < labels; n++) {
        if (!make_shape(p, field, n, k))
            continue;
        lf_buf_text(p->out, separator);
        put_shape(p, k);
        separator = ", ";
    }
    if (p->e && chance(&p->e->dice, p->e->percent / 4)) { // ours, drawn anew
        sketch_shape(&p->e->dice, f, &p->in, false, k);
        lf_buf_text(p->out, separator);
        put_shape(p, k);
    }
    lf_buf_text(p->out, "]}");
}

static inline void put_one(const struct page *p, size_t field, struct shape *k)
{
    const struct shape_field *f = &shape_fields[field];
    struct dice d = dice_of(p->seed, 500 + field);
    bool absent = chance(&d, 20), made = make_shape(p, field, 0, k);
    if (absent && p->e && chance(&p->e->dice, p->e->percent / 4))
        absent = false;
    if (absent || (!made && f->form == VALUE))
        return;
    lf_buf_printf(p->out, ", \"%s\": ", f->name);
    if (!made)
        lf_buf_text(p->out, "null");
    else if (f->form == VALUE)
        lf_buf_text(p->out, k->value);
    else
        put_shape(p, k);
}

// Small ones: a mask costs its runs.
static inline void shapes_size(uint64_t seed, uint32_t *width, uint32_t *height)
{
    static const uint32_t sides[] = {64, 33, 160, 100, 50, 7, 1};
    struct dice d = dice_of(seed, 5);
    *width = PICK(&d, sides);
    *height = PICK(&d, sides);
}

static inline void shapes_document(struct lf_pixel_tool *tool, uint64_t seed,
                                   bool plain, struct editor *e, struct lf_buf *out)
{
    struct page p = {.tool = tool, .plain = plain, .seed = seed, .e = e, .out = out};
    struct shape k;
    shapes_size(seed, &p.in.width, &p.in.height);
    lf_buf_printf(out, "{\"_id\": {\"$oid\": \"%024llx\"}, \"filepath\": \"x\"",
                  (unsigned long long)seed + 1);
    for (size_t i = 0; i < SHAPE_FIELDS; i++)
        if (shape_fields[i].list)
            put_shapes(&p, i, &k);
        else
            put_one(&p, i, &k);
    lf_buf_printf(out, ", \"_dataset_id\": {\"$oid\": \"%024x\"}}", 0);
}

#endif
