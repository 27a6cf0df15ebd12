// Options by table: parsing, help and suggestions come from the same rows.
#ifndef LF_CLI_H
#define LF_CLI_H

#include "formats/base/buf.h"

struct lf_option {
    const char *name;  // without dashes; NULL ends the table
    char letter;       // 0: none
    const char *value; // what the value is called in the help; NULL: a flag
    bool no;           // --no-NAME is known too
    const char *help;
};

struct lf_command {
    const char *name, *args, *about;
    const struct lf_option *option;    // may be NULL
    const char *example;               // one command line
    int (*run)(int argc, char **argv); // words behind the command's own; exit status
};

// Calls `set` for each option in order; words that are no options are moved to the
// front of argv and counted in *words. "--" ends the options. `off` is true for
// --no-NAME.
LF_MUST_USE bool
lf_cli_parse(const struct lf_command *c, int argc, char **argv, int *words,
             bool (*set)(void *user, const struct lf_option *o, const char *value,
                         bool off, struct lf_error *err),
             void *user, struct lf_error *err);
void lf_cli_help(const struct lf_command *c, struct lf_buf *out);
// Prints it; exit status.
int lf_cli_show(const struct lf_command *c);
// Where an option's value or flag is kept; one of the two.
struct lf_cli_place {
    const char *name;
    const char **text;
    bool *flag;
};
// Puts the value, or sets the flag, of the place named like the option; false: no such
// place.
bool lf_cli_put(const struct lf_cli_place *places, size_t count,
                const struct lf_option *o, const char *value);
// The word of `list` (NULL-ended) nearest to `word`, or NULL when none is near.
const char *lf_cli_nearest(const char *word, const char *const *list);
// The next entry of a comma-separated list, trimmed of blanks; it may be empty. *at is
// moved behind it, and NULL after the last.
struct lf_slice lf_cli_item(const char **at);
// One line on stderr; exit status of the error.
int lf_cli_fail(const struct lf_error *err);
// "" for one, "s" for every other number.
static inline const char *lf_plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}
// A folder's name without the '/' that completion puts behind it. Cut text is never a
// path: one that does not fit comes back empty.
const char *lf_cli_folder(const char *path, char out[4096]);
// Prints to stdout and says whether all of it arrived. A reader that went away ends the
// program as it ends others, by SIGPIPE.
LF_MUST_USE bool lf_cli_print(struct lf_slice text, struct lf_error *err);

#endif
