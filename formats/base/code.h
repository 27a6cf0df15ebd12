// Every outcome a person can be told of has a permanent code: a number (LF2107), a
// slug, a family and a severity. codes.def is the one table; help, reports and the exit
// status come from it. A number is never used twice and never changes its meaning.
#ifndef LF_CODE_H
#define LF_CODE_H

#include <stddef.h>

enum lf_family {
    LF_F_NONE,
    LF_F_USAGE,       // exit 2
    LF_F_LOSS,        // exit 3
    LF_F_SYNTAX,      // damaged or not the stated format: exit 4
    LF_F_DUPLICATE,   // exit 4
    LF_F_MISSING,     // exit 4
    LF_F_UNSUPPORTED, // exit 4
    LF_F_SCHEMA,      // exit 5 where the policy is fail, else a finding
    LF_F_FOREIGN,     // as SCHEMA
    LF_F_CONFLICT,    // exit 6
    LF_F_IO,          // exit 7
    LF_F_NOMEM,       // exit 7
    LF_F_CHANGED,     // exit 7
    LF_F_LIMIT,       // exit 8
    LF_F_UNSAFE,      // exit 8
    LF_F_LOCKED,      // exit 9
    LF_F_CHECKSUM,    // exit 10
    LF_F_BUG          // exit 70
};

enum lf_severity {
    LF_CHANGE,  // what was asked for: an edit that is taken; listed, no finding
    LF_NOTE,    // counted and listed, exit status stays 0
    LF_WARNING, // a finding: exit 1
    LF_ERROR    // the command stops
};

enum lf_code {
    LF_OK = 0,
#define LF_CODE(name, number, slug, family, severity, cause, remedy) name = number,
#include "formats/base/codes.def"
#undef LF_CODE
};

struct lf_code_row {
    enum lf_code code;
    const char *slug, *cause, *remedy;
    enum lf_family family;
    enum lf_severity severity;
};

// The row of a code; LF_OK and unknown numbers give NULL.
const struct lf_code_row *lf_code_row(enum lf_code code);
// Row `i` of the table, NULL past its end.
const struct lf_code_row *lf_code_at(size_t i);
// Exit status of a program that stops with this code.
int lf_code_exit(enum lf_code code);
const char *lf_severity_name(enum lf_severity s);
const char *lf_family_name(enum lf_family f); // "E_SYNTAX"

#endif
