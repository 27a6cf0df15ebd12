// A list of results into labels. Shapes first, then what is about the whole task, then
// attributes, since each may stand before what it belongs to.
#include <stdio.h>

#include "formats/base/alloc.h"
#include "formats/base/json.h"
#include "formats/base/limits.h"
#include "formats/base/number.h"
#include "formats/labelstudio/ls_parts.h"
#include "formats/labelstudio/ls_reading.h"

enum { MOST = 4 * LF_LABELS_SAMPLE }; // results of an item: attributes are some, too

// ---------------------------------------------------------------------------- telling

bool ls_tell(const struct ls_work *w, enum lf_code code, uint32_t number,
             const struct lf_label *l, struct lf_slice was, struct lf_slice came,
             const char *text, struct lf_error *err)
{
    char id[25] = "", all[200], task[40];
    size_t n = 0;
    if (l)
        lf_id_print(&l->id, id);
    if (w->task->name.len)
        n = (size_t)snprintf(all, sizeof all, "%s, ",
                             lf_escape(w->task->name, task, sizeof task));
    snprintf(all + n, sizeof all - n, "result %lu%s%s", (unsigned long)number,
             text[0] ? ": " : "", text);
    struct lf_event e = {.code = code,
                         .file = lf_slice_of(w->place.file),
                         .offset = w->task->at,
                         .item = w->item->name,
                         .label = lf_slice_of(id),
                         .was = was,
                         .came = came,
                         .text = lf_slice_of(all)};
    if (l && !w->bare)
        e.field = w->place.run->schema.field[l->field].name;
    return lf_events_add(w->place.ev, &e, err);
}

// A person looks for the result that is wrong: which of which task it is. Of the item
// alone, it is kept with it.
static bool keep_fault(struct ls_work *w, const struct ls_result *r,
                       struct lf_error *err)
{
    char task[40], type[30], what[sizeof err->what];
    snprintf(what, sizeof what, "%s", err->what);
    snprintf(err->what, sizeof err->what, "%s%sresult %lu (%s): %.110s",
             lf_escape(w->task->name, task, sizeof task), w->task->name.len ? ", " : "",
             (unsigned long)r->number, lf_escape(r->type, type, sizeof type), what);
    lf_fail_in_file(err, w->place.file);
    lf_fail_at_offset(err, w->task->at);
    return lf_faults_take(&w->item->faults, w->a, err);
}

// ---------------------------------------------------------------------------- reading

static bool number_of(struct lf_slice object, const char *key, double *out,
                      struct lf_error *err)
{
    struct lf_slice json;
    *out = 0;
    if (!lf_json_get(object, key, &json))
        return true;
    json = lf_json_trim(json);
    if (lf_json_type(json) == LF_JSON_NULL || lf_parse_double(json, out))
        return true;
    return lf_fail(err, LF_E_LABELSTUDIO, "not a number: %s", key);
}

static struct lf_slice object_of(struct lf_slice object, const char *key)
{
    struct lf_slice json;
    if (!lf_json_get(object, key, &json))
        return (struct lf_slice){0};
    json = lf_json_trim(json);
    return lf_json_type(json) == LF_JSON_OBJECT ? json : (struct lf_slice){0};
}

static bool read_result(struct lf_slice json, struct ls_result *r, struct lf_arena *a,
                        struct lf_error *err)
{
    json = lf_json_trim(json);
    if (lf_json_type(json) != LF_JSON_OBJECT)
        return lf_fail(err, LF_E_LABELSTUDIO, "it is not an object");
    r->value = object_of(json, "value");
    r->meta = object_of(json, "meta");
    return lf_json_text(json, "id", a, &r->id, err) &&
           lf_json_text(json, "from_name", a, &r->from, err) &&
           lf_json_text(json, "type", a, &r->type, err) &&
           number_of(json, "original_width", &r->width, err) &&
           number_of(json, "original_height", &r->height, err) &&
           number_of(json, "image_rotation", &r->turn, err);
}

bool ls_read_results(struct ls_work *w, struct lf_slice list, struct lf_error *err)
{
    struct lf_slice json;
    void *all = NULL;
    size_t n = 0, room = 0;
    struct lf_json_walk walk = lf_json_enter(list);
    for (uint32_t number = 1; lf_json_element(&walk, &json); number++) {
        if (number > MOST)
            return lf_fail(err, LF_E_LIMIT_COUNT,
                           "an annotation has more than %d results", (int)MOST);
        if (!lf_arena_grow(w->a, &all, &room, n + 1, sizeof(struct ls_result), err))
            return false;
        struct ls_result *r = (struct ls_result *)all + n++;
        *r = (struct ls_result){.number = number};
        if (read_result(json, r, w->a, err))
            continue;
        n--;
        w->item->unread++;
        if (!keep_fault(w, r, err))
            return false;
    }
    return ls_take_results(w, all, n, err);
}

void ls_work_done(struct ls_work *w)
{
    lf_names_done(&w->ids);
    lf_free(w->first);
    w->first = NULL;
}

// ---------------------------------------------------------------------------- the size

static bool is_size(double v)
{
    return v >= 1 && v <= UINT32_MAX && v == (double)(uint32_t)v;
}

// What its results tell, which must be one; else what the run knows of the picture.
static bool settle_size(struct ls_work *w, const struct ls_result *r, size_t n,
                        struct lf_error *err)
{
    struct lf_sample *s = &w->item->sample;
    for (size_t i = 0; i < n; i++) {
        if (r[i].turn != 0) // 0 and 360 are the picture as it was sent
            lf_fail(err, LF_E_PICTURE_TURNED, "the picture was turned by %.0f degrees",
                    r[i].turn);
        else if (r[i].width == 0 && r[i].height == 0)
            continue;
        else if (!is_size(r[i].width) || !is_size(r[i].height))
            lf_fail(err, LF_E_LABELSTUDIO, "not the size of a picture: %g x %g",
                    r[i].width, r[i].height);
        else if (!s->width) {
            s->width = (uint32_t)r[i].width;
            s->height = (uint32_t)r[i].height;
        } else if (s->width != (uint32_t)r[i].width ||
                   s->height != (uint32_t)r[i].height)
            lf_fail(err, LF_E_LABELSTUDIO,
                    "results of one picture tell sizes of two: %lu x %lu, %.0f x %.0f",
                    (unsigned long)s->width, (unsigned long)s->height, r[i].width,
                    r[i].height);
        if (err->code != LF_OK)
            return keep_fault(w, &r[i], err);
    }
    return true;
}

static bool known_size(struct ls_work *w, struct lf_error *err)
{
    const struct lf_run *run = w->place.run;
    struct lf_sample *s = &w->item->sample;
    enum lf_found how = LF_FOUND_NONE;
    uint32_t row = 0;
    if ((s->width && s->height) || !run->items)
        return true;
    if (w->item->id.known)
        how = lf_run_row(run, &w->item->id, 0, &row) ? LF_FOUND_EXACT : LF_FOUND_NONE;
    else if (!lf_run_find(run, w->item->name, &row, &how, err))
        return false;
    if (how != LF_FOUND_NONE && how != LF_FOUND_TWICE) {
        s->width = run->item[row].width;
        s->height = run->item[row].height;
    }
    return true;
}

// ---------------------------------------------------------------------------- fields

static bool fits(const struct lf_field *f, unsigned kind)
{
    unsigned wanted = lf_field_kind(f->type);
    return wanted == kind || (kind == LF_MASK && wanted == LF_SEGMENT);
}

// Where a control of no field leads: to the one field of the run that holds such
// labels. *known false: to none.
static bool guess_field(struct ls_work *w, const struct ls_result *r, unsigned kind,
                        uint16_t *field, bool *known, struct lf_error *err)
{
    const struct lf_schema *s = &w->place.run->schema;
    size_t found = 0;
    *field = w->forced >= 0 ? (uint16_t)w->forced : 0;
    *known = w->bare || w->forced >= 0;
    for (size_t i = 0; !*known && i < lf_schema_own(s); i++)
        if (fits(&s->field[i], kind)) {
            *field = (uint16_t)i;
            found++;
        }
    if (*known)
        return true;
    *known = found == 1;
    return ls_tell(w, *known ? LF_N_CONTROL_GUESSED : LF_E_CONTROL, r->number, NULL,
                   (struct lf_slice){0}, r->from, lf_kind_name(kind), err);
}

// *known false: its control belongs to none, or to a field that is not asked for.
static bool field_of(struct ls_work *w, const struct ls_result *r, unsigned kind,
                     uint16_t *field, bool *known, struct lf_error *err)
{
    struct ls_control c;
    if (!ls_controls_find(w->controls, r->from, &c) || c.attr != LS_FIELD) {
        if (!guess_field(w, r, kind, field, known, err))
            return false;
        w->item->unread += !*known;
        return true;
    }
    *field = c.field;
    *known = w->forced < 0 || w->forced == c.field;
    return true;
}

// ---------------------------------------------------------------------------- labels

static bool add_label(struct ls_work *w, const struct ls_result *r, uint16_t field,
                      unsigned kind, struct lf_label **l, struct lf_error *err)
{
    struct lf_sample *s = &w->item->sample;
    void *labels = s->label, *regions = w->region;
    if (s->labels >= LF_LABELS_SAMPLE)
        return lf_fail(err, LF_E_LIMIT_COUNT, "more than %d labels (limit labels)",
                       LF_LABELS_SAMPLE);
    if (!lf_arena_grow(w->a, &labels, &w->label_room, s->labels + 1, sizeof *s->label,
                       err))
        return false;
    s->label = labels;
    if (!lf_arena_grow(w->a, &regions, &w->region_room, s->labels + 1,
                       sizeof *w->region, err))
        return false;
    w->region = regions;
    w->region[s->labels] = (struct ls_region){
        .id = r->id, .part = LS_NO_PART, .class_row = LF_NO_CLASS, .number = r->number};
    *l = &s->label[s->labels++];
    **l = (struct lf_label){
        .field = field, .kind = (uint16_t)kind, .index = -1, .shipped = true};
    return true;
}

static struct ls_region *region_of(struct ls_work *w, const struct lf_label *l)
{
    return &w->region[l - w->item->sample.label];
}

static uint32_t count_in(struct lf_slice meta, const char *key, uint32_t none)
{
    struct lf_slice json;
    int64_t v;
    if (!meta.len || !lf_json_get(meta, key, &json) ||
        !lf_parse_int64(lf_json_trim(json), &v) || v < 0 || v >= INT32_MAX)
        return none;
    return (uint32_t)v;
}

// The id of a region is its result's. What its meta says of it is copied with the
// region, so it counts only where the result has none.
static bool read_id(struct ls_work *w, const struct ls_result *r, struct lf_label *l,
                    struct lf_error *err)
{
    struct ls_region *g = region_of(w, l);
    struct lf_slice text = r->id;
    struct ls_id id;
    bool many;
    if (r->meta.len && !text.len && !lf_json_text(r->meta, "fo_id", w->a, &text, err))
        return false;
    if (!ls_id_parse(text, &id))
        return true;
    l->id = id.id;
    g->base = text;
    for (size_t i = 0; id.parts && i < text.len; i++)
        if (text.at[i] == ':')
            g->base.len = i;
    g->parts = count_in(r->meta, "fo_parts", 0);
    g->part = id.parts ? id.part : count_in(r->meta, "fo_part", LS_NO_PART);
    if (g->part >= INT32_MAX)
        g->part = LS_NO_PART;
    if (!r->meta.len)
        return true;
    if (!ls_first_word(r->meta, LF_S("text"), w->a, &g->node, &many, err)) {
        lf_error_clear(err); // somebody's own
        g->node = (struct lf_slice){0};
    }
    return true;
}

// Notes whose regions attributes may be.
static bool index_id(struct ls_work *w, const struct ls_result *r, struct lf_error *err)
{
    void *first = w->first;
    uint32_t number;
    bool added;
    if (!r->id.len)
        return true;
    if (!lf_names_add(&w->ids, r->id, &number, &added, err))
        return false;
    if (!added)
        return true;
    if (!lf_grow(&first, &w->first_room, number + (size_t)1, sizeof *w->first, err))
        return false;
    w->first = first;
    w->first[number] = (uint32_t)w->item->sample.labels; // of the one to come
    return true;
}

static bool learn_class(struct ls_work *w, const struct lf_label *l, uint32_t *row,
                        struct lf_error *err)
{
    const struct lf_learn *learn = w->place.run->learn;
    bool taken = false;
    uint32_t learned;
    if (!learn || !learn->class || w->bare)
        return true;
    if (!learn->class(learn->user, l->field, l->name, &learned, &taken, err))
        return false;
    if (taken)
        *row = learned;
    return true;
}

static bool name_class(struct ls_work *w, struct lf_label *l, struct lf_slice alias,
                       struct lf_error *err)
{
    const struct lf_field *f = &w->place.run->schema.field[l->field];
    uint32_t *row = &region_of(w, l)->class_row;
    l->name = alias;
    if (!w->bare && lf_class_find_alias(f, alias, row)) {
        l->name = f->class[*row].name;
        return true;
    }
    return !alias.len || learn_class(w, l, row, err);
}

// ---------------------------------------------------------------------------- shapes

struct pairs { // results that say the class of regions drawn by other results
    struct lf_names ids;
    const struct ls_result **at;
    size_t room;
};

static bool find_pairs(const struct ls_result *r, size_t n, struct pairs *p,
                       struct lf_error *err)
{
    unsigned kind;
    for (size_t i = 0; i < n; i++) {
        uint32_t number;
        bool added;
        void *at = p->at;
        if (ls_role_of(r[i].type, &kind) != LS_LABELS || !r[i].id.len)
            continue;
        if (!lf_names_add(&p->ids, r[i].id, &number, &added, err) ||
            !lf_grow(&at, &p->room, number + (size_t)1, sizeof *p->at, err))
            return false;
        p->at = at;
        if (added)
            p->at[number] = &r[i];
    }
    return true;
}

static bool has_own_labels(struct lf_slice type)
{
    return lf_slice_ends(type, LF_S("labels"));
}

static bool tell_notes(struct ls_work *w, const struct ls_result *r,
                       const struct lf_label *l, const struct ls_shape_notes *notes,
                       bool many, struct lf_error *err)
{
    static const struct lf_slice none;
    return (!notes->curved ||
            ls_tell(w, LF_E_CURVED, r->number, l, none, none, "", err)) &&
           (!many || ls_tell(w, LF_E_SEVERAL, r->number, l, none, l->name,
                             "of several classes the first counts", err));
}

// Whether the size that percents are of is known. Without a run only kinds are asked.
static bool has_size(const struct ls_work *w, struct lf_error *err)
{
    const struct lf_sample *s = &w->item->sample;
    if (s->width && s->height)
        return true;
    return !w->bare && w->place.run->items && w->item->id.known
               ? lf_fail(err, LF_E_LABELSTUDIO, "the picture's size is not told")
               : false;
}

static void drop_label(struct ls_work *w)
{
    w->item->sample.labels--;
    w->item->unread++;
}

static bool add_shape(struct ls_work *w, const struct ls_result *r, unsigned kind,
                      const struct ls_result *pair, struct lf_error *err)
{
    const struct lf_sample *s = &w->item->sample;
    const struct ls_result *says = pair ? pair : r;
    struct ls_shape_notes notes = {0};
    struct lf_slice alias;
    struct lf_label *l;
    uint16_t field;
    bool known, many;
    if (!index_id(w, r, err) || !field_of(w, says, kind, &field, &known, err))
        return false;
    if (!known)
        return true;
    if (!add_label(w, r, field, kind, &l, err) || !read_id(w, r, l, err))
        return false;
    bool ok = ls_first_word(says->value, pair ? LF_S("labels") : says->type, w->a,
                            &alias, &many, err);
    ok = ok && (kind == LF_OTHER ||
                (has_size(w, err)
                     ? ls_read_shape(r, s->width, s->height, l, &notes, w->a, err)
                     : err->code == LF_OK));
    if (!ok) {
        drop_label(w);
        return keep_fault(w, r, err);
    }
    if (l->kind == LF_OTHER && kind == LF_MASK && !w->bare &&
        w->place.run->schema.field[field].type == LF_FT_SEGMENTATION) {
        w->item->sample.labels--; // a class without pixels is none
        return true;
    }
    return name_class(w, l, alias, err) && tell_notes(w, r, l, &notes, many, err);
}

// A result that FiftyOne's own upload makes of a sample without labels.
static bool says_nothing(const struct ls_result *r)
{
    struct lf_slice key, value;
    struct lf_json_walk walk = {0};
    if (r->value.len)
        walk = lf_json_enter(r->value);
    return !r->type.len && (!r->value.len || !lf_json_member(&walk, &key, &value));
}

static bool take_shapes(struct ls_work *w, const struct ls_result *r, size_t n,
                        const struct pairs *p, struct lf_error *err)
{
    for (size_t i = 0; i < n; i++) {
        unsigned kind;
        uint32_t number;
        const struct ls_result *pair = NULL;
        enum ls_role role = ls_role_of(r[i].type, &kind);
        if ((role != LS_SHAPE && role != LS_STRANGE) || says_nothing(&r[i]))
            continue;
        if (!has_own_labels(r[i].type) && lf_names_find(&p->ids, r[i].id, &number))
            pair = p->at[number];
        if (!add_shape(w, &r[i], kind, pair, err))
            return false;
    }
    return true;
}

// ---------------------------------------------------------------------------- the task

// Ids of the labels behind one result, by their class: {"sun": ["65..", null]}. One
// that is not listed has none.
static struct lf_slice ids_of(const struct ls_result *r, struct lf_slice alias)
{
    struct lf_slice ids, key, list;
    if (!r->meta.len || !lf_json_get(r->meta, "fo_ids", &ids))
        return (struct lf_slice){0};
    ids = lf_json_trim(ids);
    if (lf_json_type(ids) != LF_JSON_OBJECT)
        return (struct lf_slice){0};
    struct lf_json_walk walk = lf_json_enter(ids);
    while (lf_json_member(&walk, &key, &list))
        if (lf_json_key_is(key, alias)) {
            list = lf_json_trim(list);
            return lf_json_type(list) == LF_JSON_ARRAY ? list : (struct lf_slice){0};
        }
    return (struct lf_slice){0};
}

static bool add_tag(struct ls_work *w, const struct ls_result *r, uint16_t field,
                    struct lf_slice alias, struct lf_slice id, struct lf_error *err)
{
    struct lf_label *l;
    if (!add_label(w, r, field, LF_TAG, &l, err))
        return false;
    if (id.len && lf_json_type(id) == LF_JSON_STRING) {
        struct lf_slice text;
        if (!lf_json_string(id, w->a, &text, err))
            return false;
        lf_id_parse(text, &l->id);
    }
    return name_class(w, l, alias, err);
}

// A name stands for all labels of its class; an id that went out with it tells which
// result it was.
static bool add_word(struct ls_work *w, const struct ls_result *r, uint16_t field,
                     struct lf_slice word, struct lf_error *err)
{
    struct lf_slice id = {0}, first = {0}, ids = ids_of(r, word);
    struct lf_json_walk walk = {0};
    if (ids.len)
        walk = lf_json_enter(ids);
    while (ids.len && !first.len && lf_json_element(&walk, &id))
        if (lf_json_type(lf_json_trim(id)) == LF_JSON_STRING)
            first = lf_json_trim(id);
    return add_tag(w, r, field, word, first, err);
}

static bool add_words(struct ls_work *w, const struct ls_result *r, uint16_t field,
                      struct lf_error *err)
{
    struct lf_slice list, entry, word;
    struct lf_slice key = lf_slice_of(ls_value_key(r->type));
    bool many;
    if (!lf_json_get(r->value, key.at, &list) ||
        lf_json_type(lf_json_trim(list)) != LF_JSON_ARRAY)
        return ls_first_word(r->value, key, w->a, &word, &many, err) &&
               (!word.len || add_word(w, r, field, word, err));
    struct lf_json_walk walk = lf_json_enter(lf_json_trim(list));
    while (lf_json_element(&walk, &entry)) {
        // As a value of its own, so that one word is read like the first of several.
        struct lf_buf one = {0};
        lf_buf_printf(&one, "{\"%s\":[", key.at);
        lf_buf_slice(&one, entry);
        lf_buf_text(&one, "]}");
        bool ok = lf_buf_ok(&one, err) &&
                  ls_first_word(lf_buf_view(&one), key, w->a, &word, &many, err) &&
                  lf_arena_text(w->a, word, &word, err);
        lf_buf_done(&one);
        if (!ok || (word.len && !add_word(w, r, field, word, err)))
            return false;
    }
    return true;
}

static bool add_attr(struct ls_work *w, struct lf_label *l, uint16_t row,
                     struct lf_slice text, struct lf_error *err)
{
    struct ls_region *g = region_of(w, l);
    void *attrs = l->attr;
    if (lf_label_attr(l, row))
        return true; // a second one of a name: the first counts
    if (!lf_arena_grow(w->a, &attrs, &g->attr_room, l->attrs + (size_t)1,
                       sizeof *l->attr, err))
        return false;
    l->attr = attrs;
    uint32_t i = l->attrs++;
    for (; i > 0 && l->attr[i - 1].name > row; i--)
        l->attr[i] = l->attr[i - 1];
    l->attr[i] = (struct lf_attr){
        .name = row, .type = text.len ? LF_V_UNTYPED : LF_V_NULL, .text = text};
    return true;
}

static bool add_scalar(struct ls_work *w, const struct ls_result *r, uint16_t field,
                       struct lf_error *err)
{
    const struct lf_field *f = &w->place.run->schema.field[field];
    struct lf_slice text;
    struct lf_label *l;
    bool many;
    if (!ls_read_text(r, w->a, &text, &many, err))
        return false;
    if (!text.len)
        return true; // wiped out: there is no value
    if (!add_label(w, r, field, LF_SCALAR, &l, err))
        return false;
    if (f->by_class)
        return name_class(w, l, text, err);
    if (f->classes)
        l->name = f->class[0].name;
    return !f->attrs || add_attr(w, l, 0, text, err);
}

static bool add_class(struct ls_work *w, const struct ls_result *r, uint16_t field,
                      struct lf_error *err)
{
    static const struct lf_slice none;
    struct lf_slice text;
    struct lf_label *l;
    bool many;
    if (!ls_read_text(r, w->a, &text, &many, err))
        return false;
    if (!text.len)
        return true;
    return add_label(w, r, field, LF_TAG, &l, err) && read_id(w, r, l, err) &&
           name_class(w, l, text, err) &&
           (!many || ls_tell(w, LF_E_SEVERAL, r->number, l, none, l->name,
                             "of several classes the first counts", err));
}

static bool add_of_task(struct ls_work *w, const struct ls_result *r, unsigned kind,
                        uint16_t field, struct lf_error *err)
{
    const struct lf_field *f = &w->place.run->schema.field[field];
    struct lf_label *l;
    if (w->bare)
        return add_label(w, r, field, kind, &l, err);
    return f->type == LF_FT_CLASSIFICATIONS ? add_words(w, r, field, err)
           : f->type == LF_FT_SCALAR        ? add_scalar(w, r, field, err)
                                            : add_class(w, r, field, err);
}

static bool find_region(const struct ls_work *w, struct lf_slice id, uint32_t *region)
{
    uint32_t number;
    if (!id.len || !lf_names_find(&w->ids, id, &number) ||
        w->first[number] >= w->item->sample.labels)
        return false;
    *region = w->first[number];
    return lf_slice_eq(w->region[*region].id, id);
}

// Whether a control's result is about the whole task: it is a field's own, or nobody's
// and has no region.
static bool is_of_task(const struct ls_work *w, const struct ls_result *r)
{
    struct ls_control c;
    uint32_t number;
    return ls_controls_find(w->controls, r->from, &c)
               ? c.attr == LS_FIELD
               : !lf_names_find(&w->ids, r->id, &number);
}

static bool take_of_task(struct ls_work *w, const struct ls_result *r, size_t n,
                         struct lf_error *err)
{
    for (size_t i = 0; i < n; i++) {
        unsigned kind;
        uint16_t field;
        uint32_t region;
        bool known;
        struct lf_label *l;
        enum ls_role role = ls_role_of(r[i].type, &kind);
        if (role == LS_LABELS) {
            if (find_region(w, r[i].id, &region))
                continue;
        } else if ((role != LS_TAG && role != LS_TEXT) || !is_of_task(w, &r[i])) {
            continue;
        }
        if (!field_of(w, &r[i], kind, &field, &known, err))
            return false;
        bool ok =
            !known || (role == LS_LABELS ? add_label(w, &r[i], field, LF_OTHER, &l, err)
                                         : add_of_task(w, &r[i], kind, field, err));
        if (!ok) {
            w->item->unread++;
            if (!keep_fault(w, &r[i], err))
                return false;
        }
    }
    return true;
}

// ----------------------------------------------------------------------------
// attributes

static bool unknown_attr(struct ls_work *w, const struct ls_result *r,
                         const struct lf_label *l, struct lf_slice text,
                         struct lf_error *err)
{
    return w->bare || ls_tell(w, LF_E_ATTR, r->number, l, r->from, text, "", err);
}

// The name that an attribute nobody knows gets: its control's, without the field's.
static bool learned_name(struct ls_work *w, const struct ls_result *r,
                         const struct lf_field *f, struct lf_slice *name,
                         struct lf_error *err)
{
    struct lf_buf head = {0};
    ls_control(f->name, &head);
    lf_buf_char(&head, '.');
    bool ok = lf_buf_ok(&head, err);
    *name = r->from;
    if (ok && lf_slice_starts(r->from, lf_buf_view(&head)))
        *name = (struct lf_slice){r->from.at + head.len, r->from.len - head.len};
    lf_buf_done(&head);
    (void)w;
    return ok;
}

static bool learn_attr(struct ls_work *w, const struct ls_result *r,
                       const struct lf_label *l, uint16_t *row, bool *taken,
                       struct lf_error *err)
{
    const struct lf_learn *learn = w->place.run->learn;
    const struct lf_field *f = &w->place.run->schema.field[l->field];
    struct lf_slice name;
    if (!learn || !learn->attr || w->bare || !ls_has_attrs(f))
        return true;
    return learned_name(w, r, f, &name, err) && name.len &&
           learn->attr(learn->user, l->field, name, row, taken, err);
}

// An attribute the run learned is known by its name, those that travelled by their
// control.
static bool known_attr(struct ls_work *w, const struct ls_result *r,
                       const struct lf_label *l, uint16_t *row, bool *known,
                       struct lf_error *err)
{
    const struct lf_field *f = &w->place.run->schema.field[l->field];
    struct ls_control c;
    struct lf_slice name;
    uint32_t class_row = region_of(w, l)->class_row;
    *known = false;
    if (w->bare || !ls_has_attrs(f))
        return true;
    if (ls_controls_find(w->controls, r->from, &c)) {
        *known = c.attr >= 0 && c.field == l->field;
        *row = (uint16_t)c.attr;
        return true;
    }
    if (!learned_name(w, r, f, &name, err))
        return false;
    *known = class_row != LF_NO_CLASS && lf_attr_find_alias(f, class_row, name, row);
    return true;
}

static bool take_attr(struct ls_work *w, const struct ls_result *r, struct lf_label *l,
                      struct lf_error *err)
{
    static const struct lf_slice none;
    struct lf_slice text;
    uint16_t row = 0;
    bool known, many;
    if (!ls_read_text(r, w->a, &text, &many, err)) {
        w->item->unread++;
        return keep_fault(w, r, err);
    }
    if (!known_attr(w, r, l, &row, &known, err) ||
        (!known && !learn_attr(w, r, l, &row, &known, err)))
        return false;
    uint32_t class_row = region_of(w, l)->class_row;
    if (!known ||
        (class_row != LF_NO_CLASS &&
         !lf_attr_applies(&w->place.run->schema.field[l->field], class_row, row)))
        return unknown_attr(w, r, l, text, err);
    return add_attr(w, l, row, text, err) &&
           (!many || ls_tell(w, LF_E_SEVERAL, r->number, l, none, text,
                             "of several values the first counts", err));
}

// The label that a task's own attribute belongs to: a field of one has no others.
static struct lf_label *tag_of(struct ls_work *w, uint16_t field)
{
    struct lf_sample *s = &w->item->sample;
    for (size_t i = 0; i < s->labels; i++)
        if (s->label[i].field == field)
            return &s->label[i];
    return NULL;
}

static bool take_attrs(struct ls_work *w, const struct ls_result *r, size_t n,
                       struct lf_error *err)
{
    for (size_t i = 0; i < n; i++) {
        unsigned kind;
        uint32_t region;
        struct ls_control c;
        struct lf_label *l = NULL;
        enum ls_role role = ls_role_of(r[i].type, &kind);
        if ((role != LS_TAG && role != LS_TEXT) || is_of_task(w, &r[i]))
            continue;
        bool ours = ls_controls_find(w->controls, r[i].from, &c);
        if (ours && w->forced >= 0 && w->forced != c.field)
            continue;
        w->item->attributes++;
        if (ours && c.attr == LS_ID)
            continue;
        if (find_region(w, r[i].id, &region))
            l = &w->item->sample.label[region];
        else if (ours && !ls_is_region(&w->place.run->schema.field[c.field]))
            l = tag_of(w, c.field);
        if (!l && ours && !ls_is_region(&w->place.run->schema.field[c.field]))
            continue; // the editor leaves it when the choice that it was about is gone
        if (!l && lf_names_find(&w->ids, r[i].id, &region))
            continue; // of a shape that could not be taken, which was told
        if (!l ? !unknown_attr(w, &r[i], NULL, (struct lf_slice){0}, err)
               : !take_attr(w, &r[i], l, err))
            return false;
    }
    return true;
}

// Label Studio has no result for an attribute without a value, so what is not there is
// empty.
static bool fill_attrs(struct ls_work *w, struct lf_error *err)
{
    struct lf_sample *s = &w->item->sample;
    for (size_t i = 0; i < s->labels && !w->unlinked && !w->bare; i++) {
        struct lf_label *l = &s->label[i];
        const struct lf_field *f = &w->place.run->schema.field[l->field];
        uint32_t row = w->region[i].class_row;
        if (row == LF_NO_CLASS || !ls_has_attrs(f) || l->kind == LF_SCALAR)
            continue;
        for (uint16_t k = 0; k < f->attrs; k++)
            if (lf_attr_applies(f, row, k) &&
                !add_attr(w, l, k, (struct lf_slice){"", 0}, err))
                return false;
    }
    return true;
}

// ---------------------------------------------------------------------------- all

bool ls_take_results(struct ls_work *w, const struct ls_result *r, size_t n,
                     struct lf_error *err)
{
    struct pairs p = {0};
    bool ok = settle_size(w, r, n, err) && known_size(w, err) &&
              find_pairs(r, n, &p, err) && take_shapes(w, r, n, &p, err) &&
              take_of_task(w, r, n, err) && take_attrs(w, r, n, err) &&
              fill_attrs(w, err) && (w->bare || ls_gather(w, err));
    lf_names_done(&p.ids);
    lf_free(p.at);
    return ok;
}
