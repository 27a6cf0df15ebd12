// The documents of a dataset that lies in a tree (a folder or zip): samples.json, else
// each samples/NAME.json in the order of names, as FiftyOne reads them.
#ifndef FO_COPY_DOCS_H
#define FO_COPY_DOCS_H

#include "formats/base/digest.h"
#include "formats/base/json_stream.h"
#include "formats/base/tree.h"

struct fo_copy_docs {
    const struct lf_tree *tree;
    struct lf_digest *digest; // of every byte that was read
    struct lf_in *in;         // samples.json
    struct lf_json_stream *stream;
    size_t next;        // member of the tree to look at, where each sample is a file
    struct lf_buf text; // of the file that was read last
    const char *file;   // of the last document, for messages; lives until the next
    struct lf_buf name;
};

struct fo_copy_doc {
    struct lf_slice raw; // until the next; not an object of JSON when `broken`
    uint64_t at;         // in its file
    bool broken;         // the file is no JSON; err says why, the next one may be
};

// Whether the tree holds such documents.
bool fo_copy_has_docs(const struct lf_tree *t);
// `tree` and `digest` must outlive it.
LF_MUST_USE bool fo_copy_docs_open(struct fo_copy_docs *d, const struct lf_tree *t,
                                   struct lf_digest *digest, struct lf_error *err);
LF_MUST_USE bool fo_copy_docs_next(struct fo_copy_docs *d, struct fo_copy_doc *doc,
                                   bool *more, struct lf_error *err);
void fo_copy_docs_done(struct fo_copy_docs *d);

#endif
