#include "merge/learning.h"

static bool note(struct lf_learning *n, enum lf_code code, uint16_t field,
                 struct lf_slice name, struct lf_error *err)
{
    struct lf_event e = {
        .code = code, .field = n->run->schema.field[field].name, .came = name};
    return lf_events_add(n->ev, &e, err);
}

// ---------------------------------------------------------------------------- names

// The classes of a segmentation are its pixels' values, and those of a scalar with one
// class are not its own.
static bool learn_class(void *user, uint16_t field, struct lf_slice name, uint32_t *row,
                        bool *taken, struct lf_error *err)
{
    struct lf_learning *n = user;
    struct lf_schema *s = &n->run->schema;
    struct lf_field *f = &s->field[field];
    *taken = lf_class_find(f, name, row);
    if (*taken || !name.len || f->type == LF_FT_SEGMENTATION ||
        (f->type == LF_FT_SCALAR && !f->by_class))
        return true;
    *taken = lf_field_learn_class(s, f, name, row, err);
    if (!*taken)
        return false;
    f->class[*row].learned = true;
    return note(n, LF_N_CLASS_LEARNED, field, f->class[*row].name, err);
}

static bool has_attr(const struct lf_field *f, struct lf_slice name)
{
    for (size_t i = 0; i < f->attrs; i++)
        if (lf_slice_eq(f->attr[i].name, name))
            return true;
    return false;
}

// A text of every class. What FiftyOne declares of labels is no attribute, and one that
// travels under another name is not two.
static bool learn_attr(void *user, uint16_t field, struct lf_slice name, uint16_t *row,
                       bool *taken, struct lf_error *err)
{
    struct lf_learning *n = user;
    struct lf_schema *s = &n->run->schema;
    struct lf_field *f = &s->field[field];
    const struct lf_attr_def def = {.name = name,
                                    .input = LF_IN_TEXT,
                                    .type = LF_V_TEXT,
                                    .preset = LF_S(""),
                                    .only = LF_NO_CLASS,
                                    .mutable = true};
    *taken = false;
    if (f->type == LF_FT_SCALAR || !fo_attr_name_ok(name) || has_attr(f, name))
        return true;
    *taken = lf_field_learn_attr(s, f, &def, row, err);
    return *taken && note(n, LF_N_ATTR_LEARNED, field, f->attr[*row].name, err);
}

// ---------------------------------------------------------------------------- fields

static const char *why_not(const struct lf_learning *n, enum lf_return_type type,
                           struct lf_slice name)
{
    const struct fo_field *known;
    uint16_t row;
    if (lf_field_find(&n->run->schema, name, &row))
        return "is one of the run's";
    for (size_t i = 0; i < n->run->schema.fields; i++)
        if (lf_slice_eq(n->run->schema.field[i].dest, name))
            return "is what --dest-field names";
    if (fo_field_find(n->ds, name, &known))
        return fo_field_takes(known, lf_return_field_type(type))
                   ? NULL
                   : "is there and holds something else";
    return fo_field_name_ok(name) ? NULL : "cannot be a field's name";
}

static struct lf_slice name_of(const struct lf_learning *n, enum lf_return_type type)
{
    return n->unexpected->field[type].len ? n->unexpected->field[type]
                                          : lf_slice_of(lf_return_type_name(type));
}

// A type has one field in a run: in two, the next archive would not know which of them
// holds a shape.
static bool same_field(const struct lf_learning *n, enum lf_return_type type,
                       struct lf_error *err)
{
    char name[80];
    struct lf_slice asked = n->unexpected->field[type];
    const struct lf_field *f = &n->run->schema.field[n->row[type]];
    return !asked.len || lf_slice_eq(asked, f->name) ||
           lf_fail(err, LF_E_OPTION,
                   "the run keeps its %s in the field \"%s\" already; give "
                   "--unexpected-field that name",
                   lf_return_type_name(type), lf_escape(f->name, name, sizeof name));
}

// Without base nobody remembers which classes its labels had.
static bool all_classes(struct lf_learning *n, struct lf_field *to,
                        struct lf_error *err)
{
    struct lf_schema *s = &n->run->schema;
    uint32_t row;
    for (size_t i = 0; i < lf_schema_own(s); i++)
        for (size_t k = 0; k < s->field[i].classes; k++)
            if (!lf_field_learn_class(s, to, s->field[i].class[k].name, &row, err))
                return false;
    return true;
}

static bool field_for(struct lf_learning *n, enum lf_return_type type,
                      struct lf_error *err)
{
    char text[80];
    struct lf_slice name = name_of(n, type);
    if (n->row[type] >= 0)
        return same_field(n, type, err);
    const char *why = why_not(n, type, name);
    if (why)
        return lf_fail(err, LF_E_OPTION,
                       "unexpected %s: the field \"%s\" %s; name another one with "
                       "--unexpected-field %s=FIELD",
                       lf_return_type_name(type), lf_escape(name, text, sizeof text),
                       why, lf_return_type_name(type));
    struct lf_field *f = lf_schema_add_field(&n->run->schema, name, err);
    if (!f)
        return false;
    f->type = lf_return_field_type(type);
    f->learned = f->existing = true;
    f->open_classes = f->open_attrs = f->open_targets = false;
    n->row[type] = (int32_t)n->run->schema.fields - 1;
    return n->run->has_base || all_classes(n, f, err);
}

static bool is_kept(const struct lf_learning *n, int type)
{
    return n->unexpected->field[type].len || n->unexpected->fate == LF_FATE_KEEP;
}

// Without base the record is not written: what an earlier merge left is known by the
// run's mark alone, so its field is looked at whether or not such shapes come.
static bool look_again(struct lf_learning *n, struct lf_error *err)
{
    const struct fo_field *known;
    for (int t = 0; t < LF_RT_NONE; t++) {
        enum lf_return_type type = (enum lf_return_type)t;
        struct lf_slice name = name_of(n, type);
        if (n->row[t] < 0 && is_kept(n, t) && fo_field_find(n->ds, name, &known) &&
            !why_not(n, type, name) && !field_for(n, type, err))
            return false;
    }
    return true;
}

bool lf_learning_begin(struct lf_learning *n, bool classes, bool attrs,
                       struct lf_error *err)
{
    const struct lf_schema *s = &n->run->schema;
    n->learn.user = n;
    n->learn.shapes = n->unexpected->fate == LF_FATE_RETURN; // whole, masks and all
    n->learn.class = classes ? learn_class : NULL;
    n->learn.attr = attrs ? learn_attr : NULL;
    for (int t = 0; t < LF_RT_NONE; t++) {
        n->row[t] = -1;
        n->learn.shapes |= is_kept(n, t);
        for (size_t i = lf_schema_own(s); i < s->fields; i++)
            if (s->field[i].type == lf_return_field_type((enum lf_return_type)t)) {
                n->row[t] = (int32_t)i;
                n->used[t] = true;
            }
    }
    n->run->learn = &n->learn;
    return n->run->has_base || look_again(n, err);
}

// ---------------------------------------------------------------------------- labels

// The label's attributes under the rows they have in the field it goes to.
static bool move_attrs(struct lf_schema *s, const struct lf_field *from,
                       struct lf_field *to, struct lf_label *l, struct lf_arena *a,
                       struct lf_error *err)
{
    struct lf_attr *attr = lf_arena_take(a, l->attrs, sizeof *attr, err);
    uint32_t count = 0, row = LF_NO_CLASS;
    if (!attr)
        return false;
    lf_class_find(to, l->name, &row);
    for (uint32_t i = 0; i < l->attrs; i++) {
        struct lf_attr_def def = from->attr[l->attr[i].name];
        struct lf_attr moved = l->attr[i];
        uint32_t k = count++;
        def.only = def.only == LF_NO_CLASS ? LF_NO_CLASS : row;
        if (!lf_field_learn_attr(s, to, &def, &moved.name, err))
            return false;
        for (; k > 0 && attr[k - 1].name > moved.name; k--)
            attr[k] = attr[k - 1];
        attr[k] = moved;
    }
    l->attr = attr;
    l->attrs = count;
    return true;
}

// A skeleton of a field without its nodes is a list of points; missing ones keep their
// places.
static void settle_points(struct lf_label *l)
{
    if (l->kind != LF_SKELETON)
        return;
    l->kind = LF_POINTS;
    for (size_t i = 0; i < 2 * (size_t)l->points; i++)
        if (l->xy[i] != l->xy[i])
            l->kind = LF_SKELETON;
}

static bool send(struct lf_learning *n, struct lf_label *l, enum lf_return_type type,
                 struct lf_arena *a, struct lf_error *err)
{
    struct lf_schema *s = &n->run->schema;
    uint32_t row;
    if (!field_for(n, type, err))
        return false;
    const struct lf_field *from = &s->field[l->field];
    struct lf_field *to = &s->field[n->row[type]];
    if (lf_class_find(from, l->name, &row) &&
        !lf_field_learn_class(s, to, from->class[row].name, &row, err))
        return false;
    if (!move_attrs(s, from, to, l, a, err))
        return false;
    l->origin = (uint16_t)(l->field + 1);
    l->field = (uint16_t)n->row[type];
    settle_points(l);
    return true;
}

// With an id, a skeleton among points may be an edit of one of them.
static bool may_be_own(const struct lf_field *f, const struct lf_label *l)
{
    return l->kind == LF_SKELETON && lf_field_kind(f->type) == LF_POINTS && l->id.known;
}

bool lf_learn_strays(struct lf_learning *n, struct lf_sample *s, struct lf_arena *a,
                     struct lf_error *err)
{
    for (size_t i = 0; n->learn.shapes && i < s->labels; i++) {
        struct lf_label *l = &s->label[i];
        const struct lf_field *f = &n->run->schema.field[l->field];
        if (!l->far && f->rights & LF_MAY_ADD && lf_is_unexpected(f, l) &&
            !may_be_own(f, l) && lf_fate_of(n->unexpected, l->kind) == LF_FATE_KEEP &&
            !send(n, l, lf_return_type_of(l->kind), a, err))
            return false;
    }
    return true;
}

void lf_mark_learned(const struct lf_run *run, struct lf_sample *s)
{
    uint8_t mark[4];
    uint32_t row;
    lf_run_mark(run, mark);
    for (size_t i = 0; i < s->labels; i++) {
        struct lf_label *l = &s->label[i];
        const struct lf_field *f = &run->schema.field[l->field];
        bool ours = l->id.known && !memcmp(l->id.at, mark, sizeof mark);
        if (f->learned)
            l->shipped &= ours;
        else if (l->shipped && lf_class_find(f, l->name, &row))
            l->unsure = f->class[row].learned && !ours;
    }
}

// ---------------------------------------------------------------------------- the end

void lf_learning_used(struct lf_learning *n, const struct lf_changes *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        for (int t = 0; t < LF_RT_NONE; t++)
            n->used[t] |= n->row[t] == plan->change[i].field;
}

void lf_learning_end(struct lf_learning *n)
{
    struct lf_schema *s = &n->run->schema;
    size_t kept = lf_schema_own(s);
    for (size_t i = kept; i < s->fields; i++) {
        bool used = false;
        for (int t = 0; t < LF_RT_NONE; t++)
            used |= n->row[t] == (int32_t)i && n->used[t];
        if (!used) {
            lf_names_done(&s->field[i].class_names);
            lf_names_done(&s->field[i].class_aliases);
        } else if (kept++ != i) {
            s->field[kept - 1] = s->field[i];
        }
    }
    s->fields = kept;
    n->run->learn = NULL;
}

bool lf_learning_suggest(const struct lf_learning *n, const uint64_t count[LF_RT_NONE],
                         struct lf_buf *out, struct lf_error *err)
{
    for (int t = 0; t < LF_RT_NONE; t++) {
        enum lf_return_type type = (enum lf_return_type)t;
        const char *word = lf_return_type_name(type);
        if (!count[t])
            continue;
        lf_buf_printf(out, "%s%s=", out->len ? "," : "", word);
        if (n->row[t] >= 0)
            lf_buf_slice(out, n->run->schema.field[n->row[t]].name);
        else if (!why_not(n, type, lf_slice_of(word)))
            lf_buf_text(out, word);
        else
            lf_buf_printf(out, "%s_%.*s", word, (int)n->run->key.len, n->run->key.at);
    }
    return lf_buf_ok(out, err);
}
