// What annotators do to the labels that a tool holds, from a seed: to samples in the
// form they travel in.
#ifndef LF_ANNOTATOR_H
#define LF_ANNOTATOR_H

#include <math.h>

#include "tests/unit/random_pixels.h"
#include "tests/unit/random_shapes.h"

struct annotator {
    const struct lf_run *run;
    struct dice *d;
    struct lf_sample *s;  // before
    struct lf_label *out; // after
    size_t count, room;
    struct lf_arena *a;
};

static inline void *an_take(struct annotator *x, size_t count, size_t size)
{
    struct lf_error err = {0};
    void *at = lf_arena_take(x->a, count, size, &err);
    assert_non_null(at);
    return at;
}

static inline struct lf_label *an_put(struct annotator *x, const struct lf_label *l)
{
    assert_true(x->count < x->room);
    x->out[x->count] = *l;
    return &x->out[x->count++];
}

static inline double sway(const struct annotator *x, uint32_t i)
{
    double side = i % 2 ? x->s->height : x->s->width;
    return between(x->d, -0.2, 0.2) * side;
}

// Its own points, to be changed.
static inline double *own_points(struct annotator *x, struct lf_label *l)
{
    double *xy = an_take(x, 2 * (size_t)l->points + 2, sizeof *xy);
    if (l->points)
        memcpy(xy, l->xy, 2 * (size_t)l->points * sizeof *xy);
    return l->xy = xy;
}

static inline struct lf_ring *own_rings(struct annotator *x, struct lf_label *l)
{
    struct lf_ring *ring = an_take(x, l->rings, sizeof *ring);
    if (l->rings)
        memcpy(ring, l->ring, l->rings * sizeof *ring);
    l->ring = ring;
    return ring;
}

static inline uint32_t ring_start(const struct lf_label *l, uint32_t r)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < r; i++)
        at += l->ring[i].points;
    return at;
}

// ---------------------------------------------------------------------------- points

static inline void move_point(struct annotator *x, struct lf_label *l, uint32_t i)
{
    double *xy = own_points(x, l);
    xy[2 * i] += sway(x, 0);
    xy[2 * i + 1] += sway(x, 1);
}

static inline void add_point(struct annotator *x, struct lf_label *l, uint32_t i)
{
    double *xy = own_points(x, l);
    memmove(xy + 2 * i + 2, xy + 2 * i, 2 * (size_t)(l->points - i) * sizeof *xy);
    xy[2 * i] += sway(x, 0);
    xy[2 * i + 1] += sway(x, 1);
    l->points++;
}

static inline void drop_point(struct annotator *x, struct lf_label *l, uint32_t i)
{
    double *xy = own_points(x, l);
    memmove(xy + 2 * i, xy + 2 * i + 2, 2 * (size_t)(l->points - i - 1) * sizeof *xy);
    l->points--;
}

static inline void edit_cloud(struct annotator *x, struct lf_label *l)
{
    uint32_t i = (uint32_t)roll(x->d, l->points);
    switch (roll(x->d, 4)) {
    case 0:
        add_point(x, l, i);
        break;
    case 1:
        if (l->points > 1)
            drop_point(x, l, i);
        break;
    default:
        move_point(x, l, i);
    }
}

// A node is moved, put outside or fetched back; the tool keeps one at least.
static inline void edit_skeleton(struct annotator *x, struct lf_label *l)
{
    uint32_t i = (uint32_t)roll(x->d, l->points), there = 0;
    for (uint32_t k = 0; k < l->points; k++)
        there += isnan(l->xy[2 * k]) ? 0 : 1;
    if (isnan(l->xy[2 * i])) {
        double *xy = own_points(x, l);
        xy[2 * i] = between(x->d, 0, x->s->width);
        xy[2 * i + 1] = between(x->d, 0, x->s->height);
    } else if (there > 1 && chance(x->d, 40)) {
        double *xy = own_points(x, l);
        xy[2 * i] = xy[2 * i + 1] = (double)NAN;
    } else {
        move_point(x, l, i);
    }
}

// ---------------------------------------------------------------------------- rings

static inline struct lf_label one_ring(struct annotator *x, const struct lf_label *l,
                                       uint32_t r)
{
    struct lf_label e = *l;
    struct lf_ring *ring = an_take(x, 1, sizeof *ring);
    *ring = l->ring[r];
    e.ring = ring;
    e.rings = 1;
    e.points = ring->points;
    e.xy = l->xy + 2 * (size_t)ring_start(l, r);
    return e;
}

static inline void drop_ring(struct annotator *x, struct lf_label *l, uint32_t r)
{
    uint32_t at = ring_start(l, r), n = l->ring[r].points;
    double *xy = own_points(x, l);
    struct lf_ring *ring = own_rings(x, l);
    memmove(xy + 2 * at, xy + 2 * (at + n),
            2 * (size_t)(l->points - at - n) * sizeof *xy);
    memmove(ring + r, ring + r + 1, (l->rings - r - 1) * sizeof *ring);
    l->points -= n;
    l->rings--;
}

// One ring of several is deleted, copied, or loses what says its part.
static inline void edit_ring_set(struct annotator *x, struct lf_label *l)
{
    uint32_t r = (uint32_t)roll(x->d, l->rings);
    struct lf_label e = one_ring(x, l, r);
    switch (roll(x->d, 3)) {
    case 0:
        drop_ring(x, l, r);
        break;
    case 1:
        move_point(x, &e, 0);
        an_put(x, &e);
        break;
    default:
        e.parts = 0;
        drop_ring(x, l, r);
        an_put(x, &e);
    }
}

static inline void edit_outline(struct annotator *x, struct lf_label *l)
{
    const uint32_t least = l->kind == LF_POLYGON ? 3 : 2;
    uint32_t r = (uint32_t)roll(x->d, l->rings);
    uint32_t i = ring_start(l, r) + (uint32_t)roll(x->d, l->ring[r].points);
    if (l->rings > 1 && chance(x->d, 40)) {
        edit_ring_set(x, l);
        return;
    }
    switch (roll(x->d, 4)) {
    case 0:
        add_point(x, l, i);
        own_rings(x, l)[r].points++;
        break;
    case 1:
        if (l->ring[r].points > least) {
            drop_point(x, l, i);
            own_rings(x, l)[r].points--;
        }
        break;
    default:
        move_point(x, l, i);
    }
}

// ---------------------------------------------------------------------------- pixels

static inline struct lf_mask random_rect(struct annotator *x)
{
    uint32_t w = x->s->width, h = x->s->height;
    uint32_t left = (uint32_t)roll(x->d, w), top = (uint32_t)roll(x->d, h);
    uint32_t wide = 1 + (uint32_t)roll(x->d, w - left);
    uint32_t high = 1 + (uint32_t)roll(x->d, h - top);
    return rect_mask(left, top, wide < 24 ? wide : 24, high < 24 ? high : 24, x->a);
}

static inline struct lf_mask combined(struct annotator *x, enum lf_mask_op op,
                                      const struct lf_mask *a, const struct lf_mask *b)
{
    struct lf_error err = {0};
    struct lf_mask m;
    assert_true(lf_mask_combine(op, a, b, x->a, &m, &err));
    m.value = a->value;
    return m;
}

// Painted, erased, or both; one with nothing left is gone.
static inline bool edit_mask(struct annotator *x, struct lf_label *l)
{
    static const enum lf_mask_op ops[] = {LF_MASK_OR, LF_MASK_MINUS, LF_MASK_XOR};
    struct lf_mask rect = random_rect(x), *m = an_take(x, 1, sizeof *m);
    *m = combined(x, PICK(x->d, ops), l->mask, &rect);
    l->mask = m;
    return m->runs > 0;
}

static inline uint32_t random_target(struct annotator *x, const struct lf_label *l)
{
    const struct lf_field *f = &x->run->schema.field[l->field];
    return f->class[roll(x->d, f->classes)].value;
}

// A rectangle in one class, or in none; sorted by value as labels are.
static inline bool edit_classes(struct annotator *x, struct lf_label *l)
{
    struct lf_mask rect = random_rect(x);
    struct lf_mask *mask = an_take(x, l->masks + 1, sizeof *mask);
    uint32_t value = chance(x->d, 35) ? 0 : random_target(x, l), n = 0;
    bool there = value == 0;
    for (uint32_t i = 0; i < l->masks; i++) {
        if (!there && l->mask[i].value > value) {
            mask[n] = rect;
            mask[n++].value = value;
            there = true;
        }
        bool same = l->mask[i].value == value;
        mask[n] = combined(x, same ? LF_MASK_OR : LF_MASK_MINUS, &l->mask[i], &rect);
        n += mask[n].runs > 0;
        there |= same;
    }
    if (!there) {
        mask[n] = rect;
        mask[n++].value = value;
    }
    l->mask = mask;
    l->masks = n;
    return n > 0;
}

// ---------------------------------------------------------------------------- the rest

static inline void edit_box(struct annotator *x, struct lf_label *l)
{
    double *xy = own_points(x, l);
    if (chance(x->d, 30)) {
        l->turn = between(x->d, 0, 360);
    } else if (chance(x->d, 50)) {
        double dx = sway(x, 0), dy = sway(x, 1);
        for (int i = 0; i < 4; i++)
            xy[i] += i % 2 ? dy : dx;
    } else {
        uint32_t i = (uint32_t)roll(x->d, 4);
        xy[i] += sway(x, i);
    }
}

static inline void set_attr(struct annotator *x, struct lf_label *l, uint32_t i,
                            struct lf_slice text)
{
    struct lf_attr *attr = an_take(x, l->attrs, sizeof *attr);
    memcpy(attr, l->attr, l->attrs * sizeof *attr);
    attr[i].text = text;
    l->attr = attr;
}

static inline void edit_attr_of(struct annotator *x, struct lf_label *l)
{
    static const char *const texts[] = {"", "ok", "a <&> \xc3\xbc", "7", "\" '"};
    static const char *const groups[] = {"0", "1", "7", "12"};
    static const char *const ints[] = {"0", "4", "-9", "2.5", "many", ""};
    static const char *const bools[] = {"true", "false"};
    uint32_t i = (uint32_t)roll(x->d, l->attrs);
    const struct lf_attr_def *def =
        &x->run->schema.field[l->field].attr[l->attr[i].name];
    const char *text = PICK(x->d, texts);
    if (def->input == LF_IN_OCCLUDED || def->input == LF_IN_CHECKBOX)
        text = PICK(x->d, bools);
    else if (def->input == LF_IN_GROUP || def->input == LF_IN_NUMBER)
        text = PICK(x->d, groups);
    else if (def->type == LF_V_INT || def->type == LF_V_FLOAT)
        text = PICK(x->d, ints);
    set_attr(x, l, i, lf_slice_of(text));
}

static inline void random_class(struct annotator *x, struct lf_label *l)
{
    const struct lf_field *f = &x->run->schema.field[l->field];
    l->name = f->class[roll(x->d, f->classes)].name;
}

// false: it is gone.
static inline bool edit_place(struct annotator *x, struct lf_label *l)
{
    switch (l->kind) {
    case LF_BOX:
        edit_box(x, l);
        return true;
    case LF_POLYGON:
    case LF_POLYLINE:
        edit_outline(x, l);
        return true;
    case LF_POINTS:
        edit_cloud(x, l);
        return true;
    case LF_SKELETON:
        edit_skeleton(x, l);
        return true;
    case LF_MASK:
        return edit_mask(x, l);
    case LF_SEGMENT:
        return edit_classes(x, l);
    default:
        random_class(x, l);
        return true;
    }
}

static inline void edit_id(struct annotator *x, struct lf_label *l)
{
    char text[25];
    if (l->kind == LF_SCALAR || chance(x->d, 50)) {
        l->id.known = false;
        return;
    }
    snprintf(text, sizeof text, "00000000%016x", (unsigned)roll(x->d, 9));
    assert_true(lf_id_parse(lf_slice_of(text), &l->id));
}

// A copy, id and all, a little further on.
static inline void copy_label(struct annotator *x, const struct lf_label *l)
{
    struct lf_label copy = *l;
    if (l->kind & (LF_BOX | LF_POLYGON | LF_POLYLINE | LF_POINTS)) {
        double dx = sway(x, 0), dy = sway(x, 1), *xy = own_points(x, &copy);
        for (uint32_t i = 0; i < 2 * l->points; i++)
            xy[i] += i % 2 ? dy : dx;
        an_put(x, &copy);
    } else if (edit_place(x, &copy)) {
        an_put(x, &copy);
    }
}

static inline void annotate_label(struct annotator *x, const struct lf_label *was)
{
    struct lf_label l = *was;
    bool there = true;
    // A label that has no id in the dataset is known by its looks alone: once it is
    // moved, copied or deleted nobody can tell which one it was, and the same archive
    // may find it gone, or another one like it. Here such a label stays where it is.
    const bool nameless = !was->id.known && was->kind != LF_SCALAR;
    for (unsigned n = 1 + chance(x->d, 30); there && n > 0; n--)
        switch (roll(x->d, nameless ? 3 : 9)) {
        case 0:
            if (lf_kind_has_class(l.kind))
                random_class(x, &l);
            break;
        case 1:
        case 2:
            if (l.attrs)
                edit_attr_of(x, &l);
            break;
        case 3:
            there = false;
            break;
        case 4:
            edit_id(x, &l);
            break;
        case 5:
            copy_label(x, &l);
            break;
        default:
            there = edit_place(x, &l);
        }
    if (there)
        an_put(x, &l);
}

// ---------------------------------------------------------------------------- new ones

static inline void new_attrs(struct annotator *x, struct lf_label *l)
{
    const struct lf_field *f = &x->run->schema.field[l->field];
    if (lf_field_kind(f->type) == LF_SEGMENT || (l->kind == LF_SCALAR && f->by_class))
        return;
    struct lf_attr *attr = an_take(x, f->attrs, sizeof *attr);
    for (uint16_t i = 0; i < f->attrs; i++)
        attr[i] = (struct lf_attr){
            .name = i, .type = LF_V_UNTYPED, .text = f->attr[i].preset};
    l->attr = attr;
    l->attrs = (uint32_t)f->attrs;
}

static inline void new_points(struct annotator *x, struct lf_label *l, uint32_t points)
{
    struct lf_ring *ring = an_take(x, 1, sizeof *ring);
    double *xy = an_take(x, 2 * (size_t)points, sizeof *xy);
    for (uint32_t i = 0; i < points; i++) {
        xy[2 * i] = between(x->d, 0, x->s->width);
        xy[2 * i + 1] = between(x->d, 0, x->s->height);
    }
    *ring = (struct lf_ring){.points = points};
    l->xy = xy;
    l->ring = ring;
    l->points = points;
    l->rings = l->kind & (LF_POLYGON | LF_POLYLINE) ? 1 : 0;
}

static inline void new_box(struct annotator *x, struct lf_label *l)
{
    new_points(x, l, 2);
    double *xy = l->xy;
    for (int i = 0; i < 2; i++)
        if (xy[i] > xy[i + 2]) {
            double t = xy[i];
            xy[i] = xy[i + 2];
            xy[i + 2] = t;
        }
}

static inline void new_mask(struct annotator *x, struct lf_label *l)
{
    struct lf_mask *m = an_take(x, 1, sizeof *m);
    *m = random_rect(x);
    if (l->kind == LF_SEGMENT)
        m->value = random_target(x, l);
    l->mask = m;
    l->masks = 1;
}

// What a person draws in a task of the field: a shape of its kind or, of pixels and
// polygons, of the other, which becomes one of its own.
static inline unsigned kind_to_draw(struct annotator *x, const struct lf_field *f)
{
    unsigned kind = lf_field_kind(f->type);
    if (kind == LF_POINTS && f->nodes)
        return LF_SKELETON;
    if (kind & (LF_MASK | LF_SEGMENT) && chance(x->d, 25))
        return LF_POLYGON;
    if (kind == LF_POLYGON && chance(x->d, 25))
        return LF_MASK;
    return kind;
}

static inline void draw_anew(struct annotator *x, uint16_t field)
{
    const struct lf_field *f = &x->run->schema.field[field];
    struct lf_label l = {.field = field,
                         .kind = (uint16_t)kind_to_draw(x, f),
                         .index = -1,
                         .shipped = true};
    if (l.kind != LF_SEGMENT)
        random_class(x, &l);
    new_attrs(x, &l);
    switch (l.kind) {
    case LF_BOX:
        new_box(x, &l);
        break;
    case LF_POLYGON:
    case LF_POLYLINE:
        new_points(x, &l, 3 + (uint32_t)roll(x->d, 3));
        break;
    case LF_POINTS:
        new_points(x, &l, 1 + (uint32_t)roll(x->d, 3));
        break;
    case LF_SKELETON:
        new_points(x, &l, (uint32_t)f->nodes);
        break;
    case LF_MASK:
    case LF_SEGMENT:
        new_mask(x, &l);
        break;
    default:
        if (l.attrs)
            edit_attr_of(x, &l);
    }
    an_put(x, &l);
}

// `percent` of the labels are edited; now and then one is drawn.
static inline void annotate(const struct lf_run *run, struct dice *d, unsigned percent,
                            struct lf_sample *s, struct lf_arena *a)
{
    struct annotator x = {.run = run, .d = d, .s = s, .a = a};
    x.room = 4 * s->labels + run->schema.fields;
    x.out = an_take(&x, x.room, sizeof *x.out);
    for (uint16_t field = 0; field < run->schema.fields; field++) {
        for (size_t i = 0; i < s->labels; i++) {
            const struct lf_label *l = &s->label[i];
            if (l->field != field)
                continue;
            if (l->shipped && chance(d, percent))
                annotate_label(&x, l);
            else
                an_put(&x, l);
        }
        if (chance(d, 8))
            draw_anew(&x, field);
    }
    s->label = x.out;
    s->labels = x.count;
}

#endif
