#include <math.h>

#include "formats/fiftyone/fo_job.h"
#include "formats/fiftyone/fo_spell.h"

struct list { // of points, as it stands in the document
    struct lf_slice text;
    struct lf_slice *point; // the text of each
    const double *xy;       // pixels
    uint32_t points;
};

static void spelling_of(struct fo_job *j, struct lf_slice list, bool rings,
                        struct fo_spelling *sp)
{
    fo_spelling_of(list, rings, sp);
    if (!j->nan.len)
        j->nan = fo_nan_in(j->sample->raw);
    sp->nan = j->nan;
}

static const char *end_of(struct lf_slice t)
{
    return t.at + t.len;
}

static bool list_points(struct fo_job *j, struct lf_slice text, const double *xy,
                        uint32_t points, struct list *l)
{
    struct lf_slice point;
    uint32_t n = 0;
    *l = (struct list){text, NULL, xy, points};
    l->point = lf_arena_take(j->a, points, sizeof *l->point, j->err);
    if (!l->point)
        return false;
    for (struct lf_json_walk w = lf_json_enter(text);
         n < points && lf_json_element(&w, &point);)
        l->point[n++] = lf_json_trim(point);
    return true;
}

// ------------------------------------------------------------------- points

static bool same_point(const struct fo_job *j, const double *a, const double *b)
{
    if (isnan(a[0]) || isnan(b[0]))
        return isnan(a[0]) && isnan(b[0]);
    return !fo_moved(a[0], b[0], j->slack) && !fo_moved(a[1], b[1], j->slack);
}

// Only the numbers that moved; a point that went missing becomes NaN NaN.
static bool edit_point(struct fo_job *j, struct lf_slice text, const double *from,
                       const double *to, const struct fo_spelling *sp)
{
    const double side[2] = {j->sample->width, j->sample->height};
    struct lf_slice part[2], put;
    if (isnan(from[0]) && isnan(to[0]))
        return true;
    if (!fo_point_parts(text, part))
        return lf_fail(j->err, LF_E_BUG, "a point has not two numbers");
    for (int i = 0; i < 2; i++) {
        if (isnan(to[i])) {
            if (!fo_replace(j, part[i], sp->nan))
                return false;
        } else if (fo_moved(from[i], to[i], j->slack) &&
                   !(fo_number_text(j, to[i] / side[i], &put) &&
                     fo_replace(j, part[i], put))) {
            return false;
        }
    }
    return true;
}

// Points [from, old_end) of the list make way for the text of new ones, if any.
static bool put_between(struct fo_job *j, const struct list *l, uint32_t from,
                        uint32_t old_end, bool any, struct lf_buf *text,
                        const struct fo_spelling *sp)
{
    struct lf_slice put, cut;
    struct lf_buf all = {0};
    bool drops = old_end > from;
    const char *at = drops       ? l->point[from].at
                     : from      ? end_of(l->point[from - 1])
                     : l->points ? l->point[0].at
                                 : l->text.at + 1;
    const char *end = drops ? end_of(l->point[old_end - 1]) : at;
    if (drops && !any && from) // with the separator before, or behind
        at = end_of(l->point[from - 1]);
    else if (drops && !any && old_end < l->points)
        end = l->point[old_end].at;
    if (!drops && from)
        lf_buf_slice(&all, sp->between);
    lf_buf_slice(&all, lf_buf_view(text));
    if (!drops && !from && l->points)
        lf_buf_slice(&all, sp->between);
    bool ok = lf_buf_ok(text, j->err);
    lf_buf_done(text);
    cut = lf_slice_between(at, end);
    return fo_settle(j, &all, &put) && ok && fo_replace(j, cut, put);
}

// Points that are equal from the front and from the back keep their text.
static bool edit_length(struct fo_job *j, const struct list *l, const double *to,
                        uint32_t count, const struct fo_spelling *sp)
{
    uint32_t most = count < l->points ? count : l->points, front = 0, back = 0;
    struct lf_buf text = {0};
    while (front < most &&
           same_point(j, l->xy + 2 * (size_t)front, to + 2 * (size_t)front))
        front++;
    while (back < most - front &&
           same_point(j, l->xy + 2 * (size_t)(l->points - back - 1),
                      to + 2 * (size_t)(count - back - 1)))
        back++;
    uint32_t fresh = count - back - front;
    fo_put_points(sp, to + 2 * (size_t)front, fresh, j->sample, &text);
    return put_between(j, l, front, l->points - back, fresh > 0, &text, sp);
}

static bool edit_points(struct fo_job *j, const struct list *l, const double *to,
                        uint32_t count, const struct fo_spelling *sp)
{
    if (count != l->points)
        return edit_length(j, l, to, count, sp);
    for (uint32_t i = 0; i < count; i++)
        if (!edit_point(j, l->point[i], l->xy + 2 * (size_t)i, to + 2 * (size_t)i, sp))
            return false;
    return true;
}

// ------------------------------------------------------------------- keypoints

// The list under "points"; where there is none, an empty one is to be written whole.
static bool points_of(const struct lf_change *c, struct lf_slice *list)
{
    if (!lf_json_get(c->ours->raw, "points", list))
        return false;
    *list = lf_json_trim(*list);
    return lf_json_type(*list) == LF_JSON_ARRAY;
}

// Of a list with missing points only the others travelled.
static bool edit_finite(struct fo_job *j, const struct list *l, const double *to,
                        uint32_t count, const struct fo_spelling *sp)
{
    uint32_t k = 0;
    for (uint32_t i = 0; i < l->points && k < count; i++) {
        const double *from = l->xy + 2 * (size_t)i;
        if (isnan(from[0]))
            continue;
        if (!edit_point(j, l->point[i], from, to + 2 * (size_t)k++, sp))
            return false;
    }
    return true;
}

bool fo_edit_keypoint(struct fo_job *j, const struct lf_change *c)
{
    struct lf_slice text, put;
    struct fo_points p;
    struct fo_spelling sp;
    struct list l;
    const struct lf_label *to = c->theirs;
    if (!points_of(c, &text)) {
        struct lf_buf out = {0};
        spelling_of(j, LF_S("[]"), false, &sp);
        lf_buf_char(&out, '[');
        fo_put_points(&sp, to->xy, to->points, j->sample, &out);
        lf_buf_char(&out, ']');
        return fo_settle(j, &out, &put) &&
               fo_set_key(j, c->ours->raw, LF_S("points"), put);
    }
    spelling_of(j, text, false, &sp);
    if (!fo_points_read(text, j->sample, j->a, &p, j->err) ||
        !list_points(j, text, p.xy, p.points, &l))
        return false;
    if (!p.fit)
        return lf_fail(j->err, LF_E_BUG, "a keypoint whose points cannot be read");
    // A skeleton has all its points, the missing ones too.
    if (to->kind != LF_SKELETON && to->points == c->ours->points &&
        to->points != p.points)
        return edit_finite(j, &l, to->xy, to->points, &sp);
    return edit_points(j, &l, to->xy, to->points, &sp);
}

// ------------------------------------------------------------------- polylines

struct rings {          // of the label that came back, by the rings of the document
    bool *shipped;      // by ring of the document
    uint32_t *from;     // likewise: the ring that came back for it, from 1; 0: none
    const double **doc; // likewise: its points
    bool *fresh;        // by ring that came back: the document has none for it
    const double **xy;  // likewise: its points
    uint32_t *points;   // likewise
    bool opened;        // a closed line whose ends no longer meet
};

static bool meets(const struct fo_job *j, const double *xy, uint32_t points)
{
    return points > 2 && same_point(j, xy, xy + 2 * (size_t)(points - 1));
}

static bool same_ring(const struct fo_job *j, const double *a, const double *b,
                      uint32_t points)
{
    for (uint32_t i = 0; i < points; i++)
        if (!same_point(j, a + 2 * (size_t)i, b + 2 * (size_t)i))
            return false;
    return true;
}

enum { AHEAD = 256 }; // rings that are looked at for one that is alike

static bool is_alike(const struct fo_job *j, const struct fo_points *p,
                     const struct rings *r, uint32_t doc, uint32_t i)
{
    return r->fresh[i] && r->points[i] == p->ring[doc].points &&
           same_ring(j, r->doc[doc], r->xy[i], r->points[i]);
}

static void pair_ring(struct rings *r, uint32_t doc, uint32_t i)
{
    r->fresh[i] = false;
    r->from[doc] = i + 1;
}

// Rings that came back as the document has them keep their place: where they say they
// were, else, as behind a ring that is gone by now, where they are.
static void pair_alike(const struct fo_job *j, const struct fo_points *p,
                       const struct lf_label *to, struct rings *r)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < to->rings; i++) {
        uint32_t part = to->ring[i].part;
        if (part < p->rings && r->shipped[part] && !r->from[part] &&
            is_alike(j, p, r, part, i))
            pair_ring(r, part, i);
    }
    for (uint32_t n = 0; n < p->rings; n++)
        for (uint32_t i = next; r->shipped[n] && !r->from[n] && i < to->rings; i++) {
            if (i - next >= AHEAD)
                break;
            if (is_alike(j, p, r, n, i)) {
                pair_ring(r, n, i);
                next = i + 1;
            }
        }
}

static void pair_by_part(const struct lf_label *to, uint32_t docs, struct rings *r)
{
    for (uint32_t i = 0; i < to->rings; i++) {
        uint32_t part = to->ring[i].part;
        if (r->fresh[i] && part < docs && r->shipped[part] && !r->from[part])
            pair_ring(r, part, i);
    }
}

static bool pair_rings(struct fo_job *j, const struct lf_change *c,
                       const struct fo_points *p, bool repeats, struct rings *r)
{
    const struct lf_label *to = c->theirs;
    const double *xy = to->xy;
    const uint32_t docs = p->rings;
    *r = (struct rings){.shipped = lf_arena_take(j->a, docs, sizeof(bool), j->err),
                        .from = lf_arena_take(j->a, docs, sizeof *r->from, j->err),
                        .fresh = lf_arena_take(j->a, to->rings, sizeof(bool), j->err),
                        .xy = lf_arena_take(j->a, to->rings, sizeof *r->xy, j->err),
                        .points =
                            lf_arena_take(j->a, to->rings, sizeof *r->points, j->err)};
    r->doc = lf_arena_take(j->a, docs, sizeof *r->doc, j->err);
    if (!r->shipped || !r->from || !r->fresh || !r->xy || !r->points || !r->doc)
        return false;
    const double *at = p->xy;
    for (uint32_t n = 0; n < docs; n++) {
        r->doc[n] = at;
        at += 2 * (size_t)p->ring[n].points;
    }
    for (uint32_t i = 0; i < c->ours->rings; i++)
        if (c->ours->ring[i].part < docs)
            r->shipped[c->ours->ring[i].part] = true;
    for (uint32_t i = 0; i < to->rings; i++) {
        r->xy[i] = xy;
        r->points[i] = to->ring[i].points;
        r->fresh[i] = true;
        xy += 2 * (size_t)to->ring[i].points;
        r->opened |= repeats && !meets(j, r->xy[i], r->points[i]);
    }
    for (uint32_t i = 0; repeats && !r->opened && i < to->rings; i++)
        r->points[i]--; // the first point again
    pair_alike(j, p, to, r);
    pair_by_part(to, docs, r);
    return true;
}

static bool new_rings(struct fo_job *j, const struct rings *r, uint32_t rings,
                      bool lead, struct lf_slice separator,
                      const struct fo_spelling *sp, struct lf_slice *put)
{
    struct lf_buf out = {0};
    for (uint32_t i = 0; i < rings; i++) {
        if (!r->fresh[i])
            continue;
        if (lead)
            lf_buf_slice(&out, separator);
        lead = true;
        lf_buf_char(&out, '[');
        fo_put_points(sp, r->xy[i], r->points[i], j->sample, &out);
        lf_buf_char(&out, ']');
    }
    return fo_settle(j, &out, put);
}

// A polygon whose last point is its first again travels without that, and keeps it.
static bool edit_ring(struct fo_job *j, const struct lf_change *c, const struct list *l,
                      const double *to, uint32_t count, const struct fo_spelling *sp)
{
    bool repeats = !j->src->relative && c->ours->kind == LF_POLYGON &&
                   meets(j, l->xy, l->points) && !meets(j, to, count);
    if (!repeats)
        return edit_points(j, l, to, count, sp);
    double *xy = lf_arena_take(j->a, 2 * ((size_t)count + 1), sizeof *xy, j->err);
    if (!xy)
        return false;
    memcpy(xy, to, 2 * (size_t)count * sizeof *xy);
    memcpy(xy + 2 * (size_t)count, to, 2 * sizeof *xy);
    return edit_points(j, l, xy, count + 1, sp);
}

static bool edit_rings(struct fo_job *j, const struct lf_change *c,
                       struct lf_slice text, const struct fo_points *p,
                       const struct rings *r)
{
    struct lf_slice ring, put, separator = LF_S(", ");
    struct fo_cutter cutter = {0};
    struct fo_spelling sp;
    const double *xy = p->xy;
    uint32_t n = 0;
    spelling_of(j, text, true, &sp);
    for (struct lf_json_walk w = lf_json_enter(text); lf_json_element(&w, &ring); n++) {
        uint32_t from = r->from[n];
        struct list l;
        ring = lf_json_trim(ring);
        if (cutter.behind)
            separator = lf_slice_between(cutter.behind, ring.at);
        if (!fo_cut_piece(j, &cutter, ring.at, end_of(ring), r->shipped[n] && !from))
            return false;
        if (from && !(list_points(j, ring, xy, p->ring[n].points, &l) &&
                      edit_ring(j, c, &l, r->xy[from - 1], r->points[from - 1], &sp)))
            return false;
        xy += 2 * (size_t)p->ring[n].points;
    }
    return fo_cut_end(j, &cutter) &&
           new_rings(j, r, c->theirs->rings, cutter.left, separator, &sp, &put) &&
           (!put.len || fo_insert(j, cutter.behind ? cutter.behind : text.at + 1, put));
}

static bool set_flag(struct fo_job *j, struct lf_slice label, struct lf_slice name,
                     bool to)
{
    struct fo_member p;
    fo_find_key(label, name, &p);
    bool is = p.value.len && lf_json_type(p.value) == LF_JSON_TRUE;
    return is == to || fo_set_key(j, label, name, to ? LF_S("true") : LF_S("false"));
}

static bool says_true(struct lf_slice label, const char *name)
{
    struct lf_slice value;
    return lf_json_get(label, name, &value) &&
           lf_json_type(lf_json_trim(value)) == LF_JSON_TRUE;
}

bool fo_edit_polyline(struct fo_job *j, const struct lf_change *c)
{
    struct lf_slice text, raw = c->ours->raw, put;
    struct fo_points p;
    struct rings r;
    // A closed line travels with its first point again at the end.
    bool repeats =
        !j->src->relative && says_true(raw, "closed") && !says_true(raw, "filled");
    bool found = points_of(c, &text);
    if (!fo_rings_read(found ? text : (struct lf_slice){0}, j->sample, j->a, &p,
                       j->err))
        return false;
    if (!p.fit)
        return lf_fail(j->err, LF_E_BUG, "a polyline whose points cannot be read");
    if (!pair_rings(j, c, &p, repeats, &r))
        return false;
    if (!found) {
        struct fo_spelling sp;
        struct lf_buf out = {0};
        spelling_of(j, LF_S("[]"), true, &sp);
        if (!new_rings(j, &r, c->theirs->rings, false, LF_S(", "), &sp, &put))
            return false;
        lf_buf_char(&out, '[');
        lf_buf_slice(&out, put);
        lf_buf_char(&out, ']');
        if (!fo_settle(j, &out, &put) || !fo_set_key(j, raw, LF_S("points"), put))
            return false;
    } else if (!edit_rings(j, c, text, &p, &r)) {
        return false;
    }
    if (r.opened)
        return set_flag(j, raw, LF_S("closed"), false);
    return !c->theirs->says_form ||
           (set_flag(j, raw, LF_S("closed"), c->theirs->closed) &&
            set_flag(j, raw, LF_S("filled"), c->theirs->filled));
}
