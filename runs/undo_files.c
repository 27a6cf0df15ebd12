#include "runs/undo_files.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "formats/base/buf.h"
#include "formats/base/in.h"
#include "formats/base/json.h"
#include "formats/base/limits.h"
#include "formats/base/relpath.h"
#include "formats/label/journal.h"

static bool damaged(struct lf_error *err)
{
    return lf_fail(err, LF_E_RUN_RECORD, "the list of kept files is damaged");
}

static bool read_all(const char *path, struct lf_buf *out, struct lf_error *err)
{
    struct lf_in *in = lf_in_file(path, err);
    bool over = false, ok = in && lf_in_rest(in, LF_JSON_SLICE, out, &over, err);
    if (over)
        ok = lf_fail(err, LF_E_LIMIT_COUNT, "it is too long (limit json-slice)");
    lf_in_free(&in);
    return ok;
}

static bool text_of(struct lf_slice object, const char *name, struct lf_arena *a,
                    struct lf_slice *text, struct lf_error *err)
{
    struct lf_slice value, decoded;
    if (!lf_json_get(object, name, &value))
        return damaged(err);
    value = lf_json_trim(value);
    if (lf_json_type(value) != LF_JSON_STRING)
        return damaged(err);
    return lf_json_string(value, a, &decoded, err) &&
           lf_arena_text(a, decoded, text, err);
}

static struct lf_slice base_of(struct lf_slice path)
{
    size_t n = path.len;
    while (n && path.at[n - 1] != '/')
        n--;
    return (struct lf_slice){path.at + n, path.len - n};
}

static bool read_file(struct lf_slice row, bool kept, struct lf_arena *a,
                      struct lf_undo_file *f, struct lf_error *err)
{
    *f = (struct lf_undo_file){0};
    if (lf_json_type(row) != LF_JSON_OBJECT)
        return damaged(err);
    if (!text_of(row, "file", a, &f->path, err) ||
        !text_of(row, "sha256", a, &f->hex, err) ||
        (kept && !text_of(row, "kept", a, &f->kept, err)) ||
        !lf_relpath_check(f->path, LF_E_PATH, err) ||
        (kept && !lf_relpath_check(f->kept, LF_E_PATH, err)))
        return false;
    if (f->hex.len != LF_DIGEST_HEX - 1 ||
        (kept && !lf_slice_eq(base_of(f->path), base_of(f->kept))))
        return damaged(err);
    return true;
}

static bool list_of(struct lf_slice doc, const char *name, struct lf_slice *list,
                    size_t *count, struct lf_error *err)
{
    struct lf_slice element;
    *count = 0;
    if (!lf_json_get(doc, name, list) || lf_json_type(*list) != LF_JSON_ARRAY)
        return damaged(err);
    for (struct lf_json_walk w = lf_json_enter(*list); lf_json_element(&w, &element);)
        ++*count;
    return true;
}

static bool read_rows(struct lf_slice doc, bool kept, struct lf_arena *a,
                      struct lf_undo_file **rows, size_t *count, struct lf_error *err)
{
    struct lf_slice list, element;
    if (!list_of(doc, kept ? "replaced" : "new", &list, count, err) ||
        !(*rows = lf_arena_take(a, *count, sizeof **rows, err)))
        return false;
    size_t i = 0;
    for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &element);)
        if (!read_file(lf_json_trim(element), kept, a, &(*rows)[i++], err))
            return false;
    return true;
}

static bool read_folders(struct lf_slice doc, struct lf_arena *a,
                         struct lf_undo_files *f, struct lf_error *err)
{
    struct lf_slice list, element, text;
    if (!list_of(doc, "folders", &list, &f->folders, err) ||
        !(f->folder = lf_arena_take(a, f->folders, sizeof *f->folder, err)))
        return false;
    size_t i = 0;
    for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &element);) {
        element = lf_json_trim(element);
        if (lf_json_type(element) != LF_JSON_STRING)
            return damaged(err);
        if (!lf_json_string(element, a, &text, err) ||
            !lf_arena_text(a, text, &f->folder[i], err) ||
            !lf_relpath_check(f->folder[i++], LF_E_PATH, err))
            return false;
    }
    return true;
}

static int by_path(const void *a, const void *b)
{
    return lf_slice_cmp(((const struct lf_undo_file *)a)->path,
                        ((const struct lf_undo_file *)b)->path);
}

bool lf_undo_files_has(const struct lf_undo_files *f, struct lf_slice path)
{
    const struct lf_undo_file key = {.path = path};
    return f->replaceds &&
           bsearch(&key, f->replaced, f->replaceds, sizeof key, by_path) != NULL;
}

static bool parse(struct lf_slice doc, struct lf_arena *a, struct lf_undo_files *f,
                  struct lf_error *err)
{
    struct lf_slice version;
    if (!lf_json_check(doc, (struct lf_json_rules){0}, 0, err))
        return false;
    doc = lf_json_trim(doc);
    if (lf_json_type(doc) != LF_JSON_OBJECT || !lf_json_get(doc, "undo", &version))
        return damaged(err);
    if (!lf_slice_is(lf_json_trim(version), "1"))
        return lf_fail(err, LF_E_RUN_VERSION,
                       "the list of kept files is of a newer version");
    if (!read_rows(doc, true, a, &f->replaced, &f->replaceds, err) ||
        !read_rows(doc, false, a, &f->fresh, &f->freshs, err) ||
        !read_folders(doc, a, f, err))
        return false;
    if (f->replaceds)
        qsort(f->replaced, f->replaceds, sizeof *f->replaced, by_path);
    if (f->freshs)
        qsort(f->fresh, f->freshs, sizeof *f->fresh, by_path);
    return true;
}

bool lf_undo_files_read(const char *dataset, struct lf_slice key, uint32_t number,
                        struct lf_arena *a, struct lf_undo_files *f, bool *found,
                        struct lf_error *err)
{
    char below[400], path[4600];
    struct stat st;
    struct lf_buf text = {0};
    *f = (struct lf_undo_files){.number = number};
    if (!lf_journal_undo(key, number, below, sizeof below, err) ||
        !lf_path_printf(path, sizeof path, err, "%s/%s/files.json", dataset, below))
        return false;
    *found = lstat(path, &st) == 0;
    if (!*found)
        return true;
    bool ok = read_all(path, &text, err) && parse(lf_buf_view(&text), a, f, err);
    lf_buf_done(&text);
    return ok || lf_fail_in_file(err, path);
}
