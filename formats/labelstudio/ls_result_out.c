#include "formats/labelstudio/ls_result_out.h"

#include <math.h>

#include "formats/base/json.h"
#include "formats/base/number.h"
#include "formats/labelstudio/ls_held.h"
#include "formats/labelstudio/ls_parts.h"
#include "formats/mask/mask_brush.h"
#include "formats/mask/mask_data_url.h"

struct results {
    const struct lf_run *run;
    const struct lf_sample *s;
    struct lf_out_how how;
    struct lf_arena *a;
    struct lf_buf *out;
    bool any; // a result was written
    struct lf_names ids;
    uint32_t *seen; // by number of `ids`: how many labels had it so far
    // Of the label at hand.
    const struct lf_field *f;
    const struct lf_label *l;
    struct ls_id id; // of the region at hand
    unsigned about;  // 1 + row of the attribute that has an id of its own; 0: none
    uint32_t parts;  // regions of the label, also those that stayed at home
    struct lf_slice class, node;
    struct lf_buf control, geometry, name, own;
    bool copies; // attributes repeat the geometry
    struct lf_error *err;
};

// ---------------------------------------------------------------------------- JSON

static void key(struct results *r, const char *name)
{
    lf_buf_printf(r->out, ",\"%s\":", name);
}

static void text(struct results *r, const char *name, struct lf_slice value)
{
    key(r, name);
    lf_json_quote(r->out, value, false);
}

static void put_id(struct results *r, struct lf_buf *out)
{
    lf_buf_char(out, '"');
    ls_id_print(&r->id, out);
    if (r->about)
        lf_buf_printf(out, ".%u", r->about - 1);
    lf_buf_char(out, '"');
}

// Up to the value's first member. About the task there is no picture's size.
static void begin(struct results *r, struct lf_slice control, const char *type)
{
    lf_buf_text(r->out, r->any ? ",{\"id\":" : "{\"id\":");
    r->any = true;
    put_id(r, r->out);
    text(r, "from_name", control);
    text(r, "to_name", LF_S(LS_OBJECT));
    text(r, "type", lf_slice_of(type));
    if (ls_is_region(r->f))
        lf_buf_printf(r->out,
                      ",\"original_width\":%lu,\"original_height\":%lu,"
                      "\"image_rotation\":0",
                      (unsigned long)r->s->width, (unsigned long)r->s->height);
    text(r, "origin", r->how.annotations ? LF_S("manual") : LF_S("prediction"));
    lf_buf_text(r->out, ",\"value\":{");
}

// The editor keeps what stands in `meta`, and shows its `text`.
static void end(struct results *r)
{
    char hex[25];
    const bool region = ls_is_region(r->f);
    const char *between = "},\"meta\":{";
    if (r->l->id.known && r->f->type != LF_FT_SCALAR) {
        lf_id_print(&r->l->id, hex);
        lf_buf_printf(r->out, "%s\"fo_id\":\"%s\"", between, hex);
        between = ",";
    }
    if (r->id.parts && region) {
        lf_buf_printf(r->out, "%s\"fo_part\":%lu,\"fo_parts\":%lu", between,
                      (unsigned long)r->id.part, (unsigned long)r->parts);
        between = ",";
    }
    if (r->node.len) {
        lf_buf_printf(r->out, "%s\"text\":[", between);
        lf_json_quote(r->out, r->node, false);
        lf_buf_char(r->out, ']');
    }
    lf_buf_text(r->out, "}}"); // of meta, or of the value, and the result
}

// A member that is a list of one text. The first one where no geometry stands before.
static void one(struct results *r, const char *name, struct lf_slice value, bool first)
{
    lf_buf_printf(r->out, "%s\"%s\":[", first ? "" : ",", name);
    lf_json_quote(r->out, value, false);
    lf_buf_char(r->out, ']');
}

// ---------------------------------------------------------------------------- inputs

// The value of an input. Numbers are spelled as `ship` left them.
static void put_value(struct results *r, const struct lf_attr_def *d,
                      struct lf_slice value, bool first)
{
    const char *type = ls_attr_type(d);
    if (!strcmp(type, "number")) {
        lf_buf_text(r->out, first ? "\"number\":" : ",\"number\":");
        lf_buf_slice(r->out, value);
    } else {
        one(r, !strcmp(type, "choices") ? type : "text", value, first);
    }
}

static void put_attr(struct results *r, struct lf_slice control, const char *type,
                     const struct lf_attr_def *d, struct lf_slice value)
{
    const bool first = !r->copies || !r->geometry.len;
    begin(r, control, type);
    if (!first)
        lf_buf_slice(r->out, lf_buf_view(&r->geometry));
    if (d)
        put_value(r, d, value, first);
    else
        one(r, "text", value, first);
    end(r);
}

// For exports in JSON_MIN, which have no ids of regions.
static void put_hidden_id(struct results *r)
{
    if (!r->l->id.known)
        return;
    lf_buf_clear(&r->name);
    ls_attr_control(r->f->name, r->run->id_attr, &r->name);
    lf_buf_clear(&r->own);
    ls_id_print(&r->id, &r->own);
    put_attr(r, lf_buf_view(&r->name), "textarea", NULL, lf_buf_view(&r->own));
}

static void put_attrs(struct results *r)
{
    for (uint32_t i = 0; i < r->l->attrs; i++) {
        const struct lf_attr *a = &r->l->attr[i];
        const struct lf_attr_def *d = &r->f->attr[a->name];
        if (a->text.len)
            put_attr(r, d->alias, ls_attr_type(d), d, a->text);
    }
}

// ---------------------------------------------------------------------------- regions

// The region whose geometry is at hand, with all that belongs to it.
static void put_region(struct results *r, const char *type)
{
    begin(r, lf_buf_view(&r->control), type);
    lf_buf_slice(r->out, lf_buf_view(&r->geometry));
    one(r, type, r->class, false);
    end(r);
    put_attrs(r);
    put_hidden_id(r);
}

static void number(struct lf_buf *out, double value)
{
    char digits[LF_NUMBER_CAP];
    lf_buf_add(out, digits, lf_print_double(value, digits));
}

static void named(struct lf_buf *out, const char *name, double value)
{
    lf_buf_printf(out, "%s\"%s\":", out->len ? "," : "", name);
    number(out, value);
}

static double percent(double pixels, uint32_t size)
{
    return 100 * pixels / size;
}

// Label Studio turns a box about its corner, in pixels.
static void put_box(struct results *r)
{
    const double *xy = r->l->xy, pi = 3.14159265358979323846;
    double w = xy[2] - xy[0], h = xy[3] - xy[1], x = xy[0], y = xy[1];
    if (r->l->turn != 0) {
        double c = cos(r->l->turn * pi / 180), s = sin(r->l->turn * pi / 180);
        x += w / 2 - w / 2 * c + h / 2 * s;
        y += h / 2 - w / 2 * s - h / 2 * c;
    }
    named(&r->geometry, "x", percent(x, r->s->width));
    named(&r->geometry, "y", percent(y, r->s->height));
    named(&r->geometry, "width", percent(w, r->s->width));
    named(&r->geometry, "height", percent(h, r->s->height));
    named(&r->geometry, "rotation", r->l->turn);
    put_region(r, "rectanglelabels");
}

static void put_points(struct results *r, const double *xy, uint32_t points)
{
    struct lf_buf *g = &r->geometry;
    lf_buf_text(g, "\"points\":[");
    for (uint32_t i = 0; i < points; i++) {
        lf_buf_text(g, i ? ",[" : "[");
        number(g, percent(xy[(size_t)i * 2], r->s->width));
        lf_buf_char(g, ',');
        number(g, percent(xy[(size_t)i * 2 + 1], r->s->height));
        lf_buf_char(g, ']');
    }
    lf_buf_text(g, "],\"closed\":true");
}

static void put_vertex_id(struct results *r, uint32_t i)
{
    lf_buf_char(&r->geometry, '"');
    ls_id_print(&r->id, &r->geometry);
    lf_buf_printf(&r->geometry, ".%lu\"", (unsigned long)i);
}

static void put_vertices(struct results *r, const double *xy, uint32_t points)
{
    struct lf_buf *g = &r->geometry;
    lf_buf_text(g, "\"closed\":false,\"vertices\":[");
    for (uint32_t i = 0; i < points; i++) {
        lf_buf_text(g, i ? ",{\"id\":" : "{\"id\":");
        put_vertex_id(r, i);
        lf_buf_text(g, ",\"prevPointId\":");
        if (i)
            put_vertex_id(r, i - 1);
        else
            lf_buf_text(g, "null");
        named(g, "x", percent(xy[(size_t)i * 2], r->s->width));
        named(g, "y", percent(xy[(size_t)i * 2 + 1], r->s->height));
        lf_buf_text(g, ",\"isBezier\":false}");
    }
    lf_buf_char(g, ']');
}

static void put_rings(struct results *r)
{
    const bool polygon = r->l->kind == LF_POLYGON;
    const double *xy = r->l->xy;
    r->parts = r->l->parts;
    r->copies = polygon;
    for (uint32_t i = 0; i < r->l->rings; i++) {
        const struct lf_ring *ring = &r->l->ring[i];
        r->id.part = ring->part;
        r->id.parts = r->parts > 1;
        lf_buf_clear(&r->geometry);
        if (polygon)
            put_points(r, xy, ring->points);
        else
            put_vertices(r, xy, ring->points);
        put_region(r, polygon ? "polygonlabels" : "vectorlabels");
        xy += (size_t)ring->points * 2;
    }
}

// A region each; one that is missing has none, and the number of the others tells.
static void put_cloud(struct results *r)
{
    const bool skeleton = r->l->kind == LF_SKELETON;
    r->parts = skeleton ? r->l->points : r->l->parts;
    for (uint32_t i = 0; i < r->l->points; i++) {
        const double *xy = r->l->xy + (size_t)i * 2;
        if (isnan(xy[0]))
            continue;
        r->id.part = i;
        r->id.parts = r->l->points > 1;
        r->node =
            skeleton && i < r->f->nodes ? r->f->node_alias[i] : (struct lf_slice){0};
        lf_buf_clear(&r->geometry);
        named(&r->geometry, "x", percent(xy[0], r->s->width));
        named(&r->geometry, "y", percent(xy[1], r->s->height));
        named(&r->geometry, "width", 0.5); // of the dot on the screen
        put_region(r, "keypointlabels");
    }
}

static bool put_mask(struct results *r, const struct lf_mask *m)
{
    struct lf_buf *g = &r->geometry;
    bool ok;
    lf_buf_clear(g);
    if (r->how.bitmask) {
        lf_buf_text(g, "\"imageDataURL\":\"");
        ok = lf_mask_write_data_url(m, r->s->width, r->s->height, g, r->err);
        lf_buf_char(g, '"');
    } else {
        lf_buf_text(g, "\"format\":\"rle\",\"rle\":");
        ok = lf_mask_write_brush(m, r->s->width, r->s->height, g, r->err);
    }
    put_region(r, r->how.bitmask ? "bitmasklabels" : "brushlabels");
    return ok;
}

// A region a class.
static bool put_segment(struct results *r)
{
    bool ok = true;
    uint32_t row;
    r->parts = r->l->masks;
    for (uint32_t i = 0; ok && i < r->l->masks; i++)
        if (lf_target_find(r->f, r->l->mask[i].value, &row)) {
            r->class = r->f->class[row].alias;
            r->id.part = i;
            r->id.parts = r->parts > 1;
            ok = put_mask(r, &r->l->mask[i]);
        }
    return ok;
}

// ---------------------------------------------------------------------------- the task

// Under the sample's id, as nothing else of the field has a place in the dataset.
static void id_of_field(struct results *r)
{
    r->id =
        (struct ls_id){.id = r->s->id, .copy = 1, .part = r->l->field, .parts = true};
}

static void put_scalar(struct results *r)
{
    id_of_field(r);
    if (r->f->by_class) {
        begin(r, lf_buf_view(&r->control), "choices");
        one(r, "choices", r->class, true);
        end(r);
    } else {
        put_attr(r, lf_buf_view(&r->control), ls_attr_type(&r->f->attr[0]),
                 &r->f->attr[0], r->l->attr[0].text);
    }
}

// An id a result: one that is shared with the class's would be the same thing there.
static void put_class(struct results *r)
{
    begin(r, lf_buf_view(&r->control), "choices");
    one(r, "choices", r->class, true);
    end(r);
    for (uint32_t i = 0; i < r->l->attrs; i++) {
        const struct lf_attr *a = &r->l->attr[i];
        const struct lf_attr_def *d = &r->f->attr[a->name];
        if (!a->text.len)
            continue;
        r->about = 1u + a->name;
        put_attr(r, d->alias, ls_attr_type(d), d, a->text);
    }
    r->about = 0;
}

static struct lf_slice alias_of(const struct results *r, const struct lf_label *l)
{
    uint32_t row;
    return lf_class_find(r->f, l->name, &row) ? r->f->class[row].alias : l->name;
}

// Labels of a field by class, in the order of the first of each: places in the sample.
struct by_class {
    uint32_t *first, *last; // by number of the class
    uint32_t *next;         // by place; 0: none
    uint32_t classes;
};

static bool sort_classes(const struct results *r, uint32_t from, struct by_class *by,
                         struct lf_arena *a, struct lf_error *err)
{
    const size_t n = r->s->labels;
    struct lf_names names = {0};
    bool ok = (by->first = lf_arena_take(a, n, sizeof *by->first, err)) != NULL &&
              (by->last = lf_arena_take(a, n, sizeof *by->last, err)) != NULL &&
              (by->next = lf_arena_take(a, n, sizeof *by->next, err)) != NULL;
    by->classes = 0;
    for (uint32_t i = from; ok && i < n; i++) {
        const struct lf_label *l = &r->s->label[i];
        uint32_t k;
        bool fresh;
        if (!l->shipped || l->field != r->l->field)
            continue;
        if (!(ok = lf_names_add(&names, l->name, &k, &fresh, err)))
            break;
        if (fresh)
            by->first[by->classes++] = i;
        else
            by->next[by->last[k]] = i;
        by->last[k] = i;
    }
    lf_names_done(&names);
    return ok;
}

// Ids of the labels of one class, which is one word in the tool.
static void put_ids_of(struct results *r, const struct by_class *by, uint32_t k)
{
    char hex[25];
    for (uint32_t i = by->first[k];;) {
        const struct lf_id *id = &r->s->label[i].id;
        lf_id_print(id, hex);
        lf_buf_printf(r->out, id->known ? "%s\"%s\"" : "%snull",
                      i == by->first[k] ? "" : ",", hex);
        if (!(i = by->next[i]))
            break;
    }
}

// All classes of the field in one result, at the first of its labels.
static bool put_classes(struct results *r)
{
    const uint32_t from = (uint32_t)(r->l - r->s->label);
    struct by_class by;
    for (uint32_t i = 0; i < from; i++)
        if (r->s->label[i].shipped && r->s->label[i].field == r->l->field)
            return true;
    if (!sort_classes(r, from, &by, r->a, r->err))
        return false;
    id_of_field(r);
    begin(r, lf_buf_view(&r->control), "choices");
    lf_buf_text(r->out, "\"choices\":[");
    for (uint32_t k = 0; k < by.classes; k++) {
        lf_buf_text(r->out, k ? "," : "");
        lf_json_quote(r->out, alias_of(r, &r->s->label[by.first[k]]), false);
    }
    lf_buf_text(r->out, "]},\"meta\":{\"fo_ids\":{");
    for (uint32_t k = 0; k < by.classes; k++) {
        lf_buf_text(r->out, k ? "," : "");
        lf_json_quote(r->out, alias_of(r, &r->s->label[by.first[k]]), false);
        lf_buf_text(r->out, ":[");
        put_ids_of(r, &by, k);
        lf_buf_char(r->out, ']');
    }
    lf_buf_text(r->out, "}}}");
    return true;
}

// ---------------------------------------------------------------------------- labels

// Two regions of one id would be one to the editor.
static bool take_id(struct results *r, const struct lf_id *id, uint32_t place)
{
    uint32_t n;
    r->id = (struct ls_id){.id = *id, .place = place, .copy = 1};
    if (!id->known)
        return true;
    if (!lf_names_add(&r->ids, (struct lf_slice){(const char *)id->at, sizeof id->at},
                      &n, NULL, r->err))
        return false;
    r->id.copy = ++r->seen[n];
    return true;
}

static bool put_label(struct results *r)
{
    switch (r->l->kind) {
    case LF_BOX:
        put_box(r);
        return true;
    case LF_POLYGON:
    case LF_POLYLINE:
        put_rings(r);
        return true;
    case LF_POINTS:
    case LF_SKELETON:
        put_cloud(r);
        return true;
    case LF_MASK:
        r->copies = false;
        return put_mask(r, r->l->mask);
    case LF_SEGMENT:
        r->copies = false;
        return put_segment(r);
    case LF_SCALAR:
        put_scalar(r);
        return true;
    default:
        if (r->f->type == LF_FT_CLASSIFICATIONS)
            return put_classes(r);
        put_class(r);
        return true;
    }
}

static bool next_label(struct results *r, size_t place)
{
    const struct lf_label *l = &r->s->label[place];
    if (!l->shipped)
        return true;
    r->l = l;
    r->f = &r->run->schema.field[l->field];
    r->class = alias_of(r, l);
    r->node = (struct lf_slice){0};
    r->parts = 1;
    r->copies = true;
    lf_buf_clear(&r->geometry);
    lf_buf_clear(&r->control);
    ls_control(r->f->name, &r->control);
    return take_id(r, &l->id, (uint32_t)place) && put_label(r);
}

bool ls_results(const struct lf_run *run, struct lf_out_how how,
                const struct lf_item *item, struct lf_arena *a, struct lf_buf *out,
                struct lf_error *err)
{
    struct results r = {
        .run = run, .s = &item->sample, .how = how, .a = a, .out = out, .err = err};
    r.seen = lf_arena_take(a, item->sample.labels + 1, sizeof *r.seen, err);
    // The sample's own id comes first: fields have it.
    bool ok = r.seen && take_id(&r, &item->sample.id, 0);
    for (size_t i = 0; ok && i < item->sample.labels; i++)
        ok = next_label(&r, i);
    out->failed |=
        r.control.failed || r.geometry.failed || r.name.failed || r.own.failed;
    lf_names_done(&r.ids);
    lf_buf_done(&r.control);
    lf_buf_done(&r.geometry);
    lf_buf_done(&r.name);
    lf_buf_done(&r.own);
    return ok;
}
