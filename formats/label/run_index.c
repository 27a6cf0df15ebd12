#include "formats/label/run_index.h"

#include <stdlib.h>

#include "formats/base/alloc.h"
#include "formats/base/limits.h"
#include "formats/base/unicode_name.h"

enum { MANY = 64 }; // more than anybody could tell apart

struct entry {
    uint64_t hash;
    uint32_t row;
};

struct lf_run_index {
    struct entry *name, *base; // sorted by hash, then row
    uint32_t *by_id;           // rows sorted by sample id
    uint32_t count;
    struct lf_arena scratch; // while names are added
};

static struct lf_slice base_name(struct lf_slice name)
{
    size_t i = name.len;
    while (i && name.at[i - 1] != '/')
        i--;
    return (struct lf_slice){name.at + i, name.len - i};
}

bool lf_run_index_new(struct lf_run *run, struct lf_error *err)
{
    struct lf_run_index *x = lf_alloc(1, sizeof *x, err);
    run->index = x;
    if (!x)
        return false;
    x->name = lf_alloc(run->items, sizeof *x->name, err);
    x->base = lf_alloc(run->items, sizeof *x->base, err);
    x->by_id = lf_alloc(run->items, sizeof *x->by_id, err);
    return x->name && x->base && x->by_id;
}

bool lf_run_index_add(struct lf_run *run, uint32_t row, struct lf_slice name,
                      struct lf_error *err)
{
    struct lf_run_index *x = run->index;
    struct lf_slice form, key;
    if (!lf_name_nfc(name, &x->scratch, &form, err) ||
        !lf_name_key(base_name(form), &x->scratch, &key, err))
        return false;
    x->name[row] = (struct entry){lf_hash(form), row};
    x->base[row] = (struct entry){lf_hash(key), row};
    x->by_id[row] = row;
    x->count = row + 1;
    lf_arena_reset(&x->scratch);
    return true;
}

static int by_hash(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return x->hash != y->hash ? (x->hash > y->hash ? 1 : -1)
                              : (x->row > y->row) - (x->row < y->row);
}

// A merge sort of rows by id, because qsort cannot be told of the run without a global.
static void sort_rows(const struct lf_run *run, uint32_t *rows, uint32_t *scratch,
                      size_t n)
{
    if (n < 2)
        return;
    size_t half = n / 2, i = 0, j = half, k = 0;
    sort_rows(run, rows, scratch, half);
    sort_rows(run, rows + half, scratch, n - half);
    if (memcmp(run->item[rows[half - 1]].id.at, run->item[rows[half]].id.at, 12) <= 0)
        return;
    memcpy(scratch, rows, n * sizeof *rows);
    while (i < half && j < n)
        rows[k++] =
            memcmp(run->item[scratch[i]].id.at, run->item[scratch[j]].id.at, 12) <= 0
                ? scratch[i++]
                : scratch[j++];
    while (i < half)
        rows[k++] = scratch[i++];
    while (j < n)
        rows[k++] = scratch[j++];
}

bool lf_run_index_seal(struct lf_run *run, struct lf_error *err)
{
    struct lf_run_index *x = run->index;
    uint32_t *scratch = lf_alloc(x->count, sizeof *scratch, err);
    lf_arena_done(&x->scratch);
    if (!scratch)
        return false;
    qsort(x->name, x->count, sizeof *x->name, by_hash);
    qsort(x->base, x->count, sizeof *x->base, by_hash);
    sort_rows(run, x->by_id, scratch, x->count);
    lf_free(scratch);
    for (uint32_t i = 1; i < x->count; i++)
        if (!memcmp(run->item[x->by_id[i - 1]].id.at, run->item[x->by_id[i]].id.at, 12))
            return lf_fail(err, LF_E_RUN_RECORD, "one sample is there twice");
    return true;
}

void lf_run_index_free(struct lf_run *run)
{
    if (!run->index)
        return;
    lf_free(run->index->name);
    lf_free(run->index->base);
    lf_free(run->index->by_id);
    lf_arena_done(&run->index->scratch);
    lf_free(run->index);
    run->index = NULL;
}

bool lf_run_row(const struct lf_run *run, const struct lf_id *id, uint32_t guess,
                uint32_t *row)
{
    if (guess < run->items && lf_id_eq(&run->item[guess].id, id)) {
        *row = guess;
        return true;
    }
    uint32_t low = 0, high = run->items;
    while (id->known && low < high) {
        uint32_t mid = low + (high - low) / 2;
        int d = memcmp(run->item[run->index->by_id[mid]].id.at, id->at, 12);
        if (d == 0) {
            *row = run->index->by_id[mid];
            return true;
        }
        if (d < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}

// The first entry of a hash, or `count`.
static uint32_t first(const struct entry *e, uint32_t count, uint64_t hash)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (e[mid].hash < hash)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

// What is known while one name is looked for.
struct finding {
    struct lf_slice name, form; // as it came, and its NFC
    uint32_t row, hits;         // items of that very name
    uint32_t form_row, forms;   // of that name in any Unicode form
    uint32_t suffix_row, suffixes, base_row, bases;
    struct lf_arena a;
};

static bool by_name(const struct lf_run *run, struct lf_slice name, struct finding *f,
                    struct lf_error *err)
{
    f->name = name;
    f->hits = f->forms = 0;
    if (!lf_name_nfc(name, &f->a, &f->form, err))
        return false;
    uint64_t hash = lf_hash(f->form);
    for (uint32_t i = first(run->index->name, run->items, hash);
         i < run->items && run->index->name[i].hash == hash; i++) {
        struct lf_slice real, form;
        uint32_t row = run->index->name[i].row;
        if (!lf_run_name(run, row, &f->a, &real, err) ||
            !lf_name_nfc(real, &f->a, &form, err))
            return false;
        if (lf_slice_eq(real, name)) {
            f->row = row;
            f->hits++;
        }
        if (lf_slice_eq(form, f->form)) {
            f->form_row = row;
            f->forms++;
        }
        if (f->forms > MANY)
            break;
    }
    return true;
}

// `tail` is `whole`, or ends it right behind a '/'.
static bool path_ends(struct lf_slice whole, struct lf_slice tail)
{
    return lf_slice_ends(whole, tail) &&
           (whole.len == tail.len || whole.at[whole.len - tail.len - 1] == '/');
}

// Counts the items that share the base name, and those whose path ends like the name or
// ends it.
static bool by_base(const struct lf_run *run, struct finding *f, struct lf_error *err)
{
    struct lf_slice tail, real, form, key;
    if (!lf_name_key(base_name(f->form), &f->a, &tail, err))
        return false;
    uint64_t hash = lf_hash(tail);
    for (uint32_t i = first(run->index->base, run->items, hash);
         i < run->items && run->index->base[i].hash == hash && f->bases <= MANY; i++) {
        uint32_t row = run->index->base[i].row;
        if (!lf_run_name(run, row, &f->a, &real, err) ||
            !lf_name_nfc(real, &f->a, &form, err) ||
            !lf_name_key(base_name(form), &f->a, &key, err))
            return false;
        if (!lf_slice_eq(key, tail))
            continue;
        f->base_row = row;
        f->bases++;
        if (path_ends(f->form, form) || path_ends(form, f->form)) {
            f->suffix_row = row;
            f->suffixes++;
        }
    }
    return true;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

// Backslashes, a drive, leading "./" and "/", and escapes of URLs made plain.
static struct lf_slice plain_path(struct lf_slice name, char out[LF_NAME_BYTES])
{
    size_t n = 0, i = 0;
    if (name.len > 2 && name.at[1] == ':' && (name.at[2] == '\\' || name.at[2] == '/'))
        i = 2;
    for (; i < name.len && n < LF_NAME_BYTES; i++) {
        char c = name.at[i] == '\\' ? '/' : name.at[i];
        if (c == '%' && i + 2 < name.len && hex_digit(name.at[i + 1]) >= 0 &&
            hex_digit(name.at[i + 2]) >= 0) {
            c = (char)(hex_digit(name.at[i + 1]) << 4 | hex_digit(name.at[i + 2]));
            i += 2;
        }
        if (c == '/' && (n == 0 || out[n - 1] == '/'))
            continue;
        out[n++] = c;
        if (n == 2 && out[0] == '.' && out[1] == '/')
            n = 0;
    }
    return (struct lf_slice){out, n};
}

// The name as it came, or made plain: whether that settles it.
static bool settled(const struct finding *f, enum lf_found exact, enum lf_found form,
                    uint32_t *row, enum lf_found *how)
{
    if (f->hits == 1) {
        *how = exact;
        *row = f->row;
    } else if (f->forms == 1) {
        *how = form;
        *row = f->form_row;
    } else if (f->forms > 1) {
        *how = LF_FOUND_TWICE;
    }
    return *how != LF_FOUND_NONE;
}

static void settle_by_base(const struct finding *f, uint32_t *row, enum lf_found *how)
{
    if (f->suffixes == 1) {
        *how = LF_FOUND_SUFFIX;
        *row = f->suffix_row;
    } else if (f->bases == 1) {
        *how = LF_FOUND_BASE;
        *row = f->base_row;
    } else if (f->bases > 1) {
        *how = LF_FOUND_TWICE;
    }
}

bool lf_run_find(const struct lf_run *run, struct lf_slice name, uint32_t *row,
                 enum lf_found *how, struct lf_error *err)
{
    struct finding f = {0};
    char plain[LF_NAME_BYTES];
    *how = LF_FOUND_NONE;
    if (name.len > LF_NAME_BYTES)
        return true;
    bool ok = by_name(run, name, &f, err);
    if (ok && !settled(&f, LF_FOUND_EXACT, LF_FOUND_FORM, row, how)) {
        ok = by_name(run, plain_path(name, plain), &f, err);
        if (ok && !settled(&f, LF_FOUND_PATH, LF_FOUND_PATH, row, how)) {
            ok = by_base(run, &f, err);
            settle_by_base(&f, row, how);
        }
    }
    lf_arena_done(&f.a);
    return ok;
}
