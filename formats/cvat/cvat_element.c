#include <math.h>

#include "formats/base/number.h"
#include "formats/cvat/cvat_parts.h"
#include "formats/mask/mask_rle.h"

struct out { // of one label
    const struct lf_run *run;
    const struct lf_field *f;
    const struct lf_label *l;
    struct lf_xml_out *x;
    struct lf_buf *scratch;
    struct lf_slice class, group; // class: as the tool spells it; group: empty if none
    bool occluded;
};

static void find_flags(struct out *o)
{
    for (uint32_t i = 0; i < o->l->attrs; i++) {
        const struct lf_attr *a = &o->l->attr[i];
        if (o->f->attr[a->name].input == LF_IN_OCCLUDED)
            o->occluded = lf_slice_is(a->text, "true");
        else if (o->f->attr[a->name].input == LF_IN_GROUP && !lf_slice_is(a->text, "0"))
            o->group = a->text;
    }
}

static void open(struct out *o, const char *element, bool spatial)
{
    lf_xml_open(o->x, element);
    lf_xml_attr(o->x, "label", o->class);
    lf_xml_attr(o->x, "source", LF_S("file"));
    if (spatial)
        lf_xml_attr(o->x, "occluded", o->occluded ? LF_S("1") : LF_S("0"));
}

static void end_head(struct out *o, bool spatial)
{
    if (spatial)
        lf_xml_attr(o->x, "z_order", LF_S("0"));
    if (o->group.len)
        lf_xml_attr(o->x, "group_id", o->group);
}

// `ring`: the place of the element's ring among `parts`.
static void attributes(struct out *o, uint32_t ring)
{
    char id[25];
    const struct lf_label *l = o->l;
    if (cvat_has_ids(o->f)) {
        lf_id_print(&l->id, id);
        lf_xml_leaf_attr(o->x, "attribute", "name", o->run->id_attr, lf_slice_of(id));
    }
    if (o->f->parts) {
        lf_buf_clear(o->scratch);
        if (l->parts > 1)
            lf_buf_printf(o->scratch, "%lu/%lu", (unsigned long)ring + 1,
                          (unsigned long)l->parts);
        lf_xml_leaf_attr(o->x, "attribute", "name", LF_S(CVAT_PART),
                         lf_buf_view(o->scratch));
    }
    for (uint32_t i = 0; i < l->attrs; i++)
        if (!cvat_is_flag(&o->f->attr[l->attr[i].name]))
            lf_xml_leaf_attr(o->x, "attribute", "name",
                             o->f->attr[l->attr[i].name].alias, l->attr[i].text);
}

static void put_points(struct out *o, const double *xy, uint32_t points)
{
    char digits[LF_NUMBER_CAP];
    lf_buf_clear(o->scratch);
    for (uint64_t i = 0; i < 2 * (uint64_t)points; i++) {
        if (i)
            lf_buf_char(o->scratch, i % 2 ? ',' : ';');
        lf_buf_add(o->scratch, digits, lf_print_double(xy[i], digits));
    }
    lf_xml_attr(o->x, "points", lf_buf_view(o->scratch));
}

static void put_box(struct out *o)
{
    const double *xy = o->l->xy;
    open(o, "box", true);
    lf_xml_attr_double(o->x, "xtl", xy[0]);
    lf_xml_attr_double(o->x, "ytl", xy[1]);
    lf_xml_attr_double(o->x, "xbr", xy[2]);
    lf_xml_attr_double(o->x, "ybr", xy[3]);
    if (o->l->turn != 0)
        lf_xml_attr_double(o->x, "rotation", o->l->turn);
    end_head(o, true);
    attributes(o, 0);
    lf_xml_close(o->x, "box");
}

static void put_rings(struct out *o, const char *element)
{
    const double *xy = o->l->xy;
    for (uint32_t i = 0; i < o->l->rings; i++) {
        const struct lf_ring *r = &o->l->ring[i];
        open(o, element, true);
        put_points(o, xy, r->points);
        end_head(o, true);
        attributes(o, r->part);
        lf_xml_close(o->x, element);
        xy += (size_t)r->points * 2;
    }
}

static void put_cloud(struct out *o)
{
    open(o, "points", true);
    put_points(o, o->l->xy, o->l->points);
    end_head(o, true);
    attributes(o, 0);
    lf_xml_close(o->x, "points");
}

// Where a missing node is to appear should somebody switch it on: amid the others.
static void middle_of(const struct lf_label *l, double middle[2])
{
    uint32_t n = 0;
    middle[0] = middle[1] = 0;
    for (uint32_t i = 0; i < l->points; i++)
        if (!isnan(l->xy[(size_t)i * 2])) {
            n++; // a running mean does not overflow
            middle[0] += (l->xy[(size_t)i * 2] - middle[0]) / n;
            middle[1] += (l->xy[(size_t)i * 2 + 1] - middle[1]) / n;
        }
}

static void put_skeleton(struct out *o)
{
    const struct lf_label *l = o->l;
    double middle[2];
    middle_of(l, middle);
    open(o, "skeleton", false);
    end_head(o, true);
    for (uint32_t i = 0; i < l->points; i++) {
        const double *p = l->xy + (size_t)i * 2;
        const bool missing = isnan(p[0]);
        lf_xml_open(o->x, "points");
        lf_xml_attr(o->x, "label", o->f->node_alias[i]);
        lf_xml_attr(o->x, "source", LF_S("file"));
        lf_xml_attr(o->x, "outside", missing ? LF_S("1") : LF_S("0"));
        lf_xml_attr(o->x, "occluded", LF_S("0"));
        put_points(o, missing ? middle : p, 1);
        end_head(o, false);
        lf_xml_close(o->x, "points");
    }
    attributes(o, 0);
    lf_xml_close(o->x, "skeleton");
}

static void put_mask(struct out *o, const struct lf_mask *m)
{
    open(o, "mask", true);
    lf_buf_clear(o->scratch);
    lf_mask_write_boxed(m, o->scratch);
    lf_xml_attr(o->x, "rle", lf_buf_view(o->scratch));
    lf_xml_attr_int(o->x, "left", m->left);
    lf_xml_attr_int(o->x, "top", m->top);
    lf_xml_attr_int(o->x, "width", m->width);
    lf_xml_attr_int(o->x, "height", m->height);
    end_head(o, true);
    attributes(o, 0);
    lf_xml_close(o->x, "mask");
}

// An element a class, all with the one id.
static void put_segment(struct out *o)
{
    uint32_t row;
    for (uint32_t i = 0; i < o->l->masks; i++)
        if (lf_target_find(o->f, o->l->mask[i].value, &row)) {
            o->class = o->f->class[row].alias;
            put_mask(o, &o->l->mask[i]);
        }
}

static void put_tag(struct out *o)
{
    open(o, "tag", false);
    end_head(o, false);
    attributes(o, 0);
    lf_xml_close(o->x, "tag");
}

void cvat_elements(const struct lf_run *run, const struct lf_label *l,
                   struct lf_xml_out *x, struct lf_buf *scratch)
{
    struct out o = {run, &run->schema.field[l->field], l, x, scratch, {0}, {0}, false};
    uint32_t row;
    if (lf_class_find(o.f, l->name, &row))
        o.class = o.f->class[row].alias;
    find_flags(&o);
    switch (l->kind) {
    case LF_BOX:
        put_box(&o);
        break;
    case LF_POLYGON:
        put_rings(&o, "polygon");
        break;
    case LF_POLYLINE:
        put_rings(&o, "polyline");
        break;
    case LF_POINTS:
        put_cloud(&o);
        break;
    case LF_SKELETON:
        put_skeleton(&o);
        break;
    case LF_MASK:
        put_mask(&o, l->mask);
        break;
    case LF_SEGMENT:
        put_segment(&o);
        break;
    default:
        put_tag(&o);
    }
    x->buf->failed |= scratch->failed;
}
