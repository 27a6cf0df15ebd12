#include "merge/field_counts.h"

#include <stdio.h>

#include "formats/base/alloc.h"
#include "formats/base/json.h"

enum { BUCKETS = 8, WIDEST = 40 };
static const char *const words[BUCKETS] = {"kept",    "edited",  "added",    "deleted",
                                           "refused", "ignored", "conflict", "absent"};

static void row_of(const struct lf_buckets *b, uint64_t out[BUCKETS])
{
    const uint64_t all[BUCKETS] = {b->kept,    b->edited,  b->added,    b->deleted,
                                   b->refused, b->ignored, b->conflict, b->absent};
    memcpy(out, all, sizeof all);
}

static uint64_t total(const struct lf_buckets *b)
{
    uint64_t n[BUCKETS], sum = 0;
    row_of(b, n);
    for (size_t i = 0; i < BUCKETS; i++)
        sum += n[i];
    return sum;
}

static struct lf_buckets whole(const struct lf_counts *c)
{
    return (struct lf_buckets){.kept = c->kept,
                               .edited = c->edited,
                               .added = c->added,
                               .deleted = c->deleted,
                               .refused = c->refused,
                               .ignored = c->ignored,
                               .conflict = c->conflict,
                               .absent = c->absent};
}

static void add(struct lf_buckets *to, const struct lf_buckets *now,
                const struct lf_buckets *was)
{
    to->kept += now->kept - was->kept;
    to->edited += now->edited - was->edited;
    to->added += now->added - was->added;
    to->deleted += now->deleted - was->deleted;
    to->refused += now->refused - was->refused;
    to->ignored += now->ignored - was->ignored;
    to->conflict += now->conflict - was->conflict;
    to->absent += now->absent - was->absent;
}

bool lf_field_counts_new(struct lf_counts *c, size_t fields, struct lf_error *err)
{
    c->field = lf_alloc(fields + 1, sizeof *c->field, err);
    c->fields = fields;
    if (c->field)
        c->field[fields] = whole(c);
    return c->field != NULL;
}

void lf_field_counts_done(struct lf_counts *c)
{
    lf_free(c->field);
    c->field = NULL;
    c->fields = 0;
}

static struct lf_buckets *at(struct lf_counts *c, size_t field)
{
    return &c->field[field < c->fields ? field : c->fields];
}

void lf_count_since(struct lf_counts *c, size_t field, const struct lf_counts *before)
{
    struct lf_buckets now = whole(c), was = whole(before);
    if (c->field)
        add(at(c, field), &now, &was);
}

void lf_count_absent(struct lf_counts *c, const struct lf_label *l)
{
    c->absent++;
    if (c->field)
        at(c, l->field)->absent++;
}

void lf_count_passed(struct lf_counts *c, const struct lf_label *l, size_t count)
{
    c->ignored += count;
    c->returned += count;
    for (size_t i = 0; c->field && i < count; i++)
        at(c, l[i].field)->ignored++;
}

void lf_count_done(struct lf_counts *c, const struct lf_label *l)
{
    c->told++;
    c->kept++;
    if (c->field)
        at(c, l->field)->kept++;
}

bool lf_field_counts_balance(const struct lf_counts *c)
{
    const struct lf_buckets none = {0}, all = whole(c);
    struct lf_buckets sum = {0};
    uint64_t a[BUCKETS], b[BUCKETS];
    for (size_t i = 0; c->field && i <= c->fields; i++)
        add(&sum, &c->field[i], &none);
    row_of(&sum, a);
    row_of(&all, b);
    return !c->field || !memcmp(a, b, sizeof a);
}

// ---------------------------------------------------------------------------- told

static bool shown(const struct lf_counts *c, const struct lf_schema *s, size_t i)
{
    return i < c->fields && !s->field[i].learned ? true : total(&c->field[i]) != 0;
}

void lf_field_counts_json(const struct lf_counts *c, const struct lf_schema *s,
                          struct lf_buf *out, uint64_t *none)
{
    uint64_t n[BUCKETS];
    bool any = false;
    lf_buf_char(out, '{');
    for (size_t i = 0; c->field && i < c->fields; i++) {
        if (!shown(c, s, i))
            continue;
        lf_buf_text(out, any ? ",\n  " : "\n  ");
        any = true;
        lf_json_quote(out, s->field[i].name, true);
        lf_buf_text(out, ": {");
        row_of(&c->field[i], n);
        for (size_t k = 0; k < BUCKETS; k++)
            lf_buf_printf(out, "\"%s\": %llu, ", words[k], (unsigned long long)n[k]);
        lf_buf_printf(out, "\"labels\": %llu}",
                      (unsigned long long)total(&c->field[i]));
    }
    lf_buf_char(out, '}');
    *none = c->field ? total(&c->field[c->fields]) : 0;
}

static const char *name_of(const struct lf_counts *c, const struct lf_schema *s,
                           size_t i, char room[WIDEST])
{
    return i < c->fields ? lf_escape(s->field[i].name, room, WIDEST) : "(of no field)";
}

static int digits(uint64_t n)
{
    return snprintf(NULL, 0, "%llu", (unsigned long long)n);
}

void lf_field_counts_text(const struct lf_counts *c, const struct lf_schema *s,
                          struct lf_buf *out)
{
    char room[WIDEST];
    uint64_t n[BUCKETS];
    int wide[BUCKETS] = {1, 0}, name = 0; // kept is always there
    size_t lines = 0;
    for (size_t i = 0; c->field && i <= c->fields; i++) {
        if (!shown(c, s, i))
            continue;
        int len = (int)strlen(name_of(c, s, i, room));
        name = len > name ? len : name;
        lines++;
        row_of(&c->field[i], n);
        for (size_t k = 0; k < BUCKETS; k++)
            if (n[k] && digits(n[k]) > wide[k])
                wide[k] = digits(n[k]);
    }
    for (size_t i = 0; lines > 1 && i <= c->fields; i++) {
        if (!shown(c, s, i))
            continue;
        lf_buf_printf(out, "  %-*s", name, name_of(c, s, i, room));
        row_of(&c->field[i], n);
        for (size_t k = 0; k < BUCKETS; k++)
            if (wide[k])
                lf_buf_printf(out, "  %*llu %s", wide[k], (unsigned long long)n[k],
                              words[k]);
        lf_buf_char(out, '\n');
    }
}
