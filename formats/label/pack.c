#include "formats/label/pack.h"

static void put_text(struct lf_buf *out, struct lf_slice t)
{
    lf_buf_add(out, &t.len, sizeof t.len);
    lf_buf_slice(out, t);
}

static void pack_label(const struct lf_label *l, struct lf_buf *out)
{
    struct lf_label flat = *l;
    flat.raw = flat.name = flat.native = (struct lf_slice){0};
    flat.whole = flat.pixels = (struct lf_slice){0};
    flat.xy = NULL;
    flat.ring = NULL;
    flat.mask = NULL;
    flat.attr = NULL;
    lf_buf_add(out, &flat, sizeof flat);
    put_text(out, l->name);
    put_text(out, l->native);
    put_text(out, l->whole);
    put_text(out, l->pixels);
    lf_buf_add(out, l->xy, (size_t)l->points * 2 * sizeof *l->xy);
    lf_buf_add(out, l->ring, (size_t)l->rings * sizeof *l->ring);
    for (uint32_t i = 0; i < l->masks; i++) {
        struct lf_mask mask = l->mask[i];
        mask.run = NULL;
        lf_buf_add(out, &mask, sizeof mask);
        lf_buf_add(out, l->mask[i].run, (size_t)mask.runs * sizeof *mask.run);
    }
    for (uint32_t i = 0; i < l->attrs; i++) {
        struct lf_attr attr = l->attr[i];
        attr.text = (struct lf_slice){0};
        lf_buf_add(out, &attr, sizeof attr);
        put_text(out, l->attr[i].text);
    }
}

void lf_pack(const struct lf_sample *s, struct lf_buf *out)
{
    struct lf_sample flat = *s;
    flat.raw = (struct lf_slice){0};
    flat.label = NULL;
    lf_buf_add(out, &flat, sizeof flat);
    for (size_t i = 0; i < s->labels; i++)
        pack_label(&s->label[i], out);
}

struct cursor {
    const char *at;
    size_t left;
    bool ok;
};

static const char *take(struct cursor *c, size_t n)
{
    const char *at = c->at;
    c->ok = c->ok && n <= c->left;
    if (!c->ok)
        return NULL;
    c->at += n;
    c->left -= n;
    return at;
}

static void take_into(struct cursor *c, void *to, size_t n)
{
    const char *from = take(c, n);
    if (from && n)
        memcpy(to, from, n);
}

static struct lf_slice take_text(struct cursor *c)
{
    size_t n = 0;
    take_into(c, &n, sizeof n);
    return (struct lf_slice){take(c, n), c->ok ? n : 0};
}

static bool unpack_masks(struct cursor *c, struct lf_arena *a, struct lf_label *l,
                         struct lf_error *err)
{
    struct lf_mask *mask = lf_arena_take(a, l->masks, sizeof *mask, err);
    for (uint32_t i = 0; mask && c->ok && i < l->masks; i++) {
        take_into(c, &mask[i], sizeof mask[i]);
        c->ok = c->ok && mask[i].runs <= c->left;
        uint32_t *run = c->ok ? lf_arena_take(a, mask[i].runs, sizeof *run, err) : NULL;
        if (!run)
            return false;
        take_into(c, run, (size_t)mask[i].runs * sizeof *run);
        mask[i].run = run;
    }
    l->mask = mask;
    return mask && c->ok;
}

static bool unpack_label(struct cursor *c, struct lf_arena *a, struct lf_label *l,
                         struct lf_error *err)
{
    take_into(c, l, sizeof *l);
    l->name = take_text(c);
    l->native = take_text(c);
    l->whole = take_text(c);
    l->pixels = take_text(c);
    if (!c->ok || l->points > c->left || l->attrs > c->left || l->rings > c->left ||
        l->masks > c->left)
        return false;
    struct lf_ring *ring = lf_arena_take(a, l->rings, sizeof *ring, err);
    l->xy = lf_arena_take(a, (size_t)l->points * 2, sizeof *l->xy, err);
    l->attr = lf_arena_take(a, l->attrs, sizeof *l->attr, err);
    if (!ring || !l->xy || !l->attr)
        return false;
    take_into(c, l->xy, (size_t)l->points * 2 * sizeof *l->xy);
    take_into(c, ring, (size_t)l->rings * sizeof *ring);
    l->ring = ring;
    if (!unpack_masks(c, a, l, err))
        return false;
    for (uint32_t i = 0; i < l->attrs; i++) {
        take_into(c, &l->attr[i], sizeof l->attr[i]);
        l->attr[i].text = take_text(c);
    }
    return c->ok;
}

bool lf_unpack(struct lf_slice bytes, struct lf_arena *a, struct lf_sample *s,
               struct lf_error *err)
{
    struct lf_slice own;
    if (!lf_arena_text(a, bytes, &own, err))
        return false;
    struct cursor c = {own.at, own.len, true};
    take_into(&c, s, sizeof *s);
    if (c.ok && s->labels <= c.left) {
        s->label = lf_arena_take(a, s->labels, sizeof *s->label, err);
        for (size_t i = 0; s->label && c.ok && i < s->labels; i++)
            c.ok = unpack_label(&c, a, &s->label[i], err) && c.ok;
    } else {
        c.ok = false;
    }
    return c.ok || lf_fail(err, LF_E_BUG, "packed labels do not read back");
}
