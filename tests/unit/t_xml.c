#include "tests/unit/unit.h"

#include <libxml/xmlerror.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "formats/base/limits.h"
#include "tests/support/xml_echo.h"

// --- events
// -----------------------------------------------------------------------------

// What a handler was told, one line an event; neighbouring pieces of text are one.
struct log {
    struct lf_buf out;
    bool in_text;
    const char *stop_at; // element whose start fails
};

static void log_part(struct log *l, char kind, struct lf_slice s)
{
    lf_buf_char(&l->out, kind);
    lf_buf_slice(&l->out, s);
}

static bool log_start(void *user, struct lf_slice name, const struct lf_xml_attr *attr,
                      size_t attrs, uint64_t line, struct lf_error *err)
{
    struct log *l = user;
    lf_buf_printf(&l->out, "\n%llu", (unsigned long long)line);
    log_part(l, '<', name);
    for (size_t i = 0; i < attrs; i++) {
        log_part(l, ' ', attr[i].name);
        log_part(l, '=', attr[i].value);
    }
    l->in_text = false;
    if (l->stop_at && lf_slice_is(name, l->stop_at))
        return lf_fail(err, LF_E_CVAT, "no such element");
    return lf_buf_ok(&l->out, err);
}

static bool log_end(void *user, struct lf_slice name, uint64_t line,
                    struct lf_error *err)
{
    struct log *l = user;
    lf_buf_printf(&l->out, "\n%llu", (unsigned long long)line);
    log_part(l, '/', name);
    l->in_text = false;
    return lf_buf_ok(&l->out, err);
}

static bool log_text(void *user, struct lf_slice text, struct lf_error *err)
{
    struct log *l = user;
    if (!l->in_text)
        lf_buf_text(&l->out, "\n|");
    l->in_text = true;
    lf_buf_slice(&l->out, text);
    return lf_buf_ok(&l->out, err);
}

// Pushes in steps of `step` bytes, or of 1 to 7000 at random when it is 0.
static bool read_xml(struct log *l, struct lf_slice in, size_t step,
                     struct lf_error *err)
{
    const struct lf_xml_handler handler = {l, log_start, log_end, log_text};
    struct lf_xml_in *x = lf_xml_in_new(&handler, err);
    bool ok = x != NULL;
    uint32_t dice = 1;
    for (size_t at = 0, n; ok && at < in.len; at += n) {
        dice = dice * 1664525 + 1013904223;
        n = step ? step : 1 + (dice >> 8) % (dice >> 31 ? 7 : 7000);
        n = n < in.len - at ? n : in.len - at;
        ok = lf_xml_in_push(x, in.at + at, n, err);
    }
    ok = ok && lf_xml_in_end(x, err);
    lf_xml_in_free(&x);
    assert_true(ok == (err->code == LF_OK));
    return ok;
}

// --- documents that are refused
// ----------------------------------------------------------

struct row {
    const char *name, *head, *unit;
    size_t times;
    const char *tail;
    enum lf_code code;
    uint64_t line;
};

#define XML "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
#define LAUGHS                                                                         \
    "<!DOCTYPE a [\n<!ENTITY l \"ha\">\n<!ENTITY m "                                   \
    "\"&l;&l;&l;&l;&l;&l;&l;&l;&l;&l;\">\n"                                            \
    "<!ENTITY n \"&m;&m;&m;&m;&m;&m;&m;&m;&m;&m;\">\n"                                 \
    "<!ENTITY o \"&n;&n;&n;&n;&n;&n;&n;&n;&n;&n;\">\n]>\n"

static const struct row rows[] = {
    {"billion laughs in text", XML LAUGHS "<a>", "&o;", 1000, "</a>", LF_E_XML_DTD, 2},
    {"billion laughs in an attribute", XML LAUGHS "<a b='", "&o;", 1000, "'/>",
     LF_E_XML_DTD, 2},
    {"an entity that holds itself", "<!DOCTYPE a [<!ENTITY e '&e;'>]><a>&e;</a>", "", 0,
     "", LF_E_XML_DTD, 1},
    {"a file as entity", XML "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>\n",
     "", 0, "<a>&e;</a>", LF_E_XML_DTD, 2},
    {"an external DTD", "<!DOCTYPE a SYSTEM 'http://127.0.0.1/a.dtd'>\n<a/>", "", 0, "",
     LF_E_XML_DTD, 1},
    {"a plain DOCTYPE", "<!DOCTYPE a><a/>", "", 0, "", LF_E_XML_DTD, 1},
    {"a DOCTYPE without a name", XML "<!DOCTYPE ><a/>", "", 0, "", LF_E_XML_DTD, 2},
    {"a DOCTYPE cut short", "<!DOCTYPE a [<!ENTITY", "", 0, "", LF_E_XML_DTD, 1},
    {"a DOCTYPE in UTF-16", "\xff\xfe<\0!\0D\0O\0C\0T\0Y\0P\0E\0 \0a\0>\0<\0a\0/\0>\0",
     NULL, 34, "", LF_E_XML_DTD, 1},

    {"32 levels", XML, "<a>\n", 32, NULL, LF_OK, 0},
    {"33 levels", XML, "<a>\n", 33, NULL, LF_E_XML_DEPTH, 34},
    {"100 000 levels", XML, "<a>\n", 100000, NULL, LF_E_XML_DEPTH, 34},

    {"an attribute at the limit", "<a b='", "x", LF_XML_ATTRIBUTE, "'/>", LF_OK, 0},
    {"an attribute one over", "<a b='", "x", LF_XML_ATTRIBUTE + 1, "'/>",
     LF_E_XML_ATTRIBUTE, 1},
    {"an attribute of 12 MB", "<a>\n<b c='", "x", 12000000, "'/></a>",
     LF_E_XML_ATTRIBUTE, 2},
    {"an attribute of 12 MB of >", "<a>\n<b c='", ">", 12000000, "'/></a>",
     LF_E_XML_ATTRIBUTE, 2},
    {"an attribute of 12 MB of &amp;", "<a>\n<b c='", "&amp;", 2400000, "'/></a>",
     LF_E_XML_ATTRIBUTE, 2},
    {"a text at the limit", "<a>", "x", LF_XML_ATTRIBUTE, "</a>", LF_OK, 0},
    {"a text one over", "<a>", "x", LF_XML_ATTRIBUTE + 1, "</a>", LF_E_XML_ATTRIBUTE,
     1},
    {"a text one over in two parts", "<a>x<!-- c --><![CDATA[", "x", LF_XML_ATTRIBUTE,
     "]]></a>", LF_E_XML_ATTRIBUTE, 1},
    {"two texts at the limit", "<a>x<b/>", "x", LF_XML_ATTRIBUTE, "</a>", LF_OK, 0},
    {"a text of 12 MB", "<a>\n<b>", "x", 12000000, "</b></a>", LF_E_XML_ATTRIBUTE, 2},
    {"a CDATA section of 12 MB", "<a>\n<![CDATA[", "x", 12000000, "]]></a>",
     LF_E_XML_ATTRIBUTE, 2},
    {"a comment of 12 MB", "<a>\n<!--", "x", 12000000, "--></a>", LF_E_XML_ATTRIBUTE,
     2},
    {"an instruction of 12 MB", "<a>\n<?b ", "x", 12000000, "?></a>",
     LF_E_XML_ATTRIBUTE, 2},
    {"a name of 60 kB", "<a>\n<", "x", 60000, "/></a>", LF_E_XML_ATTRIBUTE, 2},
    {"an attribute's name of 60 kB", "<a>\n<b ", "x", 60000, "='1'/></a>",
     LF_E_XML_ATTRIBUTE, 2},
    {"a start tag that never ends", "<a>\n<b ", "x='' ", 12000000 / 5, "",
     LF_E_XML_ATTRIBUTE, 2},

    {"an attribute twice", "<a>\n<b c='1' c='2'/></a>", "", 0, "", LF_E_XML, 2},
    {"an attribute twice by prefixes",
     "<a xmlns:p='u' xmlns:q='v'>\n<b p:c='1' q:c='2'/></a>", "", 0, "", LF_E_XML, 2},
    {"an attribute with and without prefix", "<a xmlns:p='u'>\n<b p:c='1' c='2'/></a>",
     "", 0, "", LF_E_XML, 2},
    {"a prefix that is not declared", "<a>\n<p:b/></a>", "", 0, "", LF_E_XML, 2},
    {"a wrong end tag", "<a>\n<b>\n</c></a>", "", 0, "", LF_E_XML, 3},
    {"text behind the root", "<a/>\n\nx", "", 0, "", LF_E_XML, 3},
    {"a second root", "<a/>\n<b/>", "", 0, "", LF_E_XML, 2},
    {"bytes that are not UTF-8", "<a>\n\xff\xfe</a>", "", 0, "", LF_E_XML, 2},
    {"an overlong sequence", "<a>\n\xc0\xaf</a>", "", 0, "", LF_E_XML, 2},
    {"a surrogate", "<a>\n\xed\xa0\x80</a>", "", 0, "", LF_E_XML, 2},
    {"bytes that are not UTF-8 in an attribute", "<a>\n<b c='\xff'/></a>", "", 0, "",
     LF_E_XML, 2},
    {"bytes that are not UTF-8 in CDATA", "<a>\n<![CDATA[\xff]]></a>", "", 0, "",
     LF_E_XML, 2},
    {"an overlong sequence in CDATA", "<a>\n<![CDATA[\xe0\x81\x81]]></a>", "", 0, "",
     LF_E_XML, 2},
    {"a NUL by number", "<a>\n&#0;</a>", "", 0, "", LF_E_XML, 2},
    {"a control character by number", "<a>\n<b c='&#27;'/></a>", "", 0, "", LF_E_XML,
     2},
    {"a NUL", "<a>\n\0</a>", NULL, 9, "", LF_E_XML, 2},
    {"a NUL in an attribute", "<a>\n<b c='\0'/></a>", NULL, 18, "", LF_E_XML, 2},
    {"an ESC", "<a>\n\x1b</a>", "", 0, "", LF_E_XML, 2},
    {"an entity that is not known", "<a>\n&nbsp;</a>", "", 0, "", LF_E_XML, 2},
    {"]]> in text", "<a>\n]]></a>", "", 0, "", LF_E_XML, 2},
    {"a < in an attribute", "<a>\n<b c='<'/></a>", "", 0, "", LF_E_XML, 2},
    {"an attribute without quotes", "<a>\n<b c=1/></a>", "", 0, "", LF_E_XML, 2},
    {"cut in a start tag", XML "<a>\n<b c='", "", 0, "", LF_E_XML, 3},
    {"cut in text", XML "<a>\nabc", "", 0, "", LF_E_XML, 3},
    {"cut in a comment", XML "<a>\n<!-- ", "", 0, "", LF_E_XML, 3},
    {"cut in CDATA", XML "<a>\n<![CDATA[ ", "", 0, "", LF_E_XML, 3},
    {"cut before the end tag", XML "<a>\n<b/>\n", "", 0, "", LF_E_XML, 3},
    {"no bytes", "", "", 0, "", LF_E_XML, 1},
    {"one byte", "<", "", 0, "", LF_E_XML, 1},
    {"blanks", " \n \n", "", 0, "", LF_E_XML, 3},
    {"only a declaration", XML, "", 0, "", LF_E_XML, 2},
    {"something else", "PK\3\4....", "", 0, "", LF_E_XML, 1},

    {"an encoding nobody knows", "<?xml version='1.0' encoding='x-nobody'?><a/>", "", 0,
     "", LF_E_XML_ENCODING, 1},
    {"UTF-16 that is none", "<?xml version='1.0' encoding='utf-16'?><a/>", "", 0, "",
     LF_E_XML, 1},
    {"ASCII that is none", "<?xml version='1.0' encoding='us-ascii'?>\n<a>\xe4</a>", "",
     0, "", LF_E_XML, 2},
    {"half a character of UTF-16", "\xff\xfe<\0a\0>\0\0\xd8", NULL, 10, "", LF_E_XML,
     1},
};

// head + times * unit + tail; unit NULL: `times` bytes of head; tail NULL: as many
// "</a>".
static void build(const struct row *r, struct lf_buf *doc)
{
    if (!r->unit) {
        lf_buf_add(doc, r->head, r->times);
        return;
    }
    lf_buf_text(doc, r->head);
    for (size_t i = 0; i < r->times; i++)
        lf_buf_text(doc, r->unit);
    for (size_t i = 0; !r->tail && i < r->times; i++)
        lf_buf_text(doc, "</a>");
    lf_buf_text(doc, r->tail ? r->tail : "");
}

static void check_row(const struct row *r, size_t step, struct lf_buf *complaints)
{
    struct lf_buf doc = {0};
    struct log l = {0};
    struct lf_error err = {0};
    build(r, &doc);
    read_xml(&l, lf_buf_view(&doc), step, &err);
    if (err.code != r->code || err.line != r->line || strchr(err.what, '\n') ||
        strstr(err.what, "\\x0a"))
        lf_buf_printf(complaints, "%s: LF%d line %llu, '%s'\n", r->name, (int)err.code,
                      (unsigned long long)err.line, err.what);
    lf_buf_done(&doc);
    lf_buf_done(&l.out);
}

// libxml2 likes to talk to stderr: nothing may arrive there.
static void every_hostile_row_is_answered_in_silence(void **state)
{
    (void)state;
    FILE *caught = tmpfile();
    int saved = dup(2);
    assert_non_null(caught);
    assert_true(saved >= 0 && dup2(fileno(caught), 2) == 2);
    xmlGenericErrorFunc generic = xmlGenericError;
    xmlStructuredErrorFunc structured = xmlStructuredError;
    struct lf_buf complaints = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_row(&rows[i], 65536, &complaints);
        check_row(&rows[i], 0, &complaints);
    }
    dup2(saved, 2);
    close(saved);
    if (complaints.len)
        fail_msg("%.*s", (int)complaints.len, complaints.at);
    assert_true(generic == xmlGenericError && structured == xmlStructuredError);
    assert_null(xmlStructuredErrorContext);
    assert_int_equal(lseek(fileno(caught), 0, SEEK_END), 0);
    fclose(caught);
}

static void attributes_are_counted(void **state)
{
    (void)state;
    for (int n = 255; n <= 100000; n += n < 258 ? 1 : 99742) {
        struct lf_buf doc = {0};
        struct log l = {0};
        struct lf_error err = {0};
        lf_buf_text(&doc, "<r><a");
        for (int i = 0; i < n; i++)
            lf_buf_printf(&doc, " a%d='= ='", i);
        lf_buf_text(&doc, "/></r>");
        assert_true(read_xml(&l, lf_buf_view(&doc), 4096, &err) == (n <= 256));
        assert_int_equal(err.code, n <= 256 ? LF_OK : LF_E_XML_ATTRIBUTE);
        lf_buf_done(&doc);
        lf_buf_done(&l.out);
    }
}

// --- documents that are read
// --------------------------------------------------------------

#define BYTES(literal)                                                                 \
    {                                                                                  \
        (literal), sizeof(literal) - 1                                                 \
    }

static const struct {
    const char *name;
    struct lf_slice doc, events;
} reads[] = {
    {"entities",
     BYTES("<a b='&lt;&amp;&gt;&quot;&apos;' c='&#38;#38;&#x26;amp;'>&lt;&amp;&#38;"
           "amp;&#65;&#x1F600;</a>"),
     BYTES("\n1<a b=<&>\"' c=&#38;&amp;\n|<&&amp;A\xf0\x9f\x98\x80\n1/a")},
    {"many decoded attributes",
     BYTES("<a b='&amp;&amp;1' c='x' d='&amp;2' e='' f='3&amp;'/>"),
     BYTES("\n1<a b=&&1 c=x d=&2 e= f=3&\n1/a")},
    {"white space in attributes", BYTES("<a b='1\n2\t3\r\n4&#10;&#9;&#13;'/>"),
     BYTES("\n3<a b=1 2 3 4\n\t\r\n3/a")},
    {"CRLF", BYTES("<a>\r\n<b/>\rx\n</a>\r\n"),
     BYTES("\n1<a\n|\n\n2<b\n2/b\n|\nx\n\n3/a")},
    {"CRLF in CDATA",
     BYTES("<a><![CDATA[1\r\n2\r3\n]]><![CDATA[\r]]><![CDATA[\n]]></a>"),
     BYTES("\n1<a\n|1\n2\n3\n\n\n\n4/a")},
    {"CDATA", BYTES("<a>x<![CDATA[<&amp;]]]]><![CDATA[>]]><![CDATA[]]>y</a>"),
     BYTES("\n1<a\n|x<&amp;]]>y\n1/a")},
    {"comments and instructions",
     BYTES("<?a b?><!-- <x> --><a>1<!-- - -->2<?p q?>3</a><!-- -->"),
     BYTES("\n1<a\n|123\n1/a")},
    {"prefixes", BYTES("<p:a xmlns:p='u' xmlns='w' p:b='1' xml:lang='de'><c/></p:a>"),
     BYTES("\n1<a b=1 lang=de\n1<c\n1/c\n1/a")},
    {"> in the root's attribute", BYTES("<a b='>' c=\">'>\">></a>"),
     BYTES("\n1<a b=> c=>'>\n|>\n1/a")},
    {"a BOM", BYTES("\xef\xbb\xbf<?xml version='1.0'?>\n<a>\xc3\xa4</a>"),
     BYTES("\n2<a\n|\xc3\xa4\n2/a")},
    {"Latin-1",
     BYTES("<?xml version='1.0' encoding='ISO-8859-1'?>\n<a b='\xe4'>\xfc</a>"),
     BYTES("\n2<a b=\xc3\xa4\n|\xc3\xbc\n2/a")},
    {"Windows-1252", BYTES("<?xml version='1.0' encoding='windows-1252'?><a>\x80</a>"),
     BYTES("\n1<a\n|\xe2\x82\xac\n1/a")},
    {"UTF-16", BYTES("\xff\xfe<\0a\0>\0\xe4\0<\0/\0a\0>\0"),
     BYTES("\n1<a\n|\xc3\xa4\n1/a")},
    {"XML 1.0 without declaration", BYTES("<a/>"), BYTES("\n1<a\n1/a")},
};

static void events_are_what_the_document_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        for (size_t step = 0; step < 5; step++) {
            struct log l = {0};
            struct lf_error err = {0};
            if (!read_xml(&l, reads[i].doc, step ? step : 1000, &err))
                fail_msg("%s: %s", reads[i].name, err.what);
            if (!lf_slice_eq(lf_buf_view(&l.out), reads[i].events))
                fail_msg("%s: %.*s", reads[i].name, (int)l.out.len, l.out.at);
            lf_buf_done(&l.out);
        }
    }
}

// libxml2 is given pieces of 64 KiB. Here the border falls on each byte of a document
// that holds everything, by a longer and longer comment before it.
static void a_border_of_pieces_is_not_seen(void **state)
{
    (void)state;
    static const char body[] =
        "<a b='1 > 2' c=\"&amp;'\xc3\xa4\">text &lt; \xf0\x9f\x98\x80 \xc3\xa4\r\n"
        "<b>]]&gt;</b><!-- <c d='> --><![CDATA[x]] \r\n ]>\xe2\x82\xac]]><d/>\r"
        "<?p '?><e f='&#10;' g='\xe2\x82\xac'/>&#x20AC;\r\n</a>\r\n";
    static const char crlf[] = "\r\n\r\n\r\n";
    struct log want = {0};
    struct lf_error err = {0};
    assert_true(read_xml(&want, LF_S(body), 1000, &err));
    for (size_t shift = 0; shift < sizeof body + 4; shift++) {
        struct lf_buf doc = {0};
        struct log l = {0};
        size_t fill = 65536 - sizeof body + shift;
        lf_buf_text(&doc, "<!--");
        while (doc.len < fill - 3)
            lf_buf_char(&doc, '.');
        lf_buf_text(&doc, "-->");
        lf_buf_add(&doc, body, sizeof body - 1);
        lf_buf_text(&doc, crlf);
        if (!read_xml(&l, lf_buf_view(&doc), shift % 2 ? 1 : 100000, &err) ||
            !lf_slice_eq(lf_buf_view(&l.out), lf_buf_view(&want.out)))
            fail_msg("shift %zu: %s: %.*s", shift, err.what, (int)l.out.len, l.out.at);
        lf_buf_done(&doc);
        lf_buf_done(&l.out);
    }
    lf_buf_done(&want.out);
}

static void any_cut_gives_the_same_events(void **state)
{
    (void)state;
    struct lf_buf doc = {0};
    struct log whole = {0};
    struct lf_error err = {0};
    lf_buf_text(&doc, XML "<annotations>\n");
    for (int i = 0; i < 20000; i++)
        lf_buf_printf(
            &doc,
            "  <image id=\"%d\" name='\xc3\xa4 > &quot;%d'>\r\n  t&#%d;\n</image>", i,
            i * 7, 0x20 + i % 3000);
    lf_buf_text(&doc, "</annotations>\n");
    assert_true(read_xml(&whole, lf_buf_view(&doc), doc.len, &err));
    static const size_t steps[] = {0, 1, 3, 4096, 65535, 65536, 65537, 131072, 200000};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct log l = {0};
        assert_true(read_xml(&l, lf_buf_view(&doc), steps[i], &err));
        assert_true(lf_slice_eq(lf_buf_view(&l.out), lf_buf_view(&whole.out)));
        lf_buf_done(&l.out);
    }
    lf_buf_done(&doc);
    lf_buf_done(&whole.out);
}

static void a_handler_can_stop(void **state)
{
    (void)state;
    struct log l = {.stop_at = "b"};
    struct lf_error err = {0};
    const struct lf_xml_handler handler = {&l, log_start, log_end, log_text};
    struct lf_xml_in *x = lf_xml_in_new(&handler, &err);
    assert_non_null(x);
    assert_true(lf_xml_in_push(x, "<a>\n<b c='&amp;'>x</b><b/>", 26, &err));
    assert_false(lf_xml_in_end(x, &err));
    assert_int_equal(err.code, LF_E_CVAT);
    assert_int_equal(err.line, 2);
    assert_string_equal(err.what, "no such element");
    assert_true(lf_slice_is(lf_buf_view(&l.out), "\n1<a\n|\n\n2<b c=&"));
    lf_error_clear(&err);
    assert_false(lf_xml_in_end(x, &err)); // it stays failed
    assert_int_equal(err.code, LF_E_CVAT);
    lf_error_clear(&err);
    assert_false(lf_xml_in_push(x, "x", 1, &err));
    assert_int_equal(err.code, LF_E_BUG);
    lf_xml_in_free(&x);
    lf_xml_in_free(&x);
    lf_buf_done(&l.out);
}

// --- writing
// ------------------------------------------------------------------------------

// The values, and what Python 3.11's quoteattr and escape of xml.sax.saxutils make of
// them.
static const struct {
    const char *value, *attr, *text;
} python[] = {
    {"plain", "\"plain\"", "plain"},
    {"", "\"\"", ""},
    {"a & b", "\"a &amp; b\"", "a &amp; b"},
    {"<a>", "\"&lt;a&gt;\"", "&lt;a&gt;"},
    {"]]>", "\"]]&gt;\"", "]]&gt;"},
    {"say \"hi\"", "'say \"hi\"'", "say \"hi\""},
    {"it's", "\"it's\"", "it's"},
    {"both \"a\" and 'b'", "\"both &quot;a&quot; and 'b'\"", "both \"a\" and 'b'"},
    {"\"", "'\"'", "\""},
    {"'", "\"'\"", "'"},
    {"a\nb", "\"a&#10;b\"", "a\nb"},
    {"a\tb", "\"a&#9;b\"", "a\tb"},
    {"a\rb", "\"a&#13;b\"", "a\rb"},
    {"a\r\nb", "\"a&#13;&#10;b\"", "a\r\nb"},
    {" \"\n\" & <", "' \"&#10;\" &amp; &lt;'", " \"\n\" &amp; &lt;"},
    {"Gr\xc3\xb6\xc3\x9f"
     "e",
     "\"Gr\xc3\xb6\xc3\x9f"
     "e\"",
     "Gr\xc3\xb6\xc3\x9f"
     "e"},
    {"\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\"", "\xf0\x9f\x98\x80"},
    {"\xe2\x80\xa8\xc2\x85\x7f", "\"\xe2\x80\xa8\xc2\x85\x7f\"",
     "\xe2\x80\xa8\xc2\x85\x7f"},
    {"&amp;", "\"&amp;amp;\"", "&amp;amp;"},
    {"&#10;", "\"&amp;#10;\"", "&amp;#10;"},
    {"  blanks  ", "\"  blanks  \"", "  blanks  "},
};

static void escapes_are_those_of_python(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof python / sizeof *python; i++) {
        struct lf_buf out = {0}, want = {0};
        struct lf_xml_out x = {.buf = &out};
        struct lf_slice value = lf_slice_of(python[i].value);
        lf_xml_leaf_attr(&x, "a", "b", value, value);
        lf_buf_printf(&want, "<a b=%s>%s</a>\n", python[i].attr, python[i].text);
        if (!lf_slice_eq(lf_buf_view(&out), lf_buf_view(&want)))
            fail_msg("%.*s instead of %.*s", (int)out.len, out.at, (int)want.len,
                     want.at);
        assert_true(lf_xml_can_hold(value));
        lf_buf_done(&out);
        lf_buf_done(&want);
    }
}

static void what_xml_cannot_hold_is_left_out(void **state)
{
    (void)state;
    struct lf_buf out = {0};
    struct lf_xml_out x = {.buf = &out};
    lf_xml_leaf_attr(&x, "a", "b", LF_S("1\0002\x1b\x1f"),
                     LF_S("\xef\xbf\xbe"
                          "3\xef\xbf\xbf"));
    assert_true(lf_slice_is(lf_buf_view(&out), "<a b=\"12\">3</a>\n"));
    lf_buf_done(&out);
    assert_false(lf_xml_can_hold(LF_S("a\0")));
    assert_false(lf_xml_can_hold(LF_S("\x1b")));
    assert_false(lf_xml_can_hold(LF_S("a\xef\xbf\xbe")));
    assert_true(lf_xml_can_hold(LF_S("\t\r\n\x7f\xef\xbf\xbd")));
    assert_true(lf_xml_can_hold((struct lf_slice){NULL, 0}));
}

static void numbers_and_nesting_look_like_cvat(void **state)
{
    (void)state;
    struct lf_buf out = {0};
    struct lf_xml_out x = {.buf = &out};
    lf_xml_head(&x);
    lf_xml_open(&x, "a");
    lf_xml_open(&x, "b");
    lf_xml_attr_int(&x, "i", -7);
    lf_xml_attr_double(&x, "d", 0.1);
    lf_xml_open(&x, "c");
    lf_xml_close(&x, "c");
    lf_xml_leaf(&x, "e", LF_S(""));
    lf_xml_close(&x, "b");
    lf_xml_close(&x, "a");
    assert_int_equal(x.depth, 0);
    lf_buf_char(&out, '\0');
    assert_string_equal(out.at, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<a>\n"
                                "  <b i=\"-7\" d=\"0.1\">\n    <c>\n    </c>\n"
                                "    <e></e>\n  </b>\n</a>\n");
    lf_buf_done(&out);
}

// --- goldens
// ------------------------------------------------------------------------------

static bool load(const char *path, struct lf_buf *b)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    char chunk[4096];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
        lf_buf_add(b, chunk, n);
    assert_int_equal(ferror(f), 0);
    fclose(f);
    return true;
}

static void check_golden(const char *folder, const char *name)
{
    struct lf_buf path = {0}, doc = {0};
    lf_buf_printf(&path, "%s/%s", folder, name);
    lf_buf_char(&path, '\0');
    if (!load(path.at, &doc)) {
        print_message("skipped: no %s (set LF_SHARED to the folder of fixtures)\n",
                      path.at);
        lf_buf_done(&path);
        skip();
    }
    for (size_t step = 1; step < 100000; step += 33333) {
        struct lf_echo e = {0};
        struct lf_error err = {0};
        if (!lf_echo_run(&e, lf_buf_view(&doc), step, &err))
            fail_msg("%s: line %llu: %s", name, (unsigned long long)err.line, err.what);
        if (!lf_slice_eq(lf_buf_view(&e.out), lf_buf_view(&doc)))
            fail_msg("%s comes out differently:\n%.*s", name, (int)e.out.len, e.out.at);
        lf_echo_done(&e);
    }
    lf_buf_done(&path);
    lf_buf_done(&doc);
}

static const char *shared(void)
{
    const char *folder = getenv("LF_SHARED");
    return folder && *folder ? folder : LF_SHARED_DIR;
}

static void check_shared(const char *name)
{
    struct lf_buf folder = {0};
    char path[4096];
    lf_buf_printf(&folder, "%s/fixtures/cvat/writer-golden", shared());
    assert_true(folder.len < sizeof path);
    memcpy(path, folder.at, folder.len);
    path[folder.len] = '\0';
    lf_buf_done(&folder);
    check_golden(path, name);
}

static void our_golden_comes_out_as_it_went_in(void **state)
{
    (void)state;
    check_golden(LF_TESTS_DIR "/unit/data", "xml_escapes.xml");
}

static void cvat_images_come_out_as_they_went_in(void **state)
{
    (void)state;
    check_shared("images.xml");
}

static void cvat_video_comes_out_as_it_went_in(void **state)
{
    (void)state;
    check_shared("video.xml");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_hostile_row_is_answered_in_silence),
        cmocka_unit_test(attributes_are_counted),
        cmocka_unit_test(events_are_what_the_document_says),
        cmocka_unit_test(a_border_of_pieces_is_not_seen),
        cmocka_unit_test(any_cut_gives_the_same_events),
        cmocka_unit_test(a_handler_can_stop),
        cmocka_unit_test(escapes_are_those_of_python),
        cmocka_unit_test(what_xml_cannot_hold_is_left_out),
        cmocka_unit_test(numbers_and_nesting_look_like_cvat),
        cmocka_unit_test(our_golden_comes_out_as_it_went_in),
        cmocka_unit_test(cvat_images_come_out_as_they_went_in),
        cmocka_unit_test(cvat_video_comes_out_as_it_went_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
