#include "formats/base/xml_in.h"

#include <libxml/parser.h>
#include <libxml/SAX2.h>
#include <libxml/xmlerror.h>

#include "formats/base/alloc.h"
#include "formats/base/buf.h"
#include "formats/base/limits.h"
#include "formats/base/utf8.h"

enum {
    // What libxml2 is given at once, but for the last. 2.9.14 takes a push of more than
    // 10 MB for a huge token, looks through a long token again at every push, and
    // overlooks a "]]>" that two pushes share; with pieces of one size nothing hangs on
    // how the caller cuts.
    PIECE = 65536,
    // libxml2 compares every attribute with every other before we see them: 200 000 of
    // one tag took 10 s. No annotation tool writes more than 30.
    ATTRIBUTES = 256
};

// A start tag that libxml2 holds back because its end has not come yet.
struct tag {
    unsigned long at; // where in the decoded text it begins
    size_t seen;      // bytes of it looked at
    size_t equals;    // '=' outside quotes, one an attribute
    char quote;       // the quote we are in, or 0
};

struct lf_xml_in {
    struct lf_xml_handler handler;
    xmlParserCtxtPtr parser;
    struct lf_error failure; // the first one; it lasts
    bool ended, whole;       // all was pushed; the root element was closed
    size_t depth, run;       // open elements, bytes of text since the last tag
    struct tag tag;
    struct lf_buf decoded; // attribute values of one element that held a '&'
    struct lf_buf cdata;   // one piece of a CDATA section, line ends made LF
    struct lf_xml_attr attr[ATTRIBUTES];
    size_t held; // bytes of `piece` that wait for more
    char piece[PIECE];
};

static bool failed(const struct lf_xml_in *x)
{
    return x->failure.code != LF_OK;
}

static uint64_t line_of(const struct lf_xml_in *x)
{
    int line = xmlSAX2GetLineNumber(x->parser);
    return line > 0 ? (uint64_t)line : 1;
}

// Ends the parse from inside a callback. Not for error callbacks: there libxml2 still
// holds pointers into the input that this frees.
static void stop(struct lf_xml_in *x)
{
    lf_fail_at_line(&x->failure, line_of(x));
    xmlStopParser(x->parser);
}

static struct lf_slice slice(const xmlChar *begin, const xmlChar *end)
{
    return lf_slice_between((const char *)begin, (const char *)end);
}

static struct lf_slice name_of(const xmlChar *name)
{
    return lf_slice_of((const char *)name);
}

static bool mentions(const xmlError *e, const char *words)
{
    return e->message && strstr(e->message, words);
}

// libxml2's own limits (10 000 000 bytes, names 50 000) have no codes of their own.
static bool is_too_long(const xmlError *e)
{
    return e->code == XML_ERR_NAME_TOO_LONG || mentions(e, "too long") ||
           mentions(e, "too big") || mentions(e, "Huge input");
}

static enum lf_code code_of(const struct lf_xml_in *x, const xmlError *e)
{
    if (x->parser && x->parser->inSubset) // a DOCTYPE that is damaged besides
        return LF_E_XML_DTD;
    if (is_too_long(e))
        return LF_E_XML_ATTRIBUTE;
    switch (e->code) {
    case XML_ERR_ENTITY_LOOP:
        return LF_E_XML_DTD;
    case XML_ERR_UNKNOWN_ENCODING:
    case XML_ERR_UNSUPPORTED_ENCODING:
    case XML_I18N_NO_HANDLER:
        return LF_E_XML_ENCODING;
    case XML_ERR_NO_MEMORY:
        return LF_E_NOMEM;
    default:
        return LF_E_XML;
    }
}

static void on_error(void *user, xmlErrorPtr e)
{
    struct lf_xml_in *x = user;
    if (failed(x) || e->level < XML_ERR_ERROR)
        return;
    const char *message = e->message ? e->message : "not well-formed";
    if (e->code == XML_ERR_DOCUMENT_END && !x->whole)
        message = "the document ends too early"; // there: "Extra content at the end"
    char text[sizeof x->failure.what];
    size_t n = 0;
    for (const char *at = message; *at && n + 1 < sizeof text; at++)
        text[n++] = *at;
    while (n && (text[n - 1] == '\n' || text[n - 1] == ' '))
        n--;
    text[n] = '\0';
    for (char *feed = text; (feed = strchr(feed, '\n'));)
        *feed = ' ';
    lf_fail(&x->failure, code_of(x, e), "%s", text);
    if (e->domain == XML_FROM_PARSER && e->line > 0)
        lf_fail_at_line(&x->failure, (uint64_t)e->line);
    else if (x->parser) // none yet: it is being made
        lf_fail_at_line(&x->failure, line_of(x));
}

// What libxml2 says without a code always follows or precedes an error that has one.
static void on_remark(void *user, const char *format, ...)
{
    (void)user;
    (void)format;
}

// Errors that libxml2 raises without a parser at hand (encodings, memory) go to two
// functions of the thread, by default to stderr. They are ours while we are inside
// libxml2, and put back behind it.
struct channels {
    xmlStructuredErrorFunc structured;
    xmlGenericErrorFunc generic;
    void *structured_user, *generic_user;
};

static struct channels take_channels(struct lf_xml_in *x)
{
    struct channels was = {xmlStructuredError, xmlGenericError,
                           xmlStructuredErrorContext, xmlGenericErrorContext};
    xmlSetStructuredErrorFunc(x, on_error);
    xmlSetGenericErrorFunc(x, on_remark);
    return was;
}

static void give_channels(struct channels was)
{
    xmlSetStructuredErrorFunc(was.structured_user, was.structured);
    xmlSetGenericErrorFunc(was.generic_user, was.generic);
    xmlResetLastError();
}

// As no entities are substituted, libxml2 leaves each '&' of an attribute value as
// "&#38;" and decodes everything else; so every '&' here begins those five bytes.
static struct lf_slice decode(struct lf_buf *room, struct lf_slice raw)
{
    struct lf_slice out = {room->at + room->len, 0};
    for (const char *at = raw.at, *end = at + raw.len, *next; at < end; at = next) {
        next = memchr(at, '&', (size_t)(end - at));
        next = next ? next + 1 : end;
        lf_buf_add(room, at, (size_t)(next - at));
        if (end - next >= 4 && memcmp(next, "#38;", 4) == 0)
            next += 4;
    }
    out.len = (size_t)(room->at + room->len - out.at);
    return out;
}

// Prefixes are dropped, so two attributes may become one name: which one would count?
static bool name_is_new(const struct lf_xml_attr *attr, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (lf_slice_eq(attr[i].name, attr[n].name))
            return false;
    }
    return true;
}

static bool take_attrs(struct lf_xml_in *x, size_t n, const xmlChar **raw)
{
    size_t total = 0;
    if (n > ATTRIBUTES)
        return lf_fail(&x->failure, LF_E_XML_ATTRIBUTE,
                       "an element has more than %d attributes", (int)ATTRIBUTES);
    for (size_t i = 0; i < n; i++) {
        // localname, prefix, namespace, begin and end of the value
        x->attr[i].name = name_of(raw[5 * i]);
        x->attr[i].value = slice(raw[5 * i + 3], raw[5 * i + 4]);
        if (x->attr[i].value.len > LF_XML_ATTRIBUTE)
            return lf_fail(&x->failure, LF_E_XML_ATTRIBUTE,
                           "an attribute is longer than xml-attribute, %d bytes",
                           (int)LF_XML_ATTRIBUTE);
        if (!name_is_new(x->attr, i))
            return lf_fail(&x->failure, LF_E_XML, "Attribute %s redefined",
                           (const char *)raw[5 * i]);
        total += x->attr[i].value.len;
    }
    lf_buf_clear(&x->decoded);
    for (size_t i = 0; i < n; i++) {
        struct lf_slice *value = &x->attr[i].value;
        if (!value->len || !memchr(value->at, '&', value->len))
            continue;
        // All room at once: the slices must not move while later values are added.
        if (!lf_buf_room(&x->decoded, x->decoded.len ? 0 : total))
            return lf_buf_ok(&x->decoded, &x->failure);
        *value = decode(&x->decoded, *value);
    }
    return true;
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix,
                     const xmlChar *uri, int spaces, const xmlChar **space, int attrs,
                     int defaulted, const xmlChar **raw)
{
    struct lf_xml_in *x = user;
    (void)prefix, (void)uri, (void)spaces, (void)space, (void)defaulted;
    if (failed(x))
        return;
    x->run = 0;
    size_t n = attrs > 0 ? (size_t)attrs : 0;
    if (++x->depth > LF_XML_DEPTH) {
        lf_fail(&x->failure, LF_E_XML_DEPTH,
                "elements are nested deeper than xml-depth, %d", (int)LF_XML_DEPTH);
    } else if (take_attrs(x, n, raw) &&
               !x->handler.start(x->handler.user, name_of(name), x->attr, n, line_of(x),
                                 &x->failure)) {
        lf_fail(&x->failure, LF_E_BUG, "an XML handler stopped without a reason");
    }
    if (failed(x))
        stop(x);
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix,
                   const xmlChar *uri)
{
    struct lf_xml_in *x = user;
    (void)prefix, (void)uri;
    if (failed(x))
        return;
    x->run = 0;
    x->whole = --x->depth == 0;
    if (!x->handler.end(x->handler.user, name_of(name), line_of(x), &x->failure))
        lf_fail(&x->failure, LF_E_BUG, "an XML handler stopped without a reason");
    if (failed(x))
        stop(x);
}

static void give_text(struct lf_xml_in *x, struct lf_slice text)
{
    x->run += text.len; // no overflow: it is held below the limit
    if (x->run > LF_XML_ATTRIBUTE)
        lf_fail(&x->failure, LF_E_XML_ATTRIBUTE,
                "a text is longer than xml-attribute, %d bytes", (int)LF_XML_ATTRIBUTE);
    else if (!x->handler.text(x->handler.user, text, &x->failure))
        lf_fail(&x->failure, LF_E_BUG, "an XML handler stopped without a reason");
    if (failed(x))
        stop(x);
}

static void on_text(void *user, const xmlChar *at, int n)
{
    struct lf_xml_in *x = user;
    if (!failed(x) && n > 0)
        give_text(x, slice(at, at + n));
}

// The push parser of 2.9.14 hands out CDATA as it stands in the file: overlong
// sequences pass, and CR LF and CR are left for us to make LF. The byte behind the
// piece is there too: more of the section, or its end.
static void on_cdata(void *user, const xmlChar *at, int n)
{
    struct lf_xml_in *x = user;
    if (failed(x) || n <= 0)
        return;
    if (!lf_utf8_ok(slice(at, at + n))) {
        lf_fail(&x->failure, LF_E_XML, "Input is not proper UTF-8");
        stop(x);
        return;
    }
    if (!memchr(at, '\r', (size_t)n)) {
        give_text(x, slice(at, at + n));
        return;
    }
    lf_buf_clear(&x->cdata);
    for (int i = 0; i < n; i++) {
        if (at[i] != '\r')
            lf_buf_char(&x->cdata, (char)at[i]);
        else if (at[i + 1] != '\n')
            lf_buf_char(&x->cdata, '\n');
    }
    if (!lf_buf_ok(&x->cdata, &x->failure))
        stop(x);
    else if (x->cdata.len)
        give_text(x, lf_buf_view(&x->cdata));
}

static void on_doctype(void *user, const xmlChar *name, const xmlChar *external,
                       const xmlChar *system)
{
    struct lf_xml_in *x = user;
    (void)name, (void)external, (void)system;
    lf_fail(&x->failure, LF_E_XML_DTD, "the document declares a document type");
    stop(x);
}

struct lf_xml_in *lf_xml_in_new(const struct lf_xml_handler *h, struct lf_error *err)
{
    // Callbacks that are NULL: entities are not known, comments and instructions
    // ignored.
    xmlSAXHandler sax = {
        .initialized = XML_SAX2_MAGIC,
        .internalSubset = on_doctype,
        .startElementNs = on_start,
        .endElementNs = on_end,
        .characters = on_text,
        .ignorableWhitespace = on_text,
        .cdataBlock = on_cdata,
        .serror = on_error,
    };
    struct lf_xml_in *x = lf_alloc(1, sizeof *x, err);
    if (!x)
        return NULL;
    x->handler = *h;
    struct channels was = take_channels(x);
    x->parser = xmlCreatePushParserCtxt(&sax, x, NULL, 0, NULL);
    bool ok = x->parser && xmlCtxtUseOptions(x->parser, XML_PARSE_NONET) == 0;
    give_channels(was);
    if (!ok) {
        lf_fail(err, LF_E_NOMEM, "no memory for an XML parser");
        lf_xml_in_free(&x);
    }
    return x;
}

// Counts the attributes of a tag that libxml2 still holds back; see ATTRIBUTES.
static bool check_held_tag(struct lf_xml_in *x)
{
    const xmlParserInput *in = x->parser->input;
    if (!in || in->end - in->cur < 2 || in->cur[0] != '<' || in->cur[1] == '!' ||
        in->cur[1] == '?')
        return true;
    struct tag *t = &x->tag;
    unsigned long at = in->consumed + (unsigned long)(in->cur - in->base);
    if (t->at != at)
        *t = (struct tag){.at = at};
    for (size_t len = (size_t)(in->end - in->cur); t->seen < len; t->seen++) {
        char c = (char)in->cur[t->seen];
        if (t->quote && c == t->quote)
            t->quote = '\0';
        else if (!t->quote && (c == '"' || c == '\''))
            t->quote = c;
        else if (!t->quote && c == '=' && ++t->equals > ATTRIBUTES)
            return lf_fail(&x->failure, LF_E_XML_ATTRIBUTE,
                           "an element has more than %d attributes", (int)ATTRIBUTES);
    }
    return true;
}

static bool push(struct lf_xml_in *x, const char *bytes, size_t n, bool last)
{
    struct channels was = take_channels(x);
    int code = xmlParseChunk(x->parser, bytes, (int)n, last);
    if (!failed(x) && (code != XML_ERR_OK || !x->parser->wellFormed))
        lf_fail(&x->failure, LF_E_XML, "not well-formed (libxml2 error %d)", code);
    if (!failed(x) && !last)
        check_held_tag(x);
    if (failed(x))
        lf_fail_at_line(&x->failure, line_of(x));
    give_channels(was);
    return !failed(x);
}

static bool report(const struct lf_xml_in *x, struct lf_error *err)
{
    if (err->code == LF_OK)
        *err = x->failure;
    return false;
}

bool lf_xml_in_push(struct lf_xml_in *x, const void *bytes, size_t n,
                    struct lf_error *err)
{
    const char *at = bytes;
    if (x->ended)
        return lf_fail(err, LF_E_BUG, "XML was pushed after its end");
    while (n && !failed(x)) {
        size_t part = n < PIECE - x->held ? n : PIECE - x->held;
        if (part == PIECE) {
            push(x, at, PIECE, false);
        } else {
            memcpy(x->piece + x->held, at, part);
            x->held += part;
        }
        if (x->held == PIECE) {
            x->held = 0;
            push(x, x->piece, PIECE, false);
        }
        at += part;
        n -= part;
    }
    return failed(x) ? report(x, err) : true;
}

bool lf_xml_in_end(struct lf_xml_in *x, struct lf_error *err)
{
    if (!x->ended) {
        x->ended = true;
        if (!failed(x) && (!x->held || push(x, x->piece, x->held, false)))
            push(x, NULL, 0, true);
    }
    return failed(x) ? report(x, err) : true;
}

void lf_xml_in_free(struct lf_xml_in **x)
{
    if (!*x)
        return;
    xmlFreeParserCtxt((*x)->parser);
    lf_buf_done(&(*x)->decoded);
    lf_buf_done(&(*x)->cdata);
    lf_free(*x);
    *x = NULL;
}
