#include "formats/fiftyone/fo_differ.h"

#include <stdlib.h>

#include "formats/fiftyone/fo_keys.h"
#include "formats/fiftyone/fo_masks.h"
#include "formats/label/json_same.h"

// ---------------------------------------------------------------------------- labels

static const char *list_of(struct lf_slice cls)
{
    static const struct {
        const char *cls, *list;
    } rows[] = {{"Classifications", "classifications"},
                {"Detections", "detections"},
                {"Polylines", "polylines"},
                {"Keypoints", "keypoints"},
                {"TemporalDetections", "detections"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (lf_slice_is(cls, rows[i].cls))
            return rows[i].list;
    return NULL;
}

static bool add_one(struct lf_slice raw, bool label, struct lf_arena *a,
                    struct fo_one **one, size_t *count, size_t *room,
                    struct lf_error *err)
{
    void *all = *one;
    struct lf_slice id;
    raw = lf_json_trim(raw);
    if (label && lf_json_type(raw) != LF_JSON_OBJECT)
        return lf_fail(err, LF_E_DOCUMENT, "a label is not an object");
    if (!lf_arena_grow(a, &all, room, *count + 1, sizeof **one, err))
        return false;
    *one = all;
    struct fo_one *to = &(*one)[(*count)++];
    *to = (struct fo_one){.raw = raw};
    if (label && lf_json_get(raw, "_id", &id))
        fo_id(id, &to->id);
    return true;
}

bool fo_labels(const struct fo_field *f, struct lf_slice value, struct lf_arena *a,
               struct fo_one **one, size_t *count, struct lf_error *err)
{
    const char *key = f ? list_of(f->cls) : NULL;
    struct lf_slice list, element;
    size_t room = 0;
    *one = NULL;
    *count = 0;
    if (!value.len || lf_json_type(value) == LF_JSON_NULL)
        return true;
    if (!key)
        return add_one(value, f && f->cls.len, a, one, count, &room, err);
    if (lf_json_type(value) != LF_JSON_OBJECT)
        return lf_fail(err, LF_E_DOCUMENT, "a label field is not an object");
    if (!lf_json_get(value, key, &list))
        return true;
    list = lf_json_trim(list);
    if (lf_json_type(list) == LF_JSON_NULL)
        return true;
    if (lf_json_type(list) != LF_JSON_ARRAY)
        return lf_fail(err, LF_E_DOCUMENT, "\"%s\" is not a list", key);
    for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &element);)
        if (!add_one(element, true, a, one, count, &room, err))
            return false;
    return true;
}

bool fo_names_files(struct lf_slice value)
{
    static const char end[] = "_path\"";
    const size_t n = sizeof end - 1;
    const char *p = value.at, *last = value.at + value.len;
    while (p && (size_t)(last - p) > n && (p = memchr(p, '_', (size_t)(last - p)))) {
        if ((size_t)(last - p) > n && !memcmp(p, end, n)) {
            for (p += n; p < last && (*p == ':' || (unsigned char)*p <= ' ');)
                p++;
            if (p < last && *p == '"')
                return true;
        } else {
            p++;
        }
    }
    // A key that is spelled with escapes is not found, one of them is enough to look.
    return value.len && memchr(value.at, '\\', value.len);
}

bool fo_label_class(struct lf_slice raw, struct lf_arena *a, struct lf_slice *name,
                    struct lf_error *err)
{
    struct lf_slice value;
    *name = (struct lf_slice){0};
    if (!lf_json_get(raw, "label", &value))
        return true;
    value = lf_json_trim(value);
    return lf_json_type(value) != LF_JSON_STRING || lf_json_string(value, a, name, err);
}

// ---------------------------------------------------------------------------- pixels

struct sides { // of the two labels
    const struct fo_source *a, *b;
    struct lf_arena *m;
    struct lf_error *err;
};

static bool decoded(const struct fo_source *src, const struct lf_pixels *p,
                    bool classes, struct lf_arena *m, struct lf_mask **mask,
                    uint32_t *count, struct lf_error *err)
{
    if (classes)
        return lf_pixels_classes(src->pixels, p, 0, 0, NULL, NULL, m, mask, count, err);
    *mask = lf_arena_take(m, 1, sizeof **mask, err);
    *count = 1;
    return *mask && lf_pixels_mask(src->pixels, p, NULL, 1, 1, m, *mask, err);
}

static bool same_arrays(const struct sides *s, const struct lf_pixels *a,
                        const struct lf_pixels *b, bool classes, bool *same)
{
    struct lf_mask *x, *y;
    uint32_t n, k;
    *same = a->png == b->png && lf_slice_eq(a->bytes, b->bytes);
    if (*same || !s->a->pixels)
        return true;
    if (!decoded(s->a, a, classes, s->m, &x, &n, s->err) ||
        !decoded(s->b, b, classes, s->m, &y, &k, s->err))
        return false;
    *same = n == k;
    for (uint32_t i = 0; *same && i < n; i++)
        *same = lf_mask_eq(&x[i], &y[i]);
    return true;
}

struct pixel_keys { // of both labels; empty: not there
    struct lf_slice a_mask, b_mask, a_path, b_path, a_map, b_map, a_map_path,
        b_map_path;
};

static bool same_masks(const struct sides *s, const struct fo_mask_at *a,
                       const struct fo_mask_at *b, bool classes, bool *same)
{
    struct fo_array x = {0}, y = {0};
    *same = lf_slice_eq(a->mask, b->mask) &&
            (a->mask.len ||
             (lf_slice_eq(a->mask_path, b->mask_path) && s->a->files == s->b->files));
    if (*same)
        return true;
    bool ok = fo_array_read(s->a, a, s->m, &x, s->err) &&
              fo_array_read(s->b, b, s->m, &y, s->err);
    if (ok && x.found && y.found)
        ok = same_arrays(s, &x.pixels, &y.pixels, classes, same);
    else if (ok)
        *same = x.found == y.found && lf_slice_eq(a->mask_path, b->mask_path);
    fo_array_done(&x);
    fo_array_done(&y);
    return ok;
}

// A map holds floats: its bytes count, inside the document as their text.
static bool same_maps(const struct sides *s, const struct pixel_keys *k, bool *same)
{
    struct fo_array x = {0}, y = {0};
    const struct fo_mask_at a = {.mask_path = k->a_map_path};
    const struct fo_mask_at b = {.mask_path = k->b_map_path};
    if (!lf_json_same(k->a_map, k->b_map, s->m, same, s->err))
        return false;
    if (!*same ||
        (lf_slice_eq(k->a_map_path, k->b_map_path) && s->a->files == s->b->files))
        return true;
    bool ok = fo_array_read(s->a, &a, s->m, &x, s->err) &&
              fo_array_read(s->b, &b, s->m, &y, s->err);
    *same = x.found && y.found
                ? lf_slice_eq(lf_buf_view(&x.file), lf_buf_view(&y.file))
                : x.found == y.found && lf_slice_eq(k->a_map_path, k->b_map_path);
    fo_array_done(&x);
    fo_array_done(&y);
    return ok;
}

static bool same_pixels(const struct sides *s, const struct pixel_keys *k, bool classes,
                        bool *same)
{
    const struct fo_mask_at a = {k->a_mask, k->a_path}, b = {k->b_mask, k->b_path};
    *same = true;
    if ((a.mask.len || a.mask_path.len || b.mask.len || b.mask_path.len) &&
        !same_masks(s, &a, &b, classes, same))
        return false;
    if (!*same ||
        !(k->a_map.len || k->b_map.len || k->a_map_path.len || k->b_map_path.len))
        return true;
    return same_maps(s, k, same);
}

// ---------------------------------------------------------------------------- keys

static bool add(struct fo_differences *out, enum fo_what what,
                const struct lf_json_pair *p, struct lf_arena *m, struct lf_error *err)
{
    void *all = out->at;
    if (!lf_arena_grow(m, &all, &out->room, out->count + 1, sizeof *out->at, err))
        return false;
    out->at = all;
    out->at[out->count++] = (struct fo_difference){
        .what = what,
        .name = what < FO_DIFFERS_ATTR ? (struct lf_slice){0} : p->key,
        .was = what == FO_DIFFERS_SPACE ? (struct lf_slice){0} : p->a,
        .came = what == FO_DIFFERS_SPACE ? (struct lf_slice){0} : p->b};
    return true;
}

static bool is_empty(struct lf_slice list)
{
    struct lf_slice element;
    struct lf_json_walk w;
    if (!list.len)
        return true;
    w = lf_json_enter(list);
    return lf_json_type(list) == LF_JSON_ARRAY && !lf_json_element(&w, &element);
}

static bool keep_pixels(const struct lf_json_pair *p, struct pixel_keys *k)
{
    const struct {
        const char *name;
        struct lf_slice *a, *b;
    } rows[] = {{"mask", &k->a_mask, &k->b_mask},
                {"mask_path", &k->a_path, &k->b_path},
                {"map", &k->a_map, &k->b_map},
                {"map_path", &k->a_map_path, &k->b_map_path}};
    if (!p->key.len || p->key.at[0] != 'm')
        return false;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (lf_slice_is(p->key, rows[i].name)) {
            *rows[i].a = p->a;
            *rows[i].b = p->b;
            return true;
        }
    return false;
}

// The dict that FiftyOne used before attributes were keys of their own.
static bool legacy(const struct lf_json_pair *dict, struct fo_differences *out,
                   const struct sides *s)
{
    struct lf_json_pair *pair;
    size_t count;
    bool same;
    if (!lf_json_join(dict->a, dict->b, s->m, &pair, &count, s->err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct lf_json_pair p = pair[i];
        same = p.a.len && p.b.len;
        if (same && !lf_json_same(p.a, p.b, s->m, &same, s->err))
            return false;
        if (p.a.len)
            (void)lf_json_get(p.a, "value", &p.a);
        if (p.b.len)
            (void)lf_json_get(p.b, "value", &p.b);
        if (!same && !add(out, FO_DIFFERS_ATTR, &p, s->m, s->err))
            return false;
    }
    return true;
}

// Of a decoded key. One of FiftyOne's holds no backslash.
static enum fo_key key_of(struct lf_slice key)
{
    return key.len && memchr(key.at, '\\', key.len) ? FO_OWN : fo_key(key);
}

static enum fo_what what_of(const struct lf_json_pair *p, bool *numbers)
{
    switch (key_of(p->key)) {
    case FO_LABEL:
        return FO_DIFFERS_CLASS;
    case FO_BOX:
    case FO_POINTS:
        *numbers = p->a.len && p->b.len;
        return FO_DIFFERS_SPACE;
    case FO_CLOSED:
    case FO_FILLED:
        *numbers = false;
        return FO_DIFFERS_SPACE;
    case FO_OWN:
        *numbers = true;
        return lf_slice_is(p->key, "rotation") ? FO_DIFFERS_SPACE : FO_DIFFERS_ATTR;
    default:
        return FO_DIFFERS_KEY;
    }
}

static bool differ_at(const struct lf_json_pair *p, const struct sides *s,
                      struct fo_differences *out, bool *space)
{
    bool same = p->a.len && p->b.len, numbers = true;
    if (same && !lf_json_same(p->a, p->b, s->m, &same, s->err))
        return false;
    if (same || (lf_slice_is(p->key, "tags") && is_empty(p->a) && is_empty(p->b)))
        return true;
    enum fo_what what = what_of(p, &numbers);
    if (what != FO_DIFFERS_SPACE)
        return add(out, what, p, s->m, s->err);
    out->numbers &= numbers;
    *space = true;
    return true;
}

static int by_what(const void *a, const void *b)
{
    const struct fo_difference *x = a, *y = b;
    return x->what != y->what ? (x->what > y->what ? 1 : -1)
                              : lf_slice_cmp(x->name, y->name);
}

bool fo_differ(const struct fo_source *sa, struct lf_slice a,
               const struct fo_source *sb, struct lf_slice b, struct lf_arena *m,
               struct fo_differences *out, struct lf_error *err)
{
    const struct sides s = {sa, sb, m, err};
    struct pixel_keys pixels = {0};
    struct lf_json_pair *pair;
    size_t count;
    bool space = false, classes = false, same = true;
    *out = (struct fo_differences){.numbers = true};
    if (!lf_json_join(a, b, m, &pair, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        enum fo_key key = key_of(pair[i].key);
        if (lf_slice_is(pair[i].key, "_cls"))
            classes = lf_slice_is(pair[i].a, "\"Segmentation\"") ||
                      lf_slice_is(pair[i].b, "\"Segmentation\"");
        if (key == FO_ID || keep_pixels(&pair[i], &pixels))
            continue;
        if (key == FO_ATTRIBUTES ? !legacy(&pair[i], out, &s)
                                 : !differ_at(&pair[i], &s, out, &space))
            return false;
    }
    if (!same_pixels(&s, &pixels, classes, &same))
        return false;
    out->numbers &= same;
    if ((space || !same) && !add(out, FO_DIFFERS_SPACE, &pair[0], m, err))
        return false;
    if (out->count)
        qsort(out->at, out->count, sizeof *out->at, by_what);
    return true;
}
