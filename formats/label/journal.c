#include "formats/label/journal.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/number.h"
#include "formats/base/relpath.h"

bool lf_journal_log(struct lf_slice key, uint32_t number, char *out, size_t cap,
                    struct lf_error *err)
{
    return lf_path_printf(out, cap, err, "annotations/%.*s/log/%06u.jsonl",
                          (int)key.len, key.at, (unsigned)number);
}

bool lf_journal_undo(struct lf_slice key, uint32_t number, char *out, size_t cap,
                     struct lf_error *err)
{
    return lf_path_printf(out, cap, err, "annotations/%.*s/undo/%06u", (int)key.len,
                          key.at, (unsigned)number);
}

// "000012" and what follows the digits.
static bool number_of(const char *name, const char *behind, uint32_t *number)
{
    int64_t n;
    size_t digits = strspn(name, "0123456789");
    if (digits != 6 || strcmp(name + digits, behind) != 0 ||
        !lf_parse_int64((struct lf_slice){name, digits}, &n) || n < 1)
        return false;
    *number = (uint32_t)n;
    return true;
}

struct numbers { // of the entries of one folder
    const char *behind;
    bool (*see)(void *user, uint32_t number, struct lf_error *err);
    void *user;
};

static bool walk(const char *dataset, struct lf_slice key, const char *below,
                 const struct numbers *want, struct lf_error *err)
{
    char path[4600];
    struct dirent *entry;
    uint32_t number;
    bool ok = true;
    if (!lf_path_printf(path, sizeof path, err, "%s/annotations/%.*s/%s", dataset,
                        (int)key.len, key.at, below))
        return false;
    DIR *dir = opendir(path);
    if (!dir && errno == ENOENT)
        return true;
    if (!dir) {
        lf_fail_errno(err, "cannot list the folder");
        return lf_fail_in_file(err, path);
    }
    while (ok && (entry = readdir(dir)))
        if (number_of(entry->d_name, want->behind, &number))
            ok = want->see(want->user, number, err);
    closedir(dir);
    return ok;
}

// ---------------------------------------------------------------------------- next

struct next {
    const char *dataset;
    struct lf_slice key;
    uint32_t most;
    bool tidy;
};

static bool see_log(void *user, uint32_t number, struct lf_error *err)
{
    struct next *n = user;
    (void)err;
    n->most = number > n->most ? number : n->most;
    return true;
}

// The folder of a merge that was killed before its commit is empty.
static bool see_undo(void *user, uint32_t number, struct lf_error *err)
{
    struct next *n = user;
    char folder[400], path[4500], samples[4600];
    struct stat st;
    if (!n->tidy)
        return see_log(user, number, err);
    if (!lf_journal_undo(n->key, number, folder, sizeof folder, err) ||
        !lf_path_join(path, sizeof path, n->dataset, folder, err) ||
        !lf_path_join(samples, sizeof samples, path, "samples", err))
        return false;
    rmdir(samples);
    rmdir(path);
    return lstat(path, &st) != 0 || see_log(user, number, err);
}

bool lf_journal_next(const char *dataset, struct lf_slice key, bool tidy,
                     uint32_t *number, struct lf_error *err)
{
    struct next n = {dataset, key, 0, tidy};
    const struct numbers logs = {".jsonl", see_log, &n}, undos = {"", see_undo, &n};
    if (!walk(dataset, key, "log", &logs, err) ||
        !walk(dataset, key, "undo", &undos, err))
        return false;
    *number = n.most + 1;
    return *number <= LF_JOURNAL_MOST ||
           lf_fail(err, LF_E_LIMIT_COUNT, "a million merges are in the run's journal");
}

// ---------------------------------------------------------------------------- list

struct list {
    struct lf_arena *a;
    uint32_t *number;
    size_t count, room;
};

static bool add(void *user, uint32_t number, struct lf_error *err)
{
    struct list *l = user;
    void *all = l->number;
    if (!lf_arena_grow(l->a, &all, &l->room, l->count + 1, sizeof *l->number, err))
        return false;
    l->number = all;
    l->number[l->count++] = number;
    return true;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

bool lf_journal_list(const char *dataset, struct lf_slice key, struct lf_arena *a,
                     uint32_t **number, size_t *count, struct lf_error *err)
{
    struct list l = {.a = a};
    const struct numbers logs = {".jsonl", add, &l};
    if (!walk(dataset, key, "log", &logs, err))
        return false;
    if (l.count)
        qsort(l.number, l.count, sizeof *l.number, by_number);
    *number = l.number;
    *count = l.count;
    return true;
}

// ---------------------------------------------------------------------------- runs

static int by_name(const void *a, const void *b)
{
    return lf_slice_cmp(*(const struct lf_slice *)a, *(const struct lf_slice *)b);
}

static bool has_journal(const char *annotations, const char *name)
{
    char path[4700];
    struct stat st;
    struct lf_error none = {0};
    return !lf_relpath_fault(lf_slice_of(name)) &&
           lf_path_printf(path, sizeof path, &none, "%s/%s/log", annotations, name) &&
           stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool lf_journal_runs(const char *dataset, struct lf_arena *a, struct lf_slice **run,
                     size_t *count, struct lf_error *err)
{
    char path[4300];
    struct dirent *entry;
    size_t room = 0;
    bool ok = true;
    *run = NULL;
    *count = 0;
    if (!lf_path_join(path, sizeof path, dataset, "annotations", err))
        return false;
    DIR *dir = opendir(path);
    if (!dir)
        return errno == ENOENT || lf_fail_errno(err, "cannot list the runs") ||
               lf_fail_in_file(err, path);
    while (ok && (entry = readdir(dir))) {
        void *all = *run;
        if (entry->d_name[0] == '.' || !has_journal(path, entry->d_name))
            continue;
        ok = lf_arena_grow(a, &all, &room, *count + 1, sizeof **run, err);
        *run = ok ? all : NULL;
        ok = ok && lf_arena_text(a, lf_slice_of(entry->d_name), &(*run)[*count], err);
        *count += ok;
    }
    closedir(dir);
    if (ok && *count)
        qsort(*run, *count, sizeof **run, by_name);
    return ok;
}
