#include "formats/base/json.h"
#include "formats/base/limits.h"
#include "formats/base/number.h"
#include "formats/label/schema_parts.h"
#include "formats/label/value.h"

static bool bad(struct lf_error *err, const struct lf_field *f, const char *why)
{
    char field[80];
    return lf_fail(err, LF_E_SPEC, "field \"%s\", skeleton: %s",
                   lf_escape(f->name, field, sizeof field), why);
}

// A list of names; empty for null.
static bool read_names(struct lf_schema *s, struct lf_field *f, struct lf_slice json,
                       struct lf_slice **name, size_t *count, struct lf_error *err)
{
    struct lf_slice value, text;
    enum lf_value type;
    bool scalar;
    size_t room = 0;
    void *names = NULL;
    *name = NULL;
    *count = 0;
    json = lf_json_trim(json);
    if (lf_json_type(json) == LF_JSON_NULL)
        return true;
    if (lf_json_type(json) != LF_JSON_ARRAY)
        return bad(err, f, "its names must be a list");
    for (struct lf_json_walk w = lf_json_enter(json); lf_json_element(&w, &value);) {
        if (*count >= LF_CLASSES)
            return lf_fail(err, LF_E_LIMIT_COUNT,
                           "more than %d points of a skeleton "
                           "(limit classes)",
                           LF_CLASSES);
        if (!lf_arena_grow(&s->arena, &names, &room, *count + 1, sizeof **name, err) ||
            !lf_value_read(value, &s->arena, &type, &text, &scalar, err))
            return false;
        *name = names;
        if (!scalar || !text.len)
            return bad(err, f, "a point needs a name");
        if (!lf_arena_text(&s->arena, text, &(*name)[*count], err))
            return false;
        ++*count;
    }
    return true;
}

// Two points of one name are told apart in the tool by their numbers.
static bool make_aliases(struct lf_schema *s, struct lf_field *f, struct lf_error *err)
{
    struct lf_names taken = {0};
    uint32_t row;
    bool ok = (f->node_alias = lf_arena_take(&s->arena, f->nodes, sizeof *f->node_alias,
                                             err)) != NULL;
    for (size_t i = 0; ok && i < f->nodes; i++) {
        struct lf_slice *alias = &f->node_alias[i];
        *alias = f->node[i];
        while (ok && lf_names_find(&taken, *alias, &row)) {
            struct lf_slice longer;
            ok = lf_arena_printf(&s->arena, &longer, err, "%.*s (%lu)", (int)alias->len,
                                 alias->at, (unsigned long)i + 1);
            *alias = longer;
        }
        ok = ok && lf_names_add(&taken, *alias, &row, NULL, err);
    }
    lf_names_done(&taken);
    return ok;
}

static bool read_chain(struct lf_schema *s, struct lf_field *f, struct lf_slice json,
                       size_t *room, struct lf_error *err)
{
    struct lf_slice value;
    int64_t from = -1, to;
    void *edges = f->edge;
    if (lf_json_type(json) != LF_JSON_ARRAY)
        return bad(err, f, "an edge must be a list of points' numbers");
    for (struct lf_json_walk w = lf_json_enter(json); lf_json_element(&w, &value);) {
        if (!lf_parse_int64(lf_json_trim(value), &to) || to < 0 ||
            (uint64_t)to >= f->nodes)
            return bad(err, f, "an edge leads to a point that is not there");
        if (from >= 0) {
            if (!lf_arena_grow(&s->arena, &edges, room, f->edges + 1, sizeof *f->edge,
                               err))
                return false;
            f->edge = edges;
            f->edge[f->edges++] = (struct lf_edge){(uint32_t)from, (uint32_t)to};
        }
        from = to;
    }
    return true;
}

static bool read_edges(struct lf_schema *s, struct lf_field *f, struct lf_slice json,
                       struct lf_error *err)
{
    struct lf_slice value;
    size_t room = 0;
    json = lf_json_trim(json);
    if (lf_json_type(json) == LF_JSON_NULL)
        return true;
    if (lf_json_type(json) != LF_JSON_ARRAY)
        return bad(err, f, "its edges must be a list");
    for (struct lf_json_walk w = lf_json_enter(json); lf_json_element(&w, &value);)
        if (!read_chain(s, f, lf_json_trim(value), &room, err))
            return false;
    return true;
}

bool lf_skeleton_read(struct lf_schema *s, struct lf_field *f, struct lf_slice json,
                      struct lf_error *err)
{
    struct lf_slice value, *alias;
    size_t aliases;
    f->nodes_given = true;
    f->nodes = f->edges = 0;
    f->edge = NULL;
    json = lf_json_trim(json);
    if (lf_json_type(json) == LF_JSON_NULL)
        return true;
    if (lf_json_type(json) != LF_JSON_OBJECT)
        return bad(err, f, "it must be an object");
    if (!lf_json_get(json, "labels", &value))
        return true;
    if (!read_names(s, f, value, &f->node, &f->nodes, err) || !make_aliases(s, f, err))
        return false;
    if (lf_json_get(json, "tool_names", &value)) {
        if (!read_names(s, f, value, &alias, &aliases, err))
            return false;
        if (aliases != f->nodes)
            return bad(err, f, "its \"tool_names\" are not as many as its points");
        f->node_alias = alias;
    }
    return !f->nodes || !lf_json_get(json, "edges", &value) ||
           read_edges(s, f, value, err);
}

static void write_names(const struct lf_slice *name, size_t count, struct lf_buf *out)
{
    for (size_t i = 0; i < count; i++) {
        lf_buf_text(out, i ? ", " : "[");
        lf_json_quote(out, name[i], true);
    }
    lf_buf_char(out, ']');
}

void lf_skeleton_write(const struct lf_field *f, struct lf_buf *out)
{
    bool renamed = false;
    lf_buf_text(out, "{\"labels\": ");
    write_names(f->node, f->nodes, out);
    lf_buf_text(out, ", \"edges\": [");
    for (size_t i = 0; i < f->edges; i++)
        lf_buf_printf(out, "%s[%lu, %lu]", i ? ", " : "",
                      (unsigned long)f->edge[i].from, (unsigned long)f->edge[i].to);
    lf_buf_char(out, ']');
    for (size_t i = 0; i < f->nodes; i++)
        renamed |= !lf_slice_eq(f->node[i], f->node_alias[i]);
    if (renamed) {
        lf_buf_text(out, ", \"tool_names\": ");
        write_names(f->node_alias, f->nodes, out);
    }
    lf_buf_char(out, '}');
}
