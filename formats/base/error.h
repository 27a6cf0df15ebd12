// One error, passed in by the caller and never allocated. The first failure wins:
// callers that know more add the place (file, line, sample), not new text.
#ifndef LF_ERROR_H
#define LF_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "formats/base/attr.h"
#include "formats/base/code.h"
#include "formats/base/slice.h"

struct lf_error {
    enum lf_code code;         // LF_OK: no failure
    char what[200];            // one sentence, no full stop, no path, no line feed
    char file[200];            // archive or file, then "!member"
    uint64_t line, offset;     // line for XML, byte offset for JSON, zip, PNG
    bool has_line, has_offset; // whether they are known
    char sample[64];           // dataset sample id; empty: not inside a sample
};

void lf_error_clear(struct lf_error *err);
// Fills `err` if it holds no failure yet. Returns false, so that it can be returned.
bool lf_fail(struct lf_error *err, enum lf_code code, const char *fmt, ...)
    LF_PRINTF(3, 4);
// The same with the text of errno behind it: "cannot open: No such file or directory".
bool lf_fail_errno(struct lf_error *err, const char *fmt, ...) LF_PRINTF(2, 3);
// These fill a place that is still empty; all return false.
bool lf_fail_in_file(struct lf_error *err, const char *file);
bool lf_fail_at_line(struct lf_error *err, uint64_t line);
bool lf_fail_at_offset(struct lf_error *err, uint64_t offset);
bool lf_fail_in_sample(struct lf_error *err, struct lf_slice sample);
// "file:line: error: LF2107 id-duplicate: what (sample 64f0...)"; control characters
// and bytes that are not UTF-8 come out escaped. Always NUL terminated, cut at `cap`.
void lf_error_print(const struct lf_error *err, char *out, size_t cap);
// Copies text for a message: control characters, DEL, bidirectional marks and bytes
// that are not UTF-8 become \xNN or \uNNNN; long text is cut and ends in "...". Returns
// `out`.
const char *lf_escape(struct lf_slice text, char *out, size_t cap);

#endif
