#include "formats/base/xml_out.h"

#include "formats/base/number.h"

// What stands for one character in the output; NULL: itself. `quote` is the quote of an
// attribute, 0 in text. "" leaves it out.
static const char *spelling(unsigned char c, char quote)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"': // only met in double quotes when the value holds both kinds
        return quote == '"' ? "&quot;" : NULL;
    case '\n':
        return quote ? "&#10;" : NULL;
    case '\r':
        return quote ? "&#13;" : NULL;
    case '\t':
        return quote ? "&#9;" : NULL;
    default:
        return c < 0x20 ? "" : NULL;
    }
}

// Bytes that may not stand for themselves; all others do, in text and attributes.
static bool is_odd(char c)
{
    return (unsigned char)c < 0x20 || c == '&' || c == '<' || c == '>' || c == '"' ||
           c == (char)0xef;
}

// U+FFFE and U+FFFF, the forbidden characters beyond the controls.
static bool not_a_character(const char *at, const char *end)
{
    return end - at >= 3 && (unsigned char)at[0] == 0xef &&
           (unsigned char)at[1] == 0xbf && (unsigned char)at[2] >= 0xbe;
}

bool lf_xml_can_hold(struct lf_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        const char *s = spelling((unsigned char)text.at[i], 0);
        if ((s && !*s) || not_a_character(text.at + i, text.at + text.len))
            return false;
    }
    return true;
}

static void put(struct lf_buf *b, struct lf_slice text, char quote)
{
    if (!text.len)
        return;
    const char *at = text.at, *from = at, *end = at + text.len;
    while (at < end) {
        if (!is_odd(*at)) {
            at++;
            continue;
        }
        bool gap = not_a_character(at, end);
        const char *s = gap ? "" : spelling((unsigned char)*at, quote);
        if (!s) {
            at++;
            continue;
        }
        lf_buf_add(b, from, (size_t)(at - from));
        lf_buf_text(b, s);
        at += gap ? 3 : 1;
        from = at;
    }
    lf_buf_add(b, from, (size_t)(end - from));
}

static void put_attr(struct lf_buf *b, const char *name, struct lf_slice value)
{
    bool twice = value.len && memchr(value.at, '"', value.len);
    bool once = twice && memchr(value.at, '\'', value.len);
    char quote = twice && !once ? '\'' : '"';
    lf_buf_char(b, ' ');
    lf_buf_text(b, name);
    lf_buf_char(b, '=');
    lf_buf_char(b, quote);
    put(b, value, quote);
    lf_buf_char(b, quote);
}

static void end_tag_line(struct lf_xml_out *x)
{
    if (x->in_tag)
        lf_buf_text(x->buf, ">\n");
    x->in_tag = false;
}

static void indent(struct lf_xml_out *x)
{
    for (unsigned i = 0; i < x->depth; i++)
        lf_buf_text(x->buf, "  ");
}

// A new line with the beginning of a start tag.
static void begin(struct lf_xml_out *x, const char *name)
{
    end_tag_line(x);
    indent(x);
    lf_buf_char(x->buf, '<');
    lf_buf_text(x->buf, name);
}

static void end(struct lf_xml_out *x, const char *name)
{
    lf_buf_text(x->buf, "</");
    lf_buf_text(x->buf, name);
    lf_buf_text(x->buf, ">\n");
}

void lf_xml_head(struct lf_xml_out *x)
{
    lf_buf_text(x->buf, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
}

void lf_xml_open(struct lf_xml_out *x, const char *name)
{
    begin(x, name);
    x->in_tag = true;
    x->depth++;
}

void lf_xml_attr(struct lf_xml_out *x, const char *name, struct lf_slice value)
{
    put_attr(x->buf, name, value);
}

void lf_xml_attr_int(struct lf_xml_out *x, const char *name, int64_t value)
{
    char text[LF_NUMBER_CAP];
    put_attr(x->buf, name, (struct lf_slice){text, lf_print_int64(value, text)});
}

void lf_xml_attr_double(struct lf_xml_out *x, const char *name, double value)
{
    char text[LF_NUMBER_CAP];
    put_attr(x->buf, name, (struct lf_slice){text, lf_print_double(value, text)});
}

void lf_xml_close(struct lf_xml_out *x, const char *name)
{
    end_tag_line(x);
    x->depth--;
    indent(x);
    end(x, name);
}

void lf_xml_leaf(struct lf_xml_out *x, const char *name, struct lf_slice text)
{
    begin(x, name);
    lf_buf_char(x->buf, '>');
    put(x->buf, text, 0);
    end(x, name);
}

void lf_xml_leaf_attr(struct lf_xml_out *x, const char *name, const char *attr,
                      struct lf_slice value, struct lf_slice text)
{
    begin(x, name);
    put_attr(x->buf, attr, value);
    lf_buf_char(x->buf, '>');
    put(x->buf, text, 0);
    end(x, name);
}
