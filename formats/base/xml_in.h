// XML pushed through libxml2's SAX2 parser: strict, no DTD, no entities beyond the
// five, no network, no limit lifted. Line numbers count from 1. Namespace prefixes are
// dropped.
#ifndef LF_XML_IN_H
#define LF_XML_IN_H

#include "formats/base/error.h"

struct lf_xml_attr {
    struct lf_slice name, value; // decoded; live until the handler returns
};

// Each returns false with `err` filled to stop. `text` may come in several pieces.
struct lf_xml_handler {
    void *user;
    bool (*start)(void *user, struct lf_slice name, const struct lf_xml_attr *attr,
                  size_t attrs, uint64_t line, struct lf_error *err);
    bool (*end)(void *user, struct lf_slice name, uint64_t line, struct lf_error *err);
    bool (*text)(void *user, struct lf_slice text, struct lf_error *err);
};

struct lf_xml_in;

LF_MUST_USE struct lf_xml_in *lf_xml_in_new(const struct lf_xml_handler *h,
                                            struct lf_error *err);
// Handlers may be called later, as up to 64 KiB wait for more: so what they see does
// not depend on how the bytes are cut.
LF_MUST_USE bool lf_xml_in_push(struct lf_xml_in *x, const void *bytes, size_t n,
                                struct lf_error *err);
// The document must be complete.
LF_MUST_USE bool lf_xml_in_end(struct lf_xml_in *x, struct lf_error *err);
void lf_xml_in_free(struct lf_xml_in **x);

#endif
