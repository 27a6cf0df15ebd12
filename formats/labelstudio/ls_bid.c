#include "formats/labelstudio/ls_bid.h"

#include "formats/base/alloc.h"
#include "formats/labelstudio/ls_parts.h"

enum { PEEK = 1 << 16, SURE = 80, LIKELY = 20 };

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *skip(const char *p, const char *end)
{
    while (p < end && is_space(*p))
        p++;
    return p;
}

enum { ITS_TASK = 1, ITS_LIST = 2, ITS_FLAT = 4, ITS_LONE = 8, NOT_ITS = 16 };

static unsigned key_bits(struct lf_slice key)
{
    static const struct {
        const char *key;
        unsigned bits;
    } rows[] = {
        {"data", ITS_TASK},        {"annotations", ITS_LIST},
        {"predictions", ITS_LIST}, {"completions", ITS_LIST},
        {"drafts", ITS_LIST},      {"annotation_id", ITS_FLAT},
        {"annotator", ITS_FLAT},   {"result", ITS_LONE},
        {"task", ITS_LONE},        {"images", NOT_ITS},
        {"categories", NOT_ITS},   {"info", NOT_ITS},
        {"labelferry", NOT_ITS},   {"samples", NOT_ITS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (lf_slice_is(key, rows[i].key))
            return rows[i].bits;
    return 0;
}

// The keys of the object that begins at `p`. *whole: its end was seen.
static unsigned keys_of(const char *p, const char *end, bool *whole)
{
    unsigned bits = 0;
    int depth = 0;
    *whole = false;
    for (; p < end; p++) {
        if (*p == '"') {
            const char *from = ++p;
            while (p < end && *p != '"')
                p += *p == '\\' && end - p > 1 ? 2 : 1;
            if (p >= end)
                return bits;
            const char *next = skip(p + 1, end);
            if (depth == 1 && next < end && *next == ':')
                bits |= key_bits(lf_slice_between(from, p));
        } else if (*p == '{' || *p == '[') {
            depth++;
        } else if ((*p == '}' || *p == ']') && --depth == 0) {
            *whole = true;
            return bits;
        }
    }
    return bits;
}

static void judge(const char *p, const char *end, bool all, enum ls_root *root,
                  int *sure)
{
    bool whole;
    if (end - p >= 3 && !memcmp(p, "\xef\xbb\xbf", 3))
        p += 3;
    p = skip(p, end);
    if (p == end || (*p != '[' && *p != '{'))
        return;
    *root = *p == '[' ? LS_LIST : LS_ONE;
    if (*root == LS_LIST) {
        p = skip(p + 1, end);
        if (p < end && *p == ']')
            *sure = LIKELY;
        if (p == end || *p != '{') {
            *sure = p < end && *p == ']' ? LIKELY : 0;
            return;
        }
    }
    unsigned bits = keys_of(p, end, &whole);
    const bool lone = (bits & (ITS_LONE | ITS_TASK)) != 0;
    if (bits & NOT_ITS)
        *sure = 0;
    else if (*root == LS_LIST)
        *sure = bits & (ITS_TASK | ITS_LIST | ITS_FLAT) ? SURE
                : !whole && !all                        ? LIKELY // a long picture first
                                                        : 0;
    else
        *sure = bits & ITS_LIST ? SURE : lone && bits & ITS_LONE ? SURE : 0;
}

bool ls_root_of(const struct lf_tree *t, size_t i, enum ls_root *root, int *sure,
                struct lf_error *err)
{
    size_t got = 0;
    char *head = lf_alloc_room(PEEK, err);
    bool ok = head && lf_tree_peek(t, i, head, PEEK, &got, err);
    *root = LS_NONE;
    *sure = 0;
    if (ok)
        judge(head, head + got, got < PEEK, root, sure);
    lf_free(head);
    return ok;
}

bool ls_bid(const struct lf_tree *t, int *bid, struct lf_error *err)
{
    *bid = 0;
    for (size_t i = 0; i < lf_tree_count(t) && *bid < SURE; i++) {
        enum ls_root root;
        int sure;
        if (!ls_root_of(t, i, &root, &sure, err))
            return false;
        *bid = sure > *bid ? sure : *bid;
    }
    return true;
}
