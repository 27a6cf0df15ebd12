#include "formats/mask/pixels.h"

#include <math.h>
#include <stdlib.h>

#include "formats/base/alloc.h"
#include "formats/base/json.h"
#include "formats/base/limits.h"
#include "formats/mask/row_runs.h"

struct lf_pixel_tool *lf_pixel_tool_new(struct lf_error *err)
{
    struct lf_pixel_tool *t = lf_alloc(1, sizeof *t, err);
    if (!t)
        return NULL;
    t->whole = libdeflate_alloc_decompressor();
    if (!t->whole) {
        lf_fail(err, LF_E_NOMEM, "no memory to inflate");
        lf_pixel_tool_free(&t);
    }
    return t;
}

void lf_pixel_tool_free(struct lf_pixel_tool **t)
{
    struct lf_pixel_tool *old = *t;
    if (!old)
        return;
    struct lf_scratch *scratch[] = {&old->packed, &old->flat, &old->rows, &old->line,
                                    &old->fresh,  &old->here, &old->there};
    for (size_t i = 0; i < sizeof scratch / sizeof *scratch; i++)
        lf_free(scratch[i]->at);
    lf_arena_done(&old->arena);
    lf_buf_done(&old->stream);
    lf_free(old->list);
    lf_free(old->runs);
    lf_free(old->slots);
    if (old->whole)
        libdeflate_free_decompressor(old->whole);
    if (old->in_ready)
        inflateEnd(&old->in);
    if (old->out_ready)
        deflateEnd(&old->out);
    lf_free(old);
    *t = NULL;
}

bool lf_pixels_inline(struct lf_slice json, struct lf_pixels *p)
{
    struct lf_slice binary = {0};
    struct lf_slice text = json;
    if (lf_json_type(json) == LF_JSON_OBJECT) {
        if (!lf_json_get(json, "$binary", &binary))
            return false;
        text = binary;
        if (lf_json_type(binary) == LF_JSON_OBJECT &&
            !lf_json_get(binary, "base64", &text))
            return false;
    }
    if (lf_json_type(text) != LF_JSON_STRING)
        return false;
    text = lf_json_trim(text);
    *p = (struct lf_pixels){.bytes = {text.at + 1, text.len - 2}};
    return true;
}

// Where a relative box lies; Python's round: half to even. false: nowhere that has
// pixels.
static bool along(double at, double size, uint32_t image, int64_t *from,
                  uint32_t *pixels)
{
    double begin = rint(at * image);
    double end = rint((at + size) * image);
    if (!(fabs(begin) <= LF_COORDINATE && fabs(end) <= LF_COORDINATE && end > begin))
        return false;
    *from = (int64_t)begin;
    *pixels = (uint32_t)(end - begin);
    return true;
}

static bool lay_box(struct lf_laid *l, const double rel[4], uint32_t width,
                    uint32_t height)
{
    int64_t left = 0;
    int64_t top = 0;
    uint32_t w = 0;
    uint32_t h = 0;
    if (!along(rel[0], rel[2], width, &left, &w) ||
        !along(rel[1], rel[3], height, &top, &h))
        return false;
    l->x = lf_stretch_over(l->rows.shape.width, left, w, width);
    l->y = lf_stretch_over(l->rows.shape.height, top, h, height);
    return true;
}

static void lay_plain(struct lf_laid *l, uint32_t width, uint32_t height)
{
    l->x = lf_stretch_over(l->rows.shape.width, 0, width, width);
    l->y = lf_stretch_over(l->rows.shape.height, 0, height, height);
}

static bool collect(struct lf_laid *l, struct lf_arena *a, struct lf_spans *spans,
                    struct lf_error *err)
{
    struct lf_row_runs r = {0};
    bool more = false;
    for (;;) {
        if (!lf_laid_next(l, &r, &more, err))
            return false;
        if (!more)
            return true;
        for (uint32_t y = r.top; y < r.bottom; y++) {
            for (size_t i = 0; i < r.count; i++) {
                if (!lf_spans_add(spans, a, y, r.at[i].from, r.at[i].to, err))
                    return false;
            }
        }
    }
}

// Not cut to a tight box: an array that differs only in its border differs.
static bool mask_as_is(const struct lf_spans *s, uint32_t width, uint32_t height,
                       struct lf_arena *a, struct lf_mask *m, struct lf_error *err)
{
    *m = (struct lf_mask){0};
    if (!s->count)
        return true;
    uint32_t *run = lf_arena_take(a, s->count * 2 + 1, sizeof *run, err);
    if (!run)
        return false;
    uint64_t at = 0;
    uint32_t n = 0; // odd: the last run is inside
    for (size_t i = 0; i < s->count; i++) {
        const struct lf_span *p = &s->at[i];
        uint64_t from = (uint64_t)p->y * width + p->from;
        if (n && from == at) {
            run[n - 1] += p->to - p->from;
        } else {
            run[n++] = (uint32_t)(from - at);
            run[n++] = p->to - p->from;
        }
        at = from + (p->to - p->from);
    }
    uint64_t all = (uint64_t)width * height;
    if (at < all)
        run[n++] = (uint32_t)(all - at);
    *m = (struct lf_mask){.width = width, .height = height, .runs = n, .run = run};
    return true;
}

static bool mask_of(struct lf_laid *l, bool as_is, struct lf_arena *a,
                    struct lf_mask *m, struct lf_error *err)
{
    struct lf_pixel_tool *t = l->rows.tool;
    struct lf_spans spans = {0};
    lf_arena_reset(&t->arena);
    if (!collect(l, &t->arena, &spans, err))
        return false;
    return as_is ? mask_as_is(&spans, l->x.end, l->y.end, a, m, err)
                 : lf_mask_of(&spans, a, m, err);
}

static bool image_fits(uint32_t width, uint32_t height, struct lf_error *err)
{
    return (uint64_t)width * height <= LF_MASK_PIXELS ||
           lf_fail(err, LF_E_LIMIT_COUNT,
                   "a mask in an image of %lu x %lu pixels (limit mask-pixels)",
                   (unsigned long)width, (unsigned long)height);
}

bool lf_pixels_mask(struct lf_pixel_tool *t, const struct lf_pixels *p,
                    const double *rel, uint32_t width, uint32_t height,
                    struct lf_arena *a, struct lf_mask *m, struct lf_error *err)
{
    struct lf_laid l = {0};
    *m = (struct lf_mask){0};
    if ((rel && !image_fits(width, height, err)) ||
        !lf_pixel_rows_open(t, p, &l.rows, err))
        return false;
    if (!rel)
        lay_plain(&l, l.rows.shape.width, l.rows.shape.height);
    else if (!lay_box(&l, rel, width, height))
        lay_plain(&l, 0, 0); // read all the same, so that damage is seen
    bool ok = mask_of(&l, !rel, a, m, err);
    lf_pixel_rows_done(&l.rows);
    return ok;
}

struct slot {               // of a table by value, at most half full
    uint32_t value, number; // number: from 1; 0: free
};

struct class_run {
    struct lf_span span;
    uint32_t number;
};

struct class_of {
    uint32_t value, number;
    size_t begin, count; // its spans
};

struct classes {
    struct lf_pixel_tool *tool;
    bool (*wanted)(void *user, uint32_t value);
    void *user;
    uint32_t count;
    size_t runs;
    uint32_t value, number; // the last one asked for
};

static struct slot *slot_of(struct slot *slots, size_t size, uint32_t value)
{
    size_t i = (size_t)(value * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (size - 1);
    while (slots[i].number && slots[i].value != value)
        i = (i + 1) & (size - 1);
    return &slots[i];
}

static bool more_slots(struct lf_pixel_tool *t, size_t size, struct lf_error *err)
{
    struct slot *fresh = lf_alloc(size, sizeof *fresh, err);
    if (!fresh)
        return false;
    const struct slot *old = t->slots;
    for (size_t i = 0; i < t->slots_room; i++) {
        if (old[i].number)
            *slot_of(fresh, size, old[i].value) = old[i];
    }
    lf_free(t->slots);
    t->slots = fresh;
    t->slots_room = size;
    return true;
}

// *number 0: the value is not wanted.
static bool number_of(struct classes *c, uint32_t value, uint32_t *number,
                      struct lf_error *err)
{
    struct lf_pixel_tool *t = c->tool;
    *number = c->number;
    if (value == c->value)
        return true;
    if (c->count >= t->slots_room / 2 &&
        !more_slots(t, t->slots_room ? t->slots_room * 2 : 64, err))
        return false;
    struct slot *s = slot_of(t->slots, t->slots_room, value);
    if (!s->number && (!c->wanted || c->wanted(c->user, value)))
        *s = (struct slot){value, ++c->count};
    c->value = value;
    c->number = *number = s->number;
    return true;
}

static bool add_runs(struct classes *c, const struct lf_row_runs *r,
                     struct lf_error *err)
{
    struct lf_pixel_tool *t = c->tool;
    for (uint32_t y = r->top; y < r->bottom; y++) {
        for (size_t i = 0; i < r->count; i++) {
            uint32_t number = 0;
            if (!number_of(c, r->at[i].value, &number, err))
                return false;
            if (!number)
                continue;
            if (c->runs == LF_MASK_RUNS)
                return lf_fail(err, LF_E_LIMIT_COUNT,
                               "a segmentation of more than %d runs (limit mask-runs)",
                               LF_MASK_RUNS);
            if (!lf_widen(&t->runs, &t->runs_room, c->runs + 1,
                          sizeof(struct class_run), err))
                return false;
            ((struct class_run *)t->runs)[c->runs++] =
                (struct class_run){{y, r->at[i].from, r->at[i].to}, number};
        }
    }
    return true;
}

static int by_value(const void *a, const void *b)
{
    const struct class_of *p = a;
    const struct class_of *q = b;
    return (p->value > q->value) - (p->value < q->value);
}

// The runs of each class together, in their order.
static void sort_runs(const struct classes *c, struct class_of *classes,
                      struct lf_span *spans)
{
    const struct class_run *runs = c->tool->runs;
    size_t begin = 0;
    for (size_t i = 0; i < c->runs; i++)
        classes[runs[i].number - 1].count++;
    for (uint32_t k = 0; k < c->count; k++) {
        classes[k].begin = begin;
        begin += classes[k].count;
        classes[k].count = 0;
    }
    for (size_t i = 0; i < c->runs; i++) {
        struct class_of *k = &classes[runs[i].number - 1];
        struct lf_span *last = k->count ? &spans[k->begin + k->count - 1] : NULL;
        if (last && last->y == runs[i].span.y && last->to == runs[i].span.from)
            last->to = runs[i].span.to; // what lay between them is not shown
        else
            spans[k->begin + k->count++] = runs[i].span;
    }
}

static bool masks_of(const struct classes *c, const struct lf_laid *l, bool as_is,
                     struct lf_arena *a, struct lf_mask **masks, uint32_t *count,
                     struct lf_error *err)
{
    struct lf_pixel_tool *t = c->tool;
    if (!c->count)
        return true;
    struct class_of *classes = lf_arena_take(&t->arena, c->count, sizeof *classes, err);
    struct lf_span *spans =
        classes ? lf_arena_take(&t->arena, c->runs, sizeof *spans, err) : NULL;
    *masks = spans ? lf_arena_take(a, c->count, sizeof **masks, err) : NULL;
    if (!*masks)
        return false;
    const struct slot *slots = t->slots;
    for (size_t i = 0; i < t->slots_room; i++) {
        if (slots[i].number)
            classes[slots[i].number - 1] =
                (struct class_of){.value = slots[i].value, .number = slots[i].number};
    }
    sort_runs(c, classes, spans);
    qsort(classes, c->count, sizeof *classes, by_value);
    for (uint32_t k = 0; k < c->count; k++) {
        struct lf_spans s = {spans + classes[k].begin, classes[k].count,
                             classes[k].count};
        struct lf_mask *m = &(*masks)[k];
        if (as_is ? !mask_as_is(&s, l->x.end, l->y.end, a, m, err)
                  : !lf_mask_of(&s, a, m, err))
            return false;
        m->value = classes[k].value;
    }
    *count = c->count;
    return true;
}

static bool classes_of(struct classes *c, struct lf_laid *l, struct lf_error *err)
{
    struct lf_pixel_tool *t = c->tool;
    struct lf_row_runs r = {0};
    bool more = true;
    if (t->slots)
        memset(t->slots, 0, t->slots_room * sizeof(struct slot));
    lf_arena_reset(&t->arena);
    while (more) {
        if (!lf_laid_next(l, &r, &more, err) || (more && !add_runs(c, &r, err)))
            return false;
    }
    return true;
}

bool lf_pixels_classes(struct lf_pixel_tool *t, const struct lf_pixels *p,
                       uint32_t width, uint32_t height,
                       bool (*wanted)(void *user, uint32_t value), void *user,
                       struct lf_arena *a, struct lf_mask **masks, uint32_t *count,
                       struct lf_error *err)
{
    struct lf_laid l = {.values = true};
    struct classes c = {.tool = t, .wanted = wanted, .user = user};
    bool as_is = !width && !height;
    *masks = NULL;
    *count = 0;
    if (!image_fits(width, height, err) || !lf_pixel_rows_open(t, p, &l.rows, err))
        return false;
    if (as_is)
        lay_plain(&l, l.rows.shape.width, l.rows.shape.height);
    else
        lay_plain(&l, width, height);
    bool ok = classes_of(&c, &l, err) && masks_of(&c, &l, as_is, a, masks, count, err);
    lf_pixel_rows_done(&l.rows);
    return ok;
}

static uint64_t inside_of(const struct lf_npy *s, const unsigned char *pixel)
{
    uint32_t value = 0;
    if (s->channels > 1 || s->element.kind == 'f')
        return lf_pixel_value(s, pixel, &value) ? value : 1;
    return lf_element_bits(s->element, pixel);
}

static bool find_inside(struct lf_pixel_rows *r, uint64_t *inside, struct lf_error *err)
{
    size_t pixel = (size_t)r->shape.element.size * r->shape.channels;
    while (!*inside && r->y < r->shape.height) {
        const unsigned char *row = NULL;
        const unsigned char *flags = NULL;
        if (!lf_pixel_rows_next(r, &row, err) || !lf_pixel_flags(r, row, &flags, err))
            return false;
        for (size_t x = 0; x < r->shape.width && !*inside; x++) {
            if (flags[x])
                *inside = inside_of(&r->shape, row + x * pixel);
        }
    }
    return true;
}

bool lf_pixels_kind(struct lf_pixel_tool *t, const struct lf_pixels *p,
                    struct lf_pixels_kind *k, struct lf_error *err)
{
    struct lf_pixel_rows r;
    *k = (struct lf_pixels_kind){.png = p->png};
    if (!lf_pixel_rows_open(t, p, &r, err))
        return false;
    k->width = r.shape.width;
    k->height = r.shape.height;
    k->channels = r.shape.channels;
    lf_element_print(r.shape.element, k->dtype);
    bool ok = find_inside(&r, &k->inside, err);
    lf_pixel_rows_done(&r);
    return ok;
}
