#include <math.h>

#include "formats/fiftyone/fo_job.h"
#include "formats/label/value.h"

static bool edit_attr(struct fo_job *j, const struct lf_change *c, unsigned row)
{
    const struct lf_attr_def *def = &j->schema->field[c->field].attr[row];
    const struct lf_attr *new = lf_label_attr(c->theirs, row);
    const struct lf_attr *old =
        lf_attr_of(&j->schema->field[c->field], c->ours, (uint16_t)row);
    enum lf_value type = lf_value_type(new, old, def->type);
    struct lf_buf out = {0};
    struct lf_slice put, name = def->name, object = fo_home_of(c->ours->raw, &name);
    bool widened = false;
    if (!new || new->type == LF_V_NULL)
        lf_buf_text(&out, "null");
    else if (!lf_value_write(new->text, type, true, &out, &widened)) {
        lf_buf_done(&out);
        return fo_note(j, LF_E_VALUE, c, row);
    }
    return fo_settle(j, &out, &put) && fo_set_key(j, object, name, put) &&
           (!widened || fo_note(j, LF_N_VALUE_FLOAT, c, row));
}

static bool edit_attrs(struct fo_job *j, const struct lf_change *c)
{
    for (unsigned i = 0; i < j->schema->field[c->field].attrs; i++)
        if (lf_attr_set_has(&c->attrs, i) && !edit_attr(j, c, i))
            return false;
    return true;
}

// One axis of a box: which of start and size is to be written, and with what. A pure
// move moves both corners alike, so the size keeps its text although each corner was
// rounded; the start then gives way so far that both corners are where they came back,
// within the slack, and the next archive finds nothing moved.
static void edit_axis(const double *ours, const double *theirs, double slack,
                      double side, bool *set_start, bool *set_size, double *start,
                      double *size)
{
    bool low = fo_moved(ours[0], theirs[0], slack),
         high = fo_moved(ours[2], theirs[2], slack);
    double from = low ? theirs[0] : ours[0], to = high ? theirs[2] : ours[2];
    double grown = (theirs[2] - theirs[0]) - (ours[2] - ours[0]);
    double most = slack * 0.9999; // the sums are rounded as well
    bool same_size = low && high && !fo_moved(grown, 0, 2 * most);
    if (same_size && fo_moved(grown, 0, most))
        from += grown / 2;
    *set_start = low;
    *set_size = (low || high) && !same_size;
    *start = from / side;
    *size = (to - from) / side;
}

// Which of x, y, w, h are to be written, and with what.
static void edit_numbers(const struct fo_job *j, const struct lf_change *c, bool set[4],
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

static bool edit_box(struct fo_job *j, const struct lf_change *c)
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
        if (n >= 4 || !set[n])
            continue;
        if (!fo_number_text(j, to[n], &put) ||
            !fo_replace(j, lf_json_trim(number), put))
            return false;
    }
    return true;
}

static double angle_between(double a, double b)
{
    double d = fabs(a - b);
    return d > 180 ? 360 - d : d;
}

static bool edit_turned_box(struct fo_job *j, const struct lf_change *c)
{
    if (!edit_box(j, c))
        return false;
    if (angle_between(c->ours->turn, c->theirs->turn) <= j->slack)
        return true;
    struct lf_slice name = LF_S("rotation"), object = fo_home_of(c->ours->raw, &name);
    return fo_set_number(j, object, name, c->theirs->turn);
}

static bool edit_space(struct fo_job *j, const struct lf_change *c)
{
    unsigned ours = c->ours->kind, theirs = c->theirs->kind;
    if (ours == LF_BOX && theirs == LF_BOX)
        return edit_turned_box(j, c);
    if (ours & (LF_POLYLINE | LF_POLYGON) && theirs & (LF_POLYLINE | LF_POLYGON))
        return fo_edit_polyline(j, c);
    if (ours & (LF_POINTS | LF_SKELETON) && theirs & (LF_POINTS | LF_SKELETON))
        return fo_edit_keypoint(j, c);
    // A box was an instance when it was shipped.
    if (ours & (LF_MASK | LF_BOX) && theirs == LF_MASK)
        return j->src->relative ? edit_box(j, c) && fo_edit_array(j, c)
                                : fo_edit_mask(j, c);
    if (ours == LF_SEGMENT && theirs == LF_SEGMENT)
        return j->src->relative ? fo_edit_array(j, c) : fo_edit_segment(j, c);
    return true;
}

// The value itself is class or attribute.
static bool edit_scalar(struct fo_job *j, const struct lf_change *c)
{
    struct lf_slice put;
    bool fits;
    return fo_scalar_text(j, c, &put, &fits) &&
           (!fits || fo_replace(j, c->ours->raw, put));
}

static bool edit_label(struct fo_job *j, const struct lf_change *c)
{
    if (j->schema->field[c->field].type == LF_FT_SCALAR)
        return edit_scalar(j, c);
    return (!(c->parts & LF_CLASS) ||
            fo_set_text(j, c->ours->raw, LF_S("label"), c->theirs->name)) &&
           (!(c->parts & LF_SPACE) || edit_space(j, c)) &&
           (!(c->parts & LF_ATTRS) || edit_attrs(j, c));
}

bool fo_edits(const struct fo_source *src, const struct lf_sample *sample,
              const struct lf_changes *plan, double slack, const struct fo_notes *notes,
              struct lf_arena *a, struct lf_edits *edits, struct fo_new_files *files,
              struct lf_error *err)
{
    const struct lf_schema *s = src->schema;
    struct fo_job j = {.src = src,
                       .schema = s,
                       .sample = sample,
                       .plan = plan,
                       .slack = slack,
                       .notes = notes,
                       .a = a,
                       .edits = edits,
                       .files = files,
                       .err = err};
    *edits = (struct lf_edits){0};
    if (!plan->count)
        return true;
    for (size_t i = 0; i < plan->count; i++) {
        const struct lf_change *c = &plan->change[i];
        if (c->ours && c->theirs && !edit_label(&j, c))
            return false;
    }
    return fo_edit_fields(&j) && lf_edits_sort(edits, a, sample->raw.len, err);
}
