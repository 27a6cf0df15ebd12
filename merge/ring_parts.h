// Which ring of a polyline that came back is which of what was shipped.
#ifndef LF_RING_PARTS_H
#define LF_RING_PARTS_H

#include "formats/label/label.h"

// The rings of `*theirs` get the parts of base's rings: first those that lie where base
// has one, wherever it stood when the archive was made; then by the part they say, or,
// where base has another number of rings than was shipped, by what they stand between.
// A ring that is none of base's gets a part beyond all others. `*theirs` becomes a copy
// in the order of parts where that changes anything; other kinds stay as they are.
LF_MUST_USE bool lf_fit_rings(const struct lf_label *base, double slack,
                              struct lf_arena *a, const struct lf_label **theirs,
                              struct lf_error *err);

#endif
