// Where a label lies, in numbers for people and programs.
#ifndef LF_DIFF_SPACE_H
#define LF_DIFF_SPACE_H

#include "formats/mask/mask.h"
#include "merge/diff_report.h"

// {"kind": "box", "box": [left, top, width, height], ...} of each, and how much of them
// overlaps: of masks by their pixels, else by their bounds.
LF_MUST_USE bool lf_diff_space(const struct lf_label *a, const struct lf_label *b,
                               struct lf_arena *m, struct lf_diff_part *part,
                               struct lf_error *err);

#endif
