#include <math.h>
#include <stdlib.h>

#include "formats/base/number.h"
#include "formats/fiftyone/fo_dataset.h"
#include "formats/fiftyone/fo_new.h"
#include "formats/label/value.h"

struct job { // one document's edits while they are made
    const struct fo_source *src;
    const struct lf_schema *schema;
    const struct lf_sample *sample;
    const struct lf_changes *plan;
    double slack;
    const struct fo_notes *notes;
    struct lf_arena *a;
    struct lf_edits *edits;
    struct fo_new_files *files;
    struct lf_error *err;
    const char **gone; // places of deleted labels
    size_t gones;
};

static size_t offset(const struct job *j, const char *at)
{
    return (size_t)(at - j->sample->raw.at);
}

static bool replace(struct job *j, struct lf_slice old, struct lf_slice put)
{
    return lf_edits_add(j->edits, j->a, offset(j, old.at), old.len, put, j->err);
}

static bool insert(struct job *j, const char *at, struct lf_slice put)
{
    return lf_edits_add(j->edits, j->a, offset(j, at), 0, put, j->err);
}

// A buffer's text moved into the arena; the buffer is done with.
static bool settle(struct job *j, struct lf_buf *text, struct lf_slice *out)
{
    bool ok =
        lf_buf_ok(text, j->err) && lf_arena_text(j->a, lf_buf_view(text), out, j->err);
    lf_buf_done(text);
    return ok;
}

static bool note(struct job *j, enum lf_code code, const struct lf_change *c,
                 unsigned attr)
{
    return !j->notes || j->notes->note(j->notes->user, code, c, attr, j->err);
}

// ------------------------------------------------------------------- keys of a label

struct place {             // where a key's value stands, and how its object is spaced
    struct lf_slice value; // empty: the key is not there
    struct lf_slice separator, colon; // as between the last two members
    const char *end;                  // behind the last value; NULL in an empty object
};

static void find_key(struct lf_slice object, struct lf_slice name, struct place *p)
{
    struct lf_slice key, value;
    const char *behind = NULL;
    *p = (struct place){.separator = LF_S(", "), .colon = LF_S(": ")};
    for (struct lf_json_walk w = lf_json_enter(object);
         lf_json_member(&w, &key, &value);) {
        value = lf_json_trim(value);
        if (behind)
            p->separator = lf_slice_between(behind, key.at - 1);
        p->colon = lf_slice_between(key.at + key.len + 1, value.at);
        if (lf_json_key_is(key, name))
            p->value = value;
        behind = value.at + value.len;
    }
    p->end = behind;
}

// Sets `name` in an object: its value is replaced, or the key added behind the last
// one.
static bool set_key(struct job *j, struct lf_slice object, struct lf_slice name,
                    struct lf_slice text)
{
    struct place p;
    struct lf_buf out = {0};
    struct lf_slice put;
    find_key(object, name, &p);
    if (p.value.len)
        return replace(j, p.value, text);
    if (p.end)
        lf_buf_slice(&out, p.separator);
    lf_json_quote(&out, name, true);
    lf_buf_slice(&out, p.colon);
    lf_buf_slice(&out, text);
    return settle(j, &out, &put) && insert(j, p.end ? p.end : object.at + 1, put);
}

static bool set_text(struct job *j, struct lf_slice object, struct lf_slice name,
                     struct lf_slice text)
{
    struct lf_buf out = {0};
    struct lf_slice put;
    lf_json_quote(&out, text, true);
    return settle(j, &out, &put) && set_key(j, object, name, put);
}

static bool set_number(struct job *j, struct lf_slice object, struct lf_slice name,
                       double v)
{
    char digits[LF_NUMBER_CAP];
    struct lf_slice put;
    return lf_arena_text(j->a, (struct lf_slice){digits, lf_print_double(v, digits)},
                         &put, j->err) &&
           set_key(j, object, name, put);
}

// The legacy attribute's object under `name`, if the label has one.
static bool legacy_entry(struct lf_slice label, struct lf_slice name,
                         struct lf_slice *entry)
{
    struct lf_slice dict;
    struct place p;
    if (!lf_json_get(label, "attributes", &dict))
        return false;
    dict = lf_json_trim(dict);
    if (lf_json_type(dict) != LF_JSON_OBJECT)
        return false;
    find_key(dict, name, &p);
    *entry = p.value;
    return p.value.len && lf_json_type(p.value) == LF_JSON_OBJECT;
}

// Where an attribute is to be written: beside the declared keys if it stands there, in
// the legacy dict if it stands there, else new beside the others (as FiftyOne does).
static struct lf_slice home_of(struct lf_slice label, struct lf_slice *name)
{
    struct place p;
    struct lf_slice entry;
    find_key(label, *name, &p);
    if (!p.value.len && legacy_entry(label, *name, &entry)) {
        *name = LF_S("value");
        return entry;
    }
    return label;
}

// ------------------------------------------------------------------- one edited label

static bool edit_attr(struct job *j, const struct lf_change *c, unsigned row)
{
    const struct lf_attr_def *def = &j->schema->field[c->field].attr[row];
    const struct lf_attr *new = lf_label_attr(c->theirs, row);
    const struct lf_attr *old =
        lf_attr_of(&j->schema->field[c->field], c->ours, (uint16_t)row);
    enum lf_value type = lf_value_type(new, old, def->type);
    struct lf_buf out = {0};
    struct lf_slice put, name = def->name, object = home_of(c->ours->raw, &name);
    bool widened = false;
    if (!new || new->type == LF_V_NULL)
        lf_buf_text(&out, "null");
    else if (!lf_value_write(new->text, type, true, &out, &widened)) {
        lf_buf_done(&out);
        return note(j, LF_E_VALUE, c, row);
    }
    return settle(j, &out, &put) && set_key(j, object, name, put) &&
           (!widened || note(j, LF_N_VALUE_FLOAT, c, row));
}

static bool edit_attrs(struct job *j, const struct lf_change *c)
{
    for (unsigned i = 0; i < j->schema->field[c->field].attrs; i++)
        if (lf_attr_set_has(&c->attrs, i) && !edit_attr(j, c, i))
            return false;
    return true;
}

static bool moved(double a, double b, double slack)
{
    return !(fabs(a - b) <= slack);
}

// One axis of a box: which of start and size is to be written, and with what. A pure
// move moves both corners alike, so the size keeps its text although each corner was
// rounded; the start then gives way so far that both corners are where they came back,
// within the slack, and the next archive finds nothing moved.
static void edit_axis(const double *ours, const double *theirs, double slack,
                      double side, bool *set_start, bool *set_size, double *start,
                      double *size)
{
    bool low = moved(ours[0], theirs[0], slack),
         high = moved(ours[2], theirs[2], slack);
    double from = low ? theirs[0] : ours[0], to = high ? theirs[2] : ours[2];
    double grown = (theirs[2] - theirs[0]) - (ours[2] - ours[0]);
    double most = slack * 0.9999; // the sums are rounded as well
    bool same_size = low && high && !moved(grown, 0, 2 * most);
    if (same_size && moved(grown, 0, most))
        from += grown / 2;
    *set_start = low;
    *set_size = (low || high) && !same_size;
    *start = from / side;
    *size = (to - from) / side;
}

// Which of x, y, w, h are to be written, and with what.
static void edit_numbers(const struct job *j, const struct lf_change *c, bool set[4],
                         double to[4])
{
    const double *ours = c->ours->xy, *theirs = c->theirs->xy;
    if (c->ours->points == 4 &&
        c->theirs->points == 4) { // the numbers themselves came back
        for (int i = 0; i < 4; i++) {
            to[i] = theirs[4 + i];
            set[i] = to[i] != ours[4 + i];
        }
        return;
    }
    edit_axis(ours, theirs, j->slack, j->sample->width, &set[0], &set[2], &to[0],
              &to[2]);
    edit_axis(ours + 1, theirs + 1, j->slack, j->sample->height, &set[1], &set[3],
              &to[1], &to[3]);
    if (c->ours->flipped && (set[0] || set[1] || set[2] || set[3]))
        set[0] = set[1] = set[2] = set[3] = true;
}

static bool edit_box(struct job *j, const struct lf_change *c)
{
    struct lf_slice box, number, put;
    bool set[4];
    double to[4];
    size_t n = 0;
    edit_numbers(j, c, set, to);
    if (!lf_json_get(c->ours->raw, "bounding_box", &box))
        return lf_fail(j->err, LF_E_BUG, "a box without bounding_box");
    for (struct lf_json_walk w = lf_json_enter(lf_json_trim(box));
         lf_json_element(&w, &number); n++) {
        char digits[LF_NUMBER_CAP];
        if (n >= 4 || !set[n])
            continue;
        struct lf_slice text = {digits, lf_print_double(to[n], digits)};
        if (!lf_arena_text(j->a, text, &put, j->err) ||
            !replace(j, lf_json_trim(number), put))
            return false;
    }
    return true;
}

static double angle_between(double a, double b)
{
    double d = fabs(a - b);
    return d > 180 ? 360 - d : d;
}

static bool edit_space(struct job *j, const struct lf_change *c)
{
    if (c->ours->kind != LF_BOX || c->theirs->kind != LF_BOX)
        return true;
    if (!edit_box(j, c))
        return false;
    if (angle_between(c->ours->turn, c->theirs->turn) <= j->slack)
        return true;
    struct lf_slice name = LF_S("rotation"), object = home_of(c->ours->raw, &name);
    return set_number(j, object, name, c->theirs->turn);
}

static bool edit_label(struct job *j, const struct lf_change *c)
{
    return (!(c->parts & LF_CLASS) ||
            set_text(j, c->ours->raw, LF_S("label"), c->theirs->name)) &&
           (!(c->parts & LF_SPACE) || edit_space(j, c)) &&
           (!(c->parts & LF_ATTRS) || edit_attrs(j, c));
}

// ------------------------------------------------------------------- fields

static int by_place(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return (*x > *y) - (*x < *y);
}

// The labels that go, sorted, so that a list of any length is walked once.
static bool list_gone(struct job *j)
{
    j->gone = lf_arena_take(j->a, j->plan->count, sizeof *j->gone, j->err);
    for (size_t i = 0; j->gone && i < j->plan->count; i++) {
        const struct lf_change *c = &j->plan->change[i];
        if (c->ours && !c->theirs)
            j->gone[j->gones++] = c->ours->raw.at;
    }
    if (j->gone && j->gones)
        qsort(j->gone, j->gones, sizeof *j->gone, by_place);
    return j->gone != NULL;
}

static bool deleted(const struct job *j, const char *raw)
{
    return j->gones && bsearch(&raw, j->gone, j->gones, sizeof *j->gone, by_place);
}

struct tally {
    size_t gone, added;
};

static struct tally tally_of(const struct job *j, uint16_t field)
{
    struct tally t = {0};
    for (size_t i = 0; i < j->plan->count; i++) {
        const struct lf_change *c = &j->plan->change[i];
        if (c->field == field) {
            t.gone += c->ours && !c->theirs;
            t.added += !c->ours && c->theirs;
        }
    }
    return t;
}

// All additions of a field as elements, one behind the other.
static bool new_elements(struct job *j, uint16_t field, struct lf_slice separator,
                         bool lead, struct lf_buf *out)
{
    for (size_t i = 0; i < j->plan->count; i++) {
        const struct lf_change *c = &j->plan->change[i];
        if (c->field != field || c->ours || !c->theirs)
            continue;
        if (lead)
            lf_buf_slice(out, separator);
        lead = true;
        struct fo_dropped dropped = {0};
        fo_new_label(&j->schema->field[field], c->theirs, &c->id, j->sample, out,
                     &dropped);
        for (unsigned k = 0; k < j->schema->field[field].attrs; k++)
            if (lf_attr_set_has(&dropped.attrs, k) && !note(j, LF_E_VALUE, c, k))
                return false;
    }
    return true;
}

// Removes elements with the separator before them, so that what stays keeps its own
// bytes: the leading ones together up to the first that stays, each other one from the
// end of the one before it.
static bool cut_elements(struct job *j, struct lf_slice list, bool *left,
                         const char **end, struct lf_slice *separator)
{
    struct lf_slice element;
    const char *first = NULL, *behind = NULL;
    *left = false;
    *end = NULL;
    *separator = LF_S(", ");
    for (struct lf_json_walk w = lf_json_enter(list); lf_json_element(&w, &element);) {
        element = lf_json_trim(element);
        const char *after = element.at + element.len;
        bool gone = deleted(j, element.at);
        if (behind)
            *separator = lf_slice_between(behind, element.at);
        if (!first)
            first = element.at;
        if (!gone && !*left) {
            if (element.at != first &&
                !replace(j, lf_slice_between(first, element.at), (struct lf_slice){0}))
                return false;
            *left = true;
        } else if (gone && *left &&
                   !replace(j, lf_slice_between(behind, after), (struct lf_slice){0})) {
            return false;
        }
        behind = after;
    }
    *end = behind;
    return *left || !first ||
           replace(j, lf_slice_between(first, behind), (struct lf_slice){0});
}

static bool edit_list(struct job *j, uint16_t field, struct lf_slice value)
{
    struct lf_slice list, separator, put;
    struct lf_buf out = {0};
    bool left;
    const char *end;
    const char *key = fo_list_key(j->schema->field[field].type);
    struct tally t = tally_of(j, field);
    if (!lf_json_get(value, key, &list) ||
        lf_json_type(lf_json_trim(list)) != LF_JSON_ARRAY) {
        lf_buf_char(&out, '['); // a list object without its list
        bool ok = new_elements(j, field, LF_S(", "), false, &out);
        lf_buf_char(&out, ']');
        return settle(j, &out, &put) && ok && set_key(j, value, lf_slice_of(key), put);
    }
    list = lf_json_trim(list);
    if (!cut_elements(j, list, &left, &end, &separator))
        return false;
    if (!t.added)
        return true;
    bool ok = new_elements(j, field, separator, left, &out);
    return settle(j, &out, &put) && ok && insert(j, end ? end : list.at + 1, put);
}

// The whole value of a field that had none: a list object or the first new label.
static bool new_value(struct job *j, uint16_t field, struct lf_buf *out)
{
    const struct lf_field *f = &j->schema->field[field];
    if (!lf_field_is_list(f->type))
        return new_elements(j, field, LF_S(""), false, out);
    lf_buf_printf(out, "{\"_cls\": \"%s\", \"%s\": [", fo_class_name(f->type, false),
                  fo_list_key(f->type));
    if (!new_elements(j, field, LF_S(", "), false, out))
        return false;
    lf_buf_text(out, "]}");
    return true;
}

// A field that is absent goes before _dataset_id, else created_at, else to the end.
static bool add_field(struct job *j, struct lf_slice name, struct lf_slice value)
{
    struct lf_slice raw = j->sample->raw, key, v, before = {0}, separator = LF_S(", "),
                    put;
    struct place p;
    struct lf_buf out = {0};
    const char *behind = NULL;
    find_key(raw, name, &p);
    for (struct lf_json_walk w = lf_json_enter(raw); lf_json_member(&w, &key, &v);) {
        v = lf_json_trim(v);
        if (behind)
            separator = lf_slice_between(behind, key.at - 1);
        if (lf_json_key_is(key, LF_S("_dataset_id")) ||
            (!before.len && lf_json_key_is(key, LF_S("created_at"))))
            before = key;
        behind = v.at + v.len;
    }
    if (!before.len)
        return set_key(j, raw, name, value);
    lf_json_quote(&out, name, true);
    lf_buf_slice(&out, p.colon);
    lf_buf_slice(&out, value);
    lf_buf_slice(&out, separator);
    return settle(j, &out, &put) && insert(j, before.at - 1, put);
}

static bool edit_single(struct job *j, uint16_t field, struct lf_slice value)
{
    struct lf_buf out = {0};
    struct lf_slice put;
    struct tally t = tally_of(j, field);
    if (!t.added)
        return replace(j, value, LF_S("null"));
    return new_value(j, field, &out) && settle(j, &out, &put) && replace(j, value, put);
}

static bool edit_field(struct job *j, uint16_t field, struct lf_slice value)
{
    const struct lf_field *f = &j->schema->field[field];
    struct tally t = tally_of(j, field);
    struct lf_buf out = {0};
    struct lf_slice put;
    struct place p;
    if (!t.gone && !t.added)
        return true;
    if (value.len)
        return lf_field_is_list(f->type) ? edit_list(j, field, value)
                                         : edit_single(j, field, value);
    find_key(j->sample->raw, f->name, &p);
    if (!new_value(j, field, &out)) {
        lf_buf_done(&out);
        return false;
    }
    return settle(j, &out, &put) &&
           (p.value.len ? replace(j, p.value, put) // it was null
                        : add_field(j, f->name, put));
}

bool fo_edits(const struct fo_source *src, const struct lf_sample *sample,
              const struct lf_changes *plan, double slack, const struct fo_notes *notes,
              struct lf_arena *a, struct lf_edits *edits, struct fo_new_files *files,
              struct lf_error *err)
{
    const struct lf_schema *s = src->schema;
    struct job j = {src, s, sample, plan, slack, notes, a, edits, files, err, NULL, 0};
    *edits = (struct lf_edits){0};
    if (!plan->count)
        return true;
    struct lf_slice *value = lf_arena_take(a, s->fields, sizeof *value, err);
    if (!value || !list_gone(&j))
        return false;
    fo_values(s, sample->raw, value);
    for (size_t i = 0; i < plan->count; i++) {
        const struct lf_change *c = &plan->change[i];
        if (c->ours && c->theirs && !edit_label(&j, c))
            return false;
    }
    for (uint16_t i = 0; i < s->fields; i++)
        if (!edit_field(&j, i, value[i]))
            return false;
    return lf_edits_sort(edits, a, sample->raw.len, err);
}
