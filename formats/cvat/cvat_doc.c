#include "formats/cvat/cvat_doc.h"

#include <stdio.h>

#include "formats/base/alloc.h"
#include "formats/base/limits.h"
#include "formats/base/number.h"
#include "formats/base/xml_in.h"
#include "formats/cvat/cvat_meta.h"
#include "formats/cvat/cvat_parts.h"
#include "formats/cvat/cvat_shape.h"
#include "formats/label/pack.h"

enum state {
    IN_FILE,
    IN_ROOT,
    IN_META,
    IN_IMAGE,
    IN_SHAPE, // also a skeleton
    IN_ATTRIBUTE,
    SKIP
};

struct cvat_doc {
    const struct lf_run *run;
    int forced; // field the person named, -1
    const char *file;
    uint32_t source;
    struct lf_events *ev;
    struct lf_xml_in *xml;
    enum state state[LF_XML_DEPTH + 2];
    size_t depth;
    struct cvat_meta meta;
    char path[512]; // below <meta>
    size_t path_len;
    bool leaf; // no child element since the last start
    struct lf_buf text;

    bool open_item;      // between <image> and </image>
    struct lf_item item; // the one being read, in `arena`
    int field;           // of the item
    bool ids_seen;
    size_t room, attr_room, node_room;
    struct lf_slice attr_name;
    uint32_t class_row; // of the label being read
    struct lf_arena arena;
    struct lf_buf packed, out; // one item; all that wait: size, head, name, packed
    size_t popped;
    struct lf_slice task, stamp; // in meta.arena
};

// ---------------------------------------------------------------------------- items

// A project dump gives equal names of one subset "_1", "_2" .. before the ending: two
// fields of a run are two tasks with the same images. The name is brought back if the
// run knows it then.
static bool plain_name(struct cvat_doc *d, struct lf_slice *name, struct lf_error *err)
{
    enum lf_found how;
    uint32_t row;
    size_t dot = name->len, digits;
    struct lf_slice shorter;
    if (strcmp(d->meta.kind, "project") != 0 || !d->run->items)
        return true;
    if (!lf_run_find(d->run, *name, &row, &how, err))
        return false;
    while (dot && name->at[dot - 1] != '.' && name->at[dot - 1] != '/')
        dot--;
    dot = dot && name->at[dot - 1] == '.' ? dot - 1 : name->len;
    for (digits = dot;
         digits && name->at[digits - 1] >= '0' && name->at[digits - 1] <= '9';)
        digits--;
    if (how == LF_FOUND_EXACT || how == LF_FOUND_FORM || digits == dot || !digits ||
        name->at[digits - 1] != '_')
        return true;
    if (!lf_arena_printf(&d->arena, &shorter, err, "%.*s%.*s", (int)(digits - 1),
                         name->at, (int)(name->len - dot), name->at + dot) ||
        !lf_run_find(d->run, shorter, &row, &how, err))
        return false;
    if (how == LF_FOUND_EXACT || how == LF_FOUND_FORM)
        *name = shorter;
    return true;
}

// Masks are cut at their image, so its size is looked up where the file leaves it out.
static bool known_size(struct cvat_doc *d, struct lf_error *err)
{
    struct lf_sample *s = &d->item.sample;
    enum lf_found how;
    uint32_t row;
    if ((s->width && s->height) || !d->run->items)
        return true;
    if (!lf_run_find(d->run, d->item.name, &row, &how, err))
        return false;
    if (how != LF_FOUND_NONE && how != LF_FOUND_TWICE) {
        s->width = d->run->item[row].width;
        s->height = d->run->item[row].height;
    }
    return true;
}

// What failed is about this item alone: it is kept with it, and reading goes on.
static bool keep_fault(struct cvat_doc *d, uint64_t line, struct lf_error *err)
{
    lf_fail_in_file(err, d->file);
    lf_fail_at_line(err, line);
    return lf_faults_take(&d->item.faults, &d->arena, err);
}

// FiftyOne names the frames of its tasks, and which fields a task asks for.
static bool recorded_place(struct cvat_doc *d, struct lf_slice task_id,
                           struct lf_error *err)
{
    int64_t task;
    if (!cvat_meta_place(&d->meta, task_id, &d->arena, &d->item.task, &d->item.number,
                         err))
        return false;
    if (d->field < 0 && lf_sent_task(&d->run->sent, d->item.task, &task))
        d->field = lf_sent_field(&d->run->sent, task);
    return true;
}

static bool start_image(struct cvat_doc *d, const struct cvat_element *x,
                        struct lf_error *err)
{
    struct lf_slice name = cvat_value(x, "name"), id = cvat_value(x, "id");
    lf_arena_reset(&d->arena);
    d->item = (struct lf_item){.number = -1, .source = d->source, .line = x->line};
    d->room = 0;
    d->ids_seen = false;
    d->open_item = true;
    if (!lf_parse_int64(id, &d->item.number))
        d->item.number = -1;
    d->field = d->forced >= 0 ? d->forced
                              : cvat_meta_field(&d->meta, cvat_value(x, "task_id"));
    if (!name.len) {
        cvat_bad(err, x->line, "there is no name on an", "<image>");
        return keep_fault(d, x->line, err);
    }
    if (d->run->recorded && !recorded_place(d, cvat_value(x, "task_id"), err))
        return false;
    if (!plain_name(d, &name, err) ||
        !lf_arena_text(&d->arena, name, &d->item.name, err))
        return false;
    if ((!cvat_size(x, "width", &d->item.sample.width, err) ||
         !cvat_size(x, "height", &d->item.sample.height, err)) &&
        !keep_fault(d, x->line, err))
        return false;
    return known_size(d, err);
}

static struct lf_label *current(struct cvat_doc *d)
{
    return &d->item.sample.label[d->item.sample.labels - 1];
}

// Without a field for the whole document, a class that only one field has tells it.
static bool field_of(struct cvat_doc *d, struct lf_slice alias, uint64_t line,
                     uint16_t *field, struct lf_error *err)
{
    int found = d->field;
    uint32_t row;
    for (uint16_t i = 0; d->field < 0 && i < lf_schema_own(&d->run->schema); i++)
        if (lf_class_find_alias(&d->run->schema.field[i], alias, &row)) {
            if (found >= 0) {
                lf_fail(err, LF_E_FIELD_OF, "two fields of the run have such classes");
                return lf_fail_at_line(err, line);
            }
            found = i;
        }
    *field = (uint16_t)(found < 0 ? 0 : found);
    return true;
}

static const struct lf_field *field_at(const struct cvat_doc *d,
                                       const struct lf_label *l)
{
    return &d->run->schema.field[l->field];
}

// A person looks for the shape that is wrong: which of which image it is.
static bool name_shape(const struct cvat_doc *d, struct lf_slice element,
                       struct lf_error *err)
{
    char image[60], name[30], what[sizeof err->what];
    snprintf(what, sizeof what, "%s", err->what);
    snprintf(err->what, sizeof err->what, "image \"%s\", shape %zu (%s): %.90s",
             lf_escape(d->item.name, image, sizeof image),
             d->item.sample.labels + d->item.unread,
             lf_escape(element, name, sizeof name), what);
    return false;
}

// The shape that began is none: nothing below it is read either.
static bool drop_shape(struct cvat_doc *d, const struct cvat_element *x,
                       enum state *next, struct lf_error *err)
{
    name_shape(d, x->name, err);
    d->item.sample.labels--;
    d->item.unread++;
    *next = SKIP;
    return keep_fault(d, x->line, err);
}

static bool learn_class(struct cvat_doc *d, struct lf_slice name, struct lf_error *err)
{
    const struct lf_learn *learn = d->run->learn;
    bool taken = false;
    uint32_t row;
    if (!learn || !learn->class || d->field < 0) // of which field it is, is a guess
        return true;
    if (!learn->class(learn->user, current(d)->field, name, &row, &taken, err))
        return false;
    if (taken)
        d->class_row = row;
    return true;
}

static bool learn_attr(struct cvat_doc *d, struct lf_slice name, uint16_t *row,
                       bool *taken, struct lf_error *err)
{
    const struct lf_learn *learn = d->run->learn;
    return !learn || !learn->attr || !cvat_has_attrs(field_at(d, current(d))) ||
           learn->attr(learn->user, current(d)->field, name, row, taken, err);
}

static bool start_shape(struct cvat_doc *d, const struct cvat_element *x,
                        enum state *next, struct lf_error *err)
{
    struct lf_sample *s = &d->item.sample;
    struct lf_slice alias = cvat_value(x, "label");
    void *labels = s->label;
    if (s->labels >= LF_LABELS_SAMPLE)
        return lf_fail(err, LF_E_LIMIT_COUNT, "more than %d labels (limit labels)",
                       LF_LABELS_SAMPLE);
    if (!lf_arena_grow(&d->arena, &labels, &d->room, s->labels + 1, sizeof *s->label,
                       err))
        return false;
    s->label = labels;
    struct lf_label *l = &s->label[s->labels++];
    *l = (struct lf_label){.index = -1, .line = x->line, .shipped = true};
    l->kind = (uint16_t)cvat_kind(x->name);
    d->attr_room = d->node_room = 0;
    d->class_row = LF_NO_CLASS;
    if (!alias.at) {
        cvat_bad(err, x->line, "a shape lacks the attribute", "label");
        return drop_shape(d, x, next, err);
    }
    if (!field_of(d, alias, x->line, &l->field, err))
        return false;
    const struct lf_field *f = field_at(d, l);
    if (l->kind == LF_TAG && lf_field_kind(f->type) == LF_SCALAR)
        l->kind = LF_SCALAR;
    if (lf_class_find_alias(f, alias, &d->class_row))
        l->name = f->class[d->class_row].name;
    else if (!lf_arena_text(&d->arena, alias, &l->name, err) ||
             !learn_class(d, alias, err))
        return false;
    f = field_at(d, l);
    return cvat_read_shape(x, s, f, l, &d->arena, err) || drop_shape(d, x, next, err);
}

// Only nodes matter below a skeleton, and nothing below other shapes.
static bool start_below(struct cvat_doc *d, const struct cvat_element *x,
                        enum state *next, struct lf_error *err)
{
    struct lf_label *l = current(d);
    if (lf_slice_is(x->name, "attribute")) {
        *next = IN_ATTRIBUTE;
        lf_buf_clear(&d->text);
        return lf_arena_text(&d->arena, cvat_value(x, "name"), &d->attr_name, err);
    }
    if (l->kind != LF_SKELETON || !cvat_value(x, "label").at ||
        cvat_read_node(x, field_at(d, l), l, &d->node_room, &d->arena, err))
        return true;
    name_shape(d, LF_S("skeleton"), err);
    return keep_fault(d, x->line, err);
}

static bool unknown_attr(struct cvat_doc *d, struct lf_error *err)
{
    const struct lf_label *l = current(d);
    char id[25];
    lf_id_print(&l->id, id);
    struct lf_event e = {.code = LF_E_ATTR,
                         .file = lf_slice_of(d->file),
                         .line = l->line,
                         .item = d->item.name,
                         .label = lf_slice_of(id),
                         .field = d->run->schema.field[l->field].name,
                         .was = d->attr_name,
                         .came = lf_buf_view(&d->text)};
    return lf_events_add(d->ev, &e, err);
}

static bool add_attr(struct cvat_doc *d, uint16_t row, struct lf_slice text,
                     struct lf_error *err)
{
    struct lf_label *l = current(d);
    void *attrs = l->attr;
    size_t room = d->attr_room;
    if (lf_label_attr(l, row))
        return true; // a second one of a name: the first counts
    if (!lf_arena_grow(&d->arena, &attrs, &room, l->attrs + 1u, sizeof *l->attr, err))
        return false;
    d->attr_room = room;
    l->attr = attrs;
    uint32_t i = l->attrs++;
    for (; i > 0 && l->attr[i - 1].name > row; i--)
        l->attr[i] = l->attr[i - 1];
    l->attr[i] = (struct lf_attr){.name = row, .type = LF_V_UNTYPED};
    return lf_arena_text(&d->arena, text, &l->attr[i].text, err);
}

// FiftyOne's upload marks what it found in a label's old dict of attributes.
static struct lf_slice sent_name(const struct cvat_doc *d)
{
    static const char mark[] = "attribute:";
    struct lf_slice name = d->attr_name;
    if (!d->run->recorded || !lf_slice_starts(name, LF_S(mark)))
        return name;
    return (struct lf_slice){name.at + sizeof mark - 1, name.len - (sizeof mark - 1)};
}

static bool end_attribute(struct cvat_doc *d, struct lf_error *err)
{
    struct lf_label *l = current(d);
    struct lf_slice text = lf_buf_view(&d->text);
    const struct lf_field *f = field_at(d, l);
    uint16_t row;
    d->item.attributes++;
    if (lf_slice_eq(d->attr_name, d->run->id_attr)) {
        d->ids_seen = true;
        return lf_id_parse(text, &l->id) || text.len > LF_ID_BYTES ||
               lf_arena_text(&d->arena, text, &l->native, err);
    }
    if (f->parts && lf_slice_is(d->attr_name, CVAT_PART))
        return cvat_read_part(text, l, &d->arena, err);
    if (d->class_row == LF_NO_CLASS)
        return true; // the class is unknown: so are its attributes
    bool known =
        cvat_has_attrs(f) && lf_attr_find_alias(f, d->class_row, sent_name(d), &row);
    if (known && cvat_is_flag(&f->attr[row]))
        return unknown_attr(d, err);
    if (!known && !learn_attr(d, sent_name(d), &row, &known, err))
        return false;
    return known ? add_attr(d, row, text, err) : unknown_attr(d, err);
}

// An attribute of the run that is a flag in the tool gets it; what is left with the
// label no attribute holds.
static bool end_shape(struct cvat_doc *d, struct lf_error *err)
{
    struct lf_label *l = current(d);
    const struct lf_field *f = field_at(d, l);
    bool ok = true;
    if (d->class_row == LF_NO_CLASS || !cvat_has_attrs(f))
        return true;
    for (uint16_t i = 0; ok && i < f->attrs; i++) {
        char digits[LF_NUMBER_CAP];
        if (!cvat_is_flag(&f->attr[i]) || !lf_attr_applies(f, d->class_row, i))
            continue;
        if (f->attr[i].input == LF_IN_OCCLUDED) {
            ok = add_attr(d, i, l->occluded ? LF_S("true") : LF_S("false"), err);
            l->occluded = false;
        } else {
            size_t n = lf_print_int64(l->group, digits);
            ok = add_attr(d, i, (struct lf_slice){digits, n}, err);
            l->group = 0;
        }
    }
    return ok;
}

static bool end_image(struct cvat_doc *d, struct lf_error *err)
{
    struct lf_sample *s = &d->item.sample;
    bool ids = d->meta.labels ? d->meta.with_id > 0 : d->ids_seen || !s->labels;
    s->told = CVAT_KINDS | LF_FLAGS | LF_STRAYS | (ids || d->ids_seen ? LF_IDS : 0);
    s->only = d->field;
    if (d->field < 0 && s->labels)
        s->only = s->label[0].field;
    for (size_t i = 0; d->field < 0 && i < s->labels; i++)
        if (s->label[i].field != s->label[0].field)
            s->only = -1;
    if (d->run->recorded) // one task asks for all fields it has not one of
        s->only = d->field;
    else if (d->field < 0 && !s->labels)
        s->told = 0; // an empty image of who knows which field tells nothing
    lf_buf_clear(&d->packed);
    lf_pack(s, &d->packed);
    size_t size = d->packed.len;
    lf_buf_add(&d->out, &d->item, sizeof d->item);
    lf_buf_slice(&d->out, d->item.name);
    lf_buf_slice(&d->out, d->item.task);
    lf_buf_add(&d->out, &size, sizeof size);
    lf_buf_slice(&d->out, lf_buf_view(&d->packed));
    if (d->item.faults.count)
        lf_buf_add(&d->out, d->item.faults.at,
                   d->item.faults.count * sizeof *d->item.faults.at);
    d->out.failed |= d->packed.failed;
    d->open_item = false;
    return lf_buf_ok(&d->out, err);
}

bool cvat_doc_pop(struct cvat_doc *d, struct lf_arena *a, struct lf_item *item,
                  bool *got, struct lf_error *err)
{
    size_t size;
    *got = d->popped < d->out.len;
    if (!*got) {
        lf_buf_clear(&d->out);
        d->popped = 0;
        return true;
    }
    const char *at = d->out.at + d->popped;
    memcpy(item, at, sizeof *item);
    at += sizeof *item;
    if (!lf_arena_text(a, (struct lf_slice){at, item->name.len}, &item->name, err))
        return false;
    at += item->name.len;
    if (!lf_arena_text(a, (struct lf_slice){at, item->task.len}, &item->task, err))
        return false;
    at += item->task.len;
    memcpy(&size, at, sizeof size);
    at += sizeof size;
    if (!lf_unpack((struct lf_slice){at, size}, a, &item->sample, err))
        return false;
    at += size;
    size = item->faults.count * sizeof *item->faults.at;
    if (size) {
        item->faults.at =
            lf_arena_take(a, item->faults.count, sizeof *item->faults.at, err);
        if (!item->faults.at)
            return false;
        item->faults.room = item->faults.count;
        memcpy(item->faults.at, at, size);
    }
    d->popped = (size_t)(at + size - d->out.at);
    item->file = lf_slice_of(d->file);
    return true;
}

// ---------------------------------------------------------------------------- elements

static bool push_path(struct cvat_doc *d, struct lf_slice name)
{
    size_t need = name.len + (d->path_len ? 1 : 0);
    if (need > sizeof d->path - d->path_len)
        return false;
    if (d->path_len)
        d->path[d->path_len++] = '/';
    memcpy(d->path + d->path_len, name.at, name.len);
    d->path_len += name.len;
    return true;
}

static struct lf_slice path_of(const struct cvat_doc *d)
{
    return (struct lf_slice){d->path, d->path_len};
}

static bool start_meta(struct cvat_doc *d, struct lf_slice name, uint64_t line,
                       struct lf_error *err)
{
    if (!push_path(d, name))
        return cvat_bad(err, line, "nested too deep:", "<meta>");
    d->leaf = true;
    lf_buf_clear(&d->text);
    return cvat_meta_open(&d->meta, path_of(d), err);
}

static bool flavour(struct lf_error *err, uint64_t line)
{
    lf_fail(err, LF_E_CVAT_FLAVOUR,
            "this is a dump 'for video', in which tags and image names are lost");
    return lf_fail_at_line(err, line);
}

static bool start_in_root(struct cvat_doc *d, struct lf_slice name,
                          const struct cvat_element *x, enum state *next,
                          struct lf_error *err)
{
    *next = SKIP;
    if (lf_slice_is(name, "meta")) {
        *next = IN_META;
        d->path_len = 0;
        return true;
    }
    if (lf_slice_is(name, "track"))
        return flavour(err, x->line);
    if (!lf_slice_is(name, "image"))
        return true;
    *next = IN_IMAGE;
    if (!d->meta.seen)
        cvat_meta_settle(&d->meta, d->run);
    d->meta.seen = true;
    return start_image(d, x, err);
}

static bool on_start(void *user, struct lf_slice name, const struct lf_xml_attr *attr,
                     size_t count, uint64_t line, struct lf_error *err)
{
    struct cvat_doc *d = user;
    struct cvat_element x = {name, attr, count, line};
    enum state next = SKIP;
    bool ok = true;
    switch (d->state[d->depth]) {
    case IN_FILE:
        if (!lf_slice_is(name, "annotations"))
            return cvat_bad(err, line, "the root element is not", "<annotations>");
        next = IN_ROOT;
        break;
    case IN_ROOT:
        ok = start_in_root(d, name, &x, &next, err);
        break;
    case IN_META:
        next = IN_META;
        ok = start_meta(d, name, line, err);
        break;
    case IN_IMAGE:
        // A shape of a later CVAT is one too: passed over, its label would seem
        // deleted.
        if (cvat_kind(name) != LF_OTHER || cvat_value(&x, "label").at) {
            next = IN_SHAPE;
            ok = start_shape(d, &x, &next, err);
        }
        break;
    case IN_SHAPE:
        ok = start_below(d, &x, &next, err);
        break;
    default:
        break; // children of what is skipped, or of an <attribute>
    }
    if (d->depth + 1 >= sizeof d->state / sizeof *d->state)
        return lf_fail(err, LF_E_XML_DEPTH, "more than %d levels (limit xml-depth)",
                       LF_XML_DEPTH);
    d->state[++d->depth] = next;
    return ok;
}

// A task or job that lacks one of the field's classes has lost its shapes with it. A
// project's labels are those of all its fields.
static bool tell_gone_classes(struct cvat_doc *d, struct lf_error *err)
{
    struct cvat_meta *m = &d->meta;
    int field = d->forced >= 0 ? d->forced : m->field;
    bool any = false;
    uint32_t row;
    if (field < 0 || !m->labels || !strcmp(m->kind, "project"))
        return true;
    const struct lf_field *f = &d->run->schema.field[field];
    bool *there = lf_arena_take(&m->arena, f->classes, sizeof *there, err);
    if (!there)
        return false;
    for (size_t i = 0; i < m->labels; i++)
        if (!m->label[i].node && lf_class_find_alias(f, m->label[i].name, &row))
            any = there[row] = true;
    for (size_t i = 0; any && i < f->classes; i++) {
        struct lf_event e = {.code = LF_E_CLASS_GONE,
                             .file = lf_slice_of(d->file),
                             .field = f->name,
                             .was = f->class[i].name};
        if (!there[i] && !f->class[i].learned && !lf_events_add(d->ev, &e, err))
            return false;
    }
    return true;
}

// "task 7" names what a later dump must be newer than; a task is told from a job by the
// word.
static bool end_meta(struct cvat_doc *d, struct lf_error *err)
{
    struct cvat_meta *m = &d->meta;
    m->seen = true;
    cvat_meta_settle(m, d->run);
    d->stamp = m->updated.len ? m->updated : m->dumped;
    return (!m->id.len || lf_arena_printf(&m->arena, &d->task, err, "%s %.*s", m->kind,
                                          (int)m->id.len, m->id.at)) &&
           tell_gone_classes(d, err);
}

static bool on_end(void *user, struct lf_slice name, uint64_t line,
                   struct lf_error *err)
{
    struct cvat_doc *d = user;
    enum state state = d->state[d->depth--];
    (void)line;
    if (state == IN_META && d->state[d->depth] == IN_META) {
        bool ok = !d->leaf || cvat_meta_leaf(&d->meta, path_of(d),
                                             lf_buf_view(&d->text), d->run, err);
        d->leaf = false;
        lf_buf_clear(&d->text);
        d->path_len -= name.len < d->path_len ? name.len + 1 : d->path_len;
        return ok;
    }
    return state == IN_META        ? end_meta(d, err)
           : state == IN_ATTRIBUTE ? end_attribute(d, err)
           : state == IN_SHAPE     ? end_shape(d, err)
           : state == IN_IMAGE     ? end_image(d, err)
                                   : true;
}

static bool on_text(void *user, struct lf_slice text, struct lf_error *err)
{
    struct cvat_doc *d = user;
    enum state state = d->state[d->depth];
    if (state == IN_ATTRIBUTE || state == IN_META) {
        if (d->text.len + text.len > LF_XML_ATTRIBUTE)
            return lf_fail(err, LF_E_XML_ATTRIBUTE,
                           "a text is longer than the limit "
                           "xml-attribute");
        lf_buf_slice(&d->text, text);
    }
    return lf_buf_ok(&d->text, err);
}

struct cvat_doc *cvat_doc_new(const struct lf_run *run, int field, const char *file,
                              uint32_t source, struct lf_events *ev,
                              struct lf_error *err)
{
    struct cvat_doc *d = lf_alloc(1, sizeof *d, err);
    if (!d)
        return NULL;
    *d = (struct cvat_doc){.run = run,
                           .forced = field,
                           .file = file,
                           .source = source,
                           .ev = ev,
                           .meta.field = -1};
    struct lf_xml_handler h = {d, on_start, on_end, on_text};
    d->xml = lf_xml_in_new(&h, err);
    if (!d->xml)
        cvat_doc_free(&d);
    return d;
}

bool cvat_doc_push(struct cvat_doc *d, const void *bytes, size_t n,
                   struct lf_error *err)
{
    return lf_xml_in_push(d->xml, bytes, n, err) || lf_fail_in_file(err, d->file);
}

bool cvat_doc_end(struct cvat_doc *d, struct lf_error *err)
{
    return lf_xml_in_end(d->xml, err) || lf_fail_in_file(err, d->file);
}

struct lf_slice cvat_doc_task(const struct cvat_doc *d)
{
    return d->task;
}

void cvat_doc_told(const struct cvat_doc *d, struct lf_buf *out)
{
    cvat_told_json(&d->meta.told, out);
}

struct lf_slice cvat_doc_stamp(const struct cvat_doc *d)
{
    return d->stamp;
}

uint64_t cvat_doc_whole(const struct cvat_doc *d)
{
    return d->meta.size;
}

// Numbers of tasks begin at 1 on every server, so the number alone is no identity: the
// time it was made and who owns it are. Who it is assigned to is no part of it:
// somebody else may go on with it.
bool cvat_doc_origin(const struct cvat_doc *d, struct lf_arena *a,
                     struct lf_source *source, struct lf_error *err)
{
    const struct cvat_meta *m = &d->meta;
    source->origin = (struct lf_slice){0};
    if (d->task.len && m->created.len &&
        !lf_arena_printf(a, &source->origin, err, "%.*s %.*s %.*s", (int)d->task.len,
                         d->task.at, (int)m->created.len, m->created.at,
                         (int)m->owner.len, m->owner.at))
        return false;
    return lf_arena_text(a, lf_buf_view(&m->urls), &source->pieces, err) &&
           lf_arena_text(a, m->assignee.len ? m->assignee : m->owner,
                         &source->annotator, err);
}

void cvat_doc_free(struct cvat_doc **d)
{
    if (!*d)
        return;
    lf_xml_in_free(&(*d)->xml);
    lf_buf_done(&(*d)->text);
    lf_buf_done(&(*d)->packed);
    lf_buf_done(&(*d)->out);
    lf_arena_done(&(*d)->arena);
    lf_buf_done(&(*d)->meta.urls);
    lf_arena_done(&(*d)->meta.arena);
    lf_free(*d);
    *d = NULL;
}
