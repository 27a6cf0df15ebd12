#include "formats/base/limits.h"
#include "formats/mask/pixel_sink.h"
#include "formats/mask/row_runs.h"

enum { PIXEL = 4 * 8 }; // bytes of the largest: four channels of eight bytes

struct paint { // pixels of one array
    struct lf_npy shape;
    size_t size; // bytes of a pixel
};

static struct paint paint_of(const struct lf_npy *shape)
{
    return (struct paint){*shape, (size_t)shape->element.size * shape->channels};
}

// All of what the number can be, as far as it goes: what is seen is not clear.
static void put_alpha(struct lf_element e, unsigned char *at)
{
    if (e.kind == 'u')
        memset(at, 0xff, e.size);
    else
        lf_element_put(e, lf_element_holds(e, 255) ? 255 : 1, at);
}

static void put_value(const struct paint *p, uint32_t value, unsigned char *at)
{
    struct lf_element e = p->shape.element;
    if (p->shape.channels == 1) {
        lf_element_put(e, value, at);
        return;
    }
    lf_element_put(e, value >> 16 & 255, at);
    lf_element_put(e, value >> 8 & 255, at + e.size);
    lf_element_put(e, value & 255, at + 2 * e.size);
    if (p->shape.channels == 4)
        put_alpha(e, at + 3 * e.size);
}

// The old array's own bits where they can be had, else 1: of colours in each.
static void put_inside(const struct paint *p, uint64_t inside, unsigned char *at)
{
    struct lf_element e = p->shape.element;
    if (p->shape.channels > 1) {
        bool fits = inside && inside <= 0xffffff && lf_element_holds(e, 255);
        put_value(p, fits ? (uint32_t)inside : 0x010101, at);
        return;
    }
    bool negative = e.kind == 'i' && inside >> 63;
    if (!inside || !(negative || lf_element_holds(e, inside)))
        inside = 1;
    lf_element_put(e, inside, at);
}

static void fill(const struct paint *p, const unsigned char *pixel, uint32_t from,
                 uint32_t to, unsigned char *row)
{
    if (p->size == 1) {
        memset(row + from, pixel[0], to - from);
        return;
    }
    for (size_t x = from; x < to; x++)
        memcpy(row + x * p->size, pixel, p->size);
}

static bool shape_like(const struct lf_pixels_kind *like, uint32_t width,
                       uint32_t height, struct lf_npy *shape, struct lf_error *err)
{
    *shape =
        (struct lf_npy){.width = width, .height = height, .channels = like->channels};
    bool ok = lf_element_parse(lf_slice_of(like->dtype), &shape->element) &&
              (like->channels == 1 || like->channels == 3 || like->channels == 4) &&
              (!like->png || (shape->element.kind == 'u' && shape->element.size <= 2));
    shape->element.big = like->png ? shape->element.size == 2 : shape->element.big;
    if (!ok || !width || !height)
        return lf_fail(err, LF_E_BUG, "an array of a kind that there is not");
    return true;
}

static bool put_mask(struct lf_sink *s, const struct paint *p,
                     const unsigned char *pixel, const struct lf_mask *m,
                     struct lf_error *err)
{
    struct lf_scratch *row = &s->tool->fresh;
    if (!lf_scratch_room(row, s->row_bytes, err))
        return false;
    struct lf_mask_walk walk = lf_mask_spans(m);
    struct lf_span span = {0};
    bool more = lf_mask_span(&walk, &span);
    for (uint32_t y = 0; y < m->height; y++) {
        memset(row->at, 0, s->row_bytes);
        for (; more && span.y - m->top == y; more = lf_mask_span(&walk, &span))
            fill(p, pixel, span.from - m->left, span.to - m->left, row->at);
        if (!lf_sink_row(s, row->at, err))
            return false;
    }
    return lf_sink_end(s, err);
}

bool lf_pixels_write_mask(struct lf_pixel_tool *t, const struct lf_mask *m,
                          const struct lf_pixels_kind *like, struct lf_buf *out,
                          struct lf_error *err)
{
    struct lf_npy shape;
    struct lf_sink s;
    unsigned char pixel[PIXEL] = {0};
    if (!shape_like(like, m->width, m->height, &shape, err))
        return false;
    struct paint p = paint_of(&shape);
    put_inside(&p, like->inside, pixel);
    bool ok = lf_sink_open(t, &shape, like->png, out, &s, err) &&
              put_mask(&s, &p, pixel, m, err);
    lf_sink_done(&s);
    return ok;
}

struct strand { // one mask on its way down
    struct lf_mask_walk walk;
    struct lf_span span;
    bool more;
    uint32_t value;
};

struct layers { // the masks before or after
    struct strand *at;
    uint32_t count;
    struct lf_scratch *row; // values of a row
};

static bool layers_of(const struct lf_mask *masks, uint32_t count, uint32_t width,
                      struct lf_scratch *row, struct lf_arena *a, struct layers *l,
                      struct lf_error *err)
{
    *l = (struct layers){.count = count, .row = row};
    l->at = lf_arena_take(a, count, sizeof *l->at, err);
    if (!l->at || !lf_scratch_room(row, width * sizeof(uint32_t), err))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        l->at[i] = (struct strand){lf_mask_spans(&masks[i]), .value = masks[i].value};
        l->at[i].more = lf_mask_span(&l->at[i].walk, &l->at[i].span);
    }
    return true;
}

// The values of row `y`, of later masks above earlier ones. false: no mask is there.
static bool paint_layers(struct layers *l, uint32_t y, uint32_t width)
{
    bool any = false;
    memset(l->row->at, 0, width * sizeof(uint32_t));
    for (uint32_t i = 0; i < l->count; i++) {
        struct strand *s = &l->at[i];
        for (; s->more && s->span.y <= y; s->more = lf_mask_span(&s->walk, &s->span)) {
            for (size_t x = s->span.from; x < s->span.to && x < width; x++)
                memcpy(l->row->at + x * sizeof s->value, &s->value, sizeof s->value);
            any = true;
        }
    }
    return any;
}

struct redraw {
    struct lf_pixel_tool *tool;
    struct lf_pixel_rows old; // height 0: there is none
    struct lf_stretch x, y;
    const unsigned char *row; // of the old array, the last one read
    struct paint paint;       // the new array's
    struct layers from, to;
};

// A row of the old array as the new one holds it.
static bool old_row(struct redraw *r, uint32_t y, unsigned char *to,
                    struct lf_error *err)
{
    const struct lf_npy *old = &r->old.shape;
    struct lf_element e = old->element;
    struct lf_element wide = r->paint.shape.element;
    if (!old->height || !old->width) {
        memset(to, 0, r->paint.size * r->paint.shape.width);
        return true;
    }
    for (uint32_t source = lf_stretch_source(&r->y, y); r->old.y <= source;) {
        if (!lf_pixel_rows_next(&r->old, &r->row, err))
            return false;
    }
    bool same = e.kind == wide.kind && e.size == wide.size;
    if (same && old->width == r->paint.shape.width) {
        memcpy(to, r->row, r->old.row_bytes);
        return true;
    }
    size_t size = (size_t)e.size * old->channels;
    for (uint32_t x = 0; x < r->paint.shape.width; x++, to += r->paint.size) {
        const unsigned char *from = r->row + lf_stretch_source(&r->x, x) * size;
        if (same) {
            memcpy(to, from, size);
            continue;
        }
        for (unsigned c = 0; c < old->channels; c++)
            lf_element_move(e, from + c * e.size, wide, to + c * wide.size);
    }
    return true;
}

static void change_row(struct redraw *r, uint32_t y, unsigned char *row)
{
    uint32_t width = r->paint.shape.width;
    bool was = paint_layers(&r->from, y, width);
    bool is = paint_layers(&r->to, y, width);
    if (!was && !is)
        return;
    for (size_t x = 0; x < width; x++) {
        uint32_t before = 0;
        uint32_t after = 0;
        memcpy(&before, r->from.row->at + x * sizeof before, sizeof before);
        memcpy(&after, r->to.row->at + x * sizeof after, sizeof after);
        if (before != after)
            put_value(&r->paint, after, row + x * r->paint.size);
    }
}

static bool redraw_rows(struct redraw *r, struct lf_sink *s, struct lf_error *err)
{
    struct lf_scratch *row = &r->tool->fresh;
    if (!lf_scratch_room(row, s->row_bytes, err))
        return false;
    for (uint32_t y = 0; y < r->paint.shape.height; y++) {
        if (!old_row(r, y, row->at, err))
            return false;
        change_row(r, y, row->at);
        if (!lf_sink_row(s, row->at, err))
            return false;
    }
    return lf_sink_end(s, err);
}

// A wider number where a value of `to` asks for it.
static bool widen(const struct lf_mask *to, uint32_t tos, bool png,
                  struct lf_npy *shape, struct lf_error *err)
{
    uint64_t most = 0;
    for (uint32_t i = 0; i < tos; i++)
        most = to[i].value > most ? to[i].value : most;
    struct lf_element *e = &shape->element;
    bool colours = shape->channels > 1;
    bool ok = !(colours && most > 0xffffff) &&
              lf_element_widen(*e, colours && most > 1 ? 255 : most, e) &&
              !(png && e->size > 2);
    e->big = png ? e->size == 2 : e->big;
    return ok || lf_fail(err, LF_E_MASK, "the value %llu has no place in its mask",
                         (unsigned long long)most);
}

static bool redraw(struct redraw *r, bool png, struct lf_buf *out, struct lf_error *err)
{
    struct lf_sink s;
    bool ok = lf_sink_open(r->tool, &r->paint.shape, png, out, &s, err) &&
              redraw_rows(r, &s, err);
    lf_sink_done(&s);
    return ok;
}

bool lf_pixels_write_classes(struct lf_pixel_tool *t, const struct lf_pixels *old,
                             const struct lf_pixels_kind *like,
                             const struct lf_mask *from, uint32_t froms,
                             const struct lf_mask *to, uint32_t tos, uint32_t width,
                             uint32_t height, struct lf_buf *out, struct lf_error *err)
{
    struct redraw r = {.tool = t};
    struct lf_npy shape;
    bool png = old ? old->png : like->png;
    if (!width || !height || (uint64_t)width * height > LF_MASK_PIXELS)
        return lf_fail(err, LF_E_LIMIT_COUNT,
                       "a mask of %lu x %lu pixels (limit mask-pixels)",
                       (unsigned long)width, (unsigned long)height);
    if (!old && !shape_like(like, width, height, &shape, err))
        return false;
    if (old && !lf_pixel_rows_open(t, old, &r.old, err))
        return false;
    if (old)
        shape = r.old.shape;
    shape.width = width;
    shape.height = height;
    shape.fortran = false;
    lf_arena_reset(&t->arena);
    bool ok = widen(to, tos, png, &shape, err) &&
              layers_of(from, froms, width, &t->here, &t->arena, &r.from, err) &&
              layers_of(to, tos, width, &t->there, &t->arena, &r.to, err);
    r.paint = paint_of(&shape);
    r.x = lf_stretch_over(r.old.shape.width, 0, width, width);
    r.y = lf_stretch_over(r.old.shape.height, 0, height, height);
    ok = ok && redraw(&r, png, out, err);
    lf_pixel_rows_done(&r.old);
    return ok;
}
