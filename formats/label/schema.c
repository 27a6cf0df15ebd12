#include "formats/label/schema.h"

#include "formats/base/alloc.h"

static const char *const type_names[] = {
    [LF_FT_UNKNOWN] = "unknown",
    [LF_FT_CLASSIFICATION] = "classification",
    [LF_FT_CLASSIFICATIONS] = "classifications",
    [LF_FT_DETECTION] = "detection",
    [LF_FT_DETECTIONS] = "detections",
    [LF_FT_INSTANCE] = "instance",
    [LF_FT_INSTANCES] = "instances",
    [LF_FT_POLYLINE] = "polyline",
    [LF_FT_POLYLINES] = "polylines",
    [LF_FT_POLYGON] = "polygon",
    [LF_FT_POLYGONS] = "polygons",
    [LF_FT_KEYPOINT] = "keypoint",
    [LF_FT_KEYPOINTS] = "keypoints",
    [LF_FT_SEGMENTATION] = "segmentation",
    [LF_FT_SCALAR] = "scalar",
};
static const char *const input_names[] = {
    [LF_IN_TEXT] = "text",         [LF_IN_NUMBER] = "number",
    [LF_IN_CHECKBOX] = "checkbox", [LF_IN_SELECT] = "select",
    [LF_IN_RADIO] = "radio",       [LF_IN_OCCLUDED] = "occluded",
    [LF_IN_GROUP] = "group_id",
};
static const char *const value_names[] = {
    [LF_V_NULL] = "null",   [LF_V_BOOL] = "bool", [LF_V_INT] = "int",
    [LF_V_FLOAT] = "float", [LF_V_TEXT] = "str",  [LF_V_UNTYPED] = "untyped",
};

bool lf_field_type_parse(struct lf_slice text, enum lf_field_type *type)
{
    for (size_t i = LF_FT_CLASSIFICATION; i < sizeof type_names / sizeof *type_names;
         i++)
        if (lf_slice_is(text, type_names[i])) {
            *type = (enum lf_field_type)i;
            return true;
        }
    return false;
}

const char *lf_field_type_name(enum lf_field_type type)
{
    return type_names[type];
}

bool lf_field_is_list(enum lf_field_type type)
{
    switch (type) {
    case LF_FT_CLASSIFICATIONS:
    case LF_FT_DETECTIONS:
    case LF_FT_INSTANCES:
    case LF_FT_POLYLINES:
    case LF_FT_POLYGONS:
    case LF_FT_KEYPOINTS:
        return true;
    default:
        return false;
    }
}

unsigned lf_field_kind(enum lf_field_type type)
{
    static const unsigned kinds[LF_FT_END] = {
        [LF_FT_UNKNOWN] = LF_OTHER,       [LF_FT_CLASSIFICATION] = LF_TAG,
        [LF_FT_CLASSIFICATIONS] = LF_TAG, [LF_FT_DETECTION] = LF_BOX,
        [LF_FT_DETECTIONS] = LF_BOX,      [LF_FT_INSTANCE] = LF_MASK,
        [LF_FT_INSTANCES] = LF_MASK,      [LF_FT_POLYLINE] = LF_POLYLINE,
        [LF_FT_POLYLINES] = LF_POLYLINE,  [LF_FT_POLYGON] = LF_POLYGON,
        [LF_FT_POLYGONS] = LF_POLYGON,    [LF_FT_KEYPOINT] = LF_POINTS,
        [LF_FT_KEYPOINTS] = LF_POINTS,    [LF_FT_SEGMENTATION] = LF_SEGMENT,
        [LF_FT_SCALAR] = LF_SCALAR,
    };
    return kinds[type];
}

unsigned lf_field_kinds(const struct lf_field *f)
{
    unsigned kind = lf_field_kind(f->type);
    if (f->learned) // what FiftyOne holds in fields of one class
        return kind == LF_MASK      ? LF_BOX | LF_MASK
               : kind == LF_POLYGON ? LF_POLYGON | LF_POLYLINE
               : kind == LF_POINTS  ? LF_POINTS | LF_SKELETON
                                    : kind;
    return kind == LF_POINTS && f->nodes ? LF_POINTS | LF_SKELETON : kind;
}

bool lf_target_find(const struct lf_field *f, uint32_t value, uint32_t *row)
{
    for (uint32_t i = 0; i < f->classes; i++)
        if (f->class[i].value == value) {
            *row = i;
            return true;
        }
    return false;
}

const char *lf_input_name(enum lf_input input)
{
    return input_names[input];
}

bool lf_input_parse(struct lf_slice text, enum lf_input *input)
{
    for (size_t i = 0; i < sizeof input_names / sizeof *input_names; i++)
        if (lf_slice_is(text, input_names[i])) {
            *input = (enum lf_input)i;
            return true;
        }
    return false;
}

const char *lf_value_name(enum lf_value type)
{
    return value_names[type];
}

bool lf_class_find(const struct lf_field *f, struct lf_slice name, uint32_t *row)
{
    return lf_names_find(&f->class_names, name, row);
}

bool lf_class_find_alias(const struct lf_field *f, struct lf_slice alias, uint32_t *row)
{
    return lf_names_find(&f->class_aliases, alias, row);
}

static const struct lf_attr_def *find(const struct lf_field *f, uint32_t class_row,
                                      struct lf_slice name, bool by_alias,
                                      uint16_t *attr)
{
    const struct lf_attr_def *found = NULL;
    for (uint16_t i = 0; i < f->attrs; i++) {
        const struct lf_attr_def *d = &f->attr[i];
        if ((d->only == LF_NO_CLASS ? !found : d->only == class_row) &&
            lf_slice_eq(by_alias ? d->alias : d->name, name)) {
            found = d;
            *attr = i;
        }
    }
    return found;
}

const struct lf_attr_def *lf_attr_find(const struct lf_field *f, uint32_t class_row,
                                       struct lf_slice name, uint16_t *attr)
{
    return find(f, class_row, name, false, attr);
}

const struct lf_attr_def *lf_attr_find_alias(const struct lf_field *f,
                                             uint32_t class_row, struct lf_slice alias,
                                             uint16_t *attr)
{
    return find(f, class_row, alias, true, attr);
}

bool lf_attr_applies(const struct lf_field *f, uint32_t class_row, uint16_t attr)
{
    uint16_t chosen = 0;
    const struct lf_attr_def *d = &f->attr[attr];
    if (d->alone)
        return d->only == LF_NO_CLASS || d->only == class_row;
    return lf_attr_find(f, class_row, d->name, &chosen) && chosen == attr;
}

const struct lf_attr *lf_attr_of(const struct lf_field *f, const struct lf_label *l,
                                 uint16_t attr)
{
    const struct lf_attr *own = lf_label_attr(l, attr);
    for (uint32_t i = 0; !own && !f->attr[attr].alone && i < l->attrs; i++) {
        const struct lf_attr *a = &l->attr[i];
        if (a->type != LF_V_NULL && !a->home &&
            lf_slice_eq(f->attr[a->name].name, f->attr[attr].name))
            own = a;
    }
    return own;
}

bool lf_field_find(const struct lf_schema *s, struct lf_slice name, uint16_t *row)
{
    for (uint16_t i = 0; i < s->fields; i++)
        if (lf_slice_eq(s->field[i].name, name)) {
            *row = i;
            return true;
        }
    return false;
}

size_t lf_schema_own(const struct lf_schema *s)
{
    size_t n = s->fields;
    while (n && s->field[n - 1].learned)
        n--;
    return n;
}

static void find_alone(struct lf_field *f)
{
    for (size_t i = 0; i < f->attrs; i++) {
        f->attr[i].alone = true;
        for (size_t k = 0; k < f->attrs; k++)
            f->attr[i].alone &=
                k == i || !lf_slice_eq(f->attr[i].name, f->attr[k].name);
    }
}

static bool index_field(struct lf_field *f, struct lf_error *err)
{
    lf_names_done(&f->class_names);
    lf_names_done(&f->class_aliases);
    find_alone(f);
    for (uint32_t i = 0; i < f->classes; i++) {
        uint32_t number;
        bool fresh, fresh_alias;
        if (!lf_names_add(&f->class_names, f->class[i].name, &number, &fresh, err) ||
            !lf_names_add(&f->class_aliases, f->class[i].alias, &number, &fresh_alias,
                          err))
            return false;
        if (!fresh || !fresh_alias) {
            char name[80];
            return lf_fail(err, LF_E_SPEC, "the class \"%s\" is listed twice",
                           lf_escape(f->class[i].name, name, sizeof name));
        }
    }
    return true;
}

bool lf_schema_index(struct lf_schema *s, struct lf_error *err)
{
    for (size_t i = 0; i < s->fields; i++)
        if (!index_field(&s->field[i], err))
            return false;
    return true;
}

bool lf_field_learn_class(struct lf_schema *s, struct lf_field *f, struct lf_slice name,
                          uint32_t *row, struct lf_error *err)
{
    uint32_t number;
    if (lf_class_find(f, name, row) || lf_class_find_alias(f, name, row))
        return true;
    if (!lf_field_add_class(s, f, name, err))
        return false;
    *row = (uint32_t)f->classes - 1;
    return lf_names_add(&f->class_names, name, &number, NULL, err) &&
           lf_names_add(&f->class_aliases, name, &number, NULL, err);
}

bool lf_field_learn_attr(struct lf_schema *s, struct lf_field *f,
                         const struct lf_attr_def *def, uint16_t *row,
                         struct lf_error *err)
{
    for (uint16_t i = 0; i < f->attrs; i++)
        if (f->attr[i].only == def->only && lf_slice_eq(f->attr[i].name, def->name)) {
            *row = i;
            return true;
        }
    if (!lf_field_add_attr(s, f, def, false, err))
        return false;
    *row = (uint16_t)(f->attrs - 1);
    find_alone(f);
    return true;
}

void lf_schema_done(struct lf_schema *s)
{
    for (size_t i = 0; i < s->fields; i++) {
        lf_names_done(&s->field[i].class_names);
        lf_names_done(&s->field[i].class_aliases);
    }
    lf_arena_done(&s->arena);
    *s = (struct lf_schema){0};
}

bool lf_attr_offers(const struct lf_attr_def *d, struct lf_slice text)
{
    for (size_t i = 0; i < d->values; i++)
        if (lf_slice_eq(d->value[i], text))
            return true;
    return false;
}
