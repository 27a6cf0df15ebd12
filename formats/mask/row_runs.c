#include "formats/mask/row_runs.h"

#include "formats/base/alloc.h"

enum { WORD = 8 };
#define LOW UINT64_C(0x7f7f7f7f7f7f7f7f) // all bits of each byte but the highest

struct found {
    struct lf_pixel_tool *tool;
    const struct lf_stretch *x;
    size_t count;
};

static bool put(struct found *f, size_t from, size_t to, uint32_t value,
                struct lf_error *err)
{
    struct lf_run_of run = {lf_stretch_place(f->x, (uint32_t)from),
                            lf_stretch_place(f->x, (uint32_t)to), value};
    if (run.from >= run.to)
        return true;
    if (f->count == f->tool->list_room &&
        !lf_widen(&f->tool->list, &f->tool->list_room, f->count + 1, sizeof run, err))
        return false;
    ((struct lf_run_of *)f->tool->list)[f->count++] = run;
    return true;
}

static uint64_t word(const unsigned char *at)
{
    uint64_t w = 0;
    memcpy(&w, at, sizeof w);
    return w;
}

// The highest bit of each byte that is 0, and no other.
static uint64_t zeros(uint64_t w)
{
    return ~(((w & LOW) + LOW) | w | LOW);
}

// The first byte in memory that has a bit set; there is one.
static size_t first_byte(uint64_t bits)
{
#if defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (size_t)__builtin_ctzll(bits) / 8;
#else
    unsigned char at[WORD];
    size_t i = 0;
    memcpy(at, &bits, sizeof at);
    while (!at[i])
        i++;
    return i;
#endif
}

static size_t skip_zeros(const unsigned char *at, size_t i, size_t n)
{
    for (; n - i >= WORD; i += WORD) {
        uint64_t w = word(at + i);
        if (w)
            return i + first_byte(w);
    }
    while (i < n && !at[i])
        i++;
    return i;
}

static size_t skip_others(const unsigned char *at, size_t i, size_t n)
{
    for (; n - i >= WORD; i += WORD) {
        uint64_t z = zeros(word(at + i));
        if (z)
            return i + first_byte(z);
    }
    while (i < n && at[i])
        i++;
    return i;
}

static bool flag_runs(const unsigned char *at, size_t n, struct found *f,
                      struct lf_error *err)
{
    for (size_t i = skip_zeros(at, 0, n); i < n; i = skip_zeros(at, i, n)) {
        size_t from = i;
        i = skip_others(at, i, n);
        if (!put(f, from, i, 1, err))
            return false;
    }
    return true;
}

bool lf_pixel_value(const struct lf_npy *shape, const unsigned char *pixel,
                    uint32_t *value)
{
    if (shape->channels == 1)
        return lf_element_value(shape->element, pixel, value);
    bool known = true;
    *value = 0;
    for (unsigned c = 0; c < 3; c++, pixel += shape->element.size) {
        uint32_t part = 0;
        known = lf_element_value(shape->element, pixel, &part) && part < 256 && known;
        *value = *value << 8 | (part & 255);
    }
    *value = known ? *value : 0;
    return known;
}

// The first pixel behind `i` that differs from the one before it.
static size_t run_end(const unsigned char *at, size_t size, size_t i, size_t n)
{
    size_t byte = i * size;
    size_t last = (n - 1) * size; // bytes from here on have none to compare with
    while (last - byte >= WORD && word(at + byte) == word(at + byte + size))
        byte += WORD;
    while (byte < last && at[byte] == at[byte + size])
        byte++;
    return byte / size + 1;
}

// Values that have no name in 32 bits count as background: nothing asks for them, and
// writing leaves them where they are.
static bool value_runs(const struct lf_npy *shape, const unsigned char *at,
                       struct found *f, struct lf_error *err)
{
    size_t size = (size_t)shape->element.size * shape->channels;
    size_t n = shape->width;
    size_t i = 0;
    while (i < n) {
        size_t from = i;
        uint32_t value = 0;
        (void)lf_pixel_value(shape, at + i * size, &value);
        i = run_end(at, size, i, n);
        if (value && !put(f, from, i, value, err))
            return false;
    }
    return true;
}

bool lf_pixel_flags(const struct lf_pixel_rows *r, const unsigned char *row,
                    const unsigned char **flags, struct lf_error *err)
{
    const struct lf_npy *s = &r->shape;
    *flags = row;
    if (s->element.size == 1 && s->channels == 1)
        return true;
    size_t numbers = (size_t)s->width * s->channels;
    struct lf_scratch *line = &r->tool->line;
    if (!lf_scratch_room(line, numbers, err))
        return false;
    unsigned char *at = line->at;
    lf_element_flags(s->element, row, numbers, at);
    *flags = at;
    if (s->channels == 1)
        return true;
    for (size_t x = 0; x < s->width; x++) { // alpha alone is not inside
        const unsigned char *pixel = at + x * s->channels;
        at[x] = pixel[0] | pixel[1] | pixel[2];
    }
    return true;
}

static bool row_runs(struct lf_laid *l, const unsigned char *row, struct found *f,
                     struct lf_error *err)
{
    const struct lf_npy *s = &l->rows.shape;
    if (l->values && (s->element.kind != 'b' || s->channels > 1))
        return value_runs(s, row, f, err);
    const unsigned char *flags = NULL;
    return lf_pixel_flags(&l->rows, row, &flags, err) &&
           flag_runs(flags, s->width, f, err);
}

bool lf_laid_next(struct lf_laid *l, struct lf_row_runs *runs, bool *more,
                  struct lf_error *err)
{
    *more = false;
    while (l->rows.y < l->rows.shape.height) {
        uint32_t y = l->rows.y;
        const unsigned char *row = NULL;
        if (!lf_pixel_rows_next(&l->rows, &row, err))
            return false;
        runs->top = lf_stretch_place(&l->y, y);
        runs->bottom = lf_stretch_place(&l->y, y + 1);
        if (runs->top >= runs->bottom)
            continue;
        struct found f = {.tool = l->rows.tool, .x = &l->x};
        if (!row_runs(l, row, &f, err))
            return false;
        runs->at = f.tool->list;
        runs->count = f.count;
        *more = f.count > 0;
        if (*more)
            return true;
    }
    return true;
}
