#include "merge/diff_report.h"

#include <math.h>
#include <stdio.h>

#include "formats/base/cli.h"
#include "formats/base/json.h"
#include "formats/base/number.h"

enum { SHOWN = 400, PIECE = 1 << 16, VALUE_MOST = 4096 };

static const char *const words[] = {"added", "deleted", "edited"};

bool lf_diff_report_new(struct lf_diff_report *r, struct lf_error *err)
{
    r->spool = lf_spool_new(err);
    return r->spool != NULL;
}

void lf_diff_report_done(struct lf_diff_report *r)
{
    lf_spool_free(&r->spool);
    lf_buf_done(&r->line);
    lf_buf_done(&r->text);
    lf_arena_done(&r->scratch);
    lf_arena_done(&r->arena);
}

bool lf_diff_any(const struct lf_diff_report *r)
{
    bool any = r->only_a || r->only_b || r->changed || r->left_out;
    for (size_t i = 0; i < r->fields; i++)
        any |= !lf_slice_eq(r->field[i].was, r->field[i].came);
    return any;
}

// ---------------------------------------------------------------------------- entries

// What is in r->line becomes the next entry.
static bool put(struct lf_diff_report *r, struct lf_error *err)
{
    uint64_t at;
    r->entries++;
    return lf_buf_ok(&r->line, err) &&
           lf_spool_add(r->spool, lf_buf_view(&r->line), &at, err);
}

static void begin(struct lf_diff_report *r)
{
    lf_buf_clear(&r->line);
    if (r->json)
        lf_buf_text(&r->line, r->entries ? ",\n  " : "\n  ");
}

static void shown(struct lf_buf *out, struct lf_slice text)
{
    char safe[SHOWN];
    lf_buf_text(out, lf_escape(text, safe, sizeof safe));
}

static void quoted(struct lf_buf *out, const char *key, struct lf_slice text)
{
    lf_buf_text(out, key);
    lf_json_quote(out, text, true);
}

// Once a sample that differs, whatever differs in it.
static bool name_sample(struct lf_diff_report *r, struct lf_error *err)
{
    if (r->show != LF_SHOW_NAMES)
        return true;
    begin(r);
    if (r->json) {
        lf_json_quote(&r->line, lf_slice_of(r->sample), true);
    } else {
        shown(&r->line, lf_slice_of(r->sample));
        lf_buf_char(&r->line, '\n');
    }
    return put(r, err);
}

static void set_sample(struct lf_diff_report *r, struct lf_slice name)
{
    lf_escape(name, r->sample, sizeof r->sample);
    r->sample_changed = false;
}

bool lf_diff_sample(struct lf_diff_report *r, struct lf_slice name,
                    struct lf_error *err)
{
    (void)err;
    set_sample(r, name);
    r->both++;
    return true;
}

bool lf_diff_only(struct lf_diff_report *r, struct lf_slice name, char side,
                  struct lf_error *err)
{
    set_sample(r, name);
    ++*(side == 'A' ? &r->only_a : &r->only_b);
    if (r->show != LF_SHOW_LABELS)
        return name_sample(r, err);
    begin(r);
    if (r->json) {
        quoted(&r->line, "{\"sample\": ", lf_slice_of(r->sample));
        lf_buf_printf(&r->line, ", \"only\": \"%s\"}", side == 'A' ? "a" : "b");
    } else {
        lf_buf_printf(&r->line, "%s only in %c\n", r->sample, side);
    }
    return put(r, err);
}

// A value of the document, or a text where it holds what JSON does not know.
static bool json_value(struct lf_buf *out, const char *key, struct lf_slice value,
                       struct lf_error *err)
{
    const struct lf_json_rules strict = {0};
    struct lf_error why = {0};
    if (!value.len || value.len > VALUE_MOST)
        return true;
    lf_buf_text(out, key);
    if (lf_json_check(value, strict, 0, &why))
        lf_buf_slice(out, value);
    else if (why.code != LF_E_NOMEM)
        lf_json_quote(out, value, true);
    return why.code != LF_E_NOMEM || lf_fail(err, LF_E_NOMEM, "%s", why.what);
}

static bool json_part(struct lf_buf *out, const struct lf_diff_part *p,
                      struct lf_error *err)
{
    lf_buf_printf(out, "{\"part\": \"%s\"", p->part);
    if (p->name.len)
        quoted(out, ", \"name\": ", p->name);
    if (!json_value(out, ", \"was\": ", p->was, err) ||
        !json_value(out, ", \"came\": ", p->came, err))
        return false;
    if (p->iou >= 0)
        lf_buf_printf(out, ", \"iou\": %.4f", p->iou);
    lf_buf_char(out, '}');
    return true;
}

static bool json_label(struct lf_diff_report *r, size_t field,
                       enum lf_diff_change change, struct lf_slice id,
                       struct lf_slice cls, const struct lf_diff_part *part,
                       size_t parts, struct lf_error *err)
{
    struct lf_buf *out = &r->line;
    quoted(out, "{\"sample\": ", lf_slice_of(r->sample));
    quoted(out, ", \"field\": ", r->field[field].name);
    if (id.len)
        quoted(out, ", \"label\": ", id);
    lf_buf_printf(out, ", \"change\": \"%s\"", words[change]);
    if (!json_value(out, ", \"class\": ", cls, err))
        return false;
    for (size_t i = 0; i < parts; i++) {
        lf_buf_text(out, i ? ", " : ", \"parts\": [");
        if (!json_part(out, &part[i], err))
            return false;
    }
    lf_buf_text(out, parts ? "]}" : "}");
    return true;
}

// Texts as people read them, whatever escapes the document has.
static bool text_value(struct lf_diff_report *r, struct lf_slice value,
                       struct lf_error *err)
{
    struct lf_slice text;
    if (value.len && lf_json_type(value) == LF_JSON_STRING) {
        if (!lf_json_string(value, &r->scratch, &text, err))
            return false;
        lf_buf_clear(&r->text);
        lf_json_quote(&r->text, text, false);
        value = lf_buf_view(&r->text);
    }
    shown(&r->line, value.len ? value : LF_S("none"));
    return lf_buf_ok(&r->text, err);
}

static bool text_part(struct lf_diff_report *r, const struct lf_diff_part *p,
                      struct lf_error *err)
{
    struct lf_buf *out = &r->line;
    bool key = !strcmp(p->part, "key");
    lf_buf_text(out, key ? "" : p->part);
    if (p->name.len) {
        lf_buf_text(out, key ? "" : " ");
        shown(out, p->name);
    }
    if (p->was.len || p->came.len) {
        lf_buf_char(out, ' ');
        if (!text_value(r, p->was, err))
            return false;
        lf_buf_text(out, " -> ");
        if (!text_value(r, p->came, err))
            return false;
    }
    if (p->iou >= 0)
        lf_buf_printf(out, " iou %.4f", p->iou);
    return true;
}

static bool text_label(struct lf_diff_report *r, size_t field,
                       enum lf_diff_change change, struct lf_slice id,
                       struct lf_slice cls, const struct lf_diff_part *part,
                       size_t parts, struct lf_error *err)
{
    struct lf_buf *out = &r->line;
    lf_buf_printf(out, "%s ", r->sample);
    shown(out, r->field[field].name);
    lf_buf_char(out, ' ');
    shown(out, id.len ? id : LF_S("-"));
    lf_buf_printf(out, " %s", words[change]);
    if (cls.len) {
        lf_buf_char(out, ' ');
        if (!text_value(r, cls, err))
            return false;
    }
    for (size_t i = 0; i < parts; i++) {
        lf_buf_text(out, i ? ", " : ": ");
        if (!text_part(r, &part[i], err))
            return false;
    }
    lf_buf_char(out, '\n');
    return true;
}

bool lf_diff_label(struct lf_diff_report *r, size_t field, enum lf_diff_change change,
                   struct lf_slice id, struct lf_slice cls,
                   const struct lf_diff_part *part, size_t parts, struct lf_error *err)
{
    struct lf_diff_field *f = &r->field[field];
    ++*(change == LF_DIFF_ADDED     ? &f->added
        : change == LF_DIFF_DELETED ? &f->deleted
                                    : &f->edited);
    if (!r->sample_changed) {
        r->sample_changed = true;
        r->changed++;
        if (!name_sample(r, err))
            return false;
    }
    if (r->show != LF_SHOW_LABELS)
        return true;
    begin(r);
    if (!(r->json ? json_label : text_label)(r, field, change, id, cls, part, parts,
                                             err))
        return false;
    lf_arena_reset(&r->scratch);
    return put(r, err);
}

// ---------------------------------------------------------------------------- all of
// it

static void text_field(struct lf_buf *out, const struct lf_diff_field *f)
{
    bool declared = f->was.len && f->came.len;
    if (declared && lf_slice_eq(f->was, f->came) &&
        !(f->added + f->deleted + f->edited + f->same))
        return;
    shown(out, f->name);
    lf_buf_printf(out, ": %llu added, %llu deleted, %llu edited, %llu same",
                  (unsigned long long)f->added, (unsigned long long)f->deleted,
                  (unsigned long long)f->edited, (unsigned long long)f->same);
    if (!declared) {
        lf_buf_text(out, f->was.len ? "; only A declares it" : "; only B declares it");
    } else if (!lf_slice_eq(f->was, f->came)) {
        lf_buf_text(out, "; ");
        shown(out, f->was);
        lf_buf_text(out, " in A, ");
        shown(out, f->came);
        lf_buf_text(out, " in B");
    }
    lf_buf_char(out, '\n');
}

static void text_head(const struct lf_diff_report *r, struct lf_buf *out)
{
    if (r->show == LF_SHOW_NAMES)
        return;
    for (size_t i = 0; i < r->fields; i++)
        text_field(out, &r->field[i]);
    lf_buf_printf(out,
                  "samples: %llu in both, %llu of them changed, %llu only in A, %llu "
                  "only in B",
                  (unsigned long long)r->both, (unsigned long long)r->changed,
                  (unsigned long long)r->only_a, (unsigned long long)r->only_b);
    if (r->absent)
        lf_buf_printf(out, ", %llu did not come back", (unsigned long long)r->absent);
    if (r->left_out)
        lf_buf_printf(out, ", %llu labels left out", (unsigned long long)r->left_out);
    lf_buf_char(out, '\n');
}

static void json_field(struct lf_buf *out, const struct lf_diff_field *f)
{
    lf_json_quote(out, f->name, true);
    lf_buf_printf(out,
                  ": {\"added\": %llu, \"deleted\": %llu, \"edited\": %llu, \"same\": "
                  "%llu, \"a\": ",
                  (unsigned long long)f->added, (unsigned long long)f->deleted,
                  (unsigned long long)f->edited, (unsigned long long)f->same);
    f->was.len ? lf_json_quote(out, f->was, true) : lf_buf_text(out, "null");
    lf_buf_text(out, ", \"b\": ");
    f->came.len ? lf_json_quote(out, f->came, true) : lf_buf_text(out, "null");
    lf_buf_char(out, '}');
}

static void json_head(const struct lf_diff_report *r, int status, struct lf_events *ev,
                      struct lf_buf *out)
{
    lf_buf_printf(out, "{\"labelferry\": \"%s\", \"diff\": 1, \"exit\": %d", LF_VERSION,
                  status);
    quoted(out, ", \"a\": ", lf_slice_of(r->a));
    quoted(out, ", \"b\": ", lf_slice_of(r->b));
    lf_buf_text(out, ",\n \"fields\": {");
    for (size_t i = 0; i < r->fields; i++) {
        lf_buf_text(out, i ? ",\n  " : "\n  ");
        json_field(out, &r->field[i]);
    }
    lf_buf_printf(out,
                  "},\n \"samples\": {\"both\": %llu, \"changed\": %llu, \"only_a\": "
                  "%llu, \"only_b\": %llu, \"absent\": %llu}",
                  (unsigned long long)r->both, (unsigned long long)r->changed,
                  (unsigned long long)r->only_a, (unsigned long long)r->only_b,
                  (unsigned long long)r->absent);
    if (ev) {
        lf_buf_printf(out, ",\n \"left_out\": %llu, \"findings\": ",
                      (unsigned long long)r->left_out);
        lf_events_counts_json(ev, out);
    }
    if (r->show == LF_SHOW_STAT)
        return;
    lf_buf_printf(out, ",\n \"%s\": [",
                  r->show == LF_SHOW_NAMES ? "changed" : "changes");
}

static bool print_entries(struct lf_diff_report *r, struct lf_error *err)
{
    uint64_t size = lf_spool_size(r->spool);
    bool ok = true;
    lf_buf_clear(&r->line);
    char *piece = lf_buf_room(&r->line, PIECE);
    if (!piece)
        return lf_buf_ok(&r->line, err);
    for (uint64_t at = 0; ok && at < size; at += PIECE) {
        size_t n = size - at < PIECE ? (size_t)(size - at) : PIECE;
        ok = lf_spool_read(r->spool, at, piece, n, err) &&
             lf_cli_print((struct lf_slice){piece, n}, err);
    }
    return ok;
}

bool lf_diff_print(struct lf_diff_report *r, int status, struct lf_events *ev,
                   struct lf_error *err)
{
    struct lf_buf head = {0};
    if (r->json)
        json_head(r, status, ev, &head);
    else
        text_head(r, &head);
    bool ok = lf_buf_ok(&head, err) &&
              (!head.len || lf_cli_print(lf_buf_view(&head), err)) &&
              print_entries(r, err);
    lf_buf_done(&head);
    if (!ok || !r->json)
        return ok;
    return lf_cli_print(r->show == LF_SHOW_STAT ? LF_S("}\n") : LF_S("]}\n"), err);
}
