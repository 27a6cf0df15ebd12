#include "runs/read_journal.h"

#include <stdio.h>

#include "formats/base/number.h"
#include "formats/base/relpath.h"

enum { VERSION = 1 };

uint64_t lf_journal_count(struct lf_slice object, const char *name)
{
    struct lf_slice value;
    int64_t n;
    return lf_json_get(object, name, &value) &&
                   lf_parse_int64(lf_json_trim(value), &n) && n > 0
               ? (uint64_t)n
               : 0;
}

static bool is_word(struct lf_slice object, const char *name, const char *word)
{
    struct lf_slice value;
    return lf_json_get(object, name, &value) && lf_slice_is(lf_json_trim(value), word);
}

static bool damaged(struct lf_error *err)
{
    return lf_fail(err, LF_E_RUN_RECORD, "it is no file of a run's journal");
}

static bool open_log(const char *dataset, struct lf_slice key, uint32_t number,
                     struct lf_lines *lines, struct lf_slice *head,
                     struct lf_error *err)
{
    char below[400], path[4600];
    bool more = false;
    *lines = (struct lf_lines){0};
    if (!lf_journal_log(key, number, below, sizeof below, err) ||
        !lf_path_join(path, sizeof path, dataset, below, err))
        return false;
    bool ok = lf_lines_open(lines, path, err) &&
              lf_lines_next(lines, head, &more, err) &&
              lf_json_check(*head, (struct lf_json_rules){true}, 0, err) &&
              (lf_json_type(*head) == LF_JSON_OBJECT || damaged(err));
    if (ok && lf_journal_count(*head, "log") > VERSION)
        ok = lf_fail(err, LF_E_RUN_VERSION, "the journal is of a newer version");
    if (ok && !lf_journal_count(*head, "log"))
        ok = damaged(err);
    if (!ok) {
        lf_fail_in_file(err, path);
        lf_lines_done(lines);
    }
    return ok;
}

bool lf_journal_line(struct lf_slice line, struct lf_error *err)
{
    return lf_json_check(line, (struct lf_json_rules){true}, 0, err) &&
           (lf_json_type(lf_json_trim(line)) == LF_JSON_OBJECT ||
            lf_fail(err, LF_E_RUN_RECORD, "a line of the journal is no object"));
}

bool lf_journal_open(const char *dataset, struct lf_slice key, const struct lf_entry *e,
                     struct lf_lines *lines, struct lf_error *err)
{
    struct lf_slice head;
    return open_log(dataset, key, e->number, lines, &head, err);
}

static bool read_entry(const char *dataset, struct lf_slice key, struct lf_arena *a,
                       struct lf_entry *e, struct lf_error *err)
{
    struct lf_lines lines;
    struct lf_slice head;
    if (!open_log(dataset, key, e->number, &lines, &head, err))
        return false;
    bool ok = lf_arena_text(a, head, &e->head, err);
    lf_lines_done(&lines);
    e->merge = lf_journal_count(e->head, "merge") > 0;
    e->made = is_word(e->head, "in-place", "false");
    e->elsewhere = is_word(e->head, "record", "\"elsewhere\"");
    return ok;
}

// An undo names all merges that it took back.
static void take_back(struct lf_journal *j, const struct lf_entry *undo)
{
    struct lf_slice list, element;
    int64_t n;
    if (!lf_json_get(undo->head, "undone", &list) ||
        lf_json_type(list) != LF_JSON_ARRAY)
        return;
    for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &element);)
        for (size_t i = 0; i < j->entries; i++)
            if (lf_parse_int64(lf_json_trim(element), &n) && n == j->entry[i].number)
                j->entry[i].undone = true;
}

bool lf_journal_read(const char *dataset, struct lf_slice key, struct lf_arena *a,
                     struct lf_journal *j, struct lf_error *err)
{
    uint32_t *number;
    *j = (struct lf_journal){0};
    if (!lf_journal_list(dataset, key, a, &number, &j->entries, err) ||
        !(j->entry = lf_arena_take(a, j->entries, sizeof *j->entry, err)))
        return false;
    for (size_t i = 0; i < j->entries; i++) {
        j->entry[i] = (struct lf_entry){.number = number[i]};
        if (!read_entry(dataset, key, a, &j->entry[i], err))
            return false;
    }
    for (size_t i = 0; i < j->entries; i++)
        if (!j->entry[i].merge)
            take_back(j, &j->entry[i]);
    return true;
}
