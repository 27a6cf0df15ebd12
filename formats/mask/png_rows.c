#include "formats/mask/png_rows.h"

#include <png.h>

#include "formats/base/alloc.h"
#include "formats/base/limits.h"

enum {
    SIDE = 1 << 20,  // OpenCV reads none that is wider or higher
    CHUNK = 1 << 20, // the largest chunk besides the pixels that is looked at
    ROWS = 32 << 20, // more than libpng needs for two rows
    GROWTH = 1100    // deflate makes no more of a byte
};

// libpng jumps out of a call that failed. So each of its calls runs in a step of its
// own, which keeps nothing in variables that the jump could spoil.
struct guard {
    png_structp png;
    png_infop info;
    size_t most; // bytes that libpng may ask for at once
    struct lf_error err;
};

static void failed(png_structp png, png_const_charp what)
{
    struct guard *g = png_get_error_ptr(png);
    lf_fail(&g->err, LF_E_MASK, "the PNG is damaged: %s", what);
    png_longjmp(png, 1);
}

static void warned(png_structp png, png_const_charp what)
{
    (void)png;
    (void)what;
}

static png_voidp take(png_structp png, png_alloc_size_t n)
{
    struct guard *g = png_get_mem_ptr(png);
    return n <= g->most ? lf_alloc_room(n, &g->err) : NULL;
}

static void give(png_structp png, png_voidp p)
{
    (void)png;
    lf_free(p);
}

static bool guarded(struct guard *g, void (*step)(void *user), void *user,
                    struct lf_error *err)
{
    if (setjmp(png_jmpbuf(g->png)) == 0) {
        step(user);
        return true;
    }
    if (err->code == LF_OK)
        *err = g->err;
    return false;
}

struct lf_png_in {
    struct guard g;
    struct lf_slice bytes;
    size_t at;
    struct lf_png_form form;
    uint32_t y;
    bool interlaced;
    unsigned char *row;
    unsigned char *whole; // interlaced: all rows
};

static void read_bytes(png_structp png, png_bytep to, size_t n)
{
    struct lf_png_in *p = png_get_io_ptr(png);
    if (n > p->bytes.len - p->at)
        png_error(png, "it ends early");
    memcpy(to, p->bytes.at + p->at, n);
    p->at += n;
}

static void read_head(void *user)
{
    struct lf_png_in *p = user;
    png_structp png = p->g.png;
    png_infop info = p->g.info;
    png_set_read_fn(png, p, read_bytes);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX); // `fits` asks
    png_set_chunk_malloc_max(png, CHUNK);
    png_read_info(png, info);
    unsigned colour = png_get_color_type(png, info);
    bool clear = png_get_valid(png, info, PNG_INFO_tRNS) != 0;
    if (colour == PNG_COLOR_TYPE_PALETTE)
        png_set_palette_to_rgb(png);
    if (colour == PNG_COLOR_TYPE_GRAY && png_get_bit_depth(png, info) < 8)
        png_set_expand_gray_1_2_4_to_8(png);
    if (colour == PNG_COLOR_TYPE_GRAY_ALPHA)
        png_set_gray_to_rgb(png);
    if (clear && (colour & PNG_COLOR_MASK_COLOR))
        png_set_tRNS_to_alpha(png);
    p->interlaced = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
}

// What the header says is a claim until the bytes that could hold it are there.
static bool fits(const struct lf_png_in *p, struct lf_error *err)
{
    uint64_t w = png_get_image_width(p->g.png, p->g.info);
    uint64_t h = png_get_image_height(p->g.png, p->g.info);
    uint64_t bits = (uint64_t)png_get_bit_depth(p->g.png, p->g.info) *
                    png_get_channels(p->g.png, p->g.info);
    uint64_t packed = (w * bits + 7) / 8;
    if (w > SIDE || h > SIDE)
        return lf_fail(err, LF_E_MASK, "a PNG of %llu x %llu pixels",
                       (unsigned long long)w, (unsigned long long)h);
    if (w * h > LF_MASK_PIXELS)
        return lf_fail(err, LF_E_LIMIT_COUNT,
                       "a PNG of %llu x %llu pixels (limit mask-pixels)",
                       (unsigned long long)w, (unsigned long long)h);
    return packed * h / GROWTH <= p->bytes.len ||
           lf_fail(err, LF_E_MASK, "the PNG is damaged: it ends early");
}

static void start_rows(void *user)
{
    struct lf_png_in *p = user;
    if (p->interlaced)
        (void)png_set_interlace_handling(p->g.png);
    png_read_update_info(p->g.png, p->g.info);
    p->form = (struct lf_png_form){.width = png_get_image_width(p->g.png, p->g.info),
                                   .height = png_get_image_height(p->g.png, p->g.info),
                                   .channels = png_get_channels(p->g.png, p->g.info),
                                   .bits = png_get_bit_depth(p->g.png, p->g.info)};
}

static void read_whole(void *user)
{
    struct lf_png_in *p = user;
    size_t bytes = lf_png_row_bytes(&p->form);
    for (int pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; pass++) {
        for (uint32_t y = 0; y < p->form.height; y++)
            png_read_row(p->g.png, p->whole + bytes * y, NULL);
    }
}

static bool start(struct lf_png_in *p, struct lf_error *err)
{
    if (!guarded(&p->g, read_head, p, err) || !fits(p, err) ||
        !guarded(&p->g, start_rows, p, err))
        return false;
    if (!p->interlaced)
        return true;
    uint64_t total = (uint64_t)lf_png_row_bytes(&p->form) * p->form.height;
    if (total > LF_MASK_FILE)
        return lf_fail(err, LF_E_LIMIT_COUNT,
                       "an interlaced PNG of %llu bytes (limit mask-file)",
                       (unsigned long long)total);
    p->whole = lf_alloc((size_t)total, 1, err);
    return p->whole && guarded(&p->g, read_whole, p, err);
}

static bool open_in(struct lf_png_in *p, struct lf_error *err)
{
    if (p->bytes.len > LF_MASK_FILE)
        return lf_fail(err, LF_E_LIMIT_COUNT, "a PNG of %zu bytes (limit mask-file)",
                       p->bytes.len);
    // libpng takes room for a chunk by its header's word, whatever its own limit says.
    p->g.most = p->bytes.len + ROWS;
    p->g.png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &p->g, failed, warned,
                                        &p->g, take, give);
    p->g.info = p->g.png ? png_create_info_struct(p->g.png) : NULL;
    if (!p->g.info)
        return lf_fail(err, LF_E_NOMEM, "no memory for a PNG");
    return start(p, err);
}

struct lf_png_in *lf_png_in_open(struct lf_slice bytes, struct lf_png_form *form,
                                 struct lf_error *err)
{
    struct lf_png_in *p = lf_alloc(1, sizeof *p, err);
    if (!p)
        return NULL;
    p->bytes = bytes;
    if (open_in(p, err))
        *form = p->form;
    else
        lf_png_in_free(&p);
    return p;
}

static void read_row(void *user)
{
    struct lf_png_in *p = user;
    png_read_row(p->g.png, p->row, NULL);
}

static void read_end(void *user)
{
    struct lf_png_in *p = user;
    png_read_end(p->g.png, NULL);
}

bool lf_png_in_row(struct lf_png_in *p, unsigned char *row, struct lf_error *err)
{
    if (p->y >= p->form.height)
        return lf_fail(err, LF_E_BUG, "a row below a PNG");
    p->row = row;
    size_t bytes = lf_png_row_bytes(&p->form);
    if (p->interlaced)
        memcpy(row, p->whole + bytes * p->y, bytes);
    else if (!guarded(&p->g, read_row, p, err))
        return false;
    p->y++;
    return p->y < p->form.height || guarded(&p->g, read_end, p, err);
}

void lf_png_in_free(struct lf_png_in **p)
{
    if (!*p)
        return;
    png_destroy_read_struct(&(*p)->g.png, &(*p)->g.info, NULL);
    lf_free((*p)->whole);
    lf_free(*p);
    *p = NULL;
}

struct lf_png_out {
    struct guard g;
    struct lf_buf *out;
    struct lf_png_form form;
    uint32_t y;
    const unsigned char *row;
};

static void write_bytes(png_structp png, png_bytep from, size_t n)
{
    struct lf_png_out *p = png_get_io_ptr(png);
    lf_buf_add(p->out, from, n);
}

static void flush(png_structp png)
{
    (void)png;
}

static void write_head(void *user)
{
    static const int colour[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_RGB,
                                 PNG_COLOR_TYPE_RGB_ALPHA};
    struct lf_png_out *p = user;
    png_structp png = p->g.png;
    png_set_write_fn(png, p, write_bytes, flush);
    // The default is a million rows or columns.
    png_set_user_limits(png, LF_MASK_PIXELS, LF_MASK_PIXELS);
    png_set_IHDR(png, p->g.info, p->form.width, p->form.height, (int)p->form.bits,
                 colour[p->form.channels == 1 ? 0 : p->form.channels - 2],
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    // Few values and long runs: filters only cost time.
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
    png_write_info(png, p->g.info);
}

struct lf_png_out *lf_png_out_open(const struct lf_png_form *form, struct lf_buf *out,
                                   struct lf_error *err)
{
    struct lf_png_out *p = lf_alloc(1, sizeof *p, err);
    if (!p)
        return NULL;
    p->out = out;
    p->form = *form;
    p->g.most = SIZE_MAX;
    p->g.png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, &p->g, failed, warned,
                                         &p->g, take, give);
    p->g.info = p->g.png ? png_create_info_struct(p->g.png) : NULL;
    bool ok = p->g.info ? guarded(&p->g, write_head, p, err)
                        : lf_fail(err, LF_E_NOMEM, "no memory for a PNG");
    if (!ok)
        lf_png_out_free(&p);
    return p;
}

static void write_row(void *user)
{
    struct lf_png_out *p = user;
    png_write_row(p->g.png, p->row);
}

static void write_end(void *user)
{
    struct lf_png_out *p = user;
    png_write_end(p->g.png, NULL);
}

bool lf_png_out_row(struct lf_png_out *p, const unsigned char *row,
                    struct lf_error *err)
{
    if (p->y >= p->form.height)
        return lf_fail(err, LF_E_BUG, "a row below a PNG");
    p->row = row;
    if (!guarded(&p->g, write_row, p, err))
        return false;
    p->y++;
    if (p->y == p->form.height && !guarded(&p->g, write_end, p, err))
        return false;
    return lf_buf_ok(p->out, err);
}

void lf_png_out_free(struct lf_png_out **p)
{
    if (!*p)
        return;
    png_destroy_write_struct(&(*p)->g.png, &(*p)->g.info);
    lf_free(*p);
    *p = NULL;
}
