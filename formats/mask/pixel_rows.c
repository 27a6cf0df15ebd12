#include "formats/mask/pixel_rows.h"

#include "formats/base/alloc.h"
#include "formats/base/limits.h"
#include "formats/mask/base64.h"

enum {
    FLAT_FIRST = 1 << 16,
    FLAT_MOST = 4 << 20, // larger arrays are inflated piece by piece
    PIECE = 1 << 18,
    GROWTH = 1100, // deflate makes no more of a byte
    STRIPE = 32,   // rows that are turned at once
    KEPT = 16 << 20
};

bool lf_scratch_room(struct lf_scratch *s, size_t n, struct lf_error *err)
{
    if (n <= s->cap)
        return true;
    lf_free(s->at);
    *s = (struct lf_scratch){0};
    s->at = lf_alloc_room(n, err);
    s->cap = s->at ? n : 0;
    return s->at != NULL;
}

static bool damaged(struct lf_error *err)
{
    return lf_fail(err, LF_E_MASK, "the array's zlib stream is damaged");
}

static bool early(struct lf_error *err)
{
    return lf_fail(err, LF_E_MASK, "the array ends early");
}

static bool shape(struct lf_pixel_rows *r, struct lf_slice head, struct lf_error *err)
{
    if (!lf_npy_read(head, &r->shape, err))
        return false;
    r->row_bytes = (size_t)r->shape.width * r->shape.channels * r->shape.element.size;
    return true;
}

static bool turn_columns(struct lf_pixel_rows *r, const unsigned char *data,
                         struct lf_error *err)
{
    r->data = data;
    r->columns = true;
    size_t rows = r->shape.height < STRIPE ? r->shape.height : STRIPE;
    return lf_scratch_room(&r->tool->rows, r->row_bytes * rows, err);
}

// All of the array is there.
static bool whole(struct lf_pixel_rows *r, const unsigned char *flat, size_t len,
                  struct lf_error *err)
{
    size_t head = 0;
    if (len < LF_NPY_MAGIC)
        return early(err);
    if (!lf_npy_head(flat, &head, err))
        return false;
    if (head > len)
        return early(err);
    if (!shape(r, (struct lf_slice){(const char *)flat, head}, err))
        return false;
    if (r->row_bytes && r->shape.height > (len - head) / r->row_bytes)
        return early(err);
    if (r->shape.fortran)
        return turn_columns(r, flat + head, err);
    r->data = flat + head;
    return true;
}

// Exactly `n` bytes more.
static bool inflate_next(struct lf_pixel_tool *t, unsigned char *to, size_t n,
                         struct lf_error *err)
{
    t->in.next_out = to;
    while (n) {
        t->in.avail_out = n < UINT32_MAX ? (uInt)n : UINT32_MAX;
        uInt asked = t->in.avail_out;
        int status = inflate(&t->in, Z_NO_FLUSH);
        n -= asked - t->in.avail_out;
        if (status == Z_MEM_ERROR)
            return lf_fail(err, LF_E_NOMEM, "no memory to inflate");
        if (n && status != Z_OK)
            return status == Z_STREAM_END ? early(err) : damaged(err);
    }
    return true;
}

// What follows the array, up to the checksum.
static bool inflate_rest(struct lf_pixel_tool *t, struct lf_error *err)
{
    unsigned char rest[4096];
    int status = Z_OK;
    while (status == Z_OK) {
        t->in.next_out = rest;
        t->in.avail_out = sizeof rest;
        status = inflate(&t->in, Z_NO_FLUSH);
    }
    return status == Z_STREAM_END || damaged(err);
}

static bool inflate_start(struct lf_pixel_tool *t, size_t packed, struct lf_error *err)
{
    if (packed > UINT32_MAX)
        return damaged(err);
    t->in.next_in = t->packed.at;
    t->in.avail_in = (uInt)packed;
    if (t->in_ready)
        return inflateReset(&t->in) == Z_OK ||
               lf_fail(err, LF_E_BUG, "zlib lost its state");
    t->in_ready = inflateInit(&t->in) == Z_OK;
    return t->in_ready || lf_fail(err, LF_E_NOMEM, "no memory to inflate");
}

static bool pieces(struct lf_pixel_rows *r, size_t packed, struct lf_error *err)
{
    struct lf_pixel_tool *t = r->tool;
    size_t head = 0;
    unsigned char start[LF_NPY_HEAD];
    if (!inflate_start(t, packed, err) || !inflate_next(t, start, LF_NPY_MAGIC, err) ||
        !lf_npy_head(start, &head, err) ||
        !inflate_next(t, start + LF_NPY_MAGIC, head - LF_NPY_MAGIC, err) ||
        !shape(r, (struct lf_slice){(const char *)start, head}, err))
        return false;
    uint64_t total = (uint64_t)r->row_bytes * r->shape.height;
    if (total / GROWTH > packed)
        return early(err);
    uint64_t at_once = r->shape.fortran ? total : r->row_bytes;
    if (at_once > LF_MASK_FILE)
        return lf_fail(err, LF_E_LIMIT_COUNT,
                       "an array with a %s of %llu bytes (limit "
                       "mask-file)",
                       r->shape.fortran ? "whole in columns" : "row",
                       (unsigned long long)at_once);
    size_t piece = at_once > PIECE ? (size_t)at_once : PIECE;
    if (!lf_scratch_room(&t->flat, piece, err))
        return false;
    r->stream = !r->shape.fortran;
    if (r->stream)
        return total || inflate_rest(t, err);
    return inflate_next(t, t->flat.at, (size_t)total, err) && inflate_rest(t, err) &&
           turn_columns(r, t->flat.at, err);
}

static bool open_npy(struct lf_pixel_rows *r, struct lf_slice text,
                     struct lf_error *err)
{
    struct lf_pixel_tool *t = r->tool;
    size_t packed = 0;
    if (!lf_scratch_room(&t->packed, lf_base64_room(text.len), err) ||
        !lf_scratch_room(&t->flat, FLAT_FIRST, err) ||
        !lf_base64_read(text, t->packed.at, &packed, err))
        return false;
    for (;;) {
        size_t len = 0;
        enum libdeflate_result done = libdeflate_zlib_decompress(
            t->whole, t->packed.at, packed, t->flat.at, t->flat.cap, &len);
        if (done == LIBDEFLATE_SUCCESS)
            return whole(r, t->flat.at, len, err);
        if (done != LIBDEFLATE_INSUFFICIENT_SPACE)
            return damaged(err);
        if (t->flat.cap >= FLAT_MOST)
            return pieces(r, packed, err);
        if (!lf_scratch_room(&t->flat, t->flat.cap * 8, err))
            return false;
    }
}

static bool open_png(struct lf_pixel_rows *r, struct lf_slice bytes,
                     struct lf_error *err)
{
    struct lf_png_form form;
    r->png = lf_png_in_open(bytes, &form, err);
    if (!r->png)
        return false;
    r->shape = (struct lf_npy){.width = form.width,
                               .height = form.height,
                               .channels = form.channels,
                               .element = {.kind = 'u',
                                           .size = (uint8_t)(form.bits / 8),
                                           .big = form.bits > 8}};
    r->row_bytes = lf_png_row_bytes(&form);
    return lf_scratch_room(&r->tool->rows, r->row_bytes, err);
}

bool lf_pixel_rows_open(struct lf_pixel_tool *t, const struct lf_pixels *p,
                        struct lf_pixel_rows *r, struct lf_error *err)
{
    *r = (struct lf_pixel_rows){.tool = t};
    const struct lf_slice bytes = p->bytes;
    // No base64 text begins like the file.
    const bool plain = lf_slice_starts(bytes, LF_S("\x93NUMPY"));
    if (p->png  ? open_png(r, bytes, err)
        : plain ? whole(r, (const unsigned char *)bytes.at, bytes.len, err)
                : open_npy(r, bytes, err))
        return true;
    lf_pixel_rows_done(r);
    return false;
}

static bool inflate_rows(struct lf_pixel_rows *r, struct lf_error *err)
{
    struct lf_pixel_tool *t = r->tool;
    uint32_t left = r->shape.height - r->y;
    size_t fit = t->flat.cap / r->row_bytes;
    r->ahead = fit < left ? (uint32_t)fit : left;
    r->used = 0;
    r->data = t->flat.at;
    return inflate_next(t, t->flat.at, r->ahead * r->row_bytes, err) &&
           (r->ahead < left || inflate_rest(t, err));
}

// A number of `size` bytes; the compiler makes one move of it for each size.
static void turn(const unsigned char *from, size_t step, unsigned char *to,
                 size_t width, uint32_t rows, size_t row_bytes, size_t size)
{
    for (size_t x = 0; x < width; x++, from += step) {
        for (uint32_t y = 0; y < rows; y++)
            memcpy(to + y * row_bytes + x * size, from + y * size, size);
    }
}

static void turn_channels(struct lf_pixel_rows *r, unsigned char *to, uint32_t rows)
{
    size_t size = r->shape.element.size;
    size_t column = size * r->shape.height;
    const unsigned char *from = r->data + size * r->y;
    unsigned channels = r->shape.channels;
    for (unsigned c = 0; c < channels; c++) { // of an image the channels are planes
        for (size_t x = 0; x < r->shape.width; x++, from += column) {
            for (uint32_t y = 0; y < rows; y++)
                memcpy(to + y * r->row_bytes + (x * channels + c) * size,
                       from + y * size, size);
        }
    }
}

static void turn_rows(struct lf_pixel_rows *r)
{
    unsigned char *to = r->tool->rows.at;
    uint32_t left = r->shape.height - r->y;
    size_t size = r->shape.element.size;
    size_t column = size * r->shape.height;
    const unsigned char *from = r->data + size * r->y;
    r->ahead = left < STRIPE ? left : STRIPE;
    r->used = 0;
    if (r->shape.channels > 1)
        turn_channels(r, to, r->ahead);
    else if (size == 1)
        turn(from, column, to, r->shape.width, r->ahead, r->row_bytes, 1);
    else if (size == 8)
        turn(from, column, to, r->shape.width, r->ahead, r->row_bytes, 8);
    else
        turn(from, column, to, r->shape.width, r->ahead, r->row_bytes, size);
}

static bool in_buffer(struct lf_pixel_rows *r, const unsigned char **row,
                      struct lf_error *err)
{
    if (r->used == r->ahead) {
        if (r->columns)
            turn_rows(r);
        else if (!inflate_rows(r, err))
            return false;
    }
    const unsigned char *rows = r->columns ? r->tool->rows.at : r->data;
    *row = rows + r->row_bytes * r->used++;
    return true;
}

bool lf_pixel_rows_next(struct lf_pixel_rows *r, const unsigned char **row,
                        struct lf_error *err)
{
    if (r->y >= r->shape.height)
        return lf_fail(err, LF_E_BUG, "a row below an array");
    if (r->row_bytes == 0) { // no pixel in it
        *row = (const unsigned char *)"";
    } else if (r->png) {
        if (!lf_png_in_row(r->png, r->tool->rows.at, err))
            return false;
        *row = r->tool->rows.at;
    } else if (r->columns || r->stream) {
        if (!in_buffer(r, row, err))
            return false;
    } else {
        *row = r->data + r->row_bytes * r->y;
    }
    r->y++;
    return true;
}

// One huge array must not be paid for by all that follow.
static void shrink(struct lf_pixel_tool *t)
{
    struct lf_scratch *scratch[] = {&t->packed, &t->flat, &t->rows, &t->line,
                                    &t->fresh,  &t->here, &t->there};
    for (size_t i = 0; i < sizeof scratch / sizeof *scratch; i++) {
        if (scratch[i]->cap > KEPT) {
            lf_free(scratch[i]->at);
            *scratch[i] = (struct lf_scratch){0};
        }
    }
    if (t->slots_room > KEPT / 64) { // it is wiped for each array
        lf_free(t->slots);
        t->slots = NULL;
        t->slots_room = 0;
    }
}

void lf_pixel_rows_done(struct lf_pixel_rows *r)
{
    lf_png_in_free(&r->png);
    if (r->tool)
        shrink(r->tool);
    *r = (struct lf_pixel_rows){0};
}
