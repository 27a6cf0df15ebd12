#include "formats/mask/mask_codec.h"

#include <inttypes.h>

#include "formats/base/json.h"
#include "formats/base/limits.h"
#include "formats/base/number.h"
#include "formats/mask/mask_brush.h"
#include "formats/mask/mask_data_url.h"
#include "formats/mask/mask_png.h"
#include "formats/mask/mask_rle.h"
#include "formats/mask/npy.h"
#include "formats/mask/pixels.h"

// The size that a code says, against the one that was asked for.
static bool settle(struct lf_mask_asked *asked, uint32_t width, uint32_t height,
                   struct lf_error *err)
{
    if ((asked->width && asked->width != width) ||
        (asked->height && asked->height != height))
        return lf_fail(err, LF_E_MASK_SIZE,
                       "the mask is of %" PRIu32 " x %" PRIu32 " pixels, not %" PRIu32
                       " x %" PRIu32,
                       width, height, asked->width ? asked->width : width,
                       asked->height ? asked->height : height);
    asked->width = width;
    asked->height = height;
    return true;
}

static bool needs_size(const struct lf_mask_asked *asked, struct lf_error *err)
{
    return (asked->width && asked->height) ||
           lf_fail(err, LF_E_USAGE,
                   "the code does not say its image's size: give --width and --height");
}

static bool check_json(struct lf_slice text, struct lf_error *err)
{
    return lf_json_check(text, (struct lf_json_rules){0}, 0, err);
}

// ---------------------------------------------------------------------- Label Studio

// The bytes, or the value of a result, which holds them under `key`.
static bool value_of(struct lf_slice code, const char *key, struct lf_slice *value,
                     struct lf_error *err)
{
    *value = code;
    if (!check_json(code, err))
        return false;
    return lf_json_type(code) != LF_JSON_OBJECT || lf_json_get(code, key, value) ||
           lf_fail(err, LF_E_MASK, "the value has no \"%s\"", key);
}

static bool read_brush(struct lf_slice code, struct lf_mask_asked *asked,
                       struct lf_arena *a, struct lf_mask *m, struct lf_error *err)
{
    struct lf_slice list;
    return needs_size(asked, err) && value_of(code, "rle", &list, err) &&
           lf_mask_read_brush(list, asked->width, asked->height, asked->threshold, a, m,
                              NULL, err);
}

static bool write_brush(const struct lf_mask *m, uint32_t width, uint32_t height,
                        struct lf_arena *a, struct lf_buf *out, struct lf_error *err)
{
    (void)a;
    return lf_mask_write_brush(m, width, height, out, err);
}

// As it is, a JSON string, or the value of a result.
static bool read_bitmask(struct lf_slice code, struct lf_mask_asked *asked,
                         struct lf_arena *a, struct lf_mask *m, struct lf_error *err)
{
    struct lf_slice text = lf_json_trim(code);
    if (!needs_size(asked, err))
        return false;
    if (text.len && (text.at[0] == '{' || text.at[0] == '"') &&
        (!value_of(code, "imageDataURL", &text, err) ||
         (lf_json_type(text) == LF_JSON_STRING &&
          !lf_json_string(text, a, &text, err))))
        return false;
    return lf_mask_read_data_url(text, asked->width, asked->height, asked->threshold, a,
                                 m, NULL, err);
}

static bool write_bitmask(const struct lf_mask *m, uint32_t width, uint32_t height,
                          struct lf_arena *a, struct lf_buf *out, struct lf_error *err)
{
    (void)a;
    return lf_mask_write_data_url(m, width, height, out, err);
}

// ------------------------------------------------------------------------------ CVAT

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// What stands in NAME="..", as in the element <mask>.
static bool attribute(struct lf_slice text, const char *name, struct lf_slice *value)
{
    const size_t n = strlen(name);
    const char *end = text.at + text.len;
    for (const char *p = text.at; p < end && (size_t)(end - p) > n + 2; p++) {
        if ((p > text.at && !is_blank(p[-1])) || memcmp(p, name, n) != 0 ||
            p[n] != '=' || p[n + 1] != '"')
            continue;
        const char *from = p + n + 2;
        const char *to = memchr(from, '"', (size_t)(end - from));
        if (to)
            *value = lf_slice_between(from, to);
        return to != NULL;
    }
    return false;
}

static bool place(struct lf_slice text, const char *name, uint32_t *out,
                  struct lf_error *err)
{
    struct lf_slice value;
    int64_t n = -1;
    if (!attribute(text, name, &value))
        return lf_fail(err, LF_E_MASK, "the mask has no %s=\"..\" beside its runs",
                       name);
    if (!lf_parse_int64(value, &n) || n < 0 || n > LF_COORDINATE)
        return lf_fail(err, LF_E_MASK, "the mask's %s is no number of pixels", name);
    *out = (uint32_t)n;
    return true;
}

// The attributes of an element, or runs alone, which are then over the whole image.
static bool read_cvat(struct lf_slice code, struct lf_mask_asked *asked,
                      struct lf_arena *a, struct lf_mask *m, struct lf_error *err)
{
    struct lf_slice runs = lf_json_trim(code);
    struct lf_mask whole;
    uint32_t box[4] = {0, 0, asked->width, asked->height};
    if (!needs_size(asked, err))
        return false;
    if (memchr(runs.len ? runs.at : "", '"', runs.len)) {
        static const char *const names[] = {"left", "top", "width", "height"};
        if (!attribute(code, "rle", &runs))
            return lf_fail(err, LF_E_MASK, "the mask has no rle=\"..\"");
        for (int i = 0; i < 4; i++)
            if (!place(code, names[i], &box[i], err))
                return false;
    }
    return lf_mask_read_boxed(runs, box[0], box[1], box[2], box[3], a, &whole, err) &&
           lf_mask_cut(&whole, asked->width, asked->height, a, m, err);
}

static bool write_cvat(const struct lf_mask *m, uint32_t width, uint32_t height,
                       struct lf_arena *a, struct lf_buf *out, struct lf_error *err)
{
    // The tool has none without a pixel; the frame of one says at least how large it
    // is.
    const uint32_t all = (uint32_t)((uint64_t)width * height);
    const struct lf_mask none = {0, 0, width, height, 1, 0, &all};
    (void)a;
    m = m->runs ? m : &none;
    lf_buf_text(out, "rle=\"");
    lf_mask_write_boxed(m, out);
    lf_buf_printf(out,
                  "\" left=\"%" PRIu32 "\" top=\"%" PRIu32 "\" width=\"%" PRIu32
                  "\" height=\"%" PRIu32 "\"",
                  m->left, m->top, m->width, m->height);
    return lf_buf_ok(out, err);
}

// ------------------------------------------------------------------------------ COCO

static bool size_of(struct lf_slice object, struct lf_mask_asked *asked,
                    struct lf_error *err)
{
    struct lf_slice size, side;
    int64_t n[2] = {0, 0};
    if (!lf_json_get(object, "size", &size))
        return needs_size(asked, err);
    bool ok = lf_json_type(size) == LF_JSON_ARRAY;
    struct lf_json_walk w = {0};
    if (ok)
        w = lf_json_enter(size);
    for (int i = 0; i < 2 && ok; i++)
        ok = lf_json_element(&w, &side) && lf_parse_int64(side, &n[i]) && n[i] > 0 &&
             n[i] <= LF_MASK_PIXELS;
    if (!ok || lf_json_element(&w, &side))
        return lf_fail(err, LF_E_MASK, "the mask's \"size\" is not height and width");
    return settle(asked, (uint32_t)n[1], (uint32_t)n[0], err);
}

static bool read_counts(struct lf_slice counts, const struct lf_mask_asked *asked,
                        struct lf_arena *a, struct lf_mask *m, struct lf_error *err)
{
    const bool packed = lf_json_type(counts) == LF_JSON_STRING;
    counts = lf_json_trim(counts);
    if (!packed && lf_json_type(counts) != LF_JSON_ARRAY)
        return lf_fail(err, LF_E_MASK, "the mask's counts are neither list nor text");
    if (packed && !lf_json_string(counts, a, &counts, err))
        return false;
    if (!packed)
        counts = (struct lf_slice){counts.at + 1, counts.len - 2};
    return lf_mask_read_coco(counts, packed, asked->width, asked->height, a, m, err);
}

// {"size": [h, w], "counts": ..}, or the counts alone.
static bool read_coco(struct lf_slice code, struct lf_mask_asked *asked,
                      struct lf_arena *a, struct lf_mask *m, struct lf_error *err)
{
    struct lf_slice counts = code;
    if (!check_json(code, err))
        return false;
    if (lf_json_type(code) != LF_JSON_OBJECT)
        return needs_size(asked, err) && read_counts(counts, asked, a, m, err);
    if (!lf_json_get(code, "counts", &counts))
        return lf_fail(err, LF_E_MASK, "the mask has no \"counts\"");
    return size_of(code, asked, err) && read_counts(counts, asked, a, m, err);
}

// As above, or the compressed text as it is.
static bool read_packed(struct lf_slice code, struct lf_mask_asked *asked,
                        struct lf_arena *a, struct lf_mask *m, struct lf_error *err)
{
    const struct lf_slice text = lf_json_trim(code);
    if (text.len && (text.at[0] == '{' || text.at[0] == '"'))
        return read_coco(code, asked, a, m, err);
    return needs_size(asked, err) &&
           lf_mask_read_coco(text, true, asked->width, asked->height, a, m, err);
}

static bool put_coco(const struct lf_mask *m, bool packed, uint32_t width,
                     uint32_t height, struct lf_arena *a, struct lf_buf *out,
                     struct lf_error *err)
{
    struct lf_buf counts = {0};
    bool ok = lf_mask_write_coco(m, packed, width, height, a, &counts, err);
    lf_buf_printf(out, "{\"size\": [%" PRIu32 ", %" PRIu32 "], \"counts\": ", height,
                  width);
    lf_buf_text(out, packed ? "" : "[");
    if (packed)
        lf_json_quote(out, lf_buf_view(&counts), true);
    else
        lf_buf_slice(out, lf_buf_view(&counts));
    lf_buf_text(out, packed ? "}" : "]}");
    ok = ok && lf_buf_ok(out, err);
    lf_buf_done(&counts);
    return ok;
}

static bool write_coco(const struct lf_mask *m, uint32_t width, uint32_t height,
                       struct lf_arena *a, struct lf_buf *out, struct lf_error *err)
{
    return put_coco(m, false, width, height, a, out, err);
}

static bool write_packed(const struct lf_mask *m, uint32_t width, uint32_t height,
                         struct lf_arena *a, struct lf_buf *out, struct lf_error *err)
{
    return put_coco(m, true, width, height, a, out, err);
}

// ---------------------------------------------------------------------------- arrays

static bool read_pixels(struct lf_pixel_tool *t, const struct lf_pixels *p,
                        struct lf_mask_asked *asked, struct lf_arena *a,
                        struct lf_mask *m, struct lf_error *err)
{
    static const double all[4] = {0, 0, 1, 1};
    struct lf_pixels_kind kind;
    if (!lf_pixels_kind(t, p, &kind, err) ||
        !settle(asked, kind.width, kind.height, err))
        return false;
    if (!kind.width || !kind.height)
        return lf_fail(err, LF_E_MASK, "an array of %" PRIu32 " x %" PRIu32 " pixels",
                       kind.width, kind.height);
    return lf_pixels_mask(t, p, all, kind.width, kind.height, a, m, err);
}

static bool read_array(const struct lf_pixels *p, struct lf_mask_asked *asked,
                       struct lf_arena *a, struct lf_mask *m, struct lf_error *err)
{
    struct lf_pixel_tool *t = lf_pixel_tool_new(err);
    const bool ok = t && read_pixels(t, p, asked, a, m, err);
    lf_pixel_tool_free(&t);
    return ok;
}

static bool read_png(struct lf_slice code, struct lf_mask_asked *asked,
                     struct lf_arena *a, struct lf_mask *m, struct lf_error *err)
{
    return read_array(&(struct lf_pixels){.bytes = code, .png = true}, asked, a, m,
                      err);
}

static bool write_png(const struct lf_mask *m, uint32_t width, uint32_t height,
                      struct lf_arena *a, struct lf_buf *out, struct lf_error *err)
{
    (void)a;
    return lf_mask_write_png(m, width, height, LF_MASK_GREY, out, err);
}

// A file of numpy, or the text that a dataset holds.
static bool read_npy(struct lf_slice code, struct lf_mask_asked *asked,
                     struct lf_arena *a, struct lf_mask *m, struct lf_error *err)
{
    struct lf_pixels p = {.bytes = code};
    if (!lf_slice_starts(code, LF_S("\x93NUMPY")))
        p.bytes = lf_json_trim(code);
    if (p.bytes.len && (p.bytes.at[0] == '{' || p.bytes.at[0] == '"')) {
        if (!check_json(code, err))
            return false;
        if (!lf_pixels_inline(code, &p))
            return lf_fail(err, LF_E_MASK, "the JSON is no array as a dataset has it");
    }
    return read_array(&p, asked, a, m, err);
}

static bool write_npy(const struct lf_mask *m, uint32_t width, uint32_t height,
                      struct lf_arena *a, struct lf_buf *out, struct lf_error *err)
{
    const struct lf_npy head = {width, height, 1, false, {'u', 1, false}};
    const uint64_t area = (uint64_t)width * height;
    struct lf_span s;
    (void)a;
    if (area > LF_MASK_FILE)
        return lf_fail(err, LF_E_LIMIT_COUNT,
                       "an array of %" PRIu64 " bytes (limit mask-file)", area);
    lf_npy_write(&head, out);
    char *at = lf_buf_room(out, (size_t)area);
    if (!at)
        return lf_buf_ok(out, err);
    memset(at, 0, (size_t)area);
    for (struct lf_mask_walk w = lf_mask_spans(m); lf_mask_span(&w, &s);)
        memset(at + (size_t)s.y * width + s.from, 1, s.to - s.from);
    out->len += (size_t)area;
    return true;
}

static const struct lf_mask_codec codecs[] = {
    {"ls-brush", true, read_brush, write_brush},
    {"ls-bitmask", true, read_bitmask, write_bitmask},
    {"cvat", true, read_cvat, write_cvat},
    {"coco", true, read_coco, write_coco},
    {"coco-compressed", true, read_packed, write_packed},
    {"png", false, read_png, write_png},
    {"npy", false, read_npy, write_npy},
};

const struct lf_mask_codec *lf_mask_codec_at(size_t i)
{
    return i < sizeof codecs / sizeof *codecs ? &codecs[i] : NULL;
}
