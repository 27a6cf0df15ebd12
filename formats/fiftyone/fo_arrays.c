#include "formats/fiftyone/fo_arrays.h"

#include "formats/base/digest.h"
#include "formats/base/relpath.h"

enum { HASH_BYTES = 4, HASH_HEX = 2 * HASH_BYTES };

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

// The path without ending and without the hash that an earlier merge gave it.
static struct lf_slice stem_of(struct lf_slice path)
{
    size_t n = path.len;
    for (size_t i = path.len; i > 0 && path.at[i - 1] != '/'; i--)
        if (path.at[i - 1] == '.' && i > 1 && path.at[i - 2] != '/') {
            n = i - 1;
            break;
        }
    bool hash = n > HASH_HEX + 1 && path.at[n - HASH_HEX - 1] == '_' &&
                path.at[n - HASH_HEX - 2] != '/';
    for (size_t i = 0; hash && i < HASH_HEX; i++)
        hash = is_hex(path.at[n - 1 - i]);
    return (struct lf_slice){path.at, hash ? n - HASH_HEX - 1 : n};
}

static bool hash_of(struct lf_slice bytes, char hex[HASH_HEX + 1], struct lf_error *err)
{
    unsigned char whole[LF_DIGEST_BYTES];
    struct lf_digest *d = lf_digest_new(err);
    bool ok = d && lf_digest_add(d, bytes, err) && lf_digest_take(d, whole, err);
    lf_digest_free(&d);
    if (ok)
        lf_hex(whole, HASH_BYTES, hex);
    return ok;
}

bool fo_file_add(struct fo_new_files *files, struct lf_arena *a, struct lf_slice old,
                 struct lf_slice bytes, struct lf_slice *path, struct lf_error *err)
{
    char hex[HASH_HEX + 1];
    struct lf_slice stem = stem_of(old), own;
    void *list = files->file;
    if (!hash_of(bytes, hex, err) ||
        !lf_arena_printf(a, path, err, "%.*s_%s.png", (int)stem.len, stem.at, hex) ||
        !lf_relpath_check(*path, LF_E_PATH, err) ||
        !lf_arena_text(a, bytes, &own, err) ||
        !lf_arena_grow(a, &list, &files->room, files->count + 1, sizeof *files->file,
                       err))
        return false;
    files->file = list;
    files->file[files->count++] = (struct fo_new_file){*path, own};
    return true;
}

bool fo_array_as(struct lf_pixel_tool *t, const struct lf_label *l, bool png,
                 struct lf_buf *out, struct lf_error *err)
{
    struct lf_pixels p = {l->pixels, true};
    struct lf_pixels_kind kind;
    bool text = l->pixels.len && (l->pixels.at[0] == '{' || l->pixels.at[0] == '"');
    if (text && !lf_pixels_inline(l->pixels, &p))
        return lf_fail(err, LF_E_MASK, "\"mask\" holds no array");
    if (p.png == png) {
        lf_buf_slice(out, p.bytes);
        return lf_buf_ok(out, err);
    }
    if (!lf_pixels_kind(t, &p, &kind, err))
        return false;
    kind.png = png;
    if (png)
        memcpy(kind.dtype, "|u1", 4);
    if (l->kind == LF_MASK && l->masks && l->mask->runs) {
        kind.inside = png ? 255 : kind.inside;
        return lf_pixels_write_mask(t, l->mask, &kind, out, err);
    }
    uint32_t masks = l->kind == LF_SEGMENT ? l->masks : 0;
    return lf_pixels_write_classes(t, NULL, &kind, NULL, 0, l->mask, masks, kind.width,
                                   kind.height, out, err);
}

bool fo_array_of_mask(struct lf_pixel_tool *t, const struct lf_mask *m,
                      struct lf_buf *out, struct lf_error *err)
{
    const struct lf_pixels_kind like = {.channels = 1, .dtype = "|u1", .inside = 1};
    return lf_pixels_write_mask(t, m, &like, out, err);
}

bool fo_array_of_classes(struct lf_pixel_tool *t, const struct lf_field *f,
                         const struct lf_label *l, const struct lf_sample *s,
                         struct lf_buf *out, struct lf_error *err)
{
    const struct lf_pixels_kind like = {.channels = f->rgb ? 3 : 1, .dtype = "|u1"};
    return lf_pixels_write_classes(t, NULL, &like, NULL, 0, l->mask, l->masks, s->width,
                                   s->height, out, err);
}

void fo_put_binary(struct lf_slice base64, struct lf_buf *out)
{
    lf_buf_text(out, "{\"$binary\": {\"base64\": \"");
    lf_buf_slice(out, base64);
    lf_buf_text(out, "\", \"subType\": \"00\"}}");
}
