#include "formats/labelstudio/ls_names.h"

#include "formats/base/number.h"

// ---------------------------------------------------------------------------- controls

// Keys of tasks and of JSON_MIN's records: a control of the name would hide one.
static bool reserved(struct lf_slice name)
{
    static const char *const words[] = {
        LS_OBJECT,    "id",         "annotator", "annotation_id",
        "created_at", "updated_at", "lead_time", "agreement",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (lf_slice_is(name, words[i]))
            return true;
    return lf_slice_starts(name, LF_S("fo_")) || !name.len;
}

static bool plain(struct lf_slice name, size_t i)
{
    unsigned char c = (unsigned char)name.at[i];
    bool end = i == 0 || i + 1 == name.len;
    return c >= 0x20 && c != 0x7f && c != ',' && c != '$' && !(c == ' ' && end);
}

// Whether nothing had to be replaced.
static bool put_plain(struct lf_slice name, struct lf_buf *out)
{
    bool same = true;
    for (size_t i = 0; i < name.len; i++) {
        same = same && plain(name, i);
        lf_buf_char(out, plain(name, i) ? name.at[i] : '_');
    }
    return same;
}

static void put_mark(struct lf_slice name, struct lf_buf *out)
{
    lf_buf_printf(out, "~%06x", (unsigned)(lf_hash(name) & 0xffffff));
}

void ls_control(struct lf_slice field, struct lf_buf *out)
{
    if (!put_plain(field, out) || reserved(field))
        put_mark(field, out);
}

void ls_attr_control(struct lf_slice field, struct lf_slice attr, struct lf_buf *out)
{
    ls_control(field, out);
    lf_buf_char(out, '.');
    if (!put_plain(attr, out))
        put_mark(attr, out);
}

// ---------------------------------------------------------------------------- ids

void ls_id_print(const struct ls_id *id, struct lf_buf *out)
{
    char hex[25];
    lf_id_print(&id->id, hex);
    if (id->id.known)
        lf_buf_text(out, hex);
    else
        lf_buf_printf(out, "n%lu", (unsigned long)id->place);
    if (id->id.known && id->copy > 1)
        lf_buf_printf(out, "~%lu", (unsigned long)id->copy);
    if (id->parts)
        lf_buf_printf(out, ":%lu", (unsigned long)id->part);
}

// Decimal digits at the start of `text`, cut off.
static bool number(struct lf_slice *text, uint32_t *value)
{
    size_t n = 0;
    int64_t v;
    while (n < text->len && text->at[n] >= '0' && text->at[n] <= '9')
        n++;
    if (!n || n > 10 || !lf_parse_int64((struct lf_slice){text->at, n}, &v) ||
        v > UINT32_MAX)
        return false;
    *value = (uint32_t)v;
    *text = (struct lf_slice){text->at + n, text->len - n};
    return true;
}

static bool mark(struct lf_slice *text, char c)
{
    if (!text->len || text->at[0] != c)
        return false;
    *text = (struct lf_slice){text->at + 1, text->len - 1};
    return true;
}

bool ls_id_parse(struct lf_slice text, struct ls_id *id)
{
    const size_t digits = 24;
    *id = (struct ls_id){.copy = 1};
    if (text.len >= digits &&
        lf_id_parse((struct lf_slice){text.at, digits}, &id->id)) {
        text = (struct lf_slice){text.at + digits, text.len - digits};
        if (mark(&text, '~') && (!number(&text, &id->copy) || id->copy < 2))
            return false;
    } else if (!mark(&text, 'n') || !number(&text, &id->place)) {
        return false;
    }
    id->parts = mark(&text, ':');
    return (!id->parts || number(&text, &id->part)) && !text.len;
}
