#include "formats/base/json.h"
#include "formats/fiftyone/fo_arrays.h"
#include "formats/fiftyone/fo_job.h"
#include "formats/fiftyone/fo_keys.h"
#include "formats/fiftyone/fo_masks.h"

// An array on disk stays on disk, unless there is no place for files: then the document
// holds it, and the path stays beside it.
static bool wants_file(const struct fo_job *j, const struct fo_mask_at *at)
{
    return j->files && !at->mask.len && at->mask_path.len &&
           lf_json_type(at->mask_path) == LF_JSON_STRING;
}

static bool set_file(struct fo_job *j, const struct fo_mask_at *at,
                     struct lf_slice bytes)
{
    struct lf_slice old, path, put;
    struct lf_buf text = {0};
    if (!lf_json_string(at->mask_path, j->a, &old, j->err) ||
        !fo_file_add(j->files, j->a, old, bytes, &path, j->err))
        return false;
    lf_json_quote(&text, path, true);
    return fo_settle(j, &text, &put) && fo_replace(j, at->mask_path, put);
}

// Only the text inside the old value's wrapper is another one.
static bool set_inline(struct fo_job *j, struct lf_slice label,
                       const struct fo_mask_at *at, struct lf_slice base64)
{
    struct lf_pixels old;
    struct lf_buf text = {0};
    struct lf_slice put;
    if (at->mask.len && lf_pixels_inline(at->mask, &old))
        return lf_arena_text(j->a, base64, &put, j->err) &&
               fo_replace(j, old.bytes, put);
    fo_put_binary(base64, &text);
    return fo_settle(j, &text, &put) && fo_set_key(j, label, LF_S("mask"), put);
}

static bool set_array(struct fo_job *j, struct lf_slice label,
                      const struct fo_mask_at *at, struct lf_buf *bytes)
{
    struct lf_slice view = lf_buf_view(bytes);
    bool ok =
        lf_buf_ok(bytes, j->err) &&
        (wants_file(j, at) ? set_file(j, at, view) : set_inline(j, label, at, view));
    lf_buf_done(bytes);
    return ok;
}

// ----------------------------------------------------------------------------
// instances

// The numbers of the tight box, where they are others than those that stand there.
static bool set_box(struct fo_job *j, struct lf_slice label, const struct lf_mask *m)
{
    const double w = j->sample->width, h = j->sample->height;
    const double to[4] = {m->left / w, m->top / h, m->width / w, m->height / h};
    struct lf_slice box, number, put;
    size_t n = 0;
    if (!lf_json_get(label, "bounding_box", &box))
        return lf_fail(j->err, LF_E_BUG, "a mask without bounding_box");
    for (struct lf_json_walk walk = lf_json_enter(lf_json_trim(box));
         n < 4 && lf_json_element(&walk, &number); n++) {
        double is;
        if (fo_number(number, &is) && is == to[n])
            continue;
        if (!fo_number_text(j, to[n], &put) ||
            !fo_replace(j, lf_json_trim(number), put))
            return false;
    }
    return true;
}

// A new mask is of the old array's type and says "inside" as that does.
static bool write_mask(struct fo_job *j, const struct fo_mask_at *at,
                       const struct lf_mask *m, struct lf_buf *out)
{
    struct fo_array old;
    struct lf_pixels_kind kind = {.channels = 1, .dtype = "|u1"};
    bool ok =
        fo_array_read(j->src, at, j->a, &old, j->err) &&
        (!old.found || lf_pixels_kind(j->src->pixels, &old.pixels, &kind, j->err));
    fo_array_done(&old);
    kind.png = wants_file(j, at);
    if (!kind.inside)
        kind.inside = kind.png ? 255 : 1;
    return ok && lf_pixels_write_mask(j->src->pixels, m, &kind, out, j->err);
}

bool fo_edit_mask(struct fo_job *j, const struct lf_change *c)
{
    struct fo_mask_at at;
    struct lf_buf out = {0};
    if (!j->src->pixels || !c->theirs->masks || !c->theirs->mask->runs)
        return lf_fail(j->err, LF_E_BUG, "a mask without pixels is to be written");
    fo_mask_at(c->ours->raw, &at);
    if (!write_mask(j, &at, c->theirs->mask, &out)) {
        lf_buf_done(&out);
        return false;
    }
    return set_array(j, c->ours->raw, &at, &out) &&
           set_box(j, c->ours->raw, c->theirs->mask);
}

// ---------------------------------------------------------------------------- classes

// A PNG as an array inside a document.
static bool unpack_file(struct fo_job *j, struct lf_buf *bytes)
{
    const struct lf_pixels png = {lf_buf_view(bytes), true};
    struct lf_pixels_kind kind;
    struct lf_mask *masks = NULL;
    uint32_t count = 0;
    struct lf_buf out = {0};
    bool ok = lf_buf_ok(bytes, j->err) &&
              lf_pixels_kind(j->src->pixels, &png, &kind, j->err) &&
              lf_pixels_classes(j->src->pixels, &png, 0, 0, NULL, NULL, j->a, &masks,
                                &count, j->err);
    if (ok) {
        kind.png = false;
        ok = lf_pixels_write_classes(j->src->pixels, NULL, &kind, NULL, 0, masks, count,
                                     kind.width, kind.height, &out, j->err);
    }
    lf_buf_done(bytes);
    *bytes = out;
    return ok;
}

bool fo_edit_segment(struct fo_job *j, const struct lf_change *c)
{
    const struct lf_label *from = c->ours, *to = c->theirs;
    const struct lf_sample *s = j->sample;
    struct fo_mask_at at;
    struct fo_array old;
    struct lf_buf out = {0};
    if (!j->src->pixels)
        return lf_fail(j->err, LF_E_BUG, "a mask without pixels is to be written");
    fo_mask_at(from->raw, &at);
    bool file = wants_file(j, &at);
    const struct lf_pixels_kind like = {.channels =
                                            j->schema->field[c->field].rgb ? 3 : 1,
                                        .dtype = "|u1",
                                        .png = file};
    bool ok = fo_array_read(j->src, &at, j->a, &old, j->err) &&
              lf_pixels_write_classes(j->src->pixels, old.found ? &old.pixels : NULL,
                                      &like, from->mask, from->masks, to->mask,
                                      to->masks, s->width, s->height, &out, j->err);
    ok = ok && (!old.found || !old.pixels.png || file || unpack_file(j, &out));
    fo_array_done(&old);
    if (!ok)
        lf_buf_done(&out);
    return ok && set_array(j, from->raw, &at, &out);
}

// ---------------------------------------------------------------------------- copies

static bool same_masks(const struct lf_label *a, const struct lf_label *b)
{
    bool same = a->masks == b->masks;
    for (uint32_t i = 0; same && i < a->masks; i++)
        same = lf_mask_eq(&a->mask[i], &b->mask[i]);
    return same;
}

bool fo_edit_array(struct fo_job *j, const struct lf_change *c)
{
    struct fo_mask_at at;
    struct lf_buf out = {0};
    if (same_masks(c->ours, c->theirs) || !c->theirs->pixels.len || !j->src->pixels)
        return true;
    fo_mask_at(c->ours->raw, &at);
    bool file = wants_file(j, &at), text = c->theirs->pixels.at[0] != (char)0x89;
    if (text && !file && at.mask.len)
        return fo_replace(j, at.mask, c->theirs->pixels);
    if (!fo_array_as(j->src->pixels, c->theirs, file, &out, j->err)) {
        lf_buf_done(&out);
        return false;
    }
    return set_array(j, c->ours->raw, &at, &out);
}
