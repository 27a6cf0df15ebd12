#include "formats/label/json_same.h"

#include <math.h>
#include <stdlib.h>

#include "formats/base/json.h"
#include "formats/base/number.h"

// ---------------------------------------------------------------------------- numbers

// The text of a number, bare or wrapped; NaN and infinities too.
static bool number_of(struct lf_slice value, struct lf_slice *text)
{
    struct lf_slice key, inner, more, other;
    *text = value;
    if (lf_json_type(value) == LF_JSON_NUMBER)
        return true;
    if (lf_json_type(value) != LF_JSON_OBJECT)
        return false;
    struct lf_json_walk w = lf_json_enter(value);
    if (!lf_json_member(&w, &key, &inner) || !lf_slice_starts(key, LF_S("$number")) ||
        lf_json_member(&w, &more, &other))
        return false;
    inner = lf_json_trim(inner);
    if (lf_json_type(inner) != LF_JSON_STRING)
        return false;
    *text = (struct lf_slice){inner.at + 1, inner.len - 2};
    return true;
}

static bool same_number(struct lf_slice a, struct lf_slice b)
{
    int64_t i, k;
    double x, y;
    if (lf_slice_eq(a, b))
        return true;
    if (lf_parse_int64(a, &i) && lf_parse_int64(b, &k))
        return i == k;
    return lf_parse_double(a, &x) && lf_parse_double(b, &y) && x == y;
}

// ---------------------------------------------------------------------------- objects

struct member {
    struct lf_slice key, value;
};

static bool members_of(struct lf_slice object, struct lf_arena *m, struct member **list,
                       size_t *count, struct lf_error *err)
{
    struct lf_slice key, value;
    size_t room = 0;
    void *all = NULL;
    *list = NULL;
    *count = 0;
    if (!object.len || lf_json_type(object) != LF_JSON_OBJECT)
        return true;
    for (struct lf_json_walk w = lf_json_enter(object);
         lf_json_member(&w, &key, &value);) {
        value = lf_json_trim(value);
        if (lf_json_type(value) == LF_JSON_NULL)
            continue;
        if (!lf_arena_grow(m, &all, &room, *count + 1, sizeof **list, err) ||
            !lf_json_key(key, m, &key, err))
            return false;
        *list = all;
        (*list)[(*count)++] = (struct member){key, value};
    }
    return true;
}

static int by_key(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    return lf_slice_cmp(x->key, y->key);
}

static bool in_step(const struct member *a, size_t n, const struct member *b, size_t k)
{
    bool same = n == k;
    for (size_t i = 0; same && i < n; i++)
        same = lf_slice_eq(a[i].key, b[i].key);
    return same;
}

bool lf_json_join(struct lf_slice a, struct lf_slice b, struct lf_arena *m,
                  struct lf_json_pair **pair, size_t *count, struct lf_error *err)
{
    struct member *x, *y;
    size_t n, k, i = 0, j = 0;
    *count = 0;
    if (!members_of(a, m, &x, &n, err) || !members_of(b, m, &y, &k, err) ||
        !(*pair = lf_arena_take(m, n + k, sizeof **pair, err)))
        return false;
    if (!in_step(x, n, y, k)) {
        if (n)
            qsort(x, n, sizeof *x, by_key);
        if (k)
            qsort(y, k, sizeof *y, by_key);
    }
    while (i < n || j < k) {
        struct lf_json_pair *p = &(*pair)[(*count)++];
        int order = i == n   ? 1
                    : j == k ? -1
                    : lf_slice_eq(x[i].key, y[j].key)
                        ? 0
                        : lf_slice_cmp(x[i].key, y[j].key);
        p->key = order <= 0 ? x[i].key : y[j].key;
        if (order <= 0)
            p->a = x[i++].value;
        if (order >= 0)
            p->b = y[j++].value;
    }
    return true;
}

// ---------------------------------------------------------------------------- all
// values

static bool same_objects(struct lf_slice a, struct lf_slice b, struct lf_arena *m,
                         bool *same, struct lf_error *err)
{
    struct lf_json_pair *pair;
    size_t count;
    if (!lf_json_join(a, b, m, &pair, &count, err))
        return false;
    *same = true;
    for (size_t i = 0; *same && i < count; i++) {
        *same = pair[i].a.len && pair[i].b.len;
        if (*same && !lf_json_same(pair[i].a, pair[i].b, m, same, err))
            return false;
    }
    return true;
}

static bool same_arrays(struct lf_slice a, struct lf_slice b, struct lf_arena *m,
                        bool *same, struct lf_error *err)
{
    struct lf_json_walk v = lf_json_enter(a), w = lf_json_enter(b);
    struct lf_slice x, y;
    *same = true;
    while (*same) {
        bool more = lf_json_element(&v, &x), also = lf_json_element(&w, &y);
        *same = more == also;
        if (!more || !also)
            break;
        if (!lf_json_same(x, y, m, same, err))
            return false;
    }
    return true;
}

bool lf_json_same(struct lf_slice a, struct lf_slice b, struct lf_arena *m, bool *same,
                  struct lf_error *err)
{
    struct lf_slice x, y;
    a = lf_json_trim(a);
    b = lf_json_trim(b);
    *same = lf_slice_eq(a, b);
    if (*same || !a.len || !b.len)
        return true;
    if (number_of(a, &x) && number_of(b, &y)) {
        *same = same_number(x, y);
        return true;
    }
    if (lf_json_type(a) != lf_json_type(b))
        return true;
    switch (lf_json_type(a)) {
    case LF_JSON_STRING:
        if (!lf_json_string(a, m, &x, err) || !lf_json_string(b, m, &y, err))
            return false;
        *same = lf_slice_eq(x, y);
        return true;
    case LF_JSON_ARRAY:
        return same_arrays(a, b, m, same, err);
    case LF_JSON_OBJECT:
        return same_objects(a, b, m, same, err);
    default:
        *same =
            lf_json_type(a) != LF_JSON_NUMBER; // two nulls, with what is around them
        return true;
    }
}
