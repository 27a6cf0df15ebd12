#include "formats/fiftyone/fo_new.h"

#include "formats/base/number.h"
#include "formats/fiftyone/fo_arrays.h"
#include "formats/fiftyone/fo_masks.h"
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
                     struct lf_buf *out, struct fo_misfits *misfits)
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
    if (!lf_value_write(attr->text, type, true, out, &widened)) {
        out->len = from;
        lf_attr_set_add(&misfits->dropped, attr->name);
    } else if (widened)
        lf_attr_set_add(&misfits->widened, attr->name);
}

// The mask that a copy's label has on disk, as a file of this dataset or inside the
// label.
static bool bring_mask(const struct fo_making *m, const struct lf_label *l,
                       struct lf_edits *edits, struct lf_error *err)
{
    struct fo_mask_at at;
    struct lf_slice old, path, put;
    struct lf_buf bytes = {0}, text = {0};
    const char *start = l->whole.at;
    fo_mask_at(l->whole, &at);
    if (at.mask.len || !l->pixels.len || !m->src->pixels ||
        lf_json_type(at.mask_path) != LF_JSON_STRING)
        return true;
    bool ok = lf_json_string(at.mask_path, m->a, &old, err) &&
              fo_array_as(m->src->pixels, l, m->files != NULL, &bytes, err);
    if (ok && m->files) {
        ok = fo_file_add(m->files, m->a, old, lf_buf_view(&bytes), &path, err);
        if (ok)
            lf_json_quote(&text, path, true);
    } else if (ok) {
        lf_buf_slice(&text, at.mask_path);
        lf_buf_text(&text, ", \"mask\": ");
        fo_put_binary(lf_buf_view(&bytes), &text);
    }
    ok = ok && lf_buf_ok(&text, err) &&
         lf_arena_text(m->a, lf_buf_view(&text), &put, err) &&
         lf_edits_add(edits, m->a, (size_t)(at.mask_path.at - start), at.mask_path.len,
                      put, err);
    lf_buf_done(&bytes);
    lf_buf_done(&text);
    return ok;
}

// The bytes it came with but for the id, and for a mask on disk.
static bool put_whole(const struct fo_making *m, const struct lf_label *l,
                      const char *hex, struct lf_buf *out, struct lf_error *err)
{
    struct lf_slice key, value, id, whole = l->whole;
    struct lf_edits edits = {0};
    size_t at = 1, cut = 0;
    const char *after = ", ";
    for (struct lf_json_walk w = lf_json_enter(whole);
         lf_json_member(&w, &key, &value);)
        if (lf_json_key_is(key, LF_S("_id"))) {
            value = lf_json_trim(value);
            at = (size_t)(value.at - whole.at);
            cut = value.len;
        }
    if (cut)
        after = "";
    if (!lf_arena_printf(m->a, &id, err, "%s{\"$oid\": \"%s\"}%s",
                         cut ? "" : "\"_id\": ", hex, after) ||
        !lf_edits_add(&edits, m->a, at, cut, id, err) ||
        !bring_mask(m, l, &edits, err) || !lf_edits_sort(&edits, m->a, whole.len, err))
        return false;
    lf_edits_apply(&edits, whole, out);
    return lf_buf_ok(out, err);
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

static void put_tight_box(const struct lf_mask *m, const struct lf_sample *s,
                          struct lf_buf *out)
{
    put_number(out, ", \"bounding_box\": [", m->left / (double)s->width);
    put_number(out, ", ", m->top / (double)s->height);
    put_number(out, ", ", m->width / (double)s->width);
    put_number(out, ", ", m->height / (double)s->height);
    lf_buf_char(out, ']');
}

static bool put_pixels(const struct fo_making *m, const struct lf_label *l,
                       struct lf_buf *out, struct lf_error *err)
{
    struct lf_buf text = {0};
    struct lf_pixel_tool *t = m->src->pixels;
    if (l->kind == LF_MASK && l->points == 4)
        put_box(l, m->sample, out);
    else if (l->kind == LF_MASK && l->masks)
        put_tight_box(l->mask, m->sample, out);
    if (!t || (l->kind == LF_MASK && !l->masks))
        return lf_fail(err, LF_E_BUG, "a mask without pixels is to be written");
    bool ok = l->pixels.len ? fo_array_as(t, l, false, &text, err)
              : l->kind == LF_MASK
                  ? fo_array_of_mask(t, l->mask, &text, err)
                  : fo_array_of_classes(t, m->field, l, m->sample, &text, err);
    lf_buf_text(out, ", \"mask\": ");
    fo_put_binary(lf_buf_view(&text), out);
    ok = ok && lf_buf_ok(&text, err);
    lf_buf_done(&text);
    return ok;
}

static bool put_geometry(const struct fo_making *m, const struct lf_label *l,
                         struct lf_buf *out, struct lf_error *err)
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
    case LF_MASK:
    case LF_SEGMENT:
        return put_pixels(m, l, out, err);
    default:
        break;
    }
    return true;
}

bool fo_label_json(const struct fo_source *src, const struct lf_field *f,
                   const struct lf_sample *sample, const struct lf_label *l,
                   const struct lf_id *id, struct lf_arena *a, struct lf_buf *out,
                   struct lf_error *err)
{
    const struct fo_making making = {.src = src, .field = f, .sample = sample, .a = a};
    struct fo_misfits unused = {0};
    return fo_new_label(&making, l, id, out, &unused, err);
}

bool fo_new_label(const struct fo_making *m, const struct lf_label *l,
                  const struct lf_id *id, struct lf_buf *out,
                  struct fo_misfits *misfits, struct lf_error *err)
{
    char hex[25];
    lf_id_print(id, hex);
    if (l->whole.len)
        return put_whole(m, l, hex, out, err);
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
    if (!put_geometry(m, l, out, err))
        return false;
    for (uint32_t i = 0; i < l->attrs; i++)
        put_attr(m->field, &l->attr[i], out, misfits);
    lf_buf_char(out, '}');
    return lf_buf_ok(out, err);
}
