// One scalar of a JSON document as the text a tool holds.
#ifndef LF_VALUE_H
#define LF_VALUE_H

#include "formats/base/buf.h"
#include "formats/label/label.h"

// null -> LF_V_NULL "", true -> LF_V_BOOL "true", numbers keep their own text, strings
// are decoded. MongoDB's {"$numberLong"}, {"$numberInt"} and finite {"$numberDouble"}
// count as numbers. *scalar is false for everything else (lists, dates, objects).
LF_MUST_USE bool lf_value_read(struct lf_slice json, struct lf_arena *a,
                               enum lf_value *type, struct lf_slice *text, bool *scalar,
                               struct lf_error *err);
// A text that came back, as JSON of type `type`. false: the type cannot hold it. An int
// that came back with a fraction is written as float and *widened set. Bools:
// true/false, any case.
bool lf_value_write(struct lf_slice text, enum lf_value type, bool ascii,
                    struct lf_buf *out, bool *widened);
// The JSON type a value that came back is to have: its own, else that of the old value,
// else the one the schema saw. `came` and `was` may be NULL.
enum lf_value lf_value_type(const struct lf_attr *came, const struct lf_attr *was,
                            enum lf_value seen);
// Equal for the tool: bool words without case, texts with CR LF and CR taken as LF.
bool lf_value_same(struct lf_slice a, struct lf_slice b, bool checkbox);
// Equal once both are written as JSON of `type`: "4" and "4.0" of a float are.
bool lf_value_same_typed(struct lf_slice a, struct lf_slice b, enum lf_value type);

#endif
