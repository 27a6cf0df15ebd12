// What the sheets for the people at all tools say alike.
#ifndef LF_SHEET_H
#define LF_SHEET_H

#include "formats/label/asked.h"
#include "formats/label/schema.h"

// A name or a value, control characters made visible.
void lf_sheet_put(struct lf_buf *out, struct lf_slice text);
// What must not be done to the field's labels, which `tool` cannot lock; nothing where
// all is allowed.
void lf_sheet_rights(const struct lf_field *f, const char *tool, struct lf_buf *out);
// `word` and the name whose turn it is; nothing where nobody was asked.
void lf_sheet_who(const struct lf_asked *asked, enum lf_who who, size_t number,
                  const char *word, struct lf_buf *out);

#endif
