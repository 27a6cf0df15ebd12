// The value of one result. What was seen on the editor of Label Studio 1.23.2: at a
// value that it cannot take it stops reading the list, says nothing, and saves the task
// without all that follows.
#include <math.h>

#include "formats/base/limits.h"
#include "formats/base/number.h"
#include "formats/labelstudio/ls_verify.h"
#include "formats/mask/mask_brush.h"
#include "formats/mask/mask_data_url.h"

#define NEAR 1e-6                // percent: what rounding may add
#define WHOLE 9007199254740991.0 // the editor takes no number beyond

enum form {
    BOX,
    ELLIPSE,
    POINT,
    POLYGON,
    VECTOR,
    BRUSH,
    BITMAP,
    TRACK,
    TIMES,
    LABELS, // of a region that another result draws
    CHOICES,
    PATHS,
    NUMBER,
    RATING,
    TEXTS,
    TEXT,
    STRANGE // of a kind that is not looked into
};

static const struct kind {
    const char *type, *words; // key of its labels or choices; NULL: it has none
    enum form form;
} kinds[] = {
    {"rectanglelabels", "rectanglelabels", BOX},
    {"rectangle", NULL, BOX},
    {"ellipselabels", "ellipselabels", ELLIPSE},
    {"ellipse", NULL, ELLIPSE},
    {"keypointlabels", "keypointlabels", POINT},
    {"keypoint", NULL, POINT},
    {"polygonlabels", "polygonlabels", POLYGON},
    {"polygon", NULL, POLYGON},
    {"vectorlabels", "vectorlabels", VECTOR},
    {"vector", NULL, VECTOR},
    {"brushlabels", "brushlabels", BRUSH},
    {"brush", NULL, BRUSH},
    {"bitmasklabels", "bitmasklabels", BITMAP},
    {"bitmask", NULL, BITMAP},
    {"videorectangle", NULL, TRACK},
    {"timelinelabels", "timelinelabels", TIMES},
    {"labels", "labels", LABELS},
    {"choices", "choices", CHOICES},
    {"taxonomy", NULL, PATHS},
    {"number", NULL, NUMBER},
    {"rating", NULL, RATING},
    {"textarea", NULL, TEXTS},
    {"datetime", NULL, TEXT},
};

static struct kind kind_of(struct lf_slice type)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (lf_slice_is(type, kinds[i].type))
            return kinds[i];
    return (struct kind){"", NULL, STRANGE};
}

bool ls_draws(struct lf_slice type)
{
    return kind_of(type).form <= TIMES;
}

// ---------------------------------------------------------------------------- words

static void check_word(struct ls_verify *v, const struct ls_tag *t,
                       struct lf_slice word)
{
    char name[80], from[80];
    if (t && t->words && !t->open && !ls_config_lists(v->config, t, word))
        ls_found(v, LF_E_LS_LABEL, "\"%s\" is not listed by \"%s\"",
                 ls_safe(word, name), ls_safe(t->name, from));
}

static void check_words(struct ls_verify *v, const struct ls_tag *t,
                        struct lf_slice value, const char *key)
{
    struct lf_slice list, entry, word;
    size_t count = 0;
    if (!lf_json_get(value, key, &list)) {
        ls_found(v, LF_E_LS_VALUE, "its value has no \"%s\"", key);
        return;
    }
    list = lf_json_trim(list);
    if (lf_json_type(list) != LF_JSON_ARRAY) {
        ls_found(v, LF_E_LS_VALUE, "\"%s\" is no list of texts", key);
        return;
    }
    for (struct lf_json_walk w = lf_json_enter(list);
         lf_json_element(&w, &entry) && !ls_stopped(v); count++) {
        entry = lf_json_trim(entry);
        if (lf_json_type(entry) != LF_JSON_STRING) {
            ls_found(v, LF_E_LS_VALUE, "\"%s\" holds something that is no text", key);
            return;
        }
        if (lf_json_string(entry, &v->arena, &word, v->err))
            check_word(v, t, word);
    }
    if (!count && t && t->words && ls_draws(t->type))
        ls_found(v, LF_E_LS_LABEL, "the region has no label");
}

// A path is a list of words, from the root down.
static void check_paths(struct ls_verify *v, const struct ls_tag *t,
                        struct lf_slice value)
{
    struct lf_slice list, path, entry, word;
    if (!ls_has(value, "taxonomy", LF_JSON_ARRAY, &list)) {
        ls_found(v, LF_E_LS_VALUE, "its value has no list \"taxonomy\"");
        return;
    }
    for (struct lf_json_walk w = lf_json_enter(list);
         lf_json_element(&w, &path) && !ls_stopped(v);) {
        path = lf_json_trim(path);
        if (lf_json_type(path) != LF_JSON_ARRAY) {
            ls_found(v, LF_E_LS_VALUE, "\"taxonomy\" holds something that is no path");
            return;
        }
        for (struct lf_json_walk p = lf_json_enter(path);
             lf_json_element(&p, &entry) && !ls_stopped(v);) {
            entry = lf_json_trim(entry);
            if (lf_json_type(entry) != LF_JSON_STRING)
                ls_found(v, LF_E_LS_VALUE, "a path holds something that is no text");
            else if (lf_json_string(entry, &v->arena, &word, v->err))
                check_word(v, t, word);
        }
    }
}

// ---------------------------------------------------------------------------- one
// value

static void check_number(struct ls_verify *v, const struct ls_tag *t,
                         struct lf_slice value, const char *key)
{
    double n;
    if (!ls_number_of(value, key, &n))
        ls_found(v, LF_E_LS_VALUE, "its value has no \"%s\"", key);
    else if (isnan(n))
        ls_found(v, LF_E_LS_VALUE, "\"%s\" is no number", key);
    else if (fabs(n) > WHOLE)
        ls_found(v, LF_E_LS_VALUE, "\"%s\" is beyond what the editor can hold", key);
    else if (t && ((t->has_least && n < t->least) || (t->has_most && n > t->most)))
        ls_found(v, LF_E_LS_VALUE, "\"%s\" is beyond the limits of its control", key);
    else if (!strcmp(key, "rating") && (n < 0 || floor(n) != n))
        ls_found(v, LF_E_LS_VALUE, "\"rating\" is no whole number");
}

// The editor takes a bare text for a list of one.
static void check_texts(struct ls_verify *v, struct lf_slice value)
{
    struct lf_slice list, entry;
    if (!lf_json_get(value, "text", &list)) {
        ls_found(v, LF_E_LS_VALUE, "its value has no \"text\"");
        return;
    }
    list = lf_json_trim(list);
    if (lf_json_type(list) == LF_JSON_STRING)
        return;
    bool good = lf_json_type(list) == LF_JSON_ARRAY;
    for (struct lf_json_walk w = lf_json_enter(good ? list : LF_S("[]"));
         good && lf_json_element(&w, &entry);)
        good = lf_json_type(lf_json_trim(entry)) == LF_JSON_STRING;
    if (!good)
        ls_found(v, LF_E_LS_VALUE, "\"text\" is no list of texts");
}

// ---------------------------------------------------------------------------- places

struct reach { // of a region, in percent
    double left, top, right, bottom;
};

static const struct reach nowhere = {INFINITY, INFINITY, -INFINITY, -INFINITY};

static void add_point(struct reach *r, double x, double y)
{
    r->left = fmin(r->left, x);
    r->right = fmax(r->right, x);
    r->top = fmin(r->top, y);
    r->bottom = fmax(r->bottom, y);
}

// The editor keeps what reaches out of the picture. Nobody sees what lies beyond it.
static void check_reach(struct ls_verify *v, const struct reach *r)
{
    const double most = 1000; // ten pictures
    if (r->left > r->right)
        return;
    if (r->left > 100 + NEAR || r->top > 100 + NEAR || r->right < -NEAR ||
        r->bottom < -NEAR)
        ls_found(v, LF_E_LS_PLACE, "it lies beyond the picture");
    else if (r->left < -most || r->top < -most || r->right > most || r->bottom > most)
        ls_found(v, LF_E_LS_PLACE, "it reaches over ten times the picture's size");
    else if (r->left < -NEAR || r->top < -NEAR || r->right > 100 + NEAR ||
             r->bottom > 100 + NEAR)
        ls_found(v, LF_N_LS_OUTSIDE,
                 "it reaches out of the picture: %.6g, %.6g to %.6g, %.6g percent",
                 r->left, r->top, r->right, r->bottom);
}

// A number that a region cannot do without.
static bool percent(struct ls_verify *v, struct lf_slice value, const char *key,
                    double *n)
{
    if (!ls_number_of(value, key, n))
        ls_found(v, LF_E_LS_VALUE, "its value has no \"%s\"", key);
    else if (isnan(*n))
        ls_found(v, LF_E_LS_VALUE, "\"%s\" is no number", key);
    else
        return true;
    return false;
}

static bool side(struct ls_verify *v, struct lf_slice value, const char *key, double *n)
{
    if (!percent(v, value, key, n))
        return false;
    if (*n < 0)
        ls_found(v, LF_E_LS_PLACE, "\"%s\" is less than 0", key);
    return *n >= 0;
}

// A turned box hangs on its corner; how far it reaches depends on the picture's sides.
static void check_box(struct ls_verify *v, struct lf_slice value, const char *width,
                      const char *height, bool corner)
{
    double x, y, w, h, turn = 0;
    struct reach r = nowhere;
    bool good = percent(v, value, "x", &x);
    good = percent(v, value, "y", &y) && good;
    good = side(v, value, width, &w) && good;
    good = side(v, value, height, &h) && good;
    if (ls_number_of(value, "rotation", &turn) && isnan(turn))
        ls_found(v, LF_E_LS_VALUE, "\"rotation\" is no number");
    else if (good) {
        const double far = turn == 0 ? 0 : w > h ? w : h;
        add_point(&r, x - (corner ? far : fmax(w, far)),
                  y - (corner ? far : fmax(h, far)));
        add_point(&r, x + fmax(w, far), y + fmax(h, far));
        if (turn != 0 && fmin(x, y) >= -NEAR && fmax(x, y) <= 100 + NEAR)
            return; // its anchor is inside
        check_reach(v, &r);
    }
}

static void check_point(struct ls_verify *v, struct lf_slice value)
{
    double x, y, n;
    struct reach r = nowhere;
    if (!percent(v, value, "x", &x) || !percent(v, value, "y", &y))
        return;
    add_point(&r, x, y);
    check_reach(v, &r);
    if (ls_number_of(value, "width", &n) && isnan(n))
        ls_found(v, LF_E_LS_VALUE, "\"width\" is no number");
}

static bool is_pair(struct lf_slice pair, double xy[2])
{
    struct lf_slice n;
    size_t count = 0;
    pair = lf_json_trim(pair);
    if (lf_json_type(pair) != LF_JSON_ARRAY)
        return false;
    for (struct lf_json_walk w = lf_json_enter(pair); lf_json_element(&w, &n);) {
        n = lf_json_trim(n);
        if (count == 2 || lf_json_type(n) != LF_JSON_NUMBER ||
            !lf_parse_double(n, &xy[count++]))
            return false;
    }
    return count == 2;
}

static void check_polygon(struct ls_verify *v, struct lf_slice value)
{
    struct lf_slice list, pair, closed;
    double xy[2];
    size_t count = 0;
    struct reach r = nowhere;
    if (!ls_has(value, "points", LF_JSON_ARRAY, &list)) {
        ls_found(v, LF_E_LS_VALUE, "its value has no list \"points\"");
        return;
    }
    for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &pair);
         count++) {
        if (!is_pair(pair, xy)) {
            ls_found(v, LF_E_LS_VALUE, "point %zu is no pair of numbers", count + 1);
            return;
        }
        add_point(&r, xy[0], xy[1]);
    }
    check_reach(v, &r);
    if (count < 3)
        ls_found(v, LF_E_LS_PLACE, "a polygon of %zu points", count);
    if (ls_has(value, "closed", LF_JSON_FALSE, &closed))
        ls_found(v, LF_E_LS_PLACE,
                 "the polygon is open, so that the editor cannot submit the task");
}

static void check_vector(struct ls_verify *v, struct lf_slice value)
{
    struct lf_slice list, vertex;
    size_t count = 0;
    struct reach r = nowhere;
    if (!ls_has(value, "vertices", LF_JSON_ARRAY, &list)) {
        ls_found(v, LF_E_LS_VALUE, "its value has no list \"vertices\"");
        return;
    }
    for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &vertex);
         count++) {
        double xy[2] = {NAN, NAN};
        vertex = lf_json_trim(vertex);
        if (lf_json_type(vertex) != LF_JSON_OBJECT ||
            !ls_number_of(vertex, "x", &xy[0]) || !ls_number_of(vertex, "y", &xy[1]) ||
            isnan(xy[0]) || isnan(xy[1])) {
            ls_found(v, LF_E_LS_VALUE, "vertex %zu has no place", count + 1);
            return;
        }
        add_point(&r, xy[0], xy[1]);
    }
    check_reach(v, &r);
    if (!count)
        ls_found(v, LF_E_LS_PLACE, "a line without vertices");
}

// ---------------------------------------------------------------------------- masks

// A failure to decode is told, and is no failure of ours.
static void take(struct ls_verify *v)
{
    const struct lf_error found = *v->err;
    if (!lf_is_fault(&found))
        return;
    lf_error_clear(v->err);
    ls_found(v, found.code, "%s", found.what);
}

static void check_brush(struct ls_verify *v, struct lf_slice value)
{
    struct lf_slice rle, format;
    struct lf_mask m;
    if (!ls_text_of(v, value, "format", &format) || !lf_slice_is(format, "rle"))
        ls_found(v, LF_E_LS_VALUE, "its \"format\" is not \"rle\"");
    else if (!lf_json_get(value, "rle", &rle))
        ls_found(v, LF_E_LS_VALUE, "its value has no \"rle\"");
    else if (lf_json_type(lf_json_trim(rle)) != LF_JSON_ARRAY)
        ls_found(v, LF_E_LS_VALUE, "\"rle\" is no list of bytes");
    else if (v->width &&
             !lf_mask_read_brush(lf_json_trim(rle), v->width, v->height, LF_BRUSH_HALF,
                                 &v->arena, &m, NULL, v->err))
        take(v);
}

static void check_bitmap(struct ls_verify *v, struct lf_slice value)
{
    struct lf_slice url;
    struct lf_mask m;
    if (!ls_text_of(v, value, "imageDataURL", &url))
        ls_found(v, LF_E_LS_VALUE, "its value has no \"imageDataURL\"");
    else if (v->width && !lf_mask_read_data_url(url, v->width, v->height, LF_BRUSH_HALF,
                                                &v->arena, &m, NULL, v->err))
        take(v);
}

// ---------------------------------------------------------------------------- time

static void check_entries(struct ls_verify *v, struct lf_slice value, const char *key,
                          const char *const *numbers)
{
    struct lf_slice list, entry;
    double n;
    size_t count = 0;
    if (!ls_has(value, key, LF_JSON_ARRAY, &list)) {
        ls_found(v, LF_E_LS_VALUE, "its value has no list \"%s\"", key);
        return;
    }
    for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &entry);
         count++) {
        entry = lf_json_trim(entry);
        bool good = lf_json_type(entry) == LF_JSON_OBJECT;
        for (size_t i = 0; good && numbers[i]; i++)
            good = ls_number_of(entry, numbers[i], &n) && !isnan(n);
        if (!good) {
            ls_found(v, LF_E_LS_VALUE, "entry %zu of \"%s\" lacks a number", count + 1,
                     key);
            return;
        }
    }
    if (!count)
        ls_found(v, LF_E_LS_VALUE, "\"%s\" is empty", key);
}

// ---------------------------------------------------------------------------- all

void ls_verify_value(struct ls_verify *v, struct lf_slice type,
                     const struct ls_tag *control, struct lf_slice value)
{
    static const char *const frame[] = {"frame", "x", "y", "width", "height", NULL};
    static const char *const range[] = {"start", "end", NULL};
    const struct kind k = kind_of(type);
    struct lf_slice text;
    switch (k.form) {
    case BOX:
        check_box(v, value, "width", "height", true);
        break;
    case ELLIPSE:
        check_box(v, value, "radiusX", "radiusY", false);
        break;
    case POINT:
        check_point(v, value);
        break;
    case POLYGON:
        check_polygon(v, value);
        break;
    case VECTOR:
        check_vector(v, value);
        break;
    case BRUSH:
        check_brush(v, value);
        break;
    case BITMAP:
        check_bitmap(v, value);
        break;
    case TRACK:
        check_entries(v, value, "sequence", frame);
        break;
    case TIMES:
        check_entries(v, value, "ranges", range);
        break;
    case PATHS:
        check_paths(v, control, value);
        break;
    case NUMBER:
        check_number(v, control, value, "number");
        break;
    case RATING:
        check_number(v, control, value, "rating");
        break;
    case TEXTS:
        check_texts(v, value);
        break;
    case TEXT:
        if (!ls_has(value, "datetime", LF_JSON_STRING, &text))
            ls_found(v, LF_E_LS_VALUE, "its value has no text \"datetime\"");
        break;
    case LABELS:
    case CHOICES:
    case STRANGE:
        break;
    }
    if (k.words && !ls_stopped(v))
        check_words(v, control, value, k.words);
}

bool ls_label_in(struct ls_verify *v, struct lf_slice labels, struct lf_slice list)
{
    struct lf_slice entry, word, one;
    for (struct lf_json_walk w = lf_json_enter(labels); lf_json_element(&w, &entry);) {
        entry = lf_json_trim(entry);
        if (lf_json_type(entry) != LF_JSON_STRING ||
            !lf_json_string(entry, &v->arena, &word, v->err))
            continue;
        if (lf_slice_eq(word, list))
            return true;
        struct lf_slice rest = list;
        while (ls_list_next(&rest, &one))
            if (lf_slice_eq(word, one))
                return true;
    }
    return false;
}
