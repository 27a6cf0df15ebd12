#include <math.h>

#include "formats/base/limits.h"
#include "formats/base/number.h"
#include "formats/fiftyone/fo_dataset.h"
#include "formats/fiftyone/fo_keys.h"
#include "formats/label/value.h"

struct found { // what one walk over a label's keys finds
    struct lf_id id;
    struct lf_slice name, box, index, rotation;
    struct fo_attrs attrs;
    size_t room; // for attrs.own
    bool has_mask;
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
        case FO_ATTRIBUTES:
            if (holds_any(value))
                f->attrs.legacy = value;
            break;
        case FO_INDEX:
            f->index = value; // null is no number
            break;
        case FO_MASK:
        case FO_MASK_PATH:
            f->has_mask |= type != LF_JSON_NULL;
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

static unsigned kind_of(unsigned wanted, const struct found *f, double box[4])
{
    if (wanted == LF_TAG)
        return LF_TAG;
    if (!read_box(f->box, box))
        return LF_OTHER; // a 3D box, or none
    return f->has_mask ? LF_MASK : LF_BOX;
}

static bool set_box(const double box[4], const struct lf_sample *s, struct lf_label *l,
                    struct lf_arena *a, struct lf_error *err)
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
    // At size 1 x 1 (a dataset read as an archive) the four numbers themselves are kept
    // as well: a width made of two corners is not always the width that was written.
    memcpy(l->xy + 4, box, 4 * sizeof *box);
    l->points = s->width == 1 && s->height == 1 ? 4 : 2;
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

static bool parse_label(const struct lf_schema *s, uint16_t field, struct lf_slice raw,
                        struct lf_arena *a, struct lf_sample *sample,
                        struct lf_label *l, struct lf_error *err)
{
    const struct lf_field *f = &s->field[field];
    struct found found;
    double box[4];
    int64_t index;
    if (lf_json_type(raw) != LF_JSON_OBJECT)
        return lf_fail(err, LF_E_DOCUMENT, "a label is not an object");
    if (!look(raw, a, &found, err))
        return false;
    *l = (struct lf_label){
        .raw = raw, .id = found.id, .name = found.name, .field = field, .index = -1};
    if (found.index.len && lf_parse_int64(found.index, &index))
        l->index = index;
    l->kind = (uint16_t)kind_of(lf_field_kind(f->type), &found, box);
    if (l->kind == LF_BOX || l->kind == LF_MASK) {
        if (!set_box(box, sample, l, a, err))
            return false;
        read_turn(&found, l);
    }
    return read_attrs(f, &found.attrs, l, a, err);
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
        if (!lf_field_is_list(s->field[i].type)) {
            if (!push(sample, &room, a, err) ||
                !parse_label(s, i, value[i], a, sample,
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
                !parse_label(s, i, lf_json_trim(element), a, sample,
                             &sample->label[sample->labels++], err))
                return false;
    }
    return true;
}

static bool see_label(enum lf_field_type type, struct lf_slice raw,
                      bool (*see)(void *user, const struct fo_seen *seen,
                                  struct lf_error *err),
                      void *user, struct lf_arena *a, struct lf_error *err)
{
    struct found found;
    double box[4];
    if (lf_json_type(raw) != LF_JSON_OBJECT)
        return lf_fail(err, LF_E_DOCUMENT, "a label is not an object");
    if (!look(raw, a, &found, err))
        return false;
    struct fo_seen seen = {found.name, kind_of(lf_field_kind(type), &found, box), raw,
                           found.attrs};
    return see(user, &seen, err);
}

bool fo_walk(enum lf_field_type type, struct lf_slice value,
             bool (*see)(void *user, const struct fo_seen *seen, struct lf_error *err),
             void *user, struct lf_arena *a, struct lf_error *err)
{
    struct lf_slice list, element;
    if (!value.len)
        return true;
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
