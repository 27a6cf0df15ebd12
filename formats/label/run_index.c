#include "formats/label/run_index.h"

#include <stdlib.h>

#include "formats/base/alloc.h"
#include "formats/base/limits.h"

struct entry {
    uint64_t hash;
    uint32_t row;
};

struct lf_run_index {
    struct entry *name, *base; // sorted by hash, then row
    uint32_t *by_id;           // rows sorted by sample id
    uint32_t count;
};

static struct lf_slice base_name(struct lf_slice name)
{
    size_t i = name.len;
    while (i && name.at[i - 1] != '/')
        i--;
    return (struct lf_slice){name.at + i, name.len - i};
}

// Base names are compared without ASCII case, as file systems on the way may change it.
static uint64_t folded_hash(struct lf_slice name)
{
    char low[LF_NAME_BYTES];
    size_t n = name.len < sizeof low ? name.len : sizeof low;
    for (size_t i = 0; i < n; i++)
        low[i] = (char)(name.at[i] >= 'A' && name.at[i] <= 'Z' ? name.at[i] + 32
                                                               : name.at[i]);
    return lf_hash((struct lf_slice){low, n});
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
    (void)err;
    x->name[row] = (struct entry){lf_hash(name), row};
    x->base[row] = (struct entry){folded_hash(base_name(name)), row};
    x->by_id[row] = row;
    x->count = row + 1;
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

static bool exact(const struct lf_run *run, struct lf_slice name, struct lf_arena *a,
                  uint32_t *row, uint32_t *hits, struct lf_error *err)
{
    uint64_t hash = lf_hash(name);
    *hits = 0;
    for (uint32_t i = first(run->index->name, run->items, hash);
         i < run->items && run->index->name[i].hash == hash; i++) {
        struct lf_slice real;
        if (!lf_run_name(run, run->index->name[i].row, a, &real, err))
            return false;
        if (lf_slice_eq(real, name)) {
            *row = run->index->name[i].row;
            ++*hits;
        }
    }
    return true;
}

static bool same_folded(struct lf_slice a, struct lf_slice b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++) {
        char c = a.at[i], d = b.at[i];
        c = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
        d = (char)(d >= 'A' && d <= 'Z' ? d + 32 : d);
        if (c != d)
            return false;
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
static bool by_base(const struct lf_run *run, struct lf_slice name, struct lf_arena *a,
                    uint32_t *suffix_row, uint32_t *suffixes, uint32_t *base_row,
                    uint32_t *bases, struct lf_error *err)
{
    struct lf_slice tail = base_name(name), real;
    uint64_t hash = folded_hash(tail);
    *suffixes = *bases = 0;
    for (uint32_t i = first(run->index->base, run->items, hash);
         i < run->items && run->index->base[i].hash == hash; i++) {
        uint32_t row = run->index->base[i].row;
        if (!lf_run_name(run, row, a, &real, err))
            return false;
        if (!same_folded(base_name(real), tail))
            continue;
        *base_row = row;
        ++*bases;
        if (path_ends(name, real) || path_ends(real, name)) {
            *suffix_row = row;
            ++*suffixes;
        }
        if (*bases > 64) // more than anybody could tell apart
            break;
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

bool lf_run_find(const struct lf_run *run, struct lf_slice name, uint32_t *row,
                 enum lf_found *how, struct lf_error *err)
{
    struct lf_arena a = {0};
    char plain[LF_NAME_BYTES];
    uint32_t hits = 0, suffix_row = 0, suffixes = 0, base_row = 0, bases = 0;
    *how = LF_FOUND_NONE;
    bool ok = name.len <= LF_NAME_BYTES ? exact(run, name, &a, row, &hits, err) : true;
    if (ok && hits == 1) {
        *how = LF_FOUND_EXACT;
    } else if (ok && name.len <= LF_NAME_BYTES) {
        struct lf_slice path = plain_path(name, plain);
        ok = exact(run, path, &a, row, &hits, err) &&
             (hits == 1 ||
              by_base(run, path, &a, &suffix_row, &suffixes, &base_row, &bases, err));
        if (ok && hits == 1)
            *how = LF_FOUND_PATH;
        else if (ok && suffixes == 1) {
            *how = LF_FOUND_SUFFIX;
            *row = suffix_row;
        } else if (ok && bases == 1) {
            *how = LF_FOUND_BASE;
            *row = base_row;
        } else if (ok && bases > 1)
            *how = LF_FOUND_TWICE;
    }
    lf_arena_done(&a);
    return ok;
}
