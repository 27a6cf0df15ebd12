#include "formats/base/code.h"

static const struct lf_code_row rows[] = {
#define LF_CODE(name, number, slug, family, severity, cause, remedy)                   \
    {name, slug, cause, remedy, family, severity},
#include "formats/base/codes.def"
#undef LF_CODE
};

const struct lf_code_row *lf_code_at(size_t i)
{
    return i < sizeof rows / sizeof *rows ? &rows[i] : NULL;
}

const struct lf_code_row *lf_code_row(enum lf_code code)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].code == code)
            return &rows[i];
    return NULL;
}

int lf_code_exit(enum lf_code code)
{
    static const int status[] = {
        [LF_F_NONE] = 1,        [LF_F_USAGE] = 2,     [LF_F_LOSS] = 3,
        [LF_F_SYNTAX] = 4,      [LF_F_DUPLICATE] = 4, [LF_F_MISSING] = 4,
        [LF_F_UNSUPPORTED] = 4, [LF_F_SCHEMA] = 5,    [LF_F_FOREIGN] = 5,
        [LF_F_CONFLICT] = 6,    [LF_F_IO] = 7,        [LF_F_NOMEM] = 7,
        [LF_F_CHANGED] = 7,     [LF_F_LIMIT] = 8,     [LF_F_UNSAFE] = 8,
        [LF_F_LOCKED] = 9,      [LF_F_CHECKSUM] = 10, [LF_F_BUG] = 70,
    };
    const struct lf_code_row *row = lf_code_row(code);
    return row ? status[row->family] : code == LF_OK ? 0 : 70;
}

const char *lf_severity_name(enum lf_severity s)
{
    return s == LF_ERROR     ? "error"
           : s == LF_WARNING ? "warning"
           : s == LF_NOTE    ? "note"
                             : "change";
}

const char *lf_family_name(enum lf_family f)
{
    static const char *const names[] = {
        [LF_F_NONE] = "",
        [LF_F_USAGE] = "E_USAGE",
        [LF_F_LOSS] = "E_LOSS",
        [LF_F_SYNTAX] = "E_SYNTAX",
        [LF_F_DUPLICATE] = "E_DUPLICATE",
        [LF_F_MISSING] = "E_MISSING",
        [LF_F_UNSUPPORTED] = "E_UNSUPPORTED",
        [LF_F_SCHEMA] = "E_SCHEMA",
        [LF_F_FOREIGN] = "E_FOREIGN",
        [LF_F_CONFLICT] = "E_CONFLICT",
        [LF_F_IO] = "E_IO",
        [LF_F_NOMEM] = "E_NOMEM",
        [LF_F_CHANGED] = "E_CHANGED",
        [LF_F_LIMIT] = "E_LIMIT",
        [LF_F_UNSAFE] = "E_UNSAFE",
        [LF_F_LOCKED] = "E_LOCKED",
        [LF_F_CHECKSUM] = "E_CHECKSUM",
        [LF_F_BUG] = "E_BUG",
    };
    return names[f];
}
