#include "formats/base/edit.h"

bool lf_edits_add(struct lf_edits *e, struct lf_arena *a, size_t at, size_t cut,
                  struct lf_slice put, struct lf_error *err)
{
    void *edits = e->edit;
    if (!lf_arena_grow(a, &edits, &e->capacity, e->count + 1, sizeof *e->edit, err))
        return false;
    e->edit = edits;
    e->edit[e->count++] = (struct lf_edit){at, cut, put};
    return true;
}

static void merge_sort(struct lf_edit *e, struct lf_edit *scratch, size_t n)
{
    if (n < 2)
        return;
    size_t half = n / 2, i = 0, j = half, k = 0;
    merge_sort(e, scratch, half);
    merge_sort(e + half, scratch, n - half);
    memcpy(scratch, e, n * sizeof *e);
    while (i < half && j < n)
        e[k++] = scratch[i].at <= scratch[j].at ? scratch[i++] : scratch[j++];
    while (i < half)
        e[k++] = scratch[i++];
    while (j < n)
        e[k++] = scratch[j++];
}

bool lf_edits_sort(struct lf_edits *e, struct lf_arena *a, size_t len,
                   struct lf_error *err)
{
    struct lf_edit *scratch = lf_arena_take(a, e->count, sizeof *scratch, err);
    if (!scratch)
        return false;
    merge_sort(e->edit, scratch, e->count);
    size_t end = 0;
    for (size_t i = 0; i < e->count; i++) {
        if (e->edit[i].at < end || e->edit[i].cut > len - e->edit[i].at)
            return lf_fail(err, LF_E_BUG, "two changes of one document overlap");
        end = e->edit[i].at + e->edit[i].cut;
    }
    return true;
}

void lf_edits_apply(const struct lf_edits *e, struct lf_slice raw, struct lf_buf *out)
{
    size_t at = 0;
    for (size_t i = 0; i < e->count; i++) {
        lf_buf_add(out, raw.at + at, e->edit[i].at - at);
        lf_buf_slice(out, e->edit[i].put);
        at = e->edit[i].at + e->edit[i].cut;
    }
    lf_buf_add(out, raw.at + at, raw.len - at);
}
