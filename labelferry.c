// The program: reads the command word, calls the command. Nothing else.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "convert/cmd_export.h"
#include "formats/base/number.h"
#include "formats/cmd_info.h"
#include "formats/cmd_mask.h"
#include "formats/cmd_verify.h"
#include "merge/cmd_diff.h"
#include "merge/cmd_merge.h"
#include "runs/cmd_log.h"
#include "runs/cmd_runs.h"
#include "runs/cmd_undo.h"

static const struct lf_command *const commands[] = {
    &lf_cmd_export, &lf_cmd_merge, &lf_cmd_diff,    &lf_cmd_runs,
    &lf_cmd_undo,   &lf_cmd_log,   &lf_cmd_explain, &lf_cmd_verify,
    &lf_cmd_info,   &lf_cmd_mask,  &lf_cmd_limits,  NULL,
};

static const struct lf_command *find(const char *name)
{
    if (!strcmp(name, "import"))
        name = "merge";
    for (size_t i = 0; commands[i]; i++)
        if (!strcmp(commands[i]->name, name))
            return commands[i];
    return NULL;
}

static int print(struct lf_buf *out)
{
    struct lf_error err = {0};
    bool ok = lf_buf_ok(out, &err) && lf_cli_print(lf_buf_view(out), &err);
    lf_buf_done(out);
    return ok ? 0 : lf_cli_fail(&err);
}

static int help_all(void)
{
    struct lf_buf out = {0};
    lf_buf_text(
        &out,
        "usage: labelferry COMMAND [OPTIONS] ARGS...\n\n"
        "Carries labels of FiftyOne datasets to annotation tools and back, offline "
        "and exactly.\n\ncommands:\n");
    for (size_t i = 0; commands[i]; i++)
        lf_buf_printf(&out, "  %-8s %s\n", commands[i]->name, commands[i]->args);
    lf_buf_text(
        &out,
        "  version\n  help     [COMMAND | CODE]\n\n"
        "'labelferry help COMMAND' shows its options, 'labelferry help LF2107' what "
        "a code\nmeans. Exit status: 0 done; 1 done, with findings; 2 usage; 4 "
        "damaged input;\n5 stopped by a policy; 6 conflicts; 7 input or output "
        "failed; 8 refused for\nsafety; 9 locked; 10 a file was changed; 70 a mistake "
        "of our\nown.\n");
    return print(&out);
}

static int unknown(const char *word)
{
    struct lf_error err = {0};
    const char *names[16] = {"help", "version"};
    for (size_t i = 0; commands[i] && i < 13; i++)
        names[i + 2] = commands[i]->name;
    const char *near = lf_cli_nearest(word, names);
    if (near)
        lf_fail(&err, LF_E_USAGE, "unknown command \"%s\"; did you mean %s?", word,
                near);
    else
        lf_fail(&err, LF_E_USAGE, "unknown command \"%s\"; see 'labelferry help'",
                word);
    return lf_cli_fail(&err);
}

static const struct lf_code_row *code_of(const char *word)
{
    int64_t number;
    const struct lf_code_row *row;
    if ((word[0] == 'L' || word[0] == 'l') && (word[1] == 'F' || word[1] == 'f') &&
        lf_parse_int64(lf_slice_of(word + 2), &number) && number > 0 && number < 10000)
        return lf_code_row((enum lf_code)number);
    for (size_t i = 0; (row = lf_code_at(i)); i++)
        if (!strcmp(row->slug, word))
            return row;
    return NULL;
}

static int help(const char *word)
{
    struct lf_buf out = {0};
    const struct lf_command *c = find(word);
    const struct lf_code_row *row = code_of(word);
    if (c) {
        lf_cli_help(c, &out);
        return print(&out);
    }
    if (!row)
        return unknown(word);
    lf_buf_printf(&out, "LF%04d %s (%s, exit %d", (int)row->code, row->slug,
                  lf_severity_name(row->severity),
                  row->severity == LF_ERROR     ? lf_code_exit(row->code)
                  : row->severity == LF_WARNING ? 1
                                                : 0);
    if (lf_family_name(row->family)[0])
        lf_buf_printf(&out, ", %s", lf_family_name(row->family));
    lf_buf_printf(&out, ")\n%s\n%s\n", row->cause, row->remedy);
    return print(&out);
}

static int version(void)
{
    struct lf_buf out = {0};
    lf_buf_printf(&out, "labelferry %s\n", LF_VERSION);
    return print(&out);
}

// A standard file that is closed would be the next file opened, and be written into as
// if it were standard output. Reading finds nothing, writing fails.
static void fill_standard_files(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= 2);
    if (fd >= 0)
        close(fd);
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "help";
    fill_standard_files();
    // A closed pipe and a file that may not grow are errors of a write, not ends of the
    // program.
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    if (!strcmp(word, "help") || !strcmp(word, "--help") || !strcmp(word, "-h"))
        return argc > 2 ? help(argv[2]) : help_all();
    if (!strcmp(word, "version") || !strcmp(word, "--version"))
        return version();
    const struct lf_command *c = find(word);
    return c ? c->run(argc - 2, argv + 2) : unknown(word);
}
