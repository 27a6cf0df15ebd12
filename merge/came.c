#include "merge/came.h"

#include "formats/base/json.h"

// Rows come sorted, a row perhaps several times.
struct ranges {
    struct lf_buf *out;
    uint32_t from, to; // of the range that is open
    bool open, any;
};

static void close_range(struct ranges *r)
{
    if (!r->open)
        return;
    lf_buf_printf(r->out, "%s%lu", r->any ? "," : "", (unsigned long)r->from);
    if (r->to > r->from)
        lf_buf_printf(r->out, "-%lu", (unsigned long)r->to);
    r->any = true;
    r->open = false;
}

static void add_row(struct ranges *r, uint32_t row)
{
    if (r->open && row <= r->to + 1) {
        r->to = row;
        return;
    }
    close_range(r);
    r->from = r->to = row;
    r->open = true;
}

static bool speaks(const struct lf_place *p, uint32_t source, size_t field)
{
    return p->source == source && (p->only < 0 || (size_t)p->only == field);
}

bool lf_came(const struct lf_incoming *in, uint32_t source, struct lf_arena *a,
             struct lf_slice *json, struct lf_error *err)
{
    const struct lf_schema *s = &in->run->schema;
    struct lf_buf out = {0};
    for (size_t f = 0; f < s->fields; f++) {
        struct ranges r = {.out = &out};
        for (size_t i = 0; i < in->places; i++) {
            if (!speaks(&in->place[i], source, f))
                continue;
            if (!r.open && !r.any) {
                lf_buf_text(&out, out.len ? ", " : "{");
                lf_json_quote(&out, s->field[f].name, true);
                lf_buf_text(&out, ": \"");
            }
            add_row(&r, in->place[i].row);
        }
        close_range(&r);
        lf_buf_text(&out, r.any ? "\"" : "");
    }
    lf_buf_text(&out, out.len ? "}" : "");
    *json = (struct lf_slice){0};
    bool ok = lf_buf_ok(&out, err) &&
              (!out.len || lf_arena_text(a, lf_buf_view(&out), json, err));
    lf_buf_done(&out);
    return ok;
}
