// Finds what is to be looked at in a folder, a file or a zip: labeling configs, files
// of tasks, exports. One task is in memory at a time.
#include "formats/labelstudio/ls_verify.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include "formats/base/json_stream.h"
#include "formats/base/limits.h"
#include "formats/base/number.h"
#include "formats/base/relpath.h"

#define CONFIG "config.xml"
static const uint64_t body = UINT64_C(250) << 20; // what the server takes at once

// ---------------------------------------------------------------------------- telling

const char *ls_safe(struct lf_slice text, char out[80])
{
    return lf_escape(text, out, 80);
}

static void put_place(const struct ls_verify *v, struct lf_buf *out)
{
    if (v->task)
        lf_buf_printf(out, "task %llu", (unsigned long long)v->task);
    if (v->task && v->part)
        lf_buf_printf(out, ", %s", v->part);
    if (v->task && v->result)
        lf_buf_printf(out, ", result %zu", v->result);
    if (out->len)
        lf_buf_text(out, ": ");
}

void ls_found(struct ls_verify *v, enum lf_code code, const char *fmt, ...)
{
    char what[300];
    struct lf_buf text = {0};
    va_list args;
    if (ls_stopped(v))
        return;
    va_start(args, fmt);
    (void)vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    put_place(v, &text);
    lf_buf_text(&text, what);
    struct lf_event e = {.code = code,
                         .file = lf_slice_of(v->file),
                         .line = v->line,
                         .sample = v->sample,
                         .field = v->field,
                         .label = v->label,
                         .text = lf_buf_view(&text)};
    if (v->task)
        e.offset = v->at + (v->here.at ? (uint64_t)(v->here.at - v->element.at) : 0);
    if (lf_buf_ok(&text, v->err))
        (void)!lf_events_add(v->ev, &e, v->err);
    lf_buf_done(&text);
}

bool ls_text_of(struct ls_verify *v, struct lf_slice object, const char *key,
                struct lf_slice *text)
{
    struct lf_slice value;
    return ls_has(object, key, LF_JSON_STRING, &value) &&
           lf_json_string(value, &v->arena, text, v->err);
}

bool ls_number_of(struct lf_slice object, const char *key, double *number)
{
    struct lf_slice value;
    if (!lf_json_get(object, key, &value))
        return false;
    value = lf_json_trim(value);
    if (lf_json_type(value) != LF_JSON_NUMBER || !lf_parse_double(value, number))
        *number = NAN;
    return true;
}

bool ls_has(struct lf_slice object, const char *key, enum lf_json_type type,
            struct lf_slice *value)
{
    if (!lf_json_get(object, key, value))
        return false;
    *value = lf_json_trim(*value);
    return lf_json_type(*value) == type;
}

// A failure of a file is told, and the next one is looked at; one of the machine stays.
static void take(struct ls_verify *v)
{
    const struct lf_error e = *v->err;
    const struct lf_code_row *row = lf_code_row(e.code);
    if (!ls_stopped(v) || !row || row->family == LF_F_IO || row->family == LF_F_NOMEM ||
        row->family == LF_F_BUG)
        return;
    lf_error_clear(v->err);
    v->known = true;
    struct lf_event event = {.code = e.code,
                             .file =
                                 e.file[0] ? lf_slice_of(e.file) : lf_slice_of(v->file),
                             .line = e.line,
                             .offset = e.offset,
                             .text = lf_slice_of(e.what)};
    (void)!lf_events_add(v->ev, &event, v->err);
}

// ---------------------------------------------------------------------------- configs

struct around { // the config of the folder that is read
    struct ls_config own, config;
    bool has_own, has_config;
    char folder[LF_NAME_BYTES + 20];
    bool known; // `config` is that of `folder`
};

// What a person pastes into the project for the run.
static void make_own(struct ls_verify *v, struct around *c)
{
    struct lf_buf xml = {0};
    if (!v->run || !v->run->joint)
        return;
    ls_config(v->run, false, &xml);
    struct lf_in *in = lf_buf_ok(&xml, v->err)
                           ? lf_in_memory(lf_buf_view(&xml), CONFIG, v->err)
                           : NULL;
    c->has_own = in && ls_config_read(in, &c->own, v->err);
    lf_in_free(&in);
    lf_buf_done(&xml);
}

static bool read_config(struct ls_verify *v, struct lf_in *in, struct ls_config *c)
{
    bool ok = in && ls_config_read(in, c, v->err);
    lf_in_free(&in);
    return ok;
}

static void check_config(struct ls_verify *v, const struct lf_tree *t, size_t i,
                         const struct around *c)
{
    struct ls_config config = {0};
    struct lf_in *in = lf_tree_read(t, i, v->err);
    char file[400];
    (void)snprintf(file, sizeof file, "%s", in ? lf_in_name(in) : "");
    v->file = file;
    v->task = 0;
    if (read_config(v, in, &config))
        ls_verify_config(v, &config, c->has_own ? &c->own : NULL);
    take(v);
    v->file = "";
    ls_config_done(&config);
}

static struct lf_in *open_beside(const struct lf_tree *t, struct lf_error *err)
{
    char path[4200];
    struct stat st;
    const char *slash = strrchr(lf_tree_path(t), '/');
    const int n = slash ? (int)(slash - lf_tree_path(t)) + 1 : 0;
    if (stat(lf_tree_path(t), &st) != 0 || !S_ISREG(st.st_mode) ||
        !lf_path_printf(path, sizeof path, err, "%.*s" CONFIG, n, lf_tree_path(t)) ||
        stat(path, &st) != 0)
        return NULL;
    return lf_in_file(path, err);
}

// The config beside a file of tasks, else the run's. That it cannot be read was told
// where it was looked at itself.
static void choose_config(struct ls_verify *v, const struct lf_tree *t,
                          const char *name, struct around *c)
{
    char folder[LF_NAME_BYTES + 20], path[LF_NAME_BYTES + 40];
    const char *slash = strrchr(name, '/');
    const int n = slash ? (int)(slash - name) + 1 : 0;
    size_t i;
    struct lf_in *in = NULL;
    (void)snprintf(folder, sizeof folder, "%.*s", n, name);
    if (!c->known || strcmp(c->folder, folder) != 0) {
        ls_config_done(&c->config);
        memcpy(c->folder, folder, sizeof folder);
        (void)snprintf(path, sizeof path, "%s" CONFIG, folder);
        if (lf_tree_find(t, path, &i))
            in = lf_tree_read(t, i, v->err);
        else if (!n && !lf_tree_is_zip(t))
            in = open_beside(t, v->err);
        c->has_config = read_config(v, in, &c->config);
        c->known = true;
        if (ls_stopped(v) && lf_code_exit(v->err->code) != 7)
            lf_error_clear(v->err);
    }
    v->config = c->has_config ? &c->config : c->has_own ? &c->own : NULL;
}

// ---------------------------------------------------------------------------- tasks

static void check_list(struct ls_verify *v, struct lf_in *in)
{
    const struct lf_json_rules rules = {0};
    struct lf_slice gap;
    bool ok, more = false, returned = false;
    uint64_t size = 0;
    struct lf_json_stream *s = lf_json_stream_new(in, NULL, rules, v->err);
    v->task = 0;
    while (s &&
           (ok = lf_json_stream_next(s, &gap, &v->element, &v->at, &more, v->err))) {
        size += gap.len;
        if (!more)
            break;
        size += v->element.len;
        v->task++;
        ls_verify_task(v, v->element);
        returned = returned || v->returned;
        if (ls_stopped(v))
            break;
    }
    bool none = !v->task;
    v->known = v->known || none;
    lf_names_done(&v->back); // other exports speak of the same samples
    v->task = 0;
    if (!ls_stopped(v) && none)
        ls_found(v, LF_E_LS_TASK, "the list holds no task");
    if (!ls_stopped(v) && !returned && size > body)
        ls_found(v, LF_E_LS_TASK,
                 "%llu bytes, the server takes %llu; export again with "
                 "--max-archive-bytes",
                 (unsigned long long)size, (unsigned long long)body);
    lf_json_stream_free(&s);
}

static void check_object(struct ls_verify *v, struct lf_in *in)
{
    const struct lf_json_rules rules = {0};
    struct lf_buf text = {0};
    bool over = false;
    if (!lf_in_rest(in, LF_JSON_SLICE, &text, &over, v->err))
        ;
    else if (over)
        lf_fail(v->err, LF_E_JSON_SLICE, "the task is longer than the limit");
    else if (lf_json_check(lf_buf_view(&text), rules, 0, v->err)) {
        v->element = lf_json_trim(lf_buf_view(&text));
        v->at = (uint64_t)(v->element.at - text.at);
        v->task = 1;
        ls_verify_task(v, v->element);
    }
    v->task = 0;
    lf_buf_done(&text);
}

// '[', '{' or anything else.
static char first_of(struct ls_verify *v, const struct lf_tree *t, size_t i)
{
    char head[256];
    size_t got = 0, at = 0;
    if (!lf_tree_peek(t, i, head, sizeof head, &got, v->err))
        return 0;
    if (got >= 3 && !memcmp(head, "\xef\xbb\xbf", 3))
        at = 3;
    while (at < got && strchr(" \t\r\n", head[at]) && head[at])
        at++;
    return at < got ? head[at] : 0;
}

static void check_tasks(struct ls_verify *v, const struct lf_tree *t, size_t i,
                        struct around *c)
{
    char file[400];
    char first = first_of(v, t, i);
    if (!ls_stopped(v))
        choose_config(v, t, lf_tree_name(t, i), c);
    struct lf_in *in = ls_stopped(v) ? NULL : lf_tree_read(t, i, v->err);
    (void)snprintf(file, sizeof file, "%s", in ? lf_in_name(in) : "");
    v->file = file;
    if (in && first == '{')
        check_object(v, in);
    else if (in)
        check_list(v, in);
    lf_in_free(&in);
    take(v);
    v->file = "";
}

// ---------------------------------------------------------------------------- members

enum member { OTHER, TASKS, SETUP, PACKED };

// An export folder holds more than tasks: the run's record and the pictures.
static enum member kind_of(struct ls_verify *v, const struct lf_tree *t, size_t i,
                           bool export)
{
    const char *name = lf_tree_name(t, i), *slash = strrchr(name, '/');
    struct lf_slice whole = lf_slice_of(name),
                    base = lf_slice_of(slash ? slash + 1 : name);
    if (export && (!slash || lf_slice_starts(whole, LF_S("run/")) ||
                   lf_slice_starts(whole, LF_S("media/"))))
        return OTHER;
    if (lf_slice_is(base, CONFIG))
        return SETUP;
    if (lf_tree_is_zip_member(t, i))
        return PACKED;
    if (lf_slice_ends(base, LF_S(".json")))
        return TASKS;
    // The server stores annotations as files without an ending.
    char first = lf_tree_count(t) == 1 || !memchr(base.at, '.', base.len)
                     ? first_of(v, t, i)
                     : 0;
    return first == '[' || first == '{' ? TASKS : OTHER;
}

static bool check_tree(struct ls_verify *v, const struct lf_tree *t, unsigned depth,
                       struct around *c)
{
    size_t i;
    bool export = lf_tree_find(t, "run/run.json", &i);
    for (i = 0; i < lf_tree_count(t) && !ls_stopped(v); i++) {
        enum member m = kind_of(v, t, i, export);
        v->known = v->known || m == SETUP;
        if (m == SETUP)
            check_config(v, t, i, c);
        else if (m == TASKS)
            check_tasks(v, t, i, c);
        else if (m == PACKED && depth < LF_ZIP_DEPTH) {
            struct lf_tree *inner = lf_tree_open_member(t, i, v->err);
            c->known = false;
            if (inner)
                (void)!check_tree(v, inner, depth + 1, c);
            take(v);
            lf_tree_free(&inner);
            c->known = false;
        }
    }
    return !ls_stopped(v);
}

bool ls_verify(const struct lf_tree *t, const struct lf_run *run, struct lf_events *ev,
               struct lf_error *err)
{
    struct ls_verify v = {.run = run, .ev = ev, .err = err, .file = ""};
    struct around c = {0};
    make_own(&v, &c);
    bool ok = !ls_stopped(&v) && check_tree(&v, t, 0, &c);
    if (ok && !v.known) {
        ok = lf_fail(err, LF_E_ARCHIVE, "there are no tasks and no labeling config");
        lf_fail_in_file(err, lf_tree_path(t));
    }
    ls_config_done(&c.own);
    ls_config_done(&c.config);
    lf_names_done(&v.samples);
    lf_names_done(&v.back);
    lf_arena_done(&v.arena);
    return ok;
}
