// All that is known of one label: its lines in the journals, whether it is in base of
// which run, where it stands now.
#ifndef LF_EXPLAIN_LABEL_H
#define LF_EXPLAIN_LABEL_H

#include "formats/base/buf.h"

struct lf_explain_job {
    const char *dataset;
    const char *id; // 24 hexadecimal digits, small letters
    bool json;
};

// Fills `out`; LF_E_LABEL_UNKNOWN when nothing is known.
LF_MUST_USE bool lf_explain(const struct lf_explain_job *job, struct lf_buf *out,
                            struct lf_error *err);

#endif
