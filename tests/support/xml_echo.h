// Reads XML with lf_xml_in and writes it again with lf_xml_out: CVAT's own dumps come
// out as they went in. Used by t_xml and the fuzz target.
//
// An element without children is a leaf on one line unless what it holds is the line
// break and the indent that CVAT puts before a closing tag on a line of its own, or it
// has more than one attribute. Text beside children is layout and left out.
#ifndef LF_XML_ECHO_H
#define LF_XML_ECHO_H

#include "formats/base/xml_in.h"
#include "formats/base/xml_out.h"

struct lf_echo {
    struct lf_buf out;
    struct lf_xml_out xml;
    // The element that may still become a leaf: its strings, each ending in NUL.
    struct lf_buf name, attr, value, text;
    bool waits;
};

static inline void lf_echo_set(struct lf_buf *b, struct lf_slice s)
{
    lf_buf_clear(b);
    lf_buf_slice(b, s);
    lf_buf_char(b, '\0');
}

static inline struct lf_slice lf_echo_get(const struct lf_buf *b)
{
    return (struct lf_slice){b->at, b->len - 1};
}

static inline bool lf_echo_ok(const struct lf_echo *e, struct lf_error *err)
{
    return lf_buf_ok(&e->out, err) && lf_buf_ok(&e->name, err) &&
           lf_buf_ok(&e->attr, err) && lf_buf_ok(&e->value, err) &&
           lf_buf_ok(&e->text, err);
}

// It is no leaf after all.
static inline void lf_echo_open(struct lf_echo *e)
{
    if (e->waits) {
        lf_xml_open(&e->xml, e->name.at);
        if (e->attr.len > 1)
            lf_xml_attr(&e->xml, e->attr.at, lf_echo_get(&e->value));
    }
    e->waits = false;
}

static inline bool lf_echo_start(void *user, struct lf_slice name,
                                 const struct lf_xml_attr *attr, size_t attrs,
                                 uint64_t line, struct lf_error *err)
{
    struct lf_echo *e = user;
    (void)line;
    lf_echo_open(e);
    lf_echo_set(&e->name, name);
    lf_echo_set(&e->attr, LF_S(""));
    lf_buf_clear(&e->text);
    if (!lf_echo_ok(e, err))
        return false;
    e->waits = attrs < 2;
    if (!e->waits)
        lf_xml_open(&e->xml, e->name.at);
    for (size_t i = 0; i < attrs; i++) {
        if (lf_slice_is(attr[i].name, "xmlns"))
            continue; // "p:xmlns", which would mean something else without its prefix
        lf_echo_set(&e->attr, attr[i].name);
        lf_echo_set(&e->value, attr[i].value);
        if (!lf_echo_ok(e, err))
            return false;
        if (!e->waits)
            lf_xml_attr(&e->xml, e->attr.at, attr[i].value);
    }
    return true;
}

static inline bool lf_echo_is_layout(const struct lf_echo *e)
{
    struct lf_slice t = lf_buf_view(&e->text);
    if (t.len != 1 + 2 * (size_t)e->xml.depth || t.at[0] != '\n')
        return false;
    for (size_t i = 1; i < t.len; i++) {
        if (t.at[i] != ' ')
            return false;
    }
    return true;
}

static inline bool lf_echo_end(void *user, struct lf_slice name, uint64_t line,
                               struct lf_error *err)
{
    struct lf_echo *e = user;
    (void)line;
    if (e->waits && lf_echo_is_layout(e))
        lf_echo_open(e);
    if (!e->waits) {
        lf_echo_set(&e->name, name);
        if (!lf_echo_ok(e, err))
            return false;
        lf_xml_close(&e->xml, e->name.at);
    } else if (e->attr.len > 1) {
        lf_xml_leaf_attr(&e->xml, e->name.at, e->attr.at, lf_echo_get(&e->value),
                         lf_buf_view(&e->text));
    } else {
        lf_xml_leaf(&e->xml, e->name.at, lf_buf_view(&e->text));
    }
    e->waits = false;
    return lf_echo_ok(e, err);
}

static inline bool lf_echo_text(void *user, struct lf_slice text, struct lf_error *err)
{
    struct lf_echo *e = user;
    if (e->waits)
        lf_buf_slice(&e->text, text);
    return lf_echo_ok(e, err);
}

static inline void lf_echo_done(struct lf_echo *e)
{
    lf_buf_done(&e->out);
    lf_buf_done(&e->name);
    lf_buf_done(&e->attr);
    lf_buf_done(&e->value);
    lf_buf_done(&e->text);
}

// `e` all zeroes; its `out` holds the result. Pushes `step` bytes at a time.
static inline bool lf_echo_run(struct lf_echo *e, struct lf_slice in, size_t step,
                               struct lf_error *err)
{
    const struct lf_xml_handler handler = {e, lf_echo_start, lf_echo_end, lf_echo_text};
    struct lf_xml_in *x = lf_xml_in_new(&handler, err);
    bool ok = x != NULL;
    e->xml.buf = &e->out;
    lf_xml_head(&e->xml);
    for (size_t at = 0; ok && at < in.len; at += step)
        ok =
            lf_xml_in_push(x, in.at + at, in.len - at < step ? in.len - at : step, err);
    ok = ok && lf_xml_in_end(x, err);
    lf_xml_in_free(&x);
    return ok && lf_echo_ok(e, err);
}

#endif
