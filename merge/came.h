// Which items an archive brought back, for the record.
#ifndef LF_CAME_H
#define LF_CAME_H

#include "merge/incoming.h"

// Of one source: {"<field>": "0-8,10", ..}, the rows of the run by field; empty: none.
LF_MUST_USE bool lf_came(const struct lf_incoming *in, uint32_t source,
                         struct lf_arena *a, struct lf_slice *json,
                         struct lf_error *err);

#endif
