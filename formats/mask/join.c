#include "formats/mask/join.h"

#include <stdlib.h>

#include "formats/mask/mask_shape.h"
#include "formats/mask/paint.h"

struct job {
    const struct lf_schema *schema;
    bool convert;
    struct lf_sample *s;
    struct lf_label *out; // labels so far
    size_t count;
    int32_t *group; // by element: row of `out` it went into, -1: not yet
    uint32_t *part; // by element: which ring of its label it is, from 0
    struct lf_arena *a;
    struct lf_error *err;
};

static const struct lf_field *field_of(const struct job *j, const struct lf_label *l)
{
    return &j->schema->field[l->field];
}

static const unsigned areas = LF_POLYGON | LF_ELLIPSE;

// ---------------------------------------------------------------------------- one
// shape

static void become_mask(struct lf_label *l, const struct lf_mask *mask)
{
    l->mask = mask;
    l->masks = 1;
    l->came_as = l->kind;
    l->kind = LF_MASK;
    l->points = l->rings = 0;
    l->turn = 0;
}

// A polygon or an ellipse as the pixels it covers, alone in a segmentation.
static bool fill(struct job *j, struct lf_label *l)
{
    struct lf_mask *mask = lf_arena_take(j->a, 1, sizeof *mask, j->err);
    uint32_t w = j->s->width, h = j->s->height;
    if (!mask ||
        !(l->kind == LF_ELLIPSE
              ? lf_fill_ellipse(l->xy, l->turn, w, h, j->a, mask, j->err)
              : lf_fill_rings(l->xy, l->ring, l->rings, w, h, j->a, mask, j->err)))
        return false;
    become_mask(l, mask);
    return true;
}

// The tolerance FiftyOne has for it.
static bool trace(struct job *j, struct lf_label *l)
{
    struct lf_ring *ring;
    if (!lf_trace(l->mask, 2, j->a, &l->xy, &ring, &l->rings, &l->points, j->err))
        return false;
    l->ring = ring;
    l->came_as = l->kind;
    l->kind = LF_POLYGON;
    l->closed = l->filled = true;
    l->masks = 0;
    l->parts = 0;
    return true;
}

static bool may_convert(const struct job *j, const struct lf_label *l)
{
    return j->convert && j->s->width && j->s->height && !l->whole.len && !l->far;
}

static bool convert(struct job *j, struct lf_label *l)
{
    unsigned wanted = lf_field_kind(field_of(j, l)->type);
    if (!may_convert(j, l))
        return true;
    if (wanted == LF_SEGMENT && l->kind & areas)
        return fill(j, l);
    return !(wanted == LF_POLYGON && l->kind == LF_MASK && l->masks) || trace(j, l);
}

// ---------------------------------------------------------------------------- one id

struct key { // an element that has an id, for sorting
    struct lf_id id;
    uint32_t element;
    uint16_t field;
};

static int by_id(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    int d = x->field != y->field ? (x->field > y->field ? 1 : -1)
                                 : memcmp(x->id.at, y->id.at, sizeof x->id.at);
    return d ? d : (x->element > y->element) - (x->element < y->element);
}

static bool same_id(const struct key *a, const struct key *b)
{
    return a->field == b->field && lf_id_eq(&a->id, &b->id);
}

static void begin_label(struct job *j, uint32_t element)
{
    j->out[j->count] = j->s->label[element];
    j->group[element] = (int32_t)j->count++;
}

static bool is_ring(const struct job *j, const struct lf_label *e)
{
    return e->kind & (LF_POLYGON | LF_POLYLINE) && !e->whole.len && e->rings == 1 &&
           !e->came_as && (unsigned)e->kind == lf_field_kind(field_of(j, e)->type);
}

struct told { // a ring that says which part of how many it is
    uint32_t parts, part, element;
    uint32_t copy; // which of several that say the same
};

static int by_claim(const void *a, const void *b)
{
    const struct told *x = a, *y = b;
    return x->parts != y->parts ? (x->parts > y->parts ? 1 : -1)
           : x->part != y->part ? (x->part > y->part ? 1 : -1)
                                : (x->element > y->element) - (x->element < y->element);
}

static int by_copy(const void *a, const void *b)
{
    const struct told *x = a, *y = b;
    return x->parts != y->parts ? (x->parts > y->parts ? 1 : -1)
           : x->copy != y->copy ? (x->copy > y->copy ? 1 : -1)
                                : (x->part > y->part) - (x->part < y->part);
}

// The rings of the run that say their part, label by label: a copy of a whole label
// brings each part a second time, and that is a second label.
static size_t list_told(const struct job *j, const struct key *run, size_t n,
                        struct told *told)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct lf_label *e = &j->s->label[run[i].element];
        if (is_ring(j, e) && e->parts > 1)
            told[count++] = (struct told){e->parts, e->part - 1, run[i].element, 0};
    }
    if (count)
        qsort(told, count, sizeof *told, by_claim);
    for (size_t i = 1; i < count; i++)
        if (told[i].parts == told[i - 1].parts && told[i].part == told[i - 1].part)
            told[i].copy = told[i - 1].copy + 1;
    if (count)
        qsort(told, count, sizeof *told, by_copy);
    return count;
}

// The next ring of the run that lost its part; NULL: none is left.
static const struct key *next_lost(const struct job *j, const struct key **run,
                                   const struct key *end)
{
    for (; *run < end; ++*run) {
        const struct lf_label *e = &j->s->label[(*run)->element];
        if (is_ring(j, e) && e->parts <= 1)
            return (*run)++;
    }
    return NULL;
}

// Rings that lost their part fill the places of those that are missing, in order.
static void fill_gap(struct job *j, uint32_t from, uint32_t to, int32_t row,
                     const struct key **run, const struct key *end)
{
    const struct key *lost;
    for (; from < to && (lost = next_lost(j, run, end)); from++) {
        j->part[lost->element] = from;
        j->group[lost->element] = row;
    }
}

static bool place_rings(struct job *j, const struct key *run, size_t n)
{
    const struct key *end = run + n;
    struct told *told = lf_arena_take(j->a, n, sizeof *told, j->err);
    if (!told)
        return false;
    size_t count = list_told(j, run, n, told);
    for (size_t i = 0; i < count; i++) {
        bool same =
            i && told[i].parts == told[i - 1].parts && told[i].copy == told[i - 1].copy;
        if (!same)
            begin_label(j, told[i].element);
        int32_t row = (int32_t)j->count - 1;
        j->group[told[i].element] = row;
        j->part[told[i].element] = told[i].part;
        fill_gap(j, same ? told[i - 1].part + 1 : 0, told[i].part, row, &run, end);
        bool last = i + 1 == count || told[i + 1].parts != told[i].parts ||
                    told[i + 1].copy != told[i].copy;
        if (last)
            fill_gap(j, told[i].part + 1, told[i].parts, row, &run, end);
    }
    return true;
}

// Polygons of one id are one instance, as FiftyOne has it; a mask is one by itself.
static bool is_piece(const struct job *j, const struct lf_label *e)
{
    return may_convert(j, e) && e->kind & areas &&
           lf_field_kind(field_of(j, e)->type) == LF_MASK;
}

// The rings of all polygons among the pieces, drawn together.
static bool draw_polygons(struct job *j, const struct key *piece, size_t n,
                          struct lf_mask *mask)
{
    size_t rings = 0, points = 0;
    for (size_t i = 0; i < n; i++) {
        rings += j->s->label[piece[i].element].rings;
        points += j->s->label[piece[i].element].points;
    }
    struct lf_ring *ring = lf_arena_take(j->a, rings, sizeof *ring, j->err);
    double *xy = lf_arena_take(j->a, 2 * points, sizeof *xy, j->err);
    if (!ring || !xy)
        return false;
    rings = points = 0;
    for (size_t i = 0; i < n; i++) {
        const struct lf_label *e = &j->s->label[piece[i].element];
        if (!is_piece(j, e) || e->kind != LF_POLYGON || !e->rings)
            continue;
        memcpy(ring + rings, e->ring, e->rings * sizeof *ring);
        memcpy(xy + 2 * points, e->xy, 2 * (size_t)e->points * sizeof *xy);
        rings += e->rings;
        points += e->points;
    }
    return lf_fill_instance(xy, ring, (uint32_t)rings, j->s->width, j->s->height, j->a,
                            mask, j->err);
}

static bool draw_pieces(struct job *j, const struct key *piece, size_t n,
                        struct lf_mask *mask)
{
    struct lf_paint paint = {0};
    struct lf_mask one, *masks;
    uint32_t left;
    if (!draw_polygons(j, piece, n, mask) ||
        !lf_paint_add(&paint, mask, 0, 0, j->a, j->err))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct lf_label *e = &j->s->label[piece[i].element];
        if (is_piece(j, e) && e->kind == LF_ELLIPSE &&
            (!lf_fill_ellipse(e->xy, e->turn, j->s->width, j->s->height, j->a, &one,
                              j->err) ||
             !lf_paint_add(&paint, &one, 0, 0, j->a, j->err)))
            return false;
    }
    if (!lf_paint_masks(&paint, j->a, &masks, &left, j->err))
        return false;
    *mask = left ? masks[0] : (struct lf_mask){0};
    return true;
}

static bool unite(struct job *j, const struct key *run, size_t n)
{
    struct lf_mask *mask = NULL;
    for (size_t i = 0; i < n; i++) {
        uint32_t at = run[i].element;
        if (!is_piece(j, &j->s->label[at]))
            continue;
        if (!mask) {
            begin_label(j, at);
            mask = lf_arena_take(j->a, 1, sizeof *mask, j->err);
            if (!mask || !draw_pieces(j, run + i, n - i, mask))
                return false;
            become_mask(&j->out[j->count - 1], mask);
        }
        j->group[at] = (int32_t)j->count - 1;
    }
    return true;
}

// Pieces without an id are an instance each.
static bool draw_lone(struct job *j)
{
    for (uint32_t i = 0; i < j->s->labels; i++) {
        struct key alone = {.element = i};
        if (j->group[i] < 0 && is_piece(j, &j->s->label[i]) && !unite(j, &alone, 1))
            return false;
    }
    return true;
}

// Elements of one field and id lie side by side once they are sorted.
static bool join_ids(struct job *j)
{
    struct key *key = lf_arena_take(j->a, j->s->labels, sizeof *key, j->err);
    size_t n = 0;
    if (!key)
        return false;
    for (size_t i = 0; i < j->s->labels; i++) {
        const struct lf_label *e = &j->s->label[i];
        if (e->id.known && (is_ring(j, e) || is_piece(j, e)))
            key[n++] = (struct key){e->id, (uint32_t)i, e->field};
    }
    if (n)
        qsort(key, n, sizeof *key, by_id);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && same_id(&key[from], &key[to]);)
            to++;
        if (!place_rings(j, key + from, to - from) || !unite(j, key + from, to - from))
            return false;
    }
    return true;
}

// Rings without an id that say their part lie one behind the other, as they were
// written: a part that is not above the one before begins another label.
static void join_nameless(struct job *j)
{
    const struct lf_label *last = NULL;
    for (uint32_t i = 0; i < j->s->labels; i++) {
        const struct lf_label *e = &j->s->label[i];
        if (e->id.known || !is_ring(j, e) || e->parts < 2)
            continue;
        bool more = last && e->field == last->field && e->parts == last->parts &&
                    e->part > last->part && lf_slice_eq(e->name, last->name) &&
                    lf_slice_eq(e->native, last->native);
        if (more)
            j->group[i] = (int32_t)j->count - 1;
        else
            begin_label(j, i);
        j->part[i] = e->part - 1;
        last = e;
    }
}

// ---------------------------------------------------------------------------- rings

struct piece { // an element of a label of several
    int32_t row;
    uint32_t part, element;
};

static int by_part(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;
    return x->row != y->row     ? (x->row > y->row ? 1 : -1)
           : x->part != y->part ? (x->part > y->part ? 1 : -1)
                                : (x->element > y->element) - (x->element < y->element);
}

// One label out of its rings, in the order of their parts. Class and attributes are
// those of the first part.
static bool assemble(struct job *j, const struct piece *piece, size_t n)
{
    struct lf_label *l = &j->out[piece->row];
    size_t points = 0;
    for (size_t i = 0; i < n; i++)
        points += j->s->label[piece[i].element].points;
    struct lf_ring *ring = lf_arena_take(j->a, n, sizeof *ring, j->err);
    double *xy = lf_arena_take(j->a, 2 * points, sizeof *xy, j->err);
    if (!ring || !xy)
        return false;
    *l = j->s->label[piece->element];
    l->points = (uint32_t)points;
    l->rings = (uint32_t)n;
    l->ring = ring;
    l->xy = xy;
    for (size_t i = 0; i < n; i++) {
        const struct lf_label *e = &j->s->label[piece[i].element];
        ring[i] = (struct lf_ring){e->points, piece[i].part};
        memcpy(xy, e->xy, 2 * (size_t)e->points * sizeof *xy);
        xy += 2 * (size_t)e->points;
    }
    return true;
}

static bool assemble_rings(struct job *j)
{
    struct piece *piece = lf_arena_take(j->a, j->s->labels, sizeof *piece, j->err);
    size_t n = 0;
    if (!piece)
        return false;
    for (uint32_t i = 0; i < j->s->labels; i++)
        if (j->group[i] >= 0 && is_ring(j, &j->s->label[i]))
            piece[n++] = (struct piece){j->group[i], j->part[i], i};
    if (n)
        qsort(piece, n, sizeof *piece, by_part);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && piece[to].row == piece[from].row;)
            to++;
        if (!assemble(j, piece + from, to - from))
            return false;
    }
    return true;
}

// ---------------------------------------------------------------------------- classes

static bool is_class(const struct job *j, size_t i, uint16_t field, uint32_t *row)
{
    const struct lf_label *e = &j->s->label[i];
    return j->group[i] < 0 && e->field == field && e->kind == LF_MASK &&
           e->masks == 1 && !e->whole.len &&
           lf_class_find(&j->schema->field[field], e->name, row);
}

// The id that most of the label's elements have; of several the one seen first.
static bool common_id(struct job *j, int32_t row, struct lf_id *id)
{
    struct key *key = lf_arena_take(j->a, j->s->labels, sizeof *key, j->err);
    size_t n = 0, most = 0;
    uint32_t seen = 0;
    if (!key)
        return false;
    *id = (struct lf_id){0};
    for (uint32_t i = 0; i < j->s->labels; i++)
        if (j->group[i] == row && j->s->label[i].id.known)
            key[n++] = (struct key){j->s->label[i].id, i, 0};
    if (n)
        qsort(key, n, sizeof *key, by_id);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && same_id(&key[from], &key[to]);)
            to++;
        if (to - from > most || (to - from == most && key[from].element < seen)) {
            most = to - from;
            seen = key[from].element;
            *id = key[from].id;
        }
    }
    return true;
}

static bool paint_classes(struct job *j, uint16_t field, struct lf_paint *paint,
                          struct lf_label *l)
{
    uint32_t row, masks = 0;
    for (size_t i = 0; i < j->s->labels; i++) {
        const struct lf_label *e = &j->s->label[i];
        if (!is_class(j, i, field, &row))
            continue;
        if (!lf_paint_add(paint, e->mask, j->schema->field[field].class[row].value,
                          e->z, j->a, j->err))
            return false;
        if (!masks++)
            *l = *e;
        l->came_as = l->came_as ? l->came_as : e->came_as;
        j->group[i] = (int32_t)j->count;
    }
    return true;
}

// All masks of the field in the image are one label; where two lie over each other the
// one on top counts, by order of drawing, then by the file's.
static bool join_classes(struct job *j, uint16_t field)
{
    struct lf_paint paint = {0};
    struct lf_mask *masks;
    struct lf_label *l = &j->out[j->count];
    if (j->count == j->s->labels) // all have their place
        return true;
    *l = (struct lf_label){0};
    if (!paint_classes(j, field, &paint, l) || !paint.masks)
        return paint.masks == 0;
    if (!lf_paint_masks(&paint, j->a, &masks, &l->masks, j->err))
        return false;
    l->mask = masks;
    l->kind = LF_SEGMENT;
    l->name = (struct lf_slice){0};
    l->attrs = 0;
    l->z = 0; // it did its part
    return common_id(j, (int32_t)j->count++, &l->id);
}

// ---------------------------------------------------------------------------- all

static bool wants_joining(const struct job *j)
{
    for (size_t i = 0; i < j->s->labels; i++)
        if (j->s->label[i].kind & (LF_POLYGON | LF_POLYLINE | LF_ELLIPSE | LF_MASK))
            return true;
    return false;
}

struct order {
    int32_t row;
    size_t element;
};

static int by_element(const void *a, const void *b)
{
    const struct order *x = a, *y = b;
    return (x->element > y->element) - (x->element < y->element);
}

// Labels stand where their first element stood, so that the file's order is kept.
static bool in_file_order(struct job *j)
{
    struct order *order = lf_arena_take(j->a, j->count, sizeof *order, j->err);
    struct lf_label *sorted = lf_arena_take(j->a, j->count, sizeof *sorted, j->err);
    if (!order || !sorted)
        return false;
    for (size_t k = 0; k < j->count; k++)
        order[k] = (struct order){(int32_t)k, SIZE_MAX};
    for (size_t i = j->s->labels; i-- > 0;)
        order[j->group[i]].element = i;
    qsort(order, j->count, sizeof *order, by_element);
    for (size_t k = 0; k < j->count; k++)
        sorted[k] = j->out[order[k].row];
    j->s->label = sorted;
    j->s->labels = j->count;
    return true;
}

bool lf_join_shapes(const struct lf_schema *schema, bool convert_shapes,
                    struct lf_sample *s, struct lf_arena *a, struct lf_error *err)
{
    struct job j = {
        .schema = schema, .convert = convert_shapes, .s = s, .a = a, .err = err};
    if (!wants_joining(&j))
        return true;
    j.out = lf_arena_take(a, s->labels, sizeof *j.out, err);
    j.group = lf_arena_take(a, s->labels, sizeof *j.group, err);
    j.part = lf_arena_take(a, s->labels, sizeof *j.part, err);
    if (!j.out || !j.group || !j.part)
        return false;
    for (size_t i = 0; i < s->labels; i++) {
        j.group[i] = -1;
        if (!convert(&j, &s->label[i]))
            return false;
    }
    if (!join_ids(&j) || !draw_lone(&j))
        return false;
    join_nameless(&j);
    if (!assemble_rings(&j))
        return false;
    for (uint16_t f = 0; f < schema->fields; f++)
        if (schema->field[f].type == LF_FT_SEGMENTATION && !join_classes(&j, f))
            return false;
    for (size_t i = 0; i < s->labels; i++)
        if (j.group[i] < 0) {
            j.out[j.count] = s->label[i];
            j.group[i] = (int32_t)j.count++;
        }
    return in_file_order(&j);
}
