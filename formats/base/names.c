#include "formats/base/names.h"

#include "formats/base/alloc.h"

uint64_t lf_hash(struct lf_slice text)
{
    uint64_t h = UINT64_C(1469598103934665603);
    for (size_t i = 0; i < text.len; i++)
        h = (h ^ (unsigned char)text.at[i]) * UINT64_C(1099511628211);
    h ^= h >> 32;
    h *= UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

uint64_t lf_mark(struct lf_slice text)
{
    uint64_t h = text.len, w;
    for (; text.len >= sizeof w; text.at += sizeof w, text.len -= sizeof w) {
        memcpy(&w, text.at, sizeof w);
        h = (h ^ w) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 32;
    }
    return h ^ lf_hash(text);
}

static size_t slot_of(const struct lf_names *n, struct lf_slice text)
{
    size_t i = (size_t)lf_hash(text) & (n->slots - 1);
    while (n->slot[i] && !lf_slice_eq(n->name[n->slot[i] - 1], text))
        i = (i + 1) & (n->slots - 1);
    return i;
}

static bool widen(struct lf_names *n, struct lf_error *err)
{
    size_t slots = n->slots ? n->slots * 2 : 32;
    uint32_t *fresh = lf_alloc(slots, sizeof *fresh, err);
    if (!fresh)
        return false;
    lf_free(n->slot);
    n->slot = fresh;
    n->slots = slots;
    for (uint32_t i = 0; i < n->count; i++)
        n->slot[slot_of(n, n->name[i])] = i + 1;
    return true;
}

bool lf_names_find(const struct lf_names *n, struct lf_slice text, uint32_t *number)
{
    if (!n->slots)
        return false;
    uint32_t found = n->slot[slot_of(n, text)];
    if (found)
        *number = found - 1;
    return found != 0;
}

bool lf_names_add(struct lf_names *n, struct lf_slice text, uint32_t *number,
                  bool *added, struct lf_error *err)
{
    bool fresh = !lf_names_find(n, text, number);
    if (added)
        *added = fresh;
    if (!fresh)
        return true;
    void *names = n->name;
    if (n->count >= UINT32_MAX - 1)
        return lf_fail(err, LF_E_LIMIT_COUNT, "too many names");
    if (!lf_grow(&names, &n->capacity, n->count + 1, sizeof *n->name, err))
        return false;
    n->name = names;
    if (n->count * 2 >= n->slots && !widen(n, err))
        return false;
    if (!lf_arena_text(&n->arena, text, &n->name[n->count], err))
        return false;
    *number = (uint32_t)n->count;
    n->slot[slot_of(n, text)] = (uint32_t)++n->count;
    return true;
}

void lf_names_done(struct lf_names *n)
{
    lf_free(n->name);
    lf_free(n->slot);
    lf_arena_done(&n->arena);
    *n = (struct lf_names){0};
}
