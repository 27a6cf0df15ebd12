// Label Studio knows single regions. Those whose ids say that they are one label's are
// put together here, as far as that needs no pixels; rings only get their parts.
#include <math.h>
#include <stdlib.h>

#include "formats/labelstudio/ls_reading.h"

struct key { // a region of ours, for sorting
    struct lf_slice base;
    uint32_t part, label;
    uint16_t field;
};

static int by_base(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    int d = x->field != y->field ? (x->field > y->field ? 1 : -1)
                                 : lf_slice_cmp(x->base, y->base);
    return d                    ? d
           : x->part != y->part ? (x->part > y->part ? 1 : -1)
                                : (x->label > y->label) - (x->label < y->label);
}

static bool same_base(const struct key *a, const struct key *b)
{
    return a->field == b->field && lf_slice_eq(a->base, b->base);
}

struct group {
    struct ls_work *w;
    const struct lf_field *f;
    const struct key *key;
    size_t n;
};

static struct lf_label *label_at(const struct group *g, size_t i)
{
    return &g->w->item->sample.label[g->key[i].label];
}

static struct ls_region *region_at(const struct group *g, size_t i)
{
    return &g->w->region[g->key[i].label];
}

// ---------------------------------------------------------------------------- telling

static bool same_attrs(const struct lf_label *a, const struct lf_label *b)
{
    bool same = a->attrs == b->attrs;
    for (uint32_t i = 0; same && i < a->attrs; i++)
        same = a->attr[i].name == b->attr[i].name &&
               lf_slice_eq(a->attr[i].text, b->attr[i].text);
    return same;
}

// Class and attributes are the first one's.
static bool tell_unlike(const struct group *g, struct lf_error *err)
{
    const struct lf_label *first = label_at(g, 0);
    for (size_t i = 1; i < g->n && g->f->type != LF_FT_SEGMENTATION; i++) {
        const struct lf_label *l = label_at(g, i);
        bool names = lf_slice_eq(first->name, l->name);
        if (!names || !same_attrs(first, l))
            return ls_tell(
                g->w, LF_E_PARTS, region_at(g, i)->number, first, first->name, l->name,
                names ? "their attributes differ" : "their classes differ", err);
    }
    return true;
}

// ---------------------------------------------------------------------------- points

static bool node_of(const struct lf_field *f, struct lf_slice name, uint32_t *node)
{
    for (uint32_t i = 0; i < f->nodes; i++)
        if (lf_slice_eq(f->node_alias[i], name)) {
            *node = i;
            return true;
        }
    return false;
}

// The part of a skeleton's node that has no number in its id: it was alone.
static void number_nodes(const struct group *g)
{
    for (size_t i = 0; i < g->n; i++) {
        struct ls_region *r = region_at(g, i);
        uint32_t node;
        if (r->part == LS_NO_PART && node_of(g->f, r->node, &node))
            r->part = node;
    }
}

// Nodes carry their names. Where people changed or lost them, as many regions as the
// skeleton has nodes are one.
static bool is_skeleton(const struct group *g)
{
    bool named = false, whole = g->f->nodes > 0;
    for (size_t i = 0; i < g->n; i++) {
        const struct ls_region *r = region_at(g, i);
        uint32_t node;
        if (r->part >= g->f->nodes)
            return false;
        named |= node_of(g->f, r->node, &node);
        whole &= !r->node.len && (!r->parts || r->parts == g->f->nodes);
        if (i && r->part == region_at(g, i - 1)->part)
            return false;
    }
    return named || whole;
}

static bool join_points(const struct group *g, struct lf_error *err)
{
    const bool skeleton = is_skeleton(g);
    size_t n = skeleton ? g->f->nodes : g->n;
    double *xy = lf_arena_take(g->w->a, 2 * n, sizeof *xy, err);
    uint32_t first = g->key[0].label;
    if (!xy)
        return false;
    for (size_t i = 0; skeleton && i < 2 * n; i++)
        xy[i] = (double)NAN;
    for (size_t i = 0; i < g->n; i++) {
        const struct lf_label *l = label_at(g, i);
        size_t at = skeleton ? region_at(g, i)->part : i;
        memcpy(xy + 2 * at, l->xy, 2 * sizeof *xy);
        first = g->key[i].label < first ? g->key[i].label : first;
        region_at(g, i)->gone = true;
    }
    // It stands where its first region stood.
    struct lf_label *l = &g->w->item->sample.label[first], head = *label_at(g, 0);
    *l = head;
    l->kind = skeleton ? LF_SKELETON : LF_POINTS;
    l->xy = xy;
    l->points = (uint32_t)n;
    g->w->region[first].gone = false;
    return true;
}

// ---------------------------------------------------------------------------- rings

static bool number_rings(const struct group *g, struct lf_error *err)
{
    uint32_t parts = 0;
    for (size_t i = 0; i < g->n; i++) {
        const struct ls_region *r = region_at(g, i);
        uint32_t least = r->part == LS_NO_PART ? 0 : r->part + 1;
        parts = r->parts > parts ? r->parts : parts;
        parts = least > parts ? least : parts;
    }
    for (size_t i = 0; i < g->n && parts > 1; i++) {
        struct lf_label *l = label_at(g, i);
        const struct ls_region *r = region_at(g, i);
        struct lf_ring *ring = lf_arena_take(g->w->a, 1, sizeof *ring, err);
        if (!ring)
            return false;
        if (r->part == LS_NO_PART || l->rings != 1)
            continue;
        *ring = (struct lf_ring){.points = l->ring->points, .part = r->part};
        l->ring = ring;
        l->part = r->part + 1;
        l->parts = parts;
    }
    return true;
}

// ---------------------------------------------------------------------------- all

static bool all_points(const struct group *g)
{
    bool all = lf_field_kind(g->f->type) == LF_POINTS;
    for (size_t i = 0; all && i < g->n; i++)
        all = label_at(g, i)->kind == LF_POINTS && label_at(g, i)->points == 1;
    return all;
}

static bool one_group(const struct group *g, struct lf_error *err)
{
    if (!tell_unlike(g, err))
        return false;
    if (!all_points(g))
        return number_rings(g, err);
    number_nodes(g);
    return (g->n == 1 && !is_skeleton(g)) || join_points(g, err);
}

static void close_gaps(struct ls_work *w)
{
    struct lf_sample *s = &w->item->sample;
    size_t n = 0;
    for (size_t i = 0; i < s->labels; i++)
        if (!w->region[i].gone) {
            s->label[n] = s->label[i];
            w->region[n++] = w->region[i];
        }
    s->labels = n;
}

bool ls_gather(struct ls_work *w, struct lf_error *err)
{
    const struct lf_sample *s = &w->item->sample;
    struct key *key = lf_arena_take(w->a, s->labels, sizeof *key, err);
    size_t n = 0;
    if (!key)
        return false;
    for (size_t i = 0; i < s->labels; i++) {
        const struct ls_region *r = &w->region[i];
        if (r->base.len && s->label[i].kind & LF_SPATIAL)
            key[n++] = (struct key){r->base, r->part, (uint32_t)i, s->label[i].field};
    }
    if (n)
        qsort(key, n, sizeof *key, by_base);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && same_base(&key[from], &key[to]);)
            to++;
        struct group g = {w, &w->place.run->schema.field[key[from].field], key + from,
                          to - from};
        if (!one_group(&g, err))
            return false;
    }
    close_gaps(w);
    return true;
}
