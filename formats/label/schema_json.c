#include "formats/base/json.h"
#include "formats/base/limits.h"
#include "formats/label/schema_parts.h"
#include "formats/label/value.h"

static const struct {
    const char *key;
    unsigned right;
} rights[] = {
    {"allow_additions", LF_MAY_ADD},       {"allow_deletions", LF_MAY_DELETE},
    {"allow_label_edits", LF_MAY_RELABEL}, {"allow_index_edits", LF_MAY_REINDEX},
    {"allow_spatial_edits", LF_MAY_MOVE},
};

// ---------------------------------------------------------------------------- building

// Arrays live in the schema's arena: capacities are powers of two from 8 on, so that
// the room behind `count` elements is known without keeping it.
static size_t room_for(size_t count)
{
    size_t room = count ? 8 : 0;
    while (room && room < count)
        room *= 2;
    return room;
}

struct lf_field *lf_schema_add_field(struct lf_schema *s, struct lf_slice name,
                                     struct lf_error *err)
{
    size_t room = room_for(s->fields);
    void *fields = s->field;
    if (!lf_arena_grow(&s->arena, &fields, &room, s->fields + 1, sizeof *s->field, err))
        return NULL;
    s->field = fields;
    struct lf_field *f = &s->field[s->fields];
    *f = (struct lf_field){.rights = LF_MAY_ALL,
                           .open_classes = true,
                           .open_attrs = true,
                           .open_targets = true};
    if (!lf_arena_text(&s->arena, name, &f->name, err))
        return NULL;
    s->fields++;
    return f;
}

bool lf_field_add_class(struct lf_schema *s, struct lf_field *f, struct lf_slice name,
                        struct lf_error *err)
{
    size_t room = room_for(f->classes);
    void *classes = f->class;
    if (f->classes >= LF_CLASSES)
        return lf_fail(err, LF_E_LIMIT_COUNT, "more than %d classes (limit classes)",
                       LF_CLASSES);
    if (!lf_arena_grow(&s->arena, &classes, &room, f->classes + 1, sizeof *f->class,
                       err))
        return false;
    f->class = classes;
    if (!lf_arena_text(&s->arena, name, &f->class[f->classes].name, err))
        return false;
    f->class[f->classes].alias = f->class[f->classes].name;
    f->classes++;
    return true;
}

bool lf_field_add_attr(struct lf_schema *s, struct lf_field *f,
                       const struct lf_attr_def *def, bool open, struct lf_error *err)
{
    size_t room = room_for(f->attrs), open_room = room;
    void *attrs = f->attr, *flags = f->open_attr;
    if (f->attrs >= LF_FIELD_ATTRIBUTES)
        return lf_fail(err, LF_E_LIMIT_COUNT,
                       "more than %d attributes (limit attributes)",
                       LF_FIELD_ATTRIBUTES);
    if (!lf_arena_grow(&s->arena, &attrs, &room, f->attrs + 1, sizeof *f->attr, err) ||
        !lf_arena_grow(&s->arena, &flags, &open_room, f->attrs + 1,
                       sizeof *f->open_attr, err))
        return false;
    f->attr = attrs;
    f->open_attr = flags;
    f->attr[f->attrs] = *def;
    f->open_attr[f->attrs] = open;
    if (!lf_arena_text(&s->arena, def->name, &f->attr[f->attrs].name, err))
        return false;
    f->attr[f->attrs].alias = def->alias.len ? def->alias : f->attr[f->attrs].name;
    f->attrs++;
    return true;
}

// ---------------------------------------------------------------------------- reading

static bool bad(struct lf_error *err, struct lf_slice where, const char *what)
{
    char name[80];
    return lf_fail(err, LF_E_SPEC, "\"%s\": %s", lf_escape(where, name, sizeof name),
                   what);
}

static bool text_of(struct lf_slice json, struct lf_schema *s, struct lf_slice *text,
                    enum lf_value *type, struct lf_error *err)
{
    bool scalar;
    struct lf_slice raw;
    if (!lf_value_read(json, &s->arena, type, &raw, &scalar, err))
        return false;
    if (!scalar)
        return bad(err, json, "a text, number or bool is needed here");
    return lf_arena_text(&s->arena, raw, text, err);
}

static bool bool_of(struct lf_slice json, struct lf_slice where, bool *out,
                    struct lf_error *err)
{
    enum lf_json_type t = lf_json_type(lf_json_trim(json));
    if (t != LF_JSON_TRUE && t != LF_JSON_FALSE)
        return bad(err, where, "true or false is needed here");
    *out = t == LF_JSON_TRUE;
    return true;
}

// The type that a returned value gets: that of the choices when they agree.
static void join_type(enum lf_value *all, enum lf_value one, bool first)
{
    if (first)
        *all = one;
    else if (*all != one)
        *all = (*all == LF_V_INT || *all == LF_V_FLOAT) &&
                       (one == LF_V_INT || one == LF_V_FLOAT)
                   ? LF_V_FLOAT
                   : LF_V_TEXT;
}

static bool read_values(struct lf_slice json, struct lf_schema *s,
                        struct lf_attr_def *d, struct lf_error *err)
{
    struct lf_slice value;
    size_t room = 0;
    bool first = true;
    void *values = NULL;
    if (lf_json_type(json) == LF_JSON_NULL)
        return true;
    if (lf_json_type(json) != LF_JSON_ARRAY)
        return bad(err, d->name, "\"values\" must be a list");
    for (struct lf_json_walk w = lf_json_enter(json); lf_json_element(&w, &value);) {
        enum lf_value type;
        if (!lf_arena_grow(&s->arena, &values, &room, d->values + 1, sizeof *d->value,
                           err))
            return false;
        d->value = values;
        if (!text_of(value, s, &d->value[d->values], &type, err))
            return false;
        if (type != LF_V_NULL) // nothing chosen
            join_type(&d->type, type, first);
        first &= type == LF_V_NULL;
        d->values++;
    }
    d->listed = d->values > 0;
    return true;
}

static bool read_attr(struct lf_slice json, struct lf_schema *s, struct lf_attr_def *d,
                      bool *open, struct lf_error *err)
{
    struct lf_slice key, value, text;
    enum lf_value type;
    bool has_type = false, has_value_type = false, any = false;
    enum lf_value value_type = LF_V_TEXT;
    if (lf_json_type(json) != LF_JSON_OBJECT)
        return bad(err, d->name, "an attribute must be an object");
    for (struct lf_json_walk w = lf_json_enter(json);
         lf_json_member(&w, &key, &value);) {
        value = lf_json_trim(value);
        any = true;
        bool ok = true;
        if (lf_json_key_is(key, LF_S("type"))) {
            has_type = true;
            ok = text_of(value, s, &text, &type, err) &&
                 (lf_input_parse(text, &d->input) ||
                  bad(err, d->name,
                      "the type must be text, number, checkbox, select, radio, "
                      "occluded or group_id"));
        } else if (lf_json_key_is(key, LF_S("values"))) {
            ok = read_values(value, s, d, err);
        } else if (lf_json_key_is(key, LF_S("default"))) {
            ok = text_of(value, s, &d->preset, &type, err);
        } else if (lf_json_key_is(key, LF_S("mutable"))) {
            ok = bool_of(value, d->name, &d->mutable, err);
        } else if (lf_json_key_is(key, LF_S("read_only"))) {
            ok = bool_of(value, d->name, &d->read_only, err);
        } else if (lf_json_key_is(key, LF_S("tool_name"))) {
            ok = text_of(value, s, &d->alias, &type, err);
        } else if (lf_json_key_is(key, LF_S("listed"))) {
            ok = bool_of(value, d->name, &d->listed, err);
        } else if (lf_json_key_is(key, LF_S("value_type"))) {
            ok = text_of(value, s, &text, &type, err);
            for (unsigned i = 0; ok && i <= LF_V_TEXT; i++)
                if (lf_slice_is(text, lf_value_name((enum lf_value)i))) {
                    value_type = (enum lf_value)i;
                    has_value_type = true;
                }
        } // other keys are FiftyOne's or a backend's own: not needed here
        if (!ok)
            return false;
    }
    if (any && !has_type)
        return bad(err, d->name, "the attribute has no type");
    *open = !any;
    if (d->input == LF_IN_CHECKBOX || d->input == LF_IN_OCCLUDED)
        d->type = LF_V_BOOL;
    else if (d->input == LF_IN_GROUP)
        d->type = LF_V_INT;
    else if (d->input == LF_IN_NUMBER)
        d->type = d->type == LF_V_INT ? LF_V_INT : LF_V_FLOAT;
    else if (!d->values || d->input == LF_IN_TEXT)
        d->type = LF_V_TEXT; // text stays text ("0012", "1e5"): W19
    if (has_value_type)
        d->type = value_type;
    if ((d->input == LF_IN_SELECT || d->input == LF_IN_RADIO) && !d->values)
        return bad(err, d->name, "a select or radio needs values");
    return true;
}

static const struct lf_attr_def plain_attr = {
    .input = LF_IN_TEXT, .type = LF_V_TEXT, .only = LF_NO_CLASS, .mutable = true};

static bool add_named(struct lf_schema *s, struct lf_field *f, struct lf_slice json,
                      uint32_t only, struct lf_error *err)
{
    struct lf_attr_def d = plain_attr;
    enum lf_value type;
    d.only = only;
    return text_of(json, s, &d.name, &type, err) &&
           lf_field_add_attr(s, f, &d, true, err);
}

bool lf_schema_read_attrs(struct lf_schema *s, struct lf_field *f, struct lf_slice json,
                          uint32_t only, struct lf_error *err)
{
    struct lf_slice key, value;
    json = lf_json_trim(json);
    if (only == LF_NO_CLASS)
        f->open_attrs = lf_json_type(json) == LF_JSON_TRUE;
    switch (lf_json_type(json)) {
    case LF_JSON_TRUE:
    case LF_JSON_FALSE:
    case LF_JSON_NULL:
        return true;
    case LF_JSON_STRING:
        return add_named(s, f, json, only, err);
    case LF_JSON_ARRAY:
        for (struct lf_json_walk w = lf_json_enter(json); lf_json_element(&w, &value);)
            if (!add_named(s, f, value, only, err))
                return false;
        return true;
    case LF_JSON_OBJECT:
        for (struct lf_json_walk w = lf_json_enter(json);
             lf_json_member(&w, &key, &value);) {
            struct lf_attr_def d = plain_attr;
            bool open = false;
            d.only = only;
            if (!lf_json_key(key, &s->arena, &d.name, err) ||
                !read_attr(lf_json_trim(value), s, &d, &open, err) ||
                !lf_field_add_attr(s, f, &d, open, err))
                return false;
        }
        return true;
    default:
        return bad(err, f->name,
                   "attributes must be true, false, a name, a list or an object");
    }
}

static bool read_class_group(struct lf_schema *s, struct lf_field *f,
                             struct lf_slice json, struct lf_error *err)
{
    struct lf_slice names, attrs, name, text;
    enum lf_value type;
    if (!lf_json_get(json, "classes", &names) ||
        lf_json_type(lf_json_trim(names)) != LF_JSON_ARRAY)
        return bad(err, f->name, "a class entry needs a list \"classes\"");
    bool has_attrs = lf_json_get(json, "attributes", &attrs);
    for (struct lf_json_walk w = lf_json_enter(lf_json_trim(names));
         lf_json_element(&w, &name);) {
        uint32_t row = (uint32_t)f->classes;
        if (!text_of(name, s, &text, &type, err) ||
            !lf_field_add_class(s, f, text, err) ||
            (has_attrs && !lf_schema_read_attrs(s, f, attrs, row, err)))
            return false;
    }
    return true;
}

static bool read_classes(struct lf_schema *s, struct lf_field *f, struct lf_slice json,
                         struct lf_error *err)
{
    struct lf_slice value, text;
    enum lf_value type;
    json = lf_json_trim(json);
    if (lf_json_type(json) == LF_JSON_NULL)
        return true;
    if (lf_json_type(json) != LF_JSON_ARRAY)
        return bad(err, f->name, "\"classes\" must be a list");
    f->open_classes = false;
    for (struct lf_json_walk w = lf_json_enter(json); lf_json_element(&w, &value);) {
        value = lf_json_trim(value);
        bool ok = lf_json_type(value) == LF_JSON_OBJECT
                      ? read_class_group(s, f, value, err)
                      : text_of(value, s, &text, &type, err) &&
                            lf_field_add_class(s, f, text, err);
        if (!ok)
            return false;
    }
    return true;
}

static bool read_class_aliases(struct lf_schema *s, struct lf_field *f,
                               struct lf_slice json, struct lf_error *err)
{
    struct lf_slice key, value, name;
    enum lf_value type;
    for (struct lf_json_walk w = lf_json_enter(json);
         lf_json_member(&w, &key, &value);) {
        if (!lf_json_key(key, &s->arena, &name, err))
            return false;
        for (size_t i = 0; i < f->classes; i++)
            if (lf_slice_eq(f->class[i].name, name) &&
                !text_of(value, s, &f->class[i].alias, &type, err))
                return false;
    }
    return true;
}

static bool read_learned(struct lf_schema *s, struct lf_field *f, struct lf_slice json,
                         struct lf_error *err)
{
    struct lf_slice value, name;
    enum lf_value type;
    if (lf_json_type(json) != LF_JSON_ARRAY)
        return bad(err, f->name, "\"learned_classes\" must be a list");
    for (struct lf_json_walk w = lf_json_enter(json); lf_json_element(&w, &value);) {
        if (!text_of(value, s, &name, &type, err))
            return false;
        for (size_t i = 0; i < f->classes; i++)
            f->class[i].learned |= lf_slice_eq(f->class[i].name, name);
    }
    return true;
}

static bool read_right(struct lf_field *f, struct lf_slice key, struct lf_slice value,
                       struct lf_error *err)
{
    for (size_t i = 0; i < sizeof rights / sizeof *rights; i++)
        if (lf_json_key_is(key, lf_slice_of(rights[i].key))) {
            bool on = true;
            if (!bool_of(value, f->name, &on, err))
                return false;
            f->rights = on ? f->rights | rights[i].right : f->rights & ~rights[i].right;
            f->rights_given |= rights[i].right;
        }
    return true;
}

static bool read_value_type(struct lf_slice json, struct lf_field *f,
                            struct lf_schema *s, struct lf_error *err)
{
    struct lf_slice text;
    enum lf_value type;
    f->scalar = LF_V_NULL;
    if (lf_json_type(json) == LF_JSON_NULL)
        return true;
    if (!text_of(json, s, &text, &type, err))
        return false;
    for (unsigned i = LF_V_NULL; i <= LF_V_TEXT; i++)
        if (lf_slice_is(text, lf_value_name((enum lf_value)i))) {
            f->scalar = (enum lf_value)i;
            return true;
        }
    return bad(err, f->name, "\"scalar\" must be bool, int, float, str or null");
}

static bool read_type(struct lf_slice json, struct lf_field *f, struct lf_schema *s,
                      struct lf_error *err)
{
    struct lf_slice text;
    enum lf_value type;
    return lf_json_type(json) == LF_JSON_NULL ||
           (text_of(json, s, &text, &type, err) &&
            (lf_field_type_parse(text, &f->type) ||
             bad(err, f->name, "the type must be " LF_FIELD_TYPES)));
}

// What needs the classes to be known.
struct later {
    struct lf_slice aliases, targets, learned;
};

static bool read_member(struct lf_schema *s, struct lf_field *f, struct lf_slice key,
                        struct lf_slice value, struct later *later,
                        struct lf_error *err)
{
    if (lf_json_key_is(key, LF_S("type")))
        return read_type(value, f, s, err);
    if (lf_json_key_is(key, LF_S("classes")))
        return read_classes(s, f, value, err);
    if (lf_json_key_is(key, LF_S("attributes"))) {
        f->attrs_given = true;
        return lf_schema_read_attrs(s, f, value, LF_NO_CLASS, err);
    }
    if (lf_json_key_is(key, LF_S("existing_field")))
        return bool_of(value, f->name, &f->existing, err);
    if (lf_json_key_is(key, LF_S("learned")))
        return bool_of(value, f->name, &f->learned, err);
    if (lf_json_key_is(key, LF_S("skeleton")))
        return lf_skeleton_read(s, f, value, err);
    if (lf_json_key_is(key, LF_S("parts")))
        return bool_of(value, f->name, &f->parts, err);
    if (lf_json_key_is(key, LF_S("scalar")))
        return read_value_type(value, f, s, err);
    if (lf_json_key_is(key, LF_S("by_class"))) {
        f->by_class_given = true;
        return bool_of(value, f->name, &f->by_class, err);
    }
    if (lf_json_key_is(key, LF_S("mask_targets")))
        later->targets = value;
    else if (lf_json_key_is(key, LF_S("tool_names")))
        later->aliases = value;
    else if (lf_json_key_is(key, LF_S("learned_classes")))
        later->learned = value;
    else
        return read_right(f, key, value, err);
    return true;
}

static bool read_field(struct lf_schema *s, struct lf_field *f, struct lf_slice json,
                       struct lf_error *err)
{
    struct lf_slice key, value;
    struct later later = {0};
    f->existing = true;
    if (lf_json_type(json) == LF_JSON_NULL)
        return true;
    if (lf_json_type(json) != LF_JSON_OBJECT)
        return bad(err, f->name, "a field's entry must be an object");
    for (struct lf_json_walk w = lf_json_enter(json); lf_json_member(&w, &key, &value);)
        if (!read_member(s, f, key, lf_json_trim(value), &later, err))
            return false;
    if (later.targets.at && lf_json_type(later.targets) != LF_JSON_NULL &&
        !lf_targets_read(s, f, later.targets, err))
        return false;
    if (later.learned.at && !read_learned(s, f, later.learned, err))
        return false;
    return !later.aliases.at || read_class_aliases(s, f, later.aliases, err);
}

bool lf_schema_read(struct lf_slice json, struct lf_schema *s, struct lf_error *err)
{
    struct lf_slice key, value, name;
    uint16_t row;
    if (!lf_json_check(json, (struct lf_json_rules){0}, 0, err))
        return false;
    json = lf_json_trim(json);
    if (lf_json_type(json) != LF_JSON_OBJECT)
        return lf_fail(err, LF_E_SPEC, "a label schema is an object of fields");
    for (struct lf_json_walk w = lf_json_enter(json);
         lf_json_member(&w, &key, &value);) {
        if (!lf_json_key(key, &s->arena, &name, err))
            return false;
        if (lf_field_find(s, name, &row))
            return bad(err, name, "the field is there twice");
        struct lf_field *f = lf_schema_add_field(s, name, err);
        if (!f || !read_field(s, f, lf_json_trim(value), err))
            return false;
    }
    return true;
}

// ---------------------------------------------------------------------------- writing

static void write_key(struct lf_buf *out, const char *key)
{
    lf_buf_text(out, out->len && out->at[out->len - 1] != '{' ? ", " : "");
    lf_json_quote(out, lf_slice_of(key), true);
    lf_buf_text(out, ": ");
}

static void write_bool(struct lf_buf *out, const char *key, bool value)
{
    write_key(out, key);
    lf_buf_text(out, value ? "true" : "false");
}

static void write_text(struct lf_buf *out, const char *key, struct lf_slice value)
{
    write_key(out, key);
    lf_json_quote(out, value, true);
}

static void write_attr(const struct lf_attr_def *d, struct lf_buf *out)
{
    bool widened;
    lf_buf_char(out, '{');
    write_text(out, "type", lf_slice_of(lf_input_name(d->input)));
    if (d->values) {
        write_key(out, "values");
        for (size_t i = 0; i < d->values; i++) {
            lf_buf_text(out, i ? ", " : "[");
            if (!lf_value_write(d->value[i], d->type, true, out, &widened))
                lf_json_quote(out, d->value[i], true);
        }
        lf_buf_char(out, ']');
    }
    if (d->preset.at) {
        write_text(out, "default", d->preset);
    }
    write_bool(out, "mutable", d->mutable);
    write_bool(out, "read_only", d->read_only);
    write_text(out, "value_type", lf_slice_of(lf_value_name(d->type)));
    write_bool(out, "listed", d->listed);
    if (!lf_slice_eq(d->alias, d->name))
        write_text(out, "tool_name", d->alias);
    lf_buf_char(out, '}');
}

static void write_attrs(const struct lf_field *f, uint32_t only, struct lf_buf *out)
{
    bool first = true;
    lf_buf_char(out, '{');
    for (size_t i = 0; i < f->attrs; i++) {
        if (f->attr[i].only != only)
            continue;
        lf_buf_text(out, first ? "" : ", ");
        first = false;
        lf_json_quote(out, f->attr[i].name, true);
        lf_buf_text(out, ": ");
        write_attr(&f->attr[i], out);
    }
    lf_buf_char(out, '}');
}

static bool has_own_attrs(const struct lf_field *f, uint32_t class_row)
{
    for (size_t i = 0; i < f->attrs; i++)
        if (f->attr[i].only == class_row)
            return true;
    return false;
}

static void write_classes(const struct lf_field *f, struct lf_buf *out)
{
    bool renamed = false;
    write_key(out, "classes");
    lf_buf_char(out, '[');
    for (uint32_t i = 0; i < f->classes; i++) {
        bool own = has_own_attrs(f, i);
        lf_buf_text(out, i ? ", " : "");
        lf_buf_text(out, own ? "{\"classes\": [" : "");
        lf_json_quote(out, f->class[i].name, true);
        if (own) {
            lf_buf_text(out, "], \"attributes\": ");
            write_attrs(f, i, out);
            lf_buf_char(out, '}');
        }
        renamed |= !lf_slice_eq(f->class[i].name, f->class[i].alias);
    }
    lf_buf_char(out, ']');
    if (!renamed)
        return;
    write_key(out, "tool_names");
    lf_buf_char(out, '{');
    bool first = true;
    for (size_t i = 0; i < f->classes; i++)
        if (!lf_slice_eq(f->class[i].name, f->class[i].alias)) {
            lf_buf_text(out, first ? "" : ", ");
            first = false;
            lf_json_quote(out, f->class[i].name, true);
            lf_buf_text(out, ": ");
            lf_json_quote(out, f->class[i].alias, true);
        }
    lf_buf_char(out, '}');
}

static void write_learned(const struct lf_field *f, struct lf_buf *out)
{
    size_t n = 0;
    for (size_t i = 0; i < f->classes; i++) {
        if (!f->class[i].learned)
            continue;
        if (!n)
            write_key(out, "learned_classes");
        lf_buf_text(out, n++ ? ", " : "[");
        lf_json_quote(out, f->class[i].name, true);
    }
    lf_buf_text(out, n ? "]" : "");
}

static void write_field(const struct lf_field *f, struct lf_buf *out)
{
    lf_buf_char(out, '{');
    write_text(out, "type", lf_slice_of(lf_field_type_name(f->type)));
    write_classes(f, out);
    write_key(out, "attributes");
    write_attrs(f, LF_NO_CLASS, out);
    write_learned(f, out);
    if (f->type == LF_FT_SEGMENTATION) {
        write_key(out, "mask_targets");
        lf_targets_write(f, out);
    }
    if (f->nodes) {
        write_key(out, "skeleton");
        lf_skeleton_write(f, out);
    }
    if (f->parts)
        write_bool(out, "parts", true);
    if (f->type == LF_FT_SCALAR) {
        write_text(out, "scalar", lf_slice_of(lf_value_name(f->scalar)));
        write_bool(out, "by_class", f->by_class);
    }
    write_bool(out, "existing_field", f->existing);
    if (f->learned)
        write_bool(out, "learned", true);
    for (size_t i = 0; f->existing && i < sizeof rights / sizeof *rights; i++)
        write_bool(out, rights[i].key, f->rights & rights[i].right);
    lf_buf_char(out, '}');
}

void lf_schema_write(const struct lf_schema *s, struct lf_buf *out)
{
    lf_buf_char(out, '{');
    for (size_t i = 0; i < s->fields; i++) {
        lf_buf_text(out, i ? ", " : "");
        lf_json_quote(out, s->field[i].name, true);
        lf_buf_text(out, ": ");
        write_field(&s->field[i], out);
    }
    lf_buf_char(out, '}');
}
