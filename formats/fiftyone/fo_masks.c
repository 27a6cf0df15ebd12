#include "formats/fiftyone/fo_masks.h"

#include "formats/base/digest.h"
#include "formats/base/json.h"
#include "formats/base/names.h"
#include "formats/fiftyone/fo_keys.h"

enum { MARK_BYTES = 16, MARK_HEX = 2 * MARK_BYTES + 1 };

static struct lf_slice not_null(struct lf_slice value)
{
    value = lf_json_trim(value);
    return lf_json_type(value) == LF_JSON_NULL ? (struct lf_slice){0} : value;
}

void fo_mask_at(struct lf_slice label, struct fo_mask_at *at)
{
    struct lf_slice key, value;
    *at = (struct fo_mask_at){0};
    for (struct lf_json_walk w = lf_json_enter(label);
         lf_json_member(&w, &key, &value);) {
        enum fo_key k = fo_key(key);
        if (k == FO_MASK)
            at->mask = not_null(value);
        else if (k == FO_MASK_PATH)
            at->mask_path = not_null(value);
    }
}

// Whether the label's pixels are a file's.
static bool on_disk(const struct fo_mask_at *at)
{
    return !at->mask.len && at->mask_path.len &&
           lf_json_type(at->mask_path) == LF_JSON_STRING;
}

static bool read_file(const struct fo_source *src, const struct fo_mask_at *at,
                      struct lf_arena *a, struct fo_array *array, struct lf_error *err)
{
    struct lf_slice path;
    if (!src->files)
        return true;
    if (!lf_json_string(at->mask_path, a, &path, err) ||
        !src->files->read(src->files->user, path, &array->file, &array->found, err))
        return false;
    array->pixels = (struct lf_pixels){lf_buf_view(&array->file), true};
    return true;
}

bool fo_array_read(const struct fo_source *src, const struct fo_mask_at *at,
                   struct lf_arena *a, struct fo_array *array, struct lf_error *err)
{
    *array = (struct fo_array){0};
    if (at->mask.len) {
        array->found = lf_pixels_inline(at->mask, &array->pixels);
        return array->found || lf_fail(err, LF_E_MASK, "\"mask\" holds no array");
    }
    return !on_disk(at) || read_file(src, at, a, array, err);
}

void fo_array_done(struct fo_array *array)
{
    lf_buf_done(&array->file);
    *array = (struct fo_array){0};
}

// ---------------------------------------------------------------------------- pixels

static bool is_target(void *user, uint32_t value)
{
    uint32_t row;
    return lf_target_find(user, value, &row);
}

static bool read_segment(const struct fo_source *src, const struct lf_pixels *p,
                         const struct lf_sample *s, struct lf_label *l,
                         struct lf_arena *a, struct lf_error *err)
{
    struct lf_mask *masks = NULL;
    const struct lf_field *f = &src->schema->field[l->field];
    bool all = src->relative;
    if (!lf_pixels_classes(src->pixels, p, all ? 0 : s->width, all ? 0 : s->height,
                           all || src->every_class ? NULL : is_target, (void *)f, a,
                           &masks, &l->masks, err))
        return false;
    l->mask = masks;
    return true;
}

static bool read_instance(const struct fo_source *src, const struct lf_pixels *p,
                          const double *box, const struct lf_sample *s,
                          struct lf_label *l, struct lf_arena *a, struct lf_error *err)
{
    struct lf_mask *mask = lf_arena_take(a, 1, sizeof *mask, err);
    if (!mask || !lf_pixels_mask(src->pixels, p, src->relative ? NULL : box, s->width,
                                 s->height, a, mask, err))
        return false;
    l->mask = mask;
    l->masks = 1;
    return true;
}

// ---------------------------------------------------------------------------- files

static bool mark_of(struct lf_slice bytes, char hex[MARK_HEX], struct lf_error *err)
{
    unsigned char whole[LF_DIGEST_BYTES];
    struct lf_digest *d = lf_digest_new(err);
    bool ok = d && lf_digest_add(d, bytes, err) && lf_digest_take(d, whole, err);
    lf_digest_free(&d);
    if (ok)
        lf_hex(whole, MARK_BYTES, hex);
    return ok;
}

struct then { // what is kept of files since they were shipped
    struct lf_names path;
    struct lf_slice *mark; // by number of the path
};

static bool read_then(struct lf_slice json, struct lf_arena *a, struct then *t,
                      struct lf_error *err)
{
    struct lf_slice key, value, path;
    uint32_t number;
    size_t n = 0;
    *t = (struct then){0};
    if (!json.len)
        return true;
    for (struct lf_json_walk w = lf_json_enter(json); lf_json_member(&w, &key, &value);)
        n++;
    t->mark = lf_arena_take(a, n, sizeof *t->mark, err);
    if (!t->mark)
        return false;
    for (struct lf_json_walk w = lf_json_enter(json);
         lf_json_member(&w, &key, &value);) {
        value = lf_json_trim(value);
        if (!lf_json_key(key, a, &path, err) ||
            !lf_names_add(&t->path, path, &number, NULL, err))
            return false;
        if (lf_json_type(value) == LF_JSON_STRING)
            t->mark[number] = (struct lf_slice){value.at + 1, value.len - 2};
    }
    return true;
}

static bool mark_now(const struct fo_source *src, const struct fo_mask_at *at,
                     struct lf_arena *a, char hex[MARK_HEX], struct lf_error *err)
{
    struct fo_array array;
    hex[0] = '\0';
    bool ok = fo_array_read(src, at, a, &array, err) &&
              (!array.found || mark_of(lf_buf_view(&array.file), hex, err));
    fo_array_done(&array);
    return ok;
}

static bool find_lost(const struct fo_source *src, const struct then *t,
                      struct lf_label *l, struct lf_arena *a, struct lf_error *err)
{
    char now[MARK_HEX];
    struct fo_mask_at at;
    struct lf_slice path;
    uint32_t number;
    fo_mask_at(l->raw, &at);
    if (!on_disk(&at))
        return true;
    if (!lf_json_string(at.mask_path, a, &path, err))
        return false;
    if (!lf_names_find(&t->path, path, &number))
        return true;
    if (!mark_now(src, &at, a, now, err))
        return false;
    l->lost = !lf_slice_is(t->mark[number], now);
    return true;
}

bool fo_find_lost(const struct fo_source *src, struct lf_sample *s, struct lf_arena *a,
                  struct lf_error *err)
{
    struct then then;
    if (!src->then.len || !src->files)
        return true;
    bool ok = read_then(src->then, a, &then, err);
    for (size_t i = 0; ok && i < s->labels; i++)
        ok = !(s->label[i].kind & (LF_MASK | LF_SEGMENT)) ||
             find_lost(src, &then, &s->label[i], a, err);
    lf_names_done(&then.path);
    return ok;
}

static bool keep_pixels(const struct fo_mask_at *at, const struct fo_array *array,
                        struct lf_label *l, struct lf_arena *a, struct lf_error *err)
{
    if (at->mask.len) {
        l->pixels = at->mask;
        return true;
    }
    return lf_arena_text(a, lf_buf_view(&array->file), &l->pixels, err);
}

static void fail_in_mask(const struct fo_mask_at *at, struct lf_arena *a,
                         struct lf_error *err)
{
    struct lf_error none = {0};
    struct lf_slice path, name;
    if (lf_json_string(at->mask_path, a, &path, &none) &&
        lf_arena_text(a, path, &name, &none))
        lf_fail_in_file(err, name.at);
}

bool fo_read_masks(const struct fo_source *src, const struct fo_mask_at *at,
                   const double *box, const struct lf_sample *s, struct lf_label *l,
                   struct lf_arena *a, struct lf_error *err)
{
    struct fo_array array;
    if (!src->pixels)
        return true;
    bool ok = fo_array_read(src, at, a, &array, err);
    if (ok && array.found) {
        ok = l->kind == LF_SEGMENT
                 ? read_segment(src, &array.pixels, s, l, a, err)
                 : read_instance(src, &array.pixels, box, s, l, a, err);
        ok = ok && (!src->relative || keep_pixels(at, &array, l, a, err));
    }
    if (!ok && on_disk(at)) // else the document is to blame
        fail_in_mask(at, a, err);
    fo_array_done(&array);
    return ok;
}

struct listing {
    const struct fo_source *src;
    struct then then;
    struct lf_names seen; // two labels may share a file
    struct lf_buf json;
    struct lf_arena *a;
};

static bool list_file(struct listing *x, struct lf_slice label, struct lf_error *err)
{
    char now[MARK_HEX];
    struct fo_mask_at at;
    struct lf_slice path, mark;
    uint32_t number;
    bool fresh = false;
    fo_mask_at(label, &at);
    if (!on_disk(&at))
        return true;
    if (!lf_json_string(at.mask_path, x->a, &path, err) ||
        !lf_names_add(&x->seen, path, &number, &fresh, err))
        return false;
    if (!fresh)
        return true;
    if (lf_names_find(&x->then.path, path, &number))
        mark = x->then.mark[number];
    else if (!mark_now(x->src, &at, x->a, now, err))
        return false;
    else
        mark = lf_slice_of(now);
    lf_buf_text(&x->json, x->json.len ? ", " : "{");
    lf_json_quote(&x->json, path, true);
    lf_buf_text(&x->json, ": ");
    lf_json_quote(&x->json, mark, true);
    return true;
}

static bool see_mask(void *user, const struct fo_seen *seen, struct lf_error *err)
{
    return list_file(user, seen->raw, err);
}

bool fo_mask_files(const struct fo_source *src, struct lf_slice raw, struct lf_arena *a,
                   struct lf_slice *json, struct lf_error *err)
{
    const struct lf_schema *s = src->schema;
    struct listing x = {.src = src, .a = a};
    bool ok = true, any = false;
    *json = (struct lf_slice){0};
    for (size_t i = 0; i < s->fields; i++)
        any |= (lf_field_kind(s->field[i].type) & (LF_MASK | LF_SEGMENT)) != 0;
    if (!src->files || !any)
        return true;
    struct lf_slice *value = lf_arena_take(a, s->fields, sizeof *value, err);
    if (!value)
        return false;
    ok = read_then(src->then, a, &x.then, err);
    fo_values(s, raw, value);
    for (size_t i = 0; ok && i < s->fields; i++)
        if (lf_field_kind(s->field[i].type) & (LF_MASK | LF_SEGMENT))
            ok = fo_walk(s->field[i].type, value[i], see_mask, &x, a, err);
    if (ok && x.json.len) {
        lf_buf_char(&x.json, '}');
        ok = lf_buf_ok(&x.json, err) &&
             lf_arena_text(a, lf_buf_view(&x.json), json, err);
    }
    lf_buf_done(&x.json);
    lf_names_done(&x.seen);
    lf_names_done(&x.then.path);
    return ok;
}
