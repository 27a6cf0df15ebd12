#include "runs/show_entry.h"

#include <stdio.h>

#include "formats/base/number.h"

// A text of an object, decoded; empty when there is none.
static void put(struct lf_buf *out, struct lf_slice text)
{
    char safe[1024];
    lf_buf_text(out, lf_escape(text, safe, sizeof safe));
}

// ---------------------------------------------------------------------------- entries

static void put_counts(struct lf_slice head, struct lf_buf *out)
{
    struct lf_slice counts, key, value;
    bool any = false;
    if (!lf_json_get(head, "counts", &counts) || lf_json_type(counts) != LF_JSON_OBJECT)
        return;
    for (struct lf_json_walk w = lf_json_enter(counts);
         lf_json_member(&w, &key, &value);) {
        value = lf_json_trim(value);
        if (lf_slice_is(value, "0"))
            continue;
        lf_buf_printf(out, "%s%.*s ", any ? ", " : "", (int)value.len, value.at);
        put(out, key);
        any = true;
    }
    lf_buf_text(out, any ? "" : "no label");
}

// " (ann1, 2026-03-04)"
static void put_origin(struct lf_slice annotator, struct lf_slice stamp,
                       struct lf_buf *out)
{
    if (!annotator.len && !stamp.len)
        return;
    lf_buf_text(out, " (");
    put(out, annotator);
    lf_buf_text(out, annotator.len && stamp.len ? ", " : "");
    put(out, stamp);
    lf_buf_char(out, ')');
}

static bool put_archives(struct lf_slice head, struct lf_arena *a, struct lf_buf *out,
                         struct lf_error *err)
{
    struct lf_slice list, one, file, stamp, annotator;
    if (!lf_json_get(head, "archives", &list) || lf_json_type(list) != LF_JSON_ARRAY)
        return true;
    bool first = true;
    for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &one);) {
        one = lf_json_trim(one);
        if (lf_json_type(one) != LF_JSON_OBJECT)
            continue;
        if (!lf_json_text(one, "file", a, &file, err) ||
            !lf_json_text(one, "stamp", a, &stamp, err) ||
            !lf_json_text(one, "annotator", a, &annotator, err))
            return false;
        lf_buf_text(out, first ? "; " : ", ");
        put(out, file);
        put_origin(annotator, stamp, out);
        first = false;
    }
    return true;
}

static void put_undo(struct lf_slice head, struct lf_buf *out)
{
    struct lf_slice list, one;
    bool any = false;
    lf_buf_text(out, "took back merge");
    if (lf_json_get(head, "undone", &list) && lf_json_type(list) == LF_JSON_ARRAY)
        for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &one);) {
            one = lf_json_trim(one);
            lf_buf_printf(out, "%s %.*s", any ? " and" : "", (int)one.len, one.at);
            any = true;
        }
}

bool lf_show_entry(struct lf_slice run, const struct lf_entry *e, struct lf_arena *a,
                   struct lf_buf *out, struct lf_error *err)
{
    put(out, run);
    lf_buf_printf(out, " %s %u: ", e->merge ? "merge" : "undo", (unsigned)e->number);
    if (!e->merge) {
        put_undo(e->head, out);
    } else {
        put_counts(e->head, out);
        if (!put_archives(e->head, a, out, err))
            return false;
    }
    lf_buf_text(out, e->made ? "; made this dataset" : "");
    lf_buf_text(out, e->undone ? "; undone\n" : "\n");
    return true;
}

// ---------------------------------------------------------------------------- lines

static const struct lf_code_row *row_of(struct lf_slice code)
{
    int64_t n;
    return code.len > 2 &&
                   lf_parse_int64((struct lf_slice){code.at + 2, code.len - 2}, &n) &&
                   n > 0 && n < 10000
               ? lf_code_row((enum lf_code)n)
               : NULL;
}

static bool origin_of(struct lf_slice head, struct lf_slice file, struct lf_arena *a,
                      struct lf_slice *stamp, struct lf_slice *annotator,
                      struct lf_error *err)
{
    struct lf_slice list, one, name;
    *stamp = *annotator = (struct lf_slice){0};
    if (!lf_json_get(head, "archives", &list) || lf_json_type(list) != LF_JSON_ARRAY)
        return true;
    for (struct lf_json_walk w = lf_json_enter(list);
         !stamp->len && lf_json_element(&w, &one);) {
        one = lf_json_trim(one);
        if (lf_json_type(one) != LF_JSON_OBJECT)
            continue;
        if (!lf_json_text(one, "file", a, &name, err) ||
            (lf_slice_eq(name, file) &&
             (!lf_json_text(one, "stamp", a, stamp, err) ||
              !lf_json_text(one, "annotator", a, annotator, err))))
            return false;
    }
    return true;
}

static bool put_place(struct lf_slice line, struct lf_slice head, struct lf_arena *a,
                      struct lf_buf *out, struct lf_error *err)
{
    struct lf_slice file, stamp, annotator;
    uint64_t number = lf_journal_count(line, "line");
    if (!lf_json_text(line, "file", a, &file, err) ||
        !origin_of(head, file, a, &stamp, &annotator, err))
        return false;
    put(out, file);
    if (number)
        lf_buf_printf(out, "%s%llu", file.len ? ":" : "line ",
                      (unsigned long long)number);
    put_origin(annotator, stamp, out);
    lf_buf_text(out, file.len || number ? ": " : "");
    return true;
}

static bool put_about(struct lf_slice line, struct lf_arena *a, struct lf_buf *out,
                      struct lf_error *err)
{
    static const struct {
        const char *key, *word;
    } parts[] = {{"was", "it was"},  {"came", "came"},     {"field", "field"},
                 {"label", "label"}, {"sample", "sample"}, {"item", "item"}};
    const char *open = " (";
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct lf_slice text;
        if (!lf_json_text(line, parts[i].key, a, &text, err))
            return false;
        if (!text.len)
            continue;
        lf_buf_printf(out, "%s%s ", open, parts[i].word);
        put(out, text);
        open = ", ";
    }
    lf_buf_text(out, open[0] == ',' ? ")" : "");
    return true;
}

static bool show_event(struct lf_slice line, struct lf_slice code,
                       const struct lf_entry *e, bool remedy, struct lf_arena *a,
                       struct lf_buf *out, struct lf_error *err)
{
    struct lf_slice slug, text;
    const struct lf_code_row *row = row_of(code);
    if (!put_place(line, e->head, a, out, err) ||
        !lf_json_text(line, "slug", a, &slug, err) ||
        !lf_json_text(line, "text", a, &text, err))
        return false;
    put(out, code);
    lf_buf_char(out, ' ');
    put(out, slug);
    lf_buf_text(out, ": ");
    if (row)
        lf_buf_text(out, row->cause);
    if (text.len) {
        lf_buf_text(out, row ? " Here: " : "");
        put(out, text);
    }
    if (!put_about(line, a, out, err))
        return false;
    if (remedy && row && row->severity > LF_NOTE)
        lf_buf_printf(out, " %s", row->remedy);
    return true;
}

static bool show_change(struct lf_slice line, struct lf_slice change,
                        struct lf_arena *a, struct lf_buf *out, struct lf_error *err)
{
    struct lf_slice before, after;
    put(out, change);
    if (!put_about(line, a, out, err))
        return false;
    if (lf_json_get(line, "before", &before)) {
        lf_buf_text(out, " before: ");
        lf_buf_slice(out, lf_json_trim(before));
    }
    if (lf_json_get(line, "after", &after)) {
        lf_buf_text(out, " after: ");
        lf_buf_slice(out, lf_json_trim(after));
    }
    return true;
}

bool lf_show_line(struct lf_slice line, const struct lf_entry *e, bool remedy,
                  struct lf_arena *a, struct lf_buf *out, struct lf_error *err)
{
    struct lf_slice code, change;
    if (!lf_journal_line(line, err))
        return false;
    line = lf_json_trim(line);
    lf_buf_text(out, "  ");
    if (!lf_json_text(line, "code", a, &code, err) ||
        !lf_json_text(line, "change", a, &change, err) ||
        !(code.len ? show_event(line, code, e, remedy, a, out, err)
                   : show_change(line, change, a, out, err)))
        return false;
    lf_buf_char(out, '\n');
    return true;
}
