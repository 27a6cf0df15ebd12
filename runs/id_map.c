#include "runs/id_map.h"

#include "formats/base/alloc.h"
#include "formats/base/json.h"

// Samples are read one after the other, the map goes field by field: each field's part
// waits in a spool.
struct mapping {
    const struct lf_run *run;
    const struct lf_format *format;
    struct fo_source source;
    struct lf_files files;
    struct lf_spool **part; // by field
    struct lf_arena a;      // of the sample
    struct lf_buf text;
    struct lf_error *err;
};

static bool read_row(struct mapping *m, uint32_t row, struct lf_sample *s)
{
    const struct lf_run_item *item = &m->run->item[row];
    struct lf_slice doc;
    *s = (struct lf_sample){.id = item->id,
                            .row = row,
                            .width = m->format->relative ? 1 : item->width,
                            .height = m->format->relative ? 1 : item->height};
    if (!lf_base_read(m->run, row, &m->a, &doc, m->err))
        return false;
    m->source.then = lf_base_files(doc);
    return fo_parse(&m->source, doc, &m->a, s, m->err) &&
           m->format->ship(m->run, s, &m->a, NULL, m->err);
}

// Sent, or sent once with pixels that were replaced on the disk since.
static bool was_sent(const struct lf_label *l, uint16_t field)
{
    return l->field == field && (l->shipped || l->lost) &&
           (l->id.known || l->kind == LF_SCALAR);
}

static bool map_field(struct mapping *m, const struct lf_sample *s, uint16_t field)
{
    bool list = lf_field_is_list(m->run->schema.field[field].type);
    char id[25], sample[25];
    size_t count = 0;
    uint64_t at;
    lf_buf_clear(&m->text);
    lf_id_print(&s->id, sample);
    for (size_t i = 0; i < s->labels; i++) {
        const struct lf_label *l = &s->label[i];
        if (!was_sent(l, field) || (count && !list))
            continue;
        lf_id_print(&l->id, id);
        if (count++)
            lf_buf_printf(&m->text, ", \"%s\"", id);
        else if (l->kind == LF_SCALAR)
            lf_buf_printf(&m->text, "\"%s\": true", sample);
        else
            lf_buf_printf(&m->text, "\"%s\": %s\"%s\"", sample, list ? "[" : "", id);
    }
    if (!count)
        return true;
    lf_buf_text(&m->text, list ? "]" : "");
    bool first = lf_spool_size(m->part[field]) == 0;
    return lf_buf_ok(&m->text, m->err) &&
           (first || lf_spool_add(m->part[field], LF_S(", "), &at, m->err)) &&
           lf_spool_add(m->part[field], lf_buf_view(&m->text), &at, m->err);
}

static bool map_row(struct mapping *m, uint32_t row)
{
    struct lf_sample s;
    char id[25];
    bool ok = read_row(m, row, &s);
    for (uint16_t f = 0; ok && f < m->run->schema.fields; f++)
        ok = map_field(m, &s, f);
    lf_arena_reset(&m->a);
    lf_id_print(&m->run->item[row].id, id);
    return ok || lf_fail_in_sample(m->err, lf_slice_of(id));
}

static bool copy_part(struct lf_spool *part, struct lf_out *out, struct lf_error *err)
{
    char piece[1 << 14];
    uint64_t size = lf_spool_size(part);
    for (uint64_t at = 0; at < size;) {
        size_t n = size - at < sizeof piece ? (size_t)(size - at) : sizeof piece;
        if (!lf_spool_read(part, at, piece, n, err) ||
            !lf_out_write(out, (struct lf_slice){piece, n}, err))
            return false;
        at += n;
    }
    return true;
}

static bool write_map(struct mapping *m, struct lf_out *out)
{
    bool ok = lf_out_write(out, LF_S("{"), m->err);
    for (size_t f = 0; ok && f < m->run->schema.fields; f++) {
        lf_buf_clear(&m->text);
        lf_buf_text(&m->text, f ? ", " : "");
        lf_json_quote(&m->text, m->run->schema.field[f].name, true);
        lf_buf_text(&m->text, ": {");
        ok = lf_buf_ok(&m->text, m->err) &&
             lf_out_write(out, lf_buf_view(&m->text), m->err) &&
             copy_part(m->part[f], out, m->err) && lf_out_write(out, LF_S("}"), m->err);
    }
    return ok && lf_out_write(out, LF_S("}"), m->err);
}

bool lf_id_map(const struct lf_run *run, const struct lf_format *format,
               struct fo_dataset *ds, struct lf_out *out, struct lf_error *err)
{
    struct mapping m = {.run = run, .format = format, .err = err};
    size_t fields = run->schema.fields;
    m.files = fo_files(ds);
    m.source = (struct fo_source){.schema = &run->schema,
                                  .files = &m.files,
                                  .pixels = lf_pixel_tool_new(err),
                                  .relative = format->relative};
    m.part = lf_alloc(fields, sizeof *m.part, err);
    bool ok = m.source.pixels && m.part;
    for (size_t f = 0; ok && f < fields; f++)
        ok = (m.part[f] = lf_spool_new(err)) != NULL;
    for (uint32_t row = 0; ok && row < run->items; row++)
        ok = map_row(&m, row);
    ok = ok && write_map(&m, out);
    for (size_t f = 0; m.part && f < fields; f++)
        lf_spool_free(&m.part[f]);
    lf_free(m.part);
    lf_pixel_tool_free(&m.source.pixels);
    lf_arena_done(&m.a);
    lf_buf_done(&m.text);
    return ok;
}
