#include "formats/fiftyone/fo_new.h"

#include "formats/base/number.h"
#include "formats/fiftyone/fo_spell.h"
#include "formats/label/value.h"

static void put_number(struct lf_buf *out, const char *before, double v)
{
    char digits[LF_NUMBER_CAP];
    lf_buf_text(out, before);
    lf_buf_add(out, digits, lf_print_double(v, digits));
}

static void put_corners(const struct lf_label *l, double w, double h,
                        struct lf_buf *out)
{
    put_number(out, ", \"bounding_box\": [", l->xy[0] / w);
    put_number(out, ", ", l->xy[1] / h);
    put_number(out, ", ", (l->xy[2] - l->xy[0]) / w);
    put_number(out, ", ", (l->xy[3] - l->xy[1]) / h);
    lf_buf_char(out, ']');
}

static void put_box(const struct lf_label *l, const struct lf_sample *s,
                    struct lf_buf *out)
{
    double w = s->width, h = s->height;
    if (l->points == 4) { // the numbers themselves came back
        put_number(out, ", \"bounding_box\": [", l->xy[4]);
        for (int i = 5; i < 8; i++)
            put_number(out, ", ", l->xy[i]);
        lf_buf_char(out, ']');
    } else {
        put_corners(l, w, h, out);
    }
    if (l->turn != 0)
        put_number(out, ", \"rotation\": ", l->turn);
}

// An empty text of a tool stands for "nothing chosen", unless something was chosen from
// the start: no attribute is made of it.
static void put_attr(const struct lf_field *f, const struct lf_attr *attr,
                     struct lf_buf *out, struct fo_dropped *dropped)
{
    const struct lf_attr_def *def = &f->attr[attr->name];
    bool widened;
    size_t from = out->len;
    if (attr->type == LF_V_NULL ||
        (attr->type == LF_V_UNTYPED && !attr->text.len && !def->preset.len))
        return;
    lf_buf_text(out, ", ");
    lf_json_quote(out, def->name, true);
    lf_buf_text(out, ": ");
    enum lf_value type =
        attr->type == LF_V_UNTYPED ? def->type : (enum lf_value)attr->type;
    if (lf_value_write(attr->text, type, true, out, &widened))
        return;
    out->len = from;
    lf_attr_set_add(&dropped->attrs, attr->name);
}

// The bytes it came with but for the id.
static void put_whole(struct lf_slice whole, const char *hex, struct lf_buf *out)
{
    struct lf_slice key, value;
    const char *end = whole.at + whole.len;
    for (struct lf_json_walk w = lf_json_enter(whole);
         lf_json_member(&w, &key, &value);)
        if (lf_json_key_is(key, LF_S("_id"))) {
            value = lf_json_trim(value);
            lf_buf_slice(out, lf_slice_between(whole.at, value.at));
            lf_buf_printf(out, "{\"$oid\": \"%s\"}", hex);
            lf_buf_slice(out, lf_slice_between(value.at + value.len, end));
            return;
        }
    lf_buf_printf(out, "{\"_id\": {\"$oid\": \"%s\"}, ", hex);
    lf_buf_slice(out, lf_slice_between(whole.at + 1, end));
}

static void put_flag(struct lf_buf *out, const char *before, bool v)
{
    lf_buf_text(out, before);
    lf_buf_text(out, v ? "true" : "false");
}

static void put_polyline(const struct lf_label *l, const struct lf_sample *s,
                         struct lf_buf *out)
{
    struct fo_spelling sp;
    const double *xy = l->xy;
    fo_spelling_of(LF_S("[]"), true, &sp);
    lf_buf_text(out, ", \"points\": [");
    for (uint32_t i = 0; i < l->rings; i++) {
        lf_buf_text(out, i ? ", [" : "[");
        fo_put_points(&sp, xy, l->ring[i].points, s, out);
        lf_buf_char(out, ']');
        xy += 2 * (size_t)l->ring[i].points;
    }
    // A tool's polygon is an area; its line is open, whatever its ends.
    put_flag(out, "], \"closed\": ", l->closed || l->kind == LF_POLYGON);
    put_flag(out, ", \"filled\": ", l->kind == LF_POLYGON);
}

static void put_keypoint(const struct fo_making *m, const struct lf_label *l,
                         struct lf_buf *out)
{
    struct fo_spelling sp;
    fo_spelling_of(LF_S("[]"), false, &sp);
    sp.nan = fo_nan_in(m->sample->raw);
    lf_buf_text(out, ", \"points\": [");
    fo_put_points(&sp, l->xy, l->points, m->sample, out);
    lf_buf_text(out, "], \"confidence\": null");
}

static void put_geometry(const struct fo_making *m, const struct lf_label *l,
                         struct lf_buf *out)
{
    switch (l->kind) {
    case LF_BOX:
        put_box(l, m->sample, out);
        break;
    case LF_POLYLINE:
    case LF_POLYGON:
        put_polyline(l, m->sample, out);
        break;
    case LF_POINTS:
    case LF_SKELETON:
        put_keypoint(m, l, out);
        break;
    default:
        break;
    }
}

bool fo_new_label(const struct fo_making *m, const struct lf_label *l,
                  const struct lf_id *id, struct lf_buf *out,
                  struct fo_dropped *dropped, struct lf_error *err)
{
    char hex[25];
    lf_id_print(id, hex);
    if (l->whole.len) {
        put_whole(l->whole, hex, out);
        return lf_buf_ok(out, err);
    }
    lf_buf_printf(out, "{\"_id\": {\"$oid\": \"%s\"}, \"_cls\": \"%s\", ", hex,
                  fo_class_name(m->field->type, true));
    if (l->kind &
        (LF_BOX | LF_POLYLINE | LF_POLYGON | LF_POINTS | LF_SKELETON | LF_MASK))
        lf_buf_text(out, "\"attributes\": {}, ");
    lf_buf_text(out, "\"tags\": []");
    if (lf_kind_has_class(l->kind)) {
        lf_buf_text(out, ", \"label\": ");
        lf_json_quote(out, l->name, true);
    }
    put_geometry(m, l, out);
    for (uint32_t i = 0; i < l->attrs; i++)
        put_attr(m->field, &l->attr[i], out, dropped);
    lf_buf_char(out, '}');
    return lf_buf_ok(out, err);
}
