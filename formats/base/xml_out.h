// XML in the lexical form of CVAT's own dumps (facts: CVAT server writer): two blanks a
// level, LF only, one element a line, never self-closing, text and attributes escaped
// as Python's xml.sax.saxutils does. That keeps a carriage return in text as it is, and
// every reader makes a line feed of it. Characters that XML 1.0 cannot hold are left
// out: ask lf_xml_can_hold first where that would be a loss.
#ifndef LF_XML_OUT_H
#define LF_XML_OUT_H

#include "formats/base/buf.h"

struct lf_xml_out {
    struct lf_buf *buf; // borrowed; the caller empties it as it likes
    unsigned depth;
    bool in_tag; // the start tag is still open for attributes
};

// False when the text (UTF-8) holds a control character other than tab, line feed and
// carriage return, or U+FFFE or U+FFFF: no XML 1.0 document can.
bool lf_xml_can_hold(struct lf_slice text);

// The XML declaration and a line feed.
void lf_xml_head(struct lf_xml_out *x);
void lf_xml_open(struct lf_xml_out *x, const char *name);
void lf_xml_attr(struct lf_xml_out *x, const char *name, struct lf_slice value);
void lf_xml_attr_int(struct lf_xml_out *x, const char *name, int64_t value);
// Shortest form that reads back to the same double.
void lf_xml_attr_double(struct lf_xml_out *x, const char *name, double value);
void lf_xml_close(struct lf_xml_out *x, const char *name);
// <name>text</name> on one line.
void lf_xml_leaf(struct lf_xml_out *x, const char *name, struct lf_slice text);
// <attribute name="...">text</attribute> on one line.
void lf_xml_leaf_attr(struct lf_xml_out *x, const char *name, const char *attr,
                      struct lf_slice value, struct lf_slice text);

#endif
