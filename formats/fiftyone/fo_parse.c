#include <math.h>

#include "formats/base/limits.h"
#include "formats/base/number.h"
#include "formats/fiftyone/fo_dataset.h"
#include "formats/fiftyone/fo_masks.h"
#include "formats/fiftyone/fo_points.h"
#include "formats/label/value.h"

struct found { // what one walk over a label's keys finds; null values: empty
    struct lf_id id;
    struct lf_slice name, box, points, confidence, index, rotation;
    struct fo_mask_at mask;
    struct fo_attrs attrs;
    size_t room; // for attrs.own
    bool closed, filled;
};

void fo_values(const struct lf_schema *s, struct lf_slice raw, struct lf_slice *value)
{
    struct lf_slice key, v;
    for (size_t i = 0; i < s->fields; i++)
        value[i] = (struct lf_slice){0};
    if (!s->fields)
        return;
    for (struct lf_json_walk w = lf_json_enter(raw); lf_json_member(&w, &key, &v);)
        for (size_t i = 0; i < s->fields; i++)
            if (lf_json_key_is(key, s->field[i].name)) {
                v = lf_json_trim(v);
                if (lf_json_type(v) != LF_JSON_NULL)
                    value[i] = v;
            }
}

static bool keep_own(struct found *f, struct lf_slice key, struct lf_slice value,
                     struct lf_arena *a, struct lf_error *err)
{
    void *own = f->attrs.own;
    if (!lf_arena_grow(a, &own, &f->room, f->attrs.count + 1, sizeof *f->attrs.own,
                       err))
        return false;
    f->attrs.own = own;
    f->attrs.own[f->attrs.count++] = (struct fo_own){key, value};
    return true;
}

// An object with something in it.
static bool holds_any(struct lf_slice value)
{
    struct lf_json_walk w = lf_json_enter(value);
    return lf_json_type(value) == LF_JSON_OBJECT && w.at != w.end;
}

static struct lf_slice not_null(struct lf_slice value)
{
    return lf_json_type(value) == LF_JSON_NULL ? (struct lf_slice){0} : value;
}

static bool look(struct lf_slice label, struct lf_arena *a, struct found *f,
                 struct lf_error *err)
{
    struct lf_slice key, value;
    *f = (struct found){0};
    for (struct lf_json_walk w = lf_json_enter(label);
         lf_json_member(&w, &key, &value);) {
        value = lf_json_trim(value);
        enum lf_json_type type = lf_json_type(value);
        switch (fo_key(key)) {
        case FO_ID:
            fo_id(value, &f->id);
            break;
        case FO_LABEL:
            if (type == LF_JSON_STRING && !lf_json_string(value, a, &f->name, err))
                return false;
            break;
        case FO_BOX:
            f->box = value; // null is no array
            break;
        case FO_POINTS:
            f->points = not_null(value);
            break;
        case FO_CLOSED:
            f->closed = type == LF_JSON_TRUE;
            break;
        case FO_FILLED:
            f->filled = type == LF_JSON_TRUE;
            break;
        case FO_CONFIDENCE:
            f->confidence = value;
            break;
        case FO_ATTRIBUTES:
            if (holds_any(value))
                f->attrs.legacy = value;
            break;
        case FO_INDEX:
            f->index = value; // null is no number
            break;
        case FO_MASK:
            f->mask.mask = not_null(value);
            break;
        case FO_MASK_PATH:
            f->mask.mask_path = not_null(value);
            break;
        case FO_OWN:
            if (!keep_own(f, key, value, a, err))
                return false;
            if (type != LF_JSON_NULL && lf_json_key_is(key, LF_S("rotation")))
                f->rotation = value;
            break;
        default:
            break;
        }
    }
    return true;
}

// The value of a legacy attribute: {"_cls": "NumericAttribute", "value": 3.5}.
static bool legacy_value(struct lf_slice legacy, struct lf_slice name,
                         struct lf_slice *value)
{
    struct lf_slice key, entry;
    for (struct lf_json_walk w = lf_json_enter(legacy);
         lf_json_member(&w, &key, &entry);)
        if (lf_json_key_is(key, name))
            return lf_json_type(lf_json_trim(entry)) == LF_JSON_OBJECT &&
                   lf_json_get(lf_json_trim(entry), "value", value);
    return false;
}

static bool read_box(struct lf_slice box, double out[4])
{
    struct lf_slice number;
    size_t n = 0;
    if (!box.len || lf_json_type(box) != LF_JSON_ARRAY)
        return false;
    for (struct lf_json_walk w = lf_json_enter(box); lf_json_element(&w, &number); n++)
        if (n == 4 || !fo_number(number, &out[n]))
            return false;
    return n == 4;
}

// Of a label that has a box; a 3D one, or none, has no kind here.
static unsigned box_kind(const struct found *f, double box[4])
{
    if (!read_box(f->box, box))
        return LF_OTHER;
    return f->mask.mask.len || f->mask.mask_path.len ? LF_MASK : LF_BOX;
}

static unsigned kind_of(enum lf_field_type type, const struct found *f)
{
    double box[4];
    switch (lf_field_kind(type)) {
    case LF_BOX:
    case LF_MASK:
        return box_kind(f, box);
    case LF_POLYLINE:
    case LF_POLYGON:
        return f->filled ? LF_POLYGON : LF_POLYLINE;
    default:
        return lf_field_kind(type);
    }
}

static bool set_box(const struct fo_source *src, const double box[4],
                    const struct lf_sample *s, struct lf_label *l, struct lf_arena *a,
                    struct lf_error *err)
{
    double w = s->width, h = s->height;
    double left = box[0] * w, top = box[1] * h;
    double right = (box[0] + box[2]) * w, bottom = (box[1] + box[3]) * h;
    l->xy = lf_arena_take(a, 8, sizeof *l->xy, err);
    if (!l->xy)
        return false;
    l->flipped = right < left || bottom < top;
    l->xy[0] = fmin(left, right);
    l->xy[1] = fmin(top, bottom);
    l->xy[2] = fmax(left, right);
    l->xy[3] = fmax(top, bottom);
    // For an edited copy the four numbers themselves are kept as well: a width made of
    // two corners is not always the width that was written.
    memcpy(l->xy + 4, box, 4 * sizeof *box);
    l->points = src->relative ? 4 : 2;
    return true;
}

static bool add_attr(struct lf_label *l, uint16_t row, struct lf_slice value,
                     struct lf_arena *a, struct lf_error *err)
{
    struct lf_attr attr = {.name = row};
    enum lf_value type;
    bool scalar;
    if (!lf_value_read(value, a, &type, &attr.text, &scalar, err))
        return false;
    attr.type = (uint8_t)type;
    attr.home = !scalar;
    uint32_t i = l->attrs;
    for (; i > 0 && l->attr[i - 1].name > row; i--)
        l->attr[i] = l->attr[i - 1];
    l->attr[i] = attr;
    l->attrs++;
    return true;
}

// Every attribute of the schema that applies to the label's class and has a value;
// direct ones before legacy ones, as FiftyOne reads them.
static bool read_attrs(const struct lf_field *f, const struct fo_attrs *found,
                       struct lf_label *l, struct lf_arena *a, struct lf_error *err)
{
    struct lf_slice value;
    uint32_t class_row = LF_NO_CLASS;
    if (!f->attrs)
        return true;
    l->attr = lf_arena_take(a, f->attrs, sizeof *l->attr, err);
    if (!l->attr)
        return false;
    lf_class_find(f, l->name, &class_row);
    for (size_t k = 0; k < found->count; k++)
        for (uint16_t i = 0; i < f->attrs; i++)
            if (lf_json_key_is(found->own[k].key, f->attr[i].name) &&
                lf_attr_applies(f, class_row, i) &&
                !add_attr(l, i, found->own[k].value, a, err))
                return false;
    for (uint16_t i = 0; found->legacy.len && i < f->attrs; i++)
        if (lf_attr_applies(f, class_row, i) && !lf_label_attr(l, i) &&
            legacy_value(found->legacy, f->attr[i].name, &value) &&
            !add_attr(l, i, value, a, err))
            return false;
    return true;
}

static void read_turn(const struct found *found, struct lf_label *l)
{
    struct lf_slice value = found->rotation;
    double turn;
    if (!value.len && !legacy_value(found->attrs.legacy, LF_S("rotation"), &value))
        return;
    if (fo_number(value, &turn))
        l->turn = lf_turn(turn);
}

// The pixels of a label that will not travel are left alone: in a field of boxes, or of
// a class that is not in the run.
static bool read_box_label(const struct fo_source *src, const struct found *found,
                           const struct lf_sample *sample, struct lf_label *l,
                           struct lf_arena *a, struct lf_error *err)
{
    double box[4];
    const struct lf_field *f = &src->schema->field[l->field];
    uint32_t row;
    l->kind = (uint16_t)box_kind(found, box);
    if (l->kind == LF_OTHER)
        return true;
    if (l->kind == LF_BOX)
        read_turn(found, l);
    else if ((lf_field_kind(f->type) == LF_MASK || src->strays) &&
             (src->every_class || lf_class_find(f, l->name, &row)) &&
             !fo_read_masks(src, &found->mask, box, sample, l, a, err))
        return false;
    return set_box(src, box, sample, l, a, err);
}

static void take_points(const struct fo_points *p, unsigned kind, struct lf_label *l)
{
    if (!p->fit)
        return;
    l->kind = (uint16_t)kind;
    l->ring = p->ring;
    l->rings = p->rings;
    l->xy = p->xy;
    l->points = p->points;
}

static bool read_polyline(const struct found *found, const struct lf_sample *sample,
                          struct lf_label *l, struct lf_arena *a, struct lf_error *err)
{
    struct fo_points p;
    l->closed = found->closed;
    l->filled = found->filled;
    if (!fo_rings_read(found->points, sample, a, &p, err))
        return false;
    take_points(&p, l->filled ? LF_POLYGON : LF_POLYLINE, l);
    return true;
}

// A value for each point, declared or not, would no longer fit another number of them.
static bool has_lists(const struct found *found, uint32_t points)
{
    bool any =
        found->confidence.len && lf_json_type(found->confidence) == LF_JSON_ARRAY;
    for (size_t i = 0; !any && points && i < found->attrs.count; i++) {
        struct lf_slice value = found->attrs.own[i].value;
        any = lf_json_type(value) == LF_JSON_ARRAY && fo_elements(value) == points;
    }
    return any;
}

static bool read_keypoint(const struct found *found, const struct lf_sample *sample,
                          struct lf_label *l, struct lf_arena *a, struct lf_error *err)
{
    struct fo_points p;
    if (!fo_points_read(found->points, sample, a, &p, err))
        return false;
    take_points(&p, LF_POINTS, l);
    l->fixed = p.gaps || has_lists(found, p.points);
    return true;
}

static bool parse_label(const struct fo_source *src, uint16_t field,
                        struct lf_slice raw, struct lf_arena *a,
                        struct lf_sample *sample, struct lf_label *l,
                        struct lf_error *err)
{
    const struct lf_field *f = &src->schema->field[field];
    struct found found;
    int64_t index;
    bool ok = true;
    if (lf_json_type(raw) != LF_JSON_OBJECT)
        return lf_fail(err, LF_E_DOCUMENT, "a label is not an object");
    if (!look(raw, a, &found, err))
        return false;
    *l = (struct lf_label){.raw = raw,
                           .id = found.id,
                           .name = found.name,
                           .field = field,
                           .kind = LF_OTHER,
                           .index = -1};
    if (found.index.len && lf_parse_int64(found.index, &index))
        l->index = index;
    switch (lf_field_kind(f->type)) {
    case LF_BOX:
    case LF_MASK:
        ok = read_box_label(src, &found, sample, l, a, err);
        break;
    case LF_POLYLINE:
    case LF_POLYGON:
        ok = read_polyline(&found, sample, l, a, err);
        break;
    case LF_POINTS:
        ok = read_keypoint(&found, sample, l, a, err);
        break;
    case LF_SEGMENT:
        l->kind = LF_SEGMENT;
        l->name = (struct lf_slice){0}; // its pixels have classes
        ok = fo_read_masks(src, &found.mask, NULL, sample, l, a, err);
        break;
    case LF_TAG:
        l->kind = LF_TAG;
        break;
    default:
        break;
    }
    return ok && read_attrs(f, &found.attrs, l, a, err);
}

// A value of the sample itself. A class a value, or one class of the field's name and
// the value as its attribute.
static bool parse_scalar(const struct lf_schema *s, uint16_t field, struct lf_slice raw,
                         struct lf_arena *a, struct lf_label *l, struct lf_error *err)
{
    const struct lf_field *f = &s->field[field];
    struct lf_slice text;
    enum lf_value type;
    bool scalar;
    if (!lf_value_read(raw, a, &type, &text, &scalar, err))
        return false;
    *l = (struct lf_label){.raw = raw, .field = field, .index = -1, .kind = LF_OTHER};
    if (!scalar)
        return true; // a date, a list, a vector
    l->kind = LF_SCALAR;
    l->name = f->by_class ? text : f->name;
    if (f->by_class || !f->attrs)
        return true;
    l->attr = lf_arena_take(a, 1, sizeof *l->attr, err);
    if (!l->attr)
        return false;
    l->attr[0] = (struct lf_attr){.name = 0, .type = (uint8_t)type, .text = text};
    l->attrs = 1;
    return true;
}

static bool elements_of(enum lf_field_type type, struct lf_slice value,
                        struct lf_slice *list, struct lf_error *err)
{
    if (lf_json_type(value) != LF_JSON_OBJECT)
        return lf_fail(err, LF_E_DOCUMENT, "a label field is not an object");
    *list = (struct lf_slice){0};
    if (!lf_json_get(value, fo_list_key(type), list))
        return true;
    *list = lf_json_trim(*list);
    if (lf_json_type(*list) == LF_JSON_NULL)
        *list = (struct lf_slice){0};
    else if (lf_json_type(*list) != LF_JSON_ARRAY)
        return lf_fail(err, LF_E_DOCUMENT, "\"%s\" is not a list", fo_list_key(type));
    return true;
}

static bool push(struct lf_sample *sample, size_t *room, struct lf_arena *a,
                 struct lf_error *err)
{
    void *labels = sample->label;
    if (sample->labels >= LF_LABELS_SAMPLE)
        return lf_fail(err, LF_E_LIMIT_COUNT, "more than %d labels (limit labels)",
                       LF_LABELS_SAMPLE);
    if (!lf_arena_grow(a, &labels, room, sample->labels + 1, sizeof *sample->label,
                       err))
        return false;
    sample->label = labels;
    return true;
}

bool fo_parse(const struct fo_source *src, struct lf_slice raw, struct lf_arena *a,
              struct lf_sample *sample, struct lf_error *err)
{
    const struct lf_schema *s = src->schema;
    struct lf_slice list, element;
    size_t room = 0;
    struct lf_slice *value = lf_arena_take(a, s->fields, sizeof *value, err);
    if (!value)
        return false;
    sample->raw = raw;
    sample->labels = 0;
    sample->label = NULL;
    fo_values(s, raw, value);
    for (uint16_t i = 0; i < s->fields; i++) {
        if (!value[i].len)
            continue;
        if (s->field[i].type == LF_FT_SCALAR) {
            if (!push(sample, &room, a, err) ||
                !parse_scalar(s, i, value[i], a, &sample->label[sample->labels++], err))
                return false;
            continue;
        }
        if (!lf_field_is_list(s->field[i].type)) {
            if (!push(sample, &room, a, err) ||
                !parse_label(src, i, value[i], a, sample,
                             &sample->label[sample->labels++], err))
                return false;
            continue;
        }
        if (!elements_of(s->field[i].type, value[i], &list, err))
            return false;
        if (!list.len)
            continue;
        for (struct lf_json_walk w = lf_json_enter(list);
             lf_json_element(&w, &element);)
            if (!push(sample, &room, a, err) ||
                !parse_label(src, i, lf_json_trim(element), a, sample,
                             &sample->label[sample->labels++], err))
                return false;
    }
    return fo_find_lost(src, sample, a, err);
}

static size_t elements(struct lf_slice list)
{
    struct lf_slice value;
    size_t n = 0;
    if (list.len && lf_json_type(list) == LF_JSON_ARRAY)
        for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &value);)
            n++;
    return n;
}

static bool see_label(enum lf_field_type type, struct lf_slice raw,
                      bool (*see)(void *user, const struct fo_seen *seen,
                                  struct lf_error *err),
                      void *user, struct lf_arena *a, struct lf_error *err)
{
    struct found found;
    if (lf_json_type(raw) != LF_JSON_OBJECT)
        return lf_fail(err, LF_E_DOCUMENT, "a label is not an object");
    if (!look(raw, a, &found, err))
        return false;
    struct fo_seen seen = {.name = found.name,
                           .kind = kind_of(type, &found),
                           .raw = raw,
                           .attrs = found.attrs};
    if (seen.kind & (LF_POLYLINE | LF_POLYGON))
        seen.rings = elements(found.points);
    return see(user, &seen, err);
}

static bool see_scalar(struct lf_slice raw,
                       bool (*see)(void *user, const struct fo_seen *seen,
                                   struct lf_error *err),
                       void *user, struct lf_arena *a, struct lf_error *err)
{
    struct fo_seen seen = {.raw = raw};
    enum lf_value type;
    bool scalar;
    if (!lf_value_read(raw, a, &type, &seen.name, &scalar, err))
        return false;
    seen.kind = scalar ? LF_SCALAR : LF_OTHER;
    return see(user, &seen, err);
}

bool fo_walk(enum lf_field_type type, struct lf_slice value,
             bool (*see)(void *user, const struct fo_seen *seen, struct lf_error *err),
             void *user, struct lf_arena *a, struct lf_error *err)
{
    struct lf_slice list, element;
    if (!value.len)
        return true;
    if (type == LF_FT_SCALAR)
        return see_scalar(value, see, user, a, err);
    if (!lf_field_is_list(type))
        return see_label(type, value, see, user, a, err);
    if (!elements_of(type, value, &list, err))
        return false;
    if (!list.len)
        return true;
    for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &element);)
        if (!see_label(type, lf_json_trim(element), see, user, a, err))
            return false;
    return true;
}

bool fo_walk_attrs(const struct fo_attrs *attrs,
                   bool (*see)(void *user, struct lf_slice name, struct lf_slice value,
                               struct lf_error *err),
                   void *user, struct lf_arena *a, struct lf_error *err)
{
    struct lf_slice key, value, name;
    for (size_t i = 0; i < attrs->count; i++)
        if (!lf_json_key(attrs->own[i].key, a, &name, err) ||
            !see(user, name, attrs->own[i].value, err))
            return false;
    for (struct lf_json_walk w = lf_json_enter(attrs->legacy);
         lf_json_member(&w, &key, &value);) {
        struct lf_slice inner;
        value = lf_json_trim(value);
        if (lf_json_type(value) == LF_JSON_OBJECT &&
            lf_json_get(value, "value", &inner) &&
            !(lf_json_key(key, a, &name, err) &&
              see(user, name, lf_json_trim(inner), err)))
            return false;
    }
    return true;
}
