// The journal in sentences.
#ifndef LF_SHOW_ENTRY_H
#define LF_SHOW_ENTRY_H

#include "runs/read_journal.h"

// "r merge 1: 4 edited, 1 added; back.zip (2024-01-02 03:04:06)".
LF_MUST_USE bool lf_show_entry(struct lf_slice run, const struct lf_entry *e,
                               struct lf_arena *a, struct lf_buf *out,
                               struct lf_error *err);
// A line about a label, a remedy behind what calls for one when `remedy`. A line that
// is no JSON object is damaged.
LF_MUST_USE bool lf_show_line(struct lf_slice line, const struct lf_entry *e,
                              bool remedy, struct lf_arena *a, struct lf_buf *out,
                              struct lf_error *err);

#endif
