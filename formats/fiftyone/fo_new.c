#include "formats/fiftyone/fo_new.h"

#include "formats/base/number.h"
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

void fo_new_label(const struct lf_field *f, const struct lf_label *l,
                  const struct lf_id *id, const struct lf_sample *sample,
                  struct lf_buf *out, struct fo_dropped *dropped)
{
    char hex[25];
    lf_id_print(id, hex);
    if (l->whole.len) {
        put_whole(l->whole, hex, out);
        return;
    }
    lf_buf_printf(out, "{\"_id\": {\"$oid\": \"%s\"}, \"_cls\": \"%s\", ", hex,
                  fo_class_name(f->type, true));
    lf_buf_text(out, l->kind == LF_BOX ? "\"attributes\": {}, \"tags\": [], \"label\": "
                                       : "\"tags\": [], \"label\": ");
    lf_json_quote(out, l->name, true);
    if (l->kind == LF_BOX)
        put_box(l, sample, out);
    for (uint32_t i = 0; i < l->attrs; i++)
        put_attr(f, &l->attr[i], out, dropped);
    lf_buf_char(out, '}');
}
