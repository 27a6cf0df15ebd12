// Whether two JSON values mean the same, whatever their bytes. Both are text that was
// checked.
#ifndef LF_JSON_SAME_H
#define LF_JSON_SAME_H

#include "formats/base/arena.h"

struct lf_json_pair {     // of two objects
    struct lf_slice key;  // decoded
    struct lf_slice a, b; // trimmed; empty: only the other one has it
};

// Numbers by value, 1 and 1.0 are one, and so are MongoDB's {"$numberInt": "1"} and 1;
// NaN is NaN. Texts decoded, members of objects in any order; one that is null is not
// there. An empty slice is a value that is not there.
LF_MUST_USE bool lf_json_same(struct lf_slice a, struct lf_slice b, struct lf_arena *m,
                              bool *same, struct lf_error *err);
// The members of both, paired by what their keys mean; those that are null are left
// out. In the order of a, if b has the same keys in the same order, else sorted by key.
// What is no object has no members.
LF_MUST_USE bool lf_json_join(struct lf_slice a, struct lf_slice b, struct lf_arena *m,
                              struct lf_json_pair **pair, size_t *count,
                              struct lf_error *err);

#endif
