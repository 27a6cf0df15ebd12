#include "formats/label/faults.h"

#include <stdio.h>

bool lf_is_fault(const struct lf_error *err)
{
    const struct lf_code_row *row = lf_code_row(err->code);
    if (!row)
        return false;
    switch (row->family) {
    case LF_F_SYNTAX:
    case LF_F_DUPLICATE:
    case LF_F_MISSING:
    case LF_F_UNSUPPORTED:
    case LF_F_LIMIT: // a coordinate too far away, a mask too large
        return true;
    default:
        return err->code == LF_E_SIZE;
    }
}

bool lf_faults_take(struct lf_faults *f, struct lf_arena *a, struct lf_error *err)
{
    void *all = f->at;
    struct lf_error fault = *err;
    if (!lf_is_fault(err))
        return false;
    lf_error_clear(err);
    if (f->count >= LF_FAULTS_ITEM)
        return true;
    if (!lf_arena_grow(a, &all, &f->room, f->count + 1, sizeof *f->at, err))
        return false;
    f->at = all;
    f->at[f->count++] = fault;
    return true;
}

bool lf_faults_end(const struct lf_error *first, uint64_t count, const char *thing,
                   struct lf_error *err)
{
    *err = *first;
    size_t n = strlen(err->what), cap = sizeof err->what;
    if (count > 1)
        snprintf(err->what + n, cap - n, " (and %llu more damaged %ss)",
                 (unsigned long long)count - 1, thing);
    else
        snprintf(err->what + n, cap - n, "; --on-error skip leaves the %s out", thing);
    return false;
}
