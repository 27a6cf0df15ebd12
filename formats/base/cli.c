#include "formats/base/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

static size_t least(size_t a, size_t b, size_t c)
{
    return a < b ? (a < c ? a : c) : b < c ? b : c;
}

// Edits between two short words; longer ones are never near.
static size_t edits(const char *a, const char *b)
{
    enum { MOST = 40 };
    size_t n = strlen(a), m = strlen(b), row[MOST + 1];
    if (n > MOST || m > MOST)
        return MOST;
    for (size_t k = 0; k <= m; k++)
        row[k] = k;
    for (size_t i = 1; i <= n; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t k = 1; k <= m; k++) {
            size_t old = row[k];
            row[k] = least(row[k] + 1, row[k - 1] + 1, corner + (a[i - 1] != b[k - 1]));
            corner = old;
        }
    }
    return row[m];
}

const char *lf_cli_nearest(const char *word, const char *const *list)
{
    const char *best = NULL;
    size_t closest = strlen(word) / 3 + 2;
    for (; *list; list++) {
        size_t d = edits(word, *list);
        if (d < closest) {
            closest = d;
            best = *list;
        }
    }
    return best;
}

static const struct lf_option *by_letter(const struct lf_command *c, char letter)
{
    for (const struct lf_option *o = c->option; o && o->name; o++)
        if (o->letter == letter)
            return o;
    return NULL;
}

static bool unknown(const struct lf_command *c, const char *word, struct lf_error *err)
{
    const char *names[64] = {0};
    size_t n = 0;
    for (const struct lf_option *o = c->option; o && o->name && n < 63; o++)
        names[n++] = o->name;
    const char *near = lf_cli_nearest(word, names);
    return near
               ? lf_fail(err, LF_E_USAGE, "%s: unknown option --%s; did you mean --%s?",
                         c->name, word, near)
               : lf_fail(err, LF_E_USAGE, "%s: unknown option --%s", c->name, word);
}

// The option whose name is `word`, or the only one that begins with it.
static const struct lf_option *by_name(const struct lf_command *c, struct lf_slice word,
                                       size_t *hits)
{
    const struct lf_option *found = NULL;
    *hits = 0;
    for (const struct lf_option *o = c->option; o && o->name; o++) {
        if (lf_slice_is(word, o->name)) {
            *hits = 1;
            return o;
        }
        if (word.len && lf_slice_starts(lf_slice_of(o->name), word)) {
            found = o;
            ++*hits;
        }
    }
    return found;
}

struct word { // one --option as it stands
    const struct lf_option *o;
    const char *value; // behind '=', or NULL
    bool off;
};

static bool long_option(const struct lf_command *c, const char *text, struct word *w,
                        struct lf_error *err)
{
    const char *eq = strchr(text, '=');
    struct lf_slice name = eq ? lf_slice_between(text, eq) : lf_slice_of(text);
    size_t hits;
    *w = (struct word){.o = by_name(c, name, &hits), .value = eq ? eq + 1 : NULL};
    if (!w->o && lf_slice_starts(name, LF_S("no-"))) {
        w->o = by_name(c, (struct lf_slice){name.at + 3, name.len - 3}, &hits);
        w->off = true;
        if (w->o && !w->o->no)
            w->o = NULL;
    }
    if (!w->o)
        return unknown(c, text, err);
    return hits == 1 || lf_fail(err, LF_E_USAGE, "%s: --%.*s could be several options",
                                c->name, (int)name.len, name.at);
}

bool lf_cli_parse(const struct lf_command *c, int argc, char **argv, int *words,
                  bool (*set)(void *user, const struct lf_option *o, const char *value,
                              bool off, struct lf_error *err),
                  void *user, struct lf_error *err)
{
    bool only_words = false;
    *words = 0;
    for (int i = 0; i < argc; i++) {
        char *text = argv[i];
        struct word w;
        if (only_words || text[0] != '-' || !text[1]) {
            argv[(*words)++] = text;
            continue;
        }
        if (!strcmp(text, "--")) {
            only_words = true;
            continue;
        }
        if (text[1] == '-') {
            if (!long_option(c, text + 2, &w, err))
                return false;
        } else {
            w = (struct word){.o = by_letter(c, text[1]),
                              .value = text[2] ? text + 2 : NULL};
            if (!w.o)
                return lf_fail(err, LF_E_USAGE, "%s: unknown option %s", c->name, text);
        }
        bool takes = w.o->value && !w.off;
        if (takes && !w.value) {
            if (i + 1 >= argc)
                return lf_fail(err, LF_E_USAGE, "%s: --%s needs a %s", c->name,
                               w.o->name, w.o->value);
            w.value = argv[++i];
        } else if (!takes && w.value) {
            return lf_fail(err, LF_E_USAGE, "%s: --%s takes no value", c->name,
                           w.o->name);
        }
        if (!set(user, w.o, w.value, w.off, err))
            return false;
    }
    return true;
}

static void wrap(struct lf_buf *out, const char *text, size_t indent, size_t used)
{
    while (*text) {
        size_t n = strcspn(text, " ");
        if (used + 1 + n > 79 && used > indent) {
            lf_buf_printf(out, "\n%*s", (int)indent, "");
            used = indent;
        } else if (used > indent) {
            lf_buf_char(out, ' ');
            used++;
        }
        lf_buf_add(out, text, n);
        used += n;
        text += n + (text[n] == ' ');
    }
    lf_buf_char(out, '\n');
}

void lf_cli_help(const struct lf_command *c, struct lf_buf *out)
{
    enum { INDENT = 28 };
    lf_buf_printf(out, "usage: labelferry %s%s%s%s\n\n", c->name,
                  c->option ? " [OPTIONS]" : "", c->args[0] ? " " : "", c->args);
    wrap(out, c->about, 0, 0);
    for (const struct lf_option *o = c->option; o && o->name; o++) {
        char left[60];
        int n = snprintf(left, sizeof left, "  %c%c%s --%s%s%s%s",
                         o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
                         o->letter ? "," : " ", o->no ? "[no-]" : "", o->name,
                         o->value ? " " : "", o->value ? o->value : "");
        if (o == c->option)
            lf_buf_char(out, '\n');
        lf_buf_text(out, left);
        if (n >= INDENT - 1) {
            lf_buf_printf(out, "\n%*s", INDENT, "");
        } else {
            lf_buf_printf(out, "%*s", INDENT - n, "");
        }
        wrap(out, o->help, INDENT, INDENT);
    }
    if (c->example)
        lf_buf_printf(out, "\nexample:\n  %s\n", c->example);
}

struct lf_slice lf_cli_item(const char **at)
{
    const char *end = *at + strcspn(*at, ",");
    struct lf_slice one = lf_slice_between(*at, end);
    while (one.len && one.at[0] == ' ')
        one = (struct lf_slice){one.at + 1, one.len - 1};
    while (one.len && one.at[one.len - 1] == ' ')
        one.len--;
    *at = *end ? end + 1 : NULL;
    return one;
}

int lf_cli_fail(const struct lf_error *err)
{
    char line[1024];
    lf_error_print(err, line, sizeof line);
    fprintf(stderr, "%s\n", line);
    return lf_code_exit(err->code);
}

bool lf_cli_print(struct lf_slice text, struct lf_error *err)
{
    const size_t gone = text.len ? fwrite(text.at, 1, text.len, stdout) : 0;
    if (gone == text.len && fflush(stdout) == 0)
        return true;
    if (errno == EPIPE) {
        (void)signal(SIGPIPE, SIG_DFL);
        (void)raise(SIGPIPE);
    }
    return lf_fail_errno(err, "cannot write to standard output");
}

const char *lf_cli_folder(const char *path, char out[4096])
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    if (n >= 4096)
        n = 0;
    memcpy(out, path, n);
    out[n] = '\0';
    return out;
}

int lf_cli_show(const struct lf_command *c)
{
    struct lf_buf text = {0};
    struct lf_error err = {0};
    lf_cli_help(c, &text);
    bool ok = lf_buf_ok(&text, &err) && lf_cli_print(lf_buf_view(&text), &err);
    lf_buf_done(&text);
    return ok ? 0 : lf_cli_fail(&err);
}

bool lf_cli_put(const struct lf_cli_place *places, size_t count,
                const struct lf_option *o, const char *value)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(o->name, places[i].name)) {
            if (places[i].flag)
                *places[i].flag = true;
            else
                *places[i].text = value;
            return true;
        }
    return false;
}
