#include "formats/base/arena.h"

#include <stdalign.h>
#include <stdio.h>

#include "formats/base/alloc.h"

struct lf_arena_block {
    struct lf_arena_block *next;
    size_t size; // usable bytes
};

enum { FIRST_BLOCK = 1 << 14, ALIGN = alignof(max_align_t) };

static char *block_bytes(struct lf_arena_block *b)
{
    return (char *)b + (sizeof *b + ALIGN - 1) / ALIGN * ALIGN;
}

static bool add_block(struct lf_arena *a, size_t need, struct lf_error *err)
{
    size_t size = a->head ? a->head->size : FIRST_BLOCK / 2;
    size = size <= SIZE_MAX / 8 ? size * 2 : size;
    if (size < need)
        size = need;
    struct lf_arena_block *b = lf_alloc_room(sizeof *b + ALIGN + size, err);
    if (!b)
        return false;
    *b = (struct lf_arena_block){a->head, size};
    a->head = b;
    a->at = block_bytes(b);
    a->end = a->at + size;
    return true;
}

static void *take(struct lf_arena *a, size_t count, size_t size, struct lf_error *err)
{
    if (size && count > SIZE_MAX / 4 / size) {
        lf_fail(err, LF_E_NOMEM, "no memory for %zu elements of %zu bytes", count,
                size);
        return NULL;
    }
    size_t need = (count * size + ALIGN - 1) / ALIGN * ALIGN;
    if (need == 0)
        need = ALIGN;
    if ((size_t)(a->end - a->at) < need && !add_block(a, need, err))
        return NULL;
    void *p = a->at;
    a->at += need;
    return p;
}

void *lf_arena_take(struct lf_arena *a, size_t count, size_t size, struct lf_error *err)
{
    void *p = take(a, count, size, err);
    return p ? memset(p, 0, count * size) : NULL;
}

bool lf_arena_grow(struct lf_arena *a, void **array, size_t *capacity, size_t need,
                   size_t size, struct lf_error *err)
{
    if (need <= *capacity)
        return true;
    size_t want = *capacity < 8 ? 8 : *capacity;
    while (want < need && want <= SIZE_MAX / 4)
        want *= 2;
    if (want < need)
        return lf_fail(err, LF_E_NOMEM, "no memory for %zu elements", need);
    void *p = lf_arena_take(a, want, size, err);
    if (!p)
        return false;
    if (*capacity)
        memcpy(p, *array, *capacity * size);
    *array = p;
    *capacity = want;
    return true;
}

bool lf_arena_text(struct lf_arena *a, struct lf_slice text, struct lf_slice *copy,
                   struct lf_error *err)
{
    char *p = take(a, text.len + 1, 1, err);
    if (!p)
        return false;
    if (text.len)
        memcpy(p, text.at, text.len);
    p[text.len] = '\0';
    *copy = (struct lf_slice){p, text.len};
    return true;
}

bool lf_arena_printf(struct lf_arena *a, struct lf_slice *text, struct lf_error *err,
                     const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *p = n < 0 ? NULL : lf_arena_take(a, (size_t)n + 1, 1, err);
    if (p) {
        (void)vsnprintf(p, (size_t)n + 1, fmt, again);
        *text = (struct lf_slice){p, (size_t)n};
    }
    va_end(again);
    return p || lf_fail(err, LF_E_NOMEM, "no memory for a text");
}

void lf_arena_reset(struct lf_arena *a)
{
    struct lf_arena_block *keep = NULL;
    for (struct lf_arena_block *b = a->head, *next; b; b = next) {
        next = b->next;
        if (!keep || b->size > keep->size) {
            lf_free(keep);
            keep = b;
        } else {
            lf_free(b);
        }
    }
    a->head = keep;
    a->at = keep ? block_bytes(keep) : NULL;
    a->end = keep ? a->at + keep->size : NULL;
    if (keep)
        keep->next = NULL;
}

void lf_arena_done(struct lf_arena *a)
{
    for (struct lf_arena_block *b = a->head, *next; b; b = next) {
        next = b->next;
        lf_free(b);
    }
    *a = (struct lf_arena){0};
}
