#include "formats/cmd_info.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "formats/archive_count.h"
#include "formats/base/json.h"
#include "formats/base/limits.h"
#include "formats/base/relpath.h"
#include "formats/fiftyone/fo_dataset.h"
#include "formats/table.h"

struct args {
    bool json, help;
};

static const struct lf_option options[] = {
    {"json", 0, NULL, false, "as JSON"},
    {"help", 'h', NULL, false, "this page"},
    {0},
};

static bool set(void *user, const struct lf_option *o, const char *value, bool off,
                struct lf_error *err)
{
    struct args *a = user;
    (void)value, (void)off, (void)err;
    *(!strcmp(o->name, "json") ? &a->json : &a->help) = true;
    return true;
}

// ---------------------------------------------------------------------------- a
// dataset

struct tally {
    uint64_t docs, labels;
};

struct counting {
    struct fo_dataset ds;
    struct lf_schema fields; // the label fields that can be annotated
    struct tally *tally;     // by row of ds.field
    uint64_t samples;
    struct lf_arena a;
    struct lf_error *err;
};

static bool count_label(void *user, const struct fo_seen *seen, struct lf_error *err)
{
    (void)seen, (void)err;
    ++*(uint64_t *)user;
    return true;
}

static bool count_sample(struct counting *c, struct lf_slice raw)
{
    struct lf_slice key, value;
    for (struct lf_json_walk w = lf_json_enter(raw);
         lf_json_member(&w, &key, &value);) {
        value = lf_json_trim(value);
        if (lf_json_type(value) == LF_JSON_NULL)
            continue;
        for (size_t i = 0; i < c->ds.fields; i++) {
            enum lf_field_type type = fo_field_type(&c->ds.field[i]);
            if (!lf_json_key_is(key, c->ds.field[i].name))
                continue;
            c->tally[i].docs++;
            if (c->ds.field[i].cls.len && type != LF_FT_UNKNOWN &&
                !fo_walk(type, value, count_label, &c->tally[i].labels, &c->a, c->err))
                return false;
        }
    }
    return true;
}

static bool count_all(struct counting *c)
{
    struct fo_doc doc;
    bool ok, more = false;
    c->tally = lf_arena_take(&c->ds.arena, c->ds.fields, sizeof *c->tally, c->err);
    if (!c->tally || !fo_rewind(&c->ds, c->err))
        return false;
    while ((ok = fo_next(&c->ds, &doc, &more, c->err)) && more) {
        c->samples++;
        if (!(ok = count_sample(c, doc.raw))) {
            fo_fail_in(&c->ds, &doc, c->err);
            break;
        }
        lf_arena_reset(&c->a);
    }
    return ok;
}

// Labels, and what else can be annotated.
static bool is_shown(const struct fo_field *f)
{
    return f->cls.len || fo_field_type(f) != LF_FT_UNKNOWN;
}

static void text_field(const struct fo_field *f, const struct tally *t,
                       struct lf_buf *out)
{
    char name[200];
    struct lf_slice type = f->cls.len ? f->cls : f->type;
    if (!is_shown(f))
        return;
    lf_buf_printf(out, "  %s: %.*s on %llu samples",
                  lf_escape(f->name, name, sizeof name), (int)type.len, type.at,
                  (unsigned long long)t->docs);
    if (fo_field_type(f) == LF_FT_UNKNOWN) {
        lf_buf_text(out, " (passes through untouched)\n");
        return;
    }
    if (f->cls.len)
        lf_buf_printf(out, ", %llu labels", (unsigned long long)t->labels);
    lf_buf_text(out, " (");
    fo_field_words(f, ", ", out);
    lf_buf_text(out, ")\n");
}

static void text_dataset(const struct counting *c, struct lf_buf *out)
{
    char safe[200];
    struct lf_slice version = c->ds.legacy ? LF_S("before 0.8") : c->ds.version;
    lf_buf_printf(out, "FiftyOne dataset \"%s\", ",
                  lf_escape(c->ds.name, safe, sizeof safe));
    lf_buf_printf(out, "version %s, ", lf_escape(version, safe, sizeof safe));
    if (c->ds.media_type.len)
        lf_buf_printf(out, "media %s, ",
                      lf_escape(c->ds.media_type, safe, sizeof safe));
    lf_buf_printf(out, "%llu samples%s\n", (unsigned long long)c->samples,
                  c->ds.dirs ? ", each in a file of samples/" : "");
    for (size_t i = 0; i < c->ds.fields; i++)
        text_field(&c->ds.field[i], &c->tally[i], out);
}

static void json_dataset(const struct counting *c, struct lf_buf *out)
{
    bool first = true;
    lf_buf_text(out, "{\"format\": \"fiftyone\", \"name\": ");
    lf_json_quote(out, c->ds.name, true);
    lf_buf_printf(out, ", \"layout\": \"%s\"",
                  c->ds.dirs     ? "samples/"
                  : c->ds.legacy ? "before 0.8"
                                 : "samples.json");
    lf_buf_printf(out, ", \"samples\": %llu, \"fields\": {",
                  (unsigned long long)c->samples);
    for (size_t i = 0; i < c->ds.fields; i++) {
        const struct fo_field *f = &c->ds.field[i];
        if (!is_shown(f))
            continue;
        lf_buf_text(out, first ? "\n " : ",\n ");
        first = false;
        lf_json_quote(out, f->name, true);
        lf_buf_text(out, ": {\"type\": ");
        lf_json_quote(out, f->cls.len ? f->cls : f->type, true);
        lf_buf_printf(out, ", \"samples\": %llu", (unsigned long long)c->tally[i].docs);
        if (f->cls.len && fo_field_type(f) != LF_FT_UNKNOWN)
            lf_buf_printf(out, ", \"labels\": %llu",
                          (unsigned long long)c->tally[i].labels);
        lf_buf_text(out, fo_field_type(f) == LF_FT_UNKNOWN ? ", \"as\": ["
                                                           : ", \"as\": [\"");
        fo_field_words(f, "\", \"", out);
        lf_buf_text(out, fo_field_type(f) == LF_FT_UNKNOWN ? "]}" : "\"]}");
    }
    lf_buf_text(out, "}}\n");
}

static bool info_dataset(const char *path, const struct args *a, struct lf_buf *out,
                         struct lf_error *err)
{
    struct counting c = {.err = err};
    bool ok = fo_open(&c.ds, path, err) && count_all(&c);
    if (ok && a->json)
        json_dataset(&c, out);
    else if (ok)
        text_dataset(&c, out);
    lf_arena_done(&c.a);
    fo_done(&c.ds);
    return ok;
}

// ---------------------------------------------------------------------------- an
// archive

static void text_archive(const struct lf_archive_count *c, struct lf_buf *out)
{
    const char *before = ": ";
    lf_buf_printf(out, "%llu document%s, %llu item%s", (unsigned long long)c->documents,
                  c->documents == 1 ? "" : "s", (unsigned long long)c->items,
                  c->items == 1 ? "" : "s");
    for (unsigned k = 0; k < LF_KIND_BITS; k++)
        if (c->kind[k]) {
            lf_buf_printf(out, "%s%llu %s", before, (unsigned long long)c->kind[k],
                          lf_kind_name(1u << k));
            before = ", ";
        }
    lf_buf_printf(out, "\n%llu attribute%s, %llu skeleton node%s\n",
                  (unsigned long long)c->attributes, c->attributes == 1 ? "" : "s",
                  (unsigned long long)c->nodes, c->nodes == 1 ? "" : "s");
}

static void json_archive(const struct lf_archive_count *c, struct lf_buf *out)
{
    const char *before = "";
    lf_buf_printf(out,
                  ", \"documents\": %llu, \"items\": %llu, \"attributes\": %llu, "
                  "\"nodes\": %llu, \"kinds\": {",
                  (unsigned long long)c->documents, (unsigned long long)c->items,
                  (unsigned long long)c->attributes, (unsigned long long)c->nodes);
    for (unsigned k = 0; k < LF_KIND_BITS; k++)
        if (c->kind[k]) {
            lf_buf_printf(out, "%s\"%s\": %llu", before, lf_kind_name(1u << k),
                          (unsigned long long)c->kind[k]);
            before = ", ";
        }
    lf_buf_char(out, '}');
}

static bool info_archive(const char *path, const struct args *a, struct lf_buf *out,
                         struct lf_error *err)
{
    struct lf_tree *t = lf_tree_open(path, err);
    const struct lf_format *f = NULL;
    struct lf_archive_count c;
    bool ok = t && lf_format_of(t, &f, err);
    // The labels of an edited copy are told by a run's fields, so without one by
    // nothing.
    const bool counts = ok && !f->relative;
    ok = ok && (!counts || lf_archive_count(f, t, &c, err));
    if (ok && a->json) {
        lf_buf_printf(out, "{\"format\": \"%s\", \"members\": %zu", f->name,
                      lf_tree_count(t));
        if (counts)
            json_archive(&c, out);
        lf_buf_text(out, "}\n");
    } else if (ok) {
        lf_buf_printf(out, "%s archive, %zu member%s\nread as: %s\n", f->name,
                      lf_tree_count(t), lf_tree_count(t) == 1 ? "" : "s", f->reads);
        if (counts)
            text_archive(&c, out);
    }
    lf_tree_free(&t);
    return ok;
}

static bool is_dataset(const char *path)
{
    char file[4200];
    struct stat st;
    struct lf_error err = {0};
    return lf_path_join(file, sizeof file, path, "metadata.json", &err) &&
           stat(file, &st) == 0;
}

static int run_info(int argc, char **argv)
{
    struct args a = {0};
    struct lf_error err = {0};
    struct lf_buf out = {0};
    int words = 0;
    bool ok = lf_cli_parse(&lf_cmd_info, argc, argv, &words, set, &a, &err);
    if (ok && a.help)
        lf_cli_help(&lf_cmd_info, &out);
    else if (ok && words != 1)
        ok = lf_fail(&err, LF_E_USAGE, "info needs one dataset or archive");
    else if (ok)
        ok = is_dataset(argv[0]) ? info_dataset(argv[0], &a, &out, &err)
                                 : info_archive(argv[0], &a, &out, &err);
    ok = ok && lf_buf_ok(&out, &err) && lf_cli_print(lf_buf_view(&out), &err);
    lf_buf_done(&out);
    return ok ? 0 : lf_cli_fail(&err);
}

const struct lf_command lf_cmd_info = {
    .name = "info",
    .args = "PATH",
    .about = "Says what a dataset or an archive is and what is in it.",
    .option = options,
    .example = "labelferry info harbor",
    .run = run_info,
};

// ---------------------------------------------------------------------------- limits

static int run_limits(int argc, char **argv)
{
    struct lf_error err = {0};
    struct lf_buf out = {0};
    const struct lf_limit *l;
    struct args a = {0};
    int words = 0;
    bool ok = lf_cli_parse(&lf_cmd_limits, argc, argv, &words, set, &a, &err);
    if (ok && a.help)
        lf_cli_help(&lf_cmd_limits, &out);
    else if (ok && words)
        ok = lf_fail(&err, LF_E_USAGE, "limits takes no arguments");
    if (ok && !a.help && a.json)
        lf_buf_char(&out, '{');
    for (size_t i = 0; ok && !a.help && (l = lf_limit_at(i)); i++)
        if (a.json)
            lf_buf_printf(&out, "%s\"%s\": %llu", i ? ", " : "", l->name,
                          (unsigned long long)l->value);
        else
            lf_buf_printf(&out, "%-16s %12llu %-11s %s\n", l->name,
                          (unsigned long long)l->value, l->unit, l->about);
    if (ok && !a.help && a.json)
        lf_buf_text(&out, "}\n");
    ok = ok && lf_buf_ok(&out, &err) && lf_cli_print(lf_buf_view(&out), &err);
    lf_buf_done(&out);
    return ok ? 0 : lf_cli_fail(&err);
}

const struct lf_command lf_cmd_limits = {
    .name = "limits",
    .args = "",
    .about = "Prints what an input may ask for at most.",
    .option = options,
    .run = run_limits,
};
